"""Eight writers at once on one layer: no edit is lost, and who comes too late is told so."""

from __future__ import annotations

import multiprocessing
import shutil
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from cases import ROOT
from gatework import plan_of, proposal_of, rectangle

from gangqu_gis.errors import RefusedError
from gangqu_gis.files import hash_of
from gangqu_gis.history import read_history
from gangqu_gis.replay import fault_of
from gangqu_gis.update import carry_out

#: Features of the shipped parcels, far enough apart that no survey overlaps another.
OWN = {
    **{"stock-3": 0, "stock-1": 1500, "stock-2": -900, "new-1": 2500},
    **{"new-2": 600, "new-3": -1500, "new-4": 3200, "affordable-phase3": 2100},
}


def write(root: Path, id_: str, east: float, ready: Barrier, answers: object) -> None:
    """Prepare an update, wait until everybody has, then make it."""
    proposal = proposal_of(root, rectangle(east=east), id_=id_, provenance=None)
    ready.wait()
    try:
        answer = carry_out(proposal, by=f"写者{id_}", reason="并发").number
    except RefusedError as error:
        answer = str(error)  # type: ignore[assignment]
    answers.put((id_, answer))  # type: ignore[attr-defined]


def written_at_once(root: Path, edits: list[tuple[str, float]]) -> list[tuple[str, object]]:
    context = multiprocessing.get_context("fork")
    ready, answers = context.Barrier(len(edits)), context.Queue()
    writers = [
        context.Process(target=write, args=(root, id_, east, ready, answers)) for id_, east in edits
    ]
    for writer in writers:
        writer.start()
    found = [answers.get(timeout=300) for _ in writers]
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    return found


@pytest.mark.slow
def test_eight_writers_of_one_layer_lose_nothing(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    before = {f.id: f.geometry for f in plan_of(tmp_path).layers["parcels"].features}
    found = written_at_once(tmp_path, list(OWN.items()))
    assert sorted(number for _, number in found) == list(range(1, 9))  # type: ignore[type-var]
    plan = plan_of(tmp_path)
    after = {f.id: f.geometry for f in plan.layers["parcels"].features}
    assert {id_ for id_ in after if after[id_] != before[id_]} == set(OWN)
    assert {change.id for e in plan.history.entries for change in e.changes} == set(OWN)
    assert fault_of(plan.workspace, plan.history, "parcels") is None
    assert plan.history.layer_hash("parcels") == hash_of(plan.workspace.layer_path("parcels"))


@pytest.mark.slow
def test_of_eight_writers_of_one_feature_one_wins_and_seven_are_told(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    edits = [("stock-3", 10.0 * n) for n in range(8)]
    answers = [answer for _, answer in written_at_once(tmp_path, edits)]
    assert [a for a in answers if not isinstance(a, str)] == [1]
    assert all("stock-3" in a and "写者" in a for a in answers if isinstance(a, str))
    assert len(read_history(tmp_path / "data" / "history", shown="h").entries) == 1
