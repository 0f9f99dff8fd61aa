"""Import of a large ``.osm.pbf`` clipped to one district, and of an Overpass answer.

``python -m benchmarks.street_import`` writes an extract of about 100 MB (a synthetic town
with divided roads and broken ways among 2.5 million buildings), imports it in a process of
its own, and prints a Markdown table. The roads found are compared with the truth.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from testing.street_files import map_streets, write_osm, write_overpass
from testing.synthetic_streets import METRIC, synthetic_streets

RUN = """
import json, re, sys, time
from pathlib import Path
import shapely
from geo.streets.importing import StreetFile, import_streets
start = time.perf_counter()
imported = import_streets(StreetFile(Path(sys.argv[1])), shapely.from_wkt(sys.argv[2]))
seconds = time.perf_counter() - start
imported.roads[["name", "geometry"]].to_file(sys.argv[3], driver="GPKG")
status = Path("/proc/self/status").read_text()
peak = int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) * 1024
print(json.dumps([seconds, peak, int(imported.report["ways"].sum())]))
"""


def imported(path: Path, outline: shapely.Polygon, out: Path) -> tuple[float, float, int]:
    """Return time [s], peak memory [byte] and ways of an import in a process of its own."""
    out.unlink(missing_ok=True)
    output = subprocess.run(
        [sys.executable, "-c", RUN, str(path), outline.wkt, str(out)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    seconds, peak, ways = json.loads(output)
    return seconds, peak, ways


def main(argv: list[str] | None = None) -> str:
    """Write, import, compare; return (and print) the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segments", type=int, default=200_000)
    parser.add_argument("--buildings", type=int, default=2_500_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args(argv)
    # One town in the middle of which a district lies; its true lines are known.
    streets = synthetic_streets(options.segments, style="irregular")
    mapped = map_streets(streets)
    centre = streets.nodes[streets.corners[len(streets.corners) // 2]].reshape(-1, 2)
    district = shapely.MultiPoint(centre).convex_hull
    outline = gpd.GeoSeries([district], crs=METRIC).to_crs("EPSG:4326").iloc[0]
    truth = streets.centrelines().set_index("name").geometry
    out = [
        "| file | size | written in | imported in (median) | peak memory | ways | roads "
        "| median off the truth | largest off |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = map_streets(synthetic_streets(10_000, style="irregular"))
        files = {
            "town.osm.pbf": lambda p: write_osm(p, mapped, buildings=options.buildings),
            "overpass.json": lambda p: write_overpass(p, small),
        }
        # JSON is read whole, so a small town of its own; the extract holds every building too.
        for file, write in files.items():
            start = time.perf_counter()
            write(folder / file)
            written = time.perf_counter() - start
            area = outline
            if file.endswith(".json"):
                box = shapely.box(*small.lonlat.min(axis=0), *small.lonlat.max(axis=0))
                area = box
            runs = [
                imported(folder / file, area, folder / "roads.gpkg") for _ in range(options.repeats)
            ]
            roads = pyogrio.read_dataframe(folder / "roads.gpkg").to_crs(METRIC)
            # Only the large import is held against the truth.
            off = "–", "–"
            if file.endswith(".pbf"):
                values = _off(roads, truth, district)
                off = f"{np.median(values):.2f} m", f"{max(values):.2f} m"
            out.append(
                f"| {file} | {(folder / file).stat().st_size / 1e6:.0f} MB | {written:.0f} s "
                f"| {statistics.median(r[0] for r in runs):.1f} s "
                f"| {max(r[1] for r in runs) / 1e9:.2f} GB | {runs[0][2]:,} | {len(roads):,} "
                f"| {off[0]} | {off[1]} |"
            )
    out.append(
        f"\n{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"pyogrio {pyogrio.__version__}, GDAL {'.'.join(map(str, pyogrio.__gdal_version__))}; "
        f"{options.repeats} runs, each a new process."
    )
    table = "\n".join(out)
    print(table)
    return table


def _off(roads: gpd.GeoDataFrame, truth: gpd.GeoSeries, district: shapely.Polygon) -> list[float]:
    """Return for every road the largest distance from the truth within the district [m]."""
    off = []
    for name, line in zip(roads["name"], roads.geometry, strict=True):
        inside = line.intersection(district)
        if not inside.is_empty and inside.length:
            places = shapely.line_interpolate_point(
                shapely.get_parts(shapely.line_merge(inside))[0],
                np.linspace(0, 1, 200),
                normalized=True,
            )
            off.append(float(shapely.distance(places, truth[name]).max()))
    return off


if __name__ == "__main__":
    main()
