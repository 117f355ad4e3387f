"""A run over many policies: streamed, in order, one bad document never stopping the rest."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from ..data.document import Document
from ..data.errors import TiaokuanError
from ..data.record import Record
from .annotator import Annotator
from .html import index_row, page_name, render_index, render_page
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
