"""Edits that are no edits: another program wrote every coordinate with fewer decimals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from gangqu_gis import crs
from gangqu_gis.evidence import recorded_geometry
from gangqu_gis.formats.vector import Note
from gangqu_gis.history import Change
from gangqu_gis.layers import Layer
from gangqu_gis.measure import to_crs
from gangqu_gis.messages import joined, message, plain
from gangqu_gis.plan import Plan
from gangqu_gis.sameness import same_shape

#: Fewer decimals than this move a boundary by more than a metre: that is no writer's habit.
_FEWEST = 5
#: Metres of a degree of latitude, at most (at a pole of CGCS2000).
_DEGREE_M = 111_700.0
#: How many ids a note lists.
_LISTED = 8


def rounding_notes(plan: Plan, edited: Layer, changes: Sequence[Change]) -> list[tuple[str, Note]]:
    """Return a note on the geometries that differ only by the decimals the file was saved with.

    They are taken over as any moved geometry is, so that a survey would be none any more: whoever
    saved the file must know why.
    """
    decimals = _decimals([feature.geometry for feature in edited.features])
    if not _FEWEST <= decimals < crs.STORAGE_DECIMALS:
        return []
    # Half of the last digit in both directions; the storage CRS rounds once more.
    within = 10.0**-decimals * _DEGREE_M * np.sqrt(0.5) * 1.01
    pairs = {}
    for change in changes:
        before, after = (recorded_geometry(state) for state in (change.before, change.after))
        if None not in (before, after) and change.moves_geometry:
            if same_shape(before, after, within_m=within):
                pairs[change.id] = (before, after)
    if not pairs:
        return []
    farthest = max(_farthest_m(plan, *pair) for pair in pairs.values())
    listed = [plain(id_) for id_ in pairs][:_LISTED]
    listed += [plain("…")] if len(pairs) > _LISTED else []
    text = message(
        "update.rounded",
        decimals=decimals,
        kept=crs.STORAGE_DECIMALS,
        mm=f"{farthest * 1000:.0f}",
        count=len(pairs),
        ids=joined(listed, zh="、", en=", "),
    )
    return [(edited.file, Note("coordinates.rounded", text))]


def _decimals(shapes: Sequence[Any]) -> int:
    """Return the decimals that all coordinates of ``shapes`` make do with."""
    xy = shapely.get_coordinates([shape for shape in shapes if shape is not None])
    for count in range(crs.STORAGE_DECIMALS):
        if (np.abs(np.round(xy, count) - xy) < 10.0 ** -(crs.STORAGE_DECIMALS + 2)).all():
            return count
    return crs.STORAGE_DECIMALS


def _farthest_m(plan: Plan, before: Any, after: Any) -> float:
    """Return how far a vertex lies from where it was, at most, metres."""
    vertices = np.array(
        [shapely.multipoints(shapely.get_coordinates(shape)) for shape in (before, after)],
        dtype=object,
    )
    plane = crs.planar(plan.workspace.planar_crs)
    moved = to_crs(vertices, source=crs.storage(), target=plane)
    return float(shapely.hausdorff_distance(*moved))
