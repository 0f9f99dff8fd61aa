"""Draw a figure's interval and a verdict's mark as SVG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from geo.areas import printed_interval
from geo.verdicts import Finding

SCALE = (0.6, 1.4)
"""The common scale: the figure over the stated one, from 60 % to 140 %."""

GUIDES = (0.6, 0.8, 1.0, 1.2, 1.4)
DASHED = ' stroke-dasharray="2 2"'
INK, PALE, GRID = "#1c2430", "#c7ced6", "#dfe3e8"


@dataclass(frozen=True)
class Chart:
    """Where the parts of a chart stand, as shares of its width from the left (0 to 1).

    Parameters
    ----------
    dot, low, high : float
        The computed figure and its interval.
    stated_low, stated_high : float
        What the printed figure may stand for.
    others : tuple of float
        The other readings that fall on the scale.
    before, beyond : bool
        Whether the interval runs over the left or the right rim.
    """

    dot: float
    low: float
    high: float
    stated_low: float
    stated_high: float
    others: tuple[float, ...]
    before: bool
    beyond: bool


def chart(finding: Finding) -> Chart | None:
    """Return the positions of a finding's chart, or None where nothing can be compared."""
    if finding.computed is None or not finding.stated or float(finding.stated) == 0.0:
        return None
    stated = float(finding.stated)
    left, right = SCALE

    def share(value: float) -> float:
        return (value / stated - left) / (right - left)

    def clipped(value: float) -> float:
        return min(max(share(value), 0.0), 1.0)

    low = finding.computed if finding.low is None else finding.low
    high = finding.computed if finding.high is None else finding.high
    printed = printed_interval(finding.stated)
    return Chart(
        dot=clipped(finding.computed),
        low=clipped(low),
        high=clipped(high),
        stated_low=clipped(printed[0]),
        stated_high=clipped(printed[1]),
        others=tuple(
            share(reading.value)
            for reading in finding.readings[1:]
            if 0.0 <= share(reading.value) <= 1.0
        ),
        before=share(low) < 0.0,
        beyond=share(high) > 1.0,
    )


def interval_svg(finding: Finding, label: str = "", width: int = 200, height: int = 24) -> str:
    """Return a finding's chart as one SVG element, empty where there is none.

    Parameters
    ----------
    finding : Finding
        What to draw. The grey band is the printed figure with its rounding,
        the bar the 95 % interval, the dot the computed figure, the rings
        the other readings; an arrow shows an interval that leaves the scale.
    label : str
        Read out in place of the picture; escaped here.
    width, height : int
        Pixels.

    Notes
    -----
    Black, white and grey: it says the same without colour.
    """
    places = chart(finding)
    if places is None:
        return ""
    margin, middle = 8.0, height / 2

    def x(share: float) -> float:
        return round(margin + share * (width - 2 * margin), 1)

    # Guides behind everything, that of the stated figure the heaviest.
    parts = [
        f'<path d="M{x((guide - SCALE[0]) / (SCALE[1] - SCALE[0]))} 1V{height - 1}" '
        f'stroke="{INK if guide == 1.0 else GRID}" '
        f'stroke-width="{1 if guide == 1.0 else 0.8}"{DASHED if guide == 1.0 else ""}/>'
        for guide in GUIDES
    ]
    # What the printed figure may stand for, then the interval, other readings and the figure.
    band = max(x(places.stated_high) - x(places.stated_low), 2.0)
    parts.append(
        f'<rect x="{x(places.stated_low)}" y="3" width="{band:.1f}" height="{height - 6}" '
        f'fill="{PALE}"/>'
    )
    parts.append(
        f'<path d="M{x(places.low)} {middle}H{x(places.high)}M{x(places.low)} {middle - 4}v8'
        f'M{x(places.high)} {middle - 4}v8" fill="none" stroke="{INK}" stroke-width="1.6"/>'
    )
    parts += [
        f'<circle cx="{x(other)}" cy="{middle}" r="2.6" fill="#fff" stroke="{INK}"/>'
        for other in places.others
    ]
    parts.append(f'<circle cx="{x(places.dot)}" cy="{middle}" r="4" fill="{INK}"/>')
    # An arrow where the interval goes on beyond the chart.
    for over, tip, back in ((places.before, 1.0, 7.0), (places.beyond, width - 1.0, width - 7.0)):
        if over:
            parts.append(f'<path d="M{tip} {middle}L{back} {middle - 4}v8z" fill="{INK}"/>')
    alternative = escape(label, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{alternative}">{"".join(parts)}</svg>'
    )


@dataclass(frozen=True)
class Mark:
    """How a verdict is marked, so that no colour is needed to tell it from the others.

    Parameters
    ----------
    sign : str
        One character, for a console and for lists.
    shapes : tuple of (str, dict)
        SVG elements with their attributes, in a box of 14 by 14; what is
        `COLOUR` takes the colour of the verdict.
    """

    sign: str
    shapes: tuple[tuple[str, Mapping[str, str]], ...]

    def svg(self, colour: str) -> str:
        """Return the shapes as SVG."""
        return "".join(
            f"<{element}"
            + "".join(f' {name}="{value}"' for name, value in attributes.items()).replace(
                f'"{COLOUR}"', f'"{colour}"'
            )
            + "/>"
            for element, attributes in self.shapes
        )


COLOUR = "colour"
"""Stands for the colour of a verdict among the attributes of its mark."""

_LINE = {"fill": "none", "stroke": COLOUR, "stroke-width": "2"}
_RING = {"cx": "7", "cy": "7", "r": "5.2", **_LINE}

MARKS: dict[str, Mark] = {
    "agrees": Mark("●", (("circle", {"cx": "7", "cy": "7", "r": "5.5", "fill": COLOUR}),)),
    "agrees_at_edge": Mark(
        "◐",
        (("circle", _RING), ("path", {"d": "M7 1.8a5.2 5.2 0 0 0 0 10.4z", "fill": COLOUR})),
    ),
    "disagrees": Mark(
        "✕", (("path", {"d": "M2.5 2.5l9 9m0-9l-9 9", **_LINE, "stroke-width": "2.6"}),)
    ),
    "by_construction": Mark(
        "□", (("rect", {"x": "2.5", "y": "2.5", "width": "9", "height": "9", **_LINE}),)
    ),
    "not_stated": Mark("–", (("path", {"d": "M2 7h10", **_LINE}),)),
    "not_determinable": Mark("◌", (("circle", {**_RING, "stroke-dasharray": "2.4 1.8"}),)),
}
"""The one table of the verdicts' marks; the browser gets it with the data of the map."""


def mark_svg(verdict: str) -> str:
    """Return the shape of a verdict as SVG, drawn so that it hangs on no font."""
    body = MARKS[verdict].svg(INK)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 14 14" width="12" height="12" '
        f'aria-hidden="true">{body}</svg>'
    )
