"""Fixtures: a tiny vocabulary, a random encoder, a trained tiny model; nothing is downloaded."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

POLICY = (
    "隐私政策\n"
    "一、我们如何收集信息\n"
    "我们会收集您的手机号码、IMEI和位置信息。拍照时我们会申请相机权限；拒绝不影响其他功能。\n"
    "二、我们如何共享信息\n"
    "我们接入极光推送SDK，它会收集设备信息。我们不会将您的信息传输至境外。"
)


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run the slow tests too")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--slow"):
        skip = pytest.mark.skip(reason="slow: run with --slow")
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(scope="session", autouse=True)
def _offline():
    os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public corpora beside the project; tests that need it skip where it is absent."""
    corpora = SHARED / "corpora"
    if not corpora.is_dir():
        pytest.skip(f"needs the public corpora in {corpora.name}/ beside the project")
    return corpora


@pytest.fixture(scope="session")
def policy_text() -> str:
    return POLICY


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory) -> Path:
    """A folder with a random 2 x 32 BERT and a vocabulary learnt from the seeds."""
    pytest.importorskip("torch")
    import torch
    from transformers import BertConfig, BertModel

    from tiaokuan.train.vocabulary import train_vocabulary

    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    tokenizer = train_vocabulary(texts, size=2000, characters=1500)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    folder = tmp_path_factory.mktemp("encoder")
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_model(tiny_encoder, tmp_path_factory) -> Path:
    """A complete model folder: a network of random weights, a small linear branch."""
    from tiaokuan.annotations.gold import read_gold
    from tiaokuan.annotations.texts import shipped_gold
    from tiaokuan.train.export import save_model
    from tiaokuan.train.finetune import FinetuneRecipe, encoder_of, start_model
    from tiaokuan.train.ngrams import NgramRecipe, train_ngrams
    from tiaokuan.train.targets import gold_example

    branch = NgramRecipe({"gold": 1.0}, buckets=64, tag_buckets=64, weight=0.001, tag_weight=0.01)
    recipe = FinetuneRecipe(
        base=str(tiny_encoder),
        sources={"gold": 1.0},
        epochs=1,
        learning_rate=1e-3,
        batch_windows=2,
        seed=0,
        ngrams=branch,
    )
    model, tokenizer = start_model(recipe)
    gold = read_gold(shipped_gold() / "seeds" / "i-yinchuan.jsonl")
    encoder = encoder_of(model, tokenizer)
    ngrams = train_ngrams(branch, [gold_example(record, encoder) for record in gold], encoder.settings, seed=0)
    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_model(model, tokenizer, folder, name="tiny", version="0.0.0", card="# tiny\n", ngrams=ngrams)
    return folder
