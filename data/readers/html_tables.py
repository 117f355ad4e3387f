"""The tables of an HTML page: which hold data, which lay out the page, and where the cells stand."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from .builder import CellText
from .header_rows import count_header_rows
from .html_page import Element, words

_MOST_COLUMNS, _MOST_ROWS = 1000, 65534
"""That a cell can span, by the HTML standard; the columns of a table are counted no further, either."""

_LONGEST_CELL = 500
_MOST_PARAGRAPHS = 3
"""Of a cell in a table without a header; where more stands in one, the table lays out the page."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of data, row by row; the first `headers` rows are its header."""

    rows: Sequence[Sequence[CellText]]
    headers: int


@dataclass(frozen=True, slots=True)
class _Placed:
    element: Element
    text: CellText


def mark_data(tables: Sequence[Element]) -> None:
    """Find out which tables hold data: one with a table of data in it does not. Inner tables stand before outer ones."""
    for table in tables:
        table.is_data = not table.holds_data and _is_data(table)
        if table.table and (table.is_data or table.holds_data):
            table.table.holds_data = True


def read_table(table: Element, read: Callable[[Element], str], skips: Callable[[Element], bool]) -> Table:
    """Read a table of data, each cell with `read`; sections, rows and cells that `skips` says are left out."""
    grid = list(_grid(table, read, skips))
    width = 1 + max(placed.text.column for row in grid for placed in row)
    rows = [[replace(p.text, columns=min(p.text.columns, width - p.text.column)) for p in row] for row in grid]
    return Table(rows, _count_headers(table, grid))


def _is_data(table: Element) -> bool:
    if table.attributes.get("role") in ("presentation", "none"):
        return False
    grid = list(_grid(table, lambda cell: words(cell, linked=True, limit=100), lambda element: element.is_hidden))
    if max(map(_count_filled, grid), default=0) < 2:
        return False
    headers = _count_headers(table, grid)
    return not any(_is_page(placed.element, has_header=headers > 0) for row in grid[headers:] for placed in row)


def _is_page(cell: Element, *, has_header: bool) -> bool:
    """Say whether what stands in a cell is a part of the page, not a datum."""
    if has_header:
        return cell.has_heading and cell.paragraphs > _MOST_PARAGRAPHS
    return cell.has_heading or cell.paragraphs > _MOST_PARAGRAPHS or cell.size > _LONGEST_CELL


def _grid(table: Element, read: Callable[[Element], str], skips: Callable[[Element], bool]) -> Iterator[list[_Placed]]:
    """Yield the cells of each row, none for one that is left out. No cell spans across sections."""
    for section in _children(table, "thead", "tbody", "tfoot"):
        is_left_out = skips(section)
        rows = list(_children(section, "tr"))
        until: list[int] = []  # for each column, the row of the section from which on it is free again
        for number, row in enumerate(rows):
            cells = [] if is_left_out or skips(row) else [cell for cell in _children(row, "td", "th") if not skips(cell)]
            yield list(_place(cells, read, until, number, rows_left=len(rows) - number))


def _place(
    cells: Sequence[Element], read: Callable[[Element], str], until: list[int], row: int, *, rows_left: int
) -> Iterator[_Placed]:
    column = 0
    for cell in cells:
        while column < len(until) and until[column] > row:
            column += 1
        columns = cell.number("colspan", 1, low=1, high=_MOST_COLUMNS)
        rows = min(cell.number("rowspan", 1, low=0, high=_MOST_ROWS) or rows_left, rows_left)
        yield _Placed(cell, CellText(read(cell), column, columns, rows))
        stop = min(column + columns, _MOST_COLUMNS)
        if rows > 1 and column < stop:
            until.extend([0] * (stop - len(until)))
            until[column:stop] = [row + rows] * (stop - column)
        column += columns


def _children(element: Element, *tags: str) -> Iterator[Element]:
    return (child for child in element.children if not isinstance(child, str) and child.tag in tags)


def _count_headers(table: Element, grid: Sequence[Sequence[_Placed]]) -> int:
    """Return how many rows are the header: those of `thead`, or of `th` only, or what looks like titles of columns.

    A row above them that holds one cell, the table's title, is of the header, too.
    """
    head = next(_children(table, "thead", "tbody", "tfoot"))
    in_head = len(list(_children(head, "tr"))) if head.tag == "thead" else 0
    if in_head < len(grid) and any(_count_filled(row) > 1 for row in grid[:in_head]):
        return in_head
    titles = 1 if len(grid) > 2 and _count_filled(grid[0]) == 1 else 0
    below = grid[titles:]
    marked = next((number for number, row in enumerate(below) if not _is_marked(row)), 0)
    count = marked or count_header_rows([[placed.text for placed in row] for row in below])
    return titles + count if count else 0


def _is_marked(row: Sequence[_Placed]) -> bool:
    filled = [placed.element.tag for placed in row if placed.element.size]
    return len(filled) > 1 and all(tag == "th" for tag in filled)


def _count_filled(row: Sequence[_Placed]) -> int:
    return sum(1 for placed in row if placed.element.size)
