"""Damage data files at random, and read them as the commands and the page do.

Whatever the damage, the reader gets an issue or one of our own errors; any other exception is
a find. ``python -m testing.damage COUNT [SEED] [FILE…]`` damages every file of a small district
COUNT times and prints the finds.
"""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import json
import random
import re
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from shapely import box

import geo.base
from geo.base import read_base
from geo.build import build, build_documents, write_zone_files, zone_files
from geo.checks.evidence import held_back_check, hidden_streets_check
from geo.checks.folder import checksums_check, formats_check, inspect, rebuild_check
from geo.checks.formats import sound_features
from geo.checks.positions import control_points_check, datum_checks, streets_check
from geo.checks.report import report_html, report_json
from geo.errors import GeoError
from geo.io.checksums import HEAD, sealed_readme
from geo.io.read import folder_stamp
from geo.plans.documents import read_documents
from layers.exports import ExportRequest, export, read_material
from layers.map.finding import later_data
from testing.tiny_district import collection, line, write_tiny_district
from views.data import tables
from views.page import drawn_data
from views.state import read_page_data

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.build import Built
    from geo.checks.check import Check

DATE = dt.date(2026, 11, 22)

HELD_BACK = """\
street,lon,lat,source,licence,fold,error_m
青中路,117.2035,39.1035,虚构,CC BY 4.0,1,2.0
青南道,117.1999,39.1001,虚构,CC BY 4.0,2,2.0
未绘路,117.1999,39.1001,虚构,CC BY 4.0,2,2.0
"""

CALIBRATION = "rule,street,between,fraction,hidden_m,points,deviation_m,largest_m,fold\n" + "".join(
    f"midway,路{n},甲道|乙道,0.5,,37,{n}.5,45.4,{n % 5}\n" for n in range(9)
)

FILES = (
    "district.toml",
    "plans/13th-outline.toml",
    "plans/14th-outline.toml",
    "base/aliases.toml",
    "base/missing.toml",
    "base/identity.toml",
    "base/control_points.geojson",
    "base/district.geojson",
    "base/landmarks.geojson",
    "base/grounds.geojson",
    "base/background.geojson",
    "base/blocks.geojson",
    "base/river.geojson",
    "base/roads.geojson",
    "base/street_checks.csv",
    "base/held_back.csv",
    "base/calibration.csv",
    "zones/13th.geojson",
    "zones/13th_edges.geojson",
    "zones/14th.geojson",
    "zones/14th_edges.geojson",
    "README.md",
)
"""Every file of a data folder that something reads."""

NOT_BUILT_FROM = (
    "zones/", "README.md", "base/street_checks", "base/held_back", "base/calibration",
    "base/blocks",
)  # fmt: skip
"""Files that a build does not read: it is made once for all damages of these."""

NOT_DRAWN_FROM = ("base/control_points", "base/background")
"""Files of the base that no item is drawn from: the build is that of the sound district."""

KEPT_BUILDS = 50
"""Of damaged plans that say the same; more would fill the memory."""

REFUSED = ("base-file-unreadable", "identity-unreadable")
"""Codes of an issue that leaves a file of the base out as a whole."""

IDENTITY = """\
format = 1
[default]
osm = 1.0
high = 0.96
[[limit]]
name = "青中路"
reason = "两条路都可能。"
candidate = [
  { road = "青中路", probability = 0.9, evidence = "路牌。" },
  { road = "青沿路", probability = 0.1 },
]
"""

CELLS = (
    "", "0", "-1", "NaN", "inf", "1e400", "x", "青中路", "青中路|青南道", "|", "length", "order",
    "side", "distance", "address", "none", "yes", "no", "181", '"', "in this order", "\x00",
    "not_evaluable", "9" * 5000,
)  # fmt: skip
"""What a cell of a table is replaced by."""

VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.0, -0.5, 1e-300, 1e300, 10**25, 117.2, 39.1, "", " ", "NaN",
    "青南道", "青河", "a" * 300, "0", "１.5", "\x00", "\ud800", "EPSG:4326", "EPSG:0", "Infinity",
    [], {}, [[]], [None], ["a", "b"], [1, 2], {"a": 1}, [[117.2, 39.1]], [[117.2, 39.1]] * 2,
    "LineString", "Point", "MultiPolygon", "GeometryCollection", "mid_river", "13th", "13th-west",
)  # fmt: skip
"""What a value of JSON is replaced by."""

TOML_VALUES = (
    "0", "-1", "1.5", "true", '""', '"NaN"', "nan", "inf", "[]", "{}", "[[]]", '["a"]', "[1]",
    '"青南道"', '"13th-west"', '"EPSG:4326"', '"EPSG:9"', "2026-01-01", "9" * 5000, '"０"', '"0"',
    '"\\u0000"', "{ a = 1 }", '[{ a = "b" }]',
)  # fmt: skip
"""What a value of TOML is replaced by."""


def damaged(content: bytes, suffix: str, chance: random.Random) -> bytes:
    """Return the content of a file with one to three faults."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if suffix == ".geojson" and chance.random() < 0.75:
            content = _json_damaged(content, chance)
        elif suffix == ".toml" and chance.random() < 0.75:
            content = _toml_damaged(content, chance)
        elif suffix == ".csv" and chance.random() < 0.75:
            content = _table_damaged(content, chance)
        else:
            content = _bytes_damaged(content, chance)
    return content


def _json_damaged(content: bytes, chance: random.Random) -> bytes:
    """Replace, drop, double or swap one value somewhere in the tree."""
    try:
        document = json.loads(content)
    except ValueError:
        return _bytes_damaged(content, chance)
    holders: list[Any] = []
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict | list) and node:
            holders.append(node)
            waiting += list(node.values()) if isinstance(node, dict) else node
    if not holders:
        return _bytes_damaged(content, chance)
    holder = chance.choice(holders)
    key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    deed = chance.randrange(4)
    if deed == 0:
        del holder[key]
    elif deed == 1 and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(holder[key]))
    elif deed == 2:
        other = chance.choice(holders)
        taken = copy.deepcopy(
            chance.choice(list(other.values() if isinstance(other, dict) else other))
        )
        holder[key] = taken
    else:
        holder[key] = chance.choice(VALUES)
    return json.dumps(document).encode()


def _toml_damaged(content: bytes, chance: random.Random) -> bytes:
    """Replace the value of one key, or drop, double or move one line."""
    lines = content.decode("utf-8", "replace").split("\n")
    number = chance.randrange(len(lines))
    deed = chance.randrange(4)
    keyed = [n for n, line in enumerate(lines) if re.match(r"\s*\w+ = ", line)]
    if deed < 2 and keyed:
        number = chance.choice(keyed)
        key = lines[number].partition(" = ")[0]
        lines[number] = f"{key} = {chance.choice(TOML_VALUES)}"
    elif deed == 2:
        del lines[number]
    else:
        lines.insert(chance.randrange(len(lines)), lines[number])
    return "\n".join(lines).encode()


def _table_damaged(content: bytes, chance: random.Random) -> bytes:
    """Replace one cell, or drop or double a row or a column."""
    rows = [line.split(",") for line in content.decode("utf-8", "replace").split("\n")]
    row = chance.choice(rows)
    column = chance.randrange(len(row))
    deed = chance.randrange(5)
    if deed < 3:
        row[column] = chance.choice(CELLS)
    elif deed == 3:
        rows.insert(chance.randrange(len(rows)), list(row))
        rows.remove(chance.choice(rows))
    else:
        for cells in rows:
            del cells[column : column + 1]
    return "\n".join(",".join(cells) for cells in rows).encode("utf-8", "replace")


def _bytes_damaged(content: bytes, chance: random.Random) -> bytes:
    """Cut, flip, put in or take out bytes."""
    if not content:
        return chance.choice((b"[", b"{}", b"\xff", b"a", b"null"))
    at = chance.randrange(len(content))
    to = min(len(content), at + chance.choice((1, 1, 2, 8, 40)))
    deed = chance.randrange(4)
    if deed == 0:
        return content[:at]
    if deed == 1:
        return content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]
    if deed == 2:
        return content[:at] + content[to:]
    return (
        content[:to]
        + chance.choice((content[at:to], b"\xff", b",", b'"', b"[", b"\n", b"0"))
        + content[to:]
    )


def write_whole_district(folder: Path) -> Path:
    """Write the tiny district with every file that a data folder may have."""
    write_tiny_district(folder, zones=False)
    base = folder / "base"
    (base / "identity.toml").write_text(IDENTITY, encoding="utf-8")
    area = [(box(100, 100, 300, 300), {"name": "青园", "name_en": "Park", "source": "虚构"})]
    (base / "grounds.geojson").write_text(collection(area), encoding="utf-8")
    (base / "blocks.geojson").write_text(collection(area), encoding="utf-8")
    lane = [line("", [(200, 0), (200, 400)], kind="street")]
    (base / "background.geojson").write_text(collection(lane), encoding="utf-8")
    (base / "held_back.csv").write_text(HELD_BACK, encoding="utf-8")
    (base / "calibration.csv").write_text(CALIBRATION, encoding="utf-8")
    (folder / "README.md").write_text(HEAD, encoding="utf-8")
    write_zone_files(zone_files(build(folder), folder), folder)
    (folder / "README.md").write_text(sealed_readme(folder), encoding="utf-8")
    return folder


@dataclass
class Reading:
    """A sound district with what is made of it once, for damages of one file after another.

    Parameters
    ----------
    folder : Path
        From `write_whole_district`.
    """

    folder: Path

    def __post_init__(self) -> None:
        """Read and build the sound district."""
        self.base = read_base(self.folder)
        self.documents, _ = read_documents(self.folder / "plans")
        self.built = build(self.folder)
        self._layers: dict[Path, gpd.GeoDataFrame] = {}
        self._without: dict[str, Built] = {}
        self._of_documents: dict[int, Built] = {}

    def read(self, name: str, *, whole: bool) -> None:
        """Read the damaged file as those do who use it.

        Our own errors are an answer, any other is a find.

        Parameters
        ----------
        name : str
            The damaged file; the others are sound.
        whole : bool
            Also run every check on what was built, write both reports, read as the
            page does and export. Otherwise: what reads the file, what a build makes
            of it, and the checks and readers of that file.
        """
        folder = self.folder
        with contextlib.suppress(GeoError):
            built = self._build(name)
            checks = inspect(built, folder) if whole else self._checks_of(name, built)
            for language in ("zh", "en"):
                if whole:
                    report_html(built, checks, language=language)
                for issue in built.issues:
                    issue.words(language)
            report_json(built, checks)
        if whole:
            show_everything(folder)
        elif name.startswith(("base/", "zones/")) and name.endswith(".geojson"):
            kind = Path(name).stem
            if name.startswith("zones/"):
                kind = "edges" if kind.endswith("_edges") else "zones"
            layer = sound_features(folder / name, kind)
            layer.table()
            for issue in layer.issues:
                issue.words("zh")

    def _build(self, name: str) -> Built:
        """Build from the damaged file; what it does not feed was read and built before."""
        if name.startswith(NOT_BUILT_FROM):
            return self.built
        if name.startswith("plans/"):
            documents, issues = read_documents(self.folder / "plans")
            key = hash(repr(documents))
            if key not in self._of_documents:
                if len(self._of_documents) == KEPT_BUILDS:
                    self._of_documents.clear()
                self._of_documents[key] = build_documents(documents, self.base)
            built = self._of_documents[key]
            return replace(built, issues=(*issues, *built.issues))
        layer_of = geo.base._layer
        damaged_path = self.folder / name

        def known(path: Path) -> gpd.GeoDataFrame:
            if path == damaged_path:
                return layer_of(path)
            if path not in self._layers:
                self._layers[path] = layer_of(path)
            return self._layers[path].copy()

        with patch.object(geo.base, "_layer", known):
            base = read_base(self.folder)
        if name.startswith(NOT_DRAWN_FROM):
            return replace(self.built, base=base, issues=base.issues)
        if not any(issue.code in REFUSED for issue in base.issues):
            return build_documents(self.documents, base, base.issues)
        # A file that is left out as a whole leaves the same base, whatever its damage was.
        if name not in self._without:
            self._without[name] = build_documents(self.documents, base)
        return replace(self._without[name], issues=base.issues)

    def _checks_of(self, name: str, built: Built) -> list[Check]:
        """Run the checks that read a file, or look at nothing but what it says."""
        base, folder = built.base, self.folder
        if name.startswith("zones/"):
            plans = built.plan_ids()
            datums = datum_checks(base, plans, folder)
            return [*datums, formats_check(built, folder), rebuild_check(built, folder)]
        file = folder / name
        if name == "base/street_checks.csv":
            return [streets_check(base, file)]
        if name == "base/held_back.csv":
            return [held_back_check(base, file)]
        if name == "base/calibration.csv":
            return [hidden_streets_check(file)]
        if name == "base/control_points.geojson":
            return [control_points_check(base)]
        return [checksums_check(folder)] if name == "README.md" else []


def show_everything(folder: Path) -> None:
    """Read a data folder as the page and the exports do, and export it."""
    data = read_page_data(folder, folder_stamp(folder))
    with contextlib.suppress(GeoError):
        drawn_data(data)
    read = tables(data)
    with contextlib.suppress(GeoError):
        later_data(read.zones, read.edges, read.base)
    with contextlib.suppress(GeoError):
        material = read_material(folder)
        for plan in material.zones:
            for form in ("csv", "geojson", "kml"):
                export(ExportRequest(form, DATE, (plan,)), material)


WHOLE_EVERY = 20
"""Of so many damages of a file one is read by everything that there is; see `Reading.read`."""


def main(count: int, seed: int = 0, names: Sequence[str] = FILES) -> int:
    """Damage every file `count` times; print each kind of find once and return how many kinds."""
    finds: dict[str, int] = {}
    counts: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        folder = write_whole_district(Path(place) / "data")
        sound = {name: (folder / name).read_bytes() for name in names}
        reading = Reading(folder)
        answered: dict[str, set[bytes]] = {name: set() for name in names}
        for number in range(count):  # all files in turn: stopped early, each had as many
            for name in names:
                path = folder / name
                chance = random.Random(f"{name} {seed} {number}")
                content = damaged(sound[name], path.suffix, chance)
                counts[name] += 1
                if content in answered[name]:  # the same bytes get the same answer
                    continue
                answered[name].add(content)
                path.write_bytes(content)
                begun = time.process_time_ns()
                try:
                    reading.read(name, whole=number % WHOLE_EVERY == 0)
                except Exception as error:
                    frame = traceback.extract_tb(error.__traceback__)
                    ours = [f for f in frame if "site-packages" not in f.filename]
                    kind = f"{type(error).__name__} {ours[-1].filename}:{ours[-1].lineno}"
                    if kind not in finds:
                        print(f"FOUND {kind}: {name} {number}: {str(error)[:160]}", flush=True)
                        copy = Path(tempfile.gettempdir()) / f"find-{len(finds)}{path.suffix}"
                        shutil.copy(path, copy)
                    finds[kind] = finds.get(kind, 0) + 1
                spent[name] += time.process_time_ns() - begun
                path.write_bytes(sound[name])
            if number % 10 == 9:
                print(f"{number + 1} damages of each file, {len(finds)} kinds found", flush=True)
    for name in names:
        different = len(answered[name])
        each = spent[name] / different / 1e6
        print(f"{name}: {counts[name]:,} damages, {different:,} different, {each:.0f} ms each")
    different = sum(map(len, answered.values()))
    print(
        f"damages: {len(names)} files, {sum(counts.values()):,} damages ({different:,} different) "
        f"in {time.monotonic() - start:.0f} s: {sum(finds.values())} finds of {len(finds)} kinds",
        flush=True,
    )
    return len(finds)


if __name__ == "__main__":
    chosen = sys.argv[3:] or FILES
    sys.exit(1 if main(int(sys.argv[1]), int((*sys.argv, 0)[2]), chosen) else 0)
