"""Topology of a partitioned GeoParquet on dask: faults across the borders of partitions once.

Every partition also sees its neighbours beyond its border; a pair belongs to the partition of its
first feature.  Gaps are looked for once, among all polygons with an open edge, and then held
against every partition: what one covers is none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis import crs as crs_module
from gangqu_gis.distributed import Partitions, delayed
from gangqu_gis.findings import Finding
from gangqu_gis.measure import keep_only, polygonal, to_crs
from gangqu_gis.stored_areas import measuring_plane
from gangqu_gis.topology import (
    EdgeMismatch,
    Gap,
    Overlap,
    Thresholds,
    find_edge_mismatches,
    find_gaps,
    find_overlaps,
    wording,
)
from gangqu_gis.topology.check import check_rings, no_polygon
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
    overlaps = sorted((o for part, _, _ in found for o in part), key=lambda o: (o.first, o.second))
    if not coverage:
        return Faults(overlaps, [], [])
    index = np.concatenate([at for _, at, _ in found])
    order = np.argsort(index, kind="stable")
    open_ = np.concatenate([shapes for _, _, shapes in found])[order]
    gaps = find_gaps(open_, thresholds=thresholds)
    asked = [delayed(_beside)(p, gaps, first[i], thresholds) for i, p in enumerate(placed)]
    gaps = _settled(gaps, source.compute(asked))
    reported = [fault.polygon for fault in (*overlaps, *gaps)]
    tasks = [delayed(_partition_mismatches)(*part, thresholds, reported) for part in seen]
    parted = [mismatch for part in source.compute(tasks) for mismatch in part]
    return Faults(overlaps, gaps, sorted(parted, key=lambda m: (m.first, m.second)))


def check_partitions(
    source: Partitions, *, workspace_plane: CRS | None, coverage: bool, thresholds: Thresholds
) -> list[Finding]:
    """Return the findings of :func:`gangqu_gis.topology.check_measured_file`, from partitions."""
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
    return bare + wording.with_stored_shapes(rings, plane)


def _single(
    frame: Any, crs: str, plane: str, labels: list[str], path: str, thresholds: Thresholds
) -> tuple[list[Finding], list[Finding]]:
    """Return what is no polygon, and the findings on single polygons."""
    geometry = np.asarray(frame.geometry.values, dtype=object)
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
    geometry = np.asarray(frame.geometry.values, dtype=object)
    geometry = keep_only(geometry, polygonal(geometry))
    return to_crs(geometry, source=crs_module.named(crs), target=crs_module.named(plane))


def _size(shapes: Geometries) -> tuple[int, tuple[float, ...]]:
    return len(shapes), tuple(shapely.total_bounds(shapes).tolist())


def _widened(extent: tuple[float, ...], room: float) -> tuple[float, ...]:
    west, south, east, north = extent
    return west - room, south - room, east + room, north + room


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _within(shapes: Geometries, window: tuple[float, ...], first: int) -> tuple[Any, Geometries]:
    """Return what of a partition lies in the window of another one, with its numbers."""
    at = np.sort(shapely.STRtree(shapes).query(shapely.box(*window)))
    return at + first, shapes[at]


def _partition_faults(
    own: Geometries, halo: list[tuple[Any, Geometries]], first: int, thresholds: Thresholds
) -> tuple[list[Overlap], Any, Geometries]:
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
    return overlaps, index[open_], shapes[open_]


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


def _beside(
    shapes: Geometries, gaps: list[Gap], first: int, thresholds: Thresholds
) -> tuple[Any, Any]:
    """Return which gaps a partition covers, and the pairs (gap, polygon) that touch."""
    sound = Borders.of(shapes, tolerance_m=thresholds.tolerance_m).polygons
    tree, drawn = shapely.STRtree(sound), np.array([gap.polygon for gap in gaps], dtype=object)
    inside = shapely.point_on_surface(drawn)
    unsound = polygonal(shapes) & shapely.is_missing(sound)
    doubtful = shapely.STRtree(shapely.make_valid(shapes[unsound]))
    covered = np.union1d(
        tree.query(inside, predicate="intersects")[0],
        doubtful.query(drawn, predicate="intersects")[0],
    )
    pairs = tree.query(drawn, predicate="dwithin", distance=thresholds.tolerance_m)
    return covered, pairs + np.array([[0], [first]])


def _settled(gaps: list[Gap], answers: list[tuple[Any, Any]]) -> list[Gap]:
    """Return the gaps that no partition covers, with all that lies around them."""
    covered = {int(at) for found, _ in answers for at in found}
    around: dict[int, set[int]] = {}
    for _, pairs in answers:
        for gap, polygon in pairs.T.tolist():
            around.setdefault(gap, set()).add(polygon)
    return [
        replace(gap, neighbours=tuple(sorted(around.get(i, ()))))
        for i, gap in enumerate(gaps)
        if i not in covered
    ]
