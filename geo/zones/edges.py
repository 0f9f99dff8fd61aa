"""Make the rows of a shape's edges, each with the words, the line and the errors behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from geo.base import METHODS
from geo.uncertainty.identity import weakest
from geo.uncertainty.position import Piece, cut_at_stretches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.base import Base
    from geo.plans.model import Connector
    from geo.uncertainty.identity import Identity
    from geo.uncertainty.position import AreaBudget

EDGE_COLUMNS = [
    "edge_id", "zone_id", "limit", "qualifier", "clause", "road", "alias_reason",
    "alias_reason_en", "method", "position_error_m", "stretches", "identity", "candidates",
    "identity_reason", "identity_reason_en", "reasoning", "reasoning_en", "source", "source_en",
    "length_m", "corner_from", "corner_to", "gap_m", "connector", "connector_reason",
    "connector_reason_en", "half_width_m", "geometry",
]  # fmt: skip
"""Columns of an edge file, in order."""

PIECE_COLUMNS = [
    "edge_id", "road", "stretch", "method", "identity", "position_error_m", "half_width_m",
    "geometry",
]  # fmt: skip
"""Columns of the pieces of edges: one row for each stretch that an edge runs along."""

STRAIGHT_ERROR_SHARE = 0.15
"""Error of a straight connector as a share of its length: a street that joins the same two
ends and bows this much to one side is the arc of 67 degrees."""


@dataclass(frozen=True)
class Side:
    """What an edge row is made from.

    Parameters
    ----------
    edge_id, zone_id : str
        Ids.
    limit : str
        The name as printed.
    road : str
        The line that was drawn, as among the centrelines.
    geometry : LineString or MultiLineString
        Drawn along the ring, metric CRS.
    corner_from, corner_to : str
        How the corners were found.
    gap_m : float
        Closed inside the edge and at its last corner [m].
    length_m : float
        Along the road [m].
    qualifier, clause : str
        The sentence's words on this limit.
    connector : Connector or None
        The connector that the edge is.
    is_parallel : bool
        Whether the edge lies beside the road and not on it.
    own_piece : dict or None
        What the edge is made from where it is along no line of the base.
    """

    edge_id: str
    zone_id: str
    limit: str
    road: str
    geometry: shapely.Geometry
    corner_from: str
    corner_to: str
    length_m: float
    gap_m: float = 0.0
    qualifier: str = ""
    clause: str = ""
    connector: Connector | None = None
    is_parallel: bool = False
    own_piece: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Edges:
    """The edges of one shape and the pieces that they consist of.

    Parameters
    ----------
    table : GeoDataFrame
        `EDGE_COLUMNS`, metric CRS, in ring order.
    pieces : GeoDataFrame
        `PIECE_COLUMNS`, metric CRS, in ring order.
    """

    table: gpd.GeoDataFrame
    pieces: gpd.GeoDataFrame = field(repr=False)

    def classes(self, road: str) -> list[str | None]:
        """Return the identity classes of the stretches in use of a line."""
        return list(self.pieces["identity"][self.pieces["road"] == road])

    def weighed(self, budget: AreaBudget) -> Edges:
        """Return the same with the error of an edge over several stretches as in the budget."""
        errors = {row.edge_id: row.position_error_m for row in budget.edges}
        table = self.table.assign(
            position_error_m=[
                round(errors[edge_id], 1) if len(stretches) > 1 else error_m
                for edge_id, stretches, error_m in zip(
                    self.table["edge_id"],
                    self.table["stretches"],
                    self.table["position_error_m"],
                    strict=True,
                )
            ]
        )
        return Edges(table, self.pieces)

    def identified(self, identities: Mapping[str, Identity], names: Mapping[str, str]) -> Edges:
        """Return the same with the candidates of every edge.

        Parameters
        ----------
        identities : dict of str to Identity
            By name among the centrelines.
        names : dict of str to str
            That name for every limit as printed.
        """
        of_edges = [identities.get(names.get(limit, "")) for limit in self.table["limit"]]
        table = self.table.assign(
            candidates=[candidate_records(identity) for identity in of_edges],
            identity_reason=[i.reason if i else "" for i in of_edges],
            identity_reason_en=[i.reason_en if i else "" for i in of_edges],
        )
        return Edges(table, self.pieces)


def candidate_records(identity: Identity | None) -> list[dict[str, Any]]:
    """Return the candidates of a name for an edge file; none where the name is certain."""
    if identity is None or identity.main.probability >= 1:
        return []
    return [
        {
            "road": candidate.line,
            "probability": round(candidate.probability, 4),
            "evidence": candidate.evidence,
            "evidence_en": candidate.evidence_en,
        }
        for candidate in identity.candidates
    ]


def make_edges(sides: Sequence[Side], pieces: Sequence[Mapping[str, Any]], base: Base) -> Edges:
    """Return the rows of some edges, with the source of every side.

    Parameters
    ----------
    sides : sequence of Side
        In ring order.
    pieces : sequence of dict
        What `side_pieces` returned for all of them.
    base : Base
        Where the lines come from.

    Returns
    -------
    Edges
        The candidates of uncertain names are left empty; see `Edges.identified`.
    """
    by_edge: dict[str, list[Mapping[str, Any]]] = {}
    for piece in pieces:
        by_edge.setdefault(piece["edge_id"], []).append(piece)
    rows = [_row(side, by_edge[side.edge_id], base) for side in sides]
    return Edges(
        gpd.GeoDataFrame(rows, columns=EDGE_COLUMNS, geometry="geometry", crs=base.metric_crs),
        gpd.GeoDataFrame(pieces, columns=PIECE_COLUMNS, geometry="geometry", crs=base.metric_crs),
    )


def side_pieces(side: Side, base: Base, river: str | None) -> list[dict[str, Any]]:
    """Return the stretches that an edge runs along, in its direction.

    Parameters
    ----------
    side : Side
        The edge.
    base : Base
        Where the streets come from.
    river : str or None
        The reading of the rivers.

    Returns
    -------
    list of dict
        `PIECE_COLUMNS`, and source and reasoning of the stretch.
    """
    connector = side.connector
    if connector is not None and connector.is_straight:
        return [
            {
                "edge_id": side.edge_id,
                "road": side.road,
                "stretch": 1,
                "method": "estimated",
                "identity": None,
                "position_error_m": straight_error_m(connector.error_m, side.length_m),
                "half_width_m": 0.0,
                "geometry": side.geometry,
                "source": connector.evidence,
                "source_en": connector.evidence,
                "reasoning": connector.reason,
                "reasoning_en": connector.reason_en,
            }
        ]
    if side.own_piece is not None:
        side_record = {"edge_id": side.edge_id, "road": side.road, "geometry": side.geometry}
        return [dict(side.own_piece) | side_record]
    stretches = base.stretch_records(side.road, river)
    lines = [stretch["geometry"] for stretch in stretches]
    records = []
    for part in shapely.get_parts(side.geometry):
        for number, line in cut_at_stretches(part, lines):
            piece = stretches[number] | {
                "edge_id": side.edge_id,
                "road": side.road,
                "geometry": line,
            }
            if side.is_parallel:
                piece["half_width_m"] = 0.0  # a distance from the middle line has no kerb
            if connector is not None:
                # A reviewer's error of a connector covers that it may be another street.
                piece["position_error_m"] = max(piece["position_error_m"], connector.error_m)
            records.append(piece)
    return records


def as_pieces(records: Sequence[Mapping[str, Any]]) -> list[Piece]:
    """Return what `side_pieces` gave in the form that a budget takes."""
    return [
        Piece(
            record["edge_id"],
            record["road"],
            f"{record['road']}/{record['method']}",
            float(record["position_error_m"]),
            record["geometry"],
        )
        for record in records
    ]


def straight_error_m(error_m: float, length_m: float) -> float:
    """Return the error of a straight connector [m]: that of its ends, and a share of its length.

    Examples
    --------
    >>> straight_error_m(20.0, 100.0)
    25.0
    """
    return math.hypot(error_m, STRAIGHT_ERROR_SHARE * length_m)


def _row(side: Side, pieces: Sequence[Mapping[str, Any]], base: Base) -> dict[str, Any]:
    """Return the row of one edge."""
    alias = base.alias_of(side.limit)
    connector = side.connector
    methods = [piece["method"] for piece in pieces if piece["method"] in METHODS]
    return {
        "edge_id": side.edge_id,
        "zone_id": side.zone_id,
        "limit": side.limit,
        "qualifier": side.qualifier,
        "clause": side.clause,
        "road": side.road,
        "alias_reason": alias.reason if alias else "",
        "alias_reason_en": alias.reason_en if alias else "",
        "method": max(methods, key=METHODS.index, default=pieces[0]["method"]),
        "position_error_m": float(pieces[0]["position_error_m"]),
        "stretches": _stretch_records(pieces),
        "identity": weakest([piece["identity"] for piece in pieces]),
        "candidates": [],
        "identity_reason": "",
        "identity_reason_en": "",
        "reasoning": _joined(pieces, "reasoning", "；"),
        "reasoning_en": _joined(pieces, "reasoning_en", "; "),
        "source": _joined(pieces, "source", "；"),
        "source_en": _joined(pieces, "source_en", "; "),
        "length_m": round(side.length_m, 1),
        "corner_from": side.corner_from,
        "corner_to": side.corner_to,
        "gap_m": round(side.gap_m, 1),
        "connector": connector is not None,
        "connector_reason": connector.reason if connector else "",
        "connector_reason_en": connector.reason_en if connector else "",
        "half_width_m": max(piece["half_width_m"] for piece in pieces),
        "geometry": side.geometry,
    }


def _stretch_records(pieces: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the stretches of an edge for an edge file."""
    return [
        {
            "stretch": piece["stretch"],
            "method": piece["method"],
            "position_error_m": (
                None if math.isnan(piece["position_error_m"]) else piece["position_error_m"]
            ),
            "length_m": round(float(shapely.length(piece["geometry"])), 1),
        }
        for piece in pieces
    ]


def _joined(pieces: Sequence[Mapping[str, Any]], key: str, comma: str) -> str:
    """Return the different words of some pieces, each once."""
    return comma.join(dict.fromkeys(str(piece[key]) for piece in pieces if piece[key]))
