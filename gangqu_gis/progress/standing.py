"""How reports stand to the plan: shares, what is due by now, ahead or behind.

A figure is an interval, and so is what is due: from the sum at the end of the last whole year to
the sum at the end of the running one.  A report within it is on plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from gangqu_gis.figures import Figure
from gangqu_gis.intervals import Interval
from gangqu_gis.progress.model import Contribution, Standing, State, years_over
from gangqu_gis.targets import Target


def of_year(
    target: Target, year: int, contributions: Iterable[Contribution], on: date
) -> Standing:
    """Return how ``target`` stands in one year, as planned for that year."""
    own = tuple(c for c in contributions if c.year == year)
    figure = target.yearly.get(year)
    planned = None if figure is None else figure.base_interval
    reported = _sum(own)
    over, begun = date(year, 12, 31) <= on, date(year, 1, 1) <= on
    if not begun:
        state = State.NOT_DUE
    elif reported is None:
        state = State.NO_REPORT
    elif planned is None:
        state = State.RUNNING if not over else State.ON_PLAN
    else:
        state = _against(reported, planned)
        if state is State.BEHIND and not over:
            state = State.RUNNING
    return Standing(
        period=str(year),
        planned=figure,
        planned_interval=planned,
        reported=reported,
        share=_share(reported, figure),
        expected=None,
        state=state,
        remaining=_remaining(planned, reported),
        contributions=own,
    )


def of_period(
    target: Target, contributions: tuple[Contribution, ...], period: tuple[int, int], on: date
) -> Standing:
    """Return how ``target`` stands over the plan period up to ``on``."""
    planned = target.figure.base_interval
    reported = _sum(contributions) if target.accumulates else _latest(contributions)
    expected = due_by(target, period, on) if target.accumulates else None
    return Standing(
        period=f"{period[0]}-{period[1]}",
        planned=target.figure,
        planned_interval=planned,
        reported=reported,
        share=_share(reported, target.figure),
        expected=expected,
        state=_state(target, reported, expected, period, on, contributions),
        remaining=_remaining(planned, reported) if target.accumulates else None,
        contributions=contributions,
    )


def due_by(target: Target, period: tuple[int, int], on: date) -> Interval:
    """Return what should be there by ``on``, from the last whole year to the running one.

    The plan's yearly figures are added where it gives all of them; else the whole is split into
    equal years, which the plan does not say.
    """
    over = years_over(period, on)
    years = list(range(period[0], period[1] + 1))
    running = sum(date(year, 1, 1) <= on for year in years)
    if over == len(years):
        return target.figure.base_interval
    if all(year in target.yearly for year in years):
        parts = [target.yearly[year].base_interval for year in years]
        low = sum((part.low or Fraction(0) for part in parts[:over]), Fraction(0))
        high = sum((part.high or Fraction(0) for part in parts[:running]), Fraction(0))
        return Interval(low, high)
    whole = target.figure.base_interval
    low_end, high_end = whole.low or Fraction(0), whole.high or target.figure.base_value
    return Interval(low_end * over / len(years), high_end * running / len(years))


def _state(
    target: Target,
    reported: Fraction | None,
    expected: Interval | None,
    period: tuple[int, int],
    on: date,
    contributions: tuple[Contribution, ...],
) -> State:
    planned = target.figure.base_interval
    if on < date(period[0], 1, 1):
        return State.NOT_DUE
    if reported is None:
        return State.NO_REPORT
    if expected is None:
        return _of_level(planned, reported, contributions[-1].year == period[1])
    if planned.low is not None and reported >= planned.low:
        return State.AHEAD if planned.distance(reported) > 0 else State.REACHED
    return _against(reported, expected)


def _of_level(planned: Interval, reported: Fraction, final: bool) -> State:
    """Judge a level (a share, an area per person): only its last year has a target."""
    if not final:
        return State.RUNNING
    distance = planned.distance(reported)
    if distance == 0:
        return State.REACHED
    return State.ABOVE if distance > 0 else State.BELOW


def _against(reported: Fraction, planned: Interval) -> State:
    distance = planned.distance(reported)
    if distance == 0:
        return State.ON_PLAN
    return State.AHEAD if distance > 0 else State.BEHIND


def _sum(contributions: Iterable[Contribution]) -> Fraction | None:
    """Return the sum of what is known; ``None`` where nothing is reported."""
    values = [c.value for c in contributions if c.value is not None]
    return sum(values, Fraction(0)) if values else None


def _latest(contributions: tuple[Contribution, ...]) -> Fraction | None:
    return contributions[-1].value if contributions else None


def _share(reported: Fraction | None, figure: Figure | None) -> Fraction | None:
    """Return the share of the figure as printed."""
    if reported is None or figure is None or figure.base_value == 0:
        return None
    return reported / figure.base_value


def _remaining(planned: Interval | None, reported: Fraction | None) -> Interval | None:
    if planned is None or reported is None:
        return planned
    return planned - Interval.exactly(reported)
