"""Write the opened row of the area check: where a figure's interval comes from, side by side."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

from shapely.geometry import mapping

from geo.build import edge_layer
from geo.texts import keys, rendered
from geo.verdicts import line_words
from layers.marks import picture
from layers.tables.amounts import amount, in_units, unit_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.build import Built
    from geo.verdicts import Finding
    from geo.zones.item import Zone
    from layers.tables.reader import Reader

DASHES = ("8 5", "2 5", "12 4 2 4", "4 4", "14 6")
"""Line patterns of the readings, told apart without colour."""


def said_html(finding: Finding, built: Built, reader: Reader) -> str:
    """Return what is said of a figure: reason, notes, rounding, limits that are missing."""
    reason = finding.reason_en if reader.language == "en" else finding.reason
    parts = [f"<p>{escape(reason)}</p>"]
    notes = [note.render(reader.language) for note in finding.notes]
    if notes:
        parts.append("<ul>" + "".join(f"<li>{escape(note)}</li>" for note in notes) + "</ul>")
    if finding.implied is not None:
        sentence = finding.implied.render(reader.language)
        parts.append(f'<p class="ck-implied">{escape(sentence)}</p>')
    if finding.rounding is not None:
        low, high = finding.rounding
        rounding = reader.text(
            "checkview.about" if finding.approximate else "checkview.rounding",
            printed=finding.printed or finding.stated,
            low=f"{low:.10g}",
            high=f"{high:.10g}",
            unit=unit_word(finding, reader),
        )
        parts.append(f'<p class="ck-quiet">{escape(rounding)}</p>')
    missing_names = missing_limits(built.zones[finding.zone_id], built)
    if missing_names:
        rows = "".join(f"<li><b>{escape(n)}</b>: {escape(t)}</li>" for n, t in missing_names)
        parts.append(f"<ul>{rows}</ul>")
    return "".join(parts)


def rule_html(reader: Reader) -> str:
    """Return how a verdict is found."""
    return f'<p class="ck-quiet">{escape(reader.text("report.rule"))}</p>'


def missing_limits(zone: Zone, built: Built) -> list[tuple[str, str]]:
    """Return the limits of a zone that were looked for and not found, with what was tried."""
    if zone.geometry is not None:
        return []
    return [
        (name, attempt)
        for name, attempt in built.base.missing.items()
        if name in zone.item.limits_text
    ]


def edge_rows(zone: Zone, built: Built) -> list[dict[str, Any]]:
    """Return the edges of an item as records, WGS84, with their share of the variance."""
    if zone.edges is None:
        return []
    plan = next(p for p in built.plan_ids() if zone.item.id.startswith(f"{p}-"))
    layer = edge_layer(built, plan)
    rows = layer[layer["zone_id"] == zone.item.id]
    parts = {}
    if zone.budget is not None:
        parts = dict(enumerate(zone.budget.edges))
    english = built.base.english_names
    return [
        {str(key): value for key, value in row.items()}
        | {
            "part": parts.get(number),
            "road_en": english.get(row["road"], ""),
            "candidates": [
                one | {"road_en": english.get(one["road"], "")} for one in row["candidates"]
            ],
        }
        for number, row in enumerate(rows.to_dict("records"))
    ]


def edge_label(number: int, edge: Mapping[str, Any], language: str) -> str:
    """Return the name of an edge: its number in the ring and its road."""
    return f"{number} {(language == 'en' and edge['road_en']) or edge['road']}"


def outline_readings(zone: Zone, built: Built, language: str) -> dict[str, str]:
    """Return the readings whose outlines can be drawn over the default one, with their words."""
    readings = [reading for reading in zone.outlines if reading != "centre_line"]
    return {reading: built.label(reading, language) for reading in readings}


def overlay(
    edges: Sequence[Mapping[str, Any]],
    zone: Zone,
    outlines: Mapping[str, str],
    language: str,
    chosen: str | None = None,
) -> dict[str, Any]:
    """Return the edges and the outlines of some readings as GeoJSON for the map.

    Parameters
    ----------
    edges : sequence of mapping
        From `edge_rows`.
    zone : Zone
        The item.
    outlines : mapping of str to str
        Readings and their words, of `outline_readings`.
    language : str
        Of the labels of the outlines.
    chosen : str, optional
        Id of the edge that stands out.

    Returns
    -------
    dict
        Properties: ``label``, ``style`` (Leaflet path options); of an edge ``overlay_id`` and
        ``chosen_style``, of an outline ``reading``.
    """
    features: list[dict[str, Any]] = []
    for number, (reading, words) in enumerate(outlines.items()):
        style: dict[str, Any] = {"color": "#111827", "weight": 2, "fill": False}
        style["dashArray"] = DASHES[number % len(DASHES)]
        about = {"label": words, "style": style, "reading": reading}
        features.append(_feature(zone.outlines[reading], about))
    for number, edge in enumerate(edges, start=1):
        line: dict[str, Any] = {}
        if edge["connector"] or edge["method"] == "inferred":
            line["dashArray"] = "10 7"
        elif edge["method"] == "estimated":
            line |= {"dashArray": "3 7", "opacity": 0.6}
        usual = {"color": "#1f3a5f", "weight": 4, **line}
        chosen_style = {"color": "#111827", "weight": 8, **line}
        about = {
            "label": edge_label(number, edge, language),
            "overlay_id": str(edge["edge_id"]),
            "style": chosen_style if edge["edge_id"] == chosen else usual,
            "chosen_style": chosen_style,
        }
        features.append(_feature(edge["geometry"], about))
    return {"type": "FeatureCollection", "features": features}


def _feature(geometry: Any, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return one feature of the overlay."""
    return {"type": "Feature", "geometry": mapping(geometry), "properties": dict(properties)}


def readings_html(finding: Finding, units: Sequence[str], built: Built, reader: Reader) -> str:
    """Return the readings of a figure as a table, the default first."""

    def shown(value: float | None) -> str:
        return in_units(lambda unit: amount(value, finding, unit), units)

    bounds = finding.rounding
    head = "".join(
        f'<th scope="col">{escape(reader.text(f"checkview.{key}"))}</th>'
        for key in ("reading", "computed", "interval_short", "meets")
    )
    body = ""
    for number, reading in enumerate(finding.readings):
        meets = "–"
        if bounds and reading.bounds and finding.verdict != "by_construction":
            meets = "✓" if reading.meets(bounds) else "✕"
        name = escape(built.label(reading.reading, reader.language))
        probability = finding.probability if not number else reading.probability
        asides = [reader.text("checkview.default")] if not number else []
        if probability is not None and probability < 1:
            percent = f"{100 * probability:.0f}"
            asides.append(reader.text("checkview.probability", percent=percent))
        default = "".join(f" <small>{escape(aside)}</small>" for aside in asides)
        body += (
            f'<tr><th scope="row">{name}{default}</th><td>{shown(reading.value)}</td>'
            f"<td>{shown(reading.low)}–{shown(reading.high)}</td><td>{meets}</td></tr>"
        )
    return f'<table class="ck-budget"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def edges_html(
    edges: Sequence[Mapping[str, Any]],
    chosen: str | None,
    zone: Zone,
    reader: Reader,
    *,
    buttons: bool = False,
) -> str:
    """Return the edges as a table: length, error and share of the area's variance.

    Parameters
    ----------
    edges : sequence of mapping
        From `edge_rows`.
    chosen : str or None
        Id of the edge that is told of below the table.
    zone : Zone
        The item.
    reader : Reader
        Who reads it.
    buttons : bool
        Whether the name of an edge is a button that chooses it, for scripts.
    """
    head = "".join(
        f'<th scope="col">{escape(reader.text(f"checkview.{key}"))}</th>'
        for key in ("edge", "length", "error", "area_error", "share", "how")
    )
    body = ""
    for number, edge in enumerate(edges, start=1):
        part = edge["part"]
        # How the line is known, with everything that makes it less sure.
        how = method_words(edge["method"], reader)
        if edge["connector"]:
            how += f" · {reader.text('checkview.connector')}"
        if edge["candidates"]:
            percent = f"{100 * edge['candidates'][0]['probability']:.0f}"
            how += f" · {reader.text('checkview.identity', percent=percent)}"
        if edge["gap_m"] > 0:
            gap = f"{edge['gap_m']:.1f}"
            how += f" · {reader.text('checkview.gap', gap=gap)}"
        name = escape(edge_label(number, edge, reader.language))
        if buttons:
            chooses = f'type="button" data-choose="edge" data-value="{escape(edge["edge_id"])}"'
            name = f"<button {chooses}>{name}</button>"
        attributes = ' class="here" aria-current="true"' if edge["edge_id"] == chosen else ""
        body += (
            f'<tr{attributes}><th scope="row">{name}</th>'
            f"<td>{metres(edge['length_m'], reader)}</td>"
            f"<td>{metres(edge['position_error_m'], reader)}</td>"
            f"<td>{f'{100 * part.area_error_km2:.2f}' if part else '–'}</td>"
            f"<td>{bar(part.share) if part else '–'}</td><td>{escape(how)}</td></tr>"
        )
    # Corners have a share of their own; the total is what the interval comes from.
    budget = zone.budget
    if budget is not None:
        body += (
            f'<tr><th scope="row">{escape(reader.text("checkview.corners"))}</th><td></td><td></td>'
            f"<td>{100 * budget.corner_error_km2:.2f}</td><td>{bar(budget.corner_share)}</td>"
            f'<td></td></tr><tr><th scope="row">{escape(reader.text("checkview.total"))}</th>'
            f"<td></td><td></td><td>{100 * budget.standard_error_km2:.2f}</td>"
            f"<td>100%</td><td></td></tr>"
        )
    return f'<table class="ck-budget"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def method_words(method: str, reader: Reader) -> str:
    """Return in words how a line was placed."""
    return reader.text(f"checkview.method_{method}")


def metres(value: float | None, reader: Reader, digits: int = 0) -> str:
    """Return metres in the reader's language; a dash where they are not known."""
    if value is None or math.isnan(value):
        return "–"
    return f"{value:.{digits}f} {reader.text('map.unit_m')}"


def bar(share: float) -> str:
    """Return a share as a bar and a percentage."""
    width = max(1, round(64 * share))
    filling = picture(f'<path d="M0 0h{width}v10H0z" fill="#4b5563"/>', width, 10, "bar")
    return f"{filling}{100 * share:.1f}%"


def edge_html(edge: Mapping[str, Any], reader: Reader) -> str:
    """Return where an edge comes from, word by word; every word escaped."""
    english = reader.language == "en"

    def pick(key: str) -> str:
        return str((english and edge[f"{key}_en"]) or edge[key] or "")

    rows = [
        ("clause", edge["clause"]),
        ("printed_name", f"{edge['limit']}{edge['qualifier']}"),
        ("data_name", (english and edge["road_en"]) or edge["road"]),
        ("alias", pick("alias_reason") or (
            reader.text("checkview.same_name") if edge["limit"] == edge["road"] else "")),
        ("candidates", candidates_words(edge, reader)),
        ("identity_reason", pick("identity_reason")),
        ("source", pick("source")),
        ("how", method_words(edge["method"], reader)),
        ("reasoning", pick("reasoning")),
        ("error", metres(edge["position_error_m"], reader)),
        ("stretches", stretches_words(edge, reader)),
        ("length", metres(edge["length_m"], reader, 1)),
        ("half_width", metres(edge["half_width_m"], reader, 1) if edge["half_width_m"] else ""),
        ("corner_from", corner(edge["corner_from"], reader)),
        ("corner_to", corner(edge["corner_to"], reader)),
        ("gap_m", metres(edge["gap_m"], reader, 1)),
        ("connector", pick("connector_reason") if edge["connector"] else ""),
    ]  # fmt: skip
    items = "".join(
        f"<div><dt>{escape(reader.text(f'checkview.{key}'))}</dt><dd>{escape(str(value))}</dd></div>"
        for key, value in rows
        if value
    )
    return f'<dl class="ck-edge" aria-live="polite">{items}</dl>'


def candidates_words(edge: Mapping[str, Any], reader: Reader) -> str:
    """Return the lines that a name may mean, with probability and evidence; empty where certain."""
    phrases = []
    for candidate in edge["candidates"]:
        evidence = candidate.get("evidence_en" if reader.language == "en" else "evidence")
        percent = f"{100 * candidate['probability']:.0f}"
        name = (reader.language == "en" and candidate["road_en"]) or candidate["road"]
        line = rendered(line_words(name), reader.language)
        words = reader.text("checkview.candidate", line=line, percent=percent)
        phrases.append(
            reader.text("words.aside", words=words, aside=evidence) if evidence else words
        )
    return reader.text("checkview.semicolon").join(phrases)


def stretches_words(edge: Mapping[str, Any], reader: Reader) -> str:
    """Return the stretches of an edge with length and error; empty where it has one."""
    if len(edge["stretches"]) < 2:
        return ""
    return reader.text("checkview.semicolon").join(
        reader.text(
            "checkview.stretch",
            length=f"{stretch['length_m']:.0f}",
            how=method_words(stretch["method"], reader),
            error=metres(stretch["position_error_m"], reader),
        )
        for stretch in edge["stretches"]
    )


def corner(how: object, reader: Reader) -> str:
    """Return in words how a corner was found."""
    key = f"checkview.corner.{str(how).replace(' ', '_')}"
    return reader.text(key) if key in set(keys()) else str(how)
