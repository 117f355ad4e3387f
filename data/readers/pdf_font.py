"""The one font that stands in for every font which a PDF names without holding it, so that all machines read it alike.

PDFium looks for such fonts on the machine. Where it finds none with the character, it takes the character to be without
extent, and leaves out lines of one character. In the font here every character is a box.
"""

import ctypes
import functools
import struct
from typing import Any

import pypdfium2.raw as pdfium

_EM, _ASCENT, _DESCENT = 1000, 880, -120
_WIDTHS = {0x0: _EM // 2, 0x2E80: _EM}
"""How wide characters are, from the code points on: Latin and the like, then CJK. Mostly the PDF says so itself."""

_BUILT_IN = ("Courier", "Helvetica", "Times")
"""The families of text fonts that PDFium itself holds, with the widths that a PDF need not give."""

_FUNCTIONS: dict[str, Any] = {field[0]: field[1] for field in pdfium.FPDF_SYSFONTINFO._fields_}


@functools.cache
def use_stand_in() -> Any:
    """Make PDFium take the stand-in from now on, in this process. What it returns, which PDFium calls, the cache keeps."""
    font = build()

    @_FUNCTIONS["MapFont"]
    def find(_info: Any, _weight: int, _italic: int, charset: int, _pitch: int, face: Any, _exact: Any) -> int | None:
        name = ctypes.string_at(face).decode("latin-1") if face else ""
        return None if charset == pdfium.FXFONT_SYMBOL_CHARSET or name.startswith(_BUILT_IN) else 1

    @_FUNCTIONS["GetFontData"]
    def give(_info: Any, _font: Any, table: int, buffer: Any, size: int) -> int:
        if table:
            return 0
        if buffer and size >= len(font):
            ctypes.memmove(buffer, font, len(font))
        return len(font)

    info = pdfium.FPDF_SYSFONTINFO(version=1, MapFont=find, GetFontData=give)
    pdfium.FPDF_SetSystemFontInfo(info)
    return info


def build() -> bytes:
    """Return the font as a TrueType file with no more tables than FreeType needs.

    Source: OpenType 1.9, https://learn.microsoft.com/typography/opentype/spec/.
    """
    widths = [_EM, *_WIDTHS.values()]  # the first glyph stands for what has none
    boxes = [_box(width) for width in widths]
    places = [sum(map(len, boxes[:number])) for number in range(len(boxes) + 1)]
    count, corners = len(boxes), (0, _DESCENT, _EM, _ASCENT)
    tables = {
        b"cmap": _character_map(),
        b"glyf": b"".join(boxes),
        b"head": struct.pack(">4I2H2q4h2H3h", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _EM, 0, 0, *corners, 0, 8, 2, 1, 0),
        b"hhea": struct.pack(">I3hH11hH", 0x10000, _ASCENT, _DESCENT, 0, _EM, 0, 0, _EM, 1, *[0] * 7, count),
        b"hmtx": b"".join(struct.pack(">Hh", width, 0) for width in widths),
        b"loca": struct.pack(f">{len(places)}I", *places),
        b"maxp": struct.pack(">I14H", 0x10000, count, 4, 1, 0, 0, 1, *[0] * 8),
    }
    directory = struct.pack(">I4H", 0x10000, len(tables), 64, 2, 16 * len(tables) - 64)
    start = len(directory) + 16 * len(tables)
    content = b""
    for tag, table in tables.items():
        directory += struct.pack(">4s3I", tag, 0, start + len(content), len(table))
        content += table + bytes(-len(table) % 4)
    return directory + content


def _character_map() -> bytes:
    """One glyph for each range of characters ("format 13")."""
    starts = [*_WIDTHS, 0x110000]
    groups = [struct.pack(">3I", starts[n], starts[n + 1] - 1, n + 1) for n in range(len(_WIDTHS))]
    head = struct.pack(">2H2HI", 0, 1, 3, 10, 12)
    return head + struct.pack(">2H3I", 13, 0, 16 + 12 * len(groups), 0, len(groups)) + b"".join(groups)


def _box(width: int) -> bytes:
    """Return a glyph: four points on the curve, each a step from the one before."""
    head = struct.pack(">5h2H", 1, 0, _DESCENT, width, _ASCENT, 3, 0)
    steps = struct.pack(">8h", 0, width, 0, -width, _DESCENT, 0, _ASCENT - _DESCENT, 0)
    return head + b"\1\1\1\1" + steps
