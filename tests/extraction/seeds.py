"""The five seeds as structure: lines that belong together joined by rules of each seed, headings and list items named."""

import re
from dataclasses import dataclass
from pathlib import Path

from .source import Piece, Source, entry_or_paragraph

SEEDS = Path(__file__).parents[2] / "seeds"

_ENDED = re.compile(r"[。：:；;！？!]$")


@dataclass(frozen=True, slots=True)
class Rules:
    """How a seed's lines make blocks.

    `headings` gives the patterns of levels 2, 3 and so on; `items` the beginnings of list items without a number, `goes_on`
    the pattern of lines that go on where the last stopped; `contents` is how many entries the table of contents has.
    """

    headings: tuple[str, ...]
    items: tuple[str, ...] = ()
    goes_on: str = ""
    contents: int = 0
    unended_goes_on: bool = False


RULES = {
    "i-yinchuan": Rules(
        (r"7\.5响应.*", r"\(1\)刷脸认证|\([1-5]\)基于.*"),
        (
            "设备或软件信息,例如", "有关您曾使用", "您通过我们的服务分享", "向您提供服务(", "满足您的个性化",
            "遵守", "为执行相关", "提供“二",
        ),
    ),
    "jingzhi-hulian": Rules(
        (r"[一二三四五六七八九]、.*", r"\([一二三四五]?\).{2,30}", r"\).{5,20}|提示条款:", r"[1-6][、 ]\s*.{4,16}"),
        (
            "与国家安全", "与公共安全", "与犯罪侦查", "出于维护您", "您自向", "从合法公开", "有充分证据", "响应您的请求将导致",
            "涉及中科新瑞", "适用的法律", "获得您的明确授权", "或您通过", "完成与您", "保证我们", "您是否同意", "是否存在",
            "我们的服务模式", "我们在控制权", "个人信息共享、", "您参与", "我们负责", "用户信息安全", "您如何联系我们",
            "我们致力于", "为给您带来", "为实现向您", "获得您明确同意或", "如果我们确定",
        ),
        contents=7,
    ),
    "jishiban": Rules((r"[一二三四五六七]、.*", r"（[一二三]）.*"), goes_on="[，。]", unended_goes_on=True),
    "shandongtong": Rules(
        (
            r"[1-8]\. ?[^0-9].{3,16}",
            r"2\.[12] .*|6\.[1-4] .{4,12}|相关定义:",
            r"6\.1\.2 访问通讯录|[a-d]\. .*",
        ),
        goes_on="限后,|办公座位等|开披露的目的",
        contents=8,
    ),
    "shen-i-zhengxie": Rules(
        (
            r"[一二三四五六七八九十]+、.*|附录[12]:.*",
            r"\([一二三四五六七]\).*",
            r"[1-3]\. ?(您向|我们在您使|我们通过间).*",
            r"\([123]\).{2}信息",
        ),
        goes_on="共享$|SDK$",
        contents=10,
    ),
}  # fmt: skip


def read_seed(name: str, title: str) -> Source:
    """Read a seed; `title` is its title, put in front where the seed has lost it."""
    rules = RULES[name]
    text = (SEEDS / f"{name}.txt").read_text(encoding="utf-8")
    blocks = _join([re.sub(r"^- ", "", line.strip()) for line in text.split("\n") if line.strip()], rules)
    while blocks[0] == title:
        del blocks[0]
    pieces: list[Piece] = [Piece("heading", title, 1)]
    entries = rules.contents
    for block in blocks:
        level = next((at for at, pattern in enumerate(rules.headings, 2) if re.fullmatch(pattern, block)), 0)
        if level == 2 and entries:
            entries -= 1
            pieces.append(Piece("list_item", block))
        elif level:
            pieces.append(Piece("heading", block, level))
        else:
            pieces.append(Piece("list_item", block) if block.startswith(rules.items or ("\0",)) else entry_or_paragraph(block))
    return Source(tuple(pieces))


def _join(lines: list[str], rules: Rules) -> list[str]:
    """Join the lines that go on where the one before stopped."""
    blocks: list[str] = []
    for line in lines:
        if blocks and _goes_on(blocks[-1], line, rules):
            blocks[-1] += line
        else:
            blocks.append(line)
    return blocks


def _goes_on(block: str, line: str, rules: Rules) -> bool:
    if rules.goes_on and re.match(rules.goes_on, line):
        return True
    if not rules.unended_goes_on or _ENDED.search(block):
        return False
    return len(block) > 20 or re.fullmatch(r"[0-9.]+", block) is not None
