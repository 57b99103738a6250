"""Writes to interrupt: each prepares a workspace and returns the change set to be made on it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import shapely
from cases import column
from gatework import EXAMPLE, SURVEY, plan_of, proposal_of, rectangle, survey

from gangqu_gis import crs
from gangqu_gis.files import hash_of
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.history import read_history
from gangqu_gis.layerfile import layer_bytes
from gangqu_gis.replay import fault_of
from gangqu_gis.update import (
    Choices,
    Proposal,
    convert_layer,
    propose,
    propose_adoption,
    propose_undo,
)
from gangqu_gis.workspace import open_workspace


def layer_path(root: Path) -> Path:
    """Return the file that the parcels are kept in."""
    return open_workspace(root).layer_path("parcels")


def written(proposal: Proposal) -> bytes:
    """Return the bytes that the parcels' file is to have when the proposal is made."""
    path, schema = proposal.plan.workspace.layer_path("parcels"), proposal.plan.schema
    return layer_bytes("parcels", proposal.features, schema, suffix=path.suffix)


def first_update(root: Path) -> Proposal:
    """The first entry of a history: the layer's base is kept too."""
    return proposal_of(root, rectangle())


def second_update(root: Path) -> Proposal:
    """An entry on top of another."""
    survey(root, rectangle())
    return proposal_of(root, rectangle(moved_west=3))


def undoing(root: Path) -> Proposal:
    """An entry that takes another one back."""
    survey(root, rectangle())
    return propose_undo(plan_of(root), 1)


def adopting(root: Path) -> Proposal:
    """An entry that takes over an edit made outside the toolkit."""
    survey(root, rectangle())
    path = layer_path(root)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["features"][0]["properties"]["note"] = "在别处改过"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    return propose_adoption(plan_of(root), "parcels")


def splitting(root: Path) -> Proposal:
    """An entry by which a feature leaves the layer and two come in; the plan allows for them."""
    survey(root, rectangle())
    allow = {"stock_parcel = 3": "stock_parcel = 4"}
    marker = root / "data" / "workspace.toml"
    text = marker.read_text(encoding="utf-8")
    for old, new in allow.items():
        assert old in text
        text = text.replace(old, new)
    marker.write_text(text, encoding="utf-8")
    west, south, east, north = rectangle().bounds
    middle = (west + east) / 2
    halves = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    file = VectorFile(
        str(EXAMPLE),
        "survey",
        column(*halves),
        {"DKBH": column("stock-3", "stock-3-b")},
        crs.named("EPSG:4549"),
    )
    return propose(
        plan_of(root), "parcels", [file], provenance=SURVEY, choices=Choices({}, retire=True)
    )


def in_a_geopackage(root: Path) -> Proposal:
    """An entry on a layer that is kept as a GeoPackage."""
    convert_layer(open_workspace(root), "parcels", ".gpkg", by="x", reason="x")
    return proposal_of(root, rectangle())


SCENARIOS: dict[str, Callable[[Path], Proposal]] = {
    function.__name__: function
    for function in (first_update, second_update, undoing, adopting, splitting, in_a_geopackage)
}


def restore(root: Path, pristine: Path) -> None:
    """Make layer and history what they were in ``pristine``, and remove what writers leave."""
    data = root / "data"
    for left in data.glob(".*"):
        left.unlink()
    name = layer_path(root).name
    shutil.copyfile(pristine / name, data / name)
    shutil.rmtree(data / "history")
    shutil.copytree(pristine / "history", data / "history")


def verify(root: Path, *, old: bytes, new: bytes, entries_before: int) -> list[str]:
    """Return what is wrong with a workspace after a cut-short write and its recovery."""
    wrong = []
    layer = layer_path(root).read_bytes()
    if layer not in (old, new):
        wrong.append("the layer is neither the old nor the new one")
    history = read_history(root / "data" / "history", shown="h")
    added = len(history.entries) - entries_before
    if added not in (0, 1):
        wrong.append(f"{added} entries were added")
    if layer != (new if added else old):
        wrong.append("layer and history do not agree")
    fault = fault_of(open_workspace(root), history, "parcels")
    if fault is not None:
        wrong.append(str(fault))
    if history.entries and added and history.layer_hash("parcels") != hash_of(layer_path(root)):
        wrong.append("the history's hash is not that of the layer")
    left = [p.name for p in (root / "data").rglob(".*") if p.name != ".lock"]
    if left:
        wrong.append(f"left lying about: {left}")
    return wrong
