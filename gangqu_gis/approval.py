"""Approvals: a record that the gate was clear for named features, by whom and on what evidence.

Kept in data/approvals/, an append-only chain of its own.  A record holds the hash of every
approved feature, of the figures and readings that its checks used, of the input files, and the
head of the history: verifying it later tells whether any of them has changed, and which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gangqu_gis import __version__
from gangqu_gis.assessment import Assessment
from gangqu_gis.chain import NO_RECORD, Chain, Link
from gangqu_gis.checks import Verdict
from gangqu_gis.clock import is_date, now, today
from gangqu_gis.errors import InputError, RefusedError, UsageError
from gangqu_gis.gate import GateResult, run_gate
from gangqu_gis.layers import feature_text
from gangqu_gis.messages import Text, message
from gangqu_gis.people import same_person
from gangqu_gis.plan import Plan
from gangqu_gis.readings import Reading, fingerprint
from gangqu_gis.files import hash_of
from gangqu_gis.store import locked
from gangqu_gis.workspace import Workspace

GRANT, REVOKE = "grant", "revoke"
_REQUIRED = ("action", "time", "by", "reason", "scope")


@dataclass(frozen=True, slots=True)
class Approval:
    """One granted approval; ``revoked`` is the record that revoked it, if any."""

    number: int
    content: Mapping[str, Any]
    hash: str
    revoked: Mapping[str, Any] | None = None

    @property
    def scope(self) -> tuple[str, ...]:
        """The ids of the approved features."""
        return tuple(self.content["scope"])

    @property
    def expired(self) -> bool:
        """Whether its last day has passed."""
        last = self.content.get("expires")
        return last is not None and today() > last


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether one approval still stands: what has changed since, in words."""

    approval: Approval
    changes: tuple[Text, ...]

    @property
    def stands(self) -> bool:
        """Whether nothing has changed and it is neither revoked nor expired."""
        return not self.changes and self.approval.revoked is None and not self.approval.expired


def read_approvals(workspace: Workspace) -> list[Approval]:
    """Return every granted approval, oldest first, with its revocation.

    Raises
    ------
    InputError
        A record cannot be read, or the chain is broken.
    """
    links = _chain(workspace).read()
    ended = [link.content for link in links if link.content["action"] == REVOKE]
    revoked = {content["revokes"]: content for content in ended}
    granted = [link for link in links if link.content["action"] == GRANT]
    for link in granted:
        if not _is_sound(link.content):
            raise InputError(message("approval.unsound"), file=link.shown)
    return [Approval(a.number, a.content, a.hash, revoked.get(a.number)) for a in granted]


def chain_head(workspace: Workspace) -> tuple[int, str]:
    """Return how many records there are, revocations included, and the hash of the last.

    What was struck from the end of the chain shows only against a hash noted on paper.
    """
    links = _chain(workspace).read()
    return len(links), links[-1].hash if links else NO_RECORD


def grant(
    assessment: Assessment,
    ids: Iterable[str],
    *,
    by: str,
    checked_by: str,
    reason: str,
    expires: str | None = None,
) -> tuple[GateResult, Approval | None]:
    """Run the gate for ``ids`` and, when it is clear, write an approval.

    编制, 校核 and 审定 are different people: who updated a feature in scope or accepted a reading
    in scope may neither check nor grant, and the checker may not grant.

    Raises
    ------
    UsageError
        No id was named, one is no feature, or ``expires`` is no ISO date.
    RefusedError
        The people are not different.
    """
    named = tuple(dict.fromkeys(ids))
    if not named:
        raise UsageError(message("approval.no_ids"))
    if expires is not None and not is_date(expires):
        raise UsageError(message("update.needs_date", found=expires))
    if expires is not None and expires < today():
        raise UsageError(message("approval.past", expires=expires))
    result = run_gate(assessment, named)
    _refuse_own_work(assessment.plan, result, by=by, checked_by=checked_by)
    if not result.clear:
        return result, None
    record = {
        "action": GRANT,
        "time": now(),
        "by": by,
        "checked_by": checked_by,
        "reason": reason,
        "expires": expires,
        "scope": list(named),
        "tool_version": __version__,
        "plan_version": assessment.plan.workspace.plan_version,
        "history_head": assessment.plan.history.head,
        "features": _feature_hashes(assessment.plan, named),
        "figures": _figure_prints(assessment.plan, result),
        "readings": _reading_prints(assessment.plan, result),
        "inputs": _input_hashes(assessment.plan.workspace),
        "verdicts": [_verdict_row(check) for check in result.in_scope],
    }
    with locked(assessment.plan.workspace):
        link = _chain(assessment.plan.workspace).append(record, rows="verdicts")
    return result, Approval(link.number, link.content, link.hash)


def revoke(workspace: Workspace, number: int, *, by: str, reason: str) -> Link:
    """Record that approval ``number`` is revoked.

    Raises
    ------
    UsageError
        There is no such approval.
    RefusedError
        It is revoked already.
    """
    with locked(workspace):
        found = next((a for a in read_approvals(workspace) if a.number == number), None)
        if found is None:
            raise UsageError(message("approval.unknown", number=number))
        if found.revoked is not None:
            raise RefusedError(message("approval.revoked_already", number=number))
        record = {
            "action": REVOKE,
            "time": now(),
            "by": by,
            "reason": reason,
            "revokes": number,
            "scope": list(found.scope),
        }
        return _chain(workspace).append(record, rows="scope")


def verify(assessment: Assessment) -> list[Verification]:
    """Return for every approval whether it still stands, and what has changed since."""
    approvals = read_approvals(assessment.plan.workspace)
    return [
        Verification(a, (*_changes_since(a, assessment), *_gate_now(a, assessment)))
        for a in approvals
    ]


def _is_sound(content: Mapping[str, Any]) -> bool:
    """Whether a granted record says everything that verifying it needs."""
    scope, hashes = content["scope"], ("features", "figures", "readings", "inputs")
    return (
        isinstance(scope, list)
        and bool(scope)
        and all(isinstance(content.get(name), dict) for name in hashes)
        and set(content["features"]) == set(scope)
        and bool(content["figures"])
        and isinstance(content.get("verdicts"), list)
        and all(isinstance(content.get(name), str) for name in ("checked_by", "history_head"))
    )


def _gate_now(approval: Approval, assessment: Assessment) -> Iterable[Text]:
    """Yield what the gate says today that it did not say when the approval was granted."""
    present = {feature.id for feature in assessment.plan.polygons()}
    if not set(approval.scope) <= present:
        return
    result = run_gate(assessment, approval.scope)
    for blocker in result.blockers:
        yield message("approval.blocked_now", text=blocker.text)
    recorded = {row["rule"]: row for row in approval.content["verdicts"]}
    for check in result.in_scope:
        row = _verdict_row(check)
        if recorded.get(check.rule) is None or _conditions(row) != _conditions(
            recorded[check.rule]
        ):
            yield message("approval.conditions_changed", title=check.title)


def _conditions(row: Mapping[str, Any]) -> tuple[object, ...]:
    """Return what an approval rested on in one check: verdict, figure and tolerance."""
    limit = row.get("tolerance_m2")
    return row.get("verdict"), row.get("stated"), None if limit is None else round(limit, 2)


def _changes_since(approval: Approval, assessment: Assessment) -> Iterable[Text]:
    plan, content = assessment.plan, approval.content
    present = {f.id: f for f in plan.polygons()}
    for id_, before in content["features"].items():
        if id_ not in present:
            yield message("approval.feature_gone", id=id_)
        elif _hash(feature_text(present[id_], plan.schema)) != before:
            # By the chain, not by the clock: two records may bear one second, and clocks differ.
            since = plan.history.after(content["history_head"])
            late = [e for e in since if e.touches(frozenset((id_,)))]
            who = ", ".join(f"{e.number} ({e.by}, {e.time})" for e in late) or "-"
            yield message("approval.feature_changed", id=id_, entries=who)
    for id_, before in content["figures"].items():
        figure = plan.register.figures.get(id_)
        if figure is None:
            yield message("approval.figure_gone", id=id_)
        elif fingerprint([figure]) != before:
            yield message("approval.figure_changed", id=id_, stated=figure.stated, file=figure.file)
    for rule, before in content["readings"].items():
        reading = plan.readings.latest(rule)
        if reading is None or reading_print(reading) != before:
            yield message("approval.reading_changed", rule=rule)
    heads = {entry.hash for entry in plan.history.entries}
    if content["history_head"] != plan.history.head and content["history_head"] not in heads:
        if set(content["history_head"]) != {"0"}:
            yield message("approval.history_lost")


def _refuse_own_work(plan: Plan, result: GateResult, *, by: str, checked_by: str) -> None:
    if same_person(by, checked_by):
        raise RefusedError(message("approval.same_person", name=by))
    editors = set(plan.history.editors_of(frozenset(result.scope)))
    for check in result.in_scope:
        reading = plan.readings.latest(check.rule)
        if check.verdict is Verdict.ACCEPTED and reading is not None:
            editors.add(reading.by)
    used = dict.fromkeys(id_ for check in result.in_scope for id_ in check.figures)
    for id_ in used:
        editors.update(former.by for former in plan.register.figures[id_].former)
    for name in (by, checked_by):
        if any(same_person(name, editor) for editor in editors):
            raise RefusedError(message("approval.own_work", name=name))


def _chain(workspace: Workspace) -> Chain:
    return Chain(workspace.data / "approvals", "data/approvals", _REQUIRED)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def reading_print(reading: Reading) -> str:
    """Return the hash by which a record knows a reading again."""
    return _hash("|".join((reading.rule, reading.reading, reading.by, reading.on)))


def _feature_hashes(plan: Plan, ids: Iterable[str]) -> dict[str, str]:
    return {id_: _hash(feature_text(plan.by_id[id_], plan.schema)) for id_ in ids}


def _figure_prints(plan: Plan, result: GateResult) -> dict[str, str]:
    used = dict.fromkeys(id_ for check in result.in_scope for id_ in check.figures)
    return {id_: fingerprint([plan.register.figures[id_]]) for id_ in used}


def _reading_prints(plan: Plan, result: GateResult) -> dict[str, str]:
    prints = {}
    for check in result.in_scope:
        reading = plan.readings.latest(check.rule)
        if check.verdict is Verdict.ACCEPTED and reading is not None:
            prints[check.rule] = reading_print(reading)
    return prints


def _input_hashes(workspace: Workspace) -> dict[str, str]:
    """Return the SHA-256 of every file the assessment read, by its path in the workspace."""
    paths = [
        workspace.data / "workspace.toml",
        workspace.data / "schema.toml",
        *(workspace.layer_path(layer) for layer in workspace.layer_files),
        *sorted(workspace.plan.rglob("*.toml")),
    ]
    return {workspace.shown(path): hash_of(path) for path in paths}


def _verdict_row(check: Any) -> dict[str, Any]:
    return {
        "rule": check.rule,
        "verdict": check.verdict.value,
        "stated": check.stated_text,
        "ellipsoidal_m2": check.ellipsoidal_m2,
        "tolerance_m2": check.tolerance.value_m2 if check.tolerance else None,
        "formula": check.tolerance.formula.zh if check.tolerance else None,
    }
