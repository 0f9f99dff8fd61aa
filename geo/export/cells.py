"""Make cells of exported tables plain, and never a formula."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pandas as pd

LIST_SEPARATOR = "；"

_FORMULA = re.compile(r"^[\s\u200b\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]")


def plain_cell(value: Any) -> Any:
    """Return a cell as text, number, boolean or None.

    Parameters
    ----------
    value : object
        A cell of a zone or edge file.

    Returns
    -------
    str, number, bool or None
        NaN and NA become None; a list of texts is joined with `LIST_SEPARATOR`,
        any other list or dictionary is JSON.

    Examples
    --------
    >>> plain_cell(["民园广场", "庆王府"])
    '民园广场；庆王府'
    """
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return LIST_SEPARATOR.join(value)
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False)
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def guarded(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula.

    Text that begins like one, in half or full width, gets an apostrophe
    before it; numbers and everything else stay.

    Examples
    --------
    >>> guarded("=1+1")
    "'=1+1"
    >>> guarded(-1.5)
    -1.5
    """
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value
