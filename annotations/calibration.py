"""How far category scores can be read as probabilities, and the temperature that brings them nearest (Guo et al. 2017)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..data.errors import GoldError
from ..data.record import Record
from .tables import markdown_table
from .thresholds import check_scores, label_matrix, score_matrix

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
    """Scores by bin, and their expected calibration error; the temperature, relative to the model's own, that minimises the log
    loss, and the error that is left where each policy's logits are divided by the temperature of the others."""

    bins: tuple[Bin, ...]
    error: float
    temperature: float
    error_left: float

    def to_markdown(self) -> str:
        """Return the bins, and what the temperature would change, as Markdown tables."""
        rows = [[f"{b.low:.2f} to {b.high:.2f}", b.pairs, b.score, b.true] for b in self.bins]
        systems = [["as recorded", self.error], ["fitted on the other policies", self.error_left]]
        return "\n\n".join(
            [
                markdown_table(["score", "pairs", "mean score", "share true"], rows),
                markdown_table(["temperature", "expected calibration error"], systems),
                f"Multiply the model's own temperature by {self.temperature:.2f}, fitted on all.",
            ]
        )


def calibrate(gold: Sequence[Record], predicted: Sequence[Record]) -> Calibration:
    """Compare scores with gold; `predicted` are records of the gold's own sentences, in the gold's order.

    Raises `GoldError` for predictions without scores, and for fewer than two policies.
    """
    check_scores(predicted)
    if sum(bool(record.sentences) for record in gold) < 2:
        raise GoldError("a temperature is fitted on some policies and measured on others; give gold of two or more")
    truth = [label_matrix(record).ravel() for record in gold]
    scores = [score_matrix(record, other).ravel() for record, other in zip(gold, predicted, strict=True)]
    losses = np.array([_losses(*pair) for pair in zip(truth, scores, strict=True)])
    total = losses.sum(0)
    cooled = [_cool(own, _GRID[np.argmin(total - loss)]) for own, loss in zip(scores, losses, strict=True)]
    every = np.concatenate(truth)
    bins = _bins(every, np.concatenate(scores))
    return Calibration(bins, _error(bins), float(_GRID[np.argmin(total)]), _error(_bins(every, np.concatenate(cooled))))


def _losses(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> list[float]:
    """Return a policy's log loss at each temperature of the grid."""
    return [float(-np.log(np.where(truth, cooled, 1 - cooled)).sum()) for cooled in (_cool(scores, t) for t in _GRID)]


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
