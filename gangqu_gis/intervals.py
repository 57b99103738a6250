"""Closed intervals of exact rationals: what a rounded figure may really be."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

#: Digits carried through roots and powers that are no rational; far beyond any printed figure.
_ROOT_CONTEXT = Context(prec=50)


@dataclass(frozen=True, slots=True)
class Interval:
    """All values from ``low`` to ``high``; ``None`` is unbounded on that side."""

    low: Fraction | None
    high: Fraction | None

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"empty interval {self.low} … {self.high}")

    @classmethod
    def exactly(cls, value: Fraction | int) -> Interval:
        """Return the interval that holds ``value`` alone."""
        return cls(Fraction(value), Fraction(value))

    def __add__(self, other: Interval) -> Interval:
        return Interval(_sum(self.low, other.low), _sum(self.high, other.high))

    def __sub__(self, other: Interval) -> Interval:
        return self + (-other)

    def __neg__(self) -> Interval:
        return Interval(
            None if self.high is None else -self.high, None if self.low is None else -self.low
        )

    def __mul__(self, other: Interval) -> Interval:
        ends = [a * b for a in self._both() for b in other._both()]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        low, high = other._both()
        if low <= 0 <= high:
            raise ZeroDivisionError("division by an interval that holds zero")
        return self * Interval(1 / high, 1 / low)

    def scaled(self, factor: Fraction) -> Interval:
        """Return the interval in a unit that is ``1/factor`` as large (factor > 0)."""
        return Interval(
            None if self.low is None else self.low * factor,
            None if self.high is None else self.high * factor,
        )

    def root(self, n: int) -> Interval:
        """Return the positive ``n``-th root of a positive interval."""
        low, high = self._both()
        return Interval(nth_root(low, n), nth_root(high, n))

    def meets(self, other: Interval) -> bool:
        """Whether the two intervals have a value in common."""
        return not (_below(self, other) or _below(other, self))

    def contains(self, value: Fraction) -> bool:
        """Whether ``value`` lies in the interval, its ends included."""
        return self.distance(value) == 0

    def distance(self, value: Fraction) -> Fraction:
        """Return how far ``value`` lies outside: negative below, positive above, 0 inside."""
        if self.low is not None and value < self.low:
            return value - self.low
        if self.high is not None and value > self.high:
            return value - self.high
        return Fraction(0)

    def _both(self) -> tuple[Fraction, Fraction]:
        if self.low is None or self.high is None:
            raise ValueError("the operation needs a bounded interval")
        return self.low, self.high


def nth_root(value: Fraction, n: int) -> Fraction:
    """Return the ``n``-th root of a positive value, to 50 digits (exact for n = 1)."""
    if n == 1:
        return value
    if value < 0:
        raise ValueError("root of a negative value")
    exact = _ROOT_CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))
    return Fraction(_ROOT_CONTEXT.power(exact, _ROOT_CONTEXT.divide(Decimal(1), Decimal(n))))


def _sum(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else a + b


def _below(a: Interval, b: Interval) -> bool:
    return a.high is not None and b.low is not None and a.high < b.low
