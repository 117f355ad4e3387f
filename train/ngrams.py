"""Training of the linear branch: convex problems, solved on the CPU in minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.svm import LinearSVC
from torch import nn

from ..models.decoding import TAGS
from ..models.ngrams import VIEWS, NgramModel, SentenceNgrams, Table, sentence_ngrams, token_features, view_weights
from ..models.settings import Settings
from .targets import IGNORED, UNKNOWN, Example

_TOKENS = 256
"""Tokens in a step of the tagger's training."""


@dataclass(frozen=True)
class NgramRecipe:
    """Numbers of the linear branch.

    `sources` are read at these weights (of labels; all tags weigh the same), gold `swapped_copies` times more with mentions
    renamed: a tagger that reads gold only as it is learns the names. `cost` is C of a label's linear SVM; the tagger is
    trained with Adagrad for `tag_epochs` at `tag_rate`. `weight` and `tag_weight` scale the branch's logits where they are
    added to the network's, `chain_weight` what is added where a tag follows another, `topic_weight` and `denial_weight` those
    of topics and denials; they are tuned on development data.
    """

    sources: dict[str, float]
    swapped_copies: int = 0
    buckets: int = 32768
    tag_buckets: int = 131072
    cost: float = 1.0
    tag_epochs: int = 2
    tag_rate: float = 0.15
    weight: float = 3.0
    tag_weight: float = 0.5
    chain_weight: float = 0.3
    topic_weight: float = 4.0
    denial_weight: float = 4.0

    def weights(self) -> dict[str, float]:
        """Return the weights under their names in `Settings`."""
        return {
            "ngram_weight": self.weight,
            "ngram_tag_weight": self.tag_weight,
            "ngram_chain_weight": self.chain_weight,
            "ngram_topic_weight": self.topic_weight,
            "ngram_denial_weight": self.denial_weight,
        }


def train_ngrams(recipe: NgramRecipe, examples: Sequence[Example], settings: Settings, *, seed: int) -> NgramModel:
    """Learn both parts of the branch from annotated policies."""
    idf, sentence, bias = _train_sentences(recipe, examples, settings)
    rows = [row for e in examples if e.tags is not None for row in zip(e.policy.ids, e.policy.matches, e.tags, strict=True)]
    tagged = [row for row in rows if (row[-1] != IGNORED).all()]
    types = len(settings.entity_types)
    token = train_tagger(recipe, tagged, types=types, seed=seed)
    chain = tag_chain([tags for _, _, tags in tagged], types=types)
    return NgramModel(idf.astype(np.float16), tuple(map(Table.of, sentence)), bias, Table.of(token), chain)


def _train_sentences(
    recipe: NgramRecipe, examples: Sequence[Example], settings: Settings
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return the views' inverse document frequencies, the tables (views, buckets, labels + 1) and the bias (labels + 1,)."""
    shape = (VIEWS, recipe.buckets, len(settings.labels) + 1)
    if not any(_spoken(example).any() for example in examples):
        return np.zeros(shape[:2], np.float32), np.zeros(shape, np.float32), np.zeros(shape[-1], np.float32)
    matrix, idf = _features(recipe.buckets, examples)
    # Without topics among the labels, what CAPP-130 says is of unions, which no machine stands for.
    labels = np.concatenate([e.unions[_spoken(e), : len(settings.labels)] for e in examples])
    denials = np.concatenate([_denies(e)[_spoken(e)] for e in examples])[:, None]
    weights = np.concatenate([np.full(_spoken(e).sum(), e.weight) for e in examples])
    machines = [_machine(recipe.cost, matrix, column, weights) for column in np.concatenate([labels, denials], 1).T]
    tables, biases = zip(*machines, strict=True)
    # Labels are rare, so machines lean to their absence: what the branch says is counted from halfway to its margin, -1.
    bias = np.array(biases, dtype=np.float32) + 0.5
    return idf, np.stack(tables, 1).astype(np.float32).reshape(shape), bias


def _machine(
    cost: float, matrix: Any, targets: NDArray[np.int8], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return the weights (features,) and the bias of a linear SVM on the rows of a sparse matrix whose target is known."""
    known = np.flatnonzero(targets != UNKNOWN)
    if len(np.unique(targets[known])) < 2:  # nothing to tell apart: the margin of what is always there, or never
        return np.zeros(matrix.shape[1]), 1.0 if (targets[known] == 1).any() else -1.0
    machine: Any = LinearSVC(C=cost, random_state=0).set_params(dual=True)  # the solver that is fast on rows with few features
    machine.fit(matrix[known], targets[known], weights[known])
    return machine.coef_[0], float(machine.intercept_[0])


def _denies(example: Example) -> NDArray[np.int8]:
    """Say of each sentence whether it denies a category that it has: 1, 0, or `UNKNOWN` where it has none."""
    known = (example.denied != UNKNOWN).any(1)
    return np.where(known, (example.denied == 1).any(1), UNKNOWN).astype(np.int8)


def _features(buckets: int, examples: Sequence[Example]) -> tuple[csr_matrix, NDArray[np.float32]]:
    """Return the matrix (sentences that speak, views x buckets) and the views' inverse document frequencies."""
    grams = [sentence_ngrams(example.policy.ids, buckets) for example in examples]
    total = sum(int(_spoken(example).sum()) for example in examples)
    columns, idf = [], []
    for view in range(VIEWS):
        ones = [_shown(e, g, np.ones_like(g.counts), view, buckets) for e, g in zip(examples, grams, strict=True)]
        present = csr_matrix(vstack(ones))
        frequency = np.asarray(present.sum(0)).ravel()
        idf.append((np.log((1 + total) / (1 + frequency)) + 1).astype(np.float32))
        weights = [view_weights(g, idf[-1], len(e.policy.ids)) for e, g in zip(examples, grams, strict=True)]
        columns.append(vstack([_shown(e, g, w, view, buckets) for e, g, w in zip(examples, grams, weights, strict=True)]))
    return csr_matrix(hstack(columns, dtype=np.float32)), np.stack(idf)


def _shown(example: Example, grams: SentenceNgrams, weights: NDArray[np.float32], view: int, buckets: int) -> csr_matrix:
    """Return what a view shows of the sentences that speak: (sentences, buckets)."""
    sentences = len(example.policy.ids)
    matrix = csr_matrix((weights, (grams.rows, grams.buckets)), shape=(sentences + 1, buckets))  # the last row shows nothing
    return matrix[example.policy.views[_spoken(example), view]]


def tag_chain(tagged: Sequence[NDArray[np.int8]], *, types: int) -> NDArray[np.float32]:
    """Count how often a tag follows another in a sentence; return log P(both) / (P(first) P(second)), (types, 3, 3)."""
    counts = np.ones((types, TAGS, TAGS))
    for tags in tagged:
        for kind in range(types):
            np.add.at(counts[kind], (tags[:-1, kind], tags[1:, kind]), 1)
    shares = counts / counts.sum((1, 2), keepdims=True)
    return np.log(shares / (shares.sum(2, keepdims=True) * shares.sum(1, keepdims=True))).astype(np.float32)


def _spoken(example: Example) -> NDArray[np.bool_]:
    return (example.unions != UNKNOWN).any(-1)


def train_tagger(
    recipe: NgramRecipe, tagged: Sequence[tuple[Sequence[int], NDArray[np.int8], NDArray[np.int8]]], *, types: int, seed: int
) -> NDArray[np.float32]:
    """Learn the tagger from sentences of (token ids, lexicon matches, BIO tags); returns weights (buckets, types, 3)."""
    table = nn.EmbeddingBag(recipe.tag_buckets, types * TAGS, mode="sum")
    nn.init.zeros_(table.weight)
    if not tagged:
        return table.weight.detach().numpy().reshape(-1, types, TAGS)
    grams = torch.from_numpy(np.concatenate([token_features(ids, m, recipe.tag_buckets) for ids, m, _ in tagged]))
    tags = torch.from_numpy(np.concatenate([tags for _, _, tags in tagged])).long()
    solver = torch.optim.Adagrad(table.parameters(), lr=recipe.tag_rate)
    order = torch.Generator().manual_seed(seed)
    for _ in range(recipe.tag_epochs):
        for chosen in torch.randperm(len(grams), generator=order).split(_TOKENS):
            logits = table(grams[chosen]).reshape(-1, TAGS)
            solver.zero_grad()
            nn.functional.cross_entropy(logits, tags[chosen].reshape(-1), ignore_index=IGNORED).backward()
            solver.step()
    return table.weight.detach().numpy().reshape(-1, types, TAGS)
