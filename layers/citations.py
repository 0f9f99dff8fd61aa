"""Cite an item: the plan's document and this map, in GB/T 7714 and as BibTeX, in two languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.texts import Language, text

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
    language: Language = "zh",
) -> Citations:
    """Return how an item is cited.

    Parameters
    ----------
    properties : mapping
        Of its feature in a zone file: ``zone_id``, ``name``, ``document_id``, ``section``,
        ``name_en`` where it has one.
    metadata : mapping
        Of the zone file: ``documents``, ``data_version``, ``district_name``,
        ``district_name_en``.
    date : date or None
        Day of access; None leaves it out.
    address : str
        Where the map stands on the web, if that is known.
    language : {"zh", "en"}
        In English a title or a name has its translation first, as far as the data have one,
        and what is printed in brackets behind it.

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
    titles = {
        "title": text("cite.map", "zh", district=metadata.get("district_name") or ""),
        "title_en": text("cite.map", "en", district=metadata.get("district_name_en") or ""),
    }
    if not metadata.get("district_name_en"):
        titles["title_en"] = ""
    title, name = _named(titles, "title", language), _named(properties, "name", language)
    access_date = f"[{date.isoformat()}]" if date else ""
    online = "CM/OL" if address else "CM"
    number = f" ({zone_id})" if language == "en" else f"（{zone_id}）"
    whole = f"{title}: {name}{number}[{online}]"
    mine = _sentence(whole, text("cite.version", language, version=version) + access_date, address)
    map_fields = {
        "title": f"{title}: {name} ({zone_id})",
        "version": version,
        "url": address,
        "urldate": date.isoformat() if date else "",
    }
    return Citations(
        plan=_plan(document, str(properties.get("section") or ""), language),
        map=mine,
        bibtex=_entry(
            str(document.get("id") or "plan"), _plan_fields(document, properties, language)
        )
        + "\n"
        + _entry(f"map-{zone_id}", map_fields),
    )


def _named(record: Mapping[str, Any], key: str, language: Language) -> str:
    """Return a name as printed; in English its translation, and what is printed in brackets."""
    printed, english = str(record.get(key) or ""), str(record.get(f"{key}_en") or "")
    if language == "zh" or not english or english == printed:
        return printed
    return f"{english} [{printed}]" if printed else english


def _sentence(*parts: str) -> str:
    """Join parts as the standard does: a full stop and a space between, a full stop at the end."""
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def _plan(document: Mapping[str, Any], section: str, language: Language) -> str:
    """Return the document with number, date and the section that was quoted."""
    title = _named(document, "title", language)
    number = str(document.get("number") or "")
    name = f"{title}: {number}" if number else title
    issuer = _named(document, "issuer", language)
    return _sentence(issuer, f"{name}[Z]", str(document.get("date") or ""), section)


def _plan_fields(
    document: Mapping[str, Any], properties: Mapping[str, Any], language: Language
) -> dict[str, Any]:
    """Return the fields of a document's entry; those that are empty are left out of it."""
    year = re.match(r"\d{4}", str(document.get("date") or ""))
    return {
        "title": _named(document, "title", language),
        "author": _named(document, "issuer", language),
        "number": document.get("number"),
        "year": year[0] if year else "",
        "note": properties.get("section"),
    }


def _plain(name: str, value: str) -> str:
    """Return a value of BibTeX; an address is read as it stands."""
    return value if name == "url" else _BIBTEX_SPECIAL.sub(_ESCAPED, value)


def _entry(key: str, fields: Mapping[str, Any]) -> str:
    """Return one ``@misc`` entry, its special characters escaped."""
    rows = [f"  {name} = {{{_plain(name, str(value))}}}" for name, value in fields.items() if value]
    return f"@misc{{{key},\n" + ",\n".join(rows) + "\n}\n"
