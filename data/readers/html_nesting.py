"""Caps on how deep the elements of a page nest, and on how many attributes one has.

The parser looks through all open elements at every block, so that 100,000 nested `<div>` would take it a minute and as many
`<ul>` several; it compares each attribute of a tag with all before it. Browsers cap the depth, too.
"""

import re
from collections import defaultdict

from .html_page import BLOCKS, HEADINGS, tag_names

DEEPEST = 512
"""As in Chromium."""

MOST_ATTRIBUTES = 1000

_LONG_TAG = re.compile(r"<([a-z][^\s/<>]*+)[^<>]{10000,}+>", re.IGNORECASE)

_MOST_FORMATTING = 16
"""Formatting elements left open are opened anew in every paragraph: 2,000 of them make 2,000,000 elements."""

_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?:(script|style|textarea|title)\b.*?(?:</\1|\Z)|(/?)([a-z][^\s/>]*))", re.IGNORECASE | re.DOTALL
)
_EMPTY = tag_names("area base basefont bgsound br col embed frame hr img input link meta param source track wbr")
_FORMATTING = tag_names("b big code em font i nobr s small strike strong tt u")
_FORMATTING_TAG = re.compile(rf"<(/?)(?:{'|'.join(sorted(_FORMATTING))})(?=[\s/>])", re.IGNORECASE)
_INLINE = tag_names("a abbr bdi bdo cite data del dfn ins kbd label mark object q ruby samp span sub sup time var")
_HTML = BLOCKS | _FORMATTING | _INLINE
_CELLS = tag_names("td th caption")
_ROWS = tag_names("tr tbody thead tfoot colgroup")
_SCOPES = tag_names("table td th caption object applet marquee template")
"""Elements that an end tag inside cannot close across, where its start tag stands outside."""

_ITEM_STOPS = BLOCKS - {"address", "div", "p"}
_CLOSED_BY_START = {
    **dict.fromkeys(_CELLS | _ROWS, (_CELLS, frozenset({"table"}))),
    **dict.fromkeys(("dt", "dd"), (frozenset({"dt", "dd"}), _ITEM_STOPS)),
    "li": (frozenset({"li"}), _ITEM_STOPS),
    "a": (frozenset({"a"}), _SCOPES),
    "button": (frozenset({"button"}), _SCOPES),
}
"""Elements that a start tag closes, and those that it looks no further than."""

_P = frozenset({"p"})
_P_STOPS = _SCOPES | {"button"}


class _Nesting:
    """Follows which elements are open, much as a browser does, down to `DEEPEST`; what lies deeper is only counted."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._count: defaultdict[str, int] = defaultdict(int)
        self._deeper: defaultdict[str, int] = defaultdict(int)

    def start(self, name: str) -> bool:
        """Open an element; say whether it lies too deep."""
        if len(self._open) >= DEEPEST:
            self._deeper[name] += 1
            return True
        if name in _CLOSED_BY_START:
            self._close(*_CLOSED_BY_START[name])
        if name in BLOCKS and self._count["p"]:
            self._close(_P, _P_STOPS)
        if name in HEADINGS and self._open and self._open[-1] in HEADINGS:
            self._close(HEADINGS, BLOCKS)
        if name not in _ROWS:
            self._open.append(name)
            self._count[name] += 1
        return False

    def end(self, name: str) -> bool:
        """Close an element; say whether it lay too deep."""
        if self._deeper[name]:
            self._deeper[name] -= 1
            return True
        if name in _CELLS or name in _ROWS:
            self._close(_CELLS, frozenset({"table"}))
        elif name == "table":
            self._close(frozenset({"table"}), frozenset({"template"}))
        elif name in HEADINGS:
            self._close(HEADINGS, _SCOPES)
        elif name == "li":
            self._close(frozenset({"li"}), _SCOPES | {"ul", "ol"})
        elif name in BLOCKS:
            self._close(frozenset({name}), _SCOPES)
        elif name in _FORMATTING or name == "a":
            self._close(frozenset({name}), _SCOPES, alone=True)
        else:
            self._close(frozenset({name}), BLOCKS)
        return False

    def _close(self, names: frozenset[str], stops: frozenset[str], *, alone: bool = False) -> None:
        """Close the innermost element of these names and, unless `alone`, what is open in it."""
        if not any(self._count[name] for name in names):
            return
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index] in names:
                last = index + 1 if alone else len(self._open)
                for name in self._open[index:last]:
                    self._count[name] -= 1
                del self._open[index:last]
                self._deeper.clear()
                return
            if self._open[index] in stops:
                return


def cap_depth(markup: str) -> tuple[str, int]:
    """Return a page with all its text in elements that nest no deeper than `DEEPEST`, and how many tags that took.

    In place of such a tag stands an empty element: a rule where it parts paragraphs, else one that shows nothing.
    """
    if _most_open_formatting(markup) > _MOST_FORMATTING:
        markup = _FORMATTING_TAG.sub(r"<\1span", markup)
    nesting = _Nesting()
    parts: list[str] = []
    at = 0
    is_parted = False  # whether a rule stands before this tag and no text since
    for match in _TAG.finditer(markup):
        start, name = match.start(), (match.group(3) or "").lower()
        is_parted = is_parted and markup[start - 1] == ">"
        if not name or name in _EMPTY or _is_closed_at_once(markup, match.end(), name):
            continue
        if nesting.end(name) if match.group(2) else nesting.start(name):
            parts += (markup[at:start], "<wbr" if is_parted or name not in BLOCKS else "<hr")
            is_parted = is_parted or name in BLOCKS
            at = match.end()
        else:
            is_parted = False
    return ("".join([*parts, markup[at:]]), len(parts) // 2) if parts else (markup, 0)


def cap_attributes(markup: str) -> str:
    """Return a page whose tags have no attributes where they would have more than `MOST_ATTRIBUTES`."""
    return _LONG_TAG.sub(lambda tag: tag[0] if len(tag[0].split()) <= MOST_ATTRIBUTES else f"<{tag[1]}>", markup)


def _most_open_formatting(markup: str) -> int:
    most = opened = 0
    for match in _FORMATTING_TAG.finditer(markup):
        opened = max(0, opened - 1) if match.group(1) else opened + 1
        most = max(most, opened)
    return most


def _is_closed_at_once(markup: str, start: int, name: str) -> bool:
    """Say whether a tag ends with `/>`, which closes foreign elements (SVG) only."""
    if name in _HTML:
        return False
    end = markup.find(">", start, start + 100_000)
    return end > 0 and markup[end - 1] == "/"
