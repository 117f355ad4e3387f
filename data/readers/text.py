"""Plain text: bytes into a Document, nothing of the text changed but its byte-order mark and stray NULs."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..document import Document, Warn
from ..errors import ReadError
from ..lines import find_blocks
from .encoding import decode, decode_file

__all__ = ["decode", "read_text", "text_document"]


def read_text(data: bytes, *, id: str, source: str = "", meta: Mapping[str, Any] | None = None) -> Document:
    """Read a plain-text policy. `text` is the decoded file less its byte-order mark, every newline kept."""
    decoded = decode_file(data)
    return text_document(decoded.text, id=id, source=source, meta=meta, warnings=decoded.warnings)


def text_document(
    text: str, *, id: str, source: str = "", meta: Mapping[str, Any] | None = None, warnings: Sequence[Warn] = ()
) -> Document:
    """Make a document of text that is already decoded. Raises `ReadError` if there is nothing in it."""
    if not text.strip():
        raise ReadError("the text is empty; a policy's text is wanted", code="empty")
    return Document(id, text, tuple(find_blocks(text)), source, meta or {}, tuple(warnings))
