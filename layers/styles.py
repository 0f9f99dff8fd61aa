"""Give each place one style: the same colour, hatch and dash on map, sheet and offline page.

Colour alone never tells two places apart: each also has a hatch, and each
basis of a geometry its own outline. Plain words here; the web map draws them
as SVG patterns, a print sheet through matplotlib, both from `HATCHES`.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType

from geo.base import Hatch, PlaceStyle


@dataclass(frozen=True)
class HatchDrawing:
    """How a hatch is drawn.

    Parameters
    ----------
    matplotlib : str
        In the words of matplotlib's ``hatch=``.
    shapes : tuple of (str, dict)
        On the web map, in a tile of 12 by 12 pixels: a ``line`` by its path, a
        ``dot`` or a ``ring`` by centre and radius; with a ``stroke-width``
        where it is not that of all.
    """

    matplotlib: str
    shapes: tuple[tuple[str, Mapping[str, str | float]], ...] = ()


HATCHES: dict[Hatch, HatchDrawing] = {
    "diagonal": HatchDrawing("//", (("line", {"d": "M-3 3L3-3M0 12L12 0M9 15L15 9"}),)),
    "back-diagonal": HatchDrawing("\\\\", (("line", {"d": "M-3 9L3 15M0 0L12 12M9-3L15 3"}),)),
    "vertical": HatchDrawing("||", (("line", {"d": "M3 0V12M9 0V12"}),)),
    "horizontal": HatchDrawing("--", (("line", {"d": "M0 3H12M0 9H12"}),)),
    "cross": HatchDrawing("xx", (("line", {"d": "M0 0L12 12M0 12L12 0", "stroke-width": 1}),)),
    "grid": HatchDrawing("++", (("line", {"d": "M6 0V12M0 6H12", "stroke-width": 1}),)),
    "dots": HatchDrawing(
        "..", (("dot", {"cx": 3, "cy": 3, "r": 1.3}), ("dot", {"cx": 9, "cy": 9, "r": 1.3}))
    ),
    "rings": HatchDrawing("oo", (("ring", {"cx": 6, "cy": 6, "r": 2.6, "stroke-width": 1.1}),)),
    "lines-and-dots": HatchDrawing(
        "-.", (("line", {"d": "M0 3H12"}), ("dot", {"cx": 6, "cy": 9, "r": 1.3}))
    ),
    "none": HatchDrawing(""),
}
"""The one table of the hatches: the sheets draw from it, and the browser gets it with the map."""

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

FADE_M = 250.0
"""A river is known no further than its line; its last so many metres fade, rather than stop."""

FADE_STEPS = 8
FADE_OPACITY = 0.25
"""Of each of the areas that lie upon each other at an end: eight hide nine tenths."""

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


Styles = Mapping[str, ZoneStyle]
"""The style of every place of a district, by its key."""

NO_STYLES: Styles = MappingProxyType({})


def styles_of(places: Iterable[str], own_styles: Mapping[str, PlaceStyle]) -> dict[str, ZoneStyle]:
    """Return a style for every place, no two of them alike while there are any left.

    Parameters
    ----------
    places : iterable of str
        Keys shared by the same place in every plan, of all plans of the district: then a
        place looks the same in every plan and every product.
    own_styles : mapping of str to PlaceStyle
        Styles that the data folder gives, `geo.base.District.styles`.

    Returns
    -------
    dict of str to ZoneStyle
        A place without a style of its own gets the least used hatch and colour that are
        free, from its name: the same places always get the same styles.

    Examples
    --------
    >>> styles = styles_of([f"place {n}" for n in range(60)], {})
    >>> len({(style.fill, style.hatch) for style in styles.values()})
    60
    """
    styles = {
        place: ZoneStyle(style.fill, style.edge, style.hatch, filled=style.filled)
        for place, style in own_styles.items()
    }
    hatches = Counter(style.hatch for style in styles.values())
    fills = Counter(style.fill for style in styles.values())
    uses = Counter((style.fill, style.hatch) for style in styles.values())
    for place in sorted(set(places) - set(styles)):
        turn = zlib.crc32(place.encode("utf-8"))
        spare = list(product(_SPARE_COLOURS, _SPARE_HATCHES))
        spare = spare[turn % len(spare) :] + spare[: turn % len(spare)]
        (fill, edge), hatch = min(
            spare, key=lambda p: (uses[p[0][0], p[1]], hatches[p[1]], fills[p[0][0]])
        )
        styles[place] = ZoneStyle(fill, edge, hatch)
        uses[fill, hatch] += 1
        hatches[hatch] += 1
        fills[fill] += 1
    return styles


def style_of(place: str, basis: str = "stated", styles: Styles = NO_STYLES) -> ZoneStyle:
    """Return the style of a place, the same in every plan and every product.

    Parameters
    ----------
    place : str
        Key shared by the same place in every plan, such as ``"wudadao"``.
    basis : str
        Basis of the geometry; it decides the dash of the outline.
    styles : mapping of str to ZoneStyle
        From `styles_of`; a place that is not among them, such as one that is only being
        drafted, gets a style from its name.

    Returns
    -------
    ZoneStyle
        Colours, hatch and dash.

    Examples
    --------
    >>> style_of("somewhere", "carried").dash
    '12 3'
    >>> style_of("somewhere new") == style_of("somewhere new")
    True
    """
    style = styles.get(place) or styles_of([place], {})[place]
    return replace(style, dash=BASIS_DASH.get(basis, ""))
