"""Blocks into a document: what every reader of a format with structure ends in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..document import Block, Cell, Document, Kind, Warn
from ..errors import ReadError
from ..lines import classify
from .text import check_text

CELL_SEPARATOR = " | "
"""Between the cells of a table row in `Document.text`."""


@dataclass(frozen=True, slots=True)
class CellText:
    """A table cell before it has a place in the text; the fields are those of `document.Cell`."""

    text: str
    column: int
    columns: int = 1
    rows: int = 1


class Builder:
    """Collects the blocks of a document in reading order and lays out its text, a line break between two blocks."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._blocks: list[Block | None] = []
        self._spans: list[tuple[int, int]] = []
        self._length = 0
        self._tables = 0

    def add(self, text: str, kind: Kind | None = None, *, level: int = 0) -> None:
        """Add a heading, paragraph or list item; a blank text adds nothing.

        `kind` None leaves it to the look of the text: sites write headings and list items as plain paragraphs.
        """
        text = text.strip()
        if text:
            span = self._place(text)
            self._blocks.append(Block(*span, kind, level) if kind else None)

    def add_table(self, rows: Sequence[Sequence[CellText]], *, headers: int = 0) -> None:
        """Add a table, row by row; the first `headers` rows are its header. Rows with nothing in them are left out."""
        for number, row in enumerate(rows):
            texts = [cell.text.strip() for cell in row]
            if not any(texts):
                continue
            line = CELL_SEPARATOR.join(texts).rstrip()
            start, end = self._place(line)
            first = end - len(line.lstrip())
            cells = tuple(_cells(row, texts, start, end))
            self._blocks.append(Block(first, end, "table_row", 0, cells, self._tables, number < headers))
        self._tables += 1

    def finish(
        self, *, id: str, source: str = "", meta: Mapping[str, Any] | None = None, warnings: Sequence[Warn] = ()
    ) -> Document:
        """Return the document. Raises `ReadError` if no text was added, and as `check_text`."""
        text = "".join(self._parts)
        if not text:
            raise ReadError("no text was found in the file; a policy's text is wanted", code="empty")
        check_text(text)
        return Document(id, text, tuple(self._kinds(text)), source, meta or {}, tuple(warnings))

    def _place(self, text: str) -> tuple[int, int]:
        if self._parts:
            self._parts.append("\n")
            self._length += 1
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        self._spans.append((start, self._length))
        return start, self._length

    def _kinds(self, text: str) -> Iterator[Block]:
        """Yield the blocks, those of no known kind told from their look; such a heading lies below the format's own."""
        untold = [i for i, block in enumerate(self._blocks) if block is None or block.kind != "table_row"]
        looks = dict(zip(untold, classify(text, [self._spans[i] for i in untold]), strict=True))
        above = 0
        for index, block in enumerate(self._blocks):
            if block is None:
                look = looks[index]
                yield replace(look, level=min(6, max(look.level, above + 1))) if look.kind == "heading" else look
            else:
                above = block.level if block.kind == "heading" else above
                yield block


def _cells(row: Sequence[CellText], texts: Sequence[str], start: int, end: int) -> Iterator[Cell]:
    at = start
    for cell, text in zip(row, texts, strict=True):
        begin = min(at, end)
        yield Cell(begin, begin + len(text), cell.column, cell.columns, cell.rows)
        at += len(text) + len(CELL_SEPARATOR)
