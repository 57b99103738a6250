"""The evaluation against cases reckoned by hand from the plan's own figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from progresswork import Row, indicator, month, progress_with, project, shipped

from gangqu_gis.intervals import Interval
from gangqu_gis.progress import Progress, State, evaluate

#: A plan half-way, small enough to add up by hand.
HALF = [
    project(
        "p-a", site="stock-1", land_m2=43500, floor_m2=87000, dwellings=900,
        affordable_floor_m2=6000, affordable_dwellings=80,
        date_land="2021-03-01", date_start="2021-09-01", date_presale="2022-06",
    ),
    project(
        "p-b", site="new-2", land_m2=70000, floor_m2=140000.5, dwellings=1500,
        date_land="2022-05-10", date_start="2022-11-20",
    ),
    project(
        "p-c", "保障性住房", site="affordable-phase3", land_m2=53824.3, floor_m2=107648,
        dwellings=912, date_land="2022-08", date_start="2023-02-01",
    ),
    project("p-d", "安置房", site="new-3", land_m2=20000, floor_m2=40000, dwellings=400,
            date_land="2023-01-05", date_start="2023-06-30"),
    project("p-e", "完善类改造", site="renovation-1", dwellings=1200, floor_m2=144000,
            date_renovated="2022-12"),
    project("p-f", "提升类改造", site="renovation-8", dwellings=926, floor_m2=111120,
            date_renovated="2023-10-31"),
]  # fmt: skip


def reported(progress: Progress, target: str) -> Fraction | None:
    return progress.of(target).whole.reported


def by_year(progress: Progress, target: str) -> dict[str, Fraction | None]:
    return {row.period: row.reported for row in progress.of(target).years}


def states(progress: Progress, target: str) -> list[State]:
    return [row.state for row in progress.of(target).years]


def test_sums_by_hand_at_the_end_of_2023() -> None:
    progress = progress_with(HALF, as_of="2023-12-31")
    # 三期 stands on land that may be new-1's: it is not added to the 47.3 ha.
    assert reported(progress, "land") == 43500 + 70000 + 20000
    assert reported(progress, "land_stock") == 43500
    assert reported(progress, "land_new") == 90000
    assert reported(progress, "floor") == Fraction("374648.5")
    assert reported(progress, "dwellings") == 900 + 1500 + 912 + 400
    assert reported(progress, "commodity_floor") == Fraction("87000") - 6000 + Fraction("140000.5")
    assert reported(progress, "commodity_dwellings") == 900 - 80 + 1500
    assert reported(progress, "affordable_dwellings") == 912 + 80
    assert reported(progress, "renovated_dwellings") == 1200 + 926
    assert reported(progress, "renovated_floor") == 144000 + 111120
    assert reported(progress, "completing_sites") == 1
    assert reported(progress, "upgrading_sites") == 1
    assert by_year(progress, "dwellings") == {
        "2021": 900, "2022": 1500, "2023": 1312, "2024": None, "2025": None,
    }  # fmt: skip


def test_shares_are_of_the_figure_as_printed() -> None:
    progress = progress_with(HALF, as_of="2023-12-31")
    assert progress.of("land").whole.share == Fraction(133500, 473000)
    assert progress.of("dwellings").whole.share == Fraction(3712, 10500)
    assert progress.of("dwellings").years[0].share == Fraction(900, 2100)
    assert progress.of("upgrading_dwellings").whole.share == 1


def test_what_is_due_comes_from_the_yearly_plan() -> None:
    # 2021-2023: 2100 + 2080 + 2120 = 6300; the fourth year begins on the first of January.
    whole = progress_with(HALF, as_of="2023-12-31").of("dwellings").whole
    assert whole.expected == Interval.exactly(6300)
    assert whole.state is State.BEHIND
    running = progress_with(HALF, as_of="2024-01-01").of("dwellings").whole
    assert running.expected == Interval(Fraction(6300), Fraction(6300 + 2010))
    # Land: 9.58 + 9.35 + 9.54 万㎡, each half a unit of its last digit either way.
    land = progress_with(HALF, as_of="2023-12-31").of("land").whole
    assert land.expected == Interval(Fraction(284700 - 150), Fraction(284700 + 150))
    assert not progress_with(HALF).of("land").even_pace


def test_a_target_without_years_is_split_evenly_and_says_so() -> None:
    progress = progress_with(HALF, as_of="2023-12-31")
    row = progress.of("renovated_dwellings")
    assert row.even_pace
    assert row.whole.expected is not None
    assert row.whole.expected.low == row.whole.expected.high == Fraction(8224 * 3, 5)
    assert row.whole.state is State.BEHIND
    assert progress.of("upgrading_dwellings").whole.state is State.REACHED


@pytest.mark.parametrize(
    ("dwellings", "as_of", "state", "whole"),
    [
        (2100, "2021-12-31", State.ON_PLAN, State.ON_PLAN),
        (2099, "2021-12-31", State.BEHIND, State.BEHIND),
        (2101, "2021-12-31", State.AHEAD, State.AHEAD),
        (2099, "2021-12-30", State.RUNNING, State.ON_PLAN),
        (2100, "2021-12-30", State.ON_PLAN, State.ON_PLAN),
        (2101, "2021-12-30", State.AHEAD, State.AHEAD),
        (10499, "2021-12-31", State.AHEAD, State.AHEAD),
        (10500, "2021-12-31", State.AHEAD, State.REACHED),
        (10501, "2021-12-31", State.AHEAD, State.AHEAD),
    ],
)
def test_ahead_and_behind_at_the_edges(
    dwellings: int, as_of: str, state: State, whole: State
) -> None:
    rows = [project("p", dwellings=dwellings, date_start="2021-06-01")]
    progress = progress_with(rows, as_of=as_of)
    assert states(progress, "dwellings")[0] is state
    assert progress.of("dwellings").whole.state is whole
    assert states(progress, "dwellings")[1] is State.NOT_DUE


def test_an_empty_report_says_no_report_and_no_zero() -> None:
    progress = progress_with(as_of="2023-12-31")
    assert progress.is_empty
    for row in progress.targets:
        assert row.whole.reported is None and row.whole.share is None
        assert row.whole.state is State.NO_REPORT
        assert row.whole.remaining == row.whole.planned_interval or not row.target.accumulates
    assert states(progress, "land") == [State.NO_REPORT] * 3 + [State.NOT_DUE] * 2
    assert [id_ for id_, _ in progress.without_project] == [
        *("stock-1", "stock-2", "stock-3", "new-1", "new-2", "new-3", "new-4"),
    ]


def test_the_shipped_plan_reports_nothing_and_names_what_it_waits_for() -> None:
    progress = evaluate(shipped())
    assert progress.is_empty and progress.as_of == date(2026, 11, 23)
    assert any("保障房三期" in text.zh for text in progress.of("land").missing)
    assert any("南湾花园" in text.zh for text in progress.of("upgrading_sites").missing)
    assert any("2021、2022、2023、2024、2025" in t.zh for t in progress.of("low_income").missing)


def test_a_partial_year_counts_what_has_surely_happened() -> None:
    rows = [
        project("p-1", dwellings=1, date_start="2023-03-01"),
        project("p-2", dwellings=10, date_start="2023-06"),
        project("p-3", dwellings=100, date_start="2023"),
        project("p-4", dwellings=1000, date_start="2023-07-01"),
    ]
    cases = {"2023-02-28": None, "2023-06-29": 1, "2023-06-30": 11, "2023-12-31": 1111}
    for as_of, expected in cases.items():
        assert reported(progress_with(rows, as_of=as_of), "dwellings") == expected
    missing = progress_with(rows, as_of="2023-06-29").of("dwellings").missing
    assert [("p-2" in t.zh, "p-3" in t.zh) for t in missing] == [(True, False), (False, True)]


def test_one_year_is_evaluated_at_its_end() -> None:
    progress = progress_with(HALF, as_of="2025-12-31", year=2022)
    assert progress.as_of.isoformat() == "2022-12-31"
    assert by_year(progress, "dwellings") == {"2022": 1500}
    assert reported(progress, "dwellings") == 2400


def test_a_date_outside_the_plan_is_not_counted_and_said() -> None:
    rows = [project("p", dwellings=5, date_start="2020-12-31")]
    progress = progress_with(rows)
    assert reported(progress, "dwellings") is None
    assert any("规划期之外" in t.zh for t in progress.of("dwellings").missing)


def test_a_missing_number_is_said_and_adds_nothing() -> None:
    rows = [
        project("p-1", date_start="2021-05-01"),
        project("p-2", dwellings=7, date_start="2021-05-01"),
        project("p-3", dwellings=9, date_completed="2023-05-01"),
    ]
    row = progress_with(rows).of("dwellings")
    assert row.whole.reported == 7
    assert row.whole.records == ("p-1", "p-2")
    assert any("p-1" in t.zh and "没有填数" in t.zh for t in row.missing)
    assert any("p-3" in t.zh and "没有开工日期" in t.zh for t in row.missing)
    only = progress_with(rows[:1]).of("dwellings").whole
    assert (only.reported, only.state) == (None, State.NO_REPORT)


def test_levels_are_judged_in_their_last_year_only() -> None:
    rows = [indicator("investment_share", 2023, 14.5)]
    progress = progress_with([], [], rows, as_of="2024-06-30")
    row = progress.of("investment_share").whole
    assert (row.reported, row.state) == (Fraction("0.145"), State.RUNNING)
    assert row.share == Fraction("14.5") / Fraction("12.97")
    for value, state in ((12.97, State.REACHED), (12.9, State.BELOW), (13, State.ABOVE)):
        rows = [indicator("investment_share", 2025, value)]
        assert progress_with([], [], rows).of("investment_share").whole.state is state


def test_yearly_reports_add_up_and_a_missing_year_is_named() -> None:
    rows = [indicator("low_income", 2021, 3), indicator("low_income", 2023, 2)]
    row = progress_with([], [], rows, as_of="2023-12-31").of("low_income")
    assert row.whole.reported == 5
    assert any("2022" in t.zh for t in row.missing)
    progress = progress_with([], [], [indicator("investment", 2021, 18.5)], as_of="2021-12-31")
    assert progress.of("investment_total").whole.reported == Fraction("18.5") * 10**8


def test_milestones_are_held_against_their_years() -> None:
    base: dict[str, Any] = {"housing": "未来社区"}
    figures = ["milestone_design", "milestone_topping", "milestone_acceptance"]
    rows = [project("p", figures=figures, date_permit="2022-01", date_topped="2023-12", **base)]
    (row,) = progress_with(rows, as_of="2024-06-30").projects
    assert {c.field: c.state for c in row.comparisons} == {
        "date_permit": State.BEHIND,
        "date_topped": State.REACHED,
        "date_accepted": State.NO_REPORT,
    }
    assert row.stage == "date_topped"
    (row,) = progress_with(rows, as_of="2023-06-30").projects
    assert {c.field: c.state for c in row.comparisons}["date_accepted"] is State.NOT_DUE


def test_a_project_stands_beside_the_figures_of_its_site() -> None:
    rows = [
        project("p", "保障性住房", site="affordable-phase3", dwellings=900, plot_ratio=2.4,
                green_rate=30, land_m2=53824.3)
    ]  # fmt: skip
    (row,) = progress_with(rows).projects
    assert {c.field: c.state for c in row.comparisons} == {
        "land_m2": State.ON_PLAN,
        "dwellings": State.BELOW,
        "plot_ratio": State.ON_PLAN,
        "green_rate": State.ON_PLAN,
        "parking_ground": State.NO_REPORT,
        "parking_underground": State.NO_REPORT,
    }


def test_the_years_tell_starts_presales_and_sales() -> None:
    market = [month("2022-01", sold_m2=1000.5, sold_dwellings=9), month("2022-03", sold_m2=2000)]
    progress = progress_with(HALF, market, as_of="2022-03-31")
    year = next(a for a in progress.activity if a.year == 2022)
    assert year.sold_m2.total == Fraction("3000.5") and year.sold_m2.missing == ("2022-02",)
    assert year.sold_dwellings.missing == ("2022-02", "2022-03")
    year = next(a for a in progress_with(HALF, market).activity if a.year == 2022)
    assert year.land_m2 == 70000 and year.dwellings["date_start"] == 1500
    assert year.floor_m2["date_presale"] == 87000
    assert year.floor_m2["date_completed"] is None


# ---------------------------------------------------------------- land is never counted twice


def land(rows: Sequence[Row]) -> Fraction | None:
    return reported(progress_with(rows), "land")


def supplied(id_: str, **fields: Any) -> dict[str, Any]:
    return project(id_, date_land="2022-01-01", **fields)


def test_phase_three_is_counted_only_once_it_is_said_whose_land_it_is() -> None:
    new = supplied("p-1", site="new-1", land_m2=90000)
    phase3 = supplied("p-2", site="affordable-phase3", land_m2=53824.3)
    assert land([phase3]) is None
    assert land([phase3 | {"land_class": "新增"}]) == Fraction("53824.3")
    # The two sites overlap in the drawing, and no contract tells them apart.
    assert land([new, phase3 | {"land_class": "新增"}]) == 90000
    assert land([phase3 | {"land_class": "新增"}, new]) == Fraction("53824.3")
    assert land([new, phase3 | {"land_class": "新增", "counted_with": "p-1"}]) == 90000
    apart = phase3 | {"land_class": "新增", "contract": "二"}
    assert land([new | {"contract": "一"}, apart]) == Fraction("143824.3")
    assert land([new | {"contract": "二"}, apart]) == 90000


def test_two_projects_on_a_parcel_share_its_land() -> None:
    one, two = (supplied(f"p-{n}", site="stock-1", land_m2=20000) for n in (1, 2))
    assert land([one, two]) == 40000
    three = supplied("p-3", site="stock-1", land_m2=3550)
    assert land([one, two, three]) == 43550  # 4.35 ha is at most 4.355
    assert land([one, two, three | {"land_m2": 3550.01}]) == 40000
    # A new parcel has no figure of its own: the very same area is taken for the same land.
    a, b = (supplied(f"p-{n}", site="new-2", land_m2=5000) for n in (1, 2))
    assert land([a, b]) == 5000
    assert land([a, b | {"land_m2": 5001}]) == 10001


def test_the_earlier_supply_is_the_one_that_counts() -> None:
    late = project("p-1", site="stock-1", land_m2=43000, date_land="2023-01-01")
    early = project("p-2", site="stock-1", land_m2=42000, date_land="2022-01-01")
    assert land([late, early]) == 42000


def test_an_estate_is_renovated_once() -> None:
    rows = [
        project("p-1", "完善类改造", site="renovation-1", dwellings=700, date_renovated="2023-01"),
        project("p-2", "完善类改造", site="renovation-1", dwellings=600, date_renovated="2022-01"),
        project("p-3", "完善类改造", site="renovation-2", dwellings=50, date_renovated="2022-01"),
    ]
    progress = progress_with(rows)
    assert reported(progress, "completing_sites") == 2
    assert reported(progress, "completing_dwellings") == 650
    assert any("p-1" in t.zh and "p-2" in t.zh for t in progress.of("completing_sites").missing)


# ---------------------------------------------------------------- laws

_SITES = ("", "stock-1", "stock-2", "new-1", "new-2", "affordable-phase3", "renovation-1")
_DATES = st.sampled_from(("2021-02-03", "2022-05", "2023", "2024-12-31", "2020-01-01", None))


@st.composite
def _rows(draw: st.DrawFn) -> list[Row]:
    rows: list[Row] = []
    for number in range(draw(st.integers(1, 6))):
        row = project(
            f"p-{number}",
            draw(st.sampled_from(("商品住房", "保障性住房", "安置房", "完善类改造", "提升类改造"))),
            site=draw(st.sampled_from(_SITES)),
            land_m2=draw(st.none() | st.integers(1, 60000)),
            floor_m2=draw(st.none() | st.integers(0, 10**6)),
            dwellings=draw(st.none() | st.integers(0, 3000)),
            affordable_dwellings=draw(st.none() | st.integers(0, 100)),
            **{
                stage: draw(_DATES)
                for stage in ("date_land", "date_start", "date_presale", "date_renovated")
            },
        )
        rows.append({name: value for name, value in row.items() if value not in (None, "")})
    return rows


def everything(progress: Progress) -> dict[tuple[str, str], Fraction | None]:
    return {
        (row.target.id, standing.period): standing.reported
        for row in progress.targets
        for standing in (row.whole, *row.years)
    }


@settings(max_examples=60, deadline=None)
@given(_rows(), st.data())
def test_changing_a_number_moves_exactly_the_figures_that_count_it(
    rows: list[Row], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    field = data.draw(st.sampled_from(("floor_m2", "dwellings", "households_moved")))
    before = progress_with(rows)
    changed = [{**row, field: 123457} if i == at else row for i, row in enumerate(rows)]
    after = progress_with(changed)
    for row in before.targets:
        counts = any(
            count.field == field and changed[at]["housing"] in count.housing
            for count in row.target.counts
        )
        for old, new in zip(
            (row.whole, *row.years),
            (after.of(row.target.id).whole, *after.of(row.target.id).years),
            strict=True,
        ):
            concerned = counts and changed[at]["id"] in new.records
            if not concerned:
                assert (old.reported, old.state, old.share) == (new.reported, new.state, new.share)
            elif rows[at].get(field) != 123457:
                assert old.reported != new.reported


@settings(max_examples=60, deadline=None)
@given(_rows(), st.randoms(use_true_random=False))
def test_years_add_up_and_the_order_of_rows_is_nothing(rows: list[Row], random: Any) -> None:
    progress = progress_with(rows)
    for row in progress.targets:
        if row.target.accumulates and row.whole.reported is not None:
            parts = [y.reported for y in row.years if y.reported is not None]
            assert sum(parts, Fraction(0)) == row.whole.reported
    land_total = reported(progress, "land") or 0
    parts = [reported(progress, name) or Fraction(0) for name in ("land_stock", "land_new")]
    assert land_total == sum(parts)
    # Rows that share no parcel and no estate may stand in any order.
    if len({row.get("site") for row in rows}) == len(rows):
        shuffled = list(rows)
        random.shuffle(shuffled)
        if "affordable-phase3" not in {row.get("site") for row in rows}:
            assert everything(progress_with(shuffled)) == everything(progress)
