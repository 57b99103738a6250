"""Attributes of drawn features from a table: joined by number, with nothing said of geometry."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from cases import ROOT, Command

WHO = ("--by", "甲", "--reason", "台账", "--yes")
ONLY = ("--only", "attributes")


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A workspace of its own, with the shipped data."""
    shutil.copytree(ROOT / "data", tmp_path / "office" / "data")
    return tmp_path / "office"


def csv(office: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = office / "table.csv"
    path.write_text(text, encoding=encoding)
    return path


def features(office: Path) -> dict[str, Any]:
    rows = json.loads((office / "data" / "parcels.geojson").read_text(encoding="utf-8"))
    return {row["properties"]["id"]: row for row in rows["features"]}


def test_only_what_the_table_says_changes(office: Path, command: Command) -> None:
    before = features(office)
    file = csv(office, "编号,备注,图形来源类别\nstock-1,已收储,surveyed\nstock-2,,\n", encoding="gbk")
    run = command("update", "parcels", file, *ONLY, *WHO, cwd=office)
    assert run.code == 0, run.err
    after = features(office)
    assert after["stock-1"]["properties"] == before["stock-1"]["properties"] | {"note": "已收储"}
    assert after["stock-1"]["geometry"] == before["stock-1"]["geometry"]
    assert {**after, "stock-1": None} == {**before, "stock-1": None}


def test_a_row_is_known_by_another_number_of_the_feature(office: Path, command: Command) -> None:
    own = office / "data" / "parcels.geojson"
    text = own.read_text(encoding="utf-8")
    named = text.replace('"id":"stock-1",', '"id":"stock-1","aliases":["A-7"],', 1)
    own.write_text(named, encoding="utf-8")
    file = csv(office, "编号\tnote\nA-7\t已收储\n")
    assert command("update", "parcels", file, *ONLY, *WHO, cwd=office).code == 0
    assert features(office)["stock-1"]["properties"]["note"] == "已收储"


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        # A known name does not make up for a number that nobody knows.
        ("x-1,存量地块1\nx-2,别处", 4, "x-1, x-2"),
        ("stock-1,甲\nstock-1,乙", 3, "编号“stock-1”重复"),
        ("road-chenshan,陈山路", 4, "图层 reference"),
    ],
)
def test_rows_that_are_no_feature_or_twice_one_are_refused(
    office: Path, command: Command, rows: str, code: int, said: str
) -> None:
    before = (office / "data" / "parcels.geojson").read_bytes()
    run = command("update", "parcels", csv(office, f"id,name\n{rows}\n"), *ONLY, *WHO, cwd=office)
    assert run.code == code and said in run.err and ".csv:" in run.err
    assert (office / "data" / "parcels.geojson").read_bytes() == before


def test_the_attributes_of_an_export_come_back(office: Path, command: Command) -> None:
    for layer in ("parcels", "districts", "reference"):
        file = office / f"{layer}.xlsx"
        assert command("export", layer, file, cwd=office).code == 0
        run = command("update", layer, file, *ONLY, "--strict", "--dry-run", cwd=office)
        assert run.code == 0 and "没有变化" in run.out, run.err
    book = openpyxl.load_workbook(file := office / "parcels.xlsx")
    sheet = book["属性"]
    column = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, column["四至"]).value = '{"east":["road-chenshan"]}'
    sheet.cell(2, column["曾用编号"]).value = "甲、乙"
    book.save(file)
    assert command("update", "parcels", file, *ONLY, *WHO, cwd=office).code == 0
    after = features(office)[sheet.cell(2, column["编号"]).value]["properties"]
    assert after["bounds"] == {"east": ["road-chenshan"]} and after["aliases"] == ["甲", "乙"]


def test_every_cell_that_cannot_be_used_is_named(office: Path, command: Command) -> None:
    file = csv(office, "id,bounds,figures\nstock-1,陈山路,[1\nstock-2,[],\n")
    run = command("update", "parcels", file, *ONLY, *WHO, cwd=office)
    assert run.code == 3
    assert all(place in run.err for place in ("table!B2", "table!C2", "table!B3")), run.err


def test_geometries_that_are_null_say_nothing(office: Path, command: Command) -> None:
    whole = json.loads((office / "data" / "parcels.geojson").read_text(encoding="utf-8"))
    for row in whole["features"]:
        row["geometry"] = None
        row["properties"]["note"] = "盘点"
    file = office / "rows.geojson"
    file.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    before = features(office)
    assert command("update", "parcels", file, *WHO, cwd=office).code == 3
    run = command("update", "parcels", file, *ONLY, *WHO, cwd=office)
    assert run.code == 0, run.err
    after = features(office)
    assert {i: row["geometry"] for i, row in after.items()} == {
        i: row["geometry"] for i, row in before.items()
    }
    assert {row["properties"]["note"] for row in after.values()} == {"盘点"}


def test_attributes_alone_vouch_for_no_geometry(office: Path, command: Command) -> None:
    survey = ("--basis", "surveyed", "--survey-ref", "成果1", "--surveyed-on", "2026-01-01")
    file = csv(office, "id,note\nstock-1,已收储\n")
    words = ("update", "parcels", file, *ONLY, *WHO)
    for more in ((*survey, "--grade", "1"), ("--complete",)):
        run = command(*words, *more, cwd=office)
        assert run.code == 2 and "--only attributes" in run.err


def test_an_unknown_kind_is_told_though_nothing_is_new(office: Path, command: Command) -> None:
    file = csv(office, "id,note\nstock-1,已收储\n")
    run = command("update", "parcels", file, *ONLY, "--kind", "zzz", *WHO, cwd=office)
    assert run.code == 2 and "zzz" in run.err and "stock_parcel" in run.err


def test_without_the_option_a_table_of_attributes_is_no_survey(
    office: Path, command: Command
) -> None:
    run = command("update", "parcels", csv(office, "id,note\nstock-1,新\n"), *WHO, cwd=office)
    assert run.code == 3 and "--only attributes" in run.err
