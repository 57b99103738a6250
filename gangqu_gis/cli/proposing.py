"""What the commands that make a change set share: who and why, evidence, showing, asking."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gangqu_gis.cli.session import WORDS, F, Session, help_text
from gangqu_gis.clock import is_date, today
from gangqu_gis.errors import RefusedError
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from gangqu_gis.report.changeset import ChangeSet
    from gangqu_gis.update import Proposal, Provenance

#: The largest uncertainty that says anything of a place, metres.
_LARGEST_M = 1e6


def _no_nan(context: click.Context, option: click.Parameter, value: float | None) -> float | None:
    """Refuse NaN, which lies in every range."""
    if value is not None and value != value:
        session = context.find_object(Session)
        text = message("update.not_finite").render(session.lang if session else "zh")
        raise click.BadParameter(text, context, option)
    return value


uncertainty_option = click.option(
    "--uncertainty",
    metavar="M",
    type=click.FloatRange(min=0, max=_LARGEST_M),
    callback=_no_nan,
    help=help_text("uncertainty"),
)


def evidence_options(function: F) -> F:
    """Add the options that say where a geometry comes from."""
    for option in (
        click.option("--source", type=WORDS, help=help_text("source")),
        click.option("--scale", metavar="N", type=click.IntRange(min=1), help=help_text("scale")),
        click.option("--grade", metavar="N", type=click.IntRange(1, 3), help=help_text("grade")),
        click.option("--surveyed-on", metavar="DATE", help=help_text("surveyed_on")),
        click.option("--survey-ref", type=WORDS, help=help_text("survey_ref")),
        click.option(
            "--basis", type=click.Choice(("surveyed", "digitized")), help=help_text("basis")
        ),
    ):
        function = option(function)
    return function


def signing_options(function: F) -> F:
    """Add --by and --reason."""
    named = click.option("--by", type=WORDS, help=help_text("by"))
    return named(click.option("--reason", type=WORDS, help=help_text("reason"))(function))


def provenance_of(session: Session, options: dict[str, Any]) -> Provenance | None:
    """Return the provenance that the evidence options give; they are taken out of ``options``."""
    names = ("basis", "survey_ref", "surveyed_on", "grade", "scale", "source")
    given = {name: options.pop(name) for name in names}
    found = _provenance(session, given)
    used = {
        "surveyed": {"basis", "survey_ref", "surveyed_on", "grade"},
        "digitized": {"basis", "scale", "source"},
        None: {"basis"},
    }[given["basis"]]
    idle = [n for n, value in given.items() if value is not None and n not in used]
    if idle:
        words = ", ".join(f"--{name.replace('_', '-')}" for name in idle)
        raise _usage(session, "update.idle_evidence", names=words)
    return found


def _provenance(session: Session, given: Mapping[str, Any]) -> Provenance | None:
    from gangqu_gis.update import Provenance

    if given["basis"] == "surveyed":
        day = given["surveyed_on"]
        if not given["survey_ref"] or not day or given["grade"] is None:
            raise _usage(session, "update.needs_survey")
        if not is_date(day):
            raise _usage(session, "update.needs_date", found=day)
        if day > today():
            raise _usage(session, "update.future", found=day)
        return Provenance("surveyed", given["survey_ref"], on=day, grade=given["grade"])
    if given["basis"] == "digitized":
        if given["scale"] is None or not given["source"]:
            raise _usage(session, "update.needs_map")
        return Provenance("digitized", given["source"], map_scale=given["scale"])
    return None


def _usage(session: Session, key: str, **params: object) -> click.UsageError:
    return click.UsageError(message(key, **params).render(session.lang))


def show(session: Session, proposal: Proposal, *, form: str, html: Path | None) -> None:
    """Print a proposal, and write its review page where one was asked for."""
    from gangqu_gis.differences import measured
    from gangqu_gis.report.changeset import ChangeSet

    found = ChangeSet(
        title=message(f"changeset.title_{proposal.action}", layer=proposal.layer),
        differences=tuple(measured(proposal.plan, proposal.layer, proposal.changes)),
        assessment=proposal.after,
        proposal=proposal,
    )
    if form == "json":
        from gangqu_gis.report.changeset_document import change_set_document
        from gangqu_gis.report.document import to_json

        click.echo(to_json(change_set_document(found, lang=session.lang)))
    else:
        _print(session, found, proposal)
    if html is not None:
        write_review(session, found, html, quiet=form == "json")


def _print(session: Session, found: ChangeSet, proposal: Proposal) -> None:
    from gangqu_gis.report.changeset_text import change_set

    if not proposal.changes:
        session.say("update.nothing")
        return
    session.console().print(change_set(found, session.lang))
    without = proposal.provenance is None and any(c.moves_geometry for c in proposal.changes)
    if without and proposal.action == "update":
        session.say("update.without_basis")
    if proposal.blocked:
        session.say("update.blocked")


def write_review(session: Session, found: ChangeSet, path: Path, *, quiet: bool) -> None:
    """Write the review page of a change set."""
    from gangqu_gis.files import write_whole
    from gangqu_gis.report.changeset_page import render_change_set

    write_whole(path, render_change_set(found, lang=session.lang))
    click.echo(message("cli.written", path=path).render(session.lang), err=quiet)


def make(
    session: Session, proposal: Proposal, *, by: str, reason: str, yes: bool, form: str = "text"
) -> None:
    """Ask, make the change set, and say what it became in the history.

    Raises
    ------
    RefusedError
        The answer was no.
    """
    from gangqu_gis.update import carry_out

    if not yes:
        _ask(session, form)
    entry = carry_out(proposal, by=by, reason=reason)
    done = message("update.done", number=entry.number, hash=entry.hash[:16])
    click.echo(done.render(session.lang), err=form == "json")


def _ask(session: Session, form: str) -> None:
    question = message("update.ask").render(session.lang)
    try:
        agreed = click.confirm(question, default=False, err=form == "json")
    except (click.Abort, OSError, RuntimeError):  # no answer: nobody there, or no stdin at all
        click.echo(err=form == "json")
        agreed = False
    if not agreed:
        raise RefusedError(message("update.declined"))
