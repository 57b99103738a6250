"""The 界址点坐标交换格式 (TXT): its data model and the words of its grammar.

Reader and writer share this module.  Everything that is printed is kept as it was printed, so
that a file that was read can be written again byte for byte; only coordinates are numbers.
Grammar: field conventions 1.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Sections, in the order in which they stand; others (such as 项目信息) come before them.
HEADER_SECTION = "属性描述"
POINT_SECTION = "地块坐标"

#: Keys of the header, in the order in which the strict form writes them.
HEADER_KEYS = (
    "格式版本号",
    "数据产生单位",
    "数据产生日期",
    "坐标系",
    "几度分带",
    "投影类型",
    "计量单位",
    "带号",
    "精度",
    "转换参数",
)

#: Fields of a parcel's head, by their usual column names, in their order; ``@`` ends it.
HEAD_FIELDS = ("JZDS", "DKMJ", "DKBH", "DKMC", "JLTXSX", "TFH", "DKYT", "DLBM")
#: The further fields of heads for arable-quality filing, after the eight above.
EXTENDED_FIELDS = ("TBLX", "DL", "GZQ", "GZH", "BZ")
HEAD_END = "@"

#: What 记录图形属性 may say.
POLYGON, LINE, POINT = "面", "线", "点"

NEWLINE = "\r\n"
#: The encoding of the strict form: "ANSI" on a Chinese Windows.
ENCODING = "gbk"


@dataclass(frozen=True, slots=True)
class BoundaryPoint:
    """One row of points: X is the northing, Y the easting, both as printed, in metres.

    ``name`` (点号) and ``ring`` (地块圈号) are as printed, "" where the row has none; ``line`` is
    the line in the file, ``None`` for a point that was not read.
    """

    name: str
    ring: str
    x: float
    y: float
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel's head, field by field as printed, and its rows of points in their order.

    ``fields`` maps :data:`HEAD_FIELDS` (and, where the head has them, :data:`EXTENDED_FIELDS`)
    to what is printed, "" for an empty field.  The rows include every ring's closing row.
    """

    fields: Mapping[str, str]
    points: tuple[BoundaryPoint, ...]
    line: int | None = None

    def field(self, name: str) -> str:
        """Return what is printed for ``name``, "" where there is nothing."""
        return self.fields.get(name, "")


@dataclass(frozen=True, slots=True)
class BoundaryFile:
    """A whole file: the header, the sections before it, and the parcels.

    ``header`` maps keys of [属性描述] to values as printed, in the file's order; ``preface`` holds
    sections such as [项目信息], each with its keys and values.
    """

    header: Mapping[str, str]
    parcels: tuple[Parcel, ...]
    preface: tuple[tuple[str, Mapping[str, str]], ...] = ()
