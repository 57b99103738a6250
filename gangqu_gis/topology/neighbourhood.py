"""Which features a check of some of them has to look at: those themselves and whatever is near."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gangqu_gis.layers import Feature
from gangqu_gis.plan import Plan

#: A straight line in the plane and one between the same degrees part by less than this share of
#: the square of its length in degrees: h²/(8R)·tan φ is 0.01 up to 66 degrees.
BEND = 0.01
#: Wider than any tolerance, degrees (0.1 m).
ROOM = 1e-6


@dataclass(frozen=True, slots=True)
class Changed:
    """The ids of the features that a change touches, and their kinds before and after it."""

    ids: frozenset[str]
    kinds: frozenset[str]

    @classmethod
    def between(cls, plans: Iterable[Plan], ids: Iterable[str]) -> Changed:
        """Return ``ids`` with the kinds that they have in any of the plans."""
        named = frozenset(ids)
        kinds = (f.kind for plan in plans for f in plan.features if f.id in named)
        return cls(named, frozenset(kinds))


def neighbourhood(
    plan: Plan, features: Sequence[Feature], changed: Changed
) -> tuple[list[Feature], list[bool]]:
    """Return what a check of a change must see of ``features``, and which of it is asked about.

    Seen are the named features, all whose extent meets theirs, and every possible parent of a
    named one.  Where a parent is changed, all its possible children are asked about as well: they
    may have come to lie outside everything.
    """
    kinds, of = plan.schema.kinds, [feature.kind for feature in features]
    named = np.array([feature.id in changed.ids for feature in features], dtype=bool)
    child_kinds = {kind.id for kind in kinds.values() if kind.within in changed.kinds}
    asked = named | np.array([kind in child_kinds for kind in of], dtype=bool)
    parents = {kinds[of[i]].within for i in np.flatnonzero(asked).tolist()}
    seen = asked | np.array([kind in parents for kind in of], dtype=bool)
    seen[_near(features, np.flatnonzero(named))] = True
    at = np.flatnonzero(seen).tolist()
    return [features[i] for i in at], asked[at].tolist()


def _near(features: Sequence[Feature], named: np.ndarray) -> np.ndarray:
    geometry = np.empty(len(features), dtype=object)
    geometry[:] = [feature.geometry for feature in features]
    extent = shapely.bounds(geometry)
    size = np.nanmax(extent[:, 2:] - extent[:, :2], initial=0.0)
    room = ROOM + BEND * size * size
    west, south, east, north = extent[named].T
    boxes = shapely.box(west - room, south - room, east + room, north + room)
    boxes = boxes[np.isfinite(west)]
    return np.unique(shapely.STRtree(geometry).query(boxes)[1])
