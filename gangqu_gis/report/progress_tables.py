"""The evaluation as tables of cells, in one language: for the screen, the workbook and the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from gangqu_gis.messages import Text, message
from gangqu_gis.progress import TargetProgress
from gangqu_gis.progress.model import Activity, Comparison, ProjectProgress, Standing, State
from gangqu_gis.progress.rows import ACTIVITY_STAGES
from gangqu_gis.progress.wording import amount, percent, span
from gangqu_gis.report.progress_cells import Cell, Table
from gangqu_gis.report.progress_model import ProgressReport
from gangqu_gis.report.supply_table import rolling_table, supply_table
from gangqu_gis.units import Unit, shortest, unit

_AS_IT_SHOULD_BE = (State.ON_PLAN, State.REACHED, State.AHEAD, State.NOT_DUE, State.NO_REPORT)


def due_shown(row: TargetProgress, lang: str, *, over: bool) -> str:
    """Return what is due by now, marked where the pace is assumed."""
    words = span(row.whole.expected, row.unit, lang)
    if words and row.even_pace and not over:
        return message("progress.even", words=words).render(lang)
    return words


class Tables:
    """Builds every table of one evaluation; ``compact`` leaves out what is as it should be."""

    def __init__(self, report: ProgressReport, lang: str, *, compact: bool = False) -> None:
        self.compact = compact
        self.progress, self.supply, self.lang = report.progress, report.supply, lang
        self.found = report.findings

    def all(self) -> list[Table]:
        """Return the tables in the order of a report."""
        tables = [self.targets(), self.years(), self.activity(), self.projects()]
        if self.supply is not None:
            tables.append(supply_table(self.supply, self.progress, self.lang))
            tables.append(rolling_table(self.supply, self.lang))
        return [*tables, self.missing(), self.findings()]

    def say(self, key: str, **params: object) -> str:
        """Return a message in the report's language."""
        return message(key, **params).render(self.lang)

    def listed(self, words: Iterable[str]) -> str:
        """Return words as a list of the report's language."""
        return ("、" if self.lang == "zh" else ", ").join(words)

    def targets(self) -> Table:
        """Return each target: planned, reported, share, due by now, state."""
        rows, over = [], self.progress.is_over
        for row in self.progress.targets:
            whole = row.whole
            number = "" if row.target.number is None else str(row.target.number)
            rows.append(
                (
                    Cell(number),
                    Cell(row.target.label.render(self.lang)),
                    Cell(row.target.figure.stated, row.target.figure.value),
                    self._reported(whole, row.unit),
                    Cell(row.unit.label.render(self.lang)),
                    Cell(percent(whole.share), whole.share),
                    Cell(due_shown(row, self.lang, over=over)),
                    self._state(whole.state),
                    Cell(str(row.target.figure.place)),
                )
            )
        notes = [self.say("progress.even_note")]
        notes += self._assumptions()
        heads = ("number", "target", "planned", "reported", "unit", "share", "due", "state")
        return self._table("targets", (*heads, "place"), rows, notes, right=(2, 3, 5))

    def years(self) -> Table:
        """Return each year of the yearly plan, and whatever else was reported in it."""
        rows = []
        periods = [standing.period for standing in self.progress.targets[0].years]
        for at, period in enumerate(periods):
            for row in self.progress.targets:
                standing = row.years[at]
                if standing.planned is None and standing.reported is None:
                    continue
                planned = standing.planned
                rows.append(
                    (
                        Cell(period),
                        Cell(row.target.label.render(self.lang)),
                        Cell(planned.stated, planned.value) if planned else Cell(""),
                        self._reported(standing, planned.unit if planned else row.unit),
                        Cell((planned.unit if planned else row.unit).label.render(self.lang)),
                        Cell(percent(standing.share), standing.share),
                        self._state(standing.state) if planned else Cell(""),
                        Cell(self.listed(standing.records)),
                    )
                )
        heads = ("year", "target", "planned", "reported", "unit", "share", "state", "records")
        return self._table("years", heads, rows, right=(2, 3, 5))

    def activity(self) -> Table:
        """Return land, starts, pre-sales, completions and sales by the year."""
        rows = [self._activity(year) for year in self.progress.activity]
        heads = [self.say(f"progress.h_{name}") for name in ("year", "land")]
        heads += [self.say(f"progress.h_{s}_{m}") for s in ACTIVITY_STAGES for m in ("m2", "n")]
        sold = ("sold_m2", "sold_n", "months_missing")
        heads += [self.say(f"progress.h_{name}") for name in sold]
        filled = [at for at in range(len(heads)) if any(row[at].words for row in rows)]
        title = self.say("progress.t_activity")
        if filled == [0]:
            return Table("activity", title, (heads[0],), ())
        chosen = tuple(tuple(row[at] for at in filled) for row in rows)
        right = tuple(n for n, at in enumerate(filled) if 0 < at < len(heads) - 1)
        return Table("activity", title, tuple(heads[at] for at in filled), chosen, (), right)

    def _activity(self, year: Activity) -> tuple[Cell, ...]:
        ha, floor, one = unit("ha"), unit("10k_m2"), unit("dwelling")
        cells = [Cell(str(year.year)), self._amount(year.land_m2, ha)]
        for stage in ACTIVITY_STAGES:
            cells.append(self._amount(year.floor_m2[stage], floor))
            cells.append(self._amount(year.dwellings[stage], one))
        cells.append(self._amount(year.sold_m2.total, floor))
        cells.append(self._amount(year.sold_dwellings.total, one))
        missing = year.sold_m2.missing if year.sold_m2.total is not None else ()
        return (*cells, Cell(self.listed(missing)))

    def projects(self) -> Table:
        """Return each project: where, at which stage, and beside what the plan states."""
        held = {land.project.id: land for land in self.progress.land if land.held is not None}
        rows = []
        for row in self.progress.projects:
            why = held[row.project.id].why if row.project.id in held else None
            rows.append(
                (
                    Cell(row.project.id),
                    Cell(row.project.label.render(self.lang)),
                    Cell(row.project.housing),
                    Cell(row.project.site),
                    Cell(row.stage_label.render(self.lang)),
                    Cell(self._dates(row)),
                    Cell(self.listed(self._comparisons(row))),
                    Cell("" if why is None else why.render(self.lang)),
                )
            )
        notes = []
        if self.progress.without_project:
            parcels = [label for _, label in self.progress.without_project]
            names = self.listed(label.render(self.lang) for label in parcels)
            notes.append(self.say("progress.without", names=names))
        heads = ("id", "name", "housing", "site", "stage", "dates", "beside", "held")
        return self._table("projects", heads, rows, notes)

    def _dates(self, row: ProjectProgress) -> str:
        return self.listed(f"{label.render(self.lang)} {when}" for _, label, when in row.dates)

    def _comparisons(self, row: ProjectProgress) -> Iterator[str]:
        for found in row.comparisons:
            if self.compact and found.state in _AS_IT_SHOULD_BE:
                continue
            stated = " / ".join(figure.stated for figure in found.figures)
            yield self.say(
                "progress.beside",
                label=found.label,
                stated=stated,
                reported=self._compared(found),
                state=found.state.label,
            )

    def _compared(self, found: Comparison) -> str:
        if isinstance(found.reported, str):
            return found.reported
        if found.reported is None:
            return ""
        label = "" if found.unit is None else found.unit.label.render(self.lang)
        return f"{shortest(found.reported, digits=10)}{label}"

    def missing(self) -> Table:
        """Return, target by target, what is missing for a better answer."""
        rows: list[tuple[Cell, ...]] = []
        for row in self.progress.targets:
            label = row.target.label.render(self.lang)
            rows += [(Cell(label), Cell(text.render(self.lang))) for text in row.missing]
        return self._table("missing", ("target", "missing"), rows)

    def findings(self) -> Table:
        """Return the faults of the records."""
        rows = [
            (
                Cell(self.say(f"sheet.severity_{found.severity.value}")),
                Cell(found.place),
                Cell(found.text.render(self.lang)),
                Cell(found.remedy.render(self.lang)),
            )
            for found in self.found
        ]
        return self._table("findings", ("severity", "where", "fault", "remedy"), rows)

    def _table(
        self,
        name: str,
        heads: Sequence[str],
        rows: Sequence[tuple[Cell, ...]],
        notes: Sequence[str] = (),
        right: tuple[int, ...] = (),
    ) -> Table:
        headings = tuple(self.say(f"progress.h_{head}") for head in heads)
        title = self.say(f"progress.t_{name}")
        return Table(name, title, headings, tuple(rows), tuple(notes), right)

    def _assumptions(self) -> Iterator[str]:
        """Yield how targets are counted, one line for each way, and what is assumed."""
        said: dict[Text, list[str]] = {}
        for row in self.progress.targets:
            if row.target.why:
                said.setdefault(row.target.why, []).append(row.target.label.render(self.lang))
        assumed = {row.target.why for row in self.progress.targets if row.target.assumed}
        for why, labels in said.items():
            key = "progress.assumption" if why in assumed else "progress.basis"
            yield self.say(key, targets=self.listed(labels), why=why)

    def _reported(self, standing: Standing, of: Unit) -> Cell:
        if standing.reported is None:
            due = standing.state is not State.NOT_DUE
            return Cell(self.say("state.no_report") if due else "")
        return Cell(amount(standing.reported, of), standing.reported / of.factor)

    def _amount(self, value: Fraction | None, of: Unit) -> Cell:
        if value is None:
            return Cell("")
        return Cell(amount(value, of), value / of.factor)

    def _state(self, state: State) -> Cell:
        return Cell(state.label.render(self.lang), None, state)
