"""Every data export of ours loads again in our own upload, with the same areas."""

import datetime as dt
import io
import zipfile

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from geo.areas import geodesic_area_km2
from geo.datums.guess import as_wgs84, declared_reading
from geo.errors import DataFileError, ExportError
from geo.export.files import DATA_FORMATS, DataOptions, export_data, numbered_belt
from geo.uploads.fields import guess_fields
from geo.uploads.files import read_upload

pytestmark = pytest.mark.usefixtures("quick_readers")

DATE = dt.date(2026, 11, 26)
HOLED = shapely.Polygon(
    [(117.2, 39.1), (117.22, 39.1), (117.22, 39.11), (117.2, 39.11)],
    [[(117.205, 39.102), (117.21, 39.102), (117.21, 39.105), (117.205, 39.105)]],
)
PARTS = shapely.MultiPolygon([shapely.box(117.19, 39.11, 117.195, 39.12), HOLED])
SHAPES = {
    "甲片区": shapely.box(117.18, 39.12, 117.19, 39.13),
    "乙片区": HOLED,
    "丙、丁片区": shapely.transform(PARTS, lambda xy: np.add(xy, [0.05, 0.02])),
    "戊组团": shapely.Point(117.2, 39.13),
    "己带": shapely.LineString([(117.18, 39.1), (117.23, 39.13)]),
    "庚组团": None,
}


@pytest.fixture(scope="module")
def zones():
    count = len(SHAPES)
    layer = gpd.GeoDataFrame(
        {
            "zone_id": [f"15th-z{n}" for n in range(count)],
            "plan": "15th",
            "place": [f"z{n}" for n in range(count)],
            "kind": "zone",
            "name": list(SHAPES),
            "name_en": [f"Zone {n}" for n in range(count)],
            "limits_text": "以甲路、乙路围合",
            "stated_area_km2": None,
            "computed_area_km2": [1.0, None, 2.0, None, None, None],
        },
        geometry=list(SHAPES.values()),
        crs="EPSG:4326",
    )
    layer.attrs["metadata"] = {
        "attribution": "© OpenStreetMap contributors, ODbL",
        "licence": "ODbL 1.0",
        "metric_crs": "EPSG:4548",
    }
    return layer


def areas_by_name(upload):
    """Return the area of each name [km²]."""
    table = as_wgs84(upload.layer, declared_reading(upload.layer) or "EPSG:4527")
    table = table[table.geom_type.isin(["Polygon", "MultiPolygon"])]
    name = guess_fields(table).name
    areas = dict.fromkeys(table[name], 0.0)
    for one, area in zip(table[name], geodesic_area_km2(table.geometry), strict=True):
        areas[one] += float(area)
    return areas


ALWAYS_WGS84 = ("geojson", "kml")
CASES = [
    (format_, crs)
    for format_ in DATA_FORMATS
    for crs in ("EPSG:4326", "EPSG:4548")
    if crs == "EPSG:4326" or format_ not in ALWAYS_WGS84
]


@pytest.mark.parametrize(("format_", "crs"), CASES)
def test_an_export_loads_again_with_the_same_areas(zones, format_, crs):
    data = export_data(zones, format_, DataOptions(DATE, crs, colours={"z0": "#aa5500"}))
    upload = read_upload(f"zones.{format_}", data)
    areas = areas_by_name(upload)
    for name, shape in SHAPES.items():
        if shape is not None and shape.geom_type.endswith("Polygon"):
            name_there = "丙、丁片区" if name == "丙、丁片区" else name
            expected = float(geodesic_area_km2([shape])[0])
            assert areas[name_there] == pytest.approx(expected, rel=1e-4), name
    assert len(areas) == 3


def test_a_drawing_and_boundary_points_name_their_belt(zones):
    points = export_data(zones, "txt", DataOptions(DATE)).decode("gbk")
    assert "带号=39" in points
    assert "几度分带=3" in points
    assert "OpenStreetMap contributors" in points
    assert read_upload("a.txt", points.encode("gbk")).layer.crs == "EPSG:4527"
    drawing = export_data(zones, "dxf", DataOptions(DATE)).decode()
    assert "OpenStreetMap contributors" in drawing
    assert "EPSG:4527" in drawing


def test_the_same_data_and_date_give_the_same_drawing(zones):
    first, second = (export_data(zones, "dxf", DataOptions(DATE)) for _ in range(2))
    assert first == second


def test_a_drawing_has_a_layer_for_each_zone(zones):
    upload = read_upload("a.dxf", export_data(zones, "dxf", DataOptions(DATE)))
    assert set(SHAPES) - {"庚组团"} <= set(upload.layer["Layer"])


def test_boundary_points_without_any_area_say_so(zones):
    data = export_data(zones[zones["name"] == "戊组团"], "txt", DataOptions(DATE))
    assert "没有可写的地块" in data.decode("gbk")
    with pytest.raises(DataFileError, match="no feature"):
        read_upload("a.txt", data)


def test_a_belt_of_six_degrees_may_be_asked_for(zones):
    points = export_data(zones, "txt", DataOptions(DATE, "EPSG:4498")).decode("gbk")
    assert "几度分带=6" in points
    assert read_upload("a.txt", points.encode("gbk")).layer.crs == "EPSG:4498"
    assert numbered_belt("EPSG:32650") == ("EPSG:32650", 0, 0)


def test_each_table_of_a_geopackage_has_one_type(zones, tmp_path):
    path = tmp_path / "z.gpkg"
    path.write_bytes(export_data(zones, "gpkg", DataOptions(DATE)))
    types = dict(pyogrio.list_layers(path).tolist())
    assert types == {"zones": "MultiPolygon", "zones_line": "LineString", "zones_point": "Point"}
    table = pyogrio.read_dataframe(path, layer="zones")
    assert len(table) == 4
    assert table["stated_area_km2"].dtype == float


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_a_shapefile_keeps_its_words_and_numbers(zones, tmp_path, encoding):
    data = export_data(zones, "shp", DataOptions(DATE, encoding=encoding))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path)
        table = archive.read("zones_polygon.dbf")
    assert "甲片区".encode(encoding) in table
    read = pyogrio.read_dataframe(tmp_path / "zones_polygon.shp")
    assert read["name"].tolist()[0] == "甲片区"
    assert read["st_km2"].dtype == float
    assert np.isnan(read["st_km2"]).all()
    assert read_upload("z.zip", data).layer["name"].tolist()[0] == "甲片区"


def test_an_encoding_that_is_not_offered_is_refused(zones):
    with pytest.raises(ExportError, match="EBCDIC"):
        export_data(zones, "shp", DataOptions(DATE, encoding="EBCDIC"))
