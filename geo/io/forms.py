"""Check the features of a base file, so that nothing later trips over them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry import shape

from geo.texts import Text, keys

LINES = ("LineString", "MultiLineString")
AREAS = ("Polygon", "MultiPolygon")
POINTS = ("Point",)

WIDEST_DEGREES = 3.0
"""So wide is a belt of the national grid: a shape of one district that reaches further has a
coordinate that is wrong, and to follow its sides takes minutes [degree]."""


@dataclass(frozen=True)
class Form:
    """What each feature of a file must be like.

    Parameters
    ----------
    kinds : tuple of str
        Geometry types; a geometry there must be, and not an empty one.
    texts : tuple of str
        Properties that are text, or null, where they are there.
    needed : tuple of str
        Properties that are text and not empty.
    numbers : tuple of str
        Properties that are a finite number of at least 0, or null, where they are there.
    choices : dict of str to tuple of str
        Properties that are one of these words.
    """

    kinds: tuple[str, ...]
    texts: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def form_fault(feature: Any, form: Form) -> Text | None:
    """Return what is wrong with a GeoJSON feature; None where it has its form.

    Examples
    --------
    >>> form_fault({"properties": {"name": ["a", "b"]}, "geometry": None}, Form(LINES)).key
    'form.no-geometry'
    """
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return Text("form.no-properties")
    fault = geometry_fault(feature.get("geometry"), form.kinds)
    if fault is not None:
        return fault
    for name in form.needed:
        value = properties.get(name)
        if not isinstance(value, str) or not value.strip():
            return Text("form.needed", name=name, found=_shown(value))
    for name in form.texts:
        if not isinstance(properties.get(name), str | None):
            return Text("form.text", name=name, found=_shown(properties[name]))
    for name in form.numbers:
        if not _is_amount(properties.get(name)):
            return Text("form.number", name=name, found=_shown(properties[name]))
    for name, words in form.choices.items():
        if properties.get(name) not in words:
            return Text(
                "form.choice", name=name, found=_shown(properties.get(name)), words=list(words)
            )
    return None


def geometry_fault(member: Any, kinds: tuple[str, ...]) -> Text | None:
    """Return what is wrong with the geometry of a feature, whose type is one of `kinds`."""
    if not isinstance(member, dict):
        return Text("form.no-geometry", kinds=list(kinds))
    if member.get("type") not in kinds:
        return Text("form.kind", found=_shown(member.get("type")), kinds=list(kinds))
    for number in _leaves(member.get("coordinates", ())):
        # shapely takes the text of a number for one; what reads the file without it does not.
        if isinstance(number, bool) or not isinstance(number, int | float):
            return Text("form.coordinate", found=_shown(number))
    try:
        geometry = shape(member)
        xy = shapely.get_coordinates(geometry)
    except Exception as error:  # shapely's own errors share no base with those of plain lists
        return Text("form.geometry", said_en=str(error) or type(error).__name__)
    if geometry.is_empty:
        return Text("form.empty")
    if not (abs(xy) <= (180, 90)).all():
        return Text("form.degrees")
    west, south, east, north = geometry.bounds
    if max(east - west, north - south) > WIDEST_DEGREES:
        return Text("form.wide", degrees=max(east - west, north - south), most=WIDEST_DEGREES)
    if member["type"] in LINES and not (shapely.length(shapely.get_parts(geometry)) > 0).all():
        return Text("form.no-length")
    if member["type"] in AREAS and not geometry.is_valid:
        return Text("form.invalid", reason=invalid_reason(geometry))
    return None


def _leaves(coordinates: Any) -> Iterator[Any]:
    """Yield all that is no list within lists of coordinates, however deep these lie."""
    waiting = [coordinates]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list | tuple):
            waiting.extend(part)
        else:
            yield part


def invalid_reason(geometry: shapely.Geometry) -> Text:
    """Return why a geometry is not valid, and where, in its own coordinates.

    Examples
    --------
    >>> str(invalid_reason(shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])))
    'it crosses itself at 0.5, 0.5'
    """
    reason = str(shapely.is_valid_reason(geometry))
    match = re.fullmatch(r"([A-Za-z -]+)\[(\S+) (\S+)\]", reason)
    key = f"invalid.{match[1].lower().replace(' ', '-')}" if match else ""
    if match and key in keys():
        return Text(key, x=f"{float(match[2]):.9g}", y=f"{float(match[3]):.9g}")
    return Text("invalid.other", said_en=reason)


def _is_amount(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9


def _shown(value: Any) -> str:
    words = repr(value)
    return words if len(words) <= 60 else f"{words[:60]}…"
