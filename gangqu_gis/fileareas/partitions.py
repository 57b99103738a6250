"""Partitioned GeoParquet measured on dask-geopandas: the same functions, partition by partition.

A feature is measured by itself, so that its digits are those of one machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from gangqu_gis import crs as crs_module
from gangqu_gis.engine import Engine, TaskError, delayed
from gangqu_gis.errors import InputError
from gangqu_gis.fileareas.batched import Measurement, Noticed, Part, Stated
from gangqu_gis.fileareas.column_pass import ColumnPass
from gangqu_gis.fileareas.judgement import Column, column_numbers, judge
from gangqu_gis.fileareas.stored_areas import measuring_plane
from gangqu_gis.formats.batch_scrutiny import Drawn
from gangqu_gis.formats.partitioned import (
    parts_of,
    refuse_damaged,
    refuse_missing_columns,
    refuse_other_crs,
)
from gangqu_gis.formats.vector import id_columns, is_name, own_name
from gangqu_gis.measure import Geometries, Rings, keep_only, measures, polygonal
from gangqu_gis.messages import message

if TYPE_CHECKING:
    from pyproj import CRS


@dataclass(frozen=True, slots=True)
class Partitions:
    """A partitioned GeoParquet: one delayed frame a partition, in order, and who works on them.

    ``bounds`` are west, south, east, north as the files declare them, or ``None``.
    """

    path: Path
    parts: tuple[Any, ...]
    crs: CRS
    columns: tuple[str, ...]
    engine: Engine = Engine()
    bounds: tuple[float, float, float, float] | None = None

    @classmethod
    def of(cls, path: Path, engine: Engine = Engine()) -> Partitions:
        """Open a file or a folder of files.

        Raises
        ------
        InputError
            It is no GeoParquet, declares no CRS, or its files have different columns or CRSs.
        """
        import dask_geopandas

        files = parts_of(path)
        try:
            frame = dask_geopandas.read_parquet(path)
        except Exception as error:
            refuse_damaged(path)
            reason = (str(error.__cause__ or error).splitlines() or ["?"])[0]
            text = message("measure.unreadable", reason=reason)
            raise InputError(text, file=str(path)) from error
        if frame.crs is None:
            raise InputError(message("measure.no_crs"), file=str(path))
        crs = crs_module.named(frame.crs.to_wkt())
        refuse_other_crs(path, crs)
        refuse_missing_columns(files, tuple(frame.columns))
        known = frame.spatial_partitions
        bounds = None if known is None else tuple(map(float, known.total_bounds))
        parts, columns = tuple(frame.to_delayed()), tuple(frame.columns)
        return cls(path, parts, crs, columns, engine, bounds)  # type: ignore[arg-type]

    def column_name(self, wanted: str) -> str:
        """Return a column's own name, whatever the case it was asked for in.

        Raises
        ------
        UsageError
            There is no such column.
        """
        return own_name(self.columns, wanted, source=str(self.path))

    def labels(self) -> list[list[str]]:
        """Return what to call each feature, by partition, as for a file that is read whole."""
        sizes = self.compute([delayed(len)(part) for part in self.parts])
        for name in id_columns(self.columns):
            columns = self.compute([delayed(_texts)(part, name) for part in self.parts])
            if all(text for column in columns for text in column):
                return columns
        first = np.cumsum([0, *sizes]).tolist()
        return [[f"#{n + 1}" for n in range(at, at + size)] for at, size in zip(first, sizes)]

    def middle_plane(self) -> CRS:
        """Return an equal-area plane at the middle of all partitions (geographic ones)."""
        extents = np.array(self.compute([delayed(_extent)(part) for part in self.parts]))
        west, south = np.fmin.reduce(extents[:, :2])  # NaN where a partition is empty
        east, north = np.fmax.reduce(extents[:, 2:])
        return crs_module.equal_area_around(west, south, east, north)

    def compute(self, tasks: list[Any]) -> list[Any]:
        """Carry out delayed tasks, all or none.

        Raises
        ------
        InputError
            One of them failed: a part that cannot be read, workers that were lost.
        """
        try:
            return self.engine.compute(tasks)
        except InputError as error:
            raise _of_file(error, self.path) from error

    def each(self, tasks: list[Any]) -> Iterator[Any]:
        """Yield the results of delayed tasks in order; raises as :meth:`compute` does."""
        try:
            yield from self.engine.each(tasks)
        except InputError as error:
            raise _of_file(error, self.path) from error


def _of_file(error: InputError, path: Path) -> InputError:
    """Return an error of the engine as one of the file; a part that is damaged is named."""
    if isinstance(error, TaskError):
        refuse_damaged(path)
    return error if error.file else InputError(error.text, file=str(path))


def _texts(frame: Any, name: str) -> list[str]:
    return [str(v) if is_name(v) else "" for v in frame[name].tolist()]


def _extent(frame: Any) -> tuple[float, ...]:
    shapes = geometries(frame)
    return extent_of(keep_only(shapes, polygonal(shapes)))


def geometries(frame: Any) -> Geometries:
    """Return the geometries of a partition."""
    return np.asarray(frame.geometry.values, dtype=object)


def extent_of(geometry: Geometries) -> tuple[float, ...]:
    """Return west, south, east, north of geometries: NaN where there are none."""
    return tuple(shapely.total_bounds(np.concatenate([geometry, [None]])).tolist())


def of_partitions(
    source: Partitions, *, workspace_plane: CRS | None, stated: Stated | None
) -> Measurement:
    """Return the measurement of a partitioned layer; its columns are passed over at once.

    Raises
    ------
    UsageError
        There is no such column.
    InputError
        A partition cannot be read, or the column holds something that is no number.
    """
    path, plane = str(source.path), measuring_plane(source.crs, workspace_plane)
    name = None if stated is None else source.column_name(stated.name)
    seen, first = _passed_over(source, name)
    column = None if stated is None or name is None else stated.column(name, seen.decimals)
    texts = crs_module.text(source.crs), None if plane is None else crs_module.text(plane)
    tasks = [
        delayed(_measured)(part, *texts, column, seen.named_by, path, at)
        for part, at in zip(source.parts, first, strict=True)
    ]
    noticed = Noticed(path, source.path.stem, seen.repeats())
    return Measurement(
        path,
        source.path.stem,
        source.crs,
        plane,
        seen.count,
        column,
        noticed.watch(source.each(tasks)),
        noticed.notes,
    )


def _passed_over(source: Partitions, name: str | None) -> tuple[ColumnPass, list[int]]:
    """Return what the columns say, and how many features come before each partition."""
    seen = ColumnPass.over(str(source.path), source.columns, name)
    words = str(source.path), name, tuple(seen.naming)
    first: list[int] = []
    looking = [delayed(_looked)(part, *words) for part in source.parts]
    for part, later in zip(source.parts, source.each(looking), strict=True):
        if later is None:  # something is no number: of which feature is known only now
            source.compute([delayed(_look)(part, *words, seen.count)])
        first.append(seen.count)
        seen.join(later)
    return seen, first


def _looked(frame: Any, path: str, stated: str | None, naming: Sequence[str]) -> ColumnPass | None:
    """Return what the columns of one partition say, or ``None``: a stated one is no number."""
    try:
        return _look(frame, path, stated, naming, 0)
    except InputError:
        return None


def _look(
    frame: Any, path: str, stated: str | None, naming: Sequence[str], first: int
) -> ColumnPass:
    found = ColumnPass(path, stated, list(naming), count=first)
    found.look({name: frame[name].to_numpy() for name in found.needed}, len(frame))
    return found


def _measured(
    frame: Any,
    crs: str,
    plane: str | None,
    column: Column | None,
    named_by: str | None,
    path: str,
    first: int,
) -> Part:
    """Measure one partition: what runs on a worker."""
    shapes = geometries(frame)
    own, other = crs_module.named(crs), None if plane is None else crs_module.named(plane)
    found = measures(shapes, crs=own, plane=other)
    names = None if named_by is None else list(map(str, frame[named_by].tolist()))
    part = Part(first, found, Drawn.of(shapes), names=names)
    if column is None:
        return part
    values = frame[column.name].to_numpy()
    numbers = column_numbers(values, path, part.label)
    judged = judge(found, numbers, column, lambda at: Rings.of(shapes[at]), own)
    return replace(part, stated=values, judgement=judged)
