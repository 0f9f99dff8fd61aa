"""Many districts: the cost of one, of a million segments, and of 2,800.

``python -m benchmarks.scale`` builds made-up districts of growing size, then a folder of them
one after another and on a Dask cluster of two processes, and writes `benchmarks/scale.md`.
"""

from __future__ import annotations

import argparse
import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.figures import ROOT, load, machine, median_cpu_seconds, ratio, table
from geo.districts.many import build_district, build_districts, dask_client, district_folders
from geo.districts.stores import pack_district
from geo.io.read import data_folder
from testing.synthetic_districts import write_district

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000)
ZONES = 20
COUNTY_DISTRICTS = 2_800
"""County-level divisions of China, in round figures."""

COUNTY_SEGMENTS = 20_000
"""Street segments assumed for one of them: a round figure, to be changed by who knows better."""

PEAK = """
import re, sys
from pathlib import Path
from geo.districts.many import build_district
outcome = build_district(Path(sys.argv[1]))
assert outcome.files, outcome.issues
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def peak_memory(folder: Path) -> int:
    """Return the peak memory of a process that builds one district [byte]."""
    process = subprocess.run(
        [sys.executable, "-c", PEAK, str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return int(process.stdout) * 1024


def growth(folder: Path, repeats: int) -> tuple[list[list[str]], float, float, list[float]]:
    """Return the growth curve: its rows, the cost of a district and of a segment [s], and the
    bytes of a segment as GeoJSON and as GeoParquet."""
    rows, sizes, times = [], [], []
    write_district(folder / "first", 99, segments=SIZES[0], zones=ZONES)
    build_district(folder / "first")  # what only the first one costs: late imports, PROJ's tables
    weight = [0.0, 0.0]
    for number, size in enumerate(SIZES, start=1):
        district = folder / f"size-{size}"
        write_district(district, number, segments=size, zones=ZONES)
        took = median_cpu_seconds(lambda d=district: build_district(d), repeats)
        partition = pack_district(district, folder / "store")
        packed = median_cpu_seconds(lambda p=partition: build_district(p), repeats)
        weight = [
            (district / "base" / "roads.geojson").stat().st_size / size,
            (partition / "roads.parquet").stat().st_size / size,
        ]
        sizes.append(size)
        times.append(took)
        rows.append(
            [
                f"{size:,}",
                f"{took:.2f} s",
                f"{took / size * 1e6:.0f} s",
                f"{packed:.2f} s",
                f"{peak_memory(district) / 1e6:,.0f} MB",
            ]
        )
    segment, district_cost = np.polyfit(sizes, times, 1, w=1 / np.array(times))
    return rows, max(0.0, float(district_cost)), float(segment), weight


def engines(folder: Path, districts: int, repeats: int) -> tuple[float, float, float, bool]:
    """Return time one by one, on two workers, of starting them [s], and whether all is equal."""
    for number in range(1, districts + 1):
        write_district(
            folder / f"district-{number:03d}", number, segments=COUNTY_SEGMENTS, zones=ZONES
        )
    folders = district_folders(folder)
    alone, shared, starts = [], [], []
    same = True
    for _ in range(repeats):
        start = time.perf_counter()
        one = {outcome.folder: outcome.files for outcome in build_districts(folders)}
        if not all(one.values()):
            raise AssertionError("A district failed; its error is above.")
        alone.append(time.perf_counter() - start)
        start = time.perf_counter()
        with dask_client(workers=2) as client:
            client.run(_warm)
            starts.append(time.perf_counter() - start)
            start = time.perf_counter()
            two = {outcome.folder: outcome.files for outcome in build_districts(folders, client)}
            shared.append(time.perf_counter() - start)
        same = same and one == two
    return statistics.median(alone), statistics.median(shared), statistics.median(starts), same


def _warm() -> None:
    """Import what a worker needs."""
    import geo.districts.many  # noqa: F401


def main(argv: list[str] | None = None) -> str:
    """Measure, write `scale.md`, and return (and print) it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--districts", type=int, default=24)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "scale.md")
    options = parser.parse_args(argv)
    # Sizes of one district first, then many of one size with either engine.
    with tempfile.TemporaryDirectory() as name:
        rows, district, segment, weight = growth(Path(name) / "growth", options.repeats)
        alone, shared, start, same = engines(
            Path(name) / "many", options.districts, options.repeats
        )
    heping = median_cpu_seconds(lambda: build_district(data_folder()), options.repeats)
    # From here on what was measured is multiplied, and nothing is measured.
    each = district + segment * COUNTY_SEGMENTS
    total = COUNTY_DISTRICTS * each
    speedup = alone / shared
    gigabytes = [COUNTY_DISTRICTS * COUNTY_SEGMENTS * bytes_each / 1e9 for bytes_each in weight]
    out = f"""# Many districts

Written by `python -m benchmarks.scale`. One district is one task: nothing is shared between
districts, so the cost of many is the sum of theirs. How to run it: `docs/many-districts.md`.

## The cost of one district

A made-up district with a plan of {ZONES} zones, each between four named streets of an irregular
network, from files to bytes of zone and edge files; seconds of processor time on one core:

{
        table(
            [
                "segments",
                "from its folder",
                "a million at this rate",
                "from GeoParquet",
                "peak memory",
            ],
            rows,
        )
    }

A line through these times, each weighted by its own size: **{district:.2f} s for a district and
{segment * 1e6:.0f} s for a million segments**. Growth is linear in the segments, because reading
them is; finding roads and tracing rings does not depend on the size of the network (see the
table of tracing). The project's own district (43 roads, 153 items in 5 documents) takes
{heping:.2f} s.

## Two workers

{options.districts} districts of {COUNTY_SEGMENTS:,} segments:

{
        table(
            ["", "time", ""],
            [
                ["one after another, one process", f"{alone:.1f} s", ""],
                ["Dask, two processes of one thread", f"{shared:.1f} s", ratio(alone, shared)],
                ["starting the two processes", f"{start:.1f} s", "once"],
                ["the same bytes", "yes" if same else "NO", ""],
            ],
        )
    }

## 2,800 county-level districts

Assumed: {COUNTY_DISTRICTS:,} districts of {COUNTY_SEGMENTS:,} segments and {ZONES} zones each,
{COUNTY_DISTRICTS * COUNTY_SEGMENTS / 1e6:.0f} million segments in all.

- One core: {COUNTY_DISTRICTS:,} × ({district:.2f} s + {COUNTY_SEGMENTS:,} × {segment * 1e6:.1f} µs)
  = {COUNTY_DISTRICTS:,} × {each:.2f} s = {total:,.0f} s = **{total / 60:.0f} minutes**.
- Two cores of this machine, at the {speedup:.1f}× measured: {total / speedup:,.0f} s =
  **{total / speedup / 60:.0f} minutes**.
- To end within five minutes: {total:,.0f} s ÷ 300 s ÷ {speedup / 2:.2f} (what a core did beside
  another) = **{math.ceil(total / 300 / (speedup / 2))} cores** like these, if the disks keep up
  and more workers do not lose more than two.
- On disk: {gigabytes[0]:.1f} GB of streets as GeoJSON ({weight[0]:.0f} bytes a segment), or
  {gigabytes[1]:.1f} GB as GeoParquet ({weight[1]:.0f} bytes).
- Memory: one district at a time for each worker; the peak is in the table above.

Not measured: more than two workers, more than one machine, a shared file system.

{machine("dask", "distributed", "geopandas", "shapely")}; medians of {options.repeats} runs; {
        load()
    }.
"""
    options.out.write_text(out, encoding="utf-8")
    print(out)
    return out


if __name__ == "__main__":
    main()
