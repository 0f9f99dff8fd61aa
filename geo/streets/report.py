"""What an import made and how far the bundled streets were off, for a person to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.texts import text

if TYPE_CHECKING:
    from geo.streets.importing import ImportedStreets

COLUMNS = (
    "name",
    "method",
    "claimed_error_m",
    "median_m",
    "p95_m",
    "hausdorff_m",
    "length_ratio",
    "within_claim",
)


def import_report(
    imported: ImportedStreets, comparison: pd.DataFrame | None = None, language: str = "zh"
) -> str:
    """Return the report on an import as Markdown.

    Parameters
    ----------
    imported : ImportedStreets
    comparison : DataFrame, optional
        From `geo.streets.drift.compare_with_base`; worst street first.
    language : {"zh", "en"}

    Returns
    -------
    str
        Names are data: escape them where this becomes HTML.
    """
    report = imported.report
    unknown = text("streets.unknown", language)
    lines = [
        text(
            "streets.source",
            language,
            file=imported.source["file"],
            format=imported.source["format"],
            date=imported.extract_date[:10] or unknown,
            sha256=imported.source["sha256"][:12],
        ),
        text(
            "streets.whose",
            language,
            attribution=imported.attribution or unknown,
            licence=imported.licence or unknown,
        ),
        "",
        text(
            "streets.made",
            language,
            roads=len(report),
            ways=int(report["ways"].sum()),
            divided=int((report["divided_m"] > 0).sum()),
        ),
        text(
            "streets.joined",
            language,
            count=int(report["joined"].sum()),
            widest_m=float(report["joined_max_m"].max()),
            extended=int((report["extended_m"] > 0).sum()),
            longest_m=float(report["extended_m"].max()),
        ),
    ]
    lines += [
        "- " + text("streets.extended", language, name=name, to=to.replace("; ", "、"))
        for name, to in zip(report["name"], report["extended_to"], strict=True)
        if to
    ]
    still_open = report[report["open"] > 0].sort_values("open_m", ascending=False)
    lines += [
        "- " + text("streets.open", language, name=name, parts=parts, open_m=open_m)
        for name, parts, open_m in zip(
            still_open["name"], still_open["parts"], still_open["open_m"], strict=True
        )
    ] or [text("streets.nothing_open", language)]
    if comparison is not None:
        lines += ["", *_comparison_lines(comparison, language)]
    return "\n".join(lines) + "\n"


def _comparison_lines(comparison: pd.DataFrame, language: str) -> list[str]:
    measured = comparison[comparison["median_m"].notna()]
    measured = measured.sort_values("median_m", ascending=False, kind="stable")
    heads = [text(f"streets.column.{column}", language) for column in COLUMNS]
    lines = [
        text("streets.compared", language),
        "",
        f"| {' | '.join(heads)} |",
        "|---|---|---:|---:|---:|---:|---:|---|",
    ]
    lines += [
        f"| {' | '.join(_cell(row[column], column, language) for column in COLUMNS)} |"
        for row in measured.to_dict("records")
    ]
    lacking = comparison.loc[comparison["found"] == "base only", "name"]
    if len(lacking):
        lines += ["", text("streets.base_only", language, names="、".join(lacking))]
    if len(measured):
        by_method = measured.groupby("method")["median_m"].median()
        lines += [
            "",
            text(
                "streets.summary",
                language,
                count=len(measured),
                traced_m=float(by_method.get("traced", float("nan"))),
                inferred_m=float(by_method.get("inferred", float("nan"))),
                within=int(measured["within_claim"].astype(bool).sum()),
            ),
        ]
    return lines


def _cell(value: object, column: str, language: str) -> str:
    """Return a value as a cell of a Markdown table."""
    if column == "within_claim":
        return text("streets.yes" if value else "streets.no", language)
    if column == "method" and value in ("traced", "inferred"):
        return text(f"streets.method.{value}", language)
    if pd.isna(value):  # type: ignore[call-overload]
        return "–"
    if column == "length_ratio":
        return f"{value:.3f}"
    return f"{value:.1f}" if isinstance(value, float) else str(value).replace("|", "\\|")
