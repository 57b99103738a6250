"""The closed form: against many digits, against PROJ, and its compiled twin to the last digit."""

from __future__ import annotations

from typing import Any

import geodesics_exactly
import high_precision as slow
import numpy as np
import pytest
import shapely
from cases import EAST, NORTH, box, column, in_degrees, polygon
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.affinity import rotate, scale

from gangqu_gis import measure
from gangqu_gis.crs import named, planar, storage
from gangqu_gis.measure import edges, fast, methods, runs, soundness
from gangqu_gis.measure.ellipsoid import Ellipsoid, TransverseMercator
from gangqu_gis.measure.rings import Rings
from gangqu_gis.measure.shape_points import neighbour_squares

STORED, PLANE = storage(), planar("EPSG:4549")
FIGURE, MERCATOR = Ellipsoid.of(STORED), TransverseMercator.of(PLANE)
GEOD = Geod(a=6378137, rf=298.257222101)

L_SHAPE = polygon((0, 0), (300, 20), (290, 110), (120, 100), (110, 240), (-10, 230))
HOLED = shapely.Polygon(box(0, 0, 200, 150).exterior, [box(20, 20, 40).exterior])
PARTS = shapely.MultiPolygon([HOLED, box(400, 0, 90, 60)])


def geodesic(shape: Any) -> float:
    return float(measure.geodesic_area(column(shape), crs=STORED)[0])


def straight(shape: Any) -> float:
    return float(measure.straight_area(column(shape), crs=STORED, plane=PLANE)[0])


# ------------------------------------------------------------------ geodesics, edge by edge


@pytest.mark.parametrize(
    ("side", "limit"), [(100, 1e-9), (1000, 1e-10), (1990, 1e-10), (10_000, 1e-10)]
)
def test_geodesic_squares_agree_with_many_digits(side: float, limit: float) -> None:
    shape = in_degrees(rotate(box(0, 0, side), 20))
    expected = geodesics_exactly.ring_area(list(shape.exterior.coords))
    assert geodesic(shape) == pytest.approx(expected, rel=limit)


@pytest.mark.parametrize("lat", [-40.0, 3.5, 53.5, 64.9])
def test_geodesics_at_any_latitude(lat: float) -> None:
    shape = shapely.box(121.0, lat, 121.016, lat + 0.012)
    expected = geodesics_exactly.ring_area(list(shape.exterior.coords))
    assert geodesic(shape) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(100, 20, 120, 40),
        shapely.box(10, 64, 11, 66),
        shapely.box(0, 80, 90, 85),
        shapely.Polygon([(0, 80), (120, 80), (-120, 80)]),
        shapely.Polygon([(179.5, 10), (-179.5, 10), (-179.5, 11), (179.5, 11)]),
        shapely.box(-60, -20, 60, 30),
    ],
    ids="country across-65 arctic pole antimeridian continent".split(),
)
def test_land_of_any_size_and_place_keeps_to_geographiclib(shape: Any) -> None:
    ring = shapely.get_coordinates(shape)
    expected = abs(GEOD.polygon_area_perimeter(*ring.T)[0])
    assert geodesic(shape) == pytest.approx(expected, rel=1e-10)


# ------------------------------------------------------------- edges straight in the plane


@pytest.mark.parametrize(
    "shape",
    [box(0, 0, 100), box(0, 0, 1000), rotate(box(0, 0, 1999), 30), rotate(box(0, 0, 10_000), 7)],
    ids="1ha 100ha 400ha 10000ha".split(),
)
def test_degrees_with_straight_edges_agree_with_forty_digits(shape: Any) -> None:
    """The degrees are not rounded: 1e-9° would be worth more than what is tested."""
    exact = in_degrees(shape)
    assert straight(exact) == pytest.approx(slow.polygon_area(shape), rel=1e-10)


@pytest.mark.parametrize("x", [-160_000.0, 0.0, 160_000.0])
@pytest.mark.parametrize("y", [-2_200_000.0, 2_200_000.0])
def test_straight_edges_all_over_the_zone(x: float, y: float) -> None:
    shape = rotate(box(x + 500_000 - EAST, y, 1500, 900), 25)
    assert straight(in_degrees(shape)) == pytest.approx(slow.polygon_area(shape), rel=1e-10)


def test_far_from_the_meridian_proj_is_asked() -> None:
    shape = shapely.box(129.0, 30.0, 129.01, 30.01)
    moved = measure.to_crs(column(shape), source=STORED, target=PLANE)
    dense = in_degrees(shapely.segmentize(moved[0], 20))
    assert straight(shape) == pytest.approx(abs(GEOD.geometry_area_perimeter(dense)[0]), rel=1e-8)


@given(size=st.floats(5, 4000), turn=st.floats(0, 360), x=st.floats(-1e5, 1e5))
def test_planar_area_from_degrees_is_that_of_proj(size: float, turn: float, x: float) -> None:
    shape = in_degrees(rotate(box(x, 0, size, size / 2), turn))
    (moved,) = measure.to_crs(column(shape), source=STORED, target=PLANE)
    found = measure.planar_area(column(shape), crs=STORED, plane=PLANE)[0]
    assert found == pytest.approx(moved.area, rel=1e-9, abs=1e-6)


@given(size=st.floats(5, 9000), x=st.floats(-1e5, 1e5))
def test_the_local_plane_keeps_projs_distances(size: float, x: float) -> None:
    shape = in_degrees(scale(L_SHAPE, size / 300, size / 300, origin=(EAST + x, NORTH)))
    own = methods.in_plane(STORED, PLANE)(Rings.of(column(shape))).xy
    (moved,) = measure.to_crs(column(shape), source=STORED, target=PLANE)
    xy = shapely.get_coordinates(moved)
    assert np.abs((own - own[0]) - (xy - xy[0])).max() < 1e-7


def test_without_a_plane_lengths_are_true_where_the_ring_is() -> None:
    """Zone prefixes and meridians out of play: distances on the ellipsoid, to 1e-6."""
    shape = in_degrees(box(0, 0, 400, 300))
    xy = methods.in_plane(STORED, None)(Rings.of(column(shape))).xy
    lon, lat = shapely.get_coordinates(shape).T
    _, _, expected = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    assert np.hypot(*np.diff(xy, axis=0).T) == pytest.approx(expected, rel=1e-6)


# --------------------------------------------- what must not change a digit: form, batch, order


def many(seed: int, number: int) -> Any:
    chance = np.random.default_rng(seed)
    shapes = []
    for _ in range(number):
        corners = int(chance.integers(3, 25))
        angle = np.sort(chance.uniform(0, 2 * np.pi, corners))
        radius = chance.uniform(20, 900) * chance.uniform(0.6, 1, corners)
        at = chance.uniform(-5e4, 5e4, 2)
        xy = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
        shapes.append(shapely.Polygon(xy + at + (EAST, NORTH)))
    shapes += [HOLED, PARTS, box(0, 0, 7000), shapely.segmentize(L_SHAPE, 20)]
    return np.array([in_degrees(shape) for shape in shapes], dtype=object)


@pytest.mark.parametrize("plane", [None, MERCATOR], ids=["geodesic", "straight"])
def test_compiled_rings_give_the_same_digits(plane: Any) -> None:
    rings = Rings.of(many(1, 300))
    expected = edges.ring_areas(rings, FIGURE, plane)
    found = fast.ring_areas(rings, FIGURE, plane, compiled=True)
    assert (found.area == expected.area).all() and (found.left == expected.left).all()
    assert expected.left.any()


@pytest.mark.parametrize("plane", [None, MERCATOR], ids=["geodesic", "plane"])
def test_compiled_wkb_gives_the_same_digits(plane: Any) -> None:
    shapes = many(2, 300)
    rings = Rings.of(shapes)
    local = edges.local_plane(rings, FIGURE, plane)
    mode = 2 if plane is None else 3
    results, state = fast.wkb_results(*as_wkb(shapes), mode, FIGURE, plane)
    areas = edges.ring_areas(rings, FIGURE, plane)
    near, small = ~rings.flagged(areas.left), ~rings.flagged(local.left)
    assert (fast.flags(state, 1) == ~near).all() and (fast.flags(state, 2) == ~small).all()
    assert (results[near, 0] == rings.sums(areas.area)[near]).all()
    planar = local.rings.sums(edges.planar_ring_areas(local.rings))
    assert (results[small, 1] == planar[small]).all()
    squares, _ = neighbour_squares(local.rings)
    whole = small & ~fast.flags(state, 4)
    assert (results[whole, 2] == squares[whole]).all() and whole.sum() > 290


def as_wkb(shapes: Any) -> tuple[Any, Any]:
    wkb = shapely.to_wkb(shapes)
    sizes = [len(one) for one in wkb]
    offset = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return np.frombuffer(b"".join(wkb), dtype=np.uint8), offset


@settings(max_examples=25)
@given(st.permutations(range(24)), st.integers(1, 23))
def test_order_and_batches_change_no_digit(order: list[int], cut: int) -> None:
    shapes = many(3, 20)
    for crs_plane in (None, PLANE):
        whole = measure.areas(shapes, crs=STORED, plane=crs_plane)
        mixed = shapes[order]
        parts = [measure.areas(p, crs=STORED, plane=crs_plane) for p in np.split(mixed, [cut])]
        found = np.concatenate([part.ellipsoidal_m2 for part in parts])
        assert np.array_equal(found, whole.ellipsoidal_m2[order], equal_nan=True)
        planar = np.concatenate([part.planar_m2 for part in parts])
        assert np.array_equal(planar, whole.planar_m2[order], equal_nan=True)


@pytest.mark.parametrize(
    ("crs", "plane"),
    [(STORED, None), (STORED, PLANE), (PLANE, PLANE)],
    ids=["geodesic", "plane", "projected"],
)
def test_runs_change_no_digit(crs: Any, plane: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    far = [in_degrees(box(30_000.0 * k, 0, 9000)) for k in range(4)]
    degrees = np.append(many(4, 60), np.array(far, dtype=object))
    shapes = measure.to_crs(degrees, source=STORED, target=crs)
    whole = measure.measures(shapes, crs=crs, plane=plane)
    monkeypatch.setattr(runs, "RUN", 7)
    parts = measure.measures(shapes, crs=crs, plane=plane)
    for name in ("ellipsoidal_m2", "planar_m2", "squares_m2", "polygonal"):
        one, other = getattr(whole, name), getattr(parts, name)
        assert np.array_equal(one, other, equal_nan=True)


def test_sound_rings_of_runs_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    crossed = polygon((0, 0), (100, 100), (100, 0), (0, 100))
    more = np.array([crossed, None, shapely.Point(0, 0), HOLED, PARTS], dtype=object)
    shapes = np.concatenate([more, many(8, 30), more])
    whole, rings = measure.sound_rings(shapes)
    monkeypatch.setattr(soundness, "RUN", 7)
    kept, joined = measure.sound_rings(shapes)
    assert all(one is other for one, other in zip(kept, whole, strict=True))
    assert sum(shape is None for shape in kept) == 6 and joined.size == len(shapes)
    order, again = (np.argsort(r.polygon, kind="stable") for r in (rings, joined))
    assert (joined.polygon[again] == rings.polygon[order]).all()
    assert (np.diff(joined.start)[again] == np.diff(rings.start)[order]).all()
    one, other = measure.planar_areas(rings), measure.planar_areas(joined)
    assert np.array_equal(one, other, equal_nan=True)


@pytest.mark.parametrize("lat", [0.5, 30.0, 62.0])
def test_a_large_ring_is_laid_out_around_its_first_vertex(lat: float) -> None:
    """Against a plane of PROJ's around the same point."""
    shape = shapely.Polygon([(120, lat), (120.3, lat + 0.05), (120.2, lat + 0.3)])
    own = methods.in_plane(STORED, None)(Rings.of(column(shape))).xy
    plane = named(f"+proj=aeqd +lon_0=120 +lat_0={lat} +ellps=GRS80")
    (there,) = measure.to_crs(column(shape), source=STORED, target=plane)
    assert own == pytest.approx(shapely.get_coordinates(there), abs=1e-4)


# ------------------------------------------------------------------------ WKB as it comes


def states(shapes: Any) -> Any:
    return fast.wkb_results(*as_wkb(shapes), 7, FIGURE, MERCATOR)[1]


@pytest.mark.parametrize("raised", [False, True], ids=["all read", "one left to GEOS"])
def test_rings_from_wkb_are_those_of_the_geometries(raised: bool) -> None:
    shapes = measure.to_crs(many(6, 40), source=STORED, target=PLANE)
    shapes[7] = shapely.force_3d(shapes[7], 2.0) if raised else shapes[7]
    which = np.array([*range(3, 41, 2), 41, 40, 42])
    found = measure.wkb_rings(*as_wkb(shapes), which)
    expected = Rings.of(shapes[which])
    assert (measure.planar_areas(found) == measure.planar_areas(expected)).all()
    assert len(found) == len(expected) and found.start[-1] == expected.start[-1]


def test_what_the_kernel_does_not_read_it_leaves() -> None:
    unread = [
        shapely.Point(121, 30),
        shapely.Polygon(),
        shapely.MultiPolygon(),
        shapely.GeometryCollection([shapely.box(121, 30, 121.001, 30.001)]),
        shapely.force_3d(shapely.box(121, 30, 121.001, 30.001)),
        shapely.LineString([(121, 30), (122, 30)]),
    ]
    assert (states(np.array(unread, dtype=object)) & 16 == 16).all()
    open_ = np.frombuffer(shapely.to_wkb(in_degrees(L_SHAPE)), dtype=np.uint8).copy()
    open_[-16:-8] = open_[13:21] + 1
    _, state = fast.wkb_results(open_, np.array([0, len(open_)]), 7, FIGURE, MERCATOR)
    assert state[0] & 16
    big = np.frombuffer(shapely.to_wkb(L_SHAPE, byte_order=0), dtype=np.uint8)
    _, state = fast.wkb_results(big, np.array([0, len(big)]), 7, FIGURE, MERCATOR)
    assert state[0] & 16


@given(st.binary(max_size=120), st.integers(0, 400))
def test_damaged_wkb_is_never_measured_as_sound(noise: bytes, cut: int) -> None:
    whole = shapely.to_wkb(in_degrees(L_SHAPE))
    for damaged in (noise, whole[: min(cut, len(whole) - 1)], whole[:9] + noise):
        data = np.frombuffer(damaged, dtype=np.uint8)
        _, state = fast.wkb_results(data, np.array([0, len(data)]), 7, FIGURE, MERCATOR)
        try:
            read = shapely.from_wkb(damaged)
        except shapely.errors.GEOSException:
            read = None
        assert state[0] & 16 or read is not None


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=9
    ).map(lambda points: [*points, points[0]])
)
def test_a_ring_called_simple_is_valid(points: list[tuple[int, int]]) -> None:
    """On a small grid almost everything touches: what is certain must be right, exactly."""
    shape = shapely.Polygon([(121 + x / 1024, 30 + y / 1024) for x, y in points])
    state = states(column(shape))[0]
    assert state & 8 or shapely.is_valid(shape)


def test_ordinary_rings_are_settled_without_geos() -> None:
    shapes = many(5, 200)[:200]
    assert (states(shapes) & 8 == 0).mean() > 0.99 and shapely.is_valid(shapes).all()
    bow_tie = in_degrees(polygon((0, 0), (100, 100), (100, 0), (0, 100)))
    spike = in_degrees(polygon((0, 0), (100, 0), (200, 0), (100, 0), (100, 50)))
    assert (states(column(bow_tie, spike)) & 8 == 8).all()


def test_planes_of_other_kinds_have_no_closed_form() -> None:
    for code in ("EPSG:3857", "EPSG:2263", "ESRI:102025", "EPSG:4490"):
        crs = named(code)
        assert TransverseMercator.of(crs) is None
