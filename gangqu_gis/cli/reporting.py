"""Commands that read a workspace and report: build, reconcile, init."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gangqu_gis.cli.mapping import write_pages
from gangqu_gis.cli.measuring import Wanted, engine_options, run
from gangqu_gis.cli.reading import Reading, reading_options, yes_option
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
from gangqu_gis.units import AREA_UNITS

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
@click.argument("words", nargs=-1, metavar="[FILE | [ID]…]")
@click.option("--gate", is_flag=True, help=help_text("gate"))
@click.option("--stated", metavar="FIELD", help=help_text("reconcile_stated"))
@click.option("--unit", "unit_name", type=click.Choice(AREA_UNITS), help=help_text("unit"))
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
    help=help_text("reconcile_output"),
)
@click.option(
    "--findings",
    metavar="FILE.gpkg",
    type=click.Path(path_type=Path, dir_okay=False),
    help=help_text("findings"),
)
@reading_options
@yes_option
@engine_options
@lang_option
@click.pass_obj
def reconcile(
    session: Session,
    /,
    words: tuple[str, ...],
    gate: bool,
    form: str,
    output: Path | None,
    findings: Path | None,
    **of_file: Any,
) -> None:
    """Compare measured areas with figures, and figures with one another; or a file's own areas."""
    if words and not gate:
        path = _only_file(session, words)
        wanted = Wanted(path, output=output, form=form, **of_file)
        _reconcile_file(session, wanted, findings)
        return
    reading: Reading = of_file.pop("reading")
    if reading.given or any(of_file.values()):
        raise click.UsageError(message("cli.needs_a_file").render(session.lang))
    if (output is None) == (form in FILE_FORMATS):
        raise click.UsageError(message("sheet.needs_output").render(session.lang))
    require_suffix(session, form, output)
    _reconcile_plan(session, words if gate else None, form, output, findings)


def _only_file(session: Session, words: tuple[str, ...]) -> Path:
    """Return the file that is meant; without --gate a word is one, with it an id."""
    path = Path(words[0])
    absent = [word for word in words if not Path(word).exists()]
    if len(words) > 1 and not absent:
        text = message("cli.one_file", names=joined([plain(w) for w in words], zh="、", en=", "))
        raise click.UsageError(text.render(session.lang))
    if len(words) > 1 or not (path.suffix or path.exists()):
        text = message("cli.ids_need_gate", names=" ".join(absent))
        raise click.UsageError(text.render(session.lang))
    return path


def _reconcile_file(session: Session, wanted: Wanted, findings: Path | None) -> None:
    """Compare the stated areas of a file with its own geometry."""
    if wanted.stated is None or wanted.unit_name is None:
        raise click.UsageError(message("cli.file_needs_stated").render(session.lang))
    if wanted.form in FILE_FORMATS or findings is not None:
        raise click.UsageError(message("cli.not_with_a_file").render(session.lang))
    run(session, wanted, differing=True)


def _reconcile_plan(
    session: Session,
    gated: tuple[str, ...] | None,
    form: str,
    output: Path | None,
    layer: Path | None,
) -> None:
    """Compare the workspace's areas and figures; ``gated`` are the ids that a gate is for."""
    from gangqu_gis.clock import now
    from gangqu_gis.gate import run_gate
    from gangqu_gis.report.model import Report

    assessment = session.assessment()
    result = None if gated is None else run_gate(assessment, gated)
    report = Report(assessment, result, time=None if gated is None else now())
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
