"""No side is lost: each end of a generated sentence is a limit of its side, or a fault."""

import random

import pytest

from geo.sentences import parse_limits
from geo.sentences.accounting import unaccounted
from geo.sentences.limits import Fault, LimitsSentenceError
from testing.limit_sentences import WORDS, lost, sentence

SENTENCES = 2_000
"""`benchmarks.soak` reads 100,000."""


def read(text):
    try:
        return parse_limits(text), ()
    except LimitsSentenceError as error:
        return error.limits, error.faults


def test_every_end_of_a_sentence_is_accounted_for():
    choice = random.Random(20261126)
    whole = 0
    for _ in range(SENTENCES):
        written = sentence(choice)
        limits, faults = read(written.text)
        assert lost(written, limits, faults) == [], written.text
        whole += not faults
    assert whole > SENTENCES / 20  # not everything is refused


def test_a_side_that_is_dropped_is_noticed():
    choice = random.Random(1)
    written = sentence(choice)
    limits, faults = read(written.text)
    assert lost(written, limits[1:], faults[1:]) != []


@pytest.mark.parametrize("word", ["一丝不苟", "天长地久"])
def test_the_words_are_a_dictionary_s_and_not_the_reader_s(word):
    assert word in WORDS
    assert len(WORDS) > 20_000


def test_the_check_names_a_side_that_nothing_accounts_for():
    assert list(unaccounted("东至海河，西至公园", [(0, 4)])) == [(5, 9)]
    assert list(unaccounted("公园以东、海河以西", [(5, 9)])) == [(0, 4)]
    assert list(unaccounted("分别向南、向北延伸至南京路", [])) == []


def test_a_fault_has_its_words_and_its_side():
    with pytest.raises(LimitsSentenceError, match="新城小学") as refused:
        parse_limits("东至新城小学，南至青石路，西至松林路，北至云台路")
    assert refused.value.faults == (Fault("not-a-road", "新城小学", 2, 6, "E"),)
    assert [limit.side for limit in refused.value.limits] == ["S", "W", "N"]
