"""Areas of coordinates that were rounded: judged by the digits that the coordinates have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from cases import Command, polygon
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod

from gangqu_gis.checks import Verdict
from gangqu_gis.fileareas import batched
from gangqu_gis.fileareas.coordinate_grid import coordinate_grids
from gangqu_gis.fileareas.partitions import Partitions, of_partitions
from gangqu_gis.fileareas.stored_areas import StoredAreas, compare_stored, measure_file
from gangqu_gis.formats import batches
from gangqu_gis.formats.batches import large_layer
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.measure import Rings

GEOD = Geod(a=6378137, rf=298.257222101)
DEGREES, PLANE = CRS.from_epsg(4490), CRS.from_epsg(4549)
#: A parcel of about a hectare, with sixteen digits to each number.
CORNERS = np.array(
    [[121.9371234567891, 30.6012345678912], [121.9382198765432, 30.6013567891234],
     [121.9380765432198, 30.6022543219876], [121.9370198765431, 30.6021098765432]]
)  # fmt: skip


def array(*shapes: Any) -> Any:
    found = np.empty(len(shapes), dtype=object)
    found[:] = list(shapes)
    return found


def area(shape: Any) -> float:
    return abs(float(GEOD.geometry_area_perimeter(shape)[0]))


def judged(shapes: Any, stated: list[float], crs: CRS = DEGREES) -> StoredAreas:
    file = VectorFile("lots.gpkg", "lots", shapes, {"mj": np.array(stated)}, crs)
    found = measure_file(file, workspace_plane=None)
    return compare_stored(found, column="mj", unit_name="m2", coordinate_m=0.001)


def rounded(shape: Any, places: int) -> Any:
    return shapely.transform(shape, lambda xy: np.round(xy, places))


@pytest.mark.parametrize("places", [5, 6, 7])
def test_the_tolerance_is_that_of_the_digits(places: int) -> None:
    shape = rounded(shapely.Polygon(CORNERS), places)
    _, _, degree = GEOD.inv(121.937, 30.601, 121.937, 30.602)
    step = degree * 1000 * 10.0**-places
    # ΣD² of a quadrilateral is four times the sum of its squared diagonals, D one of the two.
    diagonals = [GEOD.inv(*CORNERS[a], *CORNERS[b])[2] for a, b in ((0, 2), (1, 3))]
    limit = step / np.sqrt(12) * np.sqrt(2 * sum(d * d for d in diagonals)) + 0.005
    offsets = [0.9 * limit, 1.5 * limit, 2.5 * limit]
    found = judged(array(*[shape] * 3), [round(area(shape) + d, 2) for d in offsets])
    expected = [Verdict.AGREE, Verdict.REVIEW, Verdict.DIFFER]
    if limit > area(shape) / 200:
        expected = [Verdict.INDICATIVE, Verdict.INDICATIVE, Verdict.DIFFER]
    assert found.verdicts == expected
    tolerance = found.tolerance(0)
    assert tolerance is not None
    assert tolerance.value_m2 == pytest.approx(limit, rel=0.001)
    assert f"坐标只有 {places} 位小数，r 约 {step:.2g} m" in tolerance.formula.render("zh")


def test_the_cause_is_named_with_the_digits(tmp_path: Path, command: Command) -> None:
    shape = shapely.Polygon(CORNERS)
    stated = [round(area(shape), 2), round(area(shape) + 40, 2)]
    shapes = [rounded(shape, 6)] * 2
    path = tmp_path / "lots.geojson"
    frame = geopandas.GeoDataFrame({"mj": stated}, geometry=shapes, crs=DEGREES)
    frame.to_file(path, COORDINATE_PRECISION=6)
    options = ("--stated", "mj", "--unit", "m2")
    document = command("measure", path, *options, "--format", "json", cwd=tmp_path).json()
    first, second = document["checks"]
    assert (first["verdict"], first["cause_code"]) == ("agree", "coordinates")
    assert "6 位，约 0.11 m" in first["cause"]
    assert (second["verdict"], second["cause_code"]) == ("differ", "stale")
    assert "只有 6 位小数" in second["tolerance_formula"]
    listed = command("reconcile", path, *options, cwd=tmp_path)
    assert listed.code == 1 and "坐标的小数位数少：1 个" in listed.out.replace("\n", "")


def test_digits_of_a_plane_are_metres() -> None:
    shape = polygon((0.12, 0.07), (100.03, 7.04), (95.11, 110.21), (5.53, 95.02))
    placed = rounded(shape, 2)
    found = coordinate_grids(Rings.of(array(placed)), PLANE, coarser_than_m=0.001)
    assert found.decimals.tolist() == [2] and found.step_m.tolist() == [0.01]
    as_stated = coordinate_grids(Rings.of(array(placed)), PLANE, coarser_than_m=0.01)
    assert as_stated.decimals.tolist() == [-1]
    off = shapely.transform(placed, lambda xy: xy + 0.001 * (np.arange(len(xy)) == 2)[:, None])
    none = coordinate_grids(Rings.of(array(off)), PLANE, coarser_than_m=0.001)
    assert none.decimals.tolist() == [-1]


def test_few_numbers_may_lie_on_a_grid_by_accident() -> None:
    square = shapely.box(604000, 3387000, 604100, 3387100)
    found = judged(array(square), [10_050.0], PLANE)
    assert found.verdicts == [Verdict.DIFFER] and found.judgement.grids.at(0) is None


@pytest.mark.parametrize("shape", [CORNERS, CORNERS + 1e-9])
def test_coordinates_with_all_their_digits_change_nothing(shape: Any) -> None:
    made = shapely.Polygon(shape)
    stated = [round(area(made) + d, 2) for d in (0.0, 0.05, 0.12, 0.3, 40.0)]
    found = judged(array(*[made] * 5), stated)
    assert found.verdicts[:3] == [Verdict.AGREE, Verdict.AGREE, Verdict.REVIEW]
    assert found.verdicts[3:] == [Verdict.DIFFER] * 2 and not found.judgement.grids.found.any()
    assert found.causes[3:] == ["stale"] * 2


@given(
    st.lists(st.floats(0.85, 1.15), min_size=5, max_size=5),
    st.floats(1e-4, 5e-3),
    st.floats(73, 135),
    st.floats(-55, 55),
    st.integers(4, 8),
)
def test_rounded_coordinates_of_a_true_area_never_differ(
    radii: list[float], size: float, east: float, north: float, places: int
) -> None:
    turn = np.deg2rad([3, 77, 146, 221, 290])
    spread = np.array(radii) * size
    xy = np.column_stack([east + spread * np.cos(turn), north + spread * np.sin(turn)])
    exact = shapely.Polygon(xy)
    coarse = rounded(exact, places)
    if not coarse.is_valid:
        return
    found = judged(array(coarse), [round(area(exact), 2)])
    assert found.verdicts[0] is not Verdict.DIFFER


def test_batches_and_partitions_judge_by_the_same_digits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 3)
    moved = [shapely.Polygon(CORNERS + [0.003 * n, 0.001]) for n in range(8)]
    shapes = [rounded(shape, n) for n, shape in zip([6, 15, 7, 5, 6, 15, 4, 7], moved)]
    stated = [round(area(shape) + 0.3 * (n % 3), 2) for n, shape in enumerate(moved)]
    frame = geopandas.GeoDataFrame({"mj": stated}, geometry=shapes, crs=DEGREES)
    folder = tmp_path / "parts"
    folder.mkdir()
    path = folder / "lots.parquet"
    frame.to_parquet(path, geometry_encoding="WKB")
    layer, asked = large_layer(path, None, least=0), batched.Stated("mj", "m2", 0.001)
    assert layer is not None
    whole = judged(array(*shapes), stated)
    expected = [
        (whole.verdicts[n], whole.causes[n], whole.judgement.tolerance_m2[n], whole.tolerance(n))
        for n in range(8)
    ]
    assert {"coordinates", "coarse_coordinates"} <= set(whole.causes)
    for measured in (
        batched.of_layer(layer, workspace_plane=None, stated=asked),
        of_partitions(Partitions.of(folder), workspace_plane=None, stated=asked),
    ):
        found = []
        for part in measured.parts:
            assert part.judgement is not None and measured.column is not None
            told = part.judgement
            found += [
                (told.verdicts[n], told.causes[n], told.tolerance_m2[n],
                 part.tolerance(n, measured.column))
                for n in range(len(part))
            ]  # fmt: skip
        assert found == expected
