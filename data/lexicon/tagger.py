"""The dictionary baseline: spans found by the lexicons alone, to stand beside a model in benchmarks.

The rules, all of them:
- the longest form wins, left to right; blanks, `_` and `-` inside a form are optional, Latin words are not cut;
- what is attached belongs to the span: `权限` to a permission, `信息` and `数据` to a data type, `SDK` to an SDK;
- a permission needs `权限` after it or a word of access (`开启`, `访问`…) before it in its clause, and then is no data type;
- a data type of two characters needs a word of collection (`收集`, `提供`, `信息`…) in its sentence;
- an app's everyday name (login and payment: `微信`, `支付宝`) and a name of two characters need `SDK` in their sentence.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..record import Entity
from .lookup import normal_form
from .tables import Sdk, data_types, fold, permissions, sdks

_SENTENCE = re.compile(r"[^。！？!?;；\n]+")
_CLAUSE = re.compile(r"[^，,]+")
_COLLECTION = re.compile(r"收集|采集|获取|提供|填写|上传|录入|读取|记录|共享|信息")
_ACCESS = re.compile(r"开启|访问|调用|申请|permission")
_PERMISSION_TAIL = re.compile(r"(使用|访问|系统)?权限")
_DATA_TAIL = re.compile(r"信息|数据")
_SDK_TAIL = re.compile(r"sdk|插件")
_SHORT = 2
_OPTIONAL = frozenset(" \t\u00a0_-")

_Span = tuple[int, int]
_Trie = dict[str, Any]
_END = ""


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text for matching: `text` without optional characters, `places` where each of its characters stands in the document."""

    text: str
    places: tuple[int, ...]

    def cuts_word(self, at: int) -> bool:
        """Say whether a Latin word or a number of the document runs over a position."""
        if not 0 < at < len(self.text) or self.places[at] != self.places[at - 1] + 1:
            return False
        around = self.text[at - 1 : at + 1]
        return around.isascii() and around.isalnum()


def dictionary_spans(text: str) -> list[Entity]:
    """Return the permissions, data types and SDKs that the lexicons find in a text, in order, with their normal forms.

    Spans of one type do not overlap; offsets are code points of `text` as given.
    """
    found = sorted(lexicon_matches(text), key=lambda match: match[1:])
    return [Entity(start, end, type, norm=normal_form(type, text[start:end])) for type, start, end in found]


def lexicon_matches(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (type, start, end) of what `dictionary_spans` finds."""
    folded = _squeeze(text)
    for sentence in _SENTENCE.finditer(folded.text):
        for clause in _CLAUSE.finditer(folded.text, *sentence.span()):
            for type, start, end in _in_clause(folded, clause.span(), sentence.group()):
                yield type, folded.places[start], folded.places[end - 1] + 1


def _in_clause(folded: _Folded, clause: _Span, sentence: str) -> Iterator[tuple[str, int, int]]:
    names = _scan(folded, clause, _sdk_trie("sdk" in sentence), _SDK_TAIL)
    kinds = list(_scan(folded, clause, _data_type_trie(bool(_COLLECTION.search(sentence))), _DATA_TAIL))
    capabilities = _scan(folded, clause, _permission_trie(), _PERMISSION_TAIL)
    asked = [span for span in capabilities if _is_accessed(folded.text, span, clause)]
    yield from (("SDK", *span) for span in names)
    yield from (("PERMISSION", *span) for span in asked)
    yield from (("DATA_TYPE", *span) for span in kinds if not _overlaps(span, asked))


def _is_accessed(text: str, span: _Span, clause: _Span) -> bool:
    """Say whether a clause speaks of access to a span rather than of the data behind it."""
    return "权限" in text[span[0] : clause[1]] or bool(_ACCESS.search(text, clause[0], span[0]))


def _overlaps(span: _Span, others: Iterable[_Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)


def _scan(folded: _Folded, clause: _Span, trie: _Trie, tail: re.Pattern[str]) -> Iterator[_Span]:
    """Yield the longest forms in a clause from left to right, each with what is attached to it."""
    start, stop = clause
    while start < stop:
        end = _longest(folded, start, stop, trie)
        if end is None:
            start += 1
            continue
        attached = tail.match(folded.text, end, stop)
        if attached:
            end = attached.end()
        yield start, end
        start = end


def _longest(folded: _Folded, start: int, stop: int, trie: _Trie) -> int | None:
    """Return the end of the longest form at a position."""
    if folded.text[start] not in trie or folded.cuts_word(start):
        return None
    found = None
    for at in range(start, stop):
        if folded.text[at] not in trie:
            break
        trie = trie[folded.text[at]]
        if _END in trie and not folded.cuts_word(at + 1):
            found = at + 1
    return found


def _squeeze(text: str) -> _Folded:
    kept = [(character, place) for place, character in enumerate(fold(text)) if character not in _OPTIONAL]
    return _Folded("".join(character for character, _ in kept), tuple(place for _, place in kept))


def _trie(forms: Iterable[str]) -> _Trie:
    root: _Trie = {}
    for form in forms:
        node = root
        for character in _squeeze(form).text:
            node = node.setdefault(character, {})
        node[_END] = True
    return root


@cache
def _permission_trie() -> _Trie:
    return _trie(entry.form for entry in permissions())


@cache
def _data_type_trie(collected: bool) -> _Trie:
    return _trie(entry.form for entry in data_types() if collected or len(entry.form) > _SHORT)


@cache
def _sdk_trie(among_sdks: bool) -> _Trie:
    return _trie(form for entry in sdks() for form in entry.forms if among_sdks or _stands_alone(entry, form))


def _stands_alone(entry: Sdk, form: str) -> bool:
    """Say whether a name can only mean the SDK: not an app's everyday name, and not two characters long."""
    return entry.purpose not in ("share/login", "payment") and len(form) > _SHORT
