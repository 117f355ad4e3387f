"""Thresholds are chosen on some policies and measured on others."""

import pytest

from tiaokuan.annotations.thresholds import tune_thresholds
from tiaokuan.data.errors import GoldError
from tiaokuan.data.record import LabelledSentence, Record
from tiaokuan.data.taxonomy import CATEGORIES

USE, SHARING = "first_party_use", "third_party_sharing"


def _records(name: str, scores: list[tuple[float, bool]]) -> tuple[Record, Record]:
    """A policy whose sentences have a score for one category and, in the gold, have it or not."""
    text = "话。" * len(scores)
    spans = [(2 * i, 2 * i + 2) for i in range(len(scores))]
    gold = tuple(LabelledSentence(*s, categories=(USE,) if yes else ()) for s, (_, yes) in zip(spans, scores, strict=True))
    found = tuple(LabelledSentence(*s, scores={USE: score}) for s, (score, _) in zip(spans, scores, strict=True))
    return Record(name, text, gold), Record(name, text, found)


SHY = [(0.35, True)] * 12 + [(0.8, True)] * 4 + [(0.15, False)] * 8
"""A model that is sure of too little."""


def test_a_shy_model_gets_a_lower_threshold():
    gold, found = zip(*(_records(name, SHY) for name in "abc"), strict=True)
    tuned = tune_thresholds(gold, found)
    assert 0.15 < tuned.thresholds[USE] <= 0.35
    assert tuned.thresholds[SHARING] == pytest.approx(tuned.thresholds[USE])  # too rare for one of its own
    assert tuned.default.micro.f1 == pytest.approx(2 * 4 / (4 + 16))
    assert tuned.held_out.micro.f1 == 1
    assert list(tuned.thresholds) == list(CATEGORIES)
    assert "| chosen on the other policies | 1.000 |" in tuned.to_markdown()


def test_the_choice_is_measured_on_policies_it_was_not_made_on():
    odd = [(0.3, False)] * 30 + [(0.8, True)] * 10
    gold, found = zip(_records("shy", SHY), _records("odd", odd), strict=True)
    tuned = tune_thresholds(gold, found)
    assert tuned.held_out.micro.f1 < tuned.default.micro.f1  # each policy misleads the other


def test_a_single_policy_keeps_one_half_where_nothing_else_can_be_measured():
    gold, found = _records("a", SHY)
    tuned = tune_thresholds([gold], [found])
    assert tuned.held_out.micro == tuned.default.micro


def test_predictions_without_scores_are_refused():
    gold, _ = _records("a", SHY)
    with pytest.raises(GoldError, match="carry no scores"):
        tune_thresholds([gold], [gold])


def test_a_policy_without_sentences_changes_nothing():
    gold, found = _records("a", SHY)
    blank = Record("b", "\n", ())
    assert tune_thresholds([gold, blank], [found, blank]).default == tune_thresholds([gold], [found]).default
