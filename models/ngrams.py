"""The linear branch: hashed token n-grams of a sentence and its context, beside the network. Torch-free.

Small encoders lack a linear model's memory of phrases, and err elsewhere: the sum of both beats each. A sentence is seen
through four views (itself, its nearest heading, the sentences before and after it), each TF-IDF weighted and of length 1
(as the linear baselines of CAPP-130); a token through the n-grams of the seven tokens around it and through what the lexicons
know: gazetteer features, whose weight is learnt.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from ..data.document import Sentence
from ..data.errors import ModelError

VIEWS = 4
_LONGEST = 3
_REACH = 3
_TOKEN_NGRAMS = (
    *((1, first) for first in range(-2, 3)),
    *((2, first) for first in range(-3, 3)),
    *((3, first) for first in range(-3, 2)),
    *((4, first) for first in range(-3, 1)),
)
"""Size and first token, relative to the token described, of every n-gram that describes a token."""

_SALT = np.uint64(0xD6E8FEB86659FD)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_BEFORE, _AFTER = np.uint64(1), np.uint64(2)  # stand for what lies outside of a sentence
_FIRST_ID = np.uint64(3)


@dataclass(frozen=True, slots=True)
class SentenceNgrams:
    """The n-grams of a policy's sentences: `counts[k]` times bucket `buckets[k]` in the sentence `rows[k]`; rows ascend."""

    rows: NDArray[np.int64]
    buckets: NDArray[np.int64]
    counts: NDArray[np.float32]


def sentence_ngrams(ids: Sequence[Sequence[int]], buckets: int) -> SentenceNgrams:
    """Count the hashed 1- to 3-grams of each sentence's tokens."""
    lengths = np.array([len(row) for row in ids], dtype=np.int64)
    flat = np.array([token for row in ids for token in row], dtype=np.uint64) + _FIRST_ID
    sentence = np.repeat(np.arange(len(ids)), lengths)
    keys = []
    mixed = np.full(len(flat), _FACTOR)
    for back in range(_LONGEST):
        size = len(flat) - back
        if size <= 0:
            break
        mixed = _mix(mixed[:size], flat[back:])
        whole = sentence[:size] == sentence[back:]
        keys.append(sentence[:size][whole] * buckets + _bucket(mixed[whole], buckets))
    found, counts = np.unique(np.concatenate(keys) if keys else np.zeros(0, np.int64), return_counts=True)
    return SentenceNgrams(found // buckets, found % buckets, counts.astype(np.float32))


def views(sentences: Sequence[Sentence]) -> NDArray[np.int64]:
    """Return for each sentence the sentence that each view shows, -1 for none: (sentences, views)."""
    last = len(sentences) - 1
    rows = [(i, s.headings[-1] if s.headings else -1, i - 1, i + 1 if i < last else -1) for i, s in enumerate(sentences)]
    return np.array(rows, dtype=np.int64).reshape(-1, VIEWS)


def token_features(ids: Sequence[int], matches: NDArray[np.int8], buckets: int) -> NDArray[np.int64]:
    """Return the buckets that describe each token of a sentence: (tokens, features).

    They are its n-grams and, for each entity type, what the lexicons say of it, alone and with its neighbours; `matches` are
    BIO tags (tokens, entity types).
    """
    padded = np.pad(matches.astype(np.uint64), ((1, 1), (0, 0)))
    before, here, after = padded[:-2], padded[1:-1], padded[2:]
    kinds = np.arange(matches.shape[1], dtype=np.uint64) + np.uint64(len(_TOKEN_NGRAMS) + 1)
    alone = _bucket(_mix(np.broadcast_to(kinds * _SALT, here.shape), here + _FIRST_ID), buckets)
    near = _bucket(_mix(np.broadcast_to(kinds * _SALT, here.shape), before * 9 + here * 3 + after + np.uint64(9)), buckets)
    return np.concatenate([_token_ngrams(ids, buckets), alone, near], 1)


def _token_ngrams(ids: Sequence[int], buckets: int) -> NDArray[np.int64]:
    padded = np.array(ids, dtype=np.uint64) + _FIRST_ID
    padded = np.concatenate([np.full(_REACH, _BEFORE), padded, np.full(_REACH, _AFTER)])
    rows = np.empty((len(ids), len(_TOKEN_NGRAMS)), dtype=np.int64)
    for column, (size, first) in enumerate(_TOKEN_NGRAMS):
        mixed = np.full(len(ids), np.uint64(column + 1) * _SALT)
        for at in range(_REACH + first, _REACH + first + size):
            mixed = _mix(mixed, padded[at : at + len(ids)])
        rows[:, column] = _bucket(mixed, buckets)
    return rows


def view_weights(grams: SentenceNgrams, idf: NDArray[np.float32], sentences: int) -> NDArray[np.float32]:
    """Return the TF-IDF weight of each n-gram, sublinear in its count; a sentence's weights have length 1."""
    weights = (1 + np.log(grams.counts)) * idf[grams.buckets]
    length = np.sqrt(np.bincount(grams.rows, weights.astype(np.float64) ** 2, minlength=sentences))
    return (weights / np.maximum(length, 1e-9)[grams.rows]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Table:
    """Weights in a byte each: `steps`, whose first axis has the rows, times the `scale` of their column."""

    steps: NDArray[np.int8]
    scale: NDArray[np.float32]

    @classmethod
    def of(cls, weights: NDArray[np.floating]) -> "Table":
        """Round weights to the nearest of 255 steps, each column on a scale of its own."""
        scale = (np.maximum(np.abs(weights).max(0), 1e-9) / 127).astype(np.float32)
        return cls(np.rint(weights / scale).astype(np.int8), scale)

    def __getitem__(self, rows: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return the weights of some rows."""
        return self.steps[rows] * self.scale


@dataclass(frozen=True, slots=True)
class NgramModel:
    """The branch's weights.

    Shapes: `idf` (views, buckets), `sentence` a table (buckets, labels + 1) for each view, `bias` (labels + 1,), where the last
    column says whether a sentence denies one of its categories; `token` (buckets, entity types, 3), `chain` (entity types, 3,
    3): how much likelier than by chance a tag (second axis) is before another (third). The two kinds of buckets are counted
    apart.
    """

    idf: NDArray[np.float16]
    sentence: tuple[Table, ...]
    bias: NDArray[np.float32]
    token: Table
    chain: NDArray[np.float32]

    def sentence_logits(self, ids: Sequence[Sequence[int]], shown: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the logits (sentences, labels + 1) of `Settings.labels` and a denial, of sentences shown through `views`."""
        grams = sentence_ngrams(ids, self.idf.shape[1])
        logits = np.tile(self.bias, (len(ids), 1))
        present, starts = np.unique(grams.rows, return_index=True)
        for view in range(VIEWS if len(present) else 0):
            weights = view_weights(grams, self.idf[view].astype(np.float32), len(ids))
            scores = np.zeros_like(logits)
            scores[present] = np.add.reduceat(self.sentence[view][grams.buckets] * weights[:, None], starts)
            source = shown[:, view]
            logits[source >= 0] += scores[source[source >= 0]]
        return logits

    def tag_logits(self, ids: Sequence[int], matches: NDArray[np.int8]) -> NDArray[np.float32]:
        """Return the tag logits of a sentence's tokens: (tokens, entity types, 3)."""
        return self.token[token_features(ids, matches, len(self.token.steps))].sum(1)

    def save(self, path: Path) -> None:
        """Write the weights as a compressed archive of NumPy arrays."""
        arrays = {"idf": self.idf, "bias": self.bias, "chain": self.chain}
        arrays |= {"token": self.token.steps, "token_scale": self.token.scale}
        arrays |= {"sentence": np.stack([table.steps for table in self.sentence])}
        arrays |= {"sentence_scale": np.stack([table.scale for table in self.sentence])}
        np.savez_compressed(path, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> "NgramModel":
        """Read what `save` wrote. Raises `ModelError` if it is something else."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                views = tuple(Table(*pair) for pair in zip(arrays["sentence"], arrays["sentence_scale"], strict=True))
                token = Table(arrays["token"], arrays["token_scale"])
                return cls(arrays["idf"], views, arrays["bias"], token, arrays["chain"])
        except KeyError as error:
            raise ModelError(f"{path} was written by another version of tiaokuan ({error}); train the model again") from error
        except (OSError, EOFError, ValueError, NotImplementedError, BadZipFile, zlib.error) as error:
            raise ModelError(f"{path} holds no n-gram weights: {error}; copy the whole model folder again") from error


def _mix(state: NDArray[np.uint64], token: NDArray[np.uint64]) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        mixed = (state ^ token) * _FACTOR
    return mixed ^ (mixed >> np.uint64(29))


def _bucket(mixed: NDArray[np.uint64], buckets: int) -> NDArray[np.int64]:
    return ((mixed >> np.uint64(20)) % np.uint64(buckets)).astype(np.int64)
