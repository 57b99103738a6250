"""Overlaps of polygons: duplicates, containment and partial overlaps, each with its polygon.

Candidates come from the matched edges (:mod:`gangqu_gis.topology.matching`); each is tested
exactly against its neighbours, and whatever it overlaps is examined in turn until nothing new
appears.  The result is that of an exhaustive search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis.topology.matching import Borders
from gangqu_gis.topology.shapes import Flags, Geometries, all_wide_parts, mean_width
from gangqu_gis.topology.thresholds import Thresholds

MayOverlap = Callable[[str, str], bool]

#: Their interiors share points (DE-9IM).
_INTERIORS_MEET = "T********"


class Relation(StrEnum):
    """How two polygons that share land lie on one another, up to the tolerance."""

    DUPLICATE = "duplicate"
    FIRST_CONTAINS = "first_contains"
    SECOND_CONTAINS = "second_contains"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Land that two polygons share; ``first`` < ``second`` are their indices.

    ``polygon`` holds the shared parts wider than the tolerance, ``area_m2`` their area and
    ``width_m`` their mean width 2A/P.
    """

    first: int
    second: int
    relation: Relation
    polygon: Any
    area_m2: float
    width_m: float


def find_overlaps(
    polygons: Geometries,
    *,
    thresholds: Thresholds,
    kinds: Sequence[str] | None = None,
    may_overlap: MayOverlap | None = None,
    borders: Borders | None = None,
    tree: Any | None = None,
) -> list[Overlap]:
    """Return every overlap wider than the tolerance, by the indices of its polygons.

    ``polygons`` are in metres of a planar CRS; invalid, empty and missing ones are left out.
    ``may_overlap`` says of two kinds whether their features may share land (both ways alike);
    without it no two polygons may.  ``borders`` are those of ``polygons``, and ``tree`` holds the
    sound ones, where known already.
    """
    tolerance = thresholds.tolerance_m
    if kinds is None or may_overlap is None:
        pairs = _meeting_pairs(borders or Borders.of(polygons, tolerance_m=tolerance), tree)
    else:
        pairs = _rival_pairs(polygons, kinds, may_overlap, tolerance)
    pairs = np.sort(pairs, axis=1)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    return _measured(polygons, pairs, tolerance)


def _rival_pairs(
    polygons: Geometries, kinds: Sequence[str], may_overlap: MayOverlap, tolerance: float
) -> NDArray[np.intp]:
    """Return the pairs whose interiors meet and whose kinds may not overlap."""
    found = [np.zeros((0, 2), dtype=np.intp)]
    of_kind = np.asarray(kinds, dtype=object)
    for group in _rival_kinds(set(kinds), may_overlap):
        members = np.flatnonzero(np.isin(of_kind, sorted(group)))
        pairs = members[_meeting_pairs(Borders.of(polygons[members], tolerance_m=tolerance))]
        barred = [not may_overlap(kinds[i], kinds[j]) for i, j in pairs]
        found.append(pairs[np.array(barred, dtype=bool)])
    return np.vstack(found)


def _rival_kinds(kinds: set[str], may_overlap: MayOverlap) -> Iterator[set[str]]:
    """Yield the groups of kinds that are linked by overlaps which are not allowed.

    Kinds of different groups may overlap freely.  Within a group the search passes over allowed
    overlaps as well: they may lead to one that is not.
    """
    left = sorted(kinds)
    while left:
        group, frontier = {left[0]}, [left[0]]
        while frontier:
            kind = frontier.pop()
            rivals = {other for other in left if not may_overlap(kind, other)} - group
            group |= rivals
            frontier += sorted(rivals)
        left = [kind for kind in left if kind not in group]
        if len(group) > 1 or not all(may_overlap(kind, kind) for kind in group):
            yield group


def _meeting_pairs(borders: Borders, tree: Any | None = None) -> NDArray[np.intp]:
    """Return every pair of polygons whose interiors meet, each once, by index."""
    polygons, frontier = borders.polygons, borders.seeds
    tree = tree or shapely.STRtree(polygons)
    examined = np.zeros(len(polygons), dtype=bool)
    pairs = [np.zeros((0, 2), dtype=np.intp)]
    while len(frontier):
        shapely.prepare(polygons[frontier])
        position, other = tree.query(polygons[frontier])
        one = frontier[position]
        current = np.zeros(len(polygons), dtype=bool)
        current[frontier] = True
        new = ~examined[other] & (one != other) & (~current[other] | (one < other))
        one, other = one[new], other[new]
        meet = shapely.relate_pattern(polygons[one], polygons[other], _INTERIORS_MEET)
        pairs.append(np.column_stack([one[meet], other[meet]]))
        examined |= current
        reached = np.unique(other[meet])
        frontier = reached[~examined[reached]]
    return np.vstack(pairs)


def _measured(polygons: Geometries, pairs: NDArray[np.intp], tolerance_m: float) -> list[Overlap]:
    """Return the overlaps of pairs (first < second) that are wider than the tolerance."""
    a, b = polygons[pairs[:, 0]], polygons[pairs[:, 1]]
    shared = all_wide_parts(_intersection(a, b), tolerance_m=tolerance_m)
    wide = ~shapely.is_missing(shared)
    a, b, shared, pairs = a[wide], b[wide], shared[wide], pairs[wide]
    a_within = _are_covered(a, b, shared, tolerance_m)
    b_within = _are_covered(b, a, shared, tolerance_m)
    area, width = shapely.area(shared), mean_width(shared)
    return [
        Overlap(
            first=int(pairs[i, 0]),
            second=int(pairs[i, 1]),
            relation=_RELATIONS[bool(a_within[i]), bool(b_within[i])],
            polygon=shared[i],
            area_m2=float(area[i]),
            width_m=float(width[i]),
        )
        for i in range(len(pairs))
    ]


def _intersection(a: Geometries, b: Geometries) -> Geometries:
    """Return what pairs share; which of two is the first changes no digit."""
    raw, other = shapely.to_wkb(a), shapely.to_wkb(b)
    turned = np.array([x > y for x, y in zip(raw, other, strict=True)], dtype=bool)
    shared: Geometries = shapely.intersection(np.where(turned, b, a), np.where(turned, a, b))
    return shared


#: By whether the first, and the second, lies wholly on the other.
_RELATIONS = {
    (True, True): Relation.DUPLICATE,
    (False, True): Relation.FIRST_CONTAINS,
    (True, False): Relation.SECOND_CONTAINS,
    (False, False): Relation.OVERLAP,
}


def _are_covered(inner: Geometries, outer: Geometries, shared: Any, tolerance_m: float) -> Flags:
    """Return where no part of ``inner`` outside ``outer`` is wider than the tolerance.

    What is no wider has an area of at most half the tolerance times its perimeter, so that most
    pairs are decided by their areas.
    """
    left_over = shapely.area(inner) - shapely.area(shared)
    border = shapely.length(inner) + shapely.length(outer)
    covered: Flags = left_over <= tolerance_m * border
    close = np.flatnonzero(covered)
    beyond = shapely.difference(inner[close], outer[close])
    covered[close] = shapely.is_missing(all_wide_parts(beyond, tolerance_m=tolerance_m))
    return covered
