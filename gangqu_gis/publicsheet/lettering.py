"""Lines of text on a sheet: how wide they are, and where they break."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

#: Marks that do not begin a line.
CLOSING = frozenset("，。、；：！？）】》”’,.;:!?)")


def width_of(text: str) -> float:
    """Return the width of a line in half characters."""
    return sum(2.0 if ord(c) > 0x2E7F else 1.1 for c in text)


def wrapped(text: str, room: int) -> str:
    """Return ``text`` broken into lines of ``room`` half characters."""
    if all(ord(c) < 0x2E80 for c in text):
        return "\n".join(textwrap.wrap(text, room)) or text
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width_of(line + piece) > room and piece not in CLOSING:
            lines.append(line)
            line = ""
        line += piece
    return "\n".join([*lines, line])


def _pieces(text: str) -> Iterable[str]:
    """Yield what a line may be broken between: Chinese characters, and whole Latin words."""
    word = ""
    for character in text:
        if ord(character) < 0x2E80 and not character.isspace():
            word += character
            continue
        if word:
            yield word
            word = ""
        yield character
    if word:
        yield word
