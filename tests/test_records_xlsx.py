"""Spreadsheets of records: what is read, what is refused, each fault with its cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from cases import ROOT
from hypothesis import given
from hypothesis import strategies as st
from progresswork import plan_with, project

from gangqu_gis.arrivals import identified
from gangqu_gis.columns import heading_of, record_columns
from gangqu_gis.errors import InputError, TableError, UsageError
from gangqu_gis.formats.columns import read_heading
from gangqu_gis.formats.entries import CellError, read_entry
from gangqu_gis.formats.records import read_records
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.report.template import render_template
from gangqu_gis.units import unit
from gangqu_gis.workspace import open_workspace

RECORD_LAYERS = ("projects", "market", "indicators")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(open_workspace(ROOT))


def book(path: Path, *rows: Sequence[Any], formats: dict[str, str] | None = None) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "项目"
    for row in rows:
        sheet.append(list(row))
    for cell, format_ in (formats or {}).items():
        sheet[cell].number_format = format_
    workbook.save(path)
    return path


def read(plan: Plan, path: Path, layer: str = "projects") -> VectorFile:
    return read_records(path, columns=record_columns(plan.schema, layer))


def values(file: VectorFile, name: str) -> list[Any]:
    return list(file.columns[name])


HEADINGS = ("序号", "名称", "住房类型", "用地面积（公顷）", "总套数", "供地日期")


def test_rows_are_read_by_their_headings(plan: Plan, tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        ["嘉兴港区年度项目表"],
        HEADINGS,
        [1, "甲", "商品住房", 4.35, 400, date(2022, 3, 1)],
        [None] * 6,
        [2, "乙", "保障性住房", "１,234.5", "912", "2023年5月"],
        formats={"F3": "yyyy-mm-dd"},
    )
    file = read(plan, path)
    assert file.lines == (3, 5)
    assert list(file.geometry) == [None, None] and file.crs is None
    assert values(file, "land_m2") == [43500, 12345000]
    assert values(file, "dwellings") == [400, 912]
    assert values(file, "date_land") == ["2022-03-01", "2023-05"]
    assert file.notes == ()


@pytest.mark.parametrize(
    ("cell", "format_", "expected"),
    [
        (date(2023, 5, 17), "yyyy-mm-dd", "2023-05-17"),
        (datetime(2023, 5, 17), "m/d/yyyy", "2023-05-17"),
        (date(2023, 5, 1), 'yyyy"年"m"月"', "2023-05"),
        (date(2023, 5, 1), "mmm-yy", "2023-05"),
        (date(2023, 1, 1), "yyyy", "2023"),
        (2023, "General", "2023"),
        ("2023", "@", "2023"),
        ("2023年", "@", "2023"),
        ("2023.5", "@", "2023-05"),
        ("2023-5-7", "@", "2023-05-07"),
        ("2023／05／17", "@", "2023-05-17"),
        ("2023年5月17日", "@", "2023-05-17"),
    ],
)
def test_dates_are_kept_as_far_as_they_are_known(
    plan: Plan, cell: Any, format_: str, expected: str
) -> None:
    column = {c.name: c for c in record_columns(plan.schema, "projects")}["date_land"]
    assert read_entry(cell, format_, column, None) == expected


@pytest.mark.parametrize("cell", [45063, "2023-13", "去年", 2023.5, True, datetime(2023, 5, 1, 8)])
def test_what_is_no_date_is_refused(plan: Plan, cell: Any) -> None:
    column = {c.name: c for c in record_columns(plan.schema, "projects")}["date_land"]
    with pytest.raises(CellError):
        read_entry(cell, "General", column, None)


def test_a_month_may_be_typed_as_excel_keeps_it(plan: Plan) -> None:
    column = {c.name: c for c in record_columns(plan.schema, "market")}["month"]
    assert read_entry(date(2023, 5, 1), "yyyy-mm-dd", column, None) == "2023-05"
    with pytest.raises(CellError):
        read_entry(date(2023, 5, 2), "yyyy-mm-dd", column, None)


@given(
    st.decimals(0, 10**7, places=4),
    st.sampled_from([("公顷", 10_000), ("平方米", 1), ("万平方米", 10_000), ("km2", 1_000_000)]),
)
def test_units_are_converted_exactly(number: Decimal, named: tuple[str, int]) -> None:
    schema_plan = load_plan(open_workspace(ROOT)) if not _PLANS else _PLANS[0]
    _PLANS[:] = [schema_plan]
    columns = record_columns(schema_plan.schema, "projects")
    heading = read_heading(f"供地面积（{named[0]}）", columns)
    assert heading.column is not None and heading.fault is None
    stored = read_entry(str(number), "@", heading.column, heading.unit)
    assert Fraction(Decimal(repr(stored))) == Fraction(number) * named[1]


_PLANS: list[Plan] = []


def test_a_conversion_that_does_not_come_out_even_is_refused(plan: Plan) -> None:
    columns = record_columns(plan.schema, "projects")
    heading = read_heading("供地面积（亩）", columns)
    assert heading.column is not None
    assert read_entry(81, "General", heading.column, heading.unit) == 54000
    with pytest.raises(CellError) as caught:
        read_entry(80, "General", heading.column, heading.unit)
    assert "亩" in caught.value.text.zh and "除不尽" in caught.value.text.zh


def test_a_percentage_cell_is_a_percentage(plan: Plan) -> None:
    column = {c.name: c for c in record_columns(plan.schema, "projects")}["green_rate"]
    assert read_entry(0.3, "0%", column, unit("%")) == 30
    assert read_entry(0.335, "0.0%", column, unit("%")) == 33.5
    assert read_entry(30, "General", column, unit("%")) == 30


def test_every_fault_of_a_sheet_is_told_at_once_with_its_cell(
    plan: Plan, tmp_path: Path
) -> None:
    path = book(
        tmp_path / "faulty.xlsx",
        ["名称", "住房类型", "供地面积", "建筑面积（吨）", "套数", "供地日期", "户型", "绿地率（%）"],
        ["甲", "别墅", 1, 2, 3.5, "上月", "60平米", "#REF!"],
        [None, "商品住房", 1, 2, "约300", "2023-02-30", "60*50；75x192", "三成"],
    )
    with pytest.raises(TableError) as caught:
        read(plan, path)
    lines = caught.value.render("zh").split("\n")
    places = [line.split("：")[0].split("!")[1] for line in lines]
    assert places == ["C1", "D1", "B2", "E2", "F2", "G2", "H2", "A3", "E3", "F3", "H3"]
    assert all(line.startswith(f"{path}: 项目!") for line in lines)
    assert len(caught.value.render("en").split("\n")) == len(lines)


def test_a_total_row_and_unknown_columns_are_said_and_asked_about(
    plan: Plan, tmp_path: Path
) -> None:
    path = book(
        tmp_path / "a.xlsx",
        ["名称", "住房类型", "联系人", "套数"],
        ["甲", "商品住房", "某某", 100],
        ["合计", None, None, 100],
    )
    file = read(plan, path)
    assert values(file, "name") == ["甲"]
    assert [(n.rule, n.asks, n.line) for n in file.notes] == [
        ("records.unknown_columns", True, 1),
        ("records.total_row", True, 3),
    ]


def test_merged_cells_and_unstored_formulas_are_refused(plan: Plan, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in (["名称", "住房类型", "套数"], ["甲", "商品住房", "=1+1"], ["乙", "商品住房", 5]):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    workbook.save(tmp_path / "merged.xlsx")
    with pytest.raises(TableError) as caught:
        read(plan, tmp_path / "merged.xlsx")
    text = caught.value.render("zh")
    assert "B2:B3" in text and "合并" in text and "C2" in text and "公式" in text


def test_two_columns_for_one_field_are_refused(plan: Plan, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", ["名称", "住房类型", "套数", "总套数"], ["甲", "商品住房", 1, 2])
    with pytest.raises(TableError, match="D1"):
        read(plan, path)


def test_files_that_are_no_workbook_are_refused(plan: Plan, tmp_path: Path) -> None:
    for name, content in (
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("text.xlsx", "名称,套数".encode()),
        ("cut.xlsx", book(tmp_path / "whole.xlsx", HEADINGS).read_bytes()[:900]),
        ("empty.xlsx", b""),
        ("parcels.gpkg", b"SQLite format 3\0"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            read(plan, path)
        assert "xlsx" in caught.value.render("zh")
    with pytest.raises(InputError, match="xlsx"):
        read(plan, tmp_path)
    with pytest.raises(InputError, match="不存在"):
        read(plan, tmp_path / "none.xlsx")
    with pytest.raises(InputError, match="表头"):
        read(plan, book(tmp_path / "poem.xlsx", ["床前明月光"], ["疑是地上霜"]))


def test_a_csv_is_read_as_a_sheet_of_texts(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes('名称,住房类型,套数,供地日期\n"甲\n乙",商品住房,"1,200",2022/3/1\n'.encode("gbk"))
    file = read(plan, path)
    assert values(file, "name") == ["甲\n乙"] and values(file, "dwellings") == [1200]
    assert values(file, "date_land") == ["2022-03-01"]
    path.write_text("名称,套数\n甲,十\n", encoding="utf-8")
    with pytest.raises(TableError, match="table!B2"):
        read(plan, path)


def test_of_several_sheets_one_must_be_named(plan: Plan, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for title in ("一", "二"):
        sheet = workbook.create_sheet(title)
        sheet.append(["名称", "住房类型"])
        sheet.append([f"项目{title}", "商品住房"])
    workbook.save(tmp_path / "two.xlsx")
    with pytest.raises(UsageError, match="一, 二"):
        read(plan, tmp_path / "two.xlsx")
    columns = record_columns(plan.schema, "projects")
    file = read_records(tmp_path / "two.xlsx", columns=columns, sheet="二")
    assert values(file, "name") == ["项目二"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("layer", RECORD_LAYERS)
def test_headings_of_the_template_are_understood(plan: Plan, layer: str, lang: str) -> None:
    columns = record_columns(plan.schema, layer)
    for column in columns:
        found = read_heading(heading_of(column, lang), columns)
        assert (found.column, found.unit, found.fault) == (column, column.unit, None)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("layer", RECORD_LAYERS)
def test_an_untouched_template_says_what_the_layer_says(
    plan: Plan, tmp_path: Path, layer: str, lang: str
) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(render_template(plan, layer, lang=lang))
    assert path.read_bytes() == render_template(plan, layer, lang=lang)
    file = identified(read(plan, path, layer), plan, layer)
    assert file.notes == ()
    rows = [
        {n: c[i] for n, c in file.columns.items() if c[i] is not None} for i in range(len(file))
    ]
    assert rows == [dict(f.properties) for f in plan.layers[layer].features]


def test_the_template_offers_lists_and_units(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(render_template(plan, "projects", lang="zh"))
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    assert "供地面积（㎡）" in headings and "绿地率（%）" in headings and "住房类型*" in headings
    rules = sheet.data_validations.dataValidation
    kinds = {rule.type for rule in rules}
    assert kinds == {"list", "decimal", "whole"}
    for rule in rules:
        if rule.type == "list":
            name, area = rule.formula1.split("!")
            cells = workbook[name.strip("'")][area.replace("$", "")]
            assert all(row[0].value for row in cells)


def test_rows_are_recognised_by_id_then_by_name_and_new_ones_are_numbered(
    plan: Plan, tmp_path: Path
) -> None:
    path = book(
        tmp_path / "a.xlsx",
        ["编号", "名称", "住房类型", "所在地块或改造点"],
        ["project-phase3", "三期（改名）", "保障性住房", "保障房三期"],
        [None, "牌楼头未来社区", "未来社区", "unit-implementation"],
        [None, "新项目", "商品住房", "存量地块1"],
        [None, "又一新项目", "商品住房", "stock-2"],
    )
    file = identified(read(plan, path), plan, "projects")
    assert values(file, "id") == ["project-phase3", "project-pailoutou", "project-1", "project-2"]
    sites = ["affordable-phase3", "unit-implementation", "stock-1", "stock-2"]
    assert values(file, "site") == sites
    assert set(values(file, "kind")) == {"project"}


def test_a_record_twice_is_refused_with_both_rows(plan: Plan, tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        ["月份", "成交面积（㎡）"],
        ["2023-05", 100],
        ["2023-06", 100],
        ["2023年5月", 100],
    )
    with pytest.raises(TableError) as caught:
        identified(read(plan, path, "market"), plan, "market")
    assert "项目!4" in caught.value.render("zh") and "第 2 行" in caught.value.render("zh")


def test_only_layers_of_records_have_tables(plan: Plan) -> None:
    with pytest.raises(UsageError, match="projects"):
        record_columns(plan.schema, "parcels")


def test_a_name_that_means_several_is_refused_with_their_ids(tmp_path: Path) -> None:
    twins = [project("p-1"), project("p-2")]
    for row in twins:
        row["name"] = "同名"
    plan = plan_with(twins)
    parcels = plan.layers["parcels"]
    renamed = [
        replace(f, properties={**f.properties, "name": "同名地块"})
        if f.id in ("stock-1", "stock-2")
        else f
        for f in parcels.features
    ]
    layers = {**plan.layers, "parcels": replace(parcels, features=tuple(renamed))}
    plan = replace(plan, layers=layers)
    path = book(
        tmp_path / "a.xlsx",
        ["名称", "住房类型", "所在地块或改造点"],
        ["同名", "商品住房", "同名地块"],
    )
    with pytest.raises(TableError) as caught:
        identified(read(plan, path), plan, "projects")
    told = caught.value.render("zh")
    for id_ in ("p-1", "p-2", "stock-1", "stock-2"):
        assert id_ in told
    assert told.count("项目!2") == 2
