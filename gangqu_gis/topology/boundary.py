"""The boundary of many polygons as flat arrays: vertices, neighbours, lengths, angles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gangqu_gis.measure import Rings
from gangqu_gis.topology.shapes import Floats, Geometries, Indices

EVERYWHERE = slice(None)


@dataclass(frozen=True, slots=True)
class Boundary:
    """Vertices of all rings without the closing ones, with the land on the left.

    ``before`` and ``after`` are the neighbours of each vertex along its ring, by index, so that
    the edge from a vertex to the one after it has its polygon on the left, whichever way the ring
    was drawn.  ``polygon`` is the index of the polygon in the array that was given.  The numbers
    have four bytes where that is enough: there are as many of each as vertices.
    """

    x: Floats
    y: Floats
    polygon: Indices
    before: Indices
    after: Indices

    @classmethod
    def of(cls, geometry: Geometries) -> Boundary:
        """Return the boundary of non-empty polygons with finite coordinates (or ``None``)."""
        return cls.over(Rings.of(geometry))

    @classmethod
    def over(cls, rings: Rings) -> Boundary:
        """Return the boundary that rings make."""
        kept = np.ones(len(rings.xy), dtype=bool)
        kept[rings.start[1:] - 1] = False
        x, y = rings.xy[:, 0][kept], rings.xy[:, 1][kept]
        length, small = np.diff(rings.start) - 1, place_type(len(rings.xy))
        start = np.cumsum(length) - length
        following = np.arange(1, len(x) + 1, dtype=small)
        preceding = np.arange(-1, len(x) - 1, dtype=small)
        following[start + length - 1] = start
        preceding[start] = start + length - 1
        flipped = (_turns(rings) > 0) == (rings.sign < 0)
        if flipped.any():
            back = np.repeat(flipped, length)
            following[back], preceding[back] = preceding[back], following[back]
        return cls(x, y, np.repeat(rings.polygon.astype(small), length), preceding, following)

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


def place_type(count: int) -> type[np.integer[Any]]:
    """Return the smallest type that numbers so many things."""
    return np.int32 if count < 2**31 else np.int64


def _turns(rings: Rings) -> Floats:
    """Return twice the signed area of each ring, by chunks: no array is as long as all rings."""
    turn = np.zeros(len(rings))
    for at in rings.chunks():
        start = rings.start[at.start : at.stop + 1] - rings.start[at.start]
        xy = rings.xy[rings.start[at.start] : rings.start[at.stop]]
        x, y = (xy - np.repeat(xy[start[:-1]], np.diff(start), axis=0)).T
        cross = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
        turn[at] = np.add.reduceat(cross, start[:-1])
    return turn
