"""A cell of a source file as the value of a field of the schema."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from gangqu_gis.schema import Field


def coerced(value: Any, field: Field) -> Any:
    """Return a cell's value as the field's type, or as it is where it is no such thing.

    The schema check then names what does not fit; nothing is guessed.
    """
    if value is None or (isinstance(value, float) and value != value):
        return None
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, np.ndarray):
        value = value.tolist()
    text = value.strip() if isinstance(value, str) else None
    if field.type in ("list", "bounds"):
        return value if text is None else _from_json(text)
    if field.type == "flag":
        key = str(value).strip().lower()
        return _FLAGS.get(key, value)
    if field.type in ("number", "integer"):
        return _number(value, text, whole=field.type == "integer")
    if text is not None:
        return text
    if isinstance(value, int | float) and not isinstance(value, bool):
        return cell_text(value)
    return value if isinstance(value, dict | list) else str(value)


_FLAGS = {
    **dict.fromkeys(("1", "1.0", "true", "是", "yes"), True),
    **dict.fromkeys(("0", "0.0", "false", "否", "no"), False),
}


def _from_json(text: str) -> Any:
    """Return what a text of JSON says; a GIS may have written it as a text of a text."""
    if not text:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return _from_json(value) if isinstance(value, str) and value != text else value


def _number(value: Any, text: str | None, *, whole: bool) -> Any:
    if isinstance(value, bool):
        return value
    if text is not None:
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            return text
    if isinstance(value, float) and value.is_integer() and (whole or abs(value) < 1e15):
        return int(value)
    return value


def cell_text(value: Any) -> str:
    """Return a cell as text: an empty one as "", and 12.0 of a spreadsheet as 12."""
    if value is None or value != value:
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()
