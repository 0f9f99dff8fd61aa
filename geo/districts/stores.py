"""Pack a data folder into a few (Geo)Parquet files, and make it again from them, bit for bit.

Dask-GeoPandas reads one layer of all districts of a store as one table::

    dask_geopandas.read_parquet("store/*/roads.parquet")
"""

from __future__ import annotations

import io
import json
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from geo.build import Built, edge_layer, zone_layer
from geo.errors import DataFileError, GeoError, reason_of
from geo.io.geojson import layer_bytes
from geo.io.read import read_layer, read_text, sha256
from geo.io.write import make_folder, write_bytes, write_files
from geo.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = "texts.parquet"
"""In a partition: every file that is no layer, as it stands, and the SHA-256 of all."""


def pack_district(folder: Path, store: Path) -> Path:
    """Pack a data folder into a partition of a store.

    Parameters
    ----------
    folder : Path
        The data folder of a district.
    store : Path
        Folder of the partitions; made if missing.

    Returns
    -------
    Path
        ``<store>/district=<name of the folder>``: a GeoParquet file for each
        layer of ``base/`` (WGS84, its columns as they are) and `TEXTS`.

    Raises
    ------
    GeoError
        If a layer has cells that a table cannot hold, or the partition cannot
        be written: it is as it was then.
    """
    _require_parquet()
    partition = store / f"district={folder.name}"
    make_folder(partition)
    rows = []
    files = {}
    for pattern in ("*.toml", "plans/*.toml", "base/*"):
        for path in sorted(folder.glob(pattern)):
            text = ""
            if path.suffix == ".geojson":
                files[partition / f"{path.stem}.parquet"] = _packed_layer(path)
            else:
                text = read_text(path)
            name = path.relative_to(folder).as_posix()
            rows.append({"path": name, "text": text, "sha256": sha256(path)})
    texts = io.BytesIO()
    pd.DataFrame(rows).to_parquet(texts, index=False)
    write_files({**files, partition / TEXTS: texts.getvalue()})
    return partition


def unpack_district(partition: Path, folder: Path) -> dict[str, str]:
    """Make the data folder of a partition again; return the SHA-256 of its first files.

    Parameters
    ----------
    partition : Path
        Written by `pack_district`.
    folder : Path
        An empty folder.

    Raises
    ------
    DataFileError
        If a file of the partition cannot be read.
    """
    _require_parquet()
    for part in ("base", "plans", "zones"):
        make_folder(folder / part)
    hashes = {}
    try:
        for row in pd.read_parquet(partition / TEXTS).itertuples():
            target = folder / str(row.path)
            _require_inside(target, folder)
            hashes[str(row.path)] = str(row.sha256)
            content = str(row.text)
            if target.suffix == ".geojson":
                layer = gpd.read_parquet(partition / f"{target.stem}.parquet")
                content = layer.to_json(na="null", drop_id=True, default=_plain)
            write_bytes(target, content.encode())
    except (OSError, ValueError, AttributeError) as error:
        raise DataFileError(
            Text("district.partition", name=partition.name, reason=reason_of(error))
        ) from error
    return hashes


def _require_inside(target: Path, folder: Path) -> None:
    """Refuse a path that a damaged table leads out of the folder."""
    if ".." in target.parts or not target.is_relative_to(folder):
        raise DataFileError(Text("district.outside", file=TEXTS, name=target.name))


def _packed_layer(path: Path) -> bytes:
    """Return a layer as GeoParquet, if it comes out as it went in."""
    layer = read_layer(path)
    layer.attrs = {}
    buffer = io.BytesIO()
    layer.to_parquet(buffer, index=False)
    buffer.seek(0)
    unpacked = gpd.read_parquet(buffer)
    same = shapely.equals_identical(layer.geometry.array, unpacked.geometry.array)
    nothing = layer.geometry.isna() & unpacked.geometry.isna()
    if not (same | nothing).all() or layer_bytes(unpacked) != layer_bytes(layer):
        raise GeoError(Text("district.mixed-column", file=path.name))
    return buffer.getvalue()


def result_tables(built: Built) -> dict[str, bytes]:
    """Return zones and edges of all plans as GeoParquet; lists stand as JSON text."""
    tables = {}
    for name, make in (("zones", zone_layer), ("edges", edge_layer)):
        layers = [make(built, plan) for plan in built.plan_ids()]
        if not layers:
            continue
        table = gpd.GeoDataFrame(pd.concat(layers, ignore_index=True), crs=layers[0].crs)
        for column in table.columns.drop("geometry"):
            if table[column].map(lambda cell: isinstance(cell, (list, dict))).any():
                table[column] = table[column].map(_json_text)
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        tables[f"{name}.parquet"] = buffer.getvalue()
    return tables


def _json_text(cell: Any) -> str:
    return json.dumps(cell, ensure_ascii=False, sort_keys=True)


def _plain(cell: Any) -> Any:
    """Return an array or a number of NumPy as JSON has it."""
    return cell.tolist()


def _require_parquet() -> None:
    if find_spec("pyarrow") is None:
        raise GeoError(Text("district.no-pyarrow"))
