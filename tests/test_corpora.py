"""Importers of the public corpora: on invented copies of their layouts, and on the corpora where they are at hand."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tiaokuan.data.corpora import ca4p483, capp130
from tiaokuan.data.corpora.capp130 import Row
from tiaokuan.data.errors import GoldError
from tiaokuan.data.segmentation import segment
from tiaokuan.data.taxonomy import CA4P483_CLASSES, CAPP130_TOPICS, CATEGORIES

ANNOTATION = Path("CAPP_130_Corpus/Annotation/Annotation")
TOPIC_FILES = Path("CAPP_130_Corpus/Subdataset/Extraction/topic_identification_dataset")
MERGED = Path("data_preprocess/merged_json")
BIOS = Path("train_dev_test")
BOM = b"\xef\xbb\xbf"

TOPICS = [
    "数据收集",
    "权限获取",
    "共享、委托、转让、公开（披露）",
    "使用",
    "存储方式",
    "安全措施",
    "特殊人群",
    "数据、权限管理",
    "联系方式",
    "隐私政策的授权、修改与变更",
    "停止运营",
]


def write(path: Path, data: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())


def capp_lines(*rows: tuple[str, list[str] | None]) -> str:
    """The rows of a policy as the repository writes them: one object a line, Chinese as it is."""
    objects = [{"task": "rw.jsonl", "id": 7 + index, "text": text, "label": label} for index, (text, label) in enumerate(rows)]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in objects)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


# CAPP-130, invented


def test_capp_policies_are_ordered_by_number_and_rows_by_line(tmp_path):
    for number in (10, 2, 1):
        write(tmp_path / ANNOTATION / f"rw_{number}.jsonl", capp_lines((f"甲{number}政策", []), ("我们收集。", ["数据收集"])))
    policies = capp130.read_policies(tmp_path)
    assert [policy.name for policy in policies] == ["rw_1", "rw_2", "rw_10"]
    assert policies[2].rows == (Row("甲10政策", frozenset()), Row("我们收集。", frozenset({"数据收集"})))


def test_files_beside_the_capp_policies_are_left_alone(tmp_path):
    for name in ("rw_1", "rw_1 (1)", "rw_", "rw_2_old"):
        write(tmp_path / ANNOTATION / f"{name}.jsonl", capp_lines(("甲。", [])))
    assert [policy.name for policy in capp130.read_policies(tmp_path)] == ["rw_1"]


def test_capp_labels_that_are_withheld_are_not_the_empty_set(tmp_path):
    write(tmp_path / ANNOTATION / "rw_3.jsonl", capp_lines(("甲。", None), ("乙。", [])))
    (policy,) = capp130.read_policies(tmp_path)
    assert [row.labels for row in policy.rows] == [None, frozenset()]


def test_capp_rewritten_sentences_among_the_labels_are_dropped(tmp_path):
    labels = ["摘要", "使用", "我们会用您的信息来推荐。", "潜在风险", "停止运营"]
    write(tmp_path / ANNOTATION / "rw_3.jsonl", capp_lines(("我们使用。", labels)))
    (policy,) = capp130.read_policies(tmp_path)
    assert policy.rows[0].labels == {"摘要", "使用", "潜在风险", "停止运营"}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_capp_files_may_have_a_byte_order_mark_blank_lines_and_any_line_end(tmp_path, line_end):
    lines = capp_lines(("甲。", ["使用"]), ("乙。", [])).replace("\n", line_end) + line_end
    write(tmp_path / ANNOTATION / "rw_3.jsonl", BOM + lines.encode())
    (policy,) = capp130.read_policies(tmp_path)
    assert [row.text for row in policy.rows] == ["甲。", "乙。"]


def test_capp_rows_are_cut_at_line_feeds_only(tmp_path):
    write(tmp_path / ANNOTATION / "rw_3.jsonl", capp_lines(("甲\u2028乙\x85丙\n丁。", [])))
    (policy,) = capp130.read_policies(tmp_path)
    assert [row.text for row in policy.rows] == ["甲\u2028乙\x85丙\n丁。"]


def test_a_capp_policy_as_a_document_gives_its_rows_back_as_sentences(tmp_path):
    texts = ["隐私政策", "一、收集", "我们收集🙂；不共享。随时", " 二、\n共享", "我们共享。"]
    write(tmp_path / ANNOTATION / "rw_3.jsonl", capp_lines(*[(text, []) for text in texts]))
    (policy,) = capp130.read_policies(tmp_path)
    document = policy.document()
    assert (document.id, document.given) == ("rw_3", True)
    assert document.text == "\n".join(texts)
    found = segment(document)
    assert [(s.start, s.end) for s in found] == [(0, 4), (5, 9), (10, 22), (23, 29), (30, 35)]
    assert [document.text[s.start : s.end] for s in found] == texts
    assert [(s.kind, s.headings) for s in found[:3]] == [("heading", ()), ("heading", (0,)), ("paragraph", (0, 1))]


def test_a_folder_without_capp_is_refused_with_the_layout_wanted(tmp_path):
    with pytest.raises(GoldError, match=r"rw_\*\.jsonl is wanted") as caught:
        capp130.read_policies(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize(
    "second",
    [
        b"{",
        '{"text": "甲"}'.encode(),
        b'{"label": []}',
        '["甲"]'.encode(),
        b"7",
        '{"text": "甲", "label": 7}'.encode(),
        b'{"text": 7, "label": []}',
        b'{"text": "", "label": []}',
        b'{"text": " ", "label": []}',
        '{"text": "甲", "label": []}'.encode("gb18030"),
    ],
    ids=[
        "broken JSON",
        "no label",
        "no text",
        "a list",
        "a number",
        "label is a number",
        "text is a number",
        "empty text",
        "blank text",
        "no UTF-8",
    ],
)
def test_a_broken_capp_row_is_refused_with_its_file_and_line(tmp_path, second):
    write(tmp_path / ANNOTATION / "rw_3.jsonl", capp_lines(("甲。", [])).encode() + second + b"\n")
    with pytest.raises(GoldError, match=r"^rw_3\.jsonl, line 2: not a CAPP-130 row"):
        capp130.read_policies(tmp_path)


def test_the_topic_split_has_the_published_sizes():
    table = capp130.topic_split()
    assert Counter(table.values()) == {"train": 14190, "dev": 3043, "test": 3035}
    assert {name for name, _ in table} <= {f"rw_{number}" for number in range(1, 131)}
    assert min(row for _, row in table) >= 0


# CAPP-130, as published


@pytest.fixture(scope="module")
def capp(shared) -> Path:
    return shared / "CAPP-130"


@pytest.fixture(scope="module")
def capp_policies(capp) -> dict[str, capp130.Policy]:
    return {policy.name: policy for policy in capp130.read_policies(capp)}


def rows_of(policies: dict[str, capp130.Policy], places: list[tuple[str, int]]) -> list[Row]:
    return [policies[name].rows[line] for name, line in places]


def places(split: str) -> list[tuple[str, int]]:
    return [place for place, part in capp130.topic_split().items() if part == split]


def published_rows(root: Path, split: str) -> list[tuple[str, tuple[int, ...]]]:
    """The rows of a published file of the topic task: a sentence, and a vector in the order of `TOPICS`."""
    lines = (root / TOPIC_FILES / f"{split}.txt").read_text(encoding="utf-8-sig").rstrip("\n").split("\n")
    pairs = [line.rpartition("\t") for line in lines]
    return [(text, tuple(json.loads(vector))) for text, _, vector in pairs]


def test_capp_has_its_published_size(capp_policies):
    assert list(capp_policies) == [f"rw_{number}" for number in range(1, 131)]
    assert sum(len(policy.rows) for policy in capp_policies.values()) == 38889


def test_capp_train_labels_have_the_published_counts(capp_policies):
    counts = Counter(label for row in rows_of(capp_policies, places("train")) for label in row.labels or ())
    assert {topic: counts[topic] for topic in TOPICS} == {
        "数据收集": 4136,
        "权限获取": 1114,
        "共享、委托、转让、公开（披露）": 2962,
        "使用": 2226,
        "存储方式": 762,
        "安全措施": 1841,
        "特殊人群": 788,
        "数据、权限管理": 3006,
        "联系方式": 413,
        "隐私政策的授权、修改与变更": 344,
        "停止运营": 70,
    }
    assert counts["摘要"] == 14190


def test_capp_labels_are_the_known_names_only(capp_policies):
    labels = {label for policy in capp_policies.values() for row in policy.rows for label in row.labels or ()}
    assert labels == {*TOPICS, "摘要", "潜在风险"}


def test_capp_labels_are_withheld_for_published_test_rows_only(capp_policies):
    withheld = {(p.name, line) for p in capp_policies.values() for line, row in enumerate(p.rows) if row.labels is None}
    assert withheld in (set(), set(places("test")))


@pytest.mark.parametrize(("split", "size"), [("train", 14190), ("dev", 3043)])
def test_published_topic_rows_are_the_sentences_of_the_split_table(capp, capp_policies, split, size):
    published = published_rows(capp, split)
    rows = rows_of(capp_policies, sorted(places(split)))  # the published files take policies in the order of their names
    assert len(published) == len(rows) == size
    assert [bare(text) for text, _ in published] == [bare(row.text) for row in rows]
    assert [vector for _, vector in published] == [tuple(int(topic in (row.labels or ())) for topic in TOPICS) for row in rows]


@pytest.mark.parametrize("split", ["train", "dev"])
def test_the_split_table_is_in_the_order_of_the_published_files(capp, capp_policies, split):
    published = [bare(text) for text, _ in published_rows(capp, split)]
    assert [bare(row.text) for row in rows_of(capp_policies, places(split))] == published


def test_every_capp_policy_gives_its_rows_back_as_sentences(capp_policies):
    for policy in capp_policies.values():
        document = policy.document()
        found = segment(document)
        assert [document.text[s.start : s.end] for s in found] == [row.text for row in policy.rows]


# CA4P-483, invented


def ca4p_row(class_id: str, start: int, text: str) -> dict[str, Any]:
    return {"classId": class_id, "classId_name": "", "text": text, "start": start, "end": start + len(text), "fields": []}


def ca4p_copy(root: Path, name: str, *rows: dict[str, Any]) -> None:
    write(root / MERGED / f"{name}.json", BOM + json.dumps(rows, ensure_ascii=False, indent=4).encode())


FIRST = ca4p_row("e_16", 3, "隐私政策")
SECOND = ca4p_row("e_1", 20, "我们收集手机号。\n甲🙂")
THIRD = ca4p_row("e_10", 40, "您可关闭。")


def test_ca4p_paragraphs_are_joined_in_order_with_their_places(tmp_path):
    ca4p_copy(tmp_path, "0002", THIRD, FIRST, SECOND)
    (policy,) = ca4p483.read_policies(tmp_path)
    assert policy.name == "0002"
    assert policy.text == "隐私政策\n我们收集手机号。\n甲🙂\n您可关闭。"
    assert [(p.start, p.end, p.label) for p in policy.paragraphs] == [(0, 4, "e_16"), (5, 16, "e_1"), (17, 22, "e_10")]
    assert policy.components == ()


def test_ca4p_components_move_with_their_paragraphs(tmp_path):
    names = ["e_24", "e_22", "e_21", "e_25", "e_23", "e_26", "e_27"]
    spans = [(20, "我们"), (22, "收集"), (24, "手机号"), (29, "甲🙂"), (3, "隐"), (40, "您"), (42, "关闭")]
    ca4p_copy(tmp_path, "0002", *[ca4p_row(n, *s) for n, s in zip(names, spans, strict=True)], THIRD, FIRST, SECOND)
    (policy,) = ca4p483.read_policies(tmp_path)
    assert [(c.name, c.start, policy.text[c.start : c.end]) for c in policy.components] == [
        ("share", 0, "隐"),
        ("handler", 5, "我们"),
        ("collect", 7, "收集"),
        ("data", 9, "手机号"),
        ("condition", 14, "甲🙂"),
        ("subjects", 17, "您"),
        ("purpose", 19, "关闭"),
    ]


def test_a_ca4p_component_over_two_paragraphs_ends_where_its_words_end(tmp_path):
    upper, lower = ca4p_row("e_1", 0, "用来"), ca4p_row("e_1", 2, "判断地点。")
    ca4p_copy(tmp_path, "0002", upper, lower, ca4p_row("e_27", 1, "来判断地点"))
    (policy,) = ca4p483.read_policies(tmp_path)
    assert [policy.text[c.start : c.end] for c in policy.components] == ["来\n判断地点"]


def test_ca4p_policies_are_ordered_by_name(tmp_path):
    for name in ("0010", "0002"):
        ca4p_copy(tmp_path, name, FIRST)
    assert [policy.name for policy in ca4p483.read_policies(tmp_path)] == ["0002", "0010"]


def test_a_ca4p_policy_as_a_document_is_cut_as_any_text(tmp_path):
    ca4p_copy(tmp_path, "0002", FIRST, SECOND, THIRD)
    document = ca4p483.read_policies(tmp_path)[0].document()
    assert (document.id, document.given) == ("0002", False)
    assert [(s.start, s.end) for s in segment(document)] == [(0, 4), (5, 13), (14, 16), (17, 22)]


def test_a_folder_without_ca4p_is_refused_with_the_layout_wanted(tmp_path):
    with pytest.raises(GoldError, match=r"merged_json/\*\.json is wanted") as caught:
        ca4p483.read_policies(tmp_path)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        "[",
        "[[]]",
        '[{"classId": "e_1", "text": "甲"}]',
        '[{"start": 0, "end": 1, "text": "甲"}]',
        '[{"classId": "first", "start": 0, "end": 1, "text": "甲"}]',
        '[{"classId": "e_1", "start": 0, "end": 1}]',
        "{}",
        "7",
    ],
)
def test_a_broken_ca4p_policy_is_refused_with_its_file(tmp_path, wrong):
    write(tmp_path / MERGED / "0002.json", wrong)
    with pytest.raises(GoldError, match=r"^0002\.json: not a CA4P-483 policy"):
        ca4p483.read_policies(tmp_path)


def test_bios_sentences_are_parted_by_blank_lines(tmp_path):
    write(tmp_path / BIOS / "dev.char.bios", "我\tB-handler\n们\tI-handler\n\n\n\u3000\tO\n您\tS-subjects\n\u2028\tO")
    assert list(ca4p483.read_bios(tmp_path, "dev")) == [
        [("我", "B-handler"), ("们", "I-handler")],
        [("\u3000", "O"), ("您", "S-subjects"), ("\u2028", "O")],
    ]


def test_a_line_feed_can_be_a_character_of_a_bios_sentence(tmp_path):
    write(tmp_path / BIOS / "dev.char.bios", "姓\tB-data\n\n\tI-data\n名\tI-data\n\n完\tO\n")
    assert list(ca4p483.read_bios(tmp_path, "dev")) == [
        [("姓", "B-data"), ("\n", "I-data"), ("名", "I-data")],
        [("完", "O")],
    ]


def test_withheld_bios_sentences_are_refused_with_the_split_and_place(tmp_path):
    with pytest.raises(GoldError, match=r"no test sentences at .*test\.char\.bios: this copy of CA4P-483 lacks them"):
        list(ca4p483.read_bios(tmp_path, "test"))


# CA4P-483, as published


@pytest.fixture(scope="module")
def ca4p(shared) -> Path:
    return shared / "CA4P-483"


@pytest.fixture(scope="module")
def ca4p_policies(ca4p) -> list[ca4p483.Policy]:
    return ca4p483.read_policies(ca4p)


@pytest.fixture(scope="module")
def ca4p_rows(ca4p) -> dict[str, list[dict[str, Any]]]:
    paths = (ca4p / MERGED).glob("*.json")
    return {path.stem: json.loads(path.read_bytes().decode("utf-8-sig")) for path in paths}


def test_ca4p_has_the_policies_at_hand(ca4p_policies):
    assert len(ca4p_policies) == 441
    assert len({policy.name for policy in ca4p_policies}) == 441


def test_ca4p_paragraphs_point_at_their_text(ca4p_policies, ca4p_rows):
    for policy in ca4p_policies:
        found = Counter((policy.text[p.start : p.end], p.label) for p in policy.paragraphs)
        assert found == Counter((r["text"], r["classId"]) for r in ca4p_rows[policy.name] if int(r["classId"][2:]) < 20)
        ends = [-1, *(p.end for p in policy.paragraphs)]
        assert [p.start for p in policy.paragraphs] == [end + 1 for end in ends[:-1]]
        assert ends[-1] == len(policy.text)


def test_ca4p_components_lie_inside_the_text_and_keep_their_counts(ca4p_policies, ca4p_rows):
    for policy in ca4p_policies:
        assert all(0 <= c.start < c.end <= len(policy.text) for c in policy.components)
    found = Counter(c.name for policy in ca4p_policies for c in policy.components)
    annotated = Counter(row["classId"] for rows in ca4p_rows.values() for row in rows)
    for class_id, name in ca4p483.COMPONENTS.items():
        assert 0.99 * annotated[class_id] <= found[name] <= annotated[class_id]


def misplaced(policies: list[ca4p483.Policy], rows: dict[str, list[dict[str, Any]]]) -> Counter[tuple[str, str]]:
    """Components whose words, white space aside, nobody annotated in their policy."""
    wrong: Counter[tuple[str, str]] = Counter()
    for policy in policies:
        found = Counter((c.name, bare(policy.text[c.start : c.end])) for c in policy.components)
        annotated = [row for row in rows[policy.name] if row["classId"] in ca4p483.COMPONENTS]
        wrong += found - Counter((ca4p483.COMPONENTS[row["classId"]], bare(row["text"])) for row in annotated)
    return wrong


def test_ca4p_components_inside_a_paragraph_point_at_the_words_annotated(ca4p_policies, ca4p_rows):
    assert misplaced(ca4p_policies, ca4p_rows).total() <= 3


def test_all_ca4p_components_point_at_the_words_annotated(ca4p_policies, ca4p_rows):
    assert not misplaced(ca4p_policies, ca4p_rows)


def test_ca4p_dev_sentences_are_characters_with_known_tags(ca4p):
    sentences = list(ca4p483.read_bios(ca4p, "dev"))
    assert len(sentences) == 2059
    assert all(sentences)
    assert {len(character) for sentence in sentences for character, _ in sentence} == {1}
    tags = {tag for sentence in sentences for _, tag in sentence}
    assert {tag[:2] for tag in tags} == {"O", "B-", "I-", "S-"}
    assert len({tag[2:] for tag in tags - {"O"}}) == 7


def test_ca4p_tags_and_components_have_the_same_names(ca4p):
    tags = {tag for sentence in ca4p483.read_bios(ca4p, "dev") for _, tag in sentence}
    assert {tag[2:] for tag in tags - {"O"}} == set(ca4p483.COMPONENTS.values())


def test_ca4p_train_sentences_are_whole(ca4p):
    sentences = list(ca4p483.read_bios(ca4p, "train"))
    assert {len(character) for sentence in sentences for character, _ in sentence} == {1}
    assert len(sentences) == 15604


# The taxonomy's maps


def test_every_capp_topic_maps_to_known_categories():
    assert list(capp130.TOPICS) == list(CAPP130_TOPICS) == TOPICS
    for union in CAPP130_TOPICS.values():
        assert union
        assert set(union) <= set(CATEGORIES)


def test_capp_topics_that_stand_for_several_categories_map_to_their_union():
    assert set(CAPP130_TOPICS["数据、权限管理"]) == {"user_choice", "user_access"}
    assert set(CAPP130_TOPICS["存储方式"]) == {"data_retention", "cross_border_transfer"}
    assert set(CAPP130_TOPICS["数据收集"]) == {"first_party_collection", "tracking"}


def test_every_category_has_a_capp_topic():
    assert {category for union in CAPP130_TOPICS.values() for category in union} == set(CATEGORIES)


def test_every_ca4p_class_maps_to_known_categories():
    assert list(CA4P483_CLASSES) == [f"e_{number}" for number in range(1, 18)]
    assert {name for name, union in CA4P483_CLASSES.items() if not union} == {"e_8", "e_16", "e_17"}
    assert {category for union in CA4P483_CLASSES.values() for category in union} == set(CATEGORIES) - {"service_cessation"}


def test_the_maps_cover_what_the_corpora_hold(capp, ca4p_policies):
    names = json.loads((capp / "CAPP_130_Corpus/Annotation/label_explanation.json").read_bytes().decode("utf-8-sig"))
    assert [row["label_chinese_name"] for row in names] == [*TOPICS, "摘要", "潜在风险"]
    assert {paragraph.label for policy in ca4p_policies for paragraph in policy.paragraphs} <= set(CA4P483_CLASSES)
