"""The committed base geography: whole, noded, described, and held against figures not used."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import shapely
from pyproj import Geod, Transformer
from shapely import LineString, Point

from geo.crs import METRIC, WGS84

DATA = Path(__file__).resolve().parents[2] / "data"
BASE = DATA / "base"
BOUNDS = (117.15, 39.08, 117.24, 39.16)
LAYERS = ("roads", "river", "district", "landmarks", "control_points", "background")
CLASSES = {"trunk", "secondary", "local", "footway"}
METHODS = {"traced", "inferred", "estimated"}
IDENTITIES = {"osm", "high", "medium", "low"}
LICENCE = "ODbL 1.0, © OpenStreetMap contributors"
METRES = Transformer.from_crs(WGS84, METRIC, always_xy=True)


def to_metres(lon: float, lat: float) -> tuple[float, float]:
    x, y = METRES.transform(lon, lat)
    return float(x), float(y)


@cache
def features(layer: str) -> list[dict[str, Any]]:
    collection = json.loads((BASE / f"{layer}.geojson").read_text(encoding="utf-8"))
    return list(collection["features"])


@cache
def stretches() -> dict[tuple[str, int], LineString]:
    return {
        (f["properties"]["road_id"], f["properties"]["stretch"]): LineString(
            f["geometry"]["coordinates"]
        )
        for f in roads()
    }


@cache
def degrees() -> dict[str, LineString]:
    """Every named street as one line."""
    parts: dict[str, list[LineString]] = {}
    for road in roads():
        if road["properties"]["name"]:
            parts.setdefault(road["properties"]["name"], []).append(
                LineString(road["geometry"]["coordinates"])
            )
    joined = {name: shapely.line_merge(shapely.union_all(p)) for name, p in parts.items()}
    return {name: line for name, line in joined.items() if isinstance(line, LineString)}


@cache
def metres() -> dict[str, LineString]:
    return {n: LineString([to_metres(*c) for c in line.coords]) for n, line in degrees().items()}


def roads() -> list[dict[str, Any]]:
    return features("roads")


def readings() -> dict[str, LineString]:
    return {
        f["properties"]["reading"]: LineString(f["geometry"]["coordinates"])
        for f in features("river")
    }


def positions(geometry: dict[str, Any]) -> list[list[float]]:
    coordinates = geometry["coordinates"]
    if geometry["type"] == "Point":
        return [coordinates]
    if geometry["type"] == "Polygon":
        return [p for ring in coordinates for p in ring]
    return list(coordinates)


def points_of(shape: shapely.Geometry) -> list[Point]:
    return [part for part in shapely.get_parts(shape) if not part.is_empty]


# ---------------------------------------------------------------- the files


@pytest.mark.parametrize("layer", LAYERS)
def test_every_id_is_given_once_and_in_order(layer: str) -> None:
    ids = [f["id"] for f in features(layer)]
    assert ids
    assert len(ids) == len(set(ids))
    assert layer == "river" or ids == sorted(ids)


@pytest.mark.parametrize("layer", LAYERS)
def test_every_position_has_at_most_six_decimals_and_lies_near_the_district(layer: str) -> None:
    left, bottom, right, top = BOUNDS
    for feature in features(layer):
        for lon, lat in positions(feature["geometry"]):
            assert round(lon, 6) == lon
            assert round(lat, 6) == lat
            assert left < lon < right, feature["id"]
            assert bottom < lat < top, feature["id"]


@pytest.mark.parametrize("layer", LAYERS)
def test_every_feature_names_its_licence_and_where_it_comes_from(layer: str) -> None:
    for feature in features(layer):
        assert feature["properties"]["licence"] == LICENCE
        assert feature["properties"]["source"]


def test_every_stretch_says_how_it_was_placed_how_well_and_how_its_name_is_known() -> None:
    for road in roads():
        p = road["properties"]
        assert p["method"] in METHODS
        assert p["identity"] in IDENTITIES
        assert p["road_class"] in CLASSES
        assert p["half_width_m"] > 0
        assert p["half_width_source"].startswith(("printed", "class default"))
        assert p["identity_evidence"]
        assert p["identity_evidence_en"]
        assert p["position_error_m"] > 0
        # A line that nothing shows says why it runs there; one placed by order is never precise.
        assert bool(p["reasoning"] and p["reasoning_en"]) == (p["method"] != "traced"), road["id"]
        if p["method"] == "estimated":
            assert 30 <= p["position_error_m"] <= 150, road["id"]


def test_stretches_of_a_street_are_counted_from_one_and_share_their_ends() -> None:
    by_street: dict[str, list[tuple[int, LineString]]] = {}
    for (road_id, number), line in stretches().items():
        by_street.setdefault(road_id, []).append((number, line))
    for road_id, parts in by_street.items():
        assert sorted(n for n, _ in parts) == list(range(1, len(parts) + 1)), road_id
        ends = [c for _, line in parts for c in (line.coords[0], line.coords[-1])]
        assert len(set(ends)) == len(parts) + 1, road_id


def test_a_name_belongs_to_one_street() -> None:
    ids: dict[str, set[str]] = {}
    for road in roads():
        p = road["properties"]
        if p["name"]:
            ids.setdefault(p["name"], set()).add(p["road_id"])
    assert all(len(names) == 1 for names in ids.values())
    assert degrees().keys() == ids.keys()


def test_every_stretch_is_a_simple_line_without_repeated_points() -> None:
    for name, line in [*stretches().items(), *degrees().items()]:
        assert line.is_simple, name
        assert all(a != b for a, b in itertools.pairwise(line.coords)), name


def test_every_crossing_of_two_streets_is_one_vertex_of_both() -> None:
    for ((a, _), line_a), ((b, _), line_b) in itertools.combinations(stretches().items(), 2):
        if a == b:
            continue
        shared = set(line_a.coords) & set(line_b.coords)
        for point in points_of(line_a.intersection(line_b)):
            assert point.geom_type == "Point", (a, b, point.wkt)
            near = min((point.distance(Point(v)) for v in shared), default=1.0)
            assert near < 1e-9, (a, b, point.wkt)


def test_every_crossing_of_a_road_and_a_river_line_is_one_vertex_of_both() -> None:
    for reading, river in readings().items():
        for name, line in degrees().items():
            shared = set(line.coords) & set(river.coords)
            for point in points_of(line.intersection(river)):
                if point.geom_type == "Point":
                    near = min((point.distance(Point(v)) for v in shared), default=1.0)
                    assert near < 1e-9, (reading, name, point.wkt)


def test_the_river_has_three_readings_and_the_middle_comes_first() -> None:
    assert list(readings()) == ["mid_river", "bank", "riverside_road"]


def test_bank_and_riverside_road_keep_to_the_heping_side_of_the_river() -> None:
    to_middle = {
        reading: LineString([to_metres(*c) for c in line.coords])
        for reading, line in readings().items()
    }
    middle = to_middle["mid_river"]
    outline = shapely.Polygon(positions(features("district")[0]["geometry"]))
    for reading, low, high in (("bank", 40, 55), ("riverside_road", 55, 100)):
        line = to_middle[reading]
        distances = [middle.distance(line.interpolate(s)) for s in range(100, int(line.length), 50)]
        assert low <= sorted(distances)[len(distances) // 2] <= high
    # The riverside road goes on north of the district, to the limits of the slow-traffic area.
    road = readings()["riverside_road"]
    assert road.intersection(outline).length / road.length > 0.6


def test_the_outline_is_one_valid_counter_clockwise_ring() -> None:
    (district,) = features("district")
    outline = shapely.Polygon(positions(district["geometry"]))
    assert outline.is_valid
    assert outline.exterior.is_ccw


def test_the_outline_measures_within_half_a_per_cent_of_the_official_area() -> None:
    (district,) = features("district")
    area, _ = Geod(ellps="GRS80").geometry_area_perimeter(
        shapely.Polygon(positions(district["geometry"]))
    )
    official = float(district["properties"]["official_area_km2"])
    assert area / 1e6 == pytest.approx(official, rel=0.005)


def test_landmarks_are_of_the_two_grades_that_may_be_used() -> None:
    for feature in features("landmarks"):
        assert feature["properties"]["grade"] in {"A", "B"}
        assert feature["properties"]["position_error_m"] > 0


# ------------------------------------------------- positions and figures not used


def crossings(a: str, b: str) -> list[Point]:
    """The vertices that two noded lines share; a street that ends on another shares its end."""
    other = readings()["mid_river"] if b == "海河" else degrees()[b]
    shared = set(degrees()[a].coords) & set(other.coords)
    return [Point(to_metres(*c)) for c in degrees()[a].coords if c in shared]


def line_named(name: str) -> LineString:
    if name == "海河":
        return LineString([to_metres(*c) for c in readings()["mid_river"].coords])
    return metres()[name]


def control_distance(feature: dict[str, Any]) -> float:
    """Metres from a control point to what it must lie on; inside and outside count as 0 or 1."""
    point = Point(to_metres(*feature["geometry"]["coordinates"]))
    outline = shapely.Polygon(
        [to_metres(*c) for c in positions(features("district")[0]["geometry"])]
    )
    what, of = feature["properties"]["expect"].split(":")
    if what == "road":
        return line_named(of).distance(point)
    if what == "crossing":
        return min(p.distance(point) for p in crossings(*of.split("×")))
    if what == "corner":
        return min(Point(c).distance(point) for c in outline.exterior.coords)
    return float(outline.contains(point) != (what == "inside"))


@pytest.mark.parametrize("feature", features("control_points"), ids=lambda f: f["id"])
def test_the_base_lies_where_control_points_say(feature: dict[str, Any]) -> None:
    assert control_distance(feature) <= feature["properties"]["tolerance_m"]


def test_control_points_would_notice_a_base_shifted_like_gcj02() -> None:
    shifted = 0
    for feature in features("control_points"):
        lon, lat = feature["geometry"]["coordinates"]
        moved = {
            **feature,
            "geometry": {"type": "Point", "coordinates": [lon - 0.0063, lat - 0.001]},
        }
        shifted += control_distance(moved) > feature["properties"]["tolerance_m"]
    assert shifted > 0.7 * len(features("control_points"))


def along(name: str, other: str) -> list[float]:
    return [metres()[name].project(p) for p in crossings(name, other)]


def measured(check: dict[str, str]) -> tuple[str, str]:
    """Return what the base gives for one row of street_checks.csv, and whether it agrees."""
    street, others = check["street"], [o for o in check["other"].split("|") if o]
    known = metres().keys() | {"海河"}
    if street not in known or check["status"] == "not_evaluable":
        return "", "not_evaluable"
    line = metres()[street]
    if check["kind"] == "length":
        ends = [along(street, o)[0] for o in others] if others else [0.0, line.length]
        value = abs(ends[1] - ends[0])
        agrees = abs(value - float(check["expected"])) <= float(check["tolerance"])
        return f"{value:.0f}", "agrees" if agrees else "disagrees"
    if check["kind"] == "order":
        names = [o for _, o in sorted((s, o) for o in others for s in along(street, o))]
        if names and others.index(names[0]) > others.index(names[-1]):
            names.reverse()
        value_text = "|".join(names)
        return value_text, "agrees" if names == others else "disagrees"
    point = Point(to_metres(float(check["lon"]), float(check["lat"])))
    if check["kind"] == "distance":
        value = min((p.distance(point) for p in crossings(street, others[0])), default=9_999.0)
        return f"{value:.0f}", "agrees" if value <= float(check["tolerance"]) else "disagrees"
    if check["kind"] == "address":
        value = line.distance(point)
        return f"{value:.0f}", "agrees" if value <= float(check["tolerance"]) else "disagrees"
    foot = line.interpolate(line.project(point))
    east = point.x > foot.x
    side = "east" if east else "west"
    return side, "agrees" if side == check["expected"] else "disagrees"


def checks() -> list[dict[str, str]]:
    with (BASE / "street_checks.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("check", checks(), ids=lambda c: c["check_id"])
def test_each_street_check_gives_the_value_and_verdict_on_file(check: dict[str, str]) -> None:
    value, status = measured(check)
    assert (value, status) == (check["measured"], check["status"])
    if status != "agrees":
        assert check["note"], "a disagreement stands with its reason"


def test_most_checks_that_can_be_evaluated_agree_and_were_not_used() -> None:
    unused_checks = [c for c in checks() if c["status"] != "not_evaluable" and c["used"] == "no"]
    assert len(unused_checks) >= 50
    assert sum(c["status"] == "agrees" for c in unused_checks) / len(unused_checks) > 0.8
    assert {c["kind"] for c in unused_checks} == {"length", "order", "address", "side", "distance"}


# ----------------------------------------------------------- names and descriptions


def table(name: str) -> dict[str, Any]:
    return tomllib.loads((BASE / name).read_text(encoding="utf-8"))


def test_an_alias_leads_to_a_road_or_to_a_limit_listed_as_missing() -> None:
    known = metres().keys() | {m["name"] for m in table("missing.toml").get("missing", [])}
    for alias in table("aliases.toml")["alias"]:
        assert alias["data_name"] in known
        assert alias["printed"] not in metres()
        assert all(alias[key] for key in ("reason", "reason_en", "source"))


def test_nothing_is_both_drawn_and_listed_as_missing() -> None:
    missing = table("missing.toml")
    assert not {m["name"] for m in missing.get("missing", [])} & metres().keys()
    drawn = {f["properties"]["name"] for f in features("landmarks")}
    assert not {n for m in missing["missing_place"] for n in m["names"]} & drawn
    for row in missing.get("missing", []) + missing["missing_place"]:
        assert row["tried"]
        assert row["tried_en"]


def described() -> dict[str, str]:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| (base/\S+) \| ([0-9a-f]{64}) \|$", readme, re.M))


@pytest.mark.parametrize("path", sorted(p.name for p in BASE.iterdir()))
def test_every_base_file_has_a_section_and_its_hash_in_the_readme(path: str) -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert f"### base/{path}" in readme
    assert described()[f"base/{path}"] == hashlib.sha256((BASE / path).read_bytes()).hexdigest()


def test_the_readme_lists_every_stretch_that_no_line_of_the_evidence_shows() -> None:
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    for road in roads():
        p = road["properties"]
        row = (
            rf"^\| {p['name'] or p['road_id']} \| {p['stretch']} \| {p['method']} "
            rf"\| {p['position_error_m']:.0f} \|"
        )
        assert bool(re.search(row, readme, re.M)) == (p["method"] != "traced"), road["id"]


# ------------------------------------------------------- identity, and evidence held back


def test_candidates_are_streets_of_the_base_and_their_probabilities_add_up_to_one() -> None:
    identity = table("identity.toml")
    ids = {road_id for road_id, _ in stretches()}
    assert set(identity["default"]) == IDENTITIES
    assert identity["default"]["osm"] == 1.0
    for limit in identity["limit"]:
        assert limit["name"] in metres()
        assert {c["road"] for c in limit["candidate"]} <= ids
        assert sum(c["probability"] for c in limit["candidate"]) == pytest.approx(1)
        assert limit["candidate"][0]["probability"] == max(
            c["probability"] for c in limit["candidate"]
        )
        for row in (limit, *limit["candidate"]):
            assert row.get("reason") or row["evidence"]
            assert row.get("reason_en") or row["evidence_en"]


def test_the_main_candidate_of_a_name_is_the_street_that_bears_it() -> None:
    bears = {road["properties"]["road_id"]: road["properties"]["name"] for road in roads()}
    for limit in table("identity.toml")["limit"]:
        assert bears[limit["candidate"][0]["road"]] == limit["name"]


def rows_of(name: str) -> list[dict[str, str]]:
    with (BASE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_no_vertex_of_the_base_was_drawn_from_a_held_back_point() -> None:
    vertices = [to_metres(*c) for line in stretches().values() for c in line.coords]
    tree = shapely.STRtree([Point(v) for v in vertices])
    for row in rows_of("held_back.csv"):
        point = Point(to_metres(float(row["lon"]), float(row["lat"])))
        assert len(tree.query(point, "dwithin", 0.3)) == 0, row


def test_held_back_points_are_of_named_streets_and_fall_into_five_folds_by_street() -> None:
    folds: dict[str, set[str]] = {}
    for row in rows_of("held_back.csv"):
        folds.setdefault(row["street"], set()).add(row["fold"])
        assert float(row["error_m"]) > 0
        assert row["licence"] == LICENCE
    assert folds.keys() <= metres().keys()
    assert all(len(numbers) == 1 for numbers in folds.values())
    assert set.union(*folds.values()) == {"1", "2", "3", "4", "5"}


def test_streets_that_osm_names_or_that_are_known_well_lie_within_five_metres() -> None:
    fine = {
        (p["name"], p["stretch"])
        for p in (road["properties"] for road in roads())
        if p["identity"] in {"osm", "high"} and p["method"] == "traced"
    }
    names = {name for name, _ in fine}
    distances = sorted(
        metres()[row["street"]].distance(Point(to_metres(float(row["lon"]), float(row["lat"]))))
        for row in rows_of("held_back.csv")
        if row["street"] in names
    )
    assert len(distances) > 100
    assert distances[len(distances) // 2] <= 5


def test_fifteen_and_more_known_streets_were_hidden_whole_and_placed_by_rule() -> None:
    for rule in ("midway", "equal_blocks"):
        placed = {r["street"] for r in rows_of("calibration.csv") if r["rule"] == rule}
        assert len(placed) >= 15
