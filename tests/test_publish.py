"""The package to hand on: what is in it, its name, its bytes, and what it never overwrites."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from browser.webmap_cases import PAGES, hostile, real
from cases import ROOT, Command

from gangqu_gis.assessment import assess
from gangqu_gis.errors import RefusedError
from gangqu_gis.plan import digest_of, load_plan
from gangqu_gis.publish import package, package_name, write_package, zip_of
from gangqu_gis.sample import create_sample
from gangqu_gis.workspace import open_workspace

MAPS = sorted(PAGES)


@cache
def files() -> dict[str, bytes]:
    return package(real(), lang="zh")


def tree(folder: Path) -> dict[str, bytes]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(found)}


def test_package_holds_maps_reports_and_a_word_about_them() -> None:
    reports = [f"reports/reconciliation.{form}" for form in ("html", "json", "txt", "xlsx")]
    assert sorted(files()) == ["README.txt", *(f"maps/{name}.html" for name in MAPS), *reports]
    words = files()["README.txt"].decode("utf-8-sig")
    for part in (
        "2026-11-23",
        "2021-04-07 印发本",
        "内部使用 未经审图 不得公开",
        "maps/index.html",
    ):
        assert part in words
    assert json.loads(files()["reports/reconciliation.json"])["checks"]


NAME = package_name(real())


def test_the_name_is_the_data_date_and_the_digest_of_the_data() -> None:
    assert NAME == f"2026-11-23-{digest_of(ROOT / 'data')[:12]}"
    assert not set(package_name(hostile())) & set('/\\:*?"<>|{} ')
    plan = real().plan
    named = replace(real(), plan=replace(plan, workspace=replace(plan.workspace, data_date="../x")))
    assert package_name(named) == f"x-{real().plan.digest[:12]}"


def test_folder_and_zip_hold_the_same_and_are_stable(tmp_path: Path) -> None:
    for target in ("a", "b"):
        write_package(tmp_path / target, real(), files())
    first, second = tree(tmp_path / "a"), tree(tmp_path / "b")
    assert first == second
    assert package(real(), lang="zh") == files()
    with zipfile.ZipFile(io.BytesIO(first[f"{NAME}.zip"])) as archive:
        assert archive.testzip() is None
        zipped = {info.filename: archive.read(info) for info in archive.infolist()}
        assert {info.date_time for info in archive.infolist()} == {(2026, 11, 23, 0, 0, 0)}
    assert zipped == {name: raw for name, raw in first.items() if name != f"{NAME}.zip"}
    assert not [name for name in first if name.startswith(".")]


def test_what_is_reported_of_the_plan_is_evaluated_in_the_package(tmp_path: Path) -> None:
    create_sample(tmp_path / "w")
    sample = assess(load_plan(open_workspace(tmp_path / "w")))
    found = package(sample, lang="zh")
    assert {name for name in found if "progress." in name} == {
        "maps/progress.html",
        *(f"reports/progress.{form}" for form in ("html", "json", "txt", "xlsx")),
    }
    told = json.loads(found["reports/progress.json"])
    assert told["as_of"] == "2023-06-30" and told["projects"]
    text = found["reports/progress.txt"].decode("utf-8")
    assert told["projects"][0]["id"] in text
    assert not [line for line in text.splitlines() if line != line.rstrip()]


def test_a_file_is_no_folder_to_publish_into(command: Command, workspace: Path) -> None:
    file = workspace.parent / "out"
    file.write_text("keep", encoding="utf-8")
    for target in (file, file / "deeper"):
        run = command("publish", target, cwd=workspace)
        assert run.code == 2 and "不是目录" in run.err and len(run.err.splitlines()) == 1
    assert file.read_text(encoding="utf-8") == "keep"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    taken = tmp_path / NAME
    taken.mkdir()
    (taken / "note.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(RefusedError):
        write_package(tmp_path, real(), files())
    assert tree(tmp_path) == {f"{NAME}/note.txt": b"keep"}
    (taken / "note.txt").unlink()
    (tmp_path / f"{NAME}.zip").write_bytes(b"keep")
    with pytest.raises(RefusedError):
        write_package(tmp_path, real(), files())
    (tmp_path / f"{NAME}.zip").unlink()
    write_package(tmp_path, real(), files())
    assert len(tree(taken)) == len(files())


def test_zip_does_not_depend_on_the_order_of_files() -> None:
    day = date(2026, 1, 2)
    backwards = {"b": b"2", "a": b"1"}
    assert zip_of("n", {"a": b"1", "b": b"2"}, day=day) == zip_of("n", backwards, day=day)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "data", tmp_path / "w" / "data")
    return tmp_path / "w"


def test_the_command_writes_says_and_refuses(command: Command, workspace: Path) -> None:
    target = workspace.parent / "out"
    done = command("publish", target, cwd=workspace)
    assert done.code == 0 and f"{NAME}.zip" in done.out
    assert "reports/reconciliation.txt" in tree(target / NAME)
    again = command("publish", target, cwd=workspace)
    assert again.code == 4 and len(again.err.strip().splitlines()) == 1


@pytest.mark.parametrize("file", ["plan/rules.toml", "parcels.geojson", "workspace.toml"])
def test_any_change_of_the_data_changes_the_name(workspace: Path, file: str) -> None:
    path = workspace / "data" / file
    before = digest_of(workspace / "data")
    path.write_bytes(path.read_bytes() + b"\n")
    assert digest_of(workspace / "data") != before
    after = digest_of(workspace / "data")
    (workspace / "data" / ".lock").write_bytes(b"x")
    assert digest_of(workspace / "data") == after


def test_the_map_command_writes_every_page(
    command: Command, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GANGQU_TIANDITU_TOKEN", raising=False)
    done = command("map", "--lang", "en", cwd=workspace)
    assert done.code == 0
    assert sorted(path.stem for path in (workspace / "maps").glob("*.html")) == MAPS
    assert '<html lang="en">' in (workspace / "maps" / "parcels.html").read_text(encoding="utf-8")
    without = command("map", "--basemap", "tianditu", cwd=workspace)
    assert without.code == 2 and len(without.err.strip().splitlines()) == 1
    monkeypatch.setenv("GANGQU_TIANDITU_TOKEN", "0123456789abcdef")
    with_token = command("map", "--basemap", "tianditu", cwd=workspace)
    assert with_token.code == 0
    assert "0123456789abcdef" in (workspace / "maps" / "index.html").read_text(encoding="utf-8")
