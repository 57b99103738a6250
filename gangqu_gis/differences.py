"""What differs between two states of the layers, with the areas before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gangqu_gis import crs
from gangqu_gis.changes import compare
from gangqu_gis.errors import UsageError
from gangqu_gis.evidence import recorded_geometry
from gangqu_gis.history import Change
from gangqu_gis.measure import Areas, areas
from gangqu_gis.messages import message
from gangqu_gis.plan import Plan
from gangqu_gis.records import Record
from gangqu_gis.replay import read_records, state_at

#: The states that have a name: the files as they are, and the end of the history.
NOW, HEAD = "now", "head"


@dataclass(frozen=True, slots=True)
class Side:
    """A feature before or after: its shape in EPSG:4490 and its areas in m².

    Areas are ``None`` where there is no sound polygon.
    """

    record: Record
    shape: Any
    ellipsoidal_m2: float | None
    planar_m2: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One feature that differs, with both sides; ``None`` where it does not exist."""

    layer: str
    change: Change
    before: Side | None
    after: Side | None

    @property
    def name(self) -> str:
        """The feature's name, or its id."""
        side = self.after or self.before
        properties = side.record.get("properties") or {} if side else {}
        return str(properties.get("name") or self.change.id)

    @property
    def fields(self) -> list[tuple[str, Any, Any]]:
        """The attributes that differ: name, before, after (of a feature on both sides)."""
        if self.before is None or self.after is None:
            return []
        old, new = (side.record.get("properties") or {} for side in (self.before, self.after))
        names = dict.fromkeys((*old, *new))
        return [(n, old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n)]


def measured(plan: Plan, layer: str, changes: Sequence[Change]) -> list[Difference]:
    """Return ``changes`` of ``layer`` with the areas of both sides."""
    plane = crs.planar(plan.workspace.planar_crs)
    sides = []
    for records in ([c.before for c in changes], [c.after for c in changes]):
        shapes = np.empty(len(records), dtype=object)
        shapes[:] = [recorded_geometry(record) for record in records]
        found = areas(shapes, crs=crs.storage(), plane=plane)
        sides.append([_side(r, shapes[i], found, i) for i, r in enumerate(records)])
    return [
        Difference(layer, change, before, after)
        for change, before, after in zip(changes, *sides, strict=True)
    ]


def between(
    plan: Plan, first: str, second: str, *, layers: Iterable[str] | None = None
) -> list[Difference]:
    """Return what differs from state ``first`` to ``second``, layer by layer.

    A state is the number of the entry that left it, 0 for the beginning, ``head`` for the end of
    the history or ``now`` for the files as they are.

    Raises
    ------
    UsageError
        There is no such state or layer.
    InputError
        The history cannot be replayed.
    """
    found = []
    for layer in layers or plan.layers:
        if layer not in plan.layers:
            known = ", ".join(plan.layers)
            raise UsageError(message("update.no_layer", name=layer, known=known))
        states = [_state(plan, layer, name) for name in (first, second)]
        found += measured(plan, layer, compare(*states))
    return found


def _state(plan: Plan, layer: str, name: str) -> list[Record]:
    count = len(plan.history.entries)
    if name == NOW:
        return read_records(plan.workspace, layer)
    number = count if name == HEAD else int(name) if name.isdecimal() else -1
    if not 0 <= number <= count:
        raise UsageError(message("history.no_state", name=name, count=count))
    return state_at(plan.workspace, plan.history, layer, number)


def _side(record: Record | None, shape: Any, found: Areas, i: int) -> Side | None:
    if record is None:
        return None
    sound = shape is not None and not shapely.is_empty(shape)
    return Side(
        record,
        shape if sound else None,
        _known(found.ellipsoidal_m2[i]),
        _known(found.planar_m2[i]),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
