"""Plain text: bytes into a Document, nothing of the text changed but its byte-order mark and stray NULs."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..document import Document, Warn
from ..errors import ReadError
from ..lines import find_blocks
from .encoding import decode, decode_file

__all__ = ["check_text", "check_unicode", "decode", "read_text", "text_document"]

LONGEST = 5_000_000
"""Characters; no policy is that long, and a model needs some 400 bytes of memory for each."""


def read_text(data: bytes, *, id: str, source: str = "", meta: Mapping[str, Any] | None = None) -> Document:
    """Read a plain-text policy. `text` is the decoded file less its byte-order mark, every newline kept."""
    decoded = decode_file(data)
    return text_document(decoded.text, id=id, source=source, meta=meta, warnings=decoded.warnings)


def text_document(
    text: str, *, id: str, source: str = "", meta: Mapping[str, Any] | None = None, warnings: Sequence[Warn] = ()
) -> Document:
    """Make a document of text that is already decoded.

    Raises `ReadError` if there is nothing in it (`empty`), and as `check_text`.
    """
    if not text.strip():
        raise ReadError("the text is empty; a policy's text is wanted", code="empty")
    check_text(text)
    return Document(id, text, tuple(find_blocks(text)), source, meta or {}, tuple(warnings))


def check_text(text: str) -> None:
    """Raise `ReadError` for a text of more than `LONGEST` characters (`too_large`), and as `check_unicode`."""
    if len(text) > LONGEST:
        raise ReadError(f"the text has {len(text):,} characters, more than the {LONGEST:,} allowed; split it", code="too_large")
    check_unicode(text)


def check_unicode(text: str) -> None:
    """Raise `ReadError` (`not_unicode`) for lone surrogates, which JSON and Python can spell and no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ReadError(
            "the text holds half of a surrogate pair; whole Unicode characters are wanted", code="not_unicode"
        ) from error
