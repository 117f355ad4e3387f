"""The sources that a recipe names, as examples to learn from."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from ..annotations.gold import StandOff, read_gold, stand_off
from ..annotations.texts import FOLDERS, corpus_root, gold_texts, shipped_gold
from ..data.corpora.ca4p483 import Policy, read_bios
from ..data.corpora.capp130 import topic_split
from ..data.errors import GoldError, RecipeError
from ..data.record import Record
from ..models.encoding import Encoder
from ..models.modeling import PolicyModel
from ..models.ngrams import NgramModel
from .augmentation import swap_mentions
from .checkpoints import base_print, run_folder
from .finetune import FinetuneRecipe, finetune
from .ngrams import train_ngrams
from .paragraphs import read_paragraphs
from .targets import Example, ca4p483_example, capp130_example, gold_example, paragraph_example
from .topics import Place, TopicTask, topic_task


def corpus(name: str, corpora: Path | None) -> Path:
    """Return the folder of a public corpus. Raises `RecipeError` where no folder is given."""
    return corpus_root(name, _given(name, corpora))


def _given(name: str, corpora: Path | None) -> Path:
    if corpora is None:
        raise RecipeError(f"{FOLDERS[name]} is needed; give the folder that holds it as --corpora")
    return corpora


@dataclass(frozen=True)
class Sources:
    """What a recipe learns from: `gold`, CAPP-130's `topics` on the `rows` whose labels may be learnt, CA4P-483's train
    sentences with their `components` (see `read_bios`) and its policies' `paragraphs`.

    `development` is gold that only tells when to stop. Sentences that `silent` lists under the id of a gold policy are read as
    context, and nothing is learnt from their labels: in stand-off gold on CAPP-130 `read` lists those of its dev and test rows.
    `paths` are the files and folders that `gold` was read from.
    """

    recipe: FinetuneRecipe
    gold: Sequence[Record] = ()
    topics: TopicTask | None = None
    rows: Sequence[Place] = ()
    components: Sequence[Sequence[tuple[str, str]]] = ()
    paragraphs: Sequence[Policy] = ()
    silent: Mapping[str, frozenset[int]] = field(default_factory=dict)
    development: Sequence[Record] = ()
    paths: Sequence[Path] = ()

    @classmethod
    def read(cls, recipe: FinetuneRecipe, corpora: Path | None, paths: Sequence[Path] | None = None) -> "Sources":
        """Read gold from `paths`, or from the shipped folders that the recipe names, and the published train rows of corpora.

        Raises `RecipeError` for a corpus that is not given, for `paths` that the recipe does not read and for development gold
        that is learnt from, itself or as rows of CAPP-130, `GoldError` for gold that cannot be read and for an id met twice.
        """
        reads = recipe.all_sources()
        if paths and "gold" not in reads:
            raise RecipeError("gold is given, but the recipe reads none; leave --gold out, or name gold among its sources")
        topics = topic_task(corpus("capp130", corpora)) if "capp130" in reads else None
        components = list(read_bios(corpus("ca4p483", corpora), "train")) if "ca4p483" in reads else []
        wanted = (paths or shipped_folders(recipe.gold)) if "gold" in reads else []
        paragraphs = read_paragraphs(_given("ca4p483", corpora), wanted) if "ca4p483_paragraphs" in reads else []
        watched = shipped_folders(recipe.development)
        gold, development = (_read_all(folders, corpora) for folders in (wanted, watched))
        places = {id: place for path in [*wanted, *watched] for id, place in stand_off(path).items()}
        rows = topics.rows["train"] if topics else ()
        policies = {("capp130", name) for name, _ in rows}
        learnt = {id for id, place in places.items() if (place.corpus, place.policy) in policies} | {r.id for r in gold}
        both = learnt & {record.id for record in development}
        if both:
            raise RecipeError(f"{len(both)} policies of `development` are learnt from, such as {min(both)}; take other gold")
        measured = {row for row, split in topic_split().items() if split != "train"}
        silent = {record.id: _within(measured, record, places.get(record.id)) for record in [*gold, *development]}
        return cls(recipe, gold, topics, rows, components, paragraphs, silent, development, wanted)

    def finetune(self, model: PolicyModel, encoder: Encoder, work: Path) -> None:
        """Fine-tune a network; its checkpoints get a folder of their own under `work`, where a killed run goes on from."""
        labels = self.topics.labels(self.rows) if self.topics else []
        texts = [[row.text for row in policy.rows] for policy in self.topics.policies] if self.topics else []
        silent = sorted((id, sorted(rows)) for id, rows in self.silent.items())
        labelled = list(map(sorted, labels))
        reads = (self.gold, self.development, silent, texts, self.rows, labelled, self.components, self.paragraphs)
        folder = run_folder(work, self.recipe, base_print(self.recipe.base), *reads)
        finetune(self.recipe, model, encoder, self.examples(encoder), folder, development=self.watched(encoder))

    def examples(self, encoder: Encoder) -> list[Example]:
        """Return what the network reads in an epoch."""
        examples = []
        for source, weight in self.recipe.sources.items():
            once = list(self._read(source, weight, encoder, self.recipe.swapped_copies))
            examples += once * self.recipe.repeats.get(source, 1)
        return examples

    def watched(self, encoder: Encoder) -> list[Example]:
        """Return what tells how well the network reads by now."""
        return [gold_example(record, encoder, silent=self.silent.get(record.id, ())) for record in self.development]

    def branch(self, encoder: Encoder) -> NgramModel | None:
        """Train the linear branch, if the recipe asks for one; it reads every source once."""
        ngrams = self.recipe.ngrams
        if ngrams is None:
            return None
        copies = ngrams.swapped_copies
        examples = [e for source, weight in ngrams.sources.items() for e in self._read(source, weight, encoder, copies)]
        return train_ngrams(ngrams, examples, encoder.settings, seed=self.recipe.seed)

    def _read(self, source: str, weight: float, encoder: Encoder, copies: int) -> Iterator[Example]:
        if source == "gold":
            records = chain(self.gold, self._swapped(copies))
            return (gold_example(r, encoder, weight=weight, silent=self.silent.get(r.id, ())) for r in records)
        if source == "ca4p483":
            return iter([ca4p483_example(self.components, encoder, weight=weight)])
        if source == "ca4p483_paragraphs":
            return (paragraph_example(policy, encoder, weight=weight) for policy in self.paragraphs)
        return self._capp130(self.topics, weight, encoder) if self.topics else iter(())

    def _capp130(self, task: TopicTask, weight: float, encoder: Encoder) -> Iterator[Example]:
        for policy in task.policies:
            known = task.known(policy, self.rows)
            yield capp130_example(policy, known, encoder, weight=weight, context=self.recipe.context)

    def _swapped(self, copies: int) -> Iterator[Record]:
        first = (self.recipe.seed - 1) * copies  # so that no two seeds share a copy
        return (swap_mentions(r, self.recipe.swaps, seed=copy) for copy in range(first, first + copies) for r in self.gold)


def shipped_folders(folders: Sequence[str]) -> list[Path]:
    """Return the folders of shipped gold with these names."""
    return [shipped_gold() / folder for folder in folders]


def _read_all(paths: Sequence[Path], corpora: Path | None) -> list[Record]:
    """Read gold files and folders. Raises `GoldError` for an id met twice."""
    records: dict[str, Record] = {}
    for path in paths:
        read = {record.id: record for record in read_gold(path, gold_texts(path, corpora))}
        twice = records.keys() & read.keys()
        if twice:
            raise GoldError(f"{path}: id {min(twice)!r} was met before in other gold; give every policy once")
        records |= read
    return list(records.values())


def _within(rows: Collection[Place], record: Record, place: StandOff | None) -> frozenset[int]:
    """Return the sentences of a gold policy that share a character with such a row of CAPP-130: a line of the policy's text."""
    if place is None or place.corpus != "capp130" or record.text is None:
        return frozenset()
    lines = [range(record.text.count("\n", 0, s.start), record.text.count("\n", 0, s.end) + 1) for s in record.sentences]
    return frozenset(i for i, touched in enumerate(lines) if any((place.policy, line) in rows for line in touched))
