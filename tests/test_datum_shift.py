"""Datum shifts of the office's own: against PROJ and by hand, and no value ever shown."""

from __future__ import annotations

import hashlib
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from cases import Command, box, column, refusal
from pyproj import Transformer

from gangqu_gis import crs
from gangqu_gis.datum_shift import Floats, read_shift
from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.formats import read_vector

SEVEN = """source = "EPSG:4610"
target = "EPSG:4549"

[seven]
x_m = 12.5
y_m = -31.25
z_m = 44.0
rx_arcsec = 0.5
ry_arcsec = -0.25
rz_arcsec = 1.5
scale_ppm = -2.75
convention = "position_vector"
"""
FOUR = """source = "EPSG:2385"
target = "EPSG:4549"

[four]
north_m = -3.5
east_m = 117.25
rotation_arcsec = 2.0
scale_ppm = 1.5
"""


def written(folder: Path, source: str) -> Path:
    path = folder / "本局参数.toml"
    path.write_text(source, encoding="utf-8")
    return path


def old_file(folder: Path, epsg: int = 2385) -> Path:
    path = folder / "old.gpkg"
    frame = geopandas.GeoDataFrame({"id": ["a"]}, geometry=[box(0, 0, 100)], crs=2385)
    frame.to_crs(epsg).to_file(path)
    return path


def by_hand(xy: Floats) -> Floats:
    """The seven-parameter formula written out, between PROJ's two cartesian conversions."""
    to_space = Transformer.from_crs(2385, "+proj=geocent +a=6378140 +rf=298.257", always_xy=True)
    back = Transformer.from_crs(
        "+proj=geocent +a=6378137 +rf=298.257222101",
        "+proj=tmerc +lon_0=120 +x_0=500000 +a=6378137 +rf=298.257222101",
        always_xy=True,
    )
    x, y, z = to_space.transform(xy[:, 0], xy[:, 1], np.zeros(len(xy)))
    rx, ry, rz = np.deg2rad(np.array([0.5, -0.25, 1.5]) / 3600)
    turn = np.array([[1, -rz, ry], [rz, 1, -rx], [-ry, rx, 1]])
    moved = (1 - 2.75e-6) * turn @ np.array([x, y, z]) + np.array([[12.5], [-31.25], [44.0]])
    return np.column_stack(back.transform(*moved)[:2])


def test_seven_parameters_by_hand(tmp_path: Path) -> None:
    shift = read_shift(written(tmp_path, SEVEN))
    moved = shift.applied(column(box(0, 0, 100)), crs.named("EPSG:2385"))
    expected = by_hand(shapely.get_coordinates(box(0, 0, 100)))
    assert shapely.get_coordinates(moved) == pytest.approx(expected, abs=2e-4)


def test_the_other_convention_turns_the_other_way(tmp_path: Path) -> None:
    turned = SEVEN.replace("position_vector", "coordinate_frame")
    for name in ("rx", "ry", "rz"):
        turned = turned.replace(f"{name}_arcsec = -", f"{name}_arcsec = +").replace(
            f"{name}_arcsec = ", f"{name}_arcsec = -"
        )
    turned = turned.replace("= -+", "= ")
    source = crs.named("EPSG:2385")
    moved = read_shift(written(tmp_path, turned)).applied(column(box(0, 0, 9)), source)
    same = read_shift(written(tmp_path, SEVEN)).applied(column(box(0, 0, 9)), source)
    assert shapely.get_coordinates(moved) == pytest.approx(shapely.get_coordinates(same), abs=2e-4)


def test_four_parameters_against_the_helmert_of_proj(tmp_path: Path) -> None:
    """PROJ's plane Helmert takes (x, y) and turns the other way: north as y, angle negated."""
    shift = read_shift(written(tmp_path, FOUR))
    xy = shapely.get_coordinates(box(0, 0, 100))
    proj = Transformer.from_pipeline("+proj=helmert +x=117.25 +y=-3.5 +theta=2 +s=1.0000015")
    expected = np.column_stack(proj.transform(xy[:, 0], xy[:, 1]))
    moved = shapely.get_coordinates(shift.applied(column(box(0, 0, 100)), shift.source))
    assert moved == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("epsg", "name"), [(2385, "西安80"), (2364, "西安80"), (2437, "北京54")])
def test_old_datums_are_refused_with_the_reason(epsg: int, name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=name) as refused:
        read_vector(old_file(tmp_path, epsg))
    assert "--transform" in refused.value.render("en")


@pytest.mark.parametrize("epsg", [2385, 2364])
def test_a_file_on_an_old_datum_is_shifted(epsg: int, tmp_path: Path) -> None:
    path = written(tmp_path, SEVEN)
    found = read_vector(old_file(tmp_path, epsg), transform=path)
    assert found.crs is not None and found.crs.to_epsg() == 4549
    assert found.transform_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    expected = by_hand(shapely.get_coordinates(box(0, 0, 100)))
    assert shapely.get_coordinates(found.geometry) == pytest.approx(expected, abs=1e-3)


def test_a_shift_for_another_datum_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_vector(old_file(tmp_path, 2437), transform=written(tmp_path, SEVEN))
    with pytest.raises(UsageError):
        read_vector(old_file(tmp_path, 2364), transform=written(tmp_path, FOUR))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x_m = 12.5", 'x_m = "12.5"'),
        ("x_m = 12.5", "x_m = nan"),
        ("x_m = 12.5", ""),
        ("x_m = 12.5", "x_m = 12.5\nsecret = 1"),
        ("position_vector", "bursa"),
        ("EPSG:4549", "EPSG:2385"),
        ("EPSG:4610", "EPSG:99999"),
        ("[seven]", "[sieben]"),
        ("[seven]", "[four]"),
    ],
)
def test_faults_of_the_file_name_no_value(old: str, new: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_shift(written(tmp_path, SEVEN.replace(old, new)))
    said = refused.value.render("zh") + refused.value.render("en")
    assert "本局参数.toml" in said
    assert not any(value in said for value in ("12.5", "31.25", "44.0", "2.75"))


def test_no_value_is_printed(tmp_path: Path, command: Command) -> None:
    run = command("measure", old_file(tmp_path), "--transform", written(tmp_path, SEVEN),
                  cwd=tmp_path)  # fmt: skip
    assert run.code == 0 and "SHA-256" in run.err
    assert not any(value in run.out + run.err for value in ("31.25", "44.0", "2.75"))
    assert "31.25" not in repr(read_shift(written(tmp_path, SEVEN)))


def test_a_missing_file_of_parameters(tmp_path: Path, command: Command) -> None:
    line = refusal(
        command("measure", old_file(tmp_path), "--transform", "none.toml", cwd=tmp_path), 3
    )
    assert "none.toml" in line
