"""Next year's supply as a table, with months of stock and the office's rule under it."""

from __future__ import annotations

from fractions import Fraction

from gangqu_gis.messages import message
from gangqu_gis.progress import Progress
from gangqu_gis.progress.wording import span
from gangqu_gis.report.progress_cells import Cell, Table
from gangqu_gis.supply import Supply
from gangqu_gis.units import half_up, shortest


def _say(key: str, lang: str, **params: object) -> str:
    return message(key, **params).render(lang)


def supply_table(supply: Supply, progress: Progress, lang: str) -> Table:
    """Return what is left for each year left, months of stock, and the office's rule."""
    rows = []
    for row in supply.rows:
        own = row.target.figure.unit
        rows.append(
            (
                Cell(row.target.label.render(lang)),
                Cell(span(row.remaining, own, lang)),
                Cell(str(supply.years_left)),
                Cell(span(row.mean, own, lang)),
                Cell("" if row.planned is None else row.planned.stated),
                Cell(span(row.proposal, own, lang)),
                Cell(own.label.render(lang)),
            )
        )
    title = _say("progress.t_supply", lang, year=supply.year)
    heads = ("target", "remaining", "years_left", "mean", "yearly", "proposal", "unit")
    headings = tuple(_say(f"progress.h_{head}", lang) for head in heads)
    notes = tuple(_notes(supply, progress, lang))
    return Table("supply", title, headings, tuple(rows), notes, (1, 2, 3, 4, 5))


def rolling_table(supply: Supply, lang: str) -> Table:
    """Return the next three years: the yearly plan beside what is left for each year."""
    rows = []
    for year in supply.rolling:
        for row in supply.rows:
            if row.target.id not in year.planned:
                continue
            own, planned = row.target.figure.unit, year.planned[row.target.id]
            rows.append(
                (
                    Cell(str(year.year)),
                    Cell(row.target.label.render(lang)),
                    Cell(planned.stated),
                    Cell(span(row.mean, own, lang)),
                    Cell(span(row.proposal, own, lang) if year.year == supply.year else ""),
                    Cell(own.label.render(lang)),
                )
            )
    heads = ("year", "target", "yearly", "mean", "proposal", "unit")
    headings = tuple(message(f"progress.h_{head}").render(lang) for head in heads)
    title, notes = _say("progress.t_rolling", lang), (_say("progress.rolling", lang),)
    return Table("rolling", title, headings, tuple(rows), notes, (2, 3, 4))


def _notes(supply: Supply, progress: Progress, lang: str) -> list[str]:
    notes = []
    for stock in supply.stock:
        of = message(f"progress.stock_{stock.measure}").render(lang)
        if stock.months is None:
            why = "" if stock.why is None else stock.why.render(lang)
            notes.append(_say("progress.no_stock", lang, of=of, why=why))
        else:
            notes.append(
                _say(
                    "progress.stock",
                    lang,
                    of=of,
                    until=stock.until,
                    unsold=shortest(stock.unsold or Fraction(0), digits=10),
                    sold=shortest(stock.sold or Fraction(0), digits=10),
                    months=half_up(stock.months, 1),
                )
            )
    if supply.running:
        notes.append(_say("progress.running_year", lang, year=progress.as_of.year))
    if supply.rule is None:
        notes.append(_say("progress.no_rule", lang))
    else:
        factor = "-" if supply.factor is None else shortest(supply.factor)
        rule = supply.rule.text.render(lang)
        notes.append(_say("progress.with_rule", lang, rule=rule, factor=factor))
    return notes
