from decimal import Decimal

import pytest

from geo.errors import InputTooLargeError
from geo.sentences.figures import may_be_amount, printed_amount
from geo.sentences.paragraphs import LONGEST_TEXT, understand

WUDADAO = (
    "五大道小洋楼历史文化体验区:\n\n"
    "  规划范围:以马场道、西康路、贵州路、岳阳道、西安道、成都道、南京路围合的核心区域,"
    "面积1.49平方公里。\n\n"
    "  功能定位:打造以洋楼经济为主、吸引总部聚集、精致优雅的花园式商务区。\n"
)
BELT = (
    "  南京路商务商贸带。沿线总长3.3公里,区域面积1.9平方公里。"
    "围绕小白楼、滨江道、鞍山道等重要节点。\n"
)


def only_zone(text):
    understood = understand(text)
    assert len(understood.zones) == 1
    return understood.zones[0]


def reasons(text):
    return [(left.reason, left.text) for left in understand(text).not_understood]


def test_a_zone_is_read_with_its_heading():
    zone = only_zone(WUDADAO)
    assert zone.name == "五大道小洋楼历史文化体验区"
    assert WUDADAO[zone.start : zone.end] == zone.name
    assert zone.kind == "zone"
    assert [limit.name for limit in zone.limits][-1] == "南京路"
    assert zone.limits_text.startswith("以马场道")
    assert WUDADAO[zone.limits_start : zone.limits_end] == zone.limits_text
    assert [(area.value, area.unit) for area in zone.areas] == [("1.49", "km²")]


def test_limits_count_their_characters_in_the_whole_text():
    text = BELT + WUDADAO
    zone = understand(text).zones[1]
    for limit in zone.limits:
        assert text[limit.start : limit.end] == limit.name


def test_a_belt_is_read_with_length_and_area():
    zone = only_zone(BELT)
    assert (zone.name, zone.kind) == ("南京路商务商贸带", "belt")
    assert [length.printed for length in zone.lengths] == ["3.3公里"]
    assert zone.lengths[0].label == "沿线总长"
    assert [area.printed for area in zone.areas] == ["1.9平方公里"]
    assert zone.limits == ()
    assert zone.limits_text == "沿线总长3.3公里,区域面积1.9平方公里。"


def test_an_axis_from_east_to_west_is_a_belt():
    zone = only_zone("滨江活力带：东起解放桥，西至大光明桥，全长3.3公里，区域面积约2,150亩。")
    assert zone.kind == "belt"
    assert zone.axis is not None
    assert (zone.axis.start_name, zone.axis.end_name) == ("解放桥", "大光明桥")
    assert zone.axis.sides == ("E", "W")
    assert zone.axis.road == ""  # the text names none


def test_the_road_of_an_axis_is_the_one_in_the_text():
    axis = only_zone("金街步行街。和平路自福安大街至赤峰道,全长1240米。").axis
    assert axis is not None
    assert (axis.road, axis.start_name, axis.end_name) == ("和平路", "福安大街", "赤峰道")


def test_note_7_gives_the_whole_and_the_part_in_the_district():
    zone = only_zone(
        "7.慢行交通系统:市政府提出慢速出行。中心城区约7.2平方公里范围内,42条道路将陆续改造。"
        "四至范围为:北至北马路,东至海河,南至南京路、蚌埠道,西至南门外大街、西马路,"
        "总面积7.2平方公里,其中包括和平区约5.2平方公里,26条道路。"
    )
    assert zone.name == "慢行交通系统"
    assert len(zone.limits) == 6
    assert [(a.value, a.is_approximate, a.within) for a in zone.areas] == [
        ("7.2", True, ""),
        ("7.2", False, ""),
        ("5.2", True, "和平区"),
    ]


@pytest.mark.parametrize(
    ("printed", "value", "unit", "amount"),
    [
        ("1.49平方公里", "1.49", "km²", "1.49"),
        ("1.0平方公里", "1.0", "km²", "1.0"),
        ("7.2平方千米", "7.2", "km²", "7.2"),
        ("0.5km²", "0.5", "km²", "0.5"),
        ("12.5公顷", "12.5", "ha", "0.125"),
        ("94.86 ha", "94.86", "ha", "0.9486"),
        ("2150亩", "2150", "亩", "1.433"),
        ("2,150亩", "2150", "亩", "1.433"),
        ("1.2万亩", "1.2", "万亩", "8"),
        ("29.36万平方米", "29.36", "万m²", "0.2936"),
        ("293600平方米", "293600", "m²", "0.293600"),
    ],
)
def test_an_area_keeps_its_printed_figure(printed, value, unit, amount):
    zone = only_zone(f"南市片区占地面积{printed}。")
    (area,) = zone.areas
    assert (area.printed, area.value, area.unit) == (printed, value, unit)
    assert area.amount == Decimal(amount)
    assert str(area.amount) == amount


@pytest.mark.parametrize(
    ("printed", "amount"),
    [
        ("3.3公里", "3.3"),
        ("1240米", "1.240"),
        ("2.2千米", "2.2"),
        ("5里", "2.5"),
        ("3.8 km", "3.8"),
    ],
)
def test_a_length_is_given_in_kilometres(printed, amount):
    (length,) = only_zone(f"海河发展带岸线总长{printed}。").lengths
    assert (length.printed, str(length.amount)) == (printed, amount)


@pytest.mark.parametrize("printed", ["约0.8平方公里", "近10平方公里", "94.86公顷左右", "100余亩"])
def test_an_approximate_figure_is_marked(printed):
    (area,) = only_zone(f"南市片区面积{printed}。").areas
    assert area.is_approximate
    assert area.printed == printed


def test_an_area_before_the_limits_belongs_to_the_same_zone():
    zone = only_zone("五大道历史街区面积约1.28平方公里。以成都道、马场道、西康路、南京路围合。")
    assert zone.name == "五大道历史街区"
    assert len(zone.limits) == 4
    assert len(zone.areas) == 1


def test_two_zones_in_one_sentence_are_parted_at_the_semicolon():
    zones = understand(
        "一是老城片区，以东马路、南马路、西马路、北马路围合，面积0.9平方公里；"
        "二是南市片区，北起南马路，南至多伦道，西到南门外大街，东抵和平路，面积0.8平方公里。"
    ).zones
    assert [(zone.name, zone.areas[0].value) for zone in zones] == [
        ("老城片区", "0.9"),
        ("南市片区", "0.8"),
    ]


def test_a_wrapped_line_does_not_end_the_sentence():
    zone = only_zone(
        "规划范围：以马场道、西康路、贵州路、岳阳道、西安道、成都道、南京\n"
        "路围合的核心区域，面积1.49平方公里。"
    )
    assert zone.limits[-1].name == "南京路"


def test_a_zone_without_a_name_has_an_empty_one():
    assert only_zone("东至海河，南至营口道，西至大沽北路，北至哈尔滨道。").name == ""


def test_a_floor_area_is_left_and_said():
    assert reasons("津湾广场占地面积12.5公顷。总建筑面积77万平方米。") == [
        ("paragraph.other-area", "77万平方米")
    ]


def test_a_limit_that_is_no_road_is_said_and_the_zone_kept():
    text = "劝业场商圈以和平路、滨江道、长春道、某公司围合，面积3公顷。"
    zone = only_zone(text)
    assert zone.name == "劝业场商圈"
    assert [limit.name for limit in zone.limits] == ["和平路", "滨江道", "长春道"]
    assert [area.printed for area in zone.areas] == ["3公顷"]
    (left,) = understand(text).not_understood
    assert zone.faults == (left,)
    assert (left.reason, left.text) == ("limits.not-a-road", "某公司")
    assert text[left.start : left.end] == "某公司"
    assert "某公司" in left.explain("zh")
    assert "Name the road" in left.explain("en")


def test_figures_that_cannot_be_used_are_said():
    assert reasons("总面积约7.2平方公里。") == [("paragraph.no-zone", "约7.2平方公里")]
    assert reasons("南市片区占地面积3-5公顷。") == [("paragraph.range", "5公顷")]
    assert reasons("南市片区面积一百二公顷。") == [("paragraph.chinese-number", "面积一百二公顷")]
    assert reasons("南市片区面积1,49平方公里。") == [("paragraph.unsure-figure", "49平方公里")]
    assert reasons("南市片区面积12。") == [("paragraph.unsure-figure", "面积12")]
    assert reasons("南市片区绿地率35%，人均用地面积12人。") == []


@pytest.mark.parametrize(
    ("printed", "amount"),
    [
        ("约一点四九平方公里", "1.49"), ("十二公顷", "0.12"), ("二百三十五亩", "0.157"),
        ("1 250公顷", "12.50"), ("8. 5 公顷", "0.085"), ("0.8 平 方 公 里", "0.8"),
        ("1,49公顷", None),
    ],
)  # fmt: skip
def test_a_figure_keeps_its_value_however_it_is_printed(printed, amount):
    read_amount = printed_amount(printed)
    assert (f"{read_amount:f}" if read_amount is not None else None) == amount


def test_a_unit_counts_when_a_plan_states_a_figure():
    assert may_be_amount("12公顷", "0.12")
    assert not may_be_amount("12公顷", "12")  # the number alone is not the figure
    assert may_be_amount("46.2", "0.462")  # a cell under 面积（公顷）


def test_the_unit_of_a_column_stands_in_its_heading():
    rows = (
        "片区\t四至\t面积（亩）\n甲片区\t东至A路，南至B街，西至C路，北至D路\t150\n"
        "乙片区\t待定\t待定"
    )
    zones = understand(rows).zones
    assert [(z.name, [str(f.amount) for f in z.areas]) for z in zones] == [("甲片区", ["0.100"])]


def test_a_district_called_after_a_building_is_land():
    (area,) = only_zone("小白楼高端商业商务区面积0.79平方公里。").areas
    assert area.value == "0.79"


def test_prose_gives_nothing():
    understood = understand("围绕小白楼、滨江道、鞍山道等重要节点,充分发挥交通便利的区位优势。")
    assert (understood.zones, understood.not_understood) == ((), ())


@pytest.mark.parametrize("text", ["", "  \n\n ", "。。。"])
def test_empty_text_gives_nothing(text):
    assert understand(text).zones == ()


def test_a_sentence_without_end_is_left_and_said():
    assert [reason for reason, _ in reasons("东至海河，" * 1000)] == ["paragraph.too-long"]


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(InputTooLargeError, match="at most 200000"):
        understand("。" * (LONGEST_TEXT + 1))


def test_nothing_is_found_in_as_many_colons_as_a_paste_may_hold():
    """Once the work grew with the square: 27 s for 20,000. `make soak` holds its time."""
    assert understand("：" * LONGEST_TEXT).zones == ()


def test_how_far_an_area_reaches_is_told_and_no_length_or_width():
    text = (
        "甲片区以松林路、青石路、柳荫路、云台路围合，南北长约1700米，东西宽约600米，面积103公顷。"
    )
    (zone,) = understand(text).zones
    assert (zone.lengths, zone.widths) == ((), ())
    assert reasons(text) == [
        ("paragraph.extent", "南北长约1700米"),
        ("paragraph.extent", "东西宽约600米"),
    ]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("核心区面积6.66公顷", "核心区"),
        ("总面积9公顷，其中一期6.66公顷", "一期"),
        ("总面积9公顷，其中核心保护范围6.66公顷", "核心保护范围"),
    ],
)
def test_a_figure_of_a_part_is_not_the_zone_s(words, part):
    zone = only_zone(f"古城片区东至松林路，南至青石路，西至柳荫路，北至云台路，{words}。")
    assert [f.value for f in zone.areas if f.within == part] == ["6.66"]
    assert [f.value for f in zone.areas if not f.within] in ([], ["9"])


@pytest.mark.parametrize(
    "text",
    [
        "以松林路和青石路交叉口为中心，半径500米范围。",
        "东距松林路100米，南距青石路50米，西距柳荫路30米。",
        "松林路、青石路、柳荫路、云台路一圈。",
        "保护范围外延50米为建设控制地带。",
        "| 名称 | 东 | 南 | 西 | 北 |",
        "东有松林路，南有青石路，西有体育馆。",
    ],
)
def test_a_range_that_gives_no_limits_is_told(text):
    understood = understand(text)
    assert understood.zones == ()
    assert understood.passed
