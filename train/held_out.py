"""Trainings without what they are then measured on."""

from collections.abc import Sequence
from pathlib import Path

from ..data.errors import RecipeError
from ..models.folder import ModelFolder
from ..models.modeling import TorchEngine
from ..models.pipeline import Pipeline
from .benchmark import Silence
from .finetune import encoder_of, finetune, is_model, start_model
from .sources import Sources
from .topics import Place, Topics, network_topics


def trained_topics(sources: Sources, wanted: Sequence[Place], work: Path) -> Topics:
    """Fine-tune an encoder on rows of CAPP-130, with checkpoints in `work`; return its topics for others.

    Raises `RecipeError` for a recipe that learns from other gold on the corpus, or from a model that did.
    """
    recipe, task = sources.recipe, sources.topics
    reads = recipe.all_sources()
    if task is None or "ca4p483" in reads or not recipe.topic_head:
        raise RecipeError("held-out policies need a recipe that reads capp130 with a topic_head, as capp130 does")
    folders = [*recipe.gold, *recipe.development]
    if "gold" in reads and not {"ca4p483", "held_out"}.issuperset(folders):
        raise RecipeError(f"gold in {', '.join(folders)} may be of what is held out; gold on ca4p483 alone is not")
    refuse_model(recipe.base)
    model, tokenizer = start_model(recipe)
    encoder = encoder_of(model, tokenizer)
    finetune(recipe, model, encoder, sources.examples(encoder), work, development=sources.watched(encoder))
    return network_topics(task, wanted, encoder_of(model, tokenizer, sources.branch(encoder)), TorchEngine(model))


def trained_pipeline(sources: Sources, version: str, work: Path, *, linear: bool) -> Pipeline:
    """Train a recipe, with checkpoints in `work`, and return what reads with it: with `linear`, its branch alone."""
    recipe = sources.recipe
    model, tokenizer = start_model(recipe)
    encoder = encoder_of(model, tokenizer)
    if not linear:
        finetune(recipe, model, encoder, sources.examples(encoder), work, development=sources.watched(encoder))
    encoder = encoder_of(model, tokenizer, sources.branch(encoder))
    folder = ModelFolder(Path(), recipe.base, version, "", encoder.settings)
    return Pipeline(folder, encoder, Silence(encoder.settings) if linear else TorchEngine(model))


def refuse_model(base: str) -> None:
    """Raise `RecipeError` for a base that is no bare encoder: what it learnt is not known."""
    if is_model(base):
        raise RecipeError(f"{base!r} is a trained model that may know what is held out; start from an encoder")
