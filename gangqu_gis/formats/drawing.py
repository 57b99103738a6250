"""DXF drawings: closed lines as polygons, arcs with their exact area, texts as numbers of parcels.

A drawing declares no CRS and often the wrong unit; the unit is told by where the coordinates then
lie, and said.  Layers are the drawing's own.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gangqu_gis.errors import InputError
from gangqu_gis.formats.curves import CHORD_TOLERANCE_M, bulged
from gangqu_gis.formats.drawing_entities import Entities, Label, Outline, gather
from gangqu_gis.formats.inference import northing_first
from gangqu_gis.formats.remarks import Remarks
from gangqu_gis.formats.rings import by_depth
from gangqu_gis.formats.vector import VectorFile, chosen_layer
from gangqu_gis.messages import joined, message, plain

if TYPE_CHECKING:
    from ezdxf.document import Drawing

#: Metres of the units that $INSUNITS names.
_UNITS = {1: 0.0254, 2: 0.3048, 4: 0.001, 5: 0.01, 6: 1.0, 7: 1000.0, 14: 0.1}

#: Ends this near are one point, metres; ends that are only near are worth a word.
_CLOSED_M = 0.001
_NEARLY_M = 0.5


def read(path: Path, layer: str | None) -> VectorFile:
    """Read one layer of a DXF, or, where none is named, the whole of a drawing of our own.

    Our export has a layer for each kind and marks every outline with its feature, so that nothing
    needs to be chosen.  Raises as :func:`gangqu_gis.formats.read_vector` does.
    """
    source, remarks = str(path), Remarks()
    drawing = _opened(path)
    found = gather(drawing)
    if found.too_many:
        raise InputError(message("drawing.too_many"), file=source)
    if not found.outlines:
        raise InputError(message("drawing.nothing"), file=source)
    scale = _scale(drawing, found, remarks)
    outlines = [
        replace(_in_metres(outline, scale), layer=_decoded(drawing, outline.layer))
        for outline in found.outlines
    ]
    layers = _layers(outlines)
    if layer is None and len(layers) > 1 and all(outline.feature for outline in outlines):
        name, own = path.stem, outlines
    else:
        name = chosen_layer(source, layers, layer)
        own = [o for o in outlines if o.layer == name or (o.feature and _is_of(o, name, outlines))]
    features = _features(own, remarks)
    labels = [
        Label(_decoded(drawing, t.layer), _decoded(drawing, t.text), t.x * scale, t.y * scale)
        for t in found.labels
    ]
    columns = _columns(features, labels, name, remarks)
    _remark(found, own, features, remarks)
    return VectorFile(source, name, _objects([f[1] for f in features]), columns, None,
                      remarks.notes())  # fmt: skip


def _opened(path: Path) -> Drawing:
    """Open a drawing, mending what can be mended of a whole one."""
    logging.getLogger("ezdxf").setLevel(logging.CRITICAL)
    import ezdxf
    from ezdxf import recover

    try:
        return ezdxf.readfile(path)  # type: ignore[attr-defined]
    except Exception as error:  # ezdxf lets through what its readers of tags raise
        raw = path.read_bytes()
        if raw.rstrip()[-3:] == b"EOF" and b"SECTION" in raw[:65536]:
            try:
                return recover.readfile(path)[0]
            except Exception as again:
                raise _unreadable(path, again) from again
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    reason = (str(error).splitlines() or [""])[0].replace(str(path), path.name)
    text = message("measure.unreadable", reason=reason or type(error).__name__)
    return InputError(text, file=str(path))


# ------------------------------------------------------------------------------------ units


def _scale(drawing: Drawing, found: Entities, remarks: Remarks) -> float:
    """Return the metres of a drawing unit: that which puts the drawing in China."""
    xy = np.array([(x, y) for o in found.outlines for x, y, _ in o.vertices])
    x, y = (float(v) for v in np.median(xy, axis=0))
    number = int(drawing.header.get("$INSUNITS", 0) or 0)
    declared = _UNITS.get(number)
    fitting = [s for s in (declared, 1.0, 0.001) if s and _is_placed(x * s, y * s)]
    scale = fitting[0] if fitting else declared or 1.0
    if scale != 1.0 or declared not in (None, 1.0):
        key = "drawing.unit" if scale == declared else "drawing.other_unit"
        text = message(key, declared=f"{declared or 1.0:g}", scale=f"{scale:g}")
        remarks.add("drawing.unit", text, asks=scale != declared and scale != 1.0,
                    inferred=scale != declared)  # fmt: skip
    return scale


def _is_placed(x: float, y: float) -> bool:
    return northing_first(y, x) is not None


def _in_metres(outline: Outline, scale: float) -> Outline:
    """Return an outline in metres, closed where its ends are one point."""
    vertices = tuple((x * scale, y * scale, bulge) for x, y, bulge in outline.vertices)
    closed = outline.closed
    if not closed and len(vertices) > 3 and _gap(vertices) <= _CLOSED_M:
        vertices, closed = vertices[:-1], True
    return replace(outline, vertices=vertices, closed=closed)


def _gap(vertices: Sequence[tuple[float, float, float]]) -> float:
    return math.hypot(vertices[-1][0] - vertices[0][0], vertices[-1][1] - vertices[0][1])


# --------------------------------------------------------------------------------- features


def _layers(outlines: list[Outline]) -> list[str]:
    """Return the layers with closed outlines, or, where there are none, those with any."""
    firsts: dict[str, str] = {}
    for outline in outlines:
        if outline.feature and outline.closed:
            firsts.setdefault(outline.feature, outline.layer)
    closed = sorted({firsts.get(o.feature, o.layer) for o in outlines if o.closed})
    return closed or sorted({o.layer for o in outlines})


def _is_of(outline: Outline, layer: str, outlines: list[Outline]) -> bool:
    """Whether an outline of our own drawings, a hole say, belongs to a feature of ``layer``."""
    first = next(o for o in outlines if o.feature == outline.feature)
    return first.layer == layer


def _features(outlines: list[Outline], remarks: Remarks) -> list[tuple[Outline, Any]]:
    """Return each feature with its first outline; our own drawings say which outlines are one."""
    grouped: dict[str, list[Outline]] = {}
    for number, outline in enumerate(outlines):
        grouped.setdefault(outline.feature or f"\0{number}", []).append(outline)
    features = [(group[0], _shape(group)) for group in grouped.values()]
    loose = [shape for first, shape in features if not first.feature and first.closed]
    inside = _nested(loose)
    if inside:
        remarks.add("drawing.nested", message("drawing.nested", count=inside), asks=True)
    return features


def _shape(group: list[Outline]) -> Any:
    lines = [_points(outline) for outline in group]
    if not group[0].closed:
        parts = [shapely.LineString(line) for line in lines]
        return parts[0] if len(parts) == 1 else shapely.MultiLineString(parts)
    discs = [shapely.Polygon(line) for line in lines]
    return discs[0] if len(discs) == 1 else by_depth(_objects(discs))


def _points(outline: Outline) -> list[tuple[float, float]]:
    """Return an outline's points, its arcs cut (see the module curves)."""
    vertices = outline.vertices
    points = [vertices[0][:2]]
    after = [*vertices[1:], vertices[0]] if outline.closed else vertices[1:]
    for (x, y, bulge), (next_x, next_y, _) in zip(vertices, after, strict=False):
        points += bulged((x, y), (next_x, next_y), bulge, tolerance=CHORD_TOLERANCE_M)
    while outline.closed and len(points) < 4:
        points.append(points[0])
    return points


def _nested(shapes: list[Any]) -> int:
    sound = _objects([s for s in shapes if s.is_valid])
    if len(sound) < 2:
        return 0
    inner, outer = shapely.STRtree(sound).query(sound, predicate="covered_by")
    return len({int(i) for i, o in zip(inner, outer, strict=True) if i != o})


# ---------------------------------------------------------------------------------- columns


def _columns(
    features: list[tuple[Outline, Any]], labels: list[Label], layer: str, remarks: Remarks
) -> dict[str, NDArray[np.object_]]:
    shapes = _objects([shape for _, shape in features])
    named = [first.feature or None for first, _ in features]
    texts = named if any(named) else _texts(shapes, labels, layer, remarks)
    columns = {"DKBH": _objects(texts)} if any(texts) else {}
    columns["LAYER"] = _objects([first.layer for first, _ in features])
    columns["HANDLE"] = _objects([first.handle or None for first, _ in features])
    return columns


def _texts(
    shapes: NDArray[np.object_], labels: list[Label], layer: str, remarks: Remarks
) -> list[str | None]:
    """Return for each polygon the one text inside it; several on other layers give way to one.

    A text belongs to the smallest polygon that it stands in.
    """
    inside: list[list[Label]] = [[] for _ in shapes]
    if labels and len(shapes):
        points = shapely.points([(label.x, label.y) for label in labels])
        area = shapely.area(shapes)
        holders: dict[int, int] = {}
        for text, shape in shapely.STRtree(shapes).query(points, predicate="within").T:
            if text not in holders or area[shape] < area[holders[int(text)]]:
                holders[int(text)] = int(shape)
        for text, shape in holders.items():
            inside[shape].append(labels[text])
    chosen: list[str | None] = []
    for own in inside:
        near = own if len(own) == 1 else [label for label in own if label.layer == layer]
        chosen.append(near[0].text if len(near) == 1 else None)
        if len(own) > 1 and len(near) != 1:
            words = joined([plain(label.text) for label in own[:4]])
            remarks.add("drawing.texts", message("drawing.texts", texts=words))
    return chosen


def _remark(
    found: Entities, own: list[Outline], features: list[tuple[Outline, Any]], remarks: Remarks
) -> None:
    arcs = sum(1 for outline in own if outline.arcs)
    if arcs:
        text = message("bad_file.curves", count=arcs, tolerance=CHORD_TOLERANCE_M)
        remarks.add("geometry.curves", text)
    for outline in own:
        gap = _gap(outline.vertices)
        if not outline.closed and len(outline.vertices) > 3 and gap <= _NEARLY_M:
            text = message("drawing.nearly", handle=outline.handle or "-", gap=f"{gap:.3f}")
            remarks.add("drawing.nearly", text)
    if found.skipped:
        kinds = joined([plain(f"{kind} {n}") for kind, n in sorted(found.skipped.items())])
        remarks.add("drawing.skipped", message("drawing.skipped", kinds=kinds))


def _decoded(drawing: Drawing, text: str) -> str:
    """Return a text without escapes, and as GBK where its bytes were taken for something else."""
    from ezdxf.lldxf.encoding import decode_dxf_unicode

    text = decode_dxf_unicode(text)
    if text.isascii() or any("\u4e00" <= character <= "\u9fff" for character in text):
        return text
    for encoding in (drawing.encoding, "cp1252"):
        try:
            return text.encode(encoding, "surrogateescape").decode("gb18030")
        except (UnicodeError, LookupError):
            continue
    return text


def _objects(values: Sequence[Any]) -> NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
