"""Sameness to a millimetre and congruence to a centimetre, against shapely and as laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from cases import EAST, NORTH, box, in_degrees, polygon
from hypothesis import given
from hypothesis import strategies as st

from gangqu_gis.sameness import congruent, same_shape

L_SHAPE = polygon((0, 0), (120, 0), (120, 50), (60, 50), (60, 90), (0, 90))
HOLED = shapely.Polygon(
    box(0, 0, 100).exterior, [box(20, 20, 10).exterior, box(60, 60, 15).exterior]
)
PARTS = shapely.MultiPolygon([box(0, 0, 50), HOLED, box(200, 0, 30)])
LINE = shapely.LineString([(EAST, NORTH), (EAST + 300, NORTH + 20), (EAST + 500, NORTH)])

angles = st.floats(-180, 180)
shifts = st.floats(-400, 400)


def rewritten(shape: Any, seed: int, noise_m: float) -> Any:
    """Return a shape as a GIS rewrites it: other starts, turns and orders, and noise."""
    random = np.random.default_rng(seed)

    def ring(line: Any) -> Any:
        xy = np.roll(np.array(line.coords)[:-1], int(random.integers(9)), axis=0)
        xy = xy[::-1] if random.integers(2) else xy
        direction = random.uniform(0, 2 * np.pi, len(xy))
        return xy + noise_m * np.column_stack([np.cos(direction), np.sin(direction)])

    def polygon_(part: Any) -> Any:
        holes = [ring(hole) for hole in part.interiors]
        random.shuffle(holes)
        return shapely.Polygon(ring(part.exterior), holes)

    if shape.geom_type == "LineString":
        xy = np.array(shape.coords)
        return shapely.LineString((xy[::-1] if random.integers(2) else xy) + [noise_m, 0])
    parts = [polygon_(part) for part in shapely.get_parts(shape)]
    random.shuffle(parts)
    return parts[0] if shape.geom_type == "Polygon" else shapely.MultiPolygon(parts)


@pytest.mark.parametrize(
    "shape", [L_SHAPE, HOLED, PARTS, LINE], ids=["L", "holes", "parts", "line"]
)
@given(seed=st.integers(0, 10**6), noise=st.floats(0, 0.0009))
def test_rewriting_is_no_change(shape: Any, seed: int, noise: float) -> None:
    assert same_shape(in_degrees(shape), in_degrees(rewritten(shape, seed, noise)))


@pytest.mark.parametrize(
    "shape", [L_SHAPE, HOLED, PARTS, LINE], ids=["L", "holes", "parts", "line"]
)
@given(seed=st.integers(0, 10**6), which=st.integers(0, 99), move=st.floats(0.0012, 5))
def test_one_moved_vertex_is_a_change(shape: Any, seed: int, which: int, move: float) -> None:
    written = rewritten(shape, seed, 0)
    count = len(np.unique(shapely.get_coordinates(written), axis=0))
    moved = np.unique(shapely.get_coordinates(written), axis=0)[which % count]

    def shifted(xy: Any) -> Any:
        return np.where((xy == moved).all(axis=1)[:, None], xy + [move, 0], xy)

    assert not same_shape(in_degrees(shape), in_degrees(shapely.transform(written, shifted)))


def test_another_vertex_another_hole_another_part_is_a_change() -> None:
    shapes = [box(0, 0, 100), shapely.segmentize(box(0, 0, 100), 60), HOLED, PARTS, LINE]
    stored = [in_degrees(shape) for shape in shapes]
    for i, one in enumerate(stored):
        assert [same_shape(one, other) for other in stored] == [i == j for j in range(len(stored))]


@given(angles, shifts, shifts)
def test_a_drawing_moved_or_turned_is_congruent(angle: float, east: float, north: float) -> None:
    turned = shapely.affinity.rotate(L_SHAPE, angle, origin="centroid")
    moved = shapely.affinity.translate(turned, east, north)
    assert congruent(in_degrees(L_SHAPE), in_degrees(moved))


@given(st.floats(0.05, 20), st.integers(0, 5))
def test_a_survey_of_other_sides_is_not(move: float, corner: int) -> None:
    xy = np.array(L_SHAPE.exterior.coords)[:-1]
    xy[corner] += [move, move / 2]
    assert not congruent(in_degrees(L_SHAPE), in_degrees(shapely.Polygon(xy)))
