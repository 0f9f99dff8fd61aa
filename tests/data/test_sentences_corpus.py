"""The corpus of limits sentences: each is read, or refused, as written there by hand."""

import tomllib
from pathlib import Path

import pytest

from geo.sentences.limits import LimitsSentenceError, parse_limits

CORPUS = tomllib.loads(
    Path(__file__).with_name("sentences_corpus.toml").read_text(encoding="utf-8")
)


def written(limit):
    return "|".join((limit.name, limit.side or "", limit.qualifier)).rstrip("|")


@pytest.mark.parametrize("case", CORPUS["accepted"], ids=lambda case: case["id"])
def test_the_sentence_is_read(case):
    limits = parse_limits(case["text"])
    assert [written(limit) for limit in limits] == case["limits"]
    for limit in limits:
        assert "".join(case["text"][limit.start : limit.end].split()) == limit.name


@pytest.mark.parametrize("case", CORPUS["refused"], ids=lambda case: case["id"])
def test_the_sentence_is_refused_for_its_reason(case):
    with pytest.raises(LimitsSentenceError, match="Limits sentence") as refused:
        parse_limits(case["text"])
    error = refused.value
    assert error.reason == case["reason"]
    assert error.found == case.get("found", error.found)
    assert case["text"][error.start : error.end].strip() == error.found


def test_the_corpus_is_as_large_as_promised():
    assert len(CORPUS["accepted"]) >= 60
    assert len(CORPUS["refused"]) >= 25
    for group in CORPUS.values():
        assert len({case["id"] for case in group}) == len(group)
        assert len({case["text"] for case in group}) == len(group)


def test_every_reason_has_a_sentence():
    from geo.texts import keys

    reasons = {key.removeprefix("limits.") for key in keys() if key.startswith("limits.")}
    used_reasons = {case["reason"] for case in CORPUS["refused"]}
    for name in ("planner_texts.toml", "wordings.toml", "variant_texts.toml"):
        texts = tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
        for case in texts["sentences"]:
            used_reasons |= {fault.split(" ")[0] for fault in case.get("faults", [])}
    assert reasons - {"more", "too-long"} == used_reasons
