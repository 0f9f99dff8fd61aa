"""Rings from named limits in networks of 10^3 to 10^6 segments, against polygonising.

``python -m benchmarks.tracing`` prints a Markdown table. Three ways to one ring:

* ours: an index by name, then `geo.enclosures.enclose.enclose`;
* whole network: `shapely.polygonize` of every segment, as momepy's enclosures do, then
  the faces reached from a point inside without crossing a named street;
* named streets only: `shapely.polygonize` of the four named lines alone, and the face that
  holds a point inside. No tolerance, no edges, no word about what was ambiguous, but the
  shortest way that someone who knows the index by name would take.

The other two are given a point inside the ring, and the whole network its segments ready
noded; ours gets neither.
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
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geo.enclosures.enclose import enclose
from geo.enclosures.road_index import RoadIndex
from testing.faces import Faces, two_point_segments
from testing.network_files import write_network
from testing.synthetic_streets import (
    Style,
    sample_rings,
    synthetic_streets,
)

if TYPE_CHECKING:
    pass

SIZES = (1_000, 10_000, 100_000, 1_000_000)
STYLES: tuple[Style, ...] = ("concession", "irregular")
BOTH_STYLES_TO = 100_000
PICKS = 50

COLD = """
import json, sys, time
start = time.perf_counter()
from pathlib import Path
from geo.enclosures.enclose import enclose
from testing.network_files import read_network
limits = json.loads(sys.argv[2])
ring = enclose(limits, read_network(Path(sys.argv[1]), limits))
print(json.dumps([ring.polygon.area, time.perf_counter() - start]))
"""

MANY = """
import json, re, sys, time
sys.path.insert(0, ".")
import shapely
from testing.synthetic_streets import sample_rings, synthetic_streets
from geo.enclosures.enclose import enclose
from geo.enclosures.road_index import RoadIndex
size, rings = int(sys.argv[1]), int(sys.argv[2])
streets = synthetic_streets(size, style="irregular")
centrelines = streets.centrelines()
limits, truth = sample_rings(streets, rings)
start = time.perf_counter()
index = RoadIndex(centrelines)
found = [enclose(ring, index).polygon for ring in limits]
seconds = time.perf_counter() - start
right = int(shapely.equals(found, truth).sum())
status = open("/proc/self/status").read()
peak = int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]) * 1024
print(json.dumps([seconds, right, peak]))
"""


def median_seconds(works: dict[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """Return the median time of each work [s], all of them in turn in every round."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(durations) for name, durations in times.items()}


def named_only(lines: dict[str, Any], limits: tuple[str, ...], inside: Any) -> shapely.Geometry:
    """Return the face around a point among the named lines alone."""
    faces = shapely.get_parts(
        shapely.polygonize([shapely.union_all([lines[name] for name in limits])])
    )
    return next(face for face in faces if face.contains(inside))


def one_size(segments: int, style: Style, repeats: int) -> dict[str, Any]:
    """Return the times of one network [s] and whether all ways gave the same rings."""
    streets = synthetic_streets(segments, style=style)
    centrelines = streets.centrelines()
    limits, truth = sample_rings(streets, 200)
    points = [polygon.representative_point() for polygon in truth]
    # The same network once as a row per road, once as a row per segment.
    lines, road = two_point_segments(streets)
    numbers = {name: number for number, name in enumerate(streets.names)}
    roads = [{numbers[name] for name in ring} for ring in limits]
    by_row = gpd.GeoDataFrame(
        {"name": np.array(streets.names, dtype=object)[road]}, geometry=lines, crs=centrelines.crs
    )
    by_name = dict(zip(centrelines["name"], centrelines.geometry, strict=True))
    index = RoadIndex(centrelines)
    row: dict[str, Any] = {"segments": streets.segments, "roads": len(streets.names)}
    faces = Faces(lines, road)
    picks = [faces.pick(points[k], roads[k]) for k in range(PICKS)]
    # Every way to the same rings; what differs is what has to be built before the first.
    works: dict[str, Callable[[], Any]] = {
        "first": lambda: enclose(limits[0], RoadIndex(centrelines)),
        "first_rows": lambda: enclose(limits[0], RoadIndex(by_row)),
        "each": lambda: [enclose(ring, index) for ring in limits],
        "named": lambda: [named_only(by_name, r, p) for r, p in zip(limits, points, strict=True)],
        "pick": lambda: [faces.pick(points[k], roads[k]) for k in range(PICKS)],
        "polygonize": lambda: shapely.polygonize(lines),
        "whole": lambda: Faces(lines, road).pick(points[0], roads[0]),
    }
    row |= median_seconds(works, repeats if segments < 5e5 else min(repeats, 2))
    row["each"] /= len(limits)
    row["named"] /= len(limits)
    row["pick"] /= PICKS
    # Faster counts only where all ways give the same rings.
    ours = [enclose(ring, index).polygon for ring in limits]
    row["same"] = bool(
        shapely.equals(ours, truth).all()
        and shapely.equals(ours[:PICKS], picks).all()
        and shapely.equals(
            ours, [named_only(by_name, r, p) for r, p in zip(limits, points, strict=True)]
        ).all()
    )
    return row


def cold_start(segments: int, ending: str, repeats: int) -> tuple[float, float]:
    """Return the median time of a new process to its first ring: whole process, own clock [s]."""
    streets = synthetic_streets(segments, style="irregular")
    limits, truth = sample_rings(streets, 1)
    whole, work = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"network{ending}"
        write_network(path, streets.centrelines())
        for _ in range(repeats):
            start = time.perf_counter()
            output = subprocess.run(
                [sys.executable, "-c", COLD, str(path), json.dumps(limits[0])],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            whole.append(time.perf_counter() - start)
            area, seconds = json.loads(output)
            work.append(seconds)
            if abs(area - truth[0].area) > 1e-6 * area:
                raise AssertionError(f"{area} m2 found, {truth[0].area} m2 expected")
    return statistics.median(whole), statistics.median(work)


def many_rings(segments: int, rings: int) -> tuple[float, int, float]:
    """Return time [s], right rings and peak memory [byte] of a process of its own."""
    output = subprocess.run(
        [sys.executable, "-c", MANY, str(segments), str(rings)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    seconds, right, peak = json.loads(output)
    return seconds, right, peak


def main(argv: list[str] | None = None) -> str:
    """Run the comparison and return (and print) it as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    parser.add_argument("--rings", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args(argv)
    sizes = [size for size in SIZES if size <= options.largest]
    out = [
        "| town | segments | whole network polygonised, one ring picked "
        "| index and first ring, a row per road | to ours "
        "| index and first ring, a row per segment | to ours | each further ring "
        "| named streets alone polygonised, each ring | to ours | same rings |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    # A large town in one style alone, which takes long enough.
    for size, style in product(sizes, STYLES):
        if size > BOTH_STYLES_TO and style != STYLES[-1]:
            continue
        row = one_size(size, style, options.repeats)
        out.append(
            f"| {style} | {row['segments']:,} | {row['whole'] * 1e3:,.0f} ms (polygonize alone "
            f"{row['polygonize'] * 1e3:,.0f} ms) | {row['first'] * 1e3:.1f} ms "
            f"| {row['whole'] / row['first']:.1f}× | {row['first_rows'] * 1e3:.0f} ms "
            f"| {row['whole'] / row['first_rows']:.1f}× | {row['each'] * 1e3:.2f} ms "
            f"| {row['named'] * 1e3:.2f} ms | {row['named'] / row['each']:.2f}× "
            f"| {'yes' if row['same'] else 'NO'} |"
        )
    # A cold process has nothing in memory yet: the network is read from a file first.
    for ending in (".gpkg", ".parquet"):
        whole, work = cold_start(sizes[-1], ending, options.repeats)
        out.append(
            f"\nFirst ring in a cold process from `{ending}`, network of {sizes[-1]:,}: "
            f"{whole:.2f} s (of which after the interpreter's start {work:.2f} s)."
        )
    seconds, right, peak = many_rings(sizes[-1], options.rings)
    out.append(
        f"\n{options.rings:,} rings in the network of {sizes[-1]:,}, index included: "
        f"{seconds:.1f} s on one core, {right:,} right, peak memory {peak / 1e9:.2f} GB."
    )
    out.append(
        f"\n{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"shapely {shapely.__version__}, GEOS {shapely.geos_version_string}; "
        f"medians of {options.repeats} rounds (at 10⁶: {min(options.repeats, 2)}), "
        "all ways in turn in each round."
    )
    table = "\n".join(out)
    print(table)
    return table


if __name__ == "__main__":
    main()
