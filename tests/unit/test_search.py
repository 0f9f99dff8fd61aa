"""Search in names and passages: Chinese, pinyin, English."""

from pathlib import Path

import pytest

from geo.places.search import english_rank, plain, search, search_index, spell, spelt_spans
from geo.plans.documents import read_documents

PLAN = """
format = 1
[document]
id = "14th-outline"
plan = "14th"
title = "规划纲要"
title_en = "Outline"
period_from = 2021
period_to = 2025
[[groups]]
id = "wuqu"
name = "五区"
name_en = "Five zones"
section = "第五章"
quote = ["构建五区联动格局。"]
[[items]]
id = "14th-golden-street"
kind = "zone"
place = "golden-street"
group = "wuqu"
name = "金街商业区"
name_en = "Golden Street retail area"
short_name = "金街"
short_name_en = "Golden Street"
basis = "named"
section = "第五章/专栏6"
positioning = "发展夜间经济，建设２４小时不夜城。"
quote = ["以金街、长沙路为核心<script>。"]
[[items]]
id = "14th-changsha-road"
kind = "cluster"
place = "changsha-road"
group = "wuqu"
name = "长沙路"
name_en = "Changsha Road"
short_name = "长沙路"
short_name_en = "Changsha Road"
basis = "named"
section = "第五章/专栏6"
quote = ["以金街、长沙路为核心<script>。"]
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plans")
    (folder / "14th-outline.toml").write_text(PLAN, encoding="utf-8")
    documents, issues = read_documents(folder)
    assert issues == []
    return search_index(documents)


def hits(index, query):
    return [(hit.passage.key, hit.passage.zone_ids) for hit in search(index, query)]


def test_a_chinese_word_finds_names_first_and_then_passages(index):
    both = ("14th-golden-street", "14th-changsha-road")
    assert hits(index, "金街") == [("name", ("14th-golden-street",)), ("quote", both)]


@pytest.mark.parametrize("query", ["yejianjingji", "ye jian jing ji", "Yè jiān", "夜间经济"])
def test_pinyin_with_or_without_spaces_and_tones_finds_the_passage(index, query):
    (hit,) = search(index, query)
    start, end = hit.spans[0]
    assert hit.passage.spelt.text[start:end] in ("夜间经济", "夜间")


@pytest.mark.parametrize("query", ["Golden Street", "golden", "GOLDEN st"])
def test_english_finds_the_name_of_the_item(index, query):
    assert hits(index, query) == [("name", ("14th-golden-street",))]


def test_a_name_is_spelt_as_a_word_of_its_own(index):
    assert len(search(index, "changshalu")) == 2


def test_words_apart_must_all_be_found(index):
    assert [key for key, _ in hits(index, "核心 长沙")] == ["quote"]
    assert hits(index, "核心 夜间") == []


def test_full_width_digits_are_found_by_plain_ones(index):
    (hit,) = search(index, "24小时")
    assert hit.context(2) == ("…建设", "２４小时", "不夜城。")


@pytest.mark.parametrize("query", ["", "   ", "。", "<script>不", "??", "zzzz", "x" * 5000])
def test_what_cannot_be_found_gives_nothing_and_no_error(index, query):
    assert search(index, query) == []


def test_the_text_is_data_as_printed(index):
    (hit,) = search(index, "script")
    assert hit.passage.spelt.text == "以金街、长沙路为核心<script>。"


def test_a_group_is_found_with_its_items(index):
    assert hits(index, "五区联动") == [("quote", ("14th-golden-street", "14th-changsha-road"))]


def test_a_find_begins_at_a_syllable():
    assert spelt_spans("an", spell("天安")) == [(1, 2)]
    assert spelt_spans("ian", spell("天安")) == []


def test_letters_and_digits_keep_together():
    spelt = spell("AB12号")
    assert spelt.letters == "ab12hao"
    assert spelt.starts == (0, 4)


@pytest.mark.parametrize(
    ("query", "rank"), [("Wudadao", 0), ("wuda", 1), ("road", None), ("Fu'an", None), ("", None)]
)
def test_english_names_match_from_the_beginning_of_a_word(query, rank):
    assert english_rank(query, "Wudadao") == rank
    assert english_rank("fu'an", "Fu’an Street") == 1
    assert english_rank("street", "Fu’an Street") == 2


def test_u_umlaut_is_v_as_on_a_keyboard():
    assert plain("Nǚ") == plain("nv")


def test_every_passage_of_the_real_plans_is_found_by_its_own_words():
    folder = Path(__file__).parents[2] / "data" / "plans"
    documents, _ = read_documents(folder)
    index = search_index(documents)
    for document in documents:
        for item in document.items[::7]:
            for _, passage in item.passages:
                hits = search(index, passage[:20].strip())
                assert any(passage == hit.passage.spelt.text for hit in hits)
