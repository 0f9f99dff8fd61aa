"""Fetch the streets of a district from Overpass, through OSMnx; keep the answer as a file."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely import MultiPolygon, Polygon

from geo.crs import METRIC, WGS84
from geo.errors import DataFileError, InputTooLargeError
from geo.io.write import temporary_folder, write_bytes
from geo.texts import Text

logger = logging.getLogger(__name__)

TAGS: dict[str, bool | str | list[str]] = {
    "highway": True,
    "waterway": ["river", "riverbank"],
    "natural": "water",
}
"""What is asked for: every street, rivers and their areas."""

MAX_KM2 = 1_000.0
"""Above this Overpass is the wrong way: take an extract (``.osm.pbf``) instead."""

MARGIN_M = 500.0
"""How far outside the outline is asked: more than the import keeps, so that ways come whole."""


def fetch_streets(
    outline: Polygon | MultiPolygon | gpd.GeoDataFrame,
    file: Path,
    *,
    metric_crs: str = METRIC,
    margin_m: float = MARGIN_M,
    overpass_url: str | None = None,
    timeout_s: float = 180.0,
) -> Path:
    """Fetch the streets around an outline and keep the answer for `import_streets`.

    Parameters
    ----------
    outline : Polygon, MultiPolygon or GeoDataFrame
        The district; a bare geometry is in WGS84.
    file : Path
        Where the Overpass answer goes, such as ``streets.json``; replaced if there.
    metric_crs : str
        For the margin.
    margin_m : float
        How far outside the outline is asked [m].
    overpass_url : str, optional
        Another Overpass server, its address up to ``/api``; OSMnx's own by default.
    timeout_s : float
        Patience with the server [s].

    Returns
    -------
    Path
        `file`.

    Raises
    ------
    DataFileError
        If OSMnx is not installed, the server cannot be reached, breaks off
        or has nothing there; no file is left.
    InputTooLargeError
        If the outline passes `MAX_KM2`.
    """
    osmnx = _osmnx()
    polygon = _asked_area(outline, metric_crs, margin_m)
    import requests

    url = (overpass_url or osmnx.settings.overpass_url).rstrip("/")
    try:
        requests.get(f"{url}/status", timeout=min(timeout_s, 20.0))
    except requests.RequestException as error:
        raise DataFileError(_no_network(url, error)) from error
    with temporary_folder() as cache, _settings(osmnx, url, timeout_s, cache):
        try:
            osmnx.features_from_polygon(polygon, TAGS)
        except requests.RequestException as error:
            raise DataFileError(_no_network(url, error)) from error
        except (
            osmnx._errors.InsufficientResponseError,
            osmnx._errors.ResponseStatusCodeError,
        ) as e:
            raise DataFileError(Text("fetch.no-streets", url=url, said_en=str(e))) from e
        answers = [json.loads(path.read_text("utf-8")) for path in sorted(cache.rglob("*.json"))]
    if len(answers) != 1:
        # OSMnx keeps no answer in which the server remarks that it broke off
        raise DataFileError(Text("fetch.broke-off", url=url))
    write_bytes(file, json.dumps(answers[0], ensure_ascii=False).encode())
    logger.info("%s: %d elements", file.name, len(answers[0].get("elements", [])))
    return file


def _osmnx() -> Any:
    try:
        import osmnx
    except ImportError as error:
        raise DataFileError(Text("fetch.no-osmnx")) from error
    return osmnx


def _asked_area(
    outline: Polygon | MultiPolygon | gpd.GeoDataFrame, metric_crs: str, margin_m: float
) -> Polygon | MultiPolygon:
    layer = (
        outline
        if isinstance(outline, gpd.GeoDataFrame)
        else gpd.GeoDataFrame(geometry=[outline], crs=WGS84)
    )
    # the convex hull: a simple question, and the import clips by the outline itself
    area = shapely.union_all(layer.to_crs(metric_crs).geometry.array).convex_hull.buffer(margin_m)
    if area.area > MAX_KM2 * 1e6:
        raise InputTooLargeError(Text("fetch.too-large", area=area.area / 1e6, limit=MAX_KM2))
    wide_area: Polygon | MultiPolygon = (
        gpd.GeoSeries([area.simplify(20.0)], crs=metric_crs).to_crs(WGS84).iloc[0]
    )
    return wide_area


@contextmanager
def _settings(osmnx: Any, url: str, timeout_s: float, cache: Path) -> Iterator[None]:
    """Set OSMnx's settings, and put them and the name resolution back afterwards."""
    values = {
        "overpass_url": url,
        "requests_timeout": timeout_s,
        "use_cache": True,
        "cache_folder": str(cache),
        "doh_url_template": None,
        "log_console": False,
        "max_query_area_size": MAX_KM2 * 4e6,
    }
    before = {name: getattr(osmnx.settings, name) for name in values}
    resolve = socket.getaddrinfo
    try:
        for name, value in values.items():
            setattr(osmnx.settings, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
        socket.getaddrinfo = resolve


def _no_network(url: str, error: Exception) -> Text:
    return Text("fetch.no-network", url=url, kind=type(error).__name__)
