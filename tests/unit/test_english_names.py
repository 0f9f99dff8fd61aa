"""English sentences have English names where the data have them; quotations stay."""

import json
import re
from pathlib import Path

import pytest

from geo.base import english_names
from geo.io.read import read_layer
from geo.texts import Text, with_english_names

DATA = Path(__file__).parents[2] / "data"
NAMES = {"海河": "Haihe River", "海河东路": "Haihe East Road", "成都道": "Chengdu Road"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("海河东路 ends on 海河.", "Haihe East Road ends on Haihe River."),
        ("成都道52号, 成都道2-4号", "52 Chengdu Road, 2-4 Chengdu Road"),
        ("海河广场 is a place of its own.", "海河广场 is a place of its own."),
        ("The plan has “海河、成都道”.", "The plan has “海河、成都道”."),
        ("北安道 has none.", "北安道 has none."),
        ("plain", "plain"),
    ],
)
def test_names_are_told_in_english(words, expected):
    assert with_english_names(words, NAMES) == expected


def test_a_sentence_keeps_its_chinese():
    stretch = Text("implied.stretch", road="海河", method=Text("how.traced"))
    named = Text("implied.shift", road=stretch, direction="E", metres="1", sigmas="2").named(NAMES)
    assert "海河（" in named.render("zh")
    assert "Haihe River (" in named.render("en")
    assert "海河" not in named.render("en")


def test_zone_files_tell_english_readers_english_names():
    names = english_names(
        read_layer(DATA / "base" / f"{name}.geojson") for name in ("river", "roads")
    )
    chinese_names = []

    def walk(value, key, zone):
        if isinstance(value, dict):
            for name, one in value.items():
                walk(one, name, zone)
        elif isinstance(value, list):
            for one in value:
                walk(one, key, zone)
        elif isinstance(value, str) and key.endswith("_en") and key != "citation_en":
            outside = re.sub("“[^”]*”", "", value)
            chinese_names.extend((zone, key, name) for name in names if name in outside)

    for path in sorted((DATA / "zones").glob("*.geojson")):
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            walk(feature["properties"], "", feature["id"])
    assert chinese_names == []
