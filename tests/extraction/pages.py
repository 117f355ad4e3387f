"""Policies as web pages, each in the manner of one kind of site."""

import re
from collections.abc import Sequence
from html import escape

from .markup import body, by_kind, inline, nested_list, page, table, tag
from .source import Piece, Source, grouped


def wechat(source: Source) -> str:
    """Span soup: each stretch of a paragraph in spans of its own, an empty paragraph after each."""

    def soup(piece: Piece) -> str:
        parts = re.findall(r".{1,23}", piece.text)
        style = "font-size: 15px;letter-spacing: 1px;"
        spans = "".join(f'<span style="{style}"><span leaf="">{escape(part, quote=False)}</span></span>' for part in parts)
        spans = f"<strong>{spans}</strong>" if piece.kind == "heading" else spans
        empty = '<p style="margin-bottom: 0px;"><span leaf=""><br class="ProseMirror-trailingBreak"></span></p>'
        return f'<p style="text-indent: 2em;line-height: 1.75em;">{spans}</p>{empty}'

    untitled = Source(source.pieces[1:])
    section = '<section style="box-sizing: border-box;"><section powered-by="editor">{}</section></section>'
    return page("wechat", source, section.format(body(untitled, soup)))


def government(source: Source) -> str:
    """Deep indentation, lines broken in mid-sentence, inline elements over several lines."""

    def paragraph(piece: Piece) -> str:
        text = escape(piece.text, quote=False)
        text = re.sub(r"((?:【[^】]+】、?){2,})", r"\n        <u><i><b>\n            \1\n        </b></i></u>\n", text)
        text = re.sub(r"(.{70}[，；])", "\\1\n        ", text)
        return f'    <p style="text-indent: 2em;">\n        {text}\n    </p>\n'

    def heading(piece: Piece) -> str:
        if piece.level == 1:
            return f'<div class="title">\n<h1>{escape(piece.text)}</h1>\n</div>'
        return f"    <p><strong>\n        {escape(piece.text)}\n    </strong></p>\n"

    return page("government", source, body(source, by_kind(heading, paragraph)))


def word_export(source: Source) -> str:
    """Word's own HTML: numbers of lists in conditional comments, paragraphs inside the cells."""

    def heading(piece: Piece) -> str:
        text = f"<span>{inline(piece.text)}<span lang=EN-US><o:p></o:p></span></span>"
        return f"<h{piece.level} style='text-align:justify'>{text}</h{piece.level}>"

    def items(pieces: Sequence[Piece]) -> str:
        pad = "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp; </span>"
        style = "margin-left:21.0pt;text-indent:-21.0pt;mso-list:l0 level1 lfo1"
        return "\n\n".join(
            f"<p class=MsoListParagraph style='{style}'><![if !supportLists]><span\nlang=EN-US><span style='mso-list:Ignore'>"
            f"{piece.label}{pad}</span></span><![endif]>{inline(piece.text, 'b')}<span lang=EN-US><o:p></o:p></span></p>"
            for piece in pieces
        )

    def rows(pieces: Sequence[Piece]) -> str:
        inner = "<p class=MsoNormal align=left><span style='mso-bidi-font-size:10.5pt'>{}<o:p></o:p></span></p>"
        attributes = "class=MsoNormalTable border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse'"
        return table(pieces, attributes=attributes, sections=False, inner=inner)

    paragraph = tag("p", "class=MsoNormal style='text-indent:21.0pt'")
    return page("word-export", source, body(source, by_kind(heading, paragraph), items, rows, "\n\n"))


def app_store(source: Source) -> str:
    """Everything on one line."""
    written = body(source, by_kind(tag("h{level}"), tag("p", 'data-v-7ba5bd90=""')), between="")
    return page("app-store", source, written.replace("\n", ""))


def gb18030(source: Source) -> str:
    """Upper-case elements, paragraphs indented with no-break spaces, a table without a header."""

    def paragraph(piece: Piece) -> str:
        return f"<P>&nbsp;&nbsp;&nbsp;&nbsp;{inline(piece.text, 'B')}</P>"

    return page("gb18030", source, body(source, by_kind(tag("H{level}"), paragraph)))


def nested_lists(source: Source) -> str:
    """Plain HTML."""
    return page("plain", source, body(source, by_kind(tag("h{level}"), tag("p"))))


def br_paragraphs(source: Source) -> str:
    """One element for the whole text, its paragraphs parted by line breaks only."""
    lines = [f"<b>{piece.text}</b>" if piece.kind == "heading" else inline(piece.text) for piece in source.pieces[1:]]
    text = "".join(f"{line}<br>\n<br/>\n" if at % 3 else f"&emsp;&emsp;{line}<br />" for at, line in enumerate(lines))
    return page("plain", source, f'<h1>{escape(source.title)}</h1>\n<div class="txt">{text}</div>')


def sdk_table(source: Source) -> str:
    """Tables with header cells over several rows and columns."""

    def rows(pieces: Sequence[Piece]) -> str:
        return f'<div style="overflow-x:auto">{table(pieces, attributes="border=1", inner="<span>{}</span>")}</div>'

    return page("plain", source, body(source, by_kind(tag("h{level}"), tag("p")), None, rows))


def layout_table(source: Source) -> str:
    """The page lies in tables; so does one table of data."""

    def heading(piece: Piece) -> str:
        size = 5 if piece.level == 1 else 3
        return f'<p align="center"><b><font size="{size}">{escape(piece.text)}</font></b></p>'

    def rows(pieces: Sequence[Piece]) -> str:
        return table(pieces, attributes='border="1" cellpadding="4" bordercolor="#999999"', sections=False)

    return page("layout-table", source, body(source, by_kind(heading, tag("p", 'style="line-height:24px"')), None, rows))


def definition_list(source: Source) -> str:
    """Terms and definitions."""
    at = next(i for i, piece in enumerate(source.pieces) if piece.text == "名词解释") + 1
    entries = source.pieces[at : at + 6]
    terms = "".join(
        f"<dt>{inline(term.text)}</dt>\n<dd>{inline(meaning.text)}</dd>\n"
        for term, meaning in zip(entries[::2], entries[1::2], strict=True)
    )
    one = by_kind(tag("h{level}"), tag("p"))
    before, after = Source(source.pieces[:at]), Source(source.pieces[at + 6 :])
    return page("definition-list", source, f"{body(before, one)}\n<dl>\n{terms}</dl>\n{body(after, one)}")


def mobile_h5(source: Source) -> str:
    """One `div`, headings as bold paragraphs, empty paragraphs for space."""
    heading = tag("strong")
    one = by_kind(lambda piece: f"<p><br></p><p>{heading(piece)}</p>", tag("p", 'style="text-align:justify"'))
    return page("plain", source, f'<div class="agreement-wrap">{body(source, one, between="")}</div>')


def wordpress(source: Source) -> str:
    """Blocks of the block editor; a figure around the table."""
    inner = Source(source.pieces[1:])

    def one(piece: Piece) -> str:
        if piece.text.startswith("表1"):
            return f"<figcaption>{inline(piece.text)}</figcaption></figure>\n<!-- /wp:table -->"
        if piece.kind == "heading":
            return f'<h{piece.level} class="wp-block-heading" id="h-{len(piece.text)}">{inline(piece.text)}</h{piece.level}>'
        return f"<!-- wp:paragraph -->\n<p>{inline(piece.text)}</p>\n<!-- /wp:paragraph -->"

    def rows(pieces: Sequence[Piece]) -> str:
        return f'<!-- wp:table -->\n<figure class="wp-block-table is-style-stripes">{table(pieces)}'

    header = f'<header class="entry-header"><h1 class="entry-title">{escape(source.title)}</h1></header>\n'
    return page("wordpress", source, f'{header}<div class="entry-content">\n{body(inner, one, None, rows)}\n</div>')


def accordion(source: Source) -> str:
    """Panels that open at a click: Bootstrap's cards and `details`."""
    html = ""
    opened = ""
    for name, pieces in grouped(source.pieces):
        piece = pieces[0]
        if name == "table":
            html += table(pieces, attributes='class="table table-bordered"')
        elif piece.kind == "heading" and piece.level == 2:
            html += (
                f'{opened}<div class="card"><div class="card-header"><h2 class="mb-0"><button class="btn btn-link collapsed"'
            )
            html += f' data-toggle="collapse" aria-expanded="false">{inline(piece.text)}</button></h2></div>'
            html += '<div class="collapse"><div class="card-body">\n'
            opened = "</div></div></div>\n"
        elif piece.text.endswith("？"):
            html += f"<details><summary>{inline(piece.text)}</summary>"
        else:
            html += tag("h1" if piece.kind == "heading" else "p")(piece) + (
                "</details>" if html.endswith("</summary>") else "\n"
            )
    return page("accordion", source, f'{html}{opened}<button class="btn btn-block">展开全部</button>')


def old_html(source: Source) -> str:
    """Elements that nobody closes."""

    def heading(piece: Piece) -> str:
        if piece.level == 1:
            return f"<CENTER><FONT SIZE=5 FACE=隶书><B>{piece.text}</B></FONT></CENTER>"
        return f"<P><BIG><B>{piece.text}</B></BIG>"

    def items(pieces: Sequence[Piece]) -> str:
        return re.sub(r"</?\w+", lambda match: match.group().upper(), nested_list(pieces, close=False))

    return page("old-html", source, body(source, by_kind(heading, lambda piece: f"<P>　　{inline(piece.text)}"), items))


def help_centre(source: Source) -> str:
    """Nothing but `div` and `span` with generated class names."""

    def block(piece: Piece) -> str:
        name = {"heading": f"_h{piece.level}_k2j"}.get(piece.kind, "_p_8sd")
        return f'<div class="{name}"><span class="_t">{inline(piece.text, "b")}</span></div>'

    return page("help-centre", source, body(source, block, between=""))
