"""Policies as structure: what a file of the set and its expectation are both made of.

A source is a text, one block a line: `#`, `##`, `###` open a heading; `-` and `+` a list item, `+` with an automatic
number, two spaces in front for each level; `=` a table's header row, `|` a row, cells parted by ` | `, where `^` goes on
from above and `<` from the left; `!` is a string of the file's furniture, which must not come out. Any other line is a
paragraph, or a list item if a typed number opens it; `**…**` and `[…](…)` are what they are in Markdown, ` // ` is a
line break within a cell.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

Kind = Literal["heading", "paragraph", "list_item", "table_row"]

MARKED = re.compile(
    r"[(（][0-9一二三四五六七八九十]{1,2}[)）]|[a-z]\.|第.条|[一二三四五六七八九十]+、|"
    r"[0-9]{1,2}(\.[0-9]{1,2})+|[0-9]{1,2}[.、．)]|[0-9] "
)
"""A typed number at the start of a paragraph."""

NAMED = re.compile(r"[^，。：:；]{1,16}[：:]\s*\S[^。]{0,200}。?|[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日")
"""A `名称：值` line of one sentence or a date: an entry, as in the project's gold."""

_INLINE = re.compile(r"\*\*(.+?)\*\*|\[([^\]]+)\]\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell: its text, the first column it stands in, how many columns and rows it spans."""

    text: str
    column: int
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """A block; `level` is a heading's or list item's depth from 1 (0: a typed item), `label` an item's automatic number."""

    kind: Kind
    text: str = ""
    level: int = 0
    ordered: bool = False
    label: str = ""
    cells: tuple[Cell, ...] = ()
    header: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A policy and the strings of the furniture put around it."""

    pieces: tuple[Piece, ...]
    absent: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return the first heading's text."""
        return next(piece.text for piece in self.pieces if piece.kind == "heading")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a block's text with one look."""

    text: str
    bold: bool = False
    link: str = ""


def read_source(path: Path) -> Source:
    """Read a source file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    absent = tuple(line[2:] for line in lines if line.startswith("! "))
    pieces = tuple(_pieces([line for line in lines if line.strip() and not line.startswith("! ")]))
    return Source(pieces, absent)


def _pieces(lines: Sequence[str]) -> Iterator[Piece]:
    for is_row, group in groupby(lines, key=lambda line: line.startswith(("= ", "| "))):
        if is_row:
            yield from _rows(list(group))
        else:
            yield from map(_piece, group)


def _piece(line: str) -> Piece:
    if heading := re.match(r"(#{1,6}) (.+)", line):
        return Piece("heading", heading[2], len(heading[1]))
    if item := re.match(r"((?:  )*)([-+]) (.+)", line):
        return Piece("list_item", item[3], len(item[1]) // 2 + 1, item[2] == "+")
    return entry_or_paragraph(line)


def entry_or_paragraph(line: str) -> Piece:
    """Return a line that no mark opens: a list item if it is numbered by hand or a named entry."""
    is_entry = MARKED.match(line) or NAMED.fullmatch(plain(line))
    return Piece("list_item" if is_entry else "paragraph", line)


def _rows(lines: Sequence[str]) -> Iterator[Piece]:
    """Yield the rows of a table; a line without a mark of its own cannot stand among them."""
    grid = [[text.strip() for text in line[2:].split(" | ")] for line in lines]
    for at, row in enumerate(grid):
        cells = tuple(
            Cell(text, column, _run(row[column + 1 :], "<"), _run([other[column] for other in grid[at + 1 :]], "^"))
            for column, text in enumerate(row)
            if text not in ("^", "<")
        )
        yield Piece("table_row", cells=cells, header=lines[at].startswith("="))


def _run(texts: Sequence[str], sign: str) -> int:
    """Return one more than the number of times `sign` stands at the start of `texts`."""
    return 1 + next((at for at, text in enumerate(texts) if text != sign), len(texts))


def runs(text: str) -> list[Run]:
    """Cut a block's text at its bold stretches and links."""
    found: list[Run] = []
    last = 0
    for match in _INLINE.finditer(text):
        found.append(Run(text[last : match.start()]))
        found.append(Run(match[1], bold=True) if match[1] else Run(match[2], link=match[3]))
        last = match.end()
    return [run for run in (*found, Run(text[last:])) if run.text]


def plain(text: str) -> str:
    """Return a block's text as it is seen."""
    return "".join(run.text for run in runs(text)).replace(" // ", "\n")


def numbered(pieces: Sequence[Piece], label: Callable[[int, int], str]) -> list[Piece]:
    """Give the ordered items their automatic numbers: `label(depth, number)`; a list ends at what is no list item."""
    counts: list[int] = []
    done: list[Piece] = []
    for piece in pieces:
        depth = piece.level if piece.kind == "list_item" else 0
        counts = (counts + [0] * depth)[:depth]
        if depth:
            counts[-1] += 1
        done.append(replace(piece, label=label(depth, counts[-1])) if depth and piece.ordered else piece)
    return done


def grouped(pieces: Sequence[Piece]) -> Iterator[tuple[str, list[Piece]]]:
    """Yield the pieces one by one (`one`), whole lists (`list`) and whole tables (`table`)."""
    names = {"table_row": "table", "list_item": "list"}
    for name, group in groupby(pieces, key=lambda p: names.get(p.kind, "one") if p.level or p.cells else "one"):
        members = list(group)
        if name == "one" or members[0].kind == "heading":
            yield from (("one", [piece]) for piece in members)
        else:
            yield name, members


def expectation(pieces: Sequence[Piece], absent: Sequence[str]) -> dict[str, Any]:
    """Return the content of an `.expected.json`."""
    return {"blocks": [_expected(piece) for piece in pieces], "absent": list(absent)}


def _expected(piece: Piece) -> dict[str, Any]:
    if piece.kind == "table_row":
        cells = [{"column": cell.column, "text": plain(cell.text)} for cell in piece.cells]
        row: dict[str, Any] = {"kind": "table_row", "text": " | ".join(str(cell["text"]) for cell in cells), "cells": cells}
        return {**row, "header": True} if piece.header else row
    return {"kind": piece.kind, "text": f"{piece.label} {plain(piece.text)}".strip()}
