"""The export panel: choose, preview, make the file; the same door as ``geo export``."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.errors import ExportError, GeoError
from geo.export.files import DATA_FORMATS, WGS84_ONLY
from layers.exports import (
    FORMATS,
    SHEET_FORMATS,
    ExportRequest,
    Material,
    check_request,
    export,
    file_name,
    read_material,
)
from layers.sheets.options import Extent, Orientation, PaperName, SheetOptions
from views import link
from views.choices import plain
from views.state import folder_stamp

if TYPE_CHECKING:
    from views.state import Stamp, State

logger = logging.getLogger(__name__)

REFERENCE_SYSTEMS = {"EPSG:4326": "WGS84", "EPSG:4490": "CGCS2000", "metric": ""}
PREVIEW_DPI = 150
LARGEST_LOGO_BYTES = 5_000_000


@st.cache_resource(max_entries=2, show_spinner=False)
def material_of(folder: Path, stamp: Stamp) -> Material:  # noqa: ARG001
    """Read what exports are made from; kept until a file changes, shared, never changed."""
    return read_material(folder)


def show(state: State) -> None:
    """Show the choices, and make a preview or the file when asked."""
    st.caption(state.text("export.lead"))
    try:
        material = material_of(state.data.folder, folder_stamp(state.data.folder))
    except GeoError as error:
        st.error(state.plain("export.failed", reason=error))
        return
    if not material.zones:
        st.info(state.text("page.no_data"))
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        request = choose(state, material)
        preview, make = st.columns(2)
        wants_preview = preview.button(
            state.text("export.preview"),
            width="stretch",
            disabled=request.format not in SHEET_FORMATS and request.format != "pptx",
        )
        wants_file = make.button(state.text("export.make"), type="primary", width="stretch")
    with right:
        if wants_preview or wants_file:
            make_file(state, material, request, is_preview=wants_preview)
        show_made(state, request, material)


def choose(state: State, material: Material) -> ExportRequest:
    """Draw the widgets and return what they ask for."""
    plans = list(material.zones)
    default = next((plan for plan in state.plans if plan in plans), plans[-1])
    plan = st.selectbox(
        state.text("export.plan"),
        plans,
        index=plans.index(default),
        format_func=lambda p: state.data.plan_name(p, state.language),
        key="export_plan",
    )
    word = st.selectbox(
        state.text("export.format"),
        FORMATS,
        index=FORMATS.index("pdf"),
        format_func=lambda f: state.text(f"export.format.{f}"),
        key="export_format",
    )
    other = None
    if word in SHEET_FORMATS or word in ("pptx", "docx", "html", "xlsx"):
        other = st.selectbox(
            state.text("export.other"),
            [p for p in plans if p != plan],
            index=None,
            format_func=lambda p: state.data.plan_name(p, state.language),
            placeholder=state.text("export.none"),
            key="export_other",
        )
    both = tuple(p for p in plans if p in (plan, other))
    ids = [zone for p in both for zone in material.zones[p]["zone_id"]]
    zones: tuple[str, ...] | None = None
    if st.toggle(state.text("export.zones_shown"), key="export_shown_only"):
        zones = tuple(zone for zone in state.shown if zone in ids)
    else:
        picked = st.multiselect(
            state.text("export.zones"),
            ids,
            format_func=state.label,
            placeholder=state.text("export.all"),
            key="export_zones",
        )
        zones = tuple(picked) or None
    sheet = SheetOptions(zones=zones, language="en" if state.language == "en" else "zh")
    atlas = False
    if word in SHEET_FORMATS:
        sheet, atlas = choose_sheet(state, material, sheet, both, word)
    crs = "EPSG:4326"
    if word in DATA_FORMATS and word not in WGS84_ONLY:
        names = {**REFERENCE_SYSTEMS, "metric": material.base.metric_crs}
        picked_crs = st.selectbox(
            state.text("export.crs"), list(names), format_func=names.__getitem__, key="export_crs"
        )
        crs = material.base.metric_crs if picked_crs == "metric" else picked_crs
    return ExportRequest(
        format=word,
        date=dt.date.fromisoformat(state.today),
        plans=both,
        sheet=sheet,
        atlas=atlas,
        crs=crs,
        ascii_only=st.toggle(state.text("export.ascii"), key="export_ascii"),
    )


def choose_sheet(
    state: State, material: Material, sheet: SheetOptions, plans: tuple[str, ...], word: str
) -> tuple[SheetOptions, bool]:
    """Draw the widgets that only a sheet has."""
    first, second = st.columns(2)
    paper: PaperName = first.selectbox(
        state.text("export.paper"), ["A4", "A3", "16:9"], key="export_paper"
    )
    orientation: Orientation = "landscape"
    if paper != "16:9":
        orientation = second.selectbox(
            state.text("export.orientation"),
            ["landscape", "portrait"],
            format_func=lambda o: state.text(f"export.{o}"),
            key="export_orientation",
        )
    dpi = 300
    if word == "png":
        dpi = st.select_slider(
            state.text("export.dpi"), [150, 200, 300, 450, 600], value=300, key="export_dpi"
        )
    drawn = [
        zone
        for plan in plans
        for zone, shape in zip(
            material.zones[plan]["zone_id"], material.zones[plan].geometry, strict=True
        )
        if shape is not None and not shape.is_empty
    ]
    own = {"district": "export.extent_district", "view": "export.extent_view"}
    extent: Extent = st.selectbox(
        state.text("export.extent"),
        [*own, *drawn],
        format_func=lambda e: state.text(own[e]) if e in own else state.label(e),
        key="export_extent",
    )
    if extent == "view":
        extent = view_on_map() or "district"
    labels = st.toggle(state.text("export.labels"), value=True, key="export_labels")
    greyscale = st.toggle(state.text("export.greyscale"), key="export_greyscale")
    table = st.toggle(state.text("export.table"), key="export_table")
    atlas = False
    if word == "pdf" and len(plans) == 1:
        atlas = st.toggle(state.text("export.atlas_choice"), key="export_atlas")
    with st.expander(state.text("export.options")):
        title = st.text_input(state.text("export.title"), key="export_title", max_chars=80)
        subtitle = st.text_input(state.text("export.subtitle"), key="export_subtitle", max_chars=80)
        approval = st.text_input(state.text("export.approval"), key="export_approval", max_chars=60)
        unit = st.text_input(state.text("export.unit"), key="export_unit", max_chars=60)
        logo: Any = st.file_uploader(
            state.text("export.logo"), type=["png", "jpg", "jpeg"], key="export_logo"
        )
    picture = logo.getvalue() if logo is not None else b""
    if len(picture) > LARGEST_LOGO_BYTES:
        st.warning(state.text("export.failed", reason=f"{len(picture):,} > {LARGEST_LOGO_BYTES:,}"))
        picture = b""
    return (
        replace(
            sheet,
            paper=paper,
            orientation=orientation,
            dpi=dpi,
            extent=extent,
            labels=labels,
            greyscale=greyscale,
            area_table=table,
            title=title,
            subtitle=subtitle,
            approval_number=approval,
            drawing_unit=unit,
            logo=picture,
        ),
        atlas,
    )


def view_on_map() -> tuple[float, float, float, float] | None:
    """Return what the map shows beside its cards: left, bottom, right, top, WGS84."""
    try:
        left, bottom, right, top = map(float, link.words("bbox").split(","))
    except ValueError:
        return None
    return (left, bottom, right, top) if left < right and bottom < top else None


def make_file(
    state: State, material: Material, request: ExportRequest, *, is_preview: bool
) -> None:
    """Make the preview or the file, and keep it in the session until the next one."""
    if is_preview:
        request = replace(
            request, format="png", atlas=False, sheet=replace(request.sheet, dpi=PREVIEW_DPI)
        )
    st.session_state.pop("export_made", None)
    bar = st.progress(0.0, state.text("export.reading"))

    def show(share: float, words: str) -> None:
        bar.progress(share, words)

    try:
        check_request(request, material)
        made = export(request, material, show)
    except ExportError as error:
        st.error(state.plain("export.failed", reason=error))
        return
    finally:
        bar.empty()
    st.session_state["export_made"] = (made, is_preview, state.language)


def show_made(state: State, request: ExportRequest, material: Material) -> None:
    """Show what was made last: the preview as a picture, the file as a download."""
    kept = st.session_state.get("export_made")
    if kept is None:
        name = file_name(request, material)
        st.caption(plain(name))
        if request.format not in SHEET_FORMATS and request.format != "pptx":
            st.caption(state.text("export.no_preview"))
        return
    made, is_preview, _ = kept
    if is_preview:
        st.image(made.content, width="stretch")
        return
    st.download_button(
        state.plain("export.download", name=made.name, size=size_words(len(made.content))),
        made.content,
        file_name=made.name,
        mime=made.media_type,
        on_click="ignore",
        type="primary",
    )
    if made.media_type == "image/png":
        st.image(made.content, width="stretch")


def size_words(count: int) -> str:
    """Return a number of bytes in kB or MB."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(count / 1e3, 1):.0f} kB"
