"""The gate: what blocks in scope, what would clear it, and what is only context."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest
from cases import ROOT
from gatework import assessment_of, rectangle, survey

from gangqu_gis.checks import Verdict
from gangqu_gis.errors import UsageError
from gangqu_gis.gate import GateResult, run_gate


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path


def gate(root: Path, *ids: str) -> GateResult:
    return run_gate(assessment_of(root), ids)


def blocked_by(result: GateResult) -> list[str]:
    return [b.check.verdict.value if b.check else "nothing" for b in result.blockers]


def test_a_schematic_parcel_is_blocked(plan: Path) -> None:
    result = gate(plan, "stock-3")
    assert not result.clear
    assert blocked_by(result) == ["indicative", "nothing"]
    assert "--basis surveyed" in result.blockers[0].remedy.zh


def test_a_surveyed_parcel_is_clear_while_its_siblings_are_schematic(plan: Path) -> None:
    survey(plan, rectangle())
    result = gate(plan, "stock-3")
    assert result.clear
    assert [c.rule for c in result.confirmed] == ["stock_3_geometry"]
    assert {"land_stock_geometry", "land_total_geometry"} <= {c.rule for c in result.context}
    context = {c.rule: c.verdict for c in result.context}
    assert context["land_stock_geometry"] is Verdict.INDICATIVE


@pytest.mark.parametrize(("moved", "clear"), [(0.02, True), (3.0, False)])
def test_a_corner_moved(plan: Path, moved: float, clear: bool) -> None:
    survey(plan, rectangle(moved_west=moved))
    result = gate(plan, "stock-3")
    assert result.clear is clear


def test_the_block_names_difference_tolerance_and_formula(plan: Path) -> None:
    """A corner moved 3 m along the 160 m side adds 3·160/2 = 240 m² in the plane."""
    survey(plan, rectangle(moved_west=3.0))
    result = gate(plan, "stock-3")
    check = result.blockers[0].check
    assert check is not None and check.verdict is Verdict.DIFFER
    assert check.planar_m2 == pytest.approx(25_400 + 240, abs=0.05)
    diagonals = 2 * (158.75**2 + 160**2) + 2 * (161.75**2 + 160**2)
    assert check.tolerance is not None
    limit = 2 * math.sqrt(2) * 0.05 * math.sqrt(diagonals / 8)
    assert check.tolerance.value_m2 == pytest.approx(limit, rel=1e-5)
    words = result.blockers[0].text.zh
    for part in ("+183.1", "2.535-2.545", f"{limit:.2f}", "2√2·m·√(ΣD^2/8)", "0.05"):
        assert part in words


def test_between_the_tolerance_and_twice_it_blocks_too(plan: Path) -> None:
    """25 450 m² is the upper end of 2.54 ha; t is about 22.6 m², the ellipsoid 266 ppm smaller."""
    survey(plan, rectangle(moved_west=1.1))
    result = gate(plan, "stock-3")
    assert blocked_by(result) == ["review", "nothing"]


def test_a_new_parcel_never_becomes_clear_by_itself(plan: Path) -> None:
    shape = rectangle(east=1500)
    survey(plan, shape, id_="new-1")
    result = gate(plan, "new-1")
    assert not result.clear
    assert "没有它单独的面积" in result.blockers[-1].text.zh
    assert "no area of its own" in result.blockers[-1].text.en


def test_what_nothing_confirms_is_named_even_when_the_scope_is_clear(plan: Path) -> None:
    survey(plan, rectangle())
    result = gate(plan, "stock-3", "renovation-1")
    assert result.unconfirmed == ("renovation-1",)


def test_a_contradiction_between_the_figures_of_a_feature_is_in_its_scope(plan: Path) -> None:
    result = gate(plan, "district-binhai")
    assert "inconsistent" in blocked_by(result)
    remedy = next(
        b.remedy.zh for b in result.blockers if b.check and b.check.rule == "binhai_two_totals"
    )
    assert "gangqu figures accept binhai_two_totals" in remedy


def test_the_whole_plan(plan: Path) -> None:
    result = gate(plan)
    assert len(result.scope) == 24
    assert blocked_by(result).count("inconsistent") == 9
    assert not result.context


def test_unknown_ids_are_refused(plan: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        gate(plan, "stock-3", "nowhere")


def test_a_survey_claimed_in_the_layer_alone_counts_for_nothing(plan: Path) -> None:
    path = plan / "data" / "parcels.geojson"
    rows = path.read_text(encoding="utf-8").split("\n")
    at = next(n for n, row in enumerate(rows) if '"id":"stock-3"' in row)
    rows[at] = rows[at].replace('"basis":"schematic"', '"basis":"surveyed"')
    path.write_text("\n".join(rows), encoding="utf-8")
    result = gate(plan, "stock-3")
    assert blocked_by(result)[0] == "indicative"
    assert "历史中没有来源记录" in result.blockers[0].text.zh


def test_a_geometry_edited_after_its_survey_counts_for_nothing(plan: Path) -> None:
    survey(plan, rectangle())
    assert gate(plan, "stock-3").clear
    path = plan / "data" / "parcels.geojson"
    source = path.read_text(encoding="utf-8")
    row = next(r for r in source.split("\n") if '"id":"stock-3"' in r)
    first = row.split('"coordinates":[[[')[1].split(",")[0]
    moved = f"{float(first) - 0.00001:.9f}"
    path.write_text(source.replace(row, row.replace(first, moved)), encoding="utf-8")
    assert blocked_by(gate(plan, "stock-3"))[0] == "indicative"


def test_digits_that_a_gis_rewrote_do_not_matter(plan: Path) -> None:
    survey(plan, rectangle())
    path = plan / "data" / "parcels.geojson"
    source = path.read_text(encoding="utf-8")
    row = next(r for r in source.split("\n") if '"id":"stock-3"' in r)
    first = row.split('"coordinates":[[[')[1].split(",")[0]
    noise = f"{float(first) + 2e-9:.12f}"
    path.write_text(source.replace(row, row.replace(first, noise)), encoding="utf-8")
    assert gate(plan, "stock-3").clear
