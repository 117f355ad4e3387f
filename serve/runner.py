"""A run over many policies: streamed, in order, one bad document never stopping the rest."""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from ..data.document import Document
from ..data.errors import TiaokuanError
from ..data.record import Record
from .annotator import Annotator
from .html import index_row, page_name, render_index, render_page
from .inputs import Failure


@dataclass(slots=True)
class Outcome:
    """How many documents a run annotated and how many failed."""

    done: int = 0
    failed: int = 0


class Writer(Protocol):
    """Where records go."""

    def write(self, record: Record) -> None:
        """Take one record."""
        ...


class JsonLines:
    """One record a line, UTF-8, line feeds only."""

    def __init__(self, file: IO[str]) -> None:
        self.file = file

    def write(self, record: Record) -> None:
        """Write a record as its line."""
        self.file.write(json.dumps(record.to_json(), ensure_ascii=False, separators=(",", ":")) + "\n")


class HtmlPages:
    """One page a policy and, at the end, an index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = []

    def write(self, record: Record) -> None:
        """Write a record's page."""
        name = page_name(record.id)
        self._put(name, render_page(record))
        self.rows.append(index_row(record, name))

    def finish(self) -> None:
        """Write the index."""
        self._put("index.html", render_index(self.rows))

    def _put(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8", newline="\n")


def run(
    annotator: Annotator, results: Iterable[Document | Failure], writer: Writer, errors: IO[str] | None = None
) -> Iterator[Outcome]:
    """Annotate a stream of documents; yield the running outcome after each. Failures go to `errors`, one a line."""
    outcome = Outcome()

    def fail(failure: Failure) -> None:
        outcome.failed += 1
        if errors is not None:
            errors.write(json.dumps(failure.to_json(), ensure_ascii=False) + "\n")

    def documents() -> Iterator[Document]:
        for result in results:
            if isinstance(result, Document):
                yield result
            else:
                fail(result)

    def on_error(document: Document, error: Exception) -> None:
        code = error.code if isinstance(error, TiaokuanError) else "internal"
        fail(Failure(document.id, document.source, code, f"{type(error).__name__}: {error}", "annotate"))

    for record in annotator.pipe(documents(), on_error=on_error):
        writer.write(record)
        outcome.done += 1
        yield outcome
    yield outcome


def errors_path(output: Path) -> Path:
    """Return the errors file of an output: `OUT.errors.jsonl` beside `OUT.jsonl` or the folder `OUT`."""
    output = output.resolve()
    stem = output.name.removesuffix(".jsonl")
    return output.with_name(f"{stem}.errors.jsonl")


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[IO[str]]:
    """Open a UTF-8 text file that appears under its name only once it is complete."""
    path = path.resolve()
    if path.is_dir():
        raise TiaokuanError(f"{path.name} is a folder; give the name of a file to write")
    with (
        _parents(path),
        tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n", dir=path.parent, prefix=".", delete=False) as file,
    ):
        part = Path(file.name)
        try:
            yield file
        except BaseException:
            part.unlink()
            raise
    part.chmod(0o666 & ~_umask())
    part.replace(path)


@contextlib.contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Make a folder that appears under its name only once it is complete.

    It takes the place of an empty folder or of the pages of an earlier run; any other is not touched.
    """
    path = path.resolve()
    if path.exists() and not _is_replaceable(path):
        raise TiaokuanError(f"{path.name} exists and holds other files; give a new folder")
    with _parents(path):
        part = Path(tempfile.mkdtemp(dir=path.parent, prefix="."))
        try:
            yield part
            part.chmod(0o777 & ~_umask())
            if path.exists():
                shutil.rmtree(path)
            part.rename(path)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise


def _is_replaceable(path: Path) -> bool:
    """Say whether a path is an empty folder, or one that holds nothing but pages with our index among them."""
    if not path.is_dir():
        return False
    index = path / "index.html"
    ours = index.is_file() and b'name="generator" content="tiaokuan"' in index.read_bytes()[:2000]
    return not any(path.iterdir()) or (ours and all(page.suffix == ".html" for page in path.iterdir()))


@contextlib.contextmanager
def _parents(path: Path) -> Iterator[None]:
    """Make the folders above a path; take those made away again if what needed them fails."""
    missing = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for folder in missing:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
