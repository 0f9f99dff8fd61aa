"""A sentence that is read, and one limit of it changed: what no ring can use is always told."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

from geo.sentences.paragraphs import understand

DATA = Path(__file__).parents[1] / "data"
FILES = ("planner_texts.toml", "wordings.toml", "notice_texts.toml", "variant_texts.toml")
TEXTS = [
    case["text"]
    for name in FILES
    for part in tomllib.loads((DATA / name).read_text(encoding="utf-8")).values()
    for case in part
]
PLACE = "老粮库"


@cache
def chosen(text, number):
    """Return one limit of a text, another for each number; None if it has none to change."""
    limits = [limit for zone in understand(text).zones for limit in zone.limits]
    limits = [x for x in limits if not x.name.isascii() and "心" not in x.qualifier]
    return limits[(number + len(text)) % len(limits)] if limits else None


def stretches_told(text):
    """Return the stretches of a text that are at fault, or not understood, or passed."""
    understood = understand(text)
    faults = [fault for zone in understood.zones for fault in zone.faults]
    left = (*understood.not_understood, *understood.passed, *faults)
    return [(one.start, one.end) for one in left]


def is_told(text, start, end):
    return any(first < end and last > start for first, last in stretches_told(text))


def test_a_place_instead_of_a_limit_is_told():
    count = 0
    for number, text in enumerate(TEXTS):
        limit = chosen(text, number)
        if limit:
            changed = text[: limit.start] + PLACE + text[limit.end :]
            assert is_told(changed, limit.start, limit.start + len(PLACE)), changed
            count += 1
    assert count > 300


@pytest.mark.parametrize("words", ["（含老粮库）", "（不含老粮库）", "（东侧30米）", "的老粮库"])
def test_words_that_change_a_limit_are_told(words):
    for number, text in enumerate(TEXTS[::2]):
        limit = chosen(text, number)
        if limit and not text.startswith("东以凯歌路"):  # a stretch is described there
            changed = text[: limit.end] + words + text[limit.end :]
            assert is_told(changed, limit.start, limit.end + len(words)), changed


@pytest.mark.parametrize("words", ["以东100米", "西侧约60米", "外侧50米"])
def test_a_distance_behind_a_limit_is_kept_or_told(words):
    for number, text in enumerate(TEXTS[::2]):
        limit = chosen(text, number)
        if limit:
            changed = text[: limit.end] + words + text[limit.end :]
            zones = understand(changed).zones
            is_kept = any(x.offset_m for z in zones for x in z.limits if x.start == limit.start)
            assert is_kept or is_told(changed, limit.start, limit.end + len(words)), changed
