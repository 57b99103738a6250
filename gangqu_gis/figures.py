"""The register of figures: every number the plan states, as printed, with its place.

Stored in data/plan/ as TOML: ``vocabulary.toml`` (subjects and quantities), ``figures/*.toml``
(places and their figures) and ``enumerations.toml`` (lists that the plan itself gives).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from keyword import iskeyword
from pathlib import Path

from gangqu_gis.documents import Document, Entry, read_toml
from gangqu_gis.errors import InputError
from gangqu_gis.intervals import Interval
from gangqu_gis.messages import Text, message
from gangqu_gis.units import Unit, known_units, unit

ABOUT = ("约", "左右", "近")
AT_LEAST = ("≥", "以上", "余")
AT_MOST = ("≤", "以下")
QUALIFIERS = (*ABOUT, *AT_LEAST, *AT_MOST)
_PREFIXED = ("约", "近", "≥", "≤")

_NUMBER = r"-?\d+(?:\.\d+)?"
_PRINTED = re.compile(rf"({_NUMBER})(?:-({_NUMBER}))?")
_ID = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Term:
    """A subject or a quantity of the vocabulary."""

    id: str
    label: Text
    feature: str | None = None
    dimension: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the plan prints something: chapter, section, then paragraph, box, table or cell."""

    chapter: str
    section: str
    at: str
    cell: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.chapter, self.section, self.at, self.cell) if part)


@dataclass(frozen=True, slots=True)
class Former:
    """What a figure printed before a decision amended it."""

    printed: str
    until: str
    decision: str
    by: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the plan.

    ``printed`` is the number exactly as printed; ``value`` and ``interval`` are in ``unit``.
    The value of a range is the middle of it.
    """

    id: str
    printed: str
    unit: Unit
    unit_printed: str
    qualifier: str
    subject: Term
    quantity: Term
    period: str
    place: Place
    value: Fraction
    interval: Interval
    note: str
    file: str
    line: int
    former: tuple[Former, ...] = ()

    @property
    def stated(self) -> str:
        """The figure as the plan reads: qualifier, number and unit."""
        unit_text = "" if self.unit.id == "one" else self.unit_printed
        if self.qualifier in _PREFIXED:
            return f"{self.qualifier}{self.printed}{unit_text}"
        return f"{self.printed}{unit_text}{self.qualifier}"

    @property
    def decimals(self) -> int:
        """The number of decimals printed."""
        return decimals(self.printed)

    @property
    def base_value(self) -> Fraction:
        """The value in the base unit of its dimension."""
        return self.value * self.unit.factor

    @property
    def base_interval(self) -> Interval:
        """The interval in the base unit of its dimension."""
        return self.interval.scaled(self.unit.factor)

    @property
    def printed_interval(self) -> Interval:
        """The interval of the printed digits alone (base unit), whatever the qualifier."""
        low, high = printed_bounds(self.printed, exact=is_exact(self.printed, self.unit))
        return Interval(low, high).scaled(self.unit.factor)


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A list that the plan itself gives, to be counted."""

    id: str
    label: Text
    items: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Register:
    """Every figure and enumeration of a plan, by id, in the order of the plan."""

    figures: Mapping[str, Figure]
    enumerations: Mapping[str, Enumeration]

    def of_feature(self, feature: str) -> list[Figure]:
        """Return the figures whose subject is the feature with id ``feature``."""
        return [f for f in self.figures.values() if f.subject.feature == feature]


def read_register(folder: Path, *, shown: str, approximate_percent: Decimal) -> Register:
    """Read the register in ``folder`` (data/plan).

    ``approximate_percent`` is the width that 约 and 左右 give a figure, unless half of its last
    printed digit is wider.

    Raises
    ------
    InputError
        A file is missing or broken, or an entry is; with file and line.
    """
    subjects, quantities = _read_vocabulary(folder / "vocabulary.toml", f"{shown}/vocabulary.toml")
    figures: dict[str, Figure] = {}
    sources = sorted((folder / "figures").glob("*.toml"))
    if not sources:
        raise InputError(message("figures.none"), file=f"{shown}/figures")
    for source in sources:
        document = read_toml(source, shown=f"{shown}/figures/{source.name}")
        document.only("place")
        for place in document.entries("place"):
            place.only(("chapter", "section", "at", "figure"))
        for place, entry in document.nested_entries("place", "figure"):
            figure = _read_figure(place, entry, subjects, quantities, approximate_percent)
            if figure.id in figures:
                first = figures[figure.id]
                raise InputError(
                    message("figures.id_twice", id=figure.id, first=f"{first.file}:{first.line}"),
                    file=figure.file,
                    line=figure.line,
                )
            figures[figure.id] = figure
    enumerations = _read_enumerations(folder / "enumerations.toml", f"{shown}/enumerations.toml")
    return Register(figures, enumerations)


def decimals(printed: str) -> int:
    """Return how many decimals ``printed`` shows (of a range: the larger number)."""
    return max(len(part.partition(".")[2]) for part in printed.split("-"))


def printed_bounds(printed: str, *, exact: bool) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest value that prints as ``printed``.

    Half of the last printed digit on either side; a range keeps its ends, and so does an
    ``exact`` number, which is a count.
    """
    match = _PRINTED.fullmatch(printed)
    assert match is not None
    first, second = match.groups()
    if second is not None:
        return Fraction(first), Fraction(second)
    half = Fraction(0) if exact else Fraction(1, 2 * 10 ** decimals(printed))
    return Fraction(first) - half, Fraction(first) + half


def interval_of(
    printed: str, unit_: Unit, qualifier: str, approximate_percent: Decimal
) -> Interval:
    """Return what a printed number may mean, in its own unit.

    Half of the last printed digit; with 约, 左右 or 近 that or ``approximate_percent``, whichever
    is wider; counts are exact unless qualified or printed in 万; bounds and ranges keep their
    ends (design, "A figure is an interval").
    """
    first, last = printed_bounds(printed, exact=True)
    if qualifier in AT_LEAST:
        return Interval(first, None)
    if qualifier in AT_MOST:
        return Interval(None, last)
    low, high = printed_bounds(printed, exact=is_exact(printed, unit_))
    if qualifier in ABOUT:
        share = Fraction(approximate_percent) / 100
        return Interval(min(low, first - abs(first) * share), max(high, last + abs(last) * share))
    return Interval(low, high)


def is_exact(printed: str, unit_: Unit) -> bool:
    """Whether a printed number is a count: whole things, not in 万, and no mean (1.8 套)."""
    return unit_.counts_whole_things and decimals(printed) == 0


def _read_vocabulary(path: Path, shown: str) -> tuple[dict[str, Term], dict[str, Term]]:
    document = read_toml(path, shown=shown)
    document.only("subject", "quantity")
    return _read_terms(document, "subject"), _read_terms(document, "quantity")


def _read_terms(document: Document, name: str) -> dict[str, Term]:
    terms: dict[str, Term] = {}
    for entry in document.entries(name):
        entry.only(("id", "zh", "en", "feature", "dimension"))
        id_ = entry.text("id")
        if id_ in terms:
            raise entry.fault("id", "figures.term_twice", id=id_)
        terms[id_] = Term(
            id=id_,
            label=Text(entry.text("zh"), entry.text("en")),
            feature=entry.text("feature", optional=True) or None,
            dimension=entry.text("dimension", optional=True) or None,
        )
    return terms


def _read_place(entry: Entry, cell: str = "") -> Place:
    return Place(
        chapter=entry.text("chapter"),
        section=entry.text("section", optional=True),
        at=entry.text("at", optional=True),
        cell=cell,
    )


_FIGURE_FIELDS = frozenset(
    (
        "id",
        "printed",
        "unit",
        "qualifier",
        "subject",
        "quantity",
        "period",
        "cell",
        "note",
        "former",
    )
)


def _read_figure(
    place: Entry,
    entry: Entry,
    subjects: Mapping[str, Term],
    quantities: Mapping[str, Term],
    approximate_percent: Decimal,
) -> Figure:
    entry.only(_FIGURE_FIELDS)
    id_ = entry.text("id")
    if not is_id(id_):
        raise entry.fault("id", "figures.bad_id", id=id_)
    printed = _read_number(entry, id_)
    unit_printed, measured_in = _read_unit(entry, id_)
    quantity = _read_term(entry, "quantity", quantities)
    if quantity.dimension is not None and quantity.dimension != measured_in.dimension:
        raise entry.fault(
            "unit", "figures.unit_mismatch", id=id_, unit=unit_printed, quantity=quantity.label
        )
    qualifier = entry.text("qualifier", optional=True)
    if qualifier and qualifier not in QUALIFIERS:
        allowed = " ".join(QUALIFIERS)
        raise entry.fault(
            "qualifier", "figures.bad_qualifier", id=id_, found=qualifier, allowed=allowed
        )
    low, high = printed_bounds(printed, exact=True)
    return Figure(
        id=id_,
        printed=printed,
        unit=measured_in,
        unit_printed=unit_printed,
        qualifier=qualifier,
        subject=_read_term(entry, "subject", subjects),
        quantity=quantity,
        period=entry.text("period", optional=True),
        place=_read_place(place, entry.text("cell", optional=True)),
        value=(low + high) / 2,
        interval=interval_of(printed, measured_in, qualifier, approximate_percent),
        note=entry.text("note", optional=True),
        file=entry.document.shown,
        line=entry.line,
        former=_read_former(entry),
    )


def _read_former(entry: Entry) -> tuple[Former, ...]:
    blocks = entry.get("former", [])
    if not isinstance(blocks, list):
        raise entry.fault("former", "figures.bad_former")
    former = []
    for block in blocks:
        values = dict(block) if isinstance(block, Mapping) else {}
        texts = {name: v for name, v in values.items() if isinstance(v, str) and v}
        if set(texts) != set(Former.__slots__) or texts != values:
            raise entry.fault("former", "figures.bad_former")
        former.append(Former(**texts))
    return tuple(former)


def is_id(text: str) -> bool:
    """Whether ``text`` can name a figure in an expression."""
    return _ID.fullmatch(text) is not None and not iskeyword(text)


def is_printed_number(text: str) -> bool:
    """Whether ``text`` is a number as a plan prints it: digits with decimals, or a range."""
    match = _PRINTED.fullmatch(text)
    return match is not None and not (match[2] and Fraction(match[1]) > Fraction(match[2]))


def _read_number(entry: Entry, id_: str) -> str:
    raw = entry.get("printed")
    if isinstance(raw, int | Decimal) and not isinstance(raw, bool):
        raise entry.fault("printed", "figures.unquoted", id=id_, found=raw)
    printed = entry.text("printed")
    match = _PRINTED.fullmatch(printed)
    if not match:
        raise entry.fault("printed", "figures.bad_number", id=id_, found=printed)
    if match[2] is not None and Fraction(match[1]) > Fraction(match[2]):
        raise entry.fault("printed", "figures.bad_range", id=id_, found=printed)
    return printed


def _read_unit(entry: Entry, id_: str) -> tuple[str, Unit]:
    if "unit" not in entry:
        raise entry.fault("id", "figures.no_unit", id=id_)
    name = entry.text("unit")
    try:
        return name, unit(name)
    except KeyError:
        allowed = " ".join(n for n in known_units() if not n.isascii())
        raise entry.fault("unit", "figures.bad_unit", id=id_, found=name, allowed=allowed) from None


def _read_term(entry: Entry, name: str, terms: Mapping[str, Term]) -> Term:
    id_ = entry.text(name)
    if id_ not in terms:
        raise entry.fault(name, "figures.unknown_term", name=name, found=id_)
    return terms[id_]


def _read_enumerations(path: Path, shown: str) -> dict[str, Enumeration]:
    found: dict[str, Enumeration] = {}
    document = read_toml(path, shown=shown)
    document.only("enumeration")
    for entry in document.entries("enumeration"):
        entry.only(("id", "chapter", "section", "at", "zh", "en", "items"))
        id_ = entry.text("id")
        if id_ in found:
            raise entry.fault("id", "figures.term_twice", id=id_)
        label = Text(entry.text("zh"), entry.text("en"))
        found[id_] = Enumeration(id_, label, entry.texts("items"), _read_place(entry))
    return found
