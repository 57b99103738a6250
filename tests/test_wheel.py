"""The wheel: it carries the plan and the page's files, and works with no checkout near."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cases import ROOT

Runner = Callable[..., subprocess.CompletedProcess[str]]


def declared() -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def test_every_package_with_python_files_is_declared() -> None:
    listed = set(declared()["options"]["packages"].split())
    folders = {p.parent for p in (ROOT / "gangqu_gis").rglob("*.py")}
    found = {".".join(folder.relative_to(ROOT).parts) for folder in folders}
    assert found <= listed, "setup.cfg, [options] packages"


def test_every_file_of_the_data_is_declared() -> None:
    """Each folder of data/ is a package, and each file's ending is in its package_data."""
    config = declared()
    listed = set(config["options"]["packages"].split())
    for path in (ROOT / "data").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            folder = path.parent.relative_to(ROOT)
            package = ".".join(("gangqu_gis", *folder.parts))
            assert package in listed, path
            patterns = config["options.package_data"][package].split()
            assert any(path.match(pattern) for pattern in patterns), path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the repository, without anything that is not committed work."""
    base = tmp_path_factory.mktemp("wheel")
    source = base / "source"
    skipped = shutil.ignore_patterns(
        ".*", "build", "dist", "*.egg-info", "__pycache__", "tests", "index.html"
    )
    shutil.copytree(ROOT, source, ignore=skipped)
    command = [
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
        "--no-index", "--wheel-dir", str(base), str(source),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and "bdist_wheel" in done.stderr + done.stdout:
        command = [part for part in command if part not in ("--no-build-isolation", "--no-index")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = base.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the wheel's files as pip lays them out."""
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, "--target", str(target), str(wheel)], check=True)
    return target


@pytest.fixture(scope="module")
def run(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """Runs Python on the installed wheel alone: site is off, so no editable finder is active."""
    away = tmp_path_factory.mktemp("away")
    libraries = [p for p in sys.path if p.endswith("-packages")]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("GANGQU_", "PYTHON"))}
    environment |= {
        "PYTHONPATH": os.pathsep.join([str(installed), *libraries]),
        "PYTHONIOENCODING": "utf-8",
    }

    def start(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-S", "-P", *map(str, arguments)]
        return subprocess.run(
            command, cwd=away, env=environment, capture_output=True, encoding="utf-8", check=False
        )

    return start


@pytest.mark.slow
def test_wheel_carries_the_data_and_the_files_of_the_page(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    source = wheel.parent / "source"
    for path in (source / "data").rglob("*"):
        if path.is_file():
            assert f"gangqu_gis/data/{path.relative_to(source / 'data').as_posix()}" in names
    for path in (source / "gangqu_gis").rglob("*"):
        if path.is_file() and path.suffix != ".part":
            assert path.relative_to(source).as_posix() in names
    foreign = {n for n in names if not n.startswith(("gangqu_gis/", "gangqu_gis-"))}
    assert not foreign and not any("tests/" in n or n.endswith(".html") for n in names)


@pytest.mark.slow
def test_it_is_the_wheel_that_runs(run: Runner, installed: Path) -> None:
    done = run("-c", "import gangqu_gis; print(gangqu_gis.__file__)")
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(installed)
    data = run("-c", "from gangqu_gis.workspace import bundled_data; print(bundled_data())")
    assert Path(data.stdout.strip()) == installed / "gangqu_gis" / "data"


@pytest.mark.slow
def test_wheel_makes_reconciles_and_builds_a_workspace(run: Runner, tmp_path: Path) -> None:
    target = tmp_path / "港区"
    made = run("-m", "gangqu_gis", "init", target)
    assert (made.returncode, made.stderr) == (0, "")
    files = {p.relative_to(target) for p in target.rglob("*") if p.is_file()}
    source = {
        p.relative_to(ROOT)
        for p in (ROOT / "data").rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    assert files == source
    checked = run("-m", "gangqu_gis", "--workspace", target, "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    reconciled = run("-m", "gangqu_gis", "--workspace", target, "reconcile")
    assert (reconciled.returncode, reconciled.stderr) == (1, "")
    assert "2.24平方公里" in reconciled.stdout and "268.81" in reconciled.stdout
    built = run("-m", "gangqu_gis", "--workspace", target, "build")
    assert (built.returncode, built.stderr) == (0, "")
    assert (target / "maps" / "index.html").stat().st_size > 50_000


@pytest.mark.slow
def test_script_is_installed(installed: Path) -> None:
    scripts = [p.stem for p in (installed / "bin").iterdir()]
    assert "gangqu" in scripts
