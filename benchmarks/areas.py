"""Areas of 10^5 polygons on the ellipsoid, against a loop over `pyproj.Geod`.

``python -m benchmarks.areas`` prints Markdown. The results must be equal to the last bit.
"""

from __future__ import annotations

import argparse

import numpy as np
import shapely
from pyproj import Geod

from benchmarks.figures import load, machine, median_seconds, ratio, table
from geo.areas import geodesic_area_km2

CORNERS = (4, 20, 100)
GRS80 = Geod(ellps="GRS80")


def blocks(count: int, corners: int, *, seed: int = 1) -> np.ndarray:
    """Return `count` star-shaped polygons of about 0.3 km² near 117° E, 39° N."""
    rng = np.random.default_rng(seed)
    centre = np.column_stack([rng.uniform(116, 118, count), rng.uniform(38, 40, count)])
    angle = np.sort(rng.uniform(0, 2 * np.pi, (count, corners)), axis=1)
    reach = rng.uniform(0.002, 0.005, (count, corners))
    ray = np.stack([reach * np.cos(angle), reach * np.sin(angle)], axis=-1)
    return shapely.polygons(centre[:, None, :] + ray)


def one_by_one(polygons: np.ndarray) -> np.ndarray:
    """Return the area of each polygon as pyproj's documentation shows it [km²]."""
    return np.array([abs(GRS80.geometry_area_perimeter(p)[0]) / 1e6 for p in polygons])


def main(argv: list[str] | None = None) -> str:
    """Measure and return (and print) the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polygons", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args(argv)
    rows = []
    for corners in CORNERS:
        polygons = blocks(options.polygons, corners)
        ours = median_seconds(lambda p=polygons: geodesic_area_km2(p), options.repeats)
        loop = median_seconds(lambda p=polygons: one_by_one(p), options.repeats)
        same = np.array_equal(geodesic_area_km2(polygons), one_by_one(polygons))
        vertices = options.polygons * (corners + 1)
        rows.append(
            [
                f"{options.polygons:,} of {corners} corners",
                f"{ours:.2f} s",
                f"{ours / vertices * 1e6:.2f} µs",
                f"{loop:.2f} s",
                ratio(loop, ours),
                "yes" if same else "NO",
            ]
        )
    head = ["polygons", "ours", "a corner", "loop over pyproj.Geod", "to ours", "same to the bit"]
    out = table(head, rows)
    out += (
        f"\n\nMedians of {options.repeats} runs. What is left is GeographicLib's own geodesic for "
        f"each side. {machine('pyproj', 'shapely', 'numpy')}; {load()}."
    )
    print(out)
    return out


if __name__ == "__main__":
    main()
