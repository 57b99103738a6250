"""Why a surveyed area differs from its figure: one hand-made case per cause."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import high_precision as slow
import pytest
import shapely
from cases import EAST, NORTH, SmallWorkspace, Stated, box, feature

from gangqu_gis import gcj02
from gangqu_gis.checks import Cause, Check, Verdict
from gangqu_gis.history import Change, Entry, History
from gangqu_gis.plan import load_plan
from gangqu_gis.reconcile import measure_plan, reconcile
from gangqu_gis.workspace import open_workspace

#: 1 km × 1 km: 100 ha in the plane, 267 m² less on the ellipsoid; t is 141.4 m².
SQUARE = box(0, 0, 1000)
TRUE_M2 = slow.polygon_area(SQUARE)


def check_of(
    small: SmallWorkspace,
    printed: str,
    unit: str,
    *,
    shape: Any = SQUARE,
    more: tuple[Stated, ...] = (),
) -> Check:
    small.lots = [feature("lot-1", shape, basis="surveyed")]
    small.stated = [Stated("land", printed, unit, ["lot-1"]), *more]
    plan = load_plan(open_workspace(small.write()))
    checks = reconcile(plan, measure_plan(plan, proven=frozenset(["lot-1"])))
    return next(check for check in checks if check.rule == "land_area")


def cause_of(small: SmallWorkspace, printed: str, unit: str, **more: Any) -> Cause:
    check = check_of(small, printed, unit, **more)
    assert check.verdict is Verdict.DIFFER or check.verdict is Verdict.REVIEW
    assert check.cause is not None, check
    return check.cause


def test_the_planar_area(small: SmallWorkspace) -> None:
    """100 ha: the plane is 267 m² larger than the ellipsoid, t is 141 m²."""
    cause = cause_of(small, "1000000.00", "平方米")
    assert (cause.code, cause.certain) == ("planar", True)
    assert "0.0" in cause.text.zh


@pytest.mark.parametrize(
    ("printed", "unit", "slip"),
    [
        (f"{TRUE_M2 / 10_000 * 15:.4f}", "公顷", "亩与公顷"),
        (f"{TRUE_M2 / 10_000 / 15:.6f}", "公顷", "亩与公顷"),
        (f"{TRUE_M2 / 10_000:.4f}", "亩", "亩与公顷"),
        (f"{TRUE_M2 / 10_000:.6f}", "平方公里", "公顷与平方公里"),
        (f"{TRUE_M2 * 0.0015:.4f}", "平方米", "亩与平方米"),
        (f"{TRUE_M2 / 10_000:.4f}", "平方米", "平方米与公顷"),
    ],
)
def test_a_unit_slip(small: SmallWorkspace, printed: str, unit: str, slip: str) -> None:
    cause = cause_of(small, printed, unit)
    assert cause.code == "unit" and slip in cause.text.zh


def test_the_ratio_is_printed(small: SmallWorkspace) -> None:
    assert "15" in cause_of(small, f"{TRUE_M2 / 10_000 * 15:.4f}", "公顷").text.zh


def test_web_mercator(small: SmallWorkspace) -> None:
    """At 30.6°N the sphere's Mercator is 1/cos²φ too large, on the ellipsoid about 1.354."""
    from pyproj import Transformer

    change = Transformer.from_crs(4549, 3857, always_xy=True)
    corners = shapely.get_coordinates(SQUARE)
    area = shapely.Polygon(list(zip(*change.transform(*corners.T), strict=True))).area
    assert area / TRUE_M2 == pytest.approx(1.354, abs=0.002)
    assert cause_of(small, f"{area:.1f}", "平方米").code == "web_mercator"


def test_gcj02_is_only_possible(small: SmallWorkspace) -> None:
    """A square kilometre in GCJ-02 comes out about 0.11 % too large (field conventions 3)."""
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(4549, 4490, always_xy=True)
    ring = shapely.get_coordinates(shapely.segmentize(SQUARE, 10.0))
    degrees = shapely.linestrings(list(zip(*to_degrees.transform(*ring.T), strict=True)))
    moved = gcj02.shifted(shapely.get_coordinates(degrees))
    x, y = Transformer.from_crs(4490, 4549, always_xy=True).transform(*moved.T)
    planar = shapely.Polygon(list(zip(x, y, strict=True))).area
    ellipsoidal = planar * TRUE_M2 / 1_000_000
    assert ellipsoidal / TRUE_M2 == pytest.approx(1.0011, abs=0.0003)
    cause = cause_of(small, f"{ellipsoidal:.0f}", "平方米")
    assert (cause.code, cause.certain) == ("gcj02", False)


def with_hole() -> Any:
    hole = [(EAST + x, NORTH + y) for x, y in ((100, 100), (200, 100), (200, 200), (100, 200))]
    return shapely.Polygon(SQUARE.exterior.coords, [hole])


@pytest.mark.parametrize(("sign", "words"), [(0, "没有扣除"), (1, "加而未减")])
def test_a_hole_not_deducted_or_added(small: SmallWorkspace, sign: int, words: str) -> None:
    """A hole of 1 ha: the shell alone, or the shell and the hole together."""
    stated = TRUE_M2 + sign * 10_000 * (TRUE_M2 / 1_000_000)
    cause = cause_of(small, f"{stated:.0f}", "平方米", shape=with_hole())
    assert cause.code == "hole" and words in cause.text.zh


def test_the_area_before_an_earlier_change(small: SmallWorkspace) -> None:
    small.lots = [feature("lot-1", SQUARE, basis="surveyed")]
    former = feature("lot-1", box(0, 0, 900), basis="surveyed")
    area = slow.polygon_area(box(0, 0, 900))
    small.stated = [Stated("land", f"{area:.0f}", "平方米", ["lot-1"])]
    plan = load_plan(open_workspace(small.write()))
    change = Change("lot-1", 1, former, small.lots[0])
    entry = Entry(7, "2026-01-01", "甲", "因", "lots", (change,), {"basis": "surveyed"}, (), "x")
    plan = replace(plan, history=History((entry,)))
    checks = reconcile(plan, measure_plan(plan, proven=frozenset(["lot-1"])))
    cause = next(c.cause for c in checks if c.rule == "land_area")
    assert cause is not None
    assert (cause.code, cause.certain) == ("stale", False) and "7" in cause.text.zh


def test_padded_with_zeros(small: SmallWorkspace) -> None:
    """100.25 ha, rounded to 100.3, and two zeros added."""
    shape = box(0, 0, 1001.4)
    assert slow.polygon_area(shape) / 10_000 == pytest.approx(100.2532, abs=0.0002)
    cause = cause_of(small, "100.300", "公顷", shape=shape)
    assert (cause.code, cause.certain) == ("rounding", False)


def test_one_of_its_own_figures_left_out(small: SmallWorkspace) -> None:
    """Less 44.47 ha of the same subject: printed precision has to agree."""
    water = Stated("water", "44.47", "公顷", ["lot-1"])
    rest = TRUE_M2 / 10_000 - 44.47
    cause = cause_of(small, f"{rest:.2f}", "公顷", more=(water,))
    assert (cause.code, cause.certain) == ("part_left_out", False)
    assert "44.47公顷" in cause.text.zh


@pytest.mark.parametrize(
    ("printed", "how"), [("97.97", "错一位"), ("99.79", "颠倒"), ("9.73", "漏一位")]
)
def test_a_misprint(small: SmallWorkspace, printed: str, how: str) -> None:
    """The area is 99.97 ha; printed 97.97, 99.79, 9.73 (99.73 with one 9 dropped, 3 not 7)."""
    shape = box(0, 0, 1000) if printed != "9.73" else box(0, 0, 998.8)
    assert slow.polygon_area(shape) / 10_000 == pytest.approx(
        99.97 if printed != "9.73" else 99.73, abs=0.005
    )
    cause = cause_of(small, printed, "公顷", shape=shape)
    assert (cause.code, cause.certain) == ("misprint", False) and how in cause.text.zh


@pytest.mark.parametrize("printed", ["99.92", "99.91", "98.13", "104.6"])
def test_a_mere_difference_has_no_cause(small: SmallWorkspace, printed: str) -> None:
    """A last digit that is off is no misprint: any small difference could be called one."""
    check = check_of(small, printed, "公顷")
    assert check.verdict is Verdict.DIFFER and check.cause is None


def test_a_short_figure_is_no_evidence_of_a_misprint(small: SmallWorkspace) -> None:
    assert check_of(small, "90", "公顷").cause is None


def test_nothing_is_offered_where_the_areas_agree(small: SmallWorkspace) -> None:
    check = check_of(small, f"{TRUE_M2:.0f}", "平方米")
    assert check.verdict is Verdict.AGREE and check.cause is None


def test_the_public_offset_of_gcj02() -> None:
    """437 m east and 242 m south at 121.09°E 30.60°N (field conventions 3)."""
    import numpy as np

    moved = gcj02.shifted(np.array([[121.09, 30.60]]))[0]
    east = (moved[0] - 121.09) * math.cos(math.radians(30.6)) * 111_320
    assert east == pytest.approx(437, abs=1.5)
    assert (moved[1] - 30.60) * 110_860 == pytest.approx(-242, abs=1.5)
