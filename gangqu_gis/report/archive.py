"""XLSX archives without clock readings: the same content gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime

_PRIVATE_USE = range(0xE000, 0xF8FF)


def unused_character(texts: Iterable[str]) -> str:
    """Return a private-use character that stands nowhere in ``texts``."""
    used = {character for text in texts for character in text}
    return next(chr(code) for code in _PRIVATE_USE if chr(code) not in used)


def settled(content: bytes, when: datetime, stand_in: str) -> bytes:
    """Return the archive with its clock readings replaced by ``when``.

    Where ``stand_in`` was written, a carriage return stands afterwards, which XML would turn
    into a line feed.
    """
    target = io.BytesIO()
    stamp = when.strftime("%Y-%m-%dT%H:%M:%SZ").encode("ascii")
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in source.namelist():
            part = source.read(name).replace(stand_in.encode("utf-8"), b"&#13;")
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            info = zipfile.ZipInfo(name, when.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = 3, 0o600 << 16
            archive.writestr(info, part)
    return target.getvalue()
