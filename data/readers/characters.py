"""Characters as fonts and word processors leave them in a file, made the ordinary ones."""

import unicodedata
from collections.abc import Iterator

UNKNOWN = "\ufffd"
"""Stands for a glyph whose font does not say what character it is."""

_RADICALS = dict(
    zip(
        "⺟⺠⻁⻄⻅⻆⻉⻊⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳",
        "母民虎西见角贝足车長长门青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟",
        strict=True,
    )
)
"""The radicals of the supplement that are characters of their own; Unicode gives them no compatibility mapping."""

_SIMPLIFIED = {"⼾": "户", "⾭": "青"}
"""Radicals that fonts for simplified Chinese draw as these; Unicode maps them to 戶 and 靑."""

_BULLETS = dict(zip("\uf06c\uf06e\uf071\uf075\uf076\uf09f\uf0a7\uf0a8\uf0b2\uf0b7\uf0d8\uf0fc", "●■□◆◆•▪□□•➢✓", strict=True))
"""The bullets of the fonts Symbol and Wingdings, which word processors write as private-use characters."""

_INVISIBLE = "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_KANGXI = range(0x2F00, 0x2FD6)
_COMPATIBILITY_IDEOGRAPHS = range(0xF900, 0xFADA)
_LATIN_LIGATURES = range(0xFB00, 0xFB07)
_PRIVATE_USE = range(0xE000, 0xF900)
_SURROGATES = range(0xD800, 0xE000)


def _ordinary() -> Iterator[tuple[int, str]]:
    for code in (*range(32), *range(0x7F, 0xA0)):
        if not chr(code).isspace():
            yield code, ""
    for code in (0, *_SURROGATES, *_PRIVATE_USE, 0xFFFE, 0xFFFF):
        yield code, UNKNOWN
    for code in (*_KANGXI, *_COMPATIBILITY_IDEOGRAPHS, *_LATIN_LIGATURES):
        yield code, unicodedata.normalize("NFKC", chr(code))
    for found, meant in (_RADICALS | _SIMPLIFIED | _BULLETS | dict.fromkeys(_INVISIBLE, "")).items():
        yield ord(found), meant


ORDINARY: dict[int, str] = dict(_ordinary())
"""For `str.translate`: radicals and ligatures to letters, invisible marks to nothing, what is no character to `UNKNOWN`."""
