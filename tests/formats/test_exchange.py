"""The boundary-point format: every form that is seen in the wild reads as the strict one does."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import shapely
from cases import Command, refusal
from exchange_builder import EAST, HEADER, NORTH, Lot, Text, at, lines, square, write
from hypothesis import given
from hypothesis import strategies as st

from gangqu_gis.errors import InputError
from gangqu_gis.formats import read_vector
from gangqu_gis.formats.exchange import HEAD_FIELDS, BoundaryFile
from gangqu_gis.formats.exchange_text import read_boundary_file

LOT = Lot([square(0, 0, 100), square(40, 40, 20)], area_ha=0.96)
SHAPE = shapely.Polygon(square(0, 0, 100), [square(40, 40, 20)])
STRICT = Text([LOT]).text()


def read(folder: Path, text: str, encoding: str = "gbk", **options: Any) -> Any:
    return read_vector(write(folder / "界址点.txt", text, encoding), **options)


def rules(found: Any) -> list[str]:
    return [note.rule for note in found.notes]


def same(a: Any, b: Any) -> bool:
    return bool(shapely.equals(shapely.normalize(a), shapely.normalize(b)))


def test_the_strict_form_needs_no_word(tmp_path: Path) -> None:
    found = read(tmp_path, STRICT)
    assert found.notes == () and found.crs.to_epsg() == 4528
    assert same(found.geometry[0], SHAPE)
    assert found.labels() == ["GQ-01"] and found.lines == (13,)
    assert found.column("DKMJ")[0] == "0.96" and found.column("DLBM")[0] == "0701"
    assert found.column("JZDH")[0] == "1:J1,J2,J3,J4,J1;2:J5,J6,J7,J8,J5"


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_encodings_and_line_ends(encoding: str, newline: str, tmp_path: Path) -> None:
    found = read(tmp_path, STRICT.replace("\r\n", newline), encoding)
    assert found.labels() == ["GQ-01"] and found.column("DKMC")[0] == "一号地"
    assert same(found.geometry[0], SHAPE) and found.notes == ()


def points_as(change: Callable[[list[tuple[str, str, float, float]]], list[str]]) -> str:
    """The strict file with its rows of points written otherwise."""
    head = STRICT.split("J1,1")[0]
    return head + "\r\n".join(change(LOT.rows())) + "\r\n"


def renumbered(rows: Any) -> list[str]:
    """(b) J restarts in each ring."""
    names = ["J1", "J2", "J3", "J4", "J1"] * 2
    return lines([(n, *row[1:]) for n, row in zip(names, rows, strict=True)])


def without_rings(rows: Any) -> list[str]:
    """One ring number for all, J restarting (LiaoChenchen)."""
    return [re.sub(r"^(J\d+),\d+", r"\1,1", row) for row in renumbered(rows)]


def with_new_closing_names(rows: Any) -> list[str]:
    """(c) the closing row has a number of its own (Windr07)."""
    return lines([(f"J{n}", *row[1:]) for n, row in enumerate(rows, 1)])


#: Name of the variation, the file, and the rules of the notes it must bring.
VARIATIONS: dict[str, tuple[str, set[str]]] = {
    "two brackets": (STRICT.replace("[属性", "[[属性"), {"txt.brackets"}),
    "blank before": (STRICT.replace("[属性", "  [属性"), {"txt.brackets"}),
    "lenticular brackets": (STRICT.replace("[地块坐标]", "【地块坐标】"), {"txt.brackets"}),
    "full-width brackets": (STRICT.replace("[属性描述]", "［属性描述］"), {"txt.brackets"}),
    "project section": ("[项目信息]\r\n项目名称=a=b\r\n" + STRICT, set()),
    "J restarts": (points_as(renumbered), set()),
    "J restarts in one ring number": (points_as(without_rings), set()),
    "new closing name": (points_as(with_new_closing_names), set()),
    "no J": (points_as(lambda rows: lines([(r[0][1:], *r[1:]) for r in rows])), set()),
    "not closed": (points_as(lambda rows: [*lines(rows)[:4], *lines(rows)[5:9]]),
                   {"txt.not_closed", "txt.count"}),
    "count without closing rows": (STRICT.replace("10,0.96", "8,0.96"), {"txt.count"}),
    "no count": (STRICT.replace("10,0.96", ",0.96"), set()),
    "area in m2": (STRICT.replace("10,0.96", "10,9600.00"), {"txt.area_unit"}),
    "area in mu": (STRICT.replace("10,0.96", "10,14.4"), {"txt.area_unit"}),
    "area with its unit": (STRICT.replace("10,0.96", "10,0.9600公顷"), {"txt.area_unit"}),
    "area of nothing": (STRICT.replace("10,0.96", "10,0"), set()),
    "area that fits nothing": (STRICT.replace("10,0.96", "10,3.1"), {"txt.area"}),
    "blank after @": (STRICT.replace(",@", ",@ "), set()),
    "comma after @": (STRICT.replace(",@", ",@,"), set()),
    "13 fields": (STRICT.replace("0701,@", "0701,水浇地,03,5,200,备注,@"), set()),
    "12 fields": (STRICT.replace("0701,@", "地上,水浇地,03,5,@"), {"txt.head"}),
    "name with commas": (STRICT.replace("一号地", "一号地,东区,北"), {"txt.head"}),
    "name with commas, no kind": (STRICT.replace("一号地,面", "一号地,东区,"), {"txt.head"}),
    "no @": (STRICT.replace(",@", ""), {"txt.head"}),
    "full-width commas in points": (re.sub(r"(J3,1),(\S+?),", r"\1，\2，", STRICT),
                                    {"txt.full_width"}),
    "full-width commas in head": (STRICT.replace(LOT.head(10), LOT.head(10).replace(",", "，")),
                                  {"txt.head"}),
    "full-width dots": (STRICT.replace("1.01版本", "1．01版本").replace("3387000.", "3387000．"),
                        {"txt.full_width"}),
    "blanks in rows": (re.sub(r"(J\d+),", r" \1 , ", STRICT), set()),
    "tabs": (points_as(lambda rows: [x.replace(",", "\t") for x in lines(rows)]), set()),
    "blank lines": (STRICT.replace("\r\n", "\r\n\r\n"), set()),
    "heights behind": (points_as(lambda rows: [x + ",3.5" for x in lines(rows)]), set()),
    "width said otherwise": (STRICT.replace("几度分带=3", "分带=3度带"), set()),
    "zone empty": (STRICT.replace("带号=40", "带号="), {"txt.zone"}),
    "zone is the width": (STRICT.replace("带号=40", "带号=3"), {"txt.zone"}),
    "zero parameters": (STRICT.replace(",,,,,,", "0,0,0,0,0,0,0"), set()),
    "parameters": (STRICT.replace(",,,,,,", "1.5,0,0,0,0,0,0"), {"txt.parameters"}),
    "precision as digits": (STRICT.replace("精度=0.001", "精度=3"), set()),
    "another spelling": (STRICT.replace("2000国家大地坐标系", "CGCS2000"), set()),
    "closing row stands twice": (STRICT.replace("J5,2", "J1,1,3387100.000,40604000.000\r\nJ5,2", 1),
                                 {"txt.count"}),
    "end-of-file mark": (STRICT + "\x1a", set()),
}  # fmt: skip


@pytest.mark.parametrize("name", VARIATIONS)
def test_variations(name: str, tmp_path: Path) -> None:
    text, expected = VARIATIONS[name]
    assert text != STRICT
    found = read(tmp_path, text, "gb18030")
    assert same(found.geometry[0], SHAPE) and found.crs.to_epsg() == 4528
    assert set(rules(found)) == expected
    assert not any(note.asks for note in found.notes)
    assert found.labels() == ["GQ-01"] and found.column("DKYT")[0] == "住宅"


def test_fields_of_a_name_with_commas(tmp_path: Path) -> None:
    found = read(tmp_path, VARIATIONS["name with commas"][0])
    assert found.column("DKMC")[0] == "一号地,东区,北" and found.column("DLBM")[0] == "0701"


def test_a_long_head_keeps_all_its_fields(tmp_path: Path) -> None:
    found = read(tmp_path, VARIATIONS["13 fields"][0])
    assert found.column("TBLX")[0] == "水浇地" and found.column("BZ")[0] == "备注"


# ------------------------------------------------------------------------- coordinates and CRS


def shifted(text: str, change: Callable[[float, float], tuple[float, float]], places: int) -> str:
    def turn(match: re.Match[str]) -> str:
        x, y = change(float(match[2]), float(match[3]))
        return f"{match[1]}{x:.{places}f},{y:.{places}f}"

    return re.sub(r"(?m)^(J\d+,\d+,)([\d.]+),([\d.]+)", turn, text)


NO_PREFIX = shifted(STRICT, lambda x, y: (x, y - 4e7), 3)
SWAPPED = shifted(STRICT, lambda x, y: (y, x), 3)


def test_a_zone_without_its_prefix_asks(tmp_path: Path) -> None:
    found = read(tmp_path, NO_PREFIX)
    assert found.crs.to_epsg() == 4549 and [n.asks for n in found.notes] == [True]
    assert "带号写明 40" in found.notes[0].text.zh
    assert shapely.area(found.geometry[0]) == pytest.approx(9600)
    named = read(tmp_path, NO_PREFIX, crs="EPSG:4549")
    assert named.notes == () and named.crs.to_epsg() == 4549


def test_no_prefix_and_no_zone(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="中央经线"):
        read(tmp_path, NO_PREFIX.replace("带号=40", "带号="))


def test_exchanged_columns_ask(tmp_path: Path) -> None:
    found = read(tmp_path, SWAPPED)
    assert same(found.geometry[0], SHAPE) and found.crs.to_epsg() == 4528
    assert [(n.rule, n.asks) for n in found.notes] == [("txt.swapped", True)]


def test_another_zone_than_stated_asks(tmp_path: Path) -> None:
    found = read(tmp_path, STRICT.replace("带号=40", "带号=39"))
    assert found.crs.to_epsg() == 4528
    assert [(n.rule, n.asks) for n in found.notes] == [("txt.zone", True)]


@pytest.mark.parametrize("swapped", [False, True])
def test_degrees(swapped: bool, tmp_path: Path) -> None:
    def turn(x: float, y: float) -> tuple[float, float]:
        lat, lon = 30.6 + (x - NORTH) * 1e-5, 121.08 + (y - EAST) * 1e-5
        return (lon, lat) if swapped else (lat, lon)

    found = read(tmp_path, shifted(STRICT, turn, 9))
    assert found.crs.to_epsg() == 4490
    assert shapely.bounds(found.geometry[0])[0] == pytest.approx(121.08)
    assert [n.asks for n in found.notes] == [True] * swapped


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("80国家大地坐标系", "西安80"), ("1980西安坐标系", "西安80"), ("80西安坐标系", "西安80"),
     ("1980西安国家大地坐标系", "西安80"), ("Xian 1980", "西安80"), ("北京54", "北京54")],
)  # fmt: skip
@pytest.mark.parametrize("text", [STRICT, NO_PREFIX])
def test_old_datums_in_any_spelling(spelling: str, name: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=name):
        read(tmp_path, text.replace("2000国家大地坐标系", spelling))


def test_no_datum_at_all_asks(tmp_path: Path) -> None:
    found = read(tmp_path, STRICT.replace("坐标系=2000国家大地坐标系", "坐标系="))
    assert found.crs.to_epsg() == 4528 and [n.asks for n in found.notes] == [True]


# ------------------------------------------------------------------------------------- rings


def lot(*rings: Any, **fields: Any) -> Any:
    return Text([Lot(list(rings), **fields)]).text()


@pytest.mark.parametrize("turned", [False, True])
def test_depth_and_not_direction_tells_holes(turned: bool, tmp_path: Path) -> None:
    """An island in a hole, and a part apart with its own hole, rings in a mixed order."""
    rings = [square(40, 40, 20), square(0, 0, 100), square(200, 0, 50), square(45, 45, 5),
             square(210, 10, 5)]  # fmt: skip
    found = read(tmp_path, lot(*(list(reversed(r)) if turned else r for r in rings)))
    expected = shapely.MultiPolygon(
        [
            shapely.Polygon(square(0, 0, 100), [square(40, 40, 20)]),
            shapely.Polygon(square(45, 45, 5)),
            shapely.Polygon(square(200, 0, 50), [square(210, 10, 5)]),
        ]
    )
    assert same(found.geometry[0], expected)


nests: st.SearchStrategy[Any] = st.recursive(
    st.just([]), lambda inner: st.lists(inner, min_size=1, max_size=3), max_leaves=7
)


def nested(nest: Any, x: float, y: float, size: float) -> list[Any]:
    """The squares of a nest: each holds its children side by side, apart from one another."""
    own = [square(x, y, size)]
    step = size / (len(nest) or 1)
    for n, child in enumerate(nest):
        own += nested(child, x + n * step + step / 8, y + step / 8, step * 0.7)
    return own


@given(nest=nests, random=st.randoms(use_true_random=False))
def test_depth_is_the_even_odd_rule(nest: Any, random: Any, tmp_path: Path) -> None:
    """Rings in any order and direction: the area is that of all squares laid over by exclusion."""
    rings = nested(nest, 0, 0, 1024)
    random.shuffle(rings)
    turned = [list(reversed(ring)) if random.random() < 0.5 else ring for ring in rings]
    (shape,) = read(tmp_path, lot(*turned)).geometry
    expected = reduce(shapely.symmetric_difference, [shapely.Polygon(ring) for ring in rings])
    assert shape.is_valid
    assert shapely.symmetric_difference(shape, expected).area < 0.001 * expected.length


def test_a_hole_that_touches_its_shell_at_a_point(tmp_path: Path) -> None:
    hole = at([(0, 50), (20, 60), (20, 40)])
    (shape,) = read(tmp_path, lot(square(0, 0, 100), hole)).geometry
    assert shape.is_valid and shapely.area(shape) == pytest.approx(10000 - 200)


def test_crossing_rings_name_both(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, lot(square(0, 0, 100), square(300, 0, 9), square(90, 90, 20)))
    said = refused.value.render("zh")
    assert ":24:" in said and "第 1 圈（始于第 14 行）" in said and "第 3 圈" in said


def test_rings_that_coincide(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="重合"):
        read(tmp_path, lot(square(0, 0, 100), square(0, 0, 100)))


def test_a_bow_tie_is_kept_for_the_checks(tmp_path: Path) -> None:
    bow = at([(0, 0), (10, 10), (10, 0), (0, 10)])
    (shape,) = read(tmp_path, lot(bow)).geometry
    assert not shape.is_valid


def test_a_closing_row_with_a_slip_of_the_pen(tmp_path: Path) -> None:
    text = lot(square(0, 0, 100)).replace("J1,1,3387100.000,40604000.000\r\n", "@@", 1)
    text = text.replace("J1,1,3387100.000", "J1,1,3387109.000").replace(
        "@@", "J1,1,3387100.000,40604000.000\r\n"
    )
    with pytest.raises(InputError) as refused:
        read(tmp_path, text)
    assert ":18:" in refused.value.render("zh") and "不足 3 个" in refused.value.render("zh")


# ------------------------------------------------------------------------- parcels of all kinds


def test_lines_points_and_parcels_without_points(tmp_path: Path) -> None:
    lots = [
        Lot([square(0, 0, 100)], code="A"),
        Lot([square(0, 0, 100)], code="B", kind="线"),
        Lot([square(0, 0, 100)[:1]], code="C", kind="点"),
        Lot([], code="D"),
    ]
    found = read(tmp_path, Text(lots).text())
    kinds = [None if g is None else g.geom_type for g in found.geometry]
    assert kinds == ["Polygon", "LineString", "MultiPoint", None]
    assert "txt.no_points" in rules(found) and "geometry.mixed" in rules(found)
    (note,) = [n for n in found.notes if n.rule == "txt.no_points"]
    assert note.line == found.lines[3]


def test_equal_heads_are_two_parcels(tmp_path: Path) -> None:
    lots = [Lot([square(0, 0, 100)]), Lot([square(200, 0, 100)])]
    found = read(tmp_path, Text(lots).text())
    assert len(found) == 2 and "id.repeated" in rules(found)
    assert [n.line for n in found.notes if n.rule == "id.repeated"] == [found.lines[1]]


def test_a_thousand_faults_are_one_note(tmp_path: Path) -> None:
    lots = [Lot([square(200 * n, 0, 100)], code=f"P{n}", area_ha=9) for n in range(50)]
    found = read(tmp_path, Text(lots).text())
    (note,) = found.notes
    assert note.rule == "txt.area" and "49" in note.text.zh and note.line == 13


BAD_ROWS = {
    "J2,1,3387100.000": "界址点少一列",
    "J2,1,33871OO.000,40604100.000": "字母 O",
    "乱写一行": "既不是",
    "J2,1,nan,40604100.000": "有限",
    "J2,1,3387100.000,inf": "有限",
}


@pytest.mark.parametrize("row", BAD_ROWS)
def test_a_bad_row_is_named_by_its_line(row: str, tmp_path: Path, command: Command) -> None:
    text = STRICT.replace("J2,1,3387100.000,40604100.000", row, 1)
    assert text != STRICT
    path = write(tmp_path / "坏.txt", text)
    assert "坏.txt:15:" in refusal(command("measure", path, cwd=tmp_path), 3)
    english = refusal(command("--lang", "en", "measure", path, cwd=tmp_path), 3)
    assert "坏.txt:15:" in english


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"", None),
        (b"\r\n \r\n", None),
        (STRICT.encode("gbk") + b"\xff\xff", 24),
        (b"\x01\x02\0\0\0\r\n", 1),
        (STRICT.encode("utf-8")[:9], 1),
        (STRICT.encode("gbk")[:-8], 23),
        (STRICT.encode("utf-16")[:-1], None),
    ],
    ids=["empty", "blank", "no encoding", "binary", "cut", "cut in a number", "cut UTF-16"],
)
def test_bytes_that_are_no_text(
    raw: bytes, line: int | None, tmp_path: Path, command: Command
) -> None:
    path = tmp_path / "坏.txt"
    path.write_bytes(raw)
    said = refusal(command("measure", path, cwd=tmp_path), 3)
    assert "坏.txt" in said and (line is None or f"坏.txt:{line}:" in said)


# ------------------------------------------------------------------------- the model as printed


def test_the_model_holds_what_is_printed(tmp_path: Path) -> None:
    model = read_boundary_file(write(tmp_path / "a.txt", STRICT))
    assert dict(model.header) == HEADER and list(model.header) == list(HEADER)
    (parcel,) = model.parcels
    assert [parcel.field(name) for name in HEAD_FIELDS] == LOT.head(10)[:-2].split(",")
    assert [p.name for p in parcel.points] == [row[0] for row in LOT.rows()]


def printed(model: BoundaryFile) -> str:
    """The strict form, written anew from the model."""
    rows = ["[属性描述]", *(f"{k}={v}" for k, v in model.header.items()), "[地块坐标]"]
    for parcel in model.parcels:
        rows.append(",".join(parcel.field(name) for name in HEAD_FIELDS) + ",@")
        rows += [f"{p.name},{p.ring},{p.x:.3f},{p.y:.3f}" for p in parcel.points]
    return "\r\n".join(rows) + "\r\n"


names = st.text(
    st.characters(codec="gbk", exclude_categories=["Cc"], exclude_characters="@＠,，"), max_size=8
)


@given(
    codes=st.lists(names.map(str.strip), min_size=1, max_size=3),
    size=st.integers(1, 400_000),
    kind=st.sampled_from(["面", "线"]),
)
def test_the_strict_form_comes_back_byte_for_byte(
    codes: list[str], size: int, kind: str, tmp_path: Path
) -> None:
    rings = [square(n / 7, n / 3, size / 1000) for n in range(2)]
    text = Text([Lot(rings, code=c, name=c[::-1].strip(), kind=kind) for c in codes]).text()
    assert printed(read_boundary_file(write(tmp_path / "a.txt", text))) == text
