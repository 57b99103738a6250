"""A tiny plan drawn by hand, whose reports are kept beside this file.

Set GANGQU_GOLDEN=write to write the files anew, and read what changed before committing it.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import shapely
from cases import SmallWorkspace, Stated, box, feature, in_degrees, polygon

from gangqu_gis import Assessment, __version__, assess, load_plan, open_workspace
from gangqu_gis.findings import Finding, Severity
from gangqu_gis.history import Change, Entry, History
from gangqu_gis.messages import Text
from gangqu_gis.readings import Reading, Readings, fingerprint

FOLDER = Path(__file__).resolve().parent

STATED = [
    Stated("land_1", "1.00", "公顷", ["lot-1"]),
    Stated("land_2", "0.60", "公顷", ["lot-2"]),
    Stated("land_3", "18.10", "亩", ["lot-3"], "约"),
    Stated("land_5", "0.3", "公顷", ["lot-5"]),
    Stated("land_12", "1.5", "公顷", ["lot-1", "lot-2"]),
    Stated("all", "1.60", "公顷", ["lot-1", "lot-3"]),
    Stated("wrong", "1.7", "公顷", ["lot-4"]),
    Stated("larger", "3.0", "公顷", ["lot-9"]),
]
RULES = """
[[rule]]
id = "sum_right"
kind = "sum"
title = "合计 = 两块之和"
title_en = "Total = both lots"
total = "all"
parts = ["land_1", "land_2"]
exhaustive = true
because = "只有两块"
because_en = "There are two lots only"

[[rule]]
id = "sum_wrong"
kind = "sum"
title = "另一合计 = 两块之和"
title_en = "Other total = both lots"
total = "wrong"
parts = ["land_1", "land_2"]
exhaustive = true
because = "只有两块"
because_en = "There are two lots only"

[[rule]]
id = "sum_read"
kind = "sum"
title = "面积 = 一块"
title_en = "Area = one lot"
total = "larger"
parts = ["land_1"]
exhaustive = true
because = "只有一块"
because_en = "There is one lot only"

[[rule]]
id = "sum_rest"
kind = "sum"
title = "两块在总面积之内"
title_en = "Both lots within the total"
total = "larger"
parts = ["land_1", "land_2"]
exhaustive = false
because = "其中"
because_en = "of which"
"""


def tiny(root: Path) -> Assessment:
    """Return the assessment of the tiny plan, written below ``root``."""
    lots = [
        feature("lot-1", box(0, 0, 100), basis="surveyed"),
        feature("lot-2", box(120, 0, 100, 50), basis="surveyed"),
        feature("lot-3", box(0, 120, 120, 100)),
        feature("lot-4", box(140, 120, 60)),
        feature("lot-5", polygon((220, 120), (280, 180), (280, 120), (220, 180))),
    ]
    road = shapely.LineString([(604000 - 200, 3387000 - 10), (604000 + 500, 3387000 - 10)])
    lane = shapely.LineString([(604000 + 110, 3387000 - 300), (604000 + 110, 3387000 + 400)])
    lines = [
        feature("road-1", road, kind="road", name="东西路", name_en="East Road"),
        feature("road-2", lane, kind="road", name="南北巷", name_en="North Lane"),
    ]
    small = SmallWorkspace(root, lots, lines, STATED)
    small.write()
    with (root / "data" / "plan" / "rules.toml").open("a", encoding="utf-8") as stream:
        stream.write(RULES)
    plan = load_plan(open_workspace(root))
    changes = tuple(Change(lot["properties"]["id"], 1, None, lot) for lot in lots[:2])
    entry = Entry(
        1, "2025-12-01", "测量员", "入库", "lots", changes, {"basis": "surveyed"}, (), "ab" * 32
    )
    figures = plan.register.figures
    about = fingerprint([figures["larger"], figures["land_1"]])
    reading = Reading(
        "sum_read", "accept", "以所印为准", "审定人", "2025-12-02", "另有说明", about
    )
    plan = replace(plan, history=History((entry,)), readings=Readings((reading,)))
    found = assess(plan)
    return replace(found, findings=FINDINGS, bounds=())


FINDINGS = (
    Finding(
        rule="overlap",
        severity=Severity.ERROR,
        subject="lot-4",
        text=Text("lot-4 与 lot-3 重叠", "lot-4 and lot-3 overlap"),
        remedy=Text("改正界线", "correct the border"),
        also=("lot-3",),
        layer="lots",
        file="data/lots.geojson",
        line=5,
        measured=12.5,
        limit=0.0,
        unit="㎡",
        shape=in_degrees(box(118, 120, 4, 40)),
    ),
    Finding(
        rule="spike",
        severity=Severity.WARNING,
        subject="lot-2",
        text=Text("lot-2 有尖刺", "lot-2 has a spike"),
        remedy=Text("删去该点", "remove the point"),
        shape=in_degrees(shapely.Point(604120, 3387050)),
    ),
    Finding(
        rule="edge",
        severity=Severity.NOTE,
        subject="lot-1",
        text=Text("公共边不重合", "the common edge does not match"),
        remedy=Text("核对", "check it"),
        shape=in_degrees(
            shapely.GeometryCollection(
                [
                    shapely.LineString([(604100, 3387000), (604100, 3387100)]),
                    shapely.Point(604100, 3387000),
                ]
            )
        ),
    ),
    Finding(
        rule="count",
        severity=Severity.ERROR,
        subject="lot",
        text=Text("地块个数不符", "the number of lots is wrong"),
        remedy=Text("补齐", "add what is missing"),
        measured=5,
        limit=6,
    ),
)


def compare(name: str, found: str) -> None:
    """Compare ``found`` with the golden file ``name``; the version is not part of it.

    Unrounded numbers are compared to 0.0001: the last digits of a sine are the processor's.
    """
    text = found.replace(f"gangqu_gis {__version__}", "gangqu_gis VERSION")
    text = re.sub(r'value="(-?\d+\.\d+)"', lambda m: f'value="{float(m[1]):.4f}"', text)
    path = FOLDER / name
    if os.environ.get("GANGQU_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"{name}: GANGQU_GOLDEN=write renews it"
