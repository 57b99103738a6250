"""People as records name them, and whether two names are of one person."""

from __future__ import annotations

import unicodedata


def same_person(a: str, b: str) -> bool:
    """Whether two names are the same but for width, case, spaces and invisible characters."""
    return _plain(a) == _plain(b)


def is_blank(text: str) -> bool:
    """Whether ``text`` shows nothing."""
    return not _plain(text)


def is_storable(text: str) -> bool:
    """Whether ``text`` can be written as UTF-8: a console may hand over half a character."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _plain(name: str) -> str:
    wide = unicodedata.normalize("NFKC", name)
    kept = (c for c in wide if unicodedata.category(c)[0] not in "CZ")
    return "".join(kept).casefold()
