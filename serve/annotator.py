"""The Python interface: text in, records out."""

from pathlib import Path
from typing import Any

from ..data.errors import ModelError
from ..data.readers.text import text_document
from ..data.record import Record
from ..data.taxonomy import ENTITY_TYPES
from ..models.encoding import Encoder
from ..models.folder import open_model
from ..models.onnx_engine import OnnxEngine
from ..models.pipeline import Pipeline


class Annotator(Pipeline):
    """Annotates privacy policies with a model; `pipe` takes a stream of documents, a call takes one text.

    >>> from tiaokuan.serve import Annotator
    >>> record = Annotator.load()("我们会收集您的手机号码。")
    >>> record.sentences[0].categories
    ('first_party_collection',)
    """

    @classmethod
    def load(cls, model: str | Path | None = None, *, threads: int | None = None) -> "Annotator":
        """Load a model folder, or the shipped model, into the light engine.

        `threads` is the number of CPU threads. Raises `ModelError` for a folder that is missing, damaged or incomplete, or
        whose model gives other labels.
        """
        folder = open_model(model)
        if folder.settings.entity_types != ENTITY_TYPES:
            found = ", ".join(folder.settings.entity_types)
            raise ModelError(
                f"{folder.path} finds {found}: a benchmark's model, to be measured with  tiaokuan benchmark ca4p483"
            )
        encoder = Encoder.from_folder(folder)
        return cls(folder, encoder, OnnxEngine(folder.path, threads=threads))

    def __call__(self, text: str, *, id: str = "", meta: dict[str, Any] | None = None) -> Record:
        """Annotate one policy's text. Raises `ReadError` if it is empty, too long, or no whole Unicode characters."""
        return next(self.pipe([text_document(text, id=id, meta=meta)]))
