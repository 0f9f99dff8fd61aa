"""Errors whose words stand in the catalogue, and issues in two languages."""

import pickle

from geo.errors import EnclosureError, GeoError, Issue
from geo.texts import Text


def test_an_error_is_told_in_either_language():
    error = EnclosureError(Text("ring.twice", road="南京路").about("13th-wudadao"))
    assert str(error) == error.explain("en")
    assert str(error).startswith("13th-wudadao: '南京路' stands twice in a row")
    assert error.explain("zh") == "13th-wudadao：“南京路”在界线中连续出现两次，请只写一次。"


def test_a_pair_is_its_chinese_and_its_english():
    error = EnclosureError(Text("ring.wrong_side", limit="南京路", side=("东北", "NE")))
    assert "在东北侧" in error.explain("zh")
    assert "lie NE of" in str(error)


def test_an_error_keeps_both_languages_from_another_process():
    error = EnclosureError(Text("ring.no_loop", roads="南京路").about("a"))
    assert pickle.loads(pickle.dumps(error)).explain("zh") == error.explain("zh")


def test_an_issue_without_a_remedy_has_an_empty_one():
    assert Issue("c", "error", "p", Text("verdict.agrees")).words("en") == ("agrees", "")


def test_a_text_is_rendered_where_the_language_is_known():
    error = GeoError(Text("ring.twice", road="南京路").about("13th-wudadao"))
    assert error.explain("en") == str(error)
    assert str(error).startswith("13th-wudadao: '南京路' stands twice in a row")
    assert error.explain("zh").startswith("13th-wudadao：“南京路”在界线中连续出现两次")
    assert error.key == "ring.twice"
    assert pickle.loads(pickle.dumps(error)).explain("zh") == error.explain("zh")


def test_an_issue_of_texts_is_told_in_either_language():
    inner = GeoError(Text("ring.twice", road="南京路"))
    words = Text("text.about", what=[Text("verdict.agrees"), "a"], words=inner)
    issue = Issue("c", "error", "p", words, words)
    chinese, english = words.render("zh"), words.render("en")
    assert english.startswith("agrees, a: '南京路'")
    assert chinese.startswith("相符、a：“南京路”")
    assert issue.words("zh") == (chinese, chinese)
    assert issue.words("en") == (english, english)
    assert issue.as_record()["message"] == english
    assert issue.as_record()["message_zh"] == chinese
