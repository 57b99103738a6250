"""Tables of boundary points in XLSX and CSV: pages with repeated headings, titles, any columns.

Headings are told by their words (field conventions 7.1), on one row or on two; a table without
any is told by its numbers.  A sheet is one parcel unless a column or a title says more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gangqu_gis.errors import InputError
from gangqu_gis.formats.boundary import bounds_of, to_vector
from gangqu_gis.formats.exchange import BoundaryFile, BoundaryPoint, Parcel
from gangqu_gis.formats.exchange_crs import place
from gangqu_gis.formats.inference import northing_first
from gangqu_gis.formats.point_lists import ask_about_order, coordinates_at
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.formats.sheets import Sheet, read_sheets
from gangqu_gis.formats.table_titles import Titles
from gangqu_gis.formats.vector import VectorFile, chosen_layer
from gangqu_gis.messages import message

#: What a heading's words say of its column; the first that fits.
_ROLES = (
    ("side", re.compile(r"边长|距离|长度|方位")),
    ("ring", re.compile(r"圈号")),
    ("point", re.compile(r"点号|点名|拐点|界址点$|^j?zdh$|^name$|^point")),
    ("parcel", re.compile(r"地块(编?号|代码|名称?)|宗地(代码|编?号)|^dk(bh|mc)$|^地块$")),
    ("serial", re.compile(r"序号|^id$|^fid$|^no\.?$")),
    ("note", re.compile(r"备注|说明|remark|高程|^z|^h\b")),
    ("north", re.compile(r"纵|北|纬|^lat|^n\b|^x|[^a-z]x\b|[(（]x")),
    ("east", re.compile(r"横|东|经|^lon|^lng|^e\b|^y|[^a-z]y\b|[(（]y")),
)
#: Headings that say themselves which way a column runs, and not only X or Y.
_EXPLICIT = re.compile(r"[纵横东北经纬]|lat|lon")

_HALF_WIDTH = str.maketrans("，．－＋０１２３４５６７８９（）", ",.-+0123456789()")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
_POINT_NAME = re.compile(r"[A-Za-z]{0,3}-?\d+")


def read(path: Path, layer: str | None) -> VectorFile:
    """Read the parcels of a table; raises as :func:`gangqu_gis.formats.read_vector` does."""
    source, remarks = str(path), Remarks()
    sheets = read_sheets(path)
    if _has_wkt(sheets):
        from gangqu_gis.formats.bulk import read as read_bulk

        return read_bulk(path, layer)
    named = [sheet.name for sheet in sheets]
    if layer is not None:
        sheets = [sheets[named.index(chosen_layer(source, named, layer))]]
    parcels: list[Parcel] = []
    header: dict[str, str] = {}
    for sheet in sheets:
        table = _Table(source, sheet, several=len(sheets) > 1, remarks=remarks)
        parcels += table.parcels()
        header |= table.titles.header
    file = BoundaryFile(header, tuple(parcels))
    bounds = bounds_of(file)
    if bounds is None:
        raise InputError(message("table.nothing", sheets="、".join(named)), file=source)
    ask_about_order(parcels, remarks)
    found = place(header, bounds, remarks)
    name = layer or path.stem
    return to_vector(file, source=source, layer=name, place=found, remarks=remarks)


def attribute_sheets(path: Path) -> list[str]:
    """Return the sheets of a table that hold no coordinates, in its order.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    sheets = read_sheets(path)
    return [] if _has_wkt(sheets) else [s.name for s in sheets if not _holds_points(s)]


def _holds_points(sheet: Sheet) -> bool:
    """Whether numbers stand below headings of coordinates (东至 and 北至 are words)."""
    columns: dict[str, int] = {}
    for _, cells in sheet.rows:
        columns = _roles(cells) or columns
        if columns and all(_number(_cell(cells, columns[s])) is not None for s in _SIDES):
            return True
    return False


def _has_wkt(sheets: list[Sheet]) -> bool:
    first = [cells for sheet in sheets for _, cells in sheet.rows[:1]]
    names = ("wkt", "geom", "geometry", "the_geom")
    return any(cell.lower() in names for row in first for cell in row)


@dataclass(slots=True)
class _Table:
    """A sheet's points in the making."""

    source: str
    sheet: Sheet
    several: bool
    remarks: Remarks
    titles: Titles = field(default_factory=Titles)
    columns: Mapping[str, int] = field(default_factory=dict)
    explicit: bool = False
    _found: list[tuple[dict[str, str], int, list[BoundaryPoint]]] = field(default_factory=list)

    def parcels(self) -> list[Parcel]:
        """Return the parcels of the sheet."""
        above: tuple[str, ...] = ()
        for number, cells in self.sheet.rows:
            columns = _roles(cells)
            if columns is None:
                self._take(number, cells)
            else:
                self.columns = _completed(columns, above)
                words = [cells[columns[side]].lower() for side in _SIDES]
                self.explicit = any(_EXPLICIT.search(word) for word in words)
            above = cells
        fallback = self.sheet.name if self.several else ""
        return [
            Parcel(self.titles.fields_of(fields, fallback), tuple(points), line)
            for fields, line, points in self._found
        ]

    def _take(self, number: int, cells: tuple[str, ...]) -> None:
        point = self._point(number, cells)
        if point is None:
            self.titles.take(cells)
            return
        code = _cell(cells, self.columns.get("parcel"))
        own = {"DKBH": code} if code else self.titles.current()
        if not self._found or (own and own != self._found[-1][0]):
            self._found.append((own, number, []))
        self._found[-1][2].append(point)

    def _point(self, number: int, cells: tuple[str, ...]) -> BoundaryPoint | None:
        """Return the point of a row; ``None`` for a title, a blank, a side or a footer."""
        if not self.columns:
            found = coordinates_at([_plain(cell) for cell in cells])
            if found is None:
                return None
            at, north, east = found
            return BoundaryPoint(cells[at - 1] if at else "", "", north, east, number)
        name, ring = (_cell(cells, self.columns.get(role)) for role in ("point", "ring"))
        texts = [_cell(cells, self.columns[role]) for role in _SIDES]
        values = [_number(text) for text in texts]
        if None in values:
            is_point = any(v is not None for v in values) or bool(_POINT_NAME.fullmatch(name))
            if any(texts) and is_point:
                bad = texts[values.index(None)]
                text = message("table.no_number", sheet=self.sheet.name, value=bad or "-")
                raise InputError(text, file=self.source, line=number)
            return None
        north, east = (float(v) for v in values if v is not None)
        if not self.explicit and northing_first(north, east) is False:
            north, east = east, north
        return BoundaryPoint(name, ring, north, east, number)


_SIDES = ("north", "east")


def _roles(cells: tuple[str, ...]) -> dict[str, int] | None:
    """Return the columns of a heading by role, ``None`` for a row that is no heading."""
    roles = _roles_of(cells)
    return roles if all(side in roles for side in _SIDES) else None


def _completed(columns: dict[str, int], above: tuple[str, ...]) -> dict[str, int]:
    """Return the columns with those that only the row above names: a heading on two rows."""
    taken = set(columns.values())
    return {r: at for r, at in _roles_of(above).items() if at not in taken} | columns


def _roles_of(cells: tuple[str, ...]) -> dict[str, int]:
    roles: dict[str, int] = {}
    for at, cell in enumerate(cells):
        text = cell.lower().translate(_HALF_WIDTH).strip()
        if not text or ":" in text or "：" in text or len(text) > 30 or _number(text) is not None:
            continue
        role = next((name for name, pattern in _ROLES if pattern.search(text)), None)
        if role is not None:
            roles.setdefault(role, at)
    return roles


def _cell(cells: tuple[str, ...], at: int | None) -> str:
    return cells[at] if at is not None and at < len(cells) else ""


def _plain(text: str) -> str:
    narrow = text.translate(_HALF_WIDTH).strip().removesuffix("m").removesuffix("米").strip()
    return narrow.replace(",", "") if _THOUSANDS.fullmatch(narrow) else narrow


def _number(text: str) -> float | None:
    narrow = _plain(text)
    return float(narrow) if _NUMBER.fullmatch(narrow) else None
