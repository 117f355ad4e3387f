"""The record: one policy with its labels, as `annotate` writes it and as gold is kept (the output contract, schema 1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from .document import KINDS, Kind, Span, Warn
from .errors import GoldError
from .taxonomy import ENTITY_TYPES, in_order

SCHEMA = 1

_SHAPE = {"text": (str, type(None)), "source": str, "meta": Mapping, "model": Mapping, "entities": list, "sdks": list}
_SENTENCE_SHAPE = {
    "start": int,
    "end": int,
    "kind": str,
    "categories": list,
    "denied": list,
    "headings": list,
    "scores": Mapping,
}
_NUMBER = (int, float)
_RANGE = (list, type(None))
_ENTITY_SHAPE = {"start": int, "end": int, "type": str, "text": str, "score": (*_NUMBER, type(None)), "norm": Mapping}
_SDK_SHAPE = {
    "start": int,
    "end": int,
    "name": int,
    "owner": _RANGE,
    "purpose": list,
    "data_types": list,
    "permissions": list,
    "link": _RANGE,
    "platform": (str, type(None)),
}
_ITEM_SHAPE = {"entity": int, "denied": bool}
_IN_WORDS = {
    int: "a whole number",
    float: "a number",
    str: "a string",
    bool: "true or false",
    list: "a list",
    Mapping: "an object",
    type(None): "null",
}


@dataclass(frozen=True, slots=True)
class LabelledSentence(Span):
    """A sentence with its categories in taxonomy order; `denied` is a subset of them, `scores` in [0, 1]."""

    kind: Kind = "paragraph"
    headings: tuple[int, ...] = ()
    categories: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entity(Span):
    """A tagged span of the text; `score` in [0, 1] where a model found it, `norm` its normal form where known."""

    type: str
    score: float | None = None
    norm: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """A policy and everything said about it. `text` is None in stand-off gold until it is joined with its corpus."""

    id: str
    text: str | None
    sentences: tuple[LabelledSentence, ...]
    entities: tuple[Entity, ...] = ()
    sdks: tuple[Mapping[str, Any], ...] = ()
    warnings: tuple[Warn, ...] = ()
    source: str = ""
    meta: Mapping[str, Any] = field(default_factory=dict)
    model: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the record as the output contract spells it."""
        text = self.text
        if text is None:
            raise ValueError(f"{self.id} has no text to write: join stand-off gold with its corpus first")
        return {
            "schema": SCHEMA,
            "id": self.id,
            "source": self.source,
            "meta": dict(self.meta),
            "text": text,
            "model": dict(self.model),
            "sentences": [_sentence_json(sentence) for sentence in self.sentences],
            "entities": [_entity_json(entity, text) for entity in self.entities],
            "sdks": [dict(sdk) for sdk in self.sdks],
            "warnings": [_warning_json(warning) for warning in self.warnings],
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "Record":
        """Read a record and check it: spans inside the text and in order, known labels, surfaces that match.

        Raises `GoldError` that names the policy and the first thing wrong.
        """
        name = row.get("id") if isinstance(row, Mapping) else None
        if not isinstance(name, str) or not isinstance(row.get("sentences"), list):
            raise GoldError("a record needs a string `id` and a list `sentences`")
        if row.get("schema", SCHEMA) != SCHEMA:
            raise GoldError(f"{name}: schema {row['schema']!r}, but this version reads schema {SCHEMA}")
        try:
            _check_types(row, _SHAPE, "the record", more=True)
            entities = tuple(_entity(item, i) for i, item in enumerate(row.get("entities", [])))
            record = cls(
                id=name,
                text=row.get("text"),
                sentences=tuple(_sentence(item, i) for i, item in enumerate(row["sentences"])),
                entities=entities,
                sdks=tuple(_sdk(item, i, entities) for i, item in enumerate(row.get("sdks", []))),
                warnings=tuple(Warn(w["code"], w["message"], w.get("start"), w.get("end")) for w in row.get("warnings", [])),
                source=row.get("source", ""),
                meta=row.get("meta", {}),
                model=row.get("model", {}),
            )
            _check(record, row)
        except (KeyError, TypeError, ValueError) as error:
            what = f"lacks the key {error}" if isinstance(error, KeyError) else str(error)
            raise GoldError(f"{name}: {what}") from error
        return record

    def with_text(self, text: str) -> "Record":
        """Return the same record joined with its text."""
        joined = replace(self, text=text)
        try:
            _check(joined, {})
        except ValueError as error:
            raise GoldError(f"{self.id}: {error}") from error
        return joined


def _sentence_json(sentence: LabelledSentence) -> dict[str, Any]:
    row: dict[str, Any] = {
        "start": sentence.start,
        "end": sentence.end,
        "kind": sentence.kind,
        "headings": list(sentence.headings),
        "categories": list(sentence.categories),
        "denied": list(sentence.denied),
    }
    if sentence.scores:
        row["scores"] = dict(sentence.scores)
    return row


def _entity_json(entity: Entity, text: str) -> dict[str, Any]:
    row: dict[str, Any] = {"start": entity.start, "end": entity.end, "type": entity.type}
    row["text"] = text[entity.start : entity.end]
    if entity.score is not None:
        row["score"] = entity.score
    row["norm"] = dict(entity.norm)
    return row


def _warning_json(warning: Warn) -> dict[str, Any]:
    row: dict[str, Any] = {"code": warning.code, "message": warning.message}
    if warning.start is not None:
        row |= {"start": warning.start, "end": warning.end}
    return row


def _sentence(row: Mapping[str, Any], index: int) -> LabelledSentence:
    where = f"sentence {index}"
    _check_types(row, _SENTENCE_SHAPE, where)
    if row["kind"] not in KINDS:
        raise ValueError(f"{where} has kind {row['kind']!r}; known are {', '.join(KINDS)}")
    try:
        categories, denied = in_order(row.get("categories", [])), in_order(row.get("denied", []))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error
    if not set(denied) <= set(categories):
        raise ValueError(f"{where} denies {', '.join(denied)}, which is not among its categories")
    headings = tuple(row.get("headings", []))
    if any(not isinstance(h, int) or not 0 <= h < index for h in headings):
        raise ValueError(f"{where} has headings {list(headings)}, but a heading stands before what it heads")
    scores = row.get("scores", {})
    _check_types(scores, dict.fromkeys(scores, _NUMBER), f"{where}'s scores")
    return LabelledSentence(row["start"], row["end"], row["kind"], headings, categories, denied, scores)


def _check_types(row: Any, shape: Mapping[str, type | tuple[type, ...]], where: str, *, more: bool = False) -> None:
    """Raise `ValueError` for a value of another type than the shape says and, unless there may be `more`, for other keys."""
    if not isinstance(row, Mapping):
        raise ValueError(f"{where} is {type(row).__name__}, but an object is wanted")
    for key, value in row.items():
        if key not in shape:
            if more:
                continue
            raise ValueError(f"{where} has the unknown key {key!r}; known are {', '.join(shape)}")
        kinds = shape[key]
        wanted = kinds if isinstance(kinds, tuple) else (kinds,)
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
            named = " or ".join(_IN_WORDS[kind] for kind in wanted)
            raise ValueError(f"{where} has {key} of type {type(value).__name__}, but {named} is wanted")


def _entity(row: Mapping[str, Any], index: int) -> Entity:
    _check_types(row, _ENTITY_SHAPE, f"entity {index}")
    if row["type"] not in ENTITY_TYPES:
        raise ValueError(f"entity {index} has type {row['type']!r}; known are {', '.join(ENTITY_TYPES)}")
    return Entity(row["start"], row["end"], row["type"], row.get("score"), row.get("norm", {}))


def _sdk(row: Mapping[str, Any], index: int, entities: Sequence[Entity]) -> Mapping[str, Any]:
    """Check that an SDK record's ranges are ranges, and that its numbers are those of entities of the right types."""
    where = f"sdk {index}"
    _check_types(row, _SDK_SHAPE, where)
    named = [("SDK", row["name"])]
    for key, kind in (("data_types", "DATA_TYPE"), ("permissions", "PERMISSION")):
        for item in row.get(key, []):
            _check_types(item, _ITEM_SHAPE, f"an item of {where}")
            named.append((kind, item["entity"]))
    for pair in _sdk_ranges(row):
        is_pair = isinstance(pair, list) and len(pair) == 2 and all(type(place) is int for place in pair)
        if not is_pair or not 0 <= pair[0] < pair[1]:
            raise ValueError(f"{where} has {pair!r} for a range; [start, end] with 0 <= start < end is wanted")
    for kind, number in named:
        if not 0 <= number < len(entities):
            raise ValueError(f"{where} names an entity that the record does not have")
        if entities[number].type != kind:
            raise ValueError(f"{where} names entity {number} of type {entities[number].type}; one of type {kind} is wanted")
    return row


def _sdk_ranges(sdk: Mapping[str, Any]) -> list[Any]:
    """Return every range of an SDK record: of its owner and link where it has them, of each purpose, and its own."""
    told = [sdk[key] for key in ("owner", "link") if sdk.get(key) is not None]
    return [*told, *sdk.get("purpose", []), [sdk.get("start"), sdk.get("end")]]


def _check(record: Record, row: Mapping[str, Any]) -> None:
    """Raise `ValueError` for spans that overlap, leave the text or miss a part of it, and for surfaces that do not match."""
    for before, after in pairwise(record.sentences):
        if after.start < before.end:
            raise ValueError(f"sentences [{before.start}, {before.end}) and [{after.start}, {after.end}) overlap")
    for kind in ENTITY_TYPES:
        spans = sorted((e.start, e.end) for e in record.entities if e.type == kind)
        for (_, end), (start, _) in pairwise(spans):
            if start < end:
                raise ValueError(f"two {kind} entities overlap at {start}")
    if record.text is not None:
        _check_coverage(record, record.text)
        _check_surfaces(record, record.text, row.get("entities", []))


def _check_coverage(record: Record, text: str) -> None:
    in_sdks = [end for sdk in record.sdks for _, end in _sdk_ranges(sdk)]
    last = max([s.end for s in record.sentences] + [e.end for e in record.entities] + in_sdks, default=0)
    if last > len(text):
        raise ValueError(f"a span ends at {last}, but the text has {len(text)} characters")
    covered = bytearray(len(text))
    for sentence in record.sentences:
        covered[sentence.start : sentence.end] = b"\x01" * (sentence.end - sentence.start)
    bare = next((i for i, c in enumerate(text) if not covered[i] and not c.isspace()), None)
    if bare is not None:
        raise ValueError(f"the character {text[bare]!r} at {bare} lies in no sentence")


def _check_surfaces(record: Record, text: str, rows: Sequence[Mapping[str, Any]]) -> None:
    for entity in record.entities:
        surface = text[entity.start : entity.end]
        if surface != surface.strip():
            raise ValueError(f"entity {surface!r} at {entity.start} begins or ends with white space")
    for row in rows:
        surface = text[row["start"] : row["end"]]
        if row.get("text", surface) != surface:
            raise ValueError(f"entity at {row['start']} is {row['text']!r}, but the text there is {surface!r}")
