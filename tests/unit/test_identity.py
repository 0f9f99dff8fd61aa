"""Which street a name means: combinations, and what a verdict makes of them."""

import math

import pytest

from geo.uncertainty.identity import (
    MOST_COMBINATIONS,
    Candidate,
    Identity,
    combinations,
    weakest,
)
from geo.verdicts import Alternative, Measurement, Reading, StatedFigure, judge, reading_label


def name(key, *probabilities):
    return Identity(key, tuple(Candidate(f"{key}{n}", p) for n, p in enumerate(probabilities)))


def test_certain_names_make_one_combination_of_probability_one():
    (only,) = combinations([name("a", 1.0), name("b", 1.0)])
    assert (only.probability, only.reading, only.lines) == (1.0, "", {"a": "a0", "b": "b0"})


def test_probabilities_of_independent_names_are_multiplied():
    # By hand: 0.7 x 0.8 = 0.56, 0.3 x 0.8 = 0.24, 0.7 x 0.2 = 0.14, 0.3 x 0.2 = 0.06.
    sets = combinations([name("a", 0.7, 0.3), name("b", 0.8, 0.2)])
    assert [round(c.probability, 10) for c in sets] == [0.56, 0.24, 0.14, 0.06]
    assert [c.changed for c in sets] == [(), ("a",), ("b",), ("a", "b")]
    assert sets[3].reading == "identity:a=a1;b=b1"


def test_combinations_below_two_percent_are_dropped_and_two_percent_is_kept():
    sets = combinations([name("a", 0.9, 0.1), name("b", 0.8, 0.2)])
    assert [round(c.probability, 10) for c in sets] == [0.72, 0.18, 0.08, 0.02]
    sets = combinations([name("a", 0.9, 0.1), name("b", 0.81, 0.19)])
    assert [round(c.probability, 4) for c in sets] == [0.729, 0.171, 0.081]


def test_the_main_combination_is_kept_however_improbable_and_comes_first():
    # Every name has a second candidate that is likelier than the first.
    sets = combinations([name(key, 0.1, 0.9) for key in "abc"])
    assert sets[0].changed == ()
    assert sets[0].probability == pytest.approx(0.001)
    assert sets[1].probability == pytest.approx(0.729)


def test_at_most_sixty_four_are_kept_and_the_most_probable():
    sets = combinations([name("a", *[0.1] * 10), name("b", *[0.1] * 10)])
    assert len(sets) <= MOST_COMBINATIONS
    many = combinations([name("a", *([0.02] * 50))])
    assert len(many) == 50
    wide = combinations([name("a", 0.5, 0.5), *[name(k, 0.5, 0.5) for k in "bcd"]])
    assert len(wide) == 16
    assert sum(c.probability for c in wide) == pytest.approx(1.0)


def test_many_candidates_of_many_names_are_weighed_without_trying_all():
    # 8 names of 6 candidates are 1.7 million combinations; 0.6^8 = 1.7 % is main all the same.
    sets = combinations([name(k, 0.6, *[0.08] * 5) for k in "abcdefgh"])
    assert len(sets) == 1
    assert sets[0].probability == pytest.approx(0.6**8)


def test_what_is_not_told_lowers_the_probability():
    sets = combinations([name("a", 0.9), name("b", 0.5)])
    assert [c.probability for c in sets] == [pytest.approx(0.45)]


def test_the_least_certain_class_counts():
    assert weakest(["high", "osm"]) == "high"
    assert weakest(["osm", "low", "medium"]) == "low"
    assert weakest([None, math.nan, ""]) is None


def reading(value, half=0.01, label="centre_line"):
    return Reading(label, value, value - half, value + half)


def other(probability, value, *, line="乙", own=None, name="甲", half=0.01):
    return Alternative(
        f"identity:{name}={line}",
        probability,
        {name: (line, own if own is not None else probability)},
        () if value is None else (reading(value, half),),
    )


def verdict(stated, value, probability, *others):
    measured = Measurement((reading(value),), probability=probability, alternatives=others)
    return judge(StatedFigure("z", "area", stated), measured)


def test_from_eighty_percent_on_the_main_verdict_holds():
    finding = verdict("1.00", 1.0, 0.8, other(0.2, 1.3))
    assert finding.verdict == "agrees"
    assert ["1.30平方公里" in note.render("zh") for note in finding.notes] == [True]
    assert "不符" in finding.notes[0].render("zh")


def test_a_candidate_below_ten_percent_is_not_noted():
    assert verdict("1.00", 1.0, 0.91, other(0.09, 1.3)).notes == ()


def test_a_candidate_that_changes_nothing_is_not_noted():
    assert verdict("1.00", 1.0, 0.85, other(0.15, 1.005)).notes == ()


def test_where_the_main_one_disagrees_and_a_likely_candidate_agrees():
    finding = verdict("1.30", 1.0, 0.85, other(0.15, 1.3))
    assert finding.verdict == "agrees_at_edge"
    assert finding.reading == "identity:甲=乙"
    assert "甲取乙一线" in finding.reason
    assert "甲 taken to be 乙" in finding.reason_en
    assert finding.computed == 1.0


def test_an_unlikely_candidate_rescues_no_verdict():
    assert verdict("1.30", 1.0, 0.91, other(0.09, 1.3)).verdict == "disagrees"


def test_below_eighty_percent_a_verdict_that_all_share_holds():
    finding = verdict("1.00", 1.0, 0.7, other(0.3, 1.005))
    assert finding.verdict == "agrees"
    assert "70%" in finding.notes[0].render("zh")


def test_below_eighty_percent_different_verdicts_leave_it_open():
    finding = verdict("1.00", 1.0, 0.7, other(0.3, 1.3))
    assert finding.verdict == "not_determinable"
    assert "70%" in finding.reason
    assert "1.00平方公里" in finding.reason
    assert any("1.30 km²" in note.render("en") for note in finding.notes)


def test_a_combination_that_encloses_nothing_shares_no_verdict():
    finding = verdict("1.00", 1.0, 0.7, other(0.3, None))
    assert finding.verdict == "not_determinable"
    assert "不能围合" in finding.notes[-1].render("zh")


def test_streets_that_nobody_can_name_leave_a_shared_verdict_only_where_it_is_likelier():
    assert verdict("1.00", 1.0, 0.6).verdict == "agrees"
    assert verdict("1.00", 1.0, 0.4).verdict == "not_determinable"


def test_kept_combinations_are_readings_with_their_probability():
    finding = verdict("1.00", 1.0, 0.7, other(0.3, 1.005))
    assert [(r.reading, r.probability) for r in finding.readings] == [
        ("centre_line", None),
        ("identity:甲=乙", 0.3),
    ]
    record = finding.as_record()
    assert record["probability"] == 0.7
    assert len(record["notes"]) == len(record["notes_en"]) == 1
    assert reading_label("identity:甲=乙;丙=丁", "en") == "甲 taken to be 乙, 丙 taken to be 丁"


def test_about_is_one_unit_of_the_last_digit_either_way():
    # 约7.2 is 7.1 to 7.3; 7.2 alone is 7.15 to 7.25.
    about = judge(StatedFigure("z", "area", "7.2", approximate=True), Measurement((reading(7.31),)))
    assert about.verdict == "agrees"
    assert about.rounding == (7.1, 7.3)
    plain = judge(StatedFigure("z", "area", "7.2"), Measurement((reading(7.31),)))
    assert (plain.verdict, plain.rounding) == ("disagrees", (7.15, 7.25))
    assert judge(
        StatedFigure("z", "area", "7.2", approximate=True), Measurement((reading(7.32),))
    ).verdict == ("disagrees")


def test_an_unknown_error_decides_nothing():
    finding = judge(
        StatedFigure("z", "area", "1.00"), Measurement((Reading("centre_line", 1.0, None, None),))
    )
    assert finding.verdict == "not_determinable"
    assert "位置误差未给出" in finding.reason
    assert (finding.low, finding.high) == (None, None)
