"""Where a run keeps its checkpoints, and what it starts or goes on from."""

import hashlib
import re
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from ..data.errors import ModelError, RecipeError
from ..models.folder import find_model


def run_folder(work: Path, *training: object) -> Path:
    """Return where a run keeps its checkpoints: a folder of its own for whatever else it would be trained on."""
    return work / f"run-{hashlib.sha256(repr(training).encode()).hexdigest()[:16]}"


def located(base: str) -> str:
    """Return where a base lies: the folder of a shipped model by its name; any other folder and a hub name stay as they are."""
    try:
        return str(find_model(base)) if base else base
    except ModelError:
        return base


def base_print(base: str) -> str:
    """Return what tells a local base, its weights, words and configuration, from another written into the same folder; a hub
    name stands for itself."""
    digest = hashlib.sha256(base.encode())
    for path in sorted(Path(located(base)).glob("*")):
        if path.suffix in (".safetensors", ".bin", ".json"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def load_whole(kind: Any, base: str, **options: Any) -> Any:
    """Load a network in single precision whose every weight is in the base, but for a pooler's.

    Raises `RecipeError` if one is not, and where there are none.
    """
    try:
        model, report = kind.from_pretrained(located(base), dtype=torch.float32, output_loading_info=True, **options)
    except OSError as error:
        raise RecipeError(f"{base!r} has no weights that can be read; a folder or hub name with some is wanted") from error
    missing = sorted(name for name in report["missing_keys"] if "pooler." not in name)
    if missing:
        raise RecipeError(
            f"{base!r} lacks {len(missing)} of the weights of a {type(model).__name__}, first {missing[0]}; start from one "
            "that has them all"
        )
    return model


def load_tokenizer(base: str) -> PreTrainedTokenizerFast:
    """Load a base's tokenizer. Raises `RecipeError` where it has none: transformers makes one of special tokens alone."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(located(base))
    except (OSError, ValueError) as error:
        raise RecipeError(f"{base!r} has no tokenizer; a folder or hub name with one is wanted") from error
    if len(tokenizer) <= len(tokenizer.all_special_ids):
        raise RecipeError(f"{base!r} has no vocabulary; copy the files of its tokenizer there")
    return tokenizer


def last_checkpoint(folder: Path) -> str | None:
    """Return the newest complete checkpoint of Hugging Face's trainer: a kill may have cut the saving of one short.

    The trainer writes `trainer_state.json` last.
    """
    complete = [path.parent for path in folder.glob("checkpoint-*/trainer_state.json")]
    newest = max(complete, key=lambda path: int(re.sub(r"\D", "", path.name)), default=None)
    return None if newest is None else str(newest)
