"""What exports are tested with: drawn and generated features, and a plan that holds them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from cases import EAST, NORTH, in_degrees
from hypothesis import strategies as st
from pyproj import Transformer

from gangqu_gis.layers import Feature, Layer
from gangqu_gis.messages import message
from gangqu_gis.plan import Plan

#: Texts that have broken exports elsewhere: formulas, markup, separators, quotes, code pages.
HOSTILE = (
    *("=1+1", "@SUM(A1)", "-1", "</coordinates><b>", "]]>", "a,b，c", "a@", "%%d"),
    *("{\\P}", "'\"`;--"),
    *("", " ", " 首尾 ", "换\n行", "回\r车", "\x00零", "\x01", "\t"),
    *("㎡", "𠀀", "é", "€", "_x0041_"),
    *("长" * 85, "长" * 84 + "ab" * 3, "x" * 254, "x" * 255, "<![CDATA[", "&amp;", "null", "0701"),
)
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=100),
)
numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, min_value=0, max_value=1e15),
    st.integers(min_value=0, max_value=2**53),
    st.sampled_from((0.1, 1 / 3, 1e-20, 123456789.123456789)),
)
attributes = st.fixed_dictionaries(
    {
        "name": texts,
        "source": texts,
        "note": st.none() | texts,
        "name_en": st.none() | texts,
        "uncertainty_m": st.none() | numbers,
        "storeys": st.none() | st.integers(min_value=-(2**53), max_value=2**53),
        "renewed": st.none() | st.booleans(),
        "figures": st.none() | st.lists(texts, max_size=3),
        "bounds": st.none() | st.dictionaries(st.sampled_from(("east", "west")), st.lists(texts)),
    }
)


#: Fields that the hostile lots leave empty.
PLAIN = ("name_en", "uncertainty_m", "storeys", "renewed", "figures", "bounds")


def plain_box(x: float, y: float, w: float, h: float) -> Any:
    """A rectangle, its corner (x, y) metres from the grid's corner."""
    return shapely.box(EAST + x, NORTH + y, EAST + x + w, NORTH + y + h)


@st.composite
def shapes(draw: st.DrawFn) -> Any:
    """Valid polygons in metres: plain, with holes, in parts, with an island in a hole."""
    x, y = (draw(st.integers(0, 3_000_000)) / 1000 for _ in range(2))
    w, h = (draw(st.integers(20_000, 400_000)) / 1000 for _ in range(2))
    whole = plain_box(x, y, w, h)
    hole = plain_box(x + w * 0.25, y + h * 0.25, w * 0.5, h * 0.5)
    island = plain_box(x + w * 0.4, y + h * 0.4, w * 0.2, h * 0.2)
    corners = [(x, y), (x + w, y + h / 3), (x + w / 7, y + h)]
    slanted = shapely.Polygon([(EAST + a, NORTH + b) for a, b in corners])
    ring = whole.difference(hole)
    beside = plain_box(x + w + 1, y, w, h)
    recipes = [whole, slanted, ring, shapely.MultiPolygon([whole, beside])]
    recipes.append(shapely.MultiPolygon([ring, island]))
    return draw(st.sampled_from(recipes))


def stored(shape: Any) -> Any:
    """A shape in metres as a layer stores it: EPSG:4490, 9 decimals."""
    return shapely.transform(in_degrees(shape), lambda xy: np.round(xy, 9))


def in_metres(shape: Any, epsg: int = 4549) -> Any:
    """A stored shape in metres, by pyproj alone."""
    change = Transformer.from_crs(4490, epsg, always_xy=True)
    return shapely.transform(shape, lambda xy: np.column_stack(change.transform(*xy.T)))


def made(number: int, shape: Any, values: Mapping[str, Any], kind: str = "lot") -> Feature:
    """A feature of the small workspace with a stored shape."""
    properties = {"id": f"lot-{number}", "kind": kind, "basis": "schematic", **values}
    fault = message("layer.geometry_null") if shape is None else None
    return Feature("lots", properties, shape, "data/lots.geojson", number + 1, number, fault)


features = st.lists(st.tuples(st.none() | shapes(), attributes), min_size=1, max_size=4).map(
    lambda rows: [
        made(number, None if shape is None else stored(shape), values)
        for number, (shape, values) in enumerate(rows, 1)
    ]
)


#: One lot for each of the hostile texts, which is all that is remarkable about it.
hostile = [
    made(number, None, {**dict.fromkeys(PLAIN), "name": "甲", "source": "图", "note": text})
    for number, text in enumerate(HOSTILE, 1)
]


def holding(plan: Plan, features_: Sequence[Feature], layer: str = "lots") -> Plan:
    """``plan`` with one of its layers replaced."""
    file = plan.layers[layer].file
    return replace(plan, layers={**plan.layers, layer: Layer(layer, file, tuple(features_))})


def same_shape(a: Any, b: Any, within_m: float) -> bool:
    """Whether two shapes are the same to ``within_m``, wherever their rings start and run."""
    if a is None or b is None:
        return a is b
    first, second = (shapely.normalize(shapely.multipolygons(shapely.get_parts(s))) for s in (a, b))
    return bool(shapely.equals_exact(first, second, within_m)) or (
        shapely.symmetric_difference(first, second).area <= within_m * 2 * first.length
        and len(shapely.get_coordinates(first)) == len(shapely.get_coordinates(second))
    )


def as_json(value: Any) -> str:
    """A list or table as the exports write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
