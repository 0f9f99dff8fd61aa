"""Laws of reading limits: what was written is what is read, and nothing else ever happens."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.errors import GeoError
from geo.sentences.limits import parse_limits
from geo.sentences.paragraphs import understand

SIDES = {"东": "E", "南": "S", "西": "W", "北": "N"}
# characters that stand in names and elsewhere: directions, joiners, opening words, verbs, suffixes
STEMS = st.text("和平南京西安北马东风海山为自临江四川大沽外门", min_size=2, max_size=4)
STREETS = st.builds(str.__add__, STEMS, st.sampled_from(["路", "道", "街", "大街", "大道", "胡同"]))
WORDS = "东南西北至到起以由和与及、，。；：（）()围合所为界路道街河海侧段区面积约1.49平方公里亩 \n"


def is_a_name_in_any_text(name):
    """Leave out what running text cannot hold without ambiguity: 东临大街, 南为路, 山和路."""
    stem = name.rstrip("路道街大胡同")
    return len(stem) >= 2 and not re.search("[东南西北][为自临]|^[为自]|.和", name)


NAMES = st.lists(STREETS.filter(is_a_name_in_any_text), min_size=3, max_size=8, unique=True)


@st.composite
def lists(draw):
    names = draw(NAMES)
    opening = draw(st.sampled_from(["以", "由", "规划范围：以", "规划范围为", ""]))
    mark = draw(st.sampled_from(["、", "，", "/", "—", ","]))
    last = draw(st.sampled_from([mark, "和", "与", "及", "以及"]))
    closing = draw(st.sampled_from(["围合的区域", "合围", "所围区域", "围合，面积1.49平方公里。"]))
    body = mark.join(names[:-1]) + last + names[-1]
    return opening + body + closing, [(name, None) for name in names]


@st.composite
def sided(draw):
    names = draw(NAMES)
    order = draw(st.permutations(list(SIDES)))
    verb = draw(st.sampled_from(["至", "到", "起", "抵", "临近"]))
    mark = draw(st.sampled_from(["，", "；", "、", ",", "\n", " "]))
    groups = [[names[i] for i in range(k, len(names), 4)] for k in range(4)]
    parts = [f"{side}{verb}{'、'.join(g)}" for side, g in zip(order, groups, strict=True) if g]
    expected = [(name, SIDES[side]) for side, g in zip(order, groups, strict=True) for name in g]
    return draw(st.sampled_from(["", "四至范围为:", "项目"])) + mark.join(parts), expected


@st.composite
def beside(draw):
    names = draw(NAMES)[:4]
    opposite = {"东": "W", "南": "N", "西": "E", "北": "S"}
    order = draw(st.permutations(list(SIDES)))[: len(names)]
    text = "、".join(f"{name}以{side}" for name, side in zip(names, order, strict=True))
    return text + draw(st.sampled_from(["", "区域", "围合的区域"])), [
        (name, opposite[side]) for name, side in zip(names, order, strict=True)
    ]


@settings(deadline=None)
@given(st.one_of(lists(), sided(), beside()))
def test_what_was_written_is_read_in_its_order(case):
    text, expected = case
    assert [(limit.name, limit.side) for limit in parse_limits(text)] == expected


@settings(deadline=None)
@given(st.one_of(lists(), sided(), beside()))
def test_a_span_holds_exactly_its_name(case):
    text, _ = case
    for limit in parse_limits(text):
        assert text[limit.start : limit.end] == limit.name


@settings(deadline=None)
@given(lists(), st.lists(st.sampled_from([" ", "\n", "　", ""]), min_size=12, max_size=12))
def test_white_space_around_marks_changes_nothing(case, blanks):
    text, expected = case
    marks = iter(blanks * 40)
    spaced = "".join(
        next(marks) + character + next(marks) if character in "、，：" else character
        for character in text
    )
    assert [(limit.name, limit.side) for limit in parse_limits(spaced)] == expected


@settings(deadline=None)
@given(st.text(max_size=120) | st.text(WORDS, max_size=120))
@example("东至东至东至")
@example("（（（）围合")
@example("以以以由由由围合为界")
def test_any_text_is_read_or_refused_with_a_place(text):
    try:
        limits = parse_limits(text)
    except GeoError as error:
        assert "Limits sentence" in str(error)  # noqa: PT017
        assert 0 <= error.start <= error.end <= len(text)  # noqa: PT017
        return
    assert len(limits) >= 2
    for limit in limits:
        assert "".join(text[limit.start : limit.end].split()) == limit.name


@settings(deadline=None)
@given(st.text(max_size=200) | st.text(WORDS, max_size=200))
def test_any_paragraph_is_understood_without_an_error_and_in_its_own_words(text):
    understood = understand(text)
    for zone in understood.zones:
        assert text[zone.start : zone.end] == zone.name
        assert text[zone.limits_start : zone.limits_end] == zone.limits_text
        for figure in (*zone.areas, *zone.lengths):
            assert text[figure.start : figure.end] == figure.printed
            assert figure.amount >= 0
        for limit in zone.limits:
            assert "".join(text[limit.start : limit.end].split()) == limit.name
    for left in understood.not_understood:
        assert text[left.start : left.end] == left.text
        assert left.explain("zh")
