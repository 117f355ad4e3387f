"""A policy into windows: consecutive sentences read together, with the headings and neighbours that explain them.

Torch-free: the network's trainer and the light engine cut the same windows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .settings import Settings


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens `[first, last)` of a sentence, standing at `position` in a window. Context is read but not labelled."""

    sentence: int
    first: int
    last: int
    position: int
    is_context: bool

    @property
    def size(self) -> int:
        """Number of tokens."""
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class Window:
    """`[CLS]`, then pieces, each followed by `[SEP]`; `size` counts all of them, in tokens."""

    pieces: tuple[Piece, ...]
    size: int


def cut_windows(lengths: Sequence[int], headings: Sequence[Sequence[int]], settings: Settings) -> list[Window]:
    """Cut a policy into windows so that every token of every sentence is labelled in at least one of them.

    `lengths` are the sentences' sizes in tokens, `headings` the indices of the headings above each. A sentence that does
    not fit is read in overlapping pieces, alone in their windows.
    """
    windows = []
    index = 0
    while index < len(lengths):
        before = _context_before(index, lengths, headings, settings)
        room = settings.max_tokens - 1 - sum(last - first + 1 for _, first, last in before)
        stop = _fill(index, lengths, room - settings.after_tokens)
        if stop == index:
            windows.extend(_long(index, lengths[index], settings))
            index += 1
            continue
        core = [(i, 0, lengths[i]) for i in range(index, stop)]
        room -= sum(lengths[i] + 1 for i in range(index, stop))
        windows.append(_lay_out(before, core, _context_after(stop, lengths, min(room, settings.after_tokens))))
        index = stop
    return windows


def long_sentences(lengths: Sequence[int], settings: Settings) -> list[int]:
    """Return the sentences that no window holds whole."""
    return [i for i, length in enumerate(lengths) if length > settings.max_tokens - 2]


def _fill(index: int, lengths: Sequence[int], room: int) -> int:
    """Return the end of the run of sentences from `index` on that fits into `room` tokens."""
    stop = index
    while stop < len(lengths) and lengths[stop] + 1 <= room:
        room -= lengths[stop] + 1
        stop += 1
    return stop


def _context_before(
    index: int, lengths: Sequence[int], headings: Sequence[Sequence[int]], settings: Settings
) -> list[tuple[int, int, int]]:
    """The headings above a sentence and the text before it, as (sentence, first, last), trimmed to their budgets."""
    if lengths[index] + 1 > settings.max_tokens - 1 - settings.after_tokens - settings.heading_tokens - settings.before_tokens:
        return []
    near: list[tuple[int, int, int]] = []
    room = settings.before_tokens
    i = index - 1
    while i >= 0 and room > 1:
        size = min(lengths[i], room - 1)
        near.append((i, lengths[i] - size, lengths[i]))
        room -= size + 1
        i -= 1
    above: list[tuple[int, int, int]] = []
    room = settings.heading_tokens
    for heading in reversed(headings[index]):
        if heading <= i and room > 1:
            size = min(lengths[heading], room - 1)
            above.append((heading, 0, size))
            room -= size + 1
    return above[::-1] + near[::-1]


def _context_after(stop: int, lengths: Sequence[int], room: int) -> list[tuple[int, int, int]]:
    after = []
    while stop < len(lengths) and room > 1:
        size = min(lengths[stop], room - 1)
        after.append((stop, 0, size))
        room -= size + 1
        stop += 1
    return after


def _long(sentence: int, length: int, settings: Settings) -> list[Window]:
    """Read a long sentence in overlapping pieces (a sentence that fits without context is one piece)."""
    size = settings.max_tokens - 2
    step = size - settings.overlap_tokens
    firsts = range(0, max(1, length - settings.overlap_tokens), step)
    return [_lay_out([], [(sentence, first, min(first + size, length))], []) for first in firsts]


def _lay_out(
    before: Sequence[tuple[int, int, int]], core: Sequence[tuple[int, int, int]], after: Sequence[tuple[int, int, int]]
) -> Window:
    pieces = []
    position = 1
    for part, is_context in ((before, True), (core, False), (after, True)):
        for sentence, first, last in part:
            pieces.append(Piece(sentence, first, last, position, is_context))
            position += last - first + 1
    return Window(tuple(pieces), position)
