"""Areas of rings given in degrees, edge by edge in closed form: the numpy form.

It is the reference of the compiled form (:mod:`gangqu_gis.measure.compiled`), which gives the
same numbers to the last digit, and what runs where there is none.  A ring's result depends on
nothing but the ring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gangqu_gis.measure import formulas
from gangqu_gis.measure.ellipsoid import Ellipsoid, TransverseMercator
from gangqu_gis.measure.rings import Flags, Floats, Rings

#: Longest edge that the closed form takes at once, metres: the term it neglects is then below
#: 1e-11 of the area of a square on it.
LONGEST_EDGE_M = 2000.0
#: Latitudes beyond this are left to GeographicLib: the neglected term grows with tan φ.
HIGHEST_DEGREES = 65.0
#: Farthest from the central meridian: a strip of six degrees and its overlap.
FARTHEST_DEGREES = 6.0
#: Farthest from a ring's first vertex, as |Δ(ψ + iλ)|, about 5 km: the local plane's series.
FARTHEST_STEP = 9e-4


@dataclass(frozen=True, slots=True)
class RingAreas:
    """One area per ring, m², and the rings that the closed form is not for."""

    area: Floats
    left: Flags


@dataclass(frozen=True, slots=True)
class LocalPlane:
    """All vertices in the plane, as (east, north) from the first vertex of their ring, metres."""

    rings: Rings
    left: Flags


def ring_areas(rings: Rings, ellipsoid: Ellipsoid, plane: TransverseMercator | None) -> RingAreas:
    """Return the ellipsoidal areas of rings in degrees.

    Edges are geodesics, or straight in ``plane``.
    """
    result = RingAreas(np.zeros(len(rings)), np.zeros(len(rings), dtype=bool))

    for at in rings.chunks():
        result.area[at], result.left[at] = _chunk_areas(rings, at, ellipsoid, plane)
    return result


def local_plane(rings: Rings, ellipsoid: Ellipsoid, plane: TransverseMercator | None) -> LocalPlane:
    """Return rings in degrees as they lie in ``plane``; without one, each in a plane of its own.

    That plane is the transverse Mercator around the ring's first vertex, true to scale there.
    """
    xy = np.zeros_like(rings.xy)
    left = np.zeros(len(rings), dtype=bool)
    for at in rings.chunks():
        begin, end = rings.start[at.start], rings.start[at.stop]
        xy[begin:end, 0], xy[begin:end, 1], left[at] = _chunk_plane(rings, at, ellipsoid, plane)
    return LocalPlane(Rings(xy, rings.start, rings.polygon, rings.sign, rings.size), left)


def planar_ring_areas(rings: Rings) -> Floats:
    """Return the areas of rings in a plane: shoelaces from each ring's first vertex."""
    result = np.zeros(len(rings))
    for at in rings.chunks():
        x, y, of_ring, start = _chunk(rings, at)
        x, y = x - x[start][of_ring], y - y[start][of_ring]
        term = x[:-1] * y[1:] - x[1:] * y[:-1]
        result[at] = np.abs(_ring_sums(term, of_ring, start)) / 2.0
    return result


Chunk = tuple[Floats, Floats, np.ndarray, np.ndarray]


def _chunk(rings: Rings, at: slice) -> Chunk:
    """Return x, y, the ring of each vertex and where each ring begins, all within the chunk."""
    begin, end = rings.start[at.start], rings.start[at.stop]
    start = rings.start[at] - begin
    of_ring = np.repeat(np.arange(len(start)), np.diff(rings.start[at.start : at.stop + 1]))
    return rings.xy[begin:end, 0].copy(), rings.xy[begin:end, 1].copy(), of_ring, start


def _ring_sums(term: Floats, of_ring: np.ndarray, start: np.ndarray) -> Floats:
    """Return the sum over each ring's edges; between two rings there is none."""
    term[start[1:] - 1] = 0.0
    return np.bincount(of_ring[:-1], term, minlength=len(start)).astype(np.float64)


def _any(flag: Flags, start: np.ndarray) -> Flags:
    """Return which rings have a flagged edge; NaN coordinates flag theirs."""
    if not flag.any():
        return np.zeros(len(start), dtype=bool)
    flag[start[1:] - 1] = False
    found: Flags = np.logical_or.reduceat(np.append(flag, False), start)
    return found


def _chunk_areas(
    rings: Rings, at: slice, ellipsoid: Ellipsoid, plane: TransverseMercator | None
) -> tuple[Floats, Flags]:
    lon, lat, of_ring, start = _chunk(rings, at)
    e2, a2 = ellipsoid.e2, ellipsoid.a * ellipsoid.a
    s = formulas.sine(lat * formulas.RADIANS)
    q = formulas.area_function(s, ellipsoid.b * ellipsoid.b / 2.0, e2)
    q -= q[start][of_ring]
    dl = (lon[1:] - lon[:-1]) * formulas.RADIANS
    dq, q_mean, middle = q[1:] - q[:-1], (q[1:] + q[:-1]) * 0.5, (s[1:] + s[:-1]) * 0.5
    r2 = formulas.parallel_radius2(middle, a2, e2)
    far = ~(r2 * (dl * dl) + dq * dq / r2 <= LONGEST_EDGE_M * LONGEST_EDGE_M)
    far |= ~(np.abs(lat[1:]) <= HIGHEST_DEGREES)
    if plane is None:
        term = formulas.geodesic_edge(dl, dq, q_mean, middle, r2)
    else:
        across = (lon[1:] + lon[:-1]) * 0.5 - plane.meridian
        far |= ~(np.abs(across) <= FARTHEST_DEGREES)
        t = formulas.tangent(across * formulas.RADIANS)
        s_re, s_im = formulas.complex_tanh(formulas.conformal_sine(middle, e2), t)
        c_re, c_im = formulas.curvature(s_re, s_im, *plane.p)
        term = formulas.straight_edge(dl, dq, q_mean, middle, r2, c_re, c_im)
    return np.abs(_ring_sums(term, of_ring, start)), _any(far, start)


def _chunk_plane(
    rings: Rings, at: slice, ellipsoid: Ellipsoid, plane: TransverseMercator | None
) -> tuple[Floats, Floats, Flags]:
    lon, lat, of_ring, start = _chunk(rings, at)
    own = plane or TransverseMercator.on(ellipsoid, meridian=0.0)
    s = formulas.sine(lat * formulas.RADIANS)
    s0, lon0 = s[start], lon[start]
    across = lon0 - plane.meridian if plane is not None else np.zeros(len(start))
    t = formulas.tangent(across * formulas.RADIANS)
    terms = formulas.origin_terms(s0, t, ellipsoid.e2, own.scale_m, *own.p)
    dw_re = formulas.isometric_step(s, s0[of_ring], ellipsoid.e2)
    dw_im = (lon - lon0[of_ring]) * formulas.RADIANS
    far = ~(dw_re * dw_re + dw_im * dw_im <= FARTHEST_STEP * FARTHEST_STEP)
    far |= ~(np.abs(lat) <= HIGHEST_DEGREES)
    far |= ~(np.abs(across) <= FARTHEST_DEGREES)[of_ring]
    north, east = formulas.local_step(dw_re, dw_im, *(term[of_ring] for term in terms))
    left = np.logical_or.reduceat(far, start) if far.any() else np.zeros(len(start), dtype=bool)
    return east, north, left
