"""Marks for the page beside the map: the same shapes and hatches as on it, as inline SVG."""

from __future__ import annotations

from layers.styles import VERDICT_COLOURS, VERDICT_SHAPES, style_of

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
    """Return the mark of a verdict as inline SVG; empty for an unknown word."""
    shape = VERDICT_SHAPES.get(verdict)
    if shape is None:
        return ""
    body = _VERDICT_SVG[shape].format(c=VERDICT_COLOURS[verdict])
    return f'<svg viewBox="0 0 14 14" width="13" height="13" aria-hidden="true">{body}</svg>'


def swatch(place: str, basis: str = "stated") -> str:
    """Return a small sample of the colours of a place as inline SVG."""
    style = style_of(place, basis)
    fill = style.fill if style.filled else "none"
    return (
        '<svg viewBox="0 0 22 14" width="22" height="14" aria-hidden="true">'
        f'<rect x="1" y="1" width="20" height="12" fill="{fill}" fill-opacity="0.7" '
        f'stroke="{style.edge}" stroke-width="2" stroke-dasharray="{style.dash}"/></svg>'
    )
