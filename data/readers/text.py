"""Plain text: bytes into a Document, nothing of the text changed but its byte-order mark."""

import codecs
from typing import Any

from ..document import Document
from ..errors import ReadError
from ..lines import find_blocks

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode(data: bytes) -> str:
    """Decode a text file: a byte-order mark decides, then strict UTF-8, then GB18030.

    Raises `ReadError` for an empty file and for bytes that are no text.
    """
    if not data.strip():
        raise ReadError("the file is empty; a policy's text is wanted", code="empty")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding)
    if b"\0" in data:
        raise ReadError("the file is binary (it holds NUL bytes); plain text is wanted", code="binary")
    try:
        return _printable(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and len(data) - error.start <= 3:
            raise ReadError("the file breaks off inside a UTF-8 character; copy it again, whole", code="binary") from error
        return _strict(data, "gb18030")


def read_text(data: bytes, *, id: str, source: str = "", meta: dict[str, Any] | None = None) -> Document:
    """Read a plain-text policy. `text` is the decoded file less its byte-order mark, every newline kept."""
    return text_document(decode(data), id=id, source=source, meta=meta)


def text_document(text: str, *, id: str, source: str = "", meta: dict[str, Any] | None = None) -> Document:
    """Make a document of text that is already decoded. Raises `ReadError` if there is nothing in it."""
    if not text.strip():
        raise ReadError("the text is empty; a policy's text is wanted", code="empty")
    return Document(id, text, tuple(find_blocks(text)), source, meta or {})


def _strict(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadError(
            f"the file is in no encoding known here (tried as {encoding.upper()}, byte {error.start}); plain text is wanted",
            code="binary",
        ) from error
    return _printable(text)


def _printable(text: str) -> str:
    unprintable = sum(1 for c in text[:4096] if ord(c) < 32 and c not in "\t\n\r\f\v")
    if unprintable > len(text[:4096]) / 50:
        raise ReadError("the file is binary (control characters); plain text is wanted", code="binary")
    return text
