"""Damage data files at random, and read them as the commands and the page do.

Whatever the damage, the reader gets an issue or one of our own errors; any other exception is
a find. ``python -m testing.damage COUNT [SEED]`` damages every file of a small district COUNT
times and prints the finds.
"""

from __future__ import annotations

import copy
import json
import random
import re
import shutil
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from testing.tiny_district import write_tiny_district

FILES = (
    "district.toml",
    "plans/13th-outline.toml",
    "plans/14th-outline.toml",
    "base/aliases.toml",
    "base/missing.toml",
    "base/control_points.geojson",
    "base/district.geojson",
    "base/landmarks.geojson",
    "base/river.geojson",
    "base/roads.geojson",
    "base/street_checks.csv",
    "zones/13th.geojson",
    "zones/13th_edges.geojson",
    "zones/14th.geojson",
    "README.md",
)
"""Every file of a data folder that something reads."""

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


def read_everything(folder: Path) -> None:
    """Build, check, report and show a data folder; our own errors are an answer, others a find."""
    import contextlib

    from geo.build import build, zone_files
    from geo.checks.folder import inspect
    from geo.checks.report import report_html, report_json
    from geo.errors import GeoError
    from geo.io.read import folder_stamp
    from views.page import drawn_data
    from views.state import read_page_data

    with contextlib.suppress(GeoError):
        built = build(folder)
        zone_files(built, folder)
        checks = inspect(built, folder)
        for language in ("zh", "en"):
            report_html(built, checks, language=language)
            for issue in built.issues:
                issue.words(language)
        report_json(built, checks)
    with contextlib.suppress(GeoError):
        data = read_page_data(folder, folder_stamp(folder))
        drawn_data(data)


def main(count: int, seed: int = 0, names: tuple[str, ...] = FILES) -> int:
    """Damage every file `count` times; print each kind of find once and return how many."""
    finds: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = write_tiny_district(Path(place) / "data")
        (folder / "README.md").write_text("| file | sha256 |\n|---|---|\n", encoding="utf-8")
        for name in names:
            path = folder / name
            sound = path.read_bytes()
            for number in range(count):
                chance = random.Random(f"{name} {seed} {number}")
                path.write_bytes(damaged(sound, path.suffix, chance))
                try:
                    read_everything(folder)
                except Exception as error:
                    frame = traceback.extract_tb(error.__traceback__)
                    ours = [f for f in frame if "site-packages" not in f.filename]
                    kind = f"{name}: {type(error).__name__} {ours[-1].filename}:{ours[-1].lineno}"
                    if kind not in finds:
                        print(f"FOUND {kind} (number {number}): {str(error)[:160]}", flush=True)
                        kept = Path(tempfile.gettempdir()) / f"find-{len(finds)}{path.suffix}"
                        shutil.copy(path, kept)
                    finds[kind] = finds.get(kind, 0) + 1
            path.write_bytes(sound)
            print(f"damage {name}: {count} times", flush=True)
    return len(finds)


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]), *map(int, sys.argv[2:3])) else 0)
