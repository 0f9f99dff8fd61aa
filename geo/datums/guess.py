"""Tell which datum a layer of unknown origin is in, by its position against the base."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from geo.crs import WGS84, metric_crs_for
from geo.datums.shifts import bd09_to_wgs84_xy, gcj02_to_wgs84_xy, moved
from geo.errors import CRSError, Issue
from geo.texts import Text, text

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import numpy.typing as npt

    from geo.base import Base

    Array = npt.NDArray[np.float64]

WEB_MERCATOR = "EPSG:3857"

_WEB_MERCATOR_CODES = (3857, 900913, 3785)
"""Its number, and those it had before; 900913 is “google” in digits."""

NEAR_M = 1_000.0
"""A reading is possible if half of the samples lie within this distance of the district [m]."""

FOLLOWS_STREETS_M = 40.0
"""Outlines drawn along streets have a median distance below this [m]; it allows for the
digitising error of both, and a wrong reading gives half a block, 50 to 100 m."""

CLEAR_FACTOR = 2.0
"""The runner-up must be this many times farther off for the reading to be certain."""

SAMPLES = 1_000
"""Positions taken along all outlines together; enough for a median to 1 m."""

FARTHEST = 1e9
"""No coordinate of any system is so large, in degrees or metres; what is, lies nowhere."""

# CGCS2000 3-degree belts: 75 E is EPSG:4534, or EPSG:4513 with the belt number 25 in its
# eastings. 6-degree belts with their number: 13 (75 E) is EPSG:4491; without it they have the
# numbers of the 3-degree belt of the same meridian.
_FIRST_BELT, _FIRST_MERIDIAN, _NUMBERED = 4534, 75, 21
_FIRST_ZONE_3, _FIRST_ZONE_6, _FIRST_BELT_6, _LAST_BELT_6 = 25, 13, 4491, 4501
OLD_DATUMS = {"xian": "xian-1980", "beijing": "beijing-1954"}
"""Words in the name of a datum before CGCS2000 to its key. Its shift against CGCS2000 is tens
of metres to more than 100 m, differs from place to place, and is not public: none is applied."""

# National coordinates of mainland China in metres: northing, and easting without or with number.
_NORTHINGS, _EASTINGS = (1_800_000.0, 6_000_000.0), (100_000.0, 900_000.0)
_NUMBERED_EASTINGS = (13_000_000.0, 46_000_000.0)
# Metres read in a neighbouring belt and brought to degrees lie 3 degrees off.
_SHIFTED = ("gcj02", "bd09")
"""Ends of ids: shifted coordinates of web maps that were projected as if they were not."""
_BELT_OFFSETS = {"wgs84+3": 3.0, "wgs84-3": -3.0}


@dataclass(frozen=True)
class Reading:
    """One way to read the coordinates of a layer, and what speaks for it.

    Parameters
    ----------
    id : str
        ``"wgs84"``, ``"gcj02"``, ``"bd09"``, ``"web-mercator"`` or an EPSG
        code (or WKT) as declared; with ``"+gcj02"`` or ``"+bd09"`` where shifted coordinates
        were projected, with ``"-flipped"`` where the axes are exchanged.
    name, name_en : str
        For readers.
    near : float
        Share of samples within `NEAR_M` of the district.
    inside : float
        Share of samples inside the district.
    median_m : float
        Median distance of the outlines to base streets, rivers and the
        district's own outline [m]; NaN for points.
    """

    id: str
    name: str
    name_en: str
    near: float
    inside: float
    median_m: float

    @property
    def evidence(self) -> Text:
        """What speaks for this reading."""
        if np.isnan(self.median_m):
            return Text("datum.evidence-points", inside=self.inside)
        return Text("datum.evidence", median=self.median_m, inside=self.inside)

    def label(self, language: str = "en") -> str:
        """Return the name in a language."""
        return self.name_en if language == "en" else self.name


@dataclass(frozen=True)
class DatumGuess:
    """Which datum a layer is in, by position.

    Parameters
    ----------
    reading : Reading or None
        The likeliest; None if no reading brings the layer near the district.
    certain : bool
        Whether the evidence leaves no other.
    readings : tuple of Reading
        All that bring the layer near, the likeliest first.
    issues : tuple of Issue
        Named faults: ``datum-gcj02``, ``datum-bd09``, ``axis-flipped``,
        ``web-mercator``, ``wrong-belt``, ``declared-otherwise``,
        ``datum-old`` (Xi'an 1980 or Beijing 1954: read without any shift),
        ``outside``, ``local-grid``, ``off-streets``, ``datum-uncertain``.
    """

    reading: Reading | None
    certain: bool
    readings: tuple[Reading, ...]
    issues: tuple[Issue, ...]


def guess_datum(layer: gpd.GeoDataFrame, base: Base, *, place: str = "layer") -> DatumGuess:
    """Guess the datum of a layer by its position against the base.

    The raw coordinates are read in every way that people mix up. A reading is
    possible if it brings the layer near the district; among the possible ones
    the outlines' distance to known streets decides. What the file declares is
    the reading to beat.

    Parameters
    ----------
    layer : GeoDataFrame
        Any geometry; its CRS is what the file declares, or None.
    base : Base
        Columns used: the geometry of ``roads`` and ``rivers``.
    place : str
        Names the layer in issues.

    Returns
    -------
    DatumGuess
        See there. A layer without any position is ``outside``.
    """
    samples, has_outlines = _samples(layer)
    declared = declared_reading(layer)
    readings = _possible_readings(samples, has_outlines, declared, base)
    if not readings:
        issue = _outside(samples, place)
        return DatumGuess(None, False, (), (issue,))
    default = next((r for r in readings if r.id == (declared or "wgs84")), None)
    best, certain = _choose(readings, default)
    certain = certain and not old_datum(best.id)
    by_fit = (best, *(reading for reading in readings if reading is not best))
    issues = _faults(best, default, declared, base, place)
    if not certain:
        issues.append(
            Issue(
                "datum-uncertain",
                "warning",
                place,
                Text(
                    "datum.issue.datum-uncertain",
                    candidates=[
                        Text("text.about", what=(r.name, r.name_en), words=r.evidence)
                        for r in by_fit[:3]
                    ],
                ),
                Text("datum.remedy.choose"),
            )
        )
    elif best.median_m > FOLLOWS_STREETS_M:
        message = Text("datum.issue.off-streets", median=best.median_m)
        issues.append(Issue("off-streets", "info", place, message, Text("datum.remedy.choose")))
    return DatumGuess(best, certain, by_fit, tuple(issues))


def as_wgs84(layer: gpd.GeoDataFrame, reading_id: str) -> gpd.GeoDataFrame:
    """Return a layer in WGS84, its raw coordinates read in a confirmed way.

    Parameters
    ----------
    layer : GeoDataFrame
        As it was read; what its CRS declares is left aside.
    reading_id : str
        `Reading.id` of the confirmed reading.

    Returns
    -------
    GeoDataFrame
        The same rows and columns in WGS84, without heights.

    Raises
    ------
    CRSError
        If `reading_id` is none of the known ones.
    """
    return moved(layer, _reader(reading_id)).set_crs(WGS84, allow_override=True)


# Inside


def _samples(layer: gpd.GeoDataFrame) -> tuple[Array, bool]:
    """Return positions along all outlines, or the points where there is none."""
    geometries = shapely.force_2d(np.asarray(layer.geometry.array, dtype=object))
    parts = geometries[~shapely.is_missing(geometries)]
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts = shapely.get_parts(parts)  # a collection may hold collections
    parts = parts[~shapely.is_empty(parts)]
    is_area = shapely.get_dimensions(parts) == 2
    parts[is_area] = shapely.boundary(parts[is_area])
    parts = parts[(np.abs(shapely.bounds(parts)) < FARTHEST).all(axis=1)]  # NaN is not
    lengths = shapely.length(parts)
    # Bounds pass over a corner that is no number; a length does not.
    parts, lengths = parts[np.isfinite(lengths)], lengths[np.isfinite(lengths)]
    total = lengths.sum()
    if total == 0.0:
        return shapely.get_coordinates(parts)[:SAMPLES], False
    # points beside outlines tell nothing that the outlines do not tell better
    parts, lengths = parts[lengths > 0], lengths[lengths > 0]
    counts = np.maximum(1, np.round(SAMPLES * lengths / total)).astype(int)
    index = np.repeat(np.arange(len(parts)), counts)
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    along = (step + 0.5) / counts[index]
    points = shapely.line_interpolate_point(parts[index], along, normalized=True)
    return shapely.get_coordinates(points), True


def declared_reading(layer: gpd.GeoDataFrame) -> str | None:
    """Return the id of the reading that the layer's CRS declares; None if it declares none."""
    if layer.crs is None:
        return None
    crs = CRS.from_user_input(layer.crs)
    code = crs.to_epsg(min_confidence=60)
    if code is None:
        return "wgs84" if crs.is_geographic else crs.to_wkt()
    if crs.is_geographic and code in (4326, 4490):
        return "wgs84"
    return "web-mercator" if code in _WEB_MERCATOR_CODES else f"EPSG:{code}"


def _possible_readings(
    samples: Array, has_outlines: bool, declared: str | None, base: Base
) -> list[Reading]:
    """Return the readings that bring the samples near the district, nearest first."""
    if not len(samples):
        return []
    lines = np.concatenate(
        [
            np.asarray(base.roads.geometry.array, dtype=object),
            np.asarray(base.rivers.geometry.array, dtype=object),
            [shapely.boundary(base.outline)],
        ]
    )
    tree = shapely.STRtree(lines)
    shapely.prepare(base.outline)
    to_metric = _transformer(WGS84, base.metric_crs)
    readings = []
    for reading_id in _candidates(samples, declared, base):
        with np.errstate(all="ignore"):
            degrees = _reader(reading_id)(samples)
            x, y = to_metric.transform(degrees[:, 0], degrees[:, 1])
        good = np.isfinite(x) & np.isfinite(y)
        points = shapely.points(x[good], y[good])
        near = float(np.sum(shapely.distance(base.outline, points) <= NEAR_M)) / len(samples)
        if near < 0.5:
            continue
        inside = float(np.sum(shapely.contains(base.outline, points))) / len(samples)
        median = float("nan")
        if has_outlines:
            _, distance = tree.query_nearest(points, return_distance=True, all_matches=False)
            median = float(np.median(distance))
        readings.append(Reading(reading_id, *_names(reading_id), near, inside, median))
    readings = [r for r in readings if not _is_idle(r, readings)]
    return sorted(readings, key=lambda r: (np.nan_to_num(r.median_m), -r.inside))


def _shifted(reading_id: str) -> tuple[str, str]:
    """Return the reference system of an id and the datum shifted under it, "" for none.

    Examples
    --------
    >>> _shifted("web-mercator+gcj02"), _shifted("EPSG:4548"), _shifted("gcj02")
    (('web-mercator', 'gcj02'), ('EPSG:4548', ''), ('gcj02', ''))
    """
    system, sign, datum = reading_id.removesuffix("-flipped").rpartition("+")
    is_shifted = sign and datum in _SHIFTED
    return (system, datum) if is_shifted else (reading_id.removesuffix("-flipped"), "")


def _is_idle(reading: Reading, readings: list[Reading]) -> bool:
    """Tell whether shifted coordinates in metres are a reading that nothing speaks for.

    Maps of GCJ-02 are kept in Web Mercator. In a belt they come about by mistake only: that
    is asked where they follow the streets closely and the belt as it stands does not.
    """
    system, datum = _shifted(reading.id)
    if not datum or (system == "web-mercator" and datum == "gcj02"):
        return False
    unshifted = reading.id.replace(f"+{datum}", "")
    plain = next((r for r in readings if r.id == unshifted), None)
    leads_out = plain is not None and reading.inside < plain.inside - 0.05
    fits = reading.median_m <= FOLLOWS_STREETS_M / 2.0 and not leads_out
    return not fits or (plain is not None and plain.median_m < CLEAR_FACTOR * reading.median_m)


def _candidates(samples: Array, declared: str | None, base: Base) -> list[str]:
    """Return the ids of the readings to try, the plain ones first."""
    largest = np.abs(samples).max()
    if largest <= 180.0:
        plain = ["wgs84", "gcj02", "bd09", *_BELT_OFFSETS]
    else:
        longitude = _district_position(base)[0]
        belt = int(metric_crs_for(longitude).split(":")[1])
        belts = [belt, belt - 1, belt + 1]
        numbered_belts = [code - _NUMBERED for code in belts]
        wide = _wide_belt(longitude)
        numbered_belts += [
            c for c in (wide, wide - 1, wide + 1) if _FIRST_BELT_6 <= c <= _LAST_BELT_6
        ]
        zone = int((longitude + 180.0) // 6.0) + 1
        plain = [f"EPSG:{code}" for code in (*belts, *numbered_belts, 32600 + zone)]
        plain.append("web-mercator")
        usual = (belts[0], numbered_belts[0], wide)
        systems = [*(f"EPSG:{code}" for code in usual), "web-mercator"]
        plain += [f"{system}+{datum}" for system in systems for datum in _SHIFTED]
    if declared is not None and declared not in plain:
        plain.insert(0, declared)
    return plain + [f"{name}-flipped" for name in plain if name not in _BELT_OFFSETS]


def _choose(readings: list[Reading], default: Reading | None) -> tuple[Reading, bool]:
    """Return the likeliest reading and whether it is certain."""
    first = readings[0]
    if len(readings) == 1:
        return first, True
    plain = [r for r in readings if not _shifted(r.id)[1]] or readings
    fallback = default or max(plain, key=lambda r: r.inside)
    if np.isnan(first.median_m):
        return fallback, False
    clear = first.median_m <= FOLLOWS_STREETS_M and (
        readings[1].median_m >= CLEAR_FACTOR * first.median_m or _same_place(readings[1], first)
    )
    # a small shape off the streets may fit them by chance under a mistake that is rare
    system, datum = _shifted(first.id)
    is_rare = bool(datum) and system != "web-mercator"
    return (first, True) if clear and not is_rare else (fallback, False)


def _same_place(one: Reading, other: Reading) -> bool:
    """Tell whether two readings are numerically the same (a belt under two codes)."""
    return abs(one.median_m - other.median_m) < 0.01 and one.inside == other.inside


def _faults(
    best: Reading,
    default: Reading | None,
    declared: str | None,
    base: Base,
    place: str,
) -> list[Issue]:
    """Name what is wrong with the coordinates under the likeliest reading."""
    # One fault only, the one whose remedy mends the rest; a layer as it should be has none.
    plain = best.id.removesuffix("-flipped")
    message = ""
    if old_datum(plain):
        code = "datum-old"
    elif best.id != plain:
        code = "axis-flipped"
    elif _shifted(plain)[1]:
        code = f"datum-{_shifted(plain)[1]}"
    elif plain in ("gcj02", "bd09"):
        code = f"datum-{plain}"
    elif plain == "web-mercator":
        code = "web-mercator"
    elif plain in _BELT_OFFSETS or (_is_belt(plain) and plain not in _expected_belts(base)):
        code = "wrong-belt"
    elif declared is not None and plain != declared:
        code = "wrong-belt" if _is_belt(declared) and _is_belt(plain) else "declared-otherwise"
        message = "declared-otherwise"
    else:
        return []
    # Every sentence may name the evidence, and what was declared against what was expected.
    values: dict[str, Any] = {
        "evidence": best.evidence,
        "other": default.evidence if default else Text("datum.not-declared"),
        "name": (best.name, best.name_en),
        "declared": declared if len(declared or "") <= 20 else CRS(declared).name,
        "expected": base.metric_crs,
        "factor": 1.0 / np.cos(np.radians(_district_position(base)[1])) ** 2,
    }
    return [
        Issue(
            code,
            "warning" if best.id == declared else "error",
            place,
            Text(f"datum.issue.{message or code}", **values),
            Text(f"datum.remedy.{'old' if code == 'datum-old' else 'convert'}"),
        )
    ]


def _outside(samples: Array, place: str) -> Issue:
    """Say that no reading brings the layer near the district, and whether the grid is local."""
    x, y = samples[0] if len(samples) else (np.nan, np.nan)
    code = "local-grid" if len(samples) and _is_local(samples) else "outside"
    return Issue(
        code,
        "error",
        place,
        Text(f"datum.issue.{code}", x=x, y=y),
        Text(f"datum.remedy.{code}"),
    )


def _is_local(samples: Array) -> bool:
    """Tell whether coordinates are metres, but those of no national grid anywhere in China."""
    low, high = samples.min(axis=0), samples.max(axis=0)
    if np.abs(samples).max() <= 180.0 or (high - low).max() > 1_000_000.0:
        return False

    def within(axis: int, limits: tuple[float, float]) -> bool:
        return bool(limits[0] <= low[axis] and high[axis] <= limits[1])

    return not any(
        within(1 - east, _NORTHINGS)
        and (within(east, _EASTINGS) or within(east, _NUMBERED_EASTINGS))
        for east in (0, 1)
    )


def old_datum(reading_id: str) -> str:
    """Return the key of `OLD_DATUMS` that a reading is in; "" for every other."""
    plain = reading_id.removesuffix("-flipped")
    if plain in ("wgs84", "gcj02", "bd09", "web-mercator", *_BELT_OFFSETS) or _shifted(plain)[1]:
        return ""
    try:
        geodetic = CRS.from_user_input(plain).geodetic_crs
    except ProjError:
        return ""
    datum = geodetic.datum if geodetic is not None else None
    name = (datum.name if datum is not None else "").lower()
    return next((key for word, key in OLD_DATUMS.items() if word in name), "")


def _district_position(base: Base) -> tuple[float, float]:
    """Return the middle of the district in longitude and latitude."""
    centre = base.outline.centroid
    x, y = _transformer(base.metric_crs, WGS84).transform(centre.x, centre.y)
    return float(x), float(y)


def _expected_belts(base: Base) -> set[str]:
    """Return the codes of the district's own belt, without and with its number."""
    district_belt = metric_crs_for(_district_position(base)[0])
    wide = _wide_belt(_district_position(base)[0])
    without_number = _FIRST_BELT + 2 * (wide - _FIRST_BELT_6)  # the belt of the same meridian
    return {
        base.metric_crs,
        district_belt,
        f"EPSG:{int(district_belt.split(':')[1]) - _NUMBERED}",
        f"EPSG:{wide}",
        f"EPSG:{without_number}",
    }


def _wide_belt(longitude: float) -> int:
    """Return the EPSG code of the 6-degree belt that holds a longitude, with its number."""
    zone = min(max(int(longitude // 6.0) + 1, _FIRST_ZONE_6), _FIRST_ZONE_6 + 10)
    return _FIRST_BELT_6 + zone - _FIRST_ZONE_6


def _is_belt(reading_id: str) -> bool:
    """Tell whether a reading is a Gauss-Krueger belt or a UTM zone."""
    if not reading_id.startswith("EPSG:") or _shifted(reading_id)[1]:
        return False
    operation = CRS.from_user_input(reading_id).coordinate_operation
    return operation is not None and "Transverse Mercator" in operation.method_name


@cache
def _transformer(source: str, target: str) -> Transformer:
    """Return a transformer with longitude and easting first."""
    return Transformer.from_crs(source, target, always_xy=True)


def _reader(reading_id: str) -> Callable[[Array], Array]:
    """Return the function that turns raw coordinates into WGS84."""
    plain = reading_id.removesuffix("-flipped")
    system, datum = _shifted(plain)
    if datum:
        unprojected = _reader(system)
        unshifted = gcj02_to_wgs84_xy if datum == "gcj02" else bd09_to_wgs84_xy

        def shifted_conversion(positions: Array) -> Array:
            return unshifted(unprojected(positions))

        conversion: Callable[[Array], Array] = shifted_conversion
    elif plain == "wgs84":
        conversion = _unchanged
    elif plain in _BELT_OFFSETS:
        offset = np.array([_BELT_OFFSETS[plain], 0.0])
        return lambda positions: positions - offset
    elif plain == "gcj02":
        conversion = gcj02_to_wgs84_xy
    elif plain == "bd09":
        conversion = bd09_to_wgs84_xy
    else:
        try:
            source = WEB_MERCATOR if plain == "web-mercator" else plain
            # an old datum is left as it is: only its projection is undone
            target = CRS(source).geodetic_crs.to_wkt() if old_datum(plain) else WGS84  # type: ignore[union-attr]
            transformer = _transformer(source, target)
        except Exception as error:
            raise CRSError(Text("datum.unknown", reading=reading_id)) from error

        def conversion(positions: Array) -> Array:
            return np.column_stack(transformer.transform(positions[:, 0], positions[:, 1]))

    if reading_id.endswith("-flipped"):
        return lambda positions: conversion(positions[:, ::-1])
    return conversion


def _unchanged(positions: Array) -> Array:
    return positions


def _names(reading_id: str) -> tuple[str, str]:
    """Return the Chinese and English name of a reading."""
    plain = reading_id.removesuffix("-flipped")
    names = []
    for language in ("zh", "en"):
        system, datum = _shifted(plain)
        if datum:
            under = _names(system)[("zh", "en").index(language)]
            name = text(
                "datum.projected", language, name=text(f"datum.{datum}", language), under=under
            )
        elif plain in _BELT_OFFSETS:
            name = text("datum.belt-offset", language, degrees=_BELT_OFFSETS[plain])
        elif plain in ("wgs84", "gcj02", "bd09", "web-mercator"):
            name = text(f"datum.{plain}", language)
        elif plain.startswith("EPSG:326"):
            name = text("datum.utm", language, crs=plain)
        elif plain.startswith("EPSG:4") and (belt := _belt(int(plain.split(":")[1]))):
            degrees, zone, meridian = belt
            key = "datum.belt-numbered" if zone else "datum.belt"
            name = text(key, language, degrees=degrees, zone=zone, meridian=meridian, crs=plain)
        else:
            excerpt = plain if len(plain) <= 20 else CRS.from_user_input(plain).name
            key = "datum.old" if old_datum(plain) else "datum.declared"
            old = text(f"datum.{old_datum(plain)}", language) if old_datum(plain) else ""
            name = text(key, language, crs=excerpt, old=old)
        if reading_id.endswith("-flipped"):
            name = text("datum.flipped", language, name=name)
        names.append(name)
    return names[0], names[1]


def _belt(code: int) -> tuple[int, int, int] | None:
    """Return width [degrees], number in the eastings (0: none) and meridian of a CGCS2000 belt."""
    if _FIRST_BELT_6 <= code <= _LAST_BELT_6:
        place = code - _FIRST_BELT_6
        return 6, _FIRST_ZONE_6 + place, _FIRST_MERIDIAN + 6 * place
    if _FIRST_BELT - _NUMBERED <= code < _FIRST_BELT + _NUMBERED:
        place = (code - _FIRST_BELT) % _NUMBERED
        zone = _FIRST_ZONE_3 + place if code < _FIRST_BELT else 0
        return 3, zone, _FIRST_MERIDIAN + 3 * place
    return None
