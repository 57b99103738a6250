"""Rebuilding a layer whose file was lost or damaged, from the history and its base."""

from __future__ import annotations

from pathlib import Path

from gangqu_gis.documents import read_bytes
from gangqu_gis.errors import InputError, RefusedError, UsageError
from gangqu_gis.files import hash_of, write_new, write_whole
from gangqu_gis.history import read_history
from gangqu_gis.layerfile import layer_bytes
from gangqu_gis.layers import feature_of, read_layer
from gangqu_gis.messages import message
from gangqu_gis.replay import state_at
from gangqu_gis.schema import read_schema
from gangqu_gis.store import locked
from gangqu_gis.workspace import Workspace

#: What the damaged file is kept as.
DAMAGED = ".damaged"


def restore_layer(workspace: Workspace, layer: str) -> Path | None:
    """Write ``layer`` as the history left it; return where a damaged file was kept, if any.

    Only a file that is missing or cannot be read is replaced: one that can be read and differs is
    somebody's edit.

    Raises
    ------
    UsageError
        There is no such layer, it has no history, or its file is as the history left it.
    RefusedError
        The file can be read: its edit is to be adopted; or a damaged copy is there already.
    InputError
        The history cannot be replayed, or nothing can be written.
    """
    if layer not in workspace.layer_files:
        known = ", ".join(workspace.layer_files)
        raise UsageError(message("update.no_layer", name=layer, known=known))
    path = workspace.layer_path(layer)
    with locked(workspace):
        history = read_history(workspace.data / "history", shown="data/history")
        if not history.of_layer(layer):
            raise UsageError(message("update.nothing_recorded", layer=layer))
        _refuse_what_can_be_read(workspace, layer, history.layer_hash(layer))
        schema = read_schema(workspace.data / "schema.toml", shown="data/schema.toml")
        records = state_at(workspace, history, layer, len(history.entries))
        kept = None
        if path.exists():
            kept = path.with_name(path.name + DAMAGED)
            if kept.exists():
                raise RefusedError(message("file.taken"), file=workspace.shown(kept))
            write_new(kept, read_bytes(path, shown=workspace.shown(path)))
        features = [feature_of(record, layer) for record in records]
        write_whole(path, layer_bytes(layer, features, schema, suffix=path.suffix))
        return kept


def _refuse_what_can_be_read(workspace: Workspace, layer: str, recorded: str | None) -> None:
    path = workspace.layer_path(layer)
    shown = workspace.shown(path)
    try:
        read_layer(path, name=layer, shown=shown, extent=workspace.extent)
    except InputError:
        return
    if hash_of(path) == recorded:
        raise UsageError(message("update.nothing_to_restore", layer=layer))
    raise RefusedError(message("update.drifted", layer=layer), file=shown)
