"""New boundaries into a layer: what changes, what refuses, and that nothing is lost on the way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import shapely
from cases import ROOT, column
from gatework import EXAMPLE, SURVEY, file_of, plan_of, proposal_of, rectangle, survey

from gangqu_gis import crs, store
from gangqu_gis.changes import apply, compare, invert
from gangqu_gis.checks import Verdict
from gangqu_gis.errors import InputError, RefusedError, UsageError
from gangqu_gis.files import hash_of
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.history import read_history
from gangqu_gis.records import Record, id_of, stored
from gangqu_gis.update import Provenance, carry_out, propose


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path


def layer(root: Path) -> bytes:
    return (root / "data" / "parcels.geojson").read_bytes()


def leftovers(root: Path) -> list[str]:
    kept = {".lock"}
    return [p.name for p in (root / "data").iterdir() if p.name[0] == "." and p.name not in kept]


def test_only_the_line_of_the_feature_changes(plan: Path) -> None:
    before = layer(plan).decode().split("\n")
    survey(plan, rectangle())
    after = layer(plan).decode().split("\n")
    changed = [n for n, rows in enumerate(zip(before, after, strict=True)) if rows[0] != rows[1]]
    assert len(changed) == 1
    feature = json.loads(after[changed[0]].rstrip(","))
    assert feature["properties"]["id"] == "stock-3"
    assert feature["properties"]["basis"] == "surveyed"
    assert feature["properties"]["point_error_m"] == 0.05
    assert feature["properties"]["bounds"], "what the survey does not speak of stays"


def test_the_history_holds_source_and_provenance(plan: Path) -> None:
    entry = survey(plan, rectangle())
    assert entry.number == 1 and entry.by == "测量员甲"
    assert entry.provenance == SURVEY.as_record()
    (source,) = entry.sources
    assert source == {"name": EXAMPLE.name, "sha256": hash_of(EXAMPLE)}
    (change,) = entry.changes
    assert (change.id, change.whlx) == ("stock-3", 1)
    assert change.before is not None and change.after is not None
    record = json.loads((plan / "data" / "history" / "000001.json").read_text(encoding="utf-8"))
    assert record["layer_after"] == hash_of(plan / "data" / "parcels.geojson")


def test_without_provenance_a_geometry_is_schematic_and_no_longer_names_the_survey(
    plan: Path,
) -> None:
    survey(plan, rectangle())
    entry = survey(plan, rectangle(moved_west=0.02), provenance=None, uncertainty_m=40)
    feature = plan_of(plan).by_id["stock-3"]
    assert entry.provenance is None
    assert (feature.basis, feature.number_of("uncertainty_m")) == ("schematic", 40)
    assert SURVEY.reference not in json.dumps(dict(feature.properties), ensure_ascii=False)
    assert "point_error_m" not in feature.properties


def test_a_line_that_was_a_survey_needs_an_uncertainty_of_its_own(plan: Path) -> None:
    survey(plan, rectangle())
    proposal = proposal_of(plan, rectangle(moved_west=0.02), provenance=None)
    assert proposal.blocked
    assert [f.rule for f in proposal.new_findings if f.severity == "error"] == [
        "schema.uncertainty_m"
    ]
    with pytest.raises(RefusedError):
        carry_out(proposal, by="测量员甲", reason="试验")


def test_a_schematic_drawing_redrawn_keeps_what_it_says_of_itself(plan: Path) -> None:
    before = plan_of(plan).by_id["stock-3"]
    survey(plan, rectangle(), provenance=None)
    after = plan_of(plan).by_id["stock-3"]
    assert after.basis == "schematic" and after.geometry != before.geometry
    assert after.properties["uncertainty_m"] == before.properties["uncertainty_m"]
    assert after.properties["source"] == before.properties["source"]


def test_digitized_brings_its_scale(plan: Path) -> None:
    chart = Provenance("digitized", "1:500地形图", map_scale=500)
    survey(plan, rectangle(), provenance=chart)
    feature = plan_of(plan).by_id["stock-3"]
    assert feature.basis == "digitized" and feature.number_of("map_scale") == 500


def test_the_same_file_again_changes_nothing(plan: Path) -> None:
    survey(plan, rectangle())
    assert proposal_of(plan, rectangle()).changes == ()


def test_the_proposal_says_which_verdicts_move(plan: Path) -> None:
    moved = {
        after.rule: (was.verdict, after.verdict)
        for was, after in proposal_of(plan, rectangle()).moved_verdicts()
    }
    assert moved == {"stock_3_geometry": (Verdict.INDICATIVE, Verdict.AGREE)}


def test_a_proposal_writes_nothing(plan: Path) -> None:
    before = layer(plan)
    proposal_of(plan, rectangle(moved_west=3))
    assert layer(plan) == before and leftovers(plan) == []


def test_a_layer_that_changed_meanwhile_is_not_overwritten(plan: Path) -> None:
    proposal = proposal_of(plan, rectangle())
    survey(plan, rectangle(moved_west=0.02), by="同事")
    before = layer(plan)
    with pytest.raises(RefusedError):
        carry_out(proposal, by="测量员甲", reason="试验")
    assert layer(plan) == before
    assert len(read_history(plan / "data" / "history", shown="h").entries) == 1


@pytest.mark.parametrize(
    ("file", "error", "words"),
    [
        (file_of(rectangle(east=1500), "nowhere"), UsageError, "nowhere.*--kind"),
        (file_of(rectangle(), epsg=2385), InputError, "CGCS2000"),
        (file_of(rectangle(), epsg=2437), InputError, "CGCS2000"),
        (file_of(None), InputError, "NULL"),
        (file_of(shapely.Point(604000, 3387000)), InputError, "stock-3"),
        (
            file_of(shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])),
            InputError,
            "Self-intersection",
        ),
    ],
    ids=["new without a kind", "Xian80", "Beijing54", "null", "point", "bow-tie"],
)
def test_what_cannot_be_brought_in_is_refused(
    plan: Path, file: VectorFile, error: type[Exception], words: str
) -> None:
    before = layer(plan)
    with pytest.raises(error, match=words):
        propose(plan_of(plan), "parcels", [file], provenance=SURVEY)
    assert layer(plan) == before


def test_an_id_twice_and_an_unknown_layer_are_refused(plan: Path) -> None:
    shapes = column(rectangle(), rectangle())
    twice = VectorFile(
        "f", "l", shapes, {"id": column("stock-3", "stock-3")}, crs.named("EPSG:4549")
    )
    with pytest.raises(InputError, match="stock-3"):
        propose(plan_of(plan), "parcels", [twice], provenance=SURVEY)
    with pytest.raises(UsageError, match="nowhere"):
        propose(plan_of(plan), "nowhere", [file_of(rectangle())], provenance=SURVEY)


def test_a_survey_that_overlaps_another_survey_is_blocked(plan: Path) -> None:
    """Two surveyed parcels of one kind on the same land: an error, whatever their areas."""
    survey(plan, rectangle())
    proposal = proposal_of(plan, rectangle(), id_="stock-1")
    assert proposal.blocked
    assert any("stock-3" in finding.subjects for finding in proposal.new_findings)


def test_changes_apply_and_invert(plan: Path) -> None:
    def records() -> list[Record]:
        return [stored(f.as_record()) for f in plan_of(plan).layers["parcels"].features]

    before = records()
    survey(plan, rectangle())
    after = records()
    changes = compare(before, after)
    forward = apply(before, changes, id_of=id_of, of=lambda record: record)
    assert forward == after
    assert apply(forward, invert(changes), id_of=id_of, of=lambda record: record) == before


# ------------------------------------------------------------------------------ cut short


def interrupted(plan: Path) -> None:
    """Leave the workspace as a kill between journal and layer leaves it."""
    proposal = proposal_of(plan, rectangle())
    workspace = plan_of(plan).workspace
    stopped = RuntimeError("stopped")

    def stop(*_: Any) -> None:
        raise stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_finish", stop)
        with pytest.raises(RuntimeError):
            carry_out(proposal, by="测量员甲", reason="试验")
    assert (workspace.data / ".journal.json").exists()


def test_a_write_that_was_cut_short_is_finished_by_the_next_writer(plan: Path) -> None:
    interrupted(plan)
    with store.locked(plan_of(plan).workspace):
        pass
    assert len(read_history(plan / "data" / "history", shown="h").entries) == 1
    assert plan_of(plan).by_id["stock-3"].basis == "surveyed"


def test_a_write_whose_new_layer_is_torn_is_taken_back(plan: Path) -> None:
    before = layer(plan)
    interrupted(plan)
    pending = plan / "data" / ".pending"
    pending.write_bytes(pending.read_bytes()[:100])
    with store.locked(plan_of(plan).workspace):
        pass
    assert layer(plan) == before and leftovers(plan) == []
    assert read_history(plan / "data" / "history", shown="h").entries == ()


def test_a_foreign_edit_after_a_crash_is_left_alone(plan: Path) -> None:
    interrupted(plan)
    path = plan / "data" / "parcels.geojson"
    edited = path.read_text(encoding="utf-8").replace("存量", "改名", 1)
    path.write_text(edited, encoding="utf-8")
    with pytest.raises(RefusedError), store.locked(plan_of(plan).workspace):
        pass
    assert path.read_text(encoding="utf-8") == edited


def test_the_lock_says_who_holds_it(plan: Path) -> None:
    workspace = plan_of(plan).workspace
    with store.locked(workspace):
        code = (
            "import sys; from pathlib import Path\n"
            "from gangqu_gis import store; from gangqu_gis.workspace import open_workspace\n"
            "with store.locked(open_workspace(Path(sys.argv[1])), wait_s=0.1): pass"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(plan)], capture_output=True, text=True, check=False
        )
    assert done.returncode != 0
    assert "RefusedError" in done.stderr and str(os.getpid()) in done.stderr
    with store.locked(workspace):
        pass
