"""New boundaries into a layer: source file → change set → checks → layer → history.

This is the only door by which evidence enters: a geometry is ``surveyed`` or ``digitized`` only
when it comes with its provenance, which the history keeps with the hash of the source file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gangqu_gis import crs
from gangqu_gis.assessment import Assessment, assess
from gangqu_gis.changes import compare
from gangqu_gis.checks import Check
from gangqu_gis.clock import now
from gangqu_gis.errors import InputError, RefusedError, UsageError
from gangqu_gis.evidence import same_shape
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.history import Change, Entry, History
from gangqu_gis.layers import Feature, Layer, format_layer
from gangqu_gis.measure import to_crs
from gangqu_gis.messages import message
from gangqu_gis.plan import Plan
from gangqu_gis.store import commit, hash_of, locked

#: Point errors of the three grades of boundary points, metres (field conventions T1).
GRADE_POINT_ERROR_M = {1: 0.05, 2: 0.075, 3: 0.10}

#: What a geometry's basis brings into its attributes; all of it goes when the basis does.
_BASIS_FIELDS = ("basis", "uncertainty_m", "map_scale", "point_error_m", "source")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a geometry comes from: a survey (with its grade) or a map (with its scale)."""

    basis: str
    reference: str
    on: str | None = None
    grade: int | None = None
    map_scale: int | None = None

    def as_record(self) -> dict[str, Any]:
        """Return the provenance as the history keeps it."""
        record = {
            "basis": self.basis,
            "reference": self.reference,
            "on": self.on,
            "grade": self.grade,
            "map_scale": self.map_scale,
        }
        return {name: value for name, value in record.items() if value is not None}

    def attributes(self) -> dict[str, Any]:
        """Return the attributes that this basis gives a feature."""
        attributes: dict[str, Any] = {"basis": self.basis, "source": self.reference}
        if self.grade is not None:
            attributes["point_error_m"] = GRADE_POINT_ERROR_M[self.grade]
            attributes["uncertainty_m"] = GRADE_POINT_ERROR_M[self.grade]
        if self.map_scale is not None:
            attributes["map_scale"] = self.map_scale
        return attributes


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change set that has been prepared and checked, and not yet made."""

    plan: Plan
    layer: str
    changes: tuple[Change, ...]
    text: str
    layer_hash: str
    before: Assessment
    after: Assessment
    source: Mapping[str, Any]
    provenance: Provenance | None

    @property
    def new_findings(self) -> list[Finding]:
        """Findings that the change would bring."""
        known = {(f.rule, f.subjects) for f in self.before.findings}
        return [f for f in self.after.findings if (f.rule, f.subjects) not in known]

    @property
    def blocked(self) -> bool:
        """Whether a new finding is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.new_findings)

    def moved_verdicts(self) -> list[tuple[Check, Check]]:
        """Return the checks whose verdict would change, as (before, after)."""
        before = {check.rule: check for check in self.before.checks}
        return [
            (before[check.rule], check)
            for check in self.after.checks
            if check.rule in before and before[check.rule].verdict is not check.verdict
        ]


def propose(
    plan: Plan, layer: str, file: VectorFile, *, provenance: Provenance | None, source: Path
) -> Proposal:
    """Prepare the change set that brings the geometries of ``file`` into ``layer``, by id.

    Raises
    ------
    UsageError
        There is no such layer, or it holds no polygons.
    InputError
        The file's datum is not that of the layers (no datum shift is known), a geometry is no
        sound polygon or lies outside the workspace's extent, or an id stands twice.
    RefusedError
        The file holds an id that the layer does not, or the schematic drawing as a survey.
    """
    if layer not in plan.layers:
        known = ", ".join(plan.layers)
        raise UsageError(message("update.no_layer", name=layer, known=known))
    incoming = _incoming(plan, file)
    own = plan.layers[layer]
    present = {feature.id for feature in own.features}
    strangers = [id_ for id_ in incoming if id_ not in present]
    if strangers:
        raise RefusedError(
            message("update.unknown_ids", ids=", ".join(strangers)), file=file.source
        )
    _refuse_the_drawing(own.features, incoming, provenance, file)
    features = [
        _updated(f, incoming[f.id], provenance) if f.id in incoming else f for f in own.features
    ]
    changes = compare(own.features, features, plan.schema)
    text = format_layer(layer, features, plan.schema)
    record = {"name": source.name, "sha256": hash_of(source)}
    proposed = _plan_with(plan, layer, features, changes, provenance)
    return Proposal(
        plan=plan,
        layer=layer,
        changes=tuple(changes),
        text=text,
        layer_hash=own.sha256,
        before=assess(plan),
        after=assess(proposed),
        source=record,
        provenance=provenance,
    )


def carry_out(proposal: Proposal, *, by: str, reason: str) -> Entry:
    """Write the proposal's change set and return its entry in the history.

    Raises
    ------
    RefusedError
        The workspace is locked, or the layer has changed since the proposal was made.
    """
    provenance = proposal.provenance
    record = {
        "time": now(),
        "by": by,
        "reason": reason,
        "source": dict(proposal.source),
        "provenance": provenance.as_record() if provenance else None,
        "checks": {
            "findings": len(proposal.new_findings),
            "verdicts": {a.rule: a.verdict.value for _, a in proposal.moved_verdicts()},
        },
        "changes": [change.as_record() for change in proposal.changes],
    }
    workspace = proposal.plan.workspace
    with locked(workspace):
        return commit(
            workspace,
            layer=proposal.layer,
            expected_hash=proposal.layer_hash,
            text=proposal.text,
            record=record,
        )


def _incoming(plan: Plan, file: VectorFile) -> dict[str, Any]:
    """Return the file's polygons in the storage CRS, by id."""
    assert file.crs is not None
    if crs.geographic(file.crs).datum != crs.storage().datum:
        text = message("update.other_datum", crs=crs.label(file.crs))
        raise InputError(text, file=file.source)
    labels = file.labels()
    twice = sorted({id_ for id_ in labels if labels.count(id_) > 1})
    if twice:
        raise InputError(message("update.id_twice", ids=", ".join(twice)), file=file.source)
    kinds = shapely.get_type_id(file.geometry)
    sound = np.isin(kinds, (3, 6)) & shapely.is_valid(file.geometry)
    for label, fine, geometry in zip(labels, sound, file.geometry, strict=True):
        if not fine or shapely.is_empty(geometry):
            reason = "NULL" if geometry is None else shapely.is_valid_reason(geometry)
            raise InputError(message("update.unsound", id=label, reason=reason), file=file.source)
    moved = to_crs(file.geometry, source=file.crs, target=crs.storage())
    west, south, east, north = plan.workspace.extent
    for label, (left, bottom, right, top) in zip(labels, shapely.bounds(moved), strict=True):
        if not (west <= left and right <= east and south <= bottom and top <= north):
            text = message("update.outside", id=label, x=f"{left:.4f}", y=f"{bottom:.4f}")
            raise InputError(text, file=file.source)
    return dict(zip(labels, moved, strict=True))


def _refuse_the_drawing(
    features: Sequence[Feature],
    incoming: Mapping[str, Any],
    provenance: Provenance | None,
    file: VectorFile,
) -> None:
    """Refuse evidence for a geometry that is the schematic drawing itself, exported again."""
    for feature in features:
        drawn = provenance is not None and feature.basis == "schematic" and feature.geometry
        if drawn and feature.id in incoming and same_shape(drawn, incoming[feature.id]):
            raise RefusedError(message("update.the_drawing", id=feature.id), file=file.source)


def _updated(feature: Feature, geometry: Any, provenance: Provenance | None) -> Feature:
    """Return ``feature`` with its new geometry; without provenance its basis is schematic."""
    kept = {k: v for k, v in feature.properties.items() if k not in _BASIS_FIELDS}
    if provenance is not None:
        properties = {**kept, **provenance.attributes()}
    else:
        own = {k: feature.properties[k] for k in _BASIS_FIELDS if k in feature.properties}
        properties = {**kept, **own, "basis": "schematic"}
    return replace(feature, geometry=geometry, properties=properties)


def _plan_with(
    plan: Plan,
    layer: str,
    features: Sequence[Feature],
    changes: Sequence[Change],
    provenance: Provenance | None,
) -> Plan:
    """Return the plan as it would be: the layer replaced, the change set in the history."""
    layers = {**plan.layers, layer: Layer(layer, plan.layers[layer].file, tuple(features))}
    record = provenance.as_record() if provenance else None
    entry = Entry(0, "", "", "", layer, tuple(changes), record, None, "")
    history = History((*plan.history.entries, entry))
    return replace(plan, layers=layers, history=history)
