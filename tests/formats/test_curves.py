"""Arcs as straight edges: the exact area of segments, and the stated distance."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from cases import Command
from hypothesis import given
from hypothesis import strategies as st

from gangqu_gis.formats import curves, read_vector

E, N = 604000.0, 3387000.0
TOLERANCE = curves.CHORD_TOLERANCE_M


def wkb(kind: int, parts: list[bytes]) -> bytes:
    return b"\x01" + np.array([kind, len(parts)], "<u4").tobytes() + b"".join(parts)


def points(*xy: tuple[float, float]) -> list[bytes]:
    return [np.array([E + x, N + y], "<f8").tobytes() for x, y in xy]


CIRCLE = wkb(10, [wkb(8, points((0, 0), (50, 50), (100, 0), (50, -50), (0, 0)))])
#: A square of 100 m with a half circle of 50 m radius on its east side.
STADIUM = wkb(10, [wkb(9, [
    wkb(2, points((0, 0), (100, 0))),
    wkb(8, points((100, 0), (150, 50), (100, 100))),
    wkb(2, points((100, 100), (0, 100), (0, 0))),
])])  # fmt: skip
STADIUM_M2 = 1e4 + math.pi * 50**2 / 2


def layer(path: Path, kind: str, *shapes: bytes) -> Path:
    driver = "OpenFileGDB" if path.suffix == ".gdb" else "GPKG"
    pyogrio.raw.write(
        path, np.array(shapes, dtype=object), [np.array([f"p{n}" for n in range(len(shapes))])],
        ["id"], geometry_type=kind, crs="EPSG:4549", driver=driver, layer="lots",
    )  # fmt: skip
    return path


@pytest.mark.parametrize(("name", "kind"), [("lots.gpkg", "Unknown"), ("lots.gdb", "MultiPolygon")])
def test_curves_of_a_file_keep_their_area(name: str, kind: str, tmp_path: Path) -> None:
    square = shapely.to_wkb(shapely.box(E, N, E + 9, N + 9))
    found = read_vector(layer(tmp_path / name, kind, CIRCLE, square, STADIUM))
    expected = [math.pi * 50**2, 81, STADIUM_M2]
    assert shapely.area(found.geometry) == pytest.approx(expected, abs=1e-4)
    (note,) = found.notes
    assert note.rule == "geometry.curves" and "2 个" in note.text.zh and "0.001" in note.text.zh
    assert not note.asks


def test_what_gdal_would_have_lost(tmp_path: Path) -> None:
    path = layer(tmp_path / "lots.gpkg", "Unknown", CIRCLE)
    _, _, raw, _ = pyogrio.raw.read(path)
    assert math.pi * 50**2 - shapely.area(shapely.from_wkb(raw))[0] > 6


def test_curves_are_measured_with_a_word(tmp_path: Path, command: Command) -> None:
    run = command("measure", layer(tmp_path / "lots.gpkg", "Unknown", STADIUM), cwd=tmp_path)
    assert run.code == 0 and "0.001" in run.err and "13926.99" in run.out


def deviation(line: list[Any], centre: tuple[float, float], radius: float) -> float:
    """The farthest that corners or the middles of edges lie from a circle."""
    xy = np.array(line)
    middle = (xy[1:] + xy[:-1]) / 2
    return float(
        max(np.abs(np.hypot(*(p - np.array(centre)).T) - radius).max() for p in (xy, middle))
    )


angles = st.floats(0.01, 2 * math.pi - 0.01)


@given(
    radius=st.floats(0.5, 5000),
    first=st.floats(-3, 3),
    angle=angles,
    turn=st.sampled_from([1, -1]),
)
def test_an_arc_is_near_its_circle_and_has_its_area(
    radius: float, first: float, angle: float, turn: int
) -> None:
    centre = (E, N)

    def on(at: float) -> tuple[float, float]:
        return E + radius * math.cos(at), N + radius * math.sin(at)

    start, middle, end = (on(first + turn * angle * part) for part in (0, 0.4, 1))
    bulge = math.tan(turn * angle / 4)
    sector = radius**2 * angle / 2
    for line in (
        [start, *curves.through(start, middle, end, tolerance=TOLERANCE)],
        [start, *curves.bulged(start, end, bulge, tolerance=TOLERANCE)],
    ):
        assert line[-1] == end
        assert deviation(line, centre, radius) <= TOLERANCE * 1.001 + 1e-6 * radius
        x, y = (np.array([centre, *line]) - centre).T
        area = abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2
        assert area == pytest.approx(sector, rel=1e-7, abs=1e-5)


def test_a_flat_arc_is_a_line() -> None:
    line = curves.through((0, 0), (5, 0), (10, 0), tolerance=TOLERANCE)
    assert line == [(5, 0), (10, 0)]
    assert curves.bulged((0, 0), (10, 0), 0.0, tolerance=TOLERANCE) == [(10, 0)]


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("CURVEPOLYGON (CIRCULARSTRING (0 0, 2 0, 0 0))", math.pi),
        ("CURVEPOLYGON Z (CIRCULARSTRING Z (0 0 5, 1 1 5, 2 0 5, 1 -1 5, 0 0 5))", math.pi),
        ("CURVEPOLYGON ((0 0,9 0,9 9,0 9,0 0),CIRCULARSTRING (4 4,6 4,4 4))", 81 - math.pi),
        ("MULTISURFACE (((0 0,1 0,1 1,0 0)),CURVEPOLYGON (CIRCULARSTRING (5 5,7 5,5 5)))",
         0.5 + math.pi),
        ("MULTISURFACE EMPTY", 0),
        ("CURVEPOLYGON EMPTY", 0),
        ("COMPOUNDCURVE ((0 0,1 0),CIRCULARSTRING (1 0,2 1,3 0))", 0),
        ("MULTICURVE ((0 0,1 0),COMPOUNDCURVE ((0 0,1 0)),CIRCULARSTRING (1 0,2 1,3 0))", 0),
    ],
)  # fmt: skip
def test_wkt_with_curves(text: str, area: float) -> None:
    shape = curves.from_wkt(text, tolerance=1e-4)
    assert shape.area == pytest.approx(area, abs=1e-9)
    assert shape.is_valid and not shape.has_z
