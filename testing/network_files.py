"""Large street networks on disk, from which the roads of one ring are read and no others."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import geopandas as gpd
import pyogrio

from geo.errors import DataFileError

ROW_GROUP = 5_000
"""Rows per block of a GeoParquet file: small, so that a few names need few blocks."""


def write_network(path: Path, centrelines: gpd.GeoDataFrame) -> None:
    """Write named centrelines so that `read_network` finds a name without reading all.

    Parameters
    ----------
    path : Path
        ``.gpkg`` (gets an index on the names) or ``.parquet`` (sorted by
        name; needs pyarrow). An existing file is replaced.
    centrelines : GeoDataFrame
        Columns ``name`` and ``geometry``; others are kept.

    Raises
    ------
    ValueError
        If the ending is neither.
    """
    if path.suffix == ".gpkg":
        path.unlink(missing_ok=True)
        pyogrio.write_dataframe(centrelines, path, layer="roads", driver="GPKG")
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.execute("CREATE INDEX roads_name ON roads (name)")
    elif path.suffix == ".parquet":
        if find_spec("pyarrow") is None:
            raise ModuleNotFoundError("GeoParquet needs pyarrow. Install it, or use .gpkg.")
        by_name = centrelines.sort_values("name", kind="stable", ignore_index=True)
        by_name.to_parquet(path, index=False, row_group_size=ROW_GROUP)
    else:
        raise ValueError(f"{path.name}: a network is written as .gpkg or .parquet.")


def read_network(path: Path, names: Iterable[str] | None = None) -> gpd.GeoDataFrame:
    """Read named centrelines, all of them or those of some names.

    Parameters
    ----------
    path : Path
        Written by `write_network`, or any such file with a column ``name``.
    names : iterable of str, optional
        Exact names.

    Returns
    -------
    GeoDataFrame
        ``name``, ``geometry``, in the CRS of the file. A name that is not
        there has no row.

    Raises
    ------
    DataFileError
        If the file cannot be read or has no column ``name``.
    """
    road_names = None if names is None else sorted(set(names))
    try:
        if path.suffix == ".parquet":
            filters = None if road_names is None else [("name", "in", road_names)]
            return gpd.read_parquet(path, columns=["name", "geometry"], filters=filters)
        where = None
        if road_names is not None:
            quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in road_names)
            where = f"name IN ({quoted})" if road_names else "1 = 0"
        return pyogrio.read_dataframe(path, columns=["name"], where=where)
    except (OSError, ValueError, ImportError, pyogrio.errors.DataSourceError) as error:
        raise DataFileError(
            f"{path.name} cannot be read as a network: {error}. "
            "Expected GeoPackage or GeoParquet with a column 'name'."
        ) from error
