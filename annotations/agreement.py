"""Two readings of the same policies: how far they agree, and where they do not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..data.errors import GoldError
from ..data.record import LabelledSentence, Record
from ..data.taxonomy import CATEGORIES, ENTITY_TYPES
from .evaluation import Evaluation, evaluate, spans_by_type
from .metrics import Counts, cohen_kappa, krippendorff_alpha, score_sets
from .tables import markdown_table


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A sentence (by index in the first reading) or span on which two readings differ."""

    policy: str
    sentence: int
    layer: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two readings: F1 is symmetric, κ per category, α (MASI) over whole label sets.

    Labels are compared on `compared` sentences, those of the first reading's `sentences` that the second cuts alike. `alone`
    are the ids of policies that only one reading holds. SDK records are not compared.
    """

    compared: int
    sentences: int
    alone: tuple[str, ...]
    scores: Evaluation
    kappa: dict[str, float]
    alpha: float
    disagreements: tuple[Disagreement, ...]

    def to_markdown(self) -> str:
        """Return the figures as Markdown tables."""
        categories = self.scores.categories
        rows: list[list[object]] = [
            [c, self.kappa[c], categories.labels[c].f1, _mean_support(categories.labels[c])] for c in CATEGORIES
        ]
        rows.append(["all (micro)", "", categories.micro.f1, _mean_support(categories.micro)])
        rows.append(["denied", "", self.scores.denied.f1, _mean_support(self.scores.denied)])
        spans = [[kind, counts.f1, _mean_support(counts)] for kind, counts in self.scores.entities.labels.items()]
        spans.append(["all", self.scores.entities.micro.f1, _mean_support(self.scores.entities.micro)])
        spans.append(["sentence ends", self.scores.boundaries.f1, _mean_support(self.scores.boundaries)])
        return "\n\n".join(
            [
                f"Labels compared on {self.compared} of {self.sentences} sentences, those cut alike{self._left_out()}",
                markdown_table(["category", "κ", "F1", "mean positives"], rows),
                markdown_table(["span (strict)", "F1", "mean spans"], spans),
                f"Krippendorff's α of the label sets (MASI): {self.alpha:.3f}; disagreements: {len(self.disagreements)}",
            ]
        )

    def _left_out(self) -> str:
        return f"; policies in one reading alone, not compared: {', '.join(self.alone)}" if self.alone else ""


def agree(first: Sequence[Record], second: Sequence[Record]) -> Agreement:
    """Compare two readings, labels on the sentences that both cut alike.

    Only policies that both hold are compared; no policy or no sentence in common is a `GoldError`.
    """
    theirs = {record.id: record for record in second}
    pairs = [(record, theirs[record.id]) for record in first if record.id in theirs]
    if not pairs:
        raise GoldError("the two readings share no policy; their ids must match")
    sentences = [pair for a, b in pairs for pair in _same_ranges(a, b)]
    if not sentences:
        raise GoldError(
            "the two readings cut no sentence alike, so no labels can be compared; give readings of one segmentation"
        )
    labels = [(a.categories, b.categories) for a, b in sentences]
    spans = evaluate([a for a, _ in pairs], [b for _, b in pairs])
    categories = score_sets([a for a, _ in labels], [b for _, b in labels], CATEGORIES)
    denied = score_sets([a.denied for a, _ in sentences], [b.denied for _, b in sentences], CATEGORIES).micro
    return Agreement(
        compared=len(sentences),
        sentences=sum(len(a.sentences) for a, _ in pairs),
        alone=tuple(sorted({record.id for record in first} ^ theirs.keys())),
        scores=Evaluation(categories, denied, spans.entities, spans.boundaries),
        kappa={c: cohen_kappa([c in a for a, _ in labels], [c in b for _, b in labels]) for c in CATEGORIES},
        alpha=krippendorff_alpha([a for a, _ in labels], [b for _, b in labels]),
        disagreements=tuple(item for a, b in pairs for item in _disagreements(a, b)),
    )


def _same_ranges(first: Record, second: Record) -> list[tuple[LabelledSentence, LabelledSentence]]:
    theirs = {(s.start, s.end): s for s in second.sentences}
    return [(s, theirs[s.start, s.end]) for s in first.sentences if (s.start, s.end) in theirs]


def _disagreements(first: Record, second: Record) -> Iterator[Disagreement]:
    theirs = {(s.start, s.end): s for s in second.sentences}
    spans, other_spans = spans_by_type(first.entities), spans_by_type(second.entities)
    for index, sentence in enumerate(first.sentences):
        other = theirs.get((sentence.start, sentence.end))
        if other is None:
            yield Disagreement(first.id, index, "boundary", f"[{sentence.start}, {sentence.end})", "")
        elif (sentence.categories, sentence.denied) != (other.categories, other.denied):
            yield Disagreement(first.id, index, "categories", _labels(sentence), _labels(other))
        for kind in ENTITY_TYPES:
            mine = {s for s in spans[kind] if sentence.start <= s[0] < sentence.end}
            yours = {s for s in other_spans[kind] if sentence.start <= s[0] < sentence.end}
            if mine != yours:
                yield Disagreement(first.id, index, kind, _ranges(mine - yours), _ranges(yours - mine))


def _labels(sentence: LabelledSentence) -> str:
    return " ".join([*sentence.categories, *(f"denied:{c}" for c in sentence.denied)]) or "other"


def _ranges(spans: set[tuple[int, int]]) -> str:
    return " ".join(f"[{start}, {end})" for start, end in sorted(spans))


def _mean_support(counts: Counts) -> str:
    return f"{(2 * counts.tp + counts.fp + counts.fn) / 2:.0f}"
