from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score as seqeval_f1
from seqeval.metrics import precision_score as seqeval_precision
from seqeval.metrics import recall_score as seqeval_recall
from seqeval.scheme import IOB2
from sklearn.metrics import cohen_kappa_score, f1_score, precision_score, recall_score

from tiaokuan.annotations.metrics import Counts, Scores, cohen_kappa, krippendorff_alpha, score_sets, score_spans

LABELS = ("contact", "tracking", "user_choice", "data_security")
TYPES = ("DATA_TYPE", "PERMISSION", "SDK")

quick = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
label_sets = st.frozensets(st.sampled_from(LABELS))
two_readings = st.lists(st.tuples(label_sets, label_sets), min_size=1, max_size=30)


@st.composite
def tagged_sentence(draw) -> tuple[list[str], list[tuple[str, int, int]]]:
    """A valid BIO sequence, grown run by run, and the spans that were put into it."""
    tags, spans = [], []
    for kind, length in draw(st.lists(st.tuples(st.sampled_from(("", *TYPES)), st.integers(1, 3)), min_size=1, max_size=8)):
        if kind:
            spans.append((kind, len(tags), len(tags) + length))
            tags += [f"B-{kind}"] + [f"I-{kind}"] * (length - 1)
        else:
            tags += ["O"] * length
    return tags, spans


@st.composite
def two_taggings(draw) -> list[tuple[tuple, tuple]]:
    """Sentences tagged twice; the second tagging is cut or filled up to the length of the first."""
    pairs = []
    for _ in range(draw(st.integers(1, 6))):
        tags, spans = draw(tagged_sentence())
        others, found = draw(st.one_of(st.just((tags, spans)), tagged_sentence()))
        found = [(kind, start, min(end, len(tags))) for kind, start, end in found if start < len(tags)]
        pairs.append(((tags, spans), ((others + ["O"] * len(tags))[: len(tags)], found)))
    return pairs


def indicators(sets: list[frozenset[str]]) -> np.ndarray:
    return np.array([[label in chosen for label in LABELS] for chosen in sets], dtype=int)


def numbered(sentences: list[tuple]) -> set[tuple]:
    return {(i, *span) for i, (_, spans) in enumerate(sentences) for span in spans}


@quick
@given(two_readings)
def test_label_scores_are_those_of_scikit_learn(pairs):
    gold, predicted = [a for a, _ in pairs], [b for _, b in pairs]
    scores = score_sets(gold, predicted, LABELS)
    wanted, found = indicators(gold), indicators(predicted)

    def theirs(score, average):
        return score(wanted, found, average=average, zero_division=0)

    assert list(scores.labels) == list(LABELS)
    assert [c.f1 for c in scores.labels.values()] == pytest.approx(theirs(f1_score, None))
    assert [c.precision for c in scores.labels.values()] == pytest.approx(theirs(precision_score, None))
    assert [c.recall for c in scores.labels.values()] == pytest.approx(theirs(recall_score, None))
    assert [c.support for c in scores.labels.values()] == wanted.sum(0).tolist()
    assert scores.micro.f1 == pytest.approx(theirs(f1_score, "micro"))
    assert scores.micro.precision == pytest.approx(theirs(precision_score, "micro"))
    assert scores.micro.recall == pytest.approx(theirs(recall_score, "micro"))
    assert scores.macro() == pytest.approx(theirs(f1_score, "macro"))


@quick
@given(two_taggings())
def test_span_scores_are_those_of_strict_seqeval(pairs):
    gold, predicted = [a for a, _ in pairs], [b for _, b in pairs]
    counts = score_spans(numbered(gold), numbered(predicted))
    tags = [tags for tags, _ in gold], [tags for tags, _ in predicted]
    strict = {"mode": "strict", "scheme": IOB2, "average": "micro", "zero_division": 0}
    assert counts.precision == pytest.approx(seqeval_precision(*tags, **strict))
    assert counts.recall == pytest.approx(seqeval_recall(*tags, **strict))
    assert counts.f1 == pytest.approx(seqeval_f1(*tags, **strict))
    assert counts.support == len(numbered(gold))


def test_a_span_counts_only_with_both_ends_and_its_type_right():
    gold = [("SDK", 0, 4), ("SDK", 5, 9), ("DATA_TYPE", 10, 12)]
    predicted = [("SDK", 0, 4), ("SDK", 5, 8), ("PERMISSION", 10, 12)]
    assert score_spans(gold, predicted) == Counts(tp=1, fp=2, fn=2)


def test_a_span_predicted_twice_counts_once():
    assert score_spans([(0, 2)], [(0, 2), (0, 2)]) == Counts(1, 0, 0)


def test_labels_outside_the_list_are_not_scored():
    assert score_sets([{"contact", "x"}], [{"contact", "y"}], ["contact"]).micro == Counts(1, 0, 0)


def test_counts_and_scores_pool_by_adding():
    first = score_sets([{"contact"}, set()], [{"contact"}, {"tracking"}], LABELS)
    second = score_sets([{"tracking"}], [set()], LABELS)
    both = score_sets([{"contact"}, set(), {"tracking"}], [{"contact"}, {"tracking"}, set()], LABELS)
    assert first + second == both
    assert both.labels["tracking"] == Counts(0, 1, 1)
    assert both.micro == Counts(1, 1, 1)


def test_macro_leaves_out_labels_with_too_few_positives():
    scores = Scores({"often": Counts(3, 1, 1), "rarely": Counts(1, 0, 0), "never": Counts(0, 2, 0)})
    assert scores.macro() == pytest.approx((0.75 + 1 + 0) / 3)
    assert scores.macro(1) == pytest.approx((0.75 + 1) / 2)
    assert scores.macro(4) == pytest.approx(0.75)
    assert scores.macro(5) == 0


@pytest.mark.parametrize("counts", [Counts(), Counts(fp=2), Counts(fn=2), Counts(fp=1, fn=1)], ids=str)
def test_measures_without_a_true_positive_are_zero(counts):
    assert (counts.precision, counts.recall, counts.f1) == (0, 0, 0)


def test_scores_of_nothing_are_zero():
    assert Scores({}).micro == Counts()
    assert Scores({}).macro() == 0
    assert score_sets([], [], LABELS).micro == Counts()
    assert score_spans([], []) == Counts()


@quick
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=40))
def test_kappa_is_that_of_scikit_learn(pairs):
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    assume(len({*first, *second}) == 2)  # scikit-learn has no κ for a label that nobody or everybody gave
    assert cohen_kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))


def test_kappa_of_a_worked_example():
    # Cohen (1960): 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no; observed .7, by chance .5
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    assert cohen_kappa([a for a, _ in pairs], [b for _, b in pairs]) == pytest.approx(0.4)


@pytest.mark.parametrize("answer", [True, False])
def test_kappa_is_one_where_both_always_give_the_same_answer(answer):
    assert cohen_kappa([answer] * 5, [answer] * 5) == 1
    assert cohen_kappa([], []) == 1


def test_kappa_is_zero_where_one_always_says_yes_and_the_other_no():
    assert cohen_kappa([True] * 5, [False] * 5) == 0


@quick
@given(st.lists(label_sets, max_size=20))
def test_alpha_of_identical_readings_is_one(sets):
    assert krippendorff_alpha(sets, sets) == 1


@quick
@given(two_readings)
def test_alpha_is_symmetric(pairs):
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    assert krippendorff_alpha(first, second) == pytest.approx(krippendorff_alpha(second, first))


def test_alpha_under_masi_of_a_worked_example():
    # Distances within the items: 0, {a}-{a, b} 1 - 2/3 · 1/2 = 2/3, 0; so D_o = 2/9.
    # Six values: {a} 3, {a, b} 1, {b} 2. D_e = 2 (3·1·2/3 + 1·2·2/3 + 3·2·1) / (6·5) = 28/45.
    first, second = [{"a"}, {"a"}, {"b"}], [{"a"}, {"a", "b"}, {"b"}]
    assert krippendorff_alpha(first, second) == pytest.approx(float(1 - Fraction(2, 9) / Fraction(28, 45)))


def test_alpha_under_masi_of_overlapping_and_disjoint_sets():
    # {a, b}-{b, c} share one of three, neither holds the other: 1 - 1/3 · 1/3 = 8/9; {}-{a} share nothing: 1. D_o = 17/18.
    # Four values once each; the other pairs: {a, b}-{} 1, {a, b}-{a} 2/3, {b, c}-{} 1, {b, c}-{a} 1.
    # D_e = 2 (8/9 + 1 + 1 + 2/3 + 1 + 1) / (4·3) = 25/27.
    assert krippendorff_alpha([{"a", "b"}, set()], [{"b", "c"}, {"a"}]) == pytest.approx(
        float(1 - Fraction(17, 18) / Fraction(25, 27))
    )


@pytest.mark.parametrize(
    ("first", "second", "alpha"),
    [("0100000010", "1110010000", 0.095), ("aabbdcccedda", "babbbccceddd", 0.692)],
    ids=["binary", "nominal"],
)
def test_alpha_of_single_labels_is_krippendorffs_nominal_alpha(first, second, alpha):
    # Both examples and their values: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, sections A and B.
    assert krippendorff_alpha([{c} for c in first], [{c} for c in second]) == pytest.approx(alpha, abs=0.0005)


def test_alpha_of_nothing_and_of_one_value_is_one():
    assert krippendorff_alpha([], []) == 1
    assert krippendorff_alpha([set()], [set()]) == 1
    assert krippendorff_alpha([{"a"}] * 3, [{"a"}] * 3) == 1


@pytest.mark.parametrize(
    "measure",
    [lambda a, b: score_sets(a, b, LABELS), cohen_kappa, krippendorff_alpha],
    ids=["score_sets", "cohen_kappa", "krippendorff_alpha"],
)
def test_readings_of_different_length_are_refused(measure):
    with pytest.raises(ValueError, match=r"2 .* 1 "):
        measure([set(), set()], [set()])
