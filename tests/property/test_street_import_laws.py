"""Laws of the reference lines: what a mapper happened to do does not change the road."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, affinity

from geo.streets.noding import noded
from geo.streets.reference_lines import JOIN_M, SEPARATION_M, reference_line

steps = st.lists(st.tuples(st.integers(30, 200), st.integers(-25, 25)), min_size=3, max_size=9)


def road_of(moves):
    """Return a road that bends by at most 25 degrees at a time."""
    place, heading, points = np.zeros(2), 0.0, [(0.0, 0.0)]
    for length, turn in moves:
        heading += np.radians(turn)
        heading = float(np.clip(heading, -1.2, 1.2))
        place = place + length * np.array([np.cos(heading), np.sin(heading)])
        points.append((round(float(place[0]), 3), round(float(place[1]), 3)))
    return LineString(points)


roads = steps.map(road_of)


def cut(line, cuts):
    """Return a line cut at some of its vertices."""
    xy = list(line.coords)
    cuts = cuts if len(xy) > 2 else []
    places = sorted({c % (len(xy) - 2) + 1 for c in cuts})
    return [
        LineString(xy[a : b + 1]) for a, b in zip([0, *places], [*places, len(xy) - 1], strict=True)
    ]


def same_course(one, other, tolerance):
    assert shapely.hausdorff_distance(one, other, densify=0.02) <= tolerance


@given(roads, st.lists(st.integers(0, 50), max_size=4), st.randoms(use_true_random=False))
def test_where_a_road_is_cut_and_which_way_its_ways_run_do_not_matter(road, cuts, random):
    ways = cut(road, cuts)
    random.shuffle(ways)
    ways = [shapely.reverse(way) if random.random() < 0.5 else way for way in ways]
    (reference,) = reference_line(ways, [0] * len(ways)).parts
    assert reference.normalize().equals(road.normalize())


@given(roads, st.lists(st.integers(0, 50), max_size=4), st.integers(-180, 180))
def test_a_turned_and_shifted_road_has_the_turned_and_shifted_line(road, cuts, angle):
    ways = cut(road, cuts)
    moved = [
        affinity.translate(affinity.rotate(way, angle, origin=(0, 0)), 5e5, 4e6) for way in ways
    ]
    (one,) = reference_line(ways, [0] * len(ways)).parts
    (two,) = reference_line(moved, [0] * len(moved)).parts
    back = affinity.rotate(affinity.translate(two, -5e5, -4e6), -angle, origin=(0, 0))
    same_course(one, back, 1e-3)


@settings(deadline=None)
@given(
    roads,
    st.floats(6, 24),
    st.lists(st.integers(0, 50), max_size=3),
    st.lists(st.integers(0, 50), max_size=3),
)
def test_carriageways_cut_anywhere_give_the_middle(road, width, cuts, other_cuts):
    left = shapely.offset_curve(road, width / 2, join_style="mitre", mitre_limit=5)
    right = shapely.offset_curve(road, -width / 2, join_style="mitre", mitre_limit=5)
    if not (isinstance(left, LineString) and isinstance(right, LineString)):
        return  # the road bends so tightly that its carriageways fold
    there, back = cut(right, cuts), cut(shapely.reverse(left), other_cuts)
    reference = reference_line([*there, *back], [1] * (len(there) + len(back)))
    assert len(reference.parts) == 1
    # at a bend of 25 degrees the middle of the nearest points leaves the middle line
    same_course(reference.parts[0], road, 0.15 * width + 0.2)
    assert abs(reference.separation_m - width) <= 0.1 * width
    assert reference.open_m == []


@given(roads, st.floats(0.5, 200), st.integers(0, 50))
def test_a_gap_is_joined_up_to_the_limit_and_open_beyond(road, gap, where):
    ways = cut(road, [where])
    if len(ways) < 2 or abs(gap - JOIN_M) < 1e-6:  # on the limit itself, rounding decides
        return
    start = np.array(ways[1].coords[0])
    ahead = np.array(ways[1].coords[1]) - start
    shift = ahead / np.hypot(*ahead) * gap
    rest = [affinity.translate(way, *shift) for way in ways[1:]]
    reference = reference_line([ways[0], *rest], [0] * len(ways))
    if gap <= JOIN_M:
        assert len(reference.parts) == 1
        assert np.isclose(reference.joined_m, [gap]).all()
    else:
        assert len(reference.parts) == 2
        assert reference.joined_m == []
        assert reference.open_m[0] <= gap + 1e-6


@given(roads, st.floats(SEPARATION_M + 10, 200))
def test_no_line_is_drawn_far_from_every_way(road, apart):
    other = affinity.translate(road, 0, apart * 3)
    reference = reference_line([road, shapely.reverse(other)], [1, 1])
    drawn = MultiLineString(reference.parts)
    assert shapely.hausdorff_distance(drawn, MultiLineString([road, other])) < JOIN_M


segments = st.tuples(*[st.integers(0, 4000).map(lambda v: v / 10)] * 4).filter(
    lambda s: abs(s[0] - s[2]) + abs(s[1] - s[3]) > 5
)


@settings(deadline=None)
@given(st.lists(segments, min_size=2, max_size=8))
def test_noding_moves_no_line_and_makes_every_crossing_a_vertex(rows):
    lines = [LineString([(a, b), (c, d)]) for a, b, c, d in rows]
    lines_noded = noded(lines)
    for before, after in zip(lines, lines_noded, strict=True):
        assert shapely.hausdorff_distance(before, after) < 0.35
    for i, one in enumerate(lines):
        for j in range(i):
            place = shapely.intersection(one, lines[j])
            if place.geom_type != "Point":
                continue
            near = [
                {v for v in lines_noded[k].coords if shapely.Point(v).dwithin(place, 0.35)}
                for k in (i, j)
            ]
            assert near[0] & near[1], (one.wkt, lines[j].wkt)
