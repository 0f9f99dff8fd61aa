"""Keep data folders side by side, one in use: a link leads to it, and back to the last one."""

from __future__ import annotations

import os
from pathlib import Path

from geo.errors import DataFileError, ExportError, reason_of
from geo.texts import Text

BEFORE = ".before"
"""Ending of the second link, beside the first: to the folder that was in use before."""


def use(link: Path, folder: Path) -> None:
    """Let a link lead to another data folder, and keep where it led before.

    Whoever reads through the link has the old folder or the new one, never a mixture: the
    link is replaced in one step. Nothing of either folder is changed.

    Parameters
    ----------
    link : Path
        What ``GEO_DATA`` names; it may not be there yet.
    folder : Path
        The data folder to use.

    Raises
    ------
    DataFileError
        If `folder` is no folder.
    ExportError
        If something other than a link is in its place, or it cannot be written.
    """
    if not folder.is_dir():
        raise DataFileError(Text("file.no-data-folder", folder=str(folder)))
    before = _target(link)
    target = folder.resolve()
    if before == target:
        return
    if before is not None:
        _lead(_second(link), before)
    _lead(link, target)


def roll_back(link: Path) -> Path:
    """Let a link lead to the folder that was in use before; return it. Twice is once forth again.

    Parameters
    ----------
    link : Path
        As in `use`.

    Raises
    ------
    DataFileError
        If there is no folder to go back to.
    ExportError
        As in `use`.
    """
    before = _target(_second(link))
    if before is None or not before.is_dir():
        raise DataFileError(Text("release.none-before", link=str(link)))
    use(link, before)
    return before


def _second(link: Path) -> Path:
    return link.with_name(link.name + BEFORE)


def _target(link: Path) -> Path | None:
    """Return the folder that a link leads to; None where there is no link."""
    if not link.is_symlink():
        if link.exists():
            raise ExportError(Text("release.not-a-link", link=str(link)))
        return None
    return (link.parent / link.readlink()).resolve()


def _lead(link: Path, folder: Path) -> None:
    """Make a link, or replace it, in one step."""
    part = link.with_name(f".{link.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        part.symlink_to(folder, target_is_directory=True)
        part.replace(link)
    except OSError as error:
        part.unlink(missing_ok=True)
        reason = reason_of(error)
        raise ExportError(Text("release.not-written", link=str(link), reason=reason)) from error
