"""Write the files of the set and their expectations: `python -m tests.extraction.make`, run once, its output committed.

A file and its expectation come from the same structure, never from what a reader makes of the file.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from . import pages, prints, texts, word
from .seeds import read_seed
from .source import Piece, Source, expectation, numbered, read_source

HERE = Path(__file__).parent

SEED_TITLES = {
    "i-yinchuan": "i银川隐私政策",
    "jingzhi-hulian": "晶智互联隐私政策",
    "jishiban": "吉事办移动客户端隐私政策",
    "shandongtong": "隐私指引",
    "shen-i-zhengxie": "深i政协隐私政策",
}


def _decimal(depth: int, number: int) -> str:
    return f"{number}."


def _bracketed(depth: int, number: int) -> str:
    return f"{number}." if depth == 1 else f"({number})"


def own(name: str, label: Callable[[int, int], str] = _decimal) -> Source:
    """Return a source of the set itself, its automatic numbers given."""
    source = read_source(HERE / "sources" / f"{name}.txt")
    return replace(source, pieces=tuple(numbered(source.pieces, label)))


def seed(name: str, *absent: str) -> Source:
    """Return a whole seed, with the strings of the furniture around it."""
    return replace(read_seed(name, SEED_TITLES[name]), absent=absent)


def part(source: Source, start: int, stop: int) -> Source:
    """Return the title and a range of the blocks after it."""
    return replace(source, pieces=(source.pieces[0], *source.pieces[start:stop]))


def numbered_headings(source: Source) -> Source:
    """Give the headings below the title the numbers that Word gives them, and put the footnote at the end."""
    digits = "零一二三四五六七八九"
    counts = [0, 0]
    pieces: list[Piece] = []
    for piece in source.pieces:
        if piece.kind == "heading" and piece.level > 1:
            counts = [counts[0] + 1, 0] if piece.level == 2 else [counts[0], counts[1] + 1]
            piece = replace(piece, label=f"{digits[counts[0]]}、" if piece.level == 2 else f"（{digits[counts[1]]}）")
        pieces.append(piece)
    return replace(source, pieces=(*pieces, Piece("paragraph", word.FOOTNOTE)))


def write(name: str, source: Source, content: str | bytes, encoding: str = "utf-8") -> None:
    """Write a file and its expectation; a text is written in `encoding`."""
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    blocks = json.dumps(expectation(source.pieces, source.absent), ensure_ascii=False, indent=1)
    path.with_suffix(".expected.json").write_text(blocks + "\n", encoding="utf-8", newline="\n")


def seen() -> None:
    """Write the files that the readers may be tuned on."""
    wechat = seed("i-yinchuan", "微信扫一扫", "继续滑动看下一个", "写留言", "document.write", "阅读1024")
    write("seen/wechat.html", wechat, pages.wechat(wechat))
    government = seed("jishiban", "网站首页", "政务公开", "当前位置", "网站地图", "网站标识码", "吉ICP备", "removeClass")
    write("seen/government.html", government, pages.government(government))
    for name, manner, encoding in (
        ("word-export", pages.word_export, "gb2312"),
        ("app-store", pages.app_store, "utf-8"),
        ("gb18030", pages.gb18030, "gb18030"),
        ("nested-lists", pages.nested_lists, "utf-8"),
        ("br-paragraphs", pages.br_paragraphs, "utf-8"),
        ("sdk-table", pages.sdk_table, "utf-8"),
        ("layout-table", pages.layout_table, "gbk"),
        ("definition-list", pages.definition_list, "utf-8"),
        ("mobile-h5", pages.mobile_h5, "utf-8"),
    ):
        source = own(name)
        write(f"seen/{name}.html", source, manner(source), encoding)
    utf16 = part(seed("shen-i-zhengxie"), 18, 64)
    write("seen/utf16.txt", utf16, "\ufeff" + texts.lines(utf16), "utf-16-le")
    write("seen/wrapped.txt", own("wrapped"), texts.wrapped(own("wrapped")))
    word_numbers = own("numbered", _bracketed)
    write("seen/numbered.docx", numbered_headings(word_numbers), word.numbered(word_numbers))
    bold = seed("jingzhi-hulian")
    write("seen/bold-headings.docx", bold, word.bold_headings(bold))
    office = seed("shandongtong", "山东通平台文件汇编", "- 2 -", "- 5 -")
    write("seen/office.pdf", office, prints.office(office))
    large = seed("shen-i-zhengxie", "办公厅 印发", "第 2 页", "第 5 页")
    write("seen/large.pdf", large, prints.large(large))
    table = replace(own("table-pdf"), absent=("随行翻译合规文档", "页码"))
    write("seen/ruled-table.pdf", table, prints.ruled_table(table))
    write("seen/tables.md", own("tables-md"), texts.markdown(own("tables-md")))


def unseen() -> None:
    """Write the files that nobody tunes on."""
    for name, manner, encoding in (
        ("wordpress", pages.wordpress, "utf-8"),
        ("accordion", pages.accordion, "utf-8"),
        ("old-html", pages.old_html, "gb2312"),
        ("help-centre", pages.help_centre, "utf-8"),
    ):
        source = own(name)
        write(f"unseen/{name}.html", source, manner(source), encoding)
    write("unseen/big5.txt", own("big5"), texts.spaced(own("big5")), "big5")
    for name, manner in (("wps", word.wps), ("contents", word.contents)):
        write(f"unseen/{name}.docx", own(name), manner(own(name)))
    columns = replace(part(seed("i-yinchuan"), 1, 60), absent=("网络信息化局公报",))
    write("unseen/two-columns.pdf", columns, prints.two_columns(columns))
    printed = replace(own("browser-print"), absent=("2023/6/1 10:24", "逐浪阅读-隐私中心", "privacy/children", "1/2"))
    write("unseen/browser-print.pdf", printed, prints.browser_print(printed))
    write("unseen/readme.md", own("readme-md"), texts.readme(own("readme-md")))


if __name__ == "__main__":
    seen()
    unseen()
