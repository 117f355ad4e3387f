"""Where sentences begin and end: the rules on invented clauses, properties on any text, agreement with gold."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tiaokuan.annotations.gold import read_gold
from tiaokuan.annotations.metrics import score_spans
from tiaokuan.annotations.texts import gold_texts
from tiaokuan.data.document import Block, Document
from tiaokuan.data.lines import find_blocks
from tiaokuan.data.readers.text import read_text, text_document
from tiaokuan.data.record import Record
from tiaokuan.data.segmentation import cut, segment

ROOT = Path(__file__).parents[1]
SEEDS = ("i-yinchuan", "jingzhi-hulian", "jishiban", "shandongtong", "shen-i-zhengxie")
HELD_OUT = ("ca4p483/0650", "ca4p483/0804", "ca4p483/0869")


def pieces(text: str) -> list[str]:
    """The sentences of one block."""
    return [text[start:end] for start, end in cut(text)]


def sentences(text: str) -> list[str]:
    """The sentences of a whole plain text."""
    return [text[s.start : s.end] for s in segment(text_document(text, id="x"))]


def kinds(text: str) -> list[tuple[str, str]]:
    return [(block.kind, text[block.start : block.end]) for block in find_blocks(text)]


# Sentence ends


@pytest.mark.parametrize("mark", "。！？；!?;")
def test_a_sentence_ends_at_each_mark(mark):
    text = f"我们收集信息{mark}我们使用信息"
    assert cut(text) == [(0, 7), (7, 13)]


def test_offsets_are_code_points_of_the_whole_text():
    text = "🙂前言  我们收集信息。 我们使用𠮷信息！尾"
    assert cut(text, 3, 21) == [(5, 12), (13, 21)]


def test_commas_colons_and_ellipses_end_nothing():
    text = "我们收集：姓名，电话、地址……以及设备信息"
    assert pieces(text) == [text]


@pytest.mark.parametrize("marks", ["？！", "!!!", "。。", "；;", "?！"])
def test_marks_in_a_row_end_one_sentence(marks):
    assert pieces(f"是否同意{marks}请选择") == [f"是否同意{marks}", "请选择"]


@pytest.mark.parametrize(
    "closing",
    [
        *"”’」』）)]】》〕",
        "”）",
        "。”",
        " ”",
        "］",
        "}",
        "｝",
        "〉",
        "〗",
    ],
)
def test_closing_quotes_and_brackets_stay_with_the_sentence(closing):
    assert pieces(f"详见附件。{closing}请阅读") == [f"详见附件。{closing}", "请阅读"]


@pytest.mark.parametrize(("opening", "closing"), ["“”", "（）", "「」"])
def test_a_closing_mark_on_the_next_line_stays_with_the_sentence(opening, closing):
    assert sentences(f"请您阅读本政策{opening}详见附件的说明。\n{closing}然后继续使用。") == [
        f"请您阅读本政策{opening}详见附件的说明。\n{closing}",
        "然后继续使用。",
    ]


def test_a_straight_quote_that_closes_stays_with_the_sentence():
    assert pieces('"我们同意。"他说。') == ['"我们同意。"', "他说。"]


def test_a_straight_quote_that_opens_goes_with_the_next_sentence():
    assert pieces('请点击确定。"设置"里可以关闭。') == ["请点击确定。", '"设置"里可以关闭。']


def test_an_opening_bracket_goes_with_the_next_sentence():
    assert pieces("我们收集信息。（见附件）“同意”即可。") == ["我们收集信息。", "（见附件）“同意”即可。"]


@pytest.mark.parametrize("after", [" ", "\n", "\t", "\u3000", "\u2028"])
def test_a_half_width_stop_ends_a_sentence_before_white_space(after):
    assert pieces(f"我们收集信息.{after}我们使用信息.") == ["我们收集信息.", "我们使用信息."]


@pytest.mark.parametrize("closing", ["”", ")", "）”"])
def test_a_half_width_stop_ends_a_sentence_before_what_closes_it(closing):
    assert pieces(f"我们收集信息.{closing} 我们使用信息") == [f"我们收集信息.{closing}", "我们使用信息"]


def test_a_half_width_stop_ends_nothing_before_a_character():
    assert pieces("甲支付SDK .主要用于支付.然后退款。完") == ["甲支付SDK .主要用于支付.然后退款。", "完"]


@pytest.mark.parametrize(
    "whole",
    [
        "版本为3.5.1并且费用为2.50元",
        "可用Node.js组件",
        "由Foo Co., Ltd. 提供",
        "由Foo Inc. 提供",
        "由Foo Pte. Ltd. 提供",
        "由Foo B.V. 提供",
        "位于U.S. 境内",
        "例如 e.g. 姓名",
        "也就是 i.e. 姓名",
        "见 No. 3",
        "例如e.g. 姓名",
        "见No. 3",
        "在9 a.m. 与6 p.m. 之间",
        "见Fig. 3",
    ],
)
def test_numbers_and_abbreviations_end_nothing(whole):
    assert pieces(f"{whole}。完") == [f"{whole}。", "完"]


@pytest.mark.parametrize(
    "link",
    [
        "https://a.example/p.html?id=1.2&x=!3;y=4",
        "http://a.example?k=v",
        "ftp://a.example/a?b;c=1",
        "www.a.example/p?id=3",
        "privacy.team@a.example.cn",
        "https：//a.example/p?id=1",
        "HTTPS://A.example/p?id=1",
        "WWW.A.example/p?id=1",
        "https://a.example/路径?id=1",
        "m.a.example/p?id=1",
    ],
)
def test_marks_inside_links_and_addresses_end_nothing(link):
    assert pieces(f"请访问{link} 查看。谢谢") == [f"请访问{link} 查看。", "谢谢"]


@pytest.mark.parametrize("mark", ["。", "；", ";", "?", "!", ". "])
def test_a_mark_after_a_link_ends_the_sentence(mark):
    assert pieces(f"见https://a.example/p{mark}谢谢") == [f"见https://a.example/p{mark}".strip(), "谢谢"]
    assert pieces(f"写信至help@a.example{mark}谢谢") == [f"写信至help@a.example{mark}".strip(), "谢谢"]


@pytest.mark.parametrize(
    "marker",
    ["1.2.3.1", "1.2.3.1.", "a.", "(1)", "①", "1.", "1、", "（一）", "一、", "- 1.", "2.5.", "A.", "iv.", "第三条", "10)"],
)
def test_a_list_marker_stays_with_its_item(marker):
    assert pieces(f"{marker} 我们收集信息。我们使用信息。") == [f"{marker} 我们收集信息。", "我们使用信息。"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("我们收集：1. 姓名；2. 电话。", ["我们收集：1. 姓名；", "2. 电话。"]),
        ("a. 我们收集。b. 我们使用。", ["a. 我们收集。", "b. 我们使用。"]),
        ("（1）姓名；（2）电话。", ["（1）姓名；", "（2）电话。"]),
        ("① 姓名；② 电话。", ["① 姓名；", "② 电话。"]),
    ],
)
def test_a_marker_inside_a_paragraph_stays_with_its_item(text, wanted):
    assert pieces(text) == wanted


def test_white_space_alone_holds_no_sentence():
    assert cut(" \n\u3000\t\u2028") == []
    assert list(find_blocks(" \r\n\u3000\n")) == []


@pytest.mark.parametrize("kind", ["heading", "table_row"])
def test_headings_and_table_rows_are_not_cut(kind):
    text = "甲推送SDK。 | 推送；统计! | 是否必要？见v1. 说明"
    document = Document("x", text, (Block(0, len(text), kind, 1 if kind == "heading" else 0),))
    assert [(s.start, s.end, s.kind) for s in segment(document)] == [(0, len(text), kind)]


@pytest.mark.parametrize("kind", ["paragraph", "list_item"])
def test_paragraphs_and_list_items_are_cut(kind):
    document = Document("x", "姓名；电话。", (Block(0, 6, kind),))
    assert [(s.start, s.end, s.kind) for s in segment(document)] == [(0, 3, kind), (3, 6, kind)]


def test_given_sentences_come_back_one_for_one():
    text = "姓名；电话。\n 完。好 "
    document = Document("x", text, (Block(0, 6), Block(7, 12)), given=True)
    assert [(s.start, s.end) for s in segment(document)] == [(0, 6), (7, 12)]


@pytest.mark.parametrize(
    "entry",
    ["一、我们如何收集 .......... 1", "1. 共享........12", "（一）存储 . . . . . . 103", "附录 .  .  .\t. 8"],
)
def test_the_dots_before_a_page_number_end_nothing(entry):
    assert pieces(f"{entry}\n{entry}") == [f"{entry}\n{entry}"]


@pytest.mark.parametrize("text", ["Wait... Then go.", "详见附件.. 3", "共享... 3月"])
def test_dots_without_a_page_number_end_a_sentence(text):
    assert len(pieces(text)) == 2


@pytest.mark.parametrize(
    "text", ["0a1b2c3d4e" * 2700, "。”" * 4000, "。”" + "！" * 40_000, ". " * 13_500 + "完"], ids=lambda t: t[:9]
)
def test_a_long_run_of_anything_costs_no_more_than_prose(text):
    def seconds(text: str) -> float:
        start = time.process_time()
        cut(text)
        return time.process_time() - start

    prose = min(seconds("我们收集您的信息。" * 3000) for _ in range(3))
    assert seconds(text) < 10 * prose


# Lines into blocks


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_end_at_any_line_end(line_end):
    text = line_end.join(["隐私政策", "一、收集", "我们收集信息。我们使用信息。"])
    assert sentences(text) == ["隐私政策", "一、收集", "我们收集信息。", "我们使用信息。"]


@pytest.mark.parametrize("separator", ["\u2028", "\x0b", "\x0c", "\x85", "\x1c"])
def test_other_separators_do_not_cut_a_sentence(separator):
    text = f"隐私政策\n我们收集您的{separator}手机号码。"
    assert sentences(text) == ["隐私政策", f"我们收集您的{separator}手机号码。"]


@pytest.mark.parametrize("gap", ["\n", "\r\n", "\n\n", "\n \n\n", "\x0c\n", "\n\x0c"])
def test_a_word_cut_by_a_page_or_line_break_is_joined(gap):
    upper, lower = "当您在使用扫码功能的过程中拒绝相机权", "限时，我们不再询问。"
    assert sentences(f"我们会申请相机权限。\n{upper}{gap}{lower}") == ["我们会申请相机权限。", upper + gap + lower]


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("我们收集您的姓名、", "手机号码和地址。"),
        ("我们收集您的姓名，", "手机号码和地址。"),
        ("我们收集您的姓名", "，手机号码和地址。"),
        ("我们不会存储您的人脸信息", "。"),
        ("我们收集您的姓名（", "包括曾用名）和地址。"),
        ("我们收集您的姓名（包括曾用名", "和昵称）和地址。"),
        ("请阅读《甲公司个人信息", "保护规则》并同意。"),
        ("请您点击“同意并", "继续”按钮。"),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_sentence_left_open_runs_over_the_break(upper, lower, gap):
    assert sentences(f"隐私政策\n我们重视隐私。\n{upper}{gap}{lower}") == ["隐私政策", "我们重视隐私。", upper + gap + lower]


@pytest.mark.parametrize("gap", ["\n", "\n\n\n"])
def test_a_bracketed_word_on_a_line_of_its_own_is_joined(gap):
    first = f"为了完成账号的注册和登录，我们会收集您的{gap}【手机号码】{gap}用于核实身份。"
    second = f"为了保障账号和资金的安全，我们会收集您的{gap}【设备信息】{gap}用于识别风险。"
    assert sentences(f"隐私政策\n我们重视隐私。\n{first}\n{second}") == ["隐私政策", "我们重视隐私。", first, second]


def test_the_word_sdk_on_the_next_line_belongs_to_the_name():
    assert sentences("SDK名称:甲推\nSDK\n用途:推送消息") == ["SDK名称:甲推\nSDK", "用途:推送消息"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("marker", ["(一)", "（一）", "一、", "1.", "1.2", "①"])
def test_a_marker_alone_on_its_line_joins_its_title(marker, line_end):
    text = line_end.join(["隐私政策", marker, "共享", "我们不会共享您的信息。"])
    assert sentences(text) == ["隐私政策", f"{marker}{line_end}共享", "我们不会共享您的信息。"]
    assert [block.kind for block in find_blocks(text)] == ["heading", "heading", "paragraph"]


def test_a_marker_alone_on_its_line_joins_its_item():
    assert sentences("1.\n我们收集信息。\n2.\n我们使用信息。") == ["1.\n我们收集信息。", "2.\n我们使用信息。"]


PLAIN = "我们采取加密和访问控制等措施，保护您的信息不被泄露。"


@pytest.mark.parametrize(
    ("before", "text", "kind"),
    [
        ("我们收集：\n您填写的昵称和头像；", PLAIN, "list_item"),
        ("我们收集：\n您填写的昵称和头像；\n您拍摄的照片和视频。", PLAIN, "paragraph"),
        ("我们收集：\n（1）您填写的昵称和头像；\n（2）您拍摄的照片和视频。", PLAIN, "paragraph"),
        ("我们收集：\n您填写的昵称和头像；", "我们把上述信息用于下列用途：", "paragraph"),
        ("我们收集：", "我们收集" + "您的手机号码和电子邮箱、" * 8 + "和收货地址；", "list_item"),
        ("我们收集：", "我们收集" + "您的手机号码和电子邮箱、" * 8 + "和收货地址。", "paragraph"),
        ("亲爱的玩家：", PLAIN, "paragraph"),
        (PLAIN, "客服热线：0532-5550-1098。我们会在十五日内答复。", "paragraph"),
        (PLAIN, "客服热线：0532-5550-1098。", "list_item"),
    ],
)
def test_where_a_list_ends(before, text, kind):
    assert [block.kind for block in find_blocks(f"隐私政策\n{before}\n{text}")][-1] == kind


@pytest.mark.parametrize("colon", ["：", ":", "： "])
def test_name_and_value_lines_stay_apart(colon):
    lines = [
        f"SDK名称{colon}甲推送",
        f"所属公司{colon}甲乙丙丁网络科技有限公司",
        f"使用目的{colon}推送消息和统计分析",
        f"数据类型{colon}设备信息",
    ]
    text = "\n".join(lines)
    assert sentences(text) == lines
    assert [block.kind for block in find_blocks(text)] == ["list_item"] * 4


def test_list_items_without_a_stop_stay_apart():
    items = [
        "1、用于注册账号和登录以及找回密码的手机号码",
        "2、用于识别设备和保障账号安全的设备信息",
        "- 用于提供附近门店查询服务的位置信息",
    ]
    assert sentences("我们收集：\n" + "\n".join(items)) == ["我们收集：", *items]


def test_a_title_does_not_swallow_the_text_below():
    assert sentences("隐私政策\n一、本店怎样收集与使用顾客的资料\n我们收集您的信息。") == [
        "隐私政策",
        "一、本店怎样收集与使用顾客的资料",
        "我们收集您的信息。",
    ]


CLAUSES = [
    "我们会在您注册账号时收集您的手机号码、电子邮箱以及您自行设置的昵称和头像，用于创建账号并向您发送验证码。",
    "您在浏览商品时产生的浏览记录、搜索记录和收藏记录会被用于改进推荐的准确程度，您可以随时在设置中关闭推荐。",
    "为了核实收货人的身份，快递员可能会请您出示取件码，这项信息仅在配送完成以前保存，之后会从服务器中清除。",
    "当您与客服联系时，通话会被录音并保存九十天，以便我们处理您的投诉、改进服务质量并依照法律的要求留存证据。",
]


def wrap(paragraph: str, width: int) -> str:
    return "\n".join(paragraph[at : at + width] for at in range(0, len(paragraph), width))


def test_lines_wrapped_at_one_width_are_joined():
    text = wrap("".join(CLAUSES * 2), 26)
    assert [sentence.replace("\n", "") for sentence in sentences(text)] == CLAUSES * 2


def test_where_blank_lines_part_paragraphs_a_single_break_is_a_wrap():
    paragraphs = [wrap(clause, 19 + index) for index, clause in enumerate(CLAUSES * 2)]
    assert sentences("\n\n".join(paragraphs)) == paragraphs


def test_lines_without_an_indent_go_on_where_each_paragraph_opens_with_one():
    paragraphs = [wrap(f"\u3000\u3000{clause}", 38) for clause in CLAUSES]
    found = sentences("隐私政策\n一、收集\n" + "\n".join(paragraphs[:2]) + "\n二、使用\n" + "\n".join(paragraphs[2:]))
    wanted = [paragraph.strip("\u3000") for paragraph in paragraphs]
    assert found == ["隐私政策", "一、收集", *wanted[:2], "二、使用", *wanted[2:]]


def test_indented_lines_that_end_in_mid_sentence_are_no_wraps_of_those_above():
    values = [
        f"\u3000\u3000{name}信息用于核对订单和联系您本人以及改进本店的服务质量"
        for name in ("姓名", "电话", "地址", "邮箱", "昵称", "头像")
    ]
    title = "本店为您保存的个人资料和订单记录"
    found = sentences("\n".join([*values[:3], title, *values[3:]]))
    assert found == [*(value.strip("\u3000") for value in values[:3]), title, *(value.strip("\u3000") for value in values[3:])]


def test_a_numbered_title_does_not_swallow_text_that_goes_on_with_its_words():
    title, text = "1.2 为完成付款核验顾客的设备信息", "用于识别风险的设备信息用于统计时不含姓名。"
    assert sentences(f"隐私政策\n{title}\n{text}") == ["隐私政策", title, text]


def test_headings_form_a_path_outermost_first():
    text = "隐私政策\n第一章 收集\n第一条 账号\n我们收集。\n第二条 设备\n我们使用。\n第二章 共享\n我们共享。好。"
    found = {text[s.start : s.end]: s.headings for s in segment(text_document(text, id="x"))}
    assert found == {
        "隐私政策": (),
        "第一章 收集": (0,),
        "第一条 账号": (0, 1),
        "我们收集。": (0, 1, 2),
        "第二条 设备": (0, 1),
        "我们使用。": (0, 1, 4),
        "第二章 共享": (0,),
        "我们共享。": (0, 6),
        "好。": (0, 6),
    }


def test_every_sentence_of_an_item_is_a_list_item():
    text = "我们收集：\n(1) 姓名。我们会核实。\n我们重视隐私。"
    found = [(s.kind, text[s.start : s.end]) for s in segment(text_document(text, id="x"))]
    assert found[1:3] == [("list_item", "(1) 姓名。"), ("list_item", "我们会核实。")]


def test_the_lines_of_a_table_of_contents_are_list_items():
    text = "隐私政策\n下文依次说明这些事项：\n一、收集\n二、共享\n三、存储"
    assert [kind for kind, _ in kinds(text)] == ["heading", "paragraph", "list_item", "list_item", "list_item"]


def test_the_first_section_after_a_table_of_contents_is_a_heading():
    text = "隐私政策\n目录：\n一、收集\n二、共享\n三、存储\n一、收集\n我们收集信息。\n二、共享\n我们不会共享。"
    assert kinds(text)[5] == ("heading", "一、收集")


def test_unmarked_entries_after_a_colon_are_list_items():
    text = "隐私政策\n本店会记录这些资料：\n姓名\n手机号码\n收货地址\n二、共享\n我们不会共享。"
    assert kinds(text)[2:5] == [("list_item", "姓名"), ("list_item", "手机号码"), ("list_item", "收货地址")]


def test_a_date_on_its_own_line_is_a_list_item():
    assert kinds("隐私政策\n2022年8月23日\n我们重视隐私。")[1] == ("list_item", "2022年8月23日")


# Any text

FRAGMENTS = [
    *'。！？；!?;.：:，、”"’)）】「（(《-#',
    *["...", "====", "1.", "1.2.3.1", "a.", "(1)", "(一)", "①", "一、", "第一条", "SDK", "名称：值"],
    *["我们", "收集您的", "权", "限"],
    *["https://a.example/p?q=1.2", "a.b@c.example", "Co.", "v1.0", "🙂", "👨\u200d👩\u200d👧", "e\u0301"],
]
GAPS = [*"\n\r \u3000\u2028\u2029\x85\x0b\x0c\x1c\0\u200b\ufeff", "\r\n", "\n\n"]
ANY_TEXT = st.lists(
    st.one_of(st.sampled_from(FRAGMENTS), st.sampled_from(GAPS), st.text(st.characters(), max_size=4)), max_size=40
).map("".join)


def has_text(text: str) -> bool:
    return bool(text.strip())


@settings(deadline=None, max_examples=300)
@given(ANY_TEXT.filter(has_text))
@example("\0")
@example("。\r\n”\u2028.\x85\u0301")
@example("1.\n\n" * 30 + "\U0001d11e")
def test_sentences_of_any_text_cover_it_in_order_without_overlap(text):
    found = segment(text_document(text, id="x"))
    at = 0
    for sentence in found:
        surface = text[sentence.start : sentence.end]
        assert text[at : sentence.start].strip() == ""
        assert at <= sentence.start < sentence.end <= len(text)
        assert surface == surface.strip() != ""
        at = sentence.end
    assert text[at:].strip() == ""


@settings(deadline=None, max_examples=200)
@given(ANY_TEXT.filter(has_text))
def test_headings_of_any_text_point_back_at_headings_outermost_first(text):
    found = segment(text_document(text, id="x"))
    for index, sentence in enumerate(found):
        assert list(sentence.headings) == sorted(set(sentence.headings))
        assert all(h < index and found[h].kind == "heading" for h in sentence.headings)


@settings(deadline=None, max_examples=200)
@given(ANY_TEXT, st.integers(0, 60), st.integers(0, 60))
def test_cut_covers_just_the_range_it_is_given(text, one, other):
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    found = cut(text, start, end)
    inside = {i for a, b in found for i in range(a, b)}
    assert sum(b - a for a, b in found) == len(inside)
    assert found == sorted(found)
    assert inside <= set(range(start, end))
    assert all(text[i].isspace() for i in range(start, end) if i not in inside)
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in found)


SHORT = ANY_TEXT.map(lambda text: text.replace("\r", "")[:22]).filter(has_text)
"""Shorter than any heading may be, with either line end."""


@settings(deadline=None, max_examples=200)
@given(SHORT)
def test_the_kind_of_line_end_does_not_move_boundaries(text):
    assert [s.replace("\r\n", "\n") for s in sentences(text.replace("\n", "\r\n"))] == sentences(text)


def test_the_kind_of_line_end_does_not_make_a_heading_too_long():
    title = "关于" + "甲乙丙丁" * 9 + "的说明"
    for line_end in ("\n", "\r\n"):
        assert kinds(f"隐私政策{line_end}（一）{line_end}{title}")[1] == ("heading", f"（一）{line_end}{title}")


# Gold


def boundary_f1(gold: Record, document: Document) -> float:
    return score_spans({s.end for s in gold.sentences}, {s.end for s in segment(document)}).f1


@pytest.mark.parametrize("name", SEEDS)
def test_boundaries_agree_with_the_gold_of_each_seed(name):
    (gold,) = read_gold(ROOT / "annotations" / "seeds" / f"{name}.jsonl")
    document = read_text((ROOT / "seeds" / f"{name}.txt").read_bytes(), id=name)
    assert document.text == gold.text
    assert boundary_f1(gold, document) >= 0.985


@pytest.mark.parametrize("name", SEEDS)
def test_line_ends_of_windows_do_not_move_the_boundaries_of_a_seed(name):
    text = re.sub(r"\r\n?", "\n", read_text((ROOT / "seeds" / f"{name}.txt").read_bytes(), id=name).text)
    assert [s.replace("\r\n", "\n") for s in sentences(text.replace("\n", "\r\n"))] == sentences(text)


@pytest.fixture(scope="module")
def held_out(shared) -> dict[str, Record]:
    path = ROOT / "annotations" / "boundaries" / "ca4p483.jsonl"
    return {record.id: record for record in read_gold(path, gold_texts(path, shared))}


def test_the_held_out_gold_is_the_policies_tested_here(held_out):
    assert sorted(held_out) == sorted(HELD_OUT)


@pytest.mark.parametrize("name", HELD_OUT)
def test_boundaries_agree_with_the_gold_of_each_held_out_policy(held_out, name):
    gold = held_out[name]
    assert boundary_f1(gold, text_document(gold.text, id=name)) >= 0.97
