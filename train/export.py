"""A trained network into a model folder: fp16 safetensors, an ONNX graph over the same bytes, tokenizer, card, hashes."""

import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import TensorProto, helper
from torch import Tensor, nn
from transformers import AutoConfig, PreTrainedTokenizerFast

from ..data.errors import ModelError
from ..models.folder import CARD, CONFIG, GRAPH, NGRAMS, TOKENIZER, WEIGHTS, write_sums
from ..models.modeling import PolicyConfig, PolicyModel
from ..models.ngrams import NgramModel

_INPUTS = ("input_ids", "attention_mask", "pooling")
_OUTPUTS = ("categories", "denied", "tags")


def save_model(
    model: PolicyModel,
    tokenizer: PreTrainedTokenizerFast,
    folder: Path,
    *,
    name: str,
    version: str,
    card: str,
    ngrams: NgramModel | None = None,
) -> None:
    """Write a model folder that gets its name once it is complete. The weights are stored once, in half precision.

    Raises `ModelError` if the folder holds other files already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ModelError(f"{folder} is not empty; give a new folder, so that no two models mix")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    model = model.cpu().half().eval()
    model.config.model_name, model.config.model_version = name, version
    model.save_pretrained(part)
    (part / WEIGHTS).chmod(0o644)
    tokenizer.save_pretrained(part)
    (part / TOKENIZER).write_text(tokenizer.backend_tokenizer.to_str(), encoding="utf-8", newline="\n")  # half as long
    if ngrams is not None:
        ngrams.save(part / NGRAMS)
    (part / CARD).write_text(card, encoding="utf-8", newline="\n")
    rewrite_graph(part)  # from the saved weights: training leaves mixed precision wrapped around the network
    if folder.exists():
        folder.rmdir()
    part.rename(folder)


def rewrite_graph(folder: Path) -> None:
    """Export a model folder's graph again from its weights and renew its hashes."""
    model = load_model(folder)
    export_graph(model, folder)
    write_sums(folder)


def load_model(folder: Path) -> PolicyModel:
    """Load a model folder's network into torch, in single precision.

    Raises `ModelError` if the folder holds no model of this project, or if a weight is missing or left over.
    """
    try:
        config = AutoConfig.from_pretrained(folder)
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder / CONFIG} describes no model; give a folder that  tiaokuan train  wrote") from error
    if not isinstance(config, PolicyConfig):
        raise ModelError(
            f"{folder} holds a model of type {config.model_type}, but {PolicyConfig.model_type} is wanted; give a folder that  "
            "tiaokuan train  wrote"
        )
    loaded: Any = PolicyModel.from_pretrained(folder, config=config, dtype=torch.float32, output_loading_info=True)
    model, report = loaded
    odd = [*report["missing_keys"], *report["unexpected_keys"]]
    if odd:
        raise ModelError(f"{folder / WEIGHTS} does not fit its configuration (first difference: {odd[0]})")
    return model.eval()


class _Graph(nn.Module):
    """The network with a plain tuple of outputs, as the exporter wants it."""

    def __init__(self, model: PolicyModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor, pooling: Tensor) -> tuple[Tensor, ...]:
        output = self.model(input_ids, attention_mask, pooling)
        return output.categories, output.denied, output.tags


def export_graph(model: PolicyModel, folder: Path) -> None:
    """Write `model.onnx` beside the weights, every large constant a reference into `model.safetensors`."""
    rows, tokens, pieces = torch.export.Dim("rows"), torch.export.Dim("tokens", min=2), torch.export.Dim("pieces")
    example = (
        torch.ones(2, 12, dtype=torch.long),
        torch.ones(2, 12, dtype=torch.long),
        torch.full((2, 3, 12), 1 / 12),
    )
    shapes = ({0: rows, 1: tokens}, {0: rows, 1: tokens}, {0: rows, 1: pieces, 2: tokens})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            _Graph(model), example, dynamo=True, dynamic_shapes=shapes, input_names=_INPUTS, output_names=_OUTPUTS,
            optimize=False, verbose=False,  # the optimizer would store transposed copies of the weights
        )  # fmt: skip
    assert program is not None
    graph = program.model_proto
    _share_weights(graph, folder / WEIGHTS)
    onnx.save(graph, str(folder / GRAPH))


def _share_weights(graph: onnx.ModelProto, weights: Path) -> None:
    """Point the graph's constants at the bytes of the safetensors file, with a cast from half precision behind each."""
    with weights.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        entries = json.loads(file.read(size))
    casts = []
    for tensor in graph.graph.initializer:
        entry = entries.get(tensor.name.removeprefix("model."))
        if entry is None or entry["dtype"] != "F16" or list(tensor.dims) != entry["shape"]:
            continue
        begin, end = entry["data_offsets"]
        name = tensor.name
        tensor.Clear()
        tensor.name, tensor.data_type, tensor.data_location = f"{name}.half", TensorProto.FLOAT16, TensorProto.EXTERNAL
        tensor.dims.extend(entry["shape"])
        for key, value in (("location", weights.name), ("offset", str(8 + size + begin)), ("length", str(end - begin))):
            tensor.external_data.add(key=key, value=value)
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    for node in graph.graph.node:
        del node.metadata_props[:]
    for node in reversed(casts):
        graph.graph.node.insert(0, node)
    stored = sum(len(t.raw_data) for t in graph.graph.initializer)
    if stored > 2**20:
        raise ModelError(f"the graph would hold {stored} bytes of weights a second time; the exporter renamed them")
