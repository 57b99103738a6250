"""Wrong data becomes findings: every fault of a layer in one run, each with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from cases import Command, SmallWorkspace, Stated, box, feature, gangqu, layer_text, polygon

from gangqu_gis.findings import Severity
from gangqu_gis.layers import Feature
from gangqu_gis.plan import load_plan
from gangqu_gis.soundness import geometry_fault
from gangqu_gis.validity import check_validity
from gangqu_gis.workspace import open_workspace

ROAD = shapely.LineString([(604000, 3387000), (604900, 3387000)])


def without(row: dict[str, Any], name: str) -> dict[str, Any]:
    del row["properties"][name]
    return row


def with_geometry(row: dict[str, Any], type_: str, coordinates: Any) -> dict[str, Any]:
    return row | {"geometry": {"type": type_, "coordinates": coordinates}}


LON, LAT = 121.08, 30.6
OPEN_RING = [[[LON, LAT], [LON + 0.001, LAT], [LON + 0.001, LAT + 0.001], [LON, LAT + 0.001]]]
RAISED = [[[x, y, 5.0] for x, y in [*OPEN_RING[0], OPEN_RING[0][0]]]]

#: One faulty feature each: the feature, then the rules that must find it, in order.
FAULTY: list[tuple[dict[str, Any], list[str]]] = [
    (feature("null", None), ["geometry.valid"]),
    (with_geometry(feature("empty", None), "Polygon", []), ["geometry.valid"]),
    (feature("bow-tie", polygon((0, 0), (9, 9), (9, 0), (0, 9))), ["geometry.valid"]),
    (with_geometry(feature("raised", None), "Polygon", RAISED), ["geometry.valid"]),
    (feature("line", ROAD), ["geometry.type"]),
    (with_geometry(feature("point", None), "Point", [LON, LAT]), ["geometry.valid"]),
    (with_geometry(feature("unclosed", None), "Polygon", OPEN_RING), ["geometry.valid"]),
    (feature("twice", box(0, 20, 9)), []),
    (feature("twice", box(0, 40, 9)), ["id.unique"]),
    (without(feature("nameless", box(0, 60, 9)), "id"), ["schema.id"]),
    (feature("farm", box(0, 80, 9), kind="farm"), ["schema.kind"]),
    (feature("stray-road", ROAD, kind="road"), ["schema.layer"]),
    (
        feature("typed", box(0, 100, 9), storeys="six", renewed=1),
        ["schema.storeys", "schema.renewed"],
    ),
    (feature("red", box(0, 120, 9), colour="red"), ["schema.colour"]),
    (feature("blank", box(0, 180, 9), colour=None), []),
    (feature("bounded", box(0, 140, 9), bounds={"east": ["road-1", "road-9"]}), ["link.bounds"]),
    (feature("figured", box(0, 160, 9), figures=["nine"]), ["link.figures"]),
]


@pytest.fixture
def faulty(small: SmallWorkspace) -> Path:
    """A workspace whose only layer of lots holds every fault at once, and one lot too few."""
    small.lots = [row for row, _ in FAULTY]
    small.lines = [feature("road-1", ROAD, kind="road")]
    small.marker = small.marker.replace("[expected]\n", "[expected]\nlot = 99\nroad = 2\n")
    return small.write()


def test_every_fault_is_found_in_one_run(faulty: Path) -> None:
    findings = check_validity(load_plan(open_workspace(faulty)))
    found = sorted((f.line, f.rule) for f in findings if f.file and f.line is not None)
    expected = [(2 + n, rule) for n, (_, rules) in enumerate(FAULTY) for rule in rules]
    assert found == sorted(expected)
    counts = {f.subject: (f.measured, f.limit) for f in findings if f.rule == "count.expected"}
    lots = sum(1 for row, _ in FAULTY if row["properties"].get("kind") == "lot")
    assert counts == {"lot": (lots, 99), "road": (2, 2)} or counts == {"lot": (lots, 99)}
    for finding in findings:
        assert finding.severity is Severity.ERROR
        assert finding.text.zh and finding.text.en and finding.remedy.zh and finding.remedy.en
        assert finding.file == "data/lots.geojson" or finding.rule == "count.expected"


def test_the_command_line_says_them_all_and_exits_1(faulty: Path) -> None:
    run = gangqu("check", "--format", "json", cwd=faulty)
    assert (run.code, run.err) == (1, "")
    reported = [f["rule"] for f in run.json()["findings"]]
    for _, rules in FAULTY:
        for rule in rules:
            assert rule in reported
    text = gangqu("check", cwd=faulty)
    assert text.code == 1
    for n, (_, rules) in enumerate(FAULTY):
        assert (f"data/lots.geojson:{2 + n} " in text.out) is bool(rules)


def test_reconcile_runs_on_it_too(faulty: Path, command: Command) -> None:
    assert command("reconcile", cwd=faulty).code == 1


def test_build_runs_on_it_too(faulty: Path, command: Command) -> None:
    built = command("build", cwd=faulty)
    assert built.code == 0 and (faulty / "maps" / "index.html").is_file()


def test_areas_of_faulty_geometry_are_withheld(faulty: Path, command: Command) -> None:
    checks = command("reconcile", "--format", "json", cwd=faulty).json()["checks"]
    areas = {c["subject"]: c for c in checks if c["kind"] == "area"}
    for id_ in ("null", "empty", "bow-tie", "raised", "unclosed"):
        assert areas[id_]["verdict"] == "missing"
        assert areas[id_]["ellipsoidal_m2"] is None and areas[id_]["planar_m2"] is None
        assert areas[id_]["note"]
    assert "twice" not in areas, "an id that two features share names neither"
    assert areas["red"]["ellipsoidal_m2"] == pytest.approx(81, abs=0.05)


def test_nothing_is_found_in_sound_data(small: SmallWorkspace) -> None:
    small.lots = [
        feature("a", box(0, 0, 9), bounds={"south": ["road-1"]}, figures=["a_land"], storeys=6),
        feature("b", shapely.MultiPolygon([box(20, 0, 9), box(40, 0, 9)]), renewed=True),
        feature("c", box(60, 0, 9), basis="surveyed", point_error_m=0.05),
        feature("d", box(80, 0, 9), basis="digitized", map_scale=500),
    ]
    small.lines = [feature("road-1", ROAD, kind="road")]
    small.marker = small.marker.replace("[expected]\n", "[expected]\nlot = 4\nroad = 1\n")
    root = small.write()
    figures = root / "data" / "plan" / "figures" / "1.toml"
    text = figures.read_text(encoding="utf-8").replace('"unused"', '"a_land"')
    figures.write_text(text, encoding="utf-8")
    assert check_validity(load_plan(open_workspace(root))) == []


def test_a_rule_that_names_no_feature_is_found(small: SmallWorkspace) -> None:
    small.stated = [Stated("a_land", "1.00", "公顷", ["lot-7"])]
    found = check_validity(load_plan(open_workspace(small.write())))
    assert [(f.rule, f.file, f.line) for f in found] == [("link.rules", "data/plan/rules.toml", 1)]
    assert "lot-7" in found[0].text.zh


@pytest.mark.parametrize("expected", [0, 1, 2, 3])
def test_number_of_each_kind(expected: int, small: SmallWorkspace) -> None:
    small.lots = [feature("a", box(0, 0, 9)), feature("b", box(20, 0, 9))]
    small.marker = small.marker.replace("[expected]\n", f"[expected]\nlot = {expected}\n")
    found = check_validity(load_plan(open_workspace(small.write())))
    assert [(f.rule, f.measured, f.limit) for f in found] == (
        [] if expected == 2 else [("count.expected", 2, expected)]
    )


def test_expecting_an_undeclared_kind_is_refused(small: SmallWorkspace, command: Command) -> None:
    small.marker = small.marker.replace("[expected]\n", "[expected]\nfarm = 1\n")
    run = command("check", cwd=small.write())
    assert run.code == 3 and "farm" in run.err and run.err.startswith("data/workspace.toml")


@pytest.mark.parametrize(
    ("shape", "fragment"),
    [
        (polygon((0, 0), (9, 9), (9, 0), (0, 9)), "crosses itself"),
        (shapely.Polygon(box(0, 0, 9).exterior, [box(20, 0, 2).exterior]), "outside its shell"),
        (
            shapely.Polygon(box(0, 0, 9).exterior, [box(1, 1, 7).exterior, box(2, 2, 3).exterior]),
            "nested",
        ),
        (shapely.MultiPolygon([box(0, 0, 9), box(1, 1, 2)]), "nested"),
        (
            shapely.Polygon(
                box(0, 0, 9).exterior, [polygon((0, 4), (4, 0), (9, 4), (4, 9)).exterior]
            ),
            "disconnected",
        ),
        (shapely.MultiPolygon([box(0, 0, 9), box(5, 5, 9)]), "604005 3387009"),
    ],
    ids="bow-tie hole-outside nested-holes nested-shells disconnected overlapping".split(),
)
def test_each_way_of_being_invalid_has_words_and_a_place(shape: Any, fragment: str) -> None:
    fault = geometry_fault(Feature("lots", {"id": "a"}, shape, "", 1, 1))
    assert fault is not None and fragment in fault.en and "6040" in fault.en
    assert "{" not in fault.zh + fault.en


def test_bounds_written_as_text_are_one_fault_not_one_a_letter(
    small: SmallWorkspace, command: Command
) -> None:
    small.lots = [feature("a", box(0, 0, 9), bounds={"east": "road-1"})]
    small.lines = [feature("road-1", ROAD, kind="road")]
    run = command("check", "--format", "json", cwd=small.write())
    assert [f["rule"] for f in run.json()["findings"]] == ["schema.bounds"]


def test_findings_are_the_same_whatever_the_file_order(small: SmallWorkspace) -> None:
    small.lots = [row for row, _ in FAULTY][::-1]
    small.lines = [feature("road-1", ROAD, kind="road")]
    forwards = check_validity(load_plan(open_workspace(small.write())))
    path = small.root / "data" / "lots.geojson"
    path.write_text(layer_text(small.lots[::-1]), encoding="utf-8")
    backwards = check_validity(load_plan(open_workspace(small.root)))

    def named(findings: list[Any]) -> list[str]:
        known = [f for f in findings if not f.subject.startswith("#")]
        return sorted(json.dumps([f.rule, f.subject]) for f in known)

    assert named(forwards) == named(backwards)
