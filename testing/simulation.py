"""Rebuild rings many times from shifted roads: a test of the uncertainty budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.uncertainty.rebuilding import RingModel, ring_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Simulation:
    """The areas of one zone over many rebuilds.

    Parameters
    ----------
    areas_km2 : ndarray of float, shape (runs,)
        Plane area of each rebuilt ring [km²].
    nominal_km2 : float
        The same measure with no road shifted [km²].
    unmet : int
        Corners, over all runs, where the shifted roads no longer crossed and
        the middle of their nearest points was taken.
    """

    areas_km2: NDArray[np.float64]
    nominal_km2: float
    unmet: int

    @property
    def spread_km2(self) -> float:
        """Standard deviation of the rebuilt areas [km²]."""
        return float(np.std(self.areas_km2, ddof=1))

    def coverage(self, half_width_km2: float) -> float:
        """Share of the rebuilt areas within an interval about the nominal one."""
        return float(np.mean(np.abs(self.areas_km2 - self.nominal_km2) <= half_width_km2))


def simulate_areas(
    pieces: gpd.GeoDataFrame,
    stretches_of: Callable[[str], Sequence[Mapping[str, Any]]],
    *,
    runs: int,
    seed: int,
) -> Simulation:
    """Shift every street of a ring within its error, rebuild the ring, measure it; many times.

    Parameters
    ----------
    pieces, stretches_of
        See `geo.uncertainty.rebuilding.ring_model`.
    runs : int
        How many rebuilds.
    seed : int
        Seed of the random shifts.
    """
    model = ring_model(pieces, stretches_of)
    rebuilt = model.rebuilt(random_shifts(model, runs, np.random.default_rng(seed)))
    return Simulation(rebuilt.areas_km2, model.nominal_km2, rebuilt.unmet)


def random_shifts(
    model: RingModel, runs: int, random: np.random.Generator
) -> dict[str, NDArray[np.float64]]:
    """Return one standard normal vector for each shift vector and run, in a fixed order."""
    return {vector: random.normal(size=(runs, 2)) for vector in sorted(model.errors_m)}
