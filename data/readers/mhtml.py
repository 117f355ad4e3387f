"""MHTML (a web page saved with everything on it) into a Document: its HTML is read, the rest left out."""

import email
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.message import Message
from typing import Any

from ..document import Document, Warn
from ..errors import ReadError


def read_mhtml(data: bytes, *, id: str, source: str = "", meta: Mapping[str, Any] | None = None) -> Document:
    """Read the HTML part with the most text: pages keep their policy in a frame as often as not.

    Raises `ReadError`: where no part can be read, that of the first with text in it, or `empty` if there is none.
    """
    from .html import read_html

    documents: list[Document] = []
    errors: list[ReadError] = []
    for html, encoding in _pages(data):
        try:
            documents.append(read_html(html, id=id, source=source, meta=meta, encoding=encoding))
        except ReadError as error:
            if error.code != "empty":
                errors.append(error)
    if not documents:
        empty = ReadError("the saved page holds no HTML with text in it; a policy's text is wanted", code="empty")
        raise next(iter(errors), empty)
    longest = max(documents, key=lambda document: len(document.text))
    left_out = len(documents) - 1 + len(errors)
    if not left_out:
        return longest
    others = Warn("parts_left_out", f"{left_out} HTML parts of the saved page (frames), shorter or unreadable, were left out")
    return replace(longest, warnings=(*longest.warnings, others))


def _pages(data: bytes) -> Iterator[tuple[bytes, str | None]]:
    """Yield the HTML of each part that holds any, and its encoding."""
    for part in _parts(data):
        html = part.get_payload(decode=True) if part.get_content_type() in ("text/html", "application/xhtml+xml") else None
        if isinstance(html, bytes) and html.strip():
            yield html, _charset(part)


def _parts(data: bytes) -> list[Message]:
    try:
        return list(email.message_from_bytes(data).walk())
    except RecursionError as error:
        raise ReadError("the saved page nests its parts too deeply; save it again from a browser", code="damaged") from error


def _charset(part: Message) -> str | None:
    """Return the encoding that a part's header names, None if it names none that Python knows."""
    charset = part.get_content_charset()
    try:
        b"ab".decode(charset or "", "replace")
    except (LookupError, UnicodeError):
        return None
    return charset
