"""Every format read back by another library: all is the same but for the losses it declares.

Each format's reader below knows the file format alone.  ``kept`` says what a value becomes by the
declared losses; where that is not the value itself, the export must have named the feature.
"""

from __future__ import annotations

import json
import re
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import fiona
import openpyxl
import pytest
import shapely
from cases import SmallWorkspace
from export_cases import as_json, features, holding, hostile, in_metres, same_shape
from hypothesis import example, given, settings

from gangqu_gis.errors import InputError
from gangqu_gis.export import Exported, Options, export_layer
from gangqu_gis.fieldnames import short_names
from gangqu_gis.layers import Feature
from gangqu_gis.plan import Plan, load_plan
from gangqu_gis.workspace import open_workspace

Rows = Sequence[tuple[Mapping[str, Any], Any]]
NESTED = ("figures", "bounds")
OWN = ("name", "source", "note", "name_en", "uncertainty_m", "storeys", "renewed", *NESTED)
KML = "{http://www.opengis.net/kml/2.2}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """The small workspace, and fresh folders to export into."""
    root = SmallWorkspace(tmp_path_factory.mktemp("export") / "small").write()
    yield Folder(load_plan(open_workspace(root)), tmp_path_factory)


class Folder:
    """A plan whose layers the tests replace, and folders; short in hypothesis' reports."""

    def __init__(self, plan: Plan, factory: pytest.TempPathFactory) -> None:
        self.plan, self._factory = plan, factory

    def fresh(self) -> Path:
        """An empty folder."""
        return self._factory.mktemp("out")

    def __repr__(self) -> str:
        return "folder"


# ---------------------------------------------------------------------- what becomes of a value


def visible(text: str) -> str:
    """Control characters as the pictures of them (U+2400 …), as the documentation says."""
    pictures = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n\r"}
    return text.translate(pictures | {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"})


def common(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in NESTED:
        return visible(as_json(value))
    return visible(value) if isinstance(value, str) else value


def in_dbf(codec: str) -> Callable[[str, Any], Any]:
    def kept(name: str, value: Any) -> Any:
        value = common(name, value)
        if isinstance(value, str):
            raw = value.encode(codec)
            value = raw[:254].decode(codec, "ignore").strip(" ") or None
        if name == "uncertainty_m" and value is not None:
            return float(f"{float(value):.15f}"[:24])
        return value

    return kept


def in_gdb(name: str, value: Any) -> Any:
    value = common(name, value)
    return int(value) if isinstance(value, bool) else value


def in_kml(name: str, value: Any) -> Any:
    value = common(name, value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    return None if value is None else value.replace("\r\n", "\n").replace("\r", "\n")


def in_xlsx(name: str, value: Any) -> Any:
    return common(name, value) or (None if value == "" else common(name, value))


# ------------------------------------------------------------------------------------- readers


def by_fiona(path: Path, done: Exported) -> Rows:
    names = short_names(done.content.fields)
    if path.suffix == ".gpkg":
        names = {field.name: field.name for field in done.content.fields}
    source = f"zip://{path}" if path.suffix == ".zip" else path
    layers = [layer for layer in fiona.listlayers(source) if layer != "layer_styles"]
    assert len(layers) == 1
    with fiona.open(source, layer=layers[0]) as file:
        assert "4490" in file.crs_wkt or "CGCS2000" in file.crs_wkt
        return [
            (
                {own: row["properties"][short] for own, short in names.items()},
                None if row["geometry"] is None else shapely.geometry.shape(row["geometry"]),
            )
            for row in file
        ]


def by_json(path: Path, _: Exported) -> Rows:
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["crs"]["properties"]["name"].endswith("EPSG::4490")
    return [
        (f["properties"], f["geometry"] and shapely.geometry.shape(f["geometry"]))
        for f in document["features"]
    ]


def by_xml(path: Path, _: Exported) -> Rows:
    marks = ElementTree.parse(path).getroot().findall(f".//{KML}Placemark")
    rows = []
    for mark in marks:
        data = mark.findall(f"{KML}ExtendedData/{KML}Data")
        values = {d.get("name") or "": d.findtext(f"{KML}value") or "" for d in data}
        polygons = [
            shapely.Polygon(rings[0], rings[1:])
            for polygon in mark.iter(f"{KML}Polygon")
            for rings in [
                [
                    [tuple(map(float, xy.split(","))) for xy in (ring.text or "").split()]
                    for ring in polygon.iter(f"{KML}coordinates")
                ]
            ]
        ]
        rows.append((values, shapely.MultiPolygon(polygons) if polygons else None))
    return rows


def by_openpyxl(path: Path, done: Exported) -> Rows:
    book = openpyxl.load_workbook(path)
    heads, *rows = book["属性"].iter_rows()
    labels = {field.label.zh: field.name for field in done.content.fields}
    points: dict[str, dict[int, list[tuple[float, float]]]] = {}
    if "界址点成果表" in book.sheetnames:
        for row in list(book["界址点成果表"].iter_rows(values_only=True))[1:]:
            points.setdefault(row[1], {}).setdefault(row[3], []).append((row[6], row[5]))
    found = []
    for row in rows:
        assert all(cell.data_type in "snb" or cell.value is None for cell in row), "no formula"
        names = [re.sub(r"\((㎡|m)\)$", "", str(head.value)) for head in heads]
        values = {labels[n]: unescaped(c.value) for n, c in zip(names, row, strict=True)}
        found.append((values, by_depth(list(points.get(values["id"], {}).values()))))
    return found


def unescaped(value: Any) -> Any:
    return value.replace("_x005F_", "_") if isinstance(value, str) else value


def by_grammar(path: Path, _: Exported) -> Rows:
    """The strict boundary-point file, by its grammar (field conventions 1.1)."""
    raw = path.read_bytes()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    lines = raw.decode("gbk").split("\r\n")
    assert lines[0] == "[属性描述]" and lines[-1] == ""
    start = lines.index("[地块坐标]") + 1
    rows, at = [], start
    while at < len(lines) - 1:
        head = lines[at].split(",")
        assert len(head) == 9 and head[8] == "@" and head[4] == "面"
        points = [line.split(",") for line in lines[at + 1 : at + 1 + int(head[0])]]
        rings: dict[str, list[list[str]]] = {}
        for point in points:
            rings.setdefault(point[1], []).append(point)
        numbers = [p[0] for ring in rings.values() for p in ring[:-1]]
        assert numbers == [f"J{n}" for n in range(1, len(numbers) + 1)]
        assert list(rings) == [str(n) for n in range(1, len(rings) + 1)]
        for ring in rings.values():
            assert ring[0] == ring[-1]
        shape = by_depth([[(float(p[3]), float(p[2])) for p in ring] for ring in rings.values()])
        assert float(head[1]) == pytest.approx(shape.area / 10_000, abs=0.000051)
        rows.append(({"id": head[2], "name": head[3], "use": head[6]}, shape))
        at += 1 + int(head[0])
    return rows


def by_depth(rings: list[Any]) -> Any:
    """Rings as a shape, holes and parts told by how many rings lie around each."""
    polygons = [shapely.Polygon(ring) for ring in rings]
    shape: Any = None
    order = sorted(polygons, key=lambda p: -p.area)
    for polygon in order:
        inside = sum(other is not polygon and other.contains(polygon) for other in order)
        shape = polygon if shape is None else (
            shape.difference(polygon) if inside % 2 else shape.union(polygon)
        )
    return shape


# --------------------------------------------------------------------------------------- tests

SAME: Callable[[str, Any], Any] = lambda _, value: value
#: Ending: reader, what values become, the EPSG code of its coordinates, how near they must be.
FORMATS: dict[str, tuple[Any, Any, int, float]] = {
    ".shp": (by_fiona, in_dbf("utf-8"), 4549, 1e-6),
    ".zip": (by_fiona, in_dbf("utf-8"), 4549, 1e-6),
    ".gpkg": (by_fiona, common, 4490, 0.0),
    ".gdb": (by_fiona, in_gdb, 4549, 1e-4),
    ".geojson": (by_json, SAME, 4490, 0.0),
    ".kml": (by_xml, in_kml, 4490, 0.0),
    ".xlsx": (by_openpyxl, in_xlsx, 4549, 6e-4),
}


#: Losses that every feature suffers and no value does.
OF_NO_VALUE = ("names", "tenth_mm", "millimetre")


def check_value(name: str, original: Any, expected: Any, found: Any) -> bool:
    """Check a value that came back; whether it is the original's own."""
    if isinstance(found, float) and math.isnan(found):
        found = None
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        assert found is not None and float(found) == float(expected), (name, original, found)
        return float(found) == float(original)
    assert found == expected, (name, original, found)
    return bool(found == original) or name in NESTED and found == as_json(original)


@pytest.mark.parametrize("suffix", FORMATS)
@settings(max_examples=15)
@given(drawn=features)
@example(drawn=hostile)
def test_what_is_written_comes_back(
    folder: Folder, suffix: str, drawn: list[Feature]
) -> None:
    read, kept, epsg, near = FORMATS[suffix]
    path = folder.fresh() / f"地块 1{suffix}"
    done = export_layer(holding(folder.plan, drawn), "lots", path)
    rows = read(path, done)
    assert len(rows) == len(drawn)
    lost = [loss for loss in done.losses if loss.loss.id not in OF_NO_VALUE]
    named = {label for loss in lost for label in loss.labels}
    for feature, (values, shape) in zip(drawn, rows, strict=True):
        expected = feature.geometry
        if expected is not None and epsg != 4490:
            expected = in_metres(expected, epsg)
        assert same_shape(shape, expected, near), (shape, expected)
        for name in OWN:
            original = feature.properties[name]
            own = check_value(name, original, kept(name, original), values.get(name))
            changed_form = suffix in (".kml", ".gdb") and not isinstance(original, str)
            assert own or changed_form or feature.label in named, (suffix, name)
        assert values["gq_basis"] == "schematic" and "示意" in values["gq_note"]


@settings(max_examples=20)
@given(drawn=features)
def test_boundary_points_come_back(
    folder: Folder, drawn: list[Feature]
) -> None:
    path = folder.fresh() / "a.txt"
    changed = holding(folder.plan, drawn)
    unfit = [
        f.label
        for f in drawn
        if f.geometry is None
        or any(c in ",，@\r\n\0\v\f\x1a\x1c\x1d\x1e\x85\u2028\u2029" for c in f.name())
        or f.name() != f.name().strip()
        or f.name().encode("gbk", "replace").decode("gbk") != f.name()
    ]
    if unfit:
        with pytest.raises(InputError, match="|".join(unfit)):
            export_layer(changed, "lots", path)
        assert list(path.parent.iterdir()) == [], "nothing half-written"
        return
    done = export_layer(changed, "lots", path)
    for feature, (values, shape) in zip(drawn, by_grammar(path, done), strict=True):
        assert values == {"id": feature.id, "name": feature.name(), "use": "居住用地(示意)"}
        assert same_shape(shape, in_metres(feature.geometry, 4528), 6e-4)


@settings(max_examples=10)
@given(drawn=features)
def test_drawings_come_back(
    folder: Folder, drawn: list[Feature]
) -> None:
    from ezdxf.filemanagement import readfile

    path = folder.fresh() / "a.dxf"
    export_layer(holding(folder.plan, drawn), "lots", path)
    drawing = readfile(path)
    assert not drawing.audit().errors and drawing.units == 6
    lines = list(drawing.modelspace().query("LWPOLYLINE"))
    for feature in drawn:
        mine = [e for e in lines if e.get_xdata("GANGQU")[0].value == feature.id]
        assert all(e.closed for e in mine)
        shape = by_depth([[p[:2] for p in e.get_points("xy")] for e in mine])
        expected = None if feature.geometry is None else in_metres(feature.geometry)
        assert same_shape(shape, expected, 1e-6)
        holes = [e for e in mine if e.dxf.layer == "地块_示意_孔洞"]
        inner = 0 if expected is None else sum(
            shapely.get_num_interior_rings(shapely.get_parts(expected))
        )
        assert len(holes) == inner and {e.dxf.layer for e in mine} <= {"地块_示意", "地块_示意_孔洞"}
    labels = {text.dxf.text for text in drawing.modelspace().query("TEXT")}
    assert labels == {f"{f.id}（示意）" for f in drawn if f.geometry is not None}


@settings(max_examples=15)
@given(drawn=features)
def test_gbk_shapefiles_hold_every_character_or_none(
    folder: Folder, drawn: list[Feature]
) -> None:
    path = folder.fresh() / "a.shp"
    kept = in_dbf("gbk")
    try:
        done = export_layer(holding(folder.plan, drawn), "lots", path, options=Options("gbk"))
    except InputError as error:
        assert "GBK" in str(error) and list(path.parent.iterdir()) == []
        return
    assert path.with_suffix(".cpg").read_text() == "936"
    for feature, (values, _) in zip(drawn, by_fiona(path, done), strict=True):
        for name in ("name", "source", "note"):
            assert values[name] == kept(name, feature.properties[name])
