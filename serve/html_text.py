"""A policy's text as HTML: blocks, sentences with their categories, entities; tags aside, the text comes out exact."""

import html
import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise, takewhile
from typing import Any
from unicodedata import east_asian_width

from ..data.document import Span
from ..data.readers.builder import CELL_SEPARATOR
from ..data.record import Entity, LabelledSentence, Record
from ..data.taxonomy import CATEGORY_LABELS, ENTITY_LABELS

_BLANK = re.compile(r"\s+")
_BREAKS = frozenset("\n\r\v\f\x85\u2028\u2029")
_NOT_HTML = re.compile("[\0\ud800-\udfff]")
_LABEL = {label.id: label for label in CATEGORY_LABELS + ENTITY_LABELS}
_CLASS = {a.id: f"k{i}" for i, a in enumerate(CATEGORY_LABELS)} | {a.id: f"t{i}" for i, a in enumerate(ENTITY_LABELS)}
_Numbered = tuple[int, Entity]


def css_class(label_id: str) -> str:
    """Return the class that gives a category (`k0`…) or an entity type (`t0`…) its colour; filters go by it as well."""
    return _CLASS[label_id]


def escape(text: str) -> str:
    """Escape text for element content and attribute values."""
    # A parser turns a raw CR into LF; NUL and lone surrogates cannot stand in a page at all.
    return _NOT_HTML.sub("\ufffd", html.escape(text)).replace("\r", "&#13;")


def flat(surface: str) -> str:
    """Return a surface in one line: white space as one space, or none for a line break between wide characters."""
    return _BLANK.sub(lambda run: "" if _is_soft(surface, run) else " ", surface).strip()


def norm_words(norm: Mapping[str, Any]) -> str:
    """Say a normal form in one line; what is false or unknown is left out."""
    words = {"sensitive": "敏感"}
    return " · ".join(words.get(k, k) if v is True else str(v) for k, v in norm.items() if v)


def article(record: Record, text: str) -> str:
    """Return the policy's text in reading order, sentences `s0`…, entities `e0`…."""
    found = _entities_by_sentence(record)
    out = []
    for kind, blocks in groupby(_blocks(record, text), key=lambda block: record.sentences[block[0]].kind):
        shown = [_block(record, text, block, found) for block in blocks]
        around = {"list_item": ("<ul>", "</ul>"), "table_row": ('<div class="table" role="table">', "</div>")}
        before, after = around.get(kind, ("", ""))
        out.append(before + "\n".join(shown) + after)
    return "\n".join(out)


def _blocks(record: Record, text: str) -> Iterator[list[int]]:
    """Yield runs of sentences that share a block; the record keeps no blocks, so line breaks between tell them."""
    block: list[int] = []
    for n, sentence in enumerate(record.sentences):
        if block and _apart(record.sentences[block[-1]], sentence, text):
            yield block
            block = []
        block.append(n)
    if block:
        yield block


def _apart(left: LabelledSentence, right: LabelledSentence, text: str) -> bool:
    if left.kind != right.kind or left.headings != right.headings or right.kind in ("heading", "table_row"):
        return True
    return not _BREAKS.isdisjoint(text[left.end : right.start])


def _block(record: Record, text: str, block: Sequence[int], found: Sequence[Sequence[_Numbered]]) -> str:
    first = record.sentences[block[0]]
    tag = {"heading": f"h{min(len(first.headings) + 2, 6)}", "list_item": "li", "table_row": "div"}.get(first.kind, "p")
    role = ' role="row"' if first.kind == "table_row" else ""
    at, out = first.start, []
    for n in block:
        sentence = record.sentences[n]
        out.append(escape(text[at : sentence.start]) + _sentence(n, sentence, text, found[n]))
        at = sentence.end
    return f'<{tag} class="b {first.kind}"{role}>{"".join(out)}</{tag}>'


def _sentence(n: int, sentence: LabelledSentence, text: str, found: Sequence[_Numbered]) -> str:
    marks = [_CLASS[c] for c in sentence.categories]
    tints = ["s", *marks[:1], *("x" + mark[1:] for mark in marks[1:2])]
    attributes = {
        "class": " ".join(tints),
        "id": f"s{n}",
        "data-f": " ".join(marks + sorted({_CLASS[e.type] for _, e in found}) + ["no"] * bool(sentence.denied)),
        "data-h": "".join(map(str, sentence.headings[-1:])),
        "title": _highest(sentence.scores),
    }
    shown = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items() if value)
    words = _cells(text, sentence, found) if sentence.kind == "table_row" else _marked(text, sentence, found)
    chips = "".join(_chip(category, sentence) for category in sentence.categories)
    chips = chips and f'<span class="chips">{chips}</span>'
    return f'<span {shown}><span class="t">{words}</span>{chips}</span>'


def _highest(scores: Mapping[str, float]) -> str:
    first = sorted(scores.items(), key=lambda item: -item[1])[:3]
    return " · ".join(f"{_LABEL[category].zh} {score:.2f}" for category, score in first)


def _chip(category: str, sentence: LabelledSentence) -> str:
    label, denied = _LABEL[category], category in sentence.denied
    title = label.en + (" – denied: said not to happen" if denied else "")
    if category in sentence.scores:
        title += f" · {sentence.scores[category]:.2f}"
    mark, no = (" no", "<b>不</b>") if denied else ("", "")
    return f'<span class="chip {_CLASS[label.id]}{mark}" title="{escape(title)}">{no}{escape(label.zh)}</span>'


def _cells(text: str, row: Span, found: Sequence[_Numbered]) -> str:
    at, out = row.start, []
    for cell in text[row.start : row.end].split(CELL_SEPARATOR):
        end = at + len(cell)
        words = _marked(text, Span(at, end), found) if cell else ""
        border = f'<span class="bar">{CELL_SEPARATOR}</span>' if end < row.end else ""
        out.append(f'<span class="cell" role="cell">{words}{border}</span>')
        at = end + len(CELL_SEPARATOR)
    return "".join(out)


def _entities_by_sentence(record: Record) -> list[list[_Numbered]]:
    """Return the entities that touch each sentence, numbered, those that begin first and reach furthest ahead."""
    found: list[list[_Numbered]] = [[] for _ in record.sentences]
    ends = [sentence.end for sentence in record.sentences]
    for n, entity in sorted(enumerate(record.entities), key=lambda pair: (pair[1].start, -pair[1].end)):
        touched = range(bisect_right(ends, entity.start), len(ends))
        for i in takewhile(lambda i, end=entity.end: record.sentences[i].start < end, touched):
            found[i].append((n, entity))
    return found


def _marked(text: str, part: Span, found: Sequence[_Numbered]) -> str:
    """Mark the entities of a part of the text; one that ends inside another is cut there and opened anew."""
    borders = {p for _, e in found for p in (e.start, e.end) if part.start < p < part.end}
    opened: list[_Numbered] = []
    out, ahead = [], deque(found)
    for start, end in pairwise(sorted(borders | {part.start, part.end})):
        wanted = [pair for pair in opened if pair[1].end > start]
        while ahead and ahead[0][1].start <= start:
            pair = ahead.popleft()
            wanted += [pair] * (pair[1].end > start)
        kept = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(opened, wanted, strict=False)))
        out += ["</mark>"] * (len(opened) - kept)
        out += [_mark(n, entity, start) for n, entity in wanted[kept:]]
        out.append(_softened(text, start, end))
        opened = wanted
    return "".join(out) + "</mark>" * len(opened)


def _mark(n: int, entity: Entity, start: int) -> str:
    label = _LABEL[entity.type]
    parts = [label.zh if label.zh == label.en else f"{label.zh} {label.en}", norm_words(entity.norm)]
    if entity.score is not None:
        parts.append(f"{entity.score:.2f}")
    title = escape(" · ".join(filter(None, parts)))
    where = f'" id="e{n}"' if start == entity.start else ' cut"'
    return f'<mark class="{_CLASS[label.id]}{where} title="{title}">'


def _softened(text: str, start: int, end: int) -> str:
    """Escape a piece of text; a line break between two wide characters is kept but takes no room."""
    at, out = start, []
    for run in _BLANK.finditer(text, start, end):
        if _is_soft(text, run):
            out.append(f'{escape(text[at : run.start()])}<i class="nl">{escape(run[0])}</i>')
            at = run.end()
    return "".join(out) + escape(text[at:end])


def _is_soft(text: str, run: re.Match[str]) -> bool:
    around = text[run.start() - 1 : run.start()] + text[run.end() : run.end() + 1]
    return not _BREAKS.isdisjoint(run[0]) and all(east_asian_width(c) in "WFA" for c in around)
