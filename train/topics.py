"""CAPP-130's topic task: the network and linear models on the published split and on folds of whole policies."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..annotations.metrics import Scores, score_sets
from ..annotations.tables import markdown_table
from ..data.corpora import capp130
from ..data.errors import GoldError
from ..data.segmentation import segment
from ..data.taxonomy import CATEGORIES
from ..models.decoding import sigmoid
from ..models.encoding import Encoder
from ..models.prediction import Engine, predict
from ..models.settings import Settings
from .linear import LinearModel, Reading
from .ngrams import NgramRecipe, train_ngrams
from .targets import alone, capp130_example, union_matrix
from .versions import deal_folds, plain, policy_lines

Place = tuple[str, int]
"""A row of the corpus: policy and line, from 0."""

Topics = list[frozenset[str]]

Learn = Callable[[Sequence[Place], Sequence[Place]], Topics]
"""Trains on some rows and returns its topics for others."""

Features = Callable[[Sequence[Place]], NDArray[np.float64]]
"""Describes rows by numbers: (rows, features)."""

_CUT = 0.5


@dataclass(frozen=True, slots=True)
class TopicTask:
    """Policies of the corpus, and the rows that belong to each part of the published split, in its order."""

    policies: tuple[capp130.Policy, ...]
    rows: dict[str, list[Place]]

    def labels(self, places: Sequence[Place]) -> Topics:
        """Return the gold topics of rows. Raises `GoldError` where the copy of the corpus withholds them."""
        by_name = {policy.name: policy for policy in self.policies}
        labels = [by_name[name].rows[row].labels for name, row in places]
        if any(label is None for label in labels):
            raise GoldError("these labels are withheld in this copy of CAPP-130; use the complete public repository")
        return [(label or frozenset()) & frozenset(capp130.TOPICS) for label in labels]

    def known(self, policy: capp130.Policy, places: Sequence[Place]) -> list[bool]:
        """Say for each row of a policy whether it is among the places."""
        rows = {row for name, row in places if name == policy.name}
        return [index in rows for index in range(len(policy.rows))]

    def only(self, names: Collection[str]) -> "TopicTask":
        """Return the task on some of its policies."""
        rows = {split: [place for place in places if place[0] in names] for split, places in self.rows.items()}
        return TopicTask(tuple(policy for policy in self.policies if policy.name in names), rows)

    def unseen(self, split: str) -> list[bool]:
        """Say for each row of a part whether its sentence stands in no other part, white space and commas aside."""
        texts = {(policy.name, i): plain(row.text) for policy in self.policies for i, row in enumerate(policy.rows)}
        others = {texts[place] for part, places in self.rows.items() if part != split for place in places}
        return [texts[place] not in others for place in self.rows[split]]


def topic_task(root: Path) -> TopicTask:
    """Read CAPP-130 with its published topic split."""
    rows: dict[str, list[Place]] = {"train": [], "dev": [], "test": []}
    for place, split in capp130.topic_split().items():
        rows[split].append(place)
    return TopicTask(tuple(capp130.read_policies(root)), rows)


def disjoint_folds(task: TopicTask, folds: int) -> Iterator[tuple[list[Place], list[Place]]]:
    """Yield (train, test) places over the train and dev rows; no policy, nor a version of it, is on both sides."""
    places = [*task.rows["train"], *task.rows["dev"]]
    for part in deal_folds({policy.name: policy_lines(row.text for row in policy.rows) for policy in task.policies}, folds):
        yield [p for p in places if p[0] not in part], [p for p in places if p[0] in part]


def linear_topics(
    task: TopicTask, train: Sequence[Place], wanted: Sequence[Place], *, context: bool, more: Features | None = None
) -> Topics:
    """Train the linear baseline on some rows; return its topics for others. It is also told `more` of each row."""
    readings = {(policy.name, i): r for policy in task.policies for i, r in enumerate(_readings(policy))}
    beside = [more(places) if more else None for places in (train, wanted)]
    model = LinearModel(context=context).fit([readings[place] for place in train], _label_matrix(task, train), beside[0])
    found = model.predict([readings[place] for place in wanted], beside[1])
    return [frozenset(np.array(capp130.TOPICS)[row.astype(bool)]) for row in found]


def categories_around(told: Mapping[Place, Sequence[str]], wanted: Sequence[Place]) -> NDArray[np.float64]:
    """Describe rows by the project's categories, as gold tells them: (rows, features).

    Features are the categories of the row, of the one before and of the one after, and their mean over the row and the four on
    either side.
    """
    present = {place: np.array([float(c in categories) for c in CATEGORIES]) for place, categories in told.items()}
    nothing = np.zeros(len(CATEGORIES))
    rows = []
    for name, row in wanted:
        near = [present.get((name, row + step), nothing) for step in range(-4, 5)]
        rows.append(np.concatenate([near[4], near[3], near[5], np.mean(near, 0)]))
    return np.array(rows)


def labels_around(task: TopicTask, train: Sequence[Place], wanted: Sequence[Place]) -> NDArray[np.float64]:
    """Describe rows by how the other train rows of their policy were labelled: (rows, features).

    Features are the labels of the two nearest train rows before and of the two after, each divided by the root of its distance,
    the mean around the row, weighted by exp(-distance / 4), and that of the whole policy. They tell nothing of a policy none of
    whose rows is labelled.
    """
    known: dict[str, dict[int, NDArray[np.int8]]] = {}
    for (name, row), labels in zip(train, _label_matrix(task, train), strict=True):
        known.setdefault(name, {})[row] = labels
    return np.array([_around(row, known.get(name, {})) for name, row in wanted])


def _around(row: int, known: Mapping[int, NDArray[np.int8]]) -> NDArray[np.float64]:
    nothing = np.zeros(len(capp130.TOPICS))
    others = sorted(known.keys() - {row})
    before, after = [r for r in others if r < row][::-1], [r for r in others if r > row]
    nearest = [[known[r] / abs(r - row) ** 0.5 for r in side[:2]] for side in (before, after)]
    padded = [label for side in nearest for label in (*side, *[nothing] * (2 - len(side)))]
    shares = np.exp([-abs(r - row) / 4 for r in others])
    labels = np.array([known[r] for r in others]).reshape(-1, len(nothing))
    return np.concatenate([*padded, shares @ labels / (shares.sum() + 0.3), (labels.sum(0) + 1) / (len(others) + 8)])


def _label_matrix(task: TopicTask, places: Sequence[Place]) -> NDArray[np.int8]:
    return np.array([[t in label for t in capp130.TOPICS] for label in task.labels(places)], dtype=np.int8)


def branch_topics(
    task: TopicTask, train: Sequence[Place], wanted: Sequence[Place], encoder: Encoder, *, recipe: NgramRecipe
) -> Topics:
    """Train the linear branch alone on some rows; return its topics for others."""
    settings = Settings(topics=tuple(capp130.TOPICS))
    examples = [capp130_example(policy, task.known(policy, train), encoder) for policy in task.policies]
    model = train_ngrams(recipe, examples, settings, seed=0)
    logits = {e.name: model.sentence_logits(e.policy.ids, e.policy.views) for e in examples}
    return _decide({name: sigmoid(values[:, len(settings.categories) : -1]) for name, values in logits.items()}, wanted)


def network_topics(
    task: TopicTask, wanted: Sequence[Place], encoder: Encoder, engine: Engine, *, context: bool = True
) -> Topics:
    """Return a model's topics for rows: those likelier than not, or whose union of categories is, if it has no topics."""
    names = {name for name, _ in wanted}
    policies = [policy for policy in task.policies if policy.name in names]
    documents = [policy.document() for policy in policies]
    encoded = (encoder.encode(document.text, segment(document)) for document in documents)
    read = encoded if context else (alone(policy, encoder) for policy in encoded)
    found = [q.topics if encoder.settings.topics else topic_scores(q.categories) for q in predict(read, encoder, engine)]
    return _decide(dict(zip((policy.name for policy in policies), found, strict=True)), wanted)


def topic_scores(categories: NDArray[np.floating]) -> NDArray[np.float64]:
    """Turn (sentences, categories) probabilities into (sentences, topics): a topic is present if any of its categories is."""
    unions = union_matrix(Settings())[len(CATEGORIES) :]
    absent = np.log1p(-np.clip(categories.astype(np.float64), 0, 1 - 1e-9)) @ unions.T
    return -np.expm1(absent)


def _decide(scores: dict[str, NDArray[np.floating]], wanted: Sequence[Place]) -> Topics:
    return [frozenset(np.array(capp130.TOPICS)[scores[name][row] > _CUT]) for name, row in wanted]


def split_table(gold: Topics, unseen: Sequence[bool], systems: Iterable[tuple[str, Topics]]) -> str:
    """Return micro and macro F1 of systems on a part of the split, whole and without the sentences met in another part."""
    rows = []
    for name, found in systems:
        whole = score_topics(gold, found)
        fresh = score_topics(*([t for t, new in zip(topics, unseen, strict=True) if new] for topics in (gold, found)))
        rows.append([name, whole.micro.f1, whole.macro(), fresh.micro.f1, fresh.macro()])
    return markdown_table(["system", "micro F1", "macro F1", "leak-free micro", "leak-free macro"], rows)


def fold_table(task: TopicTask, folds: int, systems: Mapping[str, Learn]) -> str:
    """Return micro and macro F1 of systems, pooled over folds of whole policies."""
    splits = list(disjoint_folds(task, folds))
    rows = []
    for name, learn in systems.items():
        parts = [score_topics(task.labels(test), learn(train, test)) for train, test in splits]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        rows.append([name, total.micro.f1, total.macro()])
    return markdown_table([f"system, {folds} folds of whole policies", "micro F1", "macro F1"], rows)


def score_topics(gold: Topics, found: Topics) -> Scores:
    """Score topics as the published results are: 2ΣTP / (2ΣTP + ΣFP + ΣFN) and the mean of the 11 F1s."""
    return score_sets(gold, found, capp130.TOPICS)


def _readings(policy: capp130.Policy) -> list[Reading]:
    document = policy.document()
    texts = [row.text for row in policy.rows]
    heading = ""
    readings = []
    for index, (text, block) in enumerate(zip(texts, document.blocks, strict=True)):
        previous = texts[index - 1] if index else ""
        following = texts[index + 1] if index + 1 < len(texts) else ""
        readings.append(Reading(text, heading, previous, following))
        if block.kind == "heading":
            heading = text
    return readings
