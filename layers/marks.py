"""Draw the marks for the page beside the map: the same shapes as on it."""

from __future__ import annotations

from urllib.parse import quote

from geo.checks.charts import MARKS
from layers.styles import VERDICT_COLOURS


def verdict_mark(verdict: str) -> str:
    """Return the mark of a verdict as HTML; empty for an unknown word."""
    if verdict not in MARKS:
        return ""
    body = MARKS[verdict].svg.format(c=VERDICT_COLOURS[verdict])
    return _picture(body, 14, 14)


def _picture(body: str, width: int, height: int) -> str:
    """Return a picture as the background of a span: `st.html` lets no SVG element through."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{body}</svg>'
    )
    look = (
        f"display:inline-block;width:{width}px;height:{height}px;vertical-align:-2px;"
        f"background:url('data:image/svg+xml,{quote(svg)}') no-repeat"
    )
    return f'<span aria-hidden="true" style="{look}"></span>'
