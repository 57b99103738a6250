"""Lists of points without a head: what tells parcels, rings and columns apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely
from cases import Command, refusal
from exchange_builder import square, write

from gangqu_gis import crs
from gangqu_gis.errors import InputError
from gangqu_gis.formats import read_vector

LOT = square(0, 0, 100)
CLOSED = [*LOT, LOT[0]]
NEXT = [*square(300, 0, 50), square(300, 0, 50)[0]]


def read(folder: Path, rows: list[str], **options: Any) -> Any:
    return read_vector(write(folder / "点.txt", "\n".join(rows) + "\n"), **options)


def asked(found: Any) -> list[str]:
    return [note.rule for note in found.notes if note.asks]


def area(shape: Any) -> Any:
    return pytest.approx(shapely.area(shape))


@pytest.mark.parametrize(
    "form",
    ["{y:.3f},{x:.3f}", "{x:.3f},{y:.3f}", "{x:.3f}\t{y:.3f}", "{x:.3f} {y:.3f}  3.2",
     "J{n},{y:.3f},{x:.3f}", "J{n} {y:.3f} {x:.3f} 4.50", "J{n}，{y:.3f}，{x:.3f}",
     "{n},1,J{n},{y:.3f},{x:.3f}"],
)  # fmt: skip
def test_the_numbers_tell_the_columns(form: str, tmp_path: Path) -> None:
    rows = [form.format(x=x, y=y, n=n) for n, (x, y) in enumerate(CLOSED, 1)]
    found = read(tmp_path, rows)
    assert shapely.equals(found.geometry[0], shapely.Polygon(LOT))
    assert found.crs.to_epsg() == 4528 and asked(found) == ["crs.inferred"]


@pytest.mark.parametrize("first", ["lon", "lat"])
def test_degrees_in_either_order(first: str, tmp_path: Path) -> None:
    corners = [(121.08, 30.60), (121.081, 30.60), (121.081, 30.601), (121.08, 30.60)]
    rows = [f"{x},{y}" if first == "lon" else f"{y},{x}" for x, y in corners]
    found = read(tmp_path, rows)
    assert found.crs.to_epsg() == 4490
    assert shapely.bounds(found.geometry[0])[0] == 121.08


def province(lots: list[Any]) -> list[str]:
    rows, serial = [], 0
    for lot, ring in enumerate(lots, 1):
        for n, (x, y) in enumerate(ring, 1):
            serial += 1
            rows.append(f"{serial},{lot},1,J{n},{y:.3f},{x:.3f}")
        rows.append("")
    return rows


def test_province_style(tmp_path: Path) -> None:
    found = read(tmp_path, ["序号,地块序号,圈号,点号,X,Y", *province([CLOSED, NEXT])])
    assert found.labels() == ["1", "2"] and found.lines == (2, 8)
    assert [shapely.area(g) for g in found.geometry] == [area(shapely.Polygon(LOT)), 2500]
    assert found.column("JZDH")[0] == "1:J1,J2,J3,J4,J5"


def test_province_style_with_a_hole_and_no_blank_lines(tmp_path: Path) -> None:
    rows = [row for row in province([CLOSED]) if row]
    hole = square(40, 40, 20)
    rows += [f"{n},1,2,J{n},{y:.3f},{x:.3f}" for n, (x, y) in enumerate([*hole, hole[0]], 6)]
    (shape,) = read(tmp_path, rows).geometry
    assert shapely.area(shape) == pytest.approx(9600) and len(shape.interiors) == 1


def test_names_and_blank_lines_part_parcels(tmp_path: Path) -> None:
    rows = ["甲地块", *(f"{y},{x}" for x, y in CLOSED), "", "乙地块", *(f"{y},{x}" for x, y in NEXT)]
    found = read(tmp_path, rows)
    assert found.labels() == ["甲地块", "乙地块"]


def test_points_that_do_not_return_are_asked_about(tmp_path: Path) -> None:
    found = read(tmp_path, [f"J{n} {y} {x}" for n, (x, y) in enumerate(LOT, 1)])
    assert "list.in_order" in asked(found) and shapely.area(found.geometry[0]) == pytest.approx(1e4)


def test_a_false_easting_in_the_workspace(tmp_path: Path) -> None:
    rows = [f"{y},{x - 4e7}" for x, y in CLOSED]
    with pytest.raises(InputError, match="中央经线"):
        read(tmp_path, rows)
    found = read(tmp_path, rows, extent=(120.9, 30.5, 121.3, 30.75), plane=crs.named("EPSG:4549"))
    assert found.crs.to_epsg() == 4549 and asked(found) == ["crs.inferred"]


@pytest.mark.parametrize(("mark", "system"), [("g", "GCJ-02"), ("b", "BD-09"), ("G", "GCJ-02")])
def test_marks_of_ovital_are_refused(
    mark: str, system: str, tmp_path: Path, command: Command
) -> None:
    path = write(tmp_path / "奥维.txt", f"名称\n{mark},121.08,30.6\n{mark},121.09,30.6\n")
    said = refusal(command("measure", path, "--yes", "--crs", "EPSG:4490", cwd=tmp_path), 3)
    assert "奥维.txt:2:" in said and system in said


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        (["J1,3387000,40604000", "J2,12,17"], ":2:"),
        (["hello"], ""),
        (["J1,3387000,40604000", "J2,3387000,40604010"], ":1:"),
    ],
)
def test_rows_that_cannot_be_read(
    rows: list[str], at: str, tmp_path: Path, command: Command
) -> None:
    path = write(tmp_path / "坏.txt", "\n".join(rows))
    assert f"坏.txt{at}" in refusal(command("measure", path, "--yes", cwd=tmp_path), 3)
