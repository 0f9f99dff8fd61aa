"""Write the plain pages of the edition: the list of all items, and one page for each item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.export.files import DataOptions, notice_lines
from geo.texts import LANGUAGES
from layers.citations import citations
from layers.marks import ICON
from layers.tables.items import Item, item_tables, template, text_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from layers.exports import Material
    from layers.tables.items import Download


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
    page = template("site_item.html.jinja").render(
        t=text_of,
        icon=ICON,
        item=item,
        cited=[
            citations(item.properties, metadata, place.date, address, language)
            for language in LANGUAGES
        ],
        district=str(metadata.get("district_name") or ""),
        licence=str(metadata.get("licence") or ""),
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
    page = template("site_index.html.jinja").render(
        t=text_of,
        icon=ICON,
        district=district,
        plans=plans,
        all_plans=[d for d in downloads if not d.plan and not d.zone_id],
        notice=_notice(metadata[-1] if metadata else {}, place.date),
        place=place,
    )
    return page.encode()


def _notice(metadata: Mapping[str, Any], date: dt.date) -> list[list[str]]:
    """Return sources, licence, datum and accuracy in Chinese and in English."""
    return [notice_lines(metadata, DataOptions(date, language=language)) for language in LANGUAGES]
