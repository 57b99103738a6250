"""Overlaps: hand-drawn cases, and an exhaustive search on random patches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from drawing import EAST, LIMITS, NORTH, array, exhaustive_overlaps, polygon, rectangle, redrawn
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point

from gangqu_gis.topology import Relation, find_overlaps

SQUARE = rectangle(0, 0, 100, 100)

corner = st.integers(0, 12)
rectangles = st.tuples(corner, corner, st.integers(1, 8), st.integers(1, 8)).map(
    lambda r: rectangle(r[0], r[1], r[0] + r[2], r[1] + r[3])
)


def pairs(*shapes: Any) -> dict[tuple[int, int], float]:
    found = find_overlaps(array(*shapes), thresholds=LIMITS)
    return {(o.first, o.second): o.area_m2 for o in found}


def only(*shapes: Any) -> Any:
    (found,) = find_overlaps(array(*shapes), thresholds=LIMITS)
    return found


def test_partial_overlap_with_its_polygon() -> None:
    found = only(SQUARE, rectangle(90, 50, 190, 150))
    assert found.relation is Relation.OVERLAP
    assert found.area_m2 == pytest.approx(10 * 50)
    assert found.width_m == pytest.approx(2 * 500 / 120)
    assert found.polygon.equals(rectangle(90, 50, 100, 100))


def test_neighbours_share_an_edge_or_a_corner_only() -> None:
    assert not pairs(SQUARE, rectangle(100, 0, 200, 100), rectangle(100, 100, 200, 200))


def test_a_neighbour_with_one_more_point_on_the_border_is_no_overlap() -> None:
    beside = polygon((100, 0), (200, 0), (200, 100), (100, 100), (100, 37))
    assert not pairs(SQUARE, beside)


@pytest.mark.parametrize("start", range(4))
def test_duplicate_whatever_start_direction_or_extra_point(start: int) -> None:
    dense = polygon((0, 0), (30, 0), (100, 0), (100, 100), (0, 100), (0, 60))
    for other in (SQUARE, redrawn(SQUARE, start), redrawn(dense, start)):
        found = only(SQUARE, other)
        assert found.relation is Relation.DUPLICATE
        assert found.area_m2 == pytest.approx(10_000)


def test_containment_names_which_holds_which() -> None:
    inner = rectangle(10, 10, 30, 40)
    assert only(SQUARE, inner).relation is Relation.FIRST_CONTAINS
    assert only(inner, SQUARE).relation is Relation.SECOND_CONTAINS
    assert only(inner, SQUARE).area_m2 == pytest.approx(600)


def test_containment_along_the_border() -> None:
    assert only(SQUARE, rectangle(0, 0, 50, 100)).relation is Relation.FIRST_CONTAINS


def test_three_on_one_another() -> None:
    found = pairs(SQUARE, rectangle(50, 0, 150, 100), rectangle(60, 60, 160, 160))
    assert found == {
        (0, 1): pytest.approx(5000),
        (0, 2): pytest.approx(40 * 40),
        (1, 2): pytest.approx(90 * 40),
    }


def test_a_hole_filled_exactly_is_no_overlap_and_overfilled_is() -> None:
    ring = polygon(
        (0, 0), (100, 0), (100, 100), (0, 100), holes=[[(40, 40), (60, 40), (60, 60), (40, 60)]]
    )
    assert not pairs(ring, rectangle(40, 40, 60, 60))
    assert pairs(ring, rectangle(39, 40, 60, 60)) == {(0, 1): pytest.approx(20)}


def test_multipolygons_overlap_in_several_parts() -> None:
    two = MultiPolygon([rectangle(0, 0, 10, 10), rectangle(50, 0, 60, 10)])
    found = only(two, rectangle(5, 5, 55, 8))
    assert found.area_m2 == pytest.approx(5 * 3 * 2)
    assert len(found.polygon.geoms) == 2


def test_parcels_over_districts_are_found_though_every_inner_edge_is_matched() -> None:
    """Nine districts whose borders carry no parcel corners, and four parcels in each."""
    cells = [(x, y) for x in range(3) for y in range(3)]
    districts = [rectangle(100 * x, 100 * y, 100 * x + 100, 100 * y + 100) for x, y in cells]
    quarters = [(x, y) for x in range(6) for y in range(6)]
    parcels = [rectangle(50 * x, 50 * y, 50 * x + 50, 50 * y + 50) for x, y in quarters]
    found = pairs(*districts, *parcels)
    assert len(found) == 36
    assert all(area == pytest.approx(2500) for area in found.values())


@pytest.mark.parametrize("offset", [1e-9, 0.0004, 0.0007499, 0.00075, 0.0008])
def test_sheets_that_lie_apart_by_less_than_the_tolerance(offset: float) -> None:
    cells = [(x, y) for x in range(5) for y in range(5)]
    one = [rectangle(10 * x, 10 * y, 10 * x + 10, 10 * y + 10) for x, y in cells]
    two = [
        polygon(
            *((10 * x + dx + offset, 10 * y + dy + offset)
              for dx, dy in ((0, 0), (5, 0), (10, 0), (10, 5), (10, 10), (5, 10), (0, 10), (0, 5)))
        )
        for x, y in cells
    ]
    found = find_overlaps(array(*one, *two), thresholds=LIMITS)
    assert [(o.first, o.second) for o in found] == [(i, i + 25) for i in range(25)]
    assert {o.relation for o in found} == {Relation.DUPLICATE}


@pytest.mark.parametrize(
    ("width", "count"), [(0.0004, 0), (0.0014, 0), (0.0016, 1), (0.05, 1), (-0.05, 0)]
)
def test_only_what_is_wider_than_the_tolerance_is_an_overlap(width: float, count: int) -> None:
    found = pairs(SQUARE, rectangle(100 - width, 0, 200, 100))
    assert len(found) == count
    if count:
        assert found[0, 1] == pytest.approx(width * 100, rel=1e-5)


def test_a_narrow_strip_with_one_wide_place_is_an_overlap() -> None:
    """0.4 mm along 100 m, with a notch of 20 mm by 20 mm: 2A/P is below the tolerance."""
    w, n = 100 - 0.0004, 100 - 0.02
    notch = ((w, 50.02), (n, 50.02), (n, 50), (w, 50))
    beside = polygon((w, 0), (200, 0), (200, 100), (w, 100), *notch)
    found = only(SQUARE, beside)
    assert found.width_m < LIMITS.tolerance_m
    assert found.area_m2 == pytest.approx(0.0004 * 100 + 0.0196 * 0.02, rel=1e-3)


def test_a_round_trip_through_three_decimals_is_no_overlap() -> None:
    """A fan of parcels with a border point in the middle of each other side, all rounded."""
    rng = np.random.default_rng(20211)
    for _ in range(50):
        a, b, c, d = (rng.uniform(0, 60, 2) + at for at in ((0, 0), (100, 0), (100, 100), (0, 100)))
        middle = a + (c - a) * rng.uniform(0.3, 0.7)
        whole = np.round([a, b, c], 3)
        split = [np.round([a, middle, d], 3), np.round([middle, c, d], 3)]
        assert not pairs(polygon(*whole.tolist()), *(polygon(*part.tolist()) for part in split))


def test_invalid_empty_and_missing_ones_are_left_out() -> None:
    bow_tie = polygon((0, 0), (100, 100), (100, 0), (0, 100))
    assert not pairs(SQUARE, bow_tie, None, shapely.Polygon(), Point(EAST, NORTH))
    assert not pairs()
    assert not pairs(None)


def test_kinds_that_may_overlap() -> None:
    shapes = array(SQUARE, SQUARE, rectangle(50, 0, 150, 100), rectangle(60, 0, 160, 100))
    kinds = ["district", "parcel", "parcel", "unit"]
    allowed = {("district", "parcel"), ("parcel", "unit"), ("district", "unit"), ("unit", "unit")}
    found = find_overlaps(
        shapes,
        thresholds=LIMITS,
        kinds=kinds,
        may_overlap=lambda a, b: (a, b) in allowed or (b, a) in allowed,
    )
    assert [(o.first, o.second) for o in found] == [(1, 2)]


def test_an_overlap_that_is_barred_is_reached_across_one_that_is_allowed() -> None:
    cells = [(x, y) for x in range(3) for y in range(3)]
    coarse = [rectangle(10 * x, 10 * y, 10 * x + 10, 10 * y + 10) for x, y in cells]
    kinds = ["a"] * 9 + ["b"] * 9 + ["c"]
    found = find_overlaps(
        array(*coarse, *coarse, rectangle(14, 14, 16, 16)),
        thresholds=LIMITS,
        kinds=kinds,
        may_overlap=lambda a, b: {a, b} in ({"a", "b"}, {"a", "c"}),
    )
    assert [(o.first, o.second) for o in found] == [(13, 18)]


@settings(max_examples=300, deadline=None)
@given(st.lists(rectangles, min_size=0, max_size=25))
def test_same_pairs_and_areas_as_an_exhaustive_search(shapes: list[Any]) -> None:
    found = pairs(*shapes)
    assert found == pytest.approx(exhaustive_overlaps(array(*shapes)))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(rectangles, max_size=12),
    st.integers(2, 6),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_patches_on_two_stacked_grids(
    patches: list[Any], count: int, finer: int, random: Any
) -> None:
    size = 12 // count
    grid = [
        rectangle(x * size, y * size, (x + 1) * size, (y + 1) * size)
        for x in range(count)
        for y in range(count)
    ]
    fine = [
        redrawn(rectangle(x, y, x + finer, y + finer), random.randrange(4))
        for x in range(0, 12, finer)
        for y in range(0, 12, finer)
    ]
    shapes = grid + fine + patches
    random.shuffle(shapes)
    assert pairs(*shapes) == pytest.approx(exhaustive_overlaps(array(*shapes)))


@settings(max_examples=100, deadline=None)
@given(st.lists(rectangles, max_size=10), st.randoms(use_true_random=False))
def test_order_start_and_direction_do_not_matter(shapes: list[Any], random: Any) -> None:
    order = list(range(len(shapes)))
    random.shuffle(order)
    shuffled = [redrawn(shapes[i], random.randrange(4)) for i in order]
    found = {
        tuple(sorted((order[i], order[j]))): area for (i, j), area in pairs(*shuffled).items()
    }
    assert found == pytest.approx(pairs(*shapes))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(rectangles, min_size=1, max_size=3), max_size=8))
def test_multipolygons_with_holes(groups: list[list[Any]]) -> None:
    frame = polygon((0, 0), (20, 0), (20, 20), (0, 20), holes=[[(4, 4), (9, 4), (9, 9), (4, 9)]])
    shapes = [frame, *(shapely.union_all(group) for group in groups)]
    assert pairs(*shapes) == pytest.approx(exhaustive_overlaps(array(*shapes)))
