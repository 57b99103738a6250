"""The sections of the progress page: targets, years, charts and projects, as reported.

Words and shapes only: what is planned, reported and due was evaluated before.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from gangqu_gis.charts import Drawing
from gangqu_gis.messages import Text, message
from gangqu_gis.progress import State, TargetProgress
from gangqu_gis.progress.model import ProjectProgress
from gangqu_gis.progress.wording import amount, percent
from gangqu_gis.progress_charts import dashboard, year_charts
from gangqu_gis.projects import STAGES
from gangqu_gis.webmap.view import View

Entry = dict[str, Any]


def summary_section(view: View) -> list[Entry]:
    """Return the gauges of the targets and the table behind them; nothing without targets."""
    progress = view.progress
    if not progress.targets:
        return []
    heads = ("target", "planned", "reported", "share", "state")
    rows = [_target_row(row, view) for row in progress.targets]
    return [
        {
            "title": view.say(message("progress.t_targets")),
            "as_of": view.say(message("progress.as_of")) + " " + progress.as_of.isoformat(),
            "legend": view.say(message("progress.legend")),
            "chart": _drawing(dashboard(progress, view.lang)),
            "heads": [view.say(message(f"progress.h_{head}")) for head in heads],
            "rows": rows,
        }
    ]


def chart_section(view: View) -> list[Entry]:
    """Return the charts of planned and reported by the year, each with its numbers."""
    charts = year_charts(view.progress, view.lang)
    charted = [row for row in view.progress.targets if row.target.chart]
    heads = [view.say(message(f"progress.h_{h}")) for h in ("year", "planned", "reported", "state")]
    return [
        {
            "title": chart.title,
            "chart": _drawing(chart),
            "heads": heads,
            "rows": [[_words(c) for c in _year_row(row, at, view)] for at in range(len(row.years))],
        }
        for chart, row in zip(charts, charted, strict=True)
    ]


def year_section(view: View) -> list[Entry]:
    """Return the year control: what was planned and reported, and which site had got how far."""
    progress = view.progress
    if not progress.targets:
        return []
    first, last = progress.period
    years = [_year(view, year, year - first) for year in range(first, last + 1)]
    now = min(max(progress.as_of.year, first), last) - first
    empty = view.say(message("progress.empty")) if progress.is_empty else ""
    return [{"years": years, "now": now, "empty": empty}]


def project_section(view: View) -> list[Entry]:
    """Return the projects with their stages; nothing where there is none."""
    rows = [_project(row, view) for row in view.progress.projects]
    if not rows:
        return []
    return [{"title": view.say(message("progress.t_projects")), "projects": rows}]


def _target_row(row: TargetProgress, view: View) -> list[Entry]:
    whole = row.whole
    reported = amount(whole.reported, row.unit)
    unit = view.say(row.unit.label)
    return [
        {"text": view.say(row.target.label)},
        {"printed": row.target.figure.stated, "place": str(row.target.figure.place)},
        _words(f"{reported} {unit}".strip() if reported else view.say(message("state.no_report"))),
        _words(percent(whole.share)),
        _words(view.say(whole.state.label)),
    ]


def _year_row(row: TargetProgress, at: int, view: View) -> list[str]:
    standing = row.years[at]
    own = row.unit if standing.planned is None else standing.planned.unit
    reported = amount(standing.reported, own)
    return [
        standing.period,
        "" if standing.planned is None else standing.planned.stated,
        f"{reported} {view.say(own.label)}" if reported else "",
        view.say(standing.state.label),
    ]


def _year(view: View, year: int, at: int) -> Entry:
    progress = view.progress
    figures = []
    for row in progress.targets:
        if row.target.chart:
            _, planned, reported, state = _year_row(row, at, view)
            figures.append(
                {
                    "label": view.say(row.target.label),
                    "planned": planned,
                    "reported": reported,
                    "state": state,
                }
            )
    end = min(date(year, 12, 31), progress.as_of)
    begun = date(year, 1, 1) <= progress.as_of
    return {
        "year": year,
        "figures": figures,
        "events": [e for row in progress.projects for e in _events(row, year, view)],
        "stages": _stages(view, end) if begun else [],
    }


def _events(row: ProjectProgress, year: int, view: View) -> list[Entry]:
    """Return what a project reported for one year by the day of the evaluation."""
    found = []
    for field, label, written in row.dates:
        moment = row.project.moment(field)
        if moment is not None and moment.year == year and moment.first <= view.progress.as_of:
            found.append(
                {
                    "ref": _ref(row, view),
                    "name": view.say(row.project.label),
                    "what": view.say(label),
                    "when": written,
                }
            )
    return found


def _stages(view: View, end: date) -> list[Entry]:
    """Return the latest stage of each site by ``end``: of several projects, the furthest."""
    furthest: dict[str, str] = {}
    for row in view.progress.projects:
        stage, ref = row.project.stage(end), _ref(row, view)
        if stage and ref:
            known = furthest.get(ref)
            if known is None or STAGES.index(stage) > STAGES.index(known):
                furthest[ref] = stage
    return [
        {"ref": ref, "short": view.say(message(f"progress.short_{stage}"))}
        for ref, stage in furthest.items()
    ]


def _project(row: ProjectProgress, view: View) -> Entry:
    late = [c for c in row.comparisons if c.state in (State.BEHIND, State.BELOW, State.ABOVE)]
    dates = [(label, when) for _, label, when in row.dates]
    return {
        "ref": _ref(row, view),
        "name": view.say(row.project.label),
        "housing": row.project.housing,
        "stage": view.say(row.stage_label),
        "dates": [f"{view.say(label)} {when}" for label, when in dates],
        "differs": [_differs(c.label, c.figures[0].stated, c.state, view) for c in late],
    }


def _differs(label: Text, stated: str, state: State, view: View) -> str:
    figure = Text(f"{label.zh} {stated}", f"{label.en} {stated}")
    return view.say(message("report.labelled", label=figure, text=state.label))


def _ref(row: ProjectProgress, view: View) -> str:
    """Return the site of a project where the page draws it, else ""."""
    return row.project.site if row.project.site in view.assessment.plan.by_id else ""


def _drawing(chart: Drawing) -> Entry:
    return {
        "width": chart.width,
        "height": chart.height,
        "label": f"{chart.title}. {chart.description}",
        "shapes": [[s.tag, s.attributes, s.text] for s in chart.shapes],
    }


def _words(text: str) -> Entry:
    return {"text": text}
