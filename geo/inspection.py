"""Every check of a data folder: those on what was built, and those on its files."""

from __future__ import annotations

from pathlib import Path

from geo.build import Built, differing_files, zone_files
from geo.checks import Check, Statement, skipped, statement, status_of
from geo.checksums import listed_checksums, sealed_files
from geo.io import sha256
from geo.positions import datum_checks, streets_check
from geo.quotations import compare_quotations
from geo.validation import run_checks


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
        *datum_checks(built.base, built.plan_ids(), folder),
        streets_check(built.base, folder / "base" / "street_checks.csv"),
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
    if not (folder / "README.md").is_file():
        return skipped(check_id, "skipped.no-readme")
    listed = listed_checksums(folder)
    if not listed:
        return skipped(check_id, "skipped.no-checksums")
    found: list[Statement] = []
    for name in sorted({*listed, *sealed_files(folder)}):
        if name not in listed:
            key = "file-unlisted"
        elif not (folder / name).is_file():
            key = "file-missing"
        elif sha256(folder / name) != listed[name]:
            key = "checksum-differs"
        else:
            continue
        found.append(statement(check_id, "error", key, suffix=name, file=name))
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
