"""Two texts compared by words, named places, and what is to be developed."""

import pytest

from geo.compare.wording import clauses, compare, place_wording, shared_places, words


def marked(segments):
    return [(segment.change, segment.text) for segment in segments]


def test_words_are_kept_whole_and_together_are_the_text():
    text = "打造五大道精品地区，重点发展航运金融。"
    sentences = words(text, ["五大道"])
    assert "".join(sentences) == text
    assert "五大道" in sentences
    assert "发展" in sentences or "重点发展" in sentences


def test_what_changed_is_marked_by_words_and_both_texts_stay_whole():
    old, new = "重点发展传统金融业态。", "重点发展创新金融业态。"
    left, right = compare(old, new)
    assert "".join(s.text for s in left) == old
    assert "".join(s.text for s in right) == new
    assert marked(left) == [("same", "重点发展"), ("gone", "传统"), ("same", "金融业态。")]
    assert marked(right) == [("same", "重点发展"), ("new", "创新"), ("same", "金融业态。")]


def test_the_width_of_a_comma_is_no_change():
    left, right = compare("金融,商贸", "金融，商贸")
    assert marked(left) == [("same", "金融,商贸")]
    assert marked(right) == [("same", "金融，商贸")]


def test_a_comma_alone_does_not_hold_two_changes_apart():
    left, _ = compare("餐饮，娱乐", "会展，物流")
    assert marked(left) == [("gone", "餐饮，娱乐")]


@pytest.mark.parametrize(("old", "new"), [("", "新的"), ("旧的", ""), ("", "")])
def test_a_missing_text_has_no_segments(old, new):
    left, right = compare(old, new)
    assert ["".join(s.text for s in side) for side in (left, right)] == [old, new]


def test_clauses_are_verbatim_and_stand_where_they_say():
    text = "依托万通中心、信达广场等楼宇载体，重点发展航运法律服务，大力引进国际组织。"
    parts = clauses(text)
    assert [(c.kind, c.verb, c.words) for c in parts] == [
        ("means", "依托", "万通中心、信达广场等楼宇载体"),
        ("aim", "重点发展", "航运法律服务"),
        ("aim", "大力引进", "国际组织"),
    ]
    assert all(text[c.start : c.end] == c.verb + c.words for c in parts)


def test_a_verb_within_a_clause_opens_none():
    assert clauses("商旅文融合发展。") == ()


def item(zone_id, place, **more):
    return {"zone_id": zone_id, "place": place, "kind": "zone", "basis": "stated",
            "positioning": "", "quote": []} | more  # fmt: skip


def test_the_item_with_an_area_speaks_for_its_place():
    first = [
        item("13th-talk", "jin", basis="named", positioning="很长很长的文字"),
        item("13th-jin", "jin", positioning="短"),
    ]
    second = [item("14th-jin", "jin"), item("14th-new", "new")]
    pairs = shared_places(first, second)
    assert list(pairs) == ["jin"]
    assert pairs["jin"][0]["zone_id"] == "13th-jin"


def test_named_places_are_kept_gone_or_new():
    wording = place_wording(
        item("13th-w", "w", places=["民园广场", "和平宾馆"], positioning="提升"),
        item("14th-w", "w", places=["五大道民园广场", "桂林路"], positioning="提升"),
    )
    assert wording.anchors_kept == (("民园广场", "五大道民园广场"),)
    assert wording.anchors_gone == ("和平宾馆",)
    assert wording.anchors_new == ("桂林路",)


def test_a_passage_that_one_plan_lacks_is_told_as_such():
    wording = place_wording(
        item("13th-w", "w", limits_text="以马场道围合"), item("14th-w", "w", positioning="发展")
    )
    parts = {key: (left, right) for key, left, right in wording.parts}
    assert list(parts) == ["positioning", "limits_text"]
    assert parts["limits_text"][1] == ()
