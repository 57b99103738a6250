"""The findings: severity by basis, subjects, words, shapes in the storage CRS."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from cases import ROOT, in_degrees
from drawing import LIMITS, array, polygon, rectangle

from gangqu_gis import crs
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.layers import Feature, Layer
from gangqu_gis.messages import plain
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.topology import check_file_topology, check_topology
from gangqu_gis.workspace import open_workspace

PLANE = crs.planar("EPSG:4549")


@pytest.fixture(scope="module")
def shipped_plan() -> Plan:
    return load_plan(open_workspace(ROOT))


def drawn(id_: str, kind: str, shape: Any) -> Feature:
    layer = "districts" if kind == "district" else "parcels"
    stored = None if shape is None else in_degrees(shape)
    fault = plain("NULL") if shape is None else None
    return Feature(layer, {"id": id_, "kind": kind}, stored, f"data/{layer}.geojson", 2, 1, fault)


def with_features(plan: Plan, *features: Feature) -> Plan:
    layers = {
        name: Layer(name, f"data/{name}.geojson", tuple(f for f in features if f.layer == name))
        for name in plan.layers
    }
    return replace(plan, layers=layers)


def found(plan: Plan, surveyed: Iterable[str] = ()) -> dict[str, Finding]:
    findings = check_topology(plan, basis=dict.fromkeys(surveyed, "surveyed"))
    by_rule = {f.rule: f for f in findings}
    assert len(by_rule) == len(findings)
    return by_rule


def in_file(*shapes: Any, coverage: bool = False) -> list[Finding]:
    labels = [f"宗地{i}" for i in range(len(shapes))]
    return check_file_topology(array(*shapes), labels, plane=PLANE, coverage=coverage)


def test_the_shipped_plan_has_no_error_whatever_the_basis(shipped_plan: Plan) -> None:
    for basis in ("schematic", "surveyed"):
        findings = check_topology(
            shipped_plan, basis={f.id: basis for f in shipped_plan.features}
        )
        assert [f.rule for f in findings] == []


def test_an_overlap_counts_only_between_proven_geometries(shipped_plan: Plan) -> None:
    plan = with_features(
        shipped_plan,
        drawn("a", "stock_parcel", rectangle(0, 0, 100, 100)),
        drawn("b", "new_parcel", rectangle(90, 0, 190, 100)),
    )
    finding = found(plan, ["a", "b"])["topology.overlap"]
    assert finding.severity is Severity.ERROR
    assert finding.subjects == ("a", "b")
    assert finding.measured == pytest.approx(1000, abs=0.1)
    assert "1000.0" in finding.text.zh
    drawn_back = in_degrees(rectangle(90, 0, 100, 100))
    assert finding.shape.symmetric_difference(drawn_back).area < 1e-4 * drawn_back.area
    finding = found(plan, ["a"])["topology.overlap"]
    assert finding.severity is Severity.NOTE
    assert "示意" in finding.text.zh and "schematic" in finding.text.en


def test_kinds_declared_to_overlap_do(shipped_plan: Plan) -> None:
    square = rectangle(0, 0, 100, 100)
    plan = with_features(
        shipped_plan,
        drawn("d", "district", rectangle(-50, -50, 150, 150)),
        drawn("n", "new_parcel", square),
        drawn("h", "affordable_site", square),
        drawn("u", "community_unit", square),
        drawn("v", "community_unit", square),
    )
    assert not found(plan, "dnhuv")


def test_a_parcel_outside_its_district(shipped_plan: Plan) -> None:
    plan = with_features(
        shipped_plan,
        drawn("d", "district", rectangle(0, 0, 100, 100)),
        drawn("n", "new_parcel", rectangle(90, 0, 110, 50)),
        drawn("r", "renovation_site", rectangle(300, 0, 310, 10)),
    )
    finding = found(plan, "dnr")["topology.outside"]
    assert finding.severity is Severity.ERROR
    assert finding.subjects == ("n", "d")
    assert finding.measured == pytest.approx(500, abs=0.1)
    assert found(plan, "n")["topology.outside"].severity is Severity.NOTE


def test_wholly_outside_schematic_districts_is_indicative(shipped_plan: Plan) -> None:
    plan = with_features(
        shipped_plan,
        drawn("d", "district", rectangle(0, 0, 100, 100)),
        drawn("n", "new_parcel", rectangle(200, 0, 210, 50)),
    )
    assert found(plan, "n")["topology.outside"].severity is Severity.NOTE
    assert found(plan, "nd")["topology.outside"].severity is Severity.ERROR
    missing = with_features(
        shipped_plan,
        drawn("d", "district", None),
        drawn("n", "new_parcel", rectangle(200, 0, 210, 50)),
    )
    assert not found(missing, "nd")


def test_an_invalid_geometry_is_left_to_the_validity_check(shipped_plan: Plan) -> None:
    bow_tie = polygon((0, 0), (100, 100), (100, 0), (0, 100))
    assert not found(with_features(shipped_plan, drawn("n", "new_parcel", bow_tie)), "n")


def test_ring_faults_are_warnings_and_notes_where_schematic(shipped_plan: Plan) -> None:
    needle = polygon((0, 0), (100, 0), (100, 100), (0, 3))
    wedge = polygon((0, 0), (400, 0), (400, 60))
    plan = with_features(shipped_plan, drawn("n", "new_parcel", wedge))
    assert found(plan, "n")["topology.sharp_angle"].severity is Severity.WARNING
    assert found(plan)["topology.sharp_angle"].severity is Severity.NOTE
    assert not found(with_features(shipped_plan, drawn("n", "new_parcel", needle)), "n")


def test_a_file_is_judged_on_its_own() -> None:
    square = rectangle(0, 0, 100, 100)
    (finding,) = in_file(square, square)
    assert (finding.rule, finding.severity) == ("topology.duplicate", Severity.ERROR)
    assert finding.subjects == ("宗地0", "宗地1")
    (finding,) = in_file(rectangle(10, 10, 20, 20), square)
    assert (finding.rule, finding.subjects) == ("topology.contained", ("宗地1", "宗地0"))
    (finding,) = in_file(polygon((0, 0), (100, 100), (100, 0), (0, 100)))
    assert (finding.rule, finding.severity) == ("topology.invalid", Severity.ERROR)
    assert "自相交" in finding.text.zh


def test_gaps_and_borders_only_where_a_coverage_is_asked_for() -> None:
    hole = [(40, 40), (60, 40), (60, 60), (40, 60)]
    ring = polygon((0, 0), (100, 0), (100, 100), (0, 100), holes=[hole])
    beside = polygon((100, 0), (200, 0), (200, 100), (100, 100), (100, 50))
    apart = rectangle(200.05, 0, 300, 100)
    assert not in_file(ring, beside, apart)
    findings = in_file(ring, beside, apart, coverage=True)
    assert [(f.rule, f.severity) for f in findings] == [
        ("topology.gap", Severity.ERROR),
        ("topology.edge_mismatch", Severity.NOTE),
        ("topology.edge_mismatch", Severity.WARNING),
    ]
    assert findings[0].measured == pytest.approx(400, abs=1e-3)
    assert findings[2].measured == pytest.approx(0.05, abs=1e-6)


def test_slivers_are_warnings() -> None:
    (finding,) = in_file(rectangle(0, 0, 2, 200))
    assert (finding.rule, finding.severity) == ("topology.sliver", Severity.WARNING)


def test_several_faults_of_one_rule_on_one_ring_are_one_finding() -> None:
    shape = polygon((0, 0), (0.01, 0), (100, 0), (100, 0.03), (100, 100), (0, 100))
    (finding,) = in_file(shape)
    assert finding.rule == "topology.close_vertices"
    assert finding.measured == pytest.approx(0.01, abs=1e-6)
    assert finding.limit == LIMITS.close_m
    assert len(shapely.get_parts(finding.shape)) == 2


def test_a_file_kept_to_centimetres_has_a_wider_tolerance() -> None:
    shapes = array(rectangle(0, 0, 10, 10), rectangle(9.99, 0, 20, 10))
    limits = LIMITS.for_coordinates_kept_to(0.01)
    assert limits.tolerance_m == pytest.approx(0.015)
    findings = check_file_topology(
        shapes, ["a", "b"], plane=PLANE, coverage=True, thresholds=limits
    )
    assert not findings
    assert LIMITS.for_coordinates_kept_to(0.0001) == LIMITS


def test_every_rule_is_documented() -> None:
    page = (Path(ROOT) / "docs" / "topology.md").read_text(encoding="utf-8")
    source = (Path(ROOT) / "gangqu_gis" / "messages.toml").read_text(encoding="utf-8")
    rules = set(re.findall(r"^remedy_(\w+) =", source.split("[topology]")[1].split("\n[")[0], re.M))
    assert rules == set(re.findall(r"`topology\.(\w+)`", page))
