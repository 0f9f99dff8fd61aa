"""Briefings: slides (PPTX) and a document (DOCX) with the same content."""

from layers.briefing_document import report
from layers.briefing_slides import deck

__all__ = ["deck", "report"]
