"""The command that writes layers for others: export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gangqu_gis.cli.session import Session, lang_option, language
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from gangqu_gis.export import Exported
    from gangqu_gis.export.losses import Suffered

#: More labels than this are counted and not listed.
_LISTED = 5


def _help(key: str) -> str:
    return message(f"export.help_{key}").render(language(sys.argv[1:]))


@click.command(name="export", help=_help("export"))
@click.argument("layer")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--ids", metavar="ID,ID…", default="", help=_help("ids"))
@click.option("--crs", metavar="EPSG:…", help=_help("crs"))
@click.option("--zone-prefix/--no-zone-prefix", default=None, help=_help("zone_prefix"))
@click.option("--encoding", type=click.Choice(("utf-8", "gbk")), help=_help("encoding"))
@click.option("--overwrite", is_flag=True, help=_help("overwrite"))
@click.option("--template", is_flag=True, help=_help("template"))
@lang_option
@click.pass_obj
def export(
    session: Session,
    layer: str,
    file: Path,
    ids: str,
    crs: str | None,
    zone_prefix: bool | None,
    encoding: str | None,
    overwrite: bool,
    template: bool,
) -> None:
    """Write a layer to a file."""
    if template:
        if ids or crs or zone_prefix is not None or encoding:
            raise click.UsageError(message("export.template_alone").render(session.lang))
        _write_template(session, layer, file, overwrite)
        return
    from gangqu_gis.export import Options, export_layer

    done = export_layer(
        session.plan(),
        layer,
        file,
        ids=tuple(dict.fromkeys(part.strip() for part in ids.split(",") if part.strip())),
        crs=crs,
        options=Options(encoding, zone_prefix),
        overwrite=overwrite,
        lang=session.lang,
    )
    _report(session, done)


def _write_template(session: Session, layer: str, file: Path, overwrite: bool) -> None:
    """Write the spreadsheet that records of a layer are filled into."""
    from gangqu_gis.errors import RefusedError, UsageError
    from gangqu_gis.files import write_whole
    from gangqu_gis.report.template import render_template

    if file.suffix.lower() != ".xlsx":
        raise UsageError(message("export.template_suffix"), file=str(file))
    if file.exists() and not overwrite:
        raise RefusedError(message("export.exists"), file=str(file))
    write_whole(file, render_template(session.plan(), layer, lang=session.lang))
    session.say("cli.written", path=file)


def _report(session: Session, done: Exported) -> None:
    """Say what was written, what of it is no evidence, and what was lost."""
    from gangqu_gis.zones import crs_title

    for path in done.files:
        session.say("cli.written", path=path)
    items = done.content.items
    records = done.content.plan.schema.holds_records(done.content.layer)
    if records:
        session.say("export.said_records", count=len(items), format=done.format.title)
        return
    where = crs_title(done.content.crs)
    session.say("export.said", count=len(items), format=done.format.title, crs=where)
    schematic = [item.label for item in items if item.schematic]
    if schematic:
        session.say("export.said_schematic", ids=_listed(session, schematic))
    bare = [item.label for item in items if item.geometry is None]
    if bare:
        session.say("export.said_bare", ids=_listed(session, bare))
    for loss in done.losses:
        session.say("export.said_loss", loss=loss.loss.words, ids=_sufferers(session, loss))


def _sufferers(session: Session, loss: Suffered) -> str:
    if loss.all_of_them:
        return message("export.all_of_them").render(session.lang)
    return _listed(session, loss.labels)


def _listed(session: Session, labels: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(labels[:_LISTED])
    if len(labels) <= _LISTED:
        return shown
    return message("export.and_more", ids=shown, count=len(labels)).render(session.lang)
