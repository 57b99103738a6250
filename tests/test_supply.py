"""Next year's supply: remaining targets, months of stock, and the office's rule, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from progresswork import assessment_with, month, plan_with, project, shipped

from gangqu_gis.dates import month_before
from gangqu_gis.errors import InputError
from gangqu_gis.intervals import Interval
from gangqu_gis.market import gaps, months_of, months_of_stock
from gangqu_gis.progress import evaluate
from gangqu_gis.supply import OfficeRule, Step, Supply, next_supply, read_office_rule

YEAR_END = date(2023, 12, 31)


def a_year(last: str = "2023-12", **more: Any) -> list[dict[str, Any]]:
    """Twelve months up to ``last``: 10 000, 11 000 … 21 000 ㎡ sold, 93 000 left at the end."""
    months = [month_before(last, back) for back in range(11, -1, -1)]
    rows = [month(m, sold_m2=10000 + 1000 * n, sold_dwellings=100) for n, m in enumerate(months)]
    rows[-1] |= {"unsold_m2": 93000, "unsold_dwellings": 750, **more}
    return rows


def stock(rows: list[dict[str, Any]], on: date = YEAR_END, measure: str = "m2") -> Any:
    return months_of_stock(months_of(plan_with([], rows)), on=on, measure=measure)


def test_months_of_stock_by_hand() -> None:
    # (10 + 11 + … + 21) thousand = 186 000 in 12 months: 15 500 a month; 93 000 / 15 500 = 6.
    found = stock(a_year())
    assert (found.until, found.sold, found.months) == ("2023-12", 186000, 6)
    assert stock(a_year(), measure="dwellings").months == Fraction(15, 2)


def test_only_the_last_twelve_months_that_are_over_count() -> None:
    rows = [month("2022-12", sold_m2=10**6), *a_year(), month("2024-01", sold_m2=10**6)]
    assert stock(rows).months == 6
    assert stock(rows, on=date(2024, 1, 30)).months == 6
    assert stock(rows, on=date(2024, 1, 31)).why is not None  # January lacks its unsold stock


@pytest.mark.parametrize("absent", range(12))
def test_a_missing_month_is_named_and_nothing_is_guessed(absent: int) -> None:
    rows = a_year()
    name = rows[absent]["month"]
    gone = [row for row in rows if row["month"] != name]
    blank = [{**row, "sold_m2": None} if row["month"] == name else row for row in rows]
    for table in (blank, gone) if absent < 11 else (blank,):
        found = stock(table)
        assert found.months is None and found.missing == (name,)
        assert found.why is not None and name in found.why.zh


def test_no_table_no_sales_and_no_unsold_stock_have_their_own_words() -> None:
    assert "没有市场月报" in stock([]).why.zh
    assert "没有填月末未售" in stock(a_year(unsold_m2=None)).why.zh
    still = [row | {"sold_m2": 0} for row in a_year()]
    assert "没有成交" in stock(still).why.zh
    assert stock(a_year(unsold_m2=0)).months == 0


@given(st.sets(st.integers(0, 40), max_size=12))
def test_gaps_are_what_is_missing_between_first_and_last(chosen: set[int]) -> None:
    names = sorted(month_before("2024-06", back) for back in chosen)
    every = sorted(month_before("2024-06", back) for back in range(41))
    between = [name for name in every if names and names[0] < name < names[-1]]
    assert gaps(names) == [name for name in between if name not in names]


# ---------------------------------------------------------------- remaining over years left

ROWS = [
    project("p", site="stock-1", land_m2=43500, floor_m2=87000, dwellings=500,
            date_land="2021-03-01", date_start="2021-09-01"),
]  # fmt: skip


def supply(rows: list[dict[str, Any]], market: list[dict[str, Any]], on: str) -> Supply | None:
    assessment = assessment_with(rows, market)
    return next_supply(assessment.plan, evaluate(assessment, as_of=date.fromisoformat(on)))


def test_what_is_left_over_the_years_that_are_left() -> None:
    found = supply(ROWS, [], "2023-12-31")
    assert found is not None
    assert (found.year, found.years_left, found.running) == (2024, 2, False)
    rows = {row.target.id: row for row in found.rows}
    assert rows["dwellings"].mean == Interval.exactly(5000)
    land = rows["land"].mean
    # 47.3 ha is 47.25 to 47.35 ha.
    assert land is not None and land.low == Fraction(472500 - 43500, 2)
    assert land.high == Fraction(473500 - 43500, 2)
    planned = rows["dwellings"].planned
    assert planned is not None and planned.id == "plan_dwellings_2024"
    assert all(row.proposal is None for row in found.rows)


def test_the_next_three_years_stand_beside_the_yearly_plan() -> None:
    for on, years in (("2021-06-30", [2022, 2023, 2024]), ("2023-12-31", [2024, 2025])):
        found = supply(ROWS, [], on)
        assert found is not None and [year.year for year in found.rolling] == years
        for year in found.rolling:
            assert {id_: figure.id for id_, figure in year.planned.items()} == {
                "dwellings": f"plan_dwellings_{year.year}",
                "land": f"plan_land_{year.year}",
                "floor": f"plan_floor_{year.year}",
            }


def test_a_running_year_is_said_to_be_running() -> None:
    found = supply(ROWS, [], "2023-06-30")
    assert found is not None and (found.year, found.years_left, found.running) == (2024, 2, True)
    assert supply(ROWS, [], "2025-01-01") is None
    before = supply([], [], "2019-05-01")
    assert before is not None and (before.year, before.years_left) == (2021, 5)


def test_more_than_the_target_leaves_nothing_to_supply() -> None:
    rows = [project("p", dwellings=20000, date_start="2021-09-01")]
    found = supply(rows, [], "2023-12-31")
    assert found is not None
    row = next(row for row in found.rows if row.target.id == "dwellings")
    assert row.mean == Interval.exactly(0)
    assert row.remaining is not None and row.remaining.high == -9500


# ---------------------------------------------------------------- the office's rule

RULE = """
[supply]
rule = "2024-01-15 联席会议纪要第2号"
steps = [
    { below_months = "6", factor = "1.2" },
    { below_months = "18", factor = "1" },
    { factor = "0.5" },
]
"""


def with_rule(tmp_path: Path, rule: str) -> Any:
    """The assessment of a year of sales under the rule ``rule``."""
    plan = shipped().plan
    marker = (plan.workspace.data / "workspace.toml").read_text(encoding="utf-8")
    start, end = marker.index("[supply]"), marker.index("# 容差")
    (tmp_path / "data").mkdir()
    text = marker[:start] + rule + marker[end:]
    (tmp_path / "data" / "workspace.toml").write_text(text, encoding="utf-8")
    assessment = assessment_with(ROWS, a_year())
    workspace = replace(plan.workspace, root=tmp_path)
    changed = replace(assessment.plan, workspace=workspace)
    return replace(assessment, plan=changed)


def test_the_shipped_workspace_has_no_rule() -> None:
    assert read_office_rule(shipped().plan) is None


def test_the_rule_turns_the_mean_into_a_proposal_and_says_itself(tmp_path: Path) -> None:
    assessment = with_rule(tmp_path, RULE)
    data = assessment.plan.workspace.root / "data"
    (data / "plan").symlink_to(shipped().plan.workspace.plan)
    found = next_supply(assessment.plan, evaluate(assessment, as_of=YEAR_END))
    assert found is not None and found.rule is not None
    assert found.factor == 1  # 6 months are not below 6
    rows = {row.target.id: row for row in found.rows}
    assert rows["dwellings"].proposal == rows["dwellings"].mean
    assert rows["affordable_dwellings"].proposal is None
    for words in ("联席会议纪要第2号", "低于 6 个月乘 1.2", "其余乘 0.5"):
        assert words in found.rule.text.zh
    assert "below 18 months of stock × 1" in found.rule.text.en


@given(st.fractions(0, 40))
def test_the_first_step_that_lies_above_decides(months: Fraction) -> None:
    steps = [(Fraction(6), 2), (Fraction(18), 1), (None, 0)]
    rule = OfficeRule("试验", tuple(Step(below, Fraction(factor)) for below, factor in steps))
    expected = 2 if months < 6 else 1 if months < 18 else 0
    assert rule.step_for(months).factor == expected


@pytest.mark.parametrize(
    "rule",
    [
        '[supply]\nrule = "有规则"\nsteps = []\n',
        '[supply]\nrule = ""\nsteps = [{ factor = "1" }]\n',
        '[supply]\nrule = "x"\nsteps = [{ below_months = "6", factor = "1" }]\n',
        '[supply]\nrule = "x"\nsteps = [{ factor = 1 }]\n',
        '[supply]\nrule = "x"\nsteps = [{ factor = "-1" }]\n',
        '[supply]\nrule = "x"\nsteps = [{ factor = "一" }]\n',
        '[supply]\nrule = "x"\nsteps = [{ months = "6", factor = "1" }]\n',
        '[supply]\nrule = "x"\nsteps = ["1"]\n',
        '[supply]\nrule = "x"\nsteps = [{ below_months = "6", factor = "1" }, '
        '{ below_months = "6", factor = "1" }, { factor = "1" }]\n',
        '[supply]\nrule = "x"\nsteps = [{ factor = "1" }, { factor = "1" }]\n',
        '[supply]\nrules = "x"\n',
    ],
)
def test_a_broken_rule_is_refused_at_its_line(tmp_path: Path, rule: str) -> None:
    with pytest.raises(InputError) as caught:
        read_office_rule(with_rule(tmp_path, rule).plan)
    assert caught.value.file == "data/workspace.toml"
    assert caught.value.line is not None
    marker = (tmp_path / "data" / "workspace.toml").read_text(encoding="utf-8").split("\n")
    block = marker.index("[supply]") + 1
    assert block <= caught.value.line <= block + 2
