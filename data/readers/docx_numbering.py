"""Automatic numbers of Word paragraphs, as they are printed: `一、`, `1.2`, `(a)`, `•`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .characters import ORDINARY, UNKNOWN
from .docx_package import attribute, child, children, is_on, number
from .numerals import roman

_LONGEST_MARKER = 40
"""Characters; a longer one is cut."""

_NO_SPACE_BEHIND = "、。，：；）】》．"


@dataclass(frozen=True, slots=True)
class Level:
    """How a level of a list is numbered: in `text`, `%1` stands for the number of the first level."""

    start: int
    form: str
    text: str
    style: str | None
    is_legal: bool
    restarts: bool
    is_close: bool


@dataclass(frozen=True, slots=True)
class _List:
    """A list: the definition that its count belongs to, its levels, and the numbers it begins anew with."""

    count: str
    levels: dict[int, Level]
    restarts: dict[int, int]


class Numbering:
    """The lists of a document, and how far each has been counted."""

    def __init__(self, tree: Any | None) -> None:
        """Read the lists of a numbering part; there are none without one."""
        definitions = {attribute(element, "abstractNumId") or "": element for element in children(tree, "abstractNum")}
        styled = {attribute(child(e, "styleLink")): key for key, e in definitions.items() if child(e, "styleLink") is not None}
        self._lists: dict[str, _List] = {}
        for element in children(tree, "num"):
            count = attribute(child(element, "abstractNumId")) or ""
            link = attribute(child(definitions.get(count), "numStyleLink"))
            count = styled.get(link, count) if link else count
            self._lists[attribute(element, "numId") or ""] = _read_list(element, count, definitions.get(count))
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()

    def level_of_style(self, list_id: str, style: str) -> int | None:
        """Return the level of a list that a paragraph style is tied to."""
        found = self._lists.get(list_id)
        return next((n for n, level in found.levels.items() if level.style == style), None) if found else None

    def next_marker(self, list_id: str, level: int) -> str:
        """Count a paragraph of a list and return its marker, with the space behind it; "" if it has none."""
        found = self._lists.get(list_id)
        if found is None or level not in found.levels:
            return ""
        counts = self._counts.setdefault(found.count, {})
        if list_id not in self._begun:
            self._begun.add(list_id)
            counts.update({n: start - 1 for n, start in found.restarts.items()})
        counts[level] = counts.get(level, found.levels[level].start - 1) + 1
        for deeper in [n for n in counts if n > level and n in found.levels and found.levels[n].restarts]:
            del counts[deeper]
        return _marker(found.levels, level, counts)


def _read_list(element: Any, count: str, definition: Any | None) -> _List:
    levels = {number(level, name="ilvl"): _read_level(level) for level in children(definition, "lvl")}
    restarts: dict[int, int] = {}
    for override in children(element, "lvlOverride"):
        at, start, changed = number(override, name="ilvl"), child(override, "startOverride"), child(override, "lvl")
        if changed is not None:
            levels[at] = _read_level(changed)
        if start is not None:
            restarts[at] = number(start)
    return _List(count, levels, restarts)


def _read_level(element: Any) -> Level:
    return Level(
        start=number(child(element, "start")),
        form=attribute(child(element, "numFmt")) or "decimal",
        text=(attribute(child(element, "lvlText")) or "")[:_LONGEST_MARKER],
        style=attribute(child(element, "pStyle")),
        is_legal=is_on(child(element, "isLgl")),
        restarts=attribute(child(element, "lvlRestart")) != "0",
        is_close=attribute(child(element, "suff")) == "nothing",
    )


def _marker(levels: dict[int, Level], at: int, counts: dict[int, int]) -> str:
    level = levels[at]
    if level.form == "bullet":
        text = level.text.translate(ORDINARY).replace(UNKNOWN, "•").strip()
    else:
        text = re.sub("%([1-9])", lambda match: _number(levels, int(match[1]) - 1, counts, level), level.text)
        text = text.strip()[:_LONGEST_MARKER]
    return text if not text or level.is_close or text[-1] in _NO_SPACE_BEHIND else text + " "


def _number(levels: dict[int, Level], at: int, counts: dict[int, int], shown: Level) -> str:
    level = levels.get(at)
    if level is None:
        return ""
    count = counts.get(at, level.start)
    return str(count) if shown.is_legal else _FORMS.get(level.form, str)(count)


def _chinese(count: int, digits: str = "零一二三四五六七八九", units: str = "千百十") -> str:
    """Write a number below ten thousand in Chinese: 十一, 一百零五."""
    if not 0 < count < 10_000:
        return digits[0] if count == 0 else str(count)
    text = ""
    for digit, unit in zip(f"{count:04}", (*units, ""), strict=True):
        text += digits[int(digit)] + unit if digit != "0" else digits[0]
    text = re.sub(f"{digits[0]}+", digits[0], text).strip(digits[0])
    return text[1:] if text.startswith("一十") else text


def _formal(count: int) -> str:
    return _chinese(count, "零壹贰叁肆伍陆柒捌玖", "仟佰拾")


def _letters(count: int) -> str:
    """Write a number as Word does: a to z, then aa, bb."""
    return chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1) if 0 < count <= 780 else str(count)


def _one_of(characters: str) -> Callable[[int], str]:
    """Return a form that writes numbers as characters of a row, and those beyond it as figures."""
    return lambda count: characters[count - 1] if 0 < count <= len(characters) else str(count)


_FORMS: dict[str, Callable[[int], str]] = {
    "none": lambda count: "",
    "decimalZero": lambda count: f"{count:02}",
    "decimalFullWidth": lambda count: str(count).translate({ord("0") + n: chr(ord("０") + n) for n in range(10)}),
    "lowerLetter": _letters,
    "upperLetter": lambda count: _letters(count).upper(),
    "lowerRoman": lambda count: roman(count).lower(),
    "upperRoman": roman,
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "chineseLegalSimplified": _formal,
    "ideographLegalTraditional": _formal,
    "ideographDigital": lambda count: str(count).translate({ord("0") + n: "〇一二三四五六七八九"[n] for n in range(10)}),
    "ideographTraditional": _one_of("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _one_of("子丑寅卯辰巳午未申酉戌亥"),
    "decimalEnclosedCircle": _one_of("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"),
    "decimalEnclosedCircleChinese": _one_of("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"),
    "decimalEnclosedParen": _one_of("⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"),
    "decimalEnclosedFullstop": _one_of("⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛"),
    "ideographEnclosedCircle": _one_of("㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"),
}
"""The forms of numbers by Word's names for them; `decimal` and those not listed are figures."""
