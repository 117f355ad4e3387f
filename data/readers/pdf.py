"""PDF: a file's bytes into a Document, parsed in a process of its own that cannot take this one down with it."""

import importlib.util
import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..document import Document, Warn
from ..errors import MissingExtraError, ReadError
from .builder import Builder, CellText
from .header_rows import count_header_rows


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """What one PDF may cost: seconds, bytes of address space (where the system can bound it) and pages that are read."""

    seconds: float = 60.0
    memory: int = 2 << 30
    pages: int = 2_000

    def __post_init__(self) -> None:
        if min(self.seconds, self.memory, self.pages) <= 0:
            raise ValueError(f"limits must be above 0, but got {self}")


def read_pdf(
    data: bytes, *, id: str, source: str = "", meta: dict[str, Any] | None = None, limits: PdfLimits = PdfLimits()
) -> Document:
    """Read a PDF that has a text layer.

    Lines are joined into paragraphs, over page breaks too; ruled tables keep their cells; running heads, feet and page
    numbers are left out. A hyphen at the end of a line is kept. Raises `ReadError` (codes `damaged`, `encrypted`,
    `no_text_layer`, `empty`, `pdf_timeout`, `pdf_memory`, `pdf_crash`), and `MissingExtraError` without the extra `pdf`.
    """
    for module in ("pypdfium2", "pdfplumber"):
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError(module, "pdf")
    return pdf_document(_parse(data, limits), id=id, source=source, meta=meta)


def pdf_document(found: Mapping[str, Any], *, id: str, source: str = "", meta: dict[str, Any] | None = None) -> Document:
    """Make a document of what `pdf_worker.parse` found. Raises `ReadError` if there is no text in it."""
    builder = Builder()
    for part in found["parts"]:
        if "rows" in part:
            rows = [[CellText(*cell) for cell in row] for row in part["rows"]]
            builder.add_table(rows, headers=count_header_rows(rows))
        else:
            builder.add(part["text"], "heading" if part["level"] else None, level=part["level"])
    warnings = [Warn(code, message) for code, message in found["warnings"]]
    return builder.finish(id=id, source=source, meta=meta, warnings=warnings)


def _parse(data: bytes, limits: PdfLimits) -> dict[str, Any]:
    """Return what the parsing process found. Raises `ReadError` for what it says and for the ways in which it ends."""
    worker = [sys.executable, "-P", "-m", f"{__package__}.pdf_worker"]  # -P: nothing is imported from the working folder
    arguments = [str(limits.pages), str(limits.seconds), str(limits.memory)]
    try:
        process = subprocess.run([*worker, *arguments], input=data, capture_output=True, timeout=limits.seconds, check=False)
    except subprocess.TimeoutExpired as error:
        message = f"reading the PDF took longer than {limits.seconds:g} seconds; split it, or allow more time"
        raise ReadError(message, code="pdf_timeout") from error
    if process.returncode:
        raise _broken_off(process.returncode, process.stderr, limits)
    found = json.loads(process.stdout)
    if "code" in found:
        raise ReadError(found["message"], code=found["code"])
    return found


def _broken_off(status: int, stderr: bytes, limits: PdfLimits) -> ReadError:
    last = stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
    if last.startswith("MemoryError") or status == -signal.SIGABRT:  # PDFium aborts when it gets no memory
        message = f"reading the PDF took more than {limits.memory >> 20} MB of memory; split it, or allow more"
        return ReadError(message, code="pdf_memory")
    how = f"signal {-status}" if status < 0 else last or f"status {status}"
    return ReadError(f"reading the PDF broke off ({how}); save the file again, or give its text", code="pdf_crash")
