"""An empty workspace: accepted as it is, and filled in by an office with a plan of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cases import Command

from gangqu_gis.blank import create_blank

WHO = ("--uncertainty", "5", "--by", "甲", "--reason", "首次导入", "--yes")
FILLED = {
    "authority": '"虚构镇人民政府"',
    "authority_en": '"Government of an invented town"',
    "title": '"虚构镇住房规划"',
    "title_en": '"Housing plan of an invented town"',
    "place": '"虚构镇"',
    "place_en": '"An invented town"',
    "plan_version": '"测试稿"',
    "plan_period": "[2026, 2030]",
    "data_date": '"2026-01-01"',
    "planar_crs": '"EPSG:4547"',
    "extent": "[114.1, 24.9, 114.4, 25.1]",
}
SQUARE = [[114.2, 25.0], [114.202, 25.0], [114.202, 25.002], [114.2, 25.002], [114.2, 25.0]]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return create_blank(tmp_path / "office").root


def fill(office: Path, *names: str) -> None:
    """Fill in fields of the workspace, as an editor would."""
    path = office / "data" / "workspace.toml"
    text = path.read_text(encoding="utf-8")
    for name in names:
        text, count = re.subn(rf"(?m)^({name} +=) .*$", rf"\1 {FILLED[name]}", text)
        assert count == 1
        text = text.replace(f'"{name}",', "", 1)
    path.write_text(text, encoding="utf-8")


def uncommented(path: Path) -> None:
    """Take the # off the example of a template: what stands below its first blank line."""
    head, example = path.read_text(encoding="utf-8").split("\n\n", 1)
    lines = [line.removeprefix("#").removeprefix(" ") for line in example.split("\n")]
    path.write_text(head + "\n\n" + "\n".join(lines), encoding="utf-8")


def survey(office: Path) -> Path:
    square = {"type": "Polygon", "coordinates": [SQUARE]}
    feature = {"type": "Feature", "properties": {"id": "district-east", "name": "东片区"}}
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
        "features": [feature | {"geometry": square}],
    }
    path = office / "survey.geojson"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return path


def test_what_is_not_filled_in_is_named_and_nothing_else_is_wrong(
    tmp_path: Path, command: Command
) -> None:
    made = command("init", "office", "--empty", cwd=tmp_path)
    assert made.code == 0
    office = tmp_path / "office"
    found = command("check", "--format", "json", cwd=office)
    findings = found.json()["findings"]
    assert found.code == 0 and {f["rule"] for f in findings} == {"workspace.unfilled"}
    lines = (office / "data" / "workspace.toml").read_text(encoding="utf-8").split("\n")
    for finding in findings:
        file, line = finding["where"].split(":")
        assert file == "data/workspace.toml"
        assert re.match(rf"{finding['subject']} +=", lines[int(line) - 1])
    assert {f["subject"] for f in findings} == set(FILLED)
    assert all(name in made.out for name in FILLED)


def test_every_command_works_on_an_empty_workspace(office: Path, command: Command) -> None:
    for words in (["reconcile"], ["map"], ["build"], ["history", "verify"], ["figures", "list"]):
        run = command(*words, cwd=office)
        assert run.code == 0, (words, run.err)


def test_nothing_drawn_comes_in_before_the_workspace_knows_where_it_lies(
    office: Path, command: Command
) -> None:
    words = ("update", "districts", survey(office), "--kind", "district", *WHO)
    for filled, missing in (("place", "planar_crs"), ("planar_crs", "extent")):
        fill(office, filled)
        run = command(*words, cwd=office)
        assert run.code == 3 and f"{missing} 还是占位" in run.err
    fill(office, "extent")
    assert command(*words, cwd=office).code == 0


def test_an_office_fills_it_in_and_reconciles(office: Path, command: Command) -> None:
    fill(office, *FILLED)
    for name in ("vocabulary", "figures/1", "enumerations", "rules"):
        uncommented(office / "data" / "plan" / f"{name}.toml")
    run = command("update", "districts", survey(office), "--kind", "district", *WHO, cwd=office)
    assert run.code == 0, run.err
    checked = command("check", cwd=office)
    assert checked.code == 0 and "占位" not in checked.out
    (check,) = command("reconcile", "--format", "json", cwd=office).json()["checks"]
    assert check["rule"] == "east_area" and check["verdict"] == "indicative"
    assert 44_000 < check["ellipsoidal_m2"] < 45_000


def test_a_name_that_is_no_field_is_not_unfilled(office: Path, command: Command) -> None:
    path = office / "data" / "workspace.toml"
    text = path.read_text(encoding="utf-8").replace('"title_en", ', '"titel", ')
    path.write_text(text, encoding="utf-8")
    run = command("check", cwd=office)
    assert run.code == 3 and "titel" in run.err and "workspace.toml:" in run.err


def test_empty_and_sample_exclude_each_other(tmp_path: Path, command: Command) -> None:
    assert command("init", "w", "--empty", "--sample", cwd=tmp_path).code == 2
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert command("init", "file", "--empty", cwd=tmp_path).code == 4
