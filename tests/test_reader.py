"""Bytes into text: encodings, the text kept as it is, and files that are no text."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiaokuan.data.document import Document, Span
from tiaokuan.data.errors import ReadError, TiaokuanError
from tiaokuan.data.readers.text import decode, read_text, text_document

SEEDS = sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))

MIXED = "\n \t隐私政策\r\n一、收集\r我们收集“手机号码”。\x0b\x0c\x85\u2028尾部🙂𠮷\r\n\n\r "
"""Every kind of line end, white space at both ends, characters beyond 16 bits."""

TEXTS = {
    "mixed line ends": MIXED,
    "ASCII": "Privacy policy\r\n1. Data\r",
    "one character": "甲",
    "inner byte-order mark": "隐私\ufeff政策",
}


def code_of(data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        read_text(data, id="x")
    return caught.value.code


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
    ids=["UTF-8", "UTF-8 marked", "UTF-16-LE marked", "UTF-16-BE marked", "UTF-32-LE marked", "UTF-32-BE marked"],
)
def test_text_comes_back_exactly_less_its_byte_order_mark(text, mark, encoding):
    data = mark + text.encode(encoding)
    assert decode(data) == text
    assert read_text(data, id="x").text == text


def test_only_one_byte_order_mark_is_dropped():
    assert decode(codecs.BOM_UTF8 * 2 + "政策".encode()) == "\ufeff政策"


def test_gb18030_text_comes_back_exactly():
    text = "隐私政策\r\n我们收集您的“手机号码”，㐀与🙂。\r"
    data = text.encode("gb18030")
    assert decode(b"\xd2\xfe\xcb\xbd \x95\x30\x85\x32") == "隐私 🙂"
    assert decode(data) == text
    assert read_text(data, id="x").text == text


def test_gbk_and_gb2312_files_are_read():
    text = "本店会登记您的手机号码。"
    assert decode(text.encode("gbk")) == decode(text.encode("gb2312")) == text


def test_valid_utf8_is_never_read_as_gb18030():
    text = "鎴戜滑"
    assert decode(text.encode()) == text
    assert decode("我们".encode()) == "我们"


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_a_real_policy_is_the_same_text_in_every_encoding(path, encoding):
    text = path.read_bytes().decode("utf-8")
    assert decode(path.read_bytes()) == text
    assert decode(text.encode(encoding)) == text


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\t\n\r\x85")).filter(str.strip))
def test_any_text_survives_utf8_as_it_is(text):
    assert decode(codecs.BOM_UTF8 + text.encode()) == text
    assert read_text(codecs.BOM_UTF8 + text.encode(), id="x").text == text


@settings(deadline=None, max_examples=200)
@given(st.binary())
def test_any_bytes_are_text_or_a_read_error(data):
    try:
        document = read_text(data, id="x")
    except ReadError as error:
        assert error.code in {"empty", "binary"}
    else:
        assert document.text.strip()


def test_the_document_carries_id_source_meta_and_blocks():
    document = read_text("隐私政策\n我们收集信息。".encode(), id="apps/x.txt", source="/p/x.txt", meta={"app": "甲"})
    assert document == Document("apps/x.txt", "隐私政策\n我们收集信息。", document.blocks, "/p/x.txt", {"app": "甲"})
    assert [(b.start, b.end, b.kind, b.level) for b in document.blocks] == [(0, 4, "heading", 1), (5, 12, "paragraph", 0)]


def test_source_and_meta_are_empty_unless_given():
    document = text_document("隐私政策", id="x")
    assert (document.source, dict(document.meta), document.warnings, document.given) == ("", {}, (), False)


def test_given_text_keeps_its_byte_order_mark():
    assert text_document("\ufeff隐私政策", id="x").text == "\ufeff隐私政策"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \r\n\t\x0b\x0c",
        codecs.BOM_UTF8,
        codecs.BOM_UTF16_LE,
        codecs.BOM_UTF16_BE,
        codecs.BOM_UTF8 + b" \n",
        codecs.BOM_UTF16_LE + "\r\n\u3000".encode("utf-16-le"),
        "\u3000\u2028\x85\u00a0".encode(),
        "\u3000\u3000\r\n".encode("gb18030"),
    ],
)
def test_a_file_with_nothing_but_white_space_is_empty(data):
    assert code_of(data) == "empty"


@pytest.mark.parametrize("text", ["", " \n", "\u3000\u2028"])
def test_given_text_with_nothing_but_white_space_is_empty(text):
    with pytest.raises(ReadError, match="empty") as caught:
        text_document(text, id="x")
    assert caught.value.code == "empty"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\0", id="NUL"),
        pytest.param("隐私\0政策".encode(), id="NUL in UTF-8"),
        pytest.param("隐私政策".encode("utf-32-le"), id="UTF-32 without mark"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", id="PNG"),
        pytest.param(b"PK\x03\x04\x14\0\x06\0", id="ZIP"),
        pytest.param(b"\xff\xd8\xff\xe1\x10\x4a", id="JPEG without NUL"),
        pytest.param("我们".encode("gb18030") + b"\x01\x02\x03\x04", id="control characters in GB18030"),
        pytest.param(codecs.BOM_UTF16_LE + "甲\x01\x02".encode("utf-16-le"), id="control characters in UTF-16"),
        pytest.param(
            b"\x01\x02\x03\x04\x05\x06" * 20,
            id="control characters alone",
        ),
    ],
)
def test_binary_files_are_refused_as_such(data):
    assert code_of(data) == "binary"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("我们会收集信息。".encode()[:-1] + b"\xff\xff", id="bytes of no encoding"),
        pytest.param("我们收集".encode("gb18030")[:-1], id="GB18030 cut inside a character"),
        pytest.param(codecs.BOM_UTF8 + "我们".encode()[:-1], id="UTF-8 with mark cut inside a character"),
        pytest.param(codecs.BOM_UTF8 + "我们".encode("gb18030"), id="GB18030 behind a mark of UTF-8"),
        pytest.param(codecs.BOM_UTF16_LE + "我们".encode("utf-16-le")[:-1], id="UTF-16 cut inside a character"),
        pytest.param(codecs.BOM_UTF16_BE + b"\xd8\x3d\x62\x11", id="UTF-16 with half a surrogate pair"),
        pytest.param(
            "本店会登记您的手机号码".encode()[:-1],
            id="short UTF-8 cut inside a character",
        ),
    ],
)
def test_broken_bytes_are_refused(data):
    assert code_of(data) == "binary"


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_a_real_policy_with_a_broken_byte_is_refused_not_read_as_nonsense(path):
    data = path.read_bytes()
    start = next(i for i in range(len(data) // 2, len(data)) if data[i] >= 0xE0)
    for broken in (data[: start + 2], data[: start + 1] + data[start + 2 :], data[:start] + b"\xff" + data[start + 1 :]):
        assert code_of(broken) == "binary"


def test_the_error_is_one_line_that_names_what_is_wanted():
    with pytest.raises(TiaokuanError) as caught:
        decode(b"\xff\xd8\xff\xe1\x10\x4a")
    message = str(caught.value)
    assert "\n" not in message
    assert "GB18030" in message
    assert "plain text is wanted" in message


def test_the_error_of_a_marked_file_names_its_encoding_once():
    with pytest.raises(ReadError) as caught:
        decode(codecs.BOM_UTF8 + b"\xff")
    assert str(caught.value).count("UTF-8") == 1


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 2), (-1, 2)])
def test_a_span_that_is_empty_backwards_or_negative_cannot_be_made(start, end):
    with pytest.raises(ValueError, match=rf"\[{start}, {end}\)"):
        Span(start, end)
