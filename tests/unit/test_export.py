"""Each data file is read back by an independent reader and carries its provenance."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import re
import sqlite3
import struct
import traceback
import zipfile
from contextlib import closing
from unittest.mock import patch
from urllib.parse import quote
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box

from geo.errors import ExportError
from geo.export.cells import guarded
from geo.export.files import (
    DATA_FORMATS,
    DataOptions,
    crs_label,
    export_data,
    export_name,
    notice_lines,
    select_zones,
)
from geo.export.postgis import write_postgis

DAY = dt.date(2026, 11, 22)
OPTIONS = DataOptions(DAY)
METRIC = DataOptions(DAY, crs="EPSG:4548")
KML = "{http://www.opengis.net/kml/2.2}"
LONG = "以马场道、西康路、贵州路、岳阳道、西安道、成都道、南京路围合的核心区域，" * 20
HOSTILE = '<script>alert("1")</script>&]]>'
METADATA = {
    "district_name": "和平区",
    "district_name_en": "Heping District",
    "plan": "13th",
    "plan_name": "十三五",
    "documents": [{"id": "13th-outline", "title": "十三五规划纲要", "number": "", "date": ""}],
    "data_version": "2026.11.22",
    "licence": "CC BY 4.0",
    "licence_url": "https://creativecommons.org/licenses/by/4.0/",
    "attribution": "和平区规划空间图",
    "datum": "WGS84",
    "accuracy": "数米至数十米",
    "disclaimer": "示意图，不具法律效力",
}
HOLED = Polygon(
    box(117.20, 39.11, 117.22, 39.13).exterior, [box(117.205, 39.115, 117.21, 39.12).exterior]
)


@pytest.fixture
def zones():
    layer = gpd.GeoDataFrame(
        {
            "zone_id": ["13th-a", "13th-b", "13th-c", "13th-d", "13th-e"],
            "place": ["wudadao", "b", "c", "d", "wudadao"],
            "name": ["五大道", HOSTILE, "=HYPERLINK(1)", "点", "无"],
            "name_en": ["Wudadao", "b", "c", "d", "e"],
            "limits_text": [LONG, "", "+1", "-1", None],
            "verdict": ["agrees", "disagrees", "not_stated", "not_stated", "not_determinable"],
            "computed_area_km2": [1.48765, 2.5, np.nan, np.nan, np.nan],
            "places": [["民园广场", "庆王府"], [], ["x"], [], []],
            "readings": [[{"reading": "bank", "area_km2": 1.5}], [], [], [], []],
        },
        geometry=[
            HOLED,
            MultiPolygon([box(117.19, 39.10, 117.195, 39.105), box(117.23, 39.10, 117.24, 39.11)]),
            LineString([(117.19, 39.10), (117.20, 39.11)]),
            Point(117.2, 39.12),
            None,
        ],
        crs="EPSG:4326",
    )
    layer.attrs["metadata"] = METADATA
    return layer


@pytest.fixture
def edges():
    return gpd.GeoDataFrame(
        {
            "edge_id": ["13th-a/1", "13th-x/1"],
            "zone_id": ["13th-a", "13th-x"],
            "limit": ["马场道", "南京路"],
            "length_m": [1830.5, 10.0],
            "connector": [False, True],
        },
        geometry=[LineString([(117.2, 39.11), (117.22, 39.11)])] * 2,
        crs="EPSG:4326",
    )


def rows_of_csv(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def points_of_shp(data):
    """Read the parts of the polygons and lines of a .shp after ESRI's white paper of 1998."""
    shapes, at = [], 100
    assert struct.unpack(">i", data[:4]) == (9994,)
    while at < len(data):
        length = struct.unpack(">i", data[at + 4 : at + 8])[0] * 2
        body = data[at + 8 : at + 8 + length]
        if struct.unpack("<i", body[:4])[0] == 1:
            shapes.append([np.frombuffer(body[4:20]).reshape(-1, 2)])
        else:
            parts, points = struct.unpack("<2i", body[36:44])
            starts = [*struct.unpack(f"<{parts}i", body[44 : 44 + 4 * parts]), points]
            xy = np.frombuffer(body[44 + 4 * parts :]).reshape(-1, 2)
            shapes.append([xy[a:b] for a, b in itertools.pairwise(starts)])
        at += 8 + length
    return shapes


def rows_of_dbf(data):
    """Read a dBASE III table, text as UTF-8."""
    count, header, width = struct.unpack("<IHH", data[4:12])
    fields = []
    for at in range(32, header - 1, 32):
        if data[at] == 13:
            break
        fields.append((data[at : at + 11].split(b"\0")[0].decode(), data[at + 16]))
    rows = []
    for row in range(count):
        at, record = header + row * width + 1, {}
        for name, length in fields:
            record[name] = data[at : at + length].decode("utf-8").strip(" \0")
            at += length
        rows.append(record)
    return rows


@pytest.mark.parametrize("format_", ["geojson", "csv", "kml", "shp"])
def test_the_same_date_gives_the_same_bytes(zones, edges, format_):
    first = export_data(zones, format_, OPTIONS, edges)
    assert first == export_data(zones.copy(), format_, OPTIONS, edges)


def test_geojson_carries_its_provenance(zones):
    document = json.loads(export_data(zones, "geojson", OPTIONS))
    assert document["metadata"] == {**METADATA, "date": "2026-11-22"}
    assert [feature["id"] for feature in document["features"]] == zones["zone_id"].tolist()
    assert document["features"][0]["properties"]["places"] == ["民园广场", "庆王府"]


@pytest.mark.parametrize("format_", ["geojson", "kml"])
def test_what_is_always_wgs84_is_refused_in_another_system(zones, format_):
    with pytest.raises(ExportError, match=rf"{format_} is always in WGS84, not EPSG:4548"):
        export_data(zones, format_, METRIC)


def test_csv_is_read_back(zones):
    rows = rows_of_csv(export_data(zones, "csv", OPTIONS))
    assert [row["zone_id"] for row in rows] == zones["zone_id"].tolist()
    assert rows[0]["limits_text"] == LONG
    assert rows[0]["computed_area_km2"] == "1.48765"
    assert rows[4]["computed_area_km2"] == rows[4]["wkt"] == ""
    assert rows[0]["places"] == "民园广场；庆王府"
    assert shapely.from_wkt(rows[0]["wkt"]).equals_exact(zones.geometry[0], 1e-6)
    assert (rows[0]["licence"], rows[0]["date"]) == ("CC BY 4.0", "2026-11-22")
    assert "先经度后纬度" in rows[0]["crs"]


def test_no_cell_of_a_csv_is_a_formula(zones):
    for row in rows_of_csv(export_data(zones, "csv", OPTIONS)):
        assert not [cell for cell in row.values() if cell[:1] in tuple("=+-@")]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", " =1", "\t=1", "\r=1", "＝1", "\u200b=1"])
def test_text_that_a_spreadsheet_would_run_is_guarded(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("value", [-1.5, "五大道", "1-2", "", None])
def test_anything_else_is_left_alone(value):
    assert guarded(value) == value


def test_csv_in_metres_has_the_easting_first(zones):
    rows = rows_of_csv(export_data(zones, "csv", METRIC))
    x, y = shapely.get_coordinates(shapely.from_wkt(rows[3]["wkt"]))[0]
    assert (x, y) == pytest.approx((517_289, 4_331_885), abs=60)
    assert "先东坐标后北坐标" in rows[0]["crs"]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4548"])
def test_a_geopackage_is_read_back_by_sqlite(tmp_path, zones, edges, crs):
    path = tmp_path / "zones.gpkg"
    path.write_bytes(export_data(zones, "gpkg", DataOptions(DAY, crs=crs), edges))
    database = sqlite3.connect(path)
    code = int(crs.split(":")[1])
    systems = database.execute(
        "SELECT table_name, organization_coordsys_id FROM gpkg_geometry_columns "
        "JOIN gpkg_spatial_ref_sys USING (srs_id) ORDER BY 1"
    ).fetchall()
    tables = ("edges", "zones", "zones_line", "zones_point")
    assert systems == [(table, code) for table in tables]
    rows = database.execute("SELECT zone_id, name, limits_text, geom FROM zones").fetchall()
    others = database.execute(
        "SELECT zone_id, name FROM zones_line UNION SELECT zone_id, name FROM zones_point"
    ).fetchall()
    rows_here = list(zip(zones["zone_id"], zones["name"], strict=True))
    assert sorted([row[:2] for row in rows] + others) == sorted(rows_here)
    assert rows[0][2] == LONG
    blob = rows[0][3]
    assert blob[:2] == b"GP"
    shape = shapely.from_wkb(blob[8 + [0, 32, 48, 48, 64][blob[3] >> 1 & 7] :])
    expected = zones.geometry.to_crs(crs)[0]
    assert shapely.hausdorff_distance(shape, expected) < 1e-6
    assert shape.bounds[0] < shape.bounds[1] or crs != "EPSG:4548"
    assert rows[-1][3] is None
    edge_ids = database.execute("SELECT edge_id, connector FROM edges").fetchall()
    assert edge_ids == [("13th-a/1", 0)]
    (notice,) = database.execute("SELECT metadata FROM gpkg_metadata").fetchone()
    (description,) = database.execute("SELECT DISTINCT description FROM gpkg_contents").fetchone()
    for part in ("和平区规划空间图", "CC BY 4.0", "2026-11-22", "数米至数十米", crs):
        assert part in notice
        assert part in description
    database.close()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:4548"])
def test_a_shapefile_is_read_back_after_the_white_paper(zones, edges, crs):
    archive = zipfile.ZipFile(
        io.BytesIO(export_data(zones, "shp", DataOptions(DAY, crs=crs), edges))
    )
    names = set(archive.namelist())
    for layer in ("zones_polygon", "zones_line", "zones_point", "edges"):
        assert {f"{layer}{end}" for end in (".shp", ".shx", ".dbf", ".prj", ".cpg")} <= names
    assert archive.read("zones_polygon.cpg") == b"UTF-8"
    shapes = points_of_shp(archive.read("zones_polygon.shp"))
    expected = zones.geometry.to_crs(crs)
    assert len(shapes) == 2
    assert [len(parts) for parts in shapes] == [2, 2]
    rings = sorted(Polygon(part).area for part in shapes[0])
    assert rings[1] - rings[0] == pytest.approx(expected[0].area)
    assert np.vstack(shapes[0]).min(axis=0) == pytest.approx(expected[0].bounds[:2])
    rows = rows_of_dbf(archive.read("zones_polygon.dbf"))
    assert [row["name"] for row in rows] == zones["name"].tolist()[:2]
    assert float(rows[0]["comp_km2"]) == 1.48765
    assert all(len(field) <= 10 for field in rows[0])
    assert rows_of_dbf(archive.read("edges.dbf"))[0]["limit"] == "马场道"


def test_long_text_is_cut_in_the_shapefile_and_whole_beside_it(zones):
    archive = zipfile.ZipFile(io.BytesIO(export_data(zones, "shp", OPTIONS)))
    cut = rows_of_dbf(archive.read("zones_polygon.dbf"))[0]["limits"]
    assert cut.endswith("…")
    assert LONG.startswith(cut[:-1])
    assert rows_of_csv(archive.read("zones.csv"))[0]["limits_text"] == LONG


def test_the_readme_of_a_shapefile_explains_fields_and_source(zones):
    archive = zipfile.ZipFile(io.BytesIO(export_data(zones, "shp", METRIC)))
    readme = archive.read("README.txt").decode("utf-8-sig")
    for part in ("comp_km2", "computed_area_km2", "CC BY 4.0", "EPSG:4548", "13th-e", "2026-11-22"):
        assert part in readme


def test_kml_is_read_back(zones):
    options = DataOptions(DAY, colours={"wudadao": "#112233"})
    root = ET.fromstring(export_data(zones, "kml", options))
    placemarks = list(root.iter(f"{KML}Placemark"))
    assert [p.findtext(f"{KML}name") for p in placemarks] == zones["name"].tolist()
    data = {d.get("name"): d.findtext(f"{KML}value") for d in placemarks[0].iter(f"{KML}Data")}
    assert data["limits_text"] == LONG
    assert data["computed_area_km2"] == "1.48765"
    rings = [
        [tuple(map(float, position.split(","))) for position in ring.text.split()]
        for ring in placemarks[0].iter(f"{KML}coordinates")
    ]
    assert Polygon(rings[0], rings[1:]).equals(HOLED)
    assert len(list(placemarks[1].iter(f"{KML}Polygon"))) == 2
    assert placemarks[4].find(f".//{KML}coordinates") is None
    assert root.find(f".//{KML}PolyStyle/{KML}color").text == "66332211"
    description = root.findtext(f"{KML}Document/{KML}description")
    assert "CC BY 4.0" in description
    assert "示意图，不具法律效力" in description


def test_no_markup_reaches_the_balloon_of_a_kml(zones):
    zones["limits_text"] = HOSTILE
    root = ET.fromstring(export_data(zones, "kml", OPTIONS))
    for description in root.iter(f"{KML}description"):
        assert "<script" not in description.text
    assert root.find(f".//{KML}BalloonStyle/{KML}text").text == "$[description]"


def test_characters_that_xml_forbids_are_left_out_of_kml(zones):
    zones["name"] = "五\x00大\x0b道\ufffe"
    root = ET.fromstring(export_data(zones, "kml", OPTIONS))
    assert root.findtext(f".//{KML}Placemark/{KML}name") == "五大道"


@pytest.mark.parametrize("format_", DATA_FORMATS)
def test_an_empty_selection_is_refused(zones, format_):
    with pytest.raises(ExportError, match="no zone to export"):
        export_data(zones.iloc[:0], format_, OPTIONS)


def test_an_unknown_format_is_refused(zones):
    with pytest.raises(ExportError, match="Choose one of geojson, gpkg, shp, kml, csv"):
        export_data(zones, "dwg", OPTIONS)


def test_web_mercator_is_not_offered(zones):
    with pytest.raises(ExportError, match="EPSG:3857 is not offered"):
        export_data(zones, "csv", DataOptions(DAY, crs="EPSG:3857"))


def test_an_unknown_zone_is_refused_and_the_known_ones_named(zones):
    with pytest.raises(ExportError, match=r"'13th-z' is unknown\. Known zones: 13th-a, 13th-b"):
        select_zones(zones, ["13th-z"])


def test_selected_zones_keep_the_order_of_the_file_and_the_metadata(zones):
    chosen = select_zones(zones, ["13th-c", "13th-a"])
    assert chosen["zone_id"].tolist() == ["13th-a", "13th-c"]
    assert chosen.attrs["metadata"] == METADATA


def test_a_file_name_says_what_is_in_the_file():
    name = export_name("和平区", "十三五", "六区", "A4", date=DAY, suffix=".pdf")
    assert name == "和平区_十三五_六区_A4_2026-11-22.pdf"


def test_an_ascii_name_is_pinyin():
    name = export_name("和平区", "十三五", "六区", date=DAY, suffix=".pdf", ascii_only=True)
    assert name == "hepingqu_shisanwu_liuqu_2026-11-22.pdf"


@pytest.mark.parametrize(
    "part", ["../../etc/passwd", "a\\b", "CON<>|?*", "\x00\n", ".", "长" * 300]
)
def test_a_file_name_holds_nothing_that_a_file_system_refuses(part):
    name = export_name(part, date=DAY, suffix=".csv")
    assert not set('/\\<>:"|?*\x00\n') & set(name)
    assert len(name.encode()) < 200
    assert not name.startswith(".")
    assert name.endswith("2026-11-22.csv")


def test_the_notice_is_given_in_english():
    lines = notice_lines(METADATA, DataOptions(DAY, language="en"))
    assert lines[0] == "Heping District, 十三五: plan map data"
    assert "Licence: CC BY 4.0 https://creativecommons.org/licenses/by/4.0/" in lines


def test_a_layer_without_metadata_still_says_that_it_is_schematic():
    assert notice_lines({}, OPTIONS)[1] == "示意图，不具法律效力"


def test_the_belt_is_named_by_its_meridian():
    assert "117°E（EPSG:4548）" in crs_label("EPSG:4548")


@pytest.mark.parametrize(
    "password", ["zqxv@wkjy", "zqxv/wkjy", "zqxv?wkjy", "zqxv#wkjy", "@zqxv", "zqxv:wkjy@zqxv"]
)
def test_no_part_of_a_password_is_told(password):
    pytest.importorskip("psycopg")
    row = {"zone_id": ["z"], "geometry": [Point(117, 39)]}
    zones = gpd.GeoDataFrame(row, crs="EPSG:4326")
    for form in (password, quote(password, safe="")):
        dsn = f"postgresql://someone:{form}@127.0.0.1:1/nothing"
        with pytest.raises(ExportError) as caught:
            _connect_only(dsn, zones)
        trace = "".join(traceback.format_exception(caught.value))
        trace += caught.value.explain("zh") + caught.value.explain("en")
        for part in re.split("[@/?#:]", password):
            assert not part or part not in trace, form


def _connect_only(dsn, zones):
    """Write into a database that is away: the rows do not matter."""
    with patch("geo.export.postgis._rows", return_value={}):
        write_postgis(dsn, {"13th": zones}, {}, date=dt.date(2026, 11, 27))


def test_a_geopackage_bears_the_date_of_export_and_no_moment(zones, tmp_path):
    path = tmp_path / "zones.gpkg"
    path.write_bytes(export_data(zones, "gpkg", OPTIONS))
    with closing(sqlite3.connect(path)) as database:
        moments = {row[0] for row in database.execute("SELECT last_change FROM gpkg_contents")}
    assert moments == {f"{OPTIONS.date.isoformat()}T00:00:00.000Z"}
