"""The closed form compiled by numba: rings that lie end to end.

The formulas are those of :mod:`gangqu_gis.measure.formulas` themselves, compiled; the sums run in
the same order as in :mod:`gangqu_gis.measure.edges`.  So both forms give the same digits.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numba
import numpy as np

from gangqu_gis.measure import formulas
from gangqu_gis.measure.compiled_simplicity import simple
from gangqu_gis.measure.edges import (
    FARTHEST_DEGREES,
    FARTHEST_STEP,
    HIGHEST_DEGREES,
    LONGEST_EDGE_M,
)
from gangqu_gis.measure.shape_points import COLLINEAR_M

#: What is asked of a kernel: edges straight in the plane, and lengths in the plane.
STRAIGHT, PLANE, CHECK = 1, 2, 4

#: What a kernel leaves to others: long edges or far places, a ring too large for its local plane,
#: points that may carry no shape, a ring that may meet itself, bytes that it does not read.
FAR, LARGE, THIN, UNSURE, UNREAD = 1, 2, 4, 8, 16


def _compiled_formulas() -> dict[str, Any]:
    namespace = dict(vars(formulas))
    for name, found in vars(formulas).items():
        if isinstance(found, FunctionType):
            own = FunctionType(found.__code__, namespace, name)
            namespace[name] = numba.njit(nogil=True, error_model="numpy")(own)
    return namespace


_F = _compiled_formulas()
sine, area_function = _F["sine"], _F["area_function"]
parallel_radius2, tangent = _F["parallel_radius2"], _F["tangent"]
geodesic_edge, straight_edge = _F["geodesic_edge"], _F["straight_edge"]
conformal_sine, complex_tanh = _F["conformal_sine"], _F["complex_tanh"]
curvature, origin_terms = _F["curvature"], _F["origin_terms"]
isometric_step, local_step = _F["isometric_step"], _F["local_step"]

RADIANS = formulas.RADIANS
_FAR2, _STEP2 = LONGEST_EDGE_M * LONGEST_EDGE_M, FARTHEST_STEP * FARTHEST_STEP


@numba.njit(nogil=True, error_model="numpy")
def authalic(lat, count, figure, s, q):  # type: ignore[no-untyped-def]
    """Fill sine and area function of every vertex."""
    half_b2, e2 = figure[0], figure[2]
    for i in range(count):
        s[i] = sine(lat[i] * RADIANS)
        q[i] = area_function(s[i], half_b2, e2)


@numba.njit(nogil=True, error_model="numpy")
def geodesic_terms(lon, lat, count, figure, s, q, term, far):  # type: ignore[no-untyped-def]
    """Fill the term of every edge, and how far beyond its bounds it is: 0 within."""
    a2, e2 = figure[1], figure[2]
    lon1, lat1, s1, q1 = lon[1:count], lat[1:count], s[1:count], q[1:count]
    for i in range(count - 1):
        dl = (lon1[i] - lon[i]) * RADIANS
        dq, q_mean, middle = q1[i] - q[i], (q1[i] + q[i]) * 0.5, (s1[i] + s[i]) * 0.5
        r2 = parallel_radius2(middle, a2, e2)
        within = (r2 * (dl * dl) + dq * dq / r2 <= _FAR2) & (abs(lat1[i]) <= HIGHEST_DEGREES)
        far[i] = 0.0 if within else 1.0
        term[i] = geodesic_edge(dl, dq, q_mean, middle, r2)


@numba.njit(nogil=True, error_model="numpy")
def straight_terms(lon, lat, count, figure, p, s, q, term, far):  # type: ignore[no-untyped-def]
    """Fill the same for edges that are straight in the plane."""
    a2, e2, meridian = figure[1], figure[2], figure[3]
    lon1, lat1, s1, q1 = lon[1:count], lat[1:count], s[1:count], q[1:count]
    for i in range(count - 1):
        dl = (lon1[i] - lon[i]) * RADIANS
        dq, q_mean, middle = q1[i] - q[i], (q1[i] + q[i]) * 0.5, (s1[i] + s[i]) * 0.5
        r2 = parallel_radius2(middle, a2, e2)
        across = (lon1[i] + lon[i]) * 0.5 - meridian
        within = (r2 * (dl * dl) + dq * dq / r2 <= _FAR2) & (abs(lat1[i]) <= HIGHEST_DEGREES)
        far[i] = 0.0 if within & (abs(across) <= FARTHEST_DEGREES) else 1.0
        t = tangent(across * RADIANS)
        s_re, s_im = complex_tanh(conformal_sine(middle, e2), t)
        c_re, c_im = curvature(s_re, s_im, p[0], p[1], p[2], p[3], p[4])
        term[i] = straight_edge(dl, dq, q_mean, middle, r2, c_re, c_im)


@numba.njit(nogil=True, error_model="numpy")
def block(lon, lat, start, rings, mode, figure, p, room, area, far):  # type: ignore[no-untyped-def]
    """Fill the area of each of some rings that lie end to end, and what is beyond the bounds."""
    s, q, term, beyond = room[0], room[1], room[2], room[3]
    count = start[rings] - start[0]
    authalic(lat, count, figure, s, q)
    for k in range(rings):
        begin, end = start[k] - start[0], start[k + 1] - start[0]
        q0 = q[begin]
        for i in range(begin, end):
            q[i] -= q0
    if mode & STRAIGHT:
        straight_terms(lon, lat, count, figure, p, s, q, term, beyond)
    else:
        geodesic_terms(lon, lat, count, figure, s, q, term, beyond)
    for k in range(rings):
        total = 0.0
        outside = 0.0
        for i in range(start[k] - start[0], start[k + 1] - start[0] - 1):
            total += term[i]
            outside += beyond[i]
        area[k], far[k] = abs(total), outside > 0.0


@numba.njit(nogil=True, error_model="numpy")
def isometric_steps(s, start, rings, e2, step):  # type: ignore[no-untyped-def]
    """Fill in the ψ of every vertex from that of its ring's first; over all rings it is faster."""
    for k in range(rings):
        begin, end = start[k] - start[0], start[k + 1] - start[0]
        step[begin:end] = s[begin]
    for i in range(start[rings] - start[0]):
        step[i] = isometric_step(s[i], step[i], e2)


@numba.njit(nogil=True, error_model="numpy")
def in_plane(lon, lat, s, step, begin, end, figure, p, own):  # type: ignore[no-untyped-def]
    """Fill ``own`` with the ring in the plane; return whether it is too large for that."""
    e2, meridian, scale_m = figure[2], figure[3], figure[4]
    lon0, s0, count = lon[begin], s[begin], end - begin
    across = 0.0 if figure[5] > 0.0 else lon0 - meridian
    t = tangent(across * RADIANS)
    k0, k1, k2, k3, k4, k5, k6, k7 = origin_terms(
        s0, t, e2, scale_m, p[0], p[1], p[2], p[3], p[4]
    )
    x, y, z = lon[begin:end], lat[begin:end], step[begin:end]
    beyond = 0
    for i in range(count):
        dw_re, dw_im = z[i], (x[i] - lon0) * RADIANS
        near = (dw_re * dw_re + dw_im * dw_im <= _STEP2) & (abs(y[i]) <= HIGHEST_DEGREES)
        beyond += 0 if near else 1
        own[i, 1], own[i, 0] = local_step(dw_re, dw_im, k0, k1, k2, k3, k4, k5, k6, k7)
    return beyond > 0 or not (abs(across) <= FARTHEST_DEGREES)


@numba.njit(nogil=True, error_model="numpy")
def shoelace(own, count):  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(count - 1):
        x, y = own[i, 0] - own[0, 0], own[i, 1] - own[0, 1]
        x1, y1 = own[i + 1, 0] - own[0, 0], own[i + 1, 1] - own[0, 1]
        total += x * y1 - x1 * y
    return abs(total) / 2.0


@numba.njit(nogil=True, error_model="numpy")
def squares(own, count):  # type: ignore[no-untyped-def]
    """Return ΣD² over the shape points of a closed ring, or -1 where it is not finite."""
    corners = count - 1
    kept = np.zeros(corners, np.bool_)
    total, first, number = 0.0, -1, 0
    for i in range(corners):
        before = i - 1 if i > 0 else corners - 1
        after = i + 1 if i < corners - 1 else 0
        cx, cy = own[after, 0] - own[before, 0], own[after, 1] - own[before, 1]
        ox, oy = own[i, 0] - own[before, 0], own[i, 1] - own[before, 1]
        length = np.sqrt(cx * cx + cy * cy)
        if length > COLLINEAR_M:
            height = abs(cx * oy - cy * ox) / length
        else:
            height = np.sqrt(ox * ox + oy * oy)
        if not np.isfinite(height):
            return -1.0
        if height > COLLINEAR_M:
            kept[i] = True
            number += 1
            first = i if first < 0 else first
        total += cx * cx + cy * cy
    if number == corners:
        return total
    return thinned_squares(own, corners, kept, first)


@numba.njit(nogil=True, error_model="numpy")
def thinned_squares(own, corners, kept, first):  # type: ignore[no-untyped-def]
    """Return ΣD² where some points may carry no shape: as shape_points.shape_flags has it."""
    if first < 0:
        first = 0
        for i in range(1, corners):
            west = own[i, 0] < own[first, 0]
            if west or (own[i, 0] == own[first, 0] and own[i, 1] < own[first, 1]):
                first = i
        kept[first] = True
    begin, corner = first, kept.copy()
    for i in range(first + 1, first + corners + 1):
        at = i % corners
        if corner[at]:
            thin(own, corners, begin, i, kept)
            begin = i
    index = np.flatnonzero(kept)
    total, number = 0.0, len(index)
    for i in range(number):
        b, a = index[i - 1 if i > 0 else number - 1], index[i + 1 if i < number - 1 else 0]
        cx, cy = own[a, 0] - own[b, 0], own[a, 1] - own[b, 1]
        total += cx * cx + cy * cy
    return total


@numba.njit(nogil=True, error_model="numpy")
def thin(own, corners, begin, end, kept):  # type: ignore[no-untyped-def]
    """Keep what Douglas and Peucker keep of a run, which may pass the ring's start."""
    stack = np.empty((end - begin + 2, 2), np.int64)
    stack[0, 0], stack[0, 1] = begin, end
    open_ = 1
    while open_ > 0:
        open_ -= 1
        a, b = stack[open_, 0], stack[open_, 1]
        ax, ay = own[a % corners, 0], own[a % corners, 1]
        wx, wy = own[b % corners, 0] - ax, own[b % corners, 1] - ay
        length2, worst, at = wx * wx + wy * wy, -1.0, -1
        for i in range(a + 1, b):
            ox, oy = own[i % corners, 0] - ax, own[i % corners, 1] - ay
            along = ox * wx + oy * wy
            share = min(max(along / length2, 0.0), 1.0) if length2 > 0.0 else 0.0
            dx, dy = ox - share * wx, oy - share * wy
            if dx * dx + dy * dy > worst:
                worst, at = dx * dx + dy * dy, i
        if at >= 0 and worst > COLLINEAR_M * COLLINEAR_M:
            kept[at % corners] = True
            stack[open_, 0], stack[open_, 1] = a, at
            stack[open_ + 1, 0], stack[open_ + 1, 1] = at, b
            open_ += 2


@numba.njit(nogil=True, error_model="numpy")
def lengths(lon, lat, s, step, begin, end, figure, p, own):  # type: ignore[no-untyped-def]
    """Return planar area, ΣD² and what is left to others of one closed ring in the plane."""
    state = LARGE if in_plane(lon, lat, s, step, begin, end, figure, p, own) else 0
    around = squares(own, end - begin)
    return shoelace(own, end - begin), around, state | (THIN if around < 0.0 else 0)


@numba.njit(nogil=True, error_model="numpy")
def ring_results(lon, lat, start, rings, mode, figure, p, room, own, out, state):  # type: ignore[no-untyped-def]  # noqa: E501
    """Fill area, planar area and ΣD² of some rings that lie end to end."""
    block(lon, lat, start, rings, mode, figure, p, room, out[:, 0], state)
    s, step = room[0], room[1]
    if mode & PLANE:
        isometric_steps(s, start, rings, figure[2], step)
    for k in range(rings):
        begin, end = start[k] - start[0], start[k + 1] - start[0]
        state[k] = FAR if state[k] else 0
        if mode & PLANE:
            out[k, 1], out[k, 2], left = lengths(lon, lat, s, step, begin, end, figure, p, own)
            state[k] |= left
        if mode & CHECK and not simple(lon, lat, begin, end):
            state[k] |= UNSURE
