"""Kernels of the optional extra ``fast``: rings or WKB in, areas out, no geometry objects."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numba
import numpy as np

from gangqu_gis.measure import compiled_rings, compiled_simplicity, formulas
from gangqu_gis.measure.compiled_rings import UNREAD, UNSURE, ring_results
from gangqu_gis.measure.compiled_simplicity import simple

#: Vertices that are decoded at a time: they stay in the processor's cache.
ROOM = 2048

#: What numba keeps on disk belongs to these sources: part of every kernel's key.
_SOURCES = (compiled_rings, compiled_simplicity, formulas)
STAMP = zlib.crc32(b"".join(Path(source.__file__ or "").read_bytes() for source in _SOURCES))


@numba.njit(nogil=True, error_model="numpy")
def word(data, at):  # type: ignore[no-untyped-def]
    """Return the little-endian 32-bit number at a byte."""
    low = np.int64(data[at]) | np.int64(data[at + 1]) << 8
    return low | np.int64(data[at + 2]) << 16 | np.int64(data[at + 3]) << 24


@numba.njit(nogil=True, error_model="numpy")
def decoded(data, at, end, lon, lat, start, sign, rings):  # type: ignore[no-untyped-def]
    """Decode one polygon in WKB into rings that follow the given ones.

    Returns their number, or minus the room that it wants, or 0 for what is not read here.
    """
    kind = word(data, at + 1) if end - at >= 9 and data[at] == 1 else 0
    parts = word(data, at + 5) if kind == 6 else 1
    at = at + 9 if kind == 6 else at
    if kind != 3 and kind != 6:
        return 0
    found = 0
    for _ in range(parts):
        if end - at < 9 or data[at] != 1 or word(data, at + 1) != 3:
            return 0
        own = word(data, at + 5)
        at += 9
        if own == 0:
            return 0
        for k in range(own):
            count = word(data, at) if end - at >= 4 else 0
            at += 4
            if count < 4 or count * 16 > end - at:
                return 0
            here = start[rings + found]
            if here + count > len(lon) or rings + found + 2 > len(start):
                return -max(here + count, rings + found + 2)
            points = data[at : at + count * 16].view(np.float64)
            for i in range(count):
                lon[here + i], lat[here + i] = points[2 * i], points[2 * i + 1]
            end_of = here + count - 1
            if not (lon[here] == lon[end_of] and lat[here] == lat[end_of]):
                return 0
            start[rings + found + 1] = here + count
            sign[rings + found] = 1.0 if k == 0 else -1.0
            found += 1
            at += count * 16
    return found


def _kernels(stamp: int) -> tuple[Any, Any, Any, Any]:
    """Return the kernels; the stamp is part of what names them on disk."""

    @numba.njit(nogil=True, error_model="numpy", cache=True)
    def over_simple(xy, start, found):  # type: ignore[no-untyped-def]
        x, y = xy[start[0] : start[-1], 0].copy(), xy[start[0] : start[-1], 1].copy()
        for i in range(len(start) - 1 + stamp * 0):
            found[i] = simple(x, y, start[i] - start[0], start[i + 1] - start[0])

    @numba.njit(nogil=True, error_model="numpy", cache=True)
    def over_rings(xy, start, mode, figure, p, out, state):  # type: ignore[no-untyped-def]
        count = start[-1] - start[0] + stamp * 0
        lon, lat = xy[start[0] : start[-1], 0].copy(), xy[start[0] : start[-1], 1].copy()
        room, own = np.empty((4, count)), np.empty((count, 2))
        ring_results(
            lon, lat, start, len(start) - 1, mode, figure, p, room, own, out, state
        )

    @numba.njit(nogil=True, error_model="numpy", cache=True)
    def over_wkb(data, offset, mode, figure, p, out, state):  # type: ignore[no-untyped-def]
        size = ROOM + stamp * 0
        at, polygons = 0, len(offset) - 1
        while at < polygons:
            lon, lat, sign = np.empty(size), np.empty(size), np.empty(size)
            start, room = np.zeros(size + 1, np.int64), np.empty((4, size))
            own, whose = np.empty((size, 2)), np.empty(size, np.int64)
            results, left = np.empty((size, 3)), np.empty(size, np.uint8)
            while at < polygons:
                rings = 0
                first = at
                wanted = 0
                while at < polygons:
                    found = decoded(data, offset[at], offset[at + 1], lon, lat, start, sign, rings)
                    if found < 0:
                        wanted = -found
                        break
                    out[at, 0] = out[at, 1] = out[at, 2] = 0.0
                    state[at] = UNREAD if found == 0 else (UNSURE if found > 1 else 0)
                    whose[rings : rings + found] = at
                    rings += found
                    at += 1
                ring_results(lon, lat, start, rings, mode, figure, p, room, own, results, left)
                for k in range(rings):
                    i = whose[k]
                    out[i, 0] += results[k, 0] * sign[k]
                    out[i, 1] += results[k, 1] * sign[k]
                    out[i, 2] += results[k, 2]
                    state[i] |= left[k]
                if at == first:
                    size = max(size, 2 * wanted)
                    break

    @numba.njit(nogil=True, error_model="numpy", cache=True)
    def rings_of_wkb(data, begin, end, lon, lat, start, sign, whose):  # type: ignore[no-untyped-def]  # noqa: E501
        rings = stamp * 0
        for i in range(len(begin)):
            found = decoded(data, begin[i], end[i], lon, lat, start, sign, rings)
            if found <= 0:
                return -1
            whose[rings : rings + found] = i
            rings += found
        return rings

    return over_rings, over_wkb, over_simple, rings_of_wkb


over_rings, over_wkb, over_simple, rings_of_wkb = _kernels(STAMP)
