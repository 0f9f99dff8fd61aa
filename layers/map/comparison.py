"""Prepare for the browser what became of what between two plans."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from layers.map.zones import encode_polygons

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from geo.compare.overlays import OverlapMatrix

MODES = ("swipe", "side")
"""One map with a handle between the plans; two maps that move together."""


def comparison_data(
    matrices: Mapping[tuple[str, str], tuple[OverlapMatrix, OverlapMatrix]],
) -> dict[str, Any]:
    """Return the overlap of every pair of plans as the browser draws it.

    Parameters
    ----------
    matrices : mapping of (str, str) to (OverlapMatrix, OverlapMatrix)
        By the ids of the earlier and the later plan: of the zones alone, and
        of zones and belts.

    Returns
    -------
    dict
        By ``"13th|14th"``, each ``zones`` and ``all``: ``rows`` and
        ``columns`` with area and what is counted again [km²], ``cells`` with
        km² and shares (each with its interval), notes and shape.
    """
    return {
        f"{first}|{second}": {"zones": _matrix(zones), "all": _matrix(everything)}
        for (first, second), (zones, everything) in matrices.items()
    }


def _matrix(matrix: OverlapMatrix) -> dict[str, Any]:
    return {
        "rows": _sums(matrix.rows),
        "columns": _sums(matrix.columns),
        "cells": [_cell(piece) for piece in matrix.pieces.to_dict("records")],
        "undrawn": [list(matrix.not_drawn_a), list(matrix.not_drawn_b)],
    }


def _sums(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "id": row["zone_id"],
            "area": round(row["area_km2"], 6),
            "repeated": round(row["repeated_km2"], 6),
        }
        for row in table.to_dict("records")
    ]


def _cell(piece: Mapping[Any, Any]) -> dict[str, Any]:
    def figures(name: str, low: str, high: str) -> list[float] | None:
        values = [float(piece[key]) for key in (name, low, high)]
        return None if math.isnan(values[0]) else [round(value, 6) for value in values]

    return {
        "a": piece["zone_a"],
        "b": piece["zone_b"],
        "km2": figures("area_km2", "low_km2", "high_km2"),
        "sa": figures("share_a", "share_a_low", "share_a_high"),
        "sb": figures("share_b", "share_b_low", "share_b_high"),
        "notes": list(piece["notes"]),
        "g": encode_polygons(piece["geometry"]),
    }
