"""The head of a DBF: what it claims, its language byte, and how wide its fields are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gangqu_gis.documents import read_bytes
from gangqu_gis.errors import InputError
from gangqu_gis.messages import message


@dataclass(frozen=True, slots=True)
class Dbf:
    """A DBF's records, its language byte (LDID), and the width of each field, in bytes.

    ``count`` leaves out the records that are marked as deleted: GDAL passes them over.
    """

    source: str
    count: int
    language: int
    widths: tuple[int, ...]


def read_dbf(path: Path) -> Dbf:
    """Read the head of a DBF (dBASE III: 32 bytes, then 32 for each field, then 0x0D).

    Raises
    ------
    InputError
        It is no DBF, or shorter than its head says.
    """
    raw = read_bytes(path, shown=str(path))
    if len(raw) < 33:
        raise InputError(message("shapefile.no_dbf_head"), file=str(path))
    count = int.from_bytes(raw[4:8], "little")
    start, width = (int.from_bytes(raw[at : at + 2], "little") for at in (8, 10))
    widths = []
    at = 32
    while at + 32 <= min(start, len(raw)) and raw[at] != 0x0D:
        widths.append(raw[at + 16])
        at += 32
    if start < 33 or width < 1 or sum(widths) + 1 > width:
        raise InputError(message("shapefile.no_dbf_head"), file=str(path))
    claimed = start + count * width
    if claimed > len(raw):
        text = message("bad_file.shorter", claimed=claimed, size=len(raw))
        raise InputError(text, file=str(path))
    deleted = raw[start:claimed:width].count(b"*")
    return Dbf(str(path), count - deleted, raw[29], tuple(widths))
