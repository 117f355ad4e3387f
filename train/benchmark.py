"""Figures on public corpora and on the project's gold, network and baselines side by side."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..annotations.evaluation import Evaluation, evaluate, spans_by_type, unseen_recall
from ..annotations.metrics import Counts, Scores, score_sets, score_spans
from ..annotations.tables import markdown_table
from ..data.corpora import capp130
from ..data.errors import GoldError
from ..data.lexicon.tagger import dictionary_spans
from ..data.readers.text import text_document
from ..data.record import Record
from ..data.segmentation import segment
from ..data.taxonomy import CATEGORIES, ENTITY_TYPES
from ..models.decoding import TAGS
from ..models.encoding import Batch, Encoder
from ..models.prediction import Engine, Output, predict
from ..models.settings import Settings
from .linear import LinearModel, Reading
from .targets import UNIONS, alone, union_matrix

_TOPIC_CUT = 0.5
_NEVER = 100.0
"""Logits below zero that no sigmoid tells from certainty."""


@dataclass(frozen=True, slots=True)
class TopicTask:
    """CAPP-130's topic task: policies, and the rows of each that belong to a part of the published split."""

    policies: tuple[capp130.Policy, ...]
    rows: dict[str, list[tuple[str, int]]]

    def labels(self, split: str) -> list[frozenset[str]]:
        """Return the gold topics of a part. Raises `GoldError` where the copy of the corpus withholds them."""
        by_name = {policy.name: policy for policy in self.policies}
        labels = [by_name[name].rows[row].labels for name, row in self.rows[split]]
        if any(label is None for label in labels):
            raise GoldError(f"the {split} labels are withheld in this copy of CAPP-130; use the complete public repository")
        return [(label or frozenset()) & frozenset(capp130.TOPICS) for label in labels]

    def known(self, policy: capp130.Policy, split: str) -> list[bool]:
        """Say for each row of a policy whether it belongs to a part of the split."""
        rows = {row for name, row in self.rows[split] if name == policy.name}
        return [index in rows for index in range(len(policy.rows))]


def topic_task(root: Path) -> TopicTask:
    """Read CAPP-130 with its published topic split."""
    rows: dict[str, list[tuple[str, int]]] = {"train": [], "dev": [], "test": []}
    for place, split in capp130.topic_split().items():
        rows[split].append(place)
    return TopicTask(tuple(capp130.read_policies(root)), rows)


def linear_topics(task: TopicTask, split: str, *, context: bool) -> list[frozenset[str]]:
    """Train the linear baseline on the published train rows; return its topics for another part's rows."""
    readings = {(policy.name, i): r for policy in task.policies for i, r in enumerate(_readings(policy))}
    matrix = np.array([[t in label for t in capp130.TOPICS] for label in task.labels("train")], dtype=np.int8)
    model = LinearModel(context=context).fit([readings[place] for place in task.rows["train"]], matrix)
    found = model.predict([readings[place] for place in task.rows[split]])
    return [frozenset(np.array(capp130.TOPICS)[row.astype(bool)]) for row in found]


def network_topics(
    task: TopicTask, split: str, encoder: Encoder, engine: Engine, *, context: bool = True
) -> list[frozenset[str]]:
    """Return the network's topics for a part's rows: those whose union of categories is likelier than not."""
    wanted = {name for name, _ in task.rows[split]}
    policies = [policy for policy in task.policies if policy.name in wanted]
    documents = [policy.document() for policy in policies]
    encoded = (encoder.encode(document.text, segment(document)) for document in documents)
    read = encoded if context else (alone(policy, encoder) for policy in encoded)
    scores = {p.name: topic_scores(q.categories) for p, q in zip(policies, predict(read, encoder, engine), strict=True)}
    return [frozenset(np.array(capp130.TOPICS)[scores[name][row] > _TOPIC_CUT]) for name, row in task.rows[split]]


def topic_scores(categories: NDArray[np.float32]) -> NDArray[np.float64]:
    """Turn (sentences, categories) probabilities into (sentences, topics): a topic is present if any of its categories is."""
    unions = union_matrix()[len(CATEGORIES) : len(UNIONS)]
    absent = np.log1p(-np.clip(categories.astype(np.float64), 0, 1 - 1e-9)) @ unions.T
    return -np.expm1(absent)


def topic_table(rows: Iterable[tuple[str, Scores]]) -> str:
    """Return micro and macro F1 of several systems as a Markdown table."""
    return markdown_table(["system", "micro F1", "macro F1"], [[name, s.micro.f1, s.macro()] for name, s in rows])


def score_topics(gold: Sequence[frozenset[str]], found: Sequence[frozenset[str]]) -> Scores:
    """Score topics as the published results are: 2ΣTP / (2ΣTP + ΣFP + ΣFN) and the mean of the 11 F1s."""
    return score_sets(gold, found, capp130.TOPICS)


def boundary_table(gold: Sequence[Record]) -> str:
    """Return P, R and F1 of the segmenter's sentence ends on plain text, a row a policy."""
    rows = []
    for record in gold:
        found = segment(text_document(record.text or "", id=record.id))
        counts = score_spans({s.end for s in record.sentences}, {s.end for s in found})
        rows.append([record.id, counts.precision, counts.recall, counts.f1, counts.support])
    return markdown_table(["policy", "P", "R", "F1", "gold"], rows)


class Silence:
    """An engine without a network: what is added to its zeros, the linear branch, decides alone."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __call__(self, batch: Batch) -> Output:
        """Return zeros of a network's shapes."""
        windows, pieces, tokens = batch.pooling.shape
        sentences = np.zeros((windows, pieces, len(self.settings.categories)), dtype=np.float32)
        tags = np.zeros((windows, tokens, len(self.settings.entity_types), TAGS), dtype=np.float32)
        return Output(sentences, sentences - _NEVER, tags)


@dataclass(frozen=True, slots=True)
class Fold:
    """One policy left out: its gold, what a model that never saw it predicted, recall on unseen surfaces by type, and
    what the dictionary finds."""

    gold: Record
    predicted: Record
    unseen: dict[str, Counts]
    dictionary: Scores


def hold_out(
    records: Sequence[Record],
    groups: Sequence[Sequence[str]],
    train_and_predict: Callable[[Sequence[Record], Sequence[Record]], Sequence[Record]],
) -> Iterator[Fold]:
    """For each group of policy ids, train on all the other policies and predict the group's."""
    for group in groups:
        held_out = [record for record in records if record.id in group]
        rest = [record for record in records if record.id not in group]
        seen = surfaces(rest)
        for record, predicted in zip(held_out, train_and_predict(rest, held_out), strict=True):
            yield Fold(record, predicted, unseen_recall(record, predicted, seen), dictionary_scores(record))


def dictionary_scores(gold: Record) -> Scores:
    """Score the lexicons' own spans: the baseline that a tagger has to beat."""
    spans, found = spans_by_type(gold.entities), spans_by_type(dictionary_spans(gold.text or ""))
    return Scores({kind: score_spans(spans[kind], found[kind]) for kind in ENTITY_TYPES})


def surfaces(records: Iterable[Record]) -> dict[str, set[str]]:
    """Return the entity surfaces of records by type, case folded."""
    seen: dict[str, set[str]] = {kind: set() for kind in ENTITY_TYPES}
    for record in records:
        for entity in record.entities:
            seen[entity.type].add((record.text or "")[entity.start : entity.end].casefold())
    return seen


def fold_report(folds: Sequence[Fold]) -> str:
    """Return pooled scores, a row a policy, and recall on surfaces unseen in training."""
    parts = [evaluate([fold.gold], [fold.predicted]) for fold in folds]
    rows = [_policy_row(fold.gold.id, part) for fold, part in zip(folds, parts, strict=True)]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    unseen = [[k, sum((f.unseen[k] for f in folds), Counts())] for k in ENTITY_TYPES]
    known = [[k, sum((f.dictionary.labels[k] for f in folds), Counts())] for k in ENTITY_TYPES]
    dictionary = markdown_table(
        ["dictionary (strict span)", "P", "R", "F1", "gold"], [[k, c.precision, c.recall, c.f1, c.support] for k, c in known]
    )
    per_policy = markdown_table(["policy", "category micro F1", *(f"{kind} F1" for kind in ENTITY_TYPES)], rows)
    rest = markdown_table(["entity unseen in training", "recall", "gold"], [[k, c.recall, c.support] for k, c in unseen])
    return "\n\n".join([total.to_markdown(), dictionary, rest, per_policy])


def _policy_row(name: str, part: Evaluation) -> list[object]:
    entities = part.entities.labels
    return [name, part.categories.micro.f1, *(entities[kind].f1 if entities[kind].support else "–" for kind in ENTITY_TYPES)]


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
