"""Faults of single rings, each drawn by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from drawing import EAST, LIMITS, NORTH, array, polygon, rectangle, redrawn
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from gangqu_gis.topology import RingFault, RingRule, find_ring_faults


def faults(*shapes: object) -> list[RingFault]:
    return find_ring_faults(array(*shapes), thresholds=LIMITS)


def test_a_rectangle_has_none() -> None:
    assert not faults(rectangle(0, 0, 100, 50), None, Polygon())
    assert not faults()


def test_where_a_bow_tie_crosses_itself() -> None:
    (found,) = faults(polygon((0, 0), (100, 100), (100, 0), (0, 100)))
    assert found.rule is RingRule.INVALID
    assert (found.point.x, found.point.y) == (EAST + 50, NORTH + 50)


@pytest.mark.parametrize(
    ("apart", "rule"),
    [
        (0.0, RingRule.REPEATED),
        (0.0004, RingRule.REPEATED),
        (0.002, RingRule.CLOSE),
        (0.049, RingRule.CLOSE),
        (0.051, None),
    ],
)
def test_points_too_near_one_another(apart: float, rule: RingRule | None) -> None:
    found = faults(polygon((0, 0), (100, 0), (100, apart), (100, 100), (0, 100)))
    assert [f.rule for f in found] == ([rule] if rule else [])
    if rule:
        assert found[0].value == pytest.approx(apart, abs=1e-6)
        assert (found[0].point.x, found[0].point.y) == (EAST + 100, NORTH)


@pytest.mark.parametrize(("degrees", "count"), [(9.9, 1), (10.1, 0)])
def test_a_sharp_interior_angle(degrees: float, count: int) -> None:
    height = 100 * math.tan(math.radians(degrees))
    found = faults(polygon((0, 0), (100, 0), (100, height)))
    assert [f.rule for f in found] == [RingRule.SHARP] * count
    if count:
        assert found[0].value == pytest.approx(degrees, abs=1e-6)
        assert (found[0].point.x, found[0].point.y) == (EAST, NORTH)


@pytest.mark.parametrize(("degrees", "count"), [(4.9, 1), (5.1, 0)])
def test_a_sharp_notch(degrees: float, count: int) -> None:
    half = 80 * math.tan(math.radians(degrees / 2))
    notch = ((50 + half, 100), (50, 20), (50 - half, 100))
    found = faults(polygon((0, 0), (100, 0), (100, 100), *notch, (0, 100)))
    assert [f.rule for f in found] == [RingRule.SHARP] * count
    if count:
        assert found[0].value == pytest.approx(360 - degrees, abs=1e-6)


def test_a_spike_is_a_needle_nobody_could_survey() -> None:
    needle = ((100, 50), (130, 50.01), (100, 50.02))
    found = faults(polygon((0, 0), (100, 0), *needle, (100, 100), (0, 100)))
    spikes = [f for f in found if f.rule is RingRule.SPIKE]
    assert len(spikes) == 1
    assert spikes[0].value == pytest.approx(0.02, rel=1e-3)
    assert (spikes[0].point.x, spikes[0].point.y) == (EAST + 130, NORTH + 50.01)


def test_the_land_side_counts_in_holes() -> None:
    """A needle-shaped hole: its tips are sharp notches in the land."""
    hole = [(10, 50), (90, 51), (90, 49)]
    (found,) = faults(polygon((0, 0), (100, 0), (100, 100), (0, 100), holes=[hole]))
    assert found.rule is RingRule.SHARP
    assert found.value == pytest.approx(360 - 2 * math.degrees(math.atan(1 / 80)))


def test_every_part_is_looked_at() -> None:
    needle = polygon((200, 0), (300, 0), (300, 5))
    (found,) = faults(MultiPolygon([rectangle(0, 0, 10, 10), needle]))
    assert found.rule is RingRule.SHARP


@given(st.integers(0, 5))
def test_start_and_direction_do_not_matter(start: int) -> None:
    shape = polygon((0, 0), (100, 0), (100, 0.02), (100, 7), (60, 30), (60, 30.0004))
    before = [(f.rule, round(f.value, 6)) for f in faults(shape)]
    after = [(f.rule, round(f.value, 6)) for f in faults(redrawn(shape, start))]
    assert before == after
    assert {rule for rule, _ in before} >= {RingRule.CLOSE, RingRule.REPEATED}


def test_coordinates_that_are_no_numbers() -> None:
    with np.errstate(invalid="ignore"):
        broken = shapely.from_wkt("POLYGON ((0 0, 1 0, 1 nan, 0 0))")
    (found,) = faults(broken)
    assert found.rule is RingRule.INVALID
