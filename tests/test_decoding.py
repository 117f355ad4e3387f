"""Tags into spans and back."""

import random
from itertools import pairwise, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tiaokuan.models.decoding import BEGIN, INSIDE, OUTSIDE, decode_spans, encode_spans, sigmoid


def _logits(tags, strength=8.0):
    return np.eye(3)[tags] * strength


def test_adjacent_spans_stay_apart():
    spans = decode_spans(_logits([BEGIN, INSIDE, BEGIN, OUTSIDE, BEGIN]))
    assert [(first, last) for first, last, _ in spans] == [(0, 2), (2, 3), (4, 5)]
    assert all(0.99 < score <= 1 for _, _, score in spans)


def test_inside_never_follows_outside():
    logits = _logits([OUTSIDE, INSIDE, INSIDE])
    logits[1, BEGIN] = 7.0
    assert [(first, last) for first, last, _ in decode_spans(logits)] == [(1, 3)]


def test_no_tokens_no_spans():
    assert decode_spans(np.zeros((0, 3))) == []


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=8))
def test_decoding_gives_back_encoded_spans(parts):
    spans, at = [], 0
    for gap, size in parts:
        spans.append((at + gap, at + gap + size))
        at += gap + size
    tags = encode_spans([(i, i + 1) for i in range(at + 2)], spans)
    assert [(first, last) for first, last, _ in decode_spans(_logits(tags))] == spans


def test_a_word_is_in_a_span_as_a_whole():
    logits = _logits([BEGIN, OUTSIDE, OUTSIDE])
    logits[0] *= 2
    assert [span[:2] for span in decode_spans(logits, inside=[False, True, False])] == [(0, 2)]


def test_a_chain_holds_a_span_together():
    logits = _logits([BEGIN, INSIDE, OUTSIDE, INSIDE], strength=1.0)
    stays = np.array([[0, 0, -9], [-3, -3, 3], [-1, -3, 3]])
    assert [span[:2] for span in decode_spans(logits)] == [(0, 2)]
    assert [span[:2] for span in decode_spans(logits, chain=stays)] == [(0, 4)]


@given(st.integers(1, 5), st.integers(0, 10**6))
def test_decoding_finds_the_likeliest_valid_tags(length, seed):
    draw = random.Random(seed)  # never a tie
    logits = np.array([[draw.uniform(-3, 3) for _ in range(3)] for _ in range(length)])
    chain = np.array([[draw.uniform(-2, 2) for _ in range(3)] for _ in range(3)])
    inside = [False, *(draw.random() < 0.3 for _ in range(length - 1))]

    def score(tags):
        for before, tag, within in zip((OUTSIDE, *tags), tags, inside, strict=False):
            if tag == INSIDE and before == OUTSIDE:
                return -np.inf
            if within and (tag == BEGIN or (tag == OUTSIDE) != (before == OUTSIDE)):
                return -np.inf
        return sum(logits[i, tag] for i, tag in enumerate(tags)) + sum(chain[a, b] for a, b in pairwise(tags))

    best = max(product(range(3), repeat=length), key=score)
    wanted = []
    for i, tag in enumerate(best):
        if tag == BEGIN:
            wanted.append((i, i + 1))
        elif tag == INSIDE:
            wanted[-1] = (wanted[-1][0], i + 1)
    assert [span[:2] for span in decode_spans(logits, chain=chain, inside=inside)] == wanted


def test_a_token_that_a_span_touches_belongs_to_it():
    assert encode_spans([(0, 2), (2, 5), (5, 6)], [(3, 6)]) == [OUTSIDE, BEGIN, INSIDE]


def test_sigmoid_does_not_overflow():
    with np.errstate(all="raise"):
        assert sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist() == [0.0, 0.5, 1.0]
