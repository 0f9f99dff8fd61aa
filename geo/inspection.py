"""Every check of a data folder: those on what was built, and those on its files."""

from __future__ import annotations

import re
from pathlib import Path

from geo.build import Built, differing_files, zone_files
from geo.io import read_text, sha256
from geo.quotations import compare_quotations
from geo.validation import Check, Statement, run_checks, skipped, statement, status_of


def inspect(built: Built, folder: Path, *, documents: Path | None = None) -> list[Check]:
    """Run every check of a data folder.

    Parameters
    ----------
    built : Built
        What `geo.build.build` made of `folder`.
    folder : Path
        The data folder.
    documents : Path, optional
        Folder of the plan documents (``*.txt``). Without it the comparison of
        quotations is reported as skipped.

    Returns
    -------
    list of Check
        In a fixed order.
    """
    return [
        *run_checks(built),
        rebuild_check(built, folder),
        checksums_check(folder),
        quotations_check(built, documents),
    ]


def rebuild_check(built: Built, folder: Path) -> Check:
    """Compare the zone files with a fresh build, byte by byte."""
    check_id = "inputs/rebuild"
    found = [
        statement(check_id, "error", "file-differs", suffix=name, file=f"zones/{name}")
        for name in differing_files(zone_files(built, folder), folder)
    ]
    return status_of(check_id, found, tolerance="0")


def checksums_check(folder: Path) -> Check:
    """Compare every file with the SHA-256 that the folder's README.md lists for it."""
    check_id = "inputs/checksums"
    readme = folder / "README.md"
    if not readme.is_file():
        return skipped(check_id, "skipped.no-readme")
    rows = re.findall(r"^\| *`?([\w./-]+)`? *\| *`?([0-9a-f]{64})`? *\|", read_text(readme), re.M)
    found: list[Statement] = []
    for name, digest in rows:
        path = folder / name
        if not path.is_file():
            found.append(statement(check_id, "error", "file-missing", suffix=name, file=name))
        elif sha256(path) != digest:
            found.append(statement(check_id, "error", "checksum-differs", suffix=name, file=name))
    if not rows:
        return skipped(check_id, "skipped.no-checksums")
    return status_of(check_id, found)


def quotations_check(built: Built, documents: Path | None) -> Check:
    """Compare every quotation with the plan documents, where they are given."""
    check_id = "inputs/quotations"
    if documents is None:
        return skipped(check_id, "skipped.no-documents")
    return status_of(
        check_id,
        [
            Statement(
                f"{check_id}/{issue.place}",
                issue.level,
                (),
                f"{issue.place}：{issue.message}",
                f"{issue.place}: {issue.message}",
            )
            for issue in compare_quotations(list(built.documents), documents)
        ],
    )
