"""What the training commands of the command line do."""

import argparse
import dataclasses
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from ..annotations.gold import as_document, read_gold
from ..annotations.texts import FOLDERS, corpus_root, gold_texts, shipped_gold
from ..data.errors import RecipeError, TiaokuanError
from ..data.record import Record
from ..models.encoding import Encoder
from ..models.folder import TOKENIZER, ModelFolder, find_model, open_model
from ..models.modeling import TorchEngine
from ..models.pipeline import Pipeline
from .benchmark import (
    boundary_table,
    fold_report,
    hold_out,
    linear_topics,
    network_topics,
    score_topics,
    topic_table,
    topic_task,
)
from .cards import model_card
from .export import load_model, rewrite_graph, save_model
from .finetune import FinetuneRecipe, encoder_of, finetune, start_model
from .pretrain import PretrainRecipe, pretrain
from .recipe import load_recipe
from .targets import Example, capp130_example, gold_example


def pretrain_command(options: argparse.Namespace) -> None:
    """`tiaokuan pretrain`."""
    result = pretrain(load_recipe(options.recipe, PretrainRecipe), options.corpora, options.output)
    print(f"held-out loss {result['held_out_loss']:.3f} nats a token, perplexity {result['held_out_perplexity']:.1f}")


def train_command(options: argparse.Namespace) -> None:
    """`tiaokuan train`."""
    recipe = load_recipe(options.recipe, FinetuneRecipe)
    if options.base:
        recipe = dataclasses.replace(recipe, base=options.base)
    if (options.output / "model").exists():
        raise TiaokuanError(f"{options.output} holds a model already; give a new folder")
    records = _gold(options.gold, recipe, options.corpora) if "gold" in recipe.sources else []
    model, tokenizer = start_model(recipe)
    encoder = encoder_of(model, tokenizer)
    finetune(recipe, model, encoder, _examples(recipe, encoder, records, options.corpora), options.output / "checkpoints")
    name = Path(options.recipe).stem
    card = model_card(name, recipe, records)
    save_model(model, tokenizer, options.output / "model", name=name, version=_version(), card=card)
    print(f"wrote {options.output / 'model'}")


def export_command(options: argparse.Namespace) -> None:
    """`tiaokuan export`."""
    rewrite_graph(find_model(options.model))
    print(f"wrote {open_model(options.model).path}")


def benchmark_command(options: argparse.Namespace) -> None:
    """`tiaokuan benchmark`."""
    report = _BENCHMARKS[options.name](options)
    print(report)
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / f"{options.name}.md").write_text(report + "\n", encoding="utf-8", newline="\n")


def _benchmark_boundaries(options: argparse.Namespace) -> str:
    held_out = shipped_gold() / "boundaries"
    gold = read_gold(shipped_gold() / "seeds") + read_gold(held_out, gold_texts(held_out, options.corpora))
    return f"Sentence ends, found by the segmenter\n\n{boundary_table(gold)}"


def _benchmark_capp130(options: argparse.Namespace) -> str:
    task = topic_task(_corpus("capp130", options.corpora))
    gold = task.labels(options.split)
    rows = []
    for context, name in ((False, "TF-IDF + linear SVM, sentence alone"), (True, "TF-IDF + linear SVM, in context")):
        rows.append((name, score_topics(gold, linear_topics(task, options.split, context=context))))
    for folder, context in ((options.alone, False), (options.model, True)):
        if folder or context:
            opened = open_model(folder)
            model, _ = load_model(opened.path)
            encoder = Encoder.from_file(opened.path / TOKENIZER, opened.settings)
            found = network_topics(task, options.split, encoder, TorchEngine(model), context=context)
            rows.append((f"{opened.name}, {'in context' if context else 'sentence alone'}", score_topics(gold, found)))
    return f"CAPP-130 topics, published split, {options.split} ({len(gold)} rows)\n\n{topic_table(rows)}"


def _benchmark_gold(options: argparse.Namespace) -> str:
    recipe = load_recipe(options.recipe, FinetuneRecipe)
    if options.base:
        recipe = dataclasses.replace(recipe, base=options.base)
    records = _gold(None, recipe, options.corpora)
    seeds = [record.id for record in read_gold(shipped_gold() / "seeds")]

    def train_and_predict(rest: Sequence[Record], held_out: Sequence[Record]) -> list[Record]:
        model, tokenizer = start_model(recipe)
        encoder = encoder_of(model, tokenizer)
        with tempfile.TemporaryDirectory() as work:
            finetune(recipe, model, encoder, [gold_example(record, encoder) for record in rest], Path(work) / "none")
        folder = ModelFolder(Path(), options.recipe, _version(), "", encoder.settings)
        return list(Pipeline(folder, encoder, TorchEngine(model)).pipe(map(as_document, held_out)))

    groups = [seeds] if options.together else [[seed] for seed in seeds]
    folds = list(hold_out(records, groups, train_and_predict))
    how = "all five seeds held out at once" if options.together else "each seed left out in turn"
    return f"Gold, {how} ({len(records)} policies, recipe {Path(options.recipe).stem})\n\n{fold_report(folds)}"


_BENCHMARKS = {"boundaries": _benchmark_boundaries, "capp130": _benchmark_capp130, "gold": _benchmark_gold}


def _examples(recipe: FinetuneRecipe, encoder: Encoder, records: Sequence[Record], corpora: Path | None) -> list[Example]:
    examples = [gold_example(record, encoder, weight=recipe.sources["gold"]) for record in records]
    if "capp130" in recipe.sources:
        task = topic_task(_corpus("capp130", corpora))
        for policy in task.policies:
            known = task.known(policy, "train")
            weight = recipe.sources["capp130"]
            examples.append(capp130_example(policy, known, encoder, weight=weight, context=recipe.context))
    return examples


def _gold(paths: Sequence[Path] | None, recipe: FinetuneRecipe, corpora: Path | None) -> list[Record]:
    """Read gold: the paths given, or the shipped folders that the recipe names."""
    shipped = [shipped_gold() / folder for folder in recipe.gold]
    return [record for path in paths or shipped for record in read_gold(path, gold_texts(path, corpora))]


def _corpus(name: str, corpora: Path | None) -> Path:
    if corpora is None:
        raise RecipeError(f"{FOLDERS[name]} is needed; give the folder that holds it as --corpora")
    return corpus_root(name, corpora)


def _version() -> str:
    return version("tiaokuan")
