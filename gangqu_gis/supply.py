"""Next year's supply: what is left of the targets over the years left, and months of stock.

The plan names what next year's supply follows from (六（四）) and no formula.  What turns the
arithmetic into a proposal is a rule of the office, in data/workspace.toml; without one there is
no proposal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from gangqu_gis.documents import Entry, read_toml
from gangqu_gis.errors import InputError
from gangqu_gis.figures import Figure
from gangqu_gis.intervals import Interval
from gangqu_gis.market import MonthsOfStock, months_of, months_of_stock
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan
from gangqu_gis.progress import Progress
from gangqu_gis.progress.model import TargetProgress
from gangqu_gis.targets import Target
from gangqu_gis.units import shortest
from gangqu_gis.workspace import MARKER

#: Years of a rolling plan (四（一）: 三年滚动计划).
ROLLING_YEARS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """Below ``below`` months of stock (``None``: however many) the mean is times ``factor``."""

    below: Fraction | None
    factor: Fraction


@dataclass(frozen=True, slots=True)
class OfficeRule:
    """What an office has decided: its words, and the factor for each range of months of stock."""

    words: str
    steps: tuple[Step, ...]

    def step_for(self, months: Fraction) -> Step:
        """Return the first step that ``months`` lies below."""
        return next(s for s in self.steps if s.below is None or months < s.below)

    @property
    def text(self) -> Text:
        """The whole rule in words, as it is printed with every number that it makes."""
        parts = [
            message("supply.step", below=shortest(step.below), factor=shortest(step.factor))
            if step.below is not None
            else message("supply.step_else", factor=shortest(step.factor))
            for step in self.steps
        ]
        zh, en = "；".join(p.zh for p in parts), "; ".join(p.en for p in parts)
        return message("supply.rule", words=self.words, steps=Text(zh, en))


@dataclass(frozen=True, slots=True)
class SupplyRow:
    """One target: what is left, what that makes for each year left, and what a rule makes of it.

    In base units; ``mean`` and ``proposal`` are never below zero.
    """

    target: Target
    remaining: Interval | None
    mean: Interval | None
    planned: Figure | None
    proposal: Interval | None


@dataclass(frozen=True, slots=True)
class RollingYear:
    """One of the next years: the yearly plan's figures, by target, where it has them."""

    year: int
    planned: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Supply:
    """The arithmetic of next year's supply, the rule and the factor it gave (``None``: none).

    ``rolling`` are the next three years (四（一）三年滚动计划), as far as the plan period goes.
    """

    year: int
    years_left: int
    running: bool
    rows: tuple[SupplyRow, ...]
    stock: tuple[MonthsOfStock, ...]
    rule: OfficeRule | None
    factor: Fraction | None
    rolling: tuple[RollingYear, ...] = ()


def next_supply(plan: Plan, progress: Progress) -> Supply | None:
    """Return next year's supply as of the day of ``progress``, ``None`` after the plan period.

    The year after that day is the next one; the years left are those from it to the plan's last.

    Raises
    ------
    InputError
        The rule in data/workspace.toml is broken.
    """
    rule = read_office_rule(plan)
    following, last = progress.as_of.year + 1, plan.workspace.plan_period[1]
    following = max(following, plan.workspace.plan_period[0])
    if following > last:
        return None
    months = months_of(plan)
    day = progress.as_of
    stock = tuple(months_of_stock(months, on=day, measure=m) for m in ("m2", "dwellings"))
    factor = None
    if rule is not None and stock[0].months is not None:
        factor = rule.step_for(stock[0].months).factor
    years_left = last - following + 1
    rows = tuple(
        _row(row, following, years_left, factor) for row in progress.targets if row.target.supply
    )
    running = (progress.as_of.month, progress.as_of.day) != (12, 31)
    years = range(following, min(following + ROLLING_YEARS, last + 1))
    rolling = tuple(RollingYear(year, _planned(rows, year)) for year in years)
    return Supply(following, years_left, running, rows, stock, rule, factor, rolling)


def _row(row: TargetProgress, year: int, years_left: int, factor: Fraction | None) -> SupplyRow:
    remaining = row.whole.remaining
    mean = None if remaining is None else _floor_at_zero(remaining.scaled(Fraction(1, years_left)))
    follows = row.target.supply == "market" and factor is not None
    proposal = mean.scaled(factor) if follows and mean is not None and factor is not None else None
    return SupplyRow(row.target, remaining, mean, row.target.yearly.get(year), proposal)


def _planned(rows: Sequence[SupplyRow], year: int) -> dict[str, Figure]:
    """Return the yearly plan's figures for ``year``, by target."""
    targets = [row.target for row in rows]
    return {target.id: target.yearly[year] for target in targets if year in target.yearly}


def _floor_at_zero(interval: Interval) -> Interval:
    low = None if interval.low is None else max(interval.low, Fraction(0))
    high = None if interval.high is None else max(interval.high, Fraction(0))
    return Interval(low, high)


def read_office_rule(plan: Plan) -> OfficeRule | None:
    """Return the office's rule from ``[supply]`` of data/workspace.toml, ``None`` without one.

    Raises
    ------
    InputError
        It is broken: steps without words, not in rising order, or without a last open one.
    """
    document = read_toml(plan.workspace.root / MARKER, shown=MARKER.as_posix())
    if "supply" not in document.root:
        return None
    table = document.root.table("supply")
    table.only(("rule", "steps"))
    words, steps = str(table.get("rule", "")).strip(), table.get("steps", [])
    if not words and not steps:
        return None
    if not words or not steps:
        raise table.fault("rule" if steps else "steps", "supply.needs_both")
    if not isinstance(steps, list) or not all(isinstance(step, Mapping) for step in steps):
        raise table.fault("steps", "supply.bad_steps")
    read = [_step(table, step) for step in steps]
    limits = [step.below for step in read[:-1]]
    known = [limit for limit in limits if limit is not None]
    rising = all(a < b for a, b in zip(known, known[1:], strict=False))
    if read[-1].below is not None or len(known) != len(limits) or not rising:
        raise table.fault("steps", "supply.bad_steps")
    return OfficeRule(words, tuple(read))


def _step(table: Entry, step: Mapping[str, object]) -> Step:
    if not set(step) <= {"below_months", "factor"}:
        raise table.fault("steps", "supply.bad_steps")
    below = step.get("below_months")
    return Step(
        None if below is None else _decimal(table, below), _decimal(table, step.get("factor"))
    )


def _decimal(table: Entry, value: object) -> Fraction:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not isinstance(value, str) or not number.is_finite() or number < 0:
        error: InputError = table.fault("steps", "supply.bad_steps")
        raise error
    return Fraction(number)
