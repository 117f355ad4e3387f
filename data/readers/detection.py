"""Which format a file is in, told by its bytes; its name is asked last."""

import json
import re
import zipfile
from io import BytesIO
from pathlib import PurePath
from typing import Literal

from ..errors import ReadError

Format = Literal["text", "markdown", "html", "mhtml", "pdf", "docx"]

SUFFIXES: dict[str, Format] = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".shtml": "html",
    ".mhtml": "mhtml",
    ".mht": "mhtml",
    ".pdf": "pdf",
    ".docx": "docx",
    ".doc": "docx",  # told apart by content; an old one is refused by name
}
"""File names of policies and the formats that they promise."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How old Word files begin, and new ones that are encrypted."""

_FOREIGN = (
    (0, rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|BM.{4}\0{4}|RIFF.{4}WEBP|II\*\0|MM\0\*|8BPS|\0\0\x01\0.\0", "an image"),
    (0, rb"\0\0\0.ftyp(?:avif|hei[cfsx]|mif1)", "an image"),
    (0, rb"\0\0\0.ftyp|RIFF.{4}AVI |\x1aE\xdf\xa3|FLV\x01|\0\0\x01[\xb3\xba]", "a video"),
    (0, rb"RIFF.{4}WAVE|ID3[\x02-\x04]|OggS\0|fLaC|#!AMR", "a sound file"),
    (0, rb"\x1f\x8b\x08", "a gzip archive"),
    (0, rb"\x28\xb5\x2f\xfd", "a zstd archive"),
    (0, rb"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (0, rb"Rar!\x1a\x07", "a RAR archive"),
    (0, rb"\xfd7zXZ\0", "an xz archive"),
    (0, rb"BZh[1-9]1AY&SY", "a bzip2 archive"),
    (257, rb"ustar[\0 ]", "a tar archive"),
    (0, rb"SQLite format 3\0", "an SQLite database"),
    (0, rb"\x7fELF|MZ.{60}\0\0|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe|dex\n0|\0asm", "a program"),
    (0, rb"PAR1|ARROW1", "a data table"),
    (0, rb"wOF[F2]|OTTO\0|\0\x01\0\0", "a font"),
    (0, rb"bplist0", "a property list"),
    (0, rb"\{\\rtf", "an RTF document"),
    (0, rb"%!PS", "a PostScript document"),
    (0, rb"AT&TFORM", "a DjVu document"),
    (0, rb"ITSF\x03", "a CHM help file"),
    (60, rb"BOOKMOBI", "a Mobipocket book"),
    (0, rb"CAJ\0|KDH ", "a CAJ document"),
)
"""Formats that are not read: offset, pattern, and what a user calls it."""

_FOREIGN_PATTERNS = tuple((offset, re.compile(pattern, re.DOTALL), name) for offset, pattern, name in _FOREIGN)

_IN_ZIP = (
    (r"xl/(?:workbook|worksheets/).*", "an Excel workbook"),
    (r"ppt/presentation.*", "a PowerPoint presentation"),
    (r"OFD\.xml", "an OFD document"),
    (r"META-INF/container\.xml", "an EPUB book"),
    (r"AndroidManifest\.xml|classes\.dex", "an Android app"),
    (r"Payload/.*", "an iOS app"),
    (r"content\.xml", "an OpenDocument file"),
    (r"META-INF/MANIFEST\.MF", "a Java archive"),
)

_HTML_START = re.compile(r"(?:ï»¿|ÿþ|þÿ)?\s*+(?>(?:<\?xml[^>]*>|<!--.*?-->)\s*+)*+<(?:!doctype\s+html|html)\b", re.DOTALL)
_HTML_TAG = re.compile(
    r"</?(?:html|head|meta|title|script|style|link|body|div|section|article|p|table|tbody|tr|td|ul|ol|li|h[1-6])(?:\s[^<>]*)?/?>"
)
_XML_START = re.compile(r"(?:ï»¿|ÿþ|þÿ)?\s*<\?xml\s")
_MAIL_HEADER = re.compile(r"[a-z][a-z0-9-]*:")
_MAIL_WITH_HTML = re.compile(r"^content-type:\s*(?:multipart/|text/html)", re.MULTILINE)

_HEAD = 4096
"""Characters that are searched for markup."""

_FEW_TAGS = 3
_MOST_IN_ZIP = 100_000


def promised_format(name: str) -> Format | None:
    """Return the format that a file's name promises, None if it promises nothing."""
    return SUFFIXES.get(PurePath(name).suffix.lower())


def detect_format(data: bytes, *, name: str = "") -> Format:
    """Return the format that the content shows; the name decides where the content leaves it open.

    Raises `ReadError` (`unknown_format`) for a format that is known and not read; the message names it.
    """
    if data.startswith(OLE):
        return "docx"  # whose reader refuses old Word files and encrypted new ones, each with its own message
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _detect_in_zip(data)
    for offset, pattern, what in _FOREIGN_PATTERNS:
        if pattern.match(data, offset):
            raise _not_read(what)
    if _begins_with_json(data):
        raise ReadError(
            'the file is JSON; policies are read from lines of {"id", "text"}, in a file named .jsonl', code="unknown_format"
        )
    return "pdf" if b"%PDF-" in data[:1024] else _detect_markup(data, promised_format(name))


def _detect_in_zip(data: bytes) -> Format:
    names = _names_in_zip(data)
    if any(re.fullmatch(r"word/document[0-9]*\.xml", name) for name in names):
        return "docx"
    for pattern, what in _IN_ZIP:
        if any(re.fullmatch(pattern, name) for name in names):
            raise _not_read(what)
    raise _not_read("a ZIP archive")


def _names_in_zip(data: bytes) -> list[str]:
    if data.count(b"PK\1\2") > _MOST_IN_ZIP:
        return []
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        if b"word/document.xml" in data:
            return ["word/document.xml"]  # its reader says what is damaged
        raise ReadError("the file is a damaged ZIP archive; copy it again, whole", code="damaged") from error


def _begins_with_json(data: bytes) -> bool:
    """Say whether the content begins with a JSON object, or an array of some, that ends with its line or with the file."""
    if not re.match(rb"(?:\xef\xbb\xbf)?\s*[{[]", data):
        return False
    text = data.decode("utf-8-sig", "replace").lstrip()
    try:
        found, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    if isinstance(found, list) and not any(isinstance(item, dict) for item in found):
        return False  # as `[1]`, the mark of a note
    return re.compile(r"[ \t]*(?:[\r\n]|\Z)").match(text, end) is not None


def _not_read(what: str) -> ReadError:
    advice = "unpack it first" if "archive" in what else "save it as text, HTML, PDF or DOCX"
    return ReadError(f"the file is {what}, which is not read; {advice}", code="unknown_format")


def _detect_markup(data: bytes, promised: Format | None) -> Format:
    head = data[: 2 * _HEAD].replace(b"\0", b"").decode("latin-1").lower()[:_HEAD]  # NULs out: tags show in UTF-16, too
    if _MAIL_HEADER.match(head) and "mime-version:" in head and _MAIL_WITH_HTML.search(head):
        return "mhtml"
    if _HTML_START.match(head):
        return "html"
    if promised == "markdown":
        return "markdown"  # which may hold tags
    if promised == "html" or len(_HTML_TAG.findall(head)) >= _FEW_TAGS:
        return "html"
    if _XML_START.match(head):
        raise _not_read("XML")
    return "text"
