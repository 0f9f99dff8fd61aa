"""Read and judge the files that a reader brings along."""

from geo.uploads.files import read_upload

__all__ = ["read_upload"]
