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
