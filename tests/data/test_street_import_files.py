"""Every kind of file that an import takes, whole and damaged; and a build on what it gives."""

import json
import shutil
import struct
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from shapely import LineString, box

from geo.build import build
from geo.enclosures.enclose import enclose
from geo.enclosures.road_index import RoadIndex
from geo.errors import DataFileError, ExportError, InputTooLargeError
from geo.io.read import data_folder, read_layer
from geo.sentences.limits import parse_limits
from geo.streets.folder import write_imported
from geo.streets.importing import StreetFile, import_streets
from geo.streets.sources import JSON_BYTES, file_kind
from testing.street_files import (
    BREAK_M,
    EXTRACT_DATE,
    MappedStreets,
    MappedWay,
    map_streets,
    overpass_answer,
    way_table,
    write_osm,
    write_overpass,
)
from testing.synthetic_streets import METRIC, sample_rings, synthetic_streets

pytestmark = pytest.mark.usefixtures("quick_readers")

KINDS = ("streets.osm.pbf", "streets.osm", "geom.json", "body.json", "streets.gpkg", "streets.shp")


@pytest.fixture(scope="module")
def town():
    return synthetic_streets(1_000, style="irregular", seed=11)


@pytest.fixture(scope="module")
def mapped(town):
    return map_streets(town)


@pytest.fixture(scope="module")
def outline(town):
    left, bottom, right, top = town.centrelines().total_bounds
    area = box(left, bottom - 250, right, top)  # the river runs south of the streets
    return gpd.GeoSeries([area], crs=METRIC).to_crs("EPSG:4326").iloc[0]


@pytest.fixture(scope="module")
def files(mapped, tmp_path_factory):
    folder = tmp_path_factory.mktemp("streets")
    write_osm(folder / "streets.osm.pbf", mapped, buildings=50)
    write_osm(folder / "streets.osm", mapped, buildings=50)
    write_overpass(folder / "geom.json", mapped, "geom")
    write_overpass(folder / "body.json", mapped, "body")
    table = way_table(mapped)
    table.to_file(folder / "streets.gpkg")
    table.to_file(folder / "streets.geojson", driver="GeoJSON")
    table.to_file(folder / "streets.shp", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def imports(files, outline):
    return {kind: import_streets(StreetFile(files / kind), outline) for kind in KINDS}


# ---------------------------------------------------------------- whole files


def test_every_kind_of_file_gives_the_same_reference_lines(imports):
    first = imports[KINDS[0]].roads
    for kind in KINDS[1:]:
        roads = imports[kind].roads
        assert list(roads["name"]) == list(first["name"]), kind
        assert roads.geometry.to_wkb().tolist() == first.geometry.to_wkb().tolist(), kind


def test_every_road_of_the_truth_is_found_in_one_part(imports, town):
    report = imports["streets.osm.pbf"].report
    assert set(report["name"]) == set(town.names)
    assert report["open_m"].sum() == 0


def test_reference_lines_lie_on_the_truth(imports, town):
    truth = town.centrelines().set_index("name").geometry
    lines = imports["streets.osm.pbf"].roads.to_crs(METRIC).set_index("name").geometry
    off = {n: shapely.hausdorff_distance(lines[n], truth[n], densify=0.02) for n in truth.index}
    # mitred carriageways of a bent road differ from its middle by metres at the bends
    assert np.median(list(off.values())) < 2.0
    assert max(off.values()) < 6.0


def test_exactly_the_broken_places_were_joined(imports, mapped):
    report = imports["streets.osm.pbf"].report.set_index("name")
    assert mapped.broken
    for name, count in mapped.broken.items():
        assert report.loc[name, "joined"] == count
        assert report.loc[name, "joined_max_m"] == pytest.approx(BREAK_M, abs=0.1)
    whole = report.index.difference(list(mapped.broken))
    assert report.loc[whole, "joined"].sum() == 0


def test_divided_roads_were_merged_and_only_those(imports, town):
    report = imports["streets.osm.pbf"].report.set_index("name")
    divided = {n for n, d in zip(town.names, town.divided, strict=True) if d}
    assert set(report.index[report["divided_m"] > 0]) == divided


def test_date_and_attribution_of_the_extract_are_kept(imports):
    for kind in ("streets.osm.pbf", "geom.json", "body.json"):
        assert imports[kind].extract_date == EXTRACT_DATE, kind
    for kind in KINDS:
        assert imports[kind].attribution == "© OpenStreetMap contributors", kind
        assert imports[kind].licence == "ODbL 1.0", kind


@pytest.mark.parametrize("kind", ["streets.osm.pbf", "streets.osm", "geom.json", "body.json"])
def test_a_river_relation_gives_mid_line_and_bank(imports, kind):
    river = imports[kind].river.to_crs(METRIC).set_index("reading")
    assert list(river.index) == ["mid_river", "bank"]
    assert river.geometry["mid_river"].distance(river.geometry["bank"]) > 40
    # the streets lie north of the river, and so does the near bank
    assert river.geometry["bank"].centroid.y > river.geometry["mid_river"].centroid.y


@pytest.mark.parametrize("kind", KINDS)
def test_a_limits_sentence_with_names_of_the_file_is_traced(imports, town, kind):
    index = RoadIndex(imports[kind].roads.to_crs(METRIC))
    rings, truth = sample_rings(town, 10, seed=4)
    for names, polygon in zip(rings, truth, strict=True):
        limits = parse_limits(f"规划范围：以{'、'.join(names)}围合的区域")
        ring = enclose(limits, index)
        assert [limit.name for limit in limits] == list(names)
        # each side may lie off by the metres of the test above
        assert ring.polygon.area == pytest.approx(polygon.area, abs=4 * polygon.length)
        assert ring.polygon.intersection(polygon).area > 0.9 * polygon.area


def test_the_answer_of_a_clipped_question_keeps_its_pieces(mapped, outline, tmp_path):
    answer = overpass_answer(mapped, "geom")
    way = next(e for e in answer["elements"] if len(e.get("geometry", [])) > 6)
    way["geometry"][2:4] = [None, None]  # as `out geom(bbox)` gives what lies outside
    path = tmp_path / "clipped.json"
    path.write_text(json.dumps(answer), encoding="utf-8")
    assert len(import_streets(StreetFile(path), outline).roads) > 50


def test_geojson_without_ids_is_read_too(files, outline, imports):
    roads = import_streets(StreetFile(files / "streets.geojson"), outline).roads
    assert list(roads["name"]) == list(imports["streets.gpkg"].roads["name"])


def gbk_shapefile(folder, town, *, cpg):
    table = town.centrelines().rename(columns={"name": "道路名称"}).to_crs("EPSG:4490")
    path = folder / "gbk.shp"
    table.to_file(path, encoding="GBK")
    if not cpg:
        path.with_suffix(".cpg").unlink()
        data = bytearray(path.with_suffix(".dbf").read_bytes())
        data[29] = 0  # the language driver: nothing said
        path.with_suffix(".dbf").write_bytes(bytes(data))
    return path


@pytest.mark.parametrize("cpg", [True, False], ids=["said", "not said"])
def test_gbk_names_of_a_shapefile_come_out_right(tmp_path, town, outline, cpg):
    path = gbk_shapefile(tmp_path, town, cpg=cpg)
    assert set(import_streets(StreetFile(path), outline).roads["name"]) == set(town.names)


def test_a_shapefile_that_lies_about_its_encoding_comes_out_right(tmp_path, town, outline):
    path = gbk_shapefile(tmp_path, town, cpg=True)
    path.with_suffix(".cpg").write_text("UTF-8")
    assert set(import_streets(StreetFile(path), outline).roads["name"]) == set(town.names)


def test_a_utf8_name_cut_within_a_character_is_not_taken_for_gbk(tmp_path, town, outline):
    table = town.centrelines().to_crs(4326)
    path = tmp_path / "cut.shp"
    long = "很" * 26 + "长路"  # 84 bytes; the field holds 80, which end within a character
    table = table.assign(name=[long, *table["name"][1:]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL remarks that it cuts
        pyogrio.write_dataframe(table, path, encoding="UTF-8")
    path.with_suffix(".cpg").unlink()
    names = set(import_streets(StreetFile(path), outline).roads["name"])
    assert set(town.names[1:]) < names
    assert (names - set(town.names)).pop().startswith("很很很")


def test_a_column_of_another_name_can_be_said(tmp_path, town, outline):
    table = town.centrelines().rename(columns={"name": "lu"})
    path = tmp_path / "s.gpkg"
    table.to_file(path)
    with pytest.raises(DataFileError, match=r"no column of road names.*lu"):
        import_streets(StreetFile(path), outline)
    assert len(import_streets(StreetFile(path, name_column="lu"), outline).roads) == len(town.names)


# ---------------------------------------------------------------- damaged and foreign files


def refused(path, outline, match, error=DataFileError):
    before = sorted(p.name for p in path.parent.iterdir())
    here = sorted(Path().iterdir())
    with pytest.raises(error, match=match) as caught:
        import_streets(StreetFile(path), outline)
    assert path.name in str(caught.value)
    assert sorted(p.name for p in path.parent.iterdir()) == before
    assert sorted(Path().iterdir()) == here


@pytest.mark.parametrize(
    ("kind", "match"),
    [
        ("streets.osm.pbf", "cut off or damaged"),
        ("streets.osm", "cut off"),
        ("geom.json", "not JSON.*cut off"),
        ("streets.gpkg", "cut off or damaged"),
        ("streets.geojson", "not JSON.*cut off"),
    ],
)
@pytest.mark.parametrize("share", [0.3, 0.99])
def test_a_file_cut_off_is_refused(files, outline, tmp_path, kind, match, share):
    data = (files / kind).read_bytes()
    path = tmp_path / kind
    path.write_bytes(data[: int(len(data) * share)])
    refused(path, outline, match)


def test_a_pbf_cut_between_two_blocks_lacks_its_streets(files, outline, tmp_path):
    data = (files / "streets.osm.pbf").read_bytes()
    length = struct.unpack(">I", data[:4])[0]
    size = data[4 + length - 1] if data[4 + length - 2] == 0x18 else None
    assert size is not None
    path = tmp_path / "head.osm.pbf"
    path.write_bytes(data[: 4 + length + size])  # the header block alone
    refused(path, outline, "no named street")


def test_a_pbf_with_a_damaged_block_is_refused(files, outline, tmp_path):
    data = bytearray((files / "streets.osm.pbf").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 40] = bytes(40)
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(bytes(data))
    refused(path, outline, "cut off or damaged")


def test_overpass_xml_that_broke_off_is_refused(files, outline, tmp_path):
    text = (files / "streets.osm").read_text("utf-8")
    remark = "<remark> runtime error: Query timed out in 'query' at line 1. </remark>"
    path = tmp_path / "half.osm"
    path.write_text(text.replace("</osm>", f"{remark}\n</osm>"), "utf-8")
    refused(path, outline, "is not whole.*timed out")


def test_overpass_xml_gives_its_date(files, outline, tmp_path):
    text = (files / "streets.osm").read_text("utf-8")
    meta = f'<meta osm_base="{EXTRACT_DATE}"/>'
    path = tmp_path / "dated.osm"
    path.write_text(text.replace("<node", f"{meta}\n<node", 1), "utf-8")
    assert import_streets(StreetFile(path), outline).extract_date == EXTRACT_DATE


@pytest.mark.parametrize("ending", [".osm.pbf", ".osm", ".json"])
def test_a_nameless_roundabout_carries_the_road_through(tmp_path, ending):
    turn = np.linspace(0, 2 * np.pi, 25)[:-1]
    ring = np.column_stack([25 * np.cos(turn), 25 * np.sin(turn)])
    places = np.vstack([ring, [[-300, 0], [300, 0]]]) + np.array([517_000.0, 4_330_000.0])
    points = gpd.GeoSeries(shapely.points(places), crs=METRIC).to_crs(4326)
    lonlat = np.column_stack([points.x, points.y])
    ways = [
        MappedWay([24, 12], {"highway": "primary", "name": "南京路"}, 11),
        MappedWay([0, 25], {"highway": "primary", "name": "南京路"}, 12),
        MappedWay([*range(24), 0], {"highway": "primary", "junction": "roundabout"}, 13),
    ]
    mapped = MappedStreets(lonlat, ways)
    path = tmp_path / f"ring{ending}"
    write_overpass(path, mapped) if ending == ".json" else write_osm(path, mapped)
    streets = import_streets(StreetFile(path), points.union_all().buffer(0.01))
    (row,) = streets.report.to_dict("records")
    assert (row["parts"], row["roundabouts"], row["joined"]) == (1, 1, 0)
    assert row["length_m"] == pytest.approx(600, abs=1)


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("nothing.osm.pbf", b"", "is empty"),
        ("picture.geojson", b"\x89PNG\r\n\x1a\n" + bytes(100), "is not street data"),
        ("words.shp", "没有地图".encode(), "is not street data"),
        ("page.json", b"<!DOCTYPE html><html><body>Error 504</body></html>", "a web page.*504"),
        ("a.zip", b"PK\x03\x04" + bytes(30), "zip archive"),
        ("list.json", b"[1, 2]", "not street data"),
        ("other.json", b'{"a": 1}', "neither an Overpass answer"),
        ("elements.json", b'{"elements": 3}', "no list 'elements'"),
        ("deep.json", b'{"a":' * 100_000, "nested too deeply|not JSON"),
        ("latin.json", '{"elements": "é"}'.encode("latin-1"), "not UTF-8"),
        ("empty.geojson", b'{"type": "FeatureCollection", "features": []}', "no lines|no layer"),
    ],
)
def test_what_is_no_street_data_is_refused_with_the_reason(tmp_path, outline, name, content, match):
    path = tmp_path / name
    path.write_bytes(content)
    refused(path, outline, match)


def test_a_missing_file_is_told(tmp_path, outline):
    with pytest.raises(DataFileError, match=r"no\.osm cannot be read"):
        import_streets(StreetFile(tmp_path / "no.osm"), outline)


@pytest.mark.parametrize("ending", [".shx", ".dbf"])
def test_a_shapefile_without_a_part_is_told_which(files, tmp_path, outline, ending):
    for part in files.glob("streets.*"):
        if part.suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg") and part.suffix != ending:
            (tmp_path / part.name).write_bytes(part.read_bytes())
    refused(tmp_path / "streets.shp", outline, rf"without streets\{ending}")


def test_a_shapefile_without_prj_needs_its_crs_said(files, tmp_path, outline, town):
    for ending in (".shp", ".shx", ".dbf", ".cpg"):
        (tmp_path / f"streets{ending}").write_bytes((files / f"streets{ending}").read_bytes())
    refused(tmp_path / "streets.shp", outline, "does not say its CRS")
    streets = import_streets(StreetFile(tmp_path / "streets.shp", crs="EPSG:4326"), outline)
    assert len(streets.roads) == len(town.names)


def test_a_part_of_a_shapefile_is_told_from_the_whole(files, outline, tmp_path):
    path = tmp_path / "streets.dbf"
    path.write_bytes((files / "streets.dbf").read_bytes())
    refused(path, outline, r"give the \.shp")


def test_points_are_no_streets(tmp_path, outline):
    path = tmp_path / "points.gpkg"
    gpd.GeoDataFrame({"name": ["甲"]}, geometry=[shapely.Point(117, 39)], crs=4326).to_file(path)
    refused(path, outline, "no lines")


def test_no_column_of_names_is_told_with_the_columns_there(tmp_path, outline):
    path = tmp_path / "s.gpkg"
    shape = LineString([(117.2, 39.1), (117.21, 39.1)])
    gpd.GeoDataFrame({"kind": ["甲"]}, geometry=[shape], crs=4326).to_file(path)
    refused(path, outline, "no column of road names.*kind")


def test_coordinates_that_are_no_numbers_are_left_out_and_told(tmp_path, town, outline):
    table = town.centrelines().to_crs(4326)
    shapes = list(table.geometry)
    with np.errstate(invalid="ignore"):
        shapes[0] = LineString([(np.nan, np.nan), (117.2, 39.1)])
        shapes[1] = LineString([(np.inf, 39.1), (117.2, 39.1)])
    path = tmp_path / "nan.gpkg"
    table.set_geometry(gpd.GeoSeries(shapes, crs=4326)).to_file(path)
    imported = import_streets(StreetFile(path), outline)
    (issue,) = [i for i in imported.issues if i.code == "coordinates-not-finite"]
    assert str(issue.message).startswith("2 of ")
    assert len(imported.roads) == len(town.names) - 2


def test_overpass_positions_that_are_no_numbers_are_left_out(mapped, outline, tmp_path):
    answer = overpass_answer(mapped, "geom")
    ways = [e for e in answer["elements"] if e["type"] == "way"]
    for position in ways[0]["geometry"]:
        position["lat"] = float("nan")
    path = tmp_path / "nan.json"
    path.write_text(json.dumps(answer), encoding="utf-8")
    imported = import_streets(StreetFile(path), outline)
    assert [i.place for i in imported.issues if i.code == "way-without-positions"] == [
        f"way/{ways[0]['id']}"
    ]


def test_an_overpass_answer_that_broke_off_is_refused(mapped, outline, tmp_path):
    answer = overpass_answer(mapped) | {"remark": "runtime error: Query timed out in 180 seconds."}
    path = tmp_path / "half.json"
    path.write_text(json.dumps(answer), encoding="utf-8")
    refused(path, outline, "is not whole.*timed out")


def test_an_overpass_answer_without_positions_says_how_to_ask(mapped, outline, tmp_path):
    answer = overpass_answer(mapped, "body")
    answer["elements"] = [e for e in answer["elements"] if e["type"] != "node"]
    path = tmp_path / "body.json"
    path.write_text(json.dumps(answer), encoding="utf-8")
    refused(path, outline, "no positions.*out geom")


def test_exchanged_axes_are_refused_with_where_the_streets_lie(town, outline, tmp_path):
    table = town.centrelines().to_crs(4326)
    flipped = shapely.transform(table.geometry.array, lambda xy: xy[:, ::-1])
    path = tmp_path / "flipped.gpkg"
    table.set_geometry(gpd.GeoSeries(flipped, crs=4326)).to_file(path)
    with pytest.raises(DataFileError, match=r"no lines|order of its axes"):
        import_streets(StreetFile(path), outline)


def test_streets_of_another_town_are_refused_with_where_they_lie(files, tmp_path):
    with pytest.raises(DataFileError, match=r"no named street near the outline"):
        import_streets(StreetFile(files / "streets.osm.pbf"), box(116.3, 39.9, 116.4, 40.0))
    with pytest.raises(DataFileError, match=r"lie within \[117\.1"):
        import_streets(StreetFile(files / "geom.json"), box(116.3, 39.9, 116.4, 40.0))


def test_a_huge_json_is_refused_before_it_is_read(tmp_path, outline):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.write(b'{"elements": [')
        file.truncate(JSON_BYTES + 1)  # a sparse file: no disk is used
    refused(path, outline, "is read up to", InputTooLargeError)


def test_kinds_are_told_by_content_and_not_by_the_ending(files, tmp_path):
    path = tmp_path / "streets.txt"
    path.write_bytes((files / "streets.osm.pbf").read_bytes())
    assert file_kind(path) == "OSM PBF"
    path.write_bytes(b"\xef\xbb\xbf  <?xml version='1.0'?>\n<osm version='0.6'>")
    assert file_kind(path) == "OSM XML"


# ---------------------------------------------------------------- a data folder


def as_overpass(roads, rivers):
    """Return bundled streets as an Overpass answer, a way for each part."""
    elements = []
    for tags, shape in [
        *(({"highway": "tertiary", "name": n}, g) for n, g in roads),
        *(({"waterway": "river", "name": n}, g) for n, g in rivers),
    ]:
        for part in shapely.get_parts(shape):
            places = [{"lat": y, "lon": x} for x, y in part.coords]
            way = {"type": "way", "id": len(elements) + 1, "geometry": places, "tags": tags}
            elements.append(way)
    base = {"timestamp_osm_base": EXTRACT_DATE, "copyright": "made for a test"}
    return {"version": 0.6, "generator": "test", "osm3s": base, "elements": elements}


@pytest.fixture(scope="module")
def bundled_as_import(tmp_path_factory):
    """The bundled streets, sent through an import and into a data folder of their own."""
    folder = tmp_path_factory.mktemp("folder")
    source = data_folder(Path("data"))
    roads = read_layer(source / "base" / "roads.geojson")
    river = read_layer(source / "base" / "river.geojson")
    mid = river[river["reading"] == "mid_river"]
    answer = as_overpass(
        zip(roads["name"], roads.geometry, strict=True), zip(mid["name"], mid.geometry, strict=True)
    )
    path = folder / "answer.json"
    path.write_text(json.dumps(answer), encoding="utf-8")
    outline = read_layer(source / "base" / "district.geojson")
    imported = import_streets(StreetFile(path), outline, margin_m=5_000)
    issues = write_imported(folder / "data", imported, source=source)
    return folder / "data", imported, issues


def test_a_build_on_the_bundled_streets_sent_through_an_import_gives_the_same_zones(
    bundled_as_import,
):
    folder, _, _ = bundled_as_import
    ours, again = build(Path("data")), build(folder)
    compared = 0
    for zone_id, drawn in ours.zones.items():
        other = again.zones[zone_id]
        assert (drawn.geometry is None) == (other.geometry is None), zone_id
        if drawn.geometry is None or drawn.edges is None:
            continue
        compared += 1
        one, two = gpd.GeoSeries([drawn.geometry, other.geometry], crs=4326).to_crs(METRIC)
        # six decimals and half-decimetre thinning, along the whole ring
        assert shapely.symmetric_difference(one, two).area < 0.5 * one.length, zone_id
    assert compared >= 8


def test_an_import_of_the_bundled_streets_finds_them_not_off(bundled_as_import):
    folder, imported, _ = bundled_as_import
    import pandas as pd

    table = pd.read_csv(folder / "base" / "streets_comparison.csv")
    assert set(table["found"]) == {"both"}
    assert table["hausdorff_m"].max() < 0.2
    assert len(imported.report) == table["name"].nunique()  # a row for each stretch of a street


def test_the_data_folder_says_whose_streets_they_are(bundled_as_import):
    folder, _, _ = bundled_as_import
    district = (folder / "district.toml").read_text("utf-8")
    # The bundled base names OpenStreetMap already: not again, but that and when it was replaced.
    (words,) = [line for line in district.splitlines() if line.startswith("attribution = ")]
    assert words.count("© OpenStreetMap contributors") == 1
    assert words.endswith('；街道已换为导入的数据（2026-10-31）"')
    assert "streets replaced by imported ones (2026-10-31)" in district


def test_a_folder_that_names_nobody_yet_names_whose_the_imported_streets_are(
    bundled_as_import, tmp_path
):
    _, imported, _ = bundled_as_import
    source = tmp_path / "source"
    shutil.copytree(data_folder(Path("data")), source)
    path = source / "district.toml"
    lines = path.read_text("utf-8").splitlines()
    lines = [
        'attribution = "某图"' if line.startswith("attribution = ") else line for line in lines
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_imported(tmp_path / "data", imported, source=source)
    district = (tmp_path / "data" / "district.toml").read_text("utf-8")
    assert 'attribution = "某图；街道数据：© OpenStreetMap contributors（2026-10-31）"' in district


def test_the_licence_and_the_source_of_the_import_are_told(bundled_as_import):
    folder, imported, _ = bundled_as_import
    district = (folder / "district.toml").read_text("utf-8")
    assert 'licence = "ODbL 1.0"' in district
    document = json.loads((folder / "base" / "streets.json").read_text("utf-8"))
    assert document["source"]["sha256"] == imported.source["sha256"]
    assert document["extract_date"] == EXTRACT_DATE
    metadata = read_layer(folder / "base" / "roads.geojson").attrs["metadata"]
    assert metadata["attribution"] == "© OpenStreetMap contributors"


def test_the_riverside_reading_is_made_of_its_roads(bundled_as_import):
    folder, _, issues = bundled_as_import
    river = read_layer(folder / "base" / "river.geojson")
    assert list(river["reading"]) == ["mid_river", "riverside_road"]
    # the answer had no water area, so the bank cannot be made
    assert [i.code for i in issues if i.code.startswith("river")] == ["river-reading-lost"]
    assert "台儿庄路" in river["source"].iloc[1]


def test_a_folder_that_is_not_empty_is_left_alone(bundled_as_import, tmp_path):
    _, imported, _ = bundled_as_import
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ExportError, match="not empty"):
        write_imported(tmp_path, imported, source=Path("data"))
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_failed_writing_leaves_nothing_behind(bundled_as_import, tmp_path, monkeypatch):
    _, imported, _ = bundled_as_import
    monkeypatch.setattr(
        "geo.streets.folder._csv", lambda _: (_ for _ in ()).throw(OSError(28, "no"))
    )
    with pytest.raises(ExportError, match="cannot be written"):
        write_imported(tmp_path / "new", imported, source=Path("data"))
    assert list(tmp_path.iterdir()) == []


def test_limits_that_the_import_has_are_no_longer_missing(bundled_as_import, tmp_path):
    _, imported, _ = bundled_as_import
    source = tmp_path / "source"
    import shutil

    shutil.copytree("data", source, ignore=shutil.ignore_patterns("zones"))
    name = imported.roads["name"].iloc[0]
    (source / "base" / "missing.toml").write_text(
        f'[[missing]]\nname = "{name}"\n\n[[missing]]\nname = "无名路"\n', encoding="utf-8"
    )
    write_imported(tmp_path / "new", imported, source=source)
    text = (tmp_path / "new" / "base" / "missing.toml").read_text("utf-8")
    assert name not in text
    assert "无名路" in text


def test_the_example_of_the_documentation_runs(bundled_as_import, tmp_path, monkeypatch, capsys):
    import re
    import shutil

    folder, _, _ = bundled_as_import
    page = Path("docs/street-data.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.S)
    shutil.copy(folder.parent / "answer.json", tmp_path / "streets.json")
    shutil.copytree("data", tmp_path / "data")
    monkeypatch.setenv("GEO_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "docs/street-data.md", "exec"), {})
    assert "南京路" in capsys.readouterr().out
    assert (tmp_path / "my-data" / "base" / "streets_comparison.csv").is_file()


def test_the_numbers_of_the_documentation_are_those_of_the_code():
    from geo.streets.importing import OSM_ERROR_M, OTHER_ERROR_M, SAME_ROAD_M
    from geo.streets.reference_lines import HOLD_M, JOIN_M, SEPARATION_M

    page = Path("docs/street-data.md").read_text("utf-8")
    assert f"相距 {SEPARATION_M:.0f} 米内" in page
    assert f"相距 {JOIN_M:.0f} 米内相接" in page
    assert f"短于 {HOLD_M:.0f} 米的缺口" in page
    assert f"相距 {SAME_ROAD_M / 1000:.0f} 公里以上" in page
    assert f"按 {OSM_ERROR_M:.0f} 米（1σ）计，其他数据按 {OTHER_ERROR_M:.0f} 米计" in page
