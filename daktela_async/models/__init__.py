"""Frozen records, one file per chapter of the document."""
