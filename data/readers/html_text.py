"""The text between the tags of a page: plain characters, white space as a browser shows it."""

import re
from collections.abc import Iterable

from .characters import ORDINARY

SOFT = "\x1f"
"""In a piece of text: white space that holds a line break of the page's source."""

_HARD = "\x1e"
"""In a piece of text: a space that does not collapse."""

_SPACES = [0x0B, *range(0x1C, 0x20), 0x85, 0xA0, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F]
_INVISIBLE = [0x180E, *range(0x2061, 0x2065), 0xFE0E, 0xFE0F]
_ICONS = [code for code, meant in ORDINARY.items() if 0xE000 <= code < 0xF900 and meant == "\ufffd"]
_PLAIN = {**ORDINARY, **dict.fromkeys(_SPACES, " "), **dict.fromkeys([*_INVISIBLE, *_ICONS], ""), 0xE5E5: "\u3000"}
"""As `ORDINARY`, less the glyphs of icon fonts; U+E5E5 is how the wide space at GBK's A3 A0 is decoded."""

_ODD = re.compile(f"[{''.join(re.escape(chr(code)) for code in sorted(_PLAIN))}]")
_WHITE = re.compile(r"[ \t\n\r\f]+")
_SPACES_RUN = re.compile(" {2,}")
_BREAK = re.compile(" *\n *")
_GAP = re.compile(f"[ {SOFT}]*{SOFT}[ {SOFT}]*")
_WIDE = re.compile(
    "[\u2014\u2018-\u201d\u2026\u2e80-\u303e\u3041-\u30ff\u3400-\u9fff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\U00020000-\U000323af]"
)


def plain_piece(text: str, *, is_pre: bool) -> str:
    """Return a text node's text with plain characters and, unless it is preformatted, its white space collapsed."""
    if _ODD.search(text):
        text = text.translate(_PLAIN)
    if is_pre:
        return text.replace("\r\n", "\n").replace("\r", "\n").replace(" ", _HARD).replace("\t", _HARD)
    if "\n" not in text or text.isspace():
        return _WHITE.sub(" ", text)
    return _WHITE.sub(lambda match: SOFT if "\n" in match.group() else " ", text)


def settle(text: str) -> str:
    """Return a run of joined pieces as it shows; a source's line break between Chinese characters is no space (CSS Text 3)."""
    if SOFT in text:
        text = _GAP.sub(_settle_gap, text)
    if "  " in text:
        text = _SPACES_RUN.sub(" ", text)
    if "\n" in text:
        text = _BREAK.sub("\n", text)
    return text.replace(_HARD, " ")


def one_line(pieces: Iterable[str]) -> str:
    """Join pieces to one line of text."""
    return " ".join(settle("".join(pieces)).split())


def _settle_gap(match: re.Match[str]) -> str:
    text, (start, end) = match.string, match.span()
    is_inside = " " not in match.group() and start > 0
    return "" if is_inside and _WIDE.match(text, start - 1) and _WIDE.match(text, end) else " "
