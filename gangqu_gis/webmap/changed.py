"""Before and after: the last change set of the history that touched a feature of the page."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import shapely

from gangqu_gis import crs, measure
from gangqu_gis.history import Entry as HistoryEntry
from gangqu_gis.history import Record
from gangqu_gis.messages import message
from gangqu_gis.webmap import areas, shapes
from gangqu_gis.webmap.view import View

Entry = dict[str, Any]


def change_section(view: View) -> list[Entry]:
    """Return the last change set that touched a feature of the page; nothing where none did.

    Each feature comes with its outline and ellipsoidal area before and after.
    """
    shown = frozenset(f.id for f in view.features if f.id)
    touching = [e for e in view.assessment.plan.history.entries if e.touches(shown)]
    if not touching:
        return []
    entry = touching[-1]
    return [
        {
            "number": entry.number,
            "time": entry.time,
            "by": entry.by,
            "reason": entry.reason,
            "hash": entry.hash[:12],
            "items": _items(entry, shown, view),
        }
    ]


def _items(entry: HistoryEntry, shown: frozenset[str], view: View) -> list[Entry]:
    items = []
    for change in entry.changes:
        gone = change.after is None
        if change.id not in shown and not gone:
            continue
        record = change.before if gone else change.after
        items.append(
            {
                "ref": change.id,
                "name": str((record or {}).get("properties", {}).get("name") or change.id),
                "what": view.say(message(f"map.whlx_{change.whlx}")),
                "moved": change.moves_geometry,
                "before": _state(change.before, view),
                "after": _state(change.after, view),
            }
        )
    return items


def _state(record: Record | None, view: View) -> Entry | None:
    if record is None or record.get("geometry") is None:
        return None
    shape = shapely.from_geojson(json.dumps(record["geometry"]))
    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        return {"geometry": shapes.geojson(shape), "area": ""}
    plane = crs.planar(view.assessment.plan.workspace.planar_crs)
    column = np.empty(1, dtype=object)
    column[0] = shape
    area = float(measure.areas(column, crs=crs.storage(), plane=plane).ellipsoidal_m2[0])
    label = "" if np.isnan(area) else view.say(areas.hectares(area))
    return {"geometry": shapes.geojson(shape), "area": label}
