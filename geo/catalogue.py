"""All interface text, Chinese and English, from one catalogue of TOML files."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh", "en"]


@cache
def _entries() -> dict[str, dict[str, str]]:
    """Return every entry of geo/texts; a key defined twice is a mistake of ours."""
    entries: dict[str, dict[str, str]] = {}
    for file in sorted(files("geo").joinpath("texts").iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        for key, value in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if key in entries:
                raise KeyError(f"Catalogue key {key!r} stands twice, again in {file.name}.")
            entries[key] = value
    return entries


def keys() -> list[str]:
    """Return all keys of the catalogue, sorted."""
    return sorted(_entries())


def text(key: str, language: str = "zh", **values: object) -> str:
    """Return one text of the interface.

    Parameters
    ----------
    key : str
        Key such as ``"map.title"``, a table name in ``geo/texts/*.toml``.
    language : {"zh", "en"}
        Anything else falls back to Chinese.
    **values
        Filled into the text by `str.format`. They are data: escape the
        result where it becomes markup.

    Returns
    -------
    str
        The text in that language.

    Raises
    ------
    KeyError
        If the catalogue has no such key.
    """
    entry = _entries()[key]
    template = entry["en" if language == "en" else "zh"]
    return template.format(**values) if values else template
