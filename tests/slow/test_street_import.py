import geopandas as gpd
import pytest
import shapely
from shapely import LineString, Polygon, box

from geo.crs import METRIC
from geo.enclosures.enclose import enclose
from geo.errors import CRSError, DataFileError
from geo.foreign_files.osm_elements import is_river_area
from geo.streets.drift import compare_with_base, import_report
from geo.streets.importing import StreetFile, import_streets
from geo.streets.noding import SAME_PLACE_M, extended_to_mean_lines, noded
from geo.streets.osm import chinese_name, oneway_value
from geo.streets.rivers import river_lines
from geo.streets.rows import CLASS_HALF_WIDTH_M, romanised, slug

pytestmark = pytest.mark.usefixtures("quick_readers")

X, Y = 517_000.0, 4_330_000.0


def line(*points):
    return LineString([(X + x, Y + y) for x, y in points])


def outline(half=500):
    area = box(X - half, Y - half, X + half, Y + half)
    return gpd.GeoSeries([area], crs=METRIC).to_crs("EPSG:4326").iloc[0]


def streets_file(folder, rows, **extra):
    """Write a GeoPackage of (name, line) and return its path."""
    layer = gpd.GeoDataFrame(
        {"name": [name for name, _ in rows], **extra},
        geometry=[shape for _, shape in rows],
        crs=METRIC,
    )
    path = folder / "streets.gpkg"
    layer.to_file(path)
    return path


def imported_lines(imported):
    return imported.roads.to_crs(METRIC).set_index("name").geometry


# ---------------------------------------------------------------- what is kept


def test_named_streets_near_the_outline_are_kept_and_others_are_not(tmp_path):
    rows = [
        ("南京路", line((-400, 0), (400, 0))),
        ("远路", line((5000, 0), (5400, 0))),
        (None, line((-400, 50), (400, 50))),
        ("", line((-400, 70), (400, 70))),
    ]
    imported = import_streets(StreetFile(streets_file(tmp_path, rows)), outline())
    assert list(imported.roads["name"]) == ["南京路"]


def test_streets_are_clipped_to_the_outline_and_its_margin(tmp_path):
    path = streets_file(tmp_path, [("南京路", line((-4000, 0), (4000, 0)))])
    imported = import_streets(StreetFile(path), outline(500), margin_m=100)
    assert imported_lines(imported)["南京路"].length == pytest.approx(1200, abs=1)


def test_slip_roads_and_pavements_do_not_make_a_road(tmp_path):
    rows = [
        ("南京路", line((-400, 0), (400, 0))),
        ("南京路", line((0, 0), (40, 30))),
        ("南京路", line((-400, 12), (400, 12))),
        ("滨江道", line((0, -300), (0, 300))),
    ]
    highway = ["primary", "primary_link", "footway", "pedestrian"]
    imported = import_streets(StreetFile(streets_file(tmp_path, rows, highway=highway)), outline())
    assert imported_lines(imported)["南京路"].length == pytest.approx(800, abs=0.5)
    assert dict(zip(imported.roads["name"], imported.roads["road_class"], strict=True)) == {
        "南京路": "primary",
        "滨江道": "footway",
    }


def test_a_way_with_two_names_belongs_to_both_roads(tmp_path):
    rows = [("甲路;乙路", line((-100, 0), (100, 0))), ("甲路", line((100, 0), (300, 0)))]
    imported = import_streets(StreetFile(streets_file(tmp_path, rows)), outline())
    lengths = imported_lines(imported).length
    assert lengths["甲路"] == pytest.approx(400, abs=0.5)
    assert lengths["乙路"] == pytest.approx(200, abs=0.5)


def test_a_name_at_two_far_places_is_two_roads_and_an_issue(tmp_path):
    rows = [
        ("建设路", line((-1900, 0), (-1700, 0))),
        ("建设路", line((1700, 0), (1950, 0))),
    ]
    imported = import_streets(StreetFile(streets_file(tmp_path, rows)), outline(2000))
    assert list(imported.roads["road_id"]) == ["jianshe-lu", "jianshe-lu-2"]
    assert [issue.code for issue in imported.issues] == [
        "datum-not-compared",
        "attribution-missing",
        "street-name-twice",
    ]


def test_what_remains_open_is_reported_in_metres(tmp_path):
    rows = [("南京路", line((-400, 0), (0, 0))), ("南京路", line((95, 0), (400, 0)))]
    imported = import_streets(StreetFile(streets_file(tmp_path, rows)), outline())
    (row,) = imported.report.to_dict("records")
    assert (row["parts"], row["open"], row["open_m"]) == (2, 1, pytest.approx(95, abs=0.2))
    (issue,) = [issue for issue in imported.issues if issue.code == "street-open"]
    assert "95 m" in str(issue.message)
    assert imported.roads.geometry.iloc[0].geom_type == "MultiLineString"


def test_ids_of_all_ways_are_kept(tmp_path):
    rows = [("南京路", line((-400, 0), (0, 0))), ("南京路", line((0, 0), (400, 0)))]
    path = streets_file(tmp_path, rows, osm_id=["5", "7"])
    imported = import_streets(StreetFile(path), outline())
    assert imported.roads["osm_ids"].iloc[0] == ["way/5", "way/7"]
    assert imported.attribution == "© OpenStreetMap contributors"
    assert imported.licence == "ODbL 1.0"


def test_data_of_nobody_known_get_an_issue_unless_the_caller_says_whose(tmp_path):
    path = streets_file(tmp_path, [("南京路", line((-400, 0), (400, 0)))])
    codes = [issue.code for issue in import_streets(StreetFile(path), outline()).issues]
    assert codes == ["datum-not-compared", "attribution-missing"]
    file = StreetFile(path, attribution="某测绘院", licence="CC BY 4.0")
    streets = import_streets(file, outline())
    assert [issue.code for issue in streets.issues] == ["datum-not-compared"]
    assert streets.attribution == "某测绘院"
    assert set(streets.roads["licence"]) == {"CC BY 4.0"}


def test_an_assumed_error_says_that_it_is_assumed(tmp_path):
    path = streets_file(tmp_path, [("南京路", line((-400, 0), (400, 0)))])
    assert "assumed" in import_streets(StreetFile(path), outline()).roads["note"].iloc[0]
    streets = import_streets(StreetFile(path, position_error_m=2.5), outline()).roads.iloc[0]
    assert (streets["position_error_m"], streets["note"]) == (2.5, "")


def test_half_widths_come_from_width_then_lanes_then_class(tmp_path):
    rows = [(n, line((-400, y), (400, y))) for n, y in (("甲路", 0), ("乙路", 90), ("丙路", 180))]
    path = streets_file(
        tmp_path,
        rows,
        highway=["secondary"] * 3,
        width=["18", None, None],
        lanes=["4", "4", None],
    )
    widths = import_streets(StreetFile(path), outline()).roads.set_index("name")["half_width_m"]
    assert widths["甲路"] == pytest.approx(18 / 2 + 3)
    assert widths["乙路"] == pytest.approx(4 * 3.5 / 2 + 3)
    assert widths["丙路"] == CLASS_HALF_WIDTH_M["secondary"]


def test_an_outline_elsewhere_is_refused_with_where_the_streets_are(tmp_path):
    path = streets_file(tmp_path, [("南京路", line((-400, 0), (400, 0)))])
    with pytest.raises(DataFileError, match=r"no named street near the outline.*117\.1"):
        import_streets(StreetFile(path), box(121.0, 31.0, 121.1, 31.1), metric_crs="EPSG:4549")


def test_measures_in_degrees_are_refused(tmp_path):
    path = streets_file(tmp_path, [("南京路", line((-400, 0), (400, 0)))])
    with pytest.raises(CRSError, match="metres"):
        import_streets(StreetFile(path), outline(), metric_crs="EPSG:4326")


def test_an_empty_outline_is_refused(tmp_path):
    path = streets_file(tmp_path, [("南京路", line((-400, 0), (400, 0)))])
    with pytest.raises(DataFileError, match="encloses nothing"):
        import_streets(StreetFile(path), Polygon())


# ---------------------------------------------------------------- one network


def divided_town(folder):
    """Return a ring of a divided road, a street across it, and two that end on it."""
    rows = [
        ("南京路", line((-400, -9), (400, -9))),
        ("南京路", line((400, 9), (-400, 9))),
        ("山西路", line((-200, 9), (-200, 300))),
        ("河北路", line((200, 9), (200, 300))),
        ("营口道", line((0, -300), (0, 300))),
        ("赤峰道", line((-300, 200), (300, 200))),
    ]
    oneway = ["yes", "yes", None, None, None, None]
    return import_streets(StreetFile(streets_file(folder, rows, oneway=oneway)), outline())


def test_streets_that_end_on_a_carriageway_reach_the_mean_line(tmp_path):
    imported = divided_town(tmp_path)
    lines = imported_lines(imported)
    assert lines["南京路"].hausdorff_distance(line((-400, 0), (400, 0))) < 0.15
    assert lines["山西路"].length == pytest.approx(300, abs=0.2)
    report = imported.report.set_index("name")
    assert report.loc["山西路", "extended_m"] == pytest.approx(9.0)
    assert report.loc["南京路", "separation_m"] == pytest.approx(18.0)
    assert report.loc["营口道", "extended_m"] == 0.0


def test_junctions_are_shared_vertices_in_the_file(tmp_path):
    lines = divided_town(tmp_path).roads.set_index("name").geometry
    main = set(lines["南京路"].coords)
    for name in ("山西路", "河北路", "营口道"):
        assert len(main & set(lines[name].coords)) == 1, name


def test_a_ring_of_imported_streets_closes_without_a_gap(tmp_path):
    roads = divided_town(tmp_path).roads.to_crs(METRIC)
    ring = enclose(["南京路", "河北路", "赤峰道", "山西路"], roads)
    assert ring.polygon.area == pytest.approx(400 * 200, rel=1e-3)
    assert set(ring.edges["corner_from"]) == {"shared vertex"}
    assert ring.edges["gap_m"].max() == 0


def test_lines_that_cross_get_a_common_vertex():
    one, two = noded([LineString([(0, 0), (10, 0)]), LineString([(3, -5), (3, 5)])])
    assert one.wkt == "LINESTRING (0 0, 3 0, 10 0)"
    assert two.wkt == "LINESTRING (3 -5, 3 0, 3 5)"


def test_an_end_a_hair_beside_a_line_is_put_on_it():
    hair = SAME_PLACE_M / 2
    one, two = noded([LineString([(0, 0), (10, 0)]), LineString([(3, hair), (3, 5)])])
    assert set(one.coords) & set(two.coords)


def test_a_crossing_beside_a_vertex_is_that_vertex():
    bent = LineString([(0, 0), (3.05, 0), (10, 0.1)])
    one, two = noded([bent, LineString([(3, -5), (3, 5)])])
    assert len(one.coords) == 3
    assert set(one.coords) & set(two.coords)


def test_lines_that_do_not_meet_are_as_they_were():
    lines = [LineString([(0, 0), (10, 0)]), LineString([(0, 5), (10, 5)])]
    assert [part.wkt for part in noded(lines)] == [part.wkt for part in lines]


def test_a_street_that_crosses_the_mean_line_is_not_extended():
    mean, cross = LineString([(0, 0), (100, 0)]), LineString([(50, -9), (50, 80)])
    carriageways = {0: [LineString([(0, -9), (100, -9)]), LineString([(0, 9), (100, 9)])]}
    parts, extended = extended_to_mean_lines([mean, cross], [0, 1], carriageways)
    assert parts[1] is cross
    assert extended == []


# ---------------------------------------------------------------- rivers


def waters(*rows):
    return gpd.GeoDataFrame(
        [dict(zip(("name", "kind", "geometry"), row, strict=True)) for row in rows], crs=METRIC
    ).assign(source_id=[f"way/{k}" for k in range(len(rows))])


DISTRICT = box(0, 0, 1000, 1000)
NEAR = DISTRICT.buffer(300)
MID = LineString([(1050, -2000), (1050, 2000)])
RIVER = box(1000, -2000, 1100, 2000)


def test_a_river_area_gives_the_bank_on_the_side_of_the_district():
    rivers = river_lines(waters(("海河", "line", MID), ("海河", "area", RIVER)), DISTRICT, NEAR, [])
    by_reading = {row["reading"]: row["geometry"] for row in rivers}
    assert list(by_reading) == ["mid_river", "bank"]
    assert set(shapely.get_coordinates(by_reading["bank"])[:, 0]) == {1000.0}
    assert set(shapely.get_coordinates(by_reading["mid_river"])[:, 0]) == {1050.0}


def test_an_area_without_a_name_is_the_river_whose_mid_line_runs_through_it():
    rivers = river_lines(waters(("海河", "line", MID), ("", "area", RIVER)), DISTRICT, NEAR, [])
    assert [row["reading"] for row in rivers] == ["mid_river", "bank"]


def test_a_pond_beside_the_river_gives_no_bank():
    issues = []
    pond = box(500, 500, 560, 560)
    rivers = river_lines(waters(("海河", "line", MID), ("", "area", pond)), DISTRICT, NEAR, issues)
    assert [row["reading"] for row in rivers] == ["mid_river"]
    assert [issue.code for issue in issues] == ["bank-not-found"]


def test_an_area_in_two_pieces_gives_one_bank():
    pieces = [box(1000, -2000, 1100, 400), box(1000, 400, 1100, 2000)]
    rivers = river_lines(
        waters(("海河", "line", MID), *(("海河", "area", piece) for piece in pieces)),
        DISTRICT,
        NEAR,
        [],
    )
    bank = rivers[1]["geometry"]
    assert bank.geom_type == "LineString"
    assert set(shapely.get_coordinates(bank)[:, 0]) == {1000.0}


# ---------------------------------------------------------------- comparison


def layer(*rows, **extra):
    return gpd.GeoDataFrame(
        {"name": [name for name, _ in rows], **extra},
        geometry=[shape for _, shape in rows],
        crs=METRIC,
    )


def test_a_street_drawn_aside_is_off_by_that_much():
    real = layer(("南京路", line((0, 0), (1000, 0))))
    drawn = layer(
        ("南京路", line((0, 12), (1000, 12))), method=["inferred"], position_error_m=[20.0]
    )
    (row,) = compare_with_base(real, drawn).to_dict("records")
    assert row["median_m"] == row["p95_m"] == row["hausdorff_m"] == 12.0
    assert row["length_ratio"] == 1.0
    assert (row["method"], row["within_claim"]) == ("inferred", True)


def test_a_street_off_by_more_than_its_claimed_error_is_told():
    real = layer(("南京路", line((0, 0), (1000, 0))))
    drawn = layer(("南京路", line((0, 31), (1000, 31))), position_error_m=[10.0])
    assert not compare_with_base(real, drawn)["within_claim"].iloc[0]


def test_only_the_stretch_that_the_import_has_is_measured():
    real = layer(("南京路", line((0, 0), (500, 0))))
    drawn = layer(("南京路", line((0, 10), (1000, 10))))
    (row,) = compare_with_base(real, drawn).to_dict("records")
    assert row["hausdorff_m"] == 10.0
    assert row["compared_m"] == pytest.approx(500, abs=10)


def test_streets_of_one_side_only_are_listed():
    table = compare_with_base(
        layer(("甲路", line((0, 0), (9, 0)))), layer(("乙路", line((0, 0), (9, 0))))
    )
    assert dict(zip(table["name"], table["found"], strict=True)) == {
        "乙路": "base only",
        "甲路": "import only",
    }


def test_a_reviewed_alias_finds_the_street_of_another_name():
    real = layer(("太原道", line((0, 0), (500, 0))))
    drawn = layer(("新太原道", line((0, 4), (500, 4))))
    table = compare_with_base(real, drawn, aliases={"新太原道": "太原道"})
    assert list(table["found"]) == ["both"]


# ---------------------------------------------------------------- tags and names


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("yes", 1),
        ("F", 1),
        ("-1", -1),
        ("T", -1),
        ("no", 0),
        ("B", 0),
        (None, 0),
        ("reversible", 0),
    ],
)
def test_one_way_is_read_in_every_spelling(value, expected):
    assert oneway_value(value) == expected


def test_a_roundabout_is_one_way_without_saying_so():
    assert oneway_value(None, "roundabout") == 1


def test_a_foreign_name_gives_way_to_the_chinese_one():
    assert chinese_name({"name": "Nanjing Road", "name:zh": "南京路"}) == "南京路"
    assert chinese_name({"name": "南京路", "name:zh": "南京路（旧）"}) == "南京路"
    assert chinese_name({}) == ""


def test_ponds_are_no_rivers():
    assert is_river_area({"natural": "water", "water": "river"})
    assert is_river_area({"natural": "water"})
    assert is_river_area({"waterway": "riverbank"})
    assert not is_river_area({"natural": "water", "water": "pond"})


def test_ids_and_english_names_are_pinyin():
    assert slug("南门外大街") == "nanmenwaida-jie"
    assert slug("9号路") == "9hao-lu"
    assert romanised("Victoria Road") == "Victoria Road"


def test_the_report_has_no_empty_cell(tmp_path):
    assert not divided_town(tmp_path).report.isna().any().any()


def test_the_end_of_the_water_is_no_bank():
    ends_inside = box(1000, 200, 1100, 800)
    mid = LineString([(1050, 200), (1050, 800)])
    rivers = river_lines(
        waters(("海河", "line", mid), ("海河", "area", ends_inside)), DISTRICT, NEAR, []
    )
    bank = rivers[1]["geometry"]
    assert shapely.get_coordinates(bank)[:, 0].max() < 1050
    assert bank.length == pytest.approx(600, abs=60)


# ---------------------------------------------------------------- the report


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_tells_what_was_made_and_what_remains_open(tmp_path, language):
    rows = [("南京路", line((-400, 0), (0, 0))), ("南京路", line((95, 0), (400, 0)))]
    file = StreetFile(streets_file(tmp_path, rows, osm_id=["5", "7"]))
    imported = import_streets(file, outline())
    bundled = layer(
        ("南京路", line((-400, 20), (0, 20))),
        ("长沙路", line((0, 0), (0, 90))),
        method=["inferred", "traced"],
        position_error_m=[15.0, 5.0],
    )
    report = import_report(imported, compare_with_base(imported, bundled), language)
    assert "© OpenStreetMap contributors" in report
    assert "95" in report
    assert "| 南京路 | " + {"zh": "推定", "en": "inferred"}[language] + " | 15.0 | 20.0 |" in report
    assert {"zh": "| 否 |", "en": "| no |"}[language] in report
    assert "长沙路" in report.split("南京路")[-1]
