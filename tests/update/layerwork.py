"""A small layer of lots on a grid in metres, files that bring something for it, and updates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from cases import SmallWorkspace, column, feature

from gangqu_gis import crs
from gangqu_gis.formats.vector import VectorFile
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.update import Choices, Proposal, Provenance, propose
from gangqu_gis.workspace import open_workspace

SURVEY = Provenance("surveyed", "成果1", on="2026-10-01", grade=1)

#: A second kind of lot, which lies within lots: it may share their land.
UNIT = """\
[[kind]]
id = "unit"
layer = "lots"
zh = "单元"
en = "unit"
geometry = "polygon"
land_use = "07"
may_overlap = ["lot"]
fields = []
"""


def write(small: SmallWorkspace, lots: dict[str, Any], **more: dict[str, Any]) -> Plan:
    """Write a layer of lots (by id; ``more`` holds attributes by id) and return the plan."""
    small.lots = [
        feature(id_, shape, **more.get(id_.replace("-", "_"), {})) for id_, shape in lots.items()
    ]
    return reopened(small.write())


def reopened(root: Path) -> Plan:
    return load_plan(open_workspace(root))


def source(
    small: SmallWorkspace, shapes: dict[str, Any], *, by: Any = "DKBH", **columns: Any
) -> VectorFile:
    """Return a survey file in EPSG:4549; its ids in the column ``by``, or nowhere."""
    path = small.root / "survey.txt"
    if not path.exists():
        path.write_text("survey", encoding="utf-8")
    named = {} if by is None else {by: column(*shapes)}
    named |= {name: np.array(values, dtype=object) for name, values in columns.items()}
    return VectorFile(str(path), "survey", column(*shapes.values()), named, crs.named("EPSG:4549"))


def proposal(plan: Plan, *files: VectorFile, **options: Any) -> Proposal:
    """Return the proposal that brings ``files`` into the lots; ``options`` are choices too."""
    own = {
        name: options.pop(name)
        for name in ("kind", "retire", "complete", "only")
        if name in options
    }
    choices = Choices(options.pop("given", {}), **own)
    options.setdefault("provenance", SURVEY)
    return propose(plan, "lots", list(files), choices=choices, **options)


def told(found: Proposal) -> dict[str, tuple[str, str | None]]:
    """Return what becomes of each feature, and by what it was recognised."""
    return {o.id: (o.what.value, o.how.value if o.how else None) for o in found.outcomes}
