"""Draw and check a pasted plan in a child process of `geo.workers.pool`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from shapely.geometry.base import BaseGeometry

from geo.base import kept_base
from geo.build import edge_layer, zone_layer
from geo.drafting.review import check_plan
from geo.errors import Issue
from geo.io.geojson import layer_bytes
from geo.io.read import folder_stamp
from geo.verdicts import Finding
from geo.workers.handed import write_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

REVIEW = "geo.drafting.jobs:review_job"


@dataclass(frozen=True)
class Pasted:
    """A plan file in the making, and what its layers are to say about themselves.

    Parameters
    ----------
    name, source : str
        Name and text of the plan file.
    plan : str
        Its plan id.
    about : mapping
        The ``metadata`` member of the layers.
    """

    name: str
    source: str
    plan: str
    about: Mapping[str, Any]


@dataclass(frozen=True)
class Shape:
    """What was drawn of one item.

    Parameters
    ----------
    item_id, name, place : str
    geometry : BaseGeometry
        WGS84.
    """

    item_id: str
    name: str
    place: str
    geometry: BaseGeometry


@dataclass(frozen=True)
class Reviewed:
    """What a pasted plan gives on the base.

    Parameters
    ----------
    shapes : tuple of Shape
        What could be drawn.
    findings : tuple of Finding
    issues : tuple of Issue
    zones, edges : bytes
        GeoJSON; empty where nothing could be built.
    """

    shapes: tuple[Shape, ...]
    findings: tuple[Finding, ...]
    issues: tuple[Issue, ...]
    zones: bytes = b""
    edges: bytes = b""


def review_job(
    arguments: tuple[Path, Pasted], progress: Callable[[float, str], None], folder: Path
) -> Path:
    """Draw and check a plan; hand over a `Reviewed`.

    Raises
    ------
    DataFileError
        If the base of the data folder cannot be read.
    """
    del progress
    data, plan = arguments
    plan_check = check_plan(plan.name, plan.source, kept_base(data, folder_stamp(data)))
    built = plan_check.built
    if built is None:
        return write_value(folder, Reviewed((), plan_check.findings, plan_check.issues))
    shapes = tuple(
        Shape(item_id, zone.item.name, zone.item.place, cast("BaseGeometry", zone.geometry))
        for item_id, zone in built.zones.items()
        if zone.geometry is not None
    )
    layers = (make(built, plan.plan) for make in (zone_layer, edge_layer))
    zones, edges = (layer_bytes(layer, plan.about) for layer in layers)
    review = Reviewed(shapes, plan_check.findings, plan_check.issues, zones, edges)
    return write_value(folder, review)
