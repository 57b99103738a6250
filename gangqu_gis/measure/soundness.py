"""Which geometries are polygons that an area can be taken of."""

from __future__ import annotations

import numpy as np
import shapely

from gangqu_gis.measure.fast import certainly_simple, compiling_pays
from gangqu_gis.measure.rings import Flags, Geometries, Rings
from gangqu_gis.measure.runs import RUN, in_threads, over_runs


def polygonal(geometry: Geometries) -> Flags:
    """Return which entries are non-empty polygons or multipolygons, valid or not."""
    kinds = shapely.get_type_id(geometry)
    found: Flags = (
        (kinds == shapely.GeometryType.POLYGON) | (kinds == shapely.GeometryType.MULTIPOLYGON)
    ) & ~shapely.is_empty(geometry)
    return found


def sound_polygons(geometry: Geometries) -> Flags:
    """Return which entries are valid, non-empty polygons or multipolygons."""
    compiled = compiling_pays(geometry)
    return over_runs(geometry, lambda run: (_sound(run, Rings.of(run), compiled),))[0]


def sound_rings(geometry: Geometries) -> tuple[Geometries, Rings]:
    """Return the array with ``None`` for what is not sound, and the rings of what is."""
    compiled = compiling_pays(geometry)
    parts: dict[int, tuple[Geometries, Rings]] = {}

    def work(at: slice) -> None:
        parts[at.start] = only_sound(geometry[at], compiled=compiled)

    in_threads(len(geometry), RUN, work)
    if len(parts) < 2:
        return parts.get(0) or only_sound(geometry, compiled=compiled)
    kept, rings = zip(*(parts[at] for at in sorted(parts)), strict=True)
    return np.concatenate(kept), Rings.joined(rings)


def only_sound(geometry: Geometries, *, compiled: bool) -> tuple[Geometries, Rings]:
    """Return the same of a run, the form being chosen already."""
    rings = Rings.of(geometry)
    sound = _sound(geometry, rings, compiled)
    if sound.all():
        return geometry, rings
    kept = geometry.copy()
    kept[~sound] = None
    return kept, rings.only(sound)


def _sound(geometry: Geometries, rings: Rings, compiled: bool) -> Flags:
    """Return which entries are sound: all that have rings, and are valid.

    A polygon of one ring that surely does not meet itself is valid; of the others GEOS decides.
    """
    count = np.bincount(rings.polygon, minlength=rings.size)
    sound = count > 0
    open_ = sound.copy()
    if compiled:
        settled = certainly_simple(rings) & (count[rings.polygon] == 1)
        open_[rings.polygon[settled]] = False
    asked = np.flatnonzero(open_)

    def work(at: slice) -> None:
        sound[asked[at]] = shapely.is_valid(geometry[asked[at]])

    in_threads(len(asked), RUN, work)
    return sound
