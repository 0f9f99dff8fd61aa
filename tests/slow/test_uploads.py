"""Uploads are read, or refused in plain words; nothing stays behind."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import tempfile
import zipfile

import geopandas as gpd
import pyogrio
import pytest
from shapely import Point, Polygon, box
from shapely.geometry import mapping

from geo.errors import DataFileError, InputTooLargeError
from geo.io import limits as input_limits
from geo.io.geojson import layer_bytes
from geo.uploads import files as uploads
from geo.uploads.files import read_upload

pytestmark = pytest.mark.usefixtures("quick_readers", "nothing_stays_behind")

SQUARE = box(117.19, 39.11, 117.20, 39.12)


def codes(upload):
    return [issue.code for issue in upload.issues]


def geojson(*geometries, properties=None, **members):
    features = [
        {"type": "Feature", "properties": properties or {"name": "五大道"}, "geometry": geometry}
        for geometry in (g if isinstance(g, dict | None) else mapping(g) for g in geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def written(path, frame, **options):
    pyogrio.write_dataframe(frame, path, **options)
    return path


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def zones():
    return gpd.GeoDataFrame(
        {"name": ["五大道", "小白楼"], "area": [1.49, 0.79]},
        geometry=[SQUARE, box(117.20, 39.11, 117.21, 39.12)],
        crs="EPSG:4326",
    )


@pytest.fixture
def shapefile(tmp_path, zones):
    """The parts of a Shapefile in EPSG:4548, by ending."""
    written(tmp_path / "zones.shp", zones.to_crs("EPSG:4548"), encoding="UTF-8")
    return {path.suffix: path.read_bytes() for path in tmp_path.glob("zones.*")}


def packed(parts, stem="zones"):
    return zipped({f"{stem}{ending}": data for ending, data in parts.items()})


def test_geojson_is_read():
    upload = read_upload("zones.geojson", geojson(SQUARE))
    assert upload.kind == "GeoJSON"
    assert upload.layer["name"].tolist() == ["五大道"]
    assert upload.layer.crs == "EPSG:4326"
    assert upload.issues == ()


@pytest.mark.parametrize("form", ["feature", "geometry"])
def test_a_single_feature_or_geometry_is_a_layer(form):
    feature = json.loads(geojson(SQUARE))["features"][0]
    upload = read_upload(
        "a", json.dumps(feature if form == "feature" else mapping(SQUARE)).encode()
    )
    assert upload.layer.geometry.iloc[0].equals(SQUARE)


def test_geojson_in_gbk_is_read():
    data = geojson(SQUARE).decode("unicode_escape").encode("gbk")
    assert read_upload("a", data).layer["name"].tolist() == ["五大道"]


def test_an_old_crs_member_is_obeyed():
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}
    assert read_upload("a", geojson(SQUARE, crs=member)).layer.crs == "EPSG:4548"


def test_an_old_crs_member_that_says_nothing_is_an_issue():
    upload = read_upload("a", geojson(SQUARE, crs={"properties": {"name": "local grid"}}))
    assert upload.layer.crs is None
    assert codes(upload) == ["crs-unreadable"]


def test_geopackage_is_read(tmp_path, zones):
    upload = read_upload("z.gpkg", written(tmp_path / "z.gpkg", zones).read_bytes())
    assert upload.kind == "GeoPackage"
    assert upload.layer["name"].tolist() == ["五大道", "小白楼"]
    assert upload.layer["area"].tolist() == [1.49, 0.79]


def test_further_layers_of_a_geopackage_are_named(tmp_path, zones):
    path = written(tmp_path / "z.gpkg", zones, layer="first")
    written(path, zones, layer="second", append=True)
    upload = read_upload("z.gpkg", path.read_bytes())
    assert codes(upload) == ["other-layers"]
    assert "second" in str(upload.issues[0].message)


def test_kml_is_read(tmp_path, zones):
    path = written(tmp_path / "z.kml", zones, driver="LIBKML", dataset_options={"NAME": "x"})
    upload = read_upload("z.kml", path.read_bytes())
    assert upload.kind == "KML"
    assert "name" in upload.layer.columns
    assert len(upload.layer) == 2


def test_all_folders_of_a_kml_are_read():
    point = "<Point><coordinates>117.2,39.1</coordinates></Point>"
    place = f"<Placemark><name>{{}}</name>{point}</Placemark>"
    data = (
        '<?xml version="1.0" encoding="GBK"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<Folder><name>一</name>{place.format('甲')}</Folder>"
        f"<Folder><name>二</name>{place.format('乙')}</Folder></Document></kml>"
    ).encode("gbk")
    assert read_upload("z.kml", data).layer["name"].tolist() == ["甲", "乙"]


def test_a_zipped_shapefile_is_read(shapefile):
    upload = read_upload("zones.zip", packed(shapefile))
    assert upload.kind == "Shapefile"
    assert upload.layer["name"].tolist() == ["五大道", "小白楼"]
    assert upload.layer.crs.to_epsg() == 4548
    assert upload.issues == ()


def test_a_folder_and_a_chinese_name_in_the_archive_do_no_harm(shapefile):
    assert len(read_upload("a.zip", packed(shapefile, "数据/和平区")).layer) == 2


@pytest.mark.parametrize("cpg", [None, b"UTF-8", b"936"])
def test_gbk_names_come_out_right_whatever_the_cpg_says(tmp_path, zones, cpg):
    names = zones.rename(columns={"name": "名称"})
    written(tmp_path / "g.shp", names, encoding="GBK")
    parts = {path.suffix: path.read_bytes() for path in tmp_path.glob("g.*")}
    parts.pop(".cpg")
    if cpg:
        parts[".cpg"] = cpg
    upload = read_upload("g.zip", packed(parts))
    assert upload.layer["名称"].tolist() == ["五大道", "小白楼"]
    assert codes(upload) == ([] if cpg == b"936" else ["encoding"])


@pytest.mark.parametrize("cpg", [b"UTF\0-8", b"rot13", b"\xff\xfe", b"punycode"])
def test_an_encoding_that_is_none_is_passed_over(shapefile, cpg):
    upload = read_upload("a.zip", packed(shapefile | {".cpg": cpg}))
    assert upload.layer["name"].tolist() == ["五大道", "小白楼"]
    assert codes(upload) == ["encoding"]


def test_a_missing_shx_is_named(shapefile):
    shapefile.pop(".shx")
    with pytest.raises(DataFileError, match=r"lacks its \.shx"):
        read_upload("a.zip", packed(shapefile))


def test_a_missing_prj_is_an_issue(shapefile):
    shapefile.pop(".prj")
    upload = read_upload("a.zip", packed(shapefile))
    assert upload.layer.crs is None
    assert codes(upload) == ["no-crs"]


def test_a_missing_dbf_is_an_issue(shapefile):
    shapefile.pop(".dbf")
    assert "no-dbf" in codes(read_upload("a.zip", packed(shapefile)))


def test_a_bare_shp_is_refused_with_advice(shapefile):
    with pytest.raises(DataFileError, match=r"A \.shp alone is not enough"):
        read_upload("a.shp", shapefile[".shp"])


@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 0.6, 0.9])
def test_a_shapefile_cut_off_gives_a_message(shapefile, part, share):
    shapefile[part] = shapefile[part][: int(len(shapefile[part]) * share)]
    with pytest.raises(DataFileError, match="Shapefile is damaged or cut off") as caught:
        read_upload("a.zip", packed(shapefile))
    assert "heping-" not in str(caught.value)


@pytest.mark.parametrize("name", ["../evil.shp", "/etc/evil.shp", "a/../../evil.shp", "C:\\x.shp"])
def test_a_path_out_of_the_archive_is_refused(name):
    with pytest.raises(DataFileError, match="leads outside"):
        read_upload("a.zip", zipped({name: b"x"}))


def test_a_zip_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(input_limits, "ARCHIVE_BYTES", 1000)
    with pytest.raises(InputTooLargeError, match="ARCHIVE_BYTES allows 1,000"):
        read_upload("a.zip", zipped({"a.geojson": b" " * 1001}))


def test_a_zip_bomb_that_lies_about_its_size_is_refused(monkeypatch):
    monkeypatch.setattr(input_limits, "ARCHIVE_BYTES", 1000)
    data = bytearray(zipped({"a.geojson": b" " * 100_000}))
    size = struct.pack("<I", 100_000)
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = struct.pack("<I", 10)
    with pytest.raises(DataFileError, match="zip is damaged"):
        read_upload("a.zip", bytes(data))


def test_an_archive_of_too_many_entries_is_refused():
    with pytest.raises(InputTooLargeError, match="ARCHIVE_ENTRIES"):
        read_upload("a.zip", zipped({f"{i}.txt": b"" for i in range(101)}))


def test_an_archive_in_an_archive_is_read_and_one_deeper_refused(shapefile):
    inner = packed(shapefile)
    upload = read_upload("a.zip", zipped({"b.zip": inner, "readme.txt": b"one, two"}))
    assert (upload.kind, len(upload.layer)) == ("Shapefile", len(read_upload("b.zip", inner).layer))
    with pytest.raises(DataFileError, match="more than 2 deep"):
        read_upload("a.zip", zipped({"b.zip": zipped({"c.zip": inner})}))
    with pytest.raises(DataFileError, match=r"holds no layer that is read.*b\.pdf"):
        read_upload("a.zip", zipped({"b.pdf": b"%PDF"}))
    with pytest.raises(DataFileError, match="archive of another kind"):
        read_upload("a.zip", zipped({"b.geojson": packed(shapefile)}))


def test_an_archive_of_several_layers_offers_them():
    data = zipped({"b.geojson": geojson(SQUARE), "a.geojson": geojson(SQUARE)})
    upload = read_upload("a.zip", data)
    assert (upload.layers, upload.chosen) == (("a.geojson", "b.geojson"), "a.geojson")
    assert [issue.code for issue in upload.issues] == ["other-layers"]
    other = read_upload("a.zip", data, layer="b.geojson")
    assert (other.chosen, other.issues) == ("b.geojson", ())
    with pytest.raises(DataFileError, match=r"no layer c\.geojson"):
        read_upload("a.zip", data, layer="c.geojson")


def test_an_encrypted_archive_is_refused(shapefile):
    data = bytearray(packed({".geojson": geojson(SQUARE)}))
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DataFileError, match="encrypted"):
        read_upload("a.zip", bytes(data))


def test_an_archive_with_a_name_in_no_encoding_is_refused():
    data = bytearray(zipped({"五.geojson": geojson(SQUARE)}))
    at = data.rfind("五".encode())
    data[at : at + 3] = b"\xff\xff\xff"
    with pytest.raises(DataFileError, match="zip is damaged"):
        read_upload("a.zip", bytes(data))


def test_an_archive_cut_off_is_refused(shapefile):
    data = packed(shapefile)
    with pytest.raises(DataFileError, match="zip is damaged or cut off"):
        read_upload("a.zip", data[: len(data) // 2])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file is empty"),
        (b" \n", "The file is empty"),
        (b"%PDF-1.7", "this is a PDF"),
        (b"AC1032", "a DWG drawing.*DXF"),
        (b"\x00\x01\x02", "an unknown format"),
        (b"hello", "an unknown format"),
        (b"SQLite format 3\x00" + b"\0" * 100, "SQLite database that is no GeoPackage"),
        (b'{"type": "Topology"}', "TopoJSON is damaged"),
        (b"[1, 2]", "its type is list"),
        (b'{"type": "FeatureCollection", "features": [{"type"', "cannot be read on from line 1"),
        (b'{"type": "FeatureCollection", "features": []}', "has no feature"),
        (b'{"type": "FeatureCollection", "features": [7]}', "its type is int"),
        (b'{"a": "\xff\xff"}', "neither UTF-8 nor GBK"),
        (b"<html></html>", "a web page and no data"),
        (b"<kml><Document>", "KML is damaged or cut off"),
        (b"<kml/>", "no feature|damaged"),
        (b'<?xml version="1.0" encoding="UGF-8"?><kml/>', "unknown encoding: UGF-8"),
    ],
)
def test_what_is_no_layer_is_refused_in_plain_words(data, message):
    with pytest.raises(DataFileError, match=message):
        read_upload("file", data)


def test_an_office_file_is_not_taken_for_an_archive_of_layers():
    with pytest.raises(DataFileError, match="Office"):
        read_upload("a.xlsx", zipped({"[Content_Types].xml": b"", "a.geojson": b""}))


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE kml SYSTEM "http://example.org/kml.dtd">',
    ],
)
def test_xml_entities_are_refused(declaration):
    with pytest.raises(DataFileError, match="declares a DTD or entities"):
        read_upload("a.kml", f"{declaration}<kml><name>&x;</name></kml>".encode())


def test_a_virtual_format_under_another_name_is_not_opened():
    data = b"<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>"
    with pytest.raises(DataFileError, match="its root is OGRVRTDataSource"):
        read_upload("zones.geojson", data)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIEW zones AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) "
        "SELECT i AS fid, NULL AS geom FROM n",
        "CREATE TABLE zones (fid INTEGER PRIMARY KEY, geom BLOB, "
        "big AS (zeroblob(1000000000)) VIRTUAL)",
    ],
)
def test_sql_of_the_sender_is_not_run(tmp_path, zones, sql):
    path = written(tmp_path / "zones.gpkg", zones, layer="zones")
    database = sqlite3.connect(path)
    database.execute("PRAGMA writable_schema = ON")
    database.execute("DELETE FROM sqlite_master WHERE type = 'trigger' OR name LIKE 'rtree%'")
    database.commit()
    database.close()
    database = sqlite3.connect(path)
    database.execute("DROP TABLE zones")
    database.execute(sql)
    database.commit()
    database.close()
    with pytest.raises(DataFileError, match="no plain table"):
        read_upload("zones.gpkg", path.read_bytes())


def test_a_geopackage_cut_off_is_refused(tmp_path, zones):
    data = written(tmp_path / "z.gpkg", zones).read_bytes()
    with pytest.raises(DataFileError, match="GeoPackage is damaged"):
        read_upload("z.gpkg", data[: len(data) // 2])


def test_infinite_and_nan_coordinates_are_named_and_nothing_else_is_lost():
    data = (
        b'{"type":"FeatureCollection","features":['
        b'{"type":"Feature","properties":{"name":"a"},'
        b'"geometry":{"type":"Point","coordinates":[NaN,39.1]}},'
        b'{"type":"Feature","properties":{"name":"b"},'
        b'"geometry":{"type":"Point","coordinates":[1e999,39.1]}},'
        b'{"type":"Feature","properties":{"name":"c"},'
        b'"geometry":{"type":"Point","coordinates":[117.2,39.1]}}]}'
    )
    upload = read_upload("a", data)
    assert codes(upload) == ["position-not-finite", "position-not-finite"]
    assert upload.layer["name"].tolist() == ["a", "b", "c"]
    assert upload.layer.geometry.isna().tolist() == [True, True, False]


def test_a_coordinate_beyond_all_reference_systems_is_named():
    upload = read_upload("a", geojson(SQUARE, Point(1e300, 39.1)))
    assert codes(upload) == ["position-not-finite"]


def test_two_fields_of_one_name_are_kept_apart(shapefile):
    dbf = bytearray(shapefile[".dbf"])
    dbf[64:75] = dbf[32:43]
    layer = read_upload("a.zip", packed(shapefile | {".dbf": bytes(dbf)})).layer
    assert list(layer.columns)[:2] == ["name", "name_1"]


def test_an_unreadable_geometry_is_named_and_the_rest_is_read():
    broken = {"type": "Polygon", "coordinates": [[[1, 2], ["x", "y"]]]}
    upload = read_upload("a", geojson(broken, SQUARE, None))
    assert sorted(codes(upload)) == ["geometry-empty", "geometry-unreadable"]
    assert upload.layer.geometry.isna().tolist() == [True, False, True]


def test_a_file_without_any_usable_shape_is_refused():
    with pytest.raises(DataFileError, match="No feature has a readable shape"):
        read_upload("a", geojson(None, Polygon()))


def test_a_self_crossing_ring_is_reported_with_its_place_and_not_repaired():
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    upload = read_upload("a", geojson(bow))
    assert codes(upload) == ["geometry-invalid"]
    assert "it crosses itself at 0.5, 0.5" in str(upload.issues[0].message)
    assert upload.layer.geometry.iloc[0].equals_exact(bow, 0)


def test_duplicate_shapes_and_ids_are_reported():
    upload = read_upload("a", geojson(SQUARE, SQUARE, properties={"id": 7}))
    assert codes(upload) == ["duplicate-shape", "duplicate-id"]


def test_heights_are_dropped_and_said():
    upload = read_upload("a", geojson(Point(117.2, 39.1, 5.0)))
    assert codes(upload) == ["heights"]
    assert not upload.layer.geometry.iloc[0].has_z


@pytest.mark.parametrize(
    ("name", "limit", "data"),
    [
        ("UPLOAD_BYTES", 10, geojson(SQUARE)),
        ("FEATURES", 1, geojson(SQUARE, SQUARE)),
        ("VERTICES", 4, geojson(SQUARE)),
        ("FIELDS", 1, geojson(SQUARE, properties={"a": 1, "b": 2})),
        ("NESTING", 3, geojson(SQUARE)),
        ("XML_ELEMENTS", 1, b"<kml><Document/></kml>"),
        ("NESTING", 1, b"<kml><Document/></kml>"),
    ],
)
def test_what_passes_a_limit_is_refused_with_its_name(monkeypatch, name, limit, data):
    monkeypatch.setattr(input_limits, name, limit)
    with pytest.raises(InputTooLargeError, match=f"{name} allows {limit}"):
        read_upload("a", data)


def test_json_nested_beyond_all_measure_is_refused():
    with pytest.raises(InputTooLargeError, match="NESTING"):
        read_upload("a", b'{"a":' + b"[" * 200_000)


def test_half_a_million_vertices_are_refused_by_default():
    ring = [[117 + (i % 1000) * 1e-6, 39 + (i // 1000) * 1e-6] for i in range(500_001)]
    with pytest.raises(InputTooLargeError, match="VERTICES allows 500,000"):
        read_upload("a", geojson({"type": "LineString", "coordinates": ring}))


def test_long_values_are_cut_and_said():
    upload = read_upload("a", geojson(SQUARE, properties={"note": "长" * 20_001}))
    assert len(upload.layer["note"].iloc[0]) == 20_000
    assert codes(upload) == ["value-cut"]


def test_many_issues_of_one_kind_are_capped():
    upload = read_upload("a", geojson(*[SQUARE] * 200))
    assert len(upload.issues) == uploads.MOST_ISSUES_PER_CODE


def test_hostile_names_stay_text():
    markup = "<script>alert(1)</script>"
    upload = read_upload(f"../../{markup}", geojson(SQUARE, properties={"name": markup}))
    assert upload.layer["name"].tolist() == [markup]
    assert "/" not in upload.name.replace("</", "")


def test_messages_come_in_chinese():
    with pytest.raises(DataFileError, match="is empty") as refused:
        read_upload("a", b"")
    assert "文件是空的" in refused.value.explain("zh")


def test_the_name_of_the_temporary_folder_is_not_shown(shapefile):
    shapefile[".shp"] = shapefile[".shp"][:60]
    with pytest.raises(DataFileError) as caught:
        read_upload("a.zip", packed(shapefile))
    assert tempfile.gettempdir() not in str(caught.value)


def test_half_a_surrogate_pair_becomes_a_question_mark():
    data = geojson(SQUARE).replace(b'"name"', b'"na\\ud800me"').replace(b"\\u9053", b"\\ud83d")
    layer = read_upload("a", data).layer
    assert layer["na?me"].tolist() == ["五大?"]
    assert layer_bytes(layer)
