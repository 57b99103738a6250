"""Both areas against independent answers: 40-digit arithmetic, GeographicLib, the shoelace."""

from __future__ import annotations

import math
from typing import Any

import high_precision as slow
import numpy as np
import pytest
import shapely
from cases import EAST, NORTH, box, column, in_degrees, polygon
from hypothesis import assume, given
from hypothesis import strategies as st
from mpmath import radians
from pyproj import CRS, Geod
from shapely.affinity import rotate, scale, translate
from shapely.ops import split

from gangqu_gis.crs import named, planar, storage
from gangqu_gis.measure import Areas, areas, ellipsoidal_area, geodesic_area

PLANE = planar("EPSG:4549")
GEOD = Geod(a=6378137, rf=298.257222101)

#: What field conventions 2.2 ask of an area that is written down.
WRITTEN_M2 = 0.01
#: The aim for land of 100 to 1000 ha.
RELATIVE = 1e-9
#: Two orders of summation of the same ring: rounding of doubles, per m² of the largest case.
ROUNDING_M2 = 1e-4

L_SHAPE = polygon((0, 0), (300, 20), (290, 110), (120, 100), (110, 240), (-10, 230))
HOLED = shapely.Polygon(
    box(0, 0, 200, 150).exterior, [box(20, 20, 40).exterior, box(100, 60, 30, 50).exterior]
)
TWO_PARTS = shapely.MultiPolygon([HOLED, box(400, 0, 90, 60)])


def star(points: int, radius: float) -> Any:
    """Return a star with a concave corner between any two points."""
    at = [
        (
            EAST + radius * (1 + k % 2) / 2 * math.cos(math.pi * k / points),
            NORTH + radius * (1 + k % 2) / 2 * math.sin(math.pi * k / points),
        )
        for k in range(2 * points)
    ]
    return shapely.Polygon(at)


def ellipsoidal(shape: Any, plane: CRS = PLANE) -> float:
    return float(ellipsoidal_area(column(shape), plane=plane)[0])


def both(shape: Any) -> Areas:
    return areas(column(shape), crs=PLANE, plane=PLANE)


def geographiclib(shape: Any, *, step: float = 20.0) -> float:
    """Return the area by pyproj's Geod, on edges cut to ``step`` metres in the plane."""
    dense = in_degrees(shapely.segmentize(shape, step))
    total = 0.0
    for part in getattr(dense, "geoms", [dense]):
        rings = [part.exterior, *part.interiors]
        sizes = [abs(GEOD.polygon_area_perimeter(*shapely.get_coordinates(r).T)[0]) for r in rings]
        total += sizes[0] - sum(sizes[1:])
    return total


# ------------------------------------------------------------- the slow computation itself


def test_slow_computation_inverts_as_proj_does() -> None:
    for x, y in ((EAST, NORTH), (350000.0, 2500000.0), (500000.0, 5000000.0)):
        lon, lat = slow.geographic(x, y)
        point = in_degrees(shapely.Point(x, y))
        assert abs(float(lon) - point.x) < 1e-11
        assert abs(float(lat) - point.y) < 1e-11


def test_slow_area_function_is_the_integral() -> None:
    for degrees in (1, 30.6, 60):
        phi = radians(degrees)
        closed, quadrature = slow.area_function(phi), slow.area_function_by_quadrature(phi)
        assert abs(closed / quadrature - 1) < 1e-14


# ------------------------------------------------------------------------ ellipsoidal area


@pytest.mark.parametrize(
    "shape",
    [
        box(0, 0, 31.6227766),
        box(0, 0, 100),
        rotate(box(0, 0, 223.6), 17),
        L_SHAPE,
        HOLED,
        TWO_PARTS,
        star(9, 120),
        box(-150_000, 0, 100),
        box(40_000, 250_000, 100, 60),
    ],
    ids="0.1ha 1ha 5ha L holes parts star west-of-CM zone-edge".split(),
)
def test_parcels_agree_with_forty_digits(shape: Any) -> None:
    assert ellipsoidal(shape) == pytest.approx(slow.polygon_area(shape), abs=WRITTEN_M2 / 1000)


@pytest.mark.parametrize(
    "shape",
    [
        box(0, 0, 1000),
        rotate(box(0, 0, 1000), 45),
        box(0, 0, 3162.3),
        rotate(box(0, 0, 3162.3), 30),
        box(0, 0, 10_000, 1_000),
        star(7, 2500),
    ],
    ids="100ha turned 1000ha turned strip star".split(),
)
def test_districts_agree_with_forty_digits(shape: Any) -> None:
    """Edges here are longer than the pieces they are cut to."""
    assert ellipsoidal(shape) == pytest.approx(slow.polygon_area(shape), rel=RELATIVE)


@pytest.mark.parametrize("side", [499.9, 500.0, 500.1, 999.9, 1000.1, 20_000.0])
def test_edges_about_the_length_of_a_piece(side: float) -> None:
    shape = rotate(box(0, 0, side, 80), 25, origin=(EAST, NORTH))
    assert ellipsoidal(shape) == pytest.approx(slow.polygon_area(shape), rel=RELATIVE)


@pytest.mark.parametrize("shape", [L_SHAPE, HOLED, TWO_PARTS, star(5, 90)])
def test_parcels_agree_with_geographiclib(shape: Any) -> None:
    assert ellipsoidal(shape) == pytest.approx(geographiclib(shape), abs=WRITTEN_M2 / 2)


def test_same_land_in_the_zone_prefixed_plane() -> None:
    prefixed = translate(L_SHAPE, xoff=40_000_000)
    found = ellipsoidal(prefixed, planar("EPSG:4528"))
    assert found == pytest.approx(slow.polygon_area(L_SHAPE), abs=WRITTEN_M2 / 10)


def test_another_central_meridian() -> None:
    """The slow computation knows one shape of zone; longitude only turns it."""
    for code in ("EPSG:4547", "EPSG:4534"):
        assert ellipsoidal(L_SHAPE, planar(code)) == pytest.approx(
            slow.polygon_area(L_SHAPE), abs=WRITTEN_M2 / 1000
        )


# ----------------------------------------------------------------------------- planar area


@pytest.mark.parametrize("shift", [0.0, 40_000_000.0])
def test_planar_area_is_the_exact_shoelace(shift: float) -> None:
    shape = translate(L_SHAPE, xoff=shift)
    plane = planar("EPSG:4528" if shift else "EPSG:4549")
    found = areas(column(shape), crs=plane, plane=plane).planar_m2[0]
    ring = [(float(x), float(y)) for x, y in shape.exterior.coords]
    assert found == pytest.approx(float(slow.planar_area(ring[:-1])), abs=1e-5)


def test_planar_area_of_holes_and_parts() -> None:
    assert both(HOLED).planar_m2[0] == pytest.approx(200 * 150 - 40 * 40 - 30 * 50, abs=1e-5)
    assert both(TWO_PARTS).planar_m2[0] == pytest.approx(30000 - 1600 - 1500 + 5400, abs=1e-5)


def test_the_plane_is_266_ppm_larger_at_gangqu() -> None:
    """Field conventions 2.1: 266 ppm at 121.083°E; (y/R)² with y = 103.9 km is the same."""
    found = both(box(-100, 0, 100))
    ppm = (found.planar_m2[0] / found.ellipsoidal_m2[0] - 1) * 1e6
    assert ppm == pytest.approx(266.5, abs=1.0)


def test_no_difference_on_the_central_meridian() -> None:
    on_axis = translate(box(0, 0, 100), xoff=500_000 - EAST - 50)
    found = both(on_axis)
    assert found.planar_m2[0] == pytest.approx(found.ellipsoidal_m2[0], rel=1e-9)


def test_planar_area_is_withheld_in_web_mercator_and_in_feet() -> None:
    for code in ("EPSG:3857", "ESRI:102100", "EPSG:2263"):
        crs = named(code)
        found = areas(column(shapely.box(0, 0, 100, 100)), crs=crs, plane=crs)
        assert np.isnan(found.planar_m2[0])
        assert found.ellipsoidal_m2[0] > 0


def test_web_mercator_coordinates_give_the_true_ellipsoidal_area() -> None:
    """Edges straight in Web Mercator: densified in it, GeographicLib gives the same."""
    mercator = named("EPSG:3857")
    shape = shapely.box(13_478_000, 3_583_000, 13_478_120, 3_583_110)
    dense = in_degrees(shapely.segmentize(shape, 5), epsg=3857)
    expected = abs(Geod(ellps="WGS84").geometry_area_perimeter(dense)[0])
    assert ellipsoidal(shape, mercator) == pytest.approx(expected, abs=WRITTEN_M2)
    assert shape.area / expected == pytest.approx(1.354, abs=0.005)


# ------------------------------------------------------------------------ what has no area


@pytest.mark.parametrize(
    "shape",
    [
        None,
        shapely.Polygon(),
        shapely.MultiPolygon(),
        shapely.GeometryCollection(),
        shapely.Point(EAST, NORTH),
        shapely.LineString([(EAST, NORTH), (EAST + 1, NORTH)]),
        polygon((0, 0), (100, 100), (100, 0), (0, 100)),
        polygon((0, 0), (10, 0), (20, 0)),
    ],
    ids="null empty empty-multi collection point line bow-tie flat".split(),
)
def test_what_has_no_sound_area_gives_nan(shape: Any) -> None:
    found = areas(column(box(0, 0, 10), shape, box(0, 0, 10)), crs=PLANE, plane=PLANE)
    assert np.isnan(found.ellipsoidal_m2[1]) and np.isnan(found.planar_m2[1])
    assert found.ellipsoidal_m2[0] == found.ellipsoidal_m2[2] > 99
    in_lonlat = areas(column(shape), crs=storage(), plane=None)
    assert np.isnan(in_lonlat.ellipsoidal_m2[0]) and np.isnan(in_lonlat.planar_m2[0])


def test_no_geometries_at_all() -> None:
    for crs, plane in ((PLANE, PLANE), (storage(), None), (storage(), PLANE)):
        found = areas(column(), crs=crs, plane=plane)
        assert found.ellipsoidal_m2.shape == found.planar_m2.shape == (0,)
    assert np.isnan(ellipsoidal_area(column(None, None), plane=PLANE)).all()


def test_input_is_left_as_it_was() -> None:
    shapes = column(L_SHAPE, None, polygon((0, 0), (1, 1), (1, 0), (0, 1)))
    before = shapely.to_wkb(shapes)
    areas(shapes, crs=PLANE, plane=PLANE)
    assert (shapely.to_wkb(shapes) == before).all()


# ----------------------------------------------------------------- what must make no difference

turns = st.floats(0, 360)
cuts = st.floats(0.05, 0.95)


@given(start=st.integers(0, 5), backwards=st.booleans())
def test_direction_and_start_of_a_ring_are_irrelevant(start: int, backwards: bool) -> None:
    ring = [(float(x), float(y)) for x, y in L_SHAPE.exterior.coords][:-1]
    turned = ring[start:] + ring[:start]
    again = shapely.Polygon(turned[::-1] if backwards else turned)
    assert ellipsoidal(again) == pytest.approx(ellipsoidal(L_SHAPE), abs=ROUNDING_M2)


@given(backwards=st.booleans())
def test_direction_of_a_hole_is_irrelevant(backwards: bool) -> None:
    hole = [(float(x), float(y)) for x, y in box(20, 20, 40).exterior.coords]
    shape = shapely.Polygon(box(0, 0, 200).exterior, [hole[::-1] if backwards else hole])
    expected = ellipsoidal(box(0, 0, 200)) - ellipsoidal(box(20, 20, 40))
    assert ellipsoidal(shape) == pytest.approx(expected, abs=ROUNDING_M2)


@given(step=st.floats(3, 400), turn=turns)
def test_points_on_an_edge_are_irrelevant(step: float, turn: float) -> None:
    shape = rotate(L_SHAPE, turn)
    dense = shapely.segmentize(shape, step)
    assert ellipsoidal(dense) == pytest.approx(ellipsoidal(shape), abs=ROUNDING_M2)


@given(turn=turns, at=cuts, size=st.floats(1, 40))
def test_parts_of_a_cut_parcel_sum_to_the_whole(turn: float, at: float, size: float) -> None:
    shape = scale(L_SHAPE, size, size, origin=(EAST, NORTH))
    west, south, east, north = shape.bounds
    middle = (west + at * (east - west), south + at * (north - south))
    knife = rotate(shapely.LineString([(west - 1e5, middle[1]), (east + 1e5, middle[1])]), turn)
    parts = list(split(shape, knife).geoms)
    assume(len(parts) > 1)
    cut = ellipsoidal_area(column(*parts), plane=PLANE).sum()
    # Where the knife meets an edge the point is rounded to 1e-10 of a metre or so.
    assert cut == pytest.approx(ellipsoidal(shape), rel=1e-11, abs=ROUNDING_M2)


@given(x=st.floats(-90_000, 90_000), y=st.floats(-2_000_000, 2_000_000))
def test_land_moved_far_away_keeps_to_geographiclib(x: float, y: float) -> None:
    """Planar area never changes; the ellipsoidal one follows the scale of the place."""
    moved = translate(box(0, 0, 120, 80), x, y)
    found = both(moved)
    assert found.planar_m2[0] == pytest.approx(9600, abs=1e-4)
    assert found.ellipsoidal_m2[0] == pytest.approx(geographiclib(moved), abs=WRITTEN_M2)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6))
def test_each_geometry_is_measured_by_itself(picks: list[int]) -> None:
    shapes = [L_SHAPE, None, TWO_PARTS, HOLED]
    found = ellipsoidal_area(column(*[shapes[i] for i in picks]), plane=PLANE)
    for pick, area in zip(picks, found, strict=True):
        alone = math.nan if shapes[pick] is None else ellipsoidal(shapes[pick])
        assert area == pytest.approx(alone, abs=ROUNDING_M2, nan_ok=True)


# ----------------------------------------------------------------------- files in degrees


def test_degrees_alone_are_measured_along_geodesics() -> None:
    shape = in_degrees(box(0, 0, 4000, 3000))
    expected = abs(GEOD.geometry_area_perimeter(shape)[0])
    found = areas(column(shape), crs=storage(), plane=None)
    assert found.ellipsoidal_m2[0] == pytest.approx(expected, rel=1e-12)
    assert np.isnan(found.planar_m2[0])


def test_degrees_with_holes_and_parts_along_geodesics() -> None:
    shape = in_degrees(TWO_PARTS)
    pieces = [*shape.geoms[0].interiors, shape.geoms[0].exterior, shape.geoms[1].exterior]
    sizes = [abs(GEOD.polygon_area_perimeter(*shapely.get_coordinates(p).T)[0]) for p in pieces]
    found = geodesic_area(column(shape, None), crs=storage())
    assert found[0] == pytest.approx(sizes[2] + sizes[3] - sizes[0] - sizes[1], abs=1e-6)
    assert np.isnan(found[1])


def test_degrees_in_a_workspace_have_edges_straight_in_its_plane() -> None:
    """A 4 km edge: the geodesic and the straight line in the plane are not the same."""
    plan = box(0, 0, 4000, 3000)
    found = areas(column(in_degrees(plan)), crs=storage(), plane=PLANE)
    assert found.ellipsoidal_m2[0] == pytest.approx(slow.polygon_area(plan), rel=1e-9)
    assert found.planar_m2[0] == pytest.approx(12_000_000, rel=1e-9)
