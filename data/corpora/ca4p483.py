"""CA4P-483 (Zhao et al., EMNLP 2022): 483 policies, 7 span components, 16 paragraph classes.

The repository states no licence: it is read from a copy that the user has, and nothing of it is kept in this project.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..document import Document, Span
from ..errors import GoldError
from ..lines import find_blocks

COMPONENTS = {
    "e_21": "data",
    "e_22": "collect",
    "e_23": "share",
    "e_24": "handler",
    "e_25": "condition",
    "e_26": "subject",
    "e_27": "purpose",
}
_LAST_PARAGRAPH_CLASS = 17
_MERGED = Path("data_preprocess/merged_json")
_BIOS = Path("train_dev_test")


@dataclass(frozen=True, slots=True)
class Paragraph(Span):
    """A paragraph's place in `Policy.text` and its class, `e_1` … `e_17`."""

    label: str


@dataclass(frozen=True, slots=True)
class Component(Span):
    """A span component's place in `Policy.text` and its name (`data`, `collect`, …)."""

    name: str


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy: its paragraphs in order, joined by line feeds into `text`."""

    name: str
    text: str
    paragraphs: tuple[Paragraph, ...]
    components: tuple[Component, ...]

    def document(self) -> Document:
        """Return the policy as a plain-text document, its lines joined and cut as any other text."""
        return Document(self.name, self.text, tuple(find_blocks(self.text)))


def read_policies(root: Path) -> list[Policy]:
    """Read every policy of `data_preprocess/merged_json`, in order of name."""
    paths = sorted((root / _MERGED).glob("*.json"))
    if not paths:
        raise GoldError(f"no CA4P-483 at {root}: {_MERGED}/*.json is wanted, the layout of its repository")
    return [_policy(path) for path in paths]


def read_bios(root: Path, split: str) -> Iterator[list[tuple[str, str]]]:
    """Yield the sentences of `{split}.char.bios` as (character, tag) pairs; tags are `O` or `B-`/`I-`/`S-` and a component."""
    path = root / _BIOS / f"{split}.char.bios"
    if not path.is_file():
        raise GoldError(f"no {split} sentences at {path}: this copy of CA4P-483 lacks them")
    sentence: list[tuple[str, str]] = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            character, _, tag = line.rpartition("\t")
            sentence.append((character, tag))
        elif sentence:
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def _policy(path: Path) -> Policy:
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
        rows.sort(key=lambda row: (row["start"], row["end"]))
        numbers = [int(row["classId"].removeprefix("e_")) for row in rows]
    except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise GoldError(f"{path.name}: not a CA4P-483 policy ({error})") from error
    paragraphs, texts, moved, at = [], [], [], 0
    for row, number in zip(rows, numbers, strict=True):
        if number <= _LAST_PARAGRAPH_CLASS:
            paragraphs.append(Paragraph(at, at + len(row["text"]), row["classId"]))
            moved.append((row["start"], row["end"], at))
            texts.append(row["text"])
            at += len(row["text"]) + 1
    components = []
    for row in rows:
        if row["classId"] in COMPONENTS:
            place = next((new + row["start"] - start for start, end, new in moved if start <= row["start"] < end), None)
            if place is not None:
                components.append(Component(place, place + row["end"] - row["start"], COMPONENTS[row["classId"]]))
    return Policy(path.stem, "\n".join(texts), tuple(paragraphs), tuple(components))
