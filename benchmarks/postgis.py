"""A PostGIS server of the benchmark's own: in a temporary folder, on a Unix socket only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import shapely
from parcels import ROOT, Geometries

sys.path.insert(0, str(ROOT / "tools"))
from ensure_postgis import server_programs  # noqa: E402

#: Who runs the server when the benchmark is run by root, which PostgreSQL refuses to be.
USER = "postgres"


class Server:
    """A running server; statements go through ``psql``."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder = programs, folder

    def run(self, sql: str, *, given: bytes = b"") -> str:
        """Run a statement and return what it prints."""
        words = [str(self.programs / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1"]
        words += ["-h", str(self.folder), "-U", USER, "-d", "postgres", "-c", sql]
        done = subprocess.run(words, input=given, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())
        return done.stdout.decode().strip()

    def load(self, table: str, geometry: Geometries, *, srid: int, as_type: str) -> None:
        """Make a table with id and geometry (or geography), indexed and analysed."""
        lines = b"\n".join(
            f"{i}\t{wkb}".encode()
            for i, wkb in enumerate(
                shapely.to_wkb(shapely.set_srid(geometry, srid), hex=True, include_srid=True)
            )
        )
        self.run(f"DROP TABLE IF EXISTS {table}; CREATE TABLE {table} (id integer, g {as_type})")
        self.run(f"COPY {table} FROM STDIN", given=lines)
        if as_type == "geometry":
            self.run(f"CREATE INDEX ON {table} USING gist (g)")
        self.run(f"VACUUM ANALYZE {table}")

    def seconds(self, query: str) -> float:
        """Return how long the server itself takes for ``query``, in one process."""
        alone = "SET max_parallel_workers_per_gather = 0; SET jit = off; "
        plan = self.run(f"{alone} EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {query}")
        return float(json.loads(plan)[0]["Execution Time"]) / 1000

    def version(self) -> str:
        """Return the versions of the server and of PostGIS."""
        server = self.run("SHOW server_version").split()[0]
        return f"PostgreSQL {server}, PostGIS {self.run('SELECT postgis_lib_version()')}"


@contextmanager
def server() -> Iterator[Server | None]:
    """Yield a running server, or ``None`` where PostGIS is not installed."""
    programs = server_programs()
    if programs is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="gangqu-postgis-"))
    user = USER if os.geteuid() == 0 else None
    try:
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        _as(user, programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "--no-sync")
        settings = "-c listen_addresses='' -c fsync=off -c shared_buffers=2GB -c work_mem=512MB"
        _as(user, programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o",
            f"{settings} -k {folder}", "start")  # fmt: skip
        try:
            running = Server(programs, folder)
            running.run("CREATE EXTENSION postgis")
            yield running
        finally:
            _as(user, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as(user: str | None, *words: object) -> None:
    command = [str(word) for word in words]
    subprocess.run(command, user=user, check=True, stdout=subprocess.DEVNULL, cwd="/")
