"""Exports as their users meet them: places, refusals, bytes, and what stands in each file."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import fiona
import openpyxl
import pyogrio
import pytest
import shapely
from cases import Command, SmallWorkspace, box, feature, polygon, refusal
from export_cases import holding, made, stored
from gatework import plan_of, rectangle, survey

from gangqu_gis import landuse
from gangqu_gis.errors import InputError, RefusedError, UsageError
from gangqu_gis.export import Options, export_layer
from gangqu_gis.export.formats import FORMATS
from gangqu_gis.formats import read_vector
from gangqu_gis.messages import plain
from gangqu_gis.plan import Plan
from gangqu_gis.schema import Field

SUFFIXES = tuple(form.suffixes[0] for form in FORMATS)
WORDS = {"name": "甲", "source": "图", "uncertainty_m": 5}


@pytest.fixture
def plan(small: SmallWorkspace) -> Plan:
    """A small workspace with one lot of 100 m x 100 m less a hole of 20 m x 20 m."""
    small.lots = [feature("lot-a", box(0, 0, 100).difference(box(40, 40, 20)))]
    line = shapely.LineString([(604000, 3387000), (604500, 3387000)])
    small.lines = [feature("road-1", line, kind="road")]
    return plan_of(small.write())


def drawn(plan: Plan, shape: Any, **values: Any) -> Plan:
    """``plan`` with one lot of another shape, in metres."""
    return holding(plan, [made(1, stored(shape), {**WORDS, **values})])


def text_of(plan: Plan, folder: Path, **options: Any) -> list[str]:
    """The lines of the boundary-point file of a plan's lots."""
    path = folder / "a.txt"
    export_layer(plan, "lots", path, overwrite=True, **options)
    return path.read_bytes().decode("gbk").split("\r\n")


# ------------------------------------------------------------------------------ the command line


def test_every_format_of_every_layer_is_written(
    shipped: Path, tmp_path: Path, command: Command
) -> None:
    """Written means exit 0, whatever is wrong in the data; what is schematic is said."""
    for layer in ("parcels", "reference"):
        for suffix in SUFFIXES:
            path = tmp_path / f"{layer}{suffix}"
            run = command("export", layer, path, cwd=shipped)
            if layer == "reference" and suffix == ".txt":
                assert "只写面" in refusal(run, 2)
                continue
            assert run.code == 0 and path.exists() and "示意图形" in run.out, (suffix, run.err)
            assert run.err == ""


def test_records_go_into_tables_only(shipped: Path, tmp_path: Path, command: Command) -> None:
    for suffix in SUFFIXES:
        path = tmp_path / f"projects{suffix}"
        run = command("export", "projects", path, cwd=shipped)
        if suffix not in (".xlsx", ".geojson"):
            assert ".xlsx" in refusal(run, 2) and not path.exists()
            continue
        assert run.code == 0 and "条记录" in run.out, run.err
    own = json.loads((shipped / "data" / "projects.geojson").read_text(encoding="utf-8"))
    back = json.loads((tmp_path / "projects.geojson").read_text(encoding="utf-8"))
    for before, after in zip(own["features"], back["features"], strict=True):
        assert after["geometry"] is None and set(after["properties"]) - {"gq_kind"} == set(
            before["properties"]
        )


def test_exported_records_change_nothing_when_they_come_back(
    shipped: Path, tmp_path: Path, command: Command
) -> None:
    path = tmp_path / "projects.xlsx"
    command("export", "projects", path, "--ids", "project-phase3", cwd=shipped)
    (sheet, *_) = openpyxl.load_workbook(path)
    assert len(list(sheet.iter_rows())) == 2
    run = command("update", "projects", path, "--dry-run", cwd=shipped)
    assert (run.code, run.err) == (0, "") and "没有变化" in run.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing", "a.shp"), "parcels"),
        (("parcels", "a.dwg"), ".dxf"),
        (("parcels", "a"), ".shp"),
        (("parcels", "a.shp", "--ids", "stock-1,nobody"), "nobody"),
        (("parcels", "a.kml", "--crs", "EPSG:4549"), "--crs"),
        (("parcels", "a.geojson", "--zone-prefix"), "--zone-prefix"),
        (("parcels", "a.gpkg", "--encoding", "gbk"), "--encoding"),
        (("parcels", "a.shp", "--crs", "EPSG:2385"), "CGCS2000"),
        (("parcels", "a.txt", "--crs", "EPSG:32651"), "带号"),
    ],
    ids=str,
)
def test_wrong_use_is_one_line(
    shipped: Path, tmp_path: Path, command: Command, arguments: tuple[str, ...], words: str
) -> None:
    layer, name, *rest = arguments
    run = command("export", layer, tmp_path / name, *rest, cwd=shipped)
    assert words in refusal(run, 2) and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4490", "EPSG:999999"])
def test_tables_of_points_are_in_metres_of_a_plane(
    shipped: Path, tmp_path: Path, command: Command, crs: str
) -> None:
    run = command("export", "parcels", tmp_path / "a.xlsx", "--crs", crs, cwd=shipped)
    assert crs in refusal(run, 3) and list(tmp_path.iterdir()) == []


def test_only_the_named_features(shipped: Path, tmp_path: Path, command: Command) -> None:
    path = tmp_path / "a.geojson"
    run = command("export", "parcels", path, "--ids", "stock-2, new-1", cwd=shipped)
    assert run.code == 0
    back = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert [f["properties"]["id"] for f in back] == ["stock-2", "new-1"]


def test_losses_are_said_where_they_befall(
    small: SmallWorkspace, tmp_path: Path, command: Command
) -> None:
    small.lots = [feature("lot-a", box(0, 0, 9), note="长" * 85)]
    small.lots.append(feature("lot-b", box(20, 0, 9), note="短"))
    run = command("export", "lots", tmp_path / "a.shp", cwd=small.write())
    (line,) = [line for line in run.out.splitlines() if "254" in line]
    assert line.endswith("：lot-a")
    run = command("export", "lots", tmp_path / "a.gpkg", cwd=small.root)
    assert "损失" not in run.out


# ------------------------------------------------------------------------- where files are placed


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_is_overwritten_unasked(plan: Plan, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    export_layer(plan, "lots", path)
    before = contents(tmp_path)
    with pytest.raises(RefusedError):
        export_layer(drawn(plan, box(0, 0, 50)), "lots", path)
    assert contents(tmp_path) == before
    export_layer(drawn(plan, box(0, 0, 50)), "lots", path, overwrite=True)
    after = contents(tmp_path)
    assert set(after) == set(before) and after != before


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_input_gives_the_same_bytes(plan: Plan, tmp_path: Path, suffix: str) -> None:
    (form,) = [form for form in FORMATS if suffix in form.suffixes]
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        export_layer(plan, "lots", tmp_path / name / f"a{suffix}")
        found.append(contents(tmp_path / name))
    assert (found[0] == found[1]) is form.repeatable


def test_an_export_that_fails_midway_changes_nothing(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.shp"
    export_layer(plan, "lots", path)
    (tmp_path / "a.qix").write_bytes(b"index")
    before, replace_ = contents(tmp_path), os.replace
    for fatal in range(13):
        calls = iter(range(100))

        def failing(source: Any, target: Any, calls: Any = calls, fatal: int = fatal) -> None:
            if next(calls) == fatal:
                raise OSError(28, "No space left on device")
            replace_(source, target)

        monkeypatch.setattr(os, "replace", failing)
        with pytest.raises(InputError, match="No space left"):
            export_layer(drawn(plan, box(0, 0, 50)), "lots", path, overwrite=True)
        monkeypatch.setattr(os, "replace", replace_)
        assert contents(tmp_path) == before, fatal
    export_layer(drawn(plan, box(0, 0, 50)), "lots", path, overwrite=True)
    assert set(before) - set(contents(tmp_path)) == {"a.qix"}, "an index of the old file misleads"


def test_a_folder_that_is_no_geodatabase_is_left_alone(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "a.gdb").mkdir()
    (tmp_path / "a.gdb" / "letter.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(RefusedError):
        export_layer(plan, "lots", tmp_path / "a.gdb", overwrite=True)
    (tmp_path / "b.shp").mkdir()
    with pytest.raises(RefusedError):
        export_layer(plan, "lots", tmp_path / "b.shp", overwrite=True)
    assert contents(tmp_path) == {"a.gdb/letter.txt": b"keep"}


def test_layers_cannot_be_replaced_by_an_export(plan: Plan) -> None:
    data = plan.workspace.data
    before = contents(data)
    for target in (data / "lots.geojson", data / "new.gpkg", data / "plan" / "x.shp"):
        with pytest.raises(UsageError):
            export_layer(plan, "lots", target, overwrite=True)
    assert contents(data) == before


def test_a_folder_that_is_not_there(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        export_layer(plan, "lots", tmp_path / "nowhere" / "a.shp")


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of every file below a folder, but for the workspace that lies in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] != "small"
    }


# ------------------------------------------------------------------- what is and is not evidence


def test_a_survey_says_so_and_an_unproven_one_does_not(shipped: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(shipped, tmp_path / "workspace"))
    survey(root, rectangle())
    proven = plan_of(root)
    edited = [
        replace(f, properties={**f.properties, "point_error_m": 0.01}) if f.id == "stock-3" else f
        for f in proven.layers["parcels"].features
    ]
    for plan_, basis, words in (
        (proven, "surveyed", "实测"),
        (holding(proven, edited, "parcels"), "schematic", "示意：来源没有历史证明"),
    ):
        path = tmp_path / "a.geojson"
        export_layer(plan_, "parcels", path, ids=["stock-3"], overwrite=True)
        (found,) = json.loads(path.read_text(encoding="utf-8"))["features"]
        assert found["properties"]["basis"] == "surveyed"
        assert found["properties"]["gq_basis"] == basis
        assert found["properties"]["gq_note"].startswith(words)
        lines = text_lines(plan_, tmp_path)
        assert ("(示意)" in lines[12]) is (basis == "schematic"), lines[12]


def text_lines(plan_: Plan, folder: Path) -> list[str]:
    path = folder / "a.txt"
    export_layer(plan_, "parcels", path, ids=["stock-3"], overwrite=True)
    return path.read_bytes().decode("gbk").split("\r\n")


def test_a_mere_symbol_has_no_area(shipped: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    export_layer(plan_of(shipped), "parcels", path)
    for found in json.loads(path.read_text(encoding="utf-8"))["features"]:
        own = found["properties"]
        symbol = own["kind"] == "renovation_site"
        assert (own["gq_planar_m2"] is None) is symbol
        assert ("符号" in own["gq_note"]) is symbol


def test_both_areas_are_half_up_and_a_bow_tie_has_none(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    bow = polygon((0, 0), (10, 10), (10, 0), (0, 10))
    lots = [*plan.layers["lots"].features, made(2, stored(bow), WORDS)]
    export_layer(holding(plan, lots), "lots", path)
    with closing(sqlite3.connect(path)) as base:
        rows = list(base.execute("SELECT gq_ellipsoidal_m2, gq_planar_m2, gq_basis FROM lots"))
    # 9600 m² in the plane; 266 ppm less on the ellipsoid (field conventions 2.1).
    assert rows[0][1] == 9600.0 and rows[0][0] == pytest.approx(9600 * (1 - 266e-6), abs=0.05)
    assert rows[0][0] == round(rows[0][0], 2)
    assert rows[1] == (None, None, "schematic"), "nothing is repaired, nothing is measured"
    with fiona.open(path, layer="lots") as file:
        shapes = [shapely.geometry.shape(row["geometry"]) for row in file]
    assert shapes[1].equals_exact(shapely.MultiPolygon([stored(bow)]), 0)


def test_values_of_another_type_are_kept_as_text(plan: Plan, tmp_path: Path) -> None:
    lots = [
        made(1, stored(box(0, 0, 9)), {**WORDS, "storeys": 3, "extra": {"a": [1]}}),
        made(2, stored(box(20, 0, 9)), {**WORDS, "storeys": "三层", "renewed": 1, "Name": "other"}),
        made(3, stored(box(40, 0, 9)), {**WORDS, "storeys": 2**60}),
    ]
    path = tmp_path / "a.gpkg"
    export_layer(holding(plan, lots), "lots", path)
    with fiona.open(path, layer="lots") as file:
        rows = [dict(row["properties"]) for row in file]
    assert [row["storeys"] for row in rows] == ["3", "三层", str(2**60)]
    assert [row["renewed"] for row in rows] == [None, "1", None]
    assert rows[0]["extra"] == '{"a":[1]}' and rows[1]["Name_2"] == "other"
    assert [row["name"] for row in rows] == ["甲"] * 3


# ------------------------------------------------------------------------------ boundary points


def test_the_strict_file_by_hand(plan: Plan, tmp_path: Path) -> None:
    """Worked out by hand: 10 000 - 400 m²; shell clockwise from north-west, hole against it."""
    assert text_of(plan, tmp_path) == [
        "[属性描述]",
        "格式版本号=1.01版本",
        "数据产生单位=试验局",
        "数据产生日期=2026-01-01",
        "坐标系=2000国家大地坐标系",
        "几度分带=3",
        "投影类型=高斯克吕格",
        "计量单位=米",
        "带号=40",
        "精度=0.001",
        "转换参数=,,,,,,",
        "[地块坐标]",
        "10,0.9600,lot-a,名称lot-a,面,,居住用地(示意),07,@",
        "J1,1,3387100.000,40604000.000",
        "J2,1,3387100.000,40604100.000",
        "J3,1,3387000.000,40604100.000",
        "J4,1,3387000.000,40604000.000",
        "J1,1,3387100.000,40604000.000",
        "J5,2,3387060.000,40604040.000",
        "J6,2,3387040.000,40604040.000",
        "J7,2,3387040.000,40604060.000",
        "J8,2,3387060.000,40604060.000",
        "J5,2,3387060.000,40604040.000",
        "",
    ]


def test_eastings_without_the_zone_and_in_another_zone(plan: Plan, tmp_path: Path) -> None:
    bare = text_of(plan, tmp_path, options=Options(None, False))
    assert bare[13] == "J1,1,3387100.000,604000.000" and "带号=40" in bare
    next_zone = text_of(plan, tmp_path, crs="EPSG:4550")
    assert "带号=41" in next_zone and next_zone[13].split(",")[3].startswith("413")
    six = text_of(plan, tmp_path, crs="EPSG:4499")
    assert "几度分带=6" in six and "带号=21" in six


def test_shapefiles_with_the_zone(plan: Plan, tmp_path: Path) -> None:
    export_layer(plan, "lots", tmp_path / "a.shp", options=Options(None, True))
    with fiona.open(tmp_path / "a.shp") as file:
        assert file.bounds[0] == pytest.approx(40_604_000, abs=1e-6)
    assert "Zone_40" in (tmp_path / "a.prj").read_text(encoding="ascii")


@pytest.mark.parametrize(
    "shape",
    [
        polygon((0, 0), (100, 0), (100, 0.0004), (0, 0.0004)),
        polygon((0, 0), (100, 0), (100, 50), (50, 0.0003), (0, 50)),
        polygon((0, 0), (10, 10), (10, 0), (0, 10)),
    ],
    ids=["collapses", "touches", "bow-tie"],
)
def test_rounding_that_spoils_a_ring_is_refused(plan: Plan, tmp_path: Path, shape: Any) -> None:
    lots = [*plan.layers["lots"].features, made(2, stored(shape), WORDS)]
    with pytest.raises(InputError, match="lot-2"):
        export_layer(holding(plan, lots), "lots", tmp_path / "a.txt")
    assert contents(tmp_path) == {}
    export_layer(holding(plan, lots), "lots", tmp_path / "a.txt", ids=["lot-a"])


@pytest.mark.parametrize(
    ("name", "word"),
    [
        *(("甲,乙", "U+002C"), ("甲，乙", "U+FF0C"), ("a@b", "U+0040")),
        *(("甲\n5,1", "U+000A"), ("𠀀", "GBK")),
    ],
)
def test_names_that_would_shift_or_break_the_file(
    plan: Plan, tmp_path: Path, name: str, word: str
) -> None:
    with pytest.raises(InputError, match="lot-1") as caught:
        text_of(drawn(plan, box(0, 0, 9), name=name), tmp_path)
    assert word in str(caught.value) and not (tmp_path / "a.txt").exists()
    if word == "GBK":
        path = tmp_path / "a.txt"
        export_layer(drawn(plan, box(0, 0, 9), name=name), "lots", path, options=Options("utf-8"))
        assert name in path.read_text(encoding="utf-8")


def test_an_authority_outside_gbk_is_named(plan: Plan, tmp_path: Path) -> None:
    other = replace(plan, workspace=replace(plan.workspace, authority=plain("𠀀局")))
    with pytest.raises(InputError, match="authority"):
        text_of(other, tmp_path)


# --------------------------------------------------------------------------------- other formats


def test_the_table_of_boundary_points(plan: Plan, tmp_path: Path) -> None:
    export_layer(plan, "lots", tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["属性", "界址点成果表", "说明"]
    heads, *rows = book["界址点成果表"].iter_rows(values_only=True)
    assert heads[3:11] == (
        *("地块圈号", "点号", "X(m)", "Y(m)", "边长(m)"),
        *("平面面积(公顷)", "椭球面积(公顷)", "备注"),
    )
    assert [row[7] for row in rows] == [100.0] * 4 + [None] + [20.0] * 4 + [None]
    assert rows[0][8] == 0.96 and rows[0][9] == 0.9597 and "示意" in rows[0][10]
    assert [row[8] for row in rows[1:]] == [None] * 9
    notes = dict(book["说明"].iter_rows(values_only=True))
    assert "EPSG:4549" in notes["坐标系"] and notes["示意图形"] == "lot-a"
    assert notes["使用限制"] == "内部使用"


def test_a_shapefile_comes_with_all_its_files(plan: Plan, tmp_path: Path) -> None:
    done = export_layer(plan, "lots", tmp_path / "地块.zip")
    assert [path.name for path in done.files] == ["地块.zip"]
    with zipfile.ZipFile(tmp_path / "地块.zip") as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        assert names == {f"地块{s}" for s in (".shp", ".shx", ".dbf", ".prj", ".cpg")} | {
            "地块_字段说明.csv"
        }
        assert archive.read("地块.cpg") == b"UTF-8"
        table = archive.read("地块_字段说明.csv").decode("utf-8-sig").splitlines()
    assert table[0] == "字段,含义,原名,类型,单位" and "DKBH,编号,id,文字," in table
    assert all(len(line.split(",")[0]) <= 10 for line in table)


def test_labels_of_columns_are_aliases(plan: Plan, tmp_path: Path) -> None:
    export_layer(plan, "lots", tmp_path / "a.gpkg")
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as base:
        found = dict(base.execute("SELECT column_name, name FROM gpkg_data_columns"))
    assert found["id"] == "编号" and found["gq_planar_m2"] == "平面面积"
    export_layer(plan, "lots", tmp_path / "a.gdb")
    whole = b"".join(p.read_bytes() for p in (tmp_path / "a.gdb").glob("*.gdbtable"))
    assert b"<Name>DKBH</Name>" in whole
    for label in ("编号", "平面面积"):
        assert f"<AliasName>{label}</AliasName>".encode() in whole


def test_kml_descriptions_are_words_and_never_markup(plan: Plan, tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script>&amp;"
    path = tmp_path / "a.kml"
    export_layer(drawn(plan, box(0, 0, 100), source=hostile, name=hostile), "lots", path)
    space = "{http://www.opengis.net/kml/2.2}"
    (mark,) = ElementTree.parse(path).getroot().iter(f"{space}Placemark")
    words = mark.findtext(f"{space}description") or ""
    assert mark.findtext(f"{space}name") == f"{hostile}（示意）"
    assert "示意（位置误差 ±5 m），不是测量成果" in words and "平面面积 10000.00 ㎡" in words
    # A description is read as HTML: what stands in it is escaped once more.
    assert "<" not in words and "&lt;script&gt;" in words
    styles = {style.get("id") for style in ElementTree.parse(path).getroot().iter(f"{space}Style")}
    assert (mark.findtext(f"{space}styleUrl") or "#?")[1:] in styles


def test_two_labels_that_are_the_same_are_told_apart(plan: Plan, tmp_path: Path) -> None:
    lot = plan.schema.kinds["lot"]
    twice = Field("again", lot.fields[0].label, "text")
    kinds = {**plan.schema.kinds, "lot": replace(lot, fields=(*lot.fields, twice))}
    schema = replace(plan.schema, kinds=kinds)
    path = tmp_path / "a.gpkg"
    export_layer(replace(plan, schema=schema), "lots", path)
    with closing(sqlite3.connect(path)) as base:
        found = dict(base.execute("SELECT column_name, name FROM gpkg_data_columns"))
    assert found["id"] == "编号 (id)" and found["again"] == "编号 (again)"


# -------------------------------------------------------------------------------- the QGIS style


def style_of(plan: Plan, layer: str, folder: Path) -> ElementTree.Element:
    """The style as QGIS finds it: the default one of the layer in layer_styles."""
    path = folder / f"{layer}.gpkg"
    export_layer(plan, layer, path)
    query = "SELECT styleQML FROM layer_styles WHERE f_table_name = ? AND useAsDefault = 1"
    with closing(sqlite3.connect(path)) as base:
        listed = {row[0] for row in base.execute("SELECT table_name FROM gpkg_contents")}
        assert "layer_styles" in listed, "QGIS looks the table up there"
        ((qml,),) = base.execute(query, (layer,))
    return ElementTree.fromstring(qml)


@pytest.mark.parametrize("layer", ["districts", "parcels", "reference"])
def test_every_kind_has_a_rule_for_evidence_and_for_schematic(
    shipped: Path, tmp_path: Path, layer: str
) -> None:
    plan = plan_of(shipped)
    root = style_of(plan, layer, tmp_path)
    rules = {rule.get("filter"): rule for rule in root.iter("rule")}
    symbols = {
        symbol.get("name"): symbol for symbol in root.findall("renderer-v2/symbols/symbol")
    }
    assert "ELSE" in rules and len(rules) == len(symbols)
    for kind in plan.schema.of_layer(layer):
        colour = landuse.class_of(kind.land_use)[0]
        red, green, blue = (str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
        for sign, dashed in (("<>", False), ("=", True)):
            rule = rules[f"\"kind\" = '{kind.id}' AND \"gq_basis\" {sign} 'schematic'"]
            symbol = symbols[rule.get("symbol")]
            options = {o.get("name"): o.get("value") for o in symbol.iter("Option")}
            assert symbol.get("type") == ("line" if kind.geometry == "line" else "fill")
            fill = options["line_color" if kind.geometry == "line" else "color"]
            main = symbol[0].find("Option")
            assert main is not None and fill is not None
            values = {o.get("name"): o.get("value") or "" for o in main}
            own = values["line_color" if kind.geometry == "line" else "color"]
            assert own.split(",")[:3] == [red, green, blue]
            line = values["line_style" if kind.geometry == "line" else "outline_style"]
            assert (line == "dash") is dashed
            hatched = any(one.get("class") == "LinePatternFill" for one in symbol)
            assert hatched is (dashed and kind.geometry == "polygon")
            assert ("示意" in (rule.get("label") or "")) is dashed


def test_labels_show_name_and_hectares(plan: Plan, tmp_path: Path) -> None:
    root = style_of(plan, "lots", tmp_path)
    text = root.find("labeling/settings/text-style")
    assert text is not None and text.get("isExpression") == "1"
    expression = text.get("fieldName") or ""
    assert '"name"' in expression and "gq_ellipsoidal_m2" in expression and "示意" in expression
    aliases = {a.get("field"): a.get("name") for a in root.iter("alias")}
    assert aliases["storeys"] == "层数"


def test_a_layer_without_features_is_still_a_layer(plan: Plan, tmp_path: Path) -> None:
    for suffix in SUFFIXES:
        export_layer(holding(plan, []), "lots", tmp_path / f"a{suffix}")
    with fiona.open(tmp_path / "a.shp") as file:
        assert len(file) == 0 and file.schema["geometry"] == "Polygon"


def test_a_zipped_geodatabase_is_one(plan: Plan, tmp_path: Path) -> None:
    """GDAL and ArcGIS take 名称.gdb.zip for a geodatabase, and would find a shapefile in it."""
    folder = tmp_path / "out"
    folder.mkdir()
    path = folder / "地块.gdb.zip"
    exported = export_layer(plan, "lots", path)
    assert exported.format.id == "gdb" and [p.name for p in folder.iterdir()] == [path.name]
    with zipfile.ZipFile(path) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {"地块.gdb"}
    assert pyogrio.read_info(path)["driver"] == "OpenFileGDB"
    assert list(read_vector(path).column("DKBH")) == ["lot-a"]
    export_layer(plan, "lots", path, overwrite=True)
    assert [p.name for p in folder.iterdir()] == [path.name]
