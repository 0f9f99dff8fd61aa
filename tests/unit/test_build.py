"""Zone files: the same bytes each time, in the form that docs/data-formats.md has."""

import itertools
import json

import pytest

from geo.build import (
    build,
    differing_files,
    edge_layer,
    metadata,
    write_zone_files,
    zone_files,
    zone_layer,
)
from geo.errors import DataFileError
from geo.io.read import sha256
from geo.zones.edges import EDGE_COLUMNS
from testing.tiny_district import built_tiny_district, write_tiny_district


@pytest.fixture
def folder(tmp_path):
    return write_tiny_district(tmp_path / "data", zones=False)


def test_a_build_is_byte_for_byte_the_same(folder):
    assert zone_files(build(folder), folder) == zone_files(build(folder), folder)


def test_lines_without_their_optional_columns_are_drawn_all_the_same(folder):
    shapes = {zone: drawn.geometry for zone, drawn in built_tiny_district().zones.items()}
    for name in ("roads", "river"):
        path = folder / "base" / f"{name}.geojson"
        document = json.loads(path.read_text(encoding="utf-8"))
        for feature in document["features"]:
            for column in ("method", "source", "half_width_m"):
                del feature["properties"][column]
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    bare = build(folder).zones
    assert {zone: drawn.geometry for zone, drawn in bare.items()} == shapes
    assert set(bare["13th-west"].edges["source_en"]) == {""}


def test_the_english_source_is_carried_on_and_else_the_only_one(folder):
    path = folder / "base" / "roads.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"][0]["properties"]["source_en"] = "made up"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    edges = build(folder).zones["13th-west"].edges.set_index("road")["source_en"]
    assert edges["青南道"] == "made up"
    assert edges["青北道"] == "虚构"


def test_files_are_written_for_every_plan_and_then_differ_no_more(folder):
    built = built_tiny_district()
    files = zone_files(built, folder)
    assert sorted(files) == [
        "13th.geojson", "13th_edges.geojson", "14th.geojson", "14th_edges.geojson",
    ]  # fmt: skip
    assert differing_files(files, folder) == list(files)
    assert len(write_zone_files(files, folder)) == 4
    assert differing_files(files, folder) == []
    (folder / "zones" / "13th.geojson").write_bytes(b"{}")
    assert differing_files(files, folder) == ["13th.geojson"]


def test_features_carry_ids_figures_and_verdicts_in_the_order_of_the_documents(folder):
    document = json.loads(zone_files(built_tiny_district(), folder)["13th.geojson"])
    assert [f["id"] for f in document["features"]] == [
        "13th-west", "13th-east", "13th-lost", "13th-spine", "13th-walk",
    ]  # fmt: skip
    west = document["features"][0]["properties"]
    assert (west["stated_area"], west["stated_area_km2"]) == ("面积1.00平方公里", 1.0)
    assert west["computed_area_km2"] == pytest.approx(1.0, abs=1e-3)
    assert west["low_km2"] < west["computed_area_km2"] < west["high_km2"]
    assert west["verdict"] == "agrees"
    assert [r["reading"] for r in west["readings"]] == ["centre_line", "inner_kerb", "outer_kerb"]
    assert document["features"][2]["geometry"] is None


def test_rings_are_right_handed_and_have_six_decimals(folder):
    ring = json.loads(zone_files(built_tiny_district(), folder)["13th.geojson"])["features"][0]
    coordinates = ring["geometry"]["coordinates"][0]
    twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(coordinates))
    assert twice > 0
    assert all(round(n, 6) == n for position in coordinates for n in position)


def test_neighbours_share_the_vertices_of_their_limit(folder):
    features = json.loads(zone_files(built_tiny_district(), folder)["13th.geojson"])["features"]
    west, east = ({tuple(xy) for xy in features[n]["geometry"]["coordinates"][0]} for n in (0, 1))
    # 青中路 at y = 0, 300, 700 and 1000.
    assert len(west & east) == 4


def test_the_metadata_says_what_it_was_built_from(folder):
    built = built_tiny_district()
    about = metadata(built, "13th", folder)
    assert about["plan"] == "13th"
    assert about["documents"][0]["sha256"] == sha256(folder / "plans" / "13th-outline.toml")
    assert about["base_sha256"]["base/roads.geojson"] == sha256(folder / "base" / "roads.geojson")
    assert "不具法律效力" in about["disclaimer"]


def test_edges_of_one_plan_stay_in_its_file():
    built = built_tiny_district()
    edges = edge_layer(built, "14th")
    assert set(edges["zone_id"]) == {"14th-west", "14th-spine"}
    assert list(edges.columns) == EDGE_COLUMNS
    assert edges["edge_id"].is_unique


def test_a_plan_without_edges_has_an_empty_table():
    built = built_tiny_district()
    assert list(edge_layer(built, "11th").columns) == EDGE_COLUMNS
    assert zone_layer(built, "14th")["verdict"].tolist() == [
        "disagrees", "not_stated", "not_stated",
    ]  # fmt: skip


def test_plans_come_in_the_order_of_time_and_only_with_a_document(folder):
    assert built_tiny_district().plan_ids() == ["13th", "14th"]
    (folder / "plans" / "14th-outline.toml").unlink()
    assert build(folder).plan_ids() == ["13th"]


def test_a_bad_plan_file_is_an_issue_and_the_rest_is_built(folder):
    (folder / "plans" / "14th-outline.toml").write_text("format = ", encoding="utf-8")
    built = build(folder)
    assert "13th-west" in built.zones
    assert [i.place.split(":")[0] for i in built.issues if i.level == "error"] == [
        "14th-outline.toml"
    ]


def test_a_base_without_roads_cannot_be_built(folder):
    (folder / "base" / "roads.geojson").unlink()
    with pytest.raises(DataFileError, match="roads"):
        build(folder)
