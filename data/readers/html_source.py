"""The bytes of an HTML page into markup that can be parsed in reasonable time."""

import codecs
import re
from dataclasses import dataclass

from ..document import Warn
from ..errors import ReadError
from .encoding import decode_file
from .html_nesting import DEEPEST, cap_attributes, cap_depth

_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECLARED = re.compile(rb"<(?:meta\b[^>]*?charset|\?xml\b[^>]*?encoding)\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DECLARATION_WITHIN = 4096
_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "euc-cn": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
}
"""What a page may declare; any other declaration is wrong for Chinese."""

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST_DAMAGED = 1 / 20
_MOST_NULS = 1 / 10
_LESS_DAMAGED = 10
"""Bytes that are neither UTF-8 nor GB18030 are read as the second only if that damages this many times less."""

_CLOSED_AT_ONCE = re.compile(r"<(script|style|textarea|title|iframe|xmp)\b([^<>]*)/>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Markup:
    """A page's markup, with neither NULs nor lone surrogates, and what was mended in it."""

    text: str
    warnings: tuple[Warn, ...] = ()


def read_markup(data: bytes, *, encoding: str | None = None) -> Markup:
    """Decode a page and cap how deep it nests.

    A byte-order mark decides, then `encoding`, then what the page declares unless it is UTF-8 all the same, then
    `decode_file`. Raises `ReadError` for an encoding that Python does not know and for bytes that are no text.
    """
    markup = _decode(data, encoding)
    text = _SURROGATE.sub("\ufffd", markup.text.replace("\0", ""))
    if text.lstrip().startswith("<?xml"):
        text = _CLOSED_AT_ONCE.sub(r"<\1\2></\1>", text)
    text, too_deep = cap_depth(cap_attributes(text))
    flattened = Warn("flattened", f"{too_deep} tags that nest deeper than {DEEPEST} were read as breaks between paragraphs")
    return Markup(text, (*markup.warnings, flattened) if too_deep else markup.warnings)


def _decode(data: bytes, encoding: str | None) -> Markup:
    if not data.strip() or data.startswith(_BYTE_ORDER_MARKS):
        return _guess(data)
    if encoding is not None:
        return _decode_as(data, _CHARSETS.get(encoding.lower(), encoding))
    declared = _DECLARED.search(data, 0, _DECLARATION_WITHIN)
    charset = _CHARSETS.get(declared.group(1).decode("ascii", "replace").lower()) if declared else None
    if charset is None:
        return _guess(data)
    text, utf8 = data.decode(charset, "replace"), data.decode("utf-8", "replace")
    if _CHINESE.search(utf8) and utf8.count("\ufffd") <= text.count("\ufffd"):
        text = utf8  # saved anew by who left the declaration as it was
    return _guess(data) if _is_damaged(text) else _with_damage(text)


def _guess(data: bytes) -> Markup:
    """Decode as a text file, without the NULs that HTML ignores and, if need be, with U+FFFD for a few damaged bytes."""
    is_utf16 = data.count(b"\0") > len(data) * _MOST_NULS
    data = data if is_utf16 else data.replace(b"\0", b"")
    try:
        decoded = decode_file(data)
    except ReadError as error:
        if error.code == "empty":
            raise
        gb18030, utf8 = data.decode("gb18030", "replace"), data.decode("utf-8", "replace")
        text = gb18030 if _LESS_DAMAGED * gb18030.count("\ufffd") < utf8.count("\ufffd") else utf8
        if _is_damaged(text):
            raise
        decode_file(text.encode())  # raises for what is binary all the same
        return _with_damage(text)
    return Markup(decoded.text, tuple(Warn(warning.code, warning.message) for warning in decoded.warnings))


def _decode_as(data: bytes, encoding: str) -> Markup:
    try:
        text = data.decode(encoding, "replace")
    except (LookupError, ValueError) as error:
        raise ReadError(f"{encoding!r} is no encoding of text; give one such as utf-8 or gb18030", code="encoding") from error
    return _guess(data) if _is_damaged(text) else _with_damage(text)


def _is_damaged(text: str) -> bool:
    """Say whether so much is damaged that the encoding must be another one."""
    return text.count("\ufffd") > len(text) * _MOST_DAMAGED


def _with_damage(text: str) -> Markup:
    damaged = text.count("\ufffd")
    warning = Warn("damaged_bytes", f"{damaged} places in the page could not be decoded and were read as U+FFFD")
    return Markup(text, (warning,) if damaged else ())
