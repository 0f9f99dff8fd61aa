"""Hold a zone: an item of a plan with what could be drawn and measured of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from pyproj import Transformer
from shapely import Geometry

from geo.base import Base
from geo.crs import WGS84
from geo.plans.model import PlanItem
from geo.sentences.limits import Fault, Limit, parse_limits, read_sentence
from geo.sentences.script import simplified
from geo.texts import Text
from geo.uncertainty.identity import Combination, Identity
from geo.uncertainty.position import AreaBudget, interval_about
from geo.verdicts import Alternative, Reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

DECIMALS = 6
"""Decimals of a degree in every file: 0.1 m."""


@dataclass(frozen=True)
class Zone:
    """An item of a plan with what could be drawn and measured of it.

    Parameters
    ----------
    geometry : Geometry or None
        WGS84, rounded; None where nothing can honestly be drawn.
    edges : GeoDataFrame or None
        `geo.zones.edges.EDGE_COLUMNS`, metric CRS, in ring order.
    pieces : GeoDataFrame or None
        `geo.zones.edges.PIECE_COLUMNS`, metric CRS: the stretches of the edges.
    readings : tuple of Reading
        Areas [km²] of the main combination of streets, the default first.
    outlines : dict of str to Geometry
        The shape under each reading, WGS84.
    length_readings : tuple of Reading
        Lengths [km] of a belt's axis, the default first.
    part_areas : dict of str to Reading
        Part areas [km²] by id.
    obstacle : Text or None
        Why nothing was measured.
    budget : AreaBudget or None
        Where the interval of the default reading comes from.
    width_m : float or None
        Width of a strip.
    probability : float
        That all streets are the main candidates.
    alternatives, length_alternatives : tuple of Alternative
        Area and length under the other combinations of streets that were kept.
    part_alternatives : dict of str to tuple of Alternative
        The same for part areas, by id.
    implied : Text or None
        What the stated area says of the weakest side, if it is right.
    """

    item: PlanItem
    geometry: Geometry | None = None
    edges: gpd.GeoDataFrame | None = None
    pieces: gpd.GeoDataFrame | None = None
    readings: tuple[Reading, ...] = ()
    outlines: Mapping[str, Geometry] = field(default_factory=dict)
    length_readings: tuple[Reading, ...] = ()
    part_areas: Mapping[str, Reading] = field(default_factory=dict)
    obstacle: Text | None = None
    budget: AreaBudget | None = None
    width_m: float | None = None
    probability: float = 1.0
    alternatives: tuple[Alternative, ...] = ()
    length_alternatives: tuple[Alternative, ...] = ()
    part_alternatives: Mapping[str, tuple[Alternative, ...]] = field(default_factory=dict)
    implied: Text | None = None

    @property
    def area_readings(self) -> tuple[Reading, ...]:
        """Areas under every reading, those of other combinations of streets last."""
        main = self.readings
        if main and self.probability < 1:
            first = main[0]
            combined = Reading(first.reading, first.value, first.low, first.high, self.probability)
            main = (combined, *main[1:])
        others = [alternative.default for alternative in self.alternatives]
        return (*main, *(reading for reading in others if reading is not None))


def known_limits(base: Base) -> frozenset[str]:
    """Return the names that count as limits because the base has them or has looked for them."""
    return frozenset(
        {
            *base.lines_by_name,
            *base.aliases,
            *base.missing,
            *base.identities.by_name,
            *base.grounds["name"],
        }
    )


def limit_gaps(item: PlanItem, base: Base) -> tuple[Fault, ...]:
    """Return what keeps the limits of an item from being read whole; nothing if it gives none."""
    reading = read_sentence(item.limits_text, known_limits(base))
    return reading.faults if reading.limits else ()


def item_limits(item: PlanItem, base: Base) -> tuple[Limit, ...]:
    """Return the limits of an item: parsed from its sentence, or as interpreted.

    Raises
    ------
    LimitsError
        If the sentence cannot be read.
    """
    if item.basis == "interpreted":
        return tuple(Limit(name, "", None, 0, 0) for name in item.interpreted_limits)
    known = known_limits(base)
    limits = parse_limits(item.limits_text, known)
    # 雲臺路 in the text is 云台路 in the base.
    return tuple(
        limit if limit.name in known else replace(limit, name=plain)
        for limit in limits
        for plain in [simplified(limit.name) if simplified(limit.name) in known else limit.name]
    )


def rounded(geometry: Geometry) -> Geometry:
    """Return a WGS84 geometry on the grid of the files, six decimals."""
    return shapely.transform(geometry, lambda xy: np.round(xy, DECIMALS))


def to_files(geometry: Geometry, metric_crs: str) -> Geometry:
    """Return a metric geometry in WGS84, rounded as in the files."""
    to_wgs84 = _to_wgs84(metric_crs)

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_wgs84.transform(xy[:, 0], xy[:, 1]))

    return rounded(shapely.transform(geometry, moved))


@cache
def _to_wgs84(metric_crs: str) -> Transformer:
    """Return the transformation from a metric CRS, made once: it costs more than a shape."""
    return Transformer.from_crs(metric_crs, WGS84, always_xy=True)


def reading_about(reading: str, value: float, standard_error: float) -> Reading:
    """Return a reading with its 95 % interval; without one where the error is not known."""
    low, high = interval_about(value, standard_error)
    return Reading(reading, value, *((None, None) if math.isnan(high) else (low, high)))


def alternative(combination: Combination, readings: tuple[Reading, ...]) -> Alternative:
    """Return what was measured under another combination of streets."""
    changes = {
        name: (combination.candidates[name].line, combination.candidates[name].probability)
        for name in combination.changed
    }
    return Alternative(combination.reading, combination.probability, changes, readings)


def main_lines(names: list[str], base: Base) -> dict[str, str]:
    """Return the main line of every name that has candidates of its own."""
    return {
        name: base.identities.by_name[name].main.line
        for name in names
        if name in base.identities.by_name
    }


def named_identities(
    names: list[str], base: Base, classes: Mapping[str, list[str | None]]
) -> list[Identity]:
    """Return the candidates of every name; `classes` are those of its stretches in use."""
    return [base.identities.of(name, classes.get(name, [])) for name in names]
