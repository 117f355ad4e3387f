"""Versions of one policy: they share many lines, so none may be learnt from while another is measured."""

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from itertools import combinations
from typing import TypeVar

from ..data.errors import RecipeError
from ..data.record import Record

Name = TypeVar("Name", bound=Hashable)

_ALIKE = 0.3
"""Share of the smaller policy's lines that two policies have in common when they are taken for versions of one."""


def plain(text: str) -> str:
    """Return a text without white space and commas, in which copies of one sentence differ."""
    return re.sub(r"[\s,，]", "", text)


def policy_lines(sentences: Iterable[str]) -> set[str]:
    """Return what a policy is known by: its sentences of more than ten characters, as `plain` has them."""
    return {plain(sentence) for sentence in sentences if len(sentence) > 10}


def gold_lines(record: Record) -> set[str]:
    """Return the `policy_lines` of an annotated policy."""
    text = record.text or ""
    return policy_lines(text[sentence.start : sentence.end] for sentence in record.sentences)


def group_versions(lines: Mapping[Name, Set[str]]) -> list[set[Name]]:
    """Group policies, given by their lines, that share many of them, directly or through others."""
    group = {name: {name} for name in lines}
    for one, other in combinations(lines, 2):
        common = len(lines[one] & lines[other])
        if common > _ALIKE * min(len(lines[one]), len(lines[other])) and group[one] is not group[other]:
            merged = group[one] | group[other]
            group.update(dict.fromkeys(merged, merged))
    return list({id(names): names for names in group.values()}.values())


def deal_folds(lines: Mapping[str, Set[str]], folds: int) -> list[set[str]]:
    """Deal policies, given by their lines, out to folds of about one size, the versions of one into the same.

    Raises `RecipeError` where a fold would be empty.
    """
    groups = sorted(group_versions(lines), key=lambda group: (-len(group), min(group)))
    if folds > len(groups):
        raise RecipeError(
            f"{len(lines)} policies do not make {folds} folds, since versions of one stay together; give {len(groups)} at most"
        )
    parts: list[set[str]] = [set() for _ in range(folds)]
    for group in groups:
        min(parts, key=len).update(group)
    return parts


def find_versions(lines: Sequence[Set[str]], others: Sequence[Set[str]]) -> set[int]:
    """Return the indices of the policies, given by their lines, that are, or have a version, among others."""
    both = dict(enumerate([*others, *lines]))
    met = set[int]().union(*(group for group in group_versions(both) if min(group) < len(others)))
    return {number - len(others) for number in met if number >= len(others)}


def without_versions(records: Sequence[Record], held_out: Sequence[Set[str]]) -> list[Record]:
    """Return the annotated policies that are not, and have no version, among those whose lines are `held_out`."""
    met = find_versions([gold_lines(record) for record in records], held_out)
    return [record for number, record in enumerate(records) if number not in met]
