"""Fixtures of all tests: workspaces to read or to spoil, and the command line in process."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cases import ROOT, SECOND, Command, SmallWorkspace
from hypothesis import HealthCheck, settings

settings.register_profile(
    "gangqu",
    deadline=None,
    derandomize=True,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("gangqu")


@pytest.fixture
def small(tmp_path: Path) -> SmallWorkspace:
    """A small workspace to fill and write."""
    return SmallWorkspace(tmp_path / "small")


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """A copy of the second workspace, of another, invented place."""
    return Path(shutil.copytree(SECOND, tmp_path / "second"))


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped workspace; tests only read it."""
    root = tmp_path_factory.mktemp("shipped")
    shutil.copytree(ROOT / "data", root / "data")
    (root / "maps").mkdir()
    return root


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that lies in no workspace."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """The command line, in process."""
    return Command(monkeypatch, capfd)
