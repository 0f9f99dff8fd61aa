"""Shifts agree with known positions; a layer in a wrong datum is named as such."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer
from shapely import GeometryCollection, LineString, Point, Polygon, affinity, box

from geo.crs import METRIC, WGS84
from geo.datums import shifts as datums
from geo.datums.guess import as_wgs84, guess_datum
from geo.errors import CRSError

# Longitude, latitude in WGS84 and in GCJ-02. Shanghai, Shenzhen and Beijing are the test
# points of the program evil-transform, as its versions on the Krasovsky ellipsoid give them.
KNOWN_GCJ02 = {
    "Shanghai": ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    "Shenzhen": ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    "Beijing": ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
}
# BD-09 as public listings of Tianjin print it, and WGS84 as another program converted it.
KNOWN_BD09 = {
    "西开教堂": ((117.200765, 39.12413), (117.187857, 39.117341)),
    "和平体育馆": ((117.212832, 39.126273), (117.200005, 39.119312)),
    "圣奥商厦": ((117.20836, 39.13287), (117.195493, 39.125974)),
}
METRE = 1.0 / 111_000.0  # degrees of latitude

EAST, NORTH = 517_000.0, 4_330_000.0
ACROSS = np.array([0, 170, 410, 560, 830, 1100, 1290, 1560, 1800, 2000])
ALONG = np.array([0, 240, 390, 700, 880, 1190, 1330, 1610, 1790, 2000])


def turned(geometry):
    return affinity.rotate(geometry, 37, origin=(EAST + 1000, NORTH + 1000))


@pytest.fixture(scope="module")
def base():
    streets = [LineString([(EAST + x, NORTH), (EAST + x, NORTH + 2000)]) for x in ACROSS]
    streets += [LineString([(EAST, NORTH + y), (EAST + 2000, NORTH + y)]) for y in ALONG]
    roads = gpd.GeoDataFrame(geometry=[turned(street) for street in streets], crs=METRIC)
    outline = turned(box(EAST, NORTH, EAST + 2000, NORTH + 2000))
    return SimpleNamespace(roads=roads, rivers=roads.iloc[:0], outline=outline, metric_crs=METRIC)


@pytest.fixture
def zones_m():
    """Two zones along streets, drawn 5 m off."""
    zones = [box(EAST + 415, NORTH + 395, EAST + 1105, NORTH + 885)]
    zones += [box(EAST + 1105, NORTH + 885, EAST + 1805, NORTH + 1615)]
    return gpd.GeoDataFrame(
        {"name": ["甲", "乙"]}, geometry=[turned(zone) for zone in zones], crs=METRIC
    )


def codes(guess):
    return [issue.code for issue in guess.issues]


def flipped(layer):
    return layer.set_geometry(
        gpd.GeoSeries(
            shapely.transform(layer.geometry.array, lambda xy: xy[:, ::-1]), crs=layer.crs
        )
    )


@pytest.mark.parametrize("place", KNOWN_GCJ02)
def test_gcj02_agrees_with_known_positions(place):
    wgs84, gcj02 = KNOWN_GCJ02[place]
    assert datums.wgs84_to_gcj02_xy(np.array([wgs84]))[0] == pytest.approx(gcj02, abs=1e-9)


@pytest.mark.parametrize("place", KNOWN_BD09)
def test_bd09_agrees_with_known_positions_to_a_quarter_metre(place):
    bd09, wgs84 = KNOWN_BD09[place]
    assert datums.bd09_to_wgs84_xy(np.array([bd09]))[0] == pytest.approx(wgs84, abs=METRE / 4)


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (datums.wgs84_to_gcj02_xy, datums.gcj02_to_wgs84_xy),
        (datums.gcj02_to_bd09_xy, datums.bd09_to_gcj02_xy),
        (datums.wgs84_to_bd09_xy, datums.bd09_to_wgs84_xy),
    ],
)
def test_the_inverse_returns_within_a_tenth_of_a_millimetre(there, back):
    random = np.random.default_rng(20261122)
    places = np.column_stack([random.uniform(75, 134, 2000), random.uniform(18, 52, 2000)])
    assert np.abs(back(there(places)) - places).max() < METRE / 10_000


def test_the_shift_in_heping_is_about_558_metres():
    place = np.array([[117.2, 39.12]])
    shifted = Transformer.from_crs(WGS84, METRIC, always_xy=True)
    x0, y0 = shifted.transform(*place[0])
    x1, y1 = shifted.transform(*datums.wgs84_to_gcj02_xy(place)[0])
    assert 555 < np.hypot(x1 - x0, y1 - y0) < 560


def test_positions_outside_china_stay():
    paris = np.array([[2.35, 48.86]])
    assert datums.wgs84_to_bd09_xy(paris) == pytest.approx(paris)


def test_an_empty_array_is_answered_with_an_empty_array():
    assert datums.gcj02_to_wgs84_xy(np.empty((0, 2))).shape == (0, 2)


def test_a_layer_in_metres_is_not_shifted(zones_m):
    with pytest.raises(CRSError, match="Only a layer in WGS84"):
        datums.wgs84_to_gcj02(zones_m)


def test_a_shifted_layer_keeps_its_area_and_its_columns(zones_m):
    zones = zones_m.to_crs(WGS84)
    shifted = datums.wgs84_to_gcj02(zones)
    assert shifted["name"].tolist() == ["甲", "乙"]
    assert shifted.to_crs(METRIC).area.to_numpy() == pytest.approx(
        zones_m.area.to_numpy(), rel=2e-3
    )


def test_wgs84_is_recognised_without_any_issue(base, zones_m):
    guess = guess_datum(zones_m.to_crs(WGS84), base)
    assert (guess.reading.id, guess.certain, codes(guess)) == ("wgs84", True, [])
    assert guess.reading.median_m < 10
    assert guess.reading.inside > 0.95


def test_cgcs2000_degrees_count_as_wgs84(base, zones_m):
    assert guess_datum(zones_m.to_crs("EPSG:4490"), base).reading.id == "wgs84"


def test_the_districts_own_belt_is_recognised_without_any_issue(base, zones_m):
    guess = guess_datum(zones_m, base)
    assert (guess.reading.id, guess.certain, codes(guess)) == (METRIC, True, [])


@pytest.mark.parametrize(
    ("reading", "code", "make"),
    [
        ("gcj02", "datum-gcj02", lambda zones: datums.wgs84_to_gcj02(zones.to_crs(WGS84))),
        (
            "bd09",
            "datum-bd09",
            lambda zones: datums.moved(zones.to_crs(WGS84), datums.wgs84_to_bd09_xy),
        ),
        (
            "web-mercator+gcj02",
            "datum-gcj02",
            lambda zones: datums.wgs84_to_gcj02(zones.to_crs(WGS84)).to_crs("EPSG:3857"),
        ),
        ("wgs84-flipped", "axis-flipped", lambda zones: flipped(zones.to_crs(WGS84))),
        ("EPSG:4548-flipped", "axis-flipped", flipped),
        (
            "web-mercator",
            "web-mercator",
            lambda zones: zones.to_crs("EPSG:3857").set_crs(WGS84, allow_override=True),
        ),
        (
            "EPSG:4549",
            "wrong-belt",
            lambda zones: zones.to_crs("EPSG:4549").set_crs(METRIC, allow_override=True),
        ),
        (
            "EPSG:4547",
            "wrong-belt",
            lambda zones: zones.to_crs("EPSG:4547").set_crs(WGS84, allow_override=True),
        ),
        (
            "wgs84+3",
            "wrong-belt",
            lambda zones: zones.set_crs("EPSG:4549", allow_override=True).to_crs(WGS84),
        ),
        (
            "EPSG:4548",
            "wrong-belt",
            lambda zones: zones.set_crs("EPSG:4549", allow_override=True),
        ),
        (
            "EPSG:4548",
            "declared-otherwise",
            lambda zones: zones.set_crs(WGS84, allow_override=True),
        ),
    ],
)
def test_a_wrong_datum_is_named_and_converted(base, zones_m, reading, code, make):
    layer = make(zones_m)
    guess = guess_datum(layer, base)
    assert guess.reading.id == reading
    assert guess.certain
    assert codes(guess) == [code]
    assert guess.issues[0].level == "error"
    back = as_wgs84(layer, guess.reading.id).to_crs(METRIC)
    assert shapely.hausdorff_distance(back.geometry.array, zones_m.geometry.array).max() < 0.01


@pytest.mark.parametrize(
    ("shift", "reading"),
    [
        (datums.wgs84_to_gcj02_xy, "EPSG:4548+gcj02"),
        (datums.wgs84_to_bd09_xy, "EPSG:4548+bd09"),
    ],
)
@pytest.mark.parametrize("declared", [METRIC, None])
def test_shifted_coordinates_in_a_belt_are_asked(base, zones_m, shift, reading, declared):
    layer = datums.moved(zones_m.to_crs(WGS84), shift).to_crs(METRIC)
    layer = layer.set_crs(declared, allow_override=True)
    guess = guess_datum(layer, base)
    assert not guess.certain
    assert codes(guess) == ["datum-uncertain"]
    assert guess.reading.id == METRIC
    assert reading in [r.id for r in guess.readings]
    back = as_wgs84(layer, reading).to_crs(METRIC)
    assert shapely.hausdorff_distance(back.geometry.array, zones_m.geometry.array).max() < 0.01


@pytest.mark.parametrize(
    ("crs", "code"),
    [("EPSG:3857", "web-mercator"), ("EPSG:3785", "web-mercator"), ("EPSG:4549", "wrong-belt")],
)
def test_an_unfit_system_that_is_declared_is_only_a_warning(base, zones_m, crs, code):
    guess = guess_datum(zones_m.to_crs(crs), base)
    assert [(issue.code, issue.level) for issue in guess.issues] == [(code, "warning")]


def test_belt_numbers_in_the_eastings_are_understood(base, zones_m):
    guess = guess_datum(zones_m.to_crs("EPSG:4527").set_crs(None, allow_override=True), base)
    assert (guess.reading.id, codes(guess)) == ("EPSG:4527", [])


@pytest.mark.parametrize("declared", [None, WGS84, "EPSG:4498"])
def test_a_six_degree_belt_with_its_number_is_understood(base, zones_m, declared):
    guess = guess_datum(zones_m.to_crs("EPSG:4498").set_crs(declared, allow_override=True), base)
    assert guess.reading.id == "EPSG:4498"
    assert guess.certain
    assert "wrong-belt" not in codes(guess)
    assert "6 度带第 20 带" in guess.reading.name


@pytest.mark.parametrize(
    ("crs", "old"),
    [
        ("EPSG:2384", "1980 西安坐标系"),
        ("EPSG:2363", "1980 西安坐标系"),
        ("EPSG:4610", "1980 西安坐标系"),
        ("EPSG:2436", "1954 北京坐标系"),
        ("EPSG:21420", "1954 北京坐标系"),
    ],
)
def test_a_datum_before_cgcs2000_is_named_and_not_shifted(base, zones_m, crs, old):
    # 90 m off, as such data lie; the ellipsoid's own difference moves shapes by metres more
    there = zones_m.translate(70, 55).to_frame("geometry").to_crs(WGS84)
    ellipsoid = CRS(crs).geodetic_crs
    there = there.set_crs(ellipsoid, allow_override=True).to_crs(crs)
    guess = guess_datum(there, base)
    assert not guess.certain
    assert "datum-old" in codes(guess)
    assert old in guess.issues[0].words("zh")[0]
    assert "未作基准转换" in guess.reading.name
    back = as_wgs84(there, guess.reading.id).to_crs(METRIC)
    expected = zones_m.translate(70, 55)
    assert shapely.hausdorff_distance(back.geometry.array, expected.array).max() < 0.01


def test_a_local_grid_is_said_to_be_local(base, zones_m):
    layer = zones_m.translate(-400_000, -4_200_000).to_frame("geometry")
    layer = layer.set_crs(None, allow_override=True)
    guess = guess_datum(layer, base)
    assert (guess.reading, codes(guess)) == (None, ["local-grid"])
    assert "地方独立坐标系" in guess.issues[0].words("zh")[0]


def test_national_coordinates_of_another_town_are_elsewhere_and_not_local(base, zones_m):
    for crs in ("EPSG:4549", "EPSG:4528", "EPSG:4499"):
        layer = zones_m.to_crs(WGS84).translate(4.2, -8.0).to_frame("geometry").to_crs(crs)
        assert codes(guess_datum(layer.set_crs(None, allow_override=True), base)) == ["outside"]


def test_points_and_collections_beside_outlines_do_not_hinder(base, zones_m):
    inner = GeometryCollection([zones_m.geometry.iloc[1], Point(EAST, NORTH)])
    shapes = [Point(EAST + 5, NORTH + 7), zones_m.geometry.iloc[0], GeometryCollection([inner])]
    layer = gpd.GeoDataFrame(geometry=shapes, crs=METRIC).to_crs(WGS84)
    guess = guess_datum(layer, base)
    assert (guess.reading.id, guess.certain, codes(guess)) == ("wgs84", True, [])
    assert guess.reading.median_m == pytest.approx(5, abs=0.5)


@pytest.mark.parametrize("corner", ["nan nan", f"nan {NORTH}", f"inf {NORTH}"])
def test_a_shape_with_a_corner_that_is_no_number_does_not_hinder(base, zones_m, corner):
    with np.errstate(invalid="ignore"):
        broken = shapely.from_wkt(f"LINESTRING ({EAST} {NORTH}, {corner}, {EAST + 10} {NORTH})")
    layer = gpd.GeoDataFrame(geometry=[*zones_m.geometry, broken], crs=METRIC)
    guess = guess_datum(layer, base)
    assert guess.reading.id == guess_datum(zones_m, base).reading.id
    assert guess.certain


def test_outlines_beside_all_streets_are_told(base):
    block = turned(box(EAST + 480, NORTH + 480, EAST + 490, NORTH + 620))
    layer = gpd.GeoDataFrame(geometry=[block], crs=METRIC).to_crs("EPSG:4498")
    guess = guess_datum(layer, base)
    assert guess.certain
    assert codes(guess) == ["off-streets"]


def test_a_layer_without_any_declaration_is_read(base, zones_m):
    layer = zones_m.set_crs(None, allow_override=True)
    assert guess_datum(layer, base).reading.id == METRIC


def test_a_layer_elsewhere_is_outside(base, zones_m):
    layer = zones_m.to_crs(WGS84).translate(xoff=1.0).to_frame("geometry")
    guess = guess_datum(layer, base)
    assert (guess.reading, codes(guess)) == (None, ["outside"])


FAR = Polygon([(0, 0), (1e300, 0), (0, 1e300)])


@pytest.mark.parametrize("geometry", [None, Point(), Point(np.nan, np.nan), FAR], ids=str)
def test_a_layer_without_positions_is_outside(base, geometry):
    layer = gpd.GeoDataFrame(geometry=[geometry], crs=WGS84)
    assert codes(guess_datum(layer, base)) == ["outside"]


def test_points_alone_do_not_tell_the_datum(base, zones_m):
    guess = guess_datum(zones_m.to_crs(WGS84).set_geometry(zones_m.centroid.to_crs(WGS84)), base)
    assert guess.reading.id == "wgs84"
    assert not guess.certain
    assert codes(guess) == ["datum-uncertain"]


def test_shapes_that_follow_no_street_do_not_tell_the_datum(base):
    disc = Point(EAST + 1000, NORTH + 1000).buffer(300)
    guess = guess_datum(gpd.GeoDataFrame(geometry=[disc], crs=METRIC).to_crs(WGS84), base)
    assert guess.reading.id == "wgs84"
    assert codes(guess) == ["datum-uncertain"]


def test_the_evidence_is_said_in_both_languages(base, zones_m):
    layer = datums.wgs84_to_gcj02(zones_m.to_crs(WGS84))
    (issue, *_) = guess_datum(layer, base).issues
    assert "GCJ-02" in issue.words("zh")[0]
    assert "落在区内" in issue.words("zh")[0]
    assert "inside the district" in issue.words("en")[0]


def test_an_unknown_reading_is_refused(zones_m):
    with pytest.raises(CRSError, match="'mars' is no known datum"):
        as_wgs84(zones_m, "mars")
