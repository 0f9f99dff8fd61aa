"""Say what a stated area says of a zone's weakest side, if it is right; never used to draw."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.areas import SQUARE_METRES_PER_KM2, intervals_meet
from geo.texts import Text
from geo.uncertainty.position import ring_pieces

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.uncertainty.position import AreaBudget, Piece
    from geo.uncertainty.rebuilding import RingModel

DIRECTIONS = ("E", "NE", "N", "NW", "W", "SW", "S", "SE")
"""The eight directions, counter-clockwise from the east."""

FARTHEST_SIGMAS = 60.0
"""A side that would have to move farther than this, in its own errors, explains nothing."""

STEPS = 41
"""Shifts that are rebuilt to find the one that meets the stated area."""

AREA_TOLERANCE_KM2 = 1e-4
"""The ring rebuilt with the shift has the stated area within this."""


@dataclass(frozen=True)
class ImpliedShift:
    """The shift of one side that would make the measured area the stated one.

    Parameters
    ----------
    road, method : str
        The street, and how the stretch that moves is known.
    is_whole : bool
        Whether all of that side moves, or only the stretches of `method`.
    metres : float
        How far its least certain stretch lies from where it is drawn [m].
    direction : str
        ``"N"``, ``"NE"`` and so on: from where it is drawn to where it would be.
    sigmas : float
        The shift in standard deviations of the position.
    rebuilt_km2 : float
        Area of the ring rebuilt with the shift [km²].
    """

    road: str
    method: str
    is_whole: bool
    metres: float
    direction: str
    sigmas: float
    rebuilt_km2: float

    @property
    def text(self) -> Text:
        """The sentence on it, marked as an inference."""
        road: object = self.road
        if not self.is_whole:
            road = Text("implied.stretch", road=self.road, method=Text(f"how.{self.method}"))
        return Text(
            "implied.shift",
            road=road,
            direction=Text(f"direction.{self.direction}"),
            metres=f"{self.metres:.0f}",
            sigmas=f"{self.sigmas:.1f}",
        )


def implied_shift(
    pieces: gpd.GeoDataFrame,
    model: RingModel,
    budget: AreaBudget,
    stated_km2: float,
    bounds: tuple[float, float],
) -> ImpliedShift | None:
    """Return the shift of the weakest side that would make both areas one.

    Parameters
    ----------
    pieces : GeoDataFrame
        The stretches of the edges in ring order; see
        `geo.uncertainty.position.ring_pieces`.
    model : RingModel
        The same ring, ready to be rebuilt.
    budget : AreaBudget
        Its area and error.
    stated_km2 : float
        The stated area [km²].
    bounds : (float, float)
        What the stated figure may stand for [km²].

    Returns
    -------
    ImpliedShift or None
        None where the measured area itself lies within `bounds`, where an
        error is not known, and where no shift of up to `FARTHEST_SIGMAS` does
        it.

    Notes
    -----
    The weakest side is the street, in the way it is known, that brings most
    of the variance. Its stretches move together, each in proportion to its
    error, square to the sum of their chords weighed by these errors: of all
    directions that one changes the area most. To first order a shift of ``t``
    standard deviations changes the area by ``t`` times the length of that
    sum. The ring is then rebuilt with shifts around this value, its corners
    found anew, and the shift that meets the stated area is taken from these.

    Examples
    --------
    A square of 1 km whose south side is the least certain, stated 1.05 km²:
    the south side would lie 50 m further south.
    """
    if intervals_meet(bounds, (budget.area_km2, budget.area_km2)):
        return None
    if not budget.standard_error_km2 > 0:
        return None
    weakest = _weakest(ring_pieces(pieces))
    weighted_chord = sum((piece.error_m * piece.chord for piece in weakest), np.zeros(2))
    slope_m2 = float(np.hypot(*weighted_chord))
    if slope_m2 == 0:
        return None
    # The ring runs counter-clockwise: to the right of a side is outside.
    outward = np.array([weighted_chord[1], -weighted_chord[0]]) / slope_m2
    # The plane and the ellipsoid differ by less than 0.01 %: the difference is what is looked for.
    wanted_km2 = stated_km2 - budget.area_km2
    first = wanted_km2 * SQUARE_METRES_PER_KM2 / slope_m2
    if abs(first) > FARTHEST_SIGMAS:
        return None
    vector = weakest[0].shifts_with
    steps = first * np.linspace(0.5, 1.6, STEPS)
    rebuilt = model.rebuilt({vector: steps[:, None] * outward})
    gained_km2 = rebuilt.areas_km2 - model.nominal_km2
    order = np.argsort(gained_km2)
    if not gained_km2[order][0] <= wanted_km2 <= gained_km2[order][-1]:
        return None
    sigmas = float(np.interp(wanted_km2, gained_km2[order], steps[order]))
    check = model.rebuilt({vector: (sigmas * outward)[None, :]}).areas_km2[0] - model.nominal_km2
    if abs(check - wanted_km2) > AREA_TOLERANCE_KM2:
        return None
    way = outward * math.copysign(1.0, sigmas)
    octant = round(math.degrees(math.atan2(way[1], way[0])) / 45) % 8
    road = weakest[0].road
    return ImpliedShift(
        road=road,
        method=weakest[0].shifts_with.removeprefix(f"{road}/"),
        is_whole=len(weakest) == int((pieces["road"] == road).sum()),
        metres=abs(sigmas) * max(piece.error_m for piece in weakest),
        direction=DIRECTIONS[octant],
        sigmas=abs(sigmas),
        rebuilt_km2=budget.area_km2 + float(check),
    )


def _weakest(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces of the shift vector that brings most of the variance."""
    by_vector: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_vector.setdefault(piece.shifts_with, []).append(piece)

    def variance(parts: list[Piece]) -> float:
        return float(np.hypot(*sum((p.error_m * p.chord for p in parts), np.zeros(2))))

    return max(by_vector.values(), key=variance)
