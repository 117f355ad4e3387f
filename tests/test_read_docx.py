"""Word files into documents: what is printed is read, automatic numbers included; bombs and damage are refused."""

import io
import random
import sys
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

docx = pytest.importorskip("docx")

from blocks import cells, kinds, texts

from tiaokuan.data.document import Warn
from tiaokuan.data.errors import MissingExtraError, ReadError
from tiaokuan.data.readers.archive import Archive, ArchiveLimits
from tiaokuan.data.readers.docx import read_docx

TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
CHOICES = "http://schemas.openxmlformats.org/markup-compatibility/2006"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8"?>'


def relations(**targets):
    inner = "".join(f'<Relationship Id="{k}" Type="{OFFICE}/{k}" Target="{target}"/>' for k, target in targets.items())
    return f'{XML}<Relationships xmlns="{RELATIONS}">{inner}</Relationships>'


def part(name, inner, word=TRANSITIONAL):
    return f'{XML}<w:{name} xmlns:w="{word}" xmlns:mc="{CHOICES}" xmlns:m="{MATH}">{inner}</w:{name}>'


def archive(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return file.getvalue()


def word(body, *, namespace=TRANSITIONAL, **parts):
    """Return a Word file with this XML in its body; `parts` are the insides of `styles`, `numbering`, `footnotes`…"""
    members = {
        "_rels/.rels": relations(officeDocument="word/document.xml"),
        "word/document.xml": part("document", f"<w:body>{body}</w:body>", namespace),
        "word/_rels/document.xml.rels": relations(**{name: f"{name}.xml" for name in parts}),
    }
    return archive(members | {f"word/{name}.xml": part(name, inner, namespace) for name, inner in parts.items()})


def p(text="", style="", properties="", run=""):
    style = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{style}{properties}</w:pPr>{r(text, run)}</w:p>" if text else f"<w:p><w:pPr>{properties}</w:pPr></w:p>"


def r(text, properties=""):
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def tc(*blocks, properties=""):
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(b if b.startswith('<') else p(b) for b in blocks)}</w:tc>"


def tr(*cells, properties=""):
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(c if c.startswith('<w:tc') else tc(c) for c in cells)}</w:tr>"


def tbl(*rows):
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def read(body, **parts):
    return read_docx(word(body, **parts), id="x")


def code_of(data):
    with pytest.raises(ReadError) as caught:
        read_docx(data, id="x")
    assert "\n" not in str(caught.value)
    return caught.value.code


# Paragraphs and headings

STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="t"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="mine"><w:name w:val="我的标题"/><w:basedOn w:val="2"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="loop"><w:name w:val="环"/><w:basedOn w:val="loop"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="o"><w:name w:val="大纲"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="c1"><w:name w:val="toc 1"/></w:style>'
    '<w:style w:type="character" w:styleId="h"><w:name w:val="隐"/><w:rPr><w:vanish/></w:rPr></w:style>'
)


def test_a_file_written_by_python_docx_is_read():
    made = docx.Document()
    made.add_heading("隐私政策", 0)
    made.add_heading("信息的收集", 1)
    made.add_paragraph("我们会收集").add_run("手机号码。").bold = True
    made.add_paragraph("相机权限", style="List Bullet")
    table = made.add_table(2, 2)
    for cell, text in zip([c for row in table.rows for c in row.cells], ["权限", "用途", "相机", "扫码"], strict=True):
        cell.text = text
    file = io.BytesIO()
    made.save(file)
    document = read_docx(file.getvalue(), id="x")
    assert kinds(document) == [
        ("heading", 1, "隐私政策"),
        ("heading", 2, "信息的收集"),
        ("paragraph", 0, "我们会收集手机号码。"),
        ("list_item", 0, "• 相机权限"),
        ("table_row", 0, "权限 | 用途"),
        ("table_row", 0, "相机 | 扫码"),
    ]


def test_headings_by_style_by_outline_and_by_the_style_beneath():
    body = p("隐私政策", "t") + p("收集", "1") + p("目的", "mine") + p("方式", "o") + p("期限", "loop")
    body += p("正文里的大纲级别", properties='<w:outlineLvl w:val="0"/>') + p("这不是标题；", "1", '<w:outlineLvl w:val="9"/>')
    assert kinds(read(body + p("我们会收集信息。", "1"), styles=STYLES)) == [
        ("heading", 1, "隐私政策"),
        ("heading", 2, "收集"),
        ("heading", 3, "目的"),
        ("heading", 4, "方式"),
        ("heading", 5, "期限"),
        ("heading", 2, "正文里的大纲级别"),
        ("paragraph", 0, "这不是标题；"),
        ("paragraph", 0, "我们会收集信息。"),
    ]


def test_the_one_heading_of_level_one_is_the_title():
    body = p("隐私政策", "1") + p("收集", "2") + p("使用", "2")
    assert [level for _, level, _ in kinds(read(body, styles=STYLES))] == [1, 2, 2]
    body = p("隐私政策全文", "a") + p("收集", "1") + p("使用", "1")
    assert [level for _, level, _ in kinds(read(body, styles=STYLES))] == [1, 2, 2]


BOLD = '<w:b/><w:sz w:val="{}"/>'
BODY = "我们收集您的手机号码，用于创建账号和保障账号安全。"


def test_without_heading_styles_bold_and_larger_type_makes_the_headings():
    run_defaults = '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/></w:rPr></w:rPrDefault></w:docDefaults>'
    body = p("隐私政策", run=BOLD.format(44)) + p(BODY) + p("提示条款：", run=BOLD.format(24)) + p("1. 收集号码。")
    body += p("您的权利", run=BOLD.format(28)) + p(BODY)
    assert kinds(read(body, styles=run_defaults)) == [
        ("heading", 1, "隐私政策"),
        ("paragraph", 0, BODY),
        ("heading", 3, "提示条款："),
        ("list_item", 0, "1. 收集号码。"),
        ("heading", 2, "您的权利"),
        ("paragraph", 0, BODY),
    ]


@pytest.mark.parametrize(
    "paragraph",
    [
        p("请您注意以下内容：", run=BOLD.format(20)),
        p("请您注意以下内容：", run='<w:sz w:val="28"/>'),
        p("请您注意以下内容：", run='<w:b w:val="0"/><w:sz w:val="28"/>'),
        f"<w:p>{r('请您注意', BOLD.format(28))}{r('以下内容：')}</w:p>",
    ],
)
def test_what_is_not_both_bold_and_larger_is_no_heading_by_its_look(paragraph):
    assert kinds(read(p(BODY) + paragraph + p(BODY)))[1] == ("paragraph", 0, "请您注意以下内容：")


def test_a_long_sentence_in_large_type_is_no_heading():
    assert kinds(read(p(BODY * 3) + p(BODY, run=BOLD.format(28))))[1] == ("paragraph", 0, BODY)


def test_the_style_of_a_paragraph_or_a_run_sets_its_type():
    styles = (
        f'<w:style w:type="paragraph" w:styleId="big"><w:name w:val="Big"/><w:rPr>{BOLD.format(32)}</w:rPr></w:style>'
        f'<w:style w:type="character" w:styleId="strong"><w:name w:val="S"/><w:rPr>{BOLD.format(28)}</w:rPr></w:style>'
    )
    body = p("隐私条款：", style="big") + p(BODY) + p("您的权利：", run='<w:rStyle w:val="strong"/>') + p(BODY)
    assert kinds(read(body, styles=styles))[::2] == [("heading", 1, "隐私条款："), ("heading", 2, "您的权利：")]


def test_where_styles_make_the_headings_large_type_makes_none():
    body = p("隐私政策", style="1") + p(BODY) + p("提示条款：", run=BOLD.format(28)) + p(BODY)
    assert kinds(read(body, styles=STYLES))[2] == ("paragraph", 0, "提示条款：")


def test_entries_of_a_table_of_contents_are_list_items_without_page_numbers():
    entry = '<w:p><w:pPr><w:pStyle w:val="c1"/></w:pPr><w:r><w:t>一、收集</w:t></w:r><w:r><w:tab/><w:t>12</w:t></w:r></w:p>'
    assert kinds(read(p("目录") + entry, styles=STYLES))[1] == ("list_item", 0, "一、收集")


def test_soft_line_breaks_part_what_does_not_go_on():
    body = (
        "<w:p><w:r><w:t>SDK名称：极光推送</w:t><w:br/><w:t>使用目的：推送消息</w:t><w:br/><w:t>，统计到达率</w:t></w:r></w:p>"
    )
    assert texts(read(body)) == ["SDK名称：极光推送", "使用目的：推送消息\n，统计到达率"]


def test_every_way_of_writing_a_character():
    run = "<w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t><w:noBreakHyphen/><w:softHyphen/><w:t>丙</w:t>"
    run += '<w:sym w:font="Wingdings" w:char="F0FC"/><w:sym w:char="nonsense"/><w:sym w:char="FFFFFFFFFF"/>'
    run += "<w:t>\u200b⽤\n户</w:t></w:r>"
    assert read(f"<w:p>{run}</w:p>").text == "甲 乙-丙✓用 户"


def test_links_fields_content_controls_ruby_and_formulas_are_read_as_printed():
    body = f'<w:p><w:hyperlink>{r("隐私中心")}</w:hyperlink><w:fldSimple w:instr="DATE">{r("今天")}</w:fldSimple>'
    body += "<w:sdt><w:sdtPr/><w:sdtContent><w:r><w:t>甲公司</w:t></w:r></w:sdtContent></w:sdt>"
    body += "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>单击输入</w:t></w:r></w:sdtContent></w:sdt>"
    body += (
        "<w:r><w:ruby><w:rt><w:r><w:t>yin</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>隐</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    )
    body += "<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath></w:p>"
    assert read(body).text == "隐私中心今天甲公司隐x"


def field(kind):
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def test_the_code_of_a_field_is_no_text():
    code = '<w:r><w:instrText> HYPERLINK "https://example.com" </w:instrText></w:r>'
    inner = field("begin") + r("内层代码") + field("separate") + r("内层结果") + field("end")
    body = f"<w:p>{r('见')}{field('begin')}{code}{inner}{field('separate')}{r('链接')}{field('end')}{r('。')}</w:p>"
    unclosed = f"<w:p>{r('前')}{field('begin')}{r('代码')}</w:p>"
    assert texts(read(body + unclosed + p("后文仍在。"))) == ["见链接。", "前", "后文仍在。"]


def test_insertions_are_kept_deletions_and_hidden_text_left_out():
    body = f"<w:p><w:ins>{r('我们')}</w:ins><w:del><w:r><w:delText>不</w:delText></w:r></w:del><w:moveTo>{r('会')}</w:moveTo>"
    body += f"<w:moveFrom>{r('旧')}</w:moveFrom>{r('收集')}{r('暗', '<w:vanish/>')}"
    body += r("明", '<w:vanish w:val="0"/>') + r("隐", '<w:rStyle w:val="h"/>') + "</w:p>"
    document = read(body, styles=STYLES)
    assert document.text == "我们会收集明"
    assert document.warnings == (Warn("left_out", "2 deleted and 2 hidden passages were left out"),)


def test_text_boxes_stand_behind_their_paragraph_once():
    box = f"<w:txbxContent>{p('提示：请仔细阅读。')}</w:txbxContent>"
    choice = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    body = f"<w:p><w:r><w:t>正文</w:t>{choice}<w:t>继续。</w:t></w:r></w:p>" + p("下一段。")
    assert texts(read(body)) == ["正文继续。", "提示：请仔细阅读。", "下一段。"]


def test_blocks_in_content_controls_and_insertions_are_read():
    body = (
        f"<w:sdt><w:sdtContent>{p('一段。')}</w:sdtContent></w:sdt><w:customXml>{p('二段。')}</w:customXml><w:bookmarkStart/>"
    )
    assert texts(read(body)) == ["一段。", "二段。"]


def test_notes_follow_the_text_in_the_order_of_their_marks():
    body = '<w:p><w:r><w:t>正文</w:t><w:footnoteReference w:id="3"/><w:t>。</w:t><w:endnoteReference w:id="1"/>'
    body += '<w:footnoteReference w:id="2"/><w:footnoteReference w:id="9"/></w:r></w:p>'
    line = '<w:footnote w:type="separator" w:id="2"><w:p><w:r><w:t>线</w:t></w:r></w:p></w:footnote>'
    notes = f'{line}<w:footnote w:id="3">{p("脚注。")}</w:footnote><w:footnote w:id="4">{p("无人提及。")}</w:footnote>'
    assert texts(read(body, footnotes=notes, endnotes=f'<w:endnote w:id="1">{p("尾注。")}</w:endnote>')) == [
        "正文。",
        "脚注。",
        "尾注。",
    ]


def test_the_strict_form_of_the_format_is_read():
    data = word(p("隐私政策") + tbl(tr("甲", "乙")), namespace=STRICT)
    assert read_docx(data, id="x").text == "隐私政策\n甲 | 乙"


# Automatic numbers


def lvl(at, form, text, extra="", start=1):
    start = f'<w:start w:val="{start}"/>' if start is not None else ""
    return f'<w:lvl w:ilvl="{at}">{start}<w:numFmt w:val="{form}"/>{extra}<w:lvlText w:val="{text}"/></w:lvl>'


def numbering(*levels, nums='<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'):
    return f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>{nums}'


def item(text, level=0, num=1):
    return p(text, properties=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>')


def test_numbers_of_several_levels_begin_anew_below_a_higher_one():
    lists = numbering(
        lvl(0, "chineseCounting", "%1、"), lvl(1, "decimal", "%1.%2", "<w:isLgl/>"), lvl(2, "lowerLetter", "(%3)")
    )
    body = item("收集") + item("注册", 1) + item("手机号码", 2) + item("密码", 2) + item("登录", 1) + item("验证码", 2)
    body += item("使用") + item("推送", 1)
    assert texts(read(body, numbering=lists)) == [
        "一、收集",
        "1.1 注册",
        "(a) 手机号码",
        "(b) 密码",
        "1.2 登录",
        "(a) 验证码",
        "二、使用",
        "2.1 推送",
    ]


@pytest.mark.parametrize(
    ("form", "start", "marker"),
    [
        ("decimal", 9, "9"),
        ("decimalZero", 9, "09"),
        ("decimalFullWidth", 12, "１２"),
        ("chineseCounting", 10, "十"),
        ("chineseCountingThousand", 12, "十二"),
        ("japaneseCounting", 105, "一百零五"),
        ("taiwaneseCounting", 120, "一百二十"),
        ("chineseCounting", 9999, "九千九百九十九"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("ideographDigital", 105, "一〇五"),
        ("ideographTraditional", 3, "丙"),
        ("ideographTraditional", 11, "11"),
        ("ideographZodiac", 1, "子"),
        ("decimalEnclosedCircle", 20, "⑳"),
        ("decimalEnclosedCircleChinese", 21, "21"),
        ("decimalEnclosedParen", 2, "⑵"),
        ("decimalEnclosedFullstop", 3, "⒊"),
        ("ideographEnclosedCircle", 4, "㊃"),
        ("lowerLetter", 28, "bb"),
        ("upperLetter", 26, "Z"),
        ("lowerRoman", 4, "iv"),
        ("upperRoman", 1994, "MCMXCIV"),
        ("upperRoman", 4000, "4000"),
        ("none", 5, ""),
        ("unheardOf", 7, "7"),
    ],
)
def test_every_form_of_number(form, start, marker):
    lists = numbering(lvl(0, form, "第%1条", start=start))
    assert read(item("手机号码"), numbering=lists).text == f"第{marker}条 手机号码"


def test_a_count_without_a_start_begins_at_nought_and_a_huge_one_is_cut():
    assert read(item("甲"), numbering=numbering(lvl(0, "decimal", "%1.", start=None))).text == "0. 甲"
    lists = numbering(lvl(0, "lowerLetter", "%1." * 1_000, start=2_000_000_000))
    assert len(read(item("甲"), numbering=lists).text) <= 42


@pytest.mark.parametrize(
    ("text", "marker"), [("\uf0b7", "•"), ("\uf06e", "■"), ("\uf0e8", "•"), ("—", "—"), ("", ""), ("\uf0d8", "➢")]
)
def test_bullets(text, marker):
    document = read(item("相机权限"), numbering=numbering(lvl(0, "bullet", text)))
    assert document.text == f"{marker} 相机权限".strip()
    assert document.blocks[0].kind == ("list_item" if marker else "heading")


def test_lists_that_share_a_definition_count_on_unless_they_begin_anew():
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    changed = f'<w:lvlOverride w:ilvl="0">{lvl(0, "upperLetter", "%1)")}</w:lvlOverride>'
    nums = "".join(
        f'<w:num w:numId="{n}"><w:abstractNumId w:val="0"/>{inner}</w:num>'
        for n, inner in enumerate(["", "", override, changed])
    )
    lists = numbering(lvl(0, "decimal", "%1."), nums=nums)
    body = item("甲") + item("乙", num=2) + item("丙", num=2) + item("丁") + item("戊", num=3) + p("己") + item("庚", num=0)
    assert texts(read(body, numbering=lists)) == ["1. 甲", "5. 乙", "6. 丙", "7. 丁", "H) 戊", "己", "庚"]


def test_numbers_by_style_and_by_linked_definitions():
    styles = STYLES.replace(
        '<w:name w:val="heading 1"/>', '<w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr>'
    )
    lists = (
        '<w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="L"/></w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="1"><w:styleLink w:val="L"/>{lvl(0, "decimal", "%1.")}'
        f"{lvl(1, 'chineseCounting', '第%2章', '<w:pStyle w:val=&quot;1&quot;/>'.replace('&quot;', chr(34)))}</w:abstractNum>"
        '<w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num>'
    )
    body = p("总则", "1") + p("附则", "1") + p("无号", "1", '<w:numPr><w:numId w:val="0"/></w:numPr>')
    assert kinds(read(body, styles=styles, numbering=lists)) == [
        ("heading", 2, "第一章 总则"),
        ("heading", 2, "第二章 附则"),
        ("heading", 2, "无号"),
    ]


def test_levels_that_do_not_begin_anew_and_markers_without_a_space():
    lists = numbering(lvl(0, "decimal", "%1."), lvl(1, "decimal", "(%2)", '<w:lvlRestart w:val="0"/><w:suff w:val="nothing"/>'))
    body = item("甲") + item("乙", 1) + item("丙") + item("丁", 1)
    assert texts(read(body, numbering=lists)) == ["1. 甲", "(1)乙", "2. 丙", "(2)丁"]


def test_empty_paragraphs_are_counted_and_not_shown_deleted_and_hidden_ones_not_counted():
    num = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    gone = [p(properties=f"{num}<w:rPr><w:{mark}/></w:rPr>") for mark in ("del", "vanish")]
    body = item("甲") + p(properties=num) + "".join(gone) + item("乙")
    assert texts(read(body, numbering=numbering(lvl(0, "decimal", "%1.")))) == ["1. 甲", "3. 乙"]


def test_a_list_that_is_not_defined_has_no_numbers():
    assert texts(read(item("甲", num=8) + item("乙", 5), numbering=numbering(lvl(0, "decimal", "%1.")))) == ["甲", "乙"]


# Tables


def test_cells_that_span_columns_and_rows():
    span, begin, rest = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    table = tbl(
        tr("SDK名称", tc("收集的信息", properties=span)),
        tr(tc("极光推送", properties=begin), "设备信息", "推送"),
        tr(tc(properties=rest), "位置信息", "统计"),
        tr(tc(properties=rest), tc("日志信息", "崩溃信息"), "统计"),
        tr("应用列表", "分享", properties='<w:gridBefore w:val="1"/>'),
    )
    document = read(p("清单：") + table + p("以上。"))
    assert cells(document) == [
        (0, True, [("SDK名称", 0, 1, 1), ("收集的信息", 1, 2, 1)]),
        (0, False, [("极光推送", 0, 1, 3), ("设备信息", 1, 1, 1), ("推送", 2, 1, 1)]),
        (0, False, [("位置信息", 1, 1, 1), ("统计", 2, 1, 1)]),
        (0, False, [("日志信息 崩溃信息", 1, 1, 1), ("统计", 2, 1, 1)]),
        (0, False, [("应用列表", 1, 1, 1), ("分享", 2, 1, 1)]),
    ]
    assert document.text.startswith("清单：\nSDK名称 | 收集的信息\n极光推送 | 设备信息 | 推送\n")


def test_a_lower_part_without_an_upper_one_is_a_cell():
    table = tbl(tr(tc("甲", properties="<w:vMerge/>"), "乙"), tr("丙", "丁"))
    assert cells(read(table))[0][2] == [("", 0, 1, 1), ("乙", 1, 1, 1)]


@pytest.mark.parametrize(
    ("marks", "rows", "headers"),
    [
        (["<w:tblHeader/>", "<w:tblHeader/>", ""], [["甲", "乙"], ["丙", "丁"], ["戊", "己"]], [True, True, False]),
        (['<w:tblHeader w:val="0"/>', "", ""], [["甲", "乙"], ["丙", "丁"], ["戊", "己"]], [False] * 3),
        ([""] * 3, [["权限名称", "用途"], ["相机权限", "扫码"], ["存储权限", "缓存"]], [True, False, False]),
        ([""] * 3, [["SDK名称", "微信SDK"], ["使用目的", "分享"], ["隐私政策链接", "https://x.cn"]], [False] * 3),
        ([""] * 2, [["序号", "我们会在您同意之后收集以下信息，并用于注册。"], ["1", "手机号码"]], [False] * 2),
    ],
    ids=["marked", "marked off", "looks like one", "names and values", "a sentence"],
)
def test_header_rows(marks, rows, headers):
    table = tbl(*(tr(*row, properties=mark) for mark, row in zip(marks, rows, strict=True)))
    assert [row[1] for row in cells(read(table))] == headers


def test_a_table_of_one_column_is_a_frame():
    frame = tbl(tr(tc("提示", "请您仔细阅读。")), tr(tc(tbl(tr("甲", "乙")))))
    document = read(frame)
    assert texts(document) == ["提示", "请您仔细阅读。", "甲 | 乙"]


def test_a_table_in_a_cell_follows_the_table_it_stands_in():
    document = read(tbl(tr(tc("极光推送", tbl(tr("设备", "信息")), "推送"), "链接")) + p("以上。"))
    assert [(row[0], [cell[0] for cell in row[2]]) for row in cells(document)] == [
        (0, ["极光推送 推送", "链接"]),
        (1, ["设备", "信息"]),
    ]
    assert texts(document)[-1] == "以上。"


def test_numbers_in_cells_stand_even_alone_and_deleted_rows_do_not():
    num = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    rows = [tr(tc(p(properties=num)), name) for name in ("微信", "微博")]
    table = tbl(rows[0], tr("删", "去", properties="<w:del/>"), f"<w:sdt><w:sdtContent>{rows[1]}</w:sdtContent></w:sdt>")
    assert texts(read(table, numbering=numbering(lvl(0, "decimal", "%1.")))) == ["1. | 微信", "2. | 微博"]


# Files that are refused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GOOD = word(p("隐私政策") + p("我们会收集您的手机号码。"))


def encrypted(data):
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature) + offset
        data = data[:at] + bytes([data[at] | 1]) + data[at + 1 :]
    return data


def with_document(content):
    return archive({"_rels/.rels": relations(officeDocument="word/document.xml"), "word/document.xml": content})


LAUGHS = "".join(f'<!ENTITY l{i + 1} "{f"&l{i};" * 10}">' for i in range(9))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "damaged"),
        (b"PK\x03\x04", "damaged"),
        (GOOD[:-40], "damaged"),
        (archive({"a.txt": "甲"}), "damaged"),
        (with_document("<w:document"), "damaged"),
        (with_document("<other/>"), "damaged"),
        (with_document(f'{XML}<!DOCTYPE d [<!ENTITY l0 "我">{LAUGHS}]>{part("document", p("&l9;"))[len(XML) :]}'), "damaged"),
        (with_document(f'{XML}<!DOCTYPE d [<!ENTITY e "甲">]>{part("document", p("乙&e;"))[len(XML) :]}'), "damaged"),
        (
            word("<w:sdt><w:sdtContent>" * 200 + p("甲") + "</w:sdtContent></w:sdt>" * 200),
            "damaged",
        ),
        (word(""), "empty"),
        (encrypted(GOOD), "encrypted"),
        (OLE + bytes(500) + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (OLE + bytes(500) + "WordDocument".encode("utf-16-le"), "old_word"),
        (with_document(b"\0" * 2_000_000), "zip_bomb"),
    ],
    ids=[
        "nothing",
        "a head only",
        "cut off",
        "another archive",
        "broken XML",
        "other XML",
        "a billion laughs",
        "an entity",
        "nested deeply",
        "no text",
        "a password on an entry",
        "a password on the file",
        "the old format",
        "a bomb",
    ],
)
def test_what_cannot_be_read_has_its_code(data, code):
    assert code_of(data) == code


def test_limits_of_an_archive_are_checked_before_anything_is_unpacked(monkeypatch):
    data = archive({"a": random.Random(0).randbytes(3_000), "b": b"b" * 3_000})
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    for limits, code in [(ArchiveLimits(total=5_999), "too_large"), (ArchiveLimits(entries=1), "too_large")]:
        with pytest.raises(ReadError) as caught:
            Archive(data, limits=limits)
        assert caught.value.code == code
    opened = Archive(data, limits=ArchiveLimits(total=6_000, entries=2, member=2_999))
    with pytest.raises(ReadError, match="a in the file takes") as caught:
        opened.read("a")
    assert caught.value.code == "too_large"


def test_a_small_member_may_be_packed_tightly():
    opened = Archive(archive({"a": bytes(900_000)}))
    assert opened.read("a") == bytes(900_000)
    assert "a" in opened
    assert "b" not in opened


def test_a_picture_may_be_packed_tightly():
    members = {
        "_rels/.rels": relations(officeDocument="word/document.xml"),
        "word/document.xml": part("document", f"<w:body>{p('隐私政策')}</w:body>"),
        "word/media/image1.bmp": bytes(3_200_000),
    }
    assert read_docx(archive(members), id="x").text == "隐私政策"


def test_a_missing_part_is_no_damage():
    members = {
        "_rels/.rels": relations(officeDocument="/word/main.xml"),
        "word/main.xml": part("document", f"<w:body>{p('隐私政策')}</w:body>"),
        "word/_rels/main.xml.rels": relations(image="../NULL", styles="styles.xml", numbering="../../../etc/passwd"),
    }
    assert read_docx(archive(members), id="x").text == "隐私政策"


def test_a_missing_extra_names_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(MissingExtraError, match=r"python-docx is not installed .* pip install 'tiaokuan\[docx\]'"):
        read_docx(b"", id="x")


def test_identity_and_metadata_pass_through():
    document = read_docx(GOOD, id="a/b.docx", source="/in/a/b.docx", meta={"app": "甲"})
    assert (document.id, document.source, document.meta) == ("a/b.docx", "/in/a/b.docx", {"app": "甲"})


# Damage of every kind

RICH = {
    "document": p("隐私政策", "t") + item("收集") + tbl(tr("SDK名称", "用途"), tr(tc("甲", properties="<w:vMerge/>"), "乙")),
    "styles": STYLES,
    "numbering": numbering(lvl(0, "chineseCounting", "%1、")),
}
SOUND = word(RICH["document"], styles=RICH["styles"], numbering=RICH["numbering"])


def flip(data, flips):
    broken = bytearray(data)
    for place, bits in flips:
        broken[int(len(broken) * place)] ^= bits
    return bytes(broken)


FLIPS = st.lists(st.tuples(st.floats(0, 0.999), st.integers(1, 255)), min_size=1, max_size=30)
DAMAGE = st.one_of(
    st.binary(max_size=300),
    st.binary(max_size=300).map(lambda tail: b"PK\x03\x04" + tail),
    st.floats(0, 1).map(lambda cut: SOUND[: int(len(SOUND) * cut)]),
    FLIPS.map(lambda flips: flip(SOUND, flips)),
    FLIPS.map(lambda flips: with_document(flip(part("document", f"<w:body>{RICH['document']}</w:body>").encode(), flips))),
)

WORDS = st.sampled_from(
    ["p", "r", "t", "tbl", "tr", "tc", "sdt", "sdtContent", "pPr", "numPr", "ilvl", "numId", "vMerge", "gridSpan"]
)
NUMBERS = st.sampled_from(["", "0", "1", "-1", "99999999999", "x", "restart", "2"])
TREES = st.recursive(
    st.builds(lambda name, value: f'<w:{name} w:val="{value}">甲</w:{name}>', WORDS, NUMBERS),
    lambda inner: st.builds(lambda name, parts: f"<w:{name}>{''.join(parts)}</w:{name}>", WORDS, st.lists(inner, max_size=4)),
    max_leaves=25,
)


def check(data):
    try:
        document = read_docx(data, id="x")
    except ReadError as error:
        assert error.code in {"damaged", "encrypted", "empty", "too_large", "zip_bomb", "old_word"}
    else:
        document.text.encode()
        covered = {i for block in document.blocks for i in range(block.start, block.end)}
        assert all(i in covered or c.isspace() for i, c in enumerate(document.text))


@settings(max_examples=150)
@given(data=DAMAGE)
def test_a_damaged_file_is_a_document_or_a_read_error(data):
    check(data)


@settings(max_examples=150)
@given(tree=TREES)
def test_elements_in_any_order_are_a_document_or_a_read_error(tree):
    check(word(tree, styles=RICH["styles"], numbering=RICH["numbering"]))


@pytest.mark.slow
@settings(max_examples=10_000)
@given(data=st.one_of(DAMAGE, TREES.map(word)))
def test_ten_thousand_damaged_files(data):
    check(data)
