"""Find named centrelines by their exact printed name; join them into roads when needed."""

from __future__ import annotations

import copy
import difflib
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import require_metric
from geo.enclosures.road import Road, joined_road
from geo.errors import GeoError, RoadNotFoundError
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from pyproj import CRS

HINTS = 3
"""Names offered when a printed name is not found."""


class RoadMatch(NamedTuple):
    """Which line a printed name means.

    Parameters
    ----------
    name : str
        As printed in the plan.
    data_name : str
        As among the centrelines.
    alias_reason : str
        Why the two differ; empty where they do not.
    """

    name: str
    data_name: str
    alias_reason: str


class RoadIndex:
    """Centrelines by name, as arrays; built once and used for any number of rings.

    Parameters
    ----------
    centrelines : GeoDataFrame
        Lines in a metric CRS, one or many rows per road. Columns used:
        ``name``, ``geometry``. Rows without a name or a geometry are left out.

    Raises
    ------
    CRSError
        If `centrelines` is not in a metric CRS.
    GeoError
        If the column ``name`` is missing or a named geometry is no line.

    Notes
    -----
    Building costs one sort of the names. A road is joined when it is first
    asked for and kept, so that the time for a ring depends on the ring and
    its roads and not on the size of the network.
    """

    def __init__(self, centrelines: gpd.GeoDataFrame):
        require_metric(centrelines, Text("crs.centrelines"))
        if "name" not in centrelines.columns:
            raise GeoError(Text("road.no_column", found=list(map(str, centrelines.columns))))
        self.crs: CRS = centrelines.crs
        names = centrelines["name"].to_numpy(dtype=object)
        shapes = np.asarray(centrelines.geometry.array, dtype=object)
        is_named = ~(pd.isna(names) | shapely.is_missing(shapes) | shapely.is_empty(shapes))
        names, shapes = names[is_named], shapes[is_named]
        if shapely.has_z(shapes).any():
            shapes = shapely.force_2d(shapes)
        kinds = shapely.get_type_id(shapes)
        no_line = ~np.isin(kinds, (1, 2, 5))
        if no_line.any():
            row = int(np.flatnonzero(no_line)[0])
            raise GeoError(Text("road.no_line", road=names[row], kind=shapes[row].geom_type))
        parts, rows = shapes, np.arange(len(shapes))
        if (kinds == 5).any():
            parts, rows = shapely.get_parts(shapes, return_index=True)
        codes, known = pd.factorize(names[rows])
        order = np.argsort(codes, kind="stable")
        self._parts = parts[order]
        self._starts = np.searchsorted(codes[order], np.arange(len(known) + 1))
        self._codes = {str(name): code for code, name in enumerate(known)}
        self._roads: dict[tuple[int, float], Road] = {}

    def __contains__(self, name: object) -> bool:
        """Return whether a road has exactly this name."""
        return name in self._codes

    def __len__(self) -> int:
        """Return the number of named roads."""
        return len(self._codes)

    @property
    def names(self) -> list[str]:
        """Return the names in the order of the rows."""
        return list(self._codes)

    def road(self, name: str, tolerance_m: float = 0.0) -> Road:
        """Return one road, its rows joined and gaps of up to `tolerance_m` closed.

        Raises
        ------
        RoadNotFoundError
            If no road has this name.
        """
        code = self._codes.get(name)
        if code is None:
            raise road_not_found(name, self.names)
        whole_road = self._roads.get((code, tolerance_m))
        if whole_road is None:
            parts = self._parts[self._starts[code] : self._starts[code + 1]]
            whole_road = self._roads[code, tolerance_m] = joined_road(name, parts, tolerance_m)
        return whole_road

    def standing_for(self, lines: Mapping[str, str]) -> RoadIndex:
        """Return an index in which names stand for other lines of this one.

        Parameters
        ----------
        lines : dict of str to str
            For a name, the name of the line that is meant. What a name stood
            for before is not reached by it any more.

        Returns
        -------
        RoadIndex
            Shares the joined roads of this one.

        Raises
        ------
        RoadNotFoundError
            If a line is not among these.
        """
        stand_ins = {name: line for name, line in lines.items() if name != line}
        if not stand_ins:
            return self
        for line in stand_ins.values():
            if line not in self._codes:
                raise road_not_found(line, self.names)
        view = copy.copy(self)
        view._codes = self._codes | {name: self._codes[line] for name, line in stand_ins.items()}
        return view

    def with_line(self, name: str, line: shapely.Geometry) -> RoadIndex:
        """Return an index with one more line, such as a straight connector, in the same CRS."""
        view = copy.copy(self)
        view._parts = np.concatenate([self._parts, shapely.get_parts(line)])
        view._starts = np.append(self._starts, len(view._parts))
        view._codes = self._codes | {name: len(self._starts) - 1}
        view._roads = dict(self._roads)
        return view


def find_road(
    name: str,
    centrelines: gpd.GeoDataFrame | RoadIndex,
    aliases: Mapping[str, tuple[str, str]] | None = None,
    what: str = "",
) -> RoadMatch:
    """Return the line that a printed name means: the same name, or the reviewed alias.

    Parameters
    ----------
    name : str
        As printed in the plan.
    centrelines : GeoDataFrame or RoadIndex
        Column used: ``name``.
    aliases : dict of str to (str, str), optional
        For a printed name, the name among the centrelines and the reason.
    what : str
        Whose limit it is, for the message: a zone id.

    Returns
    -------
    RoadMatch

    Raises
    ------
    RoadNotFoundError
        If neither is there. The message offers similar names as a hint for a
        person; no road is ever chosen by similarity.

    Examples
    --------
    >>> from shapely import LineString
    >>> roads = gpd.GeoDataFrame(
    ...     {"name": ["太原道"]}, geometry=[LineString([(0, 0), (1, 0)])], crs="EPSG:4548"
    ... )
    >>> find_road("新太原道", roads, {"新太原道": ("太原道", "同一条路")}).data_name
    '太原道'
    """
    names = centrelines if isinstance(centrelines, RoadIndex) else set(centrelines["name"].dropna())
    match = line_meant(name, names, aliases or {})
    if match.data_name in names:
        return match
    known = names.names if isinstance(names, RoadIndex) else sorted(names)
    raise road_not_found(name, known, match.data_name if match.alias_reason else "", what)


def line_meant(
    name: str, names: Container[str], aliases: Mapping[str, tuple[str, str]]
) -> RoadMatch:
    """Return which line a printed name means, whether or not there is one.

    The one rule for all who look a name up: a line of that very name comes
    before the alias table.

    Examples
    --------
    >>> line_meant("新太原道", ["太原道"], {"新太原道": ("太原道", "同一条路")}).data_name
    '太原道'
    >>> line_meant("太原道", ["太原道"], {"太原道": ("别道", "误")}).data_name
    '太原道'
    """
    if name in names or name not in aliases:
        return RoadMatch(name, name, "")
    return RoadMatch(name, *aliases[name])


def road_not_found(
    name: str, known: Sequence[str], data_name: str = "", what: str = ""
) -> RoadNotFoundError:
    """Return what to say of a name that is not among the centrelines."""
    printed = data_name or name
    similar = [k for k in known if not set(printed).isdisjoint(k)]
    near = "、".join(difflib.get_close_matches(printed, similar, n=HINTS, cutoff=0.5))
    through = (f"（别名表作“{data_name}”）", f" (for which the alias table has {data_name!r})")
    hint = (f"名字相近的有{near}。", f" Nearest names: {near}.")
    return RoadNotFoundError(
        Text(
            "road.not_found",
            road=name,
            count=len(known),
            through=through if data_name else "",
            hint=hint if near else "",
        ).about(what)
    )
