"""Measure street by street how far the bundled approximation was from imported lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import METRIC
from geo.streets.rows import ImportedStreets
from geo.texts import rendered, text

if TYPE_CHECKING:
    from collections.abc import Mapping

STATION_M = 5.0
"""Distance of the places at which a bundled line is compared."""

ABREAST_M = 150.0
"""Places of a bundled line whose nearest imported place is an end of the import and lies this
far off are beyond the import: they are counted, not measured."""

COLUMNS = (
    "name",
    "found",
    "method",
    "claimed_error_m",
    "length_m",
    "compared_m",
    "median_m",
    "p95_m",
    "hausdorff_m",
    "length_ratio",
    "within_claim",
)

TOLD_COLUMNS = tuple(c for c in COLUMNS if c not in ("found", "length_m", "compared_m"))
"""What a person is told of them."""


def compare_with_base(
    imported: ImportedStreets | gpd.GeoDataFrame,
    base: gpd.GeoDataFrame,
    *,
    metric_crs: str = METRIC,
    aliases: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return how far each bundled street was from the imported one.

    Parameters
    ----------
    imported : ImportedStreets or GeoDataFrame
        Roads with ``name`` and ``geometry``.
    base : GeoDataFrame
        Bundled roads: ``name``, ``geometry``; ``method`` and
        ``position_error_m`` if there.
    metric_crs : str
        For all measures.
    aliases : dict of str to str, optional
        Name in the base to name in the import, where they differ.

    Returns
    -------
    DataFrame
        One row per stretch of a named street of the base in its order, then those that only the
        import has. `COLUMNS`: ``found`` is ``"both"``, ``"base only"`` or
        ``"import only"``; ``method`` and ``claimed_error_m`` (1 sigma [m]) as
        the base has them; ``length_m`` of the bundled line [m];
        ``compared_m`` the length of it that runs where the import has the
        street [m]; ``median_m``, ``p95_m``, ``hausdorff_m`` (largest) of the
        distances from it to the imported line [m]; ``length_ratio`` bundled
        to imported length between the same two ends; ``within_claim``
        whether the median is at most the claimed error.
    """
    roads = imported if isinstance(imported, gpd.GeoDataFrame) else imported.roads
    imported_lines = _by_name(roads.to_crs(metric_crs))
    # A street without a name has no other to be held against.
    base = base[base["name"].notna() & (base["name"] != "")]
    base_roads = base.to_crs(metric_crs)
    methods = base.get("method", pd.Series("", base.index))
    errors = base.get("position_error_m", pd.Series(np.nan, base.index))
    rows = []
    matches = set()
    for name, line, method, error in zip(
        base_roads["name"], base_roads.geometry, methods, errors, strict=True
    ):
        target = name if name in imported_lines else (aliases or {}).get(name, name)
        row = {"name": name, "method": method, "claimed_error_m": float(error)}
        row["length_m"] = round(line.length, 1)
        if target in imported_lines:
            matches.add(target)
            row |= {"found": "both", **_distances(line, imported_lines[target], float(error))}
        else:
            row |= {"found": "base only", "compared_m": 0.0}
        rows.append(row)
    rows += [
        {"name": name, "found": "import only"}
        for name in sorted(imported_lines)
        if name not in matches
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _by_name(roads: gpd.GeoDataFrame) -> dict[str, shapely.Geometry]:
    return {
        str(name): shapely.union_all(rows.geometry.array)
        for name, rows in roads.groupby("name", sort=True)
    }


def _distances(line: Any, target: Any, error_m: float) -> dict[str, float | bool]:
    """Return the measures of one street."""
    places = np.concatenate(
        [_stations(part) for part in shapely.get_parts(line)] or [np.empty(0, dtype=object)]
    )
    distance = shapely.distance(places, target)
    ends = shapely.MultiPoint(
        [p.coords[k] for p in shapely.get_parts(shapely.line_merge(target)) for k in (0, -1)]
    )
    beyond = (distance > 1.0) & (shapely.distance(places, ends) <= distance + 1e-6)
    beyond |= distance > ABREAST_M
    distances = distance[~beyond]
    if not len(distances):
        return {"compared_m": 0.0, "within_claim": False}
    return {
        "compared_m": round(line.length * len(distances) / len(distance), 1),
        "median_m": round(float(np.median(distances)), 1),
        "p95_m": round(float(np.percentile(distances, 95)), 1),
        "hausdorff_m": round(float(distances.max()), 1),
        "length_ratio": _length_ratio(line, target, places[~beyond]),
        "within_claim": bool(np.isnan(error_m) or np.median(distances) <= error_m),
    }


def _stations(part: shapely.LineString) -> np.ndarray:
    count = max(2, int(np.ceil(part.length / STATION_M)) + 1)
    return shapely.line_interpolate_point(part, np.linspace(0, part.length, count))


def _length_ratio(line: Any, target: Any, places: np.ndarray) -> float:
    """Return the bundled to the imported length between the first and last compared place."""
    joined_line = shapely.line_merge(target)
    if line.geom_type != "LineString" or joined_line.geom_type != "LineString" or len(places) < 2:
        return float("nan")
    ends = shapely.line_locate_point(line, places[[0, -1]])
    other = shapely.line_locate_point(joined_line, places[[0, -1]])
    length = abs(other[1] - other[0])
    return round(float(abs(ends[1] - ends[0]) / length), 3) if length > 0 else float("nan")


# ---------------------------------------------------------------- the report


def import_report(
    imported: ImportedStreets, comparison: pd.DataFrame | None = None, language: str = "zh"
) -> str:
    """Return the report on an import as Markdown.

    Parameters
    ----------
    imported : ImportedStreets
    comparison : DataFrame, optional
        From `geo.streets.drift.compare_with_base`; worst street first.
    language : {"zh", "en"}

    Returns
    -------
    str
        Names are data: escape them where this becomes HTML.
    """
    # Whose data and of when, and what was made of them.
    report = imported.report
    unknown = text("streets.unknown", language)
    lines = [
        text(
            "streets.source",
            language,
            file=imported.source["file"],
            format=imported.source["format"],
            date=imported.extract_date[:10] or unknown,
            sha256=imported.source["sha256"][:12],
        ),
        text(
            "streets.whose",
            language,
            attribution=imported.attribution or unknown,
            licence=imported.licence or unknown,
        ),
        "",
        text(
            "streets.made",
            language,
            roads=len(report),
            ways=int(report["ways"].sum()),
            divided=int((report["divided_m"] > 0).sum()),
        ),
        text(
            "streets.joined",
            language,
            count=int(report["joined"].sum()),
            widest_m=float(report["joined_max_m"].max()),
            extended=int((report["extended_m"] > 0).sum()),
            longest_m=float(report["extended_m"].max()),
        ),
    ]
    # Each road whose end was moved is named, since the file has it elsewhere.
    lines += [
        "- " + text("streets.extended", language, name=name, to=rendered(to.split("; "), language))
        for name, to in zip(report["name"], report["extended_to"], strict=True)
        if to
    ]
    # Streets whose parts do not reach each other.
    still_open = report[report["open"] > 0].sort_values("open_m", ascending=False)
    lines += [
        "- " + text("streets.open", language, name=name, parts=parts, open_m=open_m)
        for name, parts, open_m in zip(
            still_open["name"], still_open["parts"], still_open["open_m"], strict=True
        )
    ] or [text("streets.nothing_open", language)]
    # Against the streets that are there already, where there are some.
    if comparison is not None:
        lines += ["", *_comparison_lines(comparison, language)]
    return "\n".join(lines) + "\n"


def _comparison_lines(comparison: pd.DataFrame, language: str) -> list[str]:
    measures = comparison[comparison["median_m"].notna()]
    measures = measures.sort_values("median_m", ascending=False, kind="stable")
    heads = [text(f"streets.column.{column}", language) for column in TOLD_COLUMNS]
    lines = [
        text("streets.compared", language),
        "",
        f"| {' | '.join(heads)} |",
        "|---|---|---:|---:|---:|---:|---:|---|",
    ]
    lines += [
        f"| {' | '.join(_cell(row[column], column, language) for column in TOLD_COLUMNS)} |"
        for row in measures.to_dict("records")
    ]
    only_in_base = comparison.loc[comparison["found"] == "base only", "name"]
    if len(only_in_base):
        lines += [
            "",
            text("streets.base_only", language, names=rendered(list(only_in_base), language)),
        ]
    if len(measures):
        by_method = measures.groupby("method")["median_m"].median()
        lines += [
            "",
            text(
                "streets.summary",
                language,
                count=len(measures),
                traced_m=float(by_method.get("traced", float("nan"))),
                inferred_m=float(by_method.get("inferred", float("nan"))),
                within=int(measures["within_claim"].astype(bool).sum()),
            ),
        ]
    return lines


def _cell(value: object, column: str, language: str) -> str:
    """Return a value as a cell of a Markdown table."""
    if column == "within_claim":
        return text("streets.yes" if value else "streets.no", language)
    if column == "method" and value in ("traced", "inferred"):
        return text(f"streets.method.{value}", language)
    if pd.isna(value):  # type: ignore[call-overload]
        return "–"
    if column == "length_ratio":
        return f"{value:.3f}"
    return f"{value:.1f}" if isinstance(value, float) else str(value).replace("|", "\\|")
