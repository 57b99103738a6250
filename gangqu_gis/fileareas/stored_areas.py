"""Files measured on their own: both areas of every feature, and a stored area column judged.

A stored column was computed from the same coordinates, so only rounding may part them (tolerance
class "same coordinates").  Whatever else parts them has a cause, and each is tested: the other
kind of area, a slip of the unit, an area taken in Web Mercator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis import crs as crs_module
from gangqu_gis.checks import Tolerance, Verdict
from gangqu_gis.errors import InputError
from gangqu_gis.fileareas.judgement import (
    LARGEST_SHARE,
    Column,
    Judgement,
    StoredCause,
    column_decimals,
    column_numbers,
    judge,
)
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.measure import Floats, Measures, Rings, keep_only, measures, to_crs
from gangqu_gis.messages import message
from gangqu_gis.units import Unit, unit

if TYPE_CHECKING:
    from pyproj import CRS

#: The step that coordinates are taken to be rounded to where no workspace says otherwise, metres.
DEFAULT_COORDINATE_M = 0.001

#: shapely's type ids of what has an area.
POLYGONS = (3, 6)


@dataclass(frozen=True, slots=True)
class FileAreas:
    """Both areas of every feature of a file, with the CRSs they were taken in."""

    file: VectorFile
    plane: CRS | None
    areas: Measures

    @property
    def withheld(self) -> NDArray[np.bool_]:
        """Where there is no area."""
        return np.isnan(self.areas.ellipsoidal_m2)


@dataclass(frozen=True, slots=True)
class StoredAreas:
    """A stored column as it stands, and the judgement of it."""

    stored: Column
    stated: NDArray[Any]
    squares_m2: Floats
    judgement: Judgement

    @property
    def column(self) -> str:
        """The name of the column."""
        return self.stored.name

    @property
    def unit(self) -> Unit:
        """The unit that the column is in."""
        return self.stored.unit

    @property
    def decimals(self) -> int:
        """The decimals that the column was kept to."""
        return self.stored.decimals

    @property
    def stated_m2(self) -> Floats:
        """The stated areas, m²."""
        return self.judgement.stated_m2

    @property
    def verdicts(self) -> list[Verdict]:
        """The verdict of each feature."""
        return self.judgement.verdicts

    @property
    def causes(self) -> list[StoredCause]:
        """The cause of each difference."""
        return self.judgement.causes

    @property
    def meant(self) -> list[Unit | None]:
        """The unit that a slip confused with the column's."""
        return self.judgement.meant

    def tolerance(self, at: int) -> Tolerance | None:
        """Return the tolerance of one feature with its formula, or ``None``: not compared."""
        if np.isnan(self.judgement.tolerance_m2[at]):
            return None
        return self.stored.tolerance(float(self.squares_m2[at]), self.judgement.grids.at(at))

    @property
    def disagrees(self) -> bool:
        """Whether any feature's stored area is not confirmed by its geometry."""
        return any(v not in (Verdict.AGREE, Verdict.UNSTATED) for v in self.verdicts)


def measure_file(file: VectorFile, *, workspace_plane: CRS | None) -> FileAreas:
    """Measure every polygon of ``file``.

    A projected file is its own plane.  A geographic one is measured with geodesic edges; its
    planar areas are taken in ``workspace_plane``, or withheld where there is none.

    Raises
    ------
    InputError
        No feature of the file is a polygon.
    """
    assert file.crs is not None
    polygonal = np.isin(shapely.get_type_id(file.geometry), POLYGONS)
    if len(file) and not polygonal.any():
        raise InputError(message("measure.no_polygons", layer=file.layer), file=file.source)
    plane = measuring_plane(file.crs, workspace_plane)
    return FileAreas(file, plane, measures(file.geometry, crs=file.crs, plane=plane))


def measuring_plane(own: CRS, workspace_plane: CRS | None) -> CRS | None:
    """Return the plane of a file's planar areas: its own, the workspace's, or ``None``."""
    if own.is_projected:
        return own
    near = workspace_plane is not None and crs_module.same_datum(own, workspace_plane)
    return workspace_plane if near else None


def compare_stored(
    measured: FileAreas,
    *,
    column: str,
    unit_name: str,
    coordinate_m: float,
    largest_share: float = LARGEST_SHARE,
) -> StoredAreas:
    """Judge the stored area ``column`` of a measured file.

    ``coordinate_m`` is the step that coordinates are rounded to, metres.  The ellipsoidal area is
    compared; a column that holds planar areas is named as such.  Where the tolerance passes
    ``largest_share`` of the area, the column is too coarse to confirm anything: ``indicative``.

    Raises
    ------
    UsageError
        The file has no such column.
    InputError
        The column holds something that is no number (with the feature).
    """
    file = measured.file
    values = file.column(column)
    stated = column_numbers(values, file.source, lambda i: file.labels()[i])
    kept = Column(column, unit(unit_name), column_decimals(stated), coordinate_m, largest_share)

    assert file.crs is not None
    found = judge(
        measured.areas, stated, kept, lambda at: Rings.of(file.geometry[at]), file.crs
    )
    return StoredAreas(kept, values, measured.areas.squares_m2, found)


def in_metres(measured: FileAreas) -> tuple[NDArray[np.object_], CRS]:
    """Return the polygons of a file in a plane in metres, and the plane.

    Its own where it is projected, that of the workspace where there is one, else an equal-area
    plane at the file's middle.  What is no polygon is ``None``; an invalid polygon stays.
    """
    file = measured.file
    assert file.crs is not None
    kinds = shapely.get_type_id(file.geometry)
    polygons = keep_only(file.geometry, np.isin(kinds, POLYGONS) & ~shapely.is_empty(file.geometry))
    plane = measured.plane or crs_module.equal_area_around(*shapely.total_bounds(polygons).tolist())
    return to_crs(polygons, source=file.crs, target=plane), plane
