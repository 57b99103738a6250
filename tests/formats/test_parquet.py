"""GeoParquet as geopandas writes it: read whole, checked, brought in, and refused in one line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas
import pyarrow
import pyarrow.parquet
import pytest
import shapely
from cases import ROOT, Command, box, in_degrees, refusal

from gangqu_gis import crs
from gangqu_gis.formats import read_vector

LOTS = [box(0, 0, 103, 100), box(100, 0, 100)]


def lots(**columns: Any) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({"DKBH": ["a", "b"], **columns}, geometry=LOTS, crs=4549)


def described(path: Path, change: Callable[[Any], object]) -> Path:
    """Write a file again with another description of its geometry."""
    table = pyarrow.parquet.read_table(path)
    meta = json.loads(table.schema.metadata[b"geo"])
    change(meta)
    told = table.schema.metadata | {b"geo": json.dumps(meta).encode()}
    pyarrow.parquet.write_table(table.replace_schema_metadata(told), path)
    return path


def own(meta: Any) -> Any:
    return meta["columns"]["geometry"]


def test_columns_come_as_from_other_formats(tmp_path: Path) -> None:
    frame = lots(
        area=[10300.5, np.nan],
        count=pandas.array([3, None], dtype="Int64"),
        long=pandas.array([2**60 + 1, None], dtype="Int64"),
        exact=pandas.Series([None, 12], dtype=pandas.ArrowDtype(pyarrow.decimal128(18, 2))),
        when=[np.datetime64("2026-10-01T08:00"), None],
        tags=[["x", "y"], ["z", "w"]],
        parts=[{"p": 1}, None],
        label=[None, "名称"],
    )
    path = tmp_path / "lots.parquet"
    frame.to_parquet(path)
    found = read_vector(path)
    assert found.layer == "lots" and found.crs == crs.named("EPSG:4549") and not found.notes
    assert list(found.geometry) == LOTS
    values = {name: column.tolist() for name, column in found.columns.items()}
    assert np.isnan(values.pop("area")[1]) and np.isnan(values["count"].pop())
    assert np.isnan(values["exact"].pop(0))
    assert values == {
        "DKBH": ["a", "b"],
        "count": [3.0],
        "long": [2**60 + 1, None],
        "exact": [12.0],
        "when": ["2026-10-01T08:00:00", None],
        "tags": [["x", "y"], ["z", "w"]],
        "parts": [{"p": 1}, None],
        "label": [None, "名称"],
    }
    assert found.columns["exact"].dtype == np.float64


def test_what_is_no_attribute_is_left_out_and_said_where_it_is_lost(tmp_path: Path) -> None:
    """A nameless index and boxes go silently, bytes and a second geometry with a note."""
    frame = lots(photo=[b"x", b"y"]).set_axis([7, 3])
    frame["centre"] = frame.geometry.centroid
    path = tmp_path / "lots.parquet"
    frame.to_parquet(path, write_covering_bbox=True)
    names = pyarrow.parquet.read_schema(path).names
    assert {"__index_level_0__", "bbox", "photo", "centre"} < set(names)
    found = read_vector(path)
    assert list(found.columns) == ["DKBH"]
    (note,) = found.notes
    assert "photo, centre" in note.text.zh and "photo, centre" in note.text.en


def test_an_index_with_a_name_is_a_column(tmp_path: Path) -> None:
    path = tmp_path / "lots.parquet"
    lots().set_index("DKBH").to_parquet(path)
    assert list(read_vector(path).columns["DKBH"]) == ["a", "b"]


def test_heights_and_measures_are_said(tmp_path: Path) -> None:
    frame = lots()
    frame.geometry = [shapely.force_3d(LOTS[0], 5.0), LOTS[1]]
    path = tmp_path / "lots.parquet"
    frame.to_parquet(path)
    found = read_vector(path)
    assert list(found.geometry) == LOTS
    assert [note.rule for note in found.notes] == ["geometry.heights"]


@pytest.mark.parametrize("name", ["lots.parquet", "lots.geoparquet"])
@pytest.mark.parametrize("epsg", [4549, 4490])
def test_check_finds_the_planted_overlap(
    tmp_path: Path, command: Command, name: str, epsg: int
) -> None:
    lots().to_crs(epsg).to_parquet(tmp_path / name)
    run = command("check", "--file", name, "--format", "json", cwd=tmp_path)
    (overlap,) = json.loads(run.out)["findings"]
    assert run.code == 1 and overlap["rule"] == "topology.overlap"
    assert overlap["measured"] == pytest.approx(300, abs=0.5)


def test_without_a_crs_member_the_standard_says_crs84(tmp_path: Path) -> None:
    path = tmp_path / "lots.parquet"
    lots().set_geometry([in_degrees(shape) for shape in LOTS], crs=4490).to_parquet(path)
    described(path, lambda meta: own(meta).pop("crs"))
    assert geopandas.read_parquet(path).crs == "OGC:CRS84"
    assert read_vector(path).crs == crs.named("OGC:CRS84")


def test_an_unknown_crs_is_handled_as_in_any_file(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "lots.parquet"
    lots().set_crs(None, allow_override=True).to_parquet(path)
    told = refusal(command("check", "--file", path, cwd=tmp_path), 3)
    assert "--crs" in told
    assert read_vector(path, crs="EPSG:4549").crs == crs.named("EPSG:4549")


def test_measured_shapes_are_written_with_lists_as_json(tmp_path: Path, command: Command) -> None:
    lots(tags=[["甲", "乙"], None]).to_parquet(tmp_path / "lots.parquet")
    run = command("measure", "lots.parquet", "--output", "out.gpkg", cwd=tmp_path)
    assert run.code == 0, run.err
    back = geopandas.read_file(tmp_path / "out.gpkg")
    assert list(back.geometry) == LOTS and json.loads(back["tags"][0]) == ["甲", "乙"]
    assert back["gq_planar_m2"].tolist() == pytest.approx([10300, 10000], abs=1e-6)


def test_our_own_layer_comes_back_unchanged_also_by_way_of_pandas(
    tmp_path: Path, command: Command
) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    kept = tmp_path / "kept"
    shutil.copytree(ROOT / "data", kept / "data")
    run = command("convert", "parcels", "parquet", "--reason", "大", "--by", "甲", cwd=kept)
    assert run.code == 0, run.err
    layer = kept / "data" / "parcels.parquet"
    shutil.copy(layer, tmp_path / "parcels.parquet")
    folder = tmp_path / "folder"
    folder.mkdir()
    geopandas.read_parquet(layer).sort_values("name").to_parquet(folder / "sorted.parquet")
    for source in ("parcels.parquet", "folder"):
        run = command("update", "parcels", source, "--dry-run", cwd=tmp_path)
        assert run.code == 0 and "没有变化" in run.out, run.err
        assert "__index_level_0__" not in run.out + run.err
    run = command("--lang", "en", "update", "parcels", "folder", "--dry-run", cwd=tmp_path)
    assert run.code == 0 and "nothing changes" in run.out


def test_reading_leaves_no_threads_behind(tmp_path: Path) -> None:
    """pyarrow's threads that are still starting when a command ends abort it, now and then."""
    path = tmp_path / "lots.parquet"
    lots().to_parquet(path)
    code = (
        "import sys, psutil; from pathlib import Path; import shapely;"
        "from gangqu_gis.formats import parquet;"
        "from gangqu_gis.formats.batches import large_layer;"
        "path, own = Path(sys.argv[1]), psutil.Process(); before = own.num_threads();"
        "assert len(parquet.read(path, None)) == 2;"
        "(batch,) = large_layer(path, None, least=0).batches(['DKBH']); assert len(batch) == 2;"
        "print(own.num_threads() - before)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "0"


def _plain(path: Path) -> None:
    pandas.DataFrame({"a": [1]}).to_parquet(path)


def _with_column(path: Path, name: str, column: Any) -> None:
    table = pyarrow.parquet.read_table(path)
    pyarrow.parquet.write_table(table.append_column(name, column), path)


def _with_geometry(path: Path, column: Any) -> None:
    table = pyarrow.parquet.read_table(path)
    at = table.schema.get_field_index("geometry")
    pyarrow.parquet.write_table(table.set_column(at, "geometry", column), path)


def _zeros(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[:200] + b"\0" * 600 + raw[800:])


ARC = bytes.fromhex("010a000000") + (1).to_bytes(4, "little") + bytes.fromhex("0108000000") * 2
NO_UTF8 = pyarrow.Array.from_buffers(
    pyarrow.string(),
    2,
    [None, pyarrow.py_buffer(np.array([0, 1, 2], "<i4").tobytes()), pyarrow.py_buffer(b"\xff\xfe")],
)

#: Bad files by name: how a good one is spoilt, and a word of what is said.
BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut": (lambda p: p.write_bytes(p.read_bytes()[:-20]), "footer"),
    "zeros": (_zeros, ""),
    "plain Parquet": (_plain, "GeoParquet"),
    "GeoArrow": (lambda p: lots().to_parquet(p, geometry_encoding="geoarrow"), "polygon"),
    "no columns": (lambda p: described(p, lambda m: m.pop("columns")), "columns"),
    "no such column": (lambda p: described(p, lambda m: m.update(primary_column="x")), "x"),
    "unknown CRS": (lambda p: described(p, lambda m: own(m).update(crs="EPSG:1")), "EPSG:1"),
    "text for WKB": (lambda p: _with_geometry(p, pyarrow.array(["00", "01"])), "string"),
    "curve": (lambda p: _with_geometry(p, pyarrow.array([None, ARC])), "2"),
    "equal names": (lambda p: _with_column(p, "DKBH", pyarrow.array([1, 2])), "DKBH"),
    "no UTF-8": (lambda p: _with_column(p, "note", NO_UTF8), "note"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_in_one_line(tmp_path: Path, command: Command, name: str) -> None:
    spoil, word = BAD[name]
    path = tmp_path / "lots.parquet"
    lots().to_parquet(path)
    spoil(path)
    told = refusal(command("check", "--file", path, cwd=tmp_path), 3)
    assert "lots.parquet" in told and word in told.removeprefix(str(path))
    told = refusal(command("--lang", "en", "check", "--file", path, cwd=tmp_path), 3)
    assert word in told and not any("一" <= mark <= "鿿" for mark in told)
