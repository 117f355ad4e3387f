"""Model cards: what a model was made of, for the reader of its folder."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from ..annotations.texts import shipped_gold
from .sources import Sources

_TEMPLATE = """---
language: zh
license: apache-2.0
library_name: tiaokuan
tags: [privacy-policy, opp-115, token-classification, text-classification]
---
# {name}

Sentence categories, denials, and permission, SDK and data-type spans of Chinese privacy policies, read in context.

## Data
{data}

## Recipe
| key | value |
| --- | --- |
{recipe}
"""


def model_card(name: str, sources: Sources) -> str:
    """Return the generated part of a card; results and limits are added by hand, with the command that prints each figure."""
    recipe, data = sources.recipe, []
    if "capp130" in recipe.all_sources():
        how = "as labels of their own" if recipe.topic_head else "as unions of categories"
        data.append(f"- CAPP-130 (CC BY 4.0): the topic labels of the published train rows, {how}.")
    if "ca4p483" in recipe.sources:
        data.append("- CA4P-483 (no licence stated): the components of the train sentences.")
    if "ca4p483_paragraphs" in recipe.sources:
        data.append(f"- CA4P-483 (no licence stated): paragraph classes of {len(sources.paragraphs)} policies without gold.")
    if sources.gold:
        sentences = sum(len(record.sentences) for record in sources.gold)
        data.append(f"- Gold in {_names(sources.paths)}: {len(sources.gold)} policies, {sentences} sentences.")
        shipped = [path for path in sources.paths if path.resolve().is_relative_to(shipped_gold().resolve())]
        if shipped:
            data.append(
                f"- **A language model annotated** the project's own gold ({_names(shipped)}); see `annotations/README.md`."
            )
        silent = sum(len(sources.silent.get(record.id, ())) for record in sources.gold)
        if silent:
            data.append(f"- Nothing was learnt from {silent} sentences of it, rows of CAPP-130's published dev and test parts.")
    if recipe.development:
        data.append(f"- Gold in {', '.join(recipe.development)} chose the epoch, so it no longer measures the model.")
    values = dataclasses.asdict(recipe) | {"gold": _names(sources.paths)}
    rows = "\n".join(f"| {key} | {value} |" for key, value in values.items())
    return _TEMPLATE.format(name=name, data="\n".join(data), recipe=rows)


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.resolve().name for path in paths)
