"""Say in words of ours what pydantic found wrong with a value of a data file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import GeoError
from geo.texts import Text, keys

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SHOWN = 60
"""Characters of a value that a message shows."""


def fault_of(error: ErrorDetails) -> Text:
    """Return what is wrong with one value, and the value where it is short and plain.

    Parameters
    ----------
    error : ErrorDetails
        One of ``ValidationError.errors()``.

    Returns
    -------
    Text
        Without a full stop; a kind of fault that the catalogue does not
        know is told by pydantic's name for it, in English by its words.
    """
    context = dict(error.get("ctx") or {})
    reason = context.pop("error", None)
    if isinstance(reason, GeoError):
        words = reason.words
    elif (key := f"fault.{error['type']}") in keys():
        expected = str(context.get("expected", ""))
        words = Text(key, **{**context, "expected": (expected.replace(" or ", "、"), expected)})
    else:
        words = Text("fault.other", type=error["type"], said_en=error["msg"])
    value = error["input"]
    if not isinstance(value, str | int | float):
        return Text("fault.plain", words=words)
    excerpt = str(value) if len(str(value)) <= SHOWN else f"{str(value)[:SHOWN]}…"
    return Text("fault.found", words=words, value=repr(excerpt))
