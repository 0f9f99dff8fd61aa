"""Read what comparing, place history and search need beyond the map, once for all readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import streamlit as st

from geo.base import Base, read_base
from geo.checks.formats import SoundFeatures
from geo.compare.wording import PlaceWording, place_wording
from geo.errors import DataFileError, GeoError, Issue
from geo.io.read import Stamp, folder_stamp, stamp_of
from geo.plans.documents import read_documents
from geo.plans.model import Document
from layers.map.finding import overlaps_of_plans

if TYPE_CHECKING:
    from pathlib import Path

    from geo.compare.overlays import OverlapMatrix
    from views.state import PageData


@dataclass(frozen=True)
class Tables:
    """Zones, edges and base layers as tables, WGS84; by plan in the order of time."""

    zones: dict[str, gpd.GeoDataFrame]
    edges: dict[str, gpd.GeoDataFrame]
    base: dict[str, gpd.GeoDataFrame]


def _stamp(folder: Path) -> Stamp:
    """Return `folder_stamp` with the folder itself and its plan files."""
    return ((str(folder), 0, 0), *folder_stamp(folder), *stamp_of(folder.glob("plans/*.toml")))


@st.cache_resource(max_entries=2, show_spinner=False)
def _tables(_data: PageData, stamp: Stamp) -> Tables:  # noqa: ARG001
    zones = {
        plan: SoundFeatures("zones", rows, _data.metadata[plan]).table()
        for plan, rows in _data.zones.items()
    }
    edges = {plan: SoundFeatures("edges", rows, {}).table() for plan, rows in _data.edges.items()}
    base = {
        name: SoundFeatures(name, _data.base[name], {}).table()
        for name in ("district", "river", "roads", "landmarks")
    }
    return Tables(zones, edges, base)


def tables(data: PageData) -> Tables:
    """Return the tables of the data folder; read again when a file changed."""
    return _tables(data, _stamp(data.folder))


Matrices = dict[tuple[str, str], tuple["OverlapMatrix", "OverlapMatrix"]]


@st.cache_resource(max_entries=2, show_spinner=False)
def _matrices(_data: PageData, stamp: Stamp) -> tuple[Matrices, tuple[Issue, ...]]:
    tables_read = _tables(_data, stamp)
    try:
        return overlaps_of_plans(tables_read.zones, tables_read.edges), ()
    except GeoError as error:
        return {}, (Issue("not-compared", "error", ", ".join(tables_read.zones), error.words),)


def matrices(data: PageData) -> tuple[Matrices, tuple[Issue, ...]]:
    """Return the overlaps of every pair of plans: of zones alone, and with belts."""
    return _matrices(data, _stamp(data.folder))


@st.cache_resource(max_entries=2, show_spinner=False)
def _base(folder: Path, stamp: Stamp) -> Base:  # noqa: ARG001
    return read_base(folder)


def base(data: PageData) -> Base:
    """Return the base geography, for what is drawn on paper.

    Raises
    ------
    GeoError
        If it cannot be read.
    """
    return _base(data.folder, _stamp(data.folder))


@st.cache_data(max_entries=64, show_spinner=False)
def _wording(_data: PageData, stamp: Stamp, zone_a: str, zone_b: str) -> PlaceWording:  # noqa: ARG001
    names = {str(f["properties"].get("short_name") or "") for f in _data.features.values()}
    first, second = (_data.features[zone]["properties"] for zone in (zone_a, zone_b))
    return place_wording(first, second, names)


def wording_of(data: PageData, zone_a: str, zone_b: str) -> PlaceWording:
    """Return what two items say, compared."""
    return _wording(data, _stamp(data.folder), zone_a, zone_b)


@st.cache_resource(max_entries=2, show_spinner=False)
def _documents(folder: Path, stamp: Stamp) -> tuple[Document, ...]:  # noqa: ARG001
    try:
        return tuple(read_documents(folder / "plans")[0])
    except DataFileError:
        return ()


def documents(data: PageData) -> tuple[Document, ...]:
    """Return the plan documents that can be read, in the order of time."""
    readable = _documents(data.folder, _stamp(data.folder))
    order = list(data.zones)
    return tuple(sorted(readable, key=lambda d: order.index(d.plan) if d.plan in order else 99))
