"""Glyphs into lines, and lines into running text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from .pdf_glyphs import Glyph

_NO_LINE_START = "，。、；：！？”’》】」』）〉…,.;:!?)]}%"
_NO_LINE_END = "（《【“‘「『〈([{"
"""Marks that typesetting keeps with the character before or after them."""

_LEADER = re.compile(r"\s*(?:[.．·…⋯‥_]\s*){4,}[0-9ivxlIVXL]{1,4}$")
_UNBROKEN = re.compile(r"://|www\.|@|\w[/_]\w|\w\.\w+\.\w")
"""In a word that is a link, an address or an identifier: these are broken anywhere, and take no space there."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text on a page, in points; `lead` is the width of what no line break parts from its beginning.

    `hang` is the width of the marks at its end that may stand beyond the margin. `tab` is where its second part begins,
    behind a wide gap; `is_entry` marks an entry of a table of contents, whose dots and page number are left out.
    """

    text: str
    left: float
    right: float
    base: float
    size: float
    lead: float
    hang: float = 0.0
    tab: float | None = None
    is_entry: bool = False


class _Ink(NamedTuple):
    """A visible glyph of a row and whether white space stands before it."""

    glyph: Glyph
    is_spaced: bool


def find_segments(glyphs: Iterable[Glyph]) -> list[list[Line]]:
    """Return the lines from top to bottom, each as its segments from left to right, which wide gaps part."""
    return [[_line(run) for run in _split(row)] for row in map(_inks, _rows(glyphs)) if row]


def merge(segments: Sequence[Line]) -> Line:
    """Make one line of its segments, a space between them."""
    first, last = segments[0], segments[-1]
    main = max(segments, key=lambda s: len(s.text) * s.size)
    text = " ".join(segment.text for segment in segments)
    tab = segments[1].left if len(segments) > 1 else None
    return _strip_leader(replace(first, text=text, right=last.right, base=main.base, size=main.size, hang=last.hang, tab=tab))


def is_wrapped(line: Line, after: Line, right: float) -> bool:
    """Say whether a line ends only because what follows would not have fitted before the margin `right`."""
    space = 0.25 * line.size if needs_space(line.text, after.text) else 0.0
    return right - line.right < after.lead + space + 0.4 * line.size


def join_texts(above: str, below: str) -> str:
    """Join the halves of what a line break parted: with a space between Latin words, without one elsewhere."""
    return above + (" " if needs_space(above, below) else "") + below


def needs_space(above: str, below: str) -> bool:
    """Say whether a line break between two texts stands for a space."""
    if not above or not below or not _is_latin(above[-1]) or not _is_latin(below[0]):
        return False
    word = re.split(r"[\s\u2e80-\uffef]", above)[-1]
    return not (above[-1] in "-/_([&=" or below[0] in ",.;:!?)]" or _UNBROKEN.search(word))


def _is_latin(character: str) -> bool:
    return ord(character) < 0x2E80 and character not in "“”‘’…—·•●■□◆➢✓▪" and not character.isspace()


def _rows(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    """Yield the glyphs of each base line; what is raised or lowered by less than half its size belongs to it."""
    row: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda g: g.base):
        if row and glyph.base - row[0].base >= 0.5 * max(glyph.size, row[0].size):
            yield row
            row = []
        row.append(glyph)
    if row:
        yield row


def _inks(row: Sequence[Glyph]) -> list[_Ink]:
    """Return the visible glyphs of a row from left to right, without those printed twice to look bold."""
    inks: list[_Ink] = []
    is_spaced = False
    for glyph in sorted(row, key=lambda g: g.left):
        if glyph.text.isspace():
            is_spaced = True
        elif not any(_is_double(glyph, ink.glyph) for ink in inks[-2:]):
            inks.append(_Ink(glyph, is_spaced and bool(inks)))
            is_spaced = False
    return inks


def _is_double(glyph: Glyph, other: Glyph) -> bool:
    return glyph.text == other.text and glyph.left - other.left < 0.5 * (other.right - other.left)


def _split(inks: Sequence[_Ink]) -> Iterator[list[_Ink]]:
    """Yield the runs of a row between gaps of more than one and a half characters."""
    run = [inks[0]]
    for before, ink in pairwise(inks):
        if ink.glyph.left - before.glyph.right > 1.5 * ink.glyph.size:
            yield run
            run = []
        run.append(ink)
    yield run


def _line(run: Sequence[_Ink]) -> Line:
    parts = [run[0].glyph.text]
    lead = 0.0
    for before, ink in pairwise(run):
        is_apart = _is_apart(before.glyph, ink)
        if not lead and (is_apart or not _are_kept_together(before.glyph.text, ink.glyph.text)):
            lead = before.glyph.right - run[0].glyph.left
        parts.append(" " + ink.glyph.text if is_apart else ink.glyph.text)
    glyphs = [ink.glyph for ink in run]
    sizes = sorted(glyph.size for glyph in glyphs)
    bases = sorted(glyph.base for glyph in glyphs)
    left, right = glyphs[0].left, max(glyph.right for glyph in glyphs)
    middle = len(glyphs) // 2
    return Line("".join(parts), left, right, bases[middle], sizes[middle], lead or right - left, _hang(glyphs, right))


def _hang(glyphs: Sequence[Glyph], right: float) -> float:
    inside = next((glyph for glyph in reversed(glyphs) if glyph.text not in _NO_LINE_START), glyphs[-1])
    return max(0.0, right - inside.right)


def _is_apart(before: Glyph, ink: _Ink) -> bool:
    """Say whether a space stands between two glyphs; between Latin and Chinese ones typesetting leaves a gap of its own."""
    gap = ink.glyph.left - before.right
    are_words = _is_latin(before.text) and _is_latin(ink.glyph.text[0])
    return ink.is_spaced or gap > (0.2 if are_words else 1.0) * ink.glyph.size


def _are_kept_together(before: str, after: str) -> bool:
    return (_is_latin(before) and _is_latin(after)) or before in _NO_LINE_END or after in _NO_LINE_START


def _strip_leader(line: Line) -> Line:
    text = _LEADER.sub("", line.text)
    return replace(line, text=text, is_entry=True) if text and text != line.text else line
