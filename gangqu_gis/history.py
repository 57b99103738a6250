"""The history of the layers: one record per change set, in an append-only chain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from gangqu_gis.chain import NO_RECORD, Chain, Link
from gangqu_gis.errors import InputError
from gangqu_gis.files import hash_of
from gangqu_gis.messages import message
from gangqu_gis.workspace import LAYER_FORMS, Workspace

_REQUIRED = ("time", "by", "reason", "layer", "changes")

#: A GeoJSON feature as the history keeps it.
Record = Mapping[str, Any]


#: What an entry may be: a file brought in, an earlier entry taken back, a foreign edit adopted, the
#: layer put into a file of another form.
UPDATE, UNDO, ADOPT, CONVERT = "update", "undo", "adopt", "convert"


@dataclass(frozen=True, slots=True)
class Change:
    """One feature before and after; ``None`` where it did not exist.

    ``whlx`` is the change type of the planning databases: 1 调入, 2 属性变更, 3 调出.  ``follows``
    is the id of the feature before it in the layer, "" for the first one; it says where a feature
    that comes or goes stands.  ``origin`` names the source file and the line it came from.
    """

    id: str
    whlx: int
    before: Record | None
    after: Record | None
    follows: str | None = None
    origin: Mapping[str, Any] | None = None

    @property
    def moves_geometry(self) -> bool:
        """Whether the geometry after is not the one before."""
        before = None if self.before is None else self.before.get("geometry")
        after = None if self.after is None else self.after.get("geometry")
        return bool(before != after)

    def as_record(self) -> dict[str, Any]:
        """Return the change as the history stores it."""
        record = {"id": self.id, "whlx": self.whlx, "before": self.before, "after": self.after}
        extra = {"follows": self.follows, "origin": self.origin}
        return record | {name: value for name, value in extra.items() if value is not None}

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Change:
        """Return the change that a record of the history holds."""
        return cls(
            record["id"],
            record["whlx"],
            record.get("before"),
            record.get("after"),
            record.get("follows"),
            record.get("origin"),
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One change set as recorded; ``hash`` is that of its file.

    ``sources`` are the files it came from, each with name and SHA-256; ``undoes`` is the number
    of the entry that it takes back; ``content`` is the whole record.
    """

    number: int
    time: str
    by: str
    reason: str
    layer: str
    changes: tuple[Change, ...]
    provenance: Mapping[str, Any] | None
    sources: tuple[Mapping[str, Any], ...]
    hash: str
    layer_before: str = ""
    layer_after: str = ""
    action: str = UPDATE
    undoes: int | None = None
    content: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, link: Link) -> Entry:
        """Return the entry that a record of the chain holds.

        Raises
        ------
        InputError
            The record is no change set.
        """
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
            changes=tuple(Change.of(change) for change in content["changes"]),
            provenance=content.get("provenance"),
            sources=tuple(content.get("sources") or ()),
            hash=link.hash,
            layer_before=content.get("layer_before") or "",
            layer_after=content.get("layer_after") or "",
            action=content.get("action") or UPDATE,
            undoes=content.get("undoes"),
            content=content,
        )

    def touches(self, ids: frozenset[str]) -> bool:
        """Whether the change set touched any of ``ids``."""
        return any(change.id in ids for change in self.changes)


@dataclass(frozen=True)
class History:
    """Every entry, oldest first."""

    entries: tuple[Entry, ...] = ()

    @property
    def head(self) -> str:
        """The hash that stands for the whole history."""
        return self.entries[-1].hash if self.entries else NO_RECORD

    def entry(self, number: int) -> Entry | None:
        """Return the entry with this number, if there is one."""
        return self.entries[number - 1] if 0 < number <= len(self.entries) else None

    def until(self, number: int) -> History:
        """Return the history as it was after entry ``number``; 0 is before the first."""
        return History(self.entries[:number])

    def unlisted(self, listed: Iterable[str]) -> list[str]:
        """Return the layers that entries speak of and that are not among ``listed``."""
        known = set(listed)
        return list(dict.fromkeys(e.layer for e in self.entries if e.layer not in known))

    def after(self, head: str) -> tuple[Entry, ...]:
        """Return the entries after the one whose hash is ``head``; all where there is none."""
        known = next((entry.number for entry in self.entries if entry.hash == head), 0)
        return self.entries[known:]

    def of_layer(self, layer: str) -> tuple[Entry, ...]:
        """Return the entries on ``layer``, oldest first."""
        return tuple(entry for entry in self.entries if entry.layer == layer)

    @cached_property
    def _touching(self) -> Mapping[str, Sequence[tuple[Entry, Change]]]:
        """Every change by the feature it touches, oldest first."""
        found: dict[str, list[tuple[Entry, Change]]] = {}
        for entry in self.entries:
            for change in entry.changes:
                found.setdefault(change.id, []).append((entry, change))
        return found

    def changes_of(self, id_: str) -> Sequence[tuple[Entry, Change]]:
        """Return every change of feature ``id_`` with its entry, oldest first."""
        return self._touching.get(id_, ())

    def origin_of(self, id_: str) -> tuple[Entry, Change] | None:
        """Return the entry that gave feature ``id_`` its present geometry, or vouched for it last.

        An entry that takes another one back restores what stood before that one, and with it
        where that came from.
        """
        limit: int | None = None
        for entry, change in reversed(self.changes_of(id_)):
            if limit is not None and entry.number >= limit:
                continue
            if entry.action == UNDO and entry.undoes is not None:
                limit = entry.undoes
            elif change.moves_geometry or entry.provenance is not None:
                return entry, change
        return None

    def state_of(self, id_: str) -> Record | None:
        """Return feature ``id_`` as the latest entry that touched it left it."""
        touching = self.changes_of(id_)
        return touching[-1][1].after if touching else None

    def layer_hash(self, layer: str) -> str | None:
        """Return the hash that ``layer`` had after the latest entry on it."""
        return next((e.layer_after for e in reversed(self.entries) if e.layer == layer), None)

    def drifted(self, layer: str, present: str) -> bool:
        """Whether the layer, whose file now has the hash ``present``, was edited elsewhere."""
        return self.layer_hash(layer) not in (None, present)

    def editors_of(self, ids: frozenset[str]) -> frozenset[str]:
        """Return who made the change sets that touched any of ``ids``."""
        return frozenset(entry.by for entry in self.entries if entry.touches(ids))


def plain_base(workspace: Workspace, layer: str) -> Path:
    """Return where the base of ``layer`` is kept if no other one has that name already."""
    # Of a layer that the workspace lists no more the name of its file is not known.
    name = workspace.layer_files.get(layer, f"{layer}.geojson")
    return workspace.data / "history" / "base" / name


def base_of(workspace: Workspace, layer: str, wanted: str) -> Path:
    """Return where ``layer`` is kept as it was before its first entry, with the hash ``wanted``.

    It bears the name of the layer's file; where another base has that name already, the beginning
    of its hash too.  A base is known by its hash also after the layer's file got another name.
    """
    plain = plain_base(workspace, layer)
    if hash_of(plain) == wanted:
        return plain
    folder = plain.parent
    others = (
        sorted(p for p in folder.glob("*") if p.suffix in LAYER_FORMS) if folder.is_dir() else []
    )
    same = next((path for path in others if hash_of(path) == wanted), None)
    if same is not None or not plain.exists():
        return same or plain
    return plain.with_name(f"{plain.stem}-{wanted[:16]}{plain.suffix}")


def _is_sound(content: Mapping[str, Any]) -> bool:
    """Whether a record has the shape that a change set must have."""
    texts = all(isinstance(content[name], str) for name in ("time", "by", "reason", "layer"))
    changes = content["changes"]
    provenance, sources = content.get("provenance"), content.get("sources") or []
    undoes = content.get("undoes")
    return (
        texts
        and isinstance(changes, list)
        and all(_is_change(change) for change in changes)
        and (provenance is None or isinstance(provenance, dict))
        and isinstance(sources, list)
        and all(isinstance(source, dict) for source in sources)
        and content.get("action", UPDATE) in (UPDATE, UNDO, ADOPT, CONVERT)
        and (undoes is None or (isinstance(undoes, int) and 0 < undoes < content["number"]))
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
