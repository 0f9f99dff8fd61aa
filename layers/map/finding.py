"""Prepare what the scripts load when wanted: search, history of places, overlaps of plans."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import geopandas as gpd
from shapely.geometry import mapping

from geo.base import english_names
from geo.compare.overlays import overlap_matrix
from geo.places.gazetteer import gazetteer, history_index, item_passages, place_history
from geo.places.search import spell
from geo.texts import LANGUAGES, text
from layers.citations import citations
from layers.map.comparison import comparison_data
from layers.map.popups import both
from layers.map.popups import names as zone_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.compare.overlays import OverlapMatrix
    from geo.places.gazetteer import HistoryIndex, Holding, Place
    from geo.places.search import Spelt

FIRM = ("inside", "overlaps", "along", "crosses", "edge", "undetermined")
"""Relations that a shape or its limits give; the others are given by words alone."""

WORDS_AT_MOST = 6
"""Items that only name a place, told for each plan."""

KINDS = {"street": "street", "landmark": "place"}


def later_data(
    zones: Mapping[str, gpd.GeoDataFrame],
    edges: Mapping[str, gpd.GeoDataFrame],
    base: Mapping[str, gpd.GeoDataFrame],
) -> dict[str, Any]:
    """Return what the scripts load when it is wanted: ``search``, ``places``, ``pairs``, ``cite``.

    Parameters
    ----------
    zones, edges : mapping of str to GeoDataFrame
        Zone and edge files by plan in the order of time, WGS84.
    base : mapping of str to GeoDataFrame
        ``roads``, ``landmarks`` and ``district``, WGS84; what is missing is
        not asked.

    Raises
    ------
    GeoError
        If a shape cannot be measured.
    """
    nothing = gpd.GeoDataFrame({"name": []}, geometry=[], crs="EPSG:4326")
    outline = base.get("district")
    district = None if outline is None or outline.empty else outline.union_all()
    roads, landmarks = base.get("roads", nothing), base.get("landmarks", nothing)
    known = gazetteer(roads, landmarks, zones)
    english = english_names(base[name] for name in ("river", "roads") if name in base)
    items = {plan: table.to_dict("records") for plan, table in zones.items()}
    names = {
        str(row["zone_id"]): zone_names(row, "name") for rows in items.values() for row in rows
    }
    return {
        "search": search_rows(items, known),
        "places": place_rows(known, history_index(zones, edges, district), names, english),
        "pairs": comparison_data(overlaps_of_plans(zones, edges)),
        "cite": cite_rows(zones),
    }


def cite_rows(zones: Mapping[str, gpd.GeoDataFrame]) -> dict[str, list[list[str]]]:
    """Return how each item is cited, in Chinese and in English.

    Each is the plan and the map in GB/T 7714, and both as BibTeX.

    The day of access and the address are the browser's to know: it puts them at the end.
    """
    rows = {}
    for table in zones.values():
        about = table.attrs.get("metadata") or {}
        for row in table.drop(columns="geometry").to_dict("records"):
            both = (citations(row, about, None, language=language) for language in LANGUAGES)
            rows[str(row["zone_id"])] = [[one.plan, one.map, one.bibtex] for one in both]
    return rows


def overlaps_of_plans(
    zones: Mapping[str, gpd.GeoDataFrame], edges: Mapping[str, gpd.GeoDataFrame]
) -> dict[tuple[str, str], tuple[OverlapMatrix, OverlapMatrix]]:
    """Return the overlaps of every pair of plans: of zones alone, and with belts.

    Parameters
    ----------
    zones, edges : mapping of str to GeoDataFrame
        Zone and edge files by plan in the order of time, WGS84.

    Raises
    ------
    GeoError
        If a shape cannot be measured.
    """
    pairs = {}
    for first, second in combinations(zones, 2):
        earlier, later = (_with_limits(zones[plan]) for plan in (first, second))
        edge_tables = edges.get(first), edges.get(second)
        pairs[first, second] = (
            overlap_matrix(
                earlier[earlier["kind"] != "belt"], later[later["kind"] != "belt"], *edge_tables
            ),
            overlap_matrix(earlier, later, *edge_tables),
        )
    return pairs


def _with_limits(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the zones and belts, without what is a name alone."""
    if zones.empty:
        return zones.assign(kind=[])
    return zones[
        (zones["kind"] == "belt") | ((zones["kind"] == "zone") & (zones["basis"] != "named"))
    ]


def search_rows(
    items: Mapping[str, Sequence[Mapping[Any, Any]]], places: Iterable[Place]
) -> list[dict[str, Any]]:
    """Return what the search box looks through: zones, streets, places, passages.

    Parameters
    ----------
    items : mapping of str to sequence of mapping
        Rows of the zone files by plan.
    places : iterable of Place
        From `geo.places.gazetteer.gazetteer`; zones among them are left out.

    Returns
    -------
    list of dict
        ``k`` kind, ``z`` Chinese, ``e`` English, ``p`` pinyin by character,
        ``zones``, ``plan`` and, of places, ``id``.
    """
    places = [place for place in places if place.kind in KINDS]
    shorts = {str(row.get("short_name") or "") for rows in items.values() for row in rows}
    known = {*shorts, *(place.name for place in places)}
    rows: list[dict[str, Any]] = []
    passages: dict[tuple[str, str], dict[str, Any]] = {}
    for plan, records in items.items():
        for row in records:
            zone, name = str(row["zone_id"]), zone_names(row, "name")
            english = str(row.get("short_name_en") or "")
            if english and english not in name[1]:
                name = [name[0], f"{name[1]} ({english})"]
            rows.append(_row("zone", name, known) | {"zones": [zone], "plan": plan})
            # A zone comes before what is a name or a point alone.
            if row.get("geometry") is None or row.get("basis") == "named":
                rows[-1]["faint"] = 1
            for _, words in item_passages(row):
                entry = passages.get((plan, words))
                if entry is None:
                    entry = _row("passage", [words, ""], known)
                    entry |= {"zones": [], "plan": plan, "name": name}
                    passages[plan, words] = entry
                entry["zones"].append(zone)
    rows += [
        _row(KINDS[place.kind], [place.name, place.name_en], known) | {"id": place.place_id}
        for place in places
    ]
    return rows + list(passages.values())


def _row(kind: str, name: Sequence[str], known: Iterable[str]) -> dict[str, Any]:
    return {"k": kind, "z": name[0], "e": name[1], "p": syllables(spell(name[0], known))}


def syllables(spelt: Spelt) -> str:
    """Return the pinyin of a text with one space between its characters.

    Examples
    --------
    >>> syllables(spell("五大道"))
    'wu da dao'
    """
    letters = [""] * len(spelt.text)
    for letter, character in zip(spelt.letters, spelt.characters, strict=True):
        letters[character] += letter
    return " ".join(letters)


def place_rows(
    places: Iterable[Place],
    index: HistoryIndex,
    names: Mapping[str, Sequence[str]],
    english: Mapping[str, str],
) -> dict[str, Any]:
    """Return what every plan says of each street and landmark, by place id.

    Parameters
    ----------
    places : iterable of Place
        From `geo.places.gazetteer.gazetteer`; only streets and landmarks are told of.
    index : HistoryIndex
        The plans ready to be asked.
    names : mapping of str to sequence of str
        Name of each zone by its id, Chinese and English.
    english : mapping of str to str
        English names of limits by their Chinese ones.

    Returns
    -------
    dict
        ``quotes``, every quotation once; ``places`` by id: ``name``, ``g``
        GeoJSON (WGS84, six decimals) or None, ``error`` [m] and ``plans``:
        rows of ``zones``, ``said``, ``more`` and ``quote``, its number in
        ``quotes`` or None.
    """
    rows_by_place: dict[str, Any] = {}
    numbers: dict[str, int] = {}
    for place in places:
        if place.kind not in KINDS:
            continue
        history = place_history(place, index)
        rows_by_place[place.place_id] = {
            "name": [place.name, place.name_en or place.name],
            "g": None if place.geometry is None else _rounded(mapping(place.geometry)),
            "error": round(place.position_error_m) if place.position_error_m else 0,
            "plans": {
                plan: [
                    row | {"quote": _number(row["quote"], numbers)}
                    for row in _plan_rows(holdings, names, english)
                ]
                for plan, holdings in history.plans.items()
            },
        }
    return {"quotes": list(numbers), "places": rows_by_place}


def _number(quote: str, numbers: dict[str, int]) -> int | None:
    """Return the number of a quotation, a new one where it was not met before."""
    return numbers.setdefault(quote, len(numbers)) if quote else None


def _rounded(geometry: Mapping[str, Any]) -> dict[str, Any]:
    def whole(value: Any) -> Any:
        return round(value, 6) if isinstance(value, float) else [whole(part) for part in value]

    return {"type": geometry["type"], "coordinates": whole(geometry["coordinates"])}


def _plan_rows(
    holdings: Sequence[Holding],
    names: Mapping[str, Sequence[str]],
    english: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return the holdings of one plan: by shape one row each, by words one for each passage."""
    rows = [_firm_row(h, english) for h in holdings if h.relation in FIRM and h.zone_id in names]
    by_words: dict[tuple[str, str, str], list[str]] = {}
    for holding in holdings:
        if holding.relation in (*FIRM, "outside") or not holding.passages:
            continue
        key = (str(holding.relation), holding.via, holding.passages[0][1])
        by_words.setdefault(key, []).append(holding.zone_id)
    for (relation, via, quote), zones in list(by_words.items())[:WORDS_AT_MOST]:
        via_names = names.get(via, ["", ""])
        sentence = both(f"place.relation_{relation}", via=via_names[0])
        sentence[1] = both(f"place.relation_{relation}", via=via_names[1])[1]
        known = [zone for zone in zones if zone in names]
        if known:
            rows.append({"zones": known, "said": sentence, "quote": quote})
    return rows


def _firm_row(holding: Holding, english: Mapping[str, str]) -> dict[str, Any]:
    sentence = both(f"place.relation_{holding.relation}")
    extra: list[list[str]] = []
    if holding.length_m is not None:
        extra.append(both("place.length", metres=f"{holding.length_m:.0f}"))
    if holding.share is not None:
        extra.append(both("place.share", percent=f"{100 * holding.share:.0f}"))
    row: dict[str, Any] = {
        "zones": [holding.zone_id],
        "said": [" · ".join([sentence[side], *(e[side] for e in extra)]) for side in (0, 1)],
        "quote": holding.passages[0][1] if holding.passages else "",
    }
    if holding.distance_m is not None and holding.limit:
        metres = f"{holding.distance_m:.0f}"
        remarks = [
            text("frame.place_distance", "zh", limit=holding.limit, metres=metres),
            text(
                "frame.place_distance",
                "en",
                limit=english.get(holding.limit, holding.limit),
                metres=metres,
            ),
        ]
        if holding.error_m is not None:
            key = "frame.within_error" if holding.is_within_error else "frame.beyond_error"
            error = both(key, error=f"{holding.error_m:.0f}")
            remarks = [f"{remarks[0]}；{error[0]}", f"{remarks[1]}; {error[1]}"]
            row["unsure"] = bool(holding.is_within_error)
        row["more"] = remarks
    return row
