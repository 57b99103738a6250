"""The columns of a table of records: what their headings may say, and in which unit they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from gangqu_gis.messages import Text, message
from gangqu_gis.units import Unit, unit

#: A heading that counts rows and says nothing of them.
ROW_NUMBERS = frozenset(("序号", "no", "no.", "#"))

#: A unit behind a name: 供地面积（公顷）, 供地面积/公顷 are one heading in two habits.
_WITH_UNIT = re.compile(r"(.*?)\s*(?:\(([^()]*)\)|/([^/()]+))")


@dataclass(frozen=True, slots=True)
class Column:
    """One column that a table may have, as the schema declares the field behind it.

    ``headings`` are the names it goes by; values come in ``unit`` (``None`` for what has none).
    """

    name: str
    label: Text
    type: str
    headings: tuple[str, ...]
    unit: Unit | None = None
    choices: tuple[str, ...] = ()
    precision: str | None = None
    required: bool = False

    @property
    def needs_unit(self) -> bool:
        """Whether its heading must name a unit: a count needs none, an area does."""
        return self.unit is not None and not self.unit.counts_whole_things


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a sheet, as read: its column (``None``: not known) and the unit it names."""

    text: str
    column: Column | None = None
    unit: Unit | None = None
    fault: Text | None = None


def read_heading(text: str, columns: Sequence[Column]) -> Heading:
    """Return what a heading says; a required column may be marked with a star."""
    plain = simplified(text).rstrip("*").strip()
    column = _named(plain, columns)
    if column is not None:
        return _with_unit(Heading(text, column), None)
    match = _WITH_UNIT.fullmatch(plain)
    column = _named(match[1].rstrip("*").strip(), columns) if match else None
    if match is None or column is None:
        return Heading(text)
    return _with_unit(Heading(text, column), (match[2] or match[3] or "").strip())


def _with_unit(heading: Heading, named: str | None) -> Heading:
    column = heading.column
    assert column is not None
    own = column.unit
    if named is None or own is None:
        if named is None and column.needs_unit and own is not None:
            fault = message("records.no_unit", heading=heading.text, example=own.label)
            return Heading(heading.text, column, None, fault)
        # What stands in brackets behind a column without unit is a hint such as （年月）.
        return Heading(heading.text, column, own)
    found = own if named in (simplified(own.label.zh), simplified(own.label.en)) else _unit(named)
    if found is None:
        fault = message("records.bad_unit", heading=heading.text, found=named)
        return Heading(heading.text, column, None, fault)
    if found.dimension != own.dimension:
        fault = message("records.other_unit", heading=heading.text, unit=own.label)
        return Heading(heading.text, column, None, fault)
    return Heading(heading.text, column, found)


def _unit(name: str) -> Unit | None:
    try:
        return unit(name)
    except KeyError:
        return None


def _named(name: str, columns: Sequence[Column]) -> Column | None:
    for column in columns:
        if name.lower() in {simplified(heading).lower() for heading in column.headings}:
            return column
    return None


def simplified(text: str) -> str:
    """Return a heading with half-width letters and brackets and without blanks within it."""
    # ㎡ must survive: NFKC would make it m2, which is a spelling of the unit too.
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
