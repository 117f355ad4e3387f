"""Policies as Word files, each in the manner of one way to write them."""

import io
from collections.abc import Sequence
from itertools import count

from docx import Document
from docx.document import Document as Word
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from .source import Piece, Source, grouped, runs

FOOTNOTE = "普安体检中心的合作自2022年6月1日起生效。"
"""The text of the one footnote of `numbered`; it stands at the end of what is expected."""


def numbered(source: Source) -> bytes:
    """Heading styles, automatic numbers of list and headings, a table with merged cells, header, footer, a footnote."""
    word = Document()
    word.sections[0].header.paragraphs[0].text = "青禾健康 · 内部资料"
    _page_number(word.sections[0].footer.paragraphs[0], "法务合规中心编制　第 ", " 页")
    lists = _numbering(word, ["%1.", "(%2)"], "decimal")
    headings = _numbering(word, ["%1、", "（%2）"], "chineseCountingThousand")
    for name, pieces in grouped(source.pieces):
        piece = pieces[0]
        if name == "table":
            _table(word, pieces)
        elif name == "list":
            number = _restart(word, lists)
            for item in pieces:
                paragraph = word.add_paragraph()
                _write(paragraph, item.text)
                _set_number(paragraph, number, item.level - 1)
        elif piece.kind == "heading":
            paragraph = word.add_paragraph(style="Title" if piece.level == 1 else f"Heading {piece.level - 1}")
            _write(paragraph, piece.text)
            if piece.level > 1:
                _set_number(paragraph, headings, piece.level - 2)
        else:
            _write(word.add_paragraph(), piece.text)
    _footnote(word, word.tables[0].rows[2].cells[1].paragraphs[0], FOOTNOTE)
    return _bytes(word)


def bold_headings(source: Source) -> bytes:
    """No styles at all: headings are bold and larger, paragraphs indented, empty paragraphs between the parts."""
    word = Document()
    for piece in source.pieces:
        paragraph = word.add_paragraph()
        run = paragraph.add_run(piece.text)
        if piece.kind == "heading":
            word.add_paragraph()
            run.bold = True
            run.font.size = Pt(22 if piece.level == 1 else 14 if piece.level == 2 else 12)
            if piece.level == 1:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        else:
            paragraph.paragraph_format.first_line_indent = Pt(24)
    return _bytes(word)


def wps(source: Source) -> bytes:
    """Numbers typed by hand, text in many runs, tracked changes, a comment, a link, line breaks, hidden text."""
    word = Document()
    word.sections[0].header.paragraphs[0].text = "机密文件"
    for name, pieces in grouped(source.pieces):
        if name == "table":
            _table(word, pieces)
            continue
        paragraph = word.add_paragraph(style="Heading 2" if pieces[0].level == 2 else None)
        _write(paragraph, pieces[0].text, step=7)
        if pieces[0].text.startswith("第六条"):
            _deleted(paragraph, "保存期限为一年")
            _inserted(paragraph)
        if pieces[0].text.startswith("第二条"):
            word.add_comment(paragraph.runs, text="请法务确认", author="审阅人", initials="S")
            hidden = paragraph.add_run("机密文件第二稿")
            hidden.font.hidden = True
    return _bytes(word)


def contents(source: Source) -> bytes:
    """A table of contents in content controls, the lists' numbers in their styles."""
    word = Document()
    word.sections[0].footer.paragraphs[0].text = "江海市大数据中心"
    word.sections[0].header.paragraphs[0].text = "密级：内部"
    entries = [piece for piece in source.pieces if piece.kind == "list_item" and not piece.level]
    for name, pieces in grouped(source.pieces):
        piece = pieces[0]
        if name == "list":
            style = "List Number" if piece.ordered else "List Bullet"
            for item in pieces:
                _write(word.add_paragraph(style=style), item.text)
        elif piece.kind == "heading":
            _write(word.add_paragraph(style="Title" if piece.level == 1 else f"Heading {piece.level - 1}"), piece.text)
        elif piece in entries:
            _contents_entry(word, piece.text, entries.index(piece))
        else:
            _write(word.add_paragraph(), piece.text)
    return _bytes(word)


def _bytes(word: Word) -> bytes:
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def _write(paragraph: Paragraph, text: str, step: int = 0) -> None:
    """Add the runs of a text; `step` cuts them smaller, as input methods do."""
    for run in runs(text):
        size = step or len(run.text)
        for at in range(0, len(run.text), size):
            added = paragraph.add_run(run.text[at : at + size])
            added.bold = run.bold or None
            if run.link:
                _wrap(added._r, "w:hyperlink", {"w:anchor": "help"})


def _wrap(element, name: str, attributes: dict[str, str]) -> None:
    wrapper = OxmlElement(name)
    for key, value in attributes.items():
        wrapper.set(qn(key), value)
    element.addprevious(wrapper)
    wrapper.append(element)


def _deleted(paragraph: Paragraph, text: str) -> None:
    run = paragraph.add_run()
    gone = OxmlElement("w:delText")
    gone.text = text
    run._r.append(gone)
    _wrap(run._r, "w:del", {"w:id": "90", "w:author": "审阅人"})


def _inserted(paragraph: Paragraph) -> None:
    """Mark the last runs of a paragraph as insertions not yet accepted."""
    for number, run in enumerate(paragraph.runs[-3:]):
        _wrap(run._r, "w:ins", {"w:id": str(91 + number), "w:author": "审阅人"})


def _page_number(paragraph: Paragraph, before: str, after: str) -> None:
    paragraph.add_run(before)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(parse_xml(f"<w:r {nsdecls('w')}><w:t>1</w:t></w:r>"))
    paragraph._p.append(field)
    paragraph.add_run(after)


def _contents_entry(word: Word, text: str, bookmark: int) -> None:
    """Add an entry of a table of contents: a link to a bookmark, in a content control."""
    paragraph = word.add_paragraph()
    paragraph.add_run(text)
    _wrap(paragraph.runs[-1]._r, "w:hyperlink", {"w:anchor": f"_Toc{bookmark}"})
    _wrap(paragraph._p, "w:sdtContent", {})
    _wrap(paragraph._p.getparent(), "w:sdt", {})


def _table(word: Word, rows: Sequence[Piece]) -> None:
    columns = max(cell.column + cell.columns for row in rows for cell in row.cells)
    table = word.add_table(len(rows), columns, style="Table Grid")
    for at, row in enumerate(rows):
        for cell in row.cells:
            field = table.cell(at, cell.column)
            if cell.columns > 1 or cell.rows > 1:
                field = field.merge(table.cell(at + cell.rows - 1, cell.column + cell.columns - 1))
            _fill(field, cell.text)
        if row.header:
            table.rows[at]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _fill(field: _Cell, text: str) -> None:
    first, *rest = text.split(" // ")
    _write(field.paragraphs[0], first)
    for line in rest:
        _write(field.add_paragraph(), line)


def _numbering(word: Word, patterns: Sequence[str], form: str) -> int:
    """Add a multilevel numbering and return its number; a pattern's `%1` is the counter of its first level."""
    root = word.part.numbering_part.element
    used = [int(n.get(qn("w:abstractNumId"))) for n in root.findall(qn("w:abstractNum"))]
    abstract = next(n for n in count(50) if n not in used)
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{pattern}"/></w:lvl>'
        for level, pattern in enumerate(patterns)
    )
    levels = f'<w:multiLevelType w:val="multilevel"/>{levels}'
    root.insert(len(used), parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{abstract}">{levels}</w:abstractNum>'))
    return root.add_num(abstract).numId


def _restart(word: Word, number: int) -> int:
    """Return a numbering of the same look that starts again at one."""
    root = word.part.numbering_part.element
    abstract = root.num_having_numId(number).abstractNumId.val
    new = root.add_num(abstract)
    for level in (0, 1):
        new.add_lvlOverride(ilvl=level).add_startOverride(1)
    return new.numId


def _set_number(paragraph: Paragraph, number: int, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = number


def _footnote(word: Word, paragraph: Paragraph, text: str) -> None:
    content = f'<w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> {text}</w:t></w:r>'
    note = f'<w:footnote w:id="2"><w:p>{content}</w:p></w:footnote>'
    separators = "".join(
        f'<w:footnote w:type="{kind}" w:id="{at}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
        for at, kind in enumerate(("separator", "continuationSeparator"))
    )
    xml = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:footnotes {nsdecls("w")}>{separators}{note}</w:footnotes>'
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, xml.encode(), word.part.package)
    word.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    run = paragraph.add_run()
    reference = OxmlElement("w:footnoteReference")
    reference.set(qn("w:id"), "2")
    run._r.append(reference)
