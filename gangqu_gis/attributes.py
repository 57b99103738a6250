"""Whether the attributes of a feature or record are what its kind declares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gangqu_gis.dates import is_moment
from gangqu_gis.messages import Text, message
from gangqu_gis.schema import SIDES, Field, Kind


#: Sizes and counts of dwellings: 60×50、75×192.
_MIX = re.compile(r"\d+(\.\d+)?×\d+(、\d+(\.\d+)?×\d+)*")
#: A list or mapping of texts as Python or NumPy prints it: ['a' 'b'], {'east': ['r']}.
_PRINTED = re.compile(r"\s*[\[{]\s*'")


def attribute_faults(kind: Kind, properties: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    """Yield (field, what is wrong) for every attribute of one feature that breaks the schema."""
    known = {field.name: field for field in kind.fields}
    for name, value in properties.items():
        # GIS software writes every field of the layer for every feature; empty, it says nothing.
        if name not in known and value is not None:
            yield name, message("schema.unknown_field", name=name, kind=kind.label)
    for field in kind.fields:
        value = properties.get(field.name)
        if value is None or value == "":
            if _is_required(field, properties):
                yield (
                    field.name,
                    message("schema.value_missing", label=field.label, name=field.name),
                )
            continue
        fault = _value_fault(field, value)
        if fault:
            yield field.name, fault
    made = kind.id_of(properties)
    if made is not None and properties.get("id") != made:
        yield "id", message("schema.made_id", made=made, fields=", ".join(kind.id_from))


def _is_required(field: Field, properties: Mapping[str, Any]) -> bool:
    conditions = field.required_when
    return field.required or (
        bool(conditions) and all(properties.get(name) == value for name, value in conditions)
    )


def _value_fault(field: Field, value: Any) -> Text | None:
    shown = {"label": field.label, "name": field.name, "value": _excerpt(value)}
    test: Callable[[Any], bool] = _TYPE_TESTS[field.type]
    if not test(value):
        if field.type in ("list", "bounds") and isinstance(value, str) and _PRINTED.match(value):
            return message("schema.printed_list", **shown)
        return message("schema.wrong_type", **shown, type=message(f"schema.type_{field.type}"))
    if field.choices and value not in field.choices:
        return message("schema.not_a_choice", **shown, choices=" / ".join(field.choices))
    if field.minimum is not None and value < field.minimum:
        return message("schema.below_minimum", **shown, minimum=field.minimum)
    if field.maximum is not None and value > field.maximum:
        return message("schema.above_maximum", **shown, maximum=field.maximum)
    if field.precision is not None and not is_moment(value, precision=field.precision):
        type_ = message(f"schema.precision_{field.precision}")
        return message("schema.wrong_type", **shown, type=type_)
    if field.pattern and not re.fullmatch(field.pattern, value):
        return message("schema.pattern", **shown, pattern=field.pattern)
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _is_bounds(value: Any) -> bool:
    return isinstance(value, dict) and all(
        side in SIDES
        and isinstance(lines, list)
        and lines
        and all(isinstance(i, str) for i in lines)
        for side, lines in value.items()
    )


_TYPE_TESTS = {
    "text": lambda v: isinstance(v, str),
    "choice": lambda v: isinstance(v, str),
    "number": _is_number,
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "flag": lambda v: isinstance(v, bool),
    "list": lambda v: isinstance(v, list) and all(isinstance(i, str) for i in v),
    "bounds": _is_bounds,
    "date": is_moment,
    "mix": lambda v: isinstance(v, str) and _MIX.fullmatch(v) is not None,
    "record": lambda v: isinstance(v, str),
    "feature": lambda v: isinstance(v, str),
}


def _excerpt(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"
