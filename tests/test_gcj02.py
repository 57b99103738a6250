"""GCJ-02 and BD-09 are recognised by direction and size, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from gangqu_gis.gcj02 import Floats, shifted, shifted_bd09, suspicion

GEOD = Geod(ellps="GRS80")
PLACES = np.array([[121.083, 30.6], [121.10, 30.61], [121.05, 30.58]])


def moved(east: float, north: float) -> Floats:
    """PLACES displaced by metres, by geodesics."""
    n = len(PLACES)
    azimuth = np.full(n, np.degrees(np.arctan2(east, north)))
    lon, lat, _ = GEOD.fwd(PLACES[:, 0], PLACES[:, 1], azimuth, np.full(n, np.hypot(east, north)))
    return np.column_stack([lon, lat])


def test_the_offset_at_the_port() -> None:
    """437 m east and 242 m south (field conventions 3)."""
    found = suspicion(PLACES[:1], shifted(PLACES[:1]))
    assert found is not None and found.system == "GCJ-02" and found.count == 1
    assert found.offset == pytest.approx((437, -242), abs=2)
    assert found.spread == pytest.approx(0, abs=1e-6)


def test_bd09_is_told_from_gcj02() -> None:
    """The inverse of the public formula, written out, leads back to GCJ-02."""
    turn = np.pi * 3000 / 180
    x, y = shifted_bd09(PLACES).T - np.array([[0.0065], [0.006]])
    radius = np.hypot(x, y) - 0.00002 * np.sin(y * turn)
    angle = np.arctan2(y, x) - 0.000003 * np.cos(x * turn)
    back = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    assert back == pytest.approx(shifted(PLACES), abs=2e-6)
    found = suspicion(PLACES, shifted_bd09(PLACES))
    assert found is not None and found.system == "BD-09"


def test_displacements_in_metres_against_geodesics() -> None:
    found = suspicion(PLACES, moved(437, -242))
    assert found is not None
    assert found.offset == pytest.approx((437, -242), rel=5e-3)


@pytest.mark.parametrize(
    ("east", "north"),
    [(0, 0), (5, -3), (100, 60), (-437, 242), (437, 242), (-242, -437), (900, -500), (240, -130)],
)
def test_other_displacements_are_not_suspected(east: float, north: float) -> None:
    assert suspicion(PLACES, moved(east, north)) is None


noise = st.floats(-30, 30)


@given(noise, noise)
def test_a_new_survey_does_not_hide_the_offset(east: float, north: float) -> None:
    found = suspicion(PLACES, shifted(moved(east, north)))
    assert found is not None and found.system == "GCJ-02"


def test_nothing_to_compare() -> None:
    empty = np.empty((0, 2))
    assert suspicion(empty, empty) is None
    assert suspicion(PLACES, np.full_like(PLACES, np.nan)) is None
