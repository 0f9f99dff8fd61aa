"""Slides, document and workbook: content, typefaces, fit, formula guard, sameness."""

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from docx import Document
from docx.oxml.ns import qn as docx_qn
from pptx import Presentation
from pptx.oxml.ns import qn

from geo.errors import ExportError
from layers.briefings.content import PlanPart, named_groups, passages, place_pairs, plan_parts
from layers.briefings.document import report
from layers.briefings.office_files import EAST_ASIAN_FONT, with_fixed_dates
from layers.briefings.slide_parts import BODY_BOTTOM_IN, TEXT_SIZES_PT, Line, fit, line_height_in
from layers.briefings.slides import deck
from layers.briefings.workbook import area_workbook
from layers.sheets.options import SheetOptions
from testing.sheet_material import small_base, small_zones

DATE = dt.date(2026, 11, 22)
OPTIONS = SheetOptions(date=DATE)
EMU_PER_INCH = 914400


@pytest.fixture(scope="module")
def base():
    return small_base()


@pytest.fixture(scope="module")
def zones_by_plan():
    zones = small_zones()
    return {plan: zones[zones["plan"] == plan] for plan in ("13th", "14th")}


@pytest.fixture(scope="module")
def deck_bytes(zones_by_plan, base):
    return deck(zones_by_plan, base, OPTIONS)


@pytest.fixture(scope="module")
def slides(deck_bytes):
    return list(Presentation(io.BytesIO(deck_bytes)).slides)


@pytest.fixture(scope="module")
def report_bytes(zones_by_plan, base):
    return report(zones_by_plan, base, OPTIONS)


def words_of(slide) -> str:
    """Return all native words of a slide, tables with theirs."""
    texts = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            texts.append(shape.text_frame.text)
        if shape.has_table:
            texts += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(texts)


def titles(slides) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in slides]


def test_the_deck_has_cover_overviews_zones_comparison_and_method(slides):
    assert titles(slides) == [
        "天津市和平区规划空间图",
        "“十三五”规划（2016–2020）：总图与面积",
        "五大道小洋楼历史文化体验区（十三五）",
        "小白楼高端商业商务区（十三五）",
        "南京路商务商贸带（十三五）",
        "“十三五”规划（2016–2020）：规划提及而无四至的地方",
        "“十四五”规划（2021–2025）：总图与面积",
        "五大道洋楼经济核心区（十四五）",
        "金街（十四五）",
        "“十三五”与“十四五”对照",
        "“十三五”与“十四五”对照",
        "量算方法与资料来源",
    ]


def test_a_zone_slide_has_a_picture_with_alt_text_verbatim_words_and_a_native_table(slides):
    slide = slides[2]
    pictures = [shape for shape in slide.shapes if shape.shape_type == 13]
    assert len(pictures) == 1
    assert "五大道" in pictures[0]._element.nvPicPr.cNvPr.get("descr")
    words = words_of(slide)
    assert "“规划范围:以南京路、和平路、成都道围合的核心区域,面积1.49平方公里。”" in words
    assert "《规划纲要》第三章/二" in words
    assert "1.49平方公里" in words
    assert "2.000 km²（1.900–2.100）" in words
    assert "不符" in words
    assert any(shape.has_table for shape in slide.shapes)


def test_markup_in_a_plan_s_words_stays_text(slides):
    assert "打造<b>世界级</b>“小洋楼”&旅游目的地。" in words_of(slides[2])


def test_every_slide_carries_the_disclaimer_and_its_source(slides, base):
    for slide in slides:
        assert "示意图，不具法律效力" in words_of(slide)
    source = base.district.credit("zh").split("；")[0]
    assert source
    assert all(source in words_of(slide) for slide in list(slides)[1:])


def test_every_run_names_an_east_asian_typeface(slides):
    runs = [run for slide in slides for run in slide._element.iter(qn("a:r"))]
    assert len(runs) > 100
    for run in runs:
        faces = [node.get("typeface") for node in run.iter(qn("a:ea"))]
        assert faces == [EAST_ASIAN_FONT]


def test_the_theme_names_the_east_asian_typeface_for_what_is_typed_later(deck_bytes):
    with zipfile.ZipFile(io.BytesIO(deck_bytes)) as package:
        theme = package.read("ppt/theme/theme1.xml").decode()
    assert theme.count(f'<a:ea typeface="{EAST_ASIAN_FONT}"/>') == 2


def test_no_shape_leaves_the_slide_and_tables_end_above_the_footer(slides):
    for slide in slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= 13.34 * EMU_PER_INCH
            assert shape.top + shape.height <= 7.5 * EMU_PER_INCH
            if shape.has_table:
                bottom = shape.top + sum(row.height for row in shape.table.rows)
                assert bottom <= (BODY_BOTTOM_IN + 0.01) * EMU_PER_INCH


def test_a_text_too_long_for_its_slide_goes_on_and_nothing_is_lost(zones_by_plan, base):
    sentence = "全面提升改造历史街区，推动商旅文融合发展，力争建成国家级旅游景区。"
    long_words = "".join(f"第{n}条，{sentence}" for n in range(60))
    zones = zones_by_plan["13th"].copy()
    zones.loc[zones["zone_id"] == "13th-wudadao", "strategy"] = long_words
    options = SheetOptions(zones=("13th-wudadao",), date=DATE)
    slides = list(Presentation(io.BytesIO(deck({"13th": zones}, base, options))).slides)
    of_zone = [s for s in slides if "五大道小洋楼" in s.shapes.title.text_frame.text]
    assert len(of_zone) >= 2
    assert "（续 2）" in of_zone[1].shapes.title.text_frame.text
    every = "".join(words_of(slide) for slide in of_zone).replace("\n", "")
    for number in range(60):
        assert f"第{number}条，{sentence}" in every


def test_the_type_shrinks_before_a_slide_is_continued():
    short = [Line("字" * 40, "words")]
    assert fit(short, 6.0, 4.0) == (TEXT_SIZES_PT[0], [])
    fuller = [Line("字" * 400, "words")]
    size, rest = fit(fuller, 6.0, 3.0)
    assert rest == []
    assert size < TEXT_SIZES_PT[0]
    assert line_height_in(fuller[0], 6.0, size) <= 3.0


def test_no_slide_holds_a_citation_alone():
    lines = [
        Line("规划范围", "heading"),
        Line("字" * 700, "words"),
        Line("—— 《纲要》", "citation"),
    ]
    height = line_height_in(lines[0], 6.0, TEXT_SIZES_PT[-1]) / 0.95
    height += line_height_in(lines[1], 6.0, TEXT_SIZES_PT[-1]) / 0.95 + 0.01
    _, rest = fit([Line("前文", "words"), *lines], 6.0, height + 0.3)
    assert [line.role for line in rest] == ["heading", "words", "citation"]


def test_the_deck_and_the_report_are_the_same_each_time(
    zones_by_plan, base, deck_bytes, report_bytes
):
    assert deck(zones_by_plan, base, OPTIONS) == deck_bytes
    assert report(zones_by_plan, base, OPTIONS) == report_bytes


def test_the_report_has_headings_captions_quotations_and_tables(report_bytes):
    paper = Document(io.BytesIO(report_bytes))
    styles = {p.text: p.style.name for p in paper.paragraphs}
    assert styles["“十三五”规划（2016–2020）"] == "Heading 1"
    assert styles["五大道小洋楼历史文化体验区"] == "Heading 2"
    quoted = [p.text for p in paper.paragraphs if p.style.name == "Quote"]
    assert "“打造<b>世界级</b>“小洋楼”&旅游目的地。”" in quoted
    captions = [p.text for p in paper.paragraphs if p.style.name == "Caption"]
    figures = [c for c in captions if c.startswith("图")]
    assert len(figures) == len(paper.inline_shapes) - 1  # the comparison shares one caption
    numbers = [int("".join(ch for ch in c.split("  ")[0] if ch.isdigit())) for c in figures]
    assert numbers == list(range(1, len(figures) + 1))
    assert len(paper.tables) == sum(c.startswith("表") for c in captions) + 1  # list of names
    cells = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    assert {"1.49", "2.000", "1.900–2.100", "不符"} <= cells


def test_the_report_s_styles_and_runs_name_the_east_asian_typeface(report_bytes):
    paper = Document(io.BytesIO(report_bytes))
    for name in ("Normal", "Heading 1", "Heading 2", "Caption", "Quote"):
        fonts = paper.styles[name].element.rPr.rFonts
        assert fonts.get(docx_qn("w:eastAsia")) == EAST_ASIAN_FONT
        assert fonts.get(docx_qn("w:eastAsiaTheme")) is None


def test_the_report_keeps_its_pictures_within_the_margins(report_bytes):
    paper = Document(io.BytesIO(report_bytes))
    section = paper.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    assert all(shape.width <= room for shape in paper.inline_shapes)


def test_only_what_is_chosen_is_briefed(zones_by_plan, base):
    options = SheetOptions(zones=("14th-golden-street",), date=DATE)
    parts = plan_parts(zones_by_plan, base, options)
    assert [(part.plan, list(part.zones_paged["zone_id"])) for part in parts] == [
        ("14th", ["14th-golden-street"])
    ]
    assert parts[0].zones_named.empty


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"zones": ()}, "nothing to brief on"),
        ({"zones": ("13th-nowhere",)}, "is not in the data"),
        ({"plan": "11th"}, "Plans in the data: 13th, 14th"),
    ],
)
@pytest.mark.parametrize("product", [deck, report, area_workbook])
def test_a_choice_that_holds_nothing_is_refused(zones_by_plan, base, product, choices, message):
    with pytest.raises(ExportError, match=message):
        product(zones_by_plan, base, SheetOptions(**choices))


def test_places_of_two_plans_are_paired_by_place(zones_by_plan, base):
    first, second = plan_parts(zones_by_plan, base, OPTIONS)
    pairs = {place: (a is not None, b is not None) for place, a, b in place_pairs(first, second)}
    assert pairs["wudadao"] == (True, True)
    assert pairs["xiaobailou"] == (True, False)
    assert pairs["golden-street"] == (False, True)


def test_names_without_extent_are_listed_by_group(zones_by_plan, base):
    part: PlanPart = plan_parts(zones_by_plan, base, OPTIONS)[0]
    assert named_groups(part, "zh") == [("六区", "南市", "《规划纲要》")]


def test_own_reasoning_is_told_apart_from_the_plan_s_words(zones_by_plan):
    row = next(zones_by_plan["14th"].itertuples())
    last = passages(row, "zh")[-1]
    assert last.is_own
    assert last.quoted == "沿用十三五四至。"
    assert last.heading == "制图说明（非规划原文）"


def read_book(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def test_the_workbook_has_units_notes_and_numbers(zones_by_plan, base):
    book = read_book(area_workbook(zones_by_plan, base, OPTIONS))
    sheet = book["面积"]
    header = {cell.value: cell.column for cell in sheet[3]}
    assert sheet.cell(4, header["规划面积（km²）"]).value == "小数位同原文"
    row = next(r for r in range(5, sheet.max_row + 1) if sheet.cell(r, 2).value == "13th-wudadao")
    stated = sheet.cell(row, header["规划面积（km²）"])
    assert stated.value == 1.49
    assert stated.number_format == "0.00"
    assert sheet.cell(row, header["量算面积（km²）"]).value == pytest.approx(2.0)
    assert sheet.cell(row, header["量算−规划（km²）"]).value == pytest.approx(0.51)
    assert sheet.cell(row, header["量算−规划（%）"]).value == pytest.approx(100 * 0.51 / 1.49)
    assert sheet.cell(row, header["面积结论"]).value == "不符"
    assert any("CGCS2000" in str(cell.value) for (cell,) in book["说明"].iter_rows())


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_name_that_begins_like_a_formula_stays_text(zones_by_plan, base, start):
    zones = zones_by_plan["13th"].copy()
    evil = f'{start}HYPERLINK("http://x","y")'
    zones.loc[zones["zone_id"] == "13th-wudadao", "name"] = evil
    sheet = read_book(area_workbook({"13th": zones}, base, OPTIONS))["面积"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == evil]
    assert len(cells) == 1
    assert cells[0].data_type == "s"
    assert cells[0].quotePrefix


def test_the_workbook_is_the_same_each_time(zones_by_plan, base):
    first = area_workbook(zones_by_plan, base, OPTIONS)
    assert first == area_workbook(zones_by_plan, base, OPTIONS)


def test_a_fixed_date_is_the_only_date_in_a_package(deck_bytes):
    with zipfile.ZipFile(io.BytesIO(with_fixed_dates(deck_bytes, dt.date(2027, 1, 2)))) as package:
        dates = {entry.date_time for entry in package.infolist()}
        core = package.read("docProps/core.xml").decode()
    assert dates == {(2027, 1, 2, 0, 0, 0)}
    assert "2026" not in core


def test_the_workbook_prints_on_a4_across_with_an_overview_first(zones_by_plan, base):
    book = read_book(area_workbook(zones_by_plan, base, OPTIONS))
    assert book.sheetnames[0] == "一览"
    overview = book["一览"]
    assert overview.max_column == 8
    header = [cell.value for cell in overview[3]]
    assert header[:2] == ["规划", "名称"]
    for sheet in book.worksheets:
        assert sheet.page_setup.paperSize == 9  # A4
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        for row in sheet.iter_rows():
            assert any(cell.value is not None for cell in row), (sheet.title, row[0].row)
    assert overview.print_title_rows == "$3:$3"
    assert "A1:H1" in {str(merged) for merged in overview.merged_cells.ranges}
    numbers = [row[3].value for row in overview.iter_rows(min_row=4) if row[3].value is not None]
    assert numbers
    assert all(isinstance(value, (int, float)) for value in numbers)


def test_the_notes_of_a_zone_s_slide_cite_its_plan(deck_bytes):
    show = Presentation(io.BytesIO(deck_bytes))
    notes = [s.notes_slide.notes_text_frame.text for s in show.slides if s.has_notes_slide]
    assert any(words.startswith("出处：《") for words in notes)
