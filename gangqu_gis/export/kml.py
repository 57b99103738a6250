"""KML: places with a name, a description in words and a style; attributes as extended data."""

from __future__ import annotations

import html
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as xml
from xml.etree.ElementTree import Element

import shapely

from gangqu_gis.crs import STORAGE_DECIMALS
from gangqu_gis.export.content import Content, Item
from gangqu_gis.export.tables import text_of
from gangqu_gis.landuse import class_of
from gangqu_gis.messages import Text, message
from gangqu_gis.report.characters import legal
from gangqu_gis.units import half_up

NAMESPACE = "http://www.opengis.net/kml/2.2"
#: Opacity of fills as KML writes it, two hexadecimal digits: evidence, schematic.
_SOLID, _FAINT = "b4", "46"
_EDGE, _SCHEMATIC_EDGE = "ff33271d", "ff6b5f5a"


def write(content: Content, path: Path) -> None:
    """Write ``content`` to ``path``, lon/lat, in the order of the layer."""
    root = xml.Element("kml", xmlns=NAMESPACE)
    document = xml.SubElement(root, "Document")
    workspace = content.plan.workspace
    _text(document, "name", f"{workspace.title.render(content.lang)} {content.layer}")
    notice = workspace.draft_notice.render(content.lang)
    place = message("export.kml_about", notice=notice, date=workspace.data_date)
    _text(document, "description", html.escape(place.render(content.lang), quote=False))
    kinds = _kinds(content)
    for number, kind in enumerate(kinds):
        for schematic in (False, True):
            document.append(_style(content, kind, _style_id(number, schematic), schematic))
    # One folder: GIS programs read each folder as a layer of its own.
    folder = xml.SubElement(document, "Folder")
    _text(folder, "name", content.layer)
    for item in content.items:
        number = kinds.index(item.feature.kind)
        folder.append(_placemark(content, item, _style_id(number, item.schematic)))
    xml.indent(root, " ")
    raw = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    path.write_bytes(raw + b"\n")


def _kinds(content: Content) -> list[str]:
    """Return the kinds that occur, in the schema's order; undeclared ones last."""
    found = dict.fromkeys(item.feature.kind for item in content.items)
    declared = [kind for kind in content.plan.schema.kinds if kind in found]
    return declared + [kind for kind in found if kind not in declared]


def _style_id(number: int, schematic: bool) -> str:
    return f"kind{number}-{'schematic' if schematic else 'evidence'}"


def _style(content: Content, kind: str, id_: str, schematic: bool) -> Element:
    declared = content.plan.schema.kinds.get(kind)
    colour, _ = class_of(declared.land_use if declared else "")
    lines = declared is not None and declared.geometry == "line"
    style = xml.Element("Style", id=id_)
    edge = xml.SubElement(style, "LineStyle")
    own = _abgr(colour, "ff")
    _text(edge, "color", own if lines else _SCHEMATIC_EDGE if schematic else _EDGE)
    _text(edge, "width", "3" if lines else "1" if schematic else "2")
    fill = xml.SubElement(style, "PolyStyle")
    _text(fill, "color", _abgr(colour, _FAINT if schematic else _SOLID))
    return style


def _abgr(colour: str, opacity: str) -> str:
    """Return #rrggbb as KML writes a colour: aabbggrr."""
    return opacity + colour[5:7] + colour[3:5] + colour[1:3]


def _placemark(content: Content, item: Item, style: str) -> Element:
    mark = xml.Element("Placemark")
    name = item.feature.name(content.lang)
    shown = message("export.named_schematic", name=name).render(content.lang)
    _text(mark, "name", legal(shown if item.schematic else name))
    words = legal(description(content, item).render(content.lang))
    _text(mark, "description", html.escape(words, quote=False))
    _text(mark, "styleUrl", f"#{style}")
    data = xml.SubElement(mark, "ExtendedData")
    for field in content.fields:
        value = content.value(item, field)
        if value is None:
            continue
        entry = xml.SubElement(data, "Data", name=legal(field.name))
        _text(entry, "displayName", legal(content.aliases[field.name]))
        _text(entry, "value", _value(value))
    if item.geometry is not None:
        mark.append(_geometry(item.geometry))
    return mark


def description(content: Content, item: Item) -> Text:
    """Return what a feature is, in words: kind, what its geometry is, areas, source."""
    words = {"kind": item.kind_label, "basis": item.basis_words}
    source = str(item.feature.properties.get("source") or "-")
    if item.ellipsoidal_m2 is None or item.planar_m2 is None:
        return message("export.kml_words", **words, source=source)
    hectares = half_up(item.ellipsoidal_m2 / Decimal(10_000), 4)
    areas = {"ellipsoidal": item.ellipsoidal_m2, "planar": item.planar_m2, "hectares": hectares}
    return message("export.kml_words_area", **words, **areas, source=source)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Decimal):
        return str(value)
    return text_of(value) or ""


def _geometry(geometry: Any) -> Element:
    parts = [_part(part) for part in shapely.get_parts(geometry)]
    if len(parts) == 1 and not geometry.geom_type.startswith("Multi"):
        return parts[0]
    multi = xml.Element("MultiGeometry")
    multi.extend(parts)
    return multi


def _part(part: Any) -> Element:
    if part.geom_type == "LineString":
        line = xml.Element("LineString")
        _text(line, "coordinates", _coordinates(part))
        return line
    polygon = xml.Element("Polygon")
    for kind, ring in _rings(part):
        boundary = xml.SubElement(xml.SubElement(polygon, kind), "LinearRing")
        _text(boundary, "coordinates", _coordinates(ring))
    return polygon


def _rings(polygon: Any) -> Iterator[tuple[str, Any]]:
    shell, *holes = shapely.get_rings(polygon)
    yield "outerBoundaryIs", shell
    for hole in holes:
        yield "innerBoundaryIs", hole


def _coordinates(line: Any) -> str:
    digits = STORAGE_DECIMALS
    return " ".join(f"{x:.{digits}f},{y:.{digits}f}" for x, y in shapely.get_coordinates(line))


def _text(parent: Element, tag: str, text: str) -> None:
    xml.SubElement(parent, tag).text = text
