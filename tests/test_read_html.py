"""HTML pages into documents: blocks, tables, lists, encodings, what is left out, and pages that are out to break a reader."""

import codecs
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiaokuan.data.document import Document
from tiaokuan.data.errors import ReadError
from tiaokuan.data.readers.html import read_html
from tiaokuan.data.readers.html_lists import Numbering, next_marker
from tiaokuan.data.readers.html_nesting import DEEPEST, cap_depth
from tiaokuan.data.readers.html_page import Element

PROSE = "我们会收集您的手机号码，用于登录。"
LONG_POLICY = "我们收集您的个人信息，用于向您提供服务，并在本政策说明的期限内保存；" * 4


def read(markup: str | bytes, **options) -> Document:
    return read_html(markup.encode() if isinstance(markup, str) else markup, id="x", **options)


def blocks(markup: str | bytes, **options) -> list[tuple[str, str]]:
    """The kind of each block (a heading's with its level) and its text."""
    document = read(markup, **options)
    return [(f"{b.kind}{b.level or ''}", document.text[b.start : b.end]) for b in document.blocks]


def texts(markup: str | bytes, **options) -> list[str]:
    return [text for _, text in blocks(markup, **options)]


def rows(markup: str) -> list[list[tuple[str, int, int, int]]]:
    """The cells of each table row: text, column, columns, rows."""
    document = read(markup)
    return [
        [(document.text[c.start : c.end], c.column, c.columns, c.rows) for c in b.cells] for b in document.blocks if b.cells
    ]


def headers(markup: str) -> list[bool]:
    return [block.is_header for block in read(markup).blocks if block.kind == "table_row"]


def codes(markup: str | bytes, **options) -> list[str]:
    return [warning.code for warning in read(markup, **options).warnings]


def left_out(markup: str) -> int:
    """How many characters were left out."""
    return sum(int(w.message.split()[0]) for w in read(markup).warnings if w.code == "left_out")


def assert_sound(document: Document) -> None:
    """Blocks are in order, do not overlap and cover every character that is not white space; the text is clean."""
    at = 0
    for block in document.blocks:
        assert not document.text[at : block.start].strip()
        assert block.start >= at
        assert document.text[block.start : block.end].strip() == document.text[block.start : block.end]
        last = block.start
        for cell in block.cells:
            assert last <= cell.start <= cell.end <= block.end
            last = cell.end
        at = block.end
    assert not document.text[at:].strip()
    assert not [c for c in document.text if c in "\0\x1e\x1f\xad\xa0\u200b\ufeff" or "\ud800" <= c <= "\udfff"]


# Whole pages, in the manner of real sites


def test_an_article_of_wechat_that_a_script_will_show():
    page = """<html><head><meta charset="utf-8"><title></title></head><body><div id="js_article">
    <h1 class="rich_media_title" id="activity-name">
                某某隐私政策
    </h1><div id="js_content" style="visibility: hidden; opacity: 0;"><section style="margin: 0px;"><section>
    <p style="text-align:justify;"><span><strong><span>一</span></strong></span><span><strong>、我们如何</strong></span><strong
    >收集信息</strong></p></section></section><section><p><span>我们会收集您的</span><span style="color:red">手机</span><span
    >号码</span><span>，用于</span><span>登录。</span></p><p><br></p>
    <p><span leaf="">&nbsp; &nbsp; 您可以\u200b拒绝\ufeff，不影响\xad其他功能。</span></p></section></div>
    <div id="js_pc_qr_code" style="display:none;"><p>微信扫一扫<br>关注该公众号</p></div></div>
    <script>var biz = "x";</script></body></html>"""
    assert blocks(page) == [
        ("heading1", "某某隐私政策"),
        ("heading2", "一、我们如何收集信息"),
        ("paragraph", PROSE),
        ("paragraph", "您可以拒绝，不影响其他功能。"),
    ]
    assert left_out(page) == 11


def test_a_page_exported_from_word_in_gb2312():
    page = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns="http://www.w3.org/TR/REC-html40">
    <head><meta http-equiv=Content-Type content="text/html; charset=gb2312"><!--[if gte mso 9]><xml>
    <o:OfficeDocumentSettings></o:OfficeDocumentSettings></xml><![endif]-->
    <style><!-- p.MsoNormal {margin:0cm} --></style></head>
    <body lang=ZH-CN style='tab-interval:21.0pt'><xml><w:View>Normal</w:View></xml><div class=WordSection1>
    <p class=MsoNormal align=center><b><span style='font-size:16.0pt;font-family:宋体'>隐私政策<span
    lang=EN-US><o:p></o:p></span></span></b></p>
    <p style='mso-list:l0 level1 lfo1'><![if !supportLists]><span lang=EN-US style='mso-fareast-font-family:宋体'><span
    style='mso-list:Ignore'>一、<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]><span
    style='font-family:宋体'>我们收集的信
息</span></p>
    <p style='mso-list:l1 level1 lfo2'><span style='font-family:Wingdings;mso-fareast-font-family:Wingdings'><span
    style='mso-list:Ignore'>l<span style='font:7.0pt "Times New Roman"'>&nbsp; </span></span></span><span>设备信息：<span
    lang=EN-US>IMEI</span>、MAC地址；<o:p></o:p></span></p>
    <p class=MsoNormal><span lang=EN-US style='mso-hide:all'>域代码</span><span lang=EN-US><o:p>&nbsp;</o:p></span></p>
    </div></body></html>"""
    assert blocks(page.encode("gb18030")) == [
        ("heading1", "隐私政策"),
        ("heading2", "一、 我们收集的信息"),
        ("list_item", "● 设备信息：IMEI、MAC地址；"),
    ]


def test_a_page_whose_lines_are_parted_by_br():
    page = """<div><font size=4>某某隐私政策</font><br><br>&nbsp;&nbsp;&nbsp;&nbsp;我们非常重视您的隐私。<br/>
    &nbsp;&nbsp;&nbsp;&nbsp;一、信息收集<br>1、手机号码：用于注册；<br>2、位置信息：用于导航。<br>SDK名称：极光推送<br>
    开发者：某某信息技术有限公司<br>用途：消息推送<br><br>二、联系我们<br>邮箱：a@b.cn</div>"""
    assert blocks(page) == [
        ("heading1", "某某隐私政策"),
        ("paragraph", "我们非常重视您的隐私。"),
        ("heading2", "一、信息收集"),
        ("list_item", "1、手机号码：用于注册；"),
        ("list_item", "2、位置信息：用于导航。"),
        ("list_item", "SDK名称：极光推送"),
        ("list_item", "开发者：某某信息技术有限公司"),
        ("list_item", "用途：消息推送"),
        ("heading2", "二、联系我们"),
        ("list_item", "邮箱：a@b.cn"),
    ]


def test_plain_text_pasted_into_one_paragraph():
    page = "<h3>隐私政策</h3><p>\n本应用尊重您的隐私。\n1. 适用范围\n(A) 您提供的信息；\n(B) 我们接收的信息。\n2. 使用\n</p>"
    assert texts(page) == [
        "隐私政策",
        "本应用尊重您的隐私。",
        "1. 适用范围",
        "(A) 您提供的信息；",
        "(B) 我们接收的信息。",
        "2. 使用",
    ]


def test_a_page_laid_out_with_tables():
    page = """<table width=770 align=center><tr><td><table><tr><td><a href="/">首页</a></td><td><a href="/a">产品中心</a></td>
    <td><a href="/l">登录</a></td></tr></table></td></tr><tr><td width=200><img src=x></td><td><h2>隐私政策</h2>
    <p>我们会收集您的手机号码，用于登录。</p>
    <table border=1><tr><td>权限名称</td><td>使用目的</td></tr><tr><td>相机</td><td>扫码</td></tr></table></td></tr>
    <tr><td colspan=2>某某公司版权所有</td></tr></table>"""
    assert blocks(page) == [
        ("heading2", "隐私政策"),
        ("paragraph", PROSE),
        ("table_row", "权限名称 | 使用目的"),
        ("table_row", "相机 | 扫码"),
        ("heading3", "某某公司版权所有"),
    ]
    assert left_out(page) == 8


def test_the_data_of_scripts_is_no_text():
    page = """<div id="app"><h1>隐私政策</h1></div><script>window.__NUXT__ = {"content": "<p>我们收集信息</p>"}</script>
    <script type="application/json">{"a": "<!--"}</script><noscript>请启用 JavaScript</noscript><p>我们收集信息。</p>"""
    assert texts(page) == ["隐私政策", "我们收集信息。"]
    assert codes(page) == []


@pytest.mark.parametrize(
    "page",
    [
        '<div id="app"></div><script>var policy = "<p>我们收集信息</p>"</script><noscript>请启用 JavaScript</noscript>',
        "<title>隐私政策</title>",
        "<html><frameset><frame src=a></frameset></html>",
        "<!-- 隐私政策 -->",
        "<p>&nbsp;\u200b</p><br>",
        "<table><tr><td></td><td> </td></tr></table>",
    ],
)
def test_a_page_that_shows_nothing_is_empty(page):
    with pytest.raises(ReadError) as caught:
        read(page)
    assert caught.value.code == "empty"
    assert "save it from there" in str(caught.value)


def test_malformed_markup_is_read_as_a_browser_reads_it():
    page = "<p>甲<b>乙<p>丙</b>丁<div>戊</p>己<li>庚<li>辛</ul>&lt;a&gt;&amp;&copy;&#20013;&#x6587;&hellip;&unknown;尾<"
    assert texts(page) == ["甲乙", "丙丁", "戊", "己", "• 庚", "• 辛<a>&©中文…&unknown;尾<"]


def test_a_heading_that_is_never_closed_is_a_heading_all_the_same():
    assert blocks("<h2>一、收集<p>我们收集信息。<h2>二、共享<p>我们不共享。</p>" + "<p>甲。</p>" * 50)[:4] == [
        ("heading2", "一、收集"),
        ("paragraph", "我们收集信息。"),
        ("heading2", "二、共享"),
        ("paragraph", "我们不共享。"),
    ]


def test_the_document_carries_id_source_and_meta():
    document = read_html(b"<p>a</p>", id="apps/x.html", source="/p/x.html", meta={"app": "甲"})
    assert (document.id, document.source, document.meta, document.text) == ("apps/x.html", "/p/x.html", {"app": "甲"}, "a")


# Paragraphs and white space


def test_block_elements_part_paragraphs_and_inline_elements_do_not():
    page = "甲<b>乙</b><span>丙</span><x-y>丁</x-y><div>戊<section>己</section>庚</div>辛<hr>壬<address>癸</address>"
    assert texts(page) == ["甲乙丙丁", "戊", "己", "庚", "辛", "壬", "癸"]


def test_inline_styles_change_what_parts_paragraphs():
    page = """<span style="display: block">甲</span><span style="DISPLAY:flex">乙</span>
    <div style="color:red;display:inline">丙</div>丁"""
    assert texts(page) == ["甲", "乙", "丙丁"]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>  We \t collect\n\n   data  </p>", "We collect data"),
        ("<p>我们收集您的个人信\n    息，\n用于登录</p>", "我们收集您的个人信息，用于登录"),
        ("<p>我们收集您的\n<b>手机号码</b>\n用于登录</p>", "我们收集您的手机号码用于登录"),
        ("<p><span>姓名</span>\n<span>电话</span></p>", "姓名 电话"),
        ("<p>甲 乙\n SDK\n 丙</p>", "甲 乙 SDK 丙"),
        ("<p>甲&nbsp;&nbsp;乙&ensp;丙\u3000丁</p>", "甲 乙 丙\u3000丁"),
        ("<p>&nbsp;　甲\u200b乙&zwj;丙&shy;丁\u2060戊</p>", "甲乙丙丁戊"),
        (f"<p>{PROSE * 5}甲\x00乙&#0;丙&#xD800;丁&#x1F;戊\x01己</p>", f"{PROSE * 5}甲乙\ufffd丙\ufffd丁 戊己"),
        ('<p><i class="iconfont">&#xe604;</i>甲</p>', "甲"),
        ("<p>甲<wbr>乙<img alt=图>丙</p>", "甲乙丙"),
        ("<p>\u2f00⻚</p>", "一页"),
    ],
)
def test_white_space_and_odd_characters(markup, text):
    assert texts(markup) == [text]


def test_two_line_breaks_part_paragraphs_and_one_is_a_break_in_a_sentence():
    assert texts("<p>我们收集您的手机号码、<br>位置信息。<br><br>&nbsp;<br>我们不共享。</p>") == [
        "我们收集您的手机号码、\n位置信息。",
        "我们不共享。",
    ]


def test_a_line_break_in_a_heading_is_a_space():
    assert blocks("<h1>某某科技<br>隐私政策</h1>") == [("heading1", "某某科技 隐私政策")]


def test_a_text_of_any_length_gets_no_line_break():
    text = "我们会收集您的个人信息，" * 6000
    assert texts(f"<p>{text}</p>") == [text]


def test_preformatted_text_is_read_as_plain_text():
    page = "<pre>\n隐私政策\n\n一、收集\r\n  我们收集  信息。\n</pre>"
    page += "<div style='white-space: pre-line'>第一条内容。\n第二条内容。</div>"
    assert texts(page) == ["隐私政策", "一、收集", "我们收集  信息。", "第一条内容。", "第二条内容。"]


# Headings, lists, definitions


def test_headings_have_the_level_of_their_element():
    page = """<h1>甲</h1><h3>乙</h3><div role="heading" aria-level="4">丙</div><p role=heading>丁</p>
    <h6 aria-level=99>戊</h6><h2> </h2>"""
    assert blocks(page) == [("heading1", "甲"), ("heading3", "乙"), ("heading4", "丙"), ("heading2", "丁"), ("heading6", "戊")]


def test_a_paragraph_in_a_heading_element_is_no_heading():
    assert blocks(f"<h4>{LONG_POLICY}</h4>") == [("paragraph", LONG_POLICY)]


def test_the_parts_of_a_heading_are_one_heading():
    assert blocks("<h2><div>一、</div><div>收集</div></h2><p>我们收集信息。</p>")[0] == ("heading2", "一、 收集")


def test_bold_paragraphs_are_told_by_their_look():
    assert blocks(f"<p><b>隐私政策</b></p><p><strong>一、收集</strong></p><p>{PROSE}</p><p>1）手机号码；</p>") == [
        ("heading1", "隐私政策"),
        ("heading2", "一、收集"),
        ("paragraph", PROSE),
        ("list_item", "1）手机号码；"),
    ]


def test_list_items_have_the_markers_that_a_browser_shows():
    page = """<ol><li>甲<ol type=a><li>子一<li>子二<ul><li>孙</ul>二之后</ol><li value=5>乙<li>丙</ol>
    <ol reversed><li>x<li>y</ol><ol type=I start=3><li>r</ol><ol style="list-style-type: lower-alpha" start=27><li>s</ol>
    <ul style="list-style:none"><li>无</ul><li>独<ul style="list-style-type: decimal"><li>数</ul>"""
    markers = "1. 甲, a. 子一, b. 子二, • 孙, 二之后, 5. 乙, 6. 丙, 2. x, 1. y, III. r, aa. s, 无, • 独, 1. 数"
    assert blocks(page) == [("list_item", text) for text in markers.split(", ")]


def test_an_item_that_begins_with_a_marker_gets_no_other():
    page = "<ol><li>（三）甲<li><p>● 乙</p><li>1、丙<li><b>2.</b>丁</ol>"
    assert texts(page) == ["（三）甲", "● 乙", "1、丙", "2.丁"]


def test_an_item_of_several_paragraphs_has_one_marker():
    page = "<ul><li>甲<p>乙</p><p>丙<br><br>丁</p></li><li><br></li><li>戊</li></ul>"
    assert blocks(page) == [("list_item", text) for text in ("• 甲", "乙", "丙", "丁", "• 戊")]


def test_sentences_behind_a_list_are_paragraphs():
    page = "<h1>注销</h1><p>您可以按以下步骤注销：</p><ol><li>打开设置<li>点击注销</ol>"
    page += "<p>我们将删除您的信息。</p><p>1）也可来电。</p>"
    assert [kind for kind, _ in blocks(page)[1:]] == ["paragraph", "list_item", "list_item", "paragraph", "list_item"]


def test_a_list_of_sections_keeps_its_numbers_on_their_headings():
    page = f"<ol><li><h3>收集</h3><p>{PROSE}</p><li><h3>共享</h3></ol><ul><li><h3>联系</h3></ul>"
    assert blocks(page) == [("heading3", "1. 收集"), ("paragraph", PROSE), ("heading3", "2. 共享"), ("heading3", "联系")]


@pytest.mark.parametrize(
    ("style", "number", "marker"),
    [
        ("1", -3, "-3. "),
        ("a", 26, "z. "),
        ("A", 28, "AB. "),
        ("a", 0, "0. "),
        ("i", 4, "iv. "),
        ("I", 1994, "MCMXCIV. "),
        ("i", 4000, "4000. "),
    ],
)
def test_numerals(style, number, marker):
    item = Element("li", {}, is_block=True, is_pre=False, is_hidden=False, is_link=False)
    assert next_marker(item, Numbering(style, number), is_section=False) == marker


def test_a_number_out_of_range_is_brought_into_it():
    assert texts(f"<ol start={'9' * 5000}><li>甲</ol><ol start=x><li>乙</ol>") == ["2147483647. 甲", "1. 乙"]


def test_definitions():
    page = f"<dl><dt>SDK名称</dt><dd>极光推送</dd><dt>一、总则</dt><dd><p>{PROSE}</p></dd></dl>"
    assert blocks(page) == [("paragraph", "SDK名称"), ("paragraph", "极光推送"), ("heading2", "一、总则"), ("paragraph", PROSE)]


# Tables


def test_a_table_with_spans_captions_and_two_header_rows():
    table = """<table><caption>表一</caption><thead><tr><th rowspan=2>公司</th><th colspan=2>SDK</th></tr>
    <tr><th>名称</th><th>用途</th></tr></thead><tbody><tr><td rowspan=2>友盟</td><td>U-App</td><td>统计<br>分析</td></tr>
    <tr><td>U-Push</td><td><ul><li>推送</li><li>分享</li></ul></td></tr></tbody>
    <tbody><tr><td rowspan=0>高德</td><td></td><td>地图</td></tr><tr><td colspan=2>导航</td></tr></tbody></table>"""
    assert texts(table)[0] == "表一"
    assert rows(table) == [
        [("公司", 0, 1, 2), ("SDK", 1, 2, 1)],
        [("名称", 1, 1, 1), ("用途", 2, 1, 1)],
        [("友盟", 0, 1, 2), ("U-App", 1, 1, 1), ("统计 分析", 2, 1, 1)],
        [("U-Push", 1, 1, 1), ("推送 分享", 2, 1, 1)],
        [("高德", 0, 1, 2), ("", 1, 1, 1), ("地图", 2, 1, 1)],
        [("导航", 1, 2, 1)],
    ]
    assert headers(table) == [True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("first", "is_header"),
    [
        ("<th>甲</th><th>乙</th>", True),
        ("<td>SDK名称</td><td>使用目的</td>", True),
        ("<td>权限</td><td>用途</td>", True),
        ("<td>极光推送</td><td>推送消息</td>", False),
        ("<th>极光推送</th><td>推送消息</td>", False),
    ],
)
def test_which_first_row_is_a_header(first, is_header):
    assert headers(f"<table><tr>{first}</tr><tr><td>友盟</td><td>统计</td></tr></table>") == [is_header, False]


def test_a_list_of_names_and_values_has_no_header():
    table = """<table><tr><td>SDK名称</td><td>极光</td></tr><tr><td>使用目的</td><td>推送</td></tr>
    <tr><td>公司名称</td><td>甲</td></tr></table>"""
    assert headers(table) == [False, False, False]


def test_a_title_row_above_the_header_belongs_to_it():
    table = """<table><tr><td colspan=2>第三方SDK清单</td></tr><tr><td>SDK名称</td><td>用途</td></tr>
    <tr><td>极光</td><td>推送</td></tr></table>"""
    assert headers(table) == [True, True, False]


def test_a_head_that_holds_the_whole_table_is_not_all_header():
    table = "<table><thead><tr><th>名称</th><th>用途</th></tr><tr><td>极光</td><td>推送</td></tr></thead></table>"
    assert headers(table) == [True, False]


def test_hostile_spans_are_clamped():
    table = """<table><tr><td colspan=1000000>甲</td><td rowspan=99999999999>乙</td></tr>
    <tr><td colspan=-1>丙</td><td rowspan=x>丁</td></tr></table>"""
    assert rows(table) == [[("甲", 0, 1000, 1), ("乙", 1000, 1, 2)], [("丙", 0, 1, 1), ("丁", 1, 1, 1)]]
    assert rows("<table><tr><td>甲</td><td colspan=1000000>乙</td></tr><tr><td>丙</td><td>丁</td></tr></table>")[0] == [
        ("甲", 0, 1, 1),
        ("乙", 1, 1, 1),
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "<h3>一、收集</h3><p>信息</p>",
        "<p>甲</p><p>乙</p><p>丙</p><p>丁</p>",
        LONG_POLICY * 4,
        "<table><tr><td>权限</td><td>用途</td></tr><tr><td>相机</td><td>扫码</td></tr></table>",
    ],
)
def test_a_table_with_a_part_of_the_page_in_a_cell_is_read_as_blocks(cell):
    document = read(f"<table><tr><td>菜单</td><td>{cell}</td></tr></table>")
    assert [document.text[c.start : c.end] for b in document.blocks for c in b.cells] in ([], ["权限", "用途", "相机", "扫码"])
    assert document.text.startswith("菜单\n")


@pytest.mark.parametrize("attributes", ["", " role=presentation"])
def test_a_table_of_one_column_is_read_as_blocks(attributes):
    cells = "<td>甲</td>" if not attributes else "<td>甲</td><td>乙</td>"
    assert rows(f"<table{attributes}><tr>{cells}</tr><tr>{cells}</tr></table>") == []


def test_a_table_of_one_column_in_a_cell_is_text_of_the_cell():
    table = "<table><tr><td>极光</td><td><table><tr><td>设备</td></tr><tr><td>网络</td></tr></table></td></tr></table>"
    assert rows(table) == [[("极光", 0, 1, 1), ("设备 网络", 1, 1, 1)]]


def test_links_in_a_cell_are_no_menu():
    links = "<a href=/w>微信</a> <a href=/q>QQ空间</a> <a href=/b>微博</a>"
    table = f"<p>{PROSE}</p><table><tr><th>功能<th>平台</tr><tr><td>分享<td>{links}<p>{links}</p></tr></table>"
    assert rows(table)[1] == [("分享", 0, 1, 1), ("微信 QQ空间 微博 微信 QQ空间 微博", 1, 1, 1)]


def test_hidden_rows_and_cells_are_left_out():
    table = """<table><tr><th>名称</th><th>用途</th></tr><tr style="display:none"><td>甲</td><td>乙</td></tr>
    <tr><td>极光</td><td hidden>x</td><td>推送</td></tr></table>"""
    assert rows(table)[1:] == [[("极光", 0, 1, 1), ("推送", 1, 1, 1)]]
    assert left_out(table) == 3


@pytest.mark.parametrize("section", ["thead", "tbody", "tfoot"])
def test_hidden_sections_of_a_table_are_left_out(section):
    hidden = f"<{section} style='display:none'><tr><td>甲</td><td>乙</td></tr></{section}>"
    table = f"<table>{hidden}<tbody><tr><td>极光</td><td>推送</td></tr></tbody></table>"
    assert rows(table) == [[("极光", 0, 1, 1), ("推送", 1, 1, 1)]]
    assert left_out(table) == 2


def test_tables_are_numbered_in_the_order_of_the_page():
    table = "<table><tr><td>甲</td><td>乙</td></tr></table>"
    assert [block.table for block in read(table + "<p>丙</p>" + table).blocks] == [0, None, 1]


# Encodings


@pytest.mark.parametrize(
    "declaration",
    [
        '<meta charset="gb2312">',
        "<meta charset=GBK>",
        '<meta http-equiv="Content-Type" content="text/html; charset=gb18030">',
        '<?xml version="1.0" encoding="gbk"?>',
        "",
        "<meta charset=utf-8>",
        "<meta charset=nonsense>",
    ],
)
def test_gb18030_pages_whatever_they_declare(declaration):
    page = f"<html><head>{declaration}<title>x</title></head><p>{PROSE * 3}㐀龦</p>"
    assert texts(page.encode("gb18030")) == [f"{PROSE * 3}㐀龦"]


def test_the_order_of_encodings():
    page = f"<meta charset=big5><p>{PROSE}</p>"
    assert texts(codecs.BOM_UTF16_LE + page.encode("utf-16-le"), encoding="gbk") == [PROSE]
    assert texts(codecs.BOM_UTF8 + page.encode(), encoding="gbk") == [PROSE]
    assert texts(page.encode("gbk"), encoding="GB2312") == [PROSE]
    assert texts("<meta charset=big5><p>我們收集您的手機號碼。</p>".encode("big5")) == ["我們收集您的手機號碼。"]


def test_a_page_saved_as_utf8_may_still_declare_gbk():
    assert texts(f"<meta charset=gbk><p>{PROSE}</p>") == [PROSE]


def test_a_declaration_beyond_4096_bytes_is_not_looked_for():
    page = f"<!--{'x' * 4100}--><meta charset=big5><p>{PROSE}</p>"
    assert texts(page.encode("gb18030")) == [PROSE]


@pytest.mark.parametrize("declaration", ["<meta charset=gbk>", "<meta charset=utf-8>", ""])
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_damaged_bytes_are_told_and_the_rest_is_read(declaration, encoding):
    page = f"{declaration}<p>{PROSE * 5}</p><p>一</p>".encode(encoding) + b"<p>\xff</p>" + "甲".encode(encoding)[:1]
    assert texts(page) == [PROSE * 5, "一", "\ufffd", "\ufffd"]
    assert codes(page) == ["damaged_bytes"]


@pytest.mark.parametrize(
    ("data", "encoding", "code"),
    [
        (b"", None, "empty"),
        (b" \n", None, "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\xff\xfe", None, "binary"),
        (b"<p>x</p>", "klingon", "encoding"),
        (b"<p>x</p>", "hex", "encoding"),
        (b"<p>x</p>", "a\0b", "encoding"),
    ],
)
def test_what_cannot_be_decoded_is_a_read_error(data, encoding, code):
    with pytest.raises(ReadError) as caught:
        read(data, encoding=encoding)
    assert caught.value.code == code


# What is left out, and what is not


@pytest.mark.parametrize(
    "markup",
    [
        "<p hidden>不该出现</p>",
        '<div aria-hidden="true">不该出现</div>',
        '<div style="color:red; DISPLAY : none">不该出现</div>',
        "<span style='visibility:hidden'>不该出现</span>",
        "<dialog>不该出现</dialog>",
        "<nav><a href=/>首页</a><a href=/p>隐私政策</a></nav>",
        "<header><a href=/>某某官网</a></header>",
        "<footer>版权所有 © 2023 某某科技 京ICP备1号 <a href=/p>隐私政策</a></footer>",
        "<aside>相关阅读</aside>",
        "<div role=navigation>菜单</div>",
        "<button>同意</button>",
        "<select><option>北京<option>上海</select>",
        "<textarea>请输入</textarea>",
        "<form><label>用户名 <input></label></form>",
        '<div class="breadcrumb"><a href=/>首页</a> &gt; <a href=/l>法律</a> &gt; 隐私政策</div>',
        "<ul><li><a href=/>首页</a><li><a href=/d>下载</a><li><a href=/l>登录</a></ul>",
        '<div class="share">分享：<a href=w>微博</a><a href=x>微信</a></div>',
        '<div id="cookie-consent"><p>我们使用Cookie改进体验。<a href=/c>了解更多</a></p></div>',
        '<div class="footer"><p>Copyright © 某某科技</p></div>',
        "<main><aside>相关阅读<a href=/a>新闻</a></aside></main>",
        "<div>您现在的位置：<a href=/>首页</a> &gt;&gt; 隐私声明</div>",
        "<div><a href=/t>开馆时间</a><a href=/c>办证须知</a><a href=/m>交通指引</a></div>",
        "<p>友情链接：<a href=//a.cn>市住建局</a> | 某某街道办事处</p>",
        "<p>今日访问：318　累计访问：90,214次</p>",
        "<p><a href='#top'>返回顶部</a></p>",
    ],
)
def test_what_is_no_part_of_the_policy_is_left_out_and_counted(markup):
    page = f"<body><h1>隐私政策</h1><p>{PROSE}</p>{markup}</body>"
    assert texts(page) == ["隐私政策", PROSE]
    assert codes(page) == ["left_out"]
    assert left_out(page) > 0


@pytest.mark.parametrize("markup", ["<style>p{}</style>", "<!-- x -->", "<template>x</template>", "<svg><text>x</text></svg>",
    "<iframe>x</iframe>", "<object>x</object>", "<video>x</video>", "<noscript>x</noscript>"])  # fmt: skip
def test_what_shows_no_text_is_not_counted(markup):
    page = f"<p>甲</p>{markup}<p>乙</p>"
    assert texts(page) == ["甲", "乙"]
    assert codes(page) == []


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (f"<div style='display:none'>{LONG_POLICY}</div>", LONG_POLICY),
        (f"<textarea>{LONG_POLICY}</textarea>", LONG_POLICY),
        ("<header><h1>某某用户隐私政策</h1></header>", "某某用户隐私政策"),
        ("<header>更新日期：2023年1月1日</header>", "更新日期：2023年1月1日"),
        ("<footer>某某公司 2023年1月1日</footer>", "某某公司 2023年1月1日"),
        ("<footer>如对本政策有疑问，请联系我们。© 某某</footer>", "如对本政策有疑问，请联系我们。© 某某"),
        ("<article><header>某某</header><p>a</p></article>", "某某\na"),
        ("<aside>我们收集您的IMEI</aside>", "我们收集您的IMEI"),
        ("<main><aside>温馨提示</aside></main>", "温馨提示"),
        ("<article><aside>更多<a href=/a>说明</a></aside></article>", "更多说明"),
        ("<p>您的位置信息见<a href=/a>高德地图的说明</a></p>", "您的位置信息见高德地图的说明"),
        ("<div><a href=/1>一、总则</a> <a href=/2>二、定义</a> <a href=/3>三、附则</a></div>", "一、总则 二、定义 三、附则"),
        ("<p><a href=/1>附件一</a> <a href=/2>附件二</a> <a href=/3>附件三</a></p>", "附件一 附件二 附件三"),
        ("<div class=header>某某隐私政策 <a href=/>返回首页</a></div>", "某某隐私政策 返回首页"),
        ('<nav><a href="#a">一、我们如何收集信息</a></nav>', "一、我们如何收集信息"),
        ('<ul><li><a href="#a">一、首页</a><li><a href="/p#b">二、下载</a></ul>', "一、首页\n二、下载"),
        ('<p><a href="/sdk.html">《第三方SDK目录》</a><a href="/u.html">《用户协议》</a></p>', "《第三方SDK目录》《用户协议》"),
        ('<p>分享您的信息时，<a href="/a">微信</a>会收集设备信息。</p>', "分享您的信息时，微信会收集设备信息。"),
        ("<details><summary>三、注销</summary><p>甲</p></details>", "三、注销\n甲"),
        ('<div class="tab-pane fade collapse" style="height:0">折叠</div>', "折叠"),
        ("<h2><button aria-expanded=false>三、注销</button></h2>", "三、注销"),
        ("<button class='accordion-button'>账号</button>", "账号"),
        ("<label for=t>三、注销账号</label>", "三、注销账号"),
        ('<section class="cookie-notice"><h2>四、Cookie</h2></section>', "四、Cookie"),
    ],
)
def test_whatever_may_be_policy_stays(markup, text):
    page = f"<h1>隐私政策</h1><p>{PROSE}</p>{markup}<p>以上说明，请您知悉。</p>"
    assert "\n".join(texts(page)[1:-1]).removeprefix(f"{PROSE}\n").replace("• ", "") == text
    assert codes(page) == []


def test_a_page_that_is_all_hidden_is_read():
    assert texts("<div style='display:none'><p>短文。</p></div><nav><a href=/>首页</a></nav>") == ["短文。"]


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("用户隐私政策", "<p>更新：今天</p>", ["用户隐私政策", "更新：今天"]),
        ("用户隐私政策", "<h1>用户隐私政策</h1>", ["用户隐私政策"]),
        ("隐私政策 - 某某官网", "<p>隐私政策</p>", ["隐私政策"]),
        ("某某隐私政策", "<p>甲。</p><h1>隐私政策</h1>", ["甲。", "隐私政策"]),
        ("隐私政策", "<p>某某用户隐私政策（2023版）</p>", ["某某用户隐私政策（2023版）"]),
        ("隐私政策", "<p>甲。</p><h2>五、隐私政策的更新</h2>", ["甲。", "五、隐私政策的更新"]),
        ("隐私政策", "<p>本隐私政策是我们与您之间的约定。</p>", ["隐私政策", "本隐私政策是我们与您之间的约定。"]),
        ("Document", "<p>甲。</p>", ["甲。"]),
    ],
)
def test_when_the_title_of_the_page_is_a_heading(title, body, expected):
    assert texts(f"<title>{title}</title>{body}") == expected


# Pages that are out to break a reader

DEEP = 100_000


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<div>", "</div>"),
        ("<span>", "</span>"),
        ("<b>", "</b>"),
        ("<ul><li>", "</li></ul>"),
        ("<blockquote><p>", "</p></blockquote>"),
        ("<table><tr><td>", "</td></tr></table>"),
        ("<ul><li>", ""),
        ("<custom-element>", ""),
    ],
)
def test_a_hundred_thousand_nested_elements_come_out_whole(opening, closing):
    begin = time.process_time()
    document = read(f"<p>首</p>{opening * DEEP}心{closing * DEEP}<p>尾</p>")
    assert document.text.replace("• ", "").split() == ["首", "心", "尾"]
    assert [warning.code for warning in document.warnings] == ["flattened"]
    assert time.process_time() - begin < 60


def test_text_on_every_level_comes_out_in_order():
    page = "".join(f"<div>甲{n}，" for n in range(2000)) + "".join(f"</div>乙{n}，" for n in range(2000))
    words = [f"甲{n}，" for n in range(2000)] + [f"乙{n}，" for n in range(2000)]
    assert read(page).text.replace("\n", "") == "".join(words)


@pytest.mark.parametrize("depth", [DEEPEST // 4, 4 * DEEPEST])
def test_elements_behind_deep_ones_keep_their_structure(depth):
    table = "<table><tr><td>名称</td><td>用途</td></tr><tr><td>极光</td><td>推送</td></tr></table>"
    assert rows("<div>" * depth + "甲" + "</div>" * depth + table)[1] == [("极光", 0, 1, 1), ("推送", 1, 1, 1)]


@pytest.mark.parametrize(
    "page",
    [
        "".join(f"<p><font color={n}>甲" for n in range(20_000)),
        "<div><table><td></div></table>" * 20_000 + "<p>甲",
        "<span><div></span></div>" * 20_000 + "<p>甲",
        "<p><b>甲" * 20_000,
        "<select>" + "<option>甲" * 20_000 + "</select>甲",
        "<table><tr><td colspan=1000 rowspan=65534>甲" * 2 + "</table>" + "<table>" + "<tr><td colspan=999 rowspan=9>甲" * 5000,
        "<!--" * 50_000 + "-->甲",
        "甲" + "<script>" * 20_000,
        "<" * 200_000 + "甲",
        "&amp" * 50_000 + "甲",
        "甲<br>" * 20_000,
        "<pre>" + "我们收集您的【手机号码】，用于登录\n" * 40_000 + "甲",
        "<ol start=1>" + "<li>甲" * 20_000,
    ],
    ids=lambda page: page[:20],
)
def test_hostile_pages_are_read_in_bounded_time(page):
    begin = time.process_time()
    document = read(page)
    assert_sound(document)
    assert "甲" in document.text
    assert time.process_time() - begin < 60


@pytest.mark.parametrize(
    "markup",
    [
        "<p>甲<p>乙" * 400,
        "<ul>" + "<li><span>甲</li>" * 700 + "</ul>",
        "<table>" + "<tr><td><div>甲<td>乙" * 700 + "</table>",
        "<a name=x>甲" * 700,
        "<h2>甲<p>乙" * 700,
        "<div><span>甲</div>" * 700,
        "<svg>" + "<path d=x />" * 700 + "</svg>",
        "<select>" + "<option>甲" * 300 + "</select>",
        "<script>" + "document.write('<div>');" * 700 + "</script>",
    ],
)
def test_careless_markup_is_not_taken_for_deep(markup):
    assert cap_depth(markup) == (markup, 0)


ELEMENTS = (
    "div p span b a ul ol li dl dt dd table tr td th thead tbody caption h1 h3 pre br hr nav footer header section article "
)
ELEMENTS += (
    "form button label select option textarea script style svg math template noscript title font button details summary "
)
TAGS = [f"{slash}{name}" for name in ELEMENTS.split() for slash in ("", "/")]
ATTRIBUTES = [
    "",
    " hidden",
    " style='display:none'",
    " colspan=3 rowspan=2",
    " class=nav",
    " role=heading",
    " href=/",
    " type=a start=5",
    ' x="',
]
SOUP = st.lists(
    st.one_of(
        st.builds("<{}{}>".format, st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES)),
        st.sampled_from(
            ["甲", "一、", "。", "，", "\n", "  ", "&nbsp;", "&#0;", "\0", "<!--", "-->", "<", "]]>", "\u200b", "🙂", "名称"]
        ),
        st.text(max_size=5),
    ),
    max_size=60,
).map("".join)


def check_soup(markup: str) -> None:
    try:
        document = read(markup.encode("utf-8", "surrogatepass"))
    except ReadError as error:
        assert error.code in {"empty", "binary"}
    else:
        assert_sound(document)


@settings(max_examples=500)
@given(SOUP)
def test_any_soup_of_tags_is_a_sound_document(markup):
    check_soup(markup)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(SOUP)
def test_ten_thousand_soups(markup):
    check_soup(markup)


@settings(max_examples=300)
@given(st.binary(max_size=200), st.sampled_from([None, "gbk", "utf-8", "utf-16", "latin-1"]))
def test_any_bytes_are_a_sound_document_or_a_read_error(data, encoding):
    try:
        document = read(data, encoding=encoding)
    except ReadError as error:
        assert error.code in {"empty", "binary"}
    else:
        assert_sound(document)


HOLDERS = {
    "<div class='c' style='color:red'>{}</div>": "",
    "<section>{}</section>": "<br>",
    "<x-y>{}</x-y>": "\n",
    "<ul><li>{}</li></ul>": "</li><li>",
    "<ol type=i><li>{}</ol>": "<li>",
    "<dl><dt>{}</dl>": "<dd>",
    "<table><tr><td>{}</td></tr></table>": "</td><td>",
    "<table><tr><th>{}</table>": "<tr><td>",
}
"""Markup that may hold any other, and what may part the things in it: a browser moves nothing."""


def nested(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inside = st.lists(children, min_size=1, max_size=4)
    return st.builds(lambda holder, items: holder.format(HOLDERS[holder].join(items)), st.sampled_from(list(HOLDERS)), inside)


WORDS = st.integers(0, 10**6).map("w{}w".format)
LEAF_HOLDERS = [
    "{}",
    "<span role=heading>{}</span>",
    "<h2 style='display:inline'>{}</h2>",
    "<p>{}</p>",
    "<span><b>{}</b></span>",
    "<h3>{}</h3>",
    "<pre>{}\n</pre>",
    "<!-- --><i>{}</i><script>x</script>",
]
LEAVES = st.builds(str.format, st.sampled_from(LEAF_HOLDERS), WORDS)


@settings(max_examples=500)
@given(st.recursive(LEAVES, nested, max_leaves=25))
def test_every_word_comes_out_once_and_in_order(markup):
    document = read(f"<body>{markup}</body>")
    assert_sound(document)
    assert re.findall("w[0-9]+w", document.text) == re.findall("w[0-9]+w", markup)


def test_a_tag_that_is_one_long_name_costs_no_time():
    begin = time.perf_counter()
    assert texts("<p>甲</p><" + "a" * 200_000) == ["甲"]
    assert time.perf_counter() - begin < 5


def test_a_tag_of_a_hundred_thousand_attributes_costs_no_time():
    attributes = " ".join(f"a{number}='x'" for number in range(100_000))
    begin = time.perf_counter()
    document = read_html(f"<p {attributes}>我们收集您的手机号码。</p><p class='a b'>二。</p>".encode(), id="x")
    assert document.text == "我们收集您的手机号码。\n二。"
    assert time.perf_counter() - begin < 10
