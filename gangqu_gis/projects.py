"""Projects as reported: their numbers, exactly as written, and the dates of their stages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from gangqu_gis.dates import Moment, is_moment, read_moment
from gangqu_gis.figures import Figure
from gangqu_gis.layers import Feature
from gangqu_gis.messages import Text
from gangqu_gis.plan import Plan
from gangqu_gis.targets import PROJECT, Targets

#: The dates of the stages, in the order in which a project usually passes them.
STAGES = (
    *("date_land", "date_permit", "date_start", "date_presale", "date_topped"),
    *("date_completed", "date_accepted", "date_renovated"),
)


@dataclass(frozen=True, slots=True)
class Project:
    """One project; ``stated`` are the figures of the plan on it, by the field they stand for."""

    feature: Feature
    stated: dict[str, tuple[Figure, ...]]

    @property
    def id(self) -> str:
        """The id of its record."""
        return self.feature.id

    @property
    def label(self) -> Text:
        """Its name."""
        return Text(self.feature.name("zh"), self.feature.name("en"))

    def text(self, field: str) -> str:
        """Return a text of the record, "" where it has none."""
        value = self.feature.properties.get(field)
        return value if isinstance(value, str) else ""

    @property
    def housing(self) -> str:
        """The kind of housing."""
        return self.text("housing")

    @property
    def site(self) -> str:
        """The id of its parcel or site, or ""."""
        return self.text("site")

    def number(self, field: str) -> Fraction | None:
        """Return a number of the record as written, or ``None`` where it has none."""
        return exact(self.feature.properties.get(field))

    def moment(self, field: str) -> Moment | None:
        """Return a date of the record, or ``None`` where it has none that can be read."""
        value = self.feature.properties.get(field)
        return read_moment(str(value)) if is_moment(value) else None

    def stage(self, on: date) -> str:
        """Return the field of the latest stage that has surely been passed by ``on``, or ""."""
        passed = [
            (moment.last, at)
            for at, field in enumerate(STAGES)
            if (moment := self.moment(field)) is not None and moment.is_over_by(on)
        ]
        return STAGES[max(passed)[1]] if passed else ""

    @property
    def is_reported(self) -> bool:
        """Whether anything has been reported on it: a date or a number."""
        kept = self.feature.properties
        return any(self.moment(stage) is not None for stage in STAGES) or any(
            exact(kept[name]) is not None for name in kept
        )


def exact(value: object) -> Fraction | None:
    """Return a number of a stored record as its digits say, or ``None`` where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
        return None
    return Fraction(Decimal(repr(value)))


def projects_of(plan: Plan, targets: Targets) -> list[Project]:
    """Return the plan's projects, in the order of their layer.

    Of records that share an id only the first is one: the validity check names the others.
    """
    found: dict[str, Feature] = {}
    for feature in plan.features:
        if feature.kind == PROJECT and feature.id:
            found.setdefault(feature.id, feature)
    return [Project(feature, _stated(feature, plan, targets)) for feature in found.values()]


def _stated(feature: Feature, plan: Plan, targets: Targets) -> dict[str, tuple[Figure, ...]]:
    """Return the figures that the record names, and those of its site, by field."""
    named = feature.properties.get("figures")
    ids = [i for i in named if isinstance(i, str)] if isinstance(named, list) else []
    figures = [plan.register.figures[i] for i in ids if i in plan.register.figures]
    site = feature.properties.get("site")
    figures += plan.register.of_feature(site) if isinstance(site, str) and site else []
    own = dict.fromkeys(figure.id for figure in figures)
    chosen = [plan.register.figures[id_] for id_ in own]
    return {
        field: found
        for field, quantity in targets.stated.items()
        if (found := _of_quantity(chosen, quantity))
    }


def _of_quantity(figures: Iterable[Figure], quantity: str) -> tuple[Figure, ...]:
    return tuple(figure for figure in figures if figure.quantity.id == quantity)
