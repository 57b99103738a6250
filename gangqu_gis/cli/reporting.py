"""Commands that read a workspace and report: build, check, reconcile, measure, map, init."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gangqu_gis.cli.session import Session, exit_if, format_option, help_text, lang_option
from gangqu_gis.messages import message
from gangqu_gis.units import AREA_UNITS

if TYPE_CHECKING:
    from gangqu_gis.assessment import Assessment


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
    for path in _write_pages(assessment, session.lang):
        session.say("cli.written", path=path)


@click.command(name="map", help=help_text("map"))
@lang_option
@click.pass_obj
def map_(session: Session) -> None:
    """Draw the map."""
    for path in _write_pages(session.assessment(), session.lang):
        session.say("cli.written", path=path)


@click.command(help=help_text("check"))
@format_option
@lang_option
@click.pass_obj
def check(session: Session, form: str) -> None:
    """Check schema and geometry of the layers."""
    assessment = session.assessment()
    if form == "json":
        from gangqu_gis.report import document

        record = document.assessment_document(assessment, lang=session.lang, with_checks=False)
        click.echo(document.to_json(record))
    elif assessment.findings:
        from gangqu_gis.report import text

        session.console().print(text.findings(assessment.findings, session.lang))
        session.say("cli.findings", count=len(assessment.findings))
    else:
        layers = "、".join(assessment.plan.layers)
        session.say("cli.no_findings", count=len(assessment.plan.features), layers=layers)
    exit_if(assessment.has_errors)


@click.command(help=help_text("reconcile"))
@click.argument("ids", nargs=-1, metavar="[ID]…")
@click.option("--gate", is_flag=True, help=help_text("gate"))
@format_option
@lang_option
@click.pass_obj
def reconcile(session: Session, ids: tuple[str, ...], gate: bool, form: str) -> None:
    """Compare measured areas with figures, and figures with one another."""
    from gangqu_gis.report import document, text

    assessment = session.assessment()
    if gate:
        from gangqu_gis.gate import run_gate

        result = run_gate(assessment, ids)
        if form == "json":
            record = document.gate_document(assessment, result, lang=session.lang)
            click.echo(document.to_json(record))
        else:
            session.console().print(text.gate(result, session.lang))
        exit_if(not result.clear)
        return
    if ids:
        raise click.UsageError(message("cli.ids_need_gate").render(session.lang))
    if form == "json":
        click.echo(document.to_json(document.assessment_document(assessment, lang=session.lang)))
    else:
        session.console().print(text.reconciliation(assessment, session.lang))
    exit_if(assessment.disagrees or assessment.has_errors)


@click.command(help=help_text("measure"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layer", help=help_text("layer"))
@click.option("--stated", metavar="FIELD", help=help_text("stated"))
@click.option("--unit", "unit_name", type=click.Choice(AREA_UNITS), help=help_text("unit"))
@click.option("--crs", metavar="EPSG:…", help=help_text("crs"))
@format_option
@lang_option
@click.pass_obj
def measure(
    session: Session,
    file: Path,
    layer: str | None,
    stated: str | None,
    unit_name: str | None,
    crs: str | None,
    form: str,
) -> None:
    """Measure a polygon file on its own."""
    if (stated is None) != (unit_name is None):
        raise click.UsageError(message("cli.stated_needs_unit").render(session.lang))
    from gangqu_gis import crs as crs_module
    from gangqu_gis.formats import read_polygons
    from gangqu_gis.stored_areas import DEFAULT_COORDINATE_M, compare_stored, measure_file

    workspace = session.workspace_if_any()
    plane = crs_module.planar(workspace.planar_crs) if workspace else None
    step = float(workspace.tolerance.stored_coordinate_m) if workspace else DEFAULT_COORDINATE_M
    measured = measure_file(read_polygons(file, layer=layer, crs=crs), workspace_plane=plane)
    stored = None
    if stated is not None and unit_name is not None:
        stored = compare_stored(measured, column=stated, unit_name=unit_name, coordinate_m=step)
    if form == "json":
        from gangqu_gis.report import document

        record = document.measurement_document(measured, stored, lang=session.lang)
        click.echo(document.to_json(record))
    else:
        from gangqu_gis.report import text

        session.console().print(text.measurement(measured, stored, session.lang))
    exit_if(stored is not None and stored.disagrees)


@click.command(help=help_text("init"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@lang_option
@click.pass_obj
def init(session: Session, folder: Path) -> None:
    """Write a new workspace."""
    from gangqu_gis.workspace import create_workspace

    create_workspace(folder)
    session.say("cli.workspace_written", folder=folder)


def _write_pages(assessment: Assessment, lang: str) -> list[str]:
    from gangqu_gis.files import write_whole
    from gangqu_gis.webmap.page import render_index

    workspace = assessment.plan.workspace
    target = workspace.maps / "index.html"
    write_whole(target, render_index(assessment, lang=lang))
    return [str(target)]
