import contextlib
import errno
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pytest
from tqdm import tqdm

from tiaokuan.annotations.gold import read_gold, write_gold
from tiaokuan.data.errors import ModelError, ReadError
from tiaokuan.data.taxonomy import CATEGORIES, ENTITY_TYPES
from tiaokuan.models.encoding import Encoder
from tiaokuan.models.onnx_engine import OnnxEngine
from tiaokuan.serve import Annotator
from tiaokuan.serve.cli import main
from tiaokuan.serve.html import page_name
from tiaokuan.serve.inputs import line_document
from tiaokuan.serve.runner import JsonLines

ROOT = Path(__file__).parents[1]
SHORT = "隐私政策\n我们收集手机号码。请联系我们。"
RECORD = ["schema", "id", "source", "meta", "text", "model", "sentences", "entities", "sdks", "warnings"]
FAILURE = ["id", "source", "code", "message", "stage"]
EARLIER = '{"schema":1,"id":"earlier","model":{},"sentences":[]}\n'


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit status, and what it wrote to standard output and standard error."""

    status: object
    out: str
    err: str

    def unusable(self, *words: str) -> bool:
        """Whether it said in one line, words included, that nothing could run."""
        return self.status == 2 and self.one_line(*words)

    def one_line(self, *words: str) -> bool:
        line = self.err.removesuffix("\n")
        return "\n" not in line and line.startswith("tiaokuan") and all(word in line for word in words)


loaded_once = cache(OnnxEngine)  # loading takes longer than all the rest of a run


@pytest.fixture
def tiaokuan(capsys):
    """Run a command line; an exception that is not its exit goes on to the test."""

    def run(*arguments: object) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
        return Ended(exit_.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def annotate(tiaokuan, tiny_model, tmp_path, monkeypatch):
    """Run `annotate` in an empty folder with the tiny model; the output is `out.jsonl` unless told otherwise."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tiaokuan.serve.annotator.OnnxEngine", loaded_once)
    return lambda *arguments, o="out.jsonl", model=tiny_model: tiaokuan("annotate", *arguments, "-o", o, "--model", model)


@pytest.fixture
def model_copy(tiny_model, tmp_path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def write(path: str, content: str | bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content if isinstance(content, bytes) else content.encode())


def write_lines(path: str, *rows: object) -> None:
    write(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def rows(path: str = "out.jsonl") -> list[dict]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").split("\n") if line]


def ids(path: str = "out.jsonl") -> list[str]:
    return [row["id"] for row in rows(path)]


def surfaces(row: dict) -> list[str]:
    return [row["text"][s["start"] : s["end"]] for s in row["sentences"]]


def tree(folder: str = ".") -> dict[str, bytes | None]:
    """Everything in a folder, hidden files included: what each file holds, None for a folder."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in sorted(Path(folder).rglob("*"))}


def words(page: Path) -> str:
    """What a page says, its tags left out."""
    return re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))


# What comes out


def test_a_file_becomes_one_record_as_the_contract_spells_it(annotate, tiny_model):
    write("policies/a.txt", SHORT)
    assert annotate("policies/a.txt") == Ended(0, "", "")
    (row,) = rows()
    assert list(row) == RECORD
    assert (row["schema"], row["id"], row["source"], row["meta"]) == (1, "a.txt", "policies/a.txt", {})
    assert row["text"] == SHORT
    sums = (tiny_model / "SHA256SUMS").read_text(encoding="utf-8").splitlines(keepends=True)
    identity = hashlib.sha256("".join(line for line in sums if "README.md" not in line).encode()).hexdigest()
    assert row["model"] == {"name": "tiny", "version": "0.0.0", "sha256": identity}
    assert (row["sdks"], row["warnings"]) == ([], [])


def test_sentences_have_exact_places_kinds_headings_and_all_scores(annotate):
    write("a.txt", SHORT)
    annotate("a.txt")
    sentences = rows()[0]["sentences"]
    assert [(s["start"], s["end"], s["kind"], s["headings"]) for s in sentences] == [
        (0, 4, "heading", []),
        (5, 14, "paragraph", [0]),
        (14, 20, "paragraph", [0]),
    ]
    for sentence in sentences:
        assert list(sentence) == ["start", "end", "kind", "headings", "categories", "denied", "scores"]
        assert tuple(sentence["scores"]) == CATEGORIES
        assert all(0 <= score <= 1 for score in sentence["scores"].values())
        least = {c: 0.25 if c in sentence["denied"] else 0.5 for c in CATEGORIES}
        assert sentence["categories"] == [c for c in CATEGORIES if sentence["scores"][c] >= least[c]]
        assert set(sentence["denied"]) <= set(sentence["categories"])


def test_entities_have_their_surface_and_do_not_overlap_within_a_type(annotate, policy_text):
    write("a.txt", policy_text)
    annotate("a.txt")
    entities = rows()[0]["entities"]
    assert {entity["type"] for entity in entities} == set(ENTITY_TYPES)
    for entity in entities:
        assert list(entity) == ["start", "end", "type", "text", "score", "norm"]
        assert entity["text"] == policy_text[entity["start"] : entity["end"]] != ""
        assert 0 < entity["score"] <= 1
    assert len(read_gold(Path("out.jsonl"))) == 1  # which refuses overlaps and characters outside every sentence


def test_the_file_is_utf8_with_line_feeds_only_and_readable_by_all(annotate):
    write("a.txt", SHORT.replace("\n", "\r\n"))
    write("b.txt", "我们\u2028收集。")
    annotate("a.txt", "b.txt")
    data = Path("out.jsonl").read_bytes()
    assert b"\r" not in data and data.count(b"\n") == 2 and data.endswith(b"\n")
    assert "手机号码".encode() in data
    assert Path("out.jsonl").stat().st_mode & 0o444 == Path("a.txt").stat().st_mode & 0o444


def test_the_text_is_the_file_less_its_byte_order_mark_every_newline_kept(annotate):
    write("a.txt", b"\xef\xbb\xbf" + "\r\n隐私政策\r\n\r\n我们收集𠮷信息。\r\n".encode())
    annotate("a.txt")
    (row,) = rows()
    assert row["text"] == "\r\n隐私政策\r\n\r\n我们收集𠮷信息。\r\n"
    assert [(s["start"], s["end"]) for s in row["sentences"]] == [(2, 6), (10, 18)]


def test_a_record_does_not_depend_on_the_others_of_its_run(annotate, policy_text):
    write("a.txt", SHORT)
    write("b.txt", policy_text * 5)
    annotate("a.txt", "b.txt", o="both.jsonl")
    for name in ("a", "b"):
        annotate(f"{name}.txt", o=f"{name}.jsonl")
    assert rows("both.jsonl") == rows("a.jsonl") + rows("b.jsonl")


# What goes in


def test_a_folder_is_searched_to_the_bottom_in_order_of_name_and_ids_have_slashes(annotate):
    for name in ("b.txt", "a/z.txt", "a/b/c.TXT", "c.text"):
        write(f"corpus/{name}", SHORT)
    write_lines("corpus/a/lines.jsonl", {"id": "l1", "text": SHORT})
    write_lines("corpus/l.ndjson", {"id": "l2", "text": SHORT})
    write("corpus/license_agreement.html", f"<!doctype html><html><p>{SHORT}</html>")
    write("corpus/page.shtml", f"<!doctype html><html><p>{SHORT}</html>")
    for name in ("README.md", "LICENSE.txt", "license.zh.txt", ".hidden.txt", "a/notes.log", "a/b.PNG", "b.png", "Makefile"):
        write(f"corpus/{name}", "no policy")
    skipped = "1 .log, 2 .png, 3 named readme, license or changelog, 1 without a suffix"
    assert annotate("corpus") == Ended(0, "", f"tiaokuan: files not read as policies: {skipped}\n")
    assert ids() == ["a/b/c.TXT", "l1", "a/z.txt", "b.txt", "c.text", "l2", "license_agreement.html", "page.shtml"]
    assert rows()[2]["source"] == "corpus/a/z.txt"


def test_a_policy_is_read_by_its_content_and_the_record_says_so_where_its_name_differs(annotate):
    write("a.md", "# 隐私政策\n\n我们收集**手机号码**。\n")
    write("b.pdf", SHORT)
    assert annotate("a.md", "b.pdf") == Ended(0, "", "")
    markdown, text = rows()
    assert (markdown["text"], markdown["warnings"]) == ("隐私政策\n我们收集手机号码。", [])
    assert [s["kind"] for s in markdown["sentences"]] == ["heading", "paragraph"]
    assert text["text"] == SHORT
    assert [w["code"] for w in text["warnings"]] == ["name_differs"]


def test_pages_written_into_the_folder_are_not_read_the_next_time(annotate):
    write("corpus/a.txt", SHORT)
    for _ in range(2):
        assert annotate("corpus", "--format", "html", o="corpus/pages") == Ended(0, "", "")
    assert set(tree("corpus/pages")) == {"corpus/pages/index.html", f"corpus/pages/{page_name('a.txt')}"}


def test_a_bug_in_a_reader_costs_one_line(annotate, monkeypatch):
    def broken(data, **_):
        raise IndexError("odd\nfile")

    monkeypatch.setattr("tiaokuan.data.readers.markdown.read_markdown", broken)
    failure = failing(annotate, "x.md", SHORT)
    assert (failure["id"], failure["code"], failure["stage"]) == ("x.md", "reader_crash", "read")
    assert "IndexError: odd file" in failure["message"]


def test_a_bug_in_the_reading_of_a_line_costs_that_line_alone(annotate, monkeypatch):
    def broken(row, source):
        if row["id"] == "odd":
            raise IndexError("odd line")
        return line_document(row, source)

    monkeypatch.setattr("tiaokuan.serve.inputs.line_document", broken)
    write("a.jsonl", "".join(json.dumps({"id": id, "text": SHORT}) + "\n" for id in ("one", "odd", "two")))
    assert annotate("a.jsonl").status == 3
    assert ids("out.jsonl") == ["one", "two"]
    assert ids("out.errors.jsonl") == ["a.jsonl:2"]


def test_a_file_over_the_largest_size_is_not_read(annotate, monkeypatch):
    monkeypatch.setattr("tiaokuan.serve.inputs.LARGEST", 100)
    assert failing(annotate, "x.txt", "我们收集。" * 10)["code"] == "too_large"


def test_a_stream_over_the_largest_size_is_not_read(annotate, monkeypatch):
    monkeypatch.setattr("tiaokuan.serve.inputs.LARGEST", 100)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("我们收集。".encode() * 10)))
    assert annotate("-").status == 3
    assert [row["code"] for row in rows("out.errors.jsonl")] == ["too_large"]


def test_inputs_come_out_in_the_order_given(annotate):
    write("z.txt", SHORT)
    write("corpus/m.txt", SHORT)
    write("a.md", SHORT)
    write_lines("l.jsonl", {"id": "9", "text": SHORT}, {"id": "1", "text": SHORT})
    assert annotate("z.txt", "l.jsonl", "corpus", "a.md").status == 0
    assert ids() == ["z.txt", "9", "1", "m.txt", "a.md"]


def test_a_dash_is_standard_input(annotate, monkeypatch):
    write("a.txt", SHORT)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\ufeff我们收集。\r\n".encode())))
    assert annotate("a.txt", "-").status == 0
    assert ids() == ["a.txt", "-"]
    assert rows()[1]["text"] == "我们收集。\r\n"


def test_a_file_may_be_named_like_standard_input(annotate):
    write("-", SHORT)
    assert annotate("./-").status == 0
    assert rows()[0]["text"] == SHORT


def test_json_lines_carry_id_text_and_meta(annotate):
    meta = {"app": "示例", "date": "2024-01-31", "nested": {"n": [1, 2.5, None]}}
    write_lines("in.jsonl", {"id": "x/1", "text": SHORT, "meta": meta}, {"id": "x/2", "text": SHORT})
    write("in.jsonl", Path("in.jsonl").read_bytes().replace(b"\n", b"\r\n\r\n"))
    assert annotate("in.jsonl") == Ended(0, "", "")
    assert [(row["id"], row["text"], row["meta"]) for row in rows()] == [("x/1", SHORT, meta), ("x/2", SHORT, {})]
    assert list(rows()[0]["meta"]) == list(meta)


def test_given_sentences_come_back_one_for_one_as_paragraphs(annotate):
    given = ["一、标题", "一句。两句。", "  前后有空格 ", "跨行的\n一句", "a"]
    write_lines("in.jsonl", {"id": "x", "sentences": given})
    assert annotate("in.jsonl").status == 0
    (row,) = rows()
    assert row["text"] == "\n".join(given)
    assert surfaces(row) == given
    assert {(s["kind"], *s["headings"]) for s in row["sentences"]} == {("paragraph",)}


def test_given_kinds_come_back_and_headings_head_what_follows(annotate):
    kinds = ["heading", "paragraph", "list_item", "table_row"]
    write_lines("in.jsonl", {"id": "x", "sentences": ["权限", "我们申请相机。", "相机", "相机 | 拍照"], "kinds": kinds})
    assert annotate("in.jsonl").status == 0
    sentences = rows()[0]["sentences"]
    assert [s["kind"] for s in sentences] == kinds
    assert [s["headings"] for s in sentences] == [[], [0], [0], [0]]


def test_a_table_gives_meta_by_id_and_the_lines_own_meta_wins(annotate):
    write("t.csv", "\ufeffapp,id,date\n甲,a.txt,2024\n乙,l1,2023\n丙,nobody,2022\n".encode())
    write("a.txt", SHORT)
    write_lines("in.jsonl", {"id": "l1", "text": SHORT, "meta": {"date": "given"}}, {"id": "l2", "text": SHORT})
    ended = annotate("a.txt", "in.jsonl", "--meta", "t.csv")
    assert (ended.status, ended.out) == (0, "") and ended.one_line("rows of t.csv that match no policy: 1", "'nobody'")
    assert [row["meta"] for row in rows()] == [{"app": "甲", "date": "2024"}, {"app": "乙", "date": "given"}, {}]


# Pages


def test_html_is_a_page_a_policy_and_an_index(annotate):
    write("corpus/甲/a.txt", SHORT)
    write("corpus/b.txt", SHORT.replace("手机号码", "位置信息"))
    assert annotate("corpus", "--format", "html", o="pages") == Ended(0, "", "")
    first, second = page_name("b.txt"), page_name("甲/a.txt")
    assert set(tree("pages")) == {"pages/index.html", f"pages/{first}", f"pages/{second}"}
    index = Path("pages/index.html").read_text(encoding="utf-8")
    assert 0 < index.index(quote(first)) < index.index(quote(second))
    assert "我们收集位置信息。" in words(Path("pages", first))
    assert "我们收集手机号码。" in words(Path("pages", second))
    assert set(tree()) - set(tree("pages")) == {"corpus", "corpus/甲", "corpus/甲/a.txt", "corpus/b.txt", "pages"}


def test_html_takes_the_place_of_the_pages_of_an_earlier_run(annotate):
    write("a.txt", SHORT)
    write("b.txt", SHORT)
    annotate("a.txt", "--format", "html", o="pages")
    assert annotate("b.txt", "--format", "html", o="pages").status == 0
    assert set(tree("pages")) == {"pages/index.html", f"pages/{page_name('b.txt')}"}


def test_html_keeps_its_errors_beside_the_pages(annotate):
    write("a.txt", SHORT)
    write("empty.txt", "")
    ended = annotate("a.txt", "empty.txt", "--format", "html", o="pages")
    assert ended.status == 3 and ended.one_line("1 of 2 failed", "pages.errors.jsonl")
    assert [row["id"] for row in rows("pages.errors.jsonl")] == ["empty.txt"]
    assert set(tree("pages")) == {"pages/index.html", f"pages/{page_name('a.txt')}"}


# Documents that fail: status 3


def failing(annotate, name: str, content: str | bytes) -> dict:
    """Annotate a file between two good ones; return what the errors file says of it."""
    write("first.txt", SHORT)
    write("last.txt", SHORT)
    write(name, content)
    ended = annotate("first.txt", name, "last.txt")
    assert ended.status == 3 and ended.one_line("1 of 3 failed", "out.errors.jsonl")
    assert ids() == ["first.txt", "last.txt"]
    (failure,) = rows("out.errors.jsonl")
    assert list(failure) == FAILURE
    assert failure["source"] == name
    assert failure["message"] and "\n" not in failure["message"]
    return failure


@pytest.mark.parametrize("content", [b"", b" \r\n\t", b"\xef\xbb\xbf", "\u3000\n".encode()], ids=repr)
def test_an_empty_file_fails_alone(annotate, content):
    failure = failing(annotate, "d/e.txt", content)
    assert (failure["id"], failure["code"], failure["stage"]) == ("e.txt", "empty", "read")


@pytest.mark.parametrize(
    "content",
    [b"policy\0\0\0", b"\xc3\x28\xff" * 9, bytes(range(1, 9)) * 40],
    ids=["NUL bytes", "no encoding", "control characters"],
)
def test_a_binary_file_fails_alone(annotate, content):
    failure = failing(annotate, "b.txt", content)
    assert (failure["id"], failure["code"], failure["stage"]) == ("b.txt", "binary", "read")


@pytest.mark.parametrize("name", ["b.txt", "b.pdf", "b.doc", "b.png"])
def test_a_file_in_a_format_that_is_not_read_fails_alone_and_the_format_is_named(annotate, name):
    failure = failing(annotate, name, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    assert (failure["id"], failure["code"], failure["stage"]) == (name, "unknown_format", "read")
    assert "an image" in failure["message"]


def test_where_every_document_fails_the_output_is_empty(annotate):
    write("empty.txt", "")
    assert annotate("empty.txt").status == 3
    assert Path("out.jsonl").read_bytes() == b""
    assert len(rows("out.errors.jsonl")) == 1


GOOD = '{"id": "good", "text": "我们收集。"}'


def failing_line(annotate, line: str) -> dict:
    """Annotate a line between good ones; return what the errors file says of it."""
    write("in.jsonl", f"{GOOD}\n{line}\n{GOOD.replace('good', 'last')}\n")
    ended = annotate("in.jsonl")
    assert ended.status == 3 and ended.one_line("1 of 3 failed")
    assert ids() == ["good", "last"]
    (failure,) = rows("out.errors.jsonl")
    assert list(failure) == FAILURE
    assert (failure["source"], failure["stage"]) == ("in.jsonl", "read")
    assert "\n" not in failure["message"]
    return failure


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        '{"id": "x", "text": "我们',
        "[]",
        "5",
        "{}",
        '{"text": "我们收集。"}',
        '{"id": 5, "text": "我们收集。"}',
        '{"id": "", "text": "我们收集。"}',
        '{"id": "x"}',
        '{"id": "x", "text": 5}',
        '{"id": "x", "sentences": []}',
        '{"id": "x", "sentences": "我们收集。"}',
        '{"id": "x", "sentences": ["我们", " "]}',
        '{"id": "x", "sentences": ["我们", 5]}',
        '{"id": "x", "sentences": ["我们"], "kinds": ["heading", "heading"]}',
        '{"id": "x", "sentences": ["我们"], "kinds": ["title"]}',
        '{"id": "x", "text": "我们收集。", "meta": ["app"]}',
        '{"id": "x", "sentences": ["我们"], "kinds": 1}',
        '{"id": "x", "sentences": ["我们"], "kinds": {"heading": 1}}',
        '{"id": "x", "text": "我们。", "meta": {"n": ' + "1" * 5000 + "}}",
        '{"id": "x", "text": "我们。", "meta": {"n": NaN}}',
        '{"id": "x", "text": "我们。", "meta": {"n": [-1e999]}}',
        "[" * 100_000,
    ],
    ids=lambda line: line[:60],
)
def test_a_bad_line_fails_alone_and_is_named_by_its_number(annotate, line):
    failure = failing_line(annotate, line)
    assert (failure["id"], failure["code"]) == ("in.jsonl:2", "bad_line")
    assert "line 2" in failure["message"]


def test_a_line_that_is_no_utf8_fails_alone(annotate):
    write("in.jsonl", f"{GOOD}\n".encode() + b'{"id": "x", "text": "\xff"}\n' + f"{GOOD.replace('good', 'last')}\n".encode())
    assert annotate("in.jsonl").status == 3
    assert ids() == ["good", "last"]
    assert "line 2" in rows("out.errors.jsonl")[0]["message"]


@pytest.mark.parametrize("row", ['"id": "x", "text": "我们\\ud800收集。"', '"id": "x\\ud800", "text": "我们收集。"'])
def test_what_no_file_can_hold_fails_alone(annotate, row):
    failure = failing_line(annotate, f"{{{row}}}")
    assert (failure["id"], failure["code"]) == ("in.jsonl:2", "not_unicode")


@pytest.mark.parametrize("key", ["text", "sentences"])
def test_a_text_that_is_far_too_long_fails_alone(annotate, monkeypatch, key):
    monkeypatch.setattr("tiaokuan.data.readers.text.LONGEST", 10)
    text = "我们收集信息。" * 2
    failure = failing_line(annotate, json.dumps({"id": "x", key: text if key == "text" else [text]}))
    assert (failure["id"], failure["code"]) == ("x", "too_large")


def test_json_on_standard_input_is_not_taken_for_a_policy(annotate, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    assert annotate("-").status == 3
    (failure,) = rows("out.errors.jsonl")
    assert failure["code"] == "unknown_format" and "named .jsonl" in failure["message"]


def test_a_number_that_json_cannot_spell_is_never_written(annotate, tiny_model):
    record = Annotator.load(tiny_model)(SHORT, meta={"n": float("inf")})
    with pytest.raises(ValueError, match="JSON"):
        JsonLines(io.StringIO()).write(record)


def test_a_text_given_from_python_is_refused_like_one_from_a_file(annotate, tiny_model):
    with pytest.raises(ReadError) as caught:
        Annotator.load(tiny_model)("我们\ud800收集。")
    assert caught.value.code == "not_unicode"


def test_a_line_with_an_empty_text_fails_under_its_own_id(annotate):
    failure = failing_line(annotate, '{"id": "x", "text": " "}')
    assert (failure["id"], failure["code"]) == ("x", "empty")


def test_an_id_met_twice_fails_the_second_time(annotate):
    write("a.txt", SHORT)
    write_lines("in.jsonl", {"id": "x", "text": SHORT}, {"id": "x", "text": "别的。"}, {"id": "a.txt", "text": "别的。"})
    ended = annotate("a.txt", "in.jsonl")
    assert ended.status == 3 and ended.one_line("2 of 4 failed")
    assert [(row["id"], row["text"]) for row in rows()] == [("a.txt", SHORT), ("x", SHORT)]
    assert [(row["id"], row["code"], row["stage"]) for row in rows("out.errors.jsonl")] == [
        ("x", "duplicate_id", "read"),
        ("a.txt", "duplicate_id", "read"),
    ]


@pytest.mark.parametrize("error", [ValueError("odd text"), ReadError("odd text")], ids=repr)
def test_a_document_that_cannot_be_annotated_fails_alone(annotate, monkeypatch, error):
    whole = Encoder.encode

    def encode(self, text, sentences):
        if "odd" in text:
            raise error
        return whole(self, text, sentences)

    monkeypatch.setattr(Encoder, "encode", encode)
    failure = failing(annotate, "x.txt", "odd text.")
    assert (failure["id"], failure["stage"]) == ("x.txt", "annotate")
    assert "odd text" in failure["message"]


def broken_at_odd(*, whole):
    """A function that works as before but where its first argument holds an odd word, which no file can hold."""

    def work(first, *arguments, **options):
        if "odd" in str(first):
            raise ValueError("odd\ntext \ud800")
        return whole(first, *arguments, **options)

    return work


@pytest.mark.parametrize(
    ("place", "form", "stage"),
    [
        ("tiaokuan.models.pipeline.sdk_records", "jsonl", "annotate"),
        ("tiaokuan.serve.runner.render_page", "html", "write"),
        ("tiaokuan.serve.runner.index_row", "html", "write"),
    ],
)
def test_a_record_that_cannot_be_made_or_written_fails_alone(annotate, monkeypatch, place, form, stage):
    module, _, name = place.rpartition(".")
    monkeypatch.setattr(place, broken_at_odd(whole=getattr(sys.modules[module], name)))
    write_lines("in.jsonl", {"id": "a", "text": SHORT}, {"id": "b", "text": "odd text."}, {"id": "c", "text": SHORT})
    ended = annotate("in.jsonl", "--format", form, o="out.jsonl")
    assert ended.status == 3 and ended.one_line("1 of 3 failed")
    (failure,) = rows("out.errors.jsonl")
    assert (failure["id"], failure["code"], failure["stage"]) == ("b", "internal", stage)
    assert failure["message"] == r"ValueError: odd text \ud800"
    written = ids() if form == "jsonl" else sorted(path.name for path in Path("out.jsonl").iterdir())
    assert written == (["a", "c"] if form == "jsonl" else [page_name("a"), page_name("c"), "index.html"])


def test_a_disk_that_is_full_stops_the_run(annotate, monkeypatch):
    def full(self, record):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tiaokuan.serve.runner.JsonLines.write", full)
    write("a.txt", SHORT)
    assert annotate("a.txt").unusable("No space left on device")
    assert set(tree()) == {"a.txt"}


def test_errors_of_an_earlier_run_go_with_a_clean_one(annotate):
    write("a.txt", "")
    assert annotate("a.txt").status == 3
    write("a.txt", SHORT)
    assert annotate("a.txt") == Ended(0, "", "")
    assert set(tree()) == {"a.txt", "out.jsonl"}


def test_errors_of_an_earlier_run_are_replaced(annotate):
    write("a.txt", "")
    write("b.txt", "")
    annotate("a.txt")
    annotate("b.txt")
    assert ids("out.errors.jsonl") == ["b.txt"]


# Nothing can run: status 2, one line, nothing touched


@pytest.fixture
def before(annotate):
    """Good inputs, and the output of an earlier run that a failure must leave alone."""
    write("a.txt", SHORT)
    write("empty/notes.log", SHORT)
    write("empty/README.txt", SHORT)
    write("out.jsonl", EARLIER)
    write("out.errors.jsonl", EARLIER)
    write("folder/keep.txt", SHORT)
    return tree


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (["missing.txt"], ["'missing.txt'"]),
        (["a.txt", "nowhere/"], ["'nowhere/'"]),
        (["empty"], ["no policy in the folder empty", ".txt"]),
        (["a.txt", "folder/keep.txt", "folder"], ["folder/keep.txt", "'keep.txt'"]),
        (["a.txt", "a.txt"], ["'a.txt'"]),
        (["-", "-"], ["'-'"]),
        (["我们会收集您的信息。\n" * 1000], ["no file or folder '我们会收集", "…'"]),
        (["a\0.txt"], [r"'a\x00.txt'"]),
        (["a.txt", "--meta", "none.csv"], ["none.csv"]),
        (["a.txt", "--meta", "a.txt"], ["a.txt", "`id`"]),
        (["a.txt", "--threads", "two"], ["--threads", "'two'"]),
        (["a.txt", "--format", "docx"], ["--format", "'docx'", "jsonl", "html"]),
        (["a.txt", "--colour"], ["--colour"]),
    ],
    ids=lambda value: ascii(" ".join(value))[:60],
)
def test_inputs_and_options_that_cannot_be_used(annotate, before, inputs, words):
    at_first = before()
    assert annotate(*inputs).unusable(*words)
    assert before() == at_first


@pytest.mark.parametrize("arguments", [[], ["frobnicate", "a.txt"], ["--colour"], ["gold"]], ids=" ".join)
def test_a_command_line_without_a_known_command(tiaokuan, arguments):
    assert tiaokuan(*arguments).unusable("--help")


def test_annotate_wants_an_output(tiaokuan):
    assert tiaokuan("annotate", "a.txt").unusable("-o")


def test_help_and_version_are_no_failures(tiaokuan):
    assert tiaokuan("--version").status == 0
    assert "annotate" in tiaokuan("--help").out
    assert "--format" in tiaokuan("annotate", "--help").out


@pytest.mark.parametrize(
    ("output", "more", "words"),
    [
        ("folder", [], ["folder is a folder"]),
        ("folder", ["--format", "html"], ["folder exists and holds other files"]),
        ("a.txt", ["--format", "html"], ["both input and output"]),
        ("out.jsonl", ["--format", "html"], ["out.jsonl is no folder"]),
        (".", [], []),
        ("a.txt/o", [], []),
        ("/", [], ["the output / has no name"]),
        ("/", ["--format", "html"], ["the output / has no name"]),
        ("-", [], ["not written to standard output"]),
        ("x" * 300, [], ["too long"]),
    ],
)
def test_an_output_that_cannot_be_written(annotate, before, output, more, words):
    at_first = before()
    assert annotate("a.txt", *more, o=output).unusable(*words)
    assert before() == at_first


@pytest.mark.parametrize("more", [[], ["--format", "html"]])
def test_an_output_that_is_a_pipe_is_left_alone(annotate, before, more):
    os.mkfifo("pipe")
    assert annotate("a.txt", *more, o="pipe").unusable("pipe is ")
    assert Path("pipe").is_fifo()
    assert not [path for path in Path().iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(("call", "output"), [("chmod", "out.jsonl"), ("replace", "out.jsonl"), ("rename", "pages")])
def test_an_output_that_cannot_take_its_name_leaves_nothing_behind(annotate, before, monkeypatch, call, output):
    def full(self, *_):
        raise OSError(errno.ENOSPC, "No space left on device")

    at_first = before()
    monkeypatch.setattr(Path, call, full)
    form = "html" if output == "pages" else "jsonl"
    assert annotate("a.txt", "--format", form, o=output).unusable("No space left on device")
    assert before() == at_first


def test_the_earlier_pages_stay_where_the_new_ones_cannot_take_their_name(annotate, monkeypatch):
    write("a.txt", SHORT)
    annotate("a.txt", "--format", "html", o="pages")
    at_first = tree()
    whole = Path.rename

    def rename(self, target):
        if self.name.startswith(".") and not self.name.endswith(".old"):
            raise OSError(errno.EIO, "Input/output error")
        return whole(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    assert annotate("a.txt", "--format", "html", o="pages").unusable("Input/output error")
    assert tree() == at_first


PARTS = ["config.json", "tokenizer.json", "model.safetensors", "model.onnx"]


@pytest.mark.parametrize("name", PARTS)
def test_a_model_folder_that_lacks_a_file(annotate, before, model_copy, name):
    (model_copy / name).unlink()
    at_first = before()
    assert annotate("a.txt", model=model_copy).unusable(str(model_copy), f"lacks {name}")
    assert before() == at_first


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("place", [0, 0.5, 1])
def test_a_model_folder_with_a_flipped_bit(annotate, before, model_copy, name, place):
    data = bytearray((model_copy / name).read_bytes())
    data[int(place * (len(data) - 1))] ^= 1
    (model_copy / name).write_bytes(data)
    at_first = before()
    assert annotate("a.txt", model=model_copy).unusable(str(model_copy / name), "damaged")
    assert before() == at_first


def test_a_model_folder_cut_short(annotate, before, model_copy):
    data = (model_copy / "model.safetensors").read_bytes()
    (model_copy / "model.safetensors").write_bytes(data[:-1])
    assert annotate("a.txt", model=model_copy).unusable("model.safetensors", "damaged")


GARBAGE = b"\xff\xfe\0"


@pytest.mark.parametrize("content", [None, b"", b"no sums\n", b"00  config.json\n", b"00  ../a.txt\n", GARBAGE], ids=repr)
def test_a_model_folder_without_its_sums(annotate, before, model_copy, content):
    (model_copy / "SHA256SUMS").unlink()
    if content is not None:
        (model_copy / "SHA256SUMS").write_bytes(content)
    at_first = before()
    assert annotate("a.txt", model=model_copy).unusable(str(model_copy))
    assert before() == at_first


@pytest.mark.parametrize("model", ["a.txt", "./a.txt", "nowhere", "no/where", "folder"])
def test_a_model_that_is_no_model_folder(annotate, before, model):
    at_first = before()
    assert annotate("a.txt", model=model).unusable(model)
    assert before() == at_first


# A run that is cut off


MIDDLE = [
    ("jsonl", "out.jsonl"),
    ("html", "pages"),
    ("jsonl", "new/out.jsonl"),
]


@pytest.mark.parametrize(("form", "output"), MIDDLE)
@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("odd"), None), (KeyboardInterrupt(), 130), (ModelError("odd"), 2)], ids=repr
)
def test_a_run_that_breaks_in_the_middle_leaves_nothing_half_written(
    annotate, before, monkeypatch, form, output, error, status
):
    whole = Annotator.pipe

    def pipe(self, documents, **options):
        yield next(whole(self, documents, **options))
        raise error

    monkeypatch.setattr(Annotator, "pipe", pipe)
    at_first = before()
    with contextlib.suppress(RuntimeError):
        ended = annotate("a.txt", "folder", "--format", form, o=output)
        assert ended.status == status and ended.one_line()
    assert before() == at_first


def test_sigterm_stops_a_run_as_cleanly_as_ctrl_c(annotate, before, monkeypatch):
    whole = Annotator.pipe

    def pipe(self, documents, **options):
        yield next(whole(self, documents, **options))
        os.kill(os.getpid(), signal.SIGTERM)
        yield from whole(self, documents, **options)

    monkeypatch.setattr(Annotator, "pipe", pipe)
    at_first = before()
    handler = signal.getsignal(signal.SIGTERM)
    ended = annotate("a.txt", "folder")
    assert ended.status == 143 and ended.one_line("stopped; nothing half-written was kept")
    assert before() == at_first
    assert signal.getsignal(signal.SIGTERM) is handler


def test_a_command_that_keeps_what_it_has_does_not_deny_it(tiaokuan, monkeypatch):
    def stopped(name, options):
        raise KeyboardInterrupt

    monkeypatch.setattr("tiaokuan.serve.cli._training", stopped)
    assert tiaokuan("train", "x", "-o", "y") == Ended(130, "", "tiaokuan: stopped\n")


def test_commands_run_outside_the_main_thread(annotate):
    write("a.txt", SHORT)
    ended: list[Ended] = []
    thread = threading.Thread(target=lambda: ended.append(annotate("a.txt")))
    thread.start()
    thread.join()
    assert ended == [Ended(0, "", "")]


def test_progress_counts_what_was_done_and_what_failed(annotate, monkeypatch):
    class Bar(tqdm):
        def __init__(self, **options):
            super().__init__(**{**options, "disable": False})

    monkeypatch.setattr("tiaokuan.serve.cli.tqdm", Bar)
    write("a.txt", SHORT)
    write("b.txt", "")
    write("c.txt", "")
    assert "\r3 policies [" in annotate("a.txt", "b.txt", "c.txt").err


# Without the extra for training


def without_torch(code: str, *arguments: object, cwd: Path) -> Ended:
    """Run Python code where torch and transformers cannot be imported."""
    block = "import sys\nsys.modules['torch'] = sys.modules['transformers'] = None\n"
    command = [sys.executable, "-c", block + code, *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", check=False)
    return Ended(done.returncode, done.stdout, done.stderr)


COMMAND_LINE = "from tiaokuan.serve.cli import main\nmain()"


def test_annotating_needs_no_torch(tmp_path, tiny_model):
    code = """
for name in "datasets accelerate sklearn seqeval safetensors onnx onnxscript zstandard jieba yaml tensorboard".split():
    sys.modules[name] = None
from tiaokuan.serve import Annotator
record = Annotator.load(sys.argv[1])(sys.argv[2])
print([(s.start, s.end) for s in record.sentences])
"""
    assert without_torch(code, tiny_model, SHORT, cwd=tmp_path) == Ended(0, "[(0, 4), (5, 14), (14, 20)]\n", "")


def test_the_command_line_needs_no_torch(tmp_path, tiny_model, annotate):
    write("a.txt", SHORT)
    annotate("a.txt", o="with.jsonl")
    ended = without_torch(COMMAND_LINE, "annotate", "a.txt", "-o", "without.jsonl", "--model", tiny_model, cwd=tmp_path)
    assert ended == Ended(0, "", "")
    assert rows("without.jsonl") == rows("with.jsonl")


def test_training_without_its_extra_says_what_to_install(tmp_path):
    ended = without_torch(COMMAND_LINE, "train", "x", "-o", "y", cwd=tmp_path)
    assert ended.unusable("torch is not installed", "pip install 'tiaokuan[train]'")
    assert not list(tmp_path.iterdir())


# Gold, evaluation, agreement


@pytest.fixture
def gold(annotate, policy_text) -> Path:
    """Gold that the tiny model gets wholly right: its own records, in `gold/`."""
    write("a.txt", policy_text)
    write("b.txt", SHORT)
    annotate("a.txt", "b.txt")
    write("gold/g.jsonl", "")
    write_gold(Path("gold/g.jsonl"), read_gold(Path("out.jsonl")))
    return Path("gold")


def cells(table: str, first: str) -> list[str]:
    """The numbers of the first line of Markdown tables that begins with a cell."""
    return re.findall(rf"^\| {first} \|(.*)\|$", table, re.MULTILINE)[0].replace(" ", "").split("|")


def test_predictions_are_scored_against_gold_and_the_report_is_kept(tiaokuan, gold):
    ended = tiaokuan("evaluate", "out.jsonl", gold, "-o", "new/report")
    assert (ended.status, ended.err) == (0, "")
    assert cells(ended.out, "micro")[:3] == ["1.000"] * 3
    assert cells(ended.out, "boundaries") == ["1.000", "1.000", "1.000", str(sum(len(row["sentences"]) for row in rows()))]
    report = Path("new/report/report.md").read_text(encoding="utf-8")
    assert report == f"# out.jsonl against gold\n\n{ended.out}"


def test_a_model_reads_the_sentences_of_the_gold(tiaokuan, gold, tiny_model):
    ended = tiaokuan("evaluate", tiny_model, gold)
    assert (ended.status, ended.err) == (0, "")
    assert cells(ended.out, "micro")[:3] == ["1.000"] * 3
    # All but the sentence ends, which are the gold's own, and the SDK records, which need blocks that its sentences lack.
    assert "sentence ends" not in ended.out
    assert tiaokuan("evaluate", "out.jsonl", gold).out.startswith(ended.out.split("| SDK disclosure")[0].rstrip())


def test_scores_are_held_against_the_share_that_is_true(tiaokuan, gold):
    ended = tiaokuan("evaluate", "out.jsonl", gold, "--calibration")
    pairs = sum(int(count) for count in re.findall(r"^\| \d\.\d\d to \d\.\d\d \| (\d+) ", ended.out, re.MULTILINE))
    assert pairs == 14 * sum(len(row["sentences"]) for row in rows())
    write_lines("back.jsonl", *reversed(rows()))
    assert tiaokuan("evaluate", "back.jsonl", gold, "--calibration").out == ended.out


def test_the_dictionary_is_scored_like_a_model(tiaokuan):
    text = "我们收集您的手机号码、好感和IMEI。"
    spans = [{"start": 6, "end": 10, "type": "DATA_TYPE"}, {"start": 11, "end": 13, "type": "DATA_TYPE"}]  # not 好感, but IMEI
    write_lines(
        "g.jsonl",
        {"id": "a", "text": text, "sentences": [{"start": 0, "end": len(text), "kind": "paragraph"}], "entities": spans},
    )
    model, dictionary = tiaokuan("evaluate", "g.jsonl", "g.jsonl", "--dictionary").out.split("| dictionary (strict span)")
    assert cells(model, "DATA_TYPE") == ["1.000", "1.000", "1.000", "2"]
    assert cells(dictionary, "DATA_TYPE") == cells(dictionary, "micro") == [".500", ".500", ".500", "2"]


def test_scores_fall_with_the_predictions(tiaokuan, gold):
    found = rows()
    for sentence in found[0]["sentences"]:
        sentence |= {"categories": [], "denied": []}
    write_lines("p.jsonl", *found)
    total, kept = (sum(len(s["categories"]) for row in part for s in row["sentences"]) for part in (rows(), found))
    assert cells(tiaokuan("evaluate", "p.jsonl", gold).out, "micro")[:2] == ["1.000", f"{kept / total:.3f}"[1:]]


def test_evaluation_counts_surfaces_that_were_not_in_training(tiaokuan, gold):
    seeds = ROOT / "annotations" / "seeds"
    everything = tiaokuan("evaluate", "out.jsonl", gold, "--seen", gold).out.split("| entity unseen in training")[1]
    assert [cells(everything, kind) for kind in ("DATA_TYPE", "PERMISSION", "SDK")] == [["–", "0"]] * 3
    others = tiaokuan("evaluate", "out.jsonl", gold, "--seen", seeds / "jishiban.jsonl", "--seen", seeds / "i-yinchuan.jsonl")
    recall, unseen = cells(others.out.split("| entity unseen in training")[1], "DATA_TYPE")
    assert recall == "1.000" and 0 < int(unseen) < sum(len(row["entities"]) for row in rows())


def test_evaluation_that_cannot_be_done(tiaokuan, gold):
    write_lines("p.jsonl", rows()[0])
    assert tiaokuan("evaluate", "p.jsonl", gold).unusable("no prediction for b.txt", "predictions are for a.txt")
    write_lines("p.jsonl", *(row | {"text": row["text"] + "\n"} for row in rows()))
    assert tiaokuan("evaluate", "p.jsonl", gold).unusable("a.txt", "another text")
    assert tiaokuan("evaluate", "out.jsonl", "none").unusable("no gold at none")
    assert tiaokuan("evaluate", "nowhere", gold).unusable("no model at 'nowhere'")
    for name in ("p.json", gold):
        assert tiaokuan("evaluate", name, gold).unusable("predictions are a file that ends in .jsonl")
    assert tiaokuan("evaluate", "out.jsonl", ROOT / "annotations" / "capp130").unusable("--corpora")


def test_gold_check_counts_what_is_there(tiaokuan, gold):
    ended = tiaokuan("gold", "check", gold)
    assert (ended.status, ended.err) == (0, "")
    sentences = [len(row["sentences"]) for row in rows()]
    assert cells(ended.out, "a.txt")[0] == str(sentences[0])
    assert cells(ended.out, "total")[0] == str(sum(sentences))


def test_gold_check_names_file_line_and_cause(tiaokuan, gold):
    with (gold / "g.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "c"\n')
    assert tiaokuan("gold", "check", gold).unusable("g.jsonl, line 3: not JSON")


def test_agreement_shows_kappa_and_lists_disagreements_on_request(tiaokuan, gold):
    found = rows()
    del found[1]["entities"][0]
    write_lines("second.jsonl", *found)
    ended = tiaokuan("agreement", gold, "second.jsonl")
    assert (ended.status, ended.err) == (0, "")
    assert "(MASI): 1.000; disagreements: 1" in ended.out
    entity = rows()[1]["entities"][0]
    listed = tiaokuan("agreement", gold, "second.jsonl", "--list").out
    assert listed.startswith(ended.out)
    assert cells(listed[len(ended.out) :], "b.txt")[1:] == [entity["type"], f"[{entity['start']},{entity['end']})", ""]


def test_readings_of_other_policies_are_not_compared(tiaokuan, gold):
    write_lines("second.jsonl", *(row | {"id": f"x/{row['id']}"} for row in rows()))
    assert tiaokuan("agreement", gold, "second.jsonl").unusable("share no policy")


def test_a_run_never_reads_what_it_writes(annotate):
    write("folder/a.txt", SHORT)
    assert annotate("folder", o="folder/out.jsonl").status == 0
    assert annotate("folder", o="folder/out.jsonl").status == 0
    assert [row["id"] for row in rows("folder/out.jsonl")] == ["a.txt"]
    assert annotate("folder/a.txt", o="folder/a.txt").unusable("both input and output")


def test_what_earlier_runs_wrote_into_a_folder_is_no_policy(annotate):
    write("folder/a.txt", SHORT)
    write("folder/empty.txt", "")
    write_lines("folder/mine.jsonl", {"id": "mine", "text": SHORT})
    assert annotate("folder", o="folder/old.jsonl").status == 3
    assert annotate("folder", "--format", "html", o="folder/pages").status == 3
    ended = annotate("folder")
    assert "files not read as policies: 6 written by tiaokuan" in ended.err  # two pages, an index, two errors files, records
    assert ids() == ["a.txt", "mine"]


def test_records_never_take_the_place_of_something_else(annotate):
    write("a.txt", SHORT)
    write("table.csv", "id,app\na.txt,x\n")
    for name in ("table.csv", "a2.txt", "out.errors.jsonl"):
        write(name, Path("table.csv").read_bytes())
    for name in ("table.csv", "a2.txt"):
        assert annotate("a.txt", "--meta", "table.csv", o=name).unusable(f"{name} exists", "another name")
    assert annotate("a.txt").unusable("out.errors.jsonl exists")
    assert {Path(name).read_text("utf-8") for name in ("table.csv", "a2.txt", "out.errors.jsonl")} == {"id,app\na.txt,x\n"}


def test_a_folder_that_cannot_be_searched_fails_alone(annotate, monkeypatch):
    write("folder/a.txt", SHORT)
    write("folder/closed/b.txt", SHORT)
    whole = os.scandir

    def scandir(path):
        if str(path).endswith("closed"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return whole(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert annotate("folder").status == 3
    (failure,) = rows("out.errors.jsonl")
    assert (failure["id"], failure["code"]) == ("closed", "unreadable")
    assert "cannot be searched; check its permissions" in failure["message"]
    assert ids() == ["a.txt"]


def test_an_output_that_cannot_be_written_is_named(annotate, monkeypatch):
    def denied(**_):
        raise PermissionError(errno.EACCES, "Permission denied", "folder/.x1y2z3")

    write("a.txt", SHORT)
    monkeypatch.setattr("tiaokuan.serve.outputs.tempfile.mkstemp", denied)
    assert annotate("a.txt").unusable("out.errors.jsonl: Permission denied")


def test_a_table_may_be_in_the_encoding_of_a_chinese_windows(annotate):
    write("a.txt", SHORT)
    write("t.csv", "id,应用\na.txt,微信\n".encode("gb18030"))
    assert annotate("a.txt", "--meta", "t.csv") == Ended(0, "", "")
    assert rows()[0]["meta"] == {"应用": "微信"}
    write("t.csv", "id;app\na.txt;x\n")
    assert annotate("a.txt", "--meta", "t.csv").unusable("no `id` column", "are id;app")


def test_pages_never_take_the_place_of_other_pages(annotate):
    write("folder/a.txt", SHORT)
    write("mine/notes.html", "<p>keep me</p>")
    assert annotate("folder", "--format", "html", o="mine").unusable("holds other files")
    assert annotate("folder", "--format", "html", o="pages").status == 0
    write("pages/notes.html", "<p>keep me</p>")
    assert annotate("folder", "--format", "html", o="pages").unusable("holds other files")
    for name in ("mine", "pages"):
        assert Path(name, "notes.html").read_text(encoding="utf-8") == "<p>keep me</p>"


def test_hidden_files_do_not_keep_new_pages_from_taking_the_place_of_earlier_ones(annotate):
    write("folder/a.txt", SHORT)
    write("pages/.DS_Store", b"\0")
    for _ in range(2):
        assert annotate("folder", "--format", "html", o="pages").status == 0
        assert {path.name for path in Path("pages").iterdir()} == {".DS_Store", "index.html", page_name("a.txt")}
    write("pages/.git/HEAD", "ref: refs/heads/main")
    assert annotate("folder", "--format", "html", o="pages").unusable("holds other files")


def test_hidden_folders_hold_no_policies(annotate):
    write("folder/a.txt", SHORT)
    write("folder/.git/b.txt", SHORT)
    assert annotate("folder").status == 0
    assert ids() == ["a.txt"]


@pytest.mark.parametrize("threads", ["0", "-1", "two"])
def test_threads_are_counted_from_one(annotate, threads):
    assert annotate("a.txt", "--threads", threads).unusable("no number from 1 on")


def test_a_table_with_a_row_longer_than_its_header_is_refused(annotate):
    write("a.txt", SHORT)
    write("meta.csv", "id,app\na.txt,x,y\n")
    assert annotate("a.txt", "--meta", "meta.csv").unusable("row 1", "more cells than the header")


def test_a_table_with_two_rows_of_one_id_is_refused(annotate):
    write("a.txt", SHORT)
    write("meta.csv", "id,app\na.txt,x\na.txt,y\n")
    assert annotate("a.txt", "--meta", "meta.csv").unusable("2 rows of the id 'a.txt'")
