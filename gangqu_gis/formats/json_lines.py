"""Lines of GeoJSON: GDAL leaves out a line that it cannot read, without a word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from gangqu_gis.errors import InputError
from gangqu_gis.messages import message

SUFFIXES = frozenset({".geojsonl", ".geojsons"})

#: Stands before every record of a sequence after RFC 8142, which may then run over several lines.
_RECORD = b"\x1e"


def refuse_lost_lines(path: Path, features: int) -> None:
    """Refuse a file of more records than the ``features`` that were read of it.

    Raises
    ------
    InputError
        On which line a record cannot be read.
    """
    if path.suffix.lower() not in SUFFIXES or sum(1 for _ in _records(path)) == features:
        return
    for line, record in _records(path):
        try:
            json.loads(record)
        except ValueError as error:
            text = message("bad_file.json_line")
            raise InputError(text, file=str(path), line=line) from error


def _records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield every record with the line it begins on."""
    with path.open("rb") as stream:
        in_sequence = stream.read(1) == _RECORD
        stream.seek(0)
        begun, parts = 1, list[bytes]()
        for line, text in enumerate(stream, 1):
            if (not in_sequence or text.startswith(_RECORD)) and parts:
                yield begun, b"".join(parts)
                parts = []
            if not parts:
                begun = line
            if text.strip():
                parts.append(text.lstrip(_RECORD))
        if parts:
            yield begun, b"".join(parts)
