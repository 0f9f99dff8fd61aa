"""The project's own plan files: what they must hold, checked against figures typed by hand."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from geo.plans.documents import plan_schema, read_documents

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "plans"
DOCUMENTS, ISSUES = read_documents(FOLDER)
ITEMS = {item.id: item for document in DOCUMENTS for item in document.items}
QUOTED_KEYS = {"limits_text", "positioning", "strategy", "quote"}

STATED_AREAS_KM2 = {
    "13th-nanjing-road": "1.9",
    "13th-haihe": "2.2",
    "13th-weijin-road": "1.0",
    "13th-wudadao": "1.49",
    "13th-jiefang-north-road": "0.73",
    "13th-xikai-church": "0.29",
    "13th-anshan-road": "0.5",
    "13th-xiaobailou": "0.79",
    "13th-central-park": "0.35",
    "13th-slow-traffic": "7.2",
}
STATED_LENGTHS_KM = {"13th-nanjing-road": "3.3", "13th-haihe": "3.8", "13th-weijin-road": "2.2"}
LIMITS = {
    "13th-wudadao": "马场道、西康路、贵州路、岳阳道、西安道、成都道、南京路",
    "13th-jiefang-north-road": "大沽北路、营口道、建设路、保定道、海河",
    "13th-xikai-church": "长沙路、西安道、宝鸡东道、贵阳路、兰州道、昆明路、南京路",
    "13th-anshan-road": "兴安路、哈密道、南京路、万全道、河北路、多伦道",
    "13th-xiaobailou": "保定道、山西路、南京路、徐州道、海河",
    "13th-central-park": "大沽北路、营口道、南京路、哈尔滨道",
}
BASIS_14TH = {
    "14th-jiefang-north-road": ("carried", "13th-jiefang-north-road"),
    "14th-xiaobailou": ("carried", "13th-xiaobailou"),
    "14th-wudadao": ("carried", "13th-wudadao"),
    "14th-golden-street": ("interpreted", None),
    "14th-nanshi": ("interpreted", None),
    "14th-haihe": ("carried", "13th-haihe"),
    "14th-nanjing-road": ("carried", "13th-nanjing-road"),
    "14th-anshan-weijin": ("interpreted", None),
}


def test_every_plan_file_is_read_without_an_issue():
    assert ISSUES == []
    assert [document.id for document in DOCUMENTS] == [
        "11th-article",
        "13th-outline",
        "13th-work-2017",
        "14th-article-2022",
        "14th-outline",
    ]


def test_stated_figures_keep_their_printed_decimals():
    areas = {i.id: i.stated_area_km2 for i in ITEMS.values() if i.stated_area_km2}
    lengths = {i.id: i.stated_length_km for i in ITEMS.values() if i.stated_length_km}
    assert areas == STATED_AREAS_KM2
    assert lengths == STATED_LENGTHS_KM


@pytest.mark.parametrize(("zone_id", "limits"), LIMITS.items())
def test_the_six_zones_have_their_limits_word_for_word(zone_id, limits):
    item = ITEMS[zone_id]
    area = STATED_AREAS_KM2[zone_id]
    assert item.basis == "stated"
    assert item.limits_text == f"以{limits}围合的核心区域,面积{area}平方公里。"


def test_the_slow_traffic_area_has_four_limits_and_a_part_inside_the_district():
    item = ITEMS["13th-slow-traffic"]
    sides = "北至北马路,东至海河,南至南京路、蚌埠道,西至南门外大街、西马路,"
    assert sides in item.limits_text
    assert [(p.id, p.km2, p.within, p.approximate) for p in item.part_areas] == [
        ("heping", "5.2", "district", True)
    ]


@pytest.mark.parametrize(("zone_id", "basis"), BASIS_14TH.items())
def test_the_zones_and_belts_of_the_14th_plan_say_where_their_shape_comes_from(zone_id, basis):
    item = ITEMS[zone_id]
    assert (item.basis, item.carried_from) == basis
    assert item.reasoning
    assert item.stated_area_km2 is None


def test_a_carried_zone_is_the_same_place_as_its_origin():
    carried = [item for item in ITEMS.values() if item.carried_from]
    assert {item.place == ITEMS[str(item.carried_from)].place for item in carried} == {True}


def test_what_has_no_limits_is_only_named_outside_the_two_outlines():
    for document in DOCUMENTS:
        if document.id in ("11th-article", "13th-work-2017", "14th-article-2022"):
            assert {item.basis for item in document.items} == {"named"}


@pytest.mark.parametrize(
    ("group", "count"),
    [
        ("sandai", 3),
        ("liuqu", 6),
        ("note7", 1),
        ("yiqu-sanpian", 4),
        ("yixian-sanzutuan", 4),
        ("yizong-liangyi-baheng", 11),
        ("wenhua-chuangyi", 3),
    ],
)
def test_the_13th_plan_has_each_structure_whole(group, count):
    document = next(document for document in DOCUMENTS if document.id == "13th-outline")
    assert sum(item.group == group for item in document.items) == count


def test_the_four_tasks_of_1322_cover_the_five_zones_and_three_belts():
    members = [m for i in ITEMS.values() if i.group == "buju-1322" for m in i.members]
    assert sorted(members) == sorted(BASIS_14TH)


def test_passages_are_whole_sentences_or_clauses_without_omissions():
    for item in ITEMS.values():
        for _, passage in item.passages:
            assert not re.search(r"…|\.\.\.|省略", passage), item.id
            assert passage == passage.strip(), item.id


def test_no_key_of_our_own_looks_like_a_quotation():
    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {k for part in value.values() for k in keys(part)}
        if isinstance(value, list):
            return {k for part in value for k in keys(part)}
        return set()

    for path in FOLDER.glob("*.toml"):
        key_names = keys(tomllib.loads(path.read_text(encoding="utf-8")))
        assert {k for k in key_names if "text" in k or "quote" in k} <= QUOTED_KEYS, path.name


def test_english_names_are_given_without_chinese_characters():
    for item in ITEMS.values():
        for name in (item.name_en, item.short_name_en):
            assert not re.search(r"[\u4e00-\u9fff]", name), item.id


def test_names_of_one_plan_can_be_told_apart():
    for document in DOCUMENTS:
        names = [item.name for item in document.items]
        assert len(names) == len(set(names)), document.id


def test_the_kept_json_schema_is_that_of_the_model():
    schema = json.loads((ROOT / "geo" / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))
    assert schema == plan_schema()


def test_every_zone_and_belt_is_summed_up_in_one_english_sentence():
    for item in ITEMS.values():
        if item.kind not in ("zone", "belt"):
            continue
        words = item.summary_en
        assert words.endswith("."), item.id
        assert not re.search(r"[.!?] |[\u3400-\u9fff]", words), item.id
        assert len(words) <= 240, item.id
