"""Repairing an invalid polygon: proposed with its effect on the area, made only when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import shapely

from gangqu_gis.messages import Text, message

#: How a polygon is repaired: the area between rings by their structure, not by even-odd filling
#: (shapely.make_valid), and without the lines and points that are left over.
METHOD = "make_valid(structure)"


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair, in the file's own CRS; areas are planar and only tell the size of the effect."""

    before: Any
    after: Any

    @property
    def effect(self) -> Text:
        """What the repair does, in words."""
        parts = shapely.get_num_geometries(self.after)
        return message(
            "update.repair_effect",
            before=f"{shapely.area(self.before):.2f}",
            after=f"{shapely.area(self.after):.2f}",
            parts=parts,
        )

    def as_record(self) -> dict[str, Any]:
        """Return the repair as the history keeps it."""
        return {
            "fault": shapely.is_valid_reason(self.before),
            "method": METHOD,
            "area_before": float(shapely.area(self.before)),
            "area_after": float(shapely.area(self.after)),
            "shape_before": shapely.to_wkt(self.before, rounding_precision=9),
        }


def repaired(shape: Any) -> Repair | None:
    """Return the repair of an invalid polygon, or ``None`` where nothing of it is left."""
    whole = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = [p for p in shapely.get_parts(whole) if p.geom_type in ("Polygon", "MultiPolygon")]
    if shape.geom_type not in ("Polygon", "MultiPolygon") or not parts:
        return None
    after = parts[0] if len(parts) == 1 else shapely.union_all(parts)
    return None if shapely.is_empty(after) else Repair(shape, after)
