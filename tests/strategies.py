"""Hypothesis strategies shared by the tests: rationals, intervals, expressions, stored shapes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import shapely
from hypothesis import strategies as st

from gangqu_gis.intervals import Interval

#: Plain rationals with thirds and sevenths among them: 1 亩 is 2000/3 m².
rationals = st.fractions(min_value=-10_000, max_value=10_000, max_denominator=2100)
positive = st.fractions(min_value=Fraction(1, 2100), max_value=10_000, max_denominator=2100)
widths = st.fractions(min_value=0, max_value=100, max_denominator=60)

#: A position within an interval: 0 its low end, 1 its high end.
positions = st.fractions(min_value=0, max_value=1, max_denominator=16)

NAMES = ("a", "b", "c", "d")


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """Bounded intervals, points among them."""
    low = draw(rationals)
    return Interval(low, low + draw(widths))


@st.composite
def positive_intervals(draw: st.DrawFn) -> Interval:
    """Bounded intervals above zero."""
    low = draw(positive)
    return Interval(low, low + draw(widths))


@st.composite
def any_intervals(draw: st.DrawFn) -> Interval:
    """Intervals, also unbounded on either side or both."""
    low = draw(rationals)
    high = low + draw(widths)
    return Interval(None if draw(st.booleans()) else low, None if draw(st.booleans()) else high)


@st.composite
def members(draw: st.DrawFn, of: st.SearchStrategy[Interval]) -> tuple[Interval, Fraction]:
    """A bounded interval and one of its values."""
    interval = draw(of)
    assert interval.low is not None and interval.high is not None
    share = draw(positions)
    return interval, interval.low + share * (interval.high - interval.low)


def widened(interval: Interval, below: Fraction, above: Fraction) -> Interval:
    """Return ``interval`` with more room on both sides."""
    assert interval.low is not None and interval.high is not None
    return Interval(interval.low - below, interval.high + above)


def within(inner: Interval, outer: Interval) -> bool:
    """Whether a bounded interval lies in another, by its ends."""
    assert inner.low is not None and inner.high is not None
    assert outer.low is not None and outer.high is not None
    return outer.low <= inner.low and inner.high <= outer.high


#: Expressions over NAMES, with parentheses around every operation, so that the text itself fixes
#: the tree; and the same with parentheses only by chance, so that precedence fixes it.
bracketed_expressions: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.builds(
        lambda left, sign, right: f"({left} {sign} {right})",
        inner,
        st.sampled_from("+-*/"),
        inner,
    ),
    max_leaves=8,
)
loose_expressions: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.one_of(
        st.builds(
            lambda left, sign, right: f"{left}{sign}{right}",
            inner,
            st.sampled_from([" + ", "-", " * ", "/"]),
            inner,
        ),
        st.builds(lambda body: f"({body})", inner),
    ),
    max_leaves=8,
)


#: Degrees (lon, lat) within the extent of the shipped workspace.
degrees = st.tuples(st.floats(120.95, 121.2), st.floats(30.55, 30.7))


@st.composite
def stored_shapes(draw: st.DrawFn) -> Any:
    """What a feature of a stored layer may be drawn as, or ``None``: EPSG:4490, sound."""
    x, y = draw(degrees)
    size = draw(st.floats(1e-5, 1e-2))
    square = shapely.box(x, y, x + size, y + size)
    return draw(
        st.sampled_from(
            [
                None,
                square,
                square.reverse(),
                shapely.LineString([(x, y), (x + size, y)]),
                shapely.MultiLineString([[(x, y), (x + size, y)], [(x, y), (x, y + size)]]),
                shapely.MultiPolygon([square]),
                shapely.MultiPolygon([square, shapely.box(x, y - 2e-3, x + size, y - 1e-3)]),
                shapely.Polygon(square.exterior, [square.buffer(-size / 4).exterior]),
            ]
        )
    )
