"""The lines and tables of PDF pages in reading order: in one column, or in two where a gutter parts them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from .pdf_lines import Line, merge
from .pdf_tables import Table

_FEWEST = 6
"""Lines that each of two columns has at least."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on a page: its rows from top to bottom, each as segments from left to right, and its tables."""

    number: int
    width: float
    height: float
    rows: tuple[tuple[Line, ...], ...]
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What lines with common margins share: the width of the page in points, and 1 or 2 in a column, else 0."""

    width: int
    column: int = 0


@dataclass(frozen=True, slots=True)
class Margins:
    """Where lines begin and end, in points from the page's left edge."""

    left: float
    right: float


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line in reading order, with its page and how it is set."""

    line: Line
    page: int
    setting: Setting


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """A table, or a part of one, in reading order, with its page."""

    table: Table
    page: int


Item = PlacedLine | PlacedTable


def reading_order(sheet: Sheet) -> Iterator[Item]:
    """Yield the lines and tables of a page as they are read: what spans both columns parts the columns above and below it."""
    gutter = _find_gutter(sheet.rows)
    rows: Iterable[Sequence[Line]] = sheet.rows
    if gutter is None:
        rows = [[merge(row)] for row in sheet.rows]
    contents: list[Line | Table] = [*sheet.tables, *(line for row in rows for line in row)]
    columns: dict[int, list[Item]] = {1: [], 2: []}
    for content in sorted(contents, key=_top):
        column = _column(content, gutter)
        item = _item(content, sheet, column)
        if column:
            columns[column].append(item)
        else:
            yield from (*columns[1], *columns[2], item)
            columns = {1: [], 2: []}
    yield from (*columns[1], *columns[2])


def find_margins(items: Iterable[Item]) -> dict[Setting, Margins]:
    """Return the margins of each setting, told from where its lines begin and end."""
    lines: dict[Setting, list[Line]] = {}
    for item in items:
        if isinstance(item, PlacedLine):
            lines.setdefault(item.setting, []).append(item.line)
    return {setting: _margins(found, setting) for setting, found in lines.items()}


def _margins(lines: Sequence[Line], setting: Setting) -> Margins:
    """Take the outermost places that several lines share; where no right one is, suppose it to be as wide as the left.

    Marks that may hang over the margin are not counted: they would move it by half a character or a whole one.
    """
    em = median(line.size for line in lines)
    fewest = max(2, len(lines) // 20)
    left = -(_shared([-line.left for line in lines], fewest, em) or -min(line.left for line in lines))
    rights = [line.right - line.hang for line in lines]
    widest = max(rights)
    supposed = max(widest, setting.width - left) if setting.column == 0 else widest
    shared = _shared(rights, fewest, em)
    return Margins(left, shared if shared and shared - left > 0.8 * (supposed - left) else supposed)


def _shared(places: Sequence[float], fewest: int, em: float) -> float | None:
    """Return the largest place that so many reach within a character's width."""
    ordered = sorted(places, reverse=True)
    return next((a for a, b in zip(ordered, ordered[fewest - 1 :], strict=False) if a - b < em), None)


def _item(content: Line | Table, sheet: Sheet, column: int) -> Item:
    if isinstance(content, Table):
        return PlacedTable(content, sheet.number)
    return PlacedLine(content, sheet.number, Setting(round(sheet.width), column))


def _top(content: Line | Table) -> float:
    return content.base if isinstance(content, Line) else content.box[1]


def _column(content: Line | Table, gutter: float | None) -> int:
    left, right = (content.left, content.right) if isinstance(content, Line) else (content.box[0], content.box[2])
    if gutter is None or left < gutter < right:
        return 0
    return 1 if right <= gutter else 2


def _find_gutter(rows: Sequence[Sequence[Line]]) -> float | None:
    """Return where a gutter parts two columns: lines fill them on both sides, and few stand across."""
    segments = [segment for row in rows for segment in row]
    if len(segments) < 2 * _FEWEST:
        return None
    start, stop = min(s.left for s in segments), max(s.right for s in segments)
    middle = [s.left for s in segments if 0.35 < (s.left - start) / max(stop - start, 1.0) < 0.65]
    places = Counter(round(x / 4) * 4 for x in middle)
    gutter = min((x for x, count in places.items() if count > max(places.values()) / 3), default=0.0) - 4
    sides = [[s for s in segments if s.right <= gutter], [s for s in segments if s.left >= gutter]]
    across = len(segments) - len(sides[0]) - len(sides[1])
    if min(map(len, sides)) < _FEWEST or across > max(map(len, sides)) / 4:
        return None
    widths = [_filled_width(side) for side in sides]
    return gutter if min(widths) > 0.75 * max(*widths, 1) else None


def _filled_width(column: Sequence[Line]) -> float:
    """Return the width of a column whose lines begin at one margin and often run to the other, as running text does; or 0."""
    tenth = len(column) // 10
    left, right = sorted(s.left for s in column)[tenth], sorted(s.right for s in column)[-1 - tenth]
    flush = sum(1 for s in column if abs(s.left - left) < 3 * s.size)
    full = sum(1 for s in column if abs(s.right - right) < 2 * s.size)
    return right - left if flush > 0.7 * len(column) and full > 0.2 * len(column) else 0.0
