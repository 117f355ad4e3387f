"""Lexicons of permissions, data types and SDKs: normal forms, and a dictionary tagger to measure models against."""

from .lookup import normal_form
from .tagger import dictionary_spans

__all__ = ["dictionary_spans", "normal_form"]
