"""Annotated policies into training examples: what each source knows about each sentence and token.

A source's label stands for a union of categories. A target is 1 where the sentence has at least one category of the union,
0 where it has none, and `UNKNOWN` where the source cannot say; what is unknown costs nothing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.corpora import ca4p483, capp130
from ..data.corpora.ca4p483 import component_spans, join_bios
from ..data.document import Sentence, Span
from ..data.record import Record
from ..data.segmentation import segment
from ..data.taxonomy import CA4P483_CLASSES, CAPP130_TOPICS, CATEGORIES, ENTITY_TYPES
from ..models.decoding import encode_rows
from ..models.encoding import EncodedPolicy, Encoder
from ..models.settings import Settings
from ..models.windows import Piece, Window, cut_windows

UNKNOWN = -1
IGNORED = -100
"""The label of a token that takes no part in the loss (torch's default `ignore_index`)."""

UNIONS: tuple[tuple[str, ...], ...] = (*((category,) for category in CATEGORIES), *CAPP130_TOPICS.values())
"""Every union that a target may speak of: the single categories, then the topics of CAPP-130. A network that has the topics
among its own labels learns each as itself."""

PARAGRAPH_CLASSES = tuple(name for name, categories in CA4P483_CLASSES.items() if categories)
"""The paragraph classes of CA4P-483 that stand for categories."""

_OWN = slice(0, len(CATEGORIES))
_CAPP130 = slice(len(CATEGORIES), len(UNIONS))


class ParagraphTarget(NamedTuple):
    """A paragraph's sentences, at least one of which has a category of its class, an index into `PARAGRAPH_CLASSES`."""

    sentences: range
    label: int


@dataclass(frozen=True, slots=True)
class Example:
    """An encoded policy with targets. Shapes: `unions` (sentences, unions), `denied` (sentences, categories); `tags` has an
    array (tokens, entity types) for each sentence, or is None where entities are not annotated. `weight` scales the loss."""

    name: str
    policy: EncodedPolicy
    unions: NDArray[np.int8]
    denied: NDArray[np.int8]
    tags: list[NDArray[np.int8]] | None
    weight: float = 1.0
    paragraphs: tuple[ParagraphTarget, ...] = ()

    def speaks(self, window: Window) -> bool:
        """Say whether anything is known about what stands in a window."""
        sentences = [piece.sentence for piece in window.pieces if not piece.is_context]
        tagged = self.tags is not None and any((self.tags[index] != IGNORED).any() for index in sentences)
        return tagged or bool((self.unions[sentences] != UNKNOWN).any()) or bool(self.paragraphs_in(window))

    def paragraphs_in(self, window: Window) -> list[ParagraphTarget]:
        """Return the paragraphs whose sentences all stand in a window, as more than context and whole."""
        whole = {p.sentence for p in window.pieces if not p.is_context and p.size == len(self.policy.ids[p.sentence])}
        return [paragraph for paragraph in self.paragraphs if whole.issuperset(paragraph.sentences)]


def paragraph_matrix(settings: Settings) -> NDArray[np.float32]:
    """Return (paragraph classes, labels) with 1 where the class stands for the category, 0 for CAPP-130's topics."""
    unions = [CA4P483_CLASSES[name] for name in PARAGRAPH_CLASSES]
    return np.array([[label in union for label in settings.labels] for union in unions], dtype=np.float32)


def union_matrix(settings: Settings) -> NDArray[np.float32]:
    """Return (unions, labels) with 1 where the union holds the label."""
    if settings.topics:
        return np.eye(len(UNIONS), len(settings.labels), dtype=np.float32)
    return np.array([[category in union for category in CATEGORIES] for union in UNIONS], dtype=np.float32)


def gold_example(record: Record, encoder: Encoder, *, weight: float = 1.0, silent: Collection[int] = ()) -> Example:
    """Make an example of the project's own gold: everything is known, but for the sentences that are to be `silent`."""
    text = record.text
    if text is None:
        raise ValueError(f"{record.id} is stand-off; join it with its corpus first")
    sentences = [Sentence(s.start, s.end, s.kind, s.headings) for s in record.sentences]
    policy = encoder.encode(text, sentences)
    unions = np.full((len(sentences), len(UNIONS)), UNKNOWN, dtype=np.int8)
    unions[:, _OWN] = [[category in s.categories for category in CATEGORIES] for s in record.sentences]
    denied = np.array([[_denial(s.categories, s.denied, c) for c in CATEGORIES] for s in record.sentences], dtype=np.int8)
    spans = {kind: [(e.start, e.end) for e in record.entities if e.type == kind] for kind in ENTITY_TYPES}
    tags = encode_rows(policy.offsets, spans)
    for index in silent:
        unions[index], denied[index], tags[index][:] = UNKNOWN, UNKNOWN, IGNORED
    return Example(record.id, policy, unions, denied, tags, weight)


def capp130_example(
    policy: capp130.Policy, known: Sequence[bool], encoder: Encoder, *, weight: float = 1.0, context: bool = True
) -> Example:
    """Make an example of a CAPP-130 policy; only rows with `known` speak. Without `context` each row is read alone."""
    document = policy.document()
    sentences = segment(document)
    encoded = encoder.encode(document.text, sentences)
    if not context:
        encoded = alone(encoded, encoder)
    unions = np.full((len(sentences), len(UNIONS)), UNKNOWN, dtype=np.int8)
    for index, (row, speaks) in enumerate(zip(policy.rows, known, strict=True)):
        if speaks and row.labels is not None:
            unions[index, _CAPP130] = [topic in row.labels for topic in capp130.TOPICS]
    denied = np.full((len(sentences), len(CATEGORIES)), UNKNOWN, dtype=np.int8)
    return Example(policy.name, encoded, unions, denied, None, weight)


def ca4p483_example(rows: Sequence[Sequence[tuple[str, str]]], encoder: Encoder, *, weight: float = 1.0) -> Example:
    """Make an example of CA4P-483's sentences (see `read_bios`)."""
    text, sentences = join_bios(rows)
    policy = encoder.encode(text, sentences)
    spans: dict[str, list[tuple[int, int]]] = {name: [] for name in encoder.settings.entity_types}
    for sentence, row in zip(sentences, rows, strict=True):
        for name, first, last in component_spans(row):
            spans[name].append((sentence.start + first, sentence.start + last))
    unknown = np.full((len(rows), len(UNIONS)), UNKNOWN, dtype=np.int8)
    return Example("ca4p483", policy, unknown, unknown[:, _OWN], encode_rows(policy.offsets, spans), weight)


def paragraph_example(policy: ca4p483.Policy, encoder: Encoder, *, weight: float = 1.0) -> Example:
    """Make an example of a CA4P-483 policy by the classes of its paragraphs, those that stand for categories."""
    document = policy.document()
    sentences = segment(document)
    encoded = encoder.encode(document.text, sentences)
    paragraphs = []
    for paragraph in policy.paragraphs:
        inside = within(paragraph, sentences)
        if paragraph.label in PARAGRAPH_CLASSES and inside:
            paragraphs.append(ParagraphTarget(inside, PARAGRAPH_CLASSES.index(paragraph.label)))
    unknown = np.full((len(sentences), len(UNIONS)), UNKNOWN, dtype=np.int8)
    return Example(policy.name, encoded, unknown, unknown[:, _OWN], None, weight, tuple(paragraphs))


def within(span: Span, sentences: Sequence[Span]) -> range:
    """Return the indices of the sentences, given in order, that lie whole in a span."""
    first = bisect_left(sentences, span.start, key=lambda sentence: sentence.start)
    return range(first, bisect_right(sentences, span.end, key=lambda sentence: sentence.end))


def alone(policy: EncodedPolicy, encoder: Encoder) -> EncodedPolicy:
    """Return the same policy with every sentence in a window of its own."""
    windows = []
    for index, ids in enumerate(policy.ids):
        for window in cut_windows([len(ids)], [()], encoder.settings):
            pieces = tuple(Piece(index, p.first, p.last, p.position, p.is_context) for p in window.pieces)
            windows.append(Window(pieces, window.size))
    itself = policy.views.copy()
    itself[:, 1:] = -1
    return replace(policy, windows=windows, views=itself)


def _denial(categories: Sequence[str], denied: Sequence[str], category: str) -> int:
    return int(category in denied) if category in categories else UNKNOWN
