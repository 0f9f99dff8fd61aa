"""Show what changed in words: two texts side by side, named places, what each plan is after."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from geo.compare.wording import shared_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.compare.overlays import OverlapMatrix
    from geo.compare.wording import Clause, PlaceWording, Segment
    from layers.tables.reader import Reader

LEAST_SHARED = 1 / 3
"""Texts that share less stand side by side unmarked: two texts, not one changed."""

Items = dict[str, tuple["Mapping[str, Any]", "Mapping[str, Any]"]]


def named_by_both(
    first: Sequence[Mapping[str, Any]], second: Sequence[Mapping[str, Any]]
) -> tuple[Items, str]:
    """Return the places that two plans name, and the one to begin with; empty where none is.

    Parameters
    ----------
    first, second : sequence of mapping
        Properties of the items of either plan.
    """
    places = shared_places(first, second)
    drawn_keys = [key for key, pair in places.items() if all(i["basis"] != "named" for i in pair)]
    return places, next(iter(drawn_keys or places), "")


def place_labels(places: Items, language: str) -> dict[str, list[str]]:
    """Return what each place may be called in a list, the shortest first."""
    side = "_en" if language == "en" else ""
    return {
        key: [str(pair[1].get(f"short_name{side}") or key), str(pair[1].get(f"name{side}"))]
        for key, pair in places.items()
    }


def english_places(items: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, str]:
    """Return the English names of what plans name: of their items, and `names` of the base."""
    return {
        **{
            str(item[key]): str(item["short_name_en"])
            for item in items
            for key in ("name", "short_name")
            if item.get(key) and item.get("short_name_en")
        },
        **names,
    }


def words_html(
    reader: Reader, words: PlaceWording, first: str, second: str, names: Mapping[str, str]
) -> str:
    """Return both texts with their changes; every word of them escaped.

    Parameters
    ----------
    reader : Reader
        Who reads it.
    words : PlaceWording
        What the two plans say of one place.
    first, second : str
        The plans.
    names : mapping of str to str
        English names of places by their Chinese ones.
    """
    plans = [reader.plan_name(plan) for plan in (first, second)]
    rows = ['<div class="cw">']
    for plan, zone in zip(plans, (words.zone_a, words.zone_b), strict=True):
        rows.append(f"<h3>{escape(plan)} · {escape(reader.name(zone))}</h3>")
    later: list[str] = []
    for key, old, new in words.parts:
        block = [f"<h4>{escape(reader.text(f'popup.{key}'))}</h4>"]
        block += [
            _segments(reader, plan, segments, marked=share_kept(old, new) >= LEAST_SHARED)
            for plan, segments in zip(plans, (old, new), strict=True)
        ]
        (later if key == "quote" else rows).append("".join(block))
    rows.append(f"<h4>{escape(reader.text('compare.anchors'))}</h4>")
    both_names: list[tuple[str, ...]] = [(a,) if a == b else (a, b) for a, b in words.anchors_kept]
    both = reader.text("compare.anchors_kept")
    for plan, names_of_plan in zip(plans, (words.anchors_gone, words.anchors_new), strict=True):
        alone = reader.text("compare.anchors_gone", plan=plan)
        lists: list[tuple[str, list[tuple[str, ...]]]] = [
            (both, both_names),
            (alone, [(name,) for name in names_of_plan]),
        ]
        lines = [
            reader.text("text.about", what=what, words=_names(reader, name_rows, names))
            for what, name_rows in lists
        ]
        rows.append(f"<p>{'<br>'.join(map(escape, lines))}</p>")
    for kind, key in (("aim", "compare.aims"), ("means", "compare.means")):
        rows.append(f"<h4>{escape(reader.text(key))}</h4>")
        for plan, clauses in zip(plans, (words.clauses_a, words.clauses_b), strict=True):
            rows.append(_clauses(reader, plan, clauses, kind))
    return "".join([*rows, *later, "</div>"])


def share_kept(old: Sequence[Segment], new: Sequence[Segment]) -> float:
    """Return how much of the shorter of two texts the other has too, 0 to 1."""
    lengths = [sum(len(s.text) for s in segments) for segments in (old, new)]
    length_kept = sum(len(s.text) for s in old if s.change == "same")
    return length_kept / min(lengths) if all(lengths) else 0.0


def _segments(reader: Reader, plan: str, segments: Sequence[Segment], *, marked: bool) -> str:
    """Return one text, with its changes where `marked`; `plan` shows where there is one column."""
    label = escape(plan, quote=True)
    if not segments:
        silent = escape(reader.text("compare.words_silent"))
        return f'<p class="quiet" data-plan="{label}">{silent}</p>'
    tags = {"same": "{}", "gone": "{}", "new": "{}"}
    if marked:
        tags |= {"gone": "<del>{}</del>", "new": "<ins>{}</ins>"}
    return (
        f'<p lang="zh" data-plan="{label}">'
        + "".join(tags[s.change].format(escape(s.text)) for s in segments)
        + "</p>"
    )


def _names(reader: Reader, pairs: Sequence[Sequence[str]], names: Mapping[str, str]) -> str:
    """Return places in a row, each as it is called first and as it is called later."""
    if reader.language == "en":
        pairs = [[names.get(name, name) for name in pair] for pair in pairs]
    phrases = [" → ".join(pair) for pair in pairs]
    return reader.text("text.comma").join(phrases) or reader.text("compare.nothing")


def _clauses(reader: Reader, plan: str, clauses: Sequence[Clause], kind: str) -> str:
    label = escape(plan, quote=True)
    rows = [f"<li>{escape(c.verb)}<b>{escape(c.words)}</b></li>" for c in clauses if c.kind == kind]
    if not rows:
        return f'<p class="quiet" data-plan="{label}">{escape(reader.text("compare.nothing"))}</p>'
    return f'<ul lang="zh" data-plan="{label}">{"".join(rows)}</ul>'


def overlaps_html(reader: Reader, matrix: OverlapMatrix, earlier: str, later: str) -> str:
    """Return every overlap, belts too, as rows that a screen reader or a printer can take."""
    names = [reader.plan_name(plan) for plan in (earlier, later)]
    nothing = reader.text("compare.in_none")
    rows = []
    for piece in matrix.pieces.to_dict("records"):
        zones = [reader.name(z, "short_name") if z else nothing for z in
                 (piece["zone_a"], piece["zone_b"])]  # fmt: skip
        cells = [
            f"{piece['area_km2']:.3f} ({piece['low_km2']:.3f}–{piece['high_km2']:.3f})",
            *(share_words(piece, side) for side in "ab"),
        ]
        notes = " ".join(reader.text(f"compare.note_{note}") for note in piece["notes"])
        rows.append(
            "<tr>" + "".join(f'<th scope="row">{escape(z)}</th>' for z in zones)
            + "".join(f'<td class="number">{cell}</td>' for cell in cells)
            + f'<td class="notes">{escape(notes)}</td></tr>'
        )  # fmt: skip
    head = [*names, reader.text("map.unit_km2"), f"% {names[0]}", f"% {names[1]}", ""]
    return (
        '<div class="pm-scroll" tabindex="0" role="region" '
        f'aria-label="{escape(reader.text("compare.more_rows"))}">'
        '<table class="pm-areas"><thead><tr>'
        + "".join(f'<th scope="col">{escape(h)}</th>' if h else "<td></td>" for h in head)
        + f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def share_words(piece: Mapping[Any, Any], side: str) -> str:
    """Return a share in percent with its interval, a dash where there is none."""
    share, low, high = (100 * piece[f"share_{side}{end}"] for end in ("", "_low", "_high"))
    if share != share:  # noqa: PLR0124
        return "–"
    return f"{share:.1f}%" if high - low < 0.05 else f"{share:.1f}% ({low:.1f}–{high:.1f}%)"
