"""Commands that read a workspace and report: build, reconcile, init."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gangqu_gis.cli.mapping import write_pages
from gangqu_gis.cli.session import (
    FILE_FORMATS,
    Session,
    exit_if,
    help_text,
    lang_option,
    language,
    require_suffix,
)
from gangqu_gis.messages import joined, message, plain

if TYPE_CHECKING:
    from gangqu_gis.report.model import Report


@click.command(help=help_text("build"))
@lang_option
@click.pass_obj
def build(session: Session) -> None:
    """Check, reconcile and draw the map."""
    from gangqu_gis.report import text

    assessment = session.assessment()
    console = session.console()
    if assessment.findings:
        console.print(text.findings(assessment.findings, session.lang))
    console.print(text.contradictions(assessment, session.lang))
    console.print()
    console.print(text.summary(assessment, session.lang))
    for path in write_pages(assessment, session.lang):
        session.say("cli.written", path=path)


@click.command(help=help_text("reconcile"))
@click.argument("ids", nargs=-1, metavar="[ID]…")
@click.option("--gate", is_flag=True, help=help_text("gate"))
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", *FILE_FORMATS)),
    default="text",
    show_default=True,
    help=help_text("format"),
)
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help=help_text("output"),
)
@click.option(
    "--findings",
    "layer",
    metavar="FILE.gpkg",
    type=click.Path(path_type=Path, dir_okay=False),
    help=help_text("findings"),
)
@lang_option
@click.pass_obj
def reconcile(
    session: Session,
    ids: tuple[str, ...],
    gate: bool,
    form: str,
    output: Path | None,
    layer: Path | None,
) -> None:
    """Compare measured areas with figures, and figures with one another."""
    if ids and not gate:
        raise click.UsageError(message("cli.ids_need_gate").render(session.lang))
    if (output is None) == (form in FILE_FORMATS):
        raise click.UsageError(message("sheet.needs_output").render(session.lang))
    require_suffix(session, form, output)
    from gangqu_gis.clock import now
    from gangqu_gis.gate import run_gate
    from gangqu_gis.report.model import Report

    assessment = session.assessment()
    result = run_gate(assessment, ids) if gate else None
    report = Report(assessment, result, time=now() if gate else None)
    if output is None:
        _print_report(session, report, form)
    else:
        _write_report(session, report, form, output)
    if layer is not None:
        from gangqu_gis.report.error_layer import write_error_layer

        write_error_layer(layer, report, lang=session.lang)
        click.echo(message("cli.written", path=layer).render(session.lang), err=form == "json")
    if result is not None:
        exit_if(not result.clear)
    else:
        exit_if(assessment.disagrees or assessment.has_errors)


def _print_report(session: Session, report: Report, form: str) -> None:
    from gangqu_gis.report import document, text

    assessment, lang = report.assessment, session.lang
    if form == "json" and report.gate is not None:
        click.echo(document.to_json(document.gate_document(assessment, report.gate, lang=lang)))
    elif form == "json":
        click.echo(document.to_json(document.assessment_document(assessment, lang=lang)))
    elif report.gate is not None:
        session.console().print(text.gate(report.gate, lang))
    else:
        session.console().print(text.reconciliation(assessment, lang))


def _write_report(session: Session, report: Report, form: str, output: Path) -> None:
    from gangqu_gis.files import write_whole

    if form == "xlsx":
        from gangqu_gis.report.workbook import render_workbook

        write_whole(output, render_workbook(report, lang=session.lang))
    else:
        from gangqu_gis.report.page import render_page

        write_whole(output, render_page(report, lang=session.lang))
    session.say("cli.written", path=output)


@click.command(help=help_text("init"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--sample", is_flag=True, help=message("sample.help").render(language(sys.argv[1:])))
@click.option("--empty", is_flag=True, help=message("blank.help").render(language(sys.argv[1:])))
@lang_option
@click.pass_obj
def init(session: Session, folder: Path, sample: bool, empty: bool) -> None:
    """Write a new workspace."""
    if sample and empty:
        raise click.UsageError(message("blank.with_sample").render(session.lang))
    if empty:
        from gangqu_gis.blank import create_blank

        unfilled = joined([plain(name) for name in create_blank(folder).unfilled], zh="、", en=", ")
        session.say("blank.written", folder=folder, names=unfilled)
    elif sample:
        from gangqu_gis.sample import create_sample

        create_sample(folder)
        session.say("sample.written", folder=folder)
    else:
        from gangqu_gis.workspace import create_workspace

        create_workspace(folder)
        session.say("cli.workspace_written", folder=folder)
