"""The charts of an evaluation: planned and reported by the year, and the gauges of targets."""

from __future__ import annotations

from fractions import Fraction

from gangqu_gis.charts import Bar, Drawing, Gauge, bar_chart, gauges
from gangqu_gis.messages import message
from gangqu_gis.progress import Progress, TargetProgress
from gangqu_gis.progress.model import Standing, State
from gangqu_gis.progress.wording import amount, percent


def year_charts(progress: Progress, lang: str) -> list[Drawing]:
    """Return one chart for each target that is charted: its years, planned and reported."""
    return [_chart(row, lang) for row in progress.targets if row.target.chart]


def dashboard(progress: Progress, lang: str) -> Drawing:
    """Return the gauges of every target that adds up over the years."""
    title = message("progress.dashboard").render(lang)
    rows = [_gauge(row, lang) for row in progress.targets if row.target.accumulates]
    return gauges(title, rows)


def _chart(row: TargetProgress, lang: str) -> Drawing:
    label, own = row.target.label.render(lang), row.unit.label.render(lang)
    title = message("progress.chart_title", target=label, unit=own).render(lang)
    return bar_chart(title, [_bar(row, standing, lang) for standing in row.years])


def _bar(row: TargetProgress, standing: Standing, lang: str) -> Bar:
    figure = standing.planned
    planned = None if figure is None else figure.base_value
    words = amount(planned, row.unit)
    if figure is not None and figure.unit.factor == row.unit.factor:
        words = figure.printed
    if standing.reported is not None:
        said = amount(standing.reported, row.unit)
        shown = message("progress.bar_reported", value=said, state=standing.state.label)
    else:
        shown = standing.state.label
    return Bar(
        label=standing.period,
        planned=planned,
        reported=standing.reported,
        planned_words=message("progress.bar_planned", value=words).render(lang),
        reported_words=shown.render(lang),
    )


def _gauge(row: TargetProgress, lang: str) -> Gauge:
    whole, figure = row.whole, row.target.figure
    due = None
    if whole.expected is not None and figure.base_value and whole.state is not State.NOT_DUE:
        low, high = whole.expected.low or Fraction(0), whole.expected.high or figure.base_value
        due = (low / figure.base_value, high / figure.base_value)
    words = [percent(whole.share), whole.state.label.render(lang)]
    return Gauge(
        label=row.target.label.render(lang),
        words=" ".join(word for word in words if word),
        share=whole.share,
        due=due,
    )
