"""Dimensions of figures, so that hectares are never added to dwellings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from gangqu_gis.units import COUNTED

#: Dimensions of the unit table that are made of others.
_MADE_OF: dict[str, dict[str, int]] = {
    "ratio": {},
    "area_per_person": {"area": 1, "people": -1},
    "price": {"money": 1, "area": -1},
}


class DimensionError(ValueError):
    """Two quantities of different dimensions were added or compared."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A product of powers of base dimensions; none for a ratio."""

    powers: frozenset[tuple[str, int]]

    @classmethod
    def of(cls, name: str) -> Dimension:
        """Return the dimension that the unit table calls ``name``."""
        return cls._from(_MADE_OF.get(name, {name: 1}))

    @classmethod
    def _from(cls, powers: dict[str, int]) -> Dimension:
        return cls(frozenset((name, power) for name, power in powers.items() if power))

    def __add__(self, other: Dimension) -> Dimension:
        if self != other:
            raise DimensionError
        return self

    __sub__ = __add__

    def __mul__(self, other: Dimension) -> Dimension:
        return self._combined(other, 1)

    def __truediv__(self, other: Dimension) -> Dimension:
        return self._combined(other, -1)

    @property
    def without_counts(self) -> Dimension:
        """The dimension with 套, 户, 人 and the like left out: 60 m2 × 50 套 is an area."""
        return Dimension(frozenset((n, p) for n, p in self.powers if n not in COUNTED))

    def _combined(self, other: Dimension, sign: int) -> Dimension:
        powers = Counter(dict(self.powers))
        for name, power in other.powers:
            powers[name] += sign * power
        return self._from(dict(powers))


RATIO = Dimension.of("ratio")


def demand_alike(dimensions: Iterable[Dimension]) -> Dimension | None:
    """Return the one dimension that all share; ``None`` for no dimensions.

    Raises
    ------
    DimensionError
        They are not all the same.
    """
    found: Dimension | None = None
    for dimension in dimensions:
        found = dimension if found is None else found + dimension
    return found
