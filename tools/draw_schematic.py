"""Draw the schematic layers of the shipped workspace.

    python tools/draw_schematic.py [--out data] [--replace]

No public source gives coordinates for the plan's roads, districts or parcels.  The layers are
therefore drawn from the plan's words along reference lines, and every feature says so: basis
``schematic``, with the uncertainty of the lines it was drawn along.  Free dimensions were chosen
near the plan's figures, so an area that agrees with the plan is no evidence of anything.

All coordinates below are metres in EPSG:4549, (east, north).  Surveyed boundaries come in by
``gangqu update``; a layer that differs from the drawing is only overwritten with ``--replace``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gangqu_gis.crs import planar, storage
from gangqu_gis.layerfile.geojson import format_layer
from gangqu_gis.layers import Feature
from gangqu_gis.measure import to_crs
from gangqu_gis.schema import Schema, read_schema

DATA = Path(__file__).resolve().parents[1] / "data"
DRAWN_IN = "EPSG:4549"

Point = tuple[float, float]
Note = tuple[str, str]

#: From a road's centreline to the land beside it, metres along the grid (E-W or N-S).
ROAD_HALF_WIDTH = 15.0
#: A corner this near an edge lies on it: outlines are kept to the millimetre.
ON_EDGE = 0.001
#: Edges that the plan does not state and this drawing chose.
CHOSEN_EDGE_M = 1000
#: A place the plan names and no source locates: anywhere in the town.
UNKNOWN_PLACE_M = 2000

LINE_SOURCE = "按规划文字及公开地名资料示意"
PLACE_SOURCE = "按规划文字示意，非测量成果"


# ---------------------------------------------------------------- the reference lines


@dataclass(frozen=True, slots=True)
class Line:
    """A named road, water or coast; the kind is the first word of the id."""

    id: str
    name: str
    name_en: str
    uncertainty_m: int
    vertices: tuple[Point, ...]


# The straight lines, each by the one coordinate that it holds.
LONGWANG, ZHAPUTANG, JIANGANG, TIANFEI = 602975, 603780, 604250, 605200
NANWAN, JIANGJIABANG, QIXIANG, CHENSHAN = 606170, 606350, 606405, 606620
YASHAN, DONGXI, NIUQIAO = 3387290, 3387357, 3387994
ZHONGSHAN, WAIHUAN, SHICHANG = 3388180, 3388410, 3389420
MOAT_WEST, MOAT_SOUTH, MOAT_EAST, MOAT_NORTH = 603860, 3387080, 605140, 3388360  # centreline
NORTH_END = 3390350  # where 乍浦塘 and 天妃路 leave the drawing

MOAT = (
    (MOAT_WEST, MOAT_SOUTH),
    (MOAT_EAST, MOAT_SOUTH),
    (MOAT_EAST, MOAT_NORTH),
    (MOAT_WEST, MOAT_NORTH),
    (MOAT_WEST, MOAT_SOUTH),
)
COAST = (
    (LONGWANG, 3385435),
    (ZHAPUTANG, 3385692),
    (604200, 3385826),
    (604900, 3386026),
    (TIANFEI, 3386114),
    (605750, 3386276),
    (JIANGJIABANG, 3386417),
    (CHENSHAN, 3386482),
    (607300, 3386676),
)
BINHAI = ((LONGWANG, 3386827), (TIANFEI, 3387005), (CHENSHAN, 3387317))

LINES = {
    line.id: line
    for line in (
        Line("road-binhai", "滨海大道", "Binhai Avenue", 400, BINHAI),
        Line(
            "road-tianfei",
            "天妃路",
            "Tianfei Road",
            400,
            ((TIANFEI, 3386114), (TIANFEI, NORTH_END)),
        ),
        Line(
            "road-waihuan",
            "外环路",
            "Waihuan Road",
            450,
            ((LONGWANG, WAIHUAN), (CHENSHAN, WAIHUAN)),
        ),
        Line(
            "road-zhongshan",
            "中山路",
            "Zhongshan Road",
            450,
            ((LONGWANG, ZHONGSHAN), (NANWAN, ZHONGSHAN)),
        ),
        Line("road-yashan", "雅山路", "Yashan Road", 600, ((LONGWANG, YASHAN), (NANWAN, YASHAN))),
        Line(
            "road-dongxi", "东西大街", "Dongxi Street", 500, ((MOAT_WEST, DONGXI), (NANWAN, DONGXI))
        ),
        Line(
            "road-shichang",
            "市场路",
            "Shichang Road",
            500,
            ((LONGWANG, SHICHANG), (CHENSHAN, SHICHANG)),
        ),
        Line(
            "road-jiangang",
            "建港路",
            "Jiangang Road",
            500,
            ((JIANGANG, DONGXI), (JIANGANG, 3390020)),
        ),
        Line(
            "road-longwang",
            "龙王路",
            "Longwang Road",
            600,
            ((LONGWANG, 3386827), (LONGWANG, SHICHANG)),
        ),
        Line("road-nanwan", "南湾路", "Nanwan Road", 600, ((NANWAN, 3387218), (NANWAN, SHICHANG))),
        Line(
            "road-chenshan",
            "陈山路",
            "Chenshan Road",
            1000,
            ((CHENSHAN, 3386482), (CHENSHAN, SHICHANG)),
        ),
        Line(
            "road-qixiang", "气象路", "Qixiang Road", 1000, ((QIXIANG, 3387957), (QIXIANG, WAIHUAN))
        ),
        Line("water-hucheng", "护城河", "Hucheng River (moat)", 450, MOAT),
        Line(
            "water-zhaputang",
            "乍浦塘",
            "Zhaputang River",
            500,
            ((ZHAPUTANG, 3385692), (ZHAPUTANG, NORTH_END)),
        ),
        Line(
            "water-chenghe",
            "乍浦城河（牌楼头段）",
            "Chenghe River (Pailoutou reach)",
            800,
            ((605600, 3387093), (605600, DONGXI)),
        ),
        Line(
            "water-niuqiao",
            "牛桥港",
            "Niuqiaogang River",
            800,
            ((TIANFEI, NIUQIAO), (JIANGJIABANG, NIUQIAO)),
        ),
        Line(
            "water-jiangjiabang",
            "江家浜",
            "Jiangjiabang River",
            800,
            ((JIANGJIABANG, 3386417), (JIANGJIABANG, NIUQIAO)),
        ),
        Line("coast-hangzhouwan", "杭州湾岸线", "Hangzhou Bay shoreline", 200, COAST),
    )
}


def along(line: str, west: float, east: float) -> list[Point]:
    """Return the part of a line that runs eastward from easting ``west`` to ``east``."""
    eastings, northings = zip(*LINES[line].vertices, strict=True)
    between = [x for x in eastings if west < x < east]
    return [(x, round(float(np.interp(x, eastings, northings)), 3)) for x in (west, *between, east)]


def strip(south: Sequence[Point], north: Sequence[Point]) -> list[Point]:
    """Return the outline between two edges, both given from west to east."""
    return [*south, *reversed(north)]


def box(*, west: float, south: float, east: float, north: float) -> list[Point]:
    """Return a rectangle on the grid."""
    return [(west, south), (east, south), (east, north), (west, north)]


def shifted(points: Sequence[Point], north: float) -> list[Point]:
    """Return ``points`` moved northward."""
    return [(x, round(y + north, 3)) for x, y in points]


# ---------------------------------------------------------------- the places


@dataclass(frozen=True, slots=True)
class Place:
    """A district or parcel.

    ``bounds`` holds only the sides that the plan states; ``also_along`` the other lines that the
    drawing follows.  ``uncertainty_m`` is by default the largest of all these lines.
    """

    id: str
    kind: str
    name: str
    name_en: str
    outline: Sequence[Point]
    bounds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    also_along: Sequence[str] = ()
    uncertainty_m: int | None = None
    figures: Sequence[str] = ()
    notes: Sequence[Note] = ()
    drawn: Sequence[Note] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


def districts() -> list[Place]:
    """Return the six districts; the sixth is declared by the plan and not described."""
    described = {"described": True}
    return [
        Place(
            "district-gucheng",
            "district",
            "中部古城休闲新生活片区",
            "Old Town district",
            strip(
                along("road-binhai", ZHAPUTANG, MOAT_EAST),
                [(ZHAPUTANG, MOAT_NORTH), (MOAT_EAST, MOAT_NORTH)],
            ),
            {
                "east": ["water-hucheng"],
                "south": ["road-binhai"],
                "west": ["water-zhaputang"],
                "north": ["water-hucheng"],
            },
            figures=["gucheng_area"],
            more=described,
            drawn=[
                (
                    "按所述四至画到护城河中心线，含护城河以外的条带。",
                    "Drawn to the moat's centreline by the stated bounds; takes in strips outside "
                    "the moat.",
                )
            ],
        ),
        Place(
            "district-binhai",
            "district",
            "南部滨海片区",
            "Southern Seaside district",
            strip(
                along("coast-hangzhouwan", ZHAPUTANG, CHENSHAN),
                along("road-binhai", ZHAPUTANG, CHENSHAN),
            ),
            {"south": ["coast-hangzhouwan"], "north": ["road-binhai"]},
            also_along=["water-zhaputang", "road-chenshan"],
            figures=["binhai_area_km2", "binhai_area_ha"],
            more=described,
            drawn=[
                (
                    "规划未述东、西界，本图取乍浦塘至陈山路。",
                    "East and west bounds are not stated; drawn from Zhaputang River to Chenshan "
                    "Road.",
                )
            ],
        ),
        Place(
            "district-zhaputang",
            "district",
            "西部乍浦塘片区",
            "Western Zhaputang district",
            strip(
                along("road-binhai", LONGWANG, ZHAPUTANG),
                [(LONGWANG, SHICHANG), (ZHAPUTANG, SHICHANG)],
            ),
            {
                "east": ["water-zhaputang"],
                "south": ["road-binhai"],
                "west": ["road-longwang"],
                "north": ["road-shichang"],
            },
            figures=["zhaputang_area"],
            more=described,
        ),
        Place(
            "district-beibu",
            "district",
            "北部未来智慧居住区片区",
            "Northern Smart Living district",
            box(west=ZHAPUTANG, south=MOAT_NORTH, east=TIANFEI, north=NORTH_END),
            uncertainty_m=CHOSEN_EDGE_M,
            figures=["beibu_area"],
            more=described,
            drawn=[
                (
                    "规划未述四至，本图取乍浦塘至天妃路、护城河以北；北边界只按规划面积取定。",
                    "No bounds are stated; drawn from Zhaputang River to Tianfei Road, north of "
                    "the moat. The north edge was chosen to suit the plan's figure.",
                )
            ],
        ),
        Place(
            "district-dongbu",
            "district",
            "东部城市更新和功能修补片区",
            "Eastern Renewal district",
            strip(
                along("road-binhai", TIANFEI, CHENSHAN), [(TIANFEI, SHICHANG), (CHENSHAN, SHICHANG)]
            ),
            {"east": ["road-chenshan"], "west": ["road-tianfei"]},
            also_along=["road-binhai", "road-shichang"],
            more=described,
            drawn=[
                (
                    "规划未述南、北界与面积，本图取滨海大道至市场路。",
                    "North and south bounds and the area are not stated; drawn from Binhai Avenue "
                    "to Shichang Road.",
                )
            ],
        ),
        Place(
            "district-waiwei",
            "district",
            "外围组团（占位）",
            "Outer cluster (placeholder)",
            strip(
                [(CHENSHAN, 3387317), (607400, 3387490)], [(CHENSHAN, SHICHANG), (607400, SHICHANG)]
            ),
            uncertainty_m=UNKNOWN_PLACE_M,
            more={"described": False},
            notes=[
                ("规划未描述，位置待定", "Not described by the plan; location to be determined")
            ],
        ),
    ]


SIZED: Note = (
    "大小按规划面积取整示意，面积相近不能作为依据。",
    "Sized from the plan's figure in round metres: a close area is no evidence.",
)
DIVIDED: Note = (
    "规划只给出新增用地的合计，各处大小为本图平均分配。",
    "The plan gives one total for the new land; its division is this drawing's.",
)


def stock_parcels() -> list[Place]:
    """Return the three parcels in stock, each in the corner of the roads that bound it."""
    east, north = CHENSHAN - ROAD_HALF_WIDTH, WAIHUAN - ROAD_HALF_WIDTH
    first = box(west=QIXIANG + ROAD_HALF_WIDTH, south=north - 235, east=east, north=north)
    west, south = TIANFEI + ROAD_HALF_WIDTH, ZHONGSHAN + ROAD_HALF_WIDTH
    second = box(west=west, south=south, east=west + 355, north=WAIHUAN - ROAD_HALF_WIDTH)
    east, north = JIANGANG - ROAD_HALF_WIDTH, SHICHANG - ROAD_HALF_WIDTH
    third = box(west=east - 160, south=north - 160, east=east, north=north)
    return [
        Place(
            "stock-1",
            "stock_parcel",
            "存量地块1",
            "Stock parcel 1",
            first,
            {"east": ["road-chenshan"], "west": ["road-qixiang"], "north": ["road-waihuan"]},
            figures=["stock_1_area"],
            drawn=[SIZED],
            more={"bounds_text": "陈山路西侧、外环路南侧、气象路东侧"},
        ),
        Place(
            "stock-2",
            "stock_parcel",
            "存量地块2",
            "Stock parcel 2",
            second,
            {"south": ["road-zhongshan"], "west": ["road-tianfei"]},
            also_along=["road-waihuan"],
            figures=["stock_2_area"],
            drawn=[SIZED],
            more={"bounds_text": "中山路北侧、天妃路东侧"},
        ),
        Place(
            "stock-3",
            "stock_parcel",
            "存量地块3",
            "Stock parcel 3",
            third,
            {"east": ["road-jiangang"], "north": ["road-shichang"]},
            figures=["stock_3_area"],
            drawn=[SIZED],
            more={"bounds_text": "建港路西侧、市场路南侧"},
        ),
    ]


def new_parcels() -> list[Place]:
    """Return the four areas of new land, of equal size: 555 m x 150 m or 370 m x 225 m."""
    west, north = NANWAN + ROAD_HALF_WIDTH, SHICHANG - ROAD_HALF_WIDTH
    first = box(west=west, south=north - 225, east=west + 370, north=north)
    west, south = JIANGANG + ROAD_HALF_WIDTH, ZHONGSHAN + ROAD_HALF_WIDTH
    second = box(west=west, south=south, east=west + 555, north=south + 150)
    # East of 乍浦塘 the strip between 雅山路 and 东西大街 is too narrow to hold the parcel.
    south = YASHAN + ROAD_HALF_WIDTH
    third = box(west=LONGWANG + 125, south=south, east=LONGWANG + 680, north=south + 150)
    east = CHENSHAN - ROAD_HALF_WIDTH
    front = shifted(along("road-binhai", east - 225, east), -ROAD_HALF_WIDTH)
    fourth = strip(shifted(front, -370), front)
    return [
        Place(
            "new-1",
            "new_parcel",
            "新增地块1",
            "New parcel 1",
            first,
            {"west": ["road-nanwan"], "north": ["road-shichang"]},
            more={"bounds_text": "南湾路东侧、市场路南侧"},
            drawn=[DIVIDED],
            notes=[
                ("可能包含保障房三期用地。", "May contain affordable housing, phase 3."),
            ],
        ),
        Place(
            "new-2",
            "new_parcel",
            "新增地块2",
            "New parcel 2",
            second,
            {"south": ["road-zhongshan"], "west": ["road-jiangang"], "north": ["water-hucheng"]},
            more={"bounds_text": "物美西侧、建港路东侧、城河南侧、中山路北侧"},
            drawn=[
                DIVIDED,
                (
                    "“城河”按护城河北段理解；物美位置不详。",
                    "'Chenghe' is read as the moat's north side; the Wumart store to the "
                    "east is not located.",
                ),
            ],
        ),
        Place(
            "new-3",
            "new_parcel",
            "新增地块3",
            "New parcel 3",
            third,
            {"south": ["road-yashan"]},
            uncertainty_m=UNKNOWN_PLACE_M,
            more={"bounds_text": "雅山路北侧、浦京大酒店对面"},
            drawn=[
                DIVIDED,
                (
                    "浦京大酒店位置不详，沿雅山路的位置及所在片区均为本图所取。",
                    "The Pujing Hotel is not located: the place along Yashan Road, and so "
                    "the district, is this drawing's.",
                ),
            ],
        ),
        Place(
            "new-4",
            "new_parcel",
            "新增地块4",
            "New parcel 4",
            fourth,
            {"east": ["road-chenshan"], "north": ["road-binhai"]},
            more={"bounds_text": "滨海大道南侧、陈山路西侧"},
            drawn=[DIVIDED],
            notes=[
                (
                    "在滨海大道以南，故属南部滨海片区。",
                    "South of Binhai Avenue, hence in the Southern Seaside district.",
                ),
            ],
        ),
    ]


def affordable_site() -> Place:
    """Return phase 3: drawn as the part of new parcel 1 in the corner of the same two roads."""
    west, north = NANWAN + ROAD_HALF_WIDTH, SHICHANG - ROAD_HALF_WIDTH
    return Place(
        "affordable-phase3",
        "affordable_site",
        "保障房三期",
        "Affordable housing, phase 3",
        box(west=west, south=north - 225, east=west + 240, north=north),
        {"west": ["road-nanwan"], "north": ["road-shichang"]},
        figures=["phase3_land_m2", "phase3_land_mu"],
        more={"bounds_text": "东至预留用地，南至规划道路，西至南湾路预留用地，北至市场路预留用地"},
        drawn=[SIZED],
        notes=[
            (
                "预留用地宽度与规划道路位置未述；可能与新增地块1同地。",
                "The width of the reserved land and the planned road are not stated; may be "
                "the same land as new parcel 1.",
            ),
        ],
    )


def community_units() -> list[Place]:
    """Return the units of 牌楼头 future community, which lie over the districts."""
    coast, road = "coast-hangzhouwan", "road-binhai"
    return [
        Place(
            "unit-planning",
            "community_unit",
            "牌楼头未来社区规划单元",
            "Pailoutou future community, planning unit",
            strip(
                along(coast, TIANFEI, JIANGJIABANG), [(TIANFEI, NIUQIAO), (JIANGJIABANG, NIUQIAO)]
            ),
            {
                "east": ["water-jiangjiabang"],
                "south": [coast],
                "west": ["road-tianfei"],
                "north": ["water-niuqiao"],
            },
            figures=["unit_planning_area"],
            more={"bounds_text": "东至江家浜，南至杭州湾，西至天妃路，北至牛桥港"},
        ),
        Place(
            "unit-implementation",
            "community_unit",
            "牌楼头未来社区实施单元",
            "Pailoutou future community, implementation unit",
            strip(along(road, TIANFEI, NANWAN), [(TIANFEI, DONGXI), (NANWAN, DONGXI)]),
            {
                "east": ["road-nanwan"],
                "south": [road],
                "west": ["road-tianfei"],
                "north": ["road-dongxi"],
            },
            figures=["unit_implementation_area"],
            more={"bounds_text": "东至南湾路，南至滨海大道，西至天妃路，北至东西大街"},
            notes=[
                (
                    "规划的建筑情况还提到南湾路以东的汽车客运中心，不在所述四至之内。",
                    "The plan's description also names the bus station east of Nanwan Road, which "
                    "is outside the stated bounds.",
                )
            ],
        ),
    ]


# Estates by the plan's 专栏5: name, in English, community, class, south-west corner of the symbol.
ESTATES = (
    ("港龙花园", "Ganglong Garden", "港龙社区", "完善类", (605625, 3388750)),
    ("建港一村", "Jiangang No. 1 Estate", "南大街社区", "完善类", (604400, 3387700)),
    ("南司弄", "Nansilong", "南大街社区", "完善类", (604650, 3387500)),
    ("龙王公寓", "Longwang Apartments", "雅山社区", "完善类", (603320, 3387700)),
    ("染店苑", "Randianyuan", "天妃社区", "完善类", (604460, 3388860)),
    ("染店苑东区", "Randianyuan East", "天妃社区", "完善类", (604660, 3388860)),
    ("天妃西苑", "Tianfei Xiyuan", "天妃社区", "完善类", (604980, 3388860)),
    ("南湾花园", "Nanwan Garden", "南湾社区", "提升类", (606240, 3388700)),
)
#: Communities whose surroundings public sources name; an estate lies somewhere within.
LOCATED_COMMUNITIES = ("港龙社区", "雅山社区", "天妃社区")
SYMBOL: Note = (
    "统一大小的符号，不表示用地范围。",
    "A symbol of uniform size, not the site's extent.",
)
IN_COMMUNITY: Note = (
    "按所在社区示意，社区内位置不详。",
    "Placed by its community; location within it unknown.",
)
NOWHERE: Note = ("位置不详。", "Location unknown.")


def renovation_sites() -> list[Place]:
    """Return the eight estates to be renovated, as symbols of 120 m x 100 m."""
    places = []
    for number, (name, name_en, community, renovation, (west, south)) in enumerate(ESTATES, 1):
        located = community in LOCATED_COMMUNITIES
        places.append(
            Place(
                f"renovation-{number}",
                "renovation_site",
                name,
                name_en,
                box(west=west, south=south, east=west + 120, north=south + 100),
                uncertainty_m=CHOSEN_EDGE_M if located else UNKNOWN_PLACE_M,
                drawn=[IN_COMMUNITY if located else NOWHERE, SYMBOL],
                more={"community": community, "renovation_type": renovation},
            )
        )
    return places


# ---------------------------------------------------------------- from places to layers


def with_shared_corners(outlines: Sequence[Sequence[Point]]) -> list[list[Point]]:
    """Return the outlines with every corner of a neighbour that lies on an edge put into it.

    Two outlines then share whole edges, so no projection can open a sliver between them.
    """
    corners = sorted({corner for outline in outlines for corner in outline})
    return [
        [
            point
            for start, end in zip(outline, [*outline[1:], outline[0]], strict=True)
            for point in (start, *_corners_within(start, end, corners))
        ]
        for outline in outlines
    ]


def _corners_within(start: Point, end: Point, corners: Sequence[Point]) -> list[Point]:
    edge = shapely.LineString([start, end])
    points = [(shapely.Point(corner), corner) for corner in corners if corner not in (start, end)]
    inside = [(edge.project(p), corner) for p, corner in points if edge.distance(p) < ON_EDGE]
    return [corner for _, corner in sorted(inside)]


def draw(schema: Schema) -> dict[str, str]:
    """Return the text of every layer, by the name of the layer."""
    first, others = districts(), [*stock_parcels(), *new_parcels(), affordable_site()]
    others += [*renovation_sites(), *community_units()]
    shapes = {
        "districts": [shapely.Polygon(o) for o in with_shared_corners([p.outline for p in first])],
        "parcels": [shapely.Polygon(place.outline) for place in others],
        "reference": [shapely.LineString(line.vertices) for line in LINES.values()],
    }
    attributes = {
        "districts": [_place_attributes(place) for place in first],
        "parcels": [_place_attributes(place) for place in others],
        "reference": [_line_attributes(line) for line in LINES.values()],
    }
    return {
        name: format_layer(name, _features(name, attributes[name], shapes[name]), schema)
        for name in shapes
    }


def _features(
    layer: str, attributes: Sequence[dict[str, Any]], shapes: Sequence[BaseGeometry]
) -> list[Feature]:
    drawn = np.array([*shapes], dtype=object)
    stored = to_crs(drawn, source=planar(DRAWN_IN), target=storage())
    return [
        Feature(layer, properties, geometry, f"{layer}.geojson", number + 1, number)
        for number, (properties, geometry) in enumerate(zip(attributes, stored, strict=True), 1)
    ]


def _line_attributes(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "kind": line.id.partition("-")[0],
        "name": line.name,
        "name_en": line.name_en,
        "basis": "schematic",
        "uncertainty_m": line.uncertainty_m,
        "source": LINE_SOURCE,
    }


def _place_attributes(place: Place) -> dict[str, Any]:
    followed = [id_ for ids in place.bounds.values() for id_ in ids] + list(place.also_along)
    uncertainty = place.uncertainty_m or max(LINES[id_].uncertainty_m for id_ in followed)
    found = {
        "id": place.id,
        "kind": place.kind,
        "name": place.name,
        "name_en": place.name_en,
        "basis": "schematic",
        "uncertainty_m": uncertainty,
        "source": PLACE_SOURCE,
        "bounds": {side: list(ids) for side, ids in place.bounds.items()},
        "figures": list(place.figures),
        "drawing_note": "".join(zh for zh, _ in place.drawn),
        "drawing_note_en": " ".join(en for _, en in place.drawn),
        "note": "".join(zh for zh, _ in place.notes),
        "note_en": " ".join(en for _, en in place.notes),
        **place.more,
    }
    # What does not apply is left out: a stored layer holds no empty values.
    return {name: value for name, value in found.items() if value not in ("", [], {})}


def main() -> int:
    """Write the three layers; refuse to overwrite one that somebody has changed."""
    parser = argparse.ArgumentParser(description="Draw the schematic layers from the plan's words.")
    parser.add_argument("--out", type=Path, default=DATA, help="folder of the layers")
    parser.add_argument("--replace", action="store_true", help="overwrite layers that differ")
    options = parser.parse_args()
    texts = draw(read_schema(DATA / "schema.toml", shown="data/schema.toml"))
    files = {options.out / f"{name}.geojson": text.encode() for name, text in texts.items()}
    changed = [path for path, new in files.items() if path.exists() and path.read_bytes() != new]
    if changed and not options.replace:
        names = ", ".join(str(path) for path in changed)
        print(f"differs from the drawing, kept (see --replace): {names}", file=sys.stderr)
        return 4
    options.out.mkdir(parents=True, exist_ok=True)
    for path, new in files.items():
        path.write_bytes(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
