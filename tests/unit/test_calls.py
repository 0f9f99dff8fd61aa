"""Help and refusals of a call are in one language: that of --lang, else of GEO_LANG."""

import argparse
import re

import pytest

from commands.main import COMMANDS, main
from commands.shared.parsing import OWN_WORDS, language_of
from geo.texts import text

CALLS = [
    ["--help"],
    *([name, "--help"] for name in COMMANDS),
    ["roads", "import", "--help"],
    ["roads", "fetch", "--help"],
    ["district", "new", "--help"],
    ["plan", "new", "--help"],
    ["plan", "check", "--help"],
    [],
    ["pan"],
    ["check", "--unknown"],
    ["check", "--html"],
    ["build", "--engine", "none"],
    ["build", "--seal=3"],
    ["page", "--port", "x"],
    ["plan", "check"],
    ["export", "--d"],
]
ENGLISH = re.compile(r"(?:\b[a-z]{2,} ){2}[a-z]{2,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PRINTED = ("新区", "某市某区", "十五五", "审图号", "制图单位")
"""Chinese that stands in the English: names as printed."""


def spoken(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == (0 if "--help" in words else 2)
    heard = capsys.readouterr()
    return heard.out + heard.err


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_a_call_is_answered_in_chinese_alone(words, capsys):
    chinese = spoken([*words, "--lang", "zh"] if words else ["--lang", "zh"], capsys)
    # Names of commands and options stand in both languages, also in a list.
    plain = re.sub(r"\{.*?\}|geo [a-z |]+", "", chinese)
    assert CHINESE.search(chinese)
    assert not ENGLISH.search(plain), ENGLISH.search(plain)


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_a_call_is_answered_in_english_alone(words, capsys, monkeypatch):
    monkeypatch.setenv("GEO_LANG", "en")
    english = spoken(words, capsys)
    for name in PRINTED:
        english = english.replace(name, "")
    assert not CHINESE.search(english)


def test_the_language_of_a_call_is_known_before_it_is_read(monkeypatch):
    monkeypatch.setenv("GEO_LANG", "en")
    assert language_of(["build", "--lang=zh"]) == "zh"
    assert language_of(["--lang", "zh", "build"]) == "zh"
    assert language_of(["build", "--lang"]) == "en"
    assert language_of(["build", "--lang", "fr"]) == "en"


def test_argparse_says_its_own_english_again_after_a_call(capsys):
    spoken(["pan", "--lang", "zh"], capsys)
    parser = argparse.ArgumentParser(prog="other")
    with pytest.raises(SystemExit):
        parser.parse_args(["x"])
    assert "unrecognized arguments" in capsys.readouterr().err


def test_argparse_is_answered_with_its_own_values():
    for words, key in OWN_WORDS.items():
        for language in ("zh", "en"):
            values = re.findall(r"%(?:\(\w+\))?[sr]", words)
            assert sorted(re.findall(r"%(?:\(\w+\))?[sr]", text(key, language))) == sorted(values)
