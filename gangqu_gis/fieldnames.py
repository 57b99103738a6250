"""What attributes are called in exchanged files: short names, and the columns an export adds.

DBF names have 10 bytes, and offices read pinyin initials (field conventions 7.1, 7.3).  Whoever
reads an exported file again finds each field by the same names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gangqu_gis.messages import Text
from gangqu_gis.schema import Field

#: Bytes of a name in a DBF file.
LONGEST_SHORT = 10
#: The columns that an export adds to those of the layer; an import passes over them.
ADDED: tuple[Field, ...] = (
    Field("gq_kind", Text("类别名称", "Kind, in words"), "text", synonyms=("LBMC",)),
    *(
        Field(name, Text(zh, en), type_, of_geometry=True, unit=unit, synonyms=(short,))
        for name, zh, en, type_, unit, short in (
            ("gq_land_use", "用地用海分类代码", "Land-use code", "text", None, "YDYHFLDM"),
            ("gq_ellipsoidal_m2", "椭球面积", "Ellipsoidal area", "area", "㎡", "TQMJ"),
            ("gq_planar_m2", "平面面积", "Planar area", "area", "㎡", "PMMJ"),
            ("gq_basis", "图形计为", "Geometry counts as", "text", None, "TXJW"),
            ("gq_note", "图形性质", "What the geometry is", "text", None, "TXXZ"),
        )
    ),
)

_SHORT = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,9}", flags=re.ASCII)
#: Names that a file geodatabase or a shapefile keeps for itself.
_RESERVED = frozenset(("fid", "objectid", "shape", "shape_leng", "shape_area", "oid"))


def short_names(fields: Sequence[Field]) -> dict[str, str]:
    """Return a name of at most 10 ASCII characters for each field, by its own name.

    It is the field's first synonym that fits (``DKBH``), else the pinyin initials of its Chinese
    label; names that would be the same are numbered in the order of ``fields``.
    """
    wanted = {field.name: _wanted(field) for field in fields}
    return dict(zip(wanted, unique(wanted.values(), longest=LONGEST_SHORT), strict=True))


def unique(
    names: Iterable[str], *, longest: int, reserved: frozenset[str] = _RESERVED
) -> list[str]:
    """Return ``names`` cut to ``longest`` characters, different from one another in any case."""
    taken, result = set(reserved), []
    for name in names:
        found, number = name[:longest], 1
        while found.lower() in taken:
            number += 1
            tail = f"_{number}"
            found = name[: longest - len(tail)] + tail
        taken.add(found.lower())
        result.append(found)
    return result


def _wanted(field: Field) -> str:
    for synonym in field.synonyms:
        if _SHORT.fullmatch(synonym):
            return synonym
    initials = _initials(field.label.zh)
    if initials:
        return initials
    return field.name if _SHORT.fullmatch(field.name) else "F"


def _initials(label: str) -> str:
    """Return the pinyin initials of a label in capitals, among them its Latin letters."""
    from pypinyin import Style, lazy_pinyin

    letters = "".join(lazy_pinyin(label, style=Style.FIRST_LETTER))
    kept = re.sub(r"[^A-Za-z0-9]", "", letters).upper()
    return kept[:LONGEST_SHORT] if kept[:1].isalpha() else ""
