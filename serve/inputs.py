"""What the user names on the command line, into documents: files, folders, standard input, JSON lines."""

import csv
import io
import json
import math
import os
import stat
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any

from ..data.document import KINDS, Block, Document, Kind
from ..data.errors import ReadError, TiaokuanError
from ..data.readers import detection
from ..data.readers.encoding import decode
from ..data.readers.policy import read_policy
from ..data.readers.text import check_text, check_unicode, text_document
from .outputs import has_pages, is_page, is_results

SUFFIXES = frozenset(detection.SUFFIXES)
"""File names that a folder is searched for; a file named outright is read whatever its name."""

_LINES = (".jsonl", ".ndjson")
"""File names of JSON lines."""

LARGEST = 200_000_000
"""Bytes; a larger file, or line of JSON, is not read."""

_LONGEST_SHOWN = 80
"""Characters of a name that does not exist, which may be a text pasted by mistake."""

_NOT_POLICIES = ("readme", "license", "changelog")
"""What the names of files beside the policies say before their first dot."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be read or annotated, as the errors file has it."""

    id: str
    source: str
    code: str
    message: str
    stage: str

    def to_json(self) -> dict[str, str]:
        """Return the row of the errors file."""
        return {"id": self.id, "source": self.source, "code": self.code, "message": self.message, "stage": self.stage}


@dataclass(frozen=True, slots=True)
class Input:
    """One file to read; `id` is its path relative to the folder it was found in, with `/`, or its name."""

    path: Path
    id: str
    is_stdin: bool = False

    @property
    def is_lines(self) -> bool:
        """Whether it holds policies as JSON lines, each with an id of its own."""
        return not self.is_stdin and self.path.suffix.lower() in _LINES


def find_inputs(names: Sequence[str], *, outputs: Collection[Path] = (), skipped: Counter[str] | None = None) -> list[Input]:
    """Resolve files and folders (searched recursively, in order of name); `-` is standard input.

    Files that the run will write are not found in folders, nor are hidden files, and what earlier runs wrote, readmes, licences
    and files not named like policies; `skipped` counts these four. A folder inside that cannot be searched is an input
    that fails. Raises `TiaokuanError` for a name that does not exist or is to be written, a folder without policies, and two
    inputs of one id.
    """
    written = {os.path.realpath(output) for output in outputs}  # Path.resolve raises on links that go round in a circle
    found: list[Input] = []
    for name in names:
        path = Path(name)
        if name == "-":
            found.append(Input(path, "-", is_stdin=True))
        elif not _exists(path):
            shown = name if len(name) <= _LONGEST_SHOWN else f"{name[:_LONGEST_SHOWN]}…"
            raise TiaokuanError(f"no file or folder {shown!r}; check the path")
        elif path.is_dir():
            files = {p: _why_skipped(p) for p in _search(path) if not _is_hidden(p, path) and not _is_output(p, written)}
            inside = [Input(p, _printable(p.relative_to(path).as_posix())) for p, reason in files.items() if not reason]
            if skipped is not None:
                skipped.update(filter(None, files.values()))
            if not inside:
                known = ", ".join(sorted([*SUFFIXES, *_LINES]))
                raise TiaokuanError(f"no policy in the folder {name}: files ending in {known} are wanted")
            found.extend(inside)
        elif os.path.realpath(path) in written:
            raise TiaokuanError(f"{name} is both input and output; give another name for the output")
        else:
            found.append(Input(path, _printable(path.name)))
    first: dict[str, Path] = {}
    for item in found:
        if item.id in first and not item.is_lines:
            raise TiaokuanError(f"{first[item.id]} and {item.path} both get the id {item.id!r}; give the folder above them")
        first[item.id] = item.path
    return found


def read_documents(
    inputs: Iterable[Input], metadata: Mapping[str, Mapping[str, Any]] | None = None
) -> Iterator[Document | Failure]:
    """Yield a document, or what went wrong, for each policy in the inputs, in order; a repeated id is a failure."""
    seen: set[str] = set()
    for item in inputs:
        for result in _read(item):
            if isinstance(result, Document):
                if result.id in seen:
                    message = f"the id {result.id!r} was met before in this run; give every policy its own"
                    result = Failure(result.id, result.source, "duplicate_id", message, "read")
                elif metadata and result.id in metadata:
                    result = replace(result, meta={**metadata[result.id], **result.meta})
                seen.add(result.id)
            yield result


def tick_off(results: Iterable[Document | Failure], rows: dict[str, Any]) -> Iterator[Document | Failure]:
    """Pass results on, and take out of `rows` those of their ids."""
    for result in results:
        rows.pop(result.id, None)
        yield result


def read_metadata(path: Path) -> dict[str, dict[str, str]]:
    """Read a sidecar table (CSV with a header and an `id` column) whose other columns become `meta`."""
    try:
        reader = csv.DictReader(io.StringIO(decode(path.read_bytes()), newline=""), restval="")
        rows, columns = list(reader), reader.fieldnames or []
    except (OSError, ReadError, csv.Error) as error:
        raise TiaokuanError(f"cannot read the table {path}: {error}; a CSV file with a header is wanted") from error
    if "id" not in columns:
        found = ", ".join(columns)[:_LONGEST_SHOWN]
        raise TiaokuanError(
            f"the table {path} has no `id` column, which ties its rows to the policies; by commas its columns are {found}"
        )
    long = next((number for number, row in enumerate(rows, 1) if None in row), None)
    if long:
        raise TiaokuanError(f"row {long} of the table {path} has more cells than the header; put cells with a comma in quotes")
    id, times = max(Counter(row["id"] for row in rows).items(), key=lambda item: item[1], default=("", 0))
    if times > 1:
        raise TiaokuanError(f"the table {path} has {times} rows of the id {id!r}; give each policy one row")
    return {row["id"]: {k: v for k, v in row.items() if k != "id"} for row in rows}


def _exists(path: Path) -> bool:
    try:
        return path.is_dir() or path.is_file()
    except PermissionError:
        raise
    except (OSError, ValueError):  # too long for a name, such as a text pasted, or with a NUL in it
        return False


def _search(folder: Path) -> list[Path]:
    """Return the files under a folder, in order of name, and the folders among them that cannot be searched."""
    closed: list[Path] = []
    tree = os.walk(folder, onerror=lambda error: closed.append(Path(error.filename)))
    files = [Path(place, name) for place, _, names in tree for name in names]
    return sorted([*files, *closed])


def _is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _why_skipped(path: Path) -> str:
    """Return why a folder's file is taken for no policy, "" if it is named like one; one that is none fails when it is read."""
    suffix = path.suffix.lower()
    if path.is_dir():
        return ""
    if path.name.lower().split(".")[0] in _NOT_POLICIES:
        return "named readme, license or changelog"
    if (suffix in _LINES and is_results(path)) or (suffix == ".html" and is_page(path) and has_pages(path.parent)):
        return "written by tiaokuan"
    return "" if suffix in SUFFIXES.union(_LINES) else _printable(suffix) or "without a suffix"


def _is_output(path: Path, written: Collection[str]) -> bool:
    """Say whether a file is one that the run writes, or lies in a folder that it writes: pages are HTML like policies."""
    real = PurePath(os.path.realpath(path))
    return any(str(place) in written for place in (real, *real.parents))


def describe(error: Exception) -> str:
    """Return what broke in one line of at most 300 characters that can be written to a file."""
    return _printable(" ".join(f"{type(error).__name__}: {error}".split())[:300])


def _printable(name: str) -> str:
    """Return a file's name with bytes that are no UTF-8 spelt out, so that it can be written to a file."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _read(item: Input) -> Iterator[Document | Failure]:
    source = _printable(str(item.path))
    try:
        if item.is_lines:
            yield from _read_lines(item, source)
        else:
            name = "" if item.is_stdin else item.path.name
            yield read_policy(_read_bytes(item), name=name, id=item.id, source=source)
    except TiaokuanError as error:
        yield Failure(item.id, source, error.code, str(error), "read")
    except OSError as error:
        yield Failure(item.id, source, "unreadable", f"{error.strerror or error}; check the file and its permissions", "read")
    except Exception as error:  # a bug in a reader, or in a library below it, costs one document and not the run
        yield _crash(item.id, source, error)


def _crash(id: str, source: str, error: Exception) -> Failure:
    message = f"the reader broke on this policy ({describe(error)}); please report it"
    return Failure(id, source, "reader_crash", message, "read")


def _read_bytes(item: Input) -> bytes:
    """Read a whole file or standard input, up to the largest size. Raises `ReadError` beyond it."""
    if item.is_stdin:
        data = sys.stdin.buffer.read(LARGEST + 1)
        size = len(data)
    else:
        size = _regular_size(item.path)
        data = item.path.read_bytes() if size <= LARGEST else b""
    if size > LARGEST:
        raise ReadError(f"the file is over {LARGEST // 10**6} MB; no policy is that long, give its text", code="too_large")
    return data


def _regular_size(path: Path) -> int:
    """Return a file's size in bytes. Raises `ReadError` for what only looks like a file: opening a pipe would wait forever."""
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise ReadError("this folder cannot be searched; check its permissions", code="unreadable")
    if not stat.S_ISREG(status.st_mode):
        raise ReadError("this is a pipe, socket or device; a regular file is wanted, or - for a pipe", code="unreadable")
    return status.st_size


def _read_lines(item: Input, source: str) -> Iterator[Document | Failure]:
    _regular_size(item.path)
    with item.path.open("rb") as lines:
        for number, line in enumerate(iter(lambda: lines.readline(LARGEST + 1), b""), 1):
            if len(line) > LARGEST:
                raise ReadError(
                    f"line {number} is over {LARGEST // 10**6} MB; it and what follows were left out", code="too_large"
                )
            if line.strip(b" \t\r\n\xef\xbb\xbf"):
                yield _read_line(line, f"{item.id}:{number}", source, number)


def _read_line(line: bytes, where: str, source: str, number: int) -> Document | Failure:
    try:
        row = json.loads(line.decode("utf-8-sig"), parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        return Failure(where, source, "bad_line", f"line {number} is not UTF-8 (byte {error.start})", "read")
    except (ValueError, RecursionError) as error:
        return Failure(where, source, "bad_line", f"line {number} is not JSON: {error}", "read")
    try:
        return line_document(row, source)
    except ReadError as error:
        name = where if error.code in ("bad_line", "not_unicode") else row["id"]
        return Failure(name, source, error.code, f"line {number}: {error}", "read")
    except Exception as error:  # costs one line and not the file's rest
        return _crash(where, source, error)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number[:40]} is too large for a number")
    return value


def line_document(row: Any, source: str = "") -> Document:
    """Make a document of one input line: `{"id", "text"}` or `{"id", "sentences"[, "kinds"]}`, each with optional `meta`.

    Given sentences are joined by line feeds and come back one for one. Raises `ReadError` for any other shape, and as
    `check_text`.
    """
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"]:
        raise ReadError('an object with a string "id" is wanted', code="bad_line")
    meta = row.get("meta", {})
    if not isinstance(meta, dict):
        raise ReadError(f'"meta" is {type(meta).__name__}, but an object is wanted', code="bad_line")
    check_unicode(json.dumps([row["id"], meta], ensure_ascii=False))
    if isinstance(row.get("text"), str):
        return text_document(row["text"], id=row["id"], source=source, meta=meta)
    sentences = row.get("sentences")
    if not isinstance(sentences, list) or not all(isinstance(s, str) and s.strip() for s in sentences) or not sentences:
        raise ReadError('a string "text", or "sentences", a list of strings that are not blank, is wanted', code="bad_line")
    kinds: list[Kind] = row.get("kinds", ["paragraph"] * len(sentences))
    if not isinstance(kinds, list) or len(kinds) != len(sentences) or any(kind not in KINDS for kind in kinds):
        raise ReadError(f'"kinds" must name one of {", ".join(KINDS)} for each sentence', code="bad_line")
    text = "\n".join(sentences)
    check_text(text)
    blocks, start = [], 0
    for sentence, kind in zip(sentences, kinds, strict=True):
        blocks.append(Block(start, start + len(sentence), kind, 2 if kind == "heading" else 0))
        start += len(sentence) + 1
    return Document(row["id"], text, tuple(blocks), source, meta, given=True)
