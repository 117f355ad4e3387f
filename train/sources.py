"""The sources that a recipe names, as examples to learn from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from ..annotations.gold import read_gold
from ..annotations.texts import FOLDERS, corpus_root, gold_texts, shipped_gold
from ..data.corpora.ca4p483 import read_bios
from ..data.errors import RecipeError
from ..data.record import Record
from ..models.encoding import Encoder
from ..models.ngrams import NgramModel
from .augmentation import swap_mentions
from .finetune import FinetuneRecipe
from .ngrams import train_ngrams
from .targets import Example, ca4p483_example, capp130_example, gold_example
from .topics import Place, TopicTask, topic_task


def corpus(name: str, corpora: Path | None) -> Path:
    """Return the folder of a public corpus. Raises `RecipeError` where no folder is given."""
    if corpora is None:
        raise RecipeError(f"{FOLDERS[name]} is needed; give the folder that holds it as --corpora")
    return corpus_root(name, corpora)


@dataclass(frozen=True)
class Sources:
    """What a recipe learns from: `gold`, CAPP-130's `topics` on the `rows` whose labels may be learnt, and CA4P-483's train
    sentences with their `components` (see `read_bios`)."""

    recipe: FinetuneRecipe
    gold: Sequence[Record] = ()
    topics: TopicTask | None = None
    rows: Sequence[Place] = ()
    components: Sequence[Sequence[tuple[str, str]]] = ()

    @classmethod
    def read(cls, recipe: FinetuneRecipe, corpora: Path | None, paths: Sequence[Path] | None = None) -> "Sources":
        """Read gold from `paths`, or from the shipped folders that the recipe names, and the published train rows of corpora.

        Raises `RecipeError` for a corpus that is not given, `GoldError` for gold that cannot be read.
        """
        reads = recipe.all_sources()
        topics = topic_task(corpus("capp130", corpora)) if "capp130" in reads else None
        components = list(read_bios(corpus("ca4p483", corpora), "train")) if "ca4p483" in reads else []
        wanted = (paths or [shipped_gold() / folder for folder in recipe.gold]) if "gold" in reads else []
        gold = [record for path in wanted for record in read_gold(path, gold_texts(path, corpora))]
        return cls(recipe, gold, topics, topics.rows["train"] if topics else (), components)

    def examples(self, encoder: Encoder) -> list[Example]:
        """Return what the network reads in an epoch."""
        return [
            example
            for source, weight in self.recipe.sources.items()
            for example in list(self._read(source, weight, encoder)) * self.recipe.repeats.get(source, 1)
        ]

    def branch(self, encoder: Encoder) -> NgramModel | None:
        """Train the linear branch, if the recipe asks for one; it reads every source once."""
        ngrams = self.recipe.ngrams
        if ngrams is None:
            return None
        examples = [e for source, weight in ngrams.sources.items() for e in self._read(source, weight, encoder)]
        return train_ngrams(ngrams, examples, encoder.settings, seed=self.recipe.seed)

    def _read(self, source: str, weight: float, encoder: Encoder) -> Iterator[Example]:
        if source == "gold":
            return (gold_example(record, encoder, weight=weight) for record in chain(self.gold, self._swapped()))
        if source == "ca4p483":
            return iter([ca4p483_example(self.components, encoder, weight=weight)])
        return self._capp130(self.topics, weight, encoder) if self.topics else iter(())

    def _capp130(self, task: TopicTask, weight: float, encoder: Encoder) -> Iterator[Example]:
        for policy in task.policies:
            known = task.known(policy, self.rows)
            yield capp130_example(policy, known, encoder, weight=weight, context=self.recipe.context)

    def _swapped(self) -> Iterator[Record]:
        copies = self.recipe.swapped_copies
        first = (self.recipe.seed - 1) * copies  # so that no two seeds share a copy
        return (swap_mentions(r, self.recipe.swaps, seed=copy) for copy in range(first, first + copies) for r in self.gold)
