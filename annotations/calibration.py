"""How far category scores can be read as probabilities, and the temperature that brings them nearest (Guo et al. 2017)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..data.record import Record
from .tables import markdown_table
from .thresholds import label_matrix, score_matrix

_EDGES = np.array([0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0])
_GRID = np.round(np.arange(0.5, 4.01, 0.05), 2)
_LEAST = 1e-4
"""Records round their scores; none is taken for surer than this far from 0 or 1."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs of sentence and category with scores from `low` up to `high`, their mean score, and the share that is true."""

    low: float
    high: float
    pairs: int
    score: float
    true: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Scores by bin, and their expected calibration error; the temperature that minimises the log loss, and the error that is
    left, each policy's scores divided by the temperature of the others."""

    bins: tuple[Bin, ...]
    error: float
    temperature: float
    error_left: float

    def to_markdown(self) -> str:
        """Return the bins, and what the temperature would change, as Markdown tables."""
        rows = [[f"{b.low:.2f} to {b.high:.2f}", b.pairs, b.score, b.true] for b in self.bins]
        systems = [["1", self.error], ["fitted on the other policies", self.error_left]]
        return "\n\n".join(
            [
                markdown_table(["score", "pairs", "mean score", "share true"], rows),
                markdown_table(["temperature", "expected calibration error"], systems),
                f"Temperature fitted on all: {self.temperature:.2f}",
            ]
        )


def calibrate(gold: Sequence[Record], predicted: Sequence[Record]) -> Calibration:
    """Compare scores with gold, policy by policy; `predicted` are records of the gold's own sentences, in the gold's order."""
    truth = [label_matrix(record).ravel() for record in gold]
    scores = [score_matrix(record, other).ravel() for record, other in zip(gold, predicted, strict=True)]
    cooled = []
    for left_out, own in enumerate(scores):
        rest = [i for i in range(len(gold)) if i != left_out]
        fitted = _fit(np.concatenate([truth[i] for i in rest]), np.concatenate([scores[i] for i in rest])) if rest else 1.0
        cooled.append(_cool(own, fitted))
    every, of_all = np.concatenate(truth), np.concatenate(scores)
    bins = _bins(every, of_all)
    return Calibration(bins, _error(bins), _fit(every, of_all), _error(_bins(every, np.concatenate(cooled))))


def _fit(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    losses = [-np.log(np.where(truth, cooled, 1 - cooled)).mean() for cooled in (_cool(scores, t) for t in _GRID)]
    return float(_GRID[np.argmin(losses)])


def _cool(scores: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    safe = np.clip(scores, _LEAST, 1 - _LEAST)
    return 1 / (1 + (1 / safe - 1) ** (1 / temperature))


def _bins(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> tuple[Bin, ...]:
    place = np.clip(np.searchsorted(_EDGES, scores, side="right") - 1, 0, len(_EDGES) - 2)
    bins = []
    for number, (low, high) in enumerate(pairwise(_EDGES)):
        here = place == number
        if here.any():
            bins.append(Bin(float(low), float(high), int(here.sum()), float(scores[here].mean()), float(truth[here].mean())))
    return tuple(bins)


def _error(bins: Sequence[Bin]) -> float:
    return sum(b.pairs * abs(b.score - b.true) for b in bins) / sum(b.pairs for b in bins)
