"""What the fuzzer feeds: bytes in; a result or one of our own errors out, anything else is a find.

``python -m tests.fuzz.targets sentences -atheris_runs=100000`` runs one target with
Atheris (requirements-fuzz.txt); `benchmarks.soak` runs both and counts.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.sentences.limits import Fault

HERE = Path(__file__).parent
ENTRY = b"\n--entry "
"""Parts an archive in the making: the fuzzer cannot mend checksums, so the target packs."""


def sentences(data: bytes) -> None:
    """Read a limits sentence and a paragraph from any bytes."""
    from geo.errors import GeoError
    from geo.sentences.limits import LimitsSentenceError, parse_limits
    from geo.sentences.paragraphs import understand

    text = data.decode("utf-8", "replace")
    faults: tuple[Fault, ...] = ()
    try:
        limits = parse_limits(text)
    except LimitsSentenceError as error:
        limits, faults = error.limits, error.faults
        assert faults
    except GeoError:
        limits = ()
    for limit in limits:
        assert 0 <= limit.start < limit.end <= len(text)
    for fault in faults:
        assert 0 <= fault.start <= fault.end <= len(text)
        assert fault.explain("zh")
    with contextlib.suppress(GeoError):
        understood = understand(text)
        for left in (*understood.not_understood, *understood.passed):
            assert text[left.start : left.end] == left.text


def uploads(data: bytes) -> None:
    """Read an upload: a file as it is, or an archive packed from its entries."""
    from geo.errors import GeoError
    from geo.uploads.files import read_upload

    content = archive(data) if data.startswith(ENTRY) else data
    try:
        upload = read_upload("upload", content)
    except GeoError as error:
        messages = [str(error)]
    else:
        assert len(upload.layer)
        messages = [str(issue.message) for issue in upload.issues]
    assert not any(tempfile.gettempdir() in words for words in messages)


def archive(data: bytes) -> bytes:
    """Pack ``\\n--entry NAME\\nCONTENT`` parts into a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for part in data.split(ENTRY)[1:100]:
            name, _, content = part.partition(b"\n")
            packed.writestr(zipfile.ZipInfo(name.decode("utf-8", "replace")[:200] or "x"), content)
    return buffer.getvalue()


TARGETS = {"sentences": sentences, "uploads": uploads}


def main() -> None:
    """Run one target under Atheris; the other words are libFuzzer's."""
    import logging
    import warnings

    import atheris

    name, *words = sys.argv[1:]
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    with atheris.instrument_imports(include=["geo"]):
        import geo.sentences.limits
        import geo.sentences.paragraphs
        import geo.uploads.files  # noqa: F401

    folder_of_finds = HERE / "found" / name
    folders = [word for word in words if not word.startswith("-")] or [str(HERE / "corpus" / name)]
    options = [word for word in words if word.startswith("-")]
    arguments = [sys.argv[0], f"-artifact_prefix={folder_of_finds}/", *options, *folders]
    atheris.Setup(arguments, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
