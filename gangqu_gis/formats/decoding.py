"""The encoding of text files from survey and office software, in the order of trust.

A byte-order mark decides; then strict UTF-8, which no GBK text of any length happens to be; then
GB18030, which holds GBK and GB2312 (field conventions 7.1).
"""

from __future__ import annotations

import codecs
from pathlib import Path

from gangqu_gis.documents import read_bytes
from gangqu_gis.errors import InputError
from gangqu_gis.messages import message

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_lines(path: Path) -> list[str]:
    """Return the lines of a text file without their ends.

    Raises
    ------
    InputError
        The file cannot be read, is empty, or is in no encoding that is known here.
    """
    raw = read_bytes(path, shown=str(path))
    if not raw.strip():
        raise InputError(message("bad_file.empty"), file=str(path))
    text = decoded(raw, source=str(path))
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def decoded(raw: bytes, *, source: str) -> str:
    """Return the text of ``raw``; see the module for the order of encodings.

    Raises
    ------
    InputError
        With the line of the first byte that fits no encoding.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _strictly(raw, encoding, source)
    if b"\0" in raw:
        raise InputError(message("bad_file.binary"), file=source, line=_line(raw, raw.index(0)))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start > 3 and _mostly_utf8(raw):
            line = _line(raw, error.start)
            raise InputError(message("file.cut_short"), file=source, line=line) from None
    return _strictly(raw, "gb18030", source)


def _strictly(raw: bytes, encoding: str, source: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = _line(raw, error.start)
        text = message("bad_file.encoding", byte=f"0x{raw[min(error.start, len(raw) - 1)]:02X}")
        raise InputError(text, file=source, line=line) from None


def _mostly_utf8(raw: bytes) -> bool:
    """Whether the part before the cut holds characters beyond ASCII, all of them UTF-8."""
    return any(byte >= 0x80 for byte in raw[:-4])


def _line(raw: bytes, at: int) -> int:
    return raw[:at].count(b"\n") + 1
