"""Marks for the page beside the map: the same shapes and hatches as on it."""

from __future__ import annotations

from urllib.parse import quote

from layers.styles import VERDICT_COLOURS, VERDICT_SHAPES

_VERDICT_SVG = {
    "disc": '<circle cx="7" cy="7" r="5.5" fill="{c}"/>',
    "half-disc": '<circle cx="7" cy="7" r="5.2" fill="none" stroke="{c}" stroke-width="2"/>'
    '<path d="M7 1.8a5.2 5.2 0 0 0 0 10.4z" fill="{c}"/>',
    "cross": '<path d="M2.5 2.5l9 9m0-9l-9 9" fill="none" stroke="{c}" stroke-width="2.6"/>',
    "square": '<rect x="2.5" y="2.5" width="9" height="9" fill="none" stroke="{c}"'
    ' stroke-width="2"/>',
    "dash": '<path d="M2 7h10" fill="none" stroke="{c}" stroke-width="2"/>',
    "ring": '<circle cx="7" cy="7" r="5.2" fill="none" stroke="{c}" stroke-width="2"'
    ' stroke-dasharray="2.4 1.8"/>',
}


def verdict_mark(verdict: str) -> str:
    """Return the mark of a verdict as HTML; empty for an unknown word."""
    shape = VERDICT_SHAPES.get(verdict)
    if shape is None:
        return ""
    body = _VERDICT_SVG[shape].format(c=VERDICT_COLOURS[verdict])
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
