"""Our own speed beside what a user would pick instead, in one run: correct first, then how long.

``python benchmarks/run.py [--size small|full] [--write]``.  Every row takes turns between ours and
the others, three rounds, and compares the fastest; results are compared before times are.
``small`` checks the results on few parcels; ``full`` gives the table of docs/performance.md
(``--write``).
"""

from __future__ import annotations

import argparse
import os
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import contenders  # noqa: E402
import ours  # noqa: E402
import postgis  # noqa: E402
import report  # noqa: E402
from parcels import ROOT, Floats, Parcels, make_parcels  # noqa: E402

from gangqu_gis.cli import COLLECTING  # noqa: E402

Work = Callable[[], object]


@dataclass(frozen=True)
class Size:
    """How many parcels each row takes, and how many rounds."""

    areas: int
    topology: int
    large: int
    rounds: int


SIZES = {"small": Size(400, 400, 900, 1), "full": Size(1_000_000, 100_000, 1_000_000, 3)}

#: The least ratio that the project promises, by row and contender.
TARGETS = {
    ("area_numpy", "PostGIS"): 5.0,
    ("area_numpy", "Geod"): 12.0,
    ("area_numpy", "DuckDB"): 2.5,
    ("area_fast", "PostGIS"): 10.0,
    ("area_fast", "Geod"): 25.0,
    ("area_fast", "DuckDB"): 5.0,
    ("area_wkb", "PostGIS"): 50.0,
    ("disk", "geopandas"): 8.0,
    ("topology", "PostGIS"): 12.0,
    ("topology", "geopandas"): 15.0,
}


def fastest(work: dict[str, Work], rounds: int) -> dict[str, float]:
    """Return the fewest seconds of each, taken in turns; a server's time is what it says.

    Whatever else the machine does only ever adds to a time.
    """
    taken: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, run in work.items():
            started = time.perf_counter()
            said = run()
            taken[name].append(said if isinstance(said, float) else time.perf_counter() - started)
    return {name: min(times) for name, times in taken.items()}


def agree(found: Floats, expected: Floats, *, relative: float) -> None:
    """Stop the benchmark where areas of 1000 m² and more part by more than ``relative``."""
    large = expected > 1000
    worst = float(np.abs(found / expected - 1)[large].max())
    if not worst <= relative:
        raise SystemExit(f"areas part by {worst:.1e}, allowed are {relative:.0e}")


def areas(size: Size, server: postgis.Server | None, table: report.Table) -> None:
    """Ellipsoidal areas of parcels in memory."""
    degrees = make_parcels(size.areas).degrees
    column = ours.as_arrow(degrees)
    truth = ours.area_numpy(degrees)
    others: dict[str, Work] = {"Geod": lambda: contenders.geod_loop(degrees)}
    agree(contenders.geod_loop(degrees[:2000]), truth[:2000], relative=1e-7)
    if not (ours.area_fast(degrees) == truth).all() or not (ours.area_wkb(column) == truth).all():
        raise SystemExit("the compiled form gives other digits")
    duck = contenders.duckdb_connection()
    if duck is not None:
        contenders.duckdb_load(duck, degrees)
        agree(contenders.duckdb_areas(duck), truth, relative=1e-6)
        others["DuckDB"] = lambda: contenders.duckdb_areas(duck)
    if server is not None:
        server.load("areas", degrees, srid=4490, as_type="geography")
        query = "SELECT sum(ST_Area(g)) FROM areas"
        agree(np.array([float(server.run(query))]), np.array([truth.sum()]), relative=1e-8)
        others["PostGIS"] = lambda: server.seconds(query)
    own: dict[str, Work] = {
        "area_numpy": lambda: ours.area_numpy(degrees),
        "area_fast": lambda: ours.area_fast(degrees),
        "area_wkb": lambda: ours.area_wkb(column),
    }
    times = fastest({**own, **others}, size.rounds)
    for row in own:
        table.add(row, len(degrees), times[row], {name: times[name] for name in others}, TARGETS)


def disk(size: Size, table: report.Table, folder: Path) -> None:
    """GeoPackage on disk to both areas, stated area and verdict."""
    path = folder / "parcels.gpkg"
    parcels = make_parcels(size.areas)
    stated = np.round(ours.area_numpy(parcels.degrees), 2)
    stated[::10] += 25.0
    ours.write_gpkg(path, parcels.degrees, stated)
    verdicts = ours.from_disk(path)
    expected = {"differ": len(stated[::10]), "agree": len(stated) - len(stated[::10])}
    if verdicts != expected:
        raise SystemExit(f"verdicts {verdicts}, expected {expected}")
    work: dict[str, Work] = {
        "disk": lambda: ours.from_disk(path),
        "geopandas": lambda: contenders.geopandas_from_disk(path),
    }
    times = fastest(work, size.rounds)
    table.add("disk", len(stated), times["disk"], {"geopandas": times["geopandas"]}, TARGETS)
    table.peak("disk", peak_mb("disk", path))


def topology(
    size: Size, server: postgis.Server | None, table: report.Table, folder: Path
) -> None:
    """Overlaps and gaps among planted faults; then the growth of the time and the memory."""
    parcels = make_parcels(size.topology, faults=max(30, size.topology // 330))
    check_faults(parcels)
    work: dict[str, Work] = {
        "topology": lambda: ours.overlaps_and_gaps(parcels.plane),
        "geopandas": lambda: contenders.geopandas_overlaps(parcels.plane),
    }
    if contenders.geopandas_overlaps(parcels.plane) != parcels.overlaps:
        raise SystemExit("geopandas finds other overlaps than were planted")
    if server is not None:
        server.load("plane", parcels.plane, srid=4549, as_type="geometry")
        query = (
            "SELECT a.id, b.id FROM plane a JOIN plane b"
            " ON a.g && b.g AND a.id < b.id AND ST_Relate(a.g, b.g, 'T********')"
        )
        rows = (line.split("|") for line in server.run(query).splitlines())
        if {(int(a), int(b)) for a, b in rows} != parcels.overlaps:
            raise SystemExit("PostGIS finds other overlaps than were planted")
        work["PostGIS"] = lambda: server.seconds(query)
    times = fastest(work, size.rounds)
    others = {name: times[name] for name in work if name != "topology"}
    table.add("topology", len(parcels), times["topology"], others, TARGETS)
    large = make_parcels(size.large, faults=max(30, size.large // 330))
    check_faults(large)
    both = fastest(
        {
            "small": lambda: ours.overlaps_and_gaps(parcels.plane),
            "large": lambda: ours.overlaps_and_gaps(large.plane),
        },
        size.rounds,
    )
    table.growth("topology_large", len(large), both["large"] / both["small"], most=15.0)
    path = folder / "large.feather"
    ours.write_shapes(path, large.plane)
    table.peak("topology_large", peak_mb("topology", path))


def check_faults(parcels: Parcels) -> None:
    """Stop where a planted fault is missed, or one is invented."""
    overlaps, gaps = ours.overlaps_and_gaps(parcels.plane)
    if {(o.first, o.second) for o in overlaps} != parcels.overlaps:
        raise SystemExit("overlaps are missed or invented")
    if not np.allclose(sorted(g.area_m2 for g in gaps), parcels.gaps, atol=1e-3):
        raise SystemExit("gaps are missed or invented")


def change(size: Size, table: report.Table, folder: Path) -> None:
    """All checks of an update of a hundredth of a layer, before and after, beside a full check."""
    before, after, ids = ours.changed_plan(folder, size.topology)
    work: dict[str, Work] = {
        "full": lambda: ours.full_check(after),
        "change": lambda: ours.check_change(before, after, ids),
    }
    ours.same_news(before, after, ids)
    times = fastest(work, size.rounds)
    table.growth("change", size.topology, times["change"] / times["full"], most=0.2)


def cold_start(size: Size, table: report.Table) -> None:
    """Whole processes, on the shipped plan."""
    gangqu = [str(Path(sys.executable).with_name("gangqu")), "--workspace", str(ROOT)]
    python = [sys.executable, "-c"]
    pairs = (
        ("help", [*gangqu, "--help"], "pass", 8.0),
        ("reconcile", [*gangqu, "reconcile"], "import geopandas", 1.5),
        ("build", [*gangqu, "build"], "import geopandas, folium", 2.5),
    )
    rounds = size.rounds * 3
    for row, command, code, most in pairs:
        work = {"ours": process(command), "bare": process([*python, code])}
        times = fastest(work, rounds)
        table.growth(row, 1, times["ours"] / times["bare"], most=most)


def process(command: list[str]) -> Work:
    """Return the work of running a command, its modules compiled as after anybody's first run."""
    usual = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def run() -> None:
        subprocess.run(command, capture_output=True, check=False, env=usual)

    return run


def peak_mb(what: str, path: Path) -> float:
    """Return the peak memory of a process that does one piece of work on a file, MB."""
    code = f"import sys; sys.path.insert(0, {str(ROOT / 'benchmarks')!r}); import ours; "
    code += f"ours.alone({what!r}, {str(path)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    return float(done.stdout) / 1024


def main() -> None:
    """Run all rows and print, or write, the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    chosen = parser.parse_args()
    size = SIZES[chosen.size]
    gc.set_threshold(*COLLECTING)  # as every command does
    with postgis.server() as server, tempfile.TemporaryDirectory() as folder:
        table = report.Table(chosen.size, server.version() if server else "no PostGIS server")
        areas(size, server, table)
        disk(size, table, Path(folder))
        topology(size, server, table, Path(folder))
        change(size, table, Path(folder))
        cold_start(size, table)
    print(table.text())
    if chosen.write:
        report.write(table)


if __name__ == "__main__":
    main()
