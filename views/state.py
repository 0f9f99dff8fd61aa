"""Read the data for every view, once, and hold the reader's choices."""

from __future__ import annotations

import datetime as dt
import gc
import logging
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.base import District, PlanPeriod, read_district
from geo.checks.formats import SoundFeatures, sound_features
from geo.errors import GeoError, Issue
from geo.io.read import Stamp
from geo.texts import Text, text
from layers.map.base_map import first_plan
from layers.map.zones import shown_at_first
from layers.styles import Styles, styles_of
from layers.tables.reader import unique_labels
from views import link
from views.choices import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.map.base_map import Assets

logger = logging.getLogger(__name__)

BASE_LAYERS = ("district", "river", "roads", "landmarks", "blocks", "background")
OPTIONAL = frozenset({"blocks", "background"})
"""Layers that a base may do without."""

RESTORE = Text("base.restore")
REBUILD = Text("zone-file.rebuild")

Features = list[dict[str, Any]]


@dataclass(frozen=True)
class PageData:
    """The files of one data folder as the page uses them; shared by all readers, never changed.

    Parameters
    ----------
    folder : Path
        The data folder.
    district : District or None
        What the folder says about itself.
    base : mapping
        GeoJSON features of each of `BASE_LAYERS`.
    zones, edges : mapping
        By plan id, in the order of the periods.
    metadata : mapping
        The ``metadata`` member of each zone file.
    issues : tuple of Issue
        What could not be read; the rest is here.
    """

    folder: Path
    district: District | None
    base: Mapping[str, Features]
    zones: Mapping[str, Features]
    edges: Mapping[str, Features]
    metadata: Mapping[str, Mapping[str, Any]]
    issues: tuple[Issue, ...]

    @cached_property
    def features(self) -> dict[str, dict[str, Any]]:
        """Every feature of every plan by its zone id."""
        return {f["properties"]["zone_id"]: f for plan in self.zones.values() for f in plan}

    @cached_property
    def styles(self) -> Styles:
        """The style of every place of every plan."""
        places = {str(f["properties"]["place"]) for f in self.features.values()}
        return styles_of(places, self.district.styles if self.district else {})

    @cached_property
    def periods(self) -> dict[str, PlanPeriod]:
        """The plan periods by id."""
        return {p.id: p for p in self.district.plans} if self.district else {}

    def plan_name(self, plan: str, language: str) -> str:
        """Return the name of a plan, its id where the folder has none."""
        period = self.periods.get(plan)
        if period is None:
            return plan
        return period.name_en if language == "en" else period.name

    def about(self, key: str) -> list[str]:
        """Return a text of the zone files' metadata, Chinese and English."""
        for metadata in self.metadata.values():
            if metadata.get(key):
                return [str(metadata[key]), str(metadata.get(f"{key}_en") or metadata[key])]
        return ["", ""]


@dataclass(frozen=True)
class State:
    """The reader's choices in this run.

    Parameters
    ----------
    data : PageData
        What there is to show.
    assets : Assets or None
        What the map loads; None where it cannot be served.
    language : {"zh", "en"}
        Of the interface.
    plans : tuple of str
        Plan periods chosen.
    shown : tuple of str
        Zone ids toggled on, in the order of the files.
    selected : str or None
        The selected zone.
    appearance : mapping
        ``labels``.
    """

    data: PageData
    assets: Assets | None
    language: str
    plans: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    selected: str | None = None
    appearance: Mapping[str, Any] = field(default_factory=dict)
    today: str = ""

    def text(self, key: str, **values: object) -> str:
        """Return a text of the catalogue in the reader's language."""
        return text(key, self.language, **values)

    def plain(self, key: str, **values: object) -> str:
        """Return a text whose values are not read as Markdown: for messages, labels, captions."""
        return self.text(key, **{name: plain(str(value)) for name, value in values.items()})

    def pick(self, pair: list[str]) -> str:
        """Return the reader's side of a pair of Chinese and English."""
        return (pair[1] or pair[0]) if self.language == "en" else pair[0]

    def name(self, zone_id: str, key: str = "name") -> str:
        """Return the name of a zone in the reader's language."""
        feature = self.data.features.get(zone_id)
        if feature is None:
            return zone_id
        properties = feature["properties"]
        english = properties.get(f"{key}_en") if self.language == "en" else None
        return str(english or properties.get(key) or zone_id)

    def plan_name(self, plan: str) -> str:
        """Return the name of a plan in the reader's language."""
        return self.data.plan_name(plan, self.language)

    @cached_property
    def labels(self) -> dict[str, str]:
        """A label for each zone of every plan, no two alike: plan, short name, more if needed."""
        ladders = {}
        for zone, feature in self.data.features.items():
            properties = feature["properties"]
            plan = self.data.plan_name(str(properties["plan"]), self.language)
            name = f"{plan} · {self.name(zone)}"
            ladders[zone] = [
                name,
                self.text("words.aside", words=name, aside=self._group(properties)),
            ]
        return unique_labels(ladders)

    def _group(self, properties: Mapping[str, Any]) -> object:
        side = "_en" if self.language == "en" else ""
        return properties.get(f"group_name{side}") or properties.get("group")

    def label(self, zone_id: str) -> str:
        """Return plan and short name, to tell the same place in two plans apart."""
        return self.labels.get(zone_id, zone_id)


@st.cache_resource(max_entries=2, show_spinner=False)
def read_page_data(folder: Path, stamp: Stamp) -> PageData:  # noqa: ARG001
    """Read the data folder; a file that cannot be read becomes an issue.

    Parameters
    ----------
    folder : Path
        The data folder.
    stamp : tuple
        From `folder_stamp`: a change in it reads the folder again.
    """
    issues: list[Issue] = []
    district = None
    try:
        district = read_district(folder)
    except GeoError as error:
        issues.append(Issue("district-unreadable", "error", "district.toml", error.words, RESTORE))

    def read(name: str, kind: str) -> SoundFeatures:
        layer = sound_features(folder / f"{name}.geojson", kind)
        issues.extend(layer.issues)
        return layer

    base = {
        layer: read(f"base/{layer}", layer).features
        for layer in BASE_LAYERS
        if layer not in OPTIONAL or (folder / "base" / f"{layer}.geojson").is_file()
    }
    known = [period.id for period in district.plans] if district else []
    files = [
        path.stem
        for path in sorted((folder / "zones").glob("*.geojson"))
        if not path.stem.endswith("_edges")
    ]
    plans = known or files
    zones: dict[str, Features] = {}
    edges: dict[str, Features] = {}
    metadata: dict[str, Mapping[str, Any]] = {}
    for plan in plans:
        zone_file, edge_file = read(f"zones/{plan}", "zones"), read(f"zones/{plan}_edges", "edges")
        zones[plan], metadata[plan] = zone_file.features, zone_file.metadata
        edges[plan] = edge_file.features
    return PageData(folder, district, base, zones, edges, metadata, tuple(issues))


@st.cache_resource(show_spinner=False)
def set_aside(view: str) -> None:  # noqa: ARG001
    """Take what stands by now, modules and data, out of the search for garbage.

    A search holds the process, and so every reader: 0.1 s each time over the modules
    of pandas and its like, against 0.02 s for a run. Once for each view, when its
    modules are there.

    Parameters
    ----------
    view : str
        Id of the view.
    """
    gc.collect()
    gc.freeze()


def choices_of(data: PageData, view: str) -> dict[str, Any]:
    """Return what the reader chose of plans and items, as `State` takes it.

    Parameters
    ----------
    data : PageData
        What there is.
    view : str
        The comparison is of two plans, everything else of one.
    """
    plans = list(data.zones)
    first = first_plan(data.zones)
    chosen = link.several("plans", plans, [first] if first else [])[:1]
    before = link.one("from", plans, plans[max(0, len(plans) - 2)] if plans else None)
    after = link.one("to", plans, plans[-1] if plans else None)
    is_comparison = view == "wording" or (view == "export" and link.words("seen") == "compare")
    if is_comparison and before and after:
        chosen = tuple(dict.fromkeys((before, after)))
    zones = list(data.features)
    standard = shown_at_first(data.zones.values(), data.styles)
    additions, removals = link.several("show", zones, ()), link.several("hide", zones, ())
    on = (set(standard) | set(additions)) - set(removals)
    labels = link.one("labels", ("on", "off"), "on")
    selected = link.one("zone", zones, None)
    if selected and link.opened() and view in ("check",):
        ask_zoom()
    return {
        "plans": chosen,
        "shown": tuple(
            z for z in zones if z in on and data.features[z]["properties"]["plan"] in chosen
        ),
        "selected": selected,
        "appearance": {"labels": labels == "on"},
    }


def select_zone(zone: str | None, *, zoom: bool = False) -> None:
    """Select a zone, from a callback; with `zoom` the map goes there."""
    link.put("zone", zone)
    if zoom:
        ask_zoom()


def ask_zoom() -> None:
    """Have the map go to the selected zone in the run that follows."""
    st.session_state["zoom_count"] = st.session_state.get("zoom_count", 0) + 1


def today() -> str:
    """Return the date of the page, ISO 8601."""
    return dt.datetime.now(tz=dt.UTC).astimezone().date().isoformat()
