"""What running text says of an SDK: purposes, owner, link, platform, and which data it does not collect."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from ..document import Span

_OPENERS = re.compile(
    r"""
    (?<![应适作使])用(?:于|来|以)                                       # 用于统计分析
  | 为了 | 以便于? | (?<!以)便于 | 旨在 | (?<=目的)(?:是|为)
  | (?<![可所予得加])以(?=实现|完成|提供|保障|保证|确保|提升|优化|帮助|支持|满足|方便|改善|进行)
  | 进行                                                                # behind what is collected or the name only
  | (?:^|(?<=[，,。；;：:！）)\s]))(?:主要|仅|只|该?SDK)?(?:
        实现
      | (?:为|向|给)[^，,。；;：:]{1,12}?提供了?(?![的给商方者])              # 为您提供定位服务
      | 提供(?![的给商方者])
      | 由[^，,。；;：:]{1,30}?提供(?!技术支持|[的，,。；;：:\s）)]|$)      # 由腾讯提供支付服务
      | 为(?=方便|保障|保证|满足|完成|提升|优化|确保|帮助|提供)
    )
    """,
    re.VERBOSE,
)
"""What stands before a purpose in running text."""

_LIGHT = re.compile(
    r"\s*(?:(?:实现|(?:(?:为|向|给)\s*(?:您|你|(?:终端)?用户|客户|我们|APP)们?\s*)?提供(?![的给商方者和或及、]))\s*)*", re.I
)
_NO_PURPOSE = re.compile(
    r"(?:相关|相应|对应|上述|技术)?(?:服务|功能|支持)(?:[，,。；;]|$)|[的其此]|.{0,4}更好地?(?:了解|理解)|.{0,3}(?:信息安全|了解)|$"
)
_MODIFIER = re.compile(r"[^，,您你]{1,6}的")
_COLLECTS = re.compile(
    r"[，,]?(?:该SDK|SDK)?(?:可能|也|还|将)?(?:会|需要?|可能)(?:会|要|向您)?(?:收集|采集|获取|读取|申请|调用|使用|访问)"
)
_LABEL_WORDS = re.compile(r"(?:主要|仅)?(?:用于|用来|用以|为了)")

_GENERIC = re.compile(
    r"第三方|我们|本公司|您|你|用户|集成|接入|嵌入|合作|关联|相应|相关|其他|平台|产品|信息|服务|人$|^(?:该|此|其|SDK)|设备"
)
_OWNERS = tuple(
    re.compile(pattern)
    for pattern in (
        r"由\s*(?P<owner>[^，,。；;：:！\n]{2,40}?)(?:等)?(?:负责|独立|联合|自主|授权)?(?:提供|开发|运营|研发|运维|制作|推出)",
        r"(?:隶属于?|来源于|来自于?|归属于?|属于|(?:开发|运营|提供)(?:方|者|商)(?:为|是)|主体(?:为|是))\s*[“\"「]?"
        r"(?P<owner>[^，,。；;：:”\"」！（(\n]{2,40})",
    )
)
_COMPANY = re.compile(
    r"(?:[\u4e00-\u9fffA-Za-z0-9·&]|[（(][\u4e00-\u9fffA-Za-z]{2,6}[）)]){2,40}?"
    r"(?:股份有限公司|有限责任公司|有限公司|股份公司|集团公司|集团(?!股份|有限|公司|控股|[（(]))(?:\S{2,4}分公司)?"
    r"|[A-Z][A-Za-z .,&-]{1,40}?(?:Inc\b\.?|LLC\b|Ltd\b\.?|Limited\b|GmbH\b|B\.V\.)"
)
_SHORT_COMPANY = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]{2,12}公司")
_LEAD_IN = re.compile(
    r".*(?:由|属于|来自于?|来源于|(?:方|者|商|主体)[为是]|合作的|SDK是|[会将们]与|[会将]向|(?:发送|提供|共享)[给至]|(?:集成|接入|使用|嵌入|引入|采用)了?)"
)
_OWNED = re.compile(r"(?:公司)?(?:的|旗下的?|所?(?:提供|开发|运营)的)[^，,。；;：:]{0,10}")
_LONGEST_OWNER = 30
"""Characters of an owner that is no `…公司`; what is longer says something else."""

_AFFILIATES = re.compile(r"(?:及|和|或)其(?:关联|下属|控股|分支|子).*|旗下.*", re.DOTALL)
_URL = re.compile(r"(?:https?[:：]//|www\.)[A-Za-z0-9\-._~:/?#@!$&'*+,;=%]+", re.IGNORECASE)
_BARE_URL = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?:/[A-Za-z0-9\-._~:/?#@!$&'*+,;=%]*)?")
_ANDROID = re.compile(r"安卓|android", re.IGNORECASE)
_IOS = re.compile(r"iOS|(?<![A-Za-z])(?i:ios)(?![A-Za-z])|(?i:iphone)|苹果(?=版|端|系统|手机|设备|客户端)")
_EMPTY = re.compile(r"[\s/\\\-—–－|、。.]*(?:无|暂无|不涉及|N/?A)?[\s/\\\-—–－。.]*", re.IGNORECASE)

_REFUSED = re.compile(
    r"(?:不|未|无需|无须)(?:会|再|得|可|用|需要?|主动|直接|单独|额外|自行|以任何方式)*"
    r"(?:收集|采集|获取|读取|访问|申请|调用|使用|上传|存储|保存|记录|涉及|索取|要求|共享)"
)
_NO_BEHIND = re.compile(r"\s*[)）]?\s*[:：(（]\s*(?:否|无|不收集|不采集|不获取|不涉及|不需要|未收集|不申请)(?![\u4e00-\u9fff])")
_LONGEST_CLAUSE = 100
"""Characters before a word in which its clause is looked for."""


def purposes(text: str, start: int, end: int, items: Sequence[Span]) -> Iterator[Span]:
    """Yield the purposes told in a range that holds these data types and permissions, in order.

    进行 opens a purpose only behind one of them, or at the start of the range, behind the SDK's name; `用于支付的手机号码`
    tells none.
    """
    body = text[start:end]
    starts = [item.start - start for item in items]
    ends = {item.end - start for item in items}
    last = 0
    for match in _OPENERS.finditer(body):
        opener = match.start()
        if opener < last or _is_negated(body, opener):
            continue
        if match.group() == "进行" and opener > 0 and not any(opener - gap in ends for gap in range(4)):
            continue
        light = _LIGHT.match(body, match.end())
        at = light.end() if light else match.end()
        following = bisect_left(starts, at)
        is_modifier = following < len(starts) and _MODIFIER.fullmatch(body, at, starts[following])
        if is_modifier or _NO_PURPOSE.match(body, at):
            continue
        last = _clause_end(body, at)
        span = trimmed(text, start + at, start + last)
        if span and span.end - span.start > 1:
            yield span


def label_purpose(text: str, start: int, end: int) -> Span | None:
    """Return the purpose that a labelled value or a table cell states: the whole of it."""
    opener = _LABEL_WORDS.match(text[start:end].lstrip())
    skip = len(text[start:end]) - len(text[start:end].lstrip())
    return value(text, start + skip + (opener.end() if opener else 0), end)


def owner(text: str, start: int, end: int) -> Span | None:
    """Return the company that running text names as an SDK's owner, if any."""
    for pattern in _OWNERS:
        for match in pattern.finditer(text, start, end):
            if not _GENERIC.search(match["owner"]):
                return label_owner(text, *match.span("owner"))
    return company(text, start, end)


def company(text: str, start: int, end: int, *, short: bool = False) -> Span | None:
    """Return the first company name in a range: `…有限公司`, `…集团`, `… Inc.`; `short` ones are `腾讯公司` too."""
    match = _COMPANY.search(text, start, end) or (_SHORT_COMPANY.search(text, start, end) if short else None)
    if match is None:
        return None
    lead = _LEAD_IN.match(match.group())
    begin = match.start() + (lead.end() if lead and len(match.group()) - lead.end() > 3 else 0)
    return Span(begin, match.end())


def owner_before(text: str, start: int, end: int) -> Span | None:
    """Return the company that stands before an SDK's name at `end` as its owner: `某某有限公司的极光推送`."""
    for match in _COMPANY.finditer(text, start, end):
        if _OWNED.fullmatch(text, match.end(), end):
            return company(text, match.start(), match.end())
    return None


def label_owner(text: str, start: int, end: int) -> Span | None:
    """Return the owner that a labelled value or a table cell names: the company in it, or the whole of it."""
    found = company(text, start, end)
    if found:
        return found
    shown = value(text, start, end)
    if shown is None or shown.end - shown.start > _LONGEST_OWNER or re.search(r"[，,。；;]", text[shown.start : shown.end]):
        return None
    affiliates = _AFFILIATES.search(text, shown.start, shown.end)
    return trimmed(text, shown.start, affiliates.start() if affiliates else shown.end, quotes='“”"「」『』')


def is_company(text: str, start: int, end: int) -> bool:
    """Say whether a range is a company's name and little else."""
    found = company(text, start, end)
    return found is not None and found.end - found.start > (end - start) / 2


def link(text: str, start: int, end: int, *, labelled: bool = False) -> Span | None:
    """Return the first URL; under a label of links one without `https://` or `www.` counts too."""
    match = _URL.search(text, start, end) or (_BARE_URL.search(text, start, end) if labelled else None)
    if match is None:
        return None
    kept = match.group().rstrip(".,;:!'?*_")
    return Span(match.start(), match.start() + len(kept))


def platform(words: str) -> str | None:
    """Return `android` or `ios` where the words name one of them and not the other."""
    android, ios = _ANDROID.search(words), _IOS.search(words)
    if bool(android) == bool(ios):
        return None
    return "android" if android else "ios"


def is_denied(text: str, item: Span, start: int, end: int) -> bool:
    """Say whether the text of a range denies that an item is collected: `访问位置:否`, `不会收集IMEI和位置`."""
    if _NO_BEHIND.match(text, item.end, end):
        return True
    clause = max(start, *(text.rfind(mark, start, item.start) + 1 for mark in "。；;！!\n"))
    refusals = list(_REFUSED.finditer(text, clause, item.start))
    if not refusals:
        return False
    between = text[refusals[-1].end() : item.start]
    return not re.search(r"[，,][^，,]*(?:收集|采集|获取|读取|访问|申请|调用|使用|需要?|仅|但|会)", between)


def value(text: str, start: int, end: int) -> Span | None:
    """Return a labelled value without the punctuation at its ends, or None where it says nothing (`无`, `/`)."""
    return None if _EMPTY.fullmatch(text, start, end) else trimmed(text, start, end)


def trimmed(text: str, start: int, end: int, *, quotes: str = "") -> Span | None:
    """Return a range less the white space, punctuation and `quotes` at its ends."""
    while start < end and (text[start].isspace() or text[start] in "，,。；;、:：|*" + quotes):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in "，,。；;、：:.．|*" + quotes):
        end -= 1
    return Span(start, end) if start < end else None


def _is_negated(body: str, at: int) -> bool:
    clause = re.split(r"[，,。；;：:]", body[max(0, at - _LONGEST_CLAUSE) : at])[-1]
    return bool(re.search(r"不(?!限|断|同|仅|良)", clause))


def _clause_end(body: str, at: int) -> int:
    """Return where the clause that begins at `at` ends; commas inside brackets do not end it."""
    depth = 0
    for index in range(at, len(body)):
        char = body[index]
        depth += (char in "（(") - (char in "）)")
        if depth < 0 or (
            depth == 0
            and (char in "，,。；;！" or body.startswith("http", index) or (index > at and _COLLECTS.match(body, index)))
        ):
            return index
        if char == "." and (index + 1 == len(body) or body[index + 1].isspace()):
            return index
    return len(body)
