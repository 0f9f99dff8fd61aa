"""The page of wordings says what the reader does."""

from pathlib import Path

import pytest

from geo.sentences.limits import read_sentence
from geo.sentences.paragraphs import understand
from geo.texts import keys

PAGE = Path(__file__).parents[2] / "docs" / "wordings.md"


def rows(title):
    """Return the cells of the table under a heading."""
    part = PAGE.read_text(encoding="utf-8").split(f"\n## {title}")[1].split("\n## ")[0]
    lines = [line for line in part.split("\n") if line.startswith("| ")][1:]
    table = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return [[cell.replace("⏎", "\n").replace("｜", "|") for cell in row] for row in table]


def written(limit):
    offset = "" if limit.offset_m is None else f"+{limit.offset_m:g}{limit.offset_side or ''}"
    return " ".join(
        f"{limit.name}|{limit.side or ''}|{limit.qualifier}{offset}".split("|")
    ).rstrip()


def reading_of(zone):
    parts = [zone.name or "（无名称）"]
    if zone.limits:
        parts.append("界线 " + "、".join(written(limit) for limit in zone.limits))
    if zone.faults:
        parts.append("缺口 " + "、".join(dict.fromkeys(f.text for f in zone.faults)))
    if zone.axis:
        ends = f" {zone.axis.start_name}–{zone.axis.end_name}" if zone.axis.start_name else ""
        parts.append("轴线 " + (zone.axis.road or "（未写路名）") + ends)
    for figures, word in ((zone.areas, "面积"), (zone.lengths, "长度"), (zone.widths, "宽度")):
        if figures:
            parts.append(f"{word} " + "、".join(f.printed for f in figures))
    return "，".join(parts)


@pytest.mark.parametrize("row", rows("读得懂的写法"), ids=lambda row: row[0])
def test_what_the_page_says_is_read_is_read_so(row):
    _, text, expected = row
    limits, faults, _ = read_sentence(text)
    assert faults == ()
    assert "；".join(written(limit) for limit in limits) == expected


@pytest.mark.parametrize("row", rows("读不了的写法"), ids=lambda row: row[2])
def test_what_the_page_says_is_refused_is_refused_by_those_words(row):
    text, words, code = row
    first = read_sentence(text).faults[0]
    assert (first.words, first.code) == (words, code)


@pytest.mark.parametrize("row", rows("一段文字"), ids=lambda row: row[0][:12])
def test_what_the_page_says_of_a_paragraph_is_so(row):
    text, expected = row
    assert "；".join(reading_of(zone) for zone in understand(text).zones) == expected


def test_every_reason_is_on_the_page():
    reasons = {key.removeprefix("limits.") for key in keys() if key.startswith("limits.")}
    assert reasons - {"empty", "more", "too-long"} == {row[2] for row in rows("读不了的写法")}
