"""Tell the format of an uploaded file by its bytes, and have it read in a locked process."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import GeoError
from geo.foreign_files import wire
from geo.foreign_files.formats import BY_KIND, HEAD_BYTES, Format, format_of, stripped
from geo.foreign_files.run import UPLOAD, Files, Found, Wanted, chunks_at, read_layers
from geo.foreign_files.wire import UploadFaultError
from geo.io import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

Note = tuple[str, str, dict[str, Any]]
"""Code, level and values of an issue, before it has a language."""

KML_HOUSEKEEPING = (
    "timestamp",
    "begin",
    "end",
    "altitudeMode",
    "tessellate",
    "extrude",
    "visibility",
    "drawOrder",
    "icon",
    "snippet",
)
"""Columns that the KML driver adds to every layer."""

_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
)
_LAYER_ENDINGS = (
    ".shp", ".gpkg", ".fgb", ".geojson", ".json", ".topojson", ".kml", ".ovkml", ".kmz", ".tab",
    ".mif", ".dxf", ".gpx", ".zip", ".xlsx", ".csv", ".txt",
)  # fmt: skip
"""Endings of what an archive may hold as a layer, the likeliest to be meant first."""

_PARTS = {
    ".shp": (".shp", ".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".tab", ".dat", ".map", ".id", ".ind"),
    ".mif": (".mif", ".mid"),
}
"""Files of one layer by the ending of its main one."""

_AREA_TYPES = (5, 15, 25)
"""Numbers of polygons in the head of a Shapefile."""

_XML_ENCODING = re.compile(rb"""^(<\?xml[^>]*?encoding=["'])(gbk|gb2312|gb18030)(["'])""", re.I)


@dataclass
class Raw:
    """A layer as its format gave it.

    Parameters
    ----------
    layer : GeoDataFrame
        Raw coordinates; CRS as declared, or None.
    kind : str
        Of `geo.foreign_files.formats.FORMATS`, or ``"Esri JSON"``, ``"TopoJSON"``.
    notes : list of Note
        What a reader should know.
    layers : tuple of str
        All layers that can be asked for; empty where there is but one.
    chosen : str
        The one that was read.
    """

    layer: gpd.GeoDataFrame
    kind: str
    notes: list[Note] = field(default_factory=list)
    layers: tuple[str, ...] = ()
    chosen: str = ""


Visible = Mapping[str, zipfile.ZipInfo]
"""The entries of an archive by their names."""


@dataclass(frozen=True)
class _Source:
    """A file that lies in memory or in an archive: its beginning, and all of it."""

    head: bytes
    pieces: Callable[[], Iterable[bytes]]

    @property
    def write(self) -> Callable[[Path], None]:
        """What lays it down under a path."""
        return chunks_at(self.pieces)


def read_any(data: bytes, layer: str | None = None) -> Raw:
    """Read a layer, its format told by the first bytes.

    Parameters
    ----------
    data : bytes
    layer : str, optional
        One of `Raw.layers`; by default the first of polygons.

    Raises
    ------
    UploadFaultError
        If it is none of the formats, or damaged.
    """
    if data[:4] == b"PK\x03\x04":
        return _read_archive(data, layer)
    return _read_file(_Source(data[:HEAD_BYTES], lambda: [data]), layer)


def _read_file(source: _Source, layer: str | None = None) -> Raw:
    """Read a file that is no archive."""
    if not stripped(source.head):
        raise UploadFaultError("empty-file")
    source = _without_utf16(source)
    row = format_of(source.head)
    if row is BY_KIND["Shapefile"]:
        raise UploadFaultError("bare-shp")
    if row is BY_KIND["MapInfo TAB"]:
        raise UploadFaultError("bare-tab")
    if row is not None and row.kind in ("KML", "CSV") and _kind(source.head) != "unknown":
        row = None  # text or XML of a kind that has a name and is not read
    if row is BY_KIND["CSV"] and _SCRIPT.match(source.head):
        raise UploadFaultError("not-gis", kind="javascript")
    if row is None or row.kind not in READERS:
        raise UploadFaultError("not-gis", kind=_kind(source.head))
    return READERS[row.kind](row, source, layer)


_SCRIPT = re.compile(
    rb"""[\xef\xbb\xbf\s]*(?://|/\*|(?:var|let|const|export)\s|[\w$.]{1,60}\s?[=(]\s?[{\[])"""
    rb"""(?=[\s\S]*["']?(?:type|features|coordinates)["']?\s*:)"""
)
"""GeoJSON with something of a program around it."""


def _without_utf16(source: _Source) -> _Source:
    """Return a file in UTF-16 as UTF-8, any other as it is."""
    head = source.head
    encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(head[:2], "")
    if not encoding and head[:4].count(b"\0") == 2:
        encoding = "utf-16-be" if head[:1] == b"\0" else "utf-16-le"
        if head[::2].count(0) and head[1::2].count(0):  # binary
            return source
    if not encoding:
        return source

    def pieces() -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        is_first = True
        for piece in source.pieces():
            text = decoder.decode(piece)
            if is_first:
                text = re.sub(
                    r"""(?i)(encoding=["'])utf-16""", r"\1UTF-8", text.lstrip("\ufeff"), count=1
                )
                is_first = False
            yield text.encode("utf-8", "replace")
        yield decoder.decode(b"", True).encode("utf-8", "replace")

    return _Source(next(iter(pieces()), b"")[:HEAD_BYTES], pieces)


def refuse_above(name: str, amount: int, what: str) -> None:
    """Raise UploadFaultError if `amount` passes the limit called `name`."""
    wire.refuse_above({name: getattr(limits, name)}, name, amount, what)


def plain_text(value: str) -> str:
    """Return text that UTF-8 can hold: JSON may bring halves of a surrogate pair."""
    return value.encode("utf-8", "replace").decode()


def column_names(names: Iterable[str]) -> list[str]:
    """Return names that UTF-8 can hold, that differ, and of which none is ``geometry``."""
    taken_names = {"geometry"}
    result = []
    for name in map(plain_text, names):
        unique, number = name, 0
        while unique in taken_names:
            number += 1
            unique = f"{name}_{number}"
        taken_names.add(unique)
        result.append(unique)
    return result


# Archives and Shapefile


MOST_ARCHIVES = 2
"""Archives within each other: a KMZ, a workbook or another zip may lie in a zip."""


def _read_archive(data: bytes, layer: str | None, depth: int = 1) -> Raw:
    """Read a layer of a zip archive; nothing is unpacked under its own name."""
    if depth > MOST_ARCHIVES:
        raise UploadFaultError("zip-nested", limit=MOST_ARCHIVES)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_entries(archive, data, layer, depth)
    except GeoError:
        raise
    except _ZIP_FAULTS as error:
        raise UploadFaultError("damaged", kind="zip", detail=str(error)[:200]) from error
    except RuntimeError as error:
        raise UploadFaultError("zip-encrypted") from error


def _read_entries(archive: zipfile.ZipFile, data: bytes, layer: str | None, depth: int) -> Raw:
    """Find the layers among the entries and read one."""
    entries = archive.infolist()
    # Before anything is unpacked: how many entries, where they point, how much they hold.
    refuse_above("ARCHIVE_ENTRIES", len(entries), "entries")
    names = {entry: _entry_name(entry) for entry in entries}
    for name in names.values():
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
            raise UploadFaultError("zip-path", entry=name[:100])
    refuse_above("ARCHIVE_BYTES", sum(entry.file_size for entry in entries), "unpacked")
    if _is_workbook(set(names.values())):
        row = BY_KIND["XLSX"]
        return READERS[row.kind](row, _Source(data[:HEAD_BYTES], lambda: [data]), layer)
    # What in it is a layer or a database; the likeliest first.
    visible: Visible = {  # not is_dir(), which cannot take an empty name
        name.replace("\\", "/"): entry
        for entry, name in names.items()
        if not name.startswith("__MACOSX/") and not entry.filename.endswith("/")
    }
    if any(name.lower().endswith((".qgs", ".mimetype")) for name in visible):
        raise UploadFaultError("not-gis", kind="qgis-project")
    if any(_GDB_TABLE.fullmatch(name.rpartition("/")[2].lower()) for name in visible):
        visible = _with_database_folder(visible)
    databases = sorted(
        {folder[0] for name in visible if (folder := re.match(r"(?i).*?\.gdb(?=/)", name))}
    )
    files = [n for n in visible if n.lower().endswith(_LAYER_ENDINGS) and _is_layer(n, databases)]
    files.sort(key=lambda name: _likely(archive, visible, name))
    labels = [*databases, *files]
    if not labels:
        entry_names = ", ".join(name[:40] for name in list(visible)[:6])
        raise UploadFaultError("zip-nothing", found=entry_names or "–")
    if len(labels) == 1:
        return _read_entry(archive, visible, labels[0], layer, depth)
    # The layer that was asked for, or the first that holds a feature; the others are named
    # for the reader to choose.
    outer, _, inner = (layer or labels[0]).partition(_WITHIN)
    if outer not in labels:
        raise UploadFaultError("no-such-layer", layer=outer[:60])
    if layer is None:
        outer, raw = _first_with_features(archive, visible, labels, depth)
    else:
        raw = _read_entry(archive, visible, outer, inner or None, depth)
    if raw.layers:
        within = [f"{outer}{_WITHIN}{name}" for name in raw.layers]
        raw.chosen = f"{outer}{_WITHIN}{raw.chosen}"
    else:
        within, raw.chosen = [outer], outer
    raw.layers = tuple(name for label in labels for name in (within if label == outer else [label]))
    if layer is None:
        others = ", ".join([name[:60] for name in labels if name != outer][:5])
        raw.notes.append(("other-layers", "warning", {"layer": outer[:60], "others": others}))
    return raw


def _is_workbook(names: set[str]) -> bool:
    """Tell whether an archive is an XLSX workbook.

    Raises
    ------
    UploadFaultError
        If it is the package of another program.
    """
    if {"content.xml", "mimetype"} <= names:
        raise UploadFaultError("not-gis", kind="open-document")
    if "[Content_Types].xml" not in names:
        return False
    if not any(name.startswith("xl/") for name in names):
        raise UploadFaultError("not-gis", kind="office")
    return True


_GDB_TABLE = re.compile(r"a[0-9a-f]{8}\.gdbtable")
_OF_GDB = re.compile(r"a[0-9a-f]{8}\.|gdb$|timestamps$")


def _with_database_folder(visible: Visible) -> Visible:
    """Return the entries with the folder of a database that was packed without it."""
    renamed = {}
    for path, entry in visible.items():
        folder, _, name = path.rpartition("/")
        is_bare = not folder.lower().endswith(".gdb") and _OF_GDB.match(name.lower())
        renamed[f"{folder or 'database'}.gdb/{name}" if is_bare else path] = entry
    return renamed


_EMPTY = ("no-features", "no-geometry", "empty-file", "kml-no-shapes")
"""Faults of a file that holds nothing; another one of its archive may hold more."""

_NO_TABLE = ("not-gis", "table-no-coordinates", "table-no-header")
"""Faults of a text or workbook that explains the others."""


MOST_TRIED = 5
"""Files of one archive that are opened in search of the first that holds a feature."""


def _first_with_features(
    archive: zipfile.ZipFile, visible: Visible, labels: list[str], depth: int
) -> tuple[str, Raw]:
    """Read the first layer of an archive that holds a feature; return its name too.

    Raises
    ------
    UploadFaultError
        If none does: what is wrong with the first.
    """
    first: UploadFaultError | None = None
    for label in labels[:MOST_TRIED]:
        try:
            return label, _read_entry(archive, visible, label, None, depth)
        except UploadFaultError as fault:
            explains = label.lower().endswith((".txt", ".csv", ".xlsx"))
            if fault.code not in (_EMPTY + _NO_TABLE if explains else _EMPTY):
                raise
            first = first or fault
    assert first is not None
    raise first


_WITHIN = " → "
"""Between a file of an archive and a layer of that file."""


def _is_layer(name: str, databases: list[str]) -> bool:
    """Tell whether an entry may be a layer: nothing inside a database, no text that explains."""
    is_inside = any(name.startswith(f"{database}/") for database in databases)
    is_note = re.search(r"(?i)(?:^|/)(?:readme|license|说明)[^/]*\.txt$", name) is not None
    return not is_inside and not is_note


def _likely(archive: zipfile.ZipFile, visible: Visible, name: str) -> tuple[int, int, str]:
    """Return the order of an entry: Shapefiles of areas first, then by ending and name."""
    ending = next(end for end in _LAYER_ENDINGS if name.lower().endswith(end))
    if ending == ".shp":
        with archive.open(visible[name]) as file:
            head = file.read(36)
        is_area = int.from_bytes(head[32:36], "little") in _AREA_TYPES
        return 0 if is_area else 1, 0, name
    return 0 if name.lower().endswith("doc.kml") else 1, _LAYER_ENDINGS.index(ending), name


def _read_entry(
    archive: zipfile.ZipFile, visible: Visible, name: str, layer: str | None, depth: int
) -> Raw:
    """Read a file of an archive with the files that belong to it."""
    lower = name.lower()
    if lower.endswith(".gdb"):
        inside = {n: e for n, e in visible.items() if n.startswith(f"{name}/")}
        files = {
            f"layer.gdb/{n.rpartition('/')[2].lower()}": _entry_source(archive, e).write
            for n, e in inside.items()
            if re.fullmatch(r"[A-Za-z0-9_.]{1,80}", n.rpartition("/")[2])
        }
        return _read_layers(BY_KIND["FileGDB"], files, layer)
    ending = next(end for end in _LAYER_ENDINGS if lower.endswith(end))
    if ending in (".kmz", ".xlsx", ".zip"):
        refuse_above("UPLOAD_BYTES", visible[name].file_size, "bytes")
        data = b"".join(_entry_source(archive, visible[name]).pieces())
        if data[:4] != b"PK\x03\x04":
            raise UploadFaultError("damaged", kind=ending[1:].upper(), detail=name[:60])
        return _read_archive(data, layer, depth + (ending == ".zip"))
    if ending not in _PARTS:
        return _read_file(_entry_source(archive, visible[name]), layer)
    stem = lower[: -len(ending)]
    parts = {
        n.lower()[len(stem) :]: _entry_source(archive, entry)
        for n, entry in visible.items()
        if n.lower().startswith(stem) and n.lower()[len(stem) :] in _PARTS[ending]
    }
    if ending == ".shp":
        return _read_shapefile(parts)
    row = BY_KIND["MapInfo TAB" if ending == ".tab" else "MapInfo MIF"]
    if ending == ".tab" and not {".dat", ".map"} <= set(parts):
        raise UploadFaultError("bare-tab")
    return _read_layers(row, {f"layer{end}": part.write for end, part in parts.items()}, layer)


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry; without the UTF-8 flag it is GBK more often than CP437."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _entry_source(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> _Source:
    """Return an entry, to be unpacked piece by piece."""
    with archive.open(entry) as file:
        head = file.read(HEAD_BYTES)

    def pieces() -> Iterator[bytes]:
        total = 0
        with archive.open(entry) as file:
            while piece := file.read(2**20):
                total += len(piece)
                # whatever its header says
                refuse_above("ARCHIVE_BYTES", total, "unpacked")
                yield piece

    return _Source(head, pieces)


def _read_shapefile(parts: dict[str, _Source]) -> Raw:
    """Read a Shapefile from its parts, by their endings."""
    if ".shx" not in parts:
        raise UploadFaultError("no-shx")
    row = BY_KIND["Shapefile"]
    if not row.begins(parts[".shp"].head):
        detail = ".shp: " + parts[".shp"].head[:16].decode("ascii", "replace")
        raise UploadFaultError("damaged", kind=row.kind, detail=detail)
    notes: list[Note] = []
    if ".dbf" not in parts:
        notes.append(("no-dbf", "warning", {}))
    code_page = parts.pop(".cpg").head[:100] if ".cpg" in parts else b""
    if ".prj" not in parts:
        notes.append(("no-crs", "warning", {}))
    files = {f"layer{ending}": source.write for ending, source in parts.items()}
    selection = Wanted(said_encoding=code_page.decode("ascii", "replace").strip())
    return _raw(row, _read(row, files, selection), notes)


# The others


def _read_one(row: Format, source: _Source, layer: str | None) -> Raw:  # noqa: ARG001
    """Read a file of one layer."""
    raw = _raw(row, _read(row, {f"layer{row.ending}": source.write}), [])
    notes = [note for note in raw.notes if note[0] == "json-kind"]
    raw.notes = [note for note in raw.notes if note[0] != "json-kind"]
    raw.kind = str(notes[0][2]["kind"]) if notes else raw.kind
    return raw


def _read_many(row: Format, source: _Source, layer: str | None) -> Raw:
    """Read a layer of a file that may have several."""
    return _read_layers(row, {f"layer{row.ending}": source.write}, layer)


def _read_layers(row: Format, files: Files, layer: str | None) -> Raw:
    """Read the layer asked for, else the first of polygons; tell the others."""
    layers_read = _read(row, files, Wanted(layers=[layer] if layer else "polygons", count=True))
    names = [one.name for one in layers_read.layers if one.geometry and one.features]
    if not layers_read.tables:
        raise UploadFaultError("no-such-layer" if layer else "no-features", layer=layer or "")
    layer_name = next(iter(layers_read.tables))
    notes: list[Note] = []
    if row is BY_KIND["MapInfo MIF"] and "layer.mid" not in files:
        notes.append(("no-mid", "warning", {}))
    others = [name for name in names if name != layer_name]
    if others and layer is None:
        notes.append(
            ("other-layers", "warning", {"layer": layer_name, "others": ", ".join(others[:5])})
        )
    raw = _raw(row, layers_read, notes)
    if len(names) > 1:
        raw.layers, raw.chosen = tuple(names), layer_name
    if raw.layer.crs is None and not any(note[0].startswith("crs-") for note in raw.notes):
        raw.notes.append(("crs-not-said", "info", {}))
    return raw


def _read_workbook(row: Format, source: _Source, layer: str | None) -> Raw:
    """Read the first sheet of a workbook that has coordinates; tell the others."""
    selection = Wanted(layers=[layer] if layer else "all")
    sheets = _read(row, {f"layer{row.ending}": source.write}, selection)
    raw = _raw(row, sheets, [])
    names = tuple(one.name for one in sheets.layers)
    if len(names) > 1:
        raw.layers, raw.chosen = names, next(iter(sheets.tables))
        if layer is None:
            others = ", ".join(name for name in names if name != raw.chosen)
            note = {"layer": raw.chosen, "others": others[:200]}
            raw.notes.insert(0, ("other-layers", "warning", note))
    return raw


LABEL_COLUMN = "图内文字"
"""Column with the one text that stands inside an area of a drawing: its name, as a rule."""


MOST_LABELLED = 200
"""Areas of a drawing that are named by their texts; more are not judged at once either."""


def _read_dxf(row: Format, source: _Source, layer: str | None) -> Raw:
    """Read a drawing: single lines joined where they meet, areas named by the text in them."""
    raw = _read_many(row, source, layer)
    raw.layer, joined = _joined_lines(raw.layer)
    if joined:
        raw.notes.append(("lines-joined", "info", joined))
    raw.layer = _labelled(raw.layer)
    return raw


def _joined_lines(drawing: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Return a drawing whose lines of two ends are joined layer by layer; and how many to how many.

    A drawing of single lines has its outlines in pieces that say nothing each by itself.
    """
    shapes = np.asarray(drawing.geometry.array, dtype=object)
    is_single = (shapely.get_type_id(shapes) == 1) & (shapely.get_num_points(shapes) == 2)
    if "Layer" not in drawing.columns or is_single.sum() < 3:
        return drawing, {}
    pieces = []
    for _, rows in drawing[is_single].groupby("Layer", sort=False):
        lines = shapely.force_2d(np.asarray(rows.geometry.array, dtype=object))
        # not united first: lines that cross a thousand others would be cut at each
        parts = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
        of_layer = rows.iloc[[0] * len(parts)]
        pieces.append(of_layer.set_geometry(gpd.GeoSeries(parts, of_layer.index, drawing.crs)))
    joined = pd.concat(pieces)
    if len(joined) == is_single.sum():
        return drawing, {}
    result = pd.concat([drawing[~is_single], joined], ignore_index=True)
    return result, {"lines": int(is_single.sum()), "count": len(joined)}


def _labelled(drawing: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a drawing with `LABEL_COLUMN` where its texts tell more areas apart than its layers.

    An area with more than one text in it has none.
    """
    if not {"Text", "Layer"} <= set(drawing.columns):
        return drawing
    shapes = np.asarray(drawing.geometry.array, dtype=object)
    texts = drawing["Text"].fillna("").astype(str).str.strip().to_numpy()
    places = np.flatnonzero((shapely.get_type_id(shapes) == 0) & (texts != ""))
    areas = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (3, 6)))
    if not len(places) or not 0 < len(areas) <= MOST_LABELLED:
        return drawing
    tree = shapely.STRtree(shapes[places])
    labels: dict[int, list[str]] = {}
    for area, place in zip(*tree.query(shapes[areas], predicate="intersects"), strict=True):
        labels.setdefault(int(areas[area]), []).append(texts[places[place]])
    single = {row: words[0] for row, words in labels.items() if len(words) == 1}
    names = [single.get(row) for row in range(len(shapes))]
    # where areas lie on layers of their own, the layers are the names
    if len(set(single.values())) <= drawing["Layer"].iloc[areas].nunique():
        return drawing
    columns = [column for column in drawing.columns if column != "geometry"]
    return drawing.assign(**{LABEL_COLUMN: names})[[*columns, LABEL_COLUMN, "geometry"]]


def _read_gpx(row: Format, source: _Source, layer: str | None) -> Raw:  # noqa: ARG001
    """Read tracks, routes and places of a GPX file as one layer."""
    selection = Wanted(layers=["tracks", "routes", "waypoints"])
    raw = _raw(row, _read(row, {f"layer{row.ending}": source.write}, selection), [])
    return Raw(raw.layer.dropna(axis="columns", how="all"), raw.kind, raw.notes)


def _read_kml(row: Format, source: _Source, layer: str | None) -> Raw:  # noqa: ARG001
    """Read every layer of a KML file after a look at its XML."""
    notes: list[Note] = []
    if _XML_ENCODING.match(source.head):  # expat knows no GBK
        source = _Source(source.head, partial(_in_utf8, source))
    elif not _XML_SAYS.match(source.head) and not _is_utf8(source):
        notes.append(("encoding", "info", {"encoding": "gb18030"}))
        source = _Source(source.head, partial(_in_utf8, source))
    fields: dict[str, str] = {}
    source = _Source(source.head, partial(_with_plain_names, source, fields))
    tables = _read(row, {f"layer{row.ending}": source.write}, Wanted(layers="all"))
    raw = _raw(row, tables, notes)
    raw.layer = _with_descriptions(_without_overlays(raw.layer))
    extra = [name for name in KML_HOUSEKEEPING if name in raw.layer.columns]
    layer_ = raw.layer.drop(columns=extra)
    original_names = {plain: name for name, plain in fields.items()}
    names = ["name" if n == "Name" else original_names.get(str(n), str(n)) for n in layer_.columns]
    shape = layer_.geometry.name
    plain = [n for n, column in zip(names, layer_.columns, strict=True) if column != shape]
    layer_.columns = pd.Index([*column_names(plain), shape], dtype=object)
    raw.layer = layer_
    return raw


_XML_SAYS = re.compile(rb"""\s*<\?xml[^>]*?encoding=["'](?!utf-?8)""", re.IGNORECASE)
"""An XML file that says another encoding than UTF-8."""


def _is_utf8(source: _Source) -> bool:
    """Tell whether a file is UTF-8 to its end."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in source.pieces():
            decoder.decode(piece)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _without_overlays(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the features without the pictures laid over the ground, which the driver adds.

    Of all elements of a KML file a GroundOverlay alone has an icon of its own.
    """
    if "icon" not in layer.columns:
        return layer
    layer = layer[layer["icon"].isna() | (layer["icon"] == "")].reset_index(drop=True)
    if layer.empty:
        raise UploadFaultError("kml-no-shapes")
    return layer


# No pattern looks past the next tag of its kind: a description may be built to be slow.
_TABLE_ROW = re.compile(r"<tr\b[^<>]*>((?:(?!<tr\b).)*?)</tr>", re.IGNORECASE | re.DOTALL)
_TABLE_CELL = re.compile(r"<t[dh]\b[^<>]*>((?:(?!<t[dh]\b).)*?)</t[dh]>", re.IGNORECASE | re.DOTALL)
_LINE_END = re.compile(r"<br\s*/?>|</p>|</div>|</li>|\n", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_PAIR = re.compile(r"([\w()（）㎡²]{1,20})\s?[:：](?!//)\s*(\S.{0,300})")


def _with_descriptions(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer with the fields that descriptions hold as a table or as ``名称：值``.

    Fields of the file's own are left as they are.
    """
    if "description" not in layer.columns:
        return layer
    cells = layer["description"].tolist()
    records = [_described(cell) if isinstance(cell, str) else {} for cell in cells]
    names = dict.fromkeys(name for record in records for name in record)
    new = [n for n in names if n not in layer.columns][: max(0, limits.FIELDS - len(layer.columns))]
    columns = {name: [record.get(name) for record in records] for name in new}
    return layer.assign(**columns)[
        [*(c for c in layer.columns if c != "geometry"), *new, "geometry"]
    ]


def _described(html: str) -> dict[str, str]:
    """Return the fields of one description, the first of each name.

    Examples
    --------
    >>> _described("<table><tr><td>规划面积</td><td><b>149</b>公顷</td></tr></table>")
    {'规划面积': '149公顷'}
    >>> _described("规划面积：149公顷<br>备注：无"), _described("见 http://a.cn")
    ({'规划面积': '149公顷', '备注': '无'}, {})
    """
    html = html[: limits.CELL_CHARACTERS]

    def words(part: str) -> str:
        return " ".join(unescape(_TAG.sub("", part)).split())

    rows = [[words(cell) for cell in _TABLE_CELL.findall(row)] for row in _TABLE_ROW.findall(html)]
    pairs = [(row[0], row[1]) for row in rows if len(row) == 2]
    if not rows:
        lines = [line for part in _LINE_END.split(html) if (line := words(part))]
        matches = [_PAIR.fullmatch(line) for line in lines]
        pairs = [(m[1].strip(), m[2].strip()) for m in matches if m]
        if len(pairs) < len(lines):  # a sentence in which a colon stands is no field
            return {}
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name and value:
            fields.setdefault(name[:60], value)
    return fields


_RING_TAG = re.compile(rb"<(/?)((?:\w+:)?)(outerBoundaryIs|innerBoundaryIs|LinearRing)\b")
_KML_FIELD = re.compile(
    rb"""(<(?:\w+:)?(?:Data|SimpleData|SimpleField)\b[^>]*?\bname\s*=\s*)("[^"]*"|'[^']*')"""
)


_KML_COORDINATES = re.compile(rb"(<(?:\w+:)?coordinates>)([^<]*)(</(?:\w+:)?coordinates>)")


def _with_plain_names(source: _Source, fields: dict[str, str]) -> Iterator[bytes]:
    """Give a KML file whose fields have names of ASCII; the driver makes ____ of any other.

    `fields` gets the plain name by the file's own.
    """

    def plain(match: re.Match[bytes]) -> bytes:
        name = unescape(match[2][1:-1].decode("utf-8", "replace"))
        return match[1] + b'"' + fields.setdefault(name, f"own_{len(fields)}").encode() + b'"'

    boundaries = 0

    def line(match: re.Match[bytes]) -> bytes:
        """Make a ring that bounds nothing a line, which the driver reads."""
        nonlocal boundaries
        slash, prefix, tag = match.groups()
        if tag != b"LinearRing":
            boundaries += -1 if slash else 1
        elif boundaries <= 0:
            return b"<" + slash + prefix + b"LineString"
        return match[0]

    rest = b""
    for piece in source.pieces():
        rest += piece
        # never cut within a tag, nor within coordinates
        place, begin = rest.rfind(b">") + 1, rest.rfind(b"coordinates>")
        if begin >= 0 and rest[begin - 1 : begin] != b"/" and rest.rfind(b"</") < begin:
            place = max(0, rest.rfind(b"<", 0, begin))
        whole, rest = rest[:place], rest[place:]
        whole = _RING_TAG.sub(line, whole)
        yield _KML_COORDINATES.sub(_tuples, _KML_FIELD.sub(plain, whole))
    yield rest


def _tuples(match: re.Match[bytes]) -> bytes:
    """Return coordinates whose commas stand as KML has them: within a tuple, without space.

    Some write ``117.1,39.1, 117.2,39.2,`` and others ``117.1, 39.1, 0``; read to the
    letter both give other places.
    """
    if not re.search(rb",\s|,$", match[2]):
        return match[0]
    rows: list[bytes] = []
    is_open = False
    for word in match[2].split():
        if is_open:
            rows[-1] += word
        else:
            rows.append(word)
        # a comma after a whole position ends it, after a single number it does not
        is_open = word.endswith(b",") and rows[-1].count(b",") == 1
        if word.endswith(b",") and not is_open:
            is_height = not match[2].strip().endswith(b",") and b"," not in word[:-1]
            is_open = is_height and rows[-1].count(b",") == 2
    tuples = b" ".join(word.rstrip(b",") for word in rows)
    return match[1] + tuples + match[3]


def _in_utf8(source: _Source) -> Iterator[bytes]:
    """Give the pieces of an XML file in GBK as UTF-8."""
    decoder = codecs.getincrementaldecoder("gb18030")()
    is_first = True
    try:
        for piece in source.pieces():
            plain = _XML_ENCODING.sub(rb"\1UTF-8\3", piece) if is_first else piece
            is_first = False
            yield decoder.decode(plain).encode()
        yield decoder.decode(b"", True).encode()
    except UnicodeDecodeError as error:
        raise UploadFaultError("damaged", kind="KML", detail=str(error)[:200]) from error


READERS: dict[str, Callable[[Format, _Source, str | None], Raw]] = {
    "GeoJSON": _read_one,
    "TXT": _read_one,
    "CSV": _read_one,
    "FlatGeobuf": _read_many,
    "MapInfo MIF": _read_many,
    "DXF": _read_dxf,
    "GeoPackage": _read_many,
    "XLSX": _read_workbook,
    "GPX": _read_gpx,
    "KML": _read_kml,
}
"""How an upload of each kind is read; Shapefile, MapInfo TAB and FileGDB come in an archive."""


def _read(row: Format, files: Files, selection: Wanted | None = None) -> Found:
    return read_layers(row, files, selection, UPLOAD)


def _raw(row: Format, tables: Found, notes: list[Note]) -> Raw:
    """Return the layers of an answer as one."""
    layers = [table for table in tables.tables.values() if len(table)]
    if not layers:
        raise UploadFaultError("no-features")
    shapes = [table for table in layers if isinstance(table, gpd.GeoDataFrame)]
    if not shapes:
        raise UploadFaultError("no-geometry")
    layer = pd.concat(shapes, ignore_index=True) if len(shapes) > 1 else shapes[0]
    refuse_above("FEATURES", len(layer), "features")
    # layers of different fields leave the shapes somewhere between them
    layer = layer[[*(c for c in layer.columns if c != "geometry"), "geometry"]]
    layer.columns = pd.Index(
        [*column_names(c for c in layer.columns if c != "geometry"), "geometry"], dtype=object
    )
    return Raw(layer, row.kind, [*notes, *tables.notes])


_STARTS = {
    b"%PDF": "pdf",
    b"\x89PNG": "picture",
    b"\xff\xd8\xff": "picture",
    b"II*\x00": "picture",
    b"MM\x00*": "picture",
    b"AC10": "dwg",
    b"Rar!": "archive",
    b"7z\xbc\xaf": "archive",
    b"\x1f\x8b": "archive",
    b"\xd0\xcf\x11\xe0": "office",
    b"\x00\x01\x00\x00Standard Jet DB": "mdb",
    b"\x00\x01\x00\x00Standard ACE DB": "mdb",
    b"SQLite": "sqlite",
    b"PAR1": "parquet",
    b"PK": "archive",
}
_ROOTS = {"gml": "gml", "featurecollection": "gml", "html": "html", "qgis": "qgis-project",
          "osm": "osm", "svg": "picture", "metadata": "metadata", "workbook": "office"}  # fmt: skip


def _kind(head: bytes) -> str:
    """Return what a file is that is not read: the end of a key ``upload.kind.…``."""
    for start, kind in _STARTS.items():
        if head.startswith(start):
            return kind
    if head[4:15] == b"\n\tOSMHeader" or head[:3] == b"BZh":
        return "osm" if head[4:15] == b"\n\tOSMHeader" else "archive"
    plain = stripped(head)
    if plain[:1] == b"<":
        roots = re.findall(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)", plain)
        root = roots[0].decode("ascii", "replace").lower() if roots else ""
        return _ROOTS.get(root, "unknown")
    if head[:1] in (b"\x03", b"\x83", b"\x8b", b"\xf5") and len(head) > 32 and head[3:4] < b" ":
        return "dbf"
    return "unknown"
