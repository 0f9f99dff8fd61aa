"""Build many districts: the same build for each, one after another or on a Dask cluster.

A district is a data folder, or a partition of `geo.districts.stores`.

No district knows of another. A worker builds and hands back bytes; the one who
asked writes them, once, so that a worker that dies takes no file with it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.build import build, zone_files
from geo.districts.stores import TEXTS, result_tables, unpack_district
from geo.errors import DataFileError, GeoError, Issue, reason_of
from geo.io.write import folder_lock, make_folder, temporary_folder, write_files
from geo.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

ATTEMPTS = 3
"""Times a district is tried before its failure is told."""

ANSWER_SECONDS = 10
"""A scheduler that does not answer within this is not there."""


@dataclass(frozen=True)
class Outcome:
    """What became of one district.

    Parameters
    ----------
    folder : Path
        The data folder or partition.
    files : mapping of str to bytes
        By name; empty where the district failed.
    issues : tuple of Issue
        What is wrong with its inputs.
    failures : tuple of Text
        Why each attempt that failed did.
    """

    folder: Path
    files: Mapping[str, bytes] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    failures: tuple[Text, ...] = ()

    def places(self) -> dict[Path, bytes]:
        """Return the files by the path where they belong: GeoJSON in ``zones/``."""
        zones = self.folder / "zones"
        return {
            (zones if name.endswith(".geojson") else self.folder) / name: content
            for name, content in self.files.items()
        }


def district_folders(folder: Path) -> list[Path]:
    """Return the districts of a folder: itself, or those in it, by name.

    Raises
    ------
    DataFileError
        If there is none.
    """

    def is_district(path: Path) -> bool:
        return (path / "district.toml").is_file() or (path / TEXTS).is_file()

    if is_district(folder):
        return [folder]
    districts = sorted(path for path in folder.iterdir() if is_district(path))
    if not districts:
        raise DataFileError(Text("district.none", folder=folder.name, texts=TEXTS))
    return districts


def build_district(folder: Path) -> Outcome:
    """Build one district; nothing is written.

    Parameters
    ----------
    folder : Path
        A data folder, or a partition of `pack_district`.

    Returns
    -------
    Outcome
        A district whose base cannot be read has no files and an Issue.
    """
    try:
        if (folder / TEXTS).is_file():
            with temporary_folder() as unpacked:
                hashes = unpack_district(folder, unpacked)
                built = build(unpacked)
                base = replace(
                    built.base, hashes={name: hashes[name] for name in built.base.hashes}
                )
                built = replace(built, base=base)
                files = zone_files(built, unpacked) | result_tables(built)
        else:
            built = build(folder)
            files = zone_files(built, folder)
    except GeoError as error:
        issue = Issue(
            "district-unreadable", "error", folder.name, error.words, Text("district.mend")
        )
        return Outcome(folder, issues=(issue,))
    return Outcome(folder, files, built.issues)


def build_districts(folders: Sequence[Path], client: Any = None) -> Iterator[Outcome]:
    """Build many districts, each on its own; give each outcome as it comes.

    Parameters
    ----------
    folders : sequence of Path
        From `district_folders`.
    client : distributed.Client, optional
        Such as from `dask_client`. Without one the districts are built one
        after another in this process.

    Yields
    ------
    Outcome
        One per district; with a client in no fixed order. A district that
        failed (a worker that died, a full disk) is tried `ATTEMPTS` times.
    """
    if client is None:
        yield from map(_build_patiently, folders)
        return
    as_completed = import_module("distributed").as_completed
    of_future = {client.submit(build_district, path, pure=False): path for path in folders}
    failures: dict[Path, tuple[Text, ...]] = dict.fromkeys(folders, ())
    waiting = as_completed(list(of_future))
    for future in waiting:
        path = of_future.pop(future)
        fault = future.exception()
        if fault is None:
            yield replace(future.result(), failures=failures[path])
            continue
        failures[path] += (_reason(path, fault),)
        if len(failures[path]) == ATTEMPTS:
            yield Outcome(path, failures=failures[path])
            continue
        again = client.submit(build_district, path, pure=False)
        of_future[again] = path
        waiting.add(again)


@contextmanager
def dask_client(workers: int = 2, scheduler: str = "") -> Iterator[Any]:
    """Give a client of a Dask cluster, and end with it what was started for it.

    Parameters
    ----------
    workers : int
        Processes of the cluster that is started on this machine, one thread each.
    scheduler : str
        Address of a running cluster, such as ``"tcp://10.0.0.5:8786"``, whose
        workers see the same folders; none is started then.

    Raises
    ------
    GeoError
        If Dask is missing or the cluster cannot be reached.
    """
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise GeoError(Text("district.no-dask")) from error
    logging.getLogger("distributed").setLevel(logging.ERROR)
    with ExitStack() as stack:
        if not scheduler:
            cluster = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            )
            scheduler = stack.enter_context(cluster).scheduler_address
        try:
            client = distributed.Client(scheduler, timeout=ANSWER_SECONDS)
        except OSError as error:
            raise GeoError(
                Text("district.no-scheduler", address=scheduler, reason=reason_of(error))
            ) from error
        yield stack.enter_context(client)


def _build_patiently(folder: Path) -> Outcome:
    """Build one district in this process, `ATTEMPTS` times if need be."""
    failures: list[Text] = []
    while len(failures) < ATTEMPTS:
        try:
            return replace(build_district(folder), failures=tuple(failures))
        except Exception as error:  # whatever befell one district, the others go on
            failures.append(_reason(folder, error))
    return Outcome(folder, failures=tuple(failures))


def _reason(folder: Path, fault: BaseException) -> Text:
    """Log what befell a district, and return it."""
    logger.warning("%s failed: %s: %s", folder.name, type(fault).__name__, fault)
    return reason_of(fault)


def write_outcome(outcome: Outcome) -> None:
    """Write the files of a district: all of them, or none is changed.

    Raises
    ------
    ExportError
        If they cannot be written, or another process is writing there.
    """
    if not outcome.files:
        return
    zones = outcome.folder / "zones"
    make_folder(zones)
    with folder_lock(zones):
        write_files(outcome.places())
