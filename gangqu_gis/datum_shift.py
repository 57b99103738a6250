"""Datum shifts that an office brings itself: its own 7 or 4 parameters, in a file of its own.

No shift from Xian80 or Beijing54 to CGCS2000 is public (field conventions 3): PROJ would leave the
coordinates where they are.  The parameters may be classified, so only the file's hash is ever
recorded or shown, never a value.  docs/reading.md describes the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis import crs as crs_module
from gangqu_gis.documents import Entry, read_toml
from gangqu_gis.errors import InputError
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from pyproj import CRS

Floats = NDArray[np.float64]

_SEVEN = ("x_m", "y_m", "z_m", "rx_arcsec", "ry_arcsec", "rz_arcsec", "scale_ppm")
_FOUR = ("north_m", "east_m", "rotation_arcsec", "scale_ppm")
_CONVENTIONS = ("position_vector", "coordinate_frame")


@dataclass(frozen=True, slots=True)
class DatumShift:
    """A shift from one CRS's datum to ``target``, and the hash of the file it stands in.

    ``values`` are the seven parameters (metres, arc-seconds, ppm; ``convention`` says which way
    round the rotations are) or, where ``convention`` is ``None``, the four of a plane.
    """

    name: str
    sha256: str
    source: CRS
    target: CRS
    values: tuple[float, ...]
    convention: str | None

    def __repr__(self) -> str:
        return f"DatumShift({self.name!r}, sha256={self.sha256!r})"

    def applies_to(self, crs: CRS) -> bool:
        """Whether coordinates in ``crs`` may be shifted: its datum, and for four its very plane."""
        if self.convention is None:
            return crs_module.same(crs, self.source)
        return crs_module.same_datum(crs, self.source)

    def applied(self, geometry: NDArray[np.object_], crs: CRS) -> NDArray[np.object_]:
        """Return copies of ``geometry``, given in ``crs``, in the target CRS."""
        if self.convention is None:
            moved = shapely.transform(geometry, self._in_the_plane)
        else:
            moved = shapely.transform(geometry, lambda xy: self._through_space(xy, crs))
        result: NDArray[np.object_] = moved
        return result

    def _in_the_plane(self, xy: Floats) -> Floats:
        """Shift (east, north): N' = n + k(N cos r - E sin r), E' = e + k(N sin r + E cos r)."""
        north_m, east_m, rotation, ppm = self.values
        angle, scale = np.deg2rad(rotation / 3600.0), 1.0 + ppm * 1e-6
        east, north = xy[:, 0], xy[:, 1]
        moved_north = north_m + scale * (north * np.cos(angle) - east * np.sin(angle))
        moved_east = east_m + scale * (north * np.sin(angle) + east * np.cos(angle))
        return np.column_stack([moved_east, moved_north])

    def _through_space(self, xy: Floats, crs: CRS) -> Floats:
        """Shift through geocentric coordinates (PROJ's Helmert), at ellipsoidal height 0."""
        own, wanted = crs_module.geographic(crs), crs_module.geographic(self.target)
        lon, lat = crs_module.transformer(crs, own).transform(xy[:, 0], xy[:, 1])
        step = crs_module.helmert(own, wanted, self.values, convention=str(self.convention))
        lon, lat, _ = step.transform(lon, lat, np.zeros(len(xy)))
        return np.column_stack(crs_module.transformer(wanted, self.target).transform(lon, lat))


def read_shift(path: Path) -> DatumShift:
    """Read a file of shift parameters.

    Raises
    ------
    InputError
        The file cannot be read, names an unknown CRS or one that is no plane (for four
        parameters), or lacks a parameter.  No message shows a value.
    """
    if not path.is_file():
        raise InputError(message("file.missing"), file=str(path))
    document = read_toml(path, shown=str(path))
    document.only("source", "target", "seven", "four")
    root = document.root
    has = [name for name in ("seven", "four") if name in root]
    if len(has) != 1:
        raise InputError(message("shift.one_of"), file=str(path))
    source = crs_module.named(root.text("source"), file=str(path))
    target = crs_module.named(root.text("target"), file=str(path))
    if has == ["four"] and not (source.is_projected and target.is_projected):
        raise InputError(message("shift.planes"), file=str(path))
    if not crs_module.same_datum(target, crs_module.storage()):
        raise InputError(message("shift.target"), file=str(path))
    table = root.table(has[0])
    convention = _convention(table, path) if has == ["seven"] else None
    names = _SEVEN if has == ["seven"] else _FOUR
    table.only((*names, "convention") if has == ["seven"] else names)
    values = tuple(_number(table, name, path) for name in names)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return DatumShift(path.name, sha256, source, target, values, convention)


def _convention(table: Entry, path: Path) -> str:
    found = table.get("convention")
    if found not in _CONVENTIONS:
        raise InputError(message("shift.convention"), file=str(path), line=table.line)
    return str(found)


def _number(table: Entry, name: str, path: Path) -> float:
    value: Any = table.get(name)
    number = float(value) if type(value) in (int, Decimal) else np.nan
    if not np.isfinite(number):
        line = table.line_of(name)
        raise InputError(message("shift.number", name=name), file=str(path), line=line)
    return number
