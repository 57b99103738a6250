"""The one place where a layer and its history are written, together or not at all.

A write is announced in a journal (``data/.journal.json``) with the hash of the layer before and
after and the new layer beside it (``data/.pending``), both synced to disk.  Then the layer is
replaced, the change set is added to the history, and the journal is removed.  Whatever instant
the process dies at, :func:`recover` finishes the write or takes it back whole; it acts on a
journal only, and never on a layer that somebody edited.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from gangqu_gis.errors import InputError, RefusedError
from gangqu_gis.files import remove_unfinished, write_whole
from gangqu_gis.history import Entry, chain_of
from gangqu_gis.messages import message
from gangqu_gis.workspace import Workspace

#: Seconds that a writer waits for another one before it gives up.
LOCK_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the bookkeeping of a workspace's writes lies."""

    data: Path

    @property
    def lock(self) -> Path:
        return self.data / ".lock"

    @property
    def owner(self) -> Path:
        return self.data / ".lock-owner.json"

    @property
    def journal(self) -> Path:
        return self.data / ".journal.json"

    @property
    def pending(self) -> Path:
        return self.data / ".pending"


@contextmanager
def locked(workspace: Workspace, *, wait_s: float = LOCK_WAIT_S) -> Iterator[None]:
    """Hold the workspace's write lock; the operating system frees it when the process dies.

    Raises
    ------
    RefusedError
        Another process holds it: who, and since when.
    """
    places = _Places(workspace.data)
    lock = FileLock(places.lock)
    try:
        lock.acquire(timeout=wait_s)
    except Timeout:
        raise RefusedError(message("store.locked", **_owner(places))) from None
    try:
        owner = {"user": getpass.getuser(), "process": os.getpid(), "since": time.time()}
        write_whole(places.owner, json.dumps(owner))
        recover(workspace)
        yield
    finally:
        with suppress(OSError):
            places.owner.unlink(missing_ok=True)
        lock.release()


def commit(
    workspace: Workspace, *, layer: str, expected_hash: str, text: str, record: Mapping[str, Any]
) -> Entry:
    """Replace ``layer`` by ``text`` and add ``record`` to the history.  The lock must be held.

    ``expected_hash`` is that of the layer's file when the change was prepared.

    Raises
    ------
    RefusedError
        The layer has changed since.
    InputError
        A file cannot be written; the layer and the history are as before.
    """
    places = _Places(workspace.data)
    path = workspace.layer_path(layer)
    if hash_of(path) != expected_hash:
        raise RefusedError(message("store.changed_meanwhile"), file=workspace.shown(path))
    raw = text.encode("utf-8")
    after = hashlib.sha256(raw).hexdigest()
    whole = {**record, "layer": layer, "layer_before": expected_hash, "layer_after": after}
    write_whole(places.pending, raw)
    write_whole(places.journal, json.dumps(whole, ensure_ascii=False))
    return _finish(workspace, whole)


def recover(workspace: Workspace) -> str | None:
    """Finish or take back a write that was cut short; return what was done, or ``None``.

    Raises
    ------
    RefusedError
        The layer is neither what it was before that write nor what it was to become: it was
        edited since, and is left alone.
    """
    places = _Places(workspace.data)
    for folder in (workspace.data, workspace.data / "history", workspace.data / "approvals"):
        remove_unfinished(folder)
    if not places.journal.exists():
        places.pending.unlink(missing_ok=True)
        return None
    record = _journal(places)
    path = workspace.layer_path(record["layer"])
    now = hash_of(path)
    if now not in (record["layer_before"], record["layer_after"]):
        raise RefusedError(message("store.foreign_edit"), file=workspace.shown(path))
    if now == record["layer_before"] and not _is_whole(places.pending, record["layer_after"]):
        _clear(places)
        return "rolled_back"
    _finish(workspace, record)
    return "finished"


def _journal(places: _Places) -> Mapping[str, Any]:
    """Return what the journal announces."""
    shown = "data/.journal.json"
    try:
        record = json.loads(places.journal.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(message("store.bad_journal"), file=shown) from error
    names = ("layer", "layer_before", "layer_after", "time")
    if not isinstance(record, dict) or not all(isinstance(record.get(n), str) for n in names):
        raise InputError(message("store.bad_journal"), file=shown)
    return record


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes; of a file that is not there, of nothing."""
    return hashlib.sha256(path.read_bytes() if path.exists() else b"").hexdigest()


def _finish(workspace: Workspace, record: Mapping[str, Any]) -> Entry:
    places = _Places(workspace.data)
    path = workspace.layer_path(record["layer"])
    if hash_of(path) != record["layer_after"]:
        write_whole(path, places.pending.read_bytes())
    chain = chain_of(workspace.data / "history", shown="data/history")
    links = chain.read()
    recorded = links and links[-1].content.get("layer_after") == record["layer_after"]
    if recorded and links[-1].content.get("time") == record["time"]:
        link = links[-1]
    else:
        link = chain.append(record, rows="changes")
    _clear(places)
    return Entry.of(link)


def _clear(places: _Places) -> None:
    places.journal.unlink(missing_ok=True)
    places.pending.unlink(missing_ok=True)


def _is_whole(path: Path, wanted: str) -> bool:
    return path.exists() and hash_of(path) == wanted


def _owner(places: _Places) -> dict[str, Any]:
    try:
        owner = json.loads(places.owner.read_text(encoding="utf-8"))
        since = datetime.fromtimestamp(owner["since"]).isoformat(timespec="seconds")
        return {"user": owner["user"], "process": owner["process"], "since": since}
    except (OSError, ValueError, KeyError):
        return {"user": "?", "process": "?", "since": "?"}
