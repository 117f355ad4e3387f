"""A folder of files that break readers: each with what must become of it."""

import base64
import codecs
import gzip
import io
import os
import random
import socket
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

READ = ""
"""What becomes of a file that can be read: a document, and no error code."""

TEXT = "隐私政策\n我们会收集您的手机号码和位置信息，用于注册账号。\n我们不会向第三方共享您的个人信息。\n"
PAGE = (
    "<!DOCTYPE html><html><head><title>隐私政策</title></head>"
    "<body>%s<p>我们会收集您的手机号码，用于注册账号。</p></body></html>"
)
_RNG = random.Random(0)


@dataclass(frozen=True)
class Hostile:
    """A file's name and content, the code of its failure (`READ` if it is a document after all), and its id in the run."""

    name: str
    content: bytes
    code: str = READ
    id: str = ""


def text_files() -> Iterator[Hostile]:
    yield Hostile("empty.txt", b"", "empty")
    yield Hostile("spaces.txt", b" \r\n\t\x0b" * 1000, "empty")
    yield Hostile("wide-spaces.txt", "\u3000\u00a0\n".encode(), "empty")
    yield Hostile("mark-alone.txt", codecs.BOM_UTF8, "empty")
    yield Hostile("mark-of-utf16-alone.txt", codecs.BOM_UTF16_LE, "empty")
    yield Hostile("mark-of-utf32-alone.txt", codecs.BOM_UTF32_BE, "empty")
    yield Hostile("one-nul.txt", (TEXT * 30).replace("政策", "政\0策", 1).encode())
    yield Hostile("many-nuls.txt", TEXT.replace("我", "\0").encode(), "binary")
    yield Hostile("nothing-but-nuls.txt", bytes(5_000), "binary")
    yield Hostile("mixed-line-ends.txt", b"\r".join(TEXT.encode().split(b"\n")) + b"\r\n\n\r" + TEXT.encode())
    yield Hostile("utf7.txt", TEXT.encode("utf-7"))
    yield Hostile("hz.txt", TEXT.encode("hz"))
    yield Hostile("utf16-of-odd-length.txt", TEXT.encode("utf-16")[:-1], "binary")
    yield Hostile("utf16-without-mark.txt", TEXT.encode("utf-16-be"))
    yield Hostile("utf32.txt", TEXT.encode("utf-32"))
    yield Hostile("big5.txt", "隱私政策\n我們會蒐集您的手機號碼，用於註冊帳號。\n".encode("big5"))
    yield Hostile("cesu8.txt", TEXT.encode() + b"\xed\xa0\xbd\xed\xb8\x80", "binary")
    yield Hostile("half-a-surrogate.txt", TEXT.encode() + b"\xed\xa0\xbd" + TEXT.encode(), "binary")
    yield Hostile("overlong.txt", TEXT.encode() + b"\xc0\xaf", "binary")
    yield Hostile("cut-off.txt", TEXT.strip().encode()[:-1], "binary")
    yield Hostile("gb18030-cut-off.txt", TEXT.strip().encode("gb18030")[:-1], "binary")
    yield Hostile("two-encodings.txt", TEXT.encode() + TEXT.encode("gb18030"), "binary")
    yield Hostile("french.txt", "données à caractère personnel, é".encode("latin-1"), "binary")
    yield Hostile("control-characters.txt", bytes(range(1, 9)) * 400, "binary")
    yield Hostile("random.txt", _RNG.randbytes(100_000), "binary")
    yield Hostile("one-line.txt", ("我们会收集您的信息，" * 20_000).encode())
    yield Hostile("no-sentence-end.txt", ("信息" * 100_000).encode())
    yield Hostile("brackets.txt", ("（" * 50_000 + "我们" + "）" * 50_000).encode())
    yield Hostile("combining.txt", ("我" + "\u0301" * 50_000 + "们").encode())
    yield Hostile("directions.txt", ("\u202e" + TEXT + "\u2066\u200b\ufeff\uffff").encode())
    yield Hostile("form-feeds.txt", TEXT.replace("\n", "\f\x0b\x85\u2028").encode())
    yield Hostile("short-lines.txt", ("甲\n" * 20_000).encode())
    yield Hostile("lines-without-end.txt", ("甲乙丙丁戊己庚辛壬癸" * 3 + "\n").encode() * 20_000)
    rng = random.Random(1)
    any_lines = ("".join(rng.choices("收集使用共享您的手机号码和位置信息", k=30)) for _ in range(20_000))
    yield Hostile("any-lines-without-end.txt", "\n".join(any_lines).encode())
    yield Hostile("many-brackets.txt", ("（我们会收集您的信息\n" * 20_000).encode())


def foreign_files() -> Iterator[Hostile]:
    """Files of formats that are not read, under names of those that are."""
    starts = {
        "png.txt": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "jpeg.html": b"\xff\xd8\xff\xe0\x00\x10JFIF\0",
        "gif.pdf": b"GIF89a\x01\0\x01\0",
        "bmp.txt": b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0",
        "webp.txt": b"RIFF\x24\0\0\0WEBPVP8 ",
        "tiff.txt": b"II*\0\x08\0\0\0",
        "icon.txt": b"\0\0\1\0\1\0\x10\x10",
        "heic.txt": b"\0\0\0\x18ftypheic\0\0\0\0",
        "mp4.txt": b"\0\0\0\x18ftypmp42\0\0\0\0",
        "avi.txt": b"RIFF\x24\0\0\0AVI LIST",
        "mkv.txt": b"\x1aE\xdf\xa3\x9fB\x86\x81",
        "wav.txt": b"RIFF\x24\0\0\0WAVEfmt ",
        "mp3.txt": b"ID3\x03\0\0\0\0\0\0",
        "ogg.txt": b"OggS\0\x02\0\0",
        "gzip.txt": gzip.compress(TEXT.encode(), mtime=0),
        "zstd.txt": b"\x28\xb5\x2f\xfd\x04\0",
        "7z.docx": b"7z\xbc\xaf\x27\x1c\0\x04",
        "rar.docx": b"Rar!\x1a\x07\x01\0",
        "xz.txt": b"\xfd7zXZ\0\0\x04",
        "bzip2.txt": b"BZh91AY&SY\0\0",
        "tar.txt": b"a.txt".ljust(257, b"\0") + b"ustar\x0000",
        "sqlite.txt": b"SQLite format 3\0\x10\0",
        "elf.txt": b"\x7fELF\x02\x01\x01\0",
        "exe.doc": b"MZ\x90\0".ljust(60, b"\0") + b"\x80\0\0\0",
        "class.txt": b"\xca\xfe\xba\xbe\0\0\0\x34",
        "dex.txt": b"dex\n035\0",
        "wasm.txt": b"\0asm\1\0\0\0",
        "parquet.txt": b"PAR1\x15\x04\x15",
        "font.txt": b"\0\1\0\0\0\x0f\0\x80",
        "plist.txt": b"bplist00\xd1\1\2",
        "rtf.doc": rb"{\rtf1\ansi \'d2\'fe\'cb\'bd}",
        "postscript.pdf": b"%!PS-Adobe-3.0\n",
        "chm.html": b"ITSF\3\0\0\0",
        "mobi.txt": b"title".ljust(60, b"\0") + b"BOOKMOBI",
        "caj.pdf": b"CAJ\0\0\0",
        "svg.html": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><text>x</text></svg>',
        "feed.txt": b'<?xml version="1.0"?><rss><channel/></rss>',
    }
    for name, start in starts.items():
        content = start if name.startswith(("svg", "feed")) else start + _RNG.randbytes(200)
        yield Hostile(name, content, "empty" if name == "svg.html" else "unknown_format")


def zipped(*names: str, content: bytes = b"x") -> bytes:
    """Return a ZIP archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return file.getvalue()


_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_WORD = '<?xml version="1.0"?>%s<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s</w:body></w:document>'


def docx(body: str, prologue: str = "", **others: str) -> bytes:
    """Return a minimal Word file with this XML in its body."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("word/document.xml", _WORD % (prologue, body))
        for name, content in others.items():
            archive.writestr(f"word/{name}.xml", content)
    return file.getvalue()


def paragraphs(*texts: str) -> str:
    """Return Word's XML for paragraphs."""
    return "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)


def with_flag_of_encryption(archive: bytes) -> bytes:
    """Return a ZIP archive whose entries claim to be encrypted."""
    data = bytearray(archive)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    return bytes(data)


def word_files() -> Iterator[Hostile]:
    whole = docx(paragraphs("隐私政策", "我们会收集您的手机号码。"))
    yield Hostile("word.docx", whole)
    yield Hostile("word-as.txt", whole)
    yield Hostile("word-as.doc", whole)
    yield Hostile("word-without-paragraphs.docx", docx(""), "empty")
    yield Hostile("word-cut-off.docx", whole[: len(whole) // 2], "damaged")
    yield Hostile("word-without-end.docx", whole[:-30], "damaged")
    yield Hostile("word-of-zeros.docx", whole[:40] + bytes(len(whole) - 40), "damaged")
    yield Hostile("word-encrypted.docx", with_flag_of_encryption(whole), "encrypted")
    yield Hostile("word-bad-xml.docx", docx("<w:p><w:r>"), "damaged")
    yield Hostile("word-bomb.docx", docx(paragraphs("我" * 60_000_000)), "zip_bomb")
    laughs = "".join(f'<!ENTITY l{i + 1} "{f"&l{i};" * 10}">' for i in range(9))
    yield Hostile("word-laughs.docx", docx(paragraphs("&l9;"), f'<!DOCTYPE d [<!ENTITY l0 "我们">{laughs}]>'), "damaged")
    yield Hostile(
        "word-reads-a-file.docx", docx(paragraphs("我们&e;"), '<!DOCTYPE d [<!ENTITY e SYSTEM "/etc/passwd">]>'), "damaged"
    )
    nested = "<w:tbl><w:tr><w:tc>" * 3_000 + paragraphs("我们") + "</w:tc></w:tr></w:tbl>" * 3_000
    yield Hostile("word-nested-tables.docx", docx(nested), "damaged")
    yield Hostile(
        "word-of-1997.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000) + "WordDocument".encode("utf-16-le"), "old_word"
    )
    protected = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000) + "EncryptedPackage".encode("utf-16-le") + bytes(2_000)
    yield Hostile("word-with-password.docx", protected, "encrypted")
    yield Hostile("ole-head.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_word")
    for name, entry in {
        "excel.docx": "xl/workbook.xml",
        "slides.docx": "ppt/presentation.xml",
        "ofd.pdf": "OFD.xml",
        "epub.txt": "META-INF/container.xml",
        "app.txt": "AndroidManifest.xml",
        "odt.doc": "content.xml",
        "archive.txt": "policies/a.txt",
    }.items():
        yield Hostile(name, zipped("mimetype", entry), "unknown_format")
    yield Hostile("zip-of-nothing.docx", zipped(), "unknown_format")
    yield Hostile("zip-encrypted.txt", with_flag_of_encryption(zipped("a.txt")), "unknown_format")
    yield Hostile("zip-bomb.txt", zipped("a.txt", content=bytes(100_000_000)), "unknown_format")
    yield Hostile("zip-cut-off.txt", zipped("a.txt", "b.txt")[:60], "damaged")
    yield Hostile("zip-head.docx", b"PK\x03\x04", "damaged")


def pdf(*objects: str, trailer: str = "") -> bytes:
    """Return a PDF with these objects, numbered from 1; the first is its catalogue."""
    data = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    head = f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    return data + f"{head}trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{len(data)}\n%%EOF\n".encode()


HELVETICA = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def page_pdf(
    content: str, resources: str = "<</Font<</F 5 0 R>>>>", trailer: str = "", fonts: tuple[str, ...] = (HELVETICA,)
) -> bytes:
    """Return a PDF of one page; `fonts` are the objects from the fifth on."""
    return pdf(
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources{resources}/Contents 4 0 R>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        *fonts,
        trailer=trailer,
    )


def pdf_files() -> Iterator[Hostile]:
    lines = "".join(f"BT /F 12 Tf 72 {770 - 20 * i} Td (We collect your phone number, line {i}.) Tj ET\n" for i in range(20))
    whole = page_pdf(lines)
    yield Hostile("page.pdf", whole)
    yield Hostile("page-behind-rubbish.pdf", b"HTTP/1.1 200 OK\r\n\r\n" + whole)
    yield Hostile("page-as.txt", whole)
    yield Hostile("page-cut-off.pdf", whole[: len(whole) // 2], "damaged")
    yield Hostile("page-head.pdf", b"%PDF-1.7\n", "damaged")
    yield Hostile("page-of-rubbish.pdf", b"%PDF-1.7\n" + _RNG.randbytes(20_000), "damaged")
    yield Hostile("page-of-nothing.pdf", page_pdf(""), "no_text_layer")
    image = "q 500 0 0 700 50 70 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x7f EI Q"
    yield Hostile("page-scanned.pdf", page_pdf(image), "no_text_layer")
    yield Hostile(
        "page-with-password.pdf",
        page_pdf(lines, trailer=f"/Encrypt<</Filter/Standard/V 1/R 2/O({'o' * 32})/U({'u' * 32})/P -4>>/ID[(a)(a)]"),
        "encrypted",
    )
    yield Hostile(
        "pages-in-a-circle.pdf", pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>"), "damaged"
    )
    yield Hostile(
        "pages-without-end.pdf", pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 2000000000>>"), "damaged"
    )
    yield Hostile("page-as-text.pdf", TEXT.encode())
    yield Hostile("page-as-page.pdf", (PAGE % "").encode())


def markup_files() -> Iterator[Hostile]:
    yield Hostile("page.html", (PAGE % "").encode())
    yield Hostile("page-as-text.txt", (PAGE % "").encode())
    yield Hostile("page-in-utf16.html", (PAGE % "").encode("utf-16"))
    yield Hostile("page-in-gbk.htm", (PAGE % "").encode("gbk"))
    yield Hostile("page-says-utf8.html", (PAGE % '<meta charset="utf-8">').encode("gbk"))
    yield Hostile("page-says-nonsense.html", (PAGE % '<meta charset="nonsense">').encode())
    yield Hostile("page-of-text.html", TEXT.encode())
    yield Hostile("page-without-text.html", b"<!doctype html><html><body><script>var a = 1</script></body></html>", "empty")
    yield Hostile("page-deep.html", (PAGE % ("<div>" * 100_000)).encode())
    yield Hostile("page-unclosed.html", (PAGE % ("<b><i><a>" * 20_000)).encode())
    yield Hostile("page-tables-in-tables.html", (PAGE % ("<table><tr><td>" * 5_000)).encode())
    yield Hostile("page-wide-cell.html", (PAGE % '<table><tr><td colspan="1000000000" rowspan="99999999">甲</table>').encode())
    yield Hostile("page-long-attribute.html", (PAGE % f'<p title="{"x" * 5_000_000}">').encode())
    yield Hostile("page-many-attributes.html", (PAGE % f"<p {' '.join(f'a{i}' for i in range(10_000))}>").encode())
    yield Hostile("page-nuls.html", (PAGE % "\0<p>我\0们</p>\0").encode())
    yield Hostile("page-odd-numbers.html", (PAGE % "&#0;&#xD800;&#x110000;&#99999999999;&amp;lt;").encode())
    yield Hostile("page-comment-without-end.html", (PAGE % "<p>我们收集信息。</p><!--").encode())
    yield Hostile("page-cut-off.html", (PAGE % "<p>我们收集信息。</p>").encode()[:-16])
    yield Hostile("page-lists.html", (PAGE % ("<ul><li>甲" * 3_000)).encode())
    saved = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n%s--b--\r\n"
    part = "--b\r\nContent-Type: text/html; charset=%s\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n"
    body = base64.encodebytes((PAGE % "").encode()).decode()
    yield Hostile("saved.mhtml", (saved % (part % ("utf-8", body))).encode())
    yield Hostile("saved-as.html", (saved % (part % ("utf-8", body))).encode())
    yield Hostile("saved-in-nonsense.mht", (saved % (part % ("nonsense", body))).encode())
    yield Hostile("saved-without-page.mht", (saved % "--b\r\nContent-Type: image/png\r\n\r\nx\r\n").encode(), "empty")
    yield Hostile("saved-cut-off.mht", (saved % (part % ("utf-8", body))).encode()[:400])
    levels = "".join(f"--b{i}\r\nContent-Type: multipart/related; boundary=b{i + 1}\r\n\r\n" for i in range(5_000))
    yield Hostile("saved-deep.mht", (saved.replace("=b", "=b0") % levels).encode(), "damaged")
    yield Hostile("saved-as-text.mhtml", TEXT.encode())


def markdown_files() -> Iterator[Hostile]:
    for name, mark in {
        "quotes": ">",
        "brackets": "[",
        "stars": "*",
        "images": "![",
        "lists": "- ",
        "ticks": "`",
        "tags": "<a ",
    }.items():
        yield Hostile(f"deep-{name}.md", (mark * 100_000 + "我们收集信息。").encode())
    yield Hostile("nested-list.md", "".join(f"{'  ' * i}- 第{i}层\n" for i in range(600)).encode())
    yield Hostile("wide-table.md", ("|" + "甲|" * 3_000 + "\n|" + "-|" * 3_000 + "\n" + "|\n" * 3_000).encode())
    yield Hostile("comment-without-end.md", f"# 政策\n\n<!-- \n{TEXT}".encode())
    yield Hostile("script-without-end.md", f"# 政策\n\n<script>\n{TEXT}".encode())
    yield Hostile("front-matter-alone.md", b"---\ntitle: a\n---\n", "empty")
    yield Hostile("marks-alone.md", b"> - \n\n***\n", "empty")
    yield Hostile("page.md", (PAGE % "").encode())
    yield Hostile("links.md", ("[隐私](https://example.com/) " * 20_000).encode())


def lines_files() -> Iterator[Hostile]:
    """JSON lines, one to a file; each fails as a line of its file."""
    lines = {
        "not-json": b"not json",
        "cut-off": b'{"id": "x", "text": "',
        "deep": b"[" * 200_000,
        "long-number": b'{"id": "x", "text": "a", "meta": {"n": ' + b"1" * 10_000 + b"}}",
        "not-a-number": b'{"id": "x", "text": "a", "meta": {"n": NaN}}',
        "not-utf8": '{"id": "x", "text": "我们"}'.encode("gbk"),
        "nul": b"\0" * 1000,
        "list": b"[]",
        "without-id": b'{"text": "a"}',
        "number-for-text": b'{"id": "x", "text": 1}',
        "binary": b"\x89PNG\r\x1a\n",
    }
    for name, line in lines.items():
        yield Hostile(f"line-{name}.jsonl", line, "bad_line", f"line-{name}.jsonl:1")
    for name, line in {
        "half-a-surrogate": b'{"id": "half", "text": "\\ud800"}',
        "half-a-surrogate-in-id": b'{"id": "half \\ud800", "text": "a"}',
    }.items():
        yield Hostile(f"line-{name}.jsonl", line, "not_unicode", f"line-{name}.jsonl:1")
    yield Hostile("line-empty-text.jsonl", b'{"id": "blank", "text": " "}', "empty", "blank")


def names() -> Iterator[Hostile]:
    for name in (
        "- .txt",
        "a b.txt",
        "引“号”.txt",
        "line\nbreak.txt",
        "quote'\".txt",
        "😀.txt",
        "%s{}.txt",
        "x" * 250 + ".txt",
        "UPPER.TXT",
    ):
        yield Hostile(name, TEXT.encode())
    yield Hostile(os.fsdecode("隐私.txt".encode("gbk")), TEXT.encode(), READ, r"\udcd2\udcfe˽.txt")


def write_all(folder: Path) -> dict[str, str]:
    """Write the files and what is no file; return what must become of each, by its id."""
    expected: dict[str, str] = {}
    sources = (text_files, foreign_files, word_files, pdf_files, markup_files, markdown_files, lines_files, names)
    for file in (file for source in sources for file in source()):
        (folder / file.name).write_bytes(file.content)
        expected[file.id or file.name] = file.code
    return expected | _write_odd_entries(folder)


def _write_odd_entries(folder: Path) -> dict[str, str]:
    """Write what only looks like a file of text."""
    with (folder / "sparse.txt").open("wb") as file:
        file.truncate(250_000_000)
    with (folder / "sparse.jsonl").open("wb") as file:
        file.truncate(250_000_000)
    with (folder / "sparse.pdf").open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(5_000_000_000)
    (folder / "folder.txt").mkdir()
    (folder / "folder.txt" / "inside.txt").write_text(TEXT, encoding="utf-8")
    (folder / "around").symlink_to(folder, target_is_directory=True)
    (folder / "circle-1.txt").symlink_to(folder / "circle-2.txt")
    (folder / "circle-2.txt").symlink_to(folder / "circle-1.txt")
    (folder / "to-nothing.txt").symlink_to(folder / "no-such-file")
    (folder / "device.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "pipe.jsonl")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(folder / "socket.txt"))
    (folder / "forbidden.txt").write_text(TEXT, encoding="utf-8")
    (folder / "forbidden.txt").chmod(0)
    unreadable = ("circle-1.txt", "circle-2.txt", "to-nothing.txt", "device.txt", "pipe.txt", "pipe.jsonl", "socket.txt")
    large = ("sparse.txt", "sparse.jsonl", "sparse.pdf")
    forbidden = READ if os.access(folder / "forbidden.txt", os.R_OK) else "unreadable"  # the superuser may read anything
    return (
        dict.fromkeys(unreadable, "unreadable")
        | dict.fromkeys(large, "too_large")
        | {"folder.txt/inside.txt": READ, "forbidden.txt": forbidden}
    )
