"""What the toolkit finds in the real plan: all contradictions, none invented, nothing untested.

The numbers in this file are worked out from the plan's text, by hand or by the slow evaluator
below, which reads data/plan with nothing of the package.
"""

from __future__ import annotations

import itertools
import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gangqu_gis.assessment import Assessment, assess
from gangqu_gis.checks import Check, Verdict
from gangqu_gis.consistency import check_rule
from gangqu_gis.figures import Figure, interval_of, printed_bounds
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.reconcile import Measured, measure_plan, reconcile
from gangqu_gis.register import read_register
from gangqu_gis.rules import AreaRule
from gangqu_gis.units import convert, unit
from gangqu_gis.workspace import open_workspace

ROOT = Path(__file__).resolve().parents[1]
PLAN = ROOT / "data" / "plan"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(open_workspace(ROOT))


@pytest.fixture(scope="module")
def assessment(plan: Plan) -> Assessment:
    return assess(plan)


@pytest.fixture(scope="module")
def checks(assessment: Assessment) -> dict[str, Check]:
    return {check.rule: check for check in assessment.checks}


def near(value: Fraction | None, expected: str) -> bool:
    """Whether ``value`` rounds to ``expected``."""
    assert value is not None
    places = len(expected.partition(".")[2])
    return abs(value - Fraction(expected)) <= Fraction(1, 2 * 10**places)


def stated_value(check: Check) -> Fraction:
    assert check.stated is not None
    return Fraction(check.stated)


# ── the lists of the issue ──

#: rule: printed, computed in the same unit
CONTRADICTIONS: dict[str, tuple[str, str]] = {
    # 2.24 km2 and 268.81 ha
    "binhai_two_totals": ("2.24", "2.6881"),
    # 3.56 + 8.57 + 12.89 + 2.54 + 9.05
    "commodity_land_2016_2020_by_year": ("36.42", "36.61"),
    # 3.5 + 13.9 + 13.4 + 19.5 + 15.02
    "housing_investment_2016_2020_by_year": ("55.36", "65.32"),
    # 655.7 - 560.87
    "housing_stock_growth_within_built": ("94.6", "94.83"),
    # six districts declared, five described
    "districts_are_described": ("6", "5"),
    # (10.13 / 7.96)^(1/3) - 1
    "resident_growth_yearly": ("6.41", "8.367"),
    # (13.9 / 17.94 %) / (3.5 / 5.14 %) - 1 = 0.71446 / 0.6279 - 1
    "investment_growth_2017": ("18.2", "13.786"),
    # (13.4 / 21.41 %) / (13.9 / 17.94 %) - 1 = 2.40396 / 2.97599 - 1
    "investment_growth_2018": ("9.8", "-19.222"),
    # (19.5 / 25.46 %) / (13.4 / 21.41 %) - 1 = 4.17495 / 3.41164 - 1
    "investment_growth_2019": ("26.1", "22.374"),
}


def test_the_contradictions_are_found_and_none_is_invented(checks: dict[str, Check]) -> None:
    found = {id_ for id_, check in checks.items() if check.verdict is Verdict.INCONSISTENT}
    assert found == set(CONTRADICTIONS)


@pytest.mark.parametrize("rule", sorted(CONTRADICTIONS))
def test_a_contradiction_in_numbers(checks: dict[str, Check], rule: str) -> None:
    stated, computed = CONTRADICTIONS[rule]
    assert checks[rule].stated == stated
    assert near(checks[rule].computed, computed)
    assert checks[rule].place and checks[rule].because.zh and checks[rule].formula.zh


def test_the_seaside_total_lacks_its_water(checks: dict[str, Check]) -> None:
    assert Fraction("268.81") - Fraction("44.47") == Fraction("224.34")
    cause = checks["binhai_two_totals"].cause
    assert cause is not None and cause.code == "part_left_out"
    assert "44.47" in cause.text.zh and "224.34" in cause.text.zh
    assert "44.47" in cause.text.en and "224.34" in cause.text.en


def test_the_housing_stock_may_be_misprinted(checks: dict[str, Check]) -> None:
    assert Fraction("560.87") + Fraction("94.60") == Fraction("655.47")
    cause = checks["housing_stock_growth_within_built"].cause
    assert cause is not None and cause.code == "misprint"
    assert "655.7" in cause.text.zh and "655.47" in cause.text.zh


def test_no_other_contradiction_is_explained(checks: dict[str, Check]) -> None:
    explained = {id_ for id_, check in checks.items() if check.cause is not None}
    assert explained == {"binhai_two_totals", "housing_stock_growth_within_built"}


#: rule: what is left, in which unit
REMAINDERS: dict[str, tuple[str, str]] = {
    "gucheng_parts": ("3.17", "公顷"),
    "zhaputang_parts": ("49.25", "公顷"),
    "beibu_parts": ("29.27", "公顷"),
    "binhai_shares": ("38.70", "%"),
}


@pytest.mark.parametrize("rule", sorted(REMAINDERS))
def test_a_remainder_in_numbers(checks: dict[str, Check], rule: str) -> None:
    check = checks[rule]
    rest, name = REMAINDERS[rule]
    assert check.verdict is Verdict.REMAINDER
    assert check.computed is not None and check.unit is not None
    left = stated_value(check) - check.computed
    assert convert(left, unit(check.unit), unit(name)) == Fraction(rest)
    assert check.difference == -left


def test_the_seaside_shares_are_61_30_percent(checks: dict[str, Check]) -> None:
    assert checks["binhai_shares"].computed == Fraction("61.30")
    assert checks["binhai_shares"].stated == "100"


def test_the_dwellings_alone_make_a_plot_ratio_of_1_81(checks: dict[str, Check]) -> None:
    check = checks["phase3_floor_against_plot_ratio"]
    floor = 60 * 50 + 75 * 192 + 100 * 196 + 115 * 184 + 135 * 290
    assert floor == 97_310
    assert check.verdict is Verdict.REMAINDER
    assert check.computed == Fraction(floor) / Fraction("53824.3")
    assert near(check.computed, "1.81")
    assert check.stated == "2.0-2.4"
    assert check.difference == check.computed - 2


#: rule: printed, computed in the same unit
CONSISTENT: dict[str, tuple[str, str]] = {
    "land_supply_by_parcel": ("47.3", "47.30"),
    "land_supply_is_stock_plus_new": ("47.3", "47.3"),
    "land_stock_by_parcel": ("14", "13.97"),
    "new_land_in_mu": ("500", "499.5"),
    "yearly_land_new_in_mu": ("33.33", "33.3333"),
    "plan_land_column": ("47.30", "47.30"),
    "plan_floor_column": ("94.60", "94.60"),
    "plan_dwellings_column": ("10500", "10500"),
    "new_dwellings_by_kind": ("10500", "10500"),
    "renovation_dwellings_by_class": ("8224", "8224"),
    "renovation_floor_by_class": ("98.688", "98.688"),
    "phase3_dwellings_by_type": ("912", "912"),
    "phase3_land_in_mu": ("80", "80.73645"),
    "secured_households_by_kind": ("7522", "7522"),
    "secured_beneficiaries_by_kind": ("18402", "18402"),
    "coverage_of_forecast": ("25.00", "25.00"),
    "zhaputang_residential_share_of_construction": ("32.33", "32.334"),
    "zhaputang_mixed_share_of_construction": ("1.95", "1.950"),
    "beibu_new_built_share_of_total": ("12.25", "12.245"),
    "binhai_parts": ("268.81", "268.81"),
    "sold_floor_growth_mean": ("33.3", "33.31"),
    "floating_growth_total": ("5.08", "5.03"),
    "floating_growth_yearly": ("1.67", "1.65"),
}


@pytest.mark.parametrize("rule", sorted(CONSISTENT))
def test_what_the_plan_has_right_is_left_alone(checks: dict[str, Check], rule: str) -> None:
    stated, computed = CONSISTENT[rule]
    assert checks[rule].verdict is Verdict.CONSISTENT
    assert checks[rule].stated == stated
    assert near(checks[rule].computed, computed)


def test_no_drawn_geometry_agrees(assessment: Assessment) -> None:
    """Every shipped geometry is schematic: whatever its area, it is no evidence."""
    areas = [check for check in assessment.checks if check.kind == "area"]
    assert {check.verdict for check in areas} == {Verdict.INDICATIVE, Verdict.UNSTATED}
    for check in areas:
        assert check.basis == "schematic"
        assert check.ellipsoidal_m2 is not None and check.planar_m2 is not None


def test_every_polygon_is_in_an_area_check(plan: Plan, assessment: Assessment) -> None:
    drawn = {feature.id for feature in plan.polygons()}
    asked = {id_ for check in assessment.checks if check.kind == "area" for id_ in check.features}
    assert drawn == asked and len(drawn) == 24


def test_every_rule_is_answered_once(plan: Plan, assessment: Assessment) -> None:
    answered = [check.rule for check in assessment.checks]
    assert len(answered) == len(set(answered))
    assert {rule.id for rule in plan.rules} <= set(answered)


# ── the slow, independent answer ──

TIMES: dict[str, Fraction] = {
    "公顷": Fraction(10_000),
    "平方公里": Fraction(1_000_000),
    "万平方米": Fraction(10_000),
    "万m2": Fraction(10_000),
    "亩": Fraction(2000, 3),
    "亿元": Fraction(100_000_000),
    "%": Fraction(1, 100),
    "个百分点": Fraction(1, 100),
    "万人": Fraction(10_000),
    "万套": Fraction(10_000),
}
COUNTED = {"套", "户", "人", "个", "辆", "年"}
ROOTS = Context(prec=45)

Ends = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Plain:
    """A figure as the file has it, with its ends and middle in base units."""

    low: Fraction | None
    high: Fraction | None
    middle: Fraction
    times: Fraction
    is_range: bool

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Plain:
        """Apply the conventions of the design to one entry."""
        printed, qualifier = row["printed"], row.get("qualifier", "")
        times = TIMES.get(row["unit"], Fraction(1))
        first, _, last = printed.partition("-")
        low, high = Fraction(first), Fraction(last or first)
        middle = (low + high) / 2
        if not last and (row["unit"] not in COUNTED or "." in first):
            half = Fraction(5, 10 ** (len(first.partition(".")[2]) + 1))
            low, high = low - half, high + half
        if qualifier in ("约", "左右"):
            low, high = min(low, middle * 99 / 100), max(high, middle * 101 / 100)
        bounds: tuple[Fraction | None, Fraction | None] = (low * times, high * times)
        if qualifier in ("≥", "以上"):
            bounds = (middle * times, None)
        if qualifier == "≤":
            bounds = (None, middle * times)
        return cls(*bounds, middle * times, times, bool(last))


@cache
def plain_figures() -> dict[str, Plain]:
    found = {}
    for path in sorted((PLAN / "figures").glob("*.toml")):
        for place in tomllib.loads(path.read_text(encoding="utf-8"))["place"]:
            for row in place.get("figure", []):
                found[row["id"]] = Plain.of(row)
    return found


def rows_of(name: str, block: str) -> list[dict[str, Any]]:
    content = tomllib.loads((PLAN / name).read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = content[block]
    return rows


def value_of(row: Mapping[str, Any], values: Mapping[str, Fraction]) -> Fraction:
    """The computed side of a rule, for single values of its figures."""

    def of(source: str) -> Fraction:
        result = eval(source, {"__builtins__": {}}, dict(values))
        assert isinstance(result, Fraction)
        return result

    kind = row["kind"]
    if kind == "sum":
        return sum((of(part) for part in row["parts"]), Fraction(0))
    if kind == "share":
        return of(row["part"]) / of(row["whole"])
    if kind == "mix":
        total = sum((of(a) * of(b) for a, b in row["pairs"]), Fraction(0))
        return total / of(row["per"])
    if kind in ("unit", "same"):
        return of(row["left"])
    if kind == "mean":
        return of(row["total"]) / int(row["periods"])
    if kind == "bound":
        return of(row["value"])
    assert kind == "growth"
    ratio, n = of(row["to"]) / of(row["from"]), row["periods"]
    if n == 1:
        return ratio - 1
    quotient = ROOTS.divide(Decimal(ratio.numerator), Decimal(ratio.denominator))
    return Fraction(ROOTS.exp(ROOTS.divide(ROOTS.ln(quotient), Decimal(n)))) - 1


def names_in(row: Mapping[str, Any]) -> set[str]:
    """Every figure that the computed side of a rule speaks of."""
    keys = ("parts", "part", "whole", "pairs", "per", "left", "from", "to", "value")
    text = " ".join(str(row[key]) for key in keys if key in row)
    if row["kind"] == "mean":
        text += row["total"]
    return set(re.findall(r"[a-z][a-z0-9_]*", text))


STATED_KEY = {
    "sum": "total",
    "mix": "total",
    "share": "share",
    "unit": "right",
    "same": "right",
    "mean": "mean",
    "growth": "rate",
    "bound": "limit",
    "count": "declared",
}


def stated_side(row: Mapping[str, Any]) -> Plain:
    if "total_percent" in row:
        whole = Fraction(row["total_percent"]) / 100
        return Plain(whole, whole, whole, Fraction(1, 100), False)
    return plain_figures()[row[STATED_KEY[row["kind"]]]]


def corners(row: Mapping[str, Any]) -> Iterator[dict[str, Fraction]]:
    """Every combination of the ends of the figures: each rule is monotone in each of them."""
    used = {name: plain_figures()[name] for name in sorted(names_in(row))}
    ends = []
    for figure in used.values():
        assert figure.low is not None and figure.high is not None
        ends.append(sorted({figure.low, figure.high}))
    for combination in itertools.product(*ends):
        yield dict(zip(used, combination, strict=True))


def slow_answer(row: Mapping[str, Any]) -> tuple[str, Fraction]:
    """Verdict and computed value (in the stated unit) of one relation, by trying everything."""
    stated = stated_side(row)
    if row["kind"] == "count":
        (items,) = [
            len(e["items"])
            for e in rows_of("enumerations.toml", "enumeration")
            if e["id"] == row["enumeration"]
        ]
        middle = least = most = Fraction(items)
    else:
        middle = value_of(row, {n: plain_figures()[n].middle for n in names_in(row)})
        tried = [value_of(row, corner) for corner in corners(row)]
        least, most = min(tried), max(tried)
    too_much = stated.high is not None and least > stated.high
    too_little = stated.low is not None and most < stated.low
    if row["kind"] == "bound":
        broken = too_much if row["op"] == "<=" else too_little
        return ("inconsistent" if broken else "consistent"), middle / stated.times
    below = middle < (stated.low or 0 if stated.is_range else stated.middle)
    if row.get("exhaustive") is False and below:
        return "remainder", middle / stated.times
    broken = too_much or too_little
    return ("inconsistent" if broken else "consistent"), middle / stated.times


def test_every_relation_is_answered_as_by_trying_everything(checks: dict[str, Check]) -> None:
    relations = [row for row in rows_of("rules.toml", "rule") if row["kind"] != "area"]
    assert len(relations) > 100
    wrong = {}
    for row in relations:
        verdict, computed = slow_answer(row)
        check = checks[row["id"]]
        assert check.computed is not None
        close = abs(check.computed - computed) <= abs(computed) * Fraction(1, 10**35)
        if check.verdict.value != verdict or not close:
            wrong[row["id"]] = (check.verdict.value, verdict, check.computed, computed)
    assert wrong == {}


def test_every_figure_is_read_as_the_conventions_say(plan: Plan) -> None:
    expected = plain_figures()
    assert set(plan.register.figures) == set(expected)
    for id_, figure in plan.register.figures.items():
        interval = figure.base_interval
        assert (interval.low, interval.high) == (expected[id_].low, expected[id_].high), id_
        assert figure.base_value == expected[id_].middle, id_


# ── the mutation test ──


def other_digit(printed: str, at: int) -> str:
    """Return ``printed`` with the digit at ``at`` changed, still a number as plans print them."""
    for step in (1, -1, 2, -2):
        digit = int(printed[at]) + step
        if 0 <= digit <= 9:
            changed = printed[:at] + str(digit) + printed[at + 1 :]
            ends = [Fraction(part) for part in changed.split("-")]
            if ends == sorted(ends):
                return changed
    raise AssertionError(f"no other digit for {printed}")


def mutations(printed: str) -> set[str]:
    """The last digit changed, and the first."""
    digits = [at for at, character in enumerate(printed) if character.isdigit()]
    places = {digits[-1], digits[0]}
    return {other_digit(printed, at) for at in places}


def with_printed(figure: Figure, printed: str, plan: Plan) -> Figure:
    """Return ``figure`` as the register would read it with other digits."""
    low, high = printed_bounds(printed, exact=True)
    percent = plan.workspace.approximate_percent
    return replace(
        figure,
        printed=printed,
        value=(low + high) / 2,
        interval=interval_of(printed, figure.unit, figure.qualifier, percent),
    )


Answers = dict[str, tuple[str | None, Fraction | None]]


def answers(plan: Plan, measured: Mapping[str, Measured]) -> Answers:
    """What every check states and computes; areas were measured once for all."""
    areas_only = replace(plan, rules=tuple(r for r in plan.rules if isinstance(r, AreaRule)))
    found = reconcile(areas_only, measured)
    found += [check_rule(r, plan.register) for r in plan.rules if not isinstance(r, AreaRule)]
    return {check.rule: (check.stated, check.computed) for check in found}


@pytest.fixture(scope="module")
def measured(plan: Plan) -> dict[str, Measured]:
    return measure_plan(plan)


def mutated(plan: Plan, figure: Figure) -> Plan:
    figures = dict(plan.register.figures)
    figures[figure.id] = figure
    return replace(plan, register=replace(plan.register, figures=figures))


def test_answers_of_the_unchanged_plan_are_those_of_the_assessment(
    plan: Plan, assessment: Assessment, measured: dict[str, Measured]
) -> None:
    expected = {check.rule: (check.stated, check.computed) for check in assessment.checks}
    assert answers(plan, measured) == expected


@pytest.mark.parametrize("part", range(6))
def test_one_changed_digit_changes_exactly_the_checks_that_use_the_figure(
    plan: Plan, assessment: Assessment, measured: dict[str, Measured], part: int
) -> None:
    before = answers(plan, measured)
    tried = 0
    for figure in list(plan.register.figures.values())[part::6]:
        using = {check.rule for check in assessment.checks if figure.id in check.figures}
        for printed in sorted(mutations(figure.printed)):
            assert printed != figure.printed
            after = answers(mutated(plan, with_printed(figure, printed, plan)), measured)
            assert set(after) == set(before)
            changed = {rule for rule, answer in after.items() if answer != before[rule]}
            assert changed == using, (figure.id, figure.printed, printed)
            tried += 1
    assert tried >= 40


def test_nearly_every_figure_is_used_by_a_check(plan: Plan, assessment: Assessment) -> None:
    """The mutation test says nothing of figures that no check uses; they must be few."""
    used = {id_ for check in assessment.checks for id_ in check.figures}
    unused = set(plan.register.figures) - used
    assert len(unused) < len(plan.register.figures) / 5


@pytest.mark.parametrize(
    "id_",
    [
        "plan_floor_2024",
        "phase3_plot_ratio",
        "destocking_2016",
        "phase3_land_mu",
        "beneficiaries_2025",
        "phase3_dwellings",
        "districts_declared",
        "housing_investment_growth",
        "subsidy_multiple",
        "commodity_dwellings_2016_2020",
    ],
)
def test_a_digit_changed_in_memory_is_one_changed_in_the_file(
    plan: Plan, tmp_path: Path, id_: str
) -> None:
    figure = plan.register.figures[id_]
    copy = shutil.copytree(PLAN, tmp_path / "plan")
    path = copy / "figures" / Path(figure.file).name
    for printed in sorted(mutations(figure.printed)):
        text = (PLAN / "figures" / path.name).read_text(encoding="utf-8")
        head, found, rest = text.partition(f'id = "{id_}"\nprinted = "{figure.printed}"')
        assert found
        changed = f'{head}id = "{id_}"\nprinted = "{printed}"{rest}'
        path.write_text(changed, encoding="utf-8", newline="\n")
        register = read_register(
            copy, shown="data/plan", approximate_percent=plan.workspace.approximate_percent
        )
        assert register == mutated(plan, with_printed(figure, printed, plan)).register
