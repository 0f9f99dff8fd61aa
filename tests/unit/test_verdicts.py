import pytest

from geo.texts import Text
from geo.verdicts import VERDICTS, Measurement, Reading, StatedFigure, judge


def centre(value, half):
    return Reading("centre_line", value, value - half, value + half)


def bank(value, half):
    return Reading("bank", value, value - half, value + half)


def test_a_stated_figure_inside_the_interval_agrees():
    finding = judge(StatedFigure("z", "area", "1.49"), Measurement((centre(1.45, 0.06),)))
    assert finding.verdict == "agrees"
    assert finding.difference == pytest.approx(-0.04)
    assert finding.finding_id == "z/area"


def test_the_rounding_of_the_printed_figure_counts():
    # 0.5 stands for 0.45 to 0.55.
    assert (
        judge(StatedFigure("z", "area", "0.5"), Measurement((centre(0.56, 0.011),))).verdict
        == "agrees"
    )
    assert (
        judge(StatedFigure("z", "area", "0.50"), Measurement((centre(0.56, 0.011),))).verdict
        == "disagrees"
    )


def test_another_reading_agrees_at_the_edge_and_is_named():
    finding = judge(
        StatedFigure("z", "area", "0.73"), Measurement((centre(0.87, 0.02), bank(0.74, 0.02)))
    )
    assert finding.verdict == "agrees_at_edge"
    assert finding.reading == "bank"
    assert finding.computed == pytest.approx(0.87)
    assert "河岸线" in finding.reason
    assert "river bank" in finding.reason_en


def test_readings_are_never_merged_into_one_interval():
    # 0.80 lies between the two readings and in the interval of neither.
    readings = (centre(0.87, 0.02), bank(0.74, 0.02))
    assert judge(StatedFigure("z", "area", "0.80"), Measurement(readings)).verdict == "disagrees"


def test_an_interval_wider_than_fifteen_percent_decides_nothing():
    finding = judge(StatedFigure("z", "area", "0.29"), Measurement((centre(0.30, 0.046),)))
    assert finding.verdict == "not_determinable"
    assert "15%" in finding.reason


def test_a_figure_that_drew_the_shape_proves_nothing():
    finding = judge(
        StatedFigure("b", "area", "1.9", used_to_draw=True), Measurement((centre(1.9, 0),))
    )
    assert finding.verdict == "by_construction"


def test_a_missing_limit_gives_its_reason():
    finding = judge(
        StatedFigure("z", "area", "7.2"),
        Measurement(obstacle=Text("obstacle.limit_missing", names="蚌埠道")),
    )
    assert finding.verdict == "not_determinable"
    assert "界线蚌埠道无可靠依据" in finding.reason
    assert finding.computed is None
    assert finding.difference is None


def test_no_figure_is_not_stated():
    assert judge(StatedFigure("z", "area"), Measurement((centre(1, 0.1),))).verdict == "not_stated"
    assert judge(StatedFigure("z", "area")).verdict == "not_stated"


def test_every_verdict_has_its_words_and_its_mark():
    from geo.checks.charts import MARKS
    from geo.texts import keys

    assert {f"verdict.{verdict}" for verdict in VERDICTS} <= set(keys())
    assert set(MARKS) == set(VERDICTS)
