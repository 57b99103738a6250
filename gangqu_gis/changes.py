"""Change sets: what differs between two states of a layer.  Pure: compare, apply, invert."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import shapely

from gangqu_gis.history import Change
from gangqu_gis.layers import Feature, feature_text
from gangqu_gis.schema import Schema

IN, ATTRIBUTES, OUT = 1, 2, 3


def record_of(feature: Feature, schema: Schema) -> dict[str, Any]:
    """Return a feature as the history keeps it: exactly what its line in the layer says."""
    record: dict[str, Any] = json.loads(feature_text(feature, schema))
    return record


def compare(before: Sequence[Feature], after: Sequence[Feature], schema: Schema) -> list[Change]:
    """Return the changes from ``before`` to ``after``, by id, in the order of ``before``.

    WHLX 1 调入: new, or with another geometry; 2 属性变更: attributes only; 3 调出: gone.
    """
    old = {feature.id: record_of(feature, schema) for feature in before}
    new = {feature.id: record_of(feature, schema) for feature in after}
    changes = []
    for id_ in dict.fromkeys((*old, *new)):
        was, now = old.get(id_), new.get(id_)
        if was == now:
            continue
        change = Change(id_, IN, was, now)
        if now is None:
            change = replace(change, whlx=OUT)
        elif was is not None and not change.moves_geometry:
            change = replace(change, whlx=ATTRIBUTES)
        changes.append(change)
    return changes


def apply(features: Sequence[Feature], changes: Iterable[Change], layer: str) -> list[Feature]:
    """Return ``features`` with ``changes`` made; new features follow at the end."""
    pending = {change.id: change for change in changes}
    result = []
    for feature in features:
        change = pending.pop(feature.id, None)
        if change is None:
            result.append(feature)
        elif change.after is not None:
            result.append(_feature(change.after, layer))
    result += [_feature(c.after, layer) for c in pending.values() if c.after is not None]
    return result


def invert(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that undo ``changes``."""
    swapped = {IN: OUT, OUT: IN}
    return [
        Change(
            c.id,
            c.whlx if c.before is not None and c.after is not None else swapped.get(c.whlx, c.whlx),
            c.after,
            c.before,
        )
        for c in changes
    ]


def _feature(record: Any, layer: str) -> Feature:
    geometry = record.get("geometry")
    shape = None if geometry is None else shapely.from_geojson(json.dumps(geometry))
    return Feature(layer, record["properties"], shape, "", 0, 0)
