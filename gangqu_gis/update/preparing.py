"""Preparing a change set: from source files, from an earlier entry, from a foreign edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gangqu_gis import crs
from gangqu_gis.changes import compare, invert
from gangqu_gis.errors import InputError, RefusedError, UsageError
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.history import ADOPT, CONVERT, UNDO, Change
from gangqu_gis.layers import Layer, feature_of
from gangqu_gis.messages import message
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.records import id_of, stored
from gangqu_gis.replay import require_base, state_at
from gangqu_gis.store import locked, waiting
from gangqu_gis.update.adoption import as_recorded, height_notes, refuse_edited_evidence
from gangqu_gis.update.displaced import displacement_notes
from gangqu_gis.update.draft import Choices, changes_of, outcomes
from gangqu_gis.update.incoming import Incoming, gather
from gangqu_gis.update.matching import match
from gangqu_gis.update.proposal import Proposal, with_assessments
from gangqu_gis.update.provenance import Provenance, Unproven
from gangqu_gis.update.rounding import rounding_notes
from gangqu_gis.workspace import MARKER, Workspace


def plan_to_change(workspace: Workspace) -> Plan:
    """Return the plan, after finishing or taking back a write that was cut short."""
    if waiting(workspace):
        with locked(workspace):
            pass
    return load_plan(workspace)


def propose(
    plan: Plan,
    layer: str,
    files: Sequence[VectorFile],
    *,
    provenance: Provenance | None,
    choices: Choices | None = None,
    uncertainty_m: float | None = None,
    repair: bool = False,
) -> Proposal:
    """Prepare the change set that brings ``files`` into ``layer``.

    Raises
    ------
    UsageError
        There is no such layer, or no such kind in it; an arrival is new and its kind was not said;
        of attributes alone, a provenance was given or that they are the whole layer.
    InputError
        A file cannot be brought in: another datum, a geometry that is not sound, a number twice.
    RefusedError
        The layer was edited outside the toolkit, an arrival may be either of two features, a
        feature would leave the layer, or the schematic drawing comes as a survey.
    """
    refuse_unready(plan, layer)
    if not plan.schema.holds_records(layer):
        _refuse_unplaced(plan.workspace)
    if provenance is not None and plan.schema.holds_records(layer):
        raise UsageError(message("update.records_need_no_basis", layer=layer))
    choices = _with_kind(plan, layer, choices or Choices({}))
    only_attributes = choices.only == "attributes"
    if only_attributes and (provenance is not None or choices.complete):
        raise UsageError(message("update.attributes_alone"))
    incoming = gather(plan, layer, files, repair=repair, may_lack_geometry=only_attributes)
    _refuse_wgs84_surveys(incoming, provenance)
    found = match(
        plan.layers[layer].features,
        incoming.arrivals,
        plan.schema,
        given=choices.given,
        kind=choices.kind,
        plane=crs.planar(plan.workspace.planar_crs),
    )
    origin: dict[str, Provenance | Unproven] = {
        file.source: provenance or Unproven(Path(file.source).name, uncertainty_m) for file in files
    }
    results = outcomes(plan, layer, found, origin, choices)
    proposal = with_assessments(plan, layer, changes_of(results), provenance=provenance)
    return replace(
        proposal,
        outcomes=tuple(results),
        notes=incoming.notes,
        noticed=(*incoming.noticed, *displacement_notes(found)),
        unread=incoming.unread,
        sources=incoming.sources,
    )


def _refuse_wgs84_surveys(incoming: Incoming, provenance: Provenance | None) -> None:
    """A boundary survey is in CGCS2000: present WGS 84 coordinates may lie a metre off."""
    for file, note in incoming.noticed:
        if note.rule == "crs.wgs84" and provenance and provenance.basis == "surveyed":
            raise RefusedError(message("update.wgs84_survey"), file=file)


def _refuse_unplaced(workspace: Workspace) -> None:
    """Nothing drawn comes into a workspace that has not said where it lies.

    Raises
    ------
    InputError
        Its planar CRS or its extent is a placeholder still.
    """
    for name in ("planar_crs", "extent"):
        if name in workspace.unfilled:
            text = message("workspace.unplaced", name=name)
            raise InputError(text, file=MARKER.as_posix(), line=workspace.unfilled[name])


def _with_kind(plan: Plan, layer: str, choices: Choices) -> Choices:
    """Return the choices with the kind that new features must have where there is only one."""
    kinds = plan.schema.of_layer(layer)
    if choices.kind is not None and choices.kind not in (kind.id for kind in kinds):
        known = " / ".join(f"{k.id}（{k.label.zh}）" for k in kinds)
        raise UsageError(message("update.no_kind", name=choices.kind, layer=layer, known=known))
    return (
        replace(choices, kind=kinds[0].id) if choices.kind is None and len(kinds) == 1 else choices
    )


def propose_undo(plan: Plan, number: int) -> Proposal:
    """Prepare the entry that takes entry ``number`` back.

    Raises
    ------
    UsageError
        There is no such entry, it changed nothing, or it put the layer into another file.
    RefusedError
        Later entries changed the same features: they are named, nothing is guessed.
    """
    entry = plan.history.entry(number)
    if entry is None or not (entry.changes or entry.action == CONVERT):
        count = len(plan.history.entries)
        raise UsageError(message("update.nothing_to_undo", number=number, count=count))
    if entry.action == CONVERT:
        former = Path(str(entry.content["file_before"])).suffix[1:]
        text = message("convert.no_undo", number=number, layer=entry.layer, form=former)
        raise UsageError(text)
    refuse_unready(plan, entry.layer)
    changes = invert(entry.changes)
    refuse_conflicts(plan, entry.layer, changes)
    return with_assessments(plan, entry.layer, changes, action=UNDO, undoes=number)


def propose_adoption(
    plan: Plan, layer: str, *, uncertainty_m: float | None = None, keep_recorded: bool = False
) -> Proposal:
    """Prepare the entry that takes over what somebody edited outside the toolkit.

    The edit is compared with the layer as the history left it; digits that a GIS rewrote are no
    change.  A geometry that was moved there is no evidence.  What a geometry is worth cannot be
    edited: with ``keep_recorded`` such edits are given up for what the history holds.

    Raises
    ------
    UsageError
        There is no such layer, or its file is as the history left it.
    RefusedError
        A feature has no id, or one that stands twice; or the worth of a geometry was edited.
    """
    own = known_layer(plan, layer)
    if not plan.history.drifted(layer, own.sha256):
        raise UsageError(message("update.nothing_to_adopt", layer=layer))
    _refuse_unnumbered(own)
    shown = own.file
    recorded = state_at(plan.workspace, plan.history, layer, len(plan.history.entries))
    features = tuple(replace(feature_of(record, layer), file=shown) for record in recorded)
    present = replace(plan, layers={**plan.layers, layer: Layer(layer, shown, features)})
    kinds = plan.schema.kinds
    origin = Unproven(Path(shown).name, uncertainty_m)
    known = {id_of(record): record for record in recorded}
    written = [(stored(f.as_record()), known.get(f.id), kinds.get(f.kind)) for f in own.features]
    if not keep_recorded:
        refuse_edited_evidence(written, file=shown)
    edited = [as_recorded(*states, origin) for states in written]
    changes = compare(recorded, edited)
    proposal = with_assessments(plan, layer, changes, present=present, action=ADOPT)
    return replace(
        proposal, noticed=(*rounding_notes(plan, own, changes), *height_notes(own, known))
    )


def refuse_conflicts(plan: Plan, layer: str, changes: Sequence[Change]) -> None:
    """Refuse changes whose features are not as the changes found them.

    Raises
    ------
    RefusedError
        With the ids, and who changed them last.
    """
    present = {f.id: f for f in plan.layers[layer].features}
    clashing = []
    for change in changes:
        found = present.get(change.id)
        if (None if found is None else stored(found.as_record())) != change.before:
            touching = plan.history.changes_of(change.id)
            last = touching[-1][0] if touching else None
            who = f"{last.number} {last.by} {last.time}" if last else "-"
            clashing.append(f"{change.id}（{who}）")
    if clashing:
        text = message("update.conflict", ids="、".join(clashing))
        raise RefusedError(text, file=plan.layers[layer].file)


def refuse_unready(plan: Plan, layer: str) -> None:
    """Refuse to build on a layer that is not as the history left it, or is not in order.

    Raises
    ------
    UsageError
        There is no such layer.
    RefusedError
        It was edited outside the toolkit, or features have no id of their own.
    InputError
        Its history can no longer be replayed.
    """
    own = known_layer(plan, layer)
    if plan.history.drifted(layer, own.sha256):
        raise RefusedError(message("update.drifted", layer=layer), file=own.file)
    require_base(plan.workspace, plan.history, layer)
    _refuse_unnumbered(own)


def known_layer(plan: Plan, layer: str) -> Layer:
    """Return a layer of the plan.

    Raises
    ------
    UsageError
        There is no such layer.
    """
    if layer not in plan.layers:
        known = ", ".join(plan.layers)
        raise UsageError(message("update.no_layer", name=layer, known=known))
    return plan.layers[layer]


def _refuse_unnumbered(layer: Layer) -> None:
    """A change set speaks of features by their ids: each must have one of its own."""
    seen: dict[str, int] = {}
    for feature in layer.features:
        if not feature.id:
            text = message("update.layer_without_id", label=feature.label)
            raise RefusedError(text, file=layer.file, line=feature.line or None)
        if feature.id in seen:
            text = message("validity.id_twice", id=feature.id, first=seen[feature.id])
            raise RefusedError(text, file=layer.file, line=feature.line or None)
        seen[feature.id] = feature.line
