"""What the training commands of the command line do."""

import argparse
import dataclasses
import tempfile
from collections.abc import Collection, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

from ..annotations.gold import as_document, read_gold, stand_off
from ..annotations.human import categories_by_row
from ..annotations.texts import gold_texts, shipped_gold
from ..data.corpora.ca4p483 import COMPONENTS, read_bios, read_policies
from ..data.errors import RecipeError, TiaokuanError
from ..data.record import Record
from ..models.encoding import Encoder
from ..models.folder import find_model, open_model
from ..models.modeling import TorchEngine
from ..models.pipeline import Pipeline
from .benchmark import boundary_table, fold_report, hold_out
from .cards import model_card
from .components import component_table, linear_components, network_components
from .export import load_model, rewrite_graph, save_model
from .finetune import FinetuneRecipe, encoder_of, start_model
from .hardware import is_first_process
from .held_out import refuse_model, topic_learner, trained_pipeline
from .ngrams import NgramRecipe
from .paragraphs import category_table, linear_table, read_fresh
from .pretrain import PretrainRecipe, pretrain
from .recipe import load_recipe
from .sources import Sources, corpus, shipped_folders
from .topics import (
    Learn,
    Place,
    TopicTask,
    branch_topics,
    categories_around,
    fold_table,
    labels_around,
    linear_topics,
    network_topics,
    split_table,
    topic_task,
)
from .versions import deal_folds, gold_lines


def pretrain_command(options: argparse.Namespace) -> None:
    """`tiaokuan pretrain`."""
    result = pretrain(load_recipe(options.recipe, PretrainRecipe, options.changes), options.corpora, options.output)
    if is_first_process():
        print(f"held-out loss {result['held_out_loss']:.3f} nats a token, perplexity {result['held_out_perplexity']:.1f}")


def train_command(options: argparse.Namespace) -> None:
    """`tiaokuan train`."""
    recipe = _recipe(options, options.recipe)
    if (options.output / "model").exists():
        raise TiaokuanError(f"{options.output} holds a model already; give a new folder")
    sources = Sources.read(recipe, options.corpora, options.gold)
    model, tokenizer = start_model(recipe)
    encoder = encoder_of(model, tokenizer)
    sources.finetune(model, encoder, options.output / "checkpoints")
    if not is_first_process():
        return
    ngrams = sources.branch(encoder)
    name = Path(options.recipe).stem
    card = model_card(name, sources)
    save_model(model, tokenizer, options.output / "model", name=name, version=_version(), card=card, ngrams=ngrams)
    print(f"wrote {options.output / 'model'}")


def export_command(options: argparse.Namespace) -> None:
    """`tiaokuan export`."""
    rewrite_graph(find_model(options.model))
    print(f"wrote {open_model(options.model).path}")


def benchmark_command(options: argparse.Namespace) -> None:
    """`tiaokuan benchmark`. With an output folder, folds cut short go on from their last checkpoint."""
    if options.folds is not None and options.folds < 2:
        raise RecipeError(f"{options.folds} folds are no folds; 2 or more are wanted")
    _refuse_unused(options)
    with tempfile.TemporaryDirectory() as scratch:
        report = _BENCHMARKS[options.name](options, options.output or Path(scratch))
    print(report)
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / f"{options.name}.md").write_text(report + "\n", encoding="utf-8", newline="\n")


def _refuse_unused(options: argparse.Namespace) -> None:
    """Raise `RecipeError` for options that would change nothing."""
    name = f"{options.name} --folds"
    name = name if options.folds and name in _USED else options.name
    used = _USED[name] - (_TRAINING if options.name == "capp130" and not options.recipe else set())
    unused = {option for option in _USED_BY_ANY - used if getattr(options, "changes" if option == "set" else option)}
    if unused:
        hint = "; it trains with --folds and --recipe" if options.name == "capp130" and unused & _TRAINING else ""
        named = ", ".join(f"--{option.replace('_', '-')}" for option in sorted(unused))
        raise RecipeError(f"benchmark {name} has no use for {named}{hint}")


def _benchmark_boundaries(options: argparse.Namespace, _: Path) -> str:
    held_out = shipped_gold() / "boundaries"
    gold = read_gold(shipped_gold() / "seeds") + read_gold(held_out, gold_texts(held_out, options.corpora))
    return f"Sentence ends, found by the segmenter\n\n{boundary_table(gold)}"


def _benchmark_capp130(options: argparse.Namespace, work: Path) -> str:
    task = topic_task(corpus("capp130", options.corpora))
    opened = open_model(options.model)
    encoder = Encoder.from_folder(opened)
    if options.folds:
        return _capp130_folds(options, work, task, encoder)
    split = options.split or "dev"
    train, wanted = task.rows["train"], task.rows[split]
    gold = task.labels(wanted)
    engine = TorchEngine(load_model(opened.path))
    around = partial(labels_around, task, train)
    systems = [
        ("TF-IDF + linear SVM, sentence alone", linear_topics(task, train, wanted, context=False)),
        ("TF-IDF + linear SVM, in context", linear_topics(task, train, wanted, context=True)),
        ("the same, told the policy's other labels", linear_topics(task, train, wanted, context=True, more=around)),
        (f"{opened.name}, sentence alone", network_topics(task, wanted, encoder, engine, context=False)),
        (f"{opened.name}, network without its linear branch", network_topics(task, wanted, encoder.bare(), engine)),
        (f"{opened.name}", network_topics(task, wanted, encoder, engine)),
    ]
    table = split_table(gold, task.unseen(split), systems)
    return f"CAPP-130 topics, published split, {split} ({len(gold)} rows)\n\n{table}"


def _capp130_folds(options: argparse.Namespace, work: Path, task: TopicTask, encoder: Encoder) -> str:
    """Measure on whole policies, with `--gold` on those that it annotates."""
    told = _categories(options.gold or (), options.corpora, task)
    task = task.only({name for name, _ in told}) if options.gold else task
    learners: dict[str, Learn] = {
        "TF-IDF + linear SVM, sentence alone": partial(linear_topics, task, context=False),
        "TF-IDF + linear SVM, in context": partial(linear_topics, task, context=True),
        "linear branch, in context": partial(branch_topics, task, encoder=encoder, recipe=NgramRecipe({}, tag_buckets=1)),
    }
    if told:
        more = partial(categories_around, told)
        learners["TF-IDF + linear SVM, told the gold's categories too"] = partial(linear_topics, task, context=True, more=more)
    if options.recipe:
        sources = Sources.read(_recipe(options, options.recipe), options.corpora)
        learners[Path(options.recipe).stem] = topic_learner(sources, work)
    table = fold_table(task, options.folds, learners)
    return f"CAPP-130 topics, train and dev rows of {len(task.policies)} policies\n\n{table}"


def _categories(paths: Sequence[Path], corpora: Path | None, task: TopicTask) -> dict[Place, Sequence[str]]:
    told: dict[Place, Sequence[str]] = {}
    for path in paths:
        told |= categories_by_row(read_gold(path, gold_texts(path, corpora)), stand_off(path), task.policies)
    return told


def _benchmark_gold(options: argparse.Namespace, work: Path) -> str:
    name = options.recipe or "gold"
    recipe = _recipe(options, name)
    if recipe.all_sources() != {"gold"}:
        raise RecipeError("held-out policies need a recipe that reads gold alone, as `gold` does")
    if options.linear and recipe.ngrams is None:
        raise RecipeError(f"the recipe {name} has no `ngrams`, so no linear branch is there to measure; leave --linear out")
    if not options.linear:
        refuse_model(recipe.base)
    held_out = options.held_out or []
    paths = (options.gold or shipped_folders(recipe.gold)) + held_out
    sources = Sources.read(recipe, options.corpora, paths)
    records = sources.gold
    how, groups = _groups(options, records)

    dropped: set[str] = set()

    def train_and_predict(rest: Sequence[Record], held_out: Sequence[Record]) -> list[Record]:
        dropped.update({r.id for r in records} - {r.id for r in [*rest, *held_out]})
        left = dataclasses.replace(sources, gold=rest)
        pipeline = trained_pipeline(left, _version(), work, linear=options.linear)
        return list(pipeline.pipe(map(as_document, held_out)))

    folds = list(hold_out(records, groups, train_and_predict))
    what = f"{len(records)} policies, recipe {Path(name).stem}{', linear branch alone' if options.linear else ''}"
    versions = f"\n\nLeft out of a training as versions of what it held out: {', '.join(sorted(dropped)) or 'none'}"
    return f"Gold, {how} ({what})\n\n{fold_report(folds)}{versions}"


def _recipe(options: argparse.Namespace, name: str) -> FinetuneRecipe:
    """Load a recipe, with what the command line gives instead of its own."""
    recipe = load_recipe(name, FinetuneRecipe, options.changes)
    return dataclasses.replace(recipe, base=options.base) if options.base else recipe


def _groups(options: argparse.Namespace, records: Sequence[Record]) -> tuple[str, Sequence[Collection[str]]]:
    """Return what is held out together, in words and as policy ids."""
    if options.folds:
        folds = deal_folds({record.id: gold_lines(record) for record in records}, options.folds)
        return f"{options.folds} folds of whole policies", folds
    if options.held_out:
        ids = [record.id for path in options.held_out for record in read_gold(path, gold_texts(path, options.corpora))]
        return f"{len(ids)} policies held out at once", [ids]
    seeds = [record.id for record in read_gold(shipped_gold() / "seeds")]
    if not set(seeds) <= {record.id for record in records}:
        raise RecipeError(
            "the seeds would be held out, but are not in this gold; give --folds, --held-out, or gold with the seeds"
        )
    return "each seed left out in turn", [[seed] for seed in seeds]


def _benchmark_ca4p483(options: argparse.Namespace, _: Path) -> str:
    """Measure the linear models, and a model on what it tells: the components, or the paragraphs' categories."""
    root = corpus("ca4p483", options.corpora)
    opened = open_model(options.model) if options.model else None
    split = options.split or "dev"
    train, wanted = (list(read_bios(root, part)) for part in ("train", split))
    found = {"linear tagger on characters": linear_components(train, wanted, NgramRecipe({}))}
    parts = [("Paragraph classes by a linear SVM", linear_table(read_policies(root)))]
    if opened:
        encoder, engine = Encoder.from_folder(opened), TorchEngine(load_model(opened.path))
        if opened.settings.entity_types == tuple(COMPONENTS.values()):
            found[f"{opened.name}, network without its linear branch"] = network_components(wanted, encoder.bare(), engine)
            found[opened.name] = network_components(wanted, encoder, engine)
        else:
            policies = read_fresh(options.corpora)
            title = f"Paragraph classes by {opened.name}'s categories, {len(policies)} policies without versions in any gold"
            parts.append((title, category_table(policies, Pipeline(opened, encoder, engine))))
    tables = [(name, component_table(wanted, spans)) for name, spans in found.items()]
    title = f"CA4P-483: components, {split} ({len(wanted)} sentences)"
    return "\n\n".join([title, *(text for part in [*tables, *parts] for text in part)])


_BENCHMARKS = {
    "boundaries": _benchmark_boundaries,
    "ca4p483": _benchmark_ca4p483,
    "capp130": _benchmark_capp130,
    "gold": _benchmark_gold,
}

_TRAINING = {"recipe", "base", "set"}
_USED = {
    "boundaries": set(),
    "ca4p483": {"model", "split"},
    "capp130": {"model", "split"},
    "capp130 --folds": {*_TRAINING, "folds", "gold", "model"},
    "gold": {*_TRAINING, "gold", "linear", "held_out"},
    "gold --folds": {*_TRAINING, "folds", "gold", "linear"},
}
_USED_BY_ANY = set().union(*_USED.values())


def _version() -> str:
    return version("tiaokuan")
