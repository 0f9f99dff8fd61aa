"""Tables of coordinates as people keep them: each gives the same parcel, or says why not."""

import json

import pytest
import shapely

from geo.foreign_files import json_layers, table_layers
from geo.foreign_files.table_layers import boundary_points, coordinate_table
from geo.foreign_files.wire import UploadFaultError
from geo.io import limits

LIMITS = {name: getattr(limits, name) for name in ("FEATURES", "FIELDS", "VERTICES", "NESTING")}
PARCEL = shapely.Polygon([(117.19, 39.11), (117.205, 39.11), (117.205, 39.118), (117.19, 39.118)])
CORNERS = [(f"{x:g}", f"{y:g}") for x, y in PARCEL.exterior.coords[:-1]]
CELL = json.dumps(shapely.geometry.mapping(PARCEL)).replace('"', '""')
EWKB = shapely.to_wkb(shapely.set_srid(PARCEL, 4326), hex=True, include_srid=True)
PAIRS = ";".join(f"{x},{y}" for x, y in CORNERS)
COMMAS = [(x.replace(".", ","), y.replace(".", ",")) for x, y in CORNERS]


def numbered(head, rows, mark=","):
    lines = [mark.join(("甲", str(n), *row)) for n, row in enumerate(rows, start=1)]
    return "\n".join([head.replace(",", mark), *lines])


def read(text):
    return coordinate_table(table_layers._csv_rows(text), "", LIMITS)


@pytest.mark.parametrize(
    "text",
    [
        f'名称;面积;WKT\n甲;115公顷;"{PARCEL.wkt}"',
        f"名称\t面积\tWKT\n甲\t115公顷\t{PARCEL.wkt}",
        f'名称,说明,WKT\n甲,"第一行\n第二行, 逗号","{PARCEL.wkt}"',
        f"名称,geom\n甲,{shapely.to_wkb(PARCEL, hex=True)}",
        f"名称,geom\n甲,{EWKB}",
        f'名称,geom\n甲,"{CELL}"',
        f'名称,边界\n甲,"{PAIRS}"',
        numbered("名称,点号,经度,纬度", CORNERS),
        numbered("名称,点号,lon,lat", COMMAS, ";"),
        numbered(
            "名称,点号,经度,纬度",
            [
                ("117°11′24.00″E", "39°06′36.00″N"),
                ("117度12分18秒", "39度6分36秒"),
                ("117:12:18", "39:07:04.8"),
                ("东经117°11′24″", "北纬39°7′4.8″"),
            ],
        ),
        "界址点成果表,,,\n名称,点号,坐标,\n,,北纬,东经\n"
        + "\n".join(f"{'甲' if n == 0 else ''},J{n},{y},{x}" for n, (x, y) in enumerate(CORNERS)),
    ],
    ids=["semicolon", "tab", "newline", "wkb", "ewkb", "geojson", "pairs", "corners", "decimals",
         "degrees", "merged heading"],
)  # fmt: skip
def test_a_table_gives_its_parcel(text):
    table = read(text)
    (shape,) = shapely.from_wkb(table.shapes)
    assert shape.symmetric_difference(PARCEL).area == pytest.approx(0, abs=1e-12)
    assert dict(table.columns)["名称"] == ["甲"]


def test_a_corner_that_cannot_be_read_leaves_no_smaller_parcel():
    table = read(numbered("名称,点号,经度,纬度", [*CORNERS[:3], ("不详", "39.118")]))
    assert table.shapes == [None]
    assert [note[0] for note in table.notes if note[1] == "error"] == ["geometry-unreadable"]


def test_figures_without_headings_are_not_guessed():
    with pytest.raises(UploadFaultError, match="table-no-header"):
        read("\n".join(f"{x},{y}" for x, y in CORNERS))


def test_boundary_points_with_full_width_commas_keep_their_names():
    corners = "\n".join(f"J{n}，1，{y}，{x}" for n, (x, y) in enumerate(CORNERS))
    table = boundary_points(f"[地块坐标]\n4，1.5，1，甲，面，，，，@\n{corners}", LIMITS)
    assert dict(table.columns)["地块名称"] == ["甲"]
    assert table.crs is None
    assert [note[0] for note in table.notes] == ["crs-not-said"]


FEATURE = {
    "type": "Feature",
    "properties": {"名称": "甲"},
    "geometry": shapely.geometry.mapping(PARCEL),
}


@pytest.mark.parametrize(
    "text",
    [
        f"{json.dumps(FEATURE)}\n{json.dumps(FEATURE)}\n",
        f"\x1e{json.dumps(FEATURE)}\n\x1e{json.dumps(FEATURE)}\n",
        json.dumps([FEATURE["geometry"]] * 2),
    ],
    ids=["lines", "records", "shapes"],
)
def test_features_one_after_another_are_read(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text)
    table = json_layers.table(str(path), {"limits": LIMITS})
    assert table.rows == 2
    assert all(shapely.from_wkb(shape).equals(PARCEL) for shape in table.shapes)


def test_curves_of_arcgis_are_named_and_not_called_damage(tmp_path):
    path = tmp_path / "a.json"
    curve = [[[117.19, 39.11], {"c": [[117.2, 39.11], [117.195, 39.1]]}, [117.19, 39.11]]]
    features = [{"attributes": {}, "geometry": {"curveRings": curve}}]
    path.write_text(json.dumps({"geometryType": "esriGeometryPolygon", "features": features}))
    with pytest.raises(UploadFaultError, match="json-curves"):
        json_layers.table(str(path), {"limits": LIMITS})
