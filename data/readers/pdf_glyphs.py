"""A PDF page into glyphs with their places, read with PDFium. Units are points from the page's top left corner, as seen."""

import math
from collections import Counter
from collections.abc import Iterator
from ctypes import c_double
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from .characters import ORDINARY, UNKNOWN

_LINE_END_HYPHEN = 2
"""What PDFium gives for a hyphen that it takes for a broken word's."""

_SMALLEST = 1.0
"""Points; sizes below it, nought among them, are taken for it."""


class Glyph(NamedTuple):
    """A character on a page: its left and right edge, its base line (downwards) and its font size."""

    text: str
    left: float
    right: float
    base: float
    size: float


class _Raw(NamedTuple):
    """A character as the file has it: box and origin in the file's own coordinates, `turn` in degrees, anticlockwise."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    x: float
    y: float
    size: float
    turn: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page as read: the glyphs that stand upright, in the file's order, without white space but for real spaces.

    `askew` counts the glyphs left out because they stand at an angle (watermarks); `is_turned` says that the text runs
    another way than the page's own setting, so that lines drawn on it are not where they seem to be.
    """

    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    askew: int
    is_turned: bool


def read_page(page: Any) -> Page:
    """Read the glyphs of a pypdfium2 page, turned the way most of them run."""
    box = page.get_mediabox()
    raws = list(_raw_glyphs(page.get_textpage()))
    turns = Counter(round(raw.turn / 90) % 4 * 90 for raw in raws)
    turn = turns.most_common(1)[0][0] if turns else page.get_rotation()
    upright = [raw for raw in raws if abs((raw.turn - turn + 180) % 360 - 180) < 5]
    width, height = box[2] - box[0], box[3] - box[1]
    if turn in (90, 270):
        width, height = height, width
    placed = (_place(raw, box, turn) for raw in upright)
    inside = tuple(glyph for glyph in placed if -1 <= glyph.left <= width and -1 <= glyph.base <= height + 1)
    return Page(width, height, inside, len(raws) - len(upright), turn != page.get_rotation())


def _raw_glyphs(textpage: Any) -> Iterator[_Raw]:
    x, y, box, matrix = c_double(), c_double(), pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    high = 0
    for index in range(textpage.count_chars()):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        text = _character(high, code)
        high = 0
        if not text or (text.isspace() and pdfium.FPDFText_IsGenerated(textpage, index)):
            continue
        pdfium.FPDFText_GetCharOrigin(textpage, index, x, y)
        pdfium.FPDFText_GetLooseCharBox(textpage, index, box)
        pdfium.FPDFText_GetMatrix(textpage, index, matrix)
        size = max(_SMALLEST, pdfium.FPDFText_GetFontSize(textpage, index) * math.hypot(matrix.c, matrix.d))
        turn = math.degrees(math.atan2(matrix.b, matrix.a))
        places = (box.left, box.bottom, box.right, box.top, x.value, y.value, size, turn)
        if all(map(math.isfinite, places)):
            yield _Raw(text, *places)


def _character(high: int, code: int) -> str:
    """Return what a code unit means: itself, the lower half of a pair, or "" for what is invisible."""
    if code == _LINE_END_HYPHEN:
        return "-"
    if high and 0xDC00 <= code < 0xE000:
        return chr(0x10000 + ((high - 0xD800) << 10) + code - 0xDC00)
    return chr(code).translate(ORDINARY) if code < 0x110000 else UNKNOWN


def _place(raw: _Raw, box: tuple[float, float, float, float], turn: int) -> Glyph:
    left, bottom, right, top = box
    if turn == 90:
        return Glyph(raw.text, raw.bottom - bottom, raw.top - bottom, raw.x - left, raw.size)
    if turn == 180:
        return Glyph(raw.text, right - raw.right, right - raw.left, raw.y - bottom, raw.size)
    if turn == 270:
        return Glyph(raw.text, top - raw.top, top - raw.bottom, right - raw.x, raw.size)
    return Glyph(raw.text, raw.left - left, raw.right - left, top - raw.y, raw.size)
