"""Taking back, taking over, replaying: what the history says is what the layers were."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from cases import SmallWorkspace, box, column
from hypothesis import given, settings
from hypothesis import strategies as st
from layerwork import SURVEY, proposal, reopened, source, write
from pyproj import Geod

from gangqu_gis import store
from gangqu_gis.assessment import assess
from gangqu_gis.changes import apply, compare, invert
from gangqu_gis.differences import between
from gangqu_gis.errors import InputError, RefusedError, UsageError
from gangqu_gis.history import Entry
from gangqu_gis.plan import Plan
from gangqu_gis.records import Record, id_of, stored
from gangqu_gis.replay import fault_of, state_at
from gangqu_gis.update import (
    carry_out,
    propose,
    propose_adoption,
    propose_undo,
    restore_layer,
)
from gangqu_gis.update.provenance import BASIS_FIELDS

GEOD = Geod(a=6378137.0, rf=298.257222101)
ONE, FAR = box(0, 0, 100), box(1000, 0, 100)


def layer(small: SmallWorkspace) -> Path:
    return small.root / "data" / "lots.geojson"


def bring(small: SmallWorkspace, shapes: dict[str, Any], **options: Any) -> Entry:
    found = proposal(reopened(small.root), source(small, shapes), **options)
    return carry_out(found, by="甲", reason="测量")


def undo(small: SmallWorkspace, number: int) -> Entry:
    return carry_out(propose_undo(reopened(small.root), number), by="乙", reason="撤销")


def edited(small: SmallWorkspace, change: Any) -> None:
    """Edit the layer as a GIS does: every digit written out, blanks, nulls, another order."""
    document = json.loads(layer(small).read_text(encoding="utf-8"))
    for feature in document["features"]:
        feature["properties"] = dict(reversed(list(feature["properties"].items())))
        feature["properties"].setdefault("note_en", None)
        ring = feature["geometry"]["coordinates"][0]
        turned = [[x + 3e-10, y - 2e-10] for x, y in ring[1:]]
        feature["geometry"]["coordinates"][0] = [*turned, turned[0]]
    change(document["features"])
    layer(small).write_text(json.dumps(document, ensure_ascii=False, indent=2), encoding="utf-8")


# ------------------------------------------------------------------------------- undo


def test_undoing_gives_the_same_bytes_and_the_same_evidence(small: SmallWorkspace) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})
    surveyed = layer(small).read_bytes()
    bring(small, {"lot-1": box(0, 0, 102, 100)}, provenance=None, uncertainty_m=5)
    entry = undo(small, 2)
    assert (entry.action, entry.undoes, entry.number) == ("undo", 2, 3)
    assert layer(small).read_bytes() == surveyed
    plan = reopened(small.root)
    found = propose_undo(plan, 1).before.measured["lot-1"]
    assert found.basis == "surveyed", "the survey that stands again is proven again"


def test_undoing_the_undo(small: SmallWorkspace) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})
    after = layer(small).read_bytes()
    undo(small, 1)
    undo(small, 2)
    assert layer(small).read_bytes() == after
    assert propose_undo(reopened(small.root), 3).before.measured["lot-1"].basis == "surveyed"


def test_a_feature_that_left_comes_back_to_its_place(small: SmallWorkspace) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR, "lot-3": box(2000, 0, 50)})
    bring(small, {"lot-1": box(0, 0, 101, 100)})
    before = layer(small).read_bytes()
    bring(small, {"lot-3": box(2000, 0, 51, 50)}, complete=True)
    assert [f.id for f in reopened(small.root).layers["lots"].features] == ["lot-3"]
    undo(small, 2)
    assert layer(small).read_bytes() == before


def test_an_entry_that_others_built_on_is_not_undone(small: SmallWorkspace) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})
    bring(small, {"lot-1": box(0, 0, 102, 100)})
    with pytest.raises(RefusedError, match="lot-1（2 甲"):
        propose_undo(reopened(small.root), 1)


@pytest.mark.parametrize("number", [3, 99])
def test_what_does_not_exist_is_not_undone(small: SmallWorkspace, number: int) -> None:
    write(small, {"lot-1": ONE})
    bring(small, {"lot-1": box(0, 0, 101, 100)})
    with pytest.raises(UsageError, match=str(number)):
        propose_undo(reopened(small.root), number)


# ------------------------------------------------------------------------------- adopt


def test_digits_alone_are_no_change(small: SmallWorkspace) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})
    before = layer(small).read_bytes()
    edited(small, lambda features: None)
    found = propose_adoption(reopened(small.root), "lots")
    assert found.changes == () and not found.blocked
    entry = carry_out(found, by="甲", reason="QGIS 保存")
    assert entry.action == "adopt" and layer(small).read_bytes() == before
    assert fault_of(reopened(small.root).workspace, reopened(small.root).history, "lots") is None


def test_a_foreign_edit_stops_every_write_until_it_is_adopted(small: SmallWorkspace) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})
    edited(small, lambda features: features[1]["properties"].update(note="在 QGIS 里改"))
    foreign = layer(small).read_bytes()
    with pytest.raises(RefusedError, match="history adopt lots"):
        bring(small, {"lot-2": box(1000, 0, 101, 100)})
    with pytest.raises(RefusedError, match="history adopt lots"):
        propose_undo(reopened(small.root), 1)
    assert layer(small).read_bytes() == foreign
    warned = [f for f in assess(reopened(small.root)).findings if f.rule == "history.drift"]
    assert [f.subject for f in warned] == ["lots"] and "history adopt lots" in warned[0].remedy.zh
    found = propose_adoption(reopened(small.root), "lots")
    assert [(c.id, c.whlx) for c in found.changes] == [("lot-2", 2)]
    carry_out(found, by="甲", reason="接收")
    assert bring(small, {"lot-2": box(1000, 0, 101, 100)}).number == 3


def test_an_adoption_waits_for_nobody_on_another_layer(small: SmallWorkspace) -> None:
    """Prepared, then a colleague writes to another layer, then made: it stands."""
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})
    edited(small, lambda features: features[1]["properties"].update(note="别处"))
    found = propose_adoption(reopened(small.root), "lots")
    own = source(small, {"road-1": shapely.LineString([(604000, 3387000), (604100, 3387000)])})
    roads = propose(
        reopened(small.root), "lines", [replace(own, columns={**own.columns, "DKMC": column("路")})],
        provenance=None, uncertainty_m=5,
    )  # fmt: skip
    carry_out(roads, by="乙", reason="道路")
    assert carry_out(found, by="甲", reason="接收").number == 3
    plan = reopened(small.root)
    assert fault_of(plan.workspace, plan.history, "lots") is None
    assert plan.by_id["lot-2"].properties["note"] == "别处"


def test_a_geometry_moved_elsewhere_is_no_evidence(small: SmallWorkspace) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})

    def move(features: Any) -> None:
        features[0]["geometry"]["coordinates"][0][1][0] += 0.00002

    edited(small, move)
    plan = reopened(small.root)
    assert propose_adoption(plan, "lots").blocked, "it needs an uncertainty of its own"
    found = propose_adoption(plan, "lots", uncertainty_m=8)
    carry_out(found, by="甲", reason="接收")
    lot = reopened(small.root).by_id["lot-1"]
    assert (lot.basis, lot.number_of("uncertainty_m")) == ("schematic", 8)
    assert SURVEY.reference not in json.dumps(dict(lot.properties), ensure_ascii=False)


def test_a_basis_written_into_the_layer_is_taken_out_again(small: SmallWorkspace) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})
    forged = {"basis": "surveyed", "point_error_m": 0.05, "source": "伪造"}
    edited(small, lambda features: features[1]["properties"].update(forged))
    told = "lot-2.*schematic.*surveyed.*由 无 改为 0.05.*伪造.*--keep-recorded"
    with pytest.raises(RefusedError, match=told):
        propose_adoption(reopened(small.root), "lots")
    found = propose_adoption(reopened(small.root), "lots", keep_recorded=True)
    assert found.changes == ()
    carry_out(found, by="甲", reason="接收")
    assert reopened(small.root).by_id["lot-2"].basis == "schematic"


@pytest.mark.parametrize("field", BASIS_FIELDS)
def test_no_edit_of_what_a_geometry_is_worth_is_dropped_without_a_word(
    small: SmallWorkspace, field: str
) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})
    value: Any = 7 if field in ("uncertainty_m", "map_scale", "point_error_m") else "另写"
    edited(small, lambda features: features[1]["properties"].update({field: value}))
    with pytest.raises(RefusedError, match=str(value)):
        propose_adoption(reopened(small.root), "lots")


def test_heights_that_were_added_are_said_to_be_dropped(small: SmallWorkspace) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})

    def raise_it(features: Any) -> None:
        ring = features[1]["geometry"]["coordinates"][0]
        features[1]["geometry"]["coordinates"] = [[[x, y, 4.5] for x, y in ring]]

    edited(small, raise_it)
    found = propose_adoption(reopened(small.root), "lots")
    assert found.changes == ()
    assert [note.rule for _, note in found.noticed] == ["geometry.heights"]


def test_features_drawn_and_removed_elsewhere_are_adopted(small: SmallWorkspace) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})

    def redraw(features: Any) -> None:
        drawn = json.loads(json.dumps(features[1]))
        drawn["properties"] |= {"id": "lot-9", "name": "新画", "basis": "surveyed"}
        features[1] = drawn

    edited(small, redraw)
    found = propose_adoption(reopened(small.root), "lots", uncertainty_m=20)
    assert {(c.id, c.whlx) for c in found.changes} == {("lot-2", 3), ("lot-9", 1)}
    carry_out(found, by="甲", reason="接收")
    assert reopened(small.root).by_id["lot-9"].basis == "schematic"


def test_a_copy_with_the_same_id_is_refused(small: SmallWorkspace) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})
    edited(small, lambda features: features.append(features[0]))
    with pytest.raises(RefusedError, match="lot-1"):
        propose_adoption(reopened(small.root), "lots")


@pytest.mark.parametrize("decimals", [5, 6, 7])
def test_a_file_saved_with_fewer_decimals_is_told_as_that(
    small: SmallWorkspace, decimals: int
) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})
    recorded = json.loads(layer(small).read_text(encoding="utf-8"))["features"]
    apart: list[float] = []

    def rounded(features: list[Any]) -> None:
        for feature, own in zip(features, recorded, strict=True):
            ring = [[round(v, decimals) for v in at] for at in own["geometry"]["coordinates"][0]]
            feature["geometry"]["coordinates"][0] = ring
            for new, old in zip(ring, own["geometry"]["coordinates"][0], strict=True):
                apart.append(GEOD.inv(*new, *old)[2])

    edited(small, rounded)
    found = propose_adoption(reopened(small.root), "lots")
    ((_, note),) = found.noticed
    assert note.rule == "coordinates.rounded"
    assert f"写到小数 {decimals} 位，顶点最多偏 {max(apart) * 1000:.0f} 毫米" in note.text.zh
    assert "lot-1" in note.text.zh


def test_an_edit_is_not_told_as_rounding(small: SmallWorkspace) -> None:
    write(small, {"lot-1": ONE, "lot-2": FAR})
    bring(small, {"lot-1": box(0, 0, 101, 100)})

    def moved(features: list[Any]) -> None:
        for feature in features:
            ring = feature["geometry"]["coordinates"][0]
            feature["geometry"]["coordinates"][0] = [
                [round(x + 1e-6, 7), round(y, 7)] for x, y in ring
            ]

    edited(small, moved)
    found = propose_adoption(reopened(small.root), "lots")
    assert len(found.changes) == 2 and found.noticed == ()


@pytest.mark.parametrize("printed", ["['A' 'B']", "['A', 'B']"])
def test_a_list_that_geopandas_printed_is_told_as_that(small: SmallWorkspace, printed: str) -> None:
    write(small, {"lot-1": ONE}, lot_1={"aliases": ["A", "B"]})
    bring(small, {"lot-1": box(0, 0, 101, 100)})
    edited(small, lambda features: features[0]["properties"].update({"aliases": printed}))
    found = propose_adoption(reopened(small.root), "lots")
    assert found.blocked
    told = [f.text.zh for f in found.new_findings if f.rule == "schema.aliases"]
    assert len(told) == 1 and "geopandas" in told[0] and "JSON" in told[0]


def test_nothing_to_adopt(small: SmallWorkspace) -> None:
    write(small, {"lot-1": ONE})
    for wider in (1, 2):
        with pytest.raises(UsageError, match="lots"):
            propose_adoption(reopened(small.root), "lots")
        bring(small, {"lot-1": box(0, 0, 100 + wider, 100)})


# ------------------------------------------------------------------------------- replay


def states(small: SmallWorkspace) -> list[list[Record]]:
    """Make five different entries and return the layer after each, the first before any."""
    write(small, {"lot-1": ONE, "lot-2": FAR, "lot-3": box(2000, 0, 50)})
    found = [records(reopened(small.root))]

    def note() -> None:
        found.append(records(reopened(small.root)))

    bring(small, {"lot-1": box(0, 0, 101, 100)})
    note()
    bring(small, {"lot-1": box(0, 0, 60, 100), "lot-4": box(60, 0, 41, 100)})
    note()
    bring(small, {"lot-2": box(1000, 0, 99, 100)}, complete=True)
    note()
    undo(small, 3)
    note()
    edited(small, lambda features: features[0]["properties"].update(note="别处"))
    carry_out(propose_adoption(reopened(small.root), "lots"), by="甲", reason="接收")
    note()
    return found


def records(plan: Plan) -> list[Record]:
    return [stored(f.as_record()) for f in plan.layers["lots"].features]


def test_every_state_is_replayed(small: SmallWorkspace) -> None:
    found = states(small)
    plan = reopened(small.root)
    for number, expected in enumerate(found):
        assert state_at(plan.workspace, plan.history, "lots", number) == expected
    assert fault_of(plan.workspace, plan.history, "lots") is None
    assert [d.change.id for d in between(plan, "0", "1")] == ["lot-1"]
    assert {d.change.id for d in between(plan, "2", "3")} == {"lot-1", "lot-2", "lot-3", "lot-4"}
    assert between(plan, "2", "4") == [] and between(plan, "head", "now") == []
    with pytest.raises(UsageError, match="6"):
        between(plan, "0", "6")


def test_areas_before_and_after_are_those_of_the_engine(small: SmallWorkspace) -> None:
    states(small)
    (found,) = between(reopened(small.root), "0", "1")
    assert found.before is not None and found.after is not None
    assert found.before.planar_m2 == pytest.approx(10_000, abs=0.05)
    assert found.after.planar_m2 == pytest.approx(10_100, abs=0.05)
    ellipsoidal = found.after.ellipsoidal_m2
    assert ellipsoidal is not None and 10_090 < ellipsoidal < 10_100


def test_a_history_that_was_altered_does_not_fit(small: SmallWorkspace) -> None:
    """A record altered, and every hash after it made anew: the states no longer fit together."""
    states(small)
    folder = small.root / "data" / "history"
    raw = (folder / "000001.json").read_text(encoding="utf-8")
    forged = json.loads(raw)
    forged["changes"][0]["after"]["properties"]["note"] = "伪造"
    previous = "0" * 64
    import hashlib

    for number in range(1, 6):
        path = folder / f"{number:06d}.json"
        record = forged if number == 1 else json.loads(path.read_text(encoding="utf-8"))
        record["previous"] = previous
        text = json.dumps(record, ensure_ascii=False)
        path.write_text(text, encoding="utf-8")
        previous = hashlib.sha256(text.encode()).hexdigest()
    plan = reopened(small.root)
    fault = fault_of(plan.workspace, plan.history, "lots")
    assert fault is not None and "lot-1" in fault.render("zh")


@pytest.mark.parametrize("spoil", ["missing", "altered"])
def test_a_base_that_is_missing_or_altered_is_named(small: SmallWorkspace, spoil: str) -> None:
    states(small)
    base = small.root / "data" / "history" / "base" / "lots.geojson"
    if spoil == "missing":
        base.unlink()
    else:
        base.write_text(base.read_text(encoding="utf-8").replace("试验", "伪造"), encoding="utf-8")
    plan = reopened(small.root)
    with pytest.raises(InputError, match="history/base"):
        state_at(plan.workspace, plan.history, "lots", 1)
    with pytest.raises(InputError, match="history/base"):
        bring(small, {"lot-2": box(1000, 0, 102, 100)})


def test_a_write_that_waits_is_finished_before_the_next_one_is_prepared(
    small: SmallWorkspace,
) -> None:
    from gangqu_gis.update import plan_to_change

    write(small, {"lot-1": ONE})
    found = proposal(reopened(small.root), source(small, {"lot-1": box(0, 0, 101, 100)}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_finish", _stop)
        with pytest.raises(RuntimeError):
            carry_out(found, by="甲", reason="因")
    plan = plan_to_change(reopened(small.root).workspace)
    assert len(plan.history.entries) == 1 and not store.waiting(plan.workspace)


def _stop(*_: Any) -> None:
    raise RuntimeError


# ------------------------------------------------------------------------------- restore


@pytest.mark.parametrize("damage", ["missing", "truncated", "empty"])
def test_a_lost_layer_is_rebuilt_to_the_byte(small: SmallWorkspace, damage: str) -> None:
    states(small)
    whole = layer(small).read_bytes()
    workspace = reopened(small.root).workspace
    left = {"missing": None, "truncated": whole[: len(whole) // 2], "empty": b""}[damage]
    layer(small).unlink() if left is None else layer(small).write_bytes(left)
    kept = restore_layer(workspace, "lots")
    assert layer(small).read_bytes() == whole
    assert (None if kept is None else kept.read_bytes()) == left
    assert fault_of(workspace, reopened(small.root).history, "lots") is None


def test_what_can_be_read_is_never_replaced(small: SmallWorkspace) -> None:
    states(small)
    workspace = reopened(small.root).workspace
    with pytest.raises(UsageError, match="无须恢复"):
        restore_layer(workspace, "lots")
    with pytest.raises(UsageError, match="还没有历史"):
        restore_layer(workspace, "lines")
    edited(small, lambda features: features[0]["properties"].update(note="别人的"))
    foreign = layer(small).read_bytes()
    with pytest.raises(RefusedError, match="history adopt lots"):
        restore_layer(workspace, "lots")
    assert layer(small).read_bytes() == foreign


# ------------------------------------------------------------------------------- laws


def record(id_: str, value: int) -> Record:
    return {"type": "Feature", "properties": {"id": id_, "v": value}, "geometry": None}


@st.composite
def states_of_a_layer(draw: st.DrawFn) -> tuple[Record, ...]:
    """Records with ids of their own, in any order, with one of three values."""
    ids = draw(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8))
    return tuple(record(id_, draw(st.integers(0, 2))) for id_ in ids)


@given(states_of_a_layer(), states_of_a_layer())
@settings(max_examples=200)
def test_applying_what_differs_gives_the_other_state_and_undoing_it_the_first(
    a: tuple[Record, ...], b: tuple[Record, ...]
) -> None:
    """Order apart: what stays keeps its place, what comes stands behind what it follows."""
    changes = compare(a, b)

    def applied(items: Any, made: Any) -> list[Record]:
        return apply(items, made, id_of=id_of, of=lambda r: r)

    forward = applied(a, changes)
    assert sorted(forward, key=id_of) == sorted(b, key=id_of)
    assert applied(forward, invert(changes)) == list(a)
    kept = [id_of(r) for r in a if id_of(r) in {id_of(s) for s in b}]
    assert [id_of(r) for r in forward if id_of(r) in kept] == kept
