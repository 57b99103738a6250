"""Commands that draw maps and hand them on: map, publish."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gangqu_gis.cli.session import Session, help_text, lang_option, language
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from gangqu_gis.assessment import Assessment

#: As in gangqu_gis.webmap.basemap, which loads heavy libraries beside it.
_BASEMAPS = ("none", "tianditu")
_TOKEN_VARIABLE = "GANGQU_TIANDITU_TOKEN"


@click.command(name="map", help=help_text("map"))
@click.option(
    "--basemap",
    type=click.Choice(_BASEMAPS),
    default="none",
    show_default=True,
    help=message("map.help_basemap").render(language(sys.argv[1:])),
)
@click.option(
    "--token",
    default="",
    envvar=_TOKEN_VARIABLE,
    metavar="KEY",
    help=message("map.help_token").render(language(sys.argv[1:])),
)
@click.option("--public", is_flag=True, help=message("public.help").render(language(sys.argv[1:])))
@lang_option
@click.pass_obj
def map_(session: Session, basemap: str, token: str, public: bool) -> None:
    """Draw the maps."""
    if public:
        if basemap != "none":
            raise click.UsageError(message("public.alone").render(session.lang))
        _write_public(session)
        return
    for path in write_pages(session.assessment(), session.lang, basemap=basemap, token=token):
        session.say("cli.written", path=path)


def _write_public(session: Session) -> None:
    """Write the sheet for public display."""
    from gangqu_gis.files import write_whole
    from gangqu_gis.publicsheet import read_settings, render_public

    assessment = session.assessment()
    folder = assessment.plan.workspace.maps
    for name, content in render_public(assessment, lang=session.lang).items():
        write_whole(folder / name, content)
        session.say("cli.written", path=folder / name)
    if not read_settings(assessment.plan).is_complete:
        session.say("public.incomplete")


@click.command(name="publish", help=message("map.help_publish").render(language(sys.argv[1:])))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@lang_option
@click.pass_obj
def publish(session: Session, folder: Path) -> None:
    """Write maps and reports into a dated folder, and one zip of it."""
    from gangqu_gis.publish import package, refuse_file, write_package

    refuse_file(folder)
    assessment = session.assessment()
    files = package(assessment, lang=session.lang)
    for path in write_package(folder, assessment, files):
        session.say("cli.written", path=path)


def write_pages(
    assessment: Assessment, lang: str, *, basemap: str = "none", token: str = ""
) -> list[str]:
    """Write every page into the workspace's maps folder and return their paths."""
    from gangqu_gis.files import write_whole
    from gangqu_gis.webmap import render_site

    folder = assessment.plan.workspace.maps
    pages = render_site(assessment, lang=lang, basemap=basemap, token=token)
    for name, page in pages.items():
        write_whole(folder / name, page)
    return [str(folder / name) for name in pages]
