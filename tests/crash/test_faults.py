"""Each file operation of a write fails in turn: the layer is the old one or the new one, whole."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cases import ROOT
from scenarios import SCENARIOS, layer_path, restore, verify, written

from gangqu_gis import files, store
from gangqu_gis.errors import GangquError
from gangqu_gis.history import read_history
from gangqu_gis.update import Proposal, carry_out
from gangqu_gis.workspace import open_workspace

#: What may fail, and how: a full disk, no permission, a broken one.
OPERATIONS = {
    "write": errno.ENOSPC,
    "fsync": errno.EIO,
    "replace": errno.EACCES,
    "link": errno.ENOSPC,
    "unlink": errno.EACCES,
    "chmod": errno.EPERM,
    "open": errno.EMFILE,
    "mkstemp": errno.ENOSPC,
}


class Faulty:
    """The ``os`` and ``tempfile`` that ``files`` uses, of which one call fails."""

    def __init__(self, operation: str, nth: int) -> None:
        self.operation, self.nth, self.count = operation, nth, 0

    def _strike(self, operation: str) -> None:
        if operation == self.operation:
            self.count += 1
            if self.count == self.nth:
                number = OPERATIONS[operation]
                raise OSError(number, os.strerror(number))

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in OPERATIONS:
            return real

        def operation(*words: Any, **named: Any) -> Any:
            self._strike(name)
            return real(*words, **named)

        return operation

    def fdopen(self, handle: int, mode: str) -> Any:
        stream = os.fdopen(handle, mode)
        write = stream.write

        def half_written(raw: bytes) -> int:
            try:
                self._strike("write")
            except OSError:
                write(raw[: len(raw) // 2])
                stream.flush()
                raise
            return int(write(raw))

        return _Stream(stream, half_written)

    def mkstemp(self, **named: Any) -> tuple[int, str]:
        import tempfile

        self._strike("mkstemp")
        return tempfile.mkstemp(**named)


class _Stream:
    def __init__(self, stream: Any, write: Callable[[bytes], int]) -> None:
        self._stream, self.write = stream, write

    def __enter__(self) -> _Stream:
        return self

    def __exit__(self, *_: Any) -> None:
        self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@pytest.fixture(scope="module", params=SCENARIOS)
def prepared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Path, Proposal]]:
    """A workspace, a copy of it to go back to, and the change set to be made."""
    folder = tmp_path_factory.mktemp("faults")
    root, pristine = folder / "workspace", folder / "pristine"
    shutil.copytree(ROOT / "data", root / "data")
    proposal = SCENARIOS[request.param](root)
    (root / "data" / "history").mkdir(exist_ok=True)
    shutil.copytree(root / "data", pristine)
    yield root, pristine, proposal


@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_fails_nothing_is_lost(
    prepared: tuple[Path, Path, Proposal], operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nth call of one operation fails, for every n; then the next writer finds all in order."""
    root, pristine, proposal = prepared
    new = written(proposal)
    for nth in range(1, 60):
        restore(root, pristine)
        old = layer_path(root).read_bytes()
        before = len(read_history(root / "data" / "history", shown="h").entries)
        faulty = Faulty(operation, nth)
        made = False
        with monkeypatch.context() as patch:
            patch.setattr(files, "os", faulty)
            patch.setattr(files, "tempfile", faulty)
            with suppress(GangquError):
                carry_out(proposal, by="x", reason="x")
                made = True
        struck = faulty.count >= nth
        assert layer_path(root).read_bytes() in (old, new)
        assert made or struck, "what was refused was refused for the fault"
        if not made and not store.waiting(open_workspace(root)):
            assert (
                layer_path(root).read_bytes() == old
            ), "a failure that says so leaves the old layer"
        with store.locked(open_workspace(root)):
            pass
        assert verify(root, old=old, new=new, entries_before=before) == [], (operation, nth)
        if not struck:
            break
    assert nth > 1 and not struck, "every call was made to fail once"
