"""Figures on public corpora and on the project's gold, network and baselines side by side."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..annotations.evaluation import Evaluation, dictionary_table, evaluate, surfaces, unseen_recall, unseen_table
from ..annotations.metrics import Counts, score_spans
from ..annotations.tables import markdown_table
from ..data.readers.text import text_document
from ..data.record import Record
from ..data.segmentation import segment
from ..data.taxonomy import ENTITY_TYPES
from ..models.decoding import TAGS
from ..models.encoding import Batch
from ..models.prediction import Output
from ..models.settings import Settings
from .versions import gold_lines, without_versions

_NEVER = 100.0
"""A logit whose sigmoid is 1 to every digit shown."""


def boundary_table(gold: Sequence[Record]) -> str:
    """Return P, R and F1 of the segmenter's sentence ends on plain text, a row a policy."""
    rows = []
    for record in gold:
        found = segment(text_document(record.text or "", id=record.id))
        counts = score_spans({s.end for s in record.sentences}, {s.end for s in found})
        rows.append([record.id, counts.precision, counts.recall, counts.f1, counts.support])
    return markdown_table(["policy", "P", "R", "F1", "gold"], rows)


class Silence:
    """An engine without a network: what is added to its zeros, the linear branch, decides alone and denies nothing."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __call__(self, batch: Batch) -> Output:
        """Return outputs of a network's shapes: zeros, and of denials what rules them out."""
        windows, pieces, tokens = batch.pooling.shape
        labels = np.zeros((windows, pieces, len(self.settings.labels)), dtype=np.float32)
        denied = np.full((windows, pieces, len(self.settings.categories)), -_NEVER, dtype=np.float32)
        tags = np.zeros((windows, tokens, len(self.settings.entity_types), TAGS), dtype=np.float32)
        return Output(labels, denied, tags)


@dataclass(frozen=True, slots=True)
class Fold:
    """One policy left out: its gold, what a model that never saw it predicted, and recall on unseen surfaces by type."""

    gold: Record
    predicted: Record
    unseen: dict[str, Counts]


def hold_out(
    records: Sequence[Record],
    groups: Sequence[Collection[str]],
    train_and_predict: Callable[[Sequence[Record], Sequence[Record]], Sequence[Record]],
) -> Iterator[Fold]:
    """For each group of policy ids, train on all other policies that are no versions of one in it, and predict the group's."""
    for group in groups:
        held_out = [record for record in records if record.id in group]
        rest = [record for record in records if record.id not in group]
        rest = without_versions(rest, [gold_lines(record) for record in held_out])
        seen = surfaces(rest)
        for record, predicted in zip(held_out, train_and_predict(rest, held_out), strict=True):
            yield Fold(record, predicted, unseen_recall(record, predicted, seen))


def fold_report(folds: Sequence[Fold]) -> str:
    """Return pooled scores, a row a policy, and recall on surfaces unseen in training."""
    parts = [evaluate([fold.gold], [fold.predicted]) for fold in folds]
    rows = [_policy_row(fold.gold.id, part) for fold, part in zip(folds, parts, strict=True)]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    per_policy = markdown_table(["policy", "category micro F1", *(f"{kind} F1" for kind in ENTITY_TYPES)], rows)
    rest = unseen_table([fold.unseen for fold in folds])
    return "\n\n".join([total.to_markdown(boundaries=False), dictionary_table([fold.gold for fold in folds]), rest, per_policy])


def _policy_row(name: str, part: Evaluation) -> list[object]:
    entities = part.entities.labels
    return [name, part.categories.micro.f1, *(entities[kind].f1 if entities[kind].support else "–" for kind in ENTITY_TYPES)]
