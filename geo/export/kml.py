"""Write KML: plain text everywhere, no balloon of the sender's, the same bytes each time."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, cast
from xml.etree import ElementTree as ET

import shapely

from geo.export.cells import plain_cell
from geo.io.geojson import COORDINATE_DECIMALS
from geo.texts import text
from geo.verdicts import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from shapely import Polygon
    from shapely.geometry.base import BaseGeometry

NAMESPACE = "http://www.opengis.net/kml/2.2"
FALLBACK_COLOUR = "#6b7280"
FILL_ALPHA = "66"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def kml_bytes(
    zones: gpd.GeoDataFrame, notice: Sequence[str], colours: Mapping[str, str], language: str
) -> bytes:
    """Return zones as KML 2.2.

    Parameters
    ----------
    zones : GeoDataFrame
        In WGS84. Columns used: ``zone_id``, ``name``, ``name_en``, ``place``,
        those named in the description, and all for ``ExtendedData``.
    notice : sequence of str
        Title, disclaimer and provenance, for the document's description.
    colours : mapping of str to str
        Fill colour ``#rrggbb`` by place.
    language : {"zh", "en"}
        Language of names and labels.

    Returns
    -------
    bytes
        UTF-8. Every value is text: viewers take a description for HTML, so
        it is escaped twice; the balloon shows the description only.
    """
    root = ET.Element("kml", xmlns=NAMESPACE)
    document = ET.SubElement(root, "Document")
    _child(document, "name", notice[0])
    _child(document, "description", _as_html(notice[1:]))
    colour_of = {
        str(place): colours.get(str(place), FALLBACK_COLOUR) for place in zones.get("place", [])
    }
    style_ids = {c: f"s{number}" for number, c in enumerate(dict.fromkeys(colour_of.values()))}
    for colour, style_id in style_ids.items():
        _style(document, style_id, colour)
    names = [name for name in zones.columns if name != zones.geometry.name]
    for record, shape in zip(zones[names].to_dict("records"), zones.geometry.tolist(), strict=True):
        placemark = ET.SubElement(document, "Placemark")
        name = record.get("name_en") if language == "en" else None
        _child(placemark, "name", name or record.get("name") or record.get("zone_id"))
        _child(placemark, "description", _as_html(_summary(record, language)))
        if "place" in record:
            _child(placemark, "styleUrl", f"#{style_ids[colour_of[str(record['place'])]]}")
        extended = ET.SubElement(placemark, "ExtendedData")
        for key, value in record.items():
            cell = _cell(value)
            if cell:
                data = ET.SubElement(extended, "Data", name=_clean(str(key)))
                _child(data, "value", cell)
        if shape is not None and not shape.is_empty:
            _geometry(placemark, shape)
    ET.indent(root, space=" ")
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _summary(record: Mapping[str, Any], language: str) -> list[str]:
    """Return the lines of a zone's balloon."""
    verdict = _cell(record.get("verdict"))
    rows = [
        ("limits", _cell(record.get("limits_text"))),
        ("stated", _cell(record.get("stated_area"))),
        ("computed", _cell(record.get("computed_area_km2"))),
        ("verdict", text(f"verdict.{verdict}", language) if verdict in VERDICTS else ""),
        ("citation", _cell(record.get("citation"))),
    ]
    return [f"{text(f'data-file.{key}', language)}: {value}" for key, value in rows if value]


def _cell(value: Any) -> str:
    """Return a cell as text; empty for a missing one."""
    plain = plain_cell(value)
    return "" if plain is None else str(plain)


def _as_html(lines: Sequence[str]) -> str:
    """Return lines as HTML in which the data is text."""
    return "<br>".join(html.escape(line) for line in lines)


def _clean(value: str) -> str:
    """Leave out what XML 1.0 cannot hold."""
    return _NOT_XML.sub("", value)


def _child(parent: ET.Element, tag: str, value: Any) -> ET.Element:
    """Add an element with text."""
    element = ET.SubElement(parent, tag)
    element.text = _clean(str(value))
    return element


def _style(document: ET.Element, style_id: str, colour: str) -> None:
    """Add a style; KML writes colours as alpha, blue, green, red."""
    if not _COLOUR.fullmatch(colour):
        colour = FALLBACK_COLOUR
    bgr = colour[5:7] + colour[3:5] + colour[1:3]
    style = ET.SubElement(document, "Style", id=style_id)
    line = ET.SubElement(style, "LineStyle")
    _child(line, "color", f"ff{bgr}")
    _child(line, "width", "2")
    fill = ET.SubElement(style, "PolyStyle")
    _child(fill, "color", f"{FILL_ALPHA}{bgr}")
    balloon = ET.SubElement(style, "BalloonStyle")
    _child(balloon, "text", "$[description]")


def _geometry(parent: ET.Element, shape: BaseGeometry) -> None:
    """Add a geometry."""
    kind = shape.geom_type
    if kind.startswith("Multi") or kind == "GeometryCollection":
        several = ET.SubElement(parent, "MultiGeometry")
        for part in shapely.get_parts(shape):
            _geometry(several, part)
    elif kind == "Polygon":
        polygon = ET.SubElement(parent, "Polygon")
        oriented = cast("Polygon", shapely.orient_polygons(shape))
        rings = [("outerBoundaryIs", oriented.exterior)]
        rings += [("innerBoundaryIs", ring) for ring in oriented.interiors]
        for tag, ring in rings:
            linear = ET.SubElement(ET.SubElement(polygon, tag), "LinearRing")
            _child(linear, "coordinates", _coordinates(ring))
    else:
        element = ET.SubElement(parent, kind)
        _child(element, "coordinates", _coordinates(shape))


def _coordinates(shape: BaseGeometry) -> str:
    """Return positions as KML writes them: longitude,latitude."""
    return " ".join(
        f"{round(x, COORDINATE_DECIMALS):.6f},{round(y, COORDINATE_DECIMALS):.6f}"
        for x, y in shapely.get_coordinates(shape)
    )
