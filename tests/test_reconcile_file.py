"""``gangqu reconcile FILE``: one report for every size and engine, and what makes no sense."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import openpyxl
import pyarrow.parquet
import pytest
import shapely
from cases import ROOT, Command

from gangqu_gis.cli import measured_report
from gangqu_gis.formats import batches

sys.path.insert(0, str(ROOT / "benchmarks"))
from parcels import make_parcels  # noqa: E402

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
STATED = ("--stated", "MJ", "--unit", "m2")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layer with every verdict, as a GeoPackage, as one Parquet file and in partitions."""
    root = tmp_path_factory.mktemp("layer")
    shapes = make_parcels(64).plane[:40]
    area = geopandas.GeoSeries(shapes, crs=4549).to_crs(4490).to_crs(4549).area.to_numpy()
    x, y = shapes[11].centroid.coords[0]
    shapes[11] = shapely.Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)])
    stated = np.round(area * (1 - 0.000266), 2)
    stated[3], stated[5], stated[7] = round(area[3] * 15 / 10_000, 2), area[5] + 40, np.nan
    stated[13], stated[20] = area[13] + 0.3, area[20] + 400
    names = [f"DK{n:03d}" for n in range(40)]
    table = geopandas.GeoDataFrame({"DKBH": names, "mj": stated}, geometry=shapes, crs=4549)
    table.to_file(root / "lots.gpkg", engine="pyogrio")
    table.to_parquet(root / "lots.parquet", geometry_encoding="WKB")
    (root / "lots").mkdir()
    for i, some in enumerate(np.split(np.arange(40), [0, 9, 10, 31])):
        table.iloc[some].to_parquet(root / f"lots/part.{i}.parquet", geometry_encoding="WKB")
    return root


def whole_in_batches_and_on_dask(
    folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch, *words: object
) -> list[Any]:
    whole = command("reconcile", "lots.gpkg", *STATED, *words, cwd=folder)
    monkeypatch.setattr(batches, "BATCH", 7)
    monkeypatch.setattr(batches, "LARGE", 20)
    in_batches = command("reconcile", "lots.gpkg", *STATED, *words, cwd=folder)
    parquet = command("reconcile", "lots.parquet", *STATED, *words, cwd=folder)
    on_dask = command("reconcile", "lots", *STATED, "--engine", "dask", *words, cwd=folder)
    return [whole, in_batches, parquet, on_dask]


def test_one_report_for_every_size_and_engine(
    folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured_report, "MOST_LISTED", 3)
    runs = whole_in_batches_and_on_dask(folder, command, monkeypatch)
    assert {run.code for run in runs} == {1}
    reports = [run.out.split("\n", 1)[1] for run in runs]
    assert reports == [reports[0]] * 4
    assert "DK003" in reports[0] and "㎡" in reports[0]
    assert "没有列出；--output" in reports[0] and "合计 40 个要素" in reports[0]
    assert [run.err for run in runs[:2]] == [runs[0].err] * 2
    listed = [line for line in reports[0].splitlines() if line.startswith("DK")]
    assert len(listed) == 3


def test_the_worst_are_listed_first(
    folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = command("reconcile", "lots.gpkg", *STATED, "--format", "json", cwd=folder).json()
    order = {"differ": 0, "missing": 1, "review": 2, "indicative": 3}
    checks = [check for check in document["checks"] if check["verdict"] in order]

    def gravity(check: Any) -> tuple[int, float]:
        if check["tolerance_m2"] is None:
            return order[check["verdict"]], 0.0
        return order[check["verdict"]], -abs(check["difference_m2"]) / check["tolerance_m2"]

    worst = [check["subject"] for check in sorted(checks, key=gravity)]
    assert worst != sorted(worst)
    for most in (2, 4, len(worst)):
        monkeypatch.setattr(measured_report, "MOST_LISTED", most)
        for run in whole_in_batches_and_on_dask(folder, command, monkeypatch):
            listed = [line.split()[0] for line in run.out.splitlines() if line.startswith("DK")]
            assert listed == worst[:most]
            left = len(worst) - most
            assert (f"还有 {left} 个没有列出" in run.out) == bool(left)


def test_one_document_for_every_size_and_engine(
    folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = whole_in_batches_and_on_dask(folder, command, monkeypatch, "--format", "json")
    documents = [json.loads(run.out) for run in runs]
    for document in documents:
        document["summary"].pop("file")
    assert documents[1:] == [documents[0]] * 3
    summary = documents[0]["summary"]
    assert summary["features"] == 40 == len(documents[0]["checks"])
    assert summary["withheld"] == 1 and summary["causes"]["stale"] >= 1
    assert {"differ", "missing", "unstated"} <= set(summary["verdicts"])


def test_every_feature_goes_to_the_output(folder: Path, command: Command, tmp_path: Path) -> None:
    table, sheet, layer = (tmp_path / f"r.{kind}" for kind in ("parquet", "xlsx", "gpkg"))
    for output in (table, sheet, layer):
        run = command("reconcile", "lots.gpkg", *STATED, "--output", output, cwd=folder)
        assert run.code == 1 and str(output) in run.out
    rows = pyarrow.parquet.read_table(table).to_pylist()
    written = list(openpyxl.load_workbook(sheet).active.iter_rows(min_row=2, values_only=True))
    back = geopandas.read_file(layer)
    assert [row["name"] for row in rows] == [row[0] for row in written] == back["DKBH"].tolist()
    assert [row["feature"] for row in rows] == list(range(1, 41))
    assert [row["verdict"] for row in rows] == back["gq_verdict"].tolist()
    for row, cells in zip(rows, written, strict=True):
        assert cells[1] == (row["ellipsoidal_m2"] if row["verdict"] != "missing" else None)
        if row["verdict"] == "differ":
            assert cells[4] == row["difference_m2"] == row["ellipsoidal_m2"] - row["stated_m2"]


def test_what_agrees_ends_with_success(folder: Path, command: Command, tmp_path: Path) -> None:
    table = geopandas.read_file(folder / "lots.gpkg").iloc[20:30]
    measured = command("measure", "lots.gpkg", "--format", "json", cwd=folder).json()["checks"]
    table["mj"] = [round(check["ellipsoidal_m2"], 2) for check in measured[20:30]]
    table.to_file(tmp_path / "right.gpkg")
    run = command("reconcile", "right.gpkg", *STATED, cwd=tmp_path)
    assert run.code == 0 and "DK02" not in run.out and "合计 10 个要素" in run.out


@pytest.mark.parametrize(
    "words, said",
    [
        (["lots.gpkg"], "--stated"),
        (["DK001"], "--gate"),
        (["lots.gpkg", "lots.parquet", *STATED], "一次只核对一个文件"),
        (["lots.gpkg", "DK001", *STATED], "DK001：没有这个文件"),
        (["lots.gpkg", *STATED, "--format", "html", "--output", "r.html"], "--format"),
        (["lots.gpkg", *STATED, "--findings", "f.gpkg"], "--findings"),
        (["lots.gpkg", *STATED, "--output", "r.csv"], ".parquet"),
        (["lots", *STATED, "--engine", "dask", "--output", "r.gpkg"], ".parquet"),
        (["lots", *STATED, "--engine", "dask", "--crs", "EPSG:4549"], "--crs"),
        (["lots.gpkg", *STATED, "--scheduler", "tcp://127.0.0.1:1"], "--engine"),
        (["lots.gpkg", "--stated", "none", "--unit", "m2"], "DKBH"),
        ([*STATED], "FILE"),
        (["--crs", "EPSG:4549"], "FILE"),
    ],
)
def test_what_makes_no_sense_is_wrong_use(
    folder: Path, command: Command, words: list[str], said: str
) -> None:
    run = command("reconcile", *words, cwd=folder)
    assert run.code == 2 and said in run.err and len(run.err.splitlines()) == 1, run
    assert sorted(p.name for p in folder.iterdir()) == ["lots", "lots.gpkg", "lots.parquet"]


def test_the_column_is_the_one_that_was_named(command: Command, tmp_path: Path) -> None:
    """Two columns may differ in case only; a name in another case finds the only one."""
    table = geopandas.GeoDataFrame(
        {"mj": [10_000.0], "MJ": [1.0]}, geometry=[shapely.box(500_000, 3e6, 500_100, 3_000_100)]
    ).set_crs(4549)
    (tmp_path / "lots").mkdir()
    for path in ("lots.parquet", "lots/part.0.parquet"):
        table.to_parquet(tmp_path / path, geometry_encoding="WKB")
    for words in (["lots.parquet"], ["lots", "--engine", "dask"]):
        run = command("reconcile", *words, *STATED, "--format", "json", cwd=tmp_path)
        assert float(run.json()["checks"][0]["stated"]) == 1


@pytest.mark.parametrize(
    "file, output, engine",
    [
        ("lots.gpkg", "lots.gpkg", []),
        ("lots.parquet", "link.parquet", []),
        ("lots", "lots/result.parquet", ["--engine", "dask"]),
        ("lots", "lots/part.1.parquet", ["--engine", "dask"]),
    ],
)
def test_a_result_does_not_replace_what_is_measured(
    folder: Path, command: Command, tmp_path: Path, file: str, output: str, engine: list[str]
) -> None:
    shutil.copytree(folder, tmp_path / "mine")
    (tmp_path / "mine/link.parquet").symlink_to("lots.parquet")
    before = {p: p.read_bytes() for p in (tmp_path / "mine").rglob("*.*")}
    for words in (["measure", file], ["reconcile", file, *STATED]):
        run = command(*words, *engine, "--output", output, cwd=tmp_path / "mine")
        assert run.code == 2 and output in run.err and len(run.err.splitlines()) == 1, run
    assert {p: p.read_bytes() for p in (tmp_path / "mine").rglob("*.*")} == before


def test_partitions_whose_crs_contradicts_them_are_refused(
    command: Command, tmp_path: Path
) -> None:
    """As a file is that is read whole: a projected CRS over degrees."""
    (tmp_path / "parts").mkdir()
    for n, some in enumerate(np.split(make_parcels(64).degrees[:40], 2)):
        table = geopandas.GeoDataFrame({"mj": np.ones(20)}, geometry=some, crs=4549)
        table.to_parquet(tmp_path / f"parts/part.{n}.parquet", geometry_encoding="WKB")
    for words in (["reconcile", "parts", *STATED], ["check", "--file", "parts"]):
        run = command(*words, "--engine", "dask", cwd=tmp_path)
        assert run.code == 3 and "EPSG:4549" in run.err and len(run.err.splitlines()) == 1


def test_a_file_that_is_not_there(folder: Path, command: Command) -> None:
    for words in (["none.gpkg"], ["none.parquet", "--engine", "dask"]):
        run = command("reconcile", *words, *STATED, cwd=folder)
        assert run.code == 3 and "none" in run.err and len(run.err.splitlines()) == 1


def test_a_partition_without_the_column_is_named(
    folder: Path, command: Command, tmp_path: Path
) -> None:
    shutil.copytree(folder / "lots", tmp_path / "odd")
    part = tmp_path / "odd/part.2.parquet"
    geopandas.read_parquet(part).rename(columns={"mj": "area"}).to_parquet(part)
    run = command("reconcile", "odd", *STATED, "--engine", "dask", cwd=tmp_path)
    assert run.code == 3 and len(run.err.splitlines()) == 1
    assert "part.2.parquet" in run.err and "没有字段“mj”" in run.err and "DKBH, area" in run.err


def test_columns_that_folders_give_are_in_no_partition(
    folder: Path, command: Command, tmp_path: Path
) -> None:
    for n in (1, 3):
        into = tmp_path / f"odd/year={2020 + n}"
        into.mkdir(parents=True)
        shutil.copy(folder / f"lots/part.{n}.parquet", into)
    run = command("reconcile", "odd", *STATED, "--engine", "dask", cwd=tmp_path)
    assert run.code == 1 and "合计 30 个要素" in run.out, run


def test_what_is_no_partition_is_told_so(folder: Path, command: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for file, said in ((tmp_path / "empty", "没有 GeoParquet"), ("lots.gpkg", "去掉 --engine")):
        run = command("reconcile", file, *STATED, "--engine", "dask", cwd=folder)
        assert run.code == 3 and said in run.err and len(run.err.splitlines()) == 1
    run = command("reconcile", "lots", *STATED, cwd=folder)
    assert run.code == 2 and "--engine dask" in run.err and len(run.err.splitlines()) == 1


def test_numbers_that_are_none_are_found_in_any_partition(
    folder: Path, command: Command, tmp_path: Path
) -> None:
    table = geopandas.read_file(folder / "lots.gpkg").drop(columns="DKBH")
    table["mj"] = [*table["mj"].astype(str)[:30], "about 12", *table["mj"].astype(str)[31:]]
    (tmp_path / "odd").mkdir()
    for i, some in enumerate(np.split(np.arange(40), [8, 25])):
        name = tmp_path / f"odd/part.{i}.parquet"
        table.iloc[some].to_parquet(name, geometry_encoding="WKB")
    table.to_parquet(tmp_path / "odd.parquet", geometry_encoding="WKB")
    table.to_file(tmp_path / "odd.gpkg")
    runs = [
        command("reconcile", "odd.gpkg", *STATED, cwd=tmp_path),
        command("reconcile", "odd.parquet", *STATED, cwd=tmp_path),
        command("reconcile", "odd", *STATED, "--engine", "dask", cwd=tmp_path),
    ]
    for run in runs:
        assert run.code == 3 and "#31" in run.err and "about 12" in run.err, run
