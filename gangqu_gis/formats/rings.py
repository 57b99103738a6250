"""Boundary points gathered into rings, and rings into polygons by containment depth.

The boundary-point format has no flag for holes, and producers number rings in every way (field
conventions 1.2).  So a ring ends where its number changes, where it has closed, or where the point
numbers restart; the orientation is ignored; a ring at even depth is a shell, at odd depth a hole of
its smallest container.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis.errors import InputError
from gangqu_gis.formats.exchange import BoundaryPoint
from gangqu_gis.messages import message, plain

#: A row that repeats the first point's name closes the ring when it lies this near, metres.
_CLOSING_M = 0.05

#: Rings may overrun one another by this much, metres: rounding to three decimals does it.
_OVERRUN_M = 0.001


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring's points as they stand, its closing row included where there is one."""

    points: tuple[BoundaryPoint, ...]
    number: int

    @property
    def closed(self) -> bool:
        """Whether the last row closes the ring."""
        return len(self.points) > 3 and _closes(self.points, self.points[-1])

    @property
    def line(self) -> int | None:
        """The line of its first point."""
        return self.points[0].line

    @property
    def label(self) -> str:
        """What to call the ring: its place in the parcel, with its number as printed."""
        printed = self.points[0].ring
        own = str(self.number)
        return own if printed in ("", own) else f"{own}({printed})"

    def corners(self) -> list[BoundaryPoint]:
        """Return its points without the closing row."""
        return list(self.points[:-1] if self.closed else self.points)

    def coordinates(self) -> list[tuple[float, float]]:
        """Return (east, north) of its corners, the first repeated at the end."""
        xy = [(p.y, p.x) for p in self.corners()]
        return [*xy, xy[0]]


def split_rings(points: Sequence[BoundaryPoint]) -> list[Ring]:
    """Return the rings of a parcel's rows, in their order."""
    rings: list[list[BoundaryPoint]] = []
    current: list[BoundaryPoint] = []
    for point in points:
        if current and _begins_another(current, point, points[0]):
            rings.append(current)
            current = []
        if rings and not current and _repeats(rings[-1][-1], point):
            rings[-1].append(point)  # the closing row stands twice
            continue
        current.append(point)
    rings += [current] * bool(current)
    return [Ring(tuple(_once_closed(ring)), n) for n, ring in enumerate(rings, 1)]


def _begins_another(
    current: list[BoundaryPoint], point: BoundaryPoint, first: BoundaryPoint
) -> bool:
    if point.ring != current[0].ring:
        return True
    if len(current) > 3 and _closes(current, current[-1]):
        return True
    if len(current) < 3 or _closes([*current, point], point):
        return False
    return point.name != "" and _number(point.name) in (
        _number(first.name),
        _number(current[0].name),
    )


def _closes(ring: Sequence[BoundaryPoint], last: BoundaryPoint) -> bool:
    first = ring[0]
    if (last.x, last.y) == (first.x, first.y):
        return True
    near = math.hypot(last.x - first.x, last.y - first.y) <= _CLOSING_M
    return near and last.name == first.name != "" and abs(first.x) > 360


def _repeats(a: BoundaryPoint, b: BoundaryPoint) -> bool:
    return (a.ring, a.x, a.y) == (b.ring, b.x, b.y)


def _once_closed(ring: list[BoundaryPoint]) -> list[BoundaryPoint]:
    while len(ring) > 4 and _repeats(ring[-1], ring[-2]) and _closes(ring, ring[-2]):
        ring = ring[:-1]
    return ring


def _number(name: str) -> str:
    """Return the digits that end a point's name: J1 and 1 are the same number."""
    found = re.search(r"\d+$", name)
    return found[0].lstrip("0") if found else name


def polygon_of(rings: Sequence[Ring], *, source: str, parcel: str) -> Any:
    """Return the Polygon or MultiPolygon of a parcel's rings, (east, north).

    Nothing is repaired: a single ring that crosses itself comes back as an invalid polygon.

    Raises
    ------
    InputError
        A ring has fewer than three points or, beside others, crosses itself; or two rings cross or
        coincide (naming both).
    """
    for ring in rings:
        if len({(p.x, p.y) for p in ring.corners()}) < 3:
            text = message("txt.few_points", parcel=parcel, ring=ring.label)
            raise InputError(text, file=source, line=ring.line)
    if len(rings) == 1:
        return shapely.Polygon(rings[0].coordinates())
    discs = np.array([shapely.Polygon(ring.coordinates()) for ring in rings], dtype=object)
    _refuse_crossings(rings, discs, source=source, parcel=parcel)
    return by_depth(discs)


def _refuse_crossings(
    rings: Sequence[Ring], discs: NDArray[np.object_], *, source: str, parcel: str
) -> None:
    for ring, disc in zip(rings, discs, strict=True):
        if not disc.is_valid:
            reason = plain(shapely.is_valid_reason(disc))
            text = message("txt.ring_crosses_itself", parcel=parcel, ring=ring.label, at=reason)
            raise InputError(text, file=source, line=ring.line)
    tree = shapely.STRtree(discs)
    for i, j in sorted(tuple(pair) for pair in tree.query(discs, predicate="intersects").T):
        if i < j and (fault := _fault_between(discs[i], discs[j])) is not None:
            text = message(
                "txt.rings_cross" if fault == "cross" else "txt.rings_coincide",
                parcel=parcel,
                ring=rings[i].label,
                other=rings[j].label,
                line=rings[i].line or "-",
            )
            raise InputError(text, file=source, line=rings[j].line)


def _fault_between(a: Any, b: Any) -> str | None:
    """Return how two discs conflict: they must be apart, touch, or lie one in the other."""
    slack = _OVERRUN_M * min(a.length, b.length)
    shared = a.intersection(b).area
    if shared <= slack:
        return None
    smaller, larger = sorted((a.area, b.area))
    if larger - shared <= slack:
        return "coincide"
    return None if smaller - shared <= slack else "cross"


def by_depth(discs: NDArray[np.object_]) -> Any:
    """Assign shells and holes by how many larger discs hold each; none crosses another."""
    area = shapely.area(discs)
    containers: list[list[int]] = [[] for _ in discs]
    for i, j in combinations(range(len(discs)), 2):
        small, large = (i, j) if area[i] < area[j] else (j, i)
        if shapely.area(shapely.intersection(discs[large], discs[small])) > area[small] / 2:
            containers[small].append(large)
    holes: dict[int, list[Any]] = {
        n: [] for n, within in enumerate(containers) if len(within) % 2 == 0
    }
    for n, within in enumerate(containers):
        if n not in holes:
            holes[min(within, key=lambda m: float(area[m]))].append(discs[n].exterior)
    parts = [shapely.Polygon(discs[n].exterior, rings) for n, rings in holes.items()]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
