"""Commands that look at geometry: check a workspace or any polygon file, and measure a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gangqu_gis.cli.large import (
    check_distributed,
    engine_options,
    large_layer,
    measure_distributed,
    measure_large,
    refuse_without_engine,
)
from gangqu_gis.cli.reading import Reading, read, reading_options, yes_option
from gangqu_gis.cli.session import Session, exit_if, format_option, help_text, lang_option
from gangqu_gis.messages import message
from gangqu_gis.units import AREA_UNITS

if TYPE_CHECKING:
    from gangqu_gis.findings import Finding
    from gangqu_gis.stored_areas import FileAreas


@click.command(help=help_text("check"))
@click.option(
    "--file", metavar="FILE", type=click.Path(path_type=Path), help=help_text("check_file")
)
@click.option("--coverage", is_flag=True, help=help_text("coverage"))
@reading_options
@yes_option
@engine_options
@format_option
@lang_option
@click.pass_obj
def check(
    session: Session,
    file: Path | None,
    coverage: bool,
    reading: Reading,
    yes: bool,
    engine: str | None,
    scheduler: str | None,
    form: str,
) -> None:
    """Check schema, geometry, topology and bounds."""
    if file is None and (coverage or yes or engine or scheduler or reading.given):
        raise click.UsageError(message("cli.needs_file").render(session.lang))
    refuse_without_engine(session, engine, scheduler)
    if file is None:
        _check_workspace(session, form)
    elif engine is not None:
        found = check_distributed(session, file, scheduler, coverage)
        if found:
            _print(session, found)
        exit_if(any(finding.severity.value == "error" for finding in found))
    else:
        measured = _measured(session, file, reading, yes)
        _check_file(session, measured, coverage=coverage, form=form)


@click.command(help=help_text("measure"))
@click.argument("file", type=click.Path(path_type=Path))
@reading_options
@yes_option
@click.option("--stated", metavar="FIELD", help=help_text("stated"))
@click.option("--unit", "unit_name", type=click.Choice(AREA_UNITS), help=help_text("unit"))
@click.option(
    "--output",
    metavar="FILE.gpkg|FILE.parquet",
    type=click.Path(path_type=Path, dir_okay=False),
    help=help_text("measure_output"),
)
@engine_options
@format_option
@lang_option
@click.pass_obj
def measure(
    session: Session,
    file: Path,
    reading: Reading,
    yes: bool,
    stated: str | None,
    unit_name: str | None,
    output: Path | None,
    engine: str | None,
    scheduler: str | None,
    form: str,
) -> None:
    """Measure a polygon file on its own."""
    if (stated is None) != (unit_name is None):
        raise click.UsageError(message("cli.stated_needs_unit").render(session.lang))
    refuse_without_engine(session, engine, scheduler)
    if engine is not None:
        measure_distributed(session, file, scheduler, stated, unit_name)
        return
    if form == "text" and not reading.given:
        large = large_layer(file, None, output)
        if large is not None:
            measure_large(session, large, stated=stated, unit_name=unit_name, output=output)
            return
    from gangqu_gis.stored_areas import DEFAULT_COORDINATE_M, compare_stored

    measured = _measured(session, file, reading, yes)
    stored = None
    if stated is not None and unit_name is not None:
        workspace = session.workspace_if_any()
        own = workspace.tolerance.stored_coordinate_m if workspace else DEFAULT_COORDINATE_M
        stored = compare_stored(
            measured, column=stated, unit_name=unit_name, coordinate_m=float(own)
        )
    if form == "json":
        from gangqu_gis.report import document

        record = document.measurement_document(measured, stored, lang=session.lang)
        click.echo(document.to_json(record))
    else:
        from gangqu_gis.report.measured import measurement

        session.console().print(measurement(measured, stored, session.lang))
    if output is not None:
        from gangqu_gis.frames import file_frame, write_frame

        write_frame(output, file_frame(measured, stored), layer=measured.file.layer)
        click.echo(message("cli.written", path=output).render(session.lang), err=form == "json")
    exit_if(stored is not None and stored.disagrees)


def _measured(session: Session, file: Path, reading: Reading, yes: bool) -> FileAreas:
    from gangqu_gis import crs as crs_module
    from gangqu_gis.stored_areas import measure_file

    workspace = session.workspace_if_any()
    plane = crs_module.planar(workspace.planar_crs) if workspace else None
    return measure_file(read(session, file, reading, yes=yes), workspace_plane=plane)


def _check_workspace(session: Session, form: str) -> None:
    assessment = session.assessment()
    if form == "json":
        from gangqu_gis.report import document

        record = document.assessment_document(assessment, lang=session.lang, with_checks=False)
        click.echo(document.to_json(record))
    elif assessment.findings:
        _print(session, assessment.findings)
    else:
        layers = "、".join(assessment.plan.layers)
        session.say("cli.no_findings", count=len(assessment.plan.features), layers=layers)
    exit_if(assessment.has_errors)


def _check_file(session: Session, measured: FileAreas, *, coverage: bool, form: str) -> None:
    from gangqu_gis.findings import Severity
    from gangqu_gis.topology import check_measured_file

    found = check_measured_file(measured, coverage=coverage)
    if form == "json":
        from gangqu_gis.report import document

        record = document.file_check_document(measured, found, lang=session.lang)
        click.echo(document.to_json(record))
    elif found:
        _print(session, found)
    else:
        file = measured.file
        session.say("cli.no_findings_in_file", count=len(file), file=file.source)
    exit_if(any(finding.severity is Severity.ERROR for finding in found))


def _print(session: Session, found: tuple[Finding, ...] | list[Finding]) -> None:
    from gangqu_gis.report import text

    session.console().print(text.findings(found, session.lang))
    session.say("cli.findings", count=len(found))
