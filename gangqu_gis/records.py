"""Features as records: the JSON that a stored layer and the history hold, and its exact text.

One feature stands on one line, keys in the order of the schema, coordinates with nine decimals,
so that a file comparison shows an edit and nothing else.  What cannot be read as a geometry of a
stored layer is written as it stood.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from gangqu_gis.crs import STORAGE_DECIMALS, STORAGE_URN
from gangqu_gis.errors import InputError
from gangqu_gis.messages import message
from gangqu_gis.schema import Schema

#: A GeoJSON feature.
Record = Mapping[str, Any]

#: How deep the positions of each geometry type of a stored layer lie in its coordinates.
_DEPTHS = {"LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}

_NO_SCHEMA = Schema({})


def id_of(record: Record) -> str:
    """Return the stable id of a record, or "" where it has none."""
    value = (record.get("properties") or {}).get("id")
    return value if isinstance(value, str) else ""


def record_text(record: Record, schema: Schema) -> str:
    """Return the one line of a stored feature: keys in schema order, nine decimals."""
    properties = record.get("properties") or {}
    kind = schema.kinds.get(str(properties.get("kind")))
    order = [field.name for field in kind.fields] if kind else []
    known = [name for name in order if name in properties]
    other = sorted(set(properties) - set(known))
    attributes = compact({name: properties[name] for name in known + other})
    geometry = _geometry_text(record.get("geometry"))
    return f'{{"type":"Feature","properties":{attributes},"geometry":{geometry}}}'


def parsed(raw: bytes, *, shown: str) -> list[Record]:
    """Return the features in the bytes of a GeoJSON, each as :func:`stored`.

    Raises
    ------
    InputError
        No JSON, or no collection of features.
    """
    try:
        return [stored(record) for record in json.loads(raw.decode("utf-8-sig"))["features"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(message("layer.not_json", reason=str(error)), file=shown) from error


def framed(name: str, rows: list[str]) -> str:
    """Return the text of a stored layer whose features are the given lines."""
    head = (
        '{"type":"FeatureCollection",'
        f'"name":{json.dumps(name, ensure_ascii=False)},'
        f'"crs":{{"type":"name","properties":{{"name":"{STORAGE_URN}"}}}},'
        '"features":['
    )
    return head + ("\n" + ",\n".join(rows) if rows else "") + "\n]}\n"


def stored(record: Record) -> dict[str, Any]:
    """Return a record exactly as its line in a layer says it: with the digits that are kept."""
    parsed: dict[str, Any] = json.loads(record_text(record, _NO_SCHEMA))
    return parsed


def compact(value: Any) -> str:
    """Return ``value`` as JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _geometry_text(geometry: Any) -> str:
    kind = geometry.get("type") if isinstance(geometry, Mapping) else None
    if not isinstance(kind, str) or kind not in _DEPTHS:
        return compact(geometry)
    coordinates = geometry.get("coordinates")
    if not _is_plain(coordinates, _DEPTHS[kind]):
        return compact(geometry)
    return f'{{"type":"{kind}","coordinates":{_coordinates_text(coordinates)}}}'


def _is_plain(value: Any, depth: int) -> bool:
    """Whether ``value`` holds plane, finite positions ``depth`` lists down, and nothing else."""
    if not isinstance(value, list | tuple) or not value:
        return False
    if depth:
        return all(_is_plain(part, depth - 1) for part in value)
    return len(value) == 2 and all(
        isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n) for n in value
    )


def _coordinates_text(value: Any) -> str:
    if isinstance(value[0], int | float):
        return f"[{value[0]:.{STORAGE_DECIMALS}f},{value[1]:.{STORAGE_DECIMALS}f}]"
    return "[" + ",".join(_coordinates_text(part) for part in value) + "]"
