"""The outlines and texts of a DXF drawing, blocks taken apart, in the drawing's own units."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ezdxf.document import Drawing

#: x, y, and the bulge of the edge that begins there (0 where it is straight).
Vertex = tuple[float, float, float]

#: Name under which our own drawings carry the id of an entity's feature (extended data).
APPLICATION = "GANGQU"

#: Blocks within blocks are followed so deep, and no drawing is taken apart into more entities.
_DEEPEST = 16
_MOST_ENTITIES = 2_000_000

#: What a map is drawn with and no outline is made of.
_DECORATION = frozenset({"DIMENSION", "LEADER", "MULTILEADER", "VIEWPORT", "POINT", "IMAGE",
                         "WIPEOUT", "ATTDEF", "TOLERANCE", "OLE2FRAME", "TRACE"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outline:
    """A line of a drawing: its vertices, and whether it returns to the first."""

    layer: str
    handle: str
    vertices: tuple[Vertex, ...]
    closed: bool
    feature: str = ""

    @property
    def arcs(self) -> int:
        """How many of its edges are arcs."""
        return sum(1 for *_, bulge in self.vertices if bulge != 0.0)


@dataclass(frozen=True, slots=True)
class Label:
    """A text of a drawing and where it stands."""

    layer: str
    text: str
    x: float
    y: float


@dataclass(slots=True)
class Entities:
    """What was found in a drawing; ``skipped`` counts what cannot be read, by its DXF type."""

    outlines: list[Outline] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    too_many: bool = False


def gather(drawing: Drawing) -> Entities:
    """Return the outlines and texts of the model space."""
    found = Entities()
    for count, (entity, layer) in enumerate(_all(drawing.modelspace(), found.skipped, 0, "")):
        if count >= _MOST_ENTITIES:
            found.too_many = True
            break
        kind = entity.dxftype()
        if kind in ("TEXT", "MTEXT", "ATTRIB"):
            label = _label(entity, layer)
            if label is not None:
                found.labels.append(label)
            continue
        outline = _outline(entity, layer)
        if outline is not None:
            found.outlines.append(outline)
        elif kind not in _DECORATION:
            found.skipped[kind] += 1
    return found


def _all(
    entities: Any, skipped: Counter[str], depth: int, layer: str
) -> Iterator[tuple[Any, str]]:
    """Yield every entity with its layer; what lies on layer 0 of a block takes the block's."""
    for entity in entities:
        own = str(entity.dxf.get("layer", "0"))
        placed = layer if own == "0" and layer else own
        if entity.dxftype() != "INSERT":
            yield entity, placed
            continue
        if depth >= _DEEPEST:
            skipped["INSERT"] += 1
            continue
        for attribute in entity.attribs:
            yield attribute, placed
        for single in entity.multi_insert() if entity.mcount > 1 else (entity,):
            parts = single.virtual_entities(
                skipped_entity_callback=lambda e, _: skipped.update([e.dxftype()])
            )
            yield from _all(parts, skipped, depth + 1, placed)


def _outline(entity: Any, layer: str) -> Outline | None:
    kind = entity.dxftype()
    maker = _MAKERS.get(kind)
    if maker is None:
        return None
    made = maker(entity)
    if made is None or len(made[0]) < 2:
        return None
    vertices, closed = made
    handle = entity.dxf.get("handle") or ""
    return Outline(layer, str(handle), tuple(vertices), closed, _feature(entity))


def _feature(entity: Any) -> str:
    if not entity.has_xdata(APPLICATION):
        return ""
    values = entity.get_xdata(APPLICATION)
    return next((str(tag.value) for tag in values if tag.code == 1000), "")


Made = tuple[list[Vertex], bool] | None


def _turn(entity: Any) -> float | None:
    """Return how arcs turn seen from above: 1, or -1 drawn from below; ``None`` when tilted."""
    z = float(entity.dxf.extrusion.z) if entity.dxf.hasattr("extrusion") else 1.0
    return math.copysign(1.0, z) if abs(z) > 0.999_999 else None


def _lwpolyline(entity: Any) -> Made:
    turn = _turn(entity)
    if turn is None:
        return None
    bulges = [point[0] * turn for point in entity.get_points("b")]
    places = list(entity.vertices_in_wcs())
    return [(p.x, p.y, b) for p, b in zip(places, bulges, strict=True)], bool(entity.closed)


def _polyline(entity: Any) -> Made:
    turn = _turn(entity)
    if turn is None or not (entity.is_2d_polyline or entity.is_3d_polyline):
        return None
    # Control points of a fitted spline are no part of its line (flag 16).
    own = [
        (place, vertex)
        for place, vertex in zip(entity.points_in_wcs(), entity.vertices, strict=True)
        if not vertex.dxf.get("flags", 0) & 16
    ]
    flat = [(p.x, p.y, float(v.dxf.get("bulge", 0.0)) * turn) for p, v in own]
    return flat, bool(entity.is_closed)


def _line(entity: Any) -> Made:
    start, end = entity.dxf.start, entity.dxf.end
    return [(start.x, start.y, 0.0), (end.x, end.y, 0.0)], False


def _circle(entity: Any) -> Made:
    turn = _turn(entity)
    if turn is None:
        return None
    centre, radius = entity.ocs().to_wcs(entity.dxf.center), float(entity.dxf.radius)
    return [(centre.x - radius, centre.y, 1.0), (centre.x + radius, centre.y, 1.0)], True


def _arc(entity: Any) -> Made:
    turn = _turn(entity)
    if turn is None:
        return None
    angle = math.radians((entity.dxf.end_angle - entity.dxf.start_angle) % 360.0)
    start, end = entity.start_point, entity.end_point
    return [(start.x, start.y, math.tan(angle / 4.0) * turn), (end.x, end.y, 0.0)], False


_MAKERS = {
    "LWPOLYLINE": _lwpolyline,
    "POLYLINE": _polyline,
    "LINE": _line,
    "CIRCLE": _circle,
    "ARC": _arc,
}


def _label(entity: Any, layer: str) -> Label | None:
    text = " ".join(str(entity.plain_text()).split())
    if not text:
        return None
    if entity.dxftype() == "MTEXT":
        place = entity.dxf.insert
    else:
        place = entity.ocs().to_wcs(entity.get_placement()[1])
    return Label(layer, text, float(place.x), float(place.y))
