"""The values of Arrow columns as JSON has them: dates as text, lists and structures unfolded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any


class NoAttribute(ValueError):
    """A value that JSON does not have: bytes, say, or a duration."""


def values_of(column: Any, field: Any, *, number: Callable[[float], Any]) -> Iterator[Any]:
    """Yield the values of a column of type ``field``; ``number`` makes of a float what is wanted.

    A column of Arrow's type for JSON is parsed; decimals are numbers.

    Raises
    ------
    NoAttribute
        At a value that no attribute can have.
    UnicodeDecodeError
        A text is no UTF-8.
    """
    values: list[Any] = column.to_pylist()
    if _holds_json(field):
        return map(_from_json, values)
    return (_plain(value, number) for value in values)


def _holds_json(field: Any) -> bool:
    """Whether a column is of Arrow's type for JSON, also where pyarrow does not know that type."""
    own = getattr(field.type, "extension_name", "")
    return (
        own == "arrow.json" or (field.metadata or {}).get(b"ARROW:extension:name") == b"arrow.json"
    )


def _from_json(text: str | None) -> Any:
    """Return what a text of JSON says; one that somebody typed in is a text."""
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError):
        return text


def _plain(value: Any, number: Callable[[float], Any]) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal | float):
        return number(float(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(part, number) for part in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(part, number) for key, part in value.items()}
    raise NoAttribute(type(value).__name__)
