"""Check the version of a data file's form; say what to change in another."""

from __future__ import annotations

from geo.texts import Text

DATA_FORMAT = 1
"""``format`` of district.toml, of plan files, and of the ``metadata`` of base files. It grows
when a file of the old form would be misread; a new optional key does not change it."""


def format_fault(version: object) -> Text | None:
    """Return what to change in a file whose ``format`` is not the one that is read.

    Examples
    --------
    >>> format_fault(1) is None
    True
    >>> format_fault(None).key
    'format.missing'
    """
    if version is None:
        return Text("format.missing", expected=DATA_FORMAT)
    if isinstance(version, int) and not isinstance(version, bool):
        if version == DATA_FORMAT:
            return None
        key = "format.newer" if version > DATA_FORMAT else "format.older"
        return Text(key, found=version, expected=DATA_FORMAT)
    return Text("format.not-a-number", found=repr(version)[:40], expected=DATA_FORMAT)
