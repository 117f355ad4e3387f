"""The record of the output contract: written and read back, and refused where it is wrong."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiaokuan.data.document import Warn
from tiaokuan.data.errors import GoldError
from tiaokuan.data.record import Entity, LabelledSentence, Record
from tiaokuan.data.taxonomy import CATEGORIES, ENTITY_TYPES

TEXT = "隐私政策\n我们收集🙂手机号码。我们申请相机权限；\n不传输至境外。"
SCORES = {category: round(0.05 * index, 2) for index, category in enumerate(CATEGORIES)}

RECORD = Record(
    id="apps/x.txt",
    text=TEXT,
    sentences=(
        LabelledSentence(0, 4, "heading"),
        LabelledSentence(5, 15, "paragraph", (0,), ("first_party_collection",), scores=SCORES),
        LabelledSentence(15, 24, "list_item", (0,), ("permission_request", "user_choice")),
        LabelledSentence(
            25, 32, "table_row", (0,), ("third_party_sharing", "cross_border_transfer"), ("cross_border_transfer",)
        ),
    ),
    entities=(
        Entity(10, 14, "DATA_TYPE", 0.97, {"class": "个人基本资料", "sensitive": False}),
        Entity(19, 23, "PERMISSION", 1.0, {"android": "CAMERA", "ios": "NSCameraUsageDescription"}),
        Entity(5, 7, "SDK"),
    ),
    sdks=({"start": 5, "end": 15, "name": 2, "owner": [5, 7], "purpose": [], "platform": None},),
    source="/corpus/apps/x.txt",
    meta={"app": "甲", "version": 3},
    model={"name": "tiny", "version": "0.0.0", "sha256": "00"},
)


def row(**changes: Any) -> dict[str, Any]:
    return deepcopy(RECORD.to_json()) | changes


def sentence(start: int, end: int, **more: Any) -> dict[str, Any]:
    return {"start": start, "end": end, "kind": "paragraph"} | more


def entity(start: int, end: int, kind: str = "DATA_TYPE", **more: Any) -> dict[str, Any]:
    return {"start": start, "end": end, "type": kind} | more


def gold(*sentences: dict[str, Any], text: str | None = "我们收集信息。", entities: Any = ()) -> dict[str, Any]:
    """A gold row with no more than it needs."""
    return {"id": "x", "text": text, "sentences": list(sentences), "entities": list(entities)}


def disclosure(**changes: Any) -> dict[str, Any]:
    """A gold row with an SDK record."""
    spans = [entity(0, 2, "SDK"), entity(2, 4), entity(4, 6, "PERMISSION")]
    sdk = {"start": 0, "end": 7, "name": 0, "owner": [0, 2], "purpose": [[2, 4], [4, 6]], "link": None} | changes
    return gold(sentence(0, 7), entities=spans) | {"sdks": [sdk]}


def test_the_json_has_the_keys_of_the_contract_in_order():
    written = replace(RECORD, warnings=(Warn("long", "a long sentence", 5, 15), Warn("mended", "bytes"))).to_json()
    assert list(written) == ["schema", "id", "source", "meta", "text", "model", "sentences", "entities", "sdks", "warnings"]
    assert written["schema"] == 1
    assert written["sentences"][1] == {
        "start": 5,
        "end": 15,
        "kind": "paragraph",
        "headings": [0],
        "categories": ["first_party_collection"],
        "denied": [],
        "scores": SCORES,
    }
    assert list(written["sentences"][1]) == ["start", "end", "kind", "headings", "categories", "denied", "scores"]
    assert list(written["sentences"][1]["scores"]) == list(CATEGORIES)
    assert written["sentences"][3]["denied"] == ["cross_border_transfer"]
    assert written["entities"][0] == {
        "start": 10,
        "end": 14,
        "type": "DATA_TYPE",
        "text": "手机号码",
        "score": 0.97,
        "norm": {"class": "个人基本资料", "sensitive": False},
    }
    assert list(written["entities"][0]) == ["start", "end", "type", "text", "score", "norm"]
    assert written["entities"][1]["text"] == "相机权限"
    assert written["warnings"] == [
        {"code": "long", "message": "a long sentence", "start": 5, "end": 15},
        {"code": "mended", "message": "bytes"},
    ]


def test_scores_that_nothing_gave_are_left_out():
    written = Record("x", "甲", (LabelledSentence(0, 1),), (Entity(0, 1, "SDK"),)).to_json()
    assert "scores" not in written["sentences"][0]
    assert "score" not in written["entities"][0]


def test_a_record_comes_back_from_json_as_it_was():
    line = json.dumps(RECORD.to_json(), ensure_ascii=False)
    assert Record.from_json(json.loads(line)) == RECORD


def test_what_was_read_is_written_again_word_for_word():
    assert json.dumps(Record.from_json(row()).to_json()) == json.dumps(RECORD.to_json())


def test_warnings_come_back_from_json_as_they_were():
    record = replace(RECORD, warnings=(Warn("long", "a long sentence", 5, 15), Warn("mended", "bytes")))
    assert Record.from_json(record.to_json()).warnings == record.warnings


@given(st.data())
def test_any_labels_come_back_from_json_as_they_were(data):
    ends = sorted(data.draw(st.sets(st.integers(1, 30), min_size=1, max_size=6)))
    sentences, start = [], 0
    for end in ends:
        categories = data.draw(st.sets(st.sampled_from(CATEGORIES)).map(lambda c: tuple(x for x in CATEGORIES if x in c)))
        denied = tuple(category for category in categories if data.draw(st.booleans()))
        headings = tuple(sorted(data.draw(st.sets(st.integers(0, len(sentences) - 1))))) if sentences else ()
        sentences.append(LabelledSentence(start, end, "paragraph", headings, categories, denied))
        start = end
    text = data.draw(st.text(st.characters(codec="utf-8"), min_size=start, max_size=start))
    record = Record("x", text, tuple(sentences))
    assert Record.from_json(json.loads(json.dumps(record.to_json()))) == record


def test_keys_that_a_gold_row_may_lack_take_their_defaults():
    record = Record.from_json({"id": "x", "text": "甲。", "sentences": [sentence(0, 2)]})
    assert record == Record("x", "甲。", (LabelledSentence(0, 2),))
    assert record.entities == record.sdks == record.warnings == ()


def test_categories_come_out_in_taxonomy_order_and_once():
    given = ["contact", "user_choice", "first_party_use", "contact", "first_party_collection"]
    record = Record.from_json(gold(sentence(0, 7, categories=given, denied=["contact", "first_party_use"])))
    assert record.sentences[0].categories == ("first_party_collection", "first_party_use", "user_choice", "contact")
    assert record.sentences[0].denied == ("first_party_use", "contact")


def test_offsets_are_code_points():
    assert Record.from_json(gold(sentence(0, 3), text="🙂𠮷e")).text == "🙂𠮷e"


def test_a_row_without_text_is_read_and_joined_later():
    stand_off = Record.from_json(gold(sentence(0, 7), text=None, entities=[entity(2, 4)]))
    assert stand_off.text is None
    assert stand_off.with_text("我们收集信息。") == replace(stand_off, text="我们收集信息。")
    with pytest.raises(ValueError, match="x has no text"):
        stand_off.to_json()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("我们收集信息", "a span ends at 7, but the text has 6 characters"),
        ("我们收集信息。!", "'!' at 7 lies in no sentence"),
        ("我们 集信息。", "entity ' 集' at 2 begins or ends with white space"),
    ],
)
def test_a_text_that_does_not_fit_is_not_joined(text, what):
    stand_off = Record.from_json(gold(sentence(0, 7), text=None, entities=[entity(2, 4)]))
    with pytest.raises(GoldError, match=what) as caught:
        stand_off.with_text(text)
    assert str(caught.value).startswith("x: ")


def test_a_text_that_an_sdk_record_leaves_is_not_joined():
    stand_off = Record.from_json(disclosure(end=8) | {"text": None})
    with pytest.raises(GoldError, match="x: a span ends at 8, but the text has 7 characters"):
        stand_off.with_text("我们收集信息。")


def test_sentences_may_touch_and_run_over_line_breaks():
    record = Record.from_json(gold(sentence(0, 3), sentence(3, 6), text="甲\n乙丙。丁"))
    assert [(s.start, s.end) for s in record.sentences] == [(0, 3), (3, 6)]


def test_white_space_may_lie_in_no_sentence():
    text = " 甲\u3000\n乙\u2028"
    assert Record.from_json(gold(sentence(1, 2), sentence(4, 5), text=text)).text == text


def test_entities_of_different_types_may_overlap():
    spans = [entity(2, 6, kind) for kind in ENTITY_TYPES]
    assert len(Record.from_json(gold(sentence(0, 7), entities=spans)).entities) == 3


def test_entities_of_one_type_may_touch_in_any_order():
    record = Record.from_json(gold(sentence(0, 7), entities=[entity(4, 6), entity(2, 4)]))
    assert [(e.start, e.end) for e in record.entities] == [(4, 6), (2, 4)]


WHOLE = sentence(0, 7)

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "overlapping sentences": (gold(sentence(0, 4), sentence(3, 7)), r"sentences \[0, 4\) and \[3, 7\) overlap"),
    "the same sentence twice": (gold(WHOLE, WHOLE), r"sentences \[0, 7\) and \[0, 7\) overlap"),
    "sentences out of order": (gold(sentence(4, 7), sentence(0, 4)), r"\[4, 7\) and \[0, 4\) overlap"),
    "overlapping entities of one type": (
        gold(WHOLE, entities=[entity(2, 4), entity(3, 6)]),
        "two DATA_TYPE entities overlap at 3",
    ),
    "overlap out of order": (
        gold(WHOLE, entities=[entity(4, 6, "SDK"), entity(0, 1), entity(2, 5, "SDK")]),
        "two SDK entities overlap at 4",
    ),
    "the same entity twice": (
        gold(WHOLE, entities=[entity(2, 4, "PERMISSION")] * 2),
        "two PERMISSION entities overlap at 2",
    ),
    "denied is no subset": (
        gold(sentence(0, 7, categories=["contact"], denied=["contact", "tracking"])),
        "sentence 0 denies .*tracking.* not among its categories",
    ),
    "denied without categories": (gold(sentence(0, 7, denied=["tracking"])), "sentence 0 denies tracking"),
    "unknown category": (gold(sentence(0, 7, categories=["other"])), "sentence 0: unknown category other; known are"),
    "unknown denied category": (gold(sentence(0, 7, denied=["Contact"])), "sentence 0: unknown category Contact"),
    "unknown kind": (gold(WHOLE | {"kind": "title"}), "sentence 0 has kind 'title'; known are heading"),
    "unknown entity type": (
        gold(WHOLE, entities=[entity(2, 4, "COMPANY")]),
        "entity 0 has type 'COMPANY'; known are DATA_TYPE, PERMISSION, SDK",
    ),
    "heading points at its own sentence": (gold(sentence(0, 7, headings=[0])), r"sentence 0 has headings \[0\]"),
    "heading points forward": (
        gold(sentence(0, 2), sentence(2, 4, headings=[0, 2]), sentence(4, 7)),
        r"sentence 1 has headings \[0, 2\], but a heading stands before",
    ),
    "negative heading": (gold(sentence(0, 2), sentence(2, 7, headings=[-1])), r"sentence 1 has headings \[-1\]"),
    "heading is no number": (gold(sentence(0, 2), sentence(2, 7, headings=["0"])), r"sentence 1 has headings \['0'\]"),
    "surface differs": (
        gold(WHOLE, entities=[entity(4, 6, text="信息"), entity(2, 4, "SDK", text="信息")]),
        "entity at 2 is '信息', but the text there is '收集'",
    ),
    "surface is empty": (gold(WHOLE, entities=[entity(4, 6, text="")]), "entity at 4 is ''"),
    "entity begins with white space": (
        gold(WHOLE, text="我们 集信息。", entities=[entity(2, 4)]),
        "entity ' 集' at 2 begins or ends with white space",
    ),
    "entity ends with a line break": (
        gold(WHOLE, text="我们收\n信息。", entities=[entity(2, 4)]),
        "at 2 begins or ends with white space",
    ),
    "uncovered first character": (gold(sentence(1, 7)), "the character '我' at 0 lies in no sentence"),
    "uncovered character between": (gold(sentence(0, 3), sentence(4, 7)), "the character '集' at 3 lies in no sentence"),
    "uncovered last character": (gold(sentence(0, 6)), "the character '。' at 6 lies in no sentence"),
    "no sentences at all": (gold(), "the character '我' at 0 lies in no sentence"),
    "sentence past the end": (gold(sentence(0, 8)), "a span ends at 8, but the text has 7 characters"),
    "entity past the end": (gold(WHOLE, entities=[entity(6, 9)]), "a span ends at 9, but the text has 7 characters"),
    "empty sentence": (gold(WHOLE, sentence(7, 7)), r"\[7, 7\)"),
    "sentence backwards": (gold(sentence(7, 0)), r"\[7, 0\)"),
    "negative start": (gold(sentence(-1, 7)), r"\[-1, 7\)"),
    "entity backwards": (gold(WHOLE, entities=[entity(4, 2)]), r"\[4, 2\)"),
    "start is no number": (gold(WHOLE | {"start": "0"}), ".+"),
    "start is a fraction": (gold(WHOLE | {"start": 0.5}), ".+"),
    "text is no string": (gold(WHOLE, text=7), ".+"),  # type: ignore[arg-type]
    "sentence is no object": (gold(WHOLE) | {"sentences": [[0, 7]]}, ".+"),
    "entities is no list": (gold(WHOLE) | {"entities": None}, ".+"),
    "no range": (disclosure(owner=[]), r"sdk 0 has \[\] for a range; \[start, end\] with 0 <= start < end is wanted"),
    "range backwards": (disclosure(owner=[4, 2]), r"sdk 0 has \[4, 2\] for a range"),
    "range before the text": (disclosure(purpose=[[2, 4], [-1, 2]]), r"sdk 0 has \[-1, 2\] for a range"),
    "empty range": (disclosure(link=[3, 3]), r"sdk 0 has \[3, 3\] for a range"),
    "sdk without a start": (disclosure(start=None), "sdk 0 has start of type NoneType, but a whole number is wanted"),
    "misspelt key": (gold(WHOLE | {"catgories": ["contact"]}), "sentence 0 has the unknown key 'catgories'; known are start"),
    "sdk past the end": (disclosure(end=8), "a span ends at 8, but the text has 7 characters"),
    "owner past the end": (disclosure(owner=[6, 8]), "a span ends at 8, but the text has 7 characters"),
    "link past the end": (disclosure(link=[6, 8]), "a span ends at 8, but the text has 7 characters"),
    "purpose past the end": (disclosure(purpose=[[0, 2], [6, 8]]), "a span ends at 8, but the text has 7 characters"),
    "an sdk's name is no entity": (disclosure(name=3), "sdk 0 names an entity that the record does not have"),
    "an sdk's name is a data type": (
        disclosure(name=1),
        "sdk 0 names entity 1 of type DATA_TYPE; one of type SDK is wanted",
    ),
    "an sdk's data type is a permission": (
        disclosure(data_types=[{"entity": 1}, {"entity": 2}]),
        "sdk 0 names entity 2 of type PERMISSION; one of type DATA_TYPE is wanted",
    ),
    "an sdk's permission is an sdk": (
        disclosure(permissions=[{"entity": 0}]),
        "sdk 0 names entity 0 of type SDK; one of type PERMISSION is wanted",
    ),
    "start is missing": (gold({"end": 7, "kind": "paragraph"}), "lacks the key 'start'"),
    "kind is missing": (gold({"start": 0, "end": 7}), "lacks the key 'kind'"),
    "type is missing": (gold(WHOLE, entities=[{"start": 0, "end": 1}]), "lacks the key 'type'"),
    "a later schema": (gold(WHOLE) | {"schema": 2}, "schema 2, but this version reads schema 1"),
    "no schema number": (gold(WHOLE) | {"schema": None}, "schema None"),
}


def test_a_fraction_of_a_character_is_refused_in_stand_off_gold_too():
    with pytest.raises(GoldError):
        Record.from_json(gold(sentence(0, 2.5), text=None))  # type: ignore[arg-type]


@pytest.mark.parametrize(("wrong", "what"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_record_is_refused_with_its_policy_and_cause(wrong, what):
    with pytest.raises(GoldError, match=what) as caught:
        Record.from_json(wrong | {"id": "apps/甲.txt"})
    assert str(caught.value).startswith("apps/甲.txt: ")
    assert "\n" not in str(caught.value)
    assert caught.value.code == "bad_gold"


def test_the_record_that_the_wrong_ones_are_made_from_is_right():
    assert Record.from_json(gold(WHOLE, entities=[entity(4, 6, text="信息")]) | {"schema": 1}).sentences[0].end == 7
    items = {"data_types": [{"entity": 1}], "permissions": [{"entity": 2, "denied": True}], "link": [6, 7]}
    assert Record.from_json(disclosure(**items)).sdks[0]["link"] == [6, 7]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda r: r.pop("id"), id="no id"),
        pytest.param(lambda r: r.update(id=7), id="id is no string"),
        pytest.param(lambda r: r.pop("sentences"), id="no sentences"),
        pytest.param(lambda r: r.update(sentences="甲"), id="sentences is no list"),
    ],
)
def test_what_is_no_record_is_refused_with_what_is_wanted(change: Callable[[dict], object]):
    wrong = row()
    change(wrong)
    with pytest.raises(GoldError, match="a record needs a string `id` and a list `sentences`"):
        Record.from_json(wrong)


@pytest.mark.parametrize("value", [None, [], "甲", 7])
def test_json_that_is_no_object_is_refused(value: Any):
    with pytest.raises(GoldError, match="a record needs"):
        Record.from_json(value)
