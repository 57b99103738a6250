"""The layers as they were: the history replayed from the layer that its first entry found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gangqu_gis.changes import apply
from gangqu_gis.documents import read_bytes
from gangqu_gis.errors import InputError
from gangqu_gis.files import hash_of
from gangqu_gis.history import Entry, History, base_of, plain_base
from gangqu_gis.layerfile import records_in
from gangqu_gis.messages import message
from gangqu_gis.records import Record, id_of
from gangqu_gis.workspace import Workspace


def state_at(workspace: Workspace, history: History, layer: str, number: int) -> list[Record]:
    """Return the records of ``layer`` as entry ``number`` left them; 0 is before the first entry.

    A layer that the history does not touch is as its file is.

    Raises
    ------
    InputError
        The layer's base is missing or altered, or an entry does not fit the one before it.
    """
    entries = history.of_layer(layer)
    if not entries:
        return read_records(workspace, layer)
    records = _base(workspace, layer, entries[0])
    for entry in entries:
        if entry.number > number:
            break
        records = step(records, entry, shown=f"data/history/{entry.number:06d}.json")
    return records


def step(records: Sequence[Record], entry: Entry, *, shown: str) -> list[Record]:
    """Return the records after one entry.

    Raises
    ------
    InputError
        The entry speaks of a feature that was not as it says.
    """
    known = {id_of(record): record for record in records}
    for change in entry.changes:
        if known.get(change.id) != change.before:
            text = message("history.does_not_fit", number=entry.number, id=change.id)
            raise InputError(text, file=shown)
    return apply(records, entry.changes, id_of=id_of, of=_itself)


def fault_of(workspace: Workspace, history: History, layer: str) -> InputError | None:
    """Return why the entries on ``layer`` do not lead to its file, or ``None``.

    Each entry must fit the one before, and the last must leave what the file holds.  A file that
    was edited elsewhere (:meth:`History.drifted`) is not compared, nor is that of a layer that
    the workspace lists no more (:meth:`History.unlisted`): of that, only the entries are.
    """
    entries = history.of_layer(layer)
    if not entries:
        return None
    path = workspace.layer_path(layer) if layer in workspace.layer_files else None
    if path is not None and not path.exists():
        return InputError(message("file.missing"), file=workspace.shown(path))
    try:
        records = state_at(workspace, history, layer, len(history.entries))
    except InputError as error:
        return error
    same_file = path is not None and hash_of(path) == entries[-1].layer_after
    if same_file and records != read_records(workspace, layer):
        text = message("history.other_end", layer=layer, number=entries[-1].number)
        return InputError(text, file=f"data/history/{entries[-1].number:06d}.json")
    return None


def read_records(workspace: Workspace, layer: str) -> list[Record]:
    """Return the features of a layer's file, with the digits that are kept."""
    path = workspace.layer_path(layer)
    shown = workspace.shown(path)
    return records_in(read_bytes(path, shown=shown), name=layer, shown=shown)


def unreadable(workspace: Workspace, layer: str) -> InputError | None:
    """Return why a layer's file cannot be read, or ``None`` where it can."""
    try:
        read_records(workspace, layer)
    except InputError as error:
        return error
    return None


def require_base(workspace: Workspace, history: History, layer: str) -> None:
    """Refuse to build on a history that can no longer be replayed.

    Raises
    ------
    InputError
        The layer has entries, and its base is missing or altered.
    """
    entries = history.of_layer(layer)
    if entries:
        _base_path(workspace, layer, entries[0])


def _base(workspace: Workspace, layer: str, first: Entry) -> list[Record]:
    path = _base_path(workspace, layer, first)
    return records_in(path.read_bytes(), name=layer, shown=workspace.shown(path))


def _base_path(workspace: Workspace, layer: str, first: Entry) -> Path:
    path = base_of(workspace, layer, first.layer_before)
    if not path.exists():
        plain = plain_base(workspace, layer)
        key = "history.altered_base" if plain.exists() else "history.no_base"
        raise InputError(message(key, layer=layer), file=workspace.shown(plain))
    return path


def _itself(record: Any) -> Any:
    return record
