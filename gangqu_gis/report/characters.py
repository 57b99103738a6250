"""Characters that no XML or HTML file can hold, made visible instead of dropped."""

from __future__ import annotations

import re

#: What XML 1.0 forbids; tab, line feed and carriage return are allowed.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def legal(text: str) -> str:
    """Return ``text`` with each forbidden character replaced by a visible sign.

    A control character becomes its picture (U+2400 …), half of a surrogate pair and a
    non-character U+FFFD.
    """
    return _ILLEGAL.sub(lambda found: _sign(ord(found[0])), text)


def _sign(code: int) -> str:
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"
