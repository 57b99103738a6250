"""A copy of the shipped plan whose third stock parcel can be surveyed, for gate and approvals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely
from cases import ROOT, column

from gangqu_gis import crs
from gangqu_gis.assessment import Assessment, assess
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.history import Entry
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.update import Proposal, Provenance, carry_out, propose
from gangqu_gis.workspace import open_workspace

#: North-east corner of stock parcel 3 as drawn, EPSG:4549 metres.
CORNER_E, CORNER_N = 604235.0, 3389405.0

SURVEY = Provenance("surveyed", "示例成果001", on="2026-10-01", grade=1)
EXAMPLE = ROOT / "docs" / "examples" / "stock-3-surveyed.geojson"


def rectangle(*, moved_west: float = 0.0, east: float = 0.0) -> Any:
    """Return the 158.75 m × 160.00 m rectangle; its north-west corner moved west by metres."""
    x, y = CORNER_E + east, CORNER_N
    return shapely.Polygon(
        [(x - 158.75, y - 160), (x, y - 160), (x, y), (x - 158.75 - moved_west, y)]
    )


def file_of(shape: Any, id_: str = "stock-3", *, epsg: int = 4549) -> VectorFile:
    """Return a one-polygon file in EPSG:4549 (or the geometry as given, for another code)."""
    return VectorFile(
        str(EXAMPLE), "survey", column(shape), {"DKBH": column(id_)}, crs.named(f"EPSG:{epsg}")
    )


def plan_of(root: Path) -> Plan:
    """Return the plan of a workspace."""
    return load_plan(open_workspace(root))


def assessment_of(root: Path) -> Assessment:
    """Return the assessment of a workspace."""
    return assess(plan_of(root))


def proposal_of(
    root: Path,
    shape: Any,
    *,
    id_: str = "stock-3",
    provenance: Provenance | None = SURVEY,
    uncertainty_m: float | None = None,
) -> Proposal:
    """Return the proposal that brings ``shape`` into the parcels."""
    return propose(
        plan_of(root),
        "parcels",
        [file_of(shape, id_)],
        provenance=provenance,
        uncertainty_m=uncertainty_m,
    )


def survey(
    root: Path,
    shape: Any,
    *,
    id_: str = "stock-3",
    by: str = "测量员甲",
    provenance: Provenance | None = SURVEY,
    uncertainty_m: float | None = None,
) -> Entry:
    """Bring ``shape`` into the parcels."""
    proposal = proposal_of(
        root, shape, id_=id_, provenance=provenance, uncertainty_m=uncertainty_m
    )
    return carry_out(proposal, by=by, reason="试验")
