"""Putting finished files into place: all of them or none, and never over what must stay.

Files are made in a folder beside their place and moved there when all are whole.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gangqu_gis.errors import InputError, RefusedError, UsageError
from gangqu_gis.files import TEMPORARY_SUFFIX
from gangqu_gis.messages import message
from gangqu_gis.workspace import Workspace

#: What stands in every file geodatabase; a folder without it is none, whatever its name.
_GEODATABASE_SIGN = "a00000001.gdbtable"


def check_target(
    path: Path, workspace: Workspace, names: Sequence[str], *, overwrite: bool
) -> None:
    """Refuse a place that may not be written.

    ``names`` are the files that would be written beside one another.

    Raises
    ------
    UsageError
        The place lies in the workspace's data: layers change through ``update`` only.
    RefusedError
        A file of that name exists and ``overwrite`` is false, or it is something else than what
        would be written.
    """
    if path.parent.resolve().is_relative_to(workspace.data.resolve()):
        raise UsageError(message("export.into_data"), file=str(path))
    for name in names:
        present = path.parent / name
        if not os.path.lexists(present):
            continue
        if not overwrite:
            raise RefusedError(message("export.exists"), file=str(present))
        if present.is_dir() != (path.suffix.lower() == ".gdb") or (
            present.is_dir() and not _is_geodatabase(present)
        ):
            raise RefusedError(message("export.something_else"), file=str(present))


@contextmanager
def workshop(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``path``, on the same disk; it is gone afterwards.

    Raises
    ------
    InputError
        The folder of ``path`` does not exist or cannot be written.
    """
    try:
        folder = tempfile.mkdtemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=TEMPORARY_SUFFIX
        )
    except OSError as error:
        raise _cannot_write(error, path) from error
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def place(finished: Sequence[Path], stale: Sequence[str], folder: Path, aside: Path) -> None:
    """Move finished files (or one folder) into ``folder``; on a failure everything is as before.

    What they replace is kept in ``aside`` until all are in place, and so are the ``stale`` files
    there that describe what is replaced.

    Raises
    ------
    InputError
        A file cannot be moved.
    """
    moved: list[Path] = []
    kept: list[Path] = []
    try:
        for name in (*(source.name for source in finished), *stale):
            if os.path.lexists(folder / name):
                os.replace(folder / name, aside / name)
                kept.append(folder / name)
        for source in finished:
            target = folder / source.name
            os.replace(source, target)
            moved.append(target)
    except OSError as error:
        for target in reversed(moved):
            _remove(target)
        for target in kept:
            os.replace(aside / target.name, target)
        raise _cannot_write(error, folder) from error


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _is_geodatabase(folder: Path) -> bool:
    return (folder / _GEODATABASE_SIGN).is_file()


def _cannot_write(error: OSError, path: Path) -> InputError:
    reason = error.strerror or str(error)
    return InputError(message("file.cannot_write", reason=reason), file=str(path))
