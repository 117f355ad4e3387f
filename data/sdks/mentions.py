"""The entities of a document by place, and SDK names that stand together."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..document import Span
from ..record import Entity
from .text import company

_JOINER = re.compile(
    r"[”\"’'」』》】）) \t]*(?:[（(][^（()）\n]{0,20}[)）])?[”\"’'」』》】 \t]*"
    r"(?:[、，,/／+&\n]|和|与|及|或|以及)+[“\"‘'「『《【\s]*"
)
"""What stands between two SDK names of one list; a remark in brackets may follow a name."""

_REMARK = re.compile(r"[\s”\"」』】》）)*]*(?P<words>[（(](?:[^（()）]|[（(][^（()）]*[)）])*[)）])?[\s”\"」』】》*]*")

_LONGEST_JOINER = 60
"""Characters."""

_ALIAS = re.compile(r"\s*[（(]\s*(?:又名|即|简称|原)?[“\"]?")


@dataclass(frozen=True, slots=True)
class Names(Span):
    """SDK names that share what is said of them; `entities` are indices, synonyms and repetitions left out."""

    entities: tuple[int, ...] = ()


class Mentions:
    """The entities of one document, looked up by place."""

    def __init__(self, text: str, entities: Sequence[Entity]) -> None:
        self.text = text
        self.entities = entities
        order = sorted(range(len(entities)), key=lambda i: (entities[i].start, entities[i].end))
        self._sdks = [i for i in order if entities[i].type == "SDK"]
        self._items = [i for i in order if entities[i].type in ("DATA_TYPE", "PERMISSION")]

    def sdks(self, start: int, end: int) -> list[int]:
        """Return the SDK names that lie in a range, in order."""
        return self._within(self._sdks, start, end)

    def items(self, start: int, end: int) -> list[int]:
        """Return the data types and permissions that lie in a range, in order."""
        return self._within(self._items, start, end)

    def in_company(self, index: int, start: int, end: int) -> bool:
        """Say whether an SDK's name is a part of the first company's name in a range."""
        found = company(self.text, start, end)
        return found is not None and found.start <= self.entities[index].start < found.end

    def names(self, start: int, end: int, *, over_commas: bool = True) -> Iterator[Names]:
        """Yield the groups of SDK names in a range: names joined by 、 or 和 are one, a synonym in brackets is no name.

        `over_commas` joins names over commas too, as lists have them; in running text a comma may begin another clause.
        """
        group: list[int] = []
        stop = start
        for index in self.sdks(start, end):
            entity = self.entities[index]
            between = self.text[stop : entity.start]
            if group and _ALIAS.fullmatch(between):
                stop = entity.end
                continue
            joined = len(between) < _LONGEST_JOINER and _JOINER.fullmatch(between)
            if group and (not joined or ("，" in between and not over_commas)):
                yield self._group(group)
                group = []
            if self._bare(index) not in map(self._bare, group):
                group.append(index)
            stop = entity.end
        if group:
            yield self._group(group)

    def remark(self, index: int) -> Span | None:
        """Return the words in brackets that follow an SDK's name, brackets included."""
        match = _REMARK.match(self.text, self.entities[index].end)
        return Span(*match.span("words")) if match and match["words"] else None

    def remarks_end(self, end: int) -> int:
        """Return the place behind the quotes and the words in brackets that follow at `end`."""
        match = _REMARK.match(self.text, end)
        return match.end() if match else end

    def related(self, first: int, second: int) -> bool:
        """Say whether two SDK names can mean the same: one holds the other."""
        a, b = self._bare(first), self._bare(second)
        return a in b or b in a

    def _group(self, group: Sequence[int]) -> Names:
        return Names(self.entities[group[0]].start, self.entities[group[-1]].end, tuple(group))

    def _bare(self, index: int) -> str:
        """Return a name without white space, letter case and the word SDK."""
        entity = self.entities[index]
        name = re.sub(r"\s", "", self.text[entity.start : entity.end]).casefold()
        return name.removesuffix("sdk") or name

    def _within(self, order: Sequence[int], start: int, end: int) -> list[int]:
        first = bisect_left(order, start, key=lambda i: self.entities[i].start)
        found = []
        for position in range(first, len(order)):
            entity = self.entities[order[position]]
            if entity.start >= end:
                break
            if entity.end <= end:
                found.append(order[position])
        return found
