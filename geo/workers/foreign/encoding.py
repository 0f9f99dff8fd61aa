"""The attribute table of a Shapefile: how long it is and how its text is encoded."""

from __future__ import annotations

_ENCODING_NAMES = {
    "UTF-8": "UTF-8",
    "UTF8": "UTF-8",
    "65001": "UTF-8",
    "936": "GB18030",
    "54936": "GB18030",
    "GB18030": "GB18030",
    "GBK": "GB18030",
    "GB2312": "GB18030",
    "950": "BIG5",
    "BIG5": "BIG5",
    "1252": "CP1252",
    "ISO-8859-1": "ISO-8859-1",
    "ISO88591": "ISO-8859-1",
}


def dbf_encoding(data: bytes, said: str) -> tuple[str, bool]:
    """Return the encoding that all text of a DBF table is valid in.

    Parameters
    ----------
    data : bytes
        The table.
    said : str
        What the .cpg says, or empty.

    Returns
    -------
    encoding : str
        What the .cpg says if it is known and fits, else UTF-8, else GB18030
        (which holds GBK), else ISO-8859-1, in which anything is valid.
    as_said : bool
        Whether it is what the .cpg says.
    """
    known = _ENCODING_NAMES.get(said.upper().removeprefix("CP"), "")
    cells = _dbf_cells(data)
    for encoding in (known, "UTF-8", "GB18030"):
        if encoding and all(_decodes(cell, encoding) for cell in cells):
            return encoding, encoding == known
    return "ISO-8859-1", False


def dbf_length(data: bytes) -> int:
    """Return how many bytes a DBF table has by its own header."""
    rows, header, width = (
        int.from_bytes(data[begin:end], "little") for begin, end in ((4, 8), (8, 10), (10, 12))
    )
    return header + rows * width


def _dbf_cells(data: bytes) -> list[bytes]:
    """Return field names and the text cells of a DBF table that hold more than ASCII."""
    header = int.from_bytes(data[8:10], "little")
    width = int.from_bytes(data[10:12], "little")
    end = min(len(data), dbf_length(data))
    cells: list[bytes] = []
    spans: list[tuple[int, int]] = []
    offset = 1
    for at in range(32, max(32, header - 1), 32):
        descriptor = data[at : at + 32]
        if len(descriptor) < 32 or descriptor[:1] == b"\r":
            break
        cells.append(descriptor[:11].split(b"\0")[0])
        length = descriptor[16]
        if descriptor[11:12] == b"C":
            spans.append((offset, offset + length))
        offset += length
    if width >= offset:  # narrower than its fields: no cell would be where it should
        cells += [
            data[row + begin : row + end].rstrip(b" \0")
            for row in range(header, end, width)
            for begin, end in spans
        ]
    return [cell for cell in cells if not cell.isascii()]


def _decodes(cell: bytes, encoding: str) -> bool:
    """Tell whether a cell is text in an encoding; a character cut at its end is allowed."""
    try:
        cell.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start >= len(cell) - 3 and error.start > 0
    return True
