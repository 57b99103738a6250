"""A change set as JSON, and as GeoJSON for a GIS: the shapes before and after."""

from __future__ import annotations

from typing import Any

from gangqu_gis.checks import Check
from gangqu_gis.crs import STORAGE_URN
from gangqu_gis.differences import Difference, Side
from gangqu_gis.report.changeset import ChangeSet, kind_of, what_text
from gangqu_gis.report.document import finding_record, workspace_record
from gangqu_gis.update import Outcome, Proposal

#: Changes only when a field changes its meaning or goes away.
SCHEMA = "gangqu-gis/change-set/1"

Record = dict[str, Any]


def change_set_document(found: ChangeSet, *, lang: str) -> Record:
    """Return a change set as a JSON document; areas are unrounded m², what is not there null."""
    plan = found.assessment.plan
    document: Record = {
        "schema": SCHEMA,
        "workspace": workspace_record(plan.workspace, lang),
        "title": found.title.render(lang),
        "history_head": plan.history.head,
        "changes": [_change(d, found.outcomes.get(d.change.id), lang) for d in found.differences],
    }
    if found.proposal is not None:
        document |= _proposal(found.proposal, lang)
    return document


def change_set_collection(found: ChangeSet, *, lang: str) -> Record:
    """Return the shapes of a change set as a GeoJSON FeatureCollection in EPSG:4490.

    Each feature carries ``gq_state`` (before or after) and ``gq_change``.
    """
    features = [
        {
            "type": "Feature",
            "properties": {
                **(side.record.get("properties") or {}),
                "gq_layer": difference.layer,
                "gq_state": state,
                "gq_change": kind_of(difference.change),
            },
            "geometry": side.record.get("geometry"),
        }
        for difference in found.differences
        for state, side in (("before", difference.before), ("after", difference.after))
        if side is not None
    ]
    return {
        "type": "FeatureCollection",
        "name": found.title.render(lang),
        "crs": {"type": "name", "properties": {"name": STORAGE_URN}},
        "features": features,
    }


def _change(difference: Difference, outcome: Outcome | None, lang: str) -> Record:
    change = difference.change
    recognised = outcome.how.value if outcome and outcome.how else None
    repair = outcome.arrival.repair if outcome and outcome.arrival else None
    return {
        "layer": difference.layer,
        "id": change.id,
        "name": difference.name,
        "change": kind_of(change),
        "whlx": change.whlx,
        "words": what_text(difference, outcome).render(lang),
        "recognised_by": recognised,
        "overlap": outcome.share if outcome else None,
        "related": list(outcome.related) if outcome else [],
        "origin": change.origin,
        "repair": repair.as_record() if repair else None,
        "before": _side(difference.before),
        "after": _side(difference.after),
        "fields": [
            {"name": name, "before": before, "after": after}
            for name, before, after in difference.fields
        ],
    }


def _side(side: Side | None) -> Record | None:
    if side is None:
        return None
    return {
        "ellipsoidal_m2": side.ellipsoidal_m2,
        "planar_m2": side.planar_m2,
        "feature": side.record,
    }


def _proposal(proposal: Proposal, lang: str) -> Record:
    outcomes = proposal.outcomes
    return {
        "action": proposal.action,
        "layer": proposal.layer,
        "blocked": proposal.blocked,
        "provenance": proposal.provenance.as_record() if proposal.provenance else None,
        "sources": [dict(source) for source in proposal.sources],
        "unchanged": [o.id for o in outcomes if o.change is None and o.what == "unchanged"],
        "unused_columns": list(proposal.unread),
        "notes": [
            {
                "file": file,
                "line": note.line,
                "rule": note.rule,
                "asks": note.asks,
                "message": note.text.render(lang),
            }
            for file, note in (*proposal.notes, *proposal.noticed)
        ],
        "newly_failing": [_moved(*pair, lang=lang) for pair in proposal.newly_failing()],
        "newly_passing": [_moved(*pair, lang=lang) for pair in proposal.newly_passing()],
        "verdicts": [_moved(*pair, lang=lang) for pair in proposal.moved_verdicts()],
        "findings": [finding_record(f, lang) for f in proposal.new_findings],
        "settled": [finding_record(f, lang) for f in proposal.resolved_findings],
    }


def _moved(before: Check, after: Check, *, lang: str) -> Record:
    return {
        "rule": after.rule,
        "title": after.title.render(lang),
        "before": before.verdict.value,
        "after": after.verdict.value,
    }
