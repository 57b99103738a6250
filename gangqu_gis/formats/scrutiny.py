"""What no reader may pass on without a word: coordinates that are none, and mixed contents.

Geometry is never repaired here.  NULL, empty and invalid geometries are the reader's to keep and
the checks' to judge; coordinates that are no numbers cannot even be judged.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import shapely

from gangqu_gis import crs as crs_module
from gangqu_gis.errors import InputError
from gangqu_gis.formats.vector import Note, VectorFile
from gangqu_gis.messages import joined, message, plain

#: A polygon this wide, degrees of longitude, is an error of its coordinates: half the globe.
WIDEST_DEG = 180.0

#: What geometry types are called, by shapely's numbers; parts and wholes are one.
_KINDS = {0: "Point", 1: "LineString", 2: "LineString", 3: "Polygon", 4: "Point",
          5: "LineString", 6: "Polygon", 7: "GeometryCollection"}  # fmt: skip

#: How many ids a note lists.
_LISTED = 5


def refuse_unusable(found: VectorFile) -> None:
    """Refuse coordinates that are NaN or infinite, naming the feature and its line.

    Raises
    ------
    InputError
        With the first such feature.
    """
    xy, index = shapely.get_coordinates(found.geometry, return_index=True)
    wrong = np.flatnonzero(~np.isfinite(xy).all(axis=1))
    if not len(wrong):
        return
    feature = int(index[wrong[0]])
    x, y = xy[wrong[0]]
    text = message("bad_file.not_finite", id=_name(found, feature), x=f"{x:g}", y=f"{y:g}")
    raise InputError(text, file=found.source, line=_line(found, feature))


def refuse_half_the_globe(found: VectorFile) -> None:
    """Refuse a feature that spans half the globe or lies where its CRS does not reach.

    Raises
    ------
    InputError
        With the first such feature.
    """
    assert found.crs is not None
    boxes = shapely.bounds(found.geometry)
    present = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    if not len(present):
        return
    west, _, east, _ = boxes[present].T
    if found.crs.is_projected:
        change = crs_module.transformer(found.crs, crs_module.geographic(found.crs))
        corners = [change.transform(boxes[present, i], boxes[present, j])[0] for i, j in _CORNERS]
        west, east = np.min(corners, axis=0), np.max(corners, axis=0)
    for feature, width in zip(present, east - west, strict=True):
        if not width < WIDEST_DEG:
            text = message("bad_file.half_globe", id=_name(found, int(feature)))
            raise InputError(text, file=found.source, line=_line(found, int(feature)))


_CORNERS = ((0, 1), (0, 3), (2, 1), (2, 3))


def with_remarks(found: VectorFile) -> VectorFile:
    """Return ``found`` with notes on missing and mixed geometries, and on ids that stand twice."""
    return found.with_notes(*_missing(found), *_mixed(found), *_repeated(found))


def _missing(found: VectorFile) -> list[Note]:
    """Return notes on features without a geometry, and on those whose geometry is empty."""
    notes = []
    absent = np.array([geometry is None for geometry in found.geometry], dtype=bool)
    empty = ~absent & shapely.is_empty(found.geometry)
    for rule, wrong in (("null", absent), ("empty", empty)):
        features = np.flatnonzero(wrong)
        if not len(features) or any(n.rule == "txt.no_points" for n in found.notes):
            continue
        ids = ", ".join(_name(found, int(n)) for n in features[:_LISTED])
        ids += " …" if len(features) > _LISTED else ""
        text = message(f"bad_file.is_{rule}", ids=ids, count=len(features))
        notes.append(Note(f"geometry.{rule}", text, line=_line(found, int(features[0]))))
    return notes


def _mixed(found: VectorFile) -> list[Note]:
    present = shapely.get_type_id(found.geometry)
    kinds: Counter[str] = Counter()
    for kind, count in zip(*np.unique(present[present >= 0], return_counts=True), strict=True):
        kinds[_KINDS[int(kind)]] += int(count)
    if "Polygon" not in kinds or len(kinds) < 2:
        return []
    listed = joined([plain(f"{kind} {count}") for kind, count in sorted(kinds.items())])
    return [Note("geometry.mixed", message("bad_file.mixed", kinds=listed))]


def _repeated(found: VectorFile) -> list[Note]:
    labels = found.labels()
    twice = [label for label, count in Counter(labels).items() if count > 1]
    if not twice:
        return []
    second = [n for n, label in enumerate(labels) if label == twice[0]][1]
    ids = ", ".join(twice[:_LISTED]) + (" …" if len(twice) > _LISTED else "")
    text = message("bad_file.id_twice", ids=ids, count=len(twice))
    return [Note("id.repeated", text, line=_line(found, second))]


def _name(found: VectorFile, feature: int) -> str:
    return found.labels()[feature]


def _line(found: VectorFile, feature: int) -> int | None:
    return found.lines[feature] if feature < len(found.lines) else None
