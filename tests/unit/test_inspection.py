"""The checks of a data folder's files: rebuilt and identical, or what differs."""

import json

import pytest

from geo.build import build
from geo.checks.folder import inspect, rebuild_check
from testing.tiny_district import built_tiny_district, write_tiny_district


@pytest.fixture
def folder(tmp_path):
    return write_tiny_district(tmp_path / "data")


def change(folder, edit, name="13th.geojson"):
    path = folder / "zones" / name
    document = json.loads(path.read_text(encoding="utf-8"))
    edit(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    return [s.en for s in rebuild_check(built_tiny_district(), folder).statements]


def test_a_fresh_build_is_identical(folder):
    check = rebuild_check(build(folder), folder)
    assert (check.status, check.statements) == ("passed", ())


def test_a_moved_vertex_in_a_file_is_found_with_its_distance(folder):
    def edit(document):
        # One ten-thousandth of a degree northwards: 11.1 m.
        document["features"][0]["geometry"]["coordinates"][0][1][1] += 1e-4

    statements = change(folder, edit)
    assert statements == [
        "zones/13th.geojson differs from a fresh build; run geo build",
        "zones/13th.geojson: the shape of 13th-west differs, by up to 11.1 m",
    ]


def test_a_changed_figure_is_named(folder):
    def edit(document):
        document["features"][1]["properties"]["computed_area_km2"] = 0.99

    assert change(folder, edit)[1:] == [
        "zones/13th.geojson: 13th-east differs in computed_area_km2"
    ]


def test_a_feature_on_one_side_only_is_named(folder):
    def edit(document):
        document["features"][0]["id"] = "13th-other"

    assert change(folder, edit)[1:] == [
        "zones/13th.geojson: 13th-other is only in the data file",
        "zones/13th.geojson: 13th-west is only in the fresh build",
    ]


def test_a_lost_geometry_is_named(folder):
    def edit(document):
        document["features"][0]["geometry"] = None

    assert change(folder, edit)[1:] == ["zones/13th.geojson: 13th-west differs in geometry"]


def test_a_file_that_is_no_json_is_told(folder):
    (folder / "zones" / "13th.geojson").write_text("{", encoding="utf-8")
    sentences = [s.en for s in rebuild_check(built_tiny_district(), folder).statements]
    assert sentences[1].startswith("The file cannot be read")


def test_a_missing_file_differs(folder):
    (folder / "zones" / "14th.geojson").unlink()
    (statement,) = rebuild_check(built_tiny_district(), folder).statements
    assert "zones/14th.geojson" in statement.en


def test_every_check_of_a_folder_runs_or_says_why_not(folder):
    checks = inspect(built_tiny_district(), folder)
    ids = [check.check_id for check in checks]
    assert len(ids) == len(set(ids))
    skipped = {c.check_id: c.statements[0].en for c in checks if c.status == "skipped"}
    assert set(skipped) == {
        "inputs/checksums",
        "inputs/quotations",
        "position/held-back",
        "position/hidden-streets",
    }
    assert all(skipped.values())
    assert [c.check_id for c in checks if c.status == "failed"] == []
    for code in ("topology", "areas", "position", "arithmetic", "inputs"):
        assert any(i.startswith(code) for i in ids), code


@pytest.mark.parametrize("properties", [None, 1.5, "x", ["a"]])
def test_properties_that_are_none_differ(folder, properties):
    def edit(document):
        document["features"][0]["properties"] = properties

    (statement,) = change(folder, edit)[1:]
    assert statement.startswith("zones/13th.geojson: 13th-west differs in basis, ")
