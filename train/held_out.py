"""Trainings without what they are then measured on."""

from collections.abc import Sequence
from pathlib import Path

from ..data.errors import RecipeError
from ..models.folder import ModelFolder
from ..models.modeling import TorchEngine
from ..models.pipeline import Pipeline
from .benchmark import Silence
from .finetune import encoder_of, is_model, start_model
from .sources import Sources
from .topics import Place, Topics, network_topics


def trained_topics(sources: Sources, wanted: Sequence[Place], work: Path) -> Topics:
    """Fine-tune an encoder on rows of CAPP-130, with checkpoints under `work`; return its topics for others.

    Raises `RecipeError` for a recipe that learns from other gold on the corpus, or from a model that did.
    """
    recipe, task = sources.recipe, sources.topics
    reads = recipe.all_sources()
    if task is None or "ca4p483" in reads or not recipe.topic_head:
        raise RecipeError("held-out policies need a recipe that reads capp130 with a topic_head, as capp130 does")
    other = sorted({*recipe.gold, *recipe.development} - {"ca4p483", "held_out", "unseen"})
    if "gold" in reads and other:
        raise RecipeError(f"gold in {', '.join(other)} may be of what is held out; gold on CA4P-483 alone is not")
    refuse_model(recipe.base)
    model, tokenizer = start_model(recipe)
    encoder = encoder_of(model, tokenizer)
    sources.finetune(model, encoder, work)
    return network_topics(task, wanted, encoder_of(model, tokenizer, sources.branch(encoder)), TorchEngine(model))


def trained_pipeline(sources: Sources, version: str, work: Path, *, linear: bool) -> Pipeline:
    """Train a recipe, with checkpoints under `work`, and return what reads with it: with `linear`, its branch alone."""
    recipe = sources.recipe
    model, tokenizer = start_model(recipe)
    encoder = encoder_of(model, tokenizer)
    if not linear:
        sources.finetune(model, encoder, work)
    encoder = encoder_of(model, tokenizer, sources.branch(encoder))
    folder = ModelFolder(Path(), recipe.base, version, "", encoder.settings)
    return Pipeline(folder, encoder, Silence(encoder.settings) if linear else TorchEngine(model))


def refuse_model(base: str) -> None:
    """Raise `RecipeError` for a base that is no bare encoder: what it learnt is not known."""
    if is_model(base):
        raise RecipeError(f"{base!r} is a trained model that may know what is held out; start from an encoder")
