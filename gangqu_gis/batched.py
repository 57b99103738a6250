"""Measuring a layer that is larger than memory: batch after batch, the results to a file whole.

Every feature's result depends on the feature alone, so that neither the size of the batches nor
their order changes a digit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis.checks import Verdict
from gangqu_gis.errors import InputError
from gangqu_gis.files import unfinished
from gangqu_gis.formats.batches import Batch, LargeLayer
from gangqu_gis.judgement import (
    Column,
    Judgement,
    column_decimals,
    column_numbers,
    judge,
    web_mercator_areas,
)
from gangqu_gis.measure import Floats, Measures, wkb_measures
from gangqu_gis.messages import message
from gangqu_gis.stored_areas import measuring_plane
from gangqu_gis.units import unit

if TYPE_CHECKING:
    from pyproj import CRS

#: Called with the number of features that are done.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Measured:
    """One batch with its measures and, where a column was judged, its judgement."""

    batch: Batch
    measures: Measures
    judgement: Judgement | None


@dataclass(slots=True)
class Totals:
    """What is told of a layer that is too large to be listed."""

    features: int = 0
    withheld: int = 0
    ellipsoidal_mm2: int = 0
    planar_mm2: int = 0
    verdicts: Counter[Verdict] = field(default_factory=Counter)

    def add(self, part: Measured) -> None:
        """Count a batch."""
        self.count(part.measures, [] if part.judgement is None else part.judgement.verdicts)

    def count(self, measures: Measures, verdicts: Sequence[Verdict]) -> None:
        """Count measured features and their verdicts."""
        self.features += len(measures)
        self.withheld += int(np.isnan(measures.ellipsoidal_m2).sum())
        self.ellipsoidal_mm2 += _whole_mm2(measures.ellipsoidal_m2)
        self.planar_mm2 += _whole_mm2(measures.planar_m2)
        self.verdicts.update(verdicts)

    @property
    def disagrees(self) -> bool:
        """Whether any feature's stored area is not confirmed by its geometry."""
        return any(v not in (Verdict.AGREE, Verdict.UNSTATED) for v in self.verdicts)


def measured_batches(
    layer: LargeLayer, *, workspace_plane: CRS | None, column: Column | None
) -> Iterator[Measured]:
    """Yield the batches of a layer, measured and judged."""
    plane = measuring_plane(layer.crs, workspace_plane)
    for batch in _ahead(layer.batches(() if column is None else (column.name,))):
        try:
            found = wkb_measures(batch.data, batch.offset, crs=layer.crs, plane=plane)
        except NotImplementedError as error:  # curves in a layer that declares none
            raise InputError(message("batches.curves"), file=str(layer.path)) from error
        judgement = None
        if column is not None:
            values, first = batch.columns[column.name], batch.first
            stated = column_numbers(values, str(layer.path), _numbered(first))
            judgement = judge(found, stated, column, _mercator(batch, layer.crs))
        yield Measured(batch, found, judgement)


def _ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Yield batches; the next one is read while the present one is worked on."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def stored_column(
    layer: LargeLayer, *, column: str, unit_name: str, coordinate_m: float
) -> Column:
    """Return what a stored column is judged by: its decimals are those of the whole column."""
    name = layer.column_name(column)
    stated = column_numbers(layer.column(name), str(layer.path), _numbered(0))
    return Column(name, unit(unit_name), column_decimals(stated), coordinate_m)


def _whole_mm2(area_m2: Floats) -> int:
    """Return a sum that does not depend on the order of its parts: of whole square millimetres."""
    return sum(np.rint(area_m2[~np.isnan(area_m2)] * 1e6).astype(np.int64).tolist())


def _numbered(first: int) -> Callable[[int], str]:
    return lambda at: f"#{first + at + 1}"


def _mercator(batch: Batch, crs: CRS) -> Callable[[NDArray[np.intp]], Floats]:
    def areas(which: NDArray[np.intp]) -> Floats:
        wkb = [batch.data[batch.offset[i] : batch.offset[i + 1]].tobytes() for i in which.tolist()]
        column = np.empty(len(wkb), dtype=object)
        column[:] = wkb
        return web_mercator_areas(shapely.force_2d(shapely.from_wkb(column)), crs)

    return areas


def write_results(parts: Iterator[Measured], path: Path, progress: Progress) -> Totals:
    """Write the results beside the file's own numbers and return the totals.

    The file is a Parquet table with one row a feature: ``feature`` (its number in the file),
    both areas, and the judgement.  It appears whole or not at all, whatever stops the work.

    Raises
    ------
    InputError
        The name does not end in .parquet, or the file cannot be written.
    """
    import pyarrow
    import pyarrow.parquet

    if path.suffix.lower() != ".parquet":
        raise InputError(message("batches.not_parquet"), file=str(path))
    totals = Totals()
    with unfinished(path) as draft:
        writer = None
        try:
            for part in parts:
                table = pyarrow.table(_columns(part))
                writer = writer or pyarrow.parquet.ParquetWriter(draft, table.schema)
                writer.write_table(table)
                totals.add(part)
                progress(totals.features)
        finally:
            if writer is not None:
                writer.close()
    return totals


def count(parts: Iterator[Measured], progress: Progress) -> Totals:
    """Return the totals of measured batches."""
    totals = Totals()
    for part in parts:
        totals.add(part)
        progress(totals.features)
    return totals


def _columns(part: Measured) -> dict[str, Any]:
    number = np.arange(part.batch.first + 1, part.batch.first + len(part.batch) + 1)
    columns: dict[str, Any] = {
        "feature": number,
        "ellipsoidal_m2": part.measures.ellipsoidal_m2,
        "planar_m2": part.measures.planar_m2,
    }
    if part.judgement is not None:
        columns["stated_m2"] = part.judgement.stated_m2
        columns["tolerance_m2"] = part.judgement.tolerance_m2
        columns["verdict"] = [verdict.value for verdict in part.judgement.verdicts]
        columns["cause"] = [cause.value for cause in part.judgement.causes]
    return columns
