"""Parsing the 界址点坐标交换格式: a forgiving reader that says what it forgave, with the line.

Sections, heads and points are found in every form that is seen in the wild (field conventions
1.3); what is printed is kept, and only a row that is neither is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from gangqu_gis.errors import InputError
from gangqu_gis.formats.decoding import read_lines
from gangqu_gis.formats.exchange import (
    HEADER_SECTION,
    POINT_SECTION,
    BoundaryFile,
    BoundaryPoint,
    Parcel,
)
from gangqu_gis.formats.exchange_head import head_fields, is_head
from gangqu_gis.formats.inference import northing_first
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.messages import message

#: A section's name within brackets of any width, one or more of them, and whatever blanks.
_SECTION = re.compile(r"^[\s\ufeff\[［【〔]*[\[［【〔]\s*(\S+?)\s*[\]］】〕]+\s*$")

#: Full-width characters that stand where the format has half-width ones.
_HALF_WIDTH = str.maketrans("，．；：＝＠－＋　０１２３４５６７８９", ",.;:=@-+ 0123456789")

_SEPARATORS = re.compile(r"[,;\s]+")


def looks_like_exchange(rows: Iterable[str]) -> bool:
    """Whether the rows of a file are in the boundary-point format."""
    for row in rows:
        section = _SECTION.match(row)
        if section and section[1] in (HEADER_SECTION, POINT_SECTION):
            return True
        if row.rstrip(" \t,，").endswith(("@", "＠")) and is_head(row):
            return True
    return False


def read_boundary_file(path: Path) -> BoundaryFile:
    """Read a file in the boundary-point format as it is printed.

    Raises
    ------
    InputError
        The file cannot be read, or a row is neither head nor point (with its line).
    """
    return parse(read_lines(path), source=str(path), remarks=Remarks())


def parse(rows: list[str], *, source: str, remarks: Remarks) -> BoundaryFile:
    """Return the parsed rows of a file; what was forgiven goes into ``remarks``.

    Raises
    ------
    InputError
        A row is neither head nor point, or a coordinate is no finite number (with its line).
    """
    draft = _Draft(source, remarks)
    for line, row in enumerate(rows, 1):
        if row.strip(" \t\u3000\ufeff\x1a"):
            draft.take(row.strip("\ufeff\x1a"), line)
    return draft.finished()


@dataclass(slots=True)
class _Draft:
    """A file in the making."""

    source: str
    remarks: Remarks
    sections: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    parcels: list[tuple[dict[str, str], int | None, list[BoundaryPoint]]] = field(
        default_factory=list
    )
    in_points: bool = False

    def take(self, row: str, line: int) -> None:
        """Take one row that is not blank."""
        section = _SECTION.match(row)
        if section:
            self._take_section(section[1], row, line)
        elif is_head(row):
            self._take_head(row, line)
        elif self.in_points:
            self._take_point(row, line)
        else:
            self._take_setting(row, line)

    def finished(self) -> BoundaryFile:
        """Return the file."""
        header = next((keys for name, keys in self.sections if name == HEADER_SECTION), {})
        preface = tuple((n, keys) for n, keys in self.sections if n != HEADER_SECTION)
        parcels = tuple(Parcel(head, tuple(points), line) for head, line, points in self.parcels)
        return BoundaryFile(header, parcels, preface)

    def _take_section(self, name: str, row: str, line: int) -> None:
        if row.rstrip() != f"[{name}]":
            self.remarks.add("txt.brackets", message("txt.brackets", row=row.strip()), line=line)
        self.in_points = name == POINT_SECTION
        if not self.in_points:
            self.sections.append((name, {}))

    def _take_setting(self, row: str, line: int) -> None:
        key, equals, value = row.replace("＝", "=").partition("=")
        if not equals:
            text = message("txt.no_setting", row=_short(row))
            raise InputError(text, file=self.source, line=line)
        if not self.sections:
            self.sections.append((HEADER_SECTION, {}))
        self.sections[-1][1][key.strip()] = value.strip()

    def _take_head(self, row: str, line: int) -> None:
        self.in_points = True
        fields, strict = head_fields(row)
        if not strict:
            self.remarks.add("txt.head", message("txt.head", row=_short(row)), line=line)
        self.parcels.append((fields, line, []))

    def _take_point(self, row: str, line: int) -> None:
        narrow = row.translate(_HALF_WIDTH).strip(" \t,;")
        if narrow != row.strip(" \t,;"):
            self.remarks.add("txt.full_width", message("txt.full_width"), line=line)
        words = _SEPARATORS.split(narrow) if "," not in narrow else _cells(narrow)
        point = self._point(words, row, line)
        if not self.parcels:
            self.remarks.add("txt.no_head", message("txt.no_head"), line=line)
            self.parcels.append(({}, None, []))
        self.parcels[-1][2].append(point)

    def _point(self, words: list[str], row: str, line: int) -> BoundaryPoint:
        if len(words) < 2:
            raise InputError(message("txt.no_point", row=_short(row)), file=self.source, line=line)
        at = min(len(words), 4) - 2
        x, y = (self._number(word, row, line) for word in words[at : at + 2])
        if len(words) < 4 and northing_first(x, y) is None:
            raise InputError(message("txt.no_point", row=_short(row)), file=self.source, line=line)
        name, ring = (*words[:at], "", "")[:2]
        return BoundaryPoint(name, ring, x, y, line)

    def _number(self, word: str, row: str, line: int) -> float:
        try:
            value = float(word)
        except ValueError:
            text = message("txt.no_point", row=_short(row))
            raise InputError(text, file=self.source, line=line) from None
        if not math.isfinite(value):
            raise InputError(message("txt.not_finite", value=word), file=self.source, line=line)
        return value


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split(",")]


def _short(row: str) -> str:
    text = row.strip()
    return text if len(text) <= 40 else text[:40] + "…"
