"""Measuring in batches: the digits of measuring whole, and no half-written result, ever."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow.parquet
import pyogrio
import pytest
import shapely
from cases import ROOT, box, in_degrees, polygon

from gangqu_gis.checks import Verdict
from gangqu_gis.crs import planar
from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.fileareas import batched
from gangqu_gis.fileareas.result_table import parquet_table
from gangqu_gis.fileareas.stored_areas import compare_stored, measure_file
from gangqu_gis.formats import batches, read_vector
from gangqu_gis.formats.batches import LargeLayer, large_layer
from gangqu_gis.formats.large import open_large

sys.path.insert(0, str(ROOT / "benchmarks"))
from parcels import make_parcels  # noqa: E402

PLANE = planar("EPSG:4549")


def shapes() -> Any:
    holed = shapely.Polygon(box(0, 0, 200).exterior, [box(20, 20, 40).exterior])
    bow_tie = polygon((0, 0), (100, 100), (100, 0), (0, 100))
    parts = shapely.MultiPolygon([box(0, 0, 90), box(300, 0, 90)])
    odd = [in_degrees(s) for s in (holed, bow_tie, parts, box(0, 0, 6000), box(0, 0, 5))]
    return np.concatenate([make_parcels(64).degrees[:60], np.array([*odd, None], dtype=object)])


def frame() -> Any:
    drawn = shapes()
    area = geopandas.GeoSeries(drawn, crs=4490).to_crs(4549).area
    stated = np.round(area.to_numpy(dtype=float), 2)
    stated[3] *= 15 / 10_000
    stated[5] += 40
    stated[7] = np.nan
    return geopandas.GeoDataFrame({"mj": stated}, geometry=drawn, crs=4490)


@pytest.fixture(params=["gpkg", "parquet", "fgb"])
def path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    file = tmp_path / f"parcels.{request.param}"
    table = frame()
    if request.param == "parquet":
        table[~table.geometry.isna()].to_parquet(file, geometry_encoding="WKB")
        whole = table[~table.geometry.isna()]
        whole.to_file(tmp_path / "whole.gpkg", engine="pyogrio")
    elif request.param == "fgb":
        table[~table.geometry.isna()].explode().to_file(file, engine="pyogrio", SPATIAL_INDEX="NO")
    else:
        wide = table[table.geometry.isna() | (table.geometry.geom_type == "Polygon")]
        wide.to_file(file, engine="pyogrio")
    return file


def layer_of(path: Path) -> LargeLayer:
    found = large_layer(path, None, least=0)
    assert found is not None
    return found


def written(parts: Iterator[batched.Part], out: Path, *, stated: bool = False) -> batched.Totals:
    totals = batched.Totals()
    with parquet_table(out, stated=stated) as table:
        for part in parts:
            table.add(part)
            totals.add(part)
    return totals


def results(path: Path, batch: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(batches, "BATCH", batch)
    layer = layer_of(path)
    out = path.with_name(f"out-{batch}.parquet")
    stated = batched.Stated("MJ", "m2", 0.001)
    measured = batched.of_layer(layer, workspace_plane=PLANE, stated=stated)
    totals = written(measured.parts, out, stated=True)
    table: dict[str, Any] = pyarrow.parquet.read_table(out).to_pydict()
    assert totals.features == measured.count == len(table["feature"]) == layer.count
    assert table["feature"] == list(range(1, layer.count + 1))
    table["totals"] = [totals]
    return table


def same(a: list[Any], b: list[Any]) -> bool:
    return all(x == y or (x != x and y != y) for x, y in zip(a, b, strict=True))


def test_batches_of_any_size_give_the_digits_of_the_whole(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = results(path, 7, monkeypatch), results(path, 50_000, monkeypatch)
    for name in small:
        assert same(small[name], large[name]), name
    source = path.with_name("whole.gpkg") if path.suffix == ".parquet" else path
    file = read_vector(source)
    measured = measure_file(file, workspace_plane=PLANE)
    stored = compare_stored(measured, column="mj", unit_name="m2", coordinate_m=0.001)
    assert same(small["ellipsoidal_m2"], measured.areas.ellipsoidal_m2.tolist())
    assert same(small["planar_m2"], measured.areas.planar_m2.tolist())
    assert small["verdict"] == [verdict.value for verdict in stored.verdicts]
    assert small["cause"] == [cause.value for cause in stored.causes]
    assert {Verdict.MISSING.value, Verdict.UNSTATED.value} <= set(small["verdict"])
    assert {"unit", "planar", "stale"} <= set(small["cause"])


def stopped(parts: Iterator[batched.Part]) -> Iterator[batched.Part]:
    yield next(parts)
    raise KeyboardInterrupt


def test_an_interruption_leaves_no_half_written_result(tmp_path: Path) -> None:
    file = tmp_path / "parcels.gpkg"
    geopandas.GeoDataFrame(geometry=make_parcels(64).degrees, crs=4490).to_file(file)
    out = tmp_path / "out.parquet"
    out.write_bytes(b"the result of yesterday")
    parts = batched.measured_batches(layer_of(file), workspace_plane=PLANE, column=None)
    with pytest.raises(KeyboardInterrupt):
        written(stopped(parts), out)
    assert out.read_bytes() == b"the result of yesterday"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.parquet", "parcels.gpkg"]


def test_a_corrupt_batch_is_named_and_leaves_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 20)
    file, out = tmp_path / "parcels.parquet", tmp_path / "out.parquet"
    whole = geopandas.GeoDataFrame(geometry=make_parcels(64).degrees, crs=4490)
    whole.to_parquet(file, geometry_encoding="WKB", row_group_size=20, compression="snappy")
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 400] = b"\xff" * 400
    file.write_bytes(raw)
    parts = batched.measured_batches(layer_of(file), workspace_plane=PLANE, column=None)
    with pytest.raises(InputError, match="第 [0-9]+ 个要素起"):
        written(parts, out)
    assert [p.name for p in tmp_path.iterdir()] == ["parcels.parquet"]


def test_what_is_not_plain_is_left_to_the_other_readers(tmp_path: Path) -> None:
    lines = tmp_path / "lines.gpkg"
    geopandas.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=4490).to_file(lines)
    missing = tmp_path / "missing.gpkg"
    assert [large_layer(p, None, least=0) for p in (lines, missing)] == [None] * 2


def test_an_unknown_column_is_a_usage_error(tmp_path: Path) -> None:
    file = tmp_path / "parcels.gpkg"
    table = geopandas.GeoDataFrame({"a": [1]}, geometry=[shapely.box(121, 30, 122, 31)], crs=4490)
    table.to_file(file)
    with pytest.raises(UsageError, match="a"):
        stated = batched.Stated("b", "m2", 0.001)
        batched.of_layer(layer_of(file), workspace_plane=PLANE, stated=stated)


@pytest.mark.filterwarnings("ignore:A geometry of type CURVEPOLYGON")
def test_curves_in_a_layer_that_declares_none_are_named(tmp_path: Path) -> None:
    """GDAL hands a layer's declared type on, and Arrow the curves as they are stored."""
    arc = b"\x01\x0a\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x03\x00\x00\x00"
    arc += np.array([604000, 3387000, 604050, 3387050, 604000, 3387000], "<f8").tobytes()
    file, out = tmp_path / "arcs.gpkg", tmp_path / "out.parquet"
    pyogrio.raw.write(
        file, np.array([arc], dtype=object), [np.array(["a"])], ["id"],
        geometry_type="Polygon", crs="EPSG:4549", driver="GPKG", layer="arcs",
    )  # fmt: skip
    parts = batched.measured_batches(layer_of(file), workspace_plane=PLANE, column=None)
    with pytest.raises(InputError, match="圆弧"):
        written(parts, out)
    assert [p.name for p in tmp_path.iterdir()] == ["arcs.gpkg"]


def told_whole(path: Path) -> list[tuple[str, str]]:
    return [(note.rule, note.text.zh) for note in read_vector(path).notes]


def told_in_batches(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    monkeypatch.setattr(batches, "BATCH", 3)
    opened = open_large(path, least=0)
    assert opened is not None
    layer, notes = opened
    measured = batched.of_layer(layer, workspace_plane=None, stated=None)
    for _ in measured.parts:
        pass
    return [(note.rule, note.text.zh) for note in (*notes, *measured.notes())]


@pytest.mark.parametrize("suffix", ["gpkg", "fgb"])
@pytest.mark.parametrize("raised", [False, True])
def test_batches_say_what_is_said_of_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, raised: bool
) -> None:
    """NULL and empty geometries, ids that stand twice, heights: in the same words."""
    drawn = make_parcels(64).degrees[:30]
    if raised:
        drawn = shapely.force_3d(drawn, np.arange(30) % 3)
    drawn[[4, 9, 10, 11, 12, 13, 14]] = None
    if suffix == "gpkg":
        drawn[7] = shapely.Polygon()
    names = [f"DK{n % 28:03d}" for n in range(30)]
    file = tmp_path / f"parcels.{suffix}"
    table = geopandas.GeoDataFrame({"DKBH": names}, geometry=drawn, crs=4490)
    options = {} if suffix == "gpkg" else {"SPATIAL_INDEX": "NO"}
    table.to_file(file, engine="pyogrio", **options)
    found = told_in_batches(file, monkeypatch)
    assert sorted(found) == sorted(told_whole(file))
    rules = {rule for rule, _ in found}
    assert {"geometry.null", "id.repeated"} <= rules
    assert ("geometry.heights" in rules) is raised


def test_batches_refuse_what_the_whole_file_is_refused_for(tmp_path: Path) -> None:
    """Degrees in metres, no polygon, coordinates that are no numbers."""
    metres = tmp_path / "metres.gpkg"
    geopandas.GeoDataFrame(geometry=make_parcels(64).plane, crs=4490).to_file(metres)
    assert open_large(metres, least=0) is None, "left to the reader that says so"
    endless = tmp_path / "endless.parquet"
    broken = shapely.Polygon([(121, 30), (121.1, 30), (121.1, np.inf), (121, 30)])
    table = geopandas.GeoDataFrame(
        {"id": ["a", "b"]}, geometry=[make_parcels(64).degrees[0], broken], crs=4490
    )
    table.to_parquet(endless, geometry_encoding="WKB")
    with pytest.raises(InputError, match="b.*inf"):
        for _ in batched.of_layer(layer_of(endless), workspace_plane=None, stated=None).parts:
            pass
    other = tmp_path / "other.gpkg"
    geopandas.GeoDataFrame(geometry=make_parcels(64).degrees, crs=4490).to_file(other)
    with pytest.raises(InputError, match="EPSG:4549"):
        open_large(other, crs="EPSG:4549", least=0)


@pytest.mark.parametrize("kind", ["GeoJSON", "GeoJSONSeq", "GML"])
def test_large_text_is_streamed_with_the_digits_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    drawn = make_parcels(64).degrees[:40]
    drawn[11] = None
    area = [None if n == 5 else 1000.0 + n for n in range(40)]
    table = geopandas.GeoDataFrame(
        {"mj": area, "DKBH": [f"DK{n:02d}" for n in range(40)]}, geometry=drawn, crs=4326
    )
    file = tmp_path / {"GeoJSON": "a.geojson", "GeoJSONSeq": "a.geojsonl", "GML": "a.gml"}[kind]
    table.to_file(file, engine="pyogrio", driver=kind)
    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setattr(batches, "BATCH", 7)
    opened = open_large(file, least=0)
    assert opened is not None
    layer, notes = opened
    stated = batched.Stated("MJ", "m2", 0.001)
    measured = batched.of_layer(layer, workspace_plane=None, stated=stated)
    parts = list(measured.parts)
    assert len(parts) == 6 and measured.count == 40
    whole = measure_file(read_vector(file), workspace_plane=None)
    stored = compare_stored(whole, column="mj", unit_name="m2", coordinate_m=0.001)
    found = np.concatenate([part.measures.ellipsoidal_m2 for part in parts]).tolist()
    assert same(found, whole.areas.ellipsoidal_m2.tolist())
    judged = [part.judgement for part in parts if part.judgement is not None]
    assert [v for part in judged for v in part.verdicts] == stored.verdicts
    assert [part.label(n) for part in parts for n in range(len(part))] == whole.file.labels()
    said = [(note.rule, note.text) for note in (*notes, *measured.notes())]
    assert said == [(note.rule, note.text) for note in whole.file.notes]
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_text_that_breaks_off_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 7)
    file, out = tmp_path / "a.geojsonl", tmp_path / "r.parquet"
    table = geopandas.GeoDataFrame({"id": range(40)}, geometry=make_parcels(64).degrees[:40])
    table.set_crs(4326).to_file(file, engine="pyogrio", driver="GeoJSONSeq")
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(InputError, match="a.geojsonl:40"):
        read_vector(file)
    with pytest.raises(InputError, match="a.geojsonl:40"):
        written(batched.of_layer(layer_of(file), workspace_plane=None, stated=None).parts, out)
    assert list(tmp_path.iterdir()) == [file]
