"""Partitions on dask: the digits and the faults of one machine, wherever the borders are drawn."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from cases import ROOT

from gangqu_gis import engine
from gangqu_gis.crs import planar
from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.fileareas import batched
from gangqu_gis.fileareas.batched import Measurement, Stated, Totals
from gangqu_gis.fileareas.partitions import Partitions, of_partitions
from gangqu_gis.formats.batches import large_layer
from gangqu_gis.topology import (
    Thresholds,
    check_file_topology,
    find_edge_mismatches,
    find_gaps,
    find_overlaps,
)
from gangqu_gis.topology.partitions import check_partitions, find_faults

sys.path.insert(0, str(ROOT / "benchmarks"))
from parcels import make_parcels  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
PLANE = planar("EPSG:4549")
LIMITS = Thresholds()


@pytest.fixture(autouse=True)
def in_threads() -> Any:
    import dask.config

    with dask.config.set(scheduler="threads"):
        yield


def frame(number: int = 400, faults: int = 24) -> Any:
    planted = make_parcels(number, faults=faults, seed=11)
    shapes = planted.plane
    stated = np.round(shapely.area(shapes), 2)
    stated[::7] += 30
    names = [f"p{i:04d}" for i in range(len(shapes))]
    return geopandas.GeoDataFrame({"id": names, "mj": stated}, geometry=shapes, crs=4549)


def partitioned(folder: Path, table: Any, cuts: list[int], *, degrees: bool = False) -> Partitions:
    folder.mkdir()
    if degrees:
        table = table.to_crs(4490)
    for i, part in enumerate(np.split(np.arange(len(table)), cuts)):
        name = folder / f"part.{i}.parquet"
        table.iloc[part].to_parquet(name, geometry_encoding="WKB")
    return Partitions.of(folder)


@pytest.mark.parametrize("cuts", [[], [100, 101, 330], [57, 58, 200, 201, 390]])
def test_faults_across_borders_are_found_once(tmp_path: Path, cuts: list[int]) -> None:
    table = frame()
    shapes = np.asarray(table.geometry.values, dtype=object)
    source = partitioned(tmp_path / "parts", table, cuts)
    found = find_faults(source, plane=PLANE, thresholds=LIMITS)
    overlaps = find_overlaps(shapes, thresholds=LIMITS)
    assert [(o.first, o.second, o.relation, o.area_m2) for o in found.overlaps] == [
        (o.first, o.second, o.relation, o.area_m2) for o in overlaps
    ]
    gaps = find_gaps(shapes, thresholds=LIMITS)
    assert [gap.neighbours for gap in found.gaps] == [gap.neighbours for gap in gaps]
    assert [(g.area_m2, g.polygon.wkb) for g in found.gaps] == [
        (g.area_m2, g.polygon.wkb) for g in gaps
    ]
    reported = [o.polygon for o in overlaps] + [g.polygon for g in gaps]
    parted = find_edge_mismatches(shapes, thresholds=LIMITS, reported=reported)
    assert [(m.first, m.second, m.offset_m) for m in found.mismatches] == [
        (m.first, m.second, m.offset_m) for m in parted
    ]


def test_the_findings_are_those_of_one_machine(tmp_path: Path) -> None:
    table = frame(150, 12)
    table.loc[40, "geometry"] = None
    shapes = np.asarray(table.geometry.values, dtype=object)
    source = partitioned(tmp_path / "parts", table, [30, 77])
    found, count = check_partitions(source, workspace_plane=None, coverage=True, thresholds=LIMITS)
    alone = check_file_topology(shapes, list(table["id"]), plane=PLANE, coverage=True)
    assert count == len(table)
    said = [(f.rule, f.severity, f.subjects, f.text) for f in found]
    assert said[0][:1] == ("geometry.valid",) and found[0].subject == "p0040"
    assert said[1:] == [(f.rule, f.severity, f.subjects, f.text) for f in alone]


def totals(measured: Measurement) -> Totals:
    found = Totals()
    for part in measured.parts:
        found.add(part)
    return found


@pytest.mark.parametrize("cuts", [[], [9, 100], [1, 2, 3, 399]])
def test_totals_and_verdicts_do_not_depend_on_partitions(tmp_path: Path, cuts: list[int]) -> None:
    table = frame()
    whole = tmp_path / "whole.parquet"
    table.to_crs(4490).to_parquet(whole, geometry_encoding="WKB")
    layer = large_layer(whole, None, least=0)
    assert layer is not None
    stated = Stated("MJ", "m2", 0.001)
    expected = totals(batched.of_layer(layer, workspace_plane=PLANE, stated=stated))
    source = partitioned(tmp_path / "parts", table, cuts, degrees=True)
    found = totals(of_partitions(source, workspace_plane=PLANE, stated=stated))
    assert found == expected and found.disagrees


def test_a_damaged_partition_stops_all(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    partitioned(folder, frame(150, 0), [60])
    source = Partitions.of(folder)
    damaged = folder / "part.1.parquet"
    raw = bytearray(damaged.read_bytes())
    raw[100:2000] = b"\xff" * 1900
    damaged.write_bytes(raw)
    with pytest.raises(InputError, match=r"part\.1\.parquet"):
        totals(of_partitions(source, workspace_plane=None, stated=None))
    damaged.write_bytes(raw[:200])
    with pytest.raises(InputError, match=r"part\.1\.parquet"):
        Partitions.of(folder)


def test_what_is_no_geoparquet_is_an_input_error(tmp_path: Path) -> None:
    file = tmp_path / "no.parquet"
    file.write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"no\.parquet"):
        Partitions.of(file)
    source = partitioned(tmp_path / "parts", frame(80, 0), [])
    with pytest.raises(UsageError, match="mj"):
        of_partitions(source, workspace_plane=None, stated=Stated("x", "m2", 0.001))


@pytest.mark.parametrize("other", ["EPSG:4214", "EPSG:4548", None])
def test_a_partition_in_another_crs_is_named(tmp_path: Path, other: str | None) -> None:
    """Of an old datum the degrees are as plausible; what declares nothing is not guessed."""
    folder, table = tmp_path / "parts", frame(80, 0).to_crs(4490)
    partitioned(folder, table, [30, 60])
    stray = table.iloc[60:].set_crs(other, allow_override=True)
    stray.to_parquet(folder / "part.2.parquet", geometry_encoding="WKB")
    with pytest.raises(InputError, match=r"part\.2\.parquet"):
        Partitions.of(folder)


def test_no_scheduler_is_an_input_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "WAIT_S", 1)
    with pytest.raises(InputError, match="127.0.0.1"), engine.engine("tcp://127.0.0.1:9"):
        pass
