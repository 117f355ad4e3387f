import codecs
import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiaokuan.annotations.agreement import Disagreement, agree
from tiaokuan.annotations.counts import describe
from tiaokuan.annotations.evaluation import align, evaluate, unseen_recall
from tiaokuan.annotations.gold import StandOff, as_document, read_gold, stand_off, text_sha256, write_gold
from tiaokuan.annotations.human import compare_with_humans
from tiaokuan.annotations.metrics import Counts, cohen_kappa
from tiaokuan.annotations.tables import markdown_table
from tiaokuan.annotations.texts import gold_texts
from tiaokuan.data.corpora import capp130
from tiaokuan.data.errors import GoldError
from tiaokuan.data.record import Entity, LabelledSentence, Record
from tiaokuan.data.segmentation import segment
from tiaokuan.data.taxonomy import CATEGORIES
from tiaokuan.serve.cli import main

ROOT = Path(__file__).parents[1]
GOLD = ROOT / "annotations"
SEEDS = sorted((ROOT / "seeds").glob("*.txt"))
STAND_OFF = sorted({path.parent.name for path in GOLD.glob("*/*.jsonl*")} - {"seeds", "readings"})

TEXT = "我们收集手机号码。我们不向第三方共享。请联系我们。"
COLLECTED, SHARED, CONTACT = (0, 9), (9, 19), (19, 25)
PHONE = (4, 8)

ONE = {"start": 0, "end": 5, "kind": "paragraph"}
PLAIN = {"schema": 1, "id": "p", "text": "收集号码。", "sentences": [ONE], "entities": []}


def policy(record_id: str = "p", **changes) -> Record:
    """A policy of three sentences and one entity, every label right."""
    sentences = (
        LabelledSentence(*COLLECTED, categories=("first_party_collection",)),
        LabelledSentence(*SHARED, categories=("third_party_sharing",), denied=("third_party_sharing",)),
        LabelledSentence(*CONTACT, categories=("contact",)),
    )
    return replace(Record(record_id, TEXT, sentences, (Entity(*PHONE, "DATA_TYPE"),)), **changes)


def relabelled(index: int, **changes) -> Record:
    sentences = list(policy().sentences)
    sentences[index] = replace(sentences[index], **changes)
    return policy(sentences=tuple(sentences))


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def line_of(table: str, first: str) -> list[str]:
    """The cells of a Markdown table's line that begins with a cell."""
    return next([c.strip() for c in line.split("|")[1:-1]] for line in table.split("\n") if line.startswith(f"| {first} |"))


# What ships


@pytest.fixture(scope="module")
def seeds() -> list[Record]:
    return read_gold(GOLD / "seeds")


def test_the_gold_of_the_seeds_has_their_text_to_the_character(seeds):
    assert len(SEEDS) == 5
    assert {record.id: record.text for record in seeds} == {path.stem: path.read_bytes().decode() for path in SEEDS}


def test_the_gold_of_the_seeds_says_something_of_every_policy(seeds):
    for record in seeds:
        assert any(sentence.categories for sentence in record.sentences)
        assert {entity.type for entity in record.entities} >= {"DATA_TYPE", "PERMISSION"}


def test_sdk_records_of_the_seeds_point_at_entities_and_ranges_that_fit(seeds):
    assert any(record.sdks for record in seeds)
    for record in seeds:
        size = len(record.text or "")
        for sdk in record.sdks:
            assert record.entities[sdk["name"]].type == "SDK"
            for field, kind in (("data_types", "DATA_TYPE"), ("permissions", "PERMISSION")):
                assert {record.entities[item["entity"]].type for item in sdk[field]} <= {kind}
            for start, end in filter(None, [sdk["owner"], sdk["link"], *sdk["purpose"]]):
                assert 0 <= start < end <= size


def test_gold_read_as_a_document_of_given_sentences_gives_the_same_sentences(seeds):
    for record in seeds:
        found = [(s.start, s.end, s.kind, s.headings) for s in segment(as_document(record))]
        assert found == [(s.start, s.end, s.kind, s.headings) for s in record.sentences]


@pytest.mark.parametrize("folder", STAND_OFF)
def test_shipped_stand_off_gold_is_well_formed_and_holds_no_text(folder):
    records = read_gold(GOLD / folder)
    assert records
    assert all(record.text is None and record.id.startswith(f"{place.corpus}/") for record, place in with_places(folder))
    assert "text" not in {key for row in raw_rows(folder) for part in (row, *row["entities"]) for key in part}


def with_places(folder: str) -> list[tuple[Record, StandOff]]:
    places = stand_off(GOLD / folder)
    return [(record, places[record.id]) for record in read_gold(GOLD / folder)]


def raw_rows(folder: str) -> list[dict]:
    files = sorted((GOLD / folder).glob("*.jsonl*"))
    texts = [gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes() for file in files]
    return [json.loads(line) for text in texts for line in text.decode().split("\n") if line]


@pytest.mark.parametrize("folder", STAND_OFF)
def test_shipped_stand_off_gold_joins_with_its_corpus(folder, shared):
    texts = gold_texts(GOLD / folder, shared)
    for record in read_gold(GOLD / folder, texts):
        assert record.text == texts[stand_off(GOLD / folder)[record.id].policy]


@pytest.mark.parametrize("name", ["first", "second"])
def test_the_two_readings_join_with_seeds_and_corpus(name, shared):
    path = GOLD / "readings" / f"{name}.jsonl.gz"
    records = read_gold(path, gold_texts(path, shared))
    assert {path.stem for path in SEEDS} < {record.id for record in records}


def test_the_two_readings_are_of_the_same_policies_and_agree_well():
    first, second = (read_gold(GOLD / "readings" / f"{name}.jsonl.gz") for name in ("first", "second"))
    assert [record.id for record in first] == [record.id for record in second]
    agreement = agree(first, second)
    assert 0.8 < agreement.alpha < 1
    assert 0.8 < agreement.scores.entities.micro.f1 < 1
    assert agreement.scores.boundaries.f1 == 1


def test_texts_of_the_readings_are_found(shared):
    texts = gold_texts(GOLD / "readings" / "first.jsonl.gz", shared)
    assert {path.stem for path in SEEDS} <= texts.keys()


# Files


def test_written_gold_reads_back_the_same(tmp_path):
    text = "𠮷一、权限\n我们申请相机。\n不共享。"
    sentences = (
        LabelledSentence(0, 5, "heading"),
        LabelledSentence(6, 13, "list_item", (0,), ("first_party_collection", "permission_request"), ()),
        LabelledSentence(14, 18, "paragraph", (0,), ("third_party_sharing",), ("third_party_sharing",)),
    )
    sdk = {"start": 6, "end": 13, "name": 1, "owner": None, "purpose": [[6, 13]], "permissions": [], "platform": None}
    record = Record("a/一.txt", text, sentences, (Entity(10, 12, "PERMISSION"), Entity(10, 12, "SDK")), (sdk,))
    write_gold(tmp_path / "g.jsonl", [record, policy()])
    assert read_gold(tmp_path / "g.jsonl") == [record, policy()]
    written = (tmp_path / "g.jsonl").read_bytes()
    assert b"\r" not in written and written.count(b"\n") == 2 and "相机".encode() in written
    assert json.loads(written.split(b"\n")[0])["entities"][0] == {"start": 10, "end": 12, "type": "PERMISSION", "text": "相机"}


def test_stand_off_gold_holds_no_text_and_joins_with_its_text_again(tmp_path):
    place = StandOff("corpus", "p1", text_sha256(TEXT))
    write_gold(tmp_path / "g.jsonl", [policy()], {"p": place})
    row = json.loads((tmp_path / "g.jsonl").read_text(encoding="utf-8"))
    assert "text" not in row and "text" not in row["entities"][0]
    assert stand_off(tmp_path / "g.jsonl") == {"p": place}
    assert read_gold(tmp_path / "g.jsonl") == [policy(text=None)]
    assert read_gold(tmp_path / "g.jsonl", {"p1": TEXT, "p2": "别的。"}) == [policy()]


def test_a_text_hash_is_the_sha256_of_its_utf8_form():
    assert text_sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert text_sha256("条款") == hashlib.sha256(b"\xe6\x9d\xa1\xe6\xac\xbe").hexdigest()


@pytest.mark.parametrize("text", [TEXT + "\n", TEXT.replace("。", "."), ""], ids=["longer", "changed", "empty"])
def test_stand_off_gold_is_refused_with_another_text(tmp_path, text):
    write_gold(tmp_path / "g.jsonl", [policy()], {"p": StandOff("corpus", "p1", text_sha256(TEXT))})
    with pytest.raises(GoldError, match=r"g\.jsonl, line 1: p: the text of p1 differs .*SHA-256"):
        read_gold(tmp_path / "g.jsonl", {"p1": text})


def test_stand_off_gold_is_refused_without_its_policy(tmp_path):
    write_gold(tmp_path / "g.jsonl", [policy()], {"p": StandOff("corpus", "p1", text_sha256(TEXT))})
    with pytest.raises(GoldError, match=r"g\.jsonl, line 1: p: the corpus corpus .* has no policy p1"):
        read_gold(tmp_path / "g.jsonl", {})


def test_stand_off_gold_has_no_document_before_it_is_joined():
    with pytest.raises(GoldError, match=r"p is stand-off.*--corpora"):
        as_document(policy(text=None))


def test_stand_off_gold_asks_for_the_corpora(tmp_path):
    write_gold(tmp_path / "g.jsonl", [policy()], {"p": StandOff("capp130", "rw_0", text_sha256(TEXT))})
    with pytest.raises(GoldError, match=r"g\.jsonl is stand-off: its texts are in capp130; .*--corpora"):
        gold_texts(tmp_path / "g.jsonl", None)
    with pytest.raises(GoldError, match="no CAPP-130 at"):
        gold_texts(tmp_path / "g.jsonl", tmp_path)


def test_self_contained_gold_needs_no_corpora(tmp_path):
    write_gold(tmp_path / "g.jsonl", [policy()])
    assert gold_texts(tmp_path / "g.jsonl", None) == {}
    assert stand_off(tmp_path / "g.jsonl") == {}


def test_gold_may_begin_with_a_byte_order_mark(tmp_path):
    (tmp_path / "g.jsonl").write_bytes(codecs.BOM_UTF8 + json.dumps(PLAIN).encode())
    assert [record.id for record in read_gold(tmp_path)] == ["p"]


@pytest.fixture
def capp(tmp_path) -> Path:
    """A copy of CAPP-130 with one policy, up to its first row in the published split, and gold of it in `g.jsonl`."""
    policy, last = next(iter(capp130.topic_split()))
    rows = [{"text": f"我们收集第{number}种信息。", "label": ["数据收集"]} for number in range(last + 1)]
    (tmp_path / CAPP).mkdir(parents=True)
    lines(tmp_path / CAPP / f"{policy}.jsonl", *rows)
    document = capp130.read_policies(tmp_path)[0].document()
    sentences = tuple(LabelledSentence(b.start, b.end, categories=("first_party_collection",)) for b in document.blocks)
    place = StandOff("capp130", policy, text_sha256(document.text))
    write_gold(tmp_path / "g.jsonl", [Record("x", document.text, sentences)], {"x": place})
    return tmp_path


CAPP = Path("CAPP_130_Corpus/Annotation/Annotation")


def test_gold_is_compared_with_the_human_labels_of_its_own_text(capp):
    texts = gold_texts(capp / "g.jsonl", capp)
    (record,), places = read_gold(capp / "g.jsonl", texts), stand_off(capp / "g.jsonl")
    assert line_of(compare_with_humans([record], places, capp), "数据收集")[3:] == ["1.000", "1.000", "1"]
    with pytest.raises(GoldError, match=r"x: 1 sentences, but rw_\d+ has \d+ rows"):
        compare_with_humans([replace(record, sentences=record.sentences[:1])], places, capp)
    with pytest.raises(GoldError, match="x: this copy of CAPP-130 has no policy rw_0"):
        compare_with_humans([record], {"x": replace(places["x"], policy="rw_0")}, capp)
    with pytest.raises(GoldError, match="none of these records annotates"):
        compare_with_humans([record], {"x": replace(places["x"], corpus="ca4p483")}, capp)


@pytest.mark.parametrize("command", [["agreement", "g.jsonl", "capp130"], ["gold", "check", "g.jsonl"]])
def test_gold_is_refused_beside_another_copy_of_its_corpus(capp, monkeypatch, capsys, command):
    def run(status: int) -> str:
        with pytest.raises(SystemExit) as ended:
            main([*command, "--corpora", "."])
        assert ended.value.code == status
        return capsys.readouterr().err

    monkeypatch.chdir(capp)
    assert run(0) == ""
    (file,) = (capp / CAPP).iterdir()
    file.write_text(file.read_text(encoding="utf-8") + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert "differs from the one that was annotated" in run(2)
    file.rename(file.with_name("rw_999.jsonl"))
    assert "has no policy" in run(2)


def test_a_folder_is_read_in_order_of_name_and_blank_lines_are_skipped(tmp_path):
    lines(tmp_path / "b.jsonl", PLAIN | {"id": "3"})
    lines(tmp_path / "a.jsonl", PLAIN | {"id": "2"}, PLAIN | {"id": "1"})
    with (tmp_path / "a.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n  \n")
    (tmp_path / "notes.txt").write_text("no gold", encoding="utf-8")
    assert [record.id for record in read_gold(tmp_path)] == ["2", "1", "3"]


@pytest.mark.parametrize("name", ["none.jsonl", "folder"])
def test_gold_that_is_not_there_is_refused(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(GoldError, match=f"no gold at .*{name}"):
        read_gold(tmp_path / name)


def test_an_id_met_twice_is_refused_with_both_places(tmp_path):
    lines(tmp_path / "a.jsonl", PLAIN | {"id": "x"}, PLAIN)
    lines(tmp_path / "b.jsonl", PLAIN)
    with pytest.raises(GoldError, match=r"b\.jsonl, line 1: id 'p' was met before in .*a\.jsonl, line 2"):
        read_gold(tmp_path)


def test_gold_in_folders_of_a_folder_is_found(tmp_path):
    for name in ("one", "a/two"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_gold(tmp_path / f"{name}.jsonl", [policy(name)])
    assert sorted(record.id for record in read_gold(tmp_path)) == ["a/two", "one"]


def test_gold_without_a_record_is_refused(tmp_path):
    (tmp_path / "g.jsonl").write_text("\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"g\.jsonl holds no record; at least one policy is wanted"):
        read_gold(tmp_path / "g.jsonl")


@pytest.mark.parametrize("line", ['{"id": "p"', "p", '{"id": "p"} {}'])
def test_broken_json_is_refused_with_file_and_line(tmp_path, line):
    (tmp_path / "g.jsonl").write_text(f"{json.dumps(PLAIN)}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"g\.jsonl, line 3: not JSON"):
        read_gold(tmp_path / "g.jsonl")


def test_gzipped_gold_is_read_and_a_damaged_file_refused(tmp_path):
    whole = gzip.compress(json.dumps(PLAIN).encode())
    (tmp_path / "g.jsonl.gz").write_bytes(whole)
    assert [record.id for record in read_gold(tmp_path)] == ["p"]
    for broken in (whole[:-9], b"{}", whole[:20] + b"?" + whole[21:]):
        (tmp_path / "g.jsonl.gz").write_bytes(broken)
        with pytest.raises(GoldError, match=r"g\.jsonl\.gz: no whole gzip file"):
            read_gold(tmp_path)


def sentence(**changes) -> dict:
    return {"sentences": [ONE | changes]}


def entity(start: object = 2, end: object = 4, **more) -> dict:
    return {"entities": [{"start": start, "end": end, "type": "DATA_TYPE", **more}]}


def sdk(**changes) -> dict:
    return entity() | {"sdks": [{"name": 0, **changes}]}


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"id": 5}, "string `id`"),
        ({"schema": 2}, "p: schema 2, .* reads schema 1"),
        ({"sentences": None}, "list `sentences`"),
        (sentence(kind="title"), "p: sentence 0 has kind 'title'"),
        ({"sentences": [{"start": 0, "end": 5}]}, "p: lacks the key 'kind'"),
        ({"sentences": [{"end": 5, "kind": "paragraph"}]}, "p: lacks the key 'start'"),
        (sentence(end=0), r"p: a span needs 0 <= start < end, but got \[0, 0\)"),
        (sentence(end=6), "p: a span ends at 6, but the text has 5 characters"),
        (sentence(end=4), "p: the character '。' at 4 lies in no sentence"),
        (sentence(categories=["other"]), "p: sentence 0: unknown category other"),
        (sentence(categories="contact"), "p: sentence 0 has categories of type str"),
        (sentence(categories=["contact"], denied=["tracking"]), "p: sentence 0 denies tracking"),
        (sentence(headings=[0]), r"p: sentence 0 has headings \[0\]"),
        ({"sentences": [ONE, ONE | {"start": 4}]}, r"p: sentences \[0, 5\) and \[4, 5\)"),
        (entity(type="NAME"), "p: entity 0 has type 'NAME'"),
        (entity(end=6), "p: a span ends at 6"),
        (entity(text="号"), "p: entity at 2 is '号', but the text there is '号码'"),
        ({"entities": [*entity()["entities"], *entity(3, 5)["entities"]]}, "p: two DATA_TYPE entities overlap at 3"),
        ({"text": "收集 号码", **entity(2, 4)}, "p: entity ' 号' at 2 begins or ends with white space"),
        ({"text": None}, "p: has neither `text` nor corpus, policy, text_sha256"),
        ({"text": None, "corpus": "c", "policy": 1, "text_sha256": "0"}, "p: has neither `text` nor policy"),
    ],
    ids=str,
)
def test_a_broken_record_is_refused_with_file_line_and_cause(tmp_path, changes, cause):
    lines(tmp_path / "g.jsonl", PLAIN | {"id": "whole"}, PLAIN | changes)
    with pytest.raises(GoldError, match=rf"g\.jsonl, line 2: .*{cause}"):
        read_gold(tmp_path / "g.jsonl")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        (sentence(start="0"), "sentence 0"),
        (sentence(start=0.5), "sentence 0"),
        (entity(start="2"), "entity 0"),
        ({"text": 5}, "text"),
        ({"meta": 5}, "meta"),
        ({"sentences": ["收集号码。"]}, "sentence 0"),
        (sentence(categories=5), "sentence 0"),
        (sentence(headings=5), "sentence 0"),
        (sentence(scores=5), "sentence 0"),
        (sentence(scores={"contact": "high"}), "sentence 0's scores has contact"),
        (entity(score="high"), "entity 0 has score"),
        ({"entities": None}, "entities"),
        ({"entities": ["号码"]}, "entity 0"),
        ({"sdks": 5}, "sdk"),
        ({"sdks": [5]}, "sdk"),
        ({"sdks": [{"name": 7}]}, "sdk"),
        (sdk(purpose=None), "sdk 0 has purpose"),
        (sdk(purpose=[[0]]), r"sdk 0 has \[0\] for a range"),
        (sdk(owner="甲"), "sdk 0 has owner"),
        (sdk(link=[0, "5"]), r"sdk 0 has \[0, '5'\] for a range"),
        (sdk(platform=5), "sdk 0 has platform"),
        (sdk(data_types=[5]), "an item of sdk 0"),
        (sdk(data_types=[{"entity": 0, "denied": "no"}]), "an item of sdk 0"),
    ],
    ids=str,
)
def test_a_value_of_the_wrong_type_is_refused_by_its_name(tmp_path, changes, name):
    lines(tmp_path / "g.jsonl", PLAIN | {"id": "whole"}, PLAIN | changes)
    with pytest.raises(GoldError, match=rf"g\.jsonl, line 2: p: .*{name}"):
        read_gold(tmp_path / "g.jsonl")


def test_a_line_that_is_no_object_is_refused(tmp_path):
    lines(tmp_path / "g.jsonl", PLAIN, [PLAIN])
    with pytest.raises(GoldError, match=r"g\.jsonl, line 2: a record is an object, but got list"):
        read_gold(tmp_path / "g.jsonl")


def test_bytes_that_are_no_utf8_are_refused_with_file_and_line(tmp_path):
    (tmp_path / "g.jsonl").write_bytes(json.dumps(PLAIN).encode() + b"\n\xff\xfe\n")
    with pytest.raises(GoldError, match=r"g\.jsonl, line 2: .*UTF-8"):
        read_gold(tmp_path / "g.jsonl")


@pytest.mark.parametrize("row", [{}, {"id": "p"}, {"id": ["p"]}], ids=str)
def test_asking_for_the_texts_of_broken_gold_names_file_and_line(tmp_path, row):
    lines(tmp_path / "g.jsonl", PLAIN, row)
    with pytest.raises(GoldError, match=r"g\.jsonl, line 2: "):
        gold_texts(tmp_path / "g.jsonl", None)


def test_stand_off_gold_with_a_fraction_for_an_offset_is_refused(tmp_path):
    place = {"text": None, "corpus": "c", "policy": "p1", "text_sha256": text_sha256("收集号码。")}
    lines(tmp_path / "g.jsonl", PLAIN | place | sentence(start=0.5))
    with pytest.raises(GoldError, match=r"g\.jsonl, line 1: p: "):
        read_gold(tmp_path / "g.jsonl", {"p1": "收集号码。"})


# Evaluation


def test_perfect_predictions_score_one():
    result = evaluate([policy()], [policy()])
    assert result.categories.micro == Counts(3, 0, 0)
    assert result.denied == Counts(1, 0, 0)
    assert result.entities.labels == {"DATA_TYPE": Counts(1, 0, 0), "PERMISSION": Counts(), "SDK": Counts()}
    assert result.boundaries == Counts(3, 0, 0)


def test_a_category_that_is_missing_is_one_false_negative():
    result = evaluate([policy()], [relabelled(2, categories=())])
    assert result.categories.labels["contact"] == Counts(0, 0, 1)
    assert result.categories.micro == Counts(2, 0, 1)
    assert result.categories.micro.f1 == pytest.approx(0.8)


def test_a_category_too_many_is_one_false_positive():
    result = evaluate([policy()], [relabelled(0, categories=("first_party_collection", "tracking"))])
    assert result.categories.labels["tracking"] == Counts(0, 1, 0)
    assert result.categories.micro == Counts(3, 1, 0)


def test_a_denial_that_is_missed_costs_only_the_denials():
    result = evaluate([policy()], [relabelled(1, denied=())])
    assert result.denied == Counts(0, 0, 1)
    assert result.categories.micro == Counts(3, 0, 0)


@pytest.mark.parametrize("span", [(3, 8), (5, 8), (4, 7), (4, 9)])
def test_an_entity_edge_off_by_one_is_a_false_positive_and_a_false_negative(span):
    result = evaluate([policy()], [policy(entities=(Entity(*span, "DATA_TYPE"),))])
    assert result.entities.labels["DATA_TYPE"] == Counts(0, 1, 1)
    assert result.entities.micro == Counts(0, 1, 1)


def test_an_entity_of_another_type_is_wrong_for_both_types():
    result = evaluate([policy()], [policy(entities=(Entity(*PHONE, "PERMISSION"),))])
    assert result.entities.labels == {"DATA_TYPE": Counts(0, 0, 1), "PERMISSION": Counts(0, 1, 0), "SDK": Counts()}


def test_sentences_cut_elsewhere_are_compared_with_those_that_overlap_most():
    # [0, 12) holds the first sentence; of [9, 19) it holds 3 characters and [12, 25) seven, which holds the third too.
    cut = (
        LabelledSentence(0, 12, categories=("first_party_collection",)),
        LabelledSentence(12, 25, categories=("third_party_sharing",)),
    )
    result = evaluate([policy()], [policy(sentences=cut)])
    assert align(policy().sentences, cut) == [cut[0], cut[1], cut[1]]
    assert result.categories.labels["first_party_collection"] == Counts(1, 0, 0)
    assert result.categories.labels["third_party_sharing"] == Counts(1, 1, 0)
    assert result.categories.labels["contact"] == Counts(0, 0, 1)
    assert result.denied == Counts(0, 0, 1)
    assert result.boundaries == Counts(tp=1, fp=1, fn=2)


def test_a_sentence_that_no_prediction_touches_counts_as_unlabelled():
    only = (LabelledSentence(*SHARED, categories=("third_party_sharing",)),)
    assert align(policy().sentences, only) == [None, only[0], None]
    result = evaluate([policy()], [policy(text=None, sentences=only)])
    assert result.categories.micro == Counts(1, 0, 2)
    assert result.boundaries == Counts(1, 0, 2)


def test_policies_are_matched_by_id_and_pooled():
    gold = [policy("a"), policy("b")]
    wrong = policy("b", entities=(), sentences=relabelled(2, categories=()).sentences)
    result = evaluate(gold, [policy("elsewhere"), wrong, policy("a")])
    assert result.categories.micro == Counts(5, 0, 1)
    assert result.entities.labels["DATA_TYPE"] == Counts(1, 0, 1)
    assert result.boundaries == Counts(6, 0, 0)
    assert evaluate(gold[:1], [policy("a")]) + evaluate(gold[1:], [wrong]) == result


def test_a_policy_without_a_prediction_is_refused_by_name():
    with pytest.raises(GoldError, match="no prediction for b, c;"):
        evaluate([policy("a"), policy("b"), policy("c")], [policy("a")])


def test_a_prediction_on_another_text_is_refused_by_name():
    with pytest.raises(GoldError, match="p: the prediction was made on another text"):
        evaluate([policy()], [policy(text=TEXT + "\n")])


def test_gold_without_a_policy_is_refused():
    with pytest.raises(GoldError, match="the gold is empty"):
        evaluate([], [policy()])


def test_the_report_gives_precision_recall_f1_and_support_of_every_label():
    report = evaluate([policy()], [relabelled(2, categories=("data_security",))]).to_markdown()
    assert line_of(report, "contact") == ["contact", "–", ".000", ".000", "1"]
    assert line_of(report, "first_party_collection")[1:] == ["1.000", "1.000", "1.000", "1"]
    assert line_of(report, "micro")[1:] == [".667", ".667", ".667", "3"]
    assert line_of(report, "denied")[1:] == ["1.000", "1.000", "1.000", "1"]
    assert line_of(report, "DATA_TYPE")[1:] == ["1.000", "1.000", "1.000", "1"]
    assert line_of(report, "boundaries")[1:] == ["1.000", "1.000", "1.000", "3"]
    assert all(f"\n| {category} |" in report for category in CATEGORIES)


def test_the_macro_mean_of_the_report_leaves_rare_categories_out():
    text = "联系。" * 20
    often = tuple(LabelledSentence(3 * i, 3 * i + 3, categories=("contact",)) for i in range(20))
    rare = (replace(often[0], categories=("contact", "tracking")), *often[1:])
    missed = (*often[:10], *(replace(s, categories=()) for s in often[10:]))
    report = evaluate([Record("p", text, rare)], [Record("p", text, missed)]).to_markdown()
    assert line_of(report, "macro (≥ 20 in gold)")[1:] == ["", "", ".667", ""]


def test_the_interval_of_a_recall():
    low, high = Counts(tp=8, fp=3, fn=2).recall_interval()
    assert (low, high) == pytest.approx((0.490, 0.943), abs=1e-3)  # Wilson's interval of 8 in 10
    assert Counts().recall_interval() == (0, 1)


def test_recall_on_unseen_surfaces_counts_only_those():
    text = "收集手机号码、IMEI、位置、昵称。"
    spans = [(2, 6), (7, 11), (12, 14), (15, 17)]
    gold = Record("p", text, (LabelledSentence(0, 18),), tuple(Entity(*span, "DATA_TYPE") for span in spans))
    predicted = replace(gold, entities=(Entity(2, 6, "DATA_TYPE"), Entity(12, 14, "DATA_TYPE"), Entity(15, 17, "SDK")))
    seen = {"DATA_TYPE": {"手机号码", "imei"}, "SDK": {"位置"}}
    assert unseen_recall(gold, predicted, seen) == {
        "DATA_TYPE": Counts(1, 0, 1),
        "PERMISSION": Counts(),
        "SDK": Counts(),
    }
    assert unseen_recall(gold, predicted, {})["DATA_TYPE"] == Counts(2, 0, 2)


# Agreement


def test_identical_readings_agree_wholly():
    result = agree([policy(), policy("a")], [policy("b"), policy()])
    assert "policies in one reading alone, not compared: a, b" in result.to_markdown()
    result = agree([policy()], [policy()])
    assert "alone" not in result.to_markdown()
    assert result.alpha == 1
    assert result.kappa == dict.fromkeys(CATEGORIES, 1)
    assert result.scores.categories.micro.f1 == 1
    assert result.disagreements == ()


def test_disagreements_are_listed_with_sentence_layer_and_both_answers():
    second = policy(
        sentences=(
            replace(policy().sentences[0], categories=()),
            replace(policy().sentences[1], categories=("third_party_sharing", "user_choice"), denied=()),
            LabelledSentence(19, 22),
            LabelledSentence(22, 25),
        ),
        entities=(Entity(4, 6, "DATA_TYPE"), Entity(6, 8, "DATA_TYPE"), Entity(12, 15, "SDK")),
    )
    assert agree([policy()], [second]).disagreements == (
        Disagreement("p", 0, "categories", "first_party_collection", "other"),
        Disagreement("p", 0, "DATA_TYPE", "[4, 8)", "[4, 6) [6, 8)"),
        Disagreement("p", 1, "categories", "third_party_sharing denied:third_party_sharing", "third_party_sharing user_choice"),
        Disagreement("p", 1, "SDK", "", "[12, 15)"),
        Disagreement("p", 2, "boundary", "[19, 25)", ""),
    )


def test_a_denial_that_only_one_reading_gives_is_a_disagreement():
    (found,) = agree([policy()], [relabelled(1, denied=())]).disagreements
    assert found == Disagreement("p", 1, "categories", "third_party_sharing denied:third_party_sharing", "third_party_sharing")


def test_kappa_and_alpha_are_taken_over_the_sentences_that_both_cut_alike():
    first = policy(sentences=(*policy().sentences[:2], LabelledSentence(19, 22), LabelledSentence(22, 25)))
    second = relabelled(0, categories=("first_party_collection", "contact"))
    result = agree([first], [second])
    # Two sentences are cut alike: κ of contact has one yes against none, so nothing beyond chance.
    assert result.kappa["contact"] == 0
    assert result.kappa["third_party_sharing"] == 1
    # Distances 1 - 2/3 · 1/2 = 2/3 and 0; D_e = 2 (2/3 + 2 + 2) / 12 = 7/9 of four values.
    assert result.alpha == pytest.approx(1 - (1 / 3) / (7 / 9))


labels = st.lists(st.frozensets(st.sampled_from(CATEGORIES[:4])), min_size=3, max_size=3)


def reading(chosen: list[frozenset[str]], entities: frozenset[tuple[int, int]]) -> Record:
    sentences = tuple(
        replace(s, categories=tuple(c for c in CATEGORIES if c in given), denied=())
        for s, given in zip(policy().sentences, chosen, strict=True)
    )
    return policy(sentences=sentences, entities=tuple(Entity(*span, "SDK") for span in sorted(entities)))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(labels, labels, *[st.frozensets(st.sampled_from([(0, 2), (2, 4), (4, 8), (9, 12)]))] * 2)
def test_agreement_is_symmetric(first, second, spans, others):
    a, b = reading(first, spans), reading(second, others)
    one, two = agree([a], [b]), agree([b], [a])
    assert one.alpha == pytest.approx(two.alpha)
    assert one.kappa == pytest.approx(two.kappa)
    for layer in ("categories", "entities"):
        counts, twin = getattr(one.scores, layer).micro, getattr(two.scores, layer).micro
        assert counts.f1 == twin.f1
        assert (counts.precision, counts.recall) == (twin.recall, twin.precision)
    mirrored = [Disagreement(d.policy, d.sentence, d.layer, d.second, d.first) for d in two.disagreements]
    assert list(one.disagreements) == mirrored


def test_labels_are_compared_where_sentences_are_cut_alike():
    joined = policy(sentences=(LabelledSentence(COLLECTED[0], SHARED[1], categories=("contact",)), policy().sentences[2]))
    one, two = agree([joined], [policy()]), agree([policy()], [joined])
    assert one.scores.categories.micro == two.scores.categories.micro == Counts(1, 0, 0)
    assert one.to_markdown().startswith("Labels compared on 1 of 2 sentences")
    assert two.to_markdown().startswith("Labels compared on 1 of 3 sentences")


def test_readings_that_cut_no_sentence_alike_are_refused():
    whole = policy(sentences=(LabelledSentence(0, CONTACT[1], categories=("contact",)),))
    with pytest.raises(GoldError, match="no sentence alike"):
        agree([whole], [policy()])


def test_only_policies_of_both_readings_are_compared():
    result = agree([policy("a"), policy("b")], [policy("b"), policy("c")])
    assert result.scores.boundaries == Counts(3, 0, 0)


def test_readings_without_a_common_policy_are_refused():
    with pytest.raises(GoldError, match="share no policy"):
        agree([policy("a")], [policy("b")])


def test_the_report_of_agreement_shows_kappa_f1_and_mean_support():
    second = relabelled(2, categories=("contact", "user_choice"))
    report = agree([policy()], [second]).to_markdown()
    assert line_of(report, "contact") == ["contact", "1.000", "1.000", "1"]
    assert line_of(report, "all (micro)") == ["all (micro)", "", ".857", "4"]
    assert line_of(report, "sentence ends") == ["sentence ends", "1.000", "3"]
    assert report.endswith("disagreements: 1")


# Tables and counts


def test_a_table_sets_numbers_right_and_shows_fractions_without_leading_zero():
    rows = [["a|b", 3, 0.5, 1.0], ["条款", 12, 0.12345, ""], ["c", 0, 0.9999, 10.25]]
    assert markdown_table(["name", "n", "F1", "P"], rows).split("\n") == [
        "| name | n | F1 | P |",
        "| --- | --: | --: | --: |",
        "| a\\|b | 3 | .500 | 1.000 |",
        "| 条款 | 12 | .123 |  |",
        "| c | 0 | 1.000 | 10.250 |",
    ]


def test_a_negative_fraction_is_a_number_like_any_other():
    assert markdown_table(["κ"], [[-0.25], [0.5]]).split("\n")[1:] == ["| --: |", "| -.250 |", "| .500 |"]


def test_a_chance_kappa_is_shown_as_zero():
    kappa = cohen_kappa([False, False, False], [False, False, True])
    assert kappa == pytest.approx(0)
    assert markdown_table(["κ"], [[kappa]]).endswith("| .000 |")


def test_a_collection_is_counted_by_policy_category_and_type():
    sdk = {"name": 1}
    other = policy("q", entities=(Entity(*PHONE, "DATA_TYPE"), Entity(9, 11, "SDK")), sdks=(sdk,))
    tables = describe([policy(), other])
    assert line_of(tables, "policy") == [
        "policy", "sentences", "categories", "denied", "DATA_TYPE", "PERMISSION", "SDK", "SDK records",
    ]  # fmt: skip
    assert line_of(tables, "p")[1:] == ["3", "3", "1", "1", "0", "0", "0"]
    assert line_of(tables, "q")[1:] == ["3", "3", "1", "1", "0", "1", "1"]
    assert line_of(tables, "total")[1:] == ["6", "6", "2", "2", "0", "1", "1"]
    assert line_of(tables, "third_party_sharing") == ["third_party_sharing", "2", "2"]
    assert line_of(tables, "tracking") == ["tracking", "0", "0"]


def test_a_collection_without_a_policy_counts_nothing():
    assert line_of(describe([]), "total")[1:] == ["0"] * 7
