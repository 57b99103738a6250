"""Which column of a source file is which field of the schema, and what its rows say there.

Columns are known by the names of the schema's fields, their labels and their synonyms, in any
case.  Empty cells say nothing and change nothing.  What a geometry is worth (its basis and all
that goes with it) never comes from a column: provenance is the only door.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gangqu_gis.columns import column_of
from gangqu_gis.fieldnames import ADDED, short_names
from gangqu_gis.formats.columns import Column
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.plan import Plan
from gangqu_gis.schema import Field, Schema
from gangqu_gis.update.provenance import BASIS_FIELDS
from gangqu_gis.update.values import cell_text, coerced

#: What no column may set.
_RESERVED = frozenset(BASIS_FIELDS)

#: Columns that an export adds and that formats keep for themselves: passed over without a word.
_PASSED_OVER = frozenset(
    (
        *(
            name.lower()
            for field in ADDED
            for name in (field.name, field.label.zh, *field.synonyms)
        ),
        *("fid", "objectid", "shape_leng", "shape_length", "shape_area", "jzds", "jltxsx", "tfh"),
        *("jzdh", "dkmj"),
    )
)


def attribute_columns(schema: Schema, layer: str) -> list[Column]:
    """Return the columns that a table of attributes of drawn features may have."""
    fields = _fields(schema, layer)
    short = short_names(list(fields.values()))
    return [
        column_of(field, required=False, short=short[name])
        for name, field in fields.items()
        if name not in _RESERVED
    ]


def columns_passed_over(schema: Schema, layer: str) -> list[Column]:
    """Return the columns that such a table may have and that say nothing here.

    They are those of the geometry's worth, and those that an export adds.
    """
    reserved = [field for name, field in _fields(schema, layer).items() if name in _RESERVED]
    return [column_of(field, required=False) for field in (*reserved, *ADDED)]


def _fields(schema: Schema, layer: str) -> dict[str, Field]:
    """Return the fields of every kind of a layer, by name."""
    return {field.name: field for kind in schema.of_layer(layer) for field in kind.fields}


class Columns:
    """The columns of one file in the words of one layer; ``unread`` are those not used."""

    def __init__(self, plan: Plan, layer: str, file: VectorFile) -> None:
        self.plan, self.layer, self.file = plan, layer, file
        self.of_records = plan.schema.holds_records(layer)
        self.fields = _fields(plan.schema, layer)
        self._short = short_names(list(self.fields.values()))
        self.unread: list[str] = []
        self.number_columns = self._number_columns(self.fields["id"])
        self.columns = self._named_columns(self.fields)

    def _number_columns(self, id_: Field) -> list[str]:
        """Return the columns that number the features.

        One that is empty or zero throughout (ArcGIS fills ``Id`` with 0) numbers nothing.
        """
        found = []
        for name in self._columns_named(id_):
            if {cell_text(value) for value in self.file.columns[name]} - {"", "0"}:
                found.append(name)
        return found

    def numbers(self) -> list[tuple[str, ...]]:
        """Return what the file calls each feature, the likeliest id first."""
        columns = [self.file.columns[name] for name in self.number_columns]
        rows = [[cell_text(column[i]) for column in columns] for i in range(len(self.file))]
        numbers = [tuple(dict.fromkeys(text for text in row if text)) for row in rows]
        return [row or self._made_of_fields(i) for i, row in enumerate(numbers)]

    def _made_of_fields(self, i: int) -> tuple[str, ...]:
        """Return the id that a record's own fields make up, where its kind has such ids."""
        attributes = self.attributes(i)
        kind = self.plan.schema.kinds.get(str(attributes.get("kind")))
        made = None if kind is None else kind.id_of(attributes)
        return () if made is None else (made,)

    def _columns_named(self, field: Field) -> list[str]:
        own = {name.lower(): name for name in reversed(list(self.file.columns))}
        names = (
            field.name,
            *field.synonyms,
            field.label.zh,
            field.label.en,
            self._short[field.name],
        )
        return list(dict.fromkeys(own[n.lower()] for n in names if n.lower() in own))

    def _named_columns(self, fields: Mapping[str, Field]) -> dict[str, str]:
        """Return the column of each field that the file has; what is left is ``unread``."""
        found: dict[str, str] = {}
        for field in fields.values():
            columns = self._columns_named(field)
            if columns and field.name != "id" and field.name not in _RESERVED:
                found[field.name] = columns[0]
        known = {*found.values(), *self._columns_named(fields["id"])}
        known |= {
            column
            for name in _RESERVED & set(fields)
            for column in self._columns_named(fields[name])
        }
        self.unread = [
            n for n in self.file.columns if n not in known and n.lower() not in _PASSED_OVER
        ]
        return found

    def attributes(self, i: int) -> dict[str, Any]:
        """Return what feature ``i`` says in the fields of the schema; empty cells say nothing."""
        found = {}
        for name, column in self.columns.items():
            value = coerced(self.file.columns[column][i], self.fields[name])
            if value is not None and value != "":
                found[name] = self._kind_id(value) if name == "kind" else value
        return found

    def cleared(self, i: int) -> frozenset[str]:
        """Return what a row of a table of records empties; of drawn features, never anything."""
        if not self.of_records:
            return frozenset()
        cells = {name: self.file.columns[column][i] for name, column in self.columns.items()}
        return frozenset(name for name, cell in cells.items() if cell_text(cell) == "")

    def _kind_id(self, value: Any) -> Any:
        """Return the kind that a file may call by its label."""
        for kind in self.plan.schema.of_layer(self.layer):
            if value in (kind.id, kind.label.zh, kind.label.en):
                return kind.id
        return value
