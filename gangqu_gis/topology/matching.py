"""Edges of polygons matched with one another: where overlaps and gaps can only be.

In a clean coverage every inner edge occurs exactly twice, in opposite directions.  Edges are
matched by their quantised end points, in time linear in the vertices (but for sorting).  Across a
matched edge one polygon ends and one begins: it needs no further look.

Where several coverages lie on one another (districts over parcels), all their inner edges may be
matched.  Then the land that two such polygons share has convex corners, and whatever covers it
there has a vertex in the corner: two polygons claim the same angle.  Those *crowded* corners are
found as well.  So every polygon that overlaps another has an unmatched edge or a crowded corner,
or is reached from one that has by going from overlap to overlap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gangqu_gis.measure import sound_rings
from gangqu_gis.topology.boundary import Boundary, place_type
from gangqu_gis.topology.shapes import Flags, Floats, Geometries, Indices

#: Cells in which corners are compared, in tolerances: wide enough that few points lie at a
#: cell's border (they are counted on both sides), narrow enough to hold one corner.
CORNER_CELL = 64.0
#: Where cells begin, in cells.  Coordinates kept to steps of two thirds of the tolerance (1 mm of
#: 1.5 mm) then lie away from the border of their cell, and noise does not part them.
CELL_SHIFT = 1 / 6
#: Angles that overlap by less are noise of the coordinates, radians.  Any polygon has a convex
#: corner far wider than this.
ANGLE_NOISE = 0.01


@dataclass(frozen=True, slots=True)
class Borders:
    """The sound polygons of an array with their boundary and the edges that found no partner.

    ``polygons`` is the array with ``None`` for whatever is no valid polygon.  ``node`` numbers the
    place of each vertex: points of one cell of half the tolerance.  ``unmatched`` marks
    the vertices whose leaving edge is not matched.  ``open`` are the polygons that own an
    unmatched edge: every gap borders on them.  ``seeds`` are the polygons to start the search for
    overlaps from: those, the owners of crowded corners, and those with edges too short to match.
    """

    polygons: Geometries
    boundary: Boundary
    node: Indices
    unmatched: Flags
    open: Indices
    seeds: Indices

    @classmethod
    def of(cls, polygons: Geometries, *, tolerance_m: float) -> Borders:
        """Match the edges of the sound ones; a pair may differ by less than the tolerance."""
        sound, rings = sound_rings(polygons)
        boundary = Boundary.over(rings)
        del rings
        node, x, y = _nodes(boundary, tolerance_m / 2)
        end = node[boundary.after]
        unmatched = _unmatched(node, end, len(x))
        doubtful = _doubtful_nodes(boundary, node, unmatched, len(x))
        crowded = _crowded(boundary, node, *_shared_cells(x, y, doubtful, tolerance_m))
        faulty = np.flatnonzero(unmatched | (node == end))
        return cls(
            polygons=sound,
            boundary=boundary,
            node=node,
            unmatched=unmatched,
            open=np.unique(boundary.polygon[unmatched]),
            seeds=np.unique(boundary.polygon[np.concatenate([faulty, crowded])]),
        )

    @classmethod
    def with_unmatched(
        cls, polygons: Geometries, unmatched: Flags, *, tolerance_m: float
    ) -> Borders:
        """Return the borders of sound polygons whose edges were matched among more than these.

        ``unmatched`` is as :meth:`unmatched_of` tells it.  From borders like these gaps can be
        told, overlaps cannot: there are no ``seeds``.
        """
        boundary = Boundary.of(polygons)
        node, _, _ = _nodes(boundary, tolerance_m / 2)
        flags = np.zeros(len(unmatched), dtype=bool)
        flags[np.argsort(boundary.polygon, kind="stable")] = unmatched
        open_ = np.unique(boundary.polygon[flags])
        return cls(polygons, boundary, node, flags, open_, np.zeros(0, dtype=np.intp))

    def unmatched_of(self, polygons: Indices) -> Flags:
        """Return :attr:`unmatched` of some polygons alone, polygon after polygon."""
        order = np.argsort(self.boundary.polygon, kind="stable")
        flags: Flags = self.unmatched[order[np.isin(self.boundary.polygon[order], polygons)]]
        return flags


def _nodes(boundary: Boundary, step: float) -> tuple[Indices, Floats, Floats]:
    """Return the node of each vertex (points that fall into one cell), and where each node is."""
    node, count = _grouped(_numbered(_cells(boundary.x, step), _cells(boundary.y, step)))
    x, y = np.zeros(len(count)), np.zeros(len(count))
    x[node], y[node] = boundary.x, boundary.y
    return node, x, y


def _unmatched(node: Indices, end: Indices, nodes: int) -> Flags:
    """Return which edges from ``node`` to ``end`` lack a single partner the other way."""
    key = np.minimum(node, end).astype(np.int64)
    key *= nodes
    key += np.maximum(node, end)
    group, size = _grouped(key)
    forward = np.bincount(group[node < end], minlength=len(size))
    unmatched: Flags = (node != end) & ~((size == 2) & (forward == 1))[group]
    return unmatched


def _doubtful_nodes(boundary: Boundary, node: Indices, unmatched: Flags, nodes: int) -> Flags:
    """Return the nodes around which two polygons may claim the same angle.

    Where every edge is matched, the polygons close up to full turns around a node: to one turn
    if nothing overlaps there.  Two corners alone cannot make more than one.
    """
    several = np.flatnonzero((np.bincount(node, minlength=nodes) > 2)[node])
    turned = np.bincount(node[several], boundary.interior_angles(several), minlength=nodes)
    doubtful: Flags = turned > 3 * np.pi
    doubtful[node[unmatched]] = True
    doubtful[node[boundary.after[unmatched]]] = True
    return doubtful


def _shared_cells(
    x: Floats, y: Floats, doubtful: Flags, tolerance_m: float
) -> tuple[Indices, Indices]:
    """Return (node, cell) pairs of the cells that hold a doubtful node, or more than one node.

    A node near a cell's border is counted on both sides: any two nodes within the tolerance of
    one another share a cell.
    """
    node, number = _in_cells(x, y, CORNER_CELL * tolerance_m, tolerance_m)
    cell, count = _grouped(number)
    wanted = (count > 1) | (np.bincount(cell[doubtful[node]], minlength=len(count)) > 0)
    kept = wanted[cell]
    return node[kept], cell[kept]


def _in_cells(x: Floats, y: Floats, size: float, tolerance_m: float) -> tuple[Indices, Indices]:
    """Return the pairs (node, number of a cell that it lies in or within the tolerance of)."""
    west, east = _cells(x, size, shift=-tolerance_m), _cells(x, size, shift=tolerance_m)
    south, north = _cells(y, size, shift=-tolerance_m), _cells(y, size, shift=tolerance_m)
    beside, above = np.flatnonzero(west != east), np.flatnonzero(south != north)
    both = np.flatnonzero((west != east) & (south != north))
    column = np.concatenate([west, east[beside], west[above], east[both]])
    row = np.concatenate([south, south[beside], north[above], north[both]])
    node = np.concatenate([np.arange(len(x)), beside, above, both])
    return node, _numbered(column, row)


def _crowded(boundary: Boundary, node: Indices, of_node: Indices, of_cell: Indices) -> Indices:
    """Return the vertices in whose corner two polygons claim the same angle.

    ``of_node`` and ``of_cell`` are the pairs of nodes and cells to look at.  The angles of a cell
    are sorted by where they begin: if any two overlap, some angle overlaps the next one.
    """
    vertex, cell = _vertices_of(node, of_node, of_cell)
    if not len(vertex):
        return vertex
    start, turn = boundary.outgoing(vertex), 2 * np.pi
    order = np.argsort(cell * turn + start)
    vertex, cell, start = vertex[order], cell[order], start[order]
    last = np.append(cell[1:] != cell[:-1], True)
    first = np.append(True, last[:-1])
    following = np.arange(1, len(cell) + 1)
    following[last] = np.flatnonzero(first)
    room = start[following] - start + np.where(last, turn, 0.0)
    claimed = boundary.interior_angles(vertex) > room + ANGLE_NOISE
    claimed &= ~(first & last)
    crowded: Indices = vertex[np.isin(cell, cell[claimed])]
    return crowded


def _vertices_of(node: Indices, of_node: Indices, cell: Indices) -> tuple[Indices, Indices]:
    """Return the pairs (vertex, cell) for the given pairs (node, cell)."""
    by_node = np.argsort(of_node, kind="stable")
    count = np.bincount(of_node, minlength=int(node.max(initial=-1)) + 1)
    begin = np.cumsum(count) - count
    there = np.flatnonzero((count > 0)[node])
    repeat = count[node[there]]
    vertex = np.repeat(there, repeat)
    offset = np.arange(len(vertex)) - np.repeat(np.cumsum(repeat) - repeat, repeat)
    return vertex, cell[by_node[begin[node[vertex]] + offset]]


def _cells(x: Floats, size: float, *, shift: float = 0.0) -> Indices:
    """Return the column (or row), ``size`` wide, of each ``x`` after a small shift.

    The cells lie where they lie, whatever else there is: what is matched in a part of a layer is
    matched in the whole.
    """
    column: Indices = np.floor((x + shift) / size + CELL_SHIFT).astype(np.int64)
    return column


def _numbered(column: Indices, row: Indices) -> Indices:
    """Return one number for each pair of a column and a row; both arrays are used up."""
    none = np.iinfo(np.int64).max
    column -= column.min(initial=none)
    row -= row.min(initial=none)
    if (int(column.max(initial=0)) + 1) * (int(row.max(initial=0)) + 1) >= 2**62:
        column, row = _grouped(column)[0], _grouped(row)[0]
    column *= int(row.max(initial=0)) + 1
    column += row
    return column


def _grouped(key: Indices) -> tuple[Indices, Indices]:
    """Return the group of each entry (entries of one key) and the size of each group."""
    order, small = np.argsort(key), place_type(len(key))
    in_order = key[order]
    new = np.append(True, in_order[1:] != in_order[:-1])[: len(key)]
    del in_order
    group = np.empty(len(key), dtype=small)
    group[order] = np.cumsum(new, dtype=small) - 1
    return group, np.diff(np.append(np.flatnonzero(new), len(key)))
