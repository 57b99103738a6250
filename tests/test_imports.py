"""The structure: imports go to a lower rank only, and heavy libraries stay where they belong.

A *unit* is a module of the package, or a sub-package with all that is in it.  Imports between
units go strictly downwards, whether they stand at the top of a file or within a function; within
a sub-package there are no cycles.  What only type checkers see (TYPE_CHECKING) does not count.
"""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "gangqu_gis"

#: From the lowest rank up.  A new unit takes the lowest rank above everything that it imports.
RANKS: tuple[frozenset[str], ...] = tuple(
    frozenset(row.split())
    for row in (
        "dates messages expressions intervals gcj02 people sameness",
        "errors units checks findings landuse arrow_values",
        "clock documents files crs rules dimensions gdal",
        "zones engine geo_metadata",
        "workspace schema figures chain datum_shift measure drafts",
        "formats records fieldnames",
        "layerfile",
        "attributes columns layers history readings register rulebook sample blank",
        "causes consistency tolerance",
        "evidence changes store plan area_causes soundness",
        "fileareas",
        "arrivals targets validity replay",
        "projects reconcile bounds topology",
        "market parcel_limits",
        "counted_once",
        "compliance",
        "assessment",
        "progress",
        "charts supply",
        "progress_charts",
        "gate update decisions differences frames",
        "approval",
        "report webmap",
        "publicsheet publish export",
        "cli",
        "__main__",
    )
)

#: Where a library may be imported: a module, or a sub-package with a slash at its end.
HOMES: dict[str, tuple[str, ...]] = {
    "click": ("cli/",),
    "rich": ("cli/", "report/"),
    "openpyxl": ("formats/sheets.py", "report/", "formats/records.py", "export/workbook.py"),
    "folium": ("webmap/",),
    "branca": ("webmap/",),
    "xstatic": ("webmap/",),
    "matplotlib": ("publicsheet/",),
    "fiona": ("formats/stream.py",),
    "pyogrio": ("formats/", "gdal.py", "layerfile/geopackage.py"),
    "pyarrow": (
        *("gdal.py", "formats/batches.py", "formats/parquet.py", "fileareas/result_table.py"),
        *("formats/partitioned.py", "layerfile/"),
    ),
    "ezdxf": ("formats/drawing.py", "formats/drawing_entities.py", "export/dxf.py"),
    "geopandas": ("frames.py",),
    "pandas": ("formats/",),
    "pyproj": ("crs.py",),
    "filelock": ("store.py",),
    "numba": ("measure/",),
    "dask": ("engine.py",),
    "dask_geopandas": ("fileareas/partitions.py", "engine.py"),
    "distributed": ("engine.py",),
}

#: What a person who only asks for help must not wait for.
HEAVY = {
    *("numpy", "shapely", "pyproj", "geopandas", "pandas", "folium", "fiona", "pyogrio"),
    *("matplotlib", "openpyxl", "rich", "numba", "pyarrow", "dask", "ezdxf"),
}


@dataclass(frozen=True)
class Import:
    """One import: by which file, of what (a module's full name), and whether on loading."""

    file: str
    line: int
    name: str
    on_loading: bool


@cache
def modules() -> dict[str, Path]:
    """Every module of the package by its full name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    return found


@cache
def imports() -> tuple[Import, ...]:
    """Every import of the package that runs."""
    return tuple(
        found
        for path in modules().values()
        for found in imports_of(
            path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8")
        )
    )


def imports_of(file: str, source: str) -> Iterator[Import]:
    """The imports of one file, relative ones among them."""
    package = ["gangqu_gis", *Path(file).parts[:-1]]
    for node, on_loading in running(ast.parse(source), True):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, alias.name, on_loading)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                stem = package[: len(package) + 1 - node.level]
                base = ".".join([*stem, base] if base else stem)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                name = full if full in modules() else base
                yield Import(file, node.lineno, name, on_loading)


def running(node: ast.AST, on_loading: bool) -> Iterator[tuple[ast.AST, bool]]:
    """Every node that can run, and whether it does when the module is loaded."""
    yield node, on_loading
    if isinstance(node, ast.If) and is_type_checking(node.test):
        children: list[ast.AST] = list(node.orelse)
    else:
        children = list(ast.iter_child_nodes(node))
    later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for child in children:
        yield from running(child, on_loading and not later)


def is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def unit_of(name: str) -> str:
    """The unit of a module: ``gangqu_gis.webmap.page`` belongs to ``webmap``."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def module_of(file: str) -> str:
    parts = Path(file).with_suffix("").parts
    return ".".join(("gangqu_gis", *parts)).removesuffix(".__init__")


def own(found: Import) -> bool:
    return found.name.split(".")[0] == "gangqu_gis"


def rank_of(unit: str) -> int:
    (rank,) = [n for n, units in enumerate(RANKS) if unit in units]
    return rank


def test_every_unit_has_one_rank() -> None:
    units = {unit_of(name) for name in modules()} - {""}
    ranked = [unit for units_ in RANKS for unit in units_]
    assert len(ranked) == len(set(ranked))
    # A unit that is new takes the lowest rank above everything that it imports.
    assert units - set(ranked) == set()


def test_imports_go_to_a_lower_rank() -> None:
    upwards = []
    for found in imports():
        source, target = unit_of(module_of(found.file)), unit_of(found.name)
        if not own(found) or source == target or target == "" or source == "":
            continue
        if rank_of(source) <= rank_of(target):
            upwards.append(f"{found.file}:{found.line} ({source}) imports {target}")
    assert upwards == []


def test_the_package_itself_loads_nothing_of_its_own() -> None:
    loaded = [f for f in imports() if f.file == "__init__.py" and own(f)]
    assert loaded == []


def test_there_are_no_cycles() -> None:
    edges: dict[str, set[str]] = {name: set() for name in modules()}
    for found in imports():
        if own(found) and found.on_loading and found.name in edges:
            edges[module_of(found.file)].add(found.name)
    assert cycle_in(edges) == []


def cycle_in(edges: dict[str, set[str]]) -> list[str]:
    """The modules that remain when every module without open imports is taken away."""
    open_ = {name: set(targets) - {name} for name, targets in edges.items()}
    while True:
        done = {name for name, targets in open_.items() if not targets}
        if not done:
            return sorted(open_)
        open_ = {name: targets - done for name, targets in open_.items() if name not in done}


def test_libraries_stay_where_they_belong() -> None:
    astray = []
    for found in imports():
        homes = HOMES.get(found.name.split(".")[0])
        if homes is not None and not any(
            found.file.startswith(home) if home.endswith("/") else found.file == home
            for home in homes
        ):
            astray.append(f"{found.file}:{found.line} imports {found.name}")
    assert astray == []


def test_every_library_is_declared() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = settings["options.extras_require"]
    optional = "\n".join(extras[name] for name in extras if name != "test")
    required = (settings["options"]["install_requires"] + "\n" + optional).lower().split("\n")
    names = (re.split(r"[<>=!~\[; ]", line.strip())[0] for line in required if line.strip())
    declared = {name for own in names for name in (own, own.replace("-", "_"), own.split("-")[0])}
    known = set(sys.stdlib_module_names) | {"gangqu_gis"}
    used = {found.name.split(".")[0] for found in imports()} - known
    assert used - declared == set()


def test_the_reader_of_imports_sees_what_runs_and_only_that() -> None:
    source = """
from typing import TYPE_CHECKING
import typing
if TYPE_CHECKING:
    import one
if typing.TYPE_CHECKING:
    import two
else:
    import three
try:
    from . import errors
except ImportError:
    import four
def late():
    from ..webmap import page
    class Inner:
        import five
class Outer:
    import six
"""
    found = {(i.name, i.on_loading) for i in imports_of("formats/stream.py", source)}
    assert found == {
        ("typing", True),
        ("three", True),
        ("gangqu_gis.formats", True),
        ("four", True),
        ("gangqu_gis.webmap.page", False),
        ("five", False),
        ("six", True),
    }


def test_a_cycle_would_be_found() -> None:
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]
    assert cycle_in({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--lang", "en", "--help"],
        ["reconcile", "--help"],
        ["--version"],
        ["history", "log"],
        ["history", "verify"],
    ],
    ids=" ".join,
)
def test_help_and_history_load_no_heavy_library(arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "from gangqu_gis.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as stop:\n"
        "    assert stop.code == 0, stop.code\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    loaded = set(done.stderr.split())
    assert "click" in loaded and "gangqu_gis" in loaded
    assert loaded & HEAVY == set()
    assert done.stdout.strip()


def test_the_package_loads_no_library() -> None:
    script = "import sys, gangqu_gis; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) & (HEAVY | {"click"}) == set()
