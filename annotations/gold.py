"""Gold files: records in JSON lines, plain or gzipped, self-contained or stand-off.

A stand-off record has no `text`; it names its corpus and policy and carries the text's SHA-256, so that it is joined with
the right text or refused.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..data.document import Block, Document
from ..data.errors import GoldError
from ..data.record import Record


@dataclass(frozen=True, slots=True)
class StandOff:
    """Where a stand-off record's text lives."""

    corpus: str
    policy: str
    text_sha256: str


def text_sha256(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 form, as gold files carry it."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_gold(path: Path, texts: Mapping[str, str] | None = None) -> list[Record]:
    """Read a gold file, or every `*.jsonl` and `*.jsonl.gz` of a folder and those in it, in order of name.

    `texts` maps a policy's name to its text for stand-off gold. Raises `GoldError` naming file, line and cause: broken
    JSON, a broken record, a text that is missing or has another hash, an id met twice, no record at all.
    """
    records = []
    seen: dict[str, str] = {}
    for where, row in _rows(path):
        try:
            record = _join(row, Record.from_json(row), texts)
        except GoldError as error:
            raise GoldError(f"{where}: {error}") from error
        if not record.sentences:
            raise GoldError(f"{where}: {record.id} has no sentence; at least one is wanted")
        if record.id in seen:
            raise GoldError(f"{where}: id {record.id!r} was met before in {seen[record.id]}; give each policy once")
        seen[record.id] = where
        records.append(record)
    if not records:
        raise GoldError(f"{path} holds no record; at least one policy is wanted")
    return records


def as_document(record: Record) -> Document:
    """Return a record's policy as a document whose sentences are given: those of the record."""
    if record.text is None:
        raise GoldError(f"{record.id} is stand-off; its text is in the corpus, give --corpora")
    blocks = tuple(Block(s.start, s.end, s.kind, len(s.headings) + 1 if s.kind == "heading" else 0) for s in record.sentences)
    return Document(record.id, record.text, blocks, given=True)


def stand_off(path: Path) -> dict[str, StandOff]:
    """Return where each stand-off record of a gold file or folder has its text, by the record's id."""
    places = {}
    for where, row in _rows(path):
        try:
            record = Record.from_json(row)
            if record.text is None:
                places[record.id] = _place(row)
        except GoldError as error:
            raise GoldError(f"{where}: {error}") from error
    return places


def write_gold(path: Path, records: Iterable[Record], place: Mapping[str, StandOff] | None = None) -> None:
    """Write records as gold, one a line, a sentence's empty lists left out; those that `place` names are written stand-off."""
    lines = []
    for record in records:
        row = record.to_json()
        for key in ("model", "warnings", "source", "meta"):
            row.pop(key)
        row["sentences"] = [{key: value for key, value in item.items() if value != []} for item in row["sentences"]]
        for item in row["entities"]:
            item.pop("norm")
        if place and record.id in place:
            where = place[record.id]
            row.pop("text")
            row |= {"corpus": where.corpus, "policy": where.policy, "text_sha256": where.text_sha256}
            for item in row["entities"]:
                item.pop("text")
        lines.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def _rows(path: Path) -> Iterator[tuple[str, dict]]:
    files = sorted([*path.rglob("*.jsonl"), *path.rglob("*.jsonl.gz")]) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise GoldError(f"no gold at {path}: a .jsonl or .jsonl.gz file or a folder of them is wanted")
    for file in files:
        for number, line in enumerate(_content(file).split(b"\n"), 1):
            if line.strip():
                try:
                    row = json.loads(line.decode("utf-8-sig"))
                except UnicodeDecodeError as error:
                    raise GoldError(f"{file}, line {number}: not UTF-8 (byte {error.start})") from error
                except (ValueError, RecursionError) as error:
                    raise GoldError(f"{file}, line {number}: not JSON ({error})") from error
                if not isinstance(row, dict):
                    raise GoldError(f"{file}, line {number}: a record is an object, but got {type(row).__name__}")
                yield f"{file}, line {number}", row


def _content(file: Path) -> bytes:
    content = file.read_bytes()
    if file.suffix != ".gz":
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, OSError, zlib.error) as error:
        raise GoldError(f"{file}: no whole gzip file ({error}); copy it again") from error


def _place(row: Mapping) -> StandOff:
    missing = [key for key in ("corpus", "policy", "text_sha256") if not isinstance(row.get(key), str)]
    if missing:
        raise GoldError(f"{row.get('id')}: has neither `text` nor {', '.join(missing)}")
    return StandOff(row["corpus"], row["policy"], row["text_sha256"])


def _join(row: Mapping, record: Record, texts: Mapping[str, str] | None) -> Record:
    if record.text is not None:
        return record
    place = _place(row)
    if texts is None:
        return record
    if place.policy not in texts:
        raise GoldError(f"{record.id}: the corpus {place.corpus} given has no policy {place.policy}")
    text = texts[place.policy]
    if text_sha256(text) != place.text_sha256:
        raise GoldError(f"{record.id}: the text of {place.policy} differs from the one that was annotated (SHA-256)")
    return record.with_text(text)
