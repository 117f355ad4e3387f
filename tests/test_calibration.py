"""Scores against the share that is true."""

import numpy as np
import pytest

from tiaokuan.annotations.calibration import calibrate
from tiaokuan.data.errors import GoldError
from tiaokuan.data.record import LabelledSentence, Record
from tiaokuan.data.taxonomy import CATEGORIES


def policies(sharpness: float, count: int = 6) -> tuple[list[Record], list[Record]]:
    """Policies whose labels are drawn with the probability that a score, made `sharpness` times surer, stands for."""
    random = np.random.default_rng(7)
    gold, found = [], []
    for number in range(count):
        logits = random.normal(-1, 2, (80, len(CATEGORIES)))
        labels = random.random(logits.shape) < 1 / (1 + np.exp(-logits))
        scores = 1 / (1 + np.exp(-logits * sharpness))
        places = [(2 * i, 2 * i + 2) for i in range(len(logits))]
        rows = list(zip(places, labels, scores, strict=True))
        true = [tuple(c for c, yes in zip(CATEGORIES, row, strict=True) if yes) for _, row, _ in rows]
        text = "话。" * len(logits)
        sentences = [LabelledSentence(*place, categories=c) for place, c in zip(places, true, strict=True)]
        guesses = [LabelledSentence(*p, scores=dict(zip(CATEGORIES, map(float, s), strict=True))) for p, _, s in rows]
        gold.append(Record(str(number), text, tuple(sentences)))
        found.append(Record(str(number), text, tuple(guesses)))
    return gold, found


def test_scores_that_are_probabilities_need_no_temperature():
    result = calibrate(*policies(1))
    assert result.temperature == pytest.approx(1, abs=0.1)
    assert result.error < 0.02
    assert sum(b.pairs for b in result.bins) == 6 * 80 * len(CATEGORIES)
    assert all(b.score == pytest.approx(b.true, abs=0.06) for b in result.bins)


def test_a_model_too_sure_of_itself_is_cooled():
    result = calibrate(*policies(2))
    assert result.temperature == pytest.approx(2, abs=0.2)
    assert result.error > 0.06 > 0.02 > result.error_left
    assert result.to_markdown().endswith(f"temperature by {result.temperature:.2f}, fitted on all.")


def test_scores_of_zero_and_one_are_borne():
    gold, _ = policies(1, 2)
    sure = [
        [LabelledSentence(s.start, s.end, scores={c: float(c in s.categories) for c in CATEGORIES}) for s in record.sentences]
        for record in gold
    ]
    result = calibrate(gold, [Record(g.id, g.text, tuple(s)) for g, s in zip(gold, sure, strict=True)])
    assert result.error == 0
    assert result.error_left == pytest.approx(0, abs=1e-3)
    assert [(b.low, b.high) for b in result.bins] == [(0.0, 0.05), (0.95, 1.0)]


def test_what_cannot_be_calibrated_is_refused():
    gold, found = policies(1, 2)
    with pytest.raises(GoldError, match="carry no scores"):
        calibrate(gold, gold)
    with pytest.raises(GoldError, match="two or more"):
        calibrate(gold[:1], found[:1])
