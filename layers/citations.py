"""Cite an item: the plan's document and this map, in GB/T 7714 and as BibTeX."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.texts import text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

_BIBTEX_SPECIAL = re.compile(r"([&%$#_{}])")
_ESCAPED = r"\\\1"


@dataclass(frozen=True)
class Citations:
    """How an item is cited.

    Parameters
    ----------
    plan, map : str
        GB/T 7714-2015: the plan's document; this map with item and data version.
    bibtex : str
        Both as BibTeX entries.
    """

    plan: str
    map: str
    bibtex: str


def citations(
    properties: Mapping[str, Any],
    metadata: Mapping[str, Any],
    date: dt.date | None,
    address: str = "",
) -> Citations:
    """Return how an item is cited.

    Parameters
    ----------
    properties : mapping
        Of its feature in a zone file: ``zone_id``, ``name``, ``document_id``, ``section``.
    metadata : mapping
        Of the zone file: ``documents``, ``data_version``, ``district_name``.
    date : date or None
        Day of access; None leaves it out.
    address : str
        Where the map stands on the web, if that is known.

    Returns
    -------
    Citations
        A document without issuer, number or date is cited without it: nothing is made up.

    Notes
    -----
    GB/T 7714-2015 《信息与文献 参考文献著录规则》: 4.2 (monographs and their parts), 4.6
    (electronic resources); letters of table B.1: ``Z`` other, ``CM`` map, ``OL`` online.
    """
    documents = {str(d.get("id")): d for d in metadata.get("documents") or []}
    document = documents.get(str(properties.get("document_id")), {})
    version = str(metadata.get("data_version") or "")
    zone_id = str(properties.get("zone_id") or "")
    title = text("cite.map", "zh", district=metadata.get("district_name") or "")
    access_date = f"[{date.isoformat()}]" if date else ""
    online = "CM/OL" if address else "CM"
    whole = f"{title}: {properties.get('name')}（{zone_id}）[{online}]"
    mine = _sentence(whole, text("cite.version", "zh", version=version) + access_date, address)
    return Citations(
        plan=_plan(document, str(properties.get("section") or "")),
        map=mine,
        bibtex=_bibtex(document, properties, title, version, date, address),
    )


def _sentence(*parts: str) -> str:
    """Join parts as the standard does: a full stop and a space between, a full stop at the end."""
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def _plan(document: Mapping[str, Any], section: str) -> str:
    """Return the document with number, date and the section that was quoted."""
    title = str(document.get("title") or "")
    number = str(document.get("number") or "")
    name = f"{title}: {number}" if number else title
    return _sentence(
        str(document.get("issuer") or ""), f"{name}[Z]", str(document.get("date") or ""), section
    )


def _bibtex(
    document: Mapping[str, Any],
    properties: Mapping[str, Any],
    title: str,
    version: str,
    date: dt.date | None,
    address: str,
) -> str:
    """Return an entry for the document and one for the map; empty fields are left out."""
    zone_id = str(properties.get("zone_id") or "")
    issue_date = str(document.get("date") or "")
    year = re.match(r"\d{4}", issue_date)
    plan = {
        "title": document.get("title"),
        "author": document.get("issuer"),
        "number": document.get("number"),
        "year": year[0] if year else "",
        "note": properties.get("section"),
    }
    mine = {
        "title": f"{title}: {properties.get('name')} ({zone_id})",
        "version": version,
        "url": address,
        "urldate": date.isoformat() if date else "",
    }
    return _entry(str(document.get("id") or "plan"), plan) + "\n" + _entry(f"map-{zone_id}", mine)


def _plain(name: str, value: str) -> str:
    """Return a value of BibTeX; an address is read as it stands."""
    return value if name == "url" else _BIBTEX_SPECIAL.sub(_ESCAPED, value)


def _entry(key: str, fields: Mapping[str, Any]) -> str:
    """Return one ``@misc`` entry, its special characters escaped."""
    rows = [f"  {name} = {{{_plain(name, str(value))}}}" for name, value in fields.items() if value]
    return f"@misc{{{key},\n" + ",\n".join(rows) + "\n}\n"
