"""Small files that would burn a core are refused before the work starts."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from geo.base import read_base
from geo.checks import topology
from geo.errors import DataFileError, InputTooLargeError
from geo.io import limits
from geo.uploads import read_upload
from geo.uploads import work as overlay
from geo.uploads.check import check_own_polygons
from geo.uploads.fields import Fields, guess_fields
from geo.uploads.work import clock, meeting_sides

pytestmark = pytest.mark.usefixtures("quick_readers")

HOSTILE = Path(__file__).parents[1] / "hostile"


@pytest.fixture(scope="module")
def base():
    return read_base(Path(__file__).parents[2] / "data")


def comb(teeth, *, across=False):
    """Return a comb of so many teeth over the district, or one across it."""
    size, step = 0.02, 0.02 / teeth
    points = [(0.0, 0.0)]
    for tooth in range(teeth):
        x = tooth * step
        points += [(x, size), (x + step / 2, size), (x + step / 2, 1e-5), (x + step, 1e-5)]
    points += [(size, 1e-5), (size, 0.0)]
    places = np.array(points)
    return Polygon((places[:, ::-1] if across else places) + [117.19, 39.11])


def combs(teeth):
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": shapely.geometry.mapping(s)}
        for name, s in (("a", comb(teeth)), ("b", comb(teeth, across=True)))
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def zones(base):
    return gpd.GeoDataFrame({"zone_id": ["13th-a"]}, geometry=[box(117.19, 39.11, 117.2, 39.12)],
                            crs="EPSG:4326")  # fmt: skip


@pytest.mark.parametrize("teeth", [120, 1000])
def test_combs_across_each_other_are_refused_at_once(base, teeth):
    layer = read_upload("combs.geojson", combs(teeth)).layer
    with pytest.raises(InputTooLargeError, match="MEETING_SIDES is 30,000") as caught:
        check_own_polygons(layer, base, zones(base), Fields("name"))
    assert "可能相交的边对数" in caught.value.explain("zh")


def test_smaller_combs_are_judged_and_their_holes_listed_up_to_a_bound(base):
    report = check_own_polygons(
        read_upload("combs.geojson", combs(20)).layer, base, zones(base), Fields("name")
    )
    spaces = next(c for c in report.checks if c.check_id.startswith("topology/spaces"))
    assert len(spaces.statements) == topology.MOST_LISTED + 1
    assert spaces.statements[-1].en == "161 more of this kind are not listed one by one " \
        "(the first 200 are)"  # fmt: skip  # 19 x 19 spaces between the teeth


def test_many_shapes_over_each_other_are_listed_up_to_a_bound(base):
    shapes = [box(117.19, 39.11, 117.2 + 1e-4 * k, 39.12 + 1e-4 * k) for k in range(40)]
    layer = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4326")
    report = check_own_polygons(layer, base, zones(base), Fields())
    overlaps = next(c for c in report.checks if c.check_id.startswith("topology/overlaps"))
    assert len(overlaps.statements) == topology.MOST_LISTED + 1
    assert overlaps.statements[-1].zh.startswith("另有 580 处")  # 40 * 39 / 2 - 200


def test_crossings_are_never_counted_too_few():
    one, other = comb(30), comb(30, across=True)
    cut = shapely.intersection(one.boundary, other.boundary)
    assert meeting_sides([one, other], [], 10**9) >= shapely.get_num_geometries(cut)
    assert meeting_sides([one], [other], 10**9) == meeting_sides([one, other], [], 10**9)


def test_neighbours_that_share_their_border_do_not_cross():
    cells = [box(x, y, x + 1, y + 1) for x in range(10) for y in range(10)]
    assert meeting_sides(cells, [], 10**9) == 0


def test_counting_stops_early(monkeypatch):
    monkeypatch.setattr(overlay, "_AT_ONCE", 100)
    count = meeting_sides([comb(300), comb(300, across=True)], [], 100)
    assert 100 < count < 300_000


def test_shapes_of_too_many_vertices_beside_a_large_zone_are_refused(monkeypatch):
    monkeypatch.setattr(overlay, "VERTEX_PAIRS", 25)
    overlay.refuse_heavy([box(0, 0, 1, 1)], [box(2, 2, 3, 3)] * 3)
    with pytest.raises(InputTooLargeError, match="pairs of vertices to compare"):
        overlay.refuse_heavy([box(0, 0, 1, 1)] * 2, [box(2, 2, 3, 3)])


def test_a_check_that_takes_too_long_ends_between_steps(base):
    layer = gpd.GeoDataFrame(geometry=[box(117.19, 39.11, 117.2, 39.12)], crs="EPSG:4326")
    with pytest.raises(InputTooLargeError, match="took more than"):
        check_own_polygons(layer, base, zones(base), Fields(), tick=clock(-1))


def test_a_reader_who_leaves_ends_the_check(base):
    class LeftError(Exception):
        pass

    calls = []

    def tick():
        calls.append(1)
        if len(calls) == 2:
            raise LeftError

    layer = gpd.GeoDataFrame(geometry=[box(117.19, 39.11, 117.2, 39.12)] * 9, crs="EPSG:4326")
    with pytest.raises(LeftError):
        check_own_polygons(layer, base, zones(base), Fields(), tick=tick)
    assert len(calls) == 2


def test_what_geos_cannot_do_is_told(base, monkeypatch):
    def broken(*_):
        raise shapely.errors.GEOSException("TopologyException: side location conflict")

    monkeypatch.setattr("geo.uploads.check.spaces_check", broken)
    layer = gpd.GeoDataFrame(geometry=[box(117.19, 39.11, 117.2, 39.12)], crs="EPSG:4326")
    with pytest.raises(DataFileError, match="side location conflict"):
        check_own_polygons(layer, base, zones(base), Fields())


def test_an_area_of_400_digits_is_no_area(base):
    upload = read_upload("a", (HOSTILE / "upload_area_400_digits.geojson").read_bytes())
    fields = guess_fields(upload.layer)
    assert fields.area == "面积"
    report = check_own_polygons(upload.layer, base, zones(base), fields)
    assert [issue.code for issue in report.issues] == ["own-area-unreadable"]


def test_limits_are_ordered():
    assert limits.UPLOAD_BYTES < limits.SESSION_UPLOAD_BYTES < limits.PROCESS_UPLOAD_BYTES
