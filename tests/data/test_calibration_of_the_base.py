"""The errors of the base against what was held back, as `geo check` reports them."""

from pathlib import Path

import numpy as np
import pytest

from geo.base import read_base
from geo.checks.evidence import (
    HELD_BACK_COLUMNS,
    HIDDEN_COLUMNS,
    _deviations,
    _points,
    csv_rows,
    held_back_check,
    hidden_streets_check,
)
from geo.uncertainty.calibration import calibrate

BASE_FOLDER = Path(__file__).parents[2] / "data" / "base"
FOLDS = {"1", "2", "3", "4", "5"}


@pytest.fixture(scope="module")
def base():
    return read_base(BASE_FOLDER.parent)


@pytest.fixture(scope="module")
def deviations(base):
    rows = csv_rows(BASE_FOLDER / "held_back.csv", HELD_BACK_COLUMNS)
    distances, unknown = _deviations(_points(rows, base), base)
    assert unknown == set()
    return distances


def test_no_vertex_was_made_to_coincide_with_a_point_held_back(base):
    check = held_back_check(base, BASE_FOLDER / "held_back.csv")
    assert [s.en for s in check.statements if s.level == "error"] == []


def test_every_street_lies_in_one_fold(deviations):
    folds = {}
    for deviation in deviations:
        folds.setdefault(deviation.street, set()).add(deviation.fold)
    assert all(len(numbers) == 1 for numbers in folds.values())
    assert set().union(*folds.values()) == FOLDS


def test_streets_of_known_identity_lie_within_five_metres(deviations):
    fine = [d.distance_m for d in deviations if d.identity in ("osm", "high")]
    assert len(fine) > 50
    assert np.median(fine) <= 5.0


def test_the_shares_within_one_and_two_sigma_are_what_the_errors_promise(deviations):
    results = [result for result in calibrate(deviations) if result.is_told]
    assert results
    for result in results:
        assert result.holds, result
        assert all(share.holds for share in result.crossed), result


def test_at_least_fifteen_known_streets_were_hidden_and_placed_by_each_rule_in_use():
    rows = csv_rows(BASE_FOLDER / "calibration.csv", HIDDEN_COLUMNS)
    streets = {}
    for row in rows:
        streets.setdefault(row["rule"], set()).add(row["street"])
    assert all(len(names) >= 15 for names in streets.values())
    check = hidden_streets_check(BASE_FOLDER / "calibration.csv")
    assert len(check.statements) == len(streets)
