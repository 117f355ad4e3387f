"""An HTML page as a light tree of what can be seen in it, with the counts that reading it needs.

The tree is built and walked without recursion: pages nest as deep as they like.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from .characters import ORDINARY
from .html_text import one_line, plain_piece


def tag_names(names: str) -> frozenset[str]:
    """Return the names of elements that a text lists."""
    return frozenset(names.split())


BLOCKS = tag_names("""
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre search section summary table tbody td textarea
    tfoot th thead tr ul
""")
"""Elements that part paragraphs; those of unknown name do not, as in a browser."""

HEADINGS = tag_names("h1 h2 h3 h4 h5 h6")

_ALWAYS_BLOCKS = HEADINGS | tag_names("table tr td th li")
"""Whatever their style says, they are units of their own."""

_UNSEEN = tag_names("""
    applet area audio canvas col colgroup datalist embed frameset head iframe img input link map meta noembed noframes object
    param rp script source style svg template title track video wbr xml
""")
"""Elements that show no text, or none that could be read."""

_SHOWN_BY_SCRIPT = frozenset({"js_content"})
"""Ids of elements that every page of a platform hides until a script shows them (articles of WeChat)."""

_APART = tag_names("nav header footer aside dialog noscript")

_SYMBOL_FONT = re.compile(r"font-family\s*:\s*[\"']?(?:wingdings|symbol)\b")
_DISPLAY = re.compile(r"(?:^|;)\s*display\s*:\s*([a-z-]+)")
_WHITE_SPACE = re.compile(r"(?:^|;)\s*white-space\s*:\s*([a-z-]+)")
_INVISIBLE = re.compile(r"(?:^|;)\s*(?:visibility\s*:\s*hidden|display\s*:\s*none|mso-hide\s*:\s*all)")
_PROSE = re.compile(r"[，。；]")
_SHORTEST_PROSE = 10


@dataclass(slots=True, eq=False)
class Element:
    """An element that can be seen. Counts are of characters that are not white space, hidden elements inside left out."""

    tag: str
    attributes: Mapping[str, str | None]
    is_block: bool
    is_pre: bool
    is_hidden: bool
    is_link: bool
    """Whether it leads to another page."""
    table: "Element | None" = None
    """The table around it."""
    at: int = 0
    """How many characters of the page stand before it."""
    children: "list[Element | str]" = field(default_factory=list)
    size: int = 0
    linked: int = 0
    links: int = 0
    paragraphs: int = 0
    has_heading: bool = False
    has_titles: bool = False
    """Whether a table with titles of columns or rows lies in it."""
    holds_data: bool = False
    """Whether a table of data lies in it; for tables only, as `is_data`."""
    is_data: bool = False

    def named(self) -> str:
        """Return id, classes and role, in lower case."""
        return " ".join(self.attributes.get(name) or "" for name in ("id", "class", "role")).lower()

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        """Return an attribute that is a number, brought into its range, or the default where it is none."""
        match = re.match(r"\s*([+-]?[0-9]{1,12})", self.attributes.get(name) or "")
        return min(high, max(low, int(match.group(1)))) if match else default


@dataclass(slots=True)
class Page:
    """A page's body, its tables (inner ones first), its title, and where its prose begins and ends."""

    body: Element
    tables: list[Element] = field(default_factory=list)
    title: str = ""
    size: int = 0
    prose: tuple[int, int] | None = None

    def is_at_edge(self, element: Element) -> bool:
        """Say whether an element stands wholly before the page's prose or behind it."""
        return self.prose is None or element.at + element.size <= self.prose[0] or element.at >= self.prose[1]


@dataclass(slots=True)
class _Frame:
    element: Element
    nodes: Iterator[LexborNode]
    in_link: bool = False
    is_apart: bool = False
    is_symbol: bool = False


def parse_page(markup: str) -> Page:
    """Parse a page as a browser does."""
    parser = LexborHTMLParser(markup, options=LexborDocumentOptions.WO_EVENTS)
    page = Page(Element("body", {}, is_block=True, is_pre=False, is_hidden=False, is_link=False))
    title = parser.css_first("title")
    page.title = one_line([plain_piece(title.text(), is_pre=False)]) if title else ""
    frames = [_Frame(page.body, parser.body.iter(include_text=True))] if parser.body else []
    while frames:
        frame = frames[-1]
        node = next(frame.nodes, None)
        if node is None:
            frames.pop()
            if frames:
                _close(frame.element, frames[-1].element, page)
        elif node.is_text_node:
            _add_text(node.text_content or "", frame, page)
        elif node.tag and node.tag not in _UNSEEN:
            frames.append(_enter(node, node.tag, frame, page))
    return page


def _enter(node: LexborNode, tag: str, frame: _Frame, page: Page) -> _Frame:
    attributes = node.attributes
    style = (attributes.get("style") or "").lower()
    above = frame.element
    element = Element(
        tag,
        attributes,
        is_block=_is_block(tag, style) or attributes.get("role") == "heading",
        is_pre=_is_pre(tag, style, above.is_pre),
        is_hidden=_is_hidden(tag, attributes, style),
        is_link=tag == "a" and _leaves_page(attributes.get("href") or ""),
        table=above if above.tag == "table" else above.table,
        at=page.size,
    )
    above.children += [" ", element, " "] if tag == "button" else [element]
    return _Frame(
        element,
        node.iter(include_text=True),
        in_link=frame.in_link or element.is_link,
        is_apart=frame.is_apart or element.is_hidden or tag in _APART,
        is_symbol=frame.is_symbol if "font" not in style else bool(_SYMBOL_FONT.search(style)),
    )


def _add_text(text: str, frame: _Frame, page: Page) -> None:
    element = frame.element
    if frame.is_symbol and len(text.strip()) == 1:
        text = ORDINARY.get(0xF000 + ord(text.strip()), text).replace("\ufffd", "•")
    piece = plain_piece(text, is_pre=element.is_pre)
    element.children.append(piece)
    size = len("".join(piece.split()))
    start = page.size
    page.size += size
    element.size += size
    if frame.in_link:
        element.linked += size
    elif size >= _SHORTEST_PROSE and not frame.is_apart and _PROSE.search(piece):
        page.prose = (page.prose[0] if page.prose else start, page.size)


def _close(element: Element, above: Element, page: Page) -> None:
    if element.tag == "table":
        page.tables.append(element)
    if element.is_hidden or element.tag == "noscript":
        return
    above.size += element.size
    above.linked += element.linked
    above.links += element.links + element.is_link
    above.paragraphs += element.paragraphs or (element.is_block and element.size > 0)
    above.has_titles |= element.has_titles or (element.tag == "th" and element.size > 0)
    above.has_heading |= element.has_heading or is_heading(element)


def is_heading(element: Element) -> bool:
    """Say whether an element is marked as a heading."""
    return element.tag in HEADINGS or element.attributes.get("role") == "heading"


def _is_block(tag: str, style: str) -> bool:
    display = _DISPLAY.search(style) if "display" in style else None
    if display is None or tag in _ALWAYS_BLOCKS:
        return tag in BLOCKS
    value = display.group(1)
    return value != "inline" if tag in BLOCKS else value in ("block", "flex", "grid", "table", "list-item")


def _is_pre(tag: str, style: str, inherited: bool) -> bool:
    found = _WHITE_SPACE.search(style) if "white-space" in style else None
    if found:
        return found.group(1) in ("pre", "pre-wrap", "pre-line", "break-spaces")
    return inherited or tag in ("pre", "textarea")


def _is_hidden(tag: str, attributes: Mapping[str, str | None], style: str) -> bool:
    if not attributes or attributes.get("id") in _SHOWN_BY_SCRIPT:
        return tag == "dialog"
    if "hidden" in attributes or (tag == "dialog" and "open" not in attributes):
        return True
    if (attributes.get("aria-hidden") or "").strip().lower() == "true":
        return True
    return bool(style and _INVISIBLE.search(style))


def _leaves_page(href: str) -> bool:
    return bool(href) and "#" not in href and not href.strip().lower().startswith(("javascript:", "mailto:", "tel:"))


def pieces(element: Element, skips: Callable[[Element], bool]) -> Iterator[str]:
    """Yield the pieces of an element's text for one line: a space wherever blocks and lines break."""
    stack = [(element, iter(element.children))]
    while stack:
        inner, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if inner.is_block:
                yield " "
        elif isinstance(child, str):
            yield child
        elif not skips(child):
            if child.is_block or child.tag == "br":
                yield " "
            stack.append((child, iter(child.children)))


def words(element: Element, *, linked: bool = False, limit: int = 2000) -> str:
    """Return what can be seen in an element on one line, about `limit` characters of it; links left out unless `linked`."""
    found: list[str] = []
    length = 0
    for piece in pieces(element, lambda child: child.is_hidden or (child.is_link and not linked)):
        found.append(piece)
        length += len(piece)
        if length >= limit:
            break
    return one_line(found)
