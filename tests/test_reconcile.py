"""Measured against stated, on a grid drawn by hand: every verdict, its tolerance and its note.

The true areas come from the 40-digit computation; a stored coordinate is off by up to 0.05 mm,
which is less than 0.1 m² on every shape here, and no figure is put nearer to a threshold.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import high_precision as slow
import pytest
from cases import SmallWorkspace, Stated, box, feature, polygon
from hypothesis import given
from hypothesis import strategies as st

from gangqu_gis.checks import Check, Verdict
from gangqu_gis.errors import InputError
from gangqu_gis.plan import load_plan
from gangqu_gis.reconcile import measure_plan, reconcile
from gangqu_gis.report.document import check_record
from gangqu_gis.workspace import open_workspace

#: 1 ha in the plane, 9997.33 m² on the ellipsoid; surveyed to 14.14 m² at m = 0.05 m.
HECTARE = box(0, 0, 100)
TRUE_M2 = slow.polygon_area(HECTARE)
SURVEYED_M2 = 2 * math.sqrt(2) * 0.05 * 100
#: Half a unit of a figure that is printed to 0.1 m².
HALF_M2 = 0.05


def square_metres(area: float) -> str:
    return f"{area:.1f}"


def assessed(small: SmallWorkspace, *, proven: tuple[str, ...] | None = None) -> dict[str, Check]:
    """Return the checks by rule; by default every claimed basis is proven."""
    plan = load_plan(open_workspace(small.write()))
    ids = [f["properties"]["id"] for f in small.lots] if proven is None else proven
    return {c.rule: c for c in reconcile(plan, measure_plan(plan, proven=frozenset(ids)))}


def one_lot(small: SmallWorkspace, stated: Stated, *, shape: Any = HECTARE, **basis: Any) -> Check:
    small.lots = [feature("lot-1", shape, **({"basis": "surveyed"} | basis))]
    small.stated = [stated]
    return assessed(small)[f"{stated.id}_area"]


def off_by(distance: float) -> Stated:
    """Return a figure whose interval lies ``distance`` above the true area."""
    return Stated("land", square_metres(TRUE_M2 + HALF_M2 + distance), "平方米", ["lot-1"])


# --------------------------------------------------------------------------- the verdicts


@pytest.mark.parametrize(
    ("distance", "verdict"),
    [
        (0.0, Verdict.AGREE),
        (SURVEYED_M2 - 0.3, Verdict.AGREE),
        (SURVEYED_M2 + 0.3, Verdict.REVIEW),
        (2 * SURVEYED_M2 - 0.3, Verdict.REVIEW),
        (2 * SURVEYED_M2 + 0.3, Verdict.DIFFER),
        (-SURVEYED_M2 + 0.4, Verdict.AGREE),
        (-SURVEYED_M2 - 0.4, Verdict.REVIEW),
        (-2 * SURVEYED_M2 - 0.4, Verdict.DIFFER),
        (-9000.0, Verdict.DIFFER),
    ],
)
def test_surveyed(small: SmallWorkspace, distance: float, verdict: Verdict) -> None:
    check = one_lot(small, off_by(distance))
    assert check.verdict is verdict
    assert check.basis == "surveyed"
    assert check.tolerance is not None
    assert check.tolerance.value_m2 == pytest.approx(SURVEYED_M2, rel=1e-5)
    assert check.ellipsoidal_m2 == pytest.approx(TRUE_M2, abs=0.02)
    assert check.planar_m2 == pytest.approx(10_000, abs=0.02)
    assert check.difference_m2 == pytest.approx(-distance - HALF_M2, abs=0.1)


@pytest.mark.parametrize(
    ("distance", "verdict"),
    [
        (14.7, Verdict.AGREE),
        (15.3, Verdict.REVIEW),
        (29.7, Verdict.REVIEW),
        (30.3, Verdict.DIFFER),
    ],
)
def test_digitized_at_500(small: SmallWorkspace, distance: float, verdict: Verdict) -> None:
    """0.0003·500·√9997.33 = 14.998 m²."""
    check = one_lot(small, off_by(distance), basis="digitized", map_scale=500)
    assert check.verdict is verdict and check.basis == "digitized"
    assert check.tolerance is not None
    assert check.tolerance.value_m2 == pytest.approx(0.15 * math.sqrt(TRUE_M2), rel=1e-6)


def test_point_error_of_the_survey_itself(small: SmallWorkspace) -> None:
    check = one_lot(small, off_by(20), point_error_m=0.1)
    assert check.verdict is Verdict.AGREE
    assert check.tolerance is not None
    assert check.tolerance.value_m2 == pytest.approx(2 * SURVEYED_M2, rel=1e-5)


@pytest.mark.parametrize(("scale", "verdict"), [(1600, Verdict.AGREE), (1700, Verdict.INDICATIVE)])
def test_too_coarse_a_map_is_indicative(
    small: SmallWorkspace, scale: int, verdict: Verdict
) -> None:
    """1/200 of 1 ha is 50 m²; 0.0003·M·√P passes it at 1:1667."""
    check = one_lot(small, off_by(0), basis="digitized", map_scale=scale)
    assert check.verdict is verdict
    assert (check.note is not None and "50" in check.note.zh) is (verdict is Verdict.INDICATIVE)


def test_a_map_without_a_scale_is_indicative(small: SmallWorkspace) -> None:
    check = one_lot(small, off_by(0), basis="digitized")
    assert check.verdict is Verdict.INDICATIVE


def test_a_map_without_a_scale_is_still_json(small: SmallWorkspace) -> None:
    check = one_lot(small, off_by(0), basis="digitized")
    json.dumps(check_record(check, "zh"), allow_nan=False)


@pytest.mark.parametrize(
    ("more", "limit"),
    [
        ('tolerance = "basis"', SURVEYED_M2),
        ('tolerance = "surveyed"\npoint_error_m = "0.10"', 2 * SURVEYED_M2),
        ('tolerance = "digitized"\nmap_scale = 1000', 0.3 * math.sqrt(TRUE_M2)),
        # max(0.01, 0.001/√12·√(8·100²)) = 0.0816 m²
        ('tolerance = "same_coordinates"', 0.001 / math.sqrt(12) * math.sqrt(8) * 100),
    ],
    ids=["basis", "surveyed", "digitized", "same_coordinates"],
)
def test_a_rule_may_choose_its_tolerance(small: SmallWorkspace, more: str, limit: float) -> None:
    stated = Stated("land", square_metres(TRUE_M2), "平方米", ["lot-1"], more=more)
    check = one_lot(small, stated)
    assert check.tolerance is not None
    assert check.tolerance.value_m2 == pytest.approx(limit, rel=1e-4)


def test_the_office_sets_the_class_of_all_rules(small: SmallWorkspace) -> None:
    small.marker = small.marker.replace("[tolerance]\n", '[tolerance]\nstandard = "digitized"\n')
    check = one_lot(small, off_by(0), map_scale=500)
    assert check.tolerance is not None
    assert check.tolerance.value_m2 == pytest.approx(0.15 * math.sqrt(TRUE_M2), rel=1e-6)


def test_no_class_makes_a_schematic_geometry_evidence(small: SmallWorkspace) -> None:
    stated = Stated(
        "land", square_metres(TRUE_M2), "平方米", ["lot-1"], more='tolerance = "surveyed"'
    )
    check = one_lot(small, stated, basis="schematic")
    assert check.verdict is Verdict.INDICATIVE and check.tolerance is None


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ('tolerance = "generous"', "data/plan/rules.toml:8"),
        ("point_error_m = 0.1", "data/plan/rules.toml:8"),
        ('map_scale = "500"', "data/plan/rules.toml:8"),
    ],
)
def test_a_broken_choice_is_refused(small: SmallWorkspace, more: str, place: str) -> None:
    small.lots = [feature("lot-1", HECTARE)]
    small.stated = [Stated("land", "1", "公顷", ["lot-1"], more=more)]
    with pytest.raises(InputError) as refused:
        load_plan(open_workspace(small.write()))
    assert f"{refused.value.file}:{refused.value.line}" == place


def test_an_unknown_office_class_is_refused(small: SmallWorkspace) -> None:
    small.marker = small.marker.replace("[tolerance]\n", '[tolerance]\nstandard = "generous"\n')
    with pytest.raises(InputError, match="generous") as refused:
        load_plan(open_workspace(small.write()))
    assert refused.value.file == "data/workspace.toml" and refused.value.line is not None


def test_schematic_is_indicative(small: SmallWorkspace) -> None:
    check = one_lot(small, off_by(0), basis="schematic")
    assert check.verdict is Verdict.INDICATIVE and check.basis == "schematic"
    assert check.note is not None and "示意" in check.note.zh


def test_a_claimed_survey_without_provenance_is_indicative(small: SmallWorkspace) -> None:
    small.lots = [feature("lot-1", HECTARE, basis="surveyed")]
    small.stated = [off_by(0)]
    check = assessed(small, proven=())["land_area"]
    assert check.verdict is Verdict.INDICATIVE
    assert check.note is not None and "lot-1" in check.note.zh


@given(printed=st.integers(1, 200_000), unit=st.sampled_from(["平方米", "公顷", "亩"]))
def test_a_schematic_geometry_never_agrees(printed: int, unit: str, tmp_path: Path) -> None:
    small = SmallWorkspace(tmp_path / "one")
    number = str(printed) if unit == "平方米" else f"{printed / 10000:.4f}"
    stated = Stated("land", number, unit, ["lot-1"])
    check = one_lot(small, stated, basis="schematic")
    assert check.verdict is Verdict.INDICATIVE


@given(basis=st.sampled_from(["surveyed", "digitized", "schematic", "实测", None]))
def test_no_basis_agrees_by_its_own_word(basis: str | None, tmp_path: Path) -> None:
    small = SmallWorkspace(tmp_path / "one")
    small.lots = [feature("lot-1", HECTARE, basis=basis, map_scale=500)]
    small.stated = [off_by(0)]
    assert assessed(small, proven=())["land_area"].verdict is Verdict.INDICATIVE


# ------------------------------------------------------------------------- one side is absent


def test_absent_feature_is_missing(small: SmallWorkspace) -> None:
    small.stated = [Stated("land", "1.00", "公顷", ["lot-9"])]
    check = assessed(small)["land_area"]
    assert check.verdict is Verdict.MISSING and check.ellipsoidal_m2 is None
    assert check.note is not None and "lot-9" in check.note.zh


@pytest.mark.parametrize("shape", [None, polygon((0, 0), (9, 9), (9, 0), (0, 9))])
def test_faulty_geometry_is_missing(small: SmallWorkspace, shape: Any) -> None:
    check = one_lot(small, Stated("land", "1.00", "公顷", ["lot-1"]), shape=shape)
    assert check.verdict is Verdict.MISSING
    assert check.ellipsoidal_m2 is None and check.planar_m2 is None
    assert check.note is not None and "lot-1" in check.note.zh


def test_an_id_that_two_features_share_is_missing(small: SmallWorkspace) -> None:
    small.lots = [feature("lot-1", HECTARE, basis="surveyed")] * 2
    small.stated = [off_by(0)]
    assert assessed(small)["land_area"].verdict is Verdict.MISSING


def test_feature_without_a_figure_is_unstated(small: SmallWorkspace) -> None:
    small.lots = [feature("lot-1", HECTARE, basis="surveyed"), feature("lot-2", box(200, 0, 10))]
    small.stated = [off_by(0)]
    checks = assessed(small)
    assert "own_area:lot-1" not in checks
    check = checks["own_area:lot-2"]
    assert check.verdict is Verdict.UNSTATED and check.stated is None
    assert check.ellipsoidal_m2 == pytest.approx(slow.polygon_area(box(200, 0, 10)), abs=0.01)


# ---------------------------------------------------------------------------------- totals


def total_of(small: SmallWorkspace, stated: Stated, *bases: dict[str, Any]) -> Check:
    shapes = [box(200 * n, 0, 100) for n in range(len(bases))]
    small.lots = [
        feature(f"lot-{n}", shape, **basis)
        for n, (shape, basis) in enumerate(zip(shapes, bases, strict=True))
    ]
    small.stated = [stated]
    return assessed(small)[f"{stated.id}_area"]


SURVEYED: dict[str, Any] = {"basis": "surveyed"}
DIGITIZED: dict[str, Any] = {"basis": "digitized", "map_scale": 1000}


def test_total_sums_areas_and_squares_of_tolerances(small: SmallWorkspace) -> None:
    ids = ["lot-0", "lot-1", "lot-2"]
    true = sum(slow.polygon_area(box(200 * n, 0, 100)) for n in range(3))
    stated = Stated("land", square_metres(true), "平方米", ids)
    check = total_of(small, stated, SURVEYED, SURVEYED, DIGITIZED)
    expected = math.sqrt(2 * SURVEYED_M2**2 + (0.3 * math.sqrt(TRUE_M2)) ** 2)
    assert check.verdict is Verdict.AGREE
    assert check.basis == "digitized", "the worst of its parts"
    assert check.tolerance is not None and check.tolerance.basis == "total"
    assert check.tolerance.value_m2 == pytest.approx(expected, rel=1e-3)
    assert check.ellipsoidal_m2 == pytest.approx(true, abs=0.05)
    assert check.planar_m2 == pytest.approx(30_000, abs=0.05)


@pytest.mark.parametrize(
    ("distance", "verdict"),
    [(19.7, Verdict.AGREE), (20.4, Verdict.REVIEW), (40.4, Verdict.DIFFER)],
)
def test_total_of_two_surveys(small: SmallWorkspace, distance: float, verdict: Verdict) -> None:
    """√2·14.14 = 20.0 m²."""
    true = sum(slow.polygon_area(box(200 * n, 0, 100)) for n in range(2))
    stated = Stated("land", square_metres(true + HALF_M2 + distance), "平方米", ["lot-0", "lot-1"])
    assert total_of(small, stated, SURVEYED, SURVEYED).verdict is verdict


def test_one_schematic_part_makes_a_total_indicative(small: SmallWorkspace) -> None:
    stated = Stated("land", "2.00", "公顷", ["lot-0", "lot-1"])
    check = total_of(small, stated, SURVEYED, {"basis": "schematic"})
    assert check.verdict is Verdict.INDICATIVE and check.basis == "schematic"


def test_one_absent_part_makes_a_total_missing(small: SmallWorkspace) -> None:
    stated = Stated("land", "2.00", "公顷", ["lot-0", "lot-1", "lot-2"])
    check = total_of(small, stated, SURVEYED, SURVEYED)
    assert check.verdict is Verdict.MISSING and check.ellipsoidal_m2 is None
    assert check.note is not None and "lot-2" in check.note.zh and "lot-1" not in check.note.zh


def test_a_part_of_a_total_only_says_so(small: SmallWorkspace) -> None:
    small.lots = [feature("lot-0", HECTARE), feature("lot-1", box(200, 0, 100))]
    small.stated = [Stated("land", "2.00", "公顷", ["lot-0", "lot-1"])]
    check = assessed(small)["own_area:lot-0"]
    assert check.verdict is Verdict.UNSTATED and "land的面积" in check.because.zh


def test_a_feature_named_twice_is_not_counted_twice(small: SmallWorkspace) -> None:
    small.lots = [feature("lot-1", HECTARE, basis="surveyed")]
    small.stated = [Stated("land", "2.00", "公顷", ["lot-1", "lot-1"])]
    with pytest.raises(InputError) as refused:
        load_plan(open_workspace(small.write()))
    assert (refused.value.file, refused.value.line) == ("data/plan/rules.toml", 6)


# --------------------------------------------------------------------- figures are intervals


@pytest.mark.parametrize(
    ("printed", "unit", "qualifier", "verdict"),
    [
        ("1.00", "公顷", "", Verdict.AGREE),  # 9950-10050 m² holds the area
        ("1.01", "公顷", "", Verdict.DIFFER),  # from 10050: 52.7 m² off, 2t = 28.3
        ("0.99", "公顷", "约", Verdict.AGREE),  # 1 %: up to 9999 m²
        ("15.0", "亩", "", Verdict.AGREE),  # 14.95-15.05 亩 = 9966.7-10033.3 m²
        ("15.1", "亩", "", Verdict.DIFFER),  # from 10033.3
        ("15.1", "亩", "左右", Verdict.AGREE),  # from 9966 m²
        ("0.01", "平方公里", "", Verdict.AGREE),  # 5000-15000 m²
        ("9000-9990", "平方米", "", Verdict.AGREE),  # 7.3 m² above the range
        ("9000-9975", "平方米", "", Verdict.REVIEW),
        ("9000-9960", "平方米", "", Verdict.DIFFER),
        ("10020", "平方米", "≥", Verdict.REVIEW),  # 22.7 m² below
        ("9000", "平方米", "≥", Verdict.AGREE),
        ("9000", "平方米", "≤", Verdict.DIFFER),
    ],
)
def test_distance_is_taken_from_the_interval(
    small: SmallWorkspace, printed: str, unit: str, qualifier: str, verdict: Verdict
) -> None:
    check = one_lot(small, Stated("land", printed, unit, ["lot-1"], qualifier))
    assert check.verdict is verdict
    assert check.stated == printed


# ------------------------------------------------------------------- planar or ellipsoidal

#: 100 ha: the plane is 270 m² larger, t = 141.4 m² (field conventions, “above on 100 ha”).
SQUARE_KM = box(0, 0, 1000)
SQUARE_KM_M2 = slow.polygon_area(SQUARE_KM)


def test_only_the_planar_area_agrees(small: SmallWorkspace) -> None:
    stated = Stated("land", "1000000.0", "平方米", ["lot-1"])
    check = one_lot(small, stated, shape=SQUARE_KM)
    assert check.verdict is Verdict.REVIEW, "the ellipsoidal area is compared"
    assert check.note is not None and "只有平面面积" in check.note.zh
    assert check.cause is not None and "平面" in check.cause.text.zh


def test_only_the_ellipsoidal_area_agrees(small: SmallWorkspace) -> None:
    stated = Stated("land", square_metres(SQUARE_KM_M2), "平方米", ["lot-1"])
    check = one_lot(small, stated, shape=SQUARE_KM)
    assert check.verdict is Verdict.AGREE
    assert check.note is not None and "只有椭球面积" in check.note.zh


@pytest.mark.parametrize("area", [SQUARE_KM_M2 + 135, SQUARE_KM_M2 + 5000])
def test_no_note_where_both_agree_or_neither(small: SmallWorkspace, area: float) -> None:
    check = one_lot(
        small, Stated("land", square_metres(area), "平方米", ["lot-1"]), shape=SQUARE_KM
    )
    assert check.note is None


# ----------------------------------------------------------------------------- the record


def test_record_of_an_area_check(small: SmallWorkspace) -> None:
    check = one_lot(small, Stated("land", "1.00", "公顷", ["lot-1"]))
    record = check_record(check, "zh")
    assert record["stated"] == "1.00" and record["unit"] == "ha"
    assert record["figures"] == ["land"] and record["features"] == ["lot-1"]
    assert record["interval"] == [0.995, 1.005]
    assert record["computed"] == pytest.approx(TRUE_M2 / 10_000, abs=1e-5)
    assert record["difference"] == pytest.approx(TRUE_M2 / 10_000 - 1, abs=1e-5)
    assert record["difference_m2"] == pytest.approx(TRUE_M2 - 10_000, abs=0.05)
    assert record["tolerance_m2"] == pytest.approx(SURVEYED_M2, rel=1e-5)
    assert record["tolerance_basis"] == "surveyed" and "0.05" in record["tolerance_formula"]
    assert record["verdict"] == "agree" and record["basis"] == "surveyed"
    assert record["place"] == "第一章 第一节 第一段"


def test_order_of_checks_is_that_of_the_rules_and_the_layers(small: SmallWorkspace) -> None:
    small.lots = [feature(f"lot-{n}", box(200 * n, 0, 9)) for n in (3, 1, 2)]
    small.stated = [Stated("b", "1", "平方米", ["lot-2"]), Stated("a", "1", "平方米", ["lot-9"])]
    assert list(assessed(small)) == ["b_area", "a_area", "own_area:lot-3", "own_area:lot-1"]
