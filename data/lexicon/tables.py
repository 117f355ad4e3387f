"""The lexicon's tables as data, read once, and the two ways text is made comparable with them."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_VARIANTS = str.maketrans("帐陆", "账录")
"""帐号 and 账号, 登陆 and 登录 are one word each."""


@dataclass(frozen=True, slots=True)
class Permission:
    """A capability: its Android permission group and, where there is one, the iOS usage-description key."""

    form: str
    android: str
    ios: str


@dataclass(frozen=True, slots=True)
class DataType:
    """A kind of personal information: its class of GB/T 35273-2020 appendix A, and whether appendix B calls it sensitive."""

    form: str
    data_class: str
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Sdk:
    """An SDK: canonical name, owner ("" where unknown), other names, Java package and purpose."""

    name: str
    owner: str
    aliases: tuple[str, ...]
    package: str
    purpose: str

    @property
    def forms(self) -> tuple[str, ...]:
        """Every name of the SDK, the canonical one first."""
        return (self.name, *self.aliases)


@cache
def permissions() -> tuple[Permission, ...]:
    """Return the capabilities."""
    return tuple(Permission(row["form"], row["android"], row["ios"]) for row in _rows("permissions.csv"))


@cache
def data_types() -> tuple[DataType, ...]:
    """Return the kinds of personal information."""
    return tuple(DataType(row["form"], row["class"], row["sensitive"] == "true") for row in _rows("data_types.csv"))


@cache
def sdks() -> tuple[Sdk, ...]:
    """Return the SDKs."""
    return tuple(
        Sdk(row["name"], row["owner"], tuple(filter(None, row["aliases"].split(";"))), row["package"], row["purpose"])
        for row in _rows("sdks.csv")
    )


def match_key(surface: str) -> str:
    """Return what two spellings of a form have in common: width, case, spaces, brackets and punctuation taken away."""
    folded = unicodedata.normalize("NFKC", surface).casefold().translate(_VARIANTS)
    return re.sub(r"[^\w+]|_", "", folded)


def fold(text: str) -> str:
    """Return a text of the same length with width, case and spelling variants taken away, so that offsets stay true."""
    return "".join(map(_fold_character, text)).translate(_VARIANTS)


@cache
def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).casefold()
    return folded if len(folded) == 1 else character


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("tiaokuan.data.lexicon") / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
