"""Whatever leaves the project says whose the street data are, and under which licence."""

import datetime as dt
import io
import json
import re
import zipfile
from pathlib import Path

import pymupdf
import pytest
from PIL import Image

from geo.base import read_base
from geo.build import build
from geo.checks.folder import inspect
from geo.checks.report import report_html, report_json
from geo.export.postgis import _credits
from geo.io.read import read_layer
from layers.exports import FORMATS, ExportRequest, export, read_material
from layers.sheets.options import SheetOptions
from layers.sheets.page import attribution_words
from testing.tiny_district import write_tiny_district

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
CREDIT = "© OpenStreetMap contributors, ODbL 1.0"
DAY = dt.date(2026, 11, 26)
ZONE = ("13th-central-park",)


@pytest.fixture(scope="module")
def material():
    return read_material(DATA)


@pytest.fixture(scope="module")
def built():
    return build(DATA)


def plain(markup):
    """Markup without tags and entities, white space joined."""
    words = re.sub(r"<[^>]+>", " ", markup).replace("&#169;", "©").replace("&copy;", "©")
    return re.sub(r"\s+", " ", words)


def packed(content):
    """The text parts of an office file or of a zipped Shapefile, one after the other."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: archive.read(name).decode("utf-8", "replace")
            for name in archive.namelist()
            if name.endswith((".xml", ".txt", ".csv"))
        }


def words_of(word, content):
    """The words of an export, as a reader would come upon them."""
    if word == "pdf":
        with pymupdf.open(stream=content, filetype="pdf") as pages:
            return " ".join(page.get_text() for page in pages)
    if word == "png":
        return str(Image.open(io.BytesIO(content)).info["Copyright"])
    if word in ("pptx", "docx", "xlsx", "shp"):
        return " ".join(
            re.sub(r"</[aw]:t>\s*<[aw]:t[^>]*>", "", t) for t in packed(content).values()
        )
    # Boundary points are GBK, as land offices write them: it has no ©, and the form no comma.
    if word == "txt":
        return content.decode("gbk").replace("(C)", "©").replace("、 ", ", ")
    return content.decode("utf-8-sig", "replace")


@pytest.mark.parametrize(
    ("word", "language"), [*((word, "zh") for word in FORMATS), ("svg", "en"), ("docx", "en")]
)
def test_every_export_says_whose_the_streets_are(word, language, material):
    options = SheetOptions(zones=ZONE, language=language)
    request = ExportRequest(format=word, date=DAY, plans=("13th",), sheet=options)
    words = plain(words_of(word, export(request, material).content))
    if word == "pdf":
        words = words.replace(" ", "")
        assert CREDIT.replace(" ", "") in words
    else:
        assert CREDIT in words


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sheet_says_it_once(language, material):
    assert attribution_words(material.base, language).count("OpenStreetMap") == 1
    assert attribution_words(material.base, language).count("ODbL") == 1


@pytest.fixture(scope="module")
def checks(built):
    return inspect(built, DATA)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_says_it_once(language, built, checks):
    foot = report_html(built, checks, language=language).split("<h2>")[-1]
    assert plain(foot).count(CREDIT) == 1
    assert json.loads(report_json(built, checks))["attribution"].count(CREDIT) == 1


def test_zone_files_and_the_comment_of_a_database_say_it(material):
    for plan in material.zones:
        for kind in ("", "_edges"):
            layer = read_layer(DATA / "zones" / f"{plan}{kind}.geojson")
            about = layer.attrs["metadata"]
            assert about["attribution"].count(CREDIT) == about["attribution_en"].count(CREDIT) == 1
            assert about["licence"] == "ODbL 1.0"
    assert _credits(material.zones).count(CREDIT) == 1


def test_streets_of_openstreetmap_without_its_credit_are_an_issue(tmp_path):
    folder = write_tiny_district(tmp_path / "data", zones=False)
    path = folder / "base" / "roads.geojson"
    text = path.read_text(encoding="utf-8").replace("CC BY 4.0", CREDIT)
    path.write_text(text, encoding="utf-8")
    assert [i.code for i in read_base(folder).issues] == ["attribution-missing"]
    about = folder / "district.toml"
    text = about.read_text(encoding="utf-8").replace('"虚构数据"', f'"{CREDIT}；虚构数据"')
    text = text.replace('"Invented data"', f'"{CREDIT}; invented data"')
    about.write_text(text, encoding="utf-8")
    assert read_base(folder).issues == ()


def test_the_licence_of_the_data_is_written_down():
    words = (ROOT / "LICENCES.md").read_text(encoding="utf-8")
    assert CREDIT in words
