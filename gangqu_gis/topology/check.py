"""Topology of a whole plan, or of one polygon file, as findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gangqu_gis import crs
from gangqu_gis.fileareas.stored_areas import FileAreas, in_metres
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.layers import Feature
from gangqu_gis.measure import keep_only, to_crs
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan
from gangqu_gis.schema import GEOMETRY_TYPES
from gangqu_gis.soundness import polygon_fault
from gangqu_gis.topology import wording
from gangqu_gis.topology.coverage import find_edge_mismatches, find_slivers
from gangqu_gis.topology.gaps import find_gaps
from gangqu_gis.topology.matching import Borders
from gangqu_gis.topology.neighbourhood import Neighbourhood
from gangqu_gis.topology.overlaps import find_overlaps
from gangqu_gis.topology.parents import find_outside
from gangqu_gis.topology.rings import RingRule, find_ring_faults
from gangqu_gis.topology.shapes import Geometries
from gangqu_gis.topology.thresholds import Thresholds
from gangqu_gis.topology.wording import Subject

if TYPE_CHECKING:
    from pyproj import CRS

DEFAULTS = Thresholds()
_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def check_topology(
    plan: Plan,
    *,
    basis: Mapping[str, str],
    thresholds: Thresholds = DEFAULTS,
    touching: Neighbourhood | None = None,
) -> list[Finding]:
    """Return the topology findings of a plan: rings, overlaps, parents, in the planar CRS.

    ``basis`` is the effective basis of each feature by id; whoever is not in it counts as
    schematic, and a fault with a schematic side is a note.  A geometry that the validity check
    already reports as invalid is not reported again.  No layer of a plan is declared to be a
    coverage: gaps are not looked for (``gangqu check --file … --coverage`` does).

    With ``touching`` only that neighbourhood of a change is looked at: the findings are those of
    the whole check that one of the changed ids is a subject of, and, where a parent is changed,
    all on what lies outside parents of its kind.
    """
    if touching is None:
        features: Sequence[Feature] = plan.polygons()
        asked: Sequence[bool] = [True] * len(features)
        named = asked
    else:
        features, asked = touching.features, touching.asked
        named = [feature.id in touching.changed.ids for feature in features]
    plane = crs.planar(plan.workspace.planar_crs)
    stored = np.empty(len(features), dtype=object)
    faults = [polygon_fault(feature) for feature in features]
    stored[:] = [feature.geometry if _is_polygonal(feature) else None for feature in features]
    polygons = to_crs(stored, source=crs.storage(), target=plane)
    subjects = [_subject(feature, basis) for feature in features]
    known = {i for i, fault in enumerate(faults) if fault is not None}
    own = keep_only(polygons, np.array(named, dtype=bool))
    found = check_rings(own, subjects, thresholds, known=known)
    overlaps = find_overlaps(
        polygons,
        thresholds=thresholds,
        kinds=[feature.kind for feature in features],
        may_overlap=lambda a, b: plan.schema.kinds[a].allows_overlap_with(plan.schema.kinds[b]),
    )
    found += [
        wording.overlap_finding(subjects, overlap)
        for overlap in overlaps
        if named[overlap.first] or named[overlap.second]
    ]
    found += _outside(plan, features, polygons, subjects, thresholds, asked)
    return wording.with_stored_shapes(found, plane)


def check_file_topology(
    polygons: Geometries,
    labels: Sequence[str],
    *,
    plane: CRS,
    coverage: bool = False,
    file: str | None = None,
    thresholds: Thresholds = DEFAULTS,
) -> list[Finding]:
    """Return the topology findings of any polygons, given in ``plane`` (metres).

    No two may overlap.  With ``coverage`` they should leave no gap and share their borders point
    by point.  ``labels`` name the polygons in the findings.
    """
    subjects = [Subject(label, file=file) for label in labels]
    found = check_rings(polygons, subjects, thresholds)
    borders = Borders.of(polygons, tolerance_m=thresholds.tolerance_m)
    tree = shapely.STRtree(borders.polygons)
    overlaps = find_overlaps(polygons, thresholds=thresholds, borders=borders, tree=tree)
    found += [wording.overlap_finding(subjects, overlap) for overlap in overlaps]
    if coverage:
        gaps = find_gaps(polygons, thresholds=thresholds, borders=borders, tree=tree)
        found += [wording.gap_finding(subjects, gap) for gap in gaps]
        reported = [overlap.polygon for overlap in overlaps] + [gap.polygon for gap in gaps]
        mismatches = find_edge_mismatches(
            polygons, thresholds=thresholds, reported=reported, borders=borders
        )
        found += [wording.mismatch_finding(subjects, m, thresholds) for m in mismatches]
    return wording.with_stored_shapes(found, plane)


def check_measured_file(
    measured: FileAreas, *, coverage: bool = False, thresholds: Thresholds = DEFAULTS
) -> list[Finding]:
    """Return the topology findings of a file that was read on its own, and what is no polygon.

    A projected file is checked in its own plane; a geographic one in the workspace's plane, or
    without a workspace in an equal-area plane at the file's middle: thresholds are metres.
    """
    file = measured.file
    polygons, plane = in_metres(measured)
    labels = file.labels()
    kinds = shapely.get_type_id(file.geometry)
    bare = np.flatnonzero(~np.isin(kinds, _POLYGONAL) | shapely.is_empty(file.geometry))
    found = [no_polygon(labels[i], file.geometry[i], file.source) for i in bare]
    return found + check_file_topology(
        polygons,
        labels,
        plane=plane,
        coverage=coverage,
        file=file.source,
        thresholds=thresholds,
    )


def no_polygon(label: str, geometry: object, source: str) -> Finding:
    """Return the finding of a feature of a file that is no polygon."""
    is_null = geometry is None or shapely.is_empty(geometry)
    reason = (
        message("layer.geometry_null")
        if is_null
        else message("geometry.no_polygon", found=getattr(geometry, "geom_type", "?"))
    )
    return Finding(
        rule="geometry.valid" if is_null else "geometry.type",
        severity=Severity.ERROR,
        subject=label,
        text=Text(f"{label}：{reason.zh}", f"{label}: {reason.en}"),
        remedy=message("validity.redraw"),
        file=source,
    )


def check_rings(
    polygons: Geometries,
    subjects: Sequence[Subject],
    thresholds: Thresholds,
    *,
    known: set[int] | None = None,
) -> list[Finding]:
    """Return the findings on single polygons; ``known`` invalid ones are not reported again.

    Shapes stay in the plane (:func:`wording.with_stored_shapes`).
    """
    faults = [
        fault
        for fault in find_ring_faults(polygons, thresholds=thresholds)
        if fault.rule is not RingRule.INVALID or fault.index not in (known or set())
    ]
    found = wording.ring_findings(subjects, polygons, faults, thresholds)
    found += [
        wording.sliver_finding(subjects[i], polygons[i], thresholds)
        for i in find_slivers(polygons, thresholds=thresholds)
    ]
    return found


def _outside(
    plan: Plan,
    features: Sequence[Feature],
    polygons: Geometries,
    subjects: Sequence[Subject],
    thresholds: Thresholds,
    asked: Sequence[bool],
) -> list[Finding]:
    """Return what of the features that are asked about lies outside its declared parents.

    While a parent has no geometry at all, nobody can say what lies outside: nothing is.
    """
    found = []
    for kind in plan.schema.kinds.values():
        if kind.within is None:
            continue
        children = [i for i, f in enumerate(features) if f.kind == kind.id and asked[i]]
        parents = [i for i, feature in enumerate(features) if feature.kind == kind.within]
        if any(polygons[i] is None for i in parents):
            continue
        parent_subjects = [subjects[i] for i in parents]
        label = plan.schema.kinds[kind.within].label
        for outside in find_outside(polygons[children], polygons[parents], thresholds=thresholds):
            child = subjects[children[outside.child]]
            found.append(wording.outside_finding(child, parent_subjects, label, outside))
    return found


def _is_polygonal(feature: Feature) -> bool:
    return feature.geometry is not None and feature.geometry.geom_type in GEOMETRY_TYPES["polygon"]


def _subject(feature: Feature, basis: Mapping[str, str]) -> Subject:
    return Subject(
        label=feature.label,
        layer=feature.layer,
        file=feature.file,
        line=feature.line,
        schematic=basis.get(feature.id, "schematic") == "schematic",
    )
