"""The project's own data on paper: scale measured in the PDF, labels apart, time and memory."""

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pymupdf
import pytest
import shapely

from geo.base import read_base
from geo.io.read import read_layer
from layers.sheets.layout import compose_sheet
from layers.sheets.options import SheetOptions
from layers.sheets.sheet import draw_sheet, draw_sheet_in

DATA = Path(__file__).parents[2] / "data"
DATE = dt.date(2026, 11, 22)
POINT_MM = 25.4 / 72
PLANS = ("11th", "13th", "14th")


@pytest.fixture(scope="module")
def base():
    return read_base(DATA)


@pytest.fixture(scope="module")
def zones():
    return {plan: read_layer(DATA / "zones" / f"{plan}.geojson") for plan in PLANS}


@pytest.fixture(scope="module")
def plain_pdf(zones, base):
    """Return the sheet that several tests look at."""
    return draw_sheet(zones["13th"], base, SheetOptions(plan="13th", date=DATE))


def sheet_pdf(zones, base, plan, **choices):
    options = SheetOptions(plan=plan, date=DATE, **choices)
    return pymupdf.open("pdf", draw_sheet(zones[plan], base, options))


def scale_of(page) -> int:
    return int(re.search(r"1:([\d,]+)", page.get_text()).group(1).replace(",", ""))


def bar_of(page) -> tuple[float, float]:
    """Return the scale bar's length on paper [mm] and the ground length it says [m]."""
    parts = [
        drawing["rect"]
        for drawing in page.get_drawings()
        if drawing["type"] == "f"
        and drawing["fill"] is not None
        and max(drawing["fill"]) < 0.2
        and abs(drawing["rect"].height * POINT_MM - 1.3) < 0.05
    ]
    left, right = min(p.x0 for p in parts), max(p.x1 for p in parts)
    end = next(
        word
        for word in page.get_text("words")
        if word[4] in ("米", "千米", "m", "km") and abs(word[1] - parts[0].y1) < 12
    )
    figure = max(
        (word for word in page.get_text("words") if re.fullmatch(r"[\d.]+", word[4])
         and abs(word[1] - end[1]) < 3 and word[0] < end[0]),
        key=lambda word: word[0],
    )  # fmt: skip
    ground = float(figure[4]) * (1000 if end[4] in ("千米", "km") else 1)
    return (right - left) / 3 * 4 * POINT_MM, ground  # parts 1 and 3 of 4 are black


@pytest.mark.parametrize(
    "choices",
    [
        {"paper": "A4"}, {"paper": "A4", "orientation": "portrait", "area_table": True},
        {"paper": "A3"}, {"paper": "16:9", "language": "en"}, {"extent": "13th-wudadao"},
        {"extent": (117.185, 39.105, 117.205, 39.12), "orientation": "portrait"},
    ],
    ids=str,
)  # fmt: skip
def test_the_scale_bar_is_right_to_half_a_per_cent(zones, base, choices):
    with sheet_pdf(zones, base, "13th", labels=False, **choices) as document:
        length_mm, ground_m = bar_of(document[0])
        assert length_mm * scale_of(document[0]) / 1000 == pytest.approx(ground_m, rel=0.005)


def test_the_district_s_outline_on_paper_has_the_size_of_the_ground(zones, base):
    with sheet_pdf(zones, base, "11th", labels=False) as document:
        page = document[0]
        left, bottom, right, top = base.outline.bounds
        denominator = scale_of(page)
        expected = np.array([right - left, top - bottom]) * 1000 / denominator
        sizes = [
            np.array([d["rect"].width, d["rect"].height]) * POINT_MM
            for d in page.get_drawings()
            if d["type"] == "f" and d["fill"] == (1.0, 1.0, 1.0)
        ]
    assert any(size == pytest.approx(expected, rel=0.001) for size in sizes)


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_no_labels_overlap_on_the_sheets_of_the_real_plans(
    zones, base, plan, language, orientation
):
    options = SheetOptions(plan=plan, language=language, orientation=orientation, date=DATE)
    sheet = compose_sheet(zones[plan], base, options)
    boxes = np.array([label.box for label in sheet.maps[0].board.labels])
    pairs = shapely.STRtree(boxes).query(boxes, predicate="intersects").T
    assert [(i, j) for i, j in pairs if i < j] == []
    assert sheet.maps[0].unlabelled == ()


def test_the_letters_of_different_labels_do_not_overlap_in_the_pdf(plain_pdf):
    """Measured in the file: circles of 0.38 em about every letter of the map."""
    with pymupdf.open("pdf", plain_pdf) as document:
        spans = [
            span for span in document[0].get_texttrace() if span["type"] == 0 and span["chars"]
        ]
    circles = []
    for number, span in enumerate(spans):
        for code, _, _, (x0, y0, x1, y1) in span["chars"]:
            if chr(code).isspace():
                continue
            reach = 0.38 * span["size"] * (1.0 if code > 0x2E80 else 0.5)
            middle = shapely.Point((x0 + x1) / 2, (y0 + y1) / 2)
            circles.append((number, chr(code), middle.buffer(reach)))
    shapes = np.array([circle for *_, circle in circles])
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T
    different = [(circles[i][1], circles[j][1]) for i, j in pairs if circles[i][0] < circles[j][0]]
    assert different == []


@pytest.mark.parametrize("plan", PLANS)
def test_every_character_of_a_sheet_has_a_glyph(zones, base, plan):
    with sheet_pdf(zones, base, plan, area_table=True) as document:
        traces = document[0].get_texttrace()
    glyphs = [char[1] for span in traces for char in span["chars"]]
    assert len(glyphs) > 200
    assert 0 not in glyphs


def test_streets_and_river_bear_their_names(plain_pdf):
    with pymupdf.open("pdf", plain_pdf) as document:
        words = document[0].get_text()
    for name in ("南京路", "卫津路", "马场道", "大沽北路", "海河"):
        assert name in words


def test_no_pair_of_sheets_differs_between_two_runs(zones, base, plain_pdf):
    options = SheetOptions(plan="13th", date=DATE)
    one, other = (draw_sheet_in(("svg", "pdf"), zones["13th"], base, options) for _ in range(2))
    assert one == other
    assert one["pdf"] == plain_pdf
