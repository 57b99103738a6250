"""界址点坐标交换格式 (TXT), the strict form: GBK, CRLF, nine fields in every head.

Grammar: field conventions 1.1; its data model is shared with the reader.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.export.content import Content, Item
from gangqu_gis.export.encoding import refuse_unencodable
from gangqu_gis.export.rings import NumberedPoint, area_of, numbered_rings
from gangqu_gis.formats.exchange import (
    EXTENDED_FIELDS,
    HEAD_END,
    HEAD_FIELDS,
    HEADER_KEYS,
    HEADER_SECTION,
    NEWLINE,
    POINT_SECTION,
    POLYGON,
    BoundaryFile,
    BoundaryPoint,
    Parcel,
)
from gangqu_gis.landuse import class_of
from gangqu_gis.messages import message
from gangqu_gis.units import half_up
from gangqu_gis.zones import zone_of

#: Decimals of coordinates where the header does not say (精度), and of hectares in a head.
_DECIMALS, _HECTARE_DECIMALS = 3, 4
#: What would shift the fields of a head, end it, or end its line.
_SHIFTING = re.compile("[,，@\r\n\v\f\x1a\x1c-\x1e\x85\u2028\u2029\x00]")
_STEP = re.compile(r"0?\.(0*1)")


def write(content: Content, path: Path, *, encoding: str) -> None:
    """Write ``content`` to ``path``, whose CRS is a zone of CGCS2000.

    Raises
    ------
    InputError
        A feature has no polygon or one that rounding spoils, or a text that the format or
        ``encoding`` cannot hold.
    UsageError
        The CRS is no zone of CGCS2000.
    """
    file = _file(content)
    for item, parcel in zip(content.items, file.parcels, strict=True):
        for text in parcel.fields.values():
            refuse_unencodable(item, text, encoding)
    try:
        path.write_bytes(format_boundary_file(file, encoding=encoding))
    except UnicodeEncodeError as error:
        bad = error.object[error.start]
        shown = message("export.header_unencodable", character=bad, code=f"U+{ord(bad):04X}")
        raise InputError(shown, file="data/workspace.toml") from None


def format_boundary_file(file: BoundaryFile, *, encoding: str = "gbk") -> bytes:
    """Return the bytes of a file: sections, heads and rows as they stand in ``file``.

    Coordinates have as many decimals as the header's 精度 says (0.001, or 3), 3 by default.

    Raises
    ------
    UnicodeEncodeError
        A text has characters that ``encoding`` does not.
    """
    rows: list[str] = []
    for section, values in (*file.preface, (HEADER_SECTION, file.header)):
        rows.append(f"[{section}]")
        rows += [f"{key}={value}" for key, value in values.items()]
    rows.append(f"[{POINT_SECTION}]")
    decimals = _decimals(file.header.get("精度", ""))
    for parcel in file.parcels:
        extended = [name for name in EXTENDED_FIELDS if name in parcel.fields]
        rows.append(",".join([parcel.field(n) for n in (*HEAD_FIELDS, *extended)] + [HEAD_END]))
        for p in parcel.points:
            rows.append(f"{p.name},{p.ring},{p.x:.{decimals}f},{p.y:.{decimals}f}")
    return "".join(row + NEWLINE for row in rows).encode(encoding)


def _decimals(precision: str) -> int:
    """Return the decimals that 精度 asks for, written as a step (0.01) or as a count (2)."""
    step = _STEP.fullmatch(precision.strip())
    if step:
        return len(step[1])
    return int(precision) if precision.strip() in tuple("0123456789") else _DECIMALS


def _file(content: Content) -> BoundaryFile:
    zone = zone_of(content.crs)
    if zone is None:
        raise UsageError(message("export.no_zone", crs=content.crs.name))
    workspace = content.plan.workspace
    values = (
        "1.01版本",
        workspace.authority.zh,
        workspace.data_date,
        "2000国家大地坐标系",
        str(zone.degrees),
        "高斯克吕格",
        "米",
        str(zone.number),
        "0.001",
        ",,,,,,",
    )
    header = dict(zip(HEADER_KEYS, values, strict=True))
    parcels = tuple(_parcel(item) for item in content.items)
    return BoundaryFile(header, parcels)


def _parcel(item: Item) -> Parcel:
    feature = item.feature
    if item.geometry is None or feature.geometry is None:
        text = message("export.no_geometry", id=item.label)
        raise InputError(text, file=feature.file, line=feature.line)
    rings = numbered_rings(item)
    rows = [row for ring in rings for row in ring]
    code = item.kind.land_use if item.kind else ""
    use = class_of(code)[1].zh or item.kind_label.zh
    # Not in the name: a survey that comes back under it must not be called schematic.
    marked = message("export.txt_schematic", use=use).zh if item.schematic else use
    hectares = half_up(area_of(rings) / Decimal(10_000), _HECTARE_DECIMALS)
    values = (
        str(len(rows)),
        str(hectares),
        _field(item, item.label),
        _field(item, feature.name()),
        POLYGON,
        "",
        _field(item, marked),
        _field(item, code),
    )
    return Parcel(dict(zip(HEAD_FIELDS, values, strict=True)), tuple(map(_point, rows)))


def _point(row: NumberedPoint) -> BoundaryPoint:
    return BoundaryPoint(row.name, str(row.ring), float(row.x), float(row.y))


def _field(item: Item, text: str) -> str:
    """Return a text that may stand in a head; a comma or ``@`` in it would shift the fields."""
    found = _SHIFTING.search(text)
    if found or text != text.strip():
        character = f"U+{ord(found[0] if found else ' '):04X}"
        shown = message("export.shifting", id=item.label, text=text, code=character)
        raise InputError(shown, file=item.feature.file, line=item.feature.line)
    return text
