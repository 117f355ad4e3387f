"""Every score the project reports: precision, recall and F1 of label sets and of spans, and agreement."""

import math
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """True positives, false positives, false negatives, and the measures they give (0 where undefined)."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Add the counts of two parts."""
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float:
        """tp / (tp + fp)."""
        return self.tp / (self.tp + self.fp) if self.tp else 0.0

    @property
    def recall(self) -> float:
        """tp / (tp + fn)."""
        return self.tp / (self.tp + self.fn) if self.tp else 0.0

    @property
    def f1(self) -> float:
        """2 tp / (2 tp + fp + fn)."""
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn) if self.tp else 0.0

    def recall_interval(self) -> tuple[float, float]:
        """95 % interval of the recall (Wilson 1927), (0, 1) without support."""
        n, z = self.support, 1.96
        if not n:
            return 0.0, 1.0
        middle, half = self.recall + z * z / (2 * n), z * math.sqrt(self.recall * (1 - self.recall) / n + (z / (2 * n)) ** 2)
        return max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n))

    @property
    def support(self) -> int:
        """Positives in the gold."""
        return self.tp + self.fn


@dataclass(frozen=True, slots=True)
class Scores:
    """Counts by label; `micro` pools them, `macro` averages F1 over the labels."""

    labels: Mapping[str, Counts]

    @property
    def micro(self) -> Counts:
        """All labels' counts together."""
        return sum(self.labels.values(), Counts())

    def macro(self, least: int = 0) -> float:
        """Mean F1 of the labels that have at least `least` positives in the gold."""
        chosen = [counts.f1 for counts in self.labels.values() if counts.support >= least]
        return sum(chosen) / len(chosen) if chosen else 0.0

    def __add__(self, other: "Scores") -> "Scores":
        """Pool two sets of counts over the same labels."""
        return Scores({label: counts + other.labels[label] for label, counts in self.labels.items()})


def score_sets(gold: Sequence[Collection[str]], predicted: Sequence[Collection[str]], labels: Iterable[str]) -> Scores:
    """Score multi-label items: one set of labels each, in the same order."""
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} gold items, but {len(predicted)} predictions; one each is wanted")
    pairs = list(zip(gold, predicted, strict=True))
    return Scores({label: _count([(label in g, label in p) for g, p in pairs]) for label in labels})


def score_spans(gold: Collection[Hashable], predicted: Collection[Hashable]) -> Counts:
    """Score spans strictly: a span counts if the gold has the same one, ends and all."""
    wanted, found = set(gold), set(predicted)
    return Counts(len(wanted & found), len(found - wanted), len(wanted - found))


def cohen_kappa(first: Sequence[bool], second: Sequence[bool]) -> float:
    """Return Cohen's κ of two annotators' yes and no (1 where both always agree)."""
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} judgements; both annotators must judge the same items")
    if not first:
        return 1.0
    n = len(first)
    observed = sum(a == b for a, b in zip(first, second, strict=True)) / n
    yes_first, yes_second = sum(first) / n, sum(second) / n
    expected = yes_first * yes_second + (1 - yes_first) * (1 - yes_second)
    return 1.0 if expected == 1 else (observed - expected) / (1 - expected)


def krippendorff_alpha(first: Sequence[Collection[str]], second: Sequence[Collection[str]]) -> float:
    """Return Krippendorff's α of two annotators' label sets under the MASI distance (Passonneau 2006)."""
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} judgements; both annotators must judge the same items")
    pairs = [(frozenset(a), frozenset(b)) for a, b in zip(first, second, strict=True)]
    values: dict[frozenset[str], int] = {}
    for a, b in pairs:
        values[a] = values.get(a, 0) + 1
        values[b] = values.get(b, 0) + 1
    total = sum(values.values())
    if total < 2:
        return 1.0
    observed = sum(_masi_distance(a, b) for a, b in pairs) / len(pairs)
    expected = sum(n * (m - (a == b)) * _masi_distance(a, b) for a, n in values.items() for b, m in values.items()) / (
        total * (total - 1)
    )
    return 1.0 if expected == 0 else 1 - observed / expected


def _masi_distance(a: frozenset[str], b: frozenset[str]) -> float:
    if a == b:
        return 0.0
    shared = len(a & b)
    if not shared:
        return 1.0
    overlap = 2 / 3 if a <= b or b <= a else 1 / 3
    return 1 - overlap * shared / len(a | b)


def _count(pairs: Iterable[tuple[bool, bool]]) -> Counts:
    counts = {(True, True): 0, (False, True): 0, (True, False): 0, (False, False): 0}
    for pair in pairs:
        counts[pair] += 1
    return Counts(counts[True, True], counts[False, True], counts[True, False])
