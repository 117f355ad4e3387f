"""CAPP-130 (Zhu et al., NeurIPS 2023): 130 policies, 38,889 sentences, 11 topics, several a sentence.

Read from the layout of its public repository. The published topic split is by sentence; `capp130_topic_split.csv` has a
letter for each row of a policy (`r` train, `d` dev, `t` test, `.` none), so that a sentence can be read in context.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Literal

from ..document import Document
from ..errors import GoldError
from ..lines import classify
from ..taxonomy import CAPP130_TOPICS

Split = Literal["train", "dev", "test"]
TOPICS: tuple[str, ...] = tuple(CAPP130_TOPICS)
"""The 11 topics in the order of the published label vectors of `label_explanation.json`."""

NAMES = frozenset([*TOPICS, "摘要", "潜在风险"])
"""The 13 known label names; 75 rows carry a rewritten sentence among their labels, which is dropped."""

_PARTS: dict[str, Split] = {"r": "train", "d": "dev", "t": "test"}
_ANNOTATION = Path("CAPP_130_Corpus/Annotation/Annotation")


@dataclass(frozen=True, slots=True)
class Row:
    """One annotated sentence; `labels` is None where they are withheld."""

    text: str
    labels: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy of the corpus: `name` is its file without suffix (`rw_2`), rows in the order of the policy."""

    name: str
    rows: tuple[Row, ...]

    def document(self) -> Document:
        """Return the policy as a document of given sentences, one a row; headings are told by their look."""
        spans, start = [], 0
        for row in self.rows:
            spans.append((start, start + len(row.text)))
            start += len(row.text) + 1
        text = "\n".join(row.text for row in self.rows)
        return Document(self.name, text, tuple(classify(text, spans)), given=True)


def read_policies(root: Path) -> list[Policy]:
    """Read every policy, ordered by number. `root` is a checkout of the public repository.

    Raises `GoldError` if there is none, or a row of one is not as published.
    """
    numbered = (path for path in (root / _ANNOTATION).glob("rw_*.jsonl") if re.fullmatch("rw_[0-9]+", path.stem))
    paths = sorted(numbered, key=lambda path: int(path.stem[3:]))
    if not paths:
        raise GoldError(f"no CAPP-130 at {root}: {_ANNOTATION}/rw_*.jsonl is wanted, the layout of its repository")
    return [Policy(path.stem, tuple(_rows(path))) for path in paths]


def topic_split() -> dict[tuple[str, int], Split]:
    """Map (policy name, 0-based row) to its part of the published topic split, in the order of the published files."""
    table: dict[tuple[str, int], Split] = {}
    lines = (files("tiaokuan.data.corpora") / "capp130_topic_split.csv").read_text(encoding="utf-8").split("\n")
    for policy in csv.DictReader(lines):
        rows = enumerate(policy["parts"])
        table |= {(f"rw_{policy['policy']}", row): _PARTS[part] for row, part in rows if part in _PARTS}
    return dict(sorted(table.items()))


def _rows(path: Path) -> Iterator[Row]:
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8-sig"))
            text, labels = row["text"], row["label"]
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"its text is {text!r}, a sentence is wanted")
            yield Row(text, None if labels is None else frozenset(labels) & NAMES)
        except (KeyError, TypeError, ValueError) as error:
            raise GoldError(f"{path.name}, line {number}: not a CAPP-130 row ({error})") from error
