"""A run as web pages: one self-contained page a policy and an index, which ask nothing of the network."""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import quote

from ..data.document import Warn
from ..data.record import Record
from ..data.taxonomy import CATEGORIES, CATEGORY_LABELS, ENTITY_LABELS, ENTITY_TYPES, Label
from .html_text import article, css_class, escape, flat, norm_words

_HERE = files("tiaokuan.serve")
_DENIED = Label("denied", "不（否定）", "Denied: said not to happen", "")
_INDEX_TITLE = "隐私政策"
_SDK_FIELDS = {
    "name": "SDK",
    "owner": "主体 Owner",
    "purpose": "目的 Purpose",
    "data_types": "数据类型 Data types",
    "permissions": "权限 Permissions",
    "link": "链接 Link",
    "platform": "平台 Platform",
}

PAGE_NAME = re.compile(r".+-[0-9a-f]{16}\.html", re.DOTALL)
"""What `page_name` gives."""


@dataclass(frozen=True, slots=True)
class IndexRow:
    """A policy in the index: sentences a category and different surfaces an entity type, both in taxonomy order."""

    id: str
    title: str
    page: str
    sentences: int
    categories: tuple[int, ...]
    entities: tuple[int, ...]


def page_name(record_id: str) -> str:
    """Return the file name of a policy's page: readable, at most 181 bytes, and a function of the id alone.

    The hash of the id keeps names apart where a file system folds case, Unicode forms or reserved names.
    """
    digest = hashlib.sha256(record_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    slug = re.sub(r"[\W_]+", "-", record_id)[-40:].strip("-")
    return f"{slug or 'policy'}-{digest}.html"


def index_row(record: Record, page: str) -> IndexRow:
    """Count what the index shows of a policy; `page` is the name of its page, relative to the index."""
    return IndexRow(
        id=record.id,
        title=_title(record),
        page=page,
        sentences=len(record.sentences),
        categories=tuple(sum(c in s.categories for s in record.sentences) for c in CATEGORIES),
        entities=tuple(len(_surfaces(record, kind)) for kind in ENTITY_TYPES),
    )


def render_page(record: Record) -> str:
    """Return a policy's page: its text with sentences and entities marked, filters, and lists of what was found."""
    text = _text(record)
    body = [
        _header(record),
        f"<aside>{_legend(record)}{''.join(_found(record, label) for label in reversed(ENTITY_LABELS))}</aside>",
        f"<main>{_warnings(record)}{_sdk_table(record)}<article>{article(record, text)}</article></main>",
    ]
    return _page(_title(record), "policy", "\n".join(body))


def render_index(rows: Iterable[IndexRow]) -> str:
    """Return the index of a run: a table of its policies with their counts, each linked to its page."""
    rows = tuple(rows)
    head = _index_head("政策", "Policy") + _index_head("句", "Sentences")
    head += "".join(_index_head(label.zh, label.en, css_class(label.id)) for label in ENTITY_LABELS + CATEGORY_LABELS)
    total = sum(row.sentences for row in rows)
    body = f"""<header><h1>{_INDEX_TITLE}</h1><p class="faint">{len(rows):,} 份政策 policies · {total:,} 句 sentences.
实体按不同写法计数，类别按句计数。 Entities count different surfaces, categories count sentences.</p></header>
<main class="wide"><table class="index"><thead><tr>{head}</tr></thead>
<tbody>{"".join(map(_index_line, rows))}</tbody></table></main>"""
    return _page(_INDEX_TITLE, "index", body)


def _index_head(zh: str, en: str, mark: str = "") -> str:
    return f'<th class="{mark}" scope="col"><button type="button" title="{escape(en)}">{escape(zh)}</button></th>'


def _index_line(row: IndexRow) -> str:
    labels = ENTITY_LABELS + CATEGORY_LABELS
    counts = "".join(
        f'<td class="{css_class(label.id)}"{"" if n else " data-none"}>{n}</td>'
        for label, n in zip(labels, row.entities + row.categories, strict=True)
    )
    name = f'<a href="{quote(row.page)}">{escape(row.title)}</a><br><small>{escape(row.id)}</small>'
    return f'<tr><th scope="row">{name}</th><td>{row.sentences}</td>{counts}</tr>\n'


@cache
def _part(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _page(title: str, kind: str, body: str) -> str:
    colours = "".join(f".{css_class(a.id)}{{--c:{a.color};--d:{a.color}}}" for a in CATEGORY_LABELS + ENTITY_LABELS)
    seconds = "".join(f".x{i}{{--d:{a.color}}}" for i, a in enumerate(CATEGORY_LABELS))
    style = _part("page.css") + colours + seconds
    page = Template(_part("page.html"))
    return page.substitute(title=escape(title), kind=kind, style=style, body=body, script=_part("page.js"))


def _text(record: Record) -> str:
    if record.text is None:
        raise ValueError(f"{record.id} has no text to show: join stand-off gold with its corpus first")
    return record.text


def _title(record: Record) -> str:
    named = [str(record.meta[key]) for key in ("title", "app", "name") if record.meta.get(key)]
    heads = [flat(_text(record)[s.start : s.end]) for s in record.sentences[:1] if s.kind == "heading"]
    return (named + heads + [record.id])[0]


def _header(record: Record) -> str:
    model = " ".join(str(record.model[key]) for key in ("name", "version") if key in record.model)
    rows = [("id", record.id), ("source", record.source), *record.meta.items(), ("model", model)]
    shown = "".join(f"<dt>{escape(str(k))}</dt><dd>{escape(str(v))}</dd>" for k, v in rows if v)
    return f"<header><h1>{escape(_title(record))}</h1><dl>{shown}</dl></header>"


def _legend(record: Record) -> str:
    sentences = record.sentences
    keys = [_key(a, sum(a.id in s.categories for s in sentences)) for a in CATEGORY_LABELS]
    types = [_key(a, sum(a.id == e.type for e in record.entities)) for a in reversed(ENTITY_LABELS)]
    no = _key(_DENIED, sum(bool(s.denied) for s in sentences))
    return f"""<details open><summary>类别与筛选 <small>Categories and filters</small></summary>
<div class="keys" role="group" aria-label="类别 Categories">{"".join(keys)}{no}</div>
<div class="keys" role="group" aria-label="实体 Entities">{"".join(types)}</div>
<p class="faint"><span id="status" role="status">{len(sentences):,} 句 sentences</span>
<button type="button" id="all" hidden>全部显示 Show all</button></p></details>"""


def _key(label: Label, count: int) -> str:
    mark = "no" if label is _DENIED else css_class(label.id)
    state = 'aria-pressed="false"' + ("" if count else " disabled")
    return (
        f'<button type="button" class="key {mark}" data-key="{mark}" {state} title="{escape(label.en)}">'
        f"{escape(label.zh)} <b>{count}</b></button>"
    )


def _surfaces(record: Record, kind: str) -> dict[str, list[int]]:
    """Return the different surfaces of a type, most frequent first, with the numbers of their mentions."""
    text, found = _text(record), {}
    for n, entity in sorted(enumerate(record.entities), key=lambda pair: pair[1].start):
        if entity.type == kind:
            found.setdefault(flat(text[entity.start : entity.end]), []).append(n)
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def _found(record: Record, label: Label) -> str:
    surfaces = _surfaces(record, label.id)
    if not surfaces:
        return ""
    lines = "".join(_surface_line(record, surface, mentions) for surface, mentions in surfaces.items())
    name = escape(label.zh) if label.zh == label.en else f"{escape(label.zh)} <small>{escape(label.en)}</small>"
    return (
        f'<details open class="found {css_class(label.id)}"><summary>{name} <b>{len(surfaces)}</b></summary>'
        f"<ol>{lines}</ol></details>"
    )


def _surface_line(record: Record, surface: str, mentions: Sequence[int]) -> str:
    norm = next((shown for n in mentions if (shown := norm_words(record.entities[n].norm))), "")
    numbers = " ".join(map(str, mentions))
    return (
        f'<li><a href="#e{mentions[0]}" data-m="{numbers}">{escape(surface)}</a> <b>{len(mentions)}</b>'
        f"{norm and f' <small>{escape(norm)}</small>'}</li>"
    )


def _warnings(record: Record) -> str:
    if not record.warnings:
        return ""
    lines = "".join(f"<li>{_warning(record, warning)}</li>" for warning in record.warnings)
    return (
        f'<details open class="warnings"><summary>警告 <small>Warnings</small> <b>{len(record.warnings)}</b></summary>'
        f"<ul>{lines}</ul></details>"
    )


def _warning(record: Record, warning: Warn) -> str:
    said = f"<code>{escape(warning.code)}</code> {escape(warning.message)}"
    if warning.start is None or not record.sentences:
        return said
    n = min(bisect_right([s.end for s in record.sentences], warning.start), len(record.sentences) - 1)
    return f'{said} <a href="#s{n}">[{warning.start}, {warning.end})</a>'


def _sdk_table(record: Record) -> str:
    if not record.sdks:
        return ""
    fields = [field for field in _SDK_FIELDS if any(sdk.get(field) is not None for sdk in record.sdks)]
    head = "".join(f"<th>{_SDK_FIELDS[field]}</th>" for field in fields)
    lines = "".join(
        "<tr>" + "".join(f"<td>{_sdk_value(record, sdk.get(field))}</td>" for field in fields) + "</tr>" for sdk in record.sdks
    )
    return (
        f'<details open class="sdks"><summary>SDK 清单 <small>SDK list</small> <b>{len(record.sdks)}</b></summary>'
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div></details>'
    )


def _sdk_value(record: Record, value: Any) -> str:
    """Show a field of an SDK: an entity's number, a range of the text, an `{entity, denied}`, or a list of these."""
    match value:
        case None:
            return ""
        case int() if 0 <= value < len(record.entities):
            entity = record.entities[value]
            return f'<a href="#e{value}">{escape(flat(_text(record)[entity.start : entity.end]))}</a>'
        case [int() as start, int() as end]:
            return escape(flat(_text(record)[start:end]))
        case {"entity": entity}:
            shown = _sdk_value(record, entity)
            return f'<span class="no"><b>不</b>{shown}</span>' if value.get("denied") else shown
        case list() | tuple():
            return "、".join(_sdk_value(record, item) for item in value)
    return escape(str(value))
