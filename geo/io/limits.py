"""Limit what is taken from outside: size, count and depth, each with its reason.

Every reader of something from outside compares with these numbers and raises
`geo.errors.InputTooLargeError` with the name of the limit. `docs/data-formats.md`
repeats them for readers; a test keeps the two equal.
"""

from __future__ import annotations

from geo.errors import InputTooLargeError
from geo.texts import Text

DATA_FILE_BYTES = 256 * 2**20
"""A file of the data folder; the bundled ones are below 1 MB."""

UPLOAD_BYTES = 50 * 2**20
"""An uploaded file as it arrives; Streamlit's own limit is set to the same."""

ARCHIVE_BYTES = 200 * 2**20
"""An uploaded archive after unpacking, all entries together."""

ARCHIVE_ENTRIES = 100
"""Entries of an uploaded archive; a Shapefile has three to eight."""

FEATURES = 20_000
"""Features of an uploaded layer."""

VERTICES = 500_000
"""Vertices of an uploaded layer, all features together."""

LAYERS = 50
"""Layers of an uploaded file; the first with geometry is read, the others named."""

FIELDS = 200
"""Attribute fields of an uploaded layer."""

CELL_CHARACTERS = 20_000
"""Characters of one attribute value of an uploaded layer; what follows is cut and said."""

NESTING = 60
"""Depth of nested JSON lists and objects or XML elements."""

XML_ELEMENTS = 2_000_000
"""Elements of an uploaded KML file."""

MEETING_SIDES = 30_000
"""Pairs of sides that may cross when uploaded shapes are laid over each other and the zones."""

VERTEX_PAIRS = 200_000_000
"""Pairs of vertices compared while uploaded shapes are judged: about 2 s."""

HOLE_PAIRS = 25_000_000
"""Pairs of holes of one uploaded area that may lie in each other, all areas together: each look
at their validity takes 0.3 s; one area of 5,000 holes."""

PASTED_CHARACTERS = 60_000
"""Characters of a pasted plan text; the longest of the five plans has 41,000."""

SESSION_UPLOAD_BYTES = 120 * 2**20
"""Uploaded files that one session holds at once; the one before is let go first."""

PROCESS_UPLOAD_BYTES = 600 * 2**20
"""Uploaded files that all sessions of one process hold at once."""


def refuse_above(limit: int, amount: int, what: Text, name: str, remedy: Text) -> None:
    """Raise InputTooLargeError if `amount` passes `limit`.

    Parameters
    ----------
    limit : int
        One of the constants of this module.
    amount : int
        The number met.
    what : Text
        What was counted, such as “zones.zip: unpacked bytes”.
    name : str
        Name of the constant, for the message.
    remedy : Text
        What the reader can do.

    Raises
    ------
    InputTooLargeError
        With what was found, the limit and its name.
    """
    if amount > limit:
        raise InputTooLargeError(
            Text("file.too-large", what=what, found=amount, name=name, limit=limit, remedy=remedy)
        )
