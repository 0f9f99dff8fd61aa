"""Items that take over a shape: in the order of need, with one Issue where there is none."""

import sys

import pytest

from geo.build import build, zone_files
from geo.plans.documents import read_documents
from testing.tiny_district import HEAD, item, plan_13th, write_tiny_district


def carried(place, origin, plan="14th"):
    return item(plan, place, "zone", "zones", f"{place}片", place, "carried", f"""
quote = ["{place}片提质。"]
carried_from = "{origin}"
reasoning = "同名。"
reasoning_en = "The same name."
""")  # fmt: skip


def named(place):
    rest = f'quote = ["{place}。"]'
    return item("14th", place, "cluster", "note", place, place, "named", rest)


def built_with(folder, *items, first=None):
    write_tiny_district(folder, zones=False)
    plans = folder / "plans"
    if first is not None:
        (plans / "13th-outline.toml").write_text(first, encoding="utf-8")
    head = HEAD.format(plan="14th", start=2021, end=2025)
    (plans / "14th-outline.toml").write_text(head + "".join(items), encoding="utf-8")
    _, reading = read_documents(plans)
    built = build(folder)
    assert set(zone_files(built, folder)) >= {"14th.geojson", "14th_edges.geojson"}
    ours = [i for i in built.issues if i not in reading and i.code.startswith("carried-from")]
    return built, ours


def test_a_chain_is_drawn_in_the_order_of_need(tmp_path):
    built, issues = built_with(
        tmp_path / "data", carried("c", "14th-b"), carried("b", "14th-a"), carried("a", "13th-west")
    )
    assert issues == []
    shapes = [built.zones[f"14th-{place}"].geometry for place in "abc"]
    assert shapes == [built.zones["13th-west"].geometry] * 3
    assert list(built.zones)[-3:] == ["14th-c", "14th-b", "14th-a"]


def test_an_origin_that_was_left_out_costs_one_issue_and_one_shape(tmp_path):
    # West is left out: its label_at names nothing.
    first = plan_13th().replace(
        'limits_text = "以青西路、青北道、青中路、青南道围合的区域,面积1.00平方公里"',
        'label_at = "99th-nowhere"\n'
        'limits_text = "以青西路、青北道、青中路、青南道围合的区域,面积1.00平方公里"',
    )
    built, issues = built_with(
        tmp_path / "data", carried("west", "13th-west"), carried("on", "14th-west"), first=first
    )
    (issue,) = issues
    assert (issue.code, issue.place) == ("carried-from-nothing", "14th-west")
    assert "13th-west" in issue.words("zh")[0]
    assert "13th-west" in issue.words("en")[0]
    for place in ("west", "on"):
        assert built.zones[f"14th-{place}"].geometry is None
        assert built.zones[f"14th-{place}"].obstacle == issue.message
    assert built.zones["13th-east"].geometry is not None


def test_an_item_carried_from_itself_is_told_so(tmp_path):
    head = HEAD.format(plan="14th", start=2021, end=2025)
    path = tmp_path / "14th-outline.toml"
    path.write_text(head + carried("west", "14th-west"), encoding="utf-8")
    _, issues = read_documents(tmp_path)
    messages = [issue.words("zh")[0] for issue in issues]
    assert any("'14th-west' 就是此条目自己" in message for message in messages), messages


def test_a_circle_is_one_issue(tmp_path):
    built, issues = built_with(
        tmp_path / "data",
        carried("a", "14th-b"), carried("b", "14th-c"), carried("c", "14th-a"),
        carried("on", "14th-a"), carried("west", "13th-west"),
    )  # fmt: skip
    (issue,) = issues
    assert (issue.code, issue.place) == ("carried-from-circle", "14th-a")
    assert "14th-a → 14th-b → 14th-c → 14th-a" in issue.words("en")[0]
    for place in ("a", "b", "c", "on"):
        assert built.zones[f"14th-{place}"].geometry is None
    assert built.zones["14th-west"].geometry is not None


@pytest.mark.parametrize("order", [1, -1])
def test_a_name_has_no_shape_to_take_over(tmp_path, order):
    built, issues = built_with(
        tmp_path / "data", *[named("word"), carried("on", "14th-word")][::order]
    )
    (issue,) = issues
    assert (issue.code, issue.place) == ("carried-from-a-name", "14th-on")
    assert built.zones["14th-on"].geometry is None


def test_a_long_chain_is_no_trouble(tmp_path):
    length = sys.getrecursionlimit() + 50
    chain = [carried(f"p{n}", f"14th-p{n + 1}") for n in range(length)]
    built, issues = built_with(tmp_path / "data", *chain, carried(f"p{length}", "13th-west"))
    assert issues == []
    assert built.zones["14th-p0"].geometry is not None
