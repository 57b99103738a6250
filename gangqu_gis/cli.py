"""The command line: parse, call, render, exit.  The only module that knows click."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from gangqu_gis import __version__
from gangqu_gis.errors import GangquError
from gangqu_gis.messages import LANGUAGES, Text, message
from gangqu_gis.units import AREA_UNITS

if TYPE_CHECKING:
    from rich.console import Console

    from gangqu_gis.assessment import Assessment
    from gangqu_gis.workspace import Workspace

EXIT_BLOCKED = 1
EXIT_INTERNAL = 70

#: Width of reports that go into a file or a pipe.
PLAIN_WIDTH = 140

F = TypeVar("F", bound=Callable[..., Any])


def _language(argv: list[str]) -> str:
    """Return the language asked for by ``--lang`` or GANGQU_LANG; it also sets the help texts."""
    for at, word in enumerate(argv):
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--lang" and at + 1 < len(argv):
            return argv[at + 1]
    return os.environ.get("GANGQU_LANG", "zh")


def _help(key: str) -> str:
    return message(f"help.{key}").render(_language(sys.argv[1:]))


class Session:
    """What every command needs: the language and the workspace that was asked for."""

    def __init__(self, folder: Path | None, lang: str) -> None:
        self.folder = folder
        self.lang = lang

    def workspace(self) -> Workspace:
        """Return the named workspace, or the one around the current folder."""
        from gangqu_gis.workspace import find_workspace, open_workspace

        return open_workspace(self.folder or find_workspace(Path.cwd()))

    def workspace_if_any(self) -> Workspace | None:
        """Return the workspace, or ``None`` when none was named and none is around."""
        from gangqu_gis.errors import UsageError
        from gangqu_gis.workspace import find_workspace, open_workspace

        if self.folder is not None:
            return open_workspace(self.folder)
        try:
            root = find_workspace(Path.cwd())
        except UsageError:
            return None
        return open_workspace(root)

    def assessment(self) -> Assessment:
        """Return the assessment of the workspace's plan."""
        from gangqu_gis.assessment import assess
        from gangqu_gis.plan import load_plan

        return assess(load_plan(self.workspace()))

    def console(self) -> Console:
        """Return the console that reports are printed on."""
        from rich.console import Console

        if sys.stdout.isatty():
            return Console(highlight=False, emoji=False, markup=False)
        return Console(width=PLAIN_WIDTH, highlight=False, emoji=False, markup=False)

    def say(self, key: str, **params: object) -> None:
        """Print one line of the catalogue."""
        click.echo(message(key, **params).render(self.lang))


def _lang_option(function: F) -> F:
    """Add ``--lang`` to a command; it has the same meaning as before the command."""

    def remember(context: click.Context, _: click.Parameter, value: str | None) -> None:
        if value is not None:
            context.find_object(Session).lang = value  # type: ignore[union-attr]

    option = click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        expose_value=False,
        callback=remember,
        help=_help("lang"),
    )
    return option(function)


_format_option = click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help=_help("format"),
)


@click.group(help=_help("gangqu"), context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--workspace",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=_help("workspace"),
)
@click.option("--lang", type=click.Choice(LANGUAGES), default=None, help=_help("lang"))
@click.version_option(__version__, prog_name="gangqu", message="%(prog)s %(version)s")
@click.pass_context
def gangqu(context: click.Context, folder: Path | None, lang: str | None) -> None:
    """Run a command."""
    chosen = lang or _language([])
    context.obj = Session(folder, chosen if chosen in LANGUAGES else "zh")


@gangqu.command(help=_help("build"))
@_lang_option
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


@gangqu.command(name="map", help=_help("map"))
@_lang_option
@click.pass_obj
def map_(session: Session) -> None:
    """Draw the map."""
    for path in _write_pages(session.assessment(), session.lang):
        session.say("cli.written", path=path)


@gangqu.command(help=_help("check"))
@_format_option
@_lang_option
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
    _exit_if(assessment.has_errors)


@gangqu.command(help=_help("reconcile"))
@_format_option
@_lang_option
@click.pass_obj
def reconcile(session: Session, form: str) -> None:
    """Compare measured areas with figures, and figures with one another."""
    assessment = session.assessment()
    if form == "json":
        from gangqu_gis.report import document

        click.echo(document.to_json(document.assessment_document(assessment, lang=session.lang)))
    else:
        from gangqu_gis.report import text

        session.console().print(text.reconciliation(assessment, session.lang))
    _exit_if(assessment.disagrees or assessment.has_errors)


@gangqu.command(help=_help("measure"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layer", help=_help("layer"))
@click.option("--stated", metavar="FIELD", help=_help("stated"))
@click.option("--unit", "unit_name", type=click.Choice(AREA_UNITS), help=_help("unit"))
@click.option("--crs", metavar="EPSG:…", help=_help("crs"))
@_format_option
@_lang_option
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
    _exit_if(stored is not None and stored.disagrees)


@gangqu.command(help=_help("init"))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@_lang_option
@click.pass_obj
def init(session: Session, folder: Path) -> None:
    """Write a new workspace."""
    from gangqu_gis.workspace import create_workspace

    create_workspace(folder)
    session.say("cli.workspace_written", folder=folder)


@gangqu.group(help=_help("figures"))
def figures() -> None:
    """Look at the register of figures."""


@figures.command(name="list", help=_help("figures_list"))
@_format_option
@_lang_option
@click.pass_obj
def figures_list(session: Session, form: str) -> None:
    """List every figure with its place in the plan."""
    from gangqu_gis.figures import read_register

    workspace = session.workspace()
    register = read_register(
        workspace.plan, shown="data/plan", approximate_percent=workspace.approximate_percent
    )
    if form == "json":
        from gangqu_gis.report import document

        click.echo(document.to_json(document.register_document(register, lang=session.lang)))
    else:
        from gangqu_gis.report import text

        session.console().print(text.register(register, session.lang))


def _write_pages(assessment: Assessment, lang: str) -> list[str]:
    from gangqu_gis.files import write_whole
    from gangqu_gis.webmap.page import render_index

    workspace = assessment.plan.workspace
    target = workspace.maps / "index.html"
    write_whole(target, render_index(assessment, lang=lang))
    return [str(target)]


def _exit_if(blocked: bool) -> None:
    if blocked:
        raise SystemExit(EXIT_BLOCKED)


def main() -> NoReturn:
    """Run the command line; every expected error is one line and its own exit code."""
    _survive_any_console()
    lang = _language(sys.argv[1:])
    try:
        gangqu.main(standalone_mode=False)
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0
    except GangquError as error:
        code = _complain(error.render(lang), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        code = 2
    except click.ClickException as error:
        text = message("cli.usage", reason=error.format_message(), command=_command(error))
        code = _complain(text.render(lang), 2)
    except (click.Abort, KeyboardInterrupt):
        code = _complain(message("cli.interrupted").render(lang), 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        if os.environ.get("GANGQU_DEBUG"):
            raise
        code = _complain(_internal(error).render(lang), EXIT_INTERNAL)
    sys.exit(code)


def _survive_any_console() -> None:
    """A console that cannot show a character shows a question mark instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _complain(line: str, code: int) -> int:
    click.echo(line, err=True)
    return code


def _command(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return context.command_path if context is not None else "gangqu"


def _internal(error: Exception) -> Text:
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    reason = f"{type(error).__name__}: {error}"
    return message(
        "cli.internal", reason=reason, where=frames[-1] if frames else "?", version=__version__
    )
