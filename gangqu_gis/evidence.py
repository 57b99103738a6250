"""What a geometry's basis is worth: surveyed or digitized counts only with its provenance.

The history is the only door by which evidence enters: a basis that merely stands in the layer
counts as schematic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import shapely
import shapely.geometry

from gangqu_gis.history import History
from gangqu_gis.layers import Feature
from gangqu_gis.sameness import same_shape

#: Attributes that decide what a geometry is worth and which rules hold for it: edited in the
#: layer alone, they make the whole feature unproven.
VOUCHED_FIELDS = (
    "kind",
    "basis",
    "uncertainty_m",
    "point_error_m",
    "map_scale",
    "source",
    "bounds",
)


def proven_features(features: Iterable[Feature], history: History) -> frozenset[str]:
    """Return the ids whose basis the history proves for the geometry that now stands there."""
    return frozenset(f.id for f in features if f.basis != "schematic" and _is_proven(f, history))


def _is_proven(feature: Feature, history: History) -> bool:
    found = history.origin_of(feature.id)
    if found is None or feature.geometry is None:
        return False
    entry, change = found
    if change.after is None or entry.provenance is None:
        return False
    if entry.provenance.get("basis") != feature.basis:
        return False
    return _as_recorded(feature, history) and same_geometry(change.after, feature.geometry)


def _as_recorded(feature: Feature, history: History) -> bool:
    """Whether the attributes that a verdict rests on are those of the latest change set."""
    state = history.state_of(feature.id)
    recorded = {} if state is None else state.get("properties") or {}
    return all(recorded.get(name) == feature.properties.get(name) for name in VOUCHED_FIELDS)


def recorded_geometry(record: Mapping[str, Any] | None) -> Any:
    """Return the shapely geometry of a feature as the history recorded it, or ``None``."""
    try:
        return None if record is None else shapely.geometry.shape(record["geometry"])
    except (ValueError, TypeError, AttributeError, KeyError, shapely.errors.GEOSException):
        return None


def same_geometry(record: Mapping[str, Any], geometry: shapely.Geometry) -> bool:
    """Whether a recorded feature has ``geometry``, but for digits that a GIS rewrote."""
    before = recorded_geometry(record)
    return before is not None and same_shape(before, geometry)
