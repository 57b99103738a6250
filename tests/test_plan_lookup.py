"""Looking features up in a plan: by ids that may be shared or missing, by kind, in plan order."""

from __future__ import annotations

from dataclasses import replace

from cases import ROOT
from hypothesis import given
from hypothesis import strategies as st

from gangqu_gis.layers import Layer
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.workspace import open_workspace

PLAN = load_plan(open_workspace(ROOT))
MODEL = PLAN.polygons()[0]


def made(ids: list[str], kinds: list[str]) -> Plan:
    rows = enumerate(zip(ids, kinds, strict=True))
    features = tuple(
        replace(MODEL, properties={"id": id_, "kind": kind}, number=at) for at, (id_, kind) in rows
    )
    return replace(PLAN, layers={"lots": Layer("lots", "lots.geojson", features)})


names = st.sampled_from(["", "a", "b", "c"])
kinds = st.sampled_from([*PLAN.schema.kinds, "no such kind"])


@given(st.lists(st.tuples(names, kinds), max_size=8), st.sets(names))
def test_lookups_are_those_of_a_search(rows: list[tuple[str, str]], wanted: set[str]) -> None:
    plan = made([id_ for id_, _ in rows], [kind for _, kind in rows])
    ids = [feature.id for feature in plan.features]
    assert plan.named(wanted) == [f for f in plan.features if f.id in wanted]
    assert plan.polygons(wanted) == [f for f in plan.polygons() if f.id in wanted]
    assert plan.by_id == {f.id: f for f in plan.features if f.id and ids.count(f.id) == 1}
    shared = {id_ for id_ in ids if ids.count(id_) > 1 or not id_}
    assert plan.shared_ids == {
        id_: [at for at, own in enumerate(ids) if own == id_] for id_ in shared
    }
