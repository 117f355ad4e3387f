"""The texts that stand-off gold points into."""

from importlib.resources import files
from pathlib import Path

from ..data.corpora import ca4p483, capp130
from ..data.errors import GoldError
from .gold import read_gold, stand_off

FOLDERS = {"capp130": "CAPP-130", "ca4p483": "CA4P-483"}
"""What each corpus's folder is called inside the folder given by `--corpora`."""


def shipped_gold() -> Path:
    """Return the folder of the gold that ships with the package."""
    return Path(str(files("tiaokuan.annotations")))


def gold_folders() -> list[Path]:
    """Return the folders of shipped gold, without `readings`, which became gold elsewhere."""
    return [path for path in sorted(shipped_gold().iterdir()) if any(path.glob("*.jsonl*")) and path.name != "readings"]


def gold_texts(path: Path, corpora: Path | None) -> dict[str, str]:
    """Return the texts, by policy, that the stand-off records of a gold file or folder need.

    Raises `GoldError` if there are such records and no corpora.
    """
    needed = {place.corpus for place in stand_off(path).values()}
    if needed - {"seeds"} and corpora is None:
        raise GoldError(f"{path} is stand-off: its texts are in {', '.join(sorted(needed))}; give their folder as --corpora")
    texts: dict[str, str] = {}
    for corpus in sorted(needed):
        texts |= corpus_texts(corpus, corpora or Path())
    return texts


def corpus_root(corpus: str, corpora: Path) -> Path:
    """Return the checkout of one corpus: its folder inside `corpora`, or else `corpora` itself."""
    inside = corpora / FOLDERS[corpus]
    return inside if inside.is_dir() else corpora


def corpus_texts(corpus: str, corpora: Path) -> dict[str, str]:
    """Return every policy's text of one corpus, by the policy's name; the seeds' are in the gold that ships."""
    if corpus == "seeds":
        return {record.id: record.text or "" for record in read_gold(shipped_gold() / "seeds")}
    if corpus == "capp130":
        return {policy.name: policy.document().text for policy in capp130.read_policies(corpus_root(corpus, corpora))}
    if corpus == "ca4p483":
        return {policy.name: policy.text for policy in ca4p483.read_policies(corpus_root(corpus, corpora))}
    raise GoldError(f"unknown corpus {corpus!r}; known are seeds, {', '.join(FOLDERS)}")
