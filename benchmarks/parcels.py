"""Made-up parcels: a coverage with shared edges, and planted faults whose truth is known.

The parcels stand on an irregular grid of streets around 121.09E 30.60N, in metres of EPSG:4549:
6 to 28 vertices, 11 on average, 0.05 to 5 ha.  Neighbours share every vertex of their border.
The same number and seed give the same parcels on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

PLANE, STORED = "EPSG:4549", "EPSG:4490"
#: The middle of the parcels in the plane, metres.
MIDDLE = (604_540.0, 3_387_000.0)
#: Narrowest and widest column or row of the grid, metres.
NARROW, WIDE = 26.0, 205.0
#: Most vertices between the two corners of a side.
MOST = 6
#: How often a side has none, one … of them: most borders are plain, some follow a stream.
OFTEN = (0.22, 0.32, 0.2, 0.12, 0.07, 0.04, 0.03)
#: Patches laid on one another in one place.
STACK = 48


@dataclass(frozen=True)
class Parcels:
    """Parcels in the plane and in degrees, and what is wrong with them.

    ``overlaps`` are the pairs of indices that share land (first < second), ``gaps`` the areas of
    the enclosed gaps, m², from the smallest.
    """

    plane: Geometries
    degrees: Geometries
    overlaps: frozenset[tuple[int, int]] = frozenset()
    gaps: tuple[float, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.plane)


def make_parcels(number: int, *, faults: int = 0, seed: int = 6) -> Parcels:
    """Return about ``number`` parcels with ``faults`` places where something is wrong."""
    chance = np.random.default_rng(seed)
    columns = max(8, round(number**0.5))
    grid = _Grid.of(chance, columns, max(8, -(-number // columns)))
    coordinates, degrees, length = grid.outlines()
    ends = np.concatenate([[0], np.cumsum(length)])
    plane = _polygons(coordinates, ends)
    stored = _polygons(degrees, ends)
    if not faults:
        return Parcels(plane, stored)
    planted = _Faults(plane, grid.columns)
    planted.plant(chance, faults)
    plane = np.concatenate([planted.changed, np.array(planted.added, dtype=object)])
    plane = plane[~shapely.is_missing(plane)]
    return Parcels(plane, to_degrees(plane), planted.pairs(), tuple(sorted(planted.gaps)))


def to_degrees(geometry: Geometries) -> Geometries:
    """Return copies of ``geometry``, given in the plane, in degrees with 9 decimals."""

    def moved(xy: Floats) -> Floats:
        return _stored(xy)

    result: Geometries = shapely.transform(geometry, moved)
    return result


def _stored(xy: Floats) -> Floats:
    import pyproj

    inverse = pyproj.Transformer.from_crs(PLANE, STORED, always_xy=True)
    return np.round(np.column_stack(inverse.transform(xy[:, 0], xy[:, 1])), 9)


def _polygons(coordinates: Floats, ends: Indices) -> Geometries:
    polygon = shapely.GeometryType.POLYGON
    number = np.arange(len(ends))
    found: Geometries = shapely.from_ragged_array(polygon, coordinates, (ends, number))
    return found


@dataclass(frozen=True)
class _Grid:
    """Corners of the cells, and the vertices between them along the rows and the columns.

    ``along`` has shape (rows + 1, columns, MOST, 2), ``up`` (rows, columns + 1, MOST, 2); unused
    vertices are NaN.
    """

    corners: Floats
    along: Floats
    up: Floats

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.along.shape[1])

    @classmethod
    def of(cls, chance: np.random.Generator, columns: int, rows: int) -> _Grid:
        x, y = _lines(chance, columns), _lines(chance, rows)
        x, y = x - x[-1] / 2 + MIDDLE[0], y - y[-1] / 2 + MIDDLE[1]
        corners = np.stack(np.meshgrid(x, y), axis=-1)
        shift = chance.uniform(-0.06, 0.06, corners.shape) * NARROW * 2
        corners = np.round(corners + shift, 3)
        along = _between(chance, corners[:, :-1], corners[:, 1:], least=1)
        return cls(corners, along, _between(chance, corners[:-1], corners[1:]))

    def outlines(self) -> tuple[Floats, Floats, Indices]:
        """Return closed outlines end to end, in the plane and in degrees, and their lengths."""
        degrees = [np.full(part.shape, np.nan) for part in (self.corners, self.along, self.up)]
        for part, stored in zip((self.corners, self.along, self.up), degrees, strict=True):
            used = ~np.isnan(part[..., 0])
            stored[used] = _stored(part[used])
        here, used = _walk(self.corners, self.along, self.up)
        there, _ = _walk(*degrees)
        return here[used], there[used], used.sum(axis=1)


def _lines(chance: np.random.Generator, number: int) -> Floats:
    """Return ``number`` + 1 positions whose distances are spread evenly in the logarithm."""
    width = np.exp(chance.uniform(np.log(NARROW), np.log(WIDE), number))
    return np.concatenate([[0.0], np.cumsum(width)])


def _between(
    chance: np.random.Generator, start: Floats, end: Floats, *, least: int = 0
) -> Floats:
    """Return up to MOST vertices on each way from ``start`` to ``end``, a little off the line."""
    number = np.maximum(chance.choice(MOST + 1, start.shape[:-1], p=OFTEN), least)
    slot = np.arange(1, MOST + 1)
    at = slot / (number[..., None] + 1)
    way = end - start
    across = np.stack([-way[..., 1], way[..., 0]], axis=-1)[..., None, :]
    aside = chance.uniform(-0.04, 0.04, (*at.shape, 1))
    points = start[..., None, :] + at[..., None] * way[..., None, :] + aside * across
    points = np.round(points, 3)
    points[slot > number[..., None]] = np.nan
    found: Floats = points
    return found


def _walk(corners: Floats, along: Floats, up: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the closed walk around every cell, padded, and which slots are used."""
    sides = [
        corners[:-1, :-1, None],
        along[:-1],
        corners[:-1, 1:, None],
        up[:, 1:],
        corners[1:, 1:, None],
        along[1:, :, ::-1],
        corners[1:, :-1, None],
        up[:, :-1, ::-1],
        corners[:-1, :-1, None],
    ]
    walk = np.concatenate(sides, axis=2)
    walk = walk.reshape(-1, *walk.shape[2:])
    return walk, ~np.isnan(walk[..., 0])


class _Faults:
    """Faults planted into a coverage, every one away from the others."""

    def __init__(self, plane: Geometries, columns: int) -> None:
        self.columns = columns
        self.changed = plane.copy()
        self.added: list[Any] = []
        self.gaps: list[float] = []
        self._pairs: set[tuple[int, int]] = set()

    def pairs(self) -> frozenset[tuple[int, int]]:
        """Return the overlapping pairs, numbered as they are once the removed ones are gone."""
        removed = np.flatnonzero(shapely.is_missing(self.changed))
        pairs = np.array(sorted(self._pairs), dtype=np.intp).reshape(-1, 2)
        pairs -= np.searchsorted(removed, pairs)
        return frozenset((int(a), int(b)) for a, b in pairs)

    def plant(self, chance: np.random.Generator, number: int) -> None:
        """Plant ``number`` faults, kind after kind; the first stack is a deep one."""
        rows = len(self.changed) // self.columns
        row, column = np.meshgrid(np.arange(2, rows - 2, 4), np.arange(2, self.columns - 2, 4))
        sites = (row * self.columns + column).ravel()
        kinds = (self._stack, self._duplicate, self._within, self._across, self._hole, self._dent)
        for turn, site in enumerate(chance.permutation(sites)[:number]):
            kinds[turn % len(kinds)](int(site))

    def _add(self, polygon: Any, on: list[int]) -> None:
        index = len(self.changed) + len(self.added)
        self.added.append(polygon)
        self._pairs.update((other, index) for other in on)

    def _duplicate(self, site: int) -> None:
        self._add(shapely.reverse(self.changed[site]), [site])

    def _within(self, site: int) -> None:
        self._add(self._inside(site, 0.3), [site])

    def _stack(self, site: int) -> None:
        """Many patches on one another in the middle of one parcel, with no edge in common."""
        depth = STACK if not self.added else 3
        base = len(self.changed) + len(self.added)
        for level in range(depth):
            size = 0.2 + 0.3 * level / depth
            self._add(self._inside(site, size), [site, *range(base, base + level)])

    def _across(self, site: int) -> None:
        """A patch over the border of a parcel and the one east of it."""
        border = shapely.intersection(self.changed[site], self.changed[site + 1])
        middle = shapely.line_interpolate_point(shapely.line_merge(border), 0.5, normalized=True)
        self._add(shapely.buffer(middle, 3.0, quad_segs=3), [site, site + 1])

    def _hole(self, site: int) -> None:
        """A parcel that is missing: the gap touches those at its corners at points only."""
        self.gaps.append(float(shapely.area(self.changed[site])))
        self.changed[site] = None

    def _dent(self, site: int) -> None:
        """A vertex on the eastern border drawn back by one of the two: a gap of three corners."""
        outline = shapely.get_coordinates(self.changed[site])
        shared = shapely.get_coordinates(self.changed[site + 1])
        inner = [i for i in range(1, len(outline) - 1) if (shared == outline[i]).all(1).any()]
        at = inner[len(inner) // 2]
        middle = shapely.get_coordinates(shapely.centroid(self.changed[site]))[0]
        step = middle - outline[at]
        dented = outline.copy()
        dented[at] += 0.8 * step / np.hypot(*step)
        polygon = shapely.Polygon(dented)
        self.gaps.append(float(shapely.area(self.changed[site]) - shapely.area(polygon)))
        self.changed[site] = polygon

    def _inside(self, site: int, share: float) -> Any:
        """Return a turned rectangle around the middle, well within the parcel."""
        parcel = self.changed[site]
        middle = shapely.centroid(parcel)
        reach = share * float(shapely.distance(middle, shapely.boundary(parcel)))
        square = shapely.box(middle.x - reach, middle.y - reach, middle.x + reach, middle.y + reach)
        turned = shapely.affinity.rotate(square, 17.0 + 40.0 * share, origin=(middle.x, middle.y))
        return turned
