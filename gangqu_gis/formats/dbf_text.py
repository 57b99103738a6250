"""The encoding of a DBF's text, and values that its fields have cut in mid-character."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gangqu_gis.errors import InputError
from gangqu_gis.formats.dbf import Dbf
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.messages import message

#: Language bytes that name an encoding; 0x00 and 0x57 ("ANSI") say nothing.
_LANGUAGES = {
    0x4D: "gb18030",
    0x7A: "gb18030",
    0x4F: "big5",
    0x78: "big5",
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x58: "cp1252",
    0x59: "cp1252",
}

#: The longest character of the encodings that can be cut: GB18030 and UTF-8 have up to 4 bytes.
_LONGEST = 4


@dataclass(frozen=True, slots=True)
class Decoded:
    """Column names, and the values of the text columns by their number."""

    names: list[str]
    values: dict[int, NDArray[np.object_]]


def decode_columns(
    names: Sequence[bytes],
    columns: Mapping[int, NDArray[np.object_]],
    dbf: Dbf,
    *,
    declared: str,
    remarks: Remarks,
) -> Decoded:
    """Decode names and text columns, given as their bytes read one character each.

    ``declared`` is what the .cpg says.  Values cut by their field lose the broken character.

    Raises
    ------
    InputError
        No encoding fits; with the first column that fits none.
    """
    raw = {n: [None if v is None else str(v).encode("latin-1") for v in values]
           for n, values in columns.items()}  # fmt: skip
    encoding = _encoding(names, raw, dbf, declared, remarks)
    values: dict[int, NDArray[np.object_]] = {}
    cut = 0
    for n, column in raw.items():
        texts, shortened = _texts(column, encoding, dbf.widths[n])
        values[n] = np.empty(len(texts), dtype=object)
        values[n][:] = texts
        cut += shortened
    if cut:
        remarks.add("encoding.cut", message("shapefile.cut", count=cut, encoding=encoding))
    # A name is cut as a value is: ten bytes are five characters of GBK, three of UTF-8.
    return Decoded([name.decode(encoding, "ignore") for name in names], values)


def _encoding(
    names: Sequence[bytes],
    raw: Mapping[int, list[bytes | None]],
    dbf: Dbf,
    declared: str,
    remarks: Remarks,
) -> str:
    """Return the encoding, by the order of trust; what is inferred or contradicted is said."""

    def fits(encoding: str) -> bool:
        return all(_fits(values, encoding, dbf.widths[n]) for n, values in raw.items()) and _fits(
            list(names), encoding, 10
        )

    if all(value.isascii() for value in _all(names, raw)):
        return "utf-8"
    stated = _by_name(declared) or _LANGUAGES.get(dbf.language)
    said = declared or f"LDID 0x{dbf.language:02X}"
    if stated is not None and stated != "utf-8" and fits("utf-8") and _has_utf8(names, raw):
        remarks.add("encoding.contradicted", message("shapefile.is_utf8", said=said), inferred=True)
        return "utf-8"
    if stated is not None and fits(stated):
        return stated
    if declared and stated is None:
        remarks.add("encoding.unknown", message("shapefile.unknown_cpg", said=declared))
    for encoding in ("utf-8", "gb18030"):
        if fits(encoding):
            key = "shapefile.contradicted" if stated else "shapefile.inferred"
            text = message(key, said=said, encoding=encoding.upper())
            remarks.add("encoding.inferred", text, inferred=True)
            return encoding
    raise _unknown(names, raw, dbf)


def _unknown(names: Sequence[bytes], raw: Mapping[int, list[bytes | None]], dbf: Dbf) -> InputError:
    for n, values in raw.items():
        for row, value in enumerate(values, 1):
            if value is not None and not _fits([value], "gb18030", dbf.widths[n]):
                field = names[n].decode("gb18030", "replace")
                text = message("shapefile.no_encoding", field=field, row=row)
                return InputError(text, file=dbf.source)
    return InputError(message("shapefile.no_encoding", field="-", row=0), file=dbf.source)


def _all(names: Sequence[bytes], raw: Mapping[int, list[bytes | None]]) -> list[bytes]:
    return [*names, *(v for values in raw.values() for v in values if v is not None)]


def _has_utf8(names: Sequence[bytes], raw: Mapping[int, list[bytes | None]]) -> bool:
    """Whether the text holds a character of three bytes, which GBK text hardly ever forms."""
    return any(re.search(rb"[\xe0-\xef][\x80-\xbf]{2}", value) for value in _all(names, raw))


def _fits(values: Sequence[bytes | None], encoding: str, width: int) -> bool:
    """Whether all values decode strictly, but for a character cut at the end of a full field."""
    present = [value for value in values if value is not None]
    try:
        b"\n".join(present).decode(encoding)
    except UnicodeDecodeError:
        return all(_whole(value, encoding, width) is not None for value in present)
    return True


def _texts(
    values: Sequence[bytes | None], encoding: str, width: int
) -> tuple[list[Any], int]:
    """Return the texts of a column, and how many of them were cut."""
    texts: list[Any] = []
    cut = 0
    for value in values:
        whole = None if value is None else _whole(value, encoding, width)
        texts.append(whole)
        cut += value is not None and whole is not None and len(whole.encode(encoding)) < len(value)
    return texts, cut


def _whole(value: bytes, encoding: str, width: int) -> str | None:
    """Return the text of a value, without the broken character at the end of a full field."""
    try:
        return value.decode(encoding)
    except UnicodeDecodeError as error:
        is_tail = len(value) >= width and error.start > len(value) - _LONGEST
        return value[: error.start].decode(encoding) if is_tail else None


def _by_name(declared: str) -> str | None:
    """Return the encoding that a .cpg names: "UTF-8", "936", "GBK", "ANSI 936", "ISO 88591" …"""
    name = re.sub(r"^(ansi|oem|cp|ms|windows)[\s_-]*(?=\d)", "", declared.strip().lower())
    if name in ("65001", "utf8", "utf-8"):
        return "utf-8"
    if name in ("936", "gbk", "gb2312", "gb18030", "54936", "euc-cn"):
        return "gb18030"
    name = {"950": "big5", "big5": "big5"}.get(name, name)
    name = re.sub(r"^(iso)?[\s_-]*8859[\s_-]*(\d+)$", r"iso-8859-\2", name)
    for candidate in (name, f"cp{name}"):
        try:
            return codecs.lookup(candidate).name
        except (LookupError, ValueError):
            continue
    return None
