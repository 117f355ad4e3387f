"""Bytes into text: a byte-order mark decides, then strict UTF-8, then what reads most like Chinese."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..document import Warn
from ..errors import ReadError
from .plausibility import is_plausible, log_likelihood

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_UNMARKED = {
    "gb18030": "GB18030",
    "cp950": "Big5",
    "big5hkscs": "Big5",
    "utf-16-le": "UTF-16 (little-endian)",
    "utf-16-be": "UTF-16 (big-endian)",
}
"""What a file without a mark may be in if it is no UTF-8; the first wins a tie. Big5 as Windows writes it, and Hong Kong's."""

_NARROW_MARGIN = 12.0
"""Readings whose log-likelihoods differ by less than this, some three characters, are too close to call."""

_MOST_NULS = 1 / 1000
"""A file with a larger share of NUL characters is binary."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded file: its text, Python's name of its encoding, and what was mended or guessed."""

    text: str
    encoding: str
    warnings: tuple[Warn, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    text: str
    encoding: str
    log_likelihood: float


def decode(data: bytes) -> str:
    """Return a text file's text, as `decode_file` finds it."""
    return decode_file(data).text


def decode_file(data: bytes) -> Decoded:
    """Decode a text file less its byte-order mark; every newline is kept, a stray NUL becomes U+FFFD.

    Raises `ReadError` for an empty file (`empty`) and for bytes that are no text (`binary`).
    """
    if not data.strip():
        raise ReadError("the file is empty; a policy's text is wanted", code="empty")
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_marked(data[len(mark) :], encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and len(data) - error.start <= 3:
            raise ReadError("the file breaks off inside a UTF-8 character; copy it again, whole", code="binary") from error
        return _likeliest(data, f"byte {error.start} is no UTF-8")
    if _has_many_nuls(text):
        return _likeliest(data, "it holds NUL bytes")
    return _mended(text, "utf-8")


def _decode_marked(data: bytes, encoding: str) -> Decoded:
    try:
        return _mended(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        raise ReadError(
            f"the file is marked as {encoding.upper()}, but byte {error.start} is none; plain text is wanted", code="binary"
        ) from error


def _likeliest(data: bytes, trouble: str) -> Decoded:
    """Read bytes that are no UTF-8 in the encoding that makes them the likeliest Chinese text."""
    readings = sorted(_readings(data), key=lambda reading: reading.log_likelihood, reverse=True)
    if not readings:
        tried = "GB18030, Big5 or UTF-16"
        raise ReadError(f"the file is binary or damaged ({trouble}, nor is it {tried}); plain text is wanted", code="binary")
    best = readings[0]
    name = _UNMARKED[best.encoding]
    close = (_UNMARKED[r.encoding] for r in readings if best.log_likelihood - r.log_likelihood < _NARROW_MARGIN)
    rivals = [rival for rival in dict.fromkeys(close) if rival != name]
    decoded = _mended(best.text, best.encoding)
    if not rivals:
        return decoded
    unsure = Warn("encoding_unsure", f"read as {name}, but the text is too short to rule out {' or '.join(rivals)}")
    return replace(decoded, warnings=(*decoded.warnings, unsure))


def _readings(data: bytes) -> Iterator[_Reading]:
    for encoding in _UNMARKED:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _is_binary(text) and is_plausible(text):
            yield _Reading(text, encoding, log_likelihood(text))


def _mended(text: str, encoding: str) -> Decoded:
    """Check a text and put U+FFFD for each of a few NULs, which break tables and C programs further on."""
    if _is_binary(text):
        raise ReadError("the file is binary (NUL or control characters); plain text is wanted", code="binary")
    nuls = text.count("\0")
    if not nuls:
        return Decoded(text, encoding)
    first = text.index("\0")
    warning = Warn("nul_bytes", f"{nuls} NULs were read as U+FFFD", first, first + 1)
    return Decoded(text.replace("\0", "\ufffd"), encoding, (warning,))


def _is_binary(text: str) -> bool:
    beginning = text[:4096]
    unprintable = sum(1 for c in beginning if ord(c) < 32 and c not in "\t\n\r\f\v")
    return unprintable > len(beginning) / 50 or _has_many_nuls(text)


def _has_many_nuls(text: str) -> bool:
    return text.count("\0") > len(text) * _MOST_NULS
