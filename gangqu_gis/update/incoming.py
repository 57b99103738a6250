"""What source files bring: features in the words of the schema and in the storage CRS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gangqu_gis import crs
from gangqu_gis.errors import InputError
from gangqu_gis.files import hash_of
from gangqu_gis.formats.vector import Note, VectorFile
from gangqu_gis.measure import to_crs
from gangqu_gis.messages import message
from gangqu_gis.plan import Plan
from gangqu_gis.schema import GEOMETRY_TYPES
from gangqu_gis.update.columns import Columns
from gangqu_gis.update.repair import Repair, repaired
from gangqu_gis.zones import crs_title


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


def gather(
    plan: Plan,
    layer: str,
    files: Sequence[VectorFile],
    *,
    repair: bool,
    may_lack_geometry: bool = False,
) -> Incoming:
    """Return what ``files`` bring for ``layer``.

    A file without any geometry and CRS is a table.  ``may_lack_geometry`` is for one of which
    nothing but the attributes is wanted: none of its features needs a geometry.

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
        read = _Reader(plan, layer, file, may_lack_geometry=may_lack_geometry)
        arrivals += read.arrivals(repair=repair, before=len(arrivals))
        notes += [(file.source, note) for note in file.notes]
        noticed += [(file.source, note) for note in read.notes]
        unread += [name for name in read.columns.unread if name not in unread]
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


class _Reader:
    """One source file, read in the words of one layer."""

    def __init__(
        self, plan: Plan, layer: str, file: VectorFile, *, may_lack_geometry: bool
    ) -> None:
        self.plan, self.layer, self.file = plan, layer, file
        self.may_lack_geometry = may_lack_geometry
        self.notes: list[Note] = []
        self.columns = Columns(plan, layer, file)
        self.geometry_kinds = {kind.geometry for kind in plan.schema.of_layer(layer)}

    def arrivals(self, *, repair: bool, before: int) -> list[Arrival]:
        """Return the features of the file; ``before`` is how many others were read first."""
        shapes, repairs = self._shapes(repair=repair)
        numbers = self.columns.numbers()
        labels = self._labels(numbers, before)
        lines = self.file.lines or (None,) * len(self.file)
        return [
            Arrival(
                label=labels[i],
                numbers=numbers[i],
                attributes=self.columns.attributes(i),
                geometry=shapes[i],
                file=self.file.source,
                line=lines[i],
                repair=repairs.get(i),
                cleared=self.columns.cleared(i),
            )
            for i in range(len(self.file))
        ]

    def _labels(self, numbers: Sequence[Sequence[str]], before: int) -> list[str]:
        """Return what to call each arrival; one without a name by its place among all files'."""
        own = self.file.labels()
        places = [f"#{before + i}" for i in range(1, len(own) + 1)]
        named = [label for i, label in enumerate(own, 1) if label != f"#{i}"]
        return [
            row[0] if row else label if named else place
            for row, label, place in zip(numbers, own, places, strict=True)
        ]

    def _shapes(self, *, repair: bool) -> tuple[list[Any], dict[int, Repair]]:
        file, count = self.file, len(self.file)
        absent = np.array([g is None or shapely.is_empty(g) for g in file.geometry], dtype=bool)
        is_table = bool(absent.all()) and (file.crs is None or self.may_lack_geometry)
        if self.columns.of_records or (count and is_table):
            return [None] * count, {}
        self._check_datum()
        if absent.any() and not self.may_lack_geometry:
            raise self._fault(int(absent.argmax()), "update.unsound", reason="NULL")
        shapes = np.array(file.geometry, dtype=object)
        shapes[absent] = None
        repairs: dict[int, Repair] = {}
        for i in np.flatnonzero(~absent):
            mended = self._checked(int(i), repair=repair)
            if mended is not None:
                repairs[int(i)], shapes[i] = mended, mended.after
        moved = to_crs(shapes, source=file.crs, target=crs.storage())  # type: ignore[arg-type]
        self._check_extent(moved)
        return list(moved), repairs

    def _check_datum(self) -> None:
        assert self.file.crs is not None
        datum = crs.geographic(self.file.crs).datum
        if datum == crs.storage().datum:
            return
        text = message("update.other_datum", crs=crs_title(self.file.crs))
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
            lies_within = west <= left and right <= east and south <= bottom and top <= north
            if moved[i] is not None and not lies_within:
                raise self._fault(i, "update.outside", x=f"{left:.4f}", y=f"{bottom:.4f}")

    def _fault(self, i: int, key: str, **params: object) -> InputError:
        line = self.file.lines[i] if self.file.lines else None
        text = message(key, id=self.file.labels()[i], **params)
        return InputError(text, file=self.file.source, line=line)


def _refuse_twice(arrivals: Sequence[Arrival]) -> None:
    seen: dict[str, Arrival] = {}
    for arrival in arrivals:
        other = seen.setdefault(arrival.number, arrival) if arrival.number else arrival
        if other is not arrival:
            where = other.file if other.line is None else f"{other.file}:{other.line}"
            key = "update.number_twice" if other.file == arrival.file else "update.in_two_files"
            text = message(key, id=arrival.number, first=where)
            raise InputError(text, file=arrival.file, line=arrival.line)
