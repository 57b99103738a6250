"""Large work that is stopped: by Ctrl-C, SIGTERM, SIGKILL, in real processes in mid-work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas
import numpy as np
import pyarrow.parquet
import pytest
from cases import ROOT

from gangqu_gis.drafts import unfinished
from gangqu_gis.errors import InputError

sys.path.insert(0, str(ROOT / "benchmarks"))
from parcels import make_parcels  # noqa: E402

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

#: The command line, with batches so small that there is time to stop it.
SMALL_BATCHES = """
import sys
from gangqu_gis.formats import batches
batches.BATCH, batches.LARGE = 40, 0
from gangqu_gis.cli import main
main()
"""


@pytest.fixture(scope="module")
def layer() -> geopandas.GeoDataFrame:
    shapes = make_parcels(12_000).degrees
    return geopandas.GeoDataFrame({"mj": np.full(len(shapes), 5000.0)}, geometry=shapes, crs=4490)


@pytest.fixture(scope="module")
def path(layer: geopandas.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("layer") / "parcels.gpkg"
    layer.to_file(file, engine="pyogrio", SPATIAL_INDEX="NO")
    return file


@pytest.fixture(scope="module")
def parts(layer: geopandas.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parts")
    for i, some in enumerate(np.array_split(np.arange(len(layer)), 60)):
        name = folder / f"part.{i}.parquet"
        layer.iloc[some].to_parquet(name, geometry_encoding="WKB")
    return folder


def started(folder: Path, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-X", "utf8", "-c", SMALL_BATCHES, *map(str, words)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def drafts(folder: Path) -> list[Path]:
    return sorted(folder.glob(".*.unfinished"))


def stopped_in_mid_work(folder: Path, number: int, *words: object) -> tuple[int, str, str]:
    """Start a command, send it a signal while it writes its draft, and wait for its end."""
    process = started(folder, *words)
    until = time.monotonic() + 60
    while not any((draft / "lock").exists() for draft in drafts(folder)):
        assert process.poll() is None and time.monotonic() < until, process.communicate()
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err.strip()  # click ends the line in which ^C stands


STOPS = [(signal.SIGINT, 130, "已中断"), (signal.SIGTERM, 143, "已被终止")]


@pytest.mark.parametrize("number, code, said", STOPS, ids=["Ctrl-C", "SIGTERM"])
@pytest.mark.parametrize("words", [("measure", "r.parquet"), ("reconcile", "r.xlsx")])
def test_a_signal_leaves_nothing(
    path: Path, tmp_path: Path, words: tuple[str, str], number: int, code: int, said: str
) -> None:
    command, output = words
    old = tmp_path / output
    old.write_bytes(b"the result of yesterday")
    found = stopped_in_mid_work(
        tmp_path, number, command, path, "--stated", "mj", "--unit", "m2", "--output", output
    )
    assert found[0] == code and found[1] == "", found
    assert said in found[2] and len(found[2].splitlines()) == 1
    assert list(tmp_path.iterdir()) == [old] and old.read_bytes() == b"the result of yesterday"


@pytest.mark.parametrize("number, code, said", STOPS, ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_leaves_nothing_of_work_on_dask(
    parts: Path, tmp_path: Path, number: int, code: int, said: str
) -> None:
    words = ("measure", parts, "--engine", "dask", "--output", "r.parquet")
    found = stopped_in_mid_work(tmp_path, number, *words)
    assert found[0] == code and said in found[2] and len(found[2].splitlines()) == 1, found
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_leaves_is_cleared_by_the_next(path: Path, tmp_path: Path) -> None:
    words = ("measure", path, "--output", "r.parquet")
    assert stopped_in_mid_work(tmp_path, signal.SIGKILL, *words)[0] == -signal.SIGKILL
    (left,) = drafts(tmp_path)
    assert (left / "r.parquet").exists() and not (tmp_path / "r.parquet").exists()
    again = started(tmp_path, *words)
    out, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert drafts(tmp_path) == []
    assert pyarrow.parquet.read_metadata(tmp_path / "r.parquet").num_rows > 12_000


def test_what_a_running_process_writes_is_left_alone(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "r.parquet"
    running = started(tmp_path, "measure", path, "--output", target)
    until = time.monotonic() + 60
    while not any((draft / "lock").exists() for draft in drafts(tmp_path)):
        assert running.poll() is None and time.monotonic() < until
        time.sleep(0.01)
    running.send_signal(signal.SIGSTOP)
    (theirs,) = drafts(tmp_path)
    with unfinished(target) as draft:
        draft.write_bytes(b"ours")
    assert drafts(tmp_path) == [theirs] and target.read_bytes() == b"ours"
    running.send_signal(signal.SIGCONT)
    running.communicate(timeout=120)
    assert running.returncode == 0 and drafts(tmp_path) == []
    assert pyarrow.parquet.read_metadata(target).num_rows > 12_000


def test_a_target_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"), unfinished(tmp_path / "nowhere" / "r"):
        pass
    with pytest.raises(InputError), unfinished(tmp_path / "r"):
        pass  # and writes no draft
    assert list(tmp_path.iterdir()) == []
