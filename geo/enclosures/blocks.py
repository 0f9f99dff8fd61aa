"""Find the blocks: the faces between streets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence


def street_blocks(
    lines: Sequence[shapely.Geometry],
    within: shapely.Polygon | shapely.MultiPolygon,
    setback_m: float = 0.0,
) -> list[shapely.Polygon]:
    """Return the faces that streets, banks and the border of an area leave between them.

    Parameters
    ----------
    lines : sequence of LineString or MultiLineString
        Streets and banks, in metres.
    within : Polygon or MultiPolygon
        The area to fill, in the same CRS; its border closes the faces.
    setback_m : float
        How far a block stands back from the middle of its streets [m]; what
        is left of a narrow one may be nothing, or more than one part.

    Returns
    -------
    list of Polygon
        In the order of their middles, from the south-west on, so that the
        same streets give the same list. A street that ends blindly divides
        nothing.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> [b.area for b in street_blocks([LineString([(4, -1), (4, 11)])], box(0, 0, 10, 10))]
    [40.0, 60.0]
    >>> [b.area for b in street_blocks([LineString([(4, -1), (4, 11)])], box(0, 0, 10, 10), 1.0)]
    [16.0, 32.0]
    """
    edges = [shapely.boundary(within), *(line for line in lines if not shapely.is_empty(line))]
    faces = np.asarray(shapely.get_parts(shapely.polygonize([shapely.union_all(edges)])))
    if len(faces) == 0:
        return []
    middles = shapely.point_on_surface(faces)
    inside = shapely.covers(within, middles)
    faces, middles = faces[inside], middles[inside]
    faces = faces[np.lexsort((shapely.get_y(middles), shapely.get_x(middles)))]
    if setback_m > 0:
        faces = shapely.get_parts(shapely.buffer(faces, -setback_m, join_style="mitre"))
    return list(faces[~shapely.is_empty(faces)])
