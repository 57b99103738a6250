"""The results of the topology search as findings, in words, with shapes in the storage CRS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from gangqu_gis import crs
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.layers import Feature
from gangqu_gis.measure import to_crs
from gangqu_gis.messages import Text, message, plain
from gangqu_gis.soundness import geometry_fault
from gangqu_gis.topology.coverage import EdgeMismatch
from gangqu_gis.topology.gaps import Gap
from gangqu_gis.topology.overlaps import Overlap, Relation
from gangqu_gis.topology.parents import Outside
from gangqu_gis.topology.rings import RingFault, RingRule
from gangqu_gis.topology.shapes import mean_width
from gangqu_gis.topology.thresholds import Thresholds
from gangqu_gis.units import half_up

if TYPE_CHECKING:
    from pyproj import CRS

SQUARE_METRES, METRES, DEGREES = "㎡", "m", "°"

#: More neighbours of a gap than this are counted, not named.
NAMED_NEIGHBOURS = 4


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding calls one polygon, where it stands, and whether it counts as evidence."""

    label: str
    layer: str | None = None
    file: str | None = None
    line: int | None = None
    schematic: bool = False


def ring_findings(
    subjects: Sequence[Subject],
    polygons: Any,
    faults: Sequence[RingFault],
    thresholds: Thresholds,
) -> list[Finding]:
    """Return one finding for each polygon and ring rule, at the worst place, shapes in plane."""
    found = []
    for (index, rule), group in groupby(faults, key=lambda fault: (fault.index, fault.rule)):
        same, subject = list(group), subjects[index]
        if rule is RingRule.INVALID:
            text = message("topology.invalid", id=subject.label, why=_why(polygons[index]))
            found.append(_finding(rule.value, text, [subject], polygons[index], Severity.ERROR))
        else:
            found.append(_ring_finding(rule, subject, same, thresholds))
    return found


def overlap_finding(subjects: Sequence[Subject], overlap: Overlap) -> Finding:
    """Return the finding of one overlap, duplicate or containment."""
    first, second = subjects[overlap.first], subjects[overlap.second]
    if overlap.relation is Relation.SECOND_CONTAINS:
        first, second = second, first
    rule = {Relation.DUPLICATE: "duplicate", Relation.OVERLAP: "overlap"}.get(
        overlap.relation, "contained"
    )
    text = message(
        f"topology.{rule}",
        first=first.label,
        second=second.label,
        **_size(overlap.polygon, overlap.area_m2, overlap.width_m),
    )
    found = _finding(rule, text, [first, second], overlap.polygon, Severity.ERROR)
    return replace(found, measured=overlap.area_m2, limit=0.0, unit=SQUARE_METRES)


def outside_finding(
    child: Subject, parents: Sequence[Subject], parent: Text, outside: Outside
) -> Finding:
    """Return the finding of a part outside ``parents``; ``parent`` names their kind."""
    text = message(
        "topology.outside" if outside.parents else "topology.outside_wholly",
        id=child.label,
        parent=parent,
        **_size(outside.polygon, outside.area_m2, outside.width_m),
    )
    touched = [parents[i] for i in outside.parents]
    found = _finding("outside", text, [child, *touched], outside.polygon, Severity.ERROR)
    if not touched and any(p.schematic for p in parents) and not child.schematic:
        found = replace(found, severity=Severity.NOTE, text=_indicative(text))
    return replace(found, measured=outside.area_m2, limit=0.0, unit=SQUARE_METRES)


def gap_finding(subjects: Sequence[Subject], gap: Gap) -> Finding:
    """Return the finding of one gap."""
    around = [subjects[i] for i in gap.neighbours]
    text = message(
        "topology.gap_sliver" if gap.sliver else "topology.gap",
        ids=_names(around),
        **_size(gap.polygon, gap.area_m2, gap.width_m),
    )
    found = _finding("gap", text, around, gap.polygon, Severity.ERROR)
    return replace(found, measured=gap.area_m2, limit=0.0, unit=SQUARE_METRES)


def mismatch_finding(
    subjects: Sequence[Subject], mismatch: EdgeMismatch, thresholds: Thresholds
) -> Finding:
    """Return the finding of one border that does not match; missing points alone are a note."""
    first, second = subjects[mismatch.first], subjects[mismatch.second]
    parted = mismatch.offset_m > thresholds.tolerance_m
    text = message(
        "topology.edge_parted" if parted else "topology.edge_points",
        first=first.label,
        second=second.label,
        count=len(shapely.get_parts(mismatch.points)),
        offset=half_up(mismatch.offset_m, 3),
        at=_position(shapely.get_parts(mismatch.points)[0]),
    )
    severity = Severity.WARNING if parted else Severity.NOTE
    found = _finding("edge_mismatch", text, [first, second], mismatch.points, severity)
    return replace(found, measured=mismatch.offset_m, limit=thresholds.tolerance_m, unit=METRES)


def sliver_finding(subject: Subject, polygon: Any, thresholds: Thresholds) -> Finding:
    """Return the finding of one polygon that is a sliver."""
    width = float(mean_width(polygon))
    size = _size(polygon, float(shapely.area(polygon)), width)
    text = message("topology.sliver", id=subject.label, **size)
    found = _finding("sliver", text, [subject], polygon, Severity.WARNING)
    return replace(found, measured=width, limit=thresholds.sliver_width_m, unit=METRES)


def with_stored_shapes(findings: Sequence[Finding], plane: CRS) -> list[Finding]:
    """Return ``findings`` with their shapes, given in ``plane``, in the storage CRS."""
    shapes = np.empty(len(findings), dtype=object)
    shapes[:] = [finding.shape for finding in findings]
    stored = to_crs(shapes, source=plane, target=crs.storage())
    return [replace(f, shape=shape) for f, shape in zip(findings, stored, strict=True)]


def _ring_finding(
    rule: RingRule, subject: Subject, faults: Sequence[RingFault], thresholds: Thresholds
) -> Finding:
    limit, unit, places = {
        RingRule.REPEATED: (thresholds.repeated_m, METRES, 4),
        RingRule.CLOSE: (thresholds.close_m, METRES, 3),
        RingRule.SHARP: (thresholds.sharp_deg, DEGREES, 1),
        RingRule.SPIKE: (thresholds.close_m, METRES, 3),
    }[rule]
    if rule is RingRule.SHARP:
        worst = min(faults, key=lambda fault: min(fault.value, 360.0 - fault.value))
        limit = limit if worst.value < 180 else thresholds.reflex_deg
    else:
        worst = min(faults, key=lambda fault: fault.value)
    text = message(
        f"topology.{rule.value}",
        id=subject.label,
        count=len(faults),
        value=half_up(worst.value, places),
        limit=f"{limit:g}",
        at=_position(worst.point),
    )
    shape = shapely.multipoints([fault.point for fault in faults])
    found = _finding(rule.value, text, [subject], shape, Severity.WARNING)
    return replace(found, measured=worst.value, limit=limit, unit=unit)


def _finding(
    rule: str, text: Text, subjects: Sequence[Subject], shape: Any, severity: Severity
) -> Finding:
    """Return a finding on ``subjects``; where one of them is schematic it only informs."""
    indicative = severity is not Severity.NOTE and any(s.schematic for s in subjects)
    first = subjects[0]
    return Finding(
        rule=f"topology.{rule}",
        severity=Severity.NOTE if indicative else severity,
        subject=first.label,
        text=_indicative(text) if indicative else text,
        remedy=message(f"topology.remedy_{rule}"),
        also=tuple(subject.label for subject in subjects[1:]),
        layer=first.layer,
        file=first.file,
        line=first.line,
        shape=shape,
    )


def _indicative(text: Text) -> Text:
    return message("topology.indicative", text=text)


def _why(polygon: Any) -> Text:
    """Return why ``polygon`` is invalid, in the words of the validity check, metres in place."""
    fault = geometry_fault(Feature("", {}, polygon, "", 0, 0))
    return fault or plain("")


def _size(polygon: Any, area_m2: float, width_m: float) -> dict[str, object]:
    return {
        "area": half_up(area_m2, 2),
        "width": half_up(width_m, 3),
        "at": _position(shapely.point_on_surface(polygon)),
    }


def _position(point: Any) -> Text:
    return message("topology.at", north=half_up(point.y, 3), east=half_up(point.x, 3))


def _names(subjects: Sequence[Subject]) -> Text:
    named = [subject.label for subject in subjects[:NAMED_NEIGHBOURS]]
    if len(subjects) > len(named):
        return message("topology.among", ids="、".join(named), more=len(subjects))
    return Text("、".join(named), ", ".join(named))
