"""The command line: `tiaokuan COMMAND …`. Parses, calls, prints; every command is also a function elsewhere."""

import argparse
import contextlib
import importlib
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

from tqdm import tqdm

from ..annotations.gold import as_document, read_gold, stand_off
from ..annotations.tables import markdown_table
from ..annotations.texts import corpus_root, gold_texts
from ..data.document import Document
from ..data.errors import MissingExtraError, ModelError, TiaokuanError
from .annotator import Annotator
from .inputs import Failure, find_inputs, read_documents, read_metadata, tick_off
from .outputs import atomic_file, atomic_folder, check_replaceable, errors_path
from .runner import HtmlPages, JsonLines, Outcome, Writer, run

DONE, UNUSABLE, SOME_FAILED = 0, 2, 3


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line."""
        print(f"{self.prog}: {message}; see  {self.prog} --help", file=sys.stderr)
        raise SystemExit(UNUSABLE)


class _Terminated(KeyboardInterrupt):
    """SIGTERM, as a job scheduler sends it: a stop like Ctrl-C."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    0 all done, 3 some documents failed, 2 nothing could run, 130 stopped by Ctrl-C, 143 by SIGTERM.
    """
    options = _parser().parse_args(arguments)
    try:
        with _sigterm_raises():
            raise SystemExit(options.run(options))
    except TiaokuanError as error:
        print(f"tiaokuan: {error}", file=sys.stderr)
        raise SystemExit(UNUSABLE) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(UNUSABLE) from None
    except OSError as error:
        what = f"{error.filename or 'the output'}: {error.strerror}" if error.strerror else " ".join(str(error).split())
        print(f"tiaokuan: {what}; check the path, its permissions and the space left", file=sys.stderr)
        raise SystemExit(UNUSABLE) from None
    except KeyboardInterrupt as stop:
        # Training keeps its checkpoints on purpose.
        print("tiaokuan: stopped" + ("; nothing half-written was kept" if options.run is annotate else ""), file=sys.stderr)
        raise SystemExit(143 if isinstance(stop, _Terminated) else 130) from None


@contextlib.contextmanager
def _sigterm_raises() -> Iterator[None]:
    """Turn SIGTERM into an exception, so that what is half-written is taken away; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise _Terminated


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="tiaokuan", description="Annotate and study Chinese privacy policies.")
    parser.add_argument("--version", action="version", version=f"tiaokuan {version('tiaokuan')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_annotate(commands)
    _add_gold(commands)
    _add_comparisons(commands)
    _add_training(commands)
    return parser


def _add_annotate(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser("annotate", help="annotate policies: files, folders, JSON lines or - for standard input")
    command.add_argument("inputs", nargs="+", metavar="INPUT")
    command.add_argument("-o", "--output", required=True, type=Path, metavar="OUT", help="file (jsonl) or folder (html)")
    command.add_argument("--format", choices=("jsonl", "html"), default="jsonl")
    command.add_argument("--model", help="a model folder (default: the shipped model)")
    command.add_argument("--meta", type=Path, metavar="CSV", help="table whose `id` column ties `meta` to the policies")
    command.add_argument("--threads", type=_positive, metavar="N", help="CPU threads (default: all)")
    command.set_defaults(run=annotate)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def annotate(options: argparse.Namespace) -> int:
    """`tiaokuan annotate`."""
    failures = errors_path(options.output)
    skipped: Counter[str] = Counter()
    inputs = find_inputs(options.inputs, outputs=(options.output, failures), skipped=skipped)
    metadata = read_metadata(options.meta) if options.meta else {}
    for path in (failures, options.output) if options.format == "jsonl" else (failures,):
        check_replaceable(path)
    unmatched = dict(metadata)
    annotator = Annotator.load(options.model, threads=options.threads)
    results = tick_off(read_documents(inputs, metadata), unmatched)
    with atomic_file(failures) as errors:
        if options.format == "html":
            with atomic_folder(options.output) as folder:
                pages = HtmlPages(folder)
                outcome = _follow(annotator, results, pages, errors)
                pages.finish()
        else:
            with atomic_file(options.output) as file:
                outcome = _follow(annotator, results, JsonLines(file), errors)
    if skipped:
        counts = ", ".join(f"{count} {suffix}" for suffix, count in sorted(skipped.items()))
        print(f"tiaokuan: files not read as policies: {counts}", file=sys.stderr)
    if unmatched:
        first = next(iter(unmatched))
        count = f"{len(unmatched)}, the first {first!r}"
        print(f"tiaokuan: rows of {options.meta} that match no policy: {count}; give the policies' ids", file=sys.stderr)
    if not outcome.failed:
        failures.unlink()
    else:
        print(f"tiaokuan: {outcome.failed} of {outcome.failed + outcome.done} failed, see {failures}", file=sys.stderr)
    return SOME_FAILED if outcome.failed else DONE


def _follow(annotator: Annotator, results: Iterable[Document | Failure], writer: Writer, errors: IO[str]) -> Outcome:
    """Run to the end, with progress on a terminal only."""
    outcome = Outcome()
    with tqdm(unit=" policies", disable=None) as bar:
        for outcome in run(annotator, results, writer, errors):
            bar.update(outcome.done + outcome.failed - bar.n)
    return outcome


def _add_gold(commands: argparse._SubParsersAction) -> None:
    gold = commands.add_parser("gold", help="work with gold files").add_subparsers(required=True, metavar="ACTION")
    check = gold.add_parser("check", help="check a gold file or folder; names line and cause")
    check.add_argument("path", type=Path, metavar="PATH")
    check.add_argument(
        "--corpus", "--corpora", dest="corpora", type=Path, metavar="DIR", help="also check stand-off gold against its corpora"
    )
    check.set_defaults(run=gold_check)


def gold_check(options: argparse.Namespace) -> int:
    """`tiaokuan gold check`."""
    from ..annotations.counts import describe

    texts = gold_texts(options.path, options.corpora) if options.corpora else None
    print(describe(read_gold(options.path, texts)))
    return DONE


def _add_comparisons(commands: argparse._SubParsersAction) -> None:
    agreement = commands.add_parser("agreement", help="compare two readings of the same policies")
    agreement.add_argument("first", type=Path, metavar="A")
    agreement.add_argument(
        "second", type=Path, metavar="B", help="a gold file or folder, or the word capp130: its human labels"
    )
    agreement.add_argument(
        "--corpus", "--corpora", dest="corpora", type=Path, metavar="DIR", help="folder with the public corpora, for capp130"
    )
    agreement.add_argument("--list", action="store_true", help="list every disagreement as well")
    agreement.set_defaults(run=agreement_command)
    evaluation = commands.add_parser("evaluate", help="score a model, or predictions, against gold")
    evaluation.add_argument("predictions", metavar="MODEL|PREDICTIONS")
    evaluation.add_argument("gold", type=Path, metavar="GOLD")
    evaluation.add_argument("-o", "--output", type=Path, metavar="DIR", help="folder for report.md (default: print only)")
    evaluation.add_argument(
        "--corpus",
        "--corpora",
        dest="corpora",
        type=Path,
        metavar="DIR",
        help="folder with the public corpora, for stand-off gold",
    )
    evaluation.add_argument(
        "--seen", type=Path, action="append", metavar="GOLD", help="gold trained on: also recall on surfaces not in it"
    )
    evaluation.add_argument("--dictionary", action="store_true", help="also score the spans that the lexicons find")
    evaluation.add_argument("--thresholds", action="store_true", help="also choose thresholds, and measure the choice")
    evaluation.add_argument("--calibration", action="store_true", help="also compare scores with shares, and fit a temperature")
    evaluation.set_defaults(run=evaluate_command)


def agreement_command(options: argparse.Namespace) -> int:
    """`tiaokuan agreement`."""
    from ..annotations.agreement import agree

    if options.second.name == "capp130" and not options.second.exists():
        return _agreement_with_humans(options)
    result = agree(read_gold(options.first), read_gold(options.second))
    print(result.to_markdown())
    if options.list:
        rows = [[d.policy, d.sentence, d.layer, d.first, d.second] for d in result.disagreements]
        print("\n" + markdown_table(["policy", "sentence", "layer", "first", "second"], rows))
    return DONE


def _agreement_with_humans(options: argparse.Namespace) -> int:
    from ..annotations.human import compare_with_humans

    if options.corpora is None:
        raise TiaokuanError("CAPP-130's human labels are in the corpus; give the folder that holds it as --corpora")
    gold, places = read_gold(options.first, gold_texts(options.first, options.corpora)), stand_off(options.first)
    print(compare_with_humans(gold, places, corpus_root("capp130", options.corpora)))
    return DONE


def evaluate_command(options: argparse.Namespace) -> int:
    """`tiaokuan evaluate`: a model reads the gold's own sentences; predictions are compared as they are."""
    from ..annotations.calibration import calibrate
    from ..annotations.evaluation import dictionary_table, evaluate, surfaces, unseen_recall, unseen_table
    from ..annotations.thresholds import tune_thresholds

    gold = read_gold(options.gold, gold_texts(options.gold, options.corpora))
    path = Path(options.predictions)
    is_model = path.suffix not in (".jsonl", ".gz")
    predicted = list(_load(path).pipe(map(as_document, gold))) if is_model else read_gold(path)
    report = evaluate(gold, predicted).to_markdown(boundaries=not is_model)  # a model is given the gold's own sentences
    found = {record.id: record for record in predicted}
    predicted = [found[record.id] for record in gold]
    if options.dictionary:
        report += f"\n\n{dictionary_table(gold)}"
    if options.seen:
        seen = surfaces(record for folder in options.seen for record in read_gold(folder, gold_texts(folder, options.corpora)))
        report += f"\n\n{unseen_table([unseen_recall(record, found[record.id], seen) for record in gold])}"
    if options.thresholds:
        report += f"\n\n{tune_thresholds(gold, predicted).to_markdown()}"
    if options.calibration:
        report += f"\n\n{calibrate(gold, predicted).to_markdown()}"
    print(report)
    if options.output:
        with atomic_file(options.output / "report.md") as file:
            file.write(f"# {path.name} against {options.gold.name}\n\n{report}\n")
    return DONE


def _load(path: Path) -> Annotator:
    try:
        return Annotator.load(path)
    except ModelError as error:
        raise ModelError(f"{error} (predictions are a file that ends in .jsonl)") from error


def _add_training(commands: argparse._SubParsersAction) -> None:
    """Add the commands that need the extra `train`; what they do is imported when they run."""
    corpora = {"type": Path, "metavar": "DIR", "help": "a public corpus, or the folder that holds CAPP-130/ and CA4P-483/"}
    output = {"type": Path, "required": True, "metavar": "DIR"}
    change = {"dest": "changes", "action": "append", "default": [], "metavar": "KEY=VALUE"}
    change["help"] = "a value instead of the recipe's, in YAML"
    pretrain = commands.add_parser("pretrain", help="pretrain an encoder by masked-language modelling")
    pretrain.add_argument("recipe", metavar="RECIPE")
    pretrain.add_argument("--set", **change)
    pretrain.add_argument(
        "--corpus",
        "--corpora",
        dest="corpora",
        required=True,
        type=Path,
        metavar="DIR",
        help="folder of the text files that the recipe names",
    )
    pretrain.add_argument("-o", "--output", **output)
    pretrain.set_defaults(run=lambda options: _training("pretrain_command", options))
    train = commands.add_parser("train", help="fine-tune a model")
    train.add_argument("recipe", metavar="RECIPE")
    train.add_argument("--set", **change)
    train.add_argument("--corpus", "--corpora", dest="corpora", **corpora)
    train.add_argument("--base", help="encoder or model to start from (default: the recipe's)")
    train.add_argument(
        "--gold", type=Path, action="append", metavar="PATH", help="gold file or folder (default: those that the recipe names)"
    )
    train.add_argument("-o", "--output", **output)
    train.set_defaults(run=lambda options: _training("train_command", options))
    export = commands.add_parser("export", help="write a model folder's ONNX graph and hashes again")
    export.add_argument("model", type=Path, metavar="MODEL")
    export.set_defaults(run=lambda options: _training("export_command", options))
    benchmark = commands.add_parser("benchmark", help="measure on a public corpus or the project's gold")
    benchmark.add_argument("name", choices=("boundaries", "ca4p483", "capp130", "gold"))
    benchmark.add_argument("--corpus", "--corpora", dest="corpora", **corpora)
    benchmark.add_argument("--split", choices=("dev", "test"), help="capp130, ca4p483: part to measure on (default: dev)")
    benchmark.add_argument("--model", help="model folder or shipped model to measure (capp130: default the shipped one)")
    benchmark.add_argument("--recipe", help="recipe to train without what is held out (gold: default gold)")
    benchmark.add_argument("--set", **change)
    benchmark.add_argument("--base", help="encoder that held-out trainings start from")
    benchmark.add_argument(
        "--gold",
        type=Path,
        action="append",
        metavar="PATH",
        help="gold: what to use (default: the recipe's); capp130 --folds: its policies, with its categories told too",
    )
    benchmark.add_argument("--linear", action="store_true", help="gold: train and measure the linear branch alone")
    benchmark.add_argument("--folds", type=int, metavar="N", help="hold out every policy once, in N folds")
    benchmark.add_argument(
        "--held-out", type=Path, action="append", metavar="PATH", help="gold: hold this gold out at once, not each seed in turn"
    )
    benchmark.add_argument("-o", "--output", type=Path, metavar="DIR", help="folder for the tables and the folds' checkpoints")
    benchmark.set_defaults(run=lambda options: _training("benchmark_command", options))


def _training(name: str, options: argparse.Namespace) -> int:
    try:
        module = importlib.import_module("..train.commands", __package__)
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "torch", "train") from error
    getattr(module, name)(options)
    return DONE


if __name__ == "__main__":
    main()
