"""Draw the marks for what stands beside the map: the same shapes as on it."""

from __future__ import annotations

from urllib.parse import quote

from geo.checks.charts import MARKS
from layers.styles import VERDICT_COLOURS

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='6' fill='%231f3a5f'/%3E%3Cpath d='M7 10l9-4 9 5-3 12-11 3z'"
    " fill='%23d9a441' stroke='%23fff' stroke-width='2'/%3E%3C/svg%3E"
)
"""A zone on the blue of the bar."""


def verdict_mark(verdict: str) -> str:
    """Return the mark of a verdict as HTML; empty for an unknown word."""
    if verdict not in MARKS:
        return ""
    return picture(MARKS[verdict].svg(VERDICT_COLOURS[verdict]), 14, 14, "mark")


def picture(body: str, width: int, height: int, name: str) -> str:
    """Return a drawing as an image that is not read out.

    An image, because `st.html` lets no SVG element through; without a style of its own, because
    the edition's content policy stops those.

    Parameters
    ----------
    body : str
        Elements of SVG.
    width, height : int
        Pixels.
    name : str
        Class of the image.
    """
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{body}</svg>'
    )
    source = f"data:image/svg+xml,{quote(svg)}"
    return f'<img class="{name}" alt="" width="{width}" height="{height}" src="{source}">'
