"""The edition: its plain pages, its package, and how the folder is written."""

import datetime as dt
import json
import re
from dataclasses import replace

import pytest

from geo.base import District
from geo.errors import ExportError
from geo.io.read import data_folder, read_layer
from geo.texts import Text
from layers.site.edition import EditionOptions, write_edition
from layers.site.package import data_package, site_map
from layers.site.pages import Place, item_page
from layers.tables.items import Download, plan_items

DATE = dt.date(2026, 11, 27)
PLACE = Place(date=DATE, version="2026.11.27", style="assets/site.css")
PICTURE = Download(
    path="downloads/13th-wudadao.png",
    content=b"picture",
    media_type="image/png",
    title=Text("site.sheet-png", plan=("五大道", "Wudadao")),
    plan="13th",
    zone_id="13th-wudadao",
    format="png",
)


@pytest.fixture(scope="module")
def items():
    zones = data_folder() / "zones"
    made = plan_items(
        read_layer(zones / "13th.geojson"), read_layer(zones / "13th_edges.geojson"), [PICTURE]
    )
    return {item.zone_id: item for item in made}


def page_of(item, **properties):
    changed = {**item.properties, **properties}
    return item_page(
        type(item)(changed, item.edges, item.downloads, item.has_page, item.about), {}, PLACE
    ).decode()


def test_an_item_page_holds_words_figures_sides_and_picture(items):
    page = page_of(items["13th-wudadao"])
    assert "以马场道、西康路、贵州路、岳阳道、西安道、成都道、南京路围合的核心区域" in page
    assert "1.49平方公里" in page
    assert page.count("13th-wudadao/3</td>") == 2  # in Chinese and in English
    assert '<img src="../downloads/13th-wudadao.png"' in page
    assert 'lang="en"' in page


def test_an_item_page_runs_no_script_and_no_inline_style(items):
    page = page_of(items["13th-wudadao"])
    assert "<script" not in page
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=", page)
    assert "default-src 'none'" in page


def test_words_of_the_data_are_never_markup(items):
    page = page_of(items["13th-wudadao"], name="<b>x</b>", name_en='"><script>alert(1)</script>')
    assert "<b>x" not in page
    assert "<script" not in page


DISTRICT = District.model_validate(
    {
        "format": 1, "id": "x", "name": "某区", "name_en": "X", "city": "某市", "city_en": "Y",
        "data_version": "1", "licence": "ODbL 1.0", "attribution": "a", "attribution_en": "b",
        "plans": [],
    }
)  # fmt: skip


def test_the_data_package_names_size_hash_and_licence():
    (resource,) = json.loads(data_package(DISTRICT, [PICTURE], PLACE))["resources"]
    assert resource["bytes"] == 7
    # sha256sum of the seven bytes "picture"
    assert resource["hash"] == (
        "sha256:2cea274d0bedc39ec4ab6ba9e59ec889e3ed6fb56a1cf088a64d9b383378dc97"
    )
    assert resource["licenses"] == [{"title": "ODbL 1.0", "name": "ODbL 1.0"}]
    assert "type" not in resource


def test_a_workbook_is_no_table_to_a_reader_of_data_packages():
    book = replace(PICTURE, path="downloads/all.xlsx")
    (resource,) = json.loads(data_package(DISTRICT, [book], PLACE))["resources"]
    assert resource["type"] == "file"


def test_the_site_map_escapes_addresses():
    place = Place(date=DATE, version="1", base_url="https://example.org/a&b/")
    assert b"<loc>https://example.org/a&amp;b/index.html</loc>" in site_map(["index.html"], place)


@pytest.mark.parametrize("address", ["example.org", "ftp://example.org", 'https://x/"onload'])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ExportError, match="no address of the web"):
        EditionOptions(DATE, base_url=address)


def test_an_edition_is_replaced_whole(tmp_path):
    folder = tmp_path / "site"
    package = {"datapackage.json": b'{"name": "x-plan-map"}'}
    write_edition({"index.html": b"1", "items/a.html": b"a", **package}, folder)
    write_edition({"index.html": b"2", **package}, folder)
    assert (folder / "index.html").read_bytes() == b"2"
    assert not (folder / "items").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_with_anything_else_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(ExportError, match="not an edition made by this command"):
        write_edition({"index.html": b"1"}, tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "mine"
