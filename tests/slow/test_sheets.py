"""Print sheets: scale, text, legend, selection, bad input."""

import datetime as dt
import io
import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pymupdf
import pytest
import shapely
import zxingcpp
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import Normal, Stroke
from PIL import Image
from pyproj import Transformer

from geo.crs import METRIC, WGS84
from geo.errors import ExportError
from layers.sheets.fonts import FONT_FAMILY, PixelCanvas, printable, register_font, wrap_text
from layers.sheets.labels import AT_ONCE, GAP_MM, Candidates, LabelBoard, label_boxes
from layers.sheets.layout import compose_comparison, compose_sheet
from layers.sheets.legend import LegendRow, _columns, stated_figure, zone_rows
from layers.sheets.options import SCREEN_PIXELS, SheetOptions, extent_m, round_scale
from layers.sheets.page import coordinate_system_words
from layers.sheets.sheet import (
    draw_atlas,
    draw_comparison,
    draw_sheet,
    draw_sheet_in,
    map_picture,
)
from layers.styles import HATCHES, style_of
from testing.sheet_material import small_base, small_zones

DATE = dt.date(2026, 11, 22)
POINT_MM = 25.4 / 72


@pytest.fixture(scope="module")
def base():
    return small_base()


@pytest.fixture(scope="module")
def zones():
    return small_zones()


PLAIN = SheetOptions(plan="13th", dpi=150, date=DATE)
BARE = replace(PLAIN, labels=False)
"""Without the names on the map, which are half of the work, where a test looks elsewhere."""


@pytest.fixture(scope="module")
def plain_sheet(zones, base):
    """Return the sheet as laid out; tests look at it and change nothing."""
    return compose_sheet(zones, base, PLAIN)


@pytest.fixture(scope="module")
def plain_files(zones, base):
    return draw_sheet_in(("pdf", "svg", "png"), zones, base, PLAIN)


@pytest.fixture(scope="module")
def table_words(zones, base):
    """Return file and text of a sheet with the table of areas."""
    data = draw_sheet(zones, base, replace(PLAIN, area_table=True))
    return data, pdf_text(data)


def pdf_text(data: bytes) -> str:
    with pymupdf.open("pdf", data) as document:
        return "\n".join(page.get_text() for page in document)


def black_bar_parts(page) -> list:
    """Return the two black parts of the scale bar, found as filled black boxes 1.3 mm high."""
    return [
        drawing["rect"]
        for drawing in page.get_drawings()
        if drawing["type"] == "f"
        and drawing["fill"] is not None
        and max(drawing["fill"]) < 0.2
        and abs(drawing["rect"].height * POINT_MM - 1.3) < 0.05
    ]


def test_the_scale_bar_in_the_pdf_measures_what_it_says(plain_files):
    with pymupdf.open("pdf", plain_files["pdf"]) as document:
        page = document[0]
        words = page.get_text()
        parts = sorted(black_bar_parts(page), key=lambda rect: rect.x0)
    denominator = int(re.search(r"1:([\d,]+)", words).group(1).replace(",", ""))
    length_m = max(int(n) for n in re.findall(r"^(\d+)(?: ?米)?\s*$", words, re.MULTILINE))
    assert len(parts) == 2
    whole_mm = (parts[1].x1 - parts[0].x0) / 3 * 4 * POINT_MM  # parts 1 and 3 of 4 are black
    assert whole_mm * denominator / 1000 == pytest.approx(length_m, rel=0.002)


def test_two_streets_a_kilometre_apart_lie_that_far_apart_on_paper(zones, base):
    sheet = compose_sheet(zones, base, BARE)
    frame = sheet.frames[0]
    axes = sheet.figure.axes[1]
    figure_mm = np.array(sheet.figure.get_size_inches()) * 25.4
    south, north = (
        axes.transData.transform((frame.bounds_m[0], y)) / sheet.figure.dpi * 25.4
        for y in (4_332_000.0, 4_333_000.0)
    )
    assert (north - south)[1] == pytest.approx(1_000_000 / frame.denominator, rel=1e-6)
    assert figure_mm == pytest.approx((297, 210))


@pytest.mark.parametrize(
    ("paper", "orientation", "expected_mm"),
    [
        ("A4", "landscape", (297, 210)), ("A4", "portrait", (210, 297)),
        ("A3", "landscape", (420, 297)), ("A3", "portrait", (297, 420)),
        ("16:9", "landscape", (338.7, 190.5)),
    ],
)  # fmt: skip
def test_every_paper_has_its_own_size(zones, base, paper, orientation, expected_mm):
    options = replace(BARE, paper=paper, orientation=orientation)
    with pymupdf.open("pdf", draw_sheet(zones, base, options)) as document:
        size = document[0].rect
    assert (size.width * POINT_MM, size.height * POINT_MM) == pytest.approx(expected_mm, abs=0.2)


def test_the_png_has_the_pixels_that_its_dpi_says(plain_files):
    with Image.open(io.BytesIO(plain_files["png"])) as image:
        assert image.size == pytest.approx((297 / 25.4 * 150, 210 / 25.4 * 150), abs=1.5)
        assert image.info["dpi"] == pytest.approx((150, 150), abs=0.1)


@pytest.mark.parametrize("paper", ["A4", "A3", "16:9"])
def test_a_sheet_for_the_screen_has_its_pixels_on_every_paper(zones, base, paper):
    options = replace(BARE, paper=paper, format="png", for_screen=True)
    with Image.open(io.BytesIO(draw_sheet(zones, base, options))) as image:
        assert image.width == pytest.approx(SCREEN_PIXELS, abs=1)
        assert image.height / image.width == pytest.approx(
            options.size_mm[1] / options.size_mm[0], abs=0.002
        )


def test_chinese_text_can_be_selected_in_the_pdf_and_its_font_is_a_subset(table_words):
    data, words = table_words
    for expected in (
        "天津市和平区“十三五”规划空间图", "五大道", "南京路", "海河", "示意图，不具法律效力",
        "审图号：", "制图单位：", "2026-11-22", "EPSG:4548", "CC BY 4.0", "《规划纲要》",
    ):  # fmt: skip
        assert expected in words
    with pymupdf.open("pdf", data) as document:
        fonts = document[0].get_fonts()
    assert all("NotoSansSC" in font[3] for font in fonts)
    assert len(data) < 1_500_000  # the whole font would be 10 MB


def test_the_svg_holds_real_text_and_the_font_to_show_it(plain_files):
    data = plain_files["svg"]
    root = ET.fromstring(data)
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "五大道" in texts
    assert b"@font-face{font-family:'Noto Sans SC';src:url(data:font/woff;base64," in data
    assert b'href="http' not in data


@pytest.mark.parametrize("file_format", ["svg", "pdf", "png"])
def test_the_same_data_and_date_give_the_same_bytes(zones, base, plain_files, file_format):
    assert draw_sheet(zones, base, replace(PLAIN, format=file_format)) == plain_files[file_format]


def test_no_two_labels_overlap(plain_sheet):
    boxes = [label.box for label in plain_sheet.maps[0].board.labels]
    assert len(boxes) >= 7
    for first, second in itertools.combinations(boxes, 2):
        assert not first.intersects(second)


def test_a_label_finds_no_place_rather_than_an_occupied_one():
    board = LabelBoard(shapely.box(0, 0, 40, 10), [shapely.box(0, 0, 40, 5.5)])
    one = Candidates(np.array([20.0]), np.array([5.0]), np.zeros(1), np.zeros(1))
    assert board.place("五大道", "zone", (9.0,), one) is None
    board = LabelBoard(shapely.box(0, 0, 40, 10))
    assert board.place("五大道", "zone", (9.0,), one) is not None
    assert board.place("五大道", "zone", (9.0,), one) is None


@pytest.mark.parametrize("seed", range(60))
def test_a_label_stands_at_the_cheapest_free_candidate_of_all(seed):
    """Against every candidate weighed in full, though the board weighs a part of them."""
    chance = np.random.default_rng(seed)
    count = int(chance.integers(1, 160))
    x, y = chance.uniform(0, 100, count), chance.uniform(0, 60, count)
    # Few values, so that several cost the same.
    cost, further = chance.integers(0, 3, count) / 2, chance.integers(0, 3, count) / 2
    most = float(chance.choice([np.inf, 1.5]))
    corners = chance.uniform((0, 0), (90, 50), (12, 2))
    obstacles = [shapely.box(a, b, a + 12, b + 8) for a, b in corners]
    candidates = Candidates(x, y, np.zeros(count), cost, lambda some, _: further[some], most)
    boxes = label_boxes("五大道", 9.0, x, y, np.zeros(count))
    inner = shapely.box(GAP_MM, GAP_MM, 100 - GAP_MM, 60 - GAP_MM)
    whole = {
        n: cost[n] + further[n]
        for n, its_box in enumerate(boxes)
        if inner.covers(its_box) and not any(its_box.intersects(o) for o in obstacles)
    }
    free = {n: its_cost for n, its_cost in whole.items() if its_cost < most}
    label = LabelBoard(shapely.box(0, 0, 100, 60), obstacles).place(
        "五大道", "zone", (9.0,), candidates
    )
    if not free:
        assert label is None
    else:
        best = min(free, key=free.__getitem__)  # of equal ones the first
        assert (label.x, label.y) == (x[best], y[best])


def test_of_candidates_that_cost_the_same_the_first_one_holds_however_late_it_is_weighed():
    further = np.append(0.0, np.full(AT_ONCE, 0.5))
    x = np.linspace(10, 90, AT_ONCE + 1)
    still = np.zeros(AT_ONCE + 1)
    cost = np.append(0.5, np.zeros(AT_ONCE))  # so the first comes with the second lot
    candidates = Candidates(x, still + 30, still, cost, lambda some, _: further[some])
    label = LabelBoard(shapely.box(0, 0, 100, 60)).place("五大道", "zone", (9.0,), candidates)
    assert label.x == 10


def test_kept_layouts_of_texts_draw_the_same_pixels():
    def pixels(canvas_class):
        figure = Figure(figsize=(4, 3), dpi=100)
        figure.text(0.1, 0.8, "五大道 1.49", size=14)
        figure.text(0.5, 0.5, "马场道", size=9, rotation=33)
        halo = [Stroke(linewidth=3, foreground="white"), Normal()]
        figure.text(0.2, 0.2, "海河 Haihe", size=11, path_effects=halo)
        figure.patch.set_facecolor("#cccccc")
        canvas = canvas_class(figure)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba()).copy()

    register_font()
    with mpl.rc_context({"font.family": [FONT_FAMILY]}):
        plain = pixels(FigureCanvasAgg)
        assert len(np.unique(plain.reshape(-1, 4), axis=0)) > 20  # letters were drawn
        for _ in range(2):  # first laid out, then kept
            np.testing.assert_array_equal(pixels(PixelCanvas), plain)


def test_every_drawn_zone_has_its_name_on_the_map(plain_sheet):
    named = {label.text for label in plain_sheet.maps[0].board.labels if label.kind == "zone"}
    assert named == {"五大道", "小白楼", "南京路"}
    assert plain_sheet.maps[0].unlabelled == ()


def test_labels_can_be_switched_off(zones, base):
    sheet = compose_sheet(zones, base, BARE)
    assert sheet.maps[0].board.labels == []


def test_a_greyscale_sheet_has_no_colour_but_patterns(zones, base):
    options = SheetOptions(plan="13th", greyscale=True, format="png", dpi=150, date=DATE)
    with Image.open(io.BytesIO(draw_sheet(zones, base, options))) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(pixels - pixels[..., :1]).max() <= 2
    hatches = {
        patch.get_hatch()
        for patch in compose_sheet(zones, base, replace(options, labels=False))
        .figure.axes[1]
        .patches
        if patch.get_hatch()
    }
    assert hatches == {
        HATCHES[style_of(place).hatch].matplotlib
        for place in ("wudadao", "xiaobailou", "nanjing-road")
    }


def test_the_legend_takes_its_styles_from_the_same_source_as_the_web_map(zones):
    rows = zone_rows(zones[zones["plan"] == "13th"], "zh", with_table=False)
    styles = {row.cells[0]: row.style for row in rows if row.style}
    assert styles["南京路商务商贸带"] == style_of("nanjing-road", "corridor")
    assert "南市" not in styles


def test_the_area_table_shows_stated_computed_interval_and_verdict(zones, table_words):
    rows = zone_rows(zones[zones["plan"] == "13th"], "zh", with_table=True)
    cells = {row.cells[0]: row.cells[1:] for row in rows if len(row.cells) == 5}
    assert cells["五大道小洋楼历史文化体验区"] == ("1.49", "2.000", "1.900–2.100", "不符")
    assert cells["小白楼高端商业商务区"][0] == "约0.50"
    _, words = table_words
    assert "1.900–2.100" in words
    assert "不符" in words


def test_a_stated_figure_keeps_its_printed_decimals(zones):
    row = next(r for r in zones.itertuples() if r.zone_id == "13th-xiaobailou")
    assert stated_figure(row) == "约0.50"
    assert stated_figure(row, "en") == "c. 0.50"


def test_a_chosen_zone_without_geometry_is_named_as_not_drawn(zones, base):
    options = SheetOptions(zones=("13th-wudadao", "13th-nanshi"), labels=False, date=DATE)
    words = pdf_text(draw_sheet(zones, base, options)).replace("\n", "")
    assert re.search(r"规划提及而未绘出.*南市", words)


def test_a_sheet_of_some_zones_of_a_group_names_the_one_that_could_not_be_drawn(zones, base):
    without = zones.copy()
    without.loc[without["zone_id"] == "13th-xiaobailou", "geometry"] = None
    options = SheetOptions(zones=("13th-wudadao",), labels=False, date=DATE)
    words = pdf_text(draw_sheet(without, base, options)).replace("\n", "")
    assert re.search(r"规划提及而未绘出.*小白楼", words)
    assert "南市" not in words  # a name without limits or area is not expected on a sheet


def test_what_a_plan_only_names_is_counted_where_nothing_is_chosen(plain_files):
    words = pdf_text(plain_files["pdf"])
    assert "规划另有 1 项仅提及名称" in words


def test_the_reader_s_own_words_stand_on_the_sheet(zones, base):
    options = SheetOptions(
        plan="13th", title="迎检专用图 🎉", subtitle="第二稿", approval_number="津S(2026)012号",
        drawing_unit="和平区规划局", labels=False, date=DATE,
    )  # fmt: skip
    words = pdf_text(draw_sheet(zones, base, options))
    for expected in ("迎检专用图 ?", "第二稿", "津S(2026)012号", "和平区规划局", "十三五"):
        assert expected in words


def test_markup_in_a_title_stays_text(zones, base):
    options = replace(BARE, title="<script>$x^2$</script>", format="svg")
    data = draw_sheet(zones, base, options)
    assert b"<script>" not in data
    assert b"&lt;script&gt;$x^2$" in data


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("area_table", [False, True])
def test_zooming_in_adds_an_inset_of_the_district(zones, base, orientation, area_table):
    options = replace(BARE, orientation=orientation, area_table=area_table)
    wide = compose_sheet(zones, base, options)
    close = compose_sheet(zones, base, replace(options, extent="13th-wudadao"))
    assert len(close.figure.axes) == len(wide.figure.axes) + 1
    assert close.frames[0].denominator < wide.frames[0].denominator


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_a_view_that_holds_the_whole_district_needs_no_inset(zones, base, orientation):
    view = (117.15, 39.05, 117.27, 39.19)
    options = replace(BARE, orientation=orientation)
    whole = compose_sheet(zones, base, options)
    wider = compose_sheet(zones, base, replace(options, extent=view))
    assert len(wider.figure.axes) == len(whole.figure.axes)


def test_the_inset_shows_all_of_a_view_that_reaches_beyond_the_district(zones, base):
    view = (117.21, 39.115, 117.27, 39.12)
    sheet = compose_sheet(zones, base, replace(BARE, extent=view))
    left, bottom, right, top = sheet.frames[0].bounds_m
    west, south, east, north = base.outline.bounds
    assert right > east
    inset = sheet.figure.axes[-1]
    assert inset.get_xlim()[0] < min(left, west)
    assert inset.get_xlim()[1] > max(right, east)
    assert inset.get_ylim()[0] < min(bottom, south)
    assert inset.get_ylim()[1] > max(top, north)


def test_a_place_whose_sign_the_frame_would_cut_is_left_out(zones, base, plain_sheet):
    frame = plain_sheet.frames[0]
    left, _, _, top = frame.bounds_m
    step = frame.denominator / 1000
    moved = [shapely.Point(left + mm * step, top - 40 * step) for mm in (0.2, 5.0)]
    places = (
        base.landmarks.iloc[[0, 0]].assign(name=["在边", "在内"]).set_geometry(moved, crs=METRIC)
    )
    drawn = compose_sheet(zones, replace(base, landmarks=places.to_crs(WGS84)), PLAIN).maps[0]
    names = [label.text for label in drawn.board.labels if label.kind == "place"]
    assert names == ["在内"]


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_the_current_view_is_wholly_on_the_sheet(zones, base, orientation):
    view = (117.19, 39.12, 117.20, 39.125)
    options = replace(BARE, extent=view, orientation=orientation)
    left, bottom, right, top = compose_sheet(zones, base, options).frames[0].bounds_m
    to_metric = Transformer.from_crs(WGS84, METRIC, always_xy=True)
    for lon, lat in itertools.product(view[::2], view[1::2]):
        x, y = to_metric.transform(lon, lat)
        assert left <= x <= right
        assert bottom <= y <= top


def test_the_scale_is_the_largest_round_one_that_fits():
    assert round_scale((0, 0, 2000, 1000), (200, 100)) == 10_000
    assert round_scale((0, 0, 2001, 1000), (200, 100)) == 12_500
    assert round_scale((0, 0, 10, 10), (200, 100)) == 1_000


def test_true_north_is_said_to_lie_where_it_lies(base):
    x, y = base.outline.centroid.coords[0]
    inverse = Transformer.from_crs(METRIC, WGS84, always_xy=True)
    lon, lat = inverse.transform(x, y)
    east, north = Transformer.from_crs(WGS84, METRIC, always_xy=True).transform(lon, lat + 0.01)
    angle = np.degrees(np.arctan2(east - x, north - y))  # of true north, east positive
    words = coordinate_system_words(base, "zh")
    assert angle < 0
    assert f"真北在其西侧 {abs(angle):.2f}°" in words


def test_the_atlas_has_an_overview_and_one_page_for_each_drawn_zone(zones, base):
    data = draw_atlas(zones, base, SheetOptions(plan="13th", date=DATE))
    with pymupdf.open("pdf", data) as document:
        pages = [page.get_text() for page in document]
    assert len(pages) == 4
    assert "第 4 页，共 4 页" in pages[3]
    first = next(page for page in pages if page.startswith("五大道小洋楼历史文化体验区"))
    assert "以南京路、和平路、成都道围合的核心区域" in first.replace("\n", "")


def test_the_same_data_and_date_give_the_same_atlas(zones, base):
    options = replace(BARE, zones=("13th-wudadao",))
    assert draw_atlas(zones, base, options) == draw_atlas(zones, base, options)


@pytest.mark.parametrize(
    ("paper", "orientation"), [("A4", "landscape"), ("A4", "portrait"), ("16:9", "landscape")]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_atlas_page_holds_long_words_on_every_paper(zones, base, paper, orientation, language):
    reasoning = "推定的范围，" * 40 + "完。"
    wordy = zones.assign(reasoning=reasoning, reasoning_en="An inferred extent, " * 20 + "end.")
    options = SheetOptions(
        plan="13th", zones=("13th-wudadao",), paper=paper, orientation=orientation,
        language=language, labels=False, date=DATE,
    )  # fmt: skip
    words = pdf_text(draw_atlas(wordy, base, options))
    assert ("完。" if language == "zh" else "end.") in words


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_a_comparison_shows_both_plans_at_one_scale(zones, base, orientation):
    first, second = zones[zones["plan"] == "13th"], zones[zones["plan"] == "14th"]
    options = SheetOptions(orientation=orientation, date=DATE)
    sheet = compose_comparison(first, second, base, replace(options, labels=False))
    assert len({frame.denominator for frame in sheet.frames}) == 1
    assert len({frame.bounds_m for frame in sheet.frames}) == 1
    words = pdf_text(draw_comparison(first, second, base, options))
    assert "和平区“十三五”与“十四五”规划对照图" in words
    assert "金街" in words
    assert "“十四五”规划（2021–2025）" in words


def test_a_legend_column_that_begins_within_a_group_repeats_its_heading():
    rows = [LegendRow(("片区",), is_heading=True), *[LegendRow((f"片区{n}",)) for n in range(9)]]
    blocks = _columns(rows, 3, 200.0, 7.0, with_table=False)
    assert [block[0][0].cells for block in blocks] == [("片区",)] * 3


def test_a_comparison_refuses_a_mixed_table(zones, base):
    with pytest.raises(ExportError, match="one plan"):
        draw_comparison(zones, zones, base, SheetOptions(date=DATE))


def test_a_map_picture_has_the_size_asked_for(zones, base):
    options = SheetOptions(plan="13th", dpi=200, date=DATE)
    data, denominator = map_picture(zones, base, options, (120.0, 100.0))
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == pytest.approx((120 / 25.4 * 200, 100 / 25.4 * 200), abs=1.5)
    assert denominator == round_scale(extent_m(zones, base, options), (120.0, 100.0))


def test_a_map_picture_of_few_colours_looks_like_the_full_one(zones, base, monkeypatch):
    options = SheetOptions(plan="13th", dpi=150, date=DATE)
    few, _ = map_picture(zones, base, options, (120.0, 100.0))
    monkeypatch.setattr("layers.sheets.sheet._few_colours", lambda picture: picture)
    full, _ = map_picture(zones, base, options, (120.0, 100.0))
    with Image.open(io.BytesIO(few)) as ours, Image.open(io.BytesIO(full)) as theirs:
        assert ours.mode == "P"
        apart = np.abs(np.asarray(ours.convert("RGB")).astype(int) - np.asarray(theirs))
    assert apart.max() <= 24  # of 255
    assert apart.mean() < 1
    assert len(few) < 0.6 * len(full)


def test_an_english_sheet_speaks_english_but_quotes_in_chinese(zones, base):
    words = pdf_text(draw_sheet(zones, base, SheetOptions(plan="13th", language="en", date=DATE)))
    assert "Heping, Tianjin: 13th Plan in maps" in words
    assert "Wudadao" in words
    assert "Schematic map, not legally binding" in words


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"zones": ()}, "nothing to draw"),
        ({"zones": ("13th-wudado",)}, "Nearest ids: 13th-wudadao"),
        ({"plan": "99th"}, "Plans in the data: 13th, 14th"),
        ({"extent": "13th-nowhere"}, "is not in the data"),
        ({"extent": "13th-nanshi"}, "has no geometry to zoom to"),
        ({"extent": (39.1, 117.1, 39.2, 117.2)}, "not .* in degrees"),
        ({"extent": (100.0, 30.0, 101.0, 31.0)}, "outside the district"),
        ({"logo": b"no picture"}, "not a readable PNG or JPEG"),
    ],
)
def test_a_choice_that_cannot_be_drawn_is_refused_with_a_remedy(zones, base, choices, message):
    with pytest.raises(ExportError, match=message):
        draw_sheet(zones, base, SheetOptions(**({"date": DATE} | choices)))


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"paper": "A5"}, "Choose one of"), ({"format": "gif"}, "Choose one of"),
        ({"orientation": "upright"}, "Choose one of"), ({"language": "fr"}, "Choose one of"),
        ({"dpi": 72}, "150 to 600"), ({"dpi": 1200}, "150 to 600"),
        ({"paper": "16:9", "orientation": "portrait"}, "landscape"),
    ],
)  # fmt: skip
def test_options_that_do_not_exist_are_refused(choices, message):
    with pytest.raises(ExportError, match=message):
        SheetOptions(**choices)


def test_a_logo_is_drawn(zones, base):
    buffer = io.BytesIO()
    Image.new("RGB", (60, 30), (200, 0, 0)).save(buffer, "PNG")
    with_logo = replace(BARE, logo=buffer.getvalue(), format="png")
    with Image.open(io.BytesIO(draw_sheet(zones, base, with_logo))) as image:
        corner = np.asarray(image.convert("RGB"))[50:100, -150:-50]
    assert (np.abs(corner.astype(int) - (200, 0, 0)).sum(axis=-1) < 12).any()


def test_a_legend_too_long_for_the_page_is_refused_not_cut(zones, base):
    import pandas as pd

    row = zones[zones["zone_id"] == "13th-wudadao"]
    many = pd.concat([row.assign(zone_id=f"13th-{n}") for n in range(200)], ignore_index=True)
    with pytest.raises(ExportError, match="does not fit"):
        draw_sheet(many, base, SheetOptions(labels=False, area_table=True, date=DATE))


def test_a_line_never_begins_with_a_closing_mark_and_keeps_figures_whole():
    lines = wrap_text("量算1.848 km²（95%区间 0.805–0.890）。", 30.0, 8.0)
    assert "".join(lines).replace(" ", "") == "量算1.848km²（95%区间0.805–0.890）。"
    assert not any(line[0] in "）。" for line in lines)
    assert any("0.805–0.890" in line for line in lines)


def test_a_line_never_ends_with_an_opening_mark():
    width = 7 * 8 * POINT_MM + 0.01  # seven characters of 8 pt
    assert wrap_text("二、着力构筑“六区联动”格局", width, 8) == [
        "二、着力构筑",
        "“六区联动”格",
        "局",
    ]


def test_a_character_without_a_glyph_becomes_a_question_mark():
    assert printable("五大道\U0001f600") == "五大道?"


def test_a_reader_of_codes_finds_the_address_on_a_sheet(zones, base):
    address = "https://map.example.org/heping/items/13th-wudadao.html"
    options = replace(BARE, format="png", link=address)
    picture = np.asarray(Image.open(io.BytesIO(draw_sheet(zones, base, options))).convert("L"))
    assert zxingcpp.read_barcode(picture).text == address


@pytest.mark.parametrize("size", [(4000, 4000), (16_000_000, 1), (1, 4000), (300, 90)])
def test_a_logo_is_measured_before_it_is_decoded_into_numbers(size):
    from PIL import Image

    from layers.sheets.page import logo_pixels

    buffer = io.BytesIO()
    Image.new("P", size, 3).save(buffer, "PNG")
    pixels = logo_pixels(buffer.getvalue())
    assert pixels.shape[2] == 4
    assert pixels.size <= 4 * 950 * 950
    if size == (300, 90):
        assert pixels.shape[:2] == (90, 300)


def test_a_sheet_that_is_saved_lets_its_pixels_go(base):
    from matplotlib.figure import Figure

    from layers.sheets import sheet

    figure = Figure(figsize=(2, 2))
    figure.add_axes((0, 0, 1, 1))
    options = sheet.SheetOptions(format="png", dpi=150)
    assert sheet._saved([figure], base, options, "a").startswith(b"\x89PNG")
    assert getattr(figure.canvas, "renderer", None) is None
    assert not figure.axes
