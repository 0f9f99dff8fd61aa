"""Measure how the area of a piece of two plans errs: by road, by corner, by rounding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.areas import SQUARE_METRES_PER_KM2
from geo.crs import WGS84
from geo.uncertainty.position import corner_variance

if TYPE_CHECKING:
    from numpy.typing import NDArray

Terms = dict[str, "NDArray[np.float64]"]
"""Independent parts of an error, each a vector with its size [km²], by where it comes from."""


@dataclass(frozen=True)
class Outline:
    """One zone ready to be cut: its shape, its sides and how its area errs."""

    zone_id: str
    carried_from: str
    drawn_as: frozenset[str]
    polygon: BaseGeometry
    metric_crs: str
    boundary: BaseGeometry
    lines: NDArray[np.object_]
    roads: tuple[str, ...]
    errors_m: Mapping[str, float]
    rounding_km2: float
    area_km2: float


def size_km2(terms: Terms) -> float:
    """Return the length of independent errors put together [km²]."""
    return float(np.sqrt(sum(float(term @ term) for term in terms.values())))


def error_terms(shape: BaseGeometry, zones: Sequence[Outline]) -> Terms:
    """Return what adds to the error of an area cut from `zones` [km²], by what it comes from.

    One vector per road, for its shift in either direction; one term per
    corner of two roads; one per belt for the rounding of its printed area.
    One that is not a number where a zone has no edges: its error is not known.
    """
    if any(not len(zone.lines) for zone in zones):
        return {"edges that are not there": np.array([np.nan, 0.0])}
    # Each side of the piece, as the chord between two vertices.
    metric = gpd.GeoSeries([shape], crs=WGS84).to_crs(zones[0].metric_crs).iloc[0]
    rings = [shapely.get_coordinates(ring) for ring in _rings(metric)]
    start = np.concatenate([xy[:-1] for xy in rings])
    end = np.concatenate([xy[1:] for xy in rings])
    middle = np.asarray(shapely.points((start + end) / 2))
    chord = end - start
    # It moves with the line of the zone whose boundary is nearest to it.
    away = np.array([shapely.distance(zone.boundary, middle) for zone in zones])
    # A ring that names its roads says more of a shared side than the strip beside an axis.
    away += np.array([[0.5 if zone.rounding_km2 else 0.0] for zone in zones])
    nearest = away.argmin(axis=0)
    roads = np.empty(len(chord), dtype=object)
    errors = np.zeros(len(chord))
    terms: Terms = {}
    for n, zone in enumerate(zones):
        on = nearest == n
        if not on.any():
            continue
        lines = np.array([shapely.distance(line, middle[on]) for line in zone.lines]).argmin(axis=0)
        roads[on] = np.array(zone.roads, dtype=object)[lines]
        errors[on] = [zone.errors_m[road] for road in roads[on]]
        if zone.rounding_km2:
            grows = _grows_with(shape, zone)
            share = float(np.hypot(*chord[on].T).sum() / zone.boundary.length)
            terms[f"width of {zone.carried_from or zone.zone_id}"] = np.array(
                [grows * share * zone.rounding_km2, 0.0]
            )
    # A road moves as a whole: its chords add up before they become an area.
    for road in set(roads):
        at = roads == road
        terms[road] = (chord[at] * errors[at, None]).sum(axis=0) / SQUARE_METRES_PER_KM2
    # Where two roads meet, the corner moves with both.
    first = 0
    for xy in rings:
        last = first + len(xy) - 1
        terms |= _corner_terms(xy, roads[first:last], errors[first:last])
        first = last
    return terms


def _corner_terms(
    xy: NDArray[np.float64], roads: NDArray[np.object_], errors: NDArray[np.float64]
) -> Terms:
    """Return one term for each corner of a ring at which one road gives way to another."""
    changes = [n for n in range(len(roads)) if roads[n] != roads[n - 1]]
    if not changes:
        return {}
    # The ring from its first corner on, so that every run of one road is whole.
    ring = np.roll(xy[:-1], -changes[0], axis=0)
    ring = np.vstack([ring, ring[:1]])
    cuts = [n - changes[0] for n in changes] + [len(roads)]
    runs = [shapely.LineString(ring[a : b + 1]) for a, b in pairwise(cuts)]
    terms: Terms = {}
    for number, n in enumerate(changes):
        variance = corner_variance(runs[number - 1], runs[number], errors[n - 1], errors[n])
        x, y = xy[n].round()
        pair = " ".join(sorted((str(roads[n - 1]), str(roads[n]))))
        size = variance**0.5 / SQUARE_METRES_PER_KM2
        terms[f"corner of {pair} at {x:.0f} {y:.0f}"] = np.array([size, 0.0])
    return terms


def _grows_with(shape: BaseGeometry, zone: Outline) -> float:
    """Return 1 for a piece of the zone, -1 for what lies outside it."""
    return 1.0 if zone.polygon.intersects(shape.representative_point()) else -1.0


def _rings(shape: BaseGeometry) -> list[BaseGeometry]:
    """Return every ring, the area on its left."""
    parts = shapely.get_parts(shape)
    return [ring for part in parts for ring in shapely.get_rings(shapely.orient_polygons(part))]
