"""The command that evaluates the plan: progress."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gangqu_gis.cli.session import (
    FILE_FORMATS,
    Session,
    help_text,
    lang_option,
    language,
    require_suffix,
)
from gangqu_gis.clock import is_date
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from gangqu_gis.report.progress_model import ProgressReport


def _help(name: str) -> str:
    return message(f"progress.help_{name}").render(language(sys.argv[1:]))


@click.command(name="progress", help=_help("progress"))
@click.option("--year", type=int, metavar="YEAR", help=_help("year"))
@click.option("--as-of", "as_of", metavar="DATE", help=_help("as_of"))
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
    help=_help("output"),
)
@lang_option
@click.pass_obj
def progress(
    session: Session, year: int | None, as_of: str | None, form: str, output: Path | None
) -> None:
    """Evaluate the plan against what is reported."""
    from gangqu_gis.errors import UsageError
    from gangqu_gis.progress import evaluate
    from gangqu_gis.report.progress_model import ProgressReport

    if output is None and form in FILE_FORMATS:
        raise click.UsageError(message("sheet.needs_output").render(session.lang))
    require_suffix(session, form, output)
    if as_of is not None and not is_date(as_of):
        raise UsageError(message("progress.bad_date", found=as_of))
    assessment = session.assessment()
    first, last = assessment.plan.workspace.plan_period
    if year is not None and not first <= year <= last:
        raise UsageError(message("progress.bad_year", year=year, first=first, last=last))
    day = None if as_of is None else date.fromisoformat(as_of)
    found = evaluate(assessment, as_of=day, year=year)
    if not found.targets:
        raise UsageError(message("progress.no_targets"))
    content = _rendered(session, ProgressReport.of(assessment, found), form)
    if output is None:
        click.echo(content, nl=False)
        return
    from gangqu_gis.files import write_whole

    write_whole(output, content)
    session.say("cli.written", path=output)


def _rendered(session: Session, report: ProgressReport, form: str) -> str | bytes:
    """Return the report in one format; text is as wide as the screen."""
    if form == "json":
        from gangqu_gis.report.document import to_json
        from gangqu_gis.report.progress_document import progress_document

        return to_json(progress_document(report, lang=session.lang)) + "\n"
    if form == "html":
        from gangqu_gis.report.progress_page import render_progress

        return render_progress(report, lang=session.lang)
    if form == "xlsx":
        from gangqu_gis.report.progress_workbook import render_progress_workbook

        return render_progress_workbook(report, lang=session.lang)
    from gangqu_gis.report.progress_text import progress_text

    return session.printed(progress_text(report, session.lang))
