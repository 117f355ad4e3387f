"""Where a run keeps its checkpoints, and the one it goes on from."""

import hashlib
import re
from pathlib import Path


def run_folder(work: Path, *training: object) -> Path:
    """Return where a run keeps its checkpoints: a folder of its own for whatever else it would be trained on."""
    return work / f"run-{hashlib.sha256(repr(training).encode()).hexdigest()[:16]}"


def base_print(base: str) -> str:
    """Return what tells the weights of a local base from others written into the same folder; a hub name stands for itself."""
    digest = hashlib.sha256(base.encode())
    for path in sorted(Path(base).glob("*.safetensors")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def last_checkpoint(folder: Path) -> str | None:
    """Return the newest complete checkpoint of Hugging Face's trainer: a kill may have cut the saving of one short.

    The trainer writes `trainer_state.json` last.
    """
    complete = [path.parent for path in folder.glob("checkpoint-*/trainer_state.json")]
    newest = max(complete, key=lambda path: int(re.sub(r"\D", "", path.name)), default=None)
    return None if newest is None else str(newest)
