"""Bounds (四至): hand-made cases in metres, whose distances are plain to see, that hold and fail."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon, box

from gangqu_gis.bounds import BoundCheck, check_bounds, findings_of
from gangqu_gis.checks import Verdict
from gangqu_gis.crs import planar, storage
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.layers import Feature, Layer
from gangqu_gis.measure import to_crs
from gangqu_gis.messages import catalogue
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.workspace import open_workspace

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = load_plan(open_workspace(ROOT))

#: Where the hand-made cases lie, metres in EPSG:4549.
ORIGIN = (605000.0, 3388000.0)
#: Metres: a round trip through degrees keeps far more than this.
CLOSE_M = 1e-5
#: A parcel 200 m wide (west-east) and 100 m deep (south-north), at the origin.
PARCEL = box(0, 0, 200, 100)
#: Uncertainty of the lines, metres, where a case does not say another.
LINE_M = 10.0
#: The limit of a parcel surveyed with ±0.05 m beside such a line: √(10² + 0.1²).
LIMIT_M = math.hypot(LINE_M, 0.1)

Bounds = Mapping[str, list[str]]


def feature(id_: str, geometry: Any, *, layer: str = "parcels", **properties: Any) -> Feature:
    """Return a feature drawn in metres about the origin."""
    if geometry is not None:
        moved = shapely.affinity.translate(geometry, *ORIGIN)
        stored = to_crs(np.array([moved]), source=planar("EPSG:4549"), target=storage())[0]
    kind = "stock_parcel" if layer == "parcels" else "road"
    known = {"id": id_, "kind": kind, "name": id_, "basis": "surveyed"}
    return Feature(
        layer=layer,
        properties={**known, **properties},
        geometry=None if geometry is None else stored,
        file=f"data/{layer}.geojson",
        line=3,
        number=1,
    )


def road(id_: str, *points: tuple[float, float], **properties: Any) -> Feature:
    """Return a road through ``points``, with the usual uncertainty."""
    return line(id_, LineString(points), **properties)


def line(id_: str, geometry: Any, **properties: Any) -> Feature:
    return feature(id_, geometry, layer="reference", **{"uncertainty_m": LINE_M, **properties})


def plan_of(*features: Feature) -> Plan:
    layers = {
        name: Layer(name, f"data/{name}.geojson", tuple(f for f in features if f.layer == name))
        for name in ("parcels", "reference")
    }
    return replace(SHIPPED, layers=layers)


def bases_of(features: Iterable[Feature]) -> dict[str, str]:
    return {f.id: f.basis for f in features}


def check(geometry: Any, side: str, *lines: Feature, **properties: Any) -> BoundCheck:
    """Check one bound of one feature against ``lines``."""
    parcel = feature("p", geometry, bounds={side: [f.id for f in lines]}, **properties)
    features = (parcel, *lines)
    (found,) = check_bounds(plan_of(*features), bases_of(features))
    return found


def numbers(found: BoundCheck) -> tuple[float, float, float]:
    assert found.mean_m is not None and found.largest_m is not None
    assert found.share_along is not None
    return found.mean_m, found.largest_m, found.share_along


def holds(found: BoundCheck, *, mean: float, largest: float, share: float = 1.0) -> None:
    assert (found.verdict, found.what) == (Verdict.AGREE, None), found.text.en
    assert numbers(found) == pytest.approx((mean, largest, share), abs=0.002)


def fails(found: BoundCheck, what: str, *, mean: float, largest: float, share: float) -> None:
    assert (found.verdict, found.what) == (Verdict.DIFFER, what), found.text.en
    assert numbers(found) == pytest.approx((mean, largest, share), abs=0.002)


# ---------------------------------------------------------------- what holds


def test_a_road_beside_the_side() -> None:
    found = check(PARCEL, "east", road("r", (208, -500), (208, 500)))
    holds(found, mean=8, largest=8)
    assert found.side_m == pytest.approx(100, abs=CLOSE_M)
    assert found.limit_m == pytest.approx(LIMIT_M)
    assert found.room_m == pytest.approx(25, abs=CLOSE_M)  # a quarter of 100 m, less than of 200 m
    assert found.basis == "surveyed"
    assert findings_of([found]) == []


@pytest.mark.parametrize(
    ("side", "points"),
    [
        ("east", [(205, -50), (205, 150)]),
        ("north", [(-50, 105), (250, 105)]),
        ("west", [(-5, 150), (-5, -50)]),
        ("south", [(250, -5), (-50, -5)]),
    ],
)
def test_each_side_has_its_own_direction(side: str, points: list[tuple[float, float]]) -> None:
    holds(check(PARCEL, side, road("r", *points)), mean=5, largest=5)
    others = {"east", "north", "west", "south"} - {side}
    assert all(check(PARCEL, o, road("r", *points)).verdict is Verdict.DIFFER for o in others)


def test_a_line_on_the_edge_itself_and_a_little_inside() -> None:
    holds(check(PARCEL, "east", road("r", (200, 0), (200, 100))), mean=0, largest=0)
    holds(check(PARCEL, "east", road("r", (195, -9), (195, 109))), mean=5, largest=5)


def test_a_gently_oblique_road() -> None:
    # 0 m off at the south end, 8 m at the north end, measured square to the road.
    tilt = math.cos(math.atan2(8, 100))
    found = check(PARCEL, "east", road("r", (192, -100), (200, 0), (224, 300)))
    holds(found, mean=4 * tilt, largest=8 * tilt)


def test_a_road_with_a_bend() -> None:
    # 5 m off up to the middle, then 9 m at the north end, measured square to a slope of 4 in 50.
    tilt = math.cos(math.atan2(4, 50))
    found = check(PARCEL, "east", road("r", (205, -90), (205, 50), (213, 150)))
    assert found.verdict is Verdict.AGREE
    assert found.largest_m == pytest.approx(9 * tilt, abs=CLOSE_M)
    assert found.mean_m == pytest.approx((5 + 7 * tilt) / 2, abs=0.01)


def test_two_roads_share_one_side() -> None:
    south = road("s", (204, -20), (204, 50))
    north = road("n", (206, 50), (206, 120))
    found = check(PARCEL, "east", south, north)
    # North of 50 m the south road's end stays nearer than 6 m for √(6² - 4²) m.
    t = math.sqrt(20)
    near_end = (t * 6 + 16 * math.asinh(t / 4)) / 2  # ∫ √(4² + y²) dy from 0 to t
    holds(found, mean=(50 * 4 + near_end + (50 - t) * 6) / 100, largest=6)
    assert found.lines == ("s", "n")
    alone = check(PARCEL, "east", south)
    # Beyond the road's end at 50 m the parcel is within the limit for √(10.0005² - 4²) m more.
    share = 0.5 + math.sqrt(LIMIT_M**2 - 4**2) / 100
    assert alone.what == "partial"
    assert alone.share_along == pytest.approx(share, abs=0.002)
    assert alone.largest_m == pytest.approx(math.hypot(4, 50), abs=CLOSE_M)


def test_each_line_is_held_to_its_own_limit() -> None:
    near = road("s", (220, -20), (220, 50), uncertainty_m=1)
    coarse = road("n", (220, 50), (220, 120), uncertainty_m=24)
    found = check(PARCEL, "east", near, coarse)
    assert found.share_along == pytest.approx(0.5, abs=0.002)
    assert found.limit_m == pytest.approx(math.hypot(24, 0.1))


def test_the_moat_is_east_and_north_bound_of_the_town() -> None:
    moat = line("moat", LineString(box(100, 90, 1008, 1006).exterior.coords))
    town = box(0, 0, 1000, 1000)
    parcel = feature("p", town, bounds={"east": ["moat"], "north": ["moat"]})
    both = check_bounds(plan_of(parcel, moat), bases_of([parcel, moat]))
    assert [(c.side, c.verdict) for c in both] == [("east", "agree"), ("north", "agree")]
    # Beyond the ring's corners the sides run on for 90 m to the south and 100 m to the west,
    # and are within the limit of the ring's next side for 10.0005 m of that.
    assert both[0].largest_m == pytest.approx(90, abs=CLOSE_M)
    assert both[1].largest_m == pytest.approx(100, abs=CLOSE_M)
    assert both[0].share_along == pytest.approx(0.91 + LIMIT_M / 1000, abs=0.002)
    assert both[1].share_along == pytest.approx(0.90 + LIMIT_M / 1000, abs=0.002)
    # As its west bound the moat would lie 100 m inside.
    west = check(town, "west", moat)
    assert (west.verdict, west.what) == (Verdict.DIFFER, "crossing")


# ---------------------------------------------------------------- what a side is


def test_holes_are_not_part_of_a_side() -> None:
    holed = Polygon(PARCEL.exterior, [box(50, 20, 150, 80).exterior])
    found = check(holed, "east", road("r", (208, -500), (208, 500)))
    holds(found, mean=8, largest=8)
    assert found.side_m == pytest.approx(100, abs=CLOSE_M)


def test_of_a_multipolygon_a_part_behind_another_is_hidden() -> None:
    parts = MultiPolygon([box(0, 0, 90, 100), box(110, 0, 200, 100)])
    found = check(parts, "east", road("r", (208, -500), (208, 500)))
    holds(found, mean=8, largest=8)
    assert found.side_m == pytest.approx(100, abs=CLOSE_M)
    fails(
        check(parts, "east", road("r", (100, -500), (100, 500))),
        "side",
        mean=100,
        largest=100,
        share=0,
    )


def test_of_a_multipolygon_parts_side_by_side_are_both_seen() -> None:
    parts = MultiPolygon([box(0, 0, 100, 100), box(0, 200, 100, 300)])
    found = check(parts, "east", road("r", (106, -9), (106, 309)))
    holds(found, mean=6, largest=6)
    assert found.side_m == pytest.approx(200, abs=CLOSE_M)


def test_the_inner_walls_of_a_court_are_not_a_side() -> None:
    court = Polygon(
        [(0, 0), (200, 0), (200, 100), (150, 100), (150, 30), (50, 30), (50, 100), (0, 100)]
    )
    found = check(court, "east", road("r", (208, -500), (208, 500)))
    holds(found, mean=8, largest=8)
    assert found.side_m == pytest.approx(100, abs=CLOSE_M)


def test_a_recess_that_is_seen_counts() -> None:
    recessed = Polygon([(0, 0), (200, 0), (200, 85), (120, 85), (120, 100), (0, 100)])
    mean = 0.85 * 8 + 0.15 * 88
    found = check(recessed, "east", road("r", (208, -500), (208, 500)))
    holds(found, mean=mean, largest=88, share=0.85)
    deeper = Polygon([(0, 0), (200, 0), (200, 70), (120, 70), (120, 100), (0, 100)])
    mean = 0.7 * 8 + 0.3 * 88
    found = check(deeper, "east", road("r", (208, -500), (208, 500)))
    fails(found, "partial", mean=mean, largest=88, share=0.7)


def test_splay_corners_belong_to_both_sides() -> None:
    # Corners cut at 45°, 5 m by 5 m: from 8 m off to 13 m off, 10.0005 m after 2.0005 of 5.
    splayed = Polygon(
        [(0, 0), (195, 0), (200, 5), (200, 95), (195, 100), (0, 100)],
    )
    found = check(splayed, "east", road("r", (208, -500), (208, 500)))
    cut = math.hypot(5, 5)
    side = 90 + 2 * cut
    assert found.side_m == pytest.approx(side, abs=CLOSE_M)
    along = (90 + 2 * cut * (LIMIT_M - 8) / 5) / side
    holds(found, mean=(90 * 8 + 2 * cut * 10.5) / side, largest=13, share=along)


@pytest.mark.parametrize("degrees", [-40, -20, 10, 30, 44])
def test_a_rotated_parcel_with_its_road(degrees: float) -> None:
    turned = shapely.affinity.rotate(PARCEL, degrees, origin=(0, 0))
    beside = shapely.affinity.rotate(LineString([(206, -99), (206, 199)]), degrees, origin=(0, 0))
    found = check(turned, "east", line("r", beside))
    holds(found, mean=6, largest=6)
    assert found.side_m == pytest.approx(100, abs=CLOSE_M)


def test_an_edge_that_faces_north_east_is_on_both_sides() -> None:
    turned = shapely.affinity.rotate(PARCEL, 45, origin=(0, 0))
    lines = [LineString([(206, -99), (206, 199)]), LineString([(-99, -6), (299, -6)])]
    north_east, south_east = (shapely.affinity.rotate(g, 45, origin=(0, 0)) for g in lines)
    both = check(turned, "east", line("a", north_east), line("b", south_east))
    holds(both, mean=6, largest=6)
    assert both.side_m == pytest.approx(300, abs=CLOSE_M)
    one = check(turned, "east", line("a", north_east))
    assert one.what == "partial"


def test_a_spike_that_faces_no_way_is_taken_as_seen() -> None:
    spike = Polygon([(0, 0), (200, 20), (0, 40)])
    found = check(spike, "east", road("r", (208, -50), (208, 90)))
    assert found.side_m == pytest.approx(2 * math.hypot(200, 20), abs=CLOSE_M)
    # As far off as the tip is at most 2.0005 m behind it.
    assert found.share_along == pytest.approx((LIMIT_M - 8) / 200, abs=0.002)


# ---------------------------------------------------------------- what fails


def test_the_line_is_on_the_other_side() -> None:
    found = check(PARCEL, "east", road("r", (-8, -500), (-8, 500)))
    fails(found, "side", mean=208, largest=208, share=0)


def test_the_line_lies_along_the_next_side_only() -> None:
    # On the north side: the east side is within the limit for 4.9995 m of its 100 m.
    found = check(PARCEL, "east", road("r", (-99, 105), (299, 105)))
    share = (LIMIT_M - 5) / 100
    fails(found, "partial", mean=55, largest=105, share=share)
    beyond = check(PARCEL, "east", road("r", (-99, 130), (299, 130)))
    fails(beyond, "side", mean=80, largest=130, share=0)


def test_the_line_is_too_far() -> None:
    fails(
        check(PARCEL, "east", road("r", (211, -500), (211, 500))),
        "far",
        mean=11,
        largest=11,
        share=0,
    )


@pytest.mark.parametrize("east", [100, 185])
def test_a_road_through_the_feature(east: float) -> None:
    found = check(PARCEL, "east", road("r", (east, -500), (east, 500)))
    fails(found, "crossing", mean=200 - east, largest=200 - east, share=0)


def test_a_road_across_the_side() -> None:
    # Straight across the middle: within 10.0005 m of it on either side.
    found = check(PARCEL, "east", road("r", (-99, 50), (299, 50)))
    fails(found, "crossing", mean=25, largest=50, share=2 * LIMIT_M / 100)


def test_a_street_that_only_meets_the_side() -> None:
    found = check(PARCEL, "east", road("r", (203, 50), (599, 50)))
    share = 2 * math.sqrt(LIMIT_M**2 - 9) / 100
    assert (found.verdict, found.what) == (Verdict.DIFFER, "partial")
    assert found.share_along == pytest.approx(share, abs=0.002)
    assert found.largest_m == pytest.approx(math.hypot(3, 50), abs=CLOSE_M)


def test_an_oblique_road_that_leaves_the_side() -> None:
    # On the corner (200, 0), then away at 45°: y/√2 from the point (200, y).
    found = check(PARCEL, "east", road("r", (100, -100), (500, 300)))
    root = math.sqrt(2)
    fails(found, "partial", mean=50 / root, largest=100 / root, share=LIMIT_M * root / 100)


def test_a_road_that_ends_half_way() -> None:
    # At its end the road is 4 m off; what lies beyond is seen from that end.
    found = check(PARCEL, "east", road("r", (204, -99), (204, 50)))
    beyond = np.hypot(4, (np.arange(100_000) + 0.5) / 2000).mean()
    share = 0.5 + math.sqrt(LIMIT_M**2 - 16) / 100
    fails(found, "partial", mean=(4 + beyond) / 2, largest=math.hypot(4, 50), share=share)
    # Its shape is the stretch that does not run along, in degrees.
    back = to_crs(np.array([found.shape]), source=storage(), target=planar("EPSG:4549"))[0]
    assert back.geom_type == "LineString"
    assert back.length == pytest.approx(100 * (1 - share), abs=0.2)


@pytest.mark.parametrize("side", ["east", "north", "west", "south"])
def test_the_shape_lies_on_the_side(side: str) -> None:
    found = check(PARCEL, side, road("r", (900, 800), (910, 810)))
    drawn = to_crs(np.array([found.shape]), source=storage(), target=planar("EPSG:4549"))[0]
    ends = {
        "east": [(200, 0), (200, 100)],
        "north": [(0, 100), (200, 100)],
        "west": [(0, 0), (0, 100)],
        "south": [(0, 0), (200, 0)],
    }
    edge = shapely.affinity.translate(LineString(ends[side]), *ORIGIN)
    assert shapely.hausdorff_distance(drawn, edge) < CLOSE_M


# ---------------------------------------------------------------- limit, basis, missing


@pytest.mark.parametrize(
    ("own", "road_of", "limit"),
    [
        ({"basis": "surveyed"}, {"uncertainty_m": 3}, math.hypot(3, 0.1)),
        ({"basis": "surveyed", "point_error_m": 0.5}, {"uncertainty_m": 3}, math.hypot(3, 1)),
        ({"basis": "digitized", "map_scale": 10000}, {"uncertainty_m": 4}, 5),
        ({"basis": "schematic", "uncertainty_m": 500}, {"uncertainty_m": 4}, 4),
        ({"basis": "surveyed"}, {"uncertainty_m": None}, math.hypot(0.1, 0.1)),
        (
            {"basis": "surveyed", "point_error_m": 0},
            {"uncertainty_m": None, "basis": "digitized", "map_scale": 2000},
            0.6,
        ),
        ({"basis": "surveyed", "point_error_m": 0}, {"uncertainty_m": 0}, 0.001),
    ],
)
def test_the_limit(own: dict[str, Any], road_of: dict[str, Any], limit: float) -> None:
    found = check(PARCEL, "east", road("r", (200, 0), (200, 100), **road_of), **own)
    assert found.limit_m == pytest.approx(limit)
    assert f"{limit:.2f}" in found.formula.zh


def test_a_schematic_basis_is_never_evidence() -> None:
    beside = road("r", (208, -500), (208, 500), basis="schematic")
    found = check(PARCEL, "east", beside)
    assert (found.verdict, found.what, found.basis) == ("indicative", None, "schematic")
    assert findings_of([found]) == []
    parcel = feature("p", PARCEL, bounds={"east": ["r"]})
    true_road = road("r", (-8, -500), (-8, 500))
    (unproven,) = check_bounds(plan_of(parcel, true_road), {"r": "surveyed"})
    assert (unproven.verdict, unproven.what) == ("indicative", "side")
    (note,) = findings_of([unproven])
    assert (note.rule, note.severity) == ("bounds.side", Severity.NOTE)


def test_a_limit_too_coarse_for_the_side_confirms_nothing() -> None:
    # 30 m is more than a quarter of the 100 m side.
    beside = check(PARCEL, "east", road("r", (208, -500), (208, 500), uncertainty_m=30))
    assert (beside.verdict, beside.what, beside.basis) == ("indicative", None, "surveyed")
    inside = check(PARCEL, "east", road("r", (172, -500), (172, 500), uncertainty_m=30))
    assert (inside.verdict, inside.what) == ("indicative", "crossing")
    # Outward, square to a parcel turned by 40°, all of the limit counts.
    turned, beside = (
        shapely.affinity.rotate(g, 40, origin=(0, 0))
        for g in (PARCEL, LineString([(228, -99), (228, 199)]))
    )
    outward = check(turned, "east", line("r", beside, uncertainty_m=30))
    assert (outward.verdict, outward.what) == ("indicative", None)
    assert numbers(outward) == pytest.approx((28, 28, 1), abs=CLOSE_M)
    # What is beyond even that limit is still a fault.
    far = check(PARCEL, "east", road("r", (240, -500), (240, 500), uncertainty_m=30))
    fails(far, "far", mean=40, largest=40, share=0)


def test_a_wide_limit_does_not_put_the_line_on_another_side() -> None:
    # Within 400 m of everything, but drawn on the west: reported, though no evidence.
    west = road("r", (-16, -500), (-16, 500), uncertainty_m=400)
    assert check(PARCEL, "east", west).what == "side"
    assert check(PARCEL, "west", west).what is None


def test_a_difference_is_an_error_with_its_place() -> None:
    found = check(PARCEL, "east", road("r", (-8, -500), (-8, 500)))
    (finding,) = findings_of([found])
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.severity) == ("bounds.side", Severity.ERROR)
    assert (finding.subject, finding.also) == ("p", ("r",))
    assert (finding.layer, finding.place) == ("parcels", "data/parcels.geojson:3")
    assert finding.measured == pytest.approx(208, abs=CLOSE_M)
    assert (finding.limit, finding.unit) == (found.limit_m, "m")
    assert finding.shape.length > 0 and finding.remedy


BESIDE = [(208.0, -500.0), (208.0, 500.0)]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [road("other", *BESIDE)],
        [road("r", *BESIDE), road("r", *BESIDE)],
        [line("r", None)],
        [line("r", PARCEL)],
        [line("r", LineString([(208, 0), (208, 0)]))],
        [road("r", *BESIDE, uncertainty_m=None, basis="schematic")],
        [road("r", *BESIDE, uncertainty_m=None, basis="digitized")],
    ],
)
def test_what_cannot_be_checked_is_missing(lines: list[Feature]) -> None:
    lines = [
        replace(f, geometry_fault=None if f.geometry else catalogue()["bounds.no_line"])
        for f in lines
    ]
    parcel = feature("p", PARCEL, bounds={"east": ["r"]})
    (found,) = check_bounds(plan_of(parcel, *lines), {"p": "surveyed", "r": "surveyed"})
    assert (found.verdict, found.what, found.mean_m) == (Verdict.MISSING, None, None)
    assert "未核对" in found.text.zh and "not checked" in found.text.en
    assert findings_of([found]) == []


@pytest.mark.parametrize("bad", [Polygon([(0, 0), (9, 9), (9, 0), (0, 9)]), LineString(BESIDE)])
def test_a_faulty_feature_is_missing(bad: Any) -> None:
    assert check(bad, "east", road("r", *BESIDE)).verdict is Verdict.MISSING


def test_one_missing_line_of_two_leaves_the_bound_unchecked() -> None:
    parcel = feature("p", PARCEL, bounds={"east": ["r", "gone"]})
    (found,) = check_bounds(plan_of(parcel, road("r", *BESIDE)), {})
    assert found.verdict is Verdict.MISSING
    assert "gone" in found.text.zh


@pytest.mark.parametrize(
    "bounds", [None, "east", ["east"], {"up": ["r"]}, {"east": "r"}, {"east": []}, {"east": [1]}]
)
def test_what_is_no_bound_is_left_to_the_schema_check(bounds: Any) -> None:
    parcel = feature("p", PARCEL, bounds=bounds)
    assert check_bounds(plan_of(parcel, road("r", *BESIDE)), {}) == []


# ---------------------------------------------------------------- properties

RADII = st.integers(3, 12).flatmap(
    lambda n: st.tuples(*[st.floats(30, 100, allow_nan=False) for _ in range(n)])
)


def star(radii: tuple[float, ...]) -> Any:
    """Return a simple polygon around (0, 0), a corner in each of the equal angles."""
    angle = 0.3 + 2 * np.pi * np.arange(len(radii)) / len(radii)
    return Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * np.array(radii)[:, None])


def same(a: BoundCheck, b: BoundCheck) -> None:
    assert (a.verdict, a.what) == (b.verdict, b.what)
    assert numbers(a) == pytest.approx(numbers(b), abs=0.003)
    assert (a.side_m, a.room_m) == pytest.approx((b.side_m, b.room_m), abs=CLOSE_M)


@settings(max_examples=30, deadline=None)
@given(radii=RADII, shift=st.integers(0, 11), side=st.sampled_from(["east", "north"]))
def test_ring_start_and_direction_and_order_do_not_matter(
    radii: tuple[float, ...], shift: int, side: str
) -> None:
    polygon = star(radii)
    lines = [road("a", (106, -300), (106, 20)), road("b", (108, 20), (-300, 110))]
    first = check(polygon, side, *lines)
    ring = np.roll(shapely.get_coordinates(polygon)[:-1], shift, axis=0)
    backward = [replace(f, geometry=shapely.reverse(f.geometry)) for f in reversed(lines)]
    other = check(Polygon(ring[::-1]), side, *backward)
    same(first, other)


@settings(max_examples=30, deadline=None)
@given(
    radii=RADII,
    east=st.integers(-20_000, 20_000),
    north=st.integers(-20_000, 20_000),
)
def test_where_the_case_lies_does_not_matter(
    radii: tuple[float, ...], east: int, north: int
) -> None:
    polygon, beside = star(radii), LineString([(95, -200), (102, 10), (90, 200)])
    here = check(polygon, "east", line("r", beside))
    moved = [shapely.affinity.translate(g, east, north) for g in (polygon, beside)]
    same(here, check(moved[0], "east", line("r", moved[1])))


@settings(max_examples=30, deadline=None)
@given(radii=RADII)
def test_a_quarter_turn_turns_the_sides(radii: tuple[float, ...]) -> None:
    drawn = [star(radii), LineString([(95, -200), (102, 10), (90, 200)])]
    found = []
    for quarter, side in enumerate(("east", "north", "west", "south")):
        polygon, beside = (shapely.affinity.rotate(g, 90 * quarter, origin=(0, 0)) for g in drawn)
        found.append(check(polygon, side, line("r", beside)))
    for other in found[1:]:
        same(found[0], other)


@settings(max_examples=20, deadline=None)
@given(radii=RADII)
def test_against_a_slow_answer(radii: tuple[float, ...]) -> None:
    """Look from the east along many level rays, and take the first edge each one meets."""
    polygon = star(radii)
    found = check(polygon, "east", road("r", (150, -300), (150, 300)))
    ring = shapely.get_coordinates(polygon)
    _, south, _, north = polygon.bounds
    rays, total, weighted, every = 2000, 0.0, 0.0, [0.0, 0.0]
    for k in range(rays):
        y = south + (north - south) * (k + 0.5) / rays
        seen = max(
            (a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]), (b[0] - a[0]) / (b[1] - a[1]))
            for a, b in zip(ring[:-1], ring[1:], strict=True)
            if min(a[1], b[1]) <= y < max(a[1], b[1])
        )
        piece = math.hypot(1, seen[1]) * (north - south) / rays
        every = [every[0] + piece, every[1] + piece * (150 - seen[0])]
        if abs(seen[1]) <= 1:
            total, weighted = total + piece, weighted + piece * (150 - seen[0])
    if not total:
        total, weighted = every
    assert found.side_m == pytest.approx(total, rel=0.02, abs=0.5)
    assert found.mean_m == pytest.approx(weighted / total, rel=0.02)


def test_points_on_an_edge_and_parts_of_a_line_do_not_matter() -> None:
    beside = LineString([(204, -50), (209, 150)])
    plain = check(PARCEL, "east", line("r", beside))
    dense = check(shapely.segmentize(PARCEL, 3.7), "east", line("r", shapely.segmentize(beside, 7)))
    same(plain, dense)
    halves = MultiLineString([[(204, -50), (206.5, 50)], [(209, 150), (206.5, 50)]])
    same(plain, check(PARCEL, "east", line("r", halves)))


# ---------------------------------------------------------------- the shipped plan


def test_every_shipped_bound_is_checked_and_none_is_evidence() -> None:
    stated = [
        (f.id, side) for f in SHIPPED.features for side in (f.properties.get("bounds") or {})
    ]
    found = check_bounds(SHIPPED, bases_of(SHIPPED.features))
    assert sorted((c.feature.id, c.side) for c in found) == sorted(stated)
    assert len(found) == 37
    assert {c.verdict for c in found} == {Verdict.INDICATIVE}
    assert all("都不是依据" in c.text.zh for c in found)
    assert [f for f in findings_of(found) if f.severity is Severity.ERROR] == []
    assert all(c.what is None for c in found)


def test_the_words_survive_a_gbk_console() -> None:
    words = [text for key, text in catalogue().items() if key.startswith("bounds.")]
    assert len(words) >= 18
    for text in words:
        (text.zh + text.en).encode("gbk")
