import re
from collections import defaultdict
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiaokuan.data.document import Warn
from tiaokuan.data.record import Entity, LabelledSentence, Record
from tiaokuan.data.taxonomy import CATEGORIES, ENTITY_LABELS, ENTITY_TYPES
from tiaokuan.serve.html import index_row, page_name, render_index, render_page

VOID = {"meta", "link", "br"}
LOADING = {"src", "href", "srcset", "action", "poster", "data"}


class Page(HTMLParser):
    """What a browser would see: text a sentence, text an entity, links, ids; fails on badly nested tags."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str]]] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.sentences: dict[str, str] = defaultdict(str)
        self.marked: list[tuple[str, str]] = []
        self.chips: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, {name: value or "" for name, value in attrs})
        self.tags.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        classes = [(name, attrs.get("class", "").split()) for name, attrs in self.open]
        sentence = [attrs["id"] for _, attrs in self.open if "s" in attrs.get("class", "").split()]
        if sentence and any("t" in names for _, names in classes):
            self.sentences[sentence[0]] += data
            self.marked += [(names[0], data) for tag, names in classes if tag == "mark"]
        for name, names in classes:
            if name == "span" and "chip" in names:
                self.chips.append((" ".join(names), data))


def policy(text: str, *entities: Entity, record_id: str = "apps/x.txt", **sentence) -> Record:
    return Record(record_id, text, (LabelledSentence(0, len(text), **sentence),), entities)


def entity(text: str, surface: str, kind: str, **more) -> Entity:
    start = text.index(surface)
    return Entity(start, start + len(surface), kind, **more)


def surfaces(page: Page, kind: str) -> list[str]:
    mark = f"t{ENTITY_TYPES.index(kind)}"
    return [data for name, data in page.marked if name == mark]


@pytest.mark.parametrize(
    "text",
    [
        "我们会收集您的\n        手机号码。",
        "a  b\t\u3000c\r\nd\re\u2028f\xa0g",
        '</span><script>alert("1")</script> &amp; &lt; \' $title ${x}',
        "SDK名称 | 目的 |  | 公司 | ",
        "\U0001f600 𠮷",
    ],
)
@pytest.mark.parametrize("kind", ["heading", "paragraph", "list_item", "table_row"])
def test_text_comes_out_exact(text, kind):
    page = Page(render_page(policy(text, kind=kind)))
    assert page.sentences == {"s0": text}


def test_text_without_a_place_in_html_is_replaced():
    assert Page(render_page(policy("甲\0乙\ud800"))).sentences == {"s0": "甲\ufffd乙\ufffd"}


def test_sentences_keep_order_and_blocks():
    text = "标题\n一。二。\n三。\n1. 四"
    sentences = (
        LabelledSentence(0, 2, "heading"),
        LabelledSentence(3, 5, "paragraph", (0,)),
        LabelledSentence(5, 7, "paragraph", (0,)),
        LabelledSentence(8, 10, "paragraph", (0,)),
        LabelledSentence(11, 15, "list_item", (0,)),
    )
    record = Record("x", text, sentences)
    shown = render_page(record)
    assert list(Page(shown).sentences.values()) == ["标题", "一。", "二。", "三。", "1. 四"]
    assert re.findall(r'<(\w+) class="b ', shown) == ["h2", "p", "p", "li"]


def test_entities_nest_and_cross():
    text = "申请读取手机状态权限及相机"
    entities = (
        entity(text, "读取手机状态权限", "PERMISSION"),
        entity(text, "手机状态", "DATA_TYPE"),
        entity(text, "权限及相机", "SDK"),
    )
    page = Page(render_page(policy(text, *entities)))
    assert page.sentences["s0"] == text
    assert "".join(surfaces(page, "PERMISSION")) == "读取手机状态权限"
    assert "".join(surfaces(page, "DATA_TYPE")) == "手机状态"
    assert surfaces(page, "SDK") == ["权限", "及相机"]
    assert [attrs["id"] for tag, attrs in page.tags if tag == "mark" and "id" in attrs] == ["e0", "e1", "e2"]


def test_an_entity_across_a_sentence_border_is_cut_there():
    text = "相机权限"
    record = Record("x", text, (LabelledSentence(0, 2), LabelledSentence(2, 4)), (Entity(0, 4, "PERMISSION"),))
    page = Page(render_page(record))
    assert page.sentences == {"s0": "相机", "s1": "权限"}
    assert surfaces(page, "PERMISSION") == ["相机", "权限"]
    assert [attrs.get("id") for tag, attrs in page.tags if tag == "mark"] == ["e0", None]


_BORDER = re.compile(r" \| ")


@given(st.text("甲 \n\r<&|a", min_size=1, max_size=30), st.data())
def test_any_overlap_is_well_nested_and_exact(text, data):
    place = st.integers(0, len(text))
    cuts = sorted({0, len(text), *data.draw(st.lists(place, max_size=3))})
    kinds = st.sampled_from(["paragraph", "table_row"])
    sentences = tuple(LabelledSentence(a, b, data.draw(kinds)) for a, b in pairwise(cuts))
    pairs = {kind: sorted(data.draw(st.sets(place, min_size=2, max_size=2))) for kind in ENTITY_TYPES}
    entities = tuple(Entity(a, b, kind) for kind, (a, b) in pairs.items())
    page = Page(render_page(Record("x", text, sentences, entities)))
    assert list(page.sentences.values()) == [text[s.start : s.end] for s in sentences]
    rows = [s for s in sentences if s.kind == "table_row"]
    borders = {i for row in rows for m in _BORDER.finditer(text, row.start, row.end) for i in range(*m.span())}
    for one in entities:  # all of an entity is marked but what lies in a border between two cells
        wanted = "".join(text[i] for i in range(one.start, one.end) if i not in borders)
        assert "".join(surfaces(page, one.type)) == wanted


def test_denied_category_is_marked():
    sentence = {"categories": ("first_party_use", "data_retention"), "denied": ("data_retention",)}
    scores = {"data_retention": 0.875}
    chips = Page(render_page(policy("不会存储。", scores=scores, **sentence))).chips
    assert [words for _, words in chips] == ["第一方使用", "不", "存储期限与地点"]
    assert [names.endswith(" no") for names, _ in chips] == [False, True, True]
    assert 'title="Data retention – denied: said not to happen · 0.88"' in render_page(
        policy("不会存储。", scores=scores, **sentence)
    )


def test_legend_counts_sentences_and_entities():
    text = "收集手机号、手机号。"
    entities = (Entity(2, 5, "DATA_TYPE"), Entity(6, 9, "DATA_TYPE"))
    page = render_page(policy(text, *entities, categories=("first_party_collection",)))
    assert "第一方收集 <b>1</b>" in page
    assert "数据类型 <b>2</b>" in page
    assert '<a href="#e0" data-m="0 1">手机号</a> <b>2</b>' in page
    assert len(re.findall(r'<button [^>]*aria-pressed="false"[^>]*disabled', page)) == 13 + 1 + 2


def test_norm_score_and_soft_breaks_in_the_list():
    text = "申请相\n  机权限"
    page = render_page(policy(text, Entity(2, 9, "PERMISSION", 0.5, {"android": "CAMERA", "ios": None})))
    assert ">相机权限</a> <b>1</b> <small>CAMERA</small>" in page
    assert 'title="权限 Permission · CAMERA · 0.50"' in page
    assert '<i class="nl">\n  </i>' in page


def test_everything_from_outside_is_escaped():
    evil = "<script>alert(1)</script>\"'"
    text = "甲" + evil
    record = Record(
        evil,
        text,
        (LabelledSentence(0, len(text)),),
        (Entity(1, len(text), "SDK", norm={"name": evil}),),
        ({"name": 0, "platform": evil},),
        (Warn(evil, evil, 0, 1),),
        evil,
        {evil: evil, "title": evil},
        {"name": evil},
    )
    for page in (render_page(record), render_index([index_row(record, page_name(evil))])):
        assert [tag for tag, _ in Page(page).tags].count("script") == 1
        assert "<script>alert" not in page


def test_pages_ask_nothing_of_the_network():
    text = "见 https://example.com/a?b=1 与 http://x.y"
    record = Record("https://a.b/c", text, (LabelledSentence(0, len(text)),), (), ({"link": [2, 27]},))
    for page in (render_page(record), render_index([index_row(record, page_name(record.id))])):
        tags = Page(page).tags
        targets = [value for _, attrs in tags for name, value in attrs.items() if name in LOADING]
        assert all(re.match(r"#|data:,$|[\w%-]+\.html$", target) for target in targets), targets
        policies = [attrs["content"] for _, attrs in tags if attrs.get("http-equiv") == "Content-Security-Policy"]
        assert policies[0].startswith("default-src 'none';")
        assert not re.search(r"@import|url\(|fetch\(|XMLHttp|import\(", page)


def test_sdk_table_resolves_entities_and_ranges():
    text = "高德地图由高德公司提供，不收集位置信息"
    entities = (entity(text, "高德地图", "SDK"), entity(text, "位置信息", "DATA_TYPE"))
    sdk = {"start": 0, "end": 19, "name": 0, "owner": [5, 9], "purpose": [], "platform": None}
    sdk["data_types"] = [{"entity": 1, "denied": True}]
    record = Record("x", text, (LabelledSentence(0, len(text)),), entities, (sdk,))
    cells = re.findall(r"<td>(.*?)</td>", render_page(record))
    assert cells == [
        '<a href="#e0">高德地图</a>',
        "高德公司",
        "",
        '<span class="no"><b>不</b><a href="#e1">位置信息</a></span>',
    ]


def test_warnings_lead_to_their_sentence():
    record = Record("x", "甲。乙。", (LabelledSentence(0, 2), LabelledSentence(2, 4)), warnings=(Warn("w", "m", 2, 3),))
    assert '<code>w</code> m <a href="#s1">[2, 3)</a>' in render_page(record)


def test_empty_policy_and_missing_text():
    assert "0 句" in render_page(Record("x", "", ()))
    with pytest.raises(ValueError, match="has no text to show"):
        render_page(Record("x", None, ()))


def test_index_counts_and_links():
    text = "申请相机权限和相机权限"
    record = policy(text, Entity(2, 6, "PERMISSION"), Entity(7, 11, "PERMISSION"), categories=("permission_request",))
    row = index_row(record, page_name(record.id))
    assert (row.title, row.sentences) == ("apps/x.txt", 1)
    assert dict(zip(ENTITY_TYPES, row.entities, strict=True)) == {"DATA_TYPE": 0, "PERMISSION": 1, "SDK": 0}
    assert [c for c, n in zip(CATEGORIES, row.categories, strict=True) if n] == ["permission_request"]
    page = Page(render_index([row]))
    assert page_name(record.id) in [attrs["href"] for tag, attrs in page.tags if tag == "a"]


def test_page_style_and_script_know_every_entity_type():
    page = render_page(policy("甲"))
    assert len(ENTITY_LABELS) == 3, "page.css and page.js name t0, t1 and t2"
    assert all(f".no-t{i} mark.t{i}" in page for i in range(3))


@pytest.mark.parametrize(
    "record_id",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..",
        "",
        "a\\b:c*?",
        "CON",
        "甲" * 500,
        "a\0b",
        "\ud800",
        "\u202etxt.exe",
        ".x",
    ],
)
def test_page_name_is_one_safe_file_name(record_id):
    name = page_name(record_id)
    assert re.fullmatch(r"[\w-]+-[0-9a-f]{16}\.html", name)
    assert len(name.encode()) <= 181
    assert name == page_name(record_id)


def test_page_names_do_not_collide():
    ids = [
        "a/b.txt",
        "a-b.txt",
        "A/b.txt",
        "a/b_txt",
        "é",
        "e\u0301",
        "",
        "policy",
        "-",
        "甲" * 500,
        "甲" * 501,
        "index",
    ]
    names = {page_name(record_id).casefold() for record_id in ids}
    assert len(names) == len(ids)
    assert "index.html" not in names
