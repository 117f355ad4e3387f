"""What a recipe's sources may teach: gold on CAPP-130 says nothing of the rows that its published split measures with."""

import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from tiaokuan.annotations.gold import StandOff, text_sha256, write_gold
from tiaokuan.annotations.texts import shipped_gold
from tiaokuan.data.corpora import capp130
from tiaokuan.data.errors import GoldError, RecipeError
from tiaokuan.data.record import Entity, LabelledSentence, Record
from tiaokuan.train.cards import model_card
from tiaokuan.train.finetune import FinetuneRecipe, encoder_of, start_model
from tiaokuan.train.ngrams import NgramRecipe
from tiaokuan.train.sources import Sources
from tiaokuan.train.targets import IGNORED, UNKNOWN

NAME, MEASURED = next(place for place, split in capp130.topic_split().items() if split == "dev")
"""A policy and its first row in the published dev part."""

ROWS = [row for (name, row), split in capp130.topic_split().items() if name == NAME and split != "train"]


@pytest.fixture
def corpora(tmp_path):
    """A CAPP-130 of one policy, up to its first dev row."""
    folder = tmp_path / "CAPP-130/CAPP_130_Corpus/Annotation/Annotation"
    folder.mkdir(parents=True)
    rows = [{"text": f"我们收集您的手机号码，第{number}次。", "label": []} for number in range(MEASURED + 1)]
    (folder / f"{NAME}.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return tmp_path


def _gold(corpora, measured: LabelledSentence, kind: str):
    """Write gold whose sentence of the dev row has the labels of `measured` and an entity of this kind."""
    document = capp130.read_policies(corpora / "CAPP-130")[0].document()
    sentences = [LabelledSentence(b.start, b.end, categories=("first_party_collection",)) for b in document.blocks]
    sentences[MEASURED] = replace(measured, start=sentences[MEASURED].start, end=sentences[MEASURED].end)
    kinds = ["DATA_TYPE"] * MEASURED + [kind]
    entities = tuple(Entity(s.start + 6, s.start + 10, kind) for s, kind in zip(sentences, kinds, strict=True))
    record = Record("x", document.text, tuple(sentences), entities)
    write_gold(corpora / "gold.jsonl", [record], {"x": StandOff("capp130", NAME, text_sha256(document.text))})
    return [corpora / "gold.jsonl"]


RECIPE = FinetuneRecipe(
    base="", sources={"gold": 1.0}, epochs=1, learning_rate=1e-3, batch_windows=2, seed=1, swapped_copies=1,
    swaps={"DATA_TYPE": 1.0}, ngrams=NgramRecipe({"gold": 1.0}, buckets=256, tag_buckets=256),
)  # fmt: skip


def test_gold_says_nothing_of_the_rows_that_measure(corpora, tiny_encoder):
    recipe = replace(RECIPE, base=str(tiny_encoder))
    encoder = encoder_of(*start_model(recipe))
    rows = [
        (LabelledSentence(0, 1, categories=()), "DATA_TYPE"),
        (LabelledSentence(0, 1, categories=("tracking",), denied=("tracking",)), "SDK"),
    ]
    sources = [Sources.read(recipe, corpora, _gold(corpora, *row)) for row in rows]
    watched = replace(sources[1], gold=(), development=sources[1].gold)
    for example in [*sources[1].examples(encoder), *watched.watched(encoder)]:
        silent = {i for i, tags in enumerate(example.tags) if (tags == IGNORED).all()}
        assert silent == {row for row in ROWS if row <= MEASURED}
        assert silent == {i for i, row in enumerate(example.unions) if (row == UNKNOWN).all()}
        assert (example.denied[MEASURED] == UNKNOWN).all()
    one, other = (read.branch(encoder) for read in sources)
    assert all(np.array_equal(a.steps, b.steps) for a, b in zip(one.sentence, other.sentence, strict=True))
    assert np.array_equal(one.token.steps, other.token.steps) and one.token.steps.any()
    assert np.array_equal(one.chain, other.chain)


def test_gold_that_is_learnt_from_cannot_tell_when_to_stop():
    recipe = replace(RECIPE, gold=("seeds",), development=("seeds",))
    with pytest.raises(RecipeError, match="5 policies of `development` are learnt from, such as i-yinchuan"):
        Sources.read(recipe, None)
    assert len(Sources.read(replace(recipe, gold=()), None).development) == 5


def test_rows_of_capp130_that_are_learnt_from_cannot_tell_when_to_stop(corpora, monkeypatch):
    (path,) = _gold(corpora, LabelledSentence(0, 1), "SDK")
    monkeypatch.setattr("tiaokuan.train.sources.shipped_folders", lambda folders: [path] if folders else [])
    recipe = replace(RECIPE, gold=(), development=("capp130",))
    assert [record.id for record in Sources.read(recipe, corpora).development] == ["x"]
    with pytest.raises(RecipeError, match="1 policies of `development` are learnt from, such as x"):
        Sources.read(replace(recipe, sources={"gold": 1.0, "capp130": 1.0}), corpora)


def test_a_policy_is_given_once():
    seeds = shipped_gold() / "seeds"
    with pytest.raises(GoldError, match=r"jishiban\.jsonl: id 'jishiban' was met before"):
        Sources.read(RECIPE, None, [seeds, seeds / "jishiban.jsonl"])


def test_a_card_tells_the_gold_that_was_read(corpora):
    own = model_card("x", Sources.read(RECIPE, corpora, _gold(corpora, LabelledSentence(0, 1), "SDK")))
    assert "- Gold in gold.jsonl: 1 policies" in own and "| gold | gold.jsonl |" in own
    assert "language model" not in own
    seeds = model_card("x", Sources.read(replace(RECIPE, gold=("seeds",)), None))
    assert "- Gold in seeds: 5 policies" in seeds and "| gold | seeds |" in seeds
    assert "**A language model annotated** the project's own gold (seeds)" in seeds
