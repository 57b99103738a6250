"""How much of each other features of a layer and arriving ones cover, in the plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from gangqu_gis import crs
from gangqu_gis.layers import Feature
from gangqu_gis.measure import to_crs
from gangqu_gis.update.incoming import Arrival

if TYPE_CHECKING:
    from pyproj import CRS


class Overlaps:
    """Features and arrivals in the plane, and how much of each the other covers."""

    def __init__(
        self, features: Sequence[Feature], arrivals: Sequence[Arrival], plane: CRS
    ) -> None:
        self.features = features
        self.shapes = _in_plane([f.geometry for f in features], plane)
        self.arriving = _in_plane([a.geometry for a in arrivals], plane)
        self.tree = shapely.STRtree(self.shapes)
        self._known: dict[int, list[tuple[Feature, float, float, float]]] = {}

    def overlapping(self, i: int) -> list[tuple[Feature, float, float, float]]:
        """Return (feature, share of the union, share of the arrival, share of the feature)."""
        if i not in self._known:
            self._known[i] = self._overlapping(self.arriving[i])
        return self._known[i]

    def inside(self, i: int, feature: Feature) -> float:
        """Return the share of arrival ``i`` that lies in ``feature``."""
        return next((row[2] for row in self.overlapping(i) if row[0] is feature), 0.0)

    def covered(self, i: int, feature: Feature) -> float:
        """Return the share of ``feature`` that arrival ``i`` covers."""
        return next((row[3] for row in self.overlapping(i) if row[0] is feature), 0.0)

    def filled(self, feature: Feature, rows: Sequence[int]) -> float:
        """Return the share of ``feature`` that the arrivals ``rows`` cover together."""
        own = self.shapes[next(at for at, f in enumerate(self.features) if f is feature)]
        return _covered(own, [self.arriving[i] for i in rows])

    def filling(self, features: Sequence[Feature], i: int) -> float:
        """Return the share of arrival ``i`` that ``features`` cover together."""
        chosen = {id(f) for f in features}
        rows = [s for f, s in zip(self.features, self.shapes, strict=True) if id(f) in chosen]
        return _covered(self.arriving[i], rows)

    def _overlapping(self, shape: Any) -> list[tuple[Feature, float, float, float]]:
        if not is_area(shape) or not shapely.is_valid(shape):
            return []
        found = []
        for at in sorted(self.tree.query(shape, predicate="intersects")):
            other = self.shapes[at]
            if not shapely.is_valid(other):
                continue
            common = shapely.area(shapely.intersection(shape, other))
            if common > 0:
                whole = shapely.area(shape) + shapely.area(other) - common
                row = (common / whole, common / shapely.area(shape), common / shapely.area(other))
                found.append((self.features[at], *row))
        return found


def _covered(shape: Any, by: Sequence[Any]) -> float:
    whole = shapely.union_all([s for s in by if is_area(s)])
    return float(shapely.area(shapely.intersection(shape, whole)) / shapely.area(shape))


def _in_plane(shapes: Sequence[Any], plane: CRS) -> Any:
    column = np.empty(len(shapes), dtype=object)
    column[:] = list(shapes)
    return to_crs(column, source=crs.storage(), target=plane)


def is_area(shape: Any) -> bool:
    """Whether a geometry is a polygon."""
    return shape is not None and shape.geom_type in ("Polygon", "MultiPolygon")
