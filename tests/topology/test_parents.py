"""Parts outside the parents."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from drawing import LIMITS, array, polygon, rectangle

from gangqu_gis.topology import find_outside

WEST, MIDDLE = rectangle(0, 0, 100, 100), rectangle(100, 0, 200, 100)


def outside(child: Any, *parents: Any) -> list[Any]:
    return find_outside(array(child), array(*parents), thresholds=LIMITS)


def test_within_one_parent_or_across_two() -> None:
    assert not outside(rectangle(10, 10, 20, 20), WEST, MIDDLE)
    assert not outside(rectangle(90, 10, 110, 20), WEST, MIDDLE)
    assert not outside(WEST, WEST)


def test_the_part_outside_with_its_polygon() -> None:
    (found,) = outside(rectangle(190, 10, 230, 20), WEST, MIDDLE)
    assert found.area_m2 == pytest.approx(300)
    assert found.polygon.equals(rectangle(200, 10, 230, 20))
    assert (found.child, found.parents) == (0, (1,))


def test_wholly_outside() -> None:
    (found,) = outside(rectangle(300, 0, 310, 10), WEST, MIDDLE)
    assert found.area_m2 == pytest.approx(100)
    assert found.parents == ()


@pytest.mark.parametrize(("width", "count"), [(0.0004, 0), (0.0014, 0), (0.0016, 1), (0.05, 1)])
def test_tolerance(width: float, count: int) -> None:
    assert len(outside(rectangle(50, 0, 100 + width, 100), WEST)) == count
    cracked = rectangle(100 + width, 0, 200, 100)
    assert len(outside(rectangle(50, 10, 150, 20), WEST, cracked)) == count


def test_a_hole_of_the_parent_is_outside() -> None:
    hole = [(40, 40), (60, 40), (60, 60), (40, 60)]
    ring = polygon((0, 0), (100, 0), (100, 100), (0, 100), holes=[hole])
    (found,) = outside(rectangle(30, 30, 50, 50), ring)
    assert found.area_m2 == pytest.approx(100)


def test_nothing_is_said_where_an_invalid_parent_may_lie() -> None:
    bow_tie = polygon((100, 0), (200, 100), (200, 0), (100, 100))
    assert not outside(rectangle(90, 10, 120, 20), WEST, bow_tie)
    assert not outside(rectangle(90, 10, 120, 20))
    assert not outside(None, WEST)
    assert not outside(shapely.Polygon(), WEST)
