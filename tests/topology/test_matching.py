"""The search for candidates: what it must never separate, and that it stays small."""

from __future__ import annotations

import numpy as np
from drawing import LIMITS, array, rectangle
from hypothesis import given
from hypothesis import strategies as st

from gangqu_gis.topology.matching import Borders, _shared_cells

TOLERANCE = LIMITS.tolerance_m
spread = st.floats(-1, 1).map(lambda share: share * TOLERANCE)


@given(st.floats(0, 5), st.floats(0, 5), spread, spread)
def test_two_nodes_within_the_tolerance_share_a_cell(
    x: float, y: float, dx: float, dy: float
) -> None:
    xs, ys = np.array([0.0, x, x + dx]), np.array([0.0, y, y + dy])
    node, cell = _shared_cells(xs, ys, np.ones(3, dtype=bool), TOLERANCE)
    assert set(cell[node == 1]) & set(cell[node == 2])


def test_in_a_clean_coverage_only_the_rim_is_examined() -> None:
    cells = [(x, y) for x in range(20) for y in range(20)]
    grid = array(*(rectangle(10 * x, 10 * y, 10 * x + 10, 10 * y + 10) for x, y in cells))
    borders = Borders.of(grid, tolerance_m=TOLERANCE)
    rim = [i for i, cell in enumerate(cells) if {0, 19} & set(cell)]
    assert borders.seeds.tolist() == borders.open.tolist() == rim


def test_nothing_to_match() -> None:
    borders = Borders.of(array(None), tolerance_m=TOLERANCE)
    assert not len(borders.seeds) and not len(borders.open)
