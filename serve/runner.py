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
from .html import PAGE_NAME, index_row, page_name, render_index, render_page
from .inputs import Failure, describe


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
        """Write a record as its line. Raises `ValueError` for a number that JSON cannot spell."""
        self.file.write(json.dumps(record.to_json(), ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n")


class HtmlPages:
    """One page a policy and, at the end, an index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = []

    def write(self, record: Record) -> None:
        """Write a record's page."""
        name = page_name(record.id)
        row = index_row(record, name)
        self._put(name, render_page(record))
        self.rows.append(row)

    def finish(self) -> None:
        """Write the index."""
        self._put("index.html", render_index(self.rows))

    def _put(self, name: str, text: str) -> None:
        (self.folder / name).write_bytes(text.encode())


def run(
    annotator: Annotator, results: Iterable[Document | Failure], writer: Writer, errors: IO[str] | None = None
) -> Iterator[Outcome]:
    """Annotate a stream of documents; yield the running outcome after each. Failures go to `errors`, one a line.

    Raises `OSError` where the records or the failures cannot be written.
    """
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

    def on_error(document: Document | Record, error: Exception, stage: str = "annotate") -> None:
        code = error.code if isinstance(error, TiaokuanError) else "internal"
        fail(Failure(document.id, document.source, code, describe(error), stage))

    for record in annotator.pipe(documents(), on_error=on_error):
        error = _try_to_write(writer, record)
        if error:
            on_error(record, error, "write")
        else:
            outcome.done += 1
        yield outcome
    yield outcome


def _try_to_write(writer: Writer, record: Record) -> Exception | None:
    """Write a record; return what broke, but raise `OSError`: a full disk is no fault of the record."""
    try:
        writer.write(record)
    except OSError:
        raise
    except Exception as error:
        return error
    return None


def errors_path(output: Path) -> Path:
    """Return the errors file of an output: `OUT.errors.jsonl` beside `OUT.jsonl` or the folder `OUT`.

    Raises `TiaokuanError` for an output that has no name, such as `/`, and for `-`, standard output.
    """
    if str(output) == "-":
        raise TiaokuanError("records are not written to standard output, for half a run would look whole; name a file")
    path = _real(output)
    if not path.name:
        raise TiaokuanError(f"the output {output} has no name of its own; give the name of a file or folder to write")
    return path.with_name(f"{path.name.removesuffix('.jsonl')}.errors.jsonl")


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve raises on links that go round in a circle


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[IO[str]]:
    """Open a UTF-8 text file that appears under its name only once it is complete.

    Raises `TiaokuanError` where a folder, a device or a pipe has that name.
    """
    path = _real(path)
    if path.is_dir():
        raise TiaokuanError(f"{path.name} is a folder; give the name of a file to write")
    if path.exists() and not path.is_file():
        raise TiaokuanError(f"{path.name} is a device, pipe or socket; give the name of a file to write")
    with _parents(path):
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".")
        part = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                yield file
            part.chmod(0o666 & ~_umask())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Make a folder that appears under its name only once it is complete.

    It takes the place of an empty folder or of the pages of an earlier run, whose hidden files it keeps; any other is not
    touched. Raises `TiaokuanError` for such a one, and where a file has that name.
    """
    path = _real(path)
    if path.exists() and not path.is_dir():
        raise TiaokuanError(f"{path.name} is no folder; give the name of a folder to write")
    if path.exists() and not _is_replaceable(path):
        raise TiaokuanError(f"{path.name} exists and holds other files; give a new folder")
    with _parents(path):
        part = Path(tempfile.mkdtemp(dir=path.parent, prefix="."))
        old = part.with_name(f"{part.name}.old")
        try:
            yield part
            part.chmod(0o777 & ~_umask())
            if path.exists():
                for hidden in path.glob(".*"):
                    shutil.copy2(hidden, part)
                path.rename(old)
            part.rename(path)
        except BaseException:
            if old.exists() and not path.exists():
                old.rename(path)
            raise
        finally:
            for folder in (part, old):
                shutil.rmtree(folder, ignore_errors=True)


def _is_replaceable(path: Path) -> bool:
    """Say whether a folder holds nothing, or nothing but pages with our index among them; hidden files count for nothing."""
    index = path / "index.html"
    ours = index.is_file() and b'name="generator" content="tiaokuan"' in index.read_bytes()[:2000]
    shown = [entry for entry in path.iterdir() if not (entry.name.startswith(".") and entry.is_file())]
    return not shown or (ours and all(entry == index or PAGE_NAME.fullmatch(entry.name) for entry in shown))


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
