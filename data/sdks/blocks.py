"""Blocks of text into labelled values, SDK names and running text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ..document import Block
from ..segmentation import MARKER
from .labels import Field, field_of
from .mentions import Mentions
from .prose import tells_of
from .text import trimmed

_STRONG = "\n\r。；;！!|"
_WEAK = "，,、 \t\u3000"
_HEAD = re.compile(
    r"[-*•·●○■◆▪➢✓#>、.0-9]*(?:(?:接入|使用|集成)的?)?(?:第三方|合作方)?(?:SDK|插件)?[“\"「『【《\[]*", re.IGNORECASE
)
_NOT_HEAD = re.compile(r"[”\"」』】》\s]*的?(?:隐私|官网|官方|服务(?:商|协议|条款)|用户协议|平台)")
_LINE_END = re.compile(r"[ \t*：:]*(?:\n|$)")
_SHORT_LINE = re.compile(r"[^。；;\n]{0,60}(?:[。；;\n]|$)")
_UNBARRED = ("name", "purpose", "policy", "site")
"""Fields whose labels may hold a data type or permission (`位置权限用途`); others that do are no labels (`设备信息：IMEI`)."""

_LONGEST_BARE = 10
_LONGEST_HEAD = 60
"""Characters of a label without a colon, and of what may stand before the name at the head of a block."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a block: `at` is where it begins, `[start, end)` its value.

    `field` is None for running text; a piece that begins an SDK's record has `names`, the indices of its entities.
    """

    field: Field | None
    at: int
    start: int
    end: int
    names: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Mark:
    at: int
    field: Field
    value: int


def pieces(mentions: Mentions, block: Block) -> list[Piece]:
    """Cut a block at its labels and at the SDK names that stand at its head or before a colon."""
    text = mentions.text
    if is_bare_label(text, block):
        return [Piece(field_of(text[block.start : block.end]), block.start, block.end, block.end)]
    marks = _marks(mentions, block)
    first = marks[0].at if marks else block.end
    found = [Piece(None, block.start, block.start, first)] if text[block.start : first].strip() else []
    for mark, following in pairwise([*marks, _Mark(block.end, "other", block.end)]):
        found.extend(_cut(mentions, mark, following.at))
    return found


def is_bare_label(text: str, block: Block) -> bool:
    """Say whether a block is a label without colon and value, as in a list that was a table once."""
    body = text[block.start : block.end]
    short = len(body) <= _LONGEST_BARE and not re.search(r"[：:]", body) and not MARKER.match(body)
    return short and field_of(body) not in (None, "other", "party")


def _cut(mentions: Mentions, mark: _Mark, end: int) -> Iterator[Piece]:
    """Yield the piece of a mark; behind the name of an SDK the rest is running text."""
    names = next(mentions.names(mark.value, end), None) if mark.field in ("name", "party") else None
    if names is None or (mark.field == "party" and mentions.in_company(names.entities[0], mark.value, end)):
        yield Piece(mark.field, mark.at, mark.value, end)
        return
    yield Piece("name", mark.at, names.start, names.end, names.entities)
    if trimmed(mentions.text, mentions.remarks_end(names.end), end):
        yield Piece(None, names.end, names.end, end)


def _marks(mentions: Mentions, block: Block) -> list[_Mark]:
    head = _head(mentions, block)
    marks = [head] if head else []
    found = _further_heads(mentions, block, head)
    for strong, weak, colon in _colons(mentions.text, block):
        mark = _mark(mentions, strong, colon, is_strong=True) if strong is not None else None
        mark = mark or _mark(mentions, weak, colon, is_strong=False)
        found.extend([mark] if mark else [])
    for mark in sorted(found, key=lambda mark: mark.at):
        if not marks or (mark.at > marks[-1].at and mark.value > marks[-1].value):
            marks.append(mark)
    return marks


def _head(mentions: Mentions, block: Block) -> _Mark | None:
    """Return the mark of an SDK name at the head of a block, or anywhere in a heading."""
    named = mentions.sdks(block.start, block.end)
    if not named:
        return None
    first = mentions.entities[named[0]]
    if not _is_head(mentions.text, block.start, first.start) and block.kind != "heading":
        return None
    return None if _NOT_HEAD.match(mentions.text, first.end, block.end) else _Mark(block.start, "name", first.start)


def _further_heads(mentions: Mentions, block: Block, head: _Mark | None) -> list[_Mark]:
    """Return the marks of the other SDKs that a block goes on to.

    Each fills a line, or, where the block begins with an SDK too, opens a clause behind a full stop or semicolon.
    """
    text = mentions.text
    marks = []
    named = mentions.sdks(block.start, block.end)
    for index in named[1:]:
        name = mentions.entities[index]
        start = max(text.rfind(stop, block.start, name.start) + 1 for stop in "。；;\n")
        if start <= block.start or not _is_head(text, start, name.start):
            continue
        fills_line = text[start - 1] == "\n" and bool(_LINE_END.match(text, name.end, block.end))
        is_subject = head and tells_of(text, name.end, block.end) and not mentions.related(index, named[0])
        if fills_line or is_subject:
            marks.append(_Mark(start, "name", name.start))
    return marks


def _is_head(text: str, start: int, name: int) -> bool:
    """Say whether nothing but a marker, quotes and words such as 第三方SDK stand before a name."""
    before = text[start:name]
    marker = MARKER.match(before)
    return len(before) < _LONGEST_HEAD and bool(
        _HEAD.fullmatch(re.sub(r"\s", "", before[marker.end() :] if marker else before))
    )


def _mark(mentions: Mentions, start: int, colon: int, *, is_strong: bool) -> _Mark | None:
    """Return the mark of what stands between `start` and a colon, if that is a label or an SDK's name."""
    named = mentions.sdks(start, colon)
    if named:
        if not is_strong or not _is_head(mentions.text, start, mentions.entities[named[0]].start):
            return None
        rest = mentions.entities[named[-1]].end
        if mentions.remarks_end(rest) >= colon:
            return _Mark(start, "name", mentions.entities[named[0]].start)
        start = rest
    field = field_of(mentions.text[start:colon])
    if field is None or (field not in _UNBARRED and mentions.items(start, colon)):
        return None
    if field == "owner" and not _SHORT_LINE.match(mentions.text, colon + 1):
        return None
    return _Mark(start + len(mentions.text[start:colon]) - len(mentions.text[start:colon].lstrip()), field, colon + 1)


def _colons(text: str, block: Block) -> Iterator[tuple[int | None, int, int]]:
    """Yield the colons outside brackets, each with the places behind the nearest strong and weak mark before it.

    No strong one stands between two colons: what follows the first is its value. `【label】` counts as a label with a colon.
    """
    strong: int | None = block.start
    weak = block.start
    depth = 0
    for index in range(block.start, block.end):
        char = text[index]
        if char in _STRONG:
            strong = weak = index + 1
            depth = 0
        elif char in "（(":
            depth += 1
        elif char in "）)":
            depth = max(0, depth - 1)
        elif depth == 0 and char in _WEAK:
            weak = index + 1
        elif depth == 0 and _is_colon(text, strong, index):
            yield strong, weak, index
            strong, weak = None, index + 1


def _is_colon(text: str, strong: int | None, at: int) -> bool:
    if text[at] == "】":
        return strong is not None and text.startswith("【", strong) and text[at + 1 : at + 2] not in ("", "：", ":")
    return text[at] in "：:" and not text.startswith("//", at + 1)
