"""Read plan files; compare their quotations with the documents."""

from geo.plans.documents import read_documents

__all__ = ["read_documents"]
