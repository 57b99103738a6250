"""Tables of boundary points in XLSX and CSV, as offices print them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
from cases import Command, refusal
from exchange_builder import square

from gangqu_gis.errors import InputError
from gangqu_gis.formats import read_vector

LOT = square(0, 0, 100)
HOLE = square(40, 40, 20)
PLAIN = ["序号", "点号", "X(m)", "Y(m)", "边长(m)"]
FULL = ["界址点号", "纵坐标(x)", "横坐标(y)", "反算边长(米)", "地块圈号", "备注"]

Rows = list[list[Any]]


def points(ring: Any = LOT, *, first: int = 1) -> Rows:
    """Rows of PLAIN, the last repeating the first point."""
    own = [[n, f"J{n}", y, x, 100.0] for n, (x, y) in enumerate(ring, first)]
    return [*own, [len(own) + first, f"J{first}", ring[0][1], ring[0][0], None]]


def full(rings: Any) -> Rows:
    rows: Rows = []
    number = 0
    for n, ring in enumerate(rings, 1):
        start = number + 1
        for x, y in [*ring, ring[0]]:
            number += 1
            name = f"J{number}" if (x, y) != ring[0] or number == start else f"J{start}"
            rows.append([name, y, x, 100.0, n, None])
        number -= 1
    return rows


def book(path: Path, sheets: dict[str, Rows], merged: dict[str, list[str]] | None = None) -> Path:
    own = openpyxl.Workbook()
    own.remove(own.active)
    for name, rows in sheets.items():
        sheet = own.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for area in (merged or {}).get(name, []):
            sheet.merge_cells(area)
    own.save(path)
    return path


def only(path: Path, **options: Any) -> Any:
    found = read_vector(path, **options)
    assert len(found) == 1
    return found


def is_lot(found: Any, shape: Any = None) -> bool:
    expected = shapely.Polygon(LOT) if shape is None else shape
    return found.crs.to_epsg() == 4528 and bool(shapely.equals(found.geometry[0], expected))


def asked(found: Any) -> list[str]:
    return [note.rule for note in found.notes if note.asks]


def test_the_plain_table(tmp_path: Path) -> None:
    found = only(book(tmp_path / "一号地.xlsx", {"Sheet1": [PLAIN, *points()]}))
    assert is_lot(found) and asked(found) == ["crs.inferred"] and found.lines == (2,)
    assert found.column("JZDH")[0] == "1:J1,J2,J3,J4,J1"


def test_the_full_table_with_a_hole(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"Sheet1": [FULL, *full([LOT, HOLE])]})
    assert is_lot(only(path), shapely.Polygon(LOT, [HOLE]))


def test_numbers_as_text(tmp_path: Path) -> None:
    rows = [[str(c), name, f"{x:.3f} ", f"{y:,.3f}", ""] for c, name, x, y, _ in points()]
    rows[1][2] = rows[1][2].replace(".", "．")
    assert is_lot(only(book(tmp_path / "a.xlsx", {"Sheet1": [PLAIN, *rows]})))


def test_pages_with_repeated_headings_blanks_sides_and_footers(tmp_path: Path) -> None:
    own = points()
    sides: Rows = [[None, None, None, None, 100.0]]
    rows: Rows = [
        ["一号地界址点成果表", None, None, None, "第1页 共2页 A"],
        ["坐标系：2000国家大地坐标系", None, "面积：1.0000公顷"],
        PLAIN, own[0], *sides, own[1], *sides, own[2],
        ["制表：张三", None, "校审：李四", None, "2026年11月20日"],
        [], [],
        ["一号地界址点成果表", None, None, None, "第2页 共2页 A"],
        PLAIN, own[3], *sides, own[4],
        ["制表：张三", None, "校审：李四", None, "2026年11月20日"],
    ]  # fmt: skip
    found = only(book(tmp_path / "a.xlsx", {"Sheet1": rows}))
    assert is_lot(found) and found.labels() == ["一号地"]
    assert [n.rule for n in found.notes] == ["txt.area_unit"]


@pytest.mark.parametrize(
    ("heads", "merged"),
    [
        ([["序号", "点号", "坐标", None, "边长"], [None, None, "X(m)", "Y(m)", None]],
         ["A1:A2", "B1:B2", "C1:D1", "E1:E2"]),
        ([["序号", "界址点", "坐标（米）", None, "边长"], [None, "点号", "纵坐标", "横坐标", "(m)"]],
         ["C1:D1"]),
        ([["序号", "点号", "坐标", None, "边长"], [None, None, "X(m)", "Y(m)", None]], []),
    ],
)  # fmt: skip
def test_merged_headings_on_two_rows(heads: Rows, merged: list[str], tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"Sheet1": [*heads, *points()]}, {"Sheet1": merged})
    assert is_lot(only(path)) and only(path).column("JZDH")[0] == "1:J1,J2,J3,J4,J1"


def test_merged_headings_that_say_nothing_are_read_by_the_numbers(tmp_path: Path) -> None:
    rows: Rows = [["序号", "点号", "坐标", None, "边长"], *points()]
    assert is_lot(only(book(tmp_path / "a.xlsx", {"S": rows}, {"S": ["C1:D1"]})))


def test_merged_headings_that_cannot_be_understood(tmp_path: Path, command: Command) -> None:
    junk = [[n, f"J{n}", n, 2 * n, 1] for n in range(5)]
    rows: Rows = [["序号", "点号", "坐标", None, "边长"], *junk]
    path = book(tmp_path / "a.xlsx", {"S": rows}, {"S": ["C1:D1"]})
    assert "合并" in refusal(command("measure", path, cwd=tmp_path), 3)
    assert "merged" in refusal(command("--lang", "en", "measure", path, cwd=tmp_path), 3)


def test_sheets_are_parcels(tmp_path: Path) -> None:
    other = square(300, 0, 50)
    path = book(
        tmp_path / "a.xlsx",
        {"甲": [PLAIN, *points()], "乙": [PLAIN, *points(other)], "说明": [["本表由…编制"]]},
    )
    found = read_vector(path)
    assert found.labels() == ["甲", "乙"]
    assert shapely.area(found.geometry) == pytest.approx([1e4, 2500])
    assert only(path, layer="乙").geometry[0].area == 2500


def test_titles_name_parcels_on_one_sheet(tmp_path: Path) -> None:
    rows: Rows = [
        ["地块编号：GQ-01", None, "地块名称：一号地"], PLAIN, *points(), [],
        ["地块编号", "GQ-02"], PLAIN, *points(square(300, 0, 50)),
    ]  # fmt: skip
    found = read_vector(book(tmp_path / "a.xlsx", {"Sheet1": rows}))
    assert found.labels() == ["GQ-01", "GQ-02"] and found.column("DKMC")[0] == "一号地"


def test_a_column_names_parcels(tmp_path: Path) -> None:
    rows: Rows = [["地块号", "点号", "X", "Y"]]
    rows += [["甲", *row[1:4]] for row in points()]
    rows += [["乙", *row[1:4]] for row in points(square(300, 0, 50))]
    assert read_vector(book(tmp_path / "a.xlsx", {"Sheet1": rows})).labels() == ["甲", "乙"]


def test_a_central_meridian_in_the_title(tmp_path: Path) -> None:
    rows: Rows = [["坐标系：CGCS2000 中央子午线：120°"], PLAIN]
    rows += [[n, name, x, y - 4e7, s] for n, name, x, y, s in points()]
    found = only(book(tmp_path / "a.xlsx", {"Sheet1": rows}))
    assert found.crs.to_epsg() == 4549 and asked(found) == ["crs.inferred"]


def test_a_code_in_the_title_declares_the_crs(tmp_path: Path) -> None:
    rows: Rows = [PLAIN, *[[n, name, x, y - 4e7, s] for n, name, x, y, s in points()]]
    said: Rows = [["坐标系", "CGCS2000 / 3-degree Gauss-Kruger CM 120E (EPSG:4549)"]]
    found = only(book(tmp_path / "a.xlsx", {"表": rows, "说明": said}))
    assert found.crs.to_epsg() == 4549 and found.notes == ()
    said = [["坐标系：EPSG:4528"]]
    with pytest.raises(InputError, match="不在"):
        read_vector(book(tmp_path / "b.xlsx", {"表": rows, "说明": said}))


def test_no_return_to_the_first_point_is_asked_about(tmp_path: Path) -> None:
    found = only(book(tmp_path / "a.xlsx", {"Sheet1": [PLAIN, *points()[:-1]]}))
    assert is_lot(found) and "list.in_order" in asked(found)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv(mark: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "点.csv"
    rows = [PLAIN, *points()]
    text = "\r\n".join(mark.join("" if c is None else str(c) for c in row) for row in rows)
    path.write_bytes(text.encode(encoding))
    assert is_lot(only(path))


@pytest.mark.parametrize(
    ("head", "order"),
    [("name,x,y", "{name},{x},{y}"), ("点名,经度,纬度", "{name},{lon},{lat}"),
     ("lat,lon", "{lat},{lon}"), ("E,N", "{x},{y}")],
)  # fmt: skip
def test_csv_of_a_gis(head: str, order: str, tmp_path: Path) -> None:
    """East first, as GIS software writes it: the numbers tell."""
    path = tmp_path / "点.csv"
    rows = [
        order.format(name=f"J{n}", x=x, y=y, lon=121.08 + (x - 40604000) / 1e5,
                     lat=30.6 + (y - 3387000) / 1e5)
        for n, (x, y) in enumerate([*LOT, LOT[0]])
    ]  # fmt: skip
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    found = only(path)
    assert asked(found) == ["crs.inferred"]
    if found.crs.is_geographic:
        assert shapely.bounds(found.geometry[0])[0] == pytest.approx(121.08)
    else:
        assert is_lot(found)


def test_a_heading_that_the_numbers_contradict_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "点.csv"
    rows = [f"J{n},{x},{y}" for n, (x, y) in enumerate([*LOT, LOT[0]])]
    path.write_text("\n".join(["点号,纵坐标,横坐标", *rows]), encoding="utf-8")
    found = only(path)
    assert is_lot(found) and "txt.swapped" in asked(found)


def test_csv_with_wkt(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'id,WKT\na,"{shapely.Polygon(LOT).wkt}"\n', encoding="utf-8")
    assert is_lot(only(path, crs="EPSG:4528"))


@pytest.mark.parametrize("value", ["33871O0.0", "", "约3387100"])
def test_a_number_that_is_none_is_named_by_its_row(
    value: str, tmp_path: Path, command: Command
) -> None:
    rows = points()
    rows[2][2] = value
    path = book(tmp_path / "坏.xlsx", {"成果": [PLAIN, *rows]})
    said = refusal(command("measure", path, cwd=tmp_path), 3)
    assert "坏.xlsx:4:" in said and "成果" in said


def test_files_that_are_no_tables(tmp_path: Path, command: Command) -> None:
    for name, raw in {
        "a.xlsx": b"", "b.xlsx": b"hello", "c.xlsx": b"PK\x03\x04", "d.csv": b"",
        "e.csv": "编号,名称\n1,甲\n".encode(), "f.xlsx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99,
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(raw)
        assert name in refusal(command("measure", tmp_path / name, cwd=tmp_path), 3)


def test_a_stray_cell_in_the_last_row(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"S": [PLAIN, *points()]})
    own = openpyxl.load_workbook(path)
    own["S"]["XFD1048576"] = "x"
    own.save(path)
    with pytest.raises(InputError, match="1048576 行"):
        read_vector(path)
