"""The one place where a layer and its history are written, together or not at all.

A write is announced in a journal (``data/.journal.json``: the whole entry, with the hash of the
layer before and after), then the new layer is laid beside the old one (``data/.pending``), both
synced to disk.  Then the old layer is hashed once more and replaced, the entry is added to the
history, and the journal is removed.  Whatever instant the process dies at, :func:`recover`
finishes the write or takes it back whole; it acts on a journal only, and never on a layer that
somebody edited.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import socket
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from gangqu_gis import layerfile
from gangqu_gis.chain import Link
from gangqu_gis.errors import GangquError, InputError, RefusedError
from gangqu_gis.files import (
    PREVIOUS_SUFFIX,
    forget_previous,
    hash_of,
    previous_of,
    put_back,
    remove,
    remove_unfinished,
    replace_known,
    write_whole,
)
from gangqu_gis.history import Entry, base_of, chain_of
from gangqu_gis.messages import message
from gangqu_gis.workspace import Workspace

#: Seconds that a writer waits for another one before it gives up.
LOCK_WAIT_S = 30.0


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
        Another process holds it: who, where, since when and for how long.
    InputError
        The folder cannot be written.
    """
    places = _Places(workspace.data)
    lock = FileLock(places.lock)
    try:
        lock.acquire(timeout=wait_s)
    except Timeout:
        raise RefusedError(message("store.locked", **_owner(places))) from None
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        shown = workspace.shown(places.lock)
        raise InputError(message("file.cannot_write", reason=reason), file=shown) from error
    try:
        write_whole(places.owner, json.dumps(_self()))
        recover(workspace)
        yield
    finally:
        with suppress(OSError):
            places.owner.unlink(missing_ok=True)
        lock.release()


def commit(
    workspace: Workspace,
    *,
    layer: str,
    expected_hash: str,
    content: bytes,
    record: Mapping[str, Any],
) -> Entry:
    """Replace ``layer`` by ``content`` and add ``record`` to the history.  The lock must be held.

    ``expected_hash`` is that of the layer's file when the change was prepared.

    Raises
    ------
    RefusedError
        The layer has changed since, is open in a GIS, or is a link: replacing it would cut the
        link, and leave whoever shares the file with an old layer.
    InputError
        A file cannot be written; the layer and the history are as before.
    """
    places = _Places(workspace.data)
    path = workspace.layer_path(layer)
    if path.is_symlink():
        text = message("store.a_link", target=path.resolve())
        raise RefusedError(text, file=workspace.shown(path))
    refuse_open(workspace, path)
    if hash_of(path) != expected_hash:
        raise RefusedError(message("store.changed_meanwhile"), file=workspace.shown(path))
    whole = {
        **record,
        "transaction": uuid.uuid4().hex,
        "layer": layer,
        "layer_before": expected_hash,
        "layer_after": hashlib.sha256(content).hexdigest(),
    }
    try:
        write_whole(places.journal, json.dumps(whole, ensure_ascii=False))
        keep_base(workspace, layer, expected_hash)
        write_whole(places.pending, content)
        return _finish(workspace, whole)
    except GangquError:
        made = _take_back(workspace, whole)
        if made is None:
            raise
        return Entry.of(made)


def refuse_open(workspace: Workspace, path: Path) -> None:
    """Refuse to replace a file that a GIS has open: what it writes later would go astray."""
    mark = layerfile.beside(path)
    if mark is not None:
        text = message("layer.open_elsewhere", mark=mark.name)
        raise RefusedError(text, file=workspace.shown(path))


def recover(workspace: Workspace) -> str | None:
    """Finish or take back a write that was cut short; return what was done, or ``None``.

    Raises
    ------
    RefusedError
        The layer is neither what it was before that write nor what it was to become: it was
        edited since, and is left alone.
    """
    places = _Places(workspace.data)
    history = workspace.data / "history"
    for folder in (workspace.data, history, history / "base", workspace.data / "approvals"):
        remove_unfinished(folder)
    if not places.journal.exists():
        for left in (places.pending, *workspace.data.glob(f".*{PREVIOUS_SUFFIX}")):
            if left.exists():
                remove(left)
        return None
    record = _journal(places)
    path = workspace.layer_path(record["layer"])
    before, after = record["layer_before"], record["layer_after"]
    kept = previous_of(path)
    if kept.exists() and hash_of(kept) not in (before, after):
        put_back(path)
    now = hash_of(path)
    if now not in (before, after):
        raise RefusedError(message("store.foreign_edit"), file=workspace.shown(path))
    if now == before and not _is_whole(places.pending, after):
        if _recorded(workspace, record):
            raise InputError(message("store.lost_layer"), file=workspace.shown(path))
        _clear(places, path)
        return "rolled_back"
    _finish(workspace, record)
    return "finished"


def waiting(workspace: Workspace) -> bool:
    """Whether a write was cut short and waits for the next writer to finish or take it back."""
    return _Places(workspace.data).journal.exists()


def _journal(places: _Places) -> Mapping[str, Any]:
    """Return what the journal announces."""
    shown = "data/.journal.json"
    try:
        record = json.loads(places.journal.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(message("store.bad_journal"), file=shown) from error
    names = ("layer", "layer_before", "layer_after", "transaction")
    if not isinstance(record, dict) or not all(isinstance(record.get(n), str) for n in names):
        raise InputError(message("store.bad_journal"), file=shown)
    return record


def keep_base(workspace: Workspace, layer: str, expected_hash: str) -> None:
    """Keep the layer as it is before its first entry: the history is replayed from it.

    The lock must be held.
    """
    chain = chain_of(workspace.data / "history", shown="data/history")
    if any(link.content.get("layer") == layer for link in chain.read()):
        return
    base, path = base_of(workspace, layer, expected_hash), workspace.layer_path(layer)
    if hash_of(base) == expected_hash:
        return
    raw = path.read_bytes() if path.exists() else b""
    if hashlib.sha256(raw).hexdigest() != expected_hash:
        raise RefusedError(message("store.changed_meanwhile"), file=workspace.shown(path))
    write_whole(base, raw)


def _finish(workspace: Workspace, record: Mapping[str, Any]) -> Entry:
    places = _Places(workspace.data)
    path = workspace.layer_path(record["layer"])
    known = (record["layer_before"], record["layer_after"])
    if hash_of(path) != record["layer_after"]:
        replace_known(path, places.pending.read_bytes(), known=known)
    chain = chain_of(workspace.data / "history", shown="data/history")
    link = _recorded(workspace, record) or chain.append(record, rows="changes")
    with suppress(GangquError):
        # Both are written: what cannot be cleared away now is cleared by the next writer.
        _clear(places, path)
    return Entry.of(link)


def _recorded(workspace: Workspace, record: Mapping[str, Any]) -> Link | None:
    """Return the last record of the history if it is that of this write."""
    links = chain_of(workspace.data / "history", shown="data/history").read()
    if links and links[-1].content.get("transaction") == record["transaction"]:
        return links[-1]
    return None


def _take_back(workspace: Workspace, record: Mapping[str, Any]) -> Link | None:
    """Undo a write that failed; what cannot be undone now is left to :func:`recover`.

    Where the entry stands in the history already the write is made, and the entry is returned.
    """
    places = _Places(workspace.data)
    path = workspace.layer_path(record["layer"])
    with suppress(GangquError, OSError):
        made = _recorded(workspace, record)
        if made is not None:
            return made
        if hash_of(previous_of(path)) == record["layer_before"] != hash_of(path):
            put_back(path)
        if hash_of(path) != record["layer_after"]:
            _clear(places, path)
    return None


def _clear(places: _Places, path: Path) -> None:
    """Forget a write that is done or taken back.

    The journal goes first: without it the rest means nothing, and with it a crash in between
    would find it pointing at what is no longer there.
    """
    remove(places.journal)
    remove(places.pending)
    forget_previous(path)


def _is_whole(path: Path, wanted: str) -> bool:
    return path.exists() and hash_of(path) == wanted


def _self() -> dict[str, Any]:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "?"
    host = socket.gethostname()
    return {"user": user, "host": host, "process": os.getpid(), "since": time.time()}


def _owner(places: _Places) -> dict[str, Any]:
    try:
        owner = json.loads(places.owner.read_text(encoding="utf-8"))
        since = datetime.fromtimestamp(owner["since"]).isoformat(timespec="seconds")
        minutes = max(0, int((time.time() - owner["since"]) / 60))
        who = {name: owner[name] for name in ("user", "host", "process")}
    except (OSError, ValueError, KeyError, TypeError):
        return {"user": "?", "host": "?", "process": "?", "since": "?", "minutes": "?"}
    return {**who, "since": since, "minutes": minutes}
