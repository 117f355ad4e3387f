"""PDF into documents: paragraphs and tables put together again, what is printed around them left out, bad files refused."""

import io
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pypdfium2")
pytest.importorskip("pdfplumber")
pytest.importorskip("reportlab")

from blocks import cells, kinds, texts
from hostile import HELVETICA, page_pdf
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from tiaokuan.data.document import Warn
from tiaokuan.data.errors import MissingExtraError, ReadError
from tiaokuan.data.readers.pdf import PdfLimits, pdf_document, read_pdf
from tiaokuan.data.readers.pdf_worker import parse

WIDTH, HEIGHT = 595, 842
LEFT, TOP, PITCH, EM = 90, 80, 20, 12
LINE = 34
"""Characters that fit into a line between the margins."""

LONG = (
    "为了向您提供注册、登录和安全保障服务，我们会在您使用本应用的过程中收集您的手机号码、设备标识信息、网络状态信息和位置信息，"
    "并按照本政策说明的目的和方式使用这些信息；未经您的单独同意，我们不会将上述信息提供给任何第三方或者用于其他目的。"
)


OTHER = (
    "我们重视您的隐私，采取加密、访问控制和安全审计等措施保护您提供的资料，防止其遭到未经授权的访问、披露、修改、损坏或者丢失。"
    "如果不幸发生安全事件，我们将按照法律法规的要求及时告知您事件的基本情况、可能的影响以及已经采取的补救措施。"
)


@pytest.fixture(scope="module", autouse=True)
def _font():
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))


class Paper:
    """A PDF in the making: places are points from the page's top left corner."""

    def __init__(self, size=(WIDTH, HEIGHT), **options):
        self.file = io.BytesIO()
        self.canvas = Canvas(self.file, pagesize=size, pageCompression=0, invariant=1, **options)
        self.height = size[1]

    def write(self, x, y, text, size=EM, font="STSong-Light"):
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.height - y, text)
        return self

    def lines(self, y, *lines, x=LEFT, **how):
        for number, line in enumerate(lines):
            indent = len(line) - len(line.lstrip("\u3000"))
            self.write(x + indent * EM, y + number * PITCH, line.lstrip("\u3000"), **how)
        return self

    def rule(self, x0, y0, x1, y1):
        self.canvas.line(x0, self.height - y0, x1, self.height - y1)
        return self

    def grid(self, xs, ys):
        for x in xs:
            self.rule(x, ys[0], x, ys[-1])
        for y in ys:
            self.rule(xs[0], y, xs[-1], y)
        return self

    def row(self, y, xs, *cells):
        """Write a row of cells, each a list of lines."""
        for x, lines in zip(xs, cells, strict=False):
            for number, line in enumerate([lines] if isinstance(lines, str) else lines):
                self.write(x + 4, y + 14 + 14 * number, line, size=10)
        return self

    def next(self):
        self.canvas.showPage()
        return self

    def bytes(self):
        self.canvas.save()
        return self.file.getvalue()


def wrap(text, indent=2, width=LINE):
    """Break a paragraph into lines, the first one set in."""
    first = width - indent
    return ["\u3000" * indent + text[:first], *(text[i : i + width] for i in range(first, len(text), width))]


def read(paper, pages=2_000):
    """Parse in this process, which spares the time of starting one."""
    return pdf_document(parse(paper.bytes(), pages=pages, seconds=60), id="x")


def codes(document):
    return [warning.code for warning in document.warnings]


def code_of(data, **how):
    with pytest.raises(ReadError) as caught:
        read_pdf(data, id="x", **how)
    assert "\n" not in str(caught.value)
    return caught.value.code


# Paragraphs


def test_lines_are_joined_into_paragraphs_and_large_type_is_a_heading():
    paper = Paper().write(220, TOP, "隐私政策", size=22).write(LEFT, TOP + 40, "一、信息的收集", size=16)
    paper.lines(TOP + 70, *wrap(LONG), *wrap("我们不会出售您的个人信息。"))
    assert kinds(read(paper)) == [
        ("heading", 1, "隐私政策"),
        ("heading", 2, "一、信息的收集"),
        ("paragraph", 0, LONG),
        ("paragraph", 0, "我们不会出售您的个人信息。"),
    ]


@pytest.mark.parametrize("indent", [0, 2], ids=["flush", "first line set in"])
def test_a_paragraph_that_ends_at_the_margin_is_parted_by_what_shows_it(indent):
    full = "我们会收集您的手机号码" * 6
    full = full[: 2 * LINE - indent - 1] + "。"
    gap = 10 if indent == 0 else 0
    paper = Paper().lines(TOP, *wrap(LONG, indent))
    end = TOP + len(wrap(LONG, indent)) * PITCH + gap
    paper.lines(end, *wrap(full, indent)).lines(end + 2 * PITCH + gap, *wrap(LONG, indent))
    assert texts(read(paper)) == [LONG, full, LONG]


def test_a_paragraph_goes_on_over_a_page_break():
    lines = wrap(LONG)
    paper = Paper().lines(700, *lines[:2]).next().lines(TOP, *lines[2:], *wrap("我们不会出售您的个人信息。"))
    assert texts(read(paper)) == [LONG, "我们不会出售您的个人信息。"]


def test_hanging_items_are_joined_and_kept_apart():
    item = "（1）" + LONG[:60]
    lines = [item[:LINE], "\u3000\u3000" + item[LINE:]]
    paper = Paper().lines(TOP, *wrap(LONG, 0), *lines, *(line.replace("（1）", "（2）") for line in lines))
    assert texts(read(paper)) == [LONG, item, item.replace("（1）", "（2）")]


def test_marks_that_hang_over_the_margin_do_not_move_it():
    upper, lower = "（一）" + "权" * (LINE - 4), "限和数据。"
    hanging = "\u3000" * 2 + "我" * (LINE - 2) + "。"
    paper = Paper().lines(TOP, hanging, hanging, *wrap(LONG))
    paper.write(LEFT + 0.4 * EM, TOP + 10 * PITCH, upper).lines(TOP + 11 * PITCH, lower)
    assert texts(read(paper)) == [hanging.strip("\u3000"), hanging.strip("\u3000"), LONG, upper + lower]


def test_a_line_that_hangs_below_one_without_a_marker_goes_on():
    name = "收集数据：" + "设备标识信息" * 4 + "网络类"
    paper = Paper().lines(TOP, *wrap(LONG), "\u3000" * 2 + name, "\u3000" * 4 + "型和存储权限。")
    assert texts(read(paper)) == [LONG, name + "型和存储权限。"]


def test_short_lines_stay_apart():
    names = ["设备信息", "位置信息", "网络信息", "日志信息"]
    assert texts(read(Paper().lines(TOP, *names))) == names


def test_latin_words_are_joined_with_a_space_and_links_without_one():
    paper = Paper().lines(TOP, "我们接入的第三方服务包括由谷歌公司提供的名为 Google Analytics for", "Firebase SDK 的统计服务。")
    paper.lines(TOP + 100, "详情请见谷歌公司的隐私政策，链接为： https://policies.google.com/", "privacy/update。")
    paper.lines(TOP + 200, *wrap(LONG, 0))
    assert texts(read(paper)) == [
        "我们接入的第三方服务包括由谷歌公司提供的名为 Google Analytics for Firebase SDK 的统计服务。",
        "详情请见谷歌公司的隐私政策，链接为： https://policies.google.com/privacy/update。",
        LONG,
    ]


def test_a_hyphen_at_the_end_of_a_line_is_kept():
    paper = Paper().lines(TOP, LONG[:32] + "Wi-", "Fi 连接信息。")
    assert texts(read(paper)) == [LONG[:32] + "Wi-Fi 连接信息。"]


def test_entries_of_a_table_of_contents_lose_their_dots_and_page_numbers():
    titles = ["一、信息的收集", "二、信息的使用", "三、信息的共享", "四、联系我们"]
    paper = Paper().write(250, TOP, "目录", size=18)
    paper.lines(TOP + 40, *(title + "." * 90 + str(n) for n, title in enumerate(titles, 1))).lines(400, *wrap(LONG))
    assert texts(read(paper)) == ["目录", *titles, LONG]


def test_two_columns_are_read_one_after_the_other():
    width = 16
    left, right = wrap(LONG, 0, width), wrap(OTHER, 0, width)
    paper = Paper().write(150, TOP - 30, "本政策分为两栏，标题横跨两栏，正文先读左栏再读右栏", size=14)
    paper.lines(TOP, *left).lines(TOP + 3, *right, x=LEFT + 18 * EM)
    document = read(paper)
    assert texts(document) == ["本政策分为两栏，标题横跨两栏，正文先读左栏再读右栏", LONG, OTHER]


def test_names_and_values_without_rules_are_no_columns():
    paper = Paper()
    for number in range(12):
        paper.write(LEFT, TOP + 20 * number, f"名称{number}").write(300, TOP + 20 * number, "用于消息推送")
    assert texts(read(paper)) == [f"名称{number} 用于消息推送" for number in range(12)]


# What is printed around the text


def test_running_heads_feet_and_page_numbers_are_left_out_and_counted():
    paper = Paper()
    for page in range(1, 4):
        paper.write(LEFT, 40, "某某公司隐私政策", size=9).write(280, 810, f"第 {page} 页 共 3 页", size=9)
        paper.lines(TOP + 20 * page, *wrap(LONG)).next()
    document = read(paper)
    assert texts(document) == [LONG] * 3
    assert document.warnings == (Warn("left_out", "6 lines of running heads, feet and page numbers were left out"),)


@pytest.mark.parametrize("number", ["第 1 页 共 1 页", "- 1 -", "1/1", "Page 1 of 1", "第1页/共1页"])
def test_a_page_number_is_known_on_a_single_page(number):
    document = read(Paper().lines(TOP, *wrap(LONG)).write(280, 810, number))
    assert (texts(document), codes(document)) == ([LONG], ["left_out"])


def test_bare_page_numbers_on_left_and_right_pages_are_left_out():
    paper = Paper()
    for page in range(1, 5):
        paper.lines(TOP + 20 * page, *wrap(LONG)).write(60 if page % 2 else 520, 810, str(page), size=9).next()
    assert texts(read(paper)) == [LONG] * 4


def test_text_at_the_top_of_a_page_that_is_not_repeated_is_kept():
    paper = Paper().lines(40, "第一章").lines(TOP, *wrap(LONG)).next().lines(40, "补充说明").lines(TOP, *wrap(OTHER))
    document = read(paper)
    assert (texts(document), document.warnings) == (["第一章", LONG, "补充说明", OTHER], ())


def test_pages_of_nothing_but_repeated_lines_are_kept():
    paper = Paper().lines(TOP, "隐私政策全文").next().lines(TOP, "隐私政策全文")
    assert texts(read(paper)) == ["隐私政策全文", "隐私政策全文"]


def test_a_watermark_is_left_out_and_counted():
    paper = Paper().lines(TOP, *wrap(LONG))
    paper.canvas.saveState()
    paper.canvas.translate(200, 300)
    paper.canvas.rotate(45)
    paper.canvas.drawString(0, 0, "内部资料")
    paper.canvas.restoreState()
    document = read(paper)
    assert texts(document) == [LONG]
    assert document.warnings == (Warn("askew_left_out", "4 characters printed at an angle, as watermarks are, were left out"),)


# Characters


def test_radicals_become_ordinary_characters():
    assert texts(read(Paper().lines(TOP, "⽤⼾的⼀⻚⻋⺠，⻛险。"))) == ["用户的一页车民，风险。"]


def test_letters_printed_twice_to_look_bold_are_read_once():
    paper = Paper().lines(TOP, "特别提示：上上下下").lines(TOP, "特别提示：上上下下", x=LEFT + 0.4)
    assert texts(read(paper)) == ["特别提示：上上下下"]


def test_a_character_beyond_16_bits_is_whole():
    assert texts(read(Paper().lines(TOP, "𠮷野家"))) == ["𠮷野家"]


TO_UNICODE = "1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfchar <0007> <606F> endbfchar"
DESCRIPTOR = (
    "<</Type/FontDescriptor/FontName/Nowhere/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 880/Descent -120/StemV 80>>"
)


def composite_font(encoding, ordering, more=""):
    """Return the objects of a font for CJK text that the file names without holding it."""
    system = f"<</Registry(Adobe)/Ordering({ordering})/Supplement 0>>"
    return (
        f"<</Type/Font/Subtype/Type0/BaseFont/Nowhere/Encoding/{encoding}/DescendantFonts[6 0 R]{more}>>",
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/Nowhere/CIDSystemInfo{system}/FontDescriptor 7 0 R/DW 1000>>",
        DESCRIPTOR,
        f"<</Length {len(TO_UNICODE)}>>stream\n{TO_UNICODE}\nendstream",
    )


@pytest.mark.parametrize(
    ("fonts", "code", "text"),
    [
        (composite_font("UniGB-UCS2-H", "GB1"), "606F", "息"),
        (composite_font("Identity-H", "Identity", "/ToUnicode 8 0 R"), "0007", "息"),
        ((HELVETICA,), "49", "I"),
        (("<</Type/Font/Subtype/TrueType/BaseFont/Nowhere/Encoding/WinAnsiEncoding>>",), "49", "I"),
    ],
)
def test_a_line_of_one_character_is_read_in_a_font_that_the_file_does_not_hold(fonts, code, text):
    data = page_pdf(f"BT /F 12 Tf 72 700 Td <{code}> Tj ET BT /F 12 Tf 72 600 Td <{code}{code}> Tj ET", fonts=fonts)
    assert texts(read_pdf(data, id="x")) == [text, text * 2]


def test_bullets_of_symbol_fonts_are_bullets_and_other_private_characters_are_counted():
    document = read(Paper().lines(TOP, "\uf0b7 手机号码", "\ue123 头像"))
    assert texts(document) == ["• 手机号码", "\ufffd 头像"]
    assert document.warnings == (
        Warn("unknown_characters", "1 characters are known to no font of the file and stand as \ufffd"),
    )


def test_letters_without_a_size_break_nothing():
    flat = "BT /F 12 Tf 12 0 0 0 72 700 Tm (phone) Tj 12 0 0 0 72 680 Tm (number) Tj ET"
    data = page_pdf(f"{flat} BT /F 12 Tf 72 600 Td (We collect it.) Tj ET")
    assert "We collect it." in texts(pdf_document(parse(data, pages=1, seconds=60), id="x"))


# Tables

XS = (90, 190, 330, 505)


def test_a_ruled_table_keeps_its_cells_and_stands_once_in_the_text():
    paper = Paper().lines(TOP, *wrap(LONG)).grid(XS, (200, 222, 260, 282))
    paper.row(200, XS, "SDK名称", "使用目的", "收集的信息")
    paper.row(222, XS, "极光推送", ["向您推送消息和通知，统计消息", "的到达率"], "设备标识信息")
    paper.row(260, XS, "高德地图", "定位", ["位置信息"]).lines(320, *wrap("以上是清单。"))
    document = read(paper)
    assert cells(document) == [
        (0, True, [("SDK名称", 0, 1, 1), ("使用目的", 1, 1, 1), ("收集的信息", 2, 1, 1)]),
        (0, False, [("极光推送", 0, 1, 1), ("向您推送消息和通知，统计消息的到达率", 1, 1, 1), ("设备标识信息", 2, 1, 1)]),
        (0, False, [("高德地图", 0, 1, 1), ("定位", 1, 1, 1), ("位置信息", 2, 1, 1)]),
    ]
    assert document.text.split("\n") == [
        LONG,
        "SDK名称 | 使用目的 | 收集的信息",
        "极光推送 | 向您推送消息和通知，统计消息的到达率 | 设备标识信息",
        "高德地图 | 定位 | 位置信息",
        "以上是清单。",
    ]


def test_lines_of_a_cell_that_end_early_are_parted_by_a_space():
    paper = Paper().grid(XS, (200, 222, 280)).row(200, XS, "名称", "目的", "收集的信息")
    paper.row(222, XS, "推送", "通知", ["设备标识信息、网络信", "息", "位置信息"])
    assert cells(read(paper))[1][2][2] == ("设备标识信息、网络信 息 位置信息", 2, 1, 1)


def test_cells_that_span_columns_and_rows():
    paper = Paper()
    for x0, y0, x1, y1 in [(90, 200, 505, 200), (90, 222, 505, 222), (190, 244, 505, 244), (90, 266, 505, 266)]:
        paper.rule(x0, y0, x1, y1)
    for x0, y0, x1, y1 in [(90, 200, 90, 266), (190, 200, 190, 266), (330, 222, 330, 266), (505, 200, 505, 266)]:
        paper.rule(x0, y0, x1, y1)
    paper.row(200, XS, "权限", "说明").row(222, XS, "相机", "扫码", "安卓").row(244, XS, "", "拍照", "苹果")
    assert cells(read(paper)) == [
        (0, True, [("权限", 0, 1, 1), ("说明", 1, 2, 1)]),
        (0, False, [("相机", 0, 1, 2), ("扫码", 1, 1, 1), ("安卓", 2, 1, 1)]),
        (0, False, [("拍照", 1, 1, 1), ("苹果", 2, 1, 1)]),
    ]


def long_table(paper, *, last_row_closed=True):
    """Write a table over a page break: its header is repeated, its third row cut."""
    paper.grid(XS, (700, 722, 744)).row(700, XS, "SDK名称", "使用目的", "收集的信息").row(
        722, XS, "极光推送", "推送", "设备信息"
    )
    for x in XS:
        paper.rule(x, 744, x, 780)
    if last_row_closed:
        paper.rule(XS[0], 780, XS[-1], 780)
    paper.row(744, XS, "高德地图", "定位", ["位置信息、设备标识信息、网络状态信", "息、应用列表信息、传感器信息以及日"])
    paper.next().grid(XS, (80, 102, 124, 146)).row(80, XS, "SDK名称", "使用目的", "收集的信息")
    return paper


@pytest.mark.parametrize("closed", [True, False], ids=["closed at the page's foot", "left open at the page's foot"])
def test_a_table_goes_on_over_a_page_break(closed):
    paper = long_table(Paper(), last_row_closed=closed)
    paper.row(102, XS, "", "", "志信息").row(124, XS, "微信", "登录", "头像")
    document = read(paper)
    assert cells(document) == [
        (0, True, [("SDK名称", 0, 1, 1), ("使用目的", 1, 1, 1), ("收集的信息", 2, 1, 1)]),
        (0, False, [("极光推送", 0, 1, 1), ("推送", 1, 1, 1), ("设备信息", 2, 1, 1)]),
        (
            0,
            False,
            [
                ("高德地图", 0, 1, 1),
                ("定位", 1, 1, 1),
                ("位置信息、设备标识信息、网络状态信息、应用列表信息、传感器信息以及日志信息", 2, 1, 1),
            ],
        ),
        (0, False, [("微信", 0, 1, 1), ("登录", 1, 1, 1), ("头像", 2, 1, 1)]),
    ]


def test_a_whole_row_at_the_top_of_a_page_is_not_joined():
    paper = long_table(Paper()).row(102, XS, "微信", "登录", "头像").row(124, XS, "微博", "分享", "昵称")
    assert [row[2][0][0] for row in cells(read(paper))] == ["SDK名称", "极光推送", "高德地图", "微信", "微博"]


def test_a_cell_that_spans_rows_goes_on_over_a_page_break():
    paper = Paper().rule(90, 700, 505, 700).rule(190, 722, 505, 722).rule(90, 744, 505, 744)
    for x in XS:
        paper.rule(x, 700, x, 744)
    paper.row(700, XS, "极光推送", "推送", "设备信息").row(722, XS, "", "统计", "日志信息")
    paper.next().grid(XS, (80, 102, 124)).row(80, XS, "", "分享", "剪切板").row(102, XS, "微信", "登录", "头像")
    assert cells(read(paper)) == [
        (0, False, [("极光推送", 0, 1, 3), ("推送", 1, 1, 1), ("设备信息", 2, 1, 1)]),
        (0, False, [("统计", 1, 1, 1), ("日志信息", 2, 1, 1)]),
        (0, False, [("分享", 1, 1, 1), ("剪切板", 2, 1, 1)]),
        (0, False, [("微信", 0, 1, 1), ("登录", 1, 1, 1), ("头像", 2, 1, 1)]),
    ]


def test_tables_of_other_columns_or_with_text_between_them_stay_apart():
    paper = Paper().grid(XS, (700, 722, 744)).row(700, XS, "甲", "乙", "丙").row(722, XS, "丁", "戊", "己")
    paper.next().grid((90, 200, 505), (80, 102)).row(80, (90, 200), "子", "丑")
    paper.lines(150, "以下是另一个表格：").grid((90, 200, 505), (180, 202)).row(180, (90, 200), "寅", "卯")
    assert [(row[0], row[2][0][0]) for row in cells(read(paper))] == [(0, "甲"), (0, "丁"), (1, "子"), (2, "寅")]


def test_a_frame_around_a_paragraph_is_no_table():
    lines = wrap(LONG)
    paper = Paper().grid((80, 515), (TOP - 20, TOP + PITCH * len(lines))).lines(TOP, *lines)
    assert kinds(read(paper)) == [("paragraph", 0, LONG)]


def test_a_page_set_sideways_is_read_upright_with_its_table():
    paper = Paper(size=(WIDTH, HEIGHT))
    paper.canvas.setPageRotation(90)
    paper.canvas.rotate(90)
    paper.canvas.translate(0, -WIDTH)
    paper.height = WIDTH
    paper.lines(60, "横向页面上的清单如下：").grid(XS, (80, 102, 124))
    paper.row(80, XS, "SDK名称", "使用目的", "收集的信息").row(102, XS, "极光推送", "推送", "设备信息")
    assert read(paper).text == "横向页面上的清单如下：\nSDK名称 | 使用目的 | 收集的信息\n极光推送 | 推送 | 设备信息"


def test_text_drawn_sideways_on_an_upright_page_is_read():
    paper = Paper()
    paper.canvas.rotate(90)
    paper.canvas.translate(0, -WIDTH)
    paper.height = WIDTH
    paper.lines(TOP, *wrap(LONG, width=50))
    assert texts(read(paper)) == [LONG]


def test_a_page_whose_corner_is_not_at_nought_keeps_its_table():
    data = Paper().lines(60, "清单如下：").grid(XS, (80, 102)).row(80, XS, "极光推送", "推送", "设备信息").bytes()
    moved = data.replace(b"/MediaBox [ 0 0 595 842 ]", b"/MediaBox [ -50 -60 700 900 ]")
    assert moved != data
    assert read_pdf(moved, id="x").text == "清单如下：\n极光推送 | 推送 | 设备信息"


# Files that are refused, or read in part


SCAN = "q 500 0 0 700 50 70 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x7f EI Q"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "damaged"),
        (b"%PDF-1.7\n", "damaged"),
        (b"we collect your phone number", "damaged"),
        (page_pdf("")[:300], "damaged"),
        (page_pdf(SCAN), "no_text_layer"),
        (
            page_pdf("", trailer=f"/Encrypt<</Filter/Standard/V 1/R 2/O({'o' * 32})/U({'u' * 32})/P -4>>/ID[(a)(a)]"),
            "encrypted",
        ),
    ],
    ids=["nothing", "a head only", "text", "cut off", "a scan", "a password"],
)
def test_what_cannot_be_read_has_its_code(data, code):
    assert code_of(data) == code


def test_pages_that_are_pictures_are_named():
    paper = Paper().lines(TOP, *wrap(LONG)).next()
    for _ in range(2):
        paper.canvas.drawInlineImage(picture(), 0, 0, 500, 700)
        paper.next()
    document = read(paper.lines(TOP, *wrap(LONG)).next().next())
    assert texts(document) == [LONG, LONG]
    assert document.warnings == (
        Warn("pages_without_text", "no text, only pictures, on pages 2, 3; run OCR on the file first"),
    )


def picture():
    from PIL import Image

    return Image.new("L", (2, 2))


def test_pages_beyond_the_limit_are_left_out_with_a_warning():
    paper = Paper()
    for page in range(5):
        paper.lines(TOP, f"这是第{'一二三四五'[page]}页的正文。").next()
    document = read_pdf(paper.bytes(), id="x", limits=PdfLimits(pages=2))
    assert texts(document) == ["这是第一页的正文。", "这是第二页的正文。"]
    assert document.warnings == (Warn("pages_left_out", "the last 3 pages, beyond the limit, were not read"),)


def test_fonts_that_say_no_characters_are_no_text_layer():
    assert code_of(Paper().lines(TOP, "\ue123\ue124\ue125甲").bytes()) == "no_text_layer"


def test_a_file_that_takes_too_long_is_given_up():
    assert code_of(page_pdf(""), limits=PdfLimits(seconds=0.001)) == "pdf_timeout"


@pytest.mark.skipif(sys.platform != "linux", reason="address space is bounded on Linux only")
def test_a_file_that_takes_too_much_memory_is_given_up():
    data = page_pdf("BT /F 12 Tf 72 700 Td " + "(phone number) Tj " * 400_000 + "ET")
    assert code_of(data, limits=PdfLimits(memory=250 << 20)) == "pdf_memory"


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize(("line", "how"), [("kill -SEGV $$", "signal 11"), ("echo oh dear >&2; exit 7", "oh dear")])
def test_a_crash_of_the_process_is_one_error(tmp_path, monkeypatch, line, how):
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(ReadError, match=how) as caught:
        read_pdf(page_pdf(""), id="x")
    assert caught.value.code == "pdf_crash"


def test_nothing_is_imported_from_the_working_folder(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit(9)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert texts(read_pdf(Paper().lines(TOP, "隐私政策全文").bytes(), id="x")) == ["隐私政策全文"]


def test_a_missing_extra_names_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(MissingExtraError, match=r"pypdfium2 is not installed .* pip install 'tiaokuan\[pdf\]'"):
        read_pdf(b"", id="x")


@pytest.mark.parametrize("limit", [{"seconds": 0}, {"memory": -1}, {"pages": 0}])
def test_limits_are_above_nought(limit):
    with pytest.raises(ValueError, match="above 0"):
        PdfLimits(**limit)


def test_the_process_finds_what_parsing_here_finds():
    data = long_table(Paper().lines(TOP, *wrap(LONG))).bytes()
    assert read_pdf(data, id="x") == pdf_document(parse(data, pages=2_000, seconds=60), id="x")


def test_identity_and_metadata_pass_through():
    document = read_pdf(Paper().lines(TOP, "隐私政策").bytes(), id="a/b.pdf", source="/in/a/b.pdf", meta={"app": "甲"})
    assert (document.id, document.source, document.meta) == ("a/b.pdf", "/in/a/b.pdf", {"app": "甲"})


# Damage of every kind


class Child:
    """A process that parses file after file; one that crashes is replaced, as `read_pdf` would take a new one."""

    def __init__(self):
        self.pool = None

    def parse(self, data):
        if self.pool is None:
            self.pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        try:
            return self.pool.submit(parse, data, pages=5, seconds=20).result(timeout=120)
        except BrokenProcessPool:
            self.pool = None
            raise ReadError("crash", code="pdf_crash") from None


@pytest.fixture(scope="module")
def child():
    child = Child()
    yield child
    if child.pool:
        child.pool.shutdown()


def sound_files():
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    paper = long_table(Paper().lines(TOP, *wrap(LONG)).write(280, 810, "- 1 -"))
    return [paper.bytes(), page_pdf("BT /F 12 Tf 72 700 Td (We collect your phone number.) Tj ET 50 50 400 300 re S")]


SOUND = sound_files()
DAMAGE = st.one_of(
    st.binary(max_size=300),
    st.binary(max_size=300).map(lambda tail: b"%PDF-1.7\n" + tail),
    st.builds(lambda data, cut: data[: int(len(data) * cut)], st.sampled_from(SOUND), st.floats(0, 1)),
    st.builds(
        lambda data, flips: flip(data, flips),
        st.sampled_from(SOUND),
        st.lists(st.tuples(st.floats(0, 0.999), st.integers(1, 255)), min_size=1, max_size=30),
    ),
)


def flip(data, flips):
    broken = bytearray(data)
    for place, bits in flips:
        broken[int(len(broken) * place)] ^= bits
    return bytes(broken)


def check(child, data):
    try:
        document = pdf_document(child.parse(data), id="x")
    except ReadError as error:
        assert error.code in {"damaged", "encrypted", "no_text_layer", "empty", "pdf_crash"}
    else:
        document.text.encode()
        covered = {i for block in document.blocks for i in range(block.start, block.end)}
        assert all(i in covered or c.isspace() for i, c in enumerate(document.text))


@settings(max_examples=40)
@given(data=DAMAGE)
def test_a_damaged_file_is_a_document_or_a_read_error(child, data):
    check(child, data)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(data=DAMAGE)
def test_ten_thousand_damaged_files(child, data):
    check(child, data)
