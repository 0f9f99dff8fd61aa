"""Write the plain pages of the edition: the list of all items, and one page for each item."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from geo.export.files import DataOptions, notice_lines
from geo.io.geojson import layer_bytes
from geo.texts import text
from layers.citations import citations
from layers.map.popups import about, figures, names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from layers.exports import Material
    from layers.site.downloads import Download

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Place:
    """Where the pages stand and what they link to.

    Parameters
    ----------
    date : date
        Date of the edition.
    version : str
        Data version.
    base_url : str
        Address of the folder on the web, ending with ``/``; empty where it is not known.
    style, scripts, data : str or tuple of str
        Files of the edition, below its folder.
    """

    date: dt.date
    version: str
    base_url: str = ""
    style: str = ""
    scripts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """One item of a plan as the pages tell it; every text a pair of Chinese and English.

    Parameters
    ----------
    properties : mapping
        Of its feature in the zone file.
    edges : tuple of mapping
        Properties of its edges, in ring order.
    downloads : tuple of Download
        Files that show it alone.
    has_page : bool
        Whether it has a page of its own: everything that is drawn has.
    """

    properties: Mapping[str, Any]
    edges: tuple[Mapping[str, Any], ...] = ()
    downloads: tuple[Download, ...] = ()
    has_page: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def zone_id(self) -> str:
        """The id, which is also the address."""
        return str(self.properties["zone_id"])

    @property
    def name(self) -> list[str]:
        """The name in Chinese and English."""
        return names(self.properties, "name")

    @property
    def picture(self) -> str:
        """The picture of the item below the folder of the edition, empty if it has none."""
        return next((d.path for d in self.downloads if d.format == "png"), "")


def plan_items(
    zones: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, downloads: Sequence[Download]
) -> list[Item]:
    """Return the items of a plan in the order of its file.

    Parameters
    ----------
    zones, edges : GeoDataFrame
        Zone and edge file of the plan, WGS84.
    downloads : sequence of Download
        Files of the edition; those of one item go with it.

    Returns
    -------
    list of Item
    """
    sides: dict[str, list[dict[str, Any]]] = {}
    for feature in _features(edges):
        properties = feature["properties"]
        sides.setdefault(properties["zone_id"], []).append(properties)
    own: dict[str, list[Download]] = {}
    for download in downloads:
        own.setdefault(download.zone_id, []).append(download)
    return [
        Item(
            properties=feature["properties"],
            edges=tuple(sides.get(feature["properties"]["zone_id"], ())),
            downloads=tuple(own.get(feature["properties"]["zone_id"], ())),
            has_page=feature.get("geometry") is not None,
            about=_about(feature["properties"]),
        )
        for feature in _features(zones)
    ]


def _about(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of an item, its figures as rows of key, Chinese and English."""
    said = figures(properties)
    rows = [
        [key, *(" ".join(filter(None, (value[side], note[side]))) for side in (0, 1))]
        for key, value, note in (*said["rows"], *said["lengths"])
    ]
    return about(properties) | {"figures": rows}


def item_page(item: Item, metadata: Mapping[str, Any], place: Place) -> bytes:
    """Return the page of one item: words, figures, verdict, sides and picture, in both languages.

    Parameters
    ----------
    item : Item
        What it tells.
    metadata : mapping
        Of the zone file of its plan: sources, licence, accuracy.
    place : Place
        Date, address, style.

    Returns
    -------
    bytes
        UTF-8 HTML without any script; to stand in ``items/``. All data is escaped.
    """
    address = f"{place.base_url}items/{item.zone_id}.html" if place.base_url else ""
    page = _template("site_item.html.jinja").render(
        t=_texts,
        item=item,
        cited=citations(item.properties, metadata, place.date, address),
        district=str(metadata.get("district_name") or ""),
        notice=_notice(metadata, place.date),
        place=place,
    )
    return page.encode()


def index_page(material: Material, items: Mapping[str, Sequence[Item]], place: Place,
               downloads: Sequence[Download]) -> bytes:  # fmt: skip
    """Return ``index.html``: the map where scripts run, and the whole as a plain document.

    Parameters
    ----------
    material : Material
        District and metadata.
    items : mapping of str to sequence of Item
        By plan id, in the order of time.
    place : Place
        Date, address, style and scripts.
    downloads : sequence of Download
        Files that show whole plans are listed.

    Returns
    -------
    bytes
        UTF-8 HTML without inline script or style. All data is escaped.
    """
    district = material.base.district
    plans = [
        {
            "about": district.plan(plan),
            "tables": item_tables(of_plan),
            "downloads": [d for d in downloads if d.plan == plan and not d.zone_id],
        }
        for plan, of_plan in items.items()
    ]
    metadata = [zones.attrs.get("metadata") or {} for zones in material.zones.values()]
    page = _template("site_index.html.jinja").render(
        t=_texts,
        district=district,
        plans=plans,
        all_plans=[d for d in downloads if not d.plan and not d.zone_id],
        notice=_notice(metadata[-1] if metadata else {}, place.date),
        place=place,
    )
    return page.encode()


def item_tables(items: Sequence[Item], *, links: bool = True) -> Markup:
    """Return the items of a plan as HTML tables: stated, computed, interval, verdict.

    Parameters
    ----------
    items : sequence of Item
        From `plan_items`.
    links : bool
        Whether each name leads to the page of its item.

    Returns
    -------
    Markup
        One table for each group. All data is escaped.
    """
    return Markup(
        _template("site_tables.html.jinja").render(t=_texts, groups=_groups(items), links=links)
    )


def size_words(count: int) -> str:
    """Return a number of bytes in kB or MB.

    Examples
    --------
    >>> size_words(1_234_567), size_words(300)
    ('1.2 MB', '1 kB')
    """
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(count / 1e3, 1):.0f} kB"


def _groups(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Return the groups of a plan, in the order of its file, with their items."""
    groups: dict[str, dict[str, Any]] = {}
    for item in items:
        name = names(item.properties, "group_name")
        group = groups.setdefault(str(item.properties.get("group")), {"name": name, "items": []})
        group["items"].append(item)
    # What has a figure or an area comes first; within each kind the order of the file holds.
    return sorted(groups.values(), key=lambda group: not any(map(_is_measured, group["items"])))


def _is_measured(item: Item) -> bool:
    """Tell whether an item has a stated or a computed area."""
    figures = (item.properties.get(key) for key in ("stated_area_km2", "computed_area_km2"))
    return any(figure is not None for figure in figures)


def _features(layer: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the GeoJSON features of a layer."""
    features: list[dict[str, Any]] = json.loads(layer_bytes(layer))["features"]
    return features


def _notice(metadata: Mapping[str, Any], date: dt.date) -> list[list[str]]:
    """Return sources, licence, datum and accuracy in Chinese and in English."""
    return [notice_lines(metadata, DataOptions(date, language=language)) for language in LANGUAGES]


def _texts(key: str, side: int, **values: object) -> str:
    """Return a text of the catalogue for the Chinese (0) or the English (1) part of a page."""
    return text(key, LANGUAGES[side], **values)


@cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["size"] = size_words
    environment.filters["km2"] = lambda value: "–" if value is None else f"{value:.3f}"
    source = files("layers").joinpath("web", name).read_text(encoding="utf-8")
    return environment.from_string(source)
