"""Policies as PDF files, each in the manner of one kind of print."""

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    LongTable,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
)

from .markup import body, by_kind, tag
from .source import Piece, Source, grouped, plain

FONT = "STSong-Light"
WIDTH, HEIGHT = A4

Furniture = Callable[[Canvas, BaseDocTemplate], None]


def office(source: Source) -> bytes:
    """A4 as an office prints it: running head with a rule, page number between dashes, first lines indented."""

    def furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(FONT, 9)
        canvas.drawString(80, HEIGHT - 50, "山东通平台文件汇编")
        canvas.line(80, HEIGHT - 55, WIDTH - 80, HEIGHT - 55)
        canvas.drawCentredString(WIDTH / 2, 40, f"- {document.page} -")

    return _pdf(_flow(source, size=12, leading=21, indent=24), furniture, margin=80)


def large(source: Source) -> bytes:
    """Small print, list items with a hanging indent, title and page number in the foot of each page."""

    def furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(FONT, 8)
        canvas.drawString(60, 30, "政协深圳市委员会办公厅 印发")
        canvas.drawRightString(WIDTH - 60, 30, f"第 {document.page} 页")

    return _pdf(_flow(source, size=9.5, leading=14, indent=0, hanging=16), furniture, margin=60)


def ruled_table(source: Source) -> bytes:
    """A ruled table that goes on over the page, its header row printed again; the expectation has that row once."""

    def furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(FONT, 8)
        canvas.drawCentredString(WIDTH / 2, HEIGHT - 36, "随行翻译合规文档")
        canvas.drawCentredString(WIDTH / 2, 30, f"随行翻译 | 页码 {document.page}")

    return _pdf(_flow(source, size=13, leading=23, indent=26), furniture, margin=56)


def two_columns(source: Source) -> bytes:
    """Title over the whole width, text in two columns."""

    def furniture(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(FONT, 8)
        canvas.drawString(50, HEIGHT - 34, "银川市网络信息化局公报")
        canvas.drawRightString(WIDTH - 50, HEIGHT - 34, f"{document.page + 11}")

    width = (WIDTH - 100 - 24) / 2
    columns = [Frame(50 + at * (width + 24), 50, width, HEIGHT - 180, 0, 0, 0, 0) for at in (0, 1)]
    later = [Frame(50 + at * (width + 24), 50, width, HEIGHT - 100, 0, 0, 0, 0) for at in (0, 1)]
    title = Frame(50, HEIGHT - 120, WIDTH - 100, 60, 0, 0, 0, 0)
    file = io.BytesIO()
    document = BaseDocTemplate(file, pagesize=A4, invariant=1)
    first = PageTemplate("first", [title, *columns], onPage=furniture)
    document.addPageTemplates([first, PageTemplate("later", later, onPage=furniture)])
    heading, *rest = _flow(source, size=9, leading=14, indent=18)
    document.build([NextPageTemplate("later"), heading, FrameBreak(), *rest])
    return file.getvalue()


_BROWSER_STYLE = """
@page { size: A4; margin: 16mm 14mm;
  @top-left { content: "2023/6/1 10:24"; font-size: 8pt }
  @top-right { content: "逐浪阅读-隐私中心"; font-size: 8pt }
  @bottom-left { content: "https://zhulang-read.example/privacy/children"; font-size: 8pt }
  @bottom-right { content: counter(page) "/" counter(pages); font-size: 8pt } }
body { font: 17px/1.9 "Noto Serif CJK SC", serif }
td, th { border: 1px solid #999; padding: 6px 14px }
table { border-collapse: collapse }
"""


def browser_print(source: Source) -> bytes:
    """A web page as Chromium prints it: date, title, address and page number around it, the font embedded."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise FileNotFoundError("browser-print.pdf is printed by Chromium, which is not installed; install it or keep the file")
    one = by_kind(tag("h{level}"), tag("p"))
    html = f'<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><style>{_BROWSER_STYLE}</style>{body(source, one)}</html>'
    with tempfile.TemporaryDirectory() as folder:
        page, pdf = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(html, encoding="utf-8")
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}/profile"]
        subprocess.run([chromium, *flags, f"--print-to-pdf={pdf}", page.as_uri()], check=True, capture_output=True)
        return pdf.read_bytes()


def _pdf(flow: Sequence[Flowable], furniture: Furniture, *, margin: float) -> bytes:
    file = io.BytesIO()
    document = BaseDocTemplate(file, pagesize=A4, invariant=1)
    frame = Frame(margin, 60, WIDTH - 2 * margin, HEIGHT - 130, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate("page", [frame], onPage=furniture)])
    document.build(list(flow))
    return file.getvalue()


def _flow(source: Source, *, size: float, leading: float, indent: float, hanging: float = 0) -> list[Flowable]:
    """Return the blocks set in one size; headings are larger, list items hang where `hanging` is given."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    base = ParagraphStyle("base", fontName=FONT, fontSize=size, leading=leading, wordWrap="CJK", spaceAfter=4)
    flow: list[Flowable] = []
    for name, pieces in grouped(source.pieces):
        if name == "table":
            flow.append(_table(pieces, ParagraphStyle("cell", base, fontSize=size - 2, leading=leading - 5, spaceAfter=0)))
            continue
        style = _style(pieces[0], base, indent, hanging)
        flow += [Paragraph(escape(f"{piece.label}{plain(piece.text)}", quote=False), style) for piece in pieces]
    return flow


def _style(piece: Piece, base: ParagraphStyle, indent: float, hanging: float) -> ParagraphStyle:
    if piece.kind == "heading":
        size = base.fontSize + max(0, 8 - 2 * piece.level)
        return ParagraphStyle(
            "heading", base, fontSize=size, leading=size * 1.6, spaceBefore=8, alignment=1 if piece.level == 1 else 0
        )
    if piece.kind == "list_item" and hanging:
        return ParagraphStyle("item", base, leftIndent=2 * hanging, firstLineIndent=-hanging)
    return ParagraphStyle("paragraph", base, firstLineIndent=indent)


def _table(rows: Sequence[Piece], style: ParagraphStyle) -> LongTable:
    columns = max(cell.column + cell.columns for row in rows for cell in row.cells)
    fields: list[list[Paragraph | str]] = [[""] * columns for _ in rows]
    spans: list[tuple] = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    for at, row in enumerate(rows):
        for cell in row.cells:
            fields[at][cell.column] = Paragraph(escape(plain(cell.text), quote=False), style)
            spans.append(("SPAN", (cell.column, at), (cell.column + cell.columns - 1, at + cell.rows - 1)))
    headers = sum(row.header for row in rows)
    return LongTable(fields, colWidths=[(WIDTH - 112) / columns] * columns, repeatRows=headers, style=spans)
