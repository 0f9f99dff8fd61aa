"""Write a data folder whose streets are imported: the district, its plans, whose data it is."""

from __future__ import annotations

import json
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
import tomlkit

from geo.errors import DataFileError, ExportError, Issue, reason_of
from geo.io.geojson import layer_bytes
from geo.io.read import data_folder, read_layer, read_text
from geo.io.versions import DATA_FORMAT
from geo.io.write import write_files
from geo.streets.drift import compare_with_base
from geo.streets.osm import OSM_LICENCE_URL
from geo.streets.reference_lines import reference_line
from geo.texts import Text

if TYPE_CHECKING:
    from geo.streets.rows import ImportedStreets

COPIED = ("plans", "base")
"""Folders taken over from the data folder; zones are built anew."""

RIVERSIDE_SHARE = 0.5
"""A road of which so much lies on the bundled riverside line is one of its roads."""


def write_imported(
    folder: Path, imported: ImportedStreets, *, source: Path | None = None
) -> list[Issue]:
    """Write a data folder that `geo build --data FOLDER` builds with imported streets.

    Parameters
    ----------
    folder : Path
        Is made; it must not exist, or be empty.
    imported : ImportedStreets
    source : Path, optional
        Data folder whose plans, district, landmarks, control points and
        aliases are taken over; the project's own by default.

    Returns
    -------
    list of Issue
        What is no longer as it was: limits that are missing in the import,
        aliases without a line, readings of the river that fell away.

    Raises
    ------
    ExportError
        If the folder is not empty or cannot be written; nothing is left behind.
    DataFileError
        If the source is not a data folder.

    Notes
    -----
    ``base/roads.geojson`` and ``base/river.geojson`` are replaced;
    ``base/streets.json`` says where they come from, ``base/streets_report.csv``
    how each line was made, ``base/streets_comparison.csv`` how far the
    replaced line was off. ``district.toml`` gets the attribution and the licence.
    """
    folder = Path(folder)
    source = data_folder(source)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportError(Text("street-folder.not-empty", folder=str(folder)))
    # Beside the folder, and renamed when it is whole.
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        part.mkdir(parents=True)
        for name in COPIED:
            if (source / name).is_dir():
                shutil.copytree(source / name, part / name)
        # Rivers that the file lacks are kept from before; each street is compared with the old one.
        old_roads = _layer_or_empty(source / "base" / "roads.geojson")
        old_river = _layer_or_empty(source / "base" / "river.geojson")
        issues: list[Issue] = []
        metadata, form = _metadata(imported), {"format": DATA_FORMAT}
        river = _river(imported, old_roads, old_river, issues)
        comparison = compare_with_base(imported, old_roads, metric_crs=imported.metric_crs)
        base = part / "base"
        names = set(imported.roads["name"]) | set(river["name"])
        (part / "zones").mkdir()
        write_files(
            {
                part / "district.toml": _district(
                    source / "district.toml", imported, replaces=not old_roads.empty
                ),
                base / "roads.geojson": layer_bytes(imported.roads, form | metadata),
                base / "river.geojson": layer_bytes(river, form | metadata),
                base / "missing.toml": _missing(source / "base" / "missing.toml", names),
                base / "streets.json": _json(metadata | {"river_readings": list(river["reading"])}),
                base / "streets_report.csv": _csv(imported.report),
                base / "streets_comparison.csv": _csv(comparison),
            }
        )
        issues += _alias_issues(base / "aliases.toml", names)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except OSError as error:
        raise ExportError(
            Text("street-folder.unwritable", folder=str(folder), reason=reason_of(error))
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return issues


def _metadata(imported: ImportedStreets) -> dict[str, Any]:
    return {
        "attribution": imported.attribution,
        "licence": imported.licence,
        "extract_date": imported.extract_date,
        "source": dict(imported.source),
        "roads": len(imported.roads),
        "open_m": round(float(imported.report["open_m"].sum()), 1),
        "joined": int(imported.report["joined"].sum()),
        "rule": "geo/reference_lines.py",
    }


def _layer_or_empty(path: Path) -> gpd.GeoDataFrame:
    if path.is_file():
        return read_layer(path)
    return gpd.GeoDataFrame({"name": [], "reading": []}, geometry=[], crs="EPSG:4326")


def _river(
    imported: ImportedStreets,
    old_roads: gpd.GeoDataFrame,
    old_river: gpd.GeoDataFrame,
    issues: list[Issue],
) -> gpd.GeoDataFrame:
    """Return the river lines: those of the import, the riverside road made of its roads.

    A river that the import lacks altogether keeps its bundled lines. Readings
    stand in the order of the replaced file, since the first is the default.
    """
    order = list(dict.fromkeys(old_river["reading"])) or ["mid_river", "bank"]
    rows: list[dict[str, Any]] = []
    names = dict.fromkeys([*old_river["name"], *imported.river["name"]])
    for name in names:
        imported_rows = imported.river[imported.river["name"] == name]
        old = old_river[old_river["name"] == name]
        if imported_rows.empty:
            issues.append(
                Issue(
                    "river-not-imported",
                    "warning",
                    name,
                    Text("street-folder.river", river=name),
                    Text("street-folder.river.remedy"),
                )
            )
        # What was imported takes the place of what was there, reading by reading.
        of_river = old if imported_rows.empty else imported_rows
        by_reading = {row["reading"]: row for row in of_river.to_dict("records")}
        beside = old[old["reading"] == "riverside_road"]
        if not imported_rows.empty and not beside.empty:
            row = _riverside(beside.iloc[0], imported, old_roads)
            if row is not None:
                by_reading["riverside_road"] = row
        # A reading that is lost is told: figures under it will be missing.
        for reading in [r for r in old["reading"] if r not in by_reading]:
            issues.append(
                Issue(
                    "river-reading-lost",
                    "warning",
                    name,
                    Text("street-folder.reading", river=name, reading=reading),
                    Text("street-folder.reading.remedy"),
                )
            )
        rows += [by_reading[r] for r in dict.fromkeys([*order, *by_reading]) if r in by_reading]
    columns = [*dict.fromkeys([*imported.river.columns, *(key for row in rows for key in row)])]
    columns = [c for c in columns if c != "geometry"] + ["geometry"]
    table = pd.DataFrame.from_records(rows, columns=columns)
    return gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")


def _riverside(
    old: pd.Series, imported: ImportedStreets, old_roads: gpd.GeoDataFrame
) -> dict[str, Any] | None:
    """Return the riverside reading from the roads that made the bundled one."""
    layers = gpd.GeoSeries([old["geometry"], *old_roads.geometry], crs="EPSG:4326")
    line, *lines = layers.to_crs(imported.metric_crs)
    strip = line.buffer(1.0)
    names = [
        name
        for name, road in zip(old_roads["name"], lines, strict=True)
        if road.length and shapely.intersection(road, strip).length / road.length > RIVERSIDE_SHARE
    ]
    roads = imported.roads[imported.roads["name"].isin(names)]
    if not names or set(names) - set(roads["name"]):
        return None
    parts = list(shapely.get_parts(roads.to_crs(imported.metric_crs).geometry.array))
    pieces = reference_line(parts, [0] * len(parts)).parts
    shape = pieces[0] if len(pieces) == 1 else shapely.MultiLineString(pieces)
    ids = sorted({i for row_ids in roads["osm_ids"] for i in row_ids})
    return {
        **{str(key): value for key, value in old.items() if key != "geometry"},
        "method": "traced",
        "position_error_m": float(roads["position_error_m"].max()),
        "source": f"{'、'.join(names)}: {roads['source'].iloc[0]}",
        "licence": imported.licence,
        "osm_ids": ids,
        "geometry": gpd.GeoSeries([shape], crs=imported.metric_crs).to_crs("EPSG:4326").iloc[0],
    }


def _district(path: Path, imported: ImportedStreets, *, replaces: bool) -> bytes:
    """Return district.toml with the attribution and licence of the streets.

    ``replaces`` says that the folder had streets before these.
    """
    document = tomlkit.parse(read_text(path))
    if "attribution" not in document or "licence" not in document:
        raise DataFileError(Text("street-folder.no-attribution", file=path.name))
    date = imported.extract_date[:10]
    if imported.attribution and (replaces or imported.attribution not in document["attribution"]):
        of, of_en = (f"（{date}）", f" ({date})") if date else ("", "")
        before, before_en = str(document["attribution"]), str(document.get("attribution_en", ""))
        if imported.attribution in before:
            # Named already, once is enough; but these are no longer the streets that it tells of.
            streets, streets_en = (
                f"街道已换为导入的数据{of}",
                f"streets replaced by imported ones{of_en}",
            )
        else:
            streets = f"街道数据：{imported.attribution}{of}"
            streets_en = f"street data: {imported.attribution}{of_en}"
        document["attribution"] = "；".join(filter(None, [before, streets]))
        document["attribution_en"] = "; ".join(filter(None, [before_en, streets_en]))
    if imported.licence.startswith("ODbL"):
        # zones traced from an ODbL database are a derivative database
        document["licence"] = imported.licence
        document["licence_url"] = OSM_LICENCE_URL
    elif imported.licence and not document["licence"]:
        document["licence"] = imported.licence
    elif imported.licence and imported.licence != document["licence"]:
        document["licence"] = f"{document['licence']}；街道数据：{imported.licence}"
    version = document.get("data_version", "")
    document["data_version"] = f"{version}+{imported.source['sha256'][:8]}"
    return tomlkit.dumps(document).encode()


def _missing(path: Path, names: set[str]) -> bytes:
    """Return missing.toml without the limits that the import has."""
    if not path.is_file():
        return b""
    document = tomlkit.parse(read_text(path))
    rows = document.get("missing")
    if rows is not None:
        for number in reversed(range(len(rows))):
            if rows[number].get("name") in names:
                del rows[number]
        if not len(rows):
            del document["missing"]
    return tomlkit.dumps(document).encode()


def _alias_issues(path: Path, names: set[str]) -> list[Issue]:
    """Return an issue for every alias whose line is not in the import."""
    if not path.is_file():
        return []
    rows = tomlkit.parse(read_text(path)).unwrap().get("alias", [])
    return [
        Issue(
            "alias-without-line",
            "warning",
            f"base/{path.name}",
            Text("street-folder.alias", printed=row.get("printed"), line=row.get("data_name")),
            Text("street-folder.alias.remedy"),
        )
        for row in rows
        if row.get("data_name") not in names and row.get("printed") not in names
    ]


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(table: pd.DataFrame) -> bytes:
    return bytes(table.to_csv(index=False, lineterminator="\n").encode())
