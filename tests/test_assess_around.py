"""Checking around a change: what it brings and settles, as by checking everything twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import shapely
from cases import ROOT
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.affinity import scale, translate

from gangqu_gis.assessment import Assessment, assess, assess_change
from gangqu_gis.layers import Feature
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.workspace import open_workspace


@cache
def plan() -> Plan:
    return load_plan(open_workspace(ROOT))


@cache
def assessed() -> Assessment:
    return assess(plan())


def bow_tie(shape: Any) -> Any:
    west, south, east, north = shape.bounds
    return shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])


SHAPES: dict[str, Callable[[Any], Any]] = {
    "moved a little": lambda shape: translate(shape, 3e-4, -2e-4),
    "moved far": lambda shape: translate(shape, -0.03, 0.02),
    "grown": lambda shape: scale(shape, 1.6, 1.6),
    "shrunk": lambda shape: scale(shape, 0.4, 0.4),
    "crossed": bow_tie,
    "gone": lambda shape: None,
}


def with_shape(feature: Feature, how: str) -> Feature:
    if feature.geometry is None or feature.geometry.geom_type not in ("Polygon", "LineString"):
        return feature
    fault = None
    shape = SHAPES[how](feature.geometry)
    if shape is None:
        from gangqu_gis.messages import message

        fault = message("layer.geometry_null")
    return replace(feature, geometry=shape, geometry_fault=fault)


def with_basis(feature: Feature, basis: str) -> Feature:
    return replace(feature, properties={**feature.properties, "basis": basis, "map_scale": 500})


def changed(before: Plan, ids: dict[str, str]) -> Plan:
    """Return the plan with the features of ``ids`` changed as it says; "out" takes one away."""
    layers = {}
    for name, layer in before.layers.items():
        features = []
        for feature in layer.features:
            how = ids.get(feature.id, "")
            if how in SHAPES:
                features.append(with_shape(feature, how))
            elif how in ("surveyed", "digitized"):
                features.append(with_basis(feature, how))
            elif how != "out":
                features.append(feature)
        layers[name] = replace(layer, features=tuple(features))
    return replace(before, layers=layers)


def findings(assessment: Assessment) -> Counter[Any]:
    return Counter(
        (f.rule, f.severity, f.subjects, f.text.zh, f.measured) for f in assessment.findings
    )


def verdicts(assessment: Assessment) -> dict[str, Any]:
    return {c.rule: (c.verdict, c.ellipsoidal_m2, c.note) for c in assessment.checks}


ids = sorted(feature.id for feature in plan().features)
ways = st.sampled_from([*SHAPES, "out", "surveyed", "digitized"])


@settings(max_examples=10)
@example({"district-beibu": "out"})
@example({"district-beibu": "moved far", "stock-3": "grown"})
@given(st.dictionaries(st.sampled_from(ids), ways, min_size=1, max_size=4))
def test_what_a_change_brings_is_found_around_it(changes: dict[str, str]) -> None:
    after = changed(plan(), changes)
    whole_before, whole_after = assessed(), assess(after)
    near_before, near_after = assess_change(plan(), after, set(changes))
    for near, whole in ((near_before, whole_before), (near_after, whole_after)):
        assert not findings(near) - findings(whole)
        assert verdicts(near).items() <= verdicts(whole).items()
    brought = findings(whole_after) - findings(whole_before)
    assert findings(near_after) - findings(near_before) == brought
    settled = findings(whole_before) - findings(whole_after)
    assert findings(near_before) - findings(near_after) == settled
    old, new = verdicts(whole_before), verdicts(whole_after)
    moved = {rule for rule in old.keys() & new.keys() if old[rule] != new[rule]}
    assert moved <= verdicts(near_after).keys() & verdicts(near_before).keys()


def test_around_nothing_only_the_plan_wide_is_left() -> None:
    near, _ = assess_change(plan(), plan(), set())
    assert not findings(near) - findings(assessed())
    assert not near.checks and not near.bounds
