"""Readers answer anything with a result or one of our errors; writers are undone by readers."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tempfile
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from geo.datums.shifts import (
    bd09_to_wgs84_xy,
    gcj02_to_wgs84_xy,
    wgs84_to_bd09_xy,
    wgs84_to_gcj02_xy,
)
from geo.errors import GeoError
from geo.export.cells import guarded
from geo.export.files import DataOptions, export_data, export_name
from geo.io.geojson import layer_bytes
from geo.io.read import read_layer
from geo.io.write import write_bytes
from geo.uploads.files import Upload, read_upload

pytestmark = pytest.mark.usefixtures("quick_readers")

DAY = dt.date(2026, 11, 22)
KML = "{http://www.opengis.net/kml/2.2}"
ROUNDING = 1.5e-6  # degrees: half a step of the sixth decimal, in both axes

settings.register_profile(
    "readers", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# `make soak` tries the same readers 100,000 times a format.
readers = settings(settings.get_profile("readers"), max_examples=40)

texts = st.text(max_size=40)
numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
scalars = st.none() | st.booleans() | numbers | texts
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)
longitudes = st.integers(73_500_000, 135_000_000).map(lambda x: x / 1e6)
latitudes = st.integers(18_000_000, 53_000_000).map(lambda y: y / 1e6)
boxes = st.builds(
    lambda x, y, w, h: box(x, y, x + w, y + h),
    longitudes,
    latitudes,
    st.floats(1e-3, 0.1),
    st.floats(1e-3, 0.1),
)
lines = st.lists(st.tuples(longitudes, latitudes), min_size=2, max_size=8, unique=True).map(
    LineString
)
points = st.builds(Point, longitudes, latitudes)
shapes = st.none() | boxes | lines | points
coordinates = st.recursive(
    st.floats() | st.integers() | st.none() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=30,
)
odd_geometries = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["Point", "LineString", "Polygon", "MultiPolygon", "GeometryCollection", "Curve", None]
        ),
        "coordinates": coordinates,
    }
)
odd_features = st.fixed_dictionaries(
    {
        "type": st.just("Feature"),
        "geometry": odd_geometries | json_values,
        "properties": json_values,
    }
)


def zone_layer(names, geometries):
    return gpd.GeoDataFrame(
        {"zone_id": [f"z-{i}" for i in range(len(names))], "name": names},
        geometry=list(geometries),
        crs="EPSG:4326",
    )


class Samples(dict):
    """Files by format, shown by their names only."""

    def __repr__(self):
        return f"Samples({list(self)})"


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """One small sound file of each format."""
    folder = tmp_path_factory.mktemp("samples")
    layer = zone_layer(["五大道", "小白楼"], [box(117.19, 39.11, 117.2, 39.12)] * 2)
    pyogrio.write_dataframe(layer, folder / "a.gpkg")
    pyogrio.write_dataframe(layer, folder / "a.kml", driver="LIBKML")
    pyogrio.write_dataframe(layer, folder / "a.shp", encoding="UTF-8")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # stored, so that a changed byte arrives
        for path in sorted(folder.glob("a.[sdpc][hbrp]*")):
            archive.write(path, path.name)
    return Samples(
        geojson=layer_bytes(layer),
        gpkg=(folder / "a.gpkg").read_bytes(),
        kml=(folder / "a.kml").read_bytes(),
        shp=buffer.getvalue(),
    )


def answer(data):
    """Return what reading gives: a layer or one of our errors; anything else fails the test."""
    try:
        upload = read_upload("file", data)
    except GeoError as error:
        upload = error
    if isinstance(upload, Upload):
        assert len(upload.layer)
        layer_bytes(upload.layer.set_crs("EPSG:4326", allow_override=True))
    else:
        assert tempfile.gettempdir() not in str(upload)
    return upload


@readers
@given(
    st.sampled_from(
        [b"", b"PK\x03\x04", b"SQLite format 3\0", b"{", b"[", b"<kml>", b"\0\0\x27\x0a"]
    ),
    st.binary(max_size=400),
)
@example(b"", b"")
def test_any_bytes_give_a_layer_or_one_of_our_errors(start, rest):
    answer(start + rest)


@readers
@given(json_values | st.fixed_dictionaries({"type": st.just("FeatureCollection")}))
def test_any_json_gives_a_layer_or_one_of_our_errors(value):
    answer(json.dumps(value).encode())


@readers
@given(st.lists(odd_features, max_size=4), st.none() | json_values)
def test_any_features_give_a_layer_or_one_of_our_errors(features, crs):
    document = {"type": "FeatureCollection", "features": features, "crs": crs}
    answer(json.dumps(document).encode())


@readers
@given(
    st.sampled_from(["geojson", "gpkg", "kml", "shp"]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8))),
    st.floats(0, 1),
)
def test_any_damage_to_a_file_gives_a_layer_or_one_of_our_errors(samples, kind, changes, length):
    data = bytearray(samples[kind])
    for place, new in changes:
        at = int(place * len(data))
        data[at : at + len(new)] = new[: len(data) - at]
    answer(bytes(data))
    answer(bytes(data[: int(length * len(data))]))


@readers
@given(st.binary(max_size=300) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_data_file_gives_a_layer_or_one_of_our_errors(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zones.geojson"
        path.write_bytes(data)
        try:
            layer = read_layer(path)
        except GeoError as error:
            layer = error
    assert isinstance(layer, gpd.GeoDataFrame) or "zones.geojson" in str(layer)


@readers
@given(st.lists(st.tuples(texts, shapes, json_values), min_size=1, max_size=5))
def test_a_written_layer_is_read_back(rows):
    names, geometries, values = zip(*rows, strict=True)
    layer = zone_layer(list(names), geometries)
    layer["value"] = np.array([None, *values], dtype=object)[1:]
    data = layer_bytes(layer, {"plan": "13th"})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zones.geojson"
        write_bytes(path, data)
        back = read_layer(path)
    assert back["name"].tolist() == list(names)
    assert layer_bytes(back, {"plan": "13th"}) == data
    for before, after in zip(geometries, back.geometry, strict=True):
        assert (before is None) == (after is None)
        if before is not None:
            assert before.hausdorff_distance(after) < ROUNDING


@readers
@given(st.lists(st.tuples(texts, boxes), min_size=1, max_size=4))
def test_what_we_export_as_geojson_is_read_as_an_upload(rows):
    names, geometries = zip(*rows, strict=True)
    upload = read_upload("a", layer_bytes(zone_layer(list(names), geometries)))
    assert upload.layer["name"].tolist() == list(names)
    assert not [issue for issue in upload.issues if issue.level == "error"]


@readers
@given(st.lists(texts, min_size=1, max_size=5))
def test_csv_gives_every_text_back_behind_its_guard(names):
    zones = zone_layer(names, [Point(117.2, 39.1)] * len(names))
    data = export_data(zones, "csv", DataOptions(DAY)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data, newline="")))
    assert [row["name"] for row in rows] == [guarded(name) for name in names]


@readers
@given(texts)
def test_a_guarded_text_never_begins_like_a_formula(text):
    assert guarded(text).lstrip("\u200b\ufeff").lstrip()[:1] not in tuple("=+-@＝＋－＠")
    assert guarded(text) in (text, f"'{text}")


@readers
@given(texts, texts)
def test_kml_is_well_formed_and_holds_no_markup_of_the_data(name, limits):
    zones = zone_layer([name], [box(117.19, 39.11, 117.2, 39.12)]).assign(
        limits_text=[limits], place=["a"]
    )
    root = ET.fromstring(export_data(zones, "kml", DataOptions(DAY)))
    description = root.findtext(f".//{KML}Placemark/{KML}description") or ""
    assert "<" not in description.replace("<br>", "")


@readers
@given(st.lists(texts, max_size=4), st.booleans())
def test_any_file_name_is_one_that_file_systems_take(parts, ascii_only):
    name = export_name(*parts, date=DAY, suffix=".pdf", ascii_only=ascii_only)
    assert name.endswith("2026-11-22.pdf")
    assert not set('/\\<>:"|?*\0\n\r\t ') & set(name)
    assert name[0] not in ".-"
    assert len(name.encode()) < 200
    assert name.isascii() or not ascii_only


@readers
@given(st.lists(st.tuples(longitudes, latitudes), max_size=20))
def test_the_shifts_of_chinese_web_maps_are_undone(places):
    positions = np.array(places).reshape(-1, 2)
    tenth_of_millimetre = 1e-9
    for there, back in (
        (wgs84_to_gcj02_xy, gcj02_to_wgs84_xy),
        (wgs84_to_bd09_xy, bd09_to_wgs84_xy),
    ):
        assert np.abs(back(there(positions)) - positions).max(initial=0.0) < tenth_of_millimetre


@readers
@given(st.lists(shapes.filter(bool), min_size=1, max_size=4))
def test_data_files_are_the_same_each_time(geometries):
    zones = zone_layer([f"区{i}" for i in range(len(geometries))], geometries)
    for format_ in ("geojson", "csv", "kml"):
        first = export_data(zones, format_, DataOptions(DAY))
        assert export_data(zones.copy(), format_, DataOptions(DAY)) == first
