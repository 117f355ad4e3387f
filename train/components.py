"""CA4P-483's seven span components, which are no part of the shipped model."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..annotations.metrics import Counts
from ..annotations.tables import markdown_table
from ..data.corpora.ca4p483 import COMPONENTS, component_spans, join_bios
from ..models.decoding import BEGIN, INSIDE, OUTSIDE, decode_spans
from ..models.encoding import Encoder
from ..models.ngrams import token_features
from ..models.prediction import Engine, predict
from .ngrams import NgramRecipe, train_tagger

Row = Sequence[tuple[str, str]]
"""A sentence of `read_bios`: (character, tag) pairs."""

Span = tuple[str, int, int]
"""Component, first and last character; the last is exclusive."""

_NAMES = tuple(COMPONENTS.values())


def linear_components(train: Sequence[Row], wanted: Sequence[Row], recipe: NgramRecipe, *, seed: int = 0) -> list[set[Span]]:
    """Train the linear tagger on some sentences, characters as tokens; return its spans in others."""
    weights = train_tagger(recipe, [(*_tokens(row), _bio(row)) for row in train], types=len(_NAMES), seed=seed)
    found = []
    for row in wanted:
        ids, matches = _tokens(row)
        logits = weights[token_features(ids, matches, len(weights))].sum(1)
        found.append(_apart([(s, n, a, b) for k, n in enumerate(_NAMES) for a, b, s in decode_spans(logits[:, k])]))
    return found


def network_components(wanted: Sequence[Row], encoder: Encoder, engine: Engine) -> list[set[Span]]:
    """Return a model's spans in sentences, read one after the other in windows."""
    text, sentences = join_bios(wanted)
    prediction = next(predict([encoder.encode(text, sentences)], encoder, engine))
    found: list[list[tuple[float, str, int, int]]] = [[] for _ in wanted]
    starts = [sentence.start for sentence in sentences]
    for entity in prediction.entities:
        at = bisect_right(starts, entity.start) - 1
        found[at].append((entity.score, entity.type, entity.start - starts[at], entity.end - starts[at]))
    return [_apart(spans) for spans in found]


def _apart(spans: Sequence[tuple[float, str, int, int]]) -> set[Span]:
    """Return the likeliest spans of (score, component, first, last) of which no two overlap, as in the corpus."""
    kept: list[Span] = []
    for _, name, first, last in sorted(spans, reverse=True):
        if all(last <= begin or end <= first for _, begin, end in kept):
            kept.append((name, first, last))
    return set(kept)


def component_table(wanted: Sequence[Row], found: Sequence[set[Span]]) -> str:
    """Return exact-span scores, a row a component."""
    counts = {name: Counts() for name in _NAMES}
    for row, spans in zip(wanted, found, strict=True):
        gold = component_spans(row)
        for name in _NAMES:
            ours, theirs = ({span for span in part if span[0] == name} for part in (spans, gold))
            counts[name] += Counts(len(ours & theirs), len(ours - theirs), len(theirs - ours))
    counts["micro"] = sum(counts.values(), Counts())
    rows = [[name, c.precision, c.recall, c.f1, c.support] for name, c in counts.items()]
    return markdown_table(["component (exact span)", "P", "R", "F1", "gold"], rows)


def _tokens(row: Row) -> tuple[list[int], NDArray[np.int8]]:
    return [ord(character) for character, _ in row], np.zeros((len(row), 0), dtype=np.int8)


def _bio(row: Row) -> NDArray[np.int8]:
    tags = np.full((len(row), len(_NAMES)), OUTSIDE, dtype=np.int8)
    for name, begin, end in component_spans(row):
        tags[begin, _NAMES.index(name)] = BEGIN
        tags[begin + 1 : end, _NAMES.index(name)] = INSIDE
    return tags
