"""The table of the benchmark: ratios, what was promised, and where they were measured."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from parcels import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- table -->", "<!-- end of the table -->"

WORDS = {
    "area_numpy": "ellipsoidal area of geometries in memory, numpy only",
    "area_fast": "the same with the extra `fast`",
    "area_wkb": "the same from Arrow WKB in memory, with `fast`",
    "disk": "GeoPackage on disk to both areas, stated area, verdict",
    "topology": "overlaps and gaps, planted faults, all found and none invented",
    "topology_large": "the same, ten times as many parcels",
    "change": "an update of a hundredth of a layer, all checks, before and after",
    "help": "`gangqu --help`",
    "reconcile": "`gangqu reconcile` on the shipped plan",
    "build": "`gangqu build` on the shipped plan",
}
OTHERS = {
    "PostGIS": "PostGIS, one worker",
    "Geod": "pyproj Geod, a loop",
    "DuckDB": "DuckDB spatial, two threads",
    "geopandas": "geopandas",
}
BASES = {
    "topology_large": "its own time at a tenth",
    "change": "a full check of one state",
    "help": "`python -c pass`",
    "reconcile": "`import geopandas`",
    "build": "`import geopandas, folium`",
}
PACKAGES = ("numpy", "shapely", "pyproj", "pyogrio", "pyarrow", "numba", "geopandas", "duckdb")


@dataclass
class Table:
    """Rows as they are measured."""

    size: str
    server: str
    rows: list[tuple[str, ...]] = field(default_factory=list)
    peaks: dict[str, float] = field(default_factory=dict)

    def add(
        self,
        row: str,
        number: int,
        own: float,
        others: dict[str, float],
        targets: dict[tuple[str, str], float],
    ) -> None:
        """Add how many times faster than each contender we are."""
        for name, taken in others.items():
            ratio, least = taken / own, targets.get((row, name))
            promised = "" if least is None else f"≥ {least:g} ×"
            met = "" if least is None else ("yes" if ratio >= least else "**no**")
            cells = (WORDS[row], f"{number:,}", OTHERS[name], f"{ratio:.1f} × faster")
            self.rows.append((*cells, promised, met))

    def growth(self, row: str, number: int, ratio: float, *, most: float) -> None:
        """Add how many times as long as its base something takes."""
        met = "yes" if ratio <= most else "**no**"
        cells = (WORDS[row], f"{number:,}", BASES[row], f"{ratio:.2f} × as long")
        self.rows.append((*cells, f"≤ {most:g} ×", met))

    def peak(self, row: str, megabytes: float) -> None:
        """Remember a peak of memory, MB."""
        self.peaks[row] = megabytes

    def text(self) -> str:
        """Return the table in Markdown."""
        head = ("work", "features", "beside", "ratio", "target", "met")
        lines = [head, ("---",) * len(head), *self.rows]
        table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        peaks = "; ".join(f"{WORDS[row]}: {mb:,.0f} MB" for row, mb in self.peaks.items())
        memory = f"Peak memory of a process that reads its parcels and does this: {peaks}."
        return f"{table}\n\n{memory}\n\n{self._where()}"

    def _where(self) -> str:
        found = []
        for name in PACKAGES:
            try:
                found.append(f"{name} {version(name)}")
            except PackageNotFoundError:
                found.append(f"no {name}")
        machine = f"{platform.system()} {platform.machine()}, two cores ({_processor()})"
        return f"{machine}; Python {platform.python_version()}; {', '.join(found)}; {self.server}."


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((ln.split(":")[1].strip() for ln in lines if ln.startswith("model name")), "?")


def write(table: Table) -> None:
    """Put the table into docs/performance.md, between its marks."""
    page = PAGE.read_text(encoding="utf-8")
    head, tail = page[: page.index(BEGIN)], page[page.index(END) :]
    PAGE.write_text(f"{head}{BEGIN}\n\n{table.text()}\n\n{tail}", encoding="utf-8", newline="\n")
