"""Rows of a table as records of a layer: which record each is, and which places it names."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gangqu_gis.columns import record_kind
from gangqu_gis.errors import TableError
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan


def identified(file: VectorFile, plan: Plan, layer: str) -> VectorFile:
    """Return the rows of ``file`` with their ids and kind, and places named by their ids.

    An id that the kind makes of other fields is made of them.  A row without an id is the record
    of the same name where there is exactly one; any other is new and gets the next free number,
    in the order of the rows.

    Raises
    ------
    TableError
        A row's name stands for several records, an id stands twice, or a place is named that
        several features are called.
    """
    kind = record_kind(plan.schema, layer)
    faults: list[Text] = []
    columns = dict(file.columns)
    for field in kind.fields:
        if field.type == "feature" and field.name in columns:
            columns[field.name] = _places(columns[field.name], plan, file, faults)
    rows = [{name: column[i] for name, column in columns.items()} for i in range(len(file))]
    if kind.id_from:
        ids = [kind.id_of(row) for row in rows]
    else:
        ids = _ids(rows, plan, layer, file, faults)
    _refuse_twice(ids, file, faults)
    if faults:
        raise TableError(faults, file=file.source)
    columns["id"] = np.array(ids, dtype=object)
    columns["kind"] = np.array([kind.id] * len(file), dtype=object)
    return replace(file, columns=columns)


def _places(
    column: NDArray[Any], plan: Plan, file: VectorFile, faults: list[Text]
) -> NDArray[np.object_]:
    """Return the ids of the places that a column names by id or by name."""
    drawn = plan.drawn
    ids = {feature.id for feature in drawn}
    found = np.array(column, dtype=object)
    for i, value in enumerate(column):
        if value is None or value in ids:
            continue
        meant = [f.id for f in drawn if value in (f.name("zh"), f.name("en"))]
        if len(meant) == 1:
            found[i] = meant[0]
        elif meant:
            text = message("records.several_places", name=value, ids="、".join(meant))
            faults.append(_at(file, i, text))
    return found


def _ids(
    rows: list[dict[str, Any]], plan: Plan, layer: str, file: VectorFile, faults: list[Text]
) -> list[str | None]:
    present = plan.layers[layer].features
    by_name: dict[str, list[str]] = {}
    for feature in present:
        by_name.setdefault(feature.name(), []).append(feature.id)
    taken = {f.id for f in present} | {str(row["id"]) for row in rows if row.get("id")}
    ids: list[str | None] = []
    for i, row in enumerate(rows):
        meant = by_name.get(str(row.get("name")), [])
        if row.get("id"):
            ids.append(str(row["id"]))
        elif len(meant) > 1:
            text = message("records.several_records", name=row["name"], ids="、".join(meant))
            faults.append(_at(file, i, text))
            ids.append(None)
        else:
            ids.append(meant[0] if meant else _next_free(layer, taken))
    return ids


def _next_free(layer: str, taken: set[str]) -> str:
    stem, number = layer.removesuffix("s").replace("_", "-"), 1
    while f"{stem}-{number}" in taken:
        number += 1
    taken.add(f"{stem}-{number}")
    return f"{stem}-{number}"


def _refuse_twice(ids: list[str | None], file: VectorFile, faults: list[Text]) -> None:
    count = Counter(id_ for id_ in ids if id_ is not None)
    for i, id_ in enumerate(ids):
        if id_ is not None and count[id_] > 1:
            first = file.lines[ids.index(id_)]
            if first != file.lines[i]:
                text = message("records.row_twice", id=id_, first=first)
                faults.append(_at(file, i, text))


def _at(file: VectorFile, i: int, text: Text) -> Text:
    row = file.lines[i]
    return Text(f"{file.layer}!{row}：{text.zh}", f"{file.layer}!{row}: {text.en}")
