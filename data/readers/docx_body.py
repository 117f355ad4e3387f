"""The body of a Word document, block by block."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .builder import CellText
from .docx_looks import Look, heading_levels, look_of
from .docx_numbering import Numbering
from .docx_package import Package, attribute, child, children, is_on, local_name, number
from .docx_styles import Styles
from .docx_text import Found, alternative, paragraph_text
from .header_rows import count_header_rows

_MOST_COLUMNS = 1000
_LONGEST_HEADING = 100
"""Characters; a longer one is body text in a heading's style."""

_PAGE_OF_ENTRY = re.compile(r"[\s.．·…]*[0-9ivxIVX]{1,4}$")
_WRAPPERS = frozenset({"ins", "moveTo", "customXml", "smartTag"})


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph: `level` is a heading's, 0 for the document's title, None for other text.

    `is_item` marks what is no heading, whatever it looks like: an entry of a table of contents, or of a list with bullets;
    `is_bare` marks an automatic number with nothing behind it; `look` is how the text is set.
    """

    text: str
    level: int | None = None
    is_item: bool = False
    is_bare: bool = False
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table, row by row; the first `headers` rows are its header."""

    rows: list[list[CellText]]
    headers: int


@dataclass(frozen=True, slots=True)
class _Placed:
    """A cell, and whether it is the lower part of the cell above it."""

    cell: CellText
    is_rest: bool


class Body:
    """A document's body, read once from the top: automatic numbers are counted on the way."""

    def __init__(self, package: Package) -> None:
        """Take up what the body refers to: styles, numbering, notes."""
        self.found = Found()
        self._body = child(package.main, "body")
        self._styles = Styles(package.part("styles"))
        self._numbering = Numbering(package.part("numbering"))
        self._notes = {kind: _notes(package.part(f"{kind}s"), kind) for kind in ("footnote", "endnote")}

    def blocks(self) -> Iterator[Text | Table]:
        """Yield the body's blocks, then the notes it refers to, in the order in which it does."""
        yield from _with_levels_by_look(list(self._as_set()))

    def _as_set(self) -> Iterator[Text | Table]:
        if self._body is not None:
            yield from self._blocks(self._body)
        for kind, key in list(self.found.notes):
            note = self._notes[kind].get(key)
            if note is not None:
                yield from self._blocks(note)

    def _blocks(self, container: Any) -> Iterator[Text | Table]:
        for element in container:
            name = local_name(element)
            if name == "p":
                yield from self._paragraph(element)
            elif name == "tbl":
                yield from self._table(element)
            elif name in _WRAPPERS:
                yield from self._blocks(element)
            elif name in ("sdt", "AlternateContent"):
                inner = child(element, "sdtContent") if name == "sdt" else alternative(element)
                yield from self._blocks(inner) if inner is not None else ()

    def _paragraph(self, paragraph: Any) -> Iterator[Text | Table]:
        style = self._styles.of(paragraph)
        text = paragraph_text(paragraph, self._styles, self.found)
        boxes, self.found.boxes = self.found.boxes, []
        marker = self._marker(paragraph, style, text)
        if text and self._styles.is_contents(style):
            yield Text(_PAGE_OF_ENTRY.sub("", marker + text), is_item=True)
        elif text:
            is_bullet = bool(marker) and not any(map(str.isalnum, marker))
            look = look_of(_unwrapped(paragraph, "r"), self._styles, style)
            yield Text(marker + text, self._level(paragraph, style, text), is_item=is_bullet, look=look)
        elif marker:
            yield Text(marker.strip(), is_bare=True)
        for box in boxes:
            yield from self._blocks(box)

    def _level(self, paragraph: Any, style: str | None, text: str) -> int | None:
        if len(text) > _LONGEST_HEADING or "。" in text:
            return None
        return 0 if self._styles.is_title(style) else self._styles.heading_level(paragraph, style) or None

    def _marker(self, paragraph: Any, style: str | None, text: str) -> str:
        """Count a numbered paragraph and return its marker; one that was deleted or is hidden is not counted."""
        mark = child(paragraph, "pPr", "rPr")
        if not text and (child(mark, "del") is not None or is_on(child(mark, "vanish"))):
            return ""
        own, styled = child(paragraph, "pPr", "numPr"), self._styles.numbering(style)
        key = attribute(child(own, "numId")) or attribute(child(styled, "numId"))
        if not key or key == "0":
            return ""
        level = self._numbering.level_of_style(key, style or "") if child(own, "ilvl") is None else None
        if level is None:
            level = number(child(own if child(own, "ilvl") is not None else styled, "ilvl"))
        return self._numbering.next_marker(key, level)

    def _table(self, table: Any) -> Iterator[Text | Table]:
        """Yield a table, and the tables inside its cells behind it; a frame of one column is no table."""
        rows = [row for row in _unwrapped(table, "tr") if child(row, "trPr", "del") is None]
        cells = [list(_unwrapped(row, "tc")) for row in rows]
        if all(len(row) < 2 for row in cells):
            for cell in (cell for row in cells for cell in row):
                yield from self._blocks(cell)
            return
        inner: list[Text | Table] = []
        grid = _merge([list(self._cells(row, inner)) for row in rows])
        marked = next((n for n, row in enumerate(rows) if not is_on(child(row, "trPr", "tblHeader"))), 0)
        yield Table(grid, marked or count_header_rows(grid))
        yield from inner

    def _cells(self, row: Any, inner: list[Text | Table]) -> Iterator[_Placed]:
        """Yield the cells of a row; the tables found in them are added to `inner`."""
        column = number(child(row, "trPr", "gridBefore"), most=_MOST_COLUMNS)
        for cell in _unwrapped(row, "tc"):
            properties = child(cell, "tcPr")
            columns = max(1, number(child(properties, "gridSpan"), 1, most=_MOST_COLUMNS))
            merge = child(properties, "vMerge")
            is_rest = merge is not None and attribute(merge) in (None, "continue")
            blocks = [] if is_rest else list(self._blocks(cell))
            text = " ".join(block.text for block in blocks if isinstance(block, Text))
            inner.extend(block for block in blocks if isinstance(block, Table))
            yield _Placed(CellText(re.sub(r"\s+", " ", text), column, columns), is_rest)
            column += columns


def _with_levels_by_look(blocks: Sequence[Text | Table]) -> list[Text | Table]:
    """Return the blocks, with headings told from how they are set where no style says which they are."""
    looks = [(b.text, b.look) for b in blocks if isinstance(b, Text) and b.look]
    if any(isinstance(block, Text) and block.level is not None for block in blocks):
        return list(blocks)
    levels = iter(heading_levels(looks))
    return [replace(b, level=next(levels)) if isinstance(b, Text) and b.look else b for b in blocks]


def _merge(rows: Sequence[Sequence[_Placed]]) -> list[list[CellText]]:
    """Make one cell of those that are merged downwards."""
    grid: list[list[CellText]] = []
    tops: dict[int, tuple[int, int]] = {}  # by column: the row and the place in it of the cell last begun
    for at, row in enumerate(rows):
        grid.append([])
        for placed in row:
            column = placed.cell.column
            top, place = tops.get(column, (at, 0))
            if placed.is_rest and top < at and top + grid[top][place].rows == at:
                grid[top][place] = replace(grid[top][place], rows=grid[top][place].rows + 1)
            else:
                tops[column] = (at, len(grid[at]))
                grid[at].append(placed.cell)
    return grid


def _notes(tree: Any | None, kind: str) -> dict[str, Any]:
    """Return the notes of a part by id, without the lines that part them from the text."""
    notes = [note for note in children(tree, kind) if attribute(note, "type") in (None, "normal")]
    return {attribute(note, "id") or "": note for note in notes}


def _unwrapped(element: Any, name: str) -> Iterator[Any]:
    """Yield the children of that name, those inside content controls and insertions too."""
    for part in element:
        if local_name(part) == name:
            yield part
        elif local_name(part) in _WRAPPERS:
            yield from _unwrapped(part, name)
        elif local_name(part) == "sdt" and child(part, "sdtContent") is not None:
            yield from _unwrapped(child(part, "sdtContent"), name)
