"""Plain lists of boundary points: province style, bare X,Y, point tables, and exports of 奥维.

No head says what a column is, so the coordinates tell: the two neighbouring numbers of a row that
are a northing and an easting, or a latitude and a longitude, of China.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gangqu_gis.errors import InputError
from gangqu_gis.formats.exchange import BoundaryFile, BoundaryPoint, Parcel
from gangqu_gis.formats.inference import northing_first
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.formats.rings import split_rings
from gangqu_gis.messages import message

_SEPARATORS = re.compile(r"[,，;；、\t 　]+")
_HALF_WIDTH = str.maketrans("．－０１２３４５６７８９", ".-0123456789")

#: First columns by which 奥维 marks coordinates of GCJ-02 and BD-09 (field conventions 3).
_OFFSET = {"g": "GCJ-02", "b": "BD-09"}


def parse(rows: Sequence[str], *, source: str, remarks: Remarks) -> BoundaryFile:
    """Return the rows of a list as parcels.

    A parcel ends at a blank line, where the parcel's number changes, or at a line that is a name.

    Raises
    ------
    InputError
        A row has no coordinates (with its line), or is marked as GCJ-02 or BD-09.
    """
    plain = [row.strip("\ufeff\x1a \t\u3000") for row in rows]
    draft = _Draft(source, _first_counts(plain))
    for line, row in enumerate(plain, 1):
        draft.take(row, line)
    parcels = draft.finished()
    ask_about_order(parcels, remarks)
    return BoundaryFile({}, tuple(parcels))


def ask_about_order(parcels: Sequence[Parcel], remarks: Remarks) -> None:
    """Ask about points that do not return to the first: are they a boundary in their order?"""
    for parcel in parcels:
        closed = all(ring.closed for ring in split_rings(parcel.points))
        if not closed and len(parcel.points) > 2:
            text = message("txt.in_order", count=len(parcel.points))
            remarks.add("list.in_order", text, line=parcel.points[0].line, asks=True)


def coordinates_at(words: Sequence[str]) -> tuple[int, float, float] | None:
    """Return where a row's coordinates begin, and its northing and easting."""
    numbers = [_number(word) for word in words]
    for at in range(len(words) - 1):
        a, b = numbers[at], numbers[at + 1]
        if a is None or b is None:
            continue
        order = northing_first(a, b)
        if order is not None:
            return (at, a, b) if order else (at, b, a)
    return None


@dataclass(slots=True)
class _Draft:
    """Parcels in the making."""

    source: str
    counts: bool
    parcels: list[tuple[str, str, int, list[BoundaryPoint]]] = field(default_factory=list)
    name: str = ""
    fresh: bool = True

    def take(self, row: str, line: int) -> None:
        """Take one row."""
        if not row:
            self.fresh = True
            return
        words = _words(row)
        if words and words[0].lower() in _OFFSET and len(words) > 2:
            system = _OFFSET[words[0].lower()]
            text = message("txt.offset", system=system, mark=words[0])
            raise InputError(text, file=self.source, line=line)
        found = coordinates_at(words)
        if found is not None:
            self._take_point(words, found, line)
        elif sum(_number(word) is not None for word in words) >= 2:
            text = message("txt.no_coordinates", row=row[:40])
            raise InputError(text, file=self.source, line=line)
        else:
            self._take_words(row, words)

    def finished(self) -> list[Parcel]:
        """Return the parcels."""
        if not self.parcels:
            raise InputError(message("txt.nothing"), file=self.source)
        found = []
        for code, name, line, points in self.parcels:
            fields = {"DKBH": code, "DKMC": name, "JLTXSX": ""}
            found.append(Parcel({k: v for k, v in fields.items() if v}, tuple(points), line))
        return found

    def _take_words(self, row: str, words: list[str]) -> None:
        """Take a row without coordinates: a heading, or the name of the parcel that follows."""
        is_heading = len(words) > 1 or re.fullmatch(r"[A-Za-z]", words[0])
        if not is_heading:
            self.name = row
        self.fresh = True

    def _take_point(self, words: list[str], found: tuple[int, float, float], line: int) -> None:
        at, north, east = found
        before = words[:at]
        if len(before) > 3 or (len(before) == 3 and self.counts):
            before = before[-3:] if len(before) > 3 else before[1:][::-1]
        code = before[-3] if len(before) >= 3 else ""
        ring = before[-2] if len(before) >= 3 else (before[1] if len(before) == 2 else "")
        point_name = before[-1] if len(before) in (1, 3) else (before[0] if before else "")
        if self.fresh or not self.parcels or code != self.parcels[-1][0]:
            self.parcels.append((code, self.name, line, []))
            self.name, self.fresh = "", False
        self.parcels[-1][3].append(BoundaryPoint(point_name, ring, north, east, line))


def _words(row: str) -> list[str]:
    return [word for word in _SEPARATORS.split(row.translate(_HALF_WIDTH)) if word]


def _first_counts(rows: Sequence[str]) -> bool:
    """Whether the first of three columns before the coordinates only counts the rows."""
    first = [
        words[0]
        for words in map(_words, rows)
        if (found := coordinates_at(words)) is not None and found[0] == 3
    ]
    return len(set(first)) == len(first)


def _number(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
