"""Causes: each tested on figures made for it, and silence where nothing or too much fits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from register_builder import enumeration, figure, plan_of, rule

from gangqu_gis.causes import explain
from gangqu_gis.checks import Check, Verdict
from gangqu_gis.consistency import check_rule
from gangqu_gis.plan import load_plan
from gangqu_gis.workspace import open_workspace

ROOT = Path(__file__).resolve().parents[1]


def explained(folder: Path, figures: list[str], source: str, *, enumerations: str = "") -> Check:
    register, (only,) = plan_of(folder, figures, source, enumerations=enumerations)
    check = check_rule(only, register)
    found = explain(check, only, register)
    assert replace(found, cause=None) == check, "an explanation changes nothing else"
    return found


def pair(left: tuple[str, str], right: tuple[str, str]) -> tuple[list[str], str]:
    """The same area printed twice."""
    figures = [figure("l", *left), figure("r", *right)]
    return figures, rule("unit", left="l", right="r")


# ── unit slips ──


@pytest.mark.parametrize(
    ("left", "right", "ratio", "words"),
    [
        # what the right-hand number would have to be multiplied by, and the units meant
        (("2.00", "公顷"), ("2.00", "亩"), "0.06666", "亩与公顷"),
        (("2.00", "亩"), ("2.00", "公顷"), "15", "亩与公顷"),
        (("2.00", "亩"), ("2.00", "㎡"), "0.0015", "亩与平方米"),
        (("2.00", "㎡"), ("2.00", "亩"), "666.667", "亩与平方米"),
        (("2.00", "公顷"), ("2.00", "㎡"), "0.0001", "平方米与公顷"),
        (("2.00", "㎡"), ("2.00", "公顷"), "10000", "平方米与公顷"),
        (("2.00", "公顷"), ("2.00", "平方公里"), "100", "公顷与平方公里"),
        (("2.00", "平方公里"), ("2.00", "公顷"), "0.01", "公顷与平方公里"),
        # the same amount in the right unit: 33.3 ha is 499.5 mu, printed as hectares
        (("33.3", "公顷"), ("499.5", "公顷"), "15", "亩与公顷"),
    ],
)
def test_a_unit_slip(
    tmp_path: Path, left: tuple[str, str], right: tuple[str, str], ratio: str, words: str
) -> None:
    check = explained(tmp_path, *pair(left, right))
    assert check.verdict is Verdict.INCONSISTENT
    assert check.cause is not None and check.cause.code == "unit"
    assert ratio in check.cause.text.zh and words in check.cause.text.zh
    assert not check.cause.certain


def test_a_unit_slip_must_fit_the_printed_digits(tmp_path: Path) -> None:
    check = explained(tmp_path, *pair(("2.00", "公顷"), ("2.01", "亩")))
    assert check.verdict is Verdict.INCONSISTENT
    assert check.cause is None or check.cause.code != "unit"


def test_only_areas_have_unit_slips(tmp_path: Path) -> None:
    figures = [figure("l", "2.00", "万元"), figure("r", "200", "万元")]
    check = explained(tmp_path, figures, rule("unit", left="l", right="r"))
    assert check.verdict is Verdict.INCONSISTENT
    assert check.cause is None or check.cause.code != "unit"


def test_a_slip_in_a_sum(tmp_path: Path) -> None:
    """5 + 7 = 12 ha, printed as 12 mu."""
    figures = [
        figure(*f) for f in (("t", "12.0", "亩"), ("a", "5.0", "公顷"), ("b", "7.0", "公顷"))
    ]
    check = explained(tmp_path, figures, rule("sum", total="t", parts=["a", "b"], exhaustive=True))
    assert check.cause is not None and check.cause.code == "unit"
    assert "亩与公顷" in check.cause.text.zh


# ── a part left out ──


def pond(*parts: str, smaller: str = "224.34", subject: str = "town") -> tuple[list[str], str]:
    """268.81 ha and ``smaller`` ha for one subject, with parts of ``subject``."""
    figures = [figure("all", "268.81", "公顷"), figure("dry", smaller, "公顷")]
    figures += [
        figure(f"part_{n}", printed, "公顷", subject=subject) for n, printed in enumerate(parts)
    ]
    return figures, rule("same", left="all", right="dry")


@pytest.mark.parametrize("smaller", ["224.34", "224.3", "224"])
def test_a_part_left_out(tmp_path: Path, smaller: str) -> None:
    """268.81 - 44.47 = 224.34"""
    check = explained(tmp_path, *pond("44.47", "148.57", "75.77", smaller=smaller))
    assert check.verdict is Verdict.INCONSISTENT
    assert check.cause is not None and check.cause.code == "part_left_out"
    for words in ("44.47公顷", "224.34公顷", "268.81公顷", f"{smaller}公顷", "数量", "表1"):
        assert words in check.cause.text.zh


def test_either_side_may_lack_the_part(tmp_path: Path) -> None:
    figures, _ = pond("44.47")
    check = explained(tmp_path, figures, rule("same", left="dry", right="all"))
    assert check.cause is not None and check.cause.code == "part_left_out"


def test_a_part_must_fit_the_printed_digits(tmp_path: Path) -> None:
    check = explained(tmp_path, *pond("44.46"))
    assert check.verdict is Verdict.INCONSISTENT and check.cause is None


def test_a_part_of_another_subject_explains_nothing(tmp_path: Path) -> None:
    check = explained(tmp_path, *pond("44.47", subject="village"))
    assert check.verdict is Verdict.INCONSISTENT and check.cause is None


def test_a_part_of_another_dimension_explains_nothing(tmp_path: Path) -> None:
    figures, source = pond()
    figures.append(figure("other", "444700", "元"))
    check = explained(tmp_path, figures, source)
    assert check.verdict is Verdict.INCONSISTENT and check.cause is None


def test_nothing_is_offered_when_two_parts_fit(tmp_path: Path) -> None:
    """268.81 - 44.5 and - 44.4 both print as 224."""
    check = explained(tmp_path, *pond("44.5", "44.4", smaller="224"))
    assert check.verdict is Verdict.INCONSISTENT and check.cause is None


def test_parts_are_left_out_of_pairs_only(tmp_path: Path) -> None:
    figures, _ = pond("44.47")
    check = explained(tmp_path, figures, rule("bound", value="all", op="<=", limit="dry"))
    assert check.verdict is Verdict.INCONSISTENT and check.cause is None


# ── misprints ──


def added(total: str, *parts: str) -> tuple[list[str], str]:
    """A total and its parts, in hectares."""
    names = [f"p{n}" for n in range(len(parts))]
    figures = [figure("t", total, "公顷")]
    figures += [figure(name, part, "公顷") for name, part in zip(names, parts, strict=True)]
    return figures, rule("sum", total="t", parts=names, exhaustive=True)


@pytest.mark.parametrize(
    ("total", "parts", "correction", "how"),
    [
        # 560.87 + 94.60 = 655.47
        ("655.7", ("560.87", "94.60"), "655.7应为655.47", "漏一位数字"),
        # 12.34 + 23.45 = 35.79
        ("35.19", ("12.34", "23.45"), "35.19应为35.79", "错一位数字"),
        ("35.97", ("12.34", "23.45"), "35.97应为35.79", "两位数字颠倒"),
        ("35.79", ("21.34", "23.45"), "21.34应为12.34", "两位数字颠倒"),
        ("35.79", ("12.34", "2.45"), "2.45应为23.45", "漏一位数字"),
    ],
)
def test_a_misprint(
    tmp_path: Path, total: str, parts: tuple[str, ...], correction: str, how: str
) -> None:
    check = explained(tmp_path, *added(total, *parts))
    assert check.verdict is Verdict.INCONSISTENT
    assert check.cause is not None and check.cause.code == "misprint"
    assert f"{correction}（{how}" in check.cause.text.zh
    assert not check.cause.certain


def test_a_misprint_of_a_rounded_result(tmp_path: Path) -> None:
    """1 of 3 is 33.33 %; no figure makes it 32.33 % exactly."""
    figures = [figure("p", "1", "套"), figure("w", "3", "套"), figure("s", "32.33", "%")]
    check = explained(tmp_path, figures, rule("share", part="p", whole="w", share="s"))
    assert check.cause is not None and check.cause.code == "misprint"
    assert "32.33应为33.33（错一位数字" in check.cause.text.zh


def test_a_misprint_in_a_bound(tmp_path: Path) -> None:
    """A stock that grows by 94.83 while 94.60 is built: 655.7 for 655.47."""
    figures = [
        figure("last", "655.7", "公顷"),
        figure("first", "560.87", "公顷"),
        figure("built", "94.6", "万平方米"),
    ]
    source = rule("bound", value="last - first", op="<=", limit="built")
    check = explained(tmp_path, figures, source)
    assert check.cause is not None
    assert "655.7应为655.47（漏一位数字" in check.cause.text.zh


def test_nothing_is_offered_when_several_slips_fit(tmp_path: Path) -> None:
    """12.54 + 23.45 = 35.99, printed 35.79: a digit of any of the three may be wrong."""
    check = explained(tmp_path, *added("35.79", "12.54", "23.45"))
    assert check.verdict is Verdict.INCONSISTENT and check.cause is None


def test_no_misprint_makes_nothing_of_a_number(tmp_path: Path) -> None:
    """2.00万元 is 0.0002亿元, which rounds to 0.00: no slip of 2.00, although one digit apart."""
    figures = [figure("l", "2.00", "万元"), figure("r", "2.00", "亿元")]
    check = explained(tmp_path, figures, rule("unit", left="l", right="r"))
    assert check.verdict is Verdict.INCONSISTENT and check.cause is None


@pytest.mark.parametrize(
    ("total", "parts"),
    [
        ("40.00", ("12.34", "23.45")),
        ("36.42", ("3.56", "8.57", "12.89", "2.54", "9.05")),
        ("55.36", ("3.5", "13.9", "13.4", "19.5", "15.02")),
    ],
)
def test_a_mere_difference_has_no_cause(tmp_path: Path, total: str, parts: tuple[str, ...]) -> None:
    check = explained(tmp_path, *added(total, *parts))
    assert check.verdict is Verdict.INCONSISTENT and check.cause is None


def test_a_part_may_be_misprinted_among_six_figures(tmp_path: Path) -> None:
    check = explained(tmp_path, *added("35.79", "21.34", "3.00", "4.00", "5.00", "11.45"))
    assert check.cause is not None and "21.34应为12.34" in check.cause.text.zh


def test_no_part_is_suspected_among_seven(tmp_path: Path) -> None:
    parts = ("21.34", "3.00", "4.00", "5.00", "6.00", "5.45")
    check = explained(tmp_path, *added("35.79", *parts))
    assert check.verdict is Verdict.INCONSISTENT and check.cause is None


def test_what_is_not_inconsistent_needs_no_cause(tmp_path: Path) -> None:
    fine = explained(tmp_path / "fine", *added("35.79", "12.34", "23.45"))
    assert fine.verdict is Verdict.CONSISTENT and fine.cause is None
    figures, source = added("655.7", "560.87", "94.60")
    open_ended = explained(tmp_path / "open", figures, source.replace("true", "false"))
    assert open_ended.verdict is Verdict.REMAINDER and open_ended.cause is None


def test_a_count_has_no_cause(tmp_path: Path) -> None:
    check = explained(
        tmp_path,
        [figure("d", "6", "个")],
        rule("count", declared="d", enumeration="e"),
        enumerations=enumeration("e", ["甲", "乙", "丙", "丁", "戊"]),
    )
    assert check.verdict is Verdict.INCONSISTENT and check.cause is None


def test_a_range_is_not_searched_for_misprints(tmp_path: Path) -> None:
    figures = [figure("l", "2.5", "倍"), figure("r", "2.0-2.4", "倍")]
    check = explained(tmp_path, figures, rule("same", left="l", right="r"))
    assert check.verdict is Verdict.INCONSISTENT and check.cause is None


def test_the_simplest_explanation_comes_first(tmp_path: Path) -> None:
    """1 ha printed as 1 mu: the unit, before any part or digit."""
    check = explained(tmp_path, *pair(("1.00", "公顷"), ("1.00", "亩")))
    assert check.cause is not None and check.cause.code == "unit"


def test_the_shipped_causes() -> None:
    plan = load_plan(open_workspace(ROOT))
    found = {}
    for only in plan.rules:
        if only.kind != "area":
            check = explain(check_rule(only, plan.register), only, plan.register)
            if check.cause is not None:
                found[only.id] = check.cause
    codes = {id_: cause.code for id_, cause in found.items()}
    assert codes == {
        "binhai_two_totals": "part_left_out",
        "housing_stock_growth_within_built": "misprint",
    }
    binhai = found["binhai_two_totals"].text
    for words in ("2.24平方公里", "268.81公顷", "44.47公顷", "水域面积", "224.34公顷"):
        assert words in binhai.zh
    assert "655.7应为655.47（漏一位数字" in found["housing_stock_growth_within_built"].text.zh


def test_without_its_water_the_shipped_cause_is_gone() -> None:
    """The cause rests on the figure it names, and on nothing else."""
    plan = load_plan(open_workspace(ROOT))
    whole = plan.register
    (only,) = [r for r in plan.rules if r.id == "binhai_two_totals"]
    dry = replace(whole, figures={k: f for k, f in whole.figures.items() if k != "binhai_water"})
    check = explain(check_rule(only, dry), only, dry)
    assert check.verdict is Verdict.INCONSISTENT
    assert check.cause is None or check.cause.code != "part_left_out"
