"""Documents into records with any engine: the one place where scores become labels. Torch-free."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ..data.document import Document, Sentence, Warn
from ..data.lexicon import normal_form
from ..data.lines import classify
from ..data.record import Entity, LabelledSentence, Record
from ..data.sdks import sdk_records
from ..data.segmentation import segment
from .encoding import EncodedPolicy, Encoder
from .folder import ModelFolder
from .prediction import Engine, EntitySpan, Prediction, predict
from .settings import Settings

_DIGITS = 4


class Pipeline:
    """A model, its tokenizer and an engine."""

    def __init__(self, model: ModelFolder, encoder: Encoder, engine: Engine) -> None:
        self.model = model
        self.encoder = encoder
        self.engine = engine

    def pipe(
        self, documents: Iterable[Document], *, on_error: Callable[[Document, Exception], None] | None = None
    ) -> Iterator[Record]:
        """Annotate documents as a stream, in order.

        Documents share batches; what one record says does not depend on which others were in the stream. A document that
        cannot be prepared or made a record is handed to `on_error` and left out; without one, its error is raised.
        """
        waiting: list[tuple[Document, tuple[Sentence, ...]]] = []

        def fail(document: Document, error: Exception) -> None:  # one document must never stop a run
            if on_error is None:
                raise error
            on_error(document, error)

        def read() -> Iterator[EncodedPolicy]:
            for document in documents:
                try:
                    sentences = segment(document)
                    policy = self.encoder.encode(document.text, context_sentences(document, sentences))
                except Exception as error:
                    fail(document, error)
                    continue
                waiting.append((document, sentences))
                yield policy

        for prediction in predict(read(), self.encoder, self.engine):
            document, sentences = waiting.pop(0)
            try:
                record = _record(document, sentences, prediction, self.model)
            except Exception as error:
                fail(document, error)
                continue
            yield record


def context_sentences(document: Document, sentences: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """Return the sentences as the network reads them: where kinds were not given, headings are told by their look."""
    if not document.given or any(block.kind != "paragraph" for block in document.blocks):
        return sentences
    blocks = classify(document.text, [(block.start, block.end) for block in document.blocks])
    return segment(replace(document, blocks=tuple(blocks)))


def _record(document: Document, sentences: tuple[Sentence, ...], prediction: Prediction, model: ModelFolder) -> Record:
    rows = zip(sentences, prediction.categories.tolist(), prediction.denied.tolist(), strict=True)
    entities = tuple(_entity(document.text, span) for span in prediction.entities)
    return Record(
        id=document.id,
        text=document.text,
        sentences=tuple(_label(sentence, scores, denied, model.settings) for sentence, scores, denied in rows),
        entities=entities,
        sdks=sdk_records(document, sentences, entities),
        warnings=(*document.warnings, *_long_warnings(sentences, prediction)),
        source=document.source,
        meta=document.meta,
        model=model.identity(),
    )


def _entity(text: str, span: EntitySpan) -> Entity:
    norm = normal_form(span.type, text[span.start : span.end])
    return Entity(span.start, span.end, span.type, round(span.score, _DIGITS), norm)


def _label(sentence: Sentence, scores: list[float], denied: list[float], settings: Settings) -> LabelledSentence:
    rounded = {category: round(score, _DIGITS) for category, score in zip(settings.categories, scores, strict=True)}
    refused = {c for c, score in zip(settings.categories, denied, strict=True) if score >= settings.denied_threshold}
    least = {c: settings.threshold(c) for c in rounded}
    least |= {c: min(least[c], settings.denied_category_threshold) for c in refused}
    chosen = tuple(category for category, score in rounded.items() if score >= least[category])
    denials = tuple(category for category in chosen if category in refused)
    return LabelledSentence(sentence.start, sentence.end, sentence.kind, sentence.headings, chosen, denials, rounded)


def _long_warnings(sentences: tuple[Sentence, ...], prediction: Prediction) -> Iterator[Warn]:
    for index in prediction.in_pieces:
        sentence = sentences[index]
        yield Warn("long_sentence", "longer than a window; read in overlapping pieces", sentence.start, sentence.end)
