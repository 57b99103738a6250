"""What no reader may pass on without a word: coordinates that are none, and mixed contents.

Geometry is never repaired here.  NULL, empty and invalid geometries are the reader's to keep and
the checks' to judge; coordinates that are no numbers cannot even be judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

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
LISTED = 5


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
    contents = Contents()
    contents.look(
        shapely.get_type_id(found.geometry),
        shapely.is_empty(found.geometry),
        lambda at: _name(found, at),
        lambda at: _line(found, at),
    )
    if any(note.rule == "txt.no_points" for note in found.notes):
        contents.absent = contents.empty = _Listed()
    return found.with_notes(*contents.notes(), *_repeated(found))


@dataclass(slots=True)
class _Listed:
    """How many features a note is on, what the first are called, and the line of the first."""

    names: list[str] = field(default_factory=list)
    count: int = 0
    line: int | None = None

    def ids(self) -> str:
        return ", ".join(self.names) + (" …" if self.count > LISTED else "")


@dataclass(slots=True)
class Contents:
    """What geometries a layer holds, looked at whole or part by part, and told at the end."""

    kinds: Counter[int] = field(default_factory=Counter)
    absent: _Listed = field(default_factory=_Listed)
    empty: _Listed = field(default_factory=_Listed)

    def look(
        self,
        kind: NDArray[np.integer],
        empty: NDArray[np.bool_],
        name: Callable[[int], str],
        line: Callable[[int], int | None] = lambda at: None,
    ) -> None:
        """Count features by shapely's type ids (-1: no geometry); ``name`` says what one is called.

        ``empty`` flags geometries without a point.
        """
        for type_id, count in zip(*np.unique(kind, return_counts=True), strict=True):
            self.kinds[int(type_id)] += int(count)
        for listed, wrong in ((self.absent, kind < 0), (self.empty, empty & (kind >= 0))):
            at = np.flatnonzero(wrong).tolist()
            if at and not listed.count:
                listed.line = line(at[0])
            listed.names += [name(n) for n in at[: LISTED - len(listed.names)]]
            listed.count += len(at)

    def notes(self) -> list[Note]:
        """Return the notes on features without a geometry, on empty and on mixed ones."""
        notes = []
        for rule, listed in (("null", self.absent), ("empty", self.empty)):
            if listed.count:
                text = message(f"bad_file.is_{rule}", ids=listed.ids(), count=listed.count)
                notes.append(Note(f"geometry.{rule}", text, line=listed.line))
        return notes + self._mixed()

    def _mixed(self) -> list[Note]:
        kinds: Counter[str] = Counter()
        for type_id, count in self.kinds.items():
            if type_id >= 0:
                kinds[_KINDS[type_id]] += count
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
    return [repeated_note(twice[:LISTED], len(twice), line=_line(found, second))]


def repeated_note(first: Sequence[str], count: int, *, line: int | None = None) -> Note:
    """Return the note on ids that stand more than once: the first of them, and how many."""
    ids = ", ".join(first[:LISTED]) + (" …" if count > LISTED else "")
    return Note("id.repeated", message("bad_file.id_twice", ids=ids, count=count), line=line)


def _name(found: VectorFile, feature: int) -> str:
    return found.labels()[feature]


def _line(found: VectorFile, feature: int) -> int | None:
    return found.lines[feature] if feature < len(found.lines) else None
