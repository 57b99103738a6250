"""Files whose features lie as far off, and in the direction, as a map service displaces them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from gangqu_gis.formats.vector import Note
from gangqu_gis.gcj02 import Floats, suspicion
from gangqu_gis.messages import message
from gangqu_gis.update.matching import Matching


def displacement_notes(matching: Matching) -> list[tuple[str, Note]]:
    """Return a note for each file that seems to be in GCJ-02 or BD-09; nothing is ever applied."""
    pairs: dict[str, list[tuple[Any, Any]]] = {}
    for found in matching.matches:
        if found.feature.geometry is not None and found.arrival.geometry is not None:
            row = (found.feature.geometry, found.arrival.geometry)
            pairs.setdefault(found.arrival.file, []).append(row)
    notes = []
    for file, rows in pairs.items():
        seen = suspicion(_centres([row[0] for row in rows]), _centres([row[1] for row in rows]))
        if seen is not None:
            text = message(
                "update.displaced",
                system=seen.system,
                count=seen.count,
                east=f"{seen.offset[0]:.0f}",
                north=f"{seen.offset[1]:.0f}",
                expected_east=f"{seen.expected[0]:.0f}",
                expected_north=f"{seen.expected[1]:.0f}",
                spread=f"{seen.spread:.0f}",
            )
            notes.append((file, Note("crs.displaced", text, asks=True)))
    return notes


def _centres(shapes: list[Any]) -> Floats:
    centres: Floats = shapely.get_coordinates(shapely.centroid(np.array(shapes, dtype=object)))
    return centres
