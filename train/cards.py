"""Model cards: what a model was made of, for the reader of its folder."""

import dataclasses
from collections.abc import Sequence

from ..data.record import Record
from .finetune import FinetuneRecipe

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


def model_card(name: str, recipe: FinetuneRecipe, records: Sequence[Record], *, silent: int = 0) -> str:
    """Return the generated part of a card; results and limits are added by hand, with the command that prints each figure.

    `silent` of the records' sentences taught nothing.
    """
    data = []
    if "capp130" in recipe.all_sources():
        how = "as labels of their own" if recipe.topic_head else "as unions of categories"
        data.append(f"- CAPP-130 (CC BY 4.0): the topic labels of the published train rows, {how}.")
    if "ca4p483" in recipe.sources:
        data.append("- CA4P-483 (no licence stated): the components of the train sentences.")
    if records:
        sentences = sum(len(record.sentences) for record in records)
        data.append(
            f"- The project's gold: {len(records)} policies, {sentences} sentences. **A language model annotated it**; "
            "see `annotations/README.md`."
        )
        if silent:
            data.append(f"- Nothing was learnt from {silent} sentences of it, rows of CAPP-130's published dev and test parts.")
    if recipe.development:
        data.append(f"- Gold in {', '.join(recipe.development)} chose the epoch, so it no longer measures the model.")
    rows = "\n".join(f"| {key} | {value} |" for key, value in dataclasses.asdict(recipe).items())
    return _TEMPLATE.format(name=name, data="\n".join(data), recipe=rows)
