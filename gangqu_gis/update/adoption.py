"""A feature that a GIS rewrote, in the words of the history: digits and empty cells say nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from shapely.geometry import shape

from gangqu_gis.errors import RefusedError
from gangqu_gis.formats.vector import Note
from gangqu_gis.layers import Layer
from gangqu_gis.messages import Text, joined, message, plain
from gangqu_gis.records import Record, id_of, stored
from gangqu_gis.sameness import same_shape
from gangqu_gis.schema import Kind
from gangqu_gis.update.provenance import BASIS_FIELDS, Unproven, with_geometry_of
from gangqu_gis.update.values import coerced


def as_recorded(
    edited: Record, recorded: Record | None, kind: Kind | None, origin: Unproven
) -> dict[str, Any]:
    """Return an edited feature as the history would hold it.

    ``recorded`` is the feature as the history left it, ``None`` for a new one.  Where nothing but
    digits, the order of vertices or empty cells differ, the recorded value stands.  What a
    geometry is worth cannot be edited: with the geometry unmoved it stays as recorded, and a
    geometry that was moved or drawn is worth what ``origin`` says.
    """
    properties = _filled(edited, kind)
    if kind is not None and kind.is_record:
        return _record(edited, properties, recorded)
    if recorded is None:
        return stored({**edited, "properties": with_geometry_of(properties, origin)})
    former = _filled(recorded, None)
    moved = not _same_geometry(edited.get("geometry"), recorded.get("geometry"))
    if moved:
        properties = {k: v for k, v in properties.items() if k not in BASIS_FIELDS}
        proof = {k: former[k] for k in BASIS_FIELDS if k in former}
        properties = with_geometry_of(properties | proof, origin)
    else:
        properties = {k: v for k, v in properties.items() if k not in BASIS_FIELDS}
        properties |= {k: former[k] for k in BASIS_FIELDS if k in former}
    geometry = edited.get("geometry") if moved else recorded.get("geometry")
    if properties == former:
        properties = dict(recorded["properties"])
    return stored({"type": "Feature", "properties": properties, "geometry": geometry})


def refuse_edited_evidence(
    edits: Iterable[tuple[Record, Record | None, Kind | None]], *, file: str
) -> None:
    """Refuse edits of what an unmoved geometry is worth: :func:`as_recorded` would drop them.

    ``edits`` holds each feature as edited and as recorded, with its kind.

    Raises
    ------
    RefusedError
        With the features and fields, and what they were and would be.
    """
    told = []
    for edited, recorded, kind in edits:
        labels = {field.name: field.label for field in kind.fields} if kind else {}
        for name, (old, new) in _edited_evidence(edited, recorded, kind).items():
            label, values = labels.get(name, plain(name)), {"old": _said(old), "new": _said(new)}
            told.append(message("update.evidence_edit", id=id_of(edited), label=label, **values))
    if told:
        listed = [*told[:_LISTED], *([plain("…")] if len(told) > _LISTED else [])]
        raise RefusedError(message("update.evidence_edited", edits=joined(listed)), file=file)


#: How many edits an error lists.
_LISTED = 8


def _edited_evidence(
    edited: Record, recorded: Record | None, kind: Kind | None
) -> dict[str, tuple[Any, Any]]:
    """Return the fields of evidence that differ, as recorded and as edited."""
    if recorded is None or (kind is not None and kind.is_record):
        return {}
    old, new = _filled(recorded, None), _filled(edited, kind)
    names = [name for name in BASIS_FIELDS if old.get(name) != new.get(name)]
    if not names or not _same_geometry(edited.get("geometry"), recorded.get("geometry")):
        return {}
    return {name: (old.get(name), new.get(name)) for name in names}


def _said(value: Any) -> Text:
    return message("sheet.nothing") if value is None else plain(value)


def height_notes(edited: Layer, recorded: Mapping[str, Record]) -> list[tuple[str, Note]]:
    """Return a note on geometries that were given heights and not moved: a layer has none."""
    raised = 0
    for feature in edited.features:
        before = recorded.get(feature.id)
        if feature.unread_geometry is not None and before is not None:
            own = _shape(feature.unread_geometry)
            same = _same_geometry(feature.unread_geometry, before.get("geometry"))
            raised += int(own is not None and bool(own.has_z) and same)
    if not raised:
        return []
    return [(edited.file, Note("geometry.heights", message("bad_file.heights", count=raised)))]


def _record(
    edited: Record, properties: Mapping[str, Any], recorded: Record | None
) -> dict[str, Any]:
    """Return a record without geometry; one that says the same stands as it was."""
    if recorded is not None and properties == _filled(recorded, None):
        return stored(recorded)
    return stored({**edited, "properties": properties})


def _filled(record: Record, kind: Kind | None) -> dict[str, Any]:
    """Return the attributes that say something, each as its field's type."""
    fields = {field.name: field for field in kind.fields} if kind else {}
    found: dict[str, Any] = {}
    for name, value in (record.get("properties") or {}).items():
        typed = coerced(value, fields[name]) if name in fields else value
        if typed is not None and typed != "":
            found[name] = typed
    return found


def _same_geometry(a: Any, b: Any) -> bool:
    if a == b:
        return True
    shapes = [_shape(value) for value in (a, b)]
    return None not in shapes and same_shape(*shapes)


def _shape(value: Any) -> Any:
    try:
        found = shape(value) if isinstance(value, Mapping) else None
    except (ValueError, TypeError, AttributeError, KeyError, shapely.errors.GEOSException):
        return None
    return None if found is None or found.is_empty else found
