"""Street files as editors and services really write them: any order, any number, packed."""

import bz2
import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.datums.shifts import moved, wgs84_to_bd09_xy, wgs84_to_gcj02_xy
from geo.enclosures import enclose
from geo.enclosures.road_index import RoadIndex
from geo.errors import DataFileError
from geo.sentences import parse_limits
from geo.streets.drift import import_report
from geo.streets.importing import StreetFile, import_streets
from geo.streets.noding import EXTENSION_M, extended_to_mean_lines
from geo.streets.reference_lines import SEPARATION_M

pytestmark = pytest.mark.usefixtures("quick_readers")

FILES = Path(__file__).parent / "foreign_files"
BELT = "EPSG:4549"
OUTLINE = shapely.box(121.198, 30.994, 121.218, 31.010)
SQUARE = "规划范围：以南堤街、东塘路、北堤街、西塘路围合的区域"


def area_km2(imported, sentence):
    index = RoadIndex(imported.roads.to_crs(BELT))
    return enclose(parse_limits(sentence), index).polygon.area / 1e6


@pytest.mark.parametrize("name", ["osm_nodes_unsorted.osm", "osm_ways_before_nodes_unsorted.osm"])
def test_elements_of_a_file_may_stand_in_any_order(name):
    imported = import_streets(StreetFile(FILES / name), OUTLINE, metric_crs=BELT)
    assert len(imported.roads) == 4
    assert imported.issues == []
    assert area_km2(imported, SQUARE) == pytest.approx(0.81, abs=0.005)


@pytest.mark.parametrize(
    ("ending", "pack"),
    [("osm", bytes), ("osm.gz", gzip.compress), ("osm.bz2", bz2.compress)],
)
def test_numbers_may_be_negative_and_the_file_packed(tmp_path, ending, pack):
    text = (FILES / "osm_ways_before_nodes_unsorted.osm").read_text("utf-8")
    text = text.replace('id="', 'id="-').replace('ref="', 'ref="-')
    path = tmp_path / f"own.{ending}"
    path.write_bytes(pack(text.encode()))
    imported = import_streets(StreetFile(path), OUTLINE, metric_crs=BELT)
    assert area_km2(imported, SQUARE) == pytest.approx(0.81, abs=0.005)
    assert set(imported.roads["osm_ids"].explode()) == {f"way/-{n}" for n in (1, 2, 3, 4)}


def test_what_an_editor_marked_as_deleted_is_no_street(tmp_path):
    text = (FILES / "osm_nodes_unsorted.osm").read_text("utf-8")
    path = tmp_path / "edited.osm"
    path.write_text(text.replace('<way id="4"', '<way id="4" visible="false"'), "utf-8")
    imported = import_streets(StreetFile(path), OUTLINE, metric_crs=BELT)
    assert set(imported.roads["name"]) == {"南堤街", "北堤街", "西塘路"}


def test_a_node_outside_the_file_opens_a_way_instead_of_bridging_it(tmp_path):
    text = (FILES / "osm_nodes_unsorted.osm").read_text("utf-8")
    middle = '<nd ref="5"/><nd ref="99"/><nd ref="6"/>'
    nodes = (
        '<node id="5" version="1" lat="31.0" lon="121.203"/>'
        '<node id="6" version="1" lat="31.0" lon="121.206"/>'
    )
    text = text.replace('<nd ref="1"/><nd ref="2"/>', f'<nd ref="1"/>{middle}<nd ref="2"/>')
    path = tmp_path / "cut.osm"
    path.write_text(text.replace("</osm>", f"{nodes}</osm>"), "utf-8")
    imported = import_streets(StreetFile(path), OUTLINE, metric_crs=BELT)
    row = imported.report.set_index("name").loc["南堤街"]
    assert row["parts"] == 2
    assert row["open_m"] == pytest.approx(286.5, abs=1)


def test_ways_without_any_position_are_told(tmp_path):
    lines = (FILES / "osm_nodes_unsorted.osm").read_text("utf-8").splitlines()
    path = tmp_path / "ways.osm"
    path.write_text("\n".join(line for line in lines if "<node" not in line), "utf-8")
    with pytest.raises(DataFileError, match=r"none of their positions.*out skel"):
        import_streets(StreetFile(path), OUTLINE, metric_crs=BELT)


def test_a_packed_file_cut_off_is_refused(tmp_path):
    packed = gzip.compress((FILES / "osm_nodes_unsorted.osm").read_bytes())
    path = tmp_path / "half.osm.gz"
    path.write_bytes(packed[:-40])
    with pytest.raises(DataFileError, match="cut off or damaged"):
        import_streets(StreetFile(path), OUTLINE, metric_crs=BELT)
    path.write_bytes(gzip.compress(b"name,x,y"))
    with pytest.raises(DataFileError, match=r"gzip.*not OpenStreetMap XML"):
        import_streets(StreetFile(path), OUTLINE, metric_crs=BELT)


# ---------------------------------------------------------------- ends led to a middle line


@pytest.fixture(scope="module")
def divided():
    return import_streets(StreetFile(FILES / "two_part_divided_road.osm"), OUTLINE, metric_crs=BELT)


def test_an_end_is_led_straight_to_a_divided_road_in_two_parts(divided):
    report = divided.report.set_index("name")
    assert report.loc["中塘街", "extended_m"] <= 7.6
    assert report.loc["中塘街", "length_m"] == pytest.approx(307.5, abs=2)
    sentence = (FILES / "two_part_divided_road_plan.txt").read_text("utf-8").splitlines()[-1]
    assert area_km2(divided, sentence) == pytest.approx(0.123, abs=0.001)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_extension_above_a_metre_is_told(divided, language):
    assert divided.report.set_index("name").loc["中塘街", "extended_to"] == "双塘路 7.5"
    lines = import_report(divided, language=language).splitlines()
    assert [line for line in lines if "中塘街" in line and "双塘路 7.5" in line]


def test_an_end_far_from_the_middle_stays_and_is_told():
    mean, street = (
        shapely.LineString([(0, 0), (100, 0)]),
        shapely.LineString([(150, -9), (150, -80)]),
    )
    carriageways = {0: [shapely.LineString([(0, -9), (200, -9)])]}
    parts, (extension,) = extended_to_mean_lines([mean, street], [0, 1], carriageways)
    assert parts[1] == street
    assert not extension.is_made
    assert extension.length_m == pytest.approx(np.hypot(50, 9))
    assert extension.length_m > EXTENSION_M == SEPARATION_M / 2


def test_no_line_of_an_import_leaves_its_ways_far_behind(divided):
    from geo.streets.sources import read_streets

    ways = read_streets(FILES / "two_part_divided_road.osm", OUTLINE.bounds).ways.to_crs(BELT)
    for name, line in divided.roads.to_crs(BELT).set_index("name").geometry.items():
        own_ways = shapely.union_all(ways.loc[ways["name"] == name, "geometry"].to_numpy())
        places = gpd.GeoSeries(shapely.points(shapely.get_coordinates(line.segmentize(2.0))))
        assert places.distance(own_ways).max() <= SEPARATION_M / 2


# ---------------------------------------------------------------- the datum of streets


@pytest.fixture(scope="module")
def known():
    """Known streets of a town of uneven blocks, 2 km across."""
    across = [0, 170, 410, 560, 830, 1100, 1290, 1560, 1800, 2000]
    x, y = 517_000.0, 4_330_000.0
    lines = [shapely.LineString([(x + a, y), (x + a, y + 2000)]) for a in across]
    lines += [shapely.LineString([(x, y + a + 30), (x + 2000, y + a + 30)]) for a in across]
    roads = gpd.GeoDataFrame(
        {"name": [f"第{n}路" for n in range(len(lines))]}, geometry=lines, crs="EPSG:4548"
    )
    outline = shapely.box(x, y, x + 2000, y + 2000)
    return SimpleNamespace(
        roads=roads, rivers=roads.iloc[:0], outline=outline, metric_crs="EPSG:4548"
    )


def shifted_streets(known, folder, shift):
    path = folder / "streets.geojson"
    moved(known.roads.to_crs("EPSG:4326"), shift).to_file(path, driver="GeoJSON")
    return path


def outline_of(known):
    return gpd.GeoDataFrame(geometry=[known.outline], crs="EPSG:4548")


@pytest.mark.parametrize(
    ("datum", "shift"), [("gcj02", wgs84_to_gcj02_xy), ("bd09", wgs84_to_bd09_xy)]
)
def test_streets_of_a_web_map_are_refused_or_shifted_when_asked(known, tmp_path, datum, shift):
    path = shifted_streets(known, tmp_path, shift)
    with pytest.raises(DataFileError, match=f"Nothing was imported.*--datum {datum}") as caught:
        import_streets(StreetFile(path), outline_of(known), base=known)
    assert f"--datum {datum}" in caught.value.explain("zh")
    imported = import_streets(StreetFile(path, datum=datum), outline_of(known), base=known)
    lines = imported.roads.to_crs("EPSG:4548").sort_values("name").geometry
    expected = known.roads.sort_values("name").geometry
    assert shapely.hausdorff_distance(lines.array, expected.array).max() < 0.2


def test_streets_in_wgs84_are_imported_without_a_word_on_their_datum(known, tmp_path):
    path = shifted_streets(known, tmp_path, lambda positions: positions)
    imported = import_streets(StreetFile(path, attribution="x"), outline_of(known), base=known)
    assert [issue.code for issue in imported.issues] == []


def test_streets_without_known_ones_are_told_to_be_unchecked(known, tmp_path):
    path = shifted_streets(known, tmp_path, wgs84_to_gcj02_xy)
    imported = import_streets(StreetFile(path, attribution="x"), outline_of(known))
    assert [issue.code for issue in imported.issues] == ["datum-not-compared"]


def test_streets_in_an_old_datum_are_named(known, tmp_path):
    path = tmp_path / "streets.gpkg"
    known.roads.set_crs("EPSG:2384", allow_override=True).to_file(path)
    imported = import_streets(StreetFile(path, attribution="x"), outline_of(known))
    assert "datum-old" in [issue.code for issue in imported.issues]


# ---------------------------------------------------------------- names, kinds and corners of ways


CORNER = np.array([121.2033, 30.9979])
TO_DEGREES = np.array([1 / 95_500, 1 / 110_870])  # metres at 31° N, good to 0.1 %
SIDE = 900
SIDES = {
    "南堤街": [(-100, 0), (0, 0), (SIDE, 0), (SIDE + 100, 0)],
    "东塘路": [(SIDE, -100), (SIDE, 0), (SIDE, SIDE), (SIDE, SIDE + 100)],
    "北堤街": [(-100, SIDE), (0, SIDE), (SIDE, SIDE), (SIDE + 100, SIDE)],
    "西塘路": [(0, -100), (0, 0), (0, SIDE), (0, SIDE + 100)],
}


def osm(*changes, without=()):
    """Return OpenStreetMap XML of the four sides and of further ways: places and tags."""
    ways = [
        (places, {"highway": "secondary", "name": name})
        for name, places in SIDES.items()
        if name not in without
    ]
    ways += changes
    numbers = {}
    for places, _ in ways:
        for place in places:
            numbers.setdefault((round(place[0], 2), round(place[1], 2)), len(numbers) + 1)
    lines = ['<osm version="0.6">']
    for place, number in numbers.items():
        lon, lat = CORNER + np.array(place) * TO_DEGREES
        lines.append(f'<node id="{number}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"/>')
    for number, (places, tags) in enumerate(ways, start=1):
        lines.append(f'<way id="{number}" version="1">')
        for x, y in places:
            lines.append(f'<nd ref="{numbers[round(x, 2), round(y, 2)]}"/>')
        lines += [f'<tag k="{key}" v="{value}"/>' for key, value in tags.items()]
        lines.append("</way>")
    return "\n".join([*lines, "</osm>"])


def imported_osm(tmp_path, text):
    path = tmp_path / "own.osm"
    path.write_text(text, "utf-8")
    return import_streets(StreetFile(path), OUTLINE, metric_crs=BELT)


SOUTH = SIDES["南堤街"]


@pytest.mark.parametrize(
    "tags",
    [
        {"name": "南堤街 South Di Street"},
        {"name": "Nandi Jie (南堤街)"},
        {"name": "南堤街/Nandi Jie"},
        {"name": " 南堤街\u200b"},
        {"name": "South Di Street", "name:zh": "南堤街"},
        {"alt_name": "南堤街"},
        {"name": "滨河路;南堤街"},
    ],
)
def test_a_street_is_found_under_its_chinese_name(tmp_path, tags):
    way = (SOUTH, {"highway": "secondary", **tags})
    imported = imported_osm(tmp_path, osm(way, without=["南堤街"]))
    assert area_km2(imported, SQUARE) == pytest.approx(0.81, abs=0.003)


@pytest.mark.parametrize("value", ["construction", "proposed"])
def test_a_street_that_is_not_open_is_told(tmp_path, value):
    way = (SOUTH, {"highway": value, "name": "南堤街"})
    imported = imported_osm(tmp_path, osm(way, without=["南堤街"]))
    assert "南堤街" not in set(imported.roads["name"])
    (issue,) = imported.issues
    assert issue.code == "street-not-open"
    assert "南堤街" in issue.sentence("zh")


def test_service_roads_beside_a_divided_road_do_not_move_it(tmp_path):
    ways = []
    for y, kind in ((20, "primary"), (-20, "primary"), (38, "service"), (-38, "service")):
        places = [(x, y) for x, _ in SOUTH]
        tags = {"highway": kind, "name": "南堤街", "oneway": "yes"}
        ways.append((places if y < 0 else places[::-1], tags))
    imported = imported_osm(tmp_path, osm(*ways, without=["南堤街"]))
    row = imported.report.set_index("name").loc["南堤街"]
    assert (row["parts"], row["separation_m"]) == (1, pytest.approx(40, abs=0.1))
    assert area_km2(imported, SQUARE) == pytest.approx(0.81, abs=0.003)


def test_a_road_that_goes_on_as_a_service_road_is_whole(tmp_path):
    ways = [
        (SOUTH[:2], {"highway": "secondary", "name": "南堤街"}),
        (SOUTH[1:], {"highway": "service", "name": "南堤街"}),
    ]
    imported = imported_osm(tmp_path, osm(*ways, without=["南堤街"]))
    assert area_km2(imported, SQUARE) == pytest.approx(0.81, abs=0.003)


CIRCLE = [
    (SIDE + 20 * np.cos(angle), 20 * np.sin(angle)) for angle in np.radians(range(0, 361, 15))
]
ROUNDABOUT = (CIRCLE, {"highway": "secondary", "junction": "roundabout"})


@pytest.mark.parametrize("goes_on", [False, True])
def test_streets_that_end_on_a_roundabout_meet_in_its_middle(tmp_path, goes_on):
    ways = [
        ROUNDABOUT,
        ([(-100, 0), (0, 0), (SIDE - 20, 0)], {"highway": "secondary", "name": "南堤街"}),
        ([(SIDE, 20), (SIDE, SIDE), (SIDE, SIDE + 100)], {"highway": "tertiary", "name": "东塘路"}),
    ]
    if goes_on:
        tags = {"highway": "secondary", "name": "南堤街"}
        ways.append(([(SIDE + 20, 0), (SIDE + 100, 0)], tags))
    imported = imported_osm(tmp_path, osm(*ways, without=["南堤街", "东塘路"]))
    assert area_km2(imported, SQUARE) == pytest.approx(0.81, abs=0.003)
    extended = imported.report.set_index("name").loc["东塘路", "extended_to"]
    assert extended.startswith("南堤街")
    assert float(extended.split()[-1]) == pytest.approx(20, abs=0.2)


@pytest.mark.parametrize("value", ["river", "canal", "ditch"])
def test_a_named_water_is_a_limit_whatever_its_kind(tmp_path, value):
    way = (SOUTH, {"waterway": value, "name": "南堤河"})
    imported = imported_osm(tmp_path, osm(way, without=["南堤街"]))
    assert list(imported.river["name"]) == ["南堤河"]


@pytest.mark.parametrize("heading", ["道路 名称", "RoadName", "Name_CHN", "FULLNAME", "街道"])
@pytest.mark.parametrize("by_line", [False, True])
def test_features_in_a_list_or_by_lines_have_a_column_of_names(tmp_path, heading, by_line):
    features = [
        {
            "type": "Feature",
            "properties": {heading: name},
            "geometry": {
                "type": "LineString",
                "coordinates": (CORNER + np.array(places) * TO_DEGREES).tolist(),
            },
        }
        for name, places in SIDES.items()
    ]
    path = tmp_path / "own.geojson"
    text = "\n".join(map(json.dumps, features)) if by_line else json.dumps(features)
    path.write_text(text, "utf-8")
    imported = import_streets(StreetFile(path), OUTLINE, metric_crs=BELT)
    assert area_km2(imported, SQUARE) == pytest.approx(0.81, abs=0.003)


def street_features(tmp_path, properties):
    """Write the four sides as GeoJSON, each with properties made from its name; return the path."""
    features = [
        {
            "type": "Feature",
            "properties": properties(name),
            "geometry": {
                "type": "LineString",
                "coordinates": (CORNER + np.array(places) * TO_DEGREES).tolist(),
            },
        }
        for name, places in SIDES.items()
    ]
    path = tmp_path / "own.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


@pytest.mark.parametrize("written", [list, repr])
def test_cells_of_several_values_are_read(tmp_path, written):
    path = street_features(
        tmp_path,
        lambda name: {
            "name": written([name, "又名路"]),
            "highway": written(["primary", "secondary"]),
            "osmid": written([1, 2]),
            "lanes": written(["2", "4"]),
        },
    )
    imported = import_streets(StreetFile(path), OUTLINE, metric_crs=BELT)
    assert area_km2(imported, SQUARE) == pytest.approx(0.81, abs=0.003)
    assert "又名路" in set(imported.roads["name"])
    assert set(imported.roads["road_class"]) == {"primary"}


def test_lines_of_which_none_is_a_street_are_told(tmp_path):
    path = street_features(tmp_path, lambda name: {"name": name, "highway": "corridor"})
    with pytest.raises(DataFileError, match=r"No line of 4 is a street.*corridor"):
        import_streets(StreetFile(path), OUTLINE, metric_crs=BELT)


def test_a_roundabout_may_be_of_several_ways(tmp_path):
    half = len(CIRCLE) // 2
    ways = [
        (CIRCLE[: half + 1], ROUNDABOUT[1]),
        (CIRCLE[half:], ROUNDABOUT[1]),
        ([(-100, 0), (0, 0), (SIDE - 20, 0)], {"highway": "secondary", "name": "南堤街"}),
        ([(SIDE, 20), (SIDE, SIDE), (SIDE, SIDE + 100)], {"highway": "tertiary", "name": "东塘路"}),
    ]
    imported = imported_osm(tmp_path, osm(*ways, without=["南堤街", "东塘路"]))
    assert area_km2(imported, SQUARE) == pytest.approx(0.81, abs=0.003)
