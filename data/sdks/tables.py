"""SDK lists in tables: which columns or rows say what, for tables that a format knows and for `a | b | c` in plain text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ..document import Block, Cell, Document, Span
from .labels import Field, field_of
from .mentions import Mentions
from .text import is_company, link, value

_BAR = re.compile(r"[|｜]|(?<=\S)\t+(?=\S)")
_LINE = re.compile(r"[^\s](?:[^\r\n]*[^\s])?")
_PLATFORMS = re.compile(r"(?:(?:安卓|android|ios|苹果|鸿蒙|harmonyos)(?:系统|版|端)?[\s、，,/和及与]*)+", re.IGNORECASE)
_URL_LINE = re.compile(r"\[?https?:|\[[^\]]{1,40}\]\(http")
_RULE = re.compile(r"[\s|｜:+=-]*")


@dataclass(frozen=True, slots=True)
class Row:
    """A table row: the range of its text, its cells, and whether the format calls it a header."""

    span: Span
    cells: tuple[Cell, ...]
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell's range and what it says; `is_carried` where it stands in a row above and spans this one."""

    field: Field
    start: int
    end: int
    is_carried: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row says; where labels stand in the first column, what one of its other cells says."""

    span: Span
    cells: tuple[TableCell, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of a table's columns, and how many columns it has."""

    columns: Mapping[int, Field]
    width: int


def passages(document: Document) -> Iterator[list[Row] | Block]:
    """Yield the document's tables, each as its rows, and every other block, in order."""
    keys = _table_keys(document)
    for key, group in groupby(zip(keys, document.blocks, strict=True), key=lambda pair: pair[0]):
        blocks = [block for _, block in group]
        if key is None:
            yield from blocks
        elif key == "bars":
            yield list(_bar_rows(document.text, blocks))
        else:
            yield [Row(block, block.cells, block.is_header) for block in blocks]


def entries(mentions: Mentions, rows: Sequence[Row], above: Header | None = None) -> tuple[list[Entry], Header | None]:
    """Return what a table says, in order, and its header.

    Labels stand in a header row, in the first column, or nowhere. A table without labels that is as wide as the one `above`
    is taken for its next part, cut off by a page break.
    """
    flagged = [row for row in rows if row.is_header and len(_labels(mentions.text, row)) > 1]
    if not flagged and _has_labels_in_rows(mentions.text, rows):
        return list(_entries_by_column(mentions, rows)), None
    tops = flagged or [row for row in _tops(rows) if _looks_like_header(mentions, row)][:1]
    width = max((cell.column + cell.columns for row in rows for cell in row.cells), default=0)
    if tops:
        header = Header({column: field for row in tops for column, field in _labels(mentions.text, row).items()}, width)
    else:
        header = above if above and above.width == width else None
    body = [row for row in rows if row not in tops and not row.is_header]
    found = []
    for row, cells in zip(body, _carry(body), strict=True):
        is_alone = sum(cell.start < cell.end for cell, _ in cells) == 1
        told = _unlabelled(mentions, cells) if is_alone or not header else _labelled(mentions, cells, header.columns)
        found.append(Entry(row.span, tuple(_no_title(cell) for cell in told) if is_alone else told))
    return found, header


def _table_keys(document: Document) -> list[int | str | None]:
    """Tell for each block which table it is of: a number, `bars` for one drawn with bars, or None.

    Where rows were broken up, a lone bar ties the blocks around it, and a bar at the end of an unfinished row the next.
    """
    bodies = [document.text[block.start : block.end] for block in document.blocks]
    keys: list[int | str | None] = []
    tied, most = False, 0
    for block, body, following in zip(document.blocks, bodies, [*bodies[1:], ""], strict=True):
        bars = 0 if block.cells else len(_BAR.findall(body))
        drawn = bars > 0 or (not block.cells and (tied or _is_bar(following)))
        keys.append("bars" if drawn else block.table)
        most = max(most, bars) if drawn else 0
        is_open = drawn and body[-1] in "|｜" and body[0] not in "|｜"
        tied = _is_bar(body) or (is_open and (bars < most or bool(_URL_LINE.match(following))))
    return keys


def _is_bar(body: str) -> bool:
    return body in ("|", "｜")


def _bar_rows(text: str, blocks: Sequence[Block]) -> Iterator[Row]:
    """Yield the rows of a table drawn with bars. A row may run over lines: one with as many bars as any begins a new one."""
    bodies = [(block.start, text[block.start : block.end]) for block in blocks]
    most = max(len(_BAR.findall(line)) for _, body in bodies for line in body.split("\n"))
    rows: list[Span] = []
    for begin, body in bodies:
        for match in _LINE.finditer(body):
            line = Span(begin + match.start(), begin + match.end())
            tied = rows and (match.group()[0] in "|｜" or text[rows[-1].end - 1] in "|｜")
            full = most > 1 and len(_BAR.findall(match.group())) == most
            if full or not rows or (not tied and (match.start() == 0 or most == 1)):
                rows.append(line)
            else:
                rows[-1] = Span(rows[-1].start, line.end)
    for row in rows:
        if not _RULE.fullmatch(text, row.start, row.end):
            yield Row(row, tuple(_bar_cells(text, row.start, row.end)))


def _bar_cells(text: str, start: int, end: int) -> Iterator[Cell]:
    edges = [match.span() for match in _BAR.finditer(text, start, end)]
    if edges and not text[start : edges[0][0]].strip():
        start = edges.pop(0)[1]
    for column, (before, after) in enumerate(zip([(start, start), *edges], [*edges, (end, end)], strict=True)):
        yield Cell(before[1], after[0], column)


def _tops(rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows that can be a header: the first, and the next under a title that fills a row alone."""
    return rows[:2] if rows and len(rows[0].cells) == 1 else rows[:1]


def _labels(text: str, row: Row) -> dict[int, Field]:
    """Return the field that each column's label in this row announces."""
    fields: dict[int, Field] = {}
    for cell in row.cells:
        field = field_of(text[cell.start : cell.end])
        if field:
            fields |= dict.fromkeys(range(cell.column, cell.column + cell.columns), field)
    return fields


def _looks_like_header(mentions: Mentions, row: Row) -> bool:
    return len(set(_labels(mentions.text, row).values())) > 1 and not mentions.sdks(row.span.start, row.span.end)


def _has_labels_in_rows(text: str, rows: Sequence[Row]) -> bool:
    """Say whether most rows begin with a label, of two kinds at least."""
    firsts = [_labels(text, row).get(0) for row in rows if len(row.cells) > 1]
    known = [field for field in firsts if field]
    return len(set(known)) > 1 and len(known) * 2 > len(firsts)


def _entries_by_column(mentions: Mentions, rows: Sequence[Row]) -> Iterator[Entry]:
    """Yield each column but the first from top to bottom; a row of one cell is a title that may name the SDK."""
    last = max(cell.column for row in rows for cell in row.cells)
    fields: list[Field] = ["name" if len(row.cells) == 1 else _labels(mentions.text, row).get(0, "other") for row in rows]
    cells = [{cell.column: cell for cell in row.cells} for row in rows]
    for column in range(1, last + 1):
        for row, field, by_column in zip(rows, fields, cells, strict=True):
            cell = row.cells[0] if len(row.cells) == 1 else by_column.get(column)
            if cell:
                yield Entry(row.span, (TableCell(field, cell.start, cell.end),))


def _carry(rows: Sequence[Row]) -> Iterator[list[tuple[Cell, bool]]]:
    """Yield each row's cells by column, those included that span it from a row above (and true for these)."""
    spanning: dict[int, tuple[Cell, int]] = {}
    for row in rows:
        spanning = {column: (cell, left - 1) for column, (cell, left) in spanning.items() if left > 1}
        own = {cell.column for cell in row.cells}
        carried = [(cell, True) for column, (cell, _) in spanning.items() if column not in own]
        spanning |= {cell.column: (cell, cell.rows) for cell in row.cells if cell.rows > 1}
        yield sorted([*((cell, False) for cell in row.cells), *carried], key=lambda pair: pair[0].column)


def _labelled(mentions: Mentions, cells: Sequence[tuple[Cell, bool]], columns: Mapping[int, Field]) -> tuple[TableCell, ...]:
    """Return a row's cells with the fields of their columns, the one that names the SDK among them."""
    row = [TableCell(columns.get(cell.column, "other"), cell.start, cell.end, carried) for cell, carried in cells]
    named = _name_cell(mentions, row)
    has_names = any(cell.field == "name" for cell in row)
    result = []
    for n, cell in enumerate(row):
        is_owner = cell.field == "owner" or (cell.field == "party" and has_names)
        if n == named:
            result.append(replace(cell, field="name"))
            is_owner = is_owner and is_company(mentions.text, cell.start, cell.end)
        if is_owner:
            result.append(replace(cell, field="owner"))
        elif n != named:
            result.append(replace(cell, field="other") if cell.field == "name" and named is not None else cell)
    return tuple(result)


def _name_cell(mentions: Mentions, row: Sequence[TableCell]) -> int | None:
    """Return the cell that names the SDK: in the column of names, else in one that may hold them, else at a cell's head."""
    named = [n for n, cell in enumerate(row) if mentions.sdks(cell.start, cell.end)]
    for fields in (("name",), ("party",), ("owner", "purpose", "other")):
        for n in named:
            if row[n].field in fields and (fields[0] != "owner" or _begins_with_name(mentions, row[n])):
                return n
    return None


def _begins_with_name(mentions: Mentions, cell: TableCell) -> bool:
    first = mentions.entities[mentions.sdks(cell.start, cell.end)[0]].start
    return not mentions.text[cell.start : first].strip().strip('“"「『【《[')


def _unlabelled(mentions: Mentions, cells: Sequence[tuple[Cell, bool]]) -> tuple[TableCell, ...]:
    """Return the cells of a row without labels, told apart by what they hold."""
    row: list[TableCell] = []
    seen: set[Field] = set()
    for cell, carried in cells:
        field = content_field(mentions, cell.start, cell.end)
        if field in ("name", "purpose") and field in seen:
            field = "other"
        seen.add(field)
        row.append(TableCell(field, cell.start, cell.end, carried))
    return tuple(row)


def _no_title(cell: TableCell) -> TableCell:
    """Return a cell that fills its row alone: if its words could be a purpose they are the title of the rows below."""
    return replace(cell, field="other") if cell.field == "purpose" else cell


def content_field(mentions: Mentions, start: int, end: int) -> Field:
    """Return what a cell or line without a label says, told by what it holds."""
    text = mentions.text
    if value(text, start, end) is None or text[start:end].strip().isdigit():
        return "other"
    if _PLATFORMS.fullmatch(text[start:end].strip()):
        return "platform"
    if link(text, start, end):
        return "policy"
    sdks = mentions.sdks(start, end)
    if sdks and _begins_with_name(mentions, TableCell("other", start, end)):
        return "name"
    if is_company(text, start, end):
        return "owner"
    return "items" if mentions.items(start, end) else "purpose"
