"""Markdown into blocks: structure kept, marks dropped, nothing lost."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiaokuan.data.document import Warn
from tiaokuan.data.errors import ReadError
from tiaokuan.data.readers.markdown import read_markdown


def read(text: str):
    return read_markdown(text.encode(), id="x")


def blocks(text: str) -> list[tuple[str, int, str]]:
    document = read(text)
    return [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks]


def surfaces(text: str) -> list[str]:
    return [surface for _, _, surface in blocks(text)]


def test_the_document_carries_id_source_meta_text_and_blocks():
    document = read_markdown("# 隐私政策\n\n我们收集信息。\n".encode(), id="apps/x.md", source="/p/x.md", meta={"app": "甲"})
    assert (document.id, document.source, document.meta, document.warnings) == ("apps/x.md", "/p/x.md", {"app": "甲"}, ())
    assert document.text == "隐私政策\n我们收集信息。"
    assert [(b.kind, b.level, b.start, b.end) for b in document.blocks] == [("heading", 1, 0, 4), ("paragraph", 0, 5, 12)]


def test_headings_keep_their_level_and_lose_their_marks():
    text = "# 政策 #\n## 一、收集\n####### 七个\n###二、共享\n\n底线\n---\n"
    assert blocks(text) == [
        ("heading", 1, "政策"),
        ("heading", 2, "一、收集"),
        ("heading", 3, "####### 七个"),
        ("heading", 3, "二、共享"),
        ("heading", 2, "底线"),
    ]


def test_a_heading_below_another_is_never_above_it_when_only_its_look_tells():
    assert blocks("# 政策\n\n## 收集\n\n（一）手机号码\n\n我们收集手机号码。")[2][:2] == ("heading", 3)


def test_marks_of_emphasis_code_and_escapes_are_resolved():
    text = r"我们会收集**手机号码**、*位置*、`IMEI` 与 ***设备* 信息**，1\. 不是 \*列表\*，&copy; A&amp;B，姓名**张\***。"
    assert surfaces(text) == ["我们会收集手机号码、位置、IMEI 与 设备 信息，1. 不是 *列表*，© A&B，姓名张*。"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("**注意：**请您阅读。", "注意：请您阅读。"),
        ("我们遵循**“最小必要”**原则。", "我们遵循“最小必要”原则。"),
        ("姓名显示为张**，不显示李**。", "姓名显示为张**，不显示李**。"),
        ("手机号码显示为138****8888。", "手机号码显示为138****8888。"),
        ("变量 a_b_c 与 __前后__文字", "变量 a_b_c 与 __前后__文字"),
    ],
)
def test_emphasis_without_spaces_around_it_is_seen_and_masked_names_are_left(text, said):
    assert surfaces(text) == [said]


def test_an_address_follows_its_link_unless_the_text_tells_it_or_it_leads_nowhere():
    links = {
        "[隐私政策](https://a.example/p?a=1&b=2)": "隐私政策（https://a.example/p?a=1&b=2）",
        '[政策](https://a.example/隐私 "标题")': "政策（https://a.example/隐私）",
        "[极光][j]": "极光（https://j.example）",
        "[邮箱](mailto:a@b.example)": "邮箱（mailto:a@b.example）",
        "[a@b.example](mailto:a@b.example)": "a@b.example",
        "[https://a.example/](https://a.example)": "https://a.example/",
        "<https://a.example/x>": "https://a.example/x",
        "[目录](#top)": "目录",
        "[另一页](./other.md)": "另一页",
        "[1](见本协议)": "1（见本协议）",
        "[](https://a.example/y)": "（https://a.example/y）",
        "[坏](javascript:alert(1))": "[坏](javascript:alert(1))",
        "[不是链接]": "[不是链接]",
    }
    text = "\n\n".join(f"请见{link}。" for link in links)
    assert surfaces(f"{text}\n\n[j]: https://j.example\n") == [f"请见{said}。" for said in links.values()]


def test_list_markers_stay_as_written_and_nested_lists_come_in_order():
    text = "我们收集：\n\n3. 手机号码\n4) 另一种\n- 甲\n  - 乙\n\n    乙的第二段。\n* 丙\n+ 丁\n"
    assert blocks(text)[1:] == [
        ("list_item", 0, "3. 手机号码"),
        ("list_item", 0, "4) 另一种"),
        ("list_item", 0, "- 甲"),
        ("list_item", 0, "- 乙"),
        ("list_item", 0, "乙的第二段。"),
        ("list_item", 0, "- 丙"),
        ("list_item", 0, "- 丁"),
    ]


def test_paragraphs_are_told_by_their_look_as_in_plain_text():
    text = "# 隐私政策\n\n更新日期：2024年1月1日\n\n（一）我们如何收集\n\n我们收集信息。\n"
    assert [kind for kind, _, _ in blocks(text)] == ["heading", "list_item", "heading", "paragraph"]


def test_lines_of_one_sentence_stay_together():
    text = "\n\n".join(
        [f"第{i}段的话到这里就说完了。" for i in range(6)] + ["我们按照法律法规的要求在必要的\n范围内使用您的信息。"]
    )
    assert surfaces(text)[-1] == "我们按照法律法规的要求在必要的\n范围内使用您的信息。"


def test_lines_that_stand_alone_are_blocks_of_their_own():
    assert surfaces("SDK名称：极光推送\n公司名称：和讯华谷\n使用目的：推送消息") == [
        "SDK名称：极光推送",
        "公司名称：和讯华谷",
        "使用目的：推送消息",
    ]
    assert surfaces("我们收集：\n1、手机号码；\n2、位置。") == ["我们收集：", "1、手机号码；", "2、位置。"]


@pytest.mark.parametrize("ending", ["  \n", "\\\n", "<br>", "<BR />\n"])
def test_a_hard_line_break_ends_a_block(ending):
    assert surfaces(f"我们收集信息{ending}我们使用信息") == ["我们收集信息", "我们使用信息"]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=repr)
def test_line_ends_make_no_difference(ends):
    assert read("# 甲\n\n乙\n\n- 丙\n- 丁\n".replace("\n", ends)).text == "甲\n乙\n- 丙\n- 丁"


def test_quotes_and_code_are_read_as_text():
    text = '> 引用的话，\n> 第二行。\n\n```json\n{"a": 1}\n\n{"b": 2}\n```\n\n    缩进的一段。\n\n~~~\n# 不是标题\n~~~\n'
    assert surfaces(text) == ["引用的话，\n第二行。", '{"a": 1}', '{"b": 2}', "缩进的一段。", "# 不是标题"]


def test_text_behind_the_ticks_of_an_open_fence_is_not_lost():
    assert surfaces("``` 我们收集信息。\n我们使用信息。") == ["我们收集信息。", "我们使用信息。"]


def test_a_pipe_table_keeps_its_cells_and_knows_its_header():
    text = (
        "| SDK名称 | 公司 | 政策 |\n|:--|:-:|--|\n"
        "| **极光** | 和讯\\|华谷 | [隐私](https://j.example) |\n| 友盟 | | 甲<br>乙 |\n| 缺 |\n"
    )
    document = read(f"前言。\n\n{text}\n后记。")
    rows = document.blocks[1:5]
    assert [document.text[row.start : row.end] for row in rows] == [
        "SDK名称 | 公司 | 政策",
        "极光 | 和讯|华谷 | 隐私（https://j.example）",
        "友盟 |  | 甲 乙",
        "缺 |  |",
    ]
    assert [(row.kind, row.table, row.is_header) for row in rows] == [("table_row", 0, i == 0) for i in range(4)]
    assert [[document.text[c.start : c.end] for c in row.cells] for row in rows][1:3] == [
        ["极光", "和讯|华谷", "隐私（https://j.example）"],
        ["友盟", "", "甲 乙"],
    ]
    assert document.text.endswith("\n后记。")


def test_tags_within_a_line_are_dropped():
    assert surfaces('我们收集<u>手机<font color="red">号码</font></u>。<!-- 注 -->') == ["我们收集手机号码。"]


def test_images_are_left_out_and_counted():
    document = read("# 政策\n\n![logo](a.png) 我们收集信息。![](b.png)")
    assert document.text == "政策\n我们收集信息。"
    assert document.warnings == (Warn("images_skipped", "2 images were left out; text in them is not read"),)


def test_front_matter_is_left_out_and_told():
    document = read("---\ntitle: 政策\ndate: 2024-01-01\n---\n# 隐私政策\n")
    assert document.text == "隐私政策"
    assert document.warnings == (Warn("front_matter", "the first 4 lines are YAML front matter and were left out"),)


@pytest.mark.parametrize("text", ["---\n\n我们收集。\n\n---\n\n我们使用。", "---\n我们收集。\n\n---\n我们使用。"])
def test_rules_are_no_front_matter(text):
    document = read(text)
    assert (document.text, document.warnings) == ("我们收集。\n我们使用。", ())


def test_a_page_of_html_inside_is_read_as_such():
    text = (
        "# 政策\n\n<table>\n<tr><th>SDK</th><th>目的</th></tr>\n\n<tr><td>极光</td><td>推送</td></tr>\n</table>\n\n后记说明。\n"
    )
    document = read(text)
    rows = [block for block in document.blocks if block.kind == "table_row"]
    assert [document.text[row.start : row.end] for row in rows] == ["SDK | 目的", "极光 | 推送"]
    assert [row.is_header for row in rows] == [True, False]
    assert surfaces(text)[-1] == "后记说明。"


def test_tags_that_hold_nothing_are_dropped():
    assert surfaces('<div align="center">\n\n# 政策\n\n</div>\n\n<!-- 注释 -->\n\n我们收集。') == ["政策", "我们收集。"]


@pytest.mark.parametrize("opening", ["<!--", "<script>", "<style>", "<![CDATA[", "<?php"])
def test_what_an_unclosed_tag_would_swallow_is_read(opening):
    assert "我们收集信息。" in read(f"# 政策\n\n{opening}\n我们收集信息。\n\n我们使用信息。").text


@pytest.mark.parametrize(
    "mark", [">", "> ", "- ", "1. ", "* ", "[", "![", "*", "_", "`", "<", "<a ", "&", "\\", "[a](", "#", "~", "|", "\t"]
)
def test_what_is_nested_too_deeply_still_comes_out(mark):
    document = read(mark * 20_000 + "我们收集信息。\n\n我们使用信息。")
    assert re.sub(r"\s", "", document.text).count("我们收集信息。") == 1
    assert document.text.endswith("我们使用信息。")


def test_lists_nested_too_deeply_are_read_as_text_and_told():
    document = read("".join(f"{'  ' * i}- 第{i}层\n" for i in range(200)))
    assert all(f"第{i}层" in document.text for i in range(200))
    assert [warning.code for warning in document.warnings] == ["markdown_unparsed"]


@pytest.mark.parametrize("text", ["", " \n", "***\n", "> - \n", "<!-- 注 -->", "![](a.png)", "---\ntitle: a\n---\n"])
def test_a_file_without_text_is_empty(text):
    with pytest.raises(ReadError) as caught:
        read(text)
    assert caught.value.code == "empty"


def test_gb18030_is_read():
    assert read_markdown("# 隐私政策\n\n我们收集信息。".encode("gb18030"), id="x").text == "隐私政策\n我们收集信息。"


def test_a_nul_is_told_without_a_place_since_places_move():
    document = read("**我们**收集\0信息。" + "我们**使用**信息。" * 200)
    assert document.text.startswith("我们收集\ufffd信息。我们使用信息。")
    assert document.warnings == (Warn("nul_bytes", "1 NULs were read as U+FFFD"),)


PARTS = [
    "我们收集信息",
    "一、",
    "# ",
    "> ",
    "- ",
    "1. ",
    "**",
    "*",
    "[",
    "](",
    "https://a.example",
    ")",
    "|",
    "-|-",
    "`",
    "```",
    "\n",
    "\n\n",
]
PARTS += ["    ", "  \n", "<b>", "</b>", "<br>", "&amp;", "\\", "---", "！", "。"]


SOUP = st.lists(st.sampled_from(PARTS), min_size=1, max_size=60).map("".join)


@given(SOUP)
def test_every_word_of_any_markdown_comes_out(text):
    check_soup(text)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(SOUP)
def test_ten_thousand_soups(text):
    check_soup(text)


def check_soup(text):
    try:
        document = read(text)
    except ReadError as error:
        assert error.code == "empty" and "我们收集信息" not in text
        return
    assert document.text.count("我们收集信息") >= text.count("我们收集信息")
    covered = "".join(document.text[block.start : block.end] for block in document.blocks)
    assert "".join(covered.split()) == "".join(document.text.split())


def test_numbered_words_in_any_order_of_marks_come_out_in_order():
    rng = random.Random(0)
    for _ in range(100):
        words = [f"词{i}甲" for i in range(12)]
        text = "".join(rng.choice(["\n", "\n\n", " ", "\n- ", "\n> ", "\n## ", "**", "\n1. "]) + word for word in words)
        assert re.findall(r"词\d+甲", read(text).text) == words
