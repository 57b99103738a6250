"""The command that looks at geometry: check a workspace, or any polygon file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gangqu_gis.cli.measuring import engine_options, refuse_reading, refuse_without_engine
from gangqu_gis.cli.reading import (
    Reading,
    read,
    read_partitions,
    reading_options,
    yes_option,
)
from gangqu_gis.cli.session import Session, exit_if, format_option, help_text, lang_option
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from pyproj import CRS

    from gangqu_gis.fileareas.stored_areas import FileAreas
    from gangqu_gis.findings import Finding


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
        refuse_reading(session, reading)
        _check_partitions(session, file, scheduler, yes=yes, coverage=coverage, form=form)
    else:
        measured = _measured(session, file, reading, yes)
        _check_file(session, measured, coverage=coverage, form=form)


def _measured(session: Session, file: Path, reading: Reading, yes: bool) -> FileAreas:
    from gangqu_gis import crs as crs_module
    from gangqu_gis.fileareas.stored_areas import measure_file

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
    from gangqu_gis.topology import check_measured_file

    file = measured.file
    found = check_measured_file(measured, coverage=coverage)
    checked = Checked(file.source, file.layer, file.crs, measured.plane, len(file))
    _report(session, checked, found, form)


def _check_partitions(
    session: Session, file: Path, scheduler: str | None, *, yes: bool, coverage: bool, form: str
) -> None:
    """Check a partitioned GeoParquet on dask."""
    from gangqu_gis import crs as crs_module
    from gangqu_gis.engine import engine
    from gangqu_gis.fileareas.stored_areas import measuring_plane
    from gangqu_gis.topology import Thresholds
    from gangqu_gis.topology.partitions import check_partitions

    workspace = session.workspace_if_any()
    plane = crs_module.planar(workspace.planar_crs) if workspace else None
    with engine(scheduler) as workers:
        source = read_partitions(session, file, workers, yes=yes)
        found, count = check_partitions(
            source, workspace_plane=plane, coverage=coverage, thresholds=Thresholds()
        )
    own = measuring_plane(source.crs, plane)
    _report(session, Checked(str(file), file.stem, source.crs, own, count), found, form)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file whose topology was checked."""

    source: str
    layer: str
    crs: CRS | None
    plane: CRS | None
    count: int


def _report(session: Session, checked: Checked, found: list[Finding], form: str) -> None:
    from gangqu_gis.findings import Severity

    if form == "json":
        from gangqu_gis.report import document

        record = document.file_check_document(
            checked.source,
            checked.layer,
            found,
            crs=checked.crs,
            plane=checked.plane,
            count=checked.count,
            lang=session.lang,
        )
        click.echo(document.to_json(record))
    elif found:
        _print(session, found)
    else:
        session.say("cli.no_findings_in_file", count=checked.count, file=checked.source)
    exit_if(any(finding.severity is Severity.ERROR for finding in found))


def _print(session: Session, found: tuple[Finding, ...] | list[Finding]) -> None:
    from gangqu_gis.report import text

    session.console().print(text.findings(found, session.lang))
    session.say("cli.findings", count=len(found))
