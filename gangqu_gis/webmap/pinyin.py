"""Keys for the search: pinyin and its initials, so that 陈山路 is found by csl and by chenshanlu."""

from __future__ import annotations

import re
from functools import cache

_RUN = re.compile("[\u3400-\u9fff]+")
#: More characters than any name has; a longer text is no name.
_LONGEST = 60


def runs(name: str) -> tuple[str, ...]:
    """Return the stretches of Chinese in a name; none in what is too long to be a name."""
    return tuple(_RUN.findall(name)) if len(name) <= _LONGEST else ()


@cache
def syllables(run: str) -> tuple[str, ...]:
    """Return the reading of each character of a stretch of Chinese, by the words in it."""
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(run))


@cache
def pinyin_keys(name: str) -> tuple[str, ...]:
    """Return the initials and the full pinyin of ``name``; nothing without Chinese in it."""
    if not runs(name):
        return ()
    initials = _RUN.sub(lambda run: "".join(s[:1] for s in syllables(run[0])), name)
    return initials, _RUN.sub(lambda run: "".join(syllables(run[0])), name)
