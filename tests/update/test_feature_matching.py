"""Which arriving feature is which: by hand on a grid, and as laws on random subdivisions."""

from __future__ import annotations

from typing import Any

import pytest
import shapely
from cases import SmallWorkspace, box
from hypothesis import given, settings
from hypothesis import strategies as st
from layerwork import UNIT, source, told, write
from layerwork import proposal as proposed

from gangqu_gis.errors import RefusedError, UsageError
from gangqu_gis.update import Proposal

ONE, TWO, FAR = box(0, 0, 100), box(100, 0, 100), box(1000, 0, 100)
MOVED = box(3, 0, 100)


def proposal(*words: Any, **options: Any) -> Proposal:
    """Return a proposal without provenance: who is who does not depend on it."""
    return proposed(*words, **{"provenance": None, "uncertainty_m": 5, **options})


def test_by_id(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": FAR})
    found = proposal(plan, source(small, {"lot-1": MOVED}))
    assert told(found) == {"lot-1": ("geometry", "id")}
    assert [c.id for c in found.changes] == ["lot-1"]


def test_by_a_number_that_the_layer_remembers(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": FAR}, lot_1={"aliases": ["GQ-01", "旧-7"]})
    assert told(proposal(plan, source(small, {"旧-7": FAR}))) == {"lot-1": ("geometry", "alias")}


def test_by_a_name_that_only_one_has(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": FAR})
    file = source(small, {"x": box(0, 5000, 100)}, by=None, DKMC=["名称lot-1"])
    assert told(proposal(plan, file)) == {"lot-1": ("geometry", "name")}


def test_by_shape_and_the_number_is_remembered(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": FAR})
    found = proposal(plan, source(small, {"GQ-01": MOVED}))
    assert told(found) == {"lot-1": ("geometry", "shape")}
    (outcome,) = found.outcomes
    assert outcome.share == pytest.approx(97 / 103, abs=1e-6)
    (change,) = found.changes
    assert change.after is not None and change.after["properties"]["aliases"] == ["GQ-01"]


def test_as_the_user_says(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": FAR})
    file = source(small, {"x": MOVED}, by=None)
    assert told(proposal(plan, file, given={"#1": "lot-2"})) == {"lot-2": ("geometry", "given")}
    with pytest.raises(UsageError, match="nobody"):
        proposal(plan, file, given={"nobody": "lot-2"})


def test_an_id_comes_before_a_shape(small: SmallWorkspace) -> None:
    """A file whose lots have changed places: the numbers decide, not the land."""
    plan = write(small, {"lot-1": ONE, "lot-2": FAR})
    found = proposal(plan, source(small, {"lot-1": FAR, "lot-2": ONE}))
    assert told(found) == {"lot-1": ("geometry", "id"), "lot-2": ("geometry", "id")}


def test_the_column_id_that_arcgis_fills_with_zeros_is_no_number(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": FAR})
    shapes = {"lot-1": MOVED, "lot-2": box(1003, 0, 100)}
    file = source(small, shapes, Id=[0, 0])
    assert {how for _, how in told(proposal(plan, file)).values()} == {"id"}


def test_two_that_are_one_are_refused(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": FAR}, lot_1={"aliases": ["GQ-01"]})
    with pytest.raises(RefusedError, match="lot-1.*GQ-01|GQ-01.*lot-1"):
        proposal(plan, source(small, {"lot-1": MOVED, "GQ-01": FAR}))


def test_one_that_may_be_either_is_refused(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": box(2, 0, 100)})
    with pytest.raises(RefusedError, match="lot-1, lot-2"):
        proposal(plan, source(small, {"GQ-01": box(1, 0, 100)}))


def test_what_the_file_does_not_speak_of_stays(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": FAR})
    assert told(proposal(plan, source(small, {"lot-1": ONE}), provenance=None)) == {
        "lot-1": ("unchanged", "id")
    }


def test_a_whole_layer_takes_out_what_it_does_not_hold(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": FAR})
    found = proposal(plan, source(small, {"lot-1": MOVED}), complete=True)
    assert told(found)["lot-2"] == ("missing", None)
    assert [(c.id, c.whlx) for c in found.changes] == [("lot-1", 1), ("lot-2", 3)]


# ------------------------------------------------------------------- split, merged, new


def test_a_split_where_one_part_keeps_the_id(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": FAR})
    file = source(small, {"lot-1": box(0, 0, 60, 100), "lot-3": box(60, 0, 40, 100)})
    found = proposal(plan, file)
    assert told(found) == {"lot-1": ("split", "id"), "lot-3": ("split", None)}
    related = {o.id: o.related for o in found.outcomes}
    assert related == {"lot-1": ("lot-3",), "lot-3": ("lot-1",)}
    assert [c.id for c in found.changes] == ["lot-1", "lot-3"]


def test_a_split_in_which_the_old_id_ends_asks_first(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": FAR})
    halves = {"lot-3": box(0, 0, 50, 100), "lot-4": box(50, 0, 50, 100)}
    thirds = {
        "lot-3": box(0, 0, 40, 100),
        "lot-4": box(40, 0, 30, 100),
        "lot-5": box(70, 0, 30, 100),
    }
    with pytest.raises(RefusedError, match="lot-1"):
        proposal(plan, source(small, thirds))
    found = proposal(plan, source(small, thirds), retire=True)
    assert {id_: what for id_, (what, _) in told(found).items()} == dict.fromkeys(
        ("lot-1", "lot-3", "lot-4", "lot-5"), "split"
    )
    changes = {c.id: c.whlx for c in found.changes}
    assert changes == {"lot-1": 3, "lot-3": 1, "lot-4": 1, "lot-5": 1}
    assert told(proposal(plan, source(small, halves), given={"lot-3": "lot-1"})) == {
        "lot-1": ("split", "given"),
        "lot-4": ("split", None),
    }


def test_a_merger_that_keeps_an_id(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": TWO, "lot-3": FAR})
    file = source(small, {"lot-1": box(0, 0, 200, 100)})
    with pytest.raises(RefusedError, match="lot-2"):
        proposal(plan, file)
    found = proposal(plan, file, retire=True)
    assert told(found) == {"lot-1": ("merged", "id"), "lot-2": ("merged", None)}
    assert not found.blocked
    changes = {c.id: c for c in found.changes}
    assert changes["lot-2"].after is None and changes["lot-2"].follows == "lot-1"


def test_a_merger_under_a_new_id(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": TWO, "lot-3": box(200, 0, 100)})
    file = source(small, {"lot-9": box(0, 0, 300, 100)})
    found = proposal(plan, file, retire=True)
    assert told(found) == {i: ("merged", None) for i in ("lot-9", "lot-1", "lot-2", "lot-3")}
    assert [o.related for o in found.outcomes] == [
        ("lot-1", "lot-2", "lot-3"),
        ("lot-9",),
        ("lot-9",),
        ("lot-9",),
    ]


def test_a_lot_that_moves_onto_another_is_no_merger(small: SmallWorkspace) -> None:
    plan = write(
        small, {"lot-1": ONE, "lot-2": FAR}, lot_2={"basis": "surveyed", "source": "成果0"}
    )
    found = proposal(plan, source(small, {"lot-1": FAR}))
    assert told(found) == {"lot-1": ("geometry", "id")}


def test_a_lot_that_takes_the_place_of_one_that_moved_is_no_split(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE, "lot-2": FAR})
    found = proposal(plan, source(small, {"lot-1": box(500, 0, 100), "lot-3": ONE}))
    assert told(found) == {"lot-1": ("geometry", "id"), "lot-3": ("new", None)}


def test_a_unit_that_may_lie_over_lots_swallows_none(small: SmallWorkspace) -> None:
    small.schema = UNIT
    plan = write(small, {"lot-1": ONE, "lot-2": TWO})
    file = source(small, {"unit-1": box(0, 0, 200, 100)}, DKMC=["单元一"])
    assert told(proposal(plan, file, kind="unit")) == {"unit-1": ("new", None)}
    with pytest.raises(UsageError, match="unit（单元）"):
        proposal(plan, file)


def test_a_new_lot_needs_an_id_that_the_schema_accepts(small: SmallWorkspace) -> None:
    plan = write(small, {"lot-1": ONE})
    named = source(small, {"GQ_07": FAR}, DKMC=["七号"])
    (outcome,) = proposal(plan, named).outcomes
    assert (outcome.id, outcome.what.value) == ("gq-07", "new")
    assert outcome.change is not None and outcome.change.after is not None
    assert outcome.change.after["properties"]["aliases"] == ["GQ_07"]
    with pytest.raises(RefusedError, match="--as 七号地=编号"):
        proposal(plan, source(small, {"七号地": FAR}))
    given_ = proposal(plan, source(small, {"七号地": FAR}), given={"七号地": "lot-7"})
    assert told(given_) == {"lot-7": ("new", None)}


# ------------------------------------------------------------------------------- laws


@st.composite
def subdivisions(draw: st.DrawFn) -> list[Any]:
    """Rectangles that fill 400 m × 400 m without overlap, each at least 20 m wide."""
    cuts = st.lists(st.integers(1, 19), min_size=1, max_size=4, unique=True)
    xs, ys = ([0, *sorted(draw(cuts)), 20] for _ in range(2))
    return [
        box(20 * x, 20 * y, 20 * (right - x), 20 * (top - y))
        for x, right in zip(xs, xs[1:], strict=False)
        for y, top in zip(ys, ys[1:], strict=False)
    ]


@given(subdivisions(), st.randoms(use_true_random=False), st.floats(-2, 2), st.floats(-2, 2))
@settings(max_examples=25)
def test_renumbered_and_shuffled_lots_are_recognised_by_their_shape(
    tmp_path_factory: pytest.TempPathFactory, shapes: list[Any], random: Any, x: float, y: float
) -> None:
    """Every lot of a subdivision, moved by up to 2 m, with new numbers, in any order."""
    small = SmallWorkspace(tmp_path_factory.mktemp("small"))
    plan = write(small, {f"lot-{n}": shape for n, shape in enumerate(shapes)})
    order = list(range(len(shapes)))
    random.shuffle(order)
    moved = {f"NR{n}": shapely.affinity.translate(shapes[n], x, y) for n in order}
    found = proposal(plan, source(small, moved), provenance=None)
    assert {o.arrival.label: o.id for o in found.outcomes if o.arrival} == {
        f"NR{n}": f"lot-{n}" for n in order
    }


@given(subdivisions(), st.integers(0, 15), st.integers(0, 15))
@settings(max_examples=25)
def test_the_parts_of_a_split_are_the_land_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, shapes: list[Any], which: int, at: int
) -> None:
    """Any lot cut in two: one part keeps the id; nine decimals of a degree are 0.1 mm."""
    small = SmallWorkspace(tmp_path_factory.mktemp("small"))
    plan = write(small, {f"lot-{n}": shape for n, shape in enumerate(shapes)})
    id_, shape = f"lot-{which % len(shapes)}", shapes[which % len(shapes)]
    west, south, east, north = shape.bounds
    cut = west + (east - west) * (at + 1) / 17
    parts = {
        id_: shapely.box(west, south, cut, north),
        "new-1": shapely.box(cut, south, east, north),
    }
    split = proposal(plan, source(small, parts), provenance=None, uncertainty_m=5)
    assert told(split) == {id_: ("split", "id"), "new-1": ("split", None)}
    assert _area(split) == pytest.approx(shape.area, abs=0.0002 * shape.length)


def _area(found: Proposal) -> float:
    changed = {change.id for change in found.changes}
    return sum(found.after.measured[id_].planar_m2 or 0.0 for id_ in changed)
