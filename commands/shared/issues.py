"""Find the data folder of a command and print issues, as several commands do."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from geo.errors import DataFileError, Issue
from geo.io.read import data_folder
from geo.texts import Text


def chosen_folder(options: argparse.Namespace, *, may_hold_many: bool = False) -> Path:
    """Return the data folder of a command.

    Parameters
    ----------
    options : Namespace
        ``data``: as typed, or None.
    may_hold_many : bool
        True where a folder of folders is taken too.

    Raises
    ------
    DataFileError
        If it is no folder, or holds no district.
    """
    folder = data_folder(options.data)
    if not may_hold_many and not (folder / "district.toml").exists():
        raise DataFileError(Text("command.no-district", folder=folder))
    return folder


def print_issues(issues: Iterable[Issue], stream: TextIO, language: str) -> None:
    """Print one line per issue, with its remedy; level and code are the same in any language."""
    for issue in issues:
        message, remedy = issue.words(language)
        print(
            f"{issue.level}: {issue.code}: {issue.place}: {message}{remedy and f' → {remedy}'}",
            file=stream,
        )
