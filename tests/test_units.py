"""Units: exact conversions and rounding half up."""

from __future__ import annotations

import itertools
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import rationals

from gangqu_gis.units import AREA_UNITS, convert, half_up, known_units, shortest, unit

UNITS = sorted({unit(name).id for name in known_units()})
SAME_DIMENSION = [
    (a, b) for a, b in itertools.product(UNITS, UNITS) if unit(a).dimension == unit(b).dimension
]
OTHER_DIMENSION = [
    (a, b) for a, b in itertools.product(UNITS, UNITS) if unit(a).dimension != unit(b).dimension
]


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("1", "公顷", "㎡", Fraction(10_000)),
        ("1", "公顷", "亩", Fraction(15)),
        ("1", "亩", "㎡", Fraction(2000, 3)),
        ("500", "亩", "公顷", Fraction(100, 3)),
        ("1", "平方公里", "公顷", Fraction(100)),
        ("1", "平方公里", "亩", Fraction(1500)),
        ("2.24", "平方公里", "公顷", Fraction(224)),
        ("33.33", "万平方米", "公顷", Fraction(3333, 100)),
        ("53824.3", "平方米", "亩", Fraction(538243 * 3, 20_000)),
        ("1.44", "万套", "套", Fraction(14_400)),
        ("5.78", "万人", "人", Fraction(57_800)),
        ("1", "亿元", "万元", Fraction(10_000)),
        ("1", "万元", "元", Fraction(10_000)),
        ("25", "%", "1", Fraction(1, 4)),
        ("25", "个百分点", "%", Fraction(25)),
        ("1.2", "倍", "%", Fraction(120)),
    ],
)
def test_conversions_are_exact(value: str, source: str, target: str, expected: Fraction) -> None:
    assert convert(Fraction(value), unit(source), unit(target)) == expected


@given(value=rationals, pair=st.sampled_from(SAME_DIMENSION))
def test_round_trip_returns_what_went_in(value: Fraction, pair: tuple[str, str]) -> None:
    source, target = (unit(name) for name in pair)
    assert convert(convert(value, source, target), target, source) == value


def test_other_dimensions_are_not_converted() -> None:
    for source, target in OTHER_DIMENSION:
        with pytest.raises(ValueError, match="dimensions"):
            convert(Fraction(1), unit(source), unit(target))


@pytest.mark.parametrize(
    "names",
    [
        ("m2", "㎡", "m²", "平方米", "平米", " ㎡ "),
        ("ha", "公顷", "hm²", "hm2"),
        ("km2", "平方公里", "平方千米", "km²"),
        ("mu", "亩"),
        ("10k_m2", "万平方米", "万m2", "万㎡"),
        ("percent", "%", "％"),
        ("vehicle", "辆", "个车位"),
    ],
)
def test_spellings_of_one_unit(names: tuple[str, ...]) -> None:
    assert len({unit(name).id for name in names}) == 1


@pytest.mark.parametrize("name", ["", "hectare", "公亩", "m", "HA"])
def test_unknown_unit(name: str) -> None:
    with pytest.raises(KeyError):
        unit(name)


def test_only_whole_things_are_counted() -> None:
    exact = {id_ for id_ in UNITS if unit(id_).counts_whole_things}
    assert exact == {"dwelling", "household", "person", "item", "vehicle", "year"}


def test_measure_takes_area_units_only() -> None:
    assert {unit(name).dimension for name in AREA_UNITS} == {"area"}


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (Fraction(5, 2), 0, "3"),
        (Fraction(-5, 2), 0, "-3"),
        (Fraction(1, 2), 0, "1"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(49, 100), 0, "0"),
        (Fraction(-49, 100), 0, "0"),
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(-1, 8), 2, "-0.13"),
        (Fraction(181, 10), 2, "18.10"),
        (Fraction(2000, 3), 2, "666.67"),
        (Decimal("2.675"), 2, "2.68"),
        (Decimal("-2.675"), 2, "-2.68"),
        (Decimal("0.045"), 2, "0.05"),
        # These floats lie just below the tie that they are written as.
        (2.675, 2, "2.67"),
        (1.005, 2, "1.00"),
        # And these are ties exactly.
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (-0.125, 2, "-0.13"),
        (0.0, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (Fraction(995, 10), 0, "100"),
        (Fraction(10**12) + Fraction(5, 1000), 2, "1000000000000.01"),
    ],
)
def test_half_up(value: Fraction | Decimal | float, places: int, expected: str) -> None:
    assert str(half_up(value, places)) == expected


@given(
    value=st.decimals(min_value=-(10**9), max_value=10**9, places=5),
    places=st.integers(min_value=0, max_value=6),
)
def test_half_up_is_decimal_half_up(value: Decimal, places: int) -> None:
    with localcontext() as context:
        context.prec = 60
        expected = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert half_up(value, places) == expected


@given(
    tie=st.integers(min_value=-(10**6), max_value=10**6),
    places=st.integers(min_value=0, max_value=4),
)
def test_half_up_moves_ties_away_from_zero(tie: int, places: int) -> None:
    value = Fraction(2 * tie + 1, 2 * 10**places)
    step = Fraction(1, 10**places)
    expected = value + step / 2 if value > 0 else value - step / 2
    assert Fraction(half_up(value, places)) == expected


@given(
    value=st.floats(min_value=-1e9, max_value=1e9, allow_nan=False),
    places=st.integers(min_value=0, max_value=6),
)
def test_half_up_takes_a_float_as_the_binary_number_it_is(value: float, places: int) -> None:
    with localcontext() as context:
        context.prec = 1200
        expected = Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    found = half_up(value, places)
    assert found == expected
    assert found != 0 or not found.is_signed()


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (Fraction(0), 12, "0"),
        (Fraction(15), 12, "15"),
        (Fraction(100), 12, "100"),
        (Fraction(-100), 6, "-100"),
        (Fraction(181, 10), 12, "18.1"),
        (Fraction(-1, 4), 12, "-0.25"),
        (Fraction(1, 1024), 12, "0.0009765625"),
        (Fraction(538243 * 3, 20_000), 12, "80.73645"),
        (Fraction(1, 3), 6, "0.333333"),
        (Fraction(-2, 3), 6, "-0.666667"),
        (Fraction(100, 3), 6, "33.3333"),
        (Fraction(2000, 3), 12, "666.666666667"),
        (Fraction(2_000_000, 3), 6, "666667"),
        (Fraction(20_000_000, 3), 6, "6666667"),
        # Small values keep their significant digits: a difference is never shown as none.
        (Fraction(1, 3_000_000), 6, "0.000000333333"),
        (Fraction(-2, 3 * 10**9), 6, "-0.000000000666667"),
    ],
)
def test_shortest(value: Fraction, digits: int, expected: str) -> None:
    assert shortest(value, digits=digits) == expected


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=9))
def test_shortest_is_exact_where_it_is_short(value: Decimal) -> None:
    assert Fraction(shortest(Fraction(value))) == Fraction(value)


@given(st.fractions(min_value=1, max_value=10**6, max_denominator=9973))
def test_shortest_keeps_the_significant_digits(value: Fraction) -> None:
    error = abs(Fraction(shortest(value, digits=8)) - value)
    assert error <= value * Fraction(1, 10**7) / 2
