"""Names on a small map, placed so that none lies on another or outside the frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

#: Height of a letter in the units of the drawing, by class.
_SIZES = {"name": 12.0, "road": 9.5, "faint": 9.0}
_MARGIN = 3.0
#: A part of a line that is shorter than this share of its name does not carry the name.
_LEAST_SHARE = 0.6
#: Where along a line a name is tried, in order.
_TRIED = (0.5, 0.35, 0.65, 0.2, 0.8)


@dataclass(frozen=True, slots=True)
class Label:
    """A name, the middle of it, its angle in degrees, its class in the style sheet."""

    text: str
    x: float
    y: float
    angle: float
    style: str


class Labels:
    """Places names one after another; what finds no room is left out."""

    def __init__(self, width: float, height: float) -> None:
        self.placed: list[Label] = []
        self._frame = shapely.box(0, 0, width, height).buffer(-_MARGIN)
        # North arrow and scale bar.
        self._taken: list[BaseGeometry] = [
            shapely.box(width - 34, 0, width, 46),
            shapely.box(0, height - 26, width * 0.4, height),
        ]

    def inside(self, area: BaseGeometry, text: str, style: str, *, fit: bool = False) -> None:
        """Place a name inside ``area``; with ``fit`` only where the area holds all of it."""
        parts = [p for p in shapely.get_parts(area) if p.geom_type == "Polygon" and p.area > 1]
        if not parts:
            return
        largest = max(parts, key=shapely.area)
        for x, y in _spots(largest, text, style, fit=fit):
            if self._place(Label(text, x, y, 0.0, style), _box(x, y, 0.0, text, style)):
                return

    def along(self, line: BaseGeometry, text: str, style: str) -> None:
        """Place a name on ``line``, turned as the line runs there."""
        parts = [p for p in shapely.get_parts(line) if p.geom_type == "LineString"]
        if not parts:
            return
        longest = max(parts, key=shapely.length)
        if longest.length < _LEAST_SHARE * _length(text, style):
            return
        for share in _TRIED:
            before = longest.interpolate(max(0.0, share - 0.03), normalized=True)
            after = longest.interpolate(min(1.0, share + 0.03), normalized=True)
            angle = math.degrees(math.atan2(after.y - before.y, after.x - before.x))
            angle = (angle + 90) % 180 - 90
            point = longest.interpolate(share, normalized=True)
            label = Label(text, point.x, point.y, angle, style)
            if self._place(label, _box(point.x, point.y, angle, text, style)):
                return

    def _place(self, label: Label, box: BaseGeometry) -> bool:
        if not self._frame.contains(box) or any(box.intersects(other) for other in self._taken):
            return False
        self._taken.append(box)
        rounded = Label(
            label.text, round(label.x, 1), round(label.y, 1), round(label.angle, 1), label.style
        )
        self.placed.append(rounded)
        return True


def _spots(area: BaseGeometry, text: str, style: str, *, fit: bool) -> list[tuple[float, float]]:
    """Return where a name may stand: inside where it has room, else beside, last upon the area."""
    inner = [(p.x, p.y) for p in (area.centroid, area.representative_point())]
    roomy = [(x, y) for x, y in inner if area.contains(_box(x, y, 0.0, text, style))]
    if fit:
        return roomy
    west, north, east, south = area.bounds
    half, tall = _length(text, style) / 2 + 3, _SIZES[style] * 0.7
    x, y = inner[0]
    beside = [(x, north - tall), (x, south + tall), (east + half, y), (west - half, y)]
    return [*roomy, *beside, inner[0]]


def _length(text: str, style: str) -> float:
    wide = sum(1.0 if ord(character) > 0x2E7F else 0.56 for character in text)
    return wide * _SIZES[style]


def _box(x: float, y: float, angle: float, text: str, style: str) -> BaseGeometry:
    half, tall = _length(text, style) / 2 + 2, _SIZES[style] * 0.62
    box = shapely.box(x - half, y - tall, x + half, y + tall)
    return shapely.affinity.rotate(box, angle, origin=(x, y)) if angle else box
