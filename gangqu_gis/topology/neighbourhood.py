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
        kinds = (feature.kind for plan in plans for feature in plan.named(named))
        return cls(named, frozenset(kinds))


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What a check of a change must see of a plan's polygons, and which of it is asked about.

    Seen are the changed features, all whose extent meets theirs, and every possible parent of a
    changed one.  Where a parent is changed, all its possible children are asked about as well:
    they may have come to lie outside everything.
    """

    changed: Changed
    features: Sequence[Feature]
    asked: Sequence[bool]

    @classmethod
    def of(cls, plan: Plan, changed: Changed) -> Neighbourhood:
        """Return the neighbourhood of a change in one of its two states."""
        kinds, groups = plan.schema.kinds, plan.polygons_of_kind
        features = plan.polygons()
        of = np.repeat(np.array(list(groups), dtype=object), list(map(len, groups.values())))
        own = set(map(id, plan.named(changed.ids)))
        named = np.array([id(feature) in own for feature in features], dtype=bool)
        children = [kind.id for kind in kinds.values() if kind.within in changed.kinds]
        asked = named | np.isin(of, children)
        parents = {kinds[kind].within for kind in set(of[asked])} - {None}
        seen = asked | np.isin(of, list(map(str, parents)))
        seen[_near(features, np.flatnonzero(named))] = True
        at = np.flatnonzero(seen)
        return cls(changed, [features[i] for i in at.tolist()], asked[at].tolist())


def _near(features: Sequence[Feature], named: np.ndarray) -> np.ndarray:
    """Return which features have an extent that may meet that of a named one."""
    geometry = np.empty(len(features), dtype=object)
    geometry[:] = [feature.geometry for feature in features]
    extent = shapely.bounds(geometry)
    size = np.nanmax(extent[:, 2:] - extent[:, :2], initial=0.0)
    room = ROOM + BEND * size * size
    own = extent[named[np.isfinite(extent[named, 0])]] + (-room, -room, room, room)
    low, high = own[:, :2].min(axis=0, initial=np.inf), own[:, 2:].max(axis=0, initial=-np.inf)
    about = np.flatnonzero(((extent[:, 2:] >= low) & (extent[:, :2] <= high)).all(axis=1))
    near = shapely.STRtree(geometry[about]).query(shapely.box(*own.T))[1]
    found: np.ndarray = about[np.unique(near)]
    return found
