"""The evaluation as one printable HTML file: charts, then every number in tables."""

from __future__ import annotations

from typing import Any

from gangqu_gis.messages import message
from gangqu_gis.progress import State
from gangqu_gis.progress_charts import dashboard, year_charts
from gangqu_gis.report import html
from gangqu_gis.report.characters import legal
from gangqu_gis.report.progress_cells import Cell, Table
from gangqu_gis.report.progress_model import ProgressReport
from gangqu_gis.report.progress_tables import Tables

#: The colours of verdicts, of the style sheet, that states are shown in.
_LOOKS = {
    State.NO_REPORT: "unstated",
    State.NOT_DUE: "unstated",
    State.RUNNING: "indicative",
    State.BEHIND: "differ",
    State.ON_PLAN: "consistent",
    State.AHEAD: "agree",
    State.REACHED: "agree",
    State.BELOW: "review",
    State.ABOVE: "review",
}


def render_progress(report: ProgressReport, *, lang: str) -> str:
    """Return the evaluation as a page in ``lang``; the same evaluation gives the same bytes."""
    from markupsafe import Markup

    progress, workspace = report.progress, report.plan.workspace
    groups = [[dashboard(progress, lang)], year_charts(progress, lang)]
    rows = [
        (message("progress.as_of"), progress.as_of.isoformat()),
        (message("progress.period"), f"{progress.period[0]}-{progress.period[1]}"),
        (message("sheet.plan_version"), workspace.plan_version),
        (message("sheet.data_date"), workspace.data_date),
    ]
    content: dict[str, Any] = {
        "rows": [(label.render(lang), legal(value)) for label, value in rows],
        "empty": message("progress.empty").render(lang) if progress.is_empty else "",
        "nothing": message("sheet.nothing").render(lang),
        "legend": message("progress.legend").render(lang),
        "charts_title": message("progress.t_charts").render(lang),
        "charts": [[(legal(c.title), Markup(legal(c.svg()))) for c in group] for group in groups],
        "tables": [_table(table) for table in Tables(report, lang).all()],
    }
    title = message("progress.title")
    return html.render("evaluation.jinja", workspace, title, lang=lang, content=content)


def _table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": legal(table.title),
        "headings": [(legal(h), at in table.right) for at, h in enumerate(table.headings)],
        "rows": [[_cell(c, at in table.right) for at, c in enumerate(row)] for row in table.rows],
        "notes": [legal(note) for note in table.notes],
    }


def _cell(cell: Cell, right: bool) -> dict[str, Any]:
    look = "" if cell.state is None else _LOOKS[cell.state]
    state = "" if cell.state is None else cell.state.value
    return {"words": legal(cell.words), "look": look, "state": state, "right": right}
