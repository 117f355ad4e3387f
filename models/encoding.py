"""Sentences into tokens and windows into arrays. Torch-free."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ..data.document import Sentence
from ..data.errors import ModelError
from ..data.lexicon.tagger import lexicon_matches
from ..data.segmentation import LINK
from ..data.taxonomy import ENTITY_TYPES
from .decoding import encode_rows
from .folder import NGRAMS, TOKENIZER, ModelFolder
from .ngrams import NgramModel, views
from .settings import Settings
from .windows import Window, cut_windows

_WORD = re.compile("[0-9A-Za-zÀ-ÖØ-öø-ɏͰ-ӿ０-９Ａ-Ｚａ-ｚ]{2,}")
"""A word of Latin, Greek or Cyrillic letters and digits. Chinese has none, and a numeral such as ① begins one."""

_AFTER_LINK = re.compile("[,;)]")
"""What may stand in an address but more often ends it: `…/policy;IMEI`."""


@dataclass(frozen=True, slots=True)
class EncodedPolicy:
    """A policy's sentences as token ids and, for each token, its `[start, end)` in the policy's text and whether it is
    `inside` the Latin word, the address or the character of the token before (`㎡` is read as two tokens): what names
    nothing by its parts.

    The linear branch reads `views` (see `models.ngrams`) and `matches`: for each sentence the BIO tags (tokens, entity types)
    of what the lexicons know.
    """

    ids: list[list[int]]
    offsets: list[list[tuple[int, int]]]
    inside: list[list[bool]]
    windows: list[Window]
    views: NDArray[np.int64]
    matches: list[NDArray[np.int8]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows as arrays. Shapes: `input_ids` and `attention_mask` (windows, tokens), `pooling` (windows, pieces, tokens)
    with rows that sum to 1 (or 0 for padding)."""

    input_ids: NDArray[np.int64]
    attention_mask: NDArray[np.int64]
    pooling: NDArray[np.float32]


class Encoder:
    """Tokenizer, window cutter and linear branch of one model: all that happens on the CPU before and beside the network."""

    def __init__(self, tokenizer: Tokenizer, settings: Settings, ngrams: NgramModel | None = None) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self.tokenizer = tokenizer
        self.settings = settings
        self.ngrams = ngrams
        self._cls, self._sep, self._pad = (self._special(name) for name in ("[CLS]", "[SEP]", "[PAD]"))

    @classmethod
    def from_folder(cls, folder: ModelFolder) -> "Encoder":
        """Read a model folder's tokenizer and, where it has one, its linear branch."""
        path = folder.path / TOKENIZER
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the Rust library raises nothing narrower
            raise ModelError(f"{path} is no tokenizer.json: {error}") from error
        ngrams = folder.path / NGRAMS
        return cls(tokenizer, folder.settings, NgramModel.load(ngrams) if ngrams.is_file() else None)

    def encode(self, text: str, sentences: Sequence[Sentence]) -> EncodedPolicy:
        """Tokenise a policy's sentences and cut its windows."""
        surfaces = [text[s.start : s.end] for s in sentences]
        encodings = self.tokenizer.encode_batch(surfaces, add_special_tokens=False)
        ids = [encoding.ids for encoding in encodings]
        offsets = [
            [(s.start + a, s.start + b) for a, b in encoding.offsets] for s, encoding in zip(sentences, encodings, strict=True)
        ]
        windows = cut_windows([len(row) for row in ids], [s.headings for s in sentences], self.settings)
        return EncodedPolicy(ids, offsets, _inside_words(text, offsets), windows, views(sentences), _matches(text, offsets))

    def batch(self, items: Sequence[tuple[EncodedPolicy, Window]]) -> Batch:
        """Lay windows out as arrays, padded to the longest among them."""
        width = max(window.size for _, window in items)
        count = max(len(window.pieces) for _, window in items)
        ids = np.full((len(items), width), self._pad, dtype=np.int64)
        mask = np.zeros((len(items), width), dtype=np.int64)
        pooling = np.zeros((len(items), count, width), dtype=np.float32)
        for row, (policy, window) in enumerate(items):
            ids[row, 0] = self._cls
            mask[row, : window.size] = 1
            for column, piece in enumerate(window.pieces):
                begin, end = piece.position, piece.position + piece.size
                ids[row, begin:end] = policy.ids[piece.sentence][piece.first : piece.last]
                ids[row, end] = self._sep
                # A sentence of no known token is pooled from its separator.
                begin, end = (begin, end) if piece.size else (end, end + 1)
                pooling[row, column, begin:end] = 1 / (end - begin)
        return Batch(ids, mask, pooling)

    def bare(self) -> "Encoder":
        """Return the same without the linear branch."""
        return Encoder(self.tokenizer, self.settings)

    def _special(self, token: str) -> int:
        found = self.tokenizer.token_to_id(token)
        if found is None:
            raise ModelError(f"the tokenizer has no {token} token; a BERT-style vocabulary is wanted")
        return found


def _inside_words(text: str, offsets: Sequence[Sequence[tuple[int, int]]]) -> list[list[bool]]:
    words = [match.span() for match in _WORD.finditer(text)]
    words += [(match.start(), match.start() + len(_AFTER_LINK.split(match[0], 1)[0])) for match in LINK.finditer(text)]
    later = {at for start, end in words for at in range(start + 1, end)}
    return [
        [start in later or start < before for (start, _), before in zip(row, [0, *(end for _, end in row)], strict=False)]
        for row in offsets
    ]


def _matches(text: str, offsets: Sequence[Sequence[tuple[int, int]]]) -> list[NDArray[np.int8]]:
    found: dict[str, list[tuple[int, int]]] = {kind: [] for kind in ENTITY_TYPES}
    for kind, start, end in lexicon_matches(text):
        found[kind].append((start, end))
    return encode_rows(offsets, found)
