"""Word files (.docx): a file's bytes into a Document."""

import importlib.util
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..document import Document, Warn
from ..errors import MissingExtraError, ReadError
from ..lines import find_blocks
from .builder import Builder

if TYPE_CHECKING:
    from .docx_body import Body


def read_docx(data: bytes, *, id: str, source: str = "", meta: dict[str, Any] | None = None) -> Document:
    """Read a Word file as it would be printed.

    Automatic numbers are part of the text; tracked insertions are kept, deletions and hidden text left out; footnotes
    follow the text. Raises `ReadError` (codes `damaged`, `empty`, `encrypted`, `old_word`, `too_large`, `zip_bomb`), and
    `MissingExtraError` without the extra `docx`.
    """
    if importlib.util.find_spec("docx") is None:
        raise MissingExtraError("python-docx", "docx")
    from .docx_body import Body, Table
    from .docx_package import Package

    body = Body(Package(data))
    try:
        blocks = list(body.blocks())
    except RecursionError as error:
        raise ReadError("the Word file is nested too deeply to be read; save it again", code="damaged") from error
    levels = [block.level for block in blocks if not isinstance(block, Table)]
    has_title = 0 in levels or levels.count(1) != 1  # else the one heading of level 1 is the title
    builder = Builder()
    for block in blocks:
        if isinstance(block, Table):
            builder.add_table(block.rows, headers=block.headers)
        elif block.level is not None:
            builder.add(block.text.replace("\n", " "), "heading", level=min(6, block.level + has_title))
        elif not block.is_bare:
            for piece in _pieces(block.text):
                builder.add(piece, "list_item" if block.is_item else None)
    return builder.finish(id=id, source=source, meta=meta, warnings=list(_warnings(body)))


def _pieces(text: str) -> Iterator[str]:
    """Cut a paragraph at the soft line breaks at which something new begins."""
    if "\n" not in text:
        return iter((text,))
    return (text[block.start : block.end] for block in find_blocks(text))


def _warnings(body: "Body") -> Iterator[Warn]:
    left_out = body.found.left_out
    if left_out.total():
        what = " and ".join(f"{count} {kind}" for kind, count in sorted(left_out.items()) if count)
        yield Warn("left_out", f"{what} passages were left out")
