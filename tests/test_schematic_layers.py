"""The shipped layers are the schematic drawing, and say so."""

from __future__ import annotations

import importlib.util
import itertools
import os
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from gangqu_gis.attributes import attribute_faults
from gangqu_gis.crs import planar, storage
from gangqu_gis.layers import Feature, read_layer
from gangqu_gis.measure import to_crs
from gangqu_gis.schema import Schema, read_schema
from gangqu_gis.workspace import Workspace, open_workspace

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "tools" / "draw_schematic.py"

#: Two shapes that share an edge overlap by less than this width times the edge, metres: stored
#: coordinates are kept to 0.1 mm.
SHARED_EDGE_M = 0.001

#: Words that would make an attribute look like a stored area.
AREA_WORDS = ("area", "mj", "面积", "hectare", "公顷", "亩", "㎡")


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return open_workspace(ROOT)


@pytest.fixture(scope="module")
def schema() -> Schema:
    return read_schema(ROOT / "data" / "schema.toml", shown="data/schema.toml")


@pytest.fixture(scope="module")
def drawn(workspace: Workspace, schema: Schema) -> list[str]:
    """The layers with geometry; records are not drawn."""
    return [name for name in workspace.layer_files if not schema.holds_records(name)]


@pytest.fixture(scope="module")
def features(workspace: Workspace, drawn: list[str]) -> dict[str, Feature]:
    layers = [
        read_layer(
            workspace.layer_path(name),
            name=name,
            shown=workspace.layer_files[name],
            extent=workspace.extent,
        )
        for name in drawn
    ]
    return {feature.id: feature for layer in layers for feature in layer.features}


@pytest.fixture(scope="module")
def shapes(features: dict[str, Feature], workspace: Workspace) -> dict[str, BaseGeometry]:
    """Every geometry in the planar CRS, by id."""
    stored = np.array([feature.geometry for feature in features.values()], dtype=object)
    plane = to_crs(stored, source=storage(), target=planar(workspace.planar_crs))
    return dict(zip(features, plane, strict=True))


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_schematic", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


def of_kind(features: dict[str, Feature], *kinds: str) -> list[str]:
    return [id_ for id_, feature in features.items() if feature.kind in kinds]


def run_script(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_drawing_reproduces_the_stored_layers(
    drawing: ModuleType, schema: Schema, workspace: Workspace, drawn: list[str]
) -> None:
    texts = drawing.draw(schema)
    assert set(texts) == set(drawn)
    for name, text in texts.items():
        assert workspace.layer_path(name).read_bytes() == text.encode()


def test_script_never_overwrites_an_edit(tmp_path: Path) -> None:
    assert run_script("--out", str(tmp_path)).returncode == 0
    assert run_script("--out", str(tmp_path)).returncode == 0
    edited = tmp_path / "parcels.geojson"
    edited.write_bytes(edited.read_bytes().replace("存量地块1".encode(), "实测".encode()))
    before = edited.read_bytes()
    refused = run_script("--out", str(tmp_path))
    assert refused.returncode == 4
    assert "parcels.geojson" in refused.stderr
    assert edited.read_bytes() == before
    assert run_script("--out", str(tmp_path), "--replace").returncode == 0
    assert edited.read_bytes() == (ROOT / "data" / "parcels.geojson").read_bytes()


def test_counts_are_the_expected_ones(features: dict[str, Feature], workspace: Workspace) -> None:
    found = Counter(feature.kind for feature in features.values())
    assert {kind: found[kind] for kind in workspace.expected} == workspace.expected
    assert len(of_kind(features, "road", "water", "coast")) == 18


def test_everything_is_schematic_and_says_how_uncertain(features: dict[str, Feature]) -> None:
    for feature in features.values():
        assert feature.properties["basis"] == "schematic"
        uncertainty = feature.number_of("uncertainty_m")
        assert uncertainty is not None
        assert uncertainty >= (200 if feature.layer == "reference" else 400)


def test_attributes_follow_the_schema(features: dict[str, Feature], schema: Schema) -> None:
    for feature in features.values():
        kind = schema.kinds[feature.kind]
        assert kind.layer == feature.layer
        assert not list(attribute_faults(kind, feature.properties))
        assert None not in feature.properties.values()
        assert ("note" in feature.properties) == ("note_en" in feature.properties)


def test_no_attribute_holds_an_area(features: dict[str, Feature]) -> None:
    for feature in features.values():
        numbers = {k: v for k, v in feature.properties.items() if isinstance(v, int | float)}
        assert set(numbers) <= {"uncertainty_m", "described"}
        names = " ".join(feature.properties).lower()
        assert not any(word in names for word in AREA_WORDS)
        text = f"{feature.properties.get('note', '')}{feature.properties.get('bounds_text', '')}"
        assert not any(unit in text for unit in ("公顷", "亩", "平方", "㎡"))


def test_only_the_sixth_district_is_not_described(features: dict[str, Feature]) -> None:
    districts = of_kind(features, "district")
    silent = [i for i in districts if features[i].properties["described"] is False]
    assert silent == ["district-waiwei"]
    assert features["district-waiwei"].properties["note"] == "规划未描述，位置待定"


def test_geometries_are_valid_in_both_systems(
    features: dict[str, Feature], shapes: dict[str, BaseGeometry]
) -> None:
    for id_, feature in features.items():
        assert feature.geometry is not None and feature.geometry.is_valid
        assert shapes[id_].is_valid


@pytest.mark.parametrize("stored", [False, True], ids=["EPSG:4549", "EPSG:4490"])
def test_siblings_do_not_overlap(
    features: dict[str, Feature], shapes: dict[str, BaseGeometry], schema: Schema, stored: bool
) -> None:
    polygons = [id_ for id_ in features if schema.kinds[features[id_].kind].geometry == "polygon"]
    for one, other in itertools.combinations(polygons, 2):
        if schema.kinds[features[one].kind].allows_overlap_with(schema.kinds[features[other].kind]):
            continue
        a, b = (features[i].geometry if stored else shapes[i] for i in (one, other))
        assert a is not None and b is not None
        tolerance = 0.0 if stored else SHARED_EDGE_M * min(a.length, b.length)
        assert a.intersection(b).area <= tolerance, (one, other)


def test_districts_share_whole_edges(features: dict[str, Feature]) -> None:
    ids = of_kind(features, "district")
    districts = np.array([features[id_].geometry for id_ in ids], dtype=object)
    assert shapely.coverage_is_valid(districts)


@pytest.mark.parametrize("kind", ["stock_parcel", "new_parcel", "affordable_site"])
def test_parcels_lie_within_one_district(
    features: dict[str, Feature], shapes: dict[str, BaseGeometry], kind: str
) -> None:
    for id_ in of_kind(features, kind):
        holders = [d for d in of_kind(features, "district") if shapes[d].contains(shapes[id_])]
        assert len(holders) == 1, id_


def test_phase_three_is_part_of_new_parcel_one(shapes: dict[str, BaseGeometry]) -> None:
    phase, parcel = shapes["affordable-phase3"], shapes["new-1"]
    assert phase.difference(parcel).area <= SHARED_EDGE_M * phase.length


def test_bounds_name_reference_lines_nearby(
    features: dict[str, Feature], shapes: dict[str, BaseGeometry]
) -> None:
    for id_, feature in features.items():
        for line in itertools.chain.from_iterable(feature.properties.get("bounds", {}).values()):
            assert features[line].layer == "reference"
            assert shapes[id_].distance(shapes[line]) < 20, (id_, line)


def test_figures_are_those_of_the_area_rules(features: dict[str, Feature]) -> None:
    rules = tomllib.loads((ROOT / "data" / "plan" / "rules.toml").read_text(encoding="utf-8"))
    own: dict[str, list[Any]] = {}
    for rule in rules["rule"]:
        if rule["kind"] == "area" and len(rule["features"]) == 1:
            own.setdefault(rule["features"][0], []).append(rule["figure"])
    carried = {i: f.properties["figures"] for i, f in features.items() if "figures" in f.properties}
    assert carried == own
