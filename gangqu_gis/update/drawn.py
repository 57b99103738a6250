"""Drawings are no evidence: a schematic geometry that comes back as a survey or a map is refused.

A drawing is what a layer held as schematic before its history, or what was drawn in the layer
itself and adopted: its size was fitted to the plan's figures.  What a file brought without
provenance is none, so that its provenance can be given later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gangqu_gis import crs
from gangqu_gis.errors import RefusedError
from gangqu_gis.evidence import recorded_geometry
from gangqu_gis.history import ADOPT
from gangqu_gis.measure import to_crs
from gangqu_gis.messages import message
from gangqu_gis.plan import Plan
from gangqu_gis.records import Record, id_of
from gangqu_gis.sameness import congruent
from gangqu_gis.update.incoming import Arrival
from gangqu_gis.update.matching import Matching
from gangqu_gis.update.provenance import Provenance, Unproven

#: A boundary nowhere farther than this from a drawing is that drawing, rounded or with other
#: vertices, metres …
NEAR_M = 0.5
#: … if that is also a small share of the uncertainty that the drawing states.
NEAR_SHARE = 0.1
#: Vertices that stand out from the boundary by less say nothing of its shape, degrees (1 cm).
_FLAT = 1e-7
#: Boxes that differ by more than this in degrees (some 1 m) are not those of one drawing.
_BOX = 1e-5


@dataclass(frozen=True, slots=True)
class Drawing:
    """A schematic geometry in EPSG:4490 of the feature (or features) ``id``."""

    id: str
    geometry: Any
    uncertainty_m: float


def refuse_drawings(
    plan: Plan, layer: str, matching: Matching, origin: Mapping[str, Provenance | Unproven]
) -> None:
    """Refuse arrivals with provenance whose geometry is a drawing, also in parts or joined.

    A feature's own drawing is known again also when it was moved or turned.

    Raises
    ------
    RefusedError
        A drawing comes as evidence.
    """
    proven = {id(a): a for a in _arrivals(matching) if isinstance(origin[a.file], Provenance)}
    proven = {key: a for key, a in proven.items() if a.geometry is not None}
    if not proven:
        return
    drawings = drawings_of(plan, layer)
    by_id: dict[str, list[Drawing]] = {}
    for drawing in drawings:
        by_id.setdefault(drawing.id, []).append(drawing)
    for found in matching.matches:
        for drawing in by_id.get(found.feature.id, ()) if id(found.arrival) in proven else ():
            if _is_copy(drawing, found.arrival.geometry):
                raise _refused(drawing, found.arrival)
    near = _Near(plan, [*drawings, *_joined(matching, by_id)])
    for shape, arrival in _brought(matching, proven):
        copied = near.copied_by(shape)
        if copied is not None:
            raise _refused(copied, arrival)


def drawings_of(plan: Plan, layer: str) -> list[Drawing]:
    """Return every drawing that the layer holds, or held once."""
    records: list[Record] = []
    touched: set[str] = set()
    for entry in plan.history.of_layer(layer):
        for change in entry.changes:
            if change.id not in touched and change.before is not None:
                records.append(change.before)
            if entry.action == ADOPT and change.after is not None and change.moves_geometry:
                records.append(change.after)
            touched.add(change.id)
    records += [f.as_record() for f in plan.layers[layer].features if f.id not in touched]
    return [drawing for record in records if (drawing := _drawing(record)) is not None]


def _drawing(record: Record) -> Drawing | None:
    properties = record.get("properties") or {}
    shape = recorded_geometry(record)
    if properties.get("basis") in ("surveyed", "digitized") or shape is None or shape.is_empty:
        return None
    stated = properties.get("uncertainty_m")
    uncertainty = float(stated) if isinstance(stated, int | float) else np.inf
    return Drawing(id_of(record), shape, uncertainty)


def _arrivals(matching: Matching) -> Iterator[Arrival]:
    yield from (found.arrival for found in matching.matches)
    yield from matching.new


def _brought(matching: Matching, proven: Mapping[int, Arrival]) -> Iterator[tuple[Any, Arrival]]:
    """Yield what comes as evidence: each arrival, and the parts of a feature together."""
    for arrival in proven.values():
        yield arrival.geometry, arrival
    own = {found.feature.id: found.arrival for found in matching.matches}
    for split in matching.splits:
        parts = [*split.parts, *([own[split.feature.id]] if split.kept else [])]
        if all(id(part) in proven for part in parts):
            yield shapely.union_all([part.geometry for part in parts]), parts[0]


def _joined(matching: Matching, by_id: Mapping[str, list[Drawing]]) -> Iterator[Drawing]:
    """Yield the drawings that one arrival would merge, as one."""
    for merger in matching.mergers:
        rows = [row[-1] for f in merger.features if (row := by_id.get(f.id))]
        if len(rows) == len(merger.features):
            ids = ", ".join(row.id for row in rows)
            whole = shapely.union_all([row.geometry for row in rows])
            yield Drawing(ids, whole, min(row.uncertainty_m for row in rows))


def _is_copy(drawing: Drawing, shape: Any) -> bool:
    """Whether ``shape`` is the drawing moved or turned, whatever vertices lie on its sides."""
    return congruent(*(shapely.simplify(s, _FLAT) for s in (drawing.geometry, shape)))


def _refused(drawing: Drawing, arrival: Arrival) -> RefusedError:
    text = message("update.the_drawing", id=drawing.id)
    return RefusedError(text, file=arrival.file, line=arrival.line)


class _Near:
    """Drawings by place."""

    def __init__(self, plan: Plan, drawings: Iterable[Drawing]) -> None:
        self.plane = crs.planar(plan.workspace.planar_crs)
        self.drawings = list(drawings)
        self.boxes = shapely.bounds([d.geometry for d in self.drawings]).reshape(-1, 4)

    def copied_by(self, shape: Any) -> Drawing | None:
        """Return the drawing from which ``shape`` is nowhere far, if there is one."""
        alike = (np.abs(self.boxes - shapely.bounds(shape)) < _BOX).all(axis=1)
        for at in np.flatnonzero(alike):
            drawing = self.drawings[at]
            if self._distance(drawing.geometry, shape) <= min(
                NEAR_M, NEAR_SHARE * drawing.uncertainty_m
            ):
                return drawing
        return None

    def _distance(self, a: Any, b: Any) -> float:
        """Return the Hausdorff distance of two boundaries or lines, metres."""
        lines = [s if s.geom_type.endswith("LineString") else shapely.boundary(s) for s in (a, b)]
        column = np.empty(2, dtype=object)
        column[:] = lines
        moved = to_crs(column, source=crs.storage(), target=self.plane)
        return float(shapely.hausdorff_distance(*moved))
