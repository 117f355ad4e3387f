"""Ruled tables on PDF pages: the grid from pdfplumber, what stands in it from the page's glyphs."""

import io
import itertools
import logging
import time
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from ctypes import c_float
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2.raw as pdfium

from .builder import CellText
from .pdf_glyphs import Glyph
from .pdf_lines import Line, find_segments, is_wrapped, join_texts, merge

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in points from the page's top left corner."""

_MOST_PATHS = 10_000
"""A page with more drawn lines than this holds a drawing, not a table."""

_SAME = 3.0
"""Points by which the upright rules of one table may differ from page to page."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a table on a page, and how far up and down its upright rules go: a page break may leave a row open."""

    cells: tuple[Box, ...]
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Field:
    """A cell on a page: its text and place, the lines in it and the right margin they are set to."""

    cell: CellText
    lines: tuple[Line, ...] = ()
    margin: float = 0.0


Row = tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or the part of one that stands on a page.

    `edges` are the places of its upright rules; `is_open` says that no level rule closes its last row.
    """

    box: Box
    edges: tuple[float, ...]
    rows: tuple[Row, ...]
    is_open: bool = False


def has_rules(page: Any) -> bool:
    """Say whether a pypdfium2 page has enough drawn lines for a table; costs far less than looking for the table."""
    left, bottom, right, top = c_float(), c_float(), c_float(), c_float()
    upright = level = 0
    for number, path in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH])):
        if number == _MOST_PATHS:
            return False
        pdfium.FPDFPageObj_GetBounds(path, left, bottom, right, top)
        upright += top.value - bottom.value > 4
        level += right.value - left.value > 4
    return upright >= 3 and level >= 2


def find_grids(data: bytes, numbers: Sequence[int], *, seconds: float) -> Iterator[tuple[int, list[Grid]]]:
    """Yield the tables' grids for the pages of these numbers (from 0).

    Pages that pdfplumber cannot read are left out, and so are those that the time did not suffice for.
    """
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    stop = time.monotonic() + seconds
    try:
        with pdfplumber.open(io.BytesIO(data), pages=[number + 1 for number in numbers]) as pdf:
            for page in pdf.pages:
                if time.monotonic() > stop:
                    return
                finder = page.debug_tablefinder()
                rules = [edge for edge in finder.edges if edge["orientation"] == "v"]
                grids = [_grid(table.cells, rules, *page.bbox[:2]) for table in finder.tables]
                page.close()
                yield page.page_number - 1, grids
    except MemoryError:
        raise
    except Exception:  # pdfminer answers a damaged file with any error at all
        return


def _grid(cells: Sequence[Box], rules: Sequence[Mapping[str, Any]], left: float, top: float) -> Grid:
    """Make a grid of cells as pdfplumber has them: their page begins at (left, top)."""
    placed = tuple((a - left, b - top, c - left, d - top) for a, b, c, d in cells)
    start, stop = min(cell[1] for cell in placed), max(cell[3] for cell in placed)
    begin, end = min(cell[0] for cell in placed), max(cell[2] for cell in placed)
    spans = [(rule["top"] - top, rule["bottom"] - top, rule["x0"] - left) for rule in rules]
    beside = [(a, b) for a, b, x in spans if begin - _SAME < x < end + _SAME and a < stop + _SAME and b > start - _SAME]
    above, below = [a for a, _ in beside if a < start - _SAME], [b for _, b in beside if b > stop + _SAME]
    return Grid(placed, min(above) if len(above) > 1 else start, max(below) if len(below) > 1 else stop)


def fill(grid: Grid, glyphs: Sequence[Glyph]) -> tuple[Table | None, list[Glyph]]:
    """Put glyphs into the cells they stand in; return the table and the glyphs outside.

    A frame of one column and one without text are no tables: their glyphs are all left.
    """
    edges = sorted({x for cell in grid.cells for x in (cell[0], cell[2])})
    levels = sorted({grid.top, grid.bottom} | {y for cell in grid.cells for y in (cell[1], cell[3])})
    homes = {place: cell for cell in grid.cells for place in _places(cell, edges, levels)}
    inside: dict[Box, list[Glyph]] = {cell: [] for cell in homes.values()}
    rest: list[Glyph] = []
    for glyph in glyphs:
        column, row = bisect(edges, (glyph.left + glyph.right) / 2), bisect(levels, glyph.base - 0.35 * glyph.size)
        if 0 < column < len(edges) and 0 < row < len(levels):
            inside.setdefault(homes.get((column, row)) or _open_cell(column, row, edges, levels, homes), []).append(glyph)
        else:
            rest.append(glyph)
    if len(edges) < 3 or not any(inside.values()):
        return None, list(glyphs)
    lines = {cell: tuple(merge(segments) for segments in find_segments(found)) for cell, found in inside.items()}
    rows: dict[float, list[Field]] = {}
    margins = _margins(lines)
    for cell, found in sorted(lines.items(), key=lambda entry: (entry[0][1], entry[0][0])):
        margin = margins[cell[0], cell[2]]
        column, row = edges.index(cell[0]), levels.index(cell[1])
        place = (column, edges.index(cell[2]) - column, levels.index(cell[3]) - row)
        rows.setdefault(cell[1], []).append(Field(CellText(_text(found, margin), *place), found, margin))
    is_open = not any(row == len(levels) - 1 for _, row in homes)
    box = (edges[0], levels[0], edges[-1], levels[-1])
    return Table(box, tuple(edges), tuple(map(tuple, rows.values())), is_open), rest


def continues(table: Table, part: Table) -> bool:
    """Say whether a table at the top of a page has the columns of one at the foot of the page before."""
    return len(table.edges) == len(part.edges) and all(abs(a - b) < _SAME for a, b in zip(table.edges, part.edges, strict=True))


def extend(table: Table, part: Table) -> Table:
    """Add the part of a table that stands on the next page.

    A header that is repeated there is dropped, and a row that the page break cut is joined.
    """
    rows = _without_repeated(table.rows, part.rows)
    if not rows:
        return table
    upper, below = table.rows, rows[0]
    is_rest = _is_rest(table, below) or (_is_headless(below) and not any(map(_spans_rows, (*upper, *rows))))
    if _is_headless(below):
        first = below[0].cell
        upper = _stretch(upper, (1 if first.column else first.rows) - is_rest)
        below = below if first.column else below[1:]
    cut = [_join_rows(upper[-1], below)] if is_rest else [upper[-1], below]
    return replace(part, rows=(*upper[:-1], *filter(None, cut), *rows[1:]))


def _places(cell: Box, edges: Sequence[float], levels: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Yield the places of the grid that a cell takes, as `bisect` finds them."""
    columns = range(edges.index(cell[0]) + 1, edges.index(cell[2]) + 1)
    rows = range(levels.index(cell[1]) + 1, levels.index(cell[3]) + 1)
    yield from itertools.product(columns, rows)


def _open_cell(
    column: int, row: int, edges: Sequence[float], levels: Sequence[float], homes: Mapping[tuple[int, int], Box]
) -> Box:
    """Return a cell that is ruled on some sides only, as one cut by a page break is: what is free of its column there."""
    top = bottom = row
    while top > 1 and (column, top - 1) not in homes:
        top -= 1
    while bottom < len(levels) - 1 and (column, bottom + 1) not in homes:
        bottom += 1
    return edges[column - 1], levels[top - 1], edges[column], levels[bottom]


def _margins(lines: Mapping[Box, Sequence[Line]]) -> dict[tuple[float, float], float]:
    """Return the right margin of each column of cells: as far as any line reaches, or as the left padding says."""
    columns: dict[tuple[float, float], list[Line]] = {}
    for cell, found in lines.items():
        columns.setdefault((cell[0], cell[2]), []).extend(found)
    return {
        (left, right): max([line.right for line in found] + [right - min((line.left - left for line in found), default=0.0)])
        for (left, right), found in columns.items()
    }


def _text(lines: Sequence[Line], margin: float) -> str:
    """Join the lines of a cell; a break that was not forced by the margin becomes a space."""
    text = ""
    for index, line in enumerate(lines):
        if index and not is_wrapped(lines[index - 1], line, margin):
            text += " "
        text = join_texts(text, line.text)
    return text


def _without_repeated(rows: tuple[Row, ...], below: tuple[Row, ...]) -> tuple[Row, ...]:
    same = 0
    while same < min(len(rows), len(below), 3) and _texts(rows[same]) == _texts(below[same]):
        same += 1
    return below[same:]


def _texts(row: Row) -> list[str]:
    return [field.cell.text for field in row]


def _spans_rows(row: Row) -> bool:
    return any(field.cell.rows > 1 for field in row if field.cell.column == 0)


def _is_headless(row: Row) -> bool:
    """Say whether nothing stands in the first column: a row cut by a page break, or beside a cell that spans rows."""
    return row[0].cell.column > 0 or not row[0].cell.text


def _is_rest(table: Table, below: Row) -> bool:
    """Say whether a row is the rest of the table's last: all its texts go on where those above wrapped, and some are over."""
    if table.is_open:
        return True
    above = {field.cell.column: field for field in table.rows[-1]}
    written = [field for field in below if field.lines]
    uppers = [above.get(field.cell.column) for field in written]
    return len(written) < len(above) and all(
        upper is not None and upper.lines and is_wrapped(upper.lines[-1], field.lines[0], upper.margin)
        for upper, field in zip(uppers, written, strict=True)
    )


def _stretch(rows: tuple[Row, ...], by: int) -> tuple[Row, ...]:
    """Let the last cell of the first column span more rows."""
    at = next((i for i in reversed(range(len(rows))) if rows[i][0].cell.column == 0), None)
    if at is None or not by:
        return rows
    first = rows[at][0]
    longer = replace(first, cell=replace(first.cell, rows=first.cell.rows + by))
    return (*rows[:at], (longer, *rows[at][1:]), *rows[at + 1 :])


def _join_rows(row: Row, below: Sequence[Field]) -> Row:
    rest = {field.cell.column: field for field in below}
    columns = {field.cell.column for field in row}
    joined = [_join(field, rest.get(field.cell.column)) for field in row]
    new = [field for field in below if field.cell.column not in columns and field.cell.text]
    return tuple(sorted([*joined, *new], key=lambda field: field.cell.column))


def _join(field: Field, rest: Field | None) -> Field:
    if rest is None or not rest.lines:
        return field
    lines = (*field.lines, *rest.lines)
    is_new = bool(field.lines) and not is_wrapped(field.lines[-1], rest.lines[0], field.margin)
    text = join_texts(field.cell.text + " " * is_new, rest.cell.text)
    return Field(replace(field.cell, text=text), lines, field.margin)
