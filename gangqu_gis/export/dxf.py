"""DXF: closed polylines in metres, one layer per kind, the number of each feature inside it.

What is schematic lies on layers of its own, dashed, and says so in every label; holes lie on
layers of their own, for a polyline has none.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from gangqu_gis.export.content import Content, Item
from gangqu_gis.landuse import class_of
from gangqu_gis.messages import message
from gangqu_gis.report.characters import legal

if TYPE_CHECKING:
    from ezdxf.document import Drawing
    from ezdxf.layouts.layout import Modelspace

#: AutoCAD 2010: texts in UTF-8, opened by every CAD of the last fifteen years.
_VERSION = "R2010"
_METRES = 6
#: Name under which each entity carries the id of its feature (extended data).
APPLICATION = "GANGQU"
_LONGEST_XDATA = 250
#: What a layer name must not hold.
_FORBIDDEN = re.compile("[<>/\\\\\":;?*|=`,\x00-\x1f]")
#: Height of labels, metres: a share of the feature's extent, within limits.
_SHARE, _LOWEST, _HIGHEST = 0.06, 2.0, 40.0


def write(content: Content, path: Path) -> None:
    """Write the geometries of ``content`` to ``path``; features without one are left out."""
    with _steady():
        from ezdxf import units
        from ezdxf.filemanagement import new

        drawing = new(_VERSION, setup=["linetypes"], units=units.M)
        drawing.header["$INSUNITS"] = _METRES
        drawing.header["$LTSCALE"] = 10.0
        drawing.appids.add(APPLICATION)
        drawing.styles.add("GANGQU", font="simsun.ttc")
        space = drawing.modelspace()
        for item in content.items:
            if item.geometry is not None:
                _draw(content, drawing, space, item)
        stream = io.StringIO()
        drawing.write(stream)
    # Lines end as CAD programs write them.
    path.write_bytes(stream.getvalue().replace("\n", "\r\n").encode("utf-8", "replace"))


@contextmanager
def _steady() -> Iterator[None]:
    """Let ezdxf write neither the present time nor random identifiers."""
    from ezdxf._options import options

    former = options.write_fixed_meta_data_for_testing
    options.write_fixed_meta_data_for_testing = True
    try:
        yield
    finally:
        options.write_fixed_meta_data_for_testing = former


def layer_name(content: Content, item: Item, *, hole: bool = False) -> str:
    """Return the layer of an item's rings: its kind, whether schematic, whether a hole."""
    parts = [item.kind_label.render(content.lang) or content.layer]
    if item.schematic:
        parts.append(message("basis.schematic").render(content.lang))
    if hole:
        parts.append(message("export.dxf_hole").render(content.lang))
    return _FORBIDDEN.sub("_", "_".join(parts))


def label_text(content: Content, item: Item) -> str:
    """Return the label of an item: its id, and 示意 where it is, on one line."""
    label = " ".join(legal(item.label).split())
    if not item.schematic:
        return label
    return message("export.named_schematic", name=label).render(content.lang)


def _draw(content: Content, drawing: Drawing, space: Modelspace, item: Item) -> None:
    for part in shapely.get_parts(item.geometry):
        if part.geom_type == "LineString":
            _polyline(content, drawing, space, item, part, closed=False)
            continue
        shell, *holes = shapely.get_rings(part)
        _polyline(content, drawing, space, item, shell, closed=True)
        for hole in holes:
            _polyline(content, drawing, space, item, hole, closed=True, hole=True)
    _label(content, drawing, space, item)


def _polyline(
    content: Content,
    drawing: Drawing,
    space: Modelspace,
    item: Item,
    line: Any,
    *,
    closed: bool,
    hole: bool = False,
) -> None:
    points = shapely.get_coordinates(line)
    layer = _layer(content, drawing, item, hole=hole)
    entity = space.add_lwpolyline(
        [(float(x), float(y)) for x, y in (points[:-1] if closed else points)],
        format="xy",
        close=closed,
        dxfattribs={"layer": layer},
    )
    entity.set_xdata(APPLICATION, [(1000, legal(item.label)[:_LONGEST_XDATA])])


def _layer(content: Content, drawing: Drawing, item: Item, *, hole: bool) -> str:
    name = layer_name(content, item, hole=hole)
    if not drawing.layers.has_entry(name):
        layer = drawing.layers.add(name, linetype="DASHED" if item.schematic else "Continuous")
        colour, _ = class_of(item.kind.land_use if item.kind else "")
        layer.rgb = int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
    return name


def _label(content: Content, drawing: Drawing, space: Modelspace, item: Item) -> None:
    from ezdxf.enums import TextEntityAlignment

    assert item.geometry is not None
    parts = shapely.get_parts(item.geometry)
    lines = parts[0].geom_type == "LineString"
    largest = max(parts, key=shapely.length if lines else shapely.area)
    inside = (
        shapely.line_interpolate_point(largest, 0.5, normalized=True)
        if lines
        else shapely.point_on_surface(largest)
    )
    west, south, east, north = shapely.bounds(largest)
    height = min(max(_SHARE * max(east - west, north - south), _LOWEST), _HIGHEST)
    text = space.add_text(
        label_text(content, item),
        height=round(height, 2),
        dxfattribs={"layer": _layer(content, drawing, item, hole=False), "style": "GANGQU"},
    )
    text.set_placement((inside.x, inside.y), align=TextEntityAlignment.MIDDLE_CENTER)
