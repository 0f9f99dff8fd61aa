"""Check a file of shapes: confirm its datum, map its fields, judge it as our own zones."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st
from shapely.geometry import mapping

from geo.errors import GeoError
from geo.io import limits
from geo.io.geojson import layer_bytes
from geo.io.limits import SESSION_UPLOAD_BYTES, UPLOAD_BYTES
from geo.uploads.check import DEFAULT_ERROR_M, MOST_SHAPES, OwnReport, OwnShape, own_layer
from geo.uploads.fields import UNITS, Fields
from geo.uploads.jobs import JUDGE, LOOK, Brought, Choices, Looked
from geo.uploads.report import own_report_html, own_report_json
from views import data as tables
from views.choices import plain
from views.map.view import draw_over
from views.own.paste import file_metadata, finding_row
from views.work import drop, outcome, pool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.base import Base
    from geo.datums.guess import DatumGuess
    from geo.errors import Issue
    from views.state import State

KEPT = "own_upload"
"""What was found in the last upload of this session, by layer and by whether its closed lines
are outlines; gone with the session or the file."""

SLOT = "upload"
"""Of `views.work`: one job of a session at a time."""

JUDGED = "own_judged"
"""What was found of it, by the reader's choices; gone in the same way."""


def show_check(state: State) -> None:
    """Show the field for the file, then datum, fields, verdicts and downloads."""
    base = tables.base(state.data)
    # Any file may be chosen: the reader says of each in the reader's language what it is.
    st.html(f"<style>{picker_words(state)}</style>")
    upload = st.file_uploader(
        state.text("own.upload.label", limit=UPLOAD_BYTES // 2**20),
        help=state.text("own.upload.limits", **_limits()),
        key="own_file",
    )
    if upload is None:
        st.session_state.pop(KEPT, None)
        st.session_state.pop(JUDGED, None)
        drop(SLOT)
        st.caption(state.text("own.upload.sum", limit=SESSION_UPLOAD_BYTES // 2**20))
        pool().warm()
        return
    file, look = _chosen(upload, state)
    _show_issues([*look.issues, *look.guess.issues], state)
    if not look.guess.readings:
        return
    reading = _confirmed(look.guess, upload.file_id, state)
    fields, error_m = _mapped(look, upload.file_id, state)
    if reading is None:
        st.caption(state.text("own.datum.waiting"))
        return
    choices = Choices(reading, fields, error_m, state.language)
    report = _judged(upload.file_id, file, choices, base, state)
    draw_over(_overlay(report, state))
    st.html(_checks_html(report, state))
    st.html(_table_html(report, state))
    datum = next(r.label(state.language) for r in look.guess.readings if r.id == reading)
    _downloads(report, base, state, source=look.name, datum=datum)


def picker_words(state: State) -> str:
    """Return the style by which the field for a file speaks the reader's language.

    Streamlit's own words (“50MB per file”, “Upload”, “File must be 50.0MB or smaller.”) are
    English and have no setting.
    """
    limit = UPLOAD_BYTES // 2**20
    rules = (
        ('[data-testid="stFileUploaderDropzone"] button p', "own.picker.choose"),
        ('[data-testid="stFileUploaderDropzoneInstructions"]', "own.picker.limit"),
    )
    fault = state.text("own.picker.fault", limit=limit)
    broken = '.stFileUploader:has([data-testid="stFileChipIconError"])'
    # Streamlit shows its sentence only to who points at the file
    fault_rule = f'{broken}::after {{ content: "{fault}"; font-size: .875rem; color: #9f1c1c; }}'
    return fault_rule + "".join(
        f".stFileUploader {place}, .stFileUploader {place} > * {{ font-size: 0; }}"
        f".stFileUploader {place}::after {{ font-size: .875rem; white-space: normal;"
        f' content: "{state.text(key, limit=limit)}"; }}'
        for place, key in rules
    )


def _limits() -> dict[str, int]:
    """Return the limits that are told before a file is chosen."""
    return {
        "features": limits.FEATURES,
        "vertices": limits.VERTICES,
        "shapes": MOST_SHAPES,
        "unpacked": limits.ARCHIVE_BYTES // 2**20,
    }


def _chosen(upload: Any, state: State) -> tuple[Brought, Looked]:
    """Let the reader choose among the layers of a file and say what closed lines are."""
    file = Brought(upload.name, upload.getvalue())
    look = _looked(upload.file_id, file, state)
    if look.layers:
        chosen = st.selectbox(
            state.text("own.layer"),
            look.layers,
            index=look.layers.index(look.chosen),
            key=f"own_layer/{upload.file_id}",
        )
        if chosen != look.chosen:
            file = replace(file, layer=str(chosen))
            look = _looked(upload.file_id, file, state)
    st.caption(
        f"{plain(look.name)} · " + state.text("own.upload.read", kind=look.kind, count=look.count)
    )
    if look.closed_lines and st.checkbox(
        state.text("own.closed-lines", count=look.closed_lines),
        key=f"own_closed/{upload.file_id}/{look.chosen}",
    ):
        file = replace(file, outlines=True)
        look = _looked(upload.file_id, file, state)
    return file, look


def _looked(file_id: str, file: Brought, state: State) -> Looked:
    """Have a file read once for this session; a refusal too is kept.

    Raises
    ------
    GeoError
        If it cannot be read.
    """
    memory: tuple[str, dict[Any, Looked | GeoError]] | None = st.session_state.get(KEPT)
    if memory is None or memory[0] != file_id:
        memory = (file_id, {})
        st.session_state[KEPT] = memory
    way = (file.layer, file.outlines)
    if way not in memory[1]:
        arguments = (state.data.folder, file)
        memory[1][way] = outcome(SLOT, (file_id, *way), LOOK, arguments, state)
    result = memory[1][way]
    if isinstance(result, GeoError):
        raise result
    return result


def _judged(file_id: str, file: Brought, choices: Choices, base: Base, state: State) -> OwnReport:
    """Have the shapes judged once for this file and these choices; a rerun does not repeat it.

    Raises
    ------
    GeoError
        If that would cost or costs too much, and again from the session in every rerun.
    """
    way = (file.layer, file.outlines)
    key = (file_id, way, choices, base.district.data_version)
    memory = st.session_state.get(JUDGED)
    if memory is None or memory[0] != key:
        arguments = (state.data.folder, file, choices)
        memory = (key, outcome(SLOT, key, JUDGE, arguments, state))
        st.session_state[JUDGED] = memory
    if isinstance(memory[1], GeoError):
        raise memory[1]
    report: OwnReport = memory[1]
    return report


def _show_issues(issues: Iterable[Issue], state: State) -> None:
    """List what is wrong with the file."""
    all_issues = list(issues)
    if not all_issues:
        return
    rows = "".join(
        f"<li>{escape(issue.sentence(state.language))} "
        f'<span class="own-where">{escape(issue.place)}</span></li>'
        for issue in all_issues
    )
    with st.expander(
        state.text("own.file-issues", count=len(all_issues)), expanded=len(all_issues) < 8
    ):
        st.html(f'<ul class="own-list">{rows}</ul>')


def _confirmed(guess: DatumGuess, file_id: str, state: State) -> str | None:
    """Show the evidence and return the datum that the reader confirms, or None."""
    st.html(f'<h2 class="pm-h2">{escape(state.text("own.datum"))}</h2>')
    if guess.certain and guess.reading is not None:
        name, evidence = (
            guess.reading.label(state.language),
            guess.reading.evidence.render(state.language),
        )
        st.text(state.text("own.datum.certain", name=name, evidence=evidence))
    else:
        st.text(state.text("own.datum.uncertain"))
    labels = {
        reading.id: state.text(
            "own.datum.option",
            name=reading.label(state.language),
            evidence=reading.evidence.render(state.language),
        )
        for reading in guess.readings
    }
    chosen = st.selectbox(
        state.text("own.datum"),
        list(labels),
        index=0 if guess.certain else None,
        format_func=lambda reading: labels[reading],
        placeholder=state.text("own.datum.choose"),
        label_visibility="collapsed",
        key=f"own_datum/{file_id}/{state.language}",
    )
    if chosen is None:
        return None
    name = next(r.label(state.language) for r in guess.readings if r.id == chosen)
    is_confirmed = st.checkbox(
        f"{state.text('own.datum.confirm')} {name}",
        key=f"own_confirmed/{file_id}/{chosen}",
    )
    return chosen if is_confirmed else None


def _mapped(look: Looked, file_id: str, state: State) -> tuple[Fields, float]:
    """Let the reader say which columns hold name and area; return them and the error."""
    # What was guessed is chosen already; the reader may say that a column is none.
    columns = ["", *look.columns]
    guess = look.fields
    one, two, three, four = st.columns(4)

    def shown(column: str) -> str:
        return column or state.text("own.field.none")

    name = one.selectbox(
        state.text("own.field.name"),
        columns,
        index=columns.index(guess.name),
        format_func=shown,
        key=f"own_name/{file_id}/{state.language}",
    )
    area = two.selectbox(
        state.text("own.field.area"),
        columns,
        index=columns.index(guess.area),
        format_func=shown,
        key=f"own_area/{file_id}/{state.language}",
    )
    # A cell that states its own unit keeps it; this is for those without.
    units = list(UNITS)
    unit = three.selectbox(
        state.text("own.field.unit"),
        units,
        index=units.index(guess.unit),
        format_func=lambda key: state.text(f"own.unit.{key}"),
        key=f"own_unit/{file_id}/{state.language}",
    )
    # No file says how well its lines are known, so the reader does: it widens every interval.
    error_m = four.number_input(
        state.text("own.field.error"),
        0.0,
        500.0,
        DEFAULT_ERROR_M,
        step=1.0,
        help=state.text("own.field.error-help"),
        key=f"own_error/{file_id}",
    )
    return Fields(str(name), str(area), str(unit)), float(error_m)


def _overlay(report: OwnReport, state: State) -> dict[str, Any]:
    """Return the shapes, and dashed the zones nearest to them, for the map."""
    features = []
    near = dict.fromkeys(s.neighbour.zone_id for s in report.shapes if s.neighbour)
    for zone_id in near:
        feature = state.data.features.get(zone_id)
        if feature and feature.get("geometry"):
            style = {"color": "#4b5563", "weight": 2.5, "dashArray": "7 5"}
            features.append(_feature(state.label(zone_id), zone_id, style, feature["geometry"]))
    for shape in report.shapes:
        if shape.geometry is not None and not shape.geometry.is_empty:
            style = {"color": "#9a3412", "weight": 3, "fill": True, "fillOpacity": 0.15}
            features.append(_feature(shape.name, shape.shape_id, style, mapping(shape.geometry)))
    return {"type": "FeatureCollection", "features": features}


def _feature(label: str, overlay_id: str, style: Any, geometry: Any) -> dict[str, Any]:
    properties = {"label": label, "overlay_id": overlay_id, "style": style}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _checks_html(report: OwnReport, state: State) -> str:
    """Return the checks of the shapes and what could not be used."""
    rows = []
    for check in report.checks:
        words = "；".join(s.words(state.language) for s in check.statements)
        rows.append(
            f"<li><strong>{escape(check.title(state.language))}</strong> "
            f"{escape(state.text(f'status.{check.status}'))} {escape(words)}</li>"
        )
    rows += [
        f"<li>{escape(issue.place)}：{escape(issue.sentence(state.language))}</li>"
        for issue in report.issues
    ]
    return (
        f'<h2 class="pm-h2">{escape(state.text("own.checks"))}</h2>'
        f'<ul class="own-list">{"".join(rows)}</ul>'
        f'<p class="pm-foot">{escape(state.text("own.report.rule", error=report.error_m))}</p>'
    )


def _table_html(report: OwnReport, state: State) -> str:
    """Return the verdicts, each beside the nearest zone of the project."""
    columns = ("name", "stated", "computed", "interval", "verdict", "reason", "beside")
    head = "".join(f'<th scope="col">{escape(state.text(f"own.column.{c}"))}</th>' for c in columns)
    rows = "".join(
        finding_row(s.finding, s.name, state, f'<td class="own-why">{_beside(s, state)}</td>')
        for s in report.shapes
    )
    return (
        f'<h2 class="pm-h2" id="own-results">{escape(state.text("own.results"))}</h2>'
        f'<div class="pm-scroll" tabindex="0" role="region" aria-labelledby="own-results">'
        f'<table class="pm-areas own-areas"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _beside(shape: OwnShape, state: State) -> str:
    """Return what is said of the nearest zone, escaped."""
    near = shape.neighbour
    if near is None:
        return "–"
    words = [state.label(near.zone_id)]
    if near.overlap_km2 > 0:
        words.append(
            state.text(
                "own.beside",
                overlap=near.overlap_km2,
                of_shape=near.share_of_shape,
                of_zone=near.share_of_zone,
                furthest=near.furthest_m,
            )
        )
    else:
        words.append(state.text("own.apart", distance=near.distance_m))
    properties = state.data.features.get(near.zone_id, {}).get("properties", {})
    if properties.get("computed_area_km2") is not None:
        stated = properties.get("stated_area_km2")
        words.append(
            state.text(
                "own.zone-figures",
                stated="–" if stated is None else stated,
                computed=properties["computed_area_km2"],
                verdict=state.text(f"verdict.{properties.get('verdict') or 'not_stated'}"),
            )
        )
    return "<br>".join(map(escape, words))


def _downloads(report: OwnReport, base: Base, state: State, *, source: str, datum: str) -> None:
    """Offer the report and the shapes."""
    zones = {zone: feature["properties"] for zone, feature in state.data.features.items()}
    page = own_report_html(
        report,
        base,
        zones,
        source=source,
        datum=datum,
        language=state.language,
        date=state.today,
    )
    record = own_report_json(report, base, zones, source=source, datum=datum)
    shapes = layer_bytes(own_layer(report), file_metadata(state, base))
    for column, name, content, file_name, kind in zip(
        st.columns(3),
        ("report", "json", "geojson"),
        (page.encode(), record.encode(), shapes),
        ("own-report.html", "own-report.json", "own-shapes.geojson"),
        ("text/html", "application/json", "application/geo+json"),
        strict=True,
    ):
        column.download_button(
            state.text(f"own.download.{name}"),
            content,
            file_name,
            kind,
            on_click="ignore",
            width="stretch",
        )
