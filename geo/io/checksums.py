"""Read and renew the table of SHA-256 sums in a data folder's README.md."""

from __future__ import annotations

import re
from pathlib import Path

from geo.errors import DataFileError
from geo.io.read import read_text, sha256
from geo.texts import Text

ROW = re.compile(r"^\| *`?([\w./-]+)`? *\| *`?([0-9a-f]{64})`? *\| *$", re.MULTILINE)
HEAD = "| file | sha256 |\n|---|---|\n"
SEALED = ("district.toml", "plans/*.toml", "base/*", "zones/*.geojson")
"""Which files of a data folder are listed."""


def listed_checksums(folder: Path) -> dict[str, str]:
    """Return file name to SHA-256 as listed in the folder's README.md.

    Raises
    ------
    DataFileError
        If the README.md is missing or unreadable.
    """
    return dict(ROW.findall(read_text(folder / "README.md")))


def sealed_files(folder: Path) -> list[str]:
    """Return the names of the files that belong in the table, sorted."""
    return sorted(
        path.relative_to(folder).as_posix()
        for pattern in SEALED
        for path in folder.glob(pattern)
        if path.is_file() and not path.name.endswith(".part")
    )


def sealed_readme(folder: Path) -> str:
    """Return the text of README.md with the table renewed from the files as they are.

    Raises
    ------
    DataFileError
        If README.md has no table headed ``| file | sha256 |``.
    """
    page = read_text(folder / "README.md")
    start = page.find(HEAD)
    if start < 0:
        raise DataFileError(Text("file.no-checksum-table"))
    end = start + len(HEAD)
    while page.startswith("|", end):
        newline = page.find("\n", end)
        end = len(page) if newline < 0 else newline + 1
    rows = "".join(f"| {name} | {sha256(folder / name)} |\n" for name in sealed_files(folder))
    return page[:start] + HEAD + rows + page[end:]
