"""Where a geometry comes from, and what that makes of the feature that gets it.

A geometry is ``surveyed`` or ``digitized`` only when it comes with its provenance; a later
geometry without one falls back to ``schematic``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gangqu_gis.messages import message

#: Point errors of the three grades of boundary points, metres (field conventions T1).
GRADE_POINT_ERROR_M = {1: 0.05, 2: 0.075, 3: 0.10}

#: What a geometry brings into the attributes of a feature; all of it goes when it goes.
BASIS_FIELDS = (
    "basis",
    "uncertainty_m",
    "map_scale",
    "point_error_m",
    "source",
    "drawing_note",
    "drawing_note_en",
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a geometry comes from: a survey (with its grade) or a map (with its scale)."""

    basis: str
    reference: str
    on: str | None = None
    grade: int | None = None
    map_scale: int | None = None

    def as_record(self) -> dict[str, Any]:
        """Return the provenance as the history keeps it."""
        record = {
            "basis": self.basis,
            "reference": self.reference,
            "on": self.on,
            "grade": self.grade,
            "map_scale": self.map_scale,
        }
        return {name: value for name, value in record.items() if value is not None}

    def attributes(self) -> dict[str, Any]:
        """Return the attributes that this basis gives a feature."""
        attributes: dict[str, Any] = {"basis": self.basis, "source": self.reference}
        if self.grade is not None:
            attributes["point_error_m"] = GRADE_POINT_ERROR_M[self.grade]
            attributes["uncertainty_m"] = GRADE_POINT_ERROR_M[self.grade]
        if self.map_scale is not None:
            attributes["map_scale"] = self.map_scale
        return attributes


@dataclass(frozen=True, slots=True)
class Unproven:
    """A geometry without provenance: where it was found, and how far off it may be, if said."""

    found_in: str
    uncertainty_m: float | None = None

    def attributes(self, former: Mapping[str, Any]) -> dict[str, Any]:
        """Return the attributes of a feature that gets such a geometry.

        A schematic feature keeps what it says of itself.  One that was evidence keeps nothing of
        it: a survey must not be named as the source of a line that somebody moved.
        """
        attributes = {"basis": "schematic"}
        if former.get("basis") == "schematic":
            kept = {name: former[name] for name in BASIS_FIELDS if name in former}
            attributes = kept | attributes
        else:
            attributes["source"] = message("update.no_source", file=self.found_in).zh
        if self.uncertainty_m is not None:
            attributes["uncertainty_m"] = self.uncertainty_m  # type: ignore[assignment]
        return attributes


def with_geometry_of(
    properties: Mapping[str, Any], origin: Provenance | Unproven
) -> dict[str, Any]:
    """Return the attributes of a feature after a geometry of ``origin`` came to it."""
    kept = {name: value for name, value in properties.items() if name not in BASIS_FIELDS}
    if isinstance(origin, Provenance):
        return kept | origin.attributes()
    return kept | origin.attributes(properties)
