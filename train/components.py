"""CA4P-483's own tasks, spans of seven components and classes of paragraphs: baselines apart from the shipped model."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from ..annotations.metrics import Counts, score_sets
from ..annotations.tables import markdown_table
from ..data.corpora.ca4p483 import COMPONENTS, read_bios, read_policies
from ..models.decoding import BEGIN, INSIDE, OUTSIDE, decode_spans
from ..models.ngrams import token_features
from .ngrams import NgramRecipe, train_tagger

Span = tuple[str, int, int]
_NAMES = tuple(COMPONENTS.values())


def component_table(root: Path, recipe: NgramRecipe, *, split: str, seed: int = 0) -> str:
    """Train the linear tagger on the train sentences, characters as tokens; return exact-span scores on another part."""
    train, wanted = list(read_bios(root, "train")), list(read_bios(root, split))
    weights = train_tagger(recipe, [(*_tokens(row), _bio(row)) for row in train], types=len(_NAMES), seed=seed)
    counts = {name: Counts() for name in _NAMES}
    for row in wanted:
        ids, matches = _tokens(row)
        logits = weights[token_features(ids, matches, len(weights))].sum(1)
        found = {(n, a, b) for k, n in enumerate(_NAMES) for a, b, _ in decode_spans(logits[:, k])}
        gold = component_spans(row)
        for name in _NAMES:
            ours, theirs = ({span for span in spans if span[0] == name} for spans in (found, gold))
            counts[name] += Counts(len(ours & theirs), len(ours - theirs), len(theirs - ours))
    counts["micro"] = sum(counts.values(), Counts())
    rows = [[name, c.precision, c.recall, c.f1, c.support] for name, c in counts.items()]
    return markdown_table(["component (exact span)", "P", "R", "F1", "gold"], rows)


def paragraph_table(root: Path, *, folds: int = 5) -> str:
    """Return scores of a linear model of paragraph classes, every policy held out once."""
    policies = read_policies(root)
    labelled = [(p.text[q.start : q.end], q.label, p.name) for p in policies for q in p.paragraphs]
    texts, labels, groups = (np.array(column) for column in zip(*labelled, strict=True))
    found = np.empty_like(labels)
    for train, test in GroupKFold(folds).split(texts, groups=groups):
        vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
        found[test] = make_pipeline(vectors, LinearSVC()).fit(texts[train], labels[train]).predict(texts[test])
    names = sorted(set(labels), key=lambda label: int(label[2:]))
    scores = score_sets([{label} for label in labels], [{label} for label in found], names)
    rows: list[list[object]] = [[n, c.precision, c.recall, c.f1, c.support] for n, c in scores.labels.items()]
    rows += [["micro", "", "", scores.micro.f1, scores.micro.support], ["macro", "", "", scores.macro(), ""]]
    return markdown_table([f"paragraph class, {folds} folds of whole policies", "P", "R", "F1", "gold"], rows)


def component_spans(row: Sequence[tuple[str, str]]) -> set[Span]:
    """Return the spans of a sentence of (character, tag) pairs; tags are `O` or `B-`, `I-`, `S-` and a component."""
    spans, begin = set(), None
    for at, tag in enumerate([*(tag for _, tag in row), "O"]):
        kind, _, name = tag.partition("-")
        if begin is not None and (kind != "I" or name != begin[0]):
            spans.add((*begin, at))
            begin = None
        if kind in ("B", "S") or (kind == "I" and begin is None):
            begin = (name, at)
    return spans


def _tokens(row: Sequence[tuple[str, str]]) -> tuple[list[int], NDArray[np.int8]]:
    return [ord(character) for character, _ in row], np.zeros((len(row), 0), dtype=np.int8)


def _bio(row: Sequence[tuple[str, str]]) -> NDArray[np.int8]:
    tags = np.full((len(row), len(_NAMES)), OUTSIDE, dtype=np.int8)
    for name, begin, end in component_spans(row):
        tags[begin, _NAMES.index(name)] = BEGIN
        tags[begin + 1 : end, _NAMES.index(name)] = INSIDE
    return tags
