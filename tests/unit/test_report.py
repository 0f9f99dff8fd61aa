"""The report to hand over: complete, escaped, offline, with stable ids."""

import json
import re
from html import unescape

import pytest

from geo.checks.charts import MARKS, chart, interval_svg, mark_svg
from geo.checks.folder import inspect
from geo.checks.report import report_html, report_json, report_record
from geo.texts import text
from geo.verdicts import VERDICTS, Measurement, Reading, StatedFigure, judge
from testing.tiny_district import built_tiny_district, write_tiny_district


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    folder = write_tiny_district(tmp_path_factory.mktemp("tiny") / "data")
    built = built_tiny_district()
    return built, inspect(built, folder)


@pytest.fixture(scope="module")
def page(material):
    return report_html(*material, language="en", date="2026-01-02")


def test_every_finding_and_every_check_stands_in_the_page_under_its_id(material, page):
    built, checks = material
    ids = re.findall(r'<tr id="([^"]+)"', page)
    assert ids == [f.finding_id for f in built.findings] + [
        c.check_id for c in sorted(checks, key=lambda c: _order(c.status))
    ]
    assert len(ids) == len(set(ids))
    for check in checks:
        for statement in check.statements:
            assert f"<code>{statement.statement_id}</code>" in page.replace("&lt;", "<")


def _order(status):
    return ("failed", "noted", "passed", "skipped").index(status)


def test_plan_text_is_data_and_never_markup(page):
    assert "<script" not in page
    assert "East &amp; &lt;script&gt;" in page
    assert "小区纲要&lt;b&gt;" in page


def test_the_page_needs_nothing_from_elsewhere(page):
    assert "default-src 'none'" in page
    without_names = page.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"""(?:src|href)\s*=|url\(|@import|https?://""", without_names)


def test_the_page_says_datum_version_date_rule_and_that_it_binds_nobody(page):
    for words in (
        "WGS84",
        "2026.01.01",
        "2026-01-02",
        text("notice.disclaimer", "en"),
        text("report.rule", "en"),
    ):
        assert words in unescape(page)
    assert "size: A4" in page


def test_both_languages_have_every_row(material):
    pages = [report_html(*material, language=language) for language in ("zh", "en")]
    rows = [re.findall(r'<tr id="([^"]+)"', page) for page in pages]
    assert rows[0] == rows[1]
    assert 'lang="zh-CN"' in pages[0]


def test_the_bytes_are_the_same_each_time(material):
    assert report_html(*material) == report_html(*material)
    assert report_json(*material) == report_json(*material)


def test_the_json_holds_findings_checks_and_counts(material):
    record = json.loads(report_json(*material))
    assert record == json.loads(json.dumps(report_record(*material), ensure_ascii=False))
    verdicts = record["summary"]["verdicts"]
    assert verdicts == {
        "agrees": 4, "agrees_at_edge": 1, "disagrees": 1, "by_construction": 1,
        "not_determinable": 1, "not_stated": 1,
    }  # fmt: skip
    west = next(f for f in record["findings"] if f["finding_id"] == "13th-west/area")
    assert west["stated"] == "1.00"
    assert west["difference"] == pytest.approx(0.0, abs=1e-4)
    skipped = [c for c in record["checks"] if c["status"] == "skipped"]
    assert all(c["statements"][0]["en"] for c in skipped)


def test_every_verdict_has_a_shape_of_its_own():
    assert set(MARKS) == set(VERDICTS)
    assert len({mark.sign for mark in MARKS.values()}) == len(MARKS)
    assert len({mark_svg(verdict) for verdict in VERDICTS}) == len(VERDICTS)


def finding(stated, value, half, *others):
    readings = (Reading("centre_line", value, value - half, value + half), *others)
    return judge(StatedFigure("z", "area", stated), Measurement(readings))


def test_the_scale_is_common_to_all_figures():
    # 60 % to 140 % of the stated figure: 1.0 stands in the middle, 1.2 at three quarters.
    small, large = chart(finding("1.0", 1.2, 0.1)), chart(finding("10", 12.0, 1.0))
    assert small.dot == pytest.approx(0.75)
    assert (small.low, small.high) == pytest.approx((0.625, 0.875))
    assert (small.stated_low, small.stated_high) == pytest.approx((0.4375, 0.5625))
    assert (large.dot, large.low, large.high) == pytest.approx((0.75, 0.625, 0.875))


def test_an_interval_that_leaves_the_scale_gets_an_arrow():
    places = chart(finding("1.0", 1.35, 0.1))
    assert (places.before, places.beyond, places.high) == (False, True, 1.0)
    assert interval_svg(finding("1.0", 1.35, 0.1)).count("z") == 1
    assert "z" not in interval_svg(finding("1.0", 1.0, 0.1))


def test_other_readings_stand_as_rings():
    bank = Reading("bank", 0.9, 0.85, 0.95)
    assert chart(finding("1.0", 1.0, 0.05, bank)).others == pytest.approx((0.375,))
    assert interval_svg(finding("1.0", 1.0, 0.05, bank)).count("<circle") == 2


def test_nothing_to_compare_gives_no_chart():
    assert chart(judge(StatedFigure("z", "area", "1.0"))) is None
    assert interval_svg(judge(StatedFigure("z", "area"))) == ""


def test_the_words_of_a_chart_are_escaped():
    assert "&lt;b&gt;" in interval_svg(finding("1.0", 1.0, 0.1), "<b>")
