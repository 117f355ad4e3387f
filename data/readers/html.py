"""HTML into a Document: what a reader of the page sees, block by block, less what is no part of the policy."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ..document import Document, Kind, Warn
from ..errors import ReadError
from ..lines import find_blocks
from ..segmentation import MARKER
from .builder import Builder
from .html_furniture import Place, is_left_out, place_of
from .html_lists import Numbering, next_marker, start_numbering
from .html_page import HEADINGS, Element, Page, is_heading, parse_page, pieces, words
from .html_source import read_markup
from .html_tables import Table, mark_data, read_table
from .html_text import SOFT, one_line, settle

_LONGEST_HEADING = 100
"""In characters; a longer one is a paragraph, or an element that was never closed."""

_OWN_MARK = re.compile(r"[-*•·●○■□◆◇▪➢✓►▶★☆※→–—]")
_SENTENCE = re.compile(rf"(?!{MARKER.pattern}|{_OWN_MARK.pattern}).*[。！？]", re.DOTALL | re.VERBOSE)
_POLICY_TITLE = re.compile(r"隐私|政策|协议|声明|条款|指引|须知|清单|权限|SDK|privacy|policy", re.IGNORECASE)

_TITLE_STANDS_WITHIN = 5
"""Blocks from the top."""
_LONGEST_ADDITION = 20
"""How many characters more than the title a line that names the policy, too, may have."""


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    kind: Kind | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class _Context:
    """What holds for the text inside an element."""

    tag: str = "body"
    kind: Kind | None = None
    level: int = 0
    is_pre: bool = False
    place: Place = ""
    in_form: bool = False
    numbering: Numbering | None = None


@dataclass(frozen=True, slots=True)
class _Frame:
    element: Element
    children: Iterator[Element | str]
    context: _Context


def read_html(
    data: bytes, *, id: str, source: str = "", meta: Mapping[str, Any] | None = None, encoding: str | None = None
) -> Document:
    """Read a policy that is a web page, whole or a part of one.

    `encoding` is what the page was sent as, where that is known. What is left out beyond scripts and the like (menus,
    forms, hidden text) is counted in a warning, `left_out`. The page's `<title>` becomes a heading if it names a policy
    and no heading says the same. Raises `ReadError`.
    """
    markup = read_markup(data, encoding=encoding)
    page = parse_page(markup.text)
    mark_data(page.tables)
    reader = _Reader(page)
    parts = list(reader.read())
    if not parts:
        reader = _Reader(page, keep_hidden=True)
        parts = list(reader.read())
    if not parts:
        raise ReadError("the page shows no text without its scripts; open it in a browser and save it from there", code="empty")
    builder = Builder()
    for part in _after_lists([*_title(page.title, parts), *parts]):
        if isinstance(part, Table):
            builder.add_table(part.rows, headers=part.headers)
        else:
            builder.add(part.text, part.kind, level=part.level)
    return builder.finish(id=id, source=source, meta=meta, warnings=(*markup.warnings, *reader.warnings()))


class _Reader:
    """Walks a page and yields its parts in order; counts the characters that it leaves out."""

    def __init__(self, page: Page, *, keep_hidden: bool = False) -> None:
        self._page = page
        self._keep_hidden = keep_hidden
        self._run: list[str] = []
        self._marker = ""
        self._left_out = 0

    def warnings(self) -> Iterator[Warn]:
        """Yield what was left out."""
        if self._left_out:
            yield Warn("left_out", f"{self._left_out} characters of menus, forms and hidden text were left out")

    def read(self) -> Iterator[_Text | Table]:
        """Yield the parts of the page."""
        body = self._page.body
        frames = [_Frame(body, iter(body.children), _Context())]
        while frames:
            frame = frames[-1]
            child = next(frame.children, None)
            if child is None:
                frames.pop()
                yield from self._leave(frame)
            elif isinstance(child, str):
                self._run.append(child)
            elif child.tag == "br":
                self._run.append("\n")
            else:
                if child.is_block:
                    yield from self._flush(frame.context)
                if self._skips(child, frame.context):
                    continue
                if child.is_data:
                    yield from self._table(child, frame.context)
                elif _is_title(child):
                    yield from self._heading(child, frame.context)
                else:
                    frames.append(_Frame(child, iter(child.children), self._enter(child, frame.context)))

    def _enter(self, element: Element, outer: _Context) -> _Context:
        if not element.is_block:
            return outer
        tag, numbering, level = element.tag, outer.numbering, 0
        kind = None if outer.kind == "heading" else outer.kind
        if tag in ("ul", "ol", "menu", "dir"):
            numbering = start_numbering(element)
        elif tag == "li":
            self._marker = next_marker(element, numbering, is_section=element.has_heading)
            kind = None if element.has_heading else "list_item"
        elif tag in ("dt", "dd"):
            kind = "paragraph"
        elif is_heading(element):
            kind, level = "heading", _level(element)
        place = "article" if outer.place == "article" else place_of(element) or outer.place
        return _Context(tag, kind, level, element.is_pre, place, outer.in_form or tag == "form", numbering)

    def _leave(self, frame: _Frame) -> Iterator[_Text]:
        if frame.element.is_block:
            yield from self._flush(frame.context)
        if frame.element.tag == "li":
            self._marker = ""

    def _flush(self, context: _Context) -> Iterator[_Text]:
        """Yield the paragraphs of the text collected so far."""
        if not self._run:
            return
        run = "".join(self._run)
        self._run.clear()
        text = settle(run.replace(SOFT, "\n") if _is_in_lines(run) else run).strip()
        for paragraph in _paragraphs(text, is_pre=context.is_pre):
            is_section = context.tag == "dt" and MARKER.match(paragraph)
            is_long = context.kind == "heading" and len(paragraph) > _LONGEST_HEADING
            kind = None if is_section or is_long else context.kind
            yield _Text(self._marked(paragraph), kind, context.level if kind == "heading" else 0)

    def _marked(self, text: str) -> str:
        """Put the marker of the list item before its first text, unless that begins with one of its own."""
        marker, self._marker = self._marker, ""
        return text if MARKER.match(text) or _OWN_MARK.match(text) else marker + text

    def _heading(self, element: Element, context: _Context) -> Iterator[_Text]:
        text = self._line(element, context)
        if text:
            yield _Text(self._marked(text), "heading", _level(element))

    def _table(self, element: Element, context: _Context) -> Iterator[_Text | Table]:
        """Yield a table of data, its captions before it."""
        context = replace(context, place="table")
        for child in element.children:
            if isinstance(child, Element) and child.tag == "caption" and not self._skips(child, context):
                yield _Text(self._line(child, context))
        table = read_table(element, partial(self._line, context=context), partial(self._skips, context=context))
        if any(cell.text for row in table.rows for cell in row):
            yield table

    def _line(self, element: Element, context: _Context) -> str:
        return one_line(pieces(element, partial(self._skips, context=context)))

    def _skips(self, element: Element, context: _Context) -> bool:
        skips = is_left_out(element, self._page, context.place, in_form=context.in_form, keep_hidden=self._keep_hidden)
        if skips and element.tag != "noscript":
            self._left_out += element.size
        return skips


def _after_lists(parts: Sequence[_Text | Table]) -> Iterator[_Text | Table]:
    """Yield the parts; whole sentences behind a list are paragraphs, whatever its introduction promised."""
    in_list = False
    for part in parts:
        if isinstance(part, _Text) and in_list and part.kind is None and _SENTENCE.fullmatch(part.text):
            yield replace(part, kind="paragraph")
            continue
        yield part
        in_list = isinstance(part, _Text) and part.kind == "list_item"


def _is_in_lines(run: str) -> bool:
    """Say whether a run of text breaks its source's lines where items begin: plain text, pasted without any tags."""
    return SOFT in run and sum(1 for line in run.split(SOFT) if MARKER.match(line.lstrip())) > 1


def _is_title(element: Element) -> bool:
    """Say whether a heading is one, whatever stands in it: one that was never closed goes on to the next heading."""
    if not is_heading(element) or element.size > _LONGEST_HEADING:
        return False
    return not element.paragraphs or not re.search("[。；]", words(element, linked=True))


def _level(heading: Element) -> int:
    return heading.number("aria-level", int(heading.tag[1]) if heading.tag in HEADINGS else 2, low=1, high=6)


def _paragraphs(text: str, *, is_pre: bool) -> Iterator[str]:
    """Part a run of text: at two line breaks, and at one where its lines do not go on from each other."""
    for chunk in [text] if is_pre else re.split("\n{2,}", text):
        yield from (chunk[block.start : block.end] for block in find_blocks(chunk))


def _title(title: str, parts: Sequence[_Text | Table]) -> Iterator[_Text]:
    """Yield the page's title as a heading if it names a policy that neither a heading nor the first lines name."""
    names = {_bare(part) for part in re.split(r"[-_|—–·]+", title) if _POLICY_TITLE.search(part)}
    if not names:
        return
    texts = [part for part in parts if isinstance(part, _Text)]
    headings = {_bare(part.text) for part in texts if part.kind == "heading"}
    if headings & {*names, _bare(title)}:
        return
    lines = [_bare(part.text) for part in texts[:_TITLE_STANDS_WITHIN] if not re.search("[，。；]", part.text)]
    for line in lines:
        is_part = _POLICY_TITLE.search(line) and line in _bare(title)
        if is_part or any(name in line and len(line) <= len(name) + _LONGEST_ADDITION for name in names):
            return
    yield _Text(title, "heading", 1)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
