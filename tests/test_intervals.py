"""Intervals: the laws of interval arithmetic, checked on exact rationals."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import (
    any_intervals,
    intervals,
    members,
    positive,
    positive_intervals,
    rationals,
    widened,
    widths,
    within,
)

from gangqu_gis.intervals import Interval, nth_root

Operation = Callable[[Interval, Interval], Interval]
Scalar = Callable[[Fraction, Fraction], Fraction]

#: Roots are carried to 50 digits.
ROOT_ERROR = Fraction(1, 10**45)

SIGNED = st.one_of(positive_intervals(), positive_intervals().map(operator.neg))
OPERATIONS = [
    pytest.param(operator.add, intervals(), id="add"),
    pytest.param(operator.sub, intervals(), id="sub"),
    pytest.param(operator.mul, intervals(), id="mul"),
    pytest.param(operator.truediv, SIGNED, id="div"),
]


def test_by_hand() -> None:
    a, b = Interval(Fraction(-1), Fraction(2)), Interval(Fraction(3), Fraction(4))
    assert a + b == Interval(Fraction(2), Fraction(6))
    assert a - b == Interval(Fraction(-5), Fraction(-1))
    assert a * b == Interval(Fraction(-4), Fraction(8))
    assert a / b == Interval(Fraction(-1, 3), Fraction(2, 3))
    assert -a == Interval(Fraction(-2), Fraction(1))
    assert a.scaled(Fraction(2000, 3)) == Interval(Fraction(-2000, 3), Fraction(4000, 3))


def test_unbounded_ends_stay_unbounded() -> None:
    at_least = Interval(Fraction(30), None)
    assert at_least + Interval.exactly(1) == Interval(Fraction(31), None)
    assert Interval.exactly(100) - at_least == Interval(None, Fraction(70))
    assert -at_least == Interval(None, Fraction(-30))
    assert at_least.scaled(Fraction(1, 10)) == Interval(Fraction(3), None)


@pytest.mark.parametrize(("operation", "operands"), OPERATIONS)
@given(data=st.data())
def test_containment(
    operation: Callable[..., object], operands: st.SearchStrategy[Interval], data: st.DataObject
) -> None:
    a, x = data.draw(members(intervals()))
    b, y = data.draw(members(operands))
    whole, single = operation(a, b), operation(x, y)
    assert isinstance(whole, Interval) and isinstance(single, Fraction)
    assert whole.low is not None and whole.high is not None
    assert whole.low <= single <= whole.high


@pytest.mark.parametrize(("operation", "operands"), OPERATIONS[:3])
@given(a=intervals(), below=widths, above=widths, data=st.data())
def test_widening_an_operand_widens_the_result(
    operation: Operation,
    operands: st.SearchStrategy[Interval],
    a: Interval,
    below: Fraction,
    above: Fraction,
    data: st.DataObject,
) -> None:
    b = data.draw(operands)
    assert within(operation(a, b), operation(widened(a, below, above), b))
    assert within(operation(b, a), operation(b, widened(a, below, above)))


@given(a=intervals(), divisor=SIGNED, below=widths, above=widths, more=widths)
def test_widening_a_quotient(
    a: Interval, divisor: Interval, below: Fraction, above: Fraction, more: Fraction
) -> None:
    assert within(a / divisor, widened(a, below, above) / divisor)
    assert divisor.low is not None and divisor.high is not None
    if divisor.low > 0:
        wider = Interval(divisor.low, divisor.high + more)
    else:
        wider = Interval(divisor.low - more, divisor.high)
    assert within(a / divisor, a / wider)


@given(a=positive_intervals(), below=widths, above=widths, n=st.integers(1, 5))
def test_widening_a_root(a: Interval, below: Fraction, above: Fraction, n: int) -> None:
    assert a.low is not None and a.high is not None
    wider = Interval(max(Fraction(0), a.low - below), a.high + above)
    assert within(a.root(n), widened(wider.root(n), ROOT_ERROR, ROOT_ERROR))


@given(a=any_intervals(), b=any_intervals())
def test_meets_is_symmetric(a: Interval, b: Interval) -> None:
    assert a.meets(b) is b.meets(a)


@given(a=any_intervals())
def test_meets_itself(a: Interval) -> None:
    assert a.meets(a)


@given(a=intervals(), b=intervals())
def test_meets_when_a_common_value_exists(a: Interval, b: Interval) -> None:
    assert a.low is not None and a.high is not None
    assert b.low is not None and b.high is not None
    assert a.meets(b) is (max(a.low, b.low) <= min(a.high, b.high))


def test_touching_intervals_meet() -> None:
    low, high = Interval(Fraction(1), Fraction(2)), Interval(Fraction(2), Fraction(3))
    beyond = Interval(Fraction(2) + Fraction(1, 10**30), Fraction(3))
    assert low.meets(high) and high.meets(low)
    assert not low.meets(beyond) and not beyond.meets(low)
    assert Interval(None, Fraction(1)).meets(Interval(Fraction(1), None))
    assert not Interval(None, Fraction(1)).meets(Interval(Fraction(2), None))


@given(a=any_intervals(), value=rationals)
def test_distance_is_zero_inside_only(a: Interval, value: Fraction) -> None:
    inside = (a.low is None or a.low <= value) and (a.high is None or value <= a.high)
    assert (a.distance(value) == 0) is inside
    assert a.contains(value) is inside


@given(a=any_intervals(), value=rationals)
def test_distance_leads_back_to_the_nearest_end(a: Interval, value: Fraction) -> None:
    distance = a.distance(value)
    if distance > 0:
        assert value - distance == a.high
    elif distance < 0:
        assert value - distance == a.low


def test_an_interval_is_not_empty() -> None:
    with pytest.raises(ValueError, match="empty"):
        Interval(Fraction(2), Fraction(1))


@pytest.mark.parametrize("low", [Fraction(-1), Fraction(0)])
def test_no_division_by_what_may_be_zero(low: Fraction) -> None:
    with pytest.raises(ZeroDivisionError):
        Interval.exactly(1) / Interval(low, Fraction(0) if low else Fraction(3))


@pytest.mark.parametrize("operation", [operator.mul, operator.truediv])
def test_products_need_bounded_intervals(operation: Operation) -> None:
    with pytest.raises(ValueError, match="bounded"):
        operation(Interval(Fraction(1), None), Interval.exactly(2))
    with pytest.raises(ValueError, match="bounded"):
        operation(Interval.exactly(2), Interval(Fraction(1), None))


@given(value=positive)
def test_the_first_root_is_exact(value: Fraction) -> None:
    assert nth_root(value, 1) == value


@given(base=positive, n=st.integers(2, 6))
def test_the_root_of_a_power_is_its_base(base: Fraction, n: int) -> None:
    assert abs(nth_root(base**n, n) - base) <= ROOT_ERROR * base


@given(value=positive)
def test_square_root_is_that_of_decimal(value: Fraction) -> None:
    context = Context(prec=60)
    exact = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    expected = Fraction(context.sqrt(exact))
    assert abs(nth_root(value, 2) - expected) <= ROOT_ERROR * expected


@given(pair=members(positive_intervals()), n=st.integers(1, 5))
def test_root_contains_the_root_of_each_member(pair: tuple[Interval, Fraction], n: int) -> None:
    interval, value = pair
    whole = interval.root(n)
    assert whole.low is not None and whole.high is not None
    assert whole.low - ROOT_ERROR <= nth_root(value, n) <= whole.high + ROOT_ERROR


def test_no_root_of_a_negative_value() -> None:
    with pytest.raises(ValueError, match="negative"):
        nth_root(Fraction(-1), 3)
    assert nth_root(Fraction(0), 3) == 0
