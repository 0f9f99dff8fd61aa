"""Texts in the forms that planners write: each is read, or refused by the right words."""

import tomllib
from pathlib import Path

import pytest

from geo.sentences import LimitsSentenceError, parse_limits
from geo.sentences.names import is_water

FILES = ("planner_texts.toml", "wordings.toml")
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
    return any(f.code == code and f.start < end and f.end > start for f in faults)


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
