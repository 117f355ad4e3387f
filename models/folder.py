"""A model's folder: what must be in it, and whether it is whole. Torch-free."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from ..data.errors import ModelError
from .settings import Settings

DEFAULT = "policy-small"
"""The model that ships inside the package."""

WEIGHTS = "model.safetensors"
GRAPH = "model.onnx"
CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
NGRAMS = "ngrams.npz"
SUMS = "SHA256SUMS"
CARD = "README.md"


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A checked model folder. `sha256` is that of the lines of `SHA256SUMS` but the card's: of everything that answers."""

    path: Path
    name: str
    version: str
    sha256: str
    settings: Settings

    def identity(self) -> dict[str, str]:
        """Return what a record says of the model that made it."""
        return {"name": self.name, "version": self.version, "sha256": self.sha256}


def find_model(model: str | Path | None = None) -> Path:
    """Return the folder of a model: a path, the name of a shipped one, or the default."""
    name = str(model or DEFAULT)
    path = Path(name)
    if path.is_dir():
        return path
    if "/" not in name and (shipped := Path(str(files("tiaokuan.models") / name))).is_dir():
        return shipped
    raise ModelError(f"no model at {name!r}; give a model folder, or nothing for the shipped {DEFAULT}")


def open_model(model: str | Path | None = None, *, needs: tuple[str, ...] = (WEIGHTS, GRAPH)) -> ModelFolder:
    """Open a model folder and check every file against `SHA256SUMS`.

    Raises `ModelError` naming the file that is missing, changed or unreadable.
    """
    path = find_model(model)
    wanted = _read_sums(path)
    for name in (*needs, CONFIG, TOKENIZER):
        if name not in wanted:
            raise ModelError(f"the model folder {path} lacks {name}; export it again with  tiaokuan export")
    for name, digest in wanted.items():
        if not (path / name).is_file():
            raise ModelError(f"the model folder {path} lacks {name}; copy the whole folder again")
        if file_sha256(path / name) != digest:
            raise ModelError(f"{path / name} is damaged (its SHA-256 is not the one in {SUMS}); copy the whole folder again")
    try:
        config = json.loads((path / CONFIG).read_text(encoding="utf-8"))
        settings = Settings.from_json(config["tiaokuan"])
        if settings.reads_ngrams and NGRAMS not in wanted:
            raise ModelError(
                f"the model folder {path} lacks {NGRAMS}, which its {CONFIG} asks for; copy the whole folder again"
            )
        return ModelFolder(path, config["model_name"], config["model_version"], _identity(wanted), settings)
    except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path / CONFIG} is no configuration of a tiaokuan model: {error}") from error


def write_sums(path: Path) -> None:
    """Write `SHA256SUMS` over every other file of a model folder, in the format of `sha256sum`."""
    names = sorted(f.name for f in path.iterdir() if f.is_file() and f.name != SUMS)
    lines = [f"{file_sha256(path / name)}  {name}\n" for name in names]
    (path / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def _identity(sums: Mapping[str, str]) -> str:
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()) if name != CARD)
    return hashlib.sha256(lines.encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_sums(path: Path) -> dict[str, str]:
    try:
        text = (path / SUMS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} is no model folder: it has no {SUMS}; export one with  tiaokuan export") from error
    pairs = [line.split("  ", 1) for line in text.split("\n") if line]
    if not all(len(pair) == 2 and "/" not in pair[1] for pair in pairs):
        raise ModelError(f"{path / SUMS} is damaged; copy the whole folder again")
    return {name: digest for digest, name in pairs}
