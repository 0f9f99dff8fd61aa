import pytest

from geo.errors import GeoError, InputTooLargeError, LimitsError
from geo.sentences.limits import MAX_CHARACTERS, Limit, LimitsSentenceError, parse_limits
from geo.sentences.names import is_water

LIST = "以南京路、营口道、大沽北路、哈尔滨道围合的核心区域"


def refusal(text):
    with pytest.raises(LimitsSentenceError, match="Limits sentence") as refused:
        parse_limits(text)
    return refused.value


def test_a_list_has_no_sides():
    assert {limit.side for limit in parse_limits(LIST)} == {None}


def test_a_limit_says_where_its_name_stands():
    text = "规划范围:" + LIST
    first = parse_limits(text)[0]
    assert first == Limit("南京路", "", None, 6, 9)
    assert text[6:9] == "南京路"


def test_east_of_a_road_puts_the_road_on_the_west():
    limits = parse_limits("和平路以东、海河以西、南马路以南、多伦道以北")
    assert [limit.side for limit in limits] == ["W", "E", "N", "S"]
    assert {limit.qualifier for limit in limits} == {""}


def test_a_road_on_two_sides_stands_once_for_each():
    limits = parse_limits("东、南至海河，西至南京路，北至营口道")
    assert [(limit.name, limit.side) for limit in limits[:2]] == [("海河", "E"), ("海河", "S")]
    assert (limits[0].start, limits[0].end) == (limits[1].start, limits[1].end)


def test_the_kerb_in_a_list_is_a_qualifier():
    limits = parse_limits("以南京路东侧、营口道北侧、海河围合")
    assert [limit.qualifier for limit in limits] == ["东侧", "北侧", ""]


def test_full_and_half_width_punctuation_read_the_same():
    full = parse_limits("规划范围：东至海河，南至南京路（西段），西至西马路；北至北马路。")
    half = parse_limits("规划范围:东至海河,南至南京路(西段),西至西马路;北至北马路.")
    assert full == half


def test_white_space_inside_a_name_is_dropped_and_its_place_kept():
    text = "以马场道、贵\n 州路、南京路围合"
    limit = parse_limits(text)[1]
    assert limit.name == "贵州路"
    assert text[limit.start : limit.end] == "贵\n 州路"


def test_markup_is_only_text():
    assert refusal("以<script>路、营口道、南京路围合").reason == "not-a-road"


def test_every_refusal_is_a_geo_error():
    assert issubclass(LimitsSentenceError, LimitsError)
    assert issubclass(LimitsSentenceError, GeoError)


def test_a_refusal_says_what_where_and_what_to_do():
    error = refusal("以南京路、某公司、哈尔滨道围合")
    assert (error.reason, error.found, error.start, error.end) == ("not-a-road", "某公司", 5, 8)
    assert "characters 6-8: '某公司'" in str(error)
    assert "Name the road" in str(error)
    assert "第 6–8 字“某公司”" in error.explain("zh")


def test_a_long_wrong_name_is_shortened_in_the_message():
    error = refusal("以南京路、" + "某" * 70 + "、哈尔滨道围合")
    assert len(error.found) == 70
    assert "…" in str(error)


def test_the_longest_sentence_is_read_and_one_longer_is_refused():
    padded = LIST + "，" + "好" * (MAX_CHARACTERS - len(LIST) - 1)
    assert len(parse_limits(padded)) == 4
    with pytest.raises(InputTooLargeError, match="4001 characters; at most 4000"):
        parse_limits(padded + "好")


@pytest.mark.parametrize("name", ["和平路", "协和道", "及第路", "为民路", "自由道", "东风路"])
def test_a_joining_word_inside_a_name_does_not_part_it(name):
    limits = parse_limits(f"以{name}、{name[:2]}大街和{name[:2]}东路、海河围合")
    assert [limit.name for limit in limits] == [name, f"{name[:2]}大街", f"{name[:2]}东路", "海河"]


@pytest.mark.parametrize(
    "name", ["西马路", "北马路", "西安道", "北安道", "南门外大街", "东风路", "东北角大街", "河北路"]
)
def test_a_direction_inside_a_name_belongs_to_the_name(name):
    text = f"东至{name}，南至海河，西至{name[:2]}支路，北至南京路"
    assert parse_limits(text)[0].name == name


def test_a_near_twin_is_never_changed():
    names = ["大沽北路", "大沽南路", "宝鸡东道", "宝鸡西道"]
    assert [limit.name for limit in parse_limits("以" + "、".join(names) + "围合")] == names


@pytest.mark.parametrize("name", ["海河", "津河", "墙子河", "南运河", "杭州湾"])
def test_a_water_is_known_by_its_last_character(name):
    assert is_water(name)
    assert not is_water(name + "路")


def test_brackets_that_are_never_closed_are_no_name():
    assert refusal("以南京路（营口道、大沽北路、哈尔滨道围合").reason == "not-a-road"


@pytest.mark.parametrize(
    "unit", ["东至", "围合", "南京路和", "以东", "（", "东、南、", "东至路", "规划", "至段", "由以"]
)
def test_repeated_nonsense_is_refused(unit):
    assert refusal((unit * MAX_CHARACTERS)[:MAX_CHARACTERS]).reason in {"no-limits", "not-a-road"}
