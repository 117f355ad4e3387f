"""What a reader made of a file against what stands in it: characters, kinds of blocks, cells of tables, furniture.

White space, the bars between cells and the bullet in front of a list item are left out on both sides; a Markdown link
counts as its text, whatever is made of its address. Text is compared in reading order: the characters in common are those
of the longest common subsequence. Blocks are aligned as whole blocks, so a block that is cut or joined has no kind to
compare. Table rows are aligned likewise, then each cell is right if its column and its text are; rows that differ are
compared pair by pair.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from typing import Any

from tiaokuan.data.document import Document

_UNSEEN = re.compile(r"[\s|\u200b\u200c\u200d\u2060\ufeff\u00ad]+")
_BULLET = re.compile(r"^\s*[-*+•·●○■□◆◇▪➢✓]\s+")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_ADDRESS = re.compile(r"[（(]https?://[^）)\s]+[）)]")

Row = tuple[tuple[int, str], ...]
"""The cells of a table row that hold something: column and text."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A document or an expectation in the form in which the two are compared."""

    texts: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[Row, ...]
    headers: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one file or of several: characters, blocks, header rows and cells."""

    wanted: int = 0
    found: int = 0
    common: int = 0
    blocks: int = 0
    whole: int = 0
    kinds: int = 0
    rows: int = 0
    headers: int = 0
    cells_wanted: int = 0
    cells_found: int = 0
    cells_common: int = 0
    furniture: tuple[str, ...] = ()

    @property
    def recall(self) -> float:
        """Return the share of the file's characters that came out, in order."""
        return _share(self.common, self.wanted)

    @property
    def precision(self) -> float:
        """Return the share of what came out that stands in the file."""
        return _share(self.common, self.found)

    @property
    def whole_blocks(self) -> float:
        """Return the share of blocks that came out neither cut nor joined."""
        return _share(self.whole, self.blocks)

    @property
    def kind_accuracy(self) -> float:
        """Return the share of whole blocks that have the right kind."""
        return _share(self.kinds, self.whole)

    @property
    def header_accuracy(self) -> float:
        """Return the share of aligned table rows that are rightly told from, or as, header rows."""
        return _share(self.headers, self.rows)

    @property
    def cell_f1(self) -> float:
        """Return the F1 of table cells."""
        return _share(2 * self.cells_common, self.cells_wanted + self.cells_found)


def pooled(scores: Iterable[Score]) -> Score:
    """Add up the counts of several files."""
    every = list(scores)
    counts = {field.name: sum(getattr(score, field.name) for score in every) for field in fields(Score)[:-1]}
    return Score(**counts, furniture=tuple(text for score in every for text in score.furniture))


def compare(document: Document, expected: Mapping[str, Any]) -> Score:
    """Score a document against the content of an `.expected.json`."""
    want, got = _expectation(expected["blocks"]), _outline(document)
    wanted, found = "".join(want.texts), "".join(got.texts)
    whole = [(i, j) for i, j, same in _aligned(want.texts, got.texts) if same]
    rows = [(i, j) for i, j, _ in _aligned(want.rows, got.rows)]
    return Score(
        wanted=len(wanted),
        found=len(found),
        common=common_length(wanted, found),
        blocks=len(want.texts),
        whole=len(whole),
        kinds=sum(want.kinds[i] == got.kinds[j] for i, j in whole),
        rows=len(rows),
        headers=sum(want.headers[i] == got.headers[j] for i, j in rows),
        cells_wanted=sum(map(len, want.rows)),
        cells_found=sum(map(len, got.rows)),
        cells_common=sum((Counter(want.rows[i]) & Counter(got.rows[j])).total() for i, j in rows),
        furniture=tuple(text for text in expected["absent"] if visible(text) in found),
    )


def visible(text: str) -> str:
    """Return the characters of a text that are compared."""
    return _UNSEEN.sub("", _ADDRESS.sub("", _LINK.sub(r"\1", _BULLET.sub("", text))))


def common_length(one: str, other: str) -> int:
    """Return the length of the longest common subsequence, by Hyyrö's bit-parallel algorithm."""
    places: dict[str, int] = {}
    for at, character in enumerate(one):
        places[character] = places.get(character, 0) | 1 << at
    every = (1 << len(one)) - 1
    row = every
    for character in other:
        hits = row & places.get(character, 0)
        row = ((row + hits) | (row - hits)) & every
    return len(one) - row.bit_count()


def _aligned(one: Sequence[Any], other: Sequence[Any]) -> Iterable[tuple[int, int, bool]]:
    """Yield the pairs of places that stand against each other and whether they hold the same."""
    for tag, i, i_end, j, j_end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        for a, b in zip(range(i, i_end), range(j, j_end), strict=False):
            yield a, b, tag == "equal"


def _expectation(blocks: Sequence[Mapping[str, Any]]) -> Outline:
    rows = [block for block in blocks if block["kind"] == "table_row"]
    return Outline(
        tuple(visible(block["text"]) for block in blocks),
        tuple(block["kind"] for block in blocks),
        tuple(_row((cell["column"], cell["text"]) for cell in row["cells"]) for row in rows),
        tuple(row.get("header", False) for row in rows),
    )


def _outline(document: Document) -> Outline:
    text = document.text
    rows = [block for block in document.blocks if block.kind == "table_row"]
    return Outline(
        tuple(visible(text[block.start : block.end]) for block in document.blocks),
        tuple(block.kind for block in document.blocks),
        tuple(_row((cell.column, text[cell.start : cell.end]) for cell in row.cells) for row in rows),
        tuple(row.is_header for row in rows),
    )


def _row(cells: Iterable[tuple[int, str]]) -> Row:
    return tuple((column, visible(text)) for column, text in cells if visible(text))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
