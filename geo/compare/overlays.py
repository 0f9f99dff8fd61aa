"""Lay two plans over each other: which part of which zone became what, in km² with intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo.areas import GRS80, Z_95, geodesic_area_km2
from geo.compare.errors import Outline, Terms, error_terms, size_km2
from geo.crs import WGS84, nearby_metric_crs
from geo.errors import CRSError, GeoError
from geo.io.forms import invalid_reason
from geo.texts import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

Note = Literal["same_by_construction", "carried", "interpreted", "corridor"]
NOTES: tuple[Note, ...] = ("same_by_construction", "carried", "interpreted", "corridor")
"""What keeps a piece from being a finding, in the order in which it is said: one shape
stands for both zones; one shape was taken over from the other's plan; one was drawn by
interpretation; one has a width that follows from its stated area."""

SIDE_M = 100.0
"""Longer sides get points of their own geodesic before plans are laid over each other [m]."""

LEAST_PIECE_KM2 = 1e-8
"""Smaller than a hundredth of a square metre is rounding, not a piece."""

PIECE_COLUMNS = (
    "zone_a", "zone_b", "area_km2", "low_km2", "high_km2", "share_a", "share_a_low",
    "share_a_high", "share_b", "share_b_low", "share_b_high", "notes", "geometry",
)  # fmt: skip
EDGE_COLUMNS = ("zone_id", "road", "position_error_m")
SUM_COLUMNS = ("zone_id", "area_km2", "remainder_km2", "repeated_km2")


@dataclass(frozen=True)
class OverlapMatrix:
    """Every zone and belt of one plan against those of another.

    Parameters
    ----------
    pieces : GeoDataFrame
        WGS84, `PIECE_COLUMNS`. One row per pair that overlaps; an empty
        ``zone_b`` (``zone_a``) is what of a zone lies in none of the other
        plan. Areas geodesic [km²], shares 0 to 1 of the zone of either plan,
        each with its 95 % interval (see `overlap_matrix`); ``notes`` is a
        tuple of `NOTES`.
    rows, columns : DataFrame
        `SUM_COLUMNS` for each zone of the first and of the second plan [km²]:
        its area, what lies in no zone of the other plan, and what the row
        counts more than once because zones of the other plan overlap.
    not_drawn_a, not_drawn_b : tuple of str
        Items without an area, which no matrix can hold.
    """

    pieces: gpd.GeoDataFrame
    rows: pd.DataFrame
    columns: pd.DataFrame
    not_drawn_a: tuple[str, ...]
    not_drawn_b: tuple[str, ...]

    def piece(self, zone_a: str, zone_b: str) -> pd.Series | None:
        """Return one row of `pieces`, or None where two zones do not overlap."""
        pieces = self.pieces[(self.pieces["zone_a"] == zone_a) & (self.pieces["zone_b"] == zone_b)]
        return None if pieces.empty else pieces.iloc[0]


def overlap_matrix(
    zones_a: gpd.GeoDataFrame,
    zones_b: gpd.GeoDataFrame,
    edges_a: gpd.GeoDataFrame | None = None,
    edges_b: gpd.GeoDataFrame | None = None,
) -> OverlapMatrix:
    """Lay two plans over each other.

    Parameters
    ----------
    zones_a, zones_b : GeoDataFrame
        Zone files of two plans, WGS84. Columns used: ``zone_id``,
        ``geometry``; where present ``basis``, ``carried_from``, ``low_km2``
        and ``high_km2``. Points, lines and items without geometry are named
        in the result and take no part.
    edges_a, edges_b : GeoDataFrame, optional
        Their edge files. Columns used: ``zone_id``, ``road``,
        ``position_error_m`` [m, one standard deviation], ``geometry``.
        A zone without edges, or with an edge of unknown error, may overlap by
        as much as the smaller of two zones: its intervals are that wide.

    Returns
    -------
    OverlapMatrix
        For each zone: the union of its pieces and its remainder are its area;
        the pieces of a row add up to that union plus ``repeated_km2``, which
        is 0 where the zones of the other plan do not overlap one another.

    Raises
    ------
    CRSError
        If a table is not in longitude and latitude.
    GeoError
        If a column is missing, an id stands twice or a polygon is not valid.

    Notes
    -----
    Sides are geodesics, as in `geo.areas.geodesic_area_km2`; long ones are
    given points before cutting, so that pieces add up to the area of the
    whole. The interval of a piece follows the rule of `geo.areas.area_budget`
    on the piece's own boundary: every road is off by one vector, so the sides
    of a road in a piece are added before they are squared, whichever plan
    they come from; a road that bounds both zones moves both at once; a corner
    of two roads adds its second-order term. The
    sides of a belt move with its axis, and its width by the rounding of the
    printed area, taken as a 95 % interval and shared out by length of side.
    A share varies only by what does not move piece and zone alike: a zone
    carried over unchanged is 100 % of itself with no interval. Pairs that do
    not overlap as drawn have no row, even where they might within the errors.
    """
    first, out_a = _outlines(zones_a, edges_a, Text("overlay.first"))
    second, out_b = _outlines(zones_b, edges_b, Text("overlay.second"))
    cells: list[dict[str, Any]] = []
    sums_a = [_sums(a, second.values(), cells, first_is_a=True) for a in first.values()]
    sums_b = [_sums(b, first.values(), cells, first_is_a=False) for b in second.values()]
    pieces = gpd.GeoDataFrame(cells, columns=list(PIECE_COLUMNS), geometry="geometry", crs=WGS84)
    return OverlapMatrix(
        pieces,
        pd.DataFrame(sums_a, columns=list(SUM_COLUMNS)),
        pd.DataFrame(sums_b, columns=list(SUM_COLUMNS)),
        out_a,
        out_b,
    )


def _outlines(
    zones: gpd.GeoDataFrame, edges: gpd.GeoDataFrame | None, what: Text
) -> tuple[dict[str, Outline], tuple[str, ...]]:
    """Return the zones of a table that have an area, and the ids of the others."""
    # What would give a wrong matrix without a word is refused by name.
    _require_wgs84(zones, what)
    if "zone_id" not in zones.columns:
        raise GeoError(
            Text(
                "overlay.no-column",
                what=what,
                column="zone_id",
                found=list(map(str, zones.columns)),
            )
        )
    twice = zones["zone_id"][zones["zone_id"].duplicated()]
    if not twice.empty:
        raise GeoError(Text("overlay.twice", what=what, zone=twice.iloc[0]))
    if edges is not None and not edges.empty:
        _require_wgs84(edges, Text("overlay.edges-of", what=what))
        missing = [c for c in EDGE_COLUMNS if c not in edges.columns]
        if missing:
            raise GeoError(
                Text(
                    "overlay.no-column",
                    what=Text("overlay.edges-of", what=what),
                    column=missing[0],
                    found=list(map(str, edges.columns)),
                )
            )
    is_area = np.array(
        [
            g is not None and not g.is_empty and g.geom_type in ("Polygon", "MultiPolygon")
            for g in zones.geometry
        ],
        dtype=bool,
    )
    with_area = zones[is_area]
    for zone_id, polygon in zip(with_area["zone_id"], with_area.geometry, strict=True):
        if not polygon.is_valid:
            raise GeoError(Text("overlay.invalid", zone=zone_id, reason=invalid_reason(polygon)))
    if with_area.empty:
        return {}, tuple(zones["zone_id"])
    # Sides become geodesics before anything is measured in the plane.
    metric_crs = nearby_metric_crs(float(with_area.geometry.iloc[0].centroid.x))
    shapes = gpd.GeoSeries([_geodesic_sides(g) for g in with_area.geometry], crs=WGS84)
    boundaries = shapely.boundary(shapes.to_crs(metric_crs).array)
    lines = None if edges is None or edges.empty else edges.to_crs(metric_crs)
    areas = geodesic_area_km2(shapes)
    # Each zone with the lines it was drawn from and their errors.
    outlines = {}
    for n, row in enumerate(with_area.to_dict("records")):
        zone_lines = None if lines is None else lines[lines["zone_id"] == row["zone_id"]]
        drawn_as = _drawn_as(row, zone_lines)
        errors: dict[str, float] = {}
        if zone_lines is not None:  # a road is as wrong as its worst part
            for road, error in zip(zone_lines["road"], zone_lines["position_error_m"], strict=True):
                known = math.nan if error is None else float(error)
                # an unknown error stays unknown, whatever the other parts have
                errors[road] = float(np.maximum(errors.get(road, 0.0), known))
        outlines[row["zone_id"]] = Outline(
            zone_id=str(row["zone_id"]),
            carried_from=str(row.get("carried_from") or ""),
            drawn_as=drawn_as,
            polygon=shapes.iloc[n],
            metric_crs=metric_crs,
            boundary=boundaries[n],
            lines=np.array([] if zone_lines is None else zone_lines.geometry.array, dtype=object),
            roads=() if zone_lines is None else tuple(zone_lines["road"]),
            errors_m=errors,
            rounding_km2=_rounding(row) if "corridor" in drawn_as else 0.0,
            area_km2=float(areas[n]),
        )
    return outlines, tuple(zones["zone_id"][~is_area])


def _drawn_as(row: Mapping[str, Any], edges: gpd.GeoDataFrame | None) -> frozenset[str]:
    """Return the basis of a zone, and that of the shape it carries where that is a belt.

    A belt carried over is known by its edge, an axis that goes around nothing.
    """
    bases = {str(row.get("basis") or "")}
    if edges is not None and not edges.empty:
        lines = shapely.node(shapely.union_all(edges.geometry.array))
        if not shapely.polygonize([lines]).geoms:
            bases.add("corridor")
    return frozenset(bases)


def _rounding(row: Mapping[str, Any]) -> float:
    """Return the standard error from the printed area that a belt's width follows from [km²]."""
    low, high = row.get("low_km2"), row.get("high_km2")
    if low is None or high is None or pd.isna(low) or pd.isna(high):
        return 0.0
    return float(high - low) / 2 / Z_95


def _require_wgs84(layer: gpd.GeoDataFrame, what: Text) -> None:
    if layer.crs is None or not CRS.from_user_input(layer.crs).is_geographic:
        crs = layer.crs
        name = Text("crs.none") if crs is None else CRS.from_user_input(crs).to_string()
        raise CRSError(Text("overlay.crs", what=what, found=name, wgs84=WGS84))


def _geodesic_sides(polygon: BaseGeometry) -> BaseGeometry:
    """Return a polygon whose sides longer than `SIDE_M` have points of their geodesics."""

    def ring(line: shapely.LinearRing) -> NDArray[np.float64]:
        xy = shapely.get_coordinates(line)
        start, end = xy[:-1], xy[1:]
        lengths = GRS80.inv(start[:, 0], start[:, 1], end[:, 0], end[:, 1])[2]
        counts = np.ceil(np.asarray(lengths) / SIDE_M).astype(int) - 1
        if not (counts > 0).any():
            return xy
        points: list[tuple[float, float]] = []
        for one, two, count in zip(map(tuple, start), map(tuple, end), counts, strict=True):
            points.append(one)
            if count > 0:
                # One direction for one side, so that neighbours get the same points.
                (x0, y0), (x1, y1) = min(one, two), max(one, two)
                between = GRS80.npts(x0, y0, x1, y1, npts=int(count))
                points += between if one < two else between[::-1]
        return np.array([*points, points[0]])

    parts = [
        shapely.Polygon(ring(part.exterior), [ring(hole) for hole in part.interiors])
        for part in shapely.get_parts(polygon)
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _sums(
    zone: Outline, others: Iterable[Outline], cells: list[dict[str, Any]], *, first_is_a: bool
) -> dict[str, Any]:
    """Return the sums of one row or column; append its pieces to `cells`.

    Pieces of a pair are appended with the row alone; remainders with both.
    """
    # What the zone shares with each zone of the other plan, and what is left of it.
    neighbours = [
        other
        for other in others
        if shapely.box(*other.polygon.bounds).intersects(shapely.box(*zone.polygon.bounds))
    ]
    pieces = [_areas_only(zone.polygon.intersection(other.polygon)) for other in neighbours]
    overlaps = [(o, p) for o, p in zip(neighbours, pieces, strict=True) if not p.is_empty]
    union = shapely.union_all([piece for _, piece in overlaps])
    remainder = _areas_only(
        zone.polygon.difference(shapely.union_all([o.polygon for o, _ in overlaps]))
    )
    areas = geodesic_area_km2([*(piece for _, piece in overlaps), union, remainder])
    zone_terms = error_terms(zone.polygon, (zone,))
    # Pieces are cells once, from the side of the first plan.
    if first_is_a:
        for (other, piece), area in zip(overlaps, areas[:-2], strict=True):
            if area < LEAST_PIECE_KM2:
                continue
            terms = error_terms(piece, (zone, other))
            share_b = _share(area, terms, other.area_km2, error_terms(other.polygon, (other,)))
            share_a = _share(area, terms, zone.area_km2, zone_terms)
            interval = _interval(area, terms, min(zone.area_km2, other.area_km2))
            cells.append(
                _cell((zone.zone_id, other.zone_id), interval, share_a, share_b, piece)
                | {"notes": _notes(zone, other)}
            )
    # What no zone of the other plan takes up is a cell with an empty name.
    if areas[-1] >= LEAST_PIECE_KM2:
        terms = error_terms(remainder, (zone, *(other for other, _ in overlaps)))
        share, none = _share(areas[-1], terms, zone.area_km2, zone_terms), (np.nan, np.nan, np.nan)
        ids = (zone.zone_id, "") if first_is_a else ("", zone.zone_id)
        notes = [note for other, _ in overlaps for note in _notes(zone, other)]
        zone_notes = tuple(n for n in NOTES[2:] if n in notes or n in zone.drawn_as)
        interval = _interval(areas[-1], terms, zone.area_km2)
        shares = (share, none) if first_is_a else (none, share)
        cells.append(_cell(ids, interval, *shares, remainder) | {"notes": zone_notes})
    return {
        "zone_id": zone.zone_id,
        "area_km2": zone.area_km2,
        "remainder_km2": float(areas[-1]),
        "repeated_km2": max(0.0, float(areas[:-2].sum() - areas[-2])),
    }


def _notes(a: Outline, b: Outline) -> tuple[Note, ...]:
    """Return what keeps the overlap of two zones from being a finding."""
    same = a.zone_id == b.carried_from or b.zone_id == a.carried_from
    same = same or bool(a.carried_from and a.carried_from == b.carried_from)
    drawn_as = a.drawn_as | b.drawn_as
    applies = {"same_by_construction": same, "carried": not same and "carried" in drawn_as}
    applies |= {basis: basis in drawn_as for basis in ("interpreted", "corridor")}
    return tuple(note for note in NOTES if applies[note])


def _cell(
    zones: tuple[str, str],
    area: Sequence[float],
    share_a: Sequence[float],
    share_b: Sequence[float],
    piece: BaseGeometry,
) -> dict[str, Any]:
    values = (*zones, *area, *share_a, *share_b)
    return dict(zip(PIECE_COLUMNS, values, strict=False)) | {"geometry": piece}


def _interval(value: float, terms: Terms, ceiling: float) -> tuple[float, float, float]:
    """Return a figure with its 95 % interval; where an error is not known, all that is possible."""
    half = Z_95 * size_km2(terms)
    if math.isnan(half):
        return float(value), 0.0, max(float(value), float(ceiling))
    return float(value), max(0.0, float(value) - half), float(value) + half


def _share(
    area: float,
    terms: Terms,
    whole: float,
    whole_terms: Terms,
) -> tuple[float, float, float]:
    """Return a share of a zone and its 95 % interval, common errors cancelling."""
    share = min(1.0, area / whole)
    nothing = np.zeros(2)
    apart = {
        key: (terms.get(key, nothing) - share * whole_terms.get(key, nothing)) / whole
        for key in {*terms, *whole_terms}
    }
    _, low, high = _interval(share, apart, 1.0)
    return share, low, min(1.0, high)


def _areas_only(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of an overlay, without the lines and points where shapes touch."""
    return shapely.MultiPolygon(
        [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    )
