"""Whether a feature's geometry can be measured, and if not, why and where."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gangqu_gis.layers import Feature
from gangqu_gis.measure import sound_polygons
from gangqu_gis.messages import Text, message
from gangqu_gis.schema import GEOMETRY_TYPES, Kind


def geometry_fault(feature: Feature) -> Text | None:
    """Return why a feature's geometry cannot be measured, or ``None``."""
    if feature.geometry_fault is not None:
        return feature.geometry_fault
    assert feature.geometry is not None
    if shapely.is_valid(feature.geometry):
        return None
    reason = shapely.is_valid_reason(feature.geometry)
    words, _, position = reason.partition("[")
    key = _REASONS.get(words.strip(), "geometry.invalid")
    return message(key, at=position.rstrip("]") or "?", reason=words.strip())


def geometry_faults(features: Sequence[Feature]) -> list[Text | None]:
    """Return the fault of each geometry; the sound ones are settled all at once."""
    geometry = np.empty(len(features), dtype=object)
    geometry[:] = [feature.geometry for feature in features]
    settled = sound_polygons(geometry)
    return [
        None if sound and feature.geometry_fault is None else geometry_fault(feature)
        for feature, sound in zip(features, settled.tolist(), strict=True)
    ]


def polygon_faults(features: Sequence[Feature]) -> list[Text | None]:
    """Return why each feature has no area, or ``None``."""
    faults = geometry_faults(features)
    return [
        _no_polygon(feature) if fault is None else fault
        for feature, fault in zip(features, faults, strict=True)
    ]


_REASONS = {
    "Self-intersection": "geometry.self_intersection",
    "Ring Self-intersection": "geometry.ring_self_intersection",
    "Hole lies outside shell": "geometry.hole_outside",
    "Holes are nested": "geometry.nested_holes",
    "Interior is disconnected": "geometry.disconnected",
    "Nested shells": "geometry.nested_shells",
    "Duplicate Rings": "geometry.duplicate_rings",
    "Too few points in geometry component": "geometry.too_few_points",
}


def record_fault(kind: Kind, feature: Feature) -> Text | None:
    """Return why a record cannot stand as it is: it has a geometry, and could not be drawn."""
    if kind.is_record and (feature.geometry is not None or feature.unread_geometry is not None):
        return message("geometry.of_a_record", kind=kind.label)
    return None


def polygon_fault(feature: Feature) -> Text | None:
    """Return why a feature has no area: a faulty geometry, or one that is no polygon."""
    fault = geometry_fault(feature)
    return _no_polygon(feature) if fault is None else fault


def _no_polygon(feature: Feature) -> Text | None:
    assert feature.geometry is not None
    if feature.geometry.geom_type in GEOMETRY_TYPES["polygon"]:
        return None
    return message("geometry.no_polygon", found=feature.geometry.geom_type)
