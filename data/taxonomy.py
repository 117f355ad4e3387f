"""The label set as data: categories, entity types, and how the public corpora's labels map onto them.

A corpus label maps to a *union*: the sentence has at least one of the listed categories, and the corpus cannot say which.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Label:
    """A category or an entity type: stable id, display names, colour of its marks, OPP-115 category where it has one."""

    id: str
    zh: str
    en: str
    color: str
    opp115: str = ""


_DATA: dict[str, Any] = json.loads((files("tiaokuan.data") / "taxonomy.json").read_text(encoding="utf-8"))

CATEGORY_LABELS: tuple[Label, ...] = tuple(Label(**row) for row in _DATA["categories"])
ENTITY_LABELS: tuple[Label, ...] = tuple(Label(**row) for row in _DATA["entity_types"])
CATEGORIES: tuple[str, ...] = tuple(label.id for label in CATEGORY_LABELS)
ENTITY_TYPES: tuple[str, ...] = tuple(label.id for label in ENTITY_LABELS)
CAPP130_TOPICS: Mapping[str, tuple[str, ...]] = {k: tuple(v) for k, v in _DATA["capp130"].items()}
CA4P483_CLASSES: Mapping[str, tuple[str, ...]] = {k: tuple(v) for k, v in _DATA["ca4p483"].items()}


def in_order(categories: Iterable[str]) -> tuple[str, ...]:
    """Return categories without repeats in taxonomy order; an unknown one is a `ValueError`."""
    given = set(categories)
    unknown = given - set(CATEGORIES)
    if unknown:
        raise ValueError(f"unknown category {', '.join(sorted(unknown))}; known are {', '.join(CATEGORIES)}")
    return tuple(category for category in CATEGORIES if category in given)
