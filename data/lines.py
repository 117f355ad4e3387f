"""Lines of plain text into blocks.

Policies reach plain text through PDF, HTML and copy-and-paste: a sentence may be cut by a page break, a blank line or
an inline tag, a marker may stand alone on its line. Lines that belong together are joined by what stands on both sides of
the break, and by words that the same document holds unbroken elsewhere.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from .document import Block
from .segmentation import MARKER

_LINE = re.compile(r"[^\r\n]+")
_ENDED = re.compile(r"[。！？；!?;：:][”’」』）)】》\"*\s]*$|(?<![A-Za-z0-9])\.\s*$|…$")
_CONTINUES = re.compile(r"[，。、；：！？”’》】」』,;:!?]")
_OPEN_END = re.compile(r"[，、,/（(《【“‘「『]$")
_BULLET = re.compile(r"[-*•·●○■□◆◇▪➢✓]\s|\#{1,6}\s*\S|={4,}|-{4,}")
_PAIRS = {"（": "）", "(": ")", "《": "》", "【": "】", "“": "”", "「": "」"}
_KEY_VALUE = re.compile(r"[^，。：:]{1,16}[：:]\s*\S")
_OPENER = re.compile(r"您|你|我们|如|若|当|为|本|在|对|请|此|该")
"""How sentences open: a line that begins so rarely is the lower half of one."""
_OPENING_BRACKET = re.compile(r"[【《“「『]")
_HEADING_END = re.compile(r"[。；！？!?;，,、.]$")

_SALUTATION = re.compile(r"(?:尊敬|亲爱)的")
_DATE = re.compile(r"[0-9０-９]{4}\s*[年./-]\s*[0-9０-９]{1,2}\s*[月./-]\s*[0-9０-９]{1,2}\s*日?")

_LONGEST_HEADING = 45
"""Characters, marker included."""

_WRAPPABLE = 15
"""A line shorter than this many characters is taken for a title or a value, not for the upper half of a sentence."""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    blank_before: bool
    indent: float
    """In full-width characters."""


class _Around:
    """What stands around the line breaks of a text, and how often the text holds it: counted once, in time linear in it."""

    def __init__(self, lines: Sequence[_Line], text: str) -> None:
        self._lines = lines
        self._text = text

    @cached_property
    def whole(self) -> Counter[str]:
        """Counts in the text of each piece that `_pieces` gives for a break."""
        return _count(self._text, {piece for pair in pairwise(self._lines) for piece in _pieces(*pair)})

    @cached_property
    def squeezed(self) -> Counter[str]:
        """Counts in the text less its white space of the two characters beside each break."""
        pairs = {before.text[-1] + line.text[0] for before, line in pairwise(self._lines)}
        return _count(re.sub(r"\s", "", self._text), pairs)


def _pieces(before: _Line, line: _Line) -> tuple[str, str]:
    """Return the three characters around a line break with two of them above it, and with two below it."""
    around = before.text[-2:] + line.text[:2]
    return around[:3], around[1:]


def _count(text: str, wanted: Set[str]) -> Counter[str]:
    """Count the strings in a text, overlapping ones too."""
    sizes = {len(string) for string in wanted}
    return Counter(s for size in sizes for at in range(len(text) - size + 1) if (s := text[at : at + size]) in wanted)


def find_blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a plain text in order; together they cover every character that is not white space."""
    groups = list(_join(_lines(text), text))
    yield from classify(text, [(group[0].start, group[-1].end) for group in groups])


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    last = 0
    for match in _LINE.finditer(text):
        body = match.group().strip()
        if body:
            start = match.start() + match.group().index(body[0])
            gap = text[last:start].replace("\r\n", "\n").replace("\r", "\n")
            lines.append(_Line(start, start + len(body), body, gap.count("\n") > 1, _indent(text[match.start() : start])))
            last = start + len(body)
    return lines


def _indent(space: str) -> float:
    return space.count("\u3000") + (len(space) - space.count("\u3000")) / 2


def _join(lines: list[_Line], text: str) -> Iterator[list[_Line]]:
    """Group the lines of each block."""
    spaced = _is_spaced(lines)
    width, flush = _wrap_width(lines), _flush_width(lines)
    around = _Around(lines, text)
    group: list[_Line] = []
    unclosed: Counter[str] = Counter()
    for line in lines:
        wrap = flush if flush and not line.indent else width
        if group and not _belongs(group, unclosed, line, around, spaced=spaced, width=wrap):
            yield group
            group, unclosed = [], Counter()
        group.append(line)
        for opening, closing in _PAIRS.items():
            unclosed[opening] += line.text.count(opening) - line.text.count(closing)
    if group:
        yield group


def _is_spaced(lines: Sequence[_Line]) -> bool:
    """Say whether blank lines part the paragraphs, so that a single line break is only a wrap."""
    ended = [after.blank_before for before, after in pairwise(lines) if _ENDED.search(before.text)]
    return len(ended) >= 4 and sum(ended) > len(ended) / 2


def _wrap_width(lines: Sequence[_Line]) -> int:
    """Return the width at which a document's lines are wrapped, in characters, or 0 if they are not."""
    long = Counter(len(line.text) for line in lines if len(line.text) > 20)
    if sum(long.values()) < 12:
        return 0
    widest = max(long)
    near = sum(count for size, count in long.items() if size >= widest * 0.9)
    return int(widest * 0.9) if near >= 0.4 * sum(long.values()) and widest <= 120 else 0


def _flush_width(lines: Sequence[_Line]) -> int:
    """Return the width at which paragraphs that open with an indent are wrapped, in characters, or 0 if there are none.

    A full line that ends in mid-sentence is followed by one without an indent there, and hardly any other is.
    """
    widths = [line.indent + len(line.text) for line in lines]
    widest = max(widths, default=0)
    if sum(line.indent > 0 for line in lines) < 4 or not 20 < widest <= 120:
        return 0
    unended = [at for at, line in enumerate(lines[:-1]) if len(line.text) > 20 and not _ENDED.search(line.text)]
    wraps = [at for at in unended if widths[at] >= 0.9 * widest and not lines[at + 1].indent]
    # The width is compared with lines that have lost their indent.
    return int(0.85 * widest) if len(wraps) >= 4 and len(wraps) >= 0.8 * len(unended) else 0


def _belongs(
    group: list[_Line], unclosed: Mapping[str, int], line: _Line, around: _Around, *, spaced: bool, width: int
) -> bool:
    """Decide whether a line goes on where the group's last line stopped, which left brackets `unclosed`."""
    before = group[-1]
    if _CONTINUES.match(line.text) and not _is_rule(line.text):
        return True
    if line.text in ("SDK", "sdk") and not _ENDED.search(before.text):
        return True
    if line.text[0] in _PAIRS.values() and _closes_bracket(unclosed, line.text):
        return True
    if _is_marker(before.text):
        return not _starts_item(line.text)
    if _ENDED.search(before.text) or _starts_item(line.text) or _BULLET.fullmatch(before.text):
        return False
    if _OPEN_END.search(before.text) or _closes_bracket(unclosed, line.text):
        return True
    if len(before.text) < _WRAPPABLE and len(group) == 1:
        return False
    if _KEY_VALUE.match(before.text) and _KEY_VALUE.match(line.text) and len(before.text) < 3 * _WRAPPABLE:
        return False
    if (spaced and not line.blank_before) or (width and len(before.text) >= width):
        return True
    return not _is_marked_title(group) and _coheres(before, line, around)


def _is_marked_title(group: list[_Line]) -> bool:
    title = group[0].text
    return len(group) == 1 and bool(MARKER.match(title)) and not re.search(r"[，,]", title) and len(title) <= _LONGEST_HEADING


def _is_rule(text: str) -> bool:
    return len(set(text)) == 1 and len(text) > 3


def _is_marker(text: str) -> bool:
    match = MARKER.match(text)
    return match is not None and match.end() == len(text)


def _starts_item(text: str) -> bool:
    return bool(MARKER.match(text) or _BULLET.match(text))


def _closes_bracket(unclosed: Mapping[str, int], below: str) -> bool:
    """Say whether a bracket left open above is closed soon below."""
    for opening, closing in _PAIRS.items():
        if unclosed[opening] > 0:
            at = below.find(closing)
            if 0 <= at < 40 and opening not in below[:at]:
                return True
    return False


def _coheres(before: _Line, line: _Line, around: _Around) -> bool:
    """Say whether the three characters around the break stand unbroken elsewhere in the document.

    Brackets are looked up with one neighbour and across other breaks: `您的` / `【手机号码】` occurs often, and often broken.
    """
    if _OPENER.match(line.text):
        return False
    if _OPENING_BRACKET.match(line.text) or before.text[-1] in _PAIRS.values():
        return around.squeezed[before.text[-1] + line.text[0]] > 1
    pieces = _pieces(before, line)
    if any(c.isspace() or not c.isalnum() for c in "".join(pieces)):
        return False
    return any(around.whole[piece] for piece in pieces)


def classify(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Block]:
    """Yield a block for each range: its kind and, for a heading, its level, told from its text and neighbours."""
    bodies = [text[start:end].rstrip() for start, end in spans]
    headings = _heading_flags(bodies)
    classes: list[str] = []  # marker classes of the open headings, outermost first
    in_list = False
    for index, ((start, end), body) in enumerate(zip(spans, bodies, strict=True)):
        if headings[index]:
            level = _level(body, classes, first=index == 0)
            in_list = False
            yield Block(start, end, "heading", level)
            continue
        is_item = _is_entry(body) or (in_list and _may_be_item(body))
        yield Block(start, end, "list_item" if is_item else "paragraph")
        goes_on = in_list and is_item and not _ends_list(body, bodies[index - 1])
        in_list = _introduces(body) or goes_on


def _is_entry(body: str) -> bool:
    """Say whether a text is a list's by its own look: one with a marker, a date, a name with its value."""
    is_value = _KEY_VALUE.match(body) and len(body) < 80 and "。" not in body[:-1]
    return bool(_starts_item(body) or _DATE.fullmatch(body) or is_value)


def _introduces(body: str) -> bool:
    return body.endswith(("：", ":")) and not _SALUTATION.match(body)


def _may_be_item(body: str) -> bool:
    return not _introduces(body) and (len(body) < 80 or body.endswith(("；", ";")))


def _ends_list(body: str, before: str) -> bool:
    """Say whether no item without a marker can follow: this one has a marker, or closes a list of semicolons."""
    return _starts_item(body) or (body.endswith("。") and before.endswith(("；", ";")))


def _heading_flags(bodies: list[str]) -> list[bool]:
    """Mark headings; the entries of a table of contents and of an introduced list are list items."""
    looks = [_looks_like_heading(body, index) for index, body in enumerate(bodies)]
    flags = list(looks)
    index = 0
    while index < len(bodies):
        introduced = index > 0 and bodies[index - 1].rstrip().endswith(("：", ":"))
        stop = _end_of_run(bodies, looks, index)
        marked = bool(_marker_class(bodies[index]))
        if looks[index] and ((marked and stop - index >= 4) or (introduced and (stop - index >= 2 or not marked))):
            flags[index:stop] = [False] * (stop - index)
        index = max(stop, index + 1)
    return flags


def _end_of_run(bodies: list[str], looks: list[bool], index: int) -> int:
    """Return the end of the run of lines that look like headings of one class, before its numbering starts again."""
    shape = _marker_class(bodies[index])
    seen: set[str] = set()
    stop = index
    while stop < len(bodies) and looks[stop] and _marker_class(bodies[stop]) == shape:
        marker = MARKER.match(bodies[stop])
        number = marker.group() if marker else bodies[stop]
        if number in seen:
            break
        seen.add(number)
        stop += 1
    return stop


def _looks_like_heading(body: str, index: int) -> bool:
    if len(re.sub(r"\s+", " ", body)) > _LONGEST_HEADING or _HEADING_END.search(body) or "。" in body or _DATE.fullmatch(body):
        return False
    if body.startswith("#"):
        return True
    marker = MARKER.match(body)
    title = body[marker.end() :] if marker else body
    if _KEY_VALUE.match(title) or not title.strip() or (body.startswith(("-", "*")) and marker is None):
        return False
    if marker:
        return not title.rstrip().endswith(("：", ":")) and title.count("，") + title.count(",") <= 1
    return index == 0 or (len(body) <= 20 and not re.search(r"[，,：:、]", body) and bool(re.search(r"\w", body)))


def _marker_class(body: str) -> str:
    """Return a marker's shape: `1.2.` and `3.4` are alike, `（一）` and `一、` are not; "" for none."""
    marker = MARKER.match(body)
    if marker is None:
        return "#" * (len(body) - len(body.lstrip("#")))
    shape = re.sub(r"[0-9０-９]+", "1", re.sub(r"[\s\\#*-]", "", marker.group()))
    shape = re.sub(r"[一二三四五六七八九十百]+", "一", shape).replace("(", "（").replace(")", "）").replace("．", ".")
    return shape.rstrip(".、") if "1.1" in shape else shape


def _level(body: str, classes: list[str], *, first: bool) -> int:
    if first and not MARKER.match(body):
        classes.clear()
        return 1
    shape = _marker_class(body)
    if shape in classes:
        del classes[classes.index(shape) + 1 :]
    elif shape:
        classes.append(shape)
    else:
        return min(6, len(classes) + 2)
    return min(6, len(classes) + 1)
