"""The linear branch: its features, its logits, its training."""

import numpy as np
import pytest

from tiaokuan.data.document import Sentence
from tiaokuan.data.errors import ModelError
from tiaokuan.models.ngrams import NgramModel, Table, sentence_ngrams, token_features, view_weights, views

BUCKETS = 512


def _model(labels: int = 2, types: int = 1) -> NgramModel:
    draw = np.random.default_rng(0)
    return NgramModel(
        np.ones((4, BUCKETS), dtype=np.float16),
        tuple(Table.of(draw.normal(size=(BUCKETS, labels)) * view) for view in (1, 0.1, 0.1, 3)),
        np.array([0.5, -0.5], dtype=np.float32)[:labels],
        Table.of(draw.normal(size=(BUCKETS, types, 3))),
        draw.normal(size=(types, 3, 3)).astype(np.float32),
    )


def test_ngrams_are_counted_within_sentences():
    grams = sentence_ngrams([[7, 8], [7, 8], [9, 9, 9]], 2**40)
    rows = [sorted(zip(grams.buckets[grams.rows == i], grams.counts[grams.rows == i], strict=True)) for i in range(3)]
    assert rows[0] == rows[1]  # the same tokens, whatever stands beside them
    assert [count for _, count in rows[0]] == [1, 1, 1]  # 7, 8, 7 8
    assert sorted(count for _, count in rows[2]) == [1, 2, 3]  # 9 9 9, 9 9, 9


def test_a_sentence_without_tokens_has_no_ngrams():
    grams = sentence_ngrams([[], [5], []], BUCKETS)
    assert grams.rows.tolist() == [1]
    assert sentence_ngrams([[], []], BUCKETS).rows.size == 0


def test_weights_have_length_one():
    grams = sentence_ngrams([[1, 2, 3, 1, 2], [4]], BUCKETS)
    weights = view_weights(grams, np.full(BUCKETS, 2.0, dtype=np.float32), 2)
    lengths = np.sqrt(np.bincount(grams.rows, weights**2))
    assert lengths == pytest.approx([1, 1])


def test_views_show_heading_and_neighbours():
    sentences = [Sentence(0, 2, "heading"), Sentence(3, 5, headings=(0,)), Sentence(6, 8, headings=(0, 1))]
    assert views(sentences).tolist() == [[0, -1, -1, 1], [1, 0, 0, 2], [2, 1, 1, -1]]
    assert views([]).shape == (0, 4)


def test_logits_are_the_sum_of_what_the_views_show():
    model = _model()
    ids = [[1, 2], [3, 4, 5], []]
    shown = np.array([[0, -1, -1, 1], [1, 0, 0, 2], [2, 0, 1, -1]])
    logits = model.sentence_logits(ids, shown)

    def score(view: int, row: list[int]) -> np.ndarray:
        grams = sentence_ngrams([row], BUCKETS)
        weights = view_weights(grams, np.ones(BUCKETS, dtype=np.float32), 1)
        return (model.sentence[view][grams.buckets] * weights[:, None]).sum(0)

    assert logits[0] == pytest.approx(model.bias + score(0, ids[0]) + score(3, ids[1]), abs=1e-3)
    assert logits[1] == pytest.approx(model.bias + score(0, ids[1]) + score(1, ids[0]) + score(2, ids[0]), abs=1e-3)
    assert logits[2] == pytest.approx(model.bias + score(1, ids[0]) + score(2, ids[1]), abs=1e-3)


def test_token_features_depend_on_neighbours_and_matches_only():
    none = np.zeros((9, 3), dtype=np.int8)
    first = token_features([1, 2, 3, 4, 5, 6, 7, 8, 9], none, 2**40)
    other = token_features([1, 2, 3, 4, 5, 6, 7, 8, 99], none, 2**40)
    assert (first[:5] == other[:5]).all() and (first[5:] != other[5:]).any(1).all()
    assert len(set(first[4].tolist())) == first.shape[1]  # a feature of one kind never looks like one of another
    known = none.copy()
    known[4, 1] = 1
    changed = (token_features([1, 2, 3, 4, 5, 6, 7, 8, 9], known, 2**40) != first).any(1)
    assert changed.tolist() == [False, False, False, True, True, True, False, False, False]


def test_a_sentence_without_tokens_has_no_features():
    assert token_features([], np.zeros((0, 3), dtype=np.int8), BUCKETS).shape[0] == 0
    assert _model().tag_logits([], np.zeros((0, 3), dtype=np.int8)).shape == (0, 1, 3)


def test_a_table_keeps_weights_to_half_a_step():
    weights = np.random.default_rng(1).normal(size=(50, 3)) * [1, 10, 0]
    table = Table.of(weights)
    assert (np.abs(table[np.arange(50)] - weights) <= np.abs(weights).max(0) / 254 + 1e-6).all()


def test_saved_and_loaded_is_the_same(tmp_path):
    model = _model()
    model.save(tmp_path / "ngrams.npz")
    loaded = NgramModel.load(tmp_path / "ngrams.npz")
    for kept, read in zip((*model.sentence, model.token), (*loaded.sentence, loaded.token), strict=True):
        assert (kept.steps == read.steps).all() and (kept.scale == read.scale).all()
    assert (loaded.idf == model.idf).all() and (loaded.bias == model.bias).all() and (loaded.chain == model.chain).all()


@pytest.mark.parametrize("content", [b"", b"PK\x05", b"no archive at all"])
def test_a_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "ngrams.npz"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="holds no n-gram weights"):
        NgramModel.load(path)


def test_a_damaged_byte_is_noticed(tmp_path):
    path = tmp_path / "ngrams.npz"
    _model().save(path)
    whole = path.read_bytes()
    start = whole.index(b"sentence.npy") + 40
    for at in range(start, start + 60, 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with pytest.raises(ModelError, match="copy the whole model folder again"):
            NgramModel.load(path)


def test_weights_of_another_version_are_named(tmp_path):
    np.savez(tmp_path / "ngrams.npz", sentence=np.zeros((4, 8, 2), dtype=np.float16))
    with pytest.raises(ModelError, match="another version of tiaokuan"):
        NgramModel.load(tmp_path / "ngrams.npz")
