"""The project's gold beside CAPP-130's human labels, on the same sentences and in CAPP-130's label set."""

from collections.abc import Mapping, Sequence
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

    `places` names each record's policy in the corpus at `root`. Raises `GoldError` as `categories_by_row` does.
    """
    policies = {policy.name: policy for policy in capp130.read_policies(root)}
    split = capp130.topic_split()
    human, own = [], []
    for (name, row), categories in categories_by_row(gold, places, list(policies.values())).items():
        labels = policies[name].rows[row].labels
        if labels is not None and (name, row) in split:
            human.append(labels & frozenset(capp130.TOPICS))
            own.append(topics_of(categories))
    return _table(score_sets(human, own, capp130.TOPICS), human, own)


def categories_by_row(
    gold: Sequence[Record], places: Mapping[str, StandOff], policies: Sequence[capp130.Policy]
) -> dict[tuple[str, int], Sequence[str]]:
    """Return the gold's categories of CAPP-130's rows, by policy and row from 0; records on other corpora are passed over.

    Raises `GoldError` for a record whose policy is not there or is cut into other sentences, and if all are passed over.
    """
    by_name = {policy.name: policy for policy in policies}
    categories = {}
    for record in gold:
        place = places.get(record.id)
        if place is None or place.corpus != "capp130":
            continue
        if place.policy not in by_name:
            raise GoldError(f"{record.id}: this copy of CAPP-130 has no policy {place.policy}; give a whole one")
        lines = [index for index, row in enumerate(by_name[place.policy].rows) if row.text.strip()]
        if len(lines) != len(record.sentences):
            count = len(record.sentences)
            raise GoldError(f"{record.id}: {count} sentences, but {place.policy} has {len(lines)} rows; one for each is wanted")
        for index, sentence in zip(lines, record.sentences, strict=True):
            categories[place.policy, index] = sentence.categories
    if not categories:
        raise GoldError("none of these records annotates a policy of CAPP-130; give annotations/capp130")
    return categories


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
