"""dask workers in processes of their own that are killed in mid-work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow.parquet
import pytest
import shapely
from cases import ROOT, Command, Run

from gangqu_gis import engine

sys.path.insert(0, str(ROOT / "benchmarks"))
from parcels import make_parcels  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="signals of POSIX"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


class Cluster:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.at_work = folder, folder / "at-work"
        self.at_work.mkdir()
        self.processes: list[subprocess.Popen[bytes]] = []
        known = folder / "scheduler.json"
        self._start("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", known)
        self.known = known
        self.wait_for(lambda: known.exists() and known.stat().st_size > 0)
        import json

        self.address = str(json.loads(known.read_text())["address"])

    def _start(self, kind: str, *words: object, **more: str) -> None:
        self.processes.append(
            subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{kind}", *map(str, words)],
                cwd=self.folder,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT / "tests"),
                    "GANGQU_WORKERS": str(self.at_work),
                    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
                    **more,
                },
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    def add_workers(self, number: int, *, restarted: bool = False, **more: str) -> None:
        """Start workers with one thread; with ``restarted`` the killed ones are replaced."""
        for _ in range(number):
            self._start(
                "worker", "--scheduler-file", self.known, "--nthreads", 1, "--no-dashboard",
                "--nanny" if restarted else "--no-nanny", "--preload", "dying_worker",
                "--local-directory", self.folder, **more,
            )  # fmt: skip

    def kill_one_at_work(self) -> int:
        """Kill the first worker that is at work, and return its process id."""
        self.wait_for(lambda: any(self.at_work.iterdir()))
        pid = int(next(self.at_work.iterdir()).name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def close(self) -> None:
        """End the processes that were started."""
        for process in reversed(self.processes):
            process.terminate()  # a nanny takes its worker along
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @staticmethod
    def wait_for(ready: Any) -> None:
        until = time.monotonic() + 60
        while not ready():
            assert time.monotonic() < until
            time.sleep(0.02)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path)
    yield found
    found.close()


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    folder = tmp_path / "parts"
    folder.mkdir()
    shapes = make_parcels(300, faults=12).plane
    table = geopandas.GeoDataFrame({"mj": shapely.area(shapes)}, geometry=shapes, crs=4549)
    for i, some in enumerate(np.array_split(np.arange(len(table)), 6)):
        table.iloc[some].to_parquet(folder / f"part.{i}.parquet", geometry_encoding="WKB")
    return folder


def killed_meanwhile(cluster: Cluster, work: Any) -> Run:
    """Do the work while another thread kills the first worker that is at it."""
    for old in cluster.at_work.iterdir():
        old.unlink()
    killer = threading.Thread(target=cluster.kill_one_at_work)
    killer.start()
    done: Run = work()
    killer.join()
    return done


def test_another_worker_takes_over(cluster: Cluster, parts: Path, command: Command) -> None:
    folder = parts.parent
    words = ("--engine", "dask", "--scheduler", cluster.address)
    reconcile = ("reconcile", parts, "--stated", "mj", "--unit", "m2", "--output")
    check = ("check", "--file", parts, "--coverage", "--engine", "dask", "--format", "json")
    alone = command(*reconcile, "alone.parquet", "--engine", "dask", cwd=folder)
    faults = command(*check, cwd=folder)
    cluster.add_workers(3)
    found = killed_meanwhile(
        cluster, lambda: command(*reconcile, "found.parquet", *words, cwd=folder)
    )
    assert (found.code, found.out.replace("found", "alone")) == (alone.code, alone.out)
    tables = [pyarrow.parquet.read_table(folder / f"{n}.parquet") for n in ("alone", "found")]
    assert tables[0].equals(tables[1]) and len(tables[0]) > 300
    again = killed_meanwhile(
        cluster, lambda: command(*check, "--scheduler", cluster.address, cwd=folder)
    )
    assert (again.code, again.out) == (faults.code, faults.out) and again.code == 1


def test_the_last_worker_that_dies_ends_the_work(
    cluster: Cluster, parts: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WORKERLESS_S", 2)
    cluster.add_workers(1)
    words = ("measure", parts, "--engine", "dask", "--scheduler", cluster.address)
    before = {path.name for path in parts.parent.iterdir()}
    found = killed_meanwhile(
        cluster, lambda: command(*words, "--output", "r.parquet", cwd=parts.parent)
    )
    assert found.code == 3 and found.out == "", found
    assert len(found.err.splitlines()) == 1 and "没有一个计算节点" in found.err
    new = {path.name for path in parts.parent.iterdir()} - before
    assert not [name for name in new if "r.parquet" in name]


def test_a_scheduler_that_dies_ends_the_work(
    cluster: Cluster, parts: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WORKERLESS_S", 2)
    cluster.add_workers(1)
    words = ("measure", parts, "--engine", "dask", "--scheduler", cluster.address)

    def kill() -> None:
        cluster.wait_for(lambda: any(cluster.at_work.iterdir()))
        cluster.processes[0].kill()

    killer = threading.Thread(target=kill)
    killer.start()
    found = command(*words, "--output", "r.parquet", cwd=parts.parent)
    killer.join()
    assert found.code == 3 and len(found.err.splitlines()) == 1, found
    assert not list(parts.parent.glob("*r.parquet*")) + list(parts.parent.glob(".r.*"))


def test_a_partition_that_kills_its_workers_ends_the_work(
    cluster: Cluster, parts: Path, command: Command
) -> None:
    cluster.add_workers(2, restarted=True, GANGQU_DEADLY="0")
    words = ("measure", parts, "--engine", "dask", "--scheduler", cluster.address)
    found = command(*words, "--output", "r.parquet", cwd=parts.parent)
    assert found.code == 3 and found.out == "", found
    assert len(found.err.splitlines()) == 1 and "先后中止" in found.err
    assert not list(parts.parent.glob("*r.parquet*")) + list(parts.parent.glob(".r.*"))


def test_an_interruption_leaves_nothing(cluster: Cluster, parts: Path) -> None:
    cluster.add_workers(1)
    words = ("measure", parts, "--engine", "dask", "--scheduler", cluster.address)
    process = subprocess.Popen(
        [sys.executable, "-X", "utf8", "-m", "gangqu_gis", *map(str, words), "--output", "r.xlsx"],
        cwd=parts.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    cluster.wait_for(lambda: any(cluster.at_work.iterdir()))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "") and "已中断" in err
    assert len(err.strip().splitlines()) == 1, err
    assert not list(parts.parent.glob("*r.xlsx*")) + list(parts.parent.glob(".r.*"))
