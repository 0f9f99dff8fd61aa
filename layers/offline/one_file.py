"""Put a page into one file: its sources inside it, and nothing else let run."""

from __future__ import annotations

import base64
import hashlib
import re

from geo.errors import ExportError
from geo.texts import Text
from layers.map.base_map import leaflet_source, scripts, styles, tools, web_source

_SOURCE_MAP = re.compile(r"\n?//# sourceMappingURL=\S*")
_ADDRESS = re.compile(r"url\((?!#)[^)]*\)")


def inline_sources(own_script: str) -> tuple[str, str]:
    """Return the style and the script of a page that stands in one file.

    Parameters
    ----------
    own_script : str
        A file of ``layers/web`` that starts the page.

    Raises
    ------
    ExportError
        If a source would close the element that holds it.
    """
    style = "\n".join(
        _ADDRESS.sub("none", _plain(source))
        for source in (
            leaflet_source("leaflet.css"),
            styles(),
            web_source("site.css"),
        )
    )
    script = "\n".join(
        _SOURCE_MAP.sub("", _plain(source))
        for source in (leaflet_source("leaflet.js"), scripts(), tools(), web_source(own_script))
    )
    if "</script" in script.lower() or "</style" in style.lower():
        raise ExportError(Text("refused.own-code"))
    return style, script


def _plain(source: bytes) -> str:
    """Return source text with the line ends that a browser hashes."""
    return source.decode().replace("\r\n", "\n").replace("\r", "\n")


def content_policy(script: str, style: str) -> str:
    """Return the Content-Security-Policy that lets only this script and style run."""

    def allowed(content: str) -> str:
        digest = hashlib.sha256(content.encode("utf-8", "replace")).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"

    return (
        f"default-src 'none'; script-src {allowed(script)}; style-src {allowed(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
