"""The columns of a table of records, derived from the fields that the schema declares."""

from __future__ import annotations

from gangqu_gis.errors import UsageError
from gangqu_gis.formats.columns import Column
from gangqu_gis.messages import message
from gangqu_gis.schema import Field, Kind, Schema
from gangqu_gis.units import field_unit


def record_kind(schema: Schema, layer: str) -> Kind:
    """Return the kind whose records ``layer`` holds.

    Raises
    ------
    UsageError
        The layer holds no records, or those of several kinds.
    """
    kinds = schema.of_layer(layer)
    if not schema.holds_records(layer) or len(kinds) != 1:
        known = "、".join(k.layer for k in schema.kinds.values() if k.is_record)
        raise UsageError(message("records.no_table", layer=layer, known=known or "-"))
    return kinds[0]


def record_columns(schema: Schema, layer: str) -> list[Column]:
    """Return the columns that a table of ``layer`` may have, in the order of the schema.

    The kind is known by the layer, and an id that is made up of other fields is not asked for.
    """
    kind = record_kind(schema, layer)
    omitted = {"kind", *(["id"] if kind.id_from else [])}
    # An id may be left out of a row: a new record is given one.
    return [
        column_of(field, required=field.required and field.name != "id")
        for field in kind.fields
        if field.name not in omitted
    ]


def column_of(field: Field, *, required: bool, short: str | None = None) -> Column:
    """Return the column of a field, also known by its ``short`` name where it has one."""
    label = field.label
    names = (label.zh, label.en, field.name, *field.synonyms, *([short] if short else []))
    return Column(
        name=field.name,
        label=label,
        type=field.type,
        headings=tuple(dict.fromkeys(names)),
        unit=None if field.unit is None else field_unit(field.unit),
        choices=field.choices,
        precision=field.precision,
        required=required,
    )


def heading_of(column: Column, lang: str) -> str:
    """Return the heading that a template writes: the label, its unit, a star where it must be."""
    words = column.label.render(lang)
    if column.unit is not None:
        left, right = ("（", "）") if lang == "zh" else (" (", ")")
        words += f"{left}{column.unit.label.render(lang)}{right}"
    return words + ("*" if column.required else "")
