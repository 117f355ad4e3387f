"""CA4P-483's paragraph classes, which people gave: a linear baseline, and what a model's categories say of the paragraphs."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from ..annotations.gold import stand_off
from ..annotations.metrics import score_sets
from ..annotations.tables import markdown_table
from ..annotations.texts import shipped_gold
from ..data.corpora.ca4p483 import Policy, read_policies
from ..data.taxonomy import CA4P483_CLASSES
from ..models.pipeline import Pipeline
from .targets import PARAGRAPH_CLASSES, within
from .versions import group_versions, policy_lines


def unmeasured(root: Path, learnt: Collection[Path]) -> list[Policy]:
    """Read the policies of CA4P-483 that no shipped gold annotates and that are no versions of one in gold not learnt from."""
    policies = read_policies(root)
    folders = [folder for folder in shipped_gold().iterdir() if any(folder.glob("*.jsonl*"))]
    annotated = {f: {p.policy for p in stand_off(f).values() if p.corpus == "ca4p483"} for f in folders}
    measured = set[str]().union(*(names for folder, names in annotated.items() if folder not in learnt))
    groups = group_versions({policy.name: policy_lines(policy.text.split("\n")) for policy in policies})
    left_out = set[str]().union(*annotated.values(), *(group for group in groups if group & measured))
    return [policy for policy in policies if policy.name not in left_out]


def linear_table(policies: Sequence[Policy], *, folds: int = 5) -> str:
    """Return scores of a linear model of paragraph classes, every policy held out once."""
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
