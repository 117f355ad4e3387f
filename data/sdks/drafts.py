"""A document into drafts: which stretches of it speak of which SDK."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..document import Block, Document, Sentence, Span
from ..segmentation import MARKER
from .blocks import Piece, pieces
from .labels import Field
from .mentions import Mentions
from .prose import disclosures, refers_back
from .tables import Entry, Header, Row, TableCell, content_field, entries, passages
from .text import trimmed

_TURNS_AWAY = re.compile(r"\s*(?:我们|您|你|如|若|请|上述|以上|当|未经|除)")
_DISCLOSES = re.compile(r"收集|采集|获取|读取|调用|调取|申请|用于|实现|提供")
_GOES_ON = re.compile(r"\s*(?:主要|仅|也|还)?(?:用于|(?:会|将|可能|需要?)*(?:收集|采集|获取|读取|调用|使用|申请|访问))")
_ANSWER = re.compile(r"[^。；;]{1,24}[：:]\s*(?:是|否|有|无|不?(?:收集|采集|涉及|需要|申请|获取))\s*[。；;，,]?")
_UNKNOWN = re.compile(r"[-*\s]*[^，。；：:\s]{1,10}[：:][^。；]{0,60}[。；]?")
_ANNOUNCES = re.compile(r"[：:]\s*$|如下")
_LINES: tuple[Field, ...] = ("owner", "policy", "items")
_STOP = re.compile(r"[。！？!?]")


@dataclass(slots=True)
class Draft:
    """Some SDKs and what is said of them, as places in the text.

    `parts` are labelled values and running text (field None) in order. `is_title` where a heading or line names the SDKs and
    says no more; `level` is the heading's depth, else 0. `takes_labels` where labelled values in the next blocks are theirs.
    `before` is what stands before the names in their sentence, and `is_embedded` whether their clause says that they are
    embedded, where running text brings them in.
    """

    names: tuple[int, ...]
    start: int
    end: int
    level: int = 0
    is_title: bool = False
    takes_labels: bool = True
    before: Span | None = None
    is_embedded: bool = False
    parts: list[Piece] = field(default_factory=list)


def read_drafts(document: Document, sentences: Sequence[Sentence], mentions: Mentions) -> list[Draft]:
    """Return the drafts of a document, in order."""
    reader = _Reader(document, sentences, mentions)
    for passage in passages(document):
        if isinstance(passage, Block):
            reader.read_block(passage)
        else:
            reader.read_table(passage)
    return reader.drafts


class _Reader:
    """Goes through a document and keeps the draft that what comes next may belong to."""

    def __init__(self, document: Document, sentences: Sequence[Sentence], mentions: Mentions) -> None:
        self.drafts: list[Draft] = []
        self._text = document.text
        self._sentences = sentences
        self._starts = [sentence.start for sentence in sentences]
        self._mentions = mentions
        self._is_given = document.given
        self._header: Header | None = None  # of the last table
        self._open: Draft | None = None
        self._pending: Piece | None = None  # a label whose value is in the next block

    def read_block(self, block: Block) -> None:
        """Read a heading, paragraph or list item."""
        found = pieces(self._mentions, block)
        is_labelled = any(piece.field and not piece.names for piece in found)
        label, self._pending = self._pending, None
        is_heading = block.kind == "heading" and not is_labelled and not any(piece.names for piece in found)
        if is_heading and (not label or MARKER.match(self._text, block.start)):
            if self._open and not 0 < self._open.level < block.level:
                self._open = None
        elif label and found[0].field is None:
            self._take_value(label, found[0])
            self._read_pieces(found[1:], block)
        elif label and not is_labelled and not MARKER.match(self._text, block.start):
            self._take_value(label, Piece(None, block.start, block.start, block.end))
        else:
            self._read_pieces(found, block)

    def _read_pieces(self, found: Sequence[Piece], block: Block) -> None:
        is_ours = False
        for piece in found:
            is_title = piece is found[-1]
            if piece.names:
                if is_title or not self._is_repeated(piece):
                    self._begin(Draft(piece.names, piece.at, piece.end, block.level, is_title))
                is_ours = True
            elif piece.field is None:
                is_ours = self._read_text(piece, block, is_ours)
            else:
                if self._open and not (is_ours or self._open.takes_labels):
                    self._open = None
                self._add_labelled(piece)
                is_ours = is_ours or self._open is not None

    def _is_repeated(self, piece: Piece) -> bool:
        """Say whether a block that begins with an SDK's name goes on below a title of that name."""
        above = self._open
        if above is None or above.parts or not above.is_title:
            return False
        return self._mentions.related(piece.names[0], above.names[0])

    def _take_value(self, label: Piece, piece: Piece) -> None:
        """Read the value that stands in the block below its label."""
        names = next(self._mentions.names(piece.start, piece.end), None)
        if label.field in ("name", "party") and names:
            self._begin(Draft(names.entities, label.at, names.end))
            self._add(Piece(None, names.end, names.end, piece.end))
        elif label.field == "name":
            self._open = None
        else:
            self._add(replace(label, start=piece.start, end=piece.end))

    def _add_labelled(self, piece: Piece) -> None:
        if not self._text[piece.start : piece.end].strip():
            self._pending = piece
        elif piece.field == "name":
            self._open = None
        self._add(piece)

    def _read_text(self, piece: Piece, block: Block, is_ours: bool) -> bool:
        """Give running text to the draft it belongs to, or find SDKs in it; return whether a draft is open now."""
        if is_ours or self._goes_on(block):
            self._add(piece)
            return True
        if self._is_between_labels(block):
            return False
        self._open = None
        announces = bool(_ANNOUNCES.search(self._text, block.start, block.end))
        for found in disclosures(self._mentions, self._spans(piece)):
            start = found.before.start if found.before else found.names.start
            draft = Draft(found.names.entities, start, found.names.end, takes_labels=announces)
            self._begin(replace(draft, before=found.before, is_embedded=found.is_embedded))
            for span in found.after:
                self._add(Piece(None, span.start, span.start, span.end))
        return self._open is not None

    def _is_between_labels(self, block: Block) -> bool:
        """Say whether a block is a labelled value of no known kind among those of an SDK: it tells nothing and ends nothing."""
        is_list = self._open is not None and self._open.takes_labels and any(part.field for part in self._open.parts)
        if not is_list or not _UNKNOWN.fullmatch(self._text, block.start, block.end):
            return False
        return not (self._mentions.items(block.start, block.end) or self._mentions.sdks(block.start, block.end))

    def _goes_on(self, block: Block) -> bool:
        """Say whether a block without labels still speaks of the SDK above it."""
        above = self._open
        if above is None:
            return False
        if _ANSWER.fullmatch(self._text, block.start, block.end):
            return bool(self._mentions.items(block.start, block.end))
        if refers_back(self._mentions, block, above.names[0]):
            return True
        if self._is_given and _GOES_ON.match(self._text, block.start, block.end):
            return True
        return above.is_title and not any(part.field for part in above.parts) and self._describes(block, above)

    def _describes(self, block: Block, title: Draft) -> bool:
        """Say whether a block below a title tells of its SDK: its first text, or a line that is an owner, link or data."""
        body = self._text[block.start : block.end]
        named = self._mentions.sdks(block.start, block.end)
        is_named = any(self._mentions.related(i, title.names[0]) for i in named)
        if _TURNS_AWAY.match(body) and not is_named:
            return False
        if not title.parts and (title.level or is_named or _DISCLOSES.search(body)):
            return True
        return not _STOP.search(body) and content_field(self._mentions, block.start, block.end) in _LINES

    def read_table(self, rows: Sequence[Row]) -> None:
        """Read a table; under a title it may go on with that title's SDK."""
        self._pending = None
        if self._open and not self._open.is_title:
            self._open = None
        found, self._header = entries(self._mentions, rows, self._header)
        for entry in found:
            self._read_entry(entry)
        self._open = None

    def _read_entry(self, entry: Entry) -> None:
        name = next((cell for cell in entry.cells if cell.field == "name"), None)
        names = next(self._mentions.names(name.start, name.end), None) if name else None
        above = self._open
        if name and names and not (name.is_carried and above and above.names == names.entities):
            above = None
            self._open = Draft(names.entities, entry.span.start, entry.span.end)
            self.drafts.append(self._open)
            self._add(Piece(None, names.end, names.end, name.end), entry.span)
        elif not names and not self._is_continuation(entry, name):
            self._open = None
        for cell in entry.cells:
            if cell.field != "name" and not (cell.is_carried and above):
                self._add(Piece(cell.field, cell.start, cell.start, cell.end), entry.span)

    def _is_continuation(self, entry: Entry, name: TableCell | None) -> bool:
        """Say whether a row without an SDK's name goes on with the row above."""
        if name and self._text[name.start : name.end].strip():
            return False
        filled = [cell for cell in entry.cells if self._text[cell.start : cell.end].strip()]
        return name is not None or len(filled) == 1

    def _begin(self, draft: Draft) -> None:
        draft.start = self._sentence(draft.start).start
        draft.end = self._sentence(draft.end - 1).end
        self.drafts.append(draft)
        self._open = draft

    def _add(self, part: Piece, row: Span | None = None) -> None:
        """Add to the open draft, which then reaches to the end of the part's sentence or table row."""
        span = trimmed(self._text, part.start, part.end)
        if self._open and span:
            self._open.parts.append(part)
            self._open.end = max(self._open.end, (row or self._sentence(span.end - 1)).end)

    def _sentence(self, position: int) -> Sentence:
        return self._sentences[max(0, bisect_right(self._starts, position) - 1)]

    def _spans(self, piece: Piece) -> list[Span]:
        """Return the sentences of a piece, cut to it."""
        first = max(0, bisect_right(self._starts, piece.start) - 1)
        stop = bisect_left(self._starts, piece.end)
        cut = [(max(s.start, piece.start), min(s.end, piece.end)) for s in self._sentences[first:stop]]
        return [Span(start, end) for start, end in cut if start < end]
