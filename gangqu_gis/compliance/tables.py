"""Whether the market table is complete and adds up, and yearly reports name their indicators."""

from __future__ import annotations

from collections.abc import Iterator

from gangqu_gis.compliance.finding import record_finding
from gangqu_gis.dates import is_moment, read_moment
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.market import gaps, months_of
from gangqu_gis.messages import message
from gangqu_gis.plan import Plan
from gangqu_gis.targets import INDICATOR, Targets
from gangqu_gis.units import shortest


def market_faults(plan: Plan) -> Iterator[Finding]:
    months = months_of(plan)
    for missing in gaps(list(months)):
        after = next(month for name, month in months.items() if name > missing)
        text = message("compliance.month_missing", month=missing)
        yield record_finding("market.gap", after.feature, text, "month", severity=Severity.WARNING)
    for before, after in zip(months.values(), list(months.values())[1:], strict=False):
        if gaps([before.month, after.month]):
            continue
        for measure in ("m2", "dwellings"):
            was, listed = before.number(f"unsold_{measure}"), after.number(f"listed_{measure}")
            sold, now = after.number(f"sold_{measure}"), after.number(f"unsold_{measure}")
            if None in (was, listed, sold, now):
                continue
            assert was is not None and listed is not None and sold is not None and now is not None
            if was + listed - sold != now:
                text = message(
                    "compliance.balance",
                    month=after.month,
                    was=shortest(was),
                    listed=shortest(listed),
                    sold=shortest(sold),
                    due=shortest(was + listed - sold),
                    now=shortest(now),
                )
                yield record_finding(
                    "market.balance", after.feature, text, "balance", severity=Severity.WARNING
                )


def indicator_faults(plan: Plan, targets: Targets) -> Iterator[Finding]:
    known = targets.indicators
    first, last = plan.workspace.plan_period
    for feature in plan.features:
        if feature.kind != INDICATOR:
            continue
        target, year = feature.properties.get("target"), feature.properties.get("year")
        if target not in known:
            text = message(
                "compliance.indicator", id=feature.label, found=str(target), known="、".join(known)
            )
            yield record_finding("indicator.target", feature, text, "indicator")
        if is_moment(year, precision="year") and not first <= read_moment(str(year)).year <= last:
            text = message(
                "compliance.indicator_year", id=feature.label, year=year, first=first, last=last
            )
            yield record_finding("indicator.year", feature, text, "year", severity=Severity.WARNING)
