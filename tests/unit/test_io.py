"""Files are read with clear errors and written whole or not at all."""

from __future__ import annotations

import errno
import itertools
import json
import os

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, Point, Polygon, box

from geo.errors import CRSError, DataFileError, ExportError, InputTooLargeError
from geo.io import read, write
from geo.io.geojson import layer_bytes


def layer(**columns):
    return gpd.GeoDataFrame(
        columns, geometry=[box(117.1, 39.1, 117.2, 39.2), None], crs="EPSG:4326"
    )


def test_the_same_layer_gives_the_same_bytes():
    zones = layer(zone_id=["a", "b"], name=["甲", "乙"])
    assert layer_bytes(zones, {"plan": "13th"}) == layer_bytes(zones.copy(), {"plan": "13th"})


def test_geojson_follows_rfc_7946():
    clockwise = Polygon([(0, 0), (0, 1), (1, 1), (1, 0)])
    zones = gpd.GeoDataFrame({"zone_id": ["a"]}, geometry=[clockwise], crs="EPSG:4326")
    document = json.loads(layer_bytes(zones))
    assert list(document) == ["type", "features"]
    feature = document["features"][0]
    assert feature["id"] == "a"
    ring = feature["geometry"]["coordinates"][0]
    doubled_area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))
    assert doubled_area > 0


def test_coordinates_have_six_decimals_and_no_negative_zero():
    points = gpd.GeoDataFrame(
        geometry=[Point(117.12345678, 39.00000004), Point(-1e-9, 0)], crs="EPSG:4326"
    )
    features = json.loads(layer_bytes(points))["features"]
    assert features[0]["geometry"]["coordinates"] == [117.123457, 39.0]
    assert b"-0.0" not in layer_bytes(points)


def test_each_position_stands_on_one_line():
    lines = gpd.GeoDataFrame(geometry=[LineString([(1, 2), (3, 4)])], crs="EPSG:4326")
    assert b"[1.0, 2.0],\n" in layer_bytes(lines)


def test_brackets_and_numbers_in_a_text_stay_as_they_are():
    zones = layer(zone_id=["a", "b"], name=["[\n 1,\n 2\n]", "x"])
    assert json.loads(layer_bytes(zones))["features"][0]["properties"]["name"] == "[\n 1,\n 2\n]"


def test_nan_becomes_null_and_lists_stay_lists():
    zones = layer(zone_id=["a", "b"], area=[1.5, np.nan], places=[["甲", "乙"], []])
    first, second = json.loads(layer_bytes(zones))["features"]
    assert second["properties"]["area"] is None
    assert first["properties"]["places"] == ["甲", "乙"]


def test_an_infinite_number_is_refused():
    with pytest.raises(ExportError, match=r"column 'area', row 0 is infinite"):
        layer_bytes(layer(area=[np.inf, 1.0]))


def test_a_layer_in_metres_is_refused():
    with pytest.raises(CRSError, match="EPSG:4548"):
        layer_bytes(layer(name=["a", "b"]).to_crs("EPSG:4548"))


def test_a_layer_survives_writing_and_reading(tmp_path):
    zones = layer(zone_id=["a", "b"], area=[1.5, None], places=[["甲"], []])
    path = tmp_path / "zones.geojson"
    write.write_bytes(path, layer_bytes(zones, {"plan": "13th"}))
    back = read.read_layer(path)
    assert back.crs == "EPSG:4326"
    assert back["places"].tolist() == [["甲"], []]
    assert back.geometry.iloc[1] is None
    assert back.attrs["metadata"] == {"plan": "13th"}
    assert layer_bytes(back, back.attrs["metadata"]) == path.read_bytes()


def test_an_empty_collection_is_an_empty_layer(tmp_path):
    path = tmp_path / "zones.geojson"
    path.write_text('{"type":"FeatureCollection","features":[]}')
    assert len(read.read_layer(path)) == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"type": "FeatureCollection", "features": [', "line 1: not JSON"),
        (b"[]", "not a GeoJSON FeatureCollection but 'list'"),
        (b'{"type": "Feature"}', "not a GeoJSON FeatureCollection but 'Feature'"),
        (b'{"type": "FeatureCollection"}', "no list 'features'"),
        (b'{"type": "FeatureCollection", "features": [3]}', "feature 1 is not a GeoJSON feature"),
        (
            b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
            b'"geometry":{"type":"Polygon","coordinates":[[[0,0]]]}}]}',
            "feature 1: the geometry cannot be read",
        ),
        (
            b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
            b'"geometry":{"type":"Point","coordinates":[39.1,117.2]}}]}',
            "are the axes exchanged",
        ),
        (
            b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
            b'"geometry":{"type":"Point","coordinates":[517000,4330000]}}]}',
            "expected longitude and latitude",
        ),
        (
            b'{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4548"}},'
            b'"features":[]}',
            "names another CRS",
        ),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b'{"a": "\\ud800"}', "half a character"),
        (b"[" * 100_000, "nested too deeply"),
        (b"\xba\xcd\xc6\xbd", "line 1: byte 0xba is not UTF-8"),
    ],
)
def test_a_damaged_layer_is_named_with_its_fault(tmp_path, content, message):
    path = tmp_path / "zones.geojson"
    path.write_bytes(content)
    with pytest.raises(DataFileError, match=message):
        read.read_layer(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataFileError, match=r"base/roads\.geojson is missing"):
        read.read_layer(tmp_path / "base" / "roads.geojson")


def test_a_file_above_the_limit_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"12345")
    with pytest.raises(InputTooLargeError, match="DATA_FILE_BYTES allows 4"):
        read.read_bytes(path, limit=4)


def test_a_toml_fault_is_given_with_its_line(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text("format = 1\nname = ", encoding="utf-8")
    with pytest.raises(DataFileError, match=r"plan\.toml is not TOML.*line 2"):
        read.read_toml(path)


def test_toml_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_bytes("\ufeffname = '和平区'\r\n".encode())
    assert read.read_toml(path) == {"name": "和平区"}


def test_the_data_folder_is_argument_then_environment_then_project(tmp_path, monkeypatch):
    assert read.data_folder().name == "data"
    monkeypatch.setenv("GEO_DATA", str(tmp_path))
    assert read.data_folder() == tmp_path
    other = tmp_path / "other"
    other.mkdir()
    assert read.data_folder(other) == other
    with pytest.raises(DataFileError, match="--data or GEO_DATA"):
        read.data_folder(tmp_path / "absent")


def test_the_checksum_is_that_of_sha256sum(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert read.sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("call", ["open", "fsync", "replace"])
@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_a_fault_at_any_write_leaves_old_or_new_files_and_no_rest(
    tmp_path, monkeypatch, call, fails_at
):
    paths = [tmp_path / name for name in "abc"]
    for path in paths:
        path.write_bytes(b"old")
    real = getattr(os, call)
    count = 0

    def failing(*args, **kwargs):
        nonlocal count
        count += 1
        if count == fails_at:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*args, **kwargs)

    monkeypatch.setattr(write.os, call, failing)
    with pytest.raises(ExportError, match="The disk is full"):
        write.write_files(dict.fromkeys(paths, b"new"))
    monkeypatch.undo()
    assert {path.read_bytes() for path in paths} <= {b"old", b"new"}
    if call != "replace":
        assert {path.read_bytes() for path in paths} == {b"old"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]


def test_a_folder_that_is_absent_gives_a_remedy(tmp_path):
    with pytest.raises(ExportError, match="The folder does not exist: make it first"):
        write.write_bytes(tmp_path / "absent" / "a.txt", b"")


def test_a_folder_of_the_same_name_is_not_overwritten(tmp_path):
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(ExportError, match="choose another name"):
        write.write_bytes(tmp_path / "a.txt", b"")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_written_file_may_be_read_by_others(tmp_path):
    umask = os.umask(0o022)
    try:
        write.write_bytes(tmp_path / "a", b"x")
    finally:
        os.umask(umask)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


def test_the_lock_removes_what_a_dead_process_left_long_ago(tmp_path):
    old, young = tmp_path / ".a.1.part", tmp_path / ".b.2.part"
    old.write_bytes(b"")
    young.write_bytes(b"")
    os.utime(old, (0, 0))
    with write.folder_lock(tmp_path):
        assert not old.exists()
        assert young.exists()


def test_the_temporary_folder_is_gone_after_an_error():
    folders = []

    def fail_inside():
        with write.temporary_folder() as folder:
            folders.append(folder)
            (folder / "a").write_bytes(b"x")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail_inside()
    assert not folders[0].exists()


def test_an_edge_is_known_by_its_own_id():
    edges = layer(zone_id=["a", "a"], edge_id=["a/1", "a/2"])
    assert [f["id"] for f in json.loads(layer_bytes(edges))["features"]] == ["a/1", "a/2"]


def test_whole_numbers_beside_a_gap_are_written_as_they_are_read_back(tmp_path):
    layer = gpd.GeoDataFrame(
        {"name": ["a", "b"], "value": np.array([None, 0], dtype=object)},
        geometry=[Point(117, 39), Point(117.1, 39)],
        crs="EPSG:4326",
    )
    data = layer_bytes(layer)
    (tmp_path / "a.geojson").write_bytes(data)
    assert layer_bytes(read.read_layer(tmp_path / "a.geojson"), None) == data
