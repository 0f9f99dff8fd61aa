"""Write zones, edges and citations into a PostGIS database: idempotent, in one transaction."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, LiteralString
from urllib.parse import unquote

import shapely

from geo.errors import ExportError
from geo.export.cells import plain_cell
from geo.texts import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd
    import psycopg

DEFAULT_SCHEMA = "heping_plan"
SRID = 4326
CONNECT_SECONDS = 10
"""Wait for the server, unless the DSN says otherwise [s]."""

VERBATIM = ("limits_text", "positioning", "strategy", "quote")
"""Columns of a zone file that quote a plan document; each passage is a citation."""

_SCHEMA_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")

_TABLES: LiteralString = """
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.plans (
    plan text PRIMARY KEY,
    name text NOT NULL,
    data_version text NOT NULL,
    exported_on date NOT NULL,
    licence text NOT NULL,
    attribution text NOT NULL,
    metadata jsonb NOT NULL
);
CREATE TABLE IF NOT EXISTS {schema}.documents (
    document_id text PRIMARY KEY,
    plan text NOT NULL REFERENCES {schema}.plans ON DELETE CASCADE,
    title text NOT NULL,
    title_en text,
    issuer text,
    number text,
    date text
);
CREATE TABLE IF NOT EXISTS {schema}.zones (
    zone_id text PRIMARY KEY,
    plan text NOT NULL REFERENCES {schema}.plans ON DELETE CASCADE,
    document_id text NOT NULL REFERENCES {schema}.documents ON DELETE CASCADE,
    ordinal integer NOT NULL,
    "group" text,
    place text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('zone', 'belt', 'cluster')),
    basis text NOT NULL
        CHECK (basis IN ('stated', 'carried', 'interpreted', 'corridor', 'named')),
    name text NOT NULL CHECK (name <> ''),
    name_en text,
    short_name text,
    short_name_en text,
    section text,
    citation text,
    places text[] NOT NULL,
    stated_area text,
    stated_area_km2 double precision CHECK (stated_area_km2 > 0),
    stated_length text,
    stated_length_km double precision CHECK (stated_length_km > 0),
    computed_area_km2 double precision CHECK (computed_area_km2 > 0),
    low_km2 double precision CHECK (low_km2 >= 0),
    high_km2 double precision CHECK (high_km2 >= low_km2),
    computed_length_km double precision CHECK (computed_length_km > 0),
    reading text,
    readings jsonb NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('agrees', 'agrees_at_edge', 'disagrees',
        'by_construction', 'not_stated', 'not_determinable')),
    verdict_reason text,
    verdict_reason_en text,
    carried_from text,
    reasoning text,
    reasoning_en text,
    geom geometry(Geometry, 4326) CHECK (ST_IsValid(geom))
);
CREATE INDEX IF NOT EXISTS zones_geom_idx ON {schema}.zones USING gist (geom);
CREATE INDEX IF NOT EXISTS zones_plan_idx ON {schema}.zones (plan);
CREATE TABLE IF NOT EXISTS {schema}.edges (
    edge_id text PRIMARY KEY,
    zone_id text NOT NULL REFERENCES {schema}.zones ON DELETE CASCADE,
    "limit" text NOT NULL,
    qualifier text,
    clause text,
    road text,
    alias_reason text,
    method text,
    position_error_m double precision CHECK (position_error_m >= 0),
    source text,
    length_m double precision CHECK (length_m >= 0),
    corner_from text,
    corner_to text,
    gap_m double precision CHECK (gap_m >= 0),
    connector boolean NOT NULL,
    connector_reason text,
    half_width_m double precision CHECK (half_width_m >= 0),
    geom geometry(Geometry, 4326) NOT NULL
);
ALTER TABLE {schema}.edges
    ADD COLUMN IF NOT EXISTS stretches jsonb,
    ADD COLUMN IF NOT EXISTS identity text,
    ADD COLUMN IF NOT EXISTS candidates jsonb,
    ADD COLUMN IF NOT EXISTS reasoning text,
    ADD COLUMN IF NOT EXISTS reasoning_en text;
CREATE INDEX IF NOT EXISTS edges_geom_idx ON {schema}.edges USING gist (geom);
CREATE INDEX IF NOT EXISTS edges_zone_idx ON {schema}.edges (zone_id);
CREATE TABLE IF NOT EXISTS {schema}.citations (
    zone_id text NOT NULL REFERENCES {schema}.zones ON DELETE CASCADE,
    key text NOT NULL,
    ordinal integer NOT NULL,
    document_id text NOT NULL REFERENCES {schema}.documents ON DELETE CASCADE,
    section text,
    passage text NOT NULL CHECK (passage <> ''),
    PRIMARY KEY (zone_id, key, ordinal)
);
COMMENT ON SCHEMA {schema} IS {notice};
"""

# fmt: off
_ZONE_COLUMNS = (
    "zone_id", "plan", "document_id", "ordinal", "group", "place", "kind", "basis", "name",
    "name_en", "short_name", "short_name_en", "section", "citation", "places", "stated_area",
    "stated_area_km2", "stated_length", "stated_length_km", "computed_area_km2", "low_km2",
    "high_km2", "computed_length_km", "reading", "readings", "verdict", "verdict_reason",
    "verdict_reason_en", "carried_from", "reasoning", "reasoning_en", "geom",
)
_EDGE_COLUMNS = (
    "edge_id", "zone_id", "limit", "qualifier", "clause", "road", "alias_reason", "method",
    "position_error_m", "stretches", "identity", "candidates", "reasoning", "reasoning_en",
    "source", "length_m", "corner_from", "corner_to", "gap_m", "connector",
    "connector_reason", "half_width_m", "geom",
)
# fmt: on


def write_postgis(
    dsn: str,
    zones_by_plan: Mapping[str, gpd.GeoDataFrame],
    edges_by_plan: Mapping[str, gpd.GeoDataFrame],
    *,
    date: dt.date,
    schema: str = DEFAULT_SCHEMA,
) -> dict[str, int]:
    """Write plans into the tables of a schema: all of them, or nothing.

    What the schema held of these plans is replaced, other plans stay; a
    second run leaves the same rows. Grants and views on the tables stay.

    Parameters
    ----------
    dsn : str
        As libpq has it: ``postgresql://user@host/database`` or ``key=value``
        pairs. It is never shown or logged.
    zones_by_plan, edges_by_plan : mapping of str to GeoDataFrame
        Zone and edge files as `geo.io.read_layer` gives them, WGS84, by plan.
    date : datetime.date
        Date of export, kept in ``plans``.
    schema : str
        Name of the schema, made if it is missing.

    Returns
    -------
    dict of str to int
        Rows written by table.

    Raises
    ------
    ExportError
        If psycopg is not installed, the database is away or refuses, PostGIS
        is missing, or a row breaks a constraint; nothing is changed then.
    """
    if not _SCHEMA_NAME.fullmatch(schema):
        raise ExportError(Text("postgis.schema", schema=schema))
    if not zones_by_plan or all(zones.empty for zones in zones_by_plan.values()):
        raise ExportError(Text("refused.no-plan-zone"))
    try:
        import psycopg
    except ImportError as error:
        raise ExportError(Text("postgis.no-psycopg")) from error
    rows = _rows(zones_by_plan, edges_by_plan, date)
    try:
        with _connect(dsn) as connection:  # one transaction: committed at the end, or rolled back
            _check_postgis(connection)
            _make_tables(connection, schema, _credits(zones_by_plan))
            _delete_plans(connection, schema, list(zones_by_plan))
            for table, (columns, records) in rows.items():
                _insert(connection, schema, table, columns, records)
    except psycopg.OperationalError as error:
        raise ExportError(Text("postgis.away", said=_first_line(error))) from error
    except psycopg.Error as error:
        raise ExportError(Text("postgis.refused", said=_first_line(error))) from error
    return {table: len(records) for table, (_, records) in rows.items()}


def _connect(dsn: str) -> psycopg.Connection:
    """Open a connection that waits a bounded time."""
    import psycopg
    from psycopg import conninfo

    try:
        parameters: dict[str, Any] = dict(conninfo.conninfo_to_dict(dsn))
    except psycopg.ProgrammingError:
        raise ExportError(Text("postgis.dsn")) from None  # it may quote the password
    # A password with @ or / as it is would be taken for part of the host, and told with it.
    before, at, _ = dsn.partition("://")[2].rpartition("@")
    if at and unquote(before.partition(":")[2]) != parameters.get("password", ""):
        raise ExportError(Text("postgis.dsn-signs"))
    parameters.setdefault("connect_timeout", str(CONNECT_SECONDS))
    parameters.setdefault("application_name", "geo export")
    return psycopg.connect(conninfo.make_conninfo(**parameters))


def _check_postgis(connection: psycopg.Connection) -> None:
    """Make the extension if it is missing and may be made."""
    import psycopg

    extension = connection.execute(
        "SELECT 1 FROM pg_extension WHERE extname = 'postgis'"
    ).fetchone()
    if extension:
        return
    try:
        with connection.transaction():
            connection.execute("CREATE EXTENSION postgis")
    except psycopg.Error as error:
        raise ExportError(Text("postgis.no-extension", said=_first_line(error))) from error


def _credits(zones_by_plan: Mapping[str, gpd.GeoDataFrame]) -> str:
    """Return whose data the plans are, each line once, in English."""
    tables = [zones.attrs.get("metadata") or {} for zones in zones_by_plan.values()]
    lines = [str(m.get("attribution_en") or m.get("attribution") or "") for m in tables]
    return " ".join(dict.fromkeys(line for line in lines if line))


def _make_tables(connection: psycopg.Connection, schema: str, credit: str) -> None:
    """Make what is missing; two exports at once wait for one another."""
    from psycopg import sql

    connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"geo {schema}"])
    connection.execute("SET LOCAL client_min_messages = warning")
    notice = "Zones, edges and citations of plans, WGS84; schematic, without legal effect."
    notice = f"{notice} {credit}".rstrip()
    connection.execute(
        sql.SQL(_TABLES).format(schema=sql.Identifier(schema), notice=sql.Literal(notice))
    )


def _delete_plans(connection: psycopg.Connection, schema: str, plans: list[str]) -> None:
    """Delete plans with all that belongs to them."""
    from psycopg import sql

    query = sql.SQL("DELETE FROM {} WHERE plan = ANY(%s)").format(sql.Identifier(schema, "plans"))
    connection.execute(query, [plans])


def _insert(
    connection: psycopg.Connection,
    schema: str,
    table: str,
    columns: Sequence[str],
    records: list[list[Any]],
) -> None:
    """Insert rows; the column ``geom`` comes as WKB."""
    from psycopg import sql

    point = sql.SQL("ST_SetSRID(ST_GeomFromWKB(%s), {})").format(sql.Literal(SRID))
    query = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(schema, table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(point if c == "geom" else sql.Placeholder() for c in columns),
    )
    with connection.cursor() as cursor:
        cursor.executemany(query, records)


def _rows(
    zones_by_plan: Mapping[str, gpd.GeoDataFrame],
    edges_by_plan: Mapping[str, gpd.GeoDataFrame],
    date: dt.date,
) -> dict[str, tuple[Sequence[str], list[list[Any]]]]:
    """Return columns and rows of each table, parents first."""
    plans, documents, zones, edges, citations = [], [], [], [], []
    for plan, layer in zones_by_plan.items():
        metadata = layer.attrs.get("metadata") or {}
        plans.append(_plan_row(plan, metadata, date))
        documents += _document_rows(plan, metadata, layer)
        for ordinal, record in enumerate(_records(layer)):
            zones.append(_zone_row(plan, ordinal, record))
            citations += _citation_rows(record)
        edge_layer = edges_by_plan.get(plan)
        if edge_layer is not None:
            edges += [_edge_row(record) for record in _records(edge_layer)]
    return {
        "plans": (
            ("plan", "name", "data_version", "exported_on", "licence", "attribution", "metadata"),
            plans,
        ),
        "documents": (
            ("document_id", "plan", "title", "title_en", "issuer", "number", "date"),
            documents,
        ),
        "zones": (_ZONE_COLUMNS, zones),
        "edges": (_EDGE_COLUMNS, edges),
        "citations": (
            ("zone_id", "key", "ordinal", "document_id", "section", "passage"),
            citations,
        ),
    }


def _records(layer: gpd.GeoDataFrame) -> Iterator[dict[str, Any]]:
    """Give each row as a dictionary with its shape as WKB under ``geom``."""
    table = layer.drop(columns=layer.geometry.name)
    names = [str(name) for name in table.columns]
    columns = [table[name].tolist() for name in table.columns]
    shapes = shapely.to_wkb(layer.geometry.to_numpy())
    for *cells, shape in zip(*columns, shapes, strict=True):
        yield {**dict(zip(names, cells, strict=True)), "geom": shape}


def _plan_row(plan: str, metadata: Mapping[str, Any], date: dt.date) -> list[Any]:
    """Return the row of a plan."""
    return [
        plan,
        _text(metadata.get("plan_name") or plan),
        _text(metadata.get("data_version") or ""),
        date,
        _text(metadata.get("licence") or ""),
        _text(metadata.get("attribution") or ""),
        _json(metadata),
    ]


def _document_rows(
    plan: str, metadata: Mapping[str, Any], layer: gpd.GeoDataFrame
) -> list[list[Any]]:
    """Return the documents named in the metadata and those that a zone names beside them."""
    documents = {
        str(document["id"]): document
        for document in metadata.get("documents") or []
        if isinstance(document, dict) and document.get("id")
    }
    ids = dict.fromkeys([*documents, *map(str, layer["document_id"])])
    return [
        [
            _text(document_id),
            plan,
            _text(documents.get(document_id, {}).get("title") or document_id),
            *[
                _text(documents.get(document_id, {}).get(key))
                for key in ("title_en", "issuer", "number", "date")
            ],
        ]
        for document_id in ids
    ]


def _zone_row(plan: str, ordinal: int, record: Mapping[str, Any]) -> list[Any]:
    """Return the row of a zone."""
    special = {
        "plan": plan,
        "ordinal": ordinal,
        "places": [_text(place) for place in _list(record.get("places"))],
        "readings": _json(_list(record.get("readings"))),
        "geom": record["geom"],
    }
    return [special[c] if c in special else _cell(record.get(c)) for c in _ZONE_COLUMNS]


def _edge_row(record: Mapping[str, Any]) -> list[Any]:
    """Return the row of an edge."""
    special = {
        "connector": bool(plain_cell(record.get("connector"))),
        "stretches": _json(_list(record.get("stretches"))),
        "candidates": _json(_list(record.get("candidates"))),
        "geom": record["geom"],
    }
    return [special[c] if c in special else _cell(record.get(c)) for c in _EDGE_COLUMNS]


def _citation_rows(record: Mapping[str, Any]) -> list[list[Any]]:
    """Return one row per verbatim passage of a zone."""
    rows = []
    for key in VERBATIM:
        value = record.get(key)
        passages = value if isinstance(value, list) else [plain_cell(value)]
        sections = _list(record.get("quote_sections")) if key == "quote" else []
        passages = [(n, p) for n, p in enumerate(passages) if p]
        for number, passage in passages:
            section = sections[number] if number < len(sections) else record.get("section")
            row = [record["zone_id"], key, number, record["document_id"], section, passage]
            rows.append([_cell(value) for value in row])
    return rows


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _cell(value: Any) -> Any:
    """Return a cell as PostgreSQL takes it; empty text is kept."""
    plain = plain_cell(value)
    return _text(plain) if isinstance(plain, str) else plain


def _text(value: Any) -> str | None:
    """Return text without NUL, which PostgreSQL refuses, and without half surrogates."""
    if value is None:
        return None
    return str(value).replace("\0", "").encode("utf-8", "replace").decode()


def _json(value: Any) -> str:
    """Return JSON text that jsonb takes."""
    return json.dumps(value, ensure_ascii=True).replace("\\u0000", "")


def _first_line(error: Exception) -> str:
    """Return the first line of a database error, without its end."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(" .") if lines else type(error).__name__
