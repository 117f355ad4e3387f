"""Fine-tuning of the windowed network on every source of a recipe: `tiaokuan train RECIPE`."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from tokenizers import Tokenizer
from torch import Tensor
from transformers import (
    AutoConfig,
    AutoModel,
    EarlyStoppingCallback,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    Trainer,
    TrainingArguments,
    set_seed,
)

from ..data.corpora.ca4p483 import COMPONENTS
from ..data.corpora.capp130 import TOPICS
from ..data.errors import RecipeError
from ..data.taxonomy import ENTITY_TYPES
from ..models.encoding import Encoder
from ..models.modeling import PolicyConfig, PolicyModel
from ..models.ngrams import NgramModel
from ..models.settings import Settings
from .checkpoints import last_checkpoint, load_tokenizer, load_whole, located
from .hardware import attention
from .losses import Targets, total_loss
from .ngrams import NgramRecipe
from .targets import IGNORED, UNIONS, UNKNOWN, Example, paragraph_matrix, union_matrix

_SOURCES = {"gold", "capp130", "ca4p483", "ca4p483_paragraphs"}


@dataclass(frozen=True)
class FinetuneRecipe:
    """Every number of a fine-tuning run.

    `sources` maps a source to its weight in the loss: `gold`, whose folders `gold` names, `capp130` and `ca4p483_paragraphs`
    share a network, `ca4p483` has one of its own (its weight counts for nothing). `base` is a folder, a hub name or a shipped
    model's name: an encoder, or a model of this project to go on from, with its windows and labels; with `new_heads` only such
    a model's encoder is taken. With `topic_head` CAPP-130's topics are labels of their own, without they are unions of
    categories. Learning rates: the encoder's, and a multiple of it for the heads. An epoch reads a source once, or as often as
    `repeats` says; gold also `swapped_copies` times with the share `swaps` of each entity type's mentions renamed. `ngrams`
    asks for the linear branch, which learns nothing from paragraphs. `temperature` and `denied_category_threshold` go into the
    model's `Settings`. `development` names folders of gold that is not learnt from: the network of the epoch with the least
    loss on it is kept, training stops after `patience` epochs without a better one, and checkpoints are of epochs, not of every
    `save_steps`.
    """

    base: str
    sources: dict[str, float]
    epochs: float
    learning_rate: float
    batch_windows: int
    seed: int
    gold: tuple[str, ...] = ("seeds", "capp130")
    development: tuple[str, ...] = ()
    patience: int = 2
    context: bool = True
    head_rate: float = 3.0
    max_tokens: int = 384
    head_dropout: float = 0.1
    tag_weight: float = 2.0
    warmup_share: float = 0.1
    weight_decay: float = 0.01
    encoder_dropout: float = 0.0
    denied_weight: float = 1.0
    swapped_copies: int = 0
    swaps: dict[str, float] = field(default_factory=dict)
    repeats: dict[str, int] = field(default_factory=dict)
    topic_head: bool = False
    new_heads: bool = False
    save_steps: int = 500
    temperature: float = 1.0
    denied_category_threshold: float = 0.25
    ngrams: NgramRecipe | None = None

    def __post_init__(self) -> None:
        wanted = self.all_sources()
        unknown = wanted - _SOURCES
        if unknown:
            raise ValueError(f"unknown sources {', '.join(sorted(unknown))}; known are {', '.join(sorted(_SOURCES))}")
        if len(wanted) > 1 and "ca4p483" in wanted:
            raise ValueError("ca4p483 has labels of its own and shares a network with no other source")
        if set(self.repeats) - set(self.sources) or min(self.repeats.values(), default=1) < 1:
            raise ValueError("`repeats` says of sources of the recipe how often each is read, once or more")
        if set(self.swaps) - set(ENTITY_TYPES):
            raise ValueError(f"`swaps` are shares of the types {', '.join(ENTITY_TYPES)}, not of {', '.join(self.swaps)}")
        if self.development and "gold" not in self.sources:
            raise ValueError("`development` is gold, which tells nothing of a network that does not learn from gold")
        if self.patience < 1:
            raise ValueError(f"`patience` is {self.patience}; at least one epoch without a better one is waited for")
        if self.topic_head and "capp130" not in wanted:
            raise ValueError("a topic_head learns from capp130, which is no source of this recipe")
        self._check_numbers()
        self.settings()  # refuses what no model could work with

    def _check_numbers(self) -> None:
        if min(self.epochs, self.learning_rate, self.batch_windows, self.head_rate, *self.sources.values()) <= 0:
            raise ValueError("epochs, learning rates, batch_windows and the sources' weights are above 0")
        if min(self.swapped_copies, self.tag_weight, self.denied_weight, self.weight_decay) < 0:
            raise ValueError("swapped_copies, weights of losses and weight_decay are 0 or more")
        if not 0 <= self.warmup_share < 1:
            raise ValueError(f"warmup_share is {self.warmup_share}, but a share of the steps, below 1, is wanted")

    def all_sources(self) -> set[str]:
        """Return the sources of the network and of its linear branch."""
        return {*self.sources, *(self.ngrams.sources if self.ngrams else {})}

    def settings(self) -> Settings:
        """Return the windows and labels of a network that starts from a bare encoder."""
        weights: dict[str, Any] = self.ngrams.weights() if self.ngrams else {}
        return Settings(
            max_tokens=self.max_tokens,
            entity_types=tuple(COMPONENTS.values()) if "ca4p483" in self.sources else ENTITY_TYPES,
            topics=TOPICS if self.topic_head else (),
            temperature=self.temperature,
            denied_category_threshold=self.denied_category_threshold,
            **weights,
        )


_OF_RECIPE = {*NgramRecipe({}).weights(), "temperature", "denied_category_threshold"}
"""Settings of a model gone on from that the recipe decides; windows, labels and thresholds stay the model's."""


def is_model(base: str) -> bool:
    """Say whether a base is a model of this project, and no bare encoder."""
    return isinstance(_config(base), PolicyConfig)


def _config(base: str) -> PreTrainedConfig:
    try:
        return AutoConfig.from_pretrained(located(base))
    except (OSError, ValueError) as error:
        raise RecipeError(
            f"no encoder at {base!r}: a local folder or a hub name is wanted, with a config.json of a model_type that "
            "transformers knows"
        ) from error


def start_model(recipe: FinetuneRecipe) -> tuple[PolicyModel, PreTrainedTokenizerFast]:
    """Load the recipe's base: a model of this project, with the recipe's branch weights and temperature, or an encoder, which
    may be such a model's, under new heads drawn with its seed."""
    set_seed(recipe.seed)
    config = _config(recipe.base)
    tokenizer = load_tokenizer(recipe.base)
    if isinstance(config, PolicyConfig) and not recipe.new_heads:
        return _go_on(recipe, config), tokenizer
    return _under_new_heads(recipe, config), tokenizer


def _go_on(recipe: FinetuneRecipe, config: PolicyConfig) -> PolicyModel:
    own, settings = config.settings, recipe.settings()
    if (own.entity_types, own.labels) != (settings.entity_types, settings.labels):
        raise RecipeError(
            f"{recipe.base!r} gives other labels than the recipe; mend `topic_head`, or take its encoder alone with `new_heads`"
        )
    config.head_dropout = recipe.head_dropout
    _set_dropout(config.encoder, recipe.encoder_dropout)
    config.tiaokuan |= {key: value for key, value in settings.to_json().items() if key in _OF_RECIPE}
    return load_whole(PolicyModel, recipe.base, config=config)


def _under_new_heads(recipe: FinetuneRecipe, config: PreTrainedConfig) -> PolicyModel:
    own = isinstance(config, PolicyConfig)
    bare = config.encoder_config() if own else config
    longest = getattr(bare, "max_position_embeddings", recipe.max_tokens) - (2 if "roberta" in bare.model_type else 0)
    if recipe.max_tokens > longest:
        raise RecipeError(f"windows of {recipe.max_tokens} tokens are wanted, but {recipe.base!r} reads at most {longest}")
    encoder = load_whole(PolicyModel, recipe.base).encoder if own else load_whole(AutoModel, recipe.base)
    single = encoder.config.to_dict()  # as it was loaded: the base's own may say half precision
    _set_dropout(single, recipe.encoder_dropout)
    settings = recipe.settings().to_json()
    model = PolicyModel(PolicyConfig(encoder=single, tiaokuan=settings, head_dropout=recipe.head_dropout))
    model.encoder.load_state_dict(encoder.state_dict(), strict=False)  # all but a pooler, which the network has no use for
    return model


def _set_dropout(encoder: dict[str, Any], share: float) -> None:
    """Set both dropouts of a BERT's configuration."""
    encoder |= {"hidden_dropout_prob": share, "attention_probs_dropout_prob": share}


def encoder_of(model: PolicyModel, tokenizer: PreTrainedTokenizerFast, ngrams: NgramModel | None = None) -> Encoder:
    """Return the tokenizer, windows and linear branch that a model reads with."""
    return Encoder(Tokenizer.from_str(tokenizer.backend_tokenizer.to_str()), model.config.settings, ngrams)


class Collator:
    """Lays the windows of examples out as the network's inputs and their targets."""

    def __init__(self, examples: Sequence[Example], encoder: Encoder) -> None:
        self.examples = examples
        self.encoder = encoder

    def __call__(self, rows: list[dict[str, int]]) -> dict[str, Any]:
        """Return tensors: the fields of `Batch` and those of `Targets`."""
        chosen = [self.examples[row["example"]] for row in rows]
        windows = [example.policy.windows[row["window"]] for example, row in zip(chosen, rows, strict=True)]
        batch = self.encoder.batch([(example.policy, window) for example, window in zip(chosen, windows, strict=True)])
        shape = batch.pooling.shape[:2]
        unions = np.full((*shape, len(UNIONS)), UNKNOWN, dtype=np.int64)
        denied = np.full((*shape, chosen[0].denied.shape[1]), UNKNOWN, dtype=np.int64)
        tags = np.full((*batch.input_ids.shape, len(self.encoder.settings.entity_types)), IGNORED, dtype=np.int64)
        paragraphs, paragraph_labels = (np.full(shape, UNKNOWN, dtype=np.int64) for _ in range(2))
        for row, (example, window) in enumerate(zip(chosen, windows, strict=True)):
            for column, piece in enumerate(window.pieces):
                if piece.is_context:
                    continue
                unions[row, column] = example.unions[piece.sentence]
                denied[row, column] = example.denied[piece.sentence]
                if example.tags is not None:
                    begin = piece.position
                    tags[row, begin : begin + piece.size] = example.tags[piece.sentence][piece.first : piece.last]
            for number, paragraph in enumerate(example.paragraphs_in(window)):
                inside = [not piece.is_context and piece.sentence in paragraph.sentences for piece in window.pieces]
                paragraphs[row, : len(inside)][inside] = number
                paragraph_labels[row, number] = paragraph.label
        weight = np.array([example.weight for example in chosen], dtype=np.float32)
        arrays = {f.name: getattr(batch, f.name) for f in dataclasses.fields(batch)}
        arrays |= {"unions": unions, "denied": denied, "tags": tags, "weight": weight}
        arrays |= {"paragraphs": paragraphs, "paragraph_labels": paragraph_labels}
        return {name: torch.from_numpy(array) for name, array in arrays.items()}


class PolicyTrainer(Trainer):
    """Hugging Face's trainer with the project's loss and a learning rate for each part of the network."""

    def __init__(self, recipe: FinetuneRecipe, model: PolicyModel, **values: Any) -> None:
        super().__init__(model=model, **values)
        self.recipe = recipe
        self.unions = torch.from_numpy(union_matrix(model.config.settings))
        self.classes = torch.from_numpy(paragraph_matrix(model.config.settings))

    def compute_loss(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, model: Any, inputs: dict[str, Tensor], return_outputs: bool = False, **unused: Any
    ) -> Any:
        """Return the loss of a batch from the collator."""
        targets = Targets(**{f.name: inputs.pop(f.name) for f in dataclasses.fields(Targets)})
        output = model(**inputs)
        unions, classes = (matrix.to(output.categories.device) for matrix in (self.unions, self.classes))
        loss = total_loss(
            output.categories,
            output.denied,
            output.tags,
            targets,
            unions,
            classes,
            tag_weight=self.recipe.tag_weight,
            denied_weight=self.recipe.denied_weight,
        )
        return (loss, output) if return_outputs else loss

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """Return AdamW with the encoder's and the heads' learning rates."""
        rate, decay = self.recipe.learning_rate, self.recipe.weight_decay
        groups: dict[tuple[float, float], list[Tensor]] = {}
        network: Any = self.model
        for name, parameter in network.named_parameters():
            factor = 1.0 if name.startswith("encoder.") else self.recipe.head_rate
            key = (rate * factor, 0.0 if parameter.ndim < 2 else decay)
            groups.setdefault(key, []).append(parameter)
        parts = [{"params": params, "lr": lr, "weight_decay": wd} for (lr, wd), params in groups.items()]
        self.optimizer = torch.optim.AdamW(parts, betas=(0.9, 0.98), fused=True)
        return self.optimizer


def finetune(
    recipe: FinetuneRecipe,
    model: PolicyModel,
    encoder: Encoder,
    examples: Sequence[Example],
    work: Path,
    *,
    development: Sequence[Example] = (),
) -> PolicyModel:
    """Train a model on examples; an interrupted run goes on from the last checkpoint under `work`.

    With `development` examples the network of the epoch that reads them best is returned.
    """
    set_seed(recipe.seed)
    rows, watched = list(_windows(examples)), list(_windows(development, first=len(examples)))
    if not rows:
        raise RecipeError("no annotated sentence in any source; check the recipe's `sources` and --corpora")
    model.encoder.set_attn_implementation(attention())
    trainer = PolicyTrainer(
        recipe,
        model,
        args=_arguments(recipe, work, watched=bool(watched)),
        train_dataset=Dataset.from_list(rows),
        eval_dataset=Dataset.from_list(watched) if watched else None,
        data_collator=Collator([*examples, *development], encoder),
        callbacks=[EarlyStoppingCallback(recipe.patience)] if watched else [],
    )
    trainer.train(resume_from_checkpoint=last_checkpoint(work))
    return model


def _windows(examples: Sequence[Example], first: int = 0) -> Iterable[dict[str, int]]:
    for number, example in enumerate(examples, first):
        for index, window in enumerate(example.policy.windows):
            if example.speaks(window):
                yield {"example": number, "window": index}


def _arguments(recipe: FinetuneRecipe, work: Path, *, watched: bool) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(work),
        per_device_train_batch_size=recipe.batch_windows,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=recipe.warmup_share,
        num_train_epochs=recipe.epochs,
        max_grad_norm=1.0,
        use_cpu=not torch.cuda.is_available(),
        bf16=True,
        seed=recipe.seed,
        data_seed=recipe.seed,
        logging_steps=50,
        eval_strategy="epoch" if watched else "no",
        save_strategy="epoch" if watched else "steps",
        load_best_model_at_end=watched,
        restore_callback_states_from_checkpoint=watched,
        prediction_loss_only=True,
        save_steps=recipe.save_steps,
        save_total_limit=1,
        report_to=[],
        remove_unused_columns=False,
        label_names=[f.name for f in dataclasses.fields(Targets)],
        dataloader_num_workers=0,
    )
