"""Read layers through one driver of GDAL; runs in the process that is locked."""

from __future__ import annotations

import ctypes
import math
import sys
import warnings
from typing import Any

from geo.foreign_files.lock import LockError
from geo.foreign_files.wire import Answer, Table, refuse_above

KEPT_OUT = ("pandas", "pyarrow", "geopandas", "shapely", "pyproj", "certifi")
"""What pyogrio imports where it finds it and its raw readers do not need: 0.4 s and 60 MB."""

ENCODINGS = (b"GB18030", b"CP936", b"GBK", b"BIG5", b"CP950", b"CP1252", b"ISO-8859-1")
"""Those that `geo.foreign_files.checks` may choose, besides UTF-8."""

SETTINGS = {
    "CPL_DEBUG": "OFF",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_CACHEMAX": "16",
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
    "GDAL_NUM_THREADS": "1",
    "GDAL_XML_VALIDATION": "NO",
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "LIBKML_RESOLVE_STYLE": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
    "OGR_SQLITE_JOURNAL": "OFF",
}
"""GDAL's settings by which nothing but the file itself is asked for."""


def load(request: dict[str, Any]) -> None:
    """Load the driver of a request."""
    load_driver(request["driver"])


def load_driver(driver: str) -> None:
    """Load GDAL and leave it one driver.

    pyogrio has no list of allowed drivers. GDAL takes the drivers of OGR_SKIP
    out at every registration, so the others are named and it is asked again;
    no file has been opened by then.

    Raises
    ------
    LockError
        If any other driver is left.
    """
    for name in KEPT_OUT:
        sys.modules[name] = None  # type: ignore[assignment]
    from pyogrio import _ogr

    others = ",".join(sorted(registered() - {driver}))
    _ogr.set_gdal_config_options({**SETTINGS, "OGR_SKIP": others, "GDAL_SKIP": others})
    _ogr._register_drivers()
    drivers = registered()
    if drivers != {driver}:
        raise LockError(f"Registered drivers: {sorted(drivers)[:5]}, expected {driver}.")
    _open_encodings()


def _open_encodings() -> None:
    """Have the C library load the encodings of Shapefiles while it may still open files."""
    try:
        iconv_open = ctypes.CDLL(None).iconv_open
    except (AttributeError, OSError, TypeError):  # Windows; macOS has it elsewhere, and no lock
        return
    iconv_open.restype = ctypes.c_void_p
    for encoding in ENCODINGS:
        for pair in ((b"UTF-8", encoding), (encoding, b"UTF-8")):
            iconv_open(*pair)  # kept open, so that the module stays


def registered() -> set[str]:
    """Return every driver of this process, those for pictures too where they can be told."""
    from pyogrio import _ogr

    names = set(_ogr.ogr_list_drivers())
    try:
        gdal = ctypes.CDLL(_ogr.__file__)  # the symbols of the library behind it, too
        gdal.GDALGetDriver.restype = gdal.GDALGetDriverShortName.restype = ctypes.c_void_p
        gdal.GDALGetDriverShortName.argtypes = [ctypes.c_void_p]
        for number in range(gdal.GDALGetDriverCount()):
            address = gdal.GDALGetDriverShortName(gdal.GDALGetDriver(number))
            names.add(ctypes.string_at(address).decode())
    except (AttributeError, OSError):  # Windows looks into no library behind another
        pass
    return names


def read(path: str, known: list[Any] | None, request: dict[str, Any], answer: Answer) -> None:
    """List the layers and read those that were asked for."""
    from pyogrio import _ogr

    _ogr.set_gdal_config_options(dict(request.get("settings", {})))
    answer.layers = layers(path, known, request)
    for name in chosen(answer.layers, request["layers"]):
        answer.tables.append(table(path, name, request))


def chosen(layers: list[list[Any]], choice: Any) -> list[str]:
    """Return the names of the layers to read: a list of names, ``"first"``, ``"all"`` or none.

    ``"first"`` is the first layer with a geometry; ``"polygons"`` the first of
    polygons, else one that may hold some, else of lines, else the first with a geometry.
    Layers without a feature come last, where features were counted.
    """
    names = [name for name, _, _ in layers]
    with_shapes = [name for name, geometry, _ in layers if geometry] or names
    if isinstance(choice, list):
        return [name for name in names if name in choice]
    if choice == "all":
        return list(dict.fromkeys(with_shapes))
    if choice == "polygons":
        ranking = sorted(
            (layer for layer in layers if layer[1]),
            key=lambda layer: (layer[2] == 0, _rank(layer[1])),
        )
        return [layer[0] for layer in ranking[:1]] or with_shapes[:1]
    return with_shapes[:1] if choice == "first" else []


def _rank(geometry: str) -> int:
    """Return how likely a layer of this type holds areas: 0 the likeliest."""
    kinds = (("Polygon", "Surface"), ("Unknown", "Geometry"), ("Line", "Curve"))
    return next((k for k, words in enumerate(kinds) if any(w in geometry for w in words)), 3)


def layers(path: str, known: list[Any] | None, request: dict[str, Any]) -> list[Any]:
    """Return name, geometry type and number of features (-1: not counted) of every layer."""
    from pyogrio._io import ogr_list_layers

    limits = request["limits"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = known
        if result is None:
            listing = ogr_list_layers(path)
            result = [[str(n), None if t is None else str(t), -1] for n, t in listing]
        refuse_above(limits, "LAYERS", len(result), "layers")
        if request["count"]:
            for layer in result:
                layer[2] = _count(path, layer[0], request)
    return result


def _count(path: str, layer: str, request: dict[str, Any]) -> int:
    """Return how many features a layer has."""
    from pyogrio._io import ogr_read_info

    info = ogr_read_info(
        path,
        dataset_kwargs=_options(request),
        layer=layer,
        encoding=request["encoding"] or "ISO-8859-1",  # names of fields are of no use here
        force_feature_count=True,
    )
    return int(info["features"])


def table(path: str, layer: str, request: dict[str, Any]) -> Table:
    """Read one layer; where a format does not say its encoding, as UTF-8 or GB18030.

    What is neither throughout comes through with what can be read of it.

    Raises
    ------
    UploadFaultError
        If it passes a limit.
    """
    try:
        return _table(path, layer, request)
    except UnicodeDecodeError:
        if request["encoding"]:
            raise
    try:
        return _table(path, layer, {**request, "encoding": "GB18030"})
    except UnicodeDecodeError:
        return _table(path, layer, {**request, "encoding": "ISO-8859-1", "decode": "UTF-8"})


def _table(path: str, layer: str, request: dict[str, Any]) -> Table:
    """Read one layer in the encoding of the request.

    Raises
    ------
    UploadFaultError
        If it passes a limit.
    """
    import numpy as np
    from pyogrio import raw
    from pyogrio._io import ogr_read_info

    limits = request["limits"]
    options = _options(request)
    # Counted before it is read, and one more asked for than allowed: a count may be wrong.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        info = ogr_read_info(
            path, dataset_kwargs=options, layer=layer, encoding=request["encoding"]
        )
        refuse_above(limits, "FEATURES", int(info["features"]), "features")
        refuse_above(limits, "FIELDS", len(info["fields"]), "fields")
        limit = limits.get("FEATURES")
        meta, _, shapes, data = raw.read(
            path,
            layer=layer,
            encoding=request["encoding"],
            columns=request["columns"],
            where=request["where"],
            bbox=request["bbox"],
            max_features=None if limit is None else limit + 1,
            datetime_as_string=True,
            **options,
        )
    rows = len(data[0]) if data else (0 if shapes is None else len(shapes))
    refuse_above(limits, "FEATURES", rows, "features")
    # The answer holds plain values only; bytes of an encoding that GDAL lacks are decoded here.
    columns = []
    for name, values in zip(meta["fields"], data, strict=True):
        plain = values if values.dtype.kind in "iufb" else [_cell(v) for v in values.tolist()]
        columns.append((str(name), plain))
    if encoding := request.get("decode"):
        columns = [(_decoded(name, encoding), _decoded(cells, encoding)) for name, cells in columns]
    has_shapes = meta["geometry_type"] is not None and shapes is not None
    return Table(layer, rows, columns, list(shapes) if has_shapes else None, meta["crs"] or None)


def _decoded(value: Any, encoding: str) -> Any:
    """Return text that came through as Latin-1 in its own encoding, without a cut character."""
    if isinstance(value, str):
        return value.encode("latin-1", "replace").decode(encoding, "ignore")
    return [_decoded(cell, encoding) for cell in value] if isinstance(value, list) else value


def _options(request: dict[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in request["options"].items()}


def _cell(value: Any) -> Any:
    """Return a cell that JSON can hold: no bytes; lists and dictionaries as they are."""
    if value is None or isinstance(value, (bool, int, str, list, dict)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return None
    tolist = getattr(value, "tolist", None)
    return _cell(tolist()) if tolist else str(value)
