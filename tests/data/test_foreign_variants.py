"""What services, earth viewers and archives do to files of shapes, each read through the upload."""

import io
import json
import re
import zipfile

import pytest
import shapely

from geo.errors import DataFileError, InputTooLargeError
from geo.foreign_files.wire import UploadFaultError
from geo.uploads.files import lines_as_outlines, read_upload

pytestmark = pytest.mark.usefixtures("quick_readers")

SQUARE = shapely.box(117.19, 39.11, 117.2, 39.12)
OTHER = shapely.box(117.21, 39.11, 117.22, 39.12)
RING = [list(place) for place in SQUARE.exterior.coords]


def codes(upload):
    return [issue.code for issue in upload.issues]


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def read_json(document):
    return read_upload("a.json", json.dumps(document).encode())


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


# ---------------------------------------------------------------- JSON


def test_more_than_heights_behind_a_position_is_left_aside():
    ring = [[x, y, 1, 2, 3] for x, y in RING]
    upload = read_json(feature({"type": "Polygon", "coordinates": [ring]}))
    assert upload.layer.geometry.iloc[0].equals(SQUARE)
    assert codes(upload) == ["heights"]


def test_an_open_ring_is_closed_and_told():
    upload = read_json(feature({"type": "Polygon", "coordinates": [RING[:-1]]}))
    assert upload.layer.geometry.iloc[0].equals(SQUARE)
    assert codes(upload) == ["rings-closed"]


def test_a_key_that_stands_twice_is_told():
    text = json.dumps(feature({"type": "Polygon", "coordinates": [RING]}, 名称="甲"))
    text = text.replace('"properties": {', '"properties": {"\\u540d\\u79f0": "乙", ')
    upload = read_upload("a.json", text.encode())
    assert upload.layer["名称"].tolist() == ["甲"]
    assert codes(upload) == ["json-twice"]
    assert "名称 写了不止一次" in upload.issues[0].sentence("zh")


def test_a_type_that_is_not_read_is_named_and_the_others_are_read():
    curve = feature({"type": "CurvePolygon", "coordinates": []})
    square = feature({"type": "Polygon", "coordinates": [RING]})
    upload = read_json({"type": "FeatureCollection", "features": [curve, square]})
    assert codes(upload) == ["geometry-type"]
    with pytest.raises(DataFileError, match="CurvePolygon in the GeoJSON are not read"):
        read_json(curve)


def test_an_answer_of_a_service_that_was_cut_is_told():
    features = [{"attributes": {"a": 1}, "geometry": {"rings": [RING[::-1]]}}]
    esri = {"geometryType": "esriGeometryPolygon", "features": features}
    assert "service-cut" in codes(read_json({**esri, "exceededTransferLimit": True}))
    plain = {"type": "FeatureCollection", "properties": {"exceededTransferLimit": True}}
    plain["features"] = [feature({"type": "Polygon", "coordinates": [RING]})]
    assert codes(read_json(plain)) == ["service-cut"]


def test_a_bare_geometry_of_esri_is_read():
    document = {"rings": [RING[::-1]], "spatialReference": {"wkid": 4490}}
    upload = read_json(document)
    assert (upload.kind, upload.layer.crs) == ("Esri JSON", "EPSG:4490")
    assert upload.layer.geometry.iloc[0].equals(SQUARE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"error": {"code": 400, "message": "Invalid URL"}}', "400 Invalid URL"),
        ('{"type": "FeatureCollection", "features": null}', "没有任何要素"),
        ('var a = {"type": "FeatureCollection", "features": []};', "JavaScript"),
        ('// export\n{"type": "FeatureCollection", "features": []}', "JavaScript"),
        ('back({"type": "FeatureCollection", "features": []})', "JavaScript"),
        ('{"type": "Point", "coordinates": [NaN, 1]}', "坐标可用"),
        ('{"type": "Point", "coordinates": [4.3e9, 5e8]}', r"4\.3e\+09.*毫米"),
    ],
)
def test_what_holds_no_shape_says_why(text, words):
    with pytest.raises(DataFileError) as caught:
        read_upload("a.json", text.encode())
    assert re.search(words, caught.value.explain("zh"))


def test_thousands_of_holes_in_one_area_are_refused():
    corners = [(117 + k * 1e-5, 39.1) for k in range(5_100)]
    holes = [[(x, y), (x + 1e-6, y), (x, y + 1e-6), (x, y)] for x, y in corners]
    outline = [[116, 39], [118, 39], [118, 40], [116, 40], [116, 39]]
    with pytest.raises(InputTooLargeError, match=r"Pairs of holes.*HOLE_PAIRS"):
        read_json(feature({"type": "Polygon", "coordinates": [outline, *holes]}))


# ---------------------------------------------------------------- KML


def polygon(shape=SQUARE, close=True):
    places = list(shape.exterior.coords)[: None if close else -1]
    ring = " ".join(f"{x},{y}" for x, y in places)
    return (
        "<Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    )


def placemark(content, name="甲"):
    return f"<Placemark><name>{name}</name>{content}</Placemark>"


def kml(content):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document>{content}</Document></kml>"
    )


TABLE = "<table><tr><th>字段</th></tr><tr><td>规划面积</td><td><b>149</b>公顷</td></tr></table>"
LINK = "<NetworkLink><Link><href>http://127.0.0.1:1/a.kml</href></Link></NetworkLink>"
OVERLAY = (
    "<GroundOverlay><Icon><href>a.png</href></Icon><LatLonBox><north>40</north><south>39</south>"
    "<east>118</east><west>117</west></LatLonBox></GroundOverlay>"
)


@pytest.mark.parametrize(
    "description",
    [
        f"<![CDATA[<html><body>{TABLE}</body></html>]]>",
        f"<![CDATA[<table><tr><td>甲</td></tr><tr><td>{TABLE}</td></tr></table>]]>",
        "规划面积：149公顷",
        "<![CDATA[规划面积: 149公顷<br/>备注：无]]>",
    ],
)
def test_descriptions_that_are_tables_are_fields(description):
    words = f"<description>{description}</description>"
    upload = read_upload("a.kml", kml(placemark(words + polygon())).encode())
    assert upload.layer["规划面积"].tolist() == ["149公顷"]


def test_a_description_in_sentences_is_no_field():
    words = "<description>本片区：东至河\n北至路，见 http://a.cn</description>"
    upload = read_upload("a.kml", kml(placemark(words + polygon())).encode())
    assert not {"本片区", "http"} & set(upload.layer.columns)


def test_links_and_pictures_are_told_and_nothing_else():
    upload = read_upload("a.kml", kml(LINK + OVERLAY + placemark(polygon())).encode())
    assert upload.layer["name"].tolist() == ["甲"]
    assert codes(upload) == ["kml-links", "kml-overlays"]


@pytest.mark.parametrize("content", [LINK, OVERLAY, LINK + OVERLAY])
def test_a_kml_of_links_and_pictures_says_so(content):
    with pytest.raises(DataFileError, match=r"no feature, only links.*NetworkLink"):
        read_upload("a.kml", kml(content).encode())


def test_the_file_of_a_kmz_that_holds_features_is_read():
    files = {"doc.kml": kml(LINK), "files/a.kml": kml(placemark(polygon()))}
    upload = read_upload("a.kmz", zipped(files))
    assert upload.chosen == "files/a.kml"
    assert "doc.kml" in upload.issues[-1].sentence("en")


def test_a_ring_without_an_area_is_a_closed_line():
    ring = (
        polygon()
        .replace("<Polygon><outerBoundaryIs>", "")
        .replace("</outerBoundaryIs></Polygon>", "")
    )
    upload = read_upload("a.kml", kml(placemark(ring) + placemark(polygon(OTHER))).encode())
    assert upload.closed_lines == 1
    shapes = lines_as_outlines(upload.layer).geometry
    assert [a.equals(b) for a, b in zip(shapes, (SQUARE, OTHER), strict=True)] == [True, True]


def test_an_open_outline_of_a_kml_is_closed_and_told():
    content = placemark(polygon(OTHER)) + placemark(polygon(close=False))
    upload = read_upload("a.kml", kml(content).encode())
    assert upload.layer.geometry.iloc[1].equals(SQUARE)
    assert [(i.code, i.place) for i in upload.issues] == [("rings-closed", "a.kml, 2")]


def test_a_kml_in_gbk_that_says_utf8_is_read_and_told():
    upload = read_upload("a.kml", kml(placemark(polygon(), "甲片区")).encode("gbk"))
    assert upload.layer["name"].tolist() == ["甲片区"]
    assert codes(upload) == ["encoding"]


# ---------------------------------------------------------------- archives, other formats


def test_a_kmz_and_a_workbook_within_a_zip_are_read():
    kmz = zipped({"doc.kml": kml(placemark(polygon()))})
    upload = read_upload("a.zip", zipped({"说明.txt": "一".encode(), "a/b.KMZ": kmz}))
    assert (upload.kind, upload.layer["name"].tolist()) == ("KML", ["甲"])


def test_an_archive_of_many_empty_files_is_not_opened_to_its_end(monkeypatch):
    tried = []

    def read_entry(archive, visible, name, layer, depth):
        tried.append(name)
        raise UploadFaultError("no-features")

    monkeypatch.setattr("geo.uploads.formats._read_entry", read_entry)
    with pytest.raises(DataFileError, match="no feature"):
        read_upload("a.zip", zipped({f"{k:02}.kml": kml("") for k in range(99)}))
    assert tried == [f"{k:02}.kml" for k in range(5)]


def test_open_document_is_called_by_its_name():
    data = zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ""})
    with pytest.raises(DataFileError, match=r"OpenDocument.*XLSX"):
        read_upload("a.ods", data)


MIF = """Version 300
Charset "WindowsSimpChinese"
Delimiter ","
CoordSys NonEarth Units "m" Bounds (0, 0) (1000000, 10000000)
Columns 1
  名称 Char(20)
Data

Region 1
  5
517000 4330000
518000 4330000
518000 4331000
517000 4331000
517000 4330000
""".encode("gbk")


def test_a_plane_of_a_drawing_is_no_reference_system():
    upload = read_upload("a.zip", zipped({"a.MIF": MIF, "A.mid": '"甲片区"\n'.encode("gbk")}))
    assert upload.layer.crs is None
    assert upload.layer["名称"].tolist() == ["甲片区"]
    assert codes(upload) == ["crs-unreadable"]


def test_a_mif_without_its_mid_is_told():
    assert "no-mid" in codes(read_upload("a.mif", MIF))
