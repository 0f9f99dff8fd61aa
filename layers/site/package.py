"""Describe the edition for machines and servers: data package, site map, nginx file."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from markupsafe import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.base import District
    from layers.site.pages import Place
    from layers.tables.items import Download

NGINX = """# nginx: the edition under any path. Copy the folder to the root below.
# frame-ancestors works in a header only: name here the sites that may embed the map.
server {
    listen 80;
    server_name _;
    server_tokens off;
    root /srv/plan-map;
    index index.html;
    charset utf-8;
    gzip on;
    gzip_vary on;
    gzip_min_length 1000;
    gzip_types text/css application/javascript application/json application/geo+json image/svg+xml;
    add_header Content-Security-Policy "default-src 'none'; script-src 'self'; style-src 'self'; \
img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'" always;
    add_header X-Content-Type-Options nosniff always;
    add_header Referrer-Policy no-referrer always;
    location /assets/ {
        # Each name holds a hash of the content.
        expires 1y;
    }
    location / {
        try_files $uri $uri/ =404;
    }
}
"""
"""A ready site; TLS is the host's own."""


def data_package(district: District, downloads: Sequence[Download], place: Place) -> bytes:
    """Return ``datapackage.json``: every file with size, hash, date and licence.

    Parameters
    ----------
    district : District
        Names, licence, attribution.
    downloads : sequence of Download
        The files.
    place : Place
        Data version, date, address.

    Returns
    -------
    bytes
        JSON of the Frictionless Data Package specification, version 1.
    """
    # The specification wants a name or a path in each licence.
    known = {"path": district.licence_url} if district.licence_url else {"name": district.licence}
    licences = [{"title": district.licence, **known}]
    document: dict[str, Any] = {
        "profile": "data-package",
        "name": f"{district.id}-plan-map",
        "title": f"{district.city}{district.name}规划空间图 · Plan map of {district.name_en}",
        "version": place.version,
        "created": f"{place.date.isoformat()}T00:00:00Z",
        "licenses": licences,
        "sources": [{"title": f"{district.attribution} · {district.attribution_en}"}],
        "resources": [
            {
                "name": file.path.removeprefix("downloads/").replace(".", "-").lower(),
                "path": file.path,
                "title": f"{file.title.render('zh')} · {file.title.render('en')}",
                "format": file.path.rpartition(".")[2],
                # A workbook holds several tables under titles: to be fetched, not read as one.
                **({"type": "file"} if file.path.endswith(".xlsx") else {}),
                "mediatype": file.media_type,
                "bytes": len(file.content),
                "hash": f"sha256:{hashlib.sha256(file.content).hexdigest()}",
                "licenses": licences,
            }
            for file in downloads
        ],
    }
    if place.base_url:
        document["homepage"] = f"{place.base_url}index.html"
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def site_map(pages: Sequence[str], place: Place) -> bytes:
    """Return ``sitemap.xml`` of the pages; their address has to be known.

    Parameters
    ----------
    pages : sequence of str
        Paths below the folder.
    place : Place
        Its `base_url` stands before each.
    """
    rows = "".join(
        f"<url><loc>{escape(place.base_url + page)}</loc>"
        f"<lastmod>{place.date.isoformat()}</lastmod></url>\n"
        for page in pages
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</urlset>\n'
    ).encode()
