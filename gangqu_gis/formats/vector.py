"""What every reader returns: geometries with their attribute columns, and what was inferred."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.formats.inference import Inference
from gangqu_gis.messages import Text, message

if TYPE_CHECKING:
    from pyproj import CRS

#: Columns that name a feature, in the order in which they are looked for.
ID_COLUMNS = ("id", "DKBH", "BSM", "XMBH", "TBBH", "编号", "地块编号", "name", "DKMC", "名称")


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader inferred, mended or noticed, with its evidence.

    ``rule`` is a stable name ("crs.inferred", "encoding.cut" …).  A note that ``asks`` is an
    inference: it needs the user's yes (or the option that settles it), and ``--strict`` refuses it.
    One that is ``inferred`` is so well founded that nobody is asked; ``--strict`` refuses it too.
    """

    rule: str
    text: Text
    asks: bool = False
    line: int | None = None
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class VectorFile:
    """The features of one layer of a file.

    ``geometry`` holds shapely geometries or ``None``; ``columns`` one array per attribute;
    ``lines`` the line (or row) of each feature in the file, where the format has lines;
    ``guess`` what the file suggests of its CRS where it declares none; ``transform_sha256`` the
    hash of the datum shift that was applied, where one was.
    """

    source: str
    layer: str
    geometry: NDArray[np.object_]
    columns: Mapping[str, NDArray[Any]]
    crs: CRS | None
    notes: tuple[Note, ...] = ()
    lines: tuple[int | None, ...] = ()
    guess: Inference | None = None
    transform_sha256: str | None = None

    def __len__(self) -> int:
        return len(self.geometry)

    def with_crs(self, crs: CRS) -> VectorFile:
        """Return the same file with its CRS settled."""
        return replace(self, crs=crs)

    def with_notes(self, *notes: Note) -> VectorFile:
        """Return the same file with further notes."""
        return replace(self, notes=(*self.notes, *notes))

    def column(self, name: str) -> NDArray[Any]:
        """Return an attribute column, found whatever its case.

        Raises
        ------
        UsageError
            There is no such column.
        """
        return self.columns[own_name(self.columns, name, source=self.source)]

    def labels(self) -> list[str]:
        """Return what to call each feature: its id column where it has one, else its number."""
        for name in id_columns(self.columns):
            if all(map(is_name, self.columns[name])):
                return [str(v) for v in self.columns[name]]
        return [f"#{number}" for number in range(1, len(self) + 1)]


def own_name(names: Collection[str], wanted: str, *, source: str) -> str:
    """Return a column's own name, whatever the case it was asked for in.

    Raises
    ------
    UsageError
        There is no such column.
    """
    for name in (wanted, *names):
        if name in names and name.lower() == wanted.lower():
            return name
    known = ", ".join(names) or "-"
    raise UsageError(message("measure.no_column", name=wanted, known=known), file=source)


def id_columns(names: Iterable[str]) -> list[str]:
    """Return the columns that may name features, the best first; they do if they name all."""
    own = {name.lower(): name for name in names}
    return [own[name.lower()] for name in ID_COLUMNS if name.lower() in own]


def is_name(value: Any) -> bool:
    """Whether a value of such a column names its feature: it is there, and not blank."""
    return value is not None and value == value and bool(str(value).strip())


def chosen_layer(source: str, available: list[str], wanted: str | None) -> str:
    """Return the layer to read; a file with several needs one to be named.

    Raises
    ------
    InputError
        The file has no layer.
    UsageError
        Several layers and none named, or the named one is not there.
    """
    if not available:
        raise InputError(message("measure.no_layers"), file=source)
    if wanted is not None:
        if wanted in available:
            return wanted
        known = ", ".join(available)
        raise UsageError(message("measure.no_layer", name=wanted, known=known), file=source)
    if len(available) > 1:
        raise UsageError(message("measure.which_layer", known=", ".join(available)), file=source)
    return available[0]
