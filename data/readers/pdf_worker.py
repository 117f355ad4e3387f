"""The process that a PDF is parsed in: the file on standard input, its paragraphs and tables on standard output as JSON.

`pdf.read_pdf` starts it with the number of pages to read, the seconds and the bytes of memory allowed.
"""

import contextlib
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from ..errors import ReadError
from .characters import UNKNOWN
from .pdf_font import use_stand_in
from .pdf_glyphs import Page, read_page
from .pdf_layout import Sheet, find_margins, reading_order
from .pdf_lines import find_segments
from .pdf_paragraphs import find_paragraphs
from .pdf_running import drop_running
from .pdf_tables import Grid, Table, fill, find_grids, has_rules

_FEW_PATHS = 100
"""A page without text that has more drawn lines than this shows letters as drawings, or a picture."""


@dataclass(slots=True)
class _Pages:
    """What was read of a file's pages by their numbers, from 0. Those with rules wait to be searched for tables."""

    sheets: dict[int, Sheet] = field(default_factory=dict)
    ruled: dict[int, Page] = field(default_factory=dict)
    pictures: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    left_out: int = 0
    glyphs: int = 0
    askew: int = 0
    unknown: int = 0


def main() -> None:
    """Parse the PDF on standard input and print what was found, or the `ReadError`."""
    pages, seconds, memory = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    _limit(seconds, memory)
    try:
        found = parse(sys.stdin.buffer.read(), pages=pages, seconds=seconds)
    except ReadError as error:
        found = {"code": error.code, "message": str(error)}
    sys.stdout.write(json.dumps(found))


def parse(data: bytes, *, pages: int, seconds: float) -> dict[str, Any]:
    """Return the paragraphs and tables of a PDF and its warnings, as the process that asked for them reads them.

    No more than half of the seconds goes into tables. Raises `ReadError`.
    """
    found = _read_pages(data, pages)
    _check_text(found)
    grids = dict(find_grids(data, list(found.ruled), seconds=seconds / 2)) if found.ruled else {}
    for number, page in found.ruled.items():
        found.sheets[number] = _sheet(number, page, grids.get(number, []))
    sheets, running = drop_running([found.sheets[number] for number in sorted(found.sheets)])
    items = [item for sheet in sheets for item in reading_order(sheet)]
    parts = [_part(part) for part in find_paragraphs(items, find_margins(items))]
    without_tables = [number for number in found.ruled if number not in grids]
    return {"parts": parts, "warnings": list(_warnings(found, running, without_tables))}


def _limit(seconds: float, memory: int) -> None:
    """Bound this process, where the system can: address space, and time in case that nobody is left to stop it."""
    try:
        import resource
    except ImportError:
        return
    bounds = {resource.RLIMIT_AS: memory, resource.RLIMIT_CPU: int(seconds) + 5, resource.RLIMIT_CORE: 0}
    for what, bound in bounds.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (bound, bound))


def _read_pages(data: bytes, most: int) -> _Pages:
    pages = _Pages()
    with contextlib.closing(_open(data)) as document:
        count = len(document)
        pages.left_out = max(0, count - most)
        for number in range(min(count, most)):
            try:
                with contextlib.closing(document[number]) as page:
                    _read(page, number, pages)
            except pypdfium2.PdfiumError:
                pages.damaged.append(number)
    if not pages.sheets and not pages.ruled:
        raise ReadError("none of the PDF's pages can be read: the file is damaged; download or save it again", code="damaged")
    return pages


def _open(data: bytes) -> pypdfium2.PdfDocument:
    use_stand_in()
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD:
            raise ReadError("the PDF opens with a password only; save it without one", code="encrypted") from error
        raise ReadError("the file is no PDF or is damaged; download or save it again", code="damaged") from error


def _read(page: Any, number: int, pages: _Pages) -> None:
    read = read_page(page)
    pages.glyphs += len(read.glyphs)
    pages.askew += read.askew
    pages.unknown += sum(1 for glyph in read.glyphs if glyph.text == UNKNOWN)
    if read.glyphs and not read.is_turned and has_rules(page):
        pages.ruled[number] = read
    else:
        pages.sheets[number] = _sheet(number, read)
    if not read.glyphs and _is_picture(page):
        pages.pictures.append(number)


def _is_picture(page: Any) -> bool:
    if any(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE])):
        return True
    return any(itertools.islice(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]), _FEW_PATHS, None))


def _check_text(pages: _Pages) -> None:
    """Raise `ReadError` where there are no characters, or none that are known."""
    if not pages.glyphs:
        cause = "the PDF holds no text; a policy's text is wanted"
        if pages.askew:
            cause = "all the PDF's text stands at an angle, as watermarks do, and such text is not read"
        if pages.pictures:
            cause = "the PDF holds no text, only pictures of it; run OCR on it first"
        raise ReadError(cause, code="no_text_layer")
    if pages.unknown > pages.glyphs / 2:
        message = "the PDF's fonts do not say what characters its letters are; run OCR on it first"
        raise ReadError(message, code="no_text_layer")


def _sheet(number: int, page: Page, grids: Sequence[Grid] = ()) -> Sheet:
    glyphs, tables = list(page.glyphs), []
    for grid in grids:
        table, glyphs = fill(grid, glyphs)
        if table:
            tables.append(table)
    rows = tuple(tuple(segments) for segments in find_segments(glyphs))
    return Sheet(number, page.width, page.height, rows, tuple(tables))


def _part(part: Any) -> dict[str, Any]:
    if isinstance(part, Table):
        cells = [[f.cell for f in row] for row in part.rows]
        return {"rows": [[(cell.text, cell.column, cell.columns, cell.rows) for cell in row] for row in cells]}
    return {"text": part.text, "level": part.level}


def _warnings(pages: _Pages, running: int, without_tables: Sequence[int]) -> Iterator[tuple[str, str]]:
    if pages.left_out:
        yield "pages_left_out", f"the last {pages.left_out} pages, beyond the limit, were not read"
    if pages.pictures:
        yield "pages_without_text", f"no text, only pictures, on pages {_list(pages.pictures)}; run OCR on the file first"
    if pages.damaged:
        yield "pages_damaged", f"pages {_list(pages.damaged)} are damaged and were not read"
    if without_tables:
        yield "tables_not_read", f"tables on pages {_list(without_tables)} were read as running text"
    if running:
        yield "left_out", f"{running} lines of running heads, feet and page numbers were left out"
    if pages.askew:
        yield "askew_left_out", f"{pages.askew} characters printed at an angle, as watermarks are, were left out"
    if pages.unknown:
        yield "unknown_characters", f"{pages.unknown} characters are known to no font of the file and stand as {UNKNOWN}"


def _list(numbers: Sequence[int]) -> str:
    """Name pages by their numbers from 1, the first twenty of them."""
    named = ", ".join(str(number + 1) for number in numbers[:20])
    return f"{named} and {len(numbers) - 20} more" if len(numbers) > 20 else named


if __name__ == "__main__":
    main()
