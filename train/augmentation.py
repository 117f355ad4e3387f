"""Gold with its mentions swapped for other names of their type, so that the network learns the place and not the name.

Mention replacement as in Dai & Adel (COLING 2020), with the names of the lexicons.
"""

import math
import random
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate, chain

from ..data.lexicon.tables import data_types, permissions, sdks
from ..data.record import Entity, Record


def swap_mentions(record: Record, shares: Mapping[str, float], *, seed: int) -> Record:
    """Return a copy of an annotated policy in which a share of each type's mentions is another name of that type.

    A mention keeps its suffix (`SDK`, `权限`). Mentions that overlap another, or run over a sentence's
    end, are left alone. Positions are those of the new
    text. Raises `ValueError` for stand-off gold.
    """
    if record.text is None:
        raise ValueError(f"{record.id} is stand-off; join it with its corpus first")
    text = record.text
    draw = random.Random(f"{seed} {record.id}")
    swaps = [
        (entity, _another(entity.type, text[entity.start : entity.end], draw))
        for entity in _apart(record)
        if draw.random() < shares.get(entity.type, 0)
    ]
    parts, at, moves = [], 0, []
    for entity, name in swaps:
        parts += [text[at : entity.start], name]
        moves.append((entity.end, len(name) - (entity.end - entity.start)))
        at = entity.end
    parts.append(text[at:])
    moved = _mover(moves)
    return replace(
        record,
        text="".join(parts),
        sentences=tuple(replace(s, start=moved(s.start), end=moved(s.end)) for s in record.sentences),
        entities=tuple(replace(e, start=moved(e.start), end=moved(e.end)) for e in record.entities),
        sdks=(),
    )


def _apart(record: Record) -> list[Entity]:
    """Return the entities that overlap no other and lie in one sentence, in order."""
    ordered = sorted(record.entities, key=lambda e: (e.start, e.end))
    reached = [0, *accumulate((e.end for e in ordered), max)]  # the furthest end of those before each
    following = [*(e.start for e in ordered[1:]), math.inf]
    starts = [sentence.start for sentence in record.sentences]
    return [
        entity
        for entity, before, after in zip(ordered, reached, following, strict=False)
        if before <= entity.start
        and entity.end <= after
        and entity.end <= record.sentences[bisect_right(starts, entity.start) - 1].end
    ]


def _mover(moves: Sequence[tuple[int, int]]) -> Callable[[int], int]:
    """Return the map from old positions to new ones; `moves` are (position from which text moved, by how much)."""
    shifts = [0]
    for _, by in moves:
        shifts.append(shifts[-1] + by)
    ends = [end for end, _ in moves]

    def moved(position: int) -> int:
        return position + shifts[bisect_right(ends, position)]

    return moved


def _another(kind: str, surface: str, draw: random.Random) -> str:
    suffix = next((s for s in _SUFFIXES.get(kind, ()) if surface.endswith(s)), "")
    name = draw.choice(_names()[kind])
    return name if name.lower().endswith(suffix.strip().lower()) else name + suffix


_SUFFIXES = {"SDK": (" SDK", "SDK", " sdk", "sdk"), "PERMISSION": ("权限",)}


@cache
def _names() -> dict[str, tuple[str, ...]]:
    return {
        "SDK": tuple(chain.from_iterable(sdk.forms for sdk in sdks())),
        "PERMISSION": tuple(permission.form for permission in permissions()),
        "DATA_TYPE": tuple(kind.form for kind in data_types()),
    }
