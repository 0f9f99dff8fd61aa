"""Find the data folder of a command and print issues, as several commands do."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from geo.errors import Issue
from geo.io.read import data_folder


def chosen_folder(options: argparse.Namespace) -> Path:
    """Return the data folder of a command."""
    return data_folder(options.data)


def print_issues(issues: Iterable[Issue], stream: TextIO, language: str) -> None:
    """Print one line per issue, with its remedy; level and code are the same in any language."""
    for issue in issues:
        message, remedy = issue.words(language)
        print(
            f"{issue.level}: {issue.code}: {issue.place}: {message}{remedy and f' → {remedy}'}",
            file=stream,
        )
