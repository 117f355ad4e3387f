"""Policies as plain text and Markdown."""

import textwrap
from collections.abc import Sequence
from html import escape

from .source import Piece, Source, grouped, plain


def lines(source: Source) -> str:
    """One line a block."""
    return "\r\n".join(plain(piece.text) for piece in source.pieces) + "\r\n"


def wrapped(source: Source) -> str:
    """Lines wrapped at 38 characters, paragraphs indented by two ideographic spaces."""
    parts: list[str] = []
    for piece in source.pieces:
        text = plain(piece.text) if piece.kind == "heading" else "　　" + plain(piece.text)
        parts += [text[at : at + 38] for at in range(0, len(text), 38)]
    return "\n".join(parts) + "\n"


def spaced(source: Source) -> str:
    """One line a block, a blank line between two."""
    return "\n\n".join(plain(piece.text) for piece in source.pieces) + "\n"


def markdown(source: Source) -> str:
    """Markdown as an editor writes it."""
    parts: list[str] = []
    for name, pieces in grouped(source.pieces):
        if name == "table":
            parts.append(_pipes(pieces))
        elif name == "list":
            parts.append("\n".join("  " * (piece.level - 1) + f"- {piece.text}" for piece in pieces))
        else:
            parts.append("#" * pieces[0].level * (pieces[0].kind == "heading") + f" {pieces[0].text}")
    return "\n\n".join(part.strip(" ") for part in parts) + "\n"


def readme(source: Source) -> str:
    """Markdown of a site generator: front matter, underlined headings, a comment, a picture, an HTML table, a quotation."""
    parts = ["---\nlayout: page\ntitle: 隐私说明\n---", "<!-- TODO 补充英文版 -->"]
    for name, pieces in grouped(source.pieces):
        piece = pieces[0]
        if name == "table":
            parts.append(_html(pieces))
        elif name == "list":
            parts.append("\n".join("   " * (item.level - 1) + f"{item.label or '*'} {item.text}" for item in pieces))
        elif piece.kind == "heading":
            parts.append(f"{piece.text}\n{'===' if piece.level == 1 else '---'}")
        else:
            quoted = piece.text.startswith("请注意")
            parts.append("\n".join(("> " if quoted else "") + line for line in textwrap.wrap(piece.text, 30)))
    return "\n\n".join([*parts, "![](assets/v1.2.png)"]) + "\n"


def _pipes(rows: Sequence[Piece]) -> str:
    written = ["| " + " | ".join(cell.text for cell in row.cells) + " |" for row in rows]
    return "\n".join([written[0], "|" + " --- |" * len(rows[0].cells), *written[1:]])


def _html(rows: Sequence[Piece]) -> str:
    html = ""
    for row in rows:
        name = "th" if row.header else "td"
        html += "<tr>" + "".join(f"<{name}>{escape(cell.text)}</{name}>" for cell in row.cells) + "</tr>\n"
    return f"<table>\n{html}</table>"
