"""Reading the register of figures in data/plan/; every fault names file and line.

``vocabulary.toml`` holds subjects and quantities, ``figures/*.toml`` places and their figures,
``enumerations.toml`` the lists that the plan itself gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from gangqu_gis.documents import Document, Entry, read_toml
from gangqu_gis.errors import InputError
from gangqu_gis.figures import (
    QUALIFIERS,
    Enumeration,
    Figure,
    Former,
    Place,
    Register,
    Term,
    interval_of,
    is_backward_range,
    is_id,
    is_printed_number,
    printed_bounds,
)
from gangqu_gis.messages import Text, message
from gangqu_gis.units import Unit, known_units, unit


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


def _read_number(entry: Entry, id_: str) -> str:
    raw = entry.get("printed")
    if isinstance(raw, int | Decimal) and not isinstance(raw, bool):
        raise entry.fault("printed", "figures.unquoted", id=id_, found=raw)
    printed = entry.text("printed")
    if not is_printed_number(printed):
        key = "figures.bad_range" if is_backward_range(printed) else "figures.bad_number"
        raise entry.fault("printed", key, id=id_, found=printed)
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
