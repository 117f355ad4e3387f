"""Which reader reads a file: its content decides, its name only where the content leaves it open."""

import base64
import io
import random
import zipfile

import pytest
from hostile import PAGE, TEXT, docx, foreign_files, page_pdf, paragraphs, zipped
from hypothesis import given
from hypothesis import strategies as st

from tiaokuan.data.document import Warn
from tiaokuan.data.errors import ReadError
from tiaokuan.data.readers.detection import SUFFIXES, detect_format, promised_format
from tiaokuan.data.readers.policy import read_policy

HTML = (PAGE % "").encode()
WORD = docx(paragraphs("隐私政策", "我们会收集您的手机号码。"))
PDF = page_pdf("BT /F 12 Tf 72 700 Td (We collect your phone number and your location.) Tj ET")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
SAVED = "From: <Saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n boundary=b\r\n\r\n%s--b--\r\n"


def saved(*parts: tuple[str, str, bytes]) -> bytes:
    """Return a saved page with parts of this type, charset and content."""
    texts = (
        f"--b\r\nContent-Type: {kind}; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{base64.encodebytes(content).decode()}\r\n"
        for kind, charset, content in parts
    )
    return (SAVED % "".join(texts)).encode()


def refused(data: bytes, name: str = "") -> ReadError:
    with pytest.raises(ReadError) as caught:
        read_policy(data, name=name, id="x")
    return caught.value


@pytest.mark.parametrize("name", ["", "a.txt", "a.pdf", "a.html", "a.docx", "a.md", "a.mhtml", "a.xyz"])
@pytest.mark.parametrize(
    ("data", "found"),
    [
        pytest.param(PDF, "pdf", id="PDF"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n" + PDF, "pdf", id="PDF behind rubbish"),
        pytest.param(WORD, "docx", id="Word"),
        pytest.param(OLE, "docx", id="OLE, which the Word reader refuses"),
        pytest.param(HTML, "html", id="HTML"),
        pytest.param(HTML.upper(), "html", id="HTML in capitals"),
        pytest.param(b"\xef\xbb\xbf\r\n <!-- a --> <!-- b -->\n" + HTML, "html", id="HTML behind comments"),
        pytest.param(b'<?xml version="1.0"?>' + HTML, "html", id="XHTML"),
        pytest.param(HTML.decode().encode("utf-16"), "html", id="HTML in UTF-16"),
        pytest.param(HTML.decode().encode("utf-16-be"), "html", id="HTML in UTF-16 without a mark"),
        pytest.param(HTML.decode().encode("gbk"), "html", id="HTML in GBK"),
        pytest.param(saved(("text/html", "utf-8", HTML)), "mhtml", id="MHTML"),
    ],
)
def test_the_content_decides_whatever_the_name(data, found, name):
    assert detect_format(data, name=name) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("", "text"),
        ("a.txt", "text"),
        ("a.TEXT", "text"),
        ("a.pdf", "text"),
        ("a.doc", "text"),
        ("a.mht", "text"),
        ("a.unknown", "text"),
        ("a.md", "markdown"),
        ("A.MARKDOWN", "markdown"),
        ("a.htm", "html"),
        ("a.xhtml", "html"),
    ],
)
def test_the_name_decides_where_the_content_may_be_plain_text(name, found):
    assert detect_format(TEXT.encode(), name=name) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<p>我们收集信息。</p>\n<p>我们使用信息。</p>", "html"),
        ("<div class='a'>甲<div>乙</div>", "html"),
        ("隐私政策<br>我们收集<b>信息</b>。<br>", "text"),
        ("我们使用<p>标签。", "text"),
        ("<隐私政策>\n<更新日期>\n<一、收集>", "text"),
        ("a < b，c > d，<div ", "text"),
        ("我们收集信息。" * 700 + "<p>甲</p><p>乙</p>", "text"),
    ],
)
def test_a_few_tags_in_a_text_make_no_page(text, found):
    assert detect_format(text.encode()) == found


def test_tags_in_markdown_make_no_page_but_a_whole_page_is_one():
    assert detect_format("# 政策\n\n<table><tr><td>甲</td></tr></table>".encode(), name="a.md") == "markdown"
    assert detect_format(HTML, name="a.md") == "html"


@pytest.mark.parametrize("file", list(foreign_files()), ids=lambda file: file.name)
def test_a_format_that_is_not_read_is_refused_with_its_name(file):
    if file.name == "svg.html":  # its name says what to do with markup that is no page
        assert detect_format(file.content, name=file.name) == "html"
        return
    error = refused(file.content, file.name)
    assert error.code == "unknown_format"
    assert str(error).startswith("the file is ") and "which is not read; " in str(error)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("xl/workbook.xml", "an Excel workbook"),
        ("ppt/presentation.xml", "a PowerPoint presentation"),
        ("OFD.xml", "an OFD document"),
        ("META-INF/container.xml", "an EPUB book"),
        ("AndroidManifest.xml", "an Android app"),
        ("Payload/a.app/Info.plist", "an iOS app"),
        ("content.xml", "an OpenDocument file"),
        ("META-INF/MANIFEST.MF", "a Java archive"),
        ("policies/a.txt", "a ZIP archive, which is not read; unpack it first"),
    ],
)
def test_what_is_in_a_zip_is_named(entry, words):
    error = refused(zipped("mimetype", entry), "a.docx")
    assert error.code == "unknown_format" and words in str(error)


def test_word_files_may_number_their_main_part():
    assert detect_format(zipped("[Content_Types].xml", "word/document2.xml")) == "docx"


def test_a_zip_that_is_damaged_is_told_from_a_word_file_that_is():
    assert refused(zipped("a.txt", "b.txt")[:60]).code == "damaged"
    assert detect_format(WORD[:-30]) == "docx"


def test_a_pdf_stored_in_an_archive_makes_no_pdf():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.pdf", PDF)
    assert "a ZIP archive" in str(refused(file.getvalue()))


@pytest.mark.parametrize(("name", "promised"), SUFFIXES.items())
def test_names_promise_formats(name, promised):
    assert promised_format(f"a.b{name.upper()}") == promised


def test_names_that_promise_nothing():
    assert [promised_format(name) for name in ("", "pdf", ".pdf", "a.", "a.pdf.bak")] == [None] * 5


def test_a_name_that_says_another_format_is_told():
    document = read_policy(TEXT.encode(), name="a.pdf", id="x", source="a.pdf", meta={"app": "甲"})
    assert (document.id, document.source, document.meta, document.text) == ("x", "a.pdf", {"app": "甲"}, TEXT)
    assert document.warnings == (Warn("name_differs", "the name says pdf, the content is text; read as text"),)
    assert [w.code for w in read_policy(HTML, name="a.txt", id="x").warnings] == ["name_differs"]


@pytest.mark.parametrize(("data", "name"), [(TEXT.encode(), "a.txt"), (TEXT.encode(), ""), (HTML, "a.html"), (HTML, "a")])
def test_a_name_that_agrees_or_says_nothing_is_no_matter(data, name):
    assert read_policy(data, name=name, id="x").warnings == ()


def test_a_text_without_a_chinese_character_is_told():
    (warning,) = read_policy(b"We collect your phone number.", name="a.txt", id="x").warnings
    assert warning.code == "no_chinese"


def test_traditional_characters_are_told():
    (warning,) = read_policy("我們會蒐集您的手機號碼，用於註冊帳號。".encode("big5"), name="a.txt", id="x").warnings[-1:]
    assert warning.code == "traditional"
    simplified = "我们会收集您的手机号码和设备信息，用于注册账号；臺北的用户同样如此。"
    assert read_policy(simplified.encode(), name="a.txt", id="x").warnings == ()


@pytest.mark.parametrize("name", ["", "a.txt", "a.pdf", "a.html", "a.docx", "a.md", "a.mhtml"])
@pytest.mark.parametrize("data", [b"", b" \r\n"], ids=["nothing", "white space"])
def test_an_empty_file_is_empty_in_every_format(data, name):
    assert refused(data, name).code == "empty"


def test_each_reader_is_reached():
    texts = [
        read_policy(data, name=name, id="x").text
        for data, name in [(HTML, ""), (WORD, ""), (saved(("text/html", "utf-8", HTML)), "")]
    ]
    assert all("手机号码" in text for text in texts)
    assert "phone number" in read_policy(PDF, id="x").text
    assert read_policy(b"# a\n\n**b**", name="a.md", id="x").text == "a\nb"


def test_the_longest_page_of_a_saved_one_is_read():
    frame = (PAGE % "<p>框架之外。</p>").replace("我们会收集您的手机号码，用于注册账号。", "短。").encode("gb18030")
    document = read_policy(
        saved(("text/html", "gb2312", frame), ("image/png", "x", b"x"), ("text/html", "utf-8", HTML)), id="x"
    )
    assert "我们会收集您的手机号码" in document.text and "框架" not in document.text
    assert [warning.code for warning in document.warnings] == ["parts_left_out"]


def test_a_frame_that_cannot_be_read_costs_a_saved_page_nothing_else():
    frame = ("text/html", "utf-8", b"<p>\x80\xff\x80</p>" * 30)
    for parts in ([frame, ("text/html", "utf-8", HTML)], [("text/html", "utf-8", HTML), frame]):
        document = read_policy(saved(*parts), id="x")
        assert "我们会收集您的手机号码" in document.text
        assert [warning.code for warning in document.warnings] == ["parts_left_out"]
    assert refused(saved(frame, frame)).code == "binary"


@pytest.mark.parametrize("charset", ["nonsense", "base64", "utf-8", "gb2312"])
def test_a_saved_page_is_read_whatever_charset_it_names(charset):
    content = HTML.decode().encode("gb18030" if charset == "gb2312" else "utf-8")
    assert "我们会收集您的手机号码" in read_policy(saved(("text/html", charset, content)), id="x").text


def test_a_saved_page_without_html_is_empty():
    assert refused(saved(("image/png", "x", b"x"))).code == "empty"


@given(st.binary(max_size=300), st.sampled_from(["", "a.md", "a.html", "a.txt"]))
def test_any_bytes_have_a_format_or_are_refused(data, name):
    try:
        assert detect_format(data, name=name) in set(SUFFIXES.values())
    except ReadError as error:
        assert error.code in {"unknown_format", "damaged"}


def test_a_head_of_any_start_takes_no_time():
    rng = random.Random(0)
    for piece in (b"<!---->", b"<?xml>", b" ", b"<p ", b"<!doctype ", b"a:", b"<!--"):
        assert detect_format(piece * 20_000 + rng.randbytes(3).hex().encode()) in ("text", "html")


ROW = '{"id": "x", "text": "我们收集信息。"}'


@pytest.mark.parametrize("name", ["", "a.txt", "a.json", "a.html"])
@pytest.mark.parametrize(
    "content",
    [ROW, f"\ufeff\n {ROW}\r\n{ROW}\n", f"[{ROW}, {ROW}]", f"[\n  {ROW}\n]\n", '{\n"text": "<p><div><p><li>"}'],
    ids=["object", "lines", "array", "array over lines", "page in an object"],
)
def test_json_is_refused_and_its_name_told(content, name):
    error = refused(content.encode(), name)
    assert error.code == "unknown_format" and "named .jsonl" in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "[1] 定义：我们指本公司。",
        "{隐私政策}\n我们收集信息。",
        "[隐私政策]",
        "[",
        "[1]\n我们收集信息。",
        '{"id": "x"} 等字段。',
    ],
)
def test_a_text_that_only_begins_like_json_is_read(text):
    assert read_policy(text.encode(), id="x").text == text


@pytest.mark.parametrize("data", [HTML, WORD, TEXT.encode()], ids=["HTML", "Word", "text"])
def test_a_text_that_is_far_too_long_is_refused(data, monkeypatch):
    length = len(read_policy(data, id="x").text)
    monkeypatch.setattr("tiaokuan.data.readers.text.LONGEST", length)
    read_policy(data, id="x")
    monkeypatch.setattr("tiaokuan.data.readers.text.LONGEST", length - 1)
    assert refused(data).code == "too_large"
