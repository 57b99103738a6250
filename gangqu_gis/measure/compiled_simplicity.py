"""Whether a ring certainly does not meet itself, compiled: then its polygon needs no GEOS."""

from __future__ import annotations

import numba

#: Most vertices of a ring whose edges are compared in pairs: the effort grows with their square.
MOST_CHECKED = 64


@numba.njit(nogil=True, error_model="numpy")
def starlike(x, y, begin, end):  # type: ignore[no-untyped-def]
    """Return whether all of a closed ring is certainly seen, once around, from its mean vertex.

    Then every edge turns the same way around that point, and the ring passes twice through its
    latitude.  Such a ring cannot meet itself.
    """
    cx, cy = 0.0, 0.0
    for i in range(begin, end - 1):
        cx += x[i]
        cy += y[i]
    cx, cy = cx / (end - 1 - begin), cy / (end - 1 - begin)
    turned, passed = 0, 0
    for i in range(begin, end - 1):
        turned += side(x[i], y[i], x[i + 1], y[i + 1], cx, cy)
        passed += (y[i] < cy) != (y[i + 1] < cy)
    return abs(turned) == end - 1 - begin and passed == 2


@numba.njit(nogil=True, error_model="numpy")
def simple(x, y, begin, end):  # type: ignore[no-untyped-def]
    """Return whether a closed ring certainly does not meet itself; what is close is not certain."""
    if end - begin < 4:
        return False
    if starlike(x, y, begin, end):
        return True
    if end - begin > MOST_CHECKED + 1:
        return False
    last = end - 1
    for i in range(begin, last):
        ax, ay, bx, by = x[i], y[i], x[i + 1], y[i + 1]
        nxt = i + 2 if i + 1 < last else begin + 1
        turn = side(ax, ay, bx, by, x[nxt], y[nxt])
        onwards = (bx - ax) * (x[nxt] - bx) + (by - ay) * (y[nxt] - by)
        if turn == 0 and not onwards > 0.0:
            return False
        west, east, south, north = min(ax, bx), max(ax, bx), min(ay, by), max(ay, by)
        stop = last if i > begin else last - 1
        for j in range(i + 2, stop):
            cx, cy, dx, dy = x[j], y[j], x[j + 1], y[j + 1]
            if max(cx, dx) < west or min(cx, dx) > east:
                continue
            if max(cy, dy) < south or min(cy, dy) > north:
                continue
            if side(ax, ay, bx, by, cx, cy) * side(ax, ay, bx, by, dx, dy) == 1:
                continue
            if side(cx, cy, dx, dy, ax, ay) * side(cx, cy, dx, dy, bx, by) == 1:
                continue
            return False
    return True


@numba.njit(nogil=True, error_model="numpy")
def side(ax, ay, bx, by, cx, cy):  # type: ignore[no-untyped-def]
    """Return on which side of ab c lies, or 0 where rounding may decide (Shewchuk 1997)."""
    left, right = (ax - cx) * (by - cy), (ay - cy) * (bx - cx)
    turn, bound = left - right, 4.0e-16 * (abs(left) + abs(right))
    return 1 if turn > bound else (-1 if turn < -bound else 0)
