"""Importers of the public corpora, each in the layout of its own repository."""
