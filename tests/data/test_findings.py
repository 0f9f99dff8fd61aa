"""What the committed data says of every stated figure, and that every check of it is sound."""

from pathlib import Path

import pytest

from geo.areas import WIDEST_TESTABLE_SHARE, intervals_meet, printed_interval
from geo.build import build
from geo.checks.folder import inspect
from geo.verdicts import LEAST_MAIN, VERDICTS

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture(scope="module")
def built():
    return build(DATA)


@pytest.fixture(scope="module")
def checks(built):
    return {check.check_id: check for check in inspect(built, DATA)}


@pytest.fixture(scope="module")
def findings(built):
    return {finding.finding_id: finding for finding in built.findings}


def test_the_committed_zone_files_are_a_fresh_build(checks):
    check = checks["inputs/rebuild"]
    assert check.status == "passed", [s.en for s in check.statements]


@pytest.mark.parametrize("code", ["topology", "areas", "position", "arithmetic"])
def test_no_check_finds_an_error(checks, code):
    errors = [
        s.en
        for check in checks.values()
        if check.code.startswith(code)
        for s in check.statements
        if s.level == "error"
    ]
    assert errors == []


def test_zones_of_one_plan_share_their_limits_vertex_by_vertex(checks):
    for plan in ("13th", "14th"):
        assert checks[f"topology/shared-limits/{plan}"].status == "passed"
        # The slow-traffic area of note 7 lies over zones of the same plan, by its own limits.
        assert all(
            "13th-slow-traffic" in statement.zones
            for statement in checks[f"topology/overlaps/{plan}"].statements
        )
        assert checks[f"topology/validity/{plan}"].status == "passed"


def test_no_statement_lists_a_hair_of_rounding(checks):
    for check in checks.values():
        if check.code in ("topology/containment", "topology/overlaps", "arithmetic/double-count"):
            for statement in check.statements:
                assert " 0.0000 km²" not in statement.en
                assert " 0.000 km²" not in statement.en


def test_every_stated_figure_of_zones_and_belts_has_a_finding(built, findings):
    for drawn in built.zones.values():
        item = drawn.item
        if item.stated_area_km2:
            assert findings[f"{item.id}/area"].stated == item.stated_area_km2
        if item.stated_length_km:
            assert findings[f"{item.id}/length"].stated == item.stated_length_km
        for part in item.part_areas:
            assert findings[f"{item.id}/part_area/{part.id}"].stated == part.km2


def test_the_thirteenth_plan_states_five_point_one_and_four_point_one_five(findings):
    def stated(*places):
        return sum(float(findings[f"13th-{place}/area"].stated) for place in places)

    assert stated("nanjing-road", "haihe", "weijin-road") == pytest.approx(5.1)
    assert stated(
        "wudadao", "jiefang-north-road", "xikai-church", "anshan-road", "xiaobailou",
        "central-park",
    ) == pytest.approx(4.15)  # fmt: skip


def test_verdicts_follow_from_the_intervals_and_from_nothing_else(findings):
    for finding in findings.values():
        assert finding.verdict in VERDICTS
        if not finding.stated or finding.computed is None:
            expected = {"not_stated", "not_determinable"}
        elif finding.verdict == "by_construction":
            continue
        else:
            bounds = printed_interval(finding.stated)
            meets = [intervals_meet(bounds, (r.low, r.high)) for r in finding.readings]
            half = (finding.high - finding.low) / 2
            if half > WIDEST_TESTABLE_SHARE * finding.computed:
                expected = {"not_determinable"}
            elif finding.probability < LEAST_MAIN and finding.verdict == "not_determinable":
                # The streets may be others, and with these the verdict may be another.
                continue
            elif meets[0]:
                expected = {"agrees"}
            else:
                expected = {"agrees_at_edge"} if any(meets) else {"disagrees"}
        assert finding.verdict in expected, finding.finding_id


def test_belts_are_never_counted_as_a_test_of_their_own_area(findings):
    for belt in ("nanjing-road", "haihe", "weijin-road"):
        assert findings[f"13th-{belt}/area"].verdict == "by_construction"


def test_every_zone_and_belt_with_limits_or_an_axis_has_a_shape(built):
    for drawn in built.zones.values():
        if drawn.item.basis in ("stated", "carried", "interpreted", "corridor"):
            assert drawn.geometry is not None, drawn.item.id


def test_one_default_reading_for_every_zone(findings):
    assert {f.readings[0].reading for f in findings.values() if f.readings} == {"centre_line"}


def test_the_slow_traffic_area_is_five_point_two_of_seven_point_two(checks):
    (statement,) = checks["arithmetic/parts/13th"].statements
    assert "of 7.2 km² in all the plan puts 5.2 km² inside the district (72.2%)" in statement.en
    assert "52.1%" in statement.en


def test_belts_and_zones_together_overlap_although_their_sum_fits_the_district(checks):
    statement = next(
        s.en for s in checks["arithmetic/sums/13th"].statements if s.statement_id.endswith("/all")
    )
    assert "9 stated figures add up to 9.25 km² (district, official: 9.98 km²)" in statement


def test_most_evidence_not_used_for_drawing_agrees(checks):
    check = checks["position/streets"]
    assert check.status in ("noted", "passed")
    assert [s.en for s in check.statements if s.level == "warning"] == []
