"""Writes files in the boundary-point format for the tests, independently of the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

Rows = list[tuple[str, str, float, float]]
Ring = Sequence[tuple[float, float]]

#: Corner of all test parcels, (east, north) in EPSG:4528.
EAST, NORTH = 40604000.0, 3387000.0

HEADER = {
    "格式版本号": "1.01版本",
    "数据产生单位": "试验单位",
    "数据产生日期": "2026-11-20",
    "坐标系": "2000国家大地坐标系",
    "几度分带": "3",
    "投影类型": "高斯克吕格",
    "计量单位": "米",
    "带号": "40",
    "精度": "0.001",
    "转换参数": ",,,,,,",
}


def at(ring: Ring) -> Ring:
    """Return a ring given in metres from the corner, in (east, north)."""
    return [(EAST + x, NORTH + y) for x, y in ring]


def square(x: float, y: float, size: float) -> Ring:
    """Return a square, north-west corner first and clockwise, as the format has it."""
    return at([(x, y + size), (x + size, y + size), (x + size, y), (x, y)])


@dataclass
class Lot:
    """One parcel: its rings without closing rows, and its head's fields."""

    rings: Sequence[Ring]
    code: str = "GQ-01"
    name: str = "一号地"
    area_ha: float | str = ""
    kind: str = "面"
    use: str = "住宅"
    tail: str = ",@"

    def rows(self) -> Rows:
        """Return the strict rows: names run on, the closing row repeats the ring's first name."""
        rows: Rows = []
        number = 0
        for n, ring in enumerate(self.rings, 1):
            first = number + 1
            for x, y in ring:
                number += 1
                rows.append((f"J{number}", str(n), y, x))
            rows.append((f"J{first}", str(n), ring[0][1], ring[0][0]))
        return rows

    def head(self, count: int) -> str:
        """Return the strict head."""
        name = f"{self.code},{self.name},{self.kind}"
        return f"{count},{self.area_ha},{name},,{self.use},0701{self.tail}"


def lines(rows: Rows) -> list[str]:
    """Return rows of points as they are printed."""
    return [f"{name},{ring},{x:.3f},{y:.3f}" for name, ring, x, y in rows]


@dataclass
class Text:
    """A whole file in the making; the tests spoil its parts."""

    lots: list[Lot]
    header: dict[str, str] = field(default_factory=lambda: dict(HEADER))

    def text(self) -> str:
        """Return the file's text with CRLF."""
        rows = ["[属性描述]", *(f"{k}={v}" for k, v in self.header.items()), "[地块坐标]"]
        for lot in self.lots:
            points = lot.rows()
            rows += [lot.head(len(points)), *lines(points)]
        return "\r\n".join(rows) + "\r\n"


def write(path: Path, text: str, encoding: str = "gbk") -> Path:
    """Write a text in an encoding, line ends as they are."""
    path.write_bytes(text.encode(encoding))
    return path
