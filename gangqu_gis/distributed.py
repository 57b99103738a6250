"""Partitioned GeoParquet measured on dask-geopandas: the same functions, partition by partition.

A feature is measured by itself, so that its digits are those of one machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from gangqu_gis import crs as crs_module
from gangqu_gis.batched import Totals
from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.formats.vector import ID_COLUMNS
from gangqu_gis.judgement import Column, column_decimals, column_numbers, judge, web_mercator_areas
from gangqu_gis.measure import Geometries, Measures, keep_only, measures, polygonal
from gangqu_gis.messages import message
from gangqu_gis.stored_areas import measuring_plane
from gangqu_gis.units import unit

if TYPE_CHECKING:
    from pyproj import CRS


#: How long a scheduler may take to answer, seconds.
WAIT_S = 10


def delayed(function: Callable[..., Any]) -> Any:
    """Return ``function`` as dask carries it out later, on a worker."""
    from dask.delayed import delayed as later

    return later(function)


@contextmanager
def scheduler(address: str | None) -> Iterator[None]:
    """Use the dask scheduler at ``address``, or the threads of this process.

    Raises
    ------
    InputError
        Nobody answers there.
    UsageError
        The extra ``dask`` is not installed.
    """
    try:
        import dask_geopandas  # noqa: F401
        import distributed as library
    except ImportError as error:
        raise UsageError(message("distributed.not_installed")) from error
    if address is None:
        yield
        return
    try:
        make: Any = library.Client
        client = make(address, timeout=f"{WAIT_S}s")
    except (OSError, ValueError) as error:
        text = message("distributed.no_scheduler", address=address)
        raise InputError(text) from error
    with client:
        yield


@dataclass(frozen=True, slots=True)
class Partitions:
    """A partitioned GeoParquet: one delayed frame a partition, in order."""

    path: Path
    parts: tuple[Any, ...]
    crs: CRS
    columns: tuple[str, ...]

    @classmethod
    def of(cls, path: Path) -> Partitions:
        """Open a file or a folder of files.

        Raises
        ------
        InputError
            It is no GeoParquet, or declares no CRS.
        """
        import dask_geopandas

        try:
            frame = dask_geopandas.read_parquet(path)
        except Exception as error:
            reason = (str(error).splitlines() or ["?"])[0]
            text = message("measure.unreadable", reason=reason)
            raise InputError(text, file=str(path)) from error
        if frame.crs is None:
            raise InputError(message("measure.no_crs"), file=str(path))
        crs = crs_module.named(frame.crs.to_wkt())
        return cls(path, tuple(frame.to_delayed()), crs, tuple(frame.columns))

    def labels(self) -> list[list[str]]:
        """Return what to call each feature, by partition, as for a file that is read whole."""
        known = {name.lower(): name for name in self.columns}
        sizes = self.compute([delayed(len)(part) for part in self.parts])
        for wanted in ID_COLUMNS:
            if wanted.lower() in known:
                name = known[wanted.lower()]
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
            One of them failed: a part that cannot be read, a worker that was lost.
        """
        import dask

        run: Any = vars(dask)["compute"]
        try:
            return list(run(*tasks))
        except (InputError, UsageError):
            raise
        except Exception as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            text = message("distributed.failed", reason=reason)
            raise InputError(text, file=str(self.path)) from error


def _texts(frame: Any, name: str) -> list[str]:
    return ["" if v is None or v != v else str(v).strip() for v in frame[name].tolist()]


def _extent(frame: Any) -> tuple[float, ...]:
    geometry = np.asarray(frame.geometry.values, dtype=object)
    return extent_of(keep_only(geometry, polygonal(geometry)))


def extent_of(geometry: Geometries) -> tuple[float, ...]:
    """Return west, south, east, north of geometries: NaN where there are none."""
    return tuple(shapely.total_bounds(np.concatenate([geometry, [None]])).tolist())


def measure_partitions(
    source: Partitions,
    *,
    workspace_plane: CRS | None,
    stated: str | None = None,
    unit_name: str | None = None,
    coordinate_m: float = 0.001,
) -> Totals:
    """Measure every partition, judge the stated column, and return the totals."""
    plane = measuring_plane(source.crs, workspace_plane)
    texts = crs_module.text(source.crs), None if plane is None else crs_module.text(plane)
    column = None
    if stated is not None and unit_name is not None:
        name = _column_name(source, stated)
        finding = [delayed(_decimals)(p, name, str(source.path)) for p in source.parts]
        decimals = max(source.compute(finding), default=0)
        column = Column(name, unit(unit_name), decimals, coordinate_m)
    tasks = [delayed(_measured)(p, *texts, column, str(source.path)) for p in source.parts]
    totals = Totals()
    for measured, verdicts in source.compute(tasks):
        totals.count(measured, verdicts)
    return totals


def _column_name(source: Partitions, wanted: str) -> str:
    for name in source.columns:
        if name.lower() == wanted.lower():
            return name
    known = ", ".join(source.columns)
    raise UsageError(message("measure.no_column", name=wanted, known=known), file=str(source.path))


def _decimals(frame: Any, name: str, path: str) -> int:
    return column_decimals(column_numbers(frame[name].to_numpy(), path, _numbered))


def _numbered(at: int) -> str:
    return f"#{at + 1}"


def _measured(
    frame: Any, crs: str, plane: str | None, column: Column | None, path: str
) -> tuple[Measures, list[Any]]:
    """Measure one partition: what runs on a worker."""
    geometry = np.asarray(frame.geometry.values, dtype=object)
    own, other = crs_module.named(crs), None if plane is None else crs_module.named(plane)
    found = measures(geometry, crs=own, plane=other)
    if column is None:
        return found, []
    numbers = column_numbers(frame[column.name].to_numpy(), path, _numbered)
    judged = judge(found, numbers, column, lambda at: web_mercator_areas(geometry[at], own))
    return found, judged.verdicts
