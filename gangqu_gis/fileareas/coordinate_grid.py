"""The decimal grid that a feature's coordinates were rounded to, read off the coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gangqu_gis.measure import Floats, Rings
from gangqu_gis.measure.ellipsoid import Ellipsoid

if TYPE_CHECKING:
    from pyproj import CRS

#: Numbers that must differ and lie on a grid, so that it is no accident: those of a triangle.
LEAST_NUMBERS = 6

#: More decimals of a degree or a metre than this a float of 64 bits does not hold.
MOST_PLACES = 12


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid of 10^-``decimals`` units of the CRS, which are ``step_m`` metres."""

    decimals: int
    step_m: float


@dataclass(frozen=True, slots=True)
class Grids:
    """The grid of each feature: ``decimals`` is -1 and ``step_m`` NaN where there is none."""

    decimals: NDArray[np.intp]
    step_m: Floats

    @classmethod
    def none(cls, number: int) -> Grids:
        """Return no grid for so many features."""
        return cls(np.full(number, -1, dtype=np.intp), np.full(number, np.nan))

    @property
    def found(self) -> NDArray[np.bool_]:
        """Where there is one."""
        return self.decimals >= 0

    def at(self, which: int) -> Grid | None:
        """Return the grid of one feature."""
        if self.decimals[which] < 0:
            return None
        return Grid(int(self.decimals[which]), float(self.step_m[which]))

    def put(self, which: NDArray[np.intp], other: Grids) -> None:
        """Set the grids of some features."""
        self.decimals[which], self.step_m[which] = other.decimals, other.step_m


def coordinate_grids(rings: Rings, crs: CRS, *, coarser_than_m: float) -> Grids:
    """Return the coarsest decimal grid on which all coordinates of each polygon lie.

    It is looked for only where it is coarser than ``coarser_than_m``, and needs
    :data:`LEAST_NUMBERS` numbers.  ``rings`` are in ``crs``; what is found of a polygon depends on
    the polygon alone.
    """
    grids, unit_m = Grids.none(rings.size), metres_per_unit(rings, crs)
    if not len(rings):
        return grids
    finest = math.ceil(math.log10(float(np.nanmax(unit_m)) / coarser_than_m)) - 1
    first, left = min(finest, MOST_PLACES), rings
    for places in range(first, -1, -1):  # on a grid, so on all finer ones
        off = ~_on_grid(left.xy, places).all(axis=1)
        of_ring = np.add.reduceat(off, left.start[:-1], dtype=np.intp) > 0
        left = left.only(~left.flagged(of_ring))
        if places == first and len(left):  # to count takes longer, and most have left already
            left = left.only(_different_numbers(left) >= LEAST_NUMBERS)
        if not len(left):
            break
        grids.decimals[left.polygon] = places
    step = unit_m * 10.0 ** -grids.decimals.astype(np.float64)
    coarse = grids.found & (step > coarser_than_m)
    return Grids(np.where(coarse, grids.decimals, -1), np.where(coarse, step, np.nan))


def metres_per_unit(rings: Rings, crs: CRS) -> Floats:
    """Return the metres of a unit of ``crs`` at each polygon (NaN: it has no ring).

    Of an angle it is the larger of the radii of curvature along the meridian and along the
    parallel, at the polygon's southernmost point.
    """
    factor = float(crs.axis_info[0].unit_conversion_factor)  # metres, or radians
    found = np.full(rings.size, np.nan)
    if crs.is_projected or not len(rings):
        found[rings.polygon] = factor
        return found
    np.fmin.at(found, rings.polygon, np.minimum.reduceat(rings.xy[:, 1], rings.start[:-1]))
    return Ellipsoid.of(crs).largest_radius(found * factor) * factor


def _on_grid(values: Floats, places: int) -> NDArray[np.bool_]:
    """Return which numbers are floats of decimal texts of so many places, or next to one."""
    grid = np.rint(values * 10.0**places) / 10.0**places
    near: NDArray[np.bool_] = np.abs(grid - values) <= np.spacing(np.abs(values))
    return near


def _different_numbers(rings: Rings) -> NDArray[np.intp]:
    """Return how many different numbers each polygon has: those of one axis and of the other."""
    owner = np.repeat(rings.polygon, np.diff(rings.start))
    number = np.zeros(rings.size, dtype=np.intp)
    for values in rings.xy.T:
        order = np.lexsort((values, owner))
        whose, value = owner[order], values[order]
        new = np.append(True, (whose[1:] != whose[:-1]) | (value[1:] != value[:-1]))
        number += np.bincount(whose[new], minlength=rings.size)
    return number
