"""Reports as plain text, for a file or a pipe: at one width, no blanks at the ends of lines."""

from __future__ import annotations

import io
import re
from typing import IO, cast

from rich.console import Console, RenderableType

#: Columns of a report that goes to no terminal.
PLAIN_WIDTH = 140

_PADDING = re.compile(r"[ \t]+(?=\n)")


class _Trimming(io.TextIOBase):
    """A stream without the blanks with which tables are padded at the end of their lines."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return getattr(self._stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        """Write whole lines, as a console does at the end of each print."""
        self._stream.write(_PADDING.sub("", text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()


def plain_console(stream: IO[str]) -> Console:
    """Return a console that writes plain text to ``stream``."""
    return Console(
        file=cast(IO[str], _Trimming(stream)),
        width=PLAIN_WIDTH,
        highlight=False,
        emoji=False,
        markup=False,
        no_color=True,
    )


def plain_text(report: RenderableType) -> str:
    """Return a report as plain text."""
    stream = io.StringIO()
    plain_console(stream).print(report)
    return stream.getvalue()
