"""The project's gold beside CAPP-130's human labels, on the same sentences and in CAPP-130's label set."""

from collections.abc import Sequence
from pathlib import Path

from ..data.corpora import capp130
from ..data.errors import GoldError
from ..data.record import Record
from ..data.taxonomy import CAPP130_TOPICS
from .gold import StandOff
from .metrics import Scores, cohen_kappa, score_sets
from .tables import markdown_table


def compare_with_humans(gold: Sequence[Record], places: dict[str, StandOff], root: Path) -> str:
    """Return a table of F1 and κ per topic, human labels taken as gold, over the labelled rows of the published split.

    `places` names each record's policy in the corpus at `root`. Raises `GoldError` if no record belongs to CAPP-130, and
    for one whose policy the corpus lacks or cuts into other sentences.
    """
    policies = {policy.name: policy for policy in capp130.read_policies(root)}
    split = capp130.topic_split()
    human, own = [], []
    for record in gold:
        place = places.get(record.id)
        if place is None or place.corpus != "capp130":
            continue
        if place.policy not in policies:
            raise GoldError(f"{record.id}: the copy of CAPP-130 at {root} has no policy {place.policy}; give a whole one")
        rows = policies[place.policy].rows
        lines = [index for index, row in enumerate(rows) if row.text.strip()]
        if len(lines) != len(record.sentences):
            count = len(record.sentences)
            raise GoldError(f"{record.id}: {count} sentences, but {place.policy} has {len(lines)} rows; one for each is wanted")
        for index, sentence in zip(lines, record.sentences, strict=True):
            labels = rows[index].labels
            if labels is not None and (place.policy, index) in split:
                human.append(labels & frozenset(capp130.TOPICS))
                own.append(topics_of(sentence.categories))
    if not human:
        raise GoldError("none of these records annotates a policy of CAPP-130; give annotations/capp130")
    return _table(score_sets(human, own, capp130.TOPICS), human, own)


def topics_of(categories: Sequence[str]) -> frozenset[str]:
    """Return the topics whose union holds any of the categories."""
    return frozenset(topic for topic, union in CAPP130_TOPICS.items() if set(union) & set(categories))


def _table(scores: Scores, human: Sequence[frozenset[str]], own: Sequence[frozenset[str]]) -> str:
    rows: list[list[object]] = []
    for topic, counts in scores.labels.items():
        kappa = cohen_kappa([topic in labels for labels in human], [topic in labels for labels in own])
        rows.append([topic, counts.precision, counts.recall, counts.f1, kappa, counts.support])
    micro = scores.micro
    rows.append(["micro", micro.precision, micro.recall, micro.f1, "", micro.support])
    rows.append(["macro", "", "", scores.macro(), "", ""])
    return f"{len(human)} sentences\n\n" + markdown_table(["topic", "P", "R", "F1", "κ", "human"], rows)
