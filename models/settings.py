"""What a model folder's `config.json` says about labels, windows and decisions; read with and without torch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..data.taxonomy import CATEGORIES, ENTITY_TYPES


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything between text and network, and between network and labels. Sizes are in tokens.

    `max_tokens` is the size of a window; of it at most `heading_tokens` repeat the headings above, `before_tokens` the text
    before, and `after_tokens` the text after the sentences that the window labels. `overlap_tokens` is what two pieces of a
    sentence longer than a window share. The linear branch's logits are added to the network's at weights: `ngram_weight` those
    of categories, `ngram_topic_weight` of topics, `ngram_denial_weight` of denials, `ngram_tag_weight` of tags, and
    `ngram_chain_weight` what it says of neighbouring tags. They and the `thresholds`, per category, are tuned on development
    data. A category's score is the sigmoid of its logit divided by `temperature`, and the thresholds are thresholds of that
    score. A category that is denied needs a score of `denied_category_threshold` only. `topics` are labels of CAPP-130 that the
    network gives beside the categories; only the benchmark asks for them.
    """

    categories: tuple[str, ...] = CATEGORIES
    entity_types: tuple[str, ...] = ENTITY_TYPES
    topics: tuple[str, ...] = ()
    max_tokens: int = 384
    heading_tokens: int = 48
    before_tokens: int = 64
    after_tokens: int = 32
    overlap_tokens: int = 64
    ngram_weight: float = 0.0
    ngram_tag_weight: float = 0.0
    ngram_chain_weight: float = 0.0
    ngram_topic_weight: float = 0.0
    ngram_denial_weight: float = 0.0
    temperature: float = 1.0
    thresholds: Mapping[str, float] = field(default_factory=dict)
    denied_threshold: float = 0.5
    denied_category_threshold: float = 0.25

    def __post_init__(self) -> None:
        context = self.heading_tokens + self.before_tokens + self.after_tokens
        if self.max_tokens < 8 or context > 0.6 * self.max_tokens or self.overlap_tokens > self.max_tokens // 2:
            raise ValueError(
                f"windows of {self.max_tokens} tokens cannot give {context} to context (at most six tenths) "
                f"and {self.overlap_tokens} to the overlap of long sentences (at most half)"
            )
        if not self.temperature > 0 or not 0 <= self.denied_category_threshold <= 1:
            raise ValueError(
                f"temperature {self.temperature} and denied_category_threshold {self.denied_category_threshold}: "
                "a number above 0 and one from 0 to 1 are wanted"
            )

    @property
    def labels(self) -> tuple[str, ...]:
        """Return what a sentence's logits stand for: the categories, then the topics."""
        return (*self.categories, *self.topics)

    @property
    def reads_ngrams(self) -> bool:
        """Say whether the linear branch has a part in the answer."""
        return any(value for key, value in asdict(self).items() if key.startswith("ngram_"))

    def threshold(self, category: str) -> float:
        """Return the score from which a sentence has the category."""
        return self.thresholds.get(category, 0.5)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Settings":
        """Read the `tiaokuan` part of a `config.json`."""
        tuples: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
        return cls(**tuples)

    def to_json(self) -> dict[str, Any]:
        """Return the values as `config.json` keeps them."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}
