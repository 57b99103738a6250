"""One cell of a spreadsheet as the value of a column: numbers, counts, dates, choices, words."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from gangqu_gis.dates import is_moment
from gangqu_gis.formats.columns import Column
from gangqu_gis.messages import Text, message
from gangqu_gis.units import Unit, convert

#: Whole numbers from here on have lost digits in a spreadsheet, which keeps 15.
_KEPT_DIGITS = 10**15

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_WRITTEN_DATES = (
    re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?"),
    re.compile(r"(\d{4})[-/.](\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月?"),
    re.compile(r"(\d{4})年?"),
)
_FLAGS = {"是": True, "yes": True, "true": True, "否": False, "no": False, "false": False}
_PAIR = re.compile(r"(\d+(?:\.\d+)?)(?:㎡|m2|平方米)?[×xX*](\d+)套?")


class CellError(ValueError):
    """A cell cannot be used; ``text`` says why."""

    def __init__(self, key: str, **params: object) -> None:
        self.text: Text = message(f"records.{key}", **params)
        super().__init__(self.text.zh)


def read_entry(value: Any, format_: str, column: Column, unit: Unit | None) -> Any:
    """Return the value of a cell in the terms of ``column``; ``None`` for an empty one.

    ``format_`` is the cell's number format, which tells a month from a day and a percentage from
    a number; ``unit`` is that of the heading.

    Raises
    ------
    CellError
        The cell holds something else.
    """
    if isinstance(value, str):
        value = value.strip()
        if value.startswith("#") and value.endswith(("!", "?", "A")):
            raise CellError("error_value", found=value)
    if value is None or value == "":
        return None
    return _READERS[column.type](value, format_, column, unit)


def _number(value: Any, format_: str, column: Column, unit: Unit | None) -> int | float:
    exact = _exact(value, column)
    if column.unit is None or unit is None:
        return _stored(exact, column, unit)
    if unit.id == "percent" and "%" in format_ and not isinstance(value, str):
        exact *= 100
    return _stored(convert(exact, unit, column.unit), column, unit)


def _exact(value: Any, column: Column) -> Fraction:
    """Return the number that a cell shows; the digits of a float are its shortest decimal."""
    if isinstance(value, bool) or isinstance(value, date):
        raise CellError("no_number", found=value, label=column.label)
    text = unicodedata.normalize("NFKC", str(value)).replace(" ", "")
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise CellError("no_number", found=value, label=column.label) from None
    if not number.is_finite():
        raise CellError("no_number", found=value, label=column.label)
    return Fraction(number)


def _stored(exact: Fraction, column: Column, unit: Unit | None) -> int | float:
    """Return a number that says exactly ``exact`` in decimals, or refuse to round it."""
    if exact.denominator == 1:
        return int(exact)
    if column.type == "integer":
        raise CellError("no_count", found=float(exact), label=column.label)
    stored = float(exact)
    if Fraction(Decimal(repr(stored))) != exact:
        assert unit is not None and column.unit is not None
        raise CellError("not_exact", unit=unit.label, target=column.unit.label)
    return stored


def _date(value: Any, format_: str, column: Column, unit: Unit | None) -> str:
    if isinstance(value, datetime | date):
        written = _from_calendar(value, format_, column)
    elif isinstance(value, str):
        written = _from_words(value)
    elif _is_year(value):
        written = str(int(value))
    else:
        raise CellError("no_date", found=value, label=column.label)
    if not is_moment(written):
        raise CellError("no_date", found=value, label=column.label)
    if not is_moment(written, precision=column.precision):
        wanted = message(f"schema.precision_{column.precision}")
        raise CellError("other_precision", found=value, label=column.label, wanted=wanted)
    return written


def _from_calendar(value: date, format_: str, column: Column) -> str:
    """Return a calendar cell: to the month where its format or its column shows no day."""
    if isinstance(value, datetime) and value.time().isoformat() != "00:00:00":
        raise CellError("with_time", found=value, label=column.label)
    day = value.strftime("%Y-%m-%d") if value.year >= 1000 else ""
    shown = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", format_).lower()
    by_month = "d" not in shown and "m" in shown
    if by_month or (column.precision == "month" and day.endswith("-01")):
        return day[:7]
    if "d" not in shown and "m" not in shown and "y" in shown:
        return day[:4]
    return day


def _from_words(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    for pattern in _WRITTEN_DATES:
        match = pattern.fullmatch(plain)
        if match:
            year, *rest = match.groups()
            return "-".join([year, *(f"{int(part):02}" for part in rest)])
    return text


def _is_year(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and value == int(value)
        and 1900 <= value <= 2200
    )


def _choice(value: Any, format_: str, column: Column, unit: Unit | None) -> str:
    text = _words(value, format_, column, unit)
    if text not in column.choices:
        choices = " / ".join(column.choices)
        raise CellError("no_choice", found=text, label=column.label, choices=choices)
    return text


def _words(value: Any, format_: str, column: Column, unit: Unit | None) -> str:
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) >= _KEPT_DIGITS:
            raise CellError("digits_lost", label=column.label)
        return str(int(value)) if value == int(value) else repr(value)
    return str(value)


def _list(value: Any, format_: str, column: Column, unit: Unit | None) -> list[str]:
    text = _words(value, format_, column, unit)
    if text.startswith("["):
        found = _json(text)
        if not isinstance(found, list) or not all(isinstance(part, str) for part in found):
            raise CellError("no_list", found=text, label=column.label)
        return found
    return [part for part in re.split(r"[、,，;；\s]+", text) if part]


def _bounds(value: Any, format_: str, column: Column, unit: Unit | None) -> dict[str, Any]:
    """Return the lines that bound a feature by its sides, as an export writes them."""
    found = _json(str(value))
    if not isinstance(found, dict):
        raise CellError("no_bounds", found=value, label=column.label)
    return found


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _flag(value: Any, format_: str, column: Column, unit: Unit | None) -> bool:
    if isinstance(value, bool):
        return value
    found = _FLAGS.get(str(value).lower())
    if found is None:
        raise CellError("no_flag", found=value, label=column.label)
    return found


def _mix(value: Any, format_: str, column: Column, unit: Unit | None) -> str:
    """Return sizes and counts of dwellings as ``60×50、75×192``, whatever marks were used."""
    parts = re.split(r"[、,，;；\s]+", unicodedata.normalize("NFKC", str(value)).strip())
    pairs = [_PAIR.fullmatch(part) for part in parts if part]
    if not pairs or None in pairs:
        raise CellError("no_mix", found=value, label=column.label)
    return "、".join(f"{pair[1]}×{pair[2]}" for pair in pairs if pair is not None)


_READERS: dict[str, Callable[[Any, str, Column, Unit | None], Any]] = {
    "number": _number,
    "integer": _number,
    "date": _date,
    "choice": _choice,
    "text": _words,
    "feature": _words,
    "record": _words,
    "list": _list,
    "bounds": _bounds,
    "flag": _flag,
    "mix": _mix,
}
