"""Say what a check found, with numbers and place, and whether it passed, failed or was skipped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

import geopandas as gpd
import shapely
from shapely import Geometry

from geo.errors import Issue
from geo.texts import Text, text

Status = Literal["passed", "noted", "failed", "skipped"]
STATUSES: tuple[Status, ...] = ("failed", "noted", "passed", "skipped")


@dataclass(frozen=True)
class Statement:
    """One thing that a check found, with its numbers and its place.

    Parameters
    ----------
    statement_id : str
        Stable: the check's id and the objects concerned.
    level : {"error", "warning", "info"}
        Only ``"error"`` fails a check.
    zones : tuple of str
        The zones concerned.
    zh, en : str
        The statement in words, numbers included.
    longitude, latitude : float or None
        Where it lies, WGS84.
    """

    statement_id: str
    level: Literal["error", "warning", "info"]
    zones: tuple[str, ...]
    zh: str
    en: str
    longitude: float | None = None
    latitude: float | None = None

    def words(self, language: str) -> str:
        """Return the statement in a language."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class Check:
    """One check: its tolerance, whether it ran, and what it found.

    Parameters
    ----------
    check_id : str
        Stable, such as ``"topology/overlaps/13th"``.
    status : {"passed", "noted", "failed", "skipped"}
        ``"noted"`` has statements, none of them an error.
    tolerance : str
        The tolerance used, with its unit; empty where there is none.
    statements : tuple of Statement
        What it found, or why it was skipped.
    """

    check_id: str
    status: Status
    tolerance: str
    statements: tuple[Statement, ...]

    @property
    def code(self) -> str:
        """The kind of check, such as ``"topology/overlaps"``."""
        return "/".join(self.check_id.split("/")[:2])

    @property
    def plan(self) -> str:
        """The plan that it looked at, or empty."""
        return self.check_id.split("/")[2] if self.check_id.count("/") > 1 else ""

    def title(self, language: str) -> str:
        """Return what the check asks."""
        return text(f"check.{self.code}", language)

    def as_record(self) -> dict[str, Any]:
        """Return plain dictionaries and lists."""
        return asdict(self)


def status_of(check_id: str, statements: Iterable[Statement], tolerance: str = "") -> Check:
    """Return a check that ran: failed on an error, noted on any statement, else passed."""
    all_statements = tuple(statements)
    if any(s.level == "error" for s in all_statements):
        status: Status = "failed"
    else:
        status = "noted" if all_statements else "passed"
    return Check(check_id, status, tolerance, all_statements)


def skipped(check_id: str, reason: str, **values: object) -> Check:
    """Return a check that did not run; `reason` is a key of the catalogue."""
    statement = Statement(
        f"{check_id}/skipped",
        "info",
        (),
        text(reason, "zh", **values),
        text(reason, "en", **values),
    )
    return Check(check_id, "skipped", "", (statement,))


def statement(
    check_id: str,
    level: Literal["error", "warning", "info"],
    key: str,
    zones: tuple[str, ...] = (),
    at: Geometry | None = None,
    suffix: str = "",
    **values: object,
) -> Statement:
    """Return a statement in both languages; `at` is a WGS84 geometry where it lies."""
    point = None if at is None or shapely.is_empty(at) else shapely.point_on_surface(at)
    parts = [check_id, *zones, *([suffix] if suffix else [])]
    words = Text(f"found.{key}", **values)
    return Statement(
        "/".join(parts),
        level,
        zones,
        words.render("zh"),
        words.render("en"),
        None if point is None else round(float(shapely.get_x(point)), 6),
        None if point is None else round(float(shapely.get_y(point)), 6),
    )


def statement_of(statement_id: str, issue: Issue, zones: tuple[str, ...] = ()) -> Statement:
    """Return an issue as a statement: its place, what is wrong, and what to do."""
    return Statement(
        statement_id,
        issue.level,
        zones,
        f"{issue.place}：{issue.sentence('zh')}",
        f"{issue.place}: {issue.sentence('en')}",
    )


def drawn_areas(zones: gpd.GeoDataFrame, *kinds: str) -> gpd.GeoDataFrame:
    """Return the rows with an area, of some kinds or of all."""
    has_area = zones.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    return zones[has_area & zones["kind"].isin(kinds)] if kinds else zones[has_area]
