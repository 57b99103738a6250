"""What is evaluated, as data/plan/progress.toml declares it: targets, and what counts for them.

Every value is named by the id of its figure in the register; the file holds no number of the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gangqu_gis.documents import Document, Entry, read_toml
from gangqu_gis.figures import Figure
from gangqu_gis.messages import Text
from gangqu_gis.plan import Plan

FILE = "progress.toml"
#: The kinds of records that an evaluation is made from.
PROJECT, MARKET_MONTH, INDICATOR = "project", "market_month", "indicator_report"
FORMS = ("sum", "land", "sites", "yearly", "level")

_ENTRY = (
    *("id", "number", "zh", "en", "form", "at", "counts", "classes", "housing", "indicator"),
    *("figure", "baseline", "yearly", "chart", "supply", "why", "why_en", "assumed"),
)


@dataclass(frozen=True, slots=True)
class Count:
    """A field of projects of some kinds of housing that is added (or, ``sign`` -1, taken off).

    Of a ``part`` (其中) an empty cell means that there is none; of anything else, no report.
    """

    field: str
    housing: frozenset[str]
    sign: int
    part: bool


@dataclass(frozen=True, slots=True)
class LandClass:
    """A class of the land supply and the kinds of parcels that are of it."""

    id: str
    label: Text
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Target:
    """One target: a figure of the plan and what is reported towards it."""

    id: str
    number: int | None
    label: Text
    form: str
    figure: Figure
    baseline: Figure | None
    yearly: Mapping[int, Figure]
    at: str
    counts: tuple[Count, ...]
    classes: frozenset[str]
    housing: frozenset[str]
    indicator: str
    chart: bool
    supply: str
    why: Text
    assumed: bool

    @property
    def accumulates(self) -> bool:
        """Whether reports of several years add up to it."""
        return self.form != "level"


@dataclass(frozen=True, slots=True)
class Targets:
    """Everything that progress.toml declares."""

    targets: tuple[Target, ...] = ()
    land: tuple[LandClass, ...] = ()
    built: frozenset[str] = frozenset()
    affordable: frozenset[str] = frozenset()
    renovated: Mapping[str, str] = ()  # type: ignore[assignment]
    chains: tuple[tuple[str, ...], ...] = ()
    stated: Mapping[str, str] = ()  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return bool(self.targets)

    @property
    def indicators(self) -> dict[str, Target]:
        """The first target of each indicator that offices report by the year."""
        found: dict[str, Target] = {}
        for target in self.targets:
            if target.indicator:
                found.setdefault(target.indicator, target)
        return found

    def class_of_kind(self, kind: str) -> LandClass | None:
        """Return the class of land that a kind of parcel is of."""
        return next((land for land in self.land if kind in land.kinds), None)


def read_targets(plan: Plan) -> Targets:
    """Return what ``plan``'s workspace declares; nothing where it has no progress.toml.

    Raises
    ------
    InputError
        The file is broken, or names a figure, kind, field or choice that is not declared.
    """
    path = plan.workspace.plan / FILE
    if not path.is_file():
        return Targets(renovated={}, stated={})
    document = read_toml(path, shown=f"data/plan/{FILE}")
    document.only("housing", "order", "stated", "land", "target")
    return _Reader(plan, document).targets()


class _Reader:
    """Reads progress.toml against the schema and the register of one plan."""

    def __init__(self, plan: Plan, document: Document) -> None:
        self.plan, self.document = plan, document
        kind = plan.schema.kinds.get(PROJECT)
        self.fields = {} if kind is None else {field.name: field for field in kind.fields}

    def targets(self) -> Targets:
        housing = self.document.root.table("housing")
        renovated = housing.get("renovated", {})
        self._known(housing, "renovated", renovated, self._choices("housing"))
        order = self.document.root.table("order")
        chains = tuple(tuple(chain) for chain in order.get("chains", ()))
        for chain in chains:
            self._known(order, "chains", chain, self.fields)
        land = tuple(self._land(entry) for entry in self.document.entries("land"))
        return Targets(
            targets=tuple(self._all(land)),
            land=land,
            built=self._housing(housing, "built"),
            affordable=self._housing(housing, "affordable"),
            renovated=dict(renovated),
            chains=chains,
            stated=self._stated(),
        )

    def _all(self, land: tuple[LandClass, ...]) -> Iterator[Target]:
        seen: set[str] = set()
        for entry in self.document.entries("target"):
            target = self._target(entry, {part.id for part in land})
            if target.id in seen:
                raise entry.fault("id", "targets.twice", id=target.id)
            seen.add(target.id)
            yield target

    def _target(self, entry: Entry, classes: set[str]) -> Target:
        entry.only(_ENTRY)
        form = entry.text("form")
        self._known(entry, "form", [form], FORMS)
        at, figure = entry.text("at", optional=True), self._figure(entry, "figure")
        if form in ("sum", "land", "sites"):
            self._known(entry, "at", [at], self.fields)
        named = entry.texts("classes", optional=True)
        self._known(entry, "classes", named, classes)
        if form in ("yearly", "level"):
            entry.text("indicator")
        why = entry.both("why", "why_en") if "why" in entry else Text("", "")
        return Target(
            id=entry.text("id"),
            number=entry.whole("number") if "number" in entry else None,
            label=entry.both("zh", "en"),
            form=form,
            figure=figure,
            baseline=self._figure(entry, "baseline") if "baseline" in entry else None,
            yearly=self._yearly(entry, figure),
            at=at,
            counts=tuple(self._counts(entry)),
            classes=frozenset(named),
            housing=self._housing(entry, "housing"),
            indicator=entry.text("indicator", optional=True),
            chart=entry.flag("chart"),
            supply=self._supply(entry),
            why=why,
            assumed=entry.flag("assumed"),
        )

    def _supply(self, entry: Entry) -> str:
        if "supply" not in entry:
            return ""
        self._known(entry, "supply", [entry.text("supply")], ("market", "need"))
        return entry.text("supply")

    def _counts(self, entry: Entry) -> Iterator[Count]:
        rows = entry.get("counts", [])
        if entry.text("form") == "sum" and not rows:
            raise entry.fault("counts", "file.field_missing", name="counts")
        for row in rows:
            if not isinstance(row, Mapping) or row.get("sign", 1) not in (1, -1):
                raise entry.fault("counts", "targets.bad_counts")
            field, of = row.get("field"), row.get("of", [])
            self._known(entry, "counts", [field], self.fields)
            self._known(entry, "counts", of, self._choices("housing"))
            part = row.get("part", False) is True
            yield Count(str(field), frozenset(of), int(row.get("sign", 1)), part)

    def _yearly(self, entry: Entry, whole: Figure) -> dict[int, Figure]:
        found: dict[int, Figure] = {}
        for id_ in entry.texts("yearly", optional=True):
            figure = self._named_figure(entry, "yearly", id_)
            year = int(figure.period) if figure.period.isdigit() else None
            if year is None or year in found:
                raise entry.fault("yearly", "targets.no_year", id=id_)
            if figure.unit.dimension != whole.unit.dimension:
                raise entry.fault("yearly", "targets.other_unit", id=id_)
            found[year] = figure
        return found

    def _land(self, entry: Entry) -> LandClass:
        entry.only(("class", "zh", "en", "kinds"))
        kinds = entry.texts("kinds")
        self._known(entry, "kinds", kinds, self.plan.schema.kinds)
        self._known(entry, "class", [entry.text("class")], self._choices("land_class"))
        return LandClass(entry.text("class"), entry.both("zh", "en"), frozenset(kinds))

    def _stated(self) -> dict[str, str]:
        table = self.document.root.table("stated")
        self._known(table, "stated", table.content, self.fields)
        return {name: table.text(name) for name in table.content}

    def _housing(self, entry: Entry, name: str) -> frozenset[str]:
        found = entry.texts(name, optional=True)
        self._known(entry, name, found, self._choices("housing"))
        return frozenset(found)

    def _choices(self, field: str) -> tuple[str, ...]:
        return self.fields[field].choices if field in self.fields else ()

    def _figure(self, entry: Entry, name: str) -> Figure:
        return self._named_figure(entry, name, entry.text(name))

    def _named_figure(self, entry: Entry, name: str, id_: str) -> Figure:
        figure = self.plan.register.figures.get(id_)
        if figure is None:
            raise entry.fault(name, "rules.unknown_figure", id=id_)
        return figure

    def _known(self, entry: Entry, at: str, names: Iterable[Any], known: Iterable[str]) -> None:
        allowed = list(known)
        for name in names:
            if name not in allowed:
                raise entry.fault(
                    at, "schema.unknown_type", name=str(name), allowed=", ".join(allowed)
                )
