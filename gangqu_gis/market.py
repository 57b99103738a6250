"""The monthly market table: sales by the year, gaps, and months of stock (去化周期)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from gangqu_gis.dates import is_moment, month_before, read_moment
from gangqu_gis.layers import Feature
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan
from gangqu_gis.projects import exact
from gangqu_gis.targets import MARKET_MONTH

#: Months over which sales are averaged (去化周期 = 未售 ÷ 近 12 个月的月均成交).
MEAN_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the market as reported; ``None`` is no report."""

    month: str
    feature: Feature

    def number(self, field: str) -> Fraction | None:
        """Return a number of the month, or ``None``."""
        return exact(self.feature.properties.get(field))


@dataclass(frozen=True, slots=True)
class MonthsOfStock:
    """Unsold stock over mean monthly sales; ``months`` is ``None`` where it cannot be had.

    ``unsold`` and ``sold`` (the sum of 12 months) are in m², or in dwellings.
    """

    measure: str
    until: str | None
    unsold: Fraction | None
    sold: Fraction | None
    months: Fraction | None
    missing: tuple[str, ...]
    why: Text | None


def months_of(plan: Plan) -> dict[str, Month]:
    """Return the reported months in order; of a month that stands twice, the first row."""
    found: dict[str, Month] = {}
    for feature in plan.features:
        month = feature.properties.get("month")
        if feature.kind == MARKET_MONTH and is_moment(month, precision="month"):
            found.setdefault(str(month), Month(str(month), feature))
    return dict(sorted(found.items()))


def gaps(months: Sequence[str]) -> list[str]:
    """Return the months that are missing between the first and the last of ``months``."""
    if not months:
        return []
    known, at, missing = set(months), max(months), []
    while at > min(months):
        at = month_before(at, 1)
        if at not in known:
            missing.append(at)
    return missing[::-1]


def months_of_stock(months: dict[str, Month], *, on: date, measure: str = "m2") -> MonthsOfStock:
    """Return how many months the unsold stock lasts at the mean sales of the last 12 months.

    ``measure`` is "m2" or "dwellings".  The last month is the latest that is over by ``on``; each
    of the 12 months up to it must have its sales, and the last one its unsold stock.
    """
    over = [name for name in months if read_moment(name).is_over_by(on)]
    if not over:
        return MonthsOfStock(measure, None, None, None, None, (), message("stock.none"))
    last = over[-1]
    wanted = [month_before(last, back) for back in range(MEAN_MONTHS - 1, -1, -1)]
    sales = {m: months[m].number(f"sold_{measure}") if m in months else None for m in wanted}
    unsold = months[last].number(f"unsold_{measure}")
    missing = tuple(month for month, sold in sales.items() if sold is None)
    if missing:
        text = message("stock.missing", months="、".join(missing), last=last)
        return MonthsOfStock(measure, last, unsold, None, None, missing, text)
    sold = sum((value for value in sales.values() if value is not None), Fraction(0))
    if unsold is None:
        text = message("stock.no_unsold", last=last)
        return MonthsOfStock(measure, last, None, sold, None, (), text)
    if sold == 0:
        text = message("stock.no_sales", last=last)
        return MonthsOfStock(measure, last, unsold, sold, None, (), text)
    return MonthsOfStock(measure, last, unsold, sold, unsold * MEAN_MONTHS / sold, (), None)


def sold_in(months: dict[str, Month], year: int, field: str, *, on: date) -> Yearly:
    """Return the sum of ``field`` over the months of ``year`` that are over by ``on``."""
    names = [f"{year}-{month:02}" for month in range(1, 13)]
    over = [name for name in names if read_moment(name).is_over_by(on)]
    values = {name: months[name].number(field) if name in months else None for name in over}
    known = [value for value in values.values() if value is not None]
    missing = tuple(name for name, value in values.items() if value is None)
    return Yearly(sum(known, Fraction(0)) if known else None, missing)


@dataclass(frozen=True, slots=True)
class Yearly:
    """A sum over the months of a year, ``None`` without any report, and the months missing."""

    total: Fraction | None
    missing: tuple[str, ...]
