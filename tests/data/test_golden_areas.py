"""The areas of the committed zone files, as another program measures them."""

import csv
import hashlib
import json
from pathlib import Path

import pytest
from shapely.geometry import shape

from geo.areas import geodesic_area_km2

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "tests" / "data" / "golden_areas.csv"
ONE_HUNDREDTH_PERCENT = 1e-4


def golden_lines():
    return TABLE.read_text(encoding="utf-8").splitlines()


def golden():
    rows = csv.DictReader(line for line in golden_lines() if not line.startswith("#"))
    return {row["zone_id"]: row for row in rows}


def polygons():
    return {
        feature["id"]: feature
        for path in sorted((ROOT / "data" / "zones").glob("*.geojson"))
        if not path.stem.endswith("_edges")
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]
        if feature["geometry"] and feature["geometry"]["type"] in ("Polygon", "MultiPolygon")
    }


def test_every_polygon_has_a_golden_area_and_nothing_else_has():
    assert set(golden()) == set(polygons())


@pytest.mark.parametrize("zone_id", sorted(golden()))
def test_the_golden_area_is_of_the_shape_in_the_file(zone_id):
    words = json.dumps(polygons()[zone_id]["geometry"], separators=(",", ":")).encode()
    digest = hashlib.sha256(words).hexdigest()
    assert digest == golden()[zone_id]["geometry_sha256"], "the shape changed: run make golden"


@pytest.mark.parametrize("zone_id", sorted(golden()))
def test_the_area_agrees_with_the_other_program(zone_id):
    measured = geodesic_area_km2([shape(polygons()[zone_id]["geometry"])])[0] * 1e6
    assert measured == pytest.approx(float(golden()[zone_id]["area_m2"]), rel=ONE_HUNDREDTH_PERCENT)


@pytest.mark.parametrize("zone_id", sorted(golden()))
def test_the_figure_in_the_file_agrees_with_the_other_program(zone_id):
    # The file has five decimals of a km2, 5 m2 of rounding either way.
    printed = polygons()[zone_id]["properties"]["computed_area_km2"] * 1e6
    area = float(golden()[zone_id]["area_m2"])
    assert printed == pytest.approx(area, rel=ONE_HUNDREDTH_PERCENT, abs=5.0)


def test_the_table_names_the_program_and_its_version():
    head = " ".join(golden_lines()[:3])
    assert "GRASS GIS 8" in head
    assert "v.to.db option=area" in head
    assert "make golden" in head
