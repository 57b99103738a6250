"""The history of the layers: one record per change set, in an append-only chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gangqu_gis.chain import NO_RECORD, Chain, Link
from gangqu_gis.errors import InputError
from gangqu_gis.messages import message

_REQUIRED = ("time", "by", "reason", "layer", "changes")

#: A GeoJSON feature as the history keeps it.
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One feature before and after; ``None`` where it did not exist.

    ``whlx`` is the change type of the planning databases: 1 调入, 2 属性变更, 3 调出.
    """

    id: str
    whlx: int
    before: Record | None
    after: Record | None

    @property
    def moves_geometry(self) -> bool:
        """Whether the geometry after is not the one before."""
        before = None if self.before is None else self.before.get("geometry")
        after = None if self.after is None else self.after.get("geometry")
        return bool(before != after)

    def as_record(self) -> dict[str, Any]:
        """Return the change as the history stores it."""
        return {"id": self.id, "whlx": self.whlx, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Entry:
    """One change set as recorded; ``hash`` is that of its file."""

    number: int
    time: str
    by: str
    reason: str
    layer: str
    changes: tuple[Change, ...]
    provenance: Mapping[str, Any] | None
    source: Mapping[str, Any] | None
    hash: str
    layer_after: str = ""

    @classmethod
    def of(cls, link: Link) -> Entry:
        """Return the entry that a record of the chain holds."""
        content = link.content
        if not _is_sound(content):
            reason = message("history.unsound")
            raise InputError(message("history.unreadable", reason=reason), file=link.shown)
        return cls(
            number=link.number,
            time=content["time"],
            by=content["by"],
            reason=content["reason"],
            layer=content["layer"],
            changes=tuple(
                Change(c["id"], c["whlx"], c.get("before"), c.get("after"))
                for c in content["changes"]
            ),
            provenance=content.get("provenance"),
            source=content.get("source"),
            hash=link.hash,
            layer_after=content.get("layer_after") or "",
        )

    def touches(self, ids: frozenset[str]) -> bool:
        """Whether the change set touched any of ``ids``."""
        return any(change.id in ids for change in self.changes)


@dataclass(frozen=True, slots=True)
class History:
    """Every entry, oldest first."""

    entries: tuple[Entry, ...] = ()

    @property
    def head(self) -> str:
        """The hash that stands for the whole history."""
        return self.entries[-1].hash if self.entries else NO_RECORD

    def origin_of(self, id_: str) -> tuple[Entry, Change] | None:
        """Return the latest entry that gave feature ``id_`` its geometry, or vouched for it."""
        for entry in reversed(self.entries):
            for change in entry.changes:
                if change.id == id_ and (change.moves_geometry or entry.provenance is not None):
                    return entry, change
        return None

    def state_of(self, id_: str) -> Record | None:
        """Return feature ``id_`` as the latest entry that touched it left it."""
        for entry in reversed(self.entries):
            for change in entry.changes:
                if change.id == id_:
                    return change.after
        return None

    def layer_hash(self, layer: str) -> str | None:
        """Return the hash that ``layer`` had after the latest entry on it."""
        return next((e.layer_after for e in reversed(self.entries) if e.layer == layer), None)

    def editors_of(self, ids: frozenset[str]) -> frozenset[str]:
        """Return who made the change sets that touched any of ``ids``."""
        return frozenset(entry.by for entry in self.entries if entry.touches(ids))


def _is_sound(content: Mapping[str, Any]) -> bool:
    """Whether a record has the shape that a change set must have."""
    texts = all(isinstance(content[name], str) for name in ("time", "by", "reason", "layer"))
    changes = content["changes"]
    provenance = content.get("provenance")
    return (
        texts
        and isinstance(changes, list)
        and all(_is_change(change) for change in changes)
        and (provenance is None or isinstance(provenance, dict))
    )


def _is_change(change: Any) -> bool:
    if not isinstance(change, dict) or not isinstance(change.get("id"), str):
        return False
    states = (change.get("before"), change.get("after"))
    return change.get("whlx") in (1, 2, 3) and all(s is None or isinstance(s, dict) for s in states)


def chain_of(folder: Path, *, shown: str) -> Chain:
    """Return the chain in which the history is kept."""
    return Chain(folder, shown, _REQUIRED)


def read_history(folder: Path, *, shown: str) -> History:
    """Read the history in ``folder``.

    Raises
    ------
    InputError
        A record cannot be read, or the chain of hashes is broken.
    """
    return History(tuple(Entry.of(link) for link in chain_of(folder, shown=shown).read()))
