"""Gold with other names in the place of its mentions."""

import pytest

pytest.importorskip("torch")

from tiaokuan.annotations.gold import read_gold
from tiaokuan.annotations.texts import shipped_gold
from tiaokuan.data.lexicon.tables import sdks
from tiaokuan.data.record import Entity, LabelledSentence, Record
from tiaokuan.train.augmentation import swap_mentions

ALL = {"SDK": 1.0, "PERMISSION": 1.0, "DATA_TYPE": 1.0}
TEXT = "我们接入友盟SDK。需要相机权限和位置。"
RECORD = Record(
    "x",
    TEXT,
    (LabelledSentence(0, 10, categories=("third_party_sharing",)), LabelledSentence(10, 20)),
    (Entity(4, 9, "SDK"), Entity(12, 16, "PERMISSION"), Entity(17, 19, "DATA_TYPE")),
)


def _surfaces(record: Record) -> list[str]:
    return [(record.text or "")[e.start : e.end] for e in record.entities]


def test_a_mention_gets_another_name_and_keeps_its_suffix():
    names = {name.lower() for sdk in sdks() for name in sdk.forms}
    swapped = swap_mentions(RECORD, ALL, seed=1)
    sdk, permission, data_type = _surfaces(swapped)
    assert sdk.lower().endswith("sdk") and (sdk.lower() in names or sdk[:-3].lower() in names)
    assert permission.endswith("权限")
    text = swapped.text or ""
    assert text == f"我们接入{sdk}。需要{permission}和{data_type}。"
    assert [text[s.start : s.end] for s in swapped.sentences] == [f"我们接入{sdk}。", f"需要{permission}和{data_type}。"]
    assert swapped.sentences[0].categories == ("third_party_sharing",)


def test_shares_decide_what_is_swapped():
    assert swap_mentions(RECORD, {}, seed=1) == RECORD
    assert _surfaces(swap_mentions(RECORD, {"PERMISSION": 1.0}, seed=1))[::2] == ["友盟SDK", "位置"]


def test_a_seed_makes_a_copy_of_its_own():
    copies = {swap_mentions(RECORD, ALL, seed=seed).text for seed in range(5)}
    assert len(copies) == 5
    assert swap_mentions(RECORD, ALL, seed=3) == swap_mentions(RECORD, ALL, seed=3)


def test_mentions_that_overlap_are_left_alone():
    record = Record("x", "设备信息权限。", (LabelledSentence(0, 7),), (Entity(0, 4, "DATA_TYPE"), Entity(0, 6, "PERMISSION")))
    assert swap_mentions(record, ALL, seed=1) == record


def test_mentions_inside_another_and_over_a_sentences_end_are_left_alone():
    nested = (Entity(0, 7, "DATA_TYPE"), Entity(1, 2, "PERMISSION"), Entity(4, 6, "SDK"))
    record = Record("x", "设备信息权限。", (LabelledSentence(0, 7),), nested)
    assert swap_mentions(record, ALL, seed=1) == record
    record = Record("x", "身份证号。码。", (LabelledSentence(0, 5), LabelledSentence(5, 7)), (Entity(0, 6, "DATA_TYPE"),))
    assert swap_mentions(record, ALL, seed=1) == record


@pytest.mark.parametrize("record", read_gold(shipped_gold() / "seeds"), ids=lambda record: record.id)
def test_a_swapped_seed_is_valid_gold(record):
    swapped = swap_mentions(record, ALL, seed=0)
    assert Record.from_json(swapped.to_json()) == swapped
    assert len(swapped.entities) == len(record.entities)
    kept = [text for text, other in zip(_surfaces(record), _surfaces(swapped), strict=True) if text == other]
    assert len(kept) < len(record.entities) / 4


def test_stand_off_gold_is_refused():
    with pytest.raises(ValueError, match="stand-off"):
        swap_mentions(Record("x", None, ()), ALL, seed=0)
