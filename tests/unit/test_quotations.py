"""Quotations against the plan documents: nothing but widths and white space may differ."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import DataFileError
from geo.plans.model import Document
from geo.plans.quotations import compare_quotations, normalised

SENTENCE = "以甲路、乙路、丙路围合的核心区域,面积1.49平方公里。"
PAGE = f"第一个规划\n\n第一章  布局\n\n  规划范围:{SENTENCE}\n功能定位:打造老城\n展示区。\n"


def document(
    limits: str = SENTENCE,
    *,
    positioning: str = "打造老城展示区。",
    section: str = "第一章 布局",
    title: str = "第一个规划",
    group: str = "打造老城展示区。",
    name: str = "1st-plan",
) -> Document:
    return Document.model_validate(
        {
            "format": 1,
            "document": {
                "id": name,
                "plan": "1st",
                "title": title,
                "title_en": "First plan",
                "period_from": 2001,
                "period_to": 2005,
            },
            "groups": [{"id": "areas", "name": "片区", "name_en": "Areas", "quote": [group]}],
            "items": [
                {
                    "id": "1st-old-town",
                    "kind": "zone",
                    "place": "old-town",
                    "group": "areas",
                    "name": "老城",
                    "name_en": "Old Town",
                    "short_name": "老城",
                    "short_name_en": "Old Town",
                    "basis": "stated",
                    "section": section,
                    "limits_text": limits,
                    "positioning": positioning,
                }
            ],
        }
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "first.txt").write_text(PAGE, encoding="utf-8")
    (tmp_path / "second.txt").write_text("另一份文件。新城发展带。", encoding="utf-8")
    return tmp_path


def test_verbatim_passages_raise_nothing(folder):
    assert compare_quotations([document()], folder) == []


def test_white_space_and_the_width_of_punctuation_do_not_count(folder):
    wide = SENTENCE.replace(",", "，").replace("、", "、 ")
    assert compare_quotations([document(wide)], folder) == []


@pytest.mark.parametrize(
    "changed",
    [
        SENTENCE.replace("1.49", "1.5"),
        SENTENCE.replace("乙路、", ""),
        SENTENCE.replace("丙路", "丙道"),
        SENTENCE.replace("、", ","),
        SENTENCE.replace("1.49", "１.49"),
        SENTENCE.replace("核心区域", "核心区"),
    ],
)
def test_any_other_change_is_found(folder, changed):
    issues = compare_quotations([document(changed)], folder)
    assert [(issue.code, issue.level) for issue in issues] == [("quotation-not-found", "error")]
    assert issues[0].place == "1st-plan.toml 1st-old-town limits_text"


def test_the_issue_says_where_the_longest_match_breaks_off(folder):
    issues = compare_quotations([document(SENTENCE.replace("丙路", "丙道"))], folder)
    message = str(issues[0].message)
    assert "agrees with first.txt for 8 of 28 characters" in message
    assert "“…以甲路、乙路、丙”" in message
    assert "the plan file has “道围合的" in message
    assert "the document “路围合的" in message


def test_a_passage_of_which_nothing_is_found_is_told_so(folder):
    issues = compare_quotations([document(positioning="Xyz")], folder)
    assert "not even its first character" in str(issues[0].message)


def test_a_passage_of_another_document_names_both(folder):
    issues = compare_quotations([document(positioning="新城发展带。")], folder)
    assert [issue.code for issue in issues] == ["quotation-elsewhere"]
    assert "stands in second.txt" in str(issues[0].message)
    assert "of 1st-plan stand in first.txt" in str(issues[0].message)


def test_quotations_of_groups_titles_and_sections_are_compared(folder):
    changed = document(group="打造新城。", title="第二个规划", section="第一章 布局/二、片区")
    issues = compare_quotations([changed], folder)
    assert [(issue.code, issue.place) for issue in issues] == [
        ("quotation-not-found", "1st-plan.toml document title"),
        ("quotation-not-found", "1st-plan.toml group areas quote"),
        ("section-not-found", "1st-plan.toml 1st-old-town section"),
    ]


def test_a_passage_may_stand_in_several_documents(folder):
    (folder / "copy.txt").write_text(PAGE, encoding="utf-8")
    assert compare_quotations([document()], folder) == []


def test_two_documents_are_each_compared_with_their_own_text(folder):
    other = document(
        "新城发展带。",
        positioning="",
        section="另一份文件。",
        title="另一份文件",
        group="新城发展带。",
        name="1st-other",
    )
    assert compare_quotations([document(), other], folder) == []


def test_folders_that_hold_no_documents_are_refused(tmp_path):
    with pytest.raises(DataFileError, match="nowhere not found"):
        compare_quotations([], tmp_path / "nowhere")
    with pytest.raises(DataFileError, match=r"holds no \*\.txt file"):
        compare_quotations([], tmp_path)


@pytest.mark.parametrize(
    ("content", "match"), [(b"\xff\xfe", "is not UTF-8"), (b" \n", "is empty")]
)
def test_documents_that_are_no_text_are_refused(tmp_path, content, match):
    (tmp_path / "first.txt").write_bytes(content)
    with pytest.raises(DataFileError, match=r"first\.txt.*" + match):
        compare_quotations([document()], tmp_path)


def test_normalising_touches_neither_letters_nor_quotation_marks():
    assert normalised("“金融和平” Ａ１（约）25％") == "“金融和平”Ａ１(约)25%"
    assert normalised("甲｡\u3000乙\xa0丙､") == "甲。乙丙、"
