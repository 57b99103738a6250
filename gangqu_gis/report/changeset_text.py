"""A change set on the terminal: each feature before and after, and what it does to the checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.text import Text as Rich

from gangqu_gis.checks import Check
from gangqu_gis.differences import Difference
from gangqu_gis.messages import message
from gangqu_gis.report.changeset import ChangeSet, field_label, how_text, value_text, what_text
from gangqu_gis.report.printer import Printer, indented
from gangqu_gis.report.text import findings
from gangqu_gis.report.wording import hectares
from gangqu_gis.update import Proposal


def change_set(found: ChangeSet, lang: str) -> RenderableType:
    """Return a change set: its features, then the checks, findings and notes of an update."""
    p = Printer(lang)
    parts: list[RenderableType] = []
    for difference in found.differences:
        parts += _feature(p, found, difference)
    parts.append(Rich(found.counts.render(lang), style="bold"))
    if found.proposal is not None:
        parts += _effects(p, found.proposal)
    return Group(*parts)


def _feature(p: Printer, found: ChangeSet, difference: Difference) -> Iterator[RenderableType]:
    outcome = found.outcomes.get(difference.change.id)
    what = what_text(difference, outcome)
    sides = (difference.before, difference.after)
    areas = [(hectares(side.ellipsoidal_m2) if side else "") or "-" for side in sides]
    has_area = any(text != "-" for text in areas)
    key = "update.change_line" if has_area else "update.change_line_plain"
    line = message(key, id=difference.change.id, what=what, before=areas[0], after=areas[1])
    yield Rich(line.render(p.lang))
    recognised = how_text(outcome)
    if recognised is not None:
        yield indented(recognised.render(p.lang))
    if outcome is not None and outcome.arrival is not None and outcome.arrival.repair is not None:
        yield indented(outcome.arrival.repair.effect.render(p.lang))
    schema = found.assessment.plan.schema
    for name, before, after in difference.fields:
        label = field_label(schema, difference, name)
        old, new = (value_text(schema, name, value) for value in (before, after))
        yield indented(p.say("changeset.field_line", label=label, before=old, after=new))


def _effects(p: Printer, proposal: Proposal) -> Iterator[RenderableType]:
    failing, passing = proposal.newly_failing(), proposal.newly_passing()
    told = {id(after) for _, after in (*failing, *passing)}
    other = [pair for pair in proposal.moved_verdicts() if id(pair[1]) not in told]
    yield from _verdicts(p, "changeset.failing", failing)
    yield from _verdicts(p, "changeset.passing", passing)
    yield from _verdicts(p, "changeset.moved", other)
    if proposal.new_findings:
        yield Rich(p.say("changeset.new_findings", count=len(proposal.new_findings)), style="bold")
        yield findings(proposal.new_findings, p.lang)
    if proposal.resolved_findings:
        yield Rich(p.say("changeset.resolved", count=len(proposal.resolved_findings)), style="bold")
        for finding in proposal.resolved_findings:
            yield indented(finding.text.render(p.lang))
    for file, note in proposal.noticed:
        key = "reading.asks" if note.asks or note.inferred else "reading.note"
        yield Rich(p.say(key, file=file, text=note.text), style="yellow")
    if proposal.unread:
        yield Rich(
            p.say("changeset.unread", names="、".join(proposal.unread)), style="bright_black"
        )


def _verdicts(
    p: Printer, key: str, pairs: Sequence[tuple[Check, Check]]
) -> Iterator[RenderableType]:
    if not pairs:
        return
    yield Rich(p.say(key, count=len(pairs)), style="bold")
    for before, after in pairs:
        line = Rich(p.say("changeset.verdict_of", title=after.title))
        line.append_text(p.verdict(before.verdict)).append(" → ")
        yield line.append_text(p.verdict(after.verdict))
