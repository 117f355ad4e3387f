"""Annotating: the `Annotator`, the corpus runner, pages and tables, the command line. Needs no torch."""

from .annotator import Annotator

__all__ = ["Annotator"]
