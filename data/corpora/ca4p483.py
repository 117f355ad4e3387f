"""CA4P-483 (Zhao et al., EMNLP 2022): 483 policies, 7 span components, 16 paragraph classes.

The repository states no licence: it is read from a copy that the user has, and nothing of it is kept in this project.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..document import Document, Sentence, Span
from ..errors import GoldError
from ..lines import find_blocks

COMPONENTS = {
    "e_21": "data",
    "e_22": "collect",
    "e_23": "share",
    "e_24": "handler",
    "e_25": "condition",
    "e_26": "subjects",
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
    lines = path.read_text(encoding="utf-8").split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("\t"):
            sentence.append(("\n", line[1:]))
        elif line:
            character, _, tag = line.rpartition("\t")
            sentence.append((character, tag))
        elif sentence and not following.startswith(
            "\t"
        ):  # a line feed that is a character stands as an empty line, then its tag
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def join_bios(rows: Sequence[Sequence[tuple[str, str]]]) -> tuple[str, list[Sentence]]:
    """Return sentences of `read_bios`, which stand in the order of their policies, as one text, a line each."""
    texts = ["".join(character for character, _ in row) for row in rows]
    sentences, at = [], 0
    for text in texts:
        sentences.append(Sentence(at, at + len(text), "paragraph", ()))
        at += len(text) + 1
    return "\n".join(texts), sentences


def component_spans(row: Sequence[tuple[str, str]]) -> set[tuple[str, int, int]]:
    """Return the spans (component, first, last) of a sentence of `read_bios`; `last` is exclusive."""
    spans, begin = set(), None
    for at, tag in enumerate([*(tag for _, tag in row), "O"]):
        kind, _, name = tag.partition("-")
        if begin is not None and (kind != "I" or name != begin[0]):
            spans.add((*begin, at))
            begin = None
        if kind in ("B", "S") or (kind == "I" and begin is None):
            begin = (name, at)
    return spans


def _policy(path: Path) -> Policy:
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
        if not isinstance(rows, list):
            raise TypeError(f"{type(rows).__name__} instead of a list")
        rows = sorted(rows, key=lambda row: (row["start"], row["end"]))
        classes = [int(row["classId"].removeprefix("e_")) for row in rows]
        texts = [row["text"] for row in rows]
    except (json.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise GoldError(f"{path.name}: not a CA4P-483 policy ({error})") from error
    paragraphs, kept, moved, at = [], [], [], 0
    for row, number, text in zip(rows, classes, texts, strict=True):
        if number <= _LAST_PARAGRAPH_CLASS:
            paragraphs.append(Paragraph(at, at + len(text), row["classId"]))
            moved.append((row["start"], row["start"] + len(text), at))
            kept.append(text)
            at += len(text) + 1
    components = [
        Component(place[0], place[1], COMPONENTS[row["classId"]])
        for row in rows
        if row["classId"] in COMPONENTS and (place := _place(row["start"], row["end"], moved))
    ]
    return Policy(path.stem, "\n".join(kept), tuple(paragraphs), tuple(components))


def _place(start: int, end: int, moved: list[tuple[int, int, int]]) -> tuple[int, int] | None:
    """Map a range of the source to `Policy.text`; None where an end of it lies in no paragraph."""
    first = next((at + start - begin for begin, stop, at in moved if begin <= start < stop), None)
    last = next((at + end - begin for begin, stop, at in moved if begin < end <= stop), None)
    return (first, last) if first is not None and last is not None and first < last else None
