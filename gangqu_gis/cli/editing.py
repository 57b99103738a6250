"""Commands that change a layer, and those that look at its history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gangqu_gis.cli.session import WORDS, Session, exit_if, help_text, lang_option
from gangqu_gis.clock import is_date, today
from gangqu_gis.messages import Text, message, plain

if TYPE_CHECKING:
    from gangqu_gis.update import Proposal, Provenance


@click.command(help=help_text("update"))
@click.argument("layer")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--basis", type=click.Choice(("surveyed", "digitized")), help=help_text("basis"))
@click.option("--survey-ref", type=WORDS, help=help_text("survey_ref"))
@click.option("--surveyed-on", metavar="DATE", help=help_text("surveyed_on"))
@click.option("--grade", type=click.IntRange(1, 3), help=help_text("grade"))
@click.option("--scale", type=click.IntRange(min=1), help=help_text("scale"))
@click.option("--source", type=WORDS, help=help_text("source"))
@click.option("--crs", metavar="EPSG:…", help=help_text("crs"))
@click.option("--by", type=WORDS, help=help_text("by"))
@click.option("--reason", type=WORDS, help=help_text("reason"))
@click.option("--yes", is_flag=True, help=help_text("yes"))
@click.option("--dry-run", is_flag=True, help=help_text("dry_run"))
@lang_option
@click.pass_obj
def update(
    session: Session,
    layer: str,
    file: Path,
    basis: str | None,
    survey_ref: str | None,
    surveyed_on: str | None,
    grade: int | None,
    scale: int | None,
    source: str | None,
    crs: str | None,
    by: str | None,
    reason: str | None,
    yes: bool,
    dry_run: bool,
) -> None:
    """Bring the geometries of a file into a layer."""
    from gangqu_gis.formats import read_vector
    from gangqu_gis.update import carry_out, propose

    provenance = _provenance(
        session, basis, survey=(survey_ref, surveyed_on, grade), chart=(scale, source)
    )
    if not dry_run and not (by and reason):
        raise click.UsageError(message("update.needs_who").render(session.lang))
    incoming = read_vector(file, crs=crs)
    proposal = propose(session.plan(), layer, incoming, provenance=provenance, source=file)
    if not proposal.changes:
        session.say("update.nothing")
        return
    _show(session, proposal)
    if proposal.blocked:
        session.say("update.blocked")
    exit_if(proposal.blocked)
    if dry_run:
        session.say("update.dry_run")
        return
    _ask(session, yes)
    assert by is not None and reason is not None
    entry = carry_out(proposal, by=by, reason=reason)
    session.say("update.done", number=entry.number, hash=entry.hash[:16])


@click.group(help=help_text("history"))
def history() -> None:
    """Look at the history of the layers."""


@history.command(name="log", help=help_text("history_log"))
@lang_option
@click.pass_obj
def log(session: Session) -> None:
    """List every change set."""
    from gangqu_gis.history import read_history

    found = read_history(session.workspace().data / "history", shown="data/history")
    for entry in found.entries:
        ids = ", ".join(change.id for change in entry.changes)
        head = {"number": entry.number, "time": entry.time, "by": entry.by, "layer": entry.layer}
        session.say("history.log_line", **head, ids=ids, reason=entry.reason)
    session.say("history.head", count=len(found.entries), head=found.head)


@history.command(name="verify", help=help_text("history_verify"))
@lang_option
@click.pass_obj
def verify(session: Session) -> None:
    """Verify the chain of hashes."""
    from gangqu_gis.history import chain_of, read_history
    from gangqu_gis.store import hash_of

    workspace = session.workspace()
    fault = chain_of(workspace.data / "history", shown="data/history").fault()
    if fault is not None:
        click.echo(fault.render(session.lang), err=True)
        exit_if(True)
    found = read_history(workspace.data / "history", shown="data/history")
    session.say("history.whole", count=len(found.entries))
    drifted = [
        layer
        for layer in workspace.layer_files
        if found.layer_hash(layer) not in (None, hash_of(workspace.layer_path(layer)))
    ]
    for layer in drifted:
        session.say("history.drifted", layer=layer)
    exit_if(bool(drifted))


def _provenance(
    session: Session,
    basis: str | None,
    *,
    survey: tuple[str | None, str | None, int | None],
    chart: tuple[int | None, str | None],
) -> Provenance | None:
    from gangqu_gis.update import Provenance

    def refuse(key: str, **params: object) -> click.UsageError:
        return click.UsageError(message(key, **params).render(session.lang))

    if basis == "surveyed":
        reference, day, grade = survey
        if not reference or not day or grade is None:
            raise refuse("update.needs_survey")
        if not is_date(day):
            raise refuse("update.needs_date", found=day)
        if day > today():
            raise refuse("update.future", found=day)
        return Provenance("surveyed", reference, on=day, grade=grade)
    if basis == "digitized":
        scale, source = chart
        if scale is None or not source:
            raise refuse("update.needs_map")
        return Provenance("digitized", source, map_scale=scale)
    return None


def _show(session: Session, proposal: Proposal) -> None:
    for change in proposal.changes:
        before, after = (
            _hectares(proposal.before.measured, change.id),
            _hectares(proposal.after.measured, change.id),
        )
        what = message(f"update.change_{change.whlx}")
        session.say("update.change_line", id=change.id, what=what, before=before, after=after)
    for was, now in proposal.moved_verdicts():
        session.say(
            "update.verdict_line",
            title=now.title,
            before=was.verdict.label,
            after=now.verdict.label,
        )
    for finding in proposal.new_findings:
        click.echo(finding.text.render(session.lang))
    if proposal.provenance is None:
        session.say("update.without_basis")


def _hectares(measured: object, id_: str) -> Text:
    from gangqu_gis.units import half_up

    found = measured.get(id_)  # type: ignore[attr-defined]
    area = None if found is None else found.ellipsoidal_m2
    return plain("-" if area is None else half_up(area / 10_000, 4))


def _ask(session: Session, yes: bool) -> None:
    from gangqu_gis.errors import RefusedError

    if yes:
        return
    question = message("update.ask").render(session.lang)
    try:
        agreed = click.confirm(question, default=False)
    except click.Abort:
        agreed = False
    if not agreed:
        raise RefusedError(message("update.declined"))
