"""Polygons as ragged arrays: the coordinates of all rings end to end, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

#: Vertices that are worked on at a time: few enough to stay in the processor's cache.
CHUNK = 1 << 14


@dataclass(frozen=True, slots=True)
class Rings:
    """Closed rings: ring i has the coordinates ``xy[start[i]:start[i + 1]]``.

    ``polygon`` is the index of each ring's polygon among ``size``; ``sign`` is 1 for a shell and
    -1 for a hole.
    """

    xy: Floats
    start: Indices
    polygon: Indices
    sign: Floats
    size: int

    def __len__(self) -> int:
        return len(self.polygon)

    @classmethod
    def of(cls, geometry: Geometries) -> Rings:
        """Return the rings of an array of polygons; whatever is none has no ring.

        Polygons without holes are read in one call: asking for rings costs four times as much.
        """
        kinds = shapely.get_type_id(geometry)
        simple = (kinds == shapely.GeometryType.POLYGON) & ~shapely.is_empty(geometry)
        simple &= shapely.get_num_interior_rings(geometry) == 0
        if simple.all():
            return cls._simple(geometry, np.arange(len(geometry)), len(geometry))
        polygonal = (kinds == shapely.GeometryType.POLYGON) | (
            kinds == shapely.GeometryType.MULTIPOLYGON
        )
        plain, compound = np.flatnonzero(simple), np.flatnonzero(polygonal & ~simple)
        first = cls._simple(geometry[plain], plain, len(geometry))
        second = cls._compound(geometry[compound], compound, len(geometry))
        return cls(
            np.vstack([first.xy, second.xy]),
            np.concatenate([first.start, first.start[-1] + second.start[1:]]),
            np.concatenate([first.polygon, second.polygon]),
            np.concatenate([first.sign, second.sign]),
            len(geometry),
        )

    @classmethod
    def joined(cls, parts: Sequence[Rings]) -> Rings:
        """Return the rings of arrays of polygons laid end to end."""
        vertices = np.cumsum([0, *(part.start[-1] for part in parts)])
        polygons = np.cumsum([0, *(part.size for part in parts)])
        start = [part.start[1:] + at for part, at in zip(parts, vertices, strict=False)]
        polygon = [part.polygon + at for part, at in zip(parts, polygons, strict=False)]
        return cls(
            np.concatenate([part.xy for part in parts]),
            np.concatenate([np.zeros(1, dtype=np.intp), *start]),
            np.concatenate(polygon),
            np.concatenate([part.sign for part in parts]),
            int(polygons[-1]),
        )

    @classmethod
    def _simple(cls, geometry: Geometries, index: Indices, size: int) -> Rings:
        xy = shapely.get_coordinates(geometry)
        start = _offsets(shapely.get_num_coordinates(geometry))
        return cls(xy, start, index, np.ones(len(geometry)), size)

    @classmethod
    def _compound(cls, geometry: Geometries, index: Indices, size: int) -> Rings:
        parts, of_geometry = shapely.get_parts(geometry, return_index=True)
        rings, of_part = shapely.get_rings(parts, return_index=True)
        is_shell = np.append(True, of_part[1:] != of_part[:-1])[: len(rings)]
        start = _offsets(shapely.get_num_coordinates(rings))
        xy = shapely.get_coordinates(rings)
        polygon = index[of_geometry[of_part]]
        return cls(xy, start, polygon, np.where(is_shell, 1.0, -1.0), size)

    def with_xy(self, xy: Floats) -> Rings:
        """Return the same rings with other coordinates."""
        return replace(self, xy=xy)

    def only(self, polygons: Flags) -> Rings:
        """Return the rings of the flagged polygons, which keep their numbers."""
        return self.pick(polygons[self.polygon])

    def pick(self, wanted: Flags) -> Rings:
        """Return the wanted rings."""
        length = np.diff(self.start)
        kept = np.repeat(wanted, length)
        start = _offsets(length[wanted])
        return Rings(self.xy[kept], start, self.polygon[wanted], self.sign[wanted], self.size)

    def unsigned(self) -> Rings:
        """Return the same rings, holes counting like shells."""
        return replace(self, sign=np.abs(self.sign))

    def replaced(self, at: Flags, rings: Rings) -> Rings:
        """Return the rings with those ``at`` the flags in the coordinates of ``rings``."""
        xy = self.xy.copy()
        xy[np.repeat(at, np.diff(self.start))] = rings.xy
        return replace(self, xy=xy)

    def chunks(self) -> Iterator[slice]:
        """Yield runs of rings of about :data:`CHUNK` vertices."""
        at, count = 0, len(self)
        while at < count:
            stop = int(np.searchsorted(self.start, self.start[at] + CHUNK, side="right")) - 1
            stop = min(max(stop, at + 1), count)
            yield slice(at, stop)
            at = stop

    def sums(self, of_ring: Floats) -> Floats:
        """Return a value of each polygon: shells less holes; NaN where there is no ring."""
        signed = of_ring * self.sign
        sums = np.bincount(self.polygon, signed, minlength=self.size).astype(np.float64)
        sums[np.bincount(self.polygon, minlength=self.size) == 0] = np.nan
        return sums

    def flagged(self, of_ring: Flags) -> Flags:
        """Return which polygons have a flagged ring."""
        found = np.zeros(self.size, dtype=bool)
        found[self.polygon[of_ring]] = True
        return found


def _offsets(length: NDArray[np.integer]) -> Indices:
    return np.concatenate([[0], np.cumsum(length)]).astype(np.intp)
