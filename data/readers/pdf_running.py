"""Running heads, feet and page numbers: what is printed around the text of every page."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from .pdf_layout import Sheet
from .pdf_lines import Line, merge

_DEPTH = 3
"""Rows at the top and at the foot of a page that are looked at."""

_SHARE = 0.4
"""Of the pages, a running head stands on at least so many: heads of left and right pages may differ."""

_PAGE_NUMBER = re.compile(
    r"第\d+页(?:[/／,，、]?[共总]?\d+页)?|[共总]\d+页[/／,，、]?第\d+页|[-—–~·•]+\d{1,4}[-—–~·•]+|\d{1,4}[/／]\d{1,4}"
    r"|page\d+(?:(?:of|/)\d+)?",
    re.IGNORECASE,
)

_Key = tuple[str, int]


def drop_running(sheets: Sequence[Sheet]) -> tuple[list[Sheet], int]:
    """Return the pages without running heads, feet and page numbers, and how many rows these were.

    A running row stands at the same height on many pages, the same but for its numbers. If nothing else stands on the
    pages, all is kept.
    """
    counts = Counter(key for sheet in sheets for key in {*_keys(sheet, foot=False), *_keys(sheet, foot=True)})
    fewest = max(2, _SHARE * len(sheets))
    running = {key for key, count in counts.items() if count >= fewest}
    kept = [_trim(sheet, running) for sheet in sheets]
    if not any(sheet.rows or sheet.tables for sheet in kept):
        return list(sheets), 0
    return kept, sum(len(before.rows) - len(after.rows) for before, after in zip(sheets, kept, strict=True))


def _trim(sheet: Sheet, running: set[_Key]) -> Sheet:
    heads = sum(1 for _ in takewhile(lambda key: _is_running(key, running), _keys(sheet, foot=False)))
    rows = sheet.rows[heads:]
    rest = replace(sheet, rows=rows)
    feet = sum(1 for _ in takewhile(lambda key: _is_running(key, running), _keys(rest, foot=True)))
    return replace(sheet, rows=rows[: len(rows) - feet])


def _is_running(key: _Key, running: set[_Key]) -> bool:
    return key in running or key[0] == ""


def _keys(sheet: Sheet, *, foot: bool) -> Iterator[_Key]:
    """Yield what the outermost rows of a page are known by, from its edge inwards and up to a table; "" is a page number."""
    for row in (sheet.rows[::-1] if foot else sheet.rows)[:_DEPTH]:
        if any(_is_beyond(table.box[1], table.box[3], row[0], foot=foot) for table in sheet.tables):
            return
        text = re.sub(r"\s+", "", merge(row).text)
        height = sheet.height - row[0].base if foot else row[0].base
        yield ("" if _PAGE_NUMBER.fullmatch(text) else re.sub(r"\d+", "0", text)), round(height)


def _is_beyond(top: float, bottom: float, line: Line, *, foot: bool) -> bool:
    """Say whether a table stands between a row and the edge of the page."""
    return bottom > line.base if foot else top < line.base
