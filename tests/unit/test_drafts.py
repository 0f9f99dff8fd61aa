"""Drafts of plan files: only words of the text, read back as a plan file, checked with lines."""

import time
import tomllib
from dataclasses import replace

import geopandas as gpd
import pytest
from shapely import LineString, box

from geo.base import Base, District, as_stretches
from geo.drafting.draft import Answer, draft_from_answers, draft_from_text
from geo.drafting.items import About
from geo.drafting.review import check_plan, check_plan_file
from geo.errors import GeoError, InputTooLargeError
from geo.plans.documents import check_source
from geo.plans.model import TO_FILL
from geo.sentences.figures import printed_amount
from geo.sentences.paragraphs import understand

ABOUT = About("15th", 2026, 2030, title="测试规划", title_en="Test plan", section="第一章")
METRIC = "EPSG:4548"
X, Y = 500_000.0, 4_330_000.0

PARAGRAPH = """一、青桐片区
规划范围：以南平道、东安路、北宁道、西康路围合的区域，面积1.00平方公里。
二、滨水片区：东至东安路，南至南平道，西至西康路，北至北宁道，总面积约100公顷。
三、东安路发展带：沿东安路，南起南平道，北至北宁道，全长1.0公里，面积0.1平方公里。
四、望江带：东起甲桥，西至乙桥，全长3.3公里，总面积约7.2平方公里，其中测试区约5.2平方公里。"""


@pytest.fixture(scope="module")
def base():
    """Four streets round a square kilometre, each 200 m too long."""
    lines = {
        "南平道": [(-200, 0), (0, 0), (1000, 0), (1200, 0)],
        "北宁道": [(-200, 1000), (0, 1000), (1000, 1000), (1200, 1000)],
        "西康路": [(0, -200), (0, 0), (0, 1000), (0, 1200)],
        "东安路": [(1000, -200), (1000, 0), (1000, 1000), (1000, 1200)],
    }
    roads = gpd.GeoDataFrame(
        {
            "name": list(lines),
            "method": "traced",
            "position_error_m": 5.0,
            "source": "made up",
            "source_en": "made up",
            "half_width_m": 0.0,
        },
        geometry=[LineString([(X + x, Y + y) for x, y in line]) for line in lines.values()],
        crs=METRIC,
    )
    district = District(
        format=1,
        id="test",
        name="测试区",
        name_en="Test",
        city="",
        city_en="",
        data_version="1",
        licence="CC0",
        attribution="–",
        attribution_en="–",
        plans=({"id": "15th", "name": "", "name_en": "", "period_from": 2026, "period_to": 2030},),
    )
    empty = gpd.GeoDataFrame({"name": []}, geometry=[], crs="EPSG:4326")
    return Base(
        district=district,
        outline=box(X - 300, Y - 300, X + 1300, Y + 1300),
        stretches=as_stretches(roads),
        rivers=roads.iloc[:0].assign(reading=[]),
        aliases={},
        missing={"蚌埠道": "两份目录都没有"},
        landmarks=empty,
        control_points=empty,
        metric_crs=METRIC,
    )


def items_of(draft):
    return {item["id"]: item for item in tomllib.loads(draft.source)["items"]}


def test_a_draft_reads_back_as_a_plan_file(base):
    draft = draft_from_text(PARAGRAPH, ABOUT, base=base)
    document, faults = check_source(draft.file_name, draft.source)
    assert faults == []
    assert [item.basis for item in document.items] == ["stated", "stated", "corridor", "named"]
    assert draft.file_name == "15th-outline.toml"


def test_the_words_of_the_draft_are_those_of_the_text(base):
    draft = draft_from_text(PARAGRAPH, ABOUT, base=base)
    for item in draft.document.items:
        for _, passage in item.passages:
            assert passage in PARAGRAPH


def test_no_road_is_added_that_the_text_does_not_name(base):
    item = items_of(draft_from_text(PARAGRAPH, ABOUT, base=base))["15th-wangjiang"]
    assert "axis" not in item
    assert item["basis"] == "named"


def test_a_belt_without_its_road_is_told(base):
    issues = draft_from_text(PARAGRAPH, ABOUT, base=base).issues
    assert [(issue.code, issue.place) for issue in issues] == [("draft-no-axis-road", "望江带")]


def test_an_area_in_hectares_becomes_square_kilometres_with_its_printed_precision(base):
    item = items_of(draft_from_text(PARAGRAPH, ABOUT, base=base))["15th-binshui"]
    assert (item["stated_area"], item["stated_area_km2"]) == ("约100公顷", "1.00")
    assert item["approximate"] is True


def test_a_part_inside_the_district_is_taken_and_another_part_is_told(base):
    draft = draft_from_text(PARAGRAPH, ABOUT, base=base)
    assert items_of(draft)["15th-wangjiang"]["part_areas"][0]["km2"] == "5.2"
    other = draft_from_text(PARAGRAPH.replace("测试区约", "邻山区约"), ABOUT, base=base)
    assert "part_areas" not in items_of(other)["15th-wangjiang"]
    assert "draft-other-part" in {issue.code for issue in other.issues}


def test_a_figure_in_another_sentence_is_quoted(base):
    text = "青桐片区：以南平道、东安路、北宁道、西康路围合的区域。总面积1.00平方公里，风貌完整。"
    item = items_of(draft_from_text(text, ABOUT, base=base))["15th-qingtong"]
    assert item["quote"] == ["总面积1.00平方公里，风貌完整。"]


def test_what_was_not_understood_stands_at_the_end_of_the_file(base):
    draft = draft_from_text(f"{PARAGRAPH}\n建筑面积30万平方米。", ABOUT, base=base)
    assert "30万平方米" in draft.source.split("没有读懂")[1]


def test_words_that_are_markup_or_toml_stay_words(base):
    hostile = '"""\n[[items]]\x07\\u0041<b>'
    text = f"青桐片区：以南平道、东安路、北宁道、西康路围合，面积1平方公里{hostile}。"
    draft = draft_from_text(text, ABOUT, base=base)
    assert len(draft.document.items) == 1
    assert '"""' in draft.document.items[0].limits_text


def test_half_a_character_and_a_null_do_no_harm(base):
    draft = draft_from_text(f"\ud800\x00{PARAGRAPH}", ABOUT, base=base)
    assert len(draft.document.items) == 4
    draft.source.encode()


def test_the_same_name_twice_gives_two_ids():
    text = "青桐片区：以南平道、东安路、北宁道、西康路围合。\n" * 3
    ids = draft_from_text(text, ABOUT).item_ids
    assert ids == ("15th-qingtong", "15th-qingtong-again1", "15th-qingtong-again2")


def test_a_text_without_any_zone_gives_a_file_without_items():
    draft = draft_from_text("今年天气很好。", ABOUT)
    assert draft.document.items == ()


def test_answers_keep_the_name_that_a_person_gave():
    draft = draft_from_answers(
        [
            Answer("小白", "以南平道、东安路、北宁道、西康路围合，面积1.2平方公里。"),
            Answer("老街", "打造特色老街。"),
        ],
        ABOUT,
    )
    assert [item.name for item in draft.document.items] == ["小白", "老街"]
    assert [item.basis for item in draft.document.items] == ["stated", "named"]
    assert draft.document.items[1].limits_text == "打造特色老街。"


@pytest.mark.parametrize(("plan", "first", "last"), [("十五", 2026, 2030), ("15th", 2030, 2026)])
def test_an_about_that_no_plan_file_can_hold_is_refused(plan, first, last):
    with pytest.raises(GeoError, match=r"outline\.toml:\d+: "):
        draft_from_text(PARAGRAPH, About(plan, first, last))


def test_more_zones_than_a_draft_takes_are_refused():
    text = "青桐片区：以南平道、东安路、北宁道、西康路围合。\n" * 201
    with pytest.raises(InputTooLargeError, match="201 zones were found; a draft takes 200"):
        draft_from_text(text, ABOUT)


def test_a_paragraph_is_understood_and_drafted_in_a_fifth_of_a_second(base):
    draft_from_text(PARAGRAPH, ABOUT, base=base)
    times = []
    for _ in range(5):
        start = time.process_time()
        understand(PARAGRAPH)
        draft_from_text(PARAGRAPH, ABOUT, base=base)
        times.append(time.process_time() - start)
    assert min(times) < 0.2


@pytest.mark.parametrize(
    ("printed", "amount"),
    [
        ("1.49平方公里", "1.49"),
        ("约12.5公顷", "0.125"),
        ("2,150亩", "1.433"),
        ("2.3万平方米", "0.023"),
        ("全长800米", "0.800"),
    ],
)
def test_a_printed_figure_is_converted_with_its_precision(printed, amount):
    assert f"{printed_amount(printed):f}" == amount


def test_a_plan_file_may_state_an_area_in_another_unit_but_not_another_figure(base):
    source = draft_from_text(PARAGRAPH, ABOUT, base=base).source
    _, faults = check_source("15th-outline.toml", source.replace('"1.00"', '"1.01"', 2))
    assert "which is 1.00; keep the printed decimals" in str(faults[-1].message)


# The check of a plan file


def checked(base, source=None, **more):
    draft = draft_from_text(PARAGRAPH, ABOUT, base=base)
    return check_plan(draft.file_name, source or draft.source, base, **more)


def line_with(source, words):
    return next(n for n, line in enumerate(source.split("\n"), start=1) if words in line)


def test_a_sound_draft_has_rings_and_verdicts(base):
    review = checked(base)
    verdicts = {f.finding_id: f.verdict for f in review.findings}
    assert verdicts["15th-qingtong/area"] == "agrees"
    assert verdicts["15th-binshui/area"] == "agrees"
    assert verdicts["15th-donganlu/area"] == "by_construction"
    assert verdicts["15th-wangjiang/area"] == "not_determinable"


def test_each_entry_to_be_filled_in_is_told_with_its_line(base):
    source = draft_from_text(PARAGRAPH, About("15th", 2026, 2030), base=base).source
    issues = [i for i in checked(base, source).issues if i.code == "plan-to-fill"]
    lines = [n for n, line in enumerate(source.split("\n"), 1) if f'"{TO_FILL}' in line]
    assert [int(issue.place.split(":")[1]) for issue in issues] == lines


def test_a_road_that_the_base_lacks_is_told_with_its_line_and_similar_names(base):
    source = draft_from_text(PARAGRAPH.replace("北宁道", "北安道", 1), ABOUT, base=base).source
    issue = next(i for i in checked(base, source).issues if i.code == "plan-road-missing")
    assert issue.level == "error"
    assert issue.place == f"15th-outline.toml:{line_with(source, 'limits_text')}"
    assert "“北安道”" in issue.words("zh")[0]
    assert "北宁道" in str(issue.message)


def test_every_missing_road_is_told_at_once(base):
    text = PARAGRAPH.replace("北宁道", "北安道", 1).replace("南平道", "南门路", 1)
    source = draft_from_text(text, ABOUT, base=base).source
    issues = [i for i in checked(base, source).issues if i.code == "plan-road-missing"]
    assert len(issues) == 2


def test_a_road_that_was_looked_for_in_vain_is_a_warning_with_what_was_tried(base):
    source = draft_from_text(PARAGRAPH.replace("北宁道", "蚌埠道", 1), ABOUT, base=base).source
    issue = next(i for i in checked(base, source).issues if i.code == "plan-known-missing")
    assert issue.level == "warning"
    assert "两份目录都没有" in str(issue.message)


def test_limits_that_do_not_close_are_told_with_their_line(base):
    text = PARAGRAPH.replace("南平道、东安路、北宁道、西康路", "南平道、北宁道、东安路、西康路", 1)
    source = draft_from_text(text, ABOUT, base=base).source
    issue = next(i for i in checked(base, source).issues if i.code == "plan-no-ring")
    assert issue.place == f"15th-outline.toml:{line_with(source, 'limits_text')}"
    assert "do not meet" in str(issue.message)


def test_a_sentence_that_is_no_longer_understood_is_told(base):
    source = draft_from_text(PARAGRAPH, ABOUT, base=base).source
    source = source.replace("西康路围合的区域", "西康路等围合的区域", 1)
    issue = next(i for i in checked(base, source).issues if i.level == "error")
    assert "没有列全" in issue.words("zh")[0]


def test_an_area_that_disagrees_is_told_at_the_figure(base):
    source = draft_from_text(PARAGRAPH.replace("1.00平方", "2.00平方"), ABOUT, base=base).source
    issue = next(i for i in checked(base, source).issues if i.code == "plan-figure")
    assert issue.level == "warning"
    assert issue.place == f"15th-outline.toml:{line_with(source, 'stated_area_km2')}"


def test_a_plan_that_the_district_does_not_list_is_told(base):
    draft = draft_from_text(PARAGRAPH, About("16th", 2031, 2035), base=base)
    review = check_plan(draft.file_name, draft.source, base)
    assert "plan-unknown-plan" in {issue.code for issue in review.issues}


def test_an_id_of_another_plan_file_is_told(base):
    draft = draft_from_text(PARAGRAPH, ABOUT, base=base)
    other = draft.document.model_copy(
        update={"about": draft.document.about.model_copy(update={"id": "15th-other"})}
    )
    issue = next(i for i in checked(base, others=[other]).issues if i.code == "plan-clash")
    assert "stands already in 15th-other.toml" in str(issue.message)
    assert issue.level == "error"


def test_faults_of_form_have_their_lines(tmp_path, base):
    path = tmp_path / "15th-outline.toml"
    path.write_text('format = 1\n[document]\nid = "15th-outline"\n', encoding="utf-8")
    review = check_plan_file(path, base, tmp_path)
    assert review.document is None
    assert {issue.place for issue in review.issues} == {"15th-outline.toml:2"}


GAPS = """一、科教片区：东至理工大学，南至南平道，西至西康路，北至北宁道，面积0.9平方公里。
二、限放区为禁放区以外，东至东安路，南至南平道，西至西康路，北至北宁道的区域。
三、以南平道、東安路、北寧道、西康路圍合，面積約１公頃。"""


def test_a_refused_area_is_an_item_with_its_figure_and_its_gap_in_comments(base):
    draft = draft_from_text(GAPS, ABOUT, base=base)
    item = items_of(draft)["15th-kejiao"]
    assert (item["basis"], item["stated_area"]) == ("named", "0.9平方公里")
    assert '# interpreted_limits = ["待填：理工大学", "南平道", "西康路", "北宁道"]' in draft.source
    assert "“理工大学”不是道路" in draft.source


def test_what_leaves_out_a_part_offers_no_ring(base):
    draft = draft_from_text(GAPS, ABOUT, base=base)
    assert items_of(draft)["15th-xianfang"]["basis"] == "named"
    assert draft.source.count("# interpreted_limits") == 1


def test_a_gap_is_told_by_the_check_with_its_line(base):
    draft = draft_from_text(GAPS, ABOUT, base=base)
    issues = check_plan(draft.file_name, draft.source, base).issues
    sentences = {i.place: i.words("zh")[0] for i in issues if i.code == "plan-gap"}
    assert len(sentences) == 2
    lines = draft.source.split("\n")
    for place in sentences:
        assert lines[int(place.rpartition(":")[2]) - 1].startswith("limits_text")
    assert "理工大学" in "".join(sentences.values())


def test_traditional_characters_are_drawn_on_the_simplified_base(base):
    draft = draft_from_text(GAPS, ABOUT, base=base)
    checked = check_plan(draft.file_name, draft.source, base)
    assert [issue for issue in checked.issues if issue.level == "error"] == []
    drawn = checked.built.zones[draft.item_ids[2]]
    assert drawn.geometry is not None
    assert draft.document.items[2].stated_area_km2 == "0.01"


BESIDE = (
    "东至东安路以西100米，南至南平道，西至西康路，北至北宁道中心线以南200米，面积0.72平方公里。"
)


def test_limits_beside_a_road_are_drawn_that_far_from_it(base):
    draft = draft_from_text(BESIDE, ABOUT, base=base)
    checked = check_plan(draft.file_name, draft.source, base)
    assert [issue for issue in checked.issues if issue.level == "error"] == []
    (finding,) = checked.findings
    # by hand: (1000 - 100) by (1000 - 200) metres on the grid
    assert finding.computed == pytest.approx(0.72, rel=0.001)
    edges = checked.built.zones[draft.item_ids[0]].edges
    assert dict(zip(edges["limit"], edges["qualifier"], strict=True)) == {
        "东安路": "以西100米",
        "南平道": "",
        "西康路": "",
        "北宁道": "中心线以南200米",
    }
    assert list(edges["road"]) == list(edges["limit"])


def test_a_distance_from_a_kerb_is_refused_for_that_reason(base):
    text = "东至东安路红线以西100米，南至南平道，西至西康路，北至北宁道。"
    draft = draft_from_text(text, ABOUT, base=base)
    issues = check_plan(draft.file_name, draft.source, base).issues
    sentences = [issue.words("zh")[0] for issue in issues if issue.level == "error"]
    assert len(sentences) == 1
    assert "“东安路红线”之外100米处的平行线不能画出" in sentences[0]


def test_a_park_of_the_base_bounds_by_the_side_that_faces_the_zone(base):
    # by hand: from the eastern street to the park's western bound, 700 m, by 1000 m
    park = gpd.GeoDataFrame(
        {
            "name": ["滨河公园"],
            "source": ["虚构"],
            "source_en": ["made up"],
            "position_error_m": [8.0],
        },
        geometry=[box(X + 100, Y - 100, X + 300, Y + 1100)],
        crs=METRIC,
    )
    text = "东至东安路，南至南平道，西至滨河公园，北至北宁道，面积0.70平方公里。"
    with_park = replace(base, grounds=park)
    draft = draft_from_text(text, ABOUT, base=with_park)
    checked = check_plan(draft.file_name, draft.source, with_park)
    assert [issue for issue in checked.issues if issue.level == "error"] == []
    assert checked.findings[0].computed == pytest.approx(0.70, rel=0.001)
    edges = checked.built.zones[draft.item_ids[0]].edges
    row = edges[edges["limit"] == "滨河公园"].iloc[0]
    assert (row["method"], row["position_error_m"], row["source"]) == ("traced", 8.0, "虚构")
    without = draft_from_text(text, ABOUT, base=base)
    assert [fault.text for fault in without.understanding.zones[0].faults] == ["滨河公园"]


def test_a_park_in_a_list_has_no_side_to_face(base):
    park = gpd.GeoDataFrame(
        {"name": ["滨河公园"], "source": [""], "source_en": [""], "position_error_m": [8.0]},
        geometry=[box(X + 100, Y - 100, X + 300, Y + 1100)],
        crs=METRIC,
    )
    with_park = replace(base, grounds=park)
    draft = draft_from_text("以东安路、南平道、滨河公园、北宁道围合。", ABOUT, base=with_park)
    issues = check_plan(draft.file_name, draft.source, with_park).issues
    sentences = [issue.words("zh")[0] for issue in issues if issue.level == "error"]
    assert len(sentences) == 1
    assert "没有写它在哪一侧" in sentences[0]


def test_length_and_width_of_a_belt_give_its_strip(base):
    text = "滨河带。沿东安路，自南平道至北宁道，全长1.0公里，宽40米。"
    draft = draft_from_text(text, ABOUT, base=base)
    item = items_of(draft)["15th-binhe"]
    assert (item["basis"], item["axis"]["width_m"]) == ("interpreted", 40.0)
    checked = check_plan(draft.file_name, draft.source, base)
    assert [issue for issue in checked.issues if issue.level == "error"] == []
    drawn = checked.built.zones["15th-binhe"]
    metric = gpd.GeoSeries([drawn.geometry], crs="EPSG:4326").to_crs(METRIC)
    assert metric.area.iloc[0] == pytest.approx(40_000, rel=0.01)  # 1000 m by 40 m, by hand
    (length,) = [f for f in checked.findings if f.figure == "length"]
    assert (length.verdict, "轴线" in length.reason) == ("not_determinable", True)


def test_the_verdict_of_a_refused_area_names_its_gap(base):
    draft = draft_from_text(GAPS, ABOUT, base=base)
    findings = check_plan(draft.file_name, draft.source, base).findings
    (finding,) = [f for f in findings if f.zone_id == "15th-kejiao"]
    assert finding.verdict == "not_determinable"
    assert "四至没有读全（“理工大学”）" in finding.reason
