"""The text of a Word paragraph as it is printed: what was deleted and what is hidden left out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .characters import ORDINARY
from .docx_package import attribute, child, is_on, local_name
from .docx_styles import Styles

_NO_TEXT = frozenset({"pPr", "rPr", "sdtPr", "sdtEndPr", "rt", "rubyPr", "instrText", "delText", "delInstrText"})
_CHARACTERS = {"tab": " ", "ptab": " ", "cr": "\n", "noBreakHyphen": "-"}
"""Elements that stand for a character."""


@dataclass(slots=True)
class Found:
    """What was met on the way: text boxes and notes to be read later; `left_out` counts what is deleted or hidden."""

    boxes: list[Any] = field(default_factory=list)
    notes: dict[tuple[str, str], None] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)


def paragraph_text(paragraph: Any, styles: Styles, found: Found) -> str:
    """Return a paragraph's text, a line feed for each soft line break."""
    style = attribute(child(paragraph, "pPr", "pStyle"))
    reading = _Reading(styles, found, is_hidden=styles.is_hidden(style) or False)
    return "".join(reading.pieces(paragraph)).translate(ORDINARY).strip()


def alternative(element: Any) -> Any | None:
    """Return the version of an `AlternateContent` to read: the newest, else what older programs get."""
    choice = child(element, "Choice")
    return choice if choice is not None else child(element, "Fallback")


class _Reading:
    """The reading of one paragraph: the fields open in it, each with whether its code is being read, not its result."""

    def __init__(self, styles: Styles, found: Found, *, is_hidden: bool) -> None:
        self._styles = styles
        self._found = found
        self._is_hidden = is_hidden
        self._fields: list[bool] = []

    def pieces(self, element: Any) -> Iterator[str]:
        """Yield the text inside an element, piece by piece."""
        for part in element:
            name = local_name(part)
            if name == "t":
                yield "" if any(self._fields) else (part.text or "").replace("\n", " ")
            elif name == "r" and self._hides(part):
                self._found.left_out["hidden"] += 1
            elif name in ("del", "moveFrom"):
                self._found.left_out["deleted"] += len(part) > 0
            elif name not in _NO_TEXT:
                yield from self._special(part, name)

    def _special(self, part: Any, name: str) -> Iterator[str]:
        match name:
            case "br":
                yield "\n" if attribute(part, "type") in (None, "textWrapping") else " "
            case "sym":
                yield _symbol(attribute(part, "char") or "")
            case "fldChar":
                self._field(attribute(part, "fldCharType"))
            case "footnoteReference" | "endnoteReference":
                self._found.notes[name.removesuffix("Reference"), attribute(part, "id") or ""] = None
            case "txbxContent":
                self._found.boxes.append(part)
            case "AlternateContent":
                version = alternative(part)
                yield from self.pieces(version) if version is not None else ()
            case "sdt" if is_on(child(part, "sdtPr", "showingPlcHdr")):
                pass  # asks for a text that nobody has filled in
            case _:
                yield _CHARACTERS.get(name, "")
                yield from self.pieces(part)

    def _hides(self, run: Any) -> bool:
        switch = child(run, "rPr", "vanish")
        if switch is not None:
            return is_on(switch)
        by_style = self._styles.is_hidden(attribute(child(run, "rPr", "rStyle")))
        return self._is_hidden if by_style is None else by_style

    def _field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append(True)
        elif self._fields and kind == "separate":
            self._fields[-1] = False
        elif self._fields and kind == "end":
            self._fields.pop()


def _symbol(code: str) -> str:
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""
