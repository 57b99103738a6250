"""Keeping a layer in a file of another form: GeoJSON, GeoPackage or GeoParquet.

The new file is written beside the old one, the history says so, workspace.toml names the new
file, and the old one goes: in this order, so that whatever instant the process dies at, the
workspace names a whole file.  The same command made again finishes what was begun.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gangqu_gis.changes import compare
from gangqu_gis.clock import now
from gangqu_gis.errors import InputError, RefusedError, UsageError
from gangqu_gis.files import hash_of, remove, write_new, write_whole
from gangqu_gis.history import CONVERT, Entry, chain_of
from gangqu_gis.layerfile import layer_bytes, records_in
from gangqu_gis.messages import message
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.records import Record, id_of
from gangqu_gis.replay import read_records
from gangqu_gis.store import keep_base, locked, refuse_open
from gangqu_gis.update.preparing import refuse_unready
from gangqu_gis.workspace import LAYER_FORMS, MARKER, Workspace, open_workspace


def convert_layer(workspace: Workspace, layer: str, form: str, *, by: str, reason: str) -> Entry:
    """Keep ``layer`` in a file of the form ``form`` (a suffix) and return the history's entry.

    The features stay as they are, to the last digit, except that attributes without a value
    become absent where the form is a table; the entry lists these.

    Raises
    ------
    UsageError
        There is no such layer or form, or the layer is kept in that form already.
    RefusedError
        The layer was edited outside the toolkit or is not in order, is a link or open in a GIS;
        the new file's name is taken; or the new form would not hold the same features.
    InputError
        A file cannot be read or written.
    """
    with locked(workspace):
        workspace = open_workspace(workspace.root)
        begun = _begun(workspace, layer, form)
        if begun is None:
            plan = load_plan(workspace)
            refuse_unready(plan, layer)
            _refuse_form(workspace, layer, form)
            begun = _begin(plan, layer, form, by=by, reason=reason)
        _finish(workspace, layer, begun)
        return begun


def _refuse_form(workspace: Workspace, layer: str, form: str) -> None:
    if form not in LAYER_FORMS:
        raise UsageError(message("convert.no_form", known=" ".join(LAYER_FORMS)))
    path = workspace.layer_path(layer)
    if path.suffix.lower() == form:
        text = message("convert.already", layer=layer, form=LAYER_FORMS[form])
        raise UsageError(text, file=workspace.shown(path))
    other = _relative(workspace, path.with_suffix(form))
    if other in workspace.layer_files.values():
        raise RefusedError(message("file.taken"), file=f"data/{other}")
    if path.is_symlink():
        text = message("store.a_link", target=path.resolve())
        raise RefusedError(text, file=workspace.shown(path))
    refuse_open(workspace, path)
    with_layer_file(_marker(workspace), layer, other)  # refuses what could not be finished


def _begin(plan: Plan, layer: str, form: str, *, by: str, reason: str) -> Entry:
    """Write the new file and the entry; what is read afterwards is still the old file."""
    workspace, own = plan.workspace, plan.layers[layer]
    path = workspace.layer_path(layer)
    target = path.with_suffix(form)
    content = layer_bytes(layer, own.features, plan.schema, suffix=form)
    shown = workspace.shown(target)
    before = read_records(workspace, layer)
    after = records_in(content, name=layer, shown=shown)
    if [_said(record) for record in before] != [_said(record) for record in after]:
        first = next((id_of(a) for a, b in zip(before, after, strict=False) if a != b), "?")
        raise RefusedError(message("convert.differs", id=first), file=shown)
    keep_base(workspace, layer, own.sha256)
    if target.exists():
        if target.read_bytes() != content:
            raise RefusedError(message("file.taken"), file=shown)
    else:
        write_new(target, content)
    record: dict[str, Any] = {
        "schema": "gangqu-gis/change-set/1",
        "time": now(),
        "by": by,
        "reason": reason,
        "action": CONVERT,
        "layer": layer,
        "layer_before": own.sha256,
        "layer_after": hash_of(target),
        "file_before": _relative(workspace, path),
        "file_after": _relative(workspace, target),
        "sources": [],
        "provenance": None,
        "changes": [change.as_record() for change in compare(before, after)],
    }
    chain = chain_of(workspace.data / "history", shown="data/history")
    return Entry.of(chain.append(record, rows="changes"))


def _begun(workspace: Workspace, layer: str, form: str) -> Entry | None:
    """Return the entry of a conversion to ``form`` that was cut short, if there is one."""
    links = chain_of(workspace.data / "history", shown="data/history").read()
    entries = [Entry.of(link) for link in links if link.content.get("layer") == layer]
    last = entries[-1] if entries else None
    if last is None or last.action != CONVERT:
        return None
    old, new = (workspace.data / str(last.content[key]) for key in ("file_before", "file_after"))
    whole = new == old.with_suffix(form) and hash_of(new) == last.layer_after
    return last if whole and old.exists() and hash_of(old) == last.layer_before else None


def _finish(workspace: Workspace, layer: str, entry: Entry) -> None:
    """Let workspace.toml name the new file, and remove the old one."""
    file = str(entry.content["file_after"])
    if workspace.layer_files[layer] != file:
        changed = with_layer_file(_marker(workspace), layer, file)
        write_whole(workspace.root / MARKER, changed)
    remove(workspace.data / str(entry.content["file_before"]))


def _marker(workspace: Workspace) -> str:
    return (workspace.root / MARKER).read_bytes().decode("utf-8")


def with_layer_file(marker: str, layer: str, file: str) -> str:
    """Return the text of a workspace.toml in which ``layer`` lies in ``file``; all else stays.

    Raises
    ------
    InputError
        The line cannot be told: the table [layers] is written in another way.
    """
    rows = marker.splitlines(keepends=True)
    name = rf"""(?:{re.escape(layer)}|"{re.escape(layer)}"|'{re.escape(layer)}')"""
    line = re.compile(rf"""(\s*{name}\s*=\s*)(["'])[^"']*\2""")
    in_layers = False
    for at, row in enumerate(rows):
        if row.lstrip().startswith("["):
            in_layers = bool(re.match(r"\s*\[\s*layers\s*\]", row))
        elif in_layers and line.match(row):
            rows[at] = line.sub(lambda found: f'{found[1]}"{file}"', row, count=1)
    changed = "".join(rows)
    wanted = _parsed(marker) or {}
    wanted["layers"] = {**wanted.get("layers", {}), layer: file}
    if _parsed(changed) != wanted:
        raise InputError(message("convert.by_hand", layer=layer), file=MARKER.as_posix())
    return changed


def _parsed(marker: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(marker.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError:  # of a marker that was read before: the line was more than that
        return None


def _said(record: Record) -> Mapping[str, Any]:
    """Return a record without the attributes that say nothing."""
    properties = record.get("properties") or {}
    return {**record, "properties": {k: v for k, v in properties.items() if v is not None}}


def _relative(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.data).as_posix()
