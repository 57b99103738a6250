"""What a source file brings, in the words of the schema and in the storage CRS.

Columns are known by the names of the schema's fields, their labels and their synonyms, in any
case.  Empty cells say nothing and change nothing.  What a geometry is worth (its basis and all
that goes with it) never comes from a column: provenance is the only door.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gangqu_gis import crs
from gangqu_gis.errors import InputError
from gangqu_gis.fieldnames import ADDED, short_names
from gangqu_gis.files import hash_of
from gangqu_gis.formats.vector import Note, VectorFile
from gangqu_gis.layers import GEOMETRY_TYPES
from gangqu_gis.measure import to_crs
from gangqu_gis.messages import message
from gangqu_gis.plan import Plan
from gangqu_gis.schema import Field
from gangqu_gis.update.provenance import BASIS_FIELDS
from gangqu_gis.update.repair import Repair, repaired

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


@dataclass(frozen=True, slots=True)
class Arrival:
    """One feature of a source file.

    ``numbers`` are what the file calls it, the likeliest id first; ``attributes`` what it says in
    the fields of the schema, ``geometry`` its shape in EPSG:4490, ``None`` for a row of a table.
    ``cleared`` are the fields that a row of a table of records leaves empty.
    """

    label: str
    numbers: tuple[str, ...]
    attributes: Mapping[str, Any]
    geometry: Any
    file: str
    line: int | None
    repair: Repair | None = None
    cleared: frozenset[str] = frozenset()

    @property
    def number(self) -> str:
        """What the file calls the feature, or ""."""
        return self.numbers[0] if self.numbers else ""

    def origin(self) -> dict[str, Any]:
        """Return where the feature stands, as the history keeps it."""
        place = {"file": Path(self.file).name, "line": self.line, "label": self.label}
        return {name: value for name, value in place.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Incoming:
    """Everything that the source files of one update bring; ``unread`` are columns not used.

    ``notes`` are those of reading the files, ``noticed`` what was seen only now, by file.
    """

    arrivals: tuple[Arrival, ...]
    notes: tuple[tuple[str, Note], ...] = ()
    noticed: tuple[tuple[str, Note], ...] = ()
    unread: tuple[str, ...] = ()
    sources: tuple[Mapping[str, Any], ...] = ()


def gather(plan: Plan, layer: str, files: Sequence[VectorFile], *, repair: bool) -> Incoming:
    """Return what ``files`` bring for ``layer``.

    Raises
    ------
    InputError
        A file's datum is not that of the layers (no datum shift is known), a geometry is missing,
        not sound (and ``repair`` was not asked for), of the wrong type or outside the
        workspace's extent, or a number stands twice.
    """
    arrivals: list[Arrival] = []
    notes: list[tuple[str, Note]] = []
    noticed: list[tuple[str, Note]] = []
    unread: list[str] = []
    for file in files:
        read = _Reader(plan, layer, file)
        arrivals += read.arrivals(repair=repair)
        notes += [(file.source, note) for note in file.notes]
        noticed += [(file.source, note) for note in read.notes]
        unread += [name for name in read.unread if name not in unread]
    _refuse_twice(arrivals)
    sources = tuple(_source(file) for file in files)
    return Incoming(tuple(arrivals), tuple(notes), tuple(noticed), tuple(unread), sources)


def _source(file: VectorFile) -> dict[str, Any]:
    """Return the file as the history keeps it; of a datum shift its hash, never its values."""
    record = source_record(Path(file.source))
    if file.transform_sha256 is not None:
        record["transform_sha256"] = file.transform_sha256
    return record


def source_record(path: Path) -> dict[str, Any]:
    """Return a source file as the history keeps it: its name and the hash of its bytes.

    A folder (FileGDB) is hashed over the names and bytes of its files.
    """
    if path.is_dir():
        import hashlib

        whole = hashlib.sha256()
        for part in sorted(p for p in path.rglob("*") if p.is_file()):
            whole.update(
                part.relative_to(path).as_posix().encode() + b"\0" + hash_of(part).encode()
            )
        return {"name": path.name, "sha256": whole.hexdigest()}
    return {"name": path.name, "sha256": hash_of(path)}


def fields_of(plan: Plan, layer: str) -> dict[str, Field]:
    """Return the fields of every kind of a layer, by name."""
    return {field.name: field for kind in plan.schema.of_layer(layer) for field in kind.fields}


class _Reader:
    """One source file, read in the words of one layer."""

    def __init__(self, plan: Plan, layer: str, file: VectorFile) -> None:
        self.plan, self.layer, self.file = plan, layer, file
        self.notes: list[Note] = []
        self.unread: list[str] = []
        self.of_records = plan.schema.holds_records(layer)
        self._short = short_names(list(fields_of(plan, layer).values()))
        self.geometry_kinds = {kind.geometry for kind in plan.schema.of_layer(layer)}
        self.fields = fields_of(plan, layer)
        self.number_columns = self._number_columns(self.fields["id"])
        self.columns = self._named_columns(self.fields)

    def arrivals(self, *, repair: bool) -> list[Arrival]:
        shapes, repairs = self._shapes(repair=repair)
        numbers = self._numbers()
        labels = [
            row[0] if row else label for row, label in zip(numbers, self.file.labels(), strict=True)
        ]
        lines = self.file.lines or (None,) * len(self.file)
        return [
            Arrival(
                label=labels[i],
                numbers=numbers[i],
                attributes=self._attributes(i),
                geometry=shapes[i],
                file=self.file.source,
                line=lines[i],
                repair=repairs.get(i),
                cleared=self._cleared(i),
            )
            for i in range(len(self.file))
        ]

    def _number_columns(self, id_: Field) -> list[str]:
        """Return the columns that number the features.

        One that is empty or zero throughout (ArcGIS fills ``Id`` with 0) numbers nothing.
        """
        found = []
        for name in self._columns_named(id_):
            if {_text(value) for value in self.file.columns[name]} - {"", "0"}:
                found.append(name)
        return found

    def _numbers(self) -> list[tuple[str, ...]]:
        columns = [self.file.columns[name] for name in self.number_columns]
        rows = [[_text(column[i]) for column in columns] for i in range(len(self.file))]
        numbers = [tuple(dict.fromkeys(text for text in row if text)) for row in rows]
        return [row or self._made_of_fields(i) for i, row in enumerate(numbers)]

    def _made_of_fields(self, i: int) -> tuple[str, ...]:
        """Return the id that a record's own fields make up, where its kind has such ids."""
        attributes = self._attributes(i)
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

    def _attributes(self, i: int) -> dict[str, Any]:
        found = {}
        for name, column in self.columns.items():
            value = coerced(self.file.columns[column][i], self.fields[name])
            if value is not None and value != "":
                found[name] = self._kind_id(value) if name == "kind" else value
        return found

    def _cleared(self, i: int) -> frozenset[str]:
        """Return what a row of a table of records empties; of drawn features, never anything."""
        if not self.of_records:
            return frozenset()
        cells = {name: self.file.columns[column][i] for name, column in self.columns.items()}
        return frozenset(name for name, cell in cells.items() if _text(cell) == "")

    def _kind_id(self, value: Any) -> Any:
        """Return the kind that a file may call by its label."""
        for kind in self.plan.schema.of_layer(self.layer):
            if value in (kind.id, kind.label.zh, kind.label.en):
                return kind.id
        return value

    def _shapes(self, *, repair: bool) -> tuple[list[Any], dict[int, Repair]]:
        file, count = self.file, len(self.file)
        absent = [g is None or shapely.is_empty(g) for g in file.geometry]
        if self.of_records or (count and all(absent) and file.crs is None):
            return [None] * count, {}
        self._check_datum()
        if any(absent):
            raise self._fault(absent.index(True), "update.unsound", reason="NULL")
        sound = np.array(file.geometry, dtype=object)
        repairs: dict[int, Repair] = {}
        for i in range(count):
            mended = self._checked(i, repair=repair)
            if mended is not None:
                repairs[i], sound[i] = mended, mended.after
        moved = to_crs(sound, source=file.crs, target=crs.storage())  # type: ignore[arg-type]
        self._check_extent(moved)
        return list(moved), repairs

    def _check_datum(self) -> None:
        assert self.file.crs is not None
        datum = crs.geographic(self.file.crs).datum
        if datum == crs.storage().datum:
            return
        text = message("update.other_datum", crs=crs.label(self.file.crs))
        if not crs.same_datum(self.file.crs, crs.storage()):
            raise InputError(text, file=self.file.source)
        self.notes.append(Note("crs.wgs84", message("update.wgs84"), asks=True))

    def _checked(self, i: int, *, repair: bool) -> Repair | None:
        """Return the repair of geometry ``i``, or ``None`` where it needs none."""
        shape = self.file.geometry[i]
        allowed = [t for g in self.geometry_kinds for t in GEOMETRY_TYPES.get(g, ())]
        if shape.geom_type not in allowed:
            raise self._fault(
                i, "update.wrong_type", found=shape.geom_type, allowed=" / ".join(allowed)
            )
        if not np.isfinite(shapely.get_coordinates(shape)).all():
            raise self._fault(i, "update.unsound", reason="NaN / Infinity")
        if shapely.is_valid(shape):
            return None
        mended = repaired(shape)
        reason = shapely.is_valid_reason(shape)
        if mended is None:
            raise self._fault(i, "update.unsound", reason=reason)
        if not repair:
            raise self._fault(i, "update.repairable", reason=reason, effect=mended.effect)
        return mended

    def _check_extent(self, moved: Any) -> None:
        west, south, east, north = self.plan.workspace.extent
        for i, (left, bottom, right, top) in enumerate(shapely.bounds(moved)):
            if not (west <= left and right <= east and south <= bottom and top <= north):
                raise self._fault(i, "update.outside", x=f"{left:.4f}", y=f"{bottom:.4f}")

    def _fault(self, i: int, key: str, **params: object) -> InputError:
        line = self.file.lines[i] if self.file.lines else None
        text = message(key, id=self.file.labels()[i], **params)
        return InputError(text, file=self.file.source, line=line)


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
        return f"{value:g}" if float(value).is_integer() and abs(value) < 1e15 else str(value)
    return str(value)


_FLAGS = {
    **dict.fromkeys(("1", "1.0", "true", "是", "yes"), True),
    **dict.fromkeys(("0", "0.0", "false", "否", "no"), False),
}


def _from_json(text: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


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


def _refuse_twice(arrivals: Sequence[Arrival]) -> None:
    seen: dict[str, Arrival] = {}
    for arrival in arrivals:
        other = seen.setdefault(arrival.number, arrival) if arrival.number else arrival
        if other is not arrival:
            where = other.file if other.line is None else f"{other.file}:{other.line}"
            text = message("update.number_twice", id=arrival.number, first=where)
            raise InputError(text, file=arrival.file, line=arrival.line)


def _text(value: Any) -> str:
    """Return a cell as the text of a number: 12.0 of a spreadsheet is 12."""
    if value is None or value != value:
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()
