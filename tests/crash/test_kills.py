"""Killed before each file operation of a write in turn: nothing is lost, nothing is half done."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cases import ROOT
from scenarios import SCENARIOS

#: Kills of each scenario; together they are more than 200, at every file operation of a write.
LEAST_KILLS = 45


def killed(scenario: str, folder: Path, *words: str) -> list[list[Any]]:
    """Run one scenario, killed before each of its file operations, and return what was found."""
    return found_by("kills.py", folder, scenario, str(folder), *words)


def found_by(script: str, folder: Path, *words: str) -> list[list[Any]]:
    """Run a script of kills on a copy of the shipped plan in ``folder``."""
    shutil.copytree(ROOT / "data", folder / "workspace" / "data")
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name(script)), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(row) for row in done.stdout.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_kill_at_any_file_operation_loses_nothing(scenario: str, tmp_path: Path) -> None:
    """The layer is the old one or the new one, whole, at the instant of the kill; after recovery
    layer and history agree, both old or both new, and nothing is left lying about.
    """
    runs = killed(scenario, tmp_path)
    assert len(runs) > LEAST_KILLS
    assert [run for run in runs if not run[2] or run[4]] == []
    assert {run[1] for run in runs[:-1]} == {-signal.SIGKILL} and runs[-1][1] == 0
    assert {run[3] for run in runs} == {0, 1}, "some are taken back, some are finished"


@pytest.mark.slow
def test_an_edit_made_elsewhere_after_the_kill_is_never_touched(tmp_path: Path) -> None:
    runs = killed("second_update", tmp_path, "foreign")
    assert len(runs) > LEAST_KILLS
    assert [run for run in runs if not run[2] or not run[3]] == []
    assert {run[4] for run in runs} == {True, False}, "with a journal it is refused"


@pytest.mark.slow
def test_a_conversion_killed_at_any_file_operation_is_finished_by_the_next(tmp_path: Path) -> None:
    runs = found_by("conversions.py", tmp_path, str(tmp_path))
    assert len(runs) > 20
    assert [run for run in runs if not run[2] or run[4]] == []
    assert {run[1] for run in runs[:-1]} == {-signal.SIGKILL} and runs[-1][1] == 0
    assert {run[3] for run in runs} == {".geojson", ".gpkg"}


def test_the_scenarios_together_are_killed_more_than_two_hundred_times() -> None:
    assert LEAST_KILLS * len(SCENARIOS) > 200
