"""What coordinates tell of their CRS, what they do not, and how it is asked."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from cases import Command, box, refusal
from pyproj import Transformer

from gangqu_gis import crs
from gangqu_gis.errors import InputError
from gangqu_gis.formats import read_vector

EXTENT = (120.9, 30.5, 121.3, 30.75)
PLANE = crs.named("EPSG:4549")


def bare(folder: Path, epsg: int, *, swapped: bool = False, shape: Any = None) -> Path:
    """A shapefile without .prj, its coordinates in ``epsg``."""
    path = folder / "lots.shp"
    lot = box(0, 0, 100) if shape is None else shape
    frame = geopandas.GeoDataFrame({"id": ["a"]}, geometry=[lot], crs=4549).to_crs(epsg)
    if swapped:
        frame.geometry = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    frame.set_crs(4549, allow_override=True).to_file(path)
    path.with_suffix(".prj").unlink()
    return path


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("epsg", "evidence"), [(4490, "经纬度"), (4528, "40 带号"), (4499, "21 带号")])
def test_what_coordinates_tell(epsg: int, evidence: str, swapped: bool, tmp_path: Path) -> None:
    found = read_vector(bare(tmp_path, epsg, swapped=swapped))
    assert found.crs is not None and found.crs.to_epsg() == epsg
    (note,) = found.notes
    assert note.rule == "crs.inferred" and note.asks and evidence in note.text.zh
    moved = Transformer.from_crs(epsg, 4549, always_xy=True)
    back = shapely.transform(found.geometry, lambda xy: np.column_stack(moved.transform(*xy.T)))
    assert shapely.area(back[0]) == pytest.approx(1e4, abs=0.01)
    assert shapely.hausdorff_distance(back[0], box(0, 0, 100)) < 1e-3


def test_a_false_easting_alone_tells_no_meridian(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="中央经线"):
        read_vector(bare(tmp_path, 4549))


@pytest.mark.parametrize("swapped", [False, True])
def test_the_plane_of_the_workspace_is_proposed(swapped: bool, tmp_path: Path) -> None:
    path = bare(tmp_path, 4549, swapped=swapped)
    found = read_vector(path, extent=EXTENT, plane=PLANE)
    assert found.crs is not None and found.crs.to_epsg() == 4549
    assert found.notes[0].asks and "工作区" in found.notes[0].text.zh
    assert shapely.equals(found.geometry[0], box(0, 0, 100))


def test_it_is_not_proposed_for_another_place(tmp_path: Path) -> None:
    far = shapely.transform(box(0, 0, 100), lambda xy: xy + [0, 500_000])
    with pytest.raises(InputError, match="中央经线"):
        read_vector(bare(tmp_path, 4549, shape=far), extent=EXTENT, plane=PLANE)


def test_web_mercator_looks_like_a_zone_and_the_extent_decides(tmp_path: Path) -> None:
    """13 479 000 m east is 121.1°E in Web Mercator, and zone 13 of 6°."""
    path = bare(tmp_path, 3857)
    with pytest.raises(InputError, match="3857"):
        read_vector(path)
    found = read_vector(path, extent=EXTENT, plane=PLANE)
    assert found.crs is not None and found.crs.to_epsg() == 3857 and found.notes[0].asks


def test_coordinates_that_tell_nothing(tmp_path: Path) -> None:
    local = shapely.box(0, 0, 100, 100)
    path = tmp_path / "lots.shp"
    geopandas.GeoDataFrame({"id": ["a"]}, geometry=[local], crs=4549).to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(InputError, match="--crs"):
        read_vector(path, extent=EXTENT, plane=PLANE)


@pytest.mark.parametrize(("own", "named"), [(4528, "EPSG:4549"), (4549, "EPSG:4528")])
def test_a_named_crs_that_the_coordinates_contradict(own: int, named: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="不在"):
        read_vector(bare(tmp_path, own), crs=named)


def test_a_declared_crs_with_exchanged_axes_asks(tmp_path: Path) -> None:
    found = read_vector(bare(tmp_path, 4528, swapped=True), crs="EPSG:4528")
    assert [n.rule for n in found.notes] == ["crs.axes_swapped"] and found.notes[0].asks
    assert shapely.get_coordinates(found.geometry)[:, 0].min() > 4e7


PRJ = (
    'PROJCS["{name}",GEOGCS["GCS_X",DATUM["{datum}",SPHEROID["S",{a},{rf}]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",{east}],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",{cm}],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


@pytest.mark.parametrize(
    ("east", "cm", "code"),
    [(500000, 120, 4549), (40500000, 120, 4528), (500000, 123, 4550), (21500000, 123, 4499)],
)
@pytest.mark.parametrize(("datum", "certain"), [("D_China_2000", True), ("D_unnamed", False)])
def test_a_prj_is_matched_by_what_it_says(
    east: int, cm: int, code: int, datum: str, certain: bool, tmp_path: Path
) -> None:
    path = bare(tmp_path, code)
    prj = PRJ.format(name="甲方坐标", datum=datum, a=6378137.0, rf=298.257222101, east=east, cm=cm)
    path.with_suffix(".prj").write_text(prj, encoding="utf-8")
    found = read_vector(path)
    assert found.crs is not None and found.crs.to_epsg() == code
    assert [(n.rule, n.asks) for n in found.notes] == [("crs.matched", not certain)]


@pytest.mark.parametrize(
    ("a", "rf", "name"), [(6378140, 298.257, "西安80"), (6378245, 298.3, "北京54")]
)
def test_a_prj_of_an_old_datum_without_a_name(a: int, rf: float, name: str, tmp_path: Path) -> None:
    path = bare(tmp_path, 4549)
    prj = PRJ.format(name="x", datum="D_unnamed", a=a, rf=rf, east=500000, cm=120)
    path.with_suffix(".prj").write_text(prj, encoding="utf-8")
    with pytest.raises(InputError, match=name):
        read_vector(path)


@pytest.mark.parametrize(
    "prj",
    ['LOCAL_CS["港区独立坐标系",LOCAL_DATUM["港区",0],UNIT["metre",1],AXIS["E",EAST],AXIS["N",NORTH]]',
     "PROJCS["],
)  # fmt: skip
def test_a_local_or_broken_prj_is_refused(prj: str, tmp_path: Path, command: Command) -> None:
    path = bare(tmp_path, 4528)
    path.with_suffix(".prj").write_text(prj, encoding="utf-8")
    assert "lots.shp" in refusal(command("measure", path, "--yes", cwd=tmp_path), 3)


# ------------------------------------------------------------------------- how it is asked


def test_an_inference_is_asked_confirmed_or_refused(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bare(tmp_path, 4528)
    for answer in ("", "n\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        declined = command("measure", path, cwd=tmp_path)
        assert declined.out == "" and declined.code == 4
        assert "4528" in declined.err and "--crs" in declined.err
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert "9997.3" in command("measure", path, cwd=tmp_path).out
    agreed = command("measure", path, "--yes", cwd=tmp_path)
    assert agreed.code == 0 and "推断" in agreed.err and "9997.3" in agreed.out
    assert "40 带号" in refusal(command("measure", path, "--yes", "--strict", cwd=tmp_path), 4)
    named = command("measure", path, "--crs", "EPSG:4528", "--strict", cwd=tmp_path)
    assert (named.code, named.err) == (0, "")


def test_the_reading_options_go_with_a_file(tmp_path: Path, command: Command) -> None:
    assert command("check", "--strict", cwd=tmp_path).code == 2
