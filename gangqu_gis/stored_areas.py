"""Files measured on their own: both areas of every feature, and a stored area column judged.

A stored column was computed from the same coordinates, so only rounding may part them (tolerance
class "same coordinates").  Whatever else parts them has a cause, and each is tested: the other
kind of area, a slip of the unit, an area taken in Web Mercator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis import crs as crs_module
from gangqu_gis import tolerance
from gangqu_gis.checks import Tolerance, Verdict
from gangqu_gis.errors import InputError
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.measure import Areas, Floats, areas, keep_only, to_crs
from gangqu_gis.messages import message
from gangqu_gis.units import AREA_UNITS, Unit, unit

if TYPE_CHECKING:
    from pyproj import CRS

#: More decimals than this in a floating-point column are noise of the format, not precision:
#: 1e-10 km² is 0.1 mm².
MOST_DECIMALS = 10

_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?", flags=re.ASCII)

#: No area of anything on Earth is a larger number, in any unit.
LARGEST_STORED = 1e15

#: The largest tolerance, as a share of the area, that can confirm one (design: 1/200).
LARGEST_SHARE = 0.005

#: The step that coordinates are taken to be rounded to where no workspace says otherwise, metres.
DEFAULT_COORDINATE_M = 0.001


class StoredCause(StrEnum):
    """Why a stored area differs from its geometry."""

    NONE = ""
    PLANAR = "planar"
    UNIT = "unit"
    WEB_MERCATOR = "web_mercator"
    STALE = "stale"
    COARSE = "coarse"


@dataclass(frozen=True, slots=True)
class FileAreas:
    """Both areas of every feature of a file, with the CRSs they were taken in."""

    file: VectorFile
    plane: CRS | None
    areas: Areas
    withheld: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class StoredAreas:
    """A stored column against the geometry, one entry per feature.

    ``stated_m2`` is NaN where the column is empty; ``factors`` is the ratio of a unit slip.
    """

    column: str
    unit: Unit
    decimals: int
    stated: NDArray[Any]
    stated_m2: Floats
    tolerances: list[Tolerance | None]
    verdicts: list[Verdict]
    causes: list[StoredCause]
    meant: list[Unit | None]

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
    polygonal = np.isin(shapely.get_type_id(file.geometry), (3, 6))
    if len(file) and not polygonal.any():
        raise InputError(message("measure.no_polygons", layer=file.layer), file=file.source)
    if file.crs.is_projected:
        plane: CRS | None = file.crs
        found = areas(file.geometry, crs=file.crs, plane=plane)
    else:
        near = workspace_plane is not None and crs_module.same_datum(file.crs, workspace_plane)
        plane = workspace_plane if near else None
        found = areas(file.geometry, crs=file.crs, plane=None)
        if plane is not None:
            moved = areas(file.geometry, crs=file.crs, plane=plane)
            found = Areas(found.ellipsoidal_m2, moved.planar_m2)
    return FileAreas(file, plane, found, np.isnan(found.ellipsoidal_m2))


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
    stated_in = unit(unit_name)
    values = file.column(column)
    stated = _numbers(values, file)
    decimals = _decimals(stated)
    stated_m2 = stated * float(stated_in.factor)
    half_unit_m2 = 0.5 * 10.0**-decimals * float(stated_in.factor)
    in_plane, _ = in_metres(measured)
    tolerances, verdicts, causes, meant = [], [], [], []
    mercator = _web_mercator_areas(measured)
    for i in range(len(file)):
        ellipsoidal, planar = measured.areas.ellipsoidal_m2[i], measured.areas.planar_m2[i]
        if np.isnan(stated_m2[i]) or measured.withheld[i]:
            verdict = Verdict.MISSING if measured.withheld[i] else Verdict.UNSTATED
            limit, cause, other = None, StoredCause.NONE, None
        else:
            limit = tolerance.same_coordinates(
                in_plane[i], coordinate_m=coordinate_m, column_half_unit_m2=half_unit_m2
            )
            verdict = _verdict(abs(stated_m2[i] - ellipsoidal), limit.value_m2)
            coarse = limit.value_m2 > largest_share * ellipsoidal
            if coarse and verdict is not Verdict.DIFFER:
                verdict = Verdict.INDICATIVE
            candidates = (ellipsoidal, planar, mercator[i])
            cause, other = _cause(verdict, stated[i], stated_in, candidates, limit.value_m2)
        tolerances.append(limit)
        verdicts.append(verdict)
        causes.append(cause)
        meant.append(other)
    return StoredAreas(
        column, stated_in, decimals, values, stated_m2, tolerances, verdicts, causes, meant
    )


def _verdict(distance: float, limit: float) -> Verdict:
    if distance <= limit:
        return Verdict.AGREE
    return Verdict.REVIEW if distance <= 2 * limit else Verdict.DIFFER


def _cause(
    verdict: Verdict,
    stated: float,
    stated_in: Unit,
    candidates: tuple[float, float, float],
    limit: float,
) -> tuple[StoredCause, Unit | None]:
    """Return the first cause that fits within the tolerance, and the unit meant by a slip."""
    ellipsoidal, planar, mercator = candidates
    if verdict is Verdict.AGREE:
        return StoredCause.NONE, None
    if verdict is Verdict.INDICATIVE:
        return StoredCause.COARSE, None
    stated_m2 = stated * float(stated_in.factor)
    decimals = _decimals(np.array([stated]))
    if abs(stated_m2 - planar) <= limit:
        return StoredCause.PLANAR, None
    for name in AREA_UNITS:
        other = unit(name)
        rounding = 0.5 * 10.0**-decimals * float(other.factor)
        fits = [
            abs(stated * float(other.factor) - area) <= limit + rounding
            for area in (ellipsoidal, planar)
        ]
        if other is not stated_in and any(fits):
            return StoredCause.UNIT, other
    if abs(stated_m2 - mercator) <= limit:
        return StoredCause.WEB_MERCATOR, None
    return StoredCause.STALE, None


def _numbers(values: NDArray[Any], file: VectorFile) -> Floats:
    numbers = np.full(len(values), np.nan)
    for i, (value, label) in enumerate(zip(values, file.labels(), strict=True)):
        if value is None or value != value or (isinstance(value, str) and not value.strip()):
            continue
        is_truth = isinstance(value, bool | np.bool_)
        readable = not is_truth and (not isinstance(value, str) or _NUMBER.fullmatch(value.strip()))
        try:
            numbers[i] = float(value) if readable else np.inf
        except (TypeError, ValueError):
            numbers[i] = np.inf
        if abs(numbers[i]) > LARGEST_STORED:
            text = message("measure.not_a_number", id=label, value=str(value)[:40])
            raise InputError(text, file=file.source)
    return numbers


def _decimals(values: Floats) -> int:
    """Return the decimals the column was kept to: the fewest that reproduce every value."""
    present = values[np.isfinite(values)]
    for places in range(MOST_DECIMALS):
        if np.allclose(present, np.round(present, places), rtol=1e-12, atol=0):
            return places
    return MOST_DECIMALS


def in_metres(measured: FileAreas) -> tuple[NDArray[np.object_], CRS]:
    """Return the polygons of a file in a plane in metres, and the plane.

    Its own where it is projected, that of the workspace where there is one, else an equal-area
    plane at the file's middle.  What is no polygon is ``None``; an invalid polygon stays.
    """
    file = measured.file
    assert file.crs is not None
    kinds = shapely.get_type_id(file.geometry)
    polygons = keep_only(file.geometry, np.isin(kinds, (3, 6)) & ~shapely.is_empty(file.geometry))
    plane = measured.plane or _local_plane(polygons)
    return to_crs(polygons, source=file.crs, target=plane), plane


def _local_plane(geometry: NDArray[np.object_]) -> CRS:
    """Return an equal-area plane at the file's middle: good to 1e-4 for distances near by."""
    west, south, east, north = shapely.total_bounds(geometry)
    if not np.isfinite(west):
        west = south = east = north = 0.0
    lon, lat = (west + east) / 2, (south + north) / 2
    return crs_module.named(f"+proj=laea +lon_0={lon} +lat_0={lat} +ellps=GRS80")


def _web_mercator_areas(measured: FileAreas) -> Floats:
    """Return the areas a careless user would get in EPSG:3857; only to recognise them."""
    file = measured.file
    assert file.crs is not None
    sound = keep_only(file.geometry, ~measured.withheld)
    geographic = crs_module.geographic(file.crs)
    degrees = to_crs(sound, source=file.crs, target=geographic)
    radius = 6378137.0

    def mercator(xy: Floats) -> Floats:
        lon, lat = np.deg2rad(xy[:, 0]), np.deg2rad(xy[:, 1])
        return np.column_stack([radius * lon, radius * np.arctanh(np.sin(lat))])

    result: Floats = shapely.area(shapely.transform(degrees, mercator))
    return result
