"""The boundary of many polygons as flat arrays: vertices, neighbours, lengths, angles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gangqu_gis.topology.shapes import Flags, Floats, Geometries, Indices

EVERYWHERE = slice(None)


@dataclass(frozen=True, slots=True)
class Boundary:
    """Vertices of all rings without the closing ones, with the land on the left.

    ``before`` and ``after`` are the neighbours of each vertex along its ring, by index, so that
    the edge from a vertex to the one after it has its polygon on the left, whichever way the ring
    was drawn.  ``polygon`` is the index of the polygon in the array that was given.
    """

    x: Floats
    y: Floats
    polygon: Indices
    before: Indices
    after: Indices

    @classmethod
    def of(cls, geometry: Geometries) -> Boundary:
        """Return the boundary of non-empty polygons with finite coordinates (or ``None``)."""
        xy, length, polygon, hole = _rings(geometry)
        xy = np.delete(xy, np.cumsum(length) - 1, axis=0)
        length = length - 1
        start = (np.cumsum(length) - length).astype(np.intp)
        following = np.arange(1, len(xy) + 1, dtype=np.intp)
        preceding = np.arange(-1, len(xy) - 1, dtype=np.intp)
        following[start + length - 1] = start
        preceding[start] = start + length - 1
        local = xy - np.repeat(xy[start], length, axis=0)
        cross = local[:, 0] * local[following, 1] - local[following, 0] * local[:, 1]
        turn = np.add.reduceat(cross, start) if len(start) else np.zeros(0)
        flipped = np.repeat((turn > 0) == hole, length)
        return cls(
            x=xy[:, 0].copy(),
            y=xy[:, 1].copy(),
            polygon=np.repeat(polygon, length),
            before=np.where(flipped, following, preceding),
            after=np.where(flipped, preceding, following),
        )

    def edge_lengths(self) -> Floats:
        """Return the length of the edge that leaves each vertex, metres."""
        lengths: Floats = np.hypot(self.x[self.after] - self.x, self.y[self.after] - self.y)
        return lengths

    def outgoing(self, at: Indices | slice = EVERYWHERE) -> Floats:
        """Return the direction of the edge that leaves each vertex, radians in [0, 2π)."""
        return self._towards(at, self.after[at])

    def interior_angles(self, at: Indices | slice = EVERYWHERE) -> Floats:
        """Return the angle on the side of the land at each vertex, radians in [0, 2π)."""
        back = self._towards(at, self.before[at])
        angles: Floats = (back - self.outgoing(at)) % (2 * np.pi)
        return angles

    def _towards(self, at: Indices | slice, target: Indices) -> Floats:
        turn = np.arctan2(self.y[target] - self.y[at], self.x[target] - self.x[at])
        direction: Floats = turn % (2 * np.pi)
        return direction


def _rings(geometry: Geometries) -> tuple[Floats, Indices, Indices, Flags]:
    """Return coordinates, ring lengths, and each ring's polygon and whether it is a hole.

    Polygons without holes are read in one call: asking for their rings costs four times as much.
    """
    simple = shapely.get_type_id(geometry) == shapely.GeometryType.POLYGON
    simple &= shapely.get_num_interior_rings(geometry) == 0
    plain, compound = np.flatnonzero(simple), np.flatnonzero(~simple)
    parts, of_geometry = shapely.get_parts(geometry[compound], return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    hole = np.append(False, of_part[1:] == of_part[:-1])[: len(rings)]
    xy = np.vstack([shapely.get_coordinates(geometry[plain]), shapely.get_coordinates(rings)])
    length = np.concatenate(
        [shapely.get_num_coordinates(geometry[plain]), shapely.get_num_coordinates(rings)]
    ).astype(np.intp)
    polygon = np.concatenate([plain, compound[of_geometry[of_part]]])
    return xy, length, polygon, np.concatenate([np.zeros(len(plain), dtype=bool), hole])
