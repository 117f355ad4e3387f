"""Drafts into records: the fields of each SDK as entities and ranges."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..document import Document, Sentence, Span
from ..record import Entity
from . import text as words
from .blocks import Piece
from .drafts import Draft, read_drafts
from .mentions import Mentions

_SHARED = re.compile(r"[将把向][^。；;]*(?:共享|提供给|传输|发送|同步|传递)")


def sdk_records(document: Document, sentences: Sequence[Sentence], entities: Sequence[Entity]) -> tuple[Mapping[str, Any], ...]:
    """Return a policy's SDK disclosure records as the output contract spells them, in order.

    Names, data types and permissions are the entities given; purposes, owner, link and platform are told by labels, columns
    and wording. An SDK that is only mentioned, nothing said of it, has no record.
    """
    mentions = Mentions(document.text, entities)
    records = [
        record
        for draft in read_drafts(document, sentences, mentions)
        for record in _records(draft, mentions, _headings(document.text, sentences, draft.start))
    ]
    return tuple(sorted(records, key=lambda record: (record["start"], entities[record["name"]].start)))


@dataclass(slots=True)
class _Fields:
    """What is found in a draft so far."""

    purposes: list[Span] = field(default_factory=list)
    service: Span | None = None
    items: dict[int, bool] = field(default_factory=dict)
    owner: Span | None = None
    policy: Span | None = None
    site: Span | None = None
    platform: str | None = None

    @property
    def link(self) -> Span | None:
        return self.policy or self.site


def _records(draft: Draft, mentions: Mentions, headings: Sequence[str]) -> Iterator[dict[str, Any]]:
    found = _Fields()
    for part in draft.parts:
        _read_part(found, part, mentions)
    if found.service and not found.purposes:
        found.purposes.append(found.service)
    if draft.before:
        _read_before(found, draft, draft.before, mentions)
    for name in draft.names:
        remark = mentions.remark(name)
        owner = found.owner or (words.company(mentions.text, remark.start, remark.end, short=True) if remark else None)
        if found.purposes or found.items or found.link or owner:
            yield _record(draft, name, found, owner, _platform(name, found, mentions, headings), mentions)


def _read_part(found: _Fields, part: Piece, mentions: Mentions) -> None:
    text = mentions.text
    if part.field is None:
        _read_text(found, part, mentions)
    elif part.field == "purpose":
        purpose = words.label_purpose(text, part.start, part.end)
        found.purposes.extend([purpose] if purpose else [])
    elif part.field == "service":
        found.service = found.service or words.label_purpose(text, part.start, part.end)
    elif part.field in ("owner", "party"):
        found.owner = found.owner or words.label_owner(text, part.start, part.end)
    elif part.field == "items":
        found.items |= _items(mentions, part.start, part.end, ())
    elif part.field == "policy":
        found.policy = found.policy or words.link(text, part.start, part.end, labelled=True)
    elif part.field == "site":
        found.site = found.site or words.link(text, part.start, part.end, labelled=True)
    elif part.field == "platform":
        found.platform = found.platform or words.platform(text[part.start : part.end])


def _read_text(found: _Fields, part: Piece, mentions: Mentions) -> None:
    items = [mentions.entities[i] for i in mentions.items(part.start, part.end)]
    purposes = list(words.purposes(mentions.text, part.start, part.end, items))
    found.purposes.extend(purposes)
    found.owner = found.owner or words.owner(mentions.text, part.start, part.end)
    found.site = found.site or words.link(mentions.text, part.start, part.end)
    found.items |= _items(mentions, part.start, part.end, purposes)


def _read_before(found: _Fields, draft: Draft, before: Span, mentions: Mentions) -> None:
    """Read what stands before the names in their sentence: `为了推送消息，我们接入了…`, `我们将您的昵称通过…共享给…`."""
    text = mentions.text
    purposes: list[Span] = []
    if draft.is_embedded or found.items:
        purposes = [span for span in words.purposes(text, before.start, before.end, ()) if text[span.end] in "，,"]
    found.purposes.extend(purposes)
    found.owner = found.owner or words.owner_before(text, before.start, before.end)
    if _SHARED.search(text, before.start, draft.end):
        found.items |= _items(mentions, before.start, before.end, purposes)


def _items(mentions: Mentions, start: int, end: int, purposes: Sequence[Span]) -> dict[int, bool]:
    """Return the data types and permissions of a range that lie in none of its purposes, and for each whether it is denied.

    `purposes` are in order.
    """
    found = {i: mentions.entities[i] for i in mentions.items(start, end)}
    ends = [purpose.end for purpose in purposes]
    kept = {}
    for index, entity in found.items():
        nearest = bisect_right(ends, entity.start)
        if nearest == len(ends) or purposes[nearest].start >= entity.end:
            kept[index] = words.is_denied(mentions.text, entity, start, end)
    return kept


def _platform(name: int, found: _Fields, mentions: Mentions, headings: Sequence[str]) -> str | None:
    """Return the platform that a label, the words behind the name, the name or a heading tells, in this order."""
    entity, remark = mentions.entities[name], mentions.remark(name)
    places = [mentions.text[place.start : place.end] for place in (remark, entity) if place]
    return found.platform or next(filter(None, map(words.platform, [*places, *headings])), None)


def _headings(text: str, sentences: Sequence[Sentence], start: int) -> list[str]:
    """Return the headings above a place, innermost first."""
    at = max(0, bisect_right(sentences, start, key=lambda sentence: sentence.start) - 1)
    return [text[sentences[i].start : sentences[i].end] for i in reversed(sentences[at].headings)]


def _record(
    draft: Draft, name: int, found: _Fields, owner: Span | None, platform: str | None, mentions: Mentions
) -> dict[str, Any]:
    def listed(kind: str) -> list[dict[str, Any]]:
        chosen = [i for i in found.items if mentions.entities[i].type == kind]
        chosen.sort(key=lambda i: mentions.entities[i].start)
        return [{"entity": i, "denied": found.items[i]} for i in chosen]

    return {
        "start": draft.start,
        "end": draft.end,
        "name": name,
        "owner": _pair(owner),
        "purpose": [[span.start, span.end] for span in sorted(set(found.purposes), key=lambda span: span.start)],
        "data_types": listed("DATA_TYPE"),
        "permissions": listed("PERMISSION"),
        "link": _pair(found.link),
        "platform": platform,
    }


def _pair(span: Span | None) -> list[int] | None:
    return [span.start, span.end] if span else None
