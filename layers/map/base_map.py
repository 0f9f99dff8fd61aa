"""Put together the map that never changes: Leaflet, our own drawing code and the data."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import time
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import folium
import shapely
from branca.element import MacroElement
from folium.template import Template
from shapely.geometry import shape

from geo.checks.charts import MARKS
from geo.errors import ExportError, GeoError, reason_of
from geo.io.write import write_bytes
from geo.texts import Text, keys
from layers.map.popups import both
from layers.map.roads import (
    background_records,
    block_features,
    block_records,
    district_record,
    point_records,
    river_records,
    road_records,
)
from layers.map.zones import (
    connector_records,
    edge_records,
    group_records,
    script_json,
    shown_at_first,
    style_records,
    zone_records,
)
from layers.styles import BASIS_DASH, CONNECTOR_DASH, HATCHES, VERDICT_COLOURS, styles_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

SCRIPTS = (
    "dom.js",
    "geodesy.js",
    "labels.js",
    "planmap.js",
    "measure.js",
    "popup.js",
    "list.js",
    "card.js",
    "place.js",
    "compare.js",
    "search.js",
    "tables.js",
    "bar.js",
    "panels.js",
    "present.js",
    "picture.js",
    "print.js",
    "host.js",
    "app.js",
)
"""Our own scripts in ``layers/web``, in the order in which they are loaded."""

TOOLS = ("vendor/qrcode.js", "qr.js")
"""Scripts that are loaded when sharing is opened: they draw codes."""

STYLES = ("planmap.css", "page.css", "tables.css", "print.css")

STATIC_ADDRESS = "../../app/static"
"""Where Streamlit serves ``static/``, seen from a component's frame, under any base path."""

SERVED = "served.json"
"""Names the script that new readers are given: an open map knows newer data by it."""

TEXT_ROOMS = (
    "map.",
    "popup.",
    "verdict.",
    "basis.",
    "kind.",
    "notice.",
    "frame.",
    "method.",
    "view.",
    "layers.",
    "place.",
    "compare.",
    "panel.",
)
TEXTS = ("page.title", "page.views", "page.link_fault", "search.nothing")
"""Rooms of the catalogue, and single texts, that the browser needs."""


@dataclass(frozen=True)
class OnlineBase:
    """A base map of another host, off unless the reader turns it on.

    Parameters
    ----------
    urls : tuple of str
        Tile addresses from the bottom up; ``{key}`` takes the reader's key.
    attribution, datum : list of str
        Chinese and English.
    gcj02 : bool
        True where the tiles are in GCJ-02: shapes are shifted for display.
    """

    urls: tuple[str, ...]
    subdomains: str
    max_zoom: int
    attribution: tuple[str, str]
    datum_key: str
    gcj02: bool = False
    needs_key: bool = False


_TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={{key}}"
)

ONLINE_BASES: dict[str, OnlineBase] = {
    "tianditu": OnlineBase(
        urls=(_TIANDITU.format(layer="vec"), _TIANDITU.format(layer="cva")),
        subdomains="01234567",
        max_zoom=18,
        attribution=("底图：国家地理信息公共服务平台“天地图”", "Base map: Tianditu (NGCC)"),
        datum_key="map.datum_cgcs2000",
        needs_key=True,
    ),
    "osm": OnlineBase(
        urls=("https://tile.openstreetmap.org/{z}/{x}/{y}.png",),
        subdomains="a",
        max_zoom=19,
        attribution=(
            "底图：© OpenStreetMap contributors",
            "Base map: © OpenStreetMap contributors",
        ),
        datum_key="map.datum_wgs84",
    ),
    "gaode": OnlineBase(
        urls=(
            "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8"
            "&x={x}&y={y}&z={z}",
        ),
        subdomains="1234",
        max_zoom=18,
        attribution=("底图：© 高德地图", "Base map: © AutoNavi (Gaode)"),
        datum_key="map.datum_gcj02",
        gcj02=True,
    ),
}
"""Base maps of other hosts by their id in the link; none is asked for anything unless chosen."""


def online_bases() -> list[dict[str, Any]]:
    """Return what the browser needs of every online base map; it asks none before it is chosen."""
    return [
        {
            "id": base_id,
            "urls": list(base.urls),
            "subdomains": base.subdomains,
            "max": base.max_zoom,
            "attribution": list(base.attribution),
            "datum": both(base.datum_key),
            "gcj02": base.gcj02,
            "needs_key": base.needs_key,
            "labels": True,
        }
        for base_id, base in ONLINE_BASES.items()
    ]


@dataclass(frozen=True)
class Assets:
    """What a frame loads, by address under ``static/``.

    One script and one style sheet: a frame asks for its scripts one after another, and each
    question costs as much as what it brings.

    Parameters
    ----------
    script, style : str
        Each carries a hash of its content in the name, so that a browser may keep it for ever
        and two processes never write different things to one name.
    """

    script: str
    style: str


Features = list[dict[str, Any]]


def map_data(
    base: Mapping[str, Features],
    plans: Mapping[str, Features],
    edges: Mapping[str, Features],
    about_data: Mapping[str, Any],
) -> dict[str, Any]:
    """Return everything that the browser draws, once for all plans and both languages.

    Parameters
    ----------
    base : mapping
        GeoJSON features of ``roads``, ``river``, ``district`` and
        ``landmarks``; a layer that is missing is not drawn.
    plans, edges : mapping
        By plan id, the features of the zone and the edge file, WGS84.
    about_data : mapping
        ``version``, ``attribution``, ``accuracy``, ``plan_names`` and
        ``title``, the texts as pairs of Chinese and English; where known
        ``periods`` (first and last year by plan), ``lang``, ``plan`` (the
        period to begin with), ``styles`` (`layers.styles.styles_of`), ``corrections`` (a mail
        address or that of a form) and ``review_number`` (审图号).

    Returns
    -------
    dict
        JSON for ``PlanMap.App``; docs/frame.md says what stands in it.

    Raises
    ------
    GeoError
        If neither a district nor any shape is there to draw.
    """
    zones = [feature for features in plans.values() for feature in features]
    # The first view is the district; without an outline, all zones.
    shapes = [shape(f["geometry"]) for f in base.get("district", []) if f.get("geometry")]
    shapes = shapes or [shape(f["geometry"]) for f in zones if f.get("geometry")]
    if not shapes:
        raise GeoError(Text("refused.nothing-to-draw"))
    left, bottom, right, top = shapely.total_bounds(shapes)
    names = about_data["plan_names"]
    records = zone_records(zones, names)
    periods = about_data.get("periods") or {}
    styles = about_data.get("styles") or styles_of((r["place"] for r in records), {})
    return {
        "bounds": [[bottom, left], [top, right]],
        "district": district_record(base.get("district", [])),
        "river": river_records(base.get("river", [])),
        "roads": [
            *background_records(base.get("background", [])),
            *road_records(base.get("roads", [])),
        ],
        "points": point_records(base.get("landmarks", [])),
        "plans": [_plan_record(plan, names[plan], periods.get(plan)) for plan in plans],
        "zones": records,
        "groups": group_records(zones),
        "edges": edge_records(
            (edge for rows in edges.values() for edge in rows), english_names(base)
        ),
        "blocks": block_records(base.get("blocks") or block_features(base)),
        "title": list(about_data["title"]),
        "start": {
            "lang": about_data.get("lang", "zh"),
            "plan": about_data.get("plan") or first_plan(plans),
            "shown": about_data.get("shown") or shown_at_first(plans.values(), styles),
        },
        "corrections": about_data.get("corrections", ""),
        "review_number": about_data.get("review_number", ""),
        "connectors": [r for plan in edges.values() for r in connector_records(plan)],
        "connector_dash": CONNECTOR_DASH,
        "styles": style_records((record["place"] for record in records), styles),
        "dashes": BASIS_DASH,
        "verdicts": {
            verdict: {"colour": VERDICT_COLOURS[verdict], "shapes": mark.shapes}
            for verdict, mark in MARKS.items()
        },
        "hatches": {hatch: hatch_style.shapes for hatch, hatch_style in HATCHES.items()},
        "version": about_data["version"],
        "attribution": list(about_data["attribution"]),
        "accuracy": list(about_data["accuracy"]),
        "texts": {key: both(key) for key in keys() if key.startswith(TEXT_ROOMS) or key in TEXTS},
    }


def english_names(base: Mapping[str, Features]) -> dict[str, str]:
    """Return the English names of streets and rivers by their Chinese ones."""
    return {
        str(f["properties"].get("name")): str(f["properties"]["name_en"])
        for layer in ("roads", "river")
        for f in base.get(layer, [])
        if f["properties"].get("name_en")
    }


def first_plan(plans: Mapping[str, Features]) -> str | None:
    """Return the plan that a page opens with: the one with most limits of its own."""
    counts = {
        plan: sum(feature["properties"]["basis"] == "stated" for feature in features)
        for plan, features in plans.items()
    }
    return max(counts, key=counts.__getitem__, default=None)


def _plan_record(plan: str, name: list[str], years: tuple[int, int] | None) -> dict[str, Any]:
    """Return a period: its name, its short name (in English its years) and its years."""
    if years is None:
        return {"id": plan, "name": list(name), "short": list(name), "from": "", "to": ""}
    ordinal = name[1].split(" ")[0] if name[1] else plan
    return {
        "id": plan,
        "name": list(name),
        "short": [name[0], ordinal],
        "title": [f"{name[0]}规划", name[1]],
        "from": years[0],
        "to": years[1],
    }


def leaflet_source(name: str) -> bytes:
    """Return a file of Leaflet from the installed package."""
    return files("xstatic.pkg.leaflet").joinpath("data", *name.split("/")).read_bytes()


def web_source(name: str) -> bytes:
    """Return a file of our own drawing code."""
    return files("layers").joinpath("web", name).read_bytes()


def scripts() -> bytes:
    """Return our own scripts as one."""
    return b"\n".join(web_source(name) for name in SCRIPTS)


def styles() -> bytes:
    """Return our own style sheets as one."""
    return b"\n".join(web_source(name) for name in STYLES)


def tools() -> bytes:
    """Return what sharing needs as one script; the library of codes stands under its name."""
    return b"\n".join([*(web_source(name) for name in TOOLS), b"window.PLAN_TOOLS=qrcode;"])


def install_map(static: Path, data: Mapping[str, Any]) -> Assets:
    """Put what the map loads under the folder that the page serves: Leaflet, our code, `data`.

    Parameters
    ----------
    static : Path
        The ``static`` folder beside the page.
    data : mapping
        What `map_data` returned.

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    content = f"window.PLAN_DATA={script_json(data)};".encode()
    script = b"\n".join((leaflet_source("leaflet.js"), scripts(), content))
    return install(static, "map", script, leaflet_source("leaflet.css") + b"\n" + styles())


def install_file(static: Path, name: str, content: Any) -> str:
    """Put data that a frame loads when it is wanted under the folder; return its address there.

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    return install_script(
        static, name, f"window.PLAN_{name.upper()}={script_json(content)};".encode()
    )


def install_script(static: Path, name: str, script: bytes) -> str:
    """Put a script that a frame loads when it is wanted under the folder; return its address there.

    Raises
    ------
    ExportError
        If the file cannot be written.
    """
    address = _named(name, "js", script)
    _put(static / address, script)
    return address


def install(static: Path, stem: str, script: bytes, style: bytes) -> Assets:
    """Put a script and a style sheet under the folder that the page serves.

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    assets = Assets(_named(stem, "js", script), _named(stem, "css", style))
    _put(static / assets.script, script)
    _put(static / assets.style, style)
    return assets


def _named(stem: str, end: str, content: bytes) -> str:
    """Return a file name that holds the hash of the content."""
    return f"planmap/{stem}-{hashlib.sha256(content).hexdigest()[:16]}.{end}"


def _put(path: Path, content: bytes) -> None:
    """Write a file unless it is already there, the same."""
    if path.parent.is_symlink():
        raise ExportError(Text("refused.linked-folder", folder=f"static/{path.parent.name}"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and not path.is_symlink() and path.read_bytes() == content:
            return
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
    except OSError as error:
        raise ExportError(
            Text(
                "refused.not-served",
                file=f"{path.parent.name}/{path.name}",
                reason=reason_of(error),
            )
        ) from error
    write_bytes(path, content)


class PlanMap(MacroElement):
    """Hands the map to our own drawing code.

    The name of what it loads stands in the script, so that the frame is rebuilt when the
    data changed and only then. The style is for our own code to load: streamlit-folium
    writes the head of the frame anew right after it asked for a style, and the request
    may end with the link that made it.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}\n"
        "/* {{ this.loaded }} */\n"
        "PlanMap.page({{ this._parent.get_name() }}, window.PLAN_DATA, {{ this.style|tojson }},"
        " {{ this.served|tojson }}, {{ this.loaded|tojson }});\n"
        "{% endmacro %}"
    )

    def __init__(self, assets: Assets) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "PlanMap"
        self.loaded = assets.script
        self.style = f"{STATIC_ADDRESS}/{assets.style}"
        self.served = f"{STATIC_ADDRESS}/{SERVED}"


def base_map(assets: Assets) -> folium.Map:
    """Return the map with the project's own base; the same on every run.

    Parameters
    ----------
    assets : Assets
        What `install_map` returned.

    Returns
    -------
    folium.Map
        Without any address of another host. Our own code fits it to the data.
    """
    chart = folium.Map(
        location=(0, 0),
        zoom_start=14,
        min_zoom=11,
        max_zoom=19,
        tiles=None,
        attributionControl=False,
        zoom_control=False,
        zoomSnap=0.25,
        zoomDelta=0.5,
        wheelPxPerZoomLevel=90,
    )
    # None of Folium's own files, which it would ask another host for.
    chart.default_js = [(assets.script, f"{STATIC_ADDRESS}/{assets.script}")]
    chart.default_css = []
    PlanMap(assets).add_to(chart)
    return chart


def lie_whole(folder: Path, sizes: Mapping[str, int]) -> bool:
    """Return whether files lie in a folder in full, and no link leads to them.

    Parameters
    ----------
    folder : Path
        Where `install_script` and `install` put their files; a path without links.
    sizes : mapping
        Name of each file to its size [byte].
    """
    try:
        if folder.is_symlink():
            return False
        for name, size in sizes.items():
            status = (folder / name).lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_size != size:
                return False
    except OSError:
        return False
    return True


def tell_served(static: Path, assets: Assets | None) -> None:
    """Leave the name of what new readers are given for open maps and `geo doctor --serve`.

    Raises
    ------
    ExportError
        If it cannot be written.
    """
    content = json.dumps({"script": assets.script if assets else None}).encode()
    _put(static / SERVED, content)


def forget_old(folder: Path, names: Collection[str], seconds: float) -> None:
    """Delete what was put into a folder long ago and is used no more.

    A file in use is marked as new, so that one that other processes or readers of an
    older version may still ask for is kept for a while after its last use. What cannot
    be deleted stays.

    Parameters
    ----------
    folder : Path
        Where `install_script` and `install` put their files.
    names : collection of str
        Names of the files in use.
    seconds : float
        How long a file that is not used any more is kept [s].
    """
    for name in names:
        with contextlib.suppress(OSError):
            os.utime(folder / name)
    now = time.time()
    for path in folder.glob("*"):
        with contextlib.suppress(OSError):
            # A clock that was set back leaves files of the future: they are kept.
            if path.name not in names and now - path.stat().st_mtime > seconds:
                path.unlink()
