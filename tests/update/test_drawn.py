"""A drawing is no survey, however it comes back; what a file brought may be proven later."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from cases import SmallWorkspace, box, polygon
from layerwork import proposal, reopened, source, told, write
from shapely.affinity import rotate, translate

from gangqu_gis import crs
from gangqu_gis.errors import RefusedError
from gangqu_gis.update import carry_out, propose_adoption

#: A drawing whose sides are no round numbers, and one beside it.
DRAWN = polygon((0, 0), (123.4, 0), (120, 88), (3, 90.5))
BESIDE = polygon((123.4, 0), (250, 5), (245, 95), (120, 88))
WEST, EAST = (
    shapely.intersection(DRAWN, half) for half in (box(-10, -10, 70, 200), box(60, -10, 200, 200))
)

COPIES = {
    "as it is": DRAWN,
    "two millimetres east": translate(DRAWN, 0.002),
    "rounded to the decimetre": shapely.transform(DRAWN, lambda xy: np.round(xy, 1)),
    "with more vertices": shapely.segmentize(DRAWN, 10),
    "turned, with more vertices": shapely.segmentize(rotate(DRAWN, 3), 25),
    "begun elsewhere": shapely.Polygon(np.roll(DRAWN.exterior.coords[:-1], 2, axis=0)),
}


def drawn(small: SmallWorkspace) -> Any:
    return write(small, {"lot-1": DRAWN, "lot-2": BESIDE})


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_of_the_drawing_is_refused(small: SmallWorkspace, how: str) -> None:
    with pytest.raises(RefusedError, match="lot-1"):
        proposal(drawn(small), source(small, {"lot-1": COPIES[how]}))
    assert proposal(drawn(small), source(small, {"lot-1": COPIES[how]}), provenance=None)


def test_a_survey_near_the_drawing_is_none_of_it(small: SmallWorkspace) -> None:
    near = polygon((0.6, 0.1), (123.0, -0.9), (119.5, 88.2), (3.7, 91.0))
    found = proposal(drawn(small), source(small, {"lot-1": near}))
    assert told(found)["lot-1"][0] == "geometry"


def test_a_drawing_of_another_feature(small: SmallWorkspace) -> None:
    with pytest.raises(RefusedError, match="lot-2"):
        proposal(drawn(small), source(small, {"lot-9": BESIDE}), given={"lot-9": "lot-9"})


def test_a_drawing_in_parts(small: SmallWorkspace) -> None:
    parts = {"lot-8": WEST, "lot-9": EAST}
    with pytest.raises(RefusedError, match="lot-1"):
        proposal(drawn(small), source(small, parts), retire=True)
    kept = {"lot-1": WEST, "lot-9": EAST}
    with pytest.raises(RefusedError, match="lot-1"):
        proposal(drawn(small), source(small, kept))


def test_drawings_joined(small: SmallWorkspace) -> None:
    whole = shapely.union_all([DRAWN, BESIDE])
    with pytest.raises(RefusedError, match="lot-1, lot-2"):
        proposal(drawn(small), source(small, {"lot-1": whole}), retire=True)


def test_a_drawing_that_was_replaced_is_remembered(small: SmallWorkspace) -> None:
    plan = drawn(small)
    moved = source(small, {"lot-1": box(7, 3, 99)})
    carry_out(proposal(plan, moved, provenance=None), by="甲", reason="因")
    with pytest.raises(RefusedError, match="lot-1"):
        proposal(reopened(small.root), source(small, {"lot-1": DRAWN}))


def test_what_was_drawn_in_the_layer_and_adopted_is_a_drawing(small: SmallWorkspace) -> None:
    plan = drawn(small)
    first = source(small, {"lot-2": box(500, 0, 50)})
    carry_out(proposal(plan, first), by="甲", reason="因")
    path = small.root / "data" / "lots.geojson"
    document = json.loads(path.read_text(encoding="utf-8"))
    ring = document["features"][0]["geometry"]["coordinates"][0]
    ring[1] = [ring[1][0] + 0.0001, ring[1][1]]
    path.write_text(json.dumps(document), encoding="utf-8")
    adopted = propose_adoption(reopened(small.root), "lots", uncertainty_m=10)
    carry_out(adopted, by="甲", reason="因")
    plan = reopened(small.root)
    shape = shapely.geometry.shape({"type": "Polygon", "coordinates": [ring]})
    file = replace(source(small, {"lot-1": shape}), crs=crs.storage())
    with pytest.raises(RefusedError, match="lot-1"):
        proposal(plan, file)


def test_provenance_may_be_given_later(small: SmallWorkspace) -> None:
    """Who forgot --basis brings the same file in again."""
    plan = drawn(small)
    file = source(small, {"lot-1": box(0, 0, 119, 90)})
    carry_out(proposal(plan, file, provenance=None), by="甲", reason="因")
    found = proposal(reopened(small.root), file)
    assert told(found)["lot-1"][0] == "attributes"
    assert found.before.measured["lot-1"].basis == "schematic"
    assert found.after.measured["lot-1"].basis == "surveyed"
