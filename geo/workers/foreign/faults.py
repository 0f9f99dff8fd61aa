"""The one way in which a reader says that a file cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class UploadFaultError(Exception):
    """A file that cannot be read; `geo.uploads` gives it words in a language.

    Parameters
    ----------
    code : str
        Ends a key ``upload.<code>`` of the catalogue.
    **values
        Filled into its words: text and numbers only, since they cross processes.
    """

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def refuse_above(limits: Mapping[str, int], name: str, found: int, what: str) -> None:
    """Raise UploadFaultError if `found` passes the limit called `name`; none is no limit."""
    limit = limits.get(name)
    if limit is not None and found > limit:
        raise UploadFaultError("too-large", name=name, limit=limit, found=found, what=what)
