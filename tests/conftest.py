"""What all tests share: a temporary folder for each worker, and small street plans."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import pytest
from hypothesis import settings
from shapely import LineString

from testing.forked_readers import forked_readers

# The same examples every time; and a busy machine is no fault of a test.
settings.register_profile("tests", deadline=None, derandomize=True)
settings.load_profile("tests")

METRIC = "EPSG:4548"
"""Of the street plans below [m]."""


def pytest_configure(config):
    """Give each worker its own temporary folder: some tests look at what is left in it."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        config.own_temporary = tempfile.mkdtemp(prefix=os.environ["PYTEST_XDIST_WORKER"])
        # Other users of the machine pass through it: PostgreSQL does not run as root.
        Path(config.own_temporary).chmod(0o711)
        os.environ["TMPDIR"] = tempfile.tempdir = config.own_temporary


def pytest_unconfigure(config):
    """Remove the worker's temporary folder."""
    folder = getattr(config, "own_temporary", None)
    if folder is not None:
        tempfile.tempdir = None
        shutil.rmtree(folder, ignore_errors=True)


Roads = Mapping[str, Sequence[Sequence[tuple[float, float]]]]


def centrelines_of(roads: Roads) -> gpd.GeoDataFrame:
    """Return one row per line, as given: the name repeats."""
    rows = [(name, LineString(line)) for name, lines in roads.items() for line in lines]
    return gpd.GeoDataFrame(
        {"name": [name for name, _ in rows]}, geometry=[line for _, line in rows], crs=METRIC
    )


@pytest.fixture(scope="session")
def make_centrelines() -> Callable[[Roads], gpd.GeoDataFrame]:
    """Return the function that makes centrelines from names and lists of points."""
    return centrelines_of


@pytest.fixture
def square_plan() -> Roads:
    """Return four streets that cross around a block of 100 m by 100 m, each 20 m too long."""
    return {
        "南道": [[(-20, 0), (120, 0)]],
        "东路": [[(100, -20), (100, 120)]],
        "北道": [[(120, 100), (-20, 100)]],
        "西路": [[(0, 120), (0, -20)]],
    }


@pytest.fixture
def square_roads(square_plan: Roads) -> gpd.GeoDataFrame:
    """Return the streets of `square_plan` as a table."""
    return centrelines_of(square_plan)


@pytest.fixture
def square_ring_road() -> gpd.GeoDataFrame:
    """Return one street that runs around a block of 100 m by 100 m."""
    return centrelines_of({"环路": [[(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]]})


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands speak English unless they are told otherwise."""
    monkeypatch.setenv("GEO_LANG", "en")


@pytest.fixture(scope="module")
def quick_readers() -> Iterator[None]:
    """Fork the readers of foreign files instead of starting each anew: 0.15 s less for a file."""
    with forked_readers():
        yield


@pytest.fixture
def nothing_stays_behind(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Hold that a test leaves nothing in the folder for temporary files."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []
