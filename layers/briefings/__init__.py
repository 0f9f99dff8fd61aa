"""Slides, documents and workbooks with the same content."""
