"""Before and after: the change sets of the history that touched a feature of the page."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import shapely

from gangqu_gis import crs, measure
from gangqu_gis.history import Change, Record
from gangqu_gis.history import Entry as HistoryEntry
from gangqu_gis.messages import message
from gangqu_gis.schema import Field
from gangqu_gis.webmap import areas, entries, shapes
from gangqu_gis.webmap.view import View

Entry = dict[str, Any]


#: How many change sets a page offers, the latest first, and how many features of each; it says
#: how many there are beyond.
MOST_SETS, MOST_ITEMS = 12, 300


def change_section(view: View) -> list[Entry]:
    """Return the change sets that touched a feature of the page; nothing where none did.

    Each feature comes with its outline, its ellipsoidal area and its changed attributes, before
    and after.
    """
    shown = frozenset(f.id for f in view.features if f.id)
    touching = [e for e in view.assessment.plan.history.entries if e.touches(shown)]
    if not touching:
        return []
    sets = [_set(entry, shown, view) for entry in reversed(touching[-MOST_SETS:])]
    return [{"sets": sets, "left_out": len(touching) - len(sets)}]


def _set(entry: HistoryEntry, shown: frozenset[str], view: View) -> Entry:
    changes = [change for change in entry.changes if change.id in shown or change.after is None]
    return {
        "number": entry.number,
        "time": f"{entry.time[:10]} {entry.time[11:16]}".strip(),
        "by": entry.by,
        "reason": entry.reason,
        "hash": entry.hash[:12],
        "items": [_item(change, view) for change in changes[:MOST_ITEMS]],
        "left_out": max(0, len(changes) - MOST_ITEMS),
    }


def _item(change: Change, view: View) -> Entry:
    record = change.before if change.after is None else change.after
    return {
        "ref": change.id,
        "name": str((record or {}).get("properties", {}).get("name") or change.id),
        "what": view.say(message(f"map.whlx_{change.whlx}")),
        "moved": change.moves_geometry,
        "before": _state(change.before, view),
        "after": _state(change.after, view),
        "attributes": _changed_attributes(change, view),
    }


def _changed_attributes(change: Change, view: View) -> list[Entry]:
    """Return what each attribute said before and says after; nothing for a feature new or gone."""
    if change.before is None or change.after is None:
        return []
    before, after = (record.get("properties") or {} for record in (change.before, change.after))
    kind = view.assessment.plan.schema.kinds.get(str(after.get("kind")))
    fields = kind.fields if kind else ()
    return [
        {
            "label": view.say(field.label),
            "before": _words(field, before.get(field.name), view),
            "after": _words(field, after.get(field.name), view),
        }
        for field in fields
        if before.get(field.name) != after.get(field.name)
    ]


def _words(field: Field, value: object, view: View) -> str:
    if value in (None, "", []):
        return "-"
    shown = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
    return view.say(entries.attribute_value(field, shown))


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
