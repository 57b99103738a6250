"""Keys for the search: pinyin and its initials, so that 陈山路 is found by csl and by chenshanlu."""

from __future__ import annotations

import re
from functools import cache

_HAN = re.compile("[\u3400-\u9fff]")
#: More characters than any name has; a longer text is no name.
_LONGEST = 60


@cache
def pinyin_keys(name: str) -> tuple[str, ...]:
    """Return the initials and the full pinyin of ``name``; nothing without Chinese in it."""
    if not _HAN.search(name) or len(name) > _LONGEST:
        return ()
    from pypinyin import Style, lazy_pinyin

    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return initials, "".join(lazy_pinyin(name))
