"""Settling the CRS of a file: declared, matched by content, named by the user, or inferred."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis import crs as crs_module
from gangqu_gis.datum_shift import DatumShift
from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.formats.inference import Bounds, flipped, infer, looks_truncated
from gangqu_gis.formats.vector import Note, VectorFile
from gangqu_gis.messages import joined, message
from gangqu_gis.zones import crs_title

if TYPE_CHECKING:
    from pyproj import CRS

#: No point of a zone lies farther than this from its central meridian, metres (6°, equator: 334 km;
#: with room for drawings that run over the edge).
_FARTHEST_M = 4.0e5


def settle(
    found: VectorFile,
    *,
    named: CRS | None,
    shift: DatumShift | None,
    extent: Bounds | None,
    plane: CRS | None,
) -> VectorFile:
    """Return ``found`` with its CRS settled, in (east, north) order, on a usable datum.

    Raises
    ------
    InputError
        The CRS is unknown and cannot be inferred, contradicts ``named`` or the coordinates, or is
        on a datum whose shift is not known and no ``shift`` was given.
    UsageError
        ``shift`` is for another datum than the file's.
    """
    if named is None and any(note.rule == "crs.ovital" for note in found.notes):
        raise InputError(message("bad_file.ovital"), file=found.source)
    for crs in (found.crs, named):
        if crs is not None and not crs_module.is_placed(crs):
            text = message("placing.local", crs=crs_title(crs))
            raise InputError(text, file=found.source)
    if found.crs is not None:
        _refuse_old_datum(found.crs, found.source, shift)
        placed = _declared(found, named)
    elif named is not None:
        placed = _checked(found.with_crs(named))
    else:
        placed = _inferred(found, extent=extent, plane=plane)
    return _on_a_known_datum(placed, shift)


def _declared(found: VectorFile, named: CRS | None) -> VectorFile:
    assert found.crs is not None
    declared = found.crs
    if named is not None and not crs_module.same(named, declared):
        text = message(
            "measure.other_crs",
            declared=crs_title(declared),
            named=crs_title(named),
        )
        raise InputError(text, file=found.source)
    if named is not None:
        return _checked(found.with_crs(named))
    match = crs_module.matched(declared)
    if match is None:
        return _checked(found)
    text = message(
        "placing.matched" if match.certain else "placing.matched_ellipsoid",
        name=declared.name,
        crs=crs_title(match.crs),
    )
    note = Note("crs.matched", text, asks=not match.certain)
    return _checked(found.with_crs(match.crs).with_notes(note))


def _inferred(found: VectorFile, *, extent: Bounds | None, plane: CRS | None) -> VectorFile:
    bounds = _bounds(found)
    if bounds is None:
        raise InputError(message("measure.no_crs"), file=found.source)
    own = found.guess
    candidates = [own] if own else infer(bounds, extent=extent, plane=plane)
    if not candidates:
        key = "placing.no_meridian" if looks_truncated(bounds) else "placing.unknown"
        text = message(key, x=f"{bounds[0]:.3f}", y=f"{bounds[1]:.3f}")
        raise InputError(text, file=found.source)
    if len(candidates) > 1:
        choices = joined([crs_title(c.crs) for c in candidates])
        raise InputError(message("placing.ambiguous", choices=choices), file=found.source)
    (only,) = candidates
    text = message("placing.inferred", crs=crs_title(only.crs), evidence=only.evidence)
    placed = replace(found, geometry=_east_first(found, only.swapped)).with_crs(only.crs)
    return _checked(placed.with_notes(Note("crs.inferred", text, asks=True)))


def _checked(found: VectorFile) -> VectorFile:
    """Refuse coordinates that contradict their CRS; put them (east, north) where they are not."""
    assert found.crs is not None
    bounds = _bounds(found)
    if bounds is None or _fits(found.crs, bounds):
        return found
    if _fits(found.crs, flipped(bounds)):
        text = message("placing.swapped", x=f"{bounds[0]:.4f}", y=f"{bounds[1]:.4f}")
        turned = replace(found, geometry=_east_first(found, True))
        return turned.with_notes(Note("crs.axes_swapped", text, asks=True))
    key = "measure.not_degrees" if found.crs.is_geographic else "placing.contradicted"
    guesses = infer(bounds, extent=None, plane=None)
    text = message(
        key,
        x=f"{bounds[0]:g}",
        y=f"{bounds[1]:g}",
        crs=crs_title(found.crs),
        looks=guesses[0].evidence if guesses else message("placing.nothing_known"),
    )
    raise InputError(text, file=found.source)


def _fits(crs: CRS, bounds: Bounds) -> bool:
    west, south, east, north = bounds
    if crs.is_geographic:
        return -360 <= west and east <= 360 and -90 <= south and north <= 90
    gauss = crs_module.gauss_parameters(crs)
    if gauss is None:
        return True
    offset = max(abs(west - gauss.false_easting), abs(east - gauss.false_easting))
    return offset <= _FARTHEST_M and -1e7 <= south and north <= 1e7


def _on_a_known_datum(found: VectorFile, shift: DatumShift | None) -> VectorFile:
    assert found.crs is not None
    _refuse_old_datum(found.crs, found.source, shift)
    if shift is None:
        return found
    if not shift.applies_to(found.crs):
        text = message(
            "placing.other_shift",
            source=crs_title(shift.source),
            crs=crs_title(found.crs),
        )
        raise UsageError(text, file=found.source)
    text = message(
        "placing.shifted",
        file=shift.name,
        sha=shift.sha256[:16],
        source=crs_title(found.crs),
        target=crs_title(shift.target),
    )
    moved = replace(
        found, geometry=shift.applied(found.geometry, found.crs), transform_sha256=shift.sha256
    )
    return moved.with_crs(shift.target).with_notes(Note("crs.shifted", text))


def _refuse_old_datum(crs: CRS, source: str, shift: DatumShift | None) -> None:
    old = crs_module.old_datum(crs)
    if old is not None and shift is None:
        raise InputError(message(f"placing.old_{old}", crs=crs_title(crs)), file=source)


def _bounds(found: VectorFile) -> Bounds | None:
    if not len(found):
        return None
    west, south, east, north = (float(value) for value in shapely.total_bounds(found.geometry))
    return (west, south, east, north) if np.isfinite([west, south, east, north]).all() else None


def _east_first(found: VectorFile, swapped: bool) -> NDArray[np.object_]:
    if not swapped:
        return found.geometry
    turned: NDArray[np.object_] = shapely.transform(found.geometry, lambda xy: xy[:, ::-1])
    return turned
