"""Make the files that the edition offers: sheets, deck, workbook, report and data files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import TYPE_CHECKING

from geo.errors import ExportError
from geo.export.files import DATA_FORMATS
from geo.texts import Text
from layers.exports import ExportRequest, export, read_material
from layers.sheets.options import SheetOptions
from layers.site.items import Download

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from layers.exports import ExportedFile, Material

SHEET_DPI = 200
"""Dots per inch of the pictures: sharp on a screen and on A4 paper, a third of 300 dpi's bytes."""

WORKERS = 2
"""Processes that draw at once."""

POLYGONS = ("Polygon", "MultiPolygon")


Tell = Callable[[float, str], None]


def item_ids(material: Material) -> dict[str, str]:
    """Return the items that have a shape of an area, with their plan, in the order of the files.

    Parameters
    ----------
    material : Material
        Columns of ``zones`` used: ``zone_id``, ``geometry``.

    Returns
    -------
    dict of str to str
        Zone id to plan id.
    """
    found: dict[str, str] = {}
    for plan, zones in material.zones.items():
        areas = zones[zones.geometry.geom_type.isin(POLYGONS)]
        found |= dict.fromkeys(map(str, areas["zone_id"]), plan)
    return found


def downloads(
    folder: Path, material: Material, date: dt.date, address: str, tell: Tell
) -> Iterator[Download]:
    """Make every file that the edition offers, on two processes, in a fixed order.

    Parameters
    ----------
    folder : Path
        The data folder, which each process reads for itself.
    material : Material
        The same, as `layers.exports.read_material` gave it.
    date : date
        Printed on what is made.
    address : str
        Of the edition, with a final slash: its QR code stands on every sheet; empty for none.
    tell : callable
        Told a share from 0 to 1 and a word after each file.

    Yields
    ------
    Download
        A4 sheets (PDF and PNG) of each plan and of each item with an area; deck, document,
        workbook of all plans; every data format of each plan.

    Raises
    ------
    ExportError
        If a file cannot be made.
    """
    jobs = list(_jobs(material, date, address))
    areas = item_ids(material)
    # Clean processes: a fork would take along whatever threads the libraries have started.
    with ProcessPoolExecutor(
        WORKERS, mp_context=get_context("spawn"), initializer=_prepare, initargs=(folder,)
    ) as workers:
        requests = [request for _, request, _ in jobs]
        results = workers.map(_made, requests)
        for number, (path, request, title) in enumerate(jobs, start=1):
            try:
                made = next(results)
            except ExportError as error:
                raise ExportError(Text("site.download-failed", path=path, reason=error)) from error
            tell(number / len(jobs), path)
            yield _download(path, request, made, title, areas)


_material: dict[str, Material] = {}
"""What a worker process reads once, at its start."""


def _prepare(folder: Path) -> None:
    """Read the material in a worker process."""
    _material["all"] = read_material(folder)


def _made(request: ExportRequest) -> ExportedFile:
    """Make one file in a worker process."""
    return export(request, _material["all"])


def _download(
    path: str, request: ExportRequest, made: ExportedFile, title: Text, areas: Mapping[str, str]
) -> Download:
    """Return a file that was made, under its path in the edition."""
    zone_id = request.sheet.extent if isinstance(request.sheet.extent, str) else ""
    return Download(
        path=path,
        content=made.content,
        media_type=made.media_type,
        title=title,
        plan=request.plans[0] if len(request.plans) == 1 else "",
        zone_id=zone_id if zone_id in areas else "",
        format=request.format,
    )


def _jobs(
    material: Material, date: dt.date, address: str
) -> Iterator[tuple[str, ExportRequest, Text]]:
    """Name every file with what it is made from; ids make names that last and need no coding."""
    sheet = SheetOptions(dpi=SHEET_DPI)
    names = _names(material)
    # Document, slides and workbook hold all plans at once; the longest work begins first.
    for word in ("docx", "pptx", "xlsx"):
        request = ExportRequest(format=word, date=date, plans=tuple(material.zones), sheet=sheet)
        yield f"downloads/all.{word}", request, Text(f"site.all-{word}")
    for plan in material.zones:
        about: Mapping[str, object] = {"plan": names[plan]}
        link = f"{address}index.html?plan={plan}" if address else ""
        for word in ("pdf", "png"):
            request = ExportRequest(
                format=word,
                date=date,
                plans=(plan,),
                sheet=replace(sheet, area_table=True, link=link),
            )
            yield f"downloads/{plan}.{word}", request, Text(f"site.sheet-{word}", **about)
        for word in DATA_FORMATS:
            request = ExportRequest(format=word, date=date, plans=(plan,), sheet=sheet)
            ending = "zip" if word == "shp" else word
            stem = f"{plan}-{word}" if ending != word else plan
            title = Text("site.data", format=Text(f"export.format.{word}"), **about)
            yield f"downloads/{stem}.{ending}", request, title
    for zone_id, plan in item_ids(material).items():
        link = f"{address}items/{zone_id}.html" if address else ""
        alone = replace(sheet, extent=zone_id, link=link, title=names[zone_id][0])
        for word in ("pdf", "png"):
            request = ExportRequest(format=word, date=date, plans=(plan,), sheet=alone)
            title = Text(f"site.sheet-{word}", plan=names[zone_id])
            yield f"downloads/{zone_id}.{word}", request, title


def _names(material: Material) -> dict[str, tuple[str, str]]:
    """Return the name of each plan and item, Chinese and English, by id."""
    names: dict[str, tuple[str, str]] = {}
    for plan, zones in material.zones.items():
        period = material.base.district.plan(plan)
        names[plan] = (period.name, period.name_en)
        for zone_id, chinese, english in zip(
            zones["zone_id"], zones["name"], zones["name_en"], strict=True
        ):
            names[str(zone_id)] = (str(chinese), str(english or chinese))
    return names
