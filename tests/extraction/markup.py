"""Blocks as HTML elements, for the pages of the set; the page around a policy stands in `shells/`."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from .source import Cell, Piece, Source, grouped, runs

SHELLS = Path(__file__).parent / "shells"

One = Callable[[Piece], str]
Many = Callable[[Sequence[Piece]], str]


def page(shell: str, source: Source, body: str) -> str:
    """Return the whole page."""
    text = (SHELLS / f"{shell}.html").read_text(encoding="utf-8")
    return text.replace("{{title}}", escape(source.title)).replace("{{body}}", body)


def inline(text: str, bold: str = "strong") -> str:
    """Return a block's text with its bold stretches and links."""
    html = []
    for run in runs(text):
        part = escape(run.text, quote=False).replace(" // ", "<br>")
        if run.link:
            part = f'<a href="{escape(run.link)}" target="_blank">{part}</a>'
        html.append(f"<{bold}>{part}</{bold}>" if run.bold else part)
    return "".join(html)


def tag(name: str, attributes: str = "") -> One:
    """Return a writer that puts a block into one element; `{level}` in the name is a heading's level."""
    opening = f"{name} {attributes}".strip()
    return lambda piece: f"<{opening.format(level=piece.level)}>{inline(piece.text)}</{name.format(level=piece.level)}>"


def body(source: Source, one: One, many: Many | None = None, rows: Many | None = None, between: str = "\n") -> str:
    """Return the blocks one after another; lists go to `many`, tables to `rows`."""
    parts: list[str] = []
    for name, pieces in grouped(source.pieces):
        if name == "table":
            parts.append((rows or table)(pieces))
        elif name == "list":
            parts.append((many or nested_list)(pieces))
        else:
            parts.append(one(pieces[0]))
    return between.join(parts)


def by_kind(heading: One, paragraph: One) -> One:
    """Return a writer of headings in one way and of everything else in another."""
    return lambda piece: heading(piece) if piece.kind == "heading" else paragraph(piece)


def nested_list(pieces: Sequence[Piece], *, close: bool = True) -> str:
    """Return a list with its sublists inside the items above them."""
    name = "ol" if pieces[0].ordered else "ul"
    top = pieces[0].level
    html = ""
    at = 0
    while at < len(pieces):
        stop = next((i for i in range(at + 1, len(pieces)) if pieces[i].level == top), len(pieces))
        below = "\n" + nested_list(pieces[at + 1 : stop]) + "\n" if stop > at + 1 else ""
        html += f"<li>{inline(pieces[at].text)}{below}" + ("</li>\n" if close else "\n")
        at = stop
    return f"<{name}>\n{html}</{name}>"


def table(rows: Sequence[Piece], *, attributes: str = "", sections: bool = True, inner: str = "{}") -> str:
    """Return a table; `sections` tells thead from tbody and th from td, `inner` is what stands around a cell's text."""
    lines = [(_row(row.cells, "th" if row.header and sections else "td", inner), row.header) for row in rows]
    if not sections:
        return f"<table {attributes}>\n" + "\n".join(line for line, _ in lines) + "\n</table>"
    head = "\n".join(line for line, header in lines if header)
    rest = "\n".join(line for line, header in lines if not header)
    top = f"<thead>\n{head}\n</thead>\n" if head else ""
    return f"<table {attributes}>\n{top}<tbody>\n{rest}\n</tbody>\n</table>"


def _row(cells: Sequence[Cell], name: str, inner: str) -> str:
    html = ""
    for cell in cells:
        spans = f' colspan="{cell.columns}"' if cell.columns > 1 else ""
        spans += f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
        html += f"<{name}{spans}>{inner.format(inline(cell.text))}</{name}>"
    return f"<tr>{html}</tr>"
