import datetime as dt
from pathlib import Path

import pytest

from geo.errors import ExportError
from geo.export.files import DATA_FORMATS
from layers.exports import FORMATS, MEDIA_TYPES, ExportRequest, export, file_name, read_material
from layers.sheets.options import SheetOptions

DAY = dt.date(2026, 11, 22)
DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def material():
    return read_material(DATA)


def request(word="csv", plans=("13th",), **values):
    return ExportRequest(format=word, date=DAY, plans=plans, **values)


def test_every_format_has_a_media_type():
    assert set(MEDIA_TYPES) == set(FORMATS)


def test_a_name_says_district_plan_paper_and_date(material):
    assert file_name(request("pdf"), material) == "和平区_十三五_A4_2026-11-22.pdf"


def test_a_whole_group_gives_its_name(material):
    six = tuple(material.zones["13th"].loc[material.zones["13th"]["group"] == "liuqu", "zone_id"])
    assert len(six) == 6
    name = file_name(request("pdf", sheet=SheetOptions(zones=six)), material)
    assert name == "和平区_十三五_六区联动_A4_2026-11-22.pdf"


def test_many_zones_of_several_groups_are_counted(material):
    some = ("13th-wudadao", "13th-haihe", "13th-xiaobailou", "13th-weijin-road")
    name = file_name(request("png", sheet=SheetOptions(zones=some)), material)
    assert name == "和平区_十三五_4项_A4_2026-11-22.png"
    # Whole groups count by their zones too: four groups of two plans are no four items.
    plans = [material.zones[plan] for plan in ("13th", "14th")]
    every = [z for rows in plans for z in rows.loc[rows["stated_area_km2"].notna(), "zone_id"]]
    every += list(plans[1]["zone_id"][:4])
    sheet = SheetOptions(zones=tuple(every))
    name = file_name(request("png", plans=("13th", "14th"), sheet=sheet), material)
    assert f"_{len(every)}项_" in name


def test_a_name_can_be_ascii(material):
    name = file_name(
        request("gpkg", sheet=SheetOptions(zones=("13th-wudadao",)), ascii_only=True), material
    )
    assert name == "hepingqu_shisanwu_wudadao_2026-11-22.gpkg"
    assert name.isascii()


def test_a_reference_system_other_than_wgs84_is_in_the_name(material):
    assert "EPSG4548" in file_name(request("gpkg", crs="EPSG:4548"), material)


@pytest.mark.parametrize("word", ["geojson", "csv"])
def test_the_same_date_gives_the_same_bytes(word, material):
    assert export(request(word), material).content == export(request(word), material).content


def test_progress_runs_from_little_to_whole(material):
    calls = []
    export(request("csv"), material, lambda share, words: calls.append((share, words)))
    shares = [share for share, _ in calls]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert all(words for _, words in calls)


@pytest.mark.parametrize(
    ("bad", "match"),
    [
        ({"word": "doc"}, "Format 'doc' is unknown"),
        ({"plans": ()}, "No plan is chosen"),
        ({"plans": ("12th",)}, "Plan '12th' is unknown"),
        ({"plans": ("13th", "14th")}, "holds one plan, 2 were chosen"),
        ({"word": "pdf", "plans": ("11th", "13th", "14th")}, "shows one plan, or compares two"),
        ({"word": "png", "atlas": True}, "An atlas is a PDF of one plan"),
        ({"sheet": SheetOptions(zones=())}, "No zone is chosen"),
        ({"sheet": SheetOptions(zones=("13th-nowhere",))}, "'13th-nowhere' is not in 13th"),
    ],
)
def test_what_cannot_be_made_is_refused_before_any_work(bad, match, material):
    shares = []
    with pytest.raises(ExportError, match=match):
        export(request(**bad), material, lambda share, words: shares.append(share))
    assert not shares


@pytest.mark.parametrize("word", [*DATA_FORMATS, "html", "xlsx"])
def test_a_plan_without_areas_can_be_exported_too(word, material):
    made = export(request(word, plans=("11th",)), material)
    assert len(made.content) > 500
