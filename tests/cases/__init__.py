"""What cases are made of and run in: a grid in metres, a small workspace, the command line.

A layer dropped into ``pass`` or a folder dropped into ``fail`` is a test (test_layers.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

ROOT = Path(__file__).resolve().parents[2]
SECOND = ROOT / "tests" / "second_workspace"

#: South-west corner of every hand-drawn grid, metres in EPSG:4549 (near 乍浦, 121.08°E 30.6°N).
EAST, NORTH = 604000.0, 3387000.0

URN = "urn:ogc:def:crs:EPSG::4490"


def box(x: float, y: float, width: float, height: float | None = None) -> Any:
    """Return a rectangle of the grid, its corner (x, y) metres from the grid's corner."""
    top = width if height is None else height
    return shapely.box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + top)


def polygon(*points: tuple[float, float]) -> Any:
    """Return a polygon of the grid from points in metres from the grid's corner."""
    return shapely.Polygon([(EAST + x, NORTH + y) for x, y in points])


def column(*shapes: Any) -> NDArray[np.object_]:
    """Return shapes as the array that the library takes."""
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def in_degrees(shape: Any, *, epsg: int = 4549) -> Any:
    """Return a shape in metres as it is stored: EPSG:4490, (lon, lat)."""
    change = Transformer.from_crs(epsg, 4490, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(change.transform(*xy.T)))


def feature(
    id_: str, shape: Any, *, kind: str = "lot", epsg: int = 4549, **attributes: Any
) -> dict[str, Any]:
    """Return a valid GeoJSON feature of the small workspace; ``shape`` in metres or ``None``."""
    properties: dict[str, Any] = {"id": id_, "kind": kind, "name": f"名称{id_}"}
    properties |= {"basis": "schematic", "uncertainty_m": 10, "source": "试验"}
    if attributes.get("basis", "schematic") != "schematic":
        del properties["uncertainty_m"]
    properties |= attributes
    geometry = None
    if shape is not None:
        geometry = json.loads(shapely.to_geojson(in_degrees(shape, epsg=epsg)))
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def layer_text(features: Sequence[Any], **members: Any) -> str:
    """Return a stored layer, one feature a line from line 2 on; ``members`` override its head."""
    head = {
        "type": "FeatureCollection",
        "name": "lots",
        "crs": {"type": "name", "properties": {"name": URN}},
    } | members
    start = json.dumps({k: v for k, v in head.items() if v is not ...}, ensure_ascii=False)
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in features)
    return f'{start[:-1]}, "features": [\n{rows}\n]}}\n'


SMALL_WORKSPACE = """\
authority = "试验局"
title = "试验规划"
title_en = "Trial plan"
place = "试验区"
place_en = "Trial district"
plan_version = "2020-01-01"
plan_period = [2021, 2025]
data_date = "2026-01-01"
planar_crs = "EPSG:4549"
extent = [120.9, 30.5, 121.3, 30.75]
draft_notice = "内部使用"
draft_notice_en = "Internal use"

[expected]

[layers]
lots = "lots.geojson"
lines = "lines.geojson"

[conventions]
approximate_percent = "1"

[tolerance]
point_error_m = "0.05"
map_error_m = "0.0003"
largest_share = "0.005"
stored_coordinate_m = "0.001"
"""

SMALL_SCHEMA = """\
[[kind]]
id = "lot"
layer = "lots"
zh = "地块"
en = "lot"
geometry = "polygon"
land_use = "07"
fields = ["storeys", "renewed"]

[[kind]]
id = "road"
layer = "lines"
zh = "道路"
en = "road"
geometry = "line"
land_use = "1207"
may_overlap = "any"
fields = []
"""

SMALL_VOCABULARY = """\
[[subject]]
id = "lot_a"
zh = "甲地块"
en = "Lot A"

[[quantity]]
id = "land"
zh = "用地面积"
en = "land area"
dimension = "area"
"""


def _fields_of_the_shipped_schema() -> str:
    source = (ROOT / "data" / "schema.toml").read_text(encoding="utf-8")
    blocks = source.split("[[field]]")[1:]
    shared = ["[[field]]" + block for block in blocks if "common = true" in block]
    own = '[[field]]\nname = "storeys"\nzh = "层数"\nen = "Storeys"\ntype = "integer"\nminimum = 1\n'
    own += '\n[[field]]\nname = "renewed"\nzh = "已改造"\nen = "Renewed"\ntype = "flag"\n'
    return "\n".join([*shared, own])


@dataclass
class Stated:
    """A figure of the small workspace and the features it is measured by."""

    id: str
    printed: str
    unit: str
    features: Sequence[str]
    qualifier: str = ""
    more: str = ""

    def figure(self) -> str:
        """Return the entry of the register."""
        lines = [
            "[[place.figure]]",
            f'id = "{self.id}"',
            f'printed = "{self.printed}"',
            f'unit = "{self.unit}"',
            'subject = "lot_a"',
            'quantity = "land"',
        ]
        return "\n".join([*lines, *([f'qualifier = "{self.qualifier}"'] * bool(self.qualifier))])

    def rule(self) -> str:
        """Return the area rule that compares it with the features."""
        return "\n".join(
            [
                "[[rule]]",
                f'id = "{self.id}_area"',
                'kind = "area"',
                f'title = "{self.id}的面积"',
                f'figure = "{self.id}"',
                f"features = {json.dumps(list(self.features))}",
                'because = "试验"',
                self.more,
            ]
        )


@dataclass
class SmallWorkspace:
    """Writes a workspace of lots and roads, EPSG:4549, with nothing wrong in it."""

    root: Path
    lots: list[Any] = field(default_factory=list)
    lines: list[Any] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    marker: str = SMALL_WORKSPACE
    schema: str = ""

    def whole_schema(self) -> str:
        """Return the schema with what ``schema`` adds to it."""
        return SMALL_SCHEMA + "\n" + _fields_of_the_shipped_schema() + "\n" + self.schema

    def write(self) -> Path:
        """Write the files and return the workspace's root."""
        plan = self.root / "data" / "plan"
        (plan / "figures").mkdir(parents=True, exist_ok=True)
        first = Stated("unused", "1", "公顷", [])
        figures = [s.figure() for s in self.stated or [first]]
        place = '[[place]]\nchapter = "第一章"\nsection = "第一节"\nat = "第一段"\n\n'
        texts = {
            "workspace.toml": self.marker,
            "schema.toml": self.whole_schema(),
            "lots.geojson": layer_text(self.lots),
            "lines.geojson": layer_text(self.lines, name="lines"),
            "plan/vocabulary.toml": SMALL_VOCABULARY,
            "plan/enumerations.toml": "",
            "plan/figures/1.toml": place + "\n\n".join(figures) + "\n",
            "plan/rules.toml": "\n\n".join(s.rule() for s in self.stated) + "\n",
        }
        for name, text in texts.items():
            (self.root / "data" / name).write_text(text, encoding="utf-8")
        return self.root


@dataclass(frozen=True)
class Run:
    """What a run of ``gangqu`` gave."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Return the output, parsed strictly: no NaN, no Infinity."""

        def refuse(constant: str) -> None:
            raise AssertionError(f"{constant} is no JSON")

        return json.loads(self.out, parse_constant=refuse)


def gangqu_bytes(
    *arguments: object, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run ``gangqu`` as its users do and return the raw outcome."""
    command = [sys.executable, "-m", "gangqu_gis", *map(str, arguments)]
    own = {k: v for k, v in os.environ.items() if not k.startswith(("GANGQU_", "PYTHON"))}
    own |= {"PYTHONIOENCODING": "utf-8"} | dict(env or {})
    return subprocess.run(command, cwd=cwd, env=own, capture_output=True, check=False)


def gangqu(*arguments: object, cwd: Path, env: Mapping[str, str] | None = None) -> Run:
    """Run ``gangqu``; stderr must never hold a traceback or a Python warning."""
    done = gangqu_bytes(*arguments, cwd=cwd, env=env)
    run = Run(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
    assert "Traceback" not in run.err + run.out
    assert "Warning" not in run.err
    return run


def refusal(run: Run, code: int) -> str:
    """Return the one line of a run that was refused with ``code``."""
    assert run.code == code, (run.code, run.err, run.out[:400])
    lines = run.err.splitlines()
    assert len(lines) == 1 and lines[0].strip(), run.err
    assert run.out == ""
    return lines[0]


class Command:
    """Runs ``gangqu`` inside the test's own process: the same ``main``, without the start-up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capture = capfd

    def __call__(self, *arguments: object, cwd: Path) -> Run:
        """Run one command in ``cwd``."""
        from gangqu_gis.cli import main

        self._monkeypatch.chdir(cwd)
        self._monkeypatch.setattr(sys, "argv", ["gangqu", *map(str, arguments)])
        self._capture.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = self._capture.readouterr()
        code = stop.value.code
        return Run(code if isinstance(code, int) else 0, out, err)
