"""Kinds without geometry: kept like other features, checked by their fields, never drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cases import ROOT, SmallWorkspace, box, feature, gangqu, layer_text

from gangqu_gis.assessment import assess
from gangqu_gis.errors import InputError
from gangqu_gis.layerfile.geojson import format_layer
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.schema import read_schema
from gangqu_gis.workspace import open_workspace

VISIT_SCHEMA = """
[[kind]]
id = "site_visit"
layer = "visits"
zh = "踏勘"
en = "site visit"
geometry = "none"
id_from = ["month"]
without = ["name", "name_en", "figures"]
fields = ["month", "lot", "seen", "share"]

[[field]]
name = "month"
zh = "月份"
en = "Month"
type = "date"
precision = "month"
required = true

[[field]]
name = "lot"
zh = "地块"
en = "Lot"
type = "feature"

[[field]]
name = "seen"
zh = "日期"
en = "Date"
type = "date"

[[field]]
name = "share"
zh = "比例"
en = "Share"
type = "number"
minimum = 0
maximum = 100
"""


def visit(**attributes: Any) -> dict[str, Any]:
    properties = {"id": "site-visit-2023-05", "kind": "site_visit", "month": "2023-05"}
    return {"type": "Feature", "properties": properties | attributes, "geometry": None}


def plan_of(root: Path, visits: list[dict[str, Any]]) -> Plan:
    small = SmallWorkspace(root)
    small.lots = [feature("lot-1", box(0, 0, 100))]
    small.schema = VISIT_SCHEMA
    small.marker = small.marker.replace("[layers]\n", '[layers]\nvisits = "visits.geojson"\n')
    (small.write() / "data" / "visits.geojson").write_text(
        layer_text(visits, name="visits"), encoding="utf-8"
    )
    return load_plan(open_workspace(root))


def test_a_sound_record_gives_no_finding_and_is_never_drawn(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [visit(lot="lot-1", seen="2023", share=12.5)])
    result = assess(plan)
    assert result.findings == ()
    assert {f.id for f in plan.features} == {"lot-1", "site-visit-2023-05"}
    assert [f.id for f in plan.drawn] == ["lot-1"]
    assert set(result.measured) == {"lot-1"}
    assert plan.drawn_layers == ("lots", "lines")


@pytest.mark.parametrize(
    ("attributes", "rule"),
    [
        ({"id": "site-visit-2023-06"}, "schema.id"),
        ({"id": "some-visit"}, "schema.id"),
        ({"month": "2023", "id": "site-visit-2023"}, "schema.month"),
        ({"month": "2023-05-17", "id": "site-visit-2023-05-17"}, "schema.month"),
        ({"seen": "17.5.2023"}, "schema.seen"),
        ({"seen": 2023}, "schema.seen"),
        ({"seen": "2023-02-30"}, "schema.seen"),
        ({"share": 100.5}, "schema.share"),
        ({"share": "12%"}, "schema.share"),
        ({"lot": "lot-9"}, "link.lot"),
        ({"lot": "site-visit-2023-05"}, "link.lot"),
        ({"basis": "surveyed"}, "schema.basis"),
        ({"name": "踏勘"}, "schema.name"),
    ],
)
def test_a_wrong_record_is_a_finding_at_its_line(
    tmp_path: Path, attributes: dict[str, Any], rule: str
) -> None:
    findings = assess(plan_of(tmp_path, [visit(**attributes)])).findings
    assert [(f.rule, f.file, f.line) for f in findings] == [(rule, "data/visits.geojson", 2)]


def test_a_month_that_stands_twice_is_found(tmp_path: Path) -> None:
    findings = assess(plan_of(tmp_path, [visit(), visit()])).findings
    assert [(f.rule, f.line) for f in findings] == [("id.unique", 3)]


def test_a_record_with_a_geometry_is_a_finding(tmp_path: Path) -> None:
    drawn = visit() | {"geometry": feature("x", box(0, 0, 9))["geometry"]}
    plan = plan_of(tmp_path, [drawn])
    result = assess(plan)
    assert [f.rule for f in result.findings] == ["geometry.valid"]
    assert "踏勘" in result.findings[0].text.zh
    assert set(result.measured) == {"lot-1"}


def test_records_are_written_as_they_were_read(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [visit(lot="lot-1"), visit(seen="2023-05", note="注")])
    text = format_layer("visits", plan.layers["visits"].features, plan.schema)
    rows = json.loads(text)["features"]
    assert [row["geometry"] for row in rows] == [None, None]
    assert len(text.splitlines()) == 1 + len(rows) + 1
    (tmp_path / "data" / "visits.geojson").write_text(text, encoding="utf-8")
    again = load_plan(open_workspace(tmp_path))
    assert format_layer("visits", again.layers["visits"].features, again.schema) == text


def test_a_layer_is_of_records_or_of_drawn_features(tmp_path: Path) -> None:
    path = tmp_path / "schema.toml"
    mixed = VISIT_SCHEMA.replace('layer = "visits"', 'layer = "lots"')
    fields = SmallWorkspace(tmp_path).whole_schema()
    path.write_text(fields + mixed, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_schema(path, shown="schema.toml")
    assert caught.value.line == (fields + mixed).split("\n").index('geometry = "none"') + 1


@pytest.mark.parametrize(
    ("before", "after", "at"),
    [
        ('precision = "month"', 'precision = "week"', 'precision = "week"'),
        ('id_from = ["month"]', 'id_from = ["moon"]', 'id_from = ["moon"]'),
        ('without = ["name", ', 'without = ["nom", ', 'without = ["nom", "name_en", "figures"]'),
        ("maximum = 100", 'maximum = "all"', 'maximum = "all"'),
    ],
)
def test_a_wrong_declaration_is_refused_at_its_line(
    tmp_path: Path, before: str, after: str, at: str
) -> None:
    source = SmallWorkspace(tmp_path).whole_schema() + VISIT_SCHEMA.replace(before, after)
    path = tmp_path / "schema.toml"
    path.write_text(source, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_schema(path, shown="schema.toml")
    assert caught.value.line == source.split("\n").index(at) + 1


def test_the_shipped_records_hold_what_the_plan_commits_and_no_progress() -> None:
    plan = load_plan(open_workspace(ROOT))
    records = {f.id: f for f in plan.features if plan.is_record(f)}
    assert len(records) == 10
    allowed = {"id", "kind", "name", "name_en", "figures", "housing", "site", "plan_place"}
    for record in records.values():
        assert set(record.properties) <= allowed, "a number or a date nobody has reported"
        assert record.properties["plan_place"].startswith("四、主要任务")
    sites = {f.id for f in plan.features if f.kind == "renovation_site"}
    renewed = [f for f in records.values() if f.properties["housing"].endswith("改造")]
    assert sorted(f.properties["site"] for f in renewed) == sorted(sites)
    for record in renewed:
        type_ = plan.by_id[record.properties["site"]].properties["renovation_type"]
        assert record.properties["housing"] == f"{type_}改造"


def test_the_shipped_workspace_is_still_without_findings() -> None:
    run = gangqu("check", cwd=ROOT)
    assert (run.code, run.err) == (0, "")
