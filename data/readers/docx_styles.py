"""The styles of a Word document: what a paragraph has of them when it says nothing itself."""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from .docx_package import attribute, child, children, is_on, number

_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|标题|文档标题", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录)\s*[1-9]", re.IGNORECASE)

_BODY_LEVEL = 9
"""The outline level, from 0, that is no heading's."""

T = TypeVar("T")


class Styles:
    """The styles of a document by their ids; what one does not say, the one it is based on does."""

    def __init__(self, tree: Any | None) -> None:
        self._styles = {attribute(element, "styleId"): element for element in children(tree, "style")}
        kinds = [(attribute(e, "type"), key) for key, e in self._styles.items() if attribute(e, "default") in ("1", "true")]
        self._run_defaults = child(tree, "docDefaults", "rPrDefault", "rPr")
        self._default = next((key for kind, key in kinds if kind == "paragraph"), None)

    def of(self, paragraph: Any) -> str | None:
        """Return the id of a paragraph's style."""
        return attribute(child(paragraph, "pPr", "pStyle")) or self._default

    def is_hidden(self, style: str | None) -> bool | None:
        """Say whether a style hides its text; None where it says nothing."""
        found = self._first(style, lambda element: child(element, "rPr", "vanish"))
        return None if found is None else is_on(found)

    def is_title(self, style: str | None) -> bool:
        """Say whether a style is that of the document's title."""
        return bool(_TITLE.fullmatch(self._name(style)))

    def is_contents(self, style: str | None) -> bool:
        """Say whether a style is that of entries of a table of contents."""
        return bool(_CONTENTS.fullmatch(self._name(style)))

    def heading_level(self, paragraph: Any, style: str | None) -> int:
        """Return the level of a paragraph that is a heading, from 1; 0 for any other."""
        own = child(paragraph, "pPr", "outlineLvl")
        outline = own if own is not None else self._first(style, lambda element: child(element, "pPr", "outlineLvl"))
        if outline is not None:
            level = number(outline, _BODY_LEVEL)
            return level + 1 if level < _BODY_LEVEL else 0
        named = self._first(style, lambda element: _HEADING.fullmatch(attribute(child(element, "name")) or ""))
        return int(named[1]) if named else 0

    def of_run(self, run: Any, style: str | None, name: str) -> Any | None:
        """Return a property of a run: its own, its style's, that of its paragraph's style, or the document's."""
        own = child(run, "rPr", name)
        if own is not None:
            return own
        for key in (attribute(child(run, "rPr", "rStyle")), style):
            found = self._first(key, lambda element: child(element, "rPr", name))
            if found is not None:
                return found
        return child(self._run_defaults, name)

    def numbering(self, style: str | None) -> Any | None:
        """Return the style's `numPr`, which says in which list its paragraphs are numbered."""
        return self._first(style, lambda element: child(element, "pPr", "numPr"))

    def _name(self, style: str | None) -> str:
        return attribute(child(self._styles.get(style), "name")) or ""

    def _chain(self, style: str | None) -> Iterator[Any]:
        seen: set[str | None] = set()
        while style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            style = attribute(child(self._styles[style], "basedOn"))

    def _first(self, style: str | None, read: Callable[[Any], T | None]) -> T | None:
        return next((value for value in map(read, self._chain(style)) if value is not None), None)
