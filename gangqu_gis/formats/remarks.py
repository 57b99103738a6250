"""Collecting what a reader notices, so that a thousand equal faults are one note."""

from __future__ import annotations

from dataclasses import dataclass, field

from gangqu_gis.formats.vector import Note
from gangqu_gis.messages import Text, message


@dataclass(slots=True)
class Remarks:
    """Notes in the making: the first of each kind, and how often it occurred.

    Two remarks are of one kind when they have the same ``rule`` and the same ``kind``.
    """

    _first: dict[tuple[str, str], tuple[Text, int | None, bool, bool]] = field(default_factory=dict)
    _count: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(
        self,
        rule: str,
        text: Text,
        *,
        line: int | None = None,
        asks: bool = False,
        inferred: bool = False,
        kind: str = "",
    ) -> None:
        """Remember a remark, or count it when one of its kind is known."""
        key = (rule, kind)
        self._first.setdefault(key, (text, line, asks, inferred))
        self._count[key] = self._count.get(key, 0) + 1

    def notes(self) -> tuple[Note, ...]:
        """Return one note for each kind of remark, in the order of their first occurrence."""
        found = []
        for key, (text, line, asks, inferred) in self._first.items():
            more = self._count[key] - 1
            said = message("reading.and_more", text=text, count=more) if more else text
            found.append(Note(key[0], said, asks=asks, line=line, inferred=inferred))
        return tuple(found)
