"""Commands on approvals: grant one, revoke one, verify them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gangqu_gis.cli.session import WORDS, Session, exit_if, help_text, lang_option

if TYPE_CHECKING:
    from gangqu_gis.approval import Verification


@click.group(help=help_text("approval"))
def approval() -> None:
    """Approve features whose gate is clear."""


@approval.command(name="grant", help=help_text("grant"))
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.option("--by", type=WORDS, required=True, help=help_text("granted_by"))
@click.option("--checked-by", type=WORDS, required=True, help=help_text("checked_by"))
@click.option("--reason", type=WORDS, required=True, help=help_text("reason"))
@click.option("--expires", metavar="DATE", help=help_text("expires"))
@lang_option
@click.pass_obj
def grant(
    session: Session,
    ids: tuple[str, ...],
    by: str,
    checked_by: str,
    reason: str,
    expires: str | None,
) -> None:
    """Run the gate and, when it is clear, record an approval."""
    from gangqu_gis import approval as approvals
    from gangqu_gis.report import text

    result, granted = approvals.grant(
        session.assessment(), ids, by=by, checked_by=checked_by, reason=reason, expires=expires
    )
    session.console().print(text.gate(result, session.lang))
    if granted is None:
        session.say("approval.refused", count=len(result.blockers))
    else:
        content = granted.content
        session.say(
            "approval.granted",
            number=granted.number,
            scope=" ".join(granted.scope),
            by=content["by"],
            checked=content["checked_by"],
            time=content["time"],
            head=content["history_head"],
        )
        session.say("approval.its_hash", hash=granted.hash)
    exit_if(granted is None)


@approval.command(name="revoke", help=help_text("revoke"))
@click.argument("number", type=int)
@click.option("--by", type=WORDS, required=True, help=help_text("by"))
@click.option("--reason", type=WORDS, required=True, help=help_text("reason"))
@lang_option
@click.pass_obj
def revoke(session: Session, number: int, by: str, reason: str) -> None:
    """Record that an approval is revoked."""
    from gangqu_gis import approval as approvals

    record = approvals.revoke(session.workspace(), number, by=by, reason=reason)
    session.say("approval.revoked", number=number)
    session.say("approval.its_hash", hash=record.hash)


@approval.command(name="verify", help=help_text("verify"))
@lang_option
@click.pass_obj
def verify(session: Session) -> None:
    """Say which approvals still stand, and what has changed."""
    from gangqu_gis import approval as approvals

    assessment = session.assessment()
    found = approvals.verify(assessment)
    count, head = approvals.chain_head(assessment.plan.workspace)
    session.say("approval.chain", count=count, hash=head)
    if not found:
        session.say("approval.none")
    for verification in found:
        _tell(session, verification)
    exit_if(any(not v.stands and v.approval.revoked is None for v in found))


def _tell(session: Session, verification: Verification) -> None:
    granted = verification.approval
    named = {"number": granted.number, "scope": " ".join(granted.scope)}
    if granted.revoked is not None:
        revoked = granted.revoked
        who = {"by": revoked["by"], "time": revoked["time"], "reason": revoked["reason"]}
        session.say("approval.is_revoked", **named, **who)
    elif verification.changes:
        session.say("approval.is_changed", **named)
        for change in verification.changes:
            click.echo("    " + change.render(session.lang))
    elif granted.expired:
        session.say("approval.is_expired", **named, expires=granted.content["expires"])
    else:
        session.say("approval.stands", **named)
