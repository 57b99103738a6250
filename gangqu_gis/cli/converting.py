"""gangqu convert: keep a layer in a file of another form."""

from __future__ import annotations

import click

from gangqu_gis.cli.proposing import signing_options
from gangqu_gis.cli.session import Session, help_text, lang_option
from gangqu_gis.messages import message
from gangqu_gis.workspace import LAYER_FORMS


@click.command(name="convert", help=help_text("convert"))
@click.argument("layer")
@click.argument("form", type=click.Choice([suffix[1:] for suffix in LAYER_FORMS]))
@signing_options
@lang_option
@click.pass_obj
def convert(session: Session, layer: str, form: str, by: str | None, reason: str | None) -> None:
    """Keep a layer as GeoJSON, GeoPackage or GeoParquet."""
    if not (by and reason):
        raise click.UsageError(message("update.needs_who").render(session.lang))
    from gangqu_gis.update import convert_layer

    entry = convert_layer(session.workspace(), layer, f".{form}", by=by, reason=reason)
    session.say(
        "convert.done",
        layer=layer,
        before=entry.content["file_before"],
        after=entry.content["file_after"],
        number=entry.number,
    )
    if entry.changes:
        session.say("convert.emptied", count=len(entry.changes))
