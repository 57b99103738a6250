"""A stored area column judged against the measured areas of its own geometry, all at once.

The column was computed from the same coordinates, so only rounding may part them (tolerance class
"same coordinates").  Whatever else parts them has a cause, and each is tested: the other kind of
area, a slip of the unit, an area taken in Web Mercator.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gangqu_gis import crs as crs_module
from gangqu_gis import tolerance
from gangqu_gis.checks import Tolerance, Verdict
from gangqu_gis.errors import InputError
from gangqu_gis.fileareas.coordinate_grid import Grid, Grids, coordinate_grids
from gangqu_gis.measure import Floats, Measures, Rings, planar_areas
from gangqu_gis.messages import message
from gangqu_gis.units import AREA_UNITS, Unit, unit

if TYPE_CHECKING:
    from pyproj import CRS

#: More decimals than this in a floating-point column are noise of the format, not precision:
#: 1e-10 km² is 0.1 mm².
MOST_DECIMALS = 10

_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?", flags=re.ASCII)

#: No area of anything on Earth is a larger number, in any unit.
LARGEST_STORED = 1e15

#: The largest tolerance, as a share of the area, that can confirm one (design: 1/200).
LARGEST_SHARE = 0.005


class StoredCause(StrEnum):
    """Why a stored area differs from its geometry."""

    NONE = ""
    PLANAR = "planar"
    UNIT = "unit"
    WEB_MERCATOR = "web_mercator"
    STALE = "stale"
    COARSE = "coarse"
    COORDINATES = "coordinates"
    COARSE_COORDINATES = "coarse_coordinates"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Stated areas against measured ones, one entry per feature.

    ``stated_m2`` is NaN where nothing is stated, ``tolerance_m2`` where nothing can be compared;
    ``meant`` is the unit that a slip confused with the column's.  Causes are counted with it, where
    there are any.  ``grids`` are those that coordinates were rounded to, of features that were
    judged by them.
    """

    stated_m2: Floats
    tolerance_m2: Floats
    verdicts: list[Verdict]
    causes: list[StoredCause]
    meant: list[Unit | None]
    verdict_counts: Counter[Verdict]
    cause_counts: Counter[tuple[StoredCause, Unit | None]]
    grids: Grids


@dataclass(frozen=True, slots=True)
class Column:
    """A stored column: its unit, the decimals it was kept to, and the limits it is judged by."""

    name: str
    unit: Unit
    decimals: int
    coordinate_m: float
    largest_share: float = LARGEST_SHARE

    @property
    def half_unit_m2(self) -> float:
        """Half a unit of the last decimal, m²."""
        return 0.5 * 10.0**-self.decimals * float(self.unit.factor)

    def tolerance(self, squares_m2: float, grid: Grid | None) -> Tolerance:
        """Return the tolerance of one feature, with its formula, from its ΣD²."""
        return tolerance.same_coordinates_over(
            squares_m2,
            coordinate_m=self.coordinate_m if grid is None else grid.step_m,
            column_half_unit_m2=self.half_unit_m2,
            decimals=None if grid is None else grid.decimals,
        )


def judge(
    measured: Measures,
    stated: Floats,
    column: Column,
    rings: Callable[[NDArray[np.intp]], Rings],
    crs: CRS,
) -> Judgement:
    """Judge stated numbers (NaN: none) against measured polygons, all at once.

    ``rings`` gives the rings of some features in ``crs``: asked for only where the areas differ.
    """
    stated_m2 = stated * float(column.unit.factor)
    limit, code, grids = _compared(measured, stated_m2, column, rings, crs)
    causes = [StoredCause.NONE] * len(stated)
    meant: list[Unit | None] = [None] * len(stated)
    counted: Counter[tuple[StoredCause, Unit | None]] = Counter()
    rounded = grids.found & (code == _BETWEEN)
    found = _causes(measured, stated, limit, column, np.flatnonzero(code > _AGREES), rounded,
                    lambda some: web_mercator_areas(rings(some), crs))  # fmt: skip
    for which, cause, other in chain(_of_rounding(code, grids.found), found):
        counted += Counter({(cause, other): len(which)})
        for i in which.tolist():
            causes[i], meant[i] = cause, other
    given, times = np.unique(code, return_counts=True)
    counts = Counter(dict(zip(_VERDICTS[given].tolist(), times.tolist(), strict=True)))
    verdicts = _VERDICTS[code].tolist()
    return Judgement(stated_m2, limit, verdicts, causes, meant, counts, counted, grids)


_VERDICTS = np.array(
    [
        Verdict.MISSING,
        Verdict.UNSTATED,
        Verdict.INDICATIVE,
        Verdict.AGREE,
        Verdict.REVIEW,
        Verdict.DIFFER,
    ],
    dtype=object,
)
#: Places among them; what comes after the second differs.
_TOO_COARSE, _AGREES, _BETWEEN = 2, 3, 4


def _compared(
    measured: Measures,
    stated_m2: Floats,
    column: Column,
    rings: Callable[[NDArray[np.intp]], Rings],
    crs: CRS,
) -> tuple[Floats, NDArray[np.int64], Grids]:
    """Return tolerances and places among the verdicts, and the grids of rounded coordinates.

    What differs is judged again by its own coordinates, where those were rounded coarser than the
    column says.
    """

    def at_step(step_m: float | Floats, at: Any) -> tuple[Floats, NDArray[np.int64]]:
        limit = tolerance.same_coordinates_values(
            measured.squares_m2[at], coordinate_m=step_m, column_half_unit_m2=column.half_unit_m2
        )
        return _places(measured.ellipsoidal_m2[at], stated_m2[at], limit, column.largest_share)

    limit, code = at_step(column.coordinate_m, slice(None))
    grids, asked = Grids.none(len(code)), np.flatnonzero(code > _AGREES)
    if len(asked):
        own = coordinate_grids(rings(asked), crs, coarser_than_m=column.coordinate_m)
        grids.put(asked, own)
        again = np.flatnonzero(grids.found)
        limit[again], code[again] = at_step(grids.step_m[again], again)
    return limit, code, grids


def _places(
    area: Floats, stated_m2: Floats, limit: Floats, largest_share: float
) -> tuple[Floats, NDArray[np.int64]]:
    """Return the tolerances, NaN where nothing is compared, and places among the verdicts."""
    withheld, unstated = np.isnan(area), np.isnan(stated_m2)
    limit = np.where(withheld | unstated, np.nan, limit)
    distance = np.abs(stated_m2 - area)
    coarse = (limit > largest_share * area) & (distance <= 2 * limit)
    code = np.select(
        [withheld, unstated, coarse, distance <= limit, distance <= 2 * limit],
        np.arange(5),
        default=np.int64(5),
    )
    return limit, code


def _of_rounding(
    code: NDArray[np.int64], rounded: NDArray[np.bool_]
) -> Iterator[tuple[NDArray[np.intp], StoredCause, Unit | None]]:
    """Yield which features are too coarse to say, or agree only as ``rounded`` coordinates."""
    coarse = code == _TOO_COARSE
    yield np.flatnonzero(coarse & ~rounded), StoredCause.COARSE, None
    yield np.flatnonzero(coarse & rounded), StoredCause.COARSE_COORDINATES, None
    yield np.flatnonzero((code == _AGREES) & rounded), StoredCause.COORDINATES, None


def _causes(
    measured: Measures,
    stated: Floats,
    limit: Floats,
    column: Column,
    asked: NDArray[np.intp],
    rounded: NDArray[np.bool_],
    mercator: Callable[[NDArray[np.intp]], Floats],
) -> Iterator[tuple[NDArray[np.intp], StoredCause, Unit | None]]:
    """Yield which of the features that differ have which cause: the first one that fits.

    Where none does, ``rounded`` says whether rounded coordinates may be it.
    """
    factor = float(column.unit.factor)

    def fits(area: Floats, other: float, room: Floats) -> NDArray[np.bool_]:
        return np.abs(stated[asked] * other - area) <= limit[asked] + room

    found = fits(measured.planar_m2[asked], factor, np.zeros(len(asked)))
    yield asked[found], StoredCause.PLANAR, None
    asked = asked[~found]
    half = 0.5 * 10.0 ** -decimals_of_each(stated[asked]).astype(np.float64)
    for slip in (unit(name) for name in AREA_UNITS):
        if slip is column.unit:
            continue
        other = float(slip.factor)
        found = fits(measured.ellipsoidal_m2[asked], other, half * other)
        found |= fits(measured.planar_m2[asked], other, half * other)
        yield asked[found], StoredCause.UNIT, slip
        asked, half = asked[~found], half[~found]
    found = fits(mercator(asked), factor, np.zeros(len(asked)))
    yield asked[found], StoredCause.WEB_MERCATOR, None
    asked = asked[~found]
    yield asked[rounded[asked]], StoredCause.COORDINATES, None
    yield asked[~rounded[asked]], StoredCause.STALE, None


def column_numbers(
    values: NDArray[Any], source: str, label: Callable[[int], str]
) -> Floats:
    """Return the numbers of a column, NaN where it is empty; ``label`` names a feature.

    Raises
    ------
    InputError
        Something in it is no number: of which feature.
    """
    if values.dtype.kind in "iuf":
        found = values.astype(np.float64)
        if (np.isnan(found) | (np.abs(found) <= LARGEST_STORED)).all():
            return found
    numbers = np.full(len(values), np.nan)
    for i, value in enumerate(values):
        if value is None or value != value or (isinstance(value, str) and not value.strip()):
            continue
        is_truth = isinstance(value, bool | np.bool_)
        readable = not is_truth and (not isinstance(value, str) or _NUMBER.fullmatch(value.strip()))
        try:
            numbers[i] = float(value) if readable else np.inf
        except (TypeError, ValueError):
            numbers[i] = np.inf
        if abs(numbers[i]) > LARGEST_STORED:
            text = message("measure.not_a_number", id=label(i), value=str(value)[:40])
            raise InputError(text, file=source)
    return numbers


def column_decimals(values: Floats) -> int:
    """Return the decimals the column was kept to: the fewest that reproduce every value."""
    present = values[np.isfinite(values)]
    return int(decimals_of_each(present).max(initial=0))


def decimals_of_each(values: Floats) -> NDArray[np.intp]:
    """Return the fewest decimals that reproduce each value, :data:`MOST_DECIMALS` at most."""
    decimals = np.full(len(values), MOST_DECIMALS, dtype=np.intp)
    open_ = np.arange(len(values))
    for places in range(MOST_DECIMALS):
        rounded = np.round(values[open_], places)
        kept = np.abs(values[open_] - rounded) <= 1e-12 * np.abs(rounded)
        decimals[open_[kept]] = places
        open_ = open_[~kept]
    return decimals


def web_mercator_areas(rings: Rings, crs: CRS) -> Floats:
    """Return the areas a careless user would get in EPSG:3857; only to recognise them."""
    base, radius = crs_module.geographic(crs), 6378137.0
    lon, lat = rings.xy[:, 0], rings.xy[:, 1]
    if crs != base:
        lon, lat = crs_module.transformer(crs, base).transform(lon, lat)
    north = radius * np.arctanh(np.sin(np.deg2rad(lat)))
    return planar_areas(rings.with_xy(np.column_stack([radius * np.deg2rad(lon), north])))
