"""What the parts of a partitioned GeoParquet are, and that they fit together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gangqu_gis import crs as crs_module
from gangqu_gis.errors import InputError
from gangqu_gis.formats.batches import BATCH
from gangqu_gis.geo_metadata import geometry_column
from gangqu_gis.messages import message
from gangqu_gis.zones import crs_title

if TYPE_CHECKING:
    from pyproj import CRS

#: What dask takes for a part in a folder, by its name.
PARTS = frozenset({".parquet", ".parq", ".pq"})


def are_parts(files: Iterable[Path]) -> bool:
    """Whether files are all Parquet, so that they may be the parts of one layer."""
    return all(file.suffix in PARTS for file in files)


def parts_of(path: Path) -> list[Path]:
    """Return the Parquet files of a folder, or the one file.

    Raises
    ------
    InputError
        There is no such file, the folder holds none, or it is no Parquet.
    """
    if not path.exists():
        raise InputError(message("file.missing"), file=str(path))
    if path.is_file():
        found = [path] if are_parts([path]) or _begins_as_parquet(path) else []
    else:
        found = sorted(p for p in path.rglob("*") if p.is_file() and are_parts([p]))
    if not found:
        key = "distributed.no_parts" if path.is_dir() else "distributed.not_parquet"
        raise InputError(message(key), file=str(path))
    return found


def _begins_as_parquet(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def refuse_missing_columns(parts: Sequence[Path], columns: Sequence[str]) -> None:
    """Refuse a part that lacks one of the ``columns`` of the layer.

    Columns that the names of folders give ("year=2024") are in no part.

    Raises
    ------
    InputError
        Which part, which column, and what it has.
    """
    import pyarrow.parquet

    for file in parts:
        own = pyarrow.parquet.read_schema(file).names
        given = {part.split("=")[0] for part in file.parts if "=" in part}
        missing = [name for name in columns if name not in own and name not in given]
        if missing:
            text = message("measure.no_column", name=missing[0], known=", ".join(own))
            raise InputError(text, file=str(file))


def refuse_damaged(path: Path) -> None:
    """Refuse a Parquet file, or a folder of them, of which one cannot be read from end to end.

    Raises
    ------
    InputError
        Which file, and why.
    """
    import pyarrow.parquet

    for file in sorted(path.rglob("*.parquet")) if path.is_dir() else [path]:
        try:
            whole = pyarrow.parquet.ParquetFile(file, pre_buffer=False)
            for _ in whole.iter_batches(batch_size=BATCH, use_threads=False):
                pass
        except (OSError, ValueError) as error:  # pyarrow's own are of these
            reason = (str(error).splitlines() or ["?"])[0]
            text = message("measure.unreadable", reason=reason)
            raise InputError(text, file=str(file)) from error


def refuse_other_crs(path: Path, crs: CRS) -> None:
    """Refuse a folder of GeoParquet of which a file is in another CRS than ``crs``, or in none.

    Raises
    ------
    InputError
        Which file, and what it declares.
    """
    import pyarrow.parquet

    for file in sorted(path.rglob("*.parquet")) if path.is_dir() else []:
        try:
            own = geometry_column(pyarrow.parquet.read_schema(file).metadata)
        except ValueError as error:
            text = message("measure.unreadable", reason=str(error))
            raise InputError(text, file=str(file)) from error
        known = None if own is None else own.crs(file=str(file))
        if known is None or not crs_module.same(known, crs):
            found = "-" if known is None else crs_title(known)
            told = message("distributed.other_crs", found=found, first=crs_title(crs))
            raise InputError(told, file=str(file))
