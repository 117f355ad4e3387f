"""Trainings without what they are then measured on."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from ..data.errors import RecipeError
from ..models.folder import ModelFolder
from ..models.modeling import TorchEngine
from ..models.pipeline import Pipeline
from .benchmark import Silence
from .finetune import encoder_of, is_model, start_model
from .paragraphs import policy_sentences
from .sources import Sources
from .topics import Learn, Place, Topics, network_topics
from .versions import find_versions, policy_lines, without_versions


def topic_learner(sources: Sources, work: Path) -> Learn:
    """Return what fine-tunes an encoder on rows of CAPP-130, with checkpoints under `work`, and finds topics of others.

    Gold and paragraphs of the policies of those others, or of versions of them, are left out. Raises `RecipeError` for a recipe
    without topics, or one that starts from a model that may have learnt from the corpus.
    """
    recipe, task = sources.recipe, sources.topics
    if task is None or not recipe.topic_head:
        raise RecipeError("held-out policies need a recipe that reads capp130 with a topic_head, as capp130 does")
    refuse_model(recipe.base)

    def learn(train: Sequence[Place], wanted: Sequence[Place]) -> Topics:
        names = {name for name, _ in wanted}
        lines = [policy_lines(row.text for row in policy.rows) for policy in task.policies if policy.name in names]
        gold, development = (without_versions(records, lines) for records in (sources.gold, sources.development))
        versions = find_versions([policy_sentences(policy) for policy in sources.paragraphs], lines)
        paragraphs = [policy for number, policy in enumerate(sources.paragraphs) if number not in versions]
        rest = dataclasses.replace(sources, rows=train, gold=gold, paragraphs=paragraphs, development=development)
        model, tokenizer = start_model(recipe)
        encoder = encoder_of(model, tokenizer)
        rest.finetune(model, encoder, work)
        return network_topics(task, wanted, encoder_of(model, tokenizer, rest.branch(encoder)), TorchEngine(model))

    return learn


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
