"""Markdown into a Document: CommonMark with pipe tables, its marks dropped, its links kept."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from ..document import Document, Kind, Warn
from ..errors import ReadError
from ..lines import find_blocks
from .builder import Builder, CellText
from .encoding import decode_file
from .text import text_document

_BREAK = "\v"
"""Stands for a hard line break until lines are laid out."""

_LONGEST = 2_000_000
"""Characters; no policy is longer, and parsing hostile Markdown costs some ten microseconds for each."""

_MOST_BRACKETS = 2_000
"""In one paragraph; each may open a link, which is looked for to the paragraph's end."""

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?=[A-Za-z_#]).*?\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TIGHT_HEADING = re.compile(r"^( {0,3}#{1,6})(?=[\u4e00-\u9fff（(【0-9])", re.MULTILINE)
"""`##一、总则`, which CommonMark takes for a paragraph."""

_MARKERS_ONLY = re.compile(r"[\s>*+\-]*(?:[0-9]{1,9}[.)])?\s*")
_LEFT_OVER = re.compile(r"(?<!\*)\*\*(?!\*)([^*\s][^*\n]*?[：:。，；！？”》」】）)]|[“《「【（(][^*\n]*?)\*\*(?!\*)")
"""`**注意：**请…`: emphasis that CommonMark does not see, since Chinese has no spaces around it."""

_TELLING = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//|mailto:|tel:|(?!#).*[\u4e00-\u9fff]", re.IGNORECASE)
"""An address on the web, or what is no address at all (`[1](本协议)`)."""

_LINE_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_UNCLOSED = re.compile(
    r"\s*<(?:!--(?!.*-->)|\?(?!.*\?>)|!\[CDATA\[(?!.*\]\]>)|(script|style|textarea)\b(?!.*</\1))", re.DOTALL | re.IGNORECASE
)


class _Markdown(MarkdownIt):
    def normalizeLink(self, url: str) -> str:  # noqa: N802, the name is markdown-it's
        """Leave an address as it is written."""
        return url


_BLOCKS = _Markdown("commonmark", {"maxNesting": 60}).enable("table").disable(["code", "inline", "text_join"])
"""Indented code is off: Chinese paragraphs are indented by hand."""
_INLINE = _Markdown("commonmark", {"maxNesting": 20})


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    kind: Kind | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class _Table:
    rows: Sequence[Sequence[CellText]]
    headers: int


def read_markdown(data: bytes, *, id: str, source: str = "", meta: Mapping[str, Any] | None = None) -> Document:
    """Read a policy written in Markdown.

    Marks of emphasis and code are dropped, list markers stay as written, a link's address follows its text in brackets
    (`隐私政策（https://…）`). What cannot be parsed comes out as plain text, and a warning says so. Raises `ReadError`.
    """
    decoded = decode_file(data)
    text, warnings = _without_front_matter(decoded.text.replace("\r\n", "\n").replace("\r", "\n"))
    warnings = [*(Warn(warning.code, warning.message) for warning in decoded.warnings), *warnings]
    env: dict[str, Any] = {}
    tokens = _BLOCKS.parse(_TIGHT_HEADING.sub(r"\1 ", text), env) if len(text) <= _LONGEST else []
    if text.strip() and _misses_text(text, tokens, env):
        whole = Warn("markdown_unparsed", "too long or too deeply nested for Markdown; read as plain text, its marks included")
        return text_document(text, id=id, source=source, meta=meta, warnings=[*warnings, whole])
    reader = _Reader(env)
    reader.read(SyntaxTreeNode(tokens))
    builder = Builder()
    for piece in _regroup(reader.pieces):
        if isinstance(piece, _Table):
            builder.add_table(piece.rows, headers=piece.headers)
        else:
            builder.add(piece.text, piece.kind, level=piece.level)
    return builder.finish(id=id, source=source, meta=meta, warnings=[*warnings, *reader.warnings()])


def _without_front_matter(text: str) -> tuple[str, list[Warn]]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return text, []
    lines = match.group().strip().count("\n") + 1
    return text[match.end() :], [Warn("front_matter", f"the first {lines} lines are YAML front matter and were left out")]


def _misses_text(text: str, tokens: Sequence[Token], env: Mapping[str, Any]) -> bool:
    """Say whether a line with text came out in no token: markdown-it drops what is nested too deeply."""
    references = [*env.get("references", {}).values(), *env.get("duplicate_refs", [])]
    leaves = ("heading_open", "paragraph_open", "fence", "html_block", "hr", "table_open")
    read = [token.map for token in tokens if token.type in leaves and token.map] + [r["map"] for r in references]
    covered = {line for start, end in read for line in range(start, end)}
    lines = enumerate(text.split("\n"))
    return any(number not in covered and not _MARKERS_ONLY.fullmatch(line) for number, line in lines)


@dataclass
class _Reader:
    """Walks the syntax tree; collects the pieces of the document and counts what it left out."""

    env: dict[str, Any]
    pieces: list[_Piece | _Table] = field(default_factory=list)
    images: int = 0
    unparsed: int = 0
    html_warnings: list[Warn] = field(default_factory=list)
    _items: int = 0
    _marker: str = ""

    def read(self, node: SyntaxTreeNode) -> None:
        """Read the blocks inside a node."""
        for is_html, group in groupby(node.children, key=lambda child: child.type == "html_block"):
            if is_html:
                self.pieces.extend(self._html("".join(block.content for block in group)))
                continue
            for child in group:
                self._block(child)

    def warnings(self) -> Iterator[Warn]:
        """Yield what was left out or not understood."""
        yield from self.html_warnings
        if self.images:
            yield Warn("images_skipped", f"{self.images} images were left out; text in them is not read")
        if self.unparsed:
            yield Warn("markdown_unparsed", f"{self.unparsed} paragraphs have too many brackets; their marks were kept")

    def _block(self, node: SyntaxTreeNode) -> None:
        match node.type:
            case "heading":
                title = self._text(node.children[0].content).replace(_BREAK, "\n")
                self.pieces.append(_Piece(title, "heading", int(node.tag[1])))
            case "paragraph":
                self._paragraph(self._text(node.children[0].content))
            case "fence":
                opening = "" if node.info.isascii() else f"{node.info}\n\n"  # text behind the ticks, not a language's name
                for paragraph in re.split(r"\n\s*\n", opening + node.content):
                    self._paragraph(paragraph)
            case "table":
                rows = [row for part in node.children for row in part.children]
                texts = [[self._cell(cell) for cell in row.children] for row in rows]
                self.pieces.append(_Table([[CellText(t, i) for i, t in enumerate(row)] for row in texts], 1))
            case "list_item":
                self._item(node)
            case _:
                self.read(node)

    def _html(self, html: str) -> Iterator[_Piece | _Table]:
        """Read HTML as a page; where that would swallow text for want of an end tag, drop the tags only."""
        if _UNCLOSED.match(html):
            yield from (_Piece(paragraph) for paragraph in re.split(r"\n\s*\n", _TAG.sub("", html)))
            return
        from .html import read_html

        try:
            document = read_html(html.encode(), id="", encoding="utf-8")
        except ReadError:  # nothing to read in it
            return
        self.html_warnings.extend(document.warnings)
        for table, group in groupby(document.blocks, key=lambda block: block.table):
            blocks = list(group)
            if table is None:
                yield from (_Piece(document.text[b.start : b.end], b.kind, b.level) for b in blocks)
                continue
            rows = [[CellText(document.text[c.start : c.end], c.column, c.columns, c.rows) for c in b.cells] for b in blocks]
            yield _Table(rows, sum(block.is_header for block in blocks))

    def _item(self, node: SyntaxTreeNode) -> None:
        self._marker = f"{node.info}{node.markup} " if node.info else "- "
        self._items += 1
        self.read(node)
        self._items -= 1
        self._marker = ""

    def _paragraph(self, text: str) -> None:
        for line in text.split(_BREAK):
            self.pieces.append(_Piece(self._marker + line, "list_item" if self._items else None))
            self._marker = ""

    def _cell(self, cell: SyntaxTreeNode) -> str:
        return "".join(self._text(child.content) for child in cell.children).replace(_BREAK, " ")

    def _text(self, content: str) -> str:
        """Return what a run of inline Markdown says."""
        if content.count("[") > _MOST_BRACKETS:
            self.unparsed += 1
            return content
        tokens: list[Token] = []
        if content:
            _INLINE.inline.parse(content, _INLINE, self.env, tokens)
        return "\n".join(line.strip(" \t") for line in self._said(tokens).split("\n"))

    def _said(self, tokens: Sequence[Token]) -> str:
        parts: list[str] = []
        links: list[tuple[str, int]] = []
        for token in tokens:
            if token.type == "link_open":
                links.append((str(token.attrGet("href") or ""), len(parts)))
            elif token.type == "link_close":
                address, start = links.pop()
                parts.append(_address(address, "".join(parts[start:])))
            else:
                parts.append(self._word(token))
        return "".join(parts)

    def _word(self, token: Token) -> str:
        match token.type:
            case "text":
                return _LEFT_OVER.sub(r"\1", token.content)
            case "softbreak":
                return "\n"
            case "hardbreak":
                return _BREAK
            case "html_inline":
                return _BREAK if _LINE_BREAK_TAG.fullmatch(token.content) else ""
            case "image":
                self.images += 1
                return ""
            case _:
                return token.content


def _address(address: str, text: str) -> str:
    """Return what a link adds to its text: its address in brackets, where that tells what the text does not."""
    bare = re.sub(r"^(?:https?://|mailto:|tel:)|/$", "", address)
    if not _TELLING.match(address) or not bare or bare in text:
        return ""
    return f"（{address}）"


def _regroup(pieces: Sequence[_Piece | _Table]) -> Iterator[_Piece | _Table]:
    """Part the lines of each paragraph as those of plain text: many write Markdown as if every line stood alone."""
    texts = [piece.text.strip() for piece in pieces if isinstance(piece, _Piece)]
    starts = {block.start for block in find_blocks("\n\n".join(texts))}
    at = 0
    for piece in pieces:
        if isinstance(piece, _Table):
            yield piece
            continue
        text = piece.text.strip()
        breaks = [] if piece.kind == "heading" else [match.end() for match in re.finditer("\n", text)]
        lines = [start for start in breaks if at + start in starts]
        for start, end in zip([0, *lines], [*lines, len(text)], strict=True):
            yield _Piece(text[start:end], piece.kind, piece.level)
        at += len(text) + 2
