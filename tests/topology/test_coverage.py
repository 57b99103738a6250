"""Gaps, slivers and borders that do not match: hand-drawn, and against squared paper."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from drawing import LIMITS, array, painted_gaps, polygon, rectangle, redrawn
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon

from gangqu_gis.topology import find_edge_mismatches, find_gaps, find_overlaps, find_slivers

#: Four parcels around the land from (100, 100) to (140, 130).
AROUND = (
    rectangle(0, 0, 140, 100),
    rectangle(140, 0, 240, 130),
    rectangle(100, 130, 240, 230),
    rectangle(0, 100, 100, 230),
)


def gaps(*shapes: Any) -> list[Any]:
    return find_gaps(array(*shapes), thresholds=LIMITS)


def mismatches(*shapes: Any) -> list[Any]:
    polygons = array(*shapes)
    reported = [
        *(o.polygon for o in find_overlaps(polygons, thresholds=LIMITS)),
        *(g.polygon for g in find_gaps(polygons, thresholds=LIMITS)),
    ]
    return find_edge_mismatches(polygons, thresholds=LIMITS, reported=reported)


def test_a_gap_with_its_neighbours() -> None:
    (gap,) = gaps(*AROUND)
    assert gap.area_m2 == pytest.approx(40 * 30, abs=1e-4)
    drawn = rectangle(100, 100, 140, 130)
    assert gap.polygon.symmetric_difference(drawn).area < 1e-4
    assert gap.neighbours == (0, 1, 2, 3)
    assert not gap.sliver


def test_land_open_to_the_outside_is_no_gap() -> None:
    assert not gaps(*AROUND[:3])


def test_a_filled_gap_is_none() -> None:
    assert not gaps(*AROUND, rectangle(100, 100, 140, 130))
    assert not gaps(*AROUND, polygon((100, 100), (120, 100), (140, 100), (140, 130), (100, 130)))


def test_a_hole_inside_one_polygon_and_inside_one_multipart() -> None:
    hole = [(40, 40), (60, 40), (60, 60), (40, 60)]
    ring = polygon((0, 0), (100, 0), (100, 100), (0, 100), holes=[hole])
    (gap,) = gaps(ring)
    assert gap.area_m2 == pytest.approx(400, abs=1e-4)
    corners = MultiPolygon([AROUND[0], AROUND[2]])
    others = MultiPolygon([AROUND[1], AROUND[3]])
    (gap,) = gaps(corners, others)
    assert gap.area_m2 == pytest.approx(1200, abs=1e-4)
    assert gap.neighbours == (0, 1)


def test_an_island_in_a_gap_is_no_part_of_it() -> None:
    (gap,) = gaps(*AROUND, rectangle(110, 110, 130, 120))
    assert gap.area_m2 == pytest.approx(1200 - 200, abs=1e-3)
    assert gap.neighbours == (0, 1, 2, 3, 4)


def test_a_gap_enclosed_by_parcels_that_touch_at_points_only() -> None:
    crossing = [rectangle(x, y, x + 10, y + 10) for x, y in ((10, 0), (0, 10), (20, 10), (10, 20))]
    (gap,) = gaps(*crossing)
    assert gap.area_m2 == pytest.approx(100, abs=1e-4)
    (gap,) = gaps(MultiPolygon(crossing))
    assert gap.area_m2 == pytest.approx(100, abs=1e-4)


def test_two_gaps_that_touch_at_a_point_are_two() -> None:
    cells = {(x, y) for x in range(4) for y in range(4)} - {(1, 1), (2, 2)}
    found = gaps(*(rectangle(10 * x, 10 * y, 10 * x + 10, 10 * y + 10) for x, y in sorted(cells)))
    assert [g.area_m2 for g in found] == pytest.approx([100, 100], abs=1e-4)


def test_a_gap_that_touches_the_outside_at_a_point() -> None:
    cells = {(x, y) for x in range(3) for y in range(3)} - {(1, 1), (2, 2)}
    (gap,) = gaps(*(rectangle(10 * x, 10 * y, 10 * x + 10, 10 * y + 10) for x, y in cells))
    assert gap.area_m2 == pytest.approx(100, abs=1e-4)


def test_a_gap_that_opens_through_a_crack_below_the_tolerance() -> None:
    south = rectangle(0, 0, 139.9996, 100)
    (gap,) = gaps(south, *AROUND[1:])
    assert gap.area_m2 == pytest.approx(1200, abs=1e-3)
    south = rectangle(0, 0, 139.9, 100)
    assert not gaps(south, *AROUND[1:])


@pytest.mark.parametrize(("width", "count"), [(0.0004, 0), (0.0014, 0), (0.0016, 1), (0.05, 1)])
def test_only_what_is_wider_than_the_tolerance_is_a_gap(width: float, count: int) -> None:
    east = polygon((100, 0), (200, 0), (200, 100), (100, 100), (100, 80), (100 + width, 80),
                   (100 + width, 20), (100, 20))
    found = gaps(rectangle(0, 0, 100, 100), east)
    assert len(found) == count
    if count:
        assert found[0].area_m2 == pytest.approx(60 * width, rel=2e-2)
        assert found[0].sliver


def test_no_gap_is_invented_where_an_invalid_parcel_lies() -> None:
    twisted = polygon((100, 100), (140, 130), (140, 100), (100, 130))
    assert not gaps(*AROUND, twisted)
    assert not gaps(None, shapely.Polygon())


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 6), st.integers(1, 6)),
        max_size=30,
    ),
    st.booleans(),
)
def test_same_gaps_as_on_squared_paper(
    drawn: list[tuple[int, int, int, int]], redraw: bool
) -> None:
    """Overlaps, patches and points of contact included."""
    cells = [(x, y, x + w, y + h) for x, y, w, h in drawn]
    shapes = [rectangle(*cell) for cell in cells]
    if redraw:
        shapes = [redrawn(shape, 1) for shape in reversed(shapes)]
    found = sorted(gap.area_m2 for gap in gaps(*shapes))
    assert found == pytest.approx(painted_gaps(cells, 16), abs=1e-3)


@settings(max_examples=100, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=40))
def test_gaps_are_the_holes_of_the_union_where_nothing_touches_at_points(
    missing: set[tuple[int, int]],
) -> None:
    """In a brick wall no two bricks touch at a corner only: shapely's union has the answer."""
    cells = [
        rectangle(20 * x + 10 * (y % 2), 10 * y, 20 * x + 20 + 10 * (y % 2), 10 * y + 10)
        for x in range(8)
        for y in range(8)
        if (x, y) not in missing
    ]
    found = gaps(*cells)
    grown = shapely.union_all([cell.buffer(1e-4, join_style="mitre") for cell in cells])
    holes = [hole for part in shapely.get_parts(grown) for hole in part.interiors]
    assert len(found) == len(holes)
    total = sum(shapely.polygons(hole).buffer(1e-4, join_style="mitre").area for hole in holes)
    assert sum(gap.area_m2 for gap in found) == pytest.approx(total, abs=1e-2)


def test_a_sliver_is_small_or_narrow_and_drawn_out() -> None:
    shapes = array(
        rectangle(0, 0, 2, 40),  # P²/A 88, ratio 20
        rectangle(0, 0, 10, 40),  # ratio 4, P²/A 25
        rectangle(0, 0, 100, 2000),  # drawn out, but neither small nor narrow
        rectangle(0, 0, 5, 2000),  # 1 ha, but only 5 m wide
        rectangle(0, 0, 14, 14),  # small and square
        None,
    )
    assert find_slivers(shapes, thresholds=LIMITS).tolist() == [0, 3]


def test_borders_that_match_point_by_point() -> None:
    assert not mismatches(rectangle(0, 0, 10, 10), rectangle(10, 0, 20, 10))


def test_a_point_missing_on_the_other_side() -> None:
    beside = polygon((10, 0), (20, 0), (20, 10), (10, 10), (10, 4))
    (found,) = mismatches(rectangle(0, 0, 10, 10), beside)
    assert (found.first, found.second) == (0, 1)
    assert shapely.get_coordinates(found.points).tolist() == [
        list(polygon((10, 4), (11, 4), (11, 5)).exterior.coords[0])
    ]
    assert found.offset_m == pytest.approx(0, abs=1e-6)


def test_borders_that_part_by_five_centimetres_without_enclosing_a_gap() -> None:
    (found,) = mismatches(rectangle(0, 0, 10, 10), rectangle(10.05, 0, 20, 10))
    assert len(found.points.geoms) == 4
    assert found.offset_m == pytest.approx(0.05, abs=1e-6)


@pytest.mark.parametrize("apart", [0.0004, 0.2, 5.0])
def test_borders_below_the_tolerance_or_far_apart_match(apart: float) -> None:
    assert not mismatches(rectangle(0, 0, 10, 10), rectangle(10 + apart, 0, 20, 10))


def test_what_is_reported_as_an_overlap_is_not_said_again() -> None:
    assert not mismatches(rectangle(0, 0, 10, 10), rectangle(9.95, 0, 20, 10))
