"""Show the export view: choose, see it at once, make the file; the same door as ``geo export``."""

from __future__ import annotations

import datetime as dt
import logging
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.crs import WGS84
from geo.errors import ExportError, GeoError
from geo.export.files import DATA_FORMATS, WGS84_ONLY
from geo.io.read import folder_stamp
from layers.exports import (
    FORMATS,
    MEDIA_TYPES,
    SHEET_FORMATS,
    ExportRequest,
    Material,
    check_request,
    file_name,
    read_material,
)
from layers.sheets.options import LOWEST_DPI, Extent, Orientation, PaperName, SheetOptions
from layers.tables.amounts import size_words
from views import link
from views.choices import plain
from views.export.presets import drawn, presets
from views.work import drop, held, leave, make_ahead, pool, submit, submit_shared

if TYPE_CHECKING:
    from geo.io.read import Stamp
    from views.state import State
    from views.work import Work

logger = logging.getLogger(__name__)

REFERENCE_SYSTEMS = {"EPSG:4326": "WGS84", "EPSG:4490": "CGCS2000", "metric": ""}
FUNCTION = "layers.exports:export_job"
CHANGE_SECONDS = 1.2
"""So long a changed choice waits for its picture, which then comes with the same answer."""

POLL_SECONDS = 0.25
"""How often the page asks for the progress of a job."""

LARGEST_LOGO_BYTES = 5_000_000
PICTURED = (*SHEET_FORMATS, "pptx", "docx")
"""Formats whose pages hold a sheet that can be shown beforehand."""

WINDOW_PX = (1100, 730)
"""What a map of a usual window shows beside its cards, where only its centre is known."""

KEPT: Any = {"persist_state": "session"}
"""For every widget: choices survive leaving the view and coming back."""


@st.cache_resource(max_entries=2, show_spinner=False)
def material_of(folder: Path, stamp: Stamp) -> Material:  # noqa: ARG001
    """Read what exports are made from; kept until a file changes, shared, never changed."""
    return read_material(folder)


def show(state: State) -> None:
    """Show the choices, and beside them what they give."""
    try:
        material = material_of(state.data.folder, folder_stamp(state.data.folder))
    except GeoError as error:
        st.error(state.plain("export.failed", reason=error.explain(state.language)))
        return
    if not material.zones:
        st.info(state.text("page.no_data"))
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        request = choose(state, material)
    with right:
        follow(state, material, request)


# Choices


@dataclass(frozen=True)
class Content:
    """What a preset means: zones (None for all), extent, title, and the plans it is of.

    `labels` is False where the map shows no names either.
    """

    zones: tuple[str, ...] | None
    extent: Extent
    plans: tuple[str, ...]
    title: str = ""
    labels: bool = True
    is_view: bool = False


def choose(state: State, material: Material) -> ExportRequest:
    """Draw the widgets and return what they ask for."""
    plans = list(material.zones)
    default = next((plan for plan in state.plans if plan in plans), plans[-1])
    # The plan comes first: it says what may be chosen below.
    plan = st.selectbox(
        state.text("export.plan"),
        plans,
        index=plans.index(default),
        format_func=lambda p: state.data.plan_name(p, state.language),
        key="export_plan",
        **KEPT,
    )
    # What the map shows now may be of another plan than the one chosen.
    content = choose_content(state, material, plan)
    plan = content.plans[0]
    word = st.selectbox(
        state.text("export.format"),
        FORMATS,
        index=FORMATS.index("pdf"),
        format_func=lambda f: state.text(f"export.format.{f}"),
        key="export_format",
        **KEPT,
    )
    # Seldom needed, so folded: a second plan, the sheet, the CRS, the file names.
    other = None
    with st.expander(state.text("export.more")):
        if content.is_view:
            other = content.plans[1] if content.plans[1:] and word not in DATA_FORMATS else None
        elif word not in DATA_FORMATS:
            other = st.selectbox(
                state.text("export.other"),
                [p for p in plans if p != plan],
                index=None,
                format_func=lambda p: state.data.plan_name(p, state.language),
                placeholder=state.text("export.none"),
                key="export_other",
                **KEPT,
            )
        # Every request has a sheet; a format of data makes no use of it.
        sheet = SheetOptions(
            zones=content.zones,
            extent=content.extent,
            title=content.title,
            language="en" if state.language == "en" else "zh",
        )
        if other and sheet.zones is not None and not content.is_view:
            # Of the second plan everything that has an area stands beside the chosen zones.
            sheet = replace(sheet, zones=(*sheet.zones, *drawn(material.zones[other])))
        atlas = False
        if word in SHEET_FORMATS:
            sheet, atlas = choose_sheet(state, sheet, word, alone=other is None)
            sheet = replace(sheet, labels=sheet.labels and content.labels)
        crs = choose_crs(state, material, word)
        ascii_only = st.toggle(state.text("export.ascii"), key="export_ascii", **KEPT)
    return ExportRequest(
        format=word,
        date=dt.date.fromisoformat(state.today),
        plans=(plan,)
        if other is None
        else (plan, other)
        if content.is_view
        else ordered(plans, plan, other),
        sheet=sheet,
        atlas=atlas,
        crs=crs,
        ascii_only=ascii_only,
    )


def ordered(plans: list[str], *chosen: str) -> tuple[str, ...]:
    """Return the chosen plans in the order of time."""
    return tuple(plan for plan in plans if plan in chosen)


def choose_content(state: State, material: Material, plan: str) -> Content:
    """Draw the presets; return what the chosen one means."""
    known = {preset.preset_id: preset for preset in presets(state, material.zones[plan])}
    chosen = st.pills(
        state.text("export.content"),
        list(known),
        default=next(iter(known)),
        required=True,
        format_func=lambda p: plain(known[p].label),
        key=f"export_preset_{plan}",
        **KEPT,
    )
    if chosen == "one":
        ids = drawn(material.zones[plan])
        start = ids.index(state.selected) if state.selected in ids else 0
        zone = st.selectbox(
            state.text("export.zone"),
            ids,
            index=start,
            format_func=state.name,
            key=f"export_zone_{plan}",
            **KEPT,
        )
        return Content(None, zone, (plan,), state.name(zone))
    if chosen == "view":
        return current_view(state, material, plan)
    preset = known.get(str(chosen))
    return Content(preset.zones if preset and preset.zones else None, "district", (plan,))


def current_view(state: State, material: Material, plan: str) -> Content:
    """Return what the map shows: its plan or its two plans, layers, extent and names."""
    plans = tuple(p for p in state.plans if p in material.zones)[:2] or (plan,)
    of_plans = {zone for p in plans for zone in material.zones[p]["zone_id"]}
    names = " ⇄ ".join(state.data.plan_name(p, state.language) for p in plans)
    st.caption(state.plain("export.view_is", plans=names))
    return Content(
        zones=tuple(zone for zone in state.shown if zone in of_plans),
        extent=view_on_map() or "district",
        plans=plans,
        labels=bool(state.appearance.get("labels", True)),
        is_view=True,
    )


def choose_sheet(
    state: State, sheet: SheetOptions, word: str, *, alone: bool
) -> tuple[SheetOptions, bool]:
    """Draw the widgets that only a sheet has; return the sheet and whether it is an atlas."""
    first, second = st.columns(2)
    paper: PaperName = first.selectbox(
        state.text("export.paper"), ["A4", "A3", "16:9"], key="export_paper", **KEPT
    )
    orientation: Orientation = "landscape"
    if paper != "16:9":
        orientation = second.selectbox(
            state.text("export.orientation"),
            ["landscape", "portrait"],
            format_func=lambda o: state.text(f"export.{o}"),
            key="export_orientation",
            **KEPT,
        )
    dpi = 300
    if word == "png":
        dpi = st.select_slider(
            state.text("export.dpi"),
            [150, 200, 300, 450, 600],
            value=300,
            key="export_dpi",
            **KEPT,
        )
    # What stands on the sheet.
    labels = st.toggle(state.text("export.labels"), value=True, key="export_labels", **KEPT)
    greyscale = st.toggle(state.text("export.greyscale"), key="export_greyscale", **KEPT)
    table = st.toggle(state.text("export.table"), key="export_table", **KEPT)
    atlas = False
    if word == "pdf" and alone:
        atlas = st.toggle(state.text("export.atlas_choice"), key="export_atlas", **KEPT)
    # Words of the reader's own; the review number of the data folder stands where none is given.
    entries = {
        name: st.text_input(state.text(f"export.{name}"), key=f"export_{name}", **KEPT)[:80]
        for name in ("title", "subtitle", "approval", "unit")
    }
    district = state.data.district
    review_number = district.review_number if district else ""
    return (
        replace(
            sheet,
            paper=paper,
            orientation=orientation,
            dpi=dpi,
            labels=labels,
            greyscale=greyscale,
            area_table=table,
            title=entries["title"] or sheet.title,
            subtitle=entries["subtitle"],
            approval_number=entries["approval"] or review_number,
            drawing_unit=entries["unit"],
            logo=choose_logo(state),
        ),
        atlas,
    )


def choose_logo(state: State) -> bytes:
    """Draw the picker of a logo; return its bytes, none if it is too large."""
    logo: Any = st.file_uploader(
        state.text("export.logo"), type=["png", "jpg", "jpeg"], key="export_logo"
    )
    picture: bytes = logo.getvalue() if logo is not None else b""
    if len(picture) > LARGEST_LOGO_BYTES:
        st.warning(state.text("export.logo_too_large", size=len(picture), limit=LARGEST_LOGO_BYTES))
        return b""
    return picture


def choose_crs(state: State, material: Material, word: str) -> str:
    """Draw the choice of a reference system where a format has one; return its code."""
    if word not in DATA_FORMATS or word in WGS84_ONLY:
        return "EPSG:4326"
    names = {**REFERENCE_SYSTEMS, "metric": material.base.metric_crs}
    option = st.selectbox(
        state.text("export.crs"),
        list(names),
        format_func=names.__getitem__,
        key="export_crs",
        **KEPT,
    )
    return material.base.metric_crs if option == "metric" else str(option)


def view_on_map() -> tuple[float, float, float, float] | None:
    """Return what the map shows beside its cards: left, bottom, right, top, WGS84."""
    box = box_of(link.words("bbox")) or box_round(link.words("at"))
    if box is None:
        return None
    left, bottom, right, top = box
    return box if left < right and bottom < top else None


def box_of(words: str) -> tuple[float, float, float, float] | None:
    """Return four numbers with commas between; None for anything else."""
    try:
        left, bottom, right, top = map(float, words.split(","))
    except ValueError:
        return None
    return left, bottom, right, top


def box_round(words: str) -> tuple[float, float, float, float] | None:
    """Return what a usual window shows round "latitude,longitude,zoom" of a link."""
    try:
        latitude, longitude, zoom = map(float, words.split(","))
    except ValueError:
        return None
    # Web Mercator: 256 pixels round the equator at zoom 0.
    across = WINDOW_PX[0] / 2 * 360 / 256 / 2**zoom
    up = WINDOW_PX[1] / 2 * 360 / 256 / 2**zoom * math.cos(math.radians(latitude))
    return longitude - across, latitude - up, longitude + across, latitude + up


# What the choices give


def follow(state: State, material: Material, request: ExportRequest) -> None:
    """Show preview and file of a request, and ask again while a job is under way."""
    try:
        check_request(request, material)
    except ExportError as error:
        drop("preview")
        drop("file")
        st.error(state.plain("export.failed", reason=error.explain(state.language)))
        return
    file_work = held("file")
    if file_work is not None and file_work.request != request:
        drop("file")  # a changed choice never leaves an old file on the button
    begin_preview(state, request)
    preview = held("preview")
    if preview is not None and "export_last" in st.session_state:
        preview.job.wait(CHANGE_SECONDS)
    busy = [work for work in (held("preview"), held("file")) if work and work.is_busy]
    poll = POLL_SECONDS if busy else None
    st.fragment(panel, run_every=poll)(state, material, request, was_busy=bool(busy))
    if not busy:
        draw_ahead(state, material, request)


def begin_preview(state: State, request: ExportRequest) -> None:
    """Ask for the picture of a request unless it is there or under way."""
    if request.format not in PICTURED:
        drop("preview")
        return
    preview_request = picture_of(request)
    preview = held("preview")
    if preview is not None and preview.request == preview_request:
        return
    if preview is not None and preview.job.state == "done":
        # The last picture stays, marked, until the next one is there.
        st.session_state["export_last"] = preview
        st.session_state.pop("work_preview")
    leave("preview")
    try:
        begin("preview", state, preview_request, short=True)
    except GeoError as error:
        st.warning(plain(error.explain(state.language)))


def picture_of(request: ExportRequest) -> ExportRequest:
    """Return what is asked for to see a request beforehand; how it is written down is left out."""
    return replace(
        request,
        format="png",
        atlas=False,
        plans=request.plans[:2],
        crs=WGS84,
        ascii_only=False,
        sheet=replace(request.sheet, for_screen=True, dpi=LOWEST_DPI),
    )


def draw_ahead(state: State, material: Material, request: ExportRequest) -> None:
    """Draw what the other presets of the plan show, while nobody waits for anything."""
    sheet = request.sheet
    is_of_preset = len(request.plans) == 1 and sheet.extent == "district"
    if request.format not in PICTURED or not is_of_preset or not is_for_all(state, sheet):
        return
    if pool().counts() != (0, 0):
        return
    folder, stamp = state.data.folder, folder_stamp(state.data.folder)
    for preset in presets(state, material.zones[request.plans[0]]):
        if preset.zones or preset.preset_id == "whole":
            other = picture_of(replace(request, sheet=replace(sheet, zones=preset.zones or None)))
            try:
                make_ahead(FUNCTION, (folder, other), stamp)
            except GeoError as error:
                logger.warning("nothing is drawn ahead: %s", error)
                return


def is_for_all(state: State, sheet: SheetOptions) -> bool:
    """Tell whether a sheet bears nothing of the reader's own: no words, no logo."""
    district = state.data.district
    review_number = district.review_number if district else ""
    extent = sheet.extent
    zone_name = state.name(extent) if isinstance(extent, str) and extent != "district" else ""
    return (
        not any((sheet.logo, sheet.subtitle, sheet.drawing_unit))
        and sheet.approval_number in ("", review_number)
        and sheet.title in ("", zone_name)
    )


def begin(slot: str, state: State, request: ExportRequest, *, short: bool = False) -> None:
    """Begin a job, or take the drawing that another reader had lately.

    What bears words of a reader's own goes with the reader.
    """
    folder = state.data.folder
    if request.format not in PICTURED or not is_for_all(state, request.sheet):
        submit(slot, request, FUNCTION, (folder, request), short=short)
    else:
        stamp = folder_stamp(folder)
        submit_shared(slot, request, FUNCTION, (folder, request), stamp, short=short)


def panel(state: State, material: Material, request: ExportRequest, *, was_busy: bool) -> None:
    """Draw the button, the progress of the file, and the picture."""
    file_work, preview = held("file"), held("preview")
    busy = any(work is not None and work.is_busy for work in (file_work, preview))
    if was_busy != busy:
        st.rerun()  # once more as a whole: the asking begins or ends
    show_file(state, material, request, file_work)
    if preview is None:
        st.caption(state.text("export.no_preview"))
        return
    last = st.session_state.get("export_last")
    is_new = preview.job.state == "done"
    picture = preview if is_new else last
    if preview.job.fault is not None:
        st.error(plain(preview.job.fault.render(state.language)))
    elif preview.is_busy:
        place = pool().place(preview.job)
        if place:
            st.caption(state.text("export.waiting", place=place))
        st.caption(state.text("export.preview_old" if picture else "export.preview_making"))
    if picture is not None and picture.job.file is not None:
        name = file_name(picture.request, material)
        words = "export.preview_alt" if is_new else "export.preview_old_alt"
        with st.container(key="export_picture" if is_new else "export_picture_old"):
            st.image(
                picture.job.file.read_bytes(), width="stretch", alt=state.text(words, name=name)
            )


def show_file(state: State, material: Material, request: ExportRequest, work: Work | None) -> None:
    """Draw what can be done about the file: make it, wait for it or give it up, take it."""
    if work is None or work.job.state in ("failed", "cancelled"):
        st.button(
            state.text("export.make"),
            type="primary",
            on_click=begin_file,
            args=(state, request),
            key="export_make",
        )
        st.caption(plain(file_name(request, material)))
        if work is not None and work.job.fault is not None:
            reason = work.job.fault.render(state.language)
            st.error(state.plain("export.failed", reason=reason))
        refusal = st.session_state.pop("export_refusal", "")
        if refusal:
            st.warning(plain(refusal))
    elif work.is_busy:
        place = pool().place(work.job)
        words = state.text("export.waiting", place=place) if place else work.job.words
        st.progress(work.job.share, words or state.text("export.reading"))
        st.button(state.text("export.cancel"), on_click=drop, args=("file",), key="export_cancel")
    elif work.job.file is not None:
        name, size = work.job.file.name, work.job.file.stat().st_size
        st.download_button(
            state.plain("export.download", name=name, size=size_words(size)),
            work.job.file.read_bytes,
            file_name=name,
            mime=MEDIA_TYPES[request.format],
            on_click="ignore",
            type="primary",
            key="export_download",
        )


def begin_file(state: State, request: ExportRequest) -> None:
    """Put the file into the queue; a full queue or disk is told."""
    try:
        begin("file", state, request)
    except GeoError as error:
        st.session_state["export_refusal"] = error.explain(state.language)
