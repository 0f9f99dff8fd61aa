"""Read Overpass answers: ``out geom;`` and ``out body; >; out skel qt;``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from geo.errors import DataFileError
from geo.streets.osm import (
    OsmElements,
    Piece,
    StreetSource,
    is_river_area,
    known_pieces,
    source_of_elements,
)


def read_overpass(document: dict[str, Any], label: str) -> StreetSource:
    """Read an Overpass answer of ``out geom;`` or of ``out body; >; out skel qt;``.

    Parameters
    ----------
    document : dict
        The JSON answer.
    label : str
        How to name it in messages.

    Returns
    -------
    StreetSource

    Raises
    ------
    DataFileError
        If the server broke off (``remark``), or the ways have no positions.
    """
    remark = str(document.get("remark") or "")
    if "error" in remark or "timed out" in remark or "out of memory" in remark:
        raise DataFileError(
            f"{label} is not whole: the server remarked {remark!r}. "
            "Ask again for a smaller area, or later."
        )
    elements = document.get("elements")
    if not isinstance(elements, list):
        raise DataFileError(f"{label} has no list 'elements'; expected an Overpass answer.")
    try:
        nodes = {
            e["id"]: (e["lon"], e["lat"]) for e in elements if e["type"] == "node" and "lon" in e
        }
        ways = [e for e in elements if e["type"] == "way"]
        found = OsmElements(
            {e["id"]: e["tags"] for e in ways if e.get("tags")},
            {e["id"]: _pieces(e, nodes) for e in ways},
            [],
        )
        for element in elements:
            if element["type"] == "relation" and is_river_area(element.get("tags") or {}):
                number = element["id"]
                members = [m for m in element.get("members", []) if m.get("type") == "way"]
                outer = [(m["ref"], str(m.get("role"))) for m in members]
                found.relations.append((number, element["tags"], outer))
                for place, member in enumerate(members):
                    if "geometry" in member:
                        found.member_pieces[number, place] = _pieces(member, nodes)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataFileError(
            f"{label}: an element lacks {error}; expected type, id and positions."
        ) from error
    if found.pieces and not any(found.pieces.values()):
        raise DataFileError(
            f"{label} has {len(found.pieces)} ways but no positions. "
            "Ask with `out geom;`, or with `out body; >; out skel qt;`."
        )
    base = document.get("osm3s", {})
    date = str(base.get("timestamp_osm_base", "")) if isinstance(base, dict) else ""
    return source_of_elements(found, label, "Overpass JSON", date)


def _pieces(element: dict[str, Any], nodes: dict[int, tuple[float, float]]) -> list[Piece]:
    """Return the pieces of a way of which the answer has positions, each of two points or more."""
    nowhere = (math.nan, math.nan)
    if "geometry" in element:
        places = [(p["lon"], p["lat"]) if p else nowhere for p in element["geometry"]]
    else:
        places = [nodes.get(number, nowhere) for number in element.get("nodes", [])]
    return known_pieces(np.array(places, dtype=float).reshape(-1, 2))
