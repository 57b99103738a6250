"""Making a prepared change set: under the lock, on the layer as it is then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gangqu_gis.assessment import assess_change
from gangqu_gis.clock import now
from gangqu_gis.documents import read_bytes
from gangqu_gis.errors import RefusedError
from gangqu_gis.files import hash_of
from gangqu_gis.history import ADOPT, Entry
from gangqu_gis.layerfile import layer_bytes, other_tables
from gangqu_gis.messages import message
from gangqu_gis.plan import load_plan
from gangqu_gis.store import commit, locked
from gangqu_gis.update.preparing import refuse_conflicts
from gangqu_gis.update.proposal import Proposal, plan_after
from gangqu_gis.workspace import Workspace, open_workspace


def carry_out(proposal: Proposal, *, by: str, reason: str) -> Entry:
    """Write the proposal's change set and return its entry in the history.

    A layer that others have changed through the toolkit since is no hindrance: the change set is
    put on top of theirs, feature by feature, and checked again.

    Raises
    ------
    RefusedError
        The proposal has errors; the workspace is locked; the same features were changed
        meanwhile; the layer was edited outside the toolkit; or together with the changes of others
        there would be errors.
    """
    if proposal.blocked:
        raise RefusedError(message("update.blocked"))
    with locked(proposal.plan.workspace):
        present = rebased(proposal)
        workspace, layer = present.plan.workspace, present.layer
        _refuse_other_tables(workspace, layer)
        return commit(
            workspace,
            layer=layer,
            expected_hash=present.layer_hash,
            content=layer_bytes(
                layer,
                present.features,
                present.plan.schema,
                suffix=workspace.layer_path(layer).suffix,
            ),
            record=record_of(present, by=by, reason=reason),
        )


def _refuse_other_tables(workspace: Workspace, layer: str) -> None:
    """A layer's file is written whole: what else somebody put into it would be lost."""
    path = workspace.layer_path(layer)
    shown = workspace.shown(path)
    others = other_tables(read_bytes(path, shown=shown), name=layer, shown=shown)
    if others:
        raise RefusedError(message("layer.other_tables", tables=", ".join(others)), file=shown)


def rebased(proposal: Proposal) -> Proposal:
    """Return the proposal on top of the layer as it is now."""
    # Another process may have put the layer into a file of another form.
    workspace = open_workspace(proposal.plan.workspace.root)
    untouched = hash_of(workspace.layer_path(proposal.layer)) == proposal.layer_hash
    # An adopted edit is that of the file: only another file makes it another edit.
    if untouched and (
        proposal.action == ADOPT or _head_now(proposal) == proposal.plan.history.head
    ):
        return proposal
    plan = load_plan(workspace)
    own = plan.layers[proposal.layer]
    if plan.history.drifted(proposal.layer, own.sha256):
        raise RefusedError(message("update.drifted", layer=proposal.layer), file=own.file)
    refuse_conflicts(plan, proposal.layer, proposal.changes)
    after = plan_after(
        plan,
        proposal.layer,
        proposal.changes,
        provenance=proposal.provenance,
        action=proposal.action,
        undoes=proposal.undoes,
    )
    states = assess_change(plan, after, {change.id for change in proposal.changes})
    moved = replace(proposal, plan=plan, layer_hash=own.sha256, before=states[0], after=states[1])
    if moved.blocked:
        first = next(f for f in moved.new_findings if f.severity.value == "error")
        raise RefusedError(message("update.blocked_by_others", finding=first.text), file=own.file)
    return moved


def _head_now(proposal: Proposal) -> str:
    from gangqu_gis.history import read_history

    return read_history(proposal.plan.workspace.data / "history", shown="data/history").head


def record_of(proposal: Proposal, *, by: str, reason: str) -> dict[str, Any]:
    """Return the change set as the history keeps it."""
    provenance = proposal.provenance
    record: dict[str, Any] = {
        "schema": "gangqu-gis/change-set/1",
        "time": now(),
        "by": by,
        "reason": reason,
        "action": proposal.action,
        "undoes": proposal.undoes,
        "sources": [dict(source) for source in proposal.sources],
        "provenance": provenance.as_record() if provenance else None,
        "notes": [note.rule for _, note in (*proposal.notes, *proposal.noticed)],
        "repairs": [
            {"id": outcome.id, **outcome.arrival.repair.as_record()}
            for outcome in proposal.outcomes
            if outcome.arrival is not None and outcome.arrival.repair is not None
        ],
        "relations": [
            {"id": outcome.id, "what": outcome.what.value, "related": list(outcome.related)}
            for outcome in proposal.outcomes
            if outcome.related
        ],
        "checks": {
            "findings": [
                {"rule": f.rule, "severity": f.severity.value, "subjects": list(f.subjects)}
                for f in proposal.new_findings
            ],
            "verdicts": {after.rule: after.verdict.value for _, after in proposal.moved_verdicts()},
        },
        "changes": [change.as_record() for change in proposal.changes],
    }
    return {
        name: value for name, value in record.items() if value is not None or name == "provenance"
    }
