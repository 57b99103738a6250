"""A model of a disk that loses and reorders what was not synced, for the writes of ``files``.

What the code under test does is recorded on a real folder.  From the record, the states that a
power cut may leave are built: a file's content is sure once the file was synced after it was
written, a name (created, replaced, linked, removed) once its folder was synced after the change.
Whatever is not sure may be there or not, in any order.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Step:
    """One operation: ``what`` on ``path`` (from ``source``), of the file ``inode``."""

    what: str
    path: str
    source: str = ""
    inode: int = 0
    content: bytes = b""


class Recorder:
    """The ``os`` and ``tempfile`` that ``files`` uses; every operation is done and written down."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._folders: dict[int, str] = {}
        self._files: dict[int, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def mkstemp(self, **named: Any) -> tuple[int, str]:
        handle, path = tempfile.mkstemp(**named)
        self._files[handle] = path
        self._note("create", path, inode=os.fstat(handle).st_ino)
        return handle, path

    def fdopen(self, handle: int, mode: str) -> Any:
        stream, write = os.fdopen(handle, mode), None
        inode, path = os.fstat(handle).st_ino, self._files[handle]
        write = stream.write

        def noted(raw: bytes) -> int:
            self._note("write", path, inode=inode, content=bytes(raw))
            return int(write(raw))

        return _Stream(stream, noted)

    def open(self, path: Any, flags: int) -> int:
        handle = os.open(path, flags)
        self._folders[handle] = str(path)
        return handle

    def fsync(self, handle: int) -> None:
        os.fsync(handle)
        if handle in self._folders:
            self._note("sync_folder", self._folders.pop(handle))
        else:
            self._note("sync", self._files[handle], inode=os.fstat(handle).st_ino)

    def replace(self, source: Any, target: Any) -> None:
        os.replace(source, target)
        self._note("name", str(target), str(source), os.stat(target).st_ino)

    rename = replace

    def link(self, source: Any, target: Any) -> None:
        os.link(source, target)
        self._note("link", str(target), str(source), os.stat(target).st_ino)

    def unlink(self, path: Any) -> None:
        os.unlink(path)
        self._note("remove", str(path))

    def _note(
        self, what: str, path: str, source: str = "", inode: int = 0, content: bytes = b""
    ) -> None:
        self.steps.append(Step(what, path, source, inode, content))


class _Stream:
    def __init__(self, stream: Any, write: Any) -> None:
        self._stream, self.write = stream, write

    def __enter__(self) -> _Stream:
        return self

    def __exit__(self, *_: Any) -> None:
        self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def states_after_a_power_cut(
    steps: list[Step], before: dict[str, bytes]
) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield every state (path → content) that a cut after each step may leave, once each.

    Of what is not sure at that instant: all of it lost, all of it there, and each piece alone lost
    or alone there; contents that are not sure: there, empty, or half of them.
    """
    seen: set[frozenset[tuple[str, bytes]]] = set()
    for cut in range(len(steps) + 1):
        done = steps[:cut]
        unsure = [at for at, step in enumerate(done) if _is_naming(step) and not _sure(done, at)]
        choices = [set(unsure), set(), *({at} for at in unsure)]
        choices += [set(unsure) - {at} for at in unsure]
        for lost in choices:
            for torn in ("whole", "empty", "half"):
                state = _state(done, before, lost, torn)
                key = frozenset(state.items())
                if key not in seen:
                    seen.add(key)
                    yield f"after step {cut}, lost {sorted(lost)}, contents {torn}", state


def _is_naming(step: Step) -> bool:
    return step.what in ("create", "name", "link", "remove")


def _sure(done: list[Step], at: int) -> bool:
    """Whether the change of a name was synced with its folder."""
    folder = str(Path(done[at].path).parent)
    return any(step.what == "sync_folder" and step.path == folder for step in done[at + 1 :])


def _state(
    done: list[Step], before: dict[str, bytes], lost: set[int], torn: str
) -> dict[str, bytes]:
    contents: dict[int, bytes] = {}
    names: dict[str, int | bytes] = dict(before)
    for at, step in enumerate(done):
        if step.what == "write":
            synced = any(s.what == "sync" and s.inode == step.inode for s in done[at + 1 :])
            kept = {
                "whole": step.content,
                "empty": b"",
                "half": step.content[: len(step.content) // 2],
            }
            contents[step.inode] = step.content if synced else kept[torn]
        elif at in lost:
            continue
        elif step.what == "create":
            names[step.path] = step.inode
        elif step.what in ("name", "link"):
            file = names.get(step.source)
            names[step.path] = step.inode if file is None else file
            if step.what == "name":
                names.pop(step.source, None)
        elif step.what == "remove":
            names.pop(step.path, None)
    return {
        path: contents.get(file, b"") if isinstance(file, int) else file
        for path, file in names.items()
    }
