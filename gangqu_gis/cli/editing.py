"""The command that brings new boundaries and records into a layer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gangqu_gis.cli.proposing import (
    evidence_options,
    make,
    provenance_of,
    show,
    signing_options,
    uncertainty_option,
)
from gangqu_gis.cli.reading import (
    Reading,
    read_all,
    read_attributes,
    read_table,
    reading_options,
    yes_option,
)
from gangqu_gis.cli.session import Session, exit_if, format_option, help_text, lang_option
from gangqu_gis.errors import RefusedError
from gangqu_gis.messages import joined, message

if TYPE_CHECKING:
    from gangqu_gis.formats.vector import VectorFile
    from gangqu_gis.plan import Plan


@click.command(help=help_text("update"))
@click.argument("layer_name", metavar="LAYER")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@evidence_options
@uncertainty_option
@click.option("--as", "given", multiple=True, metavar="LABEL=ID", help=help_text("as"))
@click.option("--kind", help=help_text("kind"))
@click.option("--only", type=click.Choice(("geometry", "attributes")), help=help_text("only"))
@click.option("--retire", is_flag=True, help=help_text("retire"))
@click.option("--complete", is_flag=True, help=help_text("complete"))
@click.option("--repair", is_flag=True, help=help_text("repair"))
@reading_options
@signing_options
@yes_option
@click.option("--dry-run", is_flag=True, help=help_text("dry_run"))
@click.option(
    "--html",
    metavar="FILE.html",
    type=click.Path(path_type=Path, dir_okay=False),
    help=help_text("review"),
)
@format_option
@lang_option
@click.pass_obj
def update(
    session: Session,
    /,
    layer_name: str,
    files: tuple[Path, ...],
    *,
    given: tuple[str, ...],
    reading: Reading,
    uncertainty: float | None,
    repair: bool,
    by: str | None,
    reason: str | None,
    yes: bool,
    dry_run: bool,
    html: Path | None,
    form: str,
    **options: Any,
) -> None:
    """Bring the features of files into a layer."""
    from gangqu_gis.update import Choices, known_layer, plan_to_change, propose

    provenance = provenance_of(session, options)
    if not dry_run and not (by and reason):
        raise click.UsageError(message("update.needs_who").render(session.lang))
    plan = plan_to_change(session.workspace())
    known_layer(plan, layer_name)
    agreed = yes or dry_run
    incoming = _read(session, plan, layer_name, files, reading, only=options["only"], yes=agreed)
    proposal = propose(
        plan,
        layer_name,
        incoming,
        provenance=provenance,
        uncertainty_m=uncertainty,
        repair=repair,
        choices=Choices(
            _given(session, given),
            kind=options["kind"],
            retire=options["retire"],
            complete=options["complete"],
            only=options["only"],
        ),
    )
    show(session, proposal, form=form, html=html)
    noticed = [note.text for _, note in proposal.noticed if note.asks]
    if reading.strict and noticed:
        raise RefusedError(message("update.strict", what=joined(noticed)))
    exit_if(proposal.blocked)
    if proposal.changes and not dry_run:
        assert by is not None and reason is not None
        make(session, proposal, by=by, reason=reason, yes=yes, form=form)
    elif dry_run and proposal.changes:
        click.echo(message("update.dry_run").render(session.lang), err=form == "json")


def _read(
    session: Session,
    plan: Plan,
    layer: str,
    files: tuple[Path, ...],
    reading: Reading,
    *,
    only: str | None,
    yes: bool,
) -> list[VectorFile]:
    """Read every file (of a folder, every layer in it), as the target layer holds it."""
    if plan.schema.holds_records(layer):
        return [read_table(session, plan, layer, path, reading, yes=yes) for path in files]
    if only == "attributes" and not any(path.is_dir() for path in files):
        return [read_attributes(session, plan, layer, path, reading, yes=yes) for path in files]
    return read_all(session, files, reading, yes=yes)


def _given(session: Session, pairs: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        label, mark, id_ = pair.rpartition("=")
        if not mark or not label.strip() or not id_.strip():
            raise click.UsageError(message("update.bad_as", found=pair).render(session.lang))
        found[label.strip()] = id_.strip()
    return found
