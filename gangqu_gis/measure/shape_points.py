"""The points of a ring that carry shape, and the sums over them that tolerances are made of.

A point on a straight line between its neighbours was interpolated, not surveyed, and must not
shrink a tolerance (field conventions 2.5-2.6).
"""

from __future__ import annotations

import numpy as np

from gangqu_gis.measure.rings import Flags, Floats, Rings

#: A point nearer than this to the line through its neighbours, metres, carries no shape: the
#: resolution of survey coordinates (field conventions 1.1, 精度=0.001).
COLLINEAR_M = 0.001


def shape_flags(xy: Floats) -> Flags:
    """Return which points of an open ring, in metres, carry shape, wherever the ring starts.

    Corners are the points off the line through their neighbours; between two corners a run is
    thinned (Douglas-Peucker) to :data:`COLLINEAR_M`.  A ring without corners is cut at its
    westernmost, then southernmost point.
    """
    before, after = np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0)
    corners = np.flatnonzero(heights(before, xy, after) > COLLINEAR_M)
    if len(corners) == len(xy):
        return np.ones(len(xy), dtype=bool)
    if not len(corners):
        corners = np.lexsort((xy[:, 1], xy[:, 0]))[:1]
    flags = np.zeros(len(xy), dtype=bool)
    ends = np.append(corners, corners[0] + len(xy))
    for begin, end in zip(ends[:-1], ends[1:], strict=True):
        _thin(xy, int(begin), int(end), flags)
    return flags


def heights(before: Floats, at: Floats, after: Floats) -> Floats:
    """Return how far each point lies from the line through its neighbours, metres."""
    chord, offset = after - before, at - before
    cross = np.abs(chord[:, 0] * offset[:, 1] - chord[:, 1] * offset[:, 0])
    length = np.sqrt(chord[:, 0] * chord[:, 0] + chord[:, 1] * chord[:, 1])
    far = np.sqrt(offset[:, 0] * offset[:, 0] + offset[:, 1] * offset[:, 1])
    return np.divide(cross, length, out=far, where=length > COLLINEAR_M)


def _thin(xy: Floats, begin: int, end: int, flags: Flags) -> None:
    """Flag the kept points of the run from ``begin`` up to ``end``, which may pass the start."""
    count = len(xy)
    flags[begin % count] = True
    open_ = [(begin, end)]
    while open_:
        first, last = open_.pop()
        between = np.arange(first + 1, last) % count
        if not len(between):
            continue
        distance2 = _distances2(xy[between], xy[first % count], xy[last % count])
        at = int(np.argmax(distance2))
        if distance2[at] > COLLINEAR_M * COLLINEAR_M:
            flags[between[at]] = True
            open_ += [(first, first + 1 + at), (first + 1 + at, last)]


def _distances2(points: Floats, a: Floats, b: Floats) -> Floats:
    """Return the squared distances of points from the segment ab."""
    way, offset = b - a, points - a
    length2 = way[0] * way[0] + way[1] * way[1]
    along = offset[:, 0] * way[0] + offset[:, 1] * way[1]
    share = np.minimum(np.maximum(along / length2, 0.0), 1.0) if length2 > 0.0 else 0.0 * along
    dx, dy = offset[:, 0] - share * way[0], offset[:, 1] - share * way[1]
    squares: Floats = dx * dx + dy * dy
    return squares


def neighbour_squares(rings: Rings) -> tuple[Floats, Floats]:
    """Return ΣD² and the number of shape points of each polygon, all rings together.

    ``rings`` are in metres; D is the distance between the two neighbours of a shape point.
    """
    squares, points = np.zeros(len(rings)), np.zeros(len(rings))
    for at in rings.chunks():
        squares[at], points[at] = _chunk_squares(rings, at)
    whole = rings.unsigned()
    return whole.sums(squares), whole.sums(points)


def _chunk_squares(rings: Rings, at: slice) -> tuple[Floats, Floats]:
    start = rings.start[at.start : at.stop + 1]
    length = np.diff(start) - 1
    first = np.cumsum(length) - length
    of_ring = np.repeat(np.arange(len(length)), length)
    keep = np.ones(start[-1] - start[0], dtype=bool)
    keep[start[1:] - start[0] - 1] = False
    xy = rings.xy[start[0] : start[-1]][keep]
    number = np.arange(len(xy))
    after, before = number + 1, number - 1
    after[first + length - 1], before[first] = first, first + length - 1
    corner = heights(xy[before], xy, xy[after]) > COLLINEAR_M
    chord = xy[after] - xy[before]
    term = chord[:, 0] * chord[:, 0] + chord[:, 1] * chord[:, 1]
    squares = np.bincount(of_ring, term, minlength=len(length)).astype(np.float64)
    points = length.astype(np.float64)
    for ring in np.unique(of_ring[~corner]):
        own = xy[first[ring] : first[ring] + length[ring]]
        squares[ring], points[ring] = ring_squares(own)
    return squares, points


def ring_squares(xy: Floats) -> tuple[float, int]:
    """Return ΣD² and the number of shape points of one open ring in metres."""
    kept = xy[shape_flags(xy)]
    chord = np.roll(kept, -1, axis=0) - np.roll(kept, 1, axis=0)
    term = chord[:, 0] * chord[:, 0] + chord[:, 1] * chord[:, 1]
    return float(np.bincount(np.zeros(len(term), dtype=np.intp), term)[0]), len(kept)


def shape_points(xy: Floats) -> Floats:
    """Return the points of an open ring that carry shape, in the order of the ring."""
    return xy[shape_flags(xy)]
