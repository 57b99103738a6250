"""People's decisions on the plan's figures: readings of contradictions, and amendments.

Both go into the files that people read and edit, by adding blocks; a former value is kept beside
the one that replaces it (plan, chapter 六(四): mid-term evaluation and adjustment).
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from gangqu_gis.assessment import assess
from gangqu_gis.checks import Verdict
from gangqu_gis.clock import is_date, now
from gangqu_gis.documents import quoted, read_text
from gangqu_gis.errors import RefusedError, UsageError
from gangqu_gis.figures import Figure, Register, is_printed_number
from gangqu_gis.files import write_whole
from gangqu_gis.messages import message
from gangqu_gis.people import is_blank, is_storable
from gangqu_gis.plan import Plan
from gangqu_gis.readings import ACCEPT, WITHDRAW, Reading, add_reading, fingerprint
from gangqu_gis.register import read_register
from gangqu_gis.store import locked


def accept_reading(plan: Plan, rule: str, *, reading: str, by: str, reason: str) -> Reading:
    """Record a person's reading of the contradiction that ``rule`` finds.

    Raises
    ------
    UsageError
        There is no such rule.
    RefusedError
        The rule does not say ``inconsistent``: a reading can decide nothing else, and never makes
        an ``indicative`` agree.
    """
    _refuse_blank(reading, by, reason)
    check = next((c for c in assess(plan).checks if c.rule == rule), None)
    if check is None:
        raise UsageError(message("readings.not_a_rule", rule=rule))
    if check.verdict not in (Verdict.INCONSISTENT, Verdict.ACCEPTED):
        label = check.verdict.label
        raise RefusedError(message("readings.not_inconsistent", rule=rule, verdict=label))
    used = fingerprint(plan.register.figures[id_] for id_ in check.figures)
    return _record(plan, Reading(rule, ACCEPT, reading, by, now(), reason, used))


def withdraw_reading(plan: Plan, rule: str, *, by: str, reason: str) -> Reading:
    """Record that the reading of ``rule`` is withdrawn.

    Raises
    ------
    RefusedError
        No reading of it stands.
    """
    _refuse_blank(by, reason)
    standing = plan.readings.latest(rule)
    if standing is None:
        raise RefusedError(message("readings.nothing_to_withdraw", rule=rule))
    withdrawn = replace(standing, action=WITHDRAW, by=by, on=now(), reason=reason)
    return _record(plan, withdrawn)


def amend_figure(plan: Plan, id_: str, *, printed: str, decision: str, on: str, by: str) -> Figure:
    """Replace what a figure prints, keep the former value beside it, and return the figure.

    ``decision`` names the document that amends the plan, ``on`` its ISO date.

    Raises
    ------
    UsageError
        There is no such figure, ``printed`` is no number, or ``on`` is no date.
    RefusedError
        The figure prints that already, or its file was edited in the meantime.
    """
    _refuse_blank(by, decision)
    figure = plan.register.figures.get(id_)
    if figure is None:
        raise UsageError(message("rules.unknown_figure", id=id_))
    if not is_printed_number(printed):
        raise UsageError(message("figures.bad_number", id=id_, found=printed))
    if figure.printed == printed:
        raise RefusedError(message("decisions.same_value", id=id_, printed=printed))
    if not is_date(on):
        raise UsageError(message("update.needs_date", found=on))
    former = {"printed": figure.printed, "until": on, "decision": decision, "by": by}
    with locked(plan.workspace):
        present = _register_of(plan).figures.get(id_)
        if present is None or present.printed != figure.printed:
            raise RefusedError(message("decisions.file_changed"), file=figure.file)
        path = plan.workspace.root / present.file
        source = read_text(path, shown=present.file)
        write_whole(path, _amended(source, present, printed, former))
        return _register_of(plan).figures[id_]


def _register_of(plan: Plan) -> Register:
    """Return the register as its files are now."""
    return read_register(
        plan.workspace.plan,
        shown="data/plan",
        approximate_percent=plan.workspace.approximate_percent,
    )


def _refuse_blank(*texts: str) -> None:
    if any(is_blank(text) or not is_storable(text) for text in texts):
        raise UsageError(message("decisions.blank"))


def _record(plan: Plan, reading: Reading) -> Reading:
    path: Path = plan.workspace.readings
    with locked(plan.workspace):
        add_reading(path, reading, shown=plan.workspace.shown(path))
    return reading


def _amended(source: str, figure: Figure, printed: str, former: dict[str, str]) -> str:
    """Return the file's text with one figure amended and nothing else touched."""
    rows = source.split("\n")
    start = figure.line
    end = next((n for n in range(start, len(rows)) if rows[n].lstrip().startswith("[")), len(rows))
    at = next((n for n in range(start, end) if re.match(r"\s*printed\s*=", rows[n])), None)
    if at is None or quoted(figure.printed) not in rows[at]:
        raise RefusedError(message("decisions.file_changed"), file=figure.file, line=figure.line)
    rows[at] = rows[at].replace(quoted(figure.printed), quoted(printed), 1)
    while end > start and (not rows[end - 1].strip() or rows[end - 1].lstrip().startswith("#")):
        end -= 1
    block = ["", "[[place.figure.former]]"]
    block += [f"{name} = {quoted(value)}" for name, value in former.items()]
    return "\n".join([*rows[:end], *block, *rows[end:]])
