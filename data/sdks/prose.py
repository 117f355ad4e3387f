"""SDKs that are disclosed in the middle of running text: `我们接入了友盟SDK，用于统计分析，会收集您的IMEI`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..document import Span
from .mentions import Mentions, Names

_EMBEDS = r"接入|集成|嵌入|内嵌|内置|使用|用到|引入|采用|调用|合作|封装|搭载|加载|植入|委托"
_BEFORE = re.compile(rf"(?:{_EMBEDS}|通过|包括|包含|名为|由|与|向)[^，,。；;：:]*$")
_BEHIND = re.compile(
    r"(?:[（(][^（()）]*[)）])?[”\"」』】\s]*"
    r"(?:[^，,。；;：:\s]{0,6}(?:SDK|服务|数据库|框架|工具|插件|组件|库))?(?:等[^，,。；;]{0,10}?)?[\s，,]*"
    r"(?:也|还|均|都|仅|将|会|可能|需要?|主要|用于|收集|采集|获取|读取|申请|调用|由|为|向|提供|实现|不)"
)
_NOT_NAMED = re.compile(r"[”\"」』】\s]*(?:的隐私|隐私|官网|服务商|的?(?:服务|用户)协议)")
_CONDITION = re.compile(r"(?:当|如果?|若|假如|在)(?:您|你|用户)|(?:您|你|用户)(?:可以?|能够?|选择|使用|在|需)")
_REFERS = re.compile(
    r"\s*(?:[（(]?[0-9]+[)）.、])?\s*(?:该|此|本|上述|前述|这些?|其)(?:类|款|些)?"
    r"(?:SDK|插件|服务|第三方|公司|产品|将|会|可能|需|收集|获取)"
)
_NEAR = 20
"""Characters around a name within which the company that it is a part of begins and ends."""

_LONGEST_CLAUSE = 100
"""Characters before a name in which its clause is looked for."""

_POINTER = re.compile(r"[^：:]{0,80}?(?:隐私|详见|详情|了解|查看|参见|参阅)[^。；]{0,80}?https?[：:]//")
_COMMA = re.compile(r"[”\"」』】）)\s]*，[“\"「『【\s]*")
_EMBEDDED = re.compile(_EMBEDS)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A group of SDKs in running text with what stands around it: `before` in its sentence, and what follows."""

    names: Names
    before: Span | None
    after: tuple[Span, ...]
    is_embedded: bool


def disclosures(mentions: Mentions, sentences: Sequence[Span]) -> Iterator[Disclosure]:
    """Yield the SDKs that sentences of one block bring in; what a following sentence says of `该SDK` belongs to the last."""
    last: Disclosure | None = None
    for sentence in sentences:
        found = list(_in_sentence(mentions, sentence))
        if not found and last and _goes_on(mentions, sentence, last.names.entities[0]):
            last = Disclosure(last.names, last.before, (*last.after, sentence), last.is_embedded)
            continue
        if last:
            yield last
            last = None
        if found:
            yield from found[:-1]
            last = found[-1]
    if last:
        yield last


def _goes_on(mentions: Mentions, sentence: Span, name: int) -> bool:
    """Say whether a sentence goes on about an SDK: it refers back to it, or sends the reader to its privacy policy."""
    if refers_back(mentions, sentence, name):
        return True
    others = [i for i in mentions.sdks(sentence.start, sentence.end) if not mentions.related(i, name)]
    return not others and bool(_POINTER.match(mentions.text, sentence.start, sentence.end))


def refers_back(mentions: Mentions, span: Span, name: int) -> bool:
    """Say whether a stretch of text begins with 该SDK or the like, or with an SDK's own name."""
    if _REFERS.match(mentions.text, span.start, span.end):
        return True
    named = mentions.sdks(span.start, min(span.end, span.start + 40))
    return any(mentions.entities[i].start - span.start <= 4 and mentions.related(i, name) for i in named)


def _in_sentence(mentions: Mentions, sentence: Span) -> Iterator[Disclosure]:
    groups: list[Names] = []
    for names in mentions.names(sentence.start, sentence.end, over_commas=False):
        above = groups[-1] if groups else None
        if above and any(mentions.related(i, j) for i in names.entities for j in above.entities):
            continue
        if above and _COMMA.fullmatch(mentions.text, above.end, names.start):
            groups[-1] = Names(above.start, names.end, (*above.entities, *names.entities))
        elif _is_disclosed(mentions, sentence, names):
            groups.append(names)
    for n, names in enumerate(groups):
        stop = groups[n + 1].start if n + 1 < len(groups) else sentence.end
        before = Span(sentence.start, names.start) if n == 0 and names.start > sentence.start else None
        embedded = bool(_EMBEDDED.search(_clause(mentions.text, sentence.start, names.start)))
        after = (Span(names.end, stop),) if names.end < stop else ()
        yield Disclosure(names, before, after, embedded)


def _is_disclosed(mentions: Mentions, sentence: Span, names: Names) -> bool:
    """Say whether a group of names is what a clause is about, and not what a user chooses in it."""
    text = mentions.text
    clause = _clause(text, sentence.start, names.start)
    if _CONDITION.search(clause) or _NOT_NAMED.match(text, names.end, sentence.end):
        return False
    if mentions.in_company(names.entities[0], max(sentence.start, names.start - _NEAR), min(sentence.end, names.end + _NEAR)):
        return False
    return bool(_BEFORE.search(clause)) or tells_of(text, names.end, sentence.end)


def tells_of(text: str, start: int, end: int) -> bool:
    """Say whether what follows at `start` tells something of the SDK named before it: `会收集…`, `，由…提供`."""
    return bool(_BEHIND.match(text, start, end))


def _clause(text: str, start: int, end: int) -> str:
    """Return what stands between the last comma or stop and `end`."""
    return re.split(r"[，,。；;：:\n]", text[max(start, end - _LONGEST_CLAUSE) : end])[-1]
