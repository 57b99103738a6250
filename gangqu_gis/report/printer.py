"""Words, colours and tables of the terminal, in one language."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Rich

from gangqu_gis.checks import Verdict
from gangqu_gis.messages import message

_COLOURS = {
    Verdict.AGREE: "green",
    Verdict.CONSISTENT: "green",
    Verdict.REMAINDER: "cyan",
    Verdict.INDICATIVE: "blue",
    Verdict.UNSTATED: "bright_black",
    Verdict.ACCEPTED: "magenta",
    Verdict.REVIEW: "yellow",
    Verdict.MISSING: "yellow",
    Verdict.DIFFER: "bold red",
    Verdict.INCONSISTENT: "bold red",
}


class Printer:
    """Words and tables in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def say(self, key: str, **params: object) -> str:
        """Return a message of the catalogue."""
        return message(key, **params).render(self.lang)

    def verdict(self, verdict: Verdict) -> Rich:
        """Return a verdict in words and in its colour."""
        return Rich(verdict.label.render(self.lang), style=_COLOURS[verdict])

    def table(self, *headings: str, right: Sequence[int] = ()) -> Table:
        """Return an empty table; columns in ``right`` hold numbers."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for at, heading in enumerate(headings):
            numeric = at in right
            table.add_column(
                self.say(heading),
                justify="right" if numeric else "left",
                no_wrap=numeric,
                overflow="fold",
            )
        return table


def indented(text: str) -> RenderableType:
    """Return a line that belongs to the one above it."""
    return Padding(Rich(text), (0, 0, 0, 4), expand=False)
