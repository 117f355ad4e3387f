"""Measure the readers on the set and print the figures: `python -m tests.extraction.report [NAME...]`.

With names of files, print what each reader left out and made up, block by block.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from pathlib import Path

from tiaokuan.data.document import Document
from tiaokuan.data.errors import ReadError
from tiaokuan.data.readers.policy import read_policy

from .scoring import Score, compare, pooled

HERE = Path(__file__).parent
HEAD = f"{'file':<28}{'chars':>7}{'recall':>8}{'prec.':>8}{'blocks':>8}{'kinds':>7}{'cells':>7}{'header':>8}  furniture"


def files(folder: str) -> list[Path]:
    """Return the files of `seen` or `unseen`."""
    return sorted(path for path in (HERE / folder).iterdir() if path.suffix != ".json")


def score_file(path: Path) -> Score:
    """Read a file as a policy and score it; a file that is refused has given nothing."""
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    try:
        document = read_policy(path.read_bytes(), id=path.name, name=path.name)
    except ReadError:
        document = Document(path.name, "", ())
    return compare(document, expected)


def line(name: str, score: Score) -> str:
    """Return a file's row of the table of figures; `-` where there is no table."""
    table = (
        f"{score.cell_f1:>7.3f}{score.header_accuracy:>8.3f}" if score.cells_wanted + score.cells_found else f"{'-':>7}{'-':>8}"
    )
    return (
        f"{name:<28}{score.wanted:>7}{score.recall:>8.4f}{score.precision:>8.4f}{score.whole_blocks:>8.3f}"
        f"{score.kind_accuracy:>7.3f}{table}  {'; '.join(score.furniture)}"
    ).rstrip()


def table(scores: Mapping[Path, Score]) -> Iterator[str]:
    """Yield the lines of a table of figures: each file, each format, all files."""
    yield HEAD
    for path, score in scores.items():
        yield line(path.name, score)
    for suffix in sorted({path.suffix for path in scores}):
        yield line(f"all {suffix}", pooled(score for path, score in scores.items() if path.suffix == suffix))
    yield line("all", pooled(scores.values()))


def differences(path: Path) -> Iterator[str]:
    """Yield the blocks that are wanted (`-`) and came out (`+`) where the two differ."""
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    document = read_policy(path.read_bytes(), id=path.name, name=path.name)
    wanted = [f"{block['kind']:<9} {block['text']}".replace("\n", " ") for block in expected["blocks"]]
    found = [f"{block.kind:<9} {document.text[block.start : block.end]}".replace("\n", " ") for block in document.blocks]
    yield from unified_diff(wanted, found, "wanted", path.name, lineterm="", n=0)


def main(names: Sequence[str]) -> None:
    """Print the table, or the differences of the files named."""
    every = {path.name: path for folder in ("seen", "unseen") for path in files(folder)}
    for name in names:
        print("\n".join(differences(every[name])))
    if not names:
        for folder in ("seen", "unseen"):
            scores = {path: score_file(path) for path in files(folder)}
            print(f"{folder}: {len(scores)} files", *table(scores), "", sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
