"""Write one HTML file with the interactive map, which works with the network cut."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from geo.errors import ExportError, GeoError
from geo.export.files import DataOptions, notice_lines
from geo.io.geojson import layer_features
from geo.texts import Text, text
from layers.map.base_map import map_data
from layers.map.finding import later_data
from layers.map.zones import script_json
from layers.offline.one_file import content_policy, inline_sources
from layers.styles import Styles
from layers.tables.items import item_tables, plan_items

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import geopandas as gpd


@dataclass(frozen=True)
class StandaloneOptions:
    """What the offline page shows.

    Parameters
    ----------
    date : datetime.date
        Date of export, shown on the map; the same date and data give the same bytes.
    language : {"zh", "en"}
        Language at the start; a button switches.
    shown : sequence of str, optional
        Zone ids drawn at the start; by default those that the page opens with, see
        `layers.map.zones.shown_at_first`.
    start : mapping of str to str
        Address that the page opens with, such as ``{"view": "compare"}``; see
        docs/frame.md.
    styles : mapping of str to ZoneStyle
        Of every place, from `layers.styles.styles_of`.
    site : mapping of str to str
        From `geo.base.District.site`.
    """

    date: dt.date
    language: str = "zh"
    shown: Sequence[str] | None = None
    start: Mapping[str, str] = field(default_factory=dict)
    styles: Styles = field(default_factory=dict)
    site: Mapping[str, str] = field(default_factory=dict)


def standalone_html(
    zones_by_plan: Mapping[str, gpd.GeoDataFrame],
    base: Mapping[str, gpd.GeoDataFrame],
    options: StandaloneOptions,
    edges_by_plan: Mapping[str, gpd.GeoDataFrame] | None = None,
) -> bytes:
    """Return the map of some plans as one HTML file.

    Parameters
    ----------
    zones_by_plan : mapping of str to GeoDataFrame
        Zone files as `geo.io.read_layer` gives them, by plan id, WGS84, with
        ``attrs["metadata"]``.
    base : mapping of str to GeoDataFrame
        ``district``, ``river``, ``roads`` and ``landmarks``, WGS84; a layer
        that is missing is not drawn.
    options : StandaloneOptions
        Date, language, zones drawn at the start.
    edges_by_plan : mapping of str to GeoDataFrame, optional
        Edge files, for the connectors.

    Returns
    -------
    bytes
        UTF-8. Leaflet, drawing code, style and data stand in the file; its
        Content-Security-Policy lets nothing else run and nothing be fetched.
        Data reaches the page as text only.

    Raises
    ------
    ExportError
        If there is no zone, or nothing with a shape.
    """
    zones_by_plan = {plan: zones for plan, zones in zones_by_plan.items() if not zones.empty}
    if not zones_by_plan:
        raise ExportError(Text("refused.no-plan-zone"))
    data = frame_data(zones_by_plan, base, edges_by_plan or {}, options)
    style, script = inline_sources("one-file.js")
    language = "en" if options.language == "en" else "zh"
    page = _PAGE.format(
        language="en" if language == "en" else "zh-CN",
        policy=content_policy(script, style),
        title=html.escape(data["title"][language == "en"]),
        no_script=html.escape(text("standalone.no_script", language)),
        tables=_tables(zones_by_plan, edges_by_plan or {}),
        about=_about(zones_by_plan, options, language),
        style=style,
        data=script_json(data),
        script=script,
    )
    return page.encode("utf-8", "replace")


def frame_data(
    zones_by_plan: Mapping[str, gpd.GeoDataFrame],
    base: Mapping[str, gpd.GeoDataFrame],
    edges_by_plan: Mapping[str, gpd.GeoDataFrame],
    options: StandaloneOptions,
) -> dict[str, Any]:
    """Return what a page without a server draws; parameters are those of `standalone_html`.

    Returns
    -------
    dict
        As `layers.map.base_map.map_data`, with ``today`` and, under ``later``, what the
        scripts ask for when it is wanted (`layers.map.finding.later_data`).

    Raises
    ------
    ExportError
        If nothing has a shape, or a zone to show is unknown.
    """
    metadata = next(iter(zones_by_plan.values())).attrs.get("metadata") or {}
    plans = {plan: layer_features(zones) for plan, zones in zones_by_plan.items()}
    # What the scripts say of the data, from the metadata of the zone files.
    about = {
        "version": str(metadata.get("data_version") or ""),
        "attribution": _pair(metadata, "attribution"),
        "accuracy": _pair(metadata, "accuracy"),
        "title": [
            text("page.title", "zh", district=_pair(metadata, "district_name")[0]),
            text("page.title", "en", district=_pair(metadata, "district_name")[1]),
        ],
        "periods": {
            plan: (zones.attrs["metadata"]["period_from"], zones.attrs["metadata"]["period_to"])
            for plan, zones in zones_by_plan.items()
            if (zones.attrs.get("metadata") or {}).get("period_from")
        },
        "plan_names": {
            plan: _pair(zones.attrs.get("metadata") or {"plan_name": plan}, "plan_name")
            for plan, zones in zones_by_plan.items()
        },
    }
    about |= options.site
    if options.styles:
        about["styles"] = options.styles
    try:
        data = map_data(
            {name: layer_features(layer) for name, layer in base.items()},
            plans,
            {plan: layer_features(edges) for plan, edges in edges_by_plan.items() if plan in plans},
            about,
        )
    except GeoError as error:
        raise ExportError(error.words) from error
    # A zone that is asked for and is not there is refused, not left out.
    known = [zone["id"] for zone in data["zones"]]
    zone_ids = data["start"]["shown"] if options.shown is None else options.shown
    unknown = [zone_id for zone_id in zone_ids if zone_id not in known]
    if unknown:
        raise ExportError(Text("refused.zone", zone=unknown[0], known=known))
    data["start"] |= {
        "lang": "en" if options.language == "en" else "zh",
        "shown": list(zone_ids),
        "address": urlencode(options.start),
    }
    # What the page loads when it is wanted lies in the file from the beginning.
    plain_base = {name: layer for name, layer in base.items() if not layer.empty}
    try:
        later = later_data(zones_by_plan, edges_by_plan, plain_base)
    except GeoError as error:
        raise ExportError(error.words) from error
    return data | {"later": later, "today": options.date.isoformat()}


def _pair(metadata: Mapping[str, Any], key: str) -> list[str]:
    """Return a text of the metadata, Chinese and English."""
    chinese = str(metadata.get(key) or "")
    return [chinese, str(metadata.get(f"{key}_en") or chinese)]


def _tables(
    zones_by_plan: Mapping[str, gpd.GeoDataFrame], edges_by_plan: Mapping[str, gpd.GeoDataFrame]
) -> str:
    """Return the figures of the map for a browser without scripts, the latest plan first."""
    parts = []
    for plan, zones in reversed(list(zones_by_plan.items())):
        name = _pair(zones.attrs.get("metadata") or {"plan_name": plan}, "plan_name")
        parts.append(f"<h2>{html.escape(' '.join(dict.fromkeys(name)))}</h2>")
        items = plan_items(zones, edges_by_plan.get(plan, zones.iloc[:0]), ())
        parts.append(item_tables(items, links=False))
    return "".join(parts)


def _about(
    zones_by_plan: Mapping[str, gpd.GeoDataFrame], options: StandaloneOptions, start: str
) -> str:
    """Return the provenance of every plan in both languages, escaped."""
    parts = []
    for language in ("zh", "en"):
        hidden = "" if language == start else " hidden"
        parts.append(f'<div data-lang="{language}"{hidden}>')
        for zones in zones_by_plan.values():
            metadata = zones.attrs.get("metadata") or {}
            lines = notice_lines(metadata, DataOptions(options.date, language=language))
            parts += [f"<p>{html.escape(line)}</p>" for line in lines]
        parts.append("</div>")
    titles = "".join(
        f'<span data-lang="{language}"{"" if language == start else " hidden"}>'
        f"{html.escape(text('standalone.about', language))}</span>"
        for language in ("zh", "en")
    )
    return f"<summary>{titles}</summary>{''.join(parts)}"


_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main id="map"></main>
<noscript><div class="site-page"><p>{no_script}</p>{tables}</div></noscript>
<details class="pm-provenance">{about}</details>
<script type="application/json" id="data">{data}</script>
<script>{script}</script>
</body>
</html>
"""
