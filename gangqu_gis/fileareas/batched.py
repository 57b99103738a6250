"""Measuring the features of a file part by part: whole, in batches, or in partitions, all alike.

Every feature's result depends on the feature alone, so that neither the size of the parts nor
their order changes a digit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gangqu_gis.checks import Tolerance, Verdict
from gangqu_gis.errors import InputError
from gangqu_gis.fileareas.column_pass import ColumnPass, Repeats
from gangqu_gis.fileareas.judgement import (
    Column,
    Judgement,
    StoredCause,
    column_numbers,
    judge,
)
from gangqu_gis.fileareas.stored_areas import POLYGONS, FileAreas, StoredAreas, measuring_plane
from gangqu_gis.formats.batch_scrutiny import BatchScrutiny, Drawn
from gangqu_gis.formats.batches import Batch, LargeLayer
from gangqu_gis.formats.scrutiny import Contents
from gangqu_gis.formats.vector import Note
from gangqu_gis.measure import Floats, Measures, Rings, ahead, wkb_measures, wkb_rings
from gangqu_gis.messages import message
from gangqu_gis.units import Unit, unit

if TYPE_CHECKING:
    from pyproj import CRS

#: Called with the number of features that are done.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Part:
    """Some features in file order, measured and, where a column is stated, judged.

    ``first`` counts the features before them; ``drawn`` says what their geometries are; ``stated``
    is the column as it stands in the file; ``names`` what the features are called, if not by
    their numbers.
    """

    first: int
    measures: Measures
    drawn: Drawn
    stated: NDArray[Any] | None = None
    judgement: Judgement | None = None
    names: Sequence[str] | None = None

    def __len__(self) -> int:
        return len(self.measures)

    def label(self, at: int) -> str:
        """Return what to call a feature."""
        return f"#{self.first + at + 1}" if self.names is None else self.names[at]

    def tolerance(self, at: int, column: Column) -> Tolerance | None:
        """Return the tolerance of one feature with its formula, or ``None``: not compared."""
        if self.judgement is None or np.isnan(self.judgement.tolerance_m2[at]):
            return None
        squares_m2 = float(self.measures.squares_m2[at])
        return column.tolerance(squares_m2, self.judgement.grids.at(at))


@dataclass(slots=True)
class Totals:
    """What is told of all features together.

    ``withheld`` have no area, ``in_plane`` have one in the plane.  A cause is counted with the unit
    that a slip confused with the column's.
    """

    features: int = 0
    withheld: int = 0
    ellipsoidal_mm2: int = 0
    planar_mm2: int = 0
    in_plane: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    causes: Counter[tuple[StoredCause, Unit | None]] = field(default_factory=Counter)

    def add(self, part: Part) -> None:
        """Count the features of a part."""
        measures = part.measures
        self.features += len(measures)
        self.withheld += int(np.isnan(measures.ellipsoidal_m2).sum())
        self.ellipsoidal_mm2 += _whole_mm2(measures.ellipsoidal_m2)
        self.planar_mm2 += _whole_mm2(measures.planar_m2)
        self.in_plane += int((~np.isnan(measures.planar_m2)).sum())
        if part.judgement is not None:
            self.verdicts.update(part.judgement.verdict_counts)
            self.causes.update(part.judgement.cause_counts)

    @property
    def disagrees(self) -> bool:
        """Whether any feature's stored area is not confirmed by its geometry."""
        return any(disagrees(verdict) for verdict in self.verdicts)


def disagrees(verdict: Verdict) -> bool:
    """Whether a stored area with this verdict is not confirmed by its geometry."""
    return verdict not in (Verdict.AGREE, Verdict.UNSTATED)


@dataclass(frozen=True, slots=True)
class Measurement:
    """A layer as it is measured: what is known of it at once, and its parts as they come.

    ``notes`` says what was noticed on the way; ask it when the parts are through.
    """

    source: str
    layer: str
    crs: CRS
    plane: CRS | None
    count: int
    column: Column | None
    parts: Iterator[Part]
    notes: Callable[[], Sequence[Note]] = tuple


def of_file(measured: FileAreas, stored: StoredAreas | None) -> Measurement:
    """Return the measurement of a file that was read whole, in one part."""
    file = measured.file
    assert file.crs is not None
    stated, judgement = (None, None) if stored is None else (stored.stated, stored.judgement)
    part = Part(0, measured.areas, Drawn.of(file.geometry), stated, judgement, file.labels())
    column = None if stored is None else stored.stored
    return Measurement(
        file.source, file.layer, file.crs, measured.plane, len(file), column, iter([part])
    )


@dataclass(frozen=True, slots=True)
class Stated:
    """A stored column to be judged: its name, its unit, and the step of the coordinates, m."""

    name: str
    unit_name: str
    coordinate_m: float

    def column(self, name: str, decimals: int) -> Column:
        """Return what the column is judged by."""
        return Column(name, unit(self.unit_name), decimals, self.coordinate_m)


def of_layer(
    layer: LargeLayer, *, workspace_plane: CRS | None, stated: Stated | None
) -> Measurement:
    """Return the measurement of a layer in batches; its columns are passed over at once.

    Raises
    ------
    UsageError
        There is no such column.
    InputError
        A batch cannot be read, or the column holds something that is no number.
    """
    source = str(layer.path)
    name = None if stated is None else layer.column_name(stated.name)
    columns = ColumnPass.over(source, layer.columns, name)
    if columns.needed:
        for batch in layer.batches(columns.needed, geometry=False):
            columns.look(batch.columns, len(batch))
    column = None if stated is None or name is None else stated.column(name, columns.decimals)
    scrutiny, noticed = BatchScrutiny(source), Noticed(source, layer.layer, columns.repeats())
    parts = measured_batches(
        layer,
        workspace_plane=workspace_plane,
        column=column,
        named_by=columns.named_by,
        scrutiny=scrutiny,
    )
    return Measurement(
        source,
        layer.layer,
        layer.crs,
        measuring_plane(layer.crs, workspace_plane),
        layer.count,
        column,
        noticed.watch(parts),
        lambda: (*scrutiny.notes(), *noticed.notes()),
    )


@dataclass(slots=True)
class Noticed:
    """What is noticed of a layer's features as they come by."""

    source: str
    layer: str
    repeats: Repeats
    _contents: Contents = field(default_factory=Contents)
    _raised: int = 0

    def watch(self, parts: Iterator[Part]) -> Iterator[Part]:
        """Yield the parts of a layer.

        Raises
        ------
        InputError
            There are features, and none is a polygon.
        """
        features, polygons = 0, 0
        for part in parts:
            features += len(part)
            polygons += int(np.isin(part.drawn.kind, POLYGONS).sum())
            self._raised += part.drawn.raised
            self._contents.look(part.drawn.kind, part.drawn.empty, part.label)
            self.repeats.look(part.first, part.names)
            yield part
        if features and not polygons:
            text = message("measure.no_polygons", layer=self.layer)
            raise InputError(text, file=self.source)

    def notes(self) -> tuple[Note, ...]:
        """Return it in the words of the readers of whole files."""
        raised = Note("geometry.heights", message("bad_file.heights", count=self._raised))
        heights = (raised,) if self._raised else ()
        return (*heights, *self._contents.notes(), *self.repeats.notes())


def measured_batches(
    layer: LargeLayer,
    *,
    workspace_plane: CRS | None,
    column: Column | None,
    named_by: str | None = None,
    scrutiny: BatchScrutiny | None = None,
) -> Iterator[Part]:
    """Yield the batches of a layer, measured and judged; ``scrutiny`` remembers what it notices.

    Raises
    ------
    InputError
        A batch cannot be read or measured; the column holds something that is no number.
    """
    plane = measuring_plane(layer.crs, workspace_plane)
    scrutiny = scrutiny or BatchScrutiny(str(layer.path))
    wanted = {named_by, None if column is None else column.name} - {None}
    for batch, found in ahead(_measured(layer, sorted(map(str, wanted)), plane)):
        names = None if named_by is None else list(map(str, batch.columns[named_by]))
        drawn = scrutiny.look(batch, np.isnan(found.ellipsoidal_m2), names)
        part = Part(batch.first, found, drawn, names=names)
        yield part if column is None else _judged(part, batch, layer, column)


def _measured(
    layer: LargeLayer, columns: Sequence[str], plane: CRS | None
) -> Iterator[tuple[Batch, Measures]]:
    for batch in ahead(layer.batches(columns)):
        try:
            yield batch, wkb_measures(batch.data, batch.offset, crs=layer.crs, plane=plane)
        except NotImplementedError as error:  # curves in a layer that declares none
            raise InputError(message("batches.curves"), file=str(layer.path)) from error


def _judged(part: Part, batch: Batch, layer: LargeLayer, column: Column) -> Part:
    values = batch.columns[column.name]
    numbers = column_numbers(values, str(layer.path), part.label)

    def rings(which: NDArray[np.intp]) -> Rings:
        return wkb_rings(batch.data, batch.offset, which)

    found = judge(part.measures, numbers, column, rings, layer.crs)
    return replace(part, stated=values, judgement=found)


def _whole_mm2(area_m2: Floats) -> int:
    """Return a sum that does not depend on the order of its parts: of whole square millimetres."""
    whole = np.rint(area_m2[~np.isnan(area_m2)] * 1e6).astype(np.int64)
    return (int((whole >> 32).sum()) << 32) + int((whole & 0xFFFFFFFF).sum())


def count(parts: Iterator[Part], progress: Progress) -> Totals:
    """Return the totals of measured parts."""
    totals = Totals()
    for part in parts:
        totals.add(part)
        progress(totals.features)
    return totals
