"""From a spreadsheet into the layer, the history and the evaluation, as an office does it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from cases import ROOT, Command, refusal

WHO = ("--by", "甲", "--reason", "一季度填报", "--yes")
HEADINGS = ("名称", "住房类型", "所在地块", "供地面积（公顷）", "套数", "供地日期", "开工日期")
SOUND = ("示例", "商品住房", "存量地块1", 4.35, 900, "2022-03-01", "2022-09")


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A workspace of its own, with the shipped data."""
    shutil.copytree(ROOT / "data", tmp_path / "office" / "data")
    return tmp_path / "office"


def table(path: Path, *rows: Sequence[Any]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def projects(office: Path) -> str:
    return (office / "data" / "projects.geojson").read_text(encoding="utf-8")


def test_a_row_becomes_a_record_a_change_set_and_a_figure(office: Path, command: Command) -> None:
    file = table(office / "a.xlsx", HEADINGS, SOUND)
    before = projects(office)
    done = command("update", "projects", file, *WHO, cwd=office)
    assert done.code == 0, done.err
    stored = json.loads(projects(office))["features"]
    added = [row for row in stored if row["properties"]["id"] == "project-1"]
    assert added[0]["geometry"] is None
    assert added[0]["properties"] == {
        "id": "project-1", "kind": "project", "name": "示例", "housing": "商品住房",
        "site": "stock-1", "land_m2": 43500, "dwellings": 900, "date_land": "2022-03-01",
        "date_start": "2022-09",
    }  # fmt: skip
    told = command("progress", "--year", "2022", "--format", "json", cwd=office).json()
    targets = {row["id"]: row for row in told["targets"]}
    assert (targets["land"]["reported"], targets["dwellings"]["reported"]) == (4.35, 900.0)
    assert command("history", "verify", cwd=office).code == 0
    undone = command("history", "undo", "1", *WHO, cwd=office)
    assert undone.code == 0 and projects(office) == before


def test_an_untouched_template_changes_nothing(office: Path, command: Command) -> None:
    for layer in ("projects", "market", "indicators"):
        file = office / f"{layer}.xlsx"
        assert command("export", layer, file, "--template", cwd=office).code == 0
        before = (office / "data" / f"{layer}.geojson").read_bytes()
        assert command("update", layer, file, *WHO, cwd=office).code == 0
        assert (office / "data" / f"{layer}.geojson").read_bytes() == before
    assert not list((office / "data" / "history").glob("*.json"))
    again = command("export", "projects", office / "projects.xlsx", "--template", cwd=office)
    assert "--overwrite" in refusal(again, 4)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((*SOUND[:3], 4.36, *SOUND[4:]), "stock-1"),
        ((*SOUND[:5], "2022-03-01", "2022-02"), "供地日期"),
        ((*SOUND[:2], "stock-9", *SOUND[3:]), "stock-9"),
    ],
)
def test_a_project_that_cannot_be_is_not_written(
    office: Path, command: Command, row: tuple[Any, ...], words: str
) -> None:
    before = projects(office)
    done = command("update", "projects", table(office / "a.xlsx", HEADINGS, row), *WHO, cwd=office)
    assert done.code == 1 and words in done.out + done.err
    assert projects(office) == before


def test_a_faulty_sheet_is_refused_with_every_fault(office: Path, command: Command) -> None:
    rows = [(*SOUND[:3], "约4", *SOUND[4:]), (*SOUND[:5], "去年", "2022")]
    file = table(office / "a.xlsx", HEADINGS, *rows)
    done = command("update", "projects", file, *WHO, cwd=office)
    assert done.code == 3
    assert [line.split("!")[1][:2] for line in done.err.splitlines()] == ["D2", "F3"]


def test_what_is_not_read_is_said_and_strict_refuses_it(office: Path, command: Command) -> None:
    file = table(office / "a.xlsx", (*HEADINGS, "联系人"), (*SOUND, "某某"))
    done = command("update", "projects", file, *WHO, cwd=office)
    assert done.code == 0 and "联系人" in done.err
    strict = command("update", "projects", file, *WHO, "--strict", cwd=office)
    assert "联系人" in refusal(strict, 4)


def test_records_take_no_provenance(office: Path, command: Command) -> None:
    file = table(office / "a.xlsx", HEADINGS, SOUND)
    survey = ("--basis", "surveyed", "--survey-ref", "R", "--surveyed-on", "2022-01-01")
    done = command("update", "projects", file, *WHO, *survey, "--grade", "1", cwd=office)
    assert done.code == 2
