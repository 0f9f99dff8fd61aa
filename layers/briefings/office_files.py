"""Give Office files the same bytes each time: fixed dates inside the package."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

EAST_ASIAN_FONT = "Microsoft YaHei"
"""Named in every run; PowerPoint and WPS carry it on Windows and macOS and replace it elsewhere."""

_STAMPS = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:(?:created|modified)>)")


def with_fixed_dates(package: bytes, date: dt.date) -> bytes:
    """Return an Office package whose entries and properties all carry one date.

    Parameters
    ----------
    package : bytes
        A PPTX, DOCX or XLSX file.
    date : date
        The day that file entries, creation and change are dated.

    Returns
    -------
    bytes
        The same package; equal contents give equal bytes.
    """
    stamp = f"{date.isoformat()}T00:00:00Z".encode()
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _STAMPS.sub(rb"\g<1>" + stamp + rb"\g<3>", content)
            entry_info = zipfile.ZipInfo(entry.filename, (date.year, date.month, date.day, 0, 0, 0))
            entry_info.compress_type = zipfile.ZIP_DEFLATED
            entry_info.external_attr = 0o600 << 16
            new.writestr(entry_info, content)
    return buffer.getvalue()


CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def xml_safe(text: str) -> str:
    r"""Return a text without the control characters that XML cannot hold.

    Examples
    --------
    >>> xml_safe("和平\x00区")
    '和平区'
    """
    return CONTROL_CHARACTERS.sub("", text)
