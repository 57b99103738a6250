"""Arcs as straight edges: within a stated distance of the arc, and with exactly its area.

GDAL cuts arcs into 4° steps whose chords lie inside: a circle of 50 m radius loses 6 m².  Here
the corners between an arc's ends lie slightly outside it, so far that chords and arc enclose the
same area; the ends, which neighbours share, are not moved.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Point = tuple[float, float]

#: No edge and no corner lies farther than this from its arc, metres: the XY tolerance of planning
#: databases (field conventions 5).
CHORD_TOLERANCE_M = 0.001
#: The same in degrees, near enough anywhere.
CHORD_TOLERANCE_DEG = CHORD_TOLERANCE_M / 111_320.0

#: No step is longer than this, so that small arcs stay round.
_LONGEST_STEP = math.pi / 8


def bulged(start: Point, end: Point, bulge: float, *, tolerance: float) -> list[Point]:
    """Return the points after ``start`` up to ``end`` of an edge with a bulge, as DXF defines it.

    ``bulge`` is the tangent of a quarter of the included angle, positive when the arc runs
    counter-clockwise from ``start``.
    """
    if bulge == 0.0 or start == end:
        return [end]
    angle = 4.0 * math.atan(bulge)
    dx, dy = end[0] - start[0], end[1] - start[1]
    half = 0.5 / math.tan(angle / 2.0)
    centre = (start[0] + dx / 2.0 - half * dy, start[1] + dy / 2.0 + half * dx)
    return _arc(start, end, centre, angle, tolerance)


def through(start: Point, middle: Point, end: Point, *, tolerance: float) -> list[Point]:
    """Return the points after ``start`` of the arc through three points (SQL/MM: OGC 06-103r4).

    Where ``start`` and ``end`` are one point, ``middle`` lies opposite and the arc is a circle.
    """
    if start == end:
        centre = ((start[0] + middle[0]) / 2.0, (start[1] + middle[1]) / 2.0)
        return _arc(start, end, centre, 2.0 * math.pi, tolerance)
    ax, ay = middle[0] - start[0], middle[1] - start[1]
    bx, by = end[0] - start[0], end[1] - start[1]
    cross = ax * by - ay * bx
    if abs(cross) <= 1e-12 * (ax * ax + ay * ay + bx * bx + by * by):
        return [middle, end]
    a2, b2 = ax * ax + ay * ay, bx * bx + by * by
    ux, uy = (by * a2 - ay * b2) / (2.0 * cross), (ax * b2 - bx * a2) / (2.0 * cross)
    first = math.atan2(-uy, -ux)
    last = math.atan2(by - uy, bx - ux)
    turn = (last - first) % (2.0 * math.pi)
    angle = turn if cross > 0 else turn - 2.0 * math.pi
    return _arc(start, end, (start[0] + ux, start[1] + uy), angle, tolerance)


def _arc(
    start: Point, end: Point, centre: Point, angle: float, tolerance: float
) -> list[Point]:
    """Cut an arc of ``angle`` radians (negative: clockwise) into chords of its own area."""
    x, y = start[0] - centre[0], start[1] - centre[1]
    radius = math.hypot(x, y)
    # With two chords the corner lies 4/3 of a chord's height outside, with more it lies 2/3.
    height = min(0.75 * tolerance / radius, 1.0)
    step = min(2.0 * math.acos(1.0 - height), _LONGEST_STEP)
    count = max(2, math.ceil(abs(angle) / step))
    step = angle / count
    outer = radius * _outside(abs(angle), count)
    turn = math.atan2(y, x) + step * np.arange(1, count)
    inner = zip(centre[0] + outer * np.cos(turn), centre[1] + outer * np.sin(turn), strict=True)
    return [*((float(px), float(py)) for px, py in inner), end]


def _outside(angle: float, count: int) -> float:
    """Return how far out, in radii, the inner corners lie for the chords to keep the area.

    The fan of triangles from the centre has the area sin(s) (2 q + (count - 2) q²) / 2 in squared
    radii, q being the corners' distance and s the step; the sector has angle / 2.
    """
    wanted = angle / math.sin(angle / count)
    if count == 2:
        return wanted / 2.0
    return (math.sqrt(1.0 + (count - 2) * wanted) - 1.0) / (count - 2)


# ----------------------------------------------------------------------------------- WKT

_TOKEN = re.compile(r"[A-Z]+|[(),]|[-+0-9.eE]+|nan|inf", re.IGNORECASE)
_TAGS = ("Z", "M", "ZM")


def from_wkt(text: str, *, tolerance: float) -> Any:
    """Return the shapely geometry of a WKT with curves, its arcs cut (see the module)."""
    tokens = _Tokens(text)
    return _geometry(tokens, tokens.word(), tolerance)


class _Tokens:
    """The tokens of a WKT, one looked at in advance."""

    def __init__(self, text: str) -> None:
        self._all: Iterator[str] = (match[0] for match in _TOKEN.finditer(text))
        self.next = next(self._all, "")

    def take(self) -> str:
        """Return the next token and go on."""
        token, self.next = self.next, next(self._all, "")
        return token

    def word(self) -> str:
        """Return the next keyword, "" before a bracket; tags of dimensions are passed over."""
        word = self.take().upper() if self.next[:1].isalpha() else ""
        while self.next.upper() in _TAGS:
            self.take()
        return word

    def items(self) -> Iterator[None]:
        """Run through a bracketed list; the caller takes each item."""
        if self.next.upper() == "EMPTY":
            self.take()
            return
        self.take()
        while True:
            yield
            if self.take() != ",":
                return


def _geometry(tokens: _Tokens, word: str, tolerance: float) -> Any:
    if word in ("CURVEPOLYGON", "POLYGON"):
        return _polygon(tokens, tolerance)
    if word in ("MULTISURFACE", "MULTIPOLYGON"):
        parts = []
        for _ in tokens.items():
            tokens.word()
            parts.append(_polygon(tokens, tolerance))
        return shapely.MultiPolygon(parts)
    if word in ("MULTICURVE", "MULTILINESTRING"):
        lines = [_curve(tokens, tokens.word(), tolerance) for _ in tokens.items()]
        return shapely.MultiLineString(lines)
    return shapely.LineString(_curve(tokens, word, tolerance))


def _polygon(tokens: _Tokens, tolerance: float) -> Any:
    rings = [_curve(tokens, tokens.word(), tolerance) for _ in tokens.items()]
    return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()


def _curve(tokens: _Tokens, word: str, tolerance: float) -> list[Point]:
    """Return the points of a line, a circular string, or a compound of both."""
    if word == "COMPOUNDCURVE":
        points: list[Point] = []
        for _ in tokens.items():
            part = _curve(tokens, tokens.word(), tolerance)
            points += part[1:] if points else part
        return points
    corners = [_point(tokens) for _ in tokens.items()]
    if word != "CIRCULARSTRING" or len(corners) < 3:
        return corners
    points = corners[:1]
    for at in range(0, len(corners) - 2, 2):
        points += through(*corners[at : at + 3], tolerance=tolerance)
    return points


def _point(tokens: _Tokens) -> Point:
    numbers = []
    while tokens.next not in (",", ")"):
        numbers.append(float(tokens.take()))
    return numbers[0], numbers[1]
