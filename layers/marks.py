"""Marks for the page beside the map: the same shapes and hatches as on it."""

from __future__ import annotations

from urllib.parse import quote

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


_HATCH_SVG = {
    "diagonal": '<path d="M2 9L9 2M5 13L16 2M12 13L20 5" stroke="{c}"/>',
    "back-diagonal": '<path d="M2 5L10 13M6 2L17 13M13 2L20 9" stroke="{c}"/>',
    "vertical": '<path d="M5 1V13M9 1V13M13 1V13M17 1V13" stroke="{c}"/>',
    "horizontal": '<path d="M1 4H21M1 7H21M1 10H21" stroke="{c}"/>',
    "cross": '<path d="M2 2L13 13M9 2L20 13M13 2L2 13M20 2L9 13" stroke="{c}" stroke-width=".8"/>',
    "grid": '<path d="M6 1V13M11 1V13M16 1V13M1 5H21M1 9H21" stroke="{c}" stroke-width=".8"/>',
    "dots": '<g fill="{c}"><circle cx="5" cy="5" r="1"/><circle cx="9" cy="9" r="1"/>'
    '<circle cx="13" cy="5" r="1"/><circle cx="17" cy="9" r="1"/></g>',
    "rings": '<g fill="none" stroke="{c}"><circle cx="6" cy="7" r="2"/>'
    '<circle cx="11" cy="7" r="2"/><circle cx="16" cy="7" r="2"/></g>',
    "lines-and-dots": '<path d="M1 4H21" stroke="{c}"/><g fill="{c}">'
    '<circle cx="6" cy="9" r="1"/><circle cx="11" cy="9" r="1"/><circle cx="16" cy="9" r="1"/></g>',
}


def verdict_mark(verdict: str) -> str:
    """Return the mark of a verdict as HTML; empty for an unknown word."""
    shape = VERDICT_SHAPES.get(verdict)
    if shape is None:
        return ""
    body = _VERDICT_SVG[shape].format(c=VERDICT_COLOURS[verdict])
    return _picture(body, 14, 14)


def swatch(place: str) -> str:
    """Return a small sample of the colours of a place as HTML."""
    style = style_of(place)
    fill = style.fill if style.filled else "none"
    hatch = _HATCH_SVG.get(style.hatch, "").format(c=style.edge)
    box = (
        f'<rect x="1" y="1" width="20" height="12" fill="{fill}" fill-opacity="0.65"/>{hatch}'
        f'<rect x="1" y="1" width="20" height="12" fill="none" stroke="{style.edge}" '
        f'stroke-width="1.8"/>'
    )
    return _picture(box, 22, 14)


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
