"""Normal forms: what a tagged span is, beyond its words.

A surface is looked up as it stands, then without its decoration (`…系统权限`, `…信息`, `… SDK`), then by a form inside it:
the head at its end for a data type, a capability all of whose readings agree for a permission, a whole name for an SDK.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Any, TypeVar

from .tables import DataType, Permission, Sdk, data_types, match_key, permissions, sdks

_SHORTEST = 2
"""Characters of a form that may stand inside a longer surface."""

_ONLY_ALONE = frozenset(["地址", "位置", "名字", "坐标"])
"""Data types as they stand, but not as the end of something longer: `页面地址`, `点击位置`."""

_ANDROID_PREFIX = re.compile(r"^(com)?androidpermission")
_PERMISSION_END = re.compile(r"的?(使用|访问|系统|设备|相关|等)*(权限|授权)$|(功能|服务)$")
_PERMISSION_START = re.compile(
    r"^(您的?|你的?|用户的?|手机的?|设备的?|系统|本机|申请|获取|访问|使用|读取|写入|读写|调用|开启|打开|允许|启用|控制|应用)+(?=..)"
)
_DATA_END = re.compile(r"(等|的?相关|类)*(信息|数据|资料)?$|等$")
_RENDITION = re.compile(r"的?(正反面|正面|反面)?(照片|图片|图像|影像|影印件|复印件|扫描件)$")
_SDK_END = re.compile(r"(sdk|插件|组件)+$")

_Entry = TypeVar("_Entry")


def normal_form(type: str, surface: str) -> dict[str, Any]:
    """Return the normal form of a span as the output contract spells it; {} where it is unknown.

    `type` is an entity type: PERMISSION gives `android` and, where one exists, `ios`; DATA_TYPE gives `class` and
    `sensitive`; SDK gives `name` and, where known, `owner`.
    """
    finder = _FINDERS.get(type)
    return finder(match_key(surface)) if finder else {}


def _permission_norm(key: str) -> dict[str, Any]:
    table = _permission_table()
    key = _ANDROID_PREFIX.sub("", key)
    bare = _stripped(key, _PERMISSION_END)
    entry = _first(table, (key, bare, _PERMISSION_START.sub("", bare))) or _agreed(table, bare, lambda e: e.android)
    if entry is None:
        return {}
    return {"android": entry.android, "ios": entry.ios} if entry.ios else {"android": entry.android}


def _data_type_norm(key: str) -> dict[str, Any]:
    table = _data_type_table()
    bare = _stripped(key, _DATA_END)
    shown = _stripped(bare, _RENDITION)
    spellings = (key, bare, bare + "信息", bare.replace("的", ""), shown)
    entry = _first(table, chain(spellings, _heads(shown), _heads(bare), _heads(key)))
    return {"class": entry.data_class, "sensitive": entry.sensitive} if entry else {}


def _sdk_norm(key: str) -> dict[str, Any]:
    table = _sdk_table()
    bare = _stripped(key, _SDK_END)
    entry = _first(table, (key, bare)) or _agreed(table, bare, lambda e: e.name)
    if entry is None:
        return {}
    return {"name": entry.name, "owner": entry.owner} if entry.owner else {"name": entry.name}


_FINDERS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "PERMISSION": _permission_norm,
    "DATA_TYPE": _data_type_norm,
    "SDK": _sdk_norm,
}


def _stripped(key: str, decoration: re.Pattern[str]) -> str:
    """Return a key without decoration, or the key itself where nothing else would be left."""
    return decoration.sub("", key) or key


def _first(table: Mapping[str, _Entry], keys: Iterable[str]) -> _Entry | None:
    return next((table[key] for key in keys if key in table), None)


def _heads(key: str) -> Iterator[str]:
    """Yield what may be the head of a longer data type: its ends, the longest first."""
    starts = range(1, len(key) - _SHORTEST + 1)
    return (key[start:] for start in starts if not _joined(key, start) and key[start:] not in _ONLY_ALONE)


def _agreed(table: Mapping[str, _Entry], key: str, meaning: Callable[[_Entry], str]) -> _Entry | None:
    """Return the entry of the longest form inside the key, or None if the forms inside it mean different things."""
    found = list(_inside(table, key))
    if len({meaning(table[form]) for form in found}) != 1:
        return None
    return table[max(found, key=len)]


def _inside(table: Mapping[str, object], key: str) -> Iterator[str]:
    """Yield the forms inside a key from left to right, at each place the longest, none overlapping the one before."""
    start = 0
    while start < len(key):
        form = next((piece for piece in _pieces(key, start) if piece in table), "")
        if form:
            yield form
        start += len(form) or 1


def _pieces(key: str, start: int) -> Iterator[str]:
    """Yield what may be a form at a position, the longest first."""
    ends = () if _joined(key, start) else range(len(key), start + _SHORTEST - 1, -1)
    return (key[start:end] for end in ends if not _joined(key, end))


def _joined(key: str, at: int) -> bool:
    """Say whether a Latin word or a number runs over a position."""
    return 0 < at < len(key) and key[at - 1 : at + 1].isascii() and key[at - 1 : at + 1].isalnum()


@cache
def _permission_table() -> dict[str, Permission]:
    return {match_key(entry.form): entry for entry in permissions()}


@cache
def _data_type_table() -> dict[str, DataType]:
    return {match_key(entry.form): entry for entry in data_types()}


@cache
def _sdk_table() -> dict[str, Sdk]:
    return {_stripped(match_key(form), _SDK_END): entry for entry in sdks() for form in entry.forms}
