"""The markers of list items, which a page does not hold: a browser makes them."""

import re
from dataclasses import dataclass

from .html_page import Element
from .numerals import roman

_BULLET = "• "
_STYLE = re.compile(r"list-style(?:-type)?\s*:([^;]*)", re.IGNORECASE)
_STYLES = {
    "none": "none",
    "disc": "bullet",
    "circle": "bullet",
    "square": "bullet",
    "decimal": "1",
    "lower-alpha": "a",
    "lower-latin": "a",
    "upper-alpha": "A",
    "upper-latin": "A",
    "lower-roman": "i",
    "upper-roman": "I",
    **{type_: type_ for type_ in "1aAiI"},
}
"""The values of CSS `list-style-type` and of the attribute `type`."""

_MOST = 2**31 - 1


@dataclass(slots=True)
class Numbering:
    """Where the numbering of a list stands; `style` is `1`, `a`, `A`, `i`, `I`, `bullet` or `none`."""

    style: str
    number: int = 1
    step: int = 1


def start_numbering(list_: Element) -> Numbering:
    """Return the numbering that a list starts with."""
    style = _style(list_)
    if list_.tag != "ol":
        return Numbering(style or "bullet")
    items = sum(1 for child in list_.children if not isinstance(child, str) and child.tag == "li")
    is_reversed = "reversed" in list_.attributes
    first = list_.number("start", items if is_reversed else 1, low=-_MOST, high=_MOST)
    return Numbering(style or "1", first, -1 if is_reversed else 1)


def next_marker(item: Element, numbering: Numbering | None, *, is_section: bool) -> str:
    """Return the marker of a list's next item, "" for none: a section with a heading has no bullet, but a number."""
    if numbering is None:
        return "" if is_section else _BULLET
    number = item.number("value", numbering.number, low=-_MOST, high=_MOST)
    numbering.number = number + numbering.step
    style = _style(item) or numbering.style
    if style in ("none", "bullet"):
        return _BULLET if style == "bullet" and not is_section else ""
    return f"{_numeral(number, style)}. "


def _style(element: Element) -> str:
    css = _STYLE.search(element.attributes.get("style") or "")
    named = css.group(1).lower().split() if css else []
    return next((_STYLES[name] for name in (*named, element.attributes.get("type")) if name in _STYLES), "")


def _numeral(number: int, style: str) -> str:
    if style in "iI":
        numeral = roman(number)
    elif style in "aA" and number > 0:
        numeral = _letters(number)
    else:
        numeral = str(number)
    return numeral.lower() if style.islower() else numeral.upper()


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters
