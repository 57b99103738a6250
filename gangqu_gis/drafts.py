"""Drafts of large results: a file that is written piece by piece and appears whole or not at all.

A draft lies in a hidden folder beside its target, which its writer holds locked.  A writer that
is killed leaves the folder behind; the next one at the same target finds it unlocked and removes
it.  What a running process still writes stays.
"""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gangqu_gis.files import TEMPORARY_SUFFIX, cannot_write, sync_folder


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """Yield the name of a draft, which becomes ``path`` if all goes well.

    Whatever ends the work before leaves ``path`` as it was, and no draft.

    Raises
    ------
    InputError
        The folder or file cannot be written.
    """
    _remove_abandoned(path)
    try:
        with _own_folder(path) as folder:
            draft = folder / path.name
            yield draft
            with draft.open("rb+") as stream:
                os.fsync(stream.fileno())
            os.replace(draft, path)
            sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error


@contextmanager
def _own_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder beside ``path``, locked while it is there."""
    for _ in range(_TRIES):
        folder = Path(
            tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=TEMPORARY_SUFFIX)
        )
        lock = _locked(folder)
        if lock is not None or folder.is_dir():
            break  # else somebody took it for abandoned before it was locked
    try:
        yield folder
    finally:
        _remove(folder, lock)


#: A new folder is taken away before it is locked once in a blue moon.  A file system that cannot
#: lock (some network shares) is written without: nothing is ever removed there either.
_TRIES = 5


def _remove(folder: Path, lock: int | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if lock is not None:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)  # on Windows an open file keeps its folder


def _remove_abandoned(path: Path) -> None:
    """Remove the draft folders beside ``path`` that no running process has locked."""
    pattern = f"{glob.escape(f'.{path.name}.')}*{TEMPORARY_SUFFIX}"
    for folder in path.parent.glob(pattern):
        if not folder.is_dir():
            continue
        lock = _locked(folder)
        if lock is not None:
            _remove(folder, lock)


def _locked(folder: Path) -> int | None:
    """Return a handle that locks a folder, or ``None``: another process holds it, or it is gone."""
    name = folder / "lock"
    with suppress(OSError):
        handle = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
            if os.path.samestat(os.fstat(handle), os.stat(name)):
                return handle
        except OSError:
            pass
        os.close(handle)
    return None


def _lock(handle: int) -> None:
    """Lock an open file for this process, at once or not at all (OSError)."""
    if os.name == "nt":
        import msvcrt

        locking = vars(msvcrt)["locking"]
        locking(handle, vars(msvcrt)["LK_NBLCK"], 1)
        return
    import fcntl

    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
