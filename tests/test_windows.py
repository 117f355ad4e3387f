"""Windows: everything is read exactly once, context never labels, nothing is too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiaokuan.models.settings import Settings
from tiaokuan.models.windows import cut_windows, long_sentences

SMALL = Settings(max_tokens=32, heading_tokens=6, before_tokens=8, after_tokens=4, overlap_tokens=8)


def _labelled(windows, sentence):
    return [(p.first, p.last) for w in windows for p in w.pieces if p.sentence == sentence and not p.is_context]


@given(st.lists(st.integers(0, 120), min_size=1, max_size=40))
def test_every_token_is_labelled_and_no_window_is_too_long(lengths):
    windows = cut_windows(lengths, [()] * len(lengths), SMALL)
    assert all(window.size <= SMALL.max_tokens for window in windows)
    for sentence, length in enumerate(lengths):
        pieces = _labelled(windows, sentence)
        covered = {token for first, last in pieces for token in range(first, last)}
        assert covered == set(range(length))
        assert len(pieces) == 1 or sentence in long_sentences(lengths, SMALL)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_pieces_stand_one_after_the_other(lengths):
    for window in cut_windows(lengths, [()] * len(lengths), SMALL):
        position = 1
        for piece in window.pieces:
            assert piece.position == position
            position += piece.size + 1
        assert window.size == position


def test_pieces_of_a_long_sentence_overlap():
    windows = cut_windows([70], [()], SMALL)
    assert _labelled(windows, 0) == [(0, 30), (22, 52), (44, 70)]


def test_a_window_repeats_the_heading_above_and_the_text_before_and_after():
    headings = [(), (0,), (0,), (0,), (0,)]
    windows = cut_windows([3, 12, 12, 12, 12], headings, SMALL)
    context = [[(p.sentence, p.size) for p in w.pieces if p.is_context] for w in windows]
    assert context[1][:2] == [(0, 3), (1, 7)]
    assert context[0][-1] == (2, 3)


def test_settings_refuse_windows_that_are_mostly_context():
    with pytest.raises(ValueError, match="six tenths"):
        Settings(max_tokens=100)
