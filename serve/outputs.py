"""What runs write: files and folders that appear whole or not at all, and how they are told from the user's own."""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ..data.errors import TiaokuanError
from .html import PAGE_NAME

_RECORD = {"schema", "id", "model", "sentences"}
"""Keys of a record; gold has no model."""

_FAILURE = {"id", "source", "code", "message", "stage"}


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


def check_replaceable(path: Path) -> None:
    """Raise `TiaokuanError` where a file of that name holds something else than what a run writes."""
    if path.is_file() and path.stat().st_size and not is_results(path):
        raise TiaokuanError(f"{path.name} exists and holds something else than records; give another name")


def is_results(path: Path) -> bool:
    """Say whether a file holds what a run wrote, records or failures, by its first line."""
    try:
        if not path.is_file():  # reading a pipe would wait forever
            return False
        with path.open("rb") as lines:
            row = json.loads(lines.readline())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(row, dict) and (row.keys() >= _RECORD or row.keys() == _FAILURE)


def has_pages(folder: Path) -> bool:
    """Say whether a folder holds the pages of a run, by their index."""
    try:
        with (folder / "index.html").open("rb") as index:
            return b'name="generator" content="tiaokuan"' in index.read(2000)
    except OSError:
        return False


def is_page(path: Path) -> bool:
    """Say whether a file of a folder that `has_pages` is named as one of them."""
    return path.name == "index.html" or PAGE_NAME.fullmatch(path.name) is not None


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
        try:
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".")
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error  # the temporary name would tell nobody anything
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
    shown = [entry for entry in path.iterdir() if not (entry.name.startswith(".") and entry.is_file())]
    return not shown or (has_pages(path) and all(map(is_page, shown)))


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
