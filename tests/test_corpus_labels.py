"""Networks with labels of public corpora: CAPP-130's topics beside the categories, CA4P-483's components."""

import dataclasses
import shutil

import numpy as np
import pytest

pytest.importorskip("torch")

from tiaokuan.data.corpora.ca4p483 import COMPONENTS, component_spans, join_bios
from tiaokuan.data.corpora.capp130 import TOPICS, Policy, Row
from tiaokuan.data.errors import ModelError, RecipeError
from tiaokuan.data.taxonomy import ENTITY_TYPES
from tiaokuan.models.encoding import Encoder
from tiaokuan.models.folder import DEFAULT, open_model
from tiaokuan.models.modeling import TorchEngine
from tiaokuan.models.onnx_engine import OnnxEngine
from tiaokuan.serve import Annotator
from tiaokuan.train.cards import model_card
from tiaokuan.train.checkpoints import base_print
from tiaokuan.train.components import network_components
from tiaokuan.train.export import load_model, save_model
from tiaokuan.train.finetune import FinetuneRecipe, encoder_of, finetune, start_model
from tiaokuan.train.ngrams import NgramRecipe, tag_chain, train_ngrams
from tiaokuan.train.sources import Sources
from tiaokuan.train.targets import ca4p483_example, capp130_example
from tiaokuan.train.topics import TopicTask, network_topics

POLICY = Policy(
    "rw_1.jsonl",
    (
        Row("我们会收集您的手机号码。", frozenset([TOPICS[0]])),
        Row("您可以随时注销您的账户。", frozenset([TOPICS[7]])),
        Row("我们会申请您的相机权限，并收集照片。", frozenset([TOPICS[0], TOPICS[1]])),
    ),
)
PLACES = [(POLICY.name, row) for row in range(len(POLICY.rows))]


def _bios(text: str, **spans: str) -> list[tuple[str, str]]:
    tags = ["O"] * len(text)
    for name, surface in spans.items():
        at = text.index(surface)
        tags[at : at + len(surface)] = [f"B-{name}", *[f"I-{name}"] * (len(surface) - 1)]
    return list(zip(text, tags, strict=True))


SENTENCES = [
    _bios("我们会收集您的手机号码。", handler="我们", collect="收集", data="手机号码"),
    _bios("合作方可能获得您的IMEI。", subjects="合作方", share="获得", data="IMEI"),
]


def _recipe(base, source: str, **values) -> FinetuneRecipe:
    return FinetuneRecipe(
        base=str(base), sources={source: 1.0}, epochs=120, learning_rate=5e-3, batch_windows=2, seed=0, head_dropout=0.0,
        ngrams=NgramRecipe({source: 1.0}, buckets=256, tag_buckets=256), **values,
    )  # fmt: skip


def _trained(recipe, example_of, tmp_path_factory):
    """Return a model folder overfitted to one example, moved after it was saved."""
    work = tmp_path_factory.mktemp("work")
    model, tokenizer = start_model(recipe)
    encoder = encoder_of(model, tokenizer)
    examples = [example_of(encoder)]
    finetune(recipe, model, encoder, examples, work / "checkpoints")
    ngrams = train_ngrams(recipe.ngrams, examples, encoder.settings, seed=0)
    card = model_card("overfitted", Sources(recipe))
    save_model(model, tokenizer, work / "saved", name="overfitted", version="0.0.0", card=card, ngrams=ngrams)
    return shutil.move(work / "saved", tmp_path_factory.mktemp("elsewhere") / "model")


@pytest.fixture(scope="module")
def topic_model(tiny_encoder, tmp_path_factory):
    known = [True] * len(PLACES)
    recipe = _recipe(tiny_encoder, "capp130", topic_head=True)
    return _trained(recipe, lambda encoder: capp130_example(POLICY, known, encoder), tmp_path_factory)


@pytest.fixture(scope="module")
def component_model(tiny_encoder, tmp_path_factory):
    return _trained(_recipe(tiny_encoder, "ca4p483"), lambda encoder: ca4p483_example(SENTENCES, encoder), tmp_path_factory)


def test_topics_are_learnt_beside_the_categories(topic_model):
    opened = open_model(topic_model)
    task = TopicTask((POLICY,), {"train": PLACES, "dev": [], "test": []})
    encoder = Encoder.from_folder(opened)
    for engine in (TorchEngine(load_model(topic_model), bfloat16=False), OnnxEngine(opened.path, threads=1)):
        assert network_topics(task, PLACES, encoder, engine) == task.labels(PLACES)
    assert "as labels of their own" in (topic_model / "README.md").read_text(encoding="utf-8")
    record = Annotator.load(topic_model, threads=1)(POLICY.rows[0].text)
    assert len(record.sentences[0].scores) == 14  # the topics stay out of the output


def test_components_are_learnt(component_model):
    opened = open_model(component_model)
    engine = TorchEngine(load_model(component_model), bfloat16=False)
    found = network_components(SENTENCES, Encoder.from_folder(opened), engine)
    assert found == [component_spans(row) for row in SENTENCES]


def test_a_model_of_components_annotates_nothing(component_model):
    with pytest.raises(ModelError, match="tiaokuan benchmark ca4p483"):
        Annotator.load(component_model)


def test_a_base_with_other_labels_is_refused(topic_model, component_model, tiny_model):
    for base, recipe in (
        (tiny_model, _recipe(tiny_model, "capp130", topic_head=True)),
        (topic_model, _recipe(topic_model, "capp130")),
        (component_model, _recipe(component_model, "gold")),
        (tiny_model, _recipe(tiny_model, "ca4p483")),
    ):
        with pytest.raises(RecipeError, match="gives other labels"):
            start_model(recipe)
        assert base.is_dir()


def test_new_heads_take_the_encoder_of_a_model_with_other_labels(topic_model):
    base, _ = start_model(_recipe(topic_model, "capp130", topic_head=True))
    model, _ = start_model(_recipe(topic_model, "ca4p483", new_heads=True))
    assert model.config.settings.entity_types == tuple(COMPONENTS.values())
    for name, weights in base.encoder.state_dict().items():
        assert weights.equal(model.encoder.state_dict()[name]), name


def test_the_shipped_model_is_a_base_by_its_name():
    model, tokenizer = start_model(_recipe(DEFAULT, "ca4p483", new_heads=True))
    assert model.config.settings.entity_types == tuple(COMPONENTS.values())
    assert len(tokenizer) == model.encoder.config.vocab_size
    assert base_print(DEFAULT) != base_print("no-such-model")


def test_new_heads_are_drawn_anew(topic_model):
    recipe = _recipe(topic_model, "capp130", topic_head=True)
    base, _ = start_model(recipe)
    model, _ = start_model(dataclasses.replace(recipe, new_heads=True))
    assert not base.category_head.weight.equal(model.category_head.weight)


@pytest.mark.parametrize(
    ("sources", "values", "message"),
    [
        ({"gold": 1.0, "ca4p483": 1.0}, {}, "shares a network with no other"),
        ({"gold": 1.0}, {"ngrams": NgramRecipe({"ca4p483": 1.0})}, "shares a network with no other"),
        ({"gold": 1.0}, {"ngrams": NgramRecipe({"golden": 1.0})}, "unknown sources golden"),
        ({"gold": 1.0}, {"repeats": {"capp130": 2}}, "says of sources of the recipe"),
        ({"gold": 1.0}, {"repeats": {"gold": 0}}, "once or more"),
        ({"gold": 1.0}, {"topic_head": True}, "learns from capp130"),
        ({"capp130": 1.0}, {"development": ("seeds",)}, "tells nothing of a network"),
        ({"gold": 1.0}, {"patience": 0}, "`patience` is 0"),
        ({"gold": 1.0}, {"swaps": {"SDKS": 0.5}}, "not of SDKS"),
    ],
)
def test_recipes_that_contradict_themselves(sources, values, message):
    with pytest.raises(ValueError, match=message):
        FinetuneRecipe(base="x", sources=sources, epochs=1, learning_rate=1e-3, batch_windows=1, seed=0, **values)


def test_sentences_joined_keep_their_characters():
    text, sentences = join_bios(SENTENCES)
    assert [text[s.start : s.end] for s in sentences] == ["".join(c for c, _ in row) for row in SENTENCES]


def test_a_chain_counts_what_follows_what():
    tags = np.array([[0], [1], [2], [2], [0], [0]], dtype=np.int8)
    chain = tag_chain([tags] * 50, types=1)[0]
    assert chain[1, 2] > 0 > chain[1, 0] and chain[2, 0] > chain[1, 0] and chain[0, 2] < -2
    assert tag_chain([], types=2).shape == (2, 3, 3) and not tag_chain([], types=2).any()
    assert len(COMPONENTS) == 7 and len(ENTITY_TYPES) == 3
