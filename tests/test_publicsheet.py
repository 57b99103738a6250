"""The sheet for public display: what stands on it, and that no more can be got out of it."""

from __future__ import annotations

import io
import re
import shutil
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from cases import ROOT, Command, refusal
from hypothesis import given, settings
from hypothesis import strategies as st
from progresswork import shipped

from gangqu_gis.assessment import Assessment
from gangqu_gis.errors import InputError
from gangqu_gis.publicsheet import fonts, read_settings, render_public
from gangqu_gis.publicsheet.content import sheet_content
from gangqu_gis.publicsheet.drawing import FRAME, fitting_scale
from gangqu_gis.publicsheet.lattice import cell_of, meeting, on_lattice
from gangqu_gis.publicsheet.lettering import CLOSING, width_of, wrapped
from gangqu_gis.publicsheet.paper import PAPER

CELL = 100.0


@pytest.fixture(scope="module")
def sheet() -> dict[str, bytes]:
    return render_public(shipped(), lang="zh")


def page_operators(pdf: bytes) -> str:
    """The drawing operators of the page, without those of glyphs and images."""
    streams = re.findall(rb"<<([^>]*)>>\s*stream\r?\n(.*?)\r?\nendstream", pdf, flags=re.S)
    found = [
        zlib.decompressobj().decompress(body).decode("latin-1")
        for head, body in streams
        if b"FlateDecode" in head and b"/Subtype" not in head and b"/FunctionType" not in head
    ]
    return max(found, key=len)


def paths(pdf: bytes) -> list[list[tuple[float, float]]]:
    """The corners of every painted path of the page, in mm; white grounds of words left out."""
    result: list[list[tuple[float, float]]] = []
    pending: list[list[tuple[float, float]]] = []
    white, saved, operands = False, [], []
    for word in re.sub(r"\bBT\b.*?\bET\b", "", page_operators(pdf), flags=re.S).split():
        if re.fullmatch(r"-?[\d.]+", word):
            operands.append(float(word) * 25.4 / 72)
            continue
        if word == "q":
            saved.append(white)
        elif word == "Q":
            white = saved.pop()
        elif word in ("rg", "g"):
            white = all(value == 25.4 / 72 for value in operands[-3:])
        elif word == "m":
            pending.append([(operands[-2], operands[-1])])
        elif word == "l":
            pending[-1].append((operands[-2], operands[-1]))
        elif word in ("S", "s", "B", "b", "f", "f*", "n"):
            result += [] if word == "n" or (white and word[0] == "f") else pending
            pending = []
        operands.clear()
    return result


def within_frame(path: list[tuple[float, float]]) -> bool:
    x, y, width, height = FRAME
    return all(x - 1 <= a <= x + width + 1 and y - 1 <= b <= y + height + 1 for a, b in path)


def test_the_paper_is_a3_and_the_same_plan_gives_the_same_bytes(sheet: dict[str, bytes]) -> None:
    assert sheet == render_public(shipped(), lang="zh")
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", sheet["public-sheet.pdf"])
    assert box is not None
    assert [float(v) * 25.4 / 72 for v in box.groups()] == pytest.approx(PAPER, abs=0.01)
    width, height = np.frombuffer(sheet["public-sheet.png"][16:24], dtype=">u4")
    assert (width / 200 * 25.4, height / 200 * 25.4) == pytest.approx(PAPER, abs=0.2)


def test_every_corner_in_the_pdf_is_the_middle_of_a_cell(sheet: dict[str, bytes]) -> None:
    """The paths are read back, scaled to metres and held against the lattice."""
    content = sheet_content(shipped(), read_settings(shipped().plan), "zh")
    step = CELL * 1000 / fitting_scale(content)
    inside = [path for path in paths(sheet["public-sheet.pdf"]) if within_frame(path)]
    # Frame, bar and arrow stand beside the map and are no boundaries.
    boundaries = [p for p in inside if not is_furniture(p)]
    symbols = [p for p in boundaries if np.ptp(p, axis=0).max() < 3]
    corners = [point for path in boundaries if path not in symbols for point in path]
    middles = [(np.min(path, axis=0) + np.max(path, axis=0)) / 2 for path in symbols]
    assert len(corners) > 150 and len(middles) > 5
    points = np.array([*corners, *middles])
    away = np.abs(np.mod(points - points[0] + step / 2, step) - step / 2)
    # Coordinates of a PDF from matplotlib have 6 decimals of a point.
    assert away.max() < 0.001, "a corner lies off the lattice"


def is_furniture(path: list[tuple[float, float]]) -> bool:
    x, y, width, height = FRAME
    corners = np.array(path)
    bar = bool((corners[:, 1] < y + 20).all() and (corners[:, 0] < x + 90).all())
    arrow = bool((corners > [x + width - 17, y + height - 26]).all())
    frame = bool(len(path) >= 4 and np.ptp(corners[:, 0]) > width - 1)
    return bar or arrow or frame


def moved_within_cells(assessment: Assessment, seed: int) -> Assessment:
    """Every corner of every polygon somewhere else in its own cell."""
    random = np.random.default_rng(seed)
    measured = {}
    for id_, part in assessment.measured.items():
        assert part.in_plane is not None
        middle = np.floor(shapely.get_coordinates(part.in_plane) / CELL + 0.5) * CELL
        shift = {tuple(row): random.uniform(-0.499, 0.499, 2) * CELL for row in middle}
        points = np.array([np.array(row) + shift[tuple(row)] for row in middle])
        moved = shapely.set_coordinates(shapely.from_wkb(shapely.to_wkb(part.in_plane)), points)
        measured[id_] = replace(part, in_plane=moved)
    return replace(assessment, measured=measured)


@pytest.mark.parametrize("seed", [1, 2])
def test_corners_moved_within_their_cells_give_the_same_sheet(
    sheet: dict[str, bytes], seed: int
) -> None:
    """So nothing finer than a cell can be recovered: many plans have this very sheet."""
    moved = moved_within_cells(shipped(), seed)
    before = {i: p.in_plane for i, p in shipped().measured.items()}
    apart = [shapely.hausdorff_distance(before[i], p.in_plane) for i, p in moved.measured.items()]
    assert max(apart) > CELL / 2
    assert render_public(moved, lang="zh") == sheet


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6), st.integers(0, 10**6), st.integers(300, 3000), st.integers(300, 3000),
    st.integers(2, 200),
)  # fmt: skip
def test_a_densified_side_does_not_tell_where_it_crosses_the_cells(
    x: int, y: int, width: int, height: int, count: int
) -> None:
    """Steps along a straight side would give it away; the lattice keeps its corners alone."""
    box = shapely.box(x, y, x + width, y + height)
    turned = shapely.affinity.rotate(box, 17)
    dense = shapely.segmentize(turned, max(width, height) / count)
    plain, fine = on_lattice(turned, CELL), on_lattice(dense, CELL)
    assert plain is not None and fine is not None
    assert shapely.get_num_coordinates(fine) <= 9
    corners = np.floor(shapely.get_coordinates(fine))
    assert (corners == shapely.get_coordinates(fine)).all()
    assert shapely.hausdorff_distance(plain, fine) <= 2.0


def split(line: list[tuple[float, float]], shares: list[float]) -> list[tuple[float, float]]:
    """The ends of a straight line, and points on it between them."""
    (ax, ay), (bx, by) = line
    return [(ax + (bx - ax) * t, ay + (by - ay) * t) for t in (0.0, *sorted(shares), 1.0)]


shares = st.lists(st.floats(0.05, 0.95), max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 10**6), st.integers(-900, 900), st.floats(0.2, 0.8), shares, shares, shares
)
def test_neighbours_share_their_border_on_the_lattice(
    x: int, slope: int, at: float, above: list[float], left: list[float], right: list[float]
) -> None:
    """Neither gaps nor overlaps, whatever points each neighbour has on a straight border."""
    west, east = (float(x), 2000.0), (x + 3000.0, 2000.0 + slope)
    middle = split([west, east], [at])[1]
    north = shapely.Polygon([*split([west, east], above), (x + 3000, 4000), (x, 4000)])
    south = [
        shapely.Polygon([*split([a, b], row), (b[0], 0), (a[0], 0)])
        for a, b, row in ((west, middle, left), (middle, east, right))
    ]
    rough: list[Any] = [on_lattice(shape, CELL) for shape in (north, *south)]
    met = meeting(rough)
    assert shapely.union_all(met).area == pytest.approx(sum(shape.area for shape in met))
    whole = shapely.union_all(met)
    assert whole.geom_type == "Polygon" and not whole.interiors
    cells = shapely.get_coordinates(met)
    assert (cells == np.floor(cells)).all()
    given_cells = {tuple(cell) for cell in shapely.get_coordinates(rough)}
    assert {tuple(cell) for cell in cells} <= given_cells
    assert meeting(met) == met


def test_the_districts_of_the_sheet_share_their_borders() -> None:
    content = sheet_content(shipped(), read_settings(shipped().plan), "zh")
    districts: list[Any] = [row.shape for row in content.drawn if row.kind == "district"]
    whole = shapely.union_all(districts)
    assert whole.area == pytest.approx(sum(shape.area for shape in districts))
    assert not [hole for part in shapely.get_parts(whole) for hole in part.interiors]
    assert meeting([]) == []


@given(st.floats(0, 10**6), st.floats(0, 10**6))
def test_the_declared_distance_is_half_a_cell(x: float, y: float) -> None:
    cell = cell_of(shapely.Point(x, y), CELL)
    assert max(abs(cell[0] * CELL - x), abs(cell[1] * CELL - y)) <= CELL / 2 + 1e-6
    assert read_settings(shipped().plan).cell_m == CELL


def test_what_is_smaller_than_a_cell_becomes_a_symbol() -> None:
    assert on_lattice(shapely.box(10, 10, 40, 40), CELL) is None
    assert on_lattice(shapely.Polygon(), CELL) is None
    assert on_lattice(None, CELL) is None
    ring = shapely.box(0, 0, 2000, 2000).difference(shapely.box(500, 500, 1500, 1500))
    kept = on_lattice(ring, CELL)
    assert kept is not None and kept.area == 400 - 100


@pytest.mark.parametrize(
    ("lang", "notice"), [("zh", "未经审图 不得公开"), ("en", "not for publication")]
)
def test_the_sheet_says_what_it_must_and_no_more(lang: str, notice: str) -> None:
    content = sheet_content(shipped(), read_settings(shipped().plan), lang)
    words = "\n".join(
        [content.title, content.notice, *(v for row in content.lines for v in row)]
        + [f"{row.name} {row.figure}" for row in content.drawn]
    )
    assert notice in words and "50" in words and "100" in words
    for feature in shipped().plan.features:
        for name in ("source", "note", "bounds_text"):
            value = feature.properties.get(name)
            assert not isinstance(value, str) or value not in words
    assert not re.search(r"\d{6,}|121\.\d|30\.[56]", words), "a coordinate"
    figures = {row.name: row.figure for row in content.drawn if row.figure}
    assert "4.35公顷" in figures.values() and "53824.3㎡" in figures.values()
    assert not any("外围组团" in row.name for row in content.drawn)


def test_the_review_number_stands_in_place_of_the_notice(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    maps = tmp_path / "data" / "maps.toml"
    maps.write_text('review_number = "浙S(2026)1号"\n' + maps.read_text(encoding="utf-8"), "utf-8")
    workspace = replace(shipped().plan.workspace, root=tmp_path)
    changed = replace(shipped(), plan=replace(shipped().plan, workspace=workspace))
    content = sheet_content(changed, read_settings(changed.plan), "zh")
    assert "浙S(2026)1号" in content.notice and "未经审图" not in content.notice


def marked(tmp_path: Path, public: str) -> Any:
    plan = shipped().plan
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "workspace.toml").write_text(public, encoding="utf-8")
    return replace(plan, workspace=replace(plan.workspace, root=tmp_path))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('distance_m = "24.9"', "25"),
        ("distance_m = 50", "distance_m"),
        ('distance = "50"', "distance"),
        ("period = 30", "public.period"),
    ],
)
def test_a_broken_setting_is_refused_at_its_line(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        read_settings(marked(tmp_path, f"[public]\n\n{line}\n"))
    assert (caught.value.file, caught.value.line) == ("data/workspace.toml", 3)


def test_settings_are_optional(tmp_path: Path) -> None:
    found = read_settings(marked(tmp_path, ""))
    assert (found.cell_m, found.is_complete) == (100.0, False)


def test_without_a_chinese_font_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FAMILIES", ("No Such Family", "Nor This One"))
    with pytest.raises(InputError, match="No Such Family"):
        fonts.chinese_font()
    for name in ("Unheard Of", "/nowhere/font.ttf"):
        with pytest.raises(InputError, match="找不到字体"):
            fonts.chinese_font(name)


@given(st.text("规划公示，。map A3 100㎡", max_size=60), st.integers(12, 40))
def test_lines_are_short_and_lose_nothing(text: str, room: int) -> None:
    lines = wrapped(text, room).split("\n")
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    for line in lines:
        assert width_of(line.rstrip("".join(CLOSING))) <= max(room, 8.8) + 2


def test_the_command_writes_both_and_asks_for_what_is_missing(
    tmp_path: Path, command: Command
) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    run = command("map", "--public", cwd=tmp_path)
    assert run.code == 0 and "待填" in run.out
    assert (tmp_path / "maps" / "public-sheet.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "maps" / "public-sheet.png").read_bytes().startswith(b"\x89PNG")
    assert not (tmp_path / "maps" / "index.html").exists()
    refused = command("map", "--public", "--basemap", "tianditu", cwd=tmp_path)
    assert "--basemap" in refusal(refused, 2)


def test_the_picture_is_not_blank(sheet: dict[str, bytes]) -> None:
    from matplotlib.image import imread

    pixels = imread(io.BytesIO(sheet["public-sheet.png"]))
    left = pixels[300:2000, 200:2300, :3]
    assert 0.02 < float((left.min(axis=2) < 0.9).mean()) < 0.9


def test_hostile_names_are_words_on_the_sheet() -> None:
    from browser.webmap_cases import hostile

    for lang in ("zh", "en"):
        files = render_public(hostile(), lang=lang)
        assert all(len(content) > 10_000 for content in files.values())


@pytest.mark.parametrize(("lang", "words"), [("zh", "外围组团"), ("en", "Outer cluster")])
def test_what_the_plan_does_not_describe_is_not_drawn_and_said(lang: str, words: str) -> None:
    content = sheet_content(shipped(), read_settings(shipped().plan), lang)
    assert not [row for row in content.drawn if words in row.name]
    assert [value for _, value in content.lines if words in value] != []
