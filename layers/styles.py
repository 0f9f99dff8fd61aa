"""One style per place: the same colour, hatch and dash on map, sheet and offline page.

Colour alone never tells two places apart: each also has a hatch, and each
basis of a geometry its own outline. Plain words here; the web map draws them
as SVG patterns, a print sheet through `MATPLOTLIB_HATCH`.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Literal

Hatch = Literal[
    "diagonal",
    "back-diagonal",
    "vertical",
    "horizontal",
    "cross",
    "grid",
    "dots",
    "rings",
    "lines-and-dots",
    "none",
]

MATPLOTLIB_HATCH: dict[str, str] = {
    "diagonal": "//",
    "back-diagonal": "\\\\",
    "vertical": "||",
    "horizontal": "--",
    "cross": "xx",
    "grid": "++",
    "dots": "..",
    "rings": "oo",
    "lines-and-dots": "-.",
    "none": "",
}
"""The same hatches in the words of matplotlib's ``hatch=``."""

BASIS_DASH: dict[str, str] = {
    "stated": "",
    "carried": "12 3",
    "interpreted": "6 4",
    "corridor": "10 3 2 3",
    "named": "2 4",
}
"""Outline by basis, as an SVG ``stroke-dasharray`` in pixels; empty is a full line."""

CONNECTOR_DASH = "3 4"
"""An edge along a street that the sentence leaves out."""

VERDICT_SHAPES: dict[str, str] = {
    "agrees": "disc",
    "agrees_at_edge": "half-disc",
    "disagrees": "cross",
    "by_construction": "square",
    "not_stated": "dash",
    "not_determinable": "ring",
}
"""A shape for each verdict, so that it reads without colour."""

VERDICT_COLOURS: dict[str, str] = {
    "agrees": "#2e6b3f",
    "agrees_at_edge": "#7a5b00",
    "disagrees": "#a12c25",
    "by_construction": "#4b5563",
    "not_stated": "#4b5563",
    "not_determinable": "#4b5563",
}
"""Each at least 4.5:1 on white."""


@dataclass(frozen=True)
class ZoneStyle:
    """How a place is drawn.

    Parameters
    ----------
    fill : str
        Fill colour, ``#rrggbb``.
    edge : str
        Colour of outline and hatch, a darker shade of the fill.
    hatch : str
        One of `Hatch`.
    dash : str
        ``stroke-dasharray`` in pixels, empty for a full line.
    filled : bool
        False for an area so large that a fill would hide the others: only
        its outline is drawn.
    """

    fill: str
    edge: str
    hatch: Hatch
    dash: str = ""
    filled: bool = True


_PLACES: dict[str, tuple[str, str, Hatch]] = {
    "wudadao": ("#5b8c5a", "#2f5c34", "diagonal"),
    "jiefang-north-road": ("#c29a3b", "#75560f", "grid"),
    "xikai-church": ("#8f6bab", "#553673", "dots"),
    "anshan-road": ("#b96a5f", "#7c2f27", "back-diagonal"),
    "xiaobailou": ("#4c94a0", "#1c5661", "vertical"),
    "central-park": ("#95a545", "#56631a", "cross"),
    "nanjing-road": ("#cf8348", "#84430f", "rings"),
    "haihe": ("#5683b8", "#234f85", "horizontal"),
    "weijin-road": ("#a3768a", "#663a4f", "lines-and-dots"),
    "anshan-weijin": ("#a3768a", "#663a4f", "lines-and-dots"),
    "golden-street": ("#c9788f", "#7d2f48", "dots"),
    "nanshi": ("#7d8ca3", "#40506b", "cross"),
    "slow-traffic": ("#6b7280", "#374151", "none"),
}

_OUTLINE_ONLY = frozenset({"slow-traffic"})

_SPARE_COLOURS: tuple[tuple[str, str], ...] = (
    ("#6f9c94", "#33605a"),
    ("#b08968", "#6b4a2c"),
    ("#7f87c0", "#3f4788"),
    ("#b5798f", "#713a50"),
    ("#8a9a5b", "#4d5a22"),
    ("#5f97b5", "#275b78"),
    ("#c08a6a", "#7a4526"),
)
_SPARE_HATCHES: tuple[Hatch, ...] = (
    "back-diagonal",
    "dots",
    "vertical",
    "cross",
    "rings",
    "horizontal",
    "grid",
    "diagonal",
    "lines-and-dots",
)


def style_of(place: str, basis: str = "stated") -> ZoneStyle:
    """Return the style of a place, the same in every plan and every product.

    Parameters
    ----------
    place : str
        Key shared by the same place in every plan, such as ``"wudadao"``.
        A place without a style of its own gets one from its name, always
        the same one.
    basis : str
        Basis of the geometry; it decides the dash of the outline.

    Returns
    -------
    ZoneStyle
        Colours, hatch and dash.

    Examples
    --------
    >>> style_of("wudadao").hatch
    'diagonal'
    >>> style_of("wudadao", "carried").dash
    '12 3'
    >>> style_of("somewhere new") == style_of("somewhere new")
    True
    """
    dash = BASIS_DASH.get(basis, "")
    if place in _PLACES:
        fill, edge, hatch = _PLACES[place]
        return ZoneStyle(fill, edge, hatch, dash, filled=place not in _OUTLINE_ONLY)
    number = zlib.crc32(place.encode("utf-8"))
    fill, edge = _SPARE_COLOURS[number % len(_SPARE_COLOURS)]
    return ZoneStyle(fill, edge, _SPARE_HATCHES[number // 7 % len(_SPARE_HATCHES)], dash)
