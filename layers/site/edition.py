"""Put the edition together: one folder of static files, written beside and then renamed."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import re
import secrets
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import ExportError
from geo.io.write import is_stale, make_folder, write_files
from geo.texts import Text
from layers.map.base_map import leaflet_source, scripts, styles, tools, web_source
from layers.map.popups import both
from layers.map.zones import script_json
from layers.offline.standalone import StandaloneOptions, frame_data
from layers.site.downloads import item_ids
from layers.site.package import NGINX, data_package, site_map
from layers.site.pages import Place, index_page, item_page
from layers.site.tables import check_tables, wording_tables
from layers.tables.items import Item, plan_items

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from layers.exports import Material
    from layers.site.tables import Checked
    from layers.tables.items import Download

_ADDRESS = re.compile(r"https?://[^\s\"'<>?#]+")


@dataclass(frozen=True)
class EditionOptions:
    """What the edition is made for.

    Parameters
    ----------
    date : date
        Printed on everything; the same date and data give the same bytes.
    base_url : str
        Address of the folder on the web; empty where it is not known. With it come a site
        map, canonical addresses and a preview picture.

    Raises
    ------
    ExportError
        If the address is none.
    """

    date: dt.date
    base_url: str = ""

    def __post_init__(self) -> None:
        if self.base_url and not _ADDRESS.fullmatch(self.base_url):
            raise ExportError(Text("site.base-url", url=self.base_url))

    @property
    def address(self) -> str:
        """The address with a final slash, or empty."""
        return f"{self.base_url.rstrip('/')}/" if self.base_url else ""


def edition_files(
    material: Material, check: Checked, options: EditionOptions, downloads: Sequence[Download]
) -> dict[str, bytes]:
    """Return every file of the edition by its path below the folder.

    Parameters
    ----------
    material : Material
        From `layers.exports.read_material`.
    check : Checked
        From `layers.site.tables.check_folder`, of the same folder.
    options : EditionOptions
        Date and address.
    downloads : sequence of Download
        From `layers.site.downloads.downloads`.

    Returns
    -------
    dict of str to bytes
        ``index.html``, ``list.html``, ``items/<id>.html``, ``assets/``, ``downloads/``,
        ``datapackage.json``, ``nginx.conf``, and ``sitemap.xml`` with an address.

    Raises
    ------
    ExportError
        If nothing has a shape.
    """
    assets = _assets(material, check, options)
    place = Place(
        date=options.date,
        version=material.base.district.data_version,
        base_url=options.address,
        style=next(iter(assets)),
        scripts=tuple(assets)[1:3],
    )
    items: dict[str, list[Item]] = {
        plan: plan_items(zones, material.edges[plan], downloads)
        for plan, zones in material.zones.items()
    }
    files = {**assets, **{file.path: file.content for file in downloads}}
    files["index.html"] = index_page(material, items, place, downloads)
    files["list.html"] = index_page(material, items, replace(place, scripts=()), downloads)
    for plan, of_plan in items.items():
        about = material.zones[plan].attrs.get("metadata") or {}
        for item in of_plan:
            if item.has_page:
                files[f"items/{item.zone_id}.html"] = item_page(item, about, place)
    files["datapackage.json"] = data_package(material.base.district, downloads, place)
    files["nginx.conf"] = NGINX.encode()
    if place.base_url:
        pages = [path for path in files if path.endswith(".html")]
        files["sitemap.xml"] = site_map(pages, place)
        if picture := _preview(material, files):
            files["assets/preview.png"] = picture
    return files


def _assets(material: Material, check: Checked, options: EditionOptions) -> dict[str, bytes]:
    """Return style, scripts and data; the scripts of the page in the order of loading."""
    data = frame_data(
        material.zones,
        material.base_layers,
        material.edges,
        StandaloneOptions(options.date, styles=material.styles, site=material.base.district.site()),
    )
    tables = {"check": check_tables(check, material), "wording": wording_tables(material)}
    # Only what the first picture needs is loaded at once; fetch fails from file://, scripts do not.
    later = {
        name: f"window.PLAN_{name.upper()}={script_json(value)};".encode()
        for name, value in (data.pop("later") | tables).items()
    }
    later["tools"] = tools()
    files = _named({f"{name}.js": content for name, content in later.items()})
    data["files"] = dict(zip(later, files, strict=True))
    data["extras"] = [{"name": both("site.list"), "href": "list.html"}]
    style = b"\n".join((leaflet_source("leaflet.css"), styles(), web_source("site.css")))
    frame = b"\n".join((leaflet_source("leaflet.js"), scripts(), web_source("site.js")))
    contents = {
        "site.css": style,
        "data.js": f"window.PLAN_DATA={script_json(data)};".encode(),
        "frame.js": frame,
    }
    return {**_named(contents), **files}


def _named(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files under names that hold a hash of their content."""
    result = {}
    for name, content in files.items():
        stem, _, ending = name.rpartition(".")
        result[f"assets/{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}"] = content
    return result


def _preview(material: Material, files: Mapping[str, bytes]) -> bytes:
    """Return the picture of the plan that has most areas."""
    plans = list(item_ids(material).values())
    fullest = max(dict.fromkeys(plans), key=plans.count, default=next(iter(material.zones)))
    return files.get(f"downloads/{fullest}.png", b"")


def write_edition(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the edition whole or not at all: beside, then renamed.

    Parameters
    ----------
    files : mapping of str to bytes
        From `edition_files`.
    folder : Path
        A new folder, or an edition written before, which is replaced.

    Raises
    ------
    ExportError
        If the folder holds anything else, or cannot be written.
    """
    if folder.exists() and not _is_edition(folder):
        raise ExportError(Text("site.folder", folder=str(folder)))
    make_folder(folder.parent)
    _mend(folder)
    beside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    old = beside.with_suffix(".old")
    try:
        for parent in sorted({str((beside / path).parent) for path in files}):
            make_folder(Path(parent))
        write_files({beside / path: content for path, content in files.items()})
        try:
            if folder.exists() and not _exchange(beside, folder):
                folder.rename(old)
            if not folder.exists():
                beside.rename(folder)
        except OSError as error:
            if old.exists() and not folder.exists():
                old.rename(folder)
            raise ExportError(
                Text("site.rename", folder=str(folder), reason=error.strerror or str(error))
            ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _mend(folder: Path) -> None:
    """Put right what a process left that was killed while it wrote: nothing is lost by it."""
    for old in folder.parent.glob(f".{folder.name}.*.old"):
        with contextlib.suppress(OSError):
            if not folder.exists():
                old.rename(folder)
            elif is_stale(old):
                shutil.rmtree(old, ignore_errors=True)
    for part in folder.parent.glob(f".{folder.name}.*.part"):
        with contextlib.suppress(OSError):
            if is_stale(part):
                shutil.rmtree(part, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system cannot (Linux can)."""
    with contextlib.suppress(OSError, AttributeError):
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
        here = -100  # AT_FDCWD
        return bool(renameat2(here, os.fsencode(one), here, os.fsencode(other), 2) == 0)
    return False


def _is_edition(folder: Path) -> bool:
    """Tell whether a folder is empty or holds an edition."""
    if folder.is_dir() and not any(folder.iterdir()):
        return True
    try:
        document = json.loads((folder / "datapackage.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and str(document.get("name", "")).endswith("-plan-map")
