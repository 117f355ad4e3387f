"""Hostile files, read in a process of their own: no crash, no hang, one result each."""

import json
import random
import subprocess
import sys
from collections import Counter

import pytest
from hostile import READ, markdown_files, markup_files, text_files, word_files, write_all

from tiaokuan.data.errors import ReadError
from tiaokuan.data.readers.policy import read_policy

SECONDS = 300

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="makes pipes, sockets and names that other systems refuse")

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


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Return the content with bytes changed, cut out, put twice, or the end cut off."""
    data = bytearray(content)
    for _ in range(rng.choice([1, 3, 20])):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(4):
            case 0:
                data[at : at + 1] = rng.randbytes(1)
            case 1:
                del data[at : at + rng.randrange(200)]
            case 2:
                data[at:at] = data[at // 2 : at // 2 + rng.randrange(300)]
            case _:
                data[at:] = data[at : at + len(data) // 2]
    return bytes(data)


def test_damaged_files_are_read_or_refused():
    rng = random.Random(0)
    sources = (*text_files(), *word_files(), *markup_files(), *markdown_files())
    small = [file for file in sources if 0 < len(file.content) < 10_000]
    codes: Counter[str] = Counter()
    for _ in range(2_000):
        file = rng.choice(small)
        try:
            document = read_policy(damaged(file.content, rng), name=file.name, id="x")
        except ReadError as error:
            codes[error.code] += 1
        else:
            codes[READ] += 1
            covered = "".join(document.text[block.start : block.end] for block in document.blocks)
            assert "".join(covered.split()) == "".join(document.text.split())
    assert codes[READ] > 300 and codes["damaged"] > 100 and codes["binary"] > 100
