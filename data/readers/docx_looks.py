"""Headings of a Word document that has no styles: paragraphs in bold and larger type than the rest."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .docx_package import children, is_on, number
from .docx_styles import Styles

_LONGEST_HEADING = 60
"""Characters; longer text in large type is no heading."""

_DEFAULT_SIZE = 20
"""Half points, where neither text nor styles say a size."""


@dataclass(frozen=True, slots=True)
class Look:
    """The type that a paragraph is set in: `size` in half points, the smallest in it; `is_bold` says that all of it is."""

    size: int
    is_bold: bool


def look_of(runs: Iterable[Any], styles: Styles, style: str | None) -> Look:
    """Return the look of a paragraph of that style and these runs; runs without text do not count."""
    written = [run for run in runs if any((text.text or "").strip() for text in children(run, "t"))]
    sizes = [number(styles.of_run(run, style, "sz"), _DEFAULT_SIZE) for run in written]
    are_bold = [is_on(styles.of_run(run, style, "b")) for run in written]
    return Look(min(sizes, default=_DEFAULT_SIZE), bool(written) and all(are_bold))


def heading_levels(paragraphs: Sequence[tuple[str, Look]]) -> list[int | None]:
    """Return the level of each paragraph that is a heading by its look, from 1 for the largest type, else None."""
    letters: Counter[int] = Counter()
    for text, look in paragraphs:
        letters[look.size] += len(text)
    body = max(letters, key=lambda size: letters[size], default=0)
    heads = [look.is_bold and look.size > body and _may_be_heading(text) for text, look in paragraphs]
    sizes = sorted({look.size for (_, look), is_head in zip(paragraphs, heads, strict=True) if is_head}, reverse=True)
    return [sizes.index(look.size) + 1 if is_head else None for (_, look), is_head in zip(paragraphs, heads, strict=True)]


def _may_be_heading(text: str) -> bool:
    return len(text) <= _LONGEST_HEADING and "。" not in text and not re.search(r"[；，;,]$", text)
