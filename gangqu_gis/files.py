"""Writing files whole: a reader sees the old file or the new one, never a part."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from gangqu_gis.errors import InputError, RefusedError
from gangqu_gis.messages import message

#: How the names of unfinished files end; a process that is killed may leave one behind.
TEMPORARY_SUFFIX = ".unfinished"


def remove_unfinished(folder: Path) -> None:
    """Remove what killed writers left in ``folder``.  No writer may be at work there."""
    for path in folder.glob(f".*{TEMPORARY_SUFFIX}"):
        path.unlink(missing_ok=True)


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


def _link(temporary: str, path: Path) -> None:
    """Give a finished file its name, unless the name is taken."""
    os.link(temporary, path)
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
        _sync_folder(path.parent)
    except OSError as error:
        if isinstance(error, FileExistsError) and settle is _link and path.exists():
            raise
        reason = error.strerror or str(error)
        raise InputError(message("file.cannot_write", reason=reason), file=str(path)) from error
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def _sync_folder(folder: Path) -> None:
    """Make a new name in ``folder`` survive a crash, where the system allows it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
