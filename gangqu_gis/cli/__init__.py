"""The command line: parse, call, render, exit.  Nothing outside this package knows click."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

import click

from gangqu_gis import __version__
from gangqu_gis.cli import (
    checking,
    converting,
    editing,
    exporting,
    figures,
    granting,
    mapping,
    measuring,
    past,
    progressing,
    reporting,
)
from gangqu_gis.cli.session import Session, help_text, language
from gangqu_gis.errors import GangquError, InputError
from gangqu_gis.messages import LANGUAGES, Text, message

EXIT_INTERNAL = 70
#: As shells report a process that SIGTERM ended: 128 and the signal's number.
EXIT_TERMINATED = 143

#: When Python looks for unreachable cycles (gc.set_threshold): a command builds millions of objects
#: that all stay, and looking through them again and again takes several times as long as making
#: them.
COLLECTING = (50_000, 100, 100)


@click.group(help=help_text("gangqu"), context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--workspace",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=help_text("workspace"),
)
@click.option("--lang", type=click.Choice(LANGUAGES), default=None, help=help_text("lang"))
@click.version_option(__version__, prog_name="gangqu", message="%(prog)s %(version)s")
@click.pass_context
def gangqu(context: click.Context, folder: Path | None, lang: str | None) -> None:
    """Run a command."""
    chosen = lang or language([])
    context.obj = Session(folder, chosen if chosen in LANGUAGES else "zh")


for command in (
    reporting.build,
    checking.check,
    reporting.reconcile,
    measuring.measure,
    progressing.progress,
    mapping.map_,
    mapping.publish,
    exporting.export,
    reporting.init,
    figures.figures,
    editing.update,
    past.history,
    converting.convert,
    granting.approval,
):
    gangqu.add_command(command)


def main() -> NoReturn:
    """Run the command line; every expected error is one line and its own exit code."""
    gc.set_threshold(*COLLECTING)
    _survive_any_console()
    sys.stdout = _Output(sys.stdout)
    lang = language(sys.argv[1:])
    before = _end_in_order_when_terminated()
    try:
        gangqu.main(standalone_mode=False)
        code = 0
    except _Terminated:
        code = _complain(message("cli.terminated").render(lang), EXIT_TERMINATED)
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0
    except GangquError as error:
        code = _complain(error.render(lang), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        code = 2
    except click.ClickException as error:
        reason = error.format_message().rstrip(".")
        text = message("cli.usage", reason=reason, command=_command(error))
        code = _complain(text.render(lang), 2)
    except (click.Abort, KeyboardInterrupt):
        code = _complain(message("cli.interrupted").render(lang), 130)
    except _ReaderGone:
        _drop_output()
        code = 0
    except Exception as error:
        if os.environ.get("GANGQU_DEBUG"):
            raise
        code = _complain(_internal(error).render(lang), EXIT_INTERNAL)
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
    sys.exit(code)


class _Terminated(SystemExit):
    """The system asks the process to end (SIGTERM): as an interruption, drafts are removed."""


def _end_in_order_when_terminated() -> Any:
    """Return what SIGTERM did before; ``None`` where nothing was changed."""
    if threading.current_thread() is not threading.main_thread():
        return None
    return signal.signal(signal.SIGTERM, _terminate)


def _terminate(number: int, frame: object) -> NoReturn:
    raise _Terminated(EXIT_TERMINATED)


def _drop_output() -> None:
    """Send what is still buffered nowhere, so that the interpreter can end in peace."""
    if sys.__stdout__ is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())


class _ReaderGone(Exception):
    """Who read our output has closed it (``gangqu … | head``): there is nobody to complain to."""


def _cannot_print(error: OSError) -> InputError:
    _drop_output()
    reason = error.strerror or str(error)
    return InputError(message("file.cannot_write", reason=reason), file="stdout")


class _Output:
    """Standard output whose closed pipe is no error: click and rich would exit with 1 on it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or say that the reader is gone."""
        try:
            return int(self._stream.write(text))
        except BrokenPipeError:
            raise _ReaderGone from None
        except OSError as error:
            raise _cannot_print(error) from error

    def flush(self) -> None:
        """Flush, or say that the reader is gone."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            raise _ReaderGone from None
        except OSError as error:
            raise _cannot_print(error) from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


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
