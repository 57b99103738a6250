"""Rings of boundary points as offices number them: to the millimetre, clockwise from the
north-west corner, parts and holes one after another (field conventions 1.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import shapely

from gangqu_gis.errors import InputError
from gangqu_gis.export.content import Item
from gangqu_gis.messages import message

#: The step of printed coordinates, metres.
STEP = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class NumberedPoint:
    """A row of points: J number, ring number, X (northing) and Y (easting) in metres."""

    name: str
    ring: int
    x: Decimal
    y: Decimal


def numbered_rings(item: Item, *, strict: bool = True) -> list[list[NumberedPoint]]:
    """Return the rings of a polygon in its export's CRS, each with its closing row.

    J numbers run through the feature and a closing row repeats the ring's first; ring numbers run
    from 1: each part's shell, then its holes.  Shells run clockwise and holes against it.

    Raises
    ------
    InputError
        The polygon is unsound, or rounding makes it so: rings collapse or cross (if ``strict``).
    """
    rings: list[list[NumberedPoint]] = []
    count = 0
    for number, corners in enumerate(_rings(item, strict=strict), 1):
        rows = [
            NumberedPoint(f"J{count + at}", number, y, x)
            for at, (x, y) in enumerate(corners, 1)
        ]
        count += len(rows)
        rings.append([*rows, rows[0]])
    return rings


def area_of(rings: list[list[NumberedPoint]]) -> Decimal:
    """Return the area in m² of rings as :func:`numbered_rings` returns them, exactly: shells,
    which run clockwise, less holes.
    """
    double = Decimal(0)
    for rows in rings:
        for a, b in zip(rows[:-1], rows[1:], strict=True):
            double += b.x * a.y - a.x * b.y
    return -double / 2


def _rings(item: Item, *, strict: bool) -> Iterator[list[tuple[Decimal, Decimal]]]:
    """Yield the open rings, (east, north) in millimetre steps, in their order and direction."""
    rounded = [_rounded(part) for part in shapely.get_parts(item.geometry)]
    if strict:
        _refuse_unsound(item, rounded)
    for shell, *holes in rounded:
        yield _from_north_west(shell, clockwise=True)
        for hole in holes:
            yield _from_north_west(hole, clockwise=False)


def _rounded(part: Any) -> list[list[tuple[Decimal, Decimal]]]:
    return [
        [(_step(x), _step(y)) for x, y in shapely.get_coordinates(ring)[:-1]]
        for ring in shapely.get_rings(part)
    ]


def _step(value: float) -> Decimal:
    return Decimal(float(value)).quantize(STEP, rounding=ROUND_HALF_UP)


def _refuse_unsound(item: Item, parts: list[list[list[tuple[Decimal, Decimal]]]]) -> None:
    """Refuse a feature whose rings collapse or cross once they are rounded."""
    feature = item.feature
    rings = [np.array(ring, dtype=float) for part in parts for ring in part]
    if any(len(ring) < 3 or len(np.unique(ring, axis=0)) < 3 for ring in rings):
        reason = "Too few points"
    else:
        whole = shapely.multipolygons([shapely.Polygon(s, h) for s, *h in parts])
        if shapely.is_valid(whole):
            return
        reason = shapely.is_valid_reason(whole)
    text = message("export.rounded_unsound", id=item.label, reason=reason)
    raise InputError(text, file=feature.file, line=feature.line)


def _from_north_west(
    ring: list[tuple[Decimal, Decimal]], *, clockwise: bool
) -> list[tuple[Decimal, Decimal]]:
    """Return an open ring turned to begin at the corner nearest to north-west."""
    double = sum(
        a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
    )
    directed = ring if (double < 0) is clockwise else ring[::-1]
    west, north = min(x for x, _ in ring), max(y for _, y in ring)
    first = min(
        range(len(directed)),
        key=lambda at: (
            (directed[at][0] - west) ** 2 + (directed[at][1] - north) ** 2,
            directed[at],
        ),
    )
    return directed[first:] + directed[:first]
