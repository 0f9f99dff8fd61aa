"""Write zones as a DXF drawing: one layer for each zone, in a numbered CGCS2000 belt.

GDAL's own writer declares ANSI_1252 and gives Chinese layer names bytes that CAD cannot
read, so the drawing is made by ezdxf.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import shapely

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

NOTICE_LAYER = "说明"
"""The layer that holds sources, licence and reference system as text."""

_NOT_IN_LAYER_NAMES = re.compile(r'[<>/\\":;?*|=`,\x00-\x1f]')
_NAME_CHARACTERS = 80


def dxf_bytes(
    zones: gpd.GeoDataFrame,
    notice: Sequence[str],
    colours: Mapping[str, str],
    date: dt.date,
    language: str,
) -> bytes:
    """Return zones as a DXF drawing of AutoCAD 2010, UTF-8, units metres.

    Parameters
    ----------
    zones : GeoDataFrame
        In a projected CRS [m]. Columns used: ``name``, ``name_en``,
        ``zone_id``, ``place``, geometry.
    notice : sequence of str
        Title, disclaimer and provenance, written below the drawing.
    colours : mapping of str to str
        Colour ``#rrggbb`` by place.
    date : datetime.date
        The same date and zones give the same bytes.
    language : {"zh", "en"}
        Language of the layers' names.

    Returns
    -------
    bytes
        Areas as closed polylines, one with holes as a hatch; lines and points
        as such; the name of each as text on its own layer.
    """
    from ezdxf._options import options
    from ezdxf.colors import RGB
    from ezdxf.enums import TextEntityAlignment
    from ezdxf.filemanagement import new

    options.write_fixed_meta_data_for_testing = True  # no clock, no random identity
    drawing = new("R2010", units=6)
    drawing.styles.add("CJK", font="simsun.ttf")
    space = drawing.modelspace()
    names = _layer_names(zones, language)
    left, bottom, right, top = zones.total_bounds if zones.geometry.notna().any() else (0, 0, 1, 1)
    height = max(right - left, top - bottom) / 120
    rows = zip(names, zones["place"], zones.geometry, strict=True)
    for name, place, shape in rows:
        layer = drawing.layers.add(name)
        digits = colours.get(str(place), "#6b7280").lstrip("#")
        layer.rgb = RGB(*(int(digits[k : k + 2], 16) for k in (0, 2, 4)))
        if shape is None or shape.is_empty:
            continue
        for part in shapely.get_parts(shape):
            _add_part(space, part, {"layer": name})
        label = space.add_text(name, height=height, dxfattribs={"layer": name, "style": "CJK"})
        at = shapely.point_on_surface(shape)
        label.set_placement((at.x, at.y), align=TextEntityAlignment.MIDDLE_CENTER)
    drawing.layers.add(NOTICE_LAYER)
    for number, line in enumerate(notice):
        text = space.add_text(
            line, height=height, dxfattribs={"layer": NOTICE_LAYER, "style": "CJK"}
        )
        text.set_placement((left, bottom - (number + 3) * 2 * height))
        drawing.header.custom_vars.append(f"notice-{number + 1}", line)
    drawing.header.custom_vars.append("date", date.isoformat())
    # ezdxf takes the classes of a drawing from a set, whose order is another in each process.
    for name in sorted(drawing.entitydb.dxf_types_in_use()):
        drawing.classes.add_class(name)
    stream = io.StringIO()
    drawing.write(stream)
    return stream.getvalue().encode("utf-8", "dxfreplace")


def _add_part(space: Any, part: Any, attributes: dict[str, str]) -> None:
    """Draw one polygon, line or point."""
    if part.geom_type == "Point":
        space.add_point((part.x, part.y), dxfattribs=attributes)
    elif part.geom_type == "LineString":
        space.add_lwpolyline(_xy(part), dxfattribs=attributes)
    elif not part.interiors:
        space.add_lwpolyline(_xy(part.exterior)[:-1], close=True, dxfattribs=attributes)
    else:
        hatch = space.add_hatch(dxfattribs=attributes)
        hatch.set_pattern_fill("ANSI31", scale=20)
        hatch.paths.add_polyline_path(_xy(part.exterior)[:-1], is_closed=True, flags=1)
        for ring in part.interiors:
            hatch.paths.add_polyline_path(_xy(ring)[:-1], is_closed=True, flags=16)


def _xy(line: shapely.Geometry) -> list[tuple[float, float]]:
    coordinates = shapely.get_coordinates(line).round(3).tolist()
    return [(x, y) for x, y in coordinates]


def _layer_names(zones: gpd.GeoDataFrame, language: str) -> list[str]:
    """Return a name for the layer of each zone: its own, told apart by its id if need be."""
    column = "name_en" if language == "en" and "name_en" in zones.columns else "name"
    plain = [_NOT_IN_LAYER_NAMES.sub("-", str(n))[:_NAME_CHARACTERS].strip() for n in zones[column]]
    return [
        f"{name} {zone_id}" if plain.count(name) > 1 or not name else name
        for name, zone_id in zip(plain, zones["zone_id"], strict=True)
    ]
