"""Hostile files, read in a process of their own: no crash, no hang, one result each."""

import json
import subprocess
import sys
from collections import Counter

import pytest
from hostile import READ, write_all

SECONDS = 300

READ_ALL = """
import json, sys, time
from tiaokuan.data.document import Document
from tiaokuan.serve.inputs import find_inputs, read_documents

started = time.monotonic()
for result in read_documents(find_inputs([sys.argv[1]])):
    took, started = time.monotonic() - started, time.monotonic()
    if isinstance(result, Document):
        covered = "".join(result.text[b.start : b.end] for b in result.blocks)
        whole = len("".join(covered.split())) == len("".join(result.text.split()))
        warnings = [[w.code, w.message] for w in result.warnings]
        print(json.dumps({"id": result.id, "code": "", "whole": whole, "warnings": warnings, "seconds": took}))
    else:
        print(json.dumps({**result.to_json(), "seconds": took}))
"""


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    yield folder, write_all(folder)


@pytest.fixture(scope="module")
def results(expected):
    folder, _ = expected
    command = [sys.executable, "-c", READ_ALL, str(folder)]
    ended = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    assert ended.returncode == 0, ended.stderr.decode()[-2000:]
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_the_folder_is_hostile_enough(expected):
    _, codes = expected
    assert len(codes) > 180
    assert sum(code == READ for code in codes.values()) > 60


def test_every_file_gives_one_document_or_one_failure(expected, results):
    _, codes = expected
    assert Counter(result["id"] for result in results) == Counter(codes.keys())


def test_every_file_becomes_what_it_must(expected, results):
    _, codes = expected
    wrong = {r["id"]: (r["code"], codes.get(r["id"]), r.get("message")) for r in results if r["code"] != codes.get(r["id"])}
    assert wrong == {}


def test_every_failure_says_in_one_line_what_came_and_what_to_do(results):
    failures = [result for result in results if result["code"] != READ]
    assert len(failures) > 100
    for failure in failures:
        assert failure["stage"] == "read" and failure["source"]
        assert 20 < len(failure["message"]) < 400 and failure["message"].isprintable(), failure


def test_no_document_loses_text_between_its_blocks(results):
    assert [result["id"] for result in results if result["code"] == READ and not result["whole"]] == []


def test_no_file_takes_long(results):
    slow = {result["id"]: round(result["seconds"]) for result in results if result["seconds"] > 30}
    assert slow == {}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("page-as-text.txt", "name_differs"),
        ("word-as.txt", "name_differs"),
        ("page-as-text.pdf", "name_differs"),
        ("one-nul.txt", "nul_bytes"),
        ("utf7.txt", "no_chinese"),
        ("hz.txt", "no_chinese"),
        ("deep-quotes.md", "markdown_unparsed"),
        ("deep-brackets.md", "markdown_unparsed"),
    ],
)
def test_what_was_mended_or_doubtful_is_told(results, name, code):
    (result,) = (result for result in results if result["id"] == name)
    assert code in [warning[0] for warning in result["warnings"]]
