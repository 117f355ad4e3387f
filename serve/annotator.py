"""The Python interface: text in, records out."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..data.document import Document, Sentence, Warn
from ..data.lines import classify
from ..data.readers.text import text_document
from ..data.record import Entity, LabelledSentence, Record
from ..data.segmentation import segment
from ..models.encoding import Encoder
from ..models.folder import TOKENIZER, ModelFolder, open_model
from ..models.onnx_engine import OnnxEngine
from ..models.prediction import Engine, Prediction, predict

_DIGITS = 4


class Annotator:
    """Annotates privacy policies with a model.

    >>> from tiaokuan.serve import Annotator
    >>> record = Annotator.load()("我们会收集您的手机号码。")
    >>> record.sentences[0].categories
    ('first_party_collection',)
    """

    def __init__(self, model: ModelFolder, encoder: Encoder, engine: Engine) -> None:
        self.model = model
        self.encoder = encoder
        self.engine = engine

    @classmethod
    def load(cls, model: str | Path | None = None, *, threads: int | None = None) -> "Annotator":
        """Load a model folder, or the shipped model, into the light engine.

        `threads` is the number of CPU threads. Raises `ModelError` for a folder that is missing, damaged or incomplete.
        """
        folder = open_model(model)
        encoder = Encoder.from_file(folder.path / TOKENIZER, folder.settings)
        return cls(folder, encoder, OnnxEngine(folder.path, threads=threads))

    def __call__(self, text: str, *, id: str = "", meta: dict[str, Any] | None = None) -> Record:
        """Annotate one policy's text. Raises `ReadError` if it is empty."""
        return next(self.pipe([text_document(text, id=id, meta=meta)]))

    def pipe(self, documents: Iterable[Document]) -> Iterator[Record]:
        """Annotate documents as a stream, in order. Documents share batches; what one record says never depends on others."""
        waiting: list[tuple[Document, tuple[Sentence, ...]]] = []

        def read() -> Iterator[tuple[str, tuple[Sentence, ...]]]:
            for document in documents:
                sentences = segment(document)
                waiting.append((document, sentences))
                yield document.text, _context(document, sentences)

        for prediction in predict(read(), self.encoder, self.engine):
            document, sentences = waiting.pop(0)
            yield self._record(document, sentences, prediction)

    def _record(self, document: Document, sentences: tuple[Sentence, ...], prediction: Prediction) -> Record:
        settings = self.encoder.settings
        labelled = []
        for sentence, scores, denied in zip(sentences, prediction.categories, prediction.denied, strict=True):
            rounded = {c: round(float(score), _DIGITS) for c, score in zip(settings.categories, scores, strict=True)}
            chosen = tuple(c for c in settings.categories if rounded[c] >= settings.threshold(c))
            refused = dict(zip(settings.categories, denied, strict=True))
            denials = tuple(c for c in chosen if refused[c] >= settings.denied_threshold)
            labelled.append(
                LabelledSentence(sentence.start, sentence.end, sentence.kind, sentence.headings, chosen, denials, rounded)
            )
        entities = tuple(Entity(e.start, e.end, e.type, round(e.score, _DIGITS)) for e in prediction.entities)
        return Record(
            id=document.id,
            text=document.text,
            sentences=tuple(labelled),
            entities=entities,
            warnings=(*document.warnings, *_long_warnings(sentences, prediction)),
            source=document.source,
            meta=document.meta,
            model=self.model.identity(),
        )


def _context(document: Document, sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """Return the sentences as the network reads them: where kinds were not given, headings are told by their look."""
    if not document.given or any(block.kind != "paragraph" for block in document.blocks):
        return sentences
    blocks = classify(document.text, [(block.start, block.end) for block in document.blocks])
    return segment(replace(document, blocks=tuple(blocks)))


def _long_warnings(sentences: tuple[Sentence, ...], prediction: Prediction) -> Iterator[Warn]:
    for index in prediction.in_pieces:
        sentence = sentences[index]
        yield Warn("long_sentence", "longer than a window; read in overlapping pieces", sentence.start, sentence.end)
