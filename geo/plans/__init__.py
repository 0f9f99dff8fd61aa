"""Plan files: their form, reading them, comparing their quotations with the documents."""

from geo.plans.documents import read_documents

__all__ = ["read_documents"]
