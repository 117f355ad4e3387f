"""Decision thresholds of the categories, chosen on development gold and measured on policies they were not chosen on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data.errors import GoldError
from ..data.record import Record
from ..data.taxonomy import CATEGORIES
from .evaluation import LEAST, align
from .metrics import Scores, score_sets
from .tables import markdown_table

_GRID = np.round(np.arange(0.1, 0.91, 0.05), 2)


@dataclass(frozen=True, slots=True)
class Tuned:
    """Thresholds by category; the scores at .5 and, each policy decided by thresholds chosen on the others, `held_out`."""

    thresholds: Mapping[str, float]
    default: Scores
    held_out: Scores

    def to_markdown(self) -> str:
        """Return what the thresholds would change, and the thresholds, as Markdown tables."""
        systems = {"0.5 for all": self.default, "chosen on the other policies": self.held_out}
        rows = [[name, scores.micro.f1, scores.macro(LEAST)] for name, scores in systems.items()]
        return "\n\n".join(
            [
                markdown_table(["thresholds", "micro F1", f"macro (≥ {LEAST} in gold)"], rows),
                markdown_table(["category", "threshold chosen on all"], [[k, f"{v:.3f}"] for k, v in self.thresholds.items()]),
            ]
        )


def tune_thresholds(gold: Sequence[Record], predicted: Sequence[Record]) -> Tuned:
    """Choose the threshold of each category that maximises its F1 on gold, and measure the choice by leaving policies out.

    `predicted` are a model's records of the gold's own sentences, in the gold's order. Raises `GoldError` if they carry no
    scores.
    """
    check_scores(predicted)
    wanted = [label_matrix(record) for record in gold]
    scores = [score_matrix(record, other) for record, other in zip(gold, predicted, strict=True)]
    decided = []
    for left_out, own in enumerate(scores):
        rest = [i for i in range(len(gold)) if i != left_out]
        chosen = _choose([wanted[i] for i in rest], [scores[i] for i in rest]) if rest else np.full(len(CATEGORIES), 0.5)
        decided.append(own >= chosen)
    thresholds = _choose(wanted, scores)
    return Tuned(
        dict(zip(CATEGORIES, map(float, thresholds), strict=True)),
        _score(wanted, [own >= 0.5 for own in scores]),
        _score(wanted, decided),
    )


def _choose(wanted: Sequence[NDArray[np.bool_]], scores: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    truth, values = np.concatenate(wanted), np.concatenate(scores)
    found = values[None] >= _GRID[:, None, None]
    hits, claims = (found & truth).sum(1), found.sum(1)
    shared = _GRID[_f1(hits.sum(1), claims.sum(1), truth.sum()).argmax()]
    own = _GRID[_f1(hits, claims, truth.sum(0)).argmax(0)]
    # A category with few positives takes the threshold that all share: its own would be chance.
    # Halfway between its own best and the shared one: a few hundred sentences say little about one category.
    return np.where(truth.sum(0) >= LEAST, np.round((own + shared) / 2, 3), shared)


def _f1(hits: NDArray[np.int64], claims: NDArray[np.int64], positives: NDArray[np.int64] | int) -> NDArray[np.float64]:
    return 2 * hits / np.maximum(claims + positives, 1)


def check_scores(predicted: Sequence[Record]) -> None:
    """Raise `GoldError` for predictions without scores."""
    if not all(s.scores for record in predicted for s in record.sentences):
        raise GoldError("the predictions carry no scores; annotate the gold's texts with a model")


def label_matrix(record: Record) -> NDArray[np.bool_]:
    """Return which category each sentence of gold has: (sentences, categories)."""
    return np.array([[c in s.categories for c in CATEGORIES] for s in record.sentences], bool).reshape(-1, len(CATEGORIES))


def score_matrix(record: Record, predicted: Record) -> NDArray[np.float64]:
    """Return the scores that a prediction gives the gold's sentences: (sentences, categories), 0 where it has none."""
    found = align(record.sentences, predicted.sentences)
    scores = [[s.scores.get(c, 0.0) if s else 0.0 for c in CATEGORIES] for s in found]
    return np.array(scores, np.float64).reshape(-1, len(CATEGORIES))


def _score(wanted: Sequence[NDArray[np.bool_]], found: Sequence[NDArray[np.bool_]]) -> Scores:
    return score_sets(_sets(wanted), _sets(found), CATEGORIES)


def _sets(labels: Sequence[NDArray[np.bool_]]) -> list[set[str]]:
    return [{c for c, yes in zip(CATEGORIES, row, strict=True) if yes} for row in np.concatenate(labels)]
