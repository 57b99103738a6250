"""What the project exports, its own readers read again: the same shapes under the same ids."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cases import Command, SmallWorkspace, box, feature
from export_cases import features, holding, in_metres, made, same_shape, stored
from ezdxf.filemanagement import readfile
from gatework import plan_of
from hypothesis import given, settings

from gangqu_gis.errors import InputError
from gangqu_gis.export import export_layer
from gangqu_gis.export.boundary_text import format_boundary_file
from gangqu_gis.formats import read_vector
from gangqu_gis.formats.exchange_text import read_boundary_file
from gangqu_gis.layers import Feature
from gangqu_gis.plan import Plan

#: Ending: the EPSG code of its coordinates, and how near they must be, metres or degrees.
READ = {
    ".shp": (4549, 1e-6),
    ".zip": (4549, 1e-6),
    ".gpkg": (4490, 0.0),
    ".gdb": (4549, 1e-4),
    ".geojson": (4490, 0.0),
    ".kml": (4326, 1e-9),
    ".txt": (4528, 6e-4),
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The small workspace, whose layers the tests replace."""
    return plan_of(SmallWorkspace(tmp_path_factory.mktemp("export") / "small").write())


@pytest.mark.parametrize("suffix", READ)
@settings(max_examples=8)
@given(drawn=features)
def test_the_readers_take_what_is_written(
    plan: Plan, tmp_path_factory: pytest.TempPathFactory, suffix: str, drawn: list[Feature]
) -> None:
    epsg, near = READ[suffix]
    path = tmp_path_factory.mktemp("read") / f"a{suffix}"
    try:
        export_layer(holding(plan, drawn), "lots", path)
    except InputError:
        assert suffix == ".txt", "only the boundary points refuse"
        return
    file = read_vector(path)
    assert file.crs is not None and file.crs.to_epsg() in (epsg, None)
    assert not [note for note in file.notes if note.asks], "nothing is left to be inferred"
    assert file.labels() == [feature.id for feature in drawn]
    for feature_, shape in zip(drawn, file.geometry, strict=True):
        expected = feature_.geometry
        if expected is not None and epsg != 4490:
            expected = in_metres(expected, epsg)
        assert same_shape(shape, expected, near)


@pytest.mark.parametrize("suffix", READ)
def test_an_export_that_comes_back_changes_nothing(
    shipped: Path, tmp_path: Path, command: Command, suffix: str
) -> None:
    path = tmp_path / f"parcels{suffix}"
    assert command("export", "parcels", path, cwd=shipped).code == 0
    run = command("update", "parcels", path, "--dry-run", cwd=shipped)
    assert (run.code, run.err) == (0, "") and run.out.strip() == "与图层相同，没有变化"


@pytest.mark.parametrize("extended", [False, True])
def test_boundary_files_are_written_again_byte_for_byte(
    plan: Plan, tmp_path: Path, extended: bool
) -> None:
    lots = [
        made(n, stored(box(n * 200, 0, 100).difference(box(n * 200 + 40, 40, 20))), {"name": "甲"})
        for n in (1, 2)
    ]
    path = tmp_path / "a.txt"
    export_layer(holding(plan, lots), "lots", path)
    raw = path.read_bytes()
    if extended:
        # The further fields of arable filings, a section before the header, and two decimals.
        raw = raw.replace(b",07,@", b",07,,\xb5\xd8\xc9\xcf,,,,@").replace(b"=0.001", b"=0.01")
        raw = "[项目信息]\r\n项目名称=甲=乙\r\n".encode("gbk") + raw.replace(b".000,", b".00,")
        raw = raw.replace(b".000\r\n", b".00\r\n")
        path.write_bytes(raw)
    assert format_boundary_file(read_boundary_file(path)) == raw


def test_the_head_states_the_planar_area_of_what_is_written(
    small: SmallWorkspace, tmp_path: Path
) -> None:
    """The reader compares the head's hectares with its own measure of the rows."""
    small.lots = [feature("lot-a", box(0, 0, 123.4567, 89.0123))]
    export_layer(plan_of(small.write()), "lots", tmp_path / "a.txt")
    file = read_vector(tmp_path / "a.txt")
    stated = np.array(file.column("DKMJ"), dtype=float)
    assert stated[0] == pytest.approx(123.457 * 89.012 / 10_000, abs=0.00006)
    assert list(file.column("DKYT")) == ["居住用地(示意)"]


def test_a_drawing_of_all_kinds_comes_back_whole(
    tmp_path: Path, command: Command, shipped: Path
) -> None:
    file = tmp_path / "地块.dxf"
    assert command("export", "parcels", file, cwd=shipped).code == 0
    run = command("update", "parcels", file, "--dry-run", "--yes", cwd=shipped)
    assert run.code == 0 and "没有变化" in run.out, run.err
    drawing = readfile(file)
    layers = {entity.dxf.layer for entity in drawing.modelspace().query("LWPOLYLINE")}
    assert len(layers) == 5
    # An outline that somebody added says of itself neither which feature nor which kind it is.
    drawing.modelspace().add_lwpolyline(
        [(605000, 3386000), (605100, 3386000), (605100, 3386100)],
        close=True,
        dxfattribs={"layer": sorted(layers)[0]},
    )
    drawing.saveas(file)
    mixed = command("update", "parcels", file, "--dry-run", "--yes", cwd=shipped)
    assert mixed.code == 2 and "--layer" in mixed.err
