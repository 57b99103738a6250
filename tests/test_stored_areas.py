"""A file's stored area column against its own geometry: right values, and each way to be wrong.

The true areas come from the 40-digit computation and the exact shoelace.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import high_precision as slow
import numpy as np
import pytest
import shapely
from cases import Command, Run, box, in_degrees, polygon, refusal
from pyproj import Geod

from gangqu_gis.checks import Verdict
from gangqu_gis.crs import planar
from gangqu_gis.errors import InputError
from gangqu_gis.fileareas.stored_areas import FileAreas, StoredAreas, compare_stored, measure_file
from gangqu_gis.formats import read_vector

#: Parcels of 0.1, 1 and 30 ha, to the millimetre; none of their areas is a round number.
LOTS = [
    box(0, 0, 25.123, 39.871),
    polygon((50, 0), (150.003, 7.017), (145.11, 110.207), (55.5, 95.03)),
    box(300, 0, 500.377, 600.113),
]
PLANAR = [shape.area for shape in LOTS]
ELLIPSOIDAL = [slow.polygon_area(shape) for shape in LOTS]
MERCATOR = geopandas.GeoSeries(LOTS, crs="EPSG:4549").to_crs("EPSG:3857").area.tolist()
M2 = {"m2": 1.0, "ha": 10_000.0, "km2": 1_000_000.0, "mu": 2000 / 3}
#: Decimals that keep a column to 0.01 m² or better.
KEPT = {"m2": 2, "ha": 6, "km2": 8, "mu": 5}


def frame(shapes: list[Any], *, crs: str | None = "EPSG:4549", **columns: Any) -> Any:
    names = {"id": [f"lot-{n}" for n in range(len(shapes))]}
    return geopandas.GeoDataFrame(names | columns, geometry=list(shapes), crs=crs)


def write(folder: Path, data: Any, name: str = "lots.gpkg") -> Path:
    path = folder / name
    data.to_file(path)
    return path


def measured(path: Path, **options: Any) -> FileAreas:
    return measure_file(read_vector(path, **options), workspace_plane=None)


def judged(folder: Path, values: list[Any], unit: str, shapes: list[Any] = LOTS) -> StoredAreas:
    path = write(folder, frame(shapes, MJ=values))
    return compare_stored(measured(path), column="MJ", unit_name=unit, coordinate_m=0.001)


def in_unit(areas: list[float], unit: str, places: int | None = None) -> list[float]:
    return [round(a / M2[unit], KEPT[unit] if places is None else places) for a in areas]


# -------------------------------------------------------------------------- files by themselves


@pytest.mark.parametrize("name", ["lots.gpkg", "lots.shp", "lots.fgb", "lots.geojson"])
def test_both_areas_of_a_projected_file(name: str, tmp_path: Path) -> None:
    found = measured(write(tmp_path, frame(LOTS), name))
    order = [int(label[-1]) for label in found.file.labels()]
    np.testing.assert_allclose(
        found.areas.ellipsoidal_m2, [ELLIPSOIDAL[n] for n in order], rtol=0, atol=0.001
    )
    np.testing.assert_allclose(
        found.areas.planar_m2, [PLANAR[n] for n in order], rtol=0, atol=0.001
    )


def test_web_mercator_file_has_no_planar_area(tmp_path: Path) -> None:
    found = measured(write(tmp_path, frame(LOTS).to_crs("EPSG:3857")))
    assert np.isnan(found.areas.planar_m2).all()
    # The edges are straight in another plane: a few mm² on edges of 600 m.
    np.testing.assert_allclose(found.areas.ellipsoidal_m2, ELLIPSOIDAL, rtol=1e-6)


def test_world_mercator_file_has_no_planar_area(tmp_path: Path) -> None:
    found = measured(write(tmp_path, frame(LOTS).to_crs("EPSG:3395")))
    assert np.isnan(found.areas.planar_m2).all()


def test_file_in_degrees_outside_a_workspace(tmp_path: Path) -> None:
    shapes = [in_degrees(shape) for shape in LOTS]
    found = measured(write(tmp_path, frame(shapes, crs="EPSG:4490")))
    geod = Geod(a=6378137, rf=298.257222101)
    expected = [abs(geod.geometry_area_perimeter(shape)[0]) for shape in shapes]
    np.testing.assert_allclose(found.areas.ellipsoidal_m2, expected, rtol=1e-9)
    assert np.isnan(found.areas.planar_m2).all() and found.plane is None


def test_file_in_degrees_inside_a_workspace(tmp_path: Path) -> None:
    path = write(tmp_path, frame([in_degrees(shape) for shape in LOTS], crs="EPSG:4490"))
    found = measure_file(read_vector(path), workspace_plane=planar("EPSG:4549"))
    np.testing.assert_allclose(found.areas.planar_m2, PLANAR, rtol=1e-9)
    np.testing.assert_allclose(found.areas.ellipsoidal_m2, ELLIPSOIDAL, rtol=1e-7)


def test_projected_file_is_its_own_plane_whatever_the_workspace(tmp_path: Path) -> None:
    path = write(tmp_path, frame(LOTS).to_crs("EPSG:4528"))
    found = measure_file(read_vector(path), workspace_plane=planar("EPSG:4547"))
    np.testing.assert_allclose(found.areas.planar_m2, PLANAR, rtol=0, atol=0.001)


def test_lines_alone_are_refused(tmp_path: Path) -> None:
    line = shapely.LineString([(604000, 3387000), (604009, 3387000)])
    with pytest.raises(InputError, match="没有多边形"):
        measured(write(tmp_path, frame([line, line])))


def test_file_without_features(tmp_path: Path) -> None:
    found = measured(write(tmp_path, frame(LOTS, MJ=PLANAR).iloc[:0]))
    assert found.areas.ellipsoidal_m2.shape == (0,)
    stored = compare_stored(found, column="MJ", unit_name="m2", coordinate_m=0.001)
    assert stored.verdicts == [] and not stored.disagrees


# ------------------------------------------------------------------------ the stored column


@pytest.mark.parametrize("unit", ["m2", "ha", "mu", "km2"])
def test_ellipsoidal_values_agree(unit: str, tmp_path: Path) -> None:
    found = judged(tmp_path, in_unit(ELLIPSOIDAL, unit), unit)
    assert found.verdicts == [Verdict.AGREE] * 3 and not found.disagrees
    assert found.causes == ["", "", ""]


@pytest.mark.parametrize(
    "unit",
    [
        "m2",
        "ha",
        "mu",
        pytest.param(
            "km2"),
    ],
)
def test_planar_values_are_named_as_such(unit: str, tmp_path: Path) -> None:
    """At 0.1 ha only 0.27 m² part the two areas."""
    found = judged(tmp_path, in_unit(PLANAR, unit), unit)
    assert found.verdicts == [Verdict.DIFFER] * 3 and found.disagrees
    assert found.causes == ["planar"] * 3


@pytest.mark.parametrize("stored", ["m2", "ha", "mu", "km2"])
@pytest.mark.parametrize("claimed", ["m2", "ha", "mu", "km2"])
def test_wrong_unit_names_the_one_that_fits(stored: str, claimed: str, tmp_path: Path) -> None:
    if stored == claimed:
        return
    found = judged(tmp_path, in_unit(ELLIPSOIDAL, stored), claimed)
    assert found.verdicts == [Verdict.DIFFER] * 3
    assert found.causes == ["unit"] * 3
    assert [unit.id for unit in found.meant if unit is not None] == [stored] * 3


def test_planar_values_in_the_wrong_unit(tmp_path: Path) -> None:
    found = judged(tmp_path, in_unit(PLANAR, "mu"), "ha")
    assert found.causes == ["unit"] * 3


@pytest.mark.parametrize("unit", ["m2", "ha", "mu"])
def test_web_mercator_values_are_named_as_such(unit: str, tmp_path: Path) -> None:
    found = judged(tmp_path, in_unit(MERCATOR, unit), unit)
    assert found.verdicts == [Verdict.DIFFER] * 3
    assert found.causes == ["web_mercator"] * 3


def test_web_mercator_values_of_a_web_mercator_file(tmp_path: Path) -> None:
    path = write(tmp_path, frame(LOTS, MJ=in_unit(MERCATOR, "m2")).to_crs("EPSG:3857"))
    found = compare_stored(measured(path), column="MJ", unit_name="m2", coordinate_m=0.001)
    assert found.causes == ["web_mercator"] * 3


@pytest.mark.parametrize("factor", [0.98, 1.02, 1.1, 2.0])
def test_other_values_are_stale(factor: float, tmp_path: Path) -> None:
    found = judged(tmp_path, in_unit([a * factor for a in ELLIPSOIDAL], "m2"), "m2")
    assert found.verdicts == [Verdict.DIFFER] * 3 and found.causes == ["stale"] * 3


def test_one_wrong_value_among_right_ones(tmp_path: Path) -> None:
    values = in_unit([ELLIPSOIDAL[0], ELLIPSOIDAL[1] + 5, PLANAR[2]], "m2")
    found = judged(tmp_path, values, "m2")
    assert found.verdicts == [Verdict.AGREE, Verdict.DIFFER, Verdict.DIFFER]
    assert found.causes == ["", "stale", "planar"]


def test_rounding_alone_parts_them(tmp_path: Path) -> None:
    """Coordinates to the millimetre at 1 ha: 0.08 m² (field conventions 2.6, S0)."""
    off = [ELLIPSOIDAL[1] + d for d in (0.07, 0.12, 0.30)]
    found = judged(tmp_path, in_unit(off, "m2"), "m2", [LOTS[1]] * 3)
    assert found.verdicts == [Verdict.AGREE, Verdict.REVIEW, Verdict.DIFFER]


def test_column_kept_to_fewer_decimals(tmp_path: Path) -> None:
    """4 decimals of a hectare: half a unit is 0.5 m²."""
    values = in_unit(ELLIPSOIDAL, "ha", 4)
    found = judged(tmp_path, values, "ha")
    assert found.decimals == 4 and found.verdicts == [Verdict.AGREE] * 3
    limit = found.tolerance(0)
    assert limit is not None
    # 25.123 × 39.871 m: ΣD² = 4·(25.123² + 39.871²), so 0.001/√12·√8883.5 = 0.0272, plus 0.5.
    assert limit.value_m2 == pytest.approx(0.5272, abs=0.0005)


@pytest.mark.parametrize(("stated", "side"), [(1.0, 120), (1.0, 80), (2.0, 150)])
def test_a_round_value_is_no_licence(stated: float, side: float, tmp_path: Path) -> None:
    """A float column shows no trailing zeros: 1.0 may be 1.0000, and never 1.44 (design: 1/200)."""
    found = judged(tmp_path, [stated], "ha", [box(0, 0, side)])
    assert found.verdicts != [Verdict.AGREE]


def test_null_and_empty_values_are_unstated(tmp_path: Path) -> None:
    found = judged(tmp_path, [None, ELLIPSOIDAL[1], float("nan")], "m2")
    assert found.verdicts == [Verdict.UNSTATED, Verdict.AGREE, Verdict.UNSTATED]
    assert not found.disagrees
    texts = judged(tmp_path, ["", f"{ELLIPSOIDAL[1]:.2f}", "  "], "m2")
    assert texts.verdicts == [Verdict.UNSTATED, Verdict.AGREE, Verdict.UNSTATED]


def test_faulty_geometry_is_missing_and_blocks(tmp_path: Path) -> None:
    bow_tie = polygon((0, 0), (9, 9), (9, 0), (0, 9))
    found = judged(tmp_path, [100.0, 100.0], "m2", [bow_tie, None])
    assert found.verdicts == [Verdict.MISSING] * 2 and found.disagrees


@pytest.mark.parametrize("value", ["约100", "1,000", "100㎡", "--", "0x10"])
def test_what_is_no_number_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        judged(tmp_path, ["100.0", value, "3"], "m2")
    assert "lot-1" in refused.value.render("zh") and value in refused.value.render("zh")


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1_000", "１２"])
def test_what_float_takes_for_a_number_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        judged(tmp_path, ["100.0", value, "3"], "m2")


def test_infinite_values_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        judged(tmp_path, [100.0, float("inf"), 3.0], "m2")


def test_truth_values_are_no_areas(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        judged(tmp_path, [True, False, True], "m2")


def test_whole_numbers_and_texts_are_numbers(tmp_path: Path) -> None:
    whole = judged(tmp_path, [round(a) for a in ELLIPSOIDAL], "m2")
    assert whole.decimals == 0 and whole.verdicts == [Verdict.AGREE] * 3
    texts = judged(tmp_path, [f"{a:.2f}" for a in ELLIPSOIDAL], "m2")
    assert texts.decimals == 2 and texts.verdicts == [Verdict.AGREE] * 3


# ------------------------------------------------------------------------ the command line


def measure(command: Command, path: Path, *options: str, cwd: Path) -> Run:
    return command("measure", path, *options, cwd=cwd)


def test_exit_code_follows_the_column(tmp_path: Path, command: Command) -> None:
    path = write(
        tmp_path, frame(LOTS, right=in_unit(ELLIPSOIDAL, "m2"), wrong=in_unit(PLANAR, "m2"))
    )
    assert measure(command, path, cwd=tmp_path).code == 0
    assert measure(command, path, "--stated", "right", "--unit", "m2", cwd=tmp_path).code == 0
    run = measure(command, path, "--stated", "wrong", "--unit", "m2", cwd=tmp_path)
    assert run.code == 1 and "平面面积" in run.out and run.err == ""


def test_json_of_a_measured_file(tmp_path: Path, command: Command) -> None:
    path = write(tmp_path, frame([*LOTS, None], MJ=[*in_unit(PLANAR, "ha"), None]))
    options = ("--stated", "MJ", "--unit", "ha", "--format", "json")
    run = measure(command, path, *options, cwd=tmp_path)
    document = run.json()
    assert run.code == 1 and document["summary"]["features"] == 4
    assert document["summary"]["verdicts"] == {"differ": 3, "missing": 1}
    first, last = document["checks"][0], document["checks"][3]
    assert first["subject"] == "lot-0" and first["cause_code"] == "planar"
    assert first["ellipsoidal_m2"] == pytest.approx(ELLIPSOIDAL[0], abs=0.001)
    assert first["planar_m2"] == pytest.approx(PLANAR[0], abs=0.001)
    assert first["unit"] == "ha" and float(first["stated"]) == in_unit(PLANAR, "ha")[0]
    assert last["ellipsoidal_m2"] is None and last["verdict"] == "missing"


def test_text_shows_both_areas_half_up(tmp_path: Path, command: Command) -> None:
    out = measure(command, write(tmp_path, frame(LOTS)), cwd=tmp_path).out
    assert "EPSG:4549" in out
    for ellipsoidal, planar_m2 in zip(ELLIPSOIDAL, PLANAR, strict=True):
        assert f"{ellipsoidal:.2f}" in out and f"{planar_m2:.2f}" in out
        assert f"{ellipsoidal / 10_000:.4f}" in out


def test_missing_column(tmp_path: Path, command: Command) -> None:
    path = write(tmp_path, frame(LOTS))
    run = measure(command, path, "--stated", "MJ", "--unit", "m2", cwd=tmp_path)
    assert "MJ" in refusal(run, 2)


@pytest.mark.parametrize("options", [("--stated", "MJ"), ("--unit", "m2")])
def test_column_and_unit_go_together(
    options: tuple[str, ...], tmp_path: Path, command: Command
) -> None:
    path = write(tmp_path, frame(LOTS, MJ=PLANAR))
    refusal(measure(command, path, *options, cwd=tmp_path), 2)


def test_unit_is_one_of_four(tmp_path: Path, command: Command) -> None:
    path = write(tmp_path, frame(LOTS, MJ=PLANAR))
    refusal(measure(command, path, "--stated", "MJ", "--unit", "acre", cwd=tmp_path), 2)


def test_degrees_inside_and_outside_a_workspace(
    tmp_path: Path, elsewhere: Path, shipped: Path, command: Command
) -> None:
    path = write(tmp_path, frame([in_degrees(shape) for shape in LOTS], crs="EPSG:4490"))
    outside = measure(command, path, "--format", "json", cwd=elsewhere).json()
    inside = measure(command, path, "--format", "json", cwd=shipped / "data" / "plan").json()
    assert outside["summary"]["planar_crs"] is None
    assert "4549" in inside["summary"]["planar_crs"]
    for n, (out, within) in enumerate(zip(outside["checks"], inside["checks"], strict=True)):
        assert out["planar_m2"] is None
        assert within["planar_m2"] == pytest.approx(PLANAR[n], rel=1e-9)
        assert out["ellipsoidal_m2"] == within["ellipsoidal_m2"]


METRES = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":%s}]}'
)


@pytest.mark.parametrize("inside", [True, False])
def test_metres_that_gdal_takes_for_degrees_are_refused(
    inside: bool, tmp_path: Path, elsewhere: Path, shipped: Path, command: Command
) -> None:
    """GeoJSON without ``crs`` is WGS 84 to GDAL, whatever its numbers."""
    path = tmp_path / "lots.geojson"
    path.write_text(METRES % shapely.to_geojson(LOTS[0]), encoding="utf-8")
    if not inside:
        refusal(measure(command, path, cwd=elsewhere), 3)
        return
    run = measure(command, path, cwd=shipped)
    assert run.code == 4 and run.out == "" and "EPSG:4549" in run.err


def test_an_open_ring_is_one_feature_withheld(tmp_path: Path, command: Command) -> None:
    shape = shapely.to_geojson(in_degrees(LOTS[0]))
    start = shape.index("[[[") + 2
    first = shape[start : shape.index("]", start) + 1]
    opened = "]]}".join(shape.rsplit("," + first + "]]}", 1))
    path = tmp_path / "lots.geojson"
    sound = (METRES % shape)[:-2]
    path.write_text(sound + ',{"type":"Feature","properties":{},"geometry":' + opened + "}]}")
    run = measure(command, path, "--format", "json", cwd=tmp_path)
    assert run.code == 0
    assert [c["ellipsoidal_m2"] is None for c in run.json()["checks"]] == [False, True]


def test_what_is_no_polygon_is_not_called_faulty_geometry(tmp_path: Path, command: Command) -> None:
    line = shapely.LineString([(604000, 3387000), (604009, 3387000)])
    path = write(tmp_path, frame([LOTS[0], line]))
    out = measure(command, path, cwd=tmp_path).out
    assert f"{ELLIPSOIDAL[0]:.2f}" in out and "lot-1" in out
    assert "有误" not in out
