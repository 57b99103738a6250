"""Commands on the register of figures: list it, record a reading, withdraw one."""

from __future__ import annotations

import click

from gangqu_gis.cli.session import WORDS, Session, format_option, help_text, lang_option


@click.group(help=help_text("figures"))
def figures() -> None:
    """Look at the register of figures."""


@figures.command(name="list", help=help_text("figures_list"))
@format_option
@lang_option
@click.pass_obj
def figures_list(session: Session, form: str) -> None:
    """List every figure with its place in the plan."""
    from gangqu_gis.register import read_register

    workspace = session.workspace()
    register = read_register(
        workspace.plan, shown="data/plan", approximate_percent=workspace.approximate_percent
    )
    if form == "json":
        from gangqu_gis.report import document

        click.echo(document.to_json(document.register_document(register, lang=session.lang)))
    else:
        from gangqu_gis.report import text

        session.console().print(text.register(register, session.lang))


@figures.command(name="accept", help=help_text("accept"))
@click.argument("rule")
@click.option("--reading", type=WORDS, required=True, help=help_text("reading"))
@click.option("--by", type=WORDS, required=True, help=help_text("by"))
@click.option("--reason", type=WORDS, required=True, help=help_text("reason"))
@lang_option
@click.pass_obj
def accept(session: Session, rule: str, reading: str, by: str, reason: str) -> None:
    """Record a reading of a contradiction."""
    from gangqu_gis.decisions import accept_reading

    accept_reading(session.plan(), rule, reading=reading, by=by, reason=reason)
    session.say("readings.accepted", rule=rule)


@figures.command(name="withdraw", help=help_text("withdraw"))
@click.argument("rule")
@click.option("--by", type=WORDS, required=True, help=help_text("by"))
@click.option("--reason", type=WORDS, required=True, help=help_text("reason"))
@lang_option
@click.pass_obj
def withdraw(session: Session, rule: str, by: str, reason: str) -> None:
    """Record that a reading is withdrawn."""
    from gangqu_gis.decisions import withdraw_reading

    withdraw_reading(session.plan(), rule, by=by, reason=reason)
    session.say("readings.withdrawn", rule=rule)


@figures.command(name="amend", help=help_text("amend"))
@click.argument("figure")
@click.option("--printed", required=True, help=help_text("printed"))
@click.option("--decision", type=WORDS, required=True, help=help_text("decision"))
@click.option("--on", "date", required=True, metavar="DATE", help=help_text("amended_on"))
@click.option("--by", type=WORDS, required=True, help=help_text("by"))
@lang_option
@click.pass_obj
def amend(session: Session, figure: str, printed: str, decision: str, date: str, by: str) -> None:
    """Amend a figure of the plan; its former value stays in the register."""
    from gangqu_gis.decisions import amend_figure

    amended = amend_figure(
        session.plan(), figure, printed=printed, decision=decision, on=date, by=by
    )
    session.say("decisions.amended", id=figure, stated=amended.stated)
