"""Writing files whole: a reader sees the old file or the new one, never a part."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from gangqu_gis.errors import InputError
from gangqu_gis.messages import message


def write_whole(path: Path, content: str | bytes) -> None:
    """Write ``content`` (text as UTF-8, LF) to ``path`` through a temporary file beside it.

    Raises
    ------
    InputError
        The folder or file cannot be written; the old file is untouched.
    """
    raw = content.encode("utf-8") if isinstance(content, str) else content
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
        reason = error.strerror or str(error)
        raise InputError(message("file.cannot_write", reason=reason), file=str(path)) from error
