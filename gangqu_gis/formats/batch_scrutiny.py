"""What no batch may pass on without a word: the same as of a file that is read whole.

Most is told by the first bytes of each geometry; only what could not be measured, or has heights,
is looked at as a geometry.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis.errors import InputError
from gangqu_gis.formats.batches import Batch
from gangqu_gis.formats.bulk import has_height
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.formats.vector import Note
from gangqu_gis.messages import message

Flags = NDArray[np.bool_]
Geometries = NDArray[np.object_]

#: shapely's type ids by WKB's type codes 0 to 7 (0 stands for what is none).
_TYPE_IDS = np.array([-1, 0, 1, 3, 4, 5, 6, 7])


@dataclass(frozen=True, slots=True)
class Drawn:
    """What geometries are: shapely's type ids (-1: none), which are empty, how many are raised."""

    kind: NDArray[np.integer]
    empty: Flags
    raised: int

    @classmethod
    def of(cls, geometry: Geometries) -> Drawn:
        """Return what geometries are."""
        raised = sum(map(has_height, geometry[shapely.has_z(geometry)]))
        return cls(shapely.get_type_id(geometry), shapely.is_empty(geometry), raised)


@dataclass(slots=True)
class BatchScrutiny:
    """Looks at batch after batch of a layer, and remembers what could not be read of it."""

    source: str
    _remarks: Remarks = field(default_factory=Remarks)
    _has_measures: bool = False

    def look(self, batch: Batch, unmeasured: Flags, names: list[str] | None) -> Drawn:
        """Return what the geometries of a batch are.

        ``unmeasured`` are the features without an area.

        Raises
        ------
        InputError
            A coordinate is no number: of which feature.
        """
        kind, raised, has_m = _headers(batch)
        self._has_measures |= bool(has_m.any())
        empty, heights = np.zeros(len(batch), dtype=bool), 0
        asked = np.flatnonzero((unmeasured | raised) & (np.diff(batch.offset) > 0))
        if len(asked):
            geometry = self._made(batch, asked)
            self._refuse_no_numbers(geometry, asked, batch, names)
            found = Drawn.of(geometry)
            kind[asked], empty[asked], heights = found.kind, found.empty, found.raised
        return Drawn(kind, empty, heights)

    def notes(self) -> tuple[Note, ...]:
        """Return what was noticed, in the words of the readers of whole files."""
        if self._has_measures:
            self._remarks.add("geometry.measures", message("bad_file.measures"))
        return self._remarks.notes()

    def _made(self, batch: Batch, asked: NDArray[np.intp]) -> Geometries:
        """Return some geometries; one that cannot be made is ``None``, with a remark."""
        wkb = np.empty(len(asked), dtype=object)
        wkb[:] = [batch.data[batch.offset[i] : batch.offset[i + 1]].tobytes() for i in asked]
        with np.errstate(invalid="ignore"):
            geometry = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)
            for at in np.flatnonzero(shapely.is_missing(geometry)).tolist():
                number = batch.first + int(asked[at]) + 1
                closed = shapely.from_wkb(wkb[at], on_invalid="fix")
                if closed is not None and not np.isfinite(shapely.get_coordinates(closed)).all():
                    text = message("bad_file.not_finite_number", number=number)
                    raise InputError(text, file=self.source)
                text = message("bad_file.geometry", number=number)
                self._remarks.add("geometry.unreadable", text)
        return geometry

    def _refuse_no_numbers(
        self,
        geometry: Geometries,
        asked: NDArray[np.intp],
        batch: Batch,
        names: list[str] | None,
    ) -> None:
        xy, index = shapely.get_coordinates(geometry, return_index=True)
        wrong = np.flatnonzero(~np.isfinite(xy).all(axis=1))
        if len(wrong):
            x, y = xy[wrong[0]]
            id_ = _name(batch, names, int(asked[index[wrong[0]]]))
            text = message("bad_file.not_finite", id=id_, x=f"{x:g}", y=f"{y:g}")
            raise InputError(text, file=self.source)


def _name(batch: Batch, names: list[str] | None, at: int) -> str:
    return f"#{batch.first + at + 1}" if names is None else names[at]


def _headers(batch: Batch) -> tuple[NDArray[np.int64], Flags, Flags]:
    """Return type id, and whether there are heights and measures, by the first five bytes.

    ISO writes them into the thousands of the code, EWKB into its highest bits.
    """
    present = np.flatnonzero(np.diff(batch.offset) >= 5)
    raw = batch.data[batch.offset[present][:, None] + np.arange(5)]
    code = np.ascontiguousarray(raw[:, 1:]).view("<u4")[:, 0]
    code = np.where(raw[:, 0] == 0, code.byteswap(), code)
    thousands, plain = np.divmod(code & 0xFFFF, 1000)
    kind = np.full(len(batch), -1, dtype=np.int64)
    kind[present] = _TYPE_IDS[np.where(plain < len(_TYPE_IDS), plain, 0)]
    raised, has_m = np.zeros(len(batch), dtype=bool), np.zeros(len(batch), dtype=bool)
    raised[present] = (code & 0x80000000 > 0) | (thousands == 1) | (thousands == 3)
    has_m[present] = (code & 0x40000000 > 0) | (thousands == 2) | (thousands == 3)
    return kind, raised, has_m
