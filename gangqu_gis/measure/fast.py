"""Which form measures: the compiled one where the extra ``fast`` is installed and it pays.

Both forms give the same digits, so the choice changes nothing but the time.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from types import ModuleType

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis.measure import edges
from gangqu_gis.measure.edges import RingAreas
from gangqu_gis.measure.ellipsoid import Ellipsoid, TransverseMercator
from gangqu_gis.measure.rings import Flags, Floats, Geometries, Rings
from gangqu_gis.measure.runs import RUN, in_threads

#: Below this many vertices numpy is done before the compiled kernels are loaded.
WORTH_LOADING = 500_000
#: Set to 0 to do without the compiled form.
SWITCH = "GANGQU_COMPILED"
#: No ring takes fewer bytes in WKB: the number of its points, and four of them.
LEAST_RING_BYTES = 68
#: Geometries whose vertices are counted to estimate those of all.
SAMPLE = 1000


@cache
def is_installed() -> bool:
    """Whether the extra ``fast`` is there and not switched off."""
    return os.environ.get(SWITCH) != "0" and find_spec("numba") is not None


@cache
def kernels() -> ModuleType:
    """Return the module of the kernels; the first time, numba compiles them and keeps the code."""
    from gangqu_gis.measure import compiled

    return compiled


def compiling_pays(geometry: Geometries) -> bool:
    """Whether geometries have so many vertices, by a sample, that the kernels are worth loading."""
    if not is_installed():
        return False
    sample = shapely.get_num_coordinates(geometry[:: len(geometry) // SAMPLE + 1])
    return bool(sample.sum() * len(geometry) >= WORTH_LOADING * max(len(sample), 1))


def ring_areas(
    rings: Rings, ellipsoid: Ellipsoid, plane: TransverseMercator | None, *, compiled: bool
) -> RingAreas:
    """Return the ellipsoidal areas of rings in degrees, as :func:`edges.ring_areas` does."""
    if not compiled:
        return edges.ring_areas(rings, ellipsoid, plane)
    results, state = np.empty((len(rings), 3)), np.zeros(len(rings), dtype=np.uint8)
    figure, p = parameters(ellipsoid, plane)
    mode = 0 if plane is None else 1
    xy = np.ascontiguousarray(rings.xy)

    def work(at: slice) -> None:
        start = rings.start[at.start : at.stop + 1]
        kernels().over_rings(xy, start, mode, figure, p, results[at], state[at])

    in_threads(len(rings), RUN, work)
    return RingAreas(results[:, 0], state > 0)


def wkb_results(
    data: NDArray[np.uint8],
    offset: NDArray[np.int64],
    mode: int,
    ellipsoid: Ellipsoid,
    plane: TransverseMercator | None,
) -> tuple[Floats, NDArray[np.uint8]]:
    """Return area, planar area and ΣD² of polygons in WKB, and what each leaves to others."""
    number = len(offset) - 1
    results, state = np.empty((number, 3)), np.zeros(number, dtype=np.uint8)
    figure, p = parameters(ellipsoid, plane)

    def work(at: slice) -> None:
        part = offset[at.start : at.stop + 1]
        kernels().over_wkb(data, part, mode, figure, p, results[at], state[at])

    in_threads(number, RUN, work)
    return results, state


def wkb_rings(
    data: NDArray[np.uint8], offset: NDArray[np.int64], which: NDArray[np.intp]
) -> Rings | None:
    """Return the rings of some polygons in WKB, or ``None`` where one is left to others."""
    begin, end = offset[which], offset[which + 1]
    room = int((end - begin).sum()) // LEAST_RING_BYTES + 1, int((end - begin).sum()) // 16
    xy, start, sign = np.empty((2, room[1])), np.zeros(room[0] + 1, np.int64), np.empty(room[0])
    whose = np.empty(room[0], np.intp)
    count = kernels().rings_of_wkb(data, begin, end, xy[0], xy[1], start, sign, whose)
    if count < 0:
        return None
    places = np.ascontiguousarray(xy[:, : start[count]].T)
    return Rings(places, start[: count + 1], whose[:count], sign[:count], len(which))


def certainly_simple(rings: Rings) -> Flags:
    """Return which rings surely do not meet themselves: decided exactly, or not at all."""
    found = np.zeros(len(rings), dtype=bool)
    xy = np.ascontiguousarray(rings.xy)

    def work(at: slice) -> None:
        kernels().over_simple(xy, rings.start[at.start : at.stop + 1], found[at])

    in_threads(len(rings), RUN, work)
    return found


def parameters(ellipsoid: Ellipsoid, plane: TransverseMercator | None) -> tuple[Floats, Floats]:
    """Return the numbers that the kernels take."""
    own = plane or TransverseMercator.on(ellipsoid, meridian=0.0)
    half_b2, a2 = ellipsoid.b * ellipsoid.b / 2.0, ellipsoid.a * ellipsoid.a
    each = 1.0 if plane is None else 0.0
    figure = np.array([half_b2, a2, ellipsoid.e2, own.meridian, own.scale_m, each])
    return figure, np.array(own.p)


def flags(state: NDArray[np.uint8], *bits: int) -> Flags:
    """Return which entries have one of the bits."""
    found: Flags = (state & sum(bits)) > 0
    return found
