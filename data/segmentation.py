"""Blocks into sentences.

A sentence ends at `。！？；` and their half-width twins, at a half-width `.` before white space or the end, or with its
block. What closes a sentence (quotes, brackets) stays with it; a mark inside a URL or an e-mail address, the dots
before a page number and the full stop of a list marker, a number or an abbreviation end nothing. Headings and table
rows are not cut.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from .document import Document, Sentence

MARKER = re.compile(
    r"""(?:\#{1,6}|[-*•·●○■□◆◇▪➢✓]|\**)?\s*
    (?:
        [（(]\s*(?:[0-9０-９]{1,3}|[a-zA-Z]|[ivxIVX]{1,5}|[一二三四五六七八九十百]{1,4})\s*[)）][、.．]?
      | 第\s*[0-9一二三四五六七八九十百]{1,4}\s*[条章节部]分?[、:：.．]?
      | [0-9０-９]{1,3}\s*\\?[)）]
      | [0-9]{1,2}(?:\\?[.．][0-9]{1,2}){1,4}(?![0-9])\\?[.．、]?
      | [0-9０-９]{1,3}\s*\\?[.．、](?![0-9])
      | [一二三四五六七八九十百]{1,4}\s*[、.．:：]
      | [a-zA-Z]\\?[.．、)）](?![a-zA-Z])
      | [ivxIVX]{1,5}\\?[.．、)）](?![a-zA-Z])
      | [①-⑳㈠-㈩⑴-⒇Ⅰ-Ⅻⅰ-ⅻ][、.．]?
    )""",
    re.VERBOSE,
)
"""A list or section marker at the start of a block, Markdown remains (`#`, `-`, `\\.`) included."""

LINK = re.compile(
    r"(?:https?|ftp)[:：]//(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]|(?<=/)[\u4e00-\u9fff]+(?=[/?.]))+"
    r"|(?<![A-Za-z0-9.\-])(?:[A-Za-z0-9\-]{1,63}\.){1,6}[A-Za-z]{2,10}/[A-Za-z0-9\-._~:/?#@!$&=%]*"
    r"|www\.[A-Za-z0-9\-._~:/?#@!$&=%]+"
    r"|(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9.\-]+",
    re.IGNORECASE,
)
"""A web or e-mail address."""

_UNCUT = re.compile(rf"(?<![. \t])(?:[ \t]*+\.){{3,}}+[ \t]*+[0-9]{{1,4}}(?=\s|$)|{LINK.pattern}", re.IGNORECASE)
"""What no mark cuts: a web or e-mail address, or the dots before a page number in a table of contents."""

_END = re.compile(r"[。！？；!?;｡﹔﹖﹗]+|\.(?=\s|$|[”\"’」』）)\]】》])")
_PAIRED_CLOSERS = "”’」』）)］]】》〉〕〗｝}"
_NO_STOP = re.compile(
    r"(?:(?<![A-Za-z])(?:Co|Ltd|Inc|Corp|Nos?|Fig|vs|etc|Mr|Ms|Dr|St|e\.g|i\.e|a\.m|p\.m|U\.S|B\.V|Pte|LTD|CO|[A-Z])"
    r"|(?:^|[\s:：;；。，,、])(?:[0-9]{1,2}|[a-z]))\.$"
)
"""Text up to a half-width full stop that ends nothing: an abbreviation, or the marker of an item that runs in."""


def segment(document: Document) -> tuple[Sentence, ...]:
    """Cut a document's blocks into sentences.

    Every character that is not white space lies in exactly one sentence, provided that the blocks cover the text.
    """
    sentences: list[Sentence] = []
    open_headings: list[tuple[int, int]] = []  # (level, index of the sentence)
    for block in document.blocks:
        if block.kind == "heading":
            open_headings = [entry for entry in open_headings if entry[0] < block.level]
        path = tuple(index for _, index in open_headings)
        if block.kind == "heading":
            open_headings.append((block.level, len(sentences)))
        whole = document.given or block.kind in ("heading", "table_row")
        ranges = [(block.start, block.end)] if whole else cut(document.text, block.start, block.end)
        sentences.extend(Sentence(start, end, block.kind, path) for start, end in ranges)
    return tuple(sentences)


def cut(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return the sentence ranges of `text[start:end]`, white space trimmed from both ends of each."""
    end = len(text) if end is None else end
    ranges = []
    begin = start
    for stop in _ends(text, start, end):
        trimmed = _trim(text, begin, stop)
        if trimmed:
            ranges.append(trimmed)
            begin = stop
    last = _trim(text, begin, end)
    if last:
        ranges.append(last)
    return ranges


def _ends(text: str, start: int, end: int) -> Iterator[int]:
    """Yield the positions after which a new sentence begins."""
    body = text[start:end]
    uncut = [match.span() for match in _UNCUT.finditer(body)]
    openings = [start for start, _ in uncut]
    quotes = [match.start() for match in re.finditer('"', body)]
    marker = MARKER.match(body.lstrip())
    marker_end = len(body) - len(body.lstrip()) + marker.end() if marker else 0
    done = 0
    for match in _END.finditer(body):
        at, stop = match.span()
        if at < done:
            continue
        nearest = bisect_right(openings, at) - 1
        if at < marker_end or (nearest >= 0 and stop < uncut[nearest][1]):
            continue
        if match.group() == "." and _NO_STOP.search(body[max(0, at - 8) : stop]):
            continue
        done = _close(body, stop, quotes)
        yield start + done


def _close(body: str, stop: int, quotes: Sequence[int]) -> int:
    """Extend a sentence end over the quotes and brackets that close with it, and over marks behind them.

    `quotes` are the positions of straight quotes: every second one closes.
    """
    while True:
        ahead = stop
        while ahead < len(body) and body[ahead].isspace():
            ahead += 1
        if ahead < len(body) and body[ahead] in _PAIRED_CLOSERS:
            stop = ahead + 1
        elif body.startswith('"', stop) and bisect_left(quotes, stop) % 2:
            stop += 1
        elif marks := _END.match(body, stop):
            stop = marks.end()
        else:
            return stop


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
