"""Offer by one click what most readers want exported: groups of a plan, the view, one zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd

    from views.state import State

POLYGONS = ("Polygon", "MultiPolygon")
LEAST_OF_A_GROUP = 2
MOST_GROUPS = 3


@dataclass(frozen=True)
class Preset:
    """One choice of what a sheet shows.

    Parameters
    ----------
    preset_id : str
        A group's id, ``"all"`` groups together, the ``"whole"`` plan,
        ``"view"`` or ``"one"``.
    label : str
        In the reader's language.
    zones : tuple of str
        Zone ids; none for ``"whole"``, ``"view"`` and ``"one"``.
    """

    preset_id: str
    label: str
    zones: tuple[str, ...] = ()


def presets(state: State, zones: gpd.GeoDataFrame) -> list[Preset]:
    """Return the presets of a plan.

    Parameters
    ----------
    state : State
        The reader's language.
    zones : GeoDataFrame
        Its zone file. Columns used: ``zone_id``, ``group``, ``group_name``,
        ``group_name_en``, ``stated_area_km2``, ``geometry``.

    Returns
    -------
    list of Preset
        Groups with areas, those with most first; all of them together; the
        view of the map; one zone. What of a group has no shape belongs to it
        all the same: the sheet says that it lacks it.
    """
    areas = zones.geometry.geom_type.isin(POLYGONS)
    candidates = zones[areas | zones["stated_area_km2"].notna()]
    groups = [
        rows for _, rows in candidates.groupby("group", sort=False) if len(rows) >= LEAST_OF_A_GROUP
    ]
    groups = sorted(groups, key=len, reverse=True)[:MOST_GROUPS]
    column = "group_name_en" if state.language == "en" else "group_name"
    result = [
        Preset(str(rows["group"].iloc[0]), str(rows[column].iloc[0]), tuple(rows["zone_id"]))
        for rows in groups
    ]
    if len(result) > 1:
        together = tuple(zone for preset in result for zone in preset.zones)
        label = state.text("text.plus").join(preset.label for preset in result)
        result.append(Preset("all", label, together))
    result.append(Preset("whole", state.text("export.preset_whole")))
    result.append(Preset("view", state.text("export.preset_view")))
    if areas.any():
        result.append(Preset("one", state.text("export.preset_one")))
    return result


def drawn(zones: gpd.GeoDataFrame) -> list[str]:
    """Return the ids of the zones that have an area, in the order of the file."""
    return [str(zone) for zone in zones[zones.geometry.geom_type.isin(POLYGONS)]["zone_id"]]
