"""Shares within one and two sigma on evidence held back."""

import numpy as np
import pytest

from geo.uncertainty.calibration import Deviation, binomial_interval, calibrate


@pytest.mark.parametrize(
    ("within", "total", "low", "high"),
    [
        # Clopper and Pearson's intervals as R's binom.test prints them.
        (8, 10, 0.4439045, 0.9747893),
        (0, 10, 0.0, 0.3084971),
        (10, 10, 0.6915029, 1.0),
        (19, 20, 0.7512672, 0.9987349),
        (1, 2, 0.01257912, 0.98742088),
    ],
)
def test_the_binomial_interval_is_the_exact_one(within, total, low, high):
    assert binomial_interval(within, total) == pytest.approx((low, high), abs=1e-6)


def deviations(values, *, points=1, identity="high", method="traced"):
    return [
        Deviation(f"街{n}", identity, method, str(n % 5 + 1), abs(value) * 4.0, 4.0)
        for n, value in enumerate(values)
        for _ in range(points)
    ]


def test_true_errors_are_borne_out():
    values = np.random.default_rng(5).normal(size=60)
    (result,) = calibrate(deviations(values))
    assert (result.streets, result.points, result.is_told, result.holds) == (60, 60, True, True)
    assert result.scale == pytest.approx(1.0, abs=0.2)
    assert all(share.holds for share in result.crossed)


def test_errors_half_as_large_as_they_are_do_not_hold():
    values = 2.0 * np.random.default_rng(5).normal(size=60)
    (result,) = calibrate(deviations(values))
    assert not result.holds
    # Set on the other four folds the errors come right again.
    assert all(share.holds for share in result.crossed)
    assert result.scale == pytest.approx(2.0, abs=0.4)


def test_errors_far_too_large_do_not_hold_either():
    values = 0.1 * np.random.default_rng(5).normal(size=60)
    assert not calibrate(deviations(values))[0].holds


def test_below_eight_streets_nothing_is_told():
    (result,) = calibrate(deviations([5.0] * 7, points=40))
    assert (result.is_told, result.shares, result.holds) == (False, (), True)
    assert calibrate(deviations([5.0] * 8))[0].is_told


def test_many_points_of_one_street_count_once():
    few, many = (calibrate(deviations([0.5] * 10, points=n))[0] for n in (1, 50))
    assert few.shares == many.shares


def test_classes_are_kept_apart():
    results = calibrate(
        deviations([0.1] * 12) + deviations([9.0] * 12, identity="low", method="estimated")
    )
    assert [(c.identity, c.method, c.holds) for c in results] == [
        ("high", "traced", False),
        ("low", "estimated", False),
    ]
