"""Readers: one file format each, bytes into a Document."""
