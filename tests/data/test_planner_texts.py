"""Texts in the forms that planners write: each is read, or refused by the right words."""

import tomllib
from pathlib import Path

import pytest

from geo.sentences import parse_limits
from geo.sentences.limits import LimitsSentenceError
from geo.sentences.names import is_water
from geo.sentences.paragraphs import understand

FILES = ("planner_texts.toml", "wordings.toml", "notice_texts.toml", "variant_texts.toml")
TEXTS = [tomllib.loads(Path(__file__).with_name(f).read_text(encoding="utf-8")) for f in FILES]
SENTENCES = [case for texts in TEXTS for case in texts["sentences"]]


def written(limit):
    """Write a limit as name|side|qualifier, an offset as +30E."""
    offset = "" if limit.offset_m is None else f"+{limit.offset_m:g}{limit.offset_side or ''}"
    return f"{limit.name}|{limit.side or ''}|{limit.qualifier}{offset}".rstrip("|")


def read(text):
    try:
        return parse_limits(text), ()
    except LimitsSentenceError as error:
        return error.limits, error.faults


def fault_matches(expected, faults, text):
    """Return whether a fault has the code and touches the words of ``code words``."""
    code, _, words = expected.partition(" ")
    start = text.find(words)
    assert start >= 0, expected
    end = start + len(words)
    return any(code in (f.code, "*") and f.start < end and f.end > start for f in faults)


@pytest.mark.parametrize(
    "case", SENTENCES, ids=lambda case: f"{case['kind'][:20]} {case['text'][:16]}"
)
def test_a_sentence_is_read_or_refused_as_a_person_would(case):
    limits, faults = read(case["text"])
    if "limits" in case:
        assert [written(limit) for limit in limits] == case["limits"]
    expected = case.get("faults", [])
    assert bool(faults) == bool(expected)
    for fault in expected:
        assert fault_matches(fault, faults, case["text"])
    for limit in limits:
        assert "".join(case["text"][limit.start : limit.end].split()) == limit.name.replace(" ", "")
    for fault in faults:
        assert case["text"][fault.start : fault.end] == fault.words


def test_a_place_before_a_name_is_kept_as_a_note():
    limits = parse_limits("东至青山镇松林路，南至城市主干道青石路，西至柳荫路，北至新区大道")
    assert [(limit.note, limit.name) for limit in limits] == [
        ("青山镇", "松林路"),
        ("城市主干道", "青石路"),
        ("", "柳荫路"),
        ("", "新区大道"),
    ]


def test_a_name_of_the_base_stays_whole_and_counts_whatever_its_suffix():
    text = "东至青山镇松林路，南至凤凰山，西至松林里，北至云台路"
    limits = parse_limits(text, known={"青山镇松林路", "凤凰山", "松林里"})
    assert [limit.name for limit in limits] == ["青山镇松林路", "凤凰山", "松林里", "云台路"]
    assert {limit.note for limit in limits} == {""}


def test_traditional_characters_are_read_and_kept_as_printed():
    text = "範圍：以忠孝路、淡水河、信義大道圍合"
    limits = parse_limits(text)
    assert [text[limit.start : limit.end] for limit in limits] == [limit.name for limit in limits]
    assert is_water(limits[1].name)


def test_full_width_digits_are_read():
    (limit, *_) = parse_limits("东至松林路以东３０米，南至青石路，西至柳荫路，北至云台路")
    assert (limit.offset_m, limit.offset_side) == (30.0, "E")


def test_every_message_is_told_in_both_languages():
    for case in SENTENCES:
        for fault in read(case["text"])[1]:
            assert fault.explain("zh")
            assert "haracters" in fault.explain("en")


def test_an_error_tells_the_further_faults():
    with pytest.raises(LimitsSentenceError, match="Further: 云台大桥") as refused:
        parse_limits("东至凤凰山，南至青石路，西至柳荫路，北至云台大桥")
    assert "另有：云台大桥" in refused.value.explain("zh")


PASTES = [case for texts in TEXTS for case in texts["pastes"]]


def found_in(zone):
    """Write what was understood of a zone as the files write it."""
    axis = zone.axis and f"{zone.axis.road}: {zone.axis.start_name} – {zone.axis.end_name}"
    return {
        "name": zone.name,
        "limits": [written(limit) for limit in zone.limits],
        "areas": [figure.printed for figure in zone.areas],
        "lengths": [figure.printed for figure in zone.lengths],
        "widths": [figure.printed for figure in zone.widths],
        "axis": " ".join(axis.split()) if axis else None,
    }


@pytest.mark.parametrize(
    "case", PASTES, ids=lambda case: f"{case['kind'][:20]} {case['text'][:16]}"
)
def test_a_paste_gives_each_area_its_own_name_figures_and_sides(case):
    zones = understand(case["text"]).zones
    assert len(zones) == len(case["items"])
    for zone, item in zip(zones, case["items"], strict=True):
        reading = found_in(zone)
        for key, value in item.items():
            if key == "axis":
                assert reading[key] == " ".join(value.split())
            elif key != "faults":
                assert reading[key] == value
        expected = item.get("faults", [])
        assert bool(zone.faults) == bool(expected)
        for fault in expected:
            code, _, words = fault.partition(" ")
            start = case["text"].find(words)
            assert start >= 0
            assert any(
                f.reason == f"limits.{code}" and f.start < start + len(words) and f.end > start
                for f in zone.faults
            )


def test_paste_and_parser_read_a_sentence_alike():
    for case in SENTENCES:
        limits, faults = read(case["text"])
        zones = understand(case["text"]).zones
        in_zones = [limit for zone in zones for limit in zone.limits]
        if limits and not faults:
            assert [written(limit) for limit in in_zones] == [written(x) for x in limits]
        for zone in zones:
            assert zone.limits_text in case["text"]


def test_what_lies_round_a_place_is_no_limit():
    assert understand("北侧绿化带，西侧停车场，东侧空地，南侧青石路。").zones == ()
    (zone,) = understand("北侧绿化带，西侧停车场，东侧柳荫路，南侧青石路。").zones
    assert [fault.text for fault in zone.faults] == ["绿化带", "停车场"]


def test_paste_is_never_silent():
    for case in SENTENCES:
        understood = understand(case["text"])
        assert understood.zones or understood.not_understood or understood.passed
    for text in (
        "东至南京路。",
        "加强边界管理。",
        "绿地面积不足。",
        "道路全长待定。",
        "某区以东。",
        "和顺路西、安泰街北、永安路东、福安大街南。",
        "在和顺路、安泰街、永安路、福安大街范围内",
        "和顺路、安泰街、永安路、福安大街内侧区域",
        "东和顺路，西永安路，南安泰街，北福安大街",
        "河湾片区（和顺路、安泰街、永安路、福安大街），面积12公顷。",
    ):
        understood = understand(text)
        assert understood.not_understood or understood.passed
        for left in (*understood.not_understood, *understood.passed):
            assert text[left.start : left.end] == left.text
            assert left.explain("zh")
            assert left.explain("en")


def test_the_words_kept_of_a_zone_say_its_limits_again():
    for case in (*SENTENCES, *PASTES):
        for zone in understand(case["text"]).zones:
            limits, faults = read(zone.limits_text) if zone.limits else ((), zone.faults)
            assert [written(limit) for limit in limits] == [written(x) for x in zone.limits]
            assert bool(faults) == bool(zone.faults)
