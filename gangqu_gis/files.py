"""Writing files whole: a reader sees the old file or the new one, never a part.

Every change to a folder that must survive a crash goes through this module: content is synced
before it gets its name, and a name is synced with its folder.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

from gangqu_gis.errors import InputError, RefusedError
from gangqu_gis.messages import message

#: How the names of unfinished files end; a process that is killed may leave one behind.
TEMPORARY_SUFFIX = ".unfinished"

#: How the name of the file that a replacement took away ends, until :func:`forget_previous`.
PREVIOUS_SUFFIX = ".previous"


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes; of a file that is not there, of nothing.

    Raises
    ------
    InputError
        It cannot be read.
    """
    try:
        return hashlib.sha256(path.read_bytes() if path.exists() else b"").hexdigest()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(message("file.cannot_read", reason=reason), file=str(path)) from error


def remove_unfinished(folder: Path) -> None:
    """Remove what killed writers left in ``folder``.  No writer may be at work there."""
    for path in folder.glob(f".*{TEMPORARY_SUFFIX}"):
        if not path.is_dir():
            remove(path)


def remove(path: Path) -> None:
    """Remove a file if it is there, and make that survive a crash.

    Raises
    ------
    InputError
        It cannot be removed.
    """
    try:
        os.unlink(path)
        sync_folder(path.parent)
    except FileNotFoundError:
        return
    except OSError as error:
        raise cannot_write(path, error) from error


def write_whole(path: Path, content: str | bytes) -> None:
    """Write ``content`` (text as UTF-8, LF) to ``path`` through a temporary file beside it.

    Raises
    ------
    InputError
        The folder or file cannot be written; the old file is untouched.
    """
    _place(path, content, os.replace)


def write_new(path: Path, content: str | bytes) -> None:
    """Write a file that must not exist yet, whole.

    Raises
    ------
    RefusedError
        The file exists: somebody else was faster.
    InputError
        It cannot be written.
    """
    try:
        _place(path, content, _link)
    except FileExistsError:
        raise RefusedError(message("file.exists_already"), file=str(path)) from None


def replace_known(path: Path, content: bytes, *, known: Collection[str]) -> None:
    """Replace ``path`` only while its SHA-256 is one of ``known``.

    What is replaced stays beside it (:func:`previous_of`) until :func:`forget_previous`, and is
    hashed once more afterwards: an editor that does not know our lock may have written into it
    meanwhile, and its edit is then put back.

    Raises
    ------
    RefusedError
        The file is not what it was known to be; it is left as it is.
    InputError
        It cannot be written; the old file is untouched.
    """

    def settle(temporary: str, target: Path) -> None:
        kept = previous_of(target)
        _keep(target, kept)
        if hash_of(kept) not in known or hash_of(target) not in known:
            raise _Changed
        os.replace(temporary, target)
        if hash_of(kept) not in known:
            put_back(target)
            raise _Changed

    try:
        _place(path, content, settle)
    except _Changed:
        forget_previous(path)
        raise RefusedError(message("store.changed_meanwhile"), file=str(path)) from None


def previous_of(path: Path) -> Path:
    """Return where :func:`replace_known` keeps what it replaced."""
    return path.parent / f".{path.name}{PREVIOUS_SUFFIX}"


def put_back(path: Path) -> None:
    """Undo :func:`replace_known`: what was replaced stands at ``path`` again."""
    kept = previous_of(path)
    if kept.exists():
        os.replace(kept, path)
        sync_folder(path.parent)


def forget_previous(path: Path) -> None:
    """Let go of what :func:`replace_known` replaced."""
    remove(previous_of(path))


class _Changed(Exception):
    """The file is not what it was known to be."""


#: What a file system without hard links answers (FAT, some network shares).
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def _keep(path: Path, kept: Path) -> None:
    """Give the file at ``path`` a second name, so that it outlives its replacement."""
    with suppress(FileNotFoundError):
        os.unlink(kept)
    try:
        os.link(path, kept)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copyfile(path, kept)


def _link(temporary: str, path: Path) -> None:
    """Give a finished file its name, unless the name is taken."""
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_LINKS or path.exists():
            raise
        os.rename(temporary, path)
        return
    os.unlink(temporary)


def _place(path: Path, content: str | bytes, settle: Callable[[str, Path], None]) -> None:
    raw = content.encode("utf-8") if isinstance(content, str) else content
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=TEMPORARY_SUFFIX
        )
        with os.fdopen(handle, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        settle(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        if settle is _link and path.exists() and not isinstance(error, PermissionError):
            raise FileExistsError from error
        raise cannot_write(path, error) from error
    finally:
        if temporary is not None and os.path.exists(temporary):
            with suppress(OSError):
                os.unlink(temporary)


def cannot_write(path: Path, error: OSError) -> InputError:
    """Return the error of a file that could not be written."""
    reason = error.strerror or str(error)
    return InputError(message("file.cannot_write", reason=reason), file=str(path))


def sync_folder(folder: Path) -> None:
    """Make a new name in ``folder`` survive a crash, where the system allows it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
