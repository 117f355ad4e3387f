"""CA4P-483's paragraph classes, which people gave: a linear baseline, and what a model's categories say of the paragraphs."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from ..annotations.gold import read_gold, stand_off
from ..annotations.metrics import score_sets
from ..annotations.tables import markdown_table
from ..annotations.texts import corpus_root, gold_folders, gold_texts
from ..data.corpora.ca4p483 import Policy, read_policies
from ..data.segmentation import segment
from ..data.taxonomy import CA4P483_CLASSES
from ..models.pipeline import Pipeline
from .targets import PARAGRAPH_CLASSES, within
from .versions import gold_lines, group_versions, policy_lines


def read_paragraphs(corpora: Path, learnt: Collection[Path] = ()) -> list[Policy]:
    """Read the policies of CA4P-483 whose paragraphs may be learnt from, beside gold of the folders `learnt`.

    No shipped gold annotates them, they are versions of some in these folders and of none in others. Those that are no versions
    of any annotated policy measure (`read_fresh`).
    """
    return [policy for policy, folders in _versions_in_gold(corpora) if folders and folders <= set(learnt)]


def read_fresh(corpora: Path) -> list[Policy]:
    """Read the policies of CA4P-483 that are, and have versions, in no shipped gold: paragraphs that nothing learns from."""
    return [policy for policy, folders in _versions_in_gold(corpora) if not folders]


def policy_sentences(policy: Policy) -> set[str]:
    """Return the `policy_lines` of a policy, as gold on it would have them."""
    return policy_lines(policy.text[s.start : s.end] for s in segment(policy.document()))


def _versions_in_gold(corpora: Path) -> Iterator[tuple[Policy, set[Path]]]:
    """Yield the policies that no shipped gold annotates, with the folders of gold in which each has versions."""
    policies = {policy.name: policy for policy in read_policies(corpus_root("ca4p483", corpora))}
    lines: dict[tuple[Path | None, str], set[str]] = {(None, name): policy_sentences(p) for name, p in policies.items()}
    annotated: set[str] = set()
    for folder in gold_folders():
        annotated |= {place.policy for place in stand_off(folder).values() if place.corpus == "ca4p483"}
        lines |= {(folder, record.id): gold_lines(record) for record in read_gold(folder, gold_texts(folder, corpora))}
    for group in group_versions(lines):
        folders = {folder for folder, _ in group if folder}
        for name in sorted(name for folder, name in group if folder is None and name not in annotated):
            yield policies[name], folders


def linear_table(policies: Sequence[Policy], *, folds: int = 5) -> str:
    """Return scores of a linear model of paragraph classes, every policy held out once, together with its versions."""
    versions = group_versions({policy.name: policy_sentences(policy) for policy in policies})
    number = {name: index for index, group in enumerate(versions) for name in group}
    labelled = [(p.text[q.start : q.end], q.label, number[p.name]) for p in policies for q in p.paragraphs]
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


def category_table(policies: Sequence[Policy], pipeline: Pipeline) -> str:
    """Return, a row a class, in what share of its paragraphs a model finds a category that the class stands for, and in what
    share of the paragraphs whose class stands for none of these.

    Paragraphs have one class each and often say more, so the second share is no rate of errors.
    """
    found: list[tuple[str, set[str]]] = []
    for policy, record in zip(policies, pipeline.pipe(policy.document() for policy in policies), strict=True):
        for paragraph in policy.paragraphs:
            inside = within(paragraph, record.sentences)
            found.append((paragraph.label, {c for sentence in inside for c in record.sentences[sentence].categories}))
    rows = []
    for name in PARAGRAPH_CLASSES:
        union = set(CA4P483_CLASSES[name])
        own = [bool(union & categories) for label, categories in found if label == name]
        others = [bool(union & categories) for label, categories in found if union.isdisjoint(CA4P483_CLASSES[label])]
        rows.append([name, ", ".join(CA4P483_CLASSES[name]), len(own), _share(own), _share(others)])
    return markdown_table(["paragraph class", "stands for", "paragraphs", "found in", "found in others"], rows)


def _share(values: Sequence[bool]) -> float:
    return sum(values) / max(1, len(values))
