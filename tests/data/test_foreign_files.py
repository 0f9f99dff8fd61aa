"""Files of shapes as the programs of planners write them, each read through the upload."""

import io
import itertools
import json
import re
import warnings
import zipfile
from pathlib import Path

import ezdxf
import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely

from geo.errors import DataFileError
from geo.uploads.fields import Fields, guess_fields, stated_area
from geo.uploads.files import lines_as_outlines, read_upload

pytestmark = pytest.mark.usefixtures("quick_readers")

FILES = Path(__file__).parent / "foreign_files"
SQUARE = shapely.Polygon([(117.19, 39.11), (117.2, 39.11), (117.2, 39.12), (117.19, 39.12)])
HOLED = shapely.Polygon(
    [(117.2, 39.1), (117.22, 39.1), (117.22, 39.11), (117.2, 39.11)],
    [[(117.205, 39.102), (117.21, 39.102), (117.21, 39.105), (117.205, 39.105)]],
)
ZONES = gpd.GeoDataFrame(
    {"名称": ["甲片区", "乙片区"], "规划面积": ["1.49平方公里", "2235亩（149公顷）"]},
    geometry=[SQUARE, HOLED],
    crs="EPSG:4490",
)
BELT = ZONES.to_crs("EPSG:4527")


def read(name, **more):
    return read_upload(name, (FILES / name).read_bytes(), **more)


def codes(upload):
    return [issue.code for issue in upload.issues]


def zipped(folder):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue()


def same(upload, zones, tolerance=1e-9):
    """Whether an upload has the shapes of some zones, in any order of their rings."""
    shapes, expected = upload.layer.geometry.array, zones.geometry.array
    differences = shapely.area(shapely.symmetric_difference(shapes, expected))
    return bool((differences <= tolerance * shapely.area(expected)).all())


# ---------------------------------------------------------------- trial files


def test_points_beside_polygons_are_read():
    for name in ("mixed_points_polygons.geojson", "folders_points_polygons.kml"):
        upload = read(name)
        kinds = sorted(upload.layer.geom_type)
        assert kinds == ["Point", "Polygon", "Polygon"]


def test_a_kmz_is_read():
    assert len(read("kmz_as.kmz").layer) == 2


def test_the_layer_of_polygons_is_read_first_and_the_others_offered():
    upload = read("gpkg_points_first.gpkg")
    assert (upload.chosen, set(upload.layers)) == ("片区", {"片区", "注记"})
    assert set(upload.layer.geom_type) == {"Polygon"}
    assert codes(upload) == ["other-layers"]
    assert set(read("gpkg_points_first.gpkg", layer="注记").layer.geom_type) == {"Point"}


def test_fields_of_a_kml_keep_their_chinese_names():
    upload = read("extended_area.kml")
    fields = guess_fields(upload.layer)
    assert fields == Fields("name", "规划面积", "km²")
    assert stated_area(upload.layer["规划面积"].iloc[0], "km²") == ("149公顷", "1.49")


def test_boundary_points_are_read_with_their_belt():
    upload = read("boundary_points.txt")
    assert upload.kind == "TXT"
    assert upload.layer.crs == "EPSG:4527"
    assert len(upload.layer) == 2
    assert upload.layer["地块名称"].str.contains("片区").all()
    assert guess_fields(upload.layer) == Fields("地块名称", "地块面积_公顷", "ha")
    stated = upload.layer["地块面积_公顷"].astype(float) * 10_000
    assert upload.layer.area.to_numpy() == pytest.approx(stated.to_numpy(), rel=2e-3)
    assert upload.issues == ()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("esri.json", "Esri JSON"), ("topo.topojson", "TopoJSON"), ("wkt.csv", "CSV")],
)
def test_what_web_services_and_spreadsheets_give_is_read(name, kind):
    upload = read(name)
    assert upload.kind == kind
    assert upload.layer["名称"].iloc[0].startswith("甲")
    assert upload.layer.to_crs("EPSG:4548").area.iloc[0] > 1e6 if upload.layer.crs else True


def test_utf16_is_read():
    assert read("utf16.geojson").layer["名称"].tolist()[0] == "甲片区"


def test_commas_in_a_kml_do_not_move_positions():
    shape = read("trailing_comma_z.kml").layer.geometry.iloc[0]
    assert shape.bounds == pytest.approx((117.187537, 39.101882, 117.20947, 39.115904))
    assert shape.is_valid


def test_parts_that_share_a_side_are_one_area():
    upload = read("multigeometry.kml")
    assert upload.layer.geometry.iloc[0].is_valid
    assert "parts-joined" in codes(upload)


# ---------------------------------------------------------------- formats of GDAL


def test_flatgeobuf_is_read(tmp_path):
    pyogrio.write_dataframe(ZONES, tmp_path / "z.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO")
    upload = read_upload("z.fgb", (tmp_path / "z.fgb").read_bytes())
    assert upload.kind == "FlatGeobuf"
    assert same(upload, ZONES)
    assert upload.layer["名称"].tolist() == ZONES["名称"].tolist()


def test_a_zipped_file_geodatabase_is_read(tmp_path):
    path = tmp_path / "zip" / "规划.gdb"
    path.parent.mkdir()
    pyogrio.write_dataframe(BELT, path, layer="片区", driver="OpenFileGDB")
    points = BELT.set_geometry(BELT.centroid)
    pyogrio.write_dataframe(points, path, layer="点", driver="OpenFileGDB", append=True)
    upload = read_upload("规划.zip", zipped(path.parent))
    assert (upload.kind, upload.chosen, set(upload.layers)) == ("FileGDB", "片区", {"片区", "点"})
    assert same(upload, BELT, 1e-6)
    assert len(read_upload("规划.zip", zipped(path.parent), layer="点").layer) == 2


@pytest.mark.parametrize("ending", ["TAB", "mif"])
def test_mapinfo_is_read_from_an_archive(tmp_path, ending):
    options = {"FORMAT": "MIF"} if ending == "mif" else {}
    path = tmp_path / f"zones.{ending.lower()}"
    chinese = {"ENCODING": "CP936"}
    pyogrio.write_dataframe(
        BELT, path, driver="MapInfo File", dataset_options=chinese | options, layer_options=chinese
    )
    for part in tmp_path.iterdir():
        part.rename(part.with_suffix(part.suffix.upper() if ending == "TAB" else part.suffix))
    upload = read_upload("z.zip", zipped(tmp_path))
    assert upload.kind == f"MapInfo {ending.upper()}"
    assert same(upload, BELT, 1e-4)  # MapInfo keeps centimetres
    assert upload.layer["名称"].tolist() == ZONES["名称"].tolist()


def test_tracks_of_a_gpx_are_read_and_offered_as_outlines(tmp_path):
    lines = gpd.GeoDataFrame(
        {"name": ["外业一"]}, geometry=[shapely.LineString(SQUARE.exterior)], crs="EPSG:4326"
    )
    pyogrio.write_dataframe(lines, tmp_path / "t.gpx", layer="tracks", driver="GPX",
                            FORCE_GPX_TRACK="YES")  # fmt: skip
    upload = read_upload("t.gpx", (tmp_path / "t.gpx").read_bytes())
    assert upload.kind == "GPX"
    assert upload.closed_lines == 1
    assert lines_as_outlines(upload.layer).geometry.iloc[0].equals(SQUARE)


def drawing(tmp_path, version, encoding):
    document = ezdxf.new(version)
    document.encoding = encoding
    for name, shape in zip(["片区甲", "片区乙"], BELT.geometry, strict=True):
        document.layers.add(name)
        corners = [(x, y) for x, y in shape.exterior.coords[:-1]]
        attributes = {"layer": name}
        document.modelspace().add_lwpolyline(corners, close=True, dxfattribs=attributes)
    document.saveas(tmp_path / "d.dxf", encoding=encoding)
    return (tmp_path / "d.dxf").read_bytes()


@pytest.mark.parametrize(("version", "encoding"), [("R2010", "utf-8"), ("R2000", "gbk")])
def test_closed_polylines_of_a_dxf_are_areas_with_their_layer(tmp_path, version, encoding):
    upload = read_upload("d.dxf", drawing(tmp_path, version, encoding))
    assert upload.kind == "DXF"
    assert set(upload.layer.geom_type) == {"Polygon"}
    assert upload.layer["Layer"].tolist() == ["片区甲", "片区乙"]
    assert upload.layer.crs is None
    assert "crs-not-said" in codes(upload)


def saved(document, path):
    document.saveas(path)
    return path.read_bytes()


def test_single_lines_of_a_dxf_are_joined_and_told(tmp_path):
    document = ezdxf.new("R2010")
    for name, shape in zip(["片区甲", "片区乙"], BELT.geometry, strict=True):
        document.layers.add(name)
        corners = list(shape.exterior.coords)
        for start, end in itertools.pairwise(corners):
            document.modelspace().add_line(start, end, dxfattribs={"layer": name})
    upload = read_upload("d.dxf", saved(document, tmp_path / "d.dxf"))
    assert upload.closed_lines == 2
    assert "lines-joined" in codes(upload)
    outlines = lines_as_outlines(upload.layer)
    assert outlines["Layer"].tolist() == ["片区甲", "片区乙"]
    found = outlines.geometry.area.tolist()
    assert found == pytest.approx([shapely.Polygon(g.exterior).area for g in BELT.geometry])


def test_the_text_inside_an_area_of_a_dxf_is_its_name(tmp_path):
    document = ezdxf.new("R2010")
    for name, shape in zip(["甲片区", "乙片区"], BELT.geometry, strict=True):
        corners = list(shape.exterior.coords)[:-1]
        document.modelspace().add_lwpolyline(corners, close=True, dxfattribs={"layer": "界线"})
        place = shape.representative_point()
        document.modelspace().add_text(name, dxfattribs={"insert": (place.x, place.y)})
    upload = read_upload("d.dxf", saved(document, tmp_path / "d.dxf"))
    areas = upload.layer[upload.layer.geom_type == "Polygon"]
    assert guess_fields(upload.layer).name == "图内文字"
    assert areas["图内文字"].tolist() == ["甲片区", "乙片区"]


def test_lines_of_a_dxf_that_only_meet_are_offered_as_outlines(tmp_path):
    shapes = [shapely.LineString(g.exterior) for g in BELT.geometry]
    lines = gpd.GeoDataFrame({"Layer": ["A", "B"]}, geometry=shapes, crs=BELT.crs)
    pyogrio.write_dataframe(lines, tmp_path / "d.dxf", driver="DXF")
    upload = read_upload("d.dxf", (tmp_path / "d.dxf").read_bytes())
    assert upload.closed_lines == 2
    assert set(lines_as_outlines(upload.layer).geom_type) == {"Polygon"}


def test_names_in_a_zip_may_differ_in_case(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name of twelve bytes is cut
        pyogrio.write_dataframe(ZONES, tmp_path / "ZoneS.shp", encoding="UTF-8")
    for part in list(tmp_path.iterdir()):
        ending = {".shp": ".SHP", ".dbf": ".Dbf", ".shx": ".shx", ".prj": ".PRJ"}
        stem = "zones" if part.suffix == ".dbf" else "ZONES"
        part.rename(part.with_name(f"{stem}{ending.get(part.suffix, part.suffix)}"))
    upload = read_upload("z.zip", zipped(tmp_path))
    assert same(upload, ZONES)
    assert upload.layer["名称"].tolist() == ZONES["名称"].tolist()


# ---------------------------------------------------------------- JSON


def test_a_bare_list_of_features_is_read():
    features = json.loads(ZONES.to_crs("EPSG:4326").to_json())["features"]
    upload = read_upload("a.json", json.dumps(features).encode())
    assert len(upload.layer) == 2


def test_collections_give_their_areas():
    inner = shapely.GeometryCollection([shapely.Point(117.2, 39.1), SQUARE])
    collection = shapely.GeometryCollection([inner, shapely.LineString(SQUARE.exterior)])
    upload = read_upload("a.json", shapely.to_geojson(collection).encode())
    assert upload.layer.geometry.iloc[0].equals(SQUARE)
    assert codes(upload) == ["collection-parts"]


def test_rings_of_esri_json_are_outer_ones_and_holes():
    rings = [list(HOLED.exterior.coords)[::-1], list(HOLED.interiors[0].coords)]
    rings.append([(x + 1, y) for x, y in SQUARE.exterior.coords][::-1])
    document = {"spatialReference": {"wkid": 102100}, "features": [
        {"attributes": {"a": 1}, "geometry": {"rings": rings}}]}  # fmt: skip
    upload = read_upload("e.json", json.dumps(document).encode())
    assert upload.layer.crs == "EPSG:3857"
    assert upload.layer.geometry.area.iloc[0] == pytest.approx(HOLED.area + SQUARE.area)


def test_a_quantised_topology_is_read():
    document = {
        "type": "Topology",
        "transform": {"scale": [0.001, 0.001], "translate": [117, 39]},
        "arcs": [[[0, 0], [10, 0], [0, 10]], [[10, 10], [-10, 0], [0, -10]]],
        "objects": {"z": {"type": "Polygon", "arcs": [[0, -1 - 1 + 2]], "properties": {"n": 1}}},
    }
    document["objects"]["z"]["arcs"] = [[0, 1]]
    upload = read_upload("t.json", json.dumps(document).encode())
    assert upload.layer.geometry.iloc[0].equals(shapely.box(117, 39, 117.01, 39.01))


# ---------------------------------------------------------------- tables


def points_text(zones, head="坐标系=2000国家大地坐标系\n几度分带=3\n带号=39\n计量单位=米"):
    lines = ["[属性描述]", head, "[地块坐标]"]
    for n, (name, shape) in enumerate(zip(zones["名称"], zones.geometry, strict=True), start=1):
        rings = [shape.exterior, *shape.interiors]
        count = sum(len(ring.coords) for ring in rings)
        lines.append(f"{count},{shape.area / 1e4:.4f},{n},{name},面,,,,@")
        for ring_number, ring in enumerate(rings, start=1):
            lines += [f"J{k},{ring_number},{y:.3f},{x:.3f}" for k, (x, y) in enumerate(ring.coords)]
    return "\n".join(lines)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "utf-16"])
def test_holes_of_boundary_points_are_holes_in_any_encoding(encoding):
    upload = read_upload("b.txt", points_text(BELT).encode(encoding))
    assert upload.layer.crs == "EPSG:4527"
    assert same(upload, BELT, 1e-5)
    assert upload.layer["地块名称"].tolist() == ZONES["名称"].tolist()


@pytest.mark.parametrize(
    ("head", "crs", "expected"),
    [
        ("坐标系=2000国家大地坐标系\n几度分带=3\n带号=39", "EPSG:4548", "EPSG:4548"),
        ("坐标系=2000国家大地坐标系\n几度分带=6\n带号=20", "EPSG:4498", "EPSG:4498"),
        ("坐标系=80国家大地坐标系\n几度分带=3\n带号=39", "EPSG:2363", "EPSG:2363"),
        ("坐标系=北京54坐标系\n几度分带=3\n带号=", "EPSG:2415", "EPSG:2415"),
    ],
)
def test_the_head_of_boundary_points_says_the_system(head, crs, expected):
    zones = ZONES.set_crs(None, allow_override=True)
    zones = zones.set_crs("EPSG:4490").to_crs("EPSG:4490")
    geodetic = gpd.GeoSeries(zones.geometry).set_crs(
        gpd.GeoSeries([], crs=crs).crs.geodetic_crs, allow_override=True
    )
    moved = zones.set_geometry(geodetic).to_crs(crs)
    assert read_upload("b.txt", points_text(moved, head).encode("gbk")).layer.crs == expected


def test_a_line_of_boundary_points_that_cannot_be_read_is_named():
    text = points_text(BELT).replace("J2,1,", "J2,1,x")
    with pytest.raises(DataFileError, match=r"Line 10 .*number,ring,northing,easting"):
        read_upload("b.txt", text.encode("gbk"))


def corners(zones):
    rows = []
    for name, shape in zip(zones["名称"], zones.geometry, strict=True):
        rows += [(name, f"J{k}", x, y) for k, (x, y) in enumerate(shape.exterior.coords, start=1)]
    return rows


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_rows_of_corners_are_joined_to_areas(encoding, delimiter):
    lines = [delimiter.join(("地块名称", "点号", "东坐标", "北坐标"))]
    lines += [delimiter.join(map(str, row)) for row in corners(BELT)]
    upload = read_upload("c.csv", "\r\n".join(lines).encode(encoding))
    expected = BELT.set_geometry([shapely.Polygon(g.exterior) for g in BELT.geometry])
    assert same(upload, expected)
    assert upload.layer["地块名称"].tolist() == ZONES["名称"].tolist()
    assert "corners-joined" in codes(upload)


def test_a_workbook_of_corners_is_read_below_its_title(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["本表为示例"])
    sheet = book.create_sheet("坐标")
    sheet.append(["界址点坐标成果表"])
    sheet.append(["地块名称", "点号", "X坐标（m）", "Y坐标（m）"])
    last = None
    for name, point, x, y in corners(BELT):
        sheet.append([name if name != last else None, point, y, x])  # merged cells
        last = name
    book.save(tmp_path / "b.xlsx")
    upload = read_upload("b.xlsx", (tmp_path / "b.xlsx").read_bytes())
    expected = BELT.set_geometry([shapely.Polygon(g.exterior) for g in BELT.geometry])
    assert upload.kind == "XLSX"
    assert same(upload, expected, 1e-6)
    assert upload.layer["地块名称"].tolist() == ZONES["名称"].tolist()


def test_rows_without_parcels_are_places(tmp_path):
    text = "名称,经度,纬度\n塔,117.2,39.1\n桥,117.21,39.11\n站,117.22,39.1\n校,117.2,39.12\n"
    upload = read_upload("p.csv", text.encode())
    assert upload.layer.geometry.tolist()[0] == shapely.Point(117.2, 39.1)
    assert set(upload.layer.geom_type) == {"Point"}


def test_degrees_minutes_and_seconds_are_read():
    text = "点号,经度,纬度\n1,117°11′24″,39°06'36\"\n2,117°12′,39°06′36″\n3,117°12′,39°07′12″\n"
    shape = read_upload("d.csv", text.encode()).layer.geometry.iloc[0]
    assert shape.bounds == pytest.approx((117.19, 39.11, 117.2, 39.12))


# ---------------------------------------------------------------- what is not read


@pytest.mark.parametrize(
    ("name", "data", "zh", "en"),
    [
        ("a.dwg", b"AC1027" + bytes(20), "DWG.*另存为 DXF", "DWG.*DXF"),
        ("a.mdb", b"\0\1\0\0Standard Jet DB\0", "MDB.*FileGDB", "MDB.*FileGDB"),
        ("a.rar", b"Rar!\x1a\x07", "压缩包.*zip", "archive of another kind.*zip"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "Office.*XLSX", "Office.*XLSX"),
        ("a.gml", b"<?xml version='1.0'?><gml:FeatureCollection>", "GML", "GML.*QGIS"),
        ("a.qgs", b"<!DOCTYPE qgis><qgis version='3'>", "QGIS 工程", "QGIS project"),
        ("a.html", b"<!DOCTYPE html><html><body>502", "网页", "web page"),
        ("a.osm", b"<?xml version='1.0'?><osm version='0.6'/>", "OpenStreetMap", "geo roads"),
        ("a.tab", b"!table\n!version 300\n", r"\.dat", r"\.dat"),
        ("a.csv", "名称,面积\n甲,1\n".encode(), "没有认出坐标：列为 名称、面积", "名称"),
        ("a.txt", "规划范围：以南京路，西安道围合".encode(), "粘贴规划文字", "paste"),
        ("a.tif", b"II*\0" + bytes(8), "图片", "picture"),
        ("a.parquet", b"PAR1" + bytes(8), "Parquet.*GeoPackage", "GeoPackage"),
    ],
)
def test_what_is_not_read_is_called_by_its_name_with_what_to_do(name, data, zh, en):
    for language, match in (("zh", zh), ("en", en)):
        with pytest.raises(DataFileError) as caught:
            read_upload(name, data)
        words = caught.value.explain(language)
        assert re.search(match, words), words


# ---------------------------------------------------------------- units


@pytest.mark.parametrize(
    ("cell", "figure"),
    [
        ("2235亩（149公顷）", "1.490"),
        ("149公顷（2235亩）", "1.490"),
        ("149公顷/2235亩", "1.490"),
        ("1.49平方公里，合2235亩", "1.490"),
        ("149 HA", "1.49"),
        ("149Ha", "1.49"),
        ("149公頃", "1.49"),
        ("149万平", "1.49"),
        ("149萬平方米", "1.49"),
        ("1.49KM2", "1.49"),
        ("1,490,000m2", "1.490000"),
        ("2,150亩", "1.433"),
    ],
)
def test_units_as_people_write_them_are_understood(cell, figure):
    assert stated_area(cell, "km²") == (cell, figure)


@pytest.mark.parametrize("cell", ["2235亩（200公顷）", "3至5公顷", "-3公顷", "很大"])
def test_what_says_no_one_area_is_asked(cell):
    assert stated_area(cell, "km²") is None


def test_square_metres_of_a_land_survey_are_told_by_the_field():
    layer = gpd.GeoDataFrame({"ZDMC": ["甲"], "TBMJ": [1490000.0]}, geometry=[SQUARE])
    assert guess_fields(layer) == Fields("ZDMC", "TBMJ", "m²")
    assert np.isclose(float(stated_area(1490000.0, "m²")[1]), 1.49)


# ---------------------------------------------------------------- other ways of the same formats


def test_folders_of_a_kml_may_have_different_fields():
    ring = " ".join(f"{x},{y}" for x, y in SQUARE.exterior.coords)
    shape = (
        f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon>"
    )
    field = "<ExtendedData><Data name='规划面积'><value>73公顷</value></Data></ExtendedData>"
    kml = (
        "<kml xmlns='http://www.opengis.net/kml/2.2'><Document>"
        f"<Folder><Placemark><name>甲</name>{shape}</Placemark></Folder>"
        f"<Folder><Placemark><name>乙</name>{field}{shape}</Placemark></Folder></Document></kml>"
    )
    layer = read_upload("a.kml", kml.encode()).layer
    assert layer.geometry.geom_type.tolist() == ["Polygon", "Polygon"]
    assert layer[["name", "规划面积"]].values.tolist() == [["甲", None], ["乙", "73公顷"]]


def test_a_track_with_heights_beside_places_is_read():
    points = "".join(
        f"<trkpt lat='{y}' lon='{x}'><ele>3</ele></trkpt>" for x, y in SQUARE.exterior.coords
    )
    gpx = (
        "<gpx version='1.1' creator='a' xmlns='http://www.topografix.com/GPX/1/1'>"
        "<wpt lat='39.1' lon='117.2'><ele>2</ele><name>点</name></wpt>"
        f"<trk><name>甲</name><trkseg>{points}</trkseg></trk></gpx>"
    )
    upload = read_upload("a.gpx", gpx.encode())
    assert upload.closed_lines == 1
    assert sorted(upload.layer["name"]) == ["点", "甲"]


def test_headings_of_a_further_sheet_are_not_lost():
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("坐标")
    sheet.append(["名称", "点号", "东坐标", "北坐标"])
    for number, (x, y) in enumerate(BELT.geometry[0].exterior.coords[:-1], start=1):
        sheet.append(["甲片区", number, x, y])
    buffer = io.BytesIO()
    book.save(buffer)
    upload = read_upload("a.xlsx", buffer.getvalue())
    assert same(upload, BELT[:1], 1e-6)
    assert upload.layer["名称"].tolist() == ["甲片区"]


@pytest.mark.parametrize("change", [str.upper, lambda name: name.partition("/")[2]])
def test_a_database_is_read_in_capitals_and_without_its_folder(tmp_path, change):
    pyogrio.write_dataframe(ZONES, tmp_path / "a.gdb", driver="OpenFileGDB")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(tmp_path.rglob("*")):
            if path.is_file():
                archive.write(path, change(path.relative_to(tmp_path).as_posix()))
    assert same(read_upload("a.zip", buffer.getvalue()), ZONES, 1e-6)
