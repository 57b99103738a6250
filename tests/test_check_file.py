"""``gangqu check --file``: the topology of any polygon file, in metres on the ground."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from cases import Command, box, polygon


def written(folder: Path, *shapes: Any, epsg: int | None = None, name: str = "lots.gpkg") -> Path:
    path = folder / name
    frame = geopandas.GeoDataFrame(
        {"DKBH": [f"d{n}" for n in range(len(shapes))]}, geometry=list(shapes), crs=4549
    )
    (frame if epsg is None else frame.to_crs(epsg)).to_file(path)
    return path


def findings(command: Command, path: Path, *words: str) -> tuple[int, list[dict[str, Any]]]:
    run = command("check", "--file", path, *words, "--format", "json", cwd=path.parent)
    return run.code, json.loads(run.out)["findings"]


GRID = [box(0, 0, 100), box(100, 0, 100), box(0, 100, 100), box(100, 100, 100)]


@pytest.mark.parametrize("epsg", [None, 4490, 4528, 4326])
def test_a_clean_grid_is_clean_in_any_crs(
    tmp_path: Path, command: Command, epsg: int | None
) -> None:
    """A difference of digits below the tolerance is no finding."""
    path = written(tmp_path, *GRID, epsg=epsg)
    assert findings(command, path, "--coverage") == (0, [])


@pytest.mark.parametrize("epsg", [None, 4490])
def test_an_overlap_with_its_area(tmp_path: Path, command: Command, epsg: int | None) -> None:
    """3 m × 100 m = 300 m², whatever the units of the coordinates."""
    path = written(tmp_path, box(0, 0, 103, 100), box(100, 0, 100), epsg=epsg)
    code, found = findings(command, path)
    assert code == 1
    (overlap,) = found
    assert overlap["rule"] == "topology.overlap"
    assert overlap["measured"] == pytest.approx(300, abs=0.5)
    assert "d0" in overlap["message"] and "d1" in overlap["message"]


def test_a_gap_only_where_a_coverage_is_asked_for(tmp_path: Path, command: Command) -> None:
    ring = [box(0, 0, 300, 100), box(0, 200, 300, 100), box(0, 100, 100), box(200, 100, 100)]
    path = written(tmp_path, *ring)
    assert findings(command, path) == (0, [])
    code, found = findings(command, path, "--coverage")
    assert code == 1
    assert {f["rule"] for f in found} >= {"topology.gap"}
    gap = next(f for f in found if f["rule"] == "topology.gap")
    assert gap["measured"] == pytest.approx(10_000, abs=1)


def test_null_lines_and_bow_ties_are_findings(tmp_path: Path, command: Command) -> None:
    bow_tie = polygon((0, 300), (9, 309), (9, 300), (0, 309))
    line = shapely.LineString([(604000, 3387000), (604009, 3387000)])
    path = written(tmp_path, box(0, 0, 100), None, line, bow_tie)
    code, found = findings(command, path)
    assert code == 1
    assert {f["rule"] for f in found} == {"geometry.valid", "geometry.type", "topology.invalid"}


def test_the_text_says_where_and_what_to_do(tmp_path: Path, command: Command) -> None:
    path = written(tmp_path, box(0, 0, 103, 100), box(100, 0, 100))
    run = command("check", "--file", path, cwd=tmp_path)
    assert run.code == 1 and "→" in run.out and "300.00" in run.out


@pytest.mark.parametrize("words", [["--coverage"], ["--layer", "x"], ["--crs", "EPSG:4549"]])
def test_options_of_a_file_need_a_file(shipped: Path, command: Command, words: list[str]) -> None:
    assert command("check", *words, cwd=shipped).code == 2
