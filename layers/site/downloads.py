"""Make the files that the edition offers: sheets, deck, workbook, report and data files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from geo.errors import ExportError
from geo.export.files import DATA_FORMATS
from geo.texts import Text, keys
from layers.exports import ExportRequest, export, export_sheet, read_material
from layers.map.popups import both
from layers.sheets.fonts import small_font, use_font
from layers.sheets.options import SheetOptions
from layers.tables.items import Download

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from layers.exports import ExportedFile, Material

SHEET_DPI = 200
"""Dots per inch of the pictures: sharp on a screen and on A4 paper, a third of 300 dpi's bytes."""

SHEETS = ("pdf", "png")

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
    plans: dict[str, str] = {}
    for plan, zones in material.zones.items():
        areas = zones[zones.geometry.geom_type.isin(POLYGONS)]
        plans |= dict.fromkeys(map(str, areas["zone_id"]), plan)
    return plans


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
    with (
        TemporaryDirectory() as temporary,
        ProcessPoolExecutor(
            WORKERS,
            mp_context=get_context("spawn"),
            initializer=_prepare,
            initargs=(folder, small_font(letters_of(folder), Path(temporary))),
        ) as workers,
    ):
        results = workers.map(_made, [[file.request for file in job] for job in jobs])
        for number, job in enumerate(jobs, start=1):
            try:
                files = next(results)
            except ExportError as error:
                raise ExportError(
                    Text("site.download-failed", path=job[0].path, reason=error)
                ) from error
            tell(number / len(jobs), job[-1].path)
            for plan_entry, file in zip(job, files, strict=True):
                yield _download(plan_entry, file, areas)


def letters_of(folder: Path) -> str:
    """Return every letter that a sheet of a data folder may hold."""
    sources = [path for path in sorted(folder.rglob("*")) if path.suffix in (".toml", ".geojson")]
    texts = [path.read_text(encoding="utf-8") for path in sources]
    # GeoJSON may hold letters as escapes; json knows which.
    texts += [json.dumps(json.loads(t), ensure_ascii=False) for t in texts if "\\u" in t]
    texts += [words for key in keys() for words in both(key)]
    return "".join(sorted(set().union(*texts)))


_material: dict[str, Material] = {}
"""What a worker process reads once, at its start."""


def _prepare(folder: Path, font: Path) -> None:
    """Read the material in a worker process."""
    use_font(font)
    _material["all"] = read_material(folder)


def _made(requests: Sequence[ExportRequest]) -> list[ExportedFile]:
    """Make the files of one job in a worker process: one, or one sheet in several formats."""
    material = _material["all"]
    if len(requests) == 1:
        return [export(requests[0], material)]
    return export_sheet(requests[0], [request.format for request in requests], material)


def _download(entry: Planned, file: ExportedFile, areas: Mapping[str, str]) -> Download:
    """Return a file that was made, under its path in the edition."""
    request = entry.request
    zone_id = request.sheet.extent if isinstance(request.sheet.extent, str) else ""
    return Download(
        path=entry.path,
        content=file.content,
        media_type=file.media_type,
        title=entry.title,
        plan=request.plans[0] if len(request.plans) == 1 else "",
        zone_id=zone_id if zone_id in areas else "",
        format=request.format,
    )


@dataclass(frozen=True)
class Planned:
    """A file that is to be made: where it goes, from what, and what it is called."""

    path: str
    request: ExportRequest
    title: Text


def _jobs(material: Material, date: dt.date, address: str) -> Iterator[list[Planned]]:
    """Name every file with what it is made from, those that are drawn at once together.

    Ids make names that last and need no coding.
    """
    sheet = SheetOptions(dpi=SHEET_DPI)
    names = _names(material)
    # Document, slides and workbook hold all plans at once; the longest work begins first.
    for word in ("docx", "pptx", "xlsx"):
        request = ExportRequest(format=word, date=date, plans=tuple(material.zones), sheet=sheet)
        yield [Planned(f"downloads/all.{word}", request, Text(f"site.all-{word}"))]
    for plan in material.zones:
        about: Mapping[str, object] = {"plan": names[plan]}
        link = f"{address}index.html?plans={plan}" if address else ""
        whole = replace(sheet, area_table=True, link=link)
        yield _sheets(plan, ExportRequest("pdf", date, (plan,), whole), names[plan])
        for word in DATA_FORMATS:
            request = ExportRequest(format=word, date=date, plans=(plan,), sheet=sheet)
            ending = "zip" if word == "shp" else word
            stem = f"{plan}-{word}" if ending != word else plan
            title = Text("site.data", format=Text(f"export.format.{word}"), **about)
            yield [Planned(f"downloads/{stem}.{ending}", request, title)]
    for zone_id, plan in item_ids(material).items():
        link = f"{address}items/{zone_id}.html" if address else ""
        alone = replace(sheet, extent=zone_id, link=link, title=names[zone_id][0])
        yield _sheets(zone_id, ExportRequest("pdf", date, (plan,), alone), names[zone_id])


def _sheets(stem: str, request: ExportRequest, name: tuple[str, str]) -> list[Planned]:
    """Return a sheet in each of its formats."""
    return [
        Planned(
            f"downloads/{stem}.{word}",
            replace(request, format=word),
            Text(f"site.sheet-{word}", plan=name),
        )
        for word in SHEETS
    ]


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
