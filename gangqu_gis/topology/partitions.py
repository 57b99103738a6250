"""Topology of a partitioned GeoParquet on dask: faults across the borders of partitions once.

Every partition also sees its neighbours beyond its border; a pair belongs to the partition of its
first feature.  Gaps are looked for once, among all polygons with an open edge; what lies where is
asked of the partitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis import crs as crs_module
from gangqu_gis.engine import delayed
from gangqu_gis.fileareas.partitions import Partitions, extent_of, geometries
from gangqu_gis.fileareas.stored_areas import measuring_plane
from gangqu_gis.findings import Finding
from gangqu_gis.measure import keep_only, polygonal, sound_polygons, to_crs
from gangqu_gis.topology import (
    EdgeMismatch,
    Gap,
    Overlap,
    Thresholds,
    find_edge_mismatches,
    find_overlaps,
    wording,
)
from gangqu_gis.topology.check import check_rings, no_polygon
from gangqu_gis.topology.gaps import Land, gaps_within
from gangqu_gis.topology.matching import Borders
from gangqu_gis.topology.wording import Subject

if TYPE_CHECKING:
    from pyproj import CRS

Geometries = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with the polygons of all partitions, numbered through in their order."""

    overlaps: list[Overlap]
    gaps: list[Gap]
    mismatches: list[EdgeMismatch]


def find_faults(
    source: Partitions, *, plane: CRS, thresholds: Thresholds, coverage: bool = True
) -> Faults:
    """Return overlaps, and for a ``coverage`` gaps and parted borders, each once, in ``plane``."""
    texts = crs_module.text(source.crs), crs_module.text(plane)
    placed = [delayed(_in_plane)(part, *texts) for part in source.parts]
    sizes = source.compute([delayed(_size)(part) for part in placed])
    first = np.cumsum([0, *(count for count, _ in sizes)]).tolist()
    seen = [_seen(i, placed, sizes, first, 2 * thresholds.edge_match_m) for i in range(len(placed))]
    found = source.compute([delayed(_partition_faults)(*part, thresholds) for part in seen])
    overlaps = sorted((o for part, _ in found for o in part), key=lambda o: (o.first, o.second))
    if not coverage:
        return Faults(overlaps, [], [])
    opened = [part for _, part in found]
    shapes = np.concatenate([part.shapes for part in opened])
    unmatched = np.concatenate([part.unmatched for part in opened])
    borders = Borders.with_unmatched(shapes, unmatched, tolerance_m=thresholds.tolerance_m)
    land = _PartitionedLand(source, placed, [extent for _, extent in sizes], first)
    gaps = gaps_within(borders, land, thresholds=thresholds)
    reported = [fault.polygon for fault in (*overlaps, *gaps)]
    tasks = [delayed(_partition_mismatches)(*part, thresholds, reported) for part in seen]
    parted = [mismatch for part in source.compute(tasks) for mismatch in part]
    return Faults(overlaps, gaps, sorted(parted, key=lambda m: (m.first, m.second)))


def check_partitions(
    source: Partitions, *, workspace_plane: CRS | None, coverage: bool, thresholds: Thresholds
) -> tuple[list[Finding], int]:
    """Return what :func:`gangqu_gis.topology.check_measured_file` finds, and the features' number.
    """
    plane = measuring_plane(source.crs, workspace_plane) or source.middle_plane()
    labels, texts = source.labels(), (crs_module.text(source.crs), crs_module.text(plane))
    tasks = [
        delayed(_single)(part, *texts, named, str(source.path), thresholds)
        for part, named in zip(source.parts, labels, strict=True)
    ]
    bare, rings = [], []
    for some, others in source.compute(tasks):
        bare += some
        rings += others
    rings.sort(key=lambda finding: finding.rule == "topology.sliver")
    found = find_faults(source, plane=plane, thresholds=thresholds, coverage=coverage)
    subjects = [Subject(label, file=str(source.path)) for part in labels for label in part]
    rings += [wording.overlap_finding(subjects, overlap) for overlap in found.overlaps]
    rings += [wording.gap_finding(subjects, gap) for gap in found.gaps]
    rings += [wording.mismatch_finding(subjects, m, thresholds) for m in found.mismatches]
    return bare + wording.with_stored_shapes(rings, plane), len(subjects)


def _single(
    frame: Any, crs: str, plane: str, labels: list[str], path: str, thresholds: Thresholds
) -> tuple[list[Finding], list[Finding]]:
    """Return what is no polygon, and the findings on single polygons."""
    geometry = geometries(frame)
    drawn = polygonal(geometry)
    bare = [no_polygon(labels[i], geometry[i], path) for i in np.flatnonzero(~drawn).tolist()]
    subjects = [Subject(label, file=path) for label in labels]
    return bare, check_rings(_in_plane(frame, crs, plane), subjects, thresholds)


def _seen(
    i: int, placed: list[Any], sizes: list[Any], first: list[int], room: float
) -> tuple[Any, list[Any], int]:
    """Return a partition, what of the others lies beside it, and the number of its first."""
    window = _widened(sizes[i][1], room)
    beside = [j for j in range(len(placed)) if j != i and _meet(window, sizes[j][1])]
    halo = [delayed(_within)(placed[j], window, first[j]) for j in beside]
    return placed[i], halo, first[i]


def _in_plane(frame: Any, crs: str, plane: str) -> Geometries:
    geometry = geometries(frame)
    geometry = keep_only(geometry, polygonal(geometry))
    return to_crs(geometry, source=crs_module.named(crs), target=crs_module.named(plane))


def _size(shapes: Geometries) -> tuple[int, tuple[float, ...]]:
    return len(shapes), extent_of(shapes)


def _widened(extent: tuple[float, ...], room: float) -> tuple[float, ...]:
    west, south, east, north = extent
    return west - room, south - room, east + room, north + room


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _within(shapes: Geometries, window: tuple[float, ...], first: int) -> tuple[Any, Geometries]:
    """Return what of a partition lies in the window of another one, with its numbers."""
    at = np.sort(shapely.STRtree(shapes).query(shapely.box(*window)))
    return at + first, shapes[at]


@dataclass(frozen=True, slots=True)
class _Open:
    """The polygons of a partition with an open edge, and which of their edges are unmatched."""

    shapes: Geometries
    unmatched: NDArray[np.bool_]


def _partition_faults(
    own: Geometries, halo: list[tuple[Any, Geometries]], first: int, thresholds: Thresholds
) -> tuple[list[Overlap], _Open]:
    """Return the overlaps whose first feature is in the partition, and its open polygons."""
    index, shapes = _together(own, halo, first)
    borders = Borders.of(shapes, tolerance_m=thresholds.tolerance_m)
    found = find_overlaps(shapes, thresholds=thresholds, borders=borders)
    mine = (index >= first) & (index < first + len(own))
    overlaps = [
        replace(o, first=int(index[o.first]), second=int(index[o.second]))
        for o in found
        if mine[o.first]
    ]
    open_ = borders.open[mine[borders.open]]
    return overlaps, _Open(shapes[open_], borders.unmatched_of(open_))


def _partition_mismatches(
    own: Geometries,
    halo: list[tuple[Any, Geometries]],
    first: int,
    thresholds: Thresholds,
    reported: list[Any],
) -> list[EdgeMismatch]:
    """Return the borders that part and whose first feature is in the partition."""
    index, shapes = _together(own, halo, first)
    found = find_edge_mismatches(shapes, thresholds=thresholds, reported=reported)
    return [
        replace(m, first=int(index[m.first]), second=int(index[m.second]))
        for m in found
        if first <= index[m.first] < first + len(own)
    ]


def _together(
    own: Geometries, halo: list[tuple[Any, Geometries]], first: int
) -> tuple[Any, Geometries]:
    """Return numbers and polygons of a partition and what lies beside it, in order.

    The polygons are copies: to prepare one that another thread works with is not safe.
    """
    index = np.concatenate([np.arange(len(own)) + first, *(at for at, _ in halo)])
    shapes = np.concatenate([own, *(part for _, part in halo)])
    order = np.argsort(index, kind="stable")
    return index[order], shapely.from_wkb(shapely.to_wkb(shapes[order]))


@dataclass(frozen=True, slots=True)
class _PartitionedLand:
    """All polygons, asked partition by partition: only those that a shape may lie in."""

    source: Partitions
    placed: list[Any]
    extents: list[tuple[float, ...]]
    first: list[int]

    def covered(self, shapes: Geometries) -> NDArray[np.bool_]:
        """Return which shapes touch a sound polygon."""
        return self._any(_covered, shapes)

    def doubtful(self, shapes: Geometries) -> NDArray[np.bool_]:
        """Return which shapes touch what an invalid polygon may be."""
        return self._any(_doubtful, shapes)

    def around(self, shapes: Geometries, distance_m: float) -> NDArray[np.intp]:
        """Return the pairs (shape, sound polygon) within a distance, shape (2, n)."""
        found = [np.zeros((2, 0), dtype=np.intp)]
        asked = self._asked(_around, shapes, distance_m)
        for at, i, pairs in asked:
            found.append(np.stack([at[pairs[0]], pairs[1] + self.first[i]]))
        return np.hstack(found)

    def _any(self, question: Callable[..., Any], shapes: Geometries) -> NDArray[np.bool_]:
        flags = np.zeros(len(shapes), dtype=bool)
        for at, _, found in self._asked(question, shapes, 0.0):
            flags[at] |= found
        return flags

    def _asked(
        self, question: Callable[..., Any], shapes: Geometries, room: float
    ) -> Iterator[tuple[NDArray[np.intp], int, Any]]:
        """Yield which shapes a partition was asked about, its number, and its answer.

        Shapes travel as WKB: what one thread works with is no other's.
        """
        raw = np.asarray(shapely.to_wkb(shapes), dtype=object)
        west, south, east, north = shapely.bounds(shapes).T
        asked: list[tuple[NDArray[np.intp], int]] = []
        for i, extent in enumerate(self.extents):
            window = _widened(extent, room)
            meets = (west <= window[2]) & (east >= window[0])
            at = np.flatnonzero(meets & (south <= window[3]) & (north >= window[1]))
            if len(at):
                asked.append((at, i))
        tasks = [delayed(question)(self.placed[i], raw[at], room) for at, i in asked]
        for (at, i), answer in zip(asked, self.source.compute(tasks), strict=True):
            yield at, i, answer


def _covered(own: Geometries, raw: Any, room: float) -> Any:
    return _land(own).covered(shapely.from_wkb(raw))


def _doubtful(own: Geometries, raw: Any, room: float) -> Any:
    return _land(own).doubtful(shapely.from_wkb(raw))


def _around(own: Geometries, raw: Any, room: float) -> Any:
    return _land(own).around(shapely.from_wkb(raw), room)


def _land(own: Geometries) -> Land:
    return Land.of(own, keep_only(own, sound_polygons(own)))
