"""Lines in reading order into paragraphs and tables, across page breaks too."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from statistics import median

from ..segmentation import MARKER
from .pdf_layout import Item, Margins, PlacedLine, PlacedTable, Setting
from .pdf_lines import Line, is_wrapped, join_texts
from .pdf_tables import Table, continues, extend

_ENDED = re.compile(r"[。！？；!?;：:][”’」』）)】》\"]*$")
_OPEN_END = re.compile(r"[，、,（(《“]$")
_CONTINUES = re.compile(r"[，。、；：！？”’》】」』]")
_BULLET = re.compile(r"[-*•·●○■□◆◇▪➢✓]")

_LONGEST_HEADING = 60
"""Characters; longer text in large type is no heading."""

_LARGER = 1.12
"""How many times larger than the body a heading is set, to be known by its size."""

_SAME_PLACE = 0.8
"""Characters by which lines of one margin may differ: punctuation is set half as wide at the beginning of a line."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text that belongs together; `level` is a heading's where its size tells it, else 0."""

    text: str
    level: int = 0


def find_paragraphs(items: Sequence[Item], margins: Mapping[Setting, Margins]) -> Iterator[Paragraph | Table]:
    """Yield the paragraphs and tables of a document in order."""
    contents = list(_group(items, margins))
    sizes = _heading_sizes([content for content in contents if not isinstance(content, Table)])
    for content in contents:
        if isinstance(content, Table):
            yield content
        else:
            text = _text(content)
            yield Paragraph(text, sizes.get(_size(content[0].line), 0) if _may_be_heading(text) else 0)


def _group(items: Sequence[Item], margins: Mapping[Setting, Margins]) -> Iterator[list[PlacedLine] | Table]:
    """Yield the lines of each paragraph and whole tables."""
    lines: list[PlacedLine] = []
    parts: list[PlacedTable] = []
    pitch = _pitch(items, margins)
    for item in items:
        if isinstance(item, PlacedLine):
            if parts or (lines and not _goes_on(lines, item, margins, pitch)):
                yield _whole(parts) if parts else lines
                lines, parts = [], []
            lines.append(item)
        else:
            if lines or (parts and not _is_next(parts[-1], item)):
                yield _whole(parts) if parts else lines
                lines, parts = [], []
            parts.append(item)
    if lines or parts:
        yield _whole(parts) if parts else lines


def _is_next(part: PlacedTable, after: PlacedTable) -> bool:
    return after.page == part.page + 1 and continues(part.table, after.table)


def _whole(parts: Sequence[PlacedTable]) -> Table:
    return reduce(extend, (part.table for part in parts))


def _pitch(items: Sequence[Item], margins: Mapping[Setting, Margins]) -> float:
    """Return the usual distance of two lines of a paragraph, in sizes of the type."""
    lines = [item for item in items if isinstance(item, PlacedLine)]
    pitches = [
        (below.line.base - item.line.base) / item.line.size
        for item, below in pairwise(lines)
        if _is_below(item, below) and is_wrapped(item.line, below.line, margins[item.setting].right)
    ]
    return median(pitches) if pitches else 1.5


def _is_below(item: PlacedLine, below: PlacedLine) -> bool:
    """Say whether two lines stand in one column of one page."""
    return item.page == below.page and item.setting == below.setting and below.line.base > item.line.base


def _goes_on(lines: Sequence[PlacedLine], after: PlacedLine, margins: Mapping[Setting, Margins], pitch: float) -> bool:
    """Decide whether a line belongs to the paragraph above it."""
    last = lines[-1]
    if last.line.is_entry or _size_differs(last.line, after.line) or _are_tabbed(last.line, after.line):
        return False
    is_item = _starts_item(after.line)
    if _CONTINUES.match(after.line.text) or (_OPEN_END.search(last.line.text) and not is_item):
        return True
    if not is_wrapped(last.line, after.line, margins[last.setting].right):
        return False
    if _is_below(last, after) and after.line.base - last.line.base > 1.3 * pitch * last.line.size:
        return False
    if is_item and (_ENDED.search(last.line.text) or _starts_item(lines[0].line)):
        return False
    return _is_aligned(lines, after, margins)


def _is_aligned(lines: Sequence[PlacedLine], after: PlacedLine, margins: Mapping[Setting, Margins]) -> bool:
    """Say whether a line begins where the next one of the paragraph would: its first line may be set in, or hang."""
    em = after.line.size
    first, last, here = ((item.line.left - margins[item.setting].left) / em for item in (lines[0], lines[-1], after))
    if len(lines) > 1:
        is_mended = abs(here) < _SAME_PLACE and not _ENDED.search(lines[-1].line.text)
        return abs(here - last) < _SAME_PLACE or is_mended
    if abs(here - first) < _SAME_PLACE:
        return not (_ENDED.search(lines[0].line.text) and first > 1.2)
    hangs = _starts_item(lines[0].line) or not _ENDED.search(lines[0].line.text)
    return -5 < here - first < 0 or (here - first < 5 and hangs)


def _are_tabbed(line: Line, after: Line) -> bool:
    """Say whether two lines have a gap at the same place, as rows of names and values have."""
    return line.tab is not None and after.tab is not None and abs(line.tab - after.tab) < line.size / 2


def _starts_item(line: Line) -> bool:
    return bool(MARKER.match(line.text) or _BULLET.match(line.text))


def _text(lines: Sequence[PlacedLine]) -> str:
    return reduce(join_texts, (item.line.text for item in lines))


def _size(line: Line) -> float:
    return round(line.size * 2) / 2


def _size_differs(line: Line, other: Line) -> bool:
    return max(line.size, other.size) > _LARGER * min(line.size, other.size)


def _may_be_heading(text: str) -> bool:
    return len(text) <= _LONGEST_HEADING and not re.search(r"[。；，;,]$", text)


def _heading_sizes(paragraphs: Sequence[Sequence[PlacedLine]]) -> dict[float, int]:
    """Return the level of each size of type that is larger than the body's: the largest is 1."""
    letters: Counter[float] = Counter()
    for lines in paragraphs:
        for item in lines:
            letters[_size(item.line)] += len(item.line.text)
    if not letters:
        return {}
    body = letters.most_common(1)[0][0]
    heads = {_size(lines[0].line) for lines in paragraphs if _may_be_heading(_text(lines))}
    larger = sorted((size for size in heads if size > _LARGER * body), reverse=True)
    return {size: min(level, 6) for level, size in enumerate(larger, 1)}
