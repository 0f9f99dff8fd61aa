import re
import string

import pytest

from geo.texts import _entries, keys, text


def fields(template):
    # {name} in Chinese answers to {name_en} in English. {said_en}, what another
    # program says of its own error, is English and stands in the English alone.
    parsed = string.Formatter().parse(template)
    names = {name for _, name, _, _ in parsed if name}
    return {name.removesuffix("_en") for name in names - {"said_en"}}


def test_every_entry_has_both_languages_and_the_same_values():
    for key in keys():
        entry = _entries()[key]
        assert set(entry) == {"zh", "en"}, key
        assert entry["zh"].strip(), key
        assert entry["en"].strip(), key
        assert fields(entry["zh"]) == fields(entry["en"]), key


def test_an_unknown_key_is_refused():
    with pytest.raises(KeyError, match="no-such-key"):
        text("no-such-key")


def test_an_unknown_language_falls_back_to_chinese():
    assert text("verdict.agrees", "fr") == text("verdict.agrees", "zh")


# Words in s that are no plural of what stands before them, verbs above all.
NO_PLURAL = {
    "adds", "agrees", "allows", "as", "begins", "belongs", "coincides", "comes", "concerns",
    "contains", "crosses", "differs", "does", "ends", "exists", "fails", "gives", "has", "holds",
    "is", "its", "leads", "lies", "meets", "names", "needs", "passes", "remains", "stands", "this",
    "unless", "was",
}  # fmt: skip
# Limits of ours, which are far above 1, and degrees in steps of three.
NEVER_ONE = {
    "command.many-files",
    "datum.belt-offset",
    "own.upload.limits",
    "upload.gpkg-steps",
    "upload.reader-answer",
}


def filled(key, number):
    """Return an entry's English with one number for everything that it is filled with."""
    names = {name for _, name, _, _ in string.Formatter().parse(_entries()[key]["en"]) if name}
    return text(key, "en", **dict.fromkeys(names, number))


def plurals_after_one(words):
    """Return each “1 … roads” of a sentence, with at most two words between."""
    between = "(?:(?!of |in |no |and |from )[a-z]+ ){0,2}?"
    matches = re.finditer(rf"(?<![\w.,–-])1 {between}[a-z]+s\b(?!')", words)
    return [match[0] for match in matches if match[0].split()[-1] not in NO_PLURAL]


def test_no_english_sentence_counts_one_of_several():
    plurals = {key: plurals_after_one(filled(key, 1)) for key in set(keys()) - NEVER_ONE}
    assert {key: words for key, words in plurals.items() if words} == {}


def test_every_plural_form_differs_from_the_singular():
    forms = [
        (key, form)
        for key in keys()
        for form in re.findall(r"\{\w+:([^{}|]*\|[^{}|]*)\}", _entries()[key]["en"])
    ]
    assert len(forms) > 80
    for key, form in forms:
        one, many = form.split("|")
        assert one != many, key
        assert one in filled(key, 1), key
        assert many in filled(key, 2), key
        assert "|" not in filled(key, 2), key


def test_the_word_behind_a_number_follows_the_number():
    streets = {"ways": 1, "divided": 0}
    assert text("streets.made", "en", roads=1, **streets).startswith("1 road made of 1 way;")
    assert text("streets.made", "en", roads=2, **streets).startswith("2 roads made of 1 way;")
    # A number that was put into words before counts as well.
    assert text("frame.found", "en", count="1") == "1 result"
    assert text("frame.found", "en", count="1,001") == "1,001 results"
