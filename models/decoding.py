"""Scores into labels: BIO tags into spans, probabilities into categories. Torch-free."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

OUTSIDE, BEGIN, INSIDE = 0, 1, 2
TAGS = 3


def sigmoid(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return 1 / (1 + exp(-x)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * logits))


def log_softmax(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the log-probabilities over the last axis."""
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def decode_spans(
    logits: NDArray[np.floating], *, chain: NDArray[np.floating] | None = None, inside: Sequence[bool] | None = None
) -> list[tuple[int, int, float]]:
    """Find the spans of the likeliest valid BIO sequence of one sentence and type.

    `logits` are (tokens, 3) in the order O, B, I. I never follows O, and a token `inside` what the one before begins (a word,
    an address) carries its tag on. `chain` is added where one tag (row) follows another (column). Returns (first, last, score)
    with `last` exclusive; the score is the geometric mean of the tags' probabilities.
    """
    scores = log_softmax(logits.astype(np.float64))
    steps = np.zeros((TAGS, TAGS)) if chain is None else chain
    most = steps.max() - steps[OUTSIDE, OUTSIDE]  # what a step into, within or out of a span can gain
    gains = scores - scores[:, [OUTSIDE]]
    if (gains[:, BEGIN] + 2 * most < 0).all() and (gains[:, INSIDE] + most < 0).all():
        return []
    tags = _viterbi(scores.tolist(), steps.tolist(), inside or [False] * len(scores))
    spans = []
    begin = None
    for i, tag in enumerate([*tags, OUTSIDE]):
        if begin is not None and tag != INSIDE:
            chosen = scores[np.arange(begin, i), tags[begin:i]]
            spans.append((begin, i, float(np.exp(chosen.mean()))))
            begin = None
        if tag == BEGIN:
            begin = i
    return spans


_BETWEEN_WORDS = ((OUTSIDE, BEGIN, INSIDE), (OUTSIDE, BEGIN, INSIDE), (BEGIN, INSIDE))
_INSIDE_A_WORD = ((OUTSIDE,), (), (BEGIN, INSIDE))
"""The tags that O, B and I may follow."""


def _viterbi(scores: list[list[float]], steps: list[list[float]], inside: Sequence[bool]) -> list[int]:
    best = [scores[0][OUTSIDE], scores[0][BEGIN], -math.inf]
    back = []
    for row, within in zip(scores[1:], inside[1:], strict=True):
        reached, came = [-math.inf] * TAGS, [OUTSIDE] * TAGS
        for tag, earlier in enumerate(_INSIDE_A_WORD if within else _BETWEEN_WORDS):
            for last in earlier:
                score = best[last] + steps[last][tag]
                if score > reached[tag]:
                    reached[tag], came[tag] = score, last
            reached[tag] += row[tag]
        best = reached
        back.append(came)
    tags = [best.index(max(best))]
    for came in reversed(back):
        tags.append(came[tags[-1]])
    return tags[::-1]


def encode_spans(offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> list[int]:
    """Return the BIO tags of tokens at `offsets` for character spans; a token that a span touches belongs to it."""
    tags = [OUTSIDE] * len(offsets)
    ordered = sorted(spans)
    at = 0
    previous = -1
    for i, (start, end) in enumerate(offsets):
        while at < len(ordered) and ordered[at][1] <= start:
            at += 1
        if at < len(ordered) and ordered[at][0] < end and start < end:
            tags[i] = INSIDE if previous == at else BEGIN
            previous = at
    return tags


def encode_rows(
    rows: Sequence[Sequence[tuple[int, int]]], spans: Mapping[str, Sequence[tuple[int, int]]]
) -> list[NDArray[np.int8]]:
    """Return the BIO tags of each row of tokens, (tokens, types), for character spans by type."""
    tokens = [pair for row in rows for pair in row]
    tags = np.array([encode_spans(tokens, found) for found in spans.values()], dtype=np.int8).reshape(len(spans), -1).T
    return np.split(tags, np.cumsum([len(row) for row in rows])[:-1])
