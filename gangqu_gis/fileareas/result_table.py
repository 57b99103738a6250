"""The results of a measurement as a Parquet table: a row a feature, written part by part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from gangqu_gis.drafts import unfinished
from gangqu_gis.fileareas.batched import Part


@contextmanager
def parquet_table(path: Path, *, stated: bool) -> Iterator[ResultTable]:
    """Yield a table that takes parts; it appears at ``path`` whole, or not at all.

    Its columns are ``feature`` (the number in the file), ``name``, both areas in m², and where a
    column is ``stated`` its value, the difference (measured less stated) and the tolerance in m²,
    ``verdict``, ``cause`` and ``unit``, the unit that a slip confused with the column's.

    Raises
    ------
    InputError
        It cannot be written.
    """
    import pyarrow.parquet

    with unfinished(path) as draft:
        table = ResultTable(stated)
        with pyarrow.parquet.ParquetWriter(draft, table.schema) as table.writer:
            yield table


class ResultTable:
    """A table that takes measured parts."""

    def __init__(self, stated: bool) -> None:
        import pyarrow

        number, text = pyarrow.float64(), pyarrow.string()
        fields = {"feature": pyarrow.int64(), "name": text}
        fields |= dict.fromkeys(("ellipsoidal_m2", "planar_m2"), number)
        if stated:
            fields |= dict.fromkeys(("stated_m2", "difference_m2", "tolerance_m2"), number)
            fields |= dict.fromkeys(("verdict", "cause", "unit"), text)
        self.schema = pyarrow.schema(list(fields.items()))
        self.writer: Any = None

    def add(self, part: Part) -> None:
        """Write the rows of a part."""
        import pyarrow

        columns = _columns(part)
        self.writer.write_table(pyarrow.table(columns, schema=self.schema))


def _columns(part: Part) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "feature": np.arange(part.first + 1, part.first + len(part) + 1),
        "name": [part.label(at) for at in range(len(part))],
        "ellipsoidal_m2": part.measures.ellipsoidal_m2,
        "planar_m2": part.measures.planar_m2,
    }
    judged = part.judgement
    if judged is not None:
        columns["stated_m2"] = judged.stated_m2
        columns["difference_m2"] = part.measures.ellipsoidal_m2 - judged.stated_m2
        columns["tolerance_m2"] = judged.tolerance_m2
        columns["verdict"] = [verdict.value for verdict in judged.verdicts]
        columns["cause"] = [cause.value for cause in judged.causes]
        columns["unit"] = [None if unit is None else unit.id for unit in judged.meant]
    return columns
