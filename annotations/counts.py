"""What a gold collection holds, as a table."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ..data.record import Record
from ..data.taxonomy import CATEGORIES, ENTITY_TYPES
from .tables import markdown_table


def describe(records: Sequence[Record]) -> str:
    """Return Markdown tables of a collection: a row a policy, then a row a category and a type."""
    rows: list[list[Any]] = []
    for record in records:
        types = Counter(entity.type for entity in record.entities)
        labels = sum(len(s.categories) for s in record.sentences)
        denied = sum(len(s.denied) for s in record.sentences)
        rows.append([record.id, len(record.sentences), labels, denied, *(types[t] for t in ENTITY_TYPES), len(record.sdks)])
    rows.append(["total", *(sum(row[column] for row in rows) for column in range(1, 5 + len(ENTITY_TYPES)))])
    policies = markdown_table(["policy", "sentences", "categories", "denied", *ENTITY_TYPES, "SDK records"], rows)
    given = Counter(c for record in records for s in record.sentences for c in s.categories)
    refused = Counter(c for record in records for s in record.sentences for c in s.denied)
    categories = markdown_table(["category", "sentences", "denied"], [[c, given[c], refused[c]] for c in CATEGORIES])
    return f"{policies}\n\n{categories}"
