"""``geo export``: maps, slides, tables and data files, without a browser."""

from __future__ import annotations

import argparse
import datetime as dt
import os
from dataclasses import replace
from pathlib import Path

from commands.shared.console import say
from commands.shared.issues import chosen_folder
from commands.shared.named_files import named_file
from commands.shared.parsing import Parser
from geo.errors import ExportError
from geo.export.files import DATA_FORMATS
from geo.io.read import read_bytes
from geo.io.write import write_bytes
from geo.texts import Text
from layers.exports import FORMATS, ExportRequest, Material, export, read_material
from layers.sheets.options import SheetOptions

LARGEST_LOGO_BYTES = 5_000_000


def add_arguments(parser: Parser) -> None:
    """Declare the options."""
    parser.add_argument("--data", metavar="FOLDER")
    parser.add_argument(
        "--format",
        action="append",
        required=True,
        metavar="FORMAT",
        help=parser.words("format", formats=", ".join((*FORMATS, "site", "postgis"))),
    )
    parser.add_argument("--plan", action="append", metavar="ID")
    parser.add_argument("--zone", action="append", metavar="ID")
    parser.add_argument("--out", metavar="FILE")
    parser.add_argument("--paper", default="A4")
    parser.add_argument("--orientation", default="landscape")
    parser.add_argument("--dpi", type=int, default=300)
    parser.add_argument("--atlas", action="store_true")
    parser.add_argument("--extent", default="district")
    parser.add_argument("--greyscale", action="store_true")
    parser.add_argument("--no-labels", action="store_true")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--title", default="")
    parser.add_argument("--subtitle", default="")
    parser.add_argument("--approval", default="", metavar="审图号")
    parser.add_argument("--unit", default="", metavar="制图单位")
    parser.add_argument("--logo", metavar="FILE")
    parser.add_language()
    parser.add_argument("--crs", default="EPSG:4326")
    parser.add_argument("--encoding", default="UTF-8")
    parser.add_argument("--dsn")
    parser.add_argument("--ascii", action="store_true")
    parser.add_argument("--base-url", default="")
    parser.add_argument("--date")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the files, each beside and then renamed."""
    date = _date(options.date)
    formats = list(dict.fromkeys(options.format))
    # The edition is a folder of its own; the other formats are files.
    if "site" in formats:
        from commands.site import write_site

        write_site(chosen_folder(options), options.out, options.base_url, date, options.lang)
        formats.remove("site")
        if not formats:
            return 0
    material = read_material(chosen_folder(options))
    if not material.zones:
        raise ExportError(Text("district.nothing-built"))
    # All that can be refused is refused before the first file is written.
    for word in formats:
        if word not in (*FORMATS, "postgis"):
            raise ExportError(
                Text("refused.format", format=word, known=[*FORMATS, "site", "postgis"])
            )
    plans = tuple(dict.fromkeys(options.plan or _plans_holding(options.zone, material)))
    for plan in plans:
        if plan not in material.zones:
            raise ExportError(Text("refused.plan", plan=plan, known=list(material.zones)))
    sheet = SheetOptions(
        paper=options.paper,
        orientation=options.orientation,
        dpi=options.dpi,
        title=options.title,
        subtitle=options.subtitle,
        zones=tuple(options.zone) if options.zone else None,
        extent=options.extent,
        labels=not options.no_labels,
        greyscale=options.greyscale,
        area_table=options.table,
        approval_number=options.approval,
        drawing_unit=options.unit,
        logo=_logo(options.logo),
        language=options.lang,
    )
    request = ExportRequest(
        format="pdf",
        date=date,
        plans=plans,
        sheet=sheet,
        atlas=options.atlas,
        crs=options.crs,
        encoding=options.encoding.upper(),
        ascii_only=options.ascii,
    )
    # One request for each file; plans share a file where its format can hold them.
    requests = _requests(
        request, [word for word in formats if word != "postgis"], options.plan, material
    )
    target = Path(options.out) if options.out else Path()
    if len(requests) > 1 and target.suffix and not target.is_dir():
        raise ExportError(Text("command.many-files", count=len(requests), name=target.name))
    for number, one in enumerate(requests, start=1):
        file = export(one, material)
        path = target if len(requests) == 1 and target.suffix else target / file.name
        write_bytes(path, file.content)
        say(
            options.lang,
            "command.exported",
            number=number,
            count=len(requests),
            file=path,
            bytes=len(file.content),
        )
    if "postgis" in formats:
        _write_database(options.dsn, material, plans, date, options.lang)
    return 0


def _logo(name: str | None) -> bytes:
    """Return the picture that --logo names; nothing without it."""
    return read_bytes(named_file(name, "--logo"), limit=LARGEST_LOGO_BYTES) if name else b""


def _plans_holding(zones: list[str] | None, material: Material) -> list[str]:
    """Return the plans that hold any of some zones; every plan where none is named."""
    if not zones:
        return list(material.zones)
    ids = {plan: set(table["zone_id"]) for plan, table in material.zones.items()}
    for zone in zones:
        if not any(zone in known for known in ids.values()):
            raise ExportError(Text("command.zone-in-no-plan", zone=zone))
    return [plan for plan, known in ids.items() if known & set(zones)]


def _date(word: str | None) -> dt.date:
    """Return a date, or refuse the word."""
    if not word:
        return dt.datetime.now(tz=dt.UTC).astimezone().date()
    try:
        return dt.date.fromisoformat(word)
    except ValueError as error:
        raise ExportError(Text("command.no-date", word=word)) from error


def _requests(
    request: ExportRequest, formats: list[str], plans: list[str] | None, material: Material
) -> list[ExportRequest]:
    """Return one request for each file: plans that were named share what can hold them all."""
    requests = []
    for word in formats:
        together = bool(plans) and word not in DATA_FORMATS and not request.atlas
        groups = [request.plans] if together else [(plan,) for plan in request.plans]
        for group in groups:
            sheet = request.sheet
            if sheet.zones is not None and not plans:
                plan_zones = {zone for plan in group for zone in material.zones[plan]["zone_id"]}
                sheet = replace(sheet, zones=tuple(z for z in sheet.zones if z in plan_zones))
            requests.append(replace(request, format=word, plans=group, sheet=sheet))
    return requests


def _write_database(
    dsn: str | None, material: Material, plans: tuple[str, ...], date: dt.date, language: str
) -> None:
    """Write the plans into PostGIS."""
    from geo.export.postgis import write_postgis

    dsn = dsn or os.environ.get("GEO_DSN")
    if not dsn:
        raise ExportError(Text("command.no-database"))
    rows = write_postgis(
        dsn,
        {plan: material.zones[plan] for plan in plans},
        {plan: material.edges[plan] for plan in plans},
        date=date,
    )
    counts = ", ".join(f"{count} {table}" for table, count in rows.items())
    say(language, "command.wrote", file=counts)
