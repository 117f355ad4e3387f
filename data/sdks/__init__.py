"""SDK disclosure records, assembled by the document's structure from tagged spans."""

from .records import sdk_records

__all__ = ["sdk_records"]
