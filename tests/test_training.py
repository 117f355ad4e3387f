"""Recipes, losses, targets, pretraining: what is learnt from what."""

import dataclasses
import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from tiaokuan.annotations.gold import read_gold
from tiaokuan.annotations.texts import shipped_gold
from tiaokuan.data.corpora.capp130 import TOPICS
from tiaokuan.data.errors import RecipeError, TiaokuanError
from tiaokuan.data.taxonomy import CATEGORIES, ENTITY_TYPES

torch = pytest.importorskip("torch")

from transformers import BertConfig

from tiaokuan import train
from tiaokuan.models.encoding import Encoder
from tiaokuan.models.folder import open_model
from tiaokuan.models.settings import Settings
from tiaokuan.serve.cli import main
from tiaokuan.train.checkpoints import last_checkpoint
from tiaokuan.train.finetune import FinetuneRecipe, start_model
from tiaokuan.train.losses import denial_loss, paragraph_loss, tag_loss, union_loss
from tiaokuan.train.ngrams import NgramRecipe, train_ngrams
from tiaokuan.train.pretrain import (
    MaskedLanguageModel,
    PretrainRecipe,
    Shape,
    Source,
    _arguments,
    _claim,
    _start_model,
    pretrain,
)
from tiaokuan.train.pretraining_data import WholeWordMasking, draw, pack, read_documents
from tiaokuan.train.recipe import load_recipe
from tiaokuan.train.targets import IGNORED, UNIONS, UNKNOWN, alone, gold_example, union_matrix
from tiaokuan.train.vocabulary import train_vocabulary


@pytest.fixture(scope="module")
def tokenizer(tiny_encoder):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_encoder)


@pytest.fixture(scope="module")
def encoder(tiny_encoder):
    return Encoder(Tokenizer.from_file(str(tiny_encoder / "tokenizer.json")), Settings())


# Recipes


SEEDS = Path(__file__).parents[1] / "seeds"
RECIPES = sorted(path.stem for path in Path(train.__file__).parent.glob("recipes/*.yaml"))


@pytest.mark.parametrize("name", RECIPES)
def test_shipped_recipes_load(name):
    kind = PretrainRecipe if name.startswith("pretrain") else FinetuneRecipe
    assert load_recipe(name, kind).seed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("base: x\nepoch: 3", "unknown keys epoch"),
        ("base: x", "lacks batch_windows, epochs, learning_rate, seed, sources"),
        ("base: 5\nsources: {gold: 1}\nepochs: 1\nlearning_rate: 1\nbatch_windows: 1\nseed: 1", "base is 5, but str"),
        ("base: x\nsources: {gold: a}\nepochs: 1\nlearning_rate: 1\nbatch_windows: 1\nseed: 1", "sources.gold is 'a'"),
        ("base: x\nsources: {web: 1}\nepochs: 1\nlearning_rate: 1\nbatch_windows: 1\nseed: 1", "unknown sources web"),
        ("base: x\nsources: {1: 1.0}\nepochs: 1\nlearning_rate: 1\nbatch_windows: 1\nseed: 1", "sources: a key is 1, but str"),
        ("- a", "holds list"),
        ("a: [", "not YAML"),
    ],
)
def test_a_wrong_recipe_is_refused_with_its_cause(tmp_path, text, message):
    (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=message) as caught:
        load_recipe(tmp_path / "r.yaml", FinetuneRecipe)
    assert "\n" not in str(caught.value)


def test_changes_replace_what_the_recipe_says():
    changes = ["mask_rate=.3", "learning_rate=4e-4", "sources=[{file: a.txt, held_out: 1}]"]
    changed = load_recipe("pretrain-small", PretrainRecipe, changes)
    assert (changed.mask_rate, changed.learning_rate, changed.sources) == (0.3, 4e-4, (Source("a.txt", held_out=1.0),))
    assert changed.shape == load_recipe("pretrain-small", PretrainRecipe).shape


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("mask_rat=.3", "unknown keys mask_rat"),
        ("seed", "KEY=VALUE"),
        ("seed=x", "'x', but int"),
        ("seed=[", "seed is not YAML"),
    ],
)
def test_a_wrong_change_is_refused_with_its_cause(change, message):
    with pytest.raises(RecipeError, match=message):
        load_recipe("pretrain-small", PretrainRecipe, [change])


@pytest.mark.parametrize(
    ("recipe", "kind", "change", "message"),
    [
        ("policy-small", FinetuneRecipe, "epochs=0", "are above 0"),
        ("policy-small", FinetuneRecipe, "sources={gold: -1.0, capp130: 1.0}", "are above 0"),
        ("policy-small", FinetuneRecipe, "swapped_copies=-1", "0 or more"),
        ("policy-small", FinetuneRecipe, "warmup_share=5", "warmup_share is 5.0, but a share"),
        ("policy-small", FinetuneRecipe, "learning_rate=.nan", "nan, but a finite number"),
        ("pretrain-small", PretrainRecipe, "mask_rate=20", "mask_rate is a share"),
        ("pretrain-small", PretrainRecipe, "steps=0", "are above 0"),
        ("pretrain-small", PretrainRecipe, "sources=[{file: a.txt, epochs: -1, held_out: .1}]", "epochs are above 0"),
        ("pretrain-small", PretrainRecipe, "sources=[{file: a.txt, held_out: 2}]", "from 0 to 1"),
    ],
)
def test_impossible_numbers_are_refused(recipe, kind, change, message):
    with pytest.raises(RecipeError, match=message):
        load_recipe(recipe, kind, [change])


def test_a_base_without_a_vocabulary_or_weights_is_refused(tiny_encoder, tmp_path):
    recipe = FinetuneRecipe(str(tmp_path), {"gold": 1.0}, epochs=1, learning_rate=1e-3, batch_windows=1, seed=1)
    for name in ("config.json", "model.safetensors"):
        shutil.copy(tiny_encoder / name, tmp_path)
    with pytest.raises(RecipeError, match="has no vocabulary; copy the files of its tokenizer"):
        start_model(recipe)
    for path in tiny_encoder.glob("tokenizer*"):
        shutil.copy(path, tmp_path)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(RecipeError, match="has no weights that can be read"):
        start_model(recipe)


@pytest.mark.parametrize("config", [{}, {"model_type": "no-such"}], ids=str)
def test_a_base_of_no_known_type_is_refused(tmp_path, config):
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    recipe = FinetuneRecipe(str(tmp_path), {"gold": 1.0}, epochs=1, learning_rate=1e-3, batch_windows=1, seed=1)
    with pytest.raises(RecipeError, match=r"no encoder at .*model_type"):
        start_model(recipe)


def test_a_base_in_half_precision_is_trained_in_single(tiny_encoder, tokenizer, tmp_path):
    from transformers import AutoModel

    AutoModel.from_pretrained(tiny_encoder).half().save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    recipe = FinetuneRecipe(str(tmp_path), {"gold": 1.0}, epochs=1, learning_rate=1e-3, batch_windows=1, seed=1)
    model, _ = start_model(recipe)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_a_recipe_that_is_not_there_names_those_that_are():
    with pytest.raises(RecipeError, match="policy-small"):
        load_recipe("no-such", FinetuneRecipe)


# Losses


@given(st.lists(st.floats(-30, 30), min_size=3, max_size=3), st.sampled_from([0, 1]))
def test_the_loss_of_a_union_is_that_of_any_of_its_categories(logits, target):
    p = [1 / (1 + math.exp(-x)) for x in logits]
    absent = math.prod(1 - x for x in p)
    wanted = -math.log(max(1 - absent, 1e-12)) if target else -math.log(max(absent, 1e-300))
    found = union_loss(torch.tensor([logits]), torch.tensor([[target]]), torch.ones(1, 3)).item()
    assert found == pytest.approx(wanted, rel=1e-3, abs=1e-4) or wanted > 25


def test_a_union_of_one_is_binary_cross_entropy():
    logits, targets = torch.randn(4, 3), torch.randint(0, 2, (4, 3))
    wanted = torch.nn.functional.binary_cross_entropy_with_logits(logits, targets.float(), reduction="none")
    assert torch.allclose(union_loss(logits, targets, torch.eye(3)), wanted, atol=1e-5)


@given(st.lists(st.floats(-20, 5), min_size=8, max_size=8))
def test_the_loss_of_a_paragraph_is_that_of_no_sentence_with_its_class(logits):
    p = [[1 / (1 + math.exp(-x)) for x in logits[at : at + 2]] for at in (0, 2, 4, 6)]
    first, second = (1 - p[1][0]) * (1 - p[2][0]), (1 - p[3][0]) * (1 - p[3][1])
    # Four sentences of two labels: the second and third make the paragraph 0, of class 0, the last makes 1, of class 1.
    numbers, labels = torch.tensor([[UNKNOWN, 0, 0, 1]]), torch.tensor([[0, 1, UNKNOWN, UNKNOWN]])
    found = paragraph_loss(torch.tensor(logits).view(1, 4, 2), numbers, labels, torch.tensor([[1.0, 0.0], [1.0, 1.0]]))
    wanted = [-math.log1p(-absent) for absent in (first, second)]
    assert found[0].tolist() == pytest.approx([*wanted, 0, 0], rel=1e-3, abs=1e-4)


def test_what_is_unknown_costs_nothing_and_moves_nothing():
    logits = torch.randn(2, 3, requires_grad=True)
    unknown = torch.full((2, 3), UNKNOWN)
    loss = union_loss(logits, unknown, torch.eye(3)).sum() + denial_loss(logits, unknown).sum()
    loss = loss + paragraph_loss(logits[None], unknown[:1, :2], unknown[:1, :2], torch.eye(3)).sum()
    loss.backward()
    assert loss.item() == 0
    assert logits.grad is not None and logits.grad.abs().sum() == 0
    tags = tag_loss(torch.randn(1, 4, 3, 3), torch.full((1, 4, 3), IGNORED), torch.ones(1))
    assert tags.item() == 0


def test_extreme_logits_give_finite_losses_and_gradients():
    logits = torch.tensor([[80.0, -80.0]], requires_grad=True)
    loss = union_loss(logits, torch.tensor([[0, 1]]), torch.eye(2)).sum()
    loss.backward()
    assert torch.isfinite(loss)
    assert logits.grad is not None and torch.isfinite(logits.grad).all()


# Targets


def test_the_unions_are_the_categories_and_the_topics():
    matrix = union_matrix(Settings())
    assert matrix.shape == (14 + 11, 14)
    assert (matrix[:14] == np.eye(14)).all()
    assert UNIONS[14:][7] == ("user_choice", "user_access")
    own = union_matrix(Settings(topics=TOPICS))
    assert (own == np.eye(14 + 11)).all()


def test_gold_targets_say_everything_about_every_sentence(encoder):
    record = next(r for r in read_gold(shipped_gold() / "seeds") if r.id == "i-yinchuan")
    example = gold_example(record, encoder)
    assert (example.unions[:, :14] != UNKNOWN).all() and (example.unions[:, 14:] == UNKNOWN).all()
    for sentence, row, denied in zip(record.sentences, example.unions, example.denied, strict=True):
        assert {c for c, y in zip(CATEGORIES, row[:14], strict=True) if y} == set(sentence.categories)
        assert {c for c, y in zip(CATEGORIES, denied, strict=True) if y == 1} == set(sentence.denied)
        assert {c for c, y in zip(CATEGORIES, denied, strict=True) if y == UNKNOWN} == set(CATEGORIES) - set(
            sentence.categories
        )
    assert example.tags is not None
    begins = sum(int((tags == 1).sum()) for tags in example.tags)
    assert begins == len(record.entities)
    assert all(tags.shape[1] == len(ENTITY_TYPES) for tags in example.tags)


def test_sentences_read_alone_share_no_window(encoder):
    record = next(r for r in read_gold(shipped_gold() / "seeds") if r.id == "i-yinchuan")
    policy = alone(gold_example(record, encoder).policy, encoder)
    assert [{p.sentence for p in window.pieces} for window in policy.windows] == [{i} for i in range(len(record.sentences))]


def test_the_linear_branch_learns_rare_denials_beside_many_labels(tiny_encoder):
    settings = Settings(topics=TOPICS)
    encoder = Encoder(Tokenizer.from_file(str(tiny_encoder / "tokenizer.json")), settings)
    gold = [gold_example(record, encoder) for record in read_gold(shipped_gold() / "seeds")]
    # A source of topics, four times as long, that says nothing of denials.
    topics = [
        dataclasses.replace(e, unions=np.roll(e.unions, 14, axis=1), denied=np.full_like(e.denied, UNKNOWN), tags=None)
        for e in gold * 4
    ]
    branch = train_ngrams(NgramRecipe({}, buckets=4096, tag_buckets=64, tag_epochs=1), [*gold, *topics], settings, seed=1)
    logits = np.concatenate([branch.sentence_logits(e.policy.ids, e.policy.views)[:, -1] for e in gold])
    denies = np.concatenate([(e.denied == 1).any(1) for e in gold])
    assert denies.sum() == 10
    assert logits[denies].min() > 0.5
    assert np.median(logits[~denies]) == pytest.approx(-0.5, abs=0.2)


# Pretraining


def test_documents_are_read_from_text_and_from_zstd(tmp_path):
    import zstandard

    text = "甲。\n乙。\n\n\n丙\u2028丁。\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "a.txt.zst").write_bytes(zstandard.compress(text.encode()))
    wanted = [["甲。", "乙。"], ["丙\u2028丁。"]]
    assert list(read_documents(tmp_path / "a.txt")) == wanted
    assert list(read_documents(tmp_path / "a.txt.zst")) == wanted


def test_a_document_is_drawn_by_its_text_alone():
    assert draw(["甲。", "乙。"], "held out") == draw(["甲。", "乙。"], "held out")
    shares = [draw([str(i)], "held out") < 0.25 for i in range(2000)]
    assert 0.2 < sum(shares) / len(shares) < 0.3


def test_blocks_are_full_and_hold_the_text_in_order(tokenizer):
    documents = [["我们会收集您的手机号码。我们会共享。"] * 5, ["联系我们。"] * 10]
    blocks = list(pack(documents, tokenizer, 32))
    assert all(len(b["input_ids"]) == len(b["word_starts"]) == 32 for b in blocks)
    assert all(b["input_ids"][0] == tokenizer.cls_token_id for b in blocks)
    first = tokenizer.decode(blocks[0]["input_ids"]).replace(" ", "")
    assert first.startswith("[CLS]我们会收集您的手机号码。[SEP]我们会共享。[SEP]我们会")


def test_whole_words_are_masked_and_special_tokens_never(tokenizer):
    block = next(pack([["我们会收集您的手机号码和位置信息。" * 20]], tokenizer, 200))
    torch.manual_seed(0)
    batch = WholeWordMasking(tokenizer, 0.3, seed=1)([block] * 8)
    ids, labels = np.array([block["input_ids"]] * 8), batch["labels"].numpy()
    chosen = labels != IGNORED
    assert (labels[chosen] == ids[chosen]).all()
    assert not chosen[np.isin(ids, tokenizer.all_special_ids)].any()
    assert 0.2 < chosen.mean() < 0.4
    words = np.cumsum(block["word_starts"])
    ordinary = ~np.isin(ids[0], tokenizer.all_special_ids)
    for row in chosen:
        for word in np.unique(words[ordinary]):
            assert row[(words == word) & ordinary].min() == row[(words == word) & ordinary].max()
    masked = batch["input_ids"].numpy()[chosen]
    assert 0.7 < (masked == tokenizer.mask_token_id).mean() < 0.9


RECIPE = PretrainRecipe(
    sources=(Source("a.txt", epochs=1.5, held_out=0.1),),
    shape=Shape(layers=1, hidden=32, heads=2, intermediate=64),
    vocabulary=400,
    vocabulary_characters=200,
    block_tokens=32,
    mask_rate=0.2,
    batch_blocks=8,
    learning_rate=5e-3,
    warmup_steps=2,
    steps=30,
    seed=1,
    save_steps=15,
)


@pytest.fixture
def texts(tmp_path):
    lines = "\n\n".join(f"我们会收集您的手机号码和位置信息{i}。\n我们不会共享您的信息。" for i in range(400))
    (tmp_path / "a.txt").write_text(lines, encoding="utf-8")
    return tmp_path


def test_pretraining_learns_saves_and_resumes(texts):
    result = pretrain(RECIPE, texts, texts / "run")
    assert result["held_out_loss"] < 4.5 < math.log(400)
    assert (texts / "run" / "encoder" / "model.safetensors").is_file()
    assert pretrain(RECIPE, texts, texts / "run") == pytest.approx(result)


def test_another_recipe_never_goes_on_with_a_run(texts):
    pretrain(dataclasses.replace(RECIPE, stop_after=1), texts, texts / "run")
    with pytest.raises(TiaokuanError, match="another mask_rate, stop_after; give a new folder"):
        pretrain(dataclasses.replace(RECIPE, mask_rate=0.3), texts, texts / "run")


def test_another_text_or_start_never_goes_on_with_a_run(texts, tiny_encoder):
    start = shutil.copytree(tiny_encoder, texts / "start")
    recipe = dataclasses.replace(RECIPE, start=str(start), keep_vocabulary=True)
    _claim(texts / "run", recipe, texts)
    _claim(texts / "run", recipe, texts)
    for path, cause in ((start / "tokenizer.json", "start_sha256"), (texts / "a.txt", "start_sha256, texts_sha256")):
        path.write_bytes(path.read_bytes() + b"\n")
        with pytest.raises(TiaokuanError, match=f"another {cause}; give a new folder"):
            _claim(texts / "run", recipe, texts)


def test_a_claim_cut_short_is_none(texts, monkeypatch):
    whole = Path.write_text

    def cut(path, text, **named):
        whole(path, text[:20], **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "write_text", cut)
        _claim(texts / "run", RECIPE, texts)
    _claim(texts / "run", RECIPE, texts)
    assert json.loads((texts / "run" / "recipe.json").read_text(encoding="utf-8"))["seed"] == RECIPE.seed


def test_an_encoder_in_half_precision_goes_on_in_single(tokenizer, tmp_path):
    shape = {"num_hidden_layers": 1, "hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 64}
    MaskedLanguageModel(BertConfig(vocab_size=len(tokenizer), **shape)).half().save_pretrained(tmp_path)
    model = _start_model(dataclasses.replace(RECIPE, start=str(tmp_path), keep_vocabulary=True), tokenizer)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_an_encoder_without_a_prediction_head_does_not_go_on(tiny_encoder, tokenizer):
    recipe = dataclasses.replace(RECIPE, start=str(tiny_encoder), keep_vocabulary=True)
    with pytest.raises(RecipeError, match=r"of the weights of a MaskedLanguageModel, first cls\.predictions"):
        _start_model(recipe, tokenizer)


def test_held_out_text_is_masked_alike_whatever_the_recipe(tmp_path):
    recipes = [RECIPE, dataclasses.replace(RECIPE, batch_blocks=2 * RECIPE.batch_blocks)]
    assert len({_arguments(recipe, tmp_path).per_device_eval_batch_size for recipe in recipes}) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"block_tokens": 600}, "block_tokens is 600"),
        ({"sources": (Source("a.txt"),)}, "no source is held_out"),
        ({"stop_after": 31}, "behind the last of 30 steps"),
        ({"start": "bert-base-chinese"}, "with keep_vocabulary"),
    ],
)
def test_a_pretraining_that_cannot_work_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(RECIPE, **change)


def test_what_pretraining_lacks_is_said_first(texts):
    with pytest.raises(TiaokuanError, match="no pretraining text"):
        pretrain(dataclasses.replace(RECIPE, sources=(Source("b.txt", held_out=0.1),)), texts, texts / "run")
    with pytest.raises(TiaokuanError, match="run the part before"):
        pretrain(dataclasses.replace(RECIPE, start=str(texts / "no"), keep_vocabulary=True), texts, texts / "run")
    with pytest.raises(RecipeError, match=r"drawn of a\.txt to learn from, or to hold out, fills no block of 32 tokens"):
        pretrain(dataclasses.replace(RECIPE, sources=(Source("a.txt", held_out=1e-9),)), texts, texts / "none")


def test_a_checkpoint_cut_short_is_passed_over(tmp_path):
    for step, files in ((5, ["trainer_state.json"]), (20, ["trainer_state.json"]), (100, ["model.safetensors"])):
        (tmp_path / f"checkpoint-{step}").mkdir()
        for name in files:
            (tmp_path / f"checkpoint-{step}" / name).touch()
    assert last_checkpoint(tmp_path) == str(tmp_path / "checkpoint-20")
    assert last_checkpoint(tmp_path / "none") is None


def test_plain_attention_is_the_fused_one(tiny_encoder):
    from transformers import AutoModel

    ids, mask = torch.randint(5, 100, (3, 12)), torch.ones(3, 12, dtype=torch.long)
    mask[1, 7:] = 0
    states = []
    for name in ("sdpa", "plain"):
        model = AutoModel.from_pretrained(tiny_encoder).eval()
        model.set_attn_implementation(name)
        states.append(model(input_ids=ids, attention_mask=mask).last_hidden_state[mask.bool()])
    assert torch.allclose(states[0], states[1], atol=1e-5)


def test_plain_attention_looks_no_further_than_a_window():
    from transformers import ModernBertConfig, ModernBertModel

    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    model = ModernBertModel(ModernBertConfig(vocab_size=100, local_attention=4, pad_token_id=0, **shape)).eval()
    ids, states = torch.randint(5, 100, (2, 24)), []
    for name in ("sdpa", "plain"):
        model.set_attn_implementation(name)
        states.append(model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state)
    assert torch.allclose(states[0], states[1], atol=1e-5)


def test_the_same_recipe_gives_the_same_result(texts):
    assert pretrain(RECIPE, texts, texts / "once") == pytest.approx(pretrain(RECIPE, texts, texts / "again"))


def test_the_same_texts_give_the_same_vocabulary():
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    first, second = (train_vocabulary(texts, size=1200, characters=1500) for _ in range(2))
    assert first.get_vocab() == second.get_vocab()
    assert len(first) == 1200
    assert not [piece for piece in first.get_vocab() if piece.startswith("##") and not piece[2:].isascii()]
    assert first.tokenize("接入极光推送SDK") == ["接", "入", "极", "光", "推", "送", "sdk"]
    assert set(first.all_special_tokens) == {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}


def test_a_vocabulary_too_small_for_its_characters_is_refused():
    with pytest.raises(RecipeError, match="do not fit into 10 pieces"):
        train_vocabulary(["我们会收集您的手机号码和位置信息。"], size=10, characters=100)


def torchrun(*order: object) -> str:
    """Run a command line in two processes; return what they print."""
    run = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "tiaokuan.serve"]
    done = subprocess.run([*run, *map(str, order)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
def test_two_processes_pretrain_as_one_does(texts):
    alone = pretrain(RECIPE, texts, texts / "alone")
    recipe = dataclasses.asdict(dataclasses.replace(RECIPE, batch_blocks=RECIPE.batch_blocks // 2))
    recipe["sources"] = list(recipe["sources"])
    (texts / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    printed = torchrun("pretrain", texts / "recipe.yaml", "--corpora", texts, "-o", texts / "both")
    both = json.loads((texts / "both" / "result.json").read_text(encoding="utf-8"))
    assert both["held_out_loss"] == pytest.approx(alone["held_out_loss"], rel=0.05)
    assert printed.count("held-out loss") == 1


@pytest.mark.slow
def test_two_processes_fine_tune_as_one_does(tiny_encoder, tmp_path):
    def losses(folder: Path) -> list[float]:
        (state,) = folder.glob("checkpoints/run-*/checkpoint-*/trainer_state.json")
        return [entry["loss"] for entry in json.loads(state.read_text(encoding="utf-8"))["log_history"] if "loss" in entry]

    recipe = {"base": str(tiny_encoder), "sources": {"gold": 1.0}, "gold": ["seeds"], "seed": 1}
    recipe |= {"epochs": 4, "learning_rate": 1e-3, "head_dropout": 0.0, "save_steps": 100}
    for folder, windows in (("alone", 4), ("both", 2)):
        (tmp_path / f"{folder}.yaml").write_text(yaml.safe_dump(recipe | {"batch_windows": windows}), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["train", str(tmp_path / "alone.yaml"), "-o", str(tmp_path / "alone")])
    assert ended.value.code == 0
    printed = torchrun("train", tmp_path / "both.yaml", "-o", tmp_path / "both")
    assert losses(tmp_path / "both") == pytest.approx(losses(tmp_path / "alone"), rel=0.05)
    assert printed.count("wrote") == 1
    assert open_model(tmp_path / "both" / "model").name == "both"
