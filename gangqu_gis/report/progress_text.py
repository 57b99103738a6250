"""The evaluation for the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text as Rich

from gangqu_gis.messages import message
from gangqu_gis.progress import State
from gangqu_gis.report.printer import indented
from gangqu_gis.report.progress_cells import Cell, Table
from gangqu_gis.report.progress_model import ProgressReport
from gangqu_gis.report.progress_tables import Tables

_STYLES = {
    State.BEHIND: "bold red",
    State.BELOW: "yellow",
    State.ABOVE: "yellow",
    State.AHEAD: "green",
    State.REACHED: "green",
    State.ON_PLAN: "green",
    State.RUNNING: "blue",
    State.NO_REPORT: "bright_black",
    State.NOT_DUE: "bright_black",
}
#: Columns that the screen has no room for; the workbook, the page and JSON have them.
_LEFT_OUT = {"targets": (8,), "years": (7,), "activity": ()}


def progress_text(report: ProgressReport, lang: str) -> RenderableType:
    """Return the evaluation as tables."""
    parts: list[RenderableType] = [
        Rich(report.head.render(lang), style="bold"),
        Rich(report.notice.render(lang)),
    ]
    if report.progress.is_empty:
        parts.append(Rich(message("progress.empty").render(lang), style="yellow"))
    for table in Tables(report, lang, compact=True).all():
        parts += _section(table, lang)
    return Group(*parts)


def _section(table: Table, lang: str) -> list[RenderableType]:
    title = Rich(f"{table.title} ({len(table.rows)})", style="bold")
    parts: list[RenderableType] = [Rich(""), title]
    if table.rows:
        parts.append(_grid(table))
    else:
        parts.append(indented(message("sheet.nothing").render(lang)))
    return [*parts, *(indented(note) for note in table.notes)]


def _grid(table: Table) -> Grid:
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    shown = [at for at in range(len(table.headings)) if at not in _LEFT_OUT.get(table.name, ())]
    for at in shown:
        right = at in table.right
        grid.add_column(
            table.headings[at],
            justify="right" if right else "left",
            no_wrap=right or at == 0,
            overflow="fold",
        )
    for row in table.rows:
        grid.add_row(*(_words(row[at]) for at in shown))
    return grid


def _words(cell: Cell) -> Rich:
    return Rich(cell.words, style="" if cell.state is None else _STYLES[cell.state])
