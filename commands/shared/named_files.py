"""Refuse a file that an option names and that cannot be read, in a sentence about that option."""

from __future__ import annotations

from pathlib import Path

from geo.errors import DataFileError, reason_of
from geo.texts import Text


def named_file(name: str, option: str, *, allow_empty: bool = False) -> Path:
    """Return the path of a file that an option names.

    Parameters
    ----------
    name : str
        As typed.
    option : str
        The option, or the metavar of a word without one, as the reader typed or read it.
    allow_empty : bool
        True where the caller itself has something better to say of an empty file.

    Raises
    ------
    DataFileError
        If there is no such file, it is a folder, a pipe or a device, it may not be read, or it
        is empty.
    """
    path = Path(name)
    try:
        key = _fault(path)
    except FileNotFoundError:
        key = "missing"
    except (OSError, ValueError) as error:
        words = Text("command.option-unreadable", option=option, file=name, reason=reason_of(error))
        raise DataFileError(words) from error
    if key == "missing":
        raise DataFileError(
            Text("command.option-missing", option=option, file=name, folder=Path.cwd())
        )
    if key and not (key == "empty" and allow_empty):
        raise DataFileError(Text(f"command.option-{key}", option=option, file=name))
    return path


def _fault(path: Path) -> str:
    """Return what is wrong with a path; empty where it is a file with something in it."""
    if path.is_dir():
        return "folder"
    if path.exists() and not path.is_file():
        return "no-file"
    with path.open("rb") as file:
        return "" if file.read(1) else "empty"
