"""Begin a district: write a data folder that has an outline and no streets yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
import tomlkit
from pypinyin import lazy_pinyin
from shapely import MultiPolygon, Polygon

from geo.crs import WGS84, metric_crs_for
from geo.errors import DataFileError
from geo.io.geojson import layer_bytes
from geo.io.versions import DATA_FORMAT
from geo.plans.model import TO_FILL
from geo.texts import Text, text

if TYPE_CHECKING:
    import datetime as dt

OUTLINE_ERROR_M = 10.0
"""Assumed position error of an outline that does not say its own, 1 sigma [m]."""

_CITY = re.compile(
    r"^(?:.+?(?:省|自治区))?(?P<city>.+?(?:市|自治州|地区|盟))(?P<name>.+[区县旗市])$"
)


@dataclass(frozen=True)
class NewDistrict:
    """What is known of a district before anything is imported.

    Parameters
    ----------
    name : str
        As printed, with its city before it or not: 天津市和平区, 新区.
    name_en : str
        Pinyin if empty.
    plan, plan_name, plan_name_en : str
        Id and names of its first plan.
    period_from, period_to : int
    licence, attribution : str
        Of the outline.
    metric_crs : str
        The CGCS2000 belt of its longitude if empty.
    outline_error_m : float
        Position error of the outline, 1 sigma [m].
    date : datetime.date
        Becomes the version of the data.
    """

    name: str
    name_en: str
    plan: str
    plan_name: str
    plan_name_en: str
    period_from: int
    period_to: int
    licence: str
    attribution: str
    metric_crs: str
    outline_error_m: float
    date: dt.date


def start_files(district: NewDistrict, outline: Polygon | MultiPolygon) -> dict[str, bytes]:
    """Return the files of a new data folder by their names in it.

    Parameters
    ----------
    district : NewDistrict
    outline : Polygon or MultiPolygon
        WGS84.

    Returns
    -------
    dict of str to bytes
        ``district.toml``, the outline, no landmarks, no control points, and
        an empty plan.

    Raises
    ------
    CRSError
        If no belt is given and the district lies outside those of China.
    DataFileError
        If the name is empty.
    """
    city, name = city_and_name(district.name)
    if not name:
        raise DataFileError(Text("district.no-name"))
    metric_crs = district.metric_crs or metric_crs_for(float(outline.representative_point().x))
    shape = gpd.GeoDataFrame(
        {
            "name": [name],
            "source": [district.attribution],
            "position_error_m": [district.outline_error_m],
        },
        geometry=[shapely.force_2d(outline)],
        crs=WGS84,
    )
    form = {"format": DATA_FORMAT}
    nothing = layer_bytes(gpd.GeoDataFrame(geometry=[], crs=WGS84), form)
    document = f"{district.plan}-outline"
    return {
        "district.toml": _toml(_district(district, city, name, metric_crs)),
        "base/district.geojson": layer_bytes(shape, form),
        "base/landmarks.geojson": nothing,
        "base/control_points.geojson": nothing,
        f"plans/{document}.toml": _toml(_empty_plan(district, document)),
    }


def city_and_name(full_name: str) -> tuple[str, str]:
    """Return the city and the district of a full name; no city where none stands before it.

    Examples
    --------
    >>> city_and_name("天津市和平区"), city_and_name("新区")
    (('天津市', '和平区'), ('', '新区'))
    """
    parts = _CITY.match(full_name.strip())
    return (parts["city"], parts["name"]) if parts else ("", full_name.strip())


def folder_name(full_name: str) -> str:
    """Return the id of a district, and the name of its folder.

    Examples
    --------
    >>> folder_name("天津市和平区"), folder_name("New District")
    ('heping', 'newdistrict')
    """
    _, name = city_and_name(full_name)
    short = name[:-1] if len(name) > 2 and name[-1] in "区县旗市" else name
    return re.sub(r"[^a-z0-9]+", "", "".join(lazy_pinyin(short)).lower()) or "district"


def _district(district: NewDistrict, city: str, name: str, metric_crs: str) -> dict[str, Any]:
    english = district.name_en or " ".join(
        word for word in ("".join(lazy_pinyin(name)).capitalize(),) if word
    )
    return {
        "format": DATA_FORMAT,
        "id": folder_name(district.name),
        "name": name,
        "name_en": english,
        "city": city,
        "city_en": "".join(lazy_pinyin(city.removesuffix("市"))).capitalize(),
        "data_version": district.date.strftime("%Y.%m.%d"),
        "metric_crs": metric_crs,
        "official_area_km2": "",
        "licence": district.licence,
        "attribution": district.attribution,
        "attribution_en": district.attribution,
        "plans": [
            {
                "id": district.plan,
                "name": district.plan_name,
                "name_en": district.plan_name_en,
                "period_from": district.period_from,
                "period_to": district.period_to,
            }
        ],
    }


def _empty_plan(district: NewDistrict, document: str) -> dict[str, Any]:
    return {
        "format": DATA_FORMAT,
        "document": {
            "id": document,
            "plan": district.plan,
            "title": f"{TO_FILL}：题名",
            "title_en": f"{TO_FILL}: title",
            "period_from": district.period_from,
            "period_to": district.period_to,
        },
    }


def _toml(values: dict[str, Any]) -> bytes:
    """Return TOML with a comment on each key that a person should look at."""
    document = tomlkit.document()
    for key, value in values.items():
        document.add(key, tomlkit.item(value))
        note = f"district.key.{key}"
        if key in ("name_en", "metric_crs", "official_area_km2", "licence", "attribution"):
            document[key].comment(f"{text(note, 'zh')} · {text(note, 'en')}")
    return tomlkit.dumps(document).encode()
