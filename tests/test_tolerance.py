"""Tolerances against the formulas of field conventions 2.5-2.6, worked by hand."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import shapely
from cases import EAST, NORTH, box, polygon
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import rotate

from gangqu_gis.checks import Tolerance
from gangqu_gis.measure.shape_points import shape_points
from gangqu_gis.messages import plain
from gangqu_gis.tolerance import (
    digitized,
    same_coordinates,
    surveyed,
    too_coarse,
    total,
)
from gangqu_gis.workspace import ToleranceDefaults

DEFAULTS = ToleranceDefaults(
    "basis",
    point_error_m=Decimal("0.05"),
    map_error_m=Decimal("0.0003"),
    largest_share=Decimal("0.005"),
    stored_coordinate_m=Decimal("0.001"),
)

#: (0,0) (40,0) (40,30) (0,30): every chord between the neighbours of a corner is 50 m long.
OBLONG = box(0, 0, 40, 30)


def survey(shape: Any, error: float = 0.05) -> float:
    return surveyed(shape, point_error_m=error).value_m2


def ring_from(shape: Any, start: int, *, backwards: bool = False) -> Any:
    xy = shapely.get_coordinates(shape)[:-1]
    turned = np.roll(xy, -start, axis=0)
    return shapely.Polygon(turned[::-1] if backwards else turned)


def test_square_is_the_root_of_its_area() -> None:
    """D² = 2P at each of four corners, so √(8P/8) = √P: t = 2√2·m·√P."""
    for side in (31.6, 100.0, 707.1):
        assert survey(box(0, 0, side)) == pytest.approx(2 * math.sqrt(2) * 0.05 * side, rel=1e-9)


def test_table_of_the_field_conventions() -> None:
    """“two surveys (×√2)”: 14 m² at 1 ha, 32 at 5 ha, 141 at 100 ha."""
    for hectares, limit in ((1, 14), (5, 32), (50, 100), (100, 141)):
        assert round(survey(box(0, 0, 100 * math.sqrt(hectares)))) == limit


def test_oblong_by_hand() -> None:
    assert survey(OBLONG, 0.1) == pytest.approx(2 * math.sqrt(2) * 0.1 * math.sqrt(4 * 2500 / 8))


def test_triangle_by_hand() -> None:
    """The neighbours of a corner of a triangle are the ends of the side across."""
    squares = 30**2 + 40**2 + 50**2
    found = survey(polygon((0, 0), (40, 0), (40, 30)))
    assert found == pytest.approx(2 * math.sqrt(2) * 0.05 * math.sqrt(squares / 8))


def test_holes_and_parts_add_their_points() -> None:
    hole = shapely.Polygon(box(0, 0, 100).exterior, [box(10, 10, 20).exterior])
    squares = 4 * 2 * 100**2 + 4 * 2 * 20**2
    assert survey(hole) == pytest.approx(2 * math.sqrt(2) * 0.05 * math.sqrt(squares / 8))
    parts = shapely.MultiPolygon([box(0, 0, 100), box(200, 0, 20)])
    assert survey(parts) == pytest.approx(survey(hole))


@given(step=st.floats(0.5, 60), turn=st.floats(0, 90))
def test_points_put_on_an_edge_do_not_shrink_it(step: float, turn: float) -> None:
    dense = shapely.segmentize(rotate(OBLONG, turn), step)
    assert survey(dense) == pytest.approx(survey(OBLONG), rel=1e-6)


@given(start=st.integers(0, 200), backwards=st.booleans(), step=st.sampled_from([1.0, 7.0, 99.0]))
def test_start_and_direction_of_a_ring_are_irrelevant(
    start: int, backwards: bool, step: float
) -> None:
    dense = shapely.segmentize(rotate(OBLONG, 12), step)
    assert survey(ring_from(dense, start, backwards=backwards)) == pytest.approx(
        survey(OBLONG), rel=1e-6
    )


def test_points_rounded_to_the_millimetre_count_as_on_the_edge() -> None:
    """Interpolated points written with three decimals lie up to 0.5 mm off the edge."""
    dense = shapely.segmentize(rotate(box(0, 0, 100), 33), 9)
    xy = np.round(shapely.get_coordinates(dense), 3)
    assert survey(shapely.Polygon(xy)) == pytest.approx(survey(box(0, 0, 100)), rel=1e-3)


@pytest.mark.parametrize("points", [8, 24, 60])
def test_points_of_an_arc_are_all_kept(points: int) -> None:
    """A regular n-gon: D = 2R·sin(2π/n) at every point."""
    angles = np.linspace(0, 2 * math.pi, points, endpoint=False)
    ring = np.column_stack([EAST + 50 * np.cos(angles), NORTH + 50 * np.sin(angles)])
    chord = 2 * 50 * math.sin(2 * math.pi / points)
    expected = 2 * math.sqrt(2) * 0.05 * math.sqrt(points * chord**2 / 8)
    assert survey(shapely.Polygon(ring)) == pytest.approx(expected, rel=1e-9)
    assert len(shape_points(ring)) == points


@given(start=st.integers(0, 719))
def test_a_circle_of_very_many_points_is_thinned_alike_from_any_start(start: int) -> None:
    """1 m of radius and 720 points: each is 0.04 mm off the chord, so none is a corner."""
    angles = np.linspace(0, 2 * math.pi, 720, endpoint=False)
    ring = np.column_stack([EAST + np.cos(angles), NORTH + np.sin(angles)])
    assert survey(ring_from(shapely.Polygon(ring), start)) == pytest.approx(
        survey(shapely.Polygon(ring)), rel=1e-9
    )


def test_spike_and_repeated_points_do_not_break_it() -> None:
    repeated = polygon((0, 0), (0, 0), (40, 0), (40, 30), (40, 30), (0, 30))
    assert survey(repeated) == pytest.approx(survey(OBLONG), rel=0.3)
    assert math.isfinite(survey(polygon((0, 0), (40, 0), (90, 0), (40, 0), (40, 30), (0, 30))))


@pytest.mark.parametrize(("scale", "limit"), [(500, 15), (1000, 30), (2000, 60)])
def test_digitized_is_the_table_of_the_field_conventions(scale: int, limit: float) -> None:
    found = digitized(10_000.0, map_scale=scale, map_error_m=0.0003)
    assert found.value_m2 == pytest.approx(limit)
    assert found.basis == "digitized"


def test_total_is_the_root_of_the_sum_of_squares() -> None:
    parts = [Tolerance(v, "surveyed", plain("")) for v in (2.0, 3.0, 6.0)]
    assert total(parts).value_m2 == pytest.approx(7.0)
    assert total(parts).basis == "total"
    assert total(parts[:1]) is parts[0]


def test_same_coordinates_by_hand() -> None:
    """Σ D² = 4·2500; 2·(0.001/√12)·½·100 = 0.028868 m², plus half a unit."""
    found = same_coordinates(OBLONG, coordinate_m=0.001, column_half_unit_m2=0.5)
    assert found.value_m2 == pytest.approx(0.0288675 + 0.5, abs=1e-6)
    coarse = same_coordinates(OBLONG, coordinate_m=0.01, column_half_unit_m2=0)
    assert coarse.value_m2 == pytest.approx(0.288675, abs=1e-5)


def test_same_coordinates_is_at_least_a_hundredth() -> None:
    small = same_coordinates(box(0, 0, 5), coordinate_m=0.001, column_half_unit_m2=0)
    assert small.value_m2 == 0.01


def test_field_conventions_value_at_one_hectare() -> None:
    found = same_coordinates(box(0, 0, 100), coordinate_m=0.001, column_half_unit_m2=0)
    assert found.value_m2 == pytest.approx(0.08, abs=0.005)


@pytest.mark.parametrize(
    ("value", "coarse"), [(49.99, False), (50.0, False), (50.01, True), (math.inf, True)]
)
def test_never_more_than_one_two_hundredth_of_the_area(value: float, coarse: bool) -> None:
    found = too_coarse(Tolerance(value, "surveyed", plain("")), 10_000.0, DEFAULTS)
    assert (found is not None) is coarse
    if found is not None:
        assert "50.00" in found.zh and "1/200" in found.zh


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_formula_shows_its_inputs(lang: str) -> None:
    text = surveyed(OBLONG, point_error_m=0.1).formula.render(lang)
    assert "10000.00" in text and "0.1" in text and "10.00" in text and "4" in text
    text = digitized(10_000.0, map_scale=500, map_error_m=0.0003).formula.render(lang)
    assert "0.0003" in text and "500" in text and "10000.00" in text and "15.00" in text
    found = same_coordinates(OBLONG, coordinate_m=0.001, column_half_unit_m2=0.5)
    text = found.formula.render(lang)
    assert "0.001" in text and "10000.00" in text and "0.5" in text and "0.53" in text
    terms = [Tolerance(v, "surveyed", plain("")) for v in (3.0, 4.0)]
    text = total(terms).formula.render(lang)
    assert "3.00" in text and "4.00" in text and "5.00" in text
