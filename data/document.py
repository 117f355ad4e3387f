"""A policy as text with its structure; every position is a code point of that text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Kind = Literal["heading", "paragraph", "list_item", "table_row"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range `[start, end)` of Unicode code points in `Document.text`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, but got [{self.start}, {self.end})")


@dataclass(frozen=True, slots=True)
class Block(Span):
    """A structural unit of a document: one heading, paragraph, list item or table row.

    `level` is a heading's depth (1 is the document's title) and 0 for every other kind. A block may run over line
    breaks: the reader joins what belongs together.
    """

    kind: Kind = "paragraph"
    level: int = 0


@dataclass(frozen=True, slots=True)
class Sentence(Span):
    """The unit of classification. `headings` are indices of sentences, outermost first."""

    kind: Kind = "paragraph"
    headings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Warn:
    """Something a reader left out or mended, for the record's `warnings`."""

    code: str
    message: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A policy as read: its text, never normalised afterwards, and the blocks found in it, in order.

    `given` is true where the caller brought the sentences: each block then is one sentence and is not cut further.
    """

    id: str
    text: str
    blocks: tuple[Block, ...]
    source: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Warn, ...] = ()
    given: bool = False
