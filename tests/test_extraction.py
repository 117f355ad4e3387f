"""Readers against the gold set of pages and files: what comes out, in order, with its tables, and nothing else."""

import json
from pathlib import Path

import pytest
from extraction.report import files, score_file, table
from extraction.scoring import Score, common_length, compare, pooled, visible

from tiaokuan.data.document import Block, Cell, Document

pytest.importorskip("pypdfium2")
pytest.importorskip("pdfplumber")
pytest.importorskip("docx")

SEEN, UNSEEN = files("seen"), files("unseen")
SUFFIXES = {".html", ".pdf", ".docx", ".md", ".txt"}


@pytest.fixture(scope="module")
def seen() -> dict[Path, Score]:
    return {path: score_file(path) for path in SEEN}


@pytest.fixture(scope="module")
def unseen() -> dict[Path, Score]:
    return {path: score_file(path) for path in UNSEEN}


def test_the_set_holds_every_format_in_both_parts_and_stays_small():
    assert len(SEEN) >= 18 and len(UNSEEN) >= 9
    assert {path.suffix for path in SEEN} == {path.suffix for path in UNSEEN} == SUFFIXES
    assert sum(path.stat().st_size for path in SEEN[0].parents[1].rglob("*")) < 2_000_000


@pytest.mark.parametrize("path", [*SEEN, *UNSEEN], ids=lambda path: path.name)
def test_an_expectation_does_not_contradict_itself(path):
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    text = "".join(visible(block["text"]) for block in expected["blocks"])
    assert len(text) > 200
    assert [string for string in expected["absent"] if visible(string) in text] == []
    for block in expected["blocks"]:
        assert ("cells" in block) == (block["kind"] == "table_row")


@pytest.mark.parametrize("path", SEEN, ids=lambda path: path.name)
def test_a_seen_file_is_read_whole_and_without_its_furniture(path, seen):
    score = seen[path]
    assert score.furniture == ()
    assert score.recall >= 0.98
    assert score.precision >= 0.95
    assert score.cell_f1 >= 0.95


@pytest.mark.parametrize("path", UNSEEN, ids=lambda path: path.name)
def test_an_unseen_file_is_read(path, unseen):
    assert unseen[path].recall >= 0.9


def test_the_seen_files_together(seen):
    print("", *table(seen), sep="\n")
    score = pooled(seen.values())
    assert score.recall >= 0.995
    assert score.precision >= 0.98
    assert score.cell_f1 >= 0.98
    assert score.whole_blocks >= 0.99
    assert score.kind_accuracy >= 0.975
    assert score.header_accuracy >= 0.98


def test_the_unseen_files_together(unseen):
    print("", *table(unseen), sep="\n")
    assert pooled(unseen.values()).recall >= 0.98


def test_the_longest_common_subsequence_keeps_the_order():
    assert common_length("我们收集位置", "我们收集位置") == 6
    assert common_length("我们收集位置", "位置我们收集") == 4
    assert common_length("我们收集位置", "") == common_length("", "我们") == 0
    assert common_length("甲乙丙丁", "乙甲丁丙") == 2


def test_white_space_bars_bullets_and_link_targets_are_not_compared():
    assert visible("• 相机 | 拍照\u200b\u3000时") == "相机拍照时"
    assert visible("见[政策](https://a.example/b)。") == visible("见政策（https://a.example/b）。") == "见政策。"


EXPECTED = {
    "blocks": [
        {"kind": "heading", "text": "权限"},
        {
            "kind": "table_row",
            "text": "名称 | 用途",
            "cells": [{"column": 0, "text": "名称"}, {"column": 1, "text": "用途"}],
            "header": True,
        },
        {"kind": "table_row", "text": "相机 | 拍照", "cells": [{"column": 0, "text": "相机"}, {"column": 1, "text": "拍照"}]},
    ],
    "absent": ["返回 顶部"],
}


def document(*blocks: Block, text: str) -> Document:
    return Document("x", text, blocks)


def test_a_document_as_expected_is_right_in_every_count():
    header = Block(3, 10, "table_row", cells=(Cell(3, 5, 0), Cell(8, 10, 1)), table=0, is_header=True)
    row = Block(11, 18, "table_row", cells=(Cell(11, 13, 0), Cell(16, 18, 1)), table=0)
    score = compare(document(Block(0, 2, "heading", 1), header, row, text="权限\n名称 | 用途\n相机 | 拍照"), EXPECTED)
    assert score == Score(10, 10, 10, 3, 3, 3, 2, 2, 4, 4, 4)


def test_a_lost_cell_a_wrong_kind_and_furniture_are_counted():
    row = Block(3, 10, "table_row", cells=(Cell(3, 5, 0), Cell(8, 10, 2)), table=0)
    text = "权限\n相机 | 拍照\n返回顶部"
    score = compare(document(Block(0, 2), row, Block(11, 15), text=text), EXPECTED)
    assert (score.wanted, score.found, score.common) == (10, 10, 6)
    assert (score.blocks, score.whole, score.kinds) == (3, 2, 1)
    assert (score.cells_wanted, score.cells_found, score.cells_common) == (4, 2, 0)
    assert score.furniture == ("返回 顶部",)


def test_counts_are_pooled_over_the_files():
    score = pooled([Score(wanted=10, common=9, furniture=("页码",)), Score(wanted=30, common=27)])
    assert (score.recall, score.furniture) == (0.9, ("页码",))
