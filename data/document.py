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
class Cell:
    """A cell of a table row: its range in `Document.text` (empty where nothing is written in it) and its place.

    `column` counts from 0; `columns` and `rows` are how many columns and rows it spans. A cell that spans several rows
    stands in the first of them only.
    """

    start: int
    end: int
    column: int
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Block(Span):
    """A structural unit of a document: one heading, paragraph, list item or table row.

    `level` is a heading's depth (1 is the document's title) and 0 for every other kind. A block may run over line
    breaks: the reader joins what belongs together. A table row from a format that has tables knows its cells, from left
    to right, the number of its table in the document (from 0) and whether it is a row of the table's header.
    """

    kind: Kind = "paragraph"
    level: int = 0
    cells: tuple[Cell, ...] = ()
    table: int | None = None
    is_header: bool = False


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
