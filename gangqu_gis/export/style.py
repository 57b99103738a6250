"""The QGIS style of an exported layer: standard land-use colours, dashes and hatching where the
geometry is schematic, labels with name and hectares.

QGIS reads it from the GeoPackage's table ``layer_styles`` when the layer is opened.  Every value
stands twice, as an ``Option`` (QGIS 3.26 and later) and as a ``prop`` (before).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as xml
from xml.etree.ElementTree import Element

from gangqu_gis.export.content import Content
from gangqu_gis.landuse import class_of
from gangqu_gis.messages import Text, message
from gangqu_gis.schema import Kind
from gangqu_gis.webmap.style import covers_an_area, outline

_VERSION = "3.22.0"
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
#: How much of the ground a fill hides, of 255: a plot, an area of mixed use, a schematic shape.
_PLOT, _AREA, _SCHEMATIC = 200, 60, 70
_GREY, _DARK = "#5a5f6b", "#1d2733"
#: Widths in millimetres on paper.
_OUTLINE_MM, _LINE_MM, _HATCH_MM, _HATCH_STEP_MM = 0.5, 0.7, 0.18, 2.4
_UNDRAWN = "#dddddd"


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule of the renderer: which features, what the legend says, how they are drawn."""

    filter: str
    label: Text
    symbol: Element


def qgis_style(content: Content, columns: Mapping[str, str]) -> str:
    """Return the style of ``content`` as QML: for each kind of the layer one rule for what is
    evidence and one for what is schematic, and one for features of no declared kind.

    ``columns`` holds the names of the file's columns with their aliases: QGIS before 3.28 does
    not read them from the GeoPackage.
    """
    root = xml.Element("qgis", version=_VERSION, styleCategories="Symbology|Labeling|Fields")
    kinds = [k for k in content.plan.schema.of_layer(content.layer) if k.geometry != "none"]
    rules = list(_rules(content, kinds))
    renderer = xml.SubElement(root, "renderer-v2", type="RuleRenderer", symbollevels="0")
    tree = xml.SubElement(renderer, "rules", key="{gangqu}")
    symbols = xml.SubElement(renderer, "symbols")
    for number, rule in enumerate(rules):
        xml.SubElement(
            tree,
            "rule",
            key=f"{{gangqu-{number}}}",
            filter=rule.filter,
            label=rule.label.render(content.lang),
            symbol=str(number),
        )
        rule.symbol.set("name", str(number))
        symbols.append(rule.symbol)
    root.append(_labels(content, kinds))
    aliases = xml.SubElement(root, "aliases")
    for name, alias in columns.items():
        xml.SubElement(aliases, "alias", field=name, name=alias)
    xml.indent(root, " ")
    return _DOCTYPE + xml.tostring(root, encoding="unicode") + "\n"


def _rules(content: Content, kinds: Sequence[Kind]) -> Iterator[_Rule]:
    polygons = [k.id for k in content.plan.schema.kinds.values() if k.geometry == "polygon"]
    for kind in kinds:
        edge = outline(polygons.index(kind.id)) if kind.id in polygons else _GREY
        for schematic in (False, True):
            yes = f"\"kind\" = {_quoted(kind.id)} AND \"gq_basis\" {'=' if schematic else '<>'} "
            label = message("export.legend_schematic", kind=kind.label) if schematic else kind.label
            symbol = _line(kind, schematic) if kind.geometry == "line" else _fill(
                kind, edge, schematic
            )
            yield _Rule(yes + "'schematic'", label, symbol)
    if content.geometries == {"line"}:
        other = _symbol("line", _simple_line(_UNDRAWN, _LINE_MM, dashed=True))
    else:
        other = _symbol("fill", _simple_fill(_UNDRAWN, _SCHEMATIC, _DARK, dashed=True))
    yield _Rule("ELSE", message("export.legend_other"), other)


def _quoted(text: str) -> str:
    """Return a text of an expression of QGIS."""
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _fill(kind: Kind, edge: str, schematic: bool) -> Element:
    colour, _ = class_of(kind.land_use)
    opacity = _SCHEMATIC if schematic else _AREA if covers_an_area(kind) else _PLOT
    layers = [_simple_fill(colour, opacity, edge, dashed=schematic)]
    if schematic:
        layers.append(_hatching())
    return _symbol("fill", *layers)


def _line(kind: Kind, schematic: bool) -> Element:
    colour, _ = class_of(kind.land_use)
    return _symbol("line", _simple_line(colour, _LINE_MM, dashed=schematic))


def _symbol(type_: str, *layers: Element) -> Element:
    symbol = xml.Element("symbol", type=type_, alpha="1", clip_to_extent="1", force_rhr="0")
    symbol.extend(layers)
    return symbol


def _simple_fill(colour: str, opacity: int, edge: str, *, dashed: bool) -> Element:
    return _layer(
        "SimpleFill",
        {
            "color": _rgba(colour, opacity),
            "style": "solid",
            "outline_color": _rgba(edge),
            "outline_style": "dash" if dashed else "solid",
            "outline_width": str(_OUTLINE_MM),
            "outline_width_unit": "MM",
            "joinstyle": "miter",
        },
    )


def _simple_line(colour: str, width_mm: float, *, dashed: bool) -> Element:
    return _layer(
        "SimpleLine",
        {
            "line_color": _rgba(colour),
            "line_style": "dash" if dashed else "solid",
            "line_width": str(width_mm),
            "line_width_unit": "MM",
            "capstyle": "flat",
            "joinstyle": "round",
        },
    )


def _hatching() -> Element:
    layer = _layer(
        "LinePatternFill",
        {
            "angle": "45",
            "color": _rgba(_GREY),
            "distance": str(_HATCH_STEP_MM),
            "distance_unit": "MM",
            "line_width": str(_HATCH_MM),
            "line_width_unit": "MM",
            "outline_width_unit": "MM",
        },
    )
    inner = _symbol("line", _simple_line(_GREY, _HATCH_MM, dashed=False))
    inner.set("name", "@hatch@1")
    layer.append(inner)
    return layer


def _layer(name: str, values: Mapping[str, str]) -> Element:
    layer = xml.Element("layer", {"class": name, "enabled": "1", "locked": "0", "pass": "0"})
    options = xml.SubElement(layer, "Option", type="Map")
    for key, value in values.items():
        xml.SubElement(options, "Option", type="QString", name=key, value=value)
    for key, value in values.items():
        xml.SubElement(layer, "prop", k=key, v=value)
    return layer


def _rgba(colour: str, opacity: int = 255) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{opacity}"


def _labels(content: Content, kinds: Sequence[Kind]) -> Element:
    """Return the labels: the name, hectares where there is an area, and 示意 where it is."""
    words = {name: message(f"export.label_{name}").render(content.lang) for name in _LABEL_WORDS}
    expression = (
        "\"name\" || coalesce('\\n' || format_number(\"gq_ellipsoidal_m2\" / 10000, 4) || "
        f"{_quoted(words['hectares'])}, '') || "
        f"if(\"gq_basis\" = 'schematic', {_quoted(words['schematic'])}, '')"
    )
    lines = all(kind.geometry == "line" for kind in kinds)
    labeling = xml.Element("labeling", type="simple")
    settings = xml.SubElement(labeling, "settings", calloutType="simple")
    style = xml.SubElement(
        settings,
        "text-style",
        {
            "fieldName": expression,
            "isExpression": "1",
            "fontFamily": "Microsoft YaHei",
            "fontSize": "8",
            "fontSizeUnit": "Point",
            "textColor": _rgba(_DARK),
            "textOpacity": "1",
            "multilineHeight": "1",
        },
    )
    buffer = {"bufferDraw": "1", "bufferSize": "0.7", "bufferSizeUnits": "MM", "bufferOpacity": "1"}
    xml.SubElement(style, "text-buffer", {**buffer, "bufferColor": _rgba("#ffffff")})
    xml.SubElement(settings, "text-format", {"multilineAlign": "1"})
    # 2: along a line; 1: around a point, here over the middle of the polygon.
    xml.SubElement(
        settings, "placement", {"placement": "2" if lines else "1", "centroidInside": "1",
                                "quadOffset": "4", "placementFlags": "10"}
    )
    xml.SubElement(settings, "rendering", {"drawLabels": "1", "obstacle": "0"})
    return labeling


_LABEL_WORDS = ("hectares", "schematic")
