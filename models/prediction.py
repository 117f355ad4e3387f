"""From encoded policies to scores and spans, whatever engine runs the network. Torch-free."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .decoding import TAGS, decode_spans, sigmoid
from .encoding import Batch, EncodedPolicy, Encoder
from .windows import Piece, Window, long_sentences


@dataclass(frozen=True, slots=True)
class Output:
    """The network's answer to a batch, as logits.

    `categories` are (windows, pieces, labels), the labels being the categories and then `Settings.topics`; `denied` are
    (windows, pieces, categories), `tags` (windows, tokens, entity types, 3) in the order O, B, I.
    """

    categories: NDArray[np.float32]
    denied: NDArray[np.float32]
    tags: NDArray[np.float32]


class Engine(Protocol):
    """Whatever can run the network."""

    def __call__(self, batch: Batch) -> Output:
        """Run one batch of windows."""
        ...


@dataclass(frozen=True, slots=True)
class EntitySpan:
    """A predicted span of the policy's text."""

    start: int
    end: int
    type: str
    score: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """Scores in [0, 1] of shape (sentences, categories), `topics` (sentences, topics), spans, and the sentences that were
    read in pieces."""

    categories: NDArray[np.float32]
    topics: NDArray[np.float32]
    denied: NDArray[np.float32]
    entities: tuple[EntitySpan, ...]
    in_pieces: tuple[int, ...]


class _Merger:
    """Collects a policy's logits window by window."""

    def __init__(self, policy: EncodedPolicy, encoder: Encoder) -> None:
        settings = encoder.settings
        self.policy = policy
        self.settings = settings
        self.ngrams = encoder.ngrams
        self.left = len(policy.windows)
        self.labels = np.zeros((len(policy.ids), len(settings.labels)), dtype=np.float32)
        self.denied = np.zeros((len(policy.ids), len(settings.categories)), dtype=np.float32)
        self.weight = np.zeros(len(policy.ids), dtype=np.float32)
        self.tags = [np.zeros((len(row), len(settings.entity_types), TAGS), dtype=np.float32) for row in policy.ids]

    def add(self, window: Window, output: Output, row: int) -> None:
        self.left -= 1
        for column, piece in enumerate(window.pieces):
            if piece.is_context:
                continue
            weight = max(piece.size, 1)
            self.labels[piece.sentence] += weight * output.categories[row, column]
            self.denied[piece.sentence] += weight * output.denied[row, column]
            self.weight[piece.sentence] += weight
            self._add_tags(piece, output.tags[row])

    def _add_tags(self, piece: Piece, tags: NDArray[np.float32]) -> None:
        """Where two pieces overlap, each answers for the half of the overlap that lies deeper inside it."""
        row, overlap = self.tags[piece.sentence], self.settings.overlap_tokens
        begin = overlap // 2 if piece.first else 0
        end = piece.size - (overlap - overlap // 2 if piece.last < len(row) else 0)
        row[piece.first + begin : piece.first + end] = tags[piece.position + begin : piece.position + end]

    def finish(self) -> Prediction:
        weight = np.maximum(self.weight, 1)[:, None]
        labels, denied = self.labels / weight, self.denied / weight
        categories, topics = np.split(labels, [denied.shape[1]], axis=1)
        if self.ngrams is not None:
            branch = self.ngrams.sentence_logits(self.policy.ids, self.policy.views)
            parts = np.split(branch, [categories.shape[1], labels.shape[1]], axis=1)
            categories += self.settings.ngram_weight * parts[0]
            topics += self.settings.ngram_topic_weight * parts[1]
            denied += self.settings.ngram_denial_weight * parts[2]
        entities = [span for index in range(len(self.policy.ids)) for span in self._spans(index)]
        entities.sort(key=lambda span: (span.start, span.end, span.type))
        return Prediction(
            sigmoid(categories / self.settings.temperature).astype(np.float32),
            sigmoid(topics).astype(np.float32),
            sigmoid(denied).astype(np.float32),
            tuple(entities),
            tuple(long_sentences([len(row) for row in self.policy.ids], self.settings)),
        )

    def _spans(self, index: int) -> Iterator[EntitySpan]:
        ids, offsets, tags = self.policy.ids[index], self.policy.offsets[index], self.tags[index]
        if self.ngrams is not None:
            tags = tags + self.settings.ngram_tag_weight * self.ngrams.tag_logits(ids, self.policy.matches[index])
        for kind, name in enumerate(self.settings.entity_types):
            chain = self.settings.ngram_chain_weight * self.ngrams.chain[kind] if self.ngrams is not None else None
            for first, last, score in decode_spans(tags[:, kind], chain=chain, inside=self.policy.inside[index]):
                start, end = offsets[first][0], offsets[last - 1][1]
                if start < end:
                    yield EntitySpan(start, end, name, score)


def predict(
    policies: Iterable[EncodedPolicy], encoder: Encoder, engine: Engine, *, batch_windows: int = 16
) -> Iterator[Prediction]:
    """Yield one prediction a policy, in order. Windows of several policies share batches; memory stays bounded."""
    merging: list[_Merger] = []
    waiting: list[tuple[_Merger, Window]] = []
    for policy in policies:
        merger = _Merger(policy, encoder)
        merging.append(merger)
        waiting.extend((merger, window) for window in merger.policy.windows)
        while len(waiting) >= batch_windows * 8:
            waiting = _run(waiting, encoder, engine, batch_windows, keep=batch_windows)
            while merging and not merging[0].left:
                yield merging.pop(0).finish()
    while waiting:
        waiting = _run(waiting, encoder, engine, batch_windows, keep=0)
    for merger in merging:
        yield merger.finish()


def _run(
    waiting: list[tuple[_Merger, Window]], encoder: Encoder, engine: Engine, batch_windows: int, *, keep: int
) -> list[tuple[_Merger, Window]]:
    """Run the waiting windows but the last `keep`, in batches of like length."""
    now, later = (waiting[:-keep], waiting[-keep:]) if keep else (waiting, [])
    now = sorted(now, key=lambda item: item[1].size)
    for begin in range(0, len(now), batch_windows):
        chunk = now[begin : begin + batch_windows]
        output = engine(encoder.batch([(merger.policy, window) for merger, window in chunk]))
        for row, (merger, window) in enumerate(chunk):
            merger.add(window, output, row)
    return later
