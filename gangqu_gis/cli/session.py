"""What every command shares: the session, the language, the common options."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gangqu_gis.cli.click_texts import speak_chinese
from gangqu_gis.messages import LANGUAGES, message

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from gangqu_gis.assessment import Assessment
    from gangqu_gis.plan import Plan
    from gangqu_gis.workspace import Workspace

EXIT_BLOCKED = 1

#: Formats that go into a file and not onto the screen.
FILE_FORMATS = ("xlsx", "html")


if TYPE_CHECKING:
    _TextType = click.ParamType[str]
else:
    _TextType = click.ParamType


class Words(_TextType):
    """A text of a record: not blank, and storable as UTF-8."""

    name = "text"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Return the text without surrounding space, or refuse it."""
        from gangqu_gis.people import is_blank, is_storable

        text = str(value).strip()
        if is_blank(text) or not is_storable(text):
            self.fail(message("update.blank").render(language(sys.argv[1:])), param, ctx)
        return text


WORDS = Words()

F = TypeVar("F", bound=Callable[..., Any])


def language(argv: list[str]) -> str:
    """Return the language asked for by ``--lang`` or GANGQU_LANG; it also sets the help texts."""
    for at, word in enumerate(argv):
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--lang" and at + 1 < len(argv):
            return argv[at + 1]
    return os.environ.get("GANGQU_LANG", "zh")


# Before any option is made: click names the types of values as it makes them.
if language(sys.argv[1:]) != "en":
    speak_chinese()


def help_text(key: str) -> str:
    return message(f"help.{key}").render(language(sys.argv[1:]))


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

    def plan(self) -> Plan:
        """Return the workspace's plan."""
        from gangqu_gis.plan import load_plan

        return load_plan(self.workspace())

    def assessment(self) -> Assessment:
        """Return the assessment of the workspace's plan."""
        from gangqu_gis.assessment import assess

        return assess(self.plan())

    def console(self) -> Console:
        """Return the console that reports are printed on."""
        from rich.console import Console

        from gangqu_gis.report.plain import plain_console

        if sys.stdout.isatty():
            return Console(highlight=False, emoji=False, markup=False)
        return plain_console(sys.stdout)

    def printed(self, report: RenderableType) -> str:
        """Return a report as the console would print it."""
        from gangqu_gis.report.plain import plain_text

        if not sys.stdout.isatty():
            return plain_text(report)
        console = self.console()
        with console.capture() as capture:
            console.print(report)
        return capture.get()

    def say(self, key: str, **params: object) -> None:
        """Print one line of the catalogue."""
        click.echo(message(key, **params).render(self.lang))


def lang_option(function: F) -> F:
    """Add ``--lang`` to a command; it has the same meaning as before the command."""

    def remember(context: click.Context, _: click.Parameter, value: str | None) -> None:
        if value is not None:
            context.find_object(Session).lang = value  # type: ignore[union-attr]

    option = click.option(
        "--lang",
        type=click.Choice(LANGUAGES),
        expose_value=False,
        callback=remember,
        help=help_text("lang"),
    )
    return option(function)


format_option = click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help=help_text("format"),
)


def require_suffix(session: Session, form: str, output: Path | None) -> None:
    """Refuse a file name that a double click would open as another format."""
    if form in FILE_FORMATS and output is not None and output.suffix.lower() != f".{form}":
        raise click.UsageError(message("sheet.other_suffix", format=form).render(session.lang))


def exit_if(blocked: bool) -> None:
    """End with exit code 1 when something blocks."""
    if blocked:
        raise SystemExit(EXIT_BLOCKED)
