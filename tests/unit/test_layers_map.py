import json
import os
import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import folium
import pytest
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry import mapping

from geo.base import Hatch, read_district
from geo.checks.charts import MARKS
from geo.errors import ExportError, GeoError
from layers.briefings.content import reading_rows
from layers.map.base_map import (
    ONLINE_BASES,
    base_map,
    forget_old,
    install_map,
    leaflet_source,
    lie_whole,
    map_data,
    online_bases,
    scripts,
)
from layers.map.popups import about, figures, readings
from layers.map.roads import label_places, point_records, river_records, road_records
from layers.map.zones import (
    connector_records,
    encode_line,
    encode_polygons,
    planning_group,
    script_json,
    zone_records,
)
from layers.marks import verdict_mark
from layers.styles import HATCHES, VERDICT_COLOURS, style_of, styles_of
from layers.tables.reader import unique_labels
from testing.page_fixture import SCRIPT, at, box, feature, line

ABOUT = {
    "version": "1",
    "attribution": ["甲", "A"],
    "accuracy": ["乙", "B"],
    "plan_names": {
        "11th": ["十一五", "11th"],
        "13th": ["十三五", "13th"],
        "14th": ["十四五", "14th"],
    },
    "title": ["规划图", "Plan map"],
    "periods": {"11th": (2006, 2010), "13th": (2016, 2020), "14th": (2021, 2025)},
}


def zone(zone_id, geometry, **more):
    plan, _, place = zone_id.partition("-")
    properties = {
        "zone_id": zone_id,
        "plan": plan,
        "document_id": f"{plan}-outline",
        "group": "liuqu",
        "group_name": "六区",
        "group_name_en": "Six zones",
        "place": place,
        "kind": "zone",
        "basis": "stated" if geometry else "named",
        "name": f"{place} 片区",
        "name_en": f"{place} zone",
        "short_name": place.upper(),
        "short_name_en": place,
        "section": "第一章",
        "citation": "《测试规划》，第一章",
        "citation_en": "Test plan, chapter 1",
        "limits_text": f"以甲路、乙路围合的{place}",
        "positioning": "定位原文",
        "strategy": "",
        "quote": [],
        "places": ["某广场"],
        "stated_area": "1.49平方公里",
        "stated_area_km2": 1.49,
        "computed_area_km2": 1.472 if geometry else None,
        "low_km2": 1.40 if geometry else None,
        "high_km2": 1.54 if geometry else None,
        "verdict": "agrees" if geometry else "not_determinable",
        "verdict_reason": "两者相合。",
        "verdict_reason_en": "They meet.",
        "readings": [],
        "reasoning": "",
        "reasoning_en": "",
        "carried_from": "",
    }
    return {"id": zone_id} | feature(geometry, **(properties | more))


PLANS = {
    "11th": [zone("11th-only-a-name", None, stated_area="", stated_area_km2=None, group="ming")],
    "13th": [
        zone("13th-wudadao", box(10, 10, 60, 60)),
        zone("13th-xiaobailou", box(40, 40, 80, 80), strategy=SCRIPT),
        zone("13th-central-park", box(5, 75, 25, 95)),
        zone(
            "13th-nanjing-road",
            box(0, 48, 95, 54),
            kind="belt",
            basis="corridor",
            group="sandai",
            group_name="三带",
            group_name_en="Three belts",
        ),
        zone("13th-slow-traffic", box(2, 2, 98, 98), group="note7"),
        zone("13th-xikai-church", None),
        zone("13th-a-point", {"type": "Point", "coordinates": at(88, 20)}, group="dian"),
    ],
    "14th": [
        zone("14th-wudadao", box(10, 10, 60, 60), basis="carried", carried_from="13th-wudadao"),
        zone(
            "14th-nanshi",
            box(70, 70, 95, 95),
            basis="interpreted",
            reasoning="据文意",
            reasoning_en="From the words",
        ),
    ],
}

ROADS = [
    ("甲路", "Jia Road", "primary", "traced", [(0, 40), (100, 40)]),
    ("乙路", "Yi Road", "local", "inferred", [(40, 0), (40, 100)]),
]


def decode(numbers):
    x = y = 0
    points = []
    for i in range(0, len(numbers), 2):
        x, y = x + numbers[i], y + numbers[i + 1]
        points.append((x / 1e6, y / 1e6))
    return points


def made_up_data():
    return map_data({"district": [feature(box(0, 0, 100, 100))]}, PLANS, {}, ABOUT)


def test_a_line_comes_back_exactly():
    points = [(117.201234, 39.101235), (117.2, 39.1), (117.199999, 39.100001)]
    assert decode(encode_line(points)) == points


def test_a_polygon_with_a_hole_keeps_its_rings_without_the_closing_position():
    outer = [(0, 0), (3, 0), (3, 3), (0, 3)]
    hole = [(1, 1), (1, 2), (2, 2), (2, 1)]
    other = Polygon([(5, 5), (6, 5), (6, 6)])
    parts = encode_polygons(MultiPolygon([Polygon(outer, [hole]), other]))
    assert [[decode(ring) for ring in rings] for rings in parts] == [
        [outer, hole],
        [[(5, 5), (6, 5), (6, 6)]],
    ]


def test_a_zone_without_a_shape_is_kept_but_not_drawn():
    (record,) = zone_records([zone("13th-nowhere", None)])
    assert "t" not in record
    assert record["name"] == ["nowhere 片区", "nowhere zone"]


def test_the_label_of_a_crescent_lies_inside_it():
    crescent = Polygon([(0, 0), (10, 0), (10, 10), (9, 10), (9, 1), (1, 1), (1, 10), (0, 10)])
    (record,) = zone_records([zone("13th-crescent", mapping(crescent))])
    y, x = record["at"]
    assert crescent.contains(Polygon([(x, y), (x + 1e-3, y), (x, y + 1e-3)]))


def test_only_connectors_are_drawn_from_the_edges():
    edges = [
        feature(line((0, 0), (1, 1)), zone_id="a", connector=True),
        feature(line((0, 0), (1, 1)), zone_id="b", connector=False),
        feature(None, zone_id="c", connector=True),
    ]
    assert [record["zone"] for record in connector_records(edges)] == ["a"]


@pytest.mark.parametrize(
    "text", ["</script><script>alert(1)</script>", "{{ 'x' }}", "{% raw %}", "a\u2028b\u2029c"]
)
def test_json_for_a_script_holds_nothing_that_ends_or_changes_it(text):
    words = script_json({"a": text})
    assert json.loads(words) == {"a": text}
    assert not re.search(r"</|\{\{|\u2028|\u2029|<!--", words)


def test_the_state_is_handed_over_unchanged_by_folium():
    from streamlit_folium import _get_feature_group_string

    state = {"shown": ["13th-a_b", "x"], "words": "{{'folium'}} </script> _abc"}
    code = _get_feature_group_string(planning_group(state), folium.Map(tiles=None))
    state_there = json.JSONDecoder().raw_decode(code[code.index("hear(") + len("hear(") :])[0]
    assert state_there == state


def test_the_name_of_a_street_runs_along_it_and_never_upside_down():
    ((y, x, angle),) = label_places(LineString([(117.2, 39.1), (117.199, 39.1)]))
    assert (y, x) == pytest.approx((39.1, 117.1995))
    assert angle == pytest.approx(0, abs=0.1)
    ((_, _, uphill),) = label_places(LineString([(117.2, 39.1), (117.2012887, 39.101)]))
    assert uphill == pytest.approx(-45, abs=0.5)
    for turn in range(0, 360, 15):
        far = LineString([(0, 0), (1e-3, 0)])
        from shapely.affinity import rotate

        assert all(-90 <= place[2] < 90.01 for place in label_places(rotate(far, turn)))


def test_a_long_street_has_more_than_one_place_for_its_name_the_middle_first():
    places = label_places(LineString([(117.2, 39.1), (117.22, 39.1)]))
    assert len(places) == 3
    assert places[0][1] == pytest.approx(117.21)


def test_roads_keep_class_width_and_method():
    made = [
        feature(line(*points), name=name, road_class=kind, method=method, half_width_m=12.0)
        for name, _, kind, method, points in ROADS
    ]
    records = road_records([*made, feature(None, name="无形路")])
    assert [(r["name"][0], r["cls"], r["method"], r["half"]) for r in records] == [
        ("甲路", "primary", "traced", 12.0),
        ("乙路", "local", "inferred", 12.0),
    ]


def test_the_river_is_drawn_once_from_its_mid_line():
    made = [
        feature(line((0, 0), (0, 90)), name="河", reading="bank"),
        feature(line((1, 0), (1, 90)), name="河", reading="mid_river"),
    ]
    (record,) = river_records(made)
    middle = decode(record["g"][0])
    assert middle[0][0] == pytest.approx(117.1902)
    # Its ends fade: each longer line reaches further out, the first as far as the file says.
    ends = [decode(g[0])[0][1] for g in record["fade"]]
    assert ends[0] == pytest.approx(39.11)
    assert ends == sorted(ends)
    assert middle[0][1] > ends[-1]


def test_a_landmark_that_is_no_point_is_left_out():
    assert point_records([feature(line((0, 0), (1, 1)), name="x"), feature(None, name="y")]) == []


def test_figures_show_no_more_digits_than_the_plan_or_the_error_allows():
    zone_figures = figures(zone("13th-a", box(0, 0, 1, 1))["properties"])
    assert zone_figures["stated"] == "1.49"
    assert zone_figures["computed"] == "1.47"
    assert zone_figures["rows"] == [
        ["popup.stated_area", ["1.49", "1.49"], ["平方公里", "km²"]],
        ["popup.computed_area", ["1.47", "1.47"], ["95% 区间 1.40–1.54", "95% interval 1.40–1.54"]],
        ["popup.difference", ["−1.2%", "−1.2%"], ["相符", "agrees"]],
    ]
    assert zone_figures["interval"] == {
        "low": "1.40",
        "high": "1.54",
        "stated": "1.49",
        "computed": "1.47",
    }


def test_a_measured_area_alone_says_its_unit():
    properties = zone("13th-a", box(0, 0, 1, 1), verdict="not_stated")["properties"]
    zone_figures = figures(properties | {"stated_area": None, "stated_area_km2": None})
    ((key, value, note),) = zone_figures["rows"]
    assert (key, value) == ("popup.computed_area", ["1.47", "1.47"])
    assert note == ["平方公里 · 95% 区间 1.40–1.54", "km² · 95% interval 1.40–1.54"]


def test_no_difference_is_shown_where_the_figure_made_the_shape():
    properties = zone("13th-a", box(0, 0, 1, 1), verdict="by_construction")["properties"]
    zone_figures = figures(properties)
    assert [row[0] for row in zone_figures["rows"]] == ["popup.stated_area", "popup.computed_area"]
    assert zone_figures["interval"] is None


@pytest.mark.parametrize(
    ("stated_area", "value", "printed"),
    [("1.90平方公里", 1.9, "1.90"), ("约0.5平方公里", 0.5, "0.5"), ("29公顷", 0.29, "0.29")],
)
def test_a_stated_figure_stands_as_printed_in_the_unit_of_the_column(stated_area, value, printed):
    properties = zone("13th-a", None, stated_area=stated_area, stated_area_km2=value)["properties"]
    assert figures(properties)["stated"] == printed


def test_a_zone_without_any_area_has_no_verdict():
    properties = zone("13th-a", None, stated_area="", stated_area_km2=None)["properties"]
    assert about(properties)["verdict"] == ""


def test_every_passage_stands_once_a_quotation_with_its_section():
    properties = zone(
        "13th-a", None, quote=["别处的话", "定位原文"], quote_sections=["第二章", "第一章"]
    )["properties"]
    assert about(properties)["passages"] == [
        ["popup.limits_text", "以甲路、乙路围合的a", ""],
        ["popup.positioning", "定位原文", ""],
        ["popup.quote", "别处的话", "第二章"],
    ]


def test_an_item_with_nothing_but_quotations_shows_them():
    properties = zone("13th-a", None, limits_text="", positioning="", quote=["一句"])["properties"]
    assert [row[1] for row in about(properties)["passages"]] == ["一句"]


def test_readings_are_listed_when_there_are_several():
    rows = [
        {"reading_zh": "中线", "reading_en": "centre line", "area_km2": 0.87},
        {
            "reading_zh": "岸线",
            "reading_en": "bank",
            "area_km2": 0.77,
            "low_km2": 0.7,
            "high_km2": 0.8,
        },
    ]
    assert readings(zone("13th-a", None, readings=rows)["properties"]) == [
        {"name": ["中线", "centre line"], "km2": "0.87", "between": ""},
        {"name": ["岸线", "bank"], "km2": "0.77", "between": "0.70–0.80"},
    ]
    assert readings(zone("13th-a", None, readings=rows[:1])["properties"]) == []


def test_a_reading_that_has_no_name_goes_by_its_id():
    rows = [{"reading": "centre_line", "area_km2": 0.87}, {"reading": "bank", "area_km2": 0.77}]
    properties = zone("13th-a", None, readings=rows)["properties"]
    assert [row["name"] for row in readings(properties)] == [["centre_line"] * 2, ["bank"] * 2]
    row = SimpleNamespace(readings=[{"reading": "bank", "area_km2": None, "low_km2": 1.0}])
    assert reading_rows(row, "en") == [("bank", "–")]


def test_no_id_is_shown_where_a_plan_has_a_name():
    properties = zone("13th-a", None)["properties"]
    assert about(properties, ["十三五", "13th Plan"])["sub"][0].startswith("十三五 · 片区")
    assert "13th" not in about(properties)["sub"][0]


def heping_styles():
    return styles_of([], read_district(Path(__file__).parents[2] / "data").styles)


def test_the_places_of_one_plan_have_styles_of_their_own():
    places = [
        "wudadao",
        "jiefang-north-road",
        "xikai-church",
        "anshan-road",
        "xiaobailou",
        "central-park",
        "nanjing-road",
        "haihe",
        "weijin-road",
    ]
    own_styles = heping_styles()
    styles = [style_of(place, styles=own_styles) for place in places]
    assert len({style.hatch for style in styles}) == len(places)
    assert len({style.fill for style in styles}) == len(places)
    later = [
        "wudadao",
        "jiefang-north-road",
        "xiaobailou",
        "golden-street",
        "nanshi",
        "haihe",
        "nanjing-road",
        "anshan-weijin",
    ]
    assert len({style_of(place, styles=own_styles).hatch for place in later}) == len(later)


@pytest.mark.parametrize("seed", range(50))
def test_no_two_places_of_a_district_look_alike(seed):
    # 54 of 100 such sets had two places alike while a place's style hung on its name alone.
    places = [f"place-{seed}-{n}" for n in range(10)]
    styles = styles_of(places, {})
    assert len({(style.fill, style.hatch) for style in styles.values()}) == 10
    # While there are hatches left, none stands twice: a greyscale sheet has nothing else.
    assert len({styles[place].hatch for place in sorted(places)[:9]}) == 9
    assert styles_of(reversed(places), {}) == styles


def test_other_places_take_no_style_that_the_data_folder_gives():
    own_styles = read_district(Path(__file__).parents[2] / "data").styles
    styles = styles_of([f"new-{n}" for n in range(40)], own_styles)
    looks = [(style.fill, style.hatch) for style in styles.values()]
    assert len(set(looks[len(own_styles) :])) == 40
    assert not set(looks[: len(own_styles)]) & set(looks[len(own_styles) :])
    assert styles["wudadao"].hatch == "diagonal"


def test_every_hatch_has_its_word_for_the_sheets():
    assert {style_of(f"place {n}").hatch for n in range(200)} <= set(HATCHES)


def test_the_browser_gets_marks_and_hatches_as_they_are_drawn_elsewhere():
    data = map_data({"district": [feature(box(0, 0, 100, 100))]}, PLANS, {}, ABOUT)
    assert set(data["hatches"]) == set(HATCHES)
    for verdict, look in data["verdicts"].items():
        assert [element for element, _ in look["shapes"]] == re.findall(
            r"<(\w+)", MARKS[verdict].svg("#000")
        )


def test_every_hatch_is_drawn_on_the_map_and_on_paper():
    assert set(HATCHES) == set(get_args(Hatch))
    drawn = {hatch: drawing for hatch, drawing in HATCHES.items() if hatch != "none"}
    assert len({drawing.matplotlib for drawing in drawn.values()}) == len(drawn)
    assert len({json.dumps(drawing.shapes) for drawing in drawn.values()}) == len(drawn)
    kinds = {kind for drawing in drawn.values() for kind, _ in drawing.shapes}
    assert kinds == {"line", "dot", "ring"}


def test_marks_of_the_page_hold_no_markup_of_data():
    for verdict in VERDICT_COLOURS:
        assert "data:image/svg+xml" in verdict_mark(verdict)
    assert verdict_mark("<b>") == ""


def test_no_base_map_of_another_host_is_in_what_is_always_sent():
    assert "://" not in json.dumps(made_up_data())
    source = scripts().decode().replace("http://www.w3.org/2000/svg", "")
    assert "://" not in source


def test_each_online_base_map_says_datum_and_source():
    bases = {base["id"]: base for base in online_bases()}
    assert bases.keys() == ONLINE_BASES.keys()
    for base in bases.values():
        assert all(url.startswith("https://") for url in base["urls"])
        assert all(base["datum"])
        assert all(base["attribution"])
    assert bases["gaode"]["gcj02"]
    assert not bases["osm"]["gcj02"]
    assert bases["tianditu"]["needs_key"]


def test_nothing_to_draw_is_an_error_that_says_what_to_do():
    with pytest.raises(GeoError, match=r"district\.geojson or run"):
        map_data({}, {"11th": PLANS["11th"]}, {}, ABOUT)


def test_assets_are_installed_once_and_named_by_their_content(tmp_path):
    first = install_map(tmp_path, made_up_data())
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")}
    assert install_map(tmp_path, made_up_data()) == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")} == times
    assert times.keys() == {tmp_path / first.script, tmp_path / first.style}
    changed = install_map(tmp_path, {**made_up_data(), "version": "2"})
    assert changed.script != first.script
    assert changed.style == first.style


def test_a_damaged_copy_is_replaced(tmp_path):
    script = tmp_path / install_map(tmp_path, made_up_data()).script
    whole = script.read_bytes()
    script.write_text("half", encoding="utf-8")
    install_map(tmp_path, made_up_data())
    assert script.read_bytes() == whole
    assert whole.startswith(leaflet_source("leaflet.js"))


@pytest.mark.parametrize("damage", ["gone", "cut", "folder", "link", "dangling", "linked folder"])
def test_what_lies_there_damaged_is_seen_and_put_right(tmp_path, damage):
    static, elsewhere = tmp_path / "static", tmp_path / "elsewhere"
    assets = install_map(static, made_up_data())
    folder, script = static / "planmap", static / assets.script
    whole = script.read_bytes()
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert lie_whole(folder, sizes)
    if damage == "linked folder":
        folder.rename(elsewhere)
        folder.symlink_to(elsewhere)
    elif damage == "cut":
        script.write_bytes(whole[:1000])
    else:
        script.rename(elsewhere)
    if damage == "folder":
        script.mkdir()
    elif damage == "link":
        script.symlink_to(elsewhere)
    elif damage == "dangling":
        script.symlink_to(tmp_path / "nowhere")
    assert not lie_whole(folder, sizes)
    if damage == "linked folder":
        with pytest.raises(ExportError, match="static/planmap is a link"):
            install_map(static, made_up_data())
        return
    install_map(static, made_up_data())
    assert lie_whole(folder, sizes)
    assert script.read_bytes() == whole


def test_a_folder_with_something_in_it_is_not_taken_away(tmp_path):
    script = tmp_path / install_map(tmp_path, made_up_data()).script
    script.unlink()
    (script / "of somebody").mkdir(parents=True)
    with pytest.raises(ExportError, match="planmap"):
        install_map(tmp_path, made_up_data())
    assert (script / "of somebody").is_dir()


def test_what_is_not_used_any_more_goes_after_a_time(tmp_path):
    days = 24 * 3600
    now = time.time()
    ages = {"used.js": 30, "other.js": 30, "recent.js": 1, "future.js": -400}
    for name, age in ages.items():
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (now - age * days,) * 2)
    (tmp_path / "folder").mkdir()
    os.utime(tmp_path / "folder", (0, 0))
    forget_old(tmp_path, ["used.js", "missing.js"], 7 * days)
    assert {p.name for p in tmp_path.iterdir()} == {"used.js", "recent.js", "future.js", "folder"}
    # Another version comes: what was used until now stays for its readers.
    forget_old(tmp_path, ["other.js"], 7 * days)
    assert (tmp_path / "used.js").exists()


def test_a_static_folder_that_cannot_be_written_is_our_own_error(tmp_path):
    (tmp_path / "planmap").write_text("in the way", encoding="utf-8")
    with pytest.raises(ExportError, match="planmap"):
        install_map(tmp_path, made_up_data())


def test_the_base_map_is_the_same_code_on_every_run_and_changes_with_the_data(tmp_path):
    from streamlit_folium import _get_map_string, generate_js_hash

    def identity(data):
        chart = base_map(install_map(tmp_path, data))
        chart.get_root().render()
        return generate_js_hash(_get_map_string(chart), "zone_map")

    assert identity(made_up_data()) == identity(made_up_data())
    assert identity(made_up_data()) != identity({**made_up_data(), "version": "2"})


def test_labels_that_would_be_alike_are_told_apart():
    words = unique_labels({"a": ["x", "x"], "b": ["x", "x"], "c": ["x"], "d": ["y"]})
    assert words == {"a": "a", "b": "b", "c": "c", "d": "y"}
