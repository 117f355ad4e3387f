"""Policies as text with structure: documents, readers, sentences, the label set, public corpora."""
