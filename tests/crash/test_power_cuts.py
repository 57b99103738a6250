"""A power cut loses and reorders what was not synced: the next writer finds all in order.

Lost renames, torn contents, names without files: every state that the model of a disk
(:mod:`disk`) allows after each step of a write is built and recovered from.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cases import ROOT
from disk import Recorder, states_after_a_power_cut
from scenarios import SCENARIOS, layer_path, verify, written

from gangqu_gis import files, store
from gangqu_gis.history import read_history
from gangqu_gis.update import carry_out
from gangqu_gis.workspace import open_workspace


def contents(root: Path) -> dict[str, bytes]:
    """Return layer, history and bookkeeping: what a write touches."""
    found = [layer_path(root), *(root / "data" / "history").rglob("*")]
    found += [path for path in (root / "data").glob(".*") if path.name != ".lock"]
    return {str(path): path.read_bytes() for path in found if path.is_file()}


def put(root: Path, state: dict[str, bytes]) -> None:
    for name in contents(root):
        Path(name).unlink()
    for name, raw in state.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_state_that_a_power_cut_may_leave_is_recovered(
    scenario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    proposal = SCENARIOS[scenario](tmp_path)
    new = written(proposal)
    old = layer_path(tmp_path).read_bytes()
    entries = len(read_history(tmp_path / "data" / "history", shown="h").entries)
    before = contents(tmp_path)
    recorder = Recorder()
    with monkeypatch.context() as patch:
        patch.setattr(files, "os", recorder)
        patch.setattr(files, "tempfile", recorder)
        carry_out(proposal, by="x", reason="x")
    whats = {step.what for step in recorder.steps}
    assert whats == {"create", "write", "sync", "name", "link", "remove", "sync_folder"}
    made = set()
    workspace = open_workspace(tmp_path)
    for told, state in states_after_a_power_cut(recorder.steps, before):
        put(tmp_path, state)
        assert layer_path(tmp_path).read_bytes() in (old, new), told
        with store.locked(workspace):
            pass
        assert verify(tmp_path, old=old, new=new, entries_before=entries) == [], told
        made.add(layer_path(tmp_path).read_bytes() == new)
    assert made == {True, False}, "some are taken back, some are finished"


def test_the_model_loses_a_rename_that_was_not_synced(tmp_path: Path) -> None:
    """A write without syncs may leave the old file, the new one, an empty or a torn one."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    before = {str(path): b"old"}
    recorder = Recorder()
    handle, temporary = recorder.mkstemp(dir=tmp_path)
    with recorder.fdopen(handle, "wb") as stream:
        stream.write(b"new!")
    recorder.replace(temporary, path)
    left = {state[str(path)] for _, state in states_after_a_power_cut(recorder.steps, before)}
    assert left == {b"old", b"new!", b"", b"ne"}
