"""Loops of unmatched edges: the same gaps as by joining everything that has an open edge."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
import shapely
from cases import ROOT
from drawing import LIMITS, array, rectangle, redrawn
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from gangqu_gis.topology import find_gaps, find_overlaps
from gangqu_gis.topology import loops as loops_module
from gangqu_gis.topology.loops import Loops
from gangqu_gis.topology.matching import Borders

sys.path.insert(0, str(ROOT / "benchmarks"))
from parcels import make_parcels  # noqa: E402


def of(*shapes: Any) -> Loops:
    return Loops.of(Borders.of(array(*shapes), tolerance_m=0.0015), tolerance_m=0.0015)


def everything_entangled(borders: Borders, *, tolerance_m: float) -> Loops:
    """What the search was before there were loops: all that has an open edge is joined."""
    none = np.zeros(0, dtype=object)
    return Loops(none, none, borders.open)


def test_a_lone_polygon_is_an_island_and_its_hole_a_void() -> None:
    hole = [(40, 40), (60, 40), (60, 60), (40, 60)]
    shape = shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [hole])
    found = of(shape)
    assert shapely.area(found.islands).tolist() == [10000]
    assert shapely.area(found.voids).tolist() == [400]
    assert not len(found.entangled)


def test_edges_that_touch_cross_or_come_near_are_entangled() -> None:
    square = rectangle(0, 0, 100, 100)
    for other in (
        rectangle(100, 20, 150, 80),
        rectangle(90, 90, 150, 150),
        rectangle(100.001, 0, 150, 100),
        rectangle(100, 100, 150, 150),
    ):
        assert of(square, other).entangled.tolist() == [0, 1]
    assert not len(of(square, rectangle(100.01, 0, 150, 100)).entangled)


squares = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(
    lambda at: rectangle(10 * at[0], 10 * at[1], 10 * at[0] + 10, 10 * at[1] + 10)
)
oblongs = st.tuples(
    st.integers(0, 50), st.integers(0, 50), st.integers(3, 30), st.integers(3, 30)
).map(lambda r: rectangle(r[0], r[1], r[0] + r[2], r[1] + r[3]))


@settings(max_examples=120)
@given(st.lists(squares | oblongs, min_size=1, max_size=22), st.integers(0, 2**16))
def test_the_same_gaps_as_by_joining_everything(shapes: list[Any], seed: int) -> None:
    shift = np.random.default_rng(seed).uniform(-3e-4, 3e-4, (len(shapes), 2)) * (seed % 2)
    drawn = [redrawn(shape, seed % 4) for shape in shapes]
    polygons = array(*[translate(s, *by) for s, by in zip(drawn, shift, strict=True)])
    found = shapely.union_all([gap.polygon for gap in find_gaps(polygons, thresholds=LIMITS)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loops_module.Loops, "of", everything_entangled)
        plain = find_gaps(polygons, thresholds=LIMITS)
    expected = shapely.union_all([gap.polygon for gap in plain])
    assert shapely.area(shapely.symmetric_difference(found, expected)) < 1e-3
    assert len(find_gaps(polygons, thresholds=LIMITS)) == len(plain)


@pytest.mark.parametrize("seed", [1, 2])
def test_planted_faults_are_found_and_nothing_else(seed: int) -> None:
    planted = make_parcels(3000, faults=70, seed=seed)
    found = find_overlaps(planted.plane, thresholds=LIMITS)
    assert {(o.first, o.second) for o in found} == planted.overlaps
    gaps = find_gaps(planted.plane, thresholds=LIMITS)
    assert sorted(gap.area_m2 for gap in gaps) == pytest.approx(planted.gaps, abs=1e-6)
    tree = shapely.STRtree(planted.plane)
    one, other = tree.query(planted.plane, predicate="intersects")
    one, other = one[one < other], other[one < other]
    meet = shapely.relate_pattern(planted.plane[one], planted.plane[other], "T********")
    exhaustive = set(zip(one[meet].tolist(), other[meet].tolist(), strict=True))
    assert exhaustive == planted.overlaps
