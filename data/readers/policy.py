"""Any policy file into a Document: its content decides how it is read, its name only where the content does not."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from ..document import Document, Warn
from ..errors import ReadError
from .detection import Format, detect_format, promised_format

_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")

_LEAST_SIMPLIFIED = 0.9
"""Share of GB2312's characters in simplified Chinese; in traditional Chinese it is about two thirds."""


class Reader(Protocol):
    """The shape of every reader. Raises `ReadError` for a file that it cannot read."""

    def __call__(self, data: bytes, /, *, id: str, source: str = "", meta: dict[str, Any] | None = None) -> Document:
        """Read a file's bytes."""
        ...


def read_policy(data: bytes, *, id: str, name: str = "", source: str = "", meta: Mapping[str, Any] | None = None) -> Document:
    """Read a policy in any format that has a reader; `name` is the file's name, "" where it has none.

    Raises `ReadError` for a file that is empty, in a format that is not read, or damaged.
    """
    if not data.strip():
        raise ReadError("the file is empty; a policy's text is wanted", code="empty")
    found = detect_format(data, name=name)
    document = _reader(found)(data, id=id, source=source, meta=dict(meta or {}))
    return replace(document, warnings=(*_doubts(document, found, name), *document.warnings))


def _reader(found: Format) -> Reader:
    """Return a format's reader; what it needs is imported only now."""
    match found:
        case "text":
            from .text import read_text as reader
        case "markdown":
            from .markdown import read_markdown as reader
        case "html":
            from .html import read_html as reader
        case "mhtml":
            from .mhtml import read_mhtml as reader
        case "pdf":
            from .pdf import read_pdf as reader
        case "docx":
            from .docx import read_docx as reader
    return reader


def _doubts(document: Document, found: Format, name: str) -> Iterator[Warn]:
    promised = promised_format(name)
    if promised not in (None, found):
        yield Warn("name_differs", f"the name says {promised}, the content is {found}; read as {found}")
    chinese = "".join(_CHINESE.findall(document.text))
    if not chinese:
        yield Warn("no_chinese", "no Chinese character was found; the model reads Chinese")
    elif len(chinese.encode("gb2312", "ignore")) < 2 * _LEAST_SIMPLIFIED * len(chinese):
        yield Warn("traditional", "the characters are traditional; the model knows simplified ones, so convert the text first")
