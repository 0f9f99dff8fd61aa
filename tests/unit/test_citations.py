"""Citations by hand from GB/T 7714-2015 for the two kinds of document that the plans are."""

import datetime as dt

from layers.citations import citations

METADATA = {
    "district_name": "和平区",
    "data_version": "2026.11.27",
    "documents": [
        {
            "id": "14th-outline",
            "title": "某纲要",
            "issuer": "某区人民政府",
            "number": "某政〔2021〕4号",
            "date": "2021-05-07",
        },
        {"id": "13th-outline", "title": "另一纲要", "issuer": "", "number": "", "date": ""},
    ],
}
ITEM = {"zone_id": "14th-x", "name": "某区_1", "document_id": "14th-outline", "section": "专栏6"}


def test_a_document_is_cited_with_what_is_known_of_it():
    cited = citations(ITEM, METADATA, dt.date(2026, 11, 27))
    assert cited.plan == "某区人民政府. 某纲要: 某政〔2021〕4号[Z]. 2021-05-07. 专栏6."


def test_what_is_not_known_is_left_out():
    cited = citations({**ITEM, "document_id": "13th-outline", "section": ""}, METADATA, None)
    assert cited.plan == "另一纲要[Z]."


def test_the_map_is_cited_with_item_version_and_day():
    cited = citations(ITEM, METADATA, dt.date(2026, 11, 27))
    assert cited.map == "和平区规划空间图: 某区_1（14th-x）[CM]. 数据版本 2026.11.27[2026-11-27]."


def test_an_address_makes_it_an_online_map():
    cited = citations(ITEM, METADATA, None, "https://example.org/map/items/14th-x.html")
    assert cited.map == (
        "和平区规划空间图: 某区_1（14th-x）[CM/OL]. 数据版本 2026.11.27. "
        "https://example.org/map/items/14th-x.html."
    )


def test_bibtex_escapes_what_would_be_a_command():
    cited = citations(ITEM, METADATA, dt.date(2026, 11, 27))
    assert cited.bibtex == (
        "@misc{14th-outline,\n  title = {某纲要},\n  author = {某区人民政府},\n"
        "  number = {某政〔2021〕4号},\n  year = {2021},\n  note = {专栏6}\n}\n\n"
        "@misc{map-14th-x,\n  title = {和平区规划空间图: 某区\\_1 (14th-x)},\n"
        "  version = {2026.11.27},\n  urldate = {2026-11-27}\n}\n"
    )


ENGLISH = {
    **METADATA,
    "district_name_en": "Heping District",
    "documents": [
        {
            "id": "14th-outline",
            "title": "某纲要",
            "title_en": "Some Outline",
            "issuer": "某区人民政府",
            "issuer_en": "People's Government of Some District",
            "number": "某政〔2021〕4号",
            "date": "2021-05-07",
        }
    ],
}


def test_an_english_citation_has_what_is_printed_in_brackets():
    item = {**ITEM, "name_en": "Some area"}
    cited = citations(item, ENGLISH, dt.date(2026, 11, 27), language="en")
    assert cited.plan == (
        "People's Government of Some District [某区人民政府]. Some Outline [某纲要]: "
        "某政〔2021〕4号[Z]. 2021-05-07. 专栏6."
    )
    assert cited.map == (
        "Plan map of Heping District [和平区规划空间图]: Some area [某区_1] (14th-x)[CM]. "
        "Data version 2026.11.27[2026-11-27]."
    )
    assert "  title = {Some Outline [某纲要]},\n" in cited.bibtex
    assert "  author = {People's Government of Some District [某区人民政府]},\n" in cited.bibtex
    title = "Plan map of Heping District [和平区规划空间图]: Some area [某区\\_1] (14th-x)"
    assert f"  title = {{{title}}},\n" in cited.bibtex


def test_without_a_translation_an_english_citation_has_what_is_printed():
    cited = citations(ITEM, METADATA, None, language="en")
    assert cited.plan == "某区人民政府. 某纲要: 某政〔2021〕4号[Z]. 2021-05-07. 专栏6."
    assert cited.map == "和平区规划空间图: 某区_1 (14th-x)[CM]. Data version 2026.11.27."
