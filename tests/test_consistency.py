"""Figures against figures: every rule kind, computed by hand, at and beyond its boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from register_builder import answer, enumeration, figure, plan_of, rule

from gangqu_gis.checks import Check, Verdict
from gangqu_gis.consistency import check_rule
from gangqu_gis.intervals import Interval

CONSISTENT = Verdict.CONSISTENT
INCONSISTENT = Verdict.INCONSISTENT
REMAINDER = Verdict.REMAINDER

#: Roots are carried to 50 digits.
ROOT_ERROR = Fraction(1, 10**40)

#: id, printed, unit, qualifier
Printed = tuple[str, str, str] | tuple[str, str, str, str]


@dataclass(frozen=True)
class Case:
    """A small plan with one rule, and the answer worked out by hand (in the stated unit)."""

    name: str
    figures: list[Printed]
    rule: str
    verdict: Verdict
    computed: str
    span: tuple[str | None, str | None] | None = None
    difference: str | None = None


def exact(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def check_of(folder: Path, figures: list[Printed], source: str) -> Check:
    blocks = [figure(f[0], f[1], f[2], qualifier=f[3] if len(f) == 4 else "") for f in figures]
    return answer(folder, blocks, source)


def judge(folder: Path, case: Case) -> None:
    check = check_of(folder, case.figures, case.rule)
    assert check.verdict is case.verdict
    assert check.computed == Fraction(case.computed)
    if case.span is not None:
        assert check.computed_interval is not None
        found = (check.computed_interval.low, check.computed_interval.high)
        assert found == (exact(case.span[0]), exact(case.span[1]))
    if case.difference is not None:
        assert check.difference == Fraction(case.difference)


def sums(total: str, *, exhaustive: bool = True) -> tuple[list[Printed], str]:
    """1.2 ha [1.15, 1.25] and 3 ha [2.5, 3.5]: together 4.2 ha [3.65, 4.75]."""
    figures: list[Printed] = [("t", total, "公顷"), ("a", "1.2", "公顷"), ("b", "3", "公顷")]
    return figures, rule("sum", total="t", parts=["a", "b"], exhaustive=exhaustive)


SPAN = ("3.65", "4.75")
SUM_CASES = [
    Case("equal", *sums("4.2"), CONSISTENT, "4.2", SPAN, "0"),
    Case("high end touches 4.75", *sums("4.8"), CONSISTENT, "4.2", SPAN, "-0.6"),
    Case("4.805 is beyond", *sums("4.81"), INCONSISTENT, "4.2", SPAN, "-0.61"),
    Case("low end touches 3.65", *sums("3.6"), CONSISTENT, "4.2", SPAN, "0.6"),
    Case("3.645 is beyond", *sums("3.64"), INCONSISTENT, "4.2", SPAN, "0.56"),
    Case("open, equal", *sums("4.2", exhaustive=False), CONSISTENT, "4.2", SPAN, "0"),
    Case("open, a little left", *sums("4.3", exhaustive=False), REMAINDER, "4.2", SPAN, "-0.1"),
    Case("open, much left", *sums("90", exhaustive=False), REMAINDER, "4.2", SPAN, "-85.8"),
    Case("open, over by rounding", *sums("3.6", exhaustive=False), CONSISTENT, "4.2", SPAN, "0.6"),
    Case("open, over", *sums("3.64", exhaustive=False), INCONSISTENT, "4.2", SPAN, "0.56"),
    Case(
        "counts are exact",
        [("t", "912", "套"), ("a", "500", "套"), ("b", "413", "套")],
        rule("sum", total="t", parts=["a", "b"], exhaustive=True),
        INCONSISTENT,
        "913",
        ("913", "913"),
        "1",
    ),
    Case(
        "about widens",
        [("t", "10500", "套", "约"), ("a", "8600", "套"), ("b", "2005", "套")],
        rule("sum", total="t", parts=["a", "b"], exhaustive=True),
        CONSISTENT,
        "10605",
        ("10605", "10605"),
        "105",
    ),
    Case(
        "one more than about",
        [("t", "10500", "套", "约"), ("a", "8600", "套"), ("b", "2006", "套")],
        rule("sum", total="t", parts=["a", "b"], exhaustive=True),
        INCONSISTENT,
        "10606",
        ("10606", "10606"),
        "106",
    ),
    Case(
        "parts in another unit",
        [("t", "1.92", "平方公里"), ("a", "23.7", "公顷"), ("b", "165.13", "公顷")],
        rule("sum", total="t", parts=["a", "b"], exhaustive=False),
        REMAINDER,
        "1.8883",
        ("1.88775", "1.88885"),
        "-0.0317",
    ),
    Case(
        "within a range",
        [("t", "2.0-2.4", "倍"), ("a", "1.1", "倍"), ("b", "1.2", "倍")],
        rule("sum", total="t", parts=["a", "b"], exhaustive=True),
        CONSISTENT,
        "2.3",
        ("2.2", "2.4"),
        "0",
    ),
    Case(
        "at least: the parts may reach it",
        [("t", "30", "公顷", "≥"), ("a", "40", "公顷")],
        rule("sum", total="t", parts=["a"], exhaustive=True),
        CONSISTENT,
        "40",
        ("39.5", "40.5"),
        "10",
    ),
    Case(
        "at least: the parts stay below",
        [("t", "30", "公顷", "≥"), ("a", "29", "公顷")],
        rule("sum", total="t", parts=["a"], exhaustive=True),
        INCONSISTENT,
        "29",
        ("28.5", "29.5"),
        "-1",
    ),
]


def whole(a: str, b: str, *, exhaustive: bool) -> tuple[list[Printed], str]:
    figures: list[Printed] = [("a", a, "%"), ("b", b, "%")]
    parts = ["a", "b"]
    return figures, rule("sum", total_percent="100", parts=parts, exhaustive=exhaustive)


WHOLE_CASES = [
    Case("all", *whole("60", "40", exhaustive=True), CONSISTENT, "100", ("99", "101"), "0"),
    Case(
        "just short of 100",
        *whole("60", "39.45", exhaustive=True),
        INCONSISTENT,
        "99.45",
        ("98.945", "99.955"),
        "-0.55",
    ),
    Case(
        "100 is the high end",
        *whole("60", "39", exhaustive=True),
        CONSISTENT,
        "99",
        ("98", "100"),
        "-1",
    ),
    Case(
        "three shares, others not listed",
        *whole("32.29", "29.01", exhaustive=False),
        REMAINDER,
        "61.3",
        ("61.29", "61.31"),
        "-38.7",
    ),
    Case(
        "over 100",
        *whole("60", "42", exhaustive=False),
        INCONSISTENT,
        "102",
        ("101", "103"),
        "2",
    ),
    Case(
        "over 100 by rounding",
        *whole("60", "41", exhaustive=False),
        CONSISTENT,
        "101",
        ("100", "102"),
        "1",
    ),
]


def share(printed: str) -> tuple[list[Printed], str]:
    """1.00 / 4.00 ha: 25 %, from 0.995/4.005 = 24.844 % to 1.005/3.995 = 25.1564 %."""
    figures: list[Printed] = [("p", "1.00", "公顷"), ("w", "4.00", "公顷"), ("s", printed, "%")]
    return figures, rule("share", part="p", whole="w", share="s")


SHARE_CASES = [
    Case("equal", *share("25.00"), CONSISTENT, "25", ("99500/4005", "100500/3995"), "0"),
    Case("25.155 is within", *share("25.16"), CONSISTENT, "25"),
    Case("25.165 is beyond", *share("25.17"), INCONSISTENT, "25"),
    Case("24.845 is within", *share("24.84"), CONSISTENT, "25"),
    Case("24.835 is beyond", *share("24.83"), INCONSISTENT, "25"),
    Case(
        "exact counts, touching: 1/8 is 12.5 %",
        [("p", "1", "套"), ("w", "8", "套"), ("s", "13", "%")],
        rule("share", part="p", whole="w", share="s"),
        CONSISTENT,
        "12.5",
        ("12.5", "12.5"),
        "-0.5",
    ),
    Case(
        "exact counts, 12.55 % is the nearest",
        [("p", "1", "套"), ("w", "8", "套"), ("s", "12.6", "%")],
        rule("share", part="p", whole="w", share="s"),
        INCONSISTENT,
        "12.5",
        ("12.5", "12.5"),
        "-0.1",
    ),
    Case(
        "two units",
        [("p", "1", "公顷"), ("w", "0.04", "平方公里"), ("s", "25", "%")],
        rule("share", part="p", whole="w", share="s"),
        CONSISTENT,
        "25",
        ("100/9", "300/7"),
        "0",
    ),
]


def product(printed: str, unit: str = "㎡") -> tuple[list[Printed], str]:
    """50 dwellings of 60 m² [59.5, 60.5]: 3000 m² [2975, 3025]."""
    figures: list[Printed] = [("n", "50", "套"), ("size", "60", "㎡"), ("t", printed, unit)]
    return figures, rule("product", factors=["n", "size"], product="t")


PRODUCT_CASES = [
    Case("equal", *product("3000"), CONSISTENT, "3000", ("2975", "3025"), "0"),
    Case("high end touches", *product("3025.0"), CONSISTENT, "3000", None, "-25"),
    Case("3025.05 is beyond", *product("3025.1"), INCONSISTENT, "3000", None, "-25.1"),
    Case("low end touches 2975", *product("2970-2975"), CONSISTENT, "3000", None, "25"),
    Case("below", *product("2970-2974"), INCONSISTENT, "3000", None, "26"),
    Case("in hectares", *product("0.30", "公顷"), CONSISTENT, "0.3", ("0.2975", "0.3025"), "0"),
]


def in_mu(printed: str, qualifier: str = "") -> tuple[list[Printed], str]:
    """33.3 ha [33.25, 33.35] is 499.5 mu [498.75, 500.25]."""
    figures: list[Printed] = [("ha", "33.3", "公顷"), ("mu", printed, "亩", qualifier)]
    return figures, rule("unit", left="ha", right="mu")


UNIT_CASES = [
    Case("500", *in_mu("500"), CONSISTENT, "499.5", ("498.75", "500.25"), "-0.5"),
    Case("500.25 touches", *in_mu("500.3"), CONSISTENT, "499.5", None, "-0.8"),
    Case("500.35 is beyond", *in_mu("500.4"), INCONSISTENT, "499.5", None, "-0.9"),
    Case("498.75 touches", *in_mu("498.7"), CONSISTENT, "499.5", None, "0.8"),
    Case("498.65 is beyond", *in_mu("498.6"), INCONSISTENT, "499.5", None, "0.9"),
    Case("500.5 is beyond", *in_mu("501"), INCONSISTENT, "499.5", None, "-1.5"),
    Case("about 505 reaches 499.95", *in_mu("505", "约"), CONSISTENT, "499.5", None, "-5.5"),
    Case("about 506 does not", *in_mu("506", "约"), INCONSISTENT, "499.5", None, "-6.5"),
]


def same(left: str, right: str, unit: str = "公顷") -> tuple[list[Printed], str]:
    figures: list[Printed] = [("l", left, unit), ("r", right, unit)]
    return figures, rule("same", left="l", right="r")


SAME_CASES = [
    Case("as printed", *same("36.42", "36.42"), CONSISTENT, "36.42", ("36.415", "36.425"), "0"),
    Case("fewer digits", *same("94.60", "94.6"), CONSISTENT, "94.6", None, "0"),
    Case("rounded", *same("14", "13.97"), CONSISTENT, "14", None, "0.03"),
    Case("neighbours touch", *same("36.42", "36.43"), CONSISTENT, "36.42", None, "-0.01"),
    Case("two apart", *same("36.42", "36.44"), INCONSISTENT, "36.42", None, "-0.02"),
    Case("counts", *same("912", "913", "套"), INCONSISTENT, "912", ("912", "912"), "-1"),
    Case(
        "a difference of two",
        [("a", "10.0", "公顷"), ("b", "4.0", "公顷"), ("r", "6.1", "公顷")],
        rule("same", left="a - b", right="r"),
        CONSISTENT,
        "6",
        ("5.9", "6.1"),
        "-0.1",
    ),
]


def mean(printed: str) -> tuple[list[Printed], str]:
    """12 ha [11.5, 12.5] in five years: 2.4 [2.3, 2.5]."""
    figures: list[Printed] = [("t", "12", "公顷"), ("m", printed, "公顷")]
    return figures, rule("mean", total="t", periods=5, mean="m")


MEAN_CASES = [
    Case("equal", *mean("2.4"), CONSISTENT, "2.4", ("2.3", "2.5"), "0"),
    Case("3 means from 2.5", *mean("3"), CONSISTENT, "2.4", None, "-0.6"),
    Case("2.55 is beyond", *mean("2.6"), INCONSISTENT, "2.4", None, "-0.2"),
    Case("2.295 is below", *mean("2.29"), INCONSISTENT, "2.4", None, "0.11"),
    Case("2.305 is within", *mean("2.30"), CONSISTENT, "2.4", None, "0.1"),
]


def plain_growth(first: str, last: str, rate: str) -> tuple[list[Printed], str]:
    figures: list[Printed] = [("f", first, "人"), ("l", last, "人"), ("r", rate, "%")]
    return figures, rule("growth", from_="f", to="l", periods=1, rate="r")


GROWTH_CASES = [
    Case("a fifth", *plain_growth("100", "120", "20"), CONSISTENT, "20", ("20", "20"), "0"),
    Case("20.5 touches", *plain_growth("1000", "1205", "20"), CONSISTENT, "20.5", None, "0.5"),
    Case("20.6 is beyond", *plain_growth("1000", "1206", "20"), INCONSISTENT, "20.6", None, "0.6"),
    Case("loss", *plain_growth("120", "90", "-25"), CONSISTENT, "-25", ("-25", "-25"), "0"),
    Case("loss for gain", *plain_growth("120", "90", "25"), INCONSISTENT, "-25", None, "-50"),
    Case(
        "rounded ends: from 4.5/5.5 to 5.5/4.5",
        [("f", "5", "公顷"), ("l", "5", "公顷"), ("r", "22", "%")],
        rule("growth", from_="f", to="l", periods=1, rate="r"),
        CONSISTENT,
        "0",
        ("-200/11", "200/9"),
        "-22",
    ),
    Case(
        "and no further than 22.22 %",
        [("f", "5", "公顷"), ("l", "5", "公顷"), ("r", "22.3", "%")],
        rule("growth", from_="f", to="l", periods=1, rate="r"),
        INCONSISTENT,
        "0",
        None,
        "-22.3",
    ),
]


def at_most(limit: str, qualifier: str = "") -> tuple[list[Printed], str]:
    """5 ha [4.5, 5.5] must not pass the limit."""
    figures: list[Printed] = [("v", "5", "公顷"), ("max", limit, "公顷", qualifier)]
    return figures, rule("bound", value="v", op="<=", limit="max")


def at_least(limit: str, qualifier: str = "") -> tuple[list[Printed], str]:
    """5 ha [4.5, 5.5] must reach the limit."""
    figures: list[Printed] = [("v", "5", "公顷"), ("min", limit, "公顷", qualifier)]
    return figures, rule("bound", value="v", op=">=", limit="min")


def months(value: str, op: str, limit: str) -> tuple[list[Printed], str]:
    figures: list[Printed] = [("v", value, "个月"), ("b", limit, "个月")]
    return figures, rule("bound", value="v", op=op, limit="b")


BOUND_CASES = [
    Case("below", *at_most("6"), CONSISTENT, "5", ("4.5", "5.5"), "-1"),
    Case("far below", *at_most("600"), CONSISTENT, "5", None, "-595"),
    Case("equal", *at_most("5"), CONSISTENT, "5", None, "0"),
    Case("4 may be 4.5", *at_most("4"), CONSISTENT, "5", None, "1"),
    Case("4.4 may be 4.45 only", *at_most("4.4"), INCONSISTENT, "5", None, "0.6"),
    Case("4.49 may be 4.495 only", *at_most("4.49"), INCONSISTENT, "5", None, "0.51"),
    Case("at most 4.5", *at_most("4.5", "≤"), CONSISTENT, "5", None, "0.5"),
    Case("at most 4.4", *at_most("4.4", "≤"), INCONSISTENT, "5", None, "0.6"),
    Case("at least 1", *at_most("1", "≥"), CONSISTENT, "5", None, "4"),
    Case("above", *at_least("4"), CONSISTENT, "5", ("4.5", "5.5"), "1"),
    Case("far above", *at_least("0.1"), CONSISTENT, "5", None, "4.9"),
    Case("6 may be 5.5", *at_least("6"), CONSISTENT, "5", None, "-1"),
    Case("5.6 is at least 5.55", *at_least("5.6"), INCONSISTENT, "5", None, "-0.6"),
    Case("7", *at_least("7"), INCONSISTENT, "5", None, "-2"),
    Case("at least 5.5", *at_least("5.5", "≥"), CONSISTENT, "5", None, "-0.5"),
    Case("at least 6", *at_least("6", "≥"), INCONSISTENT, "5", None, "-1"),
    Case("shortened", *months("5-7", "<=", "70-80"), CONSISTENT, "6", ("5", "7"), "-64"),
    Case("lengthened", *months("70-80", "<=", "5-7"), INCONSISTENT, "75", ("70", "80"), "68"),
    Case("ranges that touch", *months("7-9", "<=", "5-7"), CONSISTENT, "8", ("7", "9"), "1"),
    Case("ranges apart", *months("8-9", "<=", "5-7"), INCONSISTENT, "8.5", ("8", "9"), "1.5"),
    Case("at least a range", *months("1-5", ">=", "5-7"), CONSISTENT, "3", ("1", "5"), "-2"),
    Case("less than a range", *months("1-4", ">=", "5-7"), INCONSISTENT, "2.5", None, "-2.5"),
    Case(
        "growth of a stock",
        [("a", "655.70", "公顷"), ("b", "560.87", "公顷"), ("max", "94.6", "万平方米")],
        rule("bound", value="a - b", op="<=", limit="max"),
        INCONSISTENT,
        "94.83",
        ("94.82", "94.84"),
        "0.23",
    ),
]


def mix(total: str, *, exhaustive: bool, count: str = "10") -> tuple[list[Printed], str]:
    """(100 m² [99.5, 100.5] × 10 + 50 m² [49.5, 50.5] × 20) / 1000.0 m² is 2 [1.98…, 2.01…]."""
    figures: list[Printed] = [
        ("s1", "100", "㎡"),
        ("n1", count, "套"),
        ("s2", "50", "㎡"),
        ("n2", "20", "套"),
        ("land", "1000.0", "㎡"),
        ("t", total, "1"),
    ]
    pairs = [["s1", "n1"], ["s2", "n2"]]
    source = rule("mix", pairs=pairs, per="land", total="t", exhaustive=exhaustive)
    return figures, source


MIX_SPAN = ("1985/1000.05", "2015/999.95")
MIX_CASES = [
    Case("equal", *mix("2.0", exhaustive=True), CONSISTENT, "2"),
    Case("low end of a range", *mix("2.0-2.4", exhaustive=True), CONSISTENT, "2", None, "0"),
    Case("high end of a range", *mix("1.6-2.0", exhaustive=False), CONSISTENT, "2", None, "0"),
    Case("within a range", *mix("1.5-2.4", exhaustive=False), CONSISTENT, "2", None, "0"),
    Case("below a range", *mix("2.2-2.4", exhaustive=False), REMAINDER, "2", None, "-0.2"),
    Case("below, and all listed", *mix("2.2-2.4", exhaustive=True), INCONSISTENT, "2"),
    Case("above a range", *mix("1.2-1.8", exhaustive=False), INCONSISTENT, "2", None, "0.2"),
    Case("above by rounding", *mix("1.2-1.99", exhaustive=False), CONSISTENT, "2", None, "0.01"),
    Case("below by rounding", *mix("2.01-2.4", exhaustive=True), CONSISTENT, "2", None, "-0.01"),
    Case("none of one type", *mix("1.0", exhaustive=True, count="0"), CONSISTENT, "1"),
    Case(
        "not divided",
        [("s", "60", "㎡"), ("n", "50", "套"), ("t", "0.3", "公顷")],
        rule("mix", pairs=[["s", "n"]], total="t", exhaustive=True),
        CONSISTENT,
        "0.3",
        ("0.2975", "0.3025"),
        "0",
    ),
]

ALL = {
    "sum": SUM_CASES,
    "whole": WHOLE_CASES,
    "share": SHARE_CASES,
    "product": PRODUCT_CASES,
    "unit": UNIT_CASES,
    "same": SAME_CASES,
    "mean": MEAN_CASES,
    "growth": GROWTH_CASES,
    "bound": BOUND_CASES,
    "mix": MIX_CASES,
}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{kind}: {case.name}")
        for kind, cases in ALL.items()
        for case in cases
    ],
)
def test_by_hand(tmp_path: Path, case: Case) -> None:
    judge(tmp_path, case)


def test_the_span_of_a_mix(tmp_path: Path) -> None:
    check = check_of(tmp_path, *mix("2.0", exhaustive=True))
    assert check.computed_interval is not None
    assert check.computed_interval.low == Fraction(1985) / Fraction("1000.05")
    assert check.computed_interval.high == Fraction(2015) / Fraction("999.95")


@pytest.mark.parametrize(
    ("periods", "last", "rate", "verdict"),
    [
        (2, "144", "20.00", CONSISTENT),
        (2, "144", "20.01", INCONSISTENT),
        (3, "1728", "20.0", CONSISTENT),
        (3, "1728", "20.1", INCONSISTENT),
        # A rate of 6.41 % is neither compounded over three nor over four years.
        (3, "12726", "8.37", CONSISTENT),
        (3, "12726", "6.41", INCONSISTENT),
        (4, "12726", "6.21", CONSISTENT),
        (4, "12726", "6.41", INCONSISTENT),
    ],
)
def test_compound_growth(
    tmp_path: Path, periods: int, last: str, rate: str, verdict: Verdict
) -> None:
    first = {"144": "100", "1728": "1000", "12726": "10000"}[last]
    figures: list[Printed] = [("f", first, "人"), ("l", last, "人"), ("r", rate, "%")]
    source = rule("growth", from_="f", to="l", periods=periods, rate="r")
    check = check_of(tmp_path, figures, source)
    assert check.verdict is verdict
    assert check.computed is not None
    # Compounding the computed rate leads from the first to the last value again.
    grown = Fraction(first) * (1 + check.computed / 100) ** periods
    assert abs(grown - Fraction(last)) < ROOT_ERROR * Fraction(last)


def test_compound_growth_over_four_years_against_two_square_roots(tmp_path: Path) -> None:
    figures: list[Printed] = [
        ("f", "105305.1", "平方米"),
        ("l", "332600", "平方米"),
        ("r", "33.3", "%"),
    ]
    check = check_of(tmp_path, figures, rule("growth", from_="f", to="l", periods=4, rate="r"))
    context = Context(prec=60)
    ratio = context.divide(Decimal("332600"), Decimal("105305.1"))
    expected = 100 * (Fraction(context.sqrt(context.sqrt(ratio))) - 1)
    assert check.computed is not None
    assert abs(check.computed - expected) < ROOT_ERROR
    assert check.verdict is CONSISTENT


@pytest.mark.parametrize(
    ("declared", "verdict", "difference"),
    [("2", CONSISTENT, 0), ("3", INCONSISTENT, -1), ("1", INCONSISTENT, 1), ("0", INCONSISTENT, 2)],
)
def test_count(tmp_path: Path, declared: str, verdict: Verdict, difference: int) -> None:
    check = answer(
        tmp_path,
        [figure("d", declared, "个")],
        rule("count", declared="d", enumeration="names"),
        enumerations=enumeration("names", ["甲", "乙"]),
    )
    assert check.verdict is verdict
    assert check.computed == 2 and check.difference == difference
    assert check.figures == ("d",)
    assert "2" in check.formula.zh and "名单" in check.formula.zh


def test_a_check_says_what_it_compared(tmp_path: Path) -> None:
    figures, source = in_mu("500", "约")
    check = check_of(tmp_path, figures, source)
    assert (check.rule, check.kind) == ("the_rule", "unit")
    assert (check.stated, check.stated_text, check.unit) == ("500", "约500亩", "mu")
    assert check.figures == ("mu", "ha")
    assert check.interval is not None
    assert check.interval == Interval(Fraction(495), Fraction(505))
    assert check.formula.zh == "33.3公顷 = 499.5亩"
    assert check.place == "一 （一） 表1"
    assert check.because.zh == "理由"
    assert check.subject == "town"
    assert check.features == () and check.tolerance is None and check.ellipsoidal_m2 is None


def test_the_whole_of_100_percent_is_stated_as_such(tmp_path: Path) -> None:
    check = check_of(tmp_path, *whole("60", "1.3", exhaustive=False))
    assert (check.stated, check.stated_text, check.unit) == ("100", "100%", "percent")
    assert check.interval is not None
    assert check.interval == Interval(Fraction(100), Fraction(100))


@pytest.mark.parametrize(
    ("figures", "source", "zh"),
    [
        (*sums("10", exhaustive=False), "余 5.8公顷"),
        (
            [("t", "1.92", "平方公里"), ("a", "23.7", "公顷"), ("b", "165.13", "公顷")],
            rule("sum", total="t", parts=["a", "b"], exhaustive=False),
            "余 3.17公顷",
        ),
        (*whole("32.29", "29.01", exhaustive=False), "余 38.7%"),
        (*mix("2.2-2.4", exhaustive=False), "余 0.2"),
    ],
)
def test_a_remainder_says_what_is_left(
    tmp_path: Path, figures: list[Printed], source: str, zh: str
) -> None:
    check = check_of(tmp_path, figures, source)
    assert check.note is not None
    assert check.note.zh == zh


@pytest.mark.parametrize(
    ("part", "zero", "unit"),
    [("5", "0", "人"), ("5.0", "0.0", "公顷"), ("5", "0", "公顷")],
    ids=["exactly zero", "zero or a little more", "perhaps zero"],
)
@pytest.mark.parametrize("kind", ["share", "growth", "mix"])
def test_a_divisor_that_may_be_zero_is_not_computed(
    tmp_path: Path, part: str, zero: str, unit: str, kind: str
) -> None:
    figures: list[Printed] = [("p", part, unit), ("w", zero, unit), ("s", "25", "%")]
    source = {
        "share": rule("share", part="p", whole="w", share="s"),
        "growth": rule("growth", from_="w", to="p", periods=1, rate="s"),
        "mix": rule("mix", pairs=[["p", "s"]], per="w", total="s", exhaustive=True),
    }[kind]
    check = check_of(tmp_path, figures, source)
    assert check.verdict is Verdict.MISSING
    assert check.computed is None and check.computed_interval is None and check.difference is None
    assert check.stated == "25" and check.note is not None


def test_no_root_of_a_negative_ratio(tmp_path: Path) -> None:
    figures: list[Printed] = [("f", "10", "%"), ("l", "-10", "%"), ("r", "25", "%")]
    check = check_of(tmp_path, figures, rule("growth", from_="f", to="l", periods=2, rate="r"))
    assert check.verdict is Verdict.MISSING and check.computed is None


def test_a_product_of_an_open_bound_is_not_blamed_on_a_divisor(tmp_path: Path) -> None:
    """≥ 30 % of 10 ha is computable as at least 3 ha; if it is not computed, say why truly."""
    figures: list[Printed] = [("r", "30", "%", "≥"), ("w", "10", "公顷"), ("t", "3", "公顷")]
    check = check_of(tmp_path, figures, rule("product", factors=["r", "w"], product="t"))
    assert check.note is None or "除数" not in check.note.zh


def test_bounds_and_sums_take_open_intervals(tmp_path: Path) -> None:
    figures: list[Printed] = [("a", "30", "公顷", "≥"), ("b", "5", "公顷"), ("t", "40", "公顷")]
    check = check_of(tmp_path, figures, rule("sum", total="t", parts=["a", "b"], exhaustive=True))
    assert check.verdict is CONSISTENT
    assert check.computed_interval is not None
    assert (check.computed_interval.low, check.computed_interval.high) == (Fraction("34.5"), None)


def test_answers_do_not_depend_on_the_order_of_the_parts(tmp_path: Path) -> None:
    blocks = [figure(id_, f"{n}.5", "公顷") for n, id_ in enumerate(("a", "b", "c"), 1)]
    blocks.append(figure("t", "7.4", "公顷"))
    found = []
    for n, parts in enumerate((["a", "b", "c"], ["c", "a", "b"], ["a + c", "b"])):
        source = rule("sum", total="t", parts=parts, exhaustive=True)
        check = answer(tmp_path / str(n), blocks, source)
        found.append((check.verdict, check.computed, check.computed_interval))
    assert found[0] == found[1] == found[2]
    assert found[0][1] == Fraction("7.5")


def test_checking_changes_nothing(tmp_path: Path) -> None:
    figures, source = sums("4.2")
    blocks = [figure(f[0], f[1], f[2]) for f in figures]
    register, (only,) = plan_of(tmp_path, blocks, source)
    assert check_rule(only, register) == check_rule(only, register)
    assert register == plan_of(tmp_path, blocks, source)[0]
