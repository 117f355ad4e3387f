"""The linear baseline: character 1-4-gram TF-IDF and one linear SVM a topic, with or without context."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import LinearSVC


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as the linear model sees it: itself, its nearest heading, its neighbours ("" where there is none)."""

    sentence: str
    heading: str = ""
    previous: str = ""
    next: str = ""

    def views(self, *, context: bool) -> tuple[str, ...]:
        """Return the texts that each get a vocabulary of their own."""
        return (self.sentence, self.heading, self.previous, self.next) if context else (self.sentence,)


class LinearModel:
    """A TF-IDF vocabulary for each view and an SVM for each label."""

    def __init__(self, *, context: bool) -> None:
        self.context = context
        self.vectorizers: list[TfidfVectorizer] = []
        self.classifier = OneVsRestClassifier(LinearSVC())

    def fit(
        self, readings: Sequence[Reading], labels: NDArray[np.int8], more: NDArray[np.floating] | None = None
    ) -> "LinearModel":
        """Learn from readings and their labels, an array (readings, labels) of zeros and ones.

        `more` are features beside the text's, (readings, features); `predict` then wants them too.
        """
        views = self._views(readings)
        self.vectorizers = [TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True) for _ in views]
        columns = [vectorizer.fit_transform(view) for vectorizer, view in zip(self.vectorizers, views, strict=True)]
        self.classifier.fit(_joined(columns, more), labels)
        return self

    def predict(self, readings: Sequence[Reading], more: NDArray[np.floating] | None = None) -> NDArray[np.int8]:
        """Return zeros and ones of shape (readings, labels)."""
        views = self._views(readings)
        columns = [vectorizer.transform(view) for vectorizer, view in zip(self.vectorizers, views, strict=True)]
        return np.asarray(self.classifier.predict(_joined(columns, more)))

    def _views(self, readings: Sequence[Reading]) -> list[tuple[str, ...]]:
        return list(zip(*(reading.views(context=self.context) for reading in readings), strict=True))


def _joined(columns: Sequence[Any], more: NDArray[np.floating] | None) -> csr_matrix:
    return csr_matrix(hstack(columns if more is None else [*columns, csr_matrix(more)]))
