"""Each fault of a project, of the market table and of the yearly reports, and what is no fault."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases import ROOT, Command
from progresswork import assessment_with, faults, indicator, month, plan_with, project, shipped

from gangqu_gis.compliance import check_records
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.layerfile.geojson import format_layer


def rules(found: list[Finding]) -> list[str]:
    return [f.rule for f in found]


GOOD: dict[str, Any] = {
    "site": "stock-1", "land_m2": 43500, "floor_m2": 87000, "dwellings": 912, "plot_ratio": 2,
    "mix": "60×50、75×192、100×196、115×184、135×290", "date_land": "2021-03-01",
    "date_start": "2021-09", "date_presale": "2022", "date_completed": "2023-05-01",
}  # fmt: skip


def test_a_sound_project_has_no_fault() -> None:
    # 60×50 + 75×192 + 100×196 + 115×184 + 135×290 = 97 310 ㎡: more than 87 000.
    assert rules(faults([project("p", **GOOD)])) == ["project.mix"]
    assert faults([project("p", **GOOD | {"floor_m2": 87000, "mix": "95×912"})]) == []


@pytest.mark.parametrize(
    ("changed", "rule", "words"),
    [
        ({"land_m2": 43550.01}, "project.land", ("stock-1", "4.35公顷", "0.01")),
        ({"floor_m2": 87000.01}, "project.floor", ("87000.01", "容积率 2", "87000.00")),
        ({"mix": "90×911"}, "project.mix", ("911", "912")),
        ({"affordable_dwellings": 913}, "project.part", ("913", "912")),
        ({"affordable_floor_m2": 87001}, "project.part", ("87001",)),
        ({"date_start": "2021-02"}, "project.order", ("供地日期", "2021-03-01", "开工日期")),
        ({"date_completed": "2021-08-31"}, "project.order", ("开工日期", "竣工日期")),
        ({"date_completed": "2203-05-01"}, "project.year", ("2203-05-01", "笔误")),
    ],
)
def test_each_fault_is_an_error_with_its_numbers(
    changed: dict[str, Any], rule: str, words: tuple[str, ...]
) -> None:
    found = faults([project("p", **GOOD | {"mix": "95×912"} | changed)])
    assert set(rules(found)) == {rule}
    finding = found[0]
    assert finding.severity is Severity.ERROR
    assert (finding.subject, finding.layer, finding.line) == ("p", "projects", 2)
    for word in words:
        assert word in finding.text.zh
    assert finding.remedy.zh and finding.remedy.en and finding.text.en


def test_limits_themselves_are_no_fault() -> None:
    for changed in ({"land_m2": 43550}, {"floor_m2": 87000}, {"affordable_dwellings": 912},
                    {"date_start": "2021-03-01"}, {"date_start": "2021"}):  # fmt: skip
        assert faults([project("p", **GOOD | {"mix": "95×912"} | changed)]) == []


def test_a_schematic_parcel_limits_no_land() -> None:
    # new-1 has no figure of its own, and its drawing is no evidence.
    assert faults([project("p", site="new-1", land_m2=10**7, date_land="2022-01-01")]) == []


def test_a_surveyed_parcel_limits_its_land() -> None:
    assessment = assessment_with([project("p", site="new-1", land_m2=90000)])
    part = assessment.measured["new-1"]
    assert part.planar_m2 is not None
    surveyed = {**assessment.measured, "new-1": replace(part, basis="surveyed")}
    most = part.planar_m2
    # 2√2 · 0.05 · √(ΣD²/8) of a block of some 370 by 225 m is about 43 ㎡.
    for area, expected in (
        (int(most), []),
        (int(most) + 20, []),
        (int(most) + 200, ["project.land"]),
    ):
        plan = plan_with([project("p", site="new-1", land_m2=area)])
        found = check_records(plan, surveyed)
        assert rules(found) == expected
    assert "界址面积" in found[0].text.zh and "容差" in found[0].text.zh


def test_dates_of_another_year_are_told_and_block_nothing() -> None:
    late = project("p", plan_year="2022", date_land="2023-02-01")
    before = project("p", date_start="2019-05-01")
    for row, words in ((late, ("2022", "2023-02-01")), (before, ("2019-05-01", "不计入"))):
        (finding,) = faults([row])
        assert (finding.rule, finding.severity) == ("project.year", Severity.WARNING)
        for word in words:
            assert word in finding.text.zh
    assert faults([project("p", plan_year="2023", date_land="2023-02-01")]) == []


def test_the_plan_bounds_the_ratios_of_phase_three() -> None:
    site = {"site": "affordable-phase3"}
    for ratio, green, count in ((2.0, 30, 0), (2.4, 45.5, 0), (2.41, 30, 1), (1.99, 29.9, 2)):
        rows = [project("p", "保障性住房", plot_ratio=ratio, green_rate=green, **site)]
        found = faults(rows)
        assert rules(found) == ["project.stated"] * count
    assert "专栏6" in found[0].text.zh


def test_floor_area_is_held_against_the_plans_own_ratio() -> None:
    base = {"site": "affordable-phase3", "land_m2": 50000}
    assert faults([project("p", "保障性住房", floor_m2=120000, **base)]) == []
    found = faults([project("p", "保障性住房", floor_m2=120000.1, **base)])
    assert rules(found) == ["project.floor"] and "2.4" in found[0].text.zh
    # A stricter ratio of the project itself holds as well.
    own = {**base, "plot_ratio": 2.1}
    assert faults([project("p", "保障性住房", floor_m2=105000, **own)]) == []
    assert rules(faults([project("p", "保障性住房", floor_m2=105001, **own)])) == ["project.floor"]


def test_a_renovation_stands_on_a_site_of_its_type() -> None:
    for site in ("renovation-1", "stock-1"):
        found = faults([project("p", "提升类改造", site=site)])
        assert rules(found) == ["project.site"]
    assert faults([project("p", "提升类改造", site="renovation-8")]) == []


def test_a_renovation_counted_twice_is_an_error_that_names_both() -> None:
    rows = [
        project("p-1", "完善类改造", site="renovation-1", date_renovated="2022-05"),
        project("p-2", "完善类改造", site="renovation-1", date_renovated="2023-05"),
    ]
    (finding,) = faults(rows)
    assert (finding.rule, finding.severity) == ("project.renovation_twice", Severity.ERROR)
    assert (finding.subject, finding.also, finding.line) == ("p-2", ("p-1",), 3)
    assert "renovation-1" in finding.text.zh and "p-1" in finding.text.zh


@pytest.mark.parametrize(
    ("second", "severity"),
    [
        ({"site": "stock-1", "contract": "A-1"}, Severity.ERROR),
        ({"site": "stock-2", "contract": "A-1"}, Severity.ERROR),
        ({"site": "stock-1", "land_m2": 30000}, Severity.ERROR),
        ({"site": "stock-1", "land_m2": 13550}, None),
        ({"site": "stock-1", "counted_with": "p-1"}, None),
        ({"site": "stock-2"}, None),
    ],
)
def test_land_counted_twice_is_found(second: dict[str, Any], severity: Severity | None) -> None:
    base: dict[str, Any] = {"land_m2": 30000, "date_land": "2022-01-01"}
    rows = [
        project("p-1", site="stock-1", contract="A-1", **base),
        project("p-2", **base | second),
    ]
    found = [f for f in faults(rows) if f.rule == "project.land_twice"]
    if severity is None:
        assert found == []
    else:
        assert [(f.subject, f.also, f.severity) for f in found] == [("p-2", ("p-1",), severity)]


def test_phase_three_on_new_land_is_asked_about() -> None:
    rows = [
        project("p-1", site="new-1", land_m2=90000, date_land="2022-01-01"),
        project("p-2", "保障性住房", site="affordable-phase3", land_class="新增",
                land_m2=53824.3, date_land="2022-02-01"),
    ]  # fmt: skip
    (finding,) = faults(rows)
    assert (finding.rule, finding.severity) == ("project.land_twice", Severity.WARNING)
    assert "重叠" in finding.text.zh


def test_the_market_table_lacks_a_month_or_does_not_add_up() -> None:
    rows = [
        month("2023-01", unsold_m2=1000),
        month("2023-03", unsold_m2=900, listed_m2=0, sold_m2=100),
        month("2023-04", unsold_m2=950, listed_m2=200, sold_m2=149),
        month("2023-05", unsold_m2=901, listed_m2=0, sold_m2=49),
    ]
    found = faults([], rows)
    assert [(f.rule, f.subject, f.severity) for f in found] == [
        ("market.gap", "market-month-2023-03", Severity.WARNING),
        ("market.balance", "market-month-2023-04", Severity.WARNING),
    ]
    assert "2023-02" in found[0].text.zh
    assert "951" in found[1].text.zh and "950" in found[1].text.zh


def test_yearly_reports_name_known_indicators_and_years_of_the_plan() -> None:
    rows = [
        indicator("low_income", 2023, 1),
        indicator("gdp", 2023, 182),
        indicator("migrants", 2019, 1),
    ]
    found = faults([], [], rows)
    assert [(f.rule, f.severity) for f in found] == [
        ("indicator.target", Severity.ERROR),
        ("indicator.year", Severity.WARNING),
    ]
    assert "low_income" in found[0].text.zh


def test_check_says_it_and_where(tmp_path: Path, command: Command) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    plan = plan_with([project("project-1", **GOOD | {"land_m2": 50000, "mix": "95×912"})])
    text = format_layer("projects", plan.layers["projects"].features, plan.schema)
    (tmp_path / "data" / "projects.geojson").write_text(text, encoding="utf-8")
    run = command("check", cwd=tmp_path)
    assert run.code == 1
    assert "project-1：供地面积 50000.00 ㎡ 超过地块 stock-1" in run.out.replace("\n", "")
    assert "data/projects.geojson:2" in run.out


def test_the_shipped_records_have_no_fault() -> None:
    assessment = shipped()
    assert check_records(assessment.plan, assessment.measured) == []
