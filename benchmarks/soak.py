"""The long tests: fuzzing, faults at every write, damaged data, readers for a long time.

``python -m benchmarks.soak`` runs all of them and prints what it measured;
``--only fuzz|sides|faults|damages|load``, ``--minutes``, ``--sessions`` and ``--inputs`` choose.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks import load

ROOT = Path(__file__).resolve().parents[1]
TARGETS = {"sentences": 3_000, "uploads": 110_000}
"""Fuzz target to longest input [bytes]."""

PROCESS_EACH = {"uploads": 50}
"""Targets that start a process for each input, and by how much fewer inputs they are given."""

MIX = ("--exporting=1", "--uploading=1", "--visiting=6")
"""What some of the sessions of a long load do; the others click."""

EXPORTS = ("geojson", "csv", "kml", "gpkg", "shp", "html", "svg", "xlsx", "docx", "pdf")


def fuzz(inputs: int) -> bool:
    """Give every target so many inputs; tell what each came to."""
    well = True
    for name, longest in TARGETS.items():
        with tempfile.TemporaryDirectory() as corpus, tempfile.TemporaryDirectory() as temporary:
            process = subprocess.run(
                [
                    sys.executable, "-m", "tests.fuzz.targets", name,
                    f"-atheris_runs={max(1, inputs // PROCESS_EACH.get(name, 1))}",
                    f"-max_len={longest}", f"-dict=tests/fuzz/{name}.dict", "-timeout=60",
                    corpus, f"tests/fuzz/corpus/{name}",
                ],
                cwd=ROOT, env={**os.environ, "TMPDIR": temporary},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            left = len(list(Path(temporary).iterdir()))
        ran = re.search(r"Done (\d+) in (\d+) second", process.stderr)
        finding = "no find" if ran else f"FOUND, see tests/fuzz/found/{name}"
        count = f"{int(ran[1]):,} inputs in {ran[2]} s" if ran else "stopped"
        print(f"fuzz {name}: {count}; {finding}; {left} temporary files left", flush=True)
        well = well and process.returncode == 0 and left == 0
    return well


def sides(inputs: int) -> bool:
    """Read so many generated limits sentences; no side may be lost in any."""
    from geo.sentences.limits import read_sentence
    from testing.limit_sentences import WORDS, lost, sentence

    choice = random.Random(20261126)
    missing = whole = 0
    start = time.monotonic()
    for _ in range(inputs):
        written = sentence(choice)
        limits, faults, _ = read_sentence(written.text)
        whole += not faults
        if gone := lost(written, limits, faults):
            missing += 1
            print(f"LOST in {written.text!r}: {gone}", flush=True)
    print(
        f"sides: {inputs:,} sentences with ends out of {len(WORDS):,} dictionary words in "
        f"{time.monotonic() - start:.0f} s; {whole:,} read whole, {missing} with a lost side",
        flush=True,
    )
    return missing == 0


def locked(inputs: int, whole: int, kinds: list[str]) -> bool:
    """Give every reader of foreign files its inputs in a locked process, and some the whole way.

    A canary file (inotify) and a port on loopback tell whether anything else was opened or asked.
    """
    from geo.foreign_files.formats import FORMATS

    rows = [row for row in FORMATS if not kinds or row.kind in kinds]
    outcomes = [_locked_row(row, inputs, whole) for row in rows]  # every one runs
    return all(outcomes)


def _locked_row(row: Any, inputs: int, whole: int) -> bool:
    """Fuzz one format; a process that breaks off is started again at the next input."""
    import json
    from dataclasses import replace

    from geo.errors import GeoError
    from geo.foreign_files.run import UPLOAD, Wanted, environment_for, request_for
    from geo.uploads.files import read_upload
    from testing.canary import Canary
    from testing.locked import changed

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        work = folder / "work"
        work.mkdir()
        if not (seeds := _seeds(row, folder / "seeds")):
            print(f"locked {row.kind}: no seed could be made; not run", flush=True)
            return True
        # A file and a port that nobody may touch, whatever the input makes of the driver.
        canary = Canary(folder)
        selection = Wanted(layers="all", bbox=(-180.0, -90.0, 180.0, 90.0))
        selection = selection if row.engine == "osm_elements" else replace(selection, bbox=None)
        allowance = replace(UPLOAD, file_bytes=2**22)  # the process writes its own inputs
        request = request_for(row, selection, allowance, work, work)
        (folder / "request.json").write_text(json.dumps(request))
        ends: Counter[str] = Counter()
        broken: list[tuple[int, int]] = []
        at, start = 0, time.monotonic()
        # A process that dies names its input by the last number it wrote; the next begins behind
        # it.
        while at < inputs:
            with (folder / "number").open("w") as number:
                process = subprocess.run(
                    [
                        sys.executable, "-I", "-B", "testing/locked.py",
                        row.kind, str(at), str(inputs), str(folder),
                    ],
                    cwd=ROOT, env=environment_for(work), stdout=subprocess.PIPE, stderr=number,
                    text=True, check=False,
                )  # fmt: skip
            for line in process.stdout.splitlines():
                at, counts = json.loads(line)
                ends.update(counts)
            if process.returncode:
                last = re.findall(r"^(\d+)$", (folder / "number").read_text(), re.M)
                if not last:
                    print((folder / "number").read_text()[-500:])
                    return False
                broken.append((int(last[-1]), process.returncode))
                at = int(last[-1]) + 1
            for left in work.iterdir():
                left.unlink()
        seconds = time.monotonic() - start
        # A few by the whole way of an upload too, as a reader takes it.
        endings: Counter[str] = Counter()
        for number in range(whole):
            chance = random.Random(f"{row.kind}/whole/{number}")
            data = changed(chance.choice(seeds), chance.choice(seeds), chance)
            try:
                read_upload("a", data)
                endings["read"] += 1
            except GeoError:
                endings["refused"] += 1
        is_opened, is_asked = canary.opened(), canary.asked()
        canary.close()
    print(
        f"locked {row.kind}: {inputs:,} inputs in {seconds:.0f} s: {dict(ends)}; "
        f"{len(broken)} ended the process {broken[:5]}; whole way {whole}: {dict(endings)}; "
        f"canary {'OPENED' if is_opened else 'untouched'}, "
        f"port {'ASKED' if is_asked else 'not asked'}",
        flush=True,
    )
    return not is_opened and not is_asked


def _seeds(row: Any, folder: Path) -> list[bytes]:
    """Make files of a format to begin from; return each as it would be uploaded."""
    import io
    import zipfile

    import geopandas as gpd
    import pyogrio
    from shapely import LineString, MultiPolygon, Point, box

    folder.mkdir()
    shapes = {
        "a": [box(117.19, 39.11, 117.2, 39.12), MultiPolygon([box(117.2, 39.1, 117.21, 39.11)])],
        "b": [LineString([(117.19, 39.11), (117.2, 39.12)])],
        "c": [Point(117.2, 39.1)],
    }
    for name, geometries in shapes.items():
        fields = {"name": ["五大道"] * len(geometries), "area": [1.5] * len(geometries)}
        layer = gpd.GeoDataFrame(fields, geometry=geometries, crs="EPSG:4326")
        seed = folder / name
        seed.mkdir()
        try:
            if row.engine == "json_layers":
                (seed / f"layer{row.ending}").write_text(layer.to_json())
            elif row.driver and row.driver not in ("OpenFileGDB", "XLSX"):
                columns = layer[["geometry"]] if row.driver in ("DXF", "GPX") else layer
                pyogrio.write_dataframe(columns, seed / f"layer{row.ending}", driver=row.driver)
        except Exception as error:  # a driver that cannot write such a layer
            print(f"{row.kind}: seed {name}: {error}", file=sys.stderr)
        if not any(seed.iterdir()):
            seed.rmdir()
    if row.engine == "osm_elements":
        _osm_seed(row, folder)
    uploads = []
    for seed in sorted(folder.iterdir()):
        parts = {p.name: p.read_bytes() for p in sorted(seed.iterdir())}
        if len(parts) == 1:
            uploads.append(next(iter(parts.values())))
        else:
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                for name, data in parts.items():
                    archive.writestr(name, data)
            uploads.append(buffer.getvalue())
    return uploads


def _osm_seed(row: Any, folder: Path) -> None:
    """Write two streets as OpenStreetMap has them."""
    import osmium

    seed = folder / "osm"
    seed.mkdir()
    text = (
        "<osm version='0.6'><node id='1' lat='39.1' lon='117.2'/><node id='2' lat='39.11' "
        "lon='117.2'/><node id='3' lat='39.11' lon='117.21'/><way id='1'><nd ref='1'/><nd ref='2'/>"
        "<tag k='highway' v='primary'/><tag k='name' v='南京路'/></way><way id='2'><nd ref='2'/>"
        "<nd ref='3'/><nd ref='1'/><nd ref='2'/><tag k='natural' v='water'/></way><relation id='1'>"
        "<member type='way' ref='2' role='outer'/><tag k='type' v='multipolygon'/>"
        "<tag k='natural' v='water'/></relation></osm>"
    )
    plain = seed / "plain.osm"
    plain.write_text(text)
    target = seed / f"layer{row.ending}"
    writer = osmium.SimpleWriter(str(target))
    for entity in osmium.FileProcessor(str(plain)):
        writer.add(entity)
    writer.close()
    plain.unlink()


def faults() -> bool:
    """Fail every write of every export of a small district, and of its build, in turn."""
    import contextlib
    import io

    from commands.main import main
    from testing.faults import broken_disk, faulty_disk, full_disk, read_only
    from testing.tiny_district import write_tiny_district

    total = lost = survived = 0
    with tempfile.TemporaryDirectory() as folder:
        data = write_tiny_district(Path(folder) / "data")
        out = Path(folder) / "out"
        out.mkdir()
        works = {f"export {f}": ["export", "--format", f, "--plan", "13th"] for f in EXPORTS}
        for words in works.values():
            words += ["--out", str(out / "file.out"), "--date", "2026-11-22"]
        works["build"] = ["build"]
        works["check --html"] = ["check", "--html", str(out / "file.out")]
        for name, words in works.items():
            number = 0
            # One call after another fails, until a run makes fewer calls than the number that is to
            # fail.
            while True:
                number += 1
                fault = (full_disk, read_only, broken_disk)[number % 3]
                before = _files(Path(folder))
                quiet = io.StringIO()
                with (
                    contextlib.redirect_stdout(quiet),
                    contextlib.redirect_stderr(quiet),
                    faulty_disk(number, fault) as counter,
                ):
                    code = main([*words, "--data", str(data)])
                if len(counter.calls) < number:
                    break
                total += 1
                after = _files(Path(folder))
                # No file may be lost, cut or half-written, and nothing may be left beside them.
                names = set(after) - set(before) - {"out/file.out"}
                parts = [path for path in after if path.endswith(".part")]
                cut = [path for path, size in after.items() if size == 0 and before.get(path)]
                lost += bool(names or parts or cut or set(before) - set(after))
                survived += code in (0, 1)
            print(f"faults {name}: {number - 1} calls failed in turn", flush=True)
    print(f"faults: {total} injected, {survived} survived, {lost} files lost or half-written")
    return lost == 0 and survived == total


def _files(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file()
    }


def damages(count: int) -> bool:
    """Damage every data file in every way, and at random `count` times; it must be named."""
    process = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/data/test_damaged_data.py"],
        cwd=ROOT, env={**os.environ, "EVERY_DAMAGE": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(f"damages: {process.stdout.strip().splitlines()[-1]}", flush=True)
    at_random = subprocess.run(
        [sys.executable, "-m", "testing.damage", str(count)], cwd=ROOT, check=False
    )
    return process.returncode == 0 and at_random.returncode == 0


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--only", choices=("fuzz", "locked", "sides", "faults", "damages", "load"))
    parser.add_argument("--inputs", type=int, default=100_000, help="of each fuzz target")
    parser.add_argument("--damages", type=int, default=2000, help="of each data file")
    parser.add_argument("--whole", type=int, default=300, help="of locked: the whole way")
    parser.add_argument("--kind", action="append", default=[], help="of locked: this format only")
    parser.add_argument("--minutes", type=float, default=20, help="of load (20); 60 for an hour")
    parser.add_argument("--sessions", type=int, default=20)
    options = parser.parse_args()
    print(f"soak of {dt.datetime.now(tz=dt.UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores")
    works = {
        "fuzz": lambda: fuzz(options.inputs),
        "sides": lambda: sides(options.inputs),
        "locked": lambda: locked(options.inputs, options.whole, options.kind),
        "faults": faults,
        "damages": lambda: damages(options.damages),
        "load": lambda: load.main(
            [f"--minutes={options.minutes}", f"--sessions={options.sessions}", *MIX]
        ),
    }
    chosen = [options.only] if options.only else list(works)
    outcomes = [works[name]() for name in chosen]  # one that fails does not keep the others
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
