"""Text for masked-language modelling: compressed corpora into packed blocks of tokens with word boundaries."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import jieba
import numpy as np
import torch
import zstandard
from transformers import PreTrainedTokenizerBase

from ..data.errors import TiaokuanError
from ..data.segmentation import cut
from .targets import IGNORED


def read_documents(path: Path) -> Iterator[list[str]]:
    """Stream the documents of a `.txt` or `.txt.zst` file: a paragraph a line, a blank line between documents."""
    check_text(path)
    with _open_text(path) as lines:
        paragraphs: list[str] = []
        for line in lines:
            paragraph = line.strip()
            if paragraph:
                paragraphs.append(paragraph)
            elif paragraphs:
                yield paragraphs
                paragraphs = []
        if paragraphs:
            yield paragraphs


def check_text(path: Path) -> None:
    """Raise `TiaokuanError` if a text is not there."""
    if not path.is_file():
        raise TiaokuanError(f"no pretraining text at {path}: the recipe's `file` is looked up in the folder given by --corpora")


def _open_text(path: Path) -> IO[str]:
    if path.suffix != ".zst":
        return path.open(encoding="utf-8", newline="\n")
    decompressor = zstandard.ZstdDecompressor(max_window_size=2**27)
    return zstandard.open(path, "rt", dctx=decompressor, encoding="utf-8", newline="\n")  # pyright: ignore[reportReturnType]


def draw(document: list[str], purpose: str) -> float:
    """Return a number in [0, 1) that depends on nothing but a document's text and what it is drawn for.

    So the same documents are held out, or sampled, in every run and on every machine.
    """
    digest = hashlib.sha256("\n".join([purpose, *document]).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def pack(
    documents: Iterable[list[str]], tokenizer: PreTrainedTokenizerBase, block_tokens: int
) -> Iterator[dict[str, list[int]]]:
    """Yield blocks of exactly `block_tokens` tokens: `[CLS]`, then sentences, each followed by `[SEP]`.

    A block is the next stretch of the stream, so nothing is padded; `word_starts` is 1 where a word begins.
    """
    cls, sep = special_id(tokenizer, "cls"), special_id(tokenizer, "sep")
    ids: list[int] = []
    starts: list[int] = []
    for document in documents:
        for paragraph in document:
            for sentence_ids, sentence_starts in _sentences(paragraph, tokenizer):
                ids += [*sentence_ids, sep]
                starts += [*sentence_starts, 1]
        while len(ids) >= block_tokens - 1:
            yield {"input_ids": [cls, *ids[: block_tokens - 1]], "word_starts": [1, *starts[: block_tokens - 1]]}
            del ids[: block_tokens - 1], starts[: block_tokens - 1]


def special_id(tokenizer: PreTrainedTokenizerBase, name: str) -> int:
    """Return the id of a special token (`cls`, `sep`, `mask`, `pad`)."""
    found = getattr(tokenizer, f"{name}_token_id")
    if not isinstance(found, int):
        raise TiaokuanError(f"the tokenizer has no {name} token; a BERT-style vocabulary is wanted")
    return found


def _sentences(paragraph: str, tokenizer: PreTrainedTokenizerBase) -> Iterator[tuple[list[int], list[int]]]:
    word_begins = {begin for _, begin, _ in jieba.tokenize(paragraph)}
    for start, end in cut(paragraph):
        encoded = tokenizer(paragraph[start:end], add_special_tokens=False, return_offsets_mapping=True)
        offsets = [start + a for a, _ in encoded["offset_mapping"]]
        yield encoded["input_ids"], [int(offset in word_begins) for offset in offsets]


class WholeWordMasking:
    """Collate blocks and mask whole words: of the chosen words' tokens 80 % become `[MASK]`, 10 % random, 10 % stay.

    Source: Devlin et al. 2019 for the proportions; Cui et al. 2021 for whole words in Chinese.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, rate: float, seed: int) -> None:
        self.mask_id = special_id(tokenizer, "mask")
        self.special = np.array(tokenizer.all_special_ids)
        self.size = len(tokenizer)
        self.rate = rate
        self.seed = seed

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        """Return `input_ids` and `labels`, both of shape (rows, block_tokens)."""
        ids = np.array([row["input_ids"] for row in rows])
        words = np.cumsum([row["word_starts"] for row in rows], axis=1).clip(max=ids.shape[1] - 1)
        # Seeded by torch's own generator, whose state the trainer saves and restores.
        random = np.random.default_rng([self.seed, int(torch.randint(2**31, ()))])
        chosen = np.take_along_axis(random.random(ids.shape) < self.rate, words, axis=1) & ~np.isin(ids, self.special)
        labels = np.where(chosen, ids, IGNORED)
        how = random.random(ids.shape)
        masked = np.where(chosen & (how < 0.8), self.mask_id, ids)
        noise = random.integers(len(self.special), self.size, ids.shape)
        masked = np.where(chosen & (how >= 0.9), noise, masked)
        return {"input_ids": torch.from_numpy(masked), "labels": torch.from_numpy(labels)}
