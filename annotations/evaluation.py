"""Predicted records against gold: categories in context, denials, strict entity spans, sentence boundaries, SDK records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..data.errors import GoldError
from ..data.lexicon import dictionary_spans
from ..data.record import Entity, LabelledSentence, Record
from ..data.taxonomy import CATEGORIES, ENTITY_TYPES
from .metrics import Counts, Scores, score_sets, score_spans
from .tables import NOTHING, markdown_table

LEAST = 20
"""A category with fewer positives in the gold is left out of the macro mean: its F1 is mostly chance."""

_MEASURES = ("P", "R", "F1", "gold")

_NO_SDKS = Scores({"records": Counts(), "fields": Counts()})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Counts of one policy, or pooled over several with `+`.

    `sdks` counts SDK records, matched by the span of their name, and their fields, item by item; policies whose gold tags
    SDKs but has no records are left out of it.
    """

    categories: Scores
    denied: Counts
    entities: Scores
    boundaries: Counts
    sdks: Scores = _NO_SDKS

    def __add__(self, other: "Evaluation") -> "Evaluation":
        """Pool the counts of two sets of policies."""
        return Evaluation(
            self.categories + other.categories,
            self.denied + other.denied,
            self.entities + other.entities,
            self.boundaries + other.boundaries,
            self.sdks + other.sdks,
        )

    def to_markdown(self, *, boundaries: bool = True) -> str:
        """Return the scores as Markdown tables; `boundaries` False leaves out those of sentence ends."""
        labels = [*_rows(self.categories.labels), *_row("micro", self.categories.micro)]
        macro = self.categories.macro(LEAST) if any(c.support >= LEAST for c in self.categories.labels.values()) else NOTHING
        labels.append([f"macro (≥ {LEAST} in gold)", "", "", macro, ""])
        labels += _row("denied", self.denied)
        spans = [*_rows(self.entities.labels), *_row("micro", self.entities.micro)]
        tables = [
            markdown_table(["category", *_MEASURES], labels),
            markdown_table(["entity (strict span)", *_MEASURES], spans),
        ]
        if boundaries:
            tables.append(markdown_table(["sentence ends", *_MEASURES], _row("boundaries", self.boundaries)))
        if self.denied.support:
            tables.insert(1, markdown_table(["denied", "R from", "R to (95 %)"], [["", *self.denied.recall_interval()]]))
        if self.sdks.micro.support:
            tables.append(markdown_table(["SDK disclosure", *_MEASURES], _rows(self.sdks.labels)))
        return "\n\n".join(tables)


def evaluate(gold: Sequence[Record], predicted: Sequence[Record]) -> Evaluation:
    """Score predicted records against gold of the same ids.

    A gold sentence is compared with the predicted sentence that overlaps it most. Raises `GoldError` for an id without a
    prediction and for texts that differ.
    """
    found = {record.id: record for record in predicted}
    missing = [record.id for record in gold if record.id not in found]
    if missing:
        raise GoldError(f"no prediction for {_few(missing)}; predictions are for {_few(list(found))}: give them the gold's ids")
    parts = [_evaluate(record, found[record.id]) for record in gold]
    if not parts:
        raise GoldError("the gold is empty; at least one policy is wanted")
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "") or "nothing"


def spans_by_type(entities: Sequence[Entity]) -> dict[str, set[tuple[int, int]]]:
    """Group entity ranges by type."""
    return {kind: {(e.start, e.end) for e in entities if e.type == kind} for kind in ENTITY_TYPES}


def unseen_recall(gold: Record, predicted: Record, seen: Mapping[str, set[str]]) -> dict[str, Counts]:
    """Return, for each type, recall on the surfaces that `seen` (see `surfaces`) does not hold."""
    counts = {}
    text = gold.text or ""
    found = spans_by_type(predicted.entities)
    for kind, spans in spans_by_type(gold.entities).items():
        new = {span for span in spans if text[span[0] : span[1]].casefold() not in seen.get(kind, set())}
        hits = len(new & found[kind])
        counts[kind] = Counts(hits, 0, len(new) - hits)
    return counts


def surfaces(records: Iterable[Record]) -> dict[str, set[str]]:
    """Return the entity surfaces of records by type, case folded."""
    seen: dict[str, set[str]] = {kind: set() for kind in ENTITY_TYPES}
    for record in records:
        if record.text is None:
            raise GoldError(f"{record.id} is stand-off; join it with its corpus first")
        for entity in record.entities:
            seen[entity.type].add(record.text[entity.start : entity.end].casefold())
    return seen


def unseen_table(parts: Sequence[Mapping[str, Counts]]) -> str:
    """Return the pooled recall of `unseen_recall`, a row a type."""
    pooled = [(kind, sum((part[kind] for part in parts), Counts())) for kind in ENTITY_TYPES]
    rows = [[kind, c.recall if c.support else NOTHING, c.support] for kind, c in pooled]
    return markdown_table(["entity unseen in training", "recall", "gold"], rows)


def dictionary_table(gold: Sequence[Record]) -> str:
    """Return how the lexicons' own spans score, the baseline that a tagger has to beat."""
    pooled = _score_entities(gold[0].entities, dictionary_spans(gold[0].text or ""))
    for record in gold[1:]:
        pooled = pooled + _score_entities(record.entities, dictionary_spans(record.text or ""))
    return markdown_table(["dictionary (strict span)", *_MEASURES], [*_rows(pooled.labels), *_row("micro", pooled.micro)])


def align(gold: Sequence[LabelledSentence], predicted: Sequence[LabelledSentence]) -> list[LabelledSentence | None]:
    """Return for each gold sentence the predicted sentence that overlaps it most, if any does."""
    aligned: list[LabelledSentence | None] = []
    at = 0
    for sentence in gold:
        while at < len(predicted) and predicted[at].end <= sentence.start:
            at += 1
        best, most = None, 0
        for index in range(at, len(predicted)):  # a slice would copy the rest for every sentence
            other = predicted[index]
            if other.start >= sentence.end:
                break
            overlap = min(sentence.end, other.end) - max(sentence.start, other.start)
            if overlap > most:
                best, most = other, overlap
        aligned.append(best)
    return aligned


def _evaluate(gold: Record, predicted: Record) -> Evaluation:
    if gold.text is not None and predicted.text is not None and gold.text != predicted.text:
        raise GoldError(f"{gold.id}: the prediction was made on another text; annotate the gold's own text")
    pairs = list(zip(gold.sentences, align(gold.sentences, predicted.sentences), strict=True))
    wanted = [sentence.categories for sentence, _ in pairs]
    found = [other.categories if other else () for _, other in pairs]
    denied = score_sets(
        [sentence.denied for sentence, _ in pairs], [other.denied if other else () for _, other in pairs], CATEGORIES
    )
    entities = _score_entities(gold.entities, predicted.entities)
    ends = score_spans({s.end for s in gold.sentences}, {s.end for s in predicted.sentences})
    return Evaluation(score_sets(wanted, found, CATEGORIES), denied.micro, entities, ends, _score_sdks(gold, predicted))


def _score_entities(gold: Sequence[Entity], predicted: Sequence[Entity]) -> Scores:
    spans, theirs = spans_by_type(gold), spans_by_type(predicted)
    return Scores({kind: score_spans(spans[kind], theirs[kind]) for kind in ENTITY_TYPES})


def sdk_fields(record: Record) -> set[tuple[Any, ...]]:
    """Return the items of a record's SDK records: the name's range, the field, and the item's range, denial or platform."""
    spans = [(entity.start, entity.end) for entity in record.entities]
    items: set[tuple[Any, ...]] = set()
    for sdk in record.sdks:
        name = spans[sdk["name"]]
        ranges = [("owner", sdk.get("owner")), ("link", sdk.get("link")), *(("purpose", p) for p in sdk.get("purpose", ()))]
        items |= {(name, field, tuple(pair)) for field, pair in ranges if pair}
        for field in ("data_types", "permissions"):
            items |= {(name, field, spans[item["entity"]], item.get("denied", False)) for item in sdk.get(field, ())}
        if sdk.get("platform"):
            items.add((name, "platform", sdk["platform"]))
    return items


def _score_sdks(gold: Record, predicted: Record) -> Scores:
    if not gold.sdks and any(entity.type == "SDK" for entity in gold.entities):
        return _NO_SDKS
    names = [{(r.entities[sdk["name"]].start, r.entities[sdk["name"]].end) for sdk in r.sdks} for r in (gold, predicted)]
    return Scores({"records": score_spans(*names), "fields": score_spans(sdk_fields(gold), sdk_fields(predicted))})


def _rows(labels: Mapping[str, Counts]) -> list[list[object]]:
    return [row for label, counts in labels.items() for row in _row(label, counts)]


def _row(label: str, counts: Counts) -> list[list[object]]:
    """Return a table's row; a measure that nothing was there for is a dash."""
    precision = counts.precision if counts.tp + counts.fp else NOTHING
    recall = counts.recall if counts.support else NOTHING
    f1 = counts.f1 if counts != Counts() else NOTHING
    return [[label, precision, recall, f1, counts.support]]
