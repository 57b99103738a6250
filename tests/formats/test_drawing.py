"""DXF drawings: arcs, blocks, units, texts, layers, against hand-computed areas."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import ezdxf
import pytest
import shapely
from cases import Command, refusal

from gangqu_gis.errors import InputError, UsageError
from gangqu_gis.formats import read_vector

E, N = 40604000.0, 3387000.0
SQUARE = [(E, N), (E + 100, N), (E + 100, N + 100), (E, N + 100)]
#: The square with a half circle of 50 m radius on its east side: bulge 1 is a half circle.
STADIUM = [(E, N, 0), (E + 100, N, 1), (E + 100, N + 100, 0), (E, N + 100, 0)]
STADIUM_M2 = 1e4 + math.pi * 50**2 / 2


def new(version: str = "R2010", units: int = 6) -> Any:
    drawing = ezdxf.new(version)  # type: ignore[attr-defined]
    drawing.header["$INSUNITS"] = units
    return drawing


def saved(drawing: Any, folder: Path, name: str = "红线.dxf") -> Path:
    path = folder / name
    drawing.saveas(path)
    return path


def areas(found: Any) -> list[float]:
    return [float(shape.area) for shape in found.geometry]


def rules(found: Any) -> list[str]:
    return [note.rule for note in found.notes if not note.rule.startswith("crs.")]


@pytest.mark.parametrize("version", ["R12", "R2000", "R2010", "R2018"])
def test_a_closed_polyline_with_an_arc(version: str, tmp_path: Path) -> None:
    drawing = new(version)
    space = drawing.modelspace()
    if version == "R12":
        space.add_polyline2d(STADIUM, format="xyb", close=True, dxfattribs={"layer": "红线"})
    else:
        space.add_lwpolyline(STADIUM, format="xyb", close=True, dxfattribs={"layer": "红线"})
    found = read_vector(saved(drawing, tmp_path))
    assert areas(found) == pytest.approx([STADIUM_M2], abs=1e-4)
    assert found.layer == "红线" and found.crs is not None and found.crs.to_epsg() == 4528
    assert "geometry.curves" in rules(found)


def test_what_gdal_would_lose(tmp_path: Path) -> None:
    """Its 4° steps lose 3 m² of the half circle, and it reads a line and no polygon."""
    import pyogrio

    drawing = new()
    drawing.modelspace().add_lwpolyline(STADIUM, format="xyb", close=True)
    _, _, raw, _ = pyogrio.raw.read(saved(drawing, tmp_path))
    line = shapely.from_wkb(raw)[0]
    assert line.geom_type == "LineString"
    assert STADIUM_M2 - shapely.Polygon(line).area > 3


def test_the_end_on_the_start_closes(tmp_path: Path) -> None:
    drawing = new()
    space = drawing.modelspace()
    space.add_lwpolyline([*SQUARE, SQUARE[0]])
    space.add_lwpolyline([*SQUARE, (E + 0.0004, N)])
    space.add_lwpolyline([*SQUARE, (E + 0.03, N)])
    found = read_vector(saved(drawing, tmp_path))
    assert [g.geom_type for g in found.geometry] == ["Polygon", "Polygon", "LineString"]
    assert areas(found)[:2] == pytest.approx([1e4, 1e4], abs=0.05)
    assert "drawing.nearly" in rules(found) and "geometry.mixed" in rules(found)


def test_circles_and_clockwise_arcs(tmp_path: Path) -> None:
    drawing = new()
    space = drawing.modelspace()
    space.add_circle((E, N), 30)
    bite = [(E, N + 500, 0), (E + 100, N + 500, -1), (E + 100, N + 600, 0), (E, N + 600, 0)]
    space.add_lwpolyline(bite, format="xyb", close=True)
    found = read_vector(saved(drawing, tmp_path))
    expected = [math.pi * 900, 1e4 - math.pi * 50**2 / 2]
    assert areas(found) == pytest.approx(expected, abs=1e-4)


def test_drawn_from_below(tmp_path: Path) -> None:
    """With the extrusion (0, 0, -1) the x of the entity runs west, and arcs turn the other way."""
    drawing = new()
    mirrored = [(-x, y, -b) for x, y, b in STADIUM]
    drawing.modelspace().add_lwpolyline(
        mirrored, format="xyb", close=True, dxfattribs={"extrusion": (0, 0, -1)}
    )
    found = read_vector(saved(drawing, tmp_path))
    assert areas(found) == pytest.approx([STADIUM_M2], abs=1e-4)
    assert shapely.bounds(found.geometry[0])[2] == pytest.approx(E + 150)


def test_blocks_are_taken_apart(tmp_path: Path) -> None:
    drawing = new()
    block = drawing.blocks.new("地块")
    block.add_lwpolyline([(x - E, y - N, b) for x, y, b in STADIUM], format="xyb", close=True)
    outer = drawing.blocks.new("组")
    outer.add_blockref("地块", (0, 0))
    space = drawing.modelspace()
    space.add_blockref("组", (E, N), dxfattribs={"layer": "红线"})
    space.add_blockref("地块", (E, N + 500), dxfattribs={"layer": "红线", "rotation": 30})
    space.add_blockref("地块", (E, N + 900), dxfattribs={"xscale": 2, "yscale": 2, "layer": "红线"})
    found = read_vector(saved(drawing, tmp_path))
    assert found.layer == "红线"
    assert areas(found) == pytest.approx([STADIUM_M2, STADIUM_M2, 4 * STADIUM_M2], abs=1e-3)


def test_a_text_inside_is_the_number(tmp_path: Path) -> None:
    drawing = new()
    space = drawing.modelspace()
    for n in range(4):
        shifted = [(x + 200 * n, y) for x, y in SQUARE]
        space.add_lwpolyline(shifted, close=True, dxfattribs={"layer": "红线"})
    space.add_text("GQ-01", dxfattribs={"layer": "注记"}).set_placement((E + 50, N + 50))
    space.add_mtext(r"{\fSimSun;乍浦\P二号}", dxfattribs={"insert": (E + 250, N + 50)})
    for n, layer in enumerate(["红线", "注记", "注记"]):
        space.add_text(f"T{n}", dxfattribs={"layer": layer}).set_placement((E + 450, N + 20 + n))
    for n in range(2):
        space.add_text(f"面积{n}").set_placement((E + 650, N + 20 + n))
    found = read_vector(saved(drawing, tmp_path))
    assert found.column("DKBH").tolist() == ["GQ-01", "乍浦 二号", "T0", None]
    assert "drawing.texts" in rules(found)


@pytest.mark.parametrize(
    ("units", "factor", "asks"),
    [(6, 1, None), (0, 1, None), (4, 1000, False), (4, 1, False), (6, 1000, True),
     (0, 1000, True)],
)  # fmt: skip
def test_units(units: int, factor: float, asks: bool | None, tmp_path: Path) -> None:
    """Millimetres by the head, by the coordinates, or wrongly stated: the place decides."""
    drawing = new(units=units)
    drawing.modelspace().add_lwpolyline(
        [(x * factor, y * factor, b) for x, y, b in STADIUM], format="xyb", close=True
    )
    found = read_vector(saved(drawing, tmp_path))
    assert areas(found) == pytest.approx([STADIUM_M2], abs=1e-3)
    notes = [note for note in found.notes if note.rule == "drawing.unit"]
    assert [note.asks for note in notes] == ([] if asks is None else [asks])


def test_layers_are_asked_about(tmp_path: Path, command: Command) -> None:
    drawing = new()
    space = drawing.modelspace()
    for layer in ("红线", "蓝线"):
        space.add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": layer})
    space.add_line((E, N), (E + 5, N), dxfattribs={"layer": "道路"})
    path = saved(drawing, tmp_path)
    said = refusal(command("measure", path, cwd=tmp_path), 2)
    assert "红线, 蓝线" in said and "道路" not in said
    assert len(read_vector(path, layer="蓝线")) == 1
    with pytest.raises(UsageError):
        read_vector(path, layer="绿线")


def test_lines_alone_are_lines(tmp_path: Path) -> None:
    drawing = new()
    space = drawing.modelspace()
    space.add_line((E, N), (E + 100, N))
    space.add_arc((E, N), 100, 0, 90)
    found = read_vector(saved(drawing, tmp_path))
    lengths = [float(g.length) for g in found.geometry]
    assert lengths == pytest.approx([100, 50 * math.pi], abs=1e-3)


def test_one_within_another_is_asked_about(tmp_path: Path) -> None:
    drawing = new()
    space = drawing.modelspace()
    space.add_lwpolyline(SQUARE, close=True)
    space.add_lwpolyline([(E + 10, N + 10), (E + 20, N + 10), (E + 20, N + 20)], close=True)
    found = read_vector(saved(drawing, tmp_path))
    assert areas(found) == pytest.approx([1e4, 50])
    assert [n.asks for n in found.notes if n.rule == "drawing.nested"] == [True]


def test_holes_of_our_own_drawings(tmp_path: Path) -> None:
    drawing = new()
    drawing.appids.add("GANGQU")
    space = drawing.modelspace()
    shell = space.add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": "地块"})
    hole = [(E + 10, N + 10), (E + 20, N + 10), (E + 20, N + 20)]
    inner = space.add_lwpolyline(hole, close=True, dxfattribs={"layer": "地块_洞"})
    for entity in (shell, inner):
        entity.set_xdata("GANGQU", [(1000, "甲")])
    found = read_vector(saved(drawing, tmp_path))
    assert found.layer == "地块" and found.labels() == ["甲"] and rules(found) == []
    assert areas(found) == pytest.approx([1e4 - 50])


def test_a_drawing_in_gbk(tmp_path: Path) -> None:
    drawing = new("R2000")
    drawing.encoding = "gbk"
    drawing.modelspace().add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": "0"})
    drawing.modelspace().add_text("乍浦一号").set_placement((E + 50, N + 50))
    path = saved(drawing, tmp_path)
    raw = path.read_bytes()
    assert "乍浦一号".encode("gbk") in raw
    for codepage in (b"ANSI_936", b"ANSI_1252"):
        path.write_bytes(raw.replace(b"ANSI_936", codepage))
        assert read_vector(path).labels() == ["乍浦一号"]


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    drawing = new()
    space = drawing.modelspace()
    space.add_lwpolyline(SQUARE, close=True)
    space.add_hatch().paths.add_polyline_path(SQUARE)
    space.add_spline([(E, N), (E + 1, N + 1), (E + 2, N)])
    found = read_vector(saved(drawing, tmp_path))
    (note,) = [n for n in found.notes if n.rule == "drawing.skipped"]
    assert "HATCH 1" in note.text.zh and "SPLINE 1" in note.text.zh


def test_a_local_origin_tells_no_crs(tmp_path: Path) -> None:
    drawing = new()
    drawing.modelspace().add_lwpolyline([(0, 0), (9, 0), (9, 9)], close=True)
    with pytest.raises(InputError, match="--crs"):
        read_vector(saved(drawing, tmp_path))


def test_broken_drawings(tmp_path: Path, command: Command) -> None:
    drawing = new()
    drawing.modelspace().add_lwpolyline(SQUARE, close=True)
    raw = saved(drawing, tmp_path).read_bytes()
    empty = saved(new(), tmp_path, "空.dxf").read_bytes()
    for n, own in enumerate([b"", b"hello", raw[: len(raw) // 2], raw[:-200], empty]):
        path = tmp_path / f"坏{n}.dxf"
        path.write_bytes(own)
        assert f"坏{n}.dxf" in refusal(command("measure", path, cwd=tmp_path), 3)
