"""A measurement on the screen: its report as it comes or at its end, and a bar meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from gangqu_gis.cli.session import Session

if TYPE_CHECKING:
    from gangqu_gis.fileareas.batched import Measurement, Part, Progress, Totals

#: Features that do not agree and are listed; the others are counted.
MOST_LISTED = 100


class ScreenReport:
    """The report on the screen: a table at the end, or a document piece by piece."""

    def __init__(
        self,
        session: Session,
        measured: Measurement,
        form: str,
        *,
        differing: bool,
        written: bool,
    ) -> None:
        self.session, self.measured = session, measured
        self.document = self.listing = None
        if form == "json":
            from gangqu_gis.report.measured_json import JsonPieces

            self.document = JsonPieces(measured, session.lang)
            click.echo(self.document.opened(), nl=False)
        else:
            from gangqu_gis.formats.batches import LARGE
            from gangqu_gis.report.measured import Listing

            most = measured.count if measured.count < LARGE else 0
            self.listing = Listing(
                measured.column,
                session.lang,
                differing=differing,
                most=MOST_LISTED if differing else most,
                written=written,
            )

    def add(self, part: Part) -> None:
        """Take a part."""
        if self.document is not None:
            click.echo(self.document.added(part), nl=False)
        if self.listing is not None:
            self.listing.add(part)

    def close(self, totals: Totals) -> None:
        """Print the end."""
        if self.document is not None:
            click.echo(self.document.closed(totals), nl=False)
        if self.listing is not None:
            from gangqu_gis.report.measured import measurement

            self.session.console().print(measurement(self.measured, self.listing, totals))


@contextmanager
def progress_bar(total: int, *, quiet: bool) -> Iterator[Progress]:
    """Yield what is called with the features done: a bar on a terminal, elsewhere nothing."""
    if quiet or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)
