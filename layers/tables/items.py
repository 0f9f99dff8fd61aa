"""List the items of a plan: what stands on the plain page of each, and their tables of figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from geo.io.geojson import layer_features
from geo.texts import LANGUAGES, text
from geo.verdicts import area_digits
from layers.map.popups import about, figures, names, readings
from layers.tables.amounts import size_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from geo.texts import Text


@dataclass(frozen=True)
class Download:
    """One file that the edition offers.

    Parameters
    ----------
    path : str
        Below the folder of the edition, with ``/``.
    content : bytes
        The file.
    media_type : str
        Such as ``"application/pdf"``.
    title : Text
        What it is, in the reader's language.
    plan, zone_id : str
        What it shows; empty for all plans, and for a whole plan.
    format : str
        As in `layers.exports.FORMATS`.
    """

    path: str
    content: bytes
    media_type: str
    title: Text
    plan: str = ""
    zone_id: str = ""
    format: str = ""


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
    def measured(self) -> tuple[str, str]:
        """The computed area and its interval as the map shows them, "–" where there is none."""
        value, low, high = (
            self.properties.get(key) for key in ("computed_area_km2", "low_km2", "high_km2")
        )
        digits = area_digits(low, high)
        area = "–" if value is None else f"{value:.{digits}f}"
        return area, "–" if low is None else f"{low:.{digits}f}–{high:.{digits}f}"

    @property
    def readings(self) -> list[dict[str, Any]]:
        """The area under each reading, where there is more than one."""
        return readings(self.properties)

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
    for feature in layer_features(edges):
        properties = feature["properties"]
        sides.setdefault(properties["zone_id"], []).append(properties)
    downloads_by_zone: dict[str, list[Download]] = {}
    for download in downloads:
        downloads_by_zone.setdefault(download.zone_id, []).append(download)
    return [
        Item(
            properties=feature["properties"],
            edges=tuple(sides.get(feature["properties"]["zone_id"], ())),
            downloads=tuple(downloads_by_zone.get(feature["properties"]["zone_id"], ())),
            has_page=feature.get("geometry") is not None,
            about=_about(feature["properties"]),
        )
        for feature in layer_features(zones)
    ]


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
        template("site_tables.html.jinja").render(t=text_of, groups=_groups(items), links=links)
    )


def _groups(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Return the groups of a plan, in the order of its file, with their items."""
    groups: dict[str, dict[str, Any]] = {}
    for item in items:
        name = names(item.properties, "group_name")
        group = groups.setdefault(str(item.properties.get("group")), {"name": name, "items": []})
        group["items"].append(item)
    # What has a figure or an area comes first; within each kind the order of the file holds.
    for group in groups.values():
        group["is_measured"] = any(map(_is_measured, group["items"]))
    return sorted(groups.values(), key=lambda group: not group["is_measured"])


def _is_measured(item: Item) -> bool:
    """Tell whether an item has a stated or a computed area."""
    figures = (item.properties.get(key) for key in ("stated_area_km2", "computed_area_km2"))
    return any(figure is not None for figure in figures)


def _about(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of an item, its figures as rows of key, Chinese and English."""
    result = figures(properties)
    rows = [
        [key, *(" ".join(filter(None, (value[side], note[side]))) for side in (0, 1))]
        for key, value, note in (*result["rows"], *result["lengths"])
    ]
    return about(properties) | {"figures": rows}


def text_of(key: str, side: int, **values: object) -> str:
    """Return a text of the catalogue for the Chinese (0) or the English (1) part of a page."""
    return text(key, LANGUAGES[side], **values)


@cache
def template(name: str) -> jinja2.Template:
    """Return a template of ``layers/web``; what it fills in is escaped."""
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["size"] = size_words
    source = files("layers").joinpath("web", name).read_text(encoding="utf-8")
    return environment.from_string(source)
