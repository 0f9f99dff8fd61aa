"""Make every export, for the page and the command line alike, with the same bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import get_args

import geopandas as gpd

from geo.base import Base, read_base
from geo.checks.formats import sound_features
from geo.crs import WGS84
from geo.errors import ExportError, reason_of
from geo.export.files import (
    DATA_FORMATS,
    SUFFIXES,
    DataOptions,
    export_data,
    export_name,
    select_zones,
)
from geo.io.read import Stamp, folder_stamp
from geo.io.write import write_bytes
from geo.texts import Text, text
from layers.sheets.options import SheetFormat, SheetOptions
from layers.styles import Styles, style_of, styles_of

SHEET_FORMATS: tuple[str, ...] = get_args(SheetFormat)
BRIEFING_FORMATS = ("pptx", "docx", "xlsx")
FORMATS = (*SHEET_FORMATS, *BRIEFING_FORMATS, "html", *DATA_FORMATS)
"""Every format that gives a file; ``postgis`` gives tables and is `geo.export.postgis`'s."""

MEDIA_TYPES = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "shp": "application/zip",
    "kml": "application/vnd.google-earth.kml+xml",
    "csv": "text/csv",
    "dxf": "image/vnd.dxf",
    "txt": "text/plain; charset=gbk",
}


@dataclass(frozen=True)
class Material:
    """What exports are made from, read once.

    Parameters
    ----------
    base : Base
        The base geography.
    base_layers : mapping of str to GeoDataFrame
        The same as the files give it, WGS84, for the one HTML file.
    zones, edges : mapping of str to GeoDataFrame
        Zone and edge files by plan id, in the order of time, WGS84.
    """

    base: Base
    base_layers: Mapping[str, gpd.GeoDataFrame]
    zones: Mapping[str, gpd.GeoDataFrame]
    edges: Mapping[str, gpd.GeoDataFrame]

    @cached_property
    def styles(self) -> Styles:
        """The style of every place of every plan."""
        places = {place for zones in self.zones.values() for place in zones["place"]}
        return styles_of(places, self.base.district.styles)


@dataclass(frozen=True)
class ExportRequest:
    """What is asked for.

    Parameters
    ----------
    format : str
        One of `FORMATS`.
    date : date
        Printed on what is made; with the same date the same data give the
        same bytes of GeoJSON, CSV and SVG.
    plans : tuple of str
        Plan ids. A sheet, an atlas and a data file hold one plan; two plans
        on a sheet are compared in two panes.
    sheet : SheetOptions
        Zones, paper, language and all that a sheet shows; its ``format``,
        ``plan`` and ``date`` are set from here.
    atlas : bool
        One sheet for each zone, as pages of one PDF.
    crs : str
        CRS of a data file.
    ascii_only : bool
        A name without Chinese.
    encoding : {"UTF-8", "GBK"}
        Of the text of a Shapefile.
    """

    format: str
    date: dt.date
    plans: tuple[str, ...]
    sheet: SheetOptions = field(default_factory=SheetOptions)
    atlas: bool = False
    crs: str = WGS84
    ascii_only: bool = False
    encoding: str = "UTF-8"


@dataclass(frozen=True)
class ExportedFile:
    """A file as bytes, with a name that says what it is."""

    name: str
    content: bytes
    media_type: str


Progress = Callable[[float, str], None]


def no_progress(share: float, words: str) -> None:
    """Tell nobody how far an export is."""


def read_material(folder: Path) -> Material:
    """Read what exports are made from.

    Parameters
    ----------
    folder : Path
        A data folder with built zones.

    Raises
    ------
    DataFileError
        If the base or a zone file cannot be read.
    """
    base = read_base(folder)
    plans = [
        plan.id
        for plan in base.district.plans
        if (folder / "zones" / f"{plan.id}.geojson").is_file()
    ]

    def read(name: str, kind: str) -> gpd.GeoDataFrame:
        return sound_features(folder / f"{name}.geojson", kind).whole_table()

    return Material(
        base=base,
        base_layers={
            name: read(f"base/{name}", name)
            for name in ("district", "river", "roads", "landmarks", "background")
            if (folder / "base" / f"{name}.geojson").is_file()
        },
        zones={plan: read(f"zones/{plan}", "zones") for plan in plans},
        edges={plan: read(f"zones/{plan}_edges", "edges") for plan in plans},
    )


def check_request(request: ExportRequest, material: Material) -> None:
    """Refuse what cannot be made, before any work.

    Raises
    ------
    ExportError
        An unknown format, plan or zone, or a combination that no format has.
    """
    if request.format not in FORMATS:
        raise ExportError(Text("refused.format", format=request.format, known=list(FORMATS)))
    if not request.plans:
        raise ExportError(Text("refused.no-plan", known=list(material.zones)))
    for plan in request.plans:
        if plan not in material.zones:
            raise ExportError(Text("refused.plan", plan=plan, known=list(material.zones)))
    if request.format in DATA_FORMATS and len(request.plans) > 1:
        raise ExportError(Text("refused.one-plan", format=request.format, count=len(request.plans)))
    if request.format in SHEET_FORMATS:
        if len(request.plans) > 2:
            raise ExportError(Text("refused.three-plans", count=len(request.plans)))
        if request.atlas and (request.format != "pdf" or len(request.plans) > 1):
            raise ExportError(Text("refused.atlas"))
    if request.sheet.zones is not None:
        if not request.sheet.zones:
            raise ExportError(Text("refused.none-chosen"))
        known_ids = [z for p in request.plans for z in material.zones[p]["zone_id"]]
        for zone in request.sheet.zones:
            if zone not in known_ids:
                raise ExportError(
                    Text(
                        "refused.zone-not-in", zone=zone, plans=list(request.plans), known=known_ids
                    )
                )


def export(
    request: ExportRequest, material: Material, progress: Progress = no_progress
) -> ExportedFile:
    """Make one file.

    Parameters
    ----------
    request : ExportRequest
        What is asked for.
    material : Material
        From `read_material`.
    progress : callable
        Told a share from 0 to 1 and a word, for a progress bar.

    Returns
    -------
    ExportedFile

    Raises
    ------
    ExportError
        If the request cannot be met, see `check_request`, or the disk is full.
    """
    check_request(request, material)
    progress(0.05, text("export.reading", request.sheet.language))
    try:
        content = _content(request, material, progress)
    except OSError as error:  # a library's own temporary file: openpyxl makes one
        raise ExportError(
            Text("refused.temporary", format=request.format, reason=reason_of(error))
        ) from error
    progress(1.0, text("export.done", request.sheet.language))
    return ExportedFile(file_name(request, material), content, MEDIA_TYPES[request.format])


def export_job(arguments: tuple[Path, ExportRequest], progress: Progress, folder: Path) -> Path:
    """Make one file in a folder; a job of `geo.workers.pool`.

    Parameters
    ----------
    arguments : tuple of Path and ExportRequest
        A data folder with built zones, and what is asked for.
    progress : callable
        As in `export`.
    folder : Path
        Where the file goes.

    Returns
    -------
    Path
        The file, under the name that `file_name` gives.

    Raises
    ------
    DataFileError, ExportError
        As in `read_material` and `export`, or if the file cannot be written.
    """
    data, request = arguments
    file = export(request, _kept_material(data, folder_stamp(data)), progress)
    path = folder / file.name
    write_bytes(path, file.content)
    return path


def ready(data: Path) -> None:
    """Read what the jobs of a data folder are made from, and the font, before there is a job."""
    from layers.sheets.fonts import font_for, register_font

    _kept_material(data, folder_stamp(data))
    register_font()
    font_for(set())


@lru_cache(maxsize=1)
def _kept_material(folder: Path, stamp: Stamp) -> Material:  # noqa: ARG001
    """Read the material once in a process, and again when a file has changed."""
    return read_material(folder)


def _content(request: ExportRequest, material: Material, progress: Progress) -> bytes:
    """Return the bytes of the file."""
    language = request.sheet.language
    zones = {plan: material.zones[plan] for plan in request.plans}
    edges = {plan: material.edges[plan] for plan in request.plans}
    first = request.plans[0]
    progress(0.1, text("export.drawing", language))
    # Data files and the one page need no sheet; the libraries of the others load when asked for.
    if request.format in DATA_FORMATS:
        return export_data(
            select_zones(zones[first], request.sheet.zones or ()),
            request.format,
            DataOptions(
                date=request.date,
                crs=request.crs,
                language=language,
                colours={
                    p: style_of(p, styles=material.styles).fill
                    for p in zones[first]["place"].unique()
                },
                encoding=request.encoding,
            ),
            edges[first],
        )
    if request.format == "html":
        from layers.offline.standalone import StandaloneOptions, standalone_html

        options = StandaloneOptions(
            date=request.date,
            language=language,
            shown=request.sheet.zones,
            styles=material.styles,
            site=material.base.district.site(),
        )
        return standalone_html(zones, material.base_layers, options, edges)
    # Briefings and sheets draw with the same options, so that their maps are alike.
    sheet = _sheet_options(request, material)
    if request.format == "xlsx":
        from layers.briefings.workbook import area_workbook

        return area_workbook(zones, material.base, sheet)
    if request.format == "pptx":
        from layers.briefings.slides import deck

        return deck(zones, material.base, sheet, edges_by_plan=edges)
    if request.format == "docx":
        from layers.briefings.document import report

        return report(zones, material.base, sheet, edges_by_plan=edges)
    from layers.sheets.sheet import draw_atlas, draw_comparison, draw_sheet

    sheet = replace(sheet, format=_sheet_format(request.format))
    if request.atlas:
        return draw_atlas(zones[first], material.base, sheet, edges=edges[first])
    if len(request.plans) == 2:
        return draw_comparison(zones[first], zones[request.plans[1]], material.base, sheet)
    return draw_sheet(zones[first], material.base, sheet, edges=edges[first])


def export_sheet(
    request: ExportRequest, formats: Sequence[str], material: Material
) -> list[ExportedFile]:
    """Make one sheet of one plan as files of several formats, drawn once for all of them.

    Parameters
    ----------
    request : ExportRequest
        What is asked for; its ``format`` is not used.
    formats : sequence of str
        Of ``"pdf"``, ``"png"``, ``"svg"``.
    material : Material
        From `read_material`.

    Raises
    ------
    ExportError
        As `export`.
    """
    from layers.sheets.sheet import draw_sheet_in

    requests = {word: replace(request, format=word) for word in formats}
    for one in requests.values():
        check_request(one, material)
    (plan,) = request.plans
    contents = draw_sheet_in(
        [_sheet_format(word) for word in formats],
        material.zones[plan],
        material.base,
        _sheet_options(request, material),
        edges=material.edges[plan],
    )
    return [
        ExportedFile(file_name(one, material), contents[_sheet_format(word)], MEDIA_TYPES[word])
        for word, one in requests.items()
    ]


def _sheet_options(request: ExportRequest, material: Material) -> SheetOptions:
    """Return what a sheet shows, with what of it the request says."""
    return replace(
        request.sheet,
        date=request.date,
        plan=request.plans[0] if len(request.plans) == 1 else "",
        styles=material.styles,
    )


def _sheet_format(word: str) -> SheetFormat:
    for known in get_args(SheetFormat):
        if known == word:
            sheet_format: SheetFormat = known
            return sheet_format
    raise ExportError(Text("refused.no-sheet", format=word, known=list(SHEET_FORMATS)))


def file_name(request: ExportRequest, material: Material) -> str:
    """Return a name that says district, plans, what is shown, paper and date.

    Examples
    --------
    ``和平区_十三五_六区联动_A4_2026-11-22.pdf``; with `ascii_only`
    ``hepingqu_shisanwu_liuquliandong_A4_2026-11-22.pdf``.
    """
    language = request.sheet.language
    district = material.base.district
    plans = [district.plan(plan) for plan in request.plans]
    names = "-".join(p.name_en if language == "en" else p.name for p in plans)
    paper = ""
    if request.format in SHEET_FORMATS:
        paper = request.sheet.paper.replace(":", "-")
    if request.atlas:
        paper += text("export.atlas", language)
    suffix = SUFFIXES.get(request.format, f".{request.format}")
    return export_name(
        district.name_en if language == "en" else district.name,
        names,
        _shown(request, material),
        paper,
        "" if request.crs == WGS84 else request.crs.replace(":", ""),
        date=request.date,
        suffix=suffix,
        ascii_only=request.ascii_only,
    )


def _shown(request: ExportRequest, material: Material) -> str:
    """Return what the chosen zones are called together, empty where all are shown."""
    if request.sheet.zones is None:
        return ""
    ending = "_en" if request.sheet.language == "en" else ""
    columns = ("zone_id", f"short_name{ending}", "group", f"group_name{ending}")
    chosen: list[str] = []
    count = 0
    for plan in request.plans:
        # Lists, not a frame: the name is asked for at every look at a file that is being made.
        groups: dict[str, list[tuple[str, str, str]]] = {}
        rows = zip(*(material.zones[plan][column].tolist() for column in columns), strict=True)
        for zone_id, name, group, group_name in rows:
            groups.setdefault(group, []).append((zone_id, name, group_name))
        for members in groups.values():
            names = [name for zone_id, name, _ in members if zone_id in request.sheet.zones]
            count += len(names)
            chosen += [members[0][2]] if len(names) == len(members) else names
    unique = list(dict.fromkeys(chosen))
    if len(unique) <= 3:
        return "-".join(unique)
    return text("export.several", request.sheet.language, count=count)
