"""Reading plan files: what is kept, what is refused, and on which line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from geo.errors import DataFileError, PlanError
from geo.plans.documents import citation, passages, read_document, read_documents
from geo.plans.model import PartArea
from testing.tiny_district import plan_13th

HEAD = """format = 1

[document]
id = "1st-plan"
plan = "1st"
title = "第一个规划"
title_en = "First plan"
number = "和平政〔2021〕4号"
period_from = 2001
period_to = 2005

[[groups]]
id = "areas"
name = "片区"
name_en = "Areas"
"""

ITEM = """
[[items]]
id = "1st-old-town"
kind = "zone"
place = "old-town"
group = "areas"
name = "老城片区"
name_en = "Old Town"
short_name = "老城"
short_name_en = "Old Town"
basis = "stated"
section = "第一章 布局/一、片区"
limits_text = "以甲路、乙路、丙路围合的核心区域,面积0.50平方公里。"
positioning = "打造老城展示区。"
quote = ["依托钟楼改造老城。", "老城另有一句。"]
also_in = ["第一章 布局/一、片区", "第二章 项目"]
stated_area = "0.50平方公里"
stated_area_km2 = "0.50"
places = [{ name = "钟楼", relation = "anchor" }]
"""


def write(folder: Path, text: str, name: str = "1st-plan.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def line_of(text: str, start: str) -> int:
    return next(n for n, line in enumerate(text.split("\n"), start=1) if line.startswith(start))


def refused(folder: Path, text: str, match: str, line: int, kept: tuple[str, ...] = ()) -> None:
    path = write(folder, text)
    with pytest.raises(PlanError, match=match) as caught:
        read_document(path)
    assert f"1st-plan.toml:{line}:" in str(caught.value)
    documents, issues = read_documents(folder)
    assert tuple(item.id for document in documents for item in document.items) == kept
    assert f"1st-plan.toml:{line}" in [issue.place for issue in issues]
    assert {issue.level for issue in issues} == {"error"}


def test_a_plan_file_keeps_its_words_and_the_printed_decimals(tmp_path):
    document = read_document(write(tmp_path, HEAD + ITEM))
    item = document.items[0]
    assert (document.id, document.plan) == ("1st-plan", "1st")
    assert item.stated_area_km2 == "0.50"
    assert item.limits_text == "以甲路、乙路、丙路围合的核心区域,面积0.50平方公里。"
    assert item.places[0].relation == "anchor"


def test_passages_come_in_the_order_in_which_they_are_shown(tmp_path):
    document = read_document(write(tmp_path, HEAD + ITEM))
    assert [(owner, key) for owner, key, _ in passages(document)] == [
        ("1st-old-town", "limits_text"),
        ("1st-old-town", "positioning"),
        ("1st-old-town", "quote"),
        ("1st-old-town", "quote"),
    ]
    assert [text for *_, text in passages(document)][2] == "依托钟楼改造老城。"


def test_a_citation_names_title_number_and_section(tmp_path):
    document = read_document(write(tmp_path, HEAD + ITEM))
    whole = citation(document, document.items[0])
    assert whole.text == "《第一个规划》（和平政〔2021〕4号），第一章 布局/一、片区"
    assert whole.text_en == "First plan (和平政〔2021〕4号), 第一章 布局/一、片区"
    second = citation(document, document.items[0], quotation=1)
    assert second.text.endswith("，第二章 项目")


def test_a_citation_without_number_or_own_section_stays_readable(tmp_path):
    text = (HEAD + ITEM).replace('number = "和平政〔2021〕4号"\n', "")
    text = "\n".join(line for line in text.split("\n") if not line.startswith("also_in"))
    document = read_document(write(tmp_path, text))
    source = citation(document, document.items[0], quotation=1).text
    assert source == "《第一个规划》，第一章 布局/一、片区"


def test_markup_in_a_passage_stays_data(tmp_path):
    passage = "打造<script>alert(1)</script>展示区。"
    document = read_document(write(tmp_path, HEAD + ITEM.replace("打造老城展示区。", passage)))
    assert document.items[0].positioning == passage


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    text = (HEAD + ITEM).replace("\n", "\r\n")
    path = tmp_path / "1st-plan.toml"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_document(path).items[0].id == "1st-old-town"


def test_windows_line_ends_do_not_shift_the_line_of_a_fault(tmp_path):
    text = HEAD + ITEM.replace('kind = "zone"', 'kind = "area"')
    path = tmp_path / "1st-plan.toml"
    path.write_bytes(text.replace("\n", "\r\n").encode())
    with pytest.raises(PlanError, match=f"1st-plan.toml:{line_of(text, 'kind')}: "):
        read_document(path)


@pytest.mark.parametrize(
    ("old", "new", "match", "at"),
    [
        ('kind = "zone"', 'kind = "area"', "1st-old-town: kind: .*found 'area'", "kind"),
        ('basis = "stated"', 'basis = "guessed"', "found 'guessed'", "basis"),
        ('place = "old-town"', 'place = "老城"', "place: .*found '老城'", "place"),
        ('basis = "stated"', 'bases = "stated"', "bases: Extra inputs", "bases"),
        ('km2 = "0.50"', 'km2 = "0.5"', "keep the printed decimals", "[[items]]"),
        ('km2 = "0.50"', "km2 = 0.50", "should be a valid string", "stated_area_km2"),
        ('km2 = "0.50"', 'km2 = "约0.50"', "found '约0.50'", "stated_area_km2"),
        ("0.50平方公里。", "0.5平方公里。", "stands in none", "[[items]]"),
        ('name = "钟楼"', 'name = "鼓楼"', "'鼓楼' stands in none", "[[items]]"),
        ('relation = "anchor"', 'relation = "near"', "found 'near'", "places"),
        ('"第二章 项目"]', "]", "also_in has 1 section for 2", "[[items]]"),
        ('group = "areas"', 'group = "belts"', "expected one of areas", "group"),
        ('id = "1st-old-town"', 'id = "2nd-old-town"', "does not begin with '1st-'", 'id = "2nd'),
        ('id = "1st-plan"', 'id = "first"', "not the name of the file", 'id = "first'),
        ("period_to = 2005", "period_to = 1999", "before period_from", "[document]"),
        ("format = 1", "format = 2", "format", "format"),
    ],
)
def test_a_fault_is_named_with_its_item_and_line(tmp_path, old, new, match, at):
    text = (HEAD + ITEM).replace(old, new)
    assert text != HEAD + ITEM
    refused(tmp_path, text, match, line_of(text, at))


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("面积0.50", "面积约0.50", "write approximate = true"),
        (
            'stated_area_km2 = "0.50"',
            'stated_area_km2 = "0.50"\napproximate = true',
            "remove approx",
        ),
        ('basis = "stated"', 'basis = "carried"', "'carried' needs carried_from"),
        ('basis = "stated"', 'basis = "corridor"', "'corridor' needs axis"),
        ('basis = "stated"', 'basis = "interpreted"', "needs interpreted_limits"),
        ("limits_text =", "strategy =", "'stated' needs limits_text"),
        (
            'basis = "stated"',
            'basis = "stated"\ncarried_from = "1st-x"',
            "carried_from belongs to basis carried, found basis 'stated'",
        ),
        (
            'basis = "stated"',
            'basis = "interpreted"\nreasoning = "甲"\nreasoning_en = "A"\n'
            'interpreted_limits = ["甲路", "乙路"]',
            "fewer than 3 limits",
        ),
        ('basis = "stated"', 'basis = "stated"\nreasoning = "甲"', "reasoning_en go together"),
        ('stated_area = "0.50平方公里"\n', "", "stated_area_km2 go together"),
    ],
)
def test_each_basis_asks_for_its_own_keys(tmp_path, old, new, match):
    text = (HEAD + ITEM).replace(old, new)
    assert text != HEAD + ITEM
    refused(tmp_path, text, match, line_of(text, "[[items]]"))


def test_an_item_without_any_passage_is_refused(tmp_path):
    keys = ("limits_text", "positioning", "quote", "also_in", "stated_area", "places")
    lines = [line for line in ITEM.split("\n") if not line.startswith(keys)]
    text = HEAD + "\n".join(lines).replace('"stated"', '"named"')
    refused(tmp_path, text, "no verbatim passage", line_of(text, "[[items]]"))


def test_the_line_of_the_second_item_is_not_that_of_the_first(tmp_path):
    second = ITEM.replace("1st-old-town", "1st-new-town").replace('"zone"', '"area"')
    text = HEAD + ITEM + second
    line = HEAD.count("\n") + ITEM.count("\n") + line_of(second, "kind")
    refused(tmp_path, text, "1st-new-town: kind", line, kept=("1st-old-town",))


def test_a_fault_of_one_item_costs_no_other(tmp_path):
    faulty = ITEM.replace("1st-old-town", "1st-new-town").replace('"zone"', '"area"')
    clash = ITEM.replace("1st-old-town", "1st-far-town") + 'label_at = "nowhere"\n'
    text = HEAD + faulty + ITEM + clash
    write(tmp_path, text)
    (document,), issues = read_documents(tmp_path)
    assert [item.id for item in document.items] == ["1st-old-town"]
    # Lines are those of the file, also behind the item that is left out.
    lines = [int(issue.place.rpartition(":")[2]) for issue in issues]
    assert lines == [line_of(text, 'kind = "area"'), line_of(text, 'label_at = "nowhere"')]
    assert "left out" in issues[0].words("en")[1]


def test_a_fault_of_the_document_leaves_none_of_its_items(tmp_path):
    write(tmp_path, HEAD.replace("period_from = 2001", 'period_from = "x"') + ITEM)
    documents, issues = read_documents(tmp_path)
    assert documents == []
    assert "left out" not in issues[0].words("en")[1]


def test_the_line_of_a_connector_is_found(tmp_path):
    connector = """
[[items.connectors]]
between = ["甲路", "乙路"]
road = "丁路"
reason = "句中未写"
reason_en = "left out"
evidence = "地图"
error_m = -4
"""
    text = HEAD + ITEM + connector
    refused(tmp_path, text, "connectors.0.error_m", line_of(text, "error_m"))


def test_a_table_header_inside_a_long_passage_is_no_header(tmp_path):
    passage = 'positioning = """打造\n[[items]]\nkind = 1\n展示区。"""'
    text = HEAD + ITEM.replace('positioning = "打造老城展示区。"', passage)
    second = ITEM.replace("1st-old-town", "1st-new-town").replace('"zone"', '"area"')
    line = (text).count("\n") + line_of(second, "kind")
    refused(tmp_path, text + second, "1st-new-town: kind", line, kept=("1st-old-town",))


def test_a_syntax_error_has_its_line(tmp_path):
    text = HEAD + ITEM.replace('kind = "zone"', "kind = zone")
    refused(tmp_path, text, "not TOML", line_of(text, "kind"))


def test_a_file_cut_off_in_the_middle_has_its_last_line(tmp_path):
    text = (HEAD + ITEM).rstrip().removesuffix("]")
    refused(tmp_path, text, "not TOML", text.count("\n") + 1)


def test_two_items_of_one_file_may_not_share_an_id(tmp_path):
    text = HEAD + ITEM + ITEM
    line = HEAD.count("\n") + ITEM.count("\n") + line_of(ITEM, "id")
    refused(tmp_path, text, "'1st-old-town' stands twice", line)


def test_a_missing_file_and_a_missing_folder_are_named(tmp_path):
    with pytest.raises(DataFileError, match=r"nowhere\.toml is missing"):
        read_document(tmp_path / "nowhere.toml")
    with pytest.raises(DataFileError, match="nowhere not found"):
        read_documents(tmp_path / "nowhere")


def test_a_folder_without_plan_files_is_an_issue(tmp_path):
    documents, issues = read_documents(tmp_path)
    assert documents == []
    assert [issue.code for issue in issues] == ["no-plan-files"]


def test_one_bad_file_leaves_the_others(tmp_path):
    write(tmp_path, HEAD + ITEM)
    write(tmp_path, "format = ", "2nd-plan.toml")
    (tmp_path / "3rd-plan.toml").write_bytes(b"title = '\xff'")
    documents, issues = read_documents(tmp_path)
    assert [document.id for document in documents] == ["1st-plan"]
    assert [issue.code for issue in issues] == ["plan-file", "plan-file-unreadable"]
    assert issues[0].place == "2nd-plan.toml:1"
    assert "3rd-plan.toml" in str(issues[1].message)


def later(item: str = ITEM) -> str:
    """Return a second plan's file with one item carried from the first."""
    carried = (
        item.replace("1st-old-town", "2nd-old-town")
        .replace('basis = "stated"', 'basis = "carried"\ncarried_from = "1st-old-town"')
        .replace("section =", 'reasoning = "同一处"\nreasoning_en = "the same place"\nsection =', 1)
    )
    return HEAD.replace("1st", "2nd") + carried


def test_an_item_may_be_carried_from_another_file(tmp_path):
    write(tmp_path, HEAD + ITEM)
    write(tmp_path, later(), "2nd-plan.toml")
    documents, issues = read_documents(tmp_path)
    assert issues == []
    assert documents[1].items[0].carried_from == "1st-old-town"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('carried_from = "1st-old-town"', 'carried_from = "1st-gone"', "carried_from"),
        ('carried_from = "1st-old-town"', 'carried_from = "2nd-old-town"', "carried_from"),
        ('place = "old-town"', 'place = "old-town"\nlabel_at = "1st-gone"', "label_at"),
        ('place = "old-town"', 'place = "old-town"\nmembers = ["1st-gone"]', "members"),
    ],
)
def test_an_item_that_points_nowhere_is_left_out_and_reported(tmp_path, old, new, key):
    text = later().replace(old, new)
    write(tmp_path, HEAD + ITEM)
    write(tmp_path, text, "2nd-plan.toml")
    documents, issues = read_documents(tmp_path)
    assert [len(document.items) for document in documents] == [1, 0]
    assert [issue.place for issue in issues] == [f"2nd-plan.toml:{line_of(text, key)}"]
    assert key in str(issues[0].message)


def test_a_label_may_stand_at_a_landmark(tmp_path):
    text = HEAD + ITEM.replace('place = "old-town"', 'place = "old-town"\nlabel_at = "钟楼"')
    write(tmp_path, text)
    documents, issues = read_documents(tmp_path)
    assert issues == []
    assert documents[0].items[0].label_at == "钟楼"


def test_the_same_id_in_two_files_is_kept_once(tmp_path):
    write(tmp_path, HEAD + ITEM)
    write(tmp_path, HEAD.replace("1st-plan", "1st-work") + ITEM, "1st-work.toml")
    documents, issues = read_documents(tmp_path)
    assert [len(document.items) for document in documents] == [1, 0]
    assert "stands already in 1st-plan.toml" in str(issues[0].message)


@pytest.mark.parametrize(
    "figure", ["0", "0.00", "１.49", "١.٤٩", "01.49", "1.", ".5", "1e3", "9" * 5000]
)
def test_a_figure_is_above_zero_and_plainly_written(figure):
    with pytest.raises(ValidationError, match="greater than 0 in the digits 0-9"):
        PartArea(id="inside", stated="1.49平方公里", km2=figure, within="district")


@pytest.mark.parametrize("figure", ["1.49", "0.04", "0.120", "5", "149", "0.5"])
def test_a_plain_figure_is_taken(figure):
    assert PartArea(id="a", stated="约", km2=figure, within="district").km2 == figure


def test_two_parts_of_one_id_are_refused(tmp_path):
    twice = """part_areas = [
  { id = "inside", stated = "1.9平方公里", km2 = "1.9", within = "district" },
  { id = "inside", stated = "1.9平方公里", km2 = "1.9", within = "district" },
]
"""
    path = tmp_path / "13th-outline.toml"
    source = plan_13th()
    start = source.index("part_areas")
    path.write_text(source[:start] + twice, encoding="utf-8")
    with pytest.raises(PlanError, match="id 'inside' stands twice; rename one of them"):
        read_document(path)
